"""When a need has its answer, and what can be decided about it."""

from datetime import date

import pytest

from returnhome.rules import helping
from returnhome.rules.helping import (
    DecidedAlready,
    HeardAlready,
    HelpGiven,
    NeedFacts,
    NobodyNamed,
    NoHelpReason,
    NoteMissing,
    NotHeldYet,
    NothingPassedOn,
    NotOfferedBefore,
    NotTakenUp,
    NotTakenUpReason,
    OutcomeMissing,
    OutcomeNoted,
    PassedOnBefore,
    ReasonMissing,
    WordsMissing,
)

CHILDS_NO, PARENTS_NO = NotTakenUpReason.CHILD_DECLINED, NotTakenUpReason.PARENT_DECLINED


@pytest.mark.parametrize(
    ("need", "waits"),
    [
        (NeedFacts(), True),
        (NeedFacts(actions=1), False),
        (NeedFacts(is_left=True), False),
        # Offered and not heard of yet, or taken up.
        (NeedFacts(help=(None,)), False),
        (NeedFacts(help=(CHILDS_NO,)), False),
        (NeedFacts(help=(PARENTS_NO,)), True),
        (NeedFacts(help=(NotTakenUpReason.TOO_LONG_A_WAIT, PARENTS_NO)), True),
        (NeedFacts(help=(PARENTS_NO, None)), False),
        (NeedFacts(help=(PARENTS_NO,), actions=1), False),
    ],
)
def test_a_need_waits_until_something_answers_it(need: NeedFacts, waits: bool):
    assert helping.is_open(need) is waits


def test_only_the_childs_own_no_leaves_nothing_open():
    assert [each for each in NotTakenUpReason if not each.leaves_open] == [CHILDS_NO]


def test_one_need_that_waits_is_enough():
    assert helping.any_open([NeedFacts(actions=1), NeedFacts()])
    assert not helping.any_open([NeedFacts(actions=1)])
    assert not helping.any_open([])


def test_a_need_is_named_in_an_interview_that_was_held_and_in_words():
    helping.check_can_name(is_held=True, words="A lock on my door")

    with pytest.raises(NotHeldYet):
        helping.check_can_name(is_held=False, words="A lock on my door")
    with pytest.raises(WordsMissing):
        helping.check_can_name(is_held=True, words=" \n")


def test_that_nothing_follows_is_decided_once_and_of_a_need_that_waits():
    nothing_here = NoHelpReason.NOTHING_HERE
    helping.check_can_leave(need=NeedFacts(), reason=NoHelpReason.CHILD_WANTS_NONE, note="")
    helping.check_can_leave(need=NeedFacts(), reason=nothing_here, note="Asked all three clubs")

    with pytest.raises(NoteMissing):
        helping.check_can_leave(need=NeedFacts(), reason=nothing_here, note=" ")
    with pytest.raises(HelpGiven):
        helping.check_can_leave(need=NeedFacts(actions=1), reason=nothing_here, note="x")
    with pytest.raises(DecidedAlready):
        helping.check_can_leave(need=NeedFacts(is_left=True), reason=nothing_here, note="x")


def test_whether_help_was_taken_up_is_heard_once_and_a_no_has_its_reason():
    helping.check_can_hear(is_heard=False, is_taken_up=True, reason=None)
    helping.check_can_hear(is_heard=False, is_taken_up=False, reason=PARENTS_NO)

    with pytest.raises(ReasonMissing):
        helping.check_can_hear(is_heard=False, is_taken_up=False, reason=None)
    with pytest.raises(HeardAlready):
        helping.check_can_hear(is_heard=True, is_taken_up=True, reason=None)


def test_what_came_of_it_is_noted_once_and_of_what_was_taken_up():
    helping.check_can_note_outcome(outcome="Goes on Tuesdays", is_noted=False, is_taken_up=None)

    with pytest.raises(OutcomeMissing):
        helping.check_can_note_outcome(outcome="", is_noted=False, is_taken_up=True)
    with pytest.raises(NotTakenUp):
        helping.check_can_note_outcome(outcome="x", is_noted=False, is_taken_up=False)
    with pytest.raises(OutcomeNoted):
        helping.check_can_note_outcome(outcome="x", is_noted=True, is_taken_up=True)


def test_needs_are_passed_on_to_somebody_who_is_named():
    helping.check_can_pass_on(needs=[1], who="The front door team")

    with pytest.raises(NothingPassedOn):
        helping.check_can_pass_on(needs=[], who="Irma")
    with pytest.raises(NobodyNamed):
        helping.check_can_pass_on(needs=[1], who=" ")


@pytest.mark.parametrize(
    ("check", "refusal"),
    [
        (helping.check_can_offer_on, NotOfferedBefore),
        (helping.check_can_pass_on_day, PassedOnBefore),
    ],
)
def test_help_comes_in_or_after_the_interview_and_not_in_the_future(check, refusal):
    held_on, today = date(2026, 3, 2), date(2026, 3, 5)
    check(held_on, held_on=held_on, today=today)
    check(today, held_on=held_on, today=today)

    for day in (date(2026, 3, 1), date(2026, 3, 6)):
        with pytest.raises(refusal):
            check(day, held_on=held_on, today=today)
