"""What a sender sends into the ledger, all or nothing: a file, or only to see what it would do.

What a program sends goes the same way: as a delivery that is taken in at once.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from django.db import transaction

from returnhome.casework import acting, notifications, tallies
from returnhome.casework import layouts as layouts_taught
from returnhome.casework.notifications import Delivery
from returnhome.casework.staff import Organisation, Person
from returnhome.intake import fitting, guessing, parsing, reading, sent, told
from returnhome.intake.guessing import Proposal
from returnhome.intake.instants import Order
from returnhome.intake.layouts import Layout, Meaning
from returnhome.intake.outcome import Outcome
from returnhome.intake.parsing import Aside, Row, Skipped
from returnhome.intake.reading import Content, Table, Unreadable
from returnhome.intake.taking import Taking
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import EpisodeKind

# Rows looked up together: enough to spare questions, few enough to hold in memory.
TOGETHER = 250


Progress = Callable[[int, int], None]
"""Told now and then how many rows are done, and of how many."""


def silent(done: int, of: int) -> None:
    """Nobody watches."""


class Unsure(Unreadable):
    """A file in a layout that nobody has taught and that is not certain by itself."""

    field = "layout"


@dataclass(frozen=True, slots=True)
class Teaching:
    """What somebody says of a layout: headings and what each means, the order of dates, words."""

    meant: Mapping[str, Meaning | None] = field(default_factory=dict)
    order: Order | None = None
    kinds: Mapping[str, EpisodeKind] = field(default_factory=dict)


@transaction.atomic
@acting.as_system(acting.INTAKE)
def bring(
    path: Path,
    *,
    sender: str,
    layout: str | None = None,
    teaching: Teaching | None = None,
    by: Person,
    at: datetime,
    dry_run: bool = False,
    progress: Progress = silent,
) -> Outcome:
    """Take a file in at once, in a layout that is known, asked for, or certain from the file.

    Raises UnknownSender, Unreadable for no table, Unsure where a person has to say what it means.
    """
    delivery = receive(
        path,
        path.name,
        sender=notifications.sender_named(sender, by=by, at=at),
        received_for=None,
        layout=layout,
        by=by,
        at=at,
    )
    if not delivery.layout:
        delivery = teach(delivery, teaching or Teaching(), by=by, at=at)
    table, outcomes = _table(delivery, at)
    outcome = load(
        delivery,
        outcomes,
        by=by,
        at=at,
        dry_run=dry_run,
        progress=lambda done: progress(done, table.whole_length),
    )
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
    """Keep a file to be looked at; its layout is empty where it has to be taught first.

    Raises reading.Unreadable for one that is no table, or not in the layout asked for.
    """
    sheets = reading.sheets(content, filename)
    found: tuple[Table, Layout] | None
    if layout:
        found = fitting.in_layout(sheets, layout)
    else:
        known = fitting.known_for(sender, received_for)
        found = fitting.fitting(sheets, known)
        if found is None and guessing.propose(sheets, today=_today(at)) is None:
            raise fitting.unknown(sheets, known)
    return notifications.take_delivery(
        reading.whole(content),
        sender=sender,
        received_for=received_for,
        filename=filename,
        layout=found[1].name if found else "",
        by=by,
        at=at,
    )


def propose(delivery: Delivery, teaching: Teaching, *, at: datetime) -> Proposal:
    """How the delivery's file would be read. Raises notifications.AlreadyConfirmed."""
    if delivery.content is None:
        raise notifications.AlreadyConfirmed
    proposal = guessing.propose(
        reading.sheets(bytes(delivery.content), delivery.filename),
        today=_today(at),
        meant=dict(teaching.meant),
        order=teaching.order,
        kinds=dict(teaching.kinds),
    )
    assert proposal  # `receive` has refused what nothing can be proposed of
    return proposal


def taught(delivery: Delivery) -> Teaching:
    """What has been said of the delivery's layout, where it is one that was taught."""
    if not delivery.layout:
        return Teaching()
    layout = fitting.named(delivery.layout)
    return Teaching(meant=layout.columns, order=layout.order, kinds=layout.kinds)


@transaction.atomic
def teach(delivery: Delivery, teaching: Teaching, *, by: Person, at: datetime) -> Delivery:
    """Remember how files of the delivery's sender are read that have its headings.

    Raises Unsure, saying what has to be told.
    """
    proposal = propose(delivery, teaching, at=at)
    if not proposal.is_certain:
        raise Unsure(" ".join(question.sentence for question in proposal.questions))
    layout = layouts_taught.teach(
        delivery.sender,
        proposal.layout("", "").definition,
        taught_for=delivery.received_for,
        by=by,
        at=at,
    )
    return notifications.set_layout(delivery, layout.name, by=by, at=at)


def preview(delivery: Delivery, *, by: Person, at: datetime) -> Outcome:
    """What confirming the delivery would bring about; nothing of it is written."""
    return load(delivery, _outcomes(delivery, at), by=by, at=at, dry_run=True)


def confirm(delivery: Delivery, *, by: Person, at: datetime) -> Outcome:
    """Take the delivery's rows into the ledger. Raises notifications.AlreadyConfirmed."""
    return load(delivery, _outcomes(delivery, at), by=by, at=at)


def _outcomes(delivery: Delivery, at: datetime) -> Iterator[Row | Skipped | Aside]:
    """The rows of the delivery's file; none where it has been confirmed and so let go."""
    return _table(delivery, at)[1] if delivery.content is not None else iter(())


def _table(delivery: Delivery, at: datetime) -> tuple[Table, Iterator[Row | Skipped | Aside]]:
    sheets = reading.sheets(bytes(delivery.content or b""), delivery.filename)
    table, layout = fitting.in_layout(sheets, delivery.layout)
    return table, parsing.outcomes(table, layout, today=_today(at))


def _today(at: datetime) -> date:
    return at.astimezone(LONDON).date()


@transaction.atomic
@acting.as_system(acting.INTAKE)
def load(
    delivery: Delivery,
    outcomes: Iterable[Row | Skipped | Aside],
    *,
    by: Person,
    at: datetime,
    dry_run: bool = False,
    progress: Callable[[int], object] | None = None,
) -> Outcome:
    """Take rows into the ledger and close their delivery, in one transaction.

    With `dry_run` all is done and taken back again, so that it says what would happen just now.
    `progress` is told how many rows are done, now and then.
    Raises notifications.AlreadyConfirmed when somebody was quicker.
    """
    delivery = notifications.take_up(delivery)
    outcome = Outcome()
    rows = _read(outcomes, outcome)
    taking = Taking(delivery, by=by, at=at)
    with tallies.gathered():
        while together := list(islice(rows, TOGETHER)):
            outcome.rows += taking.take(together)
            if progress:
                progress(len(outcome.rows))
    if dry_run:
        transaction.set_rollback(True)
    else:
        notifications.confirm_delivery(delivery, counts=outcome.counts, by=by, at=at)
    return outcome


def _read(outcomes: Iterable[Row | Skipped | Aside], outcome: Outcome) -> Iterator[Row]:
    for each in outcomes:
        if isinstance(each, Skipped):
            outcome.skipped.append(each)
        elif isinstance(each, Aside):
            outcome.aside.append(each.sheet)
        else:
            yield each
