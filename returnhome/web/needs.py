"""Needs and help: what was named in an interview, what answers it, and what came of that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from returnhome.casework import needs
from returnhome.casework.children import Child
from returnhome.casework.episodes import Episode
from returnhome.casework.interviews import Interview
from returnhome.casework.needs import HelpOffered, Need, PassedOn
from returnhome.casework.services import Service, ServiceQuerySet
from returnhome.casework.staff import Person
from returnhome.casework.support import Action
from returnhome.rules.access import Verb
from returnhome.rules.codes import ActionKind, Means
from returnhome.rules.helping import NeedKind, NoHelpReason, NotTakenUpReason, PassedTo
from returnhome.rules.standard.parts import SaidBy
from returnhome.web import before, gds, looking, pages, support
from returnhome.web import days as boxes
from returnhome.web.asked import Request, allows, covered
from returnhome.web.interviewers import today

A_PAGE = 25
YES, NO = "yes", "no"


# What the pages show of a need.


@dataclass(frozen=True)
class Line:
    """One thing that was done about a need: how it stands, what it was, and what is next."""

    tag: str
    colour: str
    what: str
    who: str
    notes: Sequence[str] = ()
    href: str = ""
    label: str = ""


@dataclass(frozen=True)
class Shown:
    """A need with all that was done about it, as one person meets it."""

    need: Need
    lines: Sequence[Line]
    may_help: bool = False
    may_decide: bool = False

    @property
    def kind(self) -> str:
        return NeedKind(self.need.kind).label

    @property
    def is_open(self) -> bool:
        return self.need.is_open

    @property
    def is_in_childs_words(self) -> bool:
        return self.need.said_by == SaidBy.CHILD


def _action_line(action: Action, person: Person, day: date, *, may: bool) -> Line:
    kind = ActionKind(action.kind).label
    what = f"{kind}: {action.what}"
    if action.is_done:
        who = f"{action.owner.name}, done {pages.day(action.done_at)}"
        return Line("Done", "green", what, who, [f"What came of it: {action.outcome}"])
    tag, colour = ("Late", "red") if action.is_late(day) else ("To do", "blue")
    who = f"{action.owner.name}, due {pages.day(action.due_on)}"
    if may or action.owner_id == person.pk:
        href = reverse("complete-action", args=[action.pk])
        return Line(tag, colour, what, who, href=href, label="Complete the action")
    return Line(tag, colour, what, who)


def _help_line(help_: HelpOffered, *, may: bool) -> Line:
    what = f"Offered: {help_.named}"
    who = f"{help_.offered_by.name}, {pages.day(help_.offered_on)}, {before.by_means(help_.means)}"
    notes = [help_.what] if help_.service and help_.what else []
    follow = {"href": reverse("follow-help", args=[help_.pk])} if may else {}
    if help_.is_taken_up is None:
        follow |= {"label": "Was it taken up?"} if may else {}
        return Line("Not known yet", "yellow", what, who, notes, **follow)
    notes += [help_.heard] if help_.heard else []
    if not help_.is_taken_up:
        reason = help_.reason.label if help_.reason else ""
        return Line("Not taken up", "grey", what, who, [f"{reason}.", *notes])
    if help_.outcome_at:
        notes.append(f"What came of it: {help_.outcome}")
        return Line("Taken up", "green", what, who, notes)
    follow |= {"label": "What came of it?"} if may else {}
    return Line("Taken up", "turquoise", what, who, notes, **follow)


def _passed_line(passed: PassedOn, *, may: bool) -> Line:
    what = f"Passed on to {before.lower(PassedTo(passed.to).label)}: {passed.who}"
    who = f"{passed.passed_by.name}, {pages.day(passed.passed_on)}"
    if passed.outcome_at:
        return Line("Passed on", "purple", what, who, [f"What came of it: {passed.outcome}"])
    if not may:
        return Line("Passed on", "purple", what, who)
    href = reverse("follow-passed-on", args=[passed.pk])
    return Line("Passed on", "purple", what, who, href=href, label="What came of it?")


def _shown(need: Need, person: Person, day: date, *, may_help: bool, may_decide: bool) -> Shown:
    lines = [
        _action_line(row.action, person, day, may=may_decide) for row in need.for_actions.all()
    ]
    lines += [_help_line(each, may=may_help) for each in need.help.all()]
    lines += [
        Line(
            "None",
            "grey",
            f"Nothing follows: {before.lower(NoHelpReason(each.reason).label)}",
            f"{each.by.name}, {pages.day(each.at)}",
            [each.note] if each.note else [],
        )
        for each in need.left.all()
    ]
    lines += [_passed_line(each, may=may_help) for each in need.passed.all()]
    return Shown(need, lines, may_help=may_help, may_decide=may_decide)


def may_help(interview: Interview, person: Person) -> bool:
    """Whoever holds it, or decides what follows, names needs and offers help."""
    return interview.may_be_recorded_by(person) or allows(interview, person, Verb.ACT)


def of_interview(interview: Interview, person: Person, now: datetime) -> list[Shown]:
    """The needs of one interview. Seven queries, and the caller has asked who may read it."""
    helps, decides = may_help(interview, person), allows(interview, person, Verb.ACT)
    theirs = Need.objects.visible_to(person).filter(interview=interview).in_order()
    found = []
    for need in theirs.answered_how():
        need.interview = interview
        found.append(_shown(need, person, today(now), may_help=helps, may_decide=decides))
    return found


def of_last_time(interview: Interview, person: Person, now: datetime) -> list[Shown]:
    """The same to be read alone: what was promised, and whether it happened."""
    theirs = Need.objects.visible_to(person).filter(interview=interview).in_order()
    return [
        _shown(need, person, today(now), may_help=False, may_decide=False)
        for need in theirs.answered_how()
    ]


def still_open(child: Child, person: Person, now: datetime) -> list[Shown]:
    """What this child named in any interview and has nothing yet, as far as the person may read.

    Five queries.
    """
    theirs = Need.objects.visible_to(person).filter(interview__child=child).in_order()
    return [
        _shown(need, person, today(now), may_help=False, may_decide=False)
        for need in theirs.answered_how()
        if need.is_open
    ]


# The page of an interview's needs.


def _interview(request: Request, pk: int) -> Interview:
    readable = Interview.objects.account_visible_to(request.user)
    return get_object_or_404(readable.select_related("child", "interviewer"), pk=pk)


def of(request: Request, pk: int) -> HttpResponse:
    interview = _interview(request, pk)
    looking.at(request, interview)
    shown = of_interview(interview, request.user, request.now)
    is_open = any(each.is_open for each in shown)
    may_decide = allows(interview, request.user, Verb.ACT)
    context = {
        "interview": interview,
        "needs": shown,
        "open": [each for each in shown if each.is_open],
        "may_help": may_help(interview, request.user),
        "to_decide": _to_decide(interview) if may_decide and shown and not is_open else None,
    }
    return render(request, "needs/of.html", context)


def _to_decide(interview: Interview) -> Episode | None:
    """An episode of a signed interview of which nobody has decided yet what follows."""
    if not interview.is_signed:
        return None
    for episode in covered(interview):
        if not episode.is_settled and not episode.has_actions:
            return episode
    return None


class NameForm(gds.Form):
    words = gds.Textarea(
        "What does the child need or wish?",
        rows=4,
        strip=False,
        hint="As the child says it. One need at a time.",
        missing="Say what the child needs or wishes",
    )
    said_by = gds.Radios(
        "Whose words are these?",
        choices=[(SaidBy.CHILD.value, "The child’s"), (SaidBy.WORKER.value, "The worker’s")],
        coerce=SaidBy,
        inline=True,
    )
    kind = gds.Radios(
        "What is it about?", choices=NeedKind.choices(), coerce=NeedKind, classes="rh-columns"
    )


def name(request: Request, pk: int) -> HttpResponse:
    interview = _interview(request, pk)
    if not may_help(interview, request.user):
        raise Http404
    looking.at(request, interview)
    form = NameForm(request.POST or None, initial={"said_by": SaidBy.CHILD})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            need = needs.name(
                interview,
                said["kind"],
                said["words"],
                said_by=said["said_by"],
                by=request.user,
                at=request.now,
            )
            messages.success(request, "The need is written down. It waits for an answer.")
            if "another" in request.POST:
                return redirect("name-need", pk)
            return redirect(_place(need))
    return gds.form_page(
        request,
        form,
        title="Name a need or wish",
        caption=pages.name_of(interview.child),
        lead="Each leads to help, to an action, or to a reason why there is none.",
        button="Save",
        back=_of(interview.pk),
        cancel=_of(interview.pk),
        template="needs/name.html",
        another="Save, then name another",
    )


def _of(interview: int) -> str:
    return reverse("needs-of-interview", args=[interview])


def _place(need: Need) -> str:
    return f"{_of(need.interview_id)}#need-{need.pk}"


# One need.


def _need(request: Request, pk: int, *, deciding: bool = False) -> Need:
    """A need that the person may answer; else it is not there."""
    seen = Need.objects.visible_to(request.user).answered_how()
    need = get_object_or_404(seen.select_related("interview__child", "named_by"), pk=pk)
    may = allows(need.interview, request.user, Verb.ACT)
    if not (may or (not deciding and need.interview.may_be_recorded_by(request.user))):
        raise Http404
    looking.at(request, need)
    return need


def _page(
    request: Request,
    need: Need,
    form: gds.Form,
    *,
    title: str,
    button: str,
    template: str = "needs/form.html",
    **context: Any,
) -> HttpResponse:
    return gds.form_page(
        request,
        form,
        title=title,
        caption=pages.name_of(need.interview.child),
        button=button,
        back=_of(need.interview_id),
        cancel=_place(need),
        template=template,
        shown=_shown(need, request.user, today(request.now), may_help=False, may_decide=False),
        find=reverse("find-help", args=[need.pk]),
        **context,
    )


class FindForm(gds.Form):
    q = gds.Text("Words", required=False, max_length=100, hint="In name, description or town.")
    about = gds.Select("Helps with", required=False, empty="Anything", choices=NeedKind.choices())

    @property
    def asked(self) -> dict[str, str]:
        """What was asked for and makes sense; anything else is as if it were not there."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def _listed(need: Need) -> ServiceQuerySet:
    """What can be offered: the lists of the council that answers and of the one that hosts."""
    theirs = [
        each
        for episode in covered(need.interview)
        for each in (episode.responsible_authority_id, episode.host_authority_id)
    ]
    return Service.objects.of(*theirs).standing().select_related("authority").by_name()


