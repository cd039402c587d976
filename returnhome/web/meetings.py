"""Meetings about children who go missing: those called for, and the record of one that was held."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from returnhome.casework import journal, meetings
from returnhome.casework.children import Child
from returnhome.casework.episodes import Episode
from returnhome.casework.meetings import Meeting
from returnhome.casework.staff import ANSWERING, Person
from returnhome.reporting import escalations
from returnhome.rules.access import Relation, Verb
from returnhome.rules.codes import MeetingKind
from returnhome.rules.protocols import uk_day
from returnhome.web import called, days, gds, looking, pages
from returnhome.web.asked import Request
from returnhome.web.called import Call

A_PAGE = 50
# Longer overdue than this, a meeting stands apart: still open, but no work of today.
LONG_OVERDUE = timedelta(days=30)


# What is called for.


@dataclass(frozen=True)
class OfChild:
    """All that is called for of one child; one meeting, the gravest, does for the lighter ones."""

    child: Child
    calls: Sequence[Call]

    @property
    def href(self) -> str:
        grave = list(MeetingKind)
        return max(self.calls, key=lambda call: grave.index(call.escalation.action)).href


@dataclass(frozen=True)
class Closed:
    """What was closed lately: by a meeting on a day, or because the child was found first."""

    call: Call
    at: datetime
    is_held: bool


def index(request: Request) -> HttpResponse:
    """What the protocols call for of the children for whom the person's council answers."""
    person, now = request.user, request.now
    if not has_council(person):
        raise Http404
    theirs = Child.objects.known_now_to(person).filter(
        person.whose(Verb.MEET, Relation.RESPONSIBLE, child="pk")
    )
    found = escalations.of_council(theirs, now=now)
    calls = [called.call_of(child, each, person, now) for child, each in found]
    due = called.still_open(calls)
    pressing = [call for call in due if not _is_long_overdue(call, now)]
    page = Paginator(_by_child(pressing), A_PAGE).get_page(request.GET.get("page"))
    long_overdue = _by_child(call for call in due if _is_long_overdue(call, now))
    closed = _closed_lately(calls, person, now)[:A_PAGE]
    again = escalations.meeting_again(theirs, now=now)[:A_PAGE]
    shown = [each.child for each in (*page.object_list, *long_overdue[:A_PAGE])]
    shown += [each.call.child for each in closed] + [child for child, _ in again]
    looking.at_list(request, "meetings", [child.pk for child in shown])
    context = {
        "page": page,
        "number": len(pressing),
        "late": sum(call.escalation.due_at < now for call in pressing),
        "long_overdue": long_overdue[:A_PAGE],
        "number_long_overdue": len(long_overdue),
        "again": again,
        "today": uk_day(now),
        "closed": closed,
    }
    return render(request, "meetings/index.html", context)


def _by_child(calls: Iterable[Call]) -> list[OfChild]:
    """The child with the soonest due meeting first."""
    found: dict[int, list[Call]] = {}
    for call in calls:
        found.setdefault(call.child.pk, []).append(call)
    return [OfChild(theirs[0].child, theirs) for theirs in found.values()]


def has_council(person: Person) -> bool:
    """Whether there are children at all about whom this person may record a meeting."""
    return person.may(Verb.MEET) and bool(person.reach.authorities)


def _is_long_overdue(call: Call, now: datetime) -> bool:
    """Of a child still missing nothing is ever long ago."""
    is_about_hours = bool(call.escalation.rule.hours)
    return not is_about_hours and call.escalation.due_at < now - LONG_OVERDUE


def _closed_lately(calls: Iterable[Call], person: Person, now: datetime) -> list[Closed]:
    """The latest first. One query."""
    met = {call.escalation.met for call in calls} - {None}
    held = Meeting.objects.visible_to(person).filter(pk__in=met)  # type: ignore[misc]
    held_at: dict[Any, datetime] = dict(held.values_list("pk", "held_at"))
    found = []
    for call in calls:
        at = held_at.get(call.escalation.met) or call.escalation.lapsed_at
        if at is not None and at > now - escalations.LATELY:
            found.append(Closed(call, at, is_held=call.escalation.met is not None))
    return sorted(found, key=lambda each: (each.at, each.call.escalation.key), reverse=True)


# The record of a meeting.

WHO_MEETS = {
    MeetingKind.REVIEW: "One person looks over what is being done. It needs no second.",
    MeetingKind.MISSING_MEETING: "Those who look for the child: council, police, home or family.",
    MeetingKind.STRATEGY_MEETING: "Council, police and health, where a child may come to harm.",
}


class MeetingForm(gds.Form):
    kind = gds.Radios(
        "What kind of meeting was it?",
        choices=MeetingKind.choices(),
        coerce=MeetingKind,
        hints=WHO_MEETS,
        missing="Select what kind of meeting it was",
    )
    held_at = days.Moment("When was it held?", noun="the time it was held", exact_only=True)
    attended = gds.Textarea(
        "Who came?",
        rows=4,
        missing="Say who came",
        hint="One a line, with what they do. For example: Jo Hart, police missing persons unit",
    )
    decided = gds.Textarea(
        "What was decided?",
        rows=6,
        missing="Say what was decided, or that nothing needs to change, and why",
        hint="Who does what, by when. Whoever may read what the child said can read this.",
    )
    next_on = days.Date(
        "When is the next one? (optional)",
        noun="the day of the next one",
        required=False,
        hint="If it was agreed. For example, 27 3 2026",
    )


