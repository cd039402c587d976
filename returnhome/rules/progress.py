"""Where one episode stands on the way from missing to helped, and what is missing next.

Source: DfE statutory guidance on children who run away or go missing, January 2014: an interview
is offered, held within 72 hours of the return, written down and acted on. The eight moments keep
these apart: offered is not accepted, accepted is not held, held is not acted on.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from returnhome.rules.codes import Answer, DeclinedBy, NotHeldReason, OfferKind


class Step(StrEnum):
    """What is missing next, each the name of the page that does it."""

    RECORD_RETURN = "record-return"
    TAKE_ON = "take-on"
    OFFER = "offer"
    ANSWER = "answer"
    BOOK = "book"
    HOLD = "hold"
    SIGN = "sign"
    ACT = "act"
    DO_ACTIONS = "do-actions"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """The moments of one episode; None for what has not happened.

    `answer` and `declined_by` are the latest given; `not_held` is the reason that stands now, none
    once an interview is held or booked anew; `has_actions`: something was decided to follow.
    """

    offer_kind: OfferKind = OfferKind.STATUTORY
    found_at: datetime | None = None
    returned_at: datetime | None = None
    is_taken_on: bool = False
    offered_at: datetime | None = None
    answer: Answer | None = None
    declined_by: DeclinedBy | None = None
    booked_for: datetime | None = None
    held_at: datetime | None = None
    not_held: NotHeldReason | None = None
    signed_at: datetime | None = None
    has_actions: bool = False
    acted_at: datetime | None = None
    voided_at: datetime | None = None


def is_settled(progress: Progress) -> bool:
    """Nothing more is owed for now. A later offer, booking or action opens it again.

    A child who is still missing is never settled, whatever was written down of an interview.
    """
    if progress.voided_at:
        return True
    if not (progress.found_at or progress.returned_at):
        return False
    if is_acted_on(progress):
        return True
    return is_closed_unheld(progress) and not is_something_to_do(progress)


def is_acted_on(progress: Progress) -> bool:
    """All that was decided to follow is done, and it was decided once the record was signed.

    Help given before there was an interview is no answer to it: the child is still owed one.
    """
    if progress.acted_at is None:
        return False
    if progress.offer_kind is OfferKind.ADULT_PATHWAY and not progress.held_at:
        return True
    return progress.signed_at is not None and progress.acted_at >= progress.signed_at


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


def next_step(progress: Progress) -> Step:
    """The first of the eight moments that is missing, as the step that brings it about."""
    if is_settled(progress):
        return Step.NOTHING
    if not (progress.found_at or progress.returned_at):
        return Step.RECORD_RETURN
    if not progress.is_taken_on:
        return Step.TAKE_ON
    if progress.held_at:
        if not progress.signed_at:
            return Step.SIGN
        return _what_follows(progress)
    if progress.booked_for:
        return Step.HOLD
    if progress.offer_kind is OfferKind.ADULT_PATHWAY or is_closed_unheld(progress):
        return _what_follows(progress)
    if not progress.offered_at:
        return Step.OFFER
    if progress.answer is None:
        return Step.ANSWER
    if progress.answer is Answer.ACCEPTED:
        return Step.BOOK
    return Step.OFFER


def _what_follows(progress: Progress) -> Step:
    """Actions to be done; where all are done already, what else follows is still to be decided."""
    return Step.DO_ACTIONS if is_something_to_do(progress) else Step.ACT
