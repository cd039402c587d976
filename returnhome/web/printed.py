"""A record of an interview on paper and as data: the same answers, drawn from the same list.

What the ledger knew when it was signed off is printed as it was then, whoever prints it and when.
"""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from returnhome.casework import journal
from returnhome.casework.interviews import Addendum, Interview, SignedFacts
from returnhome.reporting import records
from returnhome.reporting.records import Asked, Part, Sheet
from returnhome.web import known, pages, written
from returnhome.web.asked import Request
from returnhome.web.known import Known
from returnhome.web.written import Account, Line


def _readable(request: Request, pk: int) -> Interview:
    """An interview whose account the person may read; that they took it is written down."""
    readable = Interview.objects.account_visible_to(request.user).select_related(*known.ABOVE)
    interview = get_object_or_404(readable, pk=pk)
    journal.write("print", interview, by=request.user, at=request.now)
    return interview


# On paper.


def sheet(interview: Interview, request: Request) -> Sheet:
    kept = known.as_signed(interview, request.user)
    rests_on = kept or known.today(interview, request.user)
    return Sheet(
        title="Record of a return home interview",
        opening=[f"Version {interview.standard_version} of the recording standard."],
        known="What was known when it was signed off" if kept else "What is known",
        facts=known.in_lines(interview, rests_on.facts),
        parts=[*_parts(written.account(interview)), *_told_of(rests_on), *_since(interview)],
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


def _told_of(rests_on: Known) -> list[Part]:
    questions = [
        Asked(text=one.what, whose=one.rests_on, words=one.words) for one in rests_on.told_of
    ]
    return [Part("What was told of", questions)] if questions else []


def _since(interview: Interview) -> list[Part]:
    """Addenda alone: they are added and never changed, so what was printed prints again."""
    questions = [
        Asked(text=f"Added {pages.moment(one.written_at)} by {_writer(one)}", words=one.words)
        for one in known.addenda(interview)
    ]
    return [Part("Since it was signed off", questions)] if questions else []


def _signed(interview: Interview) -> str:
    if not interview.is_signed:
        return "A draft: not signed off."
    return f"Signed off {pages.moment(interview.signed_at)} by {_signer(interview)}."


def _signer(interview: Interview) -> str:
    """By the name they had then, where that was kept."""
    names = SignedFacts.objects.filter(interview=interview).values_list("signed_by_name", flat=True)
    assert interview.signed_by
    return names.first() or interview.signed_by.name


def _writer(addendum: Addendum) -> str:
    return addendum.written_by_name or addendum.written_by.name


def as_pdf(request: Request, pk: int) -> HttpResponse:
    interview = _readable(request, pk)
    name = f'attachment; filename="interview-{interview.pk}.pdf"'
    made = records.pdf(sheet(interview, request))
    return HttpResponse(made, content_type="application/pdf", headers={"Content-Disposition": name})


# As data: what `standard.published.schema` describes.


def as_json(request: Request, pk: int) -> HttpResponse:
    interview = _readable(request, pk)
    rests_on = known.as_signed(interview, request.user) or known.today(interview, request.user)
    answers = {
        line.key: _answer(line) for line in written.account(interview).lines if line.is_answered
    }
    said = {
        "standard": interview.standard_version,
        "facts": rests_on.facts,
        "answers": answers,
        "told_of": [one.data for one in rests_on.told_of],
        "signed_off": _signed_off(interview),
        "added": [
            {"at": _instant(one.written_at), "by": _writer(one), "words": one.words}
            for one in known.addenda(interview)
        ],
    }
    name = f'attachment; filename="interview-{interview.pk}.json"'
    return JsonResponse(
        said,
        json_dumps_params={"indent": 1, "ensure_ascii": False},
        headers={"Content-Disposition": name},
    )


def _signed_off(interview: Interview) -> dict[str, str] | None:
    if interview.signed_at is None:
        return None
    return {"at": _instant(interview.signed_at), "by": _signer(interview)}


def _instant(at: datetime) -> str:
    """In UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


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
