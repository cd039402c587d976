"""From the event to the alert: how long until whoever is on duty has it in the mailbox.

    python -m bench.alerts [--minutes 3] [--rate 1000] [--burst 1000] [--standing 200000]

Target: of 1,000 episodes arriving in an hour, 99 in 100 alerts within 60 seconds. Yardstick, in the
same run and on the same mail server: the same letters handed over by bare smtplib, one after the
other, by somebody who knows them all beforehand.

Nothing is compressed: children come back one every 3.6 seconds, at even distances, for some minutes
of real time, each opened by the product's own verb and committed, on a ledger with years behind it.
Then a whole hour's children come back at once. A real worker, a process of its own, connects as the
role that owns nothing; a real mail server takes what it sends. Time runs from the commit to the
moment the mail server has the whole letter.
"""

import argparse
import os
import re
import signal
import smtplib
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import psycopg
from aiosmtpd.controller import Controller
from django.db import connection

from bench import scratch

TARGET = 60.0
PATIENCE = 300
WORKER = """
import django
django.setup()
from returnhome.jobs import working
print("ready", flush=True)
working.work()
"""
REFERENCE = re.compile(rb"reference E-(\d+)")


class Mailbox:
    """A mail server that notes when it had each letter, by the episode it is about."""

    def __init__(self) -> None:
        self.at: dict[int, float] = {}
        self.letters = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.letters += 1
        # A subject may be folded in the middle of the reference.
        if found := REFERENCE.search(b" ".join(envelope.content.split())):
            self.at.setdefault(int(found[1]), time.perf_counter())
        return "250 OK"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--minutes", type=float, default=3)
    asked.add_argument("--rate", type=int, default=1000, help="children an hour")
    asked.add_argument("--burst", type=int, default=1000, help="children at once")
    asked.add_argument("--standing", type=int, default=200_000, help="episodes there already")
    options = asked.parse_args()
    scratch.set_up()
    with scratch.scratch(datetime.now(UTC)) as name, mail_server() as (mailbox, port):
        council = founded()
        stand(options.standing, council)
        number = round(options.rate * options.minutes / 60)
        children = known(number + options.burst, council)
        with at_work(name, port):
            told_of_what_stood()
            evenly = arrive(children[:number], apart=3600 / options.rate)
            met = report(f"{number} children, {options.rate:,} an hour", evenly, mailbox)
            at_once = arrive(children[number:], apart=0)
            report(f"{options.burst} children at once", at_once, mailbox)
        yardstick(mailbox, port, number)
    print(f"\ntarget: p99 below {TARGET:.0f} s at {options.rate:,} an hour: ", end="")
    print("met" if met else "NOT MET")


def founded() -> Any:
    """Leeds, with a coordinator on duty."""
    from returnhome.casework import staff  # noqa: PLC0415
    from returnhome.casework.models import Authority  # noqa: PLC0415
    from returnhome.rules.codes import Role  # noqa: PLC0415

    at, by = datetime.now(UTC), staff.operator()
    authority = Authority.objects.get(name="Leeds")
    council = staff.add_organisation(
        "Leeds City Council", kind="council", authority=authority, by=by, at=at
    )
    person = staff.add_person("duty@example.invalid", "On Duty", password=None, by=by, at=at)
    staff.appoint(person, Role.COORDINATOR, council, since=date(2020, 1, 1), by=by, at=at)
    staff.put_on_duty(person, council, starts_at=at, ends_at=at + timedelta(days=1), by=by, at=at)
    return authority


def stand(episodes: int, council: Any) -> None:
    """Years of episodes, and among them those that nobody answers: looked at on every round."""
    from bench import ledger  # noqa: PLC0415
    from returnhome.casework.models import Person  # noqa: PLC0415

    if not episodes:
        return
    began = time.perf_counter()
    person = Person.objects.get(email="duty@example.invalid")
    ledger.invent(
        episodes,
        measured=council.pk,
        share=0.0,
        workers=[person.pk],
        operator=person.pk,
        at=datetime.now(UTC) - timedelta(days=2),
    )
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        waiting = owner.execute(UNANSWERED).rowcount
        # What was written with its numbers leaves the counters where they were.
        for table in ("child", "episode", "classification"):
            owner.execute(
                f"select setval(pg_get_serial_sequence('casework_{table}', 'id'), max(id))"
                f" from casework_{table}"
            )
    ledger.settle()
    print(
        f"a ledger of {episodes:,} episodes, {waiting:,} of them unanswered, "
        f"made in {time.perf_counter() - began:.0f} s"
    )


