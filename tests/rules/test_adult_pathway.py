"""What is owed to a young person who was 18 at the return."""

from datetime import timedelta

import pytest

from returnhome.rules.adult_pathway import (
    DecidedAlready,
    NotOnThePathway,
    NotOwed,
    ReasonMissing,
    can_leave_out,
    check_can_leave_out,
    is_decided,
    owed,
    was_looked_after,
)
from returnhome.rules.codes import ActionKind, Cohort

ADVISER, SAFEGUARDING = ActionKind.ADULT_PATHWAY, ActionKind.ADULT_SAFEGUARDING
GIVEN = {
    "is_on_pathway": True,
    "is_looked_after": True,
    "decided": (),
    "reason": "Her adviser rang us",
}


def test_adult_safeguarding_is_owed_to_everybody_and_the_adviser_to_care_leavers():
    assert [each.kind for each in owed(is_looked_after=True)] == [SAFEGUARDING, ADVISER]
    assert [each.kind for each in owed(is_looked_after=False)] == [SAFEGUARDING]


def test_each_action_says_what_is_to_be_done_why_and_by_when():
    for each in owed(is_looked_after=True):
        assert each.what.endswith(".")
        assert each.why.endswith(".")
        assert str(each.source)
        assert timedelta(0) < each.within <= timedelta(days=7)


@pytest.mark.parametrize(
    ("cohort", "flags", "answer"),
    [
        (Cohort.LOOKED_AFTER_IN_AREA, [], True),
        (Cohort.LOOKED_AFTER_OUT_OF_AREA, [], True),
        (Cohort.PLACED_HERE_BY_OTHER, [], True),
        (Cohort.HOME, [], False),
        (Cohort.UNKNOWN, [], False),
        (Cohort.UNKNOWN, ["placement_unknown"], True),
    ],
)
def test_who_was_looked_after_at_the_start(cohort: Cohort, flags: list[str], answer: bool):
    assert was_looked_after(cohort, flags) is answer


def test_it_is_decided_once_each_is_added_or_left_out():
    assert not is_decided([ADVISER], is_looked_after=True)
    assert is_decided([ADVISER, SAFEGUARDING], is_looked_after=True)
    assert is_decided([SAFEGUARDING], is_looked_after=False)
    assert not is_decided([], is_looked_after=False)


@pytest.mark.parametrize(
    ("changed", "blocked"),
    [
        ({"is_on_pathway": False}, NotOnThePathway),
        ({"is_looked_after": False}, NotOwed),
        ({"decided": (ADVISER,)}, DecidedAlready),
        ({"reason": " "}, ReasonMissing),
    ],
)
def test_an_action_is_left_out_once_and_with_a_reason(changed, blocked):
    with pytest.raises(blocked):
        check_can_leave_out(ADVISER, **GIVEN | changed)


def test_an_action_that_is_owed_can_be_left_out_with_a_reason():
    assert can_leave_out(ADVISER, **GIVEN)
    assert not can_leave_out(ActionKind.CAMHS, **GIVEN)
