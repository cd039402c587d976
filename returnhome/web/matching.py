"""Saying who a child is whom a notification named and nobody could match."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Min, Prefetch, Q, prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from returnhome.casework import (
    acting,
    children,
    handovers,
    journal,
    likeness,
    matching,
    notifications,
    owners,
    restrictions,
    staff,
)
from returnhome.casework.children import Address, Alias, Child, Circumstances, Placement
from returnhome.casework.episodes import INSTANTS, Episode, do_overlap, spans
from returnhome.casework.likeness import Person as Named
from returnhome.casework.matching import Turn
from returnhome.casework.notifications import Notification
from returnhome.casework.owners import Owners
from returnhome.casework.staff import Person
from returnhome.intake.atlas import Atlas
from returnhome.intake.told import as_received, home_as_told, owners_as_told
from returnhome.intake.told import numbers as numbers_told
from returnhome.rules import clock
from returnhome.rules.access import Verb
from returnhome.rules.codes import DutyGround, EpisodeKind, HandOverKind, Sex
from returnhome.rules.likeness import Comparison, Subject, Verdict
from returnhome.rules.naming import folded, written_postcode
from returnhome.web import gds, looking, pages
from returnhome.web.asked import Request

NEW = "new"
MOST_CANDIDATES = 10
BESIDES = (Subject.NUMBER, Subject.OTHER)


# Children not yet named.


@dataclass(frozen=True)
class Waiting:
    """One child of the list: what is known, why nobody could be found, and the clock."""

    child: Child
    notification: Notification | None
    episode: Episode | None
    standing: clock.Standing
    clock: str


def waiting(request: Request) -> HttpResponse:
    """Children not yet named, the oldest clock first."""
    user = request.user
    if not any(user.may(Verb.MATCH, relation) for relation in ("responsible", "host", "provider")):
        raise Http404
    theirs = (
        Child.objects.filter(user.whose(Verb.MATCH, child="pk"))
        .waiting()
        .annotate(
            due=Min("episodes__due_at", filter=Q(episodes__voided_at=None)),
            begun=Min("episodes__started_at"),
        )
        .order_by("due", "begun", "pk")
        .prefetch_related(
            Prefetch("episodes", Episode.objects.counted().by_deadline()),
            Prefetch(
                "notifications",
                Notification.objects.defer("as_received").select_related("sender").order_by("pk"),
            ),
        )
    )
    page = Paginator(theirs, 50).get_page(request.GET.get("page"))
    looking.at_list(request, "waiting", [child.pk for child in page])
    rows = [_waiting_row(child, request.now) for child in page]
    return render(request, "children/waiting.html", {"page": page, "rows": rows})


def _waiting_row(child: Child, now: datetime) -> Waiting:
    episode = next(iter(child.episodes.all()), None)
    return Waiting(
        child=child,
        notification=next(iter(child.notifications.all()), None),
        episode=episode,
        standing=episode.standing(now).standing if episode else clock.Standing.NOT_STARTED,
        clock=clock.in_words(now, episode.deadline if episode else None),
    )


# One of them beside those who come near.


@dataclass(frozen=True)
class Fact:
    """One thing on both sides, and what the rules say of it."""

    label: str
    told: str
    held: str
    verdict: str
    words: str


@dataclass(frozen=True)
class Candidate:
    """Somebody whom the notification may be about. Of another council's child only terms."""

    child: Child
    title: str
    is_ours: bool
    facts: Sequence[Fact]
    comparison: Comparison
    then: str

    @property
    def terms(self) -> Sequence[str]:
        return [term.words for term in self.comparison.terms]

    @property
    def besides(self) -> Sequence[str]:
        """What is in no row of its own."""
        return [term.words for term in self.comparison.terms if term.about in BESIDES]


@dataclass(frozen=True)
class Told:
    """What the notifications say of the child: who, where at home, and the rows as they came."""

    named: Named
    there: Circumstances
    notifications: Sequence[tuple[Notification, Mapping[str, str]]]


