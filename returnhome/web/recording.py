"""Recording an interview: topic by topic in any order, reviewed, signed off, added to."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from returnhome.casework import interviews, journal
from returnhome.casework.episodes import Episode
from returnhome.casework.interviews import Interview, Said
from returnhome.casework.support import Action, NothingNeeded
from returnhome.rules import Blocked, interviewing
from returnhome.rules.access import Verb
from returnhome.rules.codes import Mode, Place, Role
from returnhome.rules.standard.parts import Section, Unanswered
from returnhome.web import (
    before,
    communications,
    gds,
    interviewers,
    known,
    looking,
    mentions,
    needs,
    owed,
    pages,
    reviews,
    steps,
    story,
    written,
)
from returnhome.web.asked import Request, allows, covered, interview_for, may_complete
from returnhome.web.questions import QuestionsForm, written_meanwhile
from returnhome.web.written import Account, Topic

# Said to an interviewer, whose part ends with the record.
WHO_DECIDES = (
    "What follows is decided by the council that answers for the child. "
    "If the child named a need, write it under Needs and help."
)

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
    form = QuestionsForm(request.POST or None, lines=topic.lines)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            interviews.record(interview, form.said, by=request.user, at=request.now)
            if "leave" in request.POST or following is None:
                return redirect("record-interview", pk)
            return redirect("record-section-interview", pk, following.key)
    return _section_page(request, interview, form, topic.section, following, account)


def save_answer(request: Request, pk: int, question: str) -> HttpResponse:
    """One answer, as soon as its field is left: when it was saved, or (409) why it was not.

    Where something else was saved there meanwhile nothing is overwritten, and its words come back.
    """
    interview = _own(request, pk)
    line = next((each for each in written.account(interview).lines if each.key == question), None)
    if line is None or request.method != "POST":
        raise Http404
    form = QuestionsForm(request.POST, lines=[line])
    if form.is_valid():
        with gds.refusals_into(form):
            interviews.record(interview, form.said, by=request.user, at=request.now)
            entry = interview.entries.current().filter(question=question).first()
            seen = entry.pk if entry else 0
            return JsonResponse({"saved": pages.clock_time(request.now), "seen": seen})
    looking.again(request)
    overtaken = line.entry if form.overtaken else None
    sentences = [str(sentence) for errors in form.errors.values() for sentence in errors]
    if overtaken:
        sentences = [written_meanwhile(line), "Both are kept in the record’s history."]
    return JsonResponse(
        {
            "sentences": sentences,
            "words": overtaken.words if overtaken else "",
            "seen": overtaken.pk if overtaken else None,
        },
        status=409,
    )


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
    form = QuestionsForm(request.POST, lines=lines)
    sentence = (
        f"This interview is now {interview.interviewer.name}’s, so this was not saved. "
        "Copy what you wrote and pass it on."
    )
    gds.blocked(form, Blocked(sentence))
    return _section_page(request, interview, form, asked[section])


def _section_page(
    request: Request,
    interview: Interview,
    form: QuestionsForm,
    section: Section,
    following: Section | None = None,
    account: Account | None = None,
) -> HttpResponse:
    back = reverse("record-interview", args=[interview.pk])
    return gds.form_page(
        request,
        form,
        title=section.title,
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
    if "none" in request.POST:
        return _without_answer(request, interview)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            facts = known.today(interview, request.user).kept
            interviews.sign(interview, facts=facts, by=request.user, at=request.now)
            decides = allows(interview, request.user, Verb.ACT)
            follows = "Decide what follows next." if decides else WHO_DECIDES
            messages.success(request, f"The record is signed off. {follows}")
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
        why_not=list(Unanswered),
    )


def _without_answer(request: Request, interview: Interview) -> HttpResponse:
    """Of what is missing: that it was not asked, or that the child did not want to say."""
    missing = {line.key for line in written.account(interview).missing}
    none = {
        key: Said(unanswered=request.POST[f"none-{key}"])
        for key in missing
        if request.POST.get(f"none-{key}")
    }
    interviews.record(interview, none, by=request.user, at=request.now)
    return redirect("sign-interview", interview.pk)


def take_over_record(request: Request, pk: int) -> HttpResponse:
    """Whoever held it can no longer write the record: somebody else finishes it."""
    interview = interview_for(request, pk, Verb.REASSIGN)
    who = interview.interviewer.name
    back = reverse("show-interview", args=[pk])
    if request.method == "GET" and not _may_take_over(interview, request):
        messages.info(request, interviewing.StillTheirs.sentence)
        return redirect(back)
    form = gds.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            interviews.take_over_record(interview, by=request.user, at=request.now)
            messages.success(request, "The record is yours to finish and to sign off.")
            return redirect("record-interview", pk)
    return gds.form_page(
        request,
        form,
        title="Take the record over",
        caption=pages.name_of(interview.child),
        lead=f"{who} can no longer write this record. You finish it and sign it off.",
        warning=f"You can ask {who} what the child said. Tell them nothing that is in the record.",
        button="Take the record over",
        back=back,
        cancel=back,
        template="interviews/take_over_record.html",
        interview=interview,
        who=who,
    )


def _may_take_over(interview: Interview, request: Request) -> bool:
    if not interview.is_held or interview.is_signed:
        return False
    if not allows(interview, request.user, Verb.REASSIGN):
        return False
    return bool(interviews.without_writer([interview]))


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
    interview = get_object_or_404(seen.select_related(*known.ABOVE), pk=pk)
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
        "may_take_over": _may_take_over(interview, request),
        "may_add": can_read and _may_add(interview, request),
        "not_held": interview.not_held_rows.select_related("by").first(),
        **owed.of_interview(interview, request.user, request.now),
        "last": _last_time(interview, request) if can_read else None,
        "today": interviewers.today(request.now),
    }
    if can_read:
        context |= _account(interview, request) | _what_follows(interview, request)
        context |= reviews.of_interview(interview, request.user)
    return render(request, "interviews/show.html", context)


def _last_time(interview: Interview, request: Request) -> story.LastTime | None:
    """For whoever is to talk with the child: what was promised, as far as they may know of it."""
    if interview.is_held:
        return None
    return story.last_time(interview.child, request.user, request.now)


def _account(interview: Interview, request: Request) -> dict[str, Any]:
    beside = known.beside(interview, request.user) if interview.is_signed else None
    return {"account": written.account(interview), "beside": beside}


def _what_follows(interview: Interview, request: Request) -> dict[str, Any]:
    """What was decided, done or not, and what the episodes still wait for."""
    episodes = covered(interview)
    today = interviewers.today(request.now)
    actions = (
        Action.objects.visible_to(request.user)
        .filter(episode__in=episodes)
        .select_related("owner", "episode")
        .by_due_day()
    )
    decisions = NothingNeeded.objects.visible_to(request.user).filter(episode__in=episodes)
    return {
        "actions": [
            (action, action.is_late(today), may_complete(action, request.user))
            for action in actions
        ],
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
    path("interviews/<int:pk>/answers/<slug:question>", save_answer, name="save-answer-interview"),
    path("interviews/<int:pk>/sign", sign, name="sign-interview"),
    path("interviews/<int:pk>/add", add, name="add-interview"),
    path(
        "interviews/<int:pk>/take-over-record",
        take_over_record,
        name="take-over-record-interview",
    ),
]
