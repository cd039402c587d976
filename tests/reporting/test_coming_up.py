"""Who and where keeps coming up: counted by child, joined and taken apart by a person."""

from typing import Any

import pytest
from django.db import transaction

from returnhome.casework import acting, mentions, restrictions, sames
from returnhome.casework.children import Child
from returnhome.casework.mentions import Mention, Told
from returnhome.reporting import coming_up
from returnhome.rules import coming_up as rules
from returnhome.rules.mentioning import MentionKind
from tests.cast import NOW, Cast, hours, returned, signed

PLATE = Told(registration="AB12 CDE")


def told(cast: Cast, child: Child, kind: MentionKind, what: Told) -> Mention:
    talk = child.interviews.first() or signed(
        returned(child), interviewer=cast.ines, by=cast.amina, at=NOW
    )
    return mentions.note(talk, kind, what, by=cast.ines, at=NOW + hours(8))


def listed(person: Any) -> list[tuple[str, int]]:
    with acting.on_behalf_of(person), transaction.atomic():
        return [(each.key, each.children) for each in coming_up.things(person, most=50).things]


def test_a_plate_that_two_children_told_of_is_listed_and_one_childs_is_not(cast: Cast) -> None:
    for child in (cast.sky, cast.kit):
        told(cast, child, MentionKind.VEHICLE, PLATE)
    told(cast, cast.sky, MentionKind.HANDLE, Told(name="@only_sky"))

    assert listed(cast.mara) == listed(cast.sol) == listed(cast.amina) == [("ab12cde", 2)]


@pytest.mark.parametrize("who", ["ines", "wes", "owen", "pat", "ana", "adi"])
def test_whoever_is_not_of_the_council_or_reads_no_account_sees_none(cast: Cast, who: str) -> None:
    for child in (cast.sky, cast.kit):
        told(cast, child, MentionKind.VEHICLE, PLATE)

    assert listed(getattr(cast, who)) == []


def test_a_child_whose_record_is_closed_is_not_counted(cast: Cast) -> None:
    for child in (cast.sky, cast.kit):
        told(cast, child, MentionKind.VEHICLE, PLATE)
    restrictions.restrict(cast.sky, "Her aunt", to=[cast.amina], by=cast.mara, at=NOW + hours(9))

    assert listed(cast.sol) == []
    assert listed(cast.amina) == [("ab12cde", 2)]


def test_daz_and_darren_are_one_once_mara_says_so_and_two_again_when_she_takes_it_back(
    cast: Cast,
) -> None:
    one = told(cast, cast.sky, MentionKind.PERSON, Told(name="Daz"))
    other = told(cast, cast.kit, MentionKind.PERSON, Told(name="Darren"))
    assert sames.near("person", "daz", ["darren", "dan"]) == ["darren"]
    assert listed(cast.mara) == []

    how = {"authority": cast.northshire, "by": cast.mara, "at": NOW + hours(9)}
    said = sames.say_same(one, other, "Kit says so", **how)
    assert [children for _, children in listed(cast.sol)] == [2]
    with pytest.raises(rules.TheSameAlready):
        sames.say_same(other, one, "Again", **how)

    sames.take_apart(said, "Another Darren", by=cast.sol, at=NOW + hours(10))
    assert listed(cast.mara) == []
    with pytest.raises(rules.UndoneAlready):
        sames.take_apart(said, "Again", by=cast.sol, at=NOW + hours(10))


def test_a_plate_points_to_another_council_and_a_name_never_does(cast: Cast) -> None:
    ours = told(cast, cast.sky, MentionKind.VEHICLE, PLATE)
    dan = told(cast, cast.sky, MentionKind.PERSON, Told(name="Dan"))
    theirs = told(cast, cast.kit, MentionKind.VEHICLE, PLATE)
    told(cast, cast.kit, MentionKind.PERSON, Told(name="Dan"))
    theirs.interview.episodes.update(responsible_authority=cast.eastmoor)

    def to_ask(one: Mention) -> list[str]:
        with acting.on_behalf_of(cast.sol), transaction.atomic():
            return [each.name for each in coming_up.councils_to_ask([one], cast.sol)]

    assert to_ask(ours) == ["Eastmoor"]
    assert to_ask(dan) == []
    restrictions.restrict(cast.kit, "Her aunt", to=[cast.amina], by=cast.mara, at=NOW + hours(9))
    assert to_ask(ours) == []
