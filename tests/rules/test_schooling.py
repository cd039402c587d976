"""Which school days may have been missed, and for which child that is a matter."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from returnhome.rules.clock import DATE_ONLY, EXACT, Moment, Precision
from returnhome.rules.schooling import (
    Missed,
    Schooling,
    bank_holidays,
    is_school_day,
    leaves_on,
    missed,
    schooling_on,
)

LONDON = ZoneInfo("Europe/London")
SKY = date(2011, 5, 4)


def at(text: str, precision: Precision = EXACT) -> Moment:
    return Moment(datetime.fromisoformat(text).replace(tzinfo=LONDON), precision)


def days(found: Missed | None) -> list[str]:
    return [f"{day:%a} {day.day}" for day in found.days] if found else []


@pytest.mark.parametrize(
    ("went", "came_back", "expected"),
    [
        # Monday evening to Wednesday morning, in school hours.
        ("2026-03-02 20:00", "2026-03-04 10:00", ["Tue 3", "Wed 4"]),
        # Back exactly when school begins, and gone exactly when it ends: nothing was missed.
        ("2026-03-02 15:00", "2026-03-03 09:00", []),
        ("2026-03-02 14:59", "2026-03-03 09:01", ["Mon 2", "Tue 3"]),
        # A night and a weekend.
        ("2026-03-02 22:00", "2026-03-03 06:30", []),
        ("2026-03-06 16:00", "2026-03-09 08:00", []),
        ("2026-03-06 13:00", "2026-03-09 12:00", ["Fri 6", "Mon 9"]),
        # Easter: Good Friday and Easter Monday.
        ("2026-04-02 18:00", "2026-04-07 08:00", []),
        # Of a lesson alone.
        ("2026-03-02 11:00", "2026-03-02 11:20", ["Mon 2"]),
        # After the clocks went forward, 09:00 is 08:00 in Greenwich.
        ("2026-03-29 12:00", "2026-03-30 09:00", []),
        ("2026-03-29 12:00", "2026-03-30 09:01", ["Mon 30"]),
        # And after they went back.
        ("2026-10-23 15:00", "2026-10-26 09:00", []),
    ],
)
def test_a_day_counts_where_school_hours_fell_into_the_time_missing(
    went: str, came_back: str, expected: list[str]
) -> None:
    found = missed(born_on=SKY, went=at(went), came_back=at(came_back))

    assert days(found) == expected


def test_a_moment_with_a_day_alone_may_have_been_at_any_time_of_it() -> None:
    went, came_back = at("2026-03-02", DATE_ONLY), at("2026-03-03", DATE_ONLY)

    assert days(missed(born_on=SKY, went=went, came_back=came_back)) == ["Mon 2", "Tue 3"]


def test_an_estimate_is_read_at_its_widest() -> None:
    went = at("2026-03-02 15:20", Precision("estimated", 30))

    found = missed(born_on=SKY, went=went, came_back=at("2026-03-02 20:00"))

    assert days(found) == ["Mon 2"]


def test_of_a_child_still_missing_the_days_up_to_now_count() -> None:
    went = at("2026-03-02 20:00")

    found = missed(
        born_on=SKY, went=went, came_back=None, now=datetime(2026, 3, 4, 8, 59, tzinfo=UTC)
    )

    assert days(found) == ["Tue 3"]
    assert found
    assert found.until_now
    assert missed(born_on=SKY, went=went, came_back=None) is None
    assert missed(born_on=SKY, went=None, came_back=went) is None


def test_a_councils_own_holidays_are_left_out_once_they_are_known() -> None:
    went, came_back = at("2026-03-02 20:00"), at("2026-03-04 10:00")

    found = missed(born_on=SKY, went=went, came_back=came_back, closed=[date(2026, 3, 3)])

    assert days(found) == ["Wed 4"]


@pytest.mark.parametrize(
    ("born_on", "leaves"),
    [
        # The last Friday in June of the school year in which they turn 16.
        (date(2009, 9, 1), date(2026, 6, 26)),
        (date(2010, 3, 2), date(2026, 6, 26)),
        (date(2010, 6, 26), date(2026, 6, 26)),
        # Sixteen after that day, and before the next school year.
        (date(2010, 8, 31), date(2026, 6, 26)),
        (date(2010, 9, 1), date(2027, 6, 25)),
        (date(2008, 2, 29), date(2024, 6, 28)),
    ],
)
def test_compulsory_school_age_ends_on_the_last_friday_in_june(born_on: date, leaves: date) -> None:
    assert leaves_on(born_on) == leaves
    assert schooling_on(born_on, leaves) is Schooling.COMPULSORY
    assert schooling_on(born_on, leaves + timedelta(days=1)) is Schooling.STAYING_ON


@pytest.mark.parametrize(
    ("born_on", "first"),
    [
        (date(2021, 3, 31), date(2026, 3, 31)),
        (date(2021, 4, 1), date(2026, 8, 31)),
        (date(2020, 9, 1), date(2025, 12, 31)),
        (date(2021, 1, 1), date(2026, 3, 31)),
    ],
)
def test_it_begins_on_the_prescribed_day_after_the_fifth_birthday(
    born_on: date, first: date
) -> None:
    assert schooling_on(born_on, first) is Schooling.COMPULSORY
    assert schooling_on(born_on, first - timedelta(days=1)) is None


def test_a_sixteen_year_old_who_has_left_school_is_asked_of_as_in_training() -> None:
    found = missed(
        born_on=date(2010, 1, 17),
        went=at("2026-09-07 20:00"),
        came_back=at("2026-09-08 12:00"),
    )

    assert found
    assert found.schooling is Schooling.STAYING_ON
    assert "Education and Skills Act 2008" in str(found.source)
    assert found.in_words.endswith("or had nothing for the child that day")


def test_of_somebody_who_is_eighteen_nothing_is_said() -> None:
    born_on = date(2008, 3, 3)

    found = missed(born_on=born_on, went=at("2026-03-02 08:00"), came_back=at("2026-03-05 08:00"))

    assert days(found) == ["Mon 2"]


def test_where_the_age_is_not_known_the_days_are_named_all_the_same() -> None:
    found = missed(born_on=None, went=at("2026-03-02 08:00"), came_back=at("2026-03-02 12:00"))

    assert found
    assert found.schooling is Schooling.NOT_KNOWN
    assert found.in_words == (
        "Up to 1 school day: Monday 2 March 2026, unless the school was closed"
    )


def test_many_days_are_told_by_the_first_and_the_last() -> None:
    found = missed(born_on=SKY, went=at("2026-03-02 08:00"), came_back=at("2026-03-10 08:00"))

    assert found
    assert found.number == "up to 6 school days"
    assert found.when == "between Monday 2 March and Monday 9 March 2026"


def test_days_of_two_years_are_told_with_their_year() -> None:
    found = missed(born_on=SKY, went=at("2026-12-31 08:00"), came_back=at("2027-01-04 10:00"))

    assert found
    assert found.when == "Thursday 31 December 2026 and Monday 4 January 2027"


@pytest.mark.parametrize(
    ("year", "some"),
    [
        # Christmas on a Saturday, and on a Sunday.
        (2021, [date(2021, 12, 27), date(2021, 12, 28)]),
        (2022, [date(2022, 1, 3), date(2022, 12, 26), date(2022, 12, 27)]),
        (2024, [date(2024, 3, 29), date(2024, 4, 1)]),
        # Moved or added by proclamation.
        (2020, [date(2020, 5, 8)]),
        (2022, [date(2022, 6, 2), date(2022, 6, 3), date(2022, 9, 19)]),
        (2023, [date(2023, 5, 1), date(2023, 5, 8)]),
        (2026, [date(2026, 5, 4), date(2026, 5, 25), date(2026, 8, 31), date(2026, 12, 28)]),
    ],
)
def test_on_a_bank_holiday_there_is_no_school(year: int, some: list[date]) -> None:
    assert set(some) <= bank_holidays(year)
    assert not any(map(is_school_day, some))


def test_a_moved_bank_holiday_leaves_its_old_day_a_school_day() -> None:
    assert is_school_day(date(2020, 5, 4))
    assert is_school_day(date(2022, 5, 30))
