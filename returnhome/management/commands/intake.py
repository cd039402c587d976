"""Read a force's, home's or council's file into the ledger."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from returnhome.casework import acting, registers, staff
from returnhome.intake import loading
from returnhome.intake.instants import Order
from returnhome.intake.layouts import Meaning
from returnhome.intake.loading import Teaching
from returnhome.intake.outcome import (
    Outcome,
    Result,
    RowOutcome,
    row_as_json,
    skipped_as_json,
    to_mend,
)
from returnhome.intake.parsing import Skipped
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
        "refused with its reason. All of a file goes in, or nothing; one of more than "
        f"{loading.WHOLE:,} rows goes in piece by piece, and goes on where it was stopped when it "
        "is given again. The same file again changes nothing. Exit 0: done, 1: some rows refused, "
        "2: wrong use."
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
    def handle(self, *args: Any, **options: Any) -> None:
        with ExitStack() as disk:
            told = Told(disk, is_json=options["json"])
            self._take_in(told, **options)
            self._tell(told, options)
        if told.counts[Result.REFUSED]:
            sys.exit(1)

    def _take_in(self, told: "Told", *, file: Path, sender: str, **options: Any) -> None:
        progress = Progress()
        try:
            loading.bring(
                file,
                sender=sender,
                layout=options["layout"],
                teaching=_teaching(options),
                by=staff.operator(),
                at=moments.given_or_now(options["at"]),
                dry_run=options["dry_run"],
                progress=progress,
                outcome=told,
            )
        except loading.Unsure as unsure:
            raise CommandError(f"{unsure.sentence} {HOW_TO_SAY}", returncode=2) from unsure
        except Blocked as blocked:
            raise CommandError(blocked.sentence, returncode=2) from blocked
        except KeyboardInterrupt:
            raise CommandError(_stopped(progress, options["dry_run"]), returncode=130) from None
        finally:
            progress.end()

    def _tell(self, told: "Told", options: dict[str, Any]) -> None:
        if options["json"]:
            for line in told.as_text():
                self.stdout.write(line)
        if options["refused"] and told.refused.number:
            exports.write_csv(options["refused"], *to_mend(told.refused))
        for sentence in told.refusals:
            self.stderr.write(sentence)
        if (more := told.refused.number - len(told.refusals)) > 0:
            self.stderr.write(f"{more:,} more are refused: --refused FILE writes all of them down.")
        for sheet in told.aside:
            self.stderr.write(f"Sheet “{sheet}” is left aside: it has other headings.")
        counted = ", ".join(f"{number} {result}" for result, number in told.counts.items())
        skipped = f"; {told.number_skipped} skipped" if told.number_skipped else ""
        would = "Nothing is written. " if options["dry_run"] else ""
        self.stderr.write(f"{would}{told.read} read: {counted}{skipped}.")


def _stopped(progress: Progress, is_dry_run: bool) -> str:
    if is_dry_run or progress.of <= loading.WHOLE:
        return "Stopped: nothing of the file is in."
    return (
        f"Stopped: {progress.done:,} of {progress.of:,} rows are in. The same command goes on with "
        "the rest."
    )


# Of more refused rows a terminal tells no more than how many there are.
MOST_TOLD = 200


class Laid:
    """Things laid down on the disk one after the other, to be gone through again and again."""

    def __init__(self, file: IO[str]) -> None:
        self.file, self.number = file, 0

    def add(self, thing: Any) -> None:
        self.file.write(json.dumps(thing, ensure_ascii=False) + "\n")
        self.number += 1

    def lines(self) -> Iterator[str]:
        self.file.seek(0)
        yield from map(str.rstrip, self.file)

    def __iter__(self) -> Iterator[Any]:
        return map(json.loads, self.lines())


class Told(Outcome):
    """What becomes of a file as a terminal tells it. However long, it is not held in memory."""

    def __init__(self, disk: ExitStack, *, is_json: bool) -> None:
        super().__init__()
        self.is_json = is_json
        # Their number is told before them.
        self.told, self.told_skipped, self.refused = (
            Laid(disk.enter_context(TemporaryFile("w+", encoding="utf-8")))  # noqa: SIM115
            for _ in range(3)
        )
        self.refusals: list[str] = []

    def add(self, rows: Iterable[RowOutcome]) -> None:
        rows = list(rows)
        super().add(rows)
        if self.is_json:
            named = {pk for row in rows for pk in (row.child, *row.candidates) if pk}
            ids = registers.numbers_of(named)
            for row in rows:
                self.told.add(row_as_json(row, ids))

    def keep(self, row: RowOutcome) -> RowOutcome:
        if row.result is Result.REFUSED:
            self.refused.add((dict(row.as_received), row.reason))
            if len(self.refusals) < MOST_TOLD:
                named = row.reference or "no reference"
                self.refusals.append(f"{row.where} ({named}): {row.reason}.")
        return row

    def keep_skipped(self, skipped: Skipped) -> None:
        self.told_skipped.add(skipped_as_json(skipped))

    def as_text(self) -> Iterator[str]:
        """As JSON, a line for each row."""
        head = {**self.counts_as_json(), **({"left_aside": self.aside} if self.aside else {})}
        yield json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}") + ","
        for name, laid in (("rows", self.told), ("skipped", self.told_skipped)):
            yield f' "{name}": ['
            for number, line in enumerate(laid.lines(), start=1):
                yield f"  {line}{',' if number < laid.number else ''}"
            yield " ]," if name == "rows" else " ]"
        yield "}"


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
