"""When people, places, plates, numbers and online names that several children told of matter.

Source: the product's own, after the groups of the Philomena Protocol's form. Things, places and
hours are counted; a child is never scored.
"""

import re
from collections.abc import Callable, Iterable

from returnhome.rules import Blocked
from returnhome.rules.mentioning import MentionKind
from returnhome.rules.naming import bare, written_postcode
from returnhome.rules.nicknames import go_together

# From so many different children on, it is listed.
FEWEST_CHILDREN = 2
# Of one child: from so many episodes on, they stand on the list of those who went again.
FEWEST_EPISODES = 3
# How alike two ways of writing are to be shown to a person: a slip of the pen.
IS_SLIP = 0.925

Closeness = Callable[[str, str], float]
"""How near two words are, 0 to 1, as Jaro and Winkler have it; casework takes it from a library."""

SHORT_FORMS = {"st": "street", "rd": "road", "ave": "avenue", "ln": "lane", "dr": "drive"}


class NotOneKind(Blocked):
    sentence = "A person is not a place: choose something of the same kind."
    field = "which"


class TheSameAlready(Blocked):
    sentence = "These are shown as the same already."
    field = "which"


class NotOurs(Blocked):
    sentence = "Both must have been told of by children for whom your council answers."
    field = "which"


class ReasonMissing(Blocked):
    sentence = "Say what it rests on."
    field = "because"


class UndoneAlready(Blocked):
    sentence = "This has been taken apart already."


def check_reason(because: str) -> None:
    """Raises ReasonMissing."""
    if not because.strip():
        raise ReasonMissing


def check_can_say_same(one: str, other: str, *, are_same: bool, because: str) -> None:
    """Whether a person can say that two things, of these kinds, are one.

    Raises NotOneKind, TheSameAlready, ReasonMissing.
    """
    if one != other:
        raise NotOneKind
    if are_same:
        raise TheSameAlready
    check_reason(because)


def points_across(kind: str, key: str, *, address: str = "", postcode: str = "") -> bool:
    """Whether this alone tells one thing from all others in the country.

    A plate, a telephone number, an online name of some length, an address with its postcode. A
    person's name never does: every council has a Dan, and to ask each of them would tell many that
    a child here spoke of one.
    """
    if kind == MentionKind.VEHICLE:
        return len(key) >= 5
    if kind == MentionKind.PHONE:
        return sum(letter.isdigit() for letter in key) >= 7
    if kind == MentionKind.HANDLE:
        return len(key) >= 5
    if kind == MentionKind.PLACE:
        return bool(address.strip() and written_postcode(postcode))
    return False


def near(kind: str, key: str, others: Iterable[str], *, close: Closeness) -> list[str]:
    """Which of the other keys may be another way of writing this one, the likeliest first.

    They are shown to a person, who decides. Nothing is ever joined by this.
    """
    found = []
    for other in others:
        if other != key and (nearness := _nearness(kind, key, other, close)):
            found.append((-nearness, other))
    return [other for _, other in sorted(found)]


def _nearness(kind: str, one: str, other: str, close: Closeness) -> float:
    """0 where nothing speaks for it."""
    if not one or not other:
        return 0.0
    if kind in (MentionKind.VEHICLE, MentionKind.PHONE):
        return 0.99 if _one_off(one, other) else 0.0
    if kind == MentionKind.PERSON:
        return _person(bare(one), bare(other), close)
    if kind == MentionKind.PLACE:
        return _place(bare(one), bare(other), close)
    first, second = (re.sub(r"[\W_]", "", each) for each in (one, other))
    nearness = close(first, second)
    return nearness if nearness >= IS_SLIP and len(first) > 3 else 0.0


def _one_off(one: str, other: str) -> bool:
    """One letter or figure is another, or two neighbours have changed places."""
    if len(one) != len(other):
        return False
    apart = [place for place, letter in enumerate(one) if letter != other[place]]
    if len(apart) == 1:
        return True
    if len(apart) != 2 or apart[1] != apart[0] + 1:
        return False
    first, second = apart
    return one[first] == other[second] and one[second] == other[first]


def _person(one: str, other: str, close: Closeness) -> float:
    mine, theirs = one.split(), other.split()
    if not mine or not theirs:
        return 0.0
    if mine[0] == theirs[0] or go_together(mine[0], theirs[0]):
        is_same_rest = mine[1:] == theirs[1:]
        if is_same_rest or not mine[1:] or not theirs[1:]:
            return 0.98 if is_same_rest else 0.93
    nearness = close(one, other)
    return nearness if nearness >= IS_SLIP else 0.0


def _place(one: str, other: str, close: Closeness) -> float:
    # Another house number is another house.
    if re.findall(r"\d+", one) != re.findall(r"\d+", other):
        return 0.0
    first, second = (
        " ".join(SHORT_FORMS.get(word, word) for word in each.replace(",", " ").split())
        for each in (one, other)
    )
    nearness = close(first, second)
    return nearness if nearness >= IS_SLIP else 0.0
