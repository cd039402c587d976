"""The statutory clock: when an interview is due, and how a moment stands to that.

Source: DfE, Statutory guidance on children who run away or go missing, January 2014: within
72 hours of the child's return to home or placement. No working-day wording: true elapsed hours,
weekends, bank holidays and clock changes included.

One rule gives every answer. A moment is the stretch of time it may stand for, and an interview is
in time only if every possible reading is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple, Self
from zoneinfo import ZoneInfo

from returnhome.rules import Blocked
from returnhome.rules.codes import Code
from returnhome.rules.sources import RETURN_INTERVIEWS, Source

LONDON = ZoneInfo("Europe/London")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NO_TIME = timedelta(0)


# The limit, as data: a new guidance is a new line.


@dataclass(frozen=True, slots=True)
class Limit:
    within: timedelta
    since: date
    source: Source


LIMITS = (Limit(timedelta(hours=72), date(2014, 1, 1), RETURN_INTERVIEWS),)
LIMIT = LIMITS[-1].within


def limit_on(day: date) -> timedelta:
    """The time allowed for a return on `day`; before the first guidance, the first one's."""
    in_force = [limit for limit in LIMITS if limit.since <= day]
    return (in_force[-1] if in_force else LIMITS[0]).within


# Moments and how precisely they are known.


class NotAPrecision(Blocked):
    sentence = "Precision is exact, estimated:MINUTES (as in estimated:30) or date."
    field = "precision"


class NotATime(Blocked):
    sentence = "Give a day and a time, such as 2026-06-01 09:30 or 01/06/2026 09:30."


class NoSuchTime(NotATime):
    sentence = "The clocks went forward that night, so this time never was. Check the time."


ESTIMATE = re.compile(r"estimated\s*:\s*([0-9]{1,5})")
WIDEST_ESTIMATE = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class Precision:
    """`exact`, `estimated:30` (minutes either way) or `date` (only the day is known)."""

    kind: str = "exact"
    minutes: int = 0

    def __str__(self) -> str:
        return f"estimated:{self.minutes}" if self.kind == "estimated" else self.kind

    @classmethod
    def parse(cls, word: str) -> Self:
        """Raises NotAPrecision. An estimate is at most a week either way."""
        said = word.strip().casefold()
        if said in {"exact", "date"}:
            return cls(said)
        estimate = ESTIMATE.fullmatch(said)
        if estimate is None or int(estimate[1]) > WIDEST_ESTIMATE:
            raise NotAPrecision
        return cls("estimated", int(estimate[1]))


EXACT = Precision("exact")
DATE_ONLY = Precision("date")


def estimated(minutes: int) -> Precision:
    return Precision("estimated", minutes)


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant, with zone, and how precisely it is known."""

    at: datetime
    precision: Precision = EXACT

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a moment needs a zone")
        object.__setattr__(self, "at", self.at.astimezone(UTC))

    @property
    def earliest(self) -> datetime:
        if self.precision.kind == "date":
            return midnight(self.day)
        return self.at - timedelta(minutes=self.precision.minutes)

    @property
    def latest(self) -> datetime:
        """The end of the stretch it may stand for; see `is_open_ended`."""
        if self.precision.kind == "date":
            return midnight(self.day + DAY)
        return self.at + timedelta(minutes=self.precision.minutes)

    @property
    def is_open_ended(self) -> bool:
        """Whether `latest` itself is never reached: a day ends before the next midnight."""
        return self.precision.kind == "date"

    @property
    def day(self) -> date:
        """The UK day on which it fell, by its best reading."""
        return self.at.astimezone(LONDON).date()

    @classmethod
    def on(cls, day: date) -> Self:
        """A moment of which only the day is known."""
        return cls(midnight(day), DATE_ONLY)


def midnight(day: date) -> datetime:
    """The start of a UK day. No UK clock change has touched midnight since 1972."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


class LocalMoment(NamedTuple):
    at: datetime
    is_ambiguous: bool


def local_moment(wall: datetime) -> LocalMoment:
    """A UK wall-clock time as an instant in UTC.

    In the autumn hour that comes twice the first is taken, so that a clock never starts late, and
    `is_ambiguous` says that it was a choice. Raises NoSuchTime for the hour that spring leaves out.
    A time that carries its own zone is taken at its word.
    """
    if wall.tzinfo is not None:
        return LocalMoment(wall.astimezone(UTC), False)
    first = wall.replace(tzinfo=LONDON, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=LONDON, fold=1).astimezone(UTC)
    if first.astimezone(LONDON).replace(tzinfo=None) != wall.replace(fold=0):
        raise NoSuchTime
    return LocalMoment(first, first != second)


# How a moment stands to the clock.


