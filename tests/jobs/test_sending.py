"""Sending: by a mail server, by GOV.UK Notify, or in the demonstration not at all."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from returnhome.casework import episodes, messages, staff
from returnhome.casework.messages import TRIES
from returnhome.casework.models import Message
from returnhome.jobs import delivery, rounds, sending
from returnhome.jobs.sending import ByNotify, NotifyKey, Refused
from returnhome.rules.codes import NotSent
from tests.cast import NOW, Cast, hours, returned
from tests.jobs.conftest import Mailbox

pytestmark = pytest.mark.check

SECOND = timedelta(seconds=1)


def told(cast: Cast, *children: str) -> list[Message]:
    """A message about each child's return, waiting to be sent."""
    for child in children or ("kit",):
        returned(getattr(cast, child))
    rounds.look_round(by=staff.clockwork(), at=NOW)
    return list(Message.objects.order_by("pk"))


def deliver(*, at=NOW, **options: Any) -> int:
    return delivery.deliver(sending.way_out(), by=staff.clockwork(), clock=lambda: at, **options)


def fresh(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


# By a mail server.


def test_a_message_arrives_with_its_words_and_its_number(cast: Cast, by_mail: Mailbox) -> None:
    [message] = told(cast)

    assert deliver() == 1

    [mail] = by_mail.mails
    assert mail["To"] == "amina@example.invalid"
    assert mail["Subject"] == message.subject
    assert mail["Message-ID"] == f"<{message.number}@returnhome.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().replace("\r\n", "\n") == message.text  # type: ignore[attr-defined]
    assert fresh(message).sent_at == NOW


def test_what_is_sent_is_not_sent_again(cast: Cast, by_mail: Mailbox) -> None:
    told(cast)
    deliver()

    assert deliver(at=NOW + hours(9)) == 0
    assert len(by_mail.mails) == 1


def test_many_go_over_one_connection(cast: Cast, by_mail: Mailbox) -> None:
    told(cast, "kit", "sky", "robin")

    assert deliver() == 3
    assert len(set(by_mail.ids)) == 3


def test_what_somebody_took_on_meanwhile_is_not_sent(cast: Cast, by_mail: Mailbox) -> None:
    message, other = told(cast, "kit", "sky")
    episodes.take_on(cast.kit.episodes.get(), by=cast.mara, at=NOW)

    assert deliver(at=NOW + SECOND) == 1

    assert fresh(message).overtaken_at == NOW + SECOND
    assert by_mail.ids == [sending.message_id(other)]


def test_a_repetition_carries_the_same_number(cast: Cast, by_mail: Mailbox) -> None:
    [message] = told(cast)
    held = messages.claim(at=NOW)
    assert held == message
    with sending.way_out() as way:
        way.send(held)
    # Here the worker is killed: nobody wrote down that it was sent.

    assert deliver(at=NOW + messages.HOLD - SECOND) == 0
    assert deliver(at=NOW + messages.HOLD) == 1

    assert len(by_mail.ids) == 2
    assert len(set(by_mail.ids)) == 1


def test_an_address_that_is_not_taken_holds_up_no_other(cast: Cast, by_mail: Mailbox) -> None:
    message, other = told(cast, "kit", "sky")
    by_mail.no_to = "amina@example.invalid"
    amina = cast.amina
    Message.objects.filter(pk=other.pk).update(person=cast.mara)

    assert deliver() == 1

    assert by_mail.recipients == ["mara@example.invalid"]
    assert (fresh(message).failure, fresh(message).person) == (NotSent.ADDRESS, amina)


def test_a_message_that_is_refused_is_tried_again_until_it_goes(
    cast: Cast, by_mail: Mailbox
) -> None:
    [message] = told(cast)
    by_mail.answer = "554 looks odd"
    at = NOW
    for _ in range(TRIES):
        assert deliver(at=at) == 0
        at = fresh(message).send_after
    assert fresh(message).is_not_getting_through
    assert fresh(message).failure == NotSent.REFUSED

    by_mail.answer = "250 OK"
    assert deliver(at=at) == 1
    assert by_mail.ids == [sending.message_id(message)]


def test_while_no_server_is_there_one_try_is_enough(cast: Cast, by_mail: Mailbox, settings) -> None:
    first, second = told(cast, "kit", "sky")
    settings.EMAIL_PORT = 1

    assert deliver() == 0

    assert (fresh(first).failure, fresh(first).tries) == (NotSent.NO_SERVER, 1)
    assert fresh(second).tries == 0
    settings.EMAIL_PORT = by_mail.port
    assert deliver(at=NOW + hours(1)) == 2


def test_told_to_stop_it_stops_between_two(cast: Cast, by_mail: Mailbox) -> None:
    told(cast, "kit", "sky")

    assert deliver(should_stop=lambda: len(by_mail.mails) == 1) == 1


# In the demonstration.


def test_in_the_demonstration_nothing_leaves(cast: Cast, by_mail: Mailbox, settings) -> None:
    settings.DEMONSTRATION = True
    [message] = told(cast)

    assert deliver() == 1

    assert by_mail.mails == []
    assert fresh(message).sent_at == NOW


# By GOV.UK Notify.

SERVICE, SECRET = "26785a09-ab16-4eb0-8407-a37497a57506", "3d844edf-8d35-48ac-975b-e847b4f122b0"


@dataclass
class Notify:
    """As much of GOV.UK Notify as takes a letter: what it was asked, and what it answers."""

    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    code: int = 201
    answer: bytes = b"{}"
    port: int = 0


@pytest.fixture
def notify(settings) -> Iterator[Notify]:
    there = Notify()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            there.asked.append((self.path, self.headers["Authorization"], body))
            self.send_response(there.code)
            self.send_header("Content-Length", str(len(there.answer)))
            self.end_headers()
            self.wfile.write(there.answer)

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = Thread(target=server.serve_forever)
    thread.start()
    settings.NOTIFY_API_KEY = f"returnhome-{SERVICE}-{SECRET}"
    settings.NOTIFY_TEMPLATE_ID = "template"
    settings.NOTIFY_URL = f"http://127.0.0.1:{server.server_address[1]}"
    settings.PUBLIC_URL = "https://returnhome.example"
    yield there
    server.shutdown()
    thread.join()
    server.server_close()


def test_notify_is_given_the_address_the_words_and_the_number(cast: Cast, notify: Notify) -> None:
    [message] = told(cast)

    assert deliver() == 1

    [(path, _, body)] = notify.asked
    assert path == "/v2/notifications/email"
    assert body == {
        "email_address": "amina@example.invalid",
        "template_id": "template",
        "personalisation": {"subject": message.subject, "text": message.text},
        "reference": f"<{message.number}@returnhome.example>",
    }


def test_notify_is_shown_a_token_of_the_service_signed_with_its_secret(
    cast: Cast, notify: Notify
) -> None:
    told(cast)
    deliver()

    scheme, token = notify.asked[0][1].split()
    head, says, seal = token.split(".")
    signed = hmac.new(SECRET.encode(), f"{head}.{says}".encode(), hashlib.sha256).digest()
    assert scheme == "Bearer"
    assert json.loads(unpacked(head)) == {"typ": "JWT", "alg": "HS256"}
    assert json.loads(unpacked(says))["iss"] == SERVICE
    assert unpacked(seal) == signed
    assert "=" not in token


def unpacked(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@pytest.mark.parametrize(
    ("code", "answer", "why", "is_down"),
    [
        (400, b'{"errors": [{"message": "email_address Not a valid email"}]}', "address", False),
        (400, b'{"errors": [{"message": "Missing personalisation: text"}]}', "refused", False),
        (403, b'{"errors": [{"error": "AuthError"}]}', "refused", True),
        (429, b'{"errors": [{"error": "RateLimitError"}]}', "no_server", True),
        (500, b"oh", "no_server", True),
    ],
)
def test_what_notify_does_not_take_is_said_in_our_words(
    cast: Cast, notify: Notify, code: int, answer: bytes, why: str, is_down: bool
) -> None:
    [message] = told(cast)
    notify.code, notify.answer = code, answer

    with pytest.raises(Refused) as refused:
        ByNotify().send(message)

    assert (refused.value.why, refused.value.is_down) == (why, is_down)


def test_where_notify_is_not_there_it_is_tried_again(cast: Cast, notify: Notify, settings) -> None:
    [message] = told(cast)
    settings.NOTIFY_URL = "http://127.0.0.1:1"

    assert deliver() == 0
    assert fresh(message).failure == NotSent.NO_SERVER


def test_a_key_that_is_cut_off_is_refused_before_anything_is_sent(settings) -> None:
    settings.NOTIFY_API_KEY = "returnhome-cut-off"

    with pytest.raises(ImproperlyConfigured, match="NOTIFY_API_KEY"):
        sending.check_way_out()
    assert NotifyKey.read(f"a-name-{SERVICE}-{SECRET}") == NotifyKey(SERVICE, SECRET)


def test_nobody_works_who_would_send_into_nothing(settings) -> None:
    settings.LIVE, settings.EMAIL_HOST = True, ""
    with pytest.raises(ImproperlyConfigured, match="EMAIL_HOST or NOTIFY_API_KEY"):
        sending.check_way_out()

    settings.NOTIFY_API_KEY = f"returnhome-{SERVICE}-{SECRET}"
    with pytest.raises(ImproperlyConfigured, match="NOTIFY_TEMPLATE_ID"):
        sending.check_way_out()

    settings.NOTIFY_TEMPLATE_ID = "template"
    sending.check_way_out()
