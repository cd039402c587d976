"""Where a child was found, on the page of the episode: said, put right, and to whom it is shown."""

from datetime import date
from typing import Any

import pytest

from returnhome.casework import care, found_places
from returnhome.casework.care import Where as Home
from returnhome.casework.found_places import FoundPlace, Where
from returnhome.casework.models import Child, Episode, Postcode
from returnhome.rules.found_places import SaidBy
from tests.cast import NOW, Cast, hours, missing, returned
from tests.web.asking import words_of

TYPED = {"found_in": "place", "postcode": "wb1 2aa", "said_by": "police"}


@pytest.fixture(autouse=True)
def directory(cast: Cast) -> None:
    Postcode.objects.update_or_create(code="WB12AA", defaults={"authority": cast.westborough})


def address(episode: Episode) -> str:
    return f"/episodes/{episode.pk}/say-where-found"


def say(episode: Episode, postcode: str = "WB1 2AA", at: Any = NOW, **more: Any) -> FoundPlace:
    where = Where(postcode=postcode, **more)
    return found_places.say(episode, where, said_by=SaidBy.POLICE, by=Cast().amina, at=at)


@pytest.mark.parametrize("name", ["amina", "ines", "mara"])
def test_whoever_records_the_return_says_where_and_the_page_shows_it(
    as_: Any, cast: Cast, name: str
) -> None:
    episode = returned(cast.sky)
    assert "Say where Sky was found" in words_of(as_(name).get(f"/episodes/{episode.pk}"))

    words = words_of(
        as_(name).post(address(episode), TYPED | {"words": "At a bus stop"}, follow=True)
    )

    assert "WB1 2AA, Westborough: At a bus stop" in words
    assert f"{getattr(cast, name).name}, as the police said" in words
    assert "Correct where Sky was found" in words


def test_what_was_said_before_stays_on_the_page(as_: Any, cast: Cast) -> None:
    episode = returned(cast.sky)
    say(episode)

    page = as_("amina").post(
        address(episode), {"found_in": "abroad", "said_by": "child"}, follow=True
    )

    words = words_of(page)
    assert "Outside the UK" in words
    assert ": WB1 2AA, Westborough" in words


def test_a_social_worker_reads_it_and_does_not_say_it(as_: Any, cast: Cast) -> None:
    episode = returned(cast.sky)
    say(episode)

    words = words_of(as_("sol").get(f"/episodes/{episode.pk}"))

    assert "WB1 2AA, Westborough" in words
    assert "Correct where" not in words
    assert as_("sol").get(address(episode)).status_code == 404


def test_the_host_reads_no_place_and_a_stranger_no_page(as_: Any, cast: Cast) -> None:
    episode = returned(cast.sky)
    say(episode, words="At her nan’s")

    page = as_("wes").get(f"/episodes/{episode.pk}")

    assert page.status_code == 200
    assert "WB1 2AA" not in page.content.decode()
    assert "At her nan" not in page.content.decode()
    assert "where-found" not in page.content.decode()
    for name in ("wes", "owen", "pat"):
        assert as_(name).get(address(episode)).status_code == 404
        assert as_(name).post(address(episode), TYPED).status_code == 404
    assert as_("owen").get(f"/episodes/{episode.pk}").status_code == 404
    assert FoundPlace.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"postcode": ""}, "Give the postcode, or say in which council’s area it was."),
        ({"postcode": "a park"}, "That is not a postcode. For example: LS1 1UR."),
        ({"authority": "Northshire"}, "That postcode is in Westborough, not in Northshire."),
        ({"authority": "Norfshire"}, "“Norfshire” is in no list of councils."),
        ({"said_by": ""}, "Who says so?"),
        ({"found_in": ""}, "Select where the child was found"),
    ],
)
def test_what_is_refused_says_why_and_keeps_what_was_typed(
    as_: Any, cast: Cast, typed: dict[str, str], sentence: str
) -> None:
    episode = returned(cast.sky)

    page = as_("amina").post(address(episode), TYPED | {"words": "By the canal"} | typed)

    assert sentence in words_of(page)
    assert "There is a problem" in words_of(page)
    assert "By the canal" in page.content.decode()
    assert not FoundPlace.objects.exists()


