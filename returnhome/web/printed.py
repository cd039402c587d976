"""A record of an interview on paper and as data: the same answers, drawn from the same list."""

from dataclasses import asdict
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from returnhome.casework import journal
from returnhome.casework.interviews import Addendum, Interview
from returnhome.casework.mentions import Mention
from returnhome.casework.offers import Attempt, Offer
from returnhome.casework.support import Action
from returnhome.reporting import records
from returnhome.reporting.records import Asked, Part, Sheet
from returnhome.rules.codes import ActionKind, Cohort, Mode, Place
from returnhome.web import before, mentions, pages, written
from returnhome.web.asked import Request, covered
from returnhome.web.written import Account, Line

Facts = dict[str, list[str]]


def _readable(request: Request, pk: int) -> Interview:
    """An interview whose account the person may read; that they took it is written down."""
    readable = Interview.objects.account_visible_to(request.user).select_related(
        "child__responsible_authority",
        "child__host_authority",
        "interviewer",
        "organisation",
        "signed_by",
    )
    interview = get_object_or_404(readable, pk=pk)
    journal.write("print", interview, by=request.user, at=request.now)
    return interview


def facts(interview: Interview, request: Request) -> Facts:
    """What the ledger holds of the facts that belong to the record, by the key of the fact.

    Nothing of it depends on the day on which it is asked for.
    """
    child = interview.child
    episodes = covered(interview)
    first = min(episode.started_at for episode in episodes)
    held: Facts = {
        "child": [pages.name_of(child), *_born(interview), *_numbers(interview)],
        "episodes": [_in_words(episode) for episode in episodes],
        "authorities": _authorities(interview),
        "previous": [
            str(child.episodes.counted().filter(started_at__lt=first).count()),
        ],
        "held": [
            pages.moment(interview.held) if interview.held else "Not yet",
            f"{Place(interview.place).label}; {Mode(interview.mode).label}",
        ],
        "interviewer": [interview.held_by, *_independence(interview)],
        "attempts": [done for episode in episodes for done in _before(episode, request)],
        "actions": _actions(interview, request),
    }
    return {fact.key: held[fact.key] for fact in interview.standard.facts}


def _born(interview: Interview) -> list[str]:
    born = interview.child.born_on
    return [f"Born {pages.day(born)}"] if born else ["Date of birth not known"]


def _numbers(interview: Interview) -> list[str]:
    numbers = interview.child.identifiers.order_by("kind", "issuer", "value")
    return [f"{each.issuer or each.kind.upper()} {each.value}" for each in numbers]


def _in_words(episode: Any) -> str:
    found = f"; found {pages.moment(episode.found)}" if episode.found else ""
    returned = f"; returned {pages.moment(episode.returned)}" if episode.returned else ""
    cohort = Cohort(episode.cohort).label
    return f"Missing from {pages.moment(episode.started_at)}{found}{returned} ({cohort})"


def _authorities(interview: Interview) -> list[str]:
    child = interview.child
    answers = [f"Answers for the child: {child.responsible_authority}"]
    return answers + ([f"Placed in: {child.host_authority}"] if child.host_authority else [])


def _independence(interview: Interview) -> list[str]:
    if interview.is_independent is None:
        return []
    said = "Independent of the child’s care" if interview.is_independent else "Not independent"
    return [f"{said}. {interview.independence_note}".strip()]


def _before(episode: Any, request: Request) -> list[str]:
    rows: list[tuple[Any, str]] = [
        (row.made_at, before.offer_in_words(row))
        for row in Offer.objects.visible_to(request.user).filter(episode=episode)
    ]
    rows += [
        (row.made_at, before.attempt_in_words(row))
        for row in Attempt.objects.visible_to(request.user).filter(episode=episode)
    ]
    return [f"{pages.moment(at)}: {what}" for at, what in sorted(rows)]


def _actions(interview: Interview, request: Request) -> list[str]:
    theirs = Action.objects.visible_to(request.user).filter(interview=interview)
    return [_action(each) for each in theirs.select_related("owner").order_by("added_at", "pk")]


