"""What a no leaves to ask, and what is refused of the answers."""

from datetime import UTC, datetime, timedelta

import pytest

from returnhome.rules import declining
from returnhome.rules.codes import Answer, DeclinedBy, Means, NoOwes, NotHeldReason, Understood
from returnhome.rules.declining import (
    BecauseMissing,
    BeforeFound,
    ByWhomMissing,
    CarerMayBeTheRisk,
    MeansMissing,
    NobodySaidNo,
    NotAChildsNo,
    NotTheirOwnNo,
    WhomMissing,
    WhyNotAskedMissing,
    WhyNotSpokenToMissing,
)
from returnhome.rules.offering import InTheFuture

CHILD, PARENT = DeclinedBy.CHILD, DeclinedBy.PARENT_OR_CARER
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FOUND = NOW - timedelta(hours=10)


@pytest.mark.parametrize(
    ("answer", "by", "not_held", "whose"),
    [
        (None, None, None, None),
        (Answer.ACCEPTED, None, None, None),
        (Answer.NOT_NOW, None, None, None),
        (Answer.DECLINED, CHILD, None, CHILD),
        (Answer.DECLINED, PARENT, None, PARENT),
        (None, None, NotHeldReason.DECLINED_BY_PARENT, PARENT),
        (Answer.ACCEPTED, None, NotHeldReason.DECLINED_BY_CHILD, CHILD),
        # The reason is the later word.
        (Answer.DECLINED, PARENT, NotHeldReason.DECLINED_BY_CHILD, CHILD),
        (Answer.DECLINED, CHILD, NotHeldReason.MOVED_AWAY, CHILD),
        (None, None, NotHeldReason.MOVED_AWAY, None),
    ],
)
def test_whose_no_it_is_comes_from_the_answer_or_the_reason(answer, by, not_held, whose):
    assert declining.whose_no(answer=answer, declined_by=by, not_held=not_held) is whose


@pytest.mark.parametrize(
    ("by", "age", "done", "owed"),
    [
        (CHILD, 13, False, "spoken_to understanding carers"),
        (CHILD, 15, False, "spoken_to understanding carers"),
        # At 16 nobody judges whether they understood.
        (CHILD, 16, False, "spoken_to carers"),
        (CHILD, 17, True, "spoken_to"),
        # At 18 nobody asks their carers.
        (CHILD, 18, False, "spoken_to"),
        # Of an age that nobody knows, they may be under 16.
        (CHILD, None, False, "spoken_to understanding carers"),
        (PARENT, 13, False, "spoken_to carers"),
        (PARENT, 13, True, "spoken_to"),
        (PARENT, 17, False, "spoken_to carers"),
    ],
)
def test_what_a_no_leaves_to_ask(by, age, done, owed):
    assert " ".join(declining.owed(by=by, age=age, are_carers_done=done)) == owed


def test_the_child_is_asked_of_before_the_carers():
    assert declining.first_owed(["carers", "spoken_to"]) is NoOwes.SPOKEN_TO
    assert declining.first_owed(["carers"]) is NoOwes.CARERS
    assert declining.first_owed([]) is None


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"no_of": None, "is_spoken_to": True}, NobodySaidNo),
        ({"no_of": CHILD, "is_spoken_to": False, "why_not": "Mum rang"}, NotTheirOwnNo),
        ({"no_of": PARENT, "is_spoken_to": False, "why_not": "  "}, WhyNotSpokenToMissing),
        ({"no_of": CHILD, "is_spoken_to": True, "means": Means.TELEPHONE}, ByWhomMissing),
        ({"no_of": CHILD, "is_spoken_to": True, "by_whom": "Ines"}, MeansMissing),
    ],
)
def test_whether_the_child_was_spoken_to_needs_its_answers(said, refusal):
    with pytest.raises(refusal):
        declining.check_can_say_spoken_to(**said)


def test_a_parents_no_without_a_word_to_the_child_says_why():
    assert declining.can_say_spoken_to(no_of=PARENT, is_spoken_to=False, why_not="Asleep")
    assert declining.can_say_spoken_to(
        no_of=CHILD, is_spoken_to=True, by_whom="Ines", means=Means.IN_PERSON
    )


def test_only_a_childs_own_no_is_judged_and_always_with_what_it_rests_on():
    with pytest.raises(NotAChildsNo):
        declining.check_can_judge(no_of=PARENT, judged=Understood.ABLE, because="Clear")
    with pytest.raises(NobodySaidNo):
        declining.check_can_judge(no_of=None, judged=Understood.ABLE, because="Clear")
    with pytest.raises(BecauseMissing):
        declining.check_can_judge(no_of=CHILD, judged=Understood.NOT_JUDGED, because=" ")
    assert declining.can_judge(no_of=CHILD, judged=Understood.NOT_ABLE, because="Very upset")


ASK = {"no_of": CHILD, "whom": "His mother", "at": NOW, "now": NOW, "found_at": FOUND}


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"no_of": None}, NobodySaidNo),
        ({"whom": " "}, WhomMissing),
        ({"at": NOW + timedelta(minutes=1)}, InTheFuture),
        ({"at": FOUND - timedelta(minutes=1)}, BeforeFound),
        ({"risk_noted_at": NOW - timedelta(days=9)}, CarerMayBeTheRisk),
        ({"risk_noted_at": NOW - timedelta(days=9), "despite": " "}, CarerMayBeTheRisk),
    ],
)
def test_a_carer_is_asked_after_the_return_and_never_one_who_may_be_the_risk(changes, refusal):
    with pytest.raises(refusal):
        declining.check_can_ask_carers(**ASK | changes)


def test_another_carer_who_is_safe_can_be_asked_and_what_was_asked_before_the_note_stands():
    assert declining.can_ask_carers(
        **ASK, risk_noted_at=NOW - timedelta(days=9), despite="The home, not family"
    )
    assert declining.can_ask_carers(**ASK, risk_noted_at=NOW + timedelta(minutes=5))
    assert declining.can_ask_carers(**ASK | {"found_at": None})


def test_carers_are_left_unasked_only_with_a_reason():
    with pytest.raises(WhyNotAskedMissing):
        declining.check_can_leave_carers(no_of=CHILD, why_not="")
    assert declining.can_leave_carers(no_of=PARENT, why_not="A parent may be the risk")
