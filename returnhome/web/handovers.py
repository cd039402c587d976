"""Hand-overs: who has asked us, whom have we asked; asking, answering, taking and handing back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from returnhome.casework import agreements, handovers
from returnhome.casework.episodes import Episode
from returnhome.casework.handovers import HandOver, HandOverQuerySet, Story
from returnhome.casework.places import Authority
from returnhome.casework.staff import Organisation, Person
from returnhome.rules import handover
from returnhome.rules.access import Relation, Verb
from returnhome.rules.codes import (
    HandBackReason,
    HandOverKind,
    Nation,
    RefusalReason,
    WithdrawalReason,
)
from returnhome.rules.handover import Part, Step
from returnhome.rules.responsibility import Reply
from returnhome.web import before, days, gds, interviewers, looking, pages, shown, steps
from returnhome.web.asked import Request, episode_for

A_PAGE = 50
COLOURS = {
    Step.ASKED: "yellow",
    Step.ACCEPTED: "blue",
    Step.REPORTED: "green",
    Step.REFUSED: "red",
    Step.WITHDRAWN: "grey",
    Step.HANDED_BACK: "orange",
    Step.EXPIRED: "red",
}
DAY = timedelta(days=1)


def may_see(person: Person) -> bool:
    """Whoever may ask for a council, or answer for a council or a provider."""
    asks = person.may_for(Verb.ASK, Relation.RESPONSIBLE)
    answers = person.may_for(Verb.ANSWER, Relation.ASKED)
    return any((*asks, *answers))


# The two lists.


@dataclass(frozen=True)
class Row:
    """One request in a list."""

    handover: HandOver
    reference: str
    what: str
    child: str
    step: Step
    colour: str
    due: str
    is_late: bool
    is_ours_to_answer: bool

    @property
    def label(self) -> str:
        return label_of(self.handover, self.step)


def label_of(row: HandOver, step: Step) -> str:
    if step is Step.ACCEPTED and row.is_of_the_duty:
        return "Taken over"
    return step.label


def what_in_words(row: HandOver) -> str:
    """Who was asked for what: Westborough: to hold the interview."""
    what = "to take the duty over" if row.is_of_the_duty else "to hold the interview"
    return f"{row.to.name}: {what}"


def index(request: Request) -> HttpResponse:
    person, now = request.user, request.now
    if not may_see(person):
        raise Http404
    seen = _listed(HandOver.objects.visible_to(person))
    asked = handovers.asked_of(person)
    to_us, by_us = seen.filter(asked), seen.exclude(asked)
    to_page, by_page = _page(to_us, request.GET.get("to")), _page(by_us, request.GET.get("by"))
    context = {
        "to_us": _rows(request, to_page),
        "by_us": _rows(request, by_page),
        "may_agree": person.may(Verb.AGREE),
        "now": now,
    }
    looking.at_list(request, "handovers", [row.child_id for row in (*to_page, *by_page)])
    return render(request, "handovers/index.html", context)


def _listed(rows: HandOverQuerySet) -> HandOverQuerySet:
    """Those that wait for an answer first, by when it is due; then the newest."""
    known = rows.select_related(
        "asked_by_authority", "to_authority", "to_provider", "to_organisation"
    )
    sealed = ("terms", "answer_note", "withdrawal_note", "hand_back_note")
    return known.defer(*sealed).waiting_first()


def _page(rows: HandOverQuerySet, number: str | None) -> Page:
    return Paginator(rows, A_PAGE).get_page(number)


def _rows(request: Request, page: Page) -> dict[str, Any]:
    found = list(page.object_list)
    handovers.bring_episodes(found)
    signed = handovers.signed_for(found)
    again = handovers.to_arrange_again(each.episode for each in found)
    rows = [
        _row(each, signed.get(each.pk), again.get(each.episode_id), request.user, request.now)
        for each in found
    ]
    return {"rows": rows, "page": page}


def _row(
    row: HandOver,
    signed_at: datetime | None,
    again: HandOver | None,
    person: Person,
    now: datetime,
) -> Row:
    step = handover.step_of(row.as_rule(signed_at), now)
    is_ours = row.is_asked_of(person)
    due, is_late = _due(row, step, again, now)
    return Row(
        handover=row,
        reference=shown.reference(row),
        what=_what(row, is_ours),
        child=_child(row, step, person, now),
        step=step,
        colour=COLOURS[step],
        due=due,
        is_late=is_late,
        is_ours_to_answer=is_ours and step is Step.ASKED,
    )


def _what(row: HandOver, is_ours: bool) -> str:
    words = "Take the duty over" if row.is_of_the_duty else "Hold the interview"
    return f"{words}, asks {row.asked_by_authority.name}" if is_ours else f"{words}: {row.to.name}"


def _child(row: HandOver, step: Step, person: Person, now: datetime) -> str:
    """The child's name for whoever sees the episode; else what is enough to know it by."""
    if row.episode.allows(person, Verb.SEE_EPISODE):
        return pages.name_of(row.episode.child)
    if step is not Step.ASKED:
        return "A child"
    age = pages.age_of(row.episode.child, now.date())
    return "A child" if age is None else f"A child of {age}"


