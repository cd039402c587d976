"""How to talk with a child: the note on the child's page, and the small page that writes it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from returnhome.casework import communications, concerns
from returnhome.casework.children import Child
from returnhome.casework.communications import Communication
from returnhome.casework.staff import Person
from returnhome.web import gds, looking, pages
from returnhome.web.asked import Request

YES, NO = "yes", "no"


class CommunicationForm(gds.Form):
    language = gds.Text(
        "Language",
        hint="The one the child speaks best, British Sign Language too. Empty: not known.",
        max_length=60,
        required=False,
        width=20,
    )
    needs_interpreter = gds.Radios(
        "Does the child need an interpreter?",
        choices=[(YES, "Yes"), (NO, "No")],
        required=False,
        inline=True,
    )
    helps = gds.Textarea(
        "What helps the child to talk?",
        rows=3,
        required=False,
        hint="Hearing, sight, more time, pictures, a quiet place, who should be there. "
        "A council that is asked to interview reads this before it answers: name nobody.",
    )
    not_safe = gds.Textarea(
        "What is not safe to mention or to send?",
        rows=3,
        required=False,
        hint="To whom, and how: a parent who must not know, a telephone that others read. Those "
        "who offer, book or hold the interview see it; a council that is asked does not.",
    )


def note(request: Request, pk: int) -> HttpResponse:
    seen = Child.objects.visible_to(request.user).select_related("joined_to")
    child = get_object_or_404(seen, pk=pk)
    if not concerns.may_note(request.user, child):
        raise Http404
    looking.at(request, child)
    now = communications.standing(child)
    form = CommunicationForm(request.POST or None, initial=_as_noted(now))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            communications.note(
                child,
                language=said["language"],
                needs_interpreter=said["needs_interpreter"] == YES,
                helps=said["helps"],
                not_safe=said["not_safe"],
                by=request.user,
                at=request.now,
            )
            messages.success(request, "Noted how to talk with the child.")
            return redirect("show-child", child.pk)
    back = reverse("show-child", args=[child.pk])
    return gds.form_page(
        request,
        form,
        title="How to talk with the child",
        caption=pages.name_of(child),
        lead="Whoever books and holds the interview sees it. Earlier notes stay on record.",
        button="Save",
        back=back,
        cancel=back,
    )


def _as_noted(row: Communication | None) -> dict[str, str]:
    if row is None:
        return {}
    needs = YES if row.needs_interpreter else NO
    return {
        "language": row.language,
        "needs_interpreter": needs,
        "helps": row.helps,
        "not_safe": row.not_safe,
    }


def in_words(row: Communication | None) -> list[str]:
    """What helps, a line each, for whoever is asked too; nothing where nothing is noted."""
    if row is None:
        return []
    language = row.language
    if row.needs_interpreter:
        language = f"{language}: needs an interpreter"
    return [line for line in (language, row.helps) if line]


def seen_by(child: Child, person: Person) -> list[str]:
    """The same for a page, where this person may see it. One query."""
    return with_what_is_not_safe(standing_for(child, person))


def standing_for(child: Child, person: Person) -> Communication | None:
    """What stands noted, where this person may see it. One query."""
    return Communication.objects.visible_to(person).about(child).newest_first().first()


def with_what_is_not_safe(row: Communication | None) -> list[str]:
    """The same for those who work with the child."""
    lines = in_words(row)
    if row is not None and row.not_safe:
        lines.append(f"Not safe to mention or to send: {row.not_safe}")
    return lines


def may_note(child: Child, person: Person) -> bool:
    return not child.joined_to_id and concerns.may_note(person, child)


def of_child(child: Child, person: Person) -> Mapping[str, Any]:
    return {
        "talking": seen_by(child, person),
        "may_note_talking": concerns.may_note(person, child),
    }


urlpatterns = [
    path("children/<int:pk>/note-communication", note, name="note-communication"),
]
