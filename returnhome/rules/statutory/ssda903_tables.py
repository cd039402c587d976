"""The tables of the SSDA903 that a council's record can fill: Header, Episodes and Missing.

Source: DfE, guide to the SSDA903 collection: MIS_START is the day on which the child was last seen,
MIS_END the day found (M) or returned (A), as read in `docs/practice/ssda903.md`; column names as
the sector's open validator publishes them (Data to Insight, csc-validator-be-903).

Missing is whole. Header and Episodes hold what is on record of care and placements, so that the
rules that read several tables can run; what is not on record is left empty, and said.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple
from xml.etree import ElementTree

from returnhome.rules.codes import EpisodeKind, Sex
from returnhome.rules.statutory import ssda903
from returnhome.rules.statutory.looked_after import Absence, Care, LookedAfterChild, Placed
from returnhome.rules.statutory.ssda903 import AT_18, NEW_CARE, Finding, Year

DAY = timedelta(days=1)
HEADER = ("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB")
EPISODES = (
    *("CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC"),
    *("REASON_PLACE_CHANGE", "HOME_POST", "PL_POST", "URN"),
)
MISSING = ssda903.MISSING
KIND = {EpisodeKind.MISSING: "M", EpisodeKind.AWAY: "A"}
# From the collection of 2024-25 on; before, a figure, and nothing for who is neither.
SEX_SINCE = 2025
SEX_BEFORE = {Sex.MALE: "1", Sex.FEMALE: "2", Sex.UNKNOWN: ""}
ENDED_OTHERWISE = {
    EpisodeKind.MISSING: "Missing since {}: when the child was found is not on record, so the "
    "return on {} ends it.",
    EpisodeKind.AWAY: "Away since {}: the return is not on record, so the day on which the child "
    "was found, {}, ends it.",
}
NOT_OBTAINED = "NOBT"
NEW_PLACEMENT, GOES_ON = "P", "X1"
# By which XML names what in CSV is called otherwise.
IN_XML = {"CHILD": "CHILDID", "PLACE": "PL"}

Row = tuple[str, ...]


class Note(NamedTuple):
    """What the record does not hold, or what was written in its place; of one child, in words."""

    child: Hashable
    number: str
    sentence: str


class Told(NamedTuple):
    """A fault of the return, and of which child and episode it is to be put right."""

    finding: Finding
    child: Hashable
    episode: Hashable | None


@dataclass(frozen=True)
class Tables:
    """A return as it will be sent: the rows of its tables in their order, without headings."""

    year: Year
    header: Sequence[Row]
    episodes: Sequence[Row]
    missing: Sequence[Row]
    missing_last: Sequence[Row]
    notes: Sequence[Note]
    told: Sequence[Told]
    children: Sequence[Hashable]

    @property
    def of_both_kinds(self) -> Mapping[str, int]:
        """Code of the kind → periods."""
        return {code: sum(row[2] == code for row in self.missing) for code in KIND.values()}

    @property
    def children_missing(self) -> int:
        return len({row[0] for row in self.missing})

    @property
    def still_open(self) -> int:
        return sum(not row[4] for row in self.missing)


class _Written(NamedTuple):
    """A row of Missing, with what it was made of."""

    row: Row
    child: LookedAfterChild
    absence: Absence


def of(children: Iterable[LookedAfterChild], year: Year) -> Tables:
    """The return of a collection year, with what is missing from it and what is wrong with it."""
    known = sorted(children, key=lambda each: each.number)
    theirs = [each for each in known if _is_in(each, year)]
    written = [each for child in theirs for each in _missing(child, year)]
    before = ssda903.year_of(year.number - 1)
    last = [each for child in known for each in _missing(child, before)]
    episodes = [(row, child) for child in theirs for row in _episodes(child, year)]
    tables = Tables(
        year=year,
        header=[_header(child, year) for child in theirs],
        episodes=[row for row, _ in episodes],
        missing=[each.row for each in written],
        missing_last=[each.row for each in last],
        notes=[note for child in theirs for note in _notes(child, year)],
        told=[],
        children=[child.child for child in theirs],
    )
    told = _told(tables, written, [child for _, child in episodes], known)
    return replace(tables, told=list(told))


def _is_in(child: LookedAfterChild, year: Year) -> bool:
    in_care = any(each.touches(year.first, year.last) for each in child.spells())
    return in_care or any(True for _ in _missing(child, year))


def day(when: date | None) -> str:
    """05/09/2025, or nothing."""
    return f"{when:%d/%m/%Y}" if when else ""


def _header(child: LookedAfterChild, year: Year) -> Row:
    sex = str(child.sex) if year.number >= SEX_SINCE else SEX_BEFORE[child.sex]
    ethnicity = child.ethnicity or NOT_OBTAINED
    # No record of mothers is kept here.
    return (child.number, sex, day(child.born_on), ethnicity, child.upn, "", "")


# Times missing.


def _missing(child: LookedAfterChild, year: Year) -> Iterator[_Written]:
    """Those that touch the year; one that ends after it is open in this year's return."""
    for absence in sorted(child.absences, key=lambda each: each.started_at):
        ended = _ended(child, absence)
        if absence.started_on > year.last or (ended and ended < year.first):
            continue
        shown = ended if ended and ended <= year.last else None
        row = (
            child.number,
            day(child.born_on),
            KIND[absence.kind],
            day(absence.started_on),
            day(shown),
        )
        yield _Written(row, child, absence)


