"""How a message leaves: by mail server, by GOV.UK Notify, or in the demonstration not at all."""

import base64
import hashlib
import hmac
import json
import smtplib
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, get_connection

from returnhome.casework.messages import Message
from returnhome.rules.codes import NotSent


class Refused(Exception):
    """It did not get through. `is_down`: nothing would just now, so that others need not be tried.

    It carries the kind alone: what a mail server answers may quote the message.
    """

    def __init__(self, why: NotSent, *, is_down: bool = False) -> None:
        super().__init__(why.label)
        self.why, self.is_down = why, is_down


class Way(Protocol):
    """A way out, open for as long as the block lasts."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...

    def send(self, message: Message) -> None:
        """Raises Refused."""


def message_id(message: Message) -> str:
    """The same each time this message is sent."""
    return f"<{message.number}@{urlsplit(settings.PUBLIC_URL).hostname}>"


class Shown:
    """In the demonstration: to be read on its page, and sent to nobody."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def send(self, message: Message) -> None:
        pass


class ByMailServer:
    """Any SMTP server, one connection for as many messages as there are."""

    def __init__(self) -> None:
        self.connection = get_connection()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        # What was taken was taken, however the server says goodbye.
        with suppress(OSError, smtplib.SMTPException):
            self.connection.close()

    def send(self, message: Message) -> None:
        letter = EmailMessage(
            message.subject,
            message.text,
            to=[message.recipient],
            # A reply by a machine on holiday would answer nobody.
            headers={"Message-ID": message_id(message), "Auto-Submitted": "auto-generated"},
            connection=self.connection,
        )
        try:
            letter.send()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            # Whatever state the conversation is in, the next message begins a new one.
            self.__exit__()
            raise why_refused(error) from None


def why_refused(error: Exception) -> Refused:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return Refused(NotSent.ADDRESS)
    if isinstance(error, smtplib.SMTPServerDisconnected | smtplib.SMTPConnectError):
        return Refused(NotSent.NO_SERVER, is_down=True)
    if isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPSenderRefused):
        return Refused(NotSent.REFUSED, is_down=True)
    if isinstance(error, smtplib.SMTPException | ValueError):
        return Refused(NotSent.REFUSED)
    return Refused(NotSent.NO_SERVER, is_down=True)


@dataclass(frozen=True)
class NotifyKey:
    """The parts of an API key of GOV.UK Notify: a name, the service and the secret, 36 each."""

    service: str
    secret: str

    @classmethod
    def read(cls, key: str) -> "NotifyKey":
        """Raises ImproperlyConfigured."""
        if len(key) < 73:
            raise ImproperlyConfigured("NOTIFY_API_KEY is not a whole key of GOV.UK Notify.")
        return cls(service=key[-73:-37], secret=key[-36:])

    def token(self, issued_at: int) -> str:
        """A token of this moment, signed: Notify takes it for thirty seconds."""
        signs, says = {"typ": "JWT", "alg": "HS256"}, {"iss": self.service, "iat": issued_at}
        signed = f"{_packed(signs)}.{_packed(says)}"
        seal = hmac.new(self.secret.encode(), signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{_in_letters(seal)}"


def _packed(part: Mapping[str, Any]) -> str:
    return _in_letters(json.dumps(part, separators=(",", ":")).encode())


def _in_letters(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class ByNotify:
    """GOV.UK Notify: its template has the two places ((subject)) and ((text))."""

    def __init__(self) -> None:
        self.key = NotifyKey.read(settings.NOTIFY_API_KEY)
        self.address = f"{settings.NOTIFY_URL}/v2/notifications/email"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def send(self, message: Message) -> None:
        told = {
            "email_address": message.recipient,
            "template_id": settings.NOTIFY_TEMPLATE_ID,
            "personalisation": {"subject": message.subject, "text": message.text},
            "reference": message_id(message),
        }
        request = urllib.request.Request(  # noqa: S310  the address is the operator's own
            self.address,
            data=json.dumps(told).encode(),
            headers={
                "Authorization": f"Bearer {self.key.token(int(time.time()))}",
                "Content-Type": "application/json",
                "User-Agent": "returnhome",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=settings.EMAIL_TIMEOUT) as answer:  # noqa: S310
                answer.read()
        except urllib.error.HTTPError as error:
            raise self.why(error) from None
        except OSError:
            raise Refused(NotSent.NO_SERVER, is_down=True) from None

    def why(self, error: urllib.error.HTTPError) -> Refused:
        """400 is about this message; a key that is not taken, or a limit, about all."""
        with error:
            said = error.read(2000).decode(errors="replace")
        if error.code == 400:
            return Refused(NotSent.ADDRESS if "email_address" in said else NotSent.REFUSED)
        if error.code in (401, 403):
            return Refused(NotSent.REFUSED, is_down=True)
        return Refused(NotSent.NO_SERVER, is_down=True)


def way_out() -> Way:
    """The way that the settings name."""
    if settings.DEMONSTRATION:
        return Shown()
    return ByNotify() if settings.NOTIFY_API_KEY else ByMailServer()


def check_way_out() -> None:
    """Stop here rather than send into nothing. Raises ImproperlyConfigured."""
    if settings.NOTIFY_API_KEY:
        NotifyKey.read(settings.NOTIFY_API_KEY)
        if not settings.NOTIFY_TEMPLATE_ID:
            raise ImproperlyConfigured("NOTIFY_TEMPLATE_ID must be set: see docs/settings.md.")
    elif settings.LIVE and not settings.EMAIL_HOST:
        raise ImproperlyConfigured(
            "EMAIL_HOST or NOTIFY_API_KEY must be set, or messages would reach nobody: "
            "see docs/settings.md."
        )
