"""A child tells of harm: the interviewer on a phone, and the manager who decides and closes it."""

import re
from datetime import date
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from returnhome.casework import acting, staff
from returnhome.casework.models import Disclosure, Interview, Organisation
from returnhome.rules.codes import Role
from tests.cast import NOW, PASSWORD, Cast, has_the_app, held, hours, returned
from tests.journeys.conftest import SignIn, assert_accessible, picture

pytestmark = [pytest.mark.browser, pytest.mark.check]

PHONE = {"width": 390, "height": 844}
WORDS = "He said he’d hurt my brother if I told. “Don’t say nothing.”"


@pytest.fixture
def talk(site: str, django_db_blocker: Any) -> Interview:
    """Sky, placed in Westborough, is being interviewed by Ines; Wanda is Westborough's manager."""
    now = timezone.now()
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        cast, by = Cast(), staff.operator()
        wanda = staff.add_person(
            "wanda@example.invalid", "Wanda Hill", password=PASSWORD, by=by, at=NOW
        )
        council = Organisation.objects.get(name="Westborough Council")
        staff.appoint(wanda, Role.MANAGER, council, since=date(2024, 1, 1), by=by, at=NOW)
        has_the_app(wanda)
        at = now - hours(8)
        one = returned(cast.sky, at=at)
        return held(one, interviewer=cast.ines, by=cast.amina, at=at)


def test_the_interviewer_tells_of_harm_and_the_manager_closes_the_loop(
    sign_in: SignIn, talk: Interview, django_db_blocker: Any
) -> None:
    def here(page: Page, name: str) -> None:
        assert_accessible(page)
        picture(page, name)

    # Ines, on her phone, in the middle of the conversation.
    ines = sign_in("ines")
    ines.set_viewport_size(PHONE)  # type: ignore[arg-type]
    ines.goto(f"/interviews/{talk.pk}/record")
    here(ines, "harm-recording")
    ines.get_by_role("button", name="The child has told of harm").click()
    expect(ines.get_by_role("heading", level=2).first).to_have_text("1. Stop asking")
    expect(ines.locator("main")).to_contain_text("Westborough Council. Manager: Wanda Hill.")
    here(ines, "harm-tell")
    ines.get_by_role("button", name="Save the words now").click()
    expect(ines.get_by_role("alert").first).to_contain_text("Write what the child said")
    here(ines, "harm-tell-error")
    ines.get_by_label("What did the child say?").fill(WORDS)
    ines.get_by_role("button", name="Save the words now").click()

    # The words are safe; now 999 and the telephone.
    expect(ines.locator("main")).to_contain_text("The telephone call is still to be made.")
    here(ines, "harm-call")
    ines.get_by_label("Yes", exact=True).check()
    ines.get_by_label("999 has been called").check()
    ines.get_by_label("Their reference number").fill("NP-118")
    ines.get_by_label("Who answered?").fill("Wanda Hill")
    here(ines, "harm-call-filled")
    ines.get_by_role("button", name="Save", exact=True).click()
    expect(ines.locator("main")).to_contain_text("NP-118")
    expect(ines.locator("main")).to_contain_text(WORDS)
    here(ines, "harm-told")
    ines.goto(f"/interviews/{talk.pk}")
    expect(ines.locator("main")).to_contain_text("Nobody has it yet")
    here(ines, "harm-interview")

    # Wanda, whose council has the child now: it has it, decides, and closes the loop.
    wanda = sign_in("wanda")
    expect(wanda.locator("main")).to_contain_text("Told of harm: Sky Marlowe")
    here(wanda, "harm-work-list")
    wanda.get_by_role("link", name="Sky Marlowe").first.click()
    here(wanda, "harm-manager")
    wanda.get_by_role("button", name="We have it").click()
    expect(wanda.locator("main")).to_contain_text("Westborough has it.")
    wanda.get_by_role("button", name="Decide").click()
    here(wanda, "harm-decide")
    wanda.get_by_label("None of these, and why").check()
    wanda.get_by_role("button", name="Record the decision").click()
    expect(wanda.get_by_role("alert").first).to_contain_text("Say why nothing")
    here(wanda, "harm-decide-error")
    wanda.get_by_label("None of these, and why").uncheck()
    wanda.get_by_label("Section 47 enquiry").check()
    wanda.get_by_label("Crime, to the police").check()
    wanda.locator("#id_passed_to_crime_to_police").fill("DS Cole, Northshire Police")
    wanda.get_by_role("button", name="Record the decision").click()
    expect(wanda.locator("main")).to_contain_text("Section 47 enquiry: pass it on")
    here(wanda, "harm-decided")
    wanda.get_by_role("button", name="Pass it on").click()
    wanda.get_by_label("Who has it now?").fill("Jo Hart, team 3")
    here(wanda, "harm-pass-on")
    wanda.get_by_role("button", name="Save who has it").click()
    for _ in range(2):
        wanda.get_by_role("button", name=re.compile("Note what came of it")).first.click()
        wanda.get_by_label("What came of it?").fill("Safe at her nan’s; he has been charged.")
        here(wanda, "harm-outcome")
        wanda.get_by_role("button", name="Save what came of it").click()
    expect(wanda.locator("main")).to_contain_text("Nothing more is owed.")
    wanda.set_viewport_size({"width": 320, "height": 640})
    here(wanda, "harm-closed")
    wanda.goto("/")
    expect(wanda.locator("main")).not_to_contain_text("Told of harm:")

    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        told = Disclosure.objects.get()
        assert (told.words, told.interview_id, told.is_in_danger) == (WORDS, talk.pk, True)
        assert told.facts.is_closed
