"""After a no: was the child spoken to, did they understand it, and what do the carers know?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse

from returnhome.casework import declines
from returnhome.casework import tellings as casework_tellings
from returnhome.casework.declines import CarersAsked, ChildSpokenTo, Understanding
from returnhome.casework.episodes import Episode
from returnhome.casework.staff import Person
from returnhome.rules.access import Verb
from returnhome.rules.codes import DeclinedBy, Means, NoOwes, Understood
from returnhome.rules.declining import COMPETENT_FROM, first_owed
from returnhome.rules.progress import is_to_be_reached
from returnhome.web import before, days, gds, pages, tellings
from returnhome.web.asked import Request, episode_for

YES, NO = "yes", "no"
PAGES = {
    NoOwes.SPOKEN_TO: "say-spoken-to",
    NoOwes.UNDERSTANDING: "judge-understanding",
    NoOwes.CARERS: "ask-carers",
}
LABELS = {
    NoOwes.SPOKEN_TO: "Say if the child was spoken to",
    NoOwes.UNDERSTANDING: "Say if the child understood",
    NoOwes.CARERS: "Ask the carers",
}
STILL = {
    NoOwes.SPOKEN_TO: "whether the child was spoken to",
    NoOwes.UNDERSTANDING: "whether they understood what they declined",
    NoOwes.CARERS: "what the carers know",
}
DO_NOT_ASK = (
    "A note says that a parent may be the risk: do not ask a parent. Save a reason below, or ask "
    "another carer who is safe."
)
AT_RISK = "A note stands that a parent may be the risk, so the carers are not asked."


def first_page(episode: Episode) -> tuple[str, str] | None:
    """What a no leaves to ask next, as a button: its words and its address."""
    owed = first_owed(episode.no_owes)
    return (LABELS[owed], reverse(PAGES[owed], args=[episode.pk])) if owed else None


def still_in_words(episode: Episode) -> str:
    """What is left to ask, in a sentence; empty where nothing is."""
    left = [STILL[each] for each in NoOwes if each in episode.no_owes]
    return f"Still to ask after the no: {pages.listed(left)}" if left else ""


# For the page of the episode.


@dataclass(frozen=True)
class Line:
    """One thing that a no leaves to ask: what is known of it, and who wrote it down when."""

    question: str
    is_owed: bool
    href: str
    label: str
    answers: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class AfterNo:
    """What is known after a no, and what is still to ask."""

    lines: Sequence[Line]
    is_at_risk: bool


def of_episode(
    episode: Episode, person: Person, now: datetime, *, is_at_risk: bool
) -> AfterNo | None:
    """For those who work with the child, where somebody said no; never for a host.

    Three queries, or none where nobody has answered yet.
    """
    if episode.answered_at is None and not episode.not_held:
        return None
    if not tellings.may_note(episode, person):
        return None
    spoken, understood, carers = (
        list(rows.visible_to(person).filter(episode=episode).select_related("noted_by").in_order())
        for rows in (ChildSpokenTo.objects, Understanding.objects, CarersAsked.objects)
    )
    answers = {
        NoOwes.SPOKEN_TO: [_spoken(row, now) for row in spoken],
        NoOwes.UNDERSTANDING: [_understood(row, now) for row in understood],
        NoOwes.CARERS: [_asked(row, now) for row in carers],
    }
    may_ask = not episode.is_voided and episode.allows(person, Verb.OFFER)
    lines = [
        Line(
            question=owes.label,
            is_owed=owes in episode.no_owes,
            href=reverse(PAGES[owes], args=[episode.pk]) if may_ask and episode.no_of else "",
            label="Add to it" if answers[owes] else LABELS[owes],
            answers=answers[owes],
        )
        for owes in NoOwes
        if answers[owes] or owes in episode.no_owes or _may_be_added(episode, owes)
    ]
    return AfterNo(lines, is_at_risk and episode.no_of is not None) if lines else None


def _may_be_added(episode: Episode, owes: NoOwes) -> bool:
    """A no of before this was asked owes nothing, and can have it said all the same."""
    return episode.no_of is not None and owes is not NoOwes.UNDERSTANDING


def _noted(row: Any, now: datetime) -> str:
    return f"{row.noted_by.name}, {pages.near(row.noted_at, now)}"


def _spoken(row: ChildSpokenTo, now: datetime) -> tuple[str, str, str]:
    if not row.is_spoken_to:
        return "No", row.why_not or "", _noted(row, now)
    who = f", by {row.by_whom}" if row.by_whom else ""
    return f"Yes, {before.by_means(row.means)}{who}", "", _noted(row, now)


def _understood(row: Understanding, now: datetime) -> tuple[str, str, str]:
    return Understood(row.judged).label, row.because, _noted(row, now)


def _asked(row: CarersAsked, now: datetime) -> tuple[str, str, str]:
    if not row.is_asked:
        return "Not asked", row.why_not or "", _noted(row, now)
    when, how = pages.near(row.asked_at, now), before.by_means(row.means)
    said = row.said or "Nothing that they wanted to say."
    safe = f" Safe to ask: {row.despite}" if row.despite else ""
    return f"Asked {when}, {how}: {row.whom}", said + safe, _noted(row, now)


# Each asked on a page of its own.


class SpokenForm(gds.Form):
    is_spoken_to = gds.Radios(
        "Was the child themselves spoken to about it?",
        choices=[(YES, "Yes"), (NO, "No")],
        reveal={YES: ["by_whom", "means"], NO: ["why_not"]},
    )
    by_whom = gds.Text(
        "Who spoke with the child?",
        noun="who spoke with the child",
        max_length=200,
        hint="Their name or their part, such as: her social worker.",
    )
    means = gds.Select("How?", choices=Means.choices(), coerce=Means, missing="Select how")
    why_not = gds.Textarea("Why not?", missing="Say why the child was not spoken to", rows=3)


def spoken_to(request: Request, pk: int) -> HttpResponse:
    """Whether the child was spoken to about the no, by whom and how; or why not."""
    episode = episode_for(request, pk, Verb.OFFER)
    form = SpokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            declines.note_spoken_to(
                episode,
                is_spoken_to=said["is_spoken_to"] == YES,
                by_whom=said["by_whom"],
                means=said["means"],
                why_not=said["why_not"],
                by=request.user,
                at=request.now,
            )
            messages.success(request, "Noted.")
            return _on(episode)
    is_childs = episode.no_of is DeclinedBy.CHILD
    return _page(
        request,
        episode,
        form,
        title="Was the child spoken to?",
        inset="A no is the child’s own only where somebody spoke with them."
        if is_childs
        else "A parent’s or carer’s no is not the child’s. The offer to the child stays open.",
        button="Save",
        answer=_to_answer_again(episode) if is_childs else "",
    )


def _to_answer_again(episode: Episode) -> str:
    """Where the no is put down again, as somebody else's."""
    if episode.not_held:
        return reverse("not-hold-interview", args=[episode.pk])
    offer = episode.offers.newest_first().first()
    return reverse("answer-offer", args=[offer.pk]) if offer else ""


