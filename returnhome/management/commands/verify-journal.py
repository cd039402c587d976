"""Say whether the journal is as it was sealed."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from returnhome.casework import seals
from returnhome.casework.seals import Anchor, Verdict


class Command(BaseCommand):
    help = (
        "Seals what is there, then holds every row and seal of the journal against what was "
        "sealed, and against the anchors noted outside. Exit 0: it holds, 1: it does not, "
        "2: wrong use."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--anchors",
            metavar="FILE",
            help="the file of anchors, or saved e-mails with them (JOURNAL_ANCHOR, if a file)",
        )
        parser.add_argument(
            "--json", action="store_true", dest="is_json", help="the same for machines"
        )

    def handle(
        self, *args: Any, anchors: str | None = None, is_json: bool = False, **options: Any
    ) -> None:
        noted = anchors_of(anchors)
        verdict = seals.verify(noted)
        if is_json:
            self.stdout.write(as_json(verdict))
        else:
            self.say(verdict, has_anchors=bool(noted))
        sys.exit(0 if verdict.holds else 1)

    def say(self, verdict: Verdict, *, has_anchors: bool) -> None:
        self.stdout.write(verdict.sentence)
        for fault in verdict.faults:
            self.stdout.write(f"  {fault.sentence}")
        if verdict.number > len(verdict.faults):
            self.stdout.write(f"  And {verdict.number - len(verdict.faults)} more.")
        if not has_anchors:
            self.stderr.write(
                "No anchors were given: rows cut off at the end together with their seals, "
                "or a chain rewritten from the start, would not show."
            )


def anchors_of(name: str | None) -> list[Anchor]:
    """What was noted outside. Raises CommandError, exit 2, where the file cannot be read."""
    place = settings.JOURNAL_ANCHOR
    if name is None and (not place or "@" in place or not Path(place).exists()):
        return []
    try:
        noted = seals.anchors_in(Path(name or place).read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        raise CommandError(
            f"{name or place} cannot be read: {error.strerror}.", returncode=2
        ) from None
    if name and not noted:
        raise CommandError(f"No anchor stands in {name}.", returncode=2)
    return noted


def as_json(verdict: Verdict) -> str:
    return json.dumps(
        {
            "holds": verdict.holds,
            "rows": verdict.rows,
            "seals": verdict.seals,
            "young": verdict.young,
            "anchors": verdict.anchors,
            "faults": verdict.number,
            "told": [asdict(fault) for fault in verdict.faults],
        },
        indent=2,
    )
