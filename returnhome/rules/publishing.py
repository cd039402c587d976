"""What is published of missing episodes and interviews: the fixed list of tables, and their sums.

Source: our own; the measures are those of `measures`, the further counts those that freedom of
information requests of 2018 to 2024 ask for. Which numbers are hidden is `suppression`'s.

Of a financial year that is over one table is published, from which every answer and every file
takes its numbers, and after it a coarser one of each of its quarters, protected with the year's as
known. Nobody has to remember what was published, as the same ledger gives the same tables.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from returnhome.rules import suppression
from returnhome.rules.codes import Cohort, Harm, Indicator
from returnhome.rules.measures import ADDED, ALL, UPTAKE, Measure
from returnhome.rules.suppression import Release, Rule, Sum, Table

DAY = timedelta(days=1)

# Periods.


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from first to last, both included."""

    first: date
    last: date

    @property
    def label(self) -> str:
        """2024 to 2025 for a financial year; else its days."""
        if self.is_year:
            return f"{self.first.year} to {self.last.year}"
        return f"{self.first.day} {self.first:%B %Y} to {self.last.day} {self.last:%B %Y}"

    @property
    def is_year(self) -> bool:
        """From 1 April to 31 March."""
        return self == year_from(self.first.year)

    @property
    def is_quarter(self) -> bool:
        return self in year_with(self.first).quarters

    @property
    def quarters(self) -> tuple["Period", ...]:
        """The four of a financial year."""
        year = self.first.year
        starts = [date(year, 4, 1), date(year, 7, 1), date(year, 10, 1), date(year + 1, 1, 1)]
        ends = [*starts[1:], date(year + 1, 4, 1)]
        return tuple(Period(start, end - DAY) for start, end in zip(starts, ends, strict=True))

    def has(self, day: date) -> bool:
        return self.first <= day <= self.last


def year_from(year: int) -> Period:
    """The financial year that begins in this one."""
    return Period(date(year, 4, 1), date(year + 1, 3, 31))


def year_with(day: date) -> Period:
    return year_from(day.year if day >= date(day.year, 4, 1) else day.year - 1)


def periods_within(first: date, last: date) -> tuple[Period, ...]:
    """Each financial year, where the days are whole ones; else all of the days as one period."""
    whole = Period(first, last)
    if (first.month, first.day) == (4, 1) and (last.month, last.day) == (3, 31):
        return tuple(year_from(year) for year in range(first.year, last.year))
    return (whole,)


# Groups: cohorts, and what is added up of them. The few of whom nobody knows where they lived would
# be a group of their own in which everything is small. Children whom an authority outside England
# looks after stand apart in `measures`, and are in no group here.

AT_HOME, LOOKED_AFTER = "home_or_unknown", "looked_after"
IN_AREA, OUT_OF_AREA = map(str, (Cohort.LOOKED_AFTER_IN_AREA, Cohort.LOOKED_AFTER_OUT_OF_AREA))
GROUPS: Mapping[str, frozenset[str]] = {
    ALL: frozenset(map(str, ADDED)),
    AT_HOME: frozenset(map(str, (Cohort.HOME, Cohort.UNKNOWN))),
    LOOKED_AFTER: frozenset({IN_AREA, OUT_OF_AREA}),
    IN_AREA: frozenset({IN_AREA}),
    OUT_OF_AREA: frozenset({OUT_OF_AREA}),
}
ADDED_UP: Mapping[str, tuple[str, ...]] = {
    LOOKED_AFTER: (IN_AREA, OUT_OF_AREA),
    ALL: (AT_HOME, LOOKED_AFTER),
}
GROUP_LABELS: Mapping[str, str] = {
    ALL: "All children",
    AT_HOME: "Missing from home, or not known where from",
    LOOKED_AFTER: "Looked after",
    IN_AREA: Cohort.LOOKED_AFTER_IN_AREA.label,
    OUT_OF_AREA: Cohort.LOOKED_AFTER_OUT_OF_AREA.label,
}

# What is counted. The funnel: each step and the parts that it falls into.

