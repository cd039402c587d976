"""One episode: is it answered for? And its small verbs: take on, assign, record, correct, void."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from returnhome.casework import episodes, journal
from returnhome.casework.episodes import INSTANTS, Episode
from returnhome.casework.staff import Person
from returnhome.rules.access import Verb
from returnhome.rules.codes import EpisodeKind, Role
from returnhome.web import absences, answered, days, found_places, gds, pages, together
from returnhome.web.asked import Request, episode_for


def show(request: Request, pk: int) -> HttpResponse:
    """The page of one episode, also of one recorded in error."""
    seen = Episode.objects.visible_to(request.user).select_related(
        "child",
        "owner",
        "responsible_authority",
        "counted_under",
        "host_authority",
        "provider",
        "voided_by",
    )
    episode = get_object_or_404(seen, pk=pk)
    journal.write("read", episode, by=request.user, at=request.now)
    context = answered.whole(episode, request.user, request.now)
    context |= {
        "together": together.shown([episode], request.user, request.now)[episode.pk],
        "reference": together.reference_of(episode),
        "where_found": found_places.of_episode(episode, request.user),
    }
    return render(request, "episodes/show.html", context)


@require_POST
def take_on(request: Request, pk: int) -> HttpResponse:
    episode = episode_for(request, pk, Verb.OFFER)
    episodes.take_on(episode, by=request.user, at=request.now)
    messages.success(request, f"You have taken on {pages.name_of(episode.child)}.")
    # Whoever works down the list goes on there.
    if "list" in request.GET:
        return redirect("worklist")
    return redirect("show-episode", pk)


# Verbs with a form.


class AssignForm(gds.Form):
    owner = gds.Radios("Who answers for it from now on?", noun="who answers for it")

    NOBODY = "nobody"

    def __init__(
        self, *args: Any, who: Mapping[int, Person], absent: Mapping[int, str], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        choices = [
            (str(pk), absences.named(one.name, absent.get(pk, ""))) for pk, one in who.items()
        ]
        owner = self.fields["owner"]
        owner.choices = [*choices, (self.NOBODY, "Nobody yet: give it back")]  # type: ignore[attr-defined]
        owner.or_before = self.NOBODY  # type: ignore[attr-defined]


def _colleagues(episode: Episode, person: Person) -> dict[int, Person]:
    """Who may answer for the episode: the person's own colleagues and its provider's people."""
    there = {*person.reach.organisations, episode.provider_id} - {None}
    who = (
        Person.objects.at_work()
        .filter(posts__organisation_id__in=there)
        .holding(Role.COORDINATOR, Role.INTERVIEWER, Role.MANAGER)
        .by_name()
    )
    return {one.pk: one for one in who}


def assign(request: Request, pk: int) -> HttpResponse:
    episode = episode_for(request, pk, Verb.REASSIGN)
    who = _colleagues(episode, request.user)
    first = {"owner": str(episode.owner_id)} if episode.owner_id else {}
    absent = absences.of(who, request.now)
    form = AssignForm(request.POST or None, who=who, absent=absent, initial=first)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["owner"]
        owner = None if chosen == AssignForm.NOBODY else who[int(chosen)]
        with gds.refusals_into(form):
            episodes.assign(episode, owner, by=request.user, at=request.now)
            said = f"{owner.name} answers for it now." if owner else "It is given back."
            messages.success(request, said)
            return redirect("show-episode", pk)
    return _page(request, form, episode, title="Give it to a colleague", button="Assign")


class ReturnForm(gds.Form):
    returned = days.Moment(
        "When did the child come back?",
        noun="when the child came back",
        hint="Back at home or at their placement. For example, 27 3 2026 at 7:40am or 19:40",
    )
    found = days.Moment(
        "When was the child found, if that was earlier? (optional)",
        noun="when the child was found",
        required=False,
        hint="By police or anybody else. Leave it as it is if you know no better.",
    )


def record_return(request: Request, pk: int) -> HttpResponse:
    episode = episode_for(request, pk, Verb.OFFER)
    if episode.returned:
        return redirect("correct-episode", pk)
    form = ReturnForm(request.POST or None, initial={"found": episode.found})
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            episode = episodes.record_return(
                episode, **form.cleaned_data, by=request.user, at=request.now
            )
            messages.success(request, _from_now_on(episode))
            return redirect("show-episode", pk)
    return _page(request, form, episode, title="Record the return", button="Record the return")


def _from_now_on(episode: Episode) -> str:
    due = episode.due_at
    return f"The return is recorded. The 72 hours end on {pages.moment(due)}."


class CorrectForm(gds.Form):
    instant = gds.Radios("Which time is wrong?", noun="which time is wrong")
    moment = days.Moment("What is right?", noun="the right time")
    because = gds.Text(
        "How do you know?",
        noun="how you know",
        hint="For example: the home’s log says 7:40am. It stays beside the old value.",
        max_length=200,
    )

    def __init__(self, *args: Any, episode: Episode, **options: Any) -> None:
        super().__init__(*args, **options)
        instant = self.fields["instant"]
        instant.choices = list(answered.NAMES.items())  # type: ignore[attr-defined]
        instant.hints = {  # type: ignore[attr-defined]
            name: f"Now: {pages.moment(episode.moment(name))}" for name in INSTANTS
        }


def correct(request: Request, pk: int) -> HttpResponse:
    episode = episode_for(request, pk, Verb.OFFER)
    first = {"instant": request.GET.get("instant", "returned" if episode.returned else None)}
    form = CorrectForm(request.POST or None, episode=episode, initial=first)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            episodes.correct(
                episode,
                said["instant"],
                said["moment"],
                because=said["because"],
                by=request.user,
                at=request.now,
            )
            messages.success(request, "Corrected. The old value is kept on this page.")
            return redirect("show-episode", pk)
    return _page(request, form, episode, title="Correct a time", button="Correct")


class VoidForm(gds.Form):
    because = gds.Text(
        "Why was it recorded in error?",
        noun="why it was recorded in error",
        hint="For example: the police say that the report was about another child.",
        max_length=200,
    )


class ClassifyForm(gds.Form):
    kind = gds.Radios(
        "Was the child missing, or away?",
        choices=EpisodeKind.choices(),
        coerce=EpisodeKind,
        hints={
            EpisodeKind.MISSING: "Nobody knew where the child was.",
            EpisodeKind.AWAY: "A looked-after child was not where they should be, and it was "
            "known where.",
        },
    )


def classify(request: Request, pk: int) -> HttpResponse:
    episode = episode_for(request, pk, Verb.OFFER)
    form = ClassifyForm(request.POST or None, initial={"kind": episode.kind})
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            episodes.classify(episode, form.cleaned_data["kind"], by=request.user, at=request.now)
            messages.success(request, "It is recorded. What it was before is kept.")
            return redirect("show-episode", pk)
    return _page(request, form, episode, title="Missing or away", button="Record it")


def void(request: Request, pk: int) -> HttpResponse:
    episode = episode_for(request, pk, Verb.MATCH)
    form = VoidForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            episodes.void(episode, **form.cleaned_data, by=request.user, at=request.now)
            messages.success(request, "Taken out of the count. Nothing is deleted.")
            return redirect("show-episode", pk)
    return _page(
        request,
        form,
        episode,
        title="Recorded in error",
        button="Take it out of the count",
        button_classes="govuk-button--warning",
        warning="The episode leaves the work list and every figure. Its clock stops.",
        inset="A child who was found quickly was still missing: that is no error.",
    )


def _page(request: Request, form: gds.Form, episode: Episode, **given: Any) -> HttpResponse:
    back = reverse("show-episode", args=[episode.pk])
    return gds.form_page(
        request, form, caption=pages.name_of(episode.child), back=back, cancel=back, **given
    )


urlpatterns = [
    path("episodes/<int:pk>", show, name="show-episode"),
    path("episodes/<int:pk>/take-on", take_on, name="take-on-episode"),
    path("episodes/<int:pk>/assign", assign, name="assign-episode"),
    path("episodes/<int:pk>/record-return", record_return, name="record-return-episode"),
    path("episodes/<int:pk>/classify", classify, name="classify-episode"),
    path("episodes/<int:pk>/correct", correct, name="correct-episode"),
    path("episodes/<int:pk>/void", void, name="void-episode"),
]
