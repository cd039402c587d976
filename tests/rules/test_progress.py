"""What is missing next, and when nothing more is owed: the awkward orders of events."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from returnhome.rules.codes import Answer, DeclinedBy, NoOwes, NotHeldReason, OfferKind
from returnhome.rules.progress import Progress, Step, is_on_adult_pathway, is_settled, next_step

BACK = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def hour(number: int) -> datetime:
    return BACK + timedelta(hours=number)


TAKEN_ON = {"found_at": BACK, "returned_at": BACK, "is_taken_on": True}
ACCEPTED = TAKEN_ON | {"offered_at": hour(1), "answer": Answer.ACCEPTED}
SIGNED = ACCEPTED | {"held_at": hour(5), "signed_at": hour(6)}
PARENT = {"answer": Answer.DECLINED, "declined_by": DeclinedBy.PARENT_OR_CARER}
CHILD = {"answer": Answer.DECLINED, "declined_by": DeclinedBy.CHILD}
CARERS = {"no_owes": frozenset({NoOwes.CARERS})}
ADULT = {"offer_kind": OfferKind.ADULT_PATHWAY}
TURNED_18 = NotHeldReason.TURNED_18
DECIDED = {"is_pathway_decided": True}
BY_POLICY = {"is_offered_by_policy": True}
# All that the adult pathway asks for is decided and done.
WALKED = TAKEN_ON | ADULT | DECIDED | {"acted_at": hour(9)}
AWAY = TAKEN_ON | {"offer_kind": OfferKind.LOCAL_POLICY}


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
        (TAKEN_ON | {"offered_at": hour(1)} | PARENT, Step.REACH),
        (TAKEN_ON | {"not_held": NotHeldReason.DECLINED_BY_PARENT}, Step.REACH),
        (TAKEN_ON | {"offered_at": hour(1)} | PARENT | CARERS, Step.REACH),
        (TAKEN_ON | {"offered_at": hour(1)} | CHILD | CARERS, Step.FOLLOW_UP_NO),
        (TAKEN_ON | {"not_held": NotHeldReason.DECLINED_BY_CHILD} | CARERS, Step.FOLLOW_UP_NO),
        (WALKED | BY_POLICY | {"offered_at": hour(1)} | CHILD | CARERS, Step.FOLLOW_UP_NO),
        # The parent's no, and then another reason that ends the duty.
        (TAKEN_ON | PARENT | {"not_held": NotHeldReason.NOT_CONTACTABLE} | CARERS, Step.NOTHING),
        (TAKEN_ON | {"offered_at": hour(1)} | CHILD, Step.NOTHING),
        (TAKEN_ON | {"offered_at": hour(1)} | CHILD | {"has_actions": True}, Step.DO_ACTIONS),
        (TAKEN_ON | {"not_held": NotHeldReason.MISSING_AGAIN}, Step.OFFER),
        (TAKEN_ON | {"not_held": TURNED_18}, Step.ACT),
        (TAKEN_ON | {"not_held": TURNED_18, "acted_at": hour(9)}, Step.ACT),
        (WALKED | {"offer_kind": OfferKind.STATUTORY, "not_held": TURNED_18}, Step.NOTHING),
        # Whatever was written down of an interview, a child who is still missing stays.
        ({"not_held": NotHeldReason.NOT_OFFERED}, Step.RECORD_RETURN),
        ({"offered_at": hour(1)} | CHILD, Step.RECORD_RETURN),
        (ADULT | {"acted_at": hour(9)}, Step.RECORD_RETURN),
        (TAKEN_ON | ADULT, Step.ACT),
        # Something was done, and not all that is owed has been decided.
        (TAKEN_ON | ADULT | {"has_actions": True}, Step.ACT),
        (TAKEN_ON | ADULT | {"acted_at": hour(9)}, Step.ACT),
        (TAKEN_ON | ADULT | DECIDED | {"has_actions": True}, Step.DO_ACTIONS),
        (WALKED, Step.NOTHING),
        (WALKED | {"is_offered_by_policy": False}, Step.NOTHING),
        # The talk is still offered at 18: it goes its way beside what is owed.
        (TAKEN_ON | ADULT | BY_POLICY, Step.ACT),
        (WALKED | BY_POLICY, Step.OFFER),
        (WALKED | BY_POLICY | {"offered_at": hour(1)}, Step.ANSWER),
        (WALKED | BY_POLICY | {"offered_at": hour(1), "answer": Answer.ACCEPTED}, Step.BOOK),
        (WALKED | BY_POLICY | ACCEPTED | {"booked_for": hour(4)}, Step.HOLD),
        (WALKED | BY_POLICY | ACCEPTED | {"held_at": hour(5)}, Step.SIGN),
        (WALKED | BY_POLICY | SIGNED, Step.NOTHING),
        (WALKED | BY_POLICY | SIGNED | {"acted_at": hour(2)}, Step.ACT),
        (WALKED | BY_POLICY | {"offered_at": hour(1)} | CHILD, Step.NOTHING),
        (TAKEN_ON | ADULT | BY_POLICY | {"offered_at": hour(1)} | CHILD, Step.ACT),
        # Away from placement: the policy says whether a talk is offered, a person may all the same.
        (AWAY, Step.OFFER),
        (AWAY | BY_POLICY, Step.OFFER),
        (AWAY | {"is_offered_by_policy": False}, Step.NOTHING),
        (AWAY | {"is_offered_by_policy": False, "is_taken_on": False}, Step.TAKE_ON),
        (AWAY | {"is_offered_by_policy": False, "offered_at": hour(1)}, Step.ANSWER),
        (AWAY | {"is_offered_by_policy": False, "booked_for": hour(4)}, Step.HOLD),
        (AWAY | {"is_offered_by_policy": False, "has_actions": True}, Step.DO_ACTIONS),
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


def test_a_need_that_has_nothing_is_next_whatever_else_was_done():
    done = SIGNED | {"has_actions": True, "acted_at": hour(9), "has_open_need": True}

    assert next_step(Progress(**done)) is Step.ANSWER_NEEDS
    assert next_step(Progress(**done | {"acted_at": None})) is Step.ANSWER_NEEDS
    assert not is_settled(Progress(**done))
    assert is_settled(Progress(**done | {"has_open_need": False}))


AT = some.none() | some.sampled_from([hour(1), hour(5), hour(9)])
ANY = some.builds(
    Progress,
    offer_kind=some.sampled_from(OfferKind),
    is_offered_by_policy=some.none() | some.booleans(),
    is_pathway_decided=some.booleans(),
    found_at=AT,
    returned_at=AT,
    is_taken_on=some.booleans(),
    offered_at=AT,
    answer=some.none() | some.sampled_from(Answer),
    declined_by=some.none() | some.sampled_from(DeclinedBy),
    booked_for=AT,
    held_at=AT,
    not_held=some.none() | some.sampled_from(NotHeldReason),
    no_owes=some.frozensets(some.sampled_from(NoOwes)),
    signed_at=AT,
    has_actions=some.booleans(),
    has_open_need=some.booleans(),
    acted_at=AT,
    voided_at=AT,
)


@given(ANY)
def test_whatever_happened_nothing_is_next_only_where_nothing_is_owed(progress: Progress):
    assert (next_step(progress) is Step.NOTHING) is is_settled(progress)


@given(ANY)
def test_nobody_who_turned_18_is_settled_in_silence(progress: Progress):
    if is_on_adult_pathway(progress) and is_settled(progress) and not progress.voided_at:
        assert progress.is_pathway_decided
        assert progress.acted_at


@given(ANY)
def test_a_parents_no_never_settles_an_episode_by_itself(progress: Progress):
    by = {"answer": Answer.DECLINED, "declined_by": DeclinedBy.PARENT_OR_CARER, "not_held": None}
    asked = replace(
        progress,
        **by,
        offer_kind=OfferKind.STATUTORY,
        held_at=None,
        signed_at=None,
        voided_at=None,
    )

    assert not is_settled(asked)
