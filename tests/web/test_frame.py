"""What stands around every page: sign-in, headers, kind errors, and files that are really there."""

import logging
import re
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from returnhome import urls
from returnhome.casework.models import Person
from returnhome.rules import Blocked
from returnhome.web import sign_in, vendor
from tests.cast import PASSWORD, Cast

STATIC = Path(vendor.HERE) / "static"
TEMPLATES = Path(vendor.HERE) / "templates"
LOGIN = "/accounts/login/"


def refuse(request: HttpRequest) -> HttpResponse:
    raise Blocked("Sky is still missing.")


def fail(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("Sky Marlowe")


# The product's addresses and two pages that go wrong.
urlpatterns = [*urls.urlpatterns, path("refuse", refuse), path("fail", fail)]
handler500 = urls.handler500


@pytest.fixture
def amina(client: Client, cast: Cast) -> Client:
    client.force_login(Person.objects.get(email="amina@example.invalid"))
    return client


def sign_in_as(client: Client, email: str, password: str) -> HttpResponse:
    return client.post(LOGIN, {"login": email, "password": password})


# What the browser loads.


def style_sheets_and_scripts() -> list[Path]:
    return [file for file in STATIC.rglob("*") if file.suffix in {".css", ".js", ".svg"}]


def test_no_crown_crest_or_gds_typeface_is_served():
    words = re.compile(r"gds|crown|crest|govuk-logo|@font-face", re.IGNORECASE)

    found = {file.name: words.findall(file.read_text()) for file in style_sheets_and_scripts()}

    assert len(found) > 5
    assert not any(found.values())
    assert not [file for file in STATIC.rglob("*") if file.suffix in {".woff", ".woff2", ".ico"}]


def test_every_picture_that_a_style_sheet_names_is_there():
    for sheet in STATIC.rglob("*.css"):
        for name in re.findall(r"url\(([^)]+)\)", sheet.read_text()):
            assert name.startswith("data:") or (sheet.parent / name).exists(), name


def test_every_static_file_that_a_page_names_is_there():
    pages = "".join(file.read_text() for file in TEMPLATES.rglob("*.html"))

    named = set(re.findall(r"static\('([^']+)'\)", pages))

    assert named
    assert not [name for name in named if not (STATIC / name).exists()]


def test_dressing_a_style_sheet_takes_only_the_royal_part_of_a_rule():
    css = "@media print{.a,.b-crest{color:red}}.crown{width:1px}.c{mask:url(/x/crest.svg);top:0}"

    assert vendor.dressed(css) == "@media print{.a{color:red}}.c{top:0}"


# Who gets in.


def test_a_stranger_is_sent_to_sign_in_and_then_where_they_wanted_to_go(client: Client, cast: Cast):
    response = client.get("/episodes/7?page=2")

    assert response.status_code == 302
    assert response.headers["Location"] == f"{LOGIN}?next=%2Fepisodes%2F7%3Fpage%3D2"


def test_signing_in_with_the_right_password_leads_to_the_code(client: Client, cast: Cast):
    response = sign_in_as(client, "amina@example.invalid", PASSWORD)

    assert response.status_code == 302
    assert response.headers["Location"] == "/accounts/login/code/"
    assert client.get("/").headers["Location"].startswith(LOGIN)


def test_a_closed_account_is_refused_in_the_words_of_a_wrong_password(client: Client, cast: Cast):
    wrong = sign_in_as(client, "owen@example.invalid", "not-it").content.decode()
    Person.objects.filter(email="owen@example.invalid").update(is_active=False)

    closed = sign_in_as(client, "owen@example.invalid", PASSWORD).content.decode()

    sentence = "The email address or password is not right"
    assert sentence in wrong
    assert sentence in closed


def test_somebody_whose_account_is_closed_is_out_at_their_next_page(amina: Client):
    Person.objects.filter(email="amina@example.invalid").update(is_active=False)

    assert amina.get("/children/").headers["Location"].startswith(LOGIN)


@pytest.mark.parametrize("page", ["signup", "email", "social/connections", "password/set"])
def test_accounts_can_do_nothing_but_sign_in_and_change_a_password(amina: Client, page: str):
    assert amina.get(f"/accounts/{page}/").status_code == 404


def test_asking_for_a_new_password_does_not_tell_who_has_an_account(
    client: Client, cast: Cast, mailoutbox: list
):
    known = client.post("/accounts/password/reset/", {"email": "amina@example.invalid"})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.invalid"})

    assert known.headers["Location"] == unknown.headers["Location"]
    assert [letter.subject for letter in mailoutbox] == [
        "Set a new password for Returnhome",
        "No Returnhome account with this address",
    ]


def test_a_password_can_be_changed_and_says_so(amina: Client):
    typed = {
        "oldpassword": PASSWORD,
        "password1": "four grey geese",
        "password2": "four grey geese",
    }

    response = amina.post("/accounts/password/change/", typed)

    assert response.headers["Location"] == "/"
    assert Person.objects.get(email="amina@example.invalid").check_password("four grey geese")


def test_only_the_demonstration_shows_who_can_sign_in(client: Client, cast: Cast, settings):
    settings.DEMONSTRATION = False
    live = client.get(LOGIN).content.decode()
    settings.DEMONSTRATION = True

    demonstration = client.get(LOGIN).content.decode()

    assert "example.invalid" not in live
    assert sign_in.DEMONSTRATION_PASSWORD not in live
    assert "amina@example.invalid" in demonstration
    assert sign_in.DEMONSTRATION_PASSWORD in demonstration


# What travels with a page.


@pytest.mark.parametrize("address", [LOGIN, "/nowhere"])
def test_a_page_loads_only_what_is_ours_and_is_not_kept(amina: Client, address: str):
    headers = amina.get(address).headers

    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "no-store" in headers["Cache-Control"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"


def test_the_one_inline_script_carries_the_nonce_of_its_own_page(client: Client, cast: Cast):
    response = client.get(LOGIN)

    nonces = re.findall(r'<script nonce="([^"]+)"', response.content.decode())
    policy = response.headers["Content-Security-Policy"]
    assert [f"'nonce-{nonce}'" in policy for nonce in nonces] == [True]
    assert client.get(LOGIN).headers["Content-Security-Policy"] != policy


def test_the_health_check_answers_without_a_sign_in(client: Client, cast: Cast):
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok")


# When something goes wrong.


def test_an_unknown_address_gets_a_kind_page(amina: Client):
    response = amina.get("/nowhere")

    assert response.status_code == 404
    assert "Page not found" in response.content.decode()
    assert "Go to your work list" in response.content.decode()


def test_what_is_not_there_leads_whoever_works_with_children_to_break_glass(as_, cast: Cast):
    words = "open a restricted record"

    assert words in as_("amina").get("/nowhere").content.decode()
    for page in (as_("ana"), as_("adi"), Client()):
        assert words not in page.get("/nowhere", follow=True).content.decode()


@pytest.mark.urls(__name__)
def test_a_refusal_that_no_form_caught_is_a_page_with_its_sentence(amina: Client):
    response = amina.get("/refuse")

    assert response.status_code == 409
    assert "Sky is still missing." in response.content.decode()


@pytest.mark.urls(__name__)
def test_a_fault_gets_a_reference_that_the_log_has_and_no_name(
    amina: Client, caplog: pytest.LogCaptureFixture
):
    amina.raise_request_exception = False

    with caplog.at_level(logging.ERROR, logger="returnhome"):
        response = amina.get("/fail")

    page = response.content.decode()
    ours = [line.getMessage() for line in caplog.records if line.name == "returnhome.faults"]
    reference = re.search(r"[0-9A-F]{8}", page)
    assert response.status_code == 500
    assert reference
    assert [reference.group() in line for line in ours] == [True]
    assert "Sky" not in page + "".join(ours)


def test_what_was_typed_waits_when_the_session_has_ended(client: Client, cast: Cast):
    typed = {"words": "I was at my nan’s.\n<b>Nobody</b> asked.", "password": "secret"}

    response = client.post("/offers/3/answer", typed, headers={"origin": "http://testserver"})

    page = response.content.decode()
    assert response.status_code == 403
    assert "What you typed is still here" in page
    assert "I was at my nan’s.\n&lt;b&gt;Nobody&lt;/b&gt; asked." in page
    assert "secret" not in page


def test_a_form_of_another_site_is_not_offered_for_sending_again(cast: Cast):
    client = Client(enforce_csrf_checks=True)
    headers = {"origin": "https://elsewhere.example"}

    response = client.post("/offers/3/answer", {"words": "planted"}, headers=headers)

    assert response.status_code == 403
    assert "planted" not in response.content.decode()
