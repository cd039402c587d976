"""The child's story: what they have been through, and what we promised them."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from returnhome.casework import children, episodes, interviews, needs, offers, staff, support
from returnhome.casework.journal import JournalEntry
from returnhome.casework.models import Child, Interview, Person, Placement
from returnhome.rules.codes import ActionKind, Means
from returnhome.rules.helping import NeedKind
from returnhome.rules.standard.parts import SaidBy
from tests.cast import Cast, everything_said, held, hours, missing, returned, signed


def now() -> datetime:
    """The present, as the pages have it."""
    return timezone.now().replace(second=0, microsecond=0)


def story_of(client: Client, person: Person, child: Child, query: str = "") -> str:
    client.force_login(person)
    response = client.get(f"/children/{child.pk}{query}")
    assert response.status_code == 200
    return response.content.decode()


def interviewed(child: Child, cast: Cast, *, days_ago: int = 9) -> Interview:
    then = now() - timedelta(days=days_ago)
    return signed(returned(child, at=then), interviewer=cast.ines, by=cast.amina, at=then)


def promised(interview: Interview, cast: Cast, what: str, *, due_on: date) -> support.Action:
    return support.add(
        interview.episodes.get(),
        ActionKind.PLACEMENT_REVIEW,
        what,
        owner=cast.sol,
        due_on=due_on,
        interview=interview,
        by=cast.mara,
        at=now() - timedelta(days=5),
    )


# What was promised, and what the child said.


def test_what_was_promised_last_time_stands_at_the_top_with_whether_it_happened(
    client: Client, cast: Cast
):
    interview = interviewed(cast.sky, cast)
    promised(interview, cast, "Tell Sky before rooms change", due_on=date(2020, 1, 1))
    done = promised(interview, cast, "Ask her school", due_on=date(2030, 1, 1))
    support.complete(done, "They moved her class", by=cast.sol, at=now())

    top = story_of(client, cast.amina, cast.sky).split("What has happened")[0]

    assert "Tell Sky before rooms change" in top
    assert "Late" in top
    assert "They moved her class" in top
    assert "Done" in top


def test_the_childs_own_words_are_shown_to_those_who_may_read_them(client: Client, cast: Cast):
    interviewed(cast.sky, cast)

    ours, theirs = (story_of(client, who, cast.sky) for who in (cast.sol, cast.wes))

    assert "I wanted to see my nan." in ours
    assert "I wanted to see my nan." not in theirs
    assert "own words" not in theirs


def test_reading_the_childs_words_is_written_down_as_reading_the_interview(
    client: Client, cast: Cast
):
    interview = interviewed(cast.sky, cast)
    story_of(client, cast.sol, cast.sky)
    story_of(client, cast.wes, cast.sky)

    readings = JournalEntry.objects.filter(verb="read", child_id=cast.sky.pk)

    assert readings.filter(kind="child").count() == 2
    assert list(readings.filter(kind="interview").values_list("by_id", "object_id")) == [
        (cast.sol.pk, interview.pk)
    ]


def test_a_record_not_signed_off_yet_gives_no_words(client: Client, cast: Cast):
    then = now() - hours(20)
    interview = held(returned(cast.kit, at=then), interviewer=cast.ines, by=cast.amina, at=then)
    interviews.record(interview, everything_said(interview), by=cast.ines, at=then + hours(6))

    assert "I wanted to see my nan." not in story_of(client, cast.amina, cast.kit)


# The time line.


def test_the_time_line_tells_the_newest_first(client: Client, cast: Cast):
    interviewed(cast.kit, cast)

    line = story_of(client, cast.amina, cast.kit).split('aria-label="What has happened')[1]

    told = [
        "Record signed off",
        "Interview held",
        "Interview booked with Ines Okafor",
        "Accepted",
        "Offered to the child",
        "Returned",
        "Went missing",
    ]
    assert sorted(told, key=line.index) == told


def test_needs_and_what_came_of_them_stand_in_the_time_line(client: Client, cast: Cast):
    interview = interviewed(cast.sky, cast)
    then = now() - timedelta(days=7)
    told = {"said_by": SaidBy.CHILD, "by": cast.ines, "at": then}
    need = needs.name(interview, NeedKind.FEELING, "Somebody to talk to", **told)
    help_ = needs.offer_help(
        need,
        what="A talk with Jo",
        means=Means.TELEPHONE,
        offered_on=then.date(),
        by=cast.ines,
        at=then,
    )
    needs.hear(help_, is_taken_up=True, by=cast.sol, at=now() - timedelta(days=5))
    needs.note_outcome(help_, "They meet each week.", by=cast.sol, at=now() - timedelta(days=1))

    line = story_of(client, cast.amina, cast.sky).split('aria-label="What has happened')[1]

    expected = [
        "They meet each week.",
        "Help taken up",
        "A talk with Jo",
        "Need named: feeling low",
    ]
    assert sorted(expected, key=line.index) == expected
    assert "Somebody to talk to" not in line
    page = story_of(client, cast.wes, cast.sky)
    assert "Need named" not in page
    assert "A talk with Jo" not in page


def test_a_corrected_time_keeps_its_old_value_in_the_story(client: Client, cast: Cast):
    episode = missing(
        cast.kit, last_seen=now() - hours(40), returned=now() - hours(10), at=now() - hours(9)
    )
    moment = episodes.Moment(now() - hours(12))
    episodes.correct(episode, "returned", moment, because="The home’s log", by=cast.amina, at=now())

    page = story_of(client, cast.amina, cast.kit)

    assert "Time corrected: returned" in page
    assert "The home’s log" in page


def test_the_host_sees_what_happened_but_no_notes_and_no_actions(client: Client, cast: Cast):
    interview = interviewed(cast.sky, cast)
    promised(interview, cast, "Tell Sky before rooms change", due_on=date(2030, 1, 1))
    then = now() - hours(9)
    offers.attempt(
        returned(cast.sky, at=then),
        means=Means.TELEPHONE,
        made_at=then,
        note="Her mother was upset",
        by=cast.amina,
        at=then,
    )

    page = story_of(client, cast.wes, cast.sky)

    assert "Interview held" in page
    assert "Tried, by telephone, and reached nobody" in page
    assert "Tell Sky" not in page
    assert "Her mother was upset" not in page
    assert f"/interviews/{interview.pk}" not in page


def test_what_keeps_coming_up_is_told_in_a_sentence(client: Client, cast: Cast):
    for days in (60, 40, 20):
        then = now() - timedelta(days=days)
        missing(cast.kit, last_seen=then, returned=then + hours(8), at=then + hours(9))

    assert "Missing 3 times in the last 12 months" in story_of(client, cast.amina, cast.kit)


def test_what_is_not_answered_for_stands_above_the_story_with_its_button(
    client: Client, cast: Cast
):
    episode = returned(cast.kit, at=now())

    top = story_of(client, cast.amina, cast.kit).split("What has happened")[0]

    assert "2 days 13 hours left" in top
    assert f"/episodes/{episode.pk}/take-on" in top


# A long story.


def long_story(cast: Cast, times: int) -> None:
    """So many times missing, each with an offer that was accepted and an interview."""
    for each in range(times):
        interviewed(cast.kit, cast, days_ago=400 - each * 3)


@pytest.mark.check
def test_a_long_story_comes_in_pages_of_fifty(client: Client, cast: Cast):
    long_story(cast, 9)

    first = story_of(client, cast.amina, cast.kit)
    second = story_of(client, cast.amina, cast.kit, "?page=2")

    assert first.count("moj-timeline__item") == 50
    assert second.count("moj-timeline__item") == 9 * 7 - 50


@pytest.mark.check
def test_a_long_story_asks_the_database_as_often_as_a_short_one(
    client: Client, cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
):
    interviewed(cast.kit, cast, days_ago=500)
    client.force_login(cast.mara)
    with django_assert_num_queries(QUERIES):
        client.get(f"/children/{cast.kit.pk}")
    long_story(cast, 12)

    with django_assert_num_queries(QUERIES):
        client.get(f"/children/{cast.kit.pk}")


# The page's own transaction (2); session, person, posts; child, journal, episodes; the last talk,
# what it promised, its needs, whether it may be read, the words, their journal; what is open (3);
# the facts beside (10), who went together; the line found, and read table by table; the meetings
# called for (4), those held, the concerns; what the child told of harm; the records that were
# joined; where the child was found; whether the record is on hold.
QUERIES = 49


# Strangers, and children not yet named.


@pytest.mark.parametrize("who", ["owen", "ana", "adi"])
def test_owen_cannot_tell_that_the_child_exists(client: Client, cast: Cast, who: str):
    returned(cast.kit, at=now())
    client.force_login(getattr(cast, who))

    assert client.get(f"/children/{cast.kit.pk}").status_code == 404
    assert client.get("/children/999999").status_code == 404


def stranger(cast: Cast) -> Child:
    return children.open_record(
        forename="Tilly",
        surname="Harker",
        born_on=None,
        sex="",
        responsible_authority=cast.northshire,
        is_confirmed=False,
        by=staff.operator(),
        at=now(),
    )


def test_a_child_not_yet_named_says_so_and_leads_to_saying_who_it_is(client: Client, cast: Cast):
    child = stranger(cast)

    page = story_of(client, cast.amina, child)

    assert "Nobody has said yet who this child is." in page
    assert f'href="/children/{child.pk}/match"' in page
    assert "No missing episode is recorded" in page


def test_a_birth_date_that_cannot_be_right_is_no_age(client: Client, cast: Cast):
    Child.objects.filter(pk=cast.kit.pk).update(born_on=date(2099, 1, 1))
    returned(cast.kit, at=now())

    assert "Age not known" in story_of(client, cast.amina, cast.kit)
    assert "age not known" in client.get("/").content.decode()


def test_a_protected_address_stays_hidden(client: Client, cast: Cast):
    Placement.objects.filter(child=cast.sky).update(is_protected=True, postcode="")

    page = story_of(client, cast.amina, cast.sky)

    assert "Placed in Westborough, address protected" in page
    assert "WB1 1AA" not in page


# Finding a child.


def found(client: Client, person: Person, said: str) -> str:
    client.force_login(person)
    response = client.post("/children", {"q": said})
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("said", ["Kit", "o'd", "KIT", "kit o’dell", "kit  "])
def test_a_child_is_found_by_the_start_of_either_name_whatever_its_apostrophe(
    client: Client, cast: Cast, said: str
):
    assert f"/children/{cast.kit.pk}" in found(client, cast.amina, said)


def test_a_child_is_found_by_another_name_and_by_a_number(client: Client, cast: Cast):
    children.Alias.objects.create(
        child=cast.kit, forename="Christopher", surname="Dean", folded_name="christopher dean"
    )
    children.Identifier.objects.create(child=cast.kit, kind="nhs", value="9990001112")

    assert f"/children/{cast.kit.pk}" in found(client, cast.amina, "dean")
    assert f"/children/{cast.kit.pk}" in found(client, cast.amina, "999 000 1112")


def test_the_middle_of_a_name_finds_nobody(client: Client, cast: Cast):
    assert "No child whom you work with" in found(client, cast.amina, "arlow")


def test_signs_that_search_engines_know_are_plain_letters_here(client: Client, cast: Cast):
    assert "No child whom you work with" in found(client, cast.amina, "%%")
    assert "No child whom you work with" in found(client, cast.amina, "__")


def test_one_letter_is_too_few(client: Client, cast: Cast):
    assert "Enter at least 2 letters or figures" in found(client, cast.amina, "k")


def test_owen_finds_no_child_of_northshire(client: Client, cast: Cast):
    assert "No child whom you work with" in found(client, cast.owen, "kit")


def test_a_search_is_written_down_without_the_name(client: Client, cast: Cast):
    found(client, cast.amina, "kit")

    entry = JournalEntry.objects.get(verb="find child")
    assert (entry.by_id, entry.child_id) == (cast.amina.pk, None)


def test_whoever_works_with_no_child_has_no_search(client: Client, cast: Cast):
    client.force_login(cast.ana)

    assert client.get("/children").status_code == 404
