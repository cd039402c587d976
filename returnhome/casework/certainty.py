"""Whom a rule joins a notification to without a person: all agrees, and nobody else comes near.

It looks across all councils, so it gives numbers and terms only. What comes near, the rules say.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from returnhome.casework import acting, likeness
from returnhome.casework.likeness import Person
from returnhome.rules.likeness import Commonness, Scorer, Term, days_a_slip_away
from returnhome.rules.naming import bare, folded, folded_postcode
from returnhome.rules.nicknames import initials_of


class Particulars(NamedTuple):
    """By what a child is matched exactly: the folded name, the birth date, the folded postcode."""

    name: str
    born_on: date
    place: str


def particulars(person: Person) -> Particulars | None:
    """None where something is missing, and so nothing can match exactly."""
    if not (person.forename and person.surname and person.born_on and person.postcode):
        return None
    name = folded(f"{person.forename} {person.surname}")
    return Particulars(name, person.born_on, folded_postcode(person.postcode))


# Postcodes are those at which the child is at home or placed now.
EXACTLY = """
with told as (
    select * from unnest(%(n)s::int[], %(name)s::text[], %(born)s::date[], %(place)s::text[])
        as told (n, name, born, place)
), named as (
    select told.n, told.place, child.id, child.confirmed_at from told
        join casework_child child on child.born_on = told.born and child.folded_name = told.name
    union
    select told.n, told.place, child.id, child.confirmed_at from told
        join casework_alias alias on alias.folded_name = told.name
        join casework_child child on child.id = alias.child_id and child.born_on = told.born
)
select n, id from named where confirmed_at is not null and (
    exists (select from casework_address home
        where home.child_id = named.id and home.postcode = named.place and home.until is null)
    or exists (select from casework_placement home
        where home.child_id = named.id and home.postcode = named.place and home.until is null)
) order by id
"""


@acting.as_system(acting.MATCHING)
def exactly_each(wanted: Iterable[Particulars]) -> dict[Particulars, list[int]]:
    """Of each the ids of the confirmed children who have just these, in one query."""
    asked = list(dict.fromkeys(wanted))
    told = {
        "n": list(range(len(asked))),
        "name": [each.name for each in asked],
        "born": [each.born_on for each in asked],
        "place": [each.place for each in asked],
    }
    found: dict[Particulars, list[int]] = {each: [] for each in asked}
    for n, pk in likeness.rows(EXACTLY, told) if asked else ():
        found[asked[n]].append(pk)
    return found


# Nobody else comes near.

# How many answers are remembered: a file of a million rows must not fill the memory.
MOST_REMEMBERED = 50_000
MOST_NAMES = 50_000


class Another(NamedTuple):
    """Another child on record who comes near, and by what."""

    child_id: int
    terms: tuple[Term, ...]


class Found(NamedTuple):
    """Whom the rule finds, and whoever comes near besides. One found and nobody near: join."""

    agreeing: tuple[int, ...]
    is_by_number: bool
    near: tuple[Another, ...]


NOBODY = Found((), False, ())


class Finding:
    """Finds whom a rule joins many notifications to, some at a time.

    Answers are remembered from one time to the next: a file tells of the same child again and
    again. Whoever is put on record meanwhile is seen with the next file.
    """

    def __init__(self) -> None:
        # Weights play no part here, so how common a name is need not be known.
        self.scorer = Scorer(likeness.closeness, Commonness(likeness.LEAST), remembers=MOST_NAMES)
        self.remembered: dict[Person, Found] = {}

    def look_up(self, people: Iterable[Person]) -> dict[Person, Found]:
        """For each of them whom the rule finds."""
        asked = dict.fromkeys(people)
        new = [person for person in asked if person not in self.remembered]
        if len(self.remembered) + len(new) > MOST_REMEMBERED:
            self.remembered.clear()
            new = list(asked)
        self.remembered |= self._find(new)
        return {person: self.remembered[person] for person in asked}

    @acting.as_system(acting.MATCHING)
    def _find(self, people: Sequence[Person]) -> dict[Person, Found]:
        keys = {person: particulars(person) for person in people}
        exact = exactly_each(key for key in keys.values() if key)
        agreeing = {person: tuple(exact[key]) if (key := keys[person]) else () for person in people}
        by_number = self._numbered([each for each in people if each.numbers and not agreeing[each]])
        agreeing |= by_number
        near = self._besides({person: ids[0] for person, ids in agreeing.items() if len(ids) == 1})
        return {
            person: Found(ids, person in by_number, near.get(person, ())) if ids else NOBODY
            for person, ids in agreeing.items()
        }

    def _numbered(self, people: Sequence[Person]) -> dict[Person, tuple[int, ...]]:
        """Of whom a shared number and the name say together that they are meant."""
        sharing = _near(SHARING, people) if people else []
        known = likeness.known(set().union(*sharing))
        return {
            person: tuple(
                pk
                for pk in sorted(ids)
                if pk in known and self.scorer.agrees_by_number(person.described, known[pk])
            )
            for person, ids in zip(people, sharing, strict=True)
        }

    def _besides(self, found: Mapping[Person, int]) -> dict[Person, tuple[Another, ...]]:
        """Who comes near each of these people, apart from the child who was found."""
        people = list(found)
        near = _near(BESIDES, people)
        numbered = set().union(*_near(SHARING, [each for each in people if each.numbers]))
        known = likeness.named(set().union(*near)) | likeness.known(numbered)
        besides = {}
        for person, ids in zip(people, near, strict=True):
            told = person.described
            compared = (
                Another(pk, self.scorer.comes_near(told, known[pk]))
                for pk in sorted(ids)
                if pk in known and pk != found[person]
            )
            besides[person] = tuple(each for each in compared if each.terms)
        return besides


# Born on the day: whoever has an initial in common. A slip of the pen away, or on a day that is
# not known: whose forename or surname begins with the same two letters, and the other name may be
# the same by its first letter, or its threes of letters. `forms`: initials of the forename's forms.
# `offset 0`: each is looked up by itself, however many children there are.
BESIDES = """
with told as (
    select * from unnest(%(n)s::int[], %(name)s::text[], %(turned)s::text[], %(born)s::date[],
                         %(initials)s::text[], %(forename)s::text[], %(surname)s::text[],
                         %(forms)s::text[])
        as told (n, name, turned, born, initials, forename, surname, forms)
), days as (
    select * from unnest(%(day_of)s::int[], %(day)s::date[]) as days (n, day)
), numbers as (
    select * from unnest(%(number_of)s::int[], %(kind)s::text[], %(issuer)s::text[],
                         %(value)s::text[]) as numbers (n, kind, issuer, value)
)
select told.n, near.id from told cross join lateral (
    select child.id from casework_child child where child.born_on = told.born and (
        position(left(child.folded_name, 1) in told.initials) > 0
        or position(left(child.surname, 1) in told.initials) > 0
        or exists (select from casework_alias alias where alias.child_id = child.id)
    ) offset 0
) near
union all
select told.n, near.id from days join told using (n) cross join lateral (
    select child.id from casework_child child where child.born_on = days.day
        and left(child.folded_name, 2) = left(told.forename, 2) and (
            left(lower(child.surname), 1) = left(told.surname, 1)
            or similarity(child.surname, told.surname) > 0.2)
    offset 0
) near
union all
select told.n, near.id from days join told using (n) cross join lateral (
    select child.id from casework_child child where child.born_on = days.day
        and left(lower(child.surname), 2) = left(told.surname, 2) and (
            position(left(child.folded_name, 1) in told.forms) > 0
            or similarity(child.forename, told.forename) > 0.1)
    offset 0
) near
union all
select told.n, near.id from told cross join lateral (
    select child.id from casework_child child where child.born_on is null
        and left(child.folded_name, 2) = left(told.forename, 2) and (
            left(lower(child.surname), 1) = left(told.surname, 1)
            or similarity(child.surname, told.surname) > 0.2)
    offset 0
) near
union all
select told.n, near.id from told cross join lateral (
    select child.id from casework_child child where child.born_on is null
        and left(lower(child.surname), 2) = left(told.surname, 2) and (
            position(left(child.folded_name, 1) in told.forms) > 0
            or similarity(child.forename, told.forename) > 0.1)
    offset 0
) near
union all
select told.n, child.id from told
    join casework_child child on child.folded_name in (told.name, told.turned)
