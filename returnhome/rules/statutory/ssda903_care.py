"""Care and placements as the Header and Episodes of an SSDA903 return tell them, child by child.

Source: DfE, guide to the SSDA903 collection: DECOM and DEC are the days on which an episode of care
began and ceased, RNE says why it began (S: newly looked after; P, T, B: another placement; L, U:
another legal status alone), PL_POST where the child was placed; ETHNIC of the Header is the child's
ethnicity.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from returnhome.rules.characteristics import ETHNICITIES
from returnhome.rules.statutory.ssda903 import NEW_CARE, Dates, Fault, columns_of, table_of

DAY = timedelta(days=1)
COLUMNS = ("CHILD", "DECOM", "RNE", "DEC", "PL_POST")
HEADER = ("CHILD", "ETHNIC")


class Row(NamedTuple):
    """One episode of care as it stands in the file; `line` counts from 1, headings included."""

    line: int
    child: str
    began: str
    why_new: str
    ceased: str
    postcode: str


class Spell(NamedTuple):
    """From a first day to a last, both included; `until` is None while it goes on."""

    since: date
    until: date | None


class Stay(NamedTuple):
    """A time at one postcode; one that the file leaves out is empty."""

    since: date
    until: date | None
    postcode: str


@dataclass(frozen=True)
class CareOnFile:
    """What the file tells of one child, in order; `faults`: lines that cannot be read, and why."""

    child: str
    care: tuple[Spell, ...]
    stays: tuple[Stay, ...]
    faults: tuple[str, ...] = ()


def by_child(rows: Iterable[Row]) -> Mapping[str, CareOnFile]:
    """Child's number → care and placements. What cannot be read is a fault, and left out."""
    dates = Dates()
    theirs: defaultdict[str, list[Row]] = defaultdict(list)
    faults: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        fault = _fault(row, dates)
        if fault:
            faults[row.child].append(f"Line {row.line}: {fault}")
        theirs[row.child] += [] if fault else [row]
    return {
        child: _told(child, those, dates, tuple(faults[child])) for child, those in theirs.items()
    }


def _fault(row: Row, dates: Dates) -> str:
    began, ceased = dates[row.began], dates[row.ceased]
    if began is None:
        return f"“{row.began}” is no day as 05/09/2025."
    if row.ceased and ceased is None:
        return f"“{row.ceased}” is no day as 05/09/2025."
    return "It ceased before it began." if ceased and ceased < began else ""


def _told(child: str, rows: list[Row], dates: Dates, faults: tuple[str, ...]) -> CareOnFile:
    rows.sort(key=lambda row: (dates[row.began] or date.min, row.line))
    care: list[Spell] = []
    stays: list[Stay] = []
    for row in rows:
        began, ceased = dates[row.began], dates[row.ceased]
        assert began  # else it is a fault
        goes_on = care and row.why_new != NEW_CARE and _joins(care[-1].until, began)
        if goes_on:
            care[-1] = Spell(care[-1].since, ceased)
        else:
            care.append(Spell(began, ceased))
        stays_on = goes_on and stays and stays[-1].postcode == row.postcode
        if stays_on and _joins(stays[-1].until, began):
            stays[-1] = Stay(stays[-1].since, ceased, row.postcode)
        else:
            stays.append(Stay(began, ceased, row.postcode))
    return CareOnFile(child, tuple(care), _apart(stays), faults)


def _joins(until: date | None, began: date) -> bool:
    return until is not None and until == began


def _apart(stays: list[Stay]) -> tuple[Stay, ...]:
    """On the record no day is in two placements: the day of a move is the new one's."""
    apart = []
    for stay, after in zip_longest(stays, stays[1:]):
        moved = after is not None and stay.until == after.since and stay.since < after.since
        apart.append(stay._replace(until=after.since - DAY) if moved and after else stay)
    return tuple(stay for stay in apart if stay.postcode)


def ethnicities(folder: Path) -> dict[str, str]:
    """Child's number → code of this year's Header, where the folder has one. Raises Fault.

    Only codes of the list: of who was not asked (NOBT) nothing is known.
    """
    for path in sorted(folder.glob("*.csv")):
        headings, rows = table_of(path)
        if {*HEADER, "SEX"} <= set(headings) and not path.stem.endswith("_last"):
            said = columns_of(path, headings, rows, HEADER)
            known = {child: code.strip().upper() for _, child, code in said}
            return {child: code for child, code in known.items() if code in ETHNICITIES}
    return {}


def read(folder: Path) -> list[Row]:
    """Every episode of care of a folder of this year's CSV files. Raises Fault."""
    if not folder.is_dir():
        raise Fault(f"{folder} is not a folder.")
    for path in sorted(folder.glob("*.csv")):
        headings, rows = table_of(path)
        if set(COLUMNS) <= set(headings) and not path.stem.endswith("_last"):
            return list(map(Row._make, columns_of(path, headings, rows, COLUMNS)))
    raise Fault(f"No file in {folder} has the headings of the Episodes table.")
