"""What is still owed after a child told of harm, as pages show it: in words, with its button."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse

from returnhome.casework import harm
from returnhome.casework.children import Child
from returnhome.casework.harm import Disclosure, HarmDecision
from returnhome.casework.interviews import Interview
from returnhome.casework.staff import Person
from returnhome.rules import clock, harming
from returnhome.rules.access import Verb
from returnhome.rules.codes import HarmDecisionKind, HarmStep
from returnhome.rules.harming import Owed
from returnhome.web import pages
from returnhome.web.asked import allows

MOST = 30
# Whoever the child told does these; the council that has it does the others.
OF_THE_TELLER = (HarmStep.SAY_DANGER, HarmStep.CALL_999, HarmStep.TELEPHONE)
# Owed from the first minute: it presses, and is not late a second after the words are saved.
AT_ONCE = (HarmStep.SAY_DANGER, HarmStep.CALL_999)
OF_THE_MANAGER = (HarmStep.DECIDE, HarmStep.PASS_ON, HarmStep.OUTCOME)
# Short, for a badge: a decision is in the list by its own name.
SHORT = {
    HarmDecisionKind.STRATEGY_DISCUSSION: "Strategy discussion",
    HarmDecisionKind.SECTION_47: "Section 47 enquiry",
    HarmDecisionKind.DESIGNATED_OFFICER: "Designated officer",
    HarmDecisionKind.NRM: "National Referral Mechanism",
    HarmDecisionKind.CRIME_TO_POLICE: "Crime, to the police",
    HarmDecisionKind.URGENT_HEALTH: "Urgent health",
    HarmDecisionKind.NONE: "None of these",
}


@dataclass(frozen=True)
class Due:
    """One thing that is owed, ready for a page; `href` for those who may do it, `is_post` at once.

    `what` is what it is, `label` what its button says.
    """

    owed: Owed
    what: str
    when: str
    colour: str
    label: str = ""
    href: str = ""
    is_post: bool = False


@dataclass(frozen=True)
class Row:
    """What one child told, and what is owed on it; the first is what presses most."""

    disclosure: Disclosure
    name: str
    dues: Sequence[Due]
    says: str
    colour: str

    @property
    def is_closed(self) -> bool:
        return not self.dues

    @property
    def href(self) -> str:
        return reverse("show-disclosure", args=[self.disclosure.pk])

    @property
    def first(self) -> Due | None:
        """What this person may do, before what others must."""
        return next((due for due in self.dues if due.href), self.dues[0] if self.dues else None)


def row_of(disclosure: Disclosure, person: Person, now: datetime) -> Row:
    """Of a disclosure with what followed and its child read: no query."""
    dues = [_due(disclosure, each, person, now) for each in harming.owed(disclosure.facts)]
    says, colour = _state(disclosure, dues, now)
    return Row(disclosure, pages.name_of(disclosure.child), dues, says, colour)


def _state(disclosure: Disclosure, dues: Sequence[Due], now: datetime) -> tuple[str, str]:
    if not dues:
        return "Closed", "green"
    if any(due.owed.is_late(now) and due.owed.step not in AT_ONCE for due in dues):
        return "Late", "red"
    if not disclosure.takings.all():
        return "Nobody has it yet", "red"
    if not disclosure.decisions.all():
        return "To decide", "yellow"
    return "To finish", "blue"


def _due(disclosure: Disclosure, owed: Owed, person: Person, now: datetime) -> Due:
    when, colour = due_in_words(owed, now)
    what = owed.step.label
    if owed.key is not None:
        kind = next(each.kind for each in disclosure.decisions.all() if each.pk == owed.key)
        short = SHORT[HarmDecisionKind(kind)]
        what = f"{short}: " + (
            "pass it on" if owed.step is HarmStep.PASS_ON else "note what came of it"
        )
    label, href = _button(disclosure, owed, person)
    return Due(owed, what, when, colour, label, href, is_post=owed.step is HarmStep.HAVE)


def _button(disclosure: Disclosure, owed: Owed, person: Person) -> tuple[str, str]:
    step = owed.step
    if step in OF_THE_TELLER:
        label = "Say whether" if step is HarmStep.SAY_DANGER else "Note the call"
        return label, reverse("call-disclosure", args=[disclosure.pk])
    if step is HarmStep.HAVE:
        if not councils(disclosure, person, Verb.SEE_HARM):
            return "", ""
        return "We have it", reverse("have-disclosure", args=[disclosure.pk])
    if not councils(disclosure, person, Verb.DECIDE_ON_HARM):
        return "", ""
    if step is HarmStep.DECIDE:
        return "Decide", reverse("decide-disclosure", args=[disclosure.pk])
    if step is HarmStep.PASS_ON:
        return "Pass it on", reverse("pass-on-harm-decision", args=[owed.key])
    return "Note what came of it", reverse("finish-harm-decision", args=[owed.key])


def councils(disclosure: Disclosure, person: Person, verb: Verb) -> set[int | None]:
    """For which of its councils the person may do this. As `harm.council_for`, without a query."""
    hosting, _ = person.may_for(verb, harm.HOST)
    answering, _ = person.may_for(verb, harm.RESPONSIBLE)
    answers = {disclosure.responsible_authority_id, disclosure.child.responsible_authority_id}
    return ({disclosure.host_authority_id} & hosting) | (answers & answering)


def due_in_words(owed: Owed, now: datetime) -> tuple[str, str]:
    """“now”, “due today at 2pm”, “overdue since Sat 3 Jan at 7pm”, with a colour."""
    if owed.due_at is None:
        return "not known yet", "blue"
    if owed.step in OF_THE_TELLER:
        return "now", "red"
    if owed.is_late(now):
        return f"overdue since {pages.near(owed.due_at, now)}", "red"
    is_soon = owed.due_at <= now + clock.DAY
    return f"due {pages.near(owed.due_at, now)}", "yellow" if is_soon else "blue"


# On other pages.


def _read(rows: Any, person: Person, now: datetime) -> list[Row]:
    """Four queries beside its own, where there is anything at all."""
    found = list(rows.with_what_followed().defer("words", "where_now"))
    if not found:
        return []
    harm.bring_children(found)
    return [row_of(each, person, now) for each in found]


def waiting_for(person: Person, now: datetime) -> list[Row]:
    """For the work list: what this person, or a council of theirs, must still do.

    Until a council has said “we have it” it is work of both, and of whoever wrote it down; then of
    the managers of the council that has it.
    """
    rows = Disclosure.objects.visible_to(person).unfinished().oldest_first()[: MOST * 3]
    found = (_waiting(row, person) for row in _read(rows, person, now))
    return [row for row in found if row is not None][:MOST]


def _waiting(row: Row, person: Person) -> Row | None:
    """The row with what is this person's business; None where nothing is."""
    told, facts = row.disclosure, row.disclosure.facts
    is_teller = told.made_by_id == person.pk
    theirs = councils(told, person, Verb.SEE_HARM)
    having = {taking.council_id for taking in told.takings.all()}
    decides = councils(told, person, Verb.DECIDE_ON_HARM)
    kept = []
    for due in row.dues:
        step = due.owed.step
        if step in OF_THE_TELLER:
            is_business = is_teller or bool(theirs)
        elif step is HarmStep.HAVE:
            is_business = bool(theirs)
        else:
            is_business = bool(decides & having if facts.is_held else decides)
        if is_business:
            kept.append(due)
    return Row(told, row.name, kept, row.says, row.colour) if kept else None


