"""Recording care, placement and home: what can be so beside what is on record, and what cannot.

Source: Returnhome's own rule, where the guidance is silent. That the council which places a child
tells the host when a placement begins and ends is in DfE statutory guidance, January 2014,
“Out of area placements”, as read in rules/responsibility.py.

What cannot be so is refused with a reason. Where two say different things of the child, a person
finds out which is right, and meanwhile what was said is kept as a doubt: nothing is lost, and
whoever acts goes on acting.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from returnhome.rules import Blocked
from returnhome.rules.ages import age_on
from returnhome.rules.codes import BirthDatePrecision, Code

DAY = timedelta(days=1)
OLDEST_TAKEN_FOR_A_CHILD = 25


class About(Code):
    """What is recorded of a child's care and home, a doubt about it included."""

    CARE = "care", "Who looks after the child"
    PLACEMENT = "placement", "Where the child is placed"
    HOME = "home", "Where the child lives"
    BIRTH_DATE = "birth_date", "When the child was born"


# Who must act hangs on these.
DECIDING = (About.CARE, About.PLACEMENT, About.HOME)


class Finding(Code):
    """How a doubt was settled."""

    RECORD_HOLDS = "record_holds", "What is on record is right"
    PUT_RIGHT = "put_right", "The record has been put right"


class NoticeKind(Code):
    """Of what the council that places a child tells the host."""

    BEGINS = "begins", "A placement has begun"
    ENDS = "ends", "A placement has ended"
    IN_ERROR = "in_error", "An earlier notice was sent in error"


@dataclass(frozen=True, slots=True)
class Days:
    """From a first day to a last, both included; None is long ago, or still. `said`: in words."""

    since: date | None
    until: date | None
    said: str = ""
    key: Hashable = None

    @property
    def in_words(self) -> str:
        """Placed in Westborough since 3 March 2026."""
        since = f" since {spoken(self.since)}" if self.since else ""
        until = f" until {spoken(self.until)}" if self.until else ""
        if since and until:
            since, until = f" from {spoken(self.since)}", f" to {spoken(self.until)}"
        return f"{self.said}{since}{until}"

    def has(self, day: date) -> bool:
        return (self.since or date.min) <= day <= (self.until or date.max)


@dataclass(frozen=True, slots=True)
class Council:
    """An authority with its first and last day, and who has its area now."""

    name: str
    since: date | None = None
    until: date | None = None
    successors: tuple[str, ...] = ()


