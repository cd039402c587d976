"""What is missing next, and when nothing more is owed: the awkward orders of events."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from returnhome.rules.codes import Answer, DeclinedBy, NotHeldReason, OfferKind
from returnhome.rules.progress import Progress, Step, is_settled, next_step

BACK = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def hour(number: int) -> datetime:
    return BACK + timedelta(hours=number)


TAKEN_ON = {"found_at": BACK, "returned_at": BACK, "is_taken_on": True}
ACCEPTED = TAKEN_ON | {"offered_at": hour(1), "answer": Answer.ACCEPTED}
SIGNED = ACCEPTED | {"held_at": hour(5), "signed_at": hour(6)}
PARENT = {"answer": Answer.DECLINED, "declined_by": DeclinedBy.PARENT_OR_CARER}
CHILD = {"answer": Answer.DECLINED, "declined_by": DeclinedBy.CHILD}
ADULT = {"offer_kind": OfferKind.ADULT_PATHWAY}


@pytest.mark.parametrize(
    ("so_far", "next_one"),
    [
        ({}, Step.RECORD_RETURN),
        ({"found_at": BACK}, Step.TAKE_ON),
        (TAKEN_ON, Step.OFFER),
        (TAKEN_ON | {"offered_at": hour(1)}, Step.ANSWER),
        (ACCEPTED, Step.BOOK),
        (ACCEPTED | {"booked_for": hour(4)}, Step.HOLD),
        (ACCEPTED | {"held_at": hour(5)}, Step.SIGN),
        (SIGNED, Step.ACT),
        (SIGNED | {"has_actions": True}, Step.DO_ACTIONS),
        (SIGNED | {"has_actions": True, "acted_at": hour(9)}, Step.NOTHING),
        (TAKEN_ON | {"offered_at": hour(1)} | PARENT, Step.OFFER),
        (TAKEN_ON | {"offered_at": hour(1)} | CHILD, Step.NOTHING),
        (TAKEN_ON | {"offered_at": hour(1)} | CHILD | {"has_actions": True}, Step.DO_ACTIONS),
        (TAKEN_ON | {"not_held": NotHeldReason.MISSING_AGAIN}, Step.OFFER),
        (TAKEN_ON | {"not_held": NotHeldReason.TURNED_18}, Step.NOTHING),
        # Whatever was written down of an interview, a child who is still missing stays.
        ({"not_held": NotHeldReason.NOT_OFFERED}, Step.RECORD_RETURN),
        ({"offered_at": hour(1)} | CHILD, Step.RECORD_RETURN),
        (ADULT | {"acted_at": hour(9)}, Step.RECORD_RETURN),
        (TAKEN_ON | ADULT, Step.ACT),
        (TAKEN_ON | ADULT | {"acted_at": hour(9)}, Step.NOTHING),
        ({"voided_at": hour(1)}, Step.NOTHING),
    ],
)
def test_what_is_missing_next(so_far: dict[str, Any], next_one: Step):
    progress = Progress(**so_far)

    assert next_step(progress) is next_one
    assert is_settled(progress) is (next_one is Step.NOTHING)


@pytest.mark.parametrize("before", [TAKEN_ON, ACCEPTED, ACCEPTED | {"booked_for": hour(4)}])
def test_help_given_before_the_interview_does_not_take_the_child_off_the_list(
    before: dict[str, Any],
):
    helped = Progress(**before, has_actions=True, acted_at=hour(2))

    assert not is_settled(helped)
    assert next_step(helped) is next_step(Progress(**before))


def test_after_the_record_is_signed_somebody_decides_whatever_was_done_before():
    progress = Progress(**SIGNED, has_actions=True, acted_at=hour(2))

    assert next_step(progress) is Step.ACT
