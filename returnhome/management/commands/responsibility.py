"""Say who must act for a list of cases, and why."""

import gc
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from pydantic_core import from_json, to_json

from returnhome.casework import reference
from returnhome.management.rows import opened
from returnhome.rules import responsibility

AT_A_TIME = 1000
WORTH_SHARING = 10


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
        all_answered, before = True, "[\n"
        for written, are_answered in answered(cases):
            all_answered = all_answered and are_answered
            self.stdout.write(before + written.decode(), ending="")
            before = ",\n"
        self.stdout.write("\n]" if cases else "[]")
        return all_answered


def answered(cases: list[Any]) -> Iterator[tuple[bytes, bool]]:
    """The answers to some cases after the other, in their order; a long list by all processors."""
    some = [cases[first : first + AT_A_TIME] for first in range(0, len(cases), AT_A_TIME)]
    if len(some) < WORTH_SHARING:
        yield from map(answer_to, some)
        return
    with ProcessPoolExecutor(initializer=gc.disable) as pool:
        yield from pool.map(answer_to, some)


def answer_to(cases: list[Any]) -> tuple[bytes, bool]:
    """One answer a line, and whether there was one for every case."""
    answers = list(responsibility.decide_cases(cases, reference.places()))
    are_answered = all(each["answer"] is not None for each in answers)
    return b",\n".join(map(to_json, answers)), are_answered
