"""What was shared with the person's organisation: opened, acknowledged, and answered line by line.

A police unit, another council, a home. Nothing else of a child is open to them here.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from returnhome.casework import asks, receiving
from returnhome.casework.receiving import Received
from returnhome.casework.shares import LineAnswer, SharedLine
from returnhome.reporting import philomena
from returnhome.rules import intelligence
from returnhome.rules.access import Relation, Verb
from returnhome.rules.intelligence import PoliceAnswer
from returnhome.rules.sharing import Purpose
from returnhome.web import gds, looking
from returnhome.web.as_seen import graded, lines_shown, what_for
from returnhome.web.asked import Request


@contextmanager
def _not_theirs_is_404() -> Iterator[None]:
    """What was shared with others, what is still being written, what is not: all the same."""
    try:
        yield
    except receiving.NotForThem:
        raise Http404 from None


def index(request: Request) -> HttpResponse:
    """What was shared with us, the newest first; what nobody has said that we have, on top."""
    if not request.user.organisations_where(Verb.RECEIVE):
        raise Http404
    rows = receiving.received(request.user, request.now)
    looking.at_list(request, "shared-with-us", [one.share.child_id for one in rows])
    rows.sort(key=lambda one: not (one.is_open and one.acknowledged_at is None))
    return render(
        request,
        "shared_with_us/index.html",
        {
            "rows": [(one, _state(one), Purpose(one.share.purpose).label) for one in rows],
            "may_ask": bool(asks.may_ask_for(request.user)),
            "may_answer": bool(request.user.may_for(Verb.SHARE, Relation.RESPONSIBLE)[0]),
        },
    )


def _state(one: Received) -> tuple[str, str]:
    """How it stands for whoever received it, and in which colour."""
    if one.share.recalled_at:
        return "Recalled", "grey"
    if not one.is_open:
        return "Its time is over", "grey"
    if one.acknowledged_at is None:
        return "Say that you have it", "red"
    to_answer = len(one.unanswered)
    if to_answer:
        return f"{to_answer} to answer", "yellow"
    return "Answered", "green"


def show(request: Request, pk: int) -> HttpResponse:
    with _not_theirs_is_404():
        one = receiving.open_share(pk, by=request.user, at=request.now)
    context = {
        "one": one,
        "share": one.share,
        "state": _state(one),
        **what_for(one.share),
        "lines": lines_shown(one.share, one.lines),
        "is_update": philomena.is_update(one.share),
        "answers": _in_words(one.answers),
        "ways": {
            line.pk: (
                "Say what came of it later" if one.answers[line.pk] else "Say what came of it",
                reverse("answer-shared-line", args=[pk, line.pk]),
            )
            for line in one.to_answer
        },
        "acknowledge_by": intelligence.acknowledged_by(one.share.sent_at)
        if one.share.sent_at
        else None,
    }
    return render(request, "shared_with_us/show.html", context)


def _in_words(
    answers: Mapping[int, Sequence[LineAnswer]],
) -> dict[int, list[tuple[str, LineAnswer]]]:
    return {
        pk: [(PoliceAnswer(each.answer).label, each) for each in given]
        for pk, given in answers.items()
    }


@require_POST
def acknowledge(request: Request, pk: int) -> HttpResponse:
    with _not_theirs_is_404():
        receiving.acknowledge(pk, by=request.user, at=request.now)
    messages.success(request, "Noted: they know that you have it.")
    return redirect("show-shared-with-us", pk)


class AnswerForm(gds.Form):
    given = gds.Radios(
        "What was done with it?",
        missing="Select what was done with it",
        choices=PoliceAnswer.choices(),
        coerce=PoliceAnswer,
    )
    because = gds.Textarea(
        "What was done, or why is nothing done?",
        required=False,
        rows=3,
        hint="Whoever talked with the child reads this. What the child is told of it they decide.",
    )


def answer(request: Request, pk: int, line: int) -> HttpResponse:
    with _not_theirs_is_404():
        one = receiving.received_one(request.user, pk, request.now)
    its = _line(one, line)
    looking.at(request, one.share)
    form = AnswerForm(request.POST or None)
    back = reverse("show-shared-with-us", args=[pk])
    if request.method == "POST" and form.is_valid():
        with _not_theirs_is_404(), gds.refusals_into(form):
            receiving.answer(pk, line, **form.cleaned_data, by=request.user, at=request.now)
            messages.success(request, "Noted: they are told what came of it.")
            return redirect(back)
    return gds.form_page(
        request,
        form,
        title="Say what came of it",
        caption=one.share.about,
        button="Save",
        back=back,
        cancel=back,
        template="shared_with_us/answer.html",
        line=its,
        grading=graded(its, is_for_police=one.share.is_for_police),
    )


def _line(one: Received, pk: int) -> SharedLine:
    for line in one.lines:
        if line.pk == pk:
            return line
    raise Http404


urlpatterns = [
    path("shared-with-us", index, name="shared-with-us"),
    path("shared-with-us/<int:pk>", show, name="show-shared-with-us"),
    path("shared-with-us/<int:pk>/have-it", acknowledge, name="acknowledge-share"),
    path("shared-with-us/<int:pk>/lines/<int:line>/answer", answer, name="answer-shared-line"),
]
