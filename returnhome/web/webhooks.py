"""An organisation's webhook: where its program is told, what was sent last, and a try."""

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from returnhome.casework import webhooks
from returnhome.casework.staff import Organisation, Person
from returnhome.casework.webhooks import Call, CallTry, Webhook
from returnhome.reporting import silences
from returnhome.rules.codes import WebhookEvent
from returnhome.rules.webhooks import LONGEST_ADDRESS
from returnhome.web import gds, tokens
from returnhome.web.asked import Request

# So many calls are shown, the newest first.
SHOWN = 20


def may_keep(person: Person) -> bool:
    return tokens.may_keep(person) and any(
        p.organisation.kind in tokens.TOLD for p in person.current_posts
    )


def _kept_for(person: Person) -> Organisation:
    organisation = tokens.kept_for(person)
    if organisation.kind not in tokens.TOLD:
        raise Http404
    return organisation


def _standing(request: Request) -> tuple[Organisation, webhooks.WebhookQuerySet]:
    organisation = _kept_for(request.user)
    seen = Webhook.objects.visible_to(request.user).filter(organisation=organisation)
    return organisation, seen.standing()


def _webhook(request: Request, pk: int) -> Webhook:
    return get_object_or_404(_standing(request)[1], pk=pk)


def index(request: Request) -> HttpResponse:
    organisation, standing = _standing(request)
    webhook = standing.first()
    seen = Webhook.objects.visible_to(request.user).filter(organisation=organisation)
    tried = Prefetch("tried", CallTry.objects.order_by("-at", "-pk"))
    calls = Call.objects.visible_to(request.user).filter(webhook__organisation=organisation)
    context = {
        "organisation": organisation,
        "webhook": webhook,
        "last": None if webhook else seen.newest_first().select_related("ended_by").first(),
        "calls": [
            (call, WebhookEvent(call.event).label, call.tried.all())
            for call in calls.newest_first().prefetch_related(tried)[:SHOWN]
        ],
        "last_test": calls.filter(event=WebhookEvent.TEST)
        .newest_first()
        .prefetch_related(tried)
        .first(),
        "events": [each for each in WebhookEvent if each != WebhookEvent.TEST],
        "is_worker_there": silences.is_anybody_listening(request.now),
    }
    return render(request, "webhooks/index.html", context)


class WebhookForm(gds.Form):
    address = gds.Text(
        "The address of your program",
        max_length=LONGEST_ADDRESS,
        hint="It begins with https:// and can be reached from the internet.",
    )


def set_up(request: Request) -> HttpResponse:
    organisation, _ = _standing(request)
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            webhook = webhooks.set_up(
                organisation, form.cleaned_data["address"], by=request.user, at=request.now
            )
            return _secret(request, webhook)
    return _page(request, form, title="Set up a webhook", button="Set it up")


def _secret(request: Request, webhook: Webhook) -> HttpResponse:
    """The secret, this once."""
    return render(request, "webhooks/secret.html", {"webhook": webhook, "secret": webhook.secret})


def _page(
    request: Request, form: gds.Form, *, title: str, button: str, **more: Any
) -> HttpResponse:
    back = reverse("webhooks")
    return gds.form_page(
        request,
        form,
        title=title,
        caption=_kept_for(request.user).name,
        button=button,
        back=back,
        cancel=back,
        **more,
    )


@require_POST
def try_out(request: Request, pk: int) -> HttpResponse:
    webhooks.try_out(_webhook(request, pk), by=request.user, at=request.now)
    messages.success(request, "A test is on its way. Open this page again in a moment.")
    return redirect("webhooks")


def renew_secret(request: Request, pk: int) -> HttpResponse:
    webhook = _webhook(request, pk)
    form = gds.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            renewed = webhooks.renew_secret(webhook, by=request.user, at=request.now)
            return _secret(request, renewed)
    return _page(
        request,
        form,
        title="Make a new secret",
        lead="For a secret that somebody may have seen, or once a year.",
        inset="For 24 hours everything is signed with both, so that your program misses nothing.",
        button="Make a new secret",
    )


def end(request: Request, pk: int) -> HttpResponse:
    webhook = _webhook(request, pk)
    form = gds.Form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with gds.refusals_into(form):
            webhooks.end(webhook, by=request.user, at=request.now)
            messages.success(request, "The webhook has ended. Nothing more is sent to it.")
            return redirect("webhooks")
    return _page(
        request,
        form,
        title="End the webhook",
        lead=webhook.address,
        warning="Your program is told nothing more. The work list and the rota go on as they are.",
        button="End it",
        button_classes="govuk-button--warning",
    )


urlpatterns = [
    path("webhooks", index, name="webhooks"),
    path("webhooks/set-up", set_up, name="set-up-webhook"),
    path("webhooks/<int:pk>/test", try_out, name="test-webhook"),
    path("webhooks/<int:pk>/new-secret", renew_secret, name="renew-secret-webhook"),
    path("webhooks/<int:pk>/end", end, name="end-webhook"),
]
