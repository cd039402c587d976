"""The second factor: a code after the password, setting one up first, and losing it."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from returnhome.casework.models import JournalEntry, Person
from returnhome.web import second_factor
from tests.cast import APP_KEY, PASSWORD, Cast, app_shows
from tests.web.asking import words_of

pytestmark = pytest.mark.check

LOGIN, CODE, SET_UP = "/accounts/login/", "/accounts/login/code/", "/account/second-factor"
WRONG = "That code is not right, or it has been used"
# Every other page that a signed-in person may ask for.
ELSEWHERE = ("/", "/children/", "/people", "/figures", "/account", "/account/signed-in", "/duty")


def give_password(client: Client, who: str = "amina", password: str = PASSWORD):
    return client.post(LOGIN, {"login": f"{who}@example.invalid", "password": password})


def give_code(client: Client, code: str):
    return client.post(CODE, {"code": code})


def signed_in(who: str = "amina", *, later: int = 0) -> Client:
    client = Client()
    give_password(client, who)
    give_code(client, app_shows(timezone.now(), later=later))
    return client


def without_factor(who: str) -> Client:
    """Somebody who signs in and has no second factor yet."""
    Authenticator.objects.filter(user__email=f"{who}@example.invalid").delete()
    client = Client()
    give_password(client, who)
    return client


def key_on(page: str) -> str:
    found = re.search(r'id="key">([A-Z2-7 ]+)<', page)
    assert found
    return found[1].replace(" ", "")


def set_up_app(client: Client):
    key = key_on(client.get("/accounts/2fa/app/").content.decode())
    typed = {"code": app_shows(timezone.now(), key=key)}
    return client.post("/accounts/2fa/app/", typed, follow=True)


def verbs_of(person: Person) -> list[str]:
    done = JournalEntry.objects.filter(by_id=person.pk).order_by("pk")
    return list(done.values_list("verb", flat=True))


# The code.


def test_the_right_code_after_the_password_leads_to_the_work_list(client: Client, cast: Cast):
    give_password(client)

    response = give_code(client, app_shows(timezone.now()))

    assert response.headers["Location"] == "/"
    assert client.get("/").status_code == 200
    assert verbs_of(cast.amina)[-1] != "sign in by passkey"
    assert "sign in" in verbs_of(cast.amina)


def test_a_code_may_be_typed_in_two_halves_and_from_a_slow_telephone(client: Client, cast: Cast):
    give_password(client)
    code = app_shows(timezone.now(), later=-1)

    response = give_code(client, f"{code[:3]} {code[3:]}")

    assert response.headers["Location"] == "/"


def test_a_wrong_code_is_refused_in_words_beside_its_field(client: Client, cast: Cast):
    give_password(client)

    response = give_code(client, "000000" if app_shows(timezone.now()) != "000000" else "111111")

    assert WRONG in words_of(response)
    assert client.get("/").status_code == 302


def test_a_code_works_once_for_as_long_as_it_is_right(client: Client, cast: Cast):
    code = app_shows(timezone.now(), later=1)
    give_password(client)
    give_code(client, code)
    second = Client()
    give_password(second)

    again = give_code(second, code)

    assert WRONG in words_of(again)
    # The memory of it is as long as the code is right: a minute and a half.
    assert second_factor.LASTS.total_seconds() == 90


def test_the_code_page_is_closed_to_whoever_gave_no_password(client: Client, cast: Cast):
    assert client.get(CODE).headers["Location"] == LOGIN
    assert give_code(client, app_shows(timezone.now())).headers["Location"] == LOGIN


def test_the_secret_of_an_app_is_sealed_at_rest(cast: Cast):
    kept = Authenticator.objects.get(user=cast.amina).data["secret"]

    assert APP_KEY not in kept
    assert bytes.fromhex(kept)[:1] == b"\x01"


# The first sign-in.


@pytest.mark.parametrize("page", ELSEWHERE)
def test_whoever_has_no_second_factor_sees_no_other_page_before(cast: Cast, page: str):
    ines = without_factor("ines")

    response = ines.get(page)

    assert response.headers["Location"] == SET_UP
    assert ines.post("/account/new-calendar").headers["Location"] == SET_UP


def test_the_page_that_asks_for_a_second_factor_leads_nowhere_else(cast: Cast):
    page = without_factor("ines").get(SET_UP)

    assert "Protect your account" in words_of(page)
    assert "Work list" not in words_of(page)


def test_setting_up_an_app_shows_the_recovery_codes_once_and_then_opens_the_house(cast: Cast):
    ines = without_factor("ines")

    page = set_up_app(ines)
    again = ines.get("/accounts/2fa/codes/")

    codes = re.findall(r"<li><code>(\d{4}) (\d{4})</code></li>", page.content.decode())
    assert len(codes) == 10
    assert "You see them now and never again" in words_of(page)
    assert "".join(codes[0]) not in again.content.decode().replace(" ", "")
    assert "10 codes are left" in words_of(again)
    assert ines.get("/").status_code == 200
    assert "set up authenticator app" in verbs_of(cast.ines)


def test_an_app_is_not_set_up_by_a_wrong_code(cast: Cast):
    ines = without_factor("ines")
    ines.get("/accounts/2fa/app/")

    response = ines.post("/accounts/2fa/app/", {"code": "12345"})

    assert WRONG in words_of(response)
    assert not Authenticator.objects.filter(user=cast.ines).exists()
    assert ines.get("/").headers["Location"] == SET_UP


def test_the_key_can_be_typed_and_read_as_a_picture(cast: Cast):
    page = without_factor("ines").get("/accounts/2fa/app/").content.decode()

    assert re.fullmatch(r"[A-Z2-7]{32}", key_on(page))
    assert 'alt="The key below, as a QR code"' in page
    assert 'src="data:image/svg+xml;base64,' in page


def test_somebody_new_sets_a_password_by_letter_and_then_an_app(cast: Cast, mailoutbox):
    ines = cast.ines
    Authenticator.objects.filter(user=ines).delete()
    ines.set_unusable_password()
    ines.save()
    client = Client()
    client.post("/accounts/password/reset/", {"email": "ines@example.invalid"})
    [address] = re.findall(r"http://testserver(/\S+)", mailoutbox[0].body)
    form = client.get(address).headers["Location"]
    client.post(form, {"password1": "four grey geese", "password2": "four grey geese"})

    give_password(client, "ines", "four grey geese")
    page = set_up_app(client)

    assert "Your recovery codes" in words_of(page)
    assert client.get("/").status_code == 200


# Changing it.


def test_a_new_telephone_takes_the_place_of_the_old_one_and_ends_other_sessions(cast: Cast):
    here, there = signed_in(), signed_in(later=1)

    set_up_app(here)

    assert Authenticator.objects.filter(user=cast.amina, type="totp").count() == 1
    assert here.get("/").status_code == 200
    assert there.get("/").headers["Location"].startswith(LOGIN)


def test_later_a_change_asks_for_a_code_again_and_never_for_the_password_alone(cast: Cast):
    amina = signed_in()
    session = amina.session
    session["signed_in_since"] -= 11 * 60
    session.save()

    asked = amina.get("/accounts/2fa/app/")
    page = amina.get(asked.headers["Location"])
    by_password = amina.get("/accounts/reauthenticate/")
    gone_on = amina.post(asked.headers["Location"], {"code": app_shows(timezone.now(), later=1)})

    assert asked.headers["Location"].startswith("/accounts/reauthenticate/code/")
    assert "Enter a code to go on" in words_of(page)
    assert by_password.headers["Location"].startswith("/accounts/reauthenticate/code/")
    assert gone_on.headers["Location"] == "/accounts/2fa/app/"
    assert amina.get("/accounts/2fa/app/").status_code == 200


def test_the_last_factor_cannot_be_removed(cast: Cast):
    amina = signed_in()
    Authenticator.objects.filter(user=cast.amina).delete()
    key = Authenticator.objects.create(
        user=cast.amina, type="webauthn", data={"name": "My phone", "credential": {}}
    )

    response = amina.post(f"/accounts/2fa/passkeys/{key.pk}/remove/")

    assert response.status_code == 409
    assert "set up another one first" in words_of(response)
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_a_passkey_is_renamed_and_removed_by_its_owner_alone(cast: Cast):
    amina, ines = signed_in("amina"), signed_in("ines")
    key = Authenticator.objects.create(
        user=cast.amina, type="webauthn", data={"name": "My phone", "credential": {}}
    )
    page = f"/accounts/2fa/passkeys/{key.pk}"

    strange = [ines.post(f"{page}/{verb}/", {"name": "Mine"}) for verb in ("rename", "remove")]
    amina.post(f"{page}/rename/", {"name": "My work phone"})
    listed = words_of(amina.get("/accounts/2fa/"))
    amina.post(f"{page}/remove/")

    assert [response.status_code for response in strange] == [404, 404]
    assert "My work phone" in listed
    assert not Authenticator.objects.filter(pk=key.pk).exists()
    assert "remove passkey" in verbs_of(cast.amina)


# Recovery codes.


def test_a_recovery_code_signs_in_once_and_is_noted(cast: Cast, mailoutbox):
    ines = without_factor("ines")
    page = set_up_app(ines).content.decode()
    code = "".join(re.findall(r"<li><code>(\d{4} \d{4})</code></li>", page)[:1])
    mailoutbox.clear()

    first, second = Client(), Client()
    give_password(first, "ines")
    let_in = give_code(first, code)
    front = first.get("/")
    give_password(second, "ines")
    again = give_code(second, code)

    assert let_in.headers["Location"] == "/"
    assert "You have used a recovery code. 9 of them are left" in words_of(front)
    assert WRONG in words_of(again)
    assert "use recovery code" in verbs_of(cast.ines)
    assert [letter.subject for letter in mailoutbox] == ["Recovery code used for Returnhome"]
    assert "9 of them are left" in mailoutbox[0].body


def test_new_recovery_codes_take_the_place_of_the_old_ones(cast: Cast):
    ines = without_factor("ines")
    first = set_up_app(ines).content.decode()

    second = ines.post("/accounts/2fa/codes/new/", follow=True).content.decode()

    codes = r"<li><code>(\d{4} \d{4})</code></li>"
    assert len(re.findall(codes, second)) == 10
    assert not set(re.findall(codes, first)) & set(re.findall(codes, second))


# The demonstration.


def test_only_the_demonstration_shows_the_code_of_the_moment(client: Client, cast: Cast, settings):
    settings.DEMONSTRATION = False
    before = client.get(LOGIN).content.decode()
    give_password(client)
    live = client.get(CODE).content.decode()
    settings.DEMONSTRATION = True

    shown = client.get(CODE).content.decode()
    listed = Client().get(LOGIN).content.decode()

    moments = {app_shows(timezone.now(), later=number) for number in (-2, -1, 0, 1)}
    assert not [code for code in moments if code in before + live]
    assert [code for code in moments if code in shown]
    assert [code for code in moments if code in listed]
    assert "demonstration-code" not in live


@pytest.mark.check
def test_in_the_demonstration_many_use_the_same_code(cast: Cast, settings):
    settings.DEMONSTRATION = True

    several = [signed_in() for _ in range(3)]

    assert [client.get("/").status_code for client in several] == [200, 200, 200]
