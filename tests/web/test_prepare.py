"""Before the talk: what whoever holds it finds on one page, and what stays closed to them."""

from datetime import date

import pytest
from django.test import Client

from returnhome.casework import (
    communications,
    episodes,
    harm,
    interviews,
    needs,
    staff,
    support,
    tellings,
)
from returnhome.casework.interviews import Said
from returnhome.casework.journal import JournalEntry
from returnhome.casework.models import EarlierRecord, Interview
from returnhome.rules.codes import ActionKind, Mode, Place, Role
from returnhome.rules.helping import NeedKind
from returnhome.rules.standard.parts import SaidBy
from tests.casework.test_history import brought
from tests.cast import (
    Cast,
    accepted,
    booked,
    everything_said,
    exactly,
    has_the_app,
    held,
    hours,
    returned,
    sign,
)
from tests.web.asking import words_of


def talked(cast: Cast, now, *, days_ago: int = 9, interviewer: str = "ines") -> Interview:
    """A talk of some days ago, signed off, with what the child said of another time."""
    then = now - hours(24 * days_ago)
    who = getattr(cast, interviewer)
    talk = held(returned(cast.kit, at=then), interviewer=who, by=cast.amina, at=then)
    said = everything_said(talk)
    if "next_time" in said:
        said |= {
            "next_time": Said(codes=["same"]),
            "not_safe": Said(words="Never text his mother’s phone."),
        }
    interviews.record(talk, said, by=who, at=then + hours(6))
    return sign(talk, by=who, at=then + hours(6))


def next_talk(cast: Cast, now) -> Interview:
    return booked(returned(cast.kit, at=now), interviewer=cast.ines, by=cast.amina, at=now)


def page_of(as_, name: str, talk: Interview) -> str:
    return words_of(as_(name).get(f"/interviews/{talk.pk}/prepare"))


def test_what_was_said_and_promised_last_time_and_whether_it_happened(as_, cast: Cast, now):
    last = talked(cast, now)
    what = {"owner": cast.sol, "due_on": date(2020, 1, 1), "interview": last}
    support.add(last.episodes.get(), ActionKind.HEALTH, "Ask the GP", **what, by=cast.mara, at=now)
    talk = next_talk(cast, now)

    words = page_of(as_, "ines", talk)

    assert "I wanted to see my nan." in words
    assert "Late Health : Ask the GP" in words


def test_who_talked_with_the_child_before_and_whom_they_would_talk_to(as_, cast: Cast, now):
    talked(cast, now)
    talk = next_talk(cast, now)

    words = page_of(as_, "ines", talk)

    assert "Who has talked with the child before Ines Okafor ," in words
    assert "Another time, whom would you talk to? The same person." in words


def test_what_is_not_safe_stands_on_top_from_the_note_the_record_and_the_risk(as_, cast: Cast, now):
    talked(cast, now)
    tellings.note_parental_risk(cast.kit, "His stepfather", by=cast.amina, at=now - hours(30))
    communications.note(
        cast.kit,
        language="Somali",
        needs_interpreter=True,
        helps="A quiet room, and time",
        not_safe="He shares his phone with his brother",
        by=cast.amina,
        at=now - hours(30),
    )
    talk = next_talk(cast, now)

    words = page_of(as_, "ines", talk)

    top = words.split("How to talk with the child")[0]
    assert "A parent may be the risk" in top
    assert "His stepfather" in top
    assert "He shares his phone with his brother" in top
    assert "Never text his mother’s phone." in top
    assert "Somali: needs an interpreter" in words
    assert "A quiet room, and time" in words


def test_what_the_police_found_or_that_nobody_knows_whether_they_asked(as_, cast: Cast, now):
    talk = next_talk(cast, now)
    assert "Not known whether there was one." in page_of(as_, "ines", talk)

    tellings.note_prevention_interview(
        talk.episodes.get(),
        held=exactly(now - hours(8)),
        by_whom="PC, Northshire Police",
        learnt="He was at the station.",
        by=cast.amina,
        at=now,
    )

    assert "He was at the station." in page_of(as_, "ines", talk)


def test_harm_and_needs_that_still_wait_and_every_episode_with_its_clock(as_, cast: Cast, now):
    older = talked(cast, now, days_ago=40)
    needs.name(older, NeedKind.SCHOOL, "A way back in", said_by=SaidBy.CHILD, by=cast.ines, at=now)
    talked(cast, now)
    first = accepted(returned(cast.kit, hours_ago=69.5, at=now), by=cast.amina, at=now)
    second = returned(cast.kit, hours_ago=9.5, at=now)
    harm.tell(
        cast.kit,
        "A man in a car",
        told_at=now,
        is_in_danger=False,
        by=cast.amina,
        at=now,
    )
    talk = interviews.book(
        [first.episode, second],
        interviewer=cast.ines,
        booked_for=now + hours(1),
        place=Place.SCHOOL,
        mode=Mode.IN_PERSON,
        by=cast.amina,
        at=now,
    )

    words = page_of(as_, "amina", talk)

    assert "A way back in" in words
    assert "Told of harm" in words
    assert words.count("Missing from") == 2
    assert "2 hours left" in words
    assert "2 days 14 hours left" in words


