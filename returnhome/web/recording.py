"""Recording an interview: topic by topic in any order, reviewed, signed off, added to."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from returnhome.casework import interviews, journal
from returnhome.casework.episodes import Episode
from returnhome.casework.interviews import Entry, Interview, Said
from returnhome.casework.support import Action, NothingNeeded
from returnhome.rules import Blocked, interviewing
from returnhome.rules.access import Verb
from returnhome.rules.codes import Mode, Place, Role
from returnhome.rules.standard.parts import Kind, Question, Section, Unanswered
from returnhome.web import (
    before,
    communications,
    gds,
    interviewers,
    looking,
    mentions,
    needs,
    pages,
    steps,
    story,
    written,
)
from returnhome.web.asked import Request, allows, covered
from returnhome.web.written import Account, Topic

# Set apart from a question's own codes, which a standard may name as it likes.
NO_ANSWER = [(f"no:{kind.value}", kind.label) for kind in Unanswered]


class SectionForm(gds.Form):
    """The questions of one topic. Nothing is required: a talk takes its own course.

    `seen` is the newest entry that the page was drawn from, so that words written meanwhile on
    another device are not overwritten unseen.
    """

    seen = gds.Hidden(required=False)

    def __init__(self, *args: Any, topic: Topic, **options: Any) -> None:
        super().__init__(*args, **({"initial": _initial(topic)} | options))
        self.topic = topic
        for question in topic.section.questions:
            self.fields.update(_fields(question))

    @property
    def questions(self) -> list[tuple[Question, list[str]]]:
        """Each question with the names of its fields, as they stand on the page."""
        return [(each, list(_fields(each))) for each in self.topic.section.questions]

    @property
    def said(self) -> dict[str, Said]:
        """What was typed and ticked, by question."""
        return {each.key: self._said(each) for each in self.topic.section.questions}

    def _said(self, question: Question) -> Said:
        ticked = self.cleaned_data.get(f"{question.key}-codes") or []
        ticked = [ticked] if isinstance(ticked, str) else ticked
        codes = [code for code in ticked if not code.startswith("no:")]
        words = self.cleaned_data[f"{question.key}-words"]
        words = words if words.strip() else ""
        none = [code.removeprefix("no:") for code in ticked if code.startswith("no:")]
        # Mid-conversation nobody is told off: an answer stands above a tick that there is none,
        # and of two such ticks the one that says the child was asked.
        return Said(codes, words, "" if codes or words else (none[-1] if none else ""))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        seen = int(cleaned["seen"]) if str(cleaned.get("seen", "")).isdigit() else 0
        if self.errors:
            return cleaned
        for line in self.topic.lines:
            entry = line.entry
            if entry and entry.pk > seen and _differs(entry, self.said[line.question.key]):
                self.data = self.data.copy()  # type: ignore[attr-defined]
                self.data["seen"] = str(_newest(self.topic))  # type: ignore[index]
                self.add_error(f"{line.question.key}-words", _written_meanwhile(line))
        return cleaned


def _differs(entry: Entry, said: Said) -> bool:
    return (entry.codes, entry.words, entry.unanswered) != (said.codes, said.words, said.unanswered)


def _written_meanwhile(line: written.Line) -> ValidationError:
    assert line.entry is not None
    stands = "; ".join(part for part in (*line.chosen, line.words, line.unanswered) if part)
    return ValidationError(
        f"Since this page was opened something else was saved here at "
        f"{pages.clock_time(line.entry.written_at)}: “{stands}”. Save again to replace it with "
        "what stands below; both are kept in the record’s history."
    )


def _newest(topic: Topic) -> int:
    return max((line.entry.pk for line in topic.lines if line.entry), default=0)


def _initial(topic: Topic) -> dict[str, Any]:
    initial: dict[str, Any] = {"seen": _newest(topic)}
    for line in topic.lines:
        if line.entry is None:
            continue
        codes = [*line.entry.codes]
        if line.entry.unanswered:
            codes.append(f"no:{line.entry.unanswered}")
        is_single = line.question.kind in (Kind.CHOICE, Kind.YES_NO)
        initial[f"{line.question.key}-codes"] = next(iter(codes), "") if is_single else codes
        initial[f"{line.question.key}-words"] = line.entry.words
    return initial


def _fields(question: Question) -> dict[str, gds.Component]:
    """A question by its kind: its own field, and beside it that there is no answer."""
    words, codes = f"{question.key}-words", f"{question.key}-codes"
    if question.kind is Kind.WORDS:
        return {
            words: gds.Textarea(
                question.text, hint=question.hint, rows=8, required=False, size="m", strip=False
            ),
            codes: gds.Checkboxes(
                f"No answer to “{question.text}”",
                choices=NO_ANSWER,
                required=False,
                classes="govuk-checkboxes--small rh-inline",
                size="s govuk-visually-hidden",
            ),
        }
    one_only = question.kind is not Kind.CHOICES
    shape = gds.Radios if one_only else gds.Checkboxes
    return {
        codes: shape(
            question.text,
            hint=question.hint,
            choices=[*question.options, *NO_ANSWER],
            or_before=NO_ANSWER[0][0],
            required=False,
            size="m",
            classes="rh-columns" if len(question.options) > 6 else "",
        ),
        words: gds.Textarea(
            "More, in words (optional)", rows=2, required=False, strip=False, size="s"
        ),
    }


# The conversation.


def _own(request: Request, pk: int, verb: Verb = Verb.RECORD) -> Interview:
    """An interview that is the person's own to record or sign."""
    own = Interview.objects.visible_to(request.user).filter(interviewer=request.user)
    interview = get_object_or_404(own.select_related("child", "interviewer"), pk=pk)
    if not interview.may_be_recorded_by(request.user, verb):
        raise Http404
    looking.at(request, interview)
    return interview


