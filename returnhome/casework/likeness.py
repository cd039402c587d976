"""Which known children a notification may be about, the likeliest first.

PostgreSQL finds who is worth a look, by birth date, numbers, postcodes and names; the rules say how
alike they are. All of it looks across all councils, so it gives numbers and terms only; who may see
the child is asked after.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import prefetch_related_objects
from rapidfuzz.distance import OSA, JaroWinkler

from returnhome.casework import acting
from returnhome.casework.children import Child
from returnhome.rules.codes import Sex
from returnhome.rules.likeness import (
    IS_SLIP,
    Commonness,
    Comparison,
    Described,
    Name,
    Scorer,
    chances,
    days_a_slip_away,
    days_near,
)
from returnhome.rules.naming import bare, folded, folded_postcode
from returnhome.rules.nicknames import initials_of

# A child who is less likely than that is not worth a look.
WORTH_SHOWING = 0.001
# With somebody as likely as that found, names alone are not searched.
FOUND = 0.9
# How alike two surnames and two other names are at the least to be found by their letters, 0 to 1,
# and how many are.
SIMILAR, SIMILAR_ALIAS, MOST_SIMILAR = 0.25, 0.5, 50


class Person(NamedTuple):
    """Whom a notification names, as far as it says. `numbers`: each its kind, issuer and value."""

    forename: str
    surname: str
    born_on: date | None
    postcode: str
    sex: Sex = Sex.UNKNOWN
    numbers: frozenset[tuple[str, str, str]] = frozenset()

    @property
    def described(self) -> Described:
        place = folded_postcode(self.postcode)
        return Described(
            (Name(self.forename, self.surname),),
            self.born_on,
            self.sex,
            frozenset((place,) if place else ()),
            self.numbers,
        )


@dataclass(frozen=True, slots=True)
class Likeness:
    """A child who may be meant: how likely, and what agrees and what does not."""

    child_id: int
    chance: float
    comparison: Comparison

    @property
    def terms(self) -> tuple[str, ...]:
        return tuple(term.words for term in self.comparison.terms)


def resembling(person: Person, *, limit: int = 10) -> list[Likeness]:
    """Confirmed children who might be this one, the likeliest first."""
    return resembling_each([person], limit=limit, by_letters=True)[0]


@acting.as_system(acting.MATCHING)
def resembling_each(
    people: Sequence[Person], *, limit: int = 10, by_letters: bool = False
) -> list[list[Likeness]]:
    """The same for many at once, in their order, in as many queries as for one.

    `by_letters`: where nobody likely is found, those whose names or birth date may be a slip of
    theirs are looked at as well. It takes some milliseconds for each: too long for a great file.
    """
    near = _near(people)
    ranking = Ranking()
    found = ranking.rank(people, near, limit)
    unsure = [n for n, theirs in enumerate(found) if not theirs or theirs[0].chance < FOUND]
    if by_letters and unsure:
        named_so = [people[n] for n in unsure]
        alike = _alike(named_so)
        wider = [
            {**dict.fromkeys(more, False), **near[n]} for n, more in zip(unsure, alike, strict=True)
        ]
        for n, theirs in zip(unsure, ranking.rank(named_so, wider, limit), strict=True):
            found[n] = theirs
    return found


# A child → whether a number led to them.
Near = dict[int, bool]


class Ranking:
    """Ranks whoever comes near, and remembers what it has read of whom."""

    def __init__(self) -> None:
        self.size = _size()
        self.counts = Counts()
        self.scorer = Scorer(closeness, Commonness(self.size, *self.counts.of))
        self.named: dict[int, Described] = {}
        self.whole: dict[int, Described] = {}
        self.with_numbers = False

    def rank(
        self, people: Sequence[Person], near: Sequence[Near], limit: int
    ) -> list[list[Likeness]]:
        """For each, those of the children near who are worth showing, the likeliest first."""
        told = [person.described for person in people]
        new = named(set().union(*near) - self.named.keys())
        self.named |= new
        self.counts.add(told, new.values())
        # Only of those who may be meant is more asked than names and birth date.
        hopeful = [
            [
                pk
                for pk, is_numbered in theirs.items()
                if pk in self.named
                and (is_numbered or self.scorer.is_named_alike(one, self.named[pk]))
            ]
            for one, theirs in zip(told, near, strict=True)
        ]
        if not self.with_numbers and any(one.numbers for one in told):
            self.with_numbers = True
            self.whole.clear()
        unread = set().union(*hopeful) - self.whole.keys()
        self.whole |= _whole(self.named, unread, with_numbers=self.with_numbers)
        return [
            self._likeliest(one, theirs, limit) for one, theirs in zip(told, hopeful, strict=True)
        ]

    def _likeliest(self, told: Described, hopeful: Iterable[int], limit: int) -> list[Likeness]:
        compared = [(pk, self.scorer.compare(told, self.whole[pk])) for pk in hopeful]
        weighed = sorted((-each.weight, pk, each) for pk, each in compared)
        likely = chances([-each[0] for each in weighed], self.size)
        # A twin is shown below the child, however sure it is that the child is meant.
        return [
            Likeness(pk, chance, each)
            for (weight, pk, each), chance in zip(weighed[:limit], likely, strict=False)
            if each.shares_a_number or chances([-weight], self.size)[0] >= WORTH_SHOWING
        ]


def closeness(one: str, other: str) -> float:
    """As Jaro and Winkler have it; one slip of the pen, two letters changed round too, is near."""
    near: float = JaroWinkler.similarity(one, other)
    if near < IS_SLIP and min(len(one), len(other)) > 2:
        is_one_slip = OSA.distance(one, other, score_cutoff=1) <= 1
        return IS_SLIP if is_one_slip else near
    return near


# Whom to look at: all notifications in one statement.

# The birth date, and what a slip makes of it; by a slip only who has an initial in common.
NEAR = """
with told as (
    select * from unnest(%(n)s::int[], %(name)s::text[], %(turned)s::text[], %(place)s::text[],
                         %(initials)s::text[])
        as told (n, name, turned, place, initials)
), days as (
    select * from unnest(%(day_of)s::int[], %(day)s::date[]) as days (n, day)
), numbers as (
    select * from unnest(%(number_of)s::int[], %(kind)s::text[], %(issuer)s::text[],
                         %(value)s::text[]) as numbers (n, kind, issuer, value)
)
select days.n, child.id, false from days join told using (n)
    join casework_child child on child.born_on = days.day
    where position(left(child.folded_name, 1) in told.initials) > 0
       or position(left(child.surname, 1) in told.initials) > 0
