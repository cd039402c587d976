"""Days and times of day as people and programs write them into a cell.

The words around them (“on”, “at”, “hrs”) go; whatever else is left over makes it no date, so that
nothing is read out of a remark. Two figures of a year are this century's unless they lie far ahead.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum
from functools import lru_cache


class Order(StrEnum):
    """Which of 03/04/2026 is the day."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


@dataclass(frozen=True, slots=True)
class Written:
    """What a cell says: a day, a time of day, or both; `zone` where it names one.

    `is_either` where another order of day and month would give another day.
    """

    day: date | None = None
    at: time | None = None
    zone: tzinfo | None = None
    is_about: bool = False
    is_either: bool = False


MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june",
            "jul july", "aug august", "sep sept september", "oct october", "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
# Two figures above these are of the last century.
LATEST_SHORT_YEAR = 69
# Excel counts days from here; its numbers for 1954 to 2118 have five figures before the point.
EXCEL = datetime(1899, 12, 30)  # noqa: DTZ001
FIRST_SERIAL, LAST_SERIAL = 20_000, 80_000

_USUAL = re.compile(
    r"(\d\d)/(\d\d)/(\d{4})(?: (\d\d):(\d\d)(?::(\d\d))?)?"
    r"|(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z)?)?"
)
_ABOUT = re.compile(
    r"\b(?:approx(?:imately)?|about|around|circa|roughly|est(?:imated)?)\b\.?|\bc\.|~"
)
_FILLERS = re.compile(
    r"\b(?:on|at|the|hrs?|hours?|(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)"
    r"(?:day)?)\b\.?|[,;@]"
    # The age beside a birth date.
    r"|\(\s*(?:aged?\s*)?(?:\d{1,2}\s*)?(?:y(?:ea)?rs?|yo?|y/o)?\s*(?:old)?\s*\)"
)
_IN_BRACKETS = re.compile(r"\((z|utc|gmt|bst)\)$")
# What is left of “(Tue)”.
_NOTHING = re.compile(r"\(\s*\)")
_HOURS = re.compile(r"(?<=\d)(?:hrs?|hours?)\b")
_DAYS = tuple(
    re.compile(rf"(?<![\d:.]){pattern}(?![\d])")
    for pattern in (
        r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?=t|\b)",
        r"(?P<one>\d{1,2})(?P<mark>[-/. ])(?P<other>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})"
        r"(?![:.]\d)",
        r"(?P<day>\d{1,2})(?:st|nd|rd|th)?[-/. ]*(?:of )?(?P<name>[a-z]{3,9})[-/. ]*"
        r"(?P<year>\d{4}|\d{2})(?!:)",
        r"(?P<name>[a-z]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)? (?P<year>\d{4})",
        r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?=t|\b)",
        r"(?P<one>\d\d)(?P<other>\d\d)(?P<year>(?:19|20)\d\d)",
    )
)
_PACKED = re.compile(r"^(\d{8})T?(\d{4}|\d{6})$")
_TIME = re.compile(
    r"(?:(?P<hour>\d{1,2})[:.h](?P<minute>\d\d)(?:[:.](?P<second>\d\d)(?:\.\d+)?)?"
    r"|(?P<packed>\d{3,4}|\d{6})|(?P<bare>\d{1,2})(?= ?[ap]\.?m))"
    r" ?(?P<half>[ap])?(?:\.?m\.?)? ?h?"
)
_ZONE = re.compile(r"(?:(?<=\d)| )?(z|utc|gmt|bst|[+-]\d\d:?\d\d)$")
# An offset stands behind a time: of “03-Mar-2011” the end is the year.
_ENDS_IN_A_TIME = re.compile(r"(?:(?:^|[:t ])\d\d[:.]?\d\d|[:.]\d\d\.\d+)$")
_ZONES = {"z": UTC, "utc": UTC, "gmt": UTC, "bst": timezone(timedelta(hours=1))}


@lru_cache(maxsize=16_384)
def read(text: str, order: Order = Order.DAY_FIRST) -> Written | None:
    """What the cell says; None where it is neither a day nor a time of day."""
    try:
        usual = _USUAL.fullmatch(text)
        if usual and (order is Order.DAY_FIRST or usual[7]):
            return _usual(usual)
        return _serial(text) or _spoken(_PACKED.sub(r"\1 \2", text), order)
    except ValueError:
        # The thirtieth of February, or the twenty-fifth hour.
        return None


