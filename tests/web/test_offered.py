"""What a page offers somebody is open to them: no link and no button leads to “not found”."""

import re
from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.db import transaction
from django.test import Client

from returnhome.casework import agreements, disputes, episodes, offers
from returnhome.casework.models import Child, Episode
from returnhome.rules.codes import Answer, Cohort, DeclinedBy, EpisodeKind
from returnhome.rules.policies import PolicyKey
from tests.cast import Cast, accepted, hours, missing, offered, returned, signed

pytestmark = pytest.mark.check

OFFERED = re.compile(r' (href|action)="(/(?!static/|guide)[^"?#]+)')


def nobody_has_offered(cast: Cast, now: datetime) -> Episode:
    return returned(cast.sky, at=now)


def she_has_said_yes(cast: Cast, now: datetime) -> Episode:
    episode = returned(cast.sky, at=now)
    accepted(episode, by=cast.amina, at=now)
    return episode


def she_has_said_no(cast: Cast, now: datetime) -> Episode:
    episode = returned(cast.sky, at=now)
    offer = offered(episode, by=cast.amina, at=now)
    offers.answer(
        offer,
        Answer.DECLINED,
        declined_by=DeclinedBy.CHILD,
        reason="Not today",
        by=cast.amina,
        at=now,
    )
    return episode


def it_is_signed(cast: Cast, now: datetime) -> Episode:
    episode = returned(cast.sky, at=now - hours(12))
    signed(episode, interviewer=cast.ines, by=cast.amina, at=now - hours(12))
    return episode


def she_is_an_adult_now(cast: Cast, now: datetime) -> Episode:
    Child.objects.filter(pk=cast.sky.pk).update(born_on=date(2005, 1, 1))
    return returned(cast.sky, at=now)


def an_adult_is_offered_a_talk(cast: Cast, now: datetime) -> Episode:
    episodes.set_policy(
        cast.northshire,
        PolicyKey.ADULT_TALK,
        says_yes=True,
        since=date(2024, 4, 1),
        by=cast.mara,
        at=now,
    )
    return she_is_an_adult_now(cast, now)


def it_is_said_to_be_anothers(cast: Cast, now: datetime) -> Episode:
    episode = returned(cast.sky, at=now)
    disputes.dispute(
        episode,
        should_be=cast.westborough,
        because="She has lived there for years",
        by=cast.amina,
        at=now,
    )
    return episode


def a_child_at_home_is_said_to_be_away(cast: Cast, now: datetime) -> Episode:
    return missing(cast.kit, last_seen=now - hours(5), kind=EpisodeKind.AWAY, at=now)


def a_provider_interviews_by_arrangement(cast: Cast, now: datetime) -> Episode:
    agreements.agree(
        cast.northshire,
        to_provider=cast.open_path,
        covers=[Cohort.LOOKED_AFTER_IN_AREA],
        since=now.date(),
        by=cast.mara,
        at=now,
    )
    return returned(cast.robin, at=now)


STORIES = (
    (nobody_has_offered, "wes"),
    (she_has_said_yes, "amina"),
    (she_has_said_yes, "ines"),
    (she_has_said_yes, "sol"),
    (she_has_said_no, "sol"),
    (it_is_signed, "ines"),
    (it_is_signed, "wes"),
    (she_is_an_adult_now, "amina"),
    (she_is_an_adult_now, "ines"),
    (an_adult_is_offered_a_talk, "sol"),
    (it_is_said_to_be_anothers, "amina"),
    (a_child_at_home_is_said_to_be_away, "sol"),
    (a_provider_interviews_by_arrangement, "amina"),
)


def is_open(client: Client, how: str, address: str) -> bool:
    """Whether it is there for whoever asks; what pressing the button does is taken back."""
    with transaction.atomic():
        got = client.post(address) if how == "action" else client.get(address)
        transaction.set_rollback(True)
    return got.status_code != 404


@pytest.mark.parametrize(("story", "who"), STORIES)
def test_what_a_page_offers_is_open_to_whoever_reads_it(
    as_, cast: Cast, now: datetime, story: Callable[[Cast, datetime], Episode], who: str
):
    episode = story(cast, now)
    client = as_(who)
    pages = [f"/episodes/{episode.pk}", f"/children/{episode.child_id}"]
    if story in (she_is_an_adult_now, an_adult_is_offered_a_talk):
        pages.append(f"/episodes/{episode.pk}/adult-pathway")

    drawn = [client.get(page).content.decode().split("<main")[-1] for page in pages]

    found = {each for page in drawn for each in OFFERED.findall(page)}
    assert found
    assert [address for how, address in sorted(found) if not is_open(client, how, address)] == []
