"""Tokens for an organisation's programs: made once shown once, and ended, by an administrator."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse

from returnhome.casework import tokens
from returnhome.casework.staff import Organisation, Person
from returnhome.casework.tokens import Token
from returnhome.rules import access
from returnhome.rules.access import Verb
from returnhome.rules.codes import Role, TokenScope
from returnhome.rules.tokens import LONGEST_NAME, REMIND_BEFORE
from returnhome.web import gds, interviewers, pages
from returnhome.web.asked import Request

LASTS = {"90": "3 months", "182": "6 months", "365": "1 year"}
# So many that have ended are shown, the newest first.
SHOWN = 20
# Whose episodes can need somebody: they can have a webhook.
TOLD = (Organisation.COUNCIL, Organisation.PROVIDER)
REMINDED = pages.listed(str(each.days) for each in REMIND_BEFORE) + " days before it runs out"


def may_keep(person: Person) -> bool:
    return person.may(Verb.KEEP_TOKENS)


def kept_for(person: Person) -> Organisation:
    """The organisation whose programs the person lets in; 404 to anybody else."""
    for post in person.current_posts:
        if access.may(Role(post.role), Verb.KEEP_TOKENS):
            return post.organisation
    raise Http404


def _tokens(request: Request) -> tuple[Organisation, tokens.TokenQuerySet]:
    organisation = kept_for(request.user)
    seen = Token.objects.visible_to(request.user).filter(organisation=organisation)
    return organisation, seen


def runs_out(token: Token, today: date) -> tuple[str, str] | None:
    """How soon, as label and colour, from the first reminder on."""
    left = token.until - today
    if left > max(REMIND_BEFORE):
        return None
    when = {0: "today", 1: "tomorrow"}.get(left.days, f"in {left.days} days")
    return f"Runs out {when}", "red" if left <= min(REMIND_BEFORE) else "orange"


def index(request: Request) -> HttpResponse:
    organisation, seen = _tokens(request)
    today = interviewers.today(request.now)
    every = seen.newest_first().select_related("made_by", "ended_by")
    standing = list(every.standing())
    context = {
        "organisation": organisation,
        "good": [(each, runs_out(each, today)) for each in standing if each.is_good(today)],
        "over": [each for each in standing if not each.is_good(today)],
        "ended": list(every.filter(ended_at__isnull=False)[:SHOWN]),
        "reminded": REMINDED,
        "is_told": organisation.kind in TOLD,
    }
    return render(request, "tokens/index.html", context)


class TokenForm(gds.Form):
    name = gds.Text(
        "Which program is it for?",
        max_length=LONGEST_NAME,
        hint="For example, the force’s records system. One token for each program.",
        missing="Enter which program it is for",
    )
    scopes = gds.Checkboxes(
        "What may it do?",
        choices=TokenScope.choices(),
        coerce=TokenScope,
        missing="Select what it may do",
    )
    lasts = gds.Radios(
        "How long does it last?",
        noun="how long it lasts",
        choices=list(LASTS.items()),
        coerce=int,
    )

    def until(self, today: date) -> date:
        return today + timedelta(days=self.cleaned_data["lasts"])


def make(request: Request) -> HttpResponse:
    organisation = kept_for(request.user)
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            token, secret = tokens.make(
                organisation,
                form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                until=form.until(interviewers.today(request.now)),
                by=request.user,
                at=request.now,
            )
            context: dict[str, Any] = {"token": token, "secret": secret, "reminded": REMINDED}
            return render(request, "tokens/made.html", context)
    back = reverse("tokens")
    return gds.form_page(
        request,
        form,
        title="Make a token",
        caption=organisation.name,
        button="Make the token",
        back=back,
        cancel=back,
    )


def end(request: Request, pk: int) -> HttpResponse:
    organisation, seen = _tokens(request)
    token = get_object_or_404(seen.standing(), pk=pk)
    form = gds.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            tokens.end(token, by=request.user, at=request.now)
            messages.success(request, f"The token of “{token.name}” has ended.")
            return redirect("tokens")
    back = reverse("tokens")
    return gds.form_page(
        request,
        form,
        title="End a token",
        caption=organisation.name,
        lead=f"{token.name}, ending in {token.ending}",
        warning="Its program is let in no more, at once and for good. What it sent stays.",
        button="End the token",
        button_classes="govuk-button--warning",
        back=back,
        cancel=back,
    )


urlpatterns = [
    path("tokens", index, name="tokens"),
    path("tokens/make", make, name="make-token"),
    path("tokens/<int:pk>/end", end, name="end-token"),
]
