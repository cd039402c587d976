"""The child's own pages after the talk: see what was written, say back, hear back, how it was."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse

from returnhome.casework import how_it_was, releases
from returnhome.casework.releases import Release
from returnhome.rules import Blocked, releasing
from returnhome.rules import ways_in as rules
from returnhome.rules.releasing import HOW_IT_WAS, Felt, Kind, State
from returnhome.web.own_pages import Visit, for_child
from returnhome.web.own_words import Words

# Kind of a line → on which page it stands, and what is replied to what the child said to it.
PAGE = {Kind.WORDS: "see", Kind.SHARE: "see", Kind.CAME_OF_IT: "heard"}
REPLY = {
    Kind.WORDS: "see.not_meant_sent",
    Kind.SHARE: "see.object_sent",
    Kind.CAME_OF_IT: "heard.ask_sent",
}


def _answer(line: Release) -> str:
    """The newest answer to what the child said to a line."""
    given = sorted(line.answers.all(), key=lambda each: each.at)
    return given[-1].words if given else ""


def _said(line: Release) -> list[str]:
    return [each.words for each in sorted(line.said_back.all(), key=lambda each: each.at)]


def _within(whom: str) -> str:
    """A recipient as it stands inside a sentence: “A doctor” is told as “a doctor”."""
    first, space, rest = whom.partition(" ")
    return f"{first.lower()}{space}{rest}" if first in ("A", "An", "The", "Your") else whom


def _state(line: Release, words: Words) -> str:
    """How a share stands, as one sentence."""
    waiting = list(line.said_back.all())
    if waiting and not line.answers.all():
        return words.say("see.object_waiting", day=words.day(waiting[-1].due_on))
    if line.state == State.DONE and line.named_on:
        return words.say("see.share_done", whom=_within(line.whom), day=words.day(line.named_on))
    return words.say("see.share_planned")


def _reply(visit: Visit, kinds: tuple[Kind, ...]) -> dict[str, Any]:
    """What is said after the child has said something to a line."""
    kind = visit.request.GET.get("said", "")
    if kind not in kinds:
        return {"reply": "", "day": ""}
    day = releasing.answered_by(Kind(kind), on=visit.today)
    return {"reply": REPLY[Kind(kind)], "day": visit.words.day(day)}


@for_child
def see(visit: Visit) -> HttpResponse:
    """Their words as they were written down, and what is passed on."""
    found = releases.lines(visit.way_in, "see")
    releases.look(visit.way_in, "see", at=visit.now)
    return visit.draw(
        "see",
        written=[
            (line, visit.words.day(line.named_on), _said(line), _answer(line))
            for line in found
            if line.kind == Kind.WORDS and line.named_on
        ],
        shares=[
            (line, _state(line, visit.words), _answer(line))
            for line in found
            if line.kind == Kind.SHARE
        ],
        **_reply(visit, releases.ON_PAGE["see"]),
    )


@for_child
def heard(visit: Visit) -> HttpResponse:
    """What came of what they asked for, and of what was promised."""
    found = releases.lines(visit.way_in, "heard")
    releases.look(visit.way_in, "heard", at=visit.now)
    return visit.draw(
        "heard",
        promises=[
            (line, visit.words.day(line.named_on) if line.named_on else "", _answer(line))
            for line in found
        ],
        **_reply(visit, releases.ON_PAGE["heard"]),
    )


@for_child
def meant(visit: Visit, pk: int) -> HttpResponse:
    """Say back to one line: not what they meant, an objection, a question."""
    line = releases.line_of(visit.way_in, pk)
    if line is None:
        return redirect("own-see")
    kind, problem = Kind(line.kind), ""
    words = visit.request.POST.get("words", "")
    back = reverse(f"own-{PAGE[kind]}")
    if visit.is_sent_in:
        try:
            releases.say_back(visit.way_in, line, words, at=visit.now)
        except rules.NothingWritten:
            problem = "frame.not_empty"
        except rules.TooLong:
            problem = "frame.too_long"
        else:
            return redirect(f"{back}?said={kind}")
    return visit.draw(
        "meant",
        line=line,
        kind=str(kind),
        whom=_within(line.whom),
        value=words,
        problem=problem,
        back_href=back,
    )


@for_child
def talk(visit: Visit) -> HttpResponse:
    """Three questions on how the talk was: kept apart, and counted."""
    way_in, problem = visit.way_in, ""
    given = {key: visit.request.POST.get(key, "") for key in HOW_IT_WAS}
    is_said = way_in.has_said_how
    if not is_said and not how_it_was.may_say(way_in):
        return redirect("own-home")
    if visit.is_sent_in and not is_said:
        try:
            how_it_was.say(way_in, given, at=visit.now)
            is_said = True
        except rules.NothingWritten:
            problem = "frame.pick_one"
        except Blocked:
            return redirect("own-home")
    return visit.draw(
        "talk",
        is_said=is_said,
        questions=list(HOW_IT_WAS),
        given=given,
        was_not_safe=is_said and given["safe"] == Felt.NO,
        problem=problem,
    )


urlpatterns = [
    path("m/see", see, name="own-see"),
    path("m/heard", heard, name="own-heard"),
    path("m/meant/<int:pk>", meant, name="own-meant"),
    path("m/talk", talk, name="own-talk"),
]
