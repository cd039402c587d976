"""The reports for a board: of which days, beside which others, and what counts as a change."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from returnhome.rules import partnership
from returnhome.rules.measures import Count
from returnhome.rules.partnership import Change, NoSuchPeriod, ReportKind, Topic
from returnhome.rules.publishing import Period

QUARTER, YEAR, MONTH = (
    ReportKind.PARTNERSHIP,
    ReportKind.CORPORATE_PARENTING,
    ReportKind.PROVIDER,
)


@pytest.mark.parametrize(
    ("kind", "words", "called", "beside"),
    [
        (QUARTER, "2026-01", "January to March 2026", "October to December 2025"),
        (QUARTER, "2026-04", "April to June 2026", "January to March 2026"),
        (YEAR, "2024-04", "the year to 31 March 2025", "the year to 31 March 2024"),
        (MONTH, "2026-01", "January 2026", "December 2025"),
        (MONTH, "2024-03", "March 2024", "February 2024"),
    ],
)
def test_a_report_stands_beside_the_period_before(
    kind: ReportKind, words: str, called: str, beside: str
):
    period = partnership.named(kind, words)

    assert partnership.in_words(period) == called
    assert partnership.in_words(partnership.earlier(period)) == beside
    assert partnership.key_of(period) == words


def test_other_days_stand_beside_as_many_days_before():
    days = Period(date(2026, 2, 10), date(2026, 2, 19))

    assert partnership.earlier(days) == Period(date(2026, 1, 31), date(2026, 2, 9))
    assert partnership.before_in_words(days) == "as many days before"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (QUARTER, "2026-02"),
        (QUARTER, "spring"),
        (QUARTER, "2026-13"),
        (YEAR, "2026-01"),
        (MONTH, "2026"),
        (MONTH, "0001-01"),
    ],
)
def test_words_that_name_no_period_are_told_how_to_write_it(kind: ReportKind, words: str):
    with pytest.raises(NoSuchPeriod, match=f"“{words}” is not the first month"):
        partnership.named(kind, words)


@given(some.dates(date(2000, 1, 1), date(2100, 1, 1)), some.sampled_from(list(ReportKind)))
def test_every_day_is_in_one_period_and_the_one_before_ends_on_its_eve(day: date, kind: ReportKind):
    period = partnership.period_of(kind, day)

    assert period.has(day)
    before = partnership.earlier(period)
    assert before == partnership.period_of(kind, before.first)
    assert (period.first - before.last).days == 1


def test_every_report_says_what_could_not_be_counted():
    assert all(Topic.RECORD in topics for topics in partnership.TOPICS.values())
    assert Topic.ASKED in partnership.TOPICS[MONTH]
    assert Topic.PLACES not in partnership.TOPICS[MONTH]


@pytest.mark.parametrize(
    ("now", "before", "low", "high"),
    # Newcombe 1998, table II, method 10: 56/70 against 48/80, and 9/10 against 3/10.
    [
        (Count(56, 70), Count(48, 80), 0.0524, 0.3339),
        (Count(9, 10), Count(3, 10), 0.1705, 0.8090),
    ],
)
def test_the_difference_of_two_shares_is_that_of_newcombes_paper(
    now: Count, before: Count, low: float, high: float
):
    assert partnership.difference(now, before) == pytest.approx((low, high), abs=0.0001)


def test_a_change_is_told_only_where_it_is_more_than_chance():
    assert partnership.change(Count(56, 70), Count(48, 80)) == Change(20.0, True)
    assert partnership.change(Count(48, 80), Count(56, 70)) == Change(-20.0, True)
    assert partnership.change(Count(42, 70), Count(48, 85)) == Change(3.5, False)


def test_of_fewer_than_ten_nothing_is_compared():
    assert partnership.change(Count(9, 9), Count(0, 100)) is None
    assert partnership.change(Count(5), Count(4)) is None


@pytest.mark.parametrize(
    ("points", "words"),
    [(4.2, "up 4.2 points"), (-1.0, "down 1 point"), (0.0, "the same"), (-12.0, "down 12 points")],
)
def test_a_change_is_told_in_points(points: float, words: str):
    assert Change(points, True).in_words == words


@pytest.mark.parametrize(
    ("now", "before", "more"),
    [(60, 30, True), (30, 60, False), (32, 30, None), (4, 0, None), (0, 0, None)],
)
def test_more_episodes_are_more_only_beyond_chance(now: int, before: int, more: bool | None):
    assert partnership.are_more(now, before, 90, 92) is more
