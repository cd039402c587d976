"""One national study from many councils' returns; or the empty return for a council to fill in."""

import json
import sys
from argparse import ArgumentTypeError
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from returnhome.casework import reference
from returnhome.intake import study_files
from returnhome.management.demonstration import study as demonstration
from returnhome.reporting import exports, study_blank, study_paper
from returnhome.reporting import study as told
from returnhome.rules import Blocked
from returnhome.rules.study import comparing
from returnhome.rules.study.adding_up import Study, add_up, usual_period
from returnhome.rules.study.asked import Period, collection_year
from returnhome.rules.study.checking import check
from returnhome.rules.study.comparing import Changes
from returnhome.rules.study.councils import Councils, councils_from

LISTS = ("authorities", "predecessors", "elsewhere", "districts")
FILES = ("study.html", "study.xlsx", "study.json", "study.csv")


def period(text: str) -> Period:
    try:
        return Period.parse(text)
    except ValueError:
        raise ArgumentTypeError(
            f"“{text}” is not two days such as 2025-04-01/2026-03-31."
        ) from None


def councils() -> Councils:
    return councils_from(*(reference.read(name) for name in LISTS))


class Command(BaseCommand):
    help = (
        "Reads every *.csv and *.xlsx in a folder of councils' returns and writes study.html, "
        "study.xlsx, study.json and study.csv. Needs no database. Exit 0: done, 1: something was "
        "left out and is named, 2: wrong use."
    )
    # Those look at pages and tables, and this command has neither.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, help="the folder of returns")
        parser.add_argument("--out", type=Path, metavar="DIR", help="where the report is written")
        parser.add_argument("--json", action="store_true", help="print study.json")
        parser.add_argument(
            "--period", type=period, help="the study's period; absent: what most returns are for"
        )
        parser.add_argument(
            "--earlier", type=Path, metavar="STUDY.json", help="an earlier study to compare with"
        )
        parser.add_argument(
            "--blank", type=Path, metavar="DIR", help="write an empty return into DIR"
        )
        parser.add_argument(
            "--demonstration", type=Path, metavar="DIR", help="write 153 invented returns into DIR"
        )
        parser.add_argument("--seed", type=int, default=1, help="for the invented returns")

    def handle(self, *args: Any, folder: Path | None, **options: Any) -> None:
        asked = [folder, options["blank"], options["demonstration"]]
        if sum(each is not None for each in asked) != 1:
            raise CommandError(
                "Say one of these: a folder of returns, --blank DIR, or --demonstration DIR.",
                returncode=2,
            )
        try:
            if options["blank"]:
                self.blank(options["blank"], options["period"])
            elif options["demonstration"]:
                self.demonstration(options["demonstration"], options["period"], options["seed"])
            else:
                assert folder
                self.study(folder, **options)
        except OSError as error:
            raise CommandError(
                f"{error.filename} cannot be written to: {error.strerror}.", returncode=2
            ) from error

    def blank(self, out: Path, asked: Period | None) -> None:
        chosen = asked or this_year()
        written = study_blank.write_all(out, period=chosen, councils=councils().asked(chosen.last))
        self.stderr.write(f"{', '.join(written)} for {chosen.words} are in {out}.")

    def demonstration(self, out: Path, asked: Period | None, seed: int) -> None:
        chosen = asked or this_year()
        truth = demonstration.write(out, councils=councils(), period=chosen, seed=seed)
        for fault in truth["faults"]:
            rows = f", row {', '.join(map(str, fault['rows']))}" if fault["rows"] else ""
            self.stdout.write(f"{fault['file']}{rows}: {fault['fault']}")
        self.stderr.write(
            f"{truth['files']} invented returns of {truth['asked']} councils are in {out}, with "
            f"{len(truth['faults'])} faults; truth.json says what a study must find."
        )

    def study(
        self, folder: Path, *, out: Path | None, earlier: Path | None, **options: Any
    ) -> None:
        if out is None and not options["json"]:
            raise CommandError("Say where to: --out DIR, or --json, or both.", returncode=2)
        before = self.before(earlier) if earlier else None
        known = councils()
        try:
            paths, not_read = study_files.in_folder(folder)
        except OSError as error:
            raise CommandError(
                f"{folder} cannot be read: {error.strerror}.", returncode=2
            ) from error
        if not paths:
            raise CommandError(f"{folder} has no file *.csv or *.xlsx.", returncode=2)
        found = self.made(paths, known, options["period"])
        changes = compared(before, found) if before is not None else None
        data = told.as_json(found, changes, not_read)
        if out:
            write(out, found, changes, data)
            self.stderr.write(f"{', '.join(FILES)} are in {out}.")
        if options["json"]:
            self.stdout.write(json.dumps(data, ensure_ascii=False, indent=1))
        self.say(found, not_read)
        if found.left_out:
            sys.exit(1)

    def made(self, paths: list[Path], known: Councils, asked: Period | None) -> Study:
        checked, problems = [], []
        for sent in study_files.read_all(paths):
            found, wrong = check(sent, known)
            checked.append((sent.name, found))
            problems += wrong
        chosen = asked or usual_period(each for _, each in checked if each)
        if chosen is None:
            for problem in problems:
                self.stderr.write(f"{problem.where}: {problem.sentence}")
            raise CommandError("None of the files is a council's return.", returncode=2)
        return add_up(checked, problems, councils=known, period=chosen)

    def before(self, path: Path) -> Any:
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=2) from error
        except ValueError as error:
            raise CommandError(str(comparing.NotAStudy()), returncode=2) from error

    def say(self, found: Study, not_read: list[str]) -> None:
        """What was left out, one sentence each, and what came of it all."""
        for problem in found.problems:
            self.stderr.write(f"{problem.where}: {problem.sentence}")
        if not_read:
            self.stderr.write(f"Not read: {', '.join(not_read)}.")
        self.stderr.write(
            f"{len(found.answering)} of {len(found.asked)} councils answered for "
            f"{found.period.words}; {len(found.left_out)} faults left something out."
        )


def this_year() -> Period:
    return collection_year(datetime.now(UTC).date())


def compared(before: Any, found: Study) -> Changes:
    try:
        return comparing.since(before, found)
    except Blocked as blocked:
        raise CommandError(str(blocked), returncode=2) from blocked


def write(out: Path, found: Study, changes: Changes | None, data: dict[str, Any]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    # What draws charts leaves the processor's other half to the other files.
    with ThreadPoolExecutor(max_workers=1) as beside:
        page = beside.submit(study_paper.page, found, changes)
        text = json.dumps(data, ensure_ascii=False, indent=1)
        (out / "study.json").write_text(f"{text}\n", encoding="utf-8")
        exports.write_csv(out / "study.csv", told.ANSWERS_HEADER, told.answers(found))
        exports.write_xlsx(out / "study.xlsx", told.sheets(found, changes))
        (out / "study.html").write_text(page.result(), encoding="utf-8")
