"""Bring the database up to date, as the role that owns it."""

from typing import Any

from django.core.management import CommandError
from django.core.management.base import CommandParser
from django.core.management.commands import migrate
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from returnhome.casework.models import Interview
from returnhome.management import upkeep


class Command(migrate.Command):
    help = "Brings the database up to date as DATABASE_OWNER_URL, and loads the places."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--if-needed", action="store_true", help="do nothing if up to date")
        parser.add_argument("--without-places", action="store_true", help="tables only")

    def handle(
        self, *args: Any, if_needed: bool = False, without_places: bool = False, **options: Any
    ) -> None:
        if if_needed and upkeep.is_up_to_date():
            return
        with upkeep.migrating():
            if options["migration_name"]:
                _check_nothing_is_taken_back(options["app_label"], options["migration_name"])
            super().handle(*args, **options)
        if not (options["app_label"] or without_places):
            upkeep.load_places()


def _check_nothing_is_taken_back(app: str, name: str) -> None:
    """What keeps a signed record as it is goes back with the migration that brought it."""
    executor = MigrationExecutor(connection)
    target = None if name == "zero" else executor.loader.get_migration_by_prefix(app, name).name
    plan = executor.migration_plan([(app, target)])
    if any(is_backwards for _, is_backwards in plan) and _is_anything_signed():
        raise CommandError(
            "There are signed records here, and a migration that is taken back takes along what "
            "keeps them. Restore a backup instead."
        )


def _is_anything_signed() -> bool:
    tables = connection.introspection.table_names()
    if Interview._meta.db_table not in tables:
        return False
    return Interview.objects.filter(signed_at__isnull=False).exists()
