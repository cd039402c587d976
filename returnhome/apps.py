"""The product as Django knows it: where its commands are, and what is checked before it serves."""

from django.apps import AppConfig
from django.core import checks

from returnhome.safety import live_role


class Returnhome(AppConfig):
    name = "returnhome"

    def ready(self) -> None:
        checks.register(live_role, checks.Tags.database)
