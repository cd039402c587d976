"""Two councils, a provider and a refusal: one interview, counted once, where it belongs."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from returnhome.casework import staff
from returnhome.casework.models import Episode, Organisation
from returnhome.rules.clock import Standing
from returnhome.rules.codes import Cohort, Role
from tests.cast import NOW, PASSWORD, has_the_app
from tests.journeys.conftest import SignIn, assert_accessible, picture
from tests.journeys.test_whole_story import (
    HEADINGS,
    ago,
    fill_moment,
    follow,
    held_in,
    leave,
    uptake,
)

pytestmark = [pytest.mark.browser, pytest.mark.check]


@pytest.fixture
def tomasz(site: str, django_db_blocker: Any) -> None:
    """Who answers for the provider."""
    with django_db_blocker.unblock():
        by = staff.operator()
        person = staff.add_person(
            "tomasz@example.invalid", "Tomasz Wilk", password=PASSWORD, by=by, at=NOW
        )
        provider = Organisation.objects.get(name="Open Path")
        staff.appoint(person, Role.COORDINATOR, provider, since=date(2024, 1, 1), by=by, at=NOW)
        has_the_app(person)


def police_file(folder: Path) -> Path:
    """Sky, looked after by Northshire and placed in Westborough, found eighteen hours ago."""
    seen, reported, found = (f"{ago(hours=each):%d/%m/%Y %H:%M}" for each in (40, 38, 18))
    row = (
        f"S1,Marlowe,Sky,04/05/2011,F,,WB1 1AA,{seen},{reported},Medium,Y,Northshire,Missing,"
        f"{found},Came back by herself"
    )
    path = folder / "sky.csv"
    path.write_text(f"{HEADINGS}\r\n{row}\r\n", encoding="utf-8")
    return path


def test_two_councils_and_a_provider_hold_one_interview(
    sign_in: SignIn, tomasz: None, tmp_path: Path, django_db_blocker: Any
) -> None:
    visited: set[str] = set()

    def here(page: Page, name: str) -> None:
        assert_accessible(page)
        picture(page, name)
        address = page.url.split("://")[1].partition("/")[2].partition("?")[0].partition("#")[0]
        if re.search(r"\d", address):
            visited.add(f"/{address}")

    # Northshire hears that Sky is back in Westborough, and takes her on.
    amina = sign_in("amina")
    held_before = held_in(uptake(amina))
    amina.goto("/intake")
    amina.get_by_label("Who sent it?").select_option("Northshire Police")
    amina.locator("input[type=file]").set_input_files(police_file(tmp_path))
    amina.get_by_role("button", name="See what it would do").click()
    amina.get_by_role("button", name=re.compile("Confirm")).first.click()
    expect(amina.locator("main")).to_contain_text("1 opened")
    amina.goto("/")
    row = amina.get_by_role("row").filter(has_text="Sky Marlowe")
    row.get_by_role("button", name=re.compile("Take on")).click()
    expect(row.get_by_role("button", name=re.compile("Take on"))).to_have_count(0)
    amina.goto("/")
    amina.get_by_role("link", name="Sky Marlowe").first.click()
    episode = amina.url
    amina.get_by_role("link", name=re.compile("Record the return")).first.click()
    fill_moment(amina, "returned", ago(hours=17))
    amina.get_by_role("button", name="Record the return").click()

    # She asks the host council, which sees no name, and refuses.
    amina.get_by_role("link", name="Ask somebody else to hold the interview").click()
    here(amina, "hand-over-ask")
    amina.get_by_label("Westborough", exact=True).check()
    amina.get_by_role("button", name="Ask", exact=True).click()
    expect(amina.locator("main")).to_contain_text("Westborough is asked")
    here(amina, "hand-over-asked")

    wes = sign_in("wes")
    expect(wes.locator("main")).to_contain_text("Other councils ask you")
    wes.get_by_role("link", name="Hold the interview, asks Northshire").click()
    here(wes, "hand-over-answer")
    wes.get_by_label("No, we cannot").check()
    wes.get_by_label("No interviewer is free in time", exact=True).check()
    wes.get_by_role("button", name="Send the answer").click()
    expect(wes.locator("main")).to_contain_text("Refused")
    here(wes, "hand-over-refused")

    # Northshire is told, and asks its provider, which accepts and books Pat.
    amina.goto("/hand-overs")
    expect(amina.locator("main")).to_contain_text("To be arranged another way")
    here(amina, "hand-overs")
    amina.get_by_role("button", name=re.compile("See to it")).click()
    amina.get_by_role("button", name="Ask again, or ask another").click()
    amina.get_by_label("Open Path", exact=True).check()
    amina.get_by_role("button", name="Ask", exact=True).click()

    provider = sign_in("tomasz")
    provider.get_by_role("link", name="Hold the interview, asks Northshire").click()
    provider.get_by_label("Yes, we hold the interview").check()
    provider.get_by_role("button", name="Send the answer").click()
    here(provider, "hand-over-accepted")
    follow(provider, re.compile("Offer"))
    provider.get_by_label("Telephone").check()
    provider.get_by_label("The child", exact=True).check()
    fill_moment(provider, "offered_at", ago(minutes=1))
    provider.locator("main").get_by_role("button", name=re.compile("Record|Save")).click()
    provider.get_by_label("Accepted").check()
    provider.get_by_role("button", name="Save the answer").click()
    if provider.url == episode:
        follow(provider, re.compile("Book"))
    provider.get_by_label(re.compile("Pat Lindqvist")).check()
    fill_moment(provider, "booked_for", ago(hours=-3))
    provider.get_by_label("Youth centre").check()
    provider.get_by_label("In person", exact=True).check()
    provider.get_by_role("button", name="Book the interview").click()
    provider.get_by_role("button", name="Book all the same").click()
    expect(provider.locator("main")).to_contain_text("Pat Lindqvist")

    # Pat holds it, records it and signs it off: that is the report.
    pat = sign_in("pat")
    pat.goto(episode)
    follow(pat, "See the booking")
    pat.get_by_role("button", name="Record the interview").click()
    pat.get_by_role("link", name="The conversation").click()
    while "/record/" in pat.url:
        for box in pat.locator("textarea:visible").all():
            box.fill("I missed my nan.")
        for choice in pat.locator('[value="no:not_asked"][type=radio]').all():
            choice.check()
        for choice in pat.locator('[name="push-codes"][value="not_listened_to"]').all():
            choice.check()
        for choice in pat.locator('[name="pull-codes"][value="family"]').all():
            choice.check()
        for key in ("present_kinds", "told_of"):
            for choice in pat.locator(f'[name="{key}-codes"][value="no:not_asked"]').all():
                choice.check()
        leave(pat, re.compile("Save and"))
    pat.get_by_role("link", name="When it took place").click()
    fill_moment(pat, "held_at", ago(minutes=0))
    pat.get_by_label("Yes").check()
    pat.get_by_role("button", name="Save").click()
    pat.get_by_role("link", name="Read it through and sign it off").click()
    pat.get_by_role("button", name="Sign off the record").click()
    expect(pat.locator("main")).to_contain_text("signed off")

    # Northshire has its report, and the interview counts once: for Northshire, out of area.
    amina.goto("/hand-overs")
    expect(amina.locator("main")).to_contain_text("Report returned")
    here(amina, "hand-overs-reported")
    with django_db_blocker.unblock():
        (counted,) = Episode.objects.filter(held_at__isnull=False)
        assert counted.counted_under.name == counted.responsible_authority.name == "Northshire"
        assert counted.cohort == Cohort.LOOKED_AFTER_OUT_OF_AREA
        assert counted.timeliness == Standing.IN_TIME
        assert counted.interviews.filter(held_at__isnull=False).count() == 1
    assert held_in(uptake(amina)) == held_before + 1
    assert held_in(uptake(wes)) == 0

    # The host that refused knows that Sky is back, and reads nothing of what she said.
    wes.goto(episode)
    expect(wes.locator("main")).to_contain_text("Northshire acts for this child")
    expect(wes.locator("main")).not_to_contain_text("I missed my nan")

    # Somebody of another council finds nothing, anywhere on the way.
    owen = sign_in("owen")
    assert len(visited) >= 4
    for address in sorted(visited):
        response = owen.goto(address)
        assert response is not None
        assert response.status == 404, address
        assert "Sky" not in owen.content()