FUNNEL: Mapping[str, tuple[str, ...]] = {
    "ended": ("offered", "not_offered", "offer_not_known"),
    "offered": (
        *("accepted", "declined_by_child", "declined_by_parent", "whose_no_not_known"),
        *("not_answered", "answer_not_known"),
    ),
    "accepted": ("held", "not_held", "still_to_hold", "held_not_known"),
    "held": ("in_time", "late", "indeterminate"),
}
STEPS = ("ended", "offered", "held", "in_time")
EPISODES = tuple(dict.fromkeys(part for step in FUNNEL for part in (step, *FUNNEL[step])))
DECLINED = ("declined_by_child", "declined_by_parent", "whose_no_not_known")
# Each child once, in a group and over all of them: what is counted → the episodes it is of.
CHILDREN: Mapping[str, str] = {
    "started_children": "started",
    "children": "ended",
    "held_children": "held",
    "in_time_children": "in_time",
    "declined_children": "declined",
}
# Children of whom these are some: who of them is in neither is a number of children too.
AMONG: Mapping[str, str] = {
    "held_children": "children",
    "in_time_children": "held_children",
    "declined_children": "children",
}
# Of the interviews held: by whom, what was recorded, what followed.
HELD_BY = ("held_by_council", "held_by_provider", "held_by_other_council", "held_by_not_known")
AFTER = ("sexual_exploitation", "criminal_exploitation", "help_offered", "shared_with_police")
BY_ITSELF = ("looked_after_on_record", "police_notifications")
# Which questions of a record tell of exploitation: a prompt of its own, answered yes or possible;
# or one of these among the kinds of harm.
HARM_KINDS = "harm_kinds"
SIGNS: Mapping[str, frozenset[str]] = {
    "sexual_exploitation": frozenset({Harm.SEXUAL_EXPLOITATION}),
    "criminal_exploitation": frozenset({Harm.CRIMINAL_EXPLOITATION, Harm.GANGS}),
}
EXPLOITATION = (*SIGNS, HARM_KINDS)
AFFIRMED = frozenset({Indicator.YES, Indicator.POSSIBLE})
# The measures that come out: no reasons one by one, and nothing that holds at the moment only.
PUBLISHED: tuple[Measure, ...] = tuple(
    measure
    for measure in UPTAKE
    if measure.part in {*EPISODES, "children"} and measure.of in {None, *EPISODES}
)


class Cell(NamedTuple):
    """One number: of which period and group, and what it counts."""

    period: Period
    group: str
    what: str


Counted = Mapping[tuple[str, str], int]
"""(group, what it counts) → how many, for one period."""


def year_table(period: Period, counted: Counted) -> Table:
    """All that is published of a financial year, or of any other days by themselves."""
    made = Making(period, counted)
    for group in GROUPS:
        for step, parts in FUNNEL.items():
            made.add(group, step, parts)
        for what, of in CHILDREN.items():
            # How often the same child went missing again; declines are not added up as a number.
            if of in (*EPISODES, "started"):
                made.rest(group, of, what, harmless=True)
        for what, of in AMONG.items():
            made.rest(group, of, what)
    for group, parts in ADDED_UP.items():
        for what in (*EPISODES, "started"):
            made.across(group, parts, what)
        for what in CHILDREN:
            made.overlap(group, parts, what)
    # Whoever was never looked after when they went missing.
    made.rest_of_group(ALL, LOOKED_AFTER, "started_children")
    made.add(ALL, "held", HELD_BY)
    for what in AFTER:
        made.rest(ALL, "held", what, harmless=True)
    made.rest(ALL, "help_offered", "help_taken_up")
    for what in BY_ITSELF:
        made.number(ALL, what)
    return made.table


def quarter_table(period: Period, counted: Counted) -> Table:
    """What is published of three months: the steps alone, of all children together."""
    made = Making(period, counted)
    for step, after in pairwise(STEPS):
        made.rest(ALL, step, after)
    return made.table