def record(request: Request, pk: int) -> HttpResponse:
    child = child_for(request, pk)
    episode = _episode(request, child)
    first = {"kind": request.GET.get("kind"), "held_at": request.now}
    form = MeetingForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            meeting = meetings.record(
                child,
                kind=said["kind"],
                held_at=said["held_at"].at,
                attended=said["attended"].splitlines(),
                decided=said["decided"],
                next_on=said["next_on"],
                episode=episode,
                by=request.user,
                at=request.now,
            )
            messages.success(request, _what_now(request, meeting))
            return redirect("show-child", child.pk)
    back = reverse("show-child", args=[child.pk])
    return gds.form_page(
        request,
        form,
        title="Record a meeting",
        caption=pages.name_of(child),
        button="Save the record",
        back=back,
        cancel=back,
        template="meetings/record.html",
        calls=_called_for(request, child),
        inset="Once saved it is never changed. What was written wrongly can be marked as recorded "
        "in error, and recorded again.",
    )


def child_for(request: Request, pk: int) -> Child:
    """The child, where the person may record a meeting about them; a look is journalled."""
    seen = Child.objects.visible_to(request.user).select_related("joined_to")
    child = get_object_or_404(seen, pk=pk)
    if not called.may_record(request.user, child):
        raise Http404
    looking.at(request, child)
    return child


def _episode(request: Request, child: Child) -> Episode | None:
    """The episode that called for it, where the address names one of this child's."""
    named = request.GET.get("episode", "")
    if not (named.isascii() and named.isdigit() and len(named) < 15):
        return None
    return Episode.objects.visible_to(request.user).filter(child=child, pk=int(named)).first()


def _called_for(request: Request, child: Child) -> list[Call]:
    found = called.of_children([child], request.user, request.now)
    return called.still_open(found.get(child.pk, ()))


def _what_now(request: Request, meeting: Meeting) -> str:
    """What is still called for after it: a lighter meeting does not do for a graver one."""
    left = list(dict.fromkeys(call.name for call in _called_for(request, meeting.child)))
    if not left:
        return "The meeting is recorded. Nothing more is called for now."
    names = pages.listed(name if name == left[0] else name.lower() for name in left)
    return f"The meeting is recorded. Still called for: {names.lower()}."


class VoidForm(gds.Form):
    because = gds.Text(
        "Why was it recorded in error?",
        noun="why it was recorded in error",
        hint="For example: it was about another child.",
        max_length=200,
    )


def void(request: Request, pk: int) -> HttpResponse:
    seen = Meeting.objects.visible_to(request.user).select_related("child__joined_to")
    meeting = get_object_or_404(seen, pk=pk)
    child = meeting.child.whole
    if child is None or not called.may_record(request.user, child):
        raise Http404
    looking.at(request, meeting)
    form = VoidForm(request.POST or None)
    back = reverse("show-child", args=[child.pk])
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            meetings.void(meeting, **form.cleaned_data, by=request.user, at=request.now)
            messages.success(request, "Marked as recorded in error. What it closed is open again.")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="Meeting recorded in error",
        caption=f"{pages.name_of(child)}: {meeting.label}, {pages.moment(meeting.held_at)}",
        button="Mark it as recorded in error",
        button_classes="govuk-button--warning",
        warning="What this meeting closed is called for again.",
        back=back,
        cancel=back,
    )


# On the child's page.


@dataclass(frozen=True)
class Held:
    """A meeting as the child's page shows it; its words only to those who may read accounts."""

    meeting: Meeting
    who_came: Sequence[str]
    decided: str
    voided: Any


def of_child(child: Child, person: Person, now: datetime) -> Mapping[str, Any]:
    """What is called for of this child and the meetings held, as far as the person may know.

    Seven queries and a journal entry for what is read; none for whoever may know of neither.
    """
    if not called.are_known_to(person, child):
        return {
            "calls": [],
            "lapsed": [],
            "held": [],
            "may_meet": False,
            "may_void": False,
            "may_read_meetings": False,
        }
    calls = called.of_children([child], person, now)[child.pk]
    may_read = person.may_about(child, Verb.SEE_ACCOUNT, *ANSWERING)
    whole = child.whole
    return {
        "calls": called.still_open(calls),
        "lapsed": [
            call
            for call in calls
            if call.escalation.lapsed_at and call.escalation.lapsed_at > now - escalations.LATELY
        ],
        "held": _held(child, person, now, may_read=may_read),
        "may_meet": called.may_record(person, child),
        "may_void": whole is not None and called.may_record(person, whole),
        "may_read_meetings": may_read,
    }


def _held(child: Child, person: Person, now: datetime, *, may_read: bool) -> list[Held]:
    rows = (
        Meeting.objects.visible_to(person)
        .filter(pk__in=Meeting.objects.about(child.pk).values("pk"))
        .select_related("recorded_by", "voiding__by")
        .newest_first()
    )
    if not may_read:
        rows = rows.defer("attended", "decided", "voiding__because")
    found = list(rows)
    if may_read:
        journal.write_all("read", found, by=person, at=now)
    return [
        Held(
            meeting,
            meeting.who_came if may_read else (),
            meeting.decided if may_read else "",
            getattr(meeting, "voiding", None),
        )
        for meeting in found
    ]


urlpatterns = [
    path("meetings", index, name="meetings"),
    path("children/<int:pk>/record-meeting", record, name="record-meeting"),
    path("meetings/<int:pk>/void", void, name="void-meeting"),
]