def find_help(request: Request, pk: int) -> HttpResponse:
    """The council's list, narrowed to what helps with this need."""
    need = _need(request, pk)
    is_asked = {"q", "about"} & request.GET.keys()
    form = FindForm(request.GET if is_asked else {"about": need.kind})
    asked = form.asked
    found = _listed(need).saying(asked.get("q", ""))
    if about := asked.get("about"):
        found = found.filter(helps_with__contains=[about])
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    age = pages.age_of(need.interview.child, today(request.now))
    context = {
        "need": need,
        "shown": _shown(need, request.user, today(request.now), may_help=False, may_decide=False),
        "form": form,
        "page": page,
        "age": age,
        "rows": [(each, each.described.is_for_age(age), ages(each)) for each in page],
        "several": len({each.authority_id for each in page}) > 1,
    }
    return render(request, "needs/find_help.html", context)


def ages(service: Service) -> str:
    """For whom by age, in words."""
    youngest, oldest = service.minimum_age, service.maximum_age
    if youngest is not None and oldest is not None:
        return f"Ages {youngest} to {oldest}"
    if youngest is not None:
        return f"From {youngest}"
    return f"Up to {oldest}" if oldest is not None else ""


class OfferForm(gds.Form):
    what = gds.Textarea("What is offered?", rows=3, missing="Say what is offered")
    means = gds.Select("How was it offered?", choices=Means.choices(), coerce=Means)
    offered_on = boxes.Date("When was it offered?", noun="the day it was offered")

    def __init__(self, *args: Any, service: Service | None, **options: Any) -> None:
        super().__init__(*args, **options)
        if service:
            self.fields["what"].required = False
            self.fields["what"].label = "More about it (optional)"
            self.fields["what"].help_text = "For example: the worker there, the day it begins."


