"""Hold a spreadsheet of returns and interviews against the 72 hours."""

import csv
import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from returnhome.management.rows import opened
from returnhome.reporting.exports import csv_again
from returnhome.rules import Blocked, clock


class Command(BaseCommand):
    help = (
        "Reads a CSV with the columns case, found_at, returned_at, returned_precision, held_at, "
        "held_precision, asked_at (UK time; any others pass through) and writes it again with "
        "result and hours. Exit 0: done, 1: some rows could not be read, 2: wrong use."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="a CSV file; - or none: input")
        parser.add_argument("--json", action="store_true", help="a list of objects instead of CSV")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        with opened(file) as lines:
            try:
                rows = csv.DictReader(lines)
                columns = [*(rows.fieldnames or ()), "result", "hours"]
                numbered = list(enumerate(rows, start=2))
            except csv.Error as error:
                raise CommandError(f"{file} is not a CSV file: {error}.", returncode=2) from error
        if len(columns) == 2:
            raise CommandError("The file is empty: it needs a row of headings.", returncode=2)
        if not {"found_at", "returned_at"} & set(columns):
            raise CommandError(
                f"{file} has neither a column found_at nor returned_at, so there is no clock.",
                returncode=2,
            )
        answered, refused = self.answer(numbered)
        if options["json"]:
            self.stdout.write(json.dumps(answered, ensure_ascii=False, indent=1))
        else:
            table = ([str(row.get(name) or "") for name in columns] for row in answered)
            for line in csv_again(columns, table):
                self.stdout.write(line, ending="")
        if refused:
            sys.exit(1)

    def answer(
        self, numbered: list[tuple[int, dict[str, Any]]]
    ) -> tuple[list[dict[str, Any]], int]:
        """The rows with their answers, and how many could not be read (said as they come)."""
        now, refused = timezone.now(), 0
        answered = []
        for number, row in numbered:
            try:
                answered.append(clock.timeliness_row(row, number=number, now=now))
            except Blocked as blocked:
                refused += 1
                self.stderr.write(str(blocked))
                answered.append({**row, "result": "", "hours": ""})
        return answered, refused
