"""What a body that is not on the system did for a child: its interview, its report that came."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from returnhome.casework import handovers, journal
from returnhome.casework.handovers import HandOver, Story
from returnhome.casework.interviews import HolderMissing, Interview
from returnhome.rules import Blocked, handover
from returnhome.rules.access import Relation, Verb
from returnhome.rules.codes import Mode, Place
from returnhome.web import before, days, gds, pages
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
    if request.method == "GET" and (closed := _why_not_held(row)):
        messages.info(request, closed)
        return redirect("show-episode", row.episode_id)
    if request.method == "POST" and form.is_valid():
        said = {**form.cleaned_data}
        moment, has_report = said.pop("held_at"), said.pop("has_report")
        # Both or neither: a refusal of the second takes the first back.
        with gds.refusals_into(form), transaction.atomic():
            interview = handovers.note_held(row, moment, **said, by=request.user, at=request.now)
            if has_report and not row.reported_at:
                handovers.report(row, by=request.user, at=request.now)
            return _go_on(request, row, interview, has_report=has_report)
    title = f"Record the interview that {row.to.name} held"
    return _page(request, row, form, "held", title, "Save")


def _why_not_held(row: HandOver) -> str:
    if row.episode.held_at:
        return "An interview is recorded for this episode already."
    try:
        handover.check_can_note_held(handover=Story(row.episode).of(row))
    except Blocked as blocked:
        return blocked.sentence
    return ""


def _go_on(
    request: Request, row: HandOver, interview: Interview | None, *, has_report: bool
) -> HttpResponse:
    if interview is None:
        messages.success(request, "Their report is recorded. Now say who held it, and when.")
        return redirect("note-held-hand-over", row.pk)
    if has_report and interview.may_be_recorded_by(request.user) and not interview.is_signed:
        messages.success(request, "Saved. Now write the record from their report.")
        return redirect("record-interview", interview.pk)
    messages.success(request, "Saved." if has_report else f"Saved. Ask {row.to.name} to report.")
    return redirect("show-episode", row.episode_id)


def report(request: Request, pk: int) -> HttpResponse:
    row = _done_for_us(request, pk)
    form = gds.Form(request.POST if request.method == "POST" else None)
    if request.method == "GET" and row.reported_at:
        messages.info(request, handover.AlreadyReported.sentence)
        return redirect("show-episode", row.episode_id)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            handovers.report(row, by=request.user, at=request.now)
            return _go_on(request, row, _held_elsewhere(row), has_report=True)
    title = f"Record that {row.to.name} has reported"
    return _page(request, row, form, "report", title, "Their report has come")


def _held_elsewhere(row: HandOver) -> Interview | None:
    theirs = row.episode.interviews.filter(not_held_at__isnull=True).exclude(held_by_name="")
    return theirs.newest_first().first()


def _done_for_us(request: Request, pk: int) -> HandOver:
    """An interview asked of a body that is not on the system, by the person's own council."""
    seen = HandOver.objects.visible_to(request.user).select_related(
        "episode__child", "to_authority", "to_provider"
    )
    row = get_object_or_404(seen, pk=pk)
    is_ours = request.user.may_about(row.episode, Verb.BOOK, Relation.RESPONSIBLE)
    if not is_ours or row.is_of_the_duty or not handovers.needs_letter(row):
        raise Http404
    if request.method == "GET":
        journal.write("read", row, by=request.user, at=request.now)
    return row


def _page(
    request: Request, row: HandOver, form: gds.Form, name: str, title: str, button: str
) -> HttpResponse:
    back = reverse("show-episode", args=[row.episode_id])
    return gds.form_page(
        request,
        form,
        title=title,
        caption=pages.name_of(row.episode.child),
        button=button,
        back=back,
        cancel=back,
        template=f"letters/{name}.html",
        row=row,
        episode=row.episode,
        clock=before.clock_of(row.episode, request.now),
        done=before.done(row.episode),
    )


urlpatterns = [
    path("hand-overs/<int:pk>/held", held, name="note-held-hand-over"),
    path("hand-overs/<int:pk>/report", report, name="report-hand-over"),
]
