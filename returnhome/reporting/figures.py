"""Uptake: how many episodes ended, were offered an interview, and had one held in time.

Whole quarters are counted from the roll-up that the verbs keep, and what a period has beside them
from the moments on the episodes; `recount` counts the same from the rows. What holds only at the
moment of the count (72 hours not over, still missing, child not named yet) is asked of the few
episodes that it can be true of.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.aggregates import BoolOr
from django.contrib.postgres.fields import ArrayField
from django.db.models import Aggregate, FloatField, Q, Sum
from django.db.models import Count as CountOf

from returnhome.casework import acting, places, tallies
from returnhome.casework.episodes import Episode, EpisodeQuerySet
from returnhome.casework.places import Authority
from returnhome.casework.staff import Person
from returnhome.casework.tallies import Tally
from returnhome.reporting import facts
from returnhome.rules import clock, measures
from returnhome.rules.codes import Cohort
from returnhome.rules.facts import EpisodeFacts
from returnhome.rules.measures import (
    ADDED,
    ALL,
    APART_COHORT,
    COHORTS,
    STEPS,
    UPTAKE,
    Count,
    quarter_of,
)

DAY = timedelta(days=1)
QUARTERS = 8


@dataclass(frozen=True)
class Scope:
    """Whose figures: a council's, with those of the councils it took over from."""

    name: str
    authorities: frozenset[int]


def of_person(person: Person) -> Scope:
    """The figures that a person may see: of no authority for who may see none."""
    names = [authority.name for authority in councils_of(person)]
    return Scope(" and ".join(names), person.reach.figures)


def councils_of(person: Person) -> list[Authority]:
    """The councils of which a person may see figures, by name."""
    reach = person.reach.figures
    own = {post.organisation.authority for post in person.current_posts}
    return sorted(
        (authority for authority in own if authority and authority.pk in reach),
        key=lambda authority: authority.name,
    )


def of_authority(authority: Authority) -> Scope:
    return Scope(authority.name, places.lineage(authority))


