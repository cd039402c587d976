"""The worker's side of what a child sees: line by line, safe on this phone, and answered."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from returnhome.casework import communications, needs, releases, support
from returnhome.casework.models import AnswerToChild, Episode, JournalEntry, Release
from returnhome.rules.codes import ActionKind
from returnhome.rules.helping import NeedKind
from returnhome.rules.releasing import Kind
from returnhome.rules.standard.parts import SaidBy
from tests.casework.test_own_pages import as_child, opened
from tests.casework.test_releases import released
from tests.cast import Cast, hours, returned, signed
from tests.web.asking import words_of


@pytest.fixture
def episode(cast: Cast, now) -> Episode:
    """Sky's, with a talk whose record Ines has signed."""
    before = now - hours(12)
    one = returned(cast.sky, at=before)
    signed(one, interviewer=cast.ines, by=cast.amina, at=before)
    return Episode.objects.get(pk=one.pk)


def on(name: str, day: date) -> dict[str, str]:
    parts = {"day": day.day, "month": day.month, "year": day.year}
    return {f"{name}-{part}": str(value) for part, value in parts.items()}


def asked(now: Any, **changes: str) -> dict[str, str]:
    return {
        "kind": "words",
        "text": "Does not like the new house.",
        "is_safe": "yes",
        **on("named_on", now.date()),
        **changes,
    }


def test_a_line_is_released_from_what_the_child_said_in_the_signed_record(as_, episode, now):
    ines = as_("ines")
    page = ines.get(f"/episodes/{episode.pk}/releases")
    assert "Nothing has been released yet" in words_of(page)
    assert "I wanted to see my nan." in words_of(page)
    address = page.content.decode().split("/release?from=")[1].split('"')[0]

    form = ines.get(f"/episodes/{episode.pk}/release?from={address}")
    assert "I wanted to see my nan." in words_of(form)
    response = ines.post(f"/episodes/{episode.pk}/release?from={address}", asked(now))

    assert response.headers["Location"] == f"/episodes/{episode.pk}/releases"
    line = Release.objects.get()
    assert f"entry-{line.entry_id}" == address
    assert (line.kind, line.text) == ("words", "Does not like the new house.")
    listed = words_of(ines.get(f"/episodes/{episode.pk}/releases"))
    assert "The child sees it" in listed


def test_without_a_yes_to_safe_on_this_phone_nothing_is_released(as_, episode, now):
    amina = as_("amina")

    for answer in ("no", ""):
        page = amina.post(f"/episodes/{episode.pk}/release", asked(now, is_safe=answer))
        assert "There is a problem" in words_of(page)
    page = amina.post(f"/episodes/{episode.pk}/release", asked(now, is_safe="no"))

    assert "Only what is safe to be seen on this phone is released." in words_of(page)
    assert not Release.objects.exists()


def test_what_is_not_safe_is_read_before_a_line_is_released_or_answered(
    as_, episode, cast: Cast, now
):
    communications.note(
        *(cast.sky,),
        language="",
        needs_interpreter=False,
        helps="",
        not_safe="Her step-father reads her telephone",
        by=cast.amina,
        at=now,
    )
    amina = as_("amina")

    for page in ("releases", "release"):
        assert "Her step-father reads her telephone" in words_of(
            amina.get(f"/episodes/{episode.pk}/{page}")
        )


def test_a_share_says_with_whom_why_and_when(as_, episode, now):
    amina = as_("amina")
    share = asked(now, kind="share", whom="A doctor", why="To look at it", share_state="done")

    page = words_of(amina.post(f"/episodes/{episode.pk}/release", share))
    assert "Say on which day." in page
    amina.post(f"/episodes/{episode.pk}/release", share | on("passed_on", now.date()))

    line = Release.objects.get()
    assert (line.whom, line.because, line.state) == ("A doctor", "To look at it", "done")
    assert line.named_on == now.date()


