"""What is unfinished and for whom: the parts of the work list, their order, and its rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Value, When

from returnhome.casework import declines, disputes, handovers
from returnhome.casework.episodes import Episode
from returnhome.casework.handovers import HandOver
from returnhome.casework.interviews import Coverage
from returnhome.casework.messages import Message
from returnhome.casework.staff import ANSWERING, Person, Post
from returnhome.rules import clock, rota
from returnhome.rules.access import Verb
from returnhome.rules.clock import Standing
from returnhome.rules.codes import Earlier, EpisodeKind, NotHeldReason, OfferKind, RiskGrade, Rung
from returnhome.rules.progress import is_no_to_follow_up
from returnhome.web import absences, before, called, establish, homes, pages, steps
from returnhome.web.steps import Next

REPEATED_WITHIN = timedelta(days=90)


@dataclass(frozen=True)
class Group:
    """One part of the list; `rank` is its place in it and its number in the database's order."""

    rank: int
    key: str
    title: str
    says: str
    colour: str


UNACCEPTED, OVER, TODAY, NEXT, OTHERS, MISSING = GROUPS = (
    Group(0, "unaccepted", "Not taken on yet", "Back, and nobody answers for it.", "red"),
    Group(1, "over", "Over 72 hours", "Late, or perhaps late: no interview yet.", "red"),
    Group(2, "today", "Runs out today", "The 72 hours end before midnight.", "yellow"),
    Group(3, "next", "Next", "There is time, or the talk is over and something is owed.", "blue"),
    Group(4, "others", "Waiting on others", "Nothing to do for you just now.", "grey"),
    Group(5, "missing", "Still missing", "No interview can be offered yet.", "grey"),
)
BY_KEY = {group.key: group for group in GROUPS}


@dataclass(frozen=True)
class Row:
    """One child's episode as the list shows it."""

    episode: Episode
    group: Group
    name: str
    age: int | None
    came_back: str
    standing: Standing
    clock: str
    is_soon: bool
    badges: Sequence[tuple[str, str]]
    next: Next
    whose: str
    # Says so while whoever answers for it is absent.
    absent: str


# Which group an episode is in, for this person at this moment. In SQL, so that the page of a long
# list is sorted and cut by the database; `steps.next_for` says the same of one episode.


def group_of(person: Person, now: datetime, to_take_over: Collection[int] = ()) -> Case:
    """`to_take_over` are interviews whose record nobody else can write."""
    may_offer = person.whose(Verb.OFFER, child="child")
    may_act = person.whose(Verb.ACT, child="child")
    my_talk = Q(steps.is_their_talk(person))
    if to_take_over:
        left = Coverage.objects.filter(episode=OuterRef("pk"), interview__in=to_take_over)
        my_talk |= Q(Exists(left)) & person.whose(Verb.REASSIGN, *ANSWERING, child="child")
    my_action = steps.is_their_action(person)
    is_held = Q(held_at__isnull=False)
    # Somebody who turned 18 is owed what the adult pathway asks for, and a talk only where the
    # council's own policy says so; policy may also offer no talk to a child who was away.
    has_turned_18 = Q(not_held=NotHeldReason.TURNED_18)
    is_adult = Q(offer_kind=OfferKind.ADULT_PATHWAY)
    is_by_policy = Q(offer_kind=OfferKind.ADULT_PATHWAY, is_offered_by_policy=True)
    is_undecided = (is_adult | has_turned_18) & Q(pathway_decided_at__isnull=True)
    no_talk = (
        is_adult & (Q(is_offered_by_policy__isnull=True) | Q(is_offered_by_policy=False))
    ) | (Q(offer_kind=OfferKind.LOCAL_POLICY, is_offered_by_policy=False, offered_at__isnull=True))
    is_to_follow = Q(signed_at__isnull=False) | (
        (is_undecided | no_talk | has_turned_18) & Q(held_at__isnull=True, booked_for__isnull=True)
    )
    # Another organisation's person has it in hand: we wait, until the time is over.
    elsewhere = Q(owner__isnull=False) & ~Exists(
        Post.objects.current().filter(
            person=OuterRef("owner"), organisation__in=person.reach.organisations
        )
    )
    to_telephone = Q(Exists(handovers.are_to_telephone().filter(episode=OuterRef("pk"))))
    ours = (
        (is_to_follow & is_undecided & may_act)
        | (is_to_follow & ~is_undecided & Q(has_actions=True) & my_action)
        | (is_to_follow & (Q(has_actions=False) | Q(has_open_need=True)) & may_act)
        | (~is_to_follow & my_talk)
        | (~is_to_follow & ~is_held & ~steps.is_safely_booked(now) & may_offer)
        | (~is_held & to_telephone & person.whose(Verb.ASK, child="child"))
    )
    return Case(
        When(ended_at__isnull=True, then=MISSING.rank),
        When(may_offer, owner__isnull=True, then=UNACCEPTED.rank),
        When(owner__isnull=True, then=OTHERS.rank),
        When(~ours, then=OTHERS.rank),
        When(
            elsewhere & ~is_held & ~is_to_follow & Q(booked_for=None, due_at__gte=now),
            then=OTHERS.rank,
        ),
        When(is_held | (is_to_follow & ~is_by_policy), then=NEXT.rank),
        When(declines.CLOSED_BY_THE_CHILD, then=NEXT.rank),
        When(due_at__lt=now, then=OVER.rank),
        When(due_at__lt=end_of_today(now), then=TODAY.rank),
        default=NEXT.rank,
        output_field=IntegerField(),
    )


