"""Look for unsafe or missing settings, and for locks that are not those of the table of access."""

import json
import sys
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage
from django.core.management.base import CommandParser
from django.core.management.commands import check
from django.db import OperationalError, connection

from returnhome import safety
from returnhome.casework import row_security
from returnhome.management import deploying, upkeep

MOST_NAMED = 5


def second_lock(**_: Any) -> list[CheckMessage]:
    """The database has every system role, and just the policies that the table asks for."""
    if connection.vendor != "postgresql":
        # No database is named, and an embedded one brings itself up to date.
        return []
    try:
        return _second_lock(upkeep.app_role())
    except OperationalError:
        return []


def _second_lock(role: str) -> list[CheckMessage]:
    if missing := row_security.missing_roles(role):
        return [safety.told("E004", f"{', '.join(missing)}, for {role}")]
    if "casework_child" not in connection.introspection.table_names():
        return []
    if wrong := row_security.faults(role):
        named = ", ".join(wrong[:MOST_NAMED]) + (" …" if len(wrong) > MOST_NAMED else "")
        return [safety.told("E005", named)]
    return []


def as_data(message: CheckMessage) -> dict[str, str | None]:
    level = "error" if message.is_serious() else "warning"
    return {"id": message.id, "level": level, "message": message.msg, "hint": message.hint or ""}


class Command(check.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--json", action="store_true", help="print what was found as JSON")

    # Told here, and not where the application begins: it asks for tables, which come later.
    def handle(self, *labels: Any, **options: Any) -> None:
        checks.register(second_lock, checks.Tags.database)
        checks.register(safety.keys, checks.Tags.security)
        checks.register(deploying.in_settings, checks.Tags.security, deploy=True)
        checks.register(deploying.in_database, checks.Tags.database, deploy=True)
        if not options["json"]:
            super().handle(*labels, **options)
            return
        found = checks.run_checks(
            tags=options["tags"],
            include_deployment_checks=options["deploy"],
            databases=options["databases"],
        )
        heard = [each for each in found if not each.is_silenced()]
        self.stdout.write(
            json.dumps([as_data(each) for each in heard], indent=2, ensure_ascii=False)
        )
        if any(each.is_serious(getattr(checks, options["fail_level"])) for each in heard):
            sys.exit(1)
