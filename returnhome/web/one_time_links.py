"""Giving what was shared to somebody without an account: a link that opens once, and its pages."""

import json
from base64 import b64decode, b64encode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from returnhome.casework import one_time_links, staff
from returnhome.casework.one_time_links import Made, OneTimeLink, Sent, Shown
from returnhome.casework.sealing import open_sealed, seal
from returnhome.casework.shares import Share
from returnhome.casework.staff import Person
from returnhome.reporting import shared_paper
from returnhome.rules import one_time_links as rules
from returnhome.rules.one_time_links import CodeWay
from returnhome.rules.ways_in import ShutReason
from returnhome.web import errors, gds, guessing, looking, pages
from returnhome.web.as_seen import lines_shown, what_for
from returnhome.web.asked import Request

COOKIE = "one_time"
MADE = "made_one_time_link"


# From the side of whoever shares.


class MakeForm(gds.Form):
    address = gds.Email(
        "Which e-mail address does the link go to?",
        required=False,
        max_length=254,
        autocomplete="off",
        hint="One that only they read. Nothing of the child stands in the message. Leave it empty "
        "to send the link yourself, by secure e-mail.",
    )
    code_way = gds.Radios(
        "How do you give them the code?",
        missing="Select how you give them the code",
        choices=CodeWay.choices(),
        coerce=CodeWay,
        hint="Never in the same message as the link: whoever else reads that mailbox would have "
        "both.",
    )


def _share(request: Request, pk: int) -> Share:
    seen = Share.objects.visible_to(request.user).select_related("episode__child", "to")
    share = get_object_or_404(seen, pk=pk)
    looking.at(request, share)
    return share


def make(request: Request, pk: int) -> HttpResponse:
    share = _share(request, pk)
    form = MakeForm(request.POST or None)
    back = reverse("show-share", args=[pk])
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            made = one_time_links.make(share, **form.cleaned_data, by=request.user, at=request.now)
            _keep_to_show(request, made)
            return redirect("made-one-time-link", made.link.pk)
    return gds.form_page(
        request,
        form,
        title="Give it to them by a link that opens once",
        caption=pages.name_of(share.episode.child),
        lead=f"For {share.name}. They need the link, and a code that you give them another way.",
        button="Make the link",
        back=back,
        cancel=back,
    )


def _keep_to_show(request: Request, made: Made) -> None:
    """Until the next page: sealed, so that whoever has the database has neither of the two."""
    both = seal(json.dumps([made.href, made.code]).encode())
    request.session[MADE] = [made.link.pk, b64encode(both).decode()]


def _shown_once(request: Request, link: OneTimeLink) -> Made | None:
    pk, both = request.session.get(MADE, (None, ""))
    if pk != link.pk:
        return None
    del request.session[MADE]
    href, code = json.loads(open_sealed(b64decode(both)))
    return Made(link, href, code)


def made(request: Request, pk: int) -> HttpResponse:
    """The code, and the link where nobody was sent it: once, to whoever made it."""
    seen = OneTimeLink.objects.visible_to(request.user).select_related("share__episode__child")
    link = get_object_or_404(seen, pk=pk)
    looking.at(request, link.share)
    shown = _shown_once(request, link)
    if shown is None:
        messages.info(
            request, "The code was shown once, and is kept nowhere. If it is lost, make a new link."
        )
        return redirect("show-share", link.share_id)
    context = {
        "made": shown,
        "share": link.share,
        "mailed": link.address,
        "how": CodeWay(link.code_way).label,
    }
    return render(request, "one_time_links/made.html", context)


@require_POST
def end(request: Request, pk: int) -> HttpResponse:
    seen = OneTimeLink.objects.visible_to(request.user)
    link = get_object_or_404(seen, pk=pk)
    one_time_links.end(link, by=request.user, at=request.now)
    messages.success(request, "The link is ended: nobody can open it any more.")
    return redirect("show-share", link.share_id)


def state_of(sent: Sent, request: Request) -> tuple[str, str, str]:
    """What became of a link: in a word, in which colour, and what to do about it."""
    link, now = sent.link, request.now
    if link.opened_at:
        return "Opened", "green", f"by {link.opened_by_name}, {pages.near(link.opened_at, now)}"
    if link.is_shut_by_codes:
        said = f"{rules.MOST_WRONG} wrong codes: ring them, and make a new link"
        return "Closed by wrong codes", "red", said
    if link.ended_at:
        return "Ended", "grey", f"never opened; {pages.near(link.ended_at, now)}"
    if not link.is_standing(now):
        return "Nobody opened it in time", "red", "ring them, and make a new link"
    if sent.failure:
        said = f"{sent.failure}. Look at the address and make a new link, or give them the paper"
        return "The e-mail does not get through", "red", said
    wrong = f"; {pages.counted(link.wrong, 'wrong code')} so far" if link.wrong else ""
    return "Not opened yet", "yellow", f"it can be until {pages.near(link.until, now)}{wrong}"


def drawn(share: Share, request: Request) -> list[tuple[Sent, tuple[str, str, str]]]:
    """The links to a share as its page shows them, the newest first. Two queries."""
    found = one_time_links.of_share(share, request.user)
    return [(each, state_of(each, request)) for each in found]


# From the side of whoever it is for.


