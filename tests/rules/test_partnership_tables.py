"""What reports for a board hide: no child is found from one, nor from two in a row."""

from collections import Counter
from collections.abc import Mapping, Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from returnhome.rules import partnership_tables as tables
from returnhome.rules.codes import Cohort
from returnhome.rules.measures import ALL
from returnhome.rules.partnership import TOPICS, ReportKind, Topic, month_from, quarter_from
from returnhome.rules.partnership_tables import COUNTED_QUESTIONS, HOSTED, answered, hosted_by, said
from returnhome.rules.publishing import GROUPS, OUT_OF_AREA, Cell, Period, year_from
from returnhome.rules.suppression import FEWER_THAN_5, RULES, Release, Rule, faults

QUARTER = quarter_from(2026, 1)
WAYS = (
    {"not_offered"},
    {"offered", "declined_by_child", "declined"},
    {"offered", "declined_by_parent", "declined"},
    {"offered", "accepted", "not_held"},
    {"offered", "accepted", "held", "in_time", "recorded"},
    {"offered", "accepted", "held", "late"},
    {
        "offered",
        "accepted",
        "held",
        "in_time",
        "recorded",
        answered("push"),
        said("push", "school"),
    },
    {
        *("offered", "accepted", "held", "indeterminate", "recorded"),
        *(answered("push"), said("push", "bullying"), answered("harm"), said("harm", "yes")),
        *(answered("where_kinds"), said("where_kinds", "hotel")),
    },
)
# The cohort, the child, which way it went, and where a child out of area was placed.
Happened = tuple[str, int, int, str]
COHORTS = ("home", "home", "looked_after_in_area", "looked_after_out_of_area")
episodes = some.lists(
    some.tuples(
        some.sampled_from(COHORTS),
        some.integers(0, 14),
        some.integers(0, len(WAYS) - 1),
        some.sampled_from("ab"),
    ),
    max_size=60,
)


def counted(those: Sequence[Happened], group: str = ALL) -> Mapping[tuple[str, str], int]:
    number: Counter[tuple[str, str]] = Counter()
    who: dict[tuple[str, str], set[int]] = {}
    often: Counter[int] = Counter()
    groups = {**GROUPS, "provider": frozenset(map(str, Cohort))}
    for cohort, child, way, host in those:
        parts = {"ended", *WAYS[way]}
        if "held" in parts:
            parts.add("held_by_council")
        for each, cohorts in groups.items():
            if cohort in cohorts:
                number.update((each, part) for part in parts)
                who.setdefault((each, "children"), set()).add(child)
        if cohort in groups[group]:
            often[child] += 1
        if cohort == OUT_OF_AREA:
            number[OUT_OF_AREA, hosted_by(host)] += 1
    number.update({key: len(children) for key, children in who.items()})
    number.update((group, tables.times(times)) for times in often.values())
    # Some of other councils' children beside.
    hosted = len(those) % 7
    number.update({(HOSTED, "ended"): hosted, (HOSTED, "children"): hosted})
    return number


def hosts(numbers: Mapping[tuple[str, str], int]) -> list[str]:
    return [each for each in "ab" if numbers.get((OUT_OF_AREA, hosted_by(each)))]


def told(
    those: Sequence[Happened],
    rule: Rule = FEWER_THAN_5,
    *,
    period: Period = QUARTER,
    kind: ReportKind = ReportKind.PARTNERSHIP,
    **how: bool,
) -> tables.Shown:
    group = tables.GROUP_OF[kind]
    numbers = counted(those, group)
    return tables.shown(kind, period, numbers, rule, hosts=hosts(numbers), **how)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    episodes,
    some.sampled_from(list(RULES.values())),
    some.sampled_from(
        [
            (ReportKind.PARTNERSHIP, QUARTER),
            (ReportKind.CORPORATE_PARENTING, year_from(2025)),
            (ReportKind.PROVIDER, month_from(2026, 1)),
        ]
    ),
)
def test_no_small_number_is_shown_or_can_be_worked_out(
    those: list[Happened], rule: Rule, which: tuple[ReportKind, Period]
):
    kind, period = which

    shown = told(those, rule, period=period, kind=kind)

    assert not shown.release.exposed
    assert faults(shown.release) == []
    for cell in shown.release.shown - frozenset(shown.release.table.harmless):
        assert not rule.is_small(shown.release.table.numbers[cell])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(episodes, episodes)
