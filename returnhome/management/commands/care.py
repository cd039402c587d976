"""Bring care and placements from a council's own SSDA903 files."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from returnhome.casework import places, staff
from returnhome.intake import looked_after
from returnhome.management import moments
from returnhome.rules import Blocked
from returnhome.rules.clock import LONDON


class Command(BaseCommand):
    help = (
        "Brings care and placements of children known here from the Episodes table of a council's "
        "SSDA903 return, by the council's number. What the record leaves open is filled and what "
        "is missing added; what it contradicts is told and left as it is. The same folder again "
        "changes nothing. Exit 0: done, 1: something differs or a number is not known, 2: wrong "
        "use."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="with episodes.csv, whatever it is called")
        parser.add_argument("--council", required=True, help="its name or GSS code")
        parser.add_argument("--dry-run", action="store_true", help="say what would be, and do not")
        parser.add_argument("--json", action="store_true", help="what became of each, as JSON")
        moments.add_argument(parser)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        at = moments.given_or_now(options["at"])
        council = places.authority_named(options["council"], at.astimezone(LONDON).date())
        if council is None:
            raise CommandError(f"There is no authority “{options['council']}” today.", returncode=2)
        try:
            brought = looked_after.bring(
                folder,
                council,
                by=staff.operator(),
                at=at,
                is_rehearsal=options["dry_run"],
            )
        except Blocked as blocked:
            raise CommandError(blocked.sentence, returncode=2) from blocked
        if options["json"]:
            rows = [
                {"child": each.number, "result": each.result, "said": list(each.said)}
                for each in brought.outcomes
            ]
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
        for line in looked_after.lines(brought):
            self.stderr.write(line)
        counted = (
            f"{brought.number(result)} {result.replace('_', ' ')}"
            for result in looked_after.RESULTS
        )
        would = "Would be: " if options["dry_run"] else ""
        self.stderr.write(f"{would}{len(brought.outcomes)} children read: {', '.join(counted)}.")
        if brought.number("differs") or brought.number("not_known"):
            sys.exit(1)
