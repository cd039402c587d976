"""Around a talk: what a no leaves to ask, preparing, a record read by another and scored by lot."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from returnhome.casework import acting, interviews, mentions, offers
from returnhome.casework.mentions import Told
from returnhome.casework.models import Episode, Interview
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Answer, DeclinedBy
from returnhome.rules.mentioning import MentionKind
from tests.cast import Cast, booked, everything_said, held, hours, offered, returned, sign
from tests.journeys.conftest import NARROW, WIDE, SignIn, assert_accessible, picture

pytestmark = [pytest.mark.browser, pytest.mark.check]


def here(page: Page, name: str) -> None:
    """Sound at the width of a small phone and of a desk, with everything opened."""
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.locator("main details").evaluate_all("all => all.forEach(one => one.open = true)")
        assert_accessible(page)
        picture(page, f"{name}-{size['width']}")


@pytest.fixture
def declined(site: str, django_db_blocker: Any) -> Episode:
    """Kit, who is 13, said no this morning."""
    at = timezone.now() - hours(3)
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        cast = Cast()
        episode = returned(cast.kit, at=at)
        offer = offered(episode, by=cast.amina, at=at)
        offers.answer(
            *(offer, Answer.DECLINED),
            declined_by=DeclinedBy.CHILD,
            reason="Later, maybe",
            by=cast.amina,
            at=at,
        )
        return episode


@pytest.fixture
def record(site: str, django_db_blocker: Any) -> Interview:
    """Ines signed Sky's record a day ago, and has added to it; Robin's talk is booked."""
    at = timezone.now() - hours(40)
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        cast = Cast()
        talk = held(returned(cast.sky, at=at), interviewer=cast.ines, by=cast.amina, at=at)
        interviews.record(talk, everything_said(talk), by=cast.ines, at=at + hours(6))
        june = Told(name="June", relationship="Nan’s friend")
        mentions.note(talk, MentionKind.PERSON, june, by=cast.ines, at=at + hours(6))
        sign(talk, by=cast.ines, at=at + hours(7))
        interviews.add(talk, "She rang: it was June.", by=cast.ines, at=at + hours(9))
        mentions.note(
            talk, MentionKind.PLACE, Told(name="The arcade"), by=cast.ines, at=at + hours(9)
        )
        at = timezone.now() - hours(2)
        booked(returned(cast.robin, at=at), interviewer=cast.ines, by=cast.amina, at=at)
        return talk


def test_what_a_no_leaves_to_ask_is_asked_on_a_phone(sign_in: SignIn, declined: Episode) -> None:
    amina = sign_in("amina", narrow=True)

    amina.goto(f"/episodes/{declined.pk}")
    expect(amina.locator("main")).to_contain_text("Still to ask after the no")
    here(amina, "after-no")
    for page in ("spoken-to", "understanding", "carers"):
        amina.goto(f"/episodes/{declined.pk}/{page}")
        here(amina, page)
        amina.get_by_role("button", name="Save", exact=True).click()
        expect(amina.get_by_role("alert").first).to_be_visible()
        here(amina, f"{page}-error")


def test_a_manager_reads_a_record_and_scores_one_drawn_by_lot(
    sign_in: SignIn, record: Interview
) -> None:
    mara = sign_in("mara")

    mara.goto("/reviews")
    here(mara, "reviews")
    mara.goto(f"/interviews/{record.pk}")
    here(mara, "record-signed")
    mara.get_by_role("button", name="Review the record").click()
    expect(mara.locator("main")).to_contain_text("Since it was signed off")
    expect(mara.locator("main")).to_contain_text("Person: June")
    here(mara, "review")
    mara.get_by_label("Something to add").check()
    mara.get_by_role("button", name="Record the review").click()
    here(mara, "review-error")
    mara.get_by_label("A comment to the author").fill("Whose sister is June?")
    mara.get_by_role("button", name="Record the review").click()
    here(mara, "reviews-asked")

    mara.goto("/samples")
    here(mara, "samples-none")
    mara.get_by_role("button", name="Draw a sample").click()
    here(mara, "sample-draw")
    yesterday = timezone.now().astimezone(LONDON).date() - timedelta(days=1)
    for name, day in (("first", yesterday - timedelta(days=9)), ("last", yesterday)):
        for part in ("day", "month", "year"):
            mara.locator(f"[name={name}-{part}]").fill(str(getattr(day, part)))
    mara.get_by_label("Seed").fill("7")
    mara.get_by_role("button", name="Draw the sample").click()
    here(mara, "sample")
    mara.get_by_role("link", name="Sky Marlowe").click()
    here(mara, "score")
    mara.get_by_role("button", name="Record the score").click()
    here(mara, "score-error")
    for one in mara.get_by_label("Met", exact=True).all():
        one.check()
    mara.get_by_role("button", name="Record the score").click()
    expect(mara.get_by_role("button", name="Record the score")).to_have_count(0)
    mara.goto("/samples")
    here(mara, "samples")
    mara.goto("/figures/records")
    here(mara, "sample-report")


def test_a_manager_adds_a_question_and_an_interviewer_prepares(
    sign_in: SignIn, record: Interview, django_db_blocker: Any
) -> None:
    mara = sign_in("mara")
    mara.goto("/own-questions")
    here(mara, "own-questions-none")
    mara.goto("/own-questions/add")
    here(mara, "own-question-add")
    mara.get_by_label("The question").fill("Which bus did you take?")
    mara.get_by_role("button").last.click()
    here(mara, "own-question-error")

    ines = sign_in("ines", narrow=True)
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        next_talk = Interview.objects.booked().get()
    ines.goto(f"/interviews/{next_talk.pk}/prepare")
    here(ines, "prepare")
