"""The report for a board: a quarter of all children, a year of those looked after, a provider's
month; each beside what came before, with small numbers hidden.

Counts as the figures do, by episodes that ended, and reads no name. Of a signed record it reads
the codes of the questions on reasons, places and harm. The number of queries is fixed.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Min, Q

from returnhome.casework import acting
from returnhome.casework.episodes import Episode, EpisodeQuerySet
from returnhome.casework.handovers import HandOver
from returnhome.casework.interviews import Coverage, Entry
from returnhome.casework.places import Authority
from returnhome.casework.staff import Organisation
from returnhome.casework.support import Action
from returnhome.reporting import facts, figures, foi, helped, quality
from returnhome.reporting.figures import Hours, Scope
from returnhome.reporting.helped import Days
from returnhome.reporting.quality import Quality
from returnhome.rules import clock, partnership, partnership_tables, suppression
from returnhome.rules.codes import HandOverKind, NotHeldReason, OfferKind
from returnhome.rules.handover import Reply
from returnhome.rules.measures import ADDED, ALL
from returnhome.rules.partnership import GROUP_OF, OF_PROVIDER, ReportKind
from returnhome.rules.partnership_tables import (
    AFTER_THE_TALK,
    APPLIED,
    HARM_ANSWERS,
    HOSTED,
    QUESTIONS,
    SAMPLED,
    Shown,
    answered,
    hosted_by,
    marked,
    said,
)
from returnhome.rules.publishing import CHILDREN, DAY, GROUPS, OUT_OF_AREA, Period
from returnhome.rules.reviewing import Criterion
from returnhome.rules.suppression import Rule

NOWHERE = "none"
# Of fewer than so many the hours of single children could be told.
FEWEST_HOURS = 10


@dataclass(frozen=True)
class Provider:
    """Who interviews on a council's behalf, by number and name."""

    pk: int
    name: str


@dataclass(frozen=True)
class Counts:
    """All that a report counts, of its period and of the one before.

    `hosts`: host council → its name. `quality`: what the samples whose last day is in the period
    found. `begins_on`: the day of the first episode on record; None where there is none.
    """

    kind: ReportKind
    scope: Scope
    period: Period
    before: Period
    now: datetime
    provider: Provider | None
    counted: Mapping[Period, Mapping[tuple[str, str], int]]
    hours: Mapping[Period, Hours]
    quality: Mapping[Period, Quality]
    days_to_help: Mapping[Period, Days] = field(default_factory=dict)
    hosts: Mapping[str, str] = field(default_factory=dict)
    begins_on: date | None = None

    @property
    def group(self) -> str:
        return GROUP_OF[self.kind]

    def number(self, what: str, group: str | None = None, period: Period | None = None) -> int:
        of = group or self.group
        return self.counted[period or self.period].get((of, what), 0)

    def holds(self, period: Period) -> bool:
        """Whether a zero would be none: before the record begins there is nothing, not zero."""
        return self.begins_on is not None and self.begins_on <= period.last


@dataclass(frozen=True)
class Report:
    """What may be shown of the counts, by period."""

    counts: Counts
    shown: Mapping[Period, Shown]
    rule: Rule
    is_protected: bool


def report(
    kind: ReportKind,
    scope: Scope,
    period: Period,
    *,
    now: datetime,
    provider: Provider | None = None,
    rule: Rule = suppression.FEWER_THAN_5,
    is_protected: bool = True,
) -> Report:
    """A council's report of these days. Small numbers are hidden unless `is_protected` is off."""
    counts = count(kind, scope, period, now=now, provider=provider)
    found = {
        each: partnership_tables.shown(
            kind,
            each,
            counts.counted[each],
            rule,
            hosts=sorted(_hosts_of(counts, each)),
            is_protected=is_protected,
        )
        for each in (period, counts.before)
    }
    return Report(counts, found, rule, is_protected)


