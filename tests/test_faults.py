"""What breaks beside us: each time a plain sentence, nothing half-done, and nothing done twice."""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from allauth.mfa.models import Authenticator
from django.test import Client, override_settings
from django.utils import timezone

from returnhome.casework import messages, staff
from returnhome.casework.communications import Communication
from returnhome.casework.models import Message, Notification
from returnhome.jobs import delivery, rounds, sending
from returnhome.web import second_factor, sessions
from tests.api.programs import Program
from tests.casework.conftest import APART
from tests.casework.conftest import apart as apart
from tests.casework.conftest import owner as owner
from tests.cast import NOW, Cast, app_shows, hours, returned
from tests.conftest import drop_database, make_database, owner_url
from tests.jobs.conftest import Mailbox
from tests.jobs.conftest import by_mail as by_mail
from tests.jobs.conftest import mailbox as mailbox
from tests.jobs.worker import PROGRAM, at_work, until
from tests.web.asking import words_of
from tests.web.conftest import as_ as as_
from tests.web.test_metrics import figures
from tests.web.test_metrics import open_to_token as open_to_token
from tests.web.test_readiness import OTHER

TYPED = {"language": "Sorani", "needs_interpreter": "yes", "helps": "A quiet place"}
FROM_HERE = {"origin": "http://testserver"}


# The disk of the database is full.

FULL = """
create function no_room() returns trigger language plpgsql as $$
begin raise exception 'could not extend file: No space left on device' using errcode = '53100';
end $$;
create trigger no_room before insert on {table} for each statement execute function no_room();
"""


@pytest.fixture
def signed_in(apart: Cast) -> Client:
    """Sol, with a browser, in the database apart."""
    client = Client(raise_request_exception=False)
    client.force_login(apart.sol)
    return client


def test_when_there_is_no_room_the_page_says_so_and_keeps_what_was_typed(
    apart: Cast,
    owner: psycopg.Connection,
    signed_in: Client,
    caplog: pytest.LogCaptureFixture,
):
    returned(apart.sky)
    owner.execute(FULL.format(table="casework_journalentry"))
    address = f"/children/{apart.sky.pk}/note-communication"

    with caplog.at_level(logging.ERROR):
        answered = signed_in.post(address, TYPED, headers=FROM_HERE)

    assert answered.status_code == 503
    assert answered.headers["Retry-After"] == "10"
    words = words_of(answered)
    assert "There is no room left where records are kept" in words
    assert "What you typed is kept on this page" in words
    assert "A quiet place" in answered.content.decode()
    assert "no room left on its disk" in caplog.text
    assert "Sorani" not in caplog.text
    # It was noted before the journal was written, and went with it.
    assert not Communication.objects.exists()

    owner.execute("drop trigger no_room on casework_journalentry")
    assert signed_in.post(address, TYPED, headers=FROM_HERE).status_code == 302
    assert Communication.objects.count() == 1


def test_a_program_is_told_to_send_the_same_again_and_it_is_there_once(
    apart: Cast, owner: psycopg.Connection
):
    police = staff.Organisation.objects.get(name="Northshire Police")
    program = Program(police)
    owner.execute(FULL.format(table="casework_notification"))
    told = {
        "reference": "NSP-1",
        "last_seen": {"at": (timezone.now() - hours(9)).isoformat()},
        "postcode": "NS1 1AA",
    }

    answered = program.send(told, key="one")

    assert answered.status_code == 503
    assert answered.headers["Retry-After"] == "10"
    assert not Notification.objects.filter(reference="NSP-1").exists()

    owner.execute("drop trigger no_room on casework_notification")
    assert [program.send(told, key="one").status_code for _ in range(2)] == [200, 200]
    assert Notification.objects.filter(reference="NSP-1").count() == 1


def test_a_standby_that_was_not_promoted_yet_is_not_available_for_a_moment(
    apart: Cast, owner: psycopg.Connection, signed_in: Client
):
    owner.execute(FULL.replace("53100", "25006").format(table="casework_journalentry"))

    answered = signed_in.get(f"/children/{apart.sky.pk}")

    assert answered.status_code == 503
    assert "not available for a moment" in words_of(answered)


# A key is missing.


def test_without_the_key_the_page_says_so_and_nothing_is_lost(
    cast: Cast, as_: Callable[[str], Client], caplog: pytest.LogCaptureFixture
):
    returned(cast.sky)
    client, address = as_("sol"), f"/children/{cast.sky.pk}/note-communication"
    client.post(address, TYPED)
    client.raise_request_exception = False

    with override_settings(SEALING_KEYS=[OTHER]), caplog.at_level(logging.ERROR):
        answered = client.post(address, TYPED | {"helps": "A short walk"}, headers=FROM_HERE)

    assert answered.status_code == 503
    assert "sealed with a key that this server does not have. Nothing is lost" in words_of(answered)
    assert "A short walk" in answered.content.decode()
    assert "which is not in SEALING_KEYS" in caplog.text
    assert "A short walk" not in caplog.text
    assert "A quiet place" in client.get(address).content.decode()


# The mail server refuses.


