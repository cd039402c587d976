"""A token for an organisation's program: what it may do, how long it lasts, when it is good.

Source: Returnhome's own rule, where the guidance is silent. NCSC, API authentication: a credential
does one thing, for a time, and is taken back at once.
"""

from collections.abc import Collection
from datetime import date, timedelta

from returnhome.rules import Blocked
from returnhome.rules.codes import TokenScope

LONGEST_NAME = 80
# A token lasts a year at most: by then somebody looks whether it is still wanted.
LASTS_AT_MOST = timedelta(days=366)
# So long before its last day those who keep a token are reminded of it, each time once.
REMIND_BEFORE = (timedelta(days=30), timedelta(days=7))
# An answer is kept so long for a program that asks again, because the first one did not arrive.
ANSWERS_KEPT = timedelta(days=7)


class NameMissing(Blocked):
    sentence = "Say which program the token is for."
    field = "name"


class NothingToDo(Blocked):
    sentence = "Choose what the program may do."
    field = "scopes"


class LastsTooLong(Blocked):
    sentence = "A token lasts a year at most, and at least until tomorrow."
    field = "until"


class EndedAlready(Blocked):
    sentence = "This has ended already."


def check_can_make(*, name: str, scopes: Collection[TokenScope], until: date, today: date) -> None:
    """Whether such a token can be made. Raises NameMissing, NothingToDo, LastsTooLong."""
    if not name.strip():
        raise NameMissing
    if not scopes:
        raise NothingToDo
    if not today < until <= today + LASTS_AT_MOST:
        raise LastsTooLong


def is_good(*, until: date, is_ended: bool, today: date) -> bool:
    """Whether it opens anything today: `until` is the last day."""
    return not is_ended and today <= until


def reminder(*, until: date, made_on: date, today: date) -> timedelta | None:
    """Which of the reminders is the one to give today; None where it is time for none.

    One that was made for less time than that needs no such reminder: its last day was just said.
    """
    left = until - today
    reached = [each for each in REMIND_BEFORE if left <= each < until - made_on]
    return min(reached, default=None) if today <= until else None
