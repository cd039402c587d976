"""Where a person is signed in, and signing out there; and staying signed in a while longer."""

import re
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from returnhome.casework import accounts
from returnhome.web import sessions
from returnhome.web.asked import Request

# The first that a browser's own description holds: later ones call themselves by earlier names.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
DEVICES = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "an Android device"),
    ("Windows", "Windows"),
    ("CrOS", "a Chromebook"),
    ("Macintosh", "a Mac"),
    ("Linux", "Linux"),
)


def in_words(user_agent: str) -> str:
    """“Edge on Windows”, from how a browser describes itself."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "A browser")
    device = next((name for mark, name in DEVICES if re.search(mark, user_agent)), "")
    return f"{browser} on {device}" if device else browser


@dataclass(frozen=True)
class SignedIn:
    pk: int
    device: str
    ip: str
    since: datetime
    is_this: bool


def index(request: Request) -> HttpResponse:
    """The sessions that are open, this one first."""
    found = UserSession.objects.purge_and_list(request.user)
    rows = [
        SignedIn(one.pk, in_words(one.user_agent), one.ip, one.created_at, one.is_current())
        for one in found
    ]
    rows.sort(key=lambda row: (not row.is_this, -row.since.timestamp()))
    return render(request, "account/signed_in.html", {"rows": rows})


@require_POST
def sign_out_there(request: Request, pk: int) -> HttpResponse:
    one = get_object_or_404(UserSession, pk=pk, user=request.user)
    one.end()
    accounts.note(request.user, "sign out elsewhere", by=request.user, at=request.now)
    messages.success(request, "Signed out there.")
    return redirect("signed-in")


@require_POST
def sign_out_everywhere(request: Request) -> HttpResponse:
    person = accounts.sign_out_everywhere(request.user, by=request.user, at=request.now)
    sessions.keep_only_this(request, person)
    messages.success(request, "Signed out everywhere else.")
    return redirect("signed-in")


@require_GET
def still_here(request: Request) -> HttpResponse:
    """Asked for by the warning before a session ends: that it was asked for is enough."""
    return HttpResponse(status=204)


urlpatterns = [
    path("account/signed-in", index, name="signed-in"),
    path("account/signed-in/<int:pk>/sign-out", sign_out_there, name="sign-out-there"),
    path("account/signed-in/sign-out", sign_out_everywhere, name="sign-out-everywhere"),
    path("account/still-here", still_here, name="still-here"),
]
