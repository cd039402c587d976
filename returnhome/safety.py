"""What must be so before live records are served."""

import os
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from returnhome import database


def live_role(**_: Any) -> list[CheckMessage]:
    """The product's own role is no superuser and owns no table, and what it reads is locked."""
    if not settings.LIVE:
        return []
    facts = database.role_facts(os.environ["DATABASE_URL"])
    if facts.is_superuser:
        return [
            Error(
                "DATABASE_URL connects as a superuser, whom no lock of the database holds.",
                hint="Name a plain role that owns nothing; DATABASE_OWNER_URL is for migrations.",
                id="returnhome.E001",
            )
        ]
    if facts.owns_something:
        return [
            Error(
                "DATABASE_URL connects as a role that owns tables and could take their locks off.",
                hint="Name a plain role that owns nothing; DATABASE_OWNER_URL is for migrations.",
                id="returnhome.E002",
            )
        ]
    if database.is_unlocked(os.environ["DATABASE_URL"]):
        return [
            Error(
                "The tables about children are open: the database's own lock is not on them.",
                hint="Run returnhome migrate; returnhome check --database default says more.",
                id="returnhome.E003",
            )
        ]
    return []


def refuse_unsafe() -> None:
    """Stop here rather than serve live records unsafely. Raises ImproperlyConfigured."""
    for problem in live_role():
        raise ImproperlyConfigured(f"{problem.msg} {problem.hint}")
