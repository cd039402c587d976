"""Patterns, on the pages: what several children told of, with its words, and by whom it is seen."""

from datetime import datetime
from typing import Any

import pytest

from returnhome.casework import mentions, restrictions, sames
from returnhome.casework.children import Child
from returnhome.casework.mentions import Told
from returnhome.casework.models import JournalEntry, Mention, SameThing
from returnhome.rules.mentioning import MentionKind
from tests.cast import Cast, hours, returned, signed
from tests.web.asking import words_of

pytestmark = pytest.mark.check

PLATE = Told(registration="AB12 CDE", sentence="He had a car\nwith one door green")
PAGES = ("/patterns", "/patterns/links", "/patterns/again", "/patterns/times-and-places")


def told(
    cast: Cast, child: Child, now: datetime, what: Told, kind: MentionKind = MentionKind.VEHICLE
) -> Mention:
    before = now - hours(12)
    talk = child.interviews.first() or signed(
        returned(child, at=before), interviewer=cast.ines, by=cast.amina, at=before
    )
    return mentions.note(talk, kind, what, by=cast.ines, at=now)


@pytest.fixture
def plate(cast: Cast, now: datetime) -> Mention:
    """Sky and Kit told of the same plate; this is what Kit said."""
    return [told(cast, child, now, PLATE) for child in (cast.sky, cast.kit)][1]


@pytest.fixture
def daz(cast: Cast, now: datetime) -> Mention:
    """Sky told of Daz, and Kit of Darren."""
    told(cast, cast.kit, now, Told(name="Darren"), MentionKind.PERSON)
    return told(cast, cast.sky, now, Told(name="Daz"), MentionKind.PERSON)


def newest() -> int:
    return JournalEntry.objects.order_by("-pk").values_list("pk", flat=True)[0]


# The list.


@pytest.mark.parametrize("who", ["mara", "sol", "amina"])
def test_a_plate_that_two_children_told_of_is_listed_without_their_names(as_, plate, who):
    page = as_(who).get("/patterns")

    words = words_of(page)
    assert "AB12CDE" in words
    assert "Vehicle 2 2" in words
    assert "Sky" not in words
    assert f'href="/patterns/{plate.pk}"' in page.content.decode()


@pytest.mark.parametrize(
    ("asked", "is_there"),
    [
        ("?kind=vehicle", True),
        ("?kind=person", False),
        ("?days=30", True),
        ("?kind=vehicle&days=90", True),
        ("?page=7", True),
        ("?page=none&days=1&kind=rumour", True),
    ],
)
def test_the_list_can_be_narrowed_by_kind_and_period(as_, plate, asked, is_there):
    assert ("AB12CDE" in words_of(as_("sol").get(f"/patterns{asked}"))) == is_there


def test_where_nothing_came_up_twice_the_page_says_so(as_):
    assert "Nothing was told of by two children yet" in words_of(as_("sol").get("/patterns"))
    assert "No child went missing three times" in words_of(as_("sol").get("/patterns/again"))
    assert "No postcode came up twice" in words_of(as_("sol").get("/patterns/times-and-places"))
    assert "Nothing was told of by two children" in words_of(as_("sol").get("/patterns/links"))


def test_more_than_fifty_things_go_on_on_a_second_page(as_, cast: Cast, now):
    for number in range(51):
        for child in (cast.sky, cast.kit):
            told(cast, child, now, Told(name=f"@name_{number}"), MentionKind.HANDLE)

    assert "1 to 50 of 51" in words_of(as_("sol").get("/patterns"))
    assert "51 to 51 of 51" in words_of(as_("sol").get("/patterns?page=2"))


# One thing.


def test_a_thing_opens_to_what_each_child_said_of_it(as_, cast: Cast, plate):
    page = as_("sol").get(f"/patterns/{plate.pk}")

    words = words_of(page)
    assert "Told of by 2 children, 2 times" in words
    for child in (cast.sky, cast.kit):
        assert child.name in words
    assert words.count("He had a car with one door green") == 2
    assert words.count("Noted by Ines") == 2
    assert f'href="/interviews/{plate.interview_id}"' in page.content.decode()


def test_who_looked_is_written_down_for_each_child_whose_words_were_shown(as_, cast, plate):
    before = newest()

    as_("sol").get(f"/patterns/{plate.pk}")

    for child in (cast.sky, cast.kit):
        wrote = JournalEntry.objects.about_child(child.pk).filter(pk__gt=before)
        assert set(wrote.values_list("by_id", flat=True)) == {cast.sol.pk}


def test_mara_says_that_two_are_the_same_and_takes_it_apart_again(as_, cast, daz):
    mara = as_("mara")
    page = mara.get(f"/patterns/{daz.pk}")
    assert "Perhaps the same" in words_of(page)
    darren = Mention.objects.get(key="darren")
    address = f"/patterns/{daz.pk}/same"
    assert "checked" in mara.get(f"{address}?which={darren.pk}").content.decode()

    form = {"which": darren.pk, "because": "The same photograph"}
    words = words_of(mara.post(address, form, follow=True))

    assert "Told of by 2 children, 2 times" in words
    assert "Daz and Darren : “The same photograph”" in words
    assert "and what is the same" in words_of(as_("sol").get("/patterns"))
    said = SameThing.objects.get()
    apart = f"/same-things/{said.pk}/take-apart"
    assert "Say what it rests on" in words_of(as_("sol").post(apart, {"because": ""}))
    words = words_of(as_("sol").post(apart, {"because": "Another Darren"}, follow=True))
    assert "Taken apart again" in words
    assert "Told of by 1 child, 1 time" in words
    assert "taken apart already" in words_of(as_("sol").post(apart, {"because": "Again"}))
    assert "taken apart already" in words_of(as_("sol").get(apart, follow=True))


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"because": "x"}, "Select what it is the same as"),
        ({"which": "written", "because": "x"}, "Enter how it is written there"),
        ({"which": "written", "written": "Nobody", "because": "x"}, "written exactly like this"),
        ({"which": "written", "written": "Darren"}, "Say what it rests on"),
        ({"which": "written", "written": "Daz", "because": "x"}, "shown as the same already"),
        ({"which": "987654321", "because": "x"}, "There is a problem"),
    ],
)
def test_what_is_not_said_in_full_is_asked_for_again(as_, daz, form, sentence):
    assert sentence in words_of(as_("mara").post(f"/patterns/{daz.pk}/same", form))
    assert not SameThing.objects.exists()


