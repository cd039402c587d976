"""Where a child was found: what can be said, who sees it, and what the database refuses."""

from datetime import date
from typing import Any

import pytest

from returnhome.casework import care, episodes, found_places, restrictions
from returnhome.casework.care import Where as Home
from returnhome.casework.episodes import AlreadyVoided
from returnhome.casework.found_places import FoundPlace, Where
from returnhome.casework.models import Episode, Postcode
from returnhome.rules.found_places import (
    AreaDiffers,
    FoundIn,
    NoPostcode,
    NotADifference,
    NotFoundYet,
    NothingSaidBefore,
    PlaceMissing,
    SaidBy,
)
from tests.casework.ledger import last_act, refused_by, who_sees
from tests.cast import NOW, Cast, hours, missing, returned


@pytest.fixture(autouse=True)
def directory(cast: Cast) -> None:
    for code, council in (("NS11AA", cast.northshire), ("WB12AA", cast.westborough)):
        Postcode.objects.update_or_create(code=code, defaults={"authority": council})


def say(
    episode: Episode,
    postcode: str = "",
    *,
    by: Any = None,
    said_by: SaidBy = SaidBy.POLICE,
    at: Any = NOW,
    **more: Any,
) -> FoundPlace:
    where = Where(postcode=postcode, **more)
    return found_places.say(episode, where, said_by=said_by, by=by or Cast().amina, at=at)


def standing(episode: Episode) -> FoundPlace | None:
    return FoundPlace.objects.about(episode).newest_first(episode).first()


def test_a_postcode_says_whose_area_it_is(cast: Cast) -> None:
    row = say(returned(cast.sky), " wb1 2aa ", words="At a bus stop")

    assert (row.postcode, row.authority) == ("WB12AA", cast.westborough)
    assert (row.words, row.source, row.noted_by) == ("At a bus stop", cast.amina.name, cast.amina)
    assert last_act()[:2] == ("say where found", cast.amina.pk)
    assert last_act()[4:] == (row.pk, cast.sky.pk) or row.pk in last_act()


def test_where_no_postcode_is_known_the_councils_area_is_enough(cast: Cast) -> None:
    assert say(returned(cast.sky), authority=cast.eastmoor).authority == cast.eastmoor


def test_a_postcode_that_the_directory_lacks_is_kept_and_has_no_area(cast: Cast) -> None:
    row = say(returned(cast.sky), "ZZ9 9ZZ")

    assert (row.postcode, row.authority) == ("ZZ99ZZ", None)


def test_outside_the_uk_has_neither(cast: Cast) -> None:
    row = say(returned(cast.sky), "NS1 1AA", found_in=FoundIn.ABROAD)

    assert (row.postcode, row.authority) == ("", None)


def test_the_newest_stands_and_what_was_said_before_is_kept(cast: Cast) -> None:
    episode = returned(cast.sky)
    say(episode, "NS1 1AA")
    say(episode, "WB1 2AA", said_by=SaidBy.CHILD, at=NOW + hours(1))

    assert standing(episode).postcode == "WB12AA"
    assert [each.postcode for each in FoundPlace.objects.order_by("pk")] == ["NS11AA", "WB12AA"]


def test_what_was_said_in_error_is_taken_back(cast: Cast) -> None:
    episode = returned(cast.sky)
    with pytest.raises(NothingSaidBefore):
        say(episode, found_in=FoundIn.NOT_KNOWN)
    say(episode, "NS1 1AA")
    say(episode, found_in=FoundIn.NOT_KNOWN, at=NOW + hours(1))

    assert standing(episode).found_in == FoundIn.NOT_KNOWN


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({}, PlaceMissing),
        ({"words": "In a park"}, PlaceMissing),
        ({"postcode": "somewhere"}, NoPostcode),
    ],
)
def test_what_names_no_place_is_refused(cast: Cast, said: dict[str, str], why: type) -> None:
    with pytest.raises(why):
        say(returned(cast.sky), **said)


def test_a_postcode_in_another_area_than_the_one_named_is_refused(cast: Cast) -> None:
    with pytest.raises(AreaDiffers, match="in Westborough, not in Northshire"):
        say(returned(cast.sky), "WB1 2AA", authority=cast.northshire)


