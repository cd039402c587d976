"""Who and where keeps coming up: counted by child, joined and taken apart by a person."""

from typing import Any

import pytest
from django.db import connection, transaction

from returnhome.casework import acting, mentions, restrictions, sames
from returnhome.casework.children import Child
from returnhome.casework.mentions import Mention, Told
from returnhome.reporting import coming_up
from returnhome.rules import clock
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


# Who went again, when and where.


def asked(person: Any, question: Any, *more: Any) -> Any:
    with acting.on_behalf_of(person), transaction.atomic():
        return question(person, *more)


YEAR = (NOW - hours(24 * 365), NOW + hours(24))


def test_what_is_nearly_written_alike_is_shown_to_a_person_and_joined_by_nobody(cast: Cast) -> None:
    sam = told(cast, cast.sky, MentionKind.PERSON, Told(nickname="Big Sam"))
    told(cast, cast.kit, MentionKind.PERSON, Told(nickname="Big Sammy"))
    told(cast, cast.kit, MentionKind.PERSON, Told(name="Olena"))
    told(cast, cast.kit, MentionKind.HANDLE, Told(name="big sam"))

    near = asked(cast.sol, lambda person: coming_up.perhaps(sam, person))

    assert [each.nickname for each in near] == ["Big Sammy"]
    assert listed(cast.sol) == []


def test_three_episodes_put_a_child_on_the_list_and_two_do_not(cast: Cast) -> None:
    for ago in (900, 500, 100):
        returned(cast.sky, hours_ago=ago)
    for ago in (900, 500):
        returned(cast.kit, hours_ago=ago)

    again = asked(cast.sol, coming_up.went_again, *YEAR)

    assert [(each.child, each.times) for each in again] == [(cast.sky, 3)]
    assert asked(cast.owen, coming_up.went_again, *YEAR) == []


def test_two_who_were_missing_at_once_twice_are_a_pair_and_once_is_chance(cast: Cast) -> None:
    for ago in (900, 500):
        returned(cast.sky, hours_ago=ago)
        returned(cast.kit, hours_ago=ago)
        if ago == 900:
            assert asked(cast.sol, coming_up.went_together, *YEAR) == []

    (pair,) = asked(cast.sol, coming_up.went_together, *YEAR)

    assert {pair.one, pair.other} == {cast.sky, cast.kit}
    assert (pair.times, pair.from_one_place) == (2, 0)


def test_each_episode_stands_in_one_hour_of_one_day(cast: Cast) -> None:
    episode = returned(cast.sky)

    went, back = asked(cast.sol, coming_up.hours, *YEAR)

    local = episode.returned_at.astimezone(clock.LONDON)
    part = next(place for place, end in enumerate(coming_up.ENDS) if local.hour < end)
    assert back.cells[local.weekday()][part] == 1
    assert (went.in_all, back.in_all, back.most) == (1, 1, 1)
    assert asked(cast.owen, coming_up.hours, *YEAR)[0].in_all == 0


def test_a_postcode_that_two_children_told_of_is_a_place_with_its_names(cast: Cast) -> None:
    for child in (cast.sky, cast.kit):
        told(cast, child, MentionKind.PLACE, Told(name="The flat", postcode="NN1 1NN"))

    (place,) = asked(cast.sol, coming_up.places, *YEAR)

    assert (place.written, place.names, place.told_by) == ("NN1 1NN", ["The flat"], 2)
    assert asked(cast.owen, coming_up.places, *YEAR) == []


def test_a_link_stands_between_a_thing_and_each_child_who_told_of_it(cast: Cast) -> None:
    for child in (cast.sky, cast.kit):
        told(cast, child, MentionKind.VEHICLE, PLATE)
    told(cast, cast.sky, MentionKind.HANDLE, Told(name="@only_sky"))

    found = asked(cast.sol, coming_up.links)

    (thing,) = found.things
    assert thing.key == "ab12cde"
    assert set(found.of(thing)) == {cast.sky, cast.kit}
    assert asked(cast.owen, coming_up.links).things == []


@pytest.mark.parametrize(("number", "points"), [("07700 900123", True), ("999 12", False)])
def test_a_number_points_to_another_council_only_from_seven_figures_on(
    cast: Cast, number: str, points: bool
) -> None:
    ours = told(cast, cast.sky, MentionKind.PHONE, Told(number=number))
    theirs = told(cast, cast.kit, MentionKind.PHONE, Told(number=number))
    theirs.interview.episodes.update(responsible_authority=cast.eastmoor)

    assert rules.points_across(ours.kind, ours.key) == points
    with acting.on_behalf_of(cast.sol), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "select public.returnhome_told_elsewhere(%s, %s)", [[cast.northshire.pk], [ours.pk]]
        )
        assert cursor.fetchone()[0] == ([cast.eastmoor.pk] if points else [])


def test_a_large_council_is_answered_where_the_database_would_share_the_work_out(
    cast: Cast,
) -> None:
    returned(cast.sky)
    with acting.on_behalf_of(cast.sol), transaction.atomic():
        with connection.cursor() as cursor:
            for name in ("parallel_setup_cost", "parallel_tuple_cost"):
                cursor.execute(f"set local {name} = 0")
            for name in ("table", "index"):
                cursor.execute(f"set local min_parallel_{name}_scan_size = 0")

        assert coming_up.went_together(cast.sol, *YEAR) == []
        assert coming_up.hours(cast.sol, *YEAR)[0].in_all == 1
