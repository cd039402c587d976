"""Concerns on the child's page: noted and ended on small pages, and known to whom."""

from datetime import date

import pytest

from returnhome.casework import concerns, registers
from returnhome.casework.models import Child, NotedConcern
from returnhome.rules.codes import Concern
from tests.cast import Cast, hours, returned
from tests.web.asking import words_of

TYPED = {"concern": "exploitation", "source": "The panel of 4 March"}


@pytest.fixture
def noted(cast: Cast, now) -> NotedConcern:
    return concerns.note(
        cast.sky, Concern.EXPLOITATION, "The panel of 4 March", by=cast.sol, at=now - hours(1)
    )


@pytest.mark.parametrize("name", ["amina", "ines", "sol", "mara"])
def test_those_who_offer_or_decide_note_a_concern(as_, cast: Cast, name: str):
    returned(cast.sky)
    assert as_(name).get(f"/children/{cast.sky.pk}/note-concern").status_code == 200

    response = as_(name).post(f"/children/{cast.sky.pk}/note-concern", TYPED, follow=True)

    words = words_of(response)
    assert "Noted: exploitation known or suspected." in words
    assert "Stands" in words
    assert "The panel of 4 March" in words


def test_a_concern_without_a_source_is_refused_and_one_that_stands_too(as_, cast: Cast, noted):
    address = f"/children/{cast.sky.pk}/note-concern"

    silent = words_of(as_("sol").post(address, {"concern": "", "source": " "}))
    twice = as_("sol").post(address, TYPED)

    assert "Select what the concern is" in silent
    assert "Say who says so, and what it rests on." in silent
    assert "This concern is noted already." in words_of(twice)
    assert "The panel of 4 March" in words_of(twice)


def test_a_concern_is_ended_with_a_reason_and_stays_on_record(as_, cast: Cast, noted):
    address = f"/concerns/{noted.pk}/end"
    assert as_("mara").get(address).status_code == 200

    silent = as_("mara").post(address, {"because": ""})
    response = as_("mara").post(address, {"because": "It was her cousin"}, follow=True)

    assert "Say why it is a concern no more." in words_of(silent)
    words = words_of(response)
    assert "What it called for stays called for." in words
    assert "Ended" in words
    assert "It was her cousin" in words
    again = as_("mara").get(address, follow=True)
    assert "This concern has been ended already." in words_of(again)


def test_owen_cannot_tell_that_there_is_one_and_neither_can_the_host(as_, cast: Cast, noted):
    pages = (f"/children/{cast.sky.pk}/note-concern", f"/concerns/{noted.pk}/end")

    for name in ("owen", "wes", "pat", "ana", "adi"):
        assert [as_(name).get(page).status_code for page in pages] == [404, 404], name
        assert [as_(name).post(page, TYPED).status_code for page in pages] == [404, 404], name
    assert "xploitation" not in words_of(as_("wes").get(f"/children/{cast.sky.pk}"))


def test_a_provider_knows_of_a_concern_and_does_not_note_one(as_, cast: Cast, now):
    returned(cast.robin, at=now)
    noted = concerns.note(cast.robin, Concern.EXPLOITATION, "The panel", by=cast.sol, at=now)

    words = words_of(as_("pat").get(f"/children/{cast.robin.pk}"))

    assert "Exploitation known or suspected" in words
    assert "Note a concern" not in words
    assert as_("pat").get(f"/children/{cast.robin.pk}/note-concern").status_code == 404
    assert as_("pat").get(f"/concerns/{noted.pk}/end").status_code == 404


def test_the_small_pages_ask_little(as_, cast: Cast, noted, django_assert_max_num_queries):
    sol = as_("sol")

    with django_assert_max_num_queries(9):
        sol.get(f"/children/{cast.sky.pk}/note-concern")
    with django_assert_max_num_queries(9):
        sol.get(f"/concerns/{noted.pk}/end")


def test_of_a_record_joined_to_another_councils_child_that_council_alone_ends_one(
    as_, cast: Cast, noted, now
):
    here, _ = registers.enter(
        register_id="eastmoor-7",
        forename="Sky",
        surname="Lane",
        born_on=date(2011, 1, 1),
        sex="F",
        postcode="",
        lives_in=cast.eastmoor,
        looked_after_by=None,
        by=cast.owen,
        at=now,
    )
    theirs = concerns.note(here, Concern.EXPLOITATION, "A neighbour", by=cast.owen, at=now)
    Child.objects.filter(pk=here.pk).update(
        joined_to=cast.sky,
        joined_at=now,
        joined_by=cast.amina,
        confirmed_at=None,
        confirmed_by=None,
    )

    page = as_("owen").get(f"/children/{here.pk}")

    assert f"/concerns/{theirs.pk}/end" not in page.content.decode()
    assert as_("owen").get(f"/concerns/{theirs.pk}/end").status_code == 404
    assert as_("mara").get(f"/concerns/{theirs.pk}/end").status_code == 200
