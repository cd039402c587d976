"""Look for unsafe or missing settings, and for locks that are not those of the table of access."""

from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Error
from django.core.management.commands import check
from django.db import connection

from returnhome.casework import row_security
from returnhome.management import upkeep

MOST_NAMED = 5


def second_lock(**_: Any) -> list[CheckMessage]:
    """The database has every system role, and just the policies that the table asks for."""
    if connection.vendor != "postgresql":
        # No database is named, and an embedded one brings itself up to date.
        return []
    role = upkeep.app_role()
    if missing := row_security.missing_roles(role):
        return [
            Error(
                f"The database lacks {', '.join(missing)}, or {role} may not put them on, or has "
                "their rights without that.",
                hint="returnhome roles prints the SQL with which a superuser makes them.",
                id="returnhome.E004",
            )
        ]
    if "casework_child" not in connection.introspection.table_names():
        return []
    if wrong := row_security.faults(role):
        named = ", ".join(wrong[:MOST_NAMED]) + (" …" if len(wrong) > MOST_NAMED else "")
        return [
            Error(
                f"The database's policies are not those of the table of access: {named}.",
                hint="Run returnhome migrate, as DATABASE_OWNER_URL.",
                id="returnhome.E005",
            )
        ]
    return []


class Command(check.Command):
    # Told here, and not where the application begins: it asks for tables, which come later.
    def handle(self, *labels: Any, **options: Any) -> None:
        checks.register(second_lock, checks.Tags.database)
        super().handle(*labels, **options)