def record(request: Request, pk: int) -> HttpResponse:
    interview = _own(request, pk)
    if interview.is_signed:
        return redirect("show-interview", pk)
    context = {"interview": interview, "account": written.account(interview)}
    return render(request, "interviews/record.html", context)


def record_section(request: Request, pk: int, section: str) -> HttpResponse:
    """One topic. What was typed comes back even when the interview is no longer this person's."""
    if request.method == "POST" and (taken := _given_away(request, pk)):
        return _not_saved(request, taken, section)
    interview = _own(request, pk)
    if request.method == "GET" and interview.is_signed:
        return redirect("show-interview", pk)
    account = written.account(interview)
    topic, following = _topic(account, section)
    form = SectionForm(request.POST or None, topic=topic)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            interviews.record(interview, form.said, by=request.user, at=request.now)
            if "leave" in request.POST or following is None:
                return redirect("record-interview", pk)
            return redirect("record-section-interview", pk, following.key)
    return _section_page(request, interview, form, following, account)


def _topic(account: Account, key: str) -> tuple[Topic, Section | None]:
    """The topic and the section after it."""
    for place, topic in enumerate(account.topics, 1):
        if topic.section.key == key:
            later = account.topics[place:]
            return topic, later[0].section if later else None
    raise Http404


def _given_away(request: Request, pk: int) -> Interview | None:
    """An interview of which this interviewer's words arrive too late: now it is a colleague's."""
    if not request.user.has_role(Role.INTERVIEWER):
        return None
    seen = Interview.objects.visible_to(request.user).exclude(interviewer=request.user)
    return seen.select_related("child", "interviewer").filter(pk=pk).first()


def _not_saved(request: Request, interview: Interview, section: str) -> HttpResponse:
    """Give the words back without showing any that a colleague wrote."""
    looking.at(request, interview)
    asked = {each.key: each for each in interview.standard.sections}
    if section not in asked:
        raise Http404
    lines = tuple(written.Line(asked[section], each, None) for each in asked[section].questions)
    form = SectionForm(request.POST, topic=Topic(asked[section], lines))
    sentence = (
        f"This interview is now {interview.interviewer.name}’s, so this was not saved. "
        "Copy what you wrote and pass it on."
    )
    gds.blocked(form, Blocked(sentence))
    return _section_page(request, interview, form)


def _section_page(
    request: Request,
    interview: Interview,
    form: SectionForm,
    following: Section | None = None,
    account: Account | None = None,
) -> HttpResponse:
    back = reverse("record-interview", args=[interview.pk])
    return gds.form_page(
        request,
        form,
        title=form.topic.section.title,
        caption=pages.name_of(interview.child),
        button="Save and next topic" if following else "Save and see all topics",
        back=back,
        template="interviews/record_section.html",
        interview=interview,
        following=following,
        account=account,
    )


# Reviewed and signed off.


def sign(request: Request, pk: int) -> HttpResponse:
    interview = _own(request, pk, Verb.SIGN)
    if interview.is_signed and request.method == "GET":
        return redirect("show-interview", pk)
    form = gds.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            interviews.sign(interview, by=request.user, at=request.now)
            messages.success(request, "The record is signed off. Decide what follows next.")
            return redirect("show-interview", pk)
    account = written.account(interview)
    return gds.form_page(
        request,
        form,
        title="Read it through and sign it off",
        caption=pages.name_of(interview.child),
        back=reverse("record-interview", args=[pk]),
        template="interviews/sign.html",
        interview=interview,
        account=account,
        can_sign=interview.is_held and not account.missing,
    )


