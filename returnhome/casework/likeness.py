"""Which known children a notification may be about: who matches exactly, and who comes near.

All of it looks across all councils, so it gives numbers and terms only; who may see the child is
asked after.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, prefetch_related_objects

from returnhome.casework import acting
from returnhome.casework.children import Address, Alias, Child, Placement
from returnhome.rules.naming import folded, folded_postcode


class Described(NamedTuple):
    """By what a child is matched: the folded name, the birth date, the folded postcode."""

    name: str
    born_on: date
    place: str


def described(
    *, forename: str, surname: str, born_on: date | None, postcode: str
) -> Described | None:
    """None where something is missing, and so nothing can match exactly."""
    if not (forename and surname and born_on and postcode):
        return None
    return Described(folded(f"{forename} {surname}"), born_on, folded_postcode(postcode))


def exactly(*, forename: str, surname: str, born_on: date | None, postcode: str) -> list[int]:
    """Ids of the confirmed children with just this name, birth date and postcode."""
    wanted = described(forename=forename, surname=surname, born_on=born_on, postcode=postcode)
    return exactly_each([wanted])[wanted] if wanted else []


@acting.as_system(acting.MATCHING)
def exactly_each(wanted: Iterable[Described]) -> dict[Described, list[int]]:
    """The same for many at once, in four queries."""
    found: dict[Described, list[int]] = {each: [] for each in wanted}
    names = {each.name for each in found}
    named = Q(folded_name__in=names) | Exists(
        Alias.objects.filter(child=OuterRef("pk"), folded_name__in=names)
    )
    born = {each.born_on for each in found}
    near = list(Child.objects.confirmed().filter(named, born_on__in=born).order_by("pk"))
    called, living = _called(near), _living(near)
    for child in near:
        for name in {child.folded_name, *called[child.pk]}:
            for place in living[child.pk]:
                each = Described(name, child.born_on, place)  # type: ignore[arg-type]
                if each in found:
                    found[each].append(child.pk)
    return found


def _called(near: Iterable[Child]) -> defaultdict[int, set[str]]:
    called = defaultdict(set)
    for pk, name in Alias.objects.filter(child__in=near).values_list("child_id", "folded_name"):
        called[pk].add(name)
    return called


def _living(near: Iterable[Child]) -> defaultdict[int, set[str]]:
    """The postcodes at which each of them is at home or placed now."""
    living = defaultdict(set)
    for model in (Address, Placement):
        now = model._default_manager.filter(child__in=near, until__isnull=True)
        for pk, place in now.values_list("child_id", "postcode"):
            living[pk].add(place)
    return living


# Who comes near.

# A sum of 3 is worth showing to a person; each term is shown with it.
WORTH_SHOWING = 3
WEIGHTS = {
    "same name": 4,
    "same surname": 2,
    "same forename": 1,
    "same birth date": 4,
    "birth date with day and month swapped": 3,
    "same postcode": 2,
    "birth date not given": 0,
    "another birth date": -2,
    "another postcode": 0,
    "another surname": -1,
}


class Person(NamedTuple):
    """Whom a notification names, as far as it says."""

    forename: str
    surname: str
    born_on: date | None
    postcode: str

    @property
    def days(self) -> set[date]:
        """The birth date, and the same with day and month swapped where that is a date."""
        return {day for day in (self.born_on, _swapped(self.born_on)) if day}


class Letters(NamedTuple):
    """Names and postcode as they are compared: folded once, for many comparisons."""

    name: str
    forename: str
    surname: str
    place: str = ""

    @classmethod
    def of(cls, one: Person) -> "Letters":
        place = folded_postcode(one.postcode)
        name = folded(f"{one.forename} {one.surname}")
        return cls(name, folded(one.forename), folded(one.surname), place)

    @classmethod
    def of_child(cls, child: Child) -> "Letters":
        return cls(child.folded_name, folded(child.forename), folded(child.surname))


Likeness = tuple[int, tuple[str, ...]]


def resembling(
    *, forename: str, surname: str, born_on: date | None, postcode: str, limit: int = 10
) -> list[Likeness]:
    """Confirmed children who might be this one, best first, each with what agrees and what not."""
    return resembling_each([Person(forename, surname, born_on, postcode)], limit=limit)[0]


@acting.as_system(acting.MATCHING)
def resembling_each(people: Sequence[Person], *, limit: int = 10) -> list[list[Likeness]]:
    """The same for many at once, in their order, in five queries."""
    if not people:
        return []
    letters = list(map(Letters.of, people))
    near = Child.objects.confirmed().in_bulk(_near(people, letters))
    living, known = _living(near.values()), {}
    alike: defaultdict[object, set[int]] = defaultdict(set)
    for pk, child in near.items():
        known[pk] = Letters.of_child(child)
        for key in (child.folded_name, child.born_on, *living[pk]):
            alike[key].add(pk)
    ranked = []
    for person, theirs in zip(people, letters, strict=True):
        keys = (theirs.name, theirs.place, *person.days)
        ids = set().union(*(alike.get(key, ()) for key in keys if key))
        terms = [
            (pk, _terms(near[pk], known[pk], person, theirs, theirs.place in living[pk]))
            for pk in ids
        ]
        terms.sort(key=lambda pair: (-_weight(pair[1]), pair[0]))
        ranked.append([pair for pair in terms if _weight(pair[1]) >= WORTH_SHOWING][:limit])
    return ranked


def _near(people: Iterable[Person], letters: Iterable[Letters]) -> set[int]:
    """Ids of those with one of the names, one of the birth dates, or a surname at a postcode."""
    known = Child.objects.confirmed()
    named = known.filter(folded_name__in={each.name for each in letters})
    born = known.filter(born_on__in=set().union(*(person.days for person in people)))
    ids = {*named.values_list("pk", flat=True), *born.values_list("pk", flat=True)}
    there = Q(pk__in=[])
    for each in letters:
        if each.place:
            there |= Q(postcode=each.place, child__folded_name__endswith=f" {each.surname}")
    for model in (Address, Placement):
        ids.update(model._default_manager.filter(there).values_list("child_id", flat=True))
    return ids


def whose(ids: Iterable[int]) -> dict[int, Child]:
    """Of another council's children nothing but the number, and whom to ask about them."""
    with acting.as_system(acting.MATCHING):
        known = Child.objects.only("responsible_authority").in_bulk(list(ids))
    prefetch_related_objects(list(known.values()), "responsible_authority")
    return known