union select told.n, child.id, false from told
    join casework_child child on child.folded_name in (told.name, told.turned)
union select told.n, alias.child_id, false from told
    join casework_alias alias on alias.folded_name in (told.name, told.turned)
union select numbers.n, identifier.child_id, true from numbers
    join casework_identifier identifier using (kind, issuer, value)
union select numbers.n, notification.child_id, true from numbers
    join casework_toldnumber using (kind, issuer, value)
    join casework_notification notification on notification.id = notification_id
    where notification.child_id is not null
union select told.n, address.child_id, false from told
    join casework_address address on address.postcode = told.place where told.place <> ''
union select told.n, placement.child_id, false from told
    join casework_placement placement on placement.postcode = told.place where told.place <> ''
"""


def _near(people: Sequence[Person]) -> list[Near]:
    found: list[Near] = [{} for _ in people]
    if not people:
        return found
    days = [(n, day) for n, person in enumerate(people) for day in _days(person.born_on)]
    numbers = [(n, *each) for n, person in enumerate(people) for each in sorted(person.numbers)]
    told: dict[str, Any] = {
        "n": list(range(len(people))),
        "name": [folded(f"{each.forename} {each.surname}") for each in people],
        "turned": [folded(f"{each.surname} {each.forename}") for each in people],
        "place": [folded_postcode(each.postcode) for each in people],
        "initials": [initials(each) for each in people],
        "day_of": [n for n, _ in days],
        "day": [day for _, day in days],
        "number_of": [each[0] for each in numbers],
        "kind": [each[1] for each in numbers],
        "issuer": [each[2] for each in numbers],
        "value": [each[3] for each in numbers],
    }
    with connection.cursor() as cursor:
        cursor.execute(NEAR, told)
        for n, pk, is_numbered in cursor.fetchall():
            found[n][pk] = is_numbered or found[n].get(pk, False)
    return found


def initials(person: Person) -> str:
    letters = bare(person.forename)[:1] + bare(person.surname)[:1]
    return letters + letters.upper()


def _days(born_on: date | None) -> Iterable[date]:
    """The birth date; with day and month swapped; a year out."""
    return (born_on, *days_near(born_on)) if born_on else ()


# Whose names may be another form, or a slip. Born that day: the forename may be a form of theirs. A
# slip of the pen away: either name begins with the same two letters. Whatever the birth date: both
# do, or one name is the same and the other may be. `offset 0`: each is looked up by itself.
ALIKE = """
with told as (
    select * from unnest(%(n)s::int[], %(name)s::text[], %(forename)s::text[], %(surname)s::text[],
                         %(forms)s::text[], %(written)s::text[], %(family)s::text[],
                         %(born)s::date[])
        as told (n, name, forename, surname, forms, written, family, born)
), days as (
    select * from unnest(%(day_of)s::int[], %(day)s::date[]) as days (n, day)
)
select told.n, near.id from told cross join lateral (
    select child.id from casework_child child where child.born_on = told.born
        and position(left(child.folded_name, 1) in told.forms) > 0
    offset 0
) near
union
select days.n, near.id from days join told using (n) cross join lateral (
    select child.id from casework_child child where child.born_on = days.day
        and left(child.folded_name, 2) = left(told.forename, 2)
    offset 0
) near
union
select days.n, near.id from days join told using (n) cross join lateral (
    select child.id from casework_child child where child.born_on = days.day
        and left(lower(child.surname), 2) = left(told.surname, 2)
    offset 0
) near
union
select told.n, near.id from told cross join lateral (
    select found.id from (
        select child.id, child.folded_name from casework_child child
            where left(lower(child.surname), 2) = left(told.surname, 2)
                and left(child.folded_name, 2) = left(told.forename, 2)
        union all
        select child.id, child.folded_name from casework_child child
            where child.surname = told.family
                and position(left(child.folded_name, 1) in told.forms) > 0
                and left(child.folded_name, 2) <> left(told.forename, 2)
        union all
        select child.id, child.folded_name from casework_child child
            where child.forename = told.written
                and left(lower(child.surname), 2) <> left(told.surname, 2)
                and similarity(child.surname, told.surname) > %(similar)s
    ) found order by similarity(found.folded_name, told.name) desc limit %(most)s
) near
union
select told.n, near.id from told cross join lateral (
    select alias.child_id as id from casework_alias alias
        where alias.folded_name %% told.name
        order by similarity(alias.folded_name, told.name) desc limit %(most)s
) near
"""


def _alike(people: Sequence[Person]) -> list[set[int]]:
    """Of each, the children whose names, or name and birth date, may be a slip of theirs."""
    found: list[set[int]] = [set() for _ in people]
    days = [(n, day) for n, each in enumerate(people) for day in _slips(each.born_on)]
    told: dict[str, Any] = {
        "n": list(range(len(people))),
        "name": [folded(f"{each.forename} {each.surname}") for each in people],
        "forename": [folded(each.forename) for each in people],
        "surname": [folded(each.surname) for each in people],
        "forms": ["".join(initials_of(bare(each.forename))) for each in people],
        "written": [each.forename for each in people],
        "family": [each.surname for each in people],
        "born": [each.born_on for each in people],
        "day_of": [n for n, _ in days],
        "day": [day for _, day in days],
        "similar": SIMILAR,
        "most": MOST_SIMILAR,
    }
    with transaction.atomic():
        rows("select set_config('pg_trgm.similarity_threshold', %s, true)", [str(SIMILAR_ALIAS)])
        for n, pk in rows(ALIKE, told):
            found[n].add(pk)
    return found


def _slips(born_on: date | None) -> tuple[date, ...]:
    return days_a_slip_away(born_on) if born_on else ()


# What is known of them. Each list of numbers is one parameter, however long it is.

# Of a child the name of today, and of the same number the others, without a sex.
NAMES = """
select id, forename, surname, born_on, sex, null::date from casework_child
    where id = any(%(ids)s::bigint[]) and confirmed_at is not null
