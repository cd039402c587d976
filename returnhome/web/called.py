"""What the local protocols call for, as pages show it: a meeting, why, by when, and its button."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from returnhome.casework.children import Child
from returnhome.casework.staff import ANSWERING, Person
from returnhome.reporting import escalations
from returnhome.rules import clock
from returnhome.rules.access import Relation, Verb
from returnhome.rules.codes import MeetingKind
from returnhome.rules.escalation import Escalation
from returnhome.web import pages

# Short, for a badge and a heading.
NAMES = {
    MeetingKind.REVIEW: "Review",
    MeetingKind.MISSING_MEETING: "Missing meeting",
    MeetingKind.STRATEGY_MEETING: "Strategy meeting",
}


@dataclass(frozen=True)
class Call:
    """One meeting that is called for, ready for a page; `href` for those who may record it."""

    child: Child
    escalation: Escalation
    name: str
    due: str
    colour: str
    href: str

    @property
    def protocol(self) -> str:
        return f"{self.escalation.protocol}, {version_in_words(self.escalation.version)}"


def version_in_words(version: str) -> str:
    """“version 1”, or “own version 1” of one that a council has written itself."""
    return f"own version {version[4:]}" if version.startswith("own ") else f"version {version}"


def are_known_to(person: Person, child: Child) -> bool:
    """Whoever works with the child for its council or provider; never by being the host alone.

    Why a meeting is called for can tell of exploitation.
    """
    return person.may_about(child, Verb.SEE_EPISODE, *ANSWERING)


def may_record(person: Person, child: Child) -> bool:
    return person.may_about(child, Verb.MEET, Relation.RESPONSIBLE)


def of_children(children: Iterable[Child], person: Person, now: datetime) -> dict[int, list[Call]]:
    """By child: what is called for, as far as the person may know. Five queries at the most."""
    known = {child.pk: child for child in children if are_known_to(person, child)}
    return {
        pk: [call_of(known[pk], each, person, now) for each in found]
        for pk, found in escalations.called_for(known.values(), now=now).items()
    }


def call_of(child: Child, escalation: Escalation, person: Person, now: datetime) -> Call:
    words, colour = due_in_words(escalation, now)
    href = record_href(child, escalation) if may_record(person, child) else ""
    return Call(child, escalation, NAMES[escalation.action], words, colour, href)


def record_href(child: Child, escalation: Escalation) -> str:
    """The page on which the meeting is recorded, with its kind chosen."""
    given = urlencode({"kind": escalation.action, "episode": escalation.episode})
    return f"{reverse('record-meeting', args=[child.pk])}?{given}"


def due_in_words(escalation: Escalation, now: datetime) -> tuple[str, str]:
    """“due today at 2pm”, “overdue since Sat 3 Jan at 7pm”, with a colour."""
    if escalation.due_at < now:
        return f"overdue since {pages.near(escalation.due_at, now)}", "red"
    is_soon = escalation.due_at <= now + clock.DAY
    return f"due {pages.near(escalation.due_at, now)}", "yellow" if is_soon else "blue"


def still_open(calls: Iterable[Call]) -> list[Call]:
    return [call for call in calls if call.escalation.is_open]


def badges(calls: Mapping[int, Sequence[Call]], child_id: int) -> list[tuple[str, str]]:
    """Of a child: each kind of meeting that is called for, once, with the day it is due first."""
    soonest: dict[str, tuple[str, str]] = {}
    for call in still_open(calls.get(child_id, ())):
        soonest.setdefault(call.name, (f"{call.name} {call.due}", call.colour))
    # The gravest first.
    return [soonest[name] for name in reversed(NAMES.values()) if name in soonest]
