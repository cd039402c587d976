"""Say who must act for a list of cases, and why."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from returnhome.casework import reference
from returnhome.management.rows import opened
from returnhome.rules import responsibility


class Command(BaseCommand):
    help = (
        "Reads a JSON list of cases and writes a list of {case, answer}: cohort, responsible, "
        "host, offer, interviewing, tell, handover, flags, reasons. docs/commands.md has the keys."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="a JSON file; - or none: input")
        parser.add_argument("--json", action="store_true", help="JSON, which it always is")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        known = responsibility.places_from(
            reference.read("authorities"), reference.read("districts"), reference.read("elsewhere")
        )
        with opened(file) as lines:
            try:
                cases = json.load(lines)
            except ValueError as error:
                raise CommandError(f"{file} is not JSON: {error}", returncode=2) from error
        if not isinstance(cases, list):
            raise CommandError(f"{file} must hold a list of cases.", returncode=2)
        answers = responsibility.decide_cases(cases, known)
        self.stdout.write(json.dumps(answers, ensure_ascii=False, indent=1))
        if any(answer["answer"] is None for answer in answers):
            sys.exit(1)
