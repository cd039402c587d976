"""What follows an interview: actions added and completed, or the reason why there are none."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from returnhome.casework import support
from returnhome.casework.episodes import Episode
from returnhome.casework.interviews import Interview
from returnhome.casework.staff import Person
from returnhome.casework.support import Action, ActionQuerySet
from returnhome.rules import access
from returnhome.rules.access import Verb
from returnhome.rules.codes import ActionKind, Role
from returnhome.rules.progress import is_on_adult_pathway
from returnhome.web import before, days, gds, looking, pages
from returnhome.web.asked import Request, episode_for, may_complete
from returnhome.web.interviewers import today

CASEWORK = [role for role in Role if access.works_with_children(role)]
A_PAGE = 50


@dataclass(frozen=True)
class Due:
    """How an action stands to its day, in words and a colour."""

    words: str
    colour: str


def due_in_words(action: Action, day: date) -> Due:
    left = (action.due_on - day).days
    if left < 0:
        return Due(f"{pages.counted(-left, 'day')} late", "red")
    if left == 0:
        return Due("Due today", "yellow")
    return Due("Due tomorrow" if left == 1 else f"Due in {left} days", "blue")


def index(request: Request) -> HttpResponse:
    """The person's own actions, then those of their council; late ones first."""
    if not any(access.works_with_children(Role(role)) for role in request.user.reach.roles):
        raise Http404
    seen = _listed(Action.objects.visible_to(request.user).outstanding())
    own = seen.filter(owner=request.user)
    others = Paginator(seen.exclude(owner=request.user), A_PAGE)
    page = others.get_page(request.GET.get("page"))
    shown = [*own, *page]
    looking.at_list(request, "actions", [action.episode.child_id for action in shown])
    day = today(request.now)
    context = {
        "own": _rows(shown[: len(shown) - len(page)], day),
        "others": _rows(list(page), day),
        "to_complete": {each.pk for each in shown if may_complete(each, request.user)},
        "page": page,
    }
    return render(request, "actions/index.html", context)


def _listed(actions: ActionQuerySet) -> ActionQuerySet:
    return actions.by_due_day().select_related("episode__child", "owner")


def _rows(actions: list[Action], day: date) -> list[tuple[Action, str, Due]]:
    return [(each, ActionKind(each.kind).label, due_in_words(each, day)) for each in actions]


