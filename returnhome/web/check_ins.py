"""A short check-in now, the fuller talk later: written down, shown, and the talk booked from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse

from returnhome.casework import check_ins
from returnhome.casework.check_ins import CheckIn, CheckInWords
from returnhome.casework.episodes import Episode
from returnhome.casework.interviews import Interview
from returnhome.casework.staff import Person
from returnhome.rules import checking_in
from returnhome.rules.access import Verb
from returnhome.rules.codes import Answer, Indicator, Mode
from returnhome.web import before, communications, days, gds, interviewers, pages, tellings
from returnhome.web.asked import Request, allows, episode_for

YES, NO = "yes", "no"


@dataclass(frozen=True)
class Shown:
    """A check-in as a page shows it: in a line, and its words to whoever may read them."""

    row: CheckIn
    text: str
    words: CheckInWords | None

    @property
    def harm(self) -> str:
        """Whether the child told of harm, where that was more than a no."""
        if self.words is None or self.words.any_harm == Indicator.NO:
            return ""
        return Indicator(self.words.any_harm).label


def of_episodes(episodes: Sequence[Episode], person: Person, now: datetime) -> list[Shown]:
    """The newest first. Two queries."""
    rows = list(
        CheckIn.objects.filter(episode__in=episodes).select_related("held_by").newest_first()
    )
    words = CheckInWords.objects.visible_to(person).filter(check_in__in=rows)
    by_row = {one.check_in_id: one for one in words}
    return [Shown(row, in_words(row, now), by_row.get(row.pk)) for row in rows]


def in_words(row: CheckIn, now: datetime) -> str:
    """When, how long and how; and when the fuller talk is to be."""
    how = Mode(row.mode).label.lower()
    said = f"{pages.near(row.held_at, now)}, {pages.counted(row.minutes, 'minute')}, {how}"
    return f"{said}; the fuller talk {pages.near(row.fuller_at, now)}" if row.fuller_at else said


def agreed(episode: Episode, person: Person, now: datetime) -> dict[str, Any]:
    """What the last check-in agreed of the fuller talk, for the page that books it. Two queries."""
    row = CheckIn.objects.filter(episode=episode).newest_first().first()
    if row is None:
        return {}
    words = CheckInWords.objects.visible_to(person).filter(check_in=row).first()
    found: dict[str, Any] = {"wishes": words.fuller} if words and words.fuller else {}
    if row.fuller_at and row.fuller_at > now:
        found["booked_for"] = row.fuller_at
    return found


class CheckInForm(gds.Form):
    held_by = gds.Select("Who talked with the child?", coerce=int, missing="Select who talked")
    held_at = days.Moment("When?", noun="the time of the check-in", exact_only=True)
    minutes = gds.Number("How many minutes did it take?", noun="how many minutes it took", width=3)
    mode = gds.Radios("How?", noun="how", choices=Mode.choices(), coerce=Mode, inline=True)
    how = gds.Textarea(
        "How are you?",
        missing=checking_in.HowMissing.sentence,
        rows=3,
        hint="In the child’s own words. “Did not want to say” is an answer.",
    )
    is_urgent = gds.Radios(
        "Is anything urgent: food, sleep, a doctor, somebody to be afraid of?",
        choices=[(YES, "Yes"), (NO, "No")],
        reveal={YES: ["urgent"]},
    )
    urgent = gds.Textarea(
        "What, and what was done at once?", missing=checking_in.UrgentMissing.sentence, rows=2
    )
    any_harm = gds.Radios(
        "Has anybody harmed you, or asked you to do what you did not want?",
        choices=Indicator.choices(),
        coerce=Indicator,
        hints={
            Indicator.YES: "Do not ask further. The next page takes the child’s words, and says "
            "whom to telephone.",
            Indicator.NOT_ASKED: "For example: somebody was listening.",
        },
    )
    fuller_at = days.Moment(
        "When is the fuller talk? (optional)",
        noun="the time of the fuller talk",
        exact_only=True,
        required=False,
    )
    fuller = gds.Textarea(
        "With whom, and where?",
        required=False,
        rows=2,
        hint="What the child wants; or why the fuller talk is not agreed yet.",
    )

    def __init__(self, *args: Any, who: Sequence[Person], **options: Any) -> None:
        super().__init__(*args, **options)
        self.who = {one.pk: one for one in who}
        self.fields["held_by"].choices = [(one.pk, one.name) for one in who]  # type: ignore[attr-defined]


def check_in(request: Request, pk: int) -> HttpResponse:
    """Write a short check-in down; the 72 hours go on."""
    episode = episode_for(request, pk, Verb.BOOK)
    first = {"held_by": request.user.pk, "held_at": request.now}
    form = CheckInForm(request.POST or None, who=_who(episode, request.user), initial=first)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            said = _write(request, episode, form)
            messages.success(
                request,
                "The check-in is written down. It is not the interview: the 72 hours go on.",
            )
            return redirect(_next_page(request, episode, said))
    back = reverse("show-episode", args=[pk])
    return gds.form_page(
        request,
        form,
        title="Record a short check-in",
        caption=pages.name_of(episode.child),
        inset="A few words now, because the child needs food, sleep or quiet first. It is not the "
        "return home interview: it counts in no figure, and the 72 hours go on.",
        warning=tellings.warning_for(episode, request.user),
        button="Save the check-in",
        back=back,
        cancel=back,
        template="check_ins/note.html",
        episode=episode,
        clock=before.clock_of(episode, request.now),
        done=before.done(episode),
        talking=communications.seen_by(episode.child, request.user),
    )


def _who(episode: Episode, person: Person) -> list[Person]:
    """Whoever writes first, then those who hold interviews for this child."""
    others = [one.person for one in interviewers.of_episode(episode, person)]
    return [person, *(one for one in others if one.pk != person.pk)]


def _write(request: Request, episode: Episode, form: CheckInForm) -> Indicator:
    said = form.cleaned_data
    fuller = said["fuller_at"]
    check_ins.note(
        episode,
        held_at=said["held_at"].at,
        minutes=said["minutes"],
        mode=said["mode"],
        held_by=form.who[said["held_by"]],
        how=said["how"],
        is_urgent=said["is_urgent"] == YES,
        urgent=said["urgent"],
        any_harm=said["any_harm"],
        fuller=said["fuller"],
        fuller_at=fuller.at if fuller else None,
        by=request.user,
        at=request.now,
    )
    return said["any_harm"]


def _next_page(request: Request, episode: Episode, any_harm: Indicator) -> str:
    """Harm before anything else; then the fuller talk is booked, moved, or first offered."""
    booking = Interview.objects.booked().filter(episodes=episode).first()
    if checking_in.leads_to_harm(any_harm):
        if booking and allows(booking, request.user, Verb.TELL_OF_HARM):
            return reverse("tell-of-harm-interview", args=[booking.pk])
        if episode.child.allows(request.user, Verb.TELL_OF_HARM):
            return reverse("tell-of-harm-child", args=[episode.child_id])
    if booking:
        return reverse("move-interview", args=[booking.pk])
    if episode.answer == Answer.ACCEPTED:
        return reverse("book-interview", args=[episode.pk])
    return reverse("show-episode", args=[episode.pk])


urlpatterns = [path("episodes/<int:pk>/check-in", check_in, name="check-in")]
