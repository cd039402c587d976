"""A unit asks who holds something about a child: told which council, and then what it may know."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from returnhome.casework import acting
from returnhome.casework.models import Episode
from tests.cast import PASSWORD, Cast, has_the_app, hours
from tests.journeys.conftest import SignIn
from tests.journeys.test_after_the_talk import here
from tests.journeys.test_sharing import saves
from tests.sharing import officer, told_of_a_car

pytestmark = [pytest.mark.browser, pytest.mark.check]
HOLDS = "Northshire holds something about a child of this name and birth date."


@pytest.fixture
def episode(site: str, django_db_blocker: Any) -> Episode:
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        cast = Cast()
        pia = officer(cast)
        pia.set_password(PASSWORD)
        pia.save(update_fields=["password"])
        has_the_app(pia)
        return told_of_a_car(cast, timezone.now() - hours(20))


def test_a_unit_asks_with_a_reason_and_is_answered(sign_in: SignIn, episode: Episode) -> None:
    pia = sign_in("pia", narrow=True)
    pia.get_by_role("link", name="Ask about a child").click()
    here(pia, "ask-about")
    saves(pia, "Ask")
    here(pia, "ask-about-error")
    pia.get_by_label("Given name").fill("sky")
    pia.get_by_label("Family name").fill("MARLOWE")
    for box, value in {"Day": "4", "Month": "5", "Year": "2011"}.items():
        pia.get_by_label(box, exact=True).fill(value)
    pia.get_by_label("Stop whoever does harm: what is known of people and places").check()
    pia.get_by_label("Why do you need to know?").fill("She was in a car that we stopped.")
    saves(pia, "Ask")
    expect(pia.locator("main")).to_contain_text(HOLDS)
    here(pia, "ask-told")

    amina = sign_in("amina")
    expect(amina.locator("main")).to_contain_text("1 child is asked about")
    amina.get_by_role("region", name="1 child is asked about").get_by_role("link").click()
    expect(amina.locator("main")).to_contain_text("She was in a car that we stopped.")
    expect(amina.locator("main")).to_contain_text("With a password and a second factor")
    here(amina, "asked-about")
    amina.get_by_role("button", name="Share something").click()
    here(amina, "asked-about-share")
    saves(amina, "Put it together")
    for each in amina.get_by_label("Take them out", exact=True).all():
        each.check()
    amina.get_by_label("Who exactly?").fill("The missing-person unit")
    amina.get_by_label("Why is it shared?").fill("They asked, and the car is of use to them.")
    amina.get_by_label("Told, and content with it").check()
    saves(amina, "Send it")
    expect(amina.get_by_role("alert")).to_contain_text("Sent to Northshire Police")

    pia.reload()
    expect(pia.locator("main")).to_contain_text("They shared something with you")
    pia.get_by_role("link", name="open S-").click()
    expect(pia.locator("main")).to_contain_text("Vehicle: silver Ford, AB12CDE")
    pia.goto("/asks")
    here(pia, "asks")
