"""Guessing slowed: wrong passwords and codes are counted, for each account and each address.

The counts are rows of the cache table. A row is locked from the count until the page is done, so
that of many guesses at once one waits for the other and none slips through beside the count.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from secrets import token_hex
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

from returnhome.casework import files_asked
from returnhome.casework.staff import Person

TOO_MANY_CODES = "Too many wrong codes. Wait 5 minutes and try again"
DAY = 24 * 60 * 60

# A browser in which somebody has been fully signed in has a count of its own for that account:
# strangers who guess at the account slow each other down, never the person.
COOKIE = "known_browser"
KNOWN_FOR = 180 * DAY
MOST_KNOWN = 5


FILES_A_MINUTE = 60


class Guess:
    """One try at a code, counted beforehand."""

    def __init__(self, usage: ratelimit.RateLimitUsage) -> None:
        self.usage = usage
        self.is_right = False

    def was_right(self) -> None:
        """Take this try out of the counts again. Earlier wrong ones stay: see allauth's sign-in."""
        self.usage.rollback()
        self.is_right = True


@contextmanager
def code_of(person: Person, request: HttpRequest) -> Iterator[Guess]:
    """Count a try at somebody's code. Raises ValidationError once too many were wrong.

    Codes are asked for after the password, so whoever runs into this has it: the person is told.
    """
    counted = {"app": "allauth.account", "action": "wrong_code", "key": f"code:{person.pk}"}
    usage = ratelimit.consume(request, **counted)
    if not usage:
        _tell(person)
        raise ValidationError(TOO_MANY_CODES)
    yield Guess(usage)


def at_link(request: HttpRequest) -> Guess | None:
    """Count a try at a child's link, by where it came from; nothing once too many were wrong."""
    usage = ratelimit.consume(request, app="allauth.account", action="wrong_link", limit_get=True)
    return Guess(usage) if usage else None


def may_have_another(request: HttpRequest) -> bool:
    """Count a file that somebody asks for in this minute; of a stranger, by where it came from."""
    user = request.user
    whom = f"person:{user.pk}" if user.is_authenticated else get_adapter().get_client_ip(request)
    at = request.now  # type: ignore[attr-defined]
    return files_asked.count(_digest(str(whom)), at=at) <= FILES_A_MINUTE


def _tell(person: Person) -> None:
    """Once a day: somebody has the password. Of wrong passwords nobody hears: see ADR 0019."""
    if cache.add(f"told-of-codes:{person.pk}", "", DAY):
        get_adapter().send_notification_mail("account/email/codes_guessed", person)


def counted_under(request: HttpRequest, email: str) -> str:
    """Under what wrong passwords of this account, from this browser, are counted."""
    email = email.strip().lower()
    return f"password:{email}:{_known(request).get(_digest(email), 'strangers')}"


def remember(request: HttpRequest, response: HttpResponse, person: Person) -> None:
    """Let the browser know that the person was fully signed in here."""
    known = _known(request)
    mine = _digest(person.email)
    kept = {mine: known.pop(mine, None) or token_hex(8)} | known
    response.set_cookie(
        COOKIE,
        Signer(salt=COOKIE).sign_object(dict(list(kept.items())[:MOST_KNOWN])),
        max_age=KNOWN_FOR,
        path="/accounts/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _known(request: HttpRequest) -> dict[str, Any]:
    try:
        return Signer(salt=COOKIE).unsign_object(request.COOKIES.get(COOKIE, ""))
    except (BadSignature, ValueError):
        return {}


def _digest(email: str) -> str:
    return sha256(email.lower().encode()).hexdigest()[:16]
