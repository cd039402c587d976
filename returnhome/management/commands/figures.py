"""Count, for one authority and period, and write the counts as files."""

import json
import sys
from argparse import ArgumentTypeError
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from returnhome.casework import places
from returnhome.casework.places import Authority
from returnhome.management import answering, boards
from returnhome.reporting import exports, figures, helped, own_return, quarters, statutory
from returnhome.reporting.exports import Sheet, csv_bytes
from returnhome.reporting.figures import HEADER, Scope, Uptake
from returnhome.rules import capability
from returnhome.rules.measures import UPTAKE
from returnhome.rules.statutory import ssda903
from returnhome.rules.study import asked
from returnhome.rules.study.answering import Row
from returnhome.web.figures import paper

APRIL = 4
UPTAKE_REPORT, CAPABILITY, FOI, RETURN = "uptake", "capability", "foi", "return"
HELPED, QUARTERS = "helped", "quarters"
SSDA903, ANNEX_A, SSD = "ssda903", "annex-a", "ssd"
PARTNERSHIP = "partnership"
REPORTS = (
    *(UPTAKE_REPORT, QUARTERS, HELPED, CAPABILITY, FOI, PARTNERSHIP, RETURN),
    *(SSDA903, ANNEX_A, SSD),
)
EVERY = "all"
AS_JSON = (UPTAKE_REPORT, HELPED, FOI, RETURN)


def day(text: str) -> date:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    raise ArgumentTypeError(f"“{text}” is not a day. Write it as 2026-03-31 or 31/03/2026.")


def instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ArgumentTypeError(f"“{text}” is not an instant such as 2026-03-31T09:00Z.")
    return at


