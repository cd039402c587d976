"""Calling webhooks: what arrives, by which signature, and where no call ever goes."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from docs.check_webhook import is_from_returnhome
from returnhome.casework import episodes, staff, webhooks
from returnhome.casework.models import Call, CallTry, Child, Episode, Webhook
from returnhome.jobs import calling, rounds
from returnhome.rules import webhooks as rules
from returnhome.rules.codes import NotCalled, RiskGrade
from tests.casework.test_children import stranger
from tests.cast import NOW, Cast, booked, hours, missing, returned

pytestmark = pytest.mark.check

SECOND = timedelta(seconds=1)


@dataclass
class Listening:
    """An organisation's own program: what came to it, and how it answers."""

    code: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    before: Callable[[], None] = lambda: None
    came: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    address: str = ""

    @property
    def says(self) -> list[tuple[str, int | None]]:
        bodies = [json.loads(body) for _, _, body in self.came]
        return [(body["type"], body["data"].get("episode")) for body in bodies]


@pytest.fixture
def listening() -> Iterator[Listening]:
    program = Listening()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            program.came.append((self.path, dict(self.headers), body))
            program.before()
            self.send_response(program.code)
            for name, value in program.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    program.address = f"http://127.0.0.1:{server.server_port}/told?by=returnhome"
    yield program
    server.shutdown()
    server.server_close()


@pytest.fixture
def hook(cast: Cast, listening: Listening) -> Webhook:
    return webhooks.set_up(cast.northshire_council, listening.address, by=cast.adi, at=NOW)


def call(at: datetime = NOW) -> int:
    """Look round, and make what calls there are; gives how many were taken."""
    rounds.look_for_calls(by=staff.clockwork(), at=at)
    return calling.make_calls(by=staff.clockwork(), clock=lambda: at)


# What is told.


def test_of_a_child_who_is_back_and_nobody_has_taken_on_the_program_hears(
    cast: Cast, hook: Webhook, listening: Listening
) -> None:
    episode = returned(cast.kit)

    assert call() == 2

    assert sorted(listening.says) == [
        ("episode.returned", episode.pk),
        ("episode.unanswered", episode.pk),
    ]
    assert call(NOW + hours(1)) == 0


def test_of_a_child_whom_nobody_has_named(cast: Cast, hook: Webhook, listening: Listening) -> None:
    episode = missing(stranger(cast))

    call()

    assert listening.says == [("episode.unmatched", episode.pk)]


def test_of_72_hours_that_ran_out(cast: Cast, hook: Webhook, listening: Listening) -> None:
    episode = returned(cast.kit)
    episodes.take_on(episode, by=cast.amina, at=NOW)
    call()

    call(NOW + hours(63))

    assert listening.says[-1] == ("episode.overdue", episode.pk)


def test_of_a_high_risk_that_nobody_has_acknowledged(
    cast: Cast, hook: Webhook, listening: Listening
) -> None:
    episode = missing(cast.kit)
    call()
    episodes.update(
        episode, risk=RiskGrade.HIGH, moments={}, source="Police", by=cast.amina, at=NOW
    )

    call()

    assert listening.says == [("episode.unanswered", episode.pk)]


def test_of_a_child_still_missing_whom_nobody_needs_to_act_for_it_hears_nothing(
    cast: Cast, hook: Webhook, listening: Listening
) -> None:
    missing(cast.kit)

    assert call() == 0
    assert listening.came == []


def test_of_an_interview_that_is_booked_no_hour_runs_out(
    cast: Cast, hook: Webhook, listening: Listening
) -> None:
    booked(returned(cast.kit), interviewer=cast.ines, by=cast.amina)

    call(NOW + hours(70))

    assert ("episode.overdue", Episode.objects.get().pk) not in listening.says


def test_of_another_councils_child_it_hears_nothing(cast: Cast, listening: Listening) -> None:
    webhooks.set_up(cast.westborough_council, listening.address, by=cast.adi, at=NOW)
    returned(cast.kit)

    assert call() == 0


def test_no_call_names_a_child(cast: Cast, hook: Webhook, listening: Listening) -> None:
    returned(cast.sky)
    returned(cast.kit)
    missing(stranger(cast))
    call()

    sent = b"".join(body for _, _, body in listening.came).decode()
    names = {name for child in Child.objects.all() for name in (child.forename, child.surname)}
    assert len(listening.came) == 5
    assert not [name for name in names if name and name in sent]


# How it is told.


def test_it_is_signed_as_the_standard_has_it(
    cast: Cast, hook: Webhook, listening: Listening
) -> None:
    returned(cast.kit)
    call()

    path, headers, body = listening.came[0]
    assert path == "/told?by=returnhome"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert headers["webhook-signature"] == rules.signature(
        hook.secret,
        number=headers["webhook-id"],
        timestamp=int(NOW.timestamp()),
        body=body,
    )
    assert headers["Content-Type"] == "application/json"


def test_while_a_secret_is_changed_either_of_them_checks(
    cast: Cast, hook: Webhook, listening: Listening
) -> None:
    renewed = webhooks.renew_secret(hook, by=cast.adi, at=NOW)
    returned(cast.kit)
    call()

    _, headers, body = listening.came[0]
    signed = {"number": headers["webhook-id"], "timestamp": int(NOW.timestamp()), "body": body}
    assert headers["webhook-signature"].split() == [
        rules.signature(secret, **signed) for secret in (renewed.secret, hook.secret)
    ]


