"""What followed the interviews of a period, and what children said of them; how far from home.

Counted from the rows each time, in a fixed number of queries: none of it is in the roll-up.
`recount` counts the same one by one.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import (
    BooleanField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models import Count as CountOf
from django.db.models.functions import Extract, Greatest, TruncDate

from returnhome.casework import acting
from returnhome.casework.episodes import Episode, EpisodeQuerySet
from returnhome.casework.history import EarlierRecord
from returnhome.casework.interviews import Coverage
from returnhome.casework.mentions import Mention
from returnhome.casework.needs import ActionForNeed, HelpOffered, Need, NoHelp
from returnhome.casework.shares import Acknowledgement, LineAnswer, NotShared, Share
from returnhome.reporting import how_it_was
from returnhome.reporting.figures import Quartiles, Scope
from returnhome.rules import after_the_talk, clock, measures
from returnhome.rules.after_the_talk import (
    BY_COHORT,
    DAYS,
    KM_PER_MILE,
    LOOKED_AFTER,
    MILES,
    SAID,
    Far,
    FoundArea,
    NamedNeed,
    Span,
    TalkFacts,
)
from returnhome.rules.codes import Cohort, Earlier, NotHeldReason, OfferKind
from returnhome.rules.measures import ADDED, ALL, APART_COHORT, COHORTS, Count
from returnhome.rules.releasing import HOW_IT_WAS, Felt
from returnhome.rules.sharing import Recipient

DAY = timedelta(days=1)
Parts = Counter[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Days:
    """Days from a need to the first help offered for it: lower quartile, median, upper quartile.

    `known`: over how many needs.
    """

    known: int = 0
    quartiles: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class Helped:
    """What followed, of one council and period, both days included, as at `now`.

    `counts` are by cohort and measure; what children said is of all alone, and not there at all
    where too few did. `days` are by cohort, and of all.
    """

    scope: Scope
    first: date
    last: date
    now: datetime
    counts: Mapping[tuple[str, str], Count]
    days: Mapping[str, Days]

    def count(self, key: str, cohort: str = ALL) -> Count | None:
        """None where children said something and too few of them."""
        return self.counts.get((str(cohort), key))

    def number(self, key: str, cohort: str = ALL) -> int:
        count = self.count(key, cohort)
        return count.numerator if count else 0

    @property
    def has_answers(self) -> bool:
        """Whether enough children said how the talk was for it to be shown."""
        return self.count("said") is not None

    def rows(self) -> Iterator[tuple[str, str, int | None, int | None, float | None]]:
        """Cohort, measure, numerator, denominator, value; the value of a count is the count.

        What is not shown has neither number nor value. Of days: over how many needs, of how many.
        """
        for cohort in COHORTS:
            for measure in BY_COHORT:
                count = self.counts[str(cohort), measure.key]
                value = count.numerator if measure.of is None else count.value
                yield str(cohort), measure.key, count.numerator, count.denominator, value
            days = self.days.get(cohort, Days())
            needs = self.number("needs", cohort)
            for key, each in zip(DAYS, days.quartiles or (None, None, None), strict=True):
                yield str(cohort), key, days.known, needs, each
        for measure in SAID:
            said = self.count(measure.key)
            if said is None:
                yield ALL, measure.key, None, None, None
            else:
                value = said.numerator if measure.of is None else said.value
                yield ALL, measure.key, said.numerator, said.denominator, value


@acting.as_system(acting.REPORTING)
def helped(scope: Scope, first: date, last: date, *, now: datetime) -> Helped:
    """What followed, in a period, both days included. A fixed number of queries."""
    own = _own(scope, first, last)
    counted = _talks(own) + _earlier(scope, first, last) + _needs(own)
    counted += _spans(scope, first, last) + _placed(scope, first, last)
    counted += _found(scope, first, last)
    counts = measures.tabulate(counted, {}, BY_COHORT)
    return Helped(
        scope=scope,
        first=first,
        last=last,
        now=now,
        counts=counts | _answers(scope, first, last),
        days=_days(own),
    )


# Which.


def _is(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


def _sorted(
    rows: QuerySet[Any],
    way: str,
    asked: Mapping[str, Any],
    fact: Callable[..., Any],
    parts_of: Callable[[Any], frozenset[str]],
) -> Parts:
    """Things alike in all that is asked, as one of each sort and how many there are. One query.

    `way` leads from them to the episode whose cohort and duty are theirs.
    """
    alike = rows.values(whose=F(f"{way}cohort"), duty=F(f"{way}offer_kind"), **asked)
    counted: Parts = Counter()
    for row in alike.annotate(number=CountOf("pk")).order_by():
        cohort, duty = Cohort(row.pop("whose")), OfferKind(row.pop("duty"))
        number = row.pop("number")
        for part in parts_of(fact(cohort=cohort, offer_kind=duty, **row)):
            counted[cohort, part] += number
    return counted


def _theirs(scope: Scope) -> EpisodeQuerySet:
    """Those that the council counts, and, apart, those placed here from outside England."""
    return Episode.objects.counted().filter(
        Q(counted_under_id__in=scope.authorities)
        | Q(cohort=APART_COHORT, host_authority_id__in=scope.authorities)
    )


def _ended(scope: Scope, first: date, last: date) -> EpisodeQuerySet:
    return (
        _theirs(scope)
        .filter(ended_on__gte=first, ended_on__lte=last)
        .exclude(not_held=NotHeldReason.RECORDED_IN_ERROR)
    )


def _own(scope: Scope, first: date, last: date) -> QuerySet[Coverage]:
    """Each interview held with the latest episode that it answers for, where that one counts."""
    later = Coverage.objects.filter(
        Q(episode__started_at__gt=OuterRef("episode__started_at"))
        | Q(episode__started_at=OuterRef("episode__started_at"), episode__gt=OuterRef("episode")),
        interview=OuterRef("interview"),
        episode__voided_at__isnull=True,
    )
    return Coverage.objects.filter(
        ~Exists(later),
        interview__held_at__isnull=False,
        episode__in=_ended(scope, first, last),
    )


# Interviews.


def _talks(own: QuerySet[Coverage]) -> Parts:
    """What became of each interview held, by sorts. One query."""
    sent = Share.objects.filter(
        episode__voided_at__isnull=True,
        episode__coverages__interview=OuterRef("interview"),
        sent_at__gte=OuterRef("interview__held_at"),
        recalled_at__isnull=True,
    )
    below = {
        "share__episode__voided_at__isnull": True,
        "share__episode__coverages__interview": OuterRef("interview"),
        "share__sent_at__gte": OuterRef("interview__held_at"),
        "share__recalled_at__isnull": True,
    }
    left = NotShared.objects.filter(
        episode__voided_at__isnull=True,
        episode__coverages__interview=OuterRef("interview"),
        at__gte=OuterRef("interview__held_at"),
    )
    flags = {
        "is_signed": _is(Q(interview__signed_at__isnull=False)),
        "has_mention": Exists(Mention.objects.current().filter(interview=OuterRef("interview"))),
        "is_shared": Exists(sent),
        "is_shared_with_police": Exists(sent.filter(recipient=Recipient.POLICE)),
        "is_acknowledged": Exists(Acknowledgement.objects.filter(**below)),
        "is_told_back": Exists(
            LineAnswer.objects.filter(**{f"line__{way}": value for way, value in below.items()})
        ),
        "is_left": Exists(left),
    }
    return _sorted(own, "episode__", flags, TalkFacts, after_the_talk.parts_of_talk)


def _earlier(scope: Scope, first: date, last: date) -> Parts:
    """Interviews held of which only earlier records tell. One query."""
    here = Coverage.objects.filter(episode=OuterRef("pk"), interview__held_at__isnull=False)
    told = _ended(scope, first, last).filter(~Exists(here), earlier=Earlier.HELD)
    flags = {"is_earlier": _is(Q(earlier=Earlier.HELD))}
    return _sorted(told, "", flags, TalkFacts, after_the_talk.parts_of_talk)


# Needs.


def _needs(own: QuerySet[Coverage]) -> Parts:
    """What stands against each need, by sorts. One query."""
    help_ = HelpOffered.objects.filter(need=OuterRef("pk"))
    flags = {
        "is_offered": Exists(help_),
        "is_taken_up": Exists(help_.filter(is_taken_up=True)),
        "is_unheard": Exists(help_.filter(is_taken_up__isnull=True)),
        "is_finished": Exists(help_.filter(outcome_at__isnull=False)),
        "has_action": Exists(ActionForNeed.objects.filter(need=OuterRef("pk"))),
        "is_left": Exists(NoHelp.objects.filter(need=OuterRef("pk"))),
    }
    named = Need.objects.filter(interview__coverages__in=own)
    way = "interview__coverages__episode__"
    return _sorted(named, way, flags, NamedNeed, after_the_talk.parts_of_need)


# What is offered on the day of an interview whose time is only estimated may lie before it.
DAYS_TO_HELP = Greatest(
    ExpressionWrapper(
        Extract(
            ExpressionWrapper(
                F("offered_on") - TruncDate("need__interview__held_at", tzinfo=clock.LONDON),
                output_field=DurationField(),
            ),
            "epoch",
        )
        / Value(86400.0),
        output_field=FloatField(),
    ),
    Value(0.0),
)


def _days(own: QuerySet[Coverage]) -> dict[str, Days]:
    """Cohort → days from the interview to the first help for a need. Two queries."""
    earlier = HelpOffered.objects.filter(
        Q(offered_on__lt=OuterRef("offered_on"))
        | Q(offered_on=OuterRef("offered_on"), pk__lt=OuterRef("pk")),
        need=OuterRef("need"),
    )
    first = HelpOffered.objects.filter(~Exists(earlier))
    statutory = own.filter(episode__offer_kind=OfferKind.STATUTORY)
    added = statutory.filter(episode__cohort__in=ADDED)
    cohort, covers = "need__interview__coverages__episode__cohort", "need__interview__coverages__in"
    counted = {"known": CountOf("pk"), "quartiles": Quartiles(DAYS_TO_HELP)}
    by_cohort = first.filter(**{covers: statutory}).values(cohort).annotate(**counted).order_by()
    together = first.filter(**{covers: added}).aggregate(**counted)
    rows = [*((row[cohort], row) for row in by_cohort), (ALL, together)]
    return {key: Days(row["known"], rounded(row["quartiles"])) for key, row in rows}


def rounded(quartiles: Iterable[float] | None) -> tuple[float, float, float] | None:
    if not quartiles:
        return None
    lower, median, upper = (round(each, 1) for each in quartiles)
    return lower, median, upper


# Episodes.


def _spans(scope: Scope, first: date, last: date) -> Parts:
    """Episodes that started or ended in the period, by sorts. One query."""
    began = Q(started_at__gte=clock.midnight(first), started_at__lt=clock.midnight(last + DAY))
    ended = Q(ended_on__isnull=False, ended_on__gte=first, ended_on__lte=last)
    flags = {
        "is_in_error": _is(Q(not_held=NotHeldReason.RECORDED_IN_ERROR)),
        "started_within": _is(began),
        "ended_within": _is(ended),
        "has_ended": _is(Q(ended_on__isnull=False)),
    }
    those = _theirs(scope).filter(began | ended)
    return _sorted(those, "", flags, Span, after_the_talk.parts_of_span)


def _placed(scope: Scope, first: date, last: date) -> Parts:
    """How far from home looked-after children were placed. One query, which gives numbers alone."""
    parts: Parts = Counter()
    with connection.cursor() as cursor:
        cursor.execute(
            "select cohort, band, episodes from public.returnhome_placed_from_home("
            "%s::bigint[], %s::text[], %s, %s, %s::double precision[])",
            [list(scope.authorities), list(map(str, LOOKED_AFTER)), first, last, BOUNDS],
        )
        for cohort, band, episodes in cursor.fetchall():
            parts[cohort, "placed"] += episodes
            parts[cohort, f"placed_{_band(band)}"] += episodes
    return parts


def _found(scope: Scope, first: date, last: date) -> Parts:
    """Where children were found, against where they lived. One query, which gives numbers alone."""
    parts: Parts = Counter()
    with connection.cursor() as cursor:
        cursor.execute(
            "select cohort, is_known, band, area, episodes from public.returnhome_found_from_home("
            "%s::bigint[], %s, %s, %s::double precision[])",
            [list(scope.authorities), first, last, BOUNDS],
        )
        for cohort, is_known, band, area, episodes in cursor.fetchall():
            those = after_the_talk.parts_of_found(
                is_known=is_known,
                km_band=_band(band),
                area=FoundArea(area) if area else FoundArea.UNKNOWN,
            )
            for part in those:
                parts[cohort, part] += episodes
    return parts


BOUNDS = [miles * KM_PER_MILE for miles in MILES]


def _band(number: int | None) -> Far:
    return Far.UNKNOWN if number is None else (Far.NEAR, Far.MIDDLE, Far.FAR)[number]


# What children said.


def _answers(scope: Scope, first: date, last: date) -> dict[tuple[str, str], Count]:
    """Of all together; nothing where too few said something. One query."""
    answers = how_it_was.of_authorities(scope.authorities, first, last)
    if not answers.are_shown:
        return {}
    counted = {
        (question, each): answers.counted.get((question, each), 0)
        for question in HOW_IT_WAS
        for each in Felt
    }
    parts = after_the_talk.parts_of_answers(answers.said, counted)
    return {(ALL, key): count for key, count in measures.measured(parts, SAID.measures).items()}


# The same, one by one.


@acting.as_system(acting.REPORTING)
def recount(
    scope: Scope, first: date, last: date
) -> tuple[dict[tuple[str, str], Count], dict[str, Days]]:
    """The same counts and days, row by row. Slow: to hold what is grouped against what happened.

    Not how far from home, nor where a child was found: that the database alone counts.
    """
    whose = {
        pk: (Cohort(cohort), OfferKind(duty))
        for pk, cohort, duty in _ended(scope, first, last).values_list("pk", "cohort", "offer_kind")
    }
    talks = [talk for talk in _interviews(whose) if talk.own in whose]
    counted: Parts = Counter(
        (str(fact.cohort), part)
        for fact in (*_each_talk(talks, whose), *_each_earlier(whose))
        for part in after_the_talk.parts_of_talk(fact)
    )
    days: dict[str, list[float]] = {}
    for need, waited in _each_need(talks, whose):
        counted.update((str(need.cohort), part) for part in after_the_talk.parts_of_need(need))
        if waited is not None and need.offer_kind is OfferKind.STATUTORY:
            for cohort in (need.cohort, *((ALL,) if need.cohort in ADDED else ())):
                days.setdefault(str(cohort), []).append(waited)
    counted.update(
        (str(span.cohort), part)
        for span in _each_span(scope, first, last)
        for part in after_the_talk.parts_of_span(span)
    )
    told = {cohort: Days(len(those), quartiles(those)) for cohort, those in days.items()}
    return measures.tabulate(counted, {}, BY_COHORT), told


@dataclass(frozen=True)
class _Talk:
    pk: int
    held_at: datetime
    is_signed: bool
    episodes: frozenset[int]
    own: int


def _interviews(episodes: Iterable[int]) -> Iterator[_Talk]:
    """Interviews held that answer for any of these, and for which else."""
    near = Coverage.objects.filter(episode__in=list(episodes), interview__held_at__isnull=False)
    rows = Coverage.objects.filter(
        interview__in=near.values("interview"), episode__voided_at__isnull=True
    ).values_list(
        *("interview_id", "interview__held_at", "interview__signed_at"),
        *("episode__started_at", "episode_id"),
    )
    by_talk: dict[tuple[int, datetime, bool], list[tuple[datetime, int]]] = {}
    for pk, held_at, signed_at, started_at, episode in rows:
        by_talk.setdefault((pk, held_at, signed_at is not None), []).append((started_at, episode))
    for (pk, held_at, is_signed), those in by_talk.items():
        covered = frozenset(episode for _, episode in those)
        yield _Talk(pk, held_at, is_signed, covered, max(those)[1])


def _each_talk(
    talks: Iterable[_Talk], whose: Mapping[int, tuple[Cohort, OfferKind]]
) -> Iterator[TalkFacts]:
    mentions = list(Mention.objects.values_list("pk", "interview_id", "replaces_id", "is_in_error"))
    replaced = {replaces for _, _, replaces, _ in mentions}
    told_in = {talk for pk, talk, _, is_wrong in mentions if pk not in replaced and not is_wrong}
    shares = list(
        Share.objects.filter(sent_at__isnull=False, recalled_at__isnull=True).values_list(
            "pk", "episode_id", "recipient", "sent_at"
        )
    )
    acknowledged = set(Acknowledgement.objects.values_list("share_id", flat=True))
    told_back = set(LineAnswer.objects.values_list("line__share_id", flat=True))
    left = list(NotShared.objects.values_list("episode_id", "at"))
    for talk in talks:
        cohort, duty = whose[talk.own]
        sent = {
            pk: recipient
            for pk, episode, recipient, at in shares
            if at and episode in talk.episodes and at >= talk.held_at
        }
        yield TalkFacts(
            cohort=cohort,
            offer_kind=duty,
            is_signed=talk.is_signed,
            has_mention=talk.pk in told_in,
            is_shared=bool(sent),
            is_shared_with_police=Recipient.POLICE in sent.values(),
            is_acknowledged=not acknowledged.isdisjoint(sent),
            is_told_back=not told_back.isdisjoint(sent),
            is_left=any(each in talk.episodes and at >= talk.held_at for each, at in left),
        )


def _each_earlier(whose: Mapping[int, tuple[Cohort, OfferKind]]) -> Iterator[TalkFacts]:
    held = set(
        Coverage.objects.filter(interview__held_at__isnull=False).values_list(
            "episode_id", flat=True
        )
    )
    says = EarlierRecord.objects.filter(says=Earlier.HELD, is_counted=True)
    for episode in says.values_list("episode_id", flat=True):
        if episode in whose and episode not in held:
            cohort, duty = whose[episode]
            yield TalkFacts(cohort=cohort, offer_kind=duty, is_earlier=True)


def _each_need(
    talks: Iterable[_Talk], whose: Mapping[int, tuple[Cohort, OfferKind]]
) -> Iterator[tuple[NamedNeed, float | None]]:
    """Each need, and how many days after its interview help was first offered for it."""
    by_pk = {talk.pk: talk for talk in talks}
    help_: dict[int, list[tuple[date, bool | None, bool]]] = {}
    for of, day, is_taken_up, outcome_at in HelpOffered.objects.values_list(
        "need_id", "offered_on", "is_taken_up", "outcome_at"
    ):
        help_.setdefault(of, []).append((day, is_taken_up, outcome_at is not None))
    acted = set(ActionForNeed.objects.values_list("need_id", flat=True))
    left = set(NoHelp.objects.values_list("need_id", flat=True))
    for pk, interview in Need.objects.values_list("pk", "interview_id"):
        talk = by_pk.get(interview)
        if talk is None:
            continue
        cohort, duty = whose[talk.own]
        theirs = help_.get(pk, [])
        need = NamedNeed(
            cohort=cohort,
            offer_kind=duty,
            is_offered=bool(theirs),
            is_taken_up=any(is_taken_up is True for _, is_taken_up, _ in theirs),
            is_unheard=any(is_taken_up is None for _, is_taken_up, _ in theirs),
            is_finished=any(is_finished for _, _, is_finished in theirs),
            has_action=pk in acted,
            is_left=pk in left,
        )
        held_on = talk.held_at.astimezone(clock.LONDON).date()
        waited = [max(float((day - held_on).days), 0.0) for day, _, _ in theirs]
        yield need, min(waited, default=None)


def _each_span(scope: Scope, first: date, last: date) -> Iterator[Span]:
    rows = _theirs(scope).values_list("cohort", "offer_kind", "not_held", "started_at", "ended_on")
    for cohort, duty, not_held, started_at, ended_on in rows:
        yield Span(
            cohort=Cohort(cohort),
            offer_kind=OfferKind(duty),
            is_in_error=not_held == NotHeldReason.RECORDED_IN_ERROR,
            started_within=first <= started_at.astimezone(clock.LONDON).date() <= last,
            ended_within=ended_on is not None and first <= ended_on <= last,
            has_ended=ended_on is not None,
        )


def quartiles(values: Iterable[float]) -> tuple[float, float, float] | None:
    """Between two values where they fall there, as the database has them; to one decimal."""
    ranked = sorted(values)
    if not ranked:
        return None

    def at(share: float) -> float:
        place = share * (len(ranked) - 1)
        low = int(place)
        high = min(low + 1, len(ranked) - 1)
        return ranked[low] + (place - low) * (ranked[high] - ranked[low])

    return rounded([at(0.25), at(0.5), at(0.75)])
