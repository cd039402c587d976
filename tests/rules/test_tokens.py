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
