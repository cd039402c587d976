"""What can be said of where a child was found, and what says a protected address."""

from typing import Any

import pytest

from returnhome.rules import found_places as rules
from returnhome.rules.found_places import FoundIn, Said, SaidBy

ADDRESS = "Rowan Lodge, 3 Quarry Bank, Millbrook"


def said(**more: Any) -> Said:
    return Said(**{"found_in": FoundIn.PLACE, "said_by": SaidBy.POLICE, **more})


def check(
    given: Said, *, is_open: bool = False, before: Said | None = None, there: str = ""
) -> None:
    rules.check_can_say(given, is_open=is_open, before=before, postcode_is_in=there)


@pytest.mark.parametrize(
    "given",
    [
        said(postcode="LS11UR"),
        said(area="Leeds"),
        said(postcode="LS11UR", area="Leeds", words="At the station"),
        said(found_in=FoundIn.ABROAD),
    ],
)
def test_a_postcode_an_area_or_abroad_is_enough(given: Said) -> None:
    check(given, there="Leeds" if given.postcode else "")


@pytest.mark.parametrize(
    ("given", "more", "why"),
    [
        (said(area="Leeds"), {"is_open": True}, rules.NotFoundYet),
        (said(words="At the station"), {}, rules.PlaceMissing),
        (said(postcode="LS11UR", area="Bradford"), {"there": "Leeds"}, rules.AreaDiffers),
        (said(found_in=FoundIn.NOT_KNOWN), {}, rules.NothingSaidBefore),
        (said(area="Leeds"), {"before": said(area="Leeds")}, rules.NotADifference),
    ],
)
def test_what_cannot_be_said_is_refused_with_its_reason(
    given: Said, more: dict[str, Any], why: type[Exception]
) -> None:
    with pytest.raises(why):
        check(given, **more)


def test_somebody_else_saying_the_same_is_a_difference() -> None:
    check(said(area="Leeds"), before=said(area="Leeds", said_by=SaidBy.CHILD))


@pytest.mark.parametrize(
    ("address", "postcode", "words", "is_told"),
    [
        ("3 Quarry Bank\nLS1 1UR", "LS11UR", "", True),
        ("3 Quarry Bank\nLS1 1UR", "LS11US", "", False),
        (ADDRESS, "LS11UR", "", False),
        (ADDRESS, "", "At rowan lodge", True),
        (ADDRESS, "", "Outside 3 Quary Bank", True),
        (ADDRESS, "", "At Millbrook station", True),
        (ADDRESS, "", "At a friend’s", False),
        ("", "", "At a friend’s", False),
    ],
)
def test_a_protected_address_is_told_by_its_postcode_or_any_part_of_it(
    address: str, postcode: str, words: str, is_told: bool
) -> None:
    assert rules.tells_any([address], postcode=postcode, words=words) is is_told
