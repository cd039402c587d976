"""A short check-in on the pages: written down, shown as what it was, the fuller talk booked."""

import pytest
from django.urls import reverse

from returnhome.casework.models import CheckIn, Episode
from tests.cast import Cast, accepted, booked, held, hours, returned
from tests.web.asking import typed_at, words_of


def typed(cast: Cast, at, **changes: str) -> dict[str, str]:
    return {
        "held_by": str(cast.ines.pk),
        "minutes": "10",
        "mode": "telephone",
        "how": "Just tired. Let me sleep.",
        "is_urgent": "no",
        "any_harm": "no",
        "fuller": "With Ines, at school",
        **typed_at("held_at", at),
    } | changes


def test_ines_writes_a_check_in_down_and_books_the_fuller_talk_from_it(as_, cast: Cast, now):
    episode = accepted(returned(cast.sky, at=now), by=cast.amina, at=now).episode
    fuller = now + hours(20)

    response = as_("ines").post(
        f"/episodes/{episode.pk}/check-in",
        typed(cast, now - hours(1), **typed_at("fuller_at", fuller)),
    )

    assert response.headers["Location"] == f"/episodes/{episode.pk}/book"
    booking = as_("ines").get(response.headers["Location"]).content.decode()
    assert "With Ines, at school" in booking
    assert f'name="booked_for-day" type="text" value="{typed_at("x", fuller)["x-day"]}"' in booking
    row = CheckIn.objects.get()
    assert (row.minutes, row.held_by, row.words.any_harm) == (10, cast.ines, "no")


def test_it_is_shown_on_the_episode_and_in_the_story_as_no_interview(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    as_("amina").post(f"/episodes/{episode.pk}/check-in", typed(cast, now))

    page = words_of(as_("amina").get(f"/episodes/{episode.pk}"))
    story = words_of(as_("amina").get(f"/children/{cast.sky.pk}"))
    hosts = words_of(as_("wes").get(f"/episodes/{episode.pk}"))

    assert "Just tired. Let me sleep." in page
    assert "Not the interview: the 72 hours go on." in page
    assert "Short check-in, 10 minutes, telephone: not the interview" in story
    assert "Short check-ins" in hosts
    assert "Just tired" not in hosts
    assert Episode.objects.get(pk=episode.pk).held_at is None


def test_whoever_talks_next_reads_it_before_they_go(as_, cast: Cast, now):
    episode = returned(cast.sky, at=now)
    as_("amina").post(
        f"/episodes/{episode.pk}/check-in",
        typed(cast, now, is_urgent="yes", urgent="No inhaler since Friday"),
    )
    talk = booked(episode, interviewer=cast.ines, by=cast.amina, at=now)

    words = words_of(as_("ines").get(f"/interviews/{talk.pk}/prepare"))

    assert "Just tired. Let me sleep." in words
    assert "No inhaler since Friday" in words


@pytest.mark.parametrize("harm", ["yes", "possible"])
def test_a_child_who_tells_of_harm_leads_to_the_pages_of_harm_at_once(as_, cast: Cast, now, harm):
    episode = returned(cast.kit, at=now)

    response = as_("amina").post(
        f"/episodes/{episode.pk}/check-in", typed(cast, now, any_harm=harm)
    )

    assert response.headers["Location"] == reverse("tell-of-harm-child", args=[cast.kit.pk])
    assert CheckIn.objects.exists()


def test_a_booking_that_was_only_a_check_in_is_moved_next(as_, cast: Cast, now):
    talk = booked(returned(cast.sky, at=now), interviewer=cast.ines, by=cast.amina, at=now)
    link = f"/episodes/{talk.episodes.get().pk}/check-in"

    shown = as_("ines").get(f"/interviews/{talk.pk}").content.decode()
    response = as_("ines").post(link, typed(cast, now))

    assert f'href="{link}"' in shown
    assert response.headers["Location"] == f"/interviews/{talk.pk}/move"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"minutes": "61"}, "A longer talk is the interview"),
        ({"minutes": "ten"}, "Enter a whole number"),
        ({"minutes": "99999999999"}, "A longer talk is the interview"),
        ({"how": " "}, "Write how the child said they are"),
        ({"is_urgent": "yes"}, "Say what is urgent."),
        ({"any_harm": "perhaps"}, "Answer “Has anybody harmed you"),
        ({"fuller": ""}, "Say when and with whom the fuller talk is"),
        ({"held_by": "999999"}, "Select who talked"),
        ({"held_at-year": "20256"}, "the check-in"),
    ],
)
def test_bad_input_says_what_is_wrong_and_loses_no_word(as_, cast: Cast, now, changes, sentence):
    episode = returned(cast.sky, at=now)

    response = as_("amina").post(f"/episodes/{episode.pk}/check-in", typed(cast, now) | changes)

    assert response.status_code == 200
    assert sentence in words_of(response)
    assert "With Ines" in response.content.decode() or "fuller" in changes
    assert not CheckIn.objects.exists()


def test_after_the_interview_there_is_no_check_in(as_, cast: Cast, now):
    then = now - hours(20)
    episode = returned(cast.sky, at=then)
    held(episode, interviewer=cast.ines, by=cast.amina, at=then)

    response = as_("amina").post(f"/episodes/{episode.pk}/check-in", typed(cast, now))

    assert "This interview has been held." in words_of(response)


@pytest.mark.parametrize("name", ["owen", "wes", "sol", "ana", "pat"])
def test_whoever_may_not_book_finds_no_such_page(as_, cast: Cast, now, name):
    episode = returned(cast.sky, at=now)

    assert as_(name).get(f"/episodes/{episode.pk}/check-in").status_code == 404