def offer_help(request: Request, pk: int) -> HttpResponse:
    need = _need(request, pk)
    chosen = request.GET.get("service", "")
    service = None
    if chosen:
        there = _listed(need).filter(pk=int(chosen) if chosen.isdecimal() else 0)
        service = get_object_or_404(there)
    first = {"means": Means.IN_PERSON, "offered_on": today(request.now)}
    form = OfferForm(request.POST or None, service=service, initial=first)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            needs.offer_help(
                need, service=service, **form.cleaned_data, by=request.user, at=request.now
            )
            messages.success(request, "Noted. Come back to say whether it was taken up.")
            return redirect(_place(need))
    return _page(
        request,
        need,
        form,
        title=f"Offer {service.name}" if service else "Offer help that is not on the list",
        button="Save the offer",
        template="needs/offer_help.html",
        service=service,
        ages=ages(service) if service else "",
    )


class ActForm(support.ActionForm):
    """The form of any action, about a need."""


def act(request: Request, pk: int) -> HttpResponse:
    need = _need(request, pk, deciding=True)
    first_day = today(request.now)
    colleagues = support.colleagues_of(request.user)
    first = {"owner": request.user.pk, "due_on": first_day + timedelta(days=7)}
    form = ActForm(request.POST or None, colleagues=colleagues, first_day=first_day, initial=first)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            action = needs.act(
                need,
                said["kind"],
                said["what"],
                owner=form.colleagues[said["owner"]],
                due_on=said["due_on"],
                by=request.user,
                at=request.now,
            )
            messages.success(
                request, f"Added for {action.owner.name}, by {pages.day(action.due_on)}."
            )
            return redirect(_place(need))
    return _page(request, need, form, title="Add an action for this need", button="Add the action")


