"""By what figures are told apart."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from returnhome.rules import grouping
from returnhome.rules.grouping import Band, Interval, Times
from returnhome.rules.measures import Count

ON = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("born", "band"),
    [
        (date(2016, 3, 2), Band.UNDER_10),
        (date(2016, 3, 1), Band.TO_12),
        (date(2013, 3, 2), Band.TO_12),
        (date(2013, 3, 1), Band.TO_15),
        (date(2010, 3, 1), Band.TO_17),
        (None, Band.UNKNOWN),
        (date(2026, 3, 2), Band.UNKNOWN),
    ],
)
def test_an_age_is_that_at_which_the_child_went_missing(born: date | None, band: Band):
    assert grouping.band_of(born, ON) is band


def test_how_often_is_told_in_four_groups():
    assert [grouping.times_of(n) for n in (1, 2, 3, 5, 6, 40)] == [
        *(Times.ONCE, Times.TWICE, Times.TO_FIVE, Times.TO_FIVE, Times.MORE, Times.MORE)
    ]


@pytest.mark.parametrize(
    ("count", "low", "high"),
    # Worked out by hand from Wilson's formula; of 10 of 10 it never says that it must be 100.
    [
        (Count(5, 10), 24, 76),
        (Count(10, 10), 72, 100),
        (Count(0, 10), 0, 28),
        (Count(81, 263), 26, 37),
    ],
)
def test_the_interval_is_wilsons(count: Count, low: int, high: int):
    assert grouping.interval(count) == Interval(low, high)


def test_of_nothing_there_is_no_interval_and_nothing_differs():
    assert grouping.interval(Count(0, 0)) is None
    assert not grouping.are_apart(Count(0, 0), Count(90, 100))


def test_a_small_group_that_does_badly_by_chance_is_not_called_different():
    everybody = Count(800, 1000)

    assert not grouping.are_apart(Count(1, 3), everybody)
    assert grouping.are_apart(Count(10, 30), everybody)


@given(some.integers(1, 500), some.integers(0, 500))
def test_the_rate_lies_within_its_interval(of: int, part: int):
    count = Count(min(part, of), of)
    told = grouping.interval(count)

    assert told is not None
    assert count.value is not None
    assert told.low - 0.5 <= count.value <= told.high + 0.5
