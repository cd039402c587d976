"""What a home reports of a child who lives there, missing or returned, and what it is told.

Source: DfE statutory guidance, January 2014, part 3: whoever cares for a looked-after child tells
the police and the responsible authority when the child is missing, and when the child returns; the
interview is neutral, so that a home makes it possible and never learns what was said. How precisely
“just now” is taken is Returnhome's own rule.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from returnhome.rules import Blocked
from returnhome.rules.clock import LONDON, Moment, Precision, day_and_time, estimated
from returnhome.rules.codes import Code, Place


class HomeSays(Code):
    """What a home says with one report. Rows are added: the last one takes none of them away."""

    MISSING = "missing", "Reported missing"
    RETURNED = "returned", "Reported returned"
    ADDED = "added", "Something more"
    CORRECTED = "corrected", "A time put right"
    TAKEN_BACK = "taken_back", "Taken back as a mistake"


class Known(Code):
    """An answer that may not be known yet."""

    YES = "yes", "Yes"
    NO = "no", "No"
    NOT_KNOWN = "not_known", "Not known"


class Ago(Code):
    """How long ago, as whoever reports it in a hurry says it."""

    JUST_NOW = "just_now", "Just now"
    LAST_HOUR = "last_hour", "Within the last hour"
    TODAY = "today", "Earlier today"
    YESTERDAY = "yesterday", "Yesterday"
    BEFORE = "before", "Before that"


class ReportedAlready(Blocked):
    """The home has said so already, and what it knows more is added to that."""


class NotMissing(Blocked):
    sentence = "This child is not on record as missing. If they are missing now, report that first."


class BackThen(Blocked):
    """The child was found, or back, after the time at which they are said to be last seen."""

    field = "ago"


class ToCome(Blocked):
    sentence = "This time is still to come."
    field = "ago"


class NothingSaid(Blocked):
    sentence = "Say what there is to add."
    field = "more"


class NotItsOwn(Blocked):
    sentence = (
        "Somebody else has given another time since. What you wrote can be added as something more."
    )
    field = "moment"


class TakenBackAlready(Blocked):
    sentence = "This report has been taken back already."


# “Just now” is up to ten minutes ago; “within the last hour” any time in it.
JUST_NOW, LAST_HOUR = timedelta(minutes=10), timedelta(minutes=60)
# How far out a time may be that somebody is not sure of.
ROUGHLY = 15


def just(ago: Ago, now: datetime) -> Moment:
    """The moment that “just now” and “within the last hour” stand for: the middle, give or take."""
    stretch = JUST_NOW if ago is Ago.JUST_NOW else LAST_HOUR
    middle = now.replace(second=0, microsecond=0) - stretch / 2
    return Moment(middle, estimated(int(stretch.total_seconds()) // 120))


def day_of(ago: Ago, now: datetime) -> date:
    """The UK day of “earlier today” and “yesterday”."""
    today = now.astimezone(LONDON).date()
    return today - timedelta(days=1) if ago is Ago.YESTERDAY else today


def precision(*, is_rough: bool) -> Precision:
    return estimated(ROUGHLY) if is_rough else Precision()


def check_can_report_missing(
    *,
    reported_at: datetime | None,
    last_seen: Moment,
    back_at: datetime | None,
    now: datetime,
) -> None:
    """Whether a home can report the child missing.

    `reported_at`: when it did so already, for a time that is not over; `back_at`: when the child
    came back from the time before. Raises ReportedAlready, ToCome, BackThen.
    """
    if reported_at:
        raise ReportedAlready(
            f"Your home reported this on {day_and_time(reported_at)}. It stands, and nothing was "
            "sent twice. What you know more can be added to it."
        )
    _check_past(last_seen, now)
    if back_at and last_seen.latest < back_at:
        raise BackThen(
            f"The child was found or came back on {day_and_time(back_at)}, which is later than "
            "this. Say when they were seen after that."
        )


def check_can_report_returned(*, is_open: bool, returned: Moment, now: datetime) -> None:
    """Whether a home can report the child back. Raises NotMissing, ToCome."""
    if not is_open:
        raise NotMissing
    _check_past(returned, now)


def check_can_add(
    what: HomeSays, *, is_taken_back: bool, more: str, is_own_time: bool = True, is_new: bool = True
) -> None:
    """Whether a report can be added to. `is_own_time`: the time to be put right is the home's own.

    Raises TakenBackAlready, NothingSaid, NotItsOwn.
    """
    if what is HomeSays.TAKEN_BACK and is_taken_back:
        raise TakenBackAlready
    if not more.strip():
        raise NothingSaid
    if what is HomeSays.CORRECTED and not is_new:
        raise NothingSaid("That is the time on record already.", field="moment")
    if what is HomeSays.CORRECTED and not is_own_time:
        raise NotItsOwn


def _check_past(moment: Moment, now: datetime) -> None:
    if moment.earliest > now:
        raise ToCome


# What a home is told.


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewKnown:
    """What of an interview a home may know: that it is due, offered and booked."""

    due_at: datetime | None
    is_offered: bool
    is_booked: bool
    booked_for: datetime | None


def told_of(
    *,
    due_at: datetime | None,
    is_owed: bool,
    is_offered: bool,
    booked_for: datetime | None,
    place: str,
    held_at: datetime | None,
) -> InterviewKnown | None:
    """What the home is told of the interview; None where none is due, or it has been held.

    When it is the home reads only where it is held in the home, which makes a room ready. Anywhere
    else the time would tell somebody in the home whom the child fears when to be there.
    """
    if not is_owed or held_at or due_at is None:
        return None
    is_here = place == Place.PLACEMENT
    return InterviewKnown(
        due_at=due_at,
        is_offered=is_offered,
        is_booked=booked_for is not None,
        booked_for=booked_for if is_here else None,
    )


def needs_somebody(*, says: HomeSays, needs_doctor: str, is_seen: bool) -> bool:
    """Whether a person of the council must look at the report itself, beside the episode's clock.

    A child who may be hurt; and a report taken back, which a home cannot make undone by itself: it
    may be that somebody there would rather that nobody looked.
    """
    if is_seen:
        return False
    return says is HomeSays.TAKEN_BACK or needs_doctor == Known.YES