def test_another_interviewer_learns_that_there_was_a_talk_and_whom_to_ask(as_, cast: Cast, now):
    talked(cast, now)
    joe = staff.add_person("joe@example.invalid", "Joe", password="x" * 20, by=cast.adi, at=now)
    council = cast.northshire_council
    staff.appoint(joe, Role.INTERVIEWER, council, since=date(2024, 1, 1), by=cast.adi, at=now)
    has_the_app(joe)
    episode = returned(cast.kit, at=now)
    talk = booked(episode, interviewer=joe, by=cast.amina, at=now)
    client = Client()
    client.force_login(joe)

    words = words_of(client.get(f"/interviews/{talk.pk}/prepare"))

    assert "I wanted to see my nan." not in words
    assert "is not open to you. Ask Ines Okafor what they may tell you" in words


def test_a_booking_leads_there_from_the_interview_and_from_ones_own_list(as_, cast: Cast, now):
    talk = next_talk(cast, now)
    link = f"/interviews/{talk.pk}/prepare"

    assert link in as_("ines").get("/").content.decode()
    assert link in as_("ines").get(f"/interviews/{talk.pk}").content.decode()


def test_once_it_is_held_the_page_leads_to_the_record(as_, cast: Cast, now):
    then = now - hours(20)
    talk = held(returned(cast.kit, at=then), interviewer=cast.ines, by=cast.amina, at=then)

    response = as_("ines").get(f"/interviews/{talk.pk}/prepare")

    assert response.headers["Location"] == f"/interviews/{talk.pk}"


@pytest.mark.parametrize("name", ["owen", "wes", "ana", "pat"])
def test_a_stranger_finds_no_such_page(as_, cast: Cast, now, name):
    talk = next_talk(cast, now)

    assert as_(name).get(f"/interviews/{talk.pk}/prepare").status_code == 404


def test_reading_what_the_child_said_last_time_is_written_down(as_, cast: Cast, now):
    last = talked(cast, now)
    talk = next_talk(cast, now)

    page_of(as_, "ines", talk)

    read = JournalEntry.objects.filter(verb="read", kind="interview", by_id=cast.ines.pk)
    assert set(read.values_list("object_id", flat=True)) == {last.pk, talk.pk}


def test_what_earlier_records_say_of_a_talk_is_there_for_whoever_reads_accounts(
    as_, cast: Cast, now
):
    brought(cast, "episodes.csv")
    talk = next_talk(cast, now)

    words = page_of(as_, "amina", talk)
    assert "By the council’s earlier records: J. Moss , Open Path, 4 November 2025" in words
    assert "He said the house was loud." in words
    assert "Nobody: this is the first." not in words
    read = JournalEntry.objects.filter(verb="read", kind="episode", by_id=cast.amina.pk)
    assert read.filter(object_id=EarlierRecord.objects.get(says="held").episode_id).exists()

    words = page_of(as_, "ines", talk)
    assert "He said the house was loud." not in words
    assert "The council’s earlier records tell of 1 talk, and what was said is not open" in words
    assert "Nobody: this is the first." not in words


def test_that_earlier_records_tell_of_a_talk_is_not_said_to_who_may_not_know_of_it(
    as_, cast: Cast, now
):
    brought(cast, "episodes.csv")
    # Open Path is asked for this one alone.
    pats = episodes.hand_to(returned(cast.kit, at=now), at=now, provider=cast.open_path)
    talk = booked(pats, interviewer=cast.pat, by=cast.amina, at=now)

    words = page_of(as_, "pat", talk)

    assert "earlier records tell" not in words
    assert "Nobody: this is the first." in words


@pytest.mark.check
def test_the_page_asks_the_database_as_often_for_many_talks_as_for_one(
    as_, cast: Cast, now, django_assert_max_num_queries
):
    for week in range(1, 6):
        one = talked(cast, now, days_ago=7 * week)
        needs.name(one, NeedKind.SCHOOL, "A way back", said_by=SaidBy.CHILD, by=cast.ines, at=now)
    talk = next_talk(cast, now)
    client = as_("ines")

    with django_assert_max_num_queries(44):
        assert client.get(f"/interviews/{talk.pk}/prepare").status_code == 200
