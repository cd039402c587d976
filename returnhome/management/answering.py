"""`figures foi`: the answers to a freedom of information request, written as files."""

import json
from argparse import ArgumentTypeError
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from returnhome.reporting import foi, foi_paper
from returnhome.reporting.figures import Scope
from returnhome.rules import publishing, suppression
from returnhome.rules.statutory.foi import LONGEST_TYPED, NEWEST, PACKS, fields, unknown_keys


def typed_in(name: str) -> Mapping[str, str]:
    """What only people know, from a JSON file of names and texts."""
    try:
        said = json.loads(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise ArgumentTypeError(f"{name} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise ArgumentTypeError(f"{name} is not a JSON file in UTF-8.") from error
    if not isinstance(said, dict) or not all(isinstance(text, str) for text in said.values()):
        raise ArgumentTypeError(f"{name} has to be one object of names and texts.")
    if any(len(text) > LONGEST_TYPED for text in said.values()):
        raise ArgumentTypeError(f"An answer in {name} has more than {LONGEST_TYPED:,} characters.")
    return said


def add_arguments(parser: CommandParser) -> None:
    group = parser.add_argument_group("foi alone")
    packs = "; ".join(f"{key}: {pack.name}" for key, pack in PACKS.items())
    group.add_argument(
        "--pack", choices=list(PACKS), default=NEWEST, help=f"whose questions. {packs}"
    )
    group.add_argument(
        "--typed", type=typed_in, default={}, metavar="FILE", help="JSON of what only people know"
    )
    group.add_argument(
        "--rule",
        choices=list(suppression.RULES),
        default=suppression.FEWER_THAN_5.key,
        help="how small numbers are hidden",
    )
    group.add_argument(
        "--show-small", action="store_true", help="hide nothing: not for publication"
    )


def answer(
    command: BaseCommand,
    scope: Scope,
    first: date,
    last: date,
    *,
    now: datetime,
    out: Path | None,
    pack: str,
    typed: Mapping[str, str],
    rule: str,
    show_small: bool,
    **options: Any,
) -> None:
    asked = PACKS[pack]
    if unknown := unknown_keys(asked, typed):
        known = ", ".join(each.key for each in fields(asked))
        raise CommandError(
            f"Nothing is asked under “{unknown[0]}” in this pack: there are {known}.", returncode=2
        )
    reply = foi.reply(
        asked,
        scope,
        publishing.periods_within(first, last),
        rule=suppression.RULES[rule],
        typed=typed,
        now=now,
        is_protected=not show_small,
    )
    if out:
        try:
            out.mkdir(parents=True, exist_ok=True)
            foi_paper.write(reply, out)
        except OSError as error:
            raise CommandError(
                f"{out} cannot be written to: {error.strerror}.", returncode=2
            ) from error
        command.stderr.write(f"foi.pdf, foi.csv and foi.xlsx are in {out}.")
        if show_small:
            command.stderr.write("Small numbers are not hidden: not for publication.")
    if options["json"]:
        rows = [dict(zip(foi_paper.HEADER, row, strict=True)) for row in foi_paper.rows(reply)]
        command.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
