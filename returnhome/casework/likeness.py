"""Which known children a notification may be about, the likeliest first.

PostgreSQL finds who is worth a look, by birth date, numbers, postcodes and names; the rules say how
alike they are. All of it looks across all councils, so it gives numbers and terms only; who may see
the child is asked after.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
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
    days_near,
)
from returnhome.rules.naming import bare, folded, folded_postcode

# A child who is less likely than that is not worth a look.
WORTH_SHOWING = 0.001
# With somebody as likely as that found, names alone are not searched.
FOUND = 0.9
# How alike two names are at the least to be found by their letters, 0 to 1, and how many are.
SIMILAR, MOST_SIMILAR = 0.5, 50


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

    `by_letters`: where nobody likely is found, whoever has most of the name's letters is looked at
    as well. It takes some ten milliseconds for each: too long for a file of a hundred thousand.
    """
    near = _near(people)
    found = _ranked(people, near, limit)
    unsure = [n for n, theirs in enumerate(found) if not theirs or theirs[0].chance < FOUND]
    if by_letters and unsure:
        alike = _alike([people[n] for n in unsure])
        wider = [
            {**dict.fromkeys(more, False), **near[n]} for n, more in zip(unsure, alike, strict=True)
        ]
        ranked = _ranked([people[n] for n in unsure], wider, limit)
        for n, theirs in zip(unsure, ranked, strict=True):
            found[n] = theirs
    return found


# A child → whether a number led to them.
Near = dict[int, bool]


def _ranked(people: Sequence[Person], near: Sequence[Near], limit: int) -> list[list[Likeness]]:
    """For each, those of the children near who are worth showing, the likeliest first."""
    told = [person.described for person in people]
    size = _size()
    known = named(set().union(*near))
    scorer = Scorer(closeness, _commonness(told, known.values(), size))
    # Only of those who may be meant is more asked than names and birth date.
    hopeful = [
        [
            pk
            for pk, is_numbered in theirs.items()
            if pk in known and (is_numbered or scorer.is_named_alike(one, known[pk]))
        ]
        for one, theirs in zip(told, near, strict=True)
    ]
    whole = _whole(known, set().union(*hopeful))
    ranked = []
    for one, theirs in zip(told, hopeful, strict=True):
        compared = [(pk, scorer.compare(one, whole[pk])) for pk in theirs]
        compared.sort(key=lambda pair: (-pair[1].weight, pair[0]))
        likely = chances([each.weight for _, each in compared], size)
        # A twin is shown below the child, however sure it is that the child is meant.
        ranked.append(
            [
                Likeness(pk, chance, each)
                for (pk, each), chance in zip(compared[:limit], likely, strict=False)
                if chances([each.weight], size)[0] >= WORTH_SHOWING
            ]
        )
    return ranked


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


SIMILAR_NAMES = """
select told.n, near.id from unnest(%(n)s::int[], %(name)s::text[]) as told (n, name)
cross join lateral (
    (select child.id, similarity(child.folded_name, told.name) as near from casework_child child
        where child.folded_name %% told.name order by 2 desc limit %(most)s)
    union all
    (select alias.child_id, similarity(alias.folded_name, told.name) from casework_alias alias
        where alias.folded_name %% told.name order by 2 desc limit %(most)s)
    order by 2 desc limit %(most)s
) near
"""


def _alike(people: Sequence[Person]) -> list[set[int]]:
    """Of each, the children whose names have most threes of letters in common with theirs."""
    found: list[set[int]] = [set() for _ in people]
    told: dict[str, Any] = {
        "n": list(range(len(people))),
        "name": [folded(f"{each.forename} {each.surname}") for each in people],
        "most": MOST_SIMILAR,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "select set_config('pg_trgm.similarity_threshold', %s, true)", [str(SIMILAR)]
        )
        cursor.execute(SIMILAR_NAMES, told)
        for n, pk in cursor.fetchall():
            found[n].add(pk)
    return found


# What is known of them. Each list of numbers is one parameter, however long it is.