class ActionForm(gds.Form):
    kind = gds.Select("What kind of action?", choices=ActionKind.choices(), coerce=ActionKind)
    what = gds.Textarea(
        "What is to be done?",
        rows=3,
        missing="Say what is to be done",
        hint="So that somebody who was not there can do it.",
    )
    owner = gds.Select("Who will do it?", coerce=int, missing="Select who will do it")
    due_on = days.Date("By when?", noun="the day it is due")

    def __init__(
        self, *args: Any, colleagues: list[Person], first_day: date, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.first_day = first_day
        self.colleagues = {each.pk: each for each in colleagues}
        self.fields["owner"].choices = [(each.pk, each.name) for each in colleagues]  # type: ignore[attr-defined]

    def clean_due_on(self) -> date:
        due_on: date = self.cleaned_data["due_on"]
        if due_on < self.first_day:
            raise ValidationError("The day it is due must be today or later")
        return due_on


def add(request: Request, pk: int) -> HttpResponse:
    episode = episode_for(request, pk, Verb.ACT)
    now_on = today(request.now)
    first = {"owner": request.user.pk, "due_on": now_on + timedelta(days=7)}
    colleagues = colleagues_of(request.user)
    form = ActionForm(request.POST or None, colleagues=colleagues, first_day=now_on, initial=first)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            action = support.add(
                episode,
                said["kind"],
                said["what"],
                owner=form.colleagues[said["owner"]],
                due_on=said["due_on"],
                interview=last_held(episode),
                by=request.user,
                at=request.now,
            )
            by_when = pages.day(action.due_on)
            messages.success(request, f"Added for {action.owner.name}, by {by_when}.")
            if "another" in request.POST:
                return redirect("add-action", episode.pk)
            return redirect("show-episode", episode.pk)
    return _page(request, episode, form, "add", "Add an action", "Add the action")


def colleagues_of(person: Person) -> list[Person]:
    """Who can be given an action: those who work with the same organisation's children."""
    own = person.organisation
    if own is None:
        return []
    return list(
        Person.objects.filter(
            posts__role__in=CASEWORK, posts__until__isnull=True, posts__organisation=own
        )
        .at_work()
        .distinct()
        .by_name()
    )


def last_held(episode: Episode) -> Interview | None:
    """The interview that what follows follows from: the last one held."""
    return episode.interviews.filter(held_at__isnull=False).newest_first().first()


class CompleteForm(gds.Form):
    outcome = gds.Textarea(
        "What came of it?",
        missing=support.OutcomeMissing.sentence,
        hint="What was done, and what has changed for the child.",
    )


def complete(request: Request, pk: int) -> HttpResponse:
    action = _action(request, pk)
    form = CompleteForm(request.POST or None)
    if request.method == "GET" and action.is_done:
        messages.info(request, support.AlreadyDone.sentence)
        return redirect("show-episode", action.episode_id)
    if request.method == "POST" and form.is_valid():
        outcome = form.cleaned_data["outcome"]
        with gds.refusals_into(form):
            support.complete(action, outcome, by=request.user, at=request.now)
            messages.success(request, "The action is completed.")
            return redirect("actions")
    return gds.form_page(
        request,
        form,
        title="Complete the action",
        caption=pages.name_of(action.episode.child),
        button="Complete the action",
        back=reverse("actions"),
        cancel=reverse("actions"),
        template="actions/complete.html",
        action=action,
        kind=ActionKind(action.kind).label,
        due=due_in_words(action, today(request.now)),
    )


def _action(request: Request, pk: int) -> Action:
    """An action that is the person's own, or that they may decide about."""
    seen = Action.objects.visible_to(request.user).select_related("episode__child", "owner")
    action = get_object_or_404(seen, pk=pk)
    if not may_complete(action, request.user):
        raise Http404
    looking.at(request, action)
    return action


class NothingNeededForm(gds.Form):
    reason = gds.Textarea(
        "Why does nothing need to follow?",
        missing=support.ReasonMissing.sentence,
        rows=4,
        hint="It is read by whoever asks what was done with what the child said.",
    )


def decide_nothing_needed(request: Request, pk: int) -> HttpResponse:
    episode = episode_for(request, pk, Verb.ACT)
    form = NothingNeededForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            support.decide_nothing_needed(
                episode,
                form.cleaned_data["reason"],
                interview=last_held(episode),
                by=request.user,
                at=request.now,
            )
            messages.success(request, "Recorded: nothing needs to follow.")
            return redirect("show-episode", episode.pk)
    title, button = "Decide that nothing needs to follow", "Save the decision"
    return _page(request, episode, form, "nothing_needed", title, button)


def _page(
    request: Request, episode: Episode, form: gds.Form, name: str, title: str, button: str
) -> HttpResponse:
    back = reverse("show-episode", args=[episode.pk])
    interview = last_held(episode)
    there = _listed(Action.objects.visible_to(request.user).filter(episode=episode))
    can_decide = interview.is_signed if interview else False
    return gds.form_page(
        request,
        form,
        title=title,
        caption=pages.name_of(episode.child),
        button=button,
        back=back,
        cancel=back,
        template=f"actions/{name}.html",
        episode=episode,
        interview=interview,
        clock=before.clock_of(episode, request.now),
        there=_rows(list(there), today(request.now)),
        can_decide=can_decide or is_on_adult_pathway(episode.progress),
    )


urlpatterns = [
    path("actions", index, name="actions"),
    path("actions/<int:pk>/complete", complete, name="complete-action"),
    path("episodes/<int:pk>/add-action", add, name="add-action"),
    path("episodes/<int:pk>/nothing-needed", decide_nothing_needed, name="decide-nothing-needed"),
]
