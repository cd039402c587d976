"""The second factor: an authenticator app, passkeys, recovery codes, and signing in with them."""

from datetime import timedelta
from typing import Any, ClassVar

from allauth.account.adapter import get_adapter as account_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.views import reauthenticate
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import forms
from allauth.mfa.base import views as base
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.totp.internal import auth as totp_auth
from allauth.mfa.webauthn import forms as passkey_forms
from allauth.mfa.webauthn import views as passkeys
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.generic.edit import FormView

from returnhome.casework import accounts, sealing
from returnhome.casework.staff import Person
from returnhome.web import guessing, sessions
from returnhome.web.asked import Request

APP, PASSKEY, RECOVERY = (
    Authenticator.Type.TOTP,
    Authenticator.Type.WEBAUTHN,
    Authenticator.Type.RECOVERY_CODES,
)
WRONG = "That code is not right, or it has been used"
# For how long a code of an app is right, with the half minutes before and after its own.
LASTS = timedelta(seconds=30 * (2 * settings.MFA_TOTP_TOLERANCE + 1))


class Adapter(DefaultMFAAdapter):
    """allauth's second factors with sealed secrets and plain words."""

    error_messages: ClassVar[dict[str, Any]] = DefaultMFAAdapter.error_messages | {
        "incorrect_code": WRONG,
    }

    # The key of an app is sealed like a child's words, under keys that no backup holds.

    def encrypt(self, text: str) -> str:
        return sealing.seal(text.encode()).hex()

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.open_sealed(bytes.fromhex(encrypted_text)).decode()

    def generate_authenticator_name(self, user: Person, type: Authenticator.Type) -> str:
        return ""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": "Returnhome"}


# Codes.


class OneCode:
    """What both forms of a code share: it counts as a guess until it is right, and works once."""

    user: Person
    authenticator: Authenticator

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]  # type: ignore[attr-defined]
        with guessing.code_of(self.user, context.request) as guess:
            for one in Authenticator.objects.filter(user=self.user).exclude(type=PASSKEY):
                if is_right(one, code):
                    self.authenticator = one
                    guess.was_right()
                    return code
        raise ValidationError(WRONG)


def is_right(one: Authenticator, code: str) -> bool:
    """Whether the code opens this, now and for the first time."""
    wrapped = one.wrap()
    if one.type == RECOVERY:
        return wrapped.validate_code(code)
    if settings.DEMONSTRATION:
        # Many people try the demonstration in the same half minute, all with the code it shows.
        return totp_auth.validate_totp_code(opened_secret(one), code)
    if not wrapped.validate_code(code):
        return False
    # allauth remembers a used code for one period; with its tolerance it would work for three.
    used = f"used-code:{one.user_id}:{normalize_user_code(code)}"
    return cache.add(used, "", LASTS.total_seconds())


def opened_secret(one: Authenticator) -> str:
    return Adapter().decrypt(one.data["secret"])


def current_code(one: Authenticator) -> str:
    """What the person's authenticator app shows now."""
    *_, counter, _ = totp_auth.yield_hotp_counters_from_time()
    return totp_auth.format_hotp_value(totp_auth.hotp_value(opened_secret(one), counter))


def demonstration_codes(people: list[int]) -> dict[int, str]:
    """By person, what their app would show now; nothing at all outside the demonstration."""
    if not settings.DEMONSTRATION:
        return {}
    found = Authenticator.objects.filter(user__in=people, type=APP)
    return {one.user_id: current_code(one) for one in found}


class CodeForm(OneCode, forms.AuthenticateForm):
    """The code after the password."""

    def save(self) -> None:
        super().save()
        if self.authenticator.type == RECOVERY:
            note_recovery_code(context.request, self.user)


class CodeAgainForm(OneCode, forms.ReauthenticateForm):
    """The code once more, before a factor is changed."""

    def save(self) -> None:
        super().save()
        if self.authenticator.type == RECOVERY:
            note_recovery_code(context.request, self.user)


def note_recovery_code(request: Any, person: Person) -> None:
    accounts.note(person, "use recovery code", by=person, at=request.now)
    left = codes_left(person)
    account_adapter().send_notification_mail(
        "mfa/email/recovery_code_used", person, context={"left": left}
    )
    messages.warning(
        request,
        f"You have used a recovery code. {left} of them are left: see “Second factor” in your "
        "account.",
    )


def codes_left(person: Person) -> int:
    codes = Authenticator.objects.filter(user=person, type=RECOVERY).first()
    return len(codes.wrap().get_unused_codes()) if codes else 0