class MatchForm(gds.Form):
    who = gds.Radios("Who is it?", missing="Say who this child is, or leave it waiting", size="m")

    def __init__(
        self, *args: Any, candidates: Sequence[Candidate], then: str, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.candidates = {str(each.child.pk): each for each in candidates}
        field = self.fields["who"]
        field.choices = [  # type: ignore[attr-defined]
            *((pk, each.title) for pk, each in self.candidates.items()),
            (NEW, "None of these: a child new to us" if candidates else "A child new to us"),
        ]
        field.hints = {pk: each.then for pk, each in self.candidates.items()} | {NEW: then}  # type: ignore[attr-defined]
        field.or_before = NEW if candidates else ""  # type: ignore[attr-defined]


def match(request: Request, pk: int) -> HttpResponse:
    """The notification's facts beside each candidate; join, or open a record of its own."""
    stranger = _stranger(request, pk)
    if request.method == "GET" and not stranger.is_waiting:
        return redirect(*(("separate-child", pk) if stranger.joined_to_id else ("show-child", pk)))
    theirs = list(stranger.episodes.by_deadline().select_related("responsible_authority"))
    told = _told(stranger)
    looked_for = request.GET.get("q", "").strip()
    candidates = _candidates(request.user, stranger, told.named, looked_for)
    looking.at(request, stranger)
    looking.at_list(request, "candidates", [one.child.pk for one in candidates], verb="compare")
    form = MatchForm(
        request.POST or None,
        candidates=candidates,
        then=f"Opens a record of its own. {stranger.responsible_authority.name} must act, as now.",
    )
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            said = _settle(request, stranger, told, form)
            messages.success(request, said)
            return redirect("waiting")
    return gds.form_page(
        request,
        form,
        title="Who is this child?",
        caption=pages.name_of(stranger),
        button="Save",
        back=reverse("waiting"),
        template="children/match.html",
        turns=once_joined(request, matching.history_of(stranger), names_stranger=False),
        stranger=stranger,
        told=told,
        candidates=candidates,
        looked_for=looked_for,
        rows=[
            (each, each.standing(request.now).standing, _clock(request, each)) for each in theirs
        ],
    )


def _stranger(request: Request, pk: int) -> Child:
    theirs = Child.objects.filter(request.user.whose(Verb.MATCH, child="pk"))
    return get_object_or_404(theirs.select_related("responsible_authority"), pk=pk)


def _clock(request: Request, episode: Episode) -> str:
    return clock.in_words(request.now, episode.deadline)


def _told(stranger: Child) -> Told:
    """From the first row that gives a postcode, else from the first."""
    came = _opened_by(stranger)
    rows = [as_received(each) for each in came]
    row = next((each for each in rows if each.postcode), rows[0] if rows else None)
    return Told(
        Named(
            stranger.forename,
            stranger.surname,
            stranger.born_on,
            row.postcode if row else "",
            Sex(stranger.sex) if stranger.sex else Sex.UNKNOWN,
            frozenset().union(*map(numbers_told, rows, (each.delivery.sender for each in came))),
        ),
        home_as_told(row, Atlas()) if row else Circumstances(None, None, None),
        [(each, row.as_received) for each, row in zip(came, rows, strict=True)],
    )


def _opened_by(stranger: Child) -> Sequence[Notification]:
    rows = Notification.objects.filter(opened_under=stranger).select_related("basis__episode")
    found = list(rows.order_by("pk"))
    notifications.bring_deliveries(found)
    return found


def _candidates(user: Person, stranger: Child, named: Named, looked_for: str) -> list[Candidate]:
    found_near = likeness.resembling(named, limit=MOST_CANDIDATES)
    near = {each.child_id: each.comparison for each in found_near}
    if looked_for:
        ours = Child.objects.filter(user.whose(Verb.SEE_EPISODE, child="pk")).confirmed()
        found = ours.filter(folded_name__contains=folded(looked_for)).order_by("folded_name", "pk")
        others = list(found.values_list("pk", flat=True)[:MOST_CANDIDATES])
        near |= likeness.compared([pk for pk in others if pk not in near], named)
    if not user.closed.isdisjoint(near):
        # It waits for somebody who may see whom it is about.
        raise Http404
    # Another council's child is not there for us: of it only the number, and whom to ask.
    known = children.with_care(near)
    told = list(stranger.episodes.counted())
    missing = {
        pk: any(do_overlap(each.span, span) for each in told for span in theirs.values())
        for pk, theirs in spans(known).items()
    }
    prefetch_related_objects(list(known.values()), "aliases")
    theirs = likeness.whose(near.keys() - known.keys())
    return [
        _candidate(
            *(user, known.get(pk), known.get(pk) or theirs[pk], stranger, named, comparison),
            was_missing=missing.get(pk, False),
        )
        for pk, comparison in near.items()
        if pk in known or pk in theirs
    ]


def _candidate(
    user: Person,
    known: Child | None,
    child: Child,
    stranger: Child,
    named: Named,
    comparison: Comparison,
    *,
    was_missing: bool,
) -> Candidate:
    acts = child.responsible_authority
    is_ours = known is not None and known.allows(user, Verb.SEE_EPISODE)
    if is_ours and was_missing:
        then = (
            "They were missing then already, as somebody else has told: it becomes one missing "
            "episode, told of by both."
        )
    elif acts.pk == stranger.responsible_authority_id:
        then = f"The episode goes under this record. {acts.name} must act, as now."
    else:
        then = (
            f"{acts.name} is asked whether it is their child, and to take the duty over. Until "
            f"{acts.name} says yes, {stranger.responsible_authority.name} must act."
        )
    born = f", born {pages.day(child.born_on)}" if is_ours and child.born_on else ""
    return Candidate(
        child=child,
        title=f"{pages.name_of(child)}{born}" if is_ours else f"A child known to {acts.name}",
        is_ours=is_ours,
        facts=_facts(named, child, comparison) if is_ours else (),
        comparison=comparison,
        then=then,
    )


def _facts(named: Named, child: Child, comparison: Comparison) -> list[Fact]:
    """A row for each thing that is compared, with the judgement by which the child was ranked."""
    homes: list[Address | Placement] = [
        *children.rows_of(child, "addresses"),
        *children.rows_of(child, "placements"),
    ]
    places = [each.postcode for each in sorted(homes, key=_is_over) if each.postcode]
    names: list[Child | Alias] = [child, *child.aliases.all()]
    told = {
        Subject.FORENAME: named.forename,
        Subject.SURNAME: named.surname,
        Subject.BORN: _day(named.born_on),
        Subject.SEX: _sex(named.sex),
        Subject.PLACE: written_postcode(named.postcode) or named.postcode,
    }
    held = {
        Subject.FORENAME: _each(name.forename for name in names),
        Subject.SURNAME: _each(name.surname for name in names),
        Subject.BORN: _day(child.born_on),
        Subject.SEX: _sex(child.sex),
        Subject.PLACE: _each(map(written_postcode, places)),
    }
    said = {term.about: term for term in comparison.terms}
    turned = [term.words for term in comparison.terms if term.key == "swapped"]
    facts = []
    for about in told:
        verdict = said[about].verdict if about in said else Verdict.UNSAID
        words = said[about].words if verdict is Verdict.NEAR else ""
        if turned and about in (Subject.FORENAME, Subject.SURNAME) and verdict is Verdict.SAME:
            # What is the same stands in the other row.
            verdict, words = Verdict.NEAR, turned[0]
        facts.append(Fact(about.value, told[about], held[about], verdict.value, words))
    return facts


def _is_over(home: Address | Placement) -> bool:
    return home.until is not None


def _each(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(filter(None, words)))


def _day(value: Any) -> str:
    return pages.day(value) if value else ""


def _sex(code: str) -> str:
    return "" if code in ("", Sex.UNKNOWN) else Sex(code).label


def _settle(request: Request, stranger: Child, told: Told, form: MatchForm) -> str:
    """Do what was chosen; gives the sentence that says so."""
    who, by, at = form.cleaned_data["who"], request.user, request.now
    name = pages.name_of(stranger)
    if who == NEW:
        children.confirm(stranger, there=told.there, postcode=told.named.postcode, by=by, at=at)
        return f"{name} has a record of their own now."
    candidate = form.candidates[who]
    if not candidate.is_ours:
        return _ask_whose_child(stranger, candidate, by=by, at=at)
    matching.join(
        stranger,
        candidate.child,
        owners=_owners_under(candidate.child, stranger.episodes.all()),
        because=f"chosen by a person: {', '.join(candidate.terms)}",
        by=by,
        at=at,
    )
    asked = handovers.reconsider(candidate.child, by=by, at=at)
    acts = candidate.child.responsible_authority.name
    if asked:
        return (
            f"{name} is joined to {candidate.title}. {acts} is asked to take the duty over; until "
            f"it does, {stranger.responsible_authority.name} must act."
        )
    return f"{name} is joined to {candidate.title}. {acts} must act."


def _ask_whose_child(stranger: Child, candidate: Candidate, *, by: Person, at: datetime) -> str:
    """Their own council says whether it is that child: nobody learns so who another's child is."""
    acts = candidate.child.responsible_authority
    with transaction.atomic():
        for episode in stranger.episodes.counted().order_by("pk"):
            handovers.ask(
                episode,
                HandOverKind.DUTY,
                to=acts,
                ground=DutyGround.BY_THE_FACTS,
                proposed_child=candidate.child,
                terms=f"What agrees: {', '.join(candidate.terms)}.",
                by=by,
                at=at,
            )
    return (
        f"{acts.name} is asked whether this is their child. Until it says yes, "
        f"{stranger.responsible_authority.name} must act."
    )


def _owners_under(child: Child, theirs: Any) -> dict[int, Owners]:
    """Who must act for each episode, now that it is this child's."""
    return {
        each.pk: owners.of_child(
            child,
            kind=EpisodeKind(each.kind),
            started_on=each.started_on,
            ended_on=each.ended_on,
        )
        for each in theirs
    }


# What was joined and taken back, of all times.


@dataclass(frozen=True)
class Once:
    """One line of it: who did what, to which child as far as the reader may know, when and why."""

    by: str
    at: datetime
    did: str
    because: str


def once_joined(request: Request, turns: Iterable[Turn], *, names_stranger: bool) -> list[Once]:
    """Each in words; of a child whom the reader may not see, only that there was one."""
    user, told = request.user, list(turns)
    ids = {each.stranger_id if names_stranger else each.child_id for each in told}
    seen = Child.objects.filter(user.whose(Verb.SEE_EPISODE, child="pk"))
    names = {child.pk: pages.name_of(child) for child in seen.filter(pk__in=ids)}
    looking.at_list(request, "joined", names)
    return [_once(each, names, names_stranger=names_stranger) for each in told]


def _once(turn: Turn, names: Mapping[int, str], *, names_stranger: bool) -> Once:
    if names_stranger:
        whom = names.get(turn.stranger_id, "a child not yet named")
        did = f"joined {whom} to this record" if turn.is_join else f"took {whom} back out of it"
    else:
        whom = names.get(turn.child_id, "a child known to another council")
        did = f"said that this is {whom}" if turn.is_join else f"took back that this is {whom}"
    return Once(turn.by.name, turn.at, did, turn.because)


# Taking it back.


def separate(request: Request, pk: int) -> HttpResponse:
    """Take a join back: what came with the notification waits again."""
    user = request.user
    joined = Child.objects.filter(
        user.not_closed("pk"),
        user.whose(Verb.MATCH, child="pk")
        | user.whose(Verb.MATCH, of="joined_to__", child="joined_to"),
        joined_to__isnull=False,
    )
    stranger = get_object_or_404(joined.select_related("joined_by"), pk=pk)
    child = matching.joined_to(stranger)
    assert child
    is_ours = child.allows(user, Verb.SEE_EPISODE)
    journal.write("read", stranger, by=user, at=request.now)
    form = gds.Form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with gds.refusals_into(form):
            matching.separate(stranger, owners=_owners_as_told(stranger), by=user, at=request.now)
            messages.success(request, f"{pages.name_of(stranger)} waits again to be named.")
            if stranger.allows(user, Verb.MATCH):
                return redirect("match-child", pk)
            return redirect("show-child", child.pk)
    return gds.form_page(
        request,
        form,
        title="Take this join back?",
        caption=pages.name_of(stranger),
        button="Take it back",
        button_classes="govuk-button--warning",
        back=reverse("show-child", args=[child.pk]) if is_ours else reverse("waiting"),
        cancel=reverse("show-child", args=[child.pk]) if is_ours else reverse("waiting"),
        template="children/separate.html",
        stranger=stranger,
        child=child,
        is_ours=is_ours,
        moving=matching.came_with(stranger),
        turns=once_joined(request, matching.history_of(stranger), names_stranger=False),
    )


def unmatch(request: Request, pk: int) -> HttpResponse:
    """Say that an episode is not about the child whom a rule joined it to."""
    user = request.user
    theirs = Episode.objects.visible_to(user).filter(user.whose(Verb.MATCH, child="child"))
    episode = get_object_or_404(theirs.select_related("child"), pk=pk)
    rows = matching.by_rule(episode)
    if request.method == "GET" and not rows:
        raise Http404
    notifications.bring_deliveries(rows)
    child = children.with_care([episode.child_id])[episode.child_id]
    journal.write("read", episode, by=user, at=request.now)
    form = gds.Form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with gds.refusals_into(form):
            decided = _owners_of(rows)
            stranger = _unmatched(episode, decided.get(pk), by=user, at=request.now)
            name = pages.name_of(child)
            messages.success(request, f"The episode is no longer {name}’s. Say whose it is.")
            if stranger.allows(user, Verb.MATCH):
                return redirect("match-child", stranger.pk)
            return redirect("show-child", episode.child_id)
    return gds.form_page(
        request,
        form,
        title="Is this about another child?",
        caption=pages.name_of(episode.child),
        button="It is about another child",
        button_classes="govuk-button--warning",
        back=reverse("show-episode", args=[pk]),
        cancel=reverse("show-episode", args=[pk]),
        template="episodes/unmatch.html",
        episode=episode,
        name=pages.name_of(child),
        facts=_facts_of(rows[0], child) if rows else (),
        rows=rows,
    )


@transaction.atomic
def _unmatched(episode: Episode, decided: Owners | None, *, by: Person, at: datetime) -> Child:
    """Who is closed out of the child's record is of this one too, until it is known whose it is."""
    stranger = matching.unmatch(episode, owners=decided, by=by, at=at)
    with acting.as_system(acting.INTAKE):
        may_be = [(stranger, [episode.child_id])]
        restrictions.carry_over(may_be, by=staff.clockwork(), at=at)
    return stranger


def _facts_of(notification: Notification, child: Child) -> list[Fact]:
    """The notification beside the child whom a rule joined it to."""
    row = as_received(notification)
    told = numbers_told(row, notification.delivery.sender)
    named = Named(row.forename, row.surname, row.born, row.postcode, row.sex, told)
    return _facts(named, child, likeness.compared([child.pk], named)[child.pk])


def _owners_as_told(stranger: Child) -> Mapping[int, Owners]:
    """Who must act again by what the sender said, as before anybody named the child."""
    return _owners_of(_opened_by(stranger))


@acting.as_system(acting.PASSING_ON)
def _owners_of(told: Sequence[Notification]) -> Mapping[int, Owners]:
    atlas = Atlas()
    decided: dict[int, Owners] = {}
    for each in told:
        basis = getattr(each, "basis", None)
        if basis and basis.episode_id not in decided:
            episode = basis.episode
            row = replace(
                as_received(each),
                kind=EpisodeKind(episode.kind),
                **{name: episode.moment(name) for name in INSTANTS},
            )
            receiver = notifications.receiver(each.delivery)
            decided[episode.pk] = owners_as_told(row, atlas, receiver)
    return decided


urlpatterns = [
    path("waiting", waiting, name="waiting"),
    path("children/<int:pk>/match", match, name="match-child"),
    path("children/<int:pk>/separate", separate, name="separate-child"),
    path("episodes/<int:pk>/unmatch", unmatch, name="unmatch-episode"),
]
