"""How long a child’s record is kept, from when that counts, and what must be so before it may go.

Source: the Care Planning, Placement and Case Review (England) Regulations 2010, regulation 50, for
looked-after children; for all others councils’ own schedules, which differ: Devon (child in need),
Northumberland (child protection; R (C) v Northumberland [2015] EWHC 2134 (Admin)). UK GDPR, article
5(1)(e): no longer than is necessary.

What the child was to the council **at the review** decides, so that a talk held before a child came
into care is kept as the care record is. The ledger knows who was looked after and whom a protection
plan was noted of; whether a child was in need, a person says.

Nothing is erased by itself. A person reviews what is due and says what becomes of it; another
person confirms that it is to be erased; and before it is, these rules are asked once more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from returnhome.rules import Blocked
from returnhome.rules.ages import ADULT, birthday
from returnhome.rules.codes import BirthDatePrecision, Code
from returnhome.rules.sources import Source


class Status(Code):
    """What a child was to the council, the gravest that it ever was; the gravest first."""

    LOOKED_AFTER = "looked_after", "Looked after"
    CHILD_PROTECTION = "child_protection", "Child protection plan"
    IN_NEED = "in_need", "Child in need"
    NEITHER = "neither", "Not looked after, on a plan or in need"


class CountedFrom(Code):
    """From what the years are counted."""

    BIRTH = "birth", "the date of birth"
    ADULT = "adult", "the 18th birthday"
    DEATH = "death", "the death"
    LAST = "last", "the last thing that was done"


REGULATION_50 = Source(
    "Care Planning, Placement and Case Review (England) Regulations 2010",
    date(2011, 4, 1),
    "regulation 50",
    is_confirmed=True,
)
NORTHUMBERLAND = Source(
    "Northumberland’s schedule, as in R (C) v Northumberland [2015] EWHC 2134 (Admin)",
    date(2015, 7, 23),
    "35 years after closure",
)
DEVON = Source("Devon, Record retention: children’s social care", date(2014, 1, 1), "child in need")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """So many years from something, for children of one status. A law is never shortened."""

    status: Status
    years: int
    counted_from: CountedFrom
    since: date
    source: Source
    is_law: bool = False

    @property
    def sentence(self) -> str:
        return f"{self.years} years from {self.counted_from.label}"


# The law, and for the rest the longest that a council is known to have defended, or its own rule.
PERIODS = (
    Period(
        status=Status.LOOKED_AFTER,
        years=75,
        counted_from=CountedFrom.BIRTH,
        since=date(2011, 4, 1),
        source=REGULATION_50,
        is_law=True,
    ),
    Period(
        status=Status.LOOKED_AFTER,
        years=15,
        counted_from=CountedFrom.DEATH,
        since=date(2011, 4, 1),
        source=REGULATION_50,
        is_law=True,
    ),
    Period(
        status=Status.CHILD_PROTECTION,
        years=35,
        counted_from=CountedFrom.LAST,
        since=date(2014, 1, 1),
        source=NORTHUMBERLAND,
    ),
    *(
        Period(
            status=status,
            years=3,
            counted_from=CountedFrom.LAST,
            since=date(2014, 1, 1),
            source=DEVON,
        )
        for status in (Status.IN_NEED, Status.NEITHER)
    ),
)
# So long nothing was done on a record whose time is over: what is open on it was left open.
LEFT_OPEN_AFTER_YEARS = 1
# A birth date that is not sure may be this many years out, and the later day is taken.
UNSURE_BY = 2


class ShorterThanTheLaw(Blocked):
    sentence = "The law says how long this is kept. A council may keep it longer, and not shorter."
    field = "years"


class NotYet(Blocked):
    sentence = "The record is not due yet: it is kept until then."


class OnHold(Blocked):
    sentence = "The record is on hold: nothing of it may be erased until the hold has ended."


class StillWorkedOn(Blocked):
    sentence = "There is work on this record that is not done. Finish or close it first."


class NotConfirmed(Blocked):
    sentence = "A second person has not confirmed that this record is to be erased."


class NotTheirs(Blocked):
    sentence = "Only a manager of the council that answers for the child decides on this record."


class JoinedToAnother(Blocked):
    sentence = "This record is joined to another child’s. Decide on that one."


class WhyMissing(Blocked):
    sentence = "Say why."
    field = "because"


class UntilMissing(Blocked):
    sentence = "Say until which day it is kept longer."
    field = "kept_until"


class UntilPast(Blocked):
    sentence = "The day until which it is kept longer has to be later than today."
    field = "kept_until"


class StatusMissing(Blocked):
    sentence = "Say what the child was to the council."
    field = "status"


class LowerThanKnown(Blocked):
    sentence = (
        "The record itself shows that the child was more than that to the council. What it shows "
        "stands: it is kept as long as that asks for."
    )
    field = "status"


class NothingLeftOpen(Blocked):
    sentence = "Nothing was left open on this record."


class OnHoldAlready(Blocked):
    sentence = "This record is on hold already, for this reason or another: end that hold first."


class NotOnHold(Blocked):
    sentence = "This hold has ended already."


class WaitsForASecond(Blocked):
    sentence = (
        "Somebody has put this record forward to be erased, and a second person has to answer."
    )


class NothingToConfirm(Blocked):
    sentence = "Nobody has put this record forward to be erased, or it has been answered."


class ASecondPerson(Blocked):
    sentence = "You put this record forward yourself: somebody else has to confirm that it goes."


class OutcomeOfReview(Code):
    """What a person says at the review of a record."""

    KEEP_LONGER = "keep_longer", "Keep it longer"
    STATUS = "status", "Say what the child was to the council"
    NOTHING_MORE = "nothing_more", "Nothing more is to be done on it"
    ERASE = "erase", "Erase it"


class HoldFor(Code):
    """What a record is on hold for, whatever its period says."""

    CLAIM = "claim", "A claim, or one that is to be expected"
    INQUIRY = "inquiry", "A public inquiry"
    POLICE = "police", "A police investigation"
    REVIEW = "review", "A safeguarding practice review or an inquest"
    ACCESS = "access", "The person has asked to see it"
    OTHER = "other", "Something else"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFacts:
    """What a record is, as at the review. `last_on`: the last day on which anything was done."""

    status: Status
    born_on: date | None
    last_on: date
    born_precision: BirthDatePrecision = BirthDatePrecision.KNOWN
    died_on: date | None = None
    is_worked_on: bool = False
    is_on_hold: bool = False
    # What people said at a review: that it is kept longer, that nothing more is to be done.
    kept_longer_until: date | None = None
    nothing_more_on: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is work on it which nobody has said is not to be done any more."""
        return self.is_worked_on and not (
            self.nothing_more_on and self.nothing_more_on >= self.last_on
        )


