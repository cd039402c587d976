"""The adult pathway: what is owed to a young person who has turned 18, added or left out."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from returnhome.casework.episodes import Episode
from returnhome.casework.staff import Person
from returnhome.casework.support import Action, NothingNeeded, add, leave_out
from returnhome.rules import adult_pathway
from returnhome.rules.access import Verb
from returnhome.rules.adult_pathway import Owed
from returnhome.rules.codes import ActionKind, Cohort, OfferKind
from returnhome.rules.progress import is_on_adult_pathway, is_talk_offered
from returnhome.web import before, gds, pages, support
from returnhome.web.asked import Request, episode_for
from returnhome.web.interviewers import today


@dataclass(frozen=True)
class Proposal:
    """One action that is owed, as proposed: who and by when; or what became of it."""

    owed: Owed
    owner: Person
    due_on: date
    action: Action | None
    left_out: NothingNeeded | None

    @property
    def is_decided(self) -> bool:
        return self.action is not None or self.left_out is not None


def show(request: Request, pk: int) -> HttpResponse:
    """What is owed, each with a button that adds it as proposed."""
    episode = _episode(request, pk)
    proposals = _proposals(episode, request.user, request.now)
    context = {
        "episode": episode,
        "child": episode.child,
        "age": pages.age_of(episode.child, today(request.now)),
        "proposals": proposals,
        "clock": before.clock_of(episode, request.now),
        "talk": _talk(episode, request.user),
        "today": today(request.now),
        "is_decided": all(each.is_decided for each in proposals),
    }
    return render(request, "adult_pathway/show.html", context)


def _episode(request: Request, pk: int) -> Episode:
    """Of anybody else there is no such page."""
    episode = episode_for(request, pk, Verb.ACT)
    if not is_on_adult_pathway(episode.progress):
        raise Http404
    return episode


def _owed(episode: Episode) -> tuple[Owed, ...]:
    looked_after = adult_pathway.was_looked_after(Cohort(episode.cohort), episode.flags)
    return adult_pathway.owed(is_looked_after=looked_after)


def _proposals(episode: Episode, person: Person, now: datetime) -> list[Proposal]:
    about = Q(episode=episode) | Q(interview__coverages__episode=episode)
    actions = Action.objects.visible_to(person).filter(about).select_related("owner").distinct()
    added = {each.kind: each for each in actions.order_by("-pk")}
    decided = NothingNeeded.objects.visible_to(person).filter(about).select_related("by").distinct()
    left_out = {each.kind: each for each in decided.order_by("pk")}
    owner = _owner(episode, person)
    return [
        Proposal(
            owed=each,
            owner=owner,
            due_on=today(now) + each.within,
            action=added.get(each.kind),
            left_out=left_out.get(each.kind) or left_out.get(""),
        )
        for each in _owed(episode)
    ]


def _owner(episode: Episode, person: Person) -> Person:
    """Whoever answers for the episode, if of the person's own house; else the person."""
    ours = {each.pk: each for each in support.colleagues_of(person)}
    return ours.get(episode.owner_id or 0, person)


@dataclass(frozen=True)
class Talk:
    """Whether a talk is still offered, why, and where to go on."""

    is_offered: bool
    words: str
    href: str
    label: str


def _talk(episode: Episode, person: Person) -> Talk:
    is_offered = is_talk_offered(episode.progress)
    if episode.offer_kind != OfferKind.ADULT_PATHWAY:
        words = "An interview was owed, and was not held before the young person turned 18."
        return Talk(False, words, "", "")
    said = [each["sentence"] for each in episode.reasons if each.get("rule") == "policy"]
    words = said[0] if said else "What local policy says is not on record."
    has_been_asked = bool(episode.offered_at or episode.held_at or episode.booked_for)
    if is_offered and not has_been_asked and episode.allows(person, Verb.OFFER):
        return Talk(True, words, reverse("make-offer", args=[episode.pk]), "Offer the talk")
    if not is_offered and episode.is_offered_by_policy is None and person.reach.policies:
        return Talk(False, words, reverse("policies"), "Note what it says")
    return Talk(is_offered, words, "", "")


class OwedForm(support.ActionForm):
    """An action that is owed: its kind is given, all else may be changed."""

    kind = None  # type: ignore[assignment]


def _one(episode: Episode, kind: str) -> Owed:
    for each in _owed(episode):
        if each.kind == kind:
            return each
    raise Http404


def add_owed(request: Request, pk: int, kind: str) -> HttpResponse:
    """Add what is owed, as proposed or changed."""
    episode = _episode(request, pk)
    one = _one(episode, kind)
    first = {
        "what": one.what,
        "owner": _owner(episode, request.user).pk,
        "due_on": today(request.now) + one.within,
    }
    form = OwedForm(
        request.POST or None,
        colleagues=support.colleagues_of(request.user),
        first_day=today(request.now),
        initial=first,
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            action = add(
                episode,
                one.kind,
                said["what"],
                owner=form.colleagues[said["owner"]],
                due_on=said["due_on"],
                interview=support.last_held(episode),
                by=request.user,
                at=request.now,
            )
            by_when = pages.day(action.due_on)
            messages.success(request, f"Added for {action.owner.name}, by {by_when}.")
            return redirect("adult-pathway", pk)
    return _page(request, episode, form, one, title=one.title, button="Add this action")


class LeaveOutForm(gds.Form):
    reason = gds.Textarea(
        "Why is it left out?",
        missing=adult_pathway.ReasonMissing.sentence,
        rows=4,
        hint="It is read by whoever asks what was done for the young person.",
    )


def leave_out_owed(request: Request, pk: int, kind: str) -> HttpResponse:
    """Leave out what is owed, with the reason."""
    episode = _episode(request, pk)
    one = _one(episode, kind)
    form = LeaveOutForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            reason = form.cleaned_data["reason"]
            leave_out(episode, ActionKind(kind), reason, by=request.user, at=request.now)
            messages.success(request, "Left out, with your reason.")
            return redirect("adult-pathway", pk)
    title = f"Leave out: {before.lower(one.title)}"
    return _page(request, episode, form, one, title=title, button="Leave it out")


def _page(
    request: Request, episode: Episode, form: gds.Form, one: Owed, **given: Any
) -> HttpResponse:
    back = reverse("adult-pathway", args=[episode.pk])
    name = pages.name_of(episode.child)
    return gds.form_page(
        request, form, caption=name, inset=one.why, back=back, cancel=back, **given
    )


urlpatterns = [
    path("episodes/<int:pk>/adult-pathway", show, name="adult-pathway"),
    path("episodes/<int:pk>/adult-pathway/<str:kind>/add", add_owed, name="add-owed"),
    path("episodes/<int:pk>/adult-pathway/<str:kind>/leave-out", leave_out_owed, name="leave-out"),
]