UNANSWERED = """
update casework_episode set unanswered_since = opened_at
 where owner_id is null and settled_at is null and (ended_at is not null or risk = 'high')
"""


def known(number: int, council: Any) -> list[Any]:
    from returnhome.casework import children, staff  # noqa: PLC0415

    at, by = datetime.now(UTC), staff.operator()
    return [
        children.open_record(
            forename="Child",
            surname=f"Number {each}",
            born_on=date(2012, 1, 1),
            sex="F",
            responsible_authority=council,
            is_confirmed=True,
            by=by,
            at=at,
        )
        for each in range(number)
    ]


def told_of_what_stood() -> None:
    """Wait until the council has been told of what was there before."""
    from returnhome.casework.models import Message  # noqa: PLC0415

    time.sleep(15)
    while Message.objects.waiting().exists():
        time.sleep(1)
    print(f"the council was told of {Message.objects.count():,} that stood there")


def arrive(children: list[Any], *, apart: float) -> dict[int, float]:
    """Each comes back in turn; gives by episode the moment it was committed."""
    from returnhome.casework import episodes, owners, staff  # noqa: PLC0415
    from returnhome.rules.clock import Moment  # noqa: PLC0415
    from returnhome.rules.codes import Cohort, EpisodeKind, OfferKind, RiskGrade  # noqa: PLC0415

    by, committed, began = staff.operator(), {}, time.perf_counter()
    for place, child in enumerate(children):
        time.sleep(max(began + place * apart - time.perf_counter(), 0))
        now = datetime.now(UTC)
        episode = episodes.open(
            child,
            kind=EpisodeKind.MISSING,
            risk=RiskGrade.MEDIUM,
            moments={
                "last_seen": Moment(now - timedelta(hours=9)),
                "returned": Moment(now - timedelta(hours=1)),
            },
            source="Police",
            owners=owners.Owners(
                responsible_authority=child.responsible_authority,
                cohort=Cohort.HOME,
                offer_kind=OfferKind.STATUTORY,
            ),
            by=by,
            at=now,
        )
        committed[episode.pk] = time.perf_counter()
    return committed


def report(what: str, committed: dict[int, float], mailbox: Mailbox) -> bool:
    end = time.perf_counter() + PATIENCE
    while committed.keys() - mailbox.at.keys() and time.perf_counter() < end:
        time.sleep(0.1)
    forgotten = len(committed.keys() - mailbox.at.keys())
    waits = sorted(mailbox.at[pk] - at for pk, at in committed.items() if pk in mailbox.at)
    p50, p99 = statistics.median(waits), waits[min(round(len(waits) * 0.99), len(waits) - 1)]
    print(f"{what}: p50 {p50:.1f} s, p99 {p99:.1f} s, longest {waits[-1]:.1f} s", end="")
    print(f", {forgotten} NOT TOLD" if forgotten else ", all told")
    return p99 < TARGET and not forgotten


def yardstick(mailbox: Mailbox, port: int, number: int) -> None:
    """As many of the same letters by bare smtplib."""
    from returnhome.casework.models import Message  # noqa: PLC0415

    waits = []
    for message in Message.objects.order_by("pk")[:number]:
        began, before = time.perf_counter(), mailbox.letters
        letter = EmailMessage()
        letter["Subject"], letter["From"], letter["To"] = (
            message.subject,
            "r@x.invalid",
            "d@x.invalid",
        )
        letter.set_content(message.text)
        with smtplib.SMTP("127.0.0.1", port) as server:
            server.send_message(letter)
        assert mailbox.letters == before + 1
        waits.append(time.perf_counter() - began)
    waits.sort()
    print(
        f"yardstick, {len(waits)} by bare smtplib: p50 {statistics.median(waits) * 1000:.1f} ms, "
        f"p99 {waits[min(round(len(waits) * 0.99), len(waits) - 1)] * 1000:.1f} ms"
    )


@contextmanager
def mail_server() -> Iterator[tuple[Mailbox, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    mailbox = Mailbox()
    server = Controller(mailbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield mailbox, port
    finally:
        server.stop()


@contextmanager
def at_work(database: str, port: int) -> Iterator[None]:
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER],
        env={
            **os.environ,
            "DATABASE_URL": psycopg.conninfo.make_conninfo(
                os.environ["DATABASE_URL"], dbname=database
            ),
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(port),
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
        yield
        worker.send_signal(signal.SIGTERM)
        worker.wait(timeout=30)
    finally:
        worker.kill()
        worker.wait()
        connection.close()


if __name__ == "__main__":
    main()
