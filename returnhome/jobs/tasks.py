"""The jobs, as the worker runs them.

A job is only a nudge: what is to be told stands in the ledger and in the outbox. So one that was
lost with its worker is not missed, and one too many does nothing.
"""

from contextlib import suppress

from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from returnhome.casework import staff
from returnhome.casework.messages import Message
from returnhome.casework.webhooks import Call
from returnhome.jobs import calling, delivery, rounds, sending, taking_in

# The sixth place is the seconds.
EVERY_TEN_SECONDS = "* * * * * */10"
EVERY_NIGHT = "15 3 * * *"


@app.periodic(cron=EVERY_TEN_SECONDS)
@app.task(queueing_lock="look round")
def look_round(timestamp: int) -> None:
    """Find what nobody has answered, and have it sent; and what waits to be sent again."""
    at = timezone.now()
    rounds.look_round(by=staff.clockwork(), at=at)
    if Message.objects.due(at).exists():
        # One that waits to begin is enough.
        with suppress(AlreadyEnqueued):
            deliver.defer()
    rounds.look_for_calls(by=staff.clockwork(), at=at)
    if Call.objects.due(at).exists():
        with suppress(AlreadyEnqueued):
            call.defer()
    if taking_in.is_something_left():
        with suppress(AlreadyEnqueued):
            take_in.defer()


@app.task(queueing_lock="take in", pass_context=True)
def take_in(context: JobContext) -> None:
    """Take in long files that somebody confirmed."""
    taking_in.take_in(by=staff.clockwork(), clock=timezone.now, should_stop=context.should_abort)


@app.periodic(cron=EVERY_NIGHT)
@app.task(queueing_lock="forget failed", pass_context=True)
async def forget_failed(context: JobContext, timestamp: int) -> None:
    """Delete jobs that failed a day ago or earlier: the log has why."""
    await context.app.job_manager.delete_old_jobs(nb_hours=24, include_failed=True)


@app.periodic(cron=EVERY_NIGHT)
@app.task(queueing_lock="forget unsent")
def forget_unsent(timestamp: int) -> None:
    """Delete what children wrote on their own pages and never sent."""
    rounds.forget_unsent(by=staff.clockwork(), at=timezone.now())


@app.periodic(cron=EVERY_NIGHT)
@app.task(queueing_lock="forget answers")
def forget_answers(timestamp: int) -> None:
    """Delete the answers kept for programs that ask twice, once they are a week old."""
    rounds.forget_answers(by=staff.clockwork(), at=timezone.now())


@app.periodic(cron=EVERY_NIGHT)
@app.task(queueing_lock="remind of tokens")
def remind_of_tokens(timestamp: int) -> None:
    """Remind those who keep them of tokens that soon run out."""
    rounds.remind_of_tokens(by=staff.clockwork(), at=timezone.now())


@app.task(queueing_lock="call", pass_context=True)
def call(context: JobContext) -> None:
    """Call the webhooks that have something to be told."""
    calling.make_calls(by=staff.clockwork(), clock=timezone.now, should_stop=context.should_abort)


@app.task(queueing_lock="deliver", pass_context=True)
def deliver(context: JobContext) -> None:
    """Send what is due."""
    delivery.deliver(
        sending.way_out(),
        by=staff.clockwork(),
        clock=timezone.now,
        should_stop=context.should_abort,
    )
