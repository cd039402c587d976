"""How an offer of a return home interview may move: made, attempted, answered.

Source: DfE statutory guidance, January 2014, “Independent return interviews”: every child who
returns is offered one. That a parent's no never closes the offer, and that a child may come back
to it later, is practice (NYAS; Missing People, 2024).
"""

from datetime import datetime

from returnhome.rules import Blocked, allowed
from returnhome.rules.ages import ADULT
from returnhome.rules.clock import Moment
from returnhome.rules.codes import Answer, DeclinedBy, Means, NotHeldReason, Reached


class EpisodeVoided(Blocked):
    sentence = "This episode was recorded in error, so nothing more can be added to it."


class NotReturned(Blocked):
    sentence = "The child is still missing: record that they were found or have returned first."
    field = "returned_at"


class AdultPathway(Blocked):
    sentence = (
        "The young person was 18 when they returned, and no local policy on record says that a "
        "talk is still offered: decide the adult pathway."
    )


class InTheFuture(Blocked):
    sentence = "This time has not come yet."


class BeforeFound(Blocked):
    sentence = "This is before the child was found."


class BeforeOffered(Blocked):
    sentence = "This is before the offer was made, or before its last answer."
    field = "given_at"


class AlreadyAnswered(Blocked):
    sentence = "This offer has been answered. To ask again, make a new offer."
    field = "answer"


class NothingToTakeUp(Blocked):
    sentence = "No no and no reason against an interview is on record here: record the answer."


class TalkIsBooked(Blocked):
    sentence = "An interview is booked for this episode already."


class TalkWasHeld(Blocked):
    sentence = "The interview has been held."


class BeforeTheNo(Blocked):
    sentence = "This is before the no, or before the reason for no interview."
    field = "said_at"


class ReasonMissing(Blocked):
    sentence = "Say why, or that they did not want to say."
    field = "reason"


class DeclinedByMissing(Blocked):
    sentence = "Say who declined: the child, or a parent or carer."
    field = "declined_by"


class NobodyDeclined(Blocked):
    sentence = "Somebody is named as declining, but the answer is not a decline."
    field = "declined_by"


class ThroughAParentAtRisk(Blocked):
    sentence = (
        "A note says that a parent may be the risk. Ask the child another way; if this carer is "
        "somebody else who is safe, say who and why in the note."
    )
    field = "note"


class NotAnAttempt(Blocked):
    sentence = "This reached somebody, so it is an offer: record it as one."
    field = "reached"


class NotAnOffer(Blocked):
    sentence = "This reached nobody, so it is an attempt and not yet an offer."
    field = "reached"


def check_can_make(
    *,
    found: Moment | None,
    returned: Moment | None,
    age_at_return: int | None = None,
    is_offered_by_policy: bool = False,
    is_voided: bool = False,
) -> None:
    """Whether an offer, or an attempt at one, can be made for this episode.

    Possible from found on: where it can be, a child has a chance to talk before going back.
    An unknown age never stops an offer, nor does 18 where the council's own policy says so.
    """
    if is_voided:
        raise EpisodeVoided
    if found is None and returned is None:
        raise NotReturned
    is_adult = age_at_return is not None and age_at_return >= ADULT
    if is_adult and not is_offered_by_policy:
        raise AdultPathway


def counts_as_offer(*, means: Means | None, reached: Reached) -> bool:
    """An offer reached the child, or a carer on the child's behalf, by a named means."""
    return means is not None and reached is not Reached.NOBODY


def check_can_count(
    *,
    means: Means | None,
    reached: Reached,
    at: datetime,
    now: datetime,
    found: Moment | None = None,
    returned: Moment | None = None,
    risk_noted_at: datetime | None = None,
    note: str = "",
) -> None:
    """Whether what was done `at` can be recorded as an offer.

    `risk_noted_at`: since when a note stands that a parent may be the risk. Then an offer by way
    of a carer says in its `note` who that was and why they are safe.
    """
    check_when(at=at, now=now, found=found, returned=returned, field="offered_at")
    if not counts_as_offer(means=means, reached=reached):
        raise NotAnOffer
    is_by_way_of_a_carer = reached is Reached.CARER or means is Means.THROUGH_CARER
    is_risk = risk_noted_at is not None and at >= risk_noted_at
    if is_by_way_of_a_carer and is_risk and not note.strip():
        raise ThroughAParentAtRisk


def check_attempt(
    *,
    means: Means | None,
    reached: Reached,
    at: datetime,
    now: datetime,
    found: Moment | None = None,
    returned: Moment | None = None,
) -> None:
    """Whether what was done `at` can be recorded as an attempt: it reached nobody."""
    check_when(at=at, now=now, found=found, returned=returned, field="attempted_at")
    if counts_as_offer(means=means, reached=reached):
        raise NotAnAttempt


def check_when(
    *,
    at: datetime,
    now: datetime,
    found: Moment | None = None,
    returned: Moment | None = None,
    field: str,
) -> None:
    """An offer or attempt lies between found (else the return) and now."""
    if at > now:
        raise InTheFuture(field=field)
    first = found or returned
    if first is not None and at < first.earliest:
        raise BeforeFound(field=field)


def is_open(*, answer: Answer | None, declined_by: DeclinedBy | None = None) -> bool:
    """Whether the offer still waits for the child: no answer, not now, or a parent's no.

    The child's own no ends the work for now, and not the offer: see `check_can_take_up`.
    """
    if answer is Answer.DECLINED:
        return declined_by is not DeclinedBy.CHILD
    return answer is not Answer.ACCEPTED


def check_can_answer(
    *,
    earlier: Answer | None,
    given: Answer,
    declined_by: DeclinedBy | None = None,
    reason: str = "",
) -> None:
    """Whether the offer can take this answer.

    A “not now” or a no can be followed by another answer: a parent's no was never the child's,
    and a child may come back to the offer. A yes is the answer, and a change of mind a new offer.
    """
    if earlier is Answer.ACCEPTED:
        raise AlreadyAnswered
    if given is not Answer.DECLINED:
        if declined_by is not None:
            raise NobodyDeclined
        return
    if declined_by is None:
        raise DeclinedByMissing
    if not reason.strip():
        raise ReasonMissing


def check_can_take_up(
    *,
    answer: Answer | None,
    not_held: NotHeldReason | None,
    said_at: datetime,
    now: datetime,
    after: datetime | None,
    is_booked: bool = False,
    is_held: bool = False,
) -> None:
    """Whether the child can take the offer up after a no, or after a reason for no interview.

    `after`: when the no was said, or the reason written down.
    """
    if is_held:
        raise TalkWasHeld
    if is_booked:
        raise TalkIsBooked
    if answer is not Answer.DECLINED and not_held is None:
        raise NothingToTakeUp
    if said_at > now:
        raise InTheFuture(field="said_at")
    if after is not None and said_at < after.replace(second=0, microsecond=0):
        raise BeforeTheNo


def check_answered_when(*, at: datetime, now: datetime, after: datetime) -> None:
    """An answer lies between the offer, or the answer before it, and now.

    People give the minute, so an answer in the very minute of the offer is no contradiction.
    """
    if at > now:
        raise InTheFuture(field="given_at")
    if at < after.replace(second=0, microsecond=0):
        raise BeforeOffered


can_make = allowed(check_can_make)
can_count = allowed(check_can_count)
can_attempt = allowed(check_attempt)
can_answer = allowed(check_can_answer)
can_take_up = allowed(check_can_take_up)
