"""Signing in and out, and passwords. Accounts are opened by a colleague, never here."""

import logging
from dataclasses import dataclass
from smtplib import SMTPException
from typing import Any

from allauth.account import forms, views
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.password_reset import get_reset_password_from_key_url
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, re_path

from returnhome.casework import accounts
from returnhome.casework.staff import Person, Post
from returnhome.rules.codes import Role
from returnhome.rules.knowing import SignedInBy
from returnhome.web import directory, guessing, second_factor, sessions

log = logging.getLogger(__name__)

# In the demonstration only, and shown on its sign-in page.
DEMONSTRATION_PASSWORD = "a-long-way-home"  # noqa: S105

CLOSED = "You cannot sign in here any more. Ask whoever manages Returnhome in your organisation."


def signed_in_by(request: HttpRequest) -> SignedInBy:
    """How the person of this session had shown who they are."""
    means = {record["method"] for record in get_authentication_records(request, request.user)}
    if directory.METHOD in means:
        return SignedInBy.DIRECTORY
    if "password" in means:
        return SignedInBy.PASSWORD
    return SignedInBy.PASSKEY if "mfa" in means else SignedInBy.UNKNOWN


class Adapter(DefaultAccountAdapter):
    """allauth with its doors closed: no sign-up, and one answer to every wrong sign-in."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "The email address or password is not right",
        "too_many_login_attempts": "Too many wrong passwords. Wait 5 minutes and try again",
        "enter_current_password": "That is not your password now",
        "incorrect_password": "That is not your password",
        "invalid_password_reset": "This link has been used already or is too old",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        return guessing.counted_under(request, credentials.get("email") or "")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        super().pre_authenticate(request, **credentials)
        # By itself, because allauth wipes the counts beside a code once a code is right.
        counted = {"app": "allauth.account", "action": "guesses_from_address"}
        self.from_address = ratelimit.consume(request, **counted)
        if not self.from_address:
            raise self.validation_error("too_many_login_attempts")

    def _rollback_login_failed_rl_usage(self) -> None:
        super()._rollback_login_failed_rl_usage()
        self.from_address.rollback()

    def authenticate(self, request: HttpRequest, **credentials: str) -> Person | None:
        # allauth would say that an account is closed; that tells a stranger that it existed.
        person = super().authenticate(request, **credentials)
        if person is None or not person.is_active or directory.answers_for(person):
            return None
        return person

    def respond_user_inactive(self, request: HttpRequest, user: Person) -> HttpResponse:
        messages.error(request, CLOSED)
        return redirect("account_login")

    def post_login(self, request: Any, user: Person, **given: Any) -> HttpResponse:
        """The session begins here: full with a second factor, else for setting one up."""
        records = get_authentication_records(request, user)
        means = {record["method"] for record in records}
        full = "mfa" in means or directory.has_accepted_factor(request, user)
        sessions.begin(request.session, request.now, full=full)
        sessions.forget_oldest(user)
        how = "sign in by passkey"
        if means & {"password", directory.METHOD}:
            how = "sign in" if "password" in means else "sign in by directory"
        accounts.note(user, how, by=user, at=request.now)
        response = super().post_login(request, user, **given)
        if full:
            guessing.remember(request, response, user)
        return response

    def get_login_stages(self) -> list[str]:
        return ["returnhome.web.directory.Stage"]

    def is_reauthentication_required(self, *, app: str, **given: Any) -> bool:
        # allauth would ask again right after the sign-in, before a first factor can be set up.
        if sessions.is_fresh(self.request, second_factor.FRESH):
            return False
        return super().is_reauthentication_required(app=app, **given)

    def get_reauthentication_methods(self, user: Person) -> list[dict[str, Any]]:
        """With the second factor where there is one: a password alone must not take it away."""
        methods = super().get_reauthentication_methods(user)
        return [each for each in methods if each["id"] != "reauthenticate"] or methods

    def format_email_subject(self, subject: str) -> str:
        return subject

    def send_notification_mail(self, template_prefix: str, user: Person, *a: Any, **b: Any) -> None:
        """Tell somebody what was done to their account; no mail server must keep it from them."""
        try:
            super().send_notification_mail(template_prefix, user, *a, **b)
        except (OSError, SMTPException):
            log.warning("A letter about an account could not be sent: %s", template_prefix)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return settings.LOGIN_REDIRECT_URL

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *rest: object,
        message: str | None = None,
        **more: object,
    ) -> None:
        """Of allauth's own messages only two are worth a banner."""
        if message_template == "account/messages/password_changed.txt":
            messages.success(request, "Your password is changed.")
        elif message == second_factor.WRONG:
            messages.error(request, "That passkey does not open an account here.")


class ResetForm(forms.ResetPasswordForm):
    """Asking for a new password. Whom a directory answers for is sent none, as is a stranger."""

    def clean_email(self) -> str:
        email = super().clean_email()
        self.users: list[Person] = [each for each in self.users if not directory.answers_for(each)]
        return email

    def save(self, request: HttpRequest, **given: Any) -> str:
        if not self.users:
            # A stranger's letter must not be quicker to make than one with a link in it.
            token = PasswordResetTokenGenerator().make_token(Person(pk=0))
            get_reset_password_from_key_url(request, f"0-{token}")
        return super().save(request, **given)


@dataclass(frozen=True)
class DemonstrationPerson:
    role: str
    name: str
    email: str
    organisation: str
    code_now: str = ""


def demonstration_people() -> list[DemonstrationPerson]:
    """One sign-in per role, the first council's first; none outside the demonstration."""
    if not settings.DEMONSTRATION:
        return []
    posts = Post.objects.current().filter(person__is_active=True)
    posts = posts.select_related("person", "organisation").order_by("organisation_id", "pk")
    first: dict[str, Post] = {}
    for post in posts:
        first.setdefault(post.role, post)
    codes = second_factor.demonstration_codes([post.person_id for post in first.values()])
    found = {
        role: DemonstrationPerson(
            Role(role).label,
            post.person.name,
            post.person.email,
            post.organisation.name,
            codes.get(post.person_id, ""),
        )
        for role, post in first.items()
    }
    order = list(Role)
    return [found[role] for role in sorted(found, key=lambda role: order.index(Role(role)))]


class SignIn(views.LoginView):
    def get_context_data(self, **given: object) -> dict[str, object]:
        context = super().get_context_data(**given)
        shown: dict[str, Any] = {
            "people": demonstration_people(),
            "password": DEMONSTRATION_PASSWORD,
        }
        shown |= {"ended": "ended" in self.request.GET, "directories": directory.choices()}
        return context | shown


def no_sign_up(request: HttpRequest) -> HttpResponse:
    """allauth's letters name this page, so its address must exist; nothing is there."""
    raise Http404


urlpatterns = [
    path("accounts/signup/", no_sign_up, name="account_signup"),
    path("accounts/login/", SignIn.as_view(), name="account_login"),
    path("accounts/logout/", views.logout, name="account_logout"),
    path("accounts/password/change/", views.password_change, name="account_change_password"),
    path("accounts/password/reset/", views.password_reset, name="account_reset_password"),
    path(
        "accounts/password/reset/done/",
        views.password_reset_done,
        name="account_reset_password_done",
    ),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
