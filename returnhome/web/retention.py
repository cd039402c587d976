"""Records whose time is over: put forward to be reviewed, on hold, decided on by two people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from returnhome.casework import retention
from returnhome.casework.children import Child
from returnhome.casework.episodes import Episode
from returnhome.casework.interviews import Interview
from returnhome.casework.meetings import Meeting
from returnhome.casework.notifications import Notification
from returnhome.casework.retention import Erasure, Hold, PutForward, RetentionReview
from returnhome.casework.shares import Share
from returnhome.casework.staff import Person
from returnhome.casework.support import Action
from returnhome.reporting import retaining
from returnhome.reporting.retaining import Kept
from returnhome.rules import retention as the_rules
from returnhome.rules.access import Verb
from returnhome.rules.protocols import uk_day
from returnhome.rules.retention import HoldFor, OutcomeOfReview, Standing, Status
from returnhome.rules.sharing import Recipient
from returnhome.web import days, gds, looking, pages
from returnhome.web.asked import Request

A_PAGE = 50


def reviews(person: Person) -> bool:
    """Whether there are records at all on which this person decides."""
    return bool(retention.areas_of(person))


def _child(request: Request, pk: int) -> Child:
    """The child, where the person decides on the record; one that is joined goes with the other."""
    seen = Child.objects.visible_to(request.user).select_related("responsible_authority")
    child = get_object_or_404(seen, pk=pk)
    if child.joined_to_id or not child.allows(request.user, Verb.RETAIN):
        raise Http404
    return child


# The lists.


def index(request: Request) -> HttpResponse:
    """What was put forward for the person’s council, what waits for a second, what was erased."""
    person = request.user
    if not reviews(person):
        raise Http404
    waiting = RetentionReview.objects.visible_to(person).waiting().select_related("child", "by")
    held = Hold.objects.visible_to(person).standing().select_related("child", "made_by")
    forward = PutForward.objects.visible_to(person).select_related("child").oldest_first()
    asked = set(waiting.values_list("child", flat=True))
    decided = _confirmed(person)
    rows = forward.exclude(child__in=asked | set(decided))
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    asked_for = list(waiting.newest_first()[:A_PAGE])
    agreed = list(decided.values())[:A_PAGE]
    on_hold = list(held.newest_first()[:A_PAGE])
    context = {
        "page": page,
        "waiting": asked_for,
        "confirmed": agreed,
        "held": on_hold,
        "erased": list(Erasure.objects.visible_to(person).newest_first()[:A_PAGE]),
        "standings": {each.value: each.label for each in Standing},
        "statuses": {each.value: each.label for each in Status},
        "reasons": {each.value: each.label for each in HoldFor},
        "left_open": Standing.LEFT_OPEN.value,
    }
    shown = [row.child_id for row in page.object_list]
    shown += [row.child_id for row in (*asked_for, *agreed)] + [row.child_id for row in on_hold]
    looking.at_list(request, "retention", shown)
    return render(request, "retention/index.html", context)


def _confirmed(person: Person) -> dict[int, RetentionReview]:
    """Child → the erasure that two people want and that nobody has taken back since."""
    agreed = RetentionReview.objects.visible_to(person).filter(is_confirmed=True)
    every = RetentionReview.objects.visible_to(person).filter(child__in=agreed.values("child"))
    last: dict[int, RetentionReview] = {}
    for said in every.select_related("child", "by", "second_by").newest_first():
        last.setdefault(said.child_id, said)
    return {child: said for child, said in last.items() if said.is_confirmed}


# One record.


@dataclass(frozen=True)
class Part:
    """How much of one kind is on the record."""

    what: str
    number: int


def _parts(child: Child, person: Person) -> list[Part]:
    """How much is held, as far as the person sees it: never what."""
    those = [child.pk, *child.joined.values_list("pk", flat=True)]
    found: Sequence[tuple[str, Any]] = (
        ("Missing episodes", Episode.objects.visible_to(person).filter(child__in=those)),
        ("Interviews", Interview.objects.visible_to(person).filter(child__in=those)),
        ("Actions", Action.objects.visible_to(person).filter(episode__child__in=those)),
        ("Meetings", Meeting.objects.visible_to(person).filter(child__in=those)),
        ("Notifications", Notification.objects.visible_to(person).filter(child__in=those)),
        ("Shares that went out", _shared(child, person)),
        ("Records joined to it", child.joined.all()),
    )
    return [Part(what, rows.count()) for what, rows in found]


def _shared(child: Child, person: Person) -> Any:
    those = [child.pk, *child.joined.values_list("pk", flat=True)]
    return Share.objects.visible_to(person).filter(child__in=those, sent_at__isnull=False)


def _kept(child: Child, on: date) -> Kept:
    kept = retaining.of_child(child.pk, on)
    if kept is None:
        raise Http404
    return kept


def show(request: Request, pk: int) -> HttpResponse:
    person = request.user
    child = _child(request, pk)
    looking.at(request, child)
    today = uk_day(request.now)
    kept = _kept(child, today)
    held = Hold.objects.visible_to(person).about(child.pk)
    said = RetentionReview.objects.visible_to(person).about(child.pk)
    every = list(said.select_related("by", "second_by").newest_first())
    holds = list(held.select_related("made_by", "ended_by").newest_first())
    to = _shared(child, person).values_list("to__name", "recipient")
    context = {
        "child": child,
        "today": today,
        "kept": kept,
        "is_due": kept.outcome.standing in the_rules.TO_REVIEW,
        "is_left_open": kept.outcome.standing is Standing.LEFT_OPEN,
        "parts": [each for each in _parts(child, person) if each.number],
        "to": sorted({name or Recipient(recipient).label for name, recipient in to}),
        "holds": holds,
        "standing_hold": next((each for each in holds if not each.ended_at), None),
        "said": every,
        "waiting": next((each for each in every if each.is_waiting), None),
        "confirmed": every[0] if every and every[0].is_confirmed else None,
        "outcomes": {each.value: each.label for each in OutcomeOfReview},
        "statuses": {each.value: each.label for each in Status},
        "reasons": {each.value: each.label for each in HoldFor},
        "is_own": any(each.is_waiting and each.by_id == person.pk for each in every),
    }
    return render(request, "retention/show.html", context)


class ReviewForm(gds.Form):
    outcome = gds.Radios(
        "What becomes of this record?",
        choices=OutcomeOfReview.choices(),
        coerce=OutcomeOfReview,
        hints={
            OutcomeOfReview.KEEP_LONGER: "It comes back to be reviewed on that day.",
            OutcomeOfReview.STATUS: "Where the child was more to the council than this record "
            "shows, it is kept as long as that asks for.",
            OutcomeOfReview.NOTHING_MORE: "Where something was left open and nobody will go on "
            "with it.",
            OutcomeOfReview.ERASE: "A second manager has to confirm it. It cannot be undone.",
        },
        missing="Select what becomes of this record",
    )
    kept_until = days.Date(
        "Until when is it kept longer?", required=False, hint="Needed to keep it longer."
    )
    status = gds.Select(
        "What was the child to the council?",
        choices=Status.choices(),
        required=False,
        hint="Needed to say what the child was to the council.",
    )
    because = gds.Textarea(
        "Why?",
        rows=3,
        missing=the_rules.WhyMissing.sentence,
        hint="Only managers who decide on the record read this. It is erased with it.",
    )


def review(request: Request, pk: int) -> HttpResponse:
    child = _child(request, pk)
    looking.at(request, child)
    kept = _kept(child, uk_day(request.now))
    back = reverse("retention-child", args=[child.pk])
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            retention.review(
                child,
                said["outcome"],
                said["because"],
                standing=kept.outcome.standing,
                known=kept.known,
                is_open=kept.facts.is_open,
                kept_until=said["kept_until"],
                status=Status(said["status"]) if said["status"] else None,
                by=request.user,
                at=request.now,
            )
            words = "What you said is written down."
            if said["outcome"] is OutcomeOfReview.ERASE:
                words = "A second manager has to confirm that this record is erased."
            messages.success(request, words)
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="Review this record",
        caption=pages.name_of(child),
        lead=f"{kept.outcome.standing.label}.",
        button="Write it down",
        back=back,
        cancel=back,
    )


class AnswerForm(gds.Form):
    is_confirmed = gds.Radios(
        "Is this record to be erased?",
        choices=[("yes", "Yes, erase it"), ("no", "No, keep it")],
        hints={"yes": "It is erased by whoever runs this service, with a certificate."},
        missing="Select whether the record is to be erased",
    )
    because = gds.Textarea("Why?", rows=3, required=False, hint="Needed where it is kept.")


def answer(request: Request, pk: int) -> HttpResponse:
    waiting = RetentionReview.objects.visible_to(request.user).waiting()
    said = get_object_or_404(waiting.select_related("child", "by"), pk=pk)
    looking.at(request, said)
    back = reverse("retention-child", args=[said.child_id])
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        is_confirmed = form.cleaned_data["is_confirmed"] == "yes"
        with gds.refusals_into(form):
            retention.answer(
                said,
                is_confirmed=is_confirmed,
                because=form.cleaned_data["because"],
                by=request.user,
                at=request.now,
            )
            words = "The record is going to be erased." if is_confirmed else "The record is kept."
            messages.success(request, words)
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="Confirm that this record is erased",
        caption=pages.name_of(said.child),
        lead=f"{said.by.name} put it forward on {pages.day(said.at)}: {said.because}",
        warning="Once it is erased nobody can bring it back, and nobody can read what the child "
        "told. Whoever was a child in care may ask for their record many years later.",
        button="Answer",
        back=back,
        cancel=back,
    )


# A hold.


class HoldForm(gds.Form):
    held_for = gds.Radios(
        "What is it on hold for?",
        choices=HoldFor.choices(),
        coerce=HoldFor,
        missing="Select what it is on hold for",
    )
    because = gds.Textarea(
        "Why?",
        rows=3,
        missing=the_rules.WhyMissing.sentence,
        hint="Who asked for it, and by which reference. Only managers who decide on the record "
        "read this.",
    )


def hold(request: Request, pk: int) -> HttpResponse:
    child = _child(request, pk)
    looking.at(request, child)
    back = reverse("retention-child", args=[child.pk])
    form = HoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            retention.hold(
                child,
                form.cleaned_data["held_for"],
                form.cleaned_data["because"],
                by=request.user,
                at=request.now,
            )
            messages.success(request, "The record is on hold: nothing of it is erased.")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="Put this record on hold",
        caption=pages.name_of(child),
        lead="Nothing of it is erased, however old it is, until somebody ends the hold.",
        button="Put it on hold",
        back=back,
        cancel=back,
    )


class EndForm(gds.Form):
    because = gds.Textarea("Why?", rows=3, missing=the_rules.WhyMissing.sentence)


def end_hold(request: Request, pk: int) -> HttpResponse:
    standing = Hold.objects.visible_to(request.user).standing()
    held = get_object_or_404(standing.select_related("child"), pk=pk)
    looking.at(request, held)
    back = reverse("retention-child", args=[held.child_id])
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            retention.end_hold(held, form.cleaned_data["because"], by=request.user, at=request.now)
            messages.success(request, "The hold has ended.")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="End the hold",
        caption=pages.name_of(held.child),
        lead="From now on the record is kept as long as its period says.",
        button="End the hold",
        back=back,
        cancel=back,
    )


# What was erased.


def erasure(request: Request, pk: int) -> HttpResponse:
    """The certificate: it names no child, and hangs on no record that is still there."""
    theirs = Erasure.objects.visible_to(request.user).select_related("authority")
    certificate = get_object_or_404(theirs, pk=pk)
    looking.at(request, certificate)
    status = Status(certificate.status).label
    return render(request, "retention/erasure.html", {"one": certificate, "status": status})


def of_child(child: Child, person: Person) -> dict[str, Any]:
    """For the child’s page: whether the person decides on the record; what it is on hold for."""
    if child.joined_to_id or not child.allows(person, Verb.RETAIN):
        return {"may_retain": False, "on_hold": ""}
    held = Hold.objects.visible_to(person).standing().filter(child=child).first()
    return {"may_retain": True, "on_hold": HoldFor(held.held_for).label if held else ""}


urlpatterns = [
    path("retention", index, name="retention"),
    path("children/<int:pk>/retention", show, name="retention-child"),
    path("children/<int:pk>/retention/review", review, name="review-retention-child"),
    path("children/<int:pk>/hold", hold, name="hold-child"),
    path("holds/<int:pk>/end", end_hold, name="end-hold"),
    path("retention-reviews/<int:pk>/answer", answer, name="answer-retention-review"),
    path("erasures/<int:pk>", erasure, name="show-erasure"),
]
