"""The Missing table of the SSDA903 return: the rules that read it, over a whole return.

Source: DfE, Children looked after by local authorities in England, guide to the SSDA903 collection
and its validation rules, whose codes and meaning the sector's open validator publishes (Data to
Insight, csc-validator-be-903); written here from the meaning. Where that tool and the meaning part
ways, `docs/practice/ssda903.md` says which we follow.

    python -m returnhome.rules.statutory.ssda903 FOLDER [--year 2026]

It needs nothing but Python, and reads no other file than those of the folder.
"""

import argparse
import csv
import gc
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from io import StringIO
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from returnhome.rules.ages import ADULT, birthday

MISSING = ("CHILD", "DOB", "MISSING", "MIS_START", "MIS_END")
HEADER = ("CHILD", "SEX", "DOB")
EPISODES = ("CHILD", "DECOM", "RNE", "DEC", "REC")
# Code → what is so, as somebody who records would say it.
RULES: Mapping[str, str] = {
    "INT04": "The child is not in the Header table.",
    "INT13": "The date of birth is not the one in the Header table.",
    "1012": "The child was not looked after this year: there is no episode.",
    "564": "It says missing or away, and not since when.",
    "565": "It says since when, and not whether missing or away.",
    "566": "It says until when, and not whether missing or away.",
    "1004": "The start is no date as 05/09/2025.",
    "1005": "The end is no date as 05/09/2025.",
    "1006": "It is neither M (missing) nor A (away without authorisation).",
    "586": "It starts before the child was born.",
    "567": "It ends before it starts.",
    "570": "It starts after the collection year has ended.",
    "571": "It ends outside the collection year.",
    "574": "It starts before the one before it has ended.",
    "578": "It starts when the child was not looked after.",
    "581": "It starts when no placement episode was running.",
    "577": "It goes on, or ends, when the child was not looked after.",
    "575": "The placement the child went missing from has ended, and this has not.",
    "576": "It was open when last year ended, and is not this year’s first.",
    "580": "The child was missing on turning 18, and care did not end for that reason (E8).",
}
# What follows from another fault of the same row, and is told with it.
FOLLOWS: Mapping[str, frozenset[str]] = {
    "INT04": frozenset({"INT13", "1012", "577", "578", "581"}),
    "1012": frozenset({"577", "578", "581"}),
    "564": frozenset({"1004"}),
    "566": frozenset({"1004"}),
    "586": frozenset({"578", "581"}),
    "567": frozenset({"571", "577"}),
    "570": frozenset({"571", "578", "581"}),
    "578": frozenset({"577", "581"}),
    "577": frozenset({"575"}),
}
LEGAL_STATUS_ONLY, NEW_CARE, AT_18 = "L", "S", "E8"
NO_DATE = date.min


class Fault(Exception):
    """A folder or a file that cannot be read as a return; its one sentence."""


class MissingRow(NamedTuple):
    """One row as it stands in the file; `line` counts from 1, the headings are the first."""

    line: int
    child: str
    born: str
    kind: str
    start: str
    end: str


class EpisodeRow(NamedTuple):
    line: int
    child: str
    since: str
    why_new: str
    until: str
    why_ceased: str


class Return(NamedTuple):
    """A return as it was read. `born`: the date of birth of each child of the Header table."""

    born: Mapping[str, str]
    episodes: Sequence[EpisodeRow]
    missing: Sequence[MissingRow]
    missing_last: Sequence[MissingRow] = ()


class Finding(NamedTuple):
    """One fault of one row, and the codes of what only follows from it."""

    code: str
    table: str
    line: int
    child: str
    follow: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        return RULES[self.code]


class Year(NamedTuple):
    """A collection year: 1 April of the year before to 31 March."""

    number: int
    first: date
    last: date


def year_of(number: int) -> Year:
    """The collection year that ends in this year of the calendar."""
    return Year(number, date(number - 1, 4, 1), date(number, 3, 31))


class Episode(NamedTuple):
    """A placement episode, with its dates read; `until` is None while it runs."""

    row: EpisodeRow
    since: date
    until: date | None


class Span(NamedTuple):
    """From a day to a day, both within it; None: still going on."""

    since: date
    until: date | None