union all
select child_id, forename, surname, null, null, until from casework_alias
    where child_id = any(%(ids)s::bigint[])
"""
NUMBERS_AND_POSTCODES = """
select child_id, '', '', postcode from casework_address
    where child_id = any(%(ids)s::bigint[]) and postcode <> ''
union all
select child_id, '', '', postcode from casework_placement
    where child_id = any(%(ids)s::bigint[]) and postcode <> ''
union all
select child_id, kind, issuer, value from casework_identifier
    where child_id = any(%(ids)s::bigint[])
"""
TOLD_NUMBERS = """
select notification.child_id, number.kind, number.issuer, number.value
    from casework_notification notification
    join casework_toldnumber number on number.notification_id = notification.id
    where notification.child_id = any(%(ids)s::bigint[])
"""
SEXES = {str(sex): sex for sex in Sex} | {"": Sex.UNKNOWN}


def array(ids: Iterable[int]) -> str:
    """As PostgreSQL writes it: the driver takes seconds over a list of a hundred thousand."""
    return f"{{{','.join(map(str, ids))}}}"


def rows(statement: str, told: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, told)
        return cursor.fetchall()


def known(ids: set[int]) -> dict[int, Described]:
    """All that is on record of these children, of those who are confirmed."""
    return _whole(theirs := named(ids), set(theirs), with_numbers=True)


def named(ids: set[int]) -> dict[int, Described]:
    """Each confirmed child with every name and the birth date."""
    if not ids:
        return {}
    today: dict[int, tuple[Name, date | None, Sex]] = {}
    others: defaultdict[int, list[Name]] = defaultdict(list)
    for pk, forename, surname, born_on, sex, until in rows(NAMES, {"ids": array(ids)}):
        if sex is not None:
            today[pk] = (Name(forename, surname), born_on, SEXES[sex])
        else:
            ended = f", on record until {until.year}" if until else ""
            others[pk].append(Name(forename, surname, f"by another name{ended}"))
    return {
        pk: Described((name, *others.get(pk, ())), born_on, sex)
        for pk, (name, born_on, sex) in today.items()
    }


def _whole(
    known: Mapping[int, Described], ids: set[int], *, with_numbers: bool
) -> dict[int, Described]:
    """The same with every postcode and number, of these alone.

    `with_numbers`: also those that notifications told; in vain where nobody asks by a number.
    """
    if not ids:
        return {}
    statements = [NUMBERS_AND_POSTCODES, *([TOLD_NUMBERS] if with_numbers else ())]
    held = {"ids": array(ids)}
    places: defaultdict[int, set[str]] = defaultdict(set)
    numbers: defaultdict[int, set[tuple[str, str, str]]] = defaultdict(set)
    for pk, kind, issuer, value in chain.from_iterable(rows(each, held) for each in statements):
        if kind:
            numbers[pk].add((kind, issuer, value))
        else:
            places[pk].add(value)
    return {
        pk: known[pk].with_these(frozenset(places.get(pk, ())), frozenset(numbers.get(pk, ())))
        for pk in ids
    }


@acting.as_system(acting.MATCHING)
def going_by(forename: str, surname: str, born_on: date) -> set[int]:
    """Children born on that very day who go by this name, by number; twins by another do not."""
    born = rows(BORN, [born_on])
    told = Person(forename, surname, born_on, "").described
    scorer = Scorer(closeness, Commonness(LEAST, Counter(), Counter()))
    ranks = {pk: scorer.goes_by(told, each) for pk, each in named({pk for (pk,) in born}).items()}
    # Where one goes by the very name, another whose name is a form of it is not meant.
    best = min((rank for rank in ranks.values() if rank is not None), default=None)
    return {pk for pk, rank in ranks.items() if rank is not None and rank == best}


BORN = "select id from casework_child where born_on = %s and confirmed_at is not null"
# However few are on record, there are many more whom a note could mean.
LEAST = 10_000
SIZE = "select greatest(reltuples, 0)::int from pg_class where oid = 'casework_child'::regclass"
COUNTS = """
select true, forename, count(*) from casework_child where forename = any(%(forenames)s) group by 2
union all
select false, surname, count(*) from casework_child where surname = any(%(surnames)s) group by 2
"""


def _size() -> int:
    """About how many children are on record, as the server reckons: that is near enough."""
    return max(rows(SIZE, None)[0][0], LEAST)


class Counts:
    """How often the names of children stand in the register, where they may agree."""

    def __init__(self) -> None:
        self.of: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        self.asked: tuple[set[str], set[str]] = (set(), set())

    def add(self, told: Iterable[Described], known: Iterable[Described]) -> None:
        """Count those names of the `known` that have an initial in common with one told."""
        initials = {word[:1] for each in told for pair in each.spoken for word in pair}
        wanted: tuple[set[str], set[str]] = (set(), set())
        for each in known:
            for name, (forename, surname) in zip(each.names, each.spoken, strict=True):
                if forename[:1] in initials:
                    wanted[0].add(name.forename)
                if surname[:1] in initials:
                    wanted[1].add(name.surname)
        new = [words - asked for words, asked in zip(wanted, self.asked, strict=True)]
        for words, asked in zip(new, self.asked, strict=True):
            asked |= words
        told_words = {"forenames": list(new[0]), "surnames": list(new[1])}
        for is_forename, word, number in rows(COUNTS, told_words) if any(new) else ():
            self.of[0 if is_forename else 1][bare(word)] += number


def whose(ids: Iterable[int]) -> dict[int, Child]:
    """Of another council's children nothing but the number, and whom to ask about them."""
    with acting.as_system(acting.MATCHING):
        known = Child.objects.only("responsible_authority").in_bulk(list(ids))
    prefetch_related_objects(list(known.values()), "responsible_authority")
    return known


@acting.as_system(acting.MATCHING)
def compared(ids: Iterable[int], person: Person) -> dict[int, Comparison]:
    """What agrees and what does not between these children and the one named."""
    told, theirs, counts = person.described, known(set(ids)), Counts()
    counts.add([told], theirs.values())
    scorer = Scorer(closeness, Commonness(_size(), *counts.of))
    return {pk: scorer.compare(told, each) for pk, each in theirs.items()}
