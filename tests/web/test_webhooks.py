"""The webhook's pages: set up, tried, given a new secret and ended, by an administrator alone."""

import re

import pytest
from django.urls import reverse

from returnhome.casework import staff, webhooks
from returnhome.casework.models import Call, Organisation, Webhook
from returnhome.rules.codes import NotCalled, Role
from tests.cast import NOW, Cast
from tests.web.asking import words_of

pytestmark = pytest.mark.check

ADDRESS = "https://example.gov.uk/returnhome"


@pytest.fixture
def hook(cast: Cast, now) -> Webhook:
    return webhooks.set_up(cast.northshire_council, ADDRESS, by=cast.adi, at=now)


def secret_on(page) -> str:
    (secret,) = re.findall(r"whsec_[\w+/=]+", page.content.decode())
    return secret


def test_adi_sets_it_up_and_sees_its_secret_once(as_):
    page = as_("adi").post("/webhooks/set-up", {"address": ADDRESS})

    assert secret_on(page) == Webhook.objects.get().secret
    later = as_("adi").get("/webhooks")
    assert ADDRESS in words_of(later)
    assert "whsec_" not in later.content.decode()


def test_an_address_in_ones_own_network_is_refused_at_its_field(as_, settings):
    settings.WEBHOOKS_ANYWHERE = False

    words = words_of(as_("adi").post("/webhooks/set-up", {"address": "https://10.0.0.1/"}))

    assert "Enter an address that begins with https://" in words
    assert not Webhook.objects.exists()


def test_a_second_one_is_refused(as_, hook: Webhook):
    words = words_of(as_("adi").post("/webhooks/set-up", {"address": ADDRESS}))

    assert "There is a webhook already" in words


def test_adi_sends_a_test_and_sees_what_came_of_it(as_, hook: Webhook, cast: Cast, now):
    page = as_("adi").post(reverse("test-webhook", args=[hook.pk]), follow=True)
    assert "A test is on its way" in words_of(page)
    assert "Waiting to be sent" in words_of(page)

    call = webhooks.claim(at=now.replace(year=now.year + 1))
    assert call
    webhooks.mark_failed(call, NotCalled.ANSWERED_NO, code=500, by=staff.clockwork(), at=now)

    words = words_of(as_("adi").get("/webhooks"))
    assert "It answered that it did not take the message (500)" in words
    assert "The last test: It answered" in words
    assert "Nothing has got through since" in words


def test_adi_makes_a_new_secret(as_, hook: Webhook):
    address = reverse("renew-secret-webhook", args=[hook.pk])
    assert "For 24 hours everything is signed with both" in words_of(as_("adi").get(address))

    secret = secret_on(as_("adi").post(address))

    assert secret != hook.secret
    hook.refresh_from_db()
    assert hook.secret == secret


def test_adi_ends_it(as_, hook: Webhook):
    address = reverse("end-webhook", args=[hook.pk])

    page = as_("adi").post(address, follow=True)

    assert "The webhook has ended" in words_of(page)
    assert "by Adi Rao" in words_of(page)
    assert as_("adi").get(address).status_code == 404


@pytest.mark.parametrize("who", ["amina", "mara", "ana", "wes", "pat"])
def test_nobody_else_has_these_pages(as_, hook: Webhook, who: str):
    browser = as_(who)

    assert browser.get("/webhooks").status_code == 404
    assert browser.post("/webhooks/set-up", {"address": ADDRESS}).status_code == 404
    for name in ("test-webhook", "renew-secret-webhook", "end-webhook"):
        assert browser.post(reverse(name, args=[hook.pk])).status_code == 404
    hook.refresh_from_db()
    assert hook.ended_at is None
    assert not Call.objects.exists()


def test_an_administrator_of_another_council_finds_nothing_of_it(as_, hook: Webhook, cast: Cast):
    post = cast.wes.posts.get()
    staff.appoint(
        cast.wes, Role.ADMINISTRATOR, post.organisation, since=NOW.date(), by=cast.adi, at=NOW
    )

    assert ADDRESS not in words_of(as_("wes").get("/webhooks"))
    for name in ("test-webhook", "renew-secret-webhook", "end-webhook"):
        assert as_("wes").post(reverse(name, args=[hook.pk])).status_code == 404


def test_the_police_have_no_episode_to_be_told_of(as_, cast: Cast):
    police = Organisation.objects.get(name="Northshire Police")
    staff.appoint(cast.ana, Role.ADMINISTRATOR, police, since=NOW.date(), by=cast.adi, at=NOW)
    for post in cast.ana.posts.exclude(organisation=police):
        staff.end_post(post, on=NOW.date(), by=cast.adi, at=NOW)

    assert as_("ana").get("/tokens").status_code == 200
    assert as_("ana").get("/webhooks").status_code == 404
    assert "webhooks" not in as_("ana").get("/tokens").content.decode()


def test_the_page_takes_few_questions(
    as_, hook: Webhook, cast: Cast, django_assert_max_num_queries
):
    for _ in range(4):
        webhooks.try_out(hook, by=cast.adi, at=NOW)
    adi = as_("adi")

    with django_assert_max_num_queries(16):
        adi.get("/webhooks")
