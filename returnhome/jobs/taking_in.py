"""Taking in long files that somebody confirmed, piece by piece."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection

from returnhome.casework import acting, notifications
from returnhome.casework.models import Delivery, Person
from returnhome.casework.notifications import DeliveryQuerySet
from returnhome.intake import loading
from returnhome.intake.taking import ChangedMeanwhile

BROKEN = "Something went wrong after the rows that are in. Go on, and it is tried again."


# By this number of its own the database knows who takes files in. It is let go with the connection,
# so that nobody waits for a worker who is gone.
LOCK = 7_401_126


@acting.as_system(acting.INTAKE)
def is_something_left() -> bool:
    """Whether a file is going in, and nobody is at it."""
    if not _left().exists():
        return False
    with _alone() as is_alone:
        return is_alone


def _left() -> DeliveryQuerySet:
    """What lies where a command found it is that command's to go on with."""
    return Delivery.objects.going_in().filter(content__isnull=False).defer("content")


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody else takes files in, as long as the block lasts."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [LOCK])
        (is_alone,) = cursor.fetchone()
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s)", [LOCK])


@acting.as_system(acting.INTAKE)
def take_in(
    *,
    by: Person,
    clock: Callable[[], datetime],
    should_stop: Callable[[], bool] = lambda: False,
) -> int:
    """Take in what was begun, one file after the other; gives how many are through.

    One in which something goes wrong is stopped, so that it is not tried for ever.
    """
    through = 0
    with _alone() as is_alone:
        for delivery in _left() if is_alone else ():
            if should_stop():
                break
            try:
                through += loading.go_on(delivery, clock=clock, should_stop=should_stop)
            except ChangedMeanwhile:
                # With the next look round.
                continue
            except Exception:
                notifications.stop_delivery(delivery, because=BROKEN, by=by, at=clock())
                raise
    return through