@acting.as_system(acting.MATCHING)
def compared(ids: Iterable[int], person: Person) -> dict[int, tuple[str, ...]]:
    """What agrees and what does not between these children and the one named."""
    near = Child.objects.confirmed().in_bulk(list(ids))
    living, theirs = _living(near.values()), Letters.of(person)
    return {
        pk: _terms(child, Letters.of_child(child), person, theirs, theirs.place in living[pk])
        for pk, child in near.items()
    }


def _swapped(born_on: date | None) -> date | None:
    if born_on is None or born_on.day > 12 or born_on.day == born_on.month:
        return None
    return born_on.replace(day=born_on.month, month=born_on.day)


def _weight(terms: tuple[str, ...]) -> int:
    return sum(WEIGHTS[term] for term in terms)


def _terms(
    child: Child, known: Letters, person: Person, told: Letters, is_same_place: bool
) -> tuple[str, ...]:
    terms = []
    if known.name == told.name:
        terms.append("same name")
    elif known.surname == told.surname:
        terms.append("same surname")
    else:
        terms.append("another surname")
        if known.forename == told.forename:
            terms.append("same forename")
    if person.born_on is None:
        terms.append("birth date not given")
    elif child.born_on == person.born_on:
        terms.append("same birth date")
    elif child.born_on and child.born_on == _swapped(person.born_on):
        terms.append("birth date with day and month swapped")
    else:
        terms.append("another birth date")
    terms.append("same postcode" if is_same_place else "another postcode")
    return tuple(terms)
