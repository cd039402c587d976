"""Who was shown what: one line of the journal a page, in the page's own transaction."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import models
from django.http import HttpRequest

from returnhome.casework import journal

# The first word of an address → what the journal calls the thing.
KINDS = {
    "children": "child",
    "episodes": "episode",
    "interviews": "interview",
    "hand-overs": "handover",
    "offers": "offer",
    "actions": "action",
    "disputes": "dispute",
    "doubts": "doubt",
    "meetings": "meeting",
    "concerns": "notedconcern",
    "deliveries": "delivery",
    "placement-notices": "placementnotice",
    "people": "person",
    "listed": "listed",
    "restrictions": "restriction",
    "restricted": "breakglass",
    "disclosures": "disclosure",
    "harm-decisions": "harmdecision",
    "needs": "need",
    "mentions": "mention",
    "patterns": "mention",
    "same-things": "samething",
    "packs": "pack",
    "brought": "packchild",
    "record-requests": "recordrequest",
    "record-lines": "gatheredline",
    "help-offered": "helpoffered",
    "passed-on": "passedon",
    "releases": "release",
    "said-back": "saidback",
    "made": "made",
    "services": "service",
    "samples": "sample",
    "sampled": "sampled",
    "tokens": "token",
    "webhooks": "webhook",
    "went-together": "wenttogether",
    "shares": "share",
    "shared-with-us": "share",
    "asks": "ask",
    "asked-about": "askedof",
    "lives-here": "child",
    "home-reports": "fromhome",
    "holds": "hold",
    "retention-reviews": "retentionreview",
    "erasures": "erasure",
}
LARGEST = 2**63 - 1


def at(request: Any, thing: models.Model, *, shown: Iterable[int] = ()) -> None:
    """A look at one thing. Of a form that was sent in: once its page is shown again.

    `shown` are the children, by number, whom it showed beside.
    """
    _once_shown(
        request,
        lambda: journal.write("read", thing, shown=shown, by=request.user, at=request.now),
    )


def at_list(request: Any, name: str, children: Iterable[int], *, verb: str = "list") -> None:
    """A look at a list, which showed these children, by number."""
    shown = list(children)
    _once_shown(
        request,
        lambda: journal.write_list(verb, name, shown, by=request.user, at=request.now),
    )


def _once_shown(request: Any, write: Callable[[], None]) -> None:
    if request.method == "POST":
        request.looks = [*getattr(request, "looks", ()), write]
    else:
        write()


def again(request: HttpRequest) -> None:
    """The page of a form is shown: where the form was sent in, that is another look."""
    for write in getattr(request, "looks", ()):
        write()


def refused(request: HttpRequest) -> None:
    """Somebody signed in asked for what is not there for them.

    Written whether it exists or not, so that neither answer nor time tells; and after the page's
    transaction, which the refusal took back.
    """
    person, match = request.user, request.resolver_match
    if match is None or not person.is_authenticated:
        return
    number = match.kwargs.get("pk")
    first = match.route.split("/")[0]
    journal.refuse(
        KINDS.get(first, first[:40]),
        number if isinstance(number, int) and number <= LARGEST else None,
        by=person,
        at=request.now,  # type: ignore[attr-defined]
    )
