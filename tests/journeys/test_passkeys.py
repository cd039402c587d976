"""A passkey: made on one's own account, and then signing in with nothing else."""

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page, expect

from returnhome.casework.models import Person
from tests.cast import app_shows
from tests.journeys.conftest import SignIn, assert_accessible, picture

pytestmark = [pytest.mark.browser, pytest.mark.check]


def give_authenticator(page: Page) -> None:
    """A device that verifies whoever holds it, as a telephone does by fingerprint."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_amina_adds_a_passkey_and_signs_in_with_it_alone(sign_in: SignIn) -> None:
    page = sign_in("amina")
    give_authenticator(page)
    mail.outbox.clear()

    page.get_by_role("link", name="Amina Yusuf").click()
    page.get_by_role("link", name="Second factor").click()
    assert_accessible(page)
    page.get_by_role("button", name="Add a passkey").click()
    assert_accessible(page)
    picture(page, "add-a-passkey")
    page.get_by_label("What will you call it?").fill("My work phone")
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_role("heading", name="Your recovery codes").wait_for()
    assert_accessible(page)
    picture(page, "recovery-codes")
    page.get_by_role("button", name="I have kept them").click()
    page.goto("/accounts/2fa/")
    expect(page.get_by_text("My work phone").first).to_be_visible()
    picture(page, "second-factor")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Password", exact=True).wait_for()
    page.goto("/accounts/login/?next=/duty")
    page.get_by_role("button", name="Use a passkey instead").click()

    page.wait_for_url(lambda address: address.endswith("/duty"))
    expect(page.get_by_role("heading", name="Duty", level=1)).to_be_visible()
    assert [letter.subject for letter in mail.outbox] == ["Passkey added to Returnhome"]


def test_a_passkey_that_was_removed_opens_nothing(sign_in: SignIn) -> None:
    page = sign_in("amina")
    give_authenticator(page)
    page.goto("/accounts/2fa/passkeys/add/")
    page.get_by_label("What will you call it?").fill("Lost phone")
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_role("heading", name="Your recovery codes").wait_for()
    page.goto("/accounts/2fa/")
    page.get_by_role("link", name="Remove Lost phone").click()
    assert_accessible(page)
    page.get_by_role("button", name="Remove the passkey").click()
    page.get_by_text("The passkey is removed.").wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Password", exact=True).wait_for()

    page.goto("/accounts/login/")
    page.get_by_role("button", name="Use a passkey instead").click()

    page.get_by_text("That passkey does not open an account here.").wait_for()


def test_the_pages_of_the_second_factor_are_for_everybody(sign_in: SignIn) -> None:
    page = sign_in("ines", narrow=True, scripts=True)
    seen = (
        "/accounts/2fa/",
        "/accounts/2fa/app/",
        "/accounts/2fa/codes/new/",
        "/account/signed-in",
        "/account",
    )

    for address in seen:
        page.goto(address)
        assert_accessible(page)
        picture(page, f"narrow{address.replace('/', '-')}")


def test_adi_takes_a_lost_factor_away(sign_in: SignIn) -> None:
    ines = Person.objects.get(email="ines@example.invalid")
    page = sign_in("adi", narrow=True)

    page.goto(f"/people/{ines.pk}")
    assert_accessible(page)
    picture(page, "person-for-an-administrator")
    page.get_by_role("button", name="They have lost it").click()
    assert_accessible(page)
    picture(page, "take-a-factor-away")
    page.get_by_role("button", name="Take it away").click()

    page.get_by_text("No second factor yet").wait_for()
    page.get_by_role("button", name="They have left").click()
    assert_accessible(page)
    picture(page, "close-an-account")


def test_ines_sets_up_an_app_without_scripts_at_her_first_sign_in(sign_in: SignIn) -> None:
    Person.objects.get(email="ines@example.invalid").authenticator_set.all().delete()

    page = sign_in("ines", scripts=False, narrow=True, first=True)

    expect(page.get_by_role("heading", name="Protect your account")).to_be_visible()
    page.goto("/people")
    expect(page.get_by_role("heading", name="Protect your account")).to_be_visible()
    picture(page, "protect-your-account")
    page.get_by_role("button", name="Use an authenticator app").click()
    picture(page, "set-up-app")
    key = page.locator("#key").inner_text().replace(" ", "")
    page.get_by_label("Code from the app").fill(app_shows(timezone.now(), key=key))
    page.get_by_role("button", name="Set up the app").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    page.get_by_role("button", name="I have kept them").click()
    page.wait_for_url(lambda address: address.endswith("/"))
