"""Whether this installation can do its work: the database is as it should be, and the keys fit."""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from returnhome.casework.models import Webhook
from returnhome.casework.sealing import CannotOpen


def missing() -> list[str]:
    """What is not as it should be, in words that tell of no record; nothing: it is ready."""
    try:
        found = [words for words, is_so in _ASKED.items() if not is_so()]
    except DatabaseError:
        return ["no database"]
    return found


def _answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return True


class _Migrations:
    """What was applied once stays so for as long as this process lives."""

    are_applied = False

    def __call__(self) -> bool:
        if not self.are_applied:
            executor = MigrationExecutor(connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
            self.are_applied = not plan
        return self.are_applied


def _keys_open() -> bool:
    """Of what is sealed, one thing that is closed to nobody by whom they are."""
    try:
        Webhook.objects.order_by("-pk").values_list("secret").first()
    except CannotOpen:
        return False
    return True


_ASKED: dict[str, Callable[[], bool]] = {
    "no database": _answers,
    "migrations not applied": _Migrations(),
    "no key for what is sealed": _keys_open,
}
