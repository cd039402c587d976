"""The work list: what must I do now, across every stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from returnhome.casework import releases
from returnhome.casework.children import Child
from returnhome.casework.interviews import Interview
from returnhome.casework.staff import Duty, Person, Team
from returnhome.casework.support import Action
from returnhome.rules import clock
from returnhome.rules.access import Verb
from returnhome.rules.codes import ActionKind, Cohort, EpisodeKind, Role
from returnhome.web import (
    asks,
    gds,
    handovers,
    looking,
    owed,
    pages,
    record_requests,
    restrictions,
    reviews,
    shares,
    steps,
    ways_in,
    work,
)
from returnhome.web.asked import Request
from returnhome.web.work import BY_KEY, GROUPS, Row, Work, end_of_today

A_PAGE = 50

# Filters.


class Filters(gds.Form):
    whose = gds.Select("Whose", empty="Everybody’s", required=False)
    group = gds.Select(
        "Part of the list",
        empty="All parts",
        required=False,
        choices=[(group.key, group.title) for group in GROUPS],
    )
    cohort = gds.Select("Where from", empty="Anywhere", required=False, choices=Cohort.choices())
    kind = gds.Select(
        "Missing or away", empty="Both", required=False, choices=EpisodeKind.choices()
    )

    def __init__(self, *args: Any, person: Person, **options: Any) -> None:
        super().__init__(*args, **options)
        self.person = person
        colleagues = (
            Person.objects.visible_to(person)
            .at_work()
            .holding(Role.COORDINATOR, Role.INTERVIEWER, Role.MANAGER)
            .exclude(pk=person.pk)
            .by_name()
        )
        teams = Team.objects.visible_to(person).order_by("name", "pk")
        self.fields["whose"].choices = [  # type: ignore[attr-defined]
            ("mine", "Mine"),
            ("nobody", "Nobody’s yet"),
            *((f"team-{team.pk}", team.name) for team in teams),
            *((f"person-{one.pk}", one.name) for one in colleagues),
        ]

    @property
    def asked(self) -> Mapping[str, str]:
        """What was asked for and makes sense; anything else is as if it were not there."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def chosen(self, request: Request) -> list[tuple[str, str]]:
        """Each filter in force with the address that takes it away.

        The part of the list is chosen and left by its number above, which shows that it is.
        """
        chosen = []
        for name, value in self.asked.items():
            if name == "group":
                continue
            labels = dict(self.fields[name].choices)  # type: ignore[attr-defined]
            away = pages.with_query(request, page=None, **{name: None})
            chosen.append((labels[value], away))
        return chosen

    def narrow(self, unfinished: Work) -> Work:
        """By all that was asked but the part of the list, which is counted first."""
        asked = self.asked
        if whose := asked.get("whose"):
            unfinished = unfinished.filter(self._whose(whose))
        for name in ("cohort", "kind"):
            if name in asked:
                unfinished = unfinished.filter(**{name: asked[name]})
        return unfinished

    def _whose(self, whose: str) -> Q:
        if whose == "mine":
            return Q(owner=self.person)
        if whose == "nobody":
            return Q(owner__isnull=True)
        sort, _, number = whose.partition("-")
        if sort == "person":
            return Q(owner=number)
        members = Person.objects.filter(posts__team=number, posts__until__isnull=True)
        return Q(owner__in=members)


# The page.


@dataclass(frozen=True)
class Mine:
    """What is the person's own, whatever the list says: talks, records, actions."""

    today: Sequence[Interview]
    later: Sequence[Interview]
    records: Sequence[Interview]
    # Signed, and a colleague has asked for something to be added.
    to_add: Sequence[Interview]
    actions: Sequence[tuple[str, Action]]
    on: date

    @property
    def children(self) -> list[int]:
        talks = [*self.today, *self.later, *self.records, *self.to_add]
        return [*(talk.child_id for talk in talks), *(one.child_id for _, one in self.actions)]

    def __bool__(self) -> bool:
        return bool(self.today or self.later or self.records or self.to_add or self.actions)

    @property
    def in_words(self) -> str:
        """How much of each, in one line."""
        late = sum(action.is_late(self.on) for _, action in self.actions)
        said = (
            (self.today, "interview today", "interviews today"),
            (self.later, "interview later", "interviews later"),
            (self.records, "record to finish", "records to finish"),
            (self.to_add, "record to add to", "records to add to"),
            (self.actions, "action to complete", "actions to complete"),
        )
        words = pages.listed(
            pages.counted(len(each), one, many) for each, one, many in said if each
        )
        return f"{words} ({late} late)" if late else words


MOST = 30


