"""From the ledger to what the local protocols call for: which meeting, why, by when, and if held.

Nothing is stored: the same rows always give the same escalations under the same keys.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q

from returnhome.casework import protocols
from returnhome.casework.children import Child, ChildQuerySet
from returnhome.casework.concerns import NotedConcern
from returnhome.casework.episodes import Classification, Episode
from returnhome.casework.meetings import Meeting
from returnhome.rules import escalation
from returnhome.rules.ages import is_adult_on
from returnhome.rules.clock import Moment
from returnhome.rules.codes import Cohort, Concern, EpisodeKind, MeetingKind, RiskGrade
from returnhome.rules.escalation import ChildFacts, Escalation, Noted, TimeMissing
from returnhome.rules.protocols import Protocol, uk_day

LOOKED_AFTER = {
    Cohort.LOOKED_AFTER_IN_AREA,
    Cohort.LOOKED_AFTER_OUT_OF_AREA,
    Cohort.PLACED_HERE_BY_OTHER,
}
# The columns of an episode that a protocol reads.
READ = (
    *("child_id", "kind", "cohort", "opened_at", "earlier"),
    *("last_seen_at", "last_seen_precision", "reported_at", "reported_precision"),
    *("found_at", "found_precision", "returned_at", "returned_precision"),
)


def called_for(children: Iterable[Child], *, now: datetime) -> dict[int, tuple[Escalation, ...]]:
    """By child: all that the protocols of the council that answers for them have called for.

    Closed ones too, the first due first. An escalation's `episode` and `met` are numbers of rows.
    Five queries at the most, for any number of children.
    """
    theirs = {child.pk: child for child in children}
    if not theirs:
        return {}
    followed = protocols.followed_by(child.responsible_authority_id for child in theirs.values())
    is_by_grade = any(
        rule.only.risk_from for found in followed.values() for each in found for rule in each.rules
    )
    missing = _times_missing(list(theirs), now, is_by_grade=is_by_grade)
    meetings, noted = _meetings(list(theirs)), _concerns(list(theirs))
    return {
        pk: escalation.escalations_under(
            followed[child.responsible_authority_id],
            episodes=missing[pk],
            child=ChildFacts(born_on=child.born_on, concerns=tuple(noted[pk])),
            meetings=meetings[pk],
            now=now,
        )
        for pk, child in theirs.items()
    }


def _times_missing(
    child_ids: Sequence[int], now: datetime, *, is_by_grade: bool
) -> Mapping[int, list[TimeMissing]]:
    counted = Episode.objects.counted().filter(child__in=child_ids)
    rows = list(counted.only(*READ))
    kinds, grades = _classified(
        [row.pk for row in rows if row.kind == EpisodeKind.AWAY],
        [row.pk for row in rows] if is_by_grade else [],
    )
    found: defaultdict[int, list[TimeMissing]] = defaultdict(list)
    for row in rows:
        known = kinds.get(row.pk, [])
        found[row.child_id].append(_time_missing(row, known, grades.get(row.pk, ()), now))
    return found


Dated = list[tuple[datetime, str]]


def _classified(
    away: Sequence[int], graded: Sequence[int]
) -> tuple[dict[int, Dated], dict[int, Dated]]:
    """By episode: its kinds, and the police's risk grades, each from when, in their order.

    Of those only that a rule may ask about: what is missing now was so all along.
    """
    rows = (
        Classification.objects.filter(
            Q(axis=Classification.KIND, episode__in=away)
            | Q(axis=Classification.RISK, episode__in=graded)
        )
        .order_by("recorded_at", "pk")
        .values_list("episode_id", "axis", "recorded_at", "code")
    )
    kinds: defaultdict[int, Dated] = defaultdict(list)
    grades: defaultdict[int, Dated] = defaultdict(list)
    for pk, axis, at, code in rows:
        (kinds if axis == Classification.KIND else grades)[pk].append((at, code))
    return kinds, grades


def _time_missing(
    row: Episode, kinds: Dated, grades: Iterable[tuple[datetime, str]], now: datetime
) -> TimeMissing:
    started = row.moment("last_seen") or row.moment("reported")
    assert started is not None
    kind, away_since = _ever_missing(row, kinds)
    ends = [end for end in (_end(row, now), away_since) if end is not None]
    return TimeMissing(
        episode=row.pk,
        started=started,
        known_at=min(row.reported_at or row.opened_at, row.opened_at),
        kind=kind,
        ended_at=min(ends, default=None),
        grades=tuple((at, RiskGrade(grade)) for at, grade in grades),
        is_looked_after=row.cohort in LOOKED_AFTER,
        is_of_earlier_records=row.earlier != "",
    )


def _ever_missing(row: Episode, kinds: Dated) -> tuple[EpisodeKind, datetime | None]:
    """Once missing, it counts as missing; since when the whereabouts are known, where they are.

    An episode that is away now may have called for a meeting while the child was missing: what is
    written down later does not take that back.
    """
    if row.kind == EpisodeKind.MISSING:
        return EpisodeKind.MISSING, None
    was_missing = [at for at, kind in kinds if kind == EpisodeKind.MISSING]
    if not was_missing:
        return EpisodeKind.AWAY, None
    away = [at for at, kind in kinds if kind == EpisodeKind.AWAY and at >= max(was_missing)]
    return EpisodeKind.MISSING, min(away, default=max(was_missing))


def _end(row: Episode, now: datetime) -> datetime | None:
    """When the child was found, else back, at the latest: of a day alone nobody knows the hour."""
    end: Moment | None = row.found or row.returned
    if end is None:
        return None
    return end.at if end.at > now else min(end.latest, now)


def _meetings(child_ids: Sequence[int]) -> Mapping[int, list[escalation.Meeting]]:
    """What was decided stays sealed: the rules ask only that there was a meeting, and when."""
    rows = Meeting.objects.about(*child_ids).counted()
    found: defaultdict[int, list[escalation.Meeting]] = defaultdict(list)
    for pk, child, joined_to, kind, held_at, next_on in rows.values_list(
        "pk", "child_id", "child__joined_to_id", "kind", "held_at", "next_on"
    ):
        found[joined_to or child].append(
            escalation.Meeting(key=pk, kind=MeetingKind(kind), held_at=held_at, next_on=next_on)
        )
    return found


def _concerns(child_ids: Sequence[int]) -> Mapping[int, list[Noted]]:
    rows = NotedConcern.objects.about(*child_ids)
    found: defaultdict[int, list[Noted]] = defaultdict(list)
    for child, joined_to, concern, noted_at, ended_at in rows.values_list(
        "child_id", "child__joined_to_id", "concern", "noted_at", "ended_at"
    ):
        found[joined_to or child].append(Noted(Concern(concern), noted_at, ended_at))
    return found


def meeting_again(children: ChildQuerySet, *, now: datetime) -> list[tuple[Child, Meeting]]:
    """Meetings that agreed on a day to meet again, and no such meeting since; the soonest first.

    Days long past are left out. What was decided is not read. Two queries.
    """
    theirs = {child.pk: child for child in children.filter(_has_next_day(now))}
    rows = Meeting.objects.about(*theirs).counted().select_related("child")
    by_child: defaultdict[int, list[Meeting]] = defaultdict(list)
    for row in rows.defer("attended", "decided").order_by("held_at", "pk"):
        by_child[row.child.joined_to_id or row.child_id].append(row)
    again = [
        (theirs[pk], row)
        for pk, held in by_child.items()
        for number, row in enumerate(held)
        if row.next_on
        and row.next_on > uk_day(now - LONG_PAST)
        and not any(
            escalation.is_enough(MeetingKind(later.kind), MeetingKind(row.kind))
            for later in held[number + 1 :]
        )
    ]
    return sorted(again, key=lambda one: (one[1].next_on or date.max, one[1].pk))


def _has_next_day(now: datetime) -> Exists:
    since = uk_day(now - LONG_PAST)
    about = Q(child=OuterRef("pk")) | Q(child__joined_to=OuterRef("pk"))
    return Exists(Meeting.objects.counted().filter(about, next_on__gt=since))


# A whole council.

# How long an agreed day that has passed is still shown.
LONG_PAST = timedelta(days=30)

# How long what lapsed, and what was held, is still shown.
LATELY = timedelta(days=14)
# Whoever has not been missing for so long is on no list of today's.
A_YEAR = timedelta(days=365)


def of_council(children: ChildQuerySet, *, now: datetime) -> list[tuple[Child, Escalation]]:
    """What is called for of these children, and what was closed lately; the first due first.

    Whoever has turned 18 or has not been missing for a year is left out, unless they are missing
    still. Eight queries at the most.
    """
    authorities = set(
        children.order_by().values_list("responsible_authority", flat=True).distinct()
    )
    fewest = _fewest(
        each for found in protocols.followed_by(authorities).values() for each in found
    )
    theirs = [
        child for child in _worth_a_look(children, fewest, now) if _is_a_child(child, uk_day(now))
    ]
    by_child = {child.pk: child for child in theirs}
    calls = [
        (by_child[pk], each) for pk, found in called_for(theirs, now=now).items() for each in found
    ]
    return sorted(calls, key=lambda one: (one[1].due_at, one[0].pk, one[1].key))


def _fewest(followed: Iterable[Protocol]) -> int:
    """Of how many episodes a rule speaks at the least; a child with fewer is in nobody's count."""
    times = [rule.times for each in followed for rule in each.rules if rule.times]
    return min(times, default=1)