def test_while_the_mail_server_refuses_messages_wait_and_the_figures_say_so(
    cast: Cast,
    by_mail: Mailbox,
    open_to_token: None,
    client: Client,
):
    at = timezone.now()
    returned(cast.kit, at=at)
    rounds.look_round(by=staff.clockwork(), at=at)
    by_mail.answer = "451 not now"
    for _ in range(messages.TRIES):
        delivery.deliver(sending.way_out(), by=staff.clockwork(), clock=lambda at=at: at)
        at = Message.objects.get().send_after

    found = figures(client)
    assert found["returnhome_messages_waiting"] == 1
    assert found["returnhome_messages_not_getting_through"] == 1

    by_mail.answer = "250 OK"
    assert delivery.deliver(sending.way_out(), by=staff.clockwork(), clock=lambda: at) == 1
    assert len(by_mail.mails) == 1
    assert figures(client)["returnhome_messages_waiting"] == 0


# The clock jumps.


def test_of_a_clock_that_ran_a_day_ahead_and_was_put_back_nobody_is_told_twice(
    cast: Cast,
    by_mail: Mailbox,
):
    returned(cast.kit)
    for at in (NOW, NOW + timedelta(days=1), NOW, NOW + hours(1), NOW + timedelta(days=1)):
        rounds.look_round(by=staff.clockwork(), at=at)
        delivery.deliver(sending.way_out(), by=staff.clockwork(), clock=lambda at=at: at)

    assert len(by_mail.ids) == len(set(by_mail.ids)) == Message.objects.count()
    assert not Message.objects.waiting().exists()


def test_what_a_clock_that_ran_ahead_put_off_does_not_wait_for_that_day(
    cast: Cast,
    by_mail: Mailbox,
):
    returned(cast.kit)
    by_mail.answer = "451 not now"
    ahead = NOW + timedelta(days=1)
    rounds.look_round(by=staff.clockwork(), at=ahead)
    delivery.deliver(sending.way_out(), by=staff.clockwork(), clock=lambda: ahead)

    by_mail.answer = "250 OK"
    assert delivery.deliver(sending.way_out(), by=staff.clockwork(), clock=lambda: NOW) > 0
    assert not Message.objects.waiting().exists()


def test_a_code_that_was_used_is_no_good_when_the_clock_comes_by_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    said = app_shows(timezone.now())
    ours = Authenticator.objects.get(user=cast.amina, type="totp")
    assert second_factor.is_right(ours, said)

    begun = time.time
    with monkeypatch.context() as tomorrow:
        tomorrow.setattr(time, "time", lambda: begun() + 86400)
        assert not second_factor.is_right(ours, said)

    assert not second_factor.is_right(ours, said)


def test_nobody_stays_signed_in_by_a_clock_that_ran_ahead(cast: Cast, as_: Callable[[str], Client]):
    client = as_("amina")
    session = client.session
    sessions.begin(session, timezone.now() + timedelta(days=1), full=True)
    session.save()

    assert client.get("/").status_code == 302


READY = 'print("ready", flush=True)'
PUT_BACK = PROGRAM.replace(
    READY,
    f"""{READY}
import threading, time
passing = time.time
threading.Timer(10, lambda: setattr(time, "time", lambda: passing() - 86400)).start()""",
)


@pytest.mark.check
def test_a_worker_whose_clock_is_put_back_ends_and_one_started_again_looks_round(
    apart: Cast,
    owner: psycopg.Connection,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("tests.jobs.worker.PROGRAM", PUT_BACK)
    with at_work(mailbox) as worker:
        # Its standard input stays open: it ends by itself.
        worker.wait(timeout=60)
        assert worker.stderr is not None
        said = worker.stderr.read()
    assert worker.returncode == 1
    assert "The clock was put back by 86400 seconds" in said

    monkeypatch.undo()
    returned(apart.kit, at=timezone.now())
    with at_work(mailbox):
        assert until(lambda: bool(mailbox.mails), within=30)


# A migration is cut off.


@pytest.mark.check
def test_a_migration_that_was_killed_goes_on_when_it_is_started_again(db: None):
    name = f"{APART}_cut"
    make_database(name)
    here = psycopg.conninfo.make_conninfo(os.environ["DATABASE_URL"], dbname=name)
    around = {**os.environ, "DATABASE_URL": here, "DATABASE_OWNER_URL": owner_url(name)}
    words = [sys.executable, "-m", "returnhome", "migrate", "--without-places"]
    try:
        cut = subprocess.Popen(words, env=around, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert until(lambda: _applied(name) > 3, within=120)
        time.sleep(0.3)
        cut.kill()
        cut.communicate()
        before = _applied(name)

        done = subprocess.run(words, env=around, capture_output=True, text=True)

        assert done.returncode == 0, done.stderr
        assert _applied(name) > before
        checked = subprocess.run(
            [*words[:3], "check", "--database", "default"],
            env=around,
            capture_output=True,
            text=True,
        )
        assert checked.returncode == 0, checked.stderr
    finally:
        drop_database(name)


def _applied(name: str) -> int:
    try:
        with psycopg.connect(owner_url(name)) as hand:
            found = hand.execute("select count(*) from django_migrations").fetchone()
    except psycopg.Error:
        return 0
    return found[0] if found else 0