def test_the_example_of_the_docs_knows_what_is_ours_and_what_is_not(
    cast: Cast, hook: Webhook, listening: Listening
) -> None:
    renewed = webhooks.renew_secret(hook, by=cast.adi, at=NOW)
    webhooks.try_out(hook, by=cast.adi, at=NOW)
    call()
    _, headers, body = listening.came[0]
    then = NOW.timestamp()

    for secret in (renewed.secret, hook.secret):
        assert is_from_returnhome(secret, headers, body, then)
    assert not is_from_returnhome(webhooks.new_secret(), headers, body, then)
    assert not is_from_returnhome(hook.secret, headers, body + b" ", then)
    assert not is_from_returnhome(hook.secret, headers | {"webhook-id": "msg_x"}, body, then)
    assert not is_from_returnhome(hook.secret, headers, body, then + 301)


def test_sent_again_it_is_the_same_message(cast: Cast, hook: Webhook, listening: Listening) -> None:
    listening.code = 500
    webhooks.try_out(hook, by=cast.adi, at=NOW)
    Call.objects.update(event="episode.returned", about_id=7)
    call()
    listening.code = 200

    assert call(NOW + 30 * SECOND) == 1

    (_, first, body), (_, again, same) = listening.came
    assert body == same
    assert first["webhook-id"] == again["webhook-id"]


@pytest.mark.parametrize(
    ("code", "why"),
    [(500, "answered_no"), (404, "answered_no"), (302, "redirected"), (307, "redirected")],
)
def test_what_is_no_yes_is_a_no_and_no_other_address_is_followed(
    cast: Cast, hook: Webhook, listening: Listening, code: int, why: str
) -> None:
    listening.code, listening.headers = code, {"Location": listening.address}
    webhooks.try_out(hook, by=cast.adi, at=NOW)

    assert call() == 0

    tried = CallTry.objects.get()
    assert (tried.code, tried.failure) == (code, why)
    assert len(listening.came) == 1


def test_a_program_that_says_nothing_is_cut_off(
    cast: Cast, hook: Webhook, listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "LONGEST", 0.2)
    released = threading.Event()
    listening.before = lambda: bool(released.wait(10)) and None
    webhooks.try_out(hook, by=cast.adi, at=NOW)

    assert call() == 0
    released.set()

    assert CallTry.objects.get().failure == NotCalled.NO_ANSWER


def test_where_nobody_listens_that_is_written_down(cast: Cast) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}/"
    hook = webhooks.set_up(cast.northshire_council, address, by=cast.adi, at=NOW)
    webhooks.try_out(hook, by=cast.adi, at=NOW)

    call()

    assert CallTry.objects.get().failure == NotCalled.NO_ANSWER


def test_a_program_without_a_certificate_is_not_told(
    cast: Cast, hook: Webhook, listening: Listening
) -> None:
    secure = listening.address.replace("http://", "https://")
    Webhook.objects.filter(pk=hook.pk).update(address=secure)
    webhooks.try_out(hook, by=cast.adi, at=NOW)

    call()

    assert CallTry.objects.get().failure == NotCalled.NOT_SECURE
    assert listening.came == []


def test_it_stops_when_the_worker_is_told_to(cast: Cast, hook: Webhook) -> None:
    webhooks.try_out(hook, by=cast.adi, at=NOW)

    assert (
        calling.make_calls(by=staff.clockwork(), clock=lambda: NOW, should_stop=lambda: True) == 0
    )
    assert Call.objects.get().tries == 0


# Where it never goes.


def leads_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """A name that leads to these; gives what was looked up."""
    asked = []

    def look_up(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


@pytest.mark.parametrize(
    "addresses",
    [("127.0.0.1",), ("10.0.0.7",), ("169.254.169.254",), ("93.184.216.34", "127.0.0.1"), ("::1",)],
)
def test_a_name_that_leads_into_ones_own_network_is_not_called(
    cast: Cast,
    hook: Webhook,
    listening: Listening,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    addresses: tuple[str, ...],
) -> None:
    settings.WEBHOOKS_ANYWHERE = False
    leads_to(monkeypatch, *addresses)
    webhooks.try_out(hook, by=cast.adi, at=NOW)

    call()

    assert CallTry.objects.get().failure == NotCalled.NOT_ALLOWED
    assert listening.came == []


def test_what_was_checked_is_what_is_called_and_no_name_is_looked_up_twice(
    cast: Cast, hook: Webhook, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that answers with another address the second time is asked once."""
    settings.WEBHOOKS_ANYWHERE = False
    asked = leads_to(monkeypatch, "93.184.216.34")
    went_to = []

    def connect(to: tuple[str, int], *_: Any) -> socket.socket:
        went_to.append(to)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    Webhook.objects.filter(pk=hook.pk).update(address="https://example.gov.uk/told")
    webhooks.try_out(hook, by=cast.adi, at=NOW)

    call()

    assert asked == ["example.gov.uk"]
    assert went_to == [("93.184.216.34", 443)]


def test_a_name_that_leads_nowhere_says_so(
    cast: Cast, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nowhere(*_: Any, **__: Any) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    webhooks.try_out(hook, by=cast.adi, at=datetime(2026, 3, 2, 9, tzinfo=UTC))

    call()

    assert CallTry.objects.get().failure == NotCalled.NO_SUCH_HOST


def test_no_proxy_of_the_environment_is_asked(
    cast: Cast, hook: Webhook, listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    webhooks.try_out(hook, by=cast.adi, at=NOW)

    assert call() == 1