class AddForm(gds.Form):
    words = gds.Textarea(
        "What is to be added",
        missing=interviewing.NothingToAdd.sentence,
        rows=8,
        hint="The record itself stays as it was signed. Your name and the time go with this.",
    )


def add(request: Request, pk: int) -> HttpResponse:
    interview = _readable(request, pk)
    if not _may_add(interview, request):
        raise Http404
    looking.at(request, interview)
    form = AddForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            words = form.cleaned_data["words"]
            interviews.add(interview, words, by=request.user, at=request.now)
            messages.success(request, "Added to the record.")
            return redirect("show-interview", pk)
    back = reverse("show-interview", args=[pk])
    caption = pages.name_of(interview.child)
    title, button = "Add to the signed record", "Add to the record"
    return gds.form_page(
        request, form, title=title, caption=caption, button=button, back=back, cancel=back
    )


def _readable(request: Request, pk: int) -> Interview:
    """An interview whose account the person may read."""
    readable = Interview.objects.account_visible_to(request.user)
    return get_object_or_404(readable.select_related("child", "interviewer", "signed_by"), pk=pk)


def _may_add(interview: Interview, request: Request) -> bool:
    if not interview.is_signed:
        return False
    is_author = interview.may_be_recorded_by(request.user)
    return is_author or allows(interview, request.user, Verb.ACT)


# Shown: the child's words first, what was decided, what is still owed.


def show(request: Request, pk: int) -> HttpResponse:
    """The account to whoever may read it; the booking alone to whoever may change that."""
    seen = Interview.objects.visible_to(request.user)
    interview = get_object_or_404(
        seen.select_related("child", "interviewer", "signed_by", "organisation"), pk=pk
    )
    can_book = allows(interview, request.user, Verb.BOOK)
    can_read = interview.account_is_visible_to(request.user)
    if not (can_book or can_read):
        raise Http404
    journal.write("read", interview, by=request.user, at=request.now)
    context: dict[str, Any] = {
        "interview": interview,
        "episodes": [
            (episode, before.clock_of(episode, request.now)) for episode in covered(interview)
        ],
        "place": Place(interview.place).label,
        "mode": Mode(interview.mode).label,
        "talking": communications.seen_by(interview.child, request.user),
        "can_book": can_book,
        "can_read": can_read,
        "is_own": interview.may_be_recorded_by(request.user),
        "may_add": can_read and _may_add(interview, request),
        "not_held": interview.not_held_rows.select_related("by").first(),
        "last": _last_time(interview, request) if can_read else None,
        "today": interviewers.today(request.now),
    }
    if can_read:
        context |= _account(interview, request) | _what_follows(interview, request)
    return render(request, "interviews/show.html", context)


def _last_time(interview: Interview, request: Request) -> story.LastTime | None:
    """For whoever is to talk with the child: what was promised, as far as they may know of it."""
    if interview.is_held:
        return None
    return story.last_time(interview.child, request.user, request.now)


def _account(interview: Interview, request: Request) -> dict[str, Any]:
    addenda = interview.addenda.select_related("written_by").order_by("written_at", "pk")
    account: Account = written.account(interview)
    return {"account": account, "addenda": addenda if interview.is_signed else ()}


def _what_follows(interview: Interview, request: Request) -> dict[str, Any]:
    """What was decided, done or not, and what the episodes still wait for."""
    episodes = covered(interview)
    today = interviewers.today(request.now)
    actions = (
        Action.objects.visible_to(request.user)
        .filter(episode__in=episodes)
        .select_related("owner")
        .by_due_day()
    )
    decisions = NothingNeeded.objects.visible_to(request.user).filter(episode__in=episodes)
    return {
        "actions": [(action, action.is_late(today)) for action in actions],
        "told_of": mentions.of_interview(interview, request.user),
        "needs": needs.of_interview(interview, request.user, request.now),
        "decisions": list(decisions.select_related("by").order_by("at", "pk")),
        "owed": _owed(interview, request),
        "may_act": interview.is_signed and allows(interview, request.user, Verb.ACT),
    }


def _owed(interview: Interview, request: Request) -> list[tuple[Episode, steps.Next]]:
    """The next step of each episode that is not settled yet."""
    unsettled = [episode for episode in covered(interview) if not episode.is_settled]
    there = steps.beside(unsettled, request.user)
    return [
        (each, steps.next_for(each, request.user, there[each.pk], request.now))
        for each in unsettled
    ]


urlpatterns = [
    path("interviews/<int:pk>", show, name="show-interview"),
    path("interviews/<int:pk>/record", record, name="record-interview"),
    path(
        "interviews/<int:pk>/record/<slug:section>",
        record_section,
        name="record-section-interview",
    ),
    path("interviews/<int:pk>/sign", sign, name="sign-interview"),
    path("interviews/<int:pk>/add", add, name="add-interview"),
]
