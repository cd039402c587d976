"""Which known children a notification may be about: who matches exactly, and who comes near.

All of it looks across all councils, so it gives numbers and terms only; who may see the child is
asked after.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q

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
MOST_LOOKED_AT = 200


def resembling(
    *, forename: str, surname: str, born_on: date | None, postcode: str, limit: int = 10
) -> list[tuple[int, tuple[str, ...]]]:
    """Confirmed children who might be this one, best first, each with what agrees and what not."""
    name, place = folded(f"{forename} {surname}"), folded_postcode(postcode)
    swapped = _day_and_month_swapped(born_on)
    # One question an index: asked together, they would go through every child there is.
    near = [Q(folded_name=name)]
    near += [Q(born_on=day) for day in (born_on, swapped) if day]
    if place:
        last = Q(folded_name__endswith=f" {folded(surname)}")
        near += [
            last & Q(pk__in=model._default_manager.filter(postcode=place).values("child_id"))
            for model in (Address, Placement)
        ]
    known = Child.objects.confirmed()
    ids = {
        pk
        for question in near
        for pk in known.filter(question)
        .order_by("pk")
        .values_list("pk", flat=True)[:MOST_LOOKED_AT]
    }
    return _ranked(known.filter(pk__in=ids), name, folded(surname), born_on, place)[:limit]


def _ranked(
    near: Iterable[Child], name: str, surname: str, born_on: date | None, place: str
) -> list[tuple[int, tuple[str, ...]]]:
    near = list(near)
    living = _living(near)
    ranked = [
        (child.pk, _terms(child, name, surname, born_on, place in living[child.pk]))
        for child in near
    ]
    ranked.sort(key=lambda pair: (-_weight(pair[1]), pair[0]))
    return [pair for pair in ranked if _weight(pair[1]) >= WORTH_SHOWING]


def compared(
    ids: Iterable[int], *, forename: str, surname: str, born_on: date | None, postcode: str
) -> dict[int, tuple[str, ...]]:
    """What agrees and what does not between these children and the one described."""
    near = list(Child.objects.confirmed().filter(pk__in=list(ids)))
    living, place = _living(near), folded_postcode(postcode)
    name = folded(f"{forename} {surname}")
    return {
        child.pk: _terms(child, name, folded(surname), born_on, place in living[child.pk])
        for child in near
    }


def _day_and_month_swapped(born_on: date | None) -> date | None:
    if born_on is None or born_on.day > 12 or born_on.day == born_on.month:
        return None
    return born_on.replace(day=born_on.month, month=born_on.day)


def _weight(terms: tuple[str, ...]) -> int:
    return sum(WEIGHTS[term] for term in terms)


def _terms(
    child: Child, name: str, surname: str, born_on: date | None, is_same_place: bool
) -> tuple[str, ...]:
    terms = []
    if child.folded_name == name:
        terms.append("same name")
    elif folded(child.surname) == surname:
        terms.append("same surname")
    else:
        terms.append("another surname")
        if folded(child.forename) == name.removesuffix(surname).strip():
            terms.append("same forename")
    if born_on is None:
        terms.append("birth date not given")
    elif child.born_on == born_on:
        terms.append("same birth date")
    elif child.born_on and child.born_on == _day_and_month_swapped(born_on):
        terms.append("birth date with day and month swapped")
    else:
        terms.append("another birth date")
    terms.append("same postcode" if is_same_place else "another postcode")
    return tuple(terms)
