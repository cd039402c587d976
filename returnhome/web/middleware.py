"""What happens to every request: health, the one clock, safe headers, sign-in, and refusals."""

import base64
import secrets
import time
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from returnhome.casework import acting
from returnhome.intake import open_referral
from returnhome.reporting import readiness
from returnhome.rules import Blocked
from returnhome.web import errors, guessing, logs, looking, metrics, sessions, uploads
from returnhome.web.tables_sent import REST_OF_FORM

Next = Callable[[HttpRequest], HttpResponseBase]


def said_length(request: HttpRequest) -> int:
    """The length that is announced; a body without one is not read at all."""
    said = request.META.get("CONTENT_LENGTH") or ""
    return int(said) if said.isascii() and said.isdigit() else 0


# Whether the process lives asks no database; whether it is ready asks all that it needs.
ALIVE, READY = "/livez", ("/healthz", "/readyz")
# A child's own pages.
OWN = "/m/"
# Open to a stranger. The address of a calendar, of a letter's answer, of a one-time link or of a
# child's own pages carries its own secret, the API has rules of its own; signing in comes first
# elsewhere.
OPEN = (
    "/accounts/login/",
    "/accounts/logout/",
    "/accounts/password/reset/",
    "/calendar/",
    "/answer/",
    "/one-time/",
    OWN,
    "/who-interviews",
    "/standard",
    "/guide",
    "/api/",
)
LET_GO_BY = (OWN, "/intake", "/history")
# And these take a file, up to so many bytes.
TAKES = {"/services/import": open_referral.LARGEST}
# What takes the machine's time: files that are made when they are asked for, and tables to be read.
FILES = (".pdf", ".csv", ".xlsx", ".zip")
MANY_FILES = ("/figures/statutory/", "/figures/foi/")
TAKES_TABLES = ("/intake", "/history", "/services/import")
# Open to somebody who has given a password and has no second factor yet.
SETTING_UP = (
    "/account/second-factor",
    "/accounts/reauthenticate/",
    "/accounts/2fa/",
)

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'nonce-{nonce}'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
# The page on which a child records a voice asks for the microphone by itself: see made.may_record.
NEVER_ASKED_FOR = (
    *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "hid"),
    *("magnetometer", "microphone", "midi", "payment", "serial", "usb"),
)
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{each}=()" for each in NEVER_ASKED_FOR),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def health(get_response: Next) -> Next:
    """Answer whether this process lives and is ready, and by figures, before all else is asked."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path == ALIVE:
            return HttpResponse("ok", content_type="text/plain")
        if request.path == metrics.ADDRESS:
            return metrics.answer(request)
        if request.path not in READY:
            return get_response(request)
        if missing := readiness.missing():
            return HttpResponse("\n".join(missing), content_type="text/plain", status=503)
        return HttpResponse("ok", content_type="text/plain")

    return middleware


def bodies(get_response: Next) -> Next:
    """Nothing larger is read than the page takes: by what is announced, before any of it is."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        # These let a file that is too large go by and say so on the page itself.
        if request.path.startswith(LET_GO_BY):
            return get_response(request)
        most = TAKES.get(request.path, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        if said_length(request) > most + REST_OF_FORM:
            return errors.too_large(request, most)
        return get_response(request)

    return middleware


def own_uploads(get_response: Next) -> Next:
    """What is sent to a child's own pages is held in memory: before anything reads the request."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(OWN):
            request.upload_handlers = [uploads.InMemory(request)]
        return get_response(request)

    return middleware


def now(get_response: Next) -> Next:
    """Read the clock once: everything on a page is judged at the same moment."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request.now = timezone.now()  # type: ignore[attr-defined]
        return get_response(request)

    return middleware


def noted(get_response: Next) -> Next:
    """Give each request a number, and the log a line: which page, how long, and never for whom."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request.number = secrets.token_hex(8)  # type: ignore[attr-defined]
        begun = time.perf_counter()
        token = logs.answering.set(request)
        try:
            response = get_response(request)
            if request.path not in (ALIVE, *READY, metrics.ADDRESS):
                code, seconds = response.status_code, time.perf_counter() - begun
                metrics.count(request, code, seconds)
                took = round(seconds * 1000)
                about = {"code": code, "milliseconds": took}
                said = (request.method, logs.route_of(request), code, took)
                logs.access.info("%s %s %s in %s ms", *said, extra=about)
            return response
        finally:
            logs.answering.reset(token)

    return middleware


def safe_headers(get_response: Next) -> Next:
    """Let any answer load only what is ours, and let nobody keep a copy of it.

    It stands around static files, the API, redirects and every error.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        nonce = base64.b64encode(secrets.token_bytes(16)).decode()
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=nonce))
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if settings.SECURE_HSTS_SECONDS and request.is_secure():
            age = f"max-age={settings.SECURE_HSTS_SECONDS}"
            response.headers.setdefault("Strict-Transport-Security", age)
        return response

    return middleware


def dear_pages(get_response: Next) -> Next:
    """So many files a minute and no more, for each person: to make one takes the machine's time."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        is_file = request.path.endswith(FILES) or request.path.startswith(MANY_FILES)
        is_sent = request.method == "POST" and request.path in TAKES_TABLES
        if not (is_file or is_sent) or guessing.may_have_another(request):
            return get_response(request)
        return errors.too_many(request)

    return middleware


def signed_in_only(get_response: Next) -> Next:
    """Every page but the few open ones is for an active person who has signed in."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        person = request.user
        if request.path.startswith(OPEN) or (person.is_authenticated and person.is_active):
            return get_response(request)
        if request.method != "GET":
            return errors.signed_out(request)
        asked = {"next": request.get_full_path()} if request.path != "/" else {}
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            asked["ended"] = "1"
        query = f"?{urlencode(asked)}" if asked else ""
        return redirect(reverse("account_login") + query)

    return middleware


def acting_for(get_response: Next) -> Next:
    """The database opens to the page what the person who asks for it may see, and no more."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        # An open page asks for nobody's session: it says itself for whom it acts.
        if request.path.startswith(OPEN) or not request.user.is_authenticated:
            with acting.as_nobody():
                return get_response(request)
        with acting.on_behalf_of(request.user):
            return get_response(request)

    return middleware


def time_limits(get_response: Next) -> Next:
    """End a session in which nothing was done for a while, or that is as old as one may be."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        # An open page asks for nobody's session, and must not answer by whether there is one.
        is_open = request.path.startswith(OPEN)
        if not is_open and request.user.is_authenticated and sessions.is_over(request):
            logout(request)
        return get_response(request)

    return middleware


def second_factor_first(get_response: Next) -> Next:
    """Whoever has only given a password sets up a second factor, and sees no other page before."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        is_open = request.path.startswith((*OPEN, *SETTING_UP))
        if is_open or not request.user.is_authenticated or sessions.is_full(request):
            return get_response(request)
        return redirect("set-up-second-factor")

    return middleware


def refusals(get_response: Next) -> Next:
    """A refusal of the rules that no form caught is a page with its sentence."""

    def process_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Blocked | Http404 | PermissionDenied):
            looking.refused(request)
        return errors.refused(request, exception) if isinstance(exception, Blocked) else None

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    middleware.process_exception = process_exception  # type: ignore[attr-defined]
    return middleware
