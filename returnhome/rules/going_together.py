"""When two episodes may be linked because the children went together, and what speaks for it.

Source: Returnhome's own rule, where the guidance is silent. DfE statutory guidance on children who
run away or go missing, January 2014, asks for an interview with each child: a link joins times and
names alone, so that nothing one child said comes into the record of another.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from returnhome.rules import Blocked
from returnhome.rules.codes import Code

# From last seen, or reported, to found or returned; None while the child is missing.
Span = tuple[datetime, datetime | None]
# So far apart, times may still be of one going: each is reported by somebody else.
NEARLY = timedelta(hours=12)
# Who went at the same time was last seen within so long of each other.
CLOSE = timedelta(hours=2)


class SameChild(Blocked):
    sentence = "Both episodes are of one child. Choose an episode of another child."
    field = "other"


class RecordedInError(Blocked):
    sentence = "One of the two was recorded in error and is in no count. It cannot be linked."


class LinkedAlready(Blocked):
    sentence = "It is noted already that these two went together."
    field = "other"


class TimesApart(Blocked):
    sentence = "They were not missing at the same time. Say how you know that they went together."
    field = "because"


class WhyMissing(Blocked):
    sentence = "Say why it is not so. The reason is kept."
    field = "because"


class UndoneAlready(Blocked):
    sentence = "Somebody has taken this back already."


class Sign(Code):
    """What speaks for two children having gone together; our own list. A person decides."""

    HOME = "home", "Placed in the same home then"
    POSTCODE = "postcode", "Lived at the same postcode then"
    SURNAME = "surname", "Same surname"
    CLOSE = "close", "Went within two hours of each other"


@dataclass(frozen=True, slots=True)
class Gone:
    """One child's going as it is compared. Homes and postcodes are those of that day."""

    span: Span
    surname: str
    homes: frozenset[int]
    postcodes: frozenset[str]


def are_near(one: Span, other: Span, *, within: timedelta = NEARLY) -> bool:
    """Whether the two were missing at the same time, or nearly."""
    (began, ended), (other_began, other_ended) = one, other
    return (ended is None or other_began <= ended + within) and (
        other_ended is None or began <= other_ended + within
    )


def signs(one: Gone, other: Gone) -> tuple[Sign, ...]:
    """What speaks for it, the strongest first; nothing where their times lie apart."""
    if not are_near(one.span, other.span):
        return ()
    found = {
        Sign.HOME: bool(one.homes & other.homes),
        Sign.POSTCODE: bool(one.postcodes & other.postcodes),
        Sign.SURNAME: bool(one.surname) and one.surname == other.surname,
        Sign.CLOSE: abs(one.span[0] - other.span[0]) <= CLOSE,
    }
    return tuple(sign for sign in Sign if found[sign])


def check_can_link(
    *,
    is_same_child: bool,
    is_voided: bool,
    is_linked: bool,
    spans: tuple[Span, Span],
    because: str = "",
) -> None:
    """Whether a person can note that two went together.

    `is_voided`: either was recorded in error; `is_linked`: the two are linked already. Raises
    SameChild, RecordedInError, LinkedAlready, and TimesApart where no reason is given.
    """
    if is_same_child:
        raise SameChild
    if is_voided:
        raise RecordedInError
    if is_linked:
        raise LinkedAlready
    if not are_near(*spans) and not because.strip():
        raise TimesApart


def check_can_undo(*, is_undone: bool, because: str) -> None:
    """Whether it can be taken back: once, and with a reason. Raises UndoneAlready, WhyMissing."""
    if is_undone:
        raise UndoneAlready
    if not because.strip():
        raise WhyMissing


def in_order(found: Iterable[tuple[int, tuple[Sign, ...], timedelta]]) -> list[int]:
    """Episodes by number: those for which most speaks first, then those nearest in time."""
    return [
        number
        for number, speaks, apart in sorted(
            found, key=lambda each: (-len(each[1]), abs(each[2]), each[0])
        )
    ]
