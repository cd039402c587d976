"""Where a child was found: what can be said of the place, and of whom it may be told.

Source: Returnhome's own rule. That it matters where a child goes is in DfE statutory guidance on
children who run away or go missing, January 2014, and the police keep it as where a child was
located; how it is kept beside the four times is written nowhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from returnhome.rules import Blocked
from returnhome.rules.codes import Code
from returnhome.rules.marking import Known, Marking, MarkKind
from returnhome.rules.naming import folded_postcode, postcode_in


class FoundIn(Code):
    """What is known of the place. Not known: what was said before does not hold."""

    PLACE = "place", "In the UK"
    ABROAD = "abroad", "Outside the UK"
    NOT_KNOWN = "not_known", "Not known"


class SaidBy(Code):
    """Who knows where the child was found; our own list."""

    POLICE = "police", "The police"
    CARER = "carer", "A parent, carer or home"
    CHILD = "child", "The child"
    OTHER = "other", "Somebody else"


class NotFoundYet(Blocked):
    sentence = "The child is not on record as found or back. Record that first."


class PlaceMissing(Blocked):
    sentence = "Give the postcode, or say in which council’s area it was."
    field = "postcode"


class NoPostcode(Blocked):
    sentence = "That is not a postcode. For example: LS1 1UR. Leave it empty if you do not know it."
    field = "postcode"


class AreaDiffers(Blocked):
    """The postcode is in the area of another council than the one that was named."""

    field = "authority"


class NothingSaidBefore(Blocked):
    sentence = (
        "Nothing is on record of where the child was found, so there is nothing to take back."
    )
    field = "found_in"


class NotADifference(Blocked):
    sentence = "That is on record already."
    field = "postcode"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What is said of the place: the postcode as it is compared, the council's area by its name."""

    found_in: FoundIn
    postcode: str = ""
    area: str = ""
    words: str = ""
    said_by: SaidBy


def check_can_say(said: Said, *, is_open: bool, before: Said | None, postcode_is_in: str) -> None:
    """Whether that can be said. `postcode_is_in`: whose area it is by the directory, if known.

    Raises NotFoundYet, PlaceMissing, AreaDiffers, NothingSaidBefore, NotADifference.
    """
    if is_open:
        raise NotFoundYet
    if said.found_in is FoundIn.PLACE and not (said.postcode or said.area):
        raise PlaceMissing
    if said.found_in is FoundIn.PLACE and postcode_is_in and said.area not in ("", postcode_is_in):
        raise AreaDiffers(
            f"That postcode is in {postcode_is_in}, not in {said.area}. Leave one of them out."
        )
    if said.found_in is FoundIn.NOT_KNOWN and before is None:
        raise NothingSaidBefore
    if said == before:
        raise NotADifference


def tells_any(addresses: Iterable[str], *, postcode: str, words: str) -> bool:
    """Whether a postcode is that of one of these addresses, or some words say any part of one."""
    hidden = [each for each in addresses if each]
    codes = {folded_postcode(postcode_in(each)) for each in hidden} - {""}
    if postcode and folded_postcode(postcode) in codes:
        return True
    if not (hidden and words):
        return False
    # As where something is shared: a slip of the pen, the house alone and the town are found too.
    known = [Known(each, MarkKind.PROTECTED, "") for each in hidden]
    return any(mark.kind is MarkKind.PROTECTED for mark in Marking(known).marks(words))