def _ended(child: LookedAfterChild, absence: Absence) -> date | None:
    """The day that ends it: at the latest the 18th birthday, when nobody looks after them more."""
    adult = child.turned_18_on
    if adult and absence.started_on <= adult:
        return min(absence.ended_on or adult, adult)
    return absence.ended_on


# Care, placement by placement.


class _Part(NamedTuple):
    """A part of a time in care in one placement; `placed` is None where nobody knows which."""

    placed: Placed | None
    since: date | None
    until: date | None
    is_first: bool
    is_last: bool


def _episodes(child: LookedAfterChild, year: Year) -> Iterator[Row]:
    for part in _parts_in(child, year):
        ended = part.until if part.until and part.until <= year.last else None
        why = "" if ended is None else _why_care_ended(child, ended) if part.is_last else GOES_ON
        yield (
            child.number,
            day(part.since or _begun(child, year)),
            NEW_CARE if part.is_first else NEW_PLACEMENT,
            *("", "", "", ""),
            day(ended),
            why,
            "",
            child.home_postcode,
            part.placed.postcode if part.placed else "",
            "",
        )


def _parts_in(child: LookedAfterChild, year: Year) -> Iterator[_Part]:
    """The parts of all times in care that touch the year."""
    for spell in child.spells():
        for part in _parts(child, spell):
            if Care(part.since, part.until).touches(year.first, year.last):
                yield part


def _begun(child: LookedAfterChild, year: Year) -> date:
    """In place of a start of care that nobody knows: no later than the first time missing."""
    return min([year.first, *(each.started_on for each in child.absences)])


def _why_care_ended(child: LookedAfterChild, ended: date) -> str:
    """Why is not on record, but for who was missing until they turned 18 (rule 580)."""
    if ended != child.turned_18_on:
        return ""
    missing_then = any(_ended(child, each) == ended for each in child.absences)
    return AT_18 if missing_then else ""


def _parts(child: LookedAfterChild, spell: Care) -> Iterator[_Part]:
    """A time in care cut where the placement changes.

    A part ends on the day on which the next begins, as episodes of care do.
    """
    start, last = spell.since or date.min, spell.until or date.max
    starts: list[tuple[date, Placed | None]] = []
    free_from: date | None = start
    for placed in sorted(child.placements, key=lambda each: each.since or date.min):
        begins, ends = placed.since or date.min, placed.until or date.max
        if ends < start or begins > last or free_from is None:
            continue
        if begins > free_from:
            starts.append((free_from, None))
        starts.append((max(begins, start), placed))
        free_from = None if ends >= last else ends + DAY
    if free_from is not None:
        starts.append((free_from, None))
    ends_on = [since for since, _ in starts[1:]]
    for place, ((since, where), until) in enumerate(
        zip(starts, [*ends_on, spell.until], strict=True)
    ):
        yield _Part(
            placed=where,
            since=None if since == date.min else since,
            until=until,
            is_first=place == 0,
            is_last=place == len(starts) - 1,
        )


# What is not on record, and what is wrong.


