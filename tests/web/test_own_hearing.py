"""A child's own pages after the talk: what was written, what is passed on, what came of it."""

import pytest
from django.test import Client

from returnhome.casework import how_it_was, interviews, releases, ways_in
from returnhome.casework.models import (
    Episode,
    HowItWas,
    Interview,
    JournalEntry,
    Release,
    SaidBack,
)
from returnhome.rules.codes import Device
from returnhome.rules.releasing import Kind
from tests.casework.test_releases import WORDS, released
from tests.cast import Cast, booked, exactly, hours, returned
from tests.web.asking import words_of


@pytest.fixture
def episode(cast: Cast, now) -> Episode:
    return returned(cast.sky, at=now)


def let_in(episode: Episode, cast: Cast, at) -> Client:
    """The browser of a child who has opened a link and read what stays private."""
    _, secret = ways_in.make(episode, device=Device.OWN, language="en", by=cast.amina, at=at)
    browser = Client()
    browser.post(f"/m/{secret}")
    browser.post("/m/first")
    return browser


@pytest.fixture
def child(episode: Episode, cast: Cast, now) -> Client:
    return let_in(episode, cast, now)


def talked(episode: Episode, cast: Cast, now) -> Interview:
    """A talk that was held an hour ago."""
    before = now - hours(9)
    interview = booked(episode, interviewer=cast.ines, by=cast.amina, at=before)
    return interviews.hold(
        interview, exactly(now - hours(1)), is_independent=True, by=cast.ines, at=now
    )


def test_where_nothing_was_released_there_is_nothing_to_see(child: Client):
    home = words_of(child.get("/m/"))

    for entry in ("See what was written", "Hear back", "How was your"):
        assert entry not in home
    assert "There is nothing to see here yet." in words_of(child.get("/m/see"))
    assert "There is nothing here yet." in words_of(child.get("/m/heard"))


def test_the_child_sees_what_was_written_and_what_is_passed_on(child, episode, cast: Cast, now):
    released(episode, cast, at=now)
    released(episode, cast, Kind.SHARE, at=now)

    assert "See what was written Check it. Tell us what is wrong. New" in words_of(child.get("/m/"))
    page = words_of(child.get("/m/see"))

    assert WORDS in page
    assert "A worker wrote this down on Monday 2 March" in page
    assert "That nights are loud Who to The home’s manager Why So that it gets quieter" in page
    assert "We have not passed this on yet." in page
    assert "is wrong. New" not in words_of(child.get("/m/"))
    assert JournalEntry.objects.filter(verb="look at what was written").count() == 1


def test_what_is_not_released_or_taken_back_or_anothers_is_not_there(
    child, episode, cast: Cast, now
):
    gone = released(episode, cast, text="Taken back", at=now)
    other = released(returned(cast.kit, at=now), cast, text="Kit said", at=now)
    releases.take_back(gone, by=cast.amina, at=now)

    page = words_of(child.get("/m/see"))

    assert "Taken back" not in page
    assert "Kit said" not in page
    for line in (gone, other):
        assert child.get(f"/m/meant/{line.pk}").headers["Location"] == "/m/see"
        assert child.post(f"/m/meant/{line.pk}", {"words": "x"}).status_code == 302
    assert not SaidBack.objects.exists()


def test_that_is_not_what_i_meant_stands_beside_it(child, episode, cast: Cast, now):
    line = released(episode, cast, at=now)

    asked = words_of(child.get(f"/m/meant/{line.pk}"))
    page = words_of(child.post(f"/m/meant/{line.pk}", {"words": "It is the noise"}, follow=True))

    assert "What did you mean?" in asked
    assert "It now says what you meant." in page
    assert "You told us: this is not what I meant It is the noise" in page
    assert WORDS in page
    assert Release.objects.get().text == WORDS


def test_an_objection_has_a_day_and_then_an_answer(child, episode, cast: Cast, now):
    line = released(episode, cast, Kind.SHARE, at=now)

    asked = words_of(child.get(f"/m/meant/{line.pk}"))
    assert "You do not want us to tell the home’s manager" in asked
    page = words_of(child.post(f"/m/meant/{line.pk}", {"words": "Not him"}, follow=True))
    assert "You said you do not want this. You will get an answer by" in page
    releases.answer(
        SaidBack.objects.get(), "We will ask you first.", is_safe=True, by=cast.amina, at=now
    )

    assert "Our answer to you We will ask you first." in words_of(child.get("/m/see"))
    assert "Not him" not in words_of(let_in(episode, cast, now).get("/m/see"))


def test_the_child_hears_what_came_of_it_and_asks(child, episode, cast: Cast, now):
    line = released(episode, cast, Kind.CAME_OF_IT, at=now)
    released(
        *(episode, cast, Kind.CAME_OF_IT),
        text="Ask for a quieter room",
        promise="promised",
        state="still",
        because="",
        named_on=now.date(),
        at=now,
    )

    page = words_of(child.get("/m/heard"))
    assert "You asked for To see my brother It is done" in page
    assert "We said we would Ask for a quieter room We are still on it We said by" in page
    page = words_of(child.post(f"/m/meant/{line.pk}", {"words": "And next week?"}, follow=True))
    assert "Thank you. You will get an answer by" in page


def test_an_empty_page_is_said_kindly(child, episode, cast: Cast, now):
    line = released(episode, cast, at=now)

    assert "Please write something first." in words_of(child.post(f"/m/meant/{line.pk}", {}))
    too_long = child.post(f"/m/meant/{line.pk}", {"words": "long " * 5000})
    assert "too long to send at once" in words_of(too_long)


def test_without_a_link_and_after_it_ended_nothing_is_shown(child, episode, cast: Cast, now):
    line = released(episode, cast, at=now)
    ways_in.end_all(cast.sky.pk, by=cast.amina, at=now)

    for browser in (Client(), child):
        for page in ("/m/see", "/m/heard", f"/m/meant/{line.pk}", "/m/talk"):
            response = browser.get(page)
            assert response.status_code == 404
            assert WORDS not in words_of(response)


# How the talk was.


def test_three_questions_once_the_talk_was_held_and_once_a_link(child, episode, cast: Cast, now):
    assert child.get("/m/talk").headers["Location"] == "/m/"
    talked(episode, cast, now)

    assert "How was your chat? Three quick questions." in words_of(child.get("/m/"))
    assert "Did you feel listened to?" in words_of(child.get("/m/talk"))
    assert "Pick one, or skip this." in words_of(child.post("/m/talk", {}))
    page = words_of(child.post("/m/talk", {"listened": "yes", "safe": "no", "choose": "zzz"}))

    assert "Thank you. That helps us do it better." in page
    assert "0800 1111" in page
    child.post("/m/talk", {"listened": "no"})
    said = HowItWas.objects.get()
    assert (said.authority, said.listened, said.choose, said.safe) == (
        *(cast.northshire, "yes", "", "no"),
    )
    assert "Three quick questions. Done" in words_of(child.get("/m/"))


def test_nothing_leads_from_how_it_was_to_the_child():
    columns = {field.attname for field in HowItWas._meta.fields}

    assert columns == {"id", "authority_id", "quarter_on", *how_it_was.HOW_IT_WAS}
