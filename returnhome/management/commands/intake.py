"""Read a force's, home's or council's file into the ledger."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from returnhome.casework import acting, children, staff
from returnhome.intake import loading
from returnhome.intake.instants import Order
from returnhome.intake.layouts import Meaning
from returnhome.intake.loading import Teaching
from returnhome.intake.outcome import Result, to_mend
from returnhome.management import moments
from returnhome.management.progress import Progress
from returnhome.reporting import exports
from returnhome.rules import Blocked
from returnhome.rules.codes import EpisodeKind, plain

HOW_TO_SAY = (
    "Say so with --is, --means or --dates, which --help explains, or on the page Intake; it is "
    "remembered for this sender."
)


class Command(BaseCommand):
    help = (
        "Reads a sender's file: each row opens or updates an episode, waits for a person, or is "
        "refused with its reason. All of a file goes in, or nothing. The same file again changes "
        "nothing. Exit 0: done, 1: some rows refused, 2: wrong use."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--sender", required=True, help="a force, home or council by name")
        parser.add_argument("--layout", help="the file's layout; absent: found from its headings")
        parser.add_argument(
            "--is",
            dest="columns",
            action="append",
            default=[],
            metavar="HEADING=MEANING",
            help="what a column means that is not known by itself, or nothing: "
            + ", ".join(Meaning),
        )
        parser.add_argument(
            "--means",
            dest="words",
            action="append",
            default=[],
            metavar="WORD=KIND",
            help=f"what a word for the kind of episode means: {', '.join(EpisodeKind)}",
        )
        parser.add_argument(
            "--dates",
            choices=[order.replace("_", "-") for order in Order],
            help="whether the day or the month stands first, where no date tells",
        )
        parser.add_argument("--dry-run", action="store_true", help="write nothing, only say what")
        parser.add_argument(
            "--refused",
            type=Path,
            metavar="FILE",
            help="write the refused rows there as CSV, with their reasons, to be mended",
        )
        parser.add_argument("--json", action="store_true", help="what became of each row, as JSON")
        moments.add_argument(parser)

    @acting.as_system(acting.INTAKE)
    def handle(self, *args: Any, file: Path, sender: str, **options: Any) -> None:
        progress = Progress()
        try:
            outcome = loading.bring(
                file,
                sender=sender,
                layout=options["layout"],
                teaching=_teaching(options),
                by=staff.operator(),
                at=moments.given_or_now(options["at"]),
                dry_run=options["dry_run"],
                progress=progress,
            )
        except loading.Unsure as unsure:
            raise CommandError(f"{unsure.sentence} {HOW_TO_SAY}", returncode=2) from unsure
        except Blocked as blocked:
            raise CommandError(blocked.sentence, returncode=2) from blocked
        finally:
            progress.end()
        if options["json"]:
            said = outcome.as_json(children.register_ids(outcome.children))
            self.stdout.write(json.dumps(said, ensure_ascii=False, indent=1))
        refused = outcome.having(Result.REFUSED)
        if options["refused"] and refused:
            header, lines = to_mend((row.as_received, row.reason) for row in refused)
            exports.write_csv(options["refused"], header, lines)
        for row in refused:
            self.stderr.write(f"{row.where} ({row.reference or 'no reference'}): {row.reason}.")
        for sheet in outcome.aside:
            self.stderr.write(f"Sheet “{sheet}” is left aside: it has other headings.")
        counted = ", ".join(f"{number} {result}" for result, number in outcome.counts.items())
        skipped = f"; {len(outcome.skipped)} skipped" if outcome.skipped else ""
        would = "Nothing is written. " if options["dry_run"] else ""
        self.stderr.write(f"{would}{outcome.read} read: {counted}{skipped}.")
        if outcome.counts[Result.REFUSED]:
            sys.exit(1)


def _teaching(options: dict[str, Any]) -> Teaching:
    """What the command line says of a layout that nobody has taught."""
    order = options["dates"]
    return Teaching(
        meant={
            heading: Meaning(code) if code else None
            for heading, code in _pairs("--is", options["columns"], list(Meaning))
        },
        order=Order(order.replace("-", "_")) if order else None,
        kinds={
            plain(word): EpisodeKind(code)
            for word, code in _pairs("--means", options["words"], list(EpisodeKind))
            if code
        },
    )


def _pairs(option: str, said: list[str], codes: list[Any]) -> list[tuple[str, str]]:
    pairs = []
    for text in said:
        left, _, code = text.rpartition("=")
        code = code.strip().replace("-", "_")
        if not left or (code and code not in codes):
            raise CommandError(
                f"{option} {text}: write it as “Heading=code”; the codes are {', '.join(codes)}.",
                returncode=2,
            )
        pairs.append((left.strip(), code))
    return pairs
