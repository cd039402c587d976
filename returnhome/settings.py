"""Every setting, from the environment; the table of them is in docs/settings.md."""

import json
import os
import secrets
from base64 import urlsafe_b64encode
from contextlib import suppress
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from returnhome import database, directories

HERE = Path(__file__).resolve().parent

# An embedded database is for the demonstration, development and tests. Anything else is live.
EMBEDDED = os.environ.get("RETURNHOME_EMBEDDED") == "1"
LIVE = "DATABASE_URL" in os.environ and not EMBEDDED
DEMONSTRATION = EMBEDDED and os.environ.get("RETURNHOME_DEMO") == "1"


def _invented_keys() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SEALING_KEYS": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    }


def _embedded_keys() -> dict[str, str]:
    """Keys of an embedded database, made once and kept beside its data."""
    folder = os.environ.get("RETURNHOME_DATA")
    if not EMBEDDED or not folder:
        return _invented_keys()
    kept = Path(folder) / "keys.json"
    if not kept.exists():
        draft = Path(folder) / f"keys.{os.getpid()}"
        draft.touch(0o600)
        draft.write_text(json.dumps(_invented_keys()))
        # Of two processes that start together the first link stands; both then read the same.
        with suppress(FileExistsError):
            os.link(draft, kept)
        draft.unlink()
    return json.loads(kept.read_text())


_kept = {} if LIVE else _embedded_keys()


_missing = [
    name
    for name in ("SECRET_KEY", "SEALING_KEYS", *(["ALLOWED_HOSTS"] if LIVE else []))
    if not (os.environ.get(name) or _kept.get(name))
]
if _missing:
    raise ImproperlyConfigured(f"{', '.join(_missing)} must be set: see docs/settings.md.")


def _required(name: str) -> str:
    return os.environ.get(name) or _kept[name]


def _whole(given: str, name: str, *, least: int) -> int:
    if given.isascii() and given.isdigit() and int(given) >= least:
        return int(given)
    raise ImproperlyConfigured(f"{name} must be a whole number, {least} or more.")


SECRET_KEY = _required("SECRET_KEY")
# The first key seals; every key opens, so that keys can be changed without downtime.
SEALING_KEYS = _required("SEALING_KEYS").split(",")

ALLOWED_HOSTS = (
    _required("ALLOWED_HOSTS").split(",") if LIVE else ["localhost", "127.0.0.1", "testserver"]
)
DEBUG = False

DATABASES = {"default": database.settings(os.environ)}
# One page, one transaction: what was read and the journal of the reading stand or fall together.
DATABASES["default"]["ATOMIC_REQUESTS"] = True

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "procrastinate.contrib.django",
    "returnhome",
    "returnhome.casework",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "returnhome.web.middleware.noted",
    "returnhome.web.middleware.safe_headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "returnhome.api.door.door",
    "returnhome.web.middleware.health",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    # Before the next but one, which reads what was sent.
    "returnhome.web.middleware.bodies",
    "returnhome.web.middleware.own_uploads",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "returnhome.web.middleware.now",
    "returnhome.web.middleware.time_limits",
    "returnhome.web.middleware.dear_pages",
    "returnhome.web.middleware.signed_in_only",
    "returnhome.web.middleware.second_factor_first",
    "returnhome.web.middleware.acting_for",
    "returnhome.web.middleware.refusals",
]

