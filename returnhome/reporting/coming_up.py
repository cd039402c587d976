"""Who and where keeps coming up: what several of a council's children told of, and when they went.

It counts things, places and hours, and never scores a child. What several children told of is
counted by one function of the second lock (docs/adr/0039); every mention that is shown is read
through both locks.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Q
from django.db.models.functions import Coalesce

from returnhome.casework import sames
from returnhome.casework.children import Child
from returnhome.casework.episodes import Episode, EpisodeQuerySet
from returnhome.casework.mentions import Mention, MentionQuerySet
from returnhome.casework.places import Authority, Postcode
from returnhome.casework.sames import Thing
from returnhome.casework.staff import Person
from returnhome.rules import clock, coming_up
from returnhome.rules.access import Relation, Verb
from returnhome.rules.clock import LONDON
from returnhome.rules.mentioning import MentionKind
from returnhome.rules.naming import written_postcode

# So many mentions of one thing are shown, so many other things are looked through for one written
# in another way, and so many episodes for children who were missing together.
MOST_MENTIONS, MOST_NEAR, MOST_EPISODES = 200, 5_000, 5_000
# Of pairs and postcodes the first so many; that many things make a picture that can be read.
A_LIST, IN_A_PICTURE = 30, 12
PARTS = ("midnight to 6am", "6am to midday", "midday to 6pm", "6pm to 9pm", "9pm to midnight")
ENDS = (6, 12, 18, 21, 24)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def areas_of(person: Person) -> frozenset[int]:
    """The authorities whose children's accounts the person may look through for patterns."""
    theirs, _ = person.may_for(Verb.SEE_PATTERNS, Relation.RESPONSIBLE)
    return theirs


def council_of(person: Person) -> Authority | None:
    """The authority in whose name the person says what is the same: of their first such post."""
    theirs = areas_of(person)
    own = [post.organisation.authority for post in person.current_posts]
    return next((each for each in own if each and each.pk in theirs), None)


# Things.


@dataclass(frozen=True)
class ComingUp:
    """One thing that several children told of; `newest` is one mention of it, as it was written."""

    kind: MentionKind
    key: str
    children: int
    times: int
    first_at: datetime
    last_at: datetime
    newest: Mention
    is_joined: bool = False


@dataclass(frozen=True)
class Listed:
    """A part of the list, and how long it is in all."""

    things: Sequence[ComingUp]
    in_all: int


def things(
    person: Person,
    *,
    kinds: Iterable[str] = tuple(MentionKind),
    since: datetime | None = None,
    until: datetime | None = None,
    most: int,
    beyond: int = 0,
) -> Listed:
    """What two or more children of the person's councils told of, by most children. 3 queries.

    By when it was noted; `until` is not included. A record that was said to be the same child
    counts as that child.
    """
    areas = areas_of(person)
    same = sames.together(areas, person)
    found = _told_of(areas, kinds, same, since, until, coming_up.FEWEST_CHILDREN, most, beyond)
    newest = (
        Mention.objects.visible_to(person)
        .select_related("interview")
        .defer("sentence", "description")
        .in_bulk([row[6] for row in found])
    )
    joined = set(same.values())
    rows = [
        ComingUp(
            MentionKind(kind), key, children, times, first, last, newest[pk], (kind, key) in joined
        )
        for kind, key, children, times, first, last, pk, _ in found
        if pk in newest
    ]
    return Listed(rows, found[0][7] if found else 0)


def _told_of(
    areas: Iterable[int],
    kinds: Iterable[str],
    same: Mapping[Thing, Thing],
    since: datetime | None,
    until: datetime | None,
    fewest: int,
    most: int,
    beyond: int,
) -> list[tuple[Any, ...]]:
    under = [{"kind": kind, "key": key, "as": same[kind, key][1]} for kind, key in same]
    with connection.cursor() as cursor:
        cursor.execute(
            "select * from public.returnhome_told_of(%s::bigint[], %s::text[], %s::timestamptz,"
            " %s::timestamptz, %s, %s::jsonb, %s, %s)",
            [
                *(sorted(areas), list(map(str, kinds)), since, until),
                *(fewest, json.dumps(under), most, beyond),
            ],
        )
        return cursor.fetchall()


def ours(person: Person) -> MentionQuerySet:
    """Current mentions of the children in question, through both locks."""
    theirs = Mention.objects.of_children_of(areas_of(person))
    return theirs.visible_to(person).current()


def mentions_of(wanted: Iterable[Thing], person: Person) -> list[Mention]:
    """Every mention of these things, the newest first, with its child and talk. 2 queries."""
    pairs = sorted(wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            "select public.returnhome_mentions_of(%s::bigint[], %s::text[], %s::text[], %s)",
            [
                sorted(areas_of(person)),
                [kind for kind, _ in pairs],
                [key for _, key in pairs],
                MOST_MENTIONS,
            ],
        )
        (numbers,) = cursor.fetchone()
    seen = Mention.objects.visible_to(person).filter(pk__in=numbers)
    return list(
        seen.select_related("interview__child__joined_to", "noted_by").order_by("-noted_at", "-pk")
    )


