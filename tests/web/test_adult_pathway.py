"""The adult pathway on the pages: what is owed at 18 is added with one click, or left out."""

import re
from datetime import date, datetime, timedelta

import pytest

from returnhome.casework import episodes, interviews, support
from returnhome.casework.models import (
    Action,
    Child,
    Episode,
    JournalEntry,
    NothingNeeded,
    Offer,
)
from returnhome.rules.codes import ActionKind, NotHeldReason
from returnhome.rules.policies import PolicyKey
from returnhome.rules.progress import Step
from returnhome.web import answered
from tests.cast import Cast, hours, returned
from tests.web.asking import typed_at, words_of

pytestmark = pytest.mark.check

SAFEGUARDING, ADVISER = "adult_safeguarding", "adult_pathway"


@pytest.fixture
def episode(cast: Cast, now: datetime) -> Episode:
    """Robin's, who was looked after and 18 when he came back; Amina has taken him on."""
    Child.objects.filter(pk=cast.robin.pk).update(born_on=date(2005, 1, 1))
    return episodes.take_on(returned(cast.robin, at=now), by=cast.amina, at=now)


def set_policy(cast: Cast, now: datetime, says_yes: bool) -> None:
    episodes.set_policy(
        cast.northshire,
        PolicyKey.ADULT_TALK,
        says_yes=says_yes,
        since=date(2024, 4, 1),
        by=cast.mara,
        at=now,
    )


def typed(cast: Cast, day: date, **changes: str) -> dict[str, str]:
    return {
        "what": "Ring her adviser",
        "owner": str(cast.sol.pk),
        "due_on-day": str(day.day),
        "due_on-month": str(day.month),
        "due_on-year": str(day.year),
    } | changes


def page_of(episode: Episode, more: str = "") -> str:
    return f"/episodes/{episode.pk}/adult-pathway{more}"


def step(episode: Episode) -> Step:
    return Episode.objects.get(pk=episode.pk).next_step


def test_the_work_list_and_the_episode_lead_to_it(as_, cast: Cast, episode):
    for page in ("/", f"/episodes/{episode.pk}"):
        shown = as_("amina").get(page)
        assert "Decide the adult pathway" in words_of(shown)
        assert page_of(episode) in shown.content.decode()


def test_each_action_that_is_owed_is_proposed_with_an_owner_and_a_day(as_, cast: Cast, episode):
    words = words_of(as_("amina").get(page_of(episode)))

    assert "Consider adult safeguarding" in words
    assert "Care Act 2014, section 42" in words
    assert "Tell the personal adviser" in words
    assert "Children Act 1989, section 23C" in words
    assert words.count("Amina Yusuf, by ") == 2


def test_a_young_person_from_home_has_no_personal_adviser(as_, cast: Cast, now):
    Child.objects.filter(pk=cast.kit.pk).update(born_on=date(2005, 1, 1))
    episode = returned(cast.kit, at=now)

    words = words_of(as_("amina").get(page_of(episode)))

    assert "Consider adult safeguarding" in words
    assert "personal adviser" not in words


def test_one_click_adds_the_action_as_it_is_proposed(as_, cast: Cast, episode, now):
    page = as_("amina").get(page_of(episode)).content.decode()
    form = page.split(f'action="{page_of(episode)}/{SAFEGUARDING}/add"')[1].split("</form>")[0]
    hidden = dict(re.findall(r'name="([\w-]+)" value="([^"]*)"', form))

    as_("amina").post(f"{page_of(episode)}/{SAFEGUARDING}/add", hidden)

    action = Action.objects.get()
    assert (action.kind, action.owner) == (SAFEGUARDING, cast.amina)
    assert action.what.startswith("Decide whether to raise an adult safeguarding concern")
    assert action.due_on >= now.date()


def test_it_can_be_changed_before_it_is_added(as_, cast: Cast, episode, now):
    page = page_of(episode, f"/{ADVISER}/add")
    assert "agree who sees them" in as_("amina").get(page).content.decode()

    response = as_("amina").post(page, typed(cast, now.date() + timedelta(days=3)))

    action = Action.objects.get()
    assert response.headers["Location"] == page_of(episode)
    assert (action.kind, action.owner, action.what) == (ADVISER, cast.sol, "Ring her adviser")


def test_an_action_that_says_nothing_is_refused_and_the_rest_stays(as_, cast: Cast, episode, now):
    page = page_of(episode, f"/{ADVISER}/add")

    response = as_("amina").post(page, typed(cast, now.date() - timedelta(days=3), what=""))

    words = words_of(response)
    assert "Say what is to be done" in words
    assert "must be today or later" in words
    assert f'value="{cast.sol.pk}" selected' in response.content.decode()
    assert not Action.objects.exists()


def test_what_is_left_out_has_its_reason_on_the_page(as_, cast: Cast, episode):
    page = page_of(episode, f"/{ADVISER}/leave-out")

    assert "Say why this is left out." in words_of(as_("mara").post(page, {"reason": ""}))
    as_("mara").post(page, {"reason": "In care for six weeks: no care leaver"})

    assert NothingNeeded.objects.get().kind == ADVISER
    for where in (page_of(episode), f"/episodes/{episode.pk}", f"/children/{cast.robin.pk}"):
        assert "In care for six weeks: no care leaver" in words_of(as_("mara").get(where))
    assert "Left out: adult pathway" in words_of(as_("mara").get(f"/episodes/{episode.pk}"))
    again = as_("mara").post(page, {"reason": "Twice"})
    assert "This has been decided already" in words_of(again)


