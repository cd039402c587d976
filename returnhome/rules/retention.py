"""How long a child’s record is kept, from when that counts, and what must be so before it may go.

Source: the Care Planning, Placement and Case Review (England) Regulations 2010, regulation 50, for
looked-after children; for all others councils’ own schedules, which differ: Devon (child in need),
Northumberland (child protection; R (C) v Northumberland [2015] EWHC 2134 (Admin)). UK GDPR, article
5(1)(e): no longer than is necessary.

What the child was to the council **at the review** decides, so that a talk held before a child came
into care is kept as the care record is. The ledger knows who was looked after and whom a protection
plan was noted of; whether a child was in need, a person says.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from returnhome.rules import Blocked
from returnhome.rules.ages import ADULT, birthday
from returnhome.rules.codes import BirthDatePrecision, Code
from returnhome.rules.sources import Source


class Status(Code):
    """What a child was to the council, the gravest that it ever was."""

    LOOKED_AFTER = "looked_after", "Looked after"
    CHILD_PROTECTION = "child_protection", "Child protection plan"
    IN_NEED = "in_need", "Child in need"
    NEITHER = "neither", "None of these"


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


class Standing(Code):
    """How a record stands to its period; the first that is so."""

    ON_HOLD = "on_hold", "On hold"
    WORKED_ON = "worked_on", "Still worked on"
    NO_BIRTH_DATE = "no_birth_date", "No birth date, so nobody can tell"
    KEPT = "kept", "Kept"
    DUE = "due", "To be reviewed"


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
    if facts.is_on_hold:
        standing = Standing.ON_HOLD
    elif facts.is_worked_on:
        standing = Standing.WORKED_ON
    elif until is None:
        standing = Standing.NO_BIRTH_DATE
    else:
        standing = Standing.DUE if until <= on else Standing.KEPT
    return Outcome(standing, period, until)


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


def check_may_erase(facts: RecordFacts, on: date, own: Iterable[Period] = ()) -> None:
    """Whether a record may be erased on a day. Raises OnHold, StillWorkedOn or NotYet."""
    match outcome(facts, on, own).standing:
        case Standing.ON_HOLD:
            raise OnHold
        case Standing.WORKED_ON:
            raise StillWorkedOn
        case Standing.KEPT | Standing.NO_BIRTH_DATE:
            raise NotYet