union all
select told.n, alias.child_id from told
    join casework_alias alias on alias.folded_name in (told.name, told.turned)
union all
select numbers.n, identifier.child_id from numbers
    join casework_identifier identifier using (kind, issuer, value)
union all
select numbers.n, notification.child_id from numbers
    join casework_toldnumber using (kind, issuer, value)
    join casework_notification notification on notification.id = notification_id
    where notification.child_id is not null
"""
SHARING = """
select numbers.n, identifier.child_id
    from unnest(%(number_of)s::int[], %(kind)s::text[], %(issuer)s::text[], %(value)s::text[])
        as numbers (n, kind, issuer, value)
    join casework_identifier identifier using (kind, issuer, value)
union
select numbers.n, notification.child_id
    from unnest(%(number_of)s::int[], %(kind)s::text[], %(issuer)s::text[], %(value)s::text[])
        as numbers (n, kind, issuer, value)
    join casework_toldnumber using (kind, issuer, value)
    join casework_notification notification on notification.id = notification_id
    where notification.child_id is not null
"""


def _near(statement: str, people: Sequence[Person]) -> list[set[int]]:
    """Of each of these people the children whom the statement finds."""
    found: list[set[int]] = [set() for _ in people]
    days = [(n, day) for n, each in enumerate(people) for day in _slips(each.born_on)]
    numbers = [(n, *each) for n, person in enumerate(people) for each in sorted(person.numbers)]
    told: dict[str, Any] = {
        "n": list(range(len(people))),
        "name": [folded(f"{each.forename} {each.surname}") for each in people],
        "turned": [folded(f"{each.surname} {each.forename}") for each in people],
        "born": [each.born_on for each in people],
        "initials": [likeness.initials(each) for each in people],
        "forename": [folded(each.forename) for each in people],
        "surname": [folded(each.surname) for each in people],
        "forms": ["".join(initials_of(bare(each.forename))) for each in people],
        "day_of": [n for n, _ in days],
        "day": [day for _, day in days],
        "number_of": [each[0] for each in numbers],
        "kind": [each[1] for each in numbers],
        "issuer": [each[2] for each in numbers],
        "value": [each[3] for each in numbers],
    }
    for n, pk in likeness.rows(statement, told) if people else ():
        found[n].add(pk)
    return found


def _slips(born_on: date | None) -> tuple[date, ...]:
    return days_a_slip_away(born_on) if born_on else ()
