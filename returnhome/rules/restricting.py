"""Who is kept from a restricted record, who may open it all the same, and for how long.

Source: Returnhome's own rule, where the guidance is silent: of those whom the table of access lets
see a record, the lists of that record keep some out. They never let anybody in.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from returnhome.rules import Blocked

# For how long a record can be opened by break-glass.
HOURS = (1, 2, 4, 8, 24)
USUAL_HOURS = 1
LONGEST = timedelta(hours=max(HOURS))
# How soon somebody is to look at why it was opened.
REVIEW_WITHIN = timedelta(days=7)


class ReasonMissing(Blocked):
    sentence = "Say why. The reason stays on the record."
    field = "because"


class NobodyLeft(Blocked):
    sentence = (
        "Nobody who can act for this child would be left to see the record. "
        "First name somebody who can offer an interview, or leave somebody out of this list."
    )


class TooLong(Blocked):
    sentence = f"A record can be opened for at most {max(HOURS)} hours."
    field = "hours"


class OwnOpening(Blocked):
    sentence = "Whoever opened the record cannot review that. Somebody else must."


class ReviewedAlready(Blocked):
    sentence = "Somebody has reviewed this already."


class StillOpen(Blocked):
    sentence = "The record is still open to them. End that first, or review it afterwards."


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What the lists of one record say of one person.

    `is_restricted`: only those named may see it. `keeps`: may restrict it for the council that
    answers for the child. `has_opened`: by break-glass, and the time has not run out.
    """

    is_restricted: bool = False
    may_see: bool = False
    may_not_see: bool = False
    keeps: bool = False
    has_opened: bool = False


def is_closed(listing: Listing) -> bool:
    """Whether the lists keep the person out, whatever the person's roles allow."""
    if listing.may_not_see:
        return True
    known = listing.may_see or listing.keeps or listing.has_opened
    return listing.is_restricted and not known


def may_break_glass(listing: Listing) -> bool:
    """Whoever is only not named can be needed at night. Whoever knows the family cannot."""
    return is_closed(listing) and not listing.may_not_see


def check_reason(because: str) -> None:
    """Raises ReasonMissing."""
    if not because.strip():
        raise ReasonMissing


def check_somebody_left(able: Collection[int]) -> None:
    """`able` are those who could offer this child an interview. Raises NobodyLeft."""
    if not able:
        raise NobodyLeft


def open_until(at: datetime, hours: int) -> datetime:
    """When the record closes again by itself. Raises TooLong."""
    if not timedelta() < timedelta(hours=hours) <= LONGEST:
        raise TooLong
    return at + timedelta(hours=hours)


def check_can_review(*, opened_by: int, by: int, is_open: bool, is_reviewed: bool) -> None:
    """Raises OwnOpening, StillOpen, ReviewedAlready."""
    if opened_by == by:
        raise OwnOpening
    if is_open:
        raise StillOpen
    if is_reviewed:
        raise ReviewedAlready
