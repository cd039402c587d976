"""When a command takes place: the time it is given, else now."""

from datetime import UTC, datetime

from django.core.management.base import CommandError, CommandParser
from django.utils.dateparse import parse_datetime

from returnhome.rules.clock import LONDON


def add_argument(parser: CommandParser) -> None:
    parser.add_argument("--at", help="do as if it were this time, such as 2026-03-02T09:00+00:00")


def given_or_now(text: str | None) -> datetime:
    """The instant that `--at` names (without a zone, UK time), else this one."""
    if not text:
        return datetime.now(UTC)
    try:
        at = parse_datetime(text)
    except ValueError:
        at = None
    if at is None:
        raise CommandError(f"“{text}” is not a time such as 2026-03-02T09:00+00:00.", returncode=2)
    return at if at.tzinfo else at.replace(tzinfo=LONDON)
