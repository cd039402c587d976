"""A young person asks for their record: noted, gathered, gone through by keyboard, and given."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from returnhome.casework import acting
from tests.cast import Cast
from tests.journeys.conftest import NARROW, WIDE, SignIn, assert_accessible, picture
from tests.recording import secret_talk

pytestmark = [pytest.mark.browser, pytest.mark.check]


@pytest.fixture
def sky(site: str, django_db_blocker: Any) -> int:
    """Sky, who told Ines of a Jayden Price."""
    now = timezone.now()
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        cast = Cast()
        secret_talk(cast, at=now - timedelta(days=2))
        return cast.sky.pk


def here(page: Page, name: str) -> None:
    """It can be used by everybody at both widths."""
    for size, words in ((NARROW, "narrow"), (WIDE, "wide")):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert_accessible(page)
        picture(page, f"{name}-{words}")


def presses(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


def test_a_manager_goes_through_a_record_and_gives_it(sign_in: SignIn, sky: int) -> None:
    mara = sign_in("mara")
    mara.goto(f"/children/{sky}")
    mara.get_by_role("link", name="Asked for their record?").click()
    here(mara, "record-requests-none")
    presses(mara, "Note that somebody asks")
    presses(mara, "Note it")
    here(mara, "record-request-error")
    mara.get_by_label("The child, or the adult that they are now").check()
    mara.get_by_label("What is the name of whoever asks?").fill("Sky Marlowe")
    day = timezone.now().date() - timedelta(days=26)
    for box, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        mara.get_by_label(box, exact=True).fill(str(value))
    presses(mara, "Note it")
    here(mara, "record-request")
    presses(mara, "Gather the record")
    presses(mara, "Gather it")
    here(mara, "record-gathered")
    presses(mara, "Go through what is marked")
    here(mara, "record-words")
    expect(mara.get_by_role("heading", name="Jayden Price")).to_be_visible()
    # By keyboard alone: a list is chosen from by its letters, and Enter sends the form.
    while mara.locator("main select").count():
        for each in mara.locator("main select").all():
            each.focus()
            each.press("W")
        presses(mara, "Decide these")
    expect(mara.get_by_text("All that is marked is decided.")).to_be_visible()
    mara.get_by_role("link", name="Read it line by line").click()
    here(mara, "record-lines")
    mara.get_by_role("link", name="Decide on this line").first.click()
    here(mara, "record-line")
    presses(mara, "Decide")
    mara.get_by_role("link", name="The request").click()
    presses(mara, "Note how they proved it")
    mara.get_by_label("What was seen, and how do you know them?").fill("A passport")
    presses(mara, "Note it")
    presses(mara, "Give the record")
    presses(mara, "Give it")
    here(mara, "record-give-error")
    mara.get_by_label("I have read the copy as it would be given").check()
    presses(mara, "Give it")
    expect(mara.get_by_role("heading", name="What was given")).to_be_visible()
    here(mara, "record-given")
    with mara.expect_download() as download:
        mara.get_by_role("link", name="The copy (PDF)").click()
    assert "Sky" not in download.value.suggested_filename
