"""Children who went missing together: noted by a person, taken back with a reason, seldom seen.

Only those to whom both children are open learn of it; to anybody else nothing is there.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from returnhome.casework import journal, together
from returnhome.casework.children import Child
from returnhome.casework.episodes import Episode
from returnhome.casework.staff import Person
from returnhome.casework.together import Candidate, WentTogether
from returnhome.rules import Blocked
from returnhome.rules.access import Verb
from returnhome.web import gds, looking, pages
from returnhome.web.asked import Request, episode_for

# One name for those who may have gone together and for those who did (`looked.LISTS`).
LIST = "same-time"
ELSEWHERE = "elsewhere"
REFERENCE = re.compile(r"\s*(?:[Ee]\s*-?\s*)?([0-9]{1,18})\s*")


@dataclass(frozen=True)
class Beside:
    """Who went along, as far as it is shown: a name, and since when they were missing."""

    child: Child
    href: str
    since: str
    undo: str
    noted: str


def shown(those: Sequence[Episode], person: Person, now: datetime) -> dict[int, list[Beside]]:
    """By episode who went along, for those who may know; the look is journalled. Two queries."""
    rows = together.of_episodes(those, person)
    by_pk = {each.pk: each for each in those}
    found = {
        pk: [_beside(row, by_pk[pk], person, now) for row in theirs] for pk, theirs in rows.items()
    }
    named = [one.child.pk for beside in found.values() for one in beside]
    journal.write_list("list", LIST, named, by=person, at=now)
    return found


def _beside(row: WentTogether, episode: Episode, person: Person, now: datetime) -> Beside:
    other = row.beside(episode)
    may_undo = together.may_link(person, episode, other)
    return Beside(
        other.child,
        reverse("show-episode", args=[other.pk]),
        _since(other),
        reverse("undo-went-together", args=[row.pk]) if may_undo else "",
        f"{row.linked_by.name}, {pages.near(row.linked_at, now)}",
    )


def _since(episode: Episode) -> str:
    """Its own time as it was known at the start, and nothing of how it went on."""
    seen = episode.moment("last_seen")
    return (
        f"{'last seen' if seen else 'reported'} {pages.moment(seen or episode.moment('reported'))}"
    )


class NoSuchReference(Blocked):
    sentence = (
        "No episode for which you act has this reference. If the child is another council’s, "
        "ask that council."
    )
    field = "reference"


class LinkForm(gds.Form):
    other = gds.Radios(
        "Who went together with this child?",
        missing="Select who went together with this child",
        reveal={ELSEWHERE: ["reference"]},
    )
    reference = gds.Text(
        "Reference of that episode",
        required=False,
        max_length=24,
        hint="It stands on the episode’s own page, for example E-1042.",
        missing="Enter the reference of that episode",
    )
    because = gds.Textarea(
        "How is it known? (optional)",
        required=False,
        rows=3,
        count=2000,
        hint="For example: the police found them in one car. Needed where their times lie apart. "
        "Nothing that either child said in a talk.",
    )

    def __init__(self, *args: Any, found: Sequence[Candidate], **options: Any) -> None:
        super().__init__(*args, **options)
        other = self.fields["other"]
        other.choices = [  # type: ignore[attr-defined]
            *((str(one.episode.pk), pages.name_of(one.episode.child)) for one in found),
            (ELSEWHERE, "None of these: I have the reference of the episode"),
        ]
        other.hints = {str(one.episode.pk): _speaks(one) for one in found}  # type: ignore[attr-defined]
        if found:
            other.or_before = ELSEWHERE  # type: ignore[attr-defined]


def _speaks(one: Candidate) -> str:
    since = _since(one.episode)
    return ". ".join([since[:1].upper() + since[1:], *(sign.label for sign in one.signs)]) + "."


def reference_of(episode: Episode) -> str:
    """What another council asks by: a number, and no name."""
    return f"E-{episode.pk}"


def link(request: Request, pk: int) -> HttpResponse:
    episode = episode_for(request, pk, Verb.ACT)
    if not together.may_link(request.user, episode):
        raise Http404
    found = together.candidates(episode, request.user)
    looking.at_list(request, LIST, [one.episode.child_id for one in found])
    form = LinkForm(request.POST or None, found=found)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            other = _chosen(form.cleaned_data, found, request.user)
            because = form.cleaned_data["because"]
            together.link(episode, other, because=because, by=request.user, at=request.now)
            messages.success(
                request,
                f"It is noted that {pages.name_of(other.child)} went too. "
                "Each child is offered a talk of their own.",
            )
            return redirect("show-episode", pk)
    back = reverse("show-episode", args=[pk])
    return gds.form_page(
        request,
        form,
        title="Note who went together",
        caption=pages.name_of(episode.child),
        button="Note it",
        back=back,
        cancel=back,
        template="together/link.html",
        has_candidates=bool(found),
        reference=reference_of(episode),
    )


def _chosen(said: Mapping[str, Any], found: Sequence[Candidate], person: Person) -> Episode:
    """The episode that was chosen, or that the reference names. Raises NoSuchReference."""
    if said["other"] != ELSEWHERE:
        return next(one.episode for one in found if str(one.episode.pk) == said["other"])
    typed = REFERENCE.fullmatch(said["reference"])
    seen = Episode.objects.visible_to(person).select_related("child")
    other = seen.filter(pk=int(typed[1])).first() if typed else None
    if other is None or not together.may_link(person, other):
        raise NoSuchReference
    return other


class UndoForm(gds.Form):
    because = gds.Textarea(
        "How is it known that they did not go together?",
        rows=3,
        count=2000,
        missing="Say why it is not so. The reason is kept.",
    )


def undo(request: Request, pk: int) -> HttpResponse:
    seen = WentTogether.objects.visible_to(request.user)
    row = get_object_or_404(seen.select_related("episode__child", "other__child"), pk=pk)
    if not together.may_link(request.user, row.episode, row.other):
        raise Http404
    back = reverse("show-episode", args=[row.episode_id])
    looking.at(request, row)
    looking.at_list(request, LIST, [row.episode.child_id, row.other.child_id])
    if request.method == "GET" and row.is_undone:
        messages.info(request, "Somebody has taken this back already.")
        return redirect(back)
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            together.undo(row, **form.cleaned_data, by=request.user, at=request.now)
            messages.success(request, "Taken back: it is shown no more. The reason is kept.")
            return redirect(back)
    names = " and ".join(pages.name_of(one.child) for one in (row.episode, row.other))
    return gds.form_page(
        request,
        form,
        title="They did not go together",
        caption=names,
        button="Take it back",
        back=back,
        cancel=back,
    )


urlpatterns = [
    path("episodes/<int:pk>/link", link, name="link-episode"),
    path("went-together/<int:pk>/undo", undo, name="undo-went-together"),
]
