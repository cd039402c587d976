"""A council brings its own records, sees what would be lost, brings them in and takes them back."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from returnhome.casework.models import Episode
from tests.journeys.conftest import SignIn, assert_accessible, picture

pytestmark = [pytest.mark.browser, pytest.mark.check]

EARLIER = Path(__file__).parent.parent / "intake" / "earlier"


def test_history_is_brought_in_from_a_telephone_and_taken_back(
    sign_in: SignIn, django_db_blocker: Any
) -> None:
    page = sign_in("amina", narrow=True)
    page.goto("/intake")
    page.get_by_role("link", name="Bring history").click()

    expect(page.get_by_role("heading", name="Bring history")).to_be_visible()
    assert_accessible(page)
    picture(page, "history-choose")
    files = [EARLIER / name for name in ("register.csv", "episodes.csv", "missing.csv")]
    page.locator("input[type=file]").set_input_files(files)
    page.get_by_role("button", name="See what would come of it").click()

    expect(page.get_by_role("heading", name="What would come of these files")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Police log")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Moon was full")).to_be_visible()
    assert_accessible(page)
    picture(page, "history-would")
    page.get_by_role("button", name="Bring it in").click()

    expect(page.get_by_text("10 episodes and 1 child are brought in")).to_be_visible()
    assert_accessible(page)
    picture(page, "history-brought")
    with django_db_blocker.unblock():
        held = Episode.objects.filter(earlier="held").order_by("pk").first()
        silent = Episode.objects.filter(earlier="not_known").order_by("pk").first()
        assert held
        assert silent
    page.goto(f"/episodes/{held.pk}")
    expect(page.get_by_role("heading", name="What earlier records say")).to_be_visible()
    assert_accessible(page)
    picture(page, "history-episode")
    page.goto(f"/episodes/{silent.pk}")
    expect(page.get_by_text("Whether an interview was offered is not known").first).to_be_visible()
    assert_accessible(page)
    picture(page, "history-silent")
    page.goto(f"/children/{silent.child_id}")
    assert_accessible(page)
    picture(page, "history-story")
    page.goto("/history")
    picture(page, "history-list")
    page.get_by_role("link", name="episodes.csv").click()
    page.get_by_role("button", name="Take it back").click()

    expect(page.get_by_role("heading", name="Take history back")).to_be_visible()
    assert_accessible(page)
    picture(page, "history-back")
    page.get_by_label("Why is it taken back?").fill("These are last year’s")
    page.get_by_role("button", name="Take it back").click()

    expect(page.get_by_text("Taken back: 10 episodes and 1 child.")).to_be_visible()
    assert_accessible(page)
    with django_db_blocker.unblock():
        assert not Episode.objects.exists()


def test_a_list_in_words_of_its_own_is_asked_about_and_read(
    sign_in: SignIn, tmp_path: Path, django_db_blocker: Any
) -> None:
    own = tmp_path / "own.csv"
    own.write_text("Kid,DOB,Gone since,Home again\nKit O'Dell,30/09/2012,1/11/2025,2/11/2025\n")
    page = sign_in("amina", narrow=True)
    page.goto("/history")
    page.locator("input[type=file]").set_input_files(own)
    page.get_by_role("button", name="See what would come of it").click()

    expect(page.get_by_role("heading", name="What the columns mean")).to_be_visible()
    expect(page.get_by_text("Say what the columns of “own.csv” mean")).to_be_visible()
    assert_accessible(page)
    picture(page, "history-columns")
    for heading, meaning in (
        *(("Kid", "Whole name"), ("Gone since", "Start"), ("Home again", "Returned")),
    ):
        page.get_by_label(heading, exact=True).select_option(label=meaning)
    page.get_by_role("button", name="See what would come of it").click()
    page.get_by_role("button", name="Bring it in").click()

    expect(page.get_by_text("1 episode and 0 children are brought in")).to_be_visible()
    with django_db_blocker.unblock():
        Episode.objects.get()
