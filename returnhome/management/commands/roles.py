"""Print the SQL with which a superuser makes the roles that the second lock needs."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from returnhome import database


class Command(BaseCommand):
    help = (
        "Prints the SQL that makes the system roles and lets the product's role put them on. A "
        "superuser of the server runs it once, before migrate. What is there already stays."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--app", help="the product's role; absent: that of DATABASE_URL")

    def handle(self, *args: Any, app: str | None, **options: Any) -> None:
        role = app or settings.DATABASES["default"].get("USER") or database.APP
        for statement in database.system_roles(role):
            self.stdout.write(f"{statement.as_string(None)};")
