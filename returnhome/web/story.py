"""One child's story on one page: what they have been through, and what we promised them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path

from returnhome.casework import journal, places
from returnhome.casework import matching as joins
from returnhome.casework.children import Address, CarePeriod, Child, Placement
from returnhome.casework.episodes import Episode
from returnhome.casework.interviews import Entry, Interview
from returnhome.casework.notifications import Notification, ToldNumber
from returnhome.casework.staff import Person
from returnhome.casework.support import Action, NothingNeeded
from returnhome.reporting import patterns
from returnhome.rules import clock
from returnhome.rules.access import Verb
from returnhome.rules.codes import ActionKind, BirthDatePrecision, Sex
from returnhome.rules.standard.parts import Kind, SaidBy
from returnhome.web import (
    characteristics,
    communications,
    concerns,
    events,
    matching,
    meetings,
    needs,
    on_purpose,
    owed,
    pages,
    record_requests,
    restrictions,
    retention,
    steps,
    tellings,
    together,
    work,
)
from returnhome.web.asked import Request

# The parts of the standard whose words stand on top: why they went, and what would help.
ON_TOP = ("why", "help")


@dataclass(frozen=True)
class Promise:
    """What was said would follow the last interview, and whether it did."""

    label: str
    action: Action


@dataclass(frozen=True)
class LastTime:
    """The last signed interview: what it promised, and the child's words where they may be read."""

    interview: Interview
    promises: Sequence[Promise]
    needs: Sequence[needs.Shown]
    nothing_needed: NothingNeeded | None
    words: Sequence[tuple[str, str]]
    may_read: bool
    may_know: bool


def last_time(child: Child, person: Person, now: datetime) -> LastTime | None:
    """Twelve queries at the most."""
    interview = (
        Interview.objects.visible_to(person)
        .filter(child=child, signed_at__isnull=False)
        .select_related("interviewer")
        .defer("place_note", "wishes", "independence_note")
        .order_by("-held_at", "-pk")
        .first()
    )
    if interview is None:
        return None
    actions = Action.objects.visible_to(person).filter(interview=interview)
    may_read = interview.account_is_visible_to(person)
    if may_read:
        # What was decided for a need stands under the need.
        actions = actions.filter(for_needs=None)
    return LastTime(
        interview,
        [
            Promise(ActionKind(action.kind).label, action)
            for action in actions.select_related("owner").by_due_day()
        ],
        needs.of_last_time(interview, person, now) if may_read else [],
        NothingNeeded.objects.visible_to(person)
        .filter(interview=interview)
        .order_by("-at")
        .first(),
        _own_words(interview) if may_read else [],
        may_read,
        # An absence means something only to whoever would see the actions if there were any.
        may_know=may_read,
    )


def _own_words(interview: Interview) -> list[tuple[str, str]]:
    """What the child said of why they went and of what would help: question and words."""
    asked = [
        question
        for section in interview.standard.sections
        if section.key in ON_TOP
        for question in section.questions
        if question.said_by is SaidBy.CHILD and question.kind is Kind.WORDS
    ]
    written = dict(
        Entry.objects.filter(interview=interview, question__in=[one.key for one in asked])
        .current()
        .values_list("question", "words")
    )
    return [(one.text, written[one.key]) for one in asked if written.get(one.key, "").strip()]


def seen_child(request: Request, pk: int) -> Child:
    """The child, where this person may know of them."""
    seen = Child.objects.visible_to(request.user).select_related(
        "responsible_authority", "host_authority", "provider", "joined_to"
    )
    return get_object_or_404(seen, pk=pk)


def show(request: Request, pk: int) -> HttpResponse:
    person, now = request.user, request.now
    child = seen_child(request, pk)
    journal.write("read", child, by=person, at=now)
    theirs = list(
        Episode.objects.visible_to(person)
        .filter(child=child)
        .select_related("owner", "responsible_authority", "host_authority")
        .newest_first()
    )
    last = last_time(child, person, now)
    if last and last.words:
        journal.write("read", last.interview, by=person, at=now)
    context = {
        "child": child,
        "age": pages.age_of(child, _today(now)),
        "facts": _facts(child, person),
        "circumstances": _circumstances(child, person),
        "numbers": _numbers(child),
        "aliases": list(child.aliases.order_by("-until", "pk")),
        "sources": _sources(child, person),
        "risk": tellings.risk_for(child, person),
        "may_tell": child.allows(person, Verb.TELL)
        or any(one.allows(person, Verb.TELL) for one in theirs),
        "joined": list(child.joined.select_related("joined_by").order_by("pk")),
        "turns": matching.once_joined(request, joins.history_under(child), names_stranger=True),
        "may_match": child.allows(person, Verb.MATCH),
        "may_see_journal": child.allows(person, Verb.SEE_JOURNAL),
        "may_bring": on_purpose.may_bring(child, person),
        "may_note_request": record_requests.may_note_for(child, person),
        "may_place": child.is_confirmed and child.allows(person, Verb.PLACE),
        "patterns": patterns.in_words(theirs, now),
        "last": last,
        "today": _today(now),
        "open": _open(theirs, person, now),
        "together": [
            one for beside in together.shown(theirs, person, now).values() for one in beside
        ],
        "page": events.Line(theirs, person).page(request.GET.get("page")),
        "has_episodes": bool(theirs),
        **owed.of_child(child, person, now),
        **meetings.of_child(child, person, now),
        **concerns.of_child(child, person),
        **restrictions.of_child(child, person, now),
        **retention.of_child(child, person),
        **communications.of_child(child, person),
        **characteristics.of_child(child, person),
    }
    return render(request, "children/show.html", context)