def badges(rows: Iterable[Row]) -> dict[int, list[tuple[str, str]]]:
    """By child: that they told of harm and it is not closed."""
    return {row.disclosure.child_id: [("Told of harm", "red")] for row in rows}


def of_child(child: Child, person: Person, now: datetime) -> Mapping[str, Any]:
    """What this child told of harm, as far as the person may know, the newest first."""
    theirs = Disclosure.objects.about(child.pk).values("pk")
    rows = Disclosure.objects.visible_to(person).filter(pk__in=theirs).newest_first()
    return {
        "harms": _read(rows, person, now),
        "may_tell_of_harm": not child.joined_to_id and child.allows(person, Verb.TELL_OF_HARM),
    }


def of_interview(interview: Interview, person: Person, now: datetime) -> Mapping[str, Any]:
    """What was told in this interview, and whether more can be written down."""
    rows = Disclosure.objects.visible_to(person).filter(interview=interview).newest_first()
    return {
        "harms": _read(rows, person, now),
        "may_tell_of_harm": allows(interview, person, Verb.TELL_OF_HARM),
    }


def decisions_for(person: Person) -> Any:
    """Decisions on what this person may decide on, for a page that changes one."""
    theirs = Disclosure.objects.for_councils_of(person, Verb.DECIDE_ON_HARM)
    return HarmDecision.objects.filter(Q(disclosure__in=theirs))
