"""Signing in and out, and passwords. Accounts are opened by a colleague, never here."""

from dataclasses import dataclass

from allauth.account import views
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, re_path

from returnhome.casework.staff import Person, Post
from returnhome.rules.codes import Role

# In the demonstration only, and shown on its sign-in page.
DEMONSTRATION_PASSWORD = "a-long-way-home"  # noqa: S105


class Adapter(DefaultAccountAdapter):
    """allauth with its doors closed: no sign-up, and one answer to every wrong sign-in."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "The email address or password is not right",
        "too_many_login_attempts": "Too many wrong passwords. Wait 5 minutes and try again",
        "enter_current_password": "That is not your password now",
        "invalid_password_reset": "This link has been used already or is too old",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: str) -> Person | None:
        # allauth would say that an account is closed; that tells a stranger that it existed.
        person = super().authenticate(request, **credentials)
        return person if person is not None and person.is_active else None

    def format_email_subject(self, subject: str) -> str:
        return subject

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return settings.LOGIN_REDIRECT_URL

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *rest: object,
        **more: object,
    ) -> None:
        """Of allauth's own messages only one is worth a banner."""
        if message_template == "account/messages/password_changed.txt":
            messages.success(request, "Your password is changed.")


@dataclass(frozen=True)
class DemonstrationPerson:
    role: str
    name: str
    email: str
    organisation: str


def demonstration_people() -> list[DemonstrationPerson]:
    """One sign-in per role, the first council's first; none outside the demonstration."""
    if not settings.DEMONSTRATION:
        return []
    posts = Post.objects.current().filter(person__is_active=True)
    posts = posts.select_related("person", "organisation").order_by("organisation_id", "pk")
    found: dict[str, DemonstrationPerson] = {}
    for post in posts:
        shown = (Role(post.role).label, post.person.name, post.person.email)
        found.setdefault(post.role, DemonstrationPerson(*shown, post.organisation.name))
    order = list(Role)
    return [found[role] for role in sorted(found, key=lambda role: order.index(Role(role)))]


class SignIn(views.LoginView):
    def get_context_data(self, **given: object) -> dict[str, object]:
        context = super().get_context_data(**given)
        shown = {"people": demonstration_people(), "password": DEMONSTRATION_PASSWORD}
        return context | shown | {"ended": "ended" in self.request.GET}


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
