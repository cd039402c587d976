"""Bank holidays and working days, reckoned for any year, and days that correspond across months.

Source: Banking and Financial Dealings Act 1971, Schedule 1, and the royal proclamations of the days
since 2000 that were moved or came once; Freedom of Information Act 2000, section 10(6), which
counts the bank holidays of every part of the United Kingdom.
"""

from calendar import monthrange
from datetime import date, timedelta
from functools import cache

ENGLAND, KINGDOM = "England and Wales", "any part of the United Kingdom"
MONDAY, SATURDAY = 0, 5
DAY = timedelta(days=1)
# Days that came once.
ONCE = (
    *(date(2002, 6, 3), date(2011, 4, 29), date(2012, 6, 5)),
    *(date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8)),
)
# Year → the day of the early May or of the spring bank holiday, where it was moved.
EARLY_MAY = {2020: date(2020, 5, 8)}
SPRING = {2002: date(2002, 6, 4), 2012: date(2012, 6, 4), 2022: date(2022, 6, 2)}


def easter(year: int) -> date:
    """Easter Sunday, by the Gregorian reckoning (Meeus, Jones and Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    rest = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * rest) // 451
    month, day = divmod(h + rest - 7 * m + 114, 31)
    return date(year, month, day + 1)


@cache
def holidays(year: int, where: str = ENGLAND) -> frozenset[date]:
    """The days of that year on which nobody has to work, weekends aside."""
    sunday = easter(year)
    found = {
        sunday - 2 * DAY,
        sunday + DAY,
        EARLY_MAY.get(year, _first_monday(year, 5)),
        SPRING.get(year, _last_monday(year, 5)),
        _last_monday(year, 8),
        *(day for day in ONCE if day.year == year),
    }
    _with_substitute(found, date(year, 1, 1))
    if where == KINGDOM:
        found.add(_first_monday(year, 8))
        for month, day in ((1, 2), (3, 17), (7, 12), (11, 30)):
            _with_substitute(found, date(year, month, day))
    _with_substitute(found, date(year, 12, 25))
    _with_substitute(found, date(year, 12, 26))
    return frozenset(found)


def _with_substitute(found: set[date], day: date) -> None:
    """The day, or the next that is neither at a weekend nor a holiday already."""
    if day.weekday() < SATURDAY and day not in found:
        found.add(day)
        return
    while day.weekday() >= SATURDAY or day in found or (day.month, day.day) == (12, 26):
        day += DAY
    found.add(day)


def _first_monday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + (MONDAY - first.weekday()) % 7 * DAY


def _last_monday(year: int, month: int) -> date:
    last = date(year, month, monthrange(year, month)[1])
    return last - (last.weekday() - MONDAY) % 7 * DAY


def is_working_day(day: date, where: str = ENGLAND) -> bool:
    return day.weekday() < SATURDAY and day not in holidays(day.year, where)


def on_or_after(day: date, where: str = ENGLAND) -> date:
    """The day itself, or else the next working day."""
    while not is_working_day(day, where):
        day += DAY
    return day


def after(day: date, number: int, where: str = ENGLAND) -> date:
    """The so-manieth working day that follows."""
    for _ in range(number):
        day = on_or_after(day + DAY, where)
    return day


def months_later(day: date, number: int) -> date:
    """The corresponding date so many months on; where there is none, the month's last day."""
    years, month = divmod(day.month - 1 + number, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
