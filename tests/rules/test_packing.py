"""What must be so before a child is brought to an exploitation panel."""

from datetime import date, timedelta
from typing import Any

import pytest

from returnhome.rules import Blocked, packing

TODAY = date(2026, 3, 2)
CAN = {
    "is_ours": True,
    "is_brought": False,
    "meets_on": TODAY,
    "today": TODAY,
    "because": "Fetched by a car",
}


def test_a_pack_is_made_for_a_meeting_that_is_still_to_come() -> None:
    packing.check_can_make(name="Panel", meets_on=TODAY, today=TODAY)

    for more, why in (
        ({"name": " "}, packing.NameMissing),
        ({"name": "x" * 101}, packing.NameTooLong),
        ({"meets_on": TODAY - timedelta(days=1)}, packing.DayPast),
        ({"meets_on": date(2099, 3, 2)}, packing.DayTooFar),
    ):
        with pytest.raises(why):
            packing.check_can_make(**{"name": "Panel", "meets_on": TODAY, "today": TODAY} | more)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"is_ours": False}, packing.NotOurs),
        ({"is_taken_away": True}, packing.TakenAway),
        ({"meets_on": TODAY - timedelta(days=1)}, packing.HasMet),
        ({"is_brought": True}, packing.BroughtAlready),
        ({"because": " "}, packing.WhyMissing),
    ],
)
def test_who_is_brought_is_ours_and_brought_once_with_a_reason(
    more: dict[str, Any], why: type[Blocked]
) -> None:
    packing.check_can_bring(**CAN)

    with pytest.raises(why):
        packing.check_can_bring(**CAN | more)


def test_a_pack_is_put_right_until_it_has_met_or_is_taken_away() -> None:
    packing.check_stands(is_taken_away=False, has_met=False)

    with pytest.raises(packing.TakenAway):
        packing.check_stands(is_taken_away=True, has_met=True)
    with pytest.raises(packing.MetAlready):
        packing.check_stands(is_taken_away=False, has_met=True)


def test_a_child_is_taken_off_once_with_a_reason() -> None:
    packing.check_can_take_off(is_off=False, because="Another panel")

    with pytest.raises(packing.TakenOffAlready):
        packing.check_can_take_off(is_off=True, because="Another panel")
    with pytest.raises(packing.WhyOffMissing):
        packing.check_can_take_off(is_off=False, because="")


def test_what_two_children_told_of_links_them() -> None:
    told = {1: {"a car", "a park"}, 2: {"a car"}, 3: {"a name"}}

    assert packing.links(told) == {"a car": (1, 2)}
