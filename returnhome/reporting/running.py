"""How it goes with what runs by itself: jobs, messages, calls and the journal, in numbers alone."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Min
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from returnhome.casework import acting
from returnhome.casework.models import Call, Message
from returnhome.reporting.silences import HEARTBEATS

# Of a batch that was rolled back the numbers are used up: so many rows at the most.
JOURNAL = """
select s.last_value - coalesce((select max(upper(ids)) - 1 from (
           select ids from casework_seal order by number desc limit 1) newest), 0),
       (select sealed_at from casework_seal order by number desc limit 1)
  from casework_journalentry_id_seq s
"""


@dataclass(frozen=True)
class Running:
    """Counts and ages in seconds. An age is 0 where nothing waits; None: it never was."""

    workers: int
    jobs_put_down: int
    jobs_waiting: int
    jobs_in_hand: int
    jobs_failed: int
    oldest_job: float
    messages_waiting: int
    messages_not_getting_through: int
    oldest_message: float
    calls_waiting: int
    rows_not_sealed: int
    newest_seal: float | None


@acting.as_system(acting.CLOCKWORK)
@transaction.atomic
def now(at: datetime) -> Running:
    """Raises DatabaseError where the database does not answer."""
    jobs = ProcrastinateJob.objects
    ready = jobs.filter(status="todo").exclude(scheduled_at__gt=at)
    due = Message.objects.due(at)
    with connection.cursor() as cursor:
        cursor.execute(
            "select case when is_called then last_value else 0 end from procrastinate_jobs_id_seq"
        )
        (put_down,) = cursor.fetchone()
        cursor.execute(JOURNAL)
        not_sealed, sealed_at = cursor.fetchone()
    return Running(
        workers=ProcrastinateWorker.objects.filter(last_heartbeat__gt=at - HEARTBEATS).count(),
        jobs_put_down=put_down,
        jobs_waiting=jobs.filter(status="todo").count(),
        jobs_in_hand=jobs.filter(status="doing").count(),
        jobs_failed=jobs.filter(status="failed").count(),
        oldest_job=_age(ready.aggregate(first=Min("procrastinateevent__at"))["first"], at),
        messages_waiting=Message.objects.waiting().count(),
        messages_not_getting_through=Message.objects.not_getting_through().count(),
        oldest_message=_age(due.order_by().aggregate(first=Min("created_at"))["first"], at),
        calls_waiting=Call.objects.waiting().count(),
        rows_not_sealed=max(0, not_sealed),
        newest_seal=_age(sealed_at, at) if sealed_at else None,
    )


def _age(since: datetime | None, at: datetime) -> float:
    return max(0.0, (at - since).total_seconds()) if since else 0.0