def test_what_is_not_proposed_is_found_by_how_it_is_written(as_, cast: Cast, now, daz):
    told(cast, cast.kit, now, Told(name="Mister D"), MentionKind.PERSON)
    form = {"which": "written", "written": "mister d", "because": "Kit told Ines"}

    as_("mara").post(f"/patterns/{daz.pk}/same", form)

    assert SameThing.objects.get().other.name == "Mister D"


def test_another_council_is_named_to_be_asked_and_nothing_of_its_child(as_, cast: Cast, now):
    ours = told(cast, cast.sky, now, PLATE)
    theirs = told(cast, cast.kit, now, PLATE)
    theirs.interview.episodes.update(responsible_authority=cast.eastmoor)

    words = words_of(as_("sol").get(f"/patterns/{ours.pk}"))

    assert "Another council has been told of this too: ask Eastmoor." in words
    assert "Told of by 1 child, 1 time" in words
    assert "Kit" not in words


# The other views.


def test_the_picture_of_links_says_the_same_as_its_table(as_, cast: Cast, plate):
    page = as_("sol").get("/patterns/links").content.decode()

    for child in (cast.sky, cast.kit):
        # Once drawn and once in the table.
        assert page.count(f'href="/patterns/{plate.pk}#child-{child.pk}"') == 2
    opened = as_("sol").get(f"/patterns/{plate.pk}").content.decode()
    assert f'id="child-{cast.sky.pk}"' in opened


def test_a_child_who_went_three_times_is_on_the_list_of_those_who_went_again(as_, cast, now):
    for ago in (900, 500, 100):
        returned(cast.sky, hours_ago=ago, at=now)

    words = words_of(as_("sol").get("/patterns/again"))

    assert f"{cast.sky.name} 3" in words


def test_the_hours_stand_in_a_table_of_days(as_, cast: Cast, now):
    returned(cast.sky, at=now)

    words = words_of(as_("sol").get("/patterns/times-and-places?days=90"))

    assert "midnight to 6am" in words
    assert "1 time, in UK time" in words


# Who may.


@pytest.mark.parametrize("who", ["ines", "wes", "owen", "pat", "ana", "adi"])
def test_whoever_may_not_see_patterns_is_not_there_and_is_not_led_there(as_, plate, daz, who):
    client = as_(who)
    for address in (*PAGES, f"/patterns/{plate.pk}", f"/patterns/{plate.pk}/same"):
        page: Any = client.get(address)
        if who in ("wes", "owen") and address in PAGES:
            # Their own council's, in which nothing came up.
            assert page.status_code == 200
            assert "AB12CDE" not in words_of(page)
        else:
            assert page.status_code == 404, address


def test_sol_is_led_to_the_patterns_and_ana_is_not(as_, plate):
    assert 'href="/patterns"' in as_("sol").get("/").content.decode()
    assert 'href="/patterns"' not in as_("ana").get("/").content.decode()


def test_what_was_said_to_be_the_same_is_not_there_for_a_stranger(as_, cast: Cast, now, daz):
    darren = Mention.objects.get(key="darren")
    how = {"authority": cast.northshire, "by": cast.mara, "at": now}
    said = sames.say_same(daz, darren, "One photograph", **how)

    for who in ("owen", "wes", "pat", "ana", "ines"):
        assert as_(who).get(f"/same-things/{said.pk}/take-apart").status_code == 404


def test_that_they_are_the_same_is_not_shown_to_who_may_not_read_both(as_, cast: Cast, now, daz):
    darren = Mention.objects.get(key="darren")
    how = {"authority": cast.northshire, "by": cast.mara, "at": now}
    said = sames.say_same(daz, darren, "One photograph", **how)
    restrictions.restrict(cast.sky, "Her aunt", to=[cast.amina], by=cast.mara, at=now)

    words = words_of(as_("sol").get(f"/patterns/{darren.pk}"))

    assert "Told of by 1 child, 1 time" in words
    assert "Daz" not in words
    assert "One photograph" not in words
    assert as_("sol").get(f"/patterns/{daz.pk}").status_code == 404
    assert as_("sol").get(f"/same-things/{said.pk}/take-apart").status_code == 404
    assert "One photograph" in words_of(as_("amina").get(f"/patterns/{darren.pk}"))


def test_the_list_asks_as_often_for_many_as_for_one(
    as_, cast: Cast, now, plate, django_assert_max_num_queries
):
    for number in range(9):
        for child in (cast.sky, cast.kit):
            told(cast, child, now, Told(name=f"@name_{number}"), MentionKind.HANDLE)
    sol = as_("sol")

    # The page's own (2), session, person, posts, areas; what is the same, counted, newest; journal.
    with django_assert_max_num_queries(13):
        assert "name_8" in words_of(sol.get("/patterns"))
