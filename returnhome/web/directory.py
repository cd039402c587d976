"""Signing in by a council's own directory: who it is, in which groups, and what that opens."""

from typing import Any

import requests
from allauth.account.internal.flows.login import (
    get_authentication_records,
    perform_login,
    record_authentication,
)
from allauth.account.models import Login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.openid_connect import views
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path

from returnhome.casework import accounts, staff
from returnhome.casework.staff import Organisation
from returnhome.directories import Directory
from returnhome.rules import Blocked

METHOD = "directory"
NO_ANSWER = "The sign-in of {name} does not answer. Try again, or ask your own IT."
NO_GROUP = (
    "{name} knows you, but puts you into no group that works with Returnhome. Ask whoever manages "
    "Returnhome in your organisation."
)
NOT_SIGNED_IN = "You are not signed in: {name} did not say who you are."


class Stage(AuthenticateStage):
    """The second factor after the first, unless the directory has asked for an accepted one."""

    def _should_handle(self, request: HttpRequest) -> bool:
        accepted = has_accepted_factor(request, self.login.user)
        return not accepted and super()._should_handle(request)


def has_accepted_factor(request: HttpRequest, person: Any) -> bool:
    records = get_authentication_records(request, person)
    return any(each["method"] == METHOD and each.get("second_factor") for each in records)


def answers_for(person: Any) -> bool:
    """Whether a directory says who this is: then a password of ours opens nothing beside it."""
    issuers = [one.issuer for one in settings.DIRECTORIES]
    return bool(issuers) and person.directory_identities.filter(issuer__in=issuers).exists()


def choices() -> list[tuple[str, str]]:
    """Id and name of each directory, for the sign-in page."""
    return [(one.id, one.name) for one in settings.DIRECTORIES]


class Adapter(DefaultSocialAccountAdapter):
    """allauth asks the directory; what its answer opens is decided here, and kept by casework."""

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """From the settings alone: a row in a table must not become a way in."""
        made = [SocialApp(provider="openid_connect", **one.app()) for one in settings.DIRECTORIES]
        return [
            app
            for app in made
            if provider in (None, app.provider, app.provider_id)
            and client_id in (None, app.client_id)
        ]

    def pre_social_login(self, request: Any, sociallogin: SocialLogin) -> None:
        directory = directory_called(sociallogin.account.provider)
        try:
            response = let_in(request, directory, sociallogin.account.extra_data)
        except Blocked as refusal:
            response = turned_away(request, refusal.sentence)
        raise ImmediateHttpResponse(response)

    def on_authentication_error(self, request: HttpRequest, provider: Any, **more: Any) -> None:
        refusal = NOT_SIGNED_IN.format(name=provider.name)
        raise ImmediateHttpResponse(turned_away(request, refusal))


def directory_called(id: str) -> Directory:
    for one in settings.DIRECTORIES:
        if one.id == id:
            return one
    raise Http404


def turned_away(request: HttpRequest, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return redirect("account_login")


def let_in(request: Any, directory: Directory, said: dict[str, Any]) -> HttpResponse:
    """Sign in whom the directory names, with the roles that its groups give. Raises Blocked."""
    token, more = said.get("id_token") or {}, said.get("userinfo") or {}
    # A subject is a name within its issuer only, and both answers must be about the same one.
    if token.get("iss", "").rstrip("/") != directory.issuer or (
        more and more.get("sub") != token.get("sub")
    ):
        raise Blocked(NOT_SIGNED_IN.format(name=directory.name))
    claims = more | token
    groups = claims.get(directory.groups_claim) or ()
    groups = {groups} if isinstance(groups, str) else set(groups)
    organisations = {
        one.name: one for one in Organisation.objects.filter(name__in=directory.organisations)
    }
    person = accounts.follow_directory(
        directory.issuer,
        str(token["sub"]),
        email=claims.get("email") if claims.get("email_verified", True) else None,
        name=claims.get("name"),
        roles={
            (one.role, organisations[one.organisation])
            for one in directory.roles
            if one.group in groups and one.organisation in organisations
        },
        organisations=list(organisations.values()),
        by=staff.directory(),
        at=request.now,
    )
    if person is None or not person.posts.filter(until=None).exists():
        raise Blocked(NO_GROUP.format(name=directory.name))
    record_authentication(
        request,
        person,
        METHOD,
        provider=directory.id,
        second_factor=directory.has_second_factor(token),
    )
    return perform_login(request, Login(user=person))


def sign_in(request: HttpRequest, id: str) -> HttpResponse:
    """To the directory. Its own page asks for everything, so nothing is typed here."""
    return _with(directory_called(id), request, views.login)


def answered(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from the directory, with its answer. allauth names the parameter."""
    return _with(directory_called(provider_id), request, views.callback)


def _with(directory: Directory, request: HttpRequest, view: Any) -> HttpResponse:
    try:
        return view(request, directory.id)
    except requests.RequestException:
        return turned_away(request, NO_ANSWER.format(name=directory.name))


urlpatterns = [
    path("accounts/login/by/<slug:id>/", sign_in, name="sign-in-by-directory"),
    path(
        "accounts/login/by/<slug:provider_id>/answer/",
        answered,
        name="openid_connect_callback",
    ),
]
