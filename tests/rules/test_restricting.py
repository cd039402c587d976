"""Who is kept from a restricted record, and who may open it all the same."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from returnhome.rules import restricting
from returnhome.rules.restricting import (
    Listing,
    NobodyLeft,
    OwnOpening,
    ReasonMissing,
    ReviewedAlready,
    StillOpen,
    TooLong,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EVERY = [
    Listing(is_restricted=a, may_see=b, may_not_see=c, keeps=d, has_opened=e)
    for a, b, c, d, e in product([False, True], repeat=5)
]


@pytest.mark.parametrize("listing", [each for each in EVERY if each.may_not_see])
def test_whoever_may_not_see_it_never_does_whatever_else_is_so(listing: Listing) -> None:
    assert restricting.is_closed(listing)
    assert not restricting.may_break_glass(listing)


@pytest.mark.parametrize(
    "listing", [each for each in EVERY if not each.is_restricted and not each.may_not_see]
)
def test_a_record_without_a_restriction_is_closed_to_nobody_else(listing: Listing) -> None:
    assert not restricting.is_closed(listing)
    assert not restricting.may_break_glass(listing)


def test_a_restricted_record_is_open_to_those_named_to_its_keeper_and_behind_broken_glass() -> None:
    assert restricting.is_closed(Listing(is_restricted=True))
    assert not restricting.is_closed(Listing(is_restricted=True, may_see=True))
    assert not restricting.is_closed(Listing(is_restricted=True, keeps=True))
    assert not restricting.is_closed(Listing(is_restricted=True, has_opened=True))


def test_whoever_is_only_not_named_may_break_the_glass() -> None:
    assert restricting.may_break_glass(Listing(is_restricted=True))


def test_a_record_is_opened_for_an_hour_or_for_a_day_and_not_for_longer() -> None:
    assert restricting.open_until(NOW, restricting.USUAL_HOURS) == NOW + timedelta(hours=1)
    assert restricting.open_until(NOW, 24) == NOW + timedelta(days=1)
    for hours in (-1, 0, 25, 1000):
        with pytest.raises(TooLong):
            restricting.open_until(NOW, hours)


def test_every_length_on_offer_is_allowed() -> None:
    assert restricting.USUAL_HOURS in restricting.HOURS
    assert all(restricting.open_until(NOW, hours) for hours in restricting.HOURS)


def test_nobody_restricts_a_record_without_a_reason() -> None:
    restricting.check_reason("Her aunt works in the contact centre")
    with pytest.raises(ReasonMissing):
        restricting.check_reason("  ")


def test_somebody_who_can_act_is_left() -> None:
    restricting.check_somebody_left([7])
    with pytest.raises(NobodyLeft):
        restricting.check_somebody_left([])


def test_a_break_glass_is_reviewed_once_by_somebody_else_when_it_is_over() -> None:
    restricting.check_can_review(opened_by=1, by=2, is_open=False, is_reviewed=False)
    with pytest.raises(OwnOpening):
        restricting.check_can_review(opened_by=1, by=1, is_open=False, is_reviewed=False)
    with pytest.raises(StillOpen):
        restricting.check_can_review(opened_by=1, by=2, is_open=True, is_reviewed=False)
    with pytest.raises(ReviewedAlready):
        restricting.check_can_review(opened_by=1, by=2, is_open=False, is_reviewed=True)
