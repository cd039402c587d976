"""When something breaks: what was acknowledged is there, what runs by itself was done once.

    python -m bench.outages [killed] [switched] [growing] [--moments 200] [--seconds 60]

Each has a PostgreSQL of its own, the product's own server and worker in processes of their own, and
a load: interviewers who save fields, a force's program that sends notifications and sends each
again by its key until it is answered, a mail server and a webhook that count what comes by the
number it carries.

`killed`: at so many random moments the web server, the worker, PostgreSQL or one of its own
processes is killed outright and started again. Target: every field and notification that was
answered is there once, every message and call came, none is there twice under two numbers, and one
number came twice no oftener than something was killed that had it in hand.

`switched`: a second PostgreSQL follows the first and confirms each commit. The first is killed
under load and the second promoted; nothing of the product is started again but the worker, as
systemd does. Target: nothing answered is lost. Told beside it: how long nothing could be saved.

`growing`: one web server and one worker, then two of each beside one PostgreSQL, under the same
load for so many seconds. Target: nothing is done twice.
"""

import argparse
import http.client
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from aiosmtpd.controller import Controller

from bench import scratch
from bench.saving import QUESTIONS, SERVER, Recorder, _lost
from returnhome import embedded

WEB, WORKER, POSTGRES, BACKEND = "web server", "worker", "PostgreSQL", "a process of PostgreSQL"
KILLED = (WEB, WORKER, POSTGRES, BACKEND)
# As systemd does after RestartSec=5, but sooner.
AGAIN_AFTER = 1.0
PATIENCE = 300
RECORDERS, PROGRAMS = 6, 2
WORK = """
import django
django.setup()
from returnhome.jobs import working
working.work()
"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("sections", nargs="*", help=f"of {', '.join(SECTIONS)}; absent: all")
    asked.add_argument("--moments", type=int, default=200)
    asked.add_argument("--seconds", type=float, default=60)
    options = asked.parse_args()
    if unknown := set(options.sections) - SECTIONS.keys():
        asked.error(f"there is no section {', '.join(sorted(unknown))}")
    with own_cluster() as server:
        scratch.set_up()
        is_met = True
        for name in options.sections or SECTIONS:
            print(f"\n{name}", flush=True)
            with scratch.scratch(datetime.now(UTC), called=f"_{name}") as database:
                is_met &= SECTIONS[name](options, server(), database)
                server().start() if not server().is_running() else None
    print("\nTarget met." if is_met else "\nTarget NOT met.")
    sys.exit(not is_met)


# A PostgreSQL of its own.


@contextmanager
def own_cluster() -> Iterator[Callable[[], embedded.Server]]:
    """In a folder for passing use; nothing of whoever runs this is touched."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "RETURNHOME_EMBEDDED"):
        os.environ.pop(name, None)
    folder = tempfile.mkdtemp(prefix="bench-returnhome-")
    os.environ["RETURNHOME_DATA"] = folder
    try:
        yield lambda: embedded.hold(os.environ, lambda _: None)
    finally:
        with suppress(embedded.DatabaseUnavailable):
            embedded.hold(os.environ, lambda _: None).stop()
        shutil.rmtree(folder, ignore_errors=True)


def postmaster(server: embedded.Server) -> int:
    return int((server.data / "postmaster.pid").read_text().splitlines()[0])


def bring_back(server: embedded.Server) -> None:
    if not server.is_running():
        server.start()


# The product, in processes of its own.