def test_of_a_child_still_missing_the_return_comes_first(as_: Any, cast: Cast) -> None:
    episode = missing(cast.sky)

    assert "Say where" not in words_of(as_("amina").get(f"/episodes/{episode.pk}"))
    sent_on = as_("amina").get(address(episode))
    assert sent_on.headers["Location"] == f"/episodes/{episode.pk}/record-return"
    refused = as_("amina").post(address(episode), TYPED)
    assert "Record that first" in words_of(refused)


def test_the_form_begins_with_what_stands(as_: Any, cast: Cast) -> None:
    episode = returned(cast.sky)
    assert "Not known after all" not in words_of(as_("amina").get(address(episode)))
    say(episode, words="By the canal")

    page = as_("amina").get(address(episode))

    assert 'value="WB1 2AA"' in page.content.decode()
    assert 'value="By the canal"' in page.content.decode()
    assert "Not known after all" in words_of(page)


# A protected address.


def hide(cast: Cast, child: Child) -> None:
    there = Home(cast.westborough, "WB1 2AA", "3 Quarry Bank", is_protected=True)
    care.live_at(child, there, since=date(2026, 1, 1), by=cast.amina, at=NOW)


@pytest.mark.parametrize("is_hidden_before", [True, False])
def test_a_protected_address_is_named_by_its_area_alone_also_where_it_became_one_later(
    as_: Any, cast: Cast, is_hidden_before: bool
) -> None:
    episode = returned(cast.kit)
    for step in (hide, say) if is_hidden_before else (say, hide):
        step(cast, cast.kit) if step is hide else step(episode, words="At 3 Quarry Bank")

    for name in ("amina", "ines", "mara", "sol"):
        page = as_(name).get(f"/episodes/{episode.pk}")
        assert "A protected address: Westborough" in words_of(page)
        assert "WB1 2AA" not in page.content.decode()
        assert "Quarry Bank" not in page.content.decode()
    form = as_("amina").get(address(episode)).content.decode()
    assert "WB1 2AA" not in form
    assert "Quarry Bank" not in form
    story = as_("amina").get(f"/children/{cast.kit.pk}").content.decode()
    assert "Found in Westborough." in story
    assert "WB1 2AA" not in story


def test_who_had_to_do_with_the_child_once_reads_the_area_alone(as_: Any, cast: Cast) -> None:
    episode = returned(cast.kit)
    say(episode, words="At her nan’s")
    Child.objects.filter(pk=cast.kit.pk).update(responsible_authority=cast.eastmoor)

    page = as_("amina").get(f"/episodes/{episode.pk}")

    assert "Westborough" in words_of(page)
    assert "WB1 2AA" not in page.content.decode()
    assert "At her nan" not in page.content.decode()
    assert "WB1 2AA" not in as_("amina").get(address(episode)).content.decode()


# The story.


def test_the_story_says_in_whose_area_and_that_it_was_put_right(as_: Any, cast: Cast) -> None:
    episode = returned(cast.sky)
    say(episode)
    say(episode, "NS1 1AA", at=NOW + hours(1))

    words = words_of(as_("amina").get(f"/children/{cast.sky.pk}"))

    assert "Found in Northshire." in words
    assert "Put right where the child was found" in words
    assert "NS1 1AA" not in words
    host = words_of(as_("wes").get(f"/children/{cast.sky.pk}"))
    assert "Found in" not in host


def test_a_place_takes_no_more_queries_than_one_table_and_the_protected_addresses(
    as_: Any, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    def asked(episode: Episode) -> int:
        with django_assert_max_num_queries(200) as seen:
            as_("amina").get(f"/episodes/{episode.pk}")
        return len(seen)

    episode = returned(cast.sky)
    asked(episode)
    before = asked(episode)

    say(episode)
    say(episode, "NS1 1AA", at=NOW + hours(1))

    assert asked(episode) == before + 1