class Standing(Code):
    IN_TIME = "in_time", "In time"
    LATE = "late", "Late"
    INDETERMINATE = "indeterminate", "Cannot be told"
    INVALID = "invalid", "Held before the child was found"
    OPEN = "open", "Clock running"
    OVERDUE = "overdue", "Over time"
    NOT_STARTED = "not_started", "Still missing"


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last moment for the interview; between `earliest` and `latest` nobody can tell.

    `provisional`: counted from found, the earliest that the return can be; `latest` is not known.
    `is_open_ended`: the deadline itself lies before `latest`, never on it.
    """

    earliest: datetime
    latest: datetime | None
    provisional: bool = False
    is_open_ended: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """How an interview, held or not, stands to the clock; hours only where it was held."""

    standing: Standing
    shortest: timedelta | None = None
    longest: timedelta | None = None
    provisional: bool = False


def weekdays_on(at: datetime, days: int) -> datetime:
    """The same hour in the United Kingdom so many weekdays later.

    Bank holidays are counted as days: that is the stricter.
    """
    due = at.astimezone(LONDON)
    while days:
        due += timedelta(days=1)
        days -= due.weekday() < 5
    return due


def deadline(*, found: Moment | None, returned: Moment | None) -> Deadline | None:
    """When the time allowed ends; None while the child is still missing."""
    if returned is not None:
        within = limit_on(returned.day)
        return Deadline(
            returned.earliest + within,
            returned.latest + within,
            is_open_ended=returned.is_open_ended,
        )
    if found is not None:
        return Deadline(found.earliest + limit_on(found.day), None, provisional=True)
    return None


def timeliness(
    *,
    found: Moment | None,
    returned: Moment | None,
    held: Moment | None,
    now: datetime | None,
) -> Reading:
    """How the interview stands to the clock. `now` is needed only where it is not held yet."""
    if found is None and returned is None:
        return Reading(Standing.NOT_STARTED)
    if held is not None:
        return when_held(found=found, returned=returned, held=held)
    if now is None:
        raise ValueError("an interview not held yet stands against a moment: give now")
    return when_not_held(found=found, returned=returned, now=now)


def is_before_found(*, found: Moment | None, returned: Moment | None, held: Moment) -> bool:
    """Whether `held` lies before the child was found (else returned) on every reading."""
    first = found or returned
    if first is None:
        return False
    if held.is_open_ended:
        return held.latest <= first.earliest
    return held.latest < first.earliest


def when_held(*, found: Moment | None, returned: Moment | None, held: Moment) -> Reading:
    if is_before_found(found=found, returned=returned, held=held):
        return Reading(Standing.INVALID, provisional=returned is None)
    if returned is None:
        return when_held_after_found(found=found, held=held)
    within = limit_on(returned.day)
    shortest = held.earliest - returned.latest
    longest = held.latest - returned.earliest
    # From an open end exactly 72 hours is over: the return came before it.
    surely_over = shortest >= within if returned.is_open_ended else shortest > within
    if longest <= within:
        standing = Standing.IN_TIME
    elif surely_over:
        standing = Standing.LATE
    else:
        standing = Standing.INDETERMINATE
    return Reading(standing, max(shortest, NO_TIME), max(longest, NO_TIME))


def when_held_after_found(*, found: Moment | None, held: Moment) -> Reading:
    """The return is not known: it came after found, perhaps as late as the interview itself."""
    if found is None:
        return Reading(Standing.NOT_STARTED)
    longest = max(held.latest - found.earliest, NO_TIME)
    in_time = longest <= limit_on(found.day)
    standing = Standing.IN_TIME if in_time else Standing.INDETERMINATE
    return Reading(standing, NO_TIME, longest, provisional=True)


def when_not_held(*, found: Moment | None, returned: Moment | None, now: datetime) -> Reading:
    due = deadline(found=found, returned=returned)
    return Reading(standing_at(now, due), provisional=due is not None and due.provisional)


def standing_at(now: datetime, due: Deadline | None) -> Standing:
    """Where `now` is against the deadline of an interview not held yet."""
    if due is None:
        return Standing.NOT_STARTED
    if now <= due.earliest:
        return Standing.OPEN
    if due.latest is None:
        return Standing.INDETERMINATE
    if now > due.latest or (due.is_open_ended and now == due.latest):
        return Standing.OVERDUE
    return Standing.INDETERMINATE


# In words.


def in_words(now: datetime, due: Deadline | None) -> str:
    """The clock as a coordinator would say it: “14 hours left”, “2 days 3 hours over”."""
    if due is None:
        return "still missing"
    if due.provisional:
        return f"{left_or_over(now, due.earliest)}, counted from found"
    if due.latest is None or due.latest == due.earliest:
        return left_or_over(now, due.earliest)
    between = f"between {day_and_time(due.earliest)} and {day_and_time(due.latest)}"
    standing = standing_at(now, due)
    if standing is Standing.OPEN:
        return f"runs out {between}"
    if standing is Standing.OVERDUE:
        return f"ran out {between}"
    return f"may be over: runs out {between}"


def left_or_over(now: datetime, end: datetime) -> str:
    if now > end:
        return f"{duration(now - end)} over"
    return f"{duration(end - now)} left"


def duration(length: timedelta) -> str:
    """Whole days and hours, rounded down; minutes in the last hour."""
    minutes = int(length.total_seconds()) // 60
    days, hours = divmod(minutes // 60, 24)
    if minutes < 60:
        return counted(minutes, "minute")
    if days and hours:
        return f"{counted(days, 'day')} {counted(hours, 'hour')}"
    return counted(days, "day") if days else counted(hours, "hour")


def counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def day_and_time(at: datetime) -> str:
    local = at.astimezone(LONDON)
    return f"{local.day} {local:%B %H:%M}"


def hours_text(reading: Reading) -> str:
    """Hours from the return to the interview: `26.50`, or `48.00-96.00`; empty if not held."""
    if reading.shortest is None or reading.longest is None:
        return ""
    shortest, longest = (f"{length / HOUR:.2f}" for length in (reading.shortest, reading.longest))
    return shortest if reading.shortest == reading.longest else f"{shortest}-{longest}"


# A whole spreadsheet.

ISO = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:[T ]+([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)\s*(Z|[+-][0-9]{2}:?[0-9]{2})?)?",
    re.IGNORECASE,
)
BRITISH = re.compile(
    r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?:[T ,]+([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?))?"
)
YEARS = range(1950, 2200)


class Unreadable(Blocked):
    """A row that cannot be answered for: `row` as the spreadsheet numbers it."""

    def __init__(self, row: int, column: str, sentence: str) -> None:
        super().__init__(f"Row {row}, {column}: {sentence}", field=column)
        self.row = row


class Written(NamedTuple):
    """A cell as read: a day, and the instant where a time was given."""

    day: date
    at: datetime | None


def read_time(text: str) -> Written:
    """A day, or a day and a UK wall-clock time, ISO or British. Raises NotATime."""
    iso, british = ISO.fullmatch(text), BRITISH.fullmatch(text)
    if iso is not None:
        year, month, day, clock, zone = iso.groups()
    elif british is not None:
        (day, month, year, clock), zone = british.groups(), None
    else:
        raise NotATime
    if int(year) not in YEARS:
        raise NotATime(f"The year {year} cannot be right.")
    try:
        on = date(int(year), int(month), int(day))
        if clock is None:
            return Written(on, None)
        at = datetime.fromisoformat(f"{on}T{clock.zfill(len(clock) + (clock[1] == ':'))}")
        if zone is not None:
            at = at.replace(tzinfo=datetime.strptime(zone.upper(), "%z").tzinfo)
    except ValueError:
        raise NotATime(f"{text} is not a day and time of the calendar.") from None
    return Written(on, local_moment(at).at)


def read_moment(when: str, precision: str) -> Moment | None:
    """A moment from its two cells; with no precision given, a bare day is a date."""
    if not when:
        return None
    written = read_time(when)
    if not precision:
        return Moment.on(written.day) if written.at is None else Moment(written.at)
    known = Precision.parse(precision)
    if known == DATE_ONLY:
        return Moment.on(written.day if written.at is None else Moment(written.at).day)
    if written.at is None:
        raise NotATime(f"{when} has no time of day, so its precision cannot be {known}.")
    return Moment(written.at, known)


def timeliness_row(
    row: Mapping[str, Any], *, number: int, now: datetime | None = None
) -> dict[str, Any]:
    """One row with its `result` and `hours`. `now` stands in for an empty `asked_at`.

    Raises Unreadable, with `number` as the row's number.
    """

    def cell(column: str) -> str:
        return str(row.get(column) or "").strip()

    def moment(column: str, precision: str) -> Moment | None:
        try:
            return read_moment(cell(column), cell(precision))
        except NotAPrecision as blocked:
            raise Unreadable(number, precision, str(blocked)) from None
        except Blocked as blocked:
            raise Unreadable(number, column, str(blocked)) from None

    if "found_at" not in row and "returned_at" not in row:
        raise Unreadable(number, "returned_at", "The table has no found_at or returned_at column.")
    found = moment("found_at", "found_precision")
    returned = moment("returned_at", "returned_precision")
    held = moment("held_at", "held_precision")
    asked = moment("asked_at", "asked_precision")
    asked_at = asked.at if asked else now
    if held is None and asked_at is None and (found or returned):
        raise Unreadable(number, "asked_at", "Not held yet: say when the question is asked.")
    reading = timeliness(found=found, returned=returned, held=held, now=asked_at)
    return {**row, "result": str(reading.standing), "hours": hours_text(reading)}


def timeliness_rows(
    rows: Iterable[Mapping[str, Any]], *, now: datetime | None = None
) -> Iterator[dict[str, Any]]:
    """The columns of a spreadsheet in, the same with `result` and `hours` out.

    Columns: found_at, returned_at, returned_precision, held_at, held_precision, asked_at; any
    may be absent (but not both found_at and returned_at), others pass through. Rows are numbered
    as a spreadsheet shows them, the heading being 1. Raises Unreadable at the first bad cell; to
    go on after one, call `timeliness_row` for each.
    """
    for number, row in enumerate(rows, start=2):
        yield timeliness_row(row, number=number, now=now)
