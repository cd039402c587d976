"""Councils' registers: each has numbers of its own, and no number joins two children."""

from dataclasses import replace
from datetime import date

import pytest

from returnhome.casework import registers
from returnhome.casework.models import Child, Identifier
from returnhome.casework.registers import Entry, NumberTaken
from tests.cast import NOW, Cast


@pytest.fixture
def sky(cast: Cast) -> Entry:
    """Sky, as Northshire's register has her."""
    Identifier.objects.create(
        child=cast.sky,
        kind=Identifier.REGISTER,
        issuer=registers.issuer(cast.northshire),
        value="1001",
    )
    return Entry(
        register_id="1001",
        forename="Sky",
        surname="Marlowe",
        born_on=date(2011, 5, 4),
        sex="F",
        postcode="WB1 1AA",
        lives_in=cast.westborough,
        looked_after_by=cast.northshire,
    )


@pytest.fixture
def tom(cast: Cast) -> Entry:
    """A child of Westborough whom its register knows by the number that is Sky's in Northshire."""
    return Entry(
        register_id="1001",
        forename="Tom",
        surname="Okoro",
        born_on=date(2012, 9, 30),
        sex="M",
        postcode="WB1 1AA",
        lives_in=cast.westborough,
        looked_after_by=None,
    )


def entered(entry: Entry, cast: Cast) -> tuple[Child, bool]:
    return registers.enter(**vars(entry), by=cast.amina, at=NOW)


def test_a_child_of_the_register_is_known_and_comes_once(cast: Cast, sky: Entry) -> None:
    assert entered(sky, cast) == (cast.sky, False)
    assert entered(replace(sky, forename="Skye", surname="Marlow"), cast) == (cast.sky, False)
    assert entered(replace(sky, born_on=date(2011, 4, 5)), cast) == (cast.sky, False)

    known = Child.objects.get(pk=cast.sky.pk)
    assert known.is_confirmed
    assert (known.name, known.born_on) == ("Sky Marlowe", date(2011, 5, 4))


def test_children_are_told_by_their_numbers(cast: Cast) -> None:
    told = registers.numbers_of([cast.sky.pk, cast.kit.pk])

    assert told == {cast.sky.pk: "sky", cast.kit.pk: "kit"}


def test_two_councils_may_each_have_a_child_of_one_number(
    cast: Cast, sky: Entry, tom: Entry
) -> None:
    child, is_new = entered(tom, cast)

    assert is_new
    assert child != cast.sky
    assert child.responsible_authority == cast.westborough
    assert entered(tom, cast) == (child, False)
    assert entered(sky, cast) == (cast.sky, False)
    numbers = Identifier.objects.filter(kind=Identifier.REGISTER, value="1001")
    assert {(each.issuer, each.child_id) for each in numbers} == {
        (registers.issuer(cast.northshire), cast.sky.pk),
        (registers.issuer(cast.westborough), child.pk),
    }


def test_a_number_that_is_another_childs_joins_nobody(cast: Cast, sky: Entry, tom: Entry) -> None:
    taken = replace(tom, looked_after_by=cast.northshire)

    with pytest.raises(NumberTaken, match="1001 is that of another child"):
        entered(taken, cast)
    told = registers.enter_all([taken, tom], by=cast.amina, at=NOW)

    assert isinstance(told[0], NumberTaken)
    assert not isinstance(told[1], NumberTaken)
    assert Child.objects.filter(surname="Okoro").count() == 1


@pytest.mark.parametrize("born_on", [None, date(2010, 1, 1)])
def test_a_name_alone_says_that_it_is_the_child_whose_number_it_is(
    cast: Cast, sky: Entry, born_on: date | None
) -> None:
    assert entered(replace(sky, born_on=born_on), cast) == (cast.sky, False)


def test_a_child_whose_council_changed_in_a_list_of_several_is_the_same_child(
    cast: Cast, sky: Entry, tom: Entry
) -> None:
    moved = replace(sky, looked_after_by=cast.eastmoor)

    assert entered(moved, cast) == (cast.sky, False)
    # Also where the other council has that number itself.
    entered(tom, cast)
    assert entered(replace(sky, looked_after_by=None), cast) == (cast.sky, False)


def test_another_councils_child_is_no_child_of_a_register_that_is_named(
    cast: Cast, sky: Entry
) -> None:
    of_eastmoor = replace(sky, register_of=cast.eastmoor)

    child, is_new = entered(of_eastmoor, cast)

    assert is_new
    assert child != cast.sky
    assert entered(of_eastmoor, cast) == (child, False)
    assert entered(replace(of_eastmoor, lives_in=cast.eastmoor), cast) == (child, False)


def test_of_two_registers_the_responsible_councils_number_is_told(cast: Cast) -> None:
    Identifier.objects.create(
        child=cast.sky,
        kind=Identifier.REGISTER,
        issuer=registers.issuer(cast.westborough),
        value="W77",
    )

    assert registers.numbers_of([cast.sky.pk]) == {cast.sky.pk: "sky"}


def test_two_rows_of_one_file_with_one_number_are_one_child(cast: Cast, tom: Entry) -> None:
    both = registers.enter_all([tom, tom], by=cast.amina, at=NOW)

    assert [is_new for _, is_new in both] == [True, False]  # type: ignore[misc]
    assert Child.objects.filter(surname="Okoro").count() == 1
