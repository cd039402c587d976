"""Bring in a council's register and past episodes from its earlier records, or take that back."""

import json
import sys
from argparse import ArgumentTypeError
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from returnhome.casework import acting, history, staff
from returnhome.casework.history import Bringing
from returnhome.intake import bringing
from returnhome.intake.history import report
from returnhome.intake.history.columns import SAYABLE, Column, said_plainly
from returnhome.intake.outcome import to_mend
from returnhome.management import moments
from returnhome.management.progress import Progress
from returnhome.reporting import exports
from returnhome.rules import Blocked


class Command(BaseCommand):
    help = (
        "Brings in earlier records: a register, a list of past episodes, SSDA903 missing and "
        "header, ssd_missing and ssd_person, one or more at once. Without --for-good it only says "
        "what would come and what would be lost. The same files again change nothing. "
        "Exit 0: done, 1: some rows refused, 2: wrong use."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", type=Path, nargs="*")
        parser.add_argument("--council", help="whose records they are, by name")
        parser.add_argument(
            "--live-since",
            type=date.fromisoformat,
            metavar="DAY",
            help="from this day on an episode that ended is live work (YYYY-MM-DD; absent: 14 days "
            "ago); what ended before is settled as the records left it",
        )
        parser.add_argument(
            "--column",
            action="append",
            type=_column,
            default=[],
            metavar="HEADING=MEANING",
            help="what a heading of your own list means, where it is not known by itself; it is "
            f"remembered for the council (nothing, or one of {', '.join(SAYABLE)})",
        )
        parser.add_argument(
            "--for-good", action="store_true", help="bring it in; absent, nothing is written"
        )
        parser.add_argument(
            "--lost", type=Path, metavar="FILE", help="write what would be lost there as CSV"
        )
        parser.add_argument(
            "--refused",
            type=Path,
            metavar="FOLDER",
            help="write the refused rows there, a CSV for each file, with their reasons, to be "
            "mended",
        )
        parser.add_argument(
            "--take-back",
            type=int,
            metavar="NUMBER",
            help="take back all that this bringing made; its number was printed",
        )
        parser.add_argument("--because", default="", help="why it is taken back")
        parser.add_argument(
            "--leave",
            action="store_true",
            help="take back the rest where somebody has worked on some of it; absent, nothing is",
        )
        parser.add_argument("--json", action="store_true", help="the whole report, as JSON")
        moments.add_argument(parser)

    @acting.as_system(acting.INTAKE)
    def handle(self, *args: Any, **options: Any) -> None:
        at = moments.given_or_now(options["at"])
        try:
            if options["take_back"] is not None:
                return self._take_back(at, options)
            said, number = _brought(at, options)
        except bringing.Untaught as untaught:
            sentence = f"{untaught.sentence} Say each as --column HEADING=MEANING."
            raise CommandError(sentence, returncode=2) from untaught
        except Blocked as blocked:
            raise CommandError(blocked.sentence, returncode=2) from blocked
        if options["json"]:
            self.stdout.write(
                json.dumps({"bringing": number, **said}, ensure_ascii=False, indent=1)
            )
        if options["lost"]:
            exports.write_csv(options["lost"], report.HEADER, report.lines(said))
        if options["refused"]:
            _write_refused(options["refused"], said)
        for line in report.in_words(said):
            self.stderr.write(line)
        if number:
            self.stderr.write(f"It is bringing {number}: returnhome history --take-back {number}.")
        else:
            self.stderr.write("Nothing is written. With --for-good it is.")
        if said["counts"]["refused"]:
            sys.exit(1)
        return None

    def _take_back(self, at: datetime, options: dict[str, Any]) -> None:
        found = Bringing.objects.filter(pk=options["take_back"]).first()
        if found is None:
            raise history.NoSuchBringing(f"There is no bringing {options['take_back']}.")
        undone = history.take_back(
            found,
            because=options["because"],
            leave=options["leave"],
            by=staff.operator(),
            at=at,
        )
        self.stderr.write(
            f"Taken back: {len(undone.episodes)} episodes and {len(undone.children)} children. "
            f"{undone.sentence}".strip()
        )


def _column(text: str) -> tuple[str, Column | None]:
    heading, _, code = text.rpartition("=")
    if not said_plainly(heading) or (code and code not in SAYABLE):
        raise ArgumentTypeError(
            f"“{text}” is no heading, = and nothing or one of {', '.join(SAYABLE)}"
        )
    return heading, Column(code) if code else None


def _write_refused(folder: Path, said: dict[str, Any]) -> None:
    """A file for each that had some: each has headings of its own."""
    for name, rows in report.by_file(said):
        folder.mkdir(parents=True, exist_ok=True)
        header, lines = to_mend(rows)
        exports.write_csv(folder / f"{Path(name).stem}-refused.csv", header, lines)


def _brought(at: datetime, options: dict[str, Any]) -> tuple[dict[str, Any], int | None]:
    """The report, and the number of the bringing where it was for good."""
    if not options["council"]:
        raise CommandError("Say with --council whose records they are.", returncode=2)
    progress = Progress()
    try:
        return bringing.at_once(
            bringing.of_paths(options["files"]),
            brought_for=bringing.council_named(options["council"]),
            live_since=options["live_since"],
            meant=dict(options["column"]),
            for_good=options["for_good"],
            by=staff.operator(),
            at=at,
            progress=progress,
        )
    finally:
        progress.end()
