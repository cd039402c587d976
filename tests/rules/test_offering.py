"""How an offer may move."""

from datetime import date, timedelta

import pytest

from returnhome.rules import offering
from returnhome.rules.clock import Moment
from returnhome.rules.codes import Answer, DeclinedBy, Means, NotHeldReason, Reached
from returnhome.rules.offering import (
    AdultPathway,
    AlreadyAnswered,
    BeforeFound,
    BeforeOffered,
    BeforeTheNo,
    DeclinedByMissing,
    EpisodeVoided,
    InTheFuture,
    NobodyDeclined,
    NotAnAttempt,
    NotAnOffer,
    NothingToTakeUp,
    NotReturned,
    ReasonMissing,
    TalkIsBooked,
    TalkWasHeld,
)

RETURNED = Moment.on(date(2026, 6, 1))
NOW = RETURNED.at + timedelta(days=2)
CHILD, PARENT = DeclinedBy.CHILD, DeclinedBy.PARENT_OR_CARER


def test_a_child_who_is_still_missing_cannot_be_offered_an_interview_yet():
    with pytest.raises(NotReturned):
        offering.check_can_make(found=None, returned=None)


@pytest.mark.parametrize("age", [None, 0, 15, 17])
def test_a_child_who_was_found_or_has_returned_can_be_offered_one(age):
    assert offering.can_make(found=RETURNED, returned=None, age_at_return=age)
    assert offering.can_make(found=None, returned=RETURNED, age_at_return=age)


def test_at_18_the_adult_pathway_takes_over():
    with pytest.raises(AdultPathway):
        offering.check_can_make(found=None, returned=RETURNED, age_at_return=18)


def test_at_18_the_talk_is_still_offered_where_local_policy_says_so():
    offering.check_can_make(
        found=None, returned=RETURNED, age_at_return=18, is_offered_by_policy=True
    )


def test_nothing_is_offered_for_an_episode_recorded_in_error():
    with pytest.raises(EpisodeVoided):
        offering.check_can_make(found=None, returned=RETURNED, is_voided=True)


@pytest.mark.parametrize(
    ("means", "reached", "counts"),
    [
        (Means.IN_PERSON, Reached.CHILD, True),
        (Means.TELEPHONE, Reached.CARER, True),
        (Means.LETTER, Reached.NOBODY, False),
        (Means.TEXT, Reached.NOBODY, False),
        (Means.TELEPHONE, Reached.NOBODY, False),
        (None, Reached.CHILD, False),
    ],
)
def test_an_offer_counts_when_it_reached_the_child_or_a_carer_by_a_named_means(
    means, reached, counts
):
    assert offering.counts_as_offer(means=means, reached=reached) is counts
    assert offering.can_count(means=means, reached=reached, at=NOW, now=NOW) is counts
    assert offering.can_attempt(means=means, reached=reached, at=NOW, now=NOW) is not counts


def test_a_letter_without_an_answer_is_no_offer_and_a_call_that_was_taken_no_attempt():
    with pytest.raises(NotAnOffer):
        offering.check_can_count(means=Means.LETTER, reached=Reached.NOBODY, at=NOW, now=NOW)
    with pytest.raises(NotAnAttempt):
        offering.check_attempt(means=Means.TELEPHONE, reached=Reached.CHILD, at=NOW, now=NOW)


def test_an_offer_is_made_after_the_child_was_found_and_not_in_the_future():
    early, late = RETURNED.earliest - timedelta(minutes=1), NOW + timedelta(minutes=1)
    call = {"means": Means.TELEPHONE, "reached": Reached.CHILD, "now": NOW, "returned": RETURNED}

    with pytest.raises(BeforeFound):
        offering.check_can_count(at=early, **call)
    with pytest.raises(InTheFuture) as blocked:
        offering.check_can_count(at=late, **call)
    assert blocked.value.field == "offered_at"
    assert offering.can_count(at=RETURNED.earliest, **call)


@pytest.mark.parametrize(
    ("earlier", "by", "waits", "answerable"),
    [
        (None, None, True, True),
        (Answer.NOT_NOW, None, True, True),
        (Answer.DECLINED, PARENT, True, True),
        (Answer.DECLINED, CHILD, False, True),
        (Answer.ACCEPTED, None, False, False),
    ],
)
def test_no_no_ever_closes_the_offer_and_only_the_childs_own_ends_the_waiting(
    earlier, by, waits, answerable
):
    assert offering.is_open(answer=earlier, declined_by=by) is waits
    assert offering.can_answer(earlier=earlier, given=Answer.ACCEPTED) is answerable


def test_an_offer_already_answered_says_so():
    with pytest.raises(AlreadyAnswered, match="make a new offer"):
        offering.check_can_answer(earlier=Answer.ACCEPTED, given=Answer.NOT_NOW)


def test_a_decline_says_who_and_why():
    with pytest.raises(DeclinedByMissing):
        offering.check_can_answer(earlier=None, given=Answer.DECLINED, reason="Not now")
    with pytest.raises(ReasonMissing):
        offering.check_can_answer(
            earlier=None, given=Answer.DECLINED, declined_by=CHILD, reason="  "
        )
    assert offering.can_answer(
        earlier=None, given=Answer.DECLINED, declined_by=CHILD, reason="Did not want to say"
    )


def test_nobody_declines_an_offer_that_was_accepted():
    with pytest.raises(NobodyDeclined):
        offering.check_can_answer(earlier=None, given=Answer.ACCEPTED, declined_by=CHILD)


TAKE_UP = {"answer": Answer.DECLINED, "not_held": None, "now": NOW, "said_at": NOW, "after": None}


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({}, None),
        ({"answer": None, "not_held": NotHeldReason.NOT_OFFERED}, None),
        # A yes, and then they could not be reached: they may still want it.
        ({"answer": Answer.ACCEPTED, "not_held": NotHeldReason.NOT_CONTACTABLE}, None),
        ({"answer": None}, NothingToTakeUp),
        ({"answer": Answer.ACCEPTED}, NothingToTakeUp),
        ({"answer": Answer.NOT_NOW}, NothingToTakeUp),
        ({"is_booked": True}, TalkIsBooked),
        ({"is_held": True}, TalkWasHeld),
        ({"said_at": NOW + timedelta(minutes=1)}, InTheFuture),
        ({"after": NOW + timedelta(minutes=1)}, BeforeTheNo),
        # People give the minute.
        ({"after": NOW + timedelta(seconds=40)}, None),
    ],
)
def test_a_child_who_said_no_can_take_the_offer_up_later(changes, refusal):
    if refusal is None:
        offering.check_can_take_up(**TAKE_UP | changes)
        return
    with pytest.raises(refusal):
        offering.check_can_take_up(**TAKE_UP | changes)


def test_an_answer_lies_between_the_offer_and_now():
    made, minute = NOW - timedelta(minutes=59, seconds=20), timedelta(minutes=1)

    # In the minute of the offer is no contradiction: people give the minute.
    offering.check_answered_when(at=NOW - timedelta(hours=1), now=NOW, after=made)
    with pytest.raises(BeforeOffered):
        offering.check_answered_when(at=NOW - timedelta(hours=1) - minute, now=NOW, after=made)
    with pytest.raises(InTheFuture):
        offering.check_answered_when(at=NOW + minute, now=NOW, after=made)