ROOT_URLCONF = "returnhome.urls"
WSGI_APPLICATION = "returnhome.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [HERE / "web" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "returnhome.web.pages.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "returnhome.web.pages.frame",
            ],
        },
    },
    {
        # Only for the few pages of sign-in that have no page of ours.
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

STATIC_URL = "/static/"
STATIC_ROOT = None
STATICFILES_DIRS = [HERE / "web" / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

AUTH_USER_MODEL = "casework.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "returnhome.web.sign_in.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_FORMS = {"reset_password": "returnhome.web.sign_in.ResetForm"}
# allauth's own would write down an address as not verified, and so tell by its time who is known.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Wrong passwords of one account and from one address, and wrong codes; see web/guessing.py.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "5/5m/key",
    "guesses_from_address": "30/5m/ip",
    "wrong_code": "5/5m/key,20/d/key,30/5m/ip",
    "wrong_link": "20/5m/ip",
    "reauthenticate": "5/5m/user",
    "change_password": "5/5m/user",
}

MFA_ADAPTER = "returnhome.web.second_factor.Adapter"
MFA_FORMS = {
    "authenticate": "returnhome.web.second_factor.CodeForm",
    "reauthenticate": "returnhome.web.second_factor.CodeAgainForm",
    "add_webauthn": "returnhome.web.second_factor.PasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# An address is verified by whoever opens the account, not by its owner.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_PASSKEY_LOGIN_ENABLED = True
# Without HTTPS a browser offers passkeys at http://localhost alone; never for live records.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = EMBEDDED
MFA_TOTP_ISSUER = "Returnhome"
# A telephone whose clock is half a minute out still gets in.
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True

# Councils' own directories; see returnhome/directories.py.
DIRECTORIES = directories.load(os.environ, live=LIVE)
SOCIALACCOUNT_ADAPTER = "returnhome.web.directory.Adapter"
# A form would be kept from leading to the directory by our own policy of what a page may load. The
# answer is bound to the browser that asked.
SOCIALACCOUNT_LOGIN_ON_GET = True

# Counters of wrong passwords must hold across processes, so the cache is a table.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "TIMEOUT": 3600,
        "OPTIONS": {"MAX_ENTRIES": 20000},
    }
}
# Whom a count belongs to: behind proxies the caller is the one that the outermost of ours names.
PROXIES = _whole(os.environ.get("PROXIES", "1"), "PROXIES", least=0) if LIVE else 0
NINJA_NUM_PROXIES = ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
# How long somebody stays signed in: without doing anything, and at the most.
SIGN_OUT_AFTER_MINUTES = _whole(
    os.environ.get("SIGN_OUT_AFTER_MINUTES", "30"), "SIGN_OUT_AFTER_MINUTES", least=1
)
SIGN_IN_LASTS_HOURS = _whole(
    os.environ.get("SIGN_IN_LASTS_HOURS", "12"), "SIGN_IN_LASTS_HOURS", least=1
)
SESSION_COOKIE_AGE = SIGN_IN_LASTS_HOURS * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = LIVE
SECURE_REDIRECT_EXEMPT = ["^(healthz|readyz|livez|metrics)$"]
CSRF_FAILURE_VIEW = "returnhome.web.errors.csrf_failure"
SECURE_HSTS_SECONDS = 31536000 if LIVE else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if LIVE else None
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    # `check --deploy` says it in words of our own, with what to do (safety.FAULTS).
    "security.W009",
    # A council's other names are not ours to put behind HTTPS, nor into the browsers' own list.
    "security.W005",
    "security.W021",
]

EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if os.environ.get("EMAIL_HOST")
    else "django.core.mail.backends.console.EmailBackend"
)
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = _whole(os.environ.get("EMAIL_PORT", "587"), "EMAIL_PORT", least=1)
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = EMAIL_PORT == 587
# Seconds for each step of the conversation with the mail server; see messages.HOLD.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "returnhome@localhost")

# GOV.UK Notify instead of a mail server, for the messages of the worker.
NOTIFY_API_KEY = os.environ.get("NOTIFY_API_KEY", "")
NOTIFY_TEMPLATE_ID = os.environ.get("NOTIFY_TEMPLATE_ID", "")
NOTIFY_URL = os.environ.get("NOTIFY_URL", "https://api.notifications.service.gov.uk").rstrip("/")


def _public_url() -> str:
    """Where people find the product: messages and letters lead there."""
    if given := os.environ.get("PUBLIC_URL"):
        return given.rstrip("/")
    if LIVE:
        return f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
    return f"http://localhost:{os.environ.get('PORT') or '8000'}"


PUBLIC_URL = _public_url()
# With invented data alone a webhook may lead into one's own network, and without encryption.
WEBHOOKS_ANYWHERE = EMBEDDED
# Seconds for each step of a call to a webhook; see webhooks.HOLD.
WEBHOOK_TIMEOUT = 10
# Where the worker notes the newest seal of the journal: a file, or an e-mail address.
JOURNAL_ANCHOR = os.environ.get("JOURNAL_ANCHOR", "")
# Whoever gathers figures shows it; without one there are none to be had.
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")
# The jobs are found here; only the worker reads them.
PROCRASTINATE_IMPORT_PATHS = ["returnhome.jobs.tasks"]
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = None

# A file from a force: larger ones are refused before they are read.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# One object a line, with a line for each request; else words, and of requests nothing.
LOG_FORMAT = os.environ.get("LOG_FORMAT", "plain")
if LOG_FORMAT not in ("plain", "json"):
    raise ImproperlyConfigured("LOG_FORMAT must be plain or json.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "returnhome.web.logs.Discreet",
            "format": "{levelname} {name}: {message}",
            "style": "{",
        },
        "json": {"()": "returnhome.web.logs.Json"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "returnhome.access": {"level": "INFO" if LOG_FORMAT == "json" else "WARNING"},
    },
}