class Making:
    """A table while it is put together."""

    def __init__(self, period: Period, counted: Counted) -> None:
        self.period, self.counted = period, counted
        self.numbers: dict[suppression.Key, int] = {}
        self.sums: list[Sum] = []
        self.unlisted: set[Cell] = set()
        self.harmless: set[Cell] = set()

    @property
    def table(self) -> Table:
        return Table(self.numbers, self.sums, self.unlisted, self.harmless)

    def number(self, group: str, what: str) -> Cell:
        cell = Cell(self.period, group, what)
        self.numbers[cell] = self.counted.get((group, what), 0)
        return cell

    def add(self, group: str, total: str, parts: Sequence[str]) -> None:
        those = tuple(self.number(group, part) for part in parts)
        self.sums.append(Sum(self.number(group, total), those))

    def across(self, group: str, parts: Sequence[str], what: str) -> None:
        those = tuple(self.number(part, what) for part in parts)
        self.sums.append(Sum(self.number(group, what), those))

    def rest(self, group: str, whole: str, part: str, *, harmless: bool = False) -> None:
        """What is left of the whole without the part, which nobody lists and everybody can tell."""
        self._left(
            self.number(group, whole),
            (self.number(group, part),),
            Cell(self.period, group, f"{whole} without {part}"),
            harmless=harmless,
        )

    def rest_of_group(self, group: str, part: str, what: str) -> None:
        self._left(
            self.number(group, what),
            (self.number(part, what),),
            Cell(self.period, group, f"{what} without {part}"),
        )

    def overlap(self, group: str, parts: Sequence[str], what: str) -> None:
        """Children who are in several of the parts are in the group once."""
        together = self.number(group, what)
        those = tuple(self.number(part, what) for part in parts)
        twice = Cell(self.period, group, f"{what} in several")
        every = Cell(self.period, group, f"{what} each time")
        self.numbers[every] = sum(self.numbers[cell] for cell in those)
        self.numbers[twice] = self.numbers[every] - self.numbers[together]
        self.sums += [Sum(every, those), Sum(every, (together, twice))]
        self.unlisted |= {every, twice}
        self.harmless |= {every, twice}

    def _left(
        self, whole: Cell, parts: tuple[Cell, ...], left: Cell, *, harmless: bool = False
    ) -> None:
        self.numbers[left] = self.numbers[whole] - sum(self.numbers[part] for part in parts)
        self.sums.append(Sum(whole, (*parts, left)))
        self.unlisted.add(left)
        if harmless:
            self.harmless.add(left)


def signs(question: str, codes: Collection[str]) -> frozenset[str]:
    """Which exploitation an answer of a record tells of."""
    if question == HARM_KINDS:
        return frozenset(what for what, kinds in SIGNS.items() if kinds.intersection(codes))
    return (
        frozenset({question}) if question in SIGNS and AFFIRMED.intersection(codes) else frozenset()
    )


# Releases.


def needed_for(period: Period) -> tuple[Period, ...]:
    """The periods that have to be counted for its release."""
    if period.is_quarter:
        year = year_with(period.first)
        return (year, *year.quarters)
    return (period,)


def by_itself(period: Period, counted: Counted, rule: Rule) -> Release:
    """All there is of a period, with no other known: of a financial year, what is published."""
    return suppression.protect(year_table(period, counted), rule)


def release(period: Period, counted: Mapping[Period, Counted], rule: Rule) -> Release:
    """The table of a period as it comes out: of a quarter, after that of its year."""
    if not period.is_quarter:
        return by_itself(period, counted[period], rule)
    year = year_with(period.first)
    before = by_itself(year, counted[year], rule)
    table = before.table
    for quarter in year.quarters:
        table |= quarter_table(quarter, counted[quarter])
    sums = [
        Sum(Cell(year, ALL, step), tuple(Cell(quarter, ALL, step) for quarter in year.quarters))
        for step in STEPS
    ]
    released = suppression.protect(table.also(*sums), rule, before=[before])
    return _without_quarters(released, before) if released.exposed else released


def _without_quarters(released: Release, before: Release) -> Release:
    """Nothing of the quarters, not even a zero: too few for anything to be told of them."""
    hidden = frozenset(released.table.numbers) - frozenset(released.table.unlisted) - before.shown
    return replace(
        released, hidden=hidden, told=before.told, moves=before.moves, exposed=frozenset()
    )