class SignInCode(base.AuthenticateView):
    """The page after the password, for whoever has a second factor."""

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        context = super().get_context_data(**given)
        person = self.stage.login.user
        kinds = set(Authenticator.objects.filter(user=person).values_list("type", flat=True))
        return context | {
            "code_now": demonstration_codes([person.pk]).get(person.pk),
            "has_app": APP in kinds,
            "has_passkey": PASSKEY in kinds,
        }


# Setting one up.


def set_up(request: Request) -> HttpResponse:
    """What whoever has no second factor sees right after the first sign-in, and nothing else."""
    if sessions.is_full(request):
        return redirect("mfa_index")
    return render(request, "mfa/set_up.html")


class Index(base.IndexView):
    """One's own factors, and how to add and remove them."""

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        context = super().get_context_data(**given)
        person = self.request.user
        keys = Authenticator.objects.filter(user=person, type=PASSKEY).order_by("pk")
        return context | {
            "app": Authenticator.objects.filter(user=person, type=APP).first(),
            "keys": [(one, one.wrap().name) for one in keys],
            "left": codes_left(person),
        }


@method_decorator(reauthentication_required(app="allauth.mfa"), name="dispatch")
class SetUpApp(totp.ActivateTOTPView):
    """An authenticator app, the first or in place of the one before: a new telephone."""

    def dispatch(self, request: HttpRequest, *args: Any, **given: Any) -> Any:
        # allauth's own sends away whoever has an app already.
        return FormView.dispatch(self, request, *args, **given)

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        context = super().get_context_data(**given)
        secret = context["form"].secret
        shown = [secret[at : at + 4] for at in range(0, len(secret), 4)]
        has_app = Authenticator.objects.filter(user=self.request.user, type=APP).exists()
        return context | {"secret": " ".join(shown), "replaces": has_app}

    def form_valid(self, form: Any) -> HttpResponse:
        Authenticator.objects.filter(user=self.request.user, type=APP).delete()
        response = super().form_valid(form)
        changed(self.request, "set up authenticator app")
        messages.success(self.request, "Your authenticator app is set up.")
        return response


class PasskeyForm(passkey_forms.AddWebAuthnForm):
    """A passkey and what its owner calls it; each can sign in alone, so each is verified."""

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["passwordless"] = True
        return super().clean()

    def clean_name(self) -> str:
        return (self.cleaned_data["name"] or "").strip()[:60] or "A passkey"


class AddPasskey(passkeys.AddWebAuthnView):
    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        changed(self.request, "add passkey")
        messages.success(self.request, "The passkey is added. It can sign in alone.")
        return response


class RenamePasskey(passkeys.EditWebAuthnView):
    def get_success_url(self) -> str:
        return "/accounts/2fa/"


class RemovePasskey(passkeys.RemoveWebAuthnView):
    def form_valid(self, form: Any) -> HttpResponse:
        accounts.check_can_remove_factor(self.request.user, self.get_object().pk)
        response = super().form_valid(form)
        changed(self.request, "remove passkey")
        messages.success(self.request, "The passkey is removed.")
        return response

    def get_success_url(self) -> str:
        return "/accounts/2fa/"


class NewRecoveryCodes(recovery.GenerateRecoveryCodesView):
    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        changed(self.request, "renew recovery codes")
        return response


def changed(request: Any, what: str) -> None:
    """Journal it, and let every other session of the person's end."""
    person = accounts.change_second_factor(request.user, what, by=request.user, at=request.now)
    sessions.make_full(request.session)
    sessions.keep_only_this(request, person)


# Signing in again within so long is not asked for.
FRESH = timedelta(minutes=10)

urlpatterns = [
    path("account/second-factor", set_up, name="set-up-second-factor"),
    path("accounts/reauthenticate/", reauthenticate, name="account_reauthenticate"),
    path("accounts/2fa/", Index.as_view(), name="mfa_index"),
    path("accounts/login/code/", SignInCode.as_view(), name="mfa_authenticate"),
    path("accounts/login/passkey/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("accounts/reauthenticate/code/", base.reauthenticate, name="mfa_reauthenticate"),
    path(
        "accounts/reauthenticate/passkey/",
        passkeys.reauthenticate_webauthn,
        name="mfa_reauthenticate_webauthn",
    ),
    path("accounts/2fa/app/", SetUpApp.as_view(), name="mfa_activate_totp"),
    path("accounts/2fa/passkeys/add/", AddPasskey.as_view(), name="mfa_add_webauthn"),
    path(
        "accounts/2fa/passkeys/<int:pk>/rename/", RenamePasskey.as_view(), name="mfa_edit_webauthn"
    ),
    path(
        "accounts/2fa/passkeys/<int:pk>/remove/",
        RemovePasskey.as_view(),
        name="mfa_remove_webauthn",
    ),
    path("accounts/2fa/codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("accounts/2fa/codes/new/", NewRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"),
]
