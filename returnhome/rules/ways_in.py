"""The child's way in to pages of their own: how long it is open, and when their words are read.

Source: the product's own design. NYAS, what it tells young people about return interviews: when,
where and with whom are theirs to choose. Mind Of My Own: some tell in writing what they do not say
face to face. IICSA, 2022, Part G.5: those who exploit a child may hold the child's telephone.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from returnhome.rules import Blocked, allowed
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Answer, Device, NotHeldReason

# Until a link is opened: on the child's own telephone, and on the one in the worker's hand.
LASTS = {Device.OWN: timedelta(hours=72), Device.WORKERS: timedelta(minutes=15)}
# Once it is open: with nothing done, and at the most.
IDLE, LONGEST = timedelta(minutes=20), timedelta(hours=3)
# No link is open that was made longer ago.
OLDEST = max(LASTS.values()) + LONGEST
# What a child has written is read on the same day where it came before this, else by the next
# morning, on every day of the year: children write at night and at week-ends.
SAME_DAY_UNTIL, BY_EVENING, BY_MORNING = time(16), time(18), time(10)
MOST_WORDS = 20_000
# What a child never sent is deleted so long after they last wrote: time for another link, and no
# store of what nobody may read.
UNSENT_KEPT = timedelta(days=28)


class ShutReason(Blocked):
    """Why a link leads nowhere. The child is told none of it."""


class NeverMade(ShutReason):
    sentence = "There is no such link."


class Ended(ShutReason):
    sentence = "This link was ended."


class UsedBefore(ShutReason):
    sentence = "This link was opened before: a link opens once."


class TooLate(ShutReason):
    sentence = "The time of this link is over."


class NotReadFirst(Blocked):
    sentence = "First comes what stays private and what cannot."


class NothingWritten(Blocked):
    sentence = "There is nothing here yet."
    field = "words"


class TooLong(Blocked):
    sentence = f"This is too long to send at once: at most {MOST_WORDS:,} letters."
    field = "words"


class AlreadyEnded(Blocked):
    sentence = "This link is over already."


class TalkIsSettled(Blocked):
    sentence = "A talk is booked, or has been held: what the child wants is noted beside it."


@dataclass(frozen=True)
class WayIn:
    """The facts that say whether a way in is open."""

    until: datetime
    opened_at: datetime | None = None
    seen_at: datetime | None = None
    ended_at: datetime | None = None


def lasts_until(device: Device, *, made_at: datetime) -> datetime:
    """Until when a link can be opened."""
    return made_at + LASTS[device]


def check_can_open(way_in: WayIn | None, *, now: datetime) -> None:
    """Whether the link opens now: once, in its time. Raises a ShutReason."""
    if way_in is None:
        raise NeverMade
    if way_in.ended_at is not None:
        raise Ended
    if way_in.opened_at is not None:
        raise UsedBefore
    if now >= way_in.until:
        raise TooLate


def check_is_open(way_in: WayIn | None, *, now: datetime) -> None:
    """Whether the pages behind an opened link are still there. Raises a ShutReason."""
    if way_in is None or way_in.opened_at is None or way_in.seen_at is None:
        raise NeverMade
    if way_in.ended_at is not None:
        raise Ended
    if now >= min(way_in.seen_at + IDLE, way_in.opened_at + LONGEST):
        raise TooLate


def is_standing(way_in: WayIn, *, now: datetime) -> bool:
    """Whether the link can still be opened, or its pages are open: what a worker can end."""
    check = check_can_open if way_in.opened_at is None else check_is_open
    try:
        check(way_in, now=now)
    except ShutReason:
        return False
    return True


def check_words(words: str) -> None:
    """Raises NothingWritten, TooLong."""
    if not words.strip():
        raise NothingWritten
    if len(words) > MOST_WORDS:
        raise TooLong


def read_by(written_at: datetime) -> datetime:
    """When somebody will have read what a child wrote: what the page promises the child."""
    local = written_at.astimezone(LONDON)
    if local.time() < BY_MORNING.replace(hour=8):
        return datetime.combine(local.date(), BY_MORNING, LONDON)
    if local.time() < SAME_DAY_UNTIL:
        return datetime.combine(local.date(), BY_EVENING, LONDON)
    return datetime.combine(local.date() + timedelta(days=1), BY_MORNING, LONDON)


def takes_up(*, answer: Answer | None, not_held: NotHeldReason | None) -> bool:
    """Whether a yes takes an offer up again that was answered with a no, or came to nothing."""
    return answer is Answer.DECLINED or not_held is not None


can_open = allowed(check_can_open)