class UnderstoodForm(gds.Form):
    judged = gds.Radios(
        "Did the child understand what they declined, and what it means?",
        noun="whether the child understood",
        choices=Understood.choices(),
        coerce=Understood,
    )
    because = gds.Textarea(
        "What does this rest on?",
        missing="Say what this rests on, or why it was not judged",
        rows=3,
        hint="What the child was told, what they said of it in their own words, and who judged it.",
    )


def understood(request: Request, pk: int) -> HttpResponse:
    """Under 16: whether the child understood what they declined."""
    episode = episode_for(request, pk, Verb.OFFER)
    form = UnderstoodForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            declines.judge(
                episode, said["judged"], said["because"], by=request.user, at=request.now
            )
            messages.success(request, "Noted.")
            return _on(episode)
    return _page(
        request,
        episode,
        form,
        title="Did the child understand it?",
        inset=f"At {COMPETENT_FROM} a young person can decide this. Under {COMPETENT_FROM} it is "
        "the judgement of whoever spoke with the child. It never takes their no away: it says how "
        "soon, and by whom, to ask again.",
        button="Save",
    )


class CarersForm(gds.Form):
    is_asked = gds.Radios(
        "Were the carers asked what they know?",
        choices=[(YES, "Yes"), (NO, "No, and they will not be")],
        reveal={YES: ["whom", "despite", "means", "asked_at", "said"], NO: ["why_not"]},
    )
    whom = gds.Text(
        "Who was asked?",
        noun="who was asked",
        max_length=200,
        hint="For example: his mother; the manager of the home.",
    )
    despite = gds.Textarea(
        "Why is it safe to ask this person?",
        missing="Say who this is, and why they are safe to ask",
        rows=2,
    )
    means = gds.Select("How?", choices=Means.choices(), coerce=Means, missing="Select how")
    asked_at = days.Moment("When?", noun="the time they were asked", exact_only=True)
    said = gds.Textarea(
        "What did they say? (optional)",
        required=False,
        rows=5,
        hint="In their words. It is kept as theirs, never with what the child says, and it is not "
        "shown to the child. Nothing to say is an answer too: leave it empty.",
    )
    why_not = gds.Textarea("Why not?", missing="Say why the carers are not asked", rows=3)

    def __init__(self, *args: Any, is_at_risk: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not is_at_risk:
            del self.fields["despite"]
            reveal = self.fields["is_asked"].reveal  # type: ignore[attr-defined]
            asked = tuple(name for name in reveal[YES] if name != "despite")
            self.fields["is_asked"].reveal = {**reveal, YES: asked}  # type: ignore[attr-defined]


def carers(request: Request, pk: int) -> HttpResponse:
    """What the carers know, or why they are not asked."""
    episode = episode_for(request, pk, Verb.OFFER)
    is_at_risk = casework_tellings.standing_risk(episode.child) is not None
    first: dict[str, Any] = {"asked_at": request.now}
    if is_at_risk:
        first |= {"is_asked": NO, "why_not": AT_RISK}
    form = CarersForm(request.POST or None, is_at_risk=is_at_risk, initial=first)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            _write_carers(request, episode, form)
            messages.success(request, "Noted.")
            return _on(episode)
    return _page(
        request,
        episode,
        form,
        title="Ask the carers",
        inset=""
        if is_at_risk
        else "Whoever cares for the child is offered the chance to say what they know: where the "
        "child was, with whom, and what worries them. It takes nothing from the child’s own offer.",
        warning=DO_NOT_ASK if is_at_risk else "",
        button="Save",
    )


def _write_carers(request: Request, episode: Episode, form: CarersForm) -> None:
    said = form.cleaned_data
    if said["is_asked"] == NO:
        declines.leave_carers(episode, said["why_not"], by=request.user, at=request.now)
        return
    declines.ask_carers(
        episode,
        whom=said["whom"],
        means=said["means"],
        asked_at=said["asked_at"].at,
        said=said["said"],
        despite=said.get("despite", ""),
        by=request.user,
        at=request.now,
    )


def _on(episode: Episode) -> HttpResponse:
    """On to what is asked next; back to the episode once nothing is."""
    following = first_page(Episode.objects.get(pk=episode.pk))
    return redirect(following[1] if following else _back(episode))


def _back(episode: Episode) -> str:
    return reverse("show-episode", args=[episode.pk]) + "#after-no"


def _page(
    request: Request, episode: Episode, form: gds.Form, *, answer: str = "", **given: Any
) -> HttpResponse:
    return gds.form_page(
        request,
        form,
        caption=pages.name_of(episode.child),
        back=_back(episode),
        template="declines/ask.html",
        episode=episode,
        answer=answer,
        later=_back(episode),
        clock=before.clock_of(episode, request.now),
        done=before.done(episode),
        is_to_be_reached=is_to_be_reached(episode.progress),
        **given,
    )


urlpatterns = [
    path("episodes/<int:pk>/spoken-to", spoken_to, name="say-spoken-to"),
    path("episodes/<int:pk>/understanding", understood, name="judge-understanding"),
    path("episodes/<int:pk>/carers", carers, name="ask-carers"),
]
