"""Every silence there is now: what somebody must answer and nobody has. Found by asking, each time.

To add a sort: a function that finds its silences, and its line in SORTS. Its ladder is in
rules/rota.py, its words are in jobs/wording.py.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet
from procrastinate.contrib.django.models import ProcrastinateWorker

from returnhome.casework import declines, one_time_links, staff
from returnhome.casework.childs_part import OwnWords
from returnhome.casework.episodes import Classification, Episode
from returnhome.casework.handovers import HandOver
from returnhome.casework.harm import Disclosure, HarmDecision, HarmTaking
from returnhome.casework.homes import FromHome
from returnhome.casework.messages import Message
from returnhome.casework.one_time_links import OneTimeLink
from returnhome.rules import harming, rota, ways_in
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import HarmStep, OfferKind, RiskGrade, Rung, Waiting

EPISODE, HANDOVER, DISCLOSURE = "episode", "handover", "disclosure"


@dataclass(frozen=True, kw_only=True)
class Silence:
    """Something that waits for an answer: of which sort, since when, and whose it is to answer.

    `occasion` tells one silence about the same thing from the next: an episode given back is silent
    anew. `by` is when the answer is wanted, `owner_id` who has taken the episode on.
    """

    waiting: Waiting
    about: tuple[str, int]
    organisation_id: int
    since: datetime
    occasion: str
    owner_id: int | None = None
    by: datetime | None = None
    # Another council asks: whoever is told must be allowed to answer for the organisation.
    must_answer: bool = False

    @property
    def stem(self) -> str:
        """The same as long as this silence lasts, however often its times are put right."""
        kind, number = self.about
        return f"{self.waiting} {kind} {number} of {self.organisation_id} {self.occasion} "

    def key(self, rung: Rung) -> str:
        """One message to a level about one silence."""
        return self.stem + rung


Ids = Iterable[int] | None


@dataclass(frozen=True)
class Sort:
    """One sort of silence; `find` gives those of now, all or those about these ids alone."""

    waiting: Waiting
    kind: str
    find: Callable[[datetime, Ids], Iterable[Silence]]


def now(at: datetime) -> list[Silence]:
    """Every silence at this moment, the oldest first."""
    found = [silence for sort in SORTS for silence in sort.find(at, None)]
    return sorted(found, key=lambda each: (each.since, each.stem))


def still(message: Message, at: datetime) -> bool:
    """Whether what the message says is still so; of what is no silence it always is.

    A link that can be opened no more is not sent.
    """
    if message.about_kind == one_time_links.ABOUT:
        links = OneTimeLink.objects.filter(pk=message.about_id)
        times = links.only("until", "opened_at", "seen_at", "ended_at").first()
        return times is not None and times.is_standing(at)
    sorts = [each for each in SORTS if _is_of(each, message)]
    found = (silence for sort in sorts for silence in sort.find(at, [message.about_id]))
    return not sorts or any(message.key.startswith(silence.stem) for silence in found)


def _is_of(sort: Sort, message: Message) -> bool:
    return (sort.waiting, sort.kind) == (message.waiting_for, message.about_kind)


def children_of(found: Iterable[Silence]) -> dict[tuple[str, int], int]:
    """What is silent → the child whom it is about. Two queries."""
    about = [silence.about for silence in found]
    whose: dict[tuple[str, int], int] = {}
    for kind, model, child in (
        (EPISODE, Episode, "child"),
        (HANDOVER, HandOver, "episode__child"),
        (DISCLOSURE, Disclosure, "child"),
    ):
        ids = {number for name, number in about if name == kind}
        rows = model._default_manager.filter(pk__in=ids).values_list("pk", child)
        whose |= {(kind, number): pk for number, pk in rows}
    return whose


# Whether anybody listens.

HEARTBEATS = timedelta(seconds=60)


def is_anybody_listening(at: datetime) -> bool:
    """Whether a worker runs that would notice a silence and send what there is to send."""
    return ProcrastinateWorker.objects.filter(last_heartbeat__gt=at - HEARTBEATS).exists()


# Episodes that nobody answers for.


@dataclass(frozen=True)
class _Row:
    """As much of an episode as its silences need; `since` when nobody answers for it."""

    pk: int
    authority_id: int
    provider_id: int | None
    owner_id: int | None
    since: datetime | None
    back: datetime | None
    due_at: datetime | None
    is_high: bool
    opened_at: datetime

    def is_history(self, news: timedelta) -> bool:
        """Over long before anybody here heard of it, and untouched since."""
        return self.back is not None and self.since == self.opened_at > self.back + news

    @property
    def asked_at(self) -> datetime:
        assert self.since is not None  # asked only of what nobody answers for
        return self.since


def unanswered(at: datetime, ids: Ids) -> Iterator[Silence]:
    """Children who are back, or found, and whom nobody has taken on, since that was known.

    One whose high risk was known by then climbs the faster ladder alone.
    """
    rows = [row for row in _unanswered(at, ids) if row.back]
    high = _high_since([row for row in rows if row.is_high])
    for row, organisation in _with_councils(rows):
        # Of a day alone the moment may be still to come.
        since = max(row.asked_at, min(row.back or row.asked_at, at))
        if row.is_high and high[row.pk] >= since:
            continue
        yield _of(row, Waiting.REQUEST, organisation, since=since, occasion=row.asked_at)


def high_risk(at: datetime, ids: Ids) -> Iterator[Silence]:
    """Episodes at high risk that nobody has taken on, since that was known."""
    rows = [row for row in _unanswered(at, ids) if row.is_high]
    high = _high_since(rows)
    for row, organisation in _with_councils(rows):
        since = high[row.pk]
        yield _of(row, Waiting.HIGH_RISK, organisation, since=since, occasion=since)


def _unanswered(at: datetime, ids: Ids) -> list[_Row]:
    news = rota.notice_on(at.astimezone(LONDON).date()).news_for
    waiting = Episode.objects.filter(unanswered_since__gt=at - news, unanswered_since__lte=at)
    rows = _rows(waiting, ids)
    return [row for row in rows if not row.is_history(news)]


def _high_since(rows: Iterable[_Row]) -> dict[int, datetime]:
    """Since when each has been unanswered and at high risk at once."""
    ids = [row.pk for row in rows]
    graded = Classification.objects.filter(
        episode__in=ids, axis=Classification.RISK, code=RiskGrade.HIGH
    )
    said = dict(graded.values_list("episode").annotate(Max("recorded_at")).order_by())
    return {row.pk: max(row.asked_at, said.get(row.pk, row.asked_at)) for row in rows}


# The 72 hours.


def running_out(at: datetime, ids: Ids) -> Iterator[Silence]:
    """The 72 hours end soon, and no interview is booked."""
    before = rota.notice_on(at.astimezone(LONDON).date()).before
    yield from _ending(Waiting.RUNNING_OUT, Q(due_at__gt=at, due_at__lte=at + before), before, ids)


def run_out(at: datetime, ids: Ids) -> Iterator[Silence]:
    """The 72 hours have ended, and no interview was held or is booked."""
    news = rota.notice_on(at.astimezone(LONDON).date()).news_for
    yield from _ending(Waiting.RUN_OUT, Q(due_at__lte=at, due_at__gt=at - news), timedelta(0), ids)


def _ending(waiting: Waiting, when: Q, before: timedelta, ids: Ids) -> Iterator[Silence]:
    """Where nobody has taken the child on, the message that says so names the hour as well."""
    running = (
        Episode.objects.unsettled()
        .filter(when, held_at__isnull=True, booked_for__isnull=True)
        .exclude(offer_kind=OfferKind.ADULT_PATHWAY)
        # What is left to ask after the child's own no presses on no clock.
        .exclude(declines.CLOSED_BY_THE_CHILD)
    )
    for row, organisation in _with_councils(_rows(running, ids)):
        assert row.due_at is not None  # it lies between two times
        since = row.due_at - before
        if row.since and row.since >= since:
            continue
        # Another end is another notice: a return that becomes known moves it by days.
        yield _of(row, waiting, organisation, since=since, occasion=row.due_at)


# Requests to other councils and providers.


def not_answered(at: datetime, ids: Ids) -> Iterator[Silence]:
    """A council or provider was asked, and has said neither yes nor no.

    Once its time has run out the council that asked must see to it; as it must from the start
    where the other is not on the system and was sent a letter.
    """
    asked = HandOver.objects.unanswered().filter(
        episode__settled_at__isnull=True, episode__voided_at__isnull=True, asked_at__lte=at
    )
    if ids is not None:
        asked = asked.filter(pk__in=list(ids))
    rows = list(
        asked.order_by("pk").values_list(
            "pk",
            "to_organisation_id",
            "asked_by_authority_id",
            "asked_at",
            "answer_due_at",
            "episode__owner_id",
        )
    )
    councils = staff.councils_of(row[2] for row in rows) if rows else {}
    for pk, organisation, asker, asked_at, due_at, owner in rows:
        is_theirs = organisation is not None and at <= due_at
        since = asked_at if is_theirs else due_at
        whose = organisation if is_theirs else councils.get(asker)
        if whose is not None and since <= at:
            yield Silence(
                waiting=Waiting.REQUEST,
                about=(HANDOVER, pk),
                organisation_id=whose,
                since=since,
                occasion=f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                owner_id=None if is_theirs else owner,
                by=due_at,
                must_answer=is_theirs,
            )


# What a child told of harm.


def nobody_has_it(at: datetime, ids: Ids) -> Iterator[Silence]:
    """A child told of harm, and neither council has said “we have it” in the time allowed.

    Both are told: the one where the child is now, and the one that answers for the child.
    """
    news = rota.notice_on(at.astimezone(LONDON).date()).news_for
    told = Disclosure.objects.filter(
        ~Exists(HarmTaking.objects.filter(disclosure=OuterRef("pk"))),
        ~Exists(HarmDecision.objects.filter(disclosure=OuterRef("pk"))),
        told_at__gt=at - news,
    )
    if ids is not None:
        told = told.filter(pk__in=list(ids))
    columns = ("pk", "host_authority_id", "responsible_authority_id", "told_at", "made_at")
    rows = list(told.order_by("pk").values_list(*columns))
    councils = staff.councils_of({pk for row in rows for pk in row[1:3] if pk}) if rows else {}
    for pk, host, responsible, told_at, made_at in rows:
        allowed_until = harming.due_at(HarmStep.HAVE, told_at=told_at) or told_at
        # What is written down later than that has been waiting since.
        since = max(allowed_until, made_at)
        if since > at:
            continue
        for organisation in dict.fromkeys(councils.get(each) for each in (host, responsible)):
            if organisation is not None:
                yield Silence(
                    waiting=Waiting.HARM,
                    about=(DISCLOSURE, pk),
                    organisation_id=organisation,
                    since=since,
                    occasion=f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                    by=harming.due_at(HarmStep.DECIDE, told_at=told_at),
                )


def undecided(at: datetime, ids: Ids) -> Iterator[Silence]:
    """A council has said “we have it”, and no manager has decided in the time allowed.

    Where neither has said so, that is the silence, and it climbs to the same people.
    """
    has_it = HarmTaking.objects.filter(disclosure=OuterRef("pk"))
    decided = HarmDecision.objects.filter(disclosure=OuterRef("pk"))
    told = Disclosure.objects.filter(Exists(has_it), ~Exists(decided), told_at__gt=at - _news(at))
    if ids is not None:
        told = told.filter(pk__in=list(ids))
    columns = ("pk", "told_at", "made_at", "takings__council_id")
    rows = list(told.order_by("pk", "takings__at").values_list(*columns))
    councils = staff.councils_of({row[3] for row in rows}) if rows else {}
    # One council may answer for what two were before.
    for pk, told_at, made_at, whose in dict.fromkeys(
        (*row[:3], councils.get(row[3])) for row in rows
    ):
        due_at = harming.due_at(HarmStep.DECIDE, told_at=told_at) or told_at
        yield from _on_harm(Waiting.HARM_UNDECIDED, pk, whose, due_at, made_at, at)


def not_passed_on(at: datetime, ids: Ids) -> Iterator[Silence]:
    """A manager has decided, and whoever is to do it has not been told in the time allowed.

    Of several decisions the one that was due first: once it is passed on, the next speaks.
    """
    open_ones = HarmDecision.objects.open().filter(
        passed_at__isnull=True, due_at__lte=at, due_at__gt=at - _news(at)
    )
    if ids is not None:
        open_ones = open_ones.filter(disclosure__in=list(ids))
    rows = list(
        open_ones.order_by("disclosure", "due_at", "pk").values_list(
            "disclosure", "council", "due_at", "decided_at"
        )
    )
    councils = staff.councils_of({row[1] for row in rows}) if rows else {}
    first = {(row[0], row[1]): row for row in reversed(rows)}
    for pk, council, due_at, decided_at in reversed(first.values()):
        organisation = councils.get(council)
        yield from _on_harm(Waiting.HARM_NOT_PASSED_ON, pk, organisation, due_at, decided_at, at)


def _on_harm(
    waiting: Waiting,
    pk: int,
    organisation: int | None,
    due_at: datetime,
    known_at: datetime,
    at: datetime,
) -> Iterator[Silence]:
    """What is written down when its time is over already has been waiting since then."""
    since = max(due_at, known_at)
    if organisation is not None and since <= at:
        yield Silence(
            waiting=waiting,
            about=(DISCLOSURE, pk),
            organisation_id=organisation,
            since=since,
            occasion=f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            by=due_at,
        )


def _news(at: datetime) -> timedelta:
    return rota.notice_on(at.astimezone(LONDON).date()).news_for


# What a child wrote on their own pages.


def unread(at: datetime, ids: Ids) -> Iterator[Silence]:
    """A child has sent words, and the time that the child was told is not over yet."""
    for silence, read_by in _unread(Waiting.WORDS, at, ids):
        if at < read_by:
            yield silence


def unread_too_long(at: datetime, ids: Ids) -> Iterator[Silence]:
    """Nobody has read what a child sent by the time that the child was told."""
    for silence, read_by in _unread(Waiting.WORDS_LATE, at, ids):
        if at >= read_by:
            yield replace(silence, since=read_by)


def _unread(waiting: Waiting, at: datetime, ids: Ids) -> Iterator[tuple[Silence, datetime]]:
    """Each with when it was to be read: of what was sent at several times, the first counts."""
    words = OwnWords.objects.unread().filter(
        sent_at__gt=at - _news(at), sent_at__lte=at, episode__voided_at__isnull=True
    )
    if ids is not None:
        words = words.filter(episode__in=list(ids))
    sent = dict(words.values_list("episode").annotate(Min("sent_at")).order_by())
    rows = _rows(Episode.objects.filter(pk__in=sent), None) if sent else []
    for row, organisation in _with_councils(rows):
        first = sent[row.pk]
        read_by = ways_in.read_by(first)
        silence = _of(row, waiting, organisation, since=first, occasion=first)
        yield replace(silence, by=read_by), read_by


# What a home said.


def from_homes(at: datetime, ids: Ids) -> Iterator[Silence]:
    """A child may need a doctor, or a report is taken back, and nobody has seen to it."""
    reports = FromHome.objects.to_see().filter(told_at__gt=at - _news(at), told_at__lte=at)
    if ids is not None:
        reports = reports.filter(episode__in=list(ids))
    said = dict(reports.values_list("episode").annotate(Min("told_at")).order_by())
    rows = _rows(Episode.objects.filter(pk__in=said), None) if said else []
    for row, organisation in _with_councils(rows):
        since = said[row.pk]
        yield _of(row, Waiting.FROM_HOME, organisation, since=since, occasion=since)


# What they share.


def _rows(episodes: QuerySet[Episode], ids: Ids) -> list[_Row]:
    if ids is not None:
        episodes = episodes.filter(pk__in=list(ids))
    columns = (
        "pk",
        "responsible_authority_id",
        "provider_id",
        "owner_id",
        "unanswered_since",
        "found_at",
        "returned_at",
        "due_at",
        "risk",
        "opened_at",
    )
    return [
        _Row(
            pk, council, provider, owner, since, found or back, due, risk == RiskGrade.HIGH, opened
        )
        for pk, council, provider, owner, since, found, back, due, risk, opened in (
            episodes.order_by("pk").values_list(*columns)
        )
    ]


def _with_councils(rows: Iterable[_Row]) -> Iterator[tuple[_Row, int]]:
    """Each with the organisation that must act: the council, else the provider for it.

    Where neither works with the system there is nobody to tell.
    """
    rows = list(rows)
    councils = staff.councils_of(row.authority_id for row in rows) if rows else {}
    for row in rows:
        organisation = councils.get(row.authority_id, row.provider_id)
        if organisation is not None:
            yield row, organisation


def _of(
    row: _Row, waiting: Waiting, organisation_id: int, *, since: datetime, occasion: datetime
) -> Silence:
    return Silence(
        waiting=waiting,
        about=(EPISODE, row.pk),
        organisation_id=organisation_id,
        since=since,
        occasion=f"{occasion.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        owner_id=row.owner_id,
        by=row.due_at,
    )


SORTS = (
    Sort(Waiting.REQUEST, EPISODE, unanswered),
    Sort(Waiting.REQUEST, HANDOVER, not_answered),
    Sort(Waiting.HIGH_RISK, EPISODE, high_risk),
    Sort(Waiting.RUNNING_OUT, EPISODE, running_out),
    Sort(Waiting.RUN_OUT, EPISODE, run_out),
    Sort(Waiting.HARM, DISCLOSURE, nobody_has_it),
    Sort(Waiting.HARM_UNDECIDED, DISCLOSURE, undecided),
    Sort(Waiting.HARM_NOT_PASSED_ON, DISCLOSURE, not_passed_on),
    Sort(Waiting.WORDS, EPISODE, unread),
    Sort(Waiting.WORDS_LATE, EPISODE, unread_too_long),
    Sort(Waiting.FROM_HOME, EPISODE, from_homes),
)
