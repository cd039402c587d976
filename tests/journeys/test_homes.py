"""A home on a telephone at night: reported missing in six taps and a few words, or no scripts."""

import re
from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from returnhome.casework import acting
from returnhome.casework.models import Child, Episode
from tests.cast import NOW, Cast, lives_at
from tests.journeys.conftest import SignIn, assert_accessible, picture

pytestmark = [pytest.mark.browser, pytest.mark.check]

# From the list to the confirmation, by the shortest way that leaves nothing out.
TAPS, BOXES_TYPED = 6, 1
A_MINUTE = 60


@pytest.fixture
def robin(site: str, django_db_blocker: Any) -> Child:
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        cast = Cast()
        return lives_at(cast.robin, cast.larchwood, by=cast.sol, at=NOW)


class Hand:
    """Taps and types, and counts both: a box that is typed into is tapped first."""

    def __init__(self) -> None:
        self.taps = self.typed = 0

    def tap(self, what: Locator) -> None:
        self.taps += 1
        what.click()

    def type(self, what: Locator, words: str) -> None:
        self.tap(what)
        self.typed += 1
        what.fill(words)


def choice(page: Page, group: str, label: str) -> Locator:
    return page.get_by_role("group", name=group).get_by_label(label, exact=True)


def report_missing(page: Page, hand: Hand, look: Callable[[Page, str], None]) -> None:
    hand.tap(page.get_by_role("button", name=re.compile("Report missing.*Robin")))
    look(page, "home-missing")
    hand.tap(choice(page, "When was the child seen last?", "Just now"))
    hand.tap(choice(page, "Do you know where they are?", "No: they are missing"))
    hand.type(page.get_by_label("Where were they seen last"), "At the gate")
    hand.tap(choice(page, "Have you told the police?", "Not yet"))
    hand.tap(page.get_by_role("button", name="Report missing"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Reported missing")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_home_reports_a_child_missing_and_returned_on_a_telephone(
    sign_in: SignIn, robin: Child, django_db_blocker: Any, scripts: bool
) -> None:
    def look(page: Page, name: str) -> None:
        # axe is itself a script, and works where the page's own are off.
        if scripts:
            assert_accessible(page)
            picture(page, name)

    lara = sign_in("lara", narrow=True, scripts=scripts)
    expect(lara.get_by_role("heading", level=1)).to_have_text("Who lives here")
    look(lara, "home-list")

    hand, began = Hand(), monotonic()
    report_missing(lara, hand, look)
    took = monotonic() - began
    assert (hand.taps, hand.typed) == (TAPS, BOXES_TYPED)
    assert took < A_MINUTE
    expect(lara.locator("main")).to_contain_text("Tell the police: ring 101")
    look(lara, "home-reported")

    # Somebody adds what they remember.
    lara.get_by_role("link", name=re.compile("Add to it")).click()
    look(lara, "home-add")
    choice(lara, "What do you want to say?", "Something more").check()
    lara.get_by_label("What do you know, and how?").fill("He took his bicycle")
    lara.get_by_role("button", name="Send it").click()
    expect(lara.locator("main")).to_contain_text("He took his bicycle")

    # He is back, and holds his arm.
    lara.goto("/lives-here")
    look(lara, "home-missing-list")
    lara.get_by_role("button", name=re.compile("Report returned.*Robin")).click()
    lara.get_by_role("button", name="Report returned").click()
    expect(lara.get_by_role("alert").first).to_contain_text("Say when the child came back")
    look(lara, "home-returned-error")
    choice(lara, "When did the child come back?", "Just now").check()
    choice(lara, "Do they seem hurt", "Yes").check()
    lara.get_by_label("What do you see?").fill("His arm")
    choice(lara, "Have the police spoken", "Not known").check()
    look(lara, "home-returned")
    lara.get_by_role("button", name="Report returned").click()
    expect(lara.locator("main")).to_contain_text("A return home interview is due by")
    look(lara, "home-back")
    lara.goto("/lives-here")
    expect(lara.locator("main")).to_contain_text("It has not been offered yet.")

    # The council has it as the home's, and sees to it.
    amina = sign_in("amina")
    row = amina.get_by_role("row").filter(has_text="Robin Ashdown")
    expect(row).to_contain_text("From Larchwood House")
    expect(row).to_contain_text("May need a doctor")
    amina.get_by_role("link", name="Robin Ashdown").first.click()
    expect(amina.locator("main")).to_contain_text("He took his bicycle")
    assert_accessible(amina)
    picture(amina, "home-at-the-council")
    amina.get_by_role("button", name=re.compile("I have seen to it")).click()
    expect(amina.locator("main")).to_contain_text("Seen to by Amina Yusuf")
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        assert Episode.objects.get().returned_source == "Larchwood House"