class Standing(Code):
    """How a record stands to its period; the first that is so."""

    ON_HOLD = "on_hold", "On hold"
    LEFT_OPEN = "left_open", "Its time is over, and something on it was left open"
    WORKED_ON = "worked_on", "Still worked on"
    NO_BIRTH_DATE = "no_birth_date", "No birth date, so nobody can tell"
    KEPT = "kept", "Kept"
    DUE = "due", "To be reviewed"


# What a person has to look at.
TO_REVIEW = (Standing.DUE, Standing.LEFT_OPEN)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Until when a record is kept, by which period; `until` is the first day on which it may go."""

    standing: Standing
    period: Period
    until: date | None


def period_of(facts: RecordFacts, on: date, own: Iterable[Period] = ()) -> Period:
    """The period that holds on that day: the council’s own, else the law’s or the common one.

    Of a looked-after child who died before 18 it is counted from the death.
    """
    died_young = (
        facts.status is Status.LOOKED_AFTER
        and facts.died_on is not None
        and (facts.born_on is None or facts.died_on < birthday(facts.born_on, ADULT))
    )
    alike = [
        period
        for period in (*PERIODS, *own)
        if period.status is facts.status
        and (period.counted_from is CountedFrom.DEATH) is died_young
        and period.since <= on
    ]
    # A council's own stands before the common one of the same day.
    return max(enumerate(alike), key=lambda each: (each[1].since, each[0]))[1]


def kept_until(facts: RecordFacts, period: Period) -> date | None:
    """The first day on which the record may go; None where no birth date is known.

    Never before the 18th birthday, whatever the period says.
    """
    if facts.died_on is not None and period.counted_from is CountedFrom.DEATH:
        return birthday(facts.died_on, period.years)
    if facts.born_on is None:
        return None
    unsure = 0 if facts.born_precision is BirthDatePrecision.KNOWN else UNSURE_BY
    adult = birthday(facts.born_on, ADULT + unsure)
    match period.counted_from:
        case CountedFrom.BIRTH:
            day = birthday(facts.born_on, period.years + unsure)
        case CountedFrom.ADULT:
            day = birthday(adult, period.years)
        case _:
            day = birthday(facts.last_on, period.years)
    return max(day, adult)


def outcome(facts: RecordFacts, on: date, own: Iterable[Period] = ()) -> Outcome:
    """How the record stands on a day, and by which period."""
    period = period_of(facts, on, own)
    until = kept_until(facts, period)
    if until and facts.kept_longer_until:
        until = max(until, facts.kept_longer_until)
    if facts.is_on_hold:
        standing = Standing.ON_HOLD
    elif facts.is_open and until and until <= on and was_left(facts, on):
        standing = Standing.LEFT_OPEN
    elif facts.is_open:
        standing = Standing.WORKED_ON
    elif until is None:
        standing = Standing.NO_BIRTH_DATE
    else:
        standing = Standing.DUE if until <= on else Standing.KEPT
    return Outcome(standing, period, until)


def was_left(facts: RecordFacts, on: date) -> bool:
    """Whether for so long nothing was done that nobody is at work on the record."""
    return birthday(facts.last_on, LEFT_OPEN_AFTER_YEARS) <= on


def gravest(*statuses: Status) -> Status:
    """What a child was to the council, of all that is known or said of it."""
    order = list(Status)
    return min(statuses, key=order.index)


def check_own(period: Period) -> None:
    """Whether a council may set this period. Raises ShorterThanTheLaw."""
    for law in PERIODS:
        is_same = law.status is period.status and law.counted_from is period.counted_from
        if law.is_law and is_same and period.years < law.years:
            raise ShorterThanTheLaw
        # Counted from something else it cannot be compared, and the law's birthday stands.
        if law.is_law and law.status is period.status and not _may_stand_for(period, law):
            raise ShorterThanTheLaw


def _may_stand_for(period: Period, law: Period) -> bool:
    """Kirklees counts 75 years from the 18th birthday: longer than from the birth, and allowed."""
    if period.counted_from is law.counted_from or CountedFrom.DEATH in (
        period.counted_from,
        law.counted_from,
    ):
        return True
    return period.counted_from is CountedFrom.ADULT and period.years + ADULT >= law.years


def check_can_review(
    chosen: OutcomeOfReview,
    *,
    is_theirs: bool,
    is_joined: bool,
    waits_for_a_second: bool,
    because: str,
    today: date,
    kept_until: date | None = None,
    status: Status | None = None,
    known: Status = Status.NEITHER,
    is_open: bool = False,
    standing: Standing = Standing.DUE,
) -> None:
    """Whether a person may say this at a review. `known`: what the record itself shows.

    Raises NotTheirs, JoinedToAnother, WaitsForASecond, UntilMissing, UntilPast, StatusMissing,
    LowerThanKnown, NothingLeftOpen, WhyMissing, OnHold, StillWorkedOn, NotYet.
    """
    if not is_theirs:
        raise NotTheirs
    if is_joined:
        raise JoinedToAnother
    if waits_for_a_second:
        raise WaitsForASecond
    if chosen is OutcomeOfReview.KEEP_LONGER:
        if kept_until is None:
            raise UntilMissing
        if kept_until <= today:
            raise UntilPast
    if chosen is OutcomeOfReview.STATUS:
        if status is None:
            raise StatusMissing
        if gravest(status, known) is not status:
            raise LowerThanKnown
    if chosen is OutcomeOfReview.NOTHING_MORE and not (is_open and standing in TO_REVIEW):
        raise NothingLeftOpen
    if chosen is OutcomeOfReview.ERASE:
        _check_due(standing)
    if not because.strip():
        raise WhyMissing


def check_can_answer(
    *, is_theirs: bool, is_waiting: bool, is_the_same: bool, is_confirmed: bool, because: str
) -> None:
    """Whether a second person may confirm or refuse that a record is erased.

    Raises NotTheirs, NothingToConfirm, ASecondPerson, WhyMissing.
    """
    if not is_theirs:
        raise NotTheirs
    if not is_waiting:
        raise NothingToConfirm
    if is_the_same:
        raise ASecondPerson
    if not is_confirmed and not because.strip():
        raise WhyMissing


def check_can_hold(*, is_theirs: bool, is_joined: bool, is_on_hold: bool, because: str) -> None:
    """Raises NotTheirs, JoinedToAnother, OnHoldAlready, WhyMissing."""
    if not is_theirs:
        raise NotTheirs
    if is_joined:
        raise JoinedToAnother
    if is_on_hold:
        raise OnHoldAlready
    if not because.strip():
        raise WhyMissing


def check_can_end_hold(*, is_theirs: bool, is_ended: bool, because: str) -> None:
    """Raises NotTheirs, NotOnHold, WhyMissing."""
    if not is_theirs:
        raise NotTheirs
    if is_ended:
        raise NotOnHold
    if not because.strip():
        raise WhyMissing


def check_may_erase(
    facts: RecordFacts, on: date, own: Iterable[Period] = (), *, is_confirmed: bool = True
) -> None:
    """Whether a record may be erased on a day.

    Raises OnHold, StillWorkedOn, NotYet or NotConfirmed.
    """
    _check_due(outcome(facts, on, own).standing)
    if not is_confirmed:
        raise NotConfirmed


def _check_due(standing: Standing) -> None:
    match standing:
        case Standing.ON_HOLD:
            raise OnHold
        case Standing.WORKED_ON | Standing.LEFT_OPEN:
            raise StillWorkedOn
        case Standing.KEPT | Standing.NO_BIRTH_DATE:
            raise NotYet
