"""What must be so before live records are served, and every fault that `check` can name."""

import binascii
import os
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import psycopg
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured

from returnhome import database

KEY_BYTES = 32
ROLES = "Name a plain role that owns nothing; DATABASE_OWNER_URL is for migrations."
MIGRATE = "Run returnhome migrate, as DATABASE_OWNER_URL."


@dataclass(frozen=True)
class Fault:
    """What is wrong, and what to do about it. One that only warns is no reason to stop."""

    what: str
    do: str
    warns: bool = False


# Each has its line in docs/settings.md. A number that was given stays given.
FAULTS: dict[str, Fault] = {
    "E001": Fault(
        "DATABASE_URL connects as a superuser, whom no lock of the database holds.", ROLES
    ),
    "E002": Fault(
        "DATABASE_URL connects as a role that owns tables and could take their locks off.", ROLES
    ),
    "E003": Fault(
        "The tables about children are open: the database’s own lock is not on them.",
        "Run returnhome migrate; returnhome check --database default says more.",
    ),
    "E004": Fault(
        "The database lacks a system role, or the product’s role may not put it on, or has its "
        "rights without that.",
        "returnhome roles prints the SQL with which a superuser makes them.",
    ),
    "E005": Fault("The database’s policies are not those of the table of access.", MIGRATE),
    "E006": Fault(
        "DATABASE_URL names no database: the embedded one is never for live records.",
        "Set DATABASE_URL to a PostgreSQL database, 15 or newer.",
    ),
    "E007": Fault(
        "SEALING_KEYS holds something that is no key.",
        "Each key is 32 random bytes in URL-safe base64, with commas between keys and no spaces.",
    ),
    "E008": Fault("SEALING_KEYS holds the same key twice.", "Take one of them out."),
    "E009": Fault(
        "SECRET_KEY is short, or of few different characters: cookies could be forged.",
        "Give it 50 random characters or more; everybody signs in again.",
    ),
    "E010": Fault(
        "One secret does the work of two: SECRET_KEY, a sealing key, METRICS_TOKEN or the "
        "database’s password.",
        "Give each its own.",
    ),
    "E011": Fault(
        "ALLOWED_HOSTS takes any name: a link in a message could lead to somebody else’s server.",
        "Name the one or two names under which people reach the product.",
    ),
    "E012": Fault(
        "PUBLIC_URL is not https: links in messages would travel for all to read.",
        "Give the https address under which people reach the product.",
    ),
    "E013": Fault(
        "DATABASE_OWNER_URL is in this environment: whoever takes over the web server owns the "
        "tables.",
        "Give it to the one run of returnhome migrate, and not to serve, worker or check.",
    ),
    "E014": Fault(
        "The way to the database on another machine is not encrypted.",
        "Add ?sslmode=verify-full&sslrootcert=FILE to DATABASE_URL.",
    ),
    "E015": Fault("PostgreSQL is older than 15.", "Bring it to 15 or newer."),
    "E016": Fault("The database does not answer.", "Start it, or mend DATABASE_URL."),
    "E017": Fault("Migrations have not been run.", MIGRATE),
    "E018": Fault(
        "The product’s role may do more than migrate gives it.",
        "As a superuser take the right back; give none by hand.",
    ),
    "E019": Fault(
        "A system role may sign in, or may pass the locks.",
        "As a superuser: alter role … nologin nosuperuser nobypassrls.",
    ),
    "E020": Fault(
        "The database has a function that runs with another’s rights and is none of the product’s.",
        "Find out who made it; as the owner, drop it.",
    ),
    "E021": Fault(
        "DIRECTORIES_FILE can be read by other users of this machine.",
        "chmod 600, with the product’s own user as its owner.",
    ),
    "E022": Fault("The product shows its own insides in errors.", "DEBUG must be off."),
    "E023": Fault(
        "The database may lose what it has said is kept, when the power fails.",
        "Set fsync, full_page_writes and synchronous_commit to on.",
    ),
    "E024": Fault("NOTIFY_URL is not https.", "Give its https address, or leave it out."),
    "W001": Fault(
        "No mail server is named: nobody can have a new password by themselves.",
        "Set EMAIL_HOST and EMAIL_FROM.",
        warns=True,
    ),
    "W002": Fault(
        "Neither a mail server nor GOV.UK Notify is named: worker does not start, and nobody is "
        "told of anything.",
        "Set EMAIL_HOST, or NOTIFY_API_KEY and NOTIFY_TEMPLATE_ID.",
        warns=True,
    ),
    "W003": Fault(
        "Mail travels without encryption.",
        "Use the port 587 of a mail server that speaks STARTTLS.",
        warns=True,
    ),
    "W004": Fault(
        "PUBLIC_URL leads to a name that is not in ALLOWED_HOSTS.",
        "Add its name to ALLOWED_HOSTS, or mend PUBLIC_URL.",
        warns=True,
    ),
    "W005": Fault(
        "PROXIES is 0: with the proxy that HTTPS needs, all callers are counted as one.",
        "Say how many proxies stand in front.",
        warns=True,
    ),
    "W006": Fault(
        "People stay signed in for long: over an hour without a page, or over a day in all.",
        "Shorten SIGN_OUT_AFTER_MINUTES to 60 or less and SIGN_IN_LASTS_HOURS to 24 or less.",
        warns=True,
    ),
    "W007": Fault(
        "The journal’s seals are noted nowhere outside the database.",
        "Set JOURNAL_ANCHOR to a place that nobody who runs the database can change.",
        warns=True,
    ),
    "W008": Fault(
        "No worker is running: nobody is told of anything, and no message goes out.",
        "Start returnhome worker, and let it be started again when it ends.",
        warns=True,
    ),
    "W009": Fault(
        "The clocks of this machine and of the database differ.",
        "Let both keep time by the network.",
        warns=True,
    ),
    "W010": Fault(
        "The database does not know the United Kingdom’s clock changes.",
        "Install its list of time zones (tzdata).",
        warns=True,
    ),
    "W011": Fault(
        "The way to the database is encrypted, and who answers there is not checked.",
        "Use sslmode=verify-full with sslrootcert.",
        warns=True,
    ),
    "W012": Fault(
        "The database writes what people typed into its log.",
        "Set log_statement = none, log_min_duration_statement = -1 or "
        "log_parameter_max_length = 0, and log_parameter_max_length_on_error = 0.",
        warns=True,
    ),
    "W013": Fault(
        "This runs as root.",
        "Run it as a user of its own that owns nothing else.",
        warns=True,
    ),
    "W014": Fault(
        "ALLOWED_HOSTS takes every name below another.",
        "Name the one or two names under which people reach the product.",
        warns=True,
    ),
    "W015": Fault(
        "METRICS_TOKEN is not set: nobody’s monitoring can ask whether it runs.",
        "Give it 32 random characters or more, and the same to what gathers the figures.",
        warns=True,
    ),
    "W016": Fault(
        "METRICS_TOKEN is short: the figures of how it runs could be guessed at.",
        "Give it 32 random characters or more.",
        warns=True,
    ),
}


