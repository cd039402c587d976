"""Whether this installation can do its work: the database is as it should be, and the keys fit."""

from collections.abc import Callable, Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.exceptions import InvalidTag
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import QuerySet

from returnhome.casework import acting, sealing
from returnhome.casework.models import Child, Episode, Webhook
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


@acting.as_system(acting.CLOCKWORK)
@transaction.atomic
def _keys_open() -> bool:
    """Of each kind of what is sealed the oldest and the newest: no word is read for it.

    Between these two another key may have sealed: `returnhome keys show` looks at all.
    """
    try:
        for row in (*_ends(Child.objects.only("keyring")), *_ends(Episode.objects.only("keyring"))):
            sealing.at_hand([row])
        for webhook in _ends(Webhook.objects.values_list("secret", flat=True)):
            assert webhook
        codes = Authenticator.objects.filter(type=Authenticator.Type.TOTP)
        for data in _ends(codes.values_list("data", flat=True)):
            sealing.open_sealed(bytes.fromhex(data["secret"]))
    except (CannotOpen, InvalidTag):
        return False
    return True


def _ends(rows: QuerySet[Any, Any]) -> Iterator[Any]:
    for order in ("pk", "-pk"):
        yield from rows.order_by(order)[:1]


_ASKED: dict[str, Callable[[], bool]] = {
    "no database": _answers,
    "migrations not applied": _Migrations(),
    "no key for what is sealed": _keys_open,
}