def _hosts_of(counts: Counts, period: Period) -> Iterator[str]:
    """Where somebody was placed out of area; nowhere else is there a number."""
    return (each for each in counts.hosts if counts.number(hosted_by(each), OUT_OF_AREA, period))


def providers(scope: Scope) -> list[Provider]:
    """Who has interviewed or is to interview this council's children, by name."""
    with acting.as_system(acting.REPORTING):
        theirs = Episode.objects.filter(
            counted_under_id__in=scope.authorities, provider__isnull=False
        )
        numbers = list(theirs.order_by().values_list("provider_id", flat=True).distinct())
    bodies = Organisation.objects.filter(pk__in=numbers, kind=Organisation.PROVIDER)
    return [Provider(pk, name) for pk, name in bodies.order_by("name").values_list("pk", "name")]


def councils_of(providers: Collection[int]) -> list[Authority]:
    """The councils whose children these have interviewed or are to interview, by name."""
    with acting.as_system(acting.REPORTING):
        theirs = Episode.objects.filter(provider_id__in=providers).order_by()
        numbers = list(theirs.values_list("counted_under_id", flat=True).distinct())
    return list(Authority.objects.filter(pk__in=numbers).order_by("name"))


# Counting.


def count(
    kind: ReportKind,
    scope: Scope,
    period: Period,
    *,
    now: datetime,
    provider: Provider | None = None,
) -> Counts:
    """All that the report counts, nothing hidden. A fixed number of queries."""
    before = partnership.earlier(period)
    counting = _Counting(kind, scope, (before, period), provider)
    if kind is not ReportKind.PROVIDER:
        counting.take(foi.count(scope, (before, period)).counted)
    with acting.as_system(acting.REPORTING):
        begins_on = counting.begins_on()
        counting.ended()
        counting.moment(period, now)
        if kind is not ReportKind.PROVIDER:
            counting.actions(now)
        if kind is ReportKind.PARTNERSHIP:
            counting.hosted()
        if provider:
            counting.requests()
        hours = {each: figures.hours_of(counting.of_period(each)) for each in (before, period)}
    found = {each: counting.sampled(each) for each in (before, period)}
    days = {}
    if kind is not ReportKind.PROVIDER:
        days = {each: counting.followed(each, now) for each in (before, period)}
    return Counts(
        kind=kind,
        scope=scope,
        period=period,
        before=before,
        now=now,
        provider=provider,
        counted=counting.numbers,
        hours=hours,
        quality=found,
        days_to_help=days,
        hosts=_named(counting.hosts),
        begins_on=begins_on,
    )


