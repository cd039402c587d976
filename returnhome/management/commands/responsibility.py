"""Say who must act for a list of cases, and why."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from pydantic_core import from_json, to_json

from returnhome.casework import reference
from returnhome.management.rows import opened
from returnhome.rules import responsibility

AT_A_TIME = 1000


@contextmanager
def without_collecting() -> Iterator[None]:
    """Without looking for cycles, of which cases and answers have none: twice as fast."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Command(BaseCommand):
    help = (
        "Reads a JSON list of cases and writes a list of {case, answer}: cohort, responsible, "
        "host, offer, interviewing, tell, handover, flags, reasons. docs/commands.md has the keys."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="a JSON file; - or none: input")
        parser.add_argument("--json", action="store_true", help="JSON, which it always is")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        with without_collecting():
            all_answered = self.answer(file)
        if not all_answered:
            sys.exit(1)

    def answer(self, file: str) -> bool:
        """Write the answers; whether there was one for every case."""
        with opened(file) as lines:
            try:
                cases = from_json(lines.read())
            except ValueError as error:
                raise CommandError(f"{file} is not JSON: {error}", returncode=2) from error
        if not isinstance(cases, list):
            raise CommandError(f"{file} must hold a list of cases.", returncode=2)
        # One answer a line, written as they are found: a hundred thousand would not fit beside the
        # cases. Python's own json takes four times as long to read and write, a third of it all.
        answers = responsibility.decide_cases(cases, reference.places())
        all_answered, before = True, "[\n"
        while some := list(islice(answers, AT_A_TIME)):
            all_answered = all_answered and all(each["answer"] is not None for each in some)
            lines_of = b",\n".join(map(to_json, some)).decode()
            self.stdout.write(before + lines_of, ending="")
            before = ",\n"
        self.stdout.write("\n]" if cases else "[]")
        return all_answered