def _due(row: HandOver, step: Step, again: HandOver | None, now: datetime) -> tuple[str, bool]:
    """What is due and by when, and whether somebody must see to it.

    `again` is the request of its episode after which nobody has arranged otherwise.
    """
    if step is Step.ASKED:
        return f"Answer due {pages.near(row.answer_due_at, now)}", False
    if step is Step.EXPIRED and row != again:
        return f"Was due {pages.near(row.answer_due_at, now)}", True
    is_over = row.overtaken_at or row.episode.is_settled or row.episode.is_voided
    is_refused_duty = row.is_of_the_duty and step is Step.REFUSED and not is_over
    if row == again or is_refused_duty:
        return "To be arranged another way", True
    if step is Step.ACCEPTED and row.report_due_at and not row.is_of_the_duty:
        is_late = row.report_due_at < now
        said = "Report was due" if is_late else "Report due"
        return f"{said} {pages.near(row.report_due_at, now)}", is_late
    return "", False


# One request.


def _seen(request: Request, pk: int) -> HandOver:
    """A request that the person may know of; a look is journalled."""
    rows = HandOver.objects.visible_to(request.user).select_related(
        "asked_by_authority",
        "to_authority",
        "to_provider",
        "to_organisation",
        "asked_by",
        "answered_by",
        "withdrawn_by",
        "handed_back_by",
        "reported_by",
        "told_by",
    )
    row = get_object_or_404(rows, pk=pk)
    handovers.bring_episodes([row])
    looking.at(request, row)
    return row


def parts_for(row: HandOver, story: Story, person: Person, now: datetime) -> frozenset[Part]:
    """What of the child the person may see by this request and their own relation to it."""
    if row.episode.allows(person, Verb.OFFER) and not row.is_asked_of(person):
        # What was promised tells of what was said.
        may_read = row.episode.allows(person, Verb.SEE_ACCOUNT)
        return handover.EVERYTHING if may_read else handover.EVERYTHING - {Part.PROMISES}
    who = row.to if row.is_asked_of(person) else row.asked_by_authority
    return story.parts(who, now)


def show(request: Request, pk: int) -> HttpResponse:
    person, now = request.user, request.now
    row = _seen(request, pk)
    story = Story(row.episode)
    step = story.step(row, now)
    may_open = row.episode.allows(person, Verb.SEE_EPISODE)
    proposed = row.proposed_child
    if proposed and proposed.allows(person, Verb.SEE_EPISODE):
        looking.at(request, proposed)
    parts = parts_for(row, story, person, now)
    context = {
        "row": row,
        "sees_all": parts >= handover.EVERYTHING - {Part.PROMISES},
        "reference": shown.reference(row),
        "title": "Take the duty over" if row.is_of_the_duty else "Hold the interview",
        "step": step,
        "label": label_of(row, step),
        "colour": COLOURS[step],
        "due": _due(row, step, handovers.to_arrange_again([row.episode]).get(row.episode_id), now),
        "to_telephone": handovers.is_to_telephone(row, row.episode)
        and row.episode.allows(person, Verb.ASK),
        "shown": shown.shown(row, parts, now),
        "happened": happened(row, story),
        "may_open": may_open,
        "proposed": proposed if proposed and proposed.allows(person, Verb.SEE_EPISODE) else None,
        "is_proposed": proposed is not None,
        **_may(row, story, step, person, now),
    }
    return render(request, "handovers/show.html", context)


