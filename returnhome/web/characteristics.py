"""Ethnicity and disability on a child's page, and the small page that writes them."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from returnhome.casework import characteristics, concerns
from returnhome.casework.characteristics import Characteristics
from returnhome.casework.children import Child
from returnhome.casework.staff import Person
from returnhome.rules.characteristics import ETHNICITIES, Disability, SaidBy
from returnhome.web import gds, looking, pages
from returnhome.web.asked import Request

NOT_KNOWN = "unknown"


class CharacteristicsForm(gds.Form):
    ethnicity = gds.Select(
        "Ethnicity",
        choices=list(ETHNICITIES.items()),
        empty="Not known",
        hint="As the child describes it. Ask, and do not guess from a name or a face.",
        required=False,
    )
    disability = gds.Radios(
        "Is the child disabled?",
        choices=[*((str(each), each.label) for each in Disability), (NOT_KNOWN, "Not known")],
        hint="An impairment of body or mind that has a substantial and long-term effect on "
        "everyday life (Equality Act 2010). Autism and learning disability count.",
        required=False,
    )
    said_by = gds.Radios(
        "Who says so?", choices=[(str(each), each.label) for each in SaidBy], inline=True
    )


def note(request: Request, pk: int) -> HttpResponse:
    seen = Child.objects.visible_to(request.user).select_related("joined_to")
    child = get_object_or_404(seen, pk=pk)
    if not concerns.may_note(request.user, child):
        raise Http404
    looking.at(request, child)
    form = CharacteristicsForm(request.POST or None, initial=_as_noted(child, request.user))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            characteristics.note(
                child,
                ethnicity=said["ethnicity"] or "",
                disability=_told(said["disability"]),
                said_by=SaidBy(said["said_by"]),
                by=request.user,
                at=request.now,
            )
            messages.success(request, "Noted.")
            return redirect("show-child", child.pk)
    back = reverse("show-child", args=[child.pk])
    return gds.form_page(
        request,
        form,
        title="Ethnicity and disability",
        caption=pages.name_of(child),
        lead="They show whether some children are offered less than others, and stand in the "
        "return to the Department. Nothing that is decided for this child depends on them.",
        button="Save",
        back=back,
        cancel=back,
    )


def _told(disability: str | None) -> str:
    return "" if disability in (None, NOT_KNOWN) else str(disability)


def _as_noted(child: Child, person: Person) -> dict[str, str]:
    row = standing_for(child, person)
    if row is None:
        return {}
    return {
        "ethnicity": row.ethnicity,
        "disability": row.disability or NOT_KNOWN,
        "said_by": row.said_by,
    }


def standing_for(child: Child, person: Person) -> Characteristics | None:
    """What stands noted, where this person may see it. One query."""
    return Characteristics.objects.visible_to(person).about(child).newest_first().first()


def of_child(child: Child, person: Person) -> Mapping[str, Any]:
    row = standing_for(child, person)
    return {
        "characteristics": _in_words(row),
        "may_note_characteristics": not child.joined_to_id and concerns.may_note(person, child),
    }


def _in_words(row: Characteristics | None) -> list[str]:
    if row is None:
        return []
    said = [ETHNICITIES.get(row.ethnicity, "Ethnicity not known")]
    said.append(Disability(row.disability).label if row.disability else "Disability not known")
    return [*said, f"Said by: {SaidBy(row.said_by).label.lower()}"]


urlpatterns = [
    path("children/<int:pk>/note-characteristics", note, name="note-characteristics"),
]
