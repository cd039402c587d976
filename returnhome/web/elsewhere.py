"""The interview that somebody of a council or provider held that is not on the system."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from returnhome.casework import handovers
from returnhome.casework.handovers import HandOver, Story
from returnhome.casework.interviews import HolderMissing, Interview
from returnhome.rules import Blocked, handover
from returnhome.rules.access import Relation, Verb
from returnhome.rules.codes import Mode, Place
from returnhome.web import before, days, gds, looking, pages
from returnhome.web.asked import Request
from returnhome.web.booking import HoldForm


class HeldForm(HoldForm):
    held_at = days.Moment("When did it take place?", noun="the time of the interview")
    name = gds.Text("Who held it?", missing=HolderMissing.sentence, max_length=120)
    role = gds.Text(
        "What do they do there?",
        noun="what they do there",
        hint="For example, return interview worker.",
        max_length=120,
    )
    place = gds.Select("Where?", noun="where it was", choices=Place.choices(), coerce=Place)
    mode = gds.Radios(
        "How?", noun="how it was held", choices=Mode.choices(), coerce=Mode, inline=True
    )
    has_report = gds.Radios(
        "Has their report come?",
        choices=[("yes", "Yes"), ("no", "No, I was told that it took place")],
        coerce=lambda value: value == "yes",
        missing="Select whether their report has come",
    )

    field_order = (
        *("name", "role", "held_at", "place", "mode"),
        *("is_independent", "independence_note", "has_report"),
    )


def held(request: Request, pk: int) -> HttpResponse:
    row = _done_for_us(request, pk)
    form = HeldForm(request.POST or None)
    if row.reported_at:
        del form.fields["has_report"]
    if request.method == "GET" and (closed := _why_not_held(row)):
        messages.info(request, closed)
        return redirect("show-handover", row.pk)
    if request.method == "POST" and form.is_valid():
        said = {**form.cleaned_data}
        moment, has_report = said.pop("held_at"), said.pop("has_report", False)
        # Both or neither: a refusal of the second takes the first back.
        with gds.refusals_into(form), transaction.atomic():
            interview = handovers.note_held(row, moment, **said, by=request.user, at=request.now)
            if has_report:
                handovers.report(row, by=request.user, at=request.now)
            return _go_on(request, row, interview)
    back = reverse("show-handover", args=[row.pk])
    return gds.form_page(
        request,
        form,
        title=f"Record the interview that {row.to.name} held",
        caption=pages.name_of(row.episode.child),
        button="Save",
        back=back,
        cancel=back,
        template="letters/held.html",
        row=row,
        episode=row.episode,
        clock=before.clock_of(row.episode, request.now),
        done=before.done(row.episode),
    )


def _why_not_held(row: HandOver) -> str:
    if row.episode.held_at:
        return "An interview is recorded for this episode already."
    try:
        handover.check_can_note_held(handover=Story(row.episode).of(row))
    except Blocked as blocked:
        return blocked.sentence
    return ""


def _go_on(request: Request, row: HandOver, interview: Interview) -> HttpResponse:
    if HandOver.objects.filter(pk=row.pk, reported_at__isnull=False).exists():
        messages.success(request, "Saved. Now write the record from their report.")
        return redirect("record-interview", interview.pk)
    messages.success(request, f"Saved. Ask {row.to.name} to report.")
    return redirect("show-handover", row.pk)


def _done_for_us(request: Request, pk: int) -> HandOver:
    """An interview asked of a body that is not on the system, by the person's own council."""
    seen = HandOver.objects.visible_to(request.user).select_related(
        "episode__child", "to_authority", "to_provider"
    )
    row = get_object_or_404(seen, pk=pk)
    is_ours = request.user.may_about(row.episode, Verb.BOOK, Relation.RESPONSIBLE)
    if not is_ours or row.is_of_the_duty or not handovers.needs_letter(row):
        raise Http404
    looking.at(request, row)
    return row


urlpatterns = [path("hand-overs/<int:pk>/held", held, name="note-held-handover")]
