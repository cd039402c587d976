"""A restricted record in a browser: for a few, opened in need, looked into, open to all again."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from returnhome.casework import acting
from returnhome.casework.models import Episode
from tests.cast import Cast, booked, hours, returned
from tests.journeys.conftest import SignIn, assert_accessible, picture

pytestmark = [pytest.mark.browser, pytest.mark.check]

WHY = "The man she is afraid of has a sister who works in this building."
NEED = "She rings from a bus and does not say where she is."
NOT_THERE = "There is no restricted record that you can open by this."


@pytest.fixture
def episode(site: str, django_db_blocker: Any) -> Episode:
    """Sky came back ten hours ago; Amina has booked Ines to talk with her."""
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        now, cast = timezone.now().replace(microsecond=0), Cast()
        one = returned(cast.sky, at=now - hours(1))
        booked(one, interviewer=cast.ines, by=cast.amina, at=now)
        return one


def tab_to(page: Page, words: str) -> None:
    """Go on with the Tab key alone until the focus is where it says, or is called, this."""
    for _ in range(80):
        page.keyboard.press("Tab")
        named = page.evaluate(
            "(e => (e.labels && e.labels.length ? e.labels[0] : e).textContent)"
            "(document.activeElement)"
        )
        if " ".join(named.split()).startswith(words):
            return
    pytest.fail(f"the Tab key does not lead to “{words}”")


def is_not_there(page: Page, child: str) -> None:
    response = page.goto(child)
    assert response is not None
    assert response.status == 404
    assert "Marlowe" not in page.content()


@pytest.mark.parametrize("narrow", [False, True], ids=["desk", "phone"])
def test_a_record_is_restricted_opened_in_need_looked_into_and_open_again(
    sign_in: SignIn, episode: Episode, narrow: bool
) -> None:
    child = f"/children/{episode.child_id}"

    def here(page: Page, name: str) -> None:
        assert_accessible(page)
        picture(page, f"restricted-{name}{'-phone' if narrow else ''}")

    # Mara names who may see the record, and keeps out a colleague who knows the family.
    mara = sign_in("mara", narrow=narrow)
    mara.goto(child)
    mara.get_by_role("link", name="Who may see this record?").click()
    expect(mara.locator("main")).to_contain_text("Not restricted")
    here(mara, "nobody-yet")
    mara.get_by_role("button", name="Restrict this record").click()
    here(mara, "restrict")
    mara.get_by_role("button", name="Restrict the record").click()
    expect(mara.locator(".govuk-error-summary")).to_contain_text("Say why")
    here(mara, "restrict-error")
    mara.get_by_label("Amina Yusuf").check()
    mara.get_by_label("Why?").fill(WHY)
    mara.get_by_role("button", name="Restrict the record").click()
    expect(mara.locator("main")).to_contain_text("Only those named may see this record now.")
    here(mara, "shown")
    mara.get_by_role("button", name="Put somebody on a list").click()
    mara.get_by_role("button", name="Put them on the list").click()
    expect(mara.locator(".govuk-error-summary")).to_contain_text("Select who it is")
    here(mara, "list-error")
    mara.get_by_label("No, in no case").check()
    mara.get_by_label("Who?").select_option(label="Sol Bennett (Social worker, Northshire Council)")
    mara.get_by_label("Why?").fill("Her uncle")
    mara.get_by_role("button", name="Put them on the list").click()
    expect(mara.locator("main")).to_contain_text("Sol Bennett may not see this record.")
    here(mara, "both-lists")

    # To Amina it says so; Sol finds nothing, and opens nothing.
    amina = sign_in("amina", narrow=narrow)
    amina.goto(child)
    expect(amina.locator("main")).to_contain_text("Only those named may see this record.")
    here(amina, "child")
    sol = sign_in("sol", narrow=narrow)
    assert "Marlowe" not in sol.content()
    is_not_there(sol, child)
    here(sol, "not-there")
    sol.goto("/restricted/open")
    here(sol, "open")
    sol.get_by_label("Whose record?").fill(f"E-{episode.pk}")
    sol.get_by_label("Why do you need it now?").fill(NEED)
    sol.get_by_role("button", name="Open the record").click()
    expect(sol.locator(".govuk-error-summary")).to_contain_text(NOT_THERE)
    here(sol, "open-error")

    # Ines is only not named: she opens it for an hour, from the page that told her nothing.
    ines = sign_in("ines", narrow=narrow)
    is_not_there(ines, child)
    ines.get_by_role("link", name="open a restricted record").click()
    ines.get_by_label("Whose record?").fill(f"E-{episode.pk}")
    ines.get_by_label("Why do you need it now?").fill(NEED)
    ines.get_by_role("button", name="Open the record").click()
    expect(ines.locator("main")).to_contain_text("You opened this record by break-glass.")
    here(ines, "opened")

    # Mara sees it at once, closes it, and says whether it was right.
    mara.goto("/")
    expect(mara.locator("main")).to_contain_text("A restricted record was opened by break-glass")
    here(mara, "work-list")
    mara.get_by_role("link", name="1 opening to review").click()
    here(mara, "to-review")
    mara.get_by_role("link", name="Ines Okafor").click()
    expect(mara.locator("main")).to_contain_text(NEED)
    here(mara, "opening")
    mara.get_by_role("button", name="Close it now").click()
    is_not_there(ines, child)
    mara.get_by_label("No, it was not justified").check()
    mara.get_by_role("button", name="Record the review").click()
    expect(mara.locator(".govuk-error-summary")).to_contain_text("Say why")
    here(mara, "review-error")
    mara.get_by_label("Yes, it was justified").check()
    mara.get_by_role("button", name="Record the review").click()
    expect(mara.locator("main")).to_contain_text("Nothing waits for review.")
    here(mara, "reviewed")

    # Both lists end, with the keyboard alone.
    mara.goto(f"{child}/restriction")
    heading = mara.get_by_role("heading", level=1)
    tab_to(mara, "Take off: Sol Bennett")
    mara.keyboard.press("Enter")
    expect(heading).to_have_text("Take somebody off the list")
    tab_to(mara, "Why?")
    mara.keyboard.type("He asked her mother: they are not related.")
    here(mara, "take-off")
    tab_to(mara, "Take them off")
    mara.keyboard.press("Enter")
    expect(mara.locator("main")).to_contain_text("Sol Bennett is off the list.")
    tab_to(mara, "Lift the restriction")
    mara.keyboard.press("Enter")
    expect(heading).to_have_text("Lift the restriction")
    tab_to(mara, "Why?")
    mara.keyboard.type("The sister has left.")
    tab_to(mara, "Lift the restriction")
    mara.keyboard.press("Enter")
    expect(mara.locator("main")).to_contain_text("The restriction is lifted.")
    here(mara, "lifted")
    sol.goto(child)
    expect(sol.locator("main")).to_contain_text("Sky Marlowe")


def test_the_forms_of_a_restricted_record_need_no_javascript(
    sign_in: SignIn, episode: Episode
) -> None:
    child = f"/children/{episode.child_id}"
    mara = sign_in("mara", scripts=False)
    mara.goto(f"{child}/restrict")
    mara.get_by_label("Amina Yusuf").check()
    mara.get_by_label("Why?").fill(WHY)
    mara.get_by_role("button", name="Restrict the record").click()
    expect(mara.get_by_role("button", name="Restrict the record")).to_have_count(0)
    mara.goto(f"{child}/list-person")
    mara.get_by_label("No, in no case").check()
    mara.get_by_label("Who?").select_option(label="Sol Bennett (Social worker, Northshire Council)")
    mara.get_by_label("Why?").fill("Her uncle")
    mara.get_by_role("button", name="Put them on the list").click()
    expect(mara.locator("main")).to_contain_text("Sol Bennett may not see this record.")

    ines = sign_in("ines", scripts=False)
    ines.goto("/restricted/open")
    ines.get_by_label("Whose record?").fill(f"E-{episode.pk}")
    ines.get_by_label("Why do you need it now?").fill(NEED)
    ines.get_by_role("button", name="Open the record").click()
    expect(ines.locator("main")).to_contain_text("You opened this record by break-glass.")
    ines.get_by_role("button", name="Close it now").click()
    is_not_there(ines, child)

    mara.goto("/restricted")
    mara.get_by_role("link", name="Ines Okafor").click()
    mara.get_by_label("Yes, it was justified").check()
    mara.get_by_role("button", name="Record the review").click()
    expect(mara.locator("main")).to_contain_text("Justified")