def _may(
    row: HandOver, story: Story, step: Step, person: Person, now: datetime
) -> Mapping[str, bool]:
    """Which of the steps the person can take now."""
    is_asked = row.is_asked_of(person)
    is_owner = row.episode.allows(person, Verb.ASK)
    is_of_interview = not row.is_of_the_duty
    is_open = row.overtaken_at is None and not row.episode.is_voided
    is_by_post = is_owner and handovers.needs_letter(row)
    return {
        "may_answer": is_asked and step is Step.ASKED and is_open,
        "may_hand_back": is_of_interview and step is Step.ACCEPTED and (is_asked or is_by_post),
        "may_withdraw": is_owner
        and (step is Step.ASKED or (step is Step.ACCEPTED and is_of_interview)),
        "may_report": is_by_post and is_of_interview and step is Step.ACCEPTED,
        "may_note_held": is_by_post and _was_theirs(row, step) and row.episode.held_at is None,
        "may_write": is_by_post and step is Step.ASKED and is_open,
        "may_ask_again": is_owner
        and step in (Step.EXPIRED, Step.REFUSED, Step.HANDED_BACK, Step.WITHDRAWN)
        and not story.standing(story.of(row).matter, now),
    }


def _was_theirs(row: HandOver, step: Step) -> bool:
    return not row.is_of_the_duty and step in (Step.ACCEPTED, Step.REPORTED)


@dataclass(frozen=True)
class Happened:
    at: datetime
    what: str
    by: str
    note: str = ""


def happened(row: HandOver, story: Story) -> Sequence[Happened]:
    """What happened to the request, in order."""
    found = [Happened(row.asked_at, f"{row.asked_by_authority.name} asked", row.asked_by.name)]
    if row.answered_at:
        by = row.answered_by.name if row.answered_by else _by_letter(row)
        what = f"{row.to.name} accepted"
        if row.refusal_reason:
            what = f"{row.to.name} refused: {_lower(RefusalReason(row.refusal_reason).label)}"
        found.append(Happened(row.answered_at, what, by, row.answer_note))
    if row.reply_digest:
        found.extend(Happened(at, "Letter made", by) for at, by in handovers.letters_of(row))
    if row.told_at and row.told_by:
        found.append(Happened(row.told_at, "Told by telephone who it is", row.told_by.name))
    if row.withdrawn_at and row.withdrawn_by:
        reason = _lower(WithdrawalReason(row.withdrawal_reason).label)
        what = f"Withdrawn: {reason}"
        found.append(Happened(row.withdrawn_at, what, row.withdrawn_by.name, row.withdrawal_note))
    if row.handed_back_at and row.handed_back_by:
        what = f"Handed back: {_lower(HandBackReason(row.hand_back_reason).label)}"
        by = row.handed_back_by.name
        found.append(Happened(row.handed_back_at, what, by, row.hand_back_note))
    reported = story.of(row).reported
    if reported:
        by = row.reported_by.name if row.reported_by else row.to.name
        found.append(Happened(reported.at, "Report returned", by))
    return sorted(found, key=lambda each: each.at)


def _by_letter(row: HandOver) -> str:
    """Who answered by the link of a letter, and how to reach them."""
    return f"{row.answered_by_name} ({row.answered_by_contact}), by letter"


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


# Asking.

OTHER = "other"