class LeaveForm(gds.Form):
    reason = gds.Radios(
        "Why does nothing follow?",
        choices=NoHelpReason.choices(),
        coerce=NoHelpReason,
        noun="why nothing follows",
    )
    note = gds.Textarea(
        "More: who helps, what was looked for, or what other reason",
        rows=3,
        required=False,
    )


def leave(request: Request, pk: int) -> HttpResponse:
    need = _need(request, pk, deciding=True)
    form = LeaveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            needs.leave(need, **form.cleaned_data, by=request.user, at=request.now)
            messages.success(request, "Recorded: nothing follows from this need, and why.")
            return redirect(_place(need))
    return _page(
        request,
        need,
        form,
        title="Decide that nothing follows from this need",
        button="Save the decision",
    )


# What came of it.


class HearForm(gds.Form):
    """Whether it was taken up; and where that is known already, only what came of it."""

    is_taken_up = gds.Radios(
        "Was it taken up?",
        choices=[(YES, "Yes"), (NO, "No")],
        coerce=lambda value: value == YES,
        reveal={YES: ["outcome"], NO: ["reason", "words"]},
        missing="Say whether it was taken up",
    )
    reason = gds.Radios(
        "Why not?",
        choices=NotTakenUpReason.choices(),
        coerce=NotTakenUpReason,
        hints={
            reason.value: "The need then waits again."
            for reason in NotTakenUpReason
            if reason is NotTakenUpReason.PARENT_DECLINED
        },
        missing="Say why it was not taken up",
    )
    words = gds.Textarea("More (optional)", rows=2, required=False)
    outcome = gds.Textarea(
        "What came of it, if that is known (optional)",
        rows=3,
        required=False,
        hint="What has changed for the child.",
    )


class OutcomeForm(gds.Form):
    outcome = gds.Textarea(
        "What came of it?",
        rows=4,
        hint="What has changed for the child.",
        missing="Say what came of it",
    )