def end_of_today(now: datetime) -> datetime:
    """The end of today in the UK."""
    return clock.midnight(now.astimezone(clock.LONDON).date() + clock.DAY)


# A queryset of episodes, each with its `group`, which no type of Django's can say.
Work = Any

# A clock that has been stopped by the interview no longer presses.
RUNNING_UNTIL = Case(When(held_at__isnull=True, then=F("due_at")), default=Value(None))


def work_of(person: Person, now: datetime, to_take_over: Collection[int] = ()) -> Work:
    """All that is unfinished and may be seen, each with its `group`."""
    visible = Episode.objects.visible_to(person)
    return visible.unsettled().annotate(group=group_of(person, now, to_take_over))


def in_order(unfinished: Work) -> Work:
    return unfinished.order_by("group", RUNNING_UNTIL.asc(nulls_last=True), "started_at", "pk")


def counts(unfinished: Work) -> dict[str, int]:
    """How many episodes in each group, by key."""
    found = dict(unfinished.values_list("group").annotate(Count("pk")).order_by())
    return {group.key: found.get(group.rank, 0) for group in GROUPS}


# Rows.


def rows_of(
    episodes: Sequence[Episode],
    person: Person,
    now: datetime,
    without_writer: Collection[int] | None = None,
) -> list[Row]:
    """What the page shows of these episodes; fifteen queries at the most."""
    there = steps.beside(episodes, person, without_writer)
    lately = _lately(episodes)
    climbed = _climbed(episodes)
    asked = handovers.requests_of(episodes)
    requests = handovers.standing_of(asked)
    again = handovers.to_arrange_again(episodes, asked)
    disputed = disputes.disputed(episodes)
    calls = called.of_children([episode.child for episode in episodes], person, now)
    told = homes.badges(episodes, person)
    absent = absences.of([episode.owner_id for episode in episodes], now)
    today = now.astimezone(clock.LONDON).date()
    return [
        Row(
            episode=episode,
            group=GROUPS[episode.group],  # type: ignore[attr-defined]
            name=pages.name_of(episode.child),
            age=pages.age_of(episode.child, today),
            came_back=came_back(episode, now),
            standing=episode.standing(now).standing,
            clock=clock_in_words(episode, now),
            is_soon=bool(episode.due_at and episode.due_at < end_of_today(now)),
            badges=[
                *_with_whom(episode, person, climbed.get(episode.pk), now),
                *called.badges(calls, episode.child_id),
                *told.get(episode.pk, ()),
                *badges_of(episode, person, lately[episode.pk]),
                *request_badges(requests.get(episode.pk), person, now),
                *again_badges(again.get(episode.pk), person),
                *([("In dispute", "orange")] if episode.pk in disputed else []),
                *([establish.BADGE] if establish.is_theirs(episode, person) else []),
            ],
            next=steps.to_telephone(episode, person, requests.get(episode.pk))
            or steps.next_for(episode, person, there[episode.pk], now),
            whose=_whose(episode, person),
            absent=absent.get(episode.owner_id or 0, ""),
        )
        for episode in episodes
    ]


def came_back(episode: Episode, now: datetime) -> str:
    """When the child came back, else was found, else was last seen."""
    for name, said in (
        ("returned", "Returned"),
        ("found", "Found"),
        ("last_seen", "Last seen"),
        ("reported", "Reported"),
    ):
        if moment := episode.moment(name):
            return f"{said} {pages.near(moment, now)}"
    return ""


HELD = {
    Standing.IN_TIME: "Held in time",
    Standing.LATE: "Held late",
    Standing.INDETERMINATE: "Held: in time or late cannot be told",
}


def clock_of(episode: Episode, now: datetime) -> dict[str, Any]:
    """The clock for the page of the episode: once nothing more is owed, no hours are counted."""
    found = before.clock_of(episode, now) | {"words": clock_in_words(episode, now)}
    if (episode.is_settled or is_no_to_follow_up(episode.progress)) and not episode.held_at:
        found["standing"] = Standing.NOT_STARTED
    return found


def clock_in_words(episode: Episode, now: datetime) -> str:
    if episode.held_at:
        standing = episode.standing(now).standing
        return HELD.get(standing, standing.label)
    if episode.earlier:
        return Earlier(episode.earlier).label
    if episode.is_settled or is_no_to_follow_up(episode.progress):
        return "No interview held"
    if episode.is_open:
        return f"Missing for {clock.duration(now - episode.started_at)}"
    return _at_a_glance(episode.deadline, now)