def _today(now: datetime) -> Any:
    return now.astimezone(clock.LONDON).date()


def _open(theirs: Sequence[Episode], person: Person, now: datetime) -> list[dict[str, Any]]:
    """What is not answered for yet, with its next step. Three queries."""
    unsettled = [episode for episode in theirs if not episode.is_settled]
    there = steps.beside(unsettled, person)
    return [
        {
            "episode": episode,
            "came_back": work.came_back(episode, now),
            "standing": episode.standing(now).standing,
            "clock": work.clock_in_words(episode, now),
            "next": steps.next_for(episode, person, there[episode.pk], now),
        }
        for episode in unsettled
    ]


# The facts beside the story.


def _facts(child: Child, person: Person) -> list[tuple[str, str] | None]:
    born = pages.day(child.born_on)
    if child.born_precision in (BirthDatePrecision.ESTIMATED, BirthDatePrecision.DISPUTED):
        born += f" ({BirthDatePrecision(child.born_precision).label.lower()})"
    facts: list[tuple[str, str] | None] = [
        ("Born", born),
        ("Sex", Sex(child.sex).label if child.sex else "not known"),
    ]
    # Whose the child is now tells where they live: not for a council of an episode long ago.
    if child.allows(person, Verb.SEE_EPISODE):
        host, provider = child.host_authority, child.provider
        facts += [
            ("Responsible", child.responsible_authority.name),
            ("Host", host.name) if host else None,
            ("Interviews", provider.name) if provider else None,
        ]
    return facts


def _circumstances(child: Child, person: Person) -> list[tuple[str, str]]:
    """Care, placements and homes, the latest first: what and when. A hidden one stays hidden."""
    care = CarePeriod.objects.visible_to(person).filter(child=child).select_related("authority")
    found: list[tuple[Any, str]] = [(one, f"Looked after by {one.authority.name}") for one in care]
    placed = Placement.objects.visible_to(person).filter(child=child).defer("address")
    lived = Address.objects.visible_to(person).filter(child=child).defer("line")
    for said, homes in (("Placed", placed), ("Lives", lived)):
        for home in homes.select_related("authority"):
            where = f" in {home.authority.name}" if home.authority else ""
            place = "address protected" if home.is_protected else _postcode(home.postcode)
            found.append((home, f"{said}{where}" + (f", {place}" if place else "")))
    found.sort(key=lambda one: (one[0].until is None, str(one[0].since or "")), reverse=True)
    return [(what, _span(row.since, row.until)) for row, what in found]


def _postcode(folded: str) -> str:
    return f"{folded[:-3]} {folded[-3:]}" if folded else ""


def _span(since: Any, until: Any) -> str:
    if since and until:
        return f"{pages.day(since, short=True)} to {pages.day(until, short=True)}"
    if until:
        return f"until {pages.day(until, short=True)}"
    return f"since {pages.day(since, short=True)}" if since else "start not known"


NUMBERS = {
    "register": "Register",
    "council": "Council",
    "police": "Police",
    "nhs": "NHS number",
    "upn": "Unique pupil number",
}


def _numbers(child: Child) -> list[tuple[str, str]]:
    """Those on record, and those by which notifications of the child name them; each once."""
    known = child.identifiers.order_by("kind", "pk").values_list("kind", "issuer", "value")
    told = ToldNumber.objects.filter(notification__child=child).order_by("kind", "-pk")
    rows = dict.fromkeys([*known, *told.values_list("kind", "issuer", "value")])
    called = places.called(issuer for _, issuer, _ in rows)
    return [
        (NUMBERS.get(kind, kind) + (f" ({called[issuer]})" if issuer else ""), value)
        for kind, issuer, value in rows
    ]


def _sources(child: Child, person: Person) -> list[tuple[str, int]]:
    """Who sent notifications of the child, and how many."""
    told = Notification.objects.visible_to(person).filter(child=child)
    by_sender = told.values_list("sender__name").annotate(times=Count("pk"))
    return list(by_sender.order_by("-times", "sender__name"))


urlpatterns = [path("children/<int:pk>", show, name="show-child")]
