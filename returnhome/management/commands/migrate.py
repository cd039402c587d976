"""Bring the database up to date, as the role that owns it."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import migrate

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
            super().handle(*args, **options)
        if not (options["app_label"] or without_places):
            upkeep.load_places()
