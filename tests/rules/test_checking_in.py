"""A short check-in: what it asks, and that a longer talk is the interview."""

from datetime import UTC, datetime, timedelta

import pytest

from returnhome.rules import checking_in
from returnhome.rules.checking_in import (
    BeforeFound,
    FullerTalkMissing,
    FullerTalkPast,
    HowMissing,
    NotShort,
    UrgentMissing,
)
from returnhome.rules.clock import Moment
from returnhome.rules.codes import Indicator
from returnhome.rules.interviewing import AlreadyHeld
from returnhome.rules.offering import InTheFuture, NotReturned

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RETURNED = Moment(NOW - timedelta(hours=5))
CHECK = {
    "held_at": NOW,
    "now": NOW,
    "found": None,
    "returned": RETURNED,
    "minutes": 10,
    "how": "Tired.",
    "is_urgent": False,
    "fuller": "With Ines, at school",
}


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({}, None),
        ({"minutes": 1}, None),
        ({"minutes": 60}, None),
        ({"minutes": 61}, NotShort),
        ({"minutes": 0}, NotShort),
        ({"minutes": -5}, NotShort),
        ({"returned": None}, NotReturned),
        # Where it can be, a child has a word before going back.
        ({"returned": None, "found": RETURNED}, None),
        ({"held_at": NOW + timedelta(minutes=1)}, InTheFuture),
        ({"held_at": RETURNED.at - timedelta(minutes=1)}, BeforeFound),
        ({"held_at": RETURNED.at}, None),
        ({"how": "  "}, HowMissing),
        ({"is_urgent": True}, UrgentMissing),
        ({"is_urgent": True, "urgent": "He has not eaten"}, None),
        ({"fuller": " "}, FullerTalkMissing),
        ({"fuller": "", "fuller_at": NOW + timedelta(days=1)}, None),
        ({"fuller_at": NOW}, FullerTalkPast),
        ({"is_held": True}, AlreadyHeld),
    ],
)
def test_what_a_check_in_asks(changes, refusal):
    if refusal is None:
        checking_in.check_can_note(**CHECK | changes)
        return
    with pytest.raises(refusal):
        checking_in.check_can_note(**CHECK | changes)


def test_only_a_no_or_what_was_not_asked_leads_past_the_pages_of_harm():
    led = {each for each in Indicator if checking_in.leads_to_harm(each)}

    assert led == {Indicator.YES, Indicator.POSSIBLE}
