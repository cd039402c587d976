"""What the reports for a board count, with the sums between it, and which of it is hidden.

Source: our own; how small numbers are hidden is `suppression`'s, what is counted of the way to an
interview `publishing`'s.

A period is protected by itself, and with all that a report of it can hold, so that it hides the
same numbers in the report of the next one, where it stands for comparison. It is done topic by
topic, the chief numbers first: what is shown of them stays, and a topic that cannot be protected
beside them is left out whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import or_

from returnhome.rules import publishing, suppression
from returnhome.rules.codes import Code, Harm, Indicator, Pull, Push
from returnhome.rules.measures import ALL
from returnhome.rules.partnership import GROUP_OF, TOPICS, ReportKind, Topic
from returnhome.rules.publishing import (
    ADDED_UP,
    EXPLOITATION,
    FUNNEL,
    OUT_OF_AREA,
    STEPS,
    Cell,
    Counted,
    Making,
    Period,
)
from returnhome.rules.reviewing import Criterion, Mark, Theme
from returnhome.rules.standard.lists import Stayed
from returnhome.rules.suppression import Release, Rule, Sum, Table

# Groups beside those of `publishing`: other councils' children placed here, and records by lot.
HOSTED, SAMPLED = "hosted", "sampled"

# Question of a signed record → its answers. Of each record the codes alone are read.
QUESTIONS: Mapping[str, type[Code]] = {
    "push": Push,
    "pull": Pull,
    "where_kinds": Stayed,
    "harm": Indicator,
    "harm_kinds": Harm,
}
# What the role of the database that counts may read of records: these questions' codes.
COUNTED_QUESTIONS = tuple(dict.fromkeys((*EXPLOITATION, *QUESTIONS)))
OF_TOPIC: Mapping[Topic, tuple[str, ...]] = {
    Topic.REASONS: ("push", "pull"),
    Topic.HARM: ("harm", "harm_kinds"),
    Topic.PLACES: ("where_kinds",),
}
HARM_ANSWERS = (Indicator.YES, Indicator.POSSIBLE, Indicator.NO)
AGAIN = ("missing_once", "missing_twice", "missing_more")
NOW_ALONE = ("still_missing", "waiting")


def answered(question: str) -> str:
    return f"{question} answered"


def said(question: str, code: str) -> str:
    return f"{question} {code}"


def hosted_by(place: str) -> str:
    return f"placed in {place}"


def times(often: int) -> str:
    """Which of the three a child falls into who was missing so often."""
    return AGAIN[min(often, 3) - 1]


def marked(criterion: Criterion, mark: Mark) -> str:
    return f"{criterion} {mark}"


APPLIED = (Mark.MET, Mark.PARTLY, Mark.NOT_MET)


def core(kind: ReportKind, period: Period, counted: Counted) -> Table:
    """What is protected first, so that it is hidden last.

    Of a financial year the table that other answers of the product take their numbers from; of
    other days the steps from the return to an interview.
    """
    group = GROUP_OF[kind]
    if _has_year_table(kind, period):
        return publishing.year_table(period, counted)
    made = Making(period, counted)
    _steps(made, group)
    return made.table


def _has_year_table(kind: ReportKind, period: Period) -> bool:
    return period.is_year and kind is not ReportKind.PROVIDER


def _steps(made: Making, group: str) -> None:
    for step, after in pairwise(STEPS):
        made.rest(group, step, after)
    made.rest(group, "ended", "children", harmless=True)


def further(
    kind: ReportKind, period: Period, counted: Counted, *, hosts: Sequence[str] = ()
) -> dict[Topic, Table]:
    """What stands beside the core, with the sums that tie it there; the first is hidden last."""
    group = GROUP_OF[kind]
    made = {
        Topic.FUNNEL: lambda: _funnel(period, counted, group),
        Topic.LIVED: lambda: _lived(period, counted, group),
        Topic.ASKED: lambda: _asked(period, counted, group),
        Topic.AGAIN: lambda: _again(period, counted, group),
        Topic.REASONS: lambda: _recorded(period, counted, group, Topic.REASONS),
        Topic.HARM: lambda: _recorded(period, counted, group, Topic.HARM),
        Topic.FOLLOWED: lambda: _followed(period, counted, group),
        Topic.PLACES: lambda: _places(period, counted, group, hosts),
        Topic.OUT_OF_AREA: lambda: _hosted(period, counted),
        Topic.RECORD: lambda: _of_record(period, counted, group),
        Topic.SAMPLED: lambda: _sampled(period, counted),
    }
    in_core = {Topic.FUNNEL, Topic.LIVED} if _has_year_table(kind, period) else set()
    asked = set(TOPICS[kind]) - in_core
    return {topic: make() for topic, make in made.items() if topic in asked}


def _funnel(period: Period, counted: Counted, group: str) -> Table:
    made = Making(period, counted)
    for step, parts in FUNNEL.items():
        made.add(group, step, parts)
    return made.table


def _lived(period: Period, counted: Counted, group: str) -> Table:
    made = Making(period, counted)
    for whole, parts in ADDED_UP.items():
        if group in (whole, ALL):
            for part in parts:
                _steps(made, part)
            for step in STEPS:
                made.across(whole, parts, step)
            made.overlap(whole, parts, "children")
    return made.table


def _again(period: Period, counted: Counted, group: str) -> Table:
    """Every episode is a child's first, second or a later one: so the three add up to all."""
    made = Making(period, counted)
    once, twice, more = (made.number(group, what) for what in AGAIN)
    children, again = made.number(group, "children"), Cell(period, group, "missing again")
    left, later = Cell(period, group, "ended without children"), Cell(period, group, "later ones")
    latest = Cell(period, group, "the fourth and later ones")
    numbers = made.numbers
    numbers[again] = numbers[twice] + numbers[more]
    numbers[left] = made.counted.get((group, "ended"), 0) - numbers[children]
    numbers[later] = numbers[left] - numbers[again]
    numbers[latest] = numbers[later] - numbers[more]
    made.sums += [
        Sum(children, (once, again)),
        Sum(again, (twice, more)),
        Sum(left, (again, later)),
        Sum(later, (more, latest)),
    ]
    made.unlisted |= {again, left, later, latest}
    made.harmless |= {left, later, latest}
    return made.table


