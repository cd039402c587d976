"""Councils' returns as the tests write them: rows of cohort, measure and what is said."""

from collections.abc import Iterable
from datetime import date

from returnhome.rules.study.adding_up import Study, add_up
from returnhome.rules.study.asked import Period
from returnhome.rules.study.checking import SentFile, SentRow, StudyReturn, check
from returnhome.rules.study.councils import Council, Councils
from returnhome.rules.study.faults import Problem

YEAR = Period(date(2025, 4, 1), date(2026, 3, 31))
NAMES = {
    "E06000001": "Hartlepool",
    "E06000002": "Middlesbrough",
    "E06000003": "Redcar and Cleveland",
    "E06000004": "Stockton-on-Tees",
    "E06000005": "Darlington",
    "E06000006": "Halton",
}
COUNCILS = Councils(
    known={
        **{code: Council(code, name, "North East") for code, name in NAMES.items()},
        "E08000016": Council(
            *("E08000016", "Barnsley", "Yorkshire"),
            until=date(2025, 3, 31),
            successors=("E08000038",),
        ),
        "E08000038": Council("E08000038", "Barnsley", "Yorkshire", since=date(2025, 4, 1)),
    },
    elsewhere={"W06000001": "Isle of Anglesey"},
    districts={"E07000008": "E06000001"},
)

# measure → a number, or a state in words.
Said = dict[str, int | str]


def row(
    number: int,
    measure: str,
    value: object,
    *,
    cohort: str = "all",
    state: str = "given",
    authority: str = "E06000001",
    period: str = str(YEAR),
    standard: str = "1",
    note: str = "",
) -> SentRow:
    cells = {
        "standard": standard,
        "authority": authority,
        "period": period,
        "cohort": cohort,
        "measure": measure,
        "value": str(value),
        "state": state,
        "note": note,
    }
    return SentRow(number, cells)


def rows_of(said: Said, *, cohort: str = "all", first: int = 2, **whose: str) -> list[SentRow]:
    """One row for each measure, from the row that a spreadsheet calls 2 on."""
    return [
        row(number, measure, told, cohort=cohort, **whose)
        if isinstance(told, int)
        else row(number, measure, "", cohort=cohort, state=told, **whose)
        for number, (measure, told) in enumerate(said.items(), start=first)
    ]


def sent(rows: Iterable[SentRow], name: str = "hartlepool.csv", **how: bool) -> SentFile:
    return SentFile(name, tuple(rows), **how)


def checked(*rows: SentRow) -> tuple[StudyReturn | None, list[Problem]]:
    return check(sent(rows), COUNCILS)


def of_council(code: str, said: Said, *, cohort: str = "all", **whose: str) -> SentFile:
    name = f"{NAMES.get(code, code).lower().replace(' ', '-')}.csv"
    return sent(rows_of(said, cohort=cohort, authority=code, **whose), name)


def study(*files: SentFile, period: Period = YEAR, councils: Councils = COUNCILS) -> Study:
    made, problems = [], []
    for each in files:
        found, wrong = check(each, councils)
        made.append((each.name, found))
        problems += wrong
    return add_up(made, problems, councils=councils, period=period)
