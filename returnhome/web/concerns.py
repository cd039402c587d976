"""Concerns about a child: what makes going missing graver, noted and ended on small pages."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from returnhome.casework import concerns
from returnhome.casework.children import Child
from returnhome.casework.concerns import NotedConcern
from returnhome.casework.staff import Person
from returnhome.rules.codes import Concern
from returnhome.web import gds, looking, pages
from returnhome.web.asked import Request


class ConcernForm(gds.Form):
    concern = gds.Radios(
        "What is the concern?",
        choices=Concern.choices(),
        coerce=Concern,
        missing="Select what the concern is",
    )
    source = gds.Textarea(
        "Who says so, and what does it rest on?",
        rows=3,
        missing=concerns.SourceMissing.sentence,
        hint="For example: the panel of 4 March; police information; what the child said.",
    )


def note(request: Request, pk: int) -> HttpResponse:
    seen = Child.objects.visible_to(request.user).select_related("joined_to")
    child = get_object_or_404(seen, pk=pk)
    if not concerns.may_note(request.user, child):
        raise Http404
    looking.at(request, child)
    form = ConcernForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            noted = concerns.note(child, **form.cleaned_data, by=request.user, at=request.now)
            label = Concern(noted.concern).label
            messages.success(request, f"Noted: {label[:1].lower()}{label[1:]}.")
            return redirect("show-child", child.pk)
    back = reverse("show-child", args=[child.pk])
    return gds.form_page(
        request,
        form,
        title="Note a concern",
        caption=pages.name_of(child),
        lead="The local protocols may call for a meeting sooner where there is one.",
        button="Note the concern",
        back=back,
        cancel=back,
    )


class EndForm(gds.Form):
    because = gds.Textarea(
        "Why is it a concern no more?",
        rows=3,
        missing=concerns.ReasonMissing.sentence,
        hint="It stays on record that there was one, and why it ended.",
    )


def end(request: Request, pk: int) -> HttpResponse:
    seen = NotedConcern.objects.visible_to(request.user).select_related("child__joined_to")
    noted = get_object_or_404(seen, pk=pk)
    child = noted.child.whole
    if child is None or not concerns.may_note(request.user, child):
        raise Http404
    back = reverse("show-child", args=[child.pk])
    looking.at(request, noted)
    if request.method == "GET" and noted.is_ended:
        messages.info(request, concerns.EndedAlready.sentence)
        return redirect(back)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            concerns.end(noted, **form.cleaned_data, by=request.user, at=request.now)
            messages.success(request, "The concern is ended. What it called for stays called for.")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="End a concern",
        caption=f"{pages.name_of(child)}: {Concern(noted.concern).label}",
        button="End the concern",
        back=back,
        cancel=back,
    )


def of_child(child: Child, person: Person) -> Mapping[str, Any]:
    """The child's concerns, those that stand first, for whoever may know of them. One query."""
    if not concerns.are_known_to(person, child):
        return {"concerns": [], "may_note_concern": False, "may_end_concern": False}
    rows = (
        NotedConcern.objects.visible_to(person)
        .filter(pk__in=NotedConcern.objects.about(child.pk).values("pk"))
        .select_related("noted_by", "ended_by")
        .newest_first()
    )
    found = sorted(rows, key=lambda row: row.is_ended)
    whole = child.whole
    return {
        "concerns": [(Concern(row.concern).label, row) for row in found],
        "may_note_concern": concerns.may_note(person, child),
        "may_end_concern": whole is not None and concerns.may_note(person, whole),
    }


urlpatterns = [
    path("children/<int:pk>/note-concern", note, name="note-concern"),
    path("concerns/<int:pk>/end", end, name="end-concern"),
]
