"""What a no to an interview leaves to ask: of the child, of their understanding, of the carers.

Source: DfE statutory guidance, January 2014, “Independent return interviews”: where a child
declines, parents or carers are offered the chance to say what they know (so too Missing People,
“Next steps for support after a missing episode”), and the offer stays open (NYAS). That at 16 a
young person is competent to say no, and that under 16 it is judged whether this child is, follows
Gillick v West Norfolk and Wisbech AHA [1986] AC 112.
"""

from collections.abc import Collection
from datetime import datetime

from returnhome.rules import Blocked, allowed
from returnhome.rules.ages import ADULT
from returnhome.rules.codes import Answer, DeclinedBy, Means, NoOwes, NotHeldReason, Understood
from returnhome.rules.offering import BeforeFound, InTheFuture

# From here on nobody judges whether a young person understands what they say no to.
COMPETENT_FROM = 16


class NobodySaidNo(Blocked):
    sentence = "Nobody has said no to an interview here, or the no no longer stands."


class NotTheirOwnNo(Blocked):
    sentence = (
        "The child was not spoken to, so this was not their own no. "
        "Record it again, as a parent’s or carer’s."
    )
    field = "is_spoken_to"


class ByWhomMissing(Blocked):
    sentence = "Say who spoke with the child."
    field = "by_whom"


class MeansMissing(Blocked):
    sentence = "Say how they spoke with the child."
    field = "means"


class WhyNotSpokenToMissing(Blocked):
    sentence = "Say why the child was not spoken to."
    field = "why_not"


class NotAChildsNo(Blocked):
    sentence = "This is judged of a child’s own no, and this one is a parent’s or carer’s."
    field = "judged"


class BecauseMissing(Blocked):
    sentence = "Say what this rests on, or why it was not judged."
    field = "because"


class WhomMissing(Blocked):
    sentence = "Say who was asked."
    field = "whom"


class CarerMayBeTheRisk(Blocked):
    sentence = (
        "A note says that a parent may be the risk: do not ask a parent. If this is somebody else, "
        "say who they are and why they are safe to ask."
    )
    field = "despite"


class WhyNotAskedMissing(Blocked):
    sentence = "Say why the carers are not asked."
    field = "why_not"


def whose_no(
    *, answer: Answer | None, declined_by: DeclinedBy | None, not_held: NotHeldReason | None
) -> DeclinedBy | None:
    """Whose no stands now; None where none does. A reason for no interview is the later word."""
    if not_held is not None and not_held.declined_by is not None:
        return not_held.declined_by
    return declined_by if answer is Answer.DECLINED else None


def owed(*, by: DeclinedBy, age: int | None, are_carers_done: bool = False) -> tuple[NoOwes, ...]:
    """What is still to be asked when a no has just been said.

    `age` on that day; where nobody knows it, the child may be under 16. `are_carers_done`: they
    were asked after this episode, or it is on record why not.
    """
    found = [NoOwes.SPOKEN_TO]
    if by is DeclinedBy.CHILD and (age is None or age < COMPETENT_FROM):
        found.append(NoOwes.UNDERSTANDING)
    if not are_carers_done and (age is None or age < ADULT):
        found.append(NoOwes.CARERS)
    return tuple(found)


def first_owed(owes: Collection[str]) -> NoOwes | None:
    """What is asked next: the child before anybody else."""
    return next((each for each in NoOwes if each in owes), None)


def check_can_say_spoken_to(
    *,
    no_of: DeclinedBy | None,
    is_spoken_to: bool,
    by_whom: str = "",
    means: Means | None = None,
    why_not: str = "",
) -> None:
    """Whether it can be recorded that the child was spoken to about it, or why not.

    A no is the child's own only where somebody spoke with them.
    """
    if no_of is None:
        raise NobodySaidNo
    if not is_spoken_to:
        if no_of is DeclinedBy.CHILD:
            raise NotTheirOwnNo
        if not why_not.strip():
            raise WhyNotSpokenToMissing
        return
    if not by_whom.strip():
        raise ByWhomMissing
    if means is None:
        raise MeansMissing


def check_can_judge(*, no_of: DeclinedBy | None, judged: Understood, because: str) -> None:
    """Whether it can be recorded that the child understood what they said no to, or did not."""
    if no_of is None:
        raise NobodySaidNo
    if no_of is not DeclinedBy.CHILD:
        raise NotAChildsNo
    if not because.strip():
        raise BecauseMissing


def check_can_ask_carers(
    *,
    no_of: DeclinedBy | None,
    whom: str,
    at: datetime,
    now: datetime,
    found_at: datetime | None,
    risk_noted_at: datetime | None = None,
    despite: str = "",
) -> None:
    """Whether it can be recorded that a carer was asked what they know.

    `risk_noted_at`: since when a note stands that a parent may be the risk; `despite`: why this
    one is safe to ask all the same.
    """
    if no_of is None:
        raise NobodySaidNo
    if not whom.strip():
        raise WhomMissing
    if at > now:
        raise InTheFuture(field="asked_at")
    if found_at is not None and at < found_at:
        raise BeforeFound(field="asked_at")
    is_risk = risk_noted_at is not None and at >= risk_noted_at
    if is_risk and not despite.strip():
        raise CarerMayBeTheRisk


def check_can_leave_carers(*, no_of: DeclinedBy | None, why_not: str) -> None:
    """Whether it can be decided that the carers are not asked: only with a reason."""
    if no_of is None:
        raise NobodySaidNo
    if not why_not.strip():
        raise WhyNotAskedMissing


can_say_spoken_to = allowed(check_can_say_spoken_to)
can_judge = allowed(check_can_judge)
can_ask_carers = allowed(check_can_ask_carers)
can_leave_carers = allowed(check_can_leave_carers)