NAMES = """
select id, forename, surname, born_on, sex from casework_child
    where id = any(%s::bigint[]) and confirmed_at is not null
"""
OTHER_NAMES = """
select child_id, forename, surname, until from casework_alias where child_id = any(%s::bigint[])
"""
POSTCODES = """
select child_id, postcode from casework_address
    where child_id = any(%(ids)s::bigint[]) and postcode <> ''
union all
select child_id, postcode from casework_placement
    where child_id = any(%(ids)s::bigint[]) and postcode <> ''
"""
NUMBERS = """
select child_id, kind, issuer, value from casework_identifier where child_id = any(%s::bigint[])
"""


def array(ids: Iterable[int]) -> str:
    """As PostgreSQL writes it: the driver takes seconds over a list of a hundred thousand."""
    return f"{{{','.join(map(str, ids))}}}"


def rows(statement: str, told: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, told)
        return cursor.fetchall()


def known(ids: set[int]) -> dict[int, Described]:
    """All that is on record of these children, of those who are confirmed."""
    return _whole(theirs := named(ids), set(theirs))


def named(ids: set[int]) -> dict[int, Described]:
    """Each confirmed child with every name and the birth date."""
    if not ids:
        return {}
    others: defaultdict[int, list[Name]] = defaultdict(list)
    for pk, forename, surname, until in rows(OTHER_NAMES, [array(ids)]):
        label = f"by another name, on record until {until.year}" if until else "by another name"
        others[pk].append(Name(forename, surname, label))
    return {
        pk: Described(
            (Name(forename, surname), *others.get(pk, ())),
            born_on,
            Sex(sex) if sex else Sex.UNKNOWN,
        )
        for pk, forename, surname, born_on, sex in rows(NAMES, [array(ids)])
    }


def _whole(known: Mapping[int, Described], ids: set[int]) -> dict[int, Described]:
    """The same with every postcode and number, of these alone."""
    if not ids:
        return {}
    places: defaultdict[int, set[str]] = defaultdict(set)
    for pk, postcode in rows(POSTCODES, {"ids": array(ids)}):
        places[pk].add(postcode)
    numbers: defaultdict[int, set[tuple[str, str, str]]] = defaultdict(set)
    for pk, kind, issuer, value in rows(NUMBERS, [array(ids)]):
        numbers[pk].add((kind, issuer, value))
    return {
        pk: known[pk].with_these(frozenset(places.get(pk, ())), frozenset(numbers.get(pk, ())))
        for pk in ids
    }


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


def _commonness(told: Iterable[Described], known: Iterable[Described], size: int) -> Commonness:
    """How often the names of these children stand in the register, where they may agree."""
    initials = {word[:1] for each in told for pair in each.spoken for word in pair}
    wanted: tuple[set[str], set[str]] = (set(), set())
    counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for each in known:
        for name, spoken in zip(each.names, each.spoken, strict=True):
            for words, word, bare_word in zip(
                wanted, (name.forename, name.surname), spoken, strict=True
            ):
                if bare_word[:1] in initials:
                    words.add(word)
    asked = {"forenames": list(wanted[0]), "surnames": list(wanted[1])}
    for is_forename, word, number in rows(COUNTS, asked) if any(wanted) else ():
        counts[0 if is_forename else 1][bare(word)] += number
    return Commonness(size, *counts)


def whose(ids: Iterable[int]) -> dict[int, Child]:
    """Of another council's children nothing but the number, and whom to ask about them."""
    with acting.as_system(acting.MATCHING):
        known = Child.objects.only("responsible_authority").in_bulk(list(ids))
    prefetch_related_objects(list(known.values()), "responsible_authority")
    return known


@acting.as_system(acting.MATCHING)
def compared(ids: Iterable[int], person: Person) -> dict[int, tuple[str, ...]]:
    """What agrees and what does not between these children and the one named."""
    told, known = person.described, named(set(ids))
    scorer = Scorer(closeness, _commonness([told], known.values(), _size()))
    return {
        pk: tuple(term.words for term in scorer.compare(told, each).terms)
        for pk, each in _whole(known, set(known)).items()
    }