def test_once_all_is_decided_the_actions_are_next_and_then_nothing(as_, cast: Cast, episode, now):
    as_("amina").post(page_of(episode, f"/{SAFEGUARDING}/add"), typed(cast, now.date()))
    assert step(episode) is Step.ACT
    as_("amina").post(page_of(episode, f"/{ADVISER}/leave-out"), {"reason": "Has none"})
    assert step(episode) is Step.DO_ACTIONS
    assert "All of it is decided." in words_of(as_("amina").get(page_of(episode)))

    as_("sol").post(f"/actions/{Action.objects.get().pk}/complete", {"outcome": "No concern"})

    assert Episode.objects.get(pk=episode.pk).is_settled
    assert "Nothing more is owed." in words_of(as_("amina").get(f"/episodes/{episode.pk}"))


def test_somebody_who_turned_18_before_the_interview_has_the_page_too(as_, cast: Cast, now):
    episode = episodes.take_on(returned(cast.kit, at=now), by=cast.amina, at=now)
    assert as_("amina").get(page_of(episode)).status_code == 404

    interviews.not_hold(episode, NotHeldReason.TURNED_18, by=cast.amina, at=now)

    words = words_of(as_("amina").get(page_of(episode)))
    assert "Consider adult safeguarding" in words
    assert "was not held before the young person turned 18" in words


# The talk, where local policy says so.


def test_without_a_policy_no_talk_is_owed_and_a_manager_is_led_to_note_one(
    as_, cast: Cast, episode
):
    page = as_("mara").get(page_of(episode))

    assert "No talk is owed" in words_of(page)
    assert "is not on record" in words_of(page)
    assert 'href="/policies"' in page.content.decode().split("<main")[1]
    assert "/offer" not in page.content.decode()


def test_where_the_policy_says_so_the_talk_is_offered_and_goes_its_way(
    as_, cast: Cast, episode, now
):
    set_policy(cast, now, True)
    shown = as_("amina").get(page_of(episode))
    assert "The talk is still offered" in words_of(shown)
    assert f"/episodes/{episode.pk}/offer" in shown.content.decode()

    as_("amina").post(
        f"/episodes/{episode.pk}/offer",
        {"means": "telephone", "reached": "child", "note": "", **typed_at("offered_at", now)},
    )

    assert Offer.objects.get().episode == episode
    fresh = Episode.objects.get(pk=episode.pk)
    states = {stage.title: stage.state for stage in answered.stages(fresh, now)}
    assert (states["Offered"], states["Held"]) == ("done", "not-yet")


def test_where_the_policy_says_no_the_moments_of_the_talk_are_not_owed(
    as_, cast: Cast, episode, now
):
    set_policy(cast, now, False)

    fresh = Episode.objects.get(pk=episode.pk)
    states = {stage.title: stage.state for stage in answered.stages(fresh, now)}
    assert states["Offered"] == "not-owed"
    words = words_of(as_("amina").get(f"/episodes/{episode.pk}"))
    assert "Record an offer" not in words
    assert "no talk is offered at 18" in words


def test_an_action_added_otherwise_is_found_on_the_page(as_, cast: Cast, episode, now):
    support.add(
        episode,
        ActionKind.ADULT_PATHWAY,
        "Adviser sees him on Friday",
        owner=cast.sol,
        due_on=now.date() + timedelta(days=4),
        by=cast.mara,
        at=now,
    )

    words = words_of(as_("amina").get(page_of(episode)))

    assert "Adviser sees him on Friday" in words
    assert "Added Sol Bennett" in words


# Strangers, the journal, and how often the database is asked.


@pytest.mark.parametrize("who", ["owen", "wes", "pat", "ines", "ana", "adi"])
def test_owen_cannot_tell_that_there_is_such_a_page(as_, cast: Cast, episode, who: str):
    for more in ("", f"/{ADVISER}/add", f"/{ADVISER}/leave-out"):
        assert as_(who).get(page_of(episode, more)).status_code == 404
        assert as_(who).post(page_of(episode, more), {"reason": "x"}).status_code == 404
    assert not NothingNeeded.objects.exists()


def test_nothing_is_added_that_the_pathway_does_not_ask_for(as_, cast: Cast, episode):
    for more in ("/camhs/add", "/nonsense/leave-out"):
        assert as_("amina").get(page_of(episode, more)).status_code == 404


def test_reading_the_page_is_written_down(as_, cast: Cast, episode):
    as_("sol").get(page_of(episode))

    read = JournalEntry.objects.filter(verb="read", kind="episode", object_id=episode.pk)
    assert [entry.by_id for entry in read] == [cast.sol.pk]


def test_the_page_asks_a_fixed_number_of_times(
    as_, cast: Cast, episode, now, django_assert_max_num_queries
):
    for each in range(12):
        support.add(
            episode,
            ActionKind.HEALTH,
            f"Number {each}",
            owner=cast.sol,
            due_on=now.date(),
            by=cast.mara,
            at=now + hours(each),
        )
    amina = as_("amina")

    with django_assert_max_num_queries(12):
        assert amina.get(page_of(episode)).status_code == 200