def _recorded(period: Period, counted: Counted, group: str, topic: Topic) -> Table:
    made = Making(period, counted)
    made.rest(group, "held", "recorded", harmless=True)
    for question in OF_TOPIC[topic]:
        _question(made, group, question)
    return made.table


def _question(made: Making, group: str, question: str) -> None:
    made.rest(group, "recorded", answered(question), harmless=True)
    if question == "harm":
        made.add(group, answered(question), [said(question, each) for each in HARM_ANSWERS])
        return
    for code in QUESTIONS[question]:
        made.rest(group, answered(question), said(question, code), harmless=True)


def _places(period: Period, counted: Counted, group: str, hosts: Sequence[str]) -> Table:
    made = Making(period, counted)
    made.rest(group, "held", "recorded", harmless=True)
    for question in OF_TOPIC[Topic.PLACES]:
        _question(made, group, question)
    if hosts:
        made.add(OUT_OF_AREA, "ended", [hosted_by(each) for each in hosts])
    return made.table


def _hosted(period: Period, counted: Counted) -> Table:
    """Other councils' children placed here: beside, and in no sum of ours."""
    made = Making(period, counted)
    for step, after in pairwise(STEPS):
        made.rest(HOSTED, step, after)
    made.rest(HOSTED, "ended", "children", harmless=True)
    return made.table


def _of_record(period: Period, counted: Counted, group: str) -> Table:
    made = Making(period, counted)
    for what in NOW_ALONE:
        made.number(group, what)
    made.rest(group, "ended", "running", harmless=True)
    made.rest(group, "held", "recorded", harmless=True)
    return made.table


# Whoever knows these of a sample knows something of a child; the others are of how it is written.
OF_THE_CHILD = frozenset(
    {
        *(Criterion.HARM, Criterion.NEEDS),
        *(Theme.SIGNS_NOT_FOLLOWED, Theme.HARM_LATE, Theme.NEEDS_LEFT, Theme.COMMUNICATION),
    }
)


