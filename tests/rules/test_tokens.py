"""A token for a program: what it is for, how long it lasts, when it is good."""

from datetime import date

import pytest

from returnhome.rules import tokens
from returnhome.rules.codes import TokenScope

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("name", "scopes", "until", "refusal"),
    [
        ("", [TokenScope.SEND], date(2026, 4, 1), tokens.NameMissing),
        (" ", [TokenScope.SEND], date(2026, 4, 1), tokens.NameMissing),
        ("Records", [], date(2026, 4, 1), tokens.NothingToDo),
        ("Records", [TokenScope.SEND], TODAY, tokens.LastsTooLong),
        ("Records", [TokenScope.SEND], date(2027, 3, 4), tokens.LastsTooLong),
    ],
)
def test_a_token_is_named_for_something_and_ends(name, scopes, until, refusal):
    with pytest.raises(refusal):
        tokens.check_can_make(name=name, scopes=scopes, until=until, today=TODAY)


@pytest.mark.parametrize("until", [date(2026, 3, 3), date(2027, 3, 3)])
def test_it_may_last_from_tomorrow_to_a_year(until):
    tokens.check_can_make(name="Records", scopes=[TokenScope.READ], until=until, today=TODAY)


@pytest.mark.parametrize(
    ("today", "is_ended", "is_good"),
    [
        (date(2026, 3, 1), False, True),
        (date(2026, 3, 2), False, True),
        (date(2026, 3, 3), False, False),
        (date(2026, 3, 1), True, False),
    ],
)
def test_it_is_good_to_its_last_day_unless_it_was_ended(today, is_ended, is_good):
    assert tokens.is_good(until=TODAY, is_ended=is_ended, today=today) is is_good


MONTH, WEEK = tokens.REMIND_BEFORE


@pytest.mark.parametrize(
    ("made_on", "today", "reminder"),
    [
        (date(2026, 1, 1), date(2026, 5, 1), None),
        (date(2026, 1, 1), date(2026, 5, 2), MONTH),
        (date(2026, 1, 1), date(2026, 5, 24), MONTH),
        (date(2026, 1, 1), date(2026, 5, 25), WEEK),
        (date(2026, 1, 1), date(2026, 6, 1), WEEK),
        (date(2026, 1, 1), date(2026, 6, 2), None),
        # Made for thirty days, or for a week: whoever made it has just read until when.
        (date(2026, 5, 2), date(2026, 5, 2), None),
        (date(2026, 5, 2), date(2026, 5, 25), WEEK),
        (date(2026, 5, 25), date(2026, 5, 26), None),
    ],
)
def test_of_one_that_runs_out_on_the_first_of_june_it_is_time_to_remind(made_on, today, reminder):
    found = tokens.reminder(until=date(2026, 6, 1), made_on=made_on, today=today)

    assert found == reminder
