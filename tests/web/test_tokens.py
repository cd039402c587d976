"""Tokens for programs: the administrator's pages, which show a token once and no child at all."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from returnhome.casework import tokens
from returnhome.casework.models import Token
from returnhome.rules.codes import TokenScope
from tests.cast import Cast
from tests.web.asking import words_of

pytestmark = pytest.mark.check

TYPED = {"name": "Records system", "scopes": ["send_notifications"], "lasts": "90"}


def a_token(cast: Cast, now, **said) -> Token:
    told = {"scopes": list(TokenScope), "until": now.date() + timedelta(days=30)} | said
    whose = told.pop("organisation", cast.northshire_council)
    return tokens.make(whose, "Case system", by=cast.adi, at=now, **told)[0]


def test_adi_makes_a_token_and_sees_it_once(as_, cast: Cast):
    page = as_("adi").post("/tokens/make", TYPED)

    (secret,) = re.findall(r"rht_[\w-]+", page.content.decode())
    token = Token.objects.get()
    assert token.digest == tokens.digest(secret)
    assert token.organisation == cast.northshire_council
    assert token.scopes == ["send_notifications"]
    assert "shown here once" in words_of(page)
    later = as_("adi").get("/tokens")
    assert secret not in later.content.decode()
    assert "Records system" in words_of(later)
    assert f"…{secret[-4:]}" in words_of(later)


def test_what_is_missing_is_said_at_its_field(as_):
    words = words_of(as_("adi").post("/tokens/make", {"lasts": "90"}))

    assert "Enter which program it is for" in words
    assert "Select what it may do" in words
    assert not Token.objects.exists()


def test_adi_ends_a_token(as_, cast: Cast, now):
    token = a_token(cast, now)
    address = reverse("end-token", args=[token.pk])

    assert "let in no more" in words_of(as_("adi").get(address))
    page = as_("adi").post(address, follow=True)

    assert "The token of “Case system” has ended." in words_of(page)
    assert "by Adi Rao" in words_of(page)
    assert as_("adi").get(address).status_code == 404


def test_a_token_that_ran_out_or_soon_does_says_so(as_, cast: Cast, now):
    a_token(cast, now, until=now.date() + timedelta(days=3))
    run_out = a_token(cast, now)
    Token.objects.filter(pk=run_out.pk).update(until=now.date() - timedelta(days=1))

    a_token(cast, now, until=now.date() + timedelta(days=1))
    a_token(cast, now, until=now.date() + timedelta(days=90))

    words = words_of(as_("adi").get("/tokens"))

    assert "Runs out in 3 days" in words
    assert "Runs out tomorrow" in words
    assert words.count("Runs out") == 2
    assert "Ran out on" in words
    assert "reminded of each by e-mail 30 and 7 days before it runs out" in words


def test_the_tokens_of_others_are_not_there(as_, cast: Cast, now):
    token = a_token(cast, now, organisation=cast.northshire_police)

    assert "Case system" not in words_of(as_("adi").get("/tokens"))
    assert as_("adi").post(reverse("end-token", args=[token.pk])).status_code == 404
    token.refresh_from_db()
    assert token.ended_at is None


@pytest.mark.parametrize("who", ["amina", "mara", "ana", "wes", "pat"])
def test_nobody_else_has_these_pages(as_, cast: Cast, now, who: str):
    token = a_token(cast, now)

    for address in ("/tokens", "/tokens/make", reverse("end-token", args=[token.pk])):
        assert as_(who).get(address).status_code == 404
        assert as_(who).post(address, TYPED).status_code in (404, 405)
    assert Token.objects.count() == 1


def test_only_whoever_keeps_them_is_led_to_them(as_, cast: Cast):
    led = {
        who: 'href="/tokens"' in as_(who).get("/set-up").content.decode() for who in ("adi", "mara")
    }

    assert led == {"adi": True, "mara": False}


def test_the_list_takes_few_questions(as_, cast: Cast, now, django_assert_max_num_queries):
    for _ in range(3):
        a_token(cast, now)
    adi = as_("adi")

    with django_assert_max_num_queries(14):
        adi.get("/tokens")
