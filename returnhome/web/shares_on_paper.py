"""What was shared as a file to print or to send on: the share itself, and the carers' update."""

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from returnhome.casework import journal, receiving
from returnhome.casework.receiving import Received
from returnhome.casework.shares import Share
from returnhome.reporting import philomena, shared_paper
from returnhome.reporting.shared_paper import OnPaperNoMore, Paper
from returnhome.web import errors, looking
from returnhome.web.asked import Request


def _sent(request: Request, pk: int) -> Share:
    """A share that was sent, where the person may share of its episode; else it is not there."""
    seen = Share.objects.visible_to(request.user).sent()
    found = seen.select_related("episode__responsible_authority", "to", "sent_by")
    return get_object_or_404(found, pk=pk)


def _update(request: Request, pk: int) -> Share:
    """One that is for the carers' sheet; of any other there is no update."""
    share = _sent(request, pk)
    if not philomena.is_update(share):
        raise Http404
    return share


def _refused(request: Request, share: Share) -> HttpResponse | None:
    """One clear sentence where it is not given out any more; else it is written that it was."""
    try:
        shared_paper.check_can_print(share, at=request.now)
    except OnPaperNoMore as refused:
        looking.at(request, share)
        return errors.refused(request, refused)
    journal.write("print", share, by=request.user, at=request.now)
    return None


def as_pdf(request: Request, pk: int) -> HttpResponse:
    share = _sent(request, pk)
    lines = shared_paper.lines_of(share, request.user)
    return _refused(request, share) or _file(
        shared_paper.paper(share, lines, shared_paper.mail_of(share)), "shared"
    )


def update_as_pdf(request: Request, pk: int) -> HttpResponse:
    share = _update(request, pk)
    return _refused(request, share) or _file(
        philomena.paper(share, _told(request, share)), "update"
    )


def update_as_json(request: Request, pk: int) -> HttpResponse:
    share = _update(request, pk)
    return _refused(request, share) or _as_data(share, _told(request, share))


def _as_data(share: Share, told: philomena.Sorted) -> JsonResponse:
    return JsonResponse(
        philomena.as_data(share, told),
        json_dumps_params={"indent": 1, "ensure_ascii": False},
        headers=_named(f"update-{shared_paper.number_of(share)}.json"),
    )


def _told(request: Request, share: Share) -> philomena.Sorted:
    return philomena.sort(shared_paper.lines_of(share, request.user))


# The same for whoever received it here.


def _received(request: Request, pk: int) -> Received:
    """What was shared with them, that it is printed is written. Raises OnPaperNoMore."""
    try:
        one = receiving.received_one(request.user, pk, request.now)
    except receiving.NotForThem:
        raise Http404 from None
    shared_paper.check_can_print(one.share, at=request.now)
    journal.write("print", one.share, by=request.user, at=request.now)
    return one


def _received_update(request: Request, pk: int) -> Received:
    one = _received(request, pk)
    if not philomena.is_update(one.share):
        raise Http404
    return one


def received_as_pdf(request: Request, pk: int) -> HttpResponse:
    one = _received(request, pk)
    mail = shared_paper.mail_of(one.share)
    return _file(shared_paper.paper(one.share, one.lines, mail), "shared")


def received_update_as_pdf(request: Request, pk: int) -> HttpResponse:
    one = _received_update(request, pk)
    return _file(philomena.paper(one.share, philomena.sort(one.lines)), "update")


def received_update_as_json(request: Request, pk: int) -> HttpResponse:
    one = _received_update(request, pk)
    return _as_data(one.share, philomena.sort(one.lines))


def _file(made: Paper, kind: str) -> HttpResponse:
    return HttpResponse(
        shared_paper.pdf(made),
        content_type="application/pdf",
        headers=_named(f"{kind}-{made.number}.pdf"),
    )


def _named(name: str) -> dict[str, str]:
    # A number only: the file's name stays in lists of downloads.
    return {"Content-Disposition": f'attachment; filename="{name}"'}


urlpatterns = [
    path("shares/<int:pk>.pdf", as_pdf, name="pdf-share"),
    path("shares/<int:pk>/philomena.pdf", update_as_pdf, name="pdf-philomena"),
    path("shares/<int:pk>/philomena.json", update_as_json, name="json-philomena"),
    path("shared-with-us/<int:pk>.pdf", received_as_pdf, name="pdf-shared-with-us"),
    path(
        "shared-with-us/<int:pk>/philomena.pdf",
        received_update_as_pdf,
        name="pdf-received-philomena",
    ),
    path(
        "shared-with-us/<int:pk>/philomena.json",
        received_update_as_json,
        name="json-received-philomena",
    ),
]