def spoken(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else "a day not known"


# Refusals. A conflict can be kept as a doubt; anything else is to be typed again.


class Conflict(Blocked):
    """What is said cannot be so beside what is on record: a person finds out which is right."""


class NotNamedYet(Blocked):
    sentence = "Nobody has said yet who this child is. Do that first."


class InTheFuture(Blocked):
    sentence = "This day is still to come. Record it once it has happened."


class EndsBeforeItStarts(Blocked):
    sentence = "It would end before it starts."
    field = "until"


class BeforeBirth(Blocked):
    field = "since"


class NoChildThen(Blocked):
    field = "born_on"


class SinceMissing(Blocked):
    sentence = "Say since when, because something else is on record for the time before."
    field = "since"


class TwoPlacements(Conflict):
    field = "since"


class TwoCouncils(Conflict):
    field = "since"


class TwoHomes(Conflict):
    field = "since"


class CouncilEnded(Conflict):
    field = "authority"


class CouncilNotYet(Conflict):
    field = "authority"


class NobodyLooksAfter(Conflict):
    field = "since"


class AreaMissing(Blocked):
    sentence = "Say in which council's area this is, or give a postcode that is known."
    field = "authority"


class AreaDiffers(Conflict):
    field = "postcode"


class NotLookedAfter(Blocked):
    sentence = "No council looks after this child, as far as is recorded."


class NotPlaced(Blocked):
    sentence = "No placement of this child is on record that could end."


class BeganLater(Conflict):
    field = "until"


class NothingNew(Blocked):
    sentence = "That is what is on record already."


class ReasonMissing(Blocked):
    sentence = "Say how you know."
    field = "because"


class SettledAlready(Blocked):
    sentence = "This doubt has been settled already."


class SaidNothing(Blocked):
    sentence = "Say what you were told."
    field = "said"


class DayMissing(Blocked):
    sentence = "Enter the day, or say that it is not known."
    field = "born_on"


class DayNotKnown(Blocked):
    sentence = "You say that the day is not known, and give one. Take one of the two away."
    field = "born_on"


class StillOwed(Blocked):
    sentence = (
        "An episode of this child is not answered for yet. The other council is asked to take the "
        "duty over, and the record goes with it."
    )


class IsTheirsAlready(Blocked):
    sentence = "By what is on record no other council answers for this child."


class SentAlready(Blocked):
    sentence = "It is on record that this notice was sent."


class SeenAlready(Blocked):
    sentence = "A colleague has marked this notice as seen."


class NotSentYet(Blocked):
    sentence = "This notice has not been sent yet."


# Days.


def check_days(days: Days, *, today: date, born_on: date | None = None) -> None:
    """Whether something can have been so from day to day. Raises InTheFuture,
    EndsBeforeItStarts, BeforeBirth.
    """
    for name, day in (("since", days.since), ("until", days.until)):
        if day and day > today:
            raise InTheFuture(field=name)
    if days.since and days.until and days.until < days.since:
        raise EndsBeforeItStarts
    first = min((day for day in (days.since, days.until) if day), default=None)
    if first and born_on and first < born_on:
        raise BeforeBirth(f"The child was born on {spoken(born_on)}: check the year.")


def do_overlap(one: Days, other: Days) -> bool:
    begins_in_time = (one.since or date.min) <= (other.until or date.max)
    return begins_in_time and (other.since or date.min) <= (one.until or date.max)


REFUSALS: dict[About, tuple[type[Conflict], str]] = {
    About.CARE: (TwoCouncils, "Two councils cannot look after a child at once."),
    About.PLACEMENT: (TwoPlacements, "A child cannot be in two placements at once."),
    About.HOME: (TwoHomes, "Give the day of the move, or say until when this was so."),
}


def moved_from(about: About, new: Days, known: Iterable[Days]) -> Days | None:
    """What the new fact brings to an end, on the day before: a move. None where it is the first.

    A move is from what still goes on to what goes on from now. Raises SinceMissing, and
    TwoCouncils, TwoPlacements or TwoHomes where both cannot be so.
    """
    beside = [each for each in known if do_overlap(new, each)]
    if beside and new.since is None:
        raise SinceMissing
    for each in beside:
        is_a_move = new.until is None and each.until is None
        if not is_a_move or (each.since or date.min) >= (new.since or date.min):
            raise _refusal(about, each)
    return beside[0] if beside else None


def check_room(about: About, new: Days, known: Iterable[Days]) -> None:
    """Whether it can be so beside all else. Raises TwoCouncils, TwoPlacements or TwoHomes."""
    for each in known:
        if do_overlap(new, each):
            raise _refusal(about, each)


def _refusal(about: About, known: Days) -> Conflict:
    kind, why = REFUSALS[about]
    return kind(f"On record: {known.in_words}. {why}")


# Councils.


def check_council(council: Council, days: Days, *, today: date, field: str = "authority") -> None:
    """Whether the council exists for as long as that is so. Raises CouncilEnded, CouncilNotYet."""
    last = days.until or today
    if council.until and council.until < last:
        raise CouncilEnded(ended_in_words(council), field=field)
    if council.since and council.since > last:
        raise CouncilNotYet(f"{council.name} begins on {spoken(council.since)}.", field=field)


def ended_in_words(council: Council) -> str:
    """Northamptonshire ended on 31 March 2021. Its area is now that of … or …."""
    ended = f"{council.name} ended on {spoken(council.until)}."
    if not council.successors:
        return f"{ended} Say which council has its area now."
    heirs = council.successors
    named = heirs[0] if len(heirs) == 1 else f"{', '.join(heirs[:-1])} or {heirs[-1]}"
    return f"{ended} Its area is now that of {named}: name {'it' if len(heirs) == 1 else 'one'}."


def check_area(given: str, by_postcode: str) -> None:
    """Whether the area said is the postcode's, where both are known. Raises AreaDiffers."""
    if given and by_postcode and given != by_postcode:
        raise AreaDiffers(f"This postcode is in {by_postcode}, not in {given}.")


# Care and placement.


def check_is_looked_after(care: Sequence[Days], placed: Days, *, today: date) -> None:
    """Whether somebody looks after the child for as long as they are placed.

    Raises NobodyLooksAfter.
    """
    first, last = placed.since or placed.until or today, placed.until or today
    for day in (first, last):
        if not any(each.has(day) for each in care):
            raise NobodyLooksAfter(
                f"On record no council looks after this child on {spoken(day)}. A child is placed "
                "by the council that looks after them: record first which one it is."
            )


def check_ends(standing: Days, until: date, *, today: date) -> None:
    """Whether it can have ended on that day. Raises InTheFuture, EndsBeforeItStarts."""
    if until > today:
        raise InTheFuture(field="until")
    if standing.since and until < standing.since:
        raise EndsBeforeItStarts(
            f"It would end before it starts. On record: {standing.in_words}.", field="until"
        )


def check_ends_too(placed: Days, until: date) -> None:
    """Whether a placement can end with the care. Raises BeganLater."""
    if placed.since and placed.since > until:
        raise BeganLater(
            f"On record: {placed.in_words}. That is after the day on which the care ended."
        )


def check_birth_date(
    born_on: date | None,
    precision: BirthDatePrecision,
    *,
    was: tuple[date | None, BirthDatePrecision],
    because: str,
    today: date,
    first_missing_on: date | None = None,
) -> None:
    """Whether this can be recorded as the birth date.

    Raises InTheFuture, DayMissing, DayNotKnown, NothingNew, NoChildThen where nobody born then
    could have gone missing as a child, and ReasonMissing where another day is known and nobody
    says how they know.
    """
    is_unknown = precision is BirthDatePrecision.UNKNOWN
    if born_on is None and not is_unknown:
        raise DayMissing
    if born_on is not None and is_unknown:
        raise DayNotKnown
    if born_on and born_on > today:
        raise InTheFuture("A birth date is in the past.", field="born_on")
    if born_on and first_missing_on:
        check_was_a_child(born_on, first_missing_on)
    if (born_on, precision) == was:
        raise NothingNew
    if was[0] and born_on != was[0] and not because.strip():
        raise ReasonMissing


def check_was_a_child(born_on: date, first_missing_on: date) -> None:
    """Whether somebody born then could have gone missing as a child. Raises NoChildThen.

    Whoever was taken for a child may turn out to be some years older: that must be recorded.
    """
    first = spoken(first_missing_on)
    if born_on > first_missing_on:
        raise NoChildThen(f"They went missing on {first}, before that day: check the year.")
    age = age_on(born_on, first_missing_on)
    if age > OLDEST_TAKEN_FOR_A_CHILD:
        raise NoChildThen(
            f"They would have been {age} when they first went missing, on {first}: check the year."
        )


def check_can_settle(*, is_settled: bool, because: str) -> None:
    if is_settled:
        raise SettledAlready
    if not because.strip():
        raise ReasonMissing