def alike(one: Mention, person: Person) -> list[Thing]:
    """All that goes under one name with this mention's thing. One query."""
    thing = (one.kind, one.key)
    same = sames.together(areas_of(person), person)
    return [each for each in same if same[each] == same.get(thing)] or [thing]


def child_of(mention: Mention) -> Child:
    """The child who told of it: of a record that was joined, the child it was joined to."""
    child = mention.interview.child
    return child.joined_to or child


def perhaps(one: Mention, person: Person) -> list[Mention]:
    """Other things of this kind that may be the same, written another way: for a person to decide.

    Looked for among those told of last. 3 queries, and one mention of each.
    """
    areas = areas_of(person)
    found = _told_of(areas, [one.kind], {}, None, None, 1, MOST_NEAR, 0)
    known = {thing[1] for thing in alike(one, person)}
    numbers = {row[1]: row[6] for row in found if row[1] not in known}
    near = sames.near(one.kind, one.key, numbers)[:5]
    seen = Mention.objects.visible_to(person).select_related("interview")
    rows = seen.in_bulk([numbers[key] for key in near])
    return [rows[numbers[key]] for key in near if numbers[key] in rows]


def written_as(kind: str, keys: Iterable[str], person: Person) -> list[Mention]:
    """One mention for each thing of this kind with exactly one of these keys."""
    found = mentions_of([(kind, key) for key in keys if key], person)
    return list({each.key: each for each in found}.values())


def councils_to_ask(shown: Iterable[Mention], person: Person) -> list[Authority]:
    """Other councils of which a child told of the same: whom to ask, and nothing else of it.

    Only of what tells one thing from all others, and of no restricted record.
    """
    pointing = [
        each.pk
        for each in shown
        if coming_up.points_across(
            each.kind, each.key, address=each.address, postcode=each.postcode
        )
    ]
    if not pointing:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "select public.returnhome_told_elsewhere(%s::bigint[], %s::bigint[])",
            [sorted(areas_of(person)), pointing],
        )
        (numbers,) = cursor.fetchone()
    return list(Authority.objects.filter(pk__in=numbers).order_by("name"))


# Children who went again, and together.


@dataclass(frozen=True)
class Again:
    """A child who went several times, and when last."""

    child: Child
    times: int
    last_at: datetime


@dataclass(frozen=True)
class Together:
    """Two children who were missing at the same time, how often, and when last."""

    one: Child
    other: Child
    times: int
    from_one_place: int
    last_at: datetime


def _episodes(person: Person, since: datetime, until: datetime) -> EpisodeQuerySet:
    theirs = Episode.objects.filter(
        person.whose(Verb.SEE_PATTERNS, Relation.RESPONSIBLE, child="child")
    )
    return theirs.counted().filter(started_at__gte=since, started_at__lt=until)


def _named(person: Person, since: datetime, until: datetime) -> EpisodeQuerySet:
    """Those of children of whom a person has said who they are: else one child may be two."""
    known = Q(child__confirmed_at__isnull=False) | Q(child__joined_to__isnull=False)
    return _episodes(person, since, until).filter(known)


def went_again(person: Person, since: datetime, until: datetime) -> list[Again]:
    """Children with three episodes or more in the period, those with most first. 2 queries.

    A record that was said to be the same child counts as that child.
    """
    rows = (
        _named(person, since, until)
        .annotate(who=Coalesce("child__joined_to_id", "child_id"))
        .values("who")
        .annotate(times=Count("pk"), last=Max("started_at"))
        .filter(times__gte=coming_up.FEWEST_EPISODES)
        .order_by("-times", "-last", "who")[:A_LIST]
    )
    found = list(rows)
    children = _children(person, [row["who"] for row in found])
    return [
        Again(children[row["who"]], row["times"], row["last"])
        for row in found
        if row["who"] in children
    ]


def _children(person: Person, numbers: Iterable[int]) -> dict[int, Child]:
    return Child.objects.visible_to(person).in_bulk(list(numbers))


def went_together(person: Person, since: datetime, until: datetime) -> list[Together]:
    """Pairs who were missing at once twice or more, or once from the same postcode. 2 queries."""
    rows = (
        _named(person, since, until)
        .order_by("-started_at")
        .values_list("child_id", "child__joined_to_id", "started_at", "ended_at", "missing_from")
    )[:MOST_EPISODES]
    away: list[tuple[int, datetime | None, str]] = []
    times: Counter[tuple[int, int]] = Counter()
    places: Counter[tuple[int, int]] = Counter()
    last: dict[tuple[int, int], datetime] = {}
    for child, joined_to, began, ended, place in reversed(rows):
        who = joined_to or child
        away = [each for each in away if each[1] is None or each[1] > began]
        for other, _, theirs in away:
            if other != who:
                pair = (min(who, other), max(who, other))
                times[pair] += 1
                places[pair] += bool(place) and place == theirs
                last[pair] = began
        away.append((who, ended, place))
    pairs = [pair for pair in times if times[pair] > 1 or places[pair]]
    pairs.sort(key=lambda pair: (-places[pair], -times[pair], pair))
    children = _children(person, {pk for pair in pairs[:A_LIST] for pk in pair})
    return [
        Together(children[one], children[other], times[pair], places[pair], last[pair])
        for pair in pairs[:A_LIST]
        for one, other in [pair]
        if one in children and other in children
    ]