class _Counting:
    def __init__(
        self,
        kind: ReportKind,
        scope: Scope,
        periods: Sequence[Period],
        provider: Provider | None,
    ) -> None:
        self.kind, self.scope, self.periods, self.provider = kind, scope, periods, provider
        self.group = GROUP_OF[kind]
        self.first, self.last = periods[0].first, periods[-1].last
        self.numbers: dict[Period, Counter[tuple[str, str]]] = {each: Counter() for each in periods}
        self.hosts: set[int | None] = set()

    def take(self, counted: Mapping[Period, Mapping[tuple[str, str], int]]) -> None:
        """What answers to freedom of information requests count of the same days."""
        for period, numbers in counted.items():
            self.numbers[period].update(numbers)

    def begins_on(self) -> date | None:
        """The day of the first episode on record. One query."""
        ours = Q(counted_under_id__in=self.scope.authorities)
        here = Q(host_authority_id__in=self.scope.authorities)
        at = (
            Episode.objects.counted()
            .filter(ours | here)
            .aggregate(first=Min("started_at"))["first"]
        )
        return at.astimezone(clock.LONDON).date() if at else None

    def theirs(self) -> EpisodeQuerySet:
        ours = Episode.objects.counted().filter(counted_under_id__in=self.scope.authorities)
        if self.provider:
            return ours.filter(cohort__in=ADDED, provider=self.provider.pk)
        return ours.filter(cohort__in=GROUPS[self.group])

    def of_period(self, period: Period) -> EpisodeQuerySet:
        return _ended(self.theirs(), period)

    def of_both(self) -> EpisodeQuerySet:
        return _ended(self.theirs(), Period(self.first, self.last))

    def ended(self) -> None:
        """Each episode that ended, with what its signed record says. Four queries."""
        both = self.of_both()
        beside = {pk: rest for pk, *rest in both.values_list("pk", "host_authority_id", "owner_id")}
        recorded = self.recorded(both)
        often: dict[Period, Counter[int]] = defaultdict(Counter)
        children: dict[tuple[Period, str], set[int]] = defaultdict(set)
        for pk, child, cohort, day, parts in facts.parts_of_each(both):
            period = next(each for each in self.periods if each.has(day))
            host, owner = beside[pk]
            often[period][child] += 1
            told = recorded.get(pk, set()) if "held" in parts else set()
            numbers = self.numbers[period]
            if self.kind is ReportKind.PROVIDER:
                told = told | parts | ({"taken_on"} if owner else set())
                if "declined_by_child" in parts or "declined_by_parent" in parts:
                    told = told | {"declined"}
                for what, of in CHILDREN.items():
                    if of in told:
                        children[period, what].add(child)
            elif cohort == OUT_OF_AREA:
                self.hosts.add(host)
                numbers[OUT_OF_AREA, hosted_by(_key(host))] += 1
            numbers.update((self.group, what) for what in told)
        for period, by_child in often.items():
            for number in by_child.values():
                self.numbers[period][self.group, partnership_tables.times(number)] += 1
        for (period, what), those in children.items():
            self.numbers[period][self.group, what] = len(those)

    def recorded(self, ended: EpisodeQuerySet) -> dict[int, set[str]]:
        """Episode → that its record is signed off, and what the codes of its answers say."""
        covered = Coverage.objects.filter(
            episode__in=ended,
            interview__held_at__isnull=False,
            interview__signed_at__isnull=False,
        )
        episodes: dict[int, list[int]] = defaultdict(list)
        found: dict[int, set[str]] = {}
        for episode, interview in covered.order_by().values_list("episode_id", "interview_id"):
            episodes[interview].append(episode)
            found[episode] = {"recorded"}
        entries = Entry.objects.filter(
            interview__in=covered.values("interview"),
            question__in=list(QUESTIONS),
            replaced_at=None,
        ).order_by()
        for interview, question, codes in entries.values_list("interview_id", "question", "codes"):
            known = {str(code) for code in QUESTIONS[question]}.intersection(codes)
            if question == "harm":
                known &= {str(code) for code in HARM_ANSWERS}
            if known:
                told = {answered(question), *(said(question, code) for code in known)}
                for episode in episodes[interview]:
                    found[episode] |= told
        return found

    def moment(self, period: Period, now: datetime) -> None:
        """What holds only now, as the figures have it. Two queries."""
        counted = figures.of_the_moment(self.theirs(), period.first, period.last, now)
        for (_, part), number in counted.items():
            self.numbers[period][self.group, part] += number

    def actions(self, now: datetime) -> None:
        """What was decided on after the interviews of these episodes. One query."""
        today = now.astimezone(clock.LONDON).date()
        rows = Action.objects.filter(episode__in=self.of_both(), interview__isnull=False)
        columns = ("episode__ended_on", "due_on", "done_at")
        row: tuple[Any, ...]
        for row in rows.order_by().values_list(*columns):
            day, due_on, done_at = row
            became = "actions_late" if due_on < today else "actions_open"
            numbers = self.numbers[next(each for each in self.periods if each.has(day))]
            numbers[self.group, "actions"] += 1
            numbers[self.group, "actions_done" if done_at else became] += 1

    def followed(self, period: Period, now: datetime) -> Days:
        """What became of needs, help and sharing; the days to help of all together alone."""
        found = helped.helped(self.scope, period.first, period.last, now=now)
        cohorts = ADDED if self.group == ALL else GROUPS[self.group]
        numbers = self.numbers[period]
        for what, key in AFTER_THE_TALK.items():
            numbers[self.group, what] = sum(found.number(key, cohort) for cohort in cohorts)
        return found.days.get(ALL, Days()) if self.group == ALL else Days()

    def hosted(self) -> None:
        """Other English councils' children placed here. One query."""
        here = Episode.objects.counted().filter(
            host_authority_id__in=self.scope.authorities, cohort__in=ADDED
        )
        theirs = here.exclude(counted_under_id__in=self.scope.authorities)
        both = _ended(theirs, Period(self.first, self.last))
        children: dict[Period, set[int]] = defaultdict(set)
        for _, child, _, day, parts in facts.parts_of_each(both):
            period = next(each for each in self.periods if each.has(day))
            self.numbers[period].update((HOSTED, part) for part in parts)
            children[period].add(child)
        for period, those in children.items():
            self.numbers[period][HOSTED, "children"] = len(those)

    def requests(self) -> None:
        """What the provider was asked episode by episode, by the day on which it was. One query."""
        assert self.provider
        asked = HandOver.objects.filter(
            kind=HandOverKind.PROVIDER,
            to_provider=self.provider.pk,
            asked_by_authority__in=self.scope.authorities,
            asked_at__gte=clock.midnight(self.first),
            asked_at__lt=clock.midnight(self.last + DAY),
        )
        for at, answer, back in asked.order_by().values_list(
            "asked_at", "answer", "handed_back_at"
        ):
            day = at.astimezone(clock.LONDON).date()
            numbers = self.numbers[next(each for each in self.periods if each.has(day))]
            numbers[OF_PROVIDER, "requests"] += 1
            numbers[OF_PROVIDER, ANSWERED.get(answer, "request_open")] += 1
            if answer == Reply.ACCEPTED and back:
                numbers[OF_PROVIDER, "request_handed_back"] += 1

    def sampled(self, period: Period) -> Quality:
        """What the council's samples found. Five queries."""
        councils = Organisation.objects.councils().filter(authority__in=self.scope.authorities)
        found = quality.of_samples(
            frozenset(councils.values_list("pk", flat=True)),
            period.first,
            period.last,
            interviewed_by=self.provider.pk if self.provider else None,
        )
        numbers = self.numbers[period]
        numbers[SAMPLED, "scored"] = found.scored
        for criterion in Criterion:
            for mark in APPLIED:
                numbers[SAMPLED, marked(criterion, mark)] = found.number(criterion, mark)
            numbers[SAMPLED, f"{criterion} applied"] = sum(
                found.number(criterion, mark) for mark in APPLIED
            )
        for theme, seen in found.seen.items():
            numbers[SAMPLED, theme] = seen
        return found


ANSWERED = {str(Reply.ACCEPTED): "request_accepted", str(Reply.REFUSED): "request_refused"}


def _ended(episodes: EpisodeQuerySet, period: Period) -> EpisodeQuerySet:
    """Those that count as ended: under the duty, and not recorded in error."""
    return episodes.filter(
        ended_on__gte=period.first, ended_on__lte=period.last, offer_kind=OfferKind.STATUTORY
    ).exclude(not_held=NotHeldReason.RECORDED_IN_ERROR)


def _key(host: int | None) -> str:
    return NOWHERE if host is None else str(host)


def _named(hosts: set[int | None]) -> dict[str, str]:
    """Host → its name. One query."""
    rows = Authority.objects.filter(pk__in=[each for each in hosts if each])
    found = {str(pk): name for pk, name in rows.order_by("name").values_list("pk", "name")}
    return {**found, **({NOWHERE: "Not on record"} if None in hosts else {})}