@dataclass
class Part:
    """The web server or the worker: started again when it ends, as systemd does."""

    what: str
    words: tuple[str, ...]
    environ: dict[str, str]
    port: int = 0
    starts: int = 0
    process: subprocess.Popen[bytes] | None = None
    is_over: threading.Event = field(default_factory=threading.Event)

    def start(self) -> "Part":
        self._begin()
        threading.Thread(target=self._keep, daemon=True).start()
        return self

    def _begin(self) -> None:
        self.starts += 1
        self.process = subprocess.Popen(
            [sys.executable, "-c", *self.words],
            env=self.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _keep(self) -> None:
        while not self.is_over.wait(0.1):
            if self.process and self.process.poll() is not None:
                self.is_over.wait(AGAIN_AFTER)
                if not self.is_over.is_set():
                    self._begin()

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def end(self) -> None:
        self.is_over.set()
        self.kill()


def web(environ: dict[str, str]) -> Part:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return Part(WEB, (SERVER, str(port)), environ, port).start()


def worker(environ: dict[str, str]) -> Part:
    return Part(WORKER, (WORK,), environ).start()


def answers(port: int, *, within: float = 120) -> bool:
    """Wait until the server says that it is ready."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        with suppress(OSError, http.client.HTTPException):
            there = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            there.request("GET", "/readyz")
            if there.getresponse().status == 200:
                return True
        time.sleep(0.05)
    return False


# What counts what comes.


class Mailbox:
    """A mail server that counts letters by the number that each carries."""

    def __init__(self) -> None:
        self.came: Counter[str] = Counter()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        for line in envelope.content.splitlines():
            if line.lower().startswith(b"message-id:"):
                self.came[line.split(b"<")[1].split(b"@")[0].decode()] += 1
                break
        return "250 OK"


@contextmanager
def receiving() -> Iterator[tuple[Mailbox, int, Counter[str], str]]:
    """A mail server with its port, and a webhook with its address."""
    mailbox, calls = Mailbox(), Counter[str]()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            calls[self.headers["webhook-id"]] += 1
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    letters = Controller(mailbox, hostname="127.0.0.1", port=port)
    hook = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    letters.start()
    threading.Thread(target=hook.serve_forever, args=[0.05], daemon=True).start()
    try:
        yield mailbox, port, calls, f"http://127.0.0.1:{hook.server_port}/told"
    finally:
        hook.shutdown()
        hook.server_close()
        letters.stop()


# Who works.


@dataclass
class Writer(Recorder):
    """An interviewer; whatever is not answered as saved is a failure, and not the end."""

    when: list[float] = field(default_factory=list)
    status: Counter[int] = field(default_factory=Counter)

    def write(self, question: str, words: str) -> None:
        try:
            self.save(question, words)
        except SystemExit as answered:
            self.status[int(str(answered).split()[-1])] += 1
            self.failed += 1
        else:
            if self.told and self.told[-1] == (question, words):
                self.when.append(time.monotonic())

    def work(self, ports: list[int], over: threading.Event, number: int) -> None:
        chance = random.Random(number)
        while not over.wait(chance.random() * 0.3):
            self.port = chance.choice(ports)
            self.write(chance.choice(QUESTIONS), f"{chance.random()} the bus by the canal")


@dataclass
class Program:
    """A force's program: sends each notification until it is answered, by one and the same key."""

    secret: str
    name: str
    acknowledged: list[str] = field(default_factory=list)
    tries: int = 0

    def work(self, ports: list[int], over: threading.Event, number: int) -> None:
        chance = random.Random(100 + number)
        while not over.wait(0.8):
            reference, key = f"{self.name}-{uuid4().hex[:12]}", uuid4().hex
            now = datetime.now(UTC)
            body = {
                "notifications": [
                    {
                        "reference": reference,
                        "forename": "Child",
                        "surname": reference[-12:],
                        "born": "2012-01-01",
                        "postcode": "LS1 1UR",
                        "last_seen": {"at": (now - timedelta(hours=9)).isoformat()},
                        "returned": {"at": (now - timedelta(hours=1)).isoformat()},
                    }
                ]
            }
            while not self._is_answered(chance.choice(ports), key, body):
                if over.wait(1):
                    return
            self.acknowledged.append(reference)

    def _is_answered(self, port: int, key: str, body: dict[str, Any]) -> bool:
        self.tries += 1
        there = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {
            "Host": f"localhost:{port}",
            "Authorization": f"Bearer {self.secret}",
            "Idempotency-Key": key,
            "Content-Type": "application/json",
        }
        try:
            there.request("POST", "/api/v1/notifications", json.dumps(body), headers)
            answer = there.getresponse()
            said = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return False
        finally:
            there.close()
        if answer.status == 200 and said["results"][0]["result"] == "refused":
            raise SystemExit(f"a notification was refused: {said['results'][0]['reason']}")
        return answer.status == 200


@dataclass
class Load:
    """Everybody at work, for as long as the block of `going` lasts."""

    writers: list[Writer]
    programs: list[Program]

    @contextmanager
    def going(self, ports: list[int]) -> Iterator[None]:
        over = threading.Event()
        threads = [
            threading.Thread(target=each.work, args=(ports, over, number), daemon=True)
            for number, each in enumerate([*self.writers, *self.programs])
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            over.set()
            for thread in threads:
                thread.join(60)

    @property
    def saved(self) -> int:
        return sum(len(each.told) for each in self.writers)

    @property
    def sent(self) -> list[str]:
        return [each for program in self.programs for each in program.acknowledged]

    def first_after(self, moment: float) -> float:
        return min(at for each in self.writers for at in each.when if at > moment) - moment


def load(hook: str) -> Load:
    """Interviewers of Leeds, a coordinator on duty, a force with a token, a webhook."""
    from bench.saving import recorders  # noqa: PLC0415
    from returnhome.casework import staff, tokens, webhooks  # noqa: PLC0415
    from returnhome.casework.models import Authority, Force, Organisation, Postcode  # noqa: PLC0415
    from returnhome.rules.codes import TokenScope  # noqa: PLC0415

    at = datetime.now(UTC)
    by: dict[str, Any] = {"by": staff.operator(), "at": at}
    writers = [Writer(**vars(each)) for each in recorders(RECORDERS)]
    leeds = Authority.objects.get(name="Leeds")
    Postcode.objects.get_or_create(code="LS11UR", defaults={"authority": leeds})
    council = Organisation.objects.get(authority=leeds)
    first = staff.Person.objects.get(email=f"person0.{leeds.pk}@example.invalid")
    staff.put_on_duty(first, council, starts_at=at, ends_at=at + timedelta(days=1), **by)
    webhooks.set_up(council, hook, **by)
    force = Force.objects.get(name="West Yorkshire Police")
    police = staff.add_organisation(
        "West Yorkshire Police", kind=Organisation.POLICE, force=force, **by
    )
    until = at.date() + timedelta(days=30)
    programs = []
    for number in range(PROGRAMS):
        name = f"P{number}"
        _, secret = tokens.make(police, name, scopes=list(TokenScope), until=until, **by)
        programs.append(Program(secret, name))
    return Load(writers, programs)


def environ(database: str, mail: int, url: str = "") -> dict[str, str]:
    here = psycopg.conninfo.make_conninfo(url or os.environ["DATABASE_URL"], dbname=database)
    return {
        **os.environ,
        "DATABASE_URL": here,
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(mail),
        "RETURNHOME_EMBEDDED": "1",
    }


# The proof.


def drained() -> None:
    """Wait until nothing waits to be sent; and for nothing that one killed had in hand."""
    from django.db import connection  # noqa: PLC0415

    from returnhome.casework.models import Call, Message  # noqa: PLC0415

    connection.close()
    end = time.monotonic() + PATIENCE
    time.sleep(25)
    while time.monotonic() < end:
        waiting, calls = Message.objects.waiting(), Call.objects.waiting()
        if not waiting.exists() and not calls.exists():
            return
        waiting.filter(tries__gt=0).update(send_after=datetime.now(UTC))
        calls.filter(tries__gt=0).update(send_after=datetime.now(UTC))
        time.sleep(5)


def proved(work: Load, mailbox: Mailbox, calls: Counter[str], kills: int) -> bool:
    """Hold what was answered and what came against what is there."""
    from returnhome.casework import seals  # noqa: PLC0415
    from returnhome.casework.models import Call, Episode, Message, Notification  # noqa: PLC0415

    lost = _lost(list(work.writers))
    known = Counter(Notification.objects.values_list("reference", flat=True))
    missing = [each for each in work.sent if each not in known]
    twice = [each for each, number in known.items() if number > 1]
    opened = Episode.objects.filter(bases__notification__isnull=False).distinct().count()
    messages = {each.number for each in Message.objects.filter(overtaken_at__isnull=True)}
    told = {f"msg_{each.hex}" for each in Call.objects.values_list("number", flat=True)}
    _say("fields answered as saved", f"{work.saved:,}, of them not there: {len(lost)}")
    _say(
        "notifications answered",
        f"{len(work.sent):,} in {sum(each.tries for each in work.programs):,} tries, of them not "
        f"there: {len(missing)}, there twice: {len(twice)}; episodes opened: {opened:,}",
    )
    again = 0
    not_come = 0
    for what, wanted, came in (
        ("messages", messages, mailbox.came),
        ("calls", told, calls),
    ):
        repeated = sum(came.values()) - len(came)
        strangers = set(came) - wanted
        not_come += len(wanted - set(came)) + len(strangers)
        again += repeated
        _say(
            f"{what} in the outbox",
            f"{len(wanted):,}, not come: {len(wanted - set(came))}, come under a number that is "
            f"not there: {len(strangers)}, come again under their own: {repeated}",
        )
    verdict = seals.verify()
    _say("the journal", verdict.sentence)
    is_once = opened == len(known) and not twice and again <= kills
    return not lost and not missing and not not_come and is_once and verdict.holds


# The sections.


def _killed(options: argparse.Namespace, server: embedded.Server, database: str) -> bool:
    chance, counts = random.Random(options.moments), Counter[str]()
    with receiving() as (mailbox, mail, calls, hook):
        work = load(hook)
        with ExitStack() as stack:
            parts = {WEB: web(environ(database, mail)), WORKER: worker(environ(database, mail))}
            for part in parts.values():
                stack.callback(part.end)
            answers(parts[WEB].port)
            began, down = time.monotonic(), list[float]()
            with work.going([parts[WEB].port]):
                for number in range(options.moments):
                    time.sleep(chance.uniform(0.3, 3))
                    what = chance.choice(KILLED)
                    counts[what] += 1
                    moment = time.monotonic()
                    if what in parts:
                        parts[what].kill()
                    else:
                        _kill_postgres(server, chance, whole=what == POSTGRES)
                        bring_back(server)
                    if not answers(parts[WEB].port):
                        print("  the web server did not come back")
                        return False
                    if what != WORKER:
                        down.append(time.monotonic() - moment)
                    if (number + 1) % 25 == 0:
                        print(f"  … {number + 1} of {options.moments}", flush=True)
            took = time.monotonic() - began
            drained()
        _say("moments", f"{options.moments} in {took:.0f} s: " + _counted(counts))
        _say(
            "until it answered again, of all but the worker",
            f"median {statistics.median(down):.1f} s, longest {max(down):.1f} s",
        )
        _say("the worker was started", f"{parts[WORKER].starts} times")
        return proved(work, mailbox, calls, options.moments)


def _kill_postgres(server: embedded.Server, chance: random.Random, *, whole: bool) -> None:
    first = postmaster(server)
    if whole:
        os.kill(first, signal.SIGKILL)
        return
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    with suppress(ProcessLookupError, IndexError):
        os.kill(int(chance.choice(children)), signal.SIGKILL)


def _switched(options: argparse.Namespace, server: embedded.Server, database: str) -> bool:
    from django.db import connection  # noqa: PLC0415

    with receiving() as (mailbox, mail, calls, hook), ExitStack() as stack:
        work = load(hook)
        standby = _standby(server)
        stack.callback(_stop, standby)
        both = psycopg.conninfo.make_conninfo(
            os.environ["DATABASE_URL"],
            host=f"{server.socket},{standby.socket}",
            port="5432,5432",
            target_session_attrs="read-write",
        )
        parts = [web(environ(database, mail, both)), worker(environ(database, mail, both))]
        for part in parts:
            stack.callback(part.end)
        answers(parts[0].port)
        with work.going([parts[0].port]):
            time.sleep(options.seconds / 2)
            before = work.saved, len(work.sent)
            moment = time.monotonic()
            os.kill(postmaster(server), signal.SIGKILL)
            standby._run("pg_ctl", "promote", on=standby.data)
            promoted = time.monotonic() - moment
            time.sleep(options.seconds / 2)
        without = work.first_after(moment)
        connection.close()
        connection.settings_dict["HOST"] = str(standby.socket)
        owner = os.environ["DATABASE_OWNER_URL"]
        os.environ["DATABASE_OWNER_URL"] = psycopg.conninfo.make_conninfo(
            owner, host=str(standby.socket)
        )
        try:
            drained()
            _say(
                "answered before the first was killed", f"{before[0]:,} fields, {before[1]:,} sent"
            )
            _say("promoted after", f"{promoted:.1f} s")
            _say("nothing could be saved for", f"{without:.1f} s")
            refused = sum((each.status for each in work.writers), Counter[int]())
            _say("meanwhile answered", _counted({str(k): v for k, v in refused.items()}) or "–")
            return proved(work, mailbox, calls, kills=2)
        finally:
            connection.close()
            connection.settings_dict["HOST"] = str(server.socket)
            os.environ["DATABASE_OWNER_URL"] = owner


def _standby(server: embedded.Server) -> embedded.Server:
    """A copy that follows the first, which from now on waits for it at each commit."""
    standby = replace(server, cluster=server.cluster.parent / "standby")
    standby.cluster.mkdir(0o700)
    shutil.copy(server.cluster / "secret", standby.cluster / "secret")
    embedded._give(standby.data, server.account)
    began = time.monotonic()
    standby._run(
        "pg_basebackup",
        f"--dbname={server.url(embedded.SUPERUSER, 'postgres')}",
        "--write-recovery-conf",
        "--checkpoint=fast",
        "--wal-method=stream",
        on=standby.data,
    )
    standby.start()
    # Set here and only now, so that the copy has it not: promoted it would wait for a third.
    _set(server, "synchronous_standby_names", "*")
    with psycopg.connect(server.url(embedded.SUPERUSER, "postgres"), autocommit=True) as hand:
        while hand.execute("select sync_state from pg_stat_replication").fetchone() != ("sync",):
            time.sleep(0.1)
    _say("the second follows after", f"{time.monotonic() - began:.1f} s")
    return standby


def _stop(standby: embedded.Server) -> None:
    # The first comes back for what else is measured: it waits for nobody any more.
    standby.stop()
    original = replace(standby, cluster=standby.cluster.parent / f"postgresql-{standby.major}")
    bring_back(original)
    _set(original, "synchronous_standby_names", "")


def _set(server: embedded.Server, name: str, value: str) -> None:
    with psycopg.connect(server.url(embedded.SUPERUSER, "postgres"), autocommit=True) as hand:
        hand.execute(f"alter system set {name} = '{value}'")
        hand.execute("select pg_reload_conf()")


def _growing(options: argparse.Namespace, server: embedded.Server, database: str) -> bool:
    with receiving() as (mailbox, mail, calls, hook):
        work = load(hook)
        for many in (1, 2):
            with ExitStack() as stack:
                webs = [web(environ(database, mail)) for _ in range(many)]
                workers = [worker(environ(database, mail)) for _ in range(many)]
                for part in [*webs, *workers]:
                    stack.callback(part.end)
                for part in webs:
                    answers(part.port)
                taken = [len(each.taken) for each in work.writers]
                before = work.saved, len(work.sent)
                with work.going([each.port for each in webs]):
                    time.sleep(options.seconds)
                drained()
            times = [
                each
                for writer, earlier in zip(work.writers, taken, strict=True)
                for each in writer.taken[earlier:]
            ]
            _say(
                f"{many} web server, {many} worker" if many == 1 else f"{many} of each",
                f"{work.saved - before[0]:,} fields (median {statistics.median(times):.0f} ms, p95 "
                f"{statistics.quantiles(times, n=20)[-1]:.0f} ms), "
                f"{len(work.sent) - before[1]:,} notifications in {options.seconds:.0f} s",
            )
        # Ended as kill -9 ends them, after nothing waited any more: nothing was in anybody's hand.
        return proved(work, mailbox, calls, kills=0)


def _counted(counts: Any) -> str:
    return ", ".join(f"{number} × {what}" for what, number in sorted(counts.items()))


def _say(what: str, found: str) -> None:
    print(f"  {what:<48} {found}", flush=True)


SECTIONS: dict[str, Callable[[argparse.Namespace, embedded.Server, str], bool]] = {
    "killed": _killed,
    "switched": _switched,
    "growing": _growing,
}


if __name__ == "__main__":
    main()