def test_two_reports_that_follow_each_other_tell_no_more_than_each(
    earlier: list[Happened], later: list[Happened]
):
    """A quarter hides the same in its own report and in the next: nothing ties two quarters."""
    after_it = quarter_from(2026, 4)
    own = told(earlier)

    beside, later_on = told(earlier), told(later, period=after_it)

    assert (own.release.hidden, own.left_out) == (beside.release.hidden, beside.left_out)
    both = Release(
        beside.release.table | later_on.release.table,
        FEWER_THAN_5,
        beside.release.hidden | later_on.release.hidden,
        beside.release.told | later_on.release.told,
        {**beside.release.moves, **later_on.release.moves},
    )
    assert faults(both) == []
    assert all(len({cell.period for cell in (s.total, *s.parts)}) == 1 for s in both.table.sums)


def test_how_many_ended_is_shown_before_anything_else():
    """Nothing was offered to 3 of 30 children: how many ended stays, how many offered goes."""
    ways = [0] * 3 + [1] * 6 + [3] * 6 + [4] * 15
    those = [("home", child, way, "a") for child, way in enumerate(ways)]

    release = told(those).release

    assert release.says(Cell(QUARTER, ALL, "ended")) == "30"
    assert release.says(Cell(QUARTER, ALL, "children")) == "30"
    assert release.says(Cell(QUARTER, ALL, "not_offered")) == "fewer than 5"
    assert release.says(Cell(QUARTER, ALL, "offered")) == "withheld"


def test_places_with_small_numbers_are_hidden_whoever_reads():
    """12 in one council's area and 3 in another's: with the 15 shown, neither is told."""
    those = [(OUT_OF_AREA, child, 4, "a" if child < 12 else "b") for child in range(15)]

    shown = told(those, is_protected=False)

    assert shown.release.says(Cell(QUARTER, OUT_OF_AREA, "ended")) == "15"
    assert shown.release.says(Cell(QUARTER, ALL, "recorded")) == "15"
    places = shown.of(Topic.PLACES)
    for host in "ab":
        assert not places.says(Cell(QUARTER, OUT_OF_AREA, hosted_by(host))).isdigit()


def test_who_went_missing_again_is_left_out_where_it_would_tell_of_one():
    """13 episodes of 12 children: one of them went missing twice."""
    those = [("home", child, 4, "a") for child in [*range(12), 0]]

    shown = told(those)

    assert Topic.AGAIN in shown.left_out
    assert shown.release.says(Cell(QUARTER, ALL, "children")) == "12"


def test_of_a_year_the_numbers_are_those_of_every_other_answer():
    year = year_from(2025)
    those = [("home", child, child % 8, "a") for child in range(40)]

    shown = told(those, period=year, kind=ReportKind.CORPORATE_PARENTING)

    published = tables.publishing.by_itself(
        year, counted(those, tables.GROUP_OF[ReportKind.CORPORATE_PARENTING]), FEWER_THAN_5
    )
    assert published.hidden <= shown.release.hidden
    assert not published.shown & shown.release.hidden


def test_what_is_counted_of_a_record_names_neither_words_nor_what_somebody_thinks():
    asked = set(COUNTED_QUESTIONS)

    assert not {each for each in asked if each.endswith(("_words", "_judged"))}
    assert {"push", "pull", "where_kinds", "harm", "harm_kinds"} <= asked
    assert all(topic in Topic for topics in TOPICS.values() for topic in topics)