@dataclass(frozen=True, slots=True)
class Quarter:
    """Three months of the calendar, by the UK day of the return."""

    first: date
    ended: int = 0
    offered: int = 0
    held: int = 0
    in_time: int = 0
    is_over: bool = True

    @property
    def label(self) -> str:
        """Jan to Mar 2026."""
        return f"{self.first:%b} to {self.last:%b %Y}"

    @property
    def last(self) -> date:
        return quarter_after(self.first) - DAY

    def of_ended(self, part: str) -> Count:
        return Count(getattr(self, part), self.ended)


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours from the return to the interview: lower quartile, median, upper quartile.

    `known`: of how many of the episodes answered for. A moment of which no more than its day is
    known gives no hours, nor does an interview of earlier records without its time.
    """

    known: int = 0
    quartiles: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Uptake:
    """The figures of one council and period, both days included, as at `now`.

    `hours` are by cohort, and of all. `hosted` are other English councils' children placed here, by
    measure: beside, never added.
    """

    scope: Scope
    first: date
    last: date
    now: datetime
    counts: Mapping[tuple[str, str], Count]
    hosted: Mapping[str, Count]
    trend: tuple[Quarter, ...]
    hours: Mapping[str, Hours] = field(default_factory=dict)

    def count(self, key: str, cohort: str = ALL) -> Count:
        return self.counts[str(cohort), key]

    def number(self, key: str, cohort: str = ALL) -> int:
        return self.count(key, cohort).numerator

    @property
    def is_empty(self) -> bool:
        """Nothing ended, and nobody is missing: in this period or among the children apart."""
        told = any(count.numerator for count in self.counts.values())
        return not told and not any(count.numerator for count in self.hosted.values())

    @property
    def steps(self) -> dict[str, Count]:
        """From ended to held in time: each step out of the episodes ended."""
        ended = self.number("ended")
        parts = {measure.part: measure.key for measure in UPTAKE}
        return {step: Count(self.number(parts[step]), ended) for step in STEPS}

    @property
    def lost(self) -> dict[str, Count]:
        """Where the episodes without an interview were lost: each out of the episodes ended."""
        ended = self.number("ended")
        found = {part: Count(self.number(part), ended) for part in measures.LOST}
        # Only history that was brought in leaves something not known.
        nowhere = {part for part in measures.NOT_KNOWN if not self.number(part)}
        return {part: count for part, count in found.items() if part not in nowhere}

    def rows(self) -> Iterator[tuple[str, str, int, int | None, float | None]]:
        """Cohort, measure, numerator, denominator, value; the value of a count is the count."""
        for cohort in COHORTS:
            for measure in UPTAKE:
                count = self.count(measure.key, cohort)
                value = count.numerator if measure.of is None else count.value
                yield str(cohort), measure.key, count.numerator, count.denominator, value
            hours = self.hours.get(cohort, Hours())
            held = self.number("held_of_ended", cohort)
            for key, hour in zip(HOURS, hours.quartiles or (None, None, None), strict=True):
                yield str(cohort), key, hours.known, held, hour


# Hours to the interview: of how many they are known, of how many held; the value is hours.
HOURS = ("hours_lower_quartile", "hours_median", "hours_upper_quartile")
HEADER = ("cohort", "measure", "numerator", "denominator", "value")


def quarter_after(first: date) -> date:
    return quarter_of(first + timedelta(days=100))


def quarter_before(first: date) -> date:
    return quarter_of(first - DAY)


def year_of(day: date) -> date:
    """The first day of the collection year that the day is in: 1 April."""
    return date(day.year if day >= date(day.year, 4, 1) else day.year - 1, 4, 1)


# Counting


@acting.as_system(acting.REPORTING)
def uptake(scope: Scope, first: date, last: date, *, now: datetime) -> Uptake:
    """The figures of a period, both days included. A fixed number of queries."""
    counted = _of_ended(scope, first, last, now)
    counted.update(of_the_moment(_theirs(scope), first, last, now))
    apart, hosted = _hosted(scope, first, last, now)
    counted.update(apart)
    return Uptake(
        scope=scope,
        first=first,
        last=last,
        now=now,
        counts=measures.tabulate(counted, _children(_ended(scope, first, last))),
        hosted=measures.measured(hosted),
        trend=_trend(scope, last, now),
        hours=_hours(_ended(scope, first, last)),
    )


@acting.as_system(acting.REPORTING)
def recount(
    scope: Scope, first: date, last: date, *, now: datetime
) -> dict[tuple[str, str], Count]:
    """The same counts, from the rows alone. Slow: to hold the roll-up against what happened."""
    began, over = clock.midnight(first), clock.midnight(last + DAY)
    is_open = Q(returned_at__isnull=True, found_at__isnull=True)
    back = Q(returned_at__gte=began, returned_at__lt=over)
    found = Q(returned_at__isnull=True, found_at__gte=began, found_at__lt=over)

    def those(episodes: EpisodeQuerySet) -> list[EpisodeFacts]:
        near = episodes.filter(is_open | back | found)
        return measures.within(facts.of(near, now=now), first, last)

    theirs, beside = those(_theirs(scope)), those(_placed_here(scope))
    outside = [each for each in beside if each.cohort == APART_COHORT]
    return measures.count([*theirs, *outside])


def _of_ended(scope: Scope, first: date, last: date, now: datetime) -> Counter[tuple[str, str]]:
    """What ended in the period, by cohort and part."""
    begins, over = whole_quarters(first, last)
    if begins >= over:
        return _counted(_theirs(scope).filter(_ended_within(first, last)), now)
    theirs = Tally.objects.filter(authority_id__in=scope.authorities)
    counted = tallies.totals(theirs.between(begins, over - DAY))
    beside = _ended_within(first, begins - DAY) | _ended_within(over, last)
    if (first, last) != (begins, over - DAY):
        counted.update(_counted(_theirs(scope).filter(beside), now))
    return counted


def whole_quarters(first: date, last: date) -> tuple[date, date]:
    """The first day of the first quarter within the period, and the day after its last one."""
    begins = first if first == quarter_of(first) else quarter_after(quarter_of(first))
    return begins, quarter_of(last + DAY)


def _counted(ended: EpisodeQuerySet, now: datetime) -> Counter[tuple[str, str]]:
    counted: Counter[tuple[str, str]] = Counter()
    for sort, number in facts.sorts(ended, now=now):
        for part in measures.parts(sort) - measures.OF_THE_MOMENT:
            counted[sort.cohort, part] += number
    return counted


def _theirs(scope: Scope) -> EpisodeQuerySet:
    return Episode.objects.counted().filter(counted_under_id__in=scope.authorities)


def _placed_here(scope: Scope) -> EpisodeQuerySet:
    """Other councils' children placed in this council's area."""
    here = Episode.objects.counted().filter(host_authority_id__in=scope.authorities)
    return here.exclude(counted_under_id__in=scope.authorities)


def _ended_within(first: date, last: date) -> Q:
    return Q(ended_on__gte=first, ended_on__lte=last)


def _still_missing(last: date) -> Q:
    return Q(ended_on__isnull=True, started_at__lt=clock.midnight(last + DAY))


def of_the_moment(
    theirs: EpisodeQuerySet, first: date, last: date, now: datetime
) -> Counter[tuple[str, str]]:
    """(cohort, part) → episodes of these, of what no stored figure can hold. Two queries."""
    # Nothing that ended before then can still have time left.
    since = max(first, (now - clock.LIMIT - DAY).astimezone(clock.LONDON).date())
    at_stake = theirs.filter(_ended_within(since, last) | _still_missing(last))
    unnamed = theirs.filter(
        _ended_within(first, last) | _still_missing(last),
        child__confirmed_at__isnull=True,
        child__joined_to__isnull=True,
    )
    counted: Counter[tuple[str, str]] = Counter()
    for sort, number in facts.sorts(at_stake, now=now):
        told = measures.parts(sort) - {"waiting"}
        # What has not ended is in no roll-up; of what has, only the moment's parts are not.
        for part in told if sort.ended_on is None else told & measures.OF_THE_MOMENT:
            counted[sort.cohort, part] += number
    for sort, number in facts.sorts(unnamed, now=now):
        counted[sort.cohort, "waiting"] += number
    return counted


def _ended(scope: Scope, first: date, last: date) -> EpisodeQuerySet:
    """The episodes that count as ended: under the duty, and not recorded in error."""
    return _statutory(_theirs(scope), first, last)


def _statutory(episodes: EpisodeQuerySet, first: date, last: date) -> EpisodeQuerySet:
    return episodes.filter(_ended_within(first, last), steps__isnull=False)


def _children(ended: EpisodeQuerySet) -> dict[str, int]:
    """Cohort → children, and all of them once. One query, in which each child is found once."""
    of = {cohort: f"is_{cohort}" for cohort in Cohort}
    in_cohort: Any = {name: BoolOr(Q(cohort=cohort)) for cohort, name in of.items()}
    counted: Any = {
        cohort: CountOf("child", filter=Q(**{name: True})) for cohort, name in of.items()
    }
    added = reduce(or_, (Q(**{of[cohort]: True}) for cohort in ADDED))
    each = ended.order_by().values("child").annotate(**in_cohort)
    return each.aggregate(**counted, **{ALL: CountOf("child", filter=added)})


class Quartiles(Aggregate):
    """The three quartiles, between two values where they fall there (PostgreSQL, continuous)."""

    function = "percentile_cont"
    template = "%(function)s(array[0.25, 0.5, 0.75]) within group (order by %(expressions)s)"
    output_field = ArrayField(FloatField())


def _hours(ended: EpisodeQuerySet) -> dict[str, Hours]:
    """Cohort → hours, and of all that add up. One query."""
    those = [(ALL, Q(cohort__in=ADDED)), *((cohort, Q(cohort=cohort)) for cohort in Cohort)]
    return _hours_by(ended, dict(those))


def hours_of(ended: EpisodeQuerySet) -> Hours:
    """Of the episodes whose two moments are known closer than a day. One query."""
    return _hours_by(ended, {ALL: Q()})[ALL]


def _hours_by(ended: EpisodeQuerySet, those: Mapping[str, Q]) -> dict[str, Hours]:
    found: dict[str, Any] = {}
    for name, which in those.items():
        found[f"known_{name}"] = CountOf("hours_to_it", filter=which)
        found[f"quartiles_{name}"] = Quartiles("hours_to_it", filter=which)
    told = ended.filter(hours_to_it__isnull=False).aggregate(**found)
    return {
        name: Hours(told[f"known_{name}"], _rounded(told[f"quartiles_{name}"])) for name in those
    }


def _rounded(quartiles: list[float] | None) -> tuple[float, float, float] | None:
    if not quartiles:
        return None
    lower, median, upper = (round(each, 1) for each in quartiles)
    return lower, median, upper


def _hosted(
    scope: Scope, first: date, last: date, now: datetime
) -> tuple[Counter[tuple[str, str]], Counter[str]]:
    """Children placed here by authorities outside England, and by other councils in England."""
    apart: Counter[tuple[str, str]] = Counter()
    beside: Counter[str] = Counter()
    here = _placed_here(scope).filter(_ended_within(first, last) | _still_missing(last))
    for sort, number in facts.sorts(here, now=now):
        for part in measures.parts(sort):
            if sort.cohort == APART_COHORT:
                apart[sort.cohort, part] += number
            else:
                beside[part] += number
    theirs = _statutory(_placed_here(scope), first, last).filter(cohort__in=ADDED)
    beside["children"] = theirs.aggregate(children=CountOf("child", distinct=True))["children"]
    return apart, beside


def _trend(scope: Scope, last: date, now: datetime) -> tuple[Quarter, ...]:
    """The quarters up to the one that `last` is in, from the first of them with an episode.

    None that is still to come.
    """
    today = now.astimezone(clock.LONDON).date()
    firsts = [quarter_of(min(last, today))]
    while len(firsts) < QUARTERS:
        firsts.insert(0, quarter_before(firsts[0]))
    shown = [part for part in STEPS if part != "accepted"]
    rows = (
        Tally.objects.filter(authority_id__in=scope.authorities, cohort__in=ADDED)
        .between(firsts[0], firsts[-1])
        .values_list("quarter_on", "parts")
        .annotate(Sum("episodes"))
    )
    counted: dict[date, dict[str, int]] = {first: dict.fromkeys(shown, 0) for first in firsts}
    for quarter, parts, episodes in rows.order_by():
        for part in parts.split():
            if part in shown:
                counted[quarter][part] += episodes
    quarters = [
        Quarter(first, is_over=quarter_after(first) <= today, **parts)
        for first, parts in counted.items()
    ]
    while quarters and not quarters[0].ended:
        quarters.pop(0)
    return tuple(quarters)