def _worth_a_look(children: ChildQuerySet, fewest: int, now: datetime) -> list[Child]:
    """Those with enough episodes to be counted, or missing now or lately: for the hours."""
    theirs = Episode.objects.counted().filter(child=OuterRef("pk"))
    enough = theirs.order_by().values("child").annotate(times=Count("pk")).filter(times__gte=fewest)
    lately = theirs.filter(Q(ended_at__isnull=True) | Q(ended_at__gte=now - LATELY))
    this_year = theirs.filter(started_at__gt=now - A_YEAR)
    is_young = Q(born_on__isnull=True) | Q(born_on__gt=_years_before(uk_day(now), 19))
    found = children.filter(
        Q(Exists(lately)) | (is_young & Q(Exists(this_year)) & Q(Exists(enough)))
    )
    return list(found.annotate(is_missing=Exists(theirs.filter(ended_at__isnull=True))))


def _years_before(day: date, years: int) -> date:
    # The first of the month is in every year.
    return day.replace(year=day.year - years, day=1)


def _is_a_child(child: Child, today: date) -> bool:
    """Under 18, or of unknown age, or missing since they were."""
    is_missing: bool = child.is_missing  # type: ignore[attr-defined]
    return is_missing or child.born_on is None or not is_adult_on(child.born_on, today)
