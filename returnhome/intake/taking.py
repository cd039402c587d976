"""One sender's rows into the ledger, some at a time: opened, updated, unchanged, waiting, refused.

Rows of a reference that is known tell of the same episode. A new reference opens one: under the
child whose name, birth date and postcode all agree where no other comes near, else under a child
not yet named, so that no clock waits for a match. What is to be opened is gathered and opened
together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from itertools import chain
from typing import Any

from returnhome.casework import (
    agreements,
    certainty,
    children,
    episodes,
    found_places,
    likeness,
    matching,
    notifications,
    owners,
    policies,
    restrictions,
    staff,
)
from returnhome.casework.children import Child
from returnhome.casework.episodes import Classification, News
from returnhome.casework.notifications import Delivery, Notification
from returnhome.casework.owners import Owners
from returnhome.casework.places import Authority
from returnhome.casework.staff import Person
from returnhome.intake import told
from returnhome.intake.atlas import Atlas
from returnhome.intake.known import Known
from returnhome.intake.outcome import Result, RowOutcome, unread
from returnhome.intake.parsing import Row
from returnhome.rules import Blocked
from returnhome.rules.clock import LONDON, Moment
from returnhome.rules.codes import EpisodeKind, RiskGrade
from returnhome.rules.naming import folded_postcode
from returnhome.rules.numbers import Number
from returnhome.rules.policies import PolicyKey

TWICE_AT_ONCE = (
    "The child with this name, birth date and postcode already has an episode over that time"
)
WOULD_BE_TWICE_AT_ONCE = (
    "With these times the child would have two episodes at once: correct the one that is wrong"
)
# What an outcome calls it when the place where the child was found is new.
FOUND_WHERE = "where_found"
STILL_UNNAMED = "Nobody has said yet who the child of this reference is"


class ChangedMeanwhile(Blocked):
    sentence = (
        "Somebody changed the record of a child of this file just now. Nothing was written: "
        "try again."
    )


class Taking:
    """One delivery on its way into the ledger."""

    def __init__(self, delivery: Delivery, *, by: Person, at: datetime) -> None:
        self.delivery, self.by, self.at = delivery, by, at
        self.sender = delivery.sender
        self.atlas = Atlas()
        self.standing = agreements.standing()
        self.receiver = notifications.receiver(delivery)
        self.finding = certainty.Finding()
        self.demanding = policies.saying_yes(PolicyKey.PERSON_ALWAYS, at.astimezone(LONDON).date())

    def take(self, rows: Sequence[Row]) -> list[RowOutcome]:
        """Take in some rows, having looked up together what is known of them."""
        self._look_up(rows)
        done = self._with_candidates(rows, [self._row(row) for row in rows])
        self._bring_news()
        self._open_pending()
        self._say_where_found()
        likely = [
            (self.unnamed[said.place], said.candidates)
            for said in done
            if said.place in self.unnamed
        ]
        if any(candidates for _, candidates in likely):
            restrictions.carry_over(likely, by=staff.clockwork(), at=self.at)
        notifications.keep_all(self.drafts, by=self.by, at=self.at)
        notifications.note_numbers(self.numbers)
        episodes.rest_all([(known.episode, draft) for known, draft in self.bases if known.episode])
        return done

    def _look_up(self, rows: Sequence[Row]) -> None:
        digests = [digest for row in rows for digest in (row.digest, _refused_as(row))]
        self.seen = episodes.seen(self.sender, digests)
        sound = [row for row in rows if not row.faults]
        self.atlas.look_ahead(row.postcode for row in rows)
        known = episodes.of_references(self.sender, {row.reference for row in sound})
        self.known = {reference: list(map(Known.of, theirs)) for reference, theirs in known.items()}
        self._look_up_places(sound)
        new = (told.person(row, self.sender) for row in sound if row.reference not in known)
        self.found = self.finding.look_up(new)
        self.children = children.with_care(
            {pk for found in self.found.values() for pk in found.agreeing}
        )
        self.once_mistaken = matching.once_mistaken(self.children)
        told_of = {each.child.pk for theirs in self.known.values() for each in theirs}
        # Nothing in these rows begins earlier: what had ended by then is not over the same time.
        since = self._earliest(sound)
        self.spans = episodes.spans(told_of.union(self.children), since=since)
        # What this lot of rows brings: told of before in it, to be opened, to be kept.
        self.repeated: dict[str, Known] = {}
        self.pending: list[Known] = []
        self.news: list[News] = []
        self.news_of: set[int] = set()
        self.unnamed: dict[tuple[str, int], Child] = {}
        self.drafts: list[Notification] = []
        self.bases: list[tuple[Known, Notification]] = []
        self.numbers: list[tuple[Notification, Number]] = []

    def _look_up_places(self, rows: Iterable[Row]) -> None:
        """What is known of where children were found, where any of these rows says it."""
        self.found_where: dict[Known, str] = {}
        told_of = {row.reference for row in rows if row.found_postcode}
        those = [each for reference in told_of for each in self.known.get(reference, ())]
        if those:
            known = found_places.known_to(
                self.sender, [each.episode for each in those if each.episode]
            )
            for each in those:
                each.found_in = known.get(each.key, set())

    def _say_where_found(self) -> None:
        told = {
            known.episode: postcode for known, postcode in self.found_where.items() if known.episode
        }
        found_places.say_all(told, sender=self.sender, by=self.by, at=self.at)

    def _note_where(self, row: Row, known: Known) -> tuple[str, ...]:
        """Keep the postcode of where the child was found for the episode, where it is news."""
        is_out = known.episode is not None and known.episode.is_voided
        if is_out or not known.is_found_anew(row.found_postcode):
            return ()
        known.found_in.add(folded_postcode(row.found_postcode))
        self.found_where[known] = row.found_postcode
        return (FOUND_WHERE,)

    def _earliest(self, rows: Iterable[Row]) -> datetime | None:
        """When the first of what these rows tell of, or of what is known of it, began."""
        of_rows = (getattr(row, name) for row in rows for name in episodes.INSTANTS)
        known = (each for theirs in self.known.values() for each in theirs)
        of_known = (each.moments[name] for each in known for name in episodes.INSTANTS)
        return min((moment.at for moment in chain(of_rows, of_known) if moment), default=None)

    def _row(self, row: Row) -> RowOutcome:
        if row.faults:
            return self._refuse(row, row.reason)
        if row.digest in self.repeated:
            return _said(row, Result.UNCHANGED, self.repeated[row.digest])
        if row.digest in self.seen:
            return self._repeat(row, self.seen[row.digest])
        try:
            return self._tell(row)
        except ChangedMeanwhile:
            raise
        except Blocked as blocked:
            return self._refuse(row, blocked.sentence)

    def _repeat(self, row: Row, episode_id: int | None) -> RowOutcome:
        """A row that has come before, to the letter, is no news."""
        theirs = self.known.get(row.reference, [])
        about = [known for known in theirs if known.key == episode_id] or theirs
        if not about:
            return self._refuse(row, "The row has come before, and its episode is gone")
        return _said(row, Result.UNCHANGED, about[0])

    def _refuse(self, row: Row, reason: str) -> RowOutcome:
        """Refused, and kept as received the first time it comes."""
        digest = _refused_as(row)
        if digest not in self.seen:
            self.seen[digest] = None
            whose = self._place(row) or self.receiver
            self._draft(row, digest, Result.REFUSED, reason, responsible_authority=whose)
        return unread(row, reason)

    def _tell(self, row: Row) -> RowOutcome:
        """Into the episode that the reference means, else into a new one."""
        doubt = ""
        candidates: tuple[int, ...] = ()
        for known in self.known.get(row.reference, []):
            if why := known.doubt(row):
                doubt = why
                continue
            try:
                return self._update(row, known)
            except episodes.Overlaps:
                doubt = WOULD_BE_TWICE_AT_ONCE
                candidates = (known.child.pk,) if known.child.is_confirmed else ()
        return self._open_unnamed(row, doubt, candidates) if doubt else self._open(row)

    def _with_candidates(self, rows: Sequence[Row], done: Sequence[RowOutcome]) -> list[RowOutcome]:
        """Those that wait with the children they may be about, looked for together."""
        wanting = {
            row.place: told.person(row, self.sender)
            for row, said in zip(rows, done, strict=True)
            if said.result is Result.WAITING and not said.candidates
        }
        alike = dict(zip(wanting, likeness.resembling_each(list(wanting.values())), strict=True))
        return [
            replace(said, candidates=tuple(each.child_id for each in alike[said.place]))
            if said.place in alike
            else said
            for said in done
        ]

    # A reference that is known.

    def _update(self, row: Row, known: Known) -> RowOutcome:
        moments = {
            name: moment
            for name in episodes.INSTANTS
            if (moment := getattr(row, name)) and self._is_news(name, moment, known)
        }
        kind = row.kind if self._is_said_anew(Classification.KIND, row.kind, known) else None
        risk = row.risk if self._is_said_anew(Classification.RISK, row.risk, known) else None
        changed = (
            *self._change(row, known, moments, kind, risk),
            *self._note_where(row, known),
        )
        if not known.child.is_confirmed:
            return self._still_waiting(row, known, bool(changed))
        result = Result.UPDATED if changed else Result.UNCHANGED
        self._keep(row, known, result, joined_because=notifications.BY_REFERENCE)
        return replace(_said(row, result, known), changed=changed)

    def _change(
        self,
        row: Row,
        known: Known,
        moments: dict[str, Moment],
        kind: EpisodeKind | None,
        risk: RiskGrade | None,
    ) -> tuple[str, ...]:
        """Bring the news into the episode; gives what changed. Raises Overlaps, OutOfOrder."""
        if not (moments or kind or risk):
            return ()
        fills_blanks = not any(known.moments[name] for name in moments)
        if known.is_pending and fills_blanks and not kind and not risk:
            return self._fill_in(known, moments)
        filled: dict[str, Any] = known.moments | moments
        episodes.check_order(filled)
        if known.is_pending:
            self._open_pending()
        assert known.episode
        if not known.episode.is_voided:
            self._check_overlap(known.child, episodes.span(filled), apart_from=known.key)
        if known.child.pk in self.news_of:
            # One after the other, or the database could see two episodes at once.
            self._bring_news()
        self.news.append(News(known.episode, moments, kind, risk))
        self.news_of.add(known.child.pk)
        known.moments = filled
        known.kind, known.risk = kind or known.kind, risk or known.risk
        self._note_span(known)
        axes = ((Classification.KIND, kind), (Classification.RISK, risk))
        return (*moments, *(axis for axis, code in axes if code))

    def _bring_news(self) -> None:
        """Let the episodes that are known have all that is new."""
        news, self.news = self.news, []
        self.news_of.clear()
        if not news:
            return
        try:
            episodes.update_all(news, source=self.sender.name, by=self.by, at=self.at)
        except (episodes.Overlaps, episodes.OutOfOrder) as quicker:
            raise ChangedMeanwhile from quicker

    def _fill_in(self, known: Known, moments: dict[str, Moment]) -> tuple[str, ...]:
        """Let an episode that is about to be opened be opened with this too."""
        assert known.opening
        assert known.row
        filled: dict[str, Any] = known.moments | moments
        episodes.check_order(filled)
        self._check_overlap(known.child, episodes.span(filled), apart_from=known.key)
        known.moments = filled
        full = replace(known.row, **filled)
        known.opening = replace(known.opening, moments=filled)
        if told.is_another_age(known.row, full, known.child.born_on):
            # The age at the return may make it another duty.
            known.opening = replace(known.opening, owners=self._owners_of(full, known.child))
        self._note_span(known)
        return tuple(moments)

    def _is_news(self, name: str, moment: Moment, known: Known) -> bool:
        if not known.is_news(name, moment):
            return False
        if known.episode is None or known.moments[name] is None:
            return True
        # What a person has put right is not undone by the sender saying the same again.
        return not episodes.was_put_right(known.episode, name, moment, source=self.sender.name)

    def _is_said_anew(self, axis: str, code: str | None, known: Known) -> bool:
        if code is None or code == getattr(known, axis):
            return False
        if known.episode is None:
            return True
        return episodes.last_said(known.episode, axis, source=self.sender.name) != code

    def _still_waiting(self, row: Row, known: Known, is_news: bool) -> RowOutcome:
        if known.lacks_what_is_said_of_the_child(row):
            self._open_pending()
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
            self._keep(row, known, Result.UNCHANGED)
            return _said(row, Result.UNCHANGED, known)
        self.unnamed[row.place] = known.child
        self._keep(row, known, Result.WAITING, STILL_UNNAMED)
        return _said(row, Result.WAITING, known, STILL_UNNAMED)

    # A reference that is new.

    def _open(self, row: Row) -> RowOutcome:
        found = self.found.get(told.person(row, self.sender), certainty.NOBODY)
        if len(found.agreeing) != 1:
            return self._open_unnamed(row, told.why_nobody(row, found), found.agreeing)
        child = self.children[found.agreeing[0]]
        known = Known.to_open(child, row, self._owners_of(row, child))
        if why := self._wants_a_person(found, child, known):
            near = (each.child_id for each in found.near)
            return self._open_unnamed(row, why, (child.pk, *near))
        try:
            self._check_overlap(child, known.span)
        except episodes.Overlaps:
            return self._open_unnamed(row, TWICE_AT_ONCE, (child.pk,))
        self._remember(row, known)
        because = notifications.BY_NUMBER if found.is_by_number else notifications.BY_RULE
        self._keep(row, known, Result.OPENED, joined_because=because)
        return _said(row, Result.OPENED, known)

    def _wants_a_person(self, found: certainty.Found, child: Child, known: Known) -> str:
        """Why nobody is joined by rule, though the rule finds just this child."""
        for council in (child.responsible_authority, known.responsible):
            if council.pk in self.demanding:
                return told.demanded_by(council)
        return told.why_a_person(found) or (
            told.TAKEN_BACK if child.pk in self.once_mistaken else ""
        )

    def _open_unnamed(self, row: Row, reason: str, candidates: tuple[int, ...]) -> RowOutcome:
        """Under a child not yet named: the clock runs, and a person says who it is."""
        whose = told.owners_as_told(row, self.atlas, self.receiver)
        stranger = children.draft(
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
        self.unnamed[row.place] = stranger
        known = Known.to_open(stranger, row, whose)
        self._remember(row, known)
        self._keep(row, known, Result.WAITING, reason)
        return _said(row, Result.WAITING, known, reason, candidates=candidates)

    def _owners_of(self, row: Row, child: Child) -> Owners:
        if not child.is_confirmed:
            return told.owners_as_told(row, self.atlas, self.receiver)
        return owners.of_child(
            child,
            kind=row.kind or EpisodeKind.MISSING,
            started_on=told.started_on(row),
            ended_on=told.ended_on(row),
            missing_from=self._place(row),
            standing=self.standing,
        )

    def _check_overlap(self, child: Child, span: episodes.Span, *, apart_from: int = 0) -> None:
        """What the database would refuse, said before it is asked. Raises Overlaps."""
        theirs = self.spans.get(child.pk, {}) if child.pk else {}
        for key, other in theirs.items():
            if key != apart_from and episodes.do_overlap(span, other):
                raise episodes.Overlaps(TWICE_AT_ONCE)

    def _note_span(self, known: Known) -> None:
        if known.child.pk and not (known.episode and known.episode.is_voided):
            self.spans.setdefault(known.child.pk, {})[known.key] = known.span

    def _remember(self, row: Row, known: Known) -> None:
        self.known.setdefault(row.reference, []).append(known)
        self.pending.append(known)
        self._note_where(row, known)
        self._note_span(known)

    def _open_pending(self) -> None:
        """Open all that is to be opened: children not yet named, then the episodes."""
        if not self.pending:
            return
        # What is known may end before what is new begins.
        self._bring_news()
        pending, self.pending = self.pending, []
        strangers = [known.child for known in pending if known.child.pk is None]
        children.open_all(strangers, by=self.by, at=self.at)
        openings = [known.opening for known in pending if known.opening]
        try:
            opened = episodes.open_all(openings, source=self.sender.name, by=self.by, at=self.at)
        except (episodes.Overlaps, episodes.NamedMeanwhile) as quicker:
            raise ChangedMeanwhile from quicker
        for known, episode in zip(pending, opened, strict=True):
            theirs = self.spans.get(known.child.pk, {})
            theirs.pop(known.key, None)
            known.episode = episode
            self._note_span(known)

    # What is kept of a row.

    def _place(self, row: Row) -> Authority | None:
        moment = row.last_seen or row.reported
        return self.atlas.at(row.postcode, moment.day) if moment else None

    def _keep(
        self, row: Row, known: Known, result: Result, reason: str = "", joined_because: str = ""
    ) -> None:
        draft = self._draft(
            row,
            row.digest,
            result,
            reason,
            child=known.child,
            joined_because=joined_because,
            **known.authorities,
        )
        self.repeated[row.digest] = known
        self.bases.append((known, draft))
        self.numbers += [(draft, number) for number in told.numbers(row, self.sender)]

    def _draft(
        self, row: Row, digest: str, result: Result, reason: str, **whose: object
    ) -> Notification:
        draft = notifications.draft(
            told.to_keep(row, digest),
            delivery=self.delivery,
            result=result,
            reason=reason,
            by=self.by,
            at=self.at,
            **whose,  # type: ignore[arg-type]
        )
        self.drafts.append(draft)
        return draft


def _refused_as(row: Row) -> str:
    """Kept apart from the same row accepted: a date that lay ahead is none the day after."""
    return sha256(f"refused {row.digest}".encode()).hexdigest()


def _said(
    row: Row,
    result: Result,
    known: Known,
    reason: str = "",
    candidates: tuple[int, ...] = (),
) -> RowOutcome:
    return RowOutcome(
        row=row.number,
        sheet=row.sheet,
        reference=row.reference,
        name=f"{row.forename} {row.surname}".strip(),
        born=row.born,
        result=result,
        reason=reason,
        child=known.child.pk if known.child.is_confirmed else None,
        candidates=candidates,
        kind=EpisodeKind(known.kind),
        moments=dict(known.moments),
        goes_to=known.responsible.name,
    )
