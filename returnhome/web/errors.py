"""Pages for when something is not there, not allowed yet, or broken, in plain words."""

import sys
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from returnhome import faults
from returnhome.casework.sealing import CannotOpen
from returnhome.rules import Blocked
from returnhome.web import restrictions, sessions

# Never sent back into a page.
SECRET = (
    "csrfmiddlewaretoken",
    "password",
    "oldpassword",
    "password1",
    "password2",
    "code",
    "credential",
)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    # The same words whatever was asked for: they tell of no record that it is there.
    person: Any = getattr(request, "user", None)
    is_known = person is not None and person.is_authenticated and sessions.is_full(request)
    context = {"may_open": is_known and restrictions.may_open(person)}
    return render(request, "error/not_found.html", context, status=404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "error/bad_request.html", status=400)


def too_large(request: HttpRequest, most: int) -> HttpResponse:
    """413: nothing of it was read. There is no session yet, so nobody is known on the page."""
    context = {"most": max(1, most // 1024**2)}
    return render(request, "error/too_large.html", context, status=413)


def too_many(request: HttpRequest) -> HttpResponse:
    """429: more files within a minute than anybody reads."""
    response = render(request, "error/too_many.html", status=429)
    response.headers["Retry-After"] = "60"
    return response


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    # To somebody who may not see a thing, it is not there.
    return not_found(request, exception)


def refused(request: HttpRequest, blocked: Blocked) -> HttpResponse:
    """409: the rules do not allow it as things stand."""
    context = {"sentence": blocked.sentence, "back": _came_from(request)}
    return render(request, "error/refused.html", context, status=409)


def broken(request: HttpRequest) -> HttpResponse:
    """500, with a reference that the log has too. What was typed or read stays out of both."""
    error = sys.exc_info()[1]
    if faults.is_unreachable(error) or faults.is_full(error):
        return unavailable(request, error)
    reference = faults.note(request)
    if isinstance(error, CannotOpen):
        return no_key(request, error, reference)
    try:
        return render(request, "error/broken.html", {"reference": reference}, status=500)
    except Exception:  # the fault may lie in what the frame itself needs, the database first
        sentence = f"Sorry, something went wrong here. Give this reference: {reference}"
        return HttpResponse(sentence, content_type="text/plain; charset=utf-8", status=500)


def unavailable(request: HttpRequest, error: BaseException | None) -> HttpResponse:
    """503: the database is gone for now, or full. What was typed waits in the page."""
    faults.note_unreachable(request, error)
    _ask_nothing(request)
    context = _what_was_typed(request) | {"is_full": faults.is_full(error)}
    response = render(request, "error/unavailable.html", context, status=503)
    response.headers["Retry-After"] = str(faults.TRY_AGAIN)
    return response


def no_key(request: HttpRequest, error: CannotOpen, reference: str) -> HttpResponse:
    """503: what the page would show is there, and the key that it is sealed with is not."""
    faults.logger.error("%s", error, extra={"reference": reference})
    _ask_nothing(request)
    context = _what_was_typed(request) | {"reference": reference}
    return render(request, "error/no_key.html", context, status=503)


def _ask_nothing(request: HttpRequest) -> None:
    """The page is drawn without the database: not even who is signed in is asked."""
    request.user = AnonymousUser()
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]


def signed_out(request: HttpRequest) -> HttpResponse:
    """403: the session ended while somebody was typing. What they typed waits in the page."""
    return _kept(request, "error/signed_out.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the page was too old, or was not ours. What came from our own page is kept."""
    return _kept(request, "error/stale.html")


def _kept(request: HttpRequest, template: str) -> HttpResponse:
    return render(request, template, _what_was_typed(request), status=403)


def _what_was_typed(request: HttpRequest) -> dict[str, Any]:
    typed = _typed(request) if _is_ours(request) else []
    asked = urlencode({"next": _came_from(request)})
    return {
        "typed": typed,
        "has_file": bool(typed and request.FILES),
        "again": request.get_full_path(),
        "back": _came_from(request),
        "sign_in": f"{reverse('account_login')}?{asked}",
    }


def _typed(request: HttpRequest) -> list[tuple[str, Any]]:
    lists = request.POST.lists()
    return [(name, value) for name, values in lists if name not in SECRET for value in values]


def _is_ours(request: HttpRequest) -> bool:
    """Whether the form came from one of our pages: another site must not get its form re-sent."""
    source = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return bool(source) and urlsplit(source).netloc == request.get_host()


def _came_from(request: HttpRequest) -> str:
    """The page of ours that led here, else the front page."""
    source = urlsplit(request.headers.get("Referer", ""))
    if source.netloc != request.get_host() or not source.path.startswith("/"):
        return "/"
    # Two slashes at the start would lead to another host.
    path = "/" + source.path.lstrip("/")
    return f"{path}?{source.query}" if source.query else path
