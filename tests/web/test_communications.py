"""How to talk with the child: noted on a small page, and there for whoever books and interviews."""

import pytest

from returnhome.casework import communications
from returnhome.casework.communications import Communication
from tests.cast import Cast, accepted, booked, hours, returned
from tests.web.asking import words_of

TYPED = {"language": "Sorani", "needs_interpreter": "yes", "helps": "A quiet place"}


@pytest.fixture
def noted(cast: Cast, now) -> Communication:
    return communications.note(
        cast.sky,
        language="Sorani",
        needs_interpreter=True,
        helps="A quiet place",
        by=cast.sol,
        at=now - hours(1),
    )


@pytest.mark.parametrize("name", ["amina", "ines", "sol", "mara"])
def test_those_who_work_with_the_child_note_what_helps(as_, cast: Cast, name: str):
    returned(cast.sky)
    address = f"/children/{cast.sky.pk}/note-communication"
    assert as_(name).get(address).status_code == 200

    words = words_of(as_(name).post(address, TYPED, follow=True))

    assert "Noted how to talk with the child." in words
    assert "Sorani: needs an interpreter" in words
    assert "A quiet place" in words


def test_what_stands_is_in_the_boxes_and_what_is_refused_stays_there(as_, cast: Cast, noted):
    address = f"/children/{cast.sky.pk}/note-communication"

    shown = as_("sol").get(address).content.decode()
    refused = as_("sol").post(address, TYPED | {"language": ""})

    assert 'value="Sorani"' in shown
    assert "Say for which language the interpreter is." in words_of(refused)
    assert "A quiet place" in words_of(refused)


def test_whoever_books_and_whoever_interviews_sees_it(as_, cast: Cast, noted, now):
    episode = returned(cast.sky, at=now)
    accepted(episode, by=cast.amina, at=now)
    assert "Sorani: needs an interpreter" in words_of(
        as_("amina").get(f"/episodes/{episode.pk}/book")
    )
    interview = booked(episode, interviewer=cast.ines, by=cast.amina, at=now)
    assert "A quiet place" in words_of(as_("ines").get(f"/interviews/{interview.pk}"))


def test_owen_cannot_tell_that_there_is_a_note_and_neither_can_the_host(as_, cast: Cast, noted):
    returned(cast.sky)
    address = f"/children/{cast.sky.pk}/note-communication"

    for name in ("owen", "wes", "pat", "ana", "adi"):
        assert as_(name).get(address).status_code == 404, name
        assert as_(name).post(address, TYPED).status_code == 404, name
    assert "Sorani" not in words_of(as_("wes").get(f"/children/{cast.sky.pk}"))
