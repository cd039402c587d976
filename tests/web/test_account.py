"""A person's own page, and the calendar that names no child."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from icalendar import Calendar

from returnhome.casework import interviews, staff
from returnhome.casework.models import Person
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import CredentialKind, NotHeldReason
from tests.cast import Cast, booked, exactly, held, hours, returned
from tests.web.asking import words_of

pytestmark = pytest.mark.check


def feed_of(person: Person) -> bytes:
    """What the calendar of this person's telephone gets: nobody is signed in there."""
    response = Client().get(f"/calendar/{person.calendar_key}.ics")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return response.content


def test_ines_finds_her_roles_her_training_and_her_calendar(as_, cast: Cast, now):
    staff.note_credential(
        cast.ines,
        CredentialKind.INTERVIEWING,
        done_on=now.date() - timedelta(days=800),
        next_due_on=now.date() - timedelta(days=70),
        by=cast.mara,
        at=now,
    )

    words = words_of(as_("ines").get("/account"))

    assert "Interviewer, Northshire Council" in words
    assert "Return home interview training: done" in words
    assert "Overdue" in words
    assert f"http://testserver/calendar/{cast.ines.calendar_key}.ics" in words
    assert "Change your password" in words


def test_whoever_holds_no_interviews_is_given_no_calendar(as_, cast: Cast):
    assert "calendar" not in words_of(as_("sol").get("/account"))


def test_a_stranger_is_asked_to_sign_in_first(client: Client, cast: Cast):
    assert client.get("/account").status_code == 302


def test_a_booking_in_the_calendar_names_no_child_and_no_address(cast: Cast, now):
    interview = booked(returned(cast.sky, at=now), interviewer=cast.ines, by=cast.amina, at=now)
    interviews.move_booking(
        interview,
        booked_for=interview.booked_for,
        interviewer=cast.ines,
        place_note="12 Elm Road",
        wishes="Not at Beech House",
        by=cast.amina,
        at=now,
    )

    feed = feed_of(cast.ines)

    (event,) = Calendar.from_ical(feed).walk("VEVENT")
    assert event["SUMMARY"] == f"Return home interview, ref {interview.pk}"
    assert event["LOCATION"] == "Youth centre"
    assert event["URL"] == f"http://testserver/interviews/{interview.pk}"
    assert event["UID"] == f"interview-{interview.pk}@testserver"
    assert event.decoded("DTSTAMP") == interview.booked_at
    for secret in (b"Sky", b"Marlowe", b"Elm", b"Beech", b"Northshire"):
        assert secret not in feed


def test_times_in_the_calendar_are_uk_times_with_their_zone(cast: Cast, now):
    interview = booked(returned(cast.sky, at=now), interviewer=cast.ines, by=cast.amina, at=now)

    feed = feed_of(cast.ines)

    (event,) = Calendar.from_ical(feed).walk("VEVENT")
    local = interview.booked_for.astimezone(LONDON)
    assert f"DTSTART;TZID=Europe/London:{local:%Y%m%dT%H%M%S}".encode() in feed
    assert event.decoded("DTSTART") == interview.booked_for
    assert b"BEGIN:VTIMEZONE" in feed


def test_a_booking_that_moved_is_the_same_entry_at_another_time(cast: Cast, now):
    interview = booked(returned(cast.sky, at=now), interviewer=cast.ines, by=cast.amina, at=now)
    (before,) = Calendar.from_ical(feed_of(cast.ines)).walk("VEVENT")
    later = interview.booked_for + timedelta(hours=3)
    interviews.move_booking(
        interview, booked_for=later, interviewer=cast.ines, by=cast.amina, at=now
    )

    (after,) = Calendar.from_ical(feed_of(cast.ines)).walk("VEVENT")

    assert after["UID"] == before["UID"]
    assert after.decoded("DTSTART") == later


def test_what_was_not_held_or_is_anothers_is_not_in_the_calendar(cast: Cast, now):
    episode = returned(cast.sky, at=now)
    booked(episode, interviewer=cast.ines, by=cast.amina, at=now)
    interviews.not_hold(episode, NotHeldReason.MISSING_AGAIN, by=cast.amina, at=now)
    booked(returned(cast.robin, at=now), interviewer=cast.pat, by=cast.amina, at=now)

    assert not Calendar.from_ical(feed_of(cast.ines)).walk("VEVENT")


def test_a_new_address_ends_the_old_one(as_, cast: Cast):
    old = cast.ines.calendar_key

    response = as_("ines").post("/account/new-calendar", follow=True)

    assert "Your calendar has a new address." in words_of(response)
    assert Client().get(f"/calendar/{old}.ics").status_code == 404
    assert feed_of(cast.ines)


@pytest.mark.parametrize("closed", [False, True])
def test_an_unknown_address_or_a_closed_account_gives_nothing(cast: Cast, closed):
    key = uuid4()
    if closed:
        Person.objects.filter(pk=cast.ines.pk).update(calendar_key=key, is_active=False)

    assert Client().get(f"/calendar/{key}.ics").status_code == 404


def test_a_full_calendar_takes_one_query_more_than_an_empty_one(
    cast: Cast, now, django_assert_num_queries
):
    episode = returned(cast.sky, at=now)
    booked(episode, interviewer=cast.ines, by=cast.amina, at=now)
    key = cast.ines.calendar_key

    # One more than an empty one: the journal of who was in it. Two say where its owner works.
    with django_assert_num_queries(7):
        Client().get(f"/calendar/{key}.ics")


def test_the_account_asks_a_fixed_number_of_times(as_, cast: Cast, django_assert_max_num_queries):
    ines = as_("ines")

    with django_assert_max_num_queries(7):
        assert ines.get("/account").status_code == 200


def test_a_talk_that_was_held_stands_in_the_calendar_when_it_took_place(cast: Cast, now):
    interview = held(returned(cast.kit, at=now), interviewer=cast.ines, by=cast.amina, at=now)
    earlier = interview.booked_for - hours(2)
    interviews.hold(
        interview, exactly(earlier), is_independent=True, by=cast.ines, at=now + hours(6)
    )

    feed = Client().get(f"/calendar/{cast.ines.calendar_key}.ics").content.decode()

    assert f"{earlier.astimezone(LONDON):%Y%m%dT%H%M%S}" in feed
    assert f"{interview.booked_for.astimezone(LONDON):%Y%m%dT%H%M%S}" not in feed
