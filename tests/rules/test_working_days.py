"""Bank holidays as they were proclaimed, and working days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnhome.rules import working_days
from returnhome.rules.working_days import KINGDOM


# As published at gov.uk/bank-holidays.
@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2022, "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27"),
        (2023, "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26"),
        (2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28"),
        (2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28"),
    ],
)
def test_the_bank_holidays_of_a_year_are_those_that_were_published(year: int, days: str) -> None:
    found = sorted(working_days.holidays(year))

    assert " ".join(f"{day:%m-%d}" for day in found) == days


def test_a_holiday_in_scotland_is_no_working_day_under_freedom_of_information() -> None:
    day = date(2026, 11, 30)

    assert working_days.is_working_day(day)
    assert not working_days.is_working_day(day, KINGDOM)


def test_the_month_after_the_31st_of_january_ends_with_february() -> None:
    assert working_days.months_later(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert working_days.months_later(date(2028, 1, 31), 1) == date(2028, 2, 29)
    assert working_days.months_later(date(2026, 11, 30), 3) == date(2027, 2, 28)


@given(st.dates(date(2000, 1, 1), date(2080, 1, 1)), st.integers(0, 30))
def test_so_many_working_days_are_so_many_that_are_worked(day: date, number: int) -> None:
    end = working_days.after(day, number)

    between = [day + timedelta(days=n + 1) for n in range((end - day).days)]
    assert sum(working_days.is_working_day(each) for each in between) == number