class OpenForm(gds.Form):
    name = gds.Text(
        "Your name",
        missing="Enter your name",
        autocomplete="name",
        max_length=120,
        hint="Whoever shared it is told who opened it.",
    )
    code = gds.Text(
        "The code that you were given",
        missing="Enter the code that you were given another way",
        hint="Eight digits. If you have none, ask whoever shared this with you.",
        autocomplete="off",
        max_length=20,
        width=10,
    )


def _plain(response: HttpResponse) -> HttpResponse:
    """Neither the address nor that it was opened is told to anybody else."""
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _shut(request: HttpRequest) -> HttpResponse:
    """The same page whatever the reason: opened before, ended, over, guessed."""
    return _plain(render(request, "one_time_links/shut.html", status=404))


# The address itself is the secret; see `letters.answer` for why Django's own check is left out.
@csrf_exempt
def door(request: Request, secret: str) -> HttpResponse:
    """A mail scanner fetches it, and may press its button: only the code opens it, and once."""
    guess = guessing.at_link(request)
    if guess is None:
        return _shut(request)
    form = OpenForm(request.POST or None)
    try:
        link = _by_secret(request, secret)
        guess.was_right()
        if request.method == "POST" and form.is_valid():
            with gds.refusals_into(form):
                return _let_in(link.pk, _open(request, secret, form))
            # The last wrong code closed it.
            link = _by_secret(request, secret)
    except ShutReason:
        return _shut(request)
    page = gds.form_page(
        request,
        form,
        title="Something was shared with you",
        caption=link.council,
        lead="Open it with the code that you were given another way.",
        inset=f"It opens once, on this device, until {pages.moment(link.until)}. Open it where "
        "nobody else can read it.",
        button="Open it",
    )
    return _plain(page)


# What acts for the holder of a link has no other rights: each asks for itself, and no more.
def _by_secret(request: Request, secret: str) -> OneTimeLink:
    with one_time_links.scope(secret):
        return one_time_links.by_secret(secret, at=request.now)


def _open(request: Request, secret: str, form: OpenForm) -> str:
    code, name, by = form.cleaned_data["code"], form.cleaned_data["name"], staff.by_one_time_link()
    with one_time_links.scope(secret):
        return one_time_links.open_link(secret, code, name, by=by, at=request.now)


def _let_in(pk: int, its_pass: str) -> HttpResponse:
    """Give the pass to this browser, for as long as it is open, and for these pages alone.

    Each link has pages of its own: of two that are open in one browser each keeps its pass.
    """
    response = redirect("one-time-opened", pk)
    response.set_cookie(
        COOKIE,
        its_pass,
        path=reverse("one-time-opened", args=[pk]),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return _plain(response)


def _shown(request: Request) -> Shown:
    """What the link leads to that this browser has opened. Raises a ShutReason."""
    its_pass, by = request.COOKIES.get(COOKIE, ""), staff.by_one_time_link()
    with one_time_links.scope(its_pass):
        return one_time_links.by_pass(its_pass, by=by, at=request.now)


def _whom_to_ask(shown: Shown) -> str:
    """The address of whoever gave the link: they can be asked, and answered."""
    return Person.objects.get(pk=shown.link.made_by_id).email


def opened(request: Request, pk: int) -> HttpResponse:
    try:
        shown = _shown(request)
    except ShutReason:
        return _shut(request)
    context = {
        "share": shown.share,
        "lines": lines_shown(shown.share, shown.lines),
        **what_for(shown.share),
        "mail": _whom_to_ask(shown),
        "number": shared_paper.number_of(shown.share),
        "link": shown.link,
    }
    return _plain(render(request, "one_time_links/opened.html", context))


def paper(request: Request, pk: int) -> HttpResponse:
    """The same on paper, to keep: the page is gone once it is closed."""
    try:
        shown = _shown(request)
    except ShutReason:
        return _shut(request)
    if not shown.lines:
        return _plain(errors.refused(request, shared_paper.OnPaperNoMore()))
    made = shared_paper.paper(shown.share, shown.lines, _whom_to_ask(shown))
    name = f"shared-{made.number}.pdf"
    return _plain(
        HttpResponse(
            shared_paper.pdf(made),
            content_type="application/pdf",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
    )


@csrf_exempt
@require_POST
def leave(request: Request, pk: int) -> HttpResponse:
    its_pass, by = request.COOKIES.get(COOKIE, ""), staff.by_one_time_link()
    with one_time_links.scope(its_pass):
        one_time_links.leave(its_pass, by=by, at=request.now)
    response = render(request, "one_time_links/left.html")
    response.delete_cookie(COOKIE, path=reverse("one-time-opened", args=[pk]))
    return _plain(response)


urlpatterns = [
    path("shares/<int:pk>/link", make, name="make-one-time-link"),
    path("one-time-links/<int:pk>/made", made, name="made-one-time-link"),
    path("one-time-links/<int:pk>/end", end, name="end-one-time-link"),
    path("one-time/opened/<int:pk>", opened, name="one-time-opened"),
    path("one-time/opened/<int:pk>/paper.pdf", paper, name="one-time-paper"),
    path("one-time/opened/<int:pk>/leave", leave, name="one-time-leave"),
    path("one-time/<str:secret>", door, name="one-time-door"),
]
