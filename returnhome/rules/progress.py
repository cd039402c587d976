"""Where one episode stands on the way from missing to helped, and what is missing next.

Source: DfE statutory guidance on children who run away or go missing, January 2014: an interview
is offered, held within 72 hours of the return, written down and acted on. The eight moments keep
these apart: offered is not accepted, accepted is not held, held is not acted on. Somebody who has
turned 18 is owed what rules.adult_pathway says, and a talk where the council's own policy says so.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from returnhome.rules.codes import Answer, DeclinedBy, NoOwes, NotHeldReason, OfferKind
from returnhome.rules.declining import whose_no


class Step(StrEnum):
    """What is missing next, each the name of the page that does it."""

    RECORD_RETURN = "record-return"
    TAKE_ON = "take-on"
    OFFER = "offer"
    ANSWER = "answer"
    REACH = "reach"
    FOLLOW_UP_NO = "follow-up-no"
    BOOK = "book"
    HOLD = "hold"
    SIGN = "sign"
    ANSWER_NEEDS = "answer-needs"
    ACT = "act"
    DO_ACTIONS = "do-actions"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """The moments of one episode; None for what has not happened.

    `answer` and `declined_by` are the latest given; `not_held` is the reason that stands now, none
    once an interview is held or booked anew; `has_actions`: something was decided to follow.
    `has_open_need`: a need was named, and has neither an action, nor help, nor a reason for none.
    `no_owes`: what a no that stands leaves to ask (`rules.declining`).
    `is_of_earlier_records`: it was brought in with a council's earlier records and ends as they
    left it; nothing is owed but what is decided from then on.
    `is_offered_by_policy`: what the council's own policy says of a talk, where the policy decides;
    `is_pathway_decided`: all that the adult pathway asks for is an action, or left out with why.
    """

    offer_kind: OfferKind = OfferKind.STATUTORY
    is_offered_by_policy: bool | None = None
    is_pathway_decided: bool = False
    found_at: datetime | None = None
    returned_at: datetime | None = None
    is_taken_on: bool = False
    offered_at: datetime | None = None
    answer: Answer | None = None
    declined_by: DeclinedBy | None = None
    booked_for: datetime | None = None
    held_at: datetime | None = None
    not_held: NotHeldReason | None = None
    no_owes: frozenset[NoOwes] = frozenset()
    signed_at: datetime | None = None
    has_actions: bool = False
    has_open_need: bool = False
    acted_at: datetime | None = None
    voided_at: datetime | None = None
    is_of_earlier_records: bool = False


def is_settled(progress: Progress) -> bool:
    """Nothing more is owed for now. A later offer, booking or action opens it again.

    A child who is still missing is never settled, whatever was written down of an interview.
    """
    if progress.voided_at:
        return True
    if not (progress.found_at or progress.returned_at):
        return False
    if progress.is_of_earlier_records:
        return not is_something_to_do(progress)
    if is_on_adult_pathway(progress):
        return _is_pathway_walked(progress)
    if is_acted_on(progress):
        return True
    is_closed = is_closed_unheld(progress) or _is_left_to_policy(progress)
    return is_closed and not is_something_to_do(progress) and not is_no_to_follow_up(progress)


def is_acted_on(progress: Progress) -> bool:
    """All that was decided to follow is done, and it was decided once the record was signed.

    Help given before there was an interview is no answer to it: the child is still owed one. Nor
    is it acted on while a need that the child named has nothing.
    """
    if progress.has_open_need:
        return False
    if progress.acted_at is None or progress.signed_at is None:
        return False
    return progress.acted_at >= progress.signed_at


def is_on_adult_pathway(progress: Progress) -> bool:
    """18 at the return, or before an interview could be held: never silence."""
    has_turned_18 = progress.not_held is NotHeldReason.TURNED_18
    return progress.offer_kind is OfferKind.ADULT_PATHWAY or has_turned_18


def is_pathway_undecided(progress: Progress) -> bool:
    return is_on_adult_pathway(progress) and not progress.is_pathway_decided


def is_talk_offered(progress: Progress) -> bool:
    """Whether a talk is offered at all: by duty, by the council's own policy, or by a person.

    Where nobody has said what the policy is, a child is offered one and an adult is not.
    """
    if progress.offer_kind is OfferKind.ADULT_PATHWAY:
        return progress.is_offered_by_policy is True
    if progress.offer_kind is OfferKind.LOCAL_POLICY:
        is_by_policy = progress.is_offered_by_policy is not False
        return is_by_policy or progress.offered_at is not None
    return True


def _is_pathway_walked(progress: Progress) -> bool:
    if not progress.is_pathway_decided or progress.acted_at is None:
        return False
    if progress.held_at:
        return is_acted_on(progress)
    if progress.booked_for:
        return False
    if not is_talk_offered(progress):
        return True
    return is_closed_unheld(progress) and not is_no_to_follow_up(progress)


def _is_left_to_policy(progress: Progress) -> bool:
    """Back, and somebody has looked: the council's own policy offers no talk after being away."""
    if is_talk_offered(progress) or progress.held_at or progress.booked_for:
        return False
    return progress.is_taken_on and bool(progress.found_at or progress.returned_at)