def told(number: str, detail: str = "") -> CheckMessage:
    """The fault as `check` tells it, with what was found."""
    fault = FAULTS[number]
    kind = Warning if fault.warns else Error
    what = f"{fault.what[:-1]} ({detail})." if detail else fault.what
    return kind(what, hint=fault.do, id=f"returnhome.{number}")


def live_role(**_: Any) -> list[CheckMessage]:
    """The product's own role is no superuser and owns no table, and what it reads is locked."""
    if not settings.LIVE:
        return []
    url = os.environ["DATABASE_URL"]
    try:
        facts = database.role_facts(url)
        if facts.is_superuser:
            return [told("E001")]
        if facts.owns_something:
            return [told("E002")]
        return [told("E003")] if database.is_unlocked(url) else []
    except psycopg.OperationalError:
        # The reason is left out, as it can quote where the database is and as whom.
        return [told("E016")]


def keys(**_: Any) -> list[CheckMessage]:
    """What children tell can be sealed, and opened again by the key that the seal names."""
    raw = [_key(each) for each in settings.SEALING_KEYS]
    places = [number for number, key in enumerate(raw, 1) if key is None]
    if places:
        return [told("E007", f"number {', '.join(map(str, places))} of {len(raw)}")]
    names = {sha256(key).digest()[:4] for key in raw if key}
    return [told("E008")] if len(names) < len(raw) else []


def refuse_unsafe() -> None:
    """Stop here rather than serve live records unsafely. Raises ImproperlyConfigured."""
    for problem in _worst():
        raise ImproperlyConfigured(f"{problem.msg} {problem.hint}")


def _worst() -> Sequence[CheckMessage]:
    return [*keys(), *live_role()]


def _key(text: str) -> bytes | None:
    try:
        key = urlsafe_b64decode(text.encode("ascii"))
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_BYTES else None
