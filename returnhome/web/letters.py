"""The letter to a body that is not on the system, and the one page to which its link leads."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, validate_email
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.csrf import csrf_exempt

from returnhome.casework import handovers, journal, staff
from returnhome.casework.handovers import HandOver, Story
from returnhome.casework.staff import council_of
from returnhome.reporting.letters import Letter, pdf
from returnhome.rules import Blocked, handover, naming
from returnhome.rules.access import Verb
from returnhome.rules.codes import HandOverKind, RefusalReason
from returnhome.rules.handover import Side, Step
from returnhome.rules.responsibility import Reply
from returnhome.web import gds, pages, shown
from returnhome.web.asked import Request

TELEPHONE = "letter-telephone"
MOST_WRONG_LINKS, WRONG_LINKS_SECONDS = 30, 300


def asking(row: HandOver) -> str:
    """The council that asks, by the name that stands on its letters."""
    council = council_of(row.asked_by_authority)
    return council.name if council else row.asked_by_authority.name


# The letter, made by whoever may ask.


class NamesTheChild(Blocked):
    sentence = (
        "What was written into this request names the child. Withdraw it, and ask again without "
        "the name."
    )


NO_NUMBER = "Enter a telephone number with its area code, such as 0113 496 0000"
A_NUMBER = RegexValidator(r"(\D*\d){9}", NO_NUMBER)


def reachable(value: str) -> None:
    """A telephone number or an e-mail address. Raises ValidationError for anything else."""
    try:
        A_NUMBER(value)
    except ValidationError:
        validate_email(value.strip())


class LetterForm(gds.Form):
    telephone = gds.Text(
        "Your telephone number",
        hint="It stands in the letter with your name. They tell you by telephone what no letter "
        "should carry, and you them.",
        missing="Enter a telephone number, so that they can ask",
        validators=[A_NUMBER],
        autocomplete="tel",
        max_length=40,
        width=20,
    )
    # The letter that stood when this page was opened.
    instead_of = gds.Hidden(required=False)


def letter(request: Request, pk: int) -> HttpResponse:
    row = _asked_by_us(request, pk)
    if request.method == "GET" and (closed := _why_no_letter(row, request)):
        messages.info(request, closed.sentence)
        return redirect("show-handover", row.pk)
    first = {
        "telephone": request.session.get(TELEPHONE, ""),
        "instead_of": row.letter_mark,
    }
    form = LetterForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            if _names_the_child(row):
                raise NamesTheChild
            key = handovers.new_reply_key(
                row, instead_of=form.cleaned_data["instead_of"], by=request.user, at=request.now
            )
            request.session[TELEPHONE] = form.cleaned_data["telephone"]
            return _as_file(row, key, form.cleaned_data["telephone"], request)
        # They know of the other letter now, and may press again.
        form.data = form.data.copy()
        form.data["instead_of"] = _asked_by_us(request, pk).letter_mark
    back = reverse("show-handover", args=[row.pk])
    return gds.form_page(
        request,
        form,
        title=f"Ask {row.to.name} by letter",
        caption=pages.name_of(row.episode.child),
        button="Make the letter",
        back=back,
        cancel=back,
        template="letters/make.html",
        row=row,
        facts=_facts(row, request.now),
        names_the_child=_names_the_child(row),
    )


def _names_the_child(row: HandOver) -> bool:
    """Whether what was written into the request says whose it is; a letter says that to all."""
    return naming.says(row.terms, row.episode.child.forename, row.episode.child.surname)


def _asked_by_us(request: Request, pk: int) -> HandOver:
    """A request of which this person may say that it is asked; else it is not there."""
    seen = HandOver.objects.visible_to(request.user).select_related(
        "episode__child", "asked_by_authority", "to_authority", "to_provider"
    )
    row = get_object_or_404(seen, pk=pk)
    if not row.episode.allows(request.user, Verb.ASK):
        raise Http404
    if request.method == "GET":
        journal.write("read", row, by=request.user, at=request.now)
    return row


def _why_no_letter(row: HandOver, request: Request) -> Blocked | None:
    if not handovers.needs_letter(row):
        return handovers.AnswersHere()
    try:
        handovers.check_is_open(Story(row.episode), row, request.now)
    except Blocked as closed:
        return closed
    return None


def _as_file(row: HandOver, key: str, telephone: str, request: Request) -> HttpResponse:
    made = pdf(in_words(row, key, telephone, request))
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={
            # A number only: the file's name stays in lists of downloads.
            "Content-Disposition": f'attachment; filename="request-{shown.reference(row)}.pdf"',
            "Cache-Control": "no-store",
        },
    )


def in_words(row: HandOver, key: str, telephone: str, request: Request) -> Letter:
    """What the letter says, of the child no more than the rules let the asked side see."""
    us, by_when = asking(row), pages.moment(row.answer_due_at)
    return Letter(
        title=TITLES[row.is_of_the_duty],
        sender=us,
        recipient=f"{row.to.name}{'' if row.to_provider_id else ', children’s services'}",
        dated=pages.moment(request.now),
        opening=_opening(row, us),
        facts=_facts(row, request.now),
        how_to_answer=[
            f"Please answer by {by_when}. Open this address, or scan the code beside it. You need "
            "no account. The page asks whether you accept, who you are and how to reach you.",
            "Whoever has this address can answer once for your organisation. "
            "Pass it on only to colleagues who decide on this.",
        ],
        link=settings.PUBLIC_URL + reverse("answer-letter", args=[key]),
        otherwise=[_otherwise(row, us)],
        questions=[f"Telephone {request.user.name}, {us}: {telephone}."],
    )


TITLES = {
    False: "Request to hold a return home interview",
    True: "Request to take over the duty for a child",
}
NAMELESS = "This letter does not name the child."


def _facts(row: HandOver, now: datetime) -> list[shown.Fact]:
    """What may be said before anybody has accepted: by this request alone, and to whoever reads.

    That they had to do with the child before opens nothing, as the letter may go through other
    hands. On paper the hours left are those of the moment it is dated.
    """
    matter = handover.matter_of(HandOverKind(row.kind))
    parts = handover.SEES[matter, Step.ASKED, Side.ASKED]
    told = shown.shown(row, parts, now)
    due = row.episode.due_at
    ends = f". They {'ran' if due and now > due else 'run'} out on {pages.moment(due)}"
    child = [
        (what, f"{known}{ends}" if due and what == shown.CLOCK else known)
        for what, known in told.child
    ]
    return [*told.request, ("Answer due", pages.moment(row.answer_due_at)), *child]


def _opening(row: HandOver, us: str) -> list[str]:
    if row.is_of_the_duty:
        return [
            f"A child for whom {us} acts has been missing. By what we know the duty to offer a "
            "return home interview is yours. It passes to you only if you accept it; until then "
            "we keep it.",
            f"{NAMELESS} Initials and date of birth are for you to find out whether it is yours. "
            "If you accept, we tell you the name by telephone.",
        ]
    return [
        f"A child for whom {us} must act has been missing. We ask you to hold the return home "
        "interview: a talk with somebody independent and trained, within 72 hours of the return. "
        "The duty stays with us.",
        f"{NAMELESS} If you accept, we tell you by telephone who the child is and where.",
    ]


def _otherwise(row: HandOver, us: str) -> str:
    if row.is_of_the_duty:
        return f"The request ends by itself. {us} keeps the duty and may ask you again."
    return f"The request ends by itself. {us} then finds somebody else to hold the interview."


# The page to which the link leads.


class AnswerForm(gds.Form):
    answer = gds.Radios(
        "What is your answer?",
        coerce=Reply,
        missing="Select whether you accept or refuse",
        reveal={Reply.REFUSED: ["reason"]},
    )
    reason = gds.Radios(
        "Why?", choices=RefusalReason.choices(), coerce=RefusalReason, missing="Select why"
    )
    note = gds.Textarea(
        "What else should they know? (optional)",
        required=False,
        rows=3,
        count=1000,
        hint="Needed for “another reason”. Write nothing here about the child’s life: telephone.",
    )
    name = gds.Text(
        "Your name", missing=handovers.NameMissing.sentence, autocomplete="name", max_length=60
    )
    role = gds.Text(
        "What you do",
        hint="For example, duty manager.",
        autocomplete="organization-title",
        max_length=58,
    )
    contact = gds.Text(
        "Your telephone number or e-mail address",
        missing="Enter a telephone number or an e-mail address, so that they can reach you",
        validators=[reachable],
        max_length=120,
    )

    sections = (
        ("Your answer", ["answer", "reason", "note"]),
        ("Who you are", ["name", "role", "contact"]),
    )

    def __init__(self, *args: Any, row: HandOver, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["answer"].choices = [  # type: ignore[attr-defined]
            (Reply.ACCEPTED.value, ACCEPTS[row.is_of_the_duty]),
            (Reply.REFUSED.value, "We refuse"),
        ]

    @property
    def who(self) -> str:
        return f"{self.cleaned_data['name']}, {self.cleaned_data['role']}"


ACCEPTS = {
    False: "We accept: somebody of ours holds the interview",
    True: "We accept: the duty is ours from now on",
}


# The address itself is the secret, and a stranger who does not have it can send nothing in its
# name. Django's own check would refuse every answer from here: to a page that is to send no
# referrer, browsers give no origin either.
@csrf_exempt
def answer(request: HttpRequest, key: str) -> HttpResponse:
    response = _answer(request, key)  # type: ignore[arg-type]
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _answer(request: Request, key: str) -> HttpResponse:
    if cache.get(_counter(request), 0) >= MOST_WRONG_LINKS:
        return render(request, "letters/too_many.html", status=429)
    row = handovers.by_reply_key(key)
    if row is None:
        return _unknown(request)
    form, sent = AnswerForm(request.POST or None, row=row), None
    if request.method == "POST" and form.is_valid():
        said = {**form.cleaned_data}
        sent = (said["answer"], form.who)
        with gds.refusals_into(form):
            handovers.answer(
                row,
                said["answer"],
                reason=said["reason"],
                note=said["note"],
                name=sent[1],
                contact=said["contact"],
                by=None,
                at=request.now,
            )
            return redirect("answer-letter", key)
        # Somebody was quicker, or it came to its end while the page was open.
        row = handovers.by_reply_key(key)
        if row is None:
            return _unknown(request)
    story = Story(row.episode)
    try:
        handovers.check_is_open(story, row, request.now)
    except Blocked:
        return _closed(request, row, story, sent)
    return _open(request, row, form)


def _counter(request: HttpRequest) -> str:
    """Counts the wrong links that came from one address of the net, as sign-in counts."""
    return f"wrong-links:{quote(get_adapter().get_client_ip(request))}"


def _unknown(request: HttpRequest) -> HttpResponse:
    """Not raised but given back: a fault would take the count back with the page's transaction."""
    counter = _counter(request)
    cache.set(counter, cache.get(counter, 0) + 1, WRONG_LINKS_SECONDS)
    return render(request, "letters/unknown.html", status=404)


