"""Sessions: how long they last, where they are, what ends them, and what they show afterwards."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from returnhome.casework import accounts, staff
from returnhome.casework.models import Post
from returnhome.web import sessions
from returnhome.web import signed_in as pages
from tests.cast import PASSWORD, Cast, booked, returned
from tests.web.asking import words_of
from tests.web.test_second_factor import give_password, signed_in

pytestmark = pytest.mark.check

LOGIN = "/accounts/login/"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/130.0 Safari/537.36 Edg/130.0"


def moved_back(client: Client, key: str, by: timedelta) -> None:
    session = client.session
    session[key] -= by.total_seconds()
    session.save()


# Time limits.


def test_half_an_hour_without_a_page_signs_out(as_, cast: Cast):
    amina = as_("amina")
    moved_back(amina, "used_at", timedelta(minutes=29))
    before = amina.get("/").status_code
    moved_back(amina, "used_at", timedelta(minutes=30))

    after = amina.get("/figures")

    assert before == 200
    assert after.headers["Location"] == f"{LOGIN}?next=%2Ffigures&ended=1"
    assert "You have been signed out" in words_of(amina.get(after.headers["Location"]))


def test_a_page_now_and_then_keeps_a_session_for_twelve_hours_and_no_longer(as_, cast: Cast):
    amina = as_("amina")
    moved_back(amina, "signed_in_since", timedelta(hours=11, minutes=59))
    before = amina.get("/").status_code
    moved_back(amina, "signed_in_since", timedelta(minutes=1))

    assert before == 200
    assert amina.get("/").headers["Location"].startswith(LOGIN)


def test_the_limits_are_settings(as_, cast: Cast, settings):
    settings.SIGN_OUT_AFTER_MINUTES = 5
    amina = as_("amina")

    page = amina.get("/").content.decode()
    moved_back(amina, "used_at", timedelta(minutes=6))

    assert 'data-signs-out-after="300"' in page
    assert amina.get("/").status_code == 302


def test_a_page_moves_the_limit_but_writes_the_session_once_a_minute_only(as_, cast: Cast):
    amina = as_("amina")
    with CaptureQueriesContext(connection) as at_once:
        amina.get("/account/still-here")
    moved_back(amina, "used_at", timedelta(minutes=20))

    amina.get("/account/still-here")
    moved_back(amina, "used_at", timedelta(minutes=20))

    assert not [query for query in at_once if "UPDATE" in query["sql"]]
    assert amina.get("/").status_code == 200


def test_what_was_typed_when_the_session_ended_is_still_there(as_, cast: Cast, now):
    episode = returned(cast.kit, at=now)
    amina = as_("amina")
    moved_back(amina, "used_at", timedelta(minutes=31))

    response = amina.post(
        f"/episodes/{episode.pk}/offer",
        {"note": "She asked for Ines.", "code": "123456", "password": PASSWORD},
        headers={"origin": "http://testserver"},
    )

    assert response.status_code == 403
    assert "What you typed is still here" in words_of(response)
    page = response.content.decode()
    assert "She asked for Ines." in page
    assert "123456" not in page
    assert PASSWORD not in page


# Where one is signed in.


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (EDGE, "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1", "Safari on an iPh"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/130.0 Mobile", "Chrome on an Android device"),
        ("curl/8", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_device_is_said_in_words(user_agent: str, words: str):
    assert pages.in_words(user_agent).startswith(words)


def test_amina_sees_where_she_is_signed_in_and_signs_out_there(cast: Cast):
    here, there, ines = signed_in(), signed_in(later=1), signed_in("ines")
    listed = here.get("/account/signed-in").content.decode()
    [page] = re.findall(r"/account/signed-in/[0-9]+/sign-out", listed)

    by_a_stranger = ines.post(page)
    here.post(page)

    assert listed.count("This browser") == 1
    assert by_a_stranger.status_code == 404
    assert there.get("/").headers["Location"].startswith(LOGIN)
    assert here.get("/").status_code == 200
    assert not re.findall(r"signed-in/[0-9]+", here.get("/account/signed-in").content.decode())


def test_amina_signs_out_everywhere_else_at_once(cast: Cast):
    here, there = signed_in(), signed_in(later=1)

    response = here.post("/account/signed-in/sign-out", follow=True)

    assert "Signed out everywhere else." in words_of(response)
    assert there.get("/").status_code == 302
    assert here.get("/").status_code == 200


def test_a_list_of_places_stays_a_short_one(cast: Cast, now):
    for number in range(22):
        since = now - timedelta(minutes=number)
        key = f"session-{number}"
        UserSession.objects.create(
            user=cast.amina, session_key=key, ip="127.0.0.1", created_at=since
        )

    sessions.forget_oldest(cast.amina)

    kept = UserSession.objects.filter(user=cast.amina)
    assert kept.count() == sessions.MOST
    assert not kept.filter(session_key="session-21").exists()


def test_a_new_password_ends_the_other_sessions(cast: Cast, mailoutbox):
    here, there = signed_in(), signed_in(later=1)
    typed = {
        "oldpassword": PASSWORD,
        "password1": "four grey geese",
        "password2": "four grey geese",
    }

    here.post("/accounts/password/change/", typed)

    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302
    assert [letter.subject for letter in mailoutbox] == ["Your password for Returnhome was changed"]


# What ends them from outside.


def test_adi_closes_the_account_of_somebody_who_has_left(as_, cast: Cast, now):
    booked(returned(cast.kit, at=now), interviewer=cast.ines, by=cast.amina, at=now)
    ines = signed_in("ines")
    feed = reverse("calendar", args=[cast.ines.calendar_key])
    before = (ines.get("/").status_code, Client().get(feed).status_code)

    response = as_("adi").post(f"/people/{cast.ines.pk}/close", {}, follow=True)

    assert before == (200, 200)
    assert "The account of Ines Okafor is closed." in words_of(response)
    assert ines.get("/").headers["Location"].startswith(LOGIN)
    assert Client().get(feed).status_code == 404
    assert Client().get(reverse("calendar", args=[cast.ines.calendar_key])).status_code == 404
    again = Client()
    give_password(again, "ines")
    assert again.get("/").status_code == 302


def test_adi_takes_a_lost_factor_away_and_ines_sets_up_another(as_, cast: Cast, mailoutbox):
    ines = signed_in("ines")
    adi, page = as_("adi"), f"/people/{cast.ines.pk}/reset-second-factor"

    asked = words_of(adi.get(page))
    adi.post(page, {})

    assert "Speak to them first" in asked
    assert not Authenticator.objects.filter(user=cast.ines).exists()
    assert ines.get("/").headers["Location"].startswith(LOGIN)
    assert [(letter.subject, letter.to) for letter in mailoutbox] == [
        ("Your second factor for Returnhome was reset", ["ines@example.invalid"])
    ]
    again = Client()
    give_password(again, "ines")
    assert again.get("/").headers["Location"] == "/account/second-factor"


@pytest.mark.parametrize("verb", ["reset-second-factor", "close", "reopen"])
@pytest.mark.parametrize("who", ["amina", "mara", "wes", "pat"])
def test_only_an_administrator_of_the_organisation_may(as_, cast: Cast, who: str, verb: str):
    page = f"/people/{cast.ines.pk}/{verb}"

    assert as_(who).post(page, {}).status_code == 404
    assert as_("adi").post(f"/people/{cast.wes.pk}/{verb}", {}).status_code == 404
    assert as_("adi").post(f"/people/{cast.adi.pk}/{verb}", {}).status_code == 404


def test_a_session_kept_after_the_last_role_was_taken_away_is_over(as_, cast: Cast, now):
    returned(cast.kit, at=now)
    amina = as_("amina")
    [post] = Post.objects.current().filter(person=cast.amina)

    as_("adi").post(f"/posts/{post.pk}/end")

    assert amina.get("/").headers["Location"].startswith(LOGIN)


def test_a_session_kept_after_one_of_two_roles_was_taken_away_sees_no_child(as_, cast: Cast, now):
    episode = returned(cast.kit, at=now)
    by = {"by": cast.adi, "at": now}
    staff.appoint(cast.amina, "analyst", cast.northshire_council, since=now.date(), **by)
    amina = as_("amina")
    before = amina.get(f"/episodes/{episode.pk}").status_code
    [post] = Post.objects.current().filter(person=cast.amina, role="coordinator")

    staff.end_post(post, on=now.date(), **by)

    assert before == 200
    assert amina.get(f"/episodes/{episode.pk}").status_code == 404
    front = amina.get("/", follow=True)
    assert front.status_code == 200
    assert "Kit" not in words_of(front)


def test_a_letter_that_cannot_be_sent_keeps_nobody_from_anything(as_, cast: Cast, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    response = as_("adi").post(f"/people/{cast.ines.pk}/reset-second-factor", {})

    assert response.headers["Location"] == f"/people/{cast.ines.pk}"
    assert "A letter about an account could not be sent" in caplog.text


def test_a_closed_account_opens_again_without_password_factor_or_role(as_, cast: Cast, now):
    accounts.close(cast.ines, cast.northshire_council, by=cast.adi, at=now)

    page = as_("adi").post(f"/people/{cast.ines.pk}/reopen", {}, follow=True)

    assert "They set a new password, and need a role." in words_of(page)
    assert not cast.ines.has_usable_password()
