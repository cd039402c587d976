"""Do what happens by itself."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from returnhome.jobs import working


class Command(BaseCommand):
    help = (
        "Looks round every ten seconds for what nobody has answered, and sends the messages that "
        "follow, until SIGTERM or Ctrl-C. Exit 1: the database was lost, or the "
        "clock put back; start it again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--end-with-input",
            action="store_true",
            help="end as well when standard input ends, as a child process does with its parent",
        )

    def handle(self, *args: Any, end_with_input: bool, **options: Any) -> None:
        if end_with_input:
            working.end_with_input()
        else:
            self.stderr.write("Returnhome looks round. Ctrl-C ends it.")
        if not working.work():
            sys.exit(1)
