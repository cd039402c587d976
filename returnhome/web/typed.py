"""Days and times as people type them: 3 / jan / 26, 7.40pm, 0740, midnight."""

import re
from datetime import UTC, date, datetime, time

from returnhome.rules.clock import LONDON, NoSuchTime, local_moment

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
# Boxes are for this century's children and the workers of the last one.
OLDEST_YEAR, NEWEST_YEAR = 1900, 2100
ONE_BOX = re.compile(r"(\d{1,2})[\s./-]+(\d{1,2}|[A-Za-z]{3,9})[\s./,-]+(\d{2}|\d{4})")
TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:\s*[:.h]?\s*(?P<minute>\d{2}))?\s*(?P<half>am|pm)?\s*(?P<zone>gmt|bst)?"
)
WORDS = {"midday": time(12), "noon": time(12), "12noon": time(12), "midnight": time(0)}


class Mistyped(Exception):
    """What was typed cannot be read: a sentence to follow the field's name, and which boxes."""

    def __init__(self, sentence: str, *boxes: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.boxes = boxes


def read_day(day: str, month: str, year: str) -> date | None:
    """A day from its three boxes; None if all are empty. Raises Mistyped."""
    if not month and not year and (whole := ONE_BOX.fullmatch(day)):
        day, month, year = whole.groups()
    boxes = {"day": day, "month": month, "year": year}
    absent = [name for name, text in boxes.items() if not text]
    if len(absent) == 3:
        return None
    if absent:
        raise Mistyped(f"must include a {' and a '.join(absent)}", *absent)
    number = _year(year)
    try:
        return date(number, _month(month), _number(day, "day"))
    except ValueError:
        raise Mistyped("must be a real date", "day", "month", "year") from None


def _number(text: str, box: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise Mistyped("must be a real date, such as 27 3 2026", box)
    return int(text)


def _month(text: str) -> int:
    if text.isdigit():
        return _number(text, "month")
    word = text.rstrip(".").casefold()
    found = [place for place, name in enumerate(MONTHS, 1) if name.startswith(word)]
    if len(word) < 3 or len(found) != 1:
        if word == "sept":
            return 9
        raise Mistyped("must have a month such as 3 or March", "month")
    return found[0]


def _year(text: str) -> int:
    number = _number(text, "year")
    if len(text) == 2:
        # 26 is 2026 and 71 is 1971: no child on these pages was born before 2000.
        return number + (2000 if number < 70 else 1900)
    if not OLDEST_YEAR <= number <= NEWEST_YEAR:
        raise Mistyped("must have a year with 4 numbers, such as 2026", "year")
    return number


def read_time(text: str) -> tuple[time, str]:
    """A time of day, and `gmt` or `bst` where it was said. Raises Mistyped."""
    said = text.strip().casefold().replace(" ", "")
    if said in WORDS:
        return WORDS[said], ""
    match = TIME.fullmatch(said.replace("a.m.", "am").replace("p.m.", "pm"))
    if match is None:
        raise _bad_time()
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            raise _bad_time()
        hour = hour % 12 + (12 if match["half"] == "pm" else 0)
    elif match["minute"] is None:
        # A bare 7 may be morning or evening, and twelve hours decide whether a child was in time.
        raise Mistyped("must say am or pm, or use the 24-hour clock: 7am or 19:00", "time")
    try:
        return time(hour, minute), match["zone"] or ""
    except ValueError:
        raise _bad_time() from None


def _bad_time() -> Mistyped:
    return Mistyped("must have a time such as 7:40am or 19:40", "time")


def read_instant(day: date, text: str) -> datetime:
    """The instant of a UK day and a typed time. Raises Mistyped, also on the clocks' two nights."""
    clock, zone = read_time(text)
    wall = datetime.combine(day, clock)
    try:
        found = local_moment(wall)
    except NoSuchTime as blocked:
        raise Mistyped(f"is not possible. {blocked.sentence}", "time") from None
    if not found.is_ambiguous:
        return found.at
    if not zone:
        raise Mistyped(
            "came twice that night, because the clocks went back. "
            f"Type {text} BST for the first, or {text} GMT for the second",
            "time",
        )
    return wall.replace(tzinfo=LONDON, fold=int(zone == "gmt")).astimezone(UTC)