def _notes(child: LookedAfterChild, year: Year) -> Iterator[Note]:
    def note(sentence: str) -> Note:
        return Note(child.child, child.number, sentence)

    if child.born_on is None:
        yield note("The date of birth is not on record: it is left empty.")
    elif not child.has_exact_birth_date:
        yield note("The date of birth is an estimate or disputed: it goes as it is on record.")
    parts = list(_parts_in(child, year))
    if any(each.since is None for each in parts):
        yield note(
            "Since when the child is looked after is not on record: "
            f"{day(_begun(child, year))} stands in its place."
        )
    if any(each.placed is None for each in parts):
        yield note("Where the child was placed is not on record for all of the time in care.")
    if any(each.placed and each.placed.is_protected for each in parts):
        yield note("A placement is protected: its postcode is left out.")
    adult = child.turned_18_on
    for _, _, each in _missing(child, year):
        if adult and each.started_on > adult:
            yield note(
                f"Missing since {day(each.started_on)}, when the child was 18: "
                "put the date of birth or the time right, or it stands outside care."
            )
        if each.is_ended_by_the_other_day:
            yield note(ENDED_OTHERWISE[each.kind].format(day(each.started_on), day(each.ended_on)))


def _told(
    tables: Tables,
    written: Sequence[_Written],
    whose_episode: Sequence[LookedAfterChild],
    children: Sequence[LookedAfterChild],
) -> Iterator[Told]:
    """Every fault the rules find, with the child and the time that it is a fault of."""
    by_number = {child.number: child for child in children}
    twice_a_day = _twice_a_day(written)
    for finding in ssda903.check(as_return(tables), tables.year):
        place = finding.line - 2
        if finding.table == "Episodes":
            yield Told(finding, whose_episode[place].child, None)
        elif place < 0:
            yield Told(finding, by_number[finding.child].child, None)
        elif not (finding.code == "574" and place in twice_a_day):
            its = written[place]
            yield Told(finding, its.child.child, its.absence.episode)


def _twice_a_day(written: Sequence[_Written]) -> set[int]:
    """Rows alike of times that were two: the return has no hours, but the record has."""
    alike: defaultdict[Row, list[int]] = defaultdict(list)
    for place, each in enumerate(written):
        alike[each.row].append(place)
    found = set()
    for places in alike.values():
        for one, other in pairwise(places):
            over = written[one].absence.over_at
            if over and over <= written[other].absence.started_at:
                found.add(other)
    return found


def as_return(tables: Tables) -> ssda903.Return:
    """The same as the rules read it, line by line as in the files."""

    def rows(table: Sequence[Row]) -> list[ssda903.MissingRow]:
        return [ssda903.MissingRow(line, *row) for line, row in enumerate(table, 2)]

    since, why, until, ceased = (EPISODES.index(name) for name in ("DECOM", "RNE", "DEC", "REC"))
    return ssda903.Return(
        born={row[0]: row[2] for row in tables.header},
        episodes=[
            ssda903.EpisodeRow(line, row[0], row[since], row[why], row[until], row[ceased])
            for line, row in enumerate(tables.episodes, 2)
        ],
        missing=rows(tables.missing),
        missing_last=rows(tables.missing_last),
    )


def xml(tables: Tables) -> bytes:
    """The return as XML: each child with its header, its times missing in it, and its episodes.

    What is empty has no element.
    """
    root = ElementTree.Element("SSDA903")
    of_child: defaultdict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for name in ("episodes", "missing"):
        for row in getattr(tables, name):
            of_child[row[0]][name].append(row)
    for row in tables.header:
        child = ElementTree.SubElement(root, "CHILD")
        header = ElementTree.SubElement(child, "HEADER")
        _fill(header, HEADER, row)
        for each in of_child[row[0]]["missing"]:
            # Whose it is stands in the header above it.
            _fill(ElementTree.SubElement(header, "AMISSING"), MISSING[2:], each[2:])
        for each in of_child[row[0]]["episodes"]:
            _fill(ElementTree.SubElement(child, "EPISODE"), EPISODES[1:], each[1:])
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _fill(element: ElementTree.Element, names: Sequence[str], row: Sequence[str]) -> None:
    for name, value in zip(names, row, strict=True):
        if value:
            ElementTree.SubElement(element, IN_XML.get(name, name)).text = value