def _sampled(period: Period, counted: Counted) -> Table:
    made = Making(period, counted)
    made.harmless.add(made.number(SAMPLED, "scored"))
    for criterion in Criterion:
        applied = f"{criterion} applied"
        made.rest(SAMPLED, "scored", applied, harmless=True)
        those = [marked(criterion, each) for each in APPLIED]
        made.add(SAMPLED, applied, those)
        if criterion not in OF_THE_CHILD:
            made.harmless.update(Cell(period, SAMPLED, each) for each in (applied, *those))
    for theme in Theme:
        made.rest(SAMPLED, "scored", theme, harmless=True)
        if theme not in OF_THE_CHILD:
            made.harmless.add(Cell(period, SAMPLED, theme))
    return made.table


# What became of each action, each need, each interview of which something was told on.
FOLLOWED: Mapping[str, tuple[str, ...]] = {
    "actions": ("actions_done", "actions_late", "actions_open"),
    "needs": ("help_offered_for_need", "action_alone", "no_help", "nothing_yet"),
    "help_offered_for_need": ("taken_up", "not_taken_up", "take_up_not_known"),
    "taken_up": ("finished", "not_finished"),
    "to_share": ("shared", "left_unshared", "not_shared_yet"),
    "shared": ("acknowledged", "not_acknowledged"),
}
# As `after_the_talk` counts them. Help after an interview is another number than help for a need.
AFTER_THE_TALK: Mapping[str, str] = {
    each: "help_offered" if each == "help_offered_for_need" else each
    for whole, parts in FOLLOWED.items()
    for each in (whole, *parts)
    if whole != "actions"
}


def _followed(period: Period, counted: Counted, group: str) -> Table:
    made = Making(period, counted)
    for whole, parts in FOLLOWED.items():
        made.add(group, whole, parts)
    return made.table


ANSWERS = ("request_accepted", "request_refused", "request_open")


def _asked(period: Period, counted: Counted, group: str) -> Table:
    made = Making(period, counted)
    made.rest(group, "ended", "taken_on", harmless=True)
    made.add(group, "requests", ANSWERS)
    made.rest(group, "request_accepted", "request_handed_back", harmless=True)
    return made.table


# Protecting.


@dataclass(frozen=True)
class Shown:
    """A period as a report may show it.

    `left_out`: topics that are not shown, not even a zero, so few are behind them. `places`: places
    are protected whatever else is shown.
    """

    release: Release
    places: Release
    left_out: frozenset[Topic] = frozenset()

    def of(self, topic: Topic) -> Release:
        return self.places if topic is Topic.PLACES else self.release


def shown(
    kind: ReportKind,
    period: Period,
    counted: Counted,
    rule: Rule,
    *,
    hosts: Sequence[str] = (),
    is_protected: bool = True,
) -> Shown:
    """The numbers of a period, small ones hidden; or all but those of places as they are."""
    base = core(kind, period, counted)
    tables = further(kind, period, counted, hosts=hosts)
    if is_protected:
        return _protected(base, tables, rule)
    places = tables.pop(Topic.PLACES, None)
    others = reduce(or_, tables.values(), base)
    exact = suppression.whole(rule)
    if places is None:
        released = Release(others, exact, frozenset())
        return Shown(released, released)
    known = Release(others, rule, frozenset())
    beside = suppression.protect(others | places, rule, before=[known])
    left_out = {Topic.PLACES} if beside.exposed - frozenset(others.numbers) else set()
    return Shown(Release(others | places, exact, frozenset()), beside, frozenset(left_out))


def _protected(base: Table, tables: Mapping[Topic, Table], rule: Rule) -> Shown:
    """Topic by topic, with what is shown known; one that cannot be protected then is left out."""
    released = suppression.protect(base, rule)
    left_out = set()
    for topic, table in tables.items():
        beside = suppression.protect(released.table | table, rule, before=[released])
        if beside.exposed - released.exposed:
            left_out.add(topic)
        else:
            released = beside
    return Shown(released, released, frozenset(left_out))
