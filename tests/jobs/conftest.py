"""What tests of the jobs start from: a mail server that remembers, and a database apart."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message as Mail
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from tests.casework.conftest import apart as apart
from tests.casework.conftest import owner as owner


@dataclass
class Mailbox:
    """A mail server of the tests' own: what came, and what it answers where that is not yes."""

    mails: list[Mail] = field(default_factory=list)
    answer: str = "250 OK"
    no_to: str = ""
    port: int = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, to: str, *_: Any):
        if to == self.no_to:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        if self.answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
        return self.answer

    @property
    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.mails]

    @property
    def recipients(self) -> list[str]:
        return [str(mail["To"]) for mail in self.mails]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        box.port = probe.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=box.port)
    server.start()
    yield box
    server.stop()


@pytest.fixture
def by_mail(mailbox: Mailbox, settings: Any) -> Mailbox:
    """Messages leave by that mail server."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mailbox.port
    settings.EMAIL_USE_TLS = False
    settings.PUBLIC_URL = "https://returnhome.example"
    return mailbox
