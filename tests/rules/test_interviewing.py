"""How an interview may move."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from returnhome.rules import interviewing
from returnhome.rules.clock import Moment, deadline, estimated
from returnhome.rules.codes import Answer, CredentialKind, NotHeldReason
from returnhome.rules.interviewing import (
    AlreadyHeld,
    AlreadySigned,
    BookedInThePast,
    CoveringInterviewMissing,
    NobodyTried,
    NotAccepted,
    NoteMissing,
    NotHeldYet,
    NothingToAdd,
    NotSigned,
    NotTheAuthor,
    QuestionsUnanswered,
    StillTheirs,
)
from returnhome.rules.offering import BeforeFound, InTheFuture, NotReturned

FOUND = Moment(datetime(2026, 6, 1, 8, tzinfo=UTC))
RETURNED = Moment(datetime(2026, 6, 1, 12, tzinfo=UTC))
NOW = datetime(2026, 6, 2, 9, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)


def book(**changes):
    facts = {
        "answer": Answer.ACCEPTED,
        "booked_for": TOMORROW,
        "now": NOW,
        "found": FOUND,
        "returned": RETURNED,
    }
    interviewing.check_can_book(**{**facts, **changes})


def warnings(**changes):
    facts = {
        "booked_for": TOMORROW,
        "due": deadline(found=FOUND, returned=RETURNED),
        "training_due": date(2027, 1, 1),
        "checks_due": date(2027, 1, 1),
    }
    return interviewing.booking_warnings(**{**facts, **changes})


def hold(held: Moment, **changes):
    facts = {"now": NOW, "found": FOUND, "returned": RETURNED}
    interviewing.check_can_hold(held=held, **{**facts, **changes})


def test_an_accepted_interview_can_be_booked():
    book()
    book(booked_for=NOW)
    book(returned=None)


@pytest.mark.parametrize("answer", [None, Answer.NOT_NOW, Answer.DECLINED])
def test_an_interview_nobody_accepted_cannot_be_booked(answer):
    with pytest.raises(NotAccepted):
        book(answer=answer)


def test_an_interview_is_booked_for_the_future():
    with pytest.raises(BookedInThePast):
        book(booked_for=NOW - timedelta(minutes=1))


def test_an_interview_is_booked_once_the_child_is_found_and_before_it_is_held():
    with pytest.raises(NotReturned):
        book(found=None, returned=None)
    with pytest.raises(AlreadyHeld):
        book(is_held=True)


def test_a_good_booking_has_no_warning():
    assert warnings() == ()


def test_training_that_is_due_on_the_day_still_holds_and_the_day_after_warns():
    day = TOMORROW.date()

    assert warnings(training_due=day) == ()
    assert warnings(training_due=day - timedelta(days=1)) == (
        "This interviewer's training will be out of date: due 2 June 2026.",
    )


def test_unknown_checks_a_late_day_and_a_persons_own_child_are_warned_of_and_not_blocked():
    said = warnings(checks_due=None, booked_for=NOW + timedelta(days=5), is_involved_in_care=True)

    assert len(said) == 3
    assert "time allowed" in said[0]
    assert "checks" in said[1]
    assert "asked for them" in said[2]


def test_a_talk_between_found_and_the_placement_can_be_recorded_as_held():
    hold(Moment(datetime(2026, 6, 1, 9, 30, tzinfo=UTC)))


def test_an_interview_cannot_be_held_before_the_child_was_found_or_in_the_future():
    with pytest.raises(BeforeFound):
        hold(Moment(datetime(2026, 6, 1, 7, 59, tzinfo=UTC)))
    with pytest.raises(InTheFuture):
        hold(Moment(NOW + timedelta(minutes=1)))
    with pytest.raises(NotReturned):
        hold(Moment(NOW), found=None, returned=None)
    with pytest.raises(AlreadyHeld):
        hold(Moment(NOW), is_held=True)


def test_an_interview_held_today_at_a_time_not_noted_can_be_recorded():
    hold(Moment.on(NOW.date()))
    hold(Moment(NOW + timedelta(minutes=10), estimated(30)))


def test_an_interview_weeks_late_is_held_all_the_same():
    hold(Moment(NOW), found=None, returned=Moment(NOW - timedelta(days=60)))


def test_a_reason_that_needs_explaining_is_explained():
    with pytest.raises(NoteMissing):
        interviewing.check_not_held(reason=NotHeldReason.NOT_IN_INTERESTS_NOW, note=" ")

    interviewing.check_not_held(reason=NotHeldReason.NOT_IN_INTERESTS_NOW, note="In surgery")
    interviewing.check_not_held(reason=NotHeldReason.DECLINED_BY_CHILD)


def test_a_child_is_not_out_of_reach_before_somebody_tried():
    with pytest.raises(NobodyTried):
        interviewing.check_not_held(reason=NotHeldReason.NOT_CONTACTABLE)

    interviewing.check_not_held(reason=NotHeldReason.NOT_CONTACTABLE, attempts=3)


def test_an_episode_covered_by_another_interview_names_it():
    with pytest.raises(CoveringInterviewMissing):
        interviewing.check_not_held(reason=NotHeldReason.COVERED_BY_ANOTHER)

    interviewing.check_not_held(reason=NotHeldReason.COVERED_BY_ANOTHER, is_covering_named=True)


def test_an_interview_that_was_held_is_never_not_held():
    with pytest.raises(AlreadyHeld):
        interviewing.check_not_held(reason=NotHeldReason.DECLINED_BY_CHILD, is_held=True)


def test_a_signed_record_cannot_be_changed():
    assert interviewing.can_record(is_signed=False)
    with pytest.raises(AlreadySigned):
        interviewing.check_can_record(is_signed=True)


def test_a_record_is_signed_by_its_author_once_held_and_answered():
    ready = {"author": "Pat", "signer": "Pat", "is_held": True, "is_signed": False}

    assert interviewing.can_sign(**ready)
    with pytest.raises(NotTheAuthor):
        interviewing.check_can_sign(**{**ready, "signer": "Amina"})
    with pytest.raises(NotHeldYet):
        interviewing.check_can_sign(**{**ready, "is_held": False})
    with pytest.raises(AlreadySigned):
        interviewing.check_can_sign(**{**ready, "is_signed": True})


def test_a_record_is_taken_over_only_from_somebody_who_can_no_longer_write_it():
    left = {"is_held": True, "is_signed": False, "can_write": False}

    assert interviewing.can_take_over_record(**left)
    with pytest.raises(StillTheirs):
        interviewing.check_can_take_over_record(**{**left, "can_write": True})
    with pytest.raises(NotHeldYet):
        interviewing.check_can_take_over_record(**{**left, "is_held": False})
    with pytest.raises(AlreadySigned):
        interviewing.check_can_take_over_record(**{**left, "is_signed": True})


def test_unanswered_questions_are_named():
    missing = [SimpleNamespace(text="What would help?"), SimpleNamespace(text="Who was there?")]

    with pytest.raises(QuestionsUnanswered, match=r"What would help\?; Who was there\?"):
        interviewing.check_can_sign(
            author=1, signer=1, is_held=True, is_signed=False, missing=missing
        )


def test_an_addendum_is_written_to_a_signed_record_only():
    assert interviewing.can_add(is_signed=True, words="She asked me to add this.")
    with pytest.raises(NotSigned):
        interviewing.check_can_add(is_signed=False, words="x")
    with pytest.raises(NothingToAdd):
        interviewing.check_can_add(is_signed=True, words="  ")


def test_training_holds_until_the_first_of_its_kind_runs_out():
    held = {
        CredentialKind.INTERVIEWING: date(2027, 5, 1),
        CredentialKind.SAFEGUARDING: date(2026, 9, 1),
        CredentialKind.DBS: None,
    }

    assert interviewing.good_until(held, CredentialKind.INTERVIEWING) == date(2026, 9, 1)
    assert interviewing.good_until(held, CredentialKind.DBS) == date.max
    assert interviewing.good_until({}, CredentialKind.DBS) is None