class Command(BaseCommand):
    help = (
        "Counts for one authority and period, both days included. uptake writes uptake.csv "
        "(cohort, measure, numerator, denominator, value), uptake.xlsx and uptake.html; "
        "helped writes helped.csv, what followed the interviews, in the same columns; "
        "quarters writes quarters.csv, of each council, cohort and quarter that begins in these "
        "days the episodes from ended to held in time, and the median hours; "
        "capability says of each figure whether it can be told, and what is missing; "
        "return writes return.csv, the council's own return to the national study; "
        "foi answers a freedom of information request, small numbers hidden, as foi.pdf, foi.csv "
        "and foi.xlsx. partnership writes the report for a board, small numbers hidden, as "
        "partnership.pdf and partnership.csv. ssda903 writes the Missing return of the collection "
        "year that the days are in: missing.csv, header.csv, episodes.csv, missing_last.csv and "
        "ssda903.xml; exit 1 where the rules find a fault. annex-a writes the columns of List 8 as "
        "on the last day; ssd the sector's table of missing episodes, and beside it what hours are "
        "counted from."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("report", choices=REPORTS, help="what to count")
        parser.add_argument(
            *("--authority", "--council"),
            required=True,
            help="its name or GSS code; of quarters also all",
        )
        parser.add_argument("--from", dest="first", type=day, metavar="DAY")
        parser.add_argument("--to", dest="last", type=day, metavar="DAY")
        parser.add_argument("--out", type=Path, metavar="DIR", help="the folder for the files")
        parser.add_argument("--json", action="store_true", help="print the rows as JSON")
        parser.add_argument("--at", type=instant, help="count as at this instant; absent: now")
        answering.add_arguments(parser)
        boards.add_arguments(parser)

    def handle(
        self,
        *args: Any,
        report: str,
        authority: str,
        first: date | None,
        last: date | None,
        out: Path | None,
        at: datetime | None,
        **options: Any,
    ) -> None:
        if report == PARTNERSHIP and boards.is_asked(options):
            first = last = boards.last_day(options)
        if first is None or last is None:
            raise CommandError("Say of which days: --from DAY --to DAY.", returncode=2)
        if last < first:
            raise CommandError("The last day is before the first.", returncode=2)
        is_put = out or (report == PARTNERSHIP and options["pdf"])
        if not is_put and not (options["json"] and report in AS_JSON):
            also = ", or --json, or both" if report in AS_JSON else ""
            also = ", or --pdf FILE, or both" if report == PARTNERSHIP else also
            raise CommandError(f"Say where to: --out DIR{also}.", returncode=2)
        if report == QUARTERS and authority.casefold() == EVERY:
            assert out
            self.quarters(None, first, last, out)
            return
        found = places.authority_named(authority, last)
        if found is None:
            raise CommandError(f"There is no authority “{authority}” on {last}.", returncode=2)
        if report == UPTAKE_REPORT:
            self.uptake(found, first, last, at or timezone.now(), out, as_json=options["json"])
        elif report == HELPED:
            self.helped(found, first, last, at or timezone.now(), out, as_json=options["json"])
        elif report == FOI:
            scope, now = figures.of_authority(found), at or timezone.now()
            answering.answer(self, scope, first, last, now=now, out=out, **options)
        elif report == PARTNERSHIP:
            scope, now = figures.of_authority(found), at or timezone.now()
            boards.report(self, scope, first, last, now=now, out=out, **options)
        elif report == RETURN:
            rows = list(own_return.rows(found, first, last, now=at or timezone.now()))
            self.own_return(rows, out, as_json=options["json"])
        elif report == CAPABILITY:
            assert out
            days = (figures.of_authority(found), first, last)
            now = at or timezone.now()
            counted, followed = figures.uptake(*days, now=now), helped.helped(*days, now=now)
            counts = {**counted.counts, **followed.counts}
            told = csv_bytes(capability.HEADER, capability.rows(counts))
            self.put({"capability.csv": told}, out)
        elif report == QUARTERS:
            assert out
            self.quarters(figures.of_authority(found), first, last, out)
        elif report == SSDA903:
            assert out
            self.ssda903(found, first, last, out)
        elif report == ANNEX_A:
            assert out
            children = statutory.annex_a_of(found, last)
            self.put(statutory.files_of_annex_a(children, last), out)
        else:
            assert out
            self.put(statutory.files_of_ssd(statutory.ssd_of(found, first, last)), out)

    def uptake(
        self,
        authority: Authority,
        first: date,
        last: date,
        now: datetime,
        out: Path | None,
        *,
        as_json: bool,
    ) -> None:
        counted = figures.uptake(figures.of_authority(authority), first, last, now=now)
        if out:
            self.write(counted, out)
        if as_json:
            rows = [dict(zip(HEADER, row, strict=True)) for row in counted.rows()]
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))

    def helped(
        self,
        authority: Authority,
        first: date,
        last: date,
        now: datetime,
        out: Path | None,
        *,
        as_json: bool,
    ) -> None:
        counted = helped.helped(figures.of_authority(authority), first, last, now=now)
        rows = list(counted.rows())
        if out:
            self.put({"helped.csv": csv_bytes(HEADER, rows)}, out)
        if as_json:
            told = [dict(zip(HEADER, row, strict=True)) for row in rows]
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))

    def quarters(self, scope: Scope | None, first: date, last: date, out: Path) -> None:
        found = quarters.rows(quarters.counted(scope, first, last))
        self.put({"quarters.csv": csv_bytes(quarters.HEADER, found)}, out)

    def own_return(self, rows: list[Row], out: Path | None, *, as_json: bool) -> None:
        if out:
            self.put({"return.csv": csv_bytes(asked.HEADER, rows)}, out)
        if as_json:
            told = [dict(zip(asked.HEADER, row, strict=True)) for row in rows]
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))

    def ssda903(self, authority: Authority, first: date, last: date, out: Path) -> None:
        """The whole collection year, whatever part of it was asked for; what is wrong is told."""
        year = ssda903.year_of(last.year + (last.month >= APRIL))
        if first < year.first:
            raise CommandError(
                "The SSDA903 is of one collection year, from 1 April to 31 March: "
                f"{first} and {last} are not in the same one.",
                returncode=2,
            )
        tables = statutory.ssda903_of(authority, year.number)
        self.put(statutory.files_of_ssda903(tables), out)
        for note in tables.notes:
            self.stderr.write(f"{note.number}: {note.sentence}")
        for told in tables.told:
            finding = told.finding
            self.stderr.write(
                f"{finding.code} {finding.table} line {finding.line} ({finding.child}): "
                f"{finding.sentence}"
            )
        self.stderr.write(
            f"{len(tables.missing)} periods of {tables.children_missing} children in the "
            f"collection year {year.number - 1}-{year.number % 100:02}: "
            f"{len(tables.told) or 'no'} {'fault' if len(tables.told) == 1 else 'faults'}."
        )
        if tables.told:
            sys.exit(1)

    def put(self, files: Mapping[str, bytes], out: Path) -> None:
        try:
            out.mkdir(parents=True, exist_ok=True)
            for name, content in files.items():
                (out / name).write_bytes(content)
        except OSError as error:
            raise CommandError(
                f"{out} cannot be written to: {error.strerror}.", returncode=2
            ) from error
        self.stderr.write(f"{', '.join(files)}: in {out}.")

    def write(self, counted: Uptake, out: Path) -> None:
        try:
            out.mkdir(parents=True, exist_ok=True)
            exports.write_csv(out / "uptake.csv", HEADER, counted.rows())
            exports.write_xlsx(out / "uptake.xlsx", sheets(counted))
            (out / "uptake.html").write_text(paper(counted), encoding="utf-8")
        except OSError as error:
            raise CommandError(
                f"{out} cannot be written to: {error.strerror}.", returncode=2
            ) from error
        self.stderr.write(f"uptake.csv, uptake.xlsx and uptake.html are in {out}.")


def sheets(counted: Uptake) -> list[Sheet]:
    """The workbook: the figures, the quarters, and what each figure means."""
    return [
        Sheet("Uptake", HEADER, counted.rows()),
        Sheet(
            "By quarter",
            ["quarter", "episodes ended", "offered", "held", "held within 72 hours", "is over"],
            [
                (
                    *(quarter.label, quarter.ended, quarter.offered, quarter.held),
                    *(quarter.in_time, "yes" if quarter.is_over else "so far"),
                )
                for quarter in counted.trend
            ],
        ),
        Sheet(
            "What each means",
            ["measure", "label", "numerator", "denominator", "in the period"],
            [
                (each.key, each.label, each.numerator, each.denominator, each.basis)
                for each in UPTAKE
            ],
        ),
    ]