class AskForm(gds.Form):
    to = gds.Radios("Who is asked to hold the interview?", reveal={OTHER: ["authority"]})
    authority = gds.Select("Which council?", coerce=int, missing="Select the council")
    terms = gds.Textarea(
        "What should they know? (optional)",
        required=False,
        rows=4,
        hint="They see this before they answer. Write no name, and nothing of what the child said.",
    )
    report_due = days.Moment(
        "By when should the report come back?",
        noun="when the report is due",
        exact_only=True,
    )

    def __init__(
        self,
        *args: Any,
        bodies: Mapping[str, tuple[HandOverKind, Authority | Organisation, str]],
        councils: Sequence[Authority],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.bodies, self.councils = bodies, {each.pk: each for each in councils}
        to = self.fields["to"]
        to.choices = [  # type: ignore[attr-defined]
            *((key, body.name) for key, (_, body, _) in bodies.items()),
            (OTHER, "Another council"),
        ]
        to.hints = {key: hint for key, (_, _, hint) in bodies.items()}  # type: ignore[attr-defined]
        self.fields["authority"].choices = [(each.pk, each.name) for each in councils]  # type: ignore[attr-defined]

    @property
    def asked(self) -> tuple[HandOverKind, Authority | Organisation]:
        to = self.cleaned_data["to"]
        if to == OTHER:
            return HandOverKind.HOST_INTERVIEWS, self.councils[self.cleaned_data["authority"]]
        kind, body, _ = self.bodies[to]
        return kind, body


NAME_THEM = (
    "This record is restricted: nobody there sees the request until a manager names them among "
    "those who may see the record. Do it as soon as you have asked."
)


def ask(request: Request, pk: int) -> HttpResponse:
    """Ask another body to hold the interview: the duty stays."""
    episode = episode_for(request, pk, Verb.ASK)
    bodies = _bodies(episode)
    form = AskForm(
        request.POST or None,
        bodies=bodies,
        councils=_councils(request, but=episode.responsible_authority),
        initial={
            "to": next(iter(bodies), OTHER),
            "report_due": (episode.due_at or request.now + 3 * DAY) + 3 * DAY,
        },
    )
    if request.method == "POST" and form.is_valid():
        kind, body = form.asked
        with gds.refusals_into(form):
            row = handovers.ask(
                episode,
                kind,
                to=body,
                terms=form.cleaned_data["terms"],
                report_due_at=form.cleaned_data["report_due"].at,
                by=request.user,
                at=request.now,
            )
            messages.success(request, asked_in_words(row, request.now))
            return redirect("show-handover", row.pk)
    back = reverse("show-episode", args=[episode.pk])
    return gds.form_page(
        request,
        form,
        title="Ask somebody else to hold the interview",
        caption=pages.name_of(episode.child),
        lead=f"{episode.responsible_authority.name} stays accountable, and its clock runs on.",
        warning=NAME_THEM if request.user.is_restricted(episode.child_id) else "",
        button="Ask",
        back=back,
        cancel=back,
        template="handovers/ask.html",
        clock=before.clock_of(episode, request.now),
        episode=episode,
        known_to=_knows_it_already(episode),
    )


def _knows_it_already(episode: Episode) -> str:
    """The host, where it reads here: a host sees the children placed in its area by name."""
    host = episode.host_authority
    return host.name if host and agreements.is_on_the_system(host) else ""


def asked_in_words(row: HandOver, now: datetime) -> str:
    due = pages.near(row.answer_due_at, now)
    if handovers.needs_letter(row):
        return f"{row.to.name} is not on the system: send the letter. The answer is due {due}."
    return f"{row.to.name} is asked. The answer is due {due}."


def _bodies(
    episode: Episode,
) -> dict[str, tuple[HandOverKind, Authority | Organisation, str]]:
    """Whom it is natural to ask: the host, then providers, each with why."""
    found: dict[str, tuple[HandOverKind, Authority | Organisation, str]] = {}
    host = episode.host_authority
    if host:
        hint = "The child is placed in its area."
        if not agreements.is_on_the_system(host):
            hint += " It is not on the system: the request goes as a letter."
        found["host"] = (HandOverKind.HOST_INTERVIEWS, host, hint)
    providers = Organisation.objects.filter(
        kind=Organisation.PROVIDER, pk__in=agreements.answering()
    )
    for provider in providers.order_by("name", "pk"):
        hint = "Interviews already for this child." if provider.pk == episode.provider_id else ""
        found[f"provider-{provider.pk}"] = (HandOverKind.PROVIDER, provider, hint)
    return found


def _councils(request: Request, *, but: Authority) -> list[Authority]:
    today = interviewers.today(request.now)
    known = Authority.objects.existing_on(today).filter(nation=Nation.ENGLAND)
    return list(known.exclude(pk=but.pk).order_by("name", "pk"))


# Answering.

ACCEPT, REFUSE = Reply.ACCEPTED, Reply.REFUSED


class AnswerForm(gds.Form):
    answer = gds.Radios(
        "Does your organisation take this on?",
        coerce=Reply,
        reveal={REFUSE: ["reason"]},
    )
    reason = gds.Radios(
        "Why not?", noun="the reason", choices=RefusalReason.choices(), coerce=RefusalReason
    )
    note = gds.Textarea(
        "Anything they should know (optional)",
        required=False,
        rows=3,
        hint="Needed if you choose another reason. Write no name.",
    )

    def __init__(self, *args: Any, row: HandOver, **options: Any) -> None:
        super().__init__(*args, **options)
        yes = "Yes, we take the duty over" if row.is_of_the_duty else "Yes, we hold the interview"
        no = "No, it stays with them" if row.is_of_the_duty else "No, we cannot"
        field = self.fields["answer"]
        field.choices = [(ACCEPT.value, yes), (REFUSE.value, no)]  # type: ignore[attr-defined]
        if row.is_of_the_duty:
            field.hints = {  # type: ignore[attr-defined]
                ACCEPT.value: "From then on your council must act, and the clock is yours."
            }


def answer(request: Request, pk: int) -> HttpResponse:
    row = _seen(request, pk)
    if not row.is_asked_of(request.user):
        raise Http404
    if request.method == "GET" and Story(row.episode).step(row, request.now) is not Step.ASKED:
        messages.info(request, "This request waits for no answer any more.")
        return redirect("show-handover", row.pk)
    form = AnswerForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        with gds.refusals_into(form):
            row = handovers.answer(
                row,
                said["answer"],
                reason=said["reason"],
                note=said["note"],
                by=request.user,
                at=request.now,
            )
            messages.success(request, _answered_in_words(row, request.user, request.now))
            if row.answer == ACCEPT:
                return redirect("show-episode", row.episode_id)
            return redirect("show-handover", row.pk)
    return _form(
        request,
        row,
        form,
        title="Answer the request",
        button="Send the answer",
        template="handovers/answer.html",
    )


def _answered_in_words(row: HandOver, person: Person, now: datetime) -> str:
    asker = row.asked_by_authority.name
    if row.answer == REFUSE:
        return f"Refused. {asker} is told, and must act."
    if row.is_of_the_duty:
        return "Taken over: your council must act now."
    episode = Episode.objects.select_related("owner", "responsible_authority").get(
        pk=row.episode_id
    )
    there = steps.beside([episode], person)[episode.pk]
    step = steps.next_for(episode, person, there, now)
    coming = _lower(step.label) if step.is_ours else step.awaited
    return f"Accepted. Next: {coming}. {asker} stays accountable."


class WithdrawForm(gds.Form):
    reason = gds.Radios(
        "Why do you take it back?",
        noun="the reason",
        choices=WithdrawalReason.choices(),
        coerce=WithdrawalReason,
    )
    note = gds.Textarea(
        "Anything they should know (optional)",
        required=False,
        rows=3,
        hint="Needed if you choose another reason.",
    )


def withdraw(request: Request, pk: int) -> HttpResponse:
    row = _seen(request, pk)
    if not row.episode.allows(request.user, Verb.ASK):
        raise Http404
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            handovers.withdraw(row, **form.cleaned_data, by=request.user, at=request.now)
            messages.success(request, "Taken back. The interview is yours to arrange.")
            return redirect("show-episode", row.episode_id)
    return _form(request, row, form, title="Take the request back", button="Take it back")


class HandBackForm(gds.Form):
    reason = gds.Radios(
        "Why does it go back?",
        noun="the reason",
        choices=HandBackReason.choices(),
        coerce=HandBackReason,
    )
    note = gds.Textarea(
        "Anything they should know (optional)",
        required=False,
        rows=3,
        hint="What was tried, and what the child said of it. Needed for another reason.",
    )


def hand_back(request: Request, pk: int) -> HttpResponse:
    row = _seen(request, pk)
    is_by_post = row.episode.allows(request.user, Verb.ASK) and handovers.needs_letter(row)
    if not (row.is_asked_of(request.user) or is_by_post):
        raise Http404
    form = HandBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            handovers.hand_back(row, **form.cleaned_data, by=request.user, at=request.now)
            asker = row.asked_by_authority.name
            messages.success(request, f"Handed back: {asker} arranges the interview again.")
            return redirect("show-handover", row.pk)
    return _form(
        request,
        row,
        form,
        title="Hand the interview back",
        button="Hand it back",
        inset="What was booked for it ends. What was recorded stays.",
    )


@require_POST
def tell(request: Request, pk: int) -> HttpResponse:
    """They accepted by letter, and were told by telephone who the child is."""
    row = _seen(request, pk)
    if not row.episode.allows(request.user, Verb.ASK):
        raise Http404
    handovers.note_told(row, by=request.user, at=request.now)
    messages.success(request, f"Recorded that {row.to.name} was told by telephone.")
    return redirect("show-handover", row.pk)


@require_POST
def report(request: Request, pk: int) -> HttpResponse:
    """The report came by post or e-mail, from a council that is not on the system."""
    row = _seen(request, pk)
    if not row.episode.allows(request.user, Verb.ASK):
        raise Http404
    handovers.report(row, by=request.user, at=request.now)
    messages.success(request, "Recorded that the report came back.")
    return redirect("show-handover", row.pk)


# A standing arrangement, and a no to this one child.


class DeclineForm(gds.Form):
    reason = gds.Radios(
        "Why can you not hold this one?",
        noun="the reason",
        choices=[each for each in RefusalReason.choices() if "ours" not in each[0]],
        coerce=RefusalReason,
    )
    note = gds.Textarea(
        "Anything they should know (optional)",
        required=False,
        rows=3,
        hint="Needed if you choose another reason.",
    )


def decline(request: Request, pk: int) -> HttpResponse:
    episode = episode_for(request, pk, Verb.ANSWER)
    form = DeclineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            row = handovers.decline_agreed(
                episode, **form.cleaned_data, by=request.user, at=request.now
            )
            asker = row.asked_by_authority.name
            messages.success(request, f"Refused. {asker} is told, and arranges the interview.")
            return redirect("show-handover", row.pk)
    back = reverse("show-episode", args=[episode.pk])
    return gds.form_page(
        request,
        form,
        title="Refuse this one",
        caption=pages.name_of(episode.child),
        lead="The arrangement with the council stands for all other children.",
        button="Refuse this one",
        back=back,
        cancel=back,
    )


def _form(request: Request, row: HandOver, form: gds.Form, **given: Any) -> HttpResponse:
    back = reverse("show-handover", args=[row.pk])
    story = Story(row.episode)
    parts = parts_for(row, story, request.user, request.now)
    given.setdefault("template", "handovers/form.html")
    return gds.form_page(
        request,
        form,
        caption=f"Request {shown.reference(row)}",
        back=back,
        cancel=back,
        row=row,
        shown=shown.shown(row, parts, request.now),
        **given,
    )


# For the work list.


@dataclass(frozen=True)
class Waiting:
    """A request that waits for our answer."""

    row: HandOver
    what: str
    due: str


MOST = 10


def waiting_for_us(person: Person, now: datetime) -> Sequence[Waiting]:
    """Requests that wait for the person's organisation, the soonest due first. One query."""
    rows = (
        HandOver.objects.asked_of(person)
        .unanswered()
        .filter(answer_due_at__gte=now)
        .select_related("asked_by_authority")
        .defer("terms", "answer_note", "withdrawal_note", "hand_back_note")
        .order_by("answer_due_at", "pk")[:MOST]
    )
    return [
        Waiting(row, _what(row, is_ours=True), pages.near(row.answer_due_at, now)) for row in rows
    ]


urlpatterns = [
    path("hand-overs", index, name="handovers"),
    path("hand-overs/<int:pk>", show, name="show-handover"),
    path("hand-overs/<int:pk>/answer", answer, name="answer-handover"),
    path("hand-overs/<int:pk>/withdraw", withdraw, name="withdraw-handover"),
    path("hand-overs/<int:pk>/hand-back", hand_back, name="hand-back-handover"),
    path("hand-overs/<int:pk>/tell", tell, name="tell-handover"),
    path("hand-overs/<int:pk>/report", report, name="report-handover"),
    path("episodes/<int:pk>/ask", ask, name="ask-handover"),
    path("episodes/<int:pk>/decline", decline, name="decline-handover"),
]
