"""Who may learn that somebody holds something about a child, and by when they are answered.

Source: DfE, Information sharing advice, 2024: whoever needs to know for a child’s safety asks, says
what for and why, and both the asking and the answer are recorded; UK GDPR, article 5(1)(c): no more
is told than is needed. How many in a day, how many words and how long an answer takes are our own
rules, for a practice lead to confirm.
"""

from datetime import date, datetime, timedelta

from returnhome.rules import Blocked, sharing
from returnhome.rules.ages import age_on
from returnhome.rules.caring import OLDEST_TAKEN_FOR_A_CHILD
from returnhome.rules.clock import LONDON, weekdays_on
from returnhome.rules.codes import Code
from returnhome.rules.sharing import Purpose, Recipient
from returnhome.rules.sources import NO_MORE_THAN_NEEDED, OWN_RULE, SHARING_ADVICE

# So many children one person asks about within a day. A unit that must ask more has a list, and a
# list is agreed with the council.
MOST_A_DAY = 20
DAY = timedelta(hours=24)
# Answered within so many weekdays; where somebody may be in danger now, within so many hours.
ANSWERED_IN = 2
ANSWERED_IN_DANGER = timedelta(hours=4)
# “Missing” is no reason: so many words are the fewest that say one.
FEWEST_WORDS = 4

BASIS = (SHARING_ADVICE, NO_MORE_THAN_NEEDED, OWN_RULE)
# The same whether there was something or not: else a no would tell that there was.
NOTHING_TO_TELL = "They have looked, and there is nothing that they may tell you."


class SignedInBy(Code):
    """How whoever asks had shown who they are; our own list."""

    PASSKEY = "passkey", "With a passkey"
    PASSWORD = "password", "With a password and a second factor"
    DIRECTORY = "directory", "By their organisation’s own directory"
    UNKNOWN = "unknown", "Not known"


class NameMissing(Blocked):
    sentence = "Enter the child’s given name and family name."
    field = "forename"


class BornMissing(Blocked):
    sentence = "Enter the child’s exact date of birth."
    field = "born_on"


class NotBornYet(Blocked):
    sentence = "The child’s date of birth must be in the past."
    field = "born_on"


class NoChild(Blocked):
    sentence = (
        f"Somebody born then is over {OLDEST_TAKEN_FOR_A_CHILD} now: check the year of birth."
    )
    field = "born_on"


class WhyMissing(Blocked):
    sentence = (
        f"Say why you need to know, in {FEWEST_WORDS} words or more: what has happened, and what "
        "you would do with it."
    )
    field = "because"


class AskedTooOften(Blocked):
    sentence = (
        f"You have asked about {MOST_A_DAY} children within a day, and more are not asked about "
        "here. Telephone the council, or go on tomorrow."
    )


class NotForThisPurpose(Blocked):
    sentence = "Nothing is shared with your organisation for this purpose. Choose another."
    field = "purpose"


class AnsweredAlready(Blocked):
    sentence = "This has been answered already."


class WhyNothingMissing(Blocked):
    sentence = "Say why there is nothing to share. It stays with the council."
    field = "because"


def check_can_ask(
    recipient: Recipient,
    purpose: Purpose,
    *,
    forename: str,
    surname: str,
    born_on: date | None,
    because: str,
    asked_today: int,
    at: datetime,
) -> None:
    """Whether somebody may ask who holds something about a child. `asked_today`: by them, so far.

    Raises NameMissing, BornMissing, NotBornYet, NoChild, NotForThisPurpose, WhyMissing,
    AskedTooOften.
    """
    if not forename.strip() or not surname.strip():
        raise NameMissing
    if born_on is None:
        raise BornMissing
    today = at.astimezone(LONDON).date()
    if born_on > today:
        raise NotBornYet
    if age_on(born_on, today) > OLDEST_TAKEN_FOR_A_CHILD:
        raise NoChild
    if sharing.fit(recipient, purpose) is None:
        raise NotForThisPurpose
    if len(because.split()) < FEWEST_WORDS:
        raise WhyMissing
    if asked_today >= MOST_A_DAY:
        raise AskedTooOften


def answered_by(asked_at: datetime, purpose: Purpose) -> datetime:
    """By when a council has answered."""
    if purpose is Purpose.DANGER_NOW:
        return asked_at + ANSWERED_IN_DANGER
    return weekdays_on(asked_at, ANSWERED_IN)


def check_can_tell_nothing(*, is_answered: bool, because: str) -> None:
    """Whether a council may say that there is nothing to share.

    Raises AnsweredAlready, WhyNothingMissing.
    """
    if is_answered:
        raise AnsweredAlready
    if not because.strip():
        raise WhyNothingMissing
