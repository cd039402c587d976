"""Count, for one authority and period, and write the counts as files."""

import json
from argparse import ArgumentTypeError
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from returnhome.casework import places
from returnhome.casework.places import Authority
from returnhome.reporting import exports, figures, own_return
from returnhome.reporting.exports import Sheet
from returnhome.reporting.figures import HEADER, Uptake
from returnhome.rules.measures import UPTAKE
from returnhome.rules.study import asked
from returnhome.web.figures import paper

STILL_TO_COME = ("foi", "partnership", "ssda903", "annex-a")
UPTAKE_REPORT, RETURN = "uptake", "return"


def report(word: str) -> str:
    if word in STILL_TO_COME:
        raise ArgumentTypeError(
            f"Returnhome cannot write “{word}” yet: so far there are uptake and return."
        )
    return word


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
        "(cohort, measure, numerator, denominator, value), uptake.xlsx and uptake.html. return "
        "writes return.csv: the council's own return to the national study."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "report", type=report, choices=[UPTAKE_REPORT, RETURN], help="what to count"
        )
        parser.add_argument("--authority", required=True, help="its name or GSS code")
        parser.add_argument("--from", dest="first", type=day, required=True, metavar="DAY")
        parser.add_argument("--to", dest="last", type=day, required=True, metavar="DAY")
        parser.add_argument("--out", type=Path, metavar="DIR", help="the folder for the files")
        parser.add_argument("--json", action="store_true", help="print the rows of uptake.csv")
        parser.add_argument("--at", type=instant, help="count as at this instant; absent: now")

    def handle(
        self,
        *args: Any,
        report: str,
        authority: str,
        first: date,
        last: date,
        out: Path | None,
        at: datetime | None,
        **options: Any,
    ) -> None:
        if last < first:
            raise CommandError("The last day is before the first.", returncode=2)
        if out is None and not options["json"]:
            raise CommandError("Say where to: --out DIR, or --json, or both.", returncode=2)
        found = places.authority_named(authority, last)
        if found is None:
            raise CommandError(f"There is no authority “{authority}” on {last}.", returncode=2)
        if report == RETURN:
            self.own_return(found, first, last, at or timezone.now(), out, **options)
            return
        counted = figures.uptake(figures.of_authority(found), first, last, now=at or timezone.now())
        if out:
            self.write(counted, out)
        if options["json"]:
            rows = [dict(zip(HEADER, row, strict=True)) for row in counted.rows()]
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))

    def own_return(
        self,
        authority: Authority,
        first: date,
        last: date,
        now: datetime,
        out: Path | None,
        **options: Any,
    ) -> None:
        rows = list(own_return.rows(authority, first, last, now=now))
        if out:
            try:
                out.mkdir(parents=True, exist_ok=True)
                exports.write_csv(out / "return.csv", asked.HEADER, rows)
            except OSError as error:
                raise CommandError(
                    f"{out} cannot be written to: {error.strerror}.", returncode=2
                ) from error
            self.stderr.write(f"return.csv is in {out}.")
        if options["json"]:
            told = [dict(zip(asked.HEADER, row, strict=True)) for row in rows]
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))

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
