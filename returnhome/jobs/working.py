"""Running the jobs in this process, until it is told to end."""

import asyncio
import logging
import os
import signal
import time
from contextlib import suppress
from threading import Thread

from procrastinate.app import App
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DeleteJobCondition, Status

from returnhome.jobs.sealing import Sealer, anchoring
from returnhome.jobs.sending import check_way_out
from returnhome.safety import refuse_unsafe

# A long delivery, or a program that is slow to answer, must not keep anybody from looking round.
AT_ONCE = 3
# A worker that has not been heard of for so long is gone, and what it had in hand with it.
GONE_AFTER = 60
# How often the clock is looked at, and by how many seconds it may be put back unnoticed.
LOOKS, PUT_BACK = 5.0, 30.0

log = logging.getLogger(__name__)


def work() -> bool:
    """Work until SIGTERM or Ctrl-C; the message in hand is finished first.

    Gives False where it ended unasked and is to be started again: the database was lost, or the
    clock was put back. Raises ImproperlyConfigured where live records would be worked on unsafely
    or messages sent into nothing.
    """
    refuse_unsafe()
    check_way_out()
    sealer = Sealer(anchoring()).start()
    try:
        return _run()
    finally:
        sealer.end()


def _run() -> bool:
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(connector) as ours:
        return asyncio.run(_work(ours))


async def _work(ours: App) -> bool:
    async with ours.open_async():
        await _clear_away(ours)
        working = asyncio.create_task(
            ours.run_worker_async(
                concurrency=AT_ONCE,
                # What came of it stands in the outbox; one that failed is still counted for a day.
                delete_jobs=DeleteJobCondition.SUCCESSFUL,
                shutdown_graceful_timeout=0.1,
                stalled_worker_timeout=GONE_AFTER,
                install_signal_handlers=False,
            )
        )

        def end() -> None:
            # Told twice, it would be cut off in the midst of taking itself off the list.
            if not working.cancelling():
                working.cancel()

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, end)
        # What is done by the clock would not be done again before it has caught up.
        watching = asyncio.create_task(_until_put_back())
        watching.add_done_callback(lambda it: None if it.cancelled() else end())
        try:
            await working
        except asyncio.CancelledError:
            if not watching.done() or watching.cancelled():
                return True
            log.error("The clock was put back by %d seconds.", watching.result())
            return False
        finally:
            watching.cancel()
        log.error("The database was lost.")
        return False


async def _until_put_back() -> float:
    """Wait until the clock goes back against the time that passes; gives by how many seconds."""
    furthest = time.time() - time.monotonic()
    while (back := furthest - (ahead := time.time() - time.monotonic())) < PUT_BACK:
        furthest = max(furthest, ahead)
        await asyncio.sleep(LOOKS)
    return back


async def _clear_away(ours: App) -> None:
    """Jobs that were in the hands of workers who are gone: others have done them long since."""
    await ours.job_manager.prune_stalled_workers(GONE_AFTER)
    for job in await ours.job_manager.get_stalled_jobs(seconds_since_heartbeat=GONE_AFTER):
        # Of two workers that start together one is quicker.
        with suppress(ConnectorException):
            await ours.job_manager.finish_job(job=job, status=Status.ABORTED, delete_job=True)


def end_with_input() -> None:
    """End this process once standard input ends: with whoever started it, however that ended."""

    def wait() -> None:
        # Not by way of sys.stdin, whose lock a process that ends would wait for in vain.
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=wait, daemon=True).start()
