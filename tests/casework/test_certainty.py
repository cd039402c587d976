"""Whom a rule joins a notification to: all agrees, and nobody else on record comes near."""

from datetime import date

import pytest

from returnhome.casework import certainty, registers, staff
from returnhome.casework.certainty import Finding, Found
from returnhome.casework.likeness import Person
from returnhome.casework.models import Alias, Child, Identifier
from returnhome.rules.likeness import near_in_words
from tests.cast import NOW, Cast

BORN = date(2013, 6, 4)
POLICE = ("police", "WYP", "77")


def known(cast: Cast, forename: str, surname: str = "Green", **facts) -> Child:
    child, _ = registers.enter(
        register_id=f"{forename} {surname} {Child.objects.count()}",
        forename=forename,
        surname=surname,
        **{"born_on": BORN, "sex": "F", "postcode": "NS1 1AA"} | facts,
        lives_in=cast.northshire,
        looked_after_by=None,
        by=staff.operator(),
        at=NOW,
    )
    return child


def told(forename: str = "Ewa", surname: str = "Green", **facts) -> Person:
    return Person(forename, surname, **{"born_on": BORN, "postcode": "NS1 1AA"} | facts)


def found(person: Person) -> Found:
    return Finding().look_up([person])[person]


def near(person: Person) -> dict[int, str]:
    return {each.child_id: near_in_words(each.terms) for each in found(person).near}


def test_a_child_of_whom_all_agrees_is_found_and_nobody_is_near(cast: Cast) -> None:
    ewa = known(cast, "Ewa")

    assert found(told()) == Found((ewa.pk,), False, ())
    assert found(told(postcode="NS2 2AA")) == certainty.NOBODY
    assert found(told(born_on=None)) == certainty.NOBODY


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"postcode": "WB1 1AA"}, "same name, same birth date"),
        ({"born_on": date(2013, 4, 6)}, "same name, birth date with day and month swapped"),
        ({"born_on": date(2014, 6, 4)}, "same name, birth date a year off"),
        ({"born_on": date(2013, 6, 14)}, "same name, birth date with one figure different"),
        ({"born_on": None}, "same name, birth date not given"),
    ],
)
def test_a_namesake_comes_near_wherever_she_lives(cast: Cast, facts, words) -> None:
    known(cast, "Ewa")
    namesake = known(cast, "Ewa", **facts)

    assert near(told()) == {namesake.pk: words}


@pytest.mark.parametrize(
    ("forename", "surname", "born"),
    [
        ("Eva", "Green", date(2013, 6, 4)),
        ("Eva", "Green", date(2013, 4, 6)),
        ("Ewa", "Gren", date(2013, 6, 14)),
        ("Ewa", "Green-Jones", date(2013, 6, 4)),
        ("Green", "Ewa", date(2014, 6, 4)),
        ("E", "Green", None),
    ],
)
def test_a_name_spelt_nearly_so_comes_near(cast: Cast, forename, surname, born) -> None:
    known(cast, "Ewa")
    other = known(cast, forename, surname, born_on=born)

    assert list(near(told())) == [other.pk]


def test_a_twin_and_a_sister_of_other_forenames_do_not(cast: Cast) -> None:
    ewa = known(cast, "Ewa")
    known(cast, "Zofia")
    known(cast, "Maja", born_on=date(2014, 6, 4))

    assert found(told()) == Found((ewa.pk,), False, ())


def test_of_triplets_known_by_one_letter_each_is_found(cast: Cast) -> None:
    triplets = {letter: known(cast, letter).pk for letter in "ABC"}

    answers = Finding().look_up([told(letter) for letter in triplets])

    assert [each.agreeing for each in answers.values()] == [(pk,) for pk in triplets.values()]
    assert not any(each.near for each in answers.values())


def test_somebody_who_was_called_so_before_comes_near(cast: Cast) -> None:
    known(cast, "Ewa")
    other = known(cast, "Zofia", "Stone", born_on=date(2013, 4, 6))
    Alias.objects.create(child=other, forename="Ewa", surname="Green", folded_name="ewa green")

    assert list(near(told())) == [other.pk]


def test_somebody_whom_nobody_has_named_does_not(cast: Cast) -> None:
    known(cast, "Ewa")
    unnamed = known(cast, "Ewa", postcode="NS2 2AA")
    Child.objects.filter(pk=unnamed.pk).update(confirmed_at=None, confirmed_by=None)

    assert near(told()) == {}


def test_the_name_and_a_shared_number_find_a_child_who_has_moved(cast: Cast) -> None:
    ewa = known(cast, "Ewa")
    kind, issuer, value = POLICE
    Identifier.objects.create(child=ewa, kind=kind, issuer=issuer, value=value)
    moved = told(postcode="NS2 2AA", numbers=frozenset({POLICE}))

    assert found(moved) == Found((ewa.pk,), True, ())
    assert found(moved._replace(born_on=None)).agreeing == (ewa.pk,)
    assert found(moved._replace(forename="Zofia")) == certainty.NOBODY
    assert found(moved._replace(born_on=date(2009, 1, 1))) == certainty.NOBODY
    assert found(moved._replace(numbers=frozenset({("police", "WYP", "78")}))) == certainty.NOBODY


def test_a_namesake_comes_near_a_child_found_by_number_too(cast: Cast) -> None:
    ewa, namesake = known(cast, "Ewa"), known(cast, "Ewa", postcode="WB1 1AA")
    kind, issuer, value = POLICE
    Identifier.objects.create(child=ewa, kind=kind, issuer=issuer, value=value)

    for born in (BORN, None):
        person = told(postcode="NS2 2AA", born_on=born, numbers=frozenset({POLICE}))
        assert found(person).agreeing == (ewa.pk,)
        assert list(near(person)) == [namesake.pk]


def test_whoever_has_the_number_comes_near_the_child_of_whom_all_else_agrees(cast: Cast) -> None:
    ewa, other = known(cast, "Ewa"), known(cast, "Zofia", "Stone", born_on=date(2009, 1, 1))
    kind, issuer, value = POLICE
    Identifier.objects.create(child=other, kind=kind, issuer=issuer, value=value)
    person = told(numbers=frozenset({POLICE}))

    assert found(person).agreeing == (ewa.pk,)
    assert near(person) == {other.pk: "same police number"}


def test_who_is_told_of_again_is_not_looked_up_again(
    cast: Cast, django_assert_num_queries, monkeypatch
) -> None:
    known(cast, "Ewa")
    finding = Finding()
    first = finding.look_up([told(), told("Nobody")])

    with django_assert_num_queries(0):
        assert finding.look_up([told("Nobody"), told()]) == first

    monkeypatch.setattr(certainty, "MOST_REMEMBERED", 2)
    finding.look_up([told("Una")])
    assert list(finding.remembered) == [told("Una")]


def test_how_many_are_looked_up_together_costs_no_more_queries(
    cast: Cast, django_assert_max_num_queries
) -> None:
    people = [told(name) for name in ("Ewa", "Una", "Ola", "Ida")]
    for person in people:
        known(cast, person.forename)

    with django_assert_max_num_queries(8):
        assert all(each.agreeing for each in Finding().look_up(people).values())