# Times and places.


@dataclass(frozen=True)
class Hours:
    """How often, by day of the week and part of the day; `unknown`: with a day and no hour."""

    cells: Sequence[Sequence[int]]
    unknown: int

    @property
    def in_all(self) -> int:
        return sum(map(sum, self.cells))

    @property
    def most(self) -> int:
        return max(map(max, self.cells))


def hours(person: Person, since: datetime, until: datetime) -> tuple[Hours, Hours]:
    """When children went missing, and when they came back, in UK time. One query."""
    went, back = ([[0] * len(PARTS) for _ in DAYS] for _ in range(2))
    unknown = [0, 0]
    names = ("last_seen", "reported", "returned", "found")
    rows = _episodes(person, since, until).values_list(
        *(f"{name}_{part}" for name in names for part in ("at", "precision"))
    )
    for row in rows.iterator(chunk_size=5_000):
        for number, (cells, first, second) in enumerate(((went, 0, 2), (back, 4, 6))):
            at, precision = row[first : first + 2] if row[first] else row[second : second + 2]
            if at is None:
                continue
            if precision == str(clock.DATE_ONLY):
                unknown[number] += 1
                continue
            local = at.astimezone(LONDON)
            part = next(index for index, end in enumerate(ENDS) if local.hour < end)
            cells[local.weekday()][part] += 1
    return Hours(went, unknown[0]), Hours(back, unknown[1])


@dataclass(frozen=True)
class Place:
    """A postcode that several children told of, or went missing from; where it is, if known."""

    postcode: str
    names: Sequence[str]
    told_by: int
    gone_from: int
    newest: int | None = None
    # Easting and northing; and by number the children whose words the names are.
    at: tuple[int, int] | None = None
    told_first: Sequence[int] = ()

    @property
    def written(self) -> str:
        return written_postcode(self.postcode) or self.postcode


def places(person: Person, since: datetime, until: datetime) -> list[Place]:
    """Postcodes that come up with two children or more, those with most first. 5 queries."""
    told = things(person, kinds=[MentionKind.PLACE], since=since, until=until, most=A_LIST).things
    rows = (
        _episodes(person, since, until)
        .exclude(missing_from="")
        .values_list("missing_from")
        .annotate(of=Count("child", distinct=True))
        .filter(of__gte=coming_up.FEWEST_CHILDREN)
        .order_by("-of", "missing_from")[:A_LIST]
    )
    gone = {postcode.replace(" ", ""): of for postcode, of in rows}
    named: defaultdict[str, list[ComingUp]] = defaultdict(list)
    for each in told:
        if each.newest.postcode:
            named[each.newest.postcode].append(each)
    numbers = {*gone, *named}
    positions = {
        row.code: (row.easting, row.northing)
        for row in Postcode.objects.filter(Q(pk__in=numbers), easting__isnull=False)
        # Northern Ireland lies on a grid of its own.
        if not row.code.startswith("BT") and row.northing is not None
    }
    found = [
        Place(
            postcode,
            sorted({each.newest.name or each.newest.address for each in named[postcode]} - {""}),
            max((each.children for each in named[postcode]), default=0),
            gone.get(postcode, 0),
            named[postcode][0].newest.pk if named[postcode] else None,
            positions.get(postcode),  # type: ignore[arg-type]
            [each.newest.child_id for each in named[postcode]],
        )
        for postcode in numbers
    ]
    return sorted(found, key=lambda each: (-max(each.told_by, each.gone_from), each.postcode))


# Links.


@dataclass(frozen=True)
class Links:
    """Things, the children who told of them, and which child told of which."""

    things: Sequence[ComingUp]
    children: Sequence[Child]
    told: frozenset[tuple[int, int]]

    def of(self, thing: ComingUp) -> list[Child]:
        return [each for each in self.children if (thing.newest.pk, each.pk) in self.told]


def links(person: Person, since: datetime | None = None) -> Links:
    """The things that most children told of, with those children, for a picture. 6 queries."""
    top = things(person, since=since, most=IN_A_PICTURE).things
    same = sames.together(areas_of(person), person)
    under: dict[Thing, int] = {(each.kind.value, each.key): each.newest.pk for each in top}
    wanted = set(under) | {thing for thing in same if same[thing] in under}
    children: dict[int, Child] = {}
    told = set()
    for each in mentions_of(wanted, person) if wanted else ():
        child, thing = child_of(each), (each.kind, each.key)
        children[child.pk] = child
        told.add((under[same.get(thing, thing)], child.pk))
    often = Counter(child for _, child in told)
    by_links = sorted(children.values(), key=lambda each: (-often[each.pk], each.pk))
    return Links(top, by_links, frozenset(told))
