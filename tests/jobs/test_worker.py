"""The worker: a process of its own that finds, sends and ends cleanly, or is killed and forgets
nothing.
"""

import asyncio
import os
import random
import signal
import time
from collections import Counter
from types import SimpleNamespace

import psycopg
import pytest
from django.utils import timezone
from procrastinate.contrib.django import app

from returnhome import database
from returnhome.casework import messages
from returnhome.casework.models import Message
from returnhome.jobs import sending, tasks
from returnhome.reporting import running, silences
from tests.cast import Cast, returned
from tests.jobs.conftest import Mailbox
from tests.jobs.worker import at_work, until

pytestmark = pytest.mark.check

LATEST = 30


def jobs(owner: psycopg.Connection) -> int:
    return owner.execute("select count(*) from procrastinate_jobs").fetchone()[0]  # type: ignore[index]


def test_a_worker_tells_of_a_return_and_ends_cleanly(
    apart: Cast, owner: psycopg.Connection, mailbox: Mailbox
) -> None:
    returned(apart.kit, at=timezone.now())

    with at_work(mailbox) as worker:
        assert until(lambda: bool(mailbox.mails), within=LATEST)
        assert silences.is_anybody_listening(timezone.now())
        worker.send_signal(signal.SIGTERM)
        said = worker.communicate(timeout=LATEST)

    assert said == ("", "")
    assert worker.returncode == 0
    [message] = Message.objects.all()
    assert mailbox.ids == [f"<{message.number}@returnhome.example>"]
    assert message.sent_at
    # What came of it stands in the outbox: no job is kept.
    assert jobs(owner) == 0
    # It has been told twice, as its input ended too, and has taken itself off the list once.
    assert not silences.is_anybody_listening(timezone.now())


def test_the_worker_is_the_role_that_owns_nothing(
    apart: Cast, owner: psycopg.Connection, mailbox: Mailbox
) -> None:
    sessions = "select distinct usename from pg_stat_activity where datname = current_database()"

    with at_work(mailbox):
        assert until(lambda: silences.is_anybody_listening(timezone.now()), within=LATEST)
        roles = {name for (name,) in owner.execute(sessions)} - {owner.info.user}

    assert roles == {psycopg.conninfo.conninfo_to_dict(os.environ["DATABASE_URL"])["user"]}
    assert not database.role_facts(os.environ["DATABASE_URL"]).owns_something


def test_a_worker_ends_with_whoever_started_it(apart: Cast, mailbox: Mailbox) -> None:
    with at_work(mailbox) as worker:
        assert until(lambda: silences.is_anybody_listening(timezone.now()), within=LATEST)
        said = worker.communicate(timeout=LATEST)  # which closes its standard input

    assert said == ("", "")
    assert worker.returncode == 0


def test_a_worker_that_was_killed_is_soon_not_taken_to_listen(
    apart: Cast, mailbox: Mailbox
) -> None:
    with at_work(mailbox):
        assert until(lambda: silences.is_anybody_listening(timezone.now()), within=LATEST)

    assert not silences.is_anybody_listening(timezone.now() + silences.HEARTBEATS)


def test_a_worker_killed_at_any_moment_forgets_nothing(
    apart: Cast, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed six times, wherever it was: every message arrives, at most one twice for each kill."""
    chance, kills, number = random.Random(4), 0, 120
    all_of_them = number + 3
    for each in range(number):
        messages.queue(_letter(apart, each), people=[apart.amina], by=apart.adi, at=timezone.now())
    for child in (apart.kit, apart.sky, apart.robin):
        returned(child, at=timezone.now())
    end = time.monotonic() + 150

    while kills < 6 and time.monotonic() < end:
        before = len(mailbox.mails)
        with at_work(mailbox) as worker:
            until(lambda before=before: len(mailbox.mails) > before, within=15)  # type: ignore[misc]
            time.sleep(chance.uniform(0, 0.06))
            worker.kill()
            worker.wait()
        kills += 1
        # Nobody waits two minutes in a test for what was in the worker's hand to come up again.
        Message.objects.waiting().filter(tries__gt=0).update(send_after=timezone.now())
    with at_work(mailbox) as worker:
        assert until(
            lambda: Message.objects.filter(sent_at__isnull=False).count() == all_of_them, within=60
        )
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=LATEST)

    wanted = {sending.message_id(each).partition("@")[0] for each in Message.objects.all()}
    came = Counter(each.partition("@")[0] for each in mailbox.ids)
    assert set(came) == wanted
    assert len(wanted) == all_of_them
    assert sum(came.values()) - all_of_them <= kills
    assert kills == 6


def test_a_job_that_failed_is_counted_for_a_day_and_then_forgotten(
    apart: Cast, owner: psycopg.Connection
) -> None:
    for days in (0, 2):
        (number,) = owner.execute(  # type: ignore[misc]
            "insert into procrastinate_jobs (queue_name, task_name, status)"
            " values ('default', 'call', 'doing') returning id"
        ).fetchone()
        owner.execute("update procrastinate_jobs set status = 'failed' where id = %s", [number])
        owner.execute(
            "update procrastinate_events set at = now() - make_interval(days => %s)"
            " where job_id = %s",
            [days, number],
        )

    async def forget() -> None:
        connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
        with app.replace_connector(connector) as ours:
            async with ours.open_async():
                await tasks.forget_failed.func(SimpleNamespace(app=ours), 0)

    asyncio.run(forget())

    assert jobs(owner) == 1
    assert running.now(timezone.now()).jobs_failed == 1


def _letter(apart: Cast, number: int) -> messages.Letter:
    return messages.Letter(
        key=f"to be killed over, {number}",
        waiting_for="of no sort",
        about=("nothing", number),
        organisation_id=apart.northshire_council.pk,
        rung="team",
        subject=f"Returnhome: number {number}",
        text="Somebody waits.",
    )
