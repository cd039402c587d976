"""What keeps coming up in one child's missing episodes, in plain sentences."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from returnhome.casework.episodes import Episode
from returnhome.rules import clock

A_YEAR = timedelta(days=365)
# Fewer than this is no pattern.
ENOUGH = 3
# A night belongs to the day on which it began.
NIGHT_ENDS = timedelta(hours=6)
PARTS = ((6, "night"), (12, "morning"), (18, "afternoon"), (21, "evening"), (24, "night"))


def in_words(episodes: Iterable[Episode], now: datetime) -> list[str]:
    """How often in the last 12 months, usually when, and how long. One sentence each.

    `episodes` are the child's, in any order; those recorded in error are left out.
    """
    year = [
        episode
        for episode in episodes
        if not episode.is_voided and now - A_YEAR < episode.started_at <= now
    ]
    if not year:
        return ["Not missing in the last 12 months."]
    often = "once" if len(year) == 1 else "twice" if len(year) == 2 else f"{len(year)} times"
    when = _usually(year)
    sentences = [f"Missing {often} in the last 12 months{f', {when}' if when else ''}."]
    if places := _places(year):
        sentences.append(places)
    if lengths := _lengths(year):
        sentences.append(lengths)
    return sentences


def _usually(year: Sequence[Episode]) -> str:
    """“usually on a Friday night”, where more than half agree."""
    starts = [start for episode in year if (start := _start(episode))]
    if len(starts) < ENOUGH:
        return ""
    day = _most(f"{(start - NIGHT_ENDS):%A}" for start in starts)
    part = _most(_part_of_day(start) for start in starts)
    if day:
        return f"usually on a {day}{f' {part}' if part else ''}"
    if part:
        return f"usually at {part}" if part == "night" else f"usually in the {part}"
    return ""


def _start(episode: Episode) -> datetime | None:
    """When the child went, in UK time, where the hour is known."""
    moment = episode.moment("last_seen") or episode.moment("reported")
    if moment is None or moment.precision == clock.DATE_ONLY:
        return None
    return moment.at.astimezone(clock.LONDON)


def _part_of_day(start: datetime) -> str:
    if start.hour < PARTS[0][0]:
        return "night"
    return next(part for until, part in PARTS[1:] if start.hour < until)


def _most(words: Iterable[str]) -> str:
    """The word that more than half of them are."""
    counted = Counter(words)
    word, times = counted.most_common(1)[0]
    return word if times * 2 > counted.total() else ""


def _places(year: Sequence[Episode]) -> str:
    counted = Counter(episode.missing_from for episode in year if episode.missing_from)
    again = [(place, times) for place, times in counted.most_common(2) if times > 1]
    if not again:
        return ""
    told = [f"{clock.counted(times, 'time')} from {_spaced(place)}" for place, times in again]
    return f"{' and '.join(told)}."


def _spaced(postcode: str) -> str:
    return f"{postcode[:-3]} {postcode[-3:]}" if " " not in postcode else postcode


def _lengths(year: Sequence[Episode]) -> str:
    """How long the longest was, and the middle one where there are enough."""
    lengths = sorted(
        episode.ended_at - episode.started_at for episode in year if episode.ended_at is not None
    )
    if not lengths:
        return ""
    longest = clock.duration(lengths[-1])
    if len(lengths) < ENOUGH:
        return f"Away for {longest}." if len(lengths) == 1 else f"Away for up to {longest}."
    middle = clock.duration(lengths[len(lengths) // 2])
    return f"Away for {middle} as a rule, {longest} at the longest."
