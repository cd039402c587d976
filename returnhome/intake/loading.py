"""What a sender sends into the ledger, all or nothing: a file, or only to see what it would do.

What a program sends goes the same way: as a delivery that is taken in at once.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import transaction

from returnhome.casework import acting, notifications, tallies
from returnhome.casework.notifications import Delivery
from returnhome.casework.staff import Organisation, Person
from returnhome.intake import layouts, parsing, reading, sent, told
from returnhome.intake.outcome import Outcome
from returnhome.intake.parsing import Row, Skipped
from returnhome.intake.reading import Content
from returnhome.intake.taking import Taking
from returnhome.rules.clock import LONDON

# Rows looked up together: enough to spare questions, few enough to hold in memory.
TOGETHER = 250


@transaction.atomic
@acting.as_system(acting.INTAKE)
def bring(
    path: Path,
    *,
    sender: str,
    layout: str | None = None,
    by: Person,
    at: datetime,
    dry_run: bool = False,
) -> Outcome:
    """Take a file in at once. Raises UnknownSender, or Unreadable for no table that we know."""
    delivery = receive(
        path,
        path.name,
        sender=notifications.sender_named(sender, by=by, at=at),
        received_for=None,
        layout=layout,
        by=by,
        at=at,
    )
    outcome = load(delivery, _outcomes(delivery, at), by=by, at=at, dry_run=dry_run)
    if dry_run:
        transaction.set_rollback(True)
    return outcome


@transaction.atomic
@acting.as_system(acting.INTAKE)
def bring_sent(
    told_of: Sequence[sent.Sent], *, sender: Organisation, by: Person, at: datetime
) -> Outcome:
    """Take in at once what a program sent, each notification as a row, in its order."""
    council = sender if sender.kind == Organisation.COUNCIL else None
    delivery = notifications.take_delivery(
        json.dumps([dict(each) for each in told_of], ensure_ascii=False).encode(),
        sender=sender,
        received_for=council,
        filename=sent.LAYOUT.title,
        layout=sent.LAYOUT.name,
        by=by,
        at=at,
    )
    today = at.astimezone(LONDON).date()
    rows = [sent.row(each, number=n, today=today) for n, each in enumerate(told_of, start=1)]
    return load(delivery, rows, by=by, at=at)


@transaction.atomic
@acting.as_system(acting.INTAKE)
def bring_again(
    reference: str, more: dict[str, str], *, sender: Organisation, by: Person, at: datetime
) -> Outcome:
    """What the sender told last under a reference, told again with `more` in it.

    So a return needs no more than its time. Raises notifications.NeverSent.
    """
    last = notifications.last_told(sender, reference)
    return bring_sent([sent.as_sent(told.as_received(last)) | more], sender=sender, by=by, at=at)


def receive(
    content: Content,
    filename: str,
    *,
    sender: Organisation,
    received_for: Organisation | None,
    layout: str | None = None,
    by: Person,
    at: datetime,
) -> Delivery:
    """Keep a file to be looked at. Raises reading.Unreadable for one that is no table we know."""
    table = reading.read(content, filename)
    layout = layouts.chosen(table.header, layout).name
    return notifications.take_delivery(
        reading.whole(content),
        sender=sender,
        received_for=received_for,
        filename=filename,
        layout=layout,
        by=by,
        at=at,
    )


def preview(delivery: Delivery, *, by: Person, at: datetime) -> Outcome:
    """What confirming the delivery would bring about; nothing of it is written."""
    return load(delivery, _outcomes(delivery, at), by=by, at=at, dry_run=True)


def confirm(delivery: Delivery, *, by: Person, at: datetime) -> Outcome:
    """Take the delivery's rows into the ledger. Raises notifications.AlreadyConfirmed."""
    return load(delivery, _outcomes(delivery, at), by=by, at=at)


def _outcomes(delivery: Delivery, at: datetime) -> Iterator[Row | Skipped]:
    """The rows of the delivery's file; none where it has been confirmed and so let go."""
    if delivery.content is None:
        return iter(())
    table = reading.read(bytes(delivery.content), delivery.filename)
    layout = layouts.chosen(table.header, delivery.layout)
    return parsing.outcomes(table, layout, today=at.astimezone(LONDON).date())


@transaction.atomic
@acting.as_system(acting.INTAKE)
def load(
    delivery: Delivery,
    outcomes: Iterable[Row | Skipped],
    *,
    by: Person,
    at: datetime,
    dry_run: bool = False,
) -> Outcome:
    """Take rows into the ledger and close their delivery, in one transaction.

    With `dry_run` all is done and taken back again, so that it says what would happen just now.
    Raises notifications.AlreadyConfirmed when somebody was quicker.
    """
    delivery = notifications.take_up(delivery)
    outcome = Outcome()
    rows = _read(outcomes, outcome)
    taking = Taking(delivery, by=by, at=at)
    with tallies.gathered():
        while together := list(islice(rows, TOGETHER)):
            outcome.rows += taking.take(together)
    if dry_run:
        transaction.set_rollback(True)
    else:
        notifications.confirm_delivery(delivery, counts=outcome.counts, by=by, at=at)
    return outcome


def _read(outcomes: Iterable[Row | Skipped], outcome: Outcome) -> Iterator[Row]:
    for each in outcomes:
        if isinstance(each, Skipped):
            outcome.skipped.append(each)
        else:
            yield each