def read_date(text: str) -> date | None:
    """A day written as 05/09/2025, and in no other way; None for anything else."""
    if len(text) != 10 or text[2] != "/" or text[5] != "/":
        return None
    day, month, year = text[:2], text[3:5], text[6:]
    if not (day.isdecimal() and month.isdecimal() and year.isdecimal()):
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


class Dates(dict[str, date | None]):
    """Days are read once: the same few hundred stand in tens of thousands of rows."""

    def __missing__(self, text: str) -> date | None:
        found = self[text] = read_date(text)
        return found


# The rules.


def check(given: Return, year: Year) -> list[Finding]:
    """Every fault of a return's Missing table, row after row, what follows folded under it."""
    dates = Dates()
    episodes = _by_child(given.episodes, dates)
    codes: defaultdict[MissingRow, list[str]] = defaultdict(list)
    late: list[Finding] = []
    by_child: defaultdict[str, list[MissingRow]] = defaultdict(list)
    for row in given.missing:
        by_child[row.child].append(row)
    for child, rows in by_child.items():
        theirs = episodes.get(child, [])
        care = list(_care(theirs))
        for row in rows:
            found = [*_of_row(row, dates, year), *_of_child(row, given.born, dates)]
            found += _of_care(row, theirs, care, dates)
            if found:
                codes[row] += found
        if len(rows) > 1:
            for row in _overlapping(rows, dates):
                codes[row].append("574")
        late += _at_18(rows, theirs, given.born, dates)
    late += _open_last_year(given, by_child)
    found_in_rows = [
        finding
        for row, its in codes.items()
        for finding in _folded(its, "Missing", row.line, row.child)
    ]
    return sorted([*found_in_rows, *late], key=lambda each: (each.table, each.line, each.code))


def _folded(codes: Iterable[str], table: str, line: int, child: str) -> Iterator[Finding]:
    """Those that stand by themselves, each with those that follow from it alone."""
    left = sorted(set(codes), key=ORDER.__getitem__)
    while left:
        code, *others = left
        its = _following(code) & set(others)
        yield Finding(code, table, line, child, tuple(each for each in others if each in its))
        left = [each for each in others if each not in its]


def _following(code: str) -> set[str]:
    """What follows from a fault, and from that: care that is over has no placement either."""
    found = set(FOLLOWS.get(code, ()))
    return found.union(*(_following(each) for each in found))


ORDER = {code: place for place, code in enumerate(RULES)}


def _of_row(row: MissingRow, dates: Dates, year: Year) -> Iterator[str]:
    """What can be seen of the row alone."""
    start, end = dates[row.start], dates[row.end]
    if row.kind and row.kind not in ("M", "A"):
        yield "1006"
    if row.kind and not row.start:
        yield "564"
    if not row.kind and row.start:
        yield "565"
    if not row.kind and row.end:
        yield "566"
    if start is None:
        yield "1004"
    if row.end and end is None:
        yield "1005"
    if start and end and end < start:
        yield "567"
    if start and start > year.last:
        yield "570"
    if end and not year.first <= end <= year.last:
        yield "571"


def _of_child(row: MissingRow, born: Mapping[str, str], dates: Dates) -> Iterator[str]:
    """Against the Header table. A birth date that is left out is not the one that stands there."""
    if row.child not in born:
        yield "INT04"
    elif row.born != born[row.child]:
        yield "INT13"
    start, birth = dates[row.start], dates[row.born]
    if start and birth and start <= birth:
        yield "586"


def _of_care(
    row: MissingRow, episodes: Sequence[Episode], care: Sequence[Span], dates: Dates
) -> Iterator[str]:
    """Against the periods of care and the episodes of this child."""
    if not episodes:
        yield "1012"
    start, end = dates[row.start], dates[row.end]
    if start is None:
        return
    # On the day on which care ended nobody goes missing from it any more.
    its = _running(care, start)
    if its is None:
        yield "578"
    if not _lies_in(episodes, start):
        yield "581"
    if end is None and not row.end:
        if care and (its is None or its.until is not None):
            yield "577"
        if its and (placement := _placement(episodes, start)) and placement.until is not None:
            yield "575"
    elif end and not _lies_in(care, end):
        yield "577"