def test_the_same_again_is_no_news(cast: Cast) -> None:
    episode = returned(cast.sky)
    say(episode, "NS1 1AA")

    with pytest.raises(NotADifference):
        say(episode, "ns11aa", at=NOW + hours(1))


def test_a_child_still_missing_was_not_found_and_an_error_has_no_place(cast: Cast) -> None:
    with pytest.raises(NotFoundYet):
        say(missing(cast.sky), "NS1 1AA")
    voided = returned(cast.kit)
    episodes.void(voided, because="Another child", by=cast.amina, at=NOW)
    with pytest.raises(AlreadyVoided):
        say(voided, "NS1 1AA")


def test_what_was_told_twice_has_the_place_that_either_told(cast: Cast) -> None:
    told, known = returned(cast.kit), returned(cast.robin)
    say(told, "WB1 2AA")
    Episode.objects.filter(pk=told.pk).update(
        voided_at=NOW, voided_by=cast.amina, voided_because="the same", same_as=known, steps=None
    )
    assert standing(known).postcode == "WB12AA"

    say(known, "NS1 1AA", at=NOW - hours(1))

    assert standing(known).postcode == "NS11AA"


# Who sees it.


def test_whoever_answers_for_the_child_sees_it_and_the_host_does_not(cast: Cast) -> None:
    assert who_sees(say(returned(cast.sky), "NS1 1AA")) == {"amina", "ines", "mara", "sol"}
    assert "pat" in who_sees(say(returned(cast.robin), "NS1 1AA"))


def test_whoever_is_kept_out_of_the_record_does_not_see_it(cast: Cast) -> None:
    row = say(returned(cast.sky), "NS1 1AA")

    restrictions.keep_out(cast.sky, cast.ines, "Her aunt", by=cast.mara, at=NOW)

    assert who_sees(row) == {"amina", "mara", "sol"}


def hide(cast: Cast, **more: Any) -> None:
    there = {"postcode": "NS1 1AA", "address": "3 Quarry Bank", "is_protected": True} | more
    where = Home(cast.northshire, **there)
    care.live_at(cast.kit, where, since=date(2026, 1, 1), by=cast.amina, at=NOW)


@pytest.mark.parametrize(
    ("postcode", "words"), [("NS1 1AA", ""), ("WB1 2AA", "Back at 3 quarry bank, then here")]
)
def test_a_protected_address_has_no_postcode_in_the_plain(
    cast: Cast, postcode: str, words: str
) -> None:
    hide(cast)

    row = say(returned(cast.kit), postcode, words=words)

    assert row.is_protected
    assert row.postcode == ""
    assert row.whole_postcode == postcode.replace(" ", "")
    assert row.authority


# Round the verb.


@pytest.mark.parametrize(
    ("said", "constraint"),
    [
        ({"found_in": "place"}, "a_place_found_is_somewhere"),
        ({"found_in": "abroad", "postcode": "NS11AA"}, "a_place_found_is_somewhere"),
        ({"found_in": "the moon"}, "a_place_found_is_somewhere"),
        ({"postcode": "NS1 1AA"}, "a_place_found_has_a_postcode_well_formed"),
        (
            {"postcode": "NS11AA", "is_protected": True},
            "a_protected_place_found_has_no_plain_postcode",
        ),
        ({"postcode": "NS11AA", "said_by": "a neighbour"}, "somebody_said_where"),
    ],
)
def test_the_database_itself_refuses_what_is_no_place(
    cast: Cast, said: dict[str, Any], constraint: str
) -> None:
    row = {"found_in": "place", "said_by": "police", "source": "x", "noted_at": NOW}
    episode = returned(cast.sky)

    with refused_by(constraint):
        FoundPlace.objects.create(episode=episode, noted_by=cast.amina, **row | said)


def test_a_place_found_is_neither_changed_nor_erased(cast: Cast) -> None:
    row = say(returned(cast.sky), "NS1 1AA")

    with refused_by("never chang"):
        FoundPlace.objects.filter(pk=row.pk).update(postcode="WB12AA")
    with refused_by("never chang"):
        FoundPlace.objects.filter(pk=row.pk).delete()
