"""Booking an interview, moving it, recording that it was held or was not."""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse

from returnhome.casework import interviews
from returnhome.casework.episodes import Episode
from returnhome.casework.interviews import Interview
from returnhome.casework.staff import Person
from returnhome.rules import interviewing
from returnhome.rules.access import Verb
from returnhome.rules.codes import Answer, Mode, NotHeldReason, Place, Role
from returnhome.web import (
    before,
    check_ins,
    communications,
    days,
    declines,
    gds,
    interviewers,
    pages,
    tellings,
)
from returnhome.web.asked import Request, covered, episode_for, interview_for
from returnhome.web.interviewers import Interviewer

# How long a talk and the way to it may take: nearer bookings than this are asked about.
A_TALK = timedelta(minutes=59)


class BookForm(gds.Form):
    interviewer = gds.Radios("Who will hold it?", noun="who will hold it", coerce=int)
    booked_for = days.Moment("When?", noun="the time of the interview", exact_only=True)
    place = gds.Radios(
        "Where?",
        noun="where it will be",
        choices=Place.choices(),
        hint="Somewhere neutral, where the child feels safe.",
        classes="rh-columns",
    )
    mode = gds.Radios("How?", noun="how it will be held", choices=Mode.choices(), inline=True)
    place_note = gds.Textarea(
        "Where exactly (optional)",
        required=False,
        rows=2,
        hint="Address or room, how to get in. It never goes into a calendar.",
    )
    wishes = gds.Textarea(
        "What the child wants (optional)",
        required=False,
        rows=3,
        hint="Who, where and when; alone or with somebody they trust.",
    )
    also = gds.Checkboxes(
        "This interview answers for these too",
        required=False,
        coerce=int,
        hint="The child came back from these as well, and nobody has talked with them since.",
    )
    # The warnings that stood on the page when the button was pressed again.
    warned = gds.Hidden(required=False)

    def __init__(
        self,
        *args: Any,
        who: Sequence[Interviewer],
        request: Request,
        others: Sequence[Episode] = (),
        moved: Interview | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.moved = moved
        self.who = {one.person.pk: one for one in who}
        today = interviewers.today(request.now)
        choose = self.fields["interviewer"]
        choose.choices = [(one.person.pk, one.named) for one in who]  # type: ignore[attr-defined]
        choose.hints = {str(one.person.pk): one.in_words(today) for one in who}  # type: ignore[attr-defined]
        if others:
            also = self.fields["also"]
            also.choices = [(one.pk, _episode_in_words(one)) for one in others]  # type: ignore[attr-defined]
        else:
            del self.fields["also"]

    def warnings(self, episodes: Sequence[Episode]) -> list[str]:
        """What speaks against this booking, for whoever books to decide."""
        one, at = self.who[self.cleaned_data["interviewer"]], self.cleaned_data["booked_for"].at
        dues = [each.deadline for each in episodes if each.deadline]
        due = min(dues, key=lambda due: due.earliest, default=None)
        said = interviewing.booking_warnings(
            booked_for=at, due=due, training_due=one.training_due, checks_due=one.checks_due
        )
        near = (at - A_TALK, at + A_TALK)
        busy = Interview.objects.booked().filter(interviewer=one.person, booked_for__range=near)
        if self.moved:
            busy = busy.exclude(pk=self.moved.pk)
        if busy.exists():
            said = (*said, "This interviewer has another interview booked at about that time.")
        return [*self._replaced(episodes), *said]

    def _replaced(self, episodes: Sequence[Episode]) -> list[str]:
        """A new booking takes the place of one that stands; moving one does not."""
        booked = {each.booked_for for each in episodes if each.booked_for and not self.moved}
        return [
            f"An interview is booked for {pages.moment(when)}: this one takes its place."
            for when in sorted(booked)
        ]

    def is_confirmed(self, warnings: list[str]) -> bool:
        """Whether these very warnings were on the page already; if not, they are from now on."""
        seal = sha256("\n".join(warnings).encode()).hexdigest()[:16] if warnings else ""
        if self.cleaned_data["warned"] == seal:
            return True
        self.data = self.data.copy()  # type: ignore[attr-defined]
        self.data["warned"] = seal  # type: ignore[index]
        return not warnings


def _episode_in_words(episode: Episode) -> str:
    end = episode.returned or episode.found
    word = "returned" if episode.returned else "found"
    words = f"Missing from {pages.day(episode.started_at)}, {word} {pages.moment(end)}"
    booked = episode.booked_for
    return f"{words}. Replaces the booking for {pages.moment(booked)}" if booked else words


def book(request: Request, pk: int) -> HttpResponse:
    episode = episode_for(request, pk, Verb.BOOK)
    others = _others(episode, request.user)
    who = interviewers.of_episode(episode, request.user)
    first: dict[str, Any] = {
        "wishes": _wished(episode),
        **check_ins.agreed(episode, request.user, request.now),
    }
    if request.user.has_role(Role.INTERVIEWER):
        first["interviewer"] = request.user.pk
    form = BookForm(request.POST or None, who=who, others=others, request=request, initial=first)
    warnings: list[str] = []
    if request.method == "POST" and form.is_valid():
        ticked = form.cleaned_data.get("also") or []
        covering = [episode, *(other for other in others if other.pk in ticked)]
        warnings = form.warnings(covering)
        if form.is_confirmed(warnings):
            with gds.refusals_into(form):
                interview = interviews.book(
                    covering, **_agreed(form), by=request.user, at=request.now
                )
                when = pages.moment(interview.booked_for)
                messages.success(request, f"The interview is booked for {when}.")
                return redirect("show-episode", episode.pk)
    # One yes is enough: a child who agreed to talk of a later episode agreed to talk.
    yes = Answer.ACCEPTED in {episode.answer, *(other.answer for other in others)}
    return _page(
        request,
        form,
        "book",
        title="Book the interview",
        button="Book all the same" if warnings else "Book the interview",
        episode=episode,
        warnings=warnings,
        is_accepted=yes,
        said=_said(episode),
        offer=episode.offers.newest_first().first(),
    )


def _wished(episode: Episode) -> str:
    """What the child wanted at the last booking, whoever made it."""
    last = episode.interviews.newest_first().first()
    return last.wishes if last else ""


def _said(episode: Episode) -> list[str]:
    """What was noted of the child’s words when it was offered, and when they accepted."""
    offer = episode.offers.newest_first().first()
    reply = offer.latest_reply if offer else None
    if offer is None or reply is None or reply.given is not Answer.ACCEPTED:
        return []
    return [words for words in (offer.note, reply.reason) if words]


def _is_independent() -> gds.Radios:
    return gds.Radios(
        "Is the interviewer independent of the child’s care?",
        choices=[("yes", "Yes"), ("no", "No")],
        coerce=lambda value: value == "yes",
        hint="Somebody not involved in caring for the child, or in decisions about their care.",
        reveal={"no": ["independence_note"]},
    )


def _why_not_independent() -> gds.Textarea:
    return gds.Textarea(
        "Why was it so?",
        missing="Say why the interviewer was not independent",
        rows=2,
        hint="For example: the child asked for their own social worker.",
    )


class HeldForm(gds.Form):
    """An interview that took place and was never booked."""

    interviewer = gds.Radios("Who held it?", noun="who held it", coerce=int)
    held_at = days.Moment("When did it take place?", noun="the time of the interview")
    place = gds.Radios("Where?", noun="where it was", choices=Place.choices(), classes="rh-columns")
    mode = gds.Radios("How?", noun="how it was held", choices=Mode.choices(), inline=True)
    is_independent = _is_independent()
    independence_note = _why_not_independent()

    def __init__(self, *args: Any, who: Sequence[Interviewer], **options: Any) -> None:
        super().__init__(*args, **options)
        self.who = {one.person.pk: one for one in who}
        self.fields["interviewer"].choices = [(one.person.pk, one.named) for one in who]  # type: ignore[attr-defined]


def hold_unbooked(request: Request, pk: int) -> HttpResponse:
    """The interview took place, and nobody had booked it here."""
    episode = episode_for(request, pk, Verb.BOOK)
    who = interviewers.of_episode(episode, request.user)
    first = {"interviewer": request.user.pk} if request.user.has_role(Role.INTERVIEWER) else {}
    form = HeldForm(request.POST or None, who=who, initial=first)
    if request.method == "POST" and form.is_valid():
        said = {**form.cleaned_data}
        person = form.who[said.pop("interviewer")].person
        with gds.refusals_into(form):
            interview = interviews.hold_unbooked(
                episode,
                said.pop("held_at"),
                interviewer=person,
                **said,
                by=request.user,
                at=request.now,
            )
            messages.success(request, "Recorded that the interview took place.")
            if interview.may_be_recorded_by(request.user):
                return redirect("record-interview", interview.pk)
            return redirect("show-interview", interview.pk)
    return _page(
        request,
        form,
        "unbooked",
        title="Record an interview that was not booked",
        button="Save",
        episode=episode,
    )


def _agreed(form: BookForm) -> dict[str, Any]:
    said = form.cleaned_data
    return {
        "interviewer": form.who[said["interviewer"]].person,
        "booked_for": said["booked_for"].at,
        **{name: said[name] for name in ("place", "mode", "place_note", "wishes")},
    }


def _others(episode: Episode, person: Person) -> list[Episode]:
    """The child's other episodes that ended and that no interview answers for yet."""
    open_ones = Episode.objects.visible_to(person).counted().unsettled()
    theirs = open_ones.filter(child_id=episode.child_id, held_at=None, ended_at__isnull=False)
    return [
        other
        for other in theirs.exclude(pk=episode.pk).newest_first()
        if other.allows(person, Verb.BOOK)
    ]


def move(request: Request, pk: int) -> HttpResponse:
    interview = interview_for(request, pk, Verb.BOOK)
    episodes = covered(interview)
    if request.method == "GET" and not interview.is_booked:
        return redirect("show-interview", interview.pk)
    names = ("interviewer_id", "booked_for", "place", "mode", "place_note", "wishes")
    first = {name.removesuffix("_id"): getattr(interview, name) for name in names}
    if not request.POST and interview.booked_for <= request.now:
        # It was only a short check-in: what was agreed there of the fuller talk.
        first |= check_ins.agreed(episodes[0], request.user, request.now)
    who = interviewers.of_episode(episodes[0], request.user)
    if interview.interviewer_id not in {one.person.pk for one in who}:
        who += interviewers.of_people([interview.interviewer])
    form = BookForm(request.POST or None, who=who, request=request, moved=interview, initial=first)
    warnings: list[str] = []
    if request.method == "POST" and form.is_valid():
        warnings = form.warnings(episodes)
        if form.is_confirmed(warnings):
            with gds.refusals_into(form):
                moved = interviews.move_booking(
                    interview, **_agreed(form), by=request.user, at=request.now
                )
                when = pages.moment(moved.booked_for)
                messages.success(request, f"The booking is changed: {when}.")
                return redirect("show-interview", interview.pk)
    return _page(
        request,
        form,
        "move",
        title="Change the booking",
        button="Change all the same" if warnings else "Change the booking",
        episode=episodes[0],
        warnings=warnings,
        interview=interview,
    )


# Held, or not held.


def _what_it_does(reason: NotHeldReason) -> str:
    """What follows from a reason, said beside it: drawn from the code list, nothing else."""
    if reason.declined_by and not reason.closes:
        says = "This is not the child’s no. The offer stays open and so does the episode."
    elif reason.declined_by:
        says = (
            "Ends the work on this episode once it is asked what the no leaves to ask. "
            "The child can take the offer up at any time."
        )
    elif reason.closes:
        says = "Ends the work on this episode for now. A new offer opens it again."
    else:
        says = "The episode stays on the work list."
    return f"{says} Needs a note." if reason.needs_note else says


class NotHeldForm(gds.Form):
    reason = gds.Radios(
        "Why was there no interview?",
        choices=NotHeldReason.choices(),
        coerce=NotHeldReason,
        hints={reason.value: _what_it_does(reason) for reason in NotHeldReason},
        reveal={NotHeldReason.COVERED_BY_ANOTHER: ["covered_by"]},
    )
    covered_by = gds.Text(
        "Which interview covers this episode?",
        hint="For example, the one that Ines Okafor held on 3 March.",
    )
    note = gds.Textarea("Note", required=False, rows=3, hint="What was tried, and what comes next.")


def not_hold(request: Request, pk: int) -> HttpResponse:
    episode = episode_for(request, pk, Verb.BOOK)
    form = NotHeldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            row = interviews.not_hold(
                episode,
                said["reason"],
                note="\n".join(part for part in (said["covered_by"], said["note"]) if part),
                by=request.user,
                at=request.now,
            )
            messages.success(request, f"Recorded. {_what_it_does(NotHeldReason(row.reason))}")
            asked = declines.first_page(Episode.objects.get(pk=episode.pk))
            if NotHeldReason(row.reason).declined_by and asked:
                return redirect(asked[1])
            return redirect("show-episode", episode.pk)
    title, button = "Record that no interview was held", "Save the reason"
    return _page(request, form, "not_hold", title=title, button=button, episode=episode)


class HoldForm(gds.Form):
    held_at = days.Moment("When did it take place?", noun="the time of the interview")
    is_independent = _is_independent()
    independence_note = _why_not_independent()


def hold(request: Request, pk: int) -> HttpResponse:
    interview = interview_for(request, pk, Verb.BOOK)
    if request.method == "GET" and interview.is_signed:
        return redirect("show-interview", interview.pk)
    is_past = interview.booked_for <= request.now
    independent = {True: "yes", False: "no", None: None}[interview.is_independent]
    first = {
        "held_at": interview.held or (interview.booked_for if is_past else None),
        "is_independent": independent,
        "independence_note": interview.independence_note,
    }
    form = HoldForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            interviews.hold(
                interview,
                said["held_at"],
                is_independent=said["is_independent"],
                independence_note=said["independence_note"],
                by=request.user,
                at=request.now,
            )
            messages.success(request, "Recorded that the interview took place.")
            if interview.may_be_recorded_by(request.user):
                return redirect("record-interview", interview.pk)
            return redirect("show-interview", interview.pk)
    return _page(
        request,
        form,
        "hold",
        title="Record that the interview took place",
        button="Save",
        episode=covered(interview)[0],
        interview=interview,
    )


def _page(
    request: Request,
    form: gds.Form,
    name: str,
    *,
    episode: Episode,
    interview: Interview | None = None,
    **context: Any,
) -> HttpResponse:
    back = (
        reverse("show-interview", args=[interview.pk])
        if interview
        else reverse("show-episode", args=[episode.pk])
    )
    return gds.form_page(
        request,
        form,
        caption=pages.name_of((interview or episode).child),
        back=back,
        cancel=back,
        template=f"interviews/{name}.html",
        episode=episode,
        interview=interview,
        clock=before.clock_of(episode, request.now),
        done=before.done(episode),
        talking=communications.seen_by((interview or episode).child, request.user),
        **{"warning": tellings.warning_for(episode, request.user)} | context,
    )


urlpatterns = [
    path("episodes/<int:pk>/book", book, name="book-interview"),
    path("episodes/<int:pk>/hold", hold_unbooked, name="hold-unbooked-interview"),
    path("episodes/<int:pk>/not-hold", not_hold, name="not-hold-interview"),
    path("interviews/<int:pk>/move", move, name="move-interview"),
    path("interviews/<int:pk>/hold", hold, name="hold-interview"),
]
