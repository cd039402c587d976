"""The reports that are laid before a board: what each holds, of which days, and what has changed.

Source: the quarterly reports on missing children that safeguarding partnerships ask of councils
(Working Together to Safeguard Children, December 2023, chapter 2), and a council's duty as the
parent of the children it looks after (Children and Social Work Act 2017, section 1). What stands in
them is our own choice. A change is told by Newcombe's interval of the difference of two shares
(Statistics in Medicine 1998, method 10), which is made of Wilson's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import sqrt

from returnhome.rules import Blocked, publishing
from returnhome.rules.codes import Code
from returnhome.rules.grouping import limits
from returnhome.rules.measures import ALL, Count
from returnhome.rules.publishing import DAY, LOOKED_AFTER, Period

# Which reports there are.


class Topic(Code):
    """What a part of a report is about, and its heading."""

    ASKED = "asked", "What was asked of them"
    FUNNEL = "funnel", "From the child’s return to an interview"
    TIMELINESS = "timeliness", "How soon"
    LIVED = "lived", "Where the children lived"
    OUT_OF_AREA = "out_of_area", "Children placed out of area"
    AGAIN = "again", "Children who went missing again"
    REASONS = "reasons", "Why they went"
    HARM = "harm", "What harm there was"
    PLACES = "places", "Where they were"
    FOLLOWED = "followed", "What followed"
    RECORD = "record", "What could not be counted"
    SAMPLED = "sampled", "How good the records are"


class ReportKind(Code):
    """Which report it is. `heading`: what stands above it."""

    heading: str

    def __new__(cls, code: str, label: str = "", heading: str = "") -> "ReportKind":
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.heading = heading
        return member

    PARTNERSHIP = (
        "partnership",
        "For the safeguarding partnership, a quarter",
        "Children who went missing, and what followed",
    )
    CORPORATE_PARENTING = (
        "corporate_parenting",
        "For the corporate parenting board, a year",
        "Children we look after who went missing",
    )
    PROVIDER = (
        "provider",
        "Of one provider, a month",
        "Return home interviews by one provider",
    )


TOPICS: Mapping[ReportKind, tuple[Topic, ...]] = {
    ReportKind.PARTNERSHIP: tuple(each for each in Topic if each is not Topic.ASKED),
    ReportKind.CORPORATE_PARENTING: tuple(each for each in Topic if each is not Topic.ASKED),
    ReportKind.PROVIDER: (
        *(Topic.ASKED, Topic.FUNNEL, Topic.TIMELINESS),
        *(Topic.RECORD, Topic.SAMPLED),
    ),
}
# Of whom it is: a group of `publishing`, or the children whom one provider interviews.
OF_PROVIDER = "provider"
GROUP_OF: Mapping[ReportKind, str] = {
    ReportKind.PARTNERSHIP: ALL,
    ReportKind.CORPORATE_PARENTING: LOOKED_AFTER,
    ReportKind.PROVIDER: OF_PROVIDER,
}


# Of which days.


class NoSuchPeriod(Blocked):
    """Words that name no quarter, month or year."""


def month_from(year: int, month: int) -> Period:
    first = date(year, month, 1)
    after = date(year + month // 12, month % 12 + 1, 1)
    return Period(first, after - DAY)


def quarter_from(year: int, month: int) -> Period:
    """The quarter that the month is in."""
    first = (month - 1) // 3 * 3 + 1
    return Period(date(year, first, 1), month_from(year, first + 2).last)


def period_of(kind: ReportKind, day: date) -> Period:
    """The one of the report's periods that the day is in."""
    if kind is ReportKind.CORPORATE_PARENTING:
        return publishing.year_with(day)
    if kind is ReportKind.PROVIDER:
        return month_from(day.year, day.month)
    return quarter_from(day.year, day.month)


