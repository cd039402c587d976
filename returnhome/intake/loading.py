"""A sender's file into the ledger, row by row and all or nothing; or only to see what it would do.

Rows of a reference that is known tell of the same episode. A new reference opens one: under the
child whose name, birth date and postcode all agree, else under a child not yet named, so that no
clock waits for a match.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path

from django.db import transaction

from returnhome.casework import children, episodes, likeness, notifications, owners, tallies
from returnhome.casework.children import Child, Circumstances
from returnhome.casework.episodes import Classification, Episode
from returnhome.casework.notifications import Delivery, Notification, Told
from returnhome.casework.owners import Owners
from returnhome.casework.places import Authority
from returnhome.casework.staff import Organisation, Person
from returnhome.intake import layouts, parsing, reading
from returnhome.intake.atlas import Atlas
from returnhome.intake.outcome import Outcome, Result, RowOutcome, unread
from returnhome.intake.parsing import Row, Skipped
from returnhome.intake.reading import Content, Record
from returnhome.rules import Blocked
from returnhome.rules.ages import age_on
from returnhome.rules.clock import LONDON, Moment
from returnhome.rules.codes import EpisodeKind
from returnhome.rules.naming import folded

BY_RULE = "name, birth date and postcode all agree"
BY_REFERENCE = "the reference is one of this child's"
# Rows looked up together: enough to spare questions, few enough to hold in memory.
TOGETHER = 250
APART = timedelta(days=1)


@transaction.atomic
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
    loading = _Loading(delivery, by=by, at=at)
    with tallies.gathered():
        while together := list(islice(rows, TOGETHER)):
            outcome.rows += loading.take(together)
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


class _Known:
    """An episode that the sender has told of before, and what it holds now."""

    def __init__(self, episode: Episode, child: Child) -> None:
        self.episode, self.child = episode, child
        self.moments = {name: episode.moment(name) for name in episodes.INSTANTS}
        self.kind, self.risk = episode.kind, episode.risk

    def doubt(self, row: Row) -> str:
        """Why the row can hardly be about this episode: a force does use a reference again."""
        is_named_so = folded(f"{row.forename} {row.surname}") == self.child.folded_name
        if row.born and self.child.born_on not in (None, row.born) and not is_named_so:
            return f"The reference {row.reference} stands for another child here"
        if self._is_another_time(row):
            return f"The reference {row.reference} stands for another time here"
        return ""

    def _is_another_time(self, row: Row) -> bool:
        """A correction moves a time a little; another episode lies apart from this one."""
        if row.last_seen is None:
            return False
        began, ended = self.moments["last_seen"], self.moments["returned"] or self.moments["found"]
        told_end = row.returned or row.found
        is_after = ended is not None and row.last_seen.earliest > ended.latest + APART
        is_before = (
            began is not None and told_end is not None and told_end.latest < began.earliest - APART
        )
        return is_after or is_before

    def lacks_what_is_said_of_the_child(self, row: Row) -> bool:
        return bool(
            (row.born and not self.child.born_on)
            or (row.forename and not self.child.forename)
            or (row.surname and not self.child.surname)
        )


class _Loading:
    """One delivery on its way into the ledger."""

    def __init__(self, delivery: Delivery, *, by: Person, at: datetime) -> None:
        self.delivery, self.by, self.at = delivery, by, at
        self.sender = delivery.sender
        self.atlas = Atlas()
        self.receiver = notifications.receiver(delivery)
        self.drafts: list[Notification] = []
        self.bases: list[tuple[Episode, Notification]] = []

    def take(self, rows: Sequence[Row]) -> list[RowOutcome]:
        """Take in some rows, having looked up together what is known of them."""
        self._look_up(rows)
        done = _with_candidates(rows, [self._row(row) for row in rows])
        notifications.keep_all(self.drafts, by=self.by, at=self.at)
        episodes.rest_all(self.bases)
        self.drafts, self.bases = [], []
        return done

    def _look_up(self, rows: Sequence[Row]) -> None:
        digests = [digest for row in rows for digest in (row.digest, _refused_as(row))]
        self.seen = episodes.seen(self.sender, digests)
        sound = [row for row in rows if not row.faults]
        known = episodes.of_references(self.sender, {row.reference for row in sound})
        self.known = {
            reference: [_Known(episode, episode.child) for episode in theirs]
            for reference, theirs in known.items()
        }
        new = {_described(row) for row in sound if row.reference not in known} - {None}
        self.matches = likeness.exactly_each(each for each in new if each)
        self.children = children.with_care({pk for ids in self.matches.values() for pk in ids})

    def _row(self, row: Row) -> RowOutcome:
        if row.faults:
            return self._refuse(row, row.reason)
        if row.digest in self.seen:
            return self._repeat(row, self.seen[row.digest])
        try:
            return self._tell(row)
        except Blocked as blocked:
            return self._refuse(row, blocked.sentence)

    def _repeat(self, row: Row, episode_id: int | None) -> RowOutcome:
        """A row that has come before, to the letter, is no news."""
        theirs = self.known.get(row.reference, [])
        about = [known for known in theirs if known.episode.pk == episode_id] or theirs
        if not about:
            return self._refuse(row, "The row has come before, and its episode is gone")
        return _said(row, Result.UNCHANGED, about[0])

    def _refuse(self, row: Row, reason: str) -> RowOutcome:
        """Refused, and kept as received the first time it comes."""
        digest = _refused_as(row)
        if digest not in self.seen:
            self.seen[digest] = None
            there = self._place(row)
            self._keep(
                row,
                digest=digest,
                result=Result.REFUSED,
                reason=reason,
                responsible_authority=there or self.receiver,
            )
        return unread(row, reason)

    def _tell(self, row: Row) -> RowOutcome:
        """Into the episode that the reference means, else into a new one."""
        theirs = self.known.get(row.reference, [])
        doubt = ""
        candidates: tuple[int, ...] = ()
        for known in theirs:
            if why := known.doubt(row):
                doubt = why
                continue
            try:
                return self._update(row, known)
            except episodes.Overlaps:
                doubt = (
                    "With these times the child would have two episodes at once: correct the one "
                    "that is wrong"
                )
                candidates = (known.child.pk,) if known.child.is_confirmed else ()
        return self._open_unnamed(row, doubt, candidates) if doubt else self._open(row)

    # A reference that is known.

    def _update(self, row: Row, known: _Known) -> RowOutcome:
        moments = {
            name: moment
            for name in episodes.INSTANTS
            if (moment := getattr(row, name)) and self._is_news(name, moment, known)
        }
        kind = row.kind if self._is_said_anew(Classification.KIND, row.kind, known) else None
        risk = row.risk if self._is_said_anew(Classification.RISK, row.risk, known) else None
        changed: tuple[str, ...] = ()
        if moments or kind or risk:
            changed = episodes.update(
                known.episode,
                kind=kind,
                risk=risk,
                moments=moments,
                source=self.sender.name,
                by=self.by,
                at=self.at,
            )
            known.moments |= moments
            known.kind, known.risk = kind or known.kind, risk or known.risk
        if known.child.is_confirmed:
            result = Result.UPDATED if changed else Result.UNCHANGED
            self._keep(row, known, result=result, joined_because=BY_REFERENCE)
            return replace(_said(row, result, known), changed=changed)
        return self._still_waiting(row, known, bool(changed))

    def _is_news(self, name: str, moment: Moment, known: _Known) -> bool:
        held = known.moments[name]
        if held is None:
            return True
        knows_less = moment.earliest <= held.earliest and held.latest <= moment.latest
        if moment == held or knows_less:
            return False
        # What a person has put right is not undone by the sender saying the same again.
        return not episodes.was_put_right(known.episode, name, moment, source=self.sender.name)

    def _is_said_anew(self, axis: str, code: str | None, known: _Known) -> bool:
        if code is None or code == getattr(known, axis):
            return False
        return episodes.last_said(known.episode, axis, source=self.sender.name) != code

    def _still_waiting(self, row: Row, known: _Known, is_news: bool) -> RowOutcome:
        if known.lacks_what_is_said_of_the_child(row):
            is_news = children.learn(
                known.child,
                forename=row.forename,
                surname=row.surname,
                born_on=row.born,
                by=self.by,
                at=self.at,
            )
            known.child.refresh_from_db(fields=["forename", "surname", "folded_name", "born_on"])
        if not is_news:
            self._keep(row, known, result=Result.UNCHANGED)
            return _said(row, Result.UNCHANGED, known)
        reason = "Nobody has said yet who the child of this reference is"
        self._keep(row, known, result=Result.WAITING, reason=reason)
        return _said(row, Result.WAITING, known, reason)

    # A reference that is new.

    def _open(self, row: Row) -> RowOutcome:
        described = _described(row)
        matches = self.matches.get(described, []) if described else []
        if len(matches) != 1:
            return self._open_unnamed(row, _why_nobody(row, len(matches)), tuple(matches))
        child = self.children[matches[0]]
        try:
            episode = self._opened(row, child, self._owners_of(row, child))
        except episodes.Overlaps:
            return self._open_unnamed(
                row,
                "The child with this name, birth date and postcode already has an episode over "
                "that time",
                (child.pk,),
            )
        known = self._remembered(row, episode, child)
        self._keep(row, known, result=Result.OPENED, joined_because=BY_RULE)
        return _said(row, Result.OPENED, known)

    def _open_unnamed(self, row: Row, reason: str, candidates: tuple[int, ...]) -> RowOutcome:
        """Under a child not yet named: the clock runs, and a person says who it is."""
        with transaction.atomic():
            whose = as_told(row, self.atlas, self.receiver)
            stranger = children.open_record(
                forename=row.forename,
                surname=row.surname,
                born_on=row.born,
                sex=row.sex,
                responsible_authority=whose.responsible_authority,
                host_authority=whose.host_authority,
                provider=whose.provider,
                is_confirmed=False,
                by=self.by,
                at=self.at,
            )
            episode = self._opened(row, stranger, whose)
        known = self._remembered(row, episode, stranger)
        self._keep(row, known, result=Result.WAITING, reason=reason)
        return _said(row, Result.WAITING, known, reason, candidates=candidates)

    def _opened(self, row: Row, child: Child, whose: Owners) -> Episode:
        return episodes.open(
            child,
            kind=row.kind or EpisodeKind.MISSING,
            risk=row.risk,
            moments={name: getattr(row, name) for name in episodes.INSTANTS},
            source=self.sender.name,
            owners=whose,
            by=self.by,
            at=self.at,
        )

    def _owners_of(self, row: Row, child: Child) -> Owners:
        return owners.of_child(
            child,
            kind=row.kind or EpisodeKind.MISSING,
            started_on=_start(row),
            ended_on=_end(row),
            missing_from=self._place(row),
        )

    def _remembered(self, row: Row, episode: Episode, child: Child) -> _Known:
        known = _Known(episode, child)
        self.known.setdefault(row.reference, []).append(known)
        return known

    def _place(self, row: Row) -> Authority | None:
        moment = row.last_seen or row.reported
        return self.atlas.at(row.postcode, moment.day) if moment else None

    def _keep(
        self,
        row: Row,
        known: _Known | None = None,
        *,
        result: Result,
        digest: str = "",
        reason: str = "",
        joined_because: str = "",
        responsible_authority: Authority | None = None,
    ) -> None:
        episode = known.episode if known else None
        draft = notifications.draft(
            _told(row, digest or row.digest),
            delivery=self.delivery,
            result=result,
            reason=reason,
            child=known.child if known else None,
            joined_because=joined_because,
            by=self.by,
            at=self.at,
            responsible_authority_id=(
                episode.responsible_authority_id
                if episode
                else responsible_authority and responsible_authority.pk
            ),
            host_authority_id=episode.host_authority_id if episode else None,
            provider_id=episode.provider_id if episode else None,
        )
        self.drafts.append(draft)
        if episode:
            self.seen[row.digest] = episode.pk
            self.bases.append((episode, draft))


def as_told(row: Row, atlas: Atlas, receiver: Authority | None) -> Owners:
    """Who must act for a child whom nobody has named, from what the row says of care and home.

    Raises responsibility.NobodyNamed when neither the row nor the file leads to an authority.
    """
    day = _start(row)
    return owners.decide(
        home_as_told(row, atlas),
        kind=row.kind or EpisodeKind.MISSING,
        age_at_return=age_on(row.born, _end(row) or day) if row.born else None,
        missing_from=atlas.at(row.postcode, day),
        received_by=receiver,
    )


def home_as_told(row: Row, atlas: Atlas) -> Circumstances:
    """Care and home as the row has them, by the authorities of the day on which it began."""
    day = _start(row)
    place = atlas.at(row.postcode, day)
    is_looked_after = bool(row.placing_authority) if row.looked_after is None else row.looked_after
    if is_looked_after:
        return Circumstances(atlas.named(row.placing_authority, day), place, None)
    return Circumstances(None, None, place)


def as_received(notification: Notification) -> Row:
    """The row again, as it was read when it came."""
    cells = json.loads(notification.as_received)
    layout = layouts.chosen(list(cells), notification.delivery.layout)
    record = Record(notification.row_number, list(cells.values()))
    today = notification.received_at.astimezone(LONDON).date()
    return parsing.parse(record, layout, today=today)


def _described(row: Row) -> likeness.Described | None:
    return likeness.described(
        forename=row.forename, surname=row.surname, born_on=row.born, postcode=row.postcode
    )


def _with_candidates(rows: Sequence[Row], done: Sequence[RowOutcome]) -> list[RowOutcome]:
    """Those that wait with the children they may be about, looked for together."""
    wanting = {
        row.number: likeness.Person(row.forename, row.surname, row.born, row.postcode)
        for row, said in zip(rows, done, strict=True)
        if said.result is Result.WAITING and not said.candidates
    }
    alike = dict(zip(wanting, likeness.resembling_each(list(wanting.values())), strict=True))
    return [
        replace(said, candidates=tuple(pk for pk, _ in alike[said.row]))
        if said.row in alike
        else said
        for said in done
    ]


def _why_nobody(row: Row, matches: int) -> str:
    if matches:
        return f"{matches} children on record have this name, birth date and postcode"
    missing = [
        label
        for label, said in (
            ("name", row.forename and row.surname),
            ("birth date", row.born),
            ("postcode", row.postcode),
        )
        if not said
    ]
    if missing:
        return f"No child can be joined by rule, because the row has no {' and no '.join(missing)}"
    return "No child on record has this name, birth date and postcode"


def _start(row: Row) -> date:
    moment = row.last_seen or row.reported
    assert moment  # a row with neither is refused before
    return moment.day


def _end(row: Row) -> date | None:
    moment = row.returned or row.found
    return moment.day if moment else None


def _told(row: Row, digest: str) -> Told:
    return Told(
        row_number=row.number,
        reference=row.reference,
        digest=digest,
        as_received=json.dumps(row.as_received, ensure_ascii=False),
        forename=row.forename,
        surname=row.surname,
        born_on=row.born,
        sex=row.sex,
        postcode=row.postcode,
    )


def _refused_as(row: Row) -> str:
    """Kept apart from the same row accepted: a date that lay ahead is none the day after."""
    return sha256(f"refused {row.digest}".encode()).hexdigest()


def _said(
    row: Row,
    result: Result,
    known: _Known,
    reason: str = "",
    candidates: tuple[int, ...] = (),
) -> RowOutcome:
    return RowOutcome(
        row=row.number,
        reference=row.reference,
        name=f"{row.forename} {row.surname}".strip(),
        born=row.born,
        result=result,
        reason=reason,
        child=known.child.pk if known.child.is_confirmed else None,
        candidates=candidates,
        kind=EpisodeKind(known.kind),
        moments=dict(known.moments),
        goes_to=known.episode.responsible_authority.name,
    )