def _at_a_glance(due: clock.Deadline | None, now: datetime) -> str:
    """As `clock.in_words`, but of a return not known exactly only what is certain."""
    if due is None or due.latest is None or due.latest == due.earliest:
        words = clock.in_words(now, due)
        return words[:1].upper() + words[1:]
    standing = clock.standing_at(now, due)
    if standing is Standing.OPEN:
        return f"At least {clock.left_or_over(now, due.earliest)}"
    if standing is Standing.OVERDUE:
        return f"At least {clock.left_or_over(now, due.latest)}"
    return "May be over"


def _whose(episode: Episode, person: Person) -> str:
    if episode.owner is None:
        is_hosted = episode.relation_of(person) == "host"
        return episode.responsible_authority.name if is_hosted else "Nobody yet"
    return "You" if episode.owner_id == person.pk else episode.owner.name


def badges_of(episode: Episode, person: Person, lately: int = 1) -> list[tuple[str, str]]:
    """What is particular about it: label and colour. `lately`: the how many-th in 90 days."""
    badges = []
    if not episode.child.is_confirmed:
        badges.append(("Not matched yet", "yellow"))
    if episode.risk == RiskGrade.HIGH:
        badges.append(("High risk", "red"))
    if lately > 1:
        badges.append((f"{_ordinal(lately)} time in 90 days", "orange"))
    if episode.is_provisional:
        badges.append(("Found, return not known", "yellow"))
    if episode.relation_of(person) == "host":
        badges.append((f"Placed here by {episode.responsible_authority.name}", "purple"))
    elif episode.host_authority:
        badges.append((f"Placed in {episode.host_authority.name}", "purple"))
    if episode.kind == EpisodeKind.AWAY:
        badges.append(("Away, not missing", "grey"))
    if episode.offer_kind == OfferKind.ADULT_PATHWAY:
        badges.append(("Turned 18", "grey"))
    return badges


def request_badges(
    request: HandOver | None, person: Person, now: datetime
) -> list[tuple[str, str]]:
    """Whom the council has asked, and whether that was answered: label and colour."""
    if request is None or request.is_asked_of(person):
        return []
    to = request.to.name
    if request.is_answered:
        return [] if request.is_of_the_duty else [(f"{to} interviews", "turquoise")]
    if request.answer_due_at < now:
        return [(f"{to} has not answered", "red")]
    return [(f"{to} asked, answer due {pages.near(request.answer_due_at, now)}", "blue")]


def again_badges(request: HandOver | None, person: Person) -> list[tuple[str, str]]:
    """Who will not interview after all, until somebody arranges otherwise."""
    if request is None or request.is_asked_of(person):
        return []
    to = request.to.name
    if request.handed_back_at:
        return [(f"{to} handed it back", "orange")]
    if request.withdrawn_at:
        return [(f"{to} is not asked any more", "yellow")]
    return [(f"{to} refused" if request.is_answered else f"{to} has not answered", "red")]


# How far up the rota it has climbed that nobody answers, and how pressing that is.
WITH = {
    Rung.ON_DUTY: ("whoever is on duty", "blue"),
    Rung.TEAM: ("the whole team", "yellow"),
    Rung.MANAGER: ("the manager", "orange"),
    Rung.HEAD_OF_SERVICE: ("the head of service", "red"),
    Rung.ADMINISTRATORS: ("the administrators", "red"),
}
Climbed = tuple[Rung, datetime]


def _with_whom(
    episode: Episode, person: Person, climbed: Climbed | None, now: datetime
) -> list[tuple[str, str]]:
    """Who was told last of what nobody has answered; another council's rota is its own."""
    if climbed is None or episode.relation_of(person) == "host":
        return []
    rung, at = climbed
    who, colour = WITH[rung]
    same_day = clock.Moment(at).day == clock.Moment(now).day
    return [
        (f"With {who} since {pages.clock_time(at) if same_day else pages.near(at, now)}", colour)
    ]


def _climbed(episodes: Sequence[Episode]) -> dict[int, Climbed]:
    """By episode that nobody answers: the level told last, and when."""
    waiting = {each.pk: each.unanswered_since for each in episodes if each.unanswered_since}
    told = (
        Message.objects.about("episode", waiting)
        .filter(waiting_for__in=rota.CLIMBING)
        .order_by("about_id", "-created_at", "-pk")
        .distinct("about_id")
        .values_list("about_id", "rung", "created_at")
    )
    return {pk: (Rung(rung), at) for pk, rung, at in told if at >= waiting[pk]}


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10)
    return f"{number}{ending or 'th'}"


def _lately(episodes: Sequence[Episode]) -> dict[int, int]:
    """By episode: the how many-th it is of the child's in the 90 days up to its start."""
    since = min((episode.started_at for episode in episodes), default=None)
    starts: dict[int, list[datetime]] = {}
    if since:
        earlier = Episode.objects.counted().filter(
            child__in={episode.child_id for episode in episodes},
            started_at__gte=since - REPEATED_WITHIN,
        )
        for child, start in earlier.values_list("child_id", "started_at"):
            starts.setdefault(child, []).append(start)
    return {
        episode.pk: sum(
            episode.started_at - REPEATED_WITHIN < start <= episode.started_at
            for start in starts.get(episode.child_id, ())
        )
        for episode in episodes
    }