def _running(care: Iterable[Span], day: date) -> Span | None:
    """The period that has begun on a day and not ended with it."""
    for span in care:
        if span.since <= day and (span.until is None or day < span.until):
            return span
    return None


def _lies_in(spans: Iterable[Span | Episode], day: date) -> bool:
    """Whether a day lies in one of them, its first and its last day with it."""
    return any(span.since <= day and (span.until is None or day <= span.until) for span in spans)


def _by_child(rows: Iterable[EpisodeRow], dates: Dates) -> dict[str, list[Episode]]:
    """Episodes whose dates can be read, by child, in their order."""
    found: defaultdict[str, list[Episode]] = defaultdict(list)
    for row in rows:
        since = dates[row.since]
        if since and (not row.until or dates[row.until]):
            found[row.child].append(Episode(row, since, dates[row.until]))
    for theirs in found.values():
        theirs.sort(key=lambda each: (each.since, each.until or date.max))
    return dict(found)


def _care(episodes: Iterable[Episode]) -> Iterator[Span]:
    """Periods of care: episodes that follow on from each other, until one begins anew."""
    since: date | None = None
    until: date | None = NO_DATE
    for each in episodes:
        goes_on = since is not None and each.row.why_new != NEW_CARE
        if goes_on and (until is None or each.since <= until):
            until = None if until is None or each.until is None else max(until, each.until)
            continue
        if since is not None:
            yield Span(since, until)
        since, until = each.since, each.until
    if since is not None:
        yield Span(since, until)


def _placement(episodes: Sequence[Episode], day: date) -> Span | None:
    """The placement in which a day lies. A change of legal status alone does not end it."""
    found: Span | None = None
    for each in episodes:
        goes_on = each.row.why_new == LEGAL_STATUS_ONLY and found and found.until == each.since
        if found and goes_on:
            found = Span(found.since, each.until)
        elif found is None and each.since <= day and (each.until is None or day < each.until):
            found = Span(each.since, each.until)
    return found


def _overlapping(rows: Iterable[MissingRow], dates: Dates) -> Iterator[MissingRow]:
    """Those that start before an earlier one has ended; of two alike the second.

    One may start on the day on which the one before it ends.
    """
    readable = [
        (start, end, row)
        for row in rows
        if (start := dates[row.start])
        and ((end := dates[row.end]) or not row.end)
        and (end is None or start <= end)
    ]
    readable.sort(key=lambda each: (each[0], each[1] or date.max, each[2].line))
    is_open, latest = False, NO_DATE
    before: tuple[date, date | None] | None = None
    for start, end, row in readable:
        if is_open or start < latest or (start, end) == before:
            yield row
        is_open = is_open or end is None
        latest = max(latest, end or start)
        before = start, end


def _at_18(
    rows: Iterable[MissingRow],
    episodes: Sequence[Episode],
    born: Mapping[str, str],
    dates: Dates,
) -> Iterator[Finding]:
    """Of an episode that ended on the 18th birthday, with the child missing until that day."""
    ceased = [each for each in episodes if each.until and each.row.why_ceased != AT_18]
    for each in ceased:
        birth = dates[born.get(each.row.child, "")]
        if birth is None or each.until != birthday(birth, ADULT):
            continue
        if any(dates[row.end] == each.until for row in rows):
            yield Finding("580", "Episodes", each.row.line, each.row.child)


def _open_last_year(
    given: Return, this_year: Mapping[str, Sequence[MissingRow]]
) -> Iterator[Finding]:
    """Open when last year's return ended: the first of this year's has to be the same one."""
    for row in given.missing_last:
        if row.end or not row.start:
            continue
        theirs = this_year.get(row.child, ())
        starts = [(read_date(each.start) or date.max, each) for each in theirs]
        first = min(starts, key=lambda each: each[0])[1] if starts else None
        if first is None or first.start != row.start:
            yield Finding("576", "Missing", first.line if first else 0, row.child)


# A folder of files.


