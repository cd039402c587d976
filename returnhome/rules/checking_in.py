"""A short check-in now and the fuller talk later: what it asks, and that it is not the interview.

Source: DfE statutory guidance, January 2014, “Independent return interviews”: the interview is an
in-depth talk, so a few words at the door are none. IICSA, 2022, Part G.5: after exploitation a
child may need food, sleep or a doctor first. So both are written down, each as what it was.
"""

from datetime import datetime

from returnhome.rules import Blocked, allowed
from returnhome.rules.clock import Moment
from returnhome.rules.codes import Indicator
from returnhome.rules.interviewing import AlreadyHeld
from returnhome.rules.offering import BeforeFound, InTheFuture, NotReturned

# Longer than this it was a talk: record it as the interview.
LONGEST = 60


class NotShort(Blocked):
    sentence = (
        f"Enter how many minutes it took, from 1 to {LONGEST}. A longer talk is the interview: "
        "record it as held."
    )
    field = "minutes"


class HowMissing(Blocked):
    sentence = "Write how the child said they are, or that they did not want to say."
    field = "how"


class UrgentMissing(Blocked):
    sentence = "Say what is urgent."
    field = "urgent"


class FullerTalkPast(Blocked):
    sentence = "The fuller talk comes after the check-in."
    field = "fuller_at"


class FullerTalkMissing(Blocked):
    sentence = "Say when and with whom the fuller talk is, or why that is not agreed yet."
    field = "fuller"


def check_can_note(
    *,
    held_at: datetime,
    now: datetime,
    found: Moment | None,
    returned: Moment | None,
    minutes: int,
    how: str,
    is_urgent: bool,
    urgent: str = "",
    fuller: str = "",
    fuller_at: datetime | None = None,
    is_held: bool = False,
) -> None:
    """Whether a check-in can be written down: after the child was found, before the interview."""
    if is_held:
        raise AlreadyHeld
    end = found or returned
    if end is None:
        raise NotReturned
    if held_at > now:
        raise InTheFuture(field="held_at")
    if held_at < end.earliest.replace(second=0, microsecond=0):
        raise BeforeFound(field="held_at")
    if not 1 <= minutes <= LONGEST:
        raise NotShort
    if not how.strip():
        raise HowMissing
    if is_urgent and not urgent.strip():
        raise UrgentMissing
    if fuller_at is not None and fuller_at <= held_at:
        raise FullerTalkPast
    if fuller_at is None and not fuller.strip():
        raise FullerTalkMissing


def leads_to_harm(any_harm: Indicator) -> bool:
    """Whether what the child told is to be written down as harm at once."""
    return any_harm in (Indicator.YES, Indicator.POSSIBLE)


can_note = allowed(check_can_note)
