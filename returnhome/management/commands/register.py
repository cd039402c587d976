"""Load known children from a council's register."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from returnhome.casework import acting, places, staff
from returnhome.intake import registering
from returnhome.management import moments
from returnhome.rules import Blocked
from returnhome.rules.clock import LONDON


class Command(BaseCommand):
    help = (
        "Loads known children from a CSV with the columns child_id, forename, surname, sex, "
        "date_of_birth, home_postcode, authority, looked_after_by. The same child_id again "
        "changes nothing; where it contradicts the record, that is kept as a doubt. Each council "
        "has numbers of its own: --council says whose register it is, without it each child_id "
        "is the number of the child’s own council. "
        "Exit 0: done, 1: some rows refused, 2: wrong use."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--council", help="the council whose register it is: its name or GSS code"
        )
        parser.add_argument("--json", action="store_true", help="what became of each row, as JSON")
        moments.add_argument(parser)

    @acting.as_system(acting.INTAKE)
    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        at = moments.given_or_now(options["at"])
        register_of = None
        if options["council"]:
            register_of = places.authority_named(options["council"], at.astimezone(LONDON).date())
            if register_of is None:
                raise CommandError(
                    f"There is no authority “{options['council']}” today.", returncode=2
                )
        try:
            registered = registering.load(file, register_of=register_of, by=staff.operator(), at=at)
        except Blocked as blocked:
            raise CommandError(blocked.sentence, returncode=2) from blocked
        if options["json"]:
            self.stdout.write(json.dumps(registered.as_json(), ensure_ascii=False, indent=1))
        for row in registered.told:
            self.stderr.write(f"{row.where} ({row.child_id or 'no child_id'}): {row.reason}.")
        if registered.aside:
            self.stderr.write(f"Not read, for their headings: {', '.join(registered.aside)}.")
        counts = registered.counts
        self.stderr.write(
            f"{len(registered.rows)} read: {counts['opened']} opened, "
            f"{counts['unchanged']} unchanged, {counts['refused']} refused."
        )
        if counts["refused"]:
            sys.exit(1)
