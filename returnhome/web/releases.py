"""What the child sees on their own pages: released line by line, and answered where they spoke."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from returnhome.casework import releases
from returnhome.casework.episodes import Episode
from returnhome.casework.interviews import Interview
from returnhome.casework.needs import Need
from returnhome.casework.releases import Release, SaidBack
from returnhome.casework.shares import LineAnswer, Share
from returnhome.casework.support import Action
from returnhome.rules import releasing
from returnhome.rules.clock import LONDON
from returnhome.rules.intelligence import PoliceAnswer
from returnhome.rules.releasing import Kind, Promise, State
from returnhome.rules.sharing import Purpose, Recipient
from returnhome.rules.standard.parts import SaidBy
from returnhome.web import communications, days, gds, looking, pages, tellings
from returnhome.web.asked import Request

YES, NO = "yes", "no"
SAFE = "Is it safe for this to be seen on this phone?"
SAFE_HINT = (
    "Somebody else may hold it. Name nobody who must not be named, and nothing that could put the "
    "child in danger if a parent, a friend or whoever harmed them reads it."
)


def _episode(request: Request, pk: int) -> Episode:
    """The episode, where the person may read its account; else it is not there."""
    seen = releases.episodes_of(request.user)
    if request.method == "GET":
        seen = seen.counted()
    episode = get_object_or_404(seen.select_related("child"), pk=pk)
    looking.at(request, episode)
    return episode


# What could be released.


@dataclass(frozen=True)
class Could:
    """Something on record that a line could rest on, with what the form is filled in with."""

    key: str
    what: str
    initial: dict[str, Any]
    rests_on: dict[str, Any] = field(default_factory=dict)


def could(episode: Episode, request: Request) -> list[Could]:
    """What the child said in a signed record, what was asked for, and what was done."""
    return [
        *_said(episode, request),
        *_needed(episode, request),
        *_done(episode, request),
        *_shared(episode, request),
    ]


def _said(episode: Episode, request: Request) -> list[Could]:
    talks = Interview.objects.account_visible_to(request.user).filter(
        episodes=episode, signed_at__isnull=False
    )
    found = []
    for talk in talks.prefetch_related("entries").distinct():
        of_child = {
            each.key: each.text for each in talk.standard.questions if each.said_by is SaidBy.CHILD
        }
        for row in talk.entries.all():
            if row.replaced_at is None and row.words and row.question in of_child:
                written_on = row.written_at.astimezone(LONDON).date()
                initial = {"kind": Kind.WORDS, "text": row.words, "named_on": written_on}
                what = f"{of_child[row.question]} {row.words}"
                found.append(Could(f"entry-{row.pk}", what, initial, {"entry": row}))
    return found


def _needed(episode: Episode, request: Request) -> list[Could]:
    theirs = Need.objects.visible_to(request.user).filter(
        interview__episodes=episode, said_by=SaidBy.CHILD
    )
    return [
        Could(
            f"need-{row.pk}",
            f"Asked for: {row.words}",
            {"kind": Kind.CAME_OF_IT, "promise": Promise.ASKED, "text": row.words},
            {"need": row},
        )
        for row in theirs.distinct().in_order()
    ]


def _done(episode: Episode, request: Request) -> list[Could]:
    theirs = Action.objects.visible_to(request.user).filter(episode=episode)
    return [
        Could(
            f"action-{row.pk}",
            f"{'Done' if row.is_done else 'To be done'}: {row.what}",
            {
                "kind": Kind.CAME_OF_IT,
                "promise": Promise.PROMISED,
                "text": row.what,
                "state": State.DONE if row.is_done else State.STILL,
                "because": row.outcome,
                "by_day": row.due_on,
            },
            {"action": row},
        )
        for row in theirs.by_due_day()
    ]


def _shared(episode: Episode, request: Request) -> list[Could]:
    """What was passed on, and what its recipients said came of it."""
    seen = Share.objects.visible_to(request.user).sent()
    rows = list(seen.filter(episode=episode, recalled_at=None).select_related("to"))
    found = []
    for row in rows:
        whom = row.to.name if row.to else Recipient(row.recipient).label
        initial = {
            "kind": Kind.SHARE,
            "whom": whom,
            "share_state": State.DONE,
            "passed_on": row.sent_at.astimezone(LONDON).date() if row.sent_at else None,
        }
        what = f"Passed on to {whom}: {Purpose(row.purpose).label}"
        found.append(Could(f"share-{row.pk}", what, initial, {"share": row}))
    answers = LineAnswer.objects.filter(line__share__in=rows).select_related("line__share__to")
    for each in answers.order_by("at", "pk"):
        said = PoliceAnswer(each.answer)
        initial = {
            "kind": Kind.CAME_OF_IT,
            "promise": Promise.PROMISED,
            "state": State.NOT_DONE if said is PoliceAnswer.NOTHING else State.DONE,
        }
        because = f": {each.because}" if each.because else ""
        what = f"{each.line.text}. They say: {said.label}{because}"
        found.append(Could(f"answer-{each.pk}", what, initial, {"told_back": each}))
    return found


# The pages.


def index(request: Request, pk: int) -> HttpResponse:
    """All lines of an episode, what the child said to them, and what else could be released."""
    episode = _episode(request, pk)
    lines = list(
        Release.objects.visible_to(request.user)
        .filter(episode=episode)
        .newest_first()
        .select_related("released_by", "taken_back_by")
    )
    said: dict[int, list[SaidBack]] = {}
    rows = SaidBack.objects.visible_to(request.user).filter(release__in=lines).in_order()
    for row in rows.select_related("answer__by", "release"):
        said.setdefault(row.release_id, []).append(row)
    used = {
        (name, getattr(line, f"{name}_id"))
        for line in lines
        if line.is_shown
        for name in ("entry", "need", "action", "share", "told_back")
    }
    context = {
        "episode": episode,
        "lines": [
            (line, Kind(line.kind).label, _state(line), said.get(line.pk, [])) for line in lines
        ],
        "could": [
            each
            for each in could(episode, request)
            if not {(name, row.pk) for name, row in each.rests_on.items()} & used
        ],
        "talking": communications.seen_by(episode.child, request.user),
        "is_voided": episode.voided_at is not None,
    }
    return render(request, "releases/index.html", context)


def _state(line: Release) -> str:
    """How the line says that it stands, with its day."""
    day = pages.day(line.named_on) if line.named_on else ""
    if line.kind == Kind.WORDS:
        return f"Written down {day}"
    if line.kind == Kind.SHARE:
        return f"Passed on {day}" if line.state == State.DONE else "Not passed on yet"
    by = f", by {day}" if day else ""
    return f"{Promise(line.promise).label}{by}. {State(line.state).label}."


class ReleaseForm(gds.Form):
    kind = gds.Radios(
        "What is this line?",
        choices=Kind.choices(),
        coerce=Kind,
        reveal={
            Kind.WORDS: ["named_on"],
            Kind.SHARE: ["whom", "why", "share_state", "passed_on"],
            Kind.CAME_OF_IT: ["promise", "state", "because", "by_day"],
        },
    )
    named_on = days.Date("When was it written down?", noun="the day it was written down")
    whom = gds.Text(
        "With whom is it shared?",
        missing=releasing.WhomMissing.sentence,
        hint="As the child knows them: a doctor, the home’s manager.",
    )
    why = gds.Textarea("Why?", rows=2, missing=releasing.WhyMissing.sentence)
    share_state = gds.Radios(
        "Has it been passed on?",
        choices=[(State.STILL.value, "Not yet"), (State.DONE.value, "Yes")],
        coerce=State,
        inline=True,
    )
    passed_on = days.Date("If so, on which day?", noun="the day it was passed on", required=False)
    promise = gds.Radios("Whose wish was it?", choices=Promise.choices(), coerce=Promise)
    state = gds.Radios("How does it stand?", choices=State.choices(), coerce=State)
    because = gds.Textarea(
        "What happened, or why not?",
        rows=2,
        required=False,
        hint="Not needed while it is still to be done.",
    )
    by_day = days.Date(
        "By when did we say? (optional)", noun="the day by which we said", required=False
    )
    text = gds.Textarea(
        "What will the child read?",
        rows=4,
        missing=releasing.NothingToShow.sentence,
        hint="What was written down; what is passed on; what was asked for or promised. In words "
        "that the child uses.",
    )
    is_safe = gds.Radios(
        SAFE,
        choices=[(YES, "Yes"), (NO, "No, or I am not sure")],
        hint=SAFE_HINT,
        missing="Say whether it is safe for this to be seen on this phone",
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("share_state") is State.DONE and not said.get("passed_on"):
            self.add_error("passed_on", releasing.DayMissing.sentence)
        return said

    def line(self) -> dict[str, Any]:
        """What the verb takes of it: each kind has its own questions."""
        said = self.cleaned_data
        common = {"text": said["text"], "is_safe": said["is_safe"] == YES}
        if said["kind"] is Kind.WORDS:
            return common | {"named_on": said["named_on"]}
        if said["kind"] is Kind.SHARE:
            day: date | None = said["passed_on"] if said["share_state"] is State.DONE else None
            return common | {
                "whom": said["whom"],
                "because": said["why"],
                "state": said["share_state"],
                "named_on": day,
            }
        return common | {
            "promise": said["promise"],
            "state": said["state"],
            "because": said["because"],
            "named_on": said["by_day"],
        }


def release(request: Request, pk: int) -> HttpResponse:
    """Release one line; `from` in the address names what on record it rests on."""
    episode = _episode(request, pk)
    rests_on = _chosen(could(episode, request), request.GET.get("from", ""))
    form = ReleaseForm(request.POST or None, initial=rests_on.initial)
    back = reverse("releases-of-episode", args=[pk])
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            releases.release(
                episode,
                form.cleaned_data["kind"],
                **form.line(),
                **rests_on.rests_on,
                by=request.user,
                at=request.now,
            )
            messages.success(request, "Released. The child sees it by any link that is open.")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="Release a line for the child to see",
        caption=pages.name_of(episode.child),
        warning=tellings.warning_for(episode, request.user),
        button="Release it",
        back=back,
        cancel=back,
        template="releases/release.html",
        talking=communications.seen_by(episode.child, request.user),
    )


def _chosen(offered: Sequence[Could], key: str) -> Could:
    return next((each for each in offered if each.key == key), Could("", "", {}))


@require_POST
def take_back(request: Request, pk: int) -> HttpResponse:
    line = get_object_or_404(Release.objects.visible_to(request.user), pk=pk)
    releases.take_back(line, by=request.user, at=request.now)
    messages.success(request, "Taken back. The child does not see it any more.")
    return redirect("releases-of-episode", line.episode_id)


class AnswerForm(gds.Form):
    words = gds.Textarea(
        "What do you answer?",
        rows=4,
        missing=releasing.AnswerMissing.sentence,
        hint="An objection is heard and answered. Where it is shared nonetheless, say why.",
    )
    is_safe = gds.Radios(
        SAFE,
        choices=[(YES, "Yes"), (NO, "No, or I am not sure")],
        hint=SAFE_HINT,
        missing="Say whether it is safe for this to be seen on this phone",
    )


def answer(request: Request, pk: int) -> HttpResponse:
    seen = SaidBack.objects.visible_to(request.user)
    said = get_object_or_404(seen.select_related("release__episode__child"), pk=pk)
    line = said.release
    looking.at(request, said)
    form = AnswerForm(request.POST or None)
    back = reverse("releases-of-episode", args=[line.episode_id])
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            releases.answer(
                said,
                form.cleaned_data["words"],
                is_safe=form.cleaned_data["is_safe"] == YES,
                by=request.user,
                at=request.now,
            )
            messages.success(request, "Answered. The child sees it beside the line.")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="Answer the child",
        caption=pages.name_of(line.episode.child),
        button="Send the answer",
        back=back,
        cancel=back,
        template="releases/answer.html",
        said=said,
        line=line,
        kind=Kind(line.kind).label,
        talking=communications.seen_by(line.episode.child, request.user),
    )


urlpatterns = [
    path("episodes/<int:pk>/releases", index, name="releases-of-episode"),
    path("episodes/<int:pk>/release", release, name="release-line"),
    path("releases/<int:pk>/take-back", take_back, name="take-back-release"),
    path("said-back/<int:pk>/answer", answer, name="answer-said-back"),
]
