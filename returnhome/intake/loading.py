"""What a sender sends into the ledger, all or nothing: a file, or only to see what it would do.

What a program sends goes the same way: as a delivery that is taken in at once.
"""

import json
from collections import Counter
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
from returnhome.intake import clearing, fitting, guessing, parsing, reading, sent, told
from returnhome.intake.guessing import Proposal
from returnhome.intake.instants import Order
from returnhome.intake.layouts import Layout, Meaning
from returnhome.intake.outcome import Outcome, RowOutcome
from returnhome.intake.parsing import Aside, Row, Skipped
from returnhome.intake.reading import Content, Table, Unreadable
from returnhome.intake.taking import ChangedMeanwhile, Taking
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import EpisodeKind

# Records taken in together: enough to spare questions, few enough to hold in memory.
TOGETHER = 1000
# A file of so many goes in whole or not at all, a longer one piece by piece; and of a longer one so
# many are tried beforehand.
WHOLE = 5000


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


class File:
    """A delivery's file as its layout reads it; it lies where `content` is, else in the delivery.

    Raises notifications.AlreadyConfirmed where it has been let go.
    """

    def __init__(self, delivery: Delivery, at: datetime, *, content: Content | None = None) -> None:
        if content is None:
            if delivery.content is None:
                raise notifications.AlreadyConfirmed
            content = bytes(delivery.content)
        sheets = reading.sheets(content, delivery.filename)
        self.table, self.layout = fitting.in_layout(sheets, delivery.layout)
        # One that is cut off goes on as it began, on whatever day.
        self.today = _today(delivery.begun_at or at)
        self.records = parsing.number_of_records(self.table)

    @property
    def is_long(self) -> bool:
        return self.records > WHOLE

    def outcomes(self, *, after: int = 0) -> Iterator[Row | Skipped | Aside]:
        """What its records say, once only; `after` so many of them."""
        return parsing.outcomes(self.table, self.layout, today=self.today, after=after)


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
    outcome: Outcome | None = None,
) -> Outcome:
    """Take a file in at once, in a layout that is known, asked for, or certain from the file.

    A long one goes in piece by piece: cut off, it goes on where it was when the same file comes
    again. `outcome` is told of each row. Raises UnknownSender, Unreadable for no table, Unsure
    where a person has to say what it means.
    """
    outcome = outcome or Outcome()
    with transaction.atomic():
        whose = notifications.sender_named(sender, by=by, at=at)
        begun = None if dry_run else notifications.begun_before(whose, reading.digest(path))
        delivery = begun or receive(
            path,
            path.name,
            sender=whose,
            received_for=None,
            layout=layout,
            is_kept=False,
            by=by,
            at=at,
        )
        if not delivery.layout:
            delivery = teach(delivery, teaching or Teaching(), content=path, by=by, at=at)
        file = File(delivery, at, content=path)
        if dry_run or not (begun or file.is_long):
            load(
                delivery,
                file.outcomes(),
                by=by,
                at=at,
                dry_run=dry_run,
                progress=lambda done: progress(done, file.records),
                outcome=outcome,
            )
            transaction.set_rollback(dry_run)
            return outcome
        if not delivery.is_going_in:
            delivery = notifications.begin_delivery(delivery, records=file.records, by=by, at=at)
    go_on(delivery, file=file, clock=lambda: at, progress=progress, outcome=outcome)
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
    is_kept: bool = True,
    by: Person,
    at: datetime,
) -> Delivery:
    """Keep a file to be looked at; its layout is empty where it has to be taught first.

    One that goes in at once from where it lies is not kept. Raises reading.Unreadable for one that
    is no table, or not in the layout asked for.
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
        reading.whole(content) if is_kept else None,
        digest=reading.digest(content),
        sender=sender,
        received_for=received_for,
        filename=filename,
        layout=found[1].name if found else "",
        by=by,
        at=at,
    )


def propose(
    delivery: Delivery, teaching: Teaching, *, content: Content | None = None, at: datetime
) -> Proposal:
    """How the delivery's file would be read. Raises notifications.AlreadyConfirmed."""
    if content is None:
        if delivery.content is None:
            raise notifications.AlreadyConfirmed
        content = bytes(delivery.content)
    proposal = guessing.propose(
        reading.sheets(content, delivery.filename),
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
def teach(
    delivery: Delivery,
    teaching: Teaching,
    *,
    content: Content | None = None,
    by: Person,
    at: datetime,
) -> Delivery:
    """Remember how files of the delivery's sender are read that have its headings.

    Raises Unsure, saying what has to be told.
    """
    proposal = propose(delivery, teaching, content=content, at=at)
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


def preview(
    delivery: Delivery, *, by: Person, at: datetime, outcome: Outcome | None = None
) -> Outcome:
    """What confirming the delivery would bring about; nothing of it is written.

    Of a long file only the first records are tried; the outcome says how many it has in all.
    """
    file = File(delivery, at)
    outcome = outcome or Outcome()
    outcome.records = file.records
    first = islice(file.outcomes(), WHOLE)
    return load(delivery, first, by=by, at=at, dry_run=True, outcome=outcome)


def confirm(delivery: Delivery, *, by: Person, at: datetime) -> Outcome:
    """Take the delivery's rows into the ledger at once. Raises notifications.AlreadyConfirmed."""
    return load(delivery, File(delivery, at).outcomes(), by=by, at=at)


def begin(
    delivery: Delivery, *, by: Person, at: datetime, outcome: Outcome | None = None
) -> Outcome | None:
    """Take a delivery in: at once, or if it is long piece by piece, which `go_on` does.

    Gives what became of it, None where that is still to come. Raises AlreadyConfirmed and
    AlreadyGoingIn of notifications.
    """
    file = File(delivery, at)
    if not (file.is_long or delivery.begun_at):
        return load(delivery, file.outcomes(), by=by, at=at, outcome=outcome)
    notifications.begin_delivery(delivery, records=file.records, by=by, at=at)
    return None


class Overtaken(Exception):
    """Somebody else is taking the delivery in, or has stopped it."""


# How often a piece is tried that somebody's own work came across.
TRIES = 3


@acting.as_system(acting.INTAKE)
def go_on(
    delivery: Delivery,
    *,
    clock: Callable[[], datetime],
    file: File | None = None,
    outcome: Outcome | None = None,
    progress: Progress = silent,
    should_stop: Callable[[], bool] = lambda: False,
) -> bool:
    """Take in what is left of a delivery that was begun, each piece in a transaction of its own.

    Cut off at any moment, what is in is counted, and the next time goes on after it. Gives whether
    it is through. Raises ChangedMeanwhile where somebody's work came across it again and again.
    """
    assert delivery.begun_by
    file, outcome = file or File(delivery, clock()), outcome or Outcome()
    records, done = file.outcomes(after=delivery.records_done), delivery.records_done
    taking = Taking(delivery, by=delivery.begun_by, at=clock())
    progress(done, file.records)
    with clearing.after_each_piece() as clear_away:
        while piece := list(islice(records, TOGETHER)):
            if should_stop():
                return False
            for tries in range(1, TRIES + 1):
                try:
                    said = _take_piece(taking, piece, done, at=clock())
                    break
                except Overtaken:
                    return False
                except ChangedMeanwhile:
                    if tries == TRIES:
                        raise
            outcome.add(said)
            _read(piece, outcome)
            done += _number_of_records(piece)
            clear_away()
            progress(done, file.records)
    notifications.confirm_delivery(delivery, counts={}, by=delivery.begun_by, at=clock())
    return True


Piece = Sequence[Row | Skipped | Aside]


@transaction.atomic
def _take_piece(taking: Taking, piece: Piece, done: int, *, at: datetime) -> list[RowOutcome]:
    held = notifications.take_up(taking.delivery)
    if held.records_done != done or not held.is_going_in:
        raise Overtaken
    taking.at = at
    with tallies.gathered():
        said = taking.take([each for each in piece if isinstance(each, Row)])
    counts = Counter(str(row.result) for row in said)
    notifications.note_done(held, done + _number_of_records(piece), counts)
    return said


def _number_of_records(piece: Piece) -> int:
    return sum(not isinstance(each, Aside) for each in piece)


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
    outcome: Outcome | None = None,
) -> Outcome:
    """Take rows into the ledger and close their delivery, in one transaction.

    With `dry_run` all is done and taken back again, so that it says what would happen just now.
    `progress` is told how many records are done, now and then.
    Raises notifications.AlreadyConfirmed when somebody was quicker.
    """
    delivery = notifications.take_up(delivery)
    outcome = outcome or Outcome()
    records, done = iter(outcomes), 0
    counts: Counter[str] = Counter()
    taking = Taking(delivery, by=by, at=at)
    with tallies.gathered(), clearing.after_each_piece() as clear_away:
        while piece := list(islice(records, TOGETHER)):
            said = taking.take([each for each in piece if isinstance(each, Row)])
            clear_away()
            counts.update(row.result for row in said)
            outcome.add(said)
            _read(piece, outcome)
            done += _number_of_records(piece)
            if progress:
                progress(done)
    if dry_run:
        transaction.set_rollback(True)
    else:
        notifications.confirm_delivery(delivery, counts=counts, by=by, at=at)
    return outcome


def _read(piece: Piece, outcome: Outcome) -> None:
    """Tell the outcome of what was no row."""
    for each in piece:
        if isinstance(each, Skipped):
            outcome.add_skipped(each)
        elif isinstance(each, Aside):
            outcome.aside.append(each.sheet)
