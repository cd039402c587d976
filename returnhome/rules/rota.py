"""Up whom a silence climbs: a request nobody has answered, a grave episode nobody acknowledged.

Source: Returnhome's own rule, where the guidance is silent. Elapsed time: nights, weekends and
bank holidays never stop it, so that an emergency duty team has its place on a rota.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from returnhome.rules import Blocked
from returnhome.rules.clock import DAY, HOUR, LONDON, NO_TIME
from returnhome.rules.codes import Rung, Waiting
from returnhome.rules.sources import OWN_RULE, Source


class NobodyOnTheRota(Blocked):
    sentence = "Nobody is on this rota. Name at least one level."


class TimesNotRising(Blocked):
    sentence = "Each level must be told later than the one before it."


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


# Up these a silence climbs with time, lowest first.
RUNGS = (Rung.ON_DUTY, Rung.TEAM, Rung.MANAGER, Rung.HEAD_OF_SERVICE)
# Never reached by waiting: told only where nobody below is there.
IN_PLACE = 36525 * DAY
ONE_PERSONS = (
    Level(Rung.OWNER, NO_TIME),
    *(Level(rung, IN_PLACE + place * DAY) for place, rung in enumerate(RUNGS)),
)
MANAGERS = (Level(Rung.MANAGER, NO_TIME), Level(Rung.HEAD_OF_SERVICE, HOUR))
MANAGERS_DECIDE = (Waiting.HARM_UNDECIDED, Waiting.HARM_NOT_PASSED_ON)
WITHIN_THE_HOUR = (
    Level(Rung.ON_DUTY, 0 * HOUR),
    Level(Rung.TEAM, HOUR / 4),
    Level(Rung.MANAGER, HOUR / 2),
    Level(Rung.HEAD_OF_SERVICE, HOUR),
)

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
    Ladder(Waiting.HIGH_RISK, date(2026, 1, 1), OWN_RULE, WITHIN_THE_HOUR),
    # Somebody was telephoned already, or should have been: so it begins late and climbs fast.
    Ladder(
        Waiting.HARM,
        date(2026, 1, 1),
        OWN_RULE,
        (
            Level(Rung.ON_DUTY, 0 * HOUR),
            Level(Rung.MANAGER, HOUR / 4),
            Level(Rung.HEAD_OF_SERVICE, HOUR / 2),
        ),
    ),
    # Only a manager decides, so nobody below is told of what only a manager can do.
    *(Ladder(of, date(2026, 1, 1), OWN_RULE, MANAGERS) for of in MANAGERS_DECIDE),
    # A child was told when somebody will have read it. It is said once when it comes, as harm may
    # be told at night; and from the hour that was promised on it climbs.
    Ladder(Waiting.WORDS, date(2026, 1, 1), OWN_RULE, ONE_PERSONS),
    Ladder(Waiting.WORDS_LATE, date(2026, 1, 1), OWN_RULE, WITHIN_THE_HOUR),
    # A child may be hurt; or a home would have it that the child was never missing.
    Ladder(Waiting.FROM_HOME, date(2026, 1, 1), OWN_RULE, WITHIN_THE_HOUR),
    Ladder(Waiting.RUNNING_OUT, date(2026, 1, 1), OWN_RULE, ONE_PERSONS),
    Ladder(Waiting.RUN_OUT, date(2026, 1, 1), OWN_RULE, ONE_PERSONS),
)
# The two of which an organisation may have times of its own.
CLIMBING = (Waiting.REQUEST, Waiting.HIGH_RISK)


@dataclass(frozen=True, slots=True)
class Notice:
    """When whoever answers for a child is told that the 72 hours end, and what is no news."""

    since: date
    source: Source
    # How long before the 72 hours run out.
    before: timedelta
    # A child who came back longer ago than this is a matter of the record: a register of past years
    # that is read in must not wake anybody.
    news_for: timedelta


NOTICES = (Notice(date(2026, 1, 1), OWN_RULE, before=12 * HOUR, news_for=30 * DAY),)


def notice_on(day: date, notices: Iterable[Notice] = NOTICES) -> Notice:
    """What is in force on `day`; before the first one, the first."""
    ours = sorted(notices, key=lambda each: each.since)
    return [ours[0], *(each for each in ours if each.since <= day)][-1]


def climbing_in(of: Waiting, since: date, *after: timedelta) -> Ladder:
    """A ladder with an organisation's own times: of the team and all above, in the order of RUNGS.

    Whoever is on duty is always told at once. Raises TimesNotRising.
    """
    times = (NO_TIME, *after)
    if any(later <= sooner for sooner, later in pairwise(times)):
        raise TimesNotRising
    levels = tuple(Level(rung, wait) for rung, wait in zip(RUNGS, times, strict=True))
    return Ladder(of, since, OWN_RULE, levels)


def is_out_of_hours(now: datetime, begins: time, ends: time) -> bool:
    """Whether an emergency duty team is on: between these times of a weekday, and all weekend.

    UK time. It knows of no bank holiday: one is a weekday like any other, and the clock runs on.
    """
    local = now.astimezone(LONDON)
    if local.weekday() >= 5:
        return True
    if begins > ends:
        return local.time() >= begins or local.time() < ends
    return begins <= local.time() < ends


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
