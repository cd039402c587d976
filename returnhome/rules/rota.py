"""Up whom a silence climbs: a request nobody has answered, a grave episode nobody acknowledged.

Source: Returnhome's own rule, where the guidance is silent. Elapsed time: nights, weekends and
bank holidays never stop it, so that an emergency duty team has its place on a rota.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from returnhome.rules import Blocked
from returnhome.rules.clock import HOUR
from returnhome.rules.codes import Rung, Waiting
from returnhome.rules.sources import OWN_RULE, Source


class NobodyOnTheRota(Blocked):
    sentence = "Nobody is on this rota. Name at least one level."


@dataclass(frozen=True, slots=True)
class Level:
    """Who is told once `after` has passed; `is_there`: not absent, and on at this hour."""

    who: Hashable
    after: timedelta
    is_there: bool = True


@dataclass(frozen=True, slots=True)
class Ladder:
    """How fast a silence climbs, as data; each authority may have its own."""

    of: Waiting
    since: date
    source: Source
    levels: tuple[Level, ...]


LADDERS = (
    Ladder(
        Waiting.REQUEST,
        date(2026, 1, 1),
        OWN_RULE,
        (
            Level(Rung.ON_DUTY, 0 * HOUR),
            Level(Rung.TEAM, HOUR),
            Level(Rung.MANAGER, 2 * HOUR),
            Level(Rung.HEAD_OF_SERVICE, 3 * HOUR),
        ),
    ),
    Ladder(
        Waiting.HIGH_RISK,
        date(2026, 1, 1),
        OWN_RULE,
        (
            Level(Rung.ON_DUTY, 0 * HOUR),
            Level(Rung.TEAM, HOUR / 4),
            Level(Rung.MANAGER, HOUR / 2),
            Level(Rung.HEAD_OF_SERVICE, HOUR),
        ),
    ),
)


def ladder_on(of: Waiting, day: date, ladders: Iterable[Ladder] = LADDERS) -> Ladder:
    """The ladder in force on `day`; before the first one, the first."""
    ours = sorted((each for each in ladders if each.of is of), key=lambda each: each.since)
    if not ours:
        raise NobodyOnTheRota
    return [ours[0], *(each for each in ours if each.since <= day)][-1]


def climb(levels: Sequence[Level], asked_at: datetime, now: datetime) -> Level:
    """Whom to tell now of what nobody has answered since `asked_at`; never nobody.

    A level that is not there is passed over, upwards first. Raises NobodyOnTheRota.
    """
    if not levels:
        raise NobodyOnTheRota
    ladder = sorted(levels, key=lambda each: each.after)
    reached = max(sum(asked_at + each.after <= now for each in ladder) - 1, 0)
    for level in [*ladder[reached:], *reversed(ladder[:reached])]:
        if level.is_there:
            return level
    return ladder[-1]


def climbs_at(levels: Sequence[Level], asked_at: datetime, now: datetime) -> datetime | None:
    """When it climbs next; None at the top."""
    return min(
        (asked_at + each.after for each in levels if asked_at + each.after > now), default=None
    )