def _open(request: Request, row: HandOver, form: AnswerForm) -> HttpResponse:
    if request.method == "GET":
        journal.write("read", row, by=staff.by_letter(), at=request.now)
    return gds.form_page(
        request,
        form,
        title="Answer a request",
        caption=asking(row),
        button="Send the answer",
        template="letters/answer.html",
        asks=TITLES[row.is_of_the_duty],
        facts=_facts(row, request.now),
        us=asking(row),
        by_when=pages.moment(row.answer_due_at),
        otherwise=_otherwise(row, asking(row)),
    )


def _closed(
    request: Request, row: HandOver, story: Story, sent: tuple[Reply, str] | None
) -> HttpResponse:
    """What became of it, and nothing of the child. A second press sends what stands already."""
    is_what_stands = sent == (row.answer, row.answered_by_name)
    came_too_late = request.method == "POST" and not is_what_stands
    context = {
        "us": asking(row),
        "came_too_late": came_too_late,
        "sentence": what_became_of(row, story.step(row, request.now)),
        "next": _what_now(row) if row.answer == Reply.ACCEPTED and not row.withdrawn_at else "",
        "reference": shown.reference(row),
    }
    status = 409 if came_too_late else 200
    return render(request, "letters/closed.html", context, status=status)


def what_became_of(row: HandOver, step: Step) -> str:
    """One sentence to whoever holds the letter."""
    us = asking(row)
    if row.withdrawn_at:
        return f"{us} took this request back on {pages.moment(row.withdrawn_at)}."
    if row.answered_at:
        label = Reply(row.answer).label
        who = row.answered_by.name if row.answered_by else row.answered_by_name
        said = f"{label} on {pages.moment(row.answered_at)} by {who}."
        return f"{said} It was handed back since." if step is Step.HANDED_BACK else said
    if row.overtaken_at:
        return f"{us} has asked anew since, so this request is over. Look for a newer letter."
    if row.episode.is_voided:
        return f"{us} needs no answer any more."
    return (
        f"The time for an answer ran out on {pages.moment(row.answer_due_at)}, "
        "so nothing can be answered here any more."
    )


def _what_now(row: HandOver) -> str:
    us = asking(row)
    if row.is_of_the_duty:
        return f"The duty is yours. {us} tells you by telephone who the child is and what was done."
    return f"{us} tells you by telephone who the child is and where. Telephone them if they do not."


urlpatterns = [
    path("hand-overs/<int:pk>/letter", letter, name="letter-handover"),
    path("answer/<str:key>", answer, name="answer-letter"),
]
