"""Sending what waits in the outbox, one message after the other."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from returnhome.casework import acting, messages
from returnhome.casework.messages import DoneWith, Message
from returnhome.casework.models import Person
from returnhome.jobs.sending import Refused, Way
from returnhome.reporting import silences


@acting.as_system(acting.CLOCKWORK)
def deliver(
    way: Way,
    *,
    by: Person,
    clock: Callable[[], datetime],
    should_stop: Callable[[], bool] = lambda: False,
) -> int:
    """Send all that is due; gives how many left. Each is asked about once more before it goes.

    Stopped in the middle, at most the one message in hand is sent again, by the same Message-ID.
    """
    sent = 0
    with way:
        while not should_stop() and (message := messages.claim(at=clock())):
            # Somebody else may have written down what came of it, after too long a wait.
            with suppress(DoneWith):
                try:
                    sent += _send(way, message, by=by, clock=clock)
                except Refused as refused:
                    messages.mark_failed(message, refused.why, by=by, at=clock())
                    if refused.is_down:
                        break
    return sent


def _send(way: Way, message: Message, *, by: Person, clock: Callable[[], datetime]) -> bool:
    if not silences.still(message, clock()):
        messages.mark_overtaken(message, by=by, at=clock())
        return False
    way.send(message)
    messages.mark_sent(message, by=by, at=clock())
    return True