def test_what_came_of_a_need_and_of_an_action_is_filled_in(as_, episode, cast: Cast, now):
    talk = episode.interviews.get()
    needs.name(
        talk, NeedKind.FAMILY, "To see my brother", said_by=SaidBy.CHILD, by=cast.ines, at=now
    )
    support.add(
        *(episode, ActionKind.OTHER, "Ask for a quieter room"),
        owner=cast.sol,
        due_on=now.date(),
        interview=talk,
        by=cast.mara,
        at=now,
    )
    sol = as_("sol")
    page = words_of(sol.get(f"/episodes/{episode.pk}/releases"))
    assert "Asked for: To see my brother" in page
    assert "To be done: Ask for a quieter room" in page

    response = sol.post(
        f"/episodes/{episode.pk}/release",
        asked(now, kind="came_of_it", promise="asked", state="not_done", text="To move school"),
    )
    assert "Say why." in words_of(response)


def test_what_the_child_said_is_answered_on_its_page(as_, episode, cast: Cast, now):
    line = released(episode, cast, Kind.SHARE, at=now)
    way_in = opened(episode, cast, at=now)
    with as_child(way_in):
        said = releases.say_back(way_in, line, "Not her, please", at=now)
    amina = as_("amina")

    listed = words_of(amina.get(f"/episodes/{episode.pk}/releases"))
    assert "Not her, please To answer" in listed
    page = f"/said-back/{said.pk}/answer"
    assert "Not her, please" in words_of(amina.get(page))
    assert "There is a problem" in words_of(amina.post(page, {"words": "x", "is_safe": "no"}))
    amina.post(page, {"words": "We ask you first", "is_safe": "yes"})

    assert AnswerToChild.objects.get().words == "We ask you first"
    assert "Answered" in words_of(amina.get(f"/episodes/{episode.pk}/releases"))
    again = amina.post(page, {"words": "Other", "is_safe": "yes"})
    assert "The child has had an answer to this already." in words_of(again)


def test_a_line_is_taken_back_from_the_list(as_, episode, cast: Cast, now):
    line = released(episode, cast, at=now)
    amina = as_("amina")

    assert amina.get(f"/releases/{line.pk}/take-back").status_code == 405
    page = words_of(amina.post(f"/releases/{line.pk}/take-back", follow=True))

    assert "Taken back. The child does not see it any more." in page
    assert not Release.objects.get().is_shown
    again = words_of(amina.post(f"/releases/{line.pk}/take-back", follow=True))
    assert "taken back already" in again


def test_a_host_and_a_stranger_find_none_of_these_pages(as_, episode, cast: Cast, now):
    line = released(episode, cast, at=now)
    way_in = opened(episode, cast, at=now)
    with as_child(way_in):
        said = releases.say_back(way_in, line, "No", at=now)

    for name in ("wes", "owen", "pat", "ana"):
        stranger = as_(name)
        assert stranger.get(f"/episodes/{episode.pk}/releases").status_code == 404
        assert stranger.get(f"/episodes/{episode.pk}/release").status_code == 404
        assert stranger.post(f"/releases/{line.pk}/take-back").status_code == 404
        assert stranger.get(f"/said-back/{said.pk}/answer").status_code == 404
    assert Client().get(f"/episodes/{episode.pk}/releases").status_code == 302
    assert JournalEntry.objects.filter(verb="refused", kind="release").exists()


def test_the_list_is_as_quick_with_many_lines(as_, episode, cast: Cast, now):
    amina = as_("amina")
    way_in = opened(episode, cast, at=now)
    counts = []
    for _ in range(2):
        for _ in range(3):
            line = released(episode, cast, at=now)
            with as_child(way_in):
                releases.say_back(way_in, line, "No", at=now)
        counts.append(_queries(amina, f"/episodes/{episode.pk}/releases"))

    assert counts[0] == counts[1]


def _queries(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(page).status_code == 200
    return len(asked)
