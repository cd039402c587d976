"""School days that fell into the time missing: another duty than the talk, and said as such.

Source: Education Act 1996, section 8 (compulsory school age); Education and Skills Act 2008,
section 2 (education or training until 18); Banking and Financial Dealings Act 1971, Schedule 1
(bank holidays). From when until when a school day lasts is our own rule. Nobody holds the terms of
every school here, so it is always “up to”: `closed` is there for a council's own term dates.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

from returnhome.rules import ages
from returnhome.rules.clock import DAY, LONDON, Moment
from returnhome.rules.codes import Code
from returnhome.rules.sources import ATTENDANCE, COMPULSORY_SCHOOL_AGE, STAYING_ON, Source

OPENS, CLOSES = time(9), time(15)
FRIDAY, SATURDAY = 4, 5
# On these days of a year a child who has turned five becomes of compulsory school age; a school
# year begins on the first of September.
PRESCRIBED = ((3, 31), (8, 31), (12, 31))
SCHOOL_YEAR = (9, 1)
STARTS_AT, LEAVES_AT = 5, 16
# So many days are named one by one.
NAMED = 5


class Schooling(Code):
    """What the law expects of a child of this age."""

    COMPULSORY = "compulsory", "Of compulsory school age"
    STAYING_ON = "staying_on", "Past compulsory school age: in education or training until 18"
    NOT_KNOWN = "not_known", "Age not known"


@dataclass(frozen=True, slots=True)
class Missed:
    """Days on which the child may have missed school; `until_now`: the child is still missing."""

    days: tuple[date, ...]
    schooling: Schooling
    until_now: bool = False

    @property
    def source(self) -> Source:
        return STAYING_ON if self.schooling is Schooling.STAYING_ON else COMPULSORY_SCHOOL_AGE

    @property
    def follow_up(self) -> Source:
        """Who follows an absence up."""
        return ATTENDANCE

    @property
    def number(self) -> str:
        """Up to 3 school days."""
        return f"up to {len(self.days)} school {'day' if len(self.days) == 1 else 'days'}"

    @property
    def when(self) -> str:
        """Monday 2 March and Tuesday 3 March 2026; of many the first and the last."""
        first, last = self.days[0], self.days[-1]
        is_one_year = first.year == last.year
        if len(self.days) > NAMED:
            return f"between {_spoken(first, not is_one_year)} and {_spoken(last)}"
        before = [_spoken(day, not is_one_year) for day in self.days[:-1]]
        return f"{', '.join(before)} and {_spoken(last)}" if before else _spoken(last)

    @property
    def in_words(self) -> str:
        """As a school is told: what was missed, when, and that nobody here knows its terms."""
        number = self.number[:1].upper() + self.number[1:]
        said = f"{number}: {self.when}, unless the school was closed"
        if self.schooling is Schooling.STAYING_ON:
            return f"{said} or had nothing for the child that day"
        return said


def missed(
    *,
    born_on: date | None,
    went: Moment | None,
    came_back: Moment | None,
    now: datetime | None = None,
    closed: Collection[date] = (),
) -> Missed | None:
    """The days on which the child may have missed school; None where there is none.

    By the widest reading of both moments: a day is named where any of it may have been missed.
    `now` stands in for a return that is not known; without it there is no answer yet.
    """
    end = came_back.latest if came_back else now
    if went is None or end is None:
        return None
    began = went.earliest
    days, on = [], began.astimezone(LONDON).date()
    while datetime.combine(on, OPENS, LONDON) < end:
        if began < datetime.combine(on, CLOSES, LONDON) and is_school_day(on, closed):
            days.append(on)
        on += DAY
    sorts = {day: schooling_on(born_on, day) for day in days}
    theirs = tuple(day for day in days if sorts[day])
    if not theirs:
        return None
    is_compulsory = Schooling.COMPULSORY in sorts.values()
    schooling = Schooling.COMPULSORY if is_compulsory else sorts[theirs[0]]
    assert schooling
    return Missed(theirs, schooling, until_now=came_back is None)


def is_school_day(day: date, closed: Collection[date] = ()) -> bool:
    """Whether a school may have been open: a weekday that is no bank holiday in England."""
    return day.weekday() < SATURDAY and day not in bank_holidays(day.year) and day not in closed


def schooling_on(born_on: date | None, day: date) -> Schooling | None:
    """What the law expects of the child on this day; None: nothing yet, or nothing any more."""
    if born_on is None:
        return Schooling.NOT_KNOWN
    if day < _begins(born_on) or ages.is_adult_on(born_on, day):
        return None
    return Schooling.COMPULSORY if day <= leaves_on(born_on) else Schooling.STAYING_ON


def _begins(born_on: date) -> date:
    """The prescribed day on which the child turns five, or the next one."""
    five = ages.birthday(born_on, STARTS_AT)
    days = [date(year, *day) for year in (five.year, five.year + 1) for day in PRESCRIBED]
    return min(day for day in days if day >= five)


def leaves_on(born_on: date) -> date:
    """The last day of compulsory school age: the last Friday in June of that school year."""
    sixteen = ages.birthday(born_on, LEAVES_AT)
    year = sixteen.year + (sixteen >= date(sixteen.year, *SCHOOL_YEAR))
    return _last(date(year, 6, 30), FRIDAY)


def _last(day: date, weekday: int) -> date:
    """The last such day of the week up to and with this one."""
    return day - timedelta(days=(day.weekday() - weekday) % 7)


# Bank holidays of England, by rule; and those that were moved or added, as they were proclaimed.
MOVED = {
    date(2020, 5, 4): date(2020, 5, 8),
    date(2022, 5, 30): date(2022, 6, 2),
    date(2012, 5, 28): date(2012, 6, 4),
}
ADDED = (
    *(date(2011, 4, 29), date(2012, 6, 5), date(2022, 6, 3)),
    *(date(2022, 9, 19), date(2023, 5, 8)),
)


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """The days that are bank holidays in England."""
    easter = _easter(year)
    christmas, boxing = date(year, 12, 25), date(year, 12, 26)
    found = {
        _weekday(date(year, 1, 1)),
        easter - timedelta(days=2),
        easter + DAY,
        _last(date(year, 5, 7), 0),
        _last(date(year, 5, 31), 0),
        _last(date(year, 8, 31), 0),
        christmas,
        boxing,
    }
    # A weekend gives them back on the next weekdays.
    found |= {day + 2 * DAY for day in (christmas, boxing) if day.weekday() >= SATURDAY}
    added = {day for day in ADDED if day.year == year}
    return frozenset({MOVED.get(day, day) for day in found} | added)


def _weekday(day: date) -> date:
    """The day, or the Monday after where it falls on a weekend."""
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= SATURDAY else day


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the usual table."""
    century, golden = divmod(year, 100)[0], year % 19
    leaps = century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15
    epact = leaps % 30
    epact -= epact // 28 * (1 - epact // 28 * (29 // (epact + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + epact + 2 - century + century // 4) % 7
    ahead = epact - weekday
    month = 3 + (ahead + 40) // 44
    return date(year, month, ahead + 28 - 31 * (month // 4))


def _spoken(day: date, has_year: bool = True) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}" if has_year else f"{day:%A} {day.day} {day:%B}"
