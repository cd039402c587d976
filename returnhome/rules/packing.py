"""What must be so before children are brought to an exploitation panel, and what leaves for it.

Source: HM Government, Working Together to Safeguard Children, December 2023, on multi-agency
arrangements against exploitation; how a panel is prepared is our own rule, for a practice lead to
confirm. What leaves was put together for the panel as any other share is.
"""

from collections.abc import Mapping, Set
from datetime import date, timedelta
from typing import TypeVar

from returnhome.rules import Blocked

Thing = TypeVar("Thing")
# Of each child: what happened in so many days before the pack is read.
LOOKS_BACK = timedelta(days=365)
LONGEST_NAME = 100
# No panel has its day further ahead; a year that was mistyped has.
LOOKS_AHEAD = timedelta(days=400)
# From so many children on, something links them.
FEWEST = 2


class NameMissing(Blocked):
    sentence = "Enter the name of the panel."
    field = "name"


class NameTooLong(Blocked):
    sentence = f"The name of the panel must be {LONGEST_NAME} characters or fewer."
    field = "name"


class DayPast(Blocked):
    sentence = "The panel meets today or later."
    field = "meets_on"


class DayTooFar(Blocked):
    sentence = f"The panel meets within {LOOKS_AHEAD.days} days: check the year."
    field = "meets_on"


class MetAlready(Blocked):
    sentence = "That panel has met: its pack stays as it was."


class TakenAway(Blocked):
    sentence = "This pack has been taken away."


class WhyAwayMissing(Blocked):
    sentence = "Say why the pack is taken away."
    field = "because"


class NotOurs(Blocked):
    sentence = "Only a child for whom your council answers is brought to its panel."
    field = "pack"


class BroughtAlready(Blocked):
    sentence = "This child is brought to that panel already."
    field = "pack"


class NobodyChosen(Blocked):
    sentence = "Select who is brought."
    field = "children"


class HasMet(Blocked):
    sentence = "That panel has met. Choose another, or make a pack for the next."
    field = "pack"


class WhyMissing(Blocked):
    sentence = "Say why the child is brought."
    field = "because"


class WhyOffMissing(Blocked):
    sentence = "Say why the child is taken off."
    field = "because"


class TakenOffAlready(Blocked):
    sentence = "Somebody has taken this child off already."


def check_can_make(*, name: str, meets_on: date, today: date) -> None:
    """Whether a pack can be made. Raises NameMissing, NameTooLong, DayPast, DayTooFar."""
    if not name.strip():
        raise NameMissing
    if len(name.strip()) > LONGEST_NAME:
        raise NameTooLong
    if meets_on < today:
        raise DayPast
    if meets_on > today + LOOKS_AHEAD:
        raise DayTooFar


def check_stands(*, is_taken_away: bool, has_met: bool) -> None:
    """Whether a pack can still be put right or taken away. Raises TakenAway, MetAlready."""
    if is_taken_away:
        raise TakenAway
    if has_met:
        raise MetAlready


def check_can_bring(
    *,
    is_ours: bool,
    is_taken_away: bool = False,
    is_brought: bool,
    meets_on: date,
    today: date,
    because: str,
) -> None:
    """Whether a child can be brought.

    Raises NotOurs, TakenAway, HasMet, BroughtAlready, WhyMissing.
    """
    if not is_ours:
        raise NotOurs
    if is_taken_away:
        raise TakenAway
    if meets_on < today:
        raise HasMet
    if is_brought:
        raise BroughtAlready
    if not because.strip():
        raise WhyMissing


def check_can_take_off(*, is_off: bool, because: str) -> None:
    """Whether a child can be taken off again. Raises TakenOffAlready, WhyOffMissing."""
    if is_off:
        raise TakenOffAlready
    if not because.strip():
        raise WhyOffMissing


def links(told: Mapping[int, Set[Thing]]) -> dict[Thing, tuple[int, ...]]:
    """What two or more children told of → which of them. `told`: by child, the things."""
    found: dict[Thing, list[int]] = {}
    for child, things in told.items():
        for thing in things:
            found.setdefault(thing, []).append(child)
    return {thing: tuple(children) for thing, children in found.items() if len(children) >= FEWEST}