def is_something_to_do(progress: Progress) -> bool:
    """Something was decided to follow, and not all of it is done."""
    return progress.has_actions and progress.acted_at is None


def is_closed_unheld(progress: Progress) -> bool:
    """No interview, and a reason that ends the duty for now: the child's own no, among others.

    A parent's or carer's no never does (domain 1.3, 7.13: it is not the child's decline).
    """
    if progress.held_at or progress.booked_for:
        return False
    if progress.not_held is not None:
        return progress.not_held.closes
    return progress.answer is Answer.DECLINED and progress.declined_by is DeclinedBy.CHILD


def is_no_to_follow_up(progress: Progress) -> bool:
    """The child's own no ends the duty for now, and what it leaves to ask is not all asked."""
    if not progress.no_owes or not is_closed_unheld(progress):
        return False
    return _whose_no(progress) is DeclinedBy.CHILD


def is_to_be_reached(progress: Progress) -> bool:
    """Somebody else said no: the child is still to be asked, by another way."""
    return _whose_no(progress) is DeclinedBy.PARENT_OR_CARER


def _whose_no(progress: Progress) -> DeclinedBy | None:
    return whose_no(
        answer=progress.answer, declined_by=progress.declined_by, not_held=progress.not_held
    )


def next_step(progress: Progress) -> Step:
    """The first of the eight moments that is missing, as the step that brings it about."""
    if is_settled(progress):
        return Step.NOTHING
    if not (progress.found_at or progress.returned_at):
        return Step.RECORD_RETURN
    if not progress.is_taken_on:
        return Step.TAKE_ON
    if progress.is_of_earlier_records:
        return _what_follows(progress)
    if progress.held_at:
        if not progress.signed_at:
            return Step.SIGN
        return _what_follows(progress)
    if progress.booked_for:
        return Step.HOLD
    if is_pathway_undecided(progress):
        return Step.ACT
    if not is_talk_offered(progress) or is_closed_unheld(progress):
        return _what_follows(progress)
    if is_to_be_reached(progress):
        return Step.REACH
    if not progress.offered_at:
        return Step.OFFER
    if progress.answer is None:
        return Step.ANSWER
    if progress.answer is Answer.ACCEPTED:
        return Step.BOOK
    return Step.OFFER


def _what_follows(progress: Progress) -> Step:
    """Actions to be done; where all are done already, what else follows is still to be decided."""
    if is_pathway_undecided(progress):
        return Step.ACT
    if is_no_to_follow_up(progress):
        return Step.FOLLOW_UP_NO
    if progress.has_open_need:
        return Step.ANSWER_NEEDS
    return Step.DO_ACTIONS if is_something_to_do(progress) else Step.ACT