def named(kind: ReportKind, text: str) -> Period:
    """2026-01: the quarter, month or financial year that begins in this month.

    Raises NoSuchPeriod.
    """
    try:
        year, month = (int(part) for part in text.split("-"))
        first = date(year, month, 1)
        found = period_of(kind, first)
        earlier(found)
    except (ValueError, OverflowError):
        found = None
    if found is None or found.first != first:
        raise NoSuchPeriod(
            f"“{text}” is not the first month of a {LENGTH[kind]}. Write it as {WRITTEN[kind]}."
        )
    return found


LENGTH = {
    ReportKind.PARTNERSHIP: "quarter",
    ReportKind.CORPORATE_PARENTING: "year",
    ReportKind.PROVIDER: "month",
}
WRITTEN = {
    ReportKind.PARTNERSHIP: "2026-01, 2026-04, 2026-07 or 2026-10",
    ReportKind.CORPORATE_PARENTING: "2025-04: it begins in April",
    ReportKind.PROVIDER: "2026-01",
}


def key_of(period: Period) -> str:
    return f"{period.first:%Y-%m}"


def earlier(period: Period) -> Period:
    """What it is compared with: the year, quarter or month before; else as many days before."""
    eve = period.first - DAY
    for whole in (publishing.year_with(eve), quarter_from(eve.year, eve.month)):
        alike = period.is_year if whole.is_year else period.is_quarter
        if alike:
            return whole
    if period == month_from(period.first.year, period.first.month):
        return month_from(eve.year, eve.month)
    return Period(period.first - (period.last - period.first) - DAY, eve)


def in_words(period: Period) -> str:
    """January to March 2026; March 2026; the year to 31 March 2026; else its days."""
    first, last = period.first, period.last
    if period.is_year:
        return f"the year to 31 March {last.year}"
    if period.is_quarter:
        return f"{first:%B} to {last:%B %Y}"
    if period == month_from(first.year, first.month):
        return f"{first:%B %Y}"
    return period.label


def before_in_words(period: Period) -> str:
    """What the period before is called."""
    if period.is_year:
        return "the year before"
    if period.is_quarter:
        return "the quarter before"
    if period == month_from(period.first.year, period.first.month):
        return "the month before"
    return "as many days before"


# What has changed.

FEWEST_COMPARED = 10


@dataclass(frozen=True, slots=True)
class Change:
    """How a share differs from the one before, in percentage points."""

    points: float
    is_more_than_chance: bool

    @property
    def in_words(self) -> str:
        """Up 4.2 points; down 1 point; the same."""
        if not self.points:
            return "the same"
        size = f"{abs(self.points):g}"
        unit = "point" if size == "1" else "points"
        return f"{'up' if self.points > 0 else 'down'} {size} {unit}"


def change(now: Count, before: Count) -> Change | None:
    """None where there is nothing to compare: no share, or of fewer than ten in either period."""
    if min(now.denominator or 0, before.denominator or 0) < FEWEST_COMPARED:
        return None
    assert now.value is not None
    assert before.value is not None
    low, high = difference(now, before)
    return Change(round(now.value - before.value, 1), low > 0 or high < 0)


def difference(now: Count, before: Count) -> tuple[float, float]:
    """Between which the difference of two shares lies in 95 of 100 such pairs; Newcombe's."""
    told, told_before = limits(now), limits(before)
    assert told
    assert told_before
    assert now.denominator
    assert before.denominator
    one, other = now.numerator / now.denominator, before.numerator / before.denominator
    apart = one - other
    low = apart - sqrt((one - told[0]) ** 2 + (told_before[1] - other) ** 2)
    high = apart + sqrt((told[1] - one) ** 2 + (other - told_before[0]) ** 2)
    return low, high


def are_more(now: int, before: int, days: int, days_before: int) -> bool | None:
    """Whether so many in so many days are more, or fewer, than chance alone would make of before.

    True for more, False for fewer, None for neither: by how they share out between the two periods.
    """
    both = now + before
    told = limits(Count(now, both)) if both >= FEWEST_COMPARED else None
    if told is None:
        return None
    even = days / (days + days_before)
    if told[0] <= even <= told[1]:
        return None
    return told[0] > even
