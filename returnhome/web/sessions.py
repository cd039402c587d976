"""What a session knows of itself: since when, last used when, and whether fully signed in."""

from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from returnhome.casework.staff import Person
from returnhome.rules.codes import Role

SINCE, USED, FULL = "signed_in_since", "used_at", "second_factor_given"
# A session is written at most so often for no other reason than that it was used.
OFTEN = timedelta(minutes=1)
# A home's telephone lies about and goes from hand to hand: there it is over sooner.
AT_A_HOME = timedelta(minutes=10)
# So far may the clocks of two web servers differ.
AHEAD = timedelta(minutes=5)
# In how many places somebody may be signed in.
MOST = 20


def begin(session: SessionBase, now: datetime, *, full: bool) -> None:
    """Somebody has just signed in; `full`: with a second factor, or one that stands for it."""
    session[SINCE] = session[USED] = now.timestamp()
    session[FULL] = full


def forget_oldest(person: Person) -> None:
    """Sign out where somebody signed in longest ago, so that the list of places stays a short one.

    Many people try the demonstration under one name: there only the list forgets.
    """
    for one in UserSession.objects.filter(user=person).order_by("-created_at")[MOST:]:
        one.delete() if settings.DEMONSTRATION else one.end()


def make_full(session: SessionBase) -> None:
    """A second factor was set up in this session."""
    session[FULL] = True


def is_full(request: HttpRequest) -> bool:
    return bool(request.session.get(FULL))


def is_at_a_home(person: Person) -> bool:
    """Whether somebody works for a home and nowhere else."""
    return person.reach.roles == {Role.HOME}


def lasts_unused(person: Person) -> int:
    """After how many seconds without a page the person is signed out."""
    longest = settings.SIGN_OUT_AFTER_MINUTES * 60
    return min(longest, int(AT_A_HOME.total_seconds())) if is_at_a_home(person) else longest


def is_over(request: Any) -> bool:
    """Whether the session has reached one of its limits; if not, it has been used now."""
    session, now = request.session, request.now.timestamp()
    since, used = session.get(SINCE), session.get(USED)
    if since is None or used is None:
        return True
    # Of one that a clock which ran ahead began nobody knows how long it lasts.
    if min(now - since, now - used) < -AHEAD.total_seconds():
        return True
    if now - since >= settings.SIGN_IN_LASTS_HOURS * 3600:
        return True
    if now - used >= lasts_unused(request.user):
        return True
    if now - used >= OFTEN.total_seconds():
        session[USED] = now
    return False


def is_fresh(request: HttpRequest, within: timedelta) -> bool:
    """Whether somebody signed in so short a while ago that they need not do it again."""
    since = request.session.get(SINCE)
    return since is not None and request.now.timestamp() - since < within.total_seconds()  # type: ignore[attr-defined]


def keep_only_this(request: HttpRequest, person: Person) -> None:
    """The person's sessions were ended: let the one that asked go on, under a new key."""
    update_session_auth_hash(request, person)
    UserSession.objects.create_from_request(request)