def follow_help(request: Request, pk: int) -> HttpResponse:
    seen = HelpOffered.objects.visible_to(request.user).with_people()
    help_ = get_object_or_404(seen, pk=pk)
    need = _need(request, help_.need_id)
    is_heard = help_.heard_at is not None
    form = (OutcomeForm if is_heard else HearForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            _follow(help_, form.cleaned_data, request)
            messages.success(request, "Noted.")
            return redirect(_place(need))
    return _page(
        request,
        need,
        form,
        title="What came of the help",
        button="Save",
        template="needs/follow.html",
        line=_help_line(help_, may=False),
        is_over=help_.outcome_at is not None or help_.is_taken_up is False,
    )


def _follow(help_: HelpOffered, said: dict[str, Any], request: Request) -> None:
    outcome, by, at = said.get("outcome") or "", request.user, request.now
    if "is_taken_up" in said and not (said["is_taken_up"] and outcome.strip()):
        needs.hear(
            help_,
            is_taken_up=said["is_taken_up"],
            reason=said["reason"],
            words=said["words"] or "",
            by=by,
            at=at,
        )
    else:
        needs.note_outcome(help_, outcome, by=by, at=at)


class PassForm(gds.Form):
    needs = gds.Checkboxes("Which needs?", coerce=int, missing="Choose which needs are passed on")
    to = gds.Radios(
        "To whom?",
        choices=PassedTo.choices(),
        coerce=PassedTo,
        hints={
            PassedTo.EARLY_HELP.value: "For a child whom nobody works with.",
            PassedTo.FRONT_DOOR.value: "For a child whom nobody works with.",
        },
        noun="to whom",
    )
    who = gds.Text(
        "Who took it?",
        hint="A name, or the team.",
        max_length=120,
        missing="Say who took it: a name, or the team",
    )
    passed_on = boxes.Date("When?", noun="the day it was passed on")

    def __init__(self, *args: Any, shown: Sequence[Shown], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["needs"].choices = [  # type: ignore[attr-defined]
            (each.need.pk, f"{each.kind}: {each.need.words[:80]}") for each in shown
        ]


def pass_on(request: Request, pk: int) -> HttpResponse:
    """Several needs at once, to one who takes them."""
    interview = _interview(request, pk)
    if not may_help(interview, request.user):
        raise Http404
    looking.at(request, interview)
    shown = of_interview(interview, request.user, request.now)
    first = {"needs": [each.need.pk for each in shown], "passed_on": today(request.now)}
    form = PassForm(request.POST or None, shown=shown, initial=first)
    if request.method == "POST" and form.is_valid():
        said = {**form.cleaned_data}
        chosen = set(said.pop("needs"))
        with gds.refusals_into(form):
            these = [each.need for each in shown if each.need.pk in chosen]
            needs.pass_on(these, **said, by=request.user, at=request.now)
            messages.success(request, "Noted. Come back to say what came of it.")
            return redirect(_of(pk))
    return gds.form_page(
        request,
        form,
        title="Pass needs on",
        caption=pages.name_of(interview.child),
        inset="This notes that you told them. A need stays open until there is an action, help, or "
        "a reason for none.",
        button="Save",
        back=_of(pk),
        cancel=_of(pk),
    )


def follow_passed(request: Request, pk: int) -> HttpResponse:
    seen = PassedOn.objects.visible_to(request.user).with_people()
    passed = get_object_or_404(seen, pk=pk)
    need = _need(request, passed.need_id)
    form = OutcomeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            needs.note_what_came(
                passed, form.cleaned_data["outcome"], by=request.user, at=request.now
            )
            messages.success(request, "Noted.")
            return redirect(_place(need))
    return _page(
        request,
        need,
        form,
        title="What came of passing it on",
        button="Save",
        template="needs/follow.html",
        line=_passed_line(passed, may=False),
        is_over=passed.outcome_at is not None,
    )


urlpatterns = [
    path("interviews/<int:pk>/needs", of, name="needs-of-interview"),
    path("interviews/<int:pk>/name-need", name, name="name-need"),
    path("interviews/<int:pk>/pass-needs-on", pass_on, name="pass-on-needs"),
    path("needs/<int:pk>/find-help", find_help, name="find-help"),
    path("needs/<int:pk>/offer-help", offer_help, name="offer-help"),
    path("needs/<int:pk>/act", act, name="act-on-need"),
    path("needs/<int:pk>/leave", leave, name="leave-need"),
    path("help-offered/<int:pk>/follow", follow_help, name="follow-help"),
    path("passed-on/<int:pk>/follow", follow_passed, name="follow-passed-on"),
]
