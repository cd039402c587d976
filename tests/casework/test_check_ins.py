"""Short check-ins: logged as what they were, and no interview in any figure."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from returnhome.casework import check_ins, episodes, interviews
from returnhome.casework.episodes import AlreadyVoided
from returnhome.casework.models import CheckIn, CheckInWords, Episode
from returnhome.casework.staff import NotTheirChild
from returnhome.rules.codes import Indicator, Mode, Place
from tests.casework.ledger import (
    COUNCIL,
    act,
    counted_figures,
    fresh,
    last_act,
    refused_by,
    stored_figures,
    who_sees,
)
from tests.cast import NOW, Cast, booked, hours, returned, signed


def checked(cast: Cast, episode: Episode, **changes) -> CheckIn:
    said = {
        "held_at": NOW,
        "minutes": 10,
        "mode": Mode.TELEPHONE,
        "held_by": cast.ines,
        "how": "Just tired.",
        "is_urgent": False,
        "any_harm": Indicator.NO,
        "fuller": "With Ines, at school",
        "fuller_at": NOW + hours(20),
        "by": cast.ines,
        "at": NOW,
    }
    return check_ins.note(episode, **said | changes)


def test_a_check_in_is_no_interview_and_the_72_hours_go_on(cast: Cast) -> None:
    episode = returned(cast.sky, hours_ago=10)
    before, figures = fresh(episode), stored_figures()

    row = checked(cast, episode)

    after = fresh(episode)
    assert after.held_at is None
    assert (after.next_step, after.due_at) == (before.next_step, before.due_at)
    assert stored_figures() == figures == counted_figures()
    assert last_act() == act("check in", row, cast.ines, NOW, cast.sky.pk)
    assert (row.minutes, row.words.how, row.fuller_at) == (10, "Just tired.", NOW + hours(20))


def test_the_fuller_talk_is_held_and_counts_as_ever(cast: Cast) -> None:
    episode = returned(cast.sky, hours_ago=10)
    checked(cast, episode)

    signed(episode, interviewer=cast.ines, by=cast.amina)

    assert fresh(episode).held_at is not None
    assert stored_figures() == counted_figures()


def test_that_there_was_one_is_seen_as_a_booking_is_and_the_words_as_an_account(
    cast: Cast,
) -> None:
    row = checked(cast, returned(cast.sky), held_by=cast.amina)

    # Westborough hosts Sky; Ines is an interviewer of the team, and has no talk with her.
    assert who_sees(row) == COUNCIL | {"wes"}
    assert who_sees(row.words) == {"amina", "mara", "sol"}


def test_whoever_held_it_and_whoever_holds_the_fuller_talk_read_the_words(cast: Cast) -> None:
    own = checked(cast, returned(cast.kit))
    assert who_sees(own.words) == {"amina", "ines", "mara", "sol"}

    row = checked(cast, returned(cast.sky), held_by=cast.amina, by=cast.amina)
    interviews_before = who_sees(row.words)
    booked(row.episode, interviewer=cast.ines, by=cast.amina)

    assert "ines" not in interviews_before
    assert "ines" in who_sees(row.words)


def test_nobody_checks_in_for_a_child_who_is_not_theirs_or_an_episode_that_was_an_error(
    cast: Cast,
) -> None:
    episode = returned(cast.sky)
    with pytest.raises(NotTheirChild):
        checked(cast, episode, held_by=cast.owen)
    episodes.void(episode, because="Another child", by=cast.amina, at=NOW)
    with pytest.raises(AlreadyVoided):
        checked(cast, episode)


def test_the_database_holds_a_check_in_to_what_it_is(cast: Cast) -> None:
    episode = returned(cast.sky)
    row = {
        "episode": episode,
        "held_at": NOW,
        "mode": "video",
        "held_by": cast.ines,
        "noted_at": NOW,
        "noted_by": cast.ines,
    }

    with refused_by("a_check_in_is_short"):
        CheckIn.objects.create(**row, minutes=61)
    with refused_by("the_fuller_talk_comes_after_the_check_in"):
        CheckIn.objects.create(**row, minutes=5, fuller_at=NOW - timedelta(minutes=1))
    short = CheckIn.objects.create(**row, minutes=5)
    with refused_by("a_check_in_asks_of_harm"):
        CheckInWords.objects.create(check_in=short, is_urgent=False, any_harm="")


def test_what_was_said_at_a_check_in_is_never_changed(cast: Cast) -> None:
    checked(cast, returned(cast.sky))

    for statement in (
        "update casework_checkin set minutes = 1",
        "delete from casework_checkin",
        "update casework_checkinwords set any_harm = 'yes'",
        "delete from casework_checkinwords",
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            connection.cursor().execute(statement)


def test_a_booking_that_became_a_check_in_is_moved_to_the_fuller_talk(cast: Cast) -> None:
    episode = returned(cast.sky)
    talk = booked(episode, interviewer=cast.ines, by=cast.amina)
    checked(cast, episode, held_at=NOW + hours(4), at=NOW + hours(5))

    moved = interviews.move_booking(
        talk,
        booked_for=NOW + hours(20),
        interviewer=cast.ines,
        place=Place.SCHOOL,
        by=cast.amina,
        at=NOW + hours(5),
    )

    assert fresh(episode).booked_for == moved.booked_for == NOW + hours(20)
    assert CheckIn.objects.count() == 1