def _usual(found: re.Match[str]) -> Written:
    """The two forms that nearly every cell has, read at once."""
    day, month, year, hour, minute, second, *iso = found.groups()
    zone = None
    if iso[0]:
        year, month, day, hour, minute, second, zulu = iso
        zone = UTC if zulu else None
    on = date(int(year), int(month), int(day))
    is_either = not iso[0] and _is_either(on.day, on.month)
    if hour == "24" and int(minute) == 0:
        return Written(on + timedelta(days=1), time(0), zone, is_either=is_either)
    at = time(int(hour), int(minute), int(second or 0)) if hour else None
    return Written(on, at, zone, is_either=is_either)


def _serial(text: str) -> Written | None:
    """A number as Excel keeps a day, a time of day, or both."""
    if not re.fullmatch(r"\d{5}(?:\.\d+)?|0?\.\d+|0", text):
        return None
    number = float(text)
    moment = EXCEL + timedelta(seconds=round(number * 86_400))
    if number < 1:
        return Written(at=moment.time())
    if not FIRST_SERIAL <= number <= LAST_SERIAL:
        return None
    return Written(moment.date(), moment.time() if number % 1 else None)


def _spoken(text: str, order: Order) -> Written | None:
    # An apostrophe before it is Excel's, for what is to stay text.
    said = _IN_BRACKETS.sub(r" \1", text.casefold().strip(" '."))
    said = _FILLERS.sub(" ", _HOURS.sub(" ", said))
    bare = _ABOUT.sub(" ", said)
    is_about = bare != said
    said = " ".join(_NOTHING.sub(" ", bare).split())
    zone: tzinfo | None = None
    found = _ZONE.search(said)
    is_zone = found and (found[1].isalpha() or _ENDS_IN_A_TIME.search(said[: found.start()]))
    if found and is_zone and not re.fullmatch(r"[\d.-]+", said):
        zone = _offset(found[1])
        said = said[: found.start()].rstrip()
    day, is_either, rest = _day(said, order)
    at = _time(rest.strip(" t-")) if rest.strip(" t-") else None
    if (rest.strip(" t-") and at is None) or (day is None and at is None):
        return None
    clock, is_next_day = at or (None, False)
    if day and is_next_day:
        day += timedelta(days=1)
    return Written(day, clock, zone if clock else None, is_about, is_either)


def _day(said: str, order: Order) -> tuple[date | None, bool, str]:
    """The day in it, whether another order would give another, and what is left."""
    for pattern in _DAYS:
        found = pattern.search(said)
        if not found:
            continue
        parts = found.groupdict()
        is_either = False
        if name := parts.get("name"):
            if name not in MONTHS:
                continue
            month, day = MONTHS[name], int(parts["day"])
        elif "one" in parts:
            day, month = int(parts["one"]), int(parts["other"])
            if order is Order.MONTH_FIRST:
                day, month = month, day
            is_either = _is_either(day, month)
        else:
            month, day = int(parts["month"]), int(parts["day"])
        rest = f"{said[: found.start()]} {said[found.end() :]}"
        try:
            return date(_year(parts["year"]), month, day), is_either, rest
        except ValueError:
            # “22.15.00” behind “03-Mar-26” is a time.
            continue
    return None, False, said


def _is_either(day: int, month: int) -> bool:
    return day != month and day <= 12 and month <= 12


def _year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return year + (2000 if year <= LATEST_SHORT_YEAR else 1900)


def _time(said: str) -> tuple[time, bool] | None:
    """The time of day, and whether it is midnight at the day's end."""
    if said in ("noon", "midday", "midnight"):
        return (time(0), True) if said == "midnight" else (time(12), False)
    found = _TIME.fullmatch(said)
    if not found:
        return None
    packed = found["packed"]
    if packed:
        packed = packed.zfill(4)
        hour, minute, second = int(packed[:2]), int(packed[2:4]), int(packed[4:] or 0)
    else:
        hour = int(found["hour"] or found["bare"])
        minute, second = int(found["minute"] or 0), int(found["second"] or 0)
    if found["half"] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if found["half"] == "p" else 0)
    if (hour, minute, second) == (24, 0, 0):
        return time(0), True
    return time(hour, minute, second), False


def _offset(zone: str) -> tzinfo:
    if zone in _ZONES:
        return _ZONES[zone]
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if zone[0] == "-" else offset)