def mine(person: Person, now: datetime) -> Mine:
    """The person's open interviews and outstanding actions, soonest first; three queries."""
    talks = (
        Interview.objects.visible_to(person)
        .open()
        .filter(interviewer=person)
        .select_related("child")
        .defer("place_note", "wishes", "independence_note")
        .soonest_first()[:MOST]
    )
    actions = (
        Action.objects.visible_to(person)
        .outstanding()
        .filter(owner=person)
        .select_related("episode__child")
        .defer("what", "outcome")
        .by_due_day()[:MOST]
    )
    tonight = end_of_today(now)
    booked = [talk for talk in talks if not talk.is_held]
    return Mine(
        today=[talk for talk in booked if talk.booked_for < tonight],
        later=[talk for talk in booked if talk.booked_for >= tonight],
        # An interviewer who has another role since has given them away, or still has to.
        records=[talk for talk in talks if talk.is_held and talk.may_be_recorded_by(person)],
        to_add=reviews.to_add(person, MOST),
        actions=[(ActionKind(action.kind).label, action) for action in actions],
        on=now.astimezone(clock.LONDON).date(),
    )


def worklist(request: Request) -> HttpResponse:
    person, now = request.user, request.now
    if not any(person.may(Verb.SEE_EPISODE, relation) for relation in ("responsible", "host")):
        return _elsewhere(request)
    form = Filters(request.GET, person=person)
    left = steps.without_writer(person) if person.may(Verb.REASSIGN) else None
    unfinished = form.narrow(work.work_of(person, now, left or ()))
    numbers = work.counts(unfinished)
    page = _page(request, unfinished, numbers, form.asked.get("group"))
    rows = work.rows_of(list(page.object_list), person, now, left)
    own = mine(person, now)
    harms = owed.waiting_for(person, now)
    written = ways_in.waiting_for(person)
    asked_back = releases.waiting_for(person)
    shared = shares.waiting_for(person, now)
    asked_about = asks.waiting_for(person, now)
    for_records = record_requests.waiting_for(person, now.astimezone(clock.LONDON).date())
    told = owed.badges(harms)
    rows = [replace(row, badges=[*told.get(row.episode.child_id, ()), *row.badges]) for row in rows]
    children = [*(row.episode.child_id for row in rows), *own.children]
    children += [row.disclosure.child_id for row in harms]
    children += [one.episode.child_id for one in written]
    children += [one.child_id for one in asked_back]
    children += [one.share.child_id for one in shared]
    children += asked_about.children
    children += [one.row.child_id for one in for_records]
    looking.at_list(request, "worklist", children)
    context = {
        "groups": GROUPS,
        "numbers": numbers,
        "shown": [(group, [row for row in rows if row.group is group]) for group in GROUPS],
        "pressing": _pressing(rows),
        "page": page,
        "form": form,
        "chosen": form.chosen(request),
        "mine": own,
        "harms": harms,
        "written": written,
        "asked_back": asked_back,
        "shared": shared,
        "asked_about": asked_about,
        "for_records": for_records,
        "asked": handovers.waiting_for_us(person, now),
        "duties": list(_on_duty(person, now)),
        "waiting": _waiting(person),
        "to_review": reviews.to_review(person),
        "restricted": restrictions.to_know(person, now),
        "today": now.astimezone(clock.LONDON).date(),
        "is_interviewer": person.has_role(Role.INTERVIEWER),
        # What is one's own comes before the list for whoever does not offer interviews from it.
        "opens_mine": person.has_role(Role.INTERVIEWER) or not person.may(Verb.OFFER),
    }
    return render(request, "worklist/worklist.html", context)


def _pressing(rows: Sequence[Row]) -> list[Row]:
    """Whose time is over or runs out, while others stand above them whose time has just begun."""
    if not any(row.group is work.UNACCEPTED for row in rows):
        return []
    return [
        row
        for group in (work.OVER, work.TODAY)
        for row in [row for row in rows if row.group is group][:2]
    ]


def _elsewhere(request: Request) -> HttpResponse:
    """Whoever works with figures or with people's accounts has no work list."""
    if request.user.homes_where(Verb.SEE_WHO_LIVES_HERE):
        return redirect("lives-here")
    if request.user.may(Verb.SEE_FIGURES):
        return redirect("figures")
    if request.user.organisations_where(Verb.RECEIVE):
        return redirect("shared-with-us")
    if request.user.may(Verb.MANAGE_PEOPLE):
        return redirect("people")
    return render(request, "worklist/nothing.html")


def _page(request: Request, unfinished: Work, numbers: Mapping[str, int], key: str | None) -> Page:
    if key:
        unfinished = unfinished.filter(group=BY_KEY[key].rank)
    rows = (
        work.in_order(unfinished)
        .select_related("child", "owner", "responsible_authority", "host_authority")
        .defer("reasons")
    )
    paginator = Paginator(rows, A_PAGE)
    # The groups are counted already: the list is not counted once more.
    paginator.count = numbers[key] if key else sum(numbers.values())
    return paginator.get_page(request.GET.get("page"))


def _on_duty(person: Person, now: datetime) -> QuerySet[Duty]:
    return (
        Duty.objects.visible_to(person)
        .during(now)
        .select_related("person", "organisation")
        .order_by("ends_at", "pk")
    )


def _waiting(person: Person) -> int:
    """How many children nobody has named yet, for those who may say who they are."""
    if not person.may(Verb.MATCH):
        return 0
    return (
        Child.objects.known_now_to(person)
        .waiting()
        .filter(person.whose(Verb.MATCH, child="pk"))
        .count()
    )


urlpatterns = [path("", worklist, name="worklist")]