def read(folder: Path) -> Return:
    """A return from a folder of CSV files, known by their headings; `_last` is last year's.

    Raises Fault.
    """
    if not folder.is_dir():
        raise Fault(f"{folder} is not a folder.")
    tables: dict[str, list[tuple[Any, ...]]] = {}
    for path in sorted(folder.glob("*.csv")):
        headings, rows = table_of(path)
        if set(headings) == set(MISSING):
            name = "last" if path.stem.endswith("_last") else "missing"
            tables[name] = columns_of(path, headings, rows, MISSING)
        elif {"DECOM", "RNE", "REC"} <= set(headings) and not path.stem.endswith("_last"):
            tables["episodes"] = columns_of(path, headings, rows, EPISODES)
        elif {"SEX", "ETHNIC"} <= set(headings) and not path.stem.endswith("_last"):
            tables["header"] = columns_of(path, headings, rows, HEADER)
    for name, words in (("header", "Header"), ("episodes", "Episodes"), ("missing", "Missing")):
        if name not in tables:
            raise Fault(f"No file in {folder} has the headings of the {words} table.")
    born = {child: when for _, child, _, when in tables["header"]}
    return Return(
        born,
        list(map(EpisodeRow._make, tables["episodes"])),
        list(map(MissingRow._make, tables["missing"])),
        list(map(MissingRow._make, tables.get("last", ()))),
    )


def table_of(path: Path) -> tuple[list[str], list[list[str]]]:
    content = path.read_bytes()
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise Fault(f"{path.name} is not written in UTF-8.") from None
    try:
        rows = list(csv.reader(StringIO(text, newline="")))
    except csv.Error as error:
        raise Fault(f"{path.name} is not a CSV file: {error}.") from None
    headings = [cell.strip().upper() for cell in rows[0]] if rows else []
    return headings, rows[1:]


def columns_of(
    path: Path, headings: Sequence[str], rows: Iterable[Sequence[str]], wanted: Sequence[str]
) -> list[tuple[Any, ...]]:
    """The number of each row, then the wanted columns; what a short row leaves out is empty.

    Raises Fault.
    """
    left_out = [name for name in wanted if name not in headings]
    if left_out:
        raise Fault(f"{path.name} has no column {' and no column '.join(left_out)}.")
    places = [headings.index(name) for name in wanted]
    most, pick = max(places) + 1, itemgetter(*places)
    return [
        (line, *pick(row if len(row) >= most else [*row, *[""] * (most - len(row))]))
        for line, row in enumerate(rows, 2)
    ]


def most_likely_year(given: Return) -> Year:
    """The collection year in which most of the periods start. Raises Fault."""
    written = Counter(row.start for row in given.missing)
    years: Counter[int] = Counter()
    for start, times in written.items():
        if day := read_date(start):
            years[day.year + (day.month >= 4)] += times
    if not years:
        raise Fault("No period has a start that can be read: say the year with --year.")
    return year_of(years.most_common(1)[0][0])


# The command.


def main(arguments: Sequence[str] | None = None) -> int:
    """0: nothing to find; 1: something; 2: no return there."""
    asked = argparse.ArgumentParser(
        prog="python -m returnhome.rules.statutory.ssda903",
        description="Check the Missing table of an SSDA903 return against the rules that read it.",
    )
    asked.add_argument("folder", type=Path, help="with header.csv, episodes.csv and missing.csv")
    asked.add_argument("--year", type=int, help="the year in which the collection year ends")
    options = asked.parse_args(arguments)
    # Nothing that is read is let go of before the end.
    gc.disable()
    try:
        given = read(options.folder)
        year = year_of(options.year) if options.year else most_likely_year(given)
    except Fault as fault:
        print(fault, file=sys.stderr)
        return 2
    found = check(given, year)
    for each in found:
        follow = f" With it: {', '.join(each.follow)}." if each.follow else ""
        where = f"line {each.line}" if each.line else "no line this year"
        print(f"{each.code}\t{each.table}\t{where}\t{each.child}\t{each.sentence}{follow}")
    print(
        f"{len(given.missing)} periods of {year.number - 1}-{year.number % 100:02}: "
        f"{len(found) or 'no'} {'fault' if len(found) == 1 else 'faults'}."
    )
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
