"""Taking in long files that somebody confirmed, piece by piece."""

from collections.abc import Callable
from datetime import datetime

from returnhome.casework import acting, notifications
from returnhome.casework.models import Delivery, Person
from returnhome.intake import loading
from returnhome.intake.taking import ChangedMeanwhile

BROKEN = "Something went wrong after the rows that are in. Go on, and it is tried again."


@acting.as_system(acting.INTAKE)
def is_something_left() -> bool:
    """Whether a file is going in, and nobody is at it."""
    if not Delivery.objects.for_the_worker().exists():
        return False
    with notifications.alone() as is_alone:
        return is_alone


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
    with notifications.alone() as is_alone:
        for delivery in Delivery.objects.for_the_worker() if is_alone else ():
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
