"""The exchange in the docs is one that took place: recorded here, and compared each time.

`RECORD=1 python -m pytest tests/api/test_exchange.py` writes it again.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from returnhome.casework import staff, webhooks
from returnhome.casework.models import Call
from returnhome.casework.webhooks import News
from returnhome.jobs import calling
from returnhome.rules.codes import WebhookEvent
from tests.api.programs import NOTIFICATIONS, Program
from tests.cast import NOW, Cast

pytestmark = pytest.mark.check

PAGE = Path(__file__).parents[2] / "docs" / "exchange.md"
SHOWN = ("WWW-Authenticate", "Idempotent-Replayed")
OPENING = """\
# A recorded exchange

What a police system and Returnhome say to each other, word for word. A test holds this conversation
each time the product is changed, and fails where a word of this page is no longer so
(`tests/api/test_exchange.py`). The children are invented. How to read it: [the API](api.md).
"""
# The secret of the specification's own example.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ROBIN = {
    "reference": "NSP/26/0001",
    "forename": "Robin",
    "surname": "Ashdown",
    "born": "2010-01-17",
    "postcode": "NS1 1AA",
    "last_seen": {"at": "2026-03-01T22:00:00Z", "give_or_take": 30},
    "reported": {"at": "2026-03-02T00:15:00Z"},
    "risk": "medium",
    "looked_after": True,
    "placing_authority": "Northshire",
}
ALEX = {
    "reference": "NSP/26/0002",
    "forename": "Alex",
    "surname": "Lindley",
    "postcode": "NS1 1AA",
    "last_seen": {"on": "2026-03-01"},
}


class Recorder:
    """A program whose words are written down as they are said."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.parts = [OPENING]

    def tell(self, heading: str, words: str) -> None:
        self.parts.append(f"## {heading}\n\n{words}\n")

    def post(self, address: str, body: Any, key: str) -> None:
        answer = self.program.post(address, body, key=key)
        asked = [f"POST {address}", *self._token(), f"Idempotency-Key: {key}"]
        self._write(asked, body, answer)

    def get(self, address: str) -> None:
        self._write([f"GET {address}", *self._token()], None, self.program.get(address))

    def _token(self) -> list[str]:
        return ["Authorization: Bearer rht_..."] if self.program.secret else []

    def _write(self, asked: list[str], body: Any, answer: Any) -> None:
        said = answer.json()
        # The one thing that is of the moment when it was asked.
        if "received_at" in said:
            said["received_at"] = "2026-03-02T00:20:00Z"
        shown = [f"{name}: {answer.headers[name]}" for name in SHOWN if name in answer.headers]
        head = [f"HTTP {answer.status_code}", f"Content-Type: {answer.headers['Content-Type']}"]
        self.parts.append(
            f"```\n{_message(asked, body)}\n```\n\n```\n{_message([*head, *shown], said)}\n```\n"
        )


def _message(head: list[str], body: Any) -> str:
    lines = "\n".join(head)
    return lines if body is None else f"{lines}\n\n{json.dumps(body, ensure_ascii=False, indent=2)}"


@pytest.fixture
def recorder(cast: Cast) -> Recorder:
    return Recorder(Program(cast.northshire_police))


def a_call(cast: Cast) -> str:
    """The head and the body of a call as it leaves."""
    hook = webhooks.set_up(
        cast.northshire_council, "http://localhost:8200/told", by=cast.adi, at=NOW
    )
    hook.secret = SECRET
    hook.save(update_fields=["secret"])
    news = News(WebhookEvent.RETURNED, hook.organisation_id, 1, NOW, "returned")
    (call,) = webhooks.queue([news], by=staff.clockwork(), at=NOW)
    Call.objects.filter(pk=call.pk).update(
        number=UUID("4a0d8c52-1f0b-4a57-9d0e-6d6d2a3a5f10"), webhook=hook
    )
    call = Call.objects.select_related("webhook").get(pk=call.pk)
    call.webhook.organisation_id = 1
    body = json.dumps(call.says, separators=(",", ":")).encode()
    at = datetime(2026, 3, 2, 9, 0, 4, tzinfo=UTC)
    told = calling.headers(call, body, at).items()
    head = [f"{name}: {value}" for name, value in told if name.startswith("webhook")]
    return "\n".join(["POST /told", *head, "", body.decode()])


def test_the_exchange_in_the_docs_is_what_is_said(recorder: Recorder, cast: Cast) -> None:
    recorder.tell("Two children are missing", "Robin is on record. Of Alex nobody has heard.")
    recorder.post(NOTIFICATIONS, {"notifications": [ROBIN, ALEX]}, "2026-03-02-001")

    recorder.tell(
        "The answer was lost on the way",
        "The same again with the same key: nothing is changed, and the answer is that of the first "
        "time.",
    )
    recorder.post(NOTIFICATIONS, {"notifications": [ROBIN, ALEX]}, "2026-03-02-001")

    recorder.tell("Robin is found, and then back at the home", "Each needs no more than its time.")
    recorder.post(
        f"{NOTIFICATIONS}/NSP/26/0001/found", {"at": "2026-03-02T06:10:00Z"}, "2026-03-02-002"
    )
    recorder.post(
        f"{NOTIFICATIONS}/NSP/26/0001/return", {"at": "2026-03-02T07:40:00Z"}, "2026-03-02-003"
    )

    recorder.tell("What became of it", "The council knows who Robin is, and has work to do.")
    recorder.get(f"{NOTIFICATIONS}/NSP/26/0001")

    recorder.tell("A return that cannot be", "It is refused, and says what to put right.")
    recorder.post(
        f"{NOTIFICATIONS}/NSP/26/0002/return", {"at": "2026-02-27T07:40:00Z"}, "2026-03-02-004"
    )

    recorder.tell("A body with faults", "None of it goes in; each fault is pointed to.")
    wrong = {"notifications": [{"reference": "NSP/26/0003", "born": "17/01/2010", "shoe": 3}]}
    recorder.post(NOTIFICATIONS, wrong, "2026-03-02-005")

    recorder.tell("The same key for something else", "It belongs to the first request.")
    recorder.post(NOTIFICATIONS, {"notifications": [ALEX]}, "2026-03-02-001")

    recorder.tell("Something was never sent", "Nor is there anything of what others sent.")
    recorder.get(f"{NOTIFICATIONS}/WMP/26/0007")

    recorder.program.secret = None
    recorder.tell("Without a token", "Nothing is open.")
    recorder.get(f"{NOTIFICATIONS}/NSP/26/0001")

    recorder.tell(
        "The council’s own program is told",
        "A webhook, signed with the secret `"
        + SECRET
        + "`: the example of the specification’s own.",
    )
    recorder.parts.append(f"```\n{a_call(cast)}\n```\n")

    said = "\n".join(recorder.parts)
    if os.environ.get("RECORD"):
        PAGE.write_text(said, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == said
