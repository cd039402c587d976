"""Who is told on purpose, and school days as the other duty, on the pages."""

from datetime import UTC, datetime

import pytest

from returnhome.casework import concerns, shares
from returnhome.casework.models import Share
from returnhome.rules.codes import Concern
from returnhome.rules.sharing import Purpose, Recipient, ShareItem
from tests.cast import Cast, hours, missing
from tests.sharing import SAID, begun, kept, told_of_a_car
from tests.web.asking import words_of

pytestmark = pytest.mark.check

# A Tuesday and a Thursday of one week in term.
TUESDAY = datetime(2026, 3, 3, 20, 0, tzinfo=UTC)
THURSDAY = datetime(2026, 3, 5, 10, 0, tzinfo=UTC)


@pytest.fixture
def episode(cast: Cast, now):
    return told_of_a_car(cast, now)


def in_term(cast: Cast):
    return missing(cast.sky, last_seen=TUESDAY, returned=THURSDAY, at=THURSDAY + hours(1))


def test_the_episode_says_which_school_days_were_missed_and_that_it_is_another_duty(as_, cast):
    page = words_of(as_("amina").get(f"/episodes/{in_term(cast).pk}"))

    assert "School: up to 2 school days were missed" in page
    assert "Wednesday 4 March and Thursday 5 March 2026" in page
    assert "unless the school was closed" in page
    assert "Education Act 1996 , section 8" in page
    assert "A practice lead has not confirmed this reading of it yet" in page


def test_of_a_night_nothing_is_said_of_school(as_, cast: Cast):
    went = missing(cast.sky, last_seen=TUESDAY, returned=TUESDAY + hours(9), at=THURSDAY)

    assert "School:" not in words_of(as_("amina").get(f"/episodes/{went.pk}"))


def test_a_school_is_told_of_the_days_and_nobody_else_is(cast: Cast, now):
    went = in_term(cast)
    to_school = shares.begin(
        went, Recipient.SCHOOL, Purpose.SAFE_WHERE_THEY_ARE, by=cast.amina, at=now
    )
    to_police = shares.begin(went, Recipient.POLICE, Purpose.STOP_HARM, by=cast.amina, at=now)

    (days,) = to_school.lines.filter(item=ShareItem.SCHOOL_DAYS)
    assert days.text.startswith("Up to 2 school days: Wednesday 4 March and")
    assert not to_police.lines.filter(item=ShareItem.SCHOOL_DAYS).exists()


def test_the_social_worker_and_the_reviewing_officer_of_a_looked_after_child_are_named(
    as_, cast: Cast, episode
):
    page = as_("ines").get(f"/episodes/{episode.pk}/shares")

    said = words_of(page)
    assert "Not yet told" in said
    assert "Independent reviewing officer : the child is looked after" in said
    assert "conference chair" not in said
    address = f"/episodes/{episode.pk}/share?recipient=reviewing_officer&amp;purpose=plan"
    assert address in page.content.decode()
    left = f"/episodes/{episode.pk}/not-share?recipient=reviewing_officer"
    assert f'href="{left}"' in page.content.decode()
    assert " checked" in as_("ines").get(left).content.decode()


def test_a_plan_names_the_chair_and_who_was_told_is_named_no_more(as_, cast: Cast, episode, now):
    concerns.note(
        cast.sky, Concern.CHILD_PROTECTION_PLAN, source="Register", by=cast.sol, at=now - hours(1)
    )
    draft = begun(cast, episode, Recipient.SOCIAL_WORKER, Purpose.PLAN, now)
    page = words_of(as_("ines").get(f"/episodes/{episode.pk}/shares"))
    assert "Child protection conference chair : the child is on a child protection plan" in page
    assert "Go on writing for: The child’s social worker" in page

    shares.write(kept(cast, draft, SAID, now), by=cast.ines, at=now)
    shares.leave(episode, Recipient.REVIEWING_OFFICER, "The review is over", by=cast.ines, at=now)

    (told,) = Share.objects.sent()
    assert told.recipient == Recipient.SOCIAL_WORKER
    page = words_of(as_("ines").get(f"/episodes/{episode.pk}/shares"))
    assert "for: The child’s social worker" not in page
    assert "for: Independent reviewing officer" not in page
    assert "for: Child protection conference chair" in page


def test_the_link_fills_in_whom_and_what_for(as_, cast: Cast, episode):
    address = f"/episodes/{episode.pk}/share?recipient=panel&purpose=stop_harm"

    page = as_("ines").get(address).content.decode()

    assert page.count(" checked") == 2
    assert as_("ines").get(f"/episodes/{episode.pk}/share?recipient=x&purpose=y").status_code == 200
