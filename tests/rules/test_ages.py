"""How old a child is on a day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from returnhome.rules.ages import (
    NotYetBorn,
    age_on,
    birthday,
    is_adult_on,
    last_birth_of_an_adult,
)

BIRTHS = some.dates(date(1990, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2010, 5, 19), date(2026, 5, 18), 15),
        (date(2010, 5, 19), date(2026, 5, 19), 16),
        (date(2010, 5, 19), date(2010, 5, 19), 0),
        (date(2010, 12, 31), date(2027, 1, 1), 16),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2008, 2, 29), date(2024, 2, 28), 15),
        (date(2008, 2, 29), date(2024, 2, 29), 16),
    ],
)
def test_age_is_counted_in_whole_years(born, day, age):
    assert age_on(born, day) == age


def test_a_child_born_on_29_february_turns_18_on_1_march():
    assert birthday(date(2008, 2, 29), 18) == date(2026, 3, 1)
    assert not is_adult_on(date(2008, 2, 29), date(2026, 2, 28))
    assert is_adult_on(date(2008, 2, 29), date(2026, 3, 1))


def test_a_birth_after_the_day_says_so():
    with pytest.raises(NotYetBorn):
        age_on(date(2026, 5, 2), date(2026, 5, 1))


@given(BIRTHS, some.integers(1, 60))
def test_an_age_is_reached_on_the_birthday_and_not_the_day_before(born, age):
    day = birthday(born, age)

    assert age_on(born, day) == age
    assert age_on(born, day - timedelta(days=1)) == age - 1


@given(BIRTHS, some.dates(date(2020, 1, 1), date(2050, 12, 31)))
def test_a_whole_list_is_parted_at_18_as_each_child_is(born, day):
    assert is_adult_on(born, day) == (born <= last_birth_of_an_adult(day))
