"""The fixed list of what is published: years, their quarters, and the sums between them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from returnhome.rules import publishing
from returnhome.rules.measures import ALL, ENDED
from returnhome.rules.publishing import (
    AT_HOME,
    CHILDREN,
    GROUPS,
    IN_AREA,
    LOOKED_AFTER,
    OUT_OF_AREA,
    STEPS,
    Cell,
    Period,
    periods_within,
    year_from,
)
from returnhome.rules.suppression import FEWER_THAN_5, RULES, Release, Rule, Table, faults

YEAR = year_from(2024)
WAYS = (
    {"not_offered"},
    {"offered", "declined", "declined_by_child"},
    {"offered", "declined", "declined_by_parent"},
    {"offered", "not_answered"},
    {"offered", "accepted", "not_held"},
    {"offered", "accepted", "held", "held_by_council", "in_time"},
    {"offered", "accepted", "held", "held_by_provider", "late", "criminal_exploitation"},
    {"offered", "accepted", "held", "held_by_council", "in_time", "help_offered", "help_taken_up"},
)
# The quarter, the group and the child of an episode, and which way it went.
Happened = tuple[int, str, int, int]
episodes = some.lists(
    some.tuples(
        some.integers(0, 3),
        some.sampled_from(["home", "home", IN_AREA, OUT_OF_AREA, "unknown"]),
        some.integers(0, 12),
        some.integers(0, len(WAYS) - 1),
    ),
    max_size=70,
)


def counted(those: Sequence[Happened]) -> Mapping[tuple[str, str], int]:
    number: Counter[tuple[str, str]] = Counter()
    who: dict[tuple[str, str], set[int]] = {}
    for _, cohort, child, way in those:
        parts = {"started", "ended", *WAYS[way]}
        for group, cohorts in GROUPS.items():
            if cohort in cohorts:
                number.update((group, part) for part in parts)
                for what, of in CHILDREN.items():
                    if of in parts:
                        who.setdefault((group, what), set()).add(child)
    number.update({key: len(children) for key, children in who.items()})
    return number


def by_period(those: Sequence[Happened]) -> Mapping[Period, Mapping[tuple[str, str], int]]:
    quarters = enumerate(YEAR.quarters)
    of_quarters = {each: counted([e for e in those if e[0] == n]) for n, each in quarters}
    return {YEAR: counted(those), **of_quarters}


@settings(max_examples=20, deadline=None)
@given(episodes, some.sampled_from(list(RULES.values())))
def test_of_any_year_every_small_number_is_protected(those: list[Happened], rule: Rule) -> None:
    released = publishing.release(YEAR, by_period(those), rule)

    assert not released.exposed
    assert faults(released) == []
    for cell in released.shown:
        assert not rule.is_small(released.table.numbers[cell])


@settings(max_examples=6, deadline=None)
@given(episodes)
def test_what_the_year_tells_is_the_same_beside_its_quarters(those: list[Happened]) -> None:
    year = publishing.release(YEAR, by_period(those), FEWER_THAN_5)

    quarter = publishing.release(YEAR.quarters[1], by_period(those), FEWER_THAN_5)

    assert not quarter.exposed
    is_told = any(cell.period != YEAR for cell in quarter.shown)
    assert not is_told or faults(quarter, before=[year]) == []
    for cell in year.table.numbers:
        assert (cell in year.hidden) == (cell in quarter.hidden)


def test_a_small_quarter_is_not_told_by_what_the_year_leaves() -> None:
    """30, 30, 30 and 3 ended: the year shows 93, so a second quarter is hidden with the fourth."""
    those = [
        (n, "home", child, 0) for n, many in enumerate((30, 30, 30, 3)) for child in range(many)
    ]

    released = publishing.release(YEAR.quarters[3], by_period(those), FEWER_THAN_5)

    ended = [released.says(Cell(quarter, ALL, "ended")) for quarter in YEAR.quarters]
    assert released.says(Cell(YEAR, ALL, "ended")) == "93"
    assert ended.count("30") == 2
    assert ended[3] == "fewer than 5"


def test_of_a_year_with_too_few_nothing_is_told_by_quarter() -> None:
    """Two episodes, held in one quarter: with the year shown, the zeros of three would tell it."""
    before = Release(Table({}), FEWER_THAN_5, frozenset())
    released = Release(
        publishing.quarter_table(YEAR.quarters[0], {(ALL, "ended"): 2}),
        FEWER_THAN_5,
        frozenset(),
        exposed=frozenset({Cell(YEAR.quarters[0], ALL, "ended")}),
    )

    alone = publishing._without_quarters(released, before)

    assert {alone.says(Cell(YEAR.quarters[0], ALL, step)) for step in STEPS} == {"withheld"}
    assert not alone.exposed


def test_a_child_in_two_groups_is_counted_once_in_both_together() -> None:
    those = [(0, IN_AREA, 1, 0), (1, OUT_OF_AREA, 1, 0), (2, "home", 1, 0)]

    table = publishing.year_table(YEAR, counted(those))

    said = {group: table.numbers[Cell(YEAR, group, "children")] for group in GROUPS}
    assert said == {ALL: 1, AT_HOME: 1, LOOKED_AFTER: 1, IN_AREA: 1, OUT_OF_AREA: 1}


@pytest.mark.parametrize(
    ("first", "last", "labels"),
    [
        (date(2024, 4, 1), date(2025, 3, 31), ["2024 to 2025"]),
        (
            date(2021, 4, 1),
            date(2024, 3, 31),
            ["2021 to 2022", "2022 to 2023", "2023 to 2024"],
        ),
        (date(2024, 4, 1), date(2024, 6, 30), ["1 April 2024 to 30 June 2024"]),
        (date(2024, 1, 1), date(2025, 3, 31), ["1 January 2024 to 31 March 2025"]),
    ],
)
def test_days_are_financial_years_where_they_are_whole_ones(
    first: date, last: date, labels: list[str]
) -> None:
    assert [each.label for each in periods_within(first, last)] == labels


@pytest.mark.parametrize(
    ("first", "last", "is_quarter"),
    [
        (date(2024, 4, 1), date(2024, 6, 30), True),
        (date(2024, 1, 1), date(2024, 3, 31), True),
        (date(2024, 2, 1), date(2024, 4, 30), False),
        (date(2024, 4, 1), date(2025, 3, 31), False),
    ],
)
def test_three_months_of_the_calendar_are_a_quarter(
    first: date, last: date, is_quarter: bool
) -> None:
    assert Period(first, last).is_quarter is is_quarter


def test_what_comes_out_has_no_reason_and_nothing_of_the_moment() -> None:
    keys = {measure.key for measure in publishing.PUBLISHED}

    assert {"ended", "children", "offered", "held_of_ended", "in_time_of_held"} <= keys
    assert not any(key.startswith("not_held_") for key in keys)
    assert not keys & {"running", "waiting", "still_missing", "recorded_in_error", "covered"}
    assert all(m.denominator != ENDED or m.of == "ended" for m in publishing.PUBLISHED)


@pytest.mark.parametrize(
    ("question", "codes", "told"),
    [
        ("criminal_exploitation", ["yes", "seen"], {"criminal_exploitation"}),
        ("sexual_exploitation", ["possible"], {"sexual_exploitation"}),
        ("sexual_exploitation", ["no"], set()),
        ("harm_kinds", ["gangs", "alcohol"], {"criminal_exploitation"}),
        (
            "harm_kinds",
            ["sexual_exploitation", "criminal_exploitation"],
            {"sexual_exploitation", "criminal_exploitation"},
        ),
        ("harm_kinds", ["alcohol"], set()),
        ("pulls", ["exploiter"], set()),
    ],
)
def test_a_sign_of_exploitation_is_a_yes_a_possible_or_a_kind_of_harm(
    question: str, codes: list[str], told: set[str]
) -> None:
    assert publishing.signs(question, codes) == told
