"""Ofsted's Annex A, List 8 (children in care): the columns about going missing, a row a child.

Source: Ofsted, Annex A to the ILACS inspection framework, List 8, whose headings and answers the
sector's open tools publish (Data to Insight). The heading of the last column could not be read in
the original. List 8 asks for more that is no business of this record: paste these columns into it.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from returnhome.rules.ages import age_on
from returnhome.rules.codes import EpisodeKind
from returnhome.rules.statutory.looked_after import Absence, LookedAfterChild

HEADER = (
    "Child Unique ID",
    "Gender",
    "Date of Birth",
    "Age of Child (Years)",
    "Number of Episodes the Child has been 'Missing' from their Placement in the last 12 months",
    "Number of Episodes the Child has been 'Absent' from their Placement in the last 12 months",
    "Was the child offered a Return Interview after their last missing episode (Y/N)?",
    "Did the child accept a Return Interview after their last missing episode (Y/N)?",
)
YES, NO, UNKNOWN, NONE_ASKED = "a) Yes", "b) No", "c) Unknown", ""
Row = tuple[str | int, ...]


def rows(children: Iterable[LookedAfterChild], on: date) -> Iterator[Row]:
    """The children looked after on that day, with the twelve months up to it.

    “Absent” is away from placement without authorisation. The last time is the last that began.
    """
    for child in sorted(children, key=lambda each: each.number):
        if child.is_looked_after_on(on):
            yield row(child, on)


def row(child: LookedAfterChild, on: date) -> Row:
    since = year_before(on)
    recent = [each for each in child.absences if since < each.started_on <= on]
    missing = [each for each in recent if each.kind is EpisodeKind.MISSING]
    last = max(missing, key=lambda each: each.started_at, default=None)
    offered, accepted = _answers(last)
    born = child.born_on
    return (
        child.number,
        str(child.sex),
        f"{born:%d/%m/%Y}" if born else "",
        age_on(born, on) if born and born <= on else "",
        len(missing),
        len(recent) - len(missing),
        offered,
        accepted,
    )


def year_before(day: date) -> date:
    """The same day a year before; of 29 February the 28th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return (day + timedelta(days=1)).replace(year=day.year - 1) - timedelta(days=1)


def _answers(last: Absence | None) -> tuple[str, str]:
    """Nothing of who was not missing; of nothing offered, nothing was accepted."""
    if last is None:
        return NONE_ASKED, NONE_ASKED
    return _said(last.offered), _said(last.accepted if last.offered else last.offered)


def _said(answer: bool | None) -> str:
    return UNKNOWN if answer is None else YES if answer else NO