def _action(action: Action) -> str:
    label, due = ActionKind(action.kind).label, pages.day(action.due_on)
    outcome = f" Done: {action.outcome}" if action.is_done else ""
    return f"{label}, {action.owner.name}, by {due}: {action.what}{outcome}"


# On paper.


def sheet(interview: Interview, request: Request) -> Sheet:
    account = written.account(interview)
    texts = {fact.key: fact.text for fact in interview.standard.facts}
    held = facts(interview, request)
    return Sheet(
        title="Record of a return home interview",
        opening=[f"Version {interview.standard_version} of the recording standard."],
        facts=[(texts[key], "\n".join(lines) or "None") for key, lines in held.items()],
        parts=_parts(account) + _told_of(interview, request) + _addenda(interview),
        closing=[_signed(interview)],
    )


def _parts(account: Account) -> list[Part]:
    parts = (
        Part(topic.section.title, [_asked(line) for line in topic.lines if _is_shown(line)])
        for topic in account.topics
    )
    return [part for part in parts if part.questions]


def _is_shown(line: Line) -> bool:
    return line.is_answered or line.question.core


def _asked(line: Line) -> Asked:
    return Asked(
        text=line.question.text,
        whose=f"Said by {line.question.said_by.label.lower()}",
        ticked=[*line.chosen, *([line.unanswered] if line.unanswered else [])],
        words=line.words if line.is_answered else "Nothing written.",
    )


def _told_of(interview: Interview, request: Request) -> list[Part]:
    """What stands of it now; the sentence it was said in stands in the account."""
    questions = [
        Asked(
            text=f"{one.kind}: {one.title}",
            whose=f"Rests on: {one.reliability}. What the child expects: {one.expectation}.",
            words="\n".join(
                part for part in ("; ".join(one.facts), one.mention.description) if part
            ),
        )
        for one in mentions.of_interview(interview, request.user)
    ]
    return [Part("What was told of", questions)] if questions else []


def _addenda(interview: Interview) -> list[Part]:
    added = Addendum.objects.filter(interview=interview).select_related("written_by")
    questions = [
        Asked(text=f"{pages.moment(each.written_at)}, {each.written_by.name}", words=each.words)
        for each in added.order_by("written_at", "pk")
    ]
    return [Part("Added after it was signed off", questions)] if questions else []


def _signed(interview: Interview) -> str:
    if interview.signed_by is None:
        return "A draft: not signed off."
    return f"Signed off {pages.moment(interview.signed_at)} by {interview.signed_by.name}."


def as_pdf(request: Request, pk: int) -> HttpResponse:
    interview = _readable(request, pk)
    name = f'attachment; filename="interview-{interview.pk}.pdf"'
    made = records.pdf(sheet(interview, request))
    return HttpResponse(made, content_type="application/pdf", headers={"Content-Disposition": name})


# As data: what `standard.published.schema` describes.


def as_json(request: Request, pk: int) -> HttpResponse:
    interview = _readable(request, pk)
    answers = {
        line.key: _answer(line) for line in written.account(interview).lines if line.is_answered
    }
    said = {
        "standard": interview.standard_version,
        "facts": facts(interview, request),
        "answers": answers,
        "told_of": _told_of_as_data(interview, request),
    }
    name = f'attachment; filename="interview-{interview.pk}.json"'
    return JsonResponse(
        said,
        json_dumps_params={"indent": 1, "ensure_ascii": False},
        headers={"Content-Disposition": name},
    )


def _told_of_as_data(interview: Interview, request: Request) -> list[dict[str, str]]:
    theirs = Mention.objects.visible_to(request.user).filter(interview=interview).current()
    return [
        {"kind": one.kind} | {name: str(said) for name, said in asdict(one.told).items() if said}
        for one in theirs.in_order()
    ]


def _answer(line: Line) -> dict[str, Any]:
    assert line.entry is not None
    if line.entry.unanswered:
        return {"unanswered": line.entry.unanswered}
    said: dict[str, Any] = {}
    if line.entry.codes:
        said["codes"] = line.entry.codes
    if line.words.strip():
        said["words"] = line.words
    return said


urlpatterns = [
    path("interviews/<int:pk>/record.pdf", as_pdf, name="pdf-interview"),
    path("interviews/<int:pk>/record.json", as_json, name="json-interview"),
]
