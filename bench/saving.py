"""Recording while others do: how long a field takes to be saved, and whether one is ever lost.

    python -m bench.saving [speed] [kills] [--people 50] [--seconds 60] [--kills 1000]

* speed: so many people record at once, each leaves a field every five seconds, for so long.
  Target: a field is saved in under 100 ms at the 95th percentile. Yardstick: `/healthz`, one look
  at the same database through the same server, asked at the same pace in the same run.
* kills: at so many random moments the server's processes are killed outright, or the connection
  is cut, or the browser is closed, while people record. Target: what was answered as saved stands
  in the database, all of it; a field that was not answered may have been saved or not.

The product's own server runs in processes of its own, on a database of the measurement's own.
"""

import argparse
import http.client
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import psycopg

from bench import scratch
from bench.pages import _people

KILLED, CUT, CLOSED = "server killed", "line cut half-way", "browser closed"
PACE = 5.0
TARGET = 100.0
QUESTIONS = ("why_words", "where_words", "with_words", "happened_words", "now_words", "help_words")
SERVER = """
import sys
import django
django.setup()
from returnhome.management import serving
serving.serve("127.0.0.1", int(sys.argv[1]), when_ready=lambda: print("ready", flush=True))
"""


@dataclass
class Recorder:
    """Somebody who records one interview, and every question and words they were told is saved."""

    interview: int
    cookies: dict[str, str]
    port: int = 0
    told: list[tuple[str, str]] = field(default_factory=list)
    taken: list[float] = field(default_factory=list)
    healthy: list[float] = field(default_factory=list)
    failed: int = 0

    def save(self, question: str, words: str, wrong: str = "") -> None:
        """Save a field. `wrong`: the line is cut half-way, or nobody waits for the answer."""
        typed = {
            "csrfmiddlewaretoken": self.cookies["csrftoken"],
            f"{question}-words": words,
            # As after reading what stands there: of two devices this is the one that knows.
            f"{question}-seen": 10**15,
        }
        body = urlencode(typed).encode()
        began = time.perf_counter()
        there = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            there.putrequest("POST", self._address(question), skip_host=True)
            for name, value in (self._headers() | {"Content-Length": str(len(body))}).items():
                there.putheader(name, value)
            there.endheaders(body[: len(body) // 2] if wrong == CUT else body)
            if wrong:
                return
            answer = there.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self.failed += 1
            return
        finally:
            there.close()
        if answer.status != 200:
            raise SystemExit(f"a field was answered {answer.status}")
        self.taken.append((time.perf_counter() - began) * 1000)
        self.told.append((question, words))

    def look(self) -> None:
        began = time.perf_counter()
        there = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        there.request("GET", "/healthz")
        there.getresponse().read()
        there.close()
        self.healthy.append((time.perf_counter() - began) * 1000)

    def _address(self, question: str) -> str:
        return f"/interviews/{self.interview}/answers/{question}"

    def _headers(self) -> dict[str, str]:
        return {
            "Host": f"localhost:{self.port}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
        }


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("parts", nargs="*", default=["speed", "kills"])
    asked.add_argument("--people", type=int, default=50)
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--kills", type=int, default=1000)
    options = asked.parse_args()
    scratch.set_up()
    with scratch.scratch(datetime.now(UTC)) as database:
        people = recorders(options.people)
        if "speed" in options.parts:
            speed(database, people, options.seconds)
        if "kills" in options.parts:
            kills(database, people, options.kills)


def recorders(number: int, *, episodes: int = 0) -> list[Recorder]:
    """Interviewers of one council, each with a booking of their own, signed in.

    `episodes`: how many are there; by itself twenty for each.
    """
    # Models can be imported only now that Django is set up.
    from django.middleware.csrf import get_token  # noqa: PLC0415
    from django.test import Client, RequestFactory  # noqa: PLC0415

    from bench import ledger  # noqa: PLC0415
    from returnhome.casework import staff  # noqa: PLC0415
    from returnhome.casework.interviews import Coverage, Interview  # noqa: PLC0415
    from returnhome.casework.models import Authority, Episode  # noqa: PLC0415
    from returnhome.rules.codes import Role  # noqa: PLC0415
    from returnhome.web import sessions  # noqa: PLC0415

    at = datetime.now(UTC)
    council = Authority.objects.get(name="Leeds")
    first, *_ = _people(council, at)
    ledger.invent(
        episodes or number * 20,
        measured=council.pk,
        share=0.5,
        workers=[first.pk],
        operator=first.pk,
        at=at,
    )
    theirs = Episode.objects.filter(responsible_authority=council).order_by("pk")
    there = first.posts.get().organisation
    by: dict[str, Any] = {"by": staff.operator(), "at": at}
    made = []
    for place, episode in enumerate(theirs[:number]):
        person = staff.add_person(f"r{place}@example.invalid", f"R {place}", password=None, **by)
        staff.appoint(person, Role.INTERVIEWER, there, since=at.date(), **by)
        interview = Interview.objects.create(
            child_id=episode.child_id,
            interviewer=person,
            organisation=there,
            standard_version="1",
            booked_at=at,
            booked_by=first,
            booked_for=at + timedelta(hours=1),
            place="youth_centre",
            mode="in_person",
        )
        Coverage.objects.create(interview=interview, episode=episode)
        client = Client()
        client.force_login(person)
        session = client.session
        sessions.begin(session, at, full=True)
        session.save()
        request = RequestFactory().get("/")
        get_token(request)
        cookies = {name: morsel.value for name, morsel in client.cookies.items()}
        cookies["csrftoken"] = request.META["CSRF_COOKIE"]
        made.append(Recorder(interview.pk, cookies))
    return made


@contextmanager
def served(database: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The product's server, in a session of its own so that all of it can be killed at once."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    here = psycopg.conninfo.make_conninfo(os.environ["DATABASE_URL"], dbname=database)
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(port)],
        env={**os.environ, "DATABASE_URL": here},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        assert server.stdout is not None
        if server.stdout.readline() != "ready\n":
            raise SystemExit("the server did not start")
        yield server, port
    finally:
        kill(server)


def kill(server: subprocess.Popen[str]) -> None:
    if server.poll() is None:
        os.killpg(server.pid, signal.SIGKILL)
        server.communicate()


def speed(database: str, people: list[Recorder], seconds: float) -> None:
    with served(database) as (_, port):
        over = threading.Event()
        threads = [
            threading.Thread(target=_record, args=(person, port, over, number))
            for number, person in enumerate(people)
        ]
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        over.set()
        for thread in threads:
            thread.join()
    # The first answers warm the workers up.
    saved = [each for person in people for each in person.taken[1:]]
    healthy = [each for person in people for each in person.healthy[1:]]
    p95, yard = _p95(saved), _p95(healthy)
    print(
        f"{len(people)} people, a field every {PACE:.0f} s each, {seconds:.0f} s; load "
        f"{os.getloadavg()[0]:.1f}"
    )
    print(
        f"  field saved   median {statistics.median(saved):6.1f} ms   p95 {p95:6.1f} ms   "
        f"of {len(saved):,}"
    )
    print(
        f"  /healthz      median {statistics.median(healthy):6.1f} ms   p95 {yard:6.1f} ms   "
        f"ratio of p95 {p95 / yard:.1f}"
    )
    print(f"target: under {TARGET:.0f} ms at p95: {'met' if p95 < TARGET else 'NOT MET'}")


def _record(person: Recorder, port: int, over: threading.Event, number: int) -> None:
    chance = random.Random(number)
    person.port = port
    over.wait(chance.random() * PACE)
    while not over.is_set():
        question = chance.choice(QUESTIONS)
        person.save(question, _words(chance))
        over.wait(PACE / 2)
        if over.is_set():
            return
        person.look()
        over.wait(PACE / 2)


def _words(chance: random.Random) -> str:
    return " ".join(
        chance.choice(("nan", "canal", "bus", "cold", "😀", "مرحبا")) for _ in range(60)
    )


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def kills(database: str, people: list[Recorder], number: int) -> None:
    """Each time some save at once, and at a random moment something goes wrong for one or all."""
    chance, began = random.Random(20), time.perf_counter()
    counts = dict.fromkeys((KILLED, CUT, CLOSED), 0)
    while sum(counts.values()) < number:
        with served(database) as (server, port):
            for wrong in [*chance.choices((CUT, CLOSED), k=4), KILLED]:
                some = chance.sample(people, min(4, len(people)))
                threads = [_go(person, port, chance, "") for person in some[1:]]
                threads.append(_go(some[0], port, chance, "" if wrong == KILLED else wrong))
                if wrong == KILLED:
                    time.sleep(chance.random() * 0.2)
                    kill(server)
                for thread in threads:
                    thread.join()
                counts[wrong] += 1
    told = sum(len(person.told) for person in people)
    failed = sum(person.failed for person in people)
    lost = _lost(people)
    print(f"{sum(counts.values()):,} moments in {time.perf_counter() - began:.0f} s:", end=" ")
    print(", ".join(f"{times} {what}" for what, times in counts.items()))
    print(f"  {told:,} answers were told to be saved; {failed:,} got no answer")
    print(f"target: nothing told to be saved is lost: {'met' if not lost else f'NOT MET, {lost}'}")
    if lost:
        raise SystemExit(1)


def _go(person: Recorder, port: int, chance: random.Random, wrong: str) -> threading.Thread:
    person.port = port
    said = chance.choice(QUESTIONS), f"{chance.random()} {_words(chance)}"
    thread = threading.Thread(target=person.save, args=(*said, wrong))
    thread.start()
    return thread


def _lost(people: list[Recorder]) -> list[str]:
    """Answers that were told to be saved and stand nowhere, in the record or in its history."""
    from returnhome.casework.interviews import Entry  # noqa: PLC0415

    rows = Entry.objects.filter(interview__in=[person.interview for person in people])
    written = {(row.interview_id, row.question, row.words) for row in rows}
    return [
        f"{person.interview} {question}"
        for person in people
        for question, words in person.told
        if (person.interview, question, words) not in written
    ]


if __name__ == "__main__":
    main()
