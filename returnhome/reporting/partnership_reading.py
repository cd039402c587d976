"""Takes the numbers out of a report for a board as they may be shown: figure by figure."""

from collections.abc import Sequence
from dataclasses import dataclass

from returnhome.reporting.foi import NOT_HELD
from returnhome.reporting.partnership import Report
from returnhome.rules import partnership
from returnhome.rules.measures import Count
from returnhome.rules.partnership import Change, Topic
from returnhome.rules.publishing import Cell
from returnhome.rules.suppression import WITHHELD


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: what it counts, what it is called, and out of what, in words too."""

    what: str
    label: str
    of: str = ""
    counted_of: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """A number as it is shown, out of another; `count` is there where both may be seen."""

    number: str
    of: str = ""
    count: Count | None = None

    @property
    def percent(self) -> str:
        return self.count.percent if self.count else ""

    @property
    def is_number(self) -> bool:
        return self.number[:1].isdigit()

    @property
    def is_nothing(self) -> bool:
        return self.number == "0"


@dataclass(frozen=True, slots=True)
class Figure:
    """A line with its value, that of the period before, and how far they are apart.

    `change` is there where both shares may be seen and are of enough to be compared.
    """

    line: Line
    group: str
    now: Value
    before: Value | None
    change: Change | None

    @property
    def has_changed(self) -> bool:
        return self.change is not None and self.change.is_more_than_chance

    @property
    def shares(self) -> str:
        """71.4%, then 82.1%."""
        return f"{self.before.percent if self.before else ''}, then {self.now.percent}"

    @property
    def is_nothing(self) -> bool:
        before = self.before.number if self.before else NOT_HELD
        return self.now.is_nothing and before in ("0", NOT_HELD)


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures that stand in one table, under their caption. `drawn`: those of which is a chart."""

    caption: str
    figures: tuple[Figure, ...]
    drawn: tuple[Figure, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One topic: sentences, tables, and what else has to be known of them."""

    topic: Topic
    title: str
    opening: tuple[str, ...] = ()
    tables: tuple[Figures, ...] = ()
    closing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """Takes the numbers out of a report as they may be shown."""

    report: Report

    def value(self, topic: Topic, line: Line, group: str, *, is_now: bool = True) -> Value:
        counts = self.report.counts
        period = counts.period if is_now else counts.before
        if not counts.holds(period):
            return Value(NOT_HELD)
        shown = self.report.shown[period]
        release = shown.of(topic)
        above = Cell(period, group, line.what)
        if above not in release.table.numbers:
            # What is left out; of places, where nobody was placed.
            is_nowhere = topic is Topic.PLACES and topic not in shown.left_out
            return Value("0" if is_nowhere else WITHHELD)
        if not line.of:
            return Value(release.says(above))
        below = Cell(period, group, line.of)
        return Value(release.says(above), release.says(below), release.rate(above, below))

    def figure(
        self, topic: Topic, line: Line, group: str | None = None, *, is_of_the_moment: bool = False
    ) -> Figure:
        of = group or self.report.counts.group
        now = self.value(topic, line, of)
        if is_of_the_moment:
            return Figure(line, of, now, None, None)
        before = self.value(topic, line, of, is_now=False)
        change = partnership.change(now.count, before.count) if now.count and before.count else None
        return Figure(line, of, now, before, change)

    def figures(
        self, topic: Topic, lines: Sequence[Line], group: str | None = None
    ) -> tuple[Figure, ...]:
        return tuple(self.figure(topic, line, group) for line in lines)

    def is_left_out(self, topic: Topic) -> bool:
        counts = self.report.counts
        return topic in self.report.shown[counts.period].left_out


# In words.


def told(value: Value) -> str:
    return value.number if value.number != WITHHELD else "a number that is withheld"


def many(value: Value, one: str) -> str:
    """112 children; fewer than 5 children; a number of children that is withheld."""
    several = PLURALS.get(one, f"{one}s")
    if value.number == WITHHELD:
        return f"a number of {several} that is withheld"
    return f"{value.number} {one if value.number == '1' else several}"


PLURALS = {"child": "children"}


def none_or(value: Value) -> str:
    return "none" if value.is_nothing else told(value)


def rate(value: Value) -> str:
    return f"{told(value)} ({value.percent})" if value.percent else told(value)


def as_number(value: Value) -> int:
    number = value.number.replace(",", "")
    return int(number) if number.isdigit() else 0


def capital(text: str) -> str:
    return text[0].upper() + text[1:]
