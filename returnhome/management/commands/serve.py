"""Serve the product."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from returnhome.management import serving


class Command(BaseCommand):
    help = "Serves the product on one machine until SIGTERM or Ctrl-C; /healthz says it is ready."

    def add_arguments(self, parser: CommandParser) -> None:
        serving.add_arguments(parser)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        serving.end_politely()
        serving.check_free(host, port)
        serving.serve(host, port, when_ready=lambda: self.say(host, port))

    def say(self, host: str, port: int) -> None:
        self.stderr.write(f"Returnhome listens on {host}, port {port}. Ctrl-C ends it.")
