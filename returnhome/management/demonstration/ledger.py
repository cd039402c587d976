"""A ledger filled set-wise: the rows that the verbs would have written, thousands at a time.

Only for the demonstration's past years. What the verbs compute is computed here by the same
functions (`Episode.reckon`, `Episode.counts`), and a test holds the two against each other.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import models

from returnhome.casework import owners, sealing, tallies
from returnhome.casework.children import Circumstances
from returnhome.casework.interviews import Said
from returnhome.casework.models import (
    Action,
    Attempt,
    Authority,
    Child,
    Classification,
    Coverage,
    Entry,
    Episode,
    Interview,
    JournalEntry,
    NotHeld,
    NothingNeeded,
    Offer,
    Organisation,
    Person,
    Reply,
    SignedFacts,
)
from returnhome.rules import standard
from returnhome.rules.ages import age_on
from returnhome.rules.clock import LONDON, Moment
from returnhome.rules.codes import (
    ActionKind,
    Answer,
    DeclinedBy,
    EpisodeKind,
    Means,
    NotHeldReason,
    Reached,
    RiskGrade,
)
from returnhome.rules.reviewing import WaitsFor
from returnhome.web import before, known

BATCH = 1000
# The order in which rows can be written: each rests on those before it.
TABLES: tuple[type[models.Model], ...] = (
    Episode,
    Classification,
    Offer,
    Reply,
    Attempt,
    Interview,
    Coverage,
    Entry,
    SignedFacts,
    NotHeld,
    Action,
    NothingNeeded,
)


@dataclass
class Ledger:
    """Rows gathered in memory; each method does what the verb of its name does."""

    rows: dict[type[models.Model], list[Any]] = field(
        default_factory=lambda: {table: [] for table in TABLES}
    )
    # Of a child by their number and of an episode: what the record of a talk rests on.
    episodes: defaultdict[int, list[Episode]] = field(default_factory=lambda: defaultdict(list))
    tried: defaultdict[int, list[tuple[datetime, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    numbers: dict[int, list[str]] = field(default_factory=dict)
    acts: list[tuple[str, models.Model, Child, Person, datetime]] = field(default_factory=list)

    def _add(self, row: Any, verb: str | None, child: Child, by: Person, at: datetime) -> Any:
        self.rows[type(row)].append(row)
        if verb:
            self.acts.append((verb, row, child, by, at))
        return row

    def open(
        self,
        child: Child,
        there: Circumstances,
        received_by: Authority,
        *,
        kind: EpisodeKind,
        risk: RiskGrade,
        moments: dict[str, Moment | None],
        source: str,
        provider: Organisation | None,
        by: Person,
        at: datetime,
    ) -> Episode:
        end = moments.get("returned") or moments["found"]
        assert end
        owned = owners.decide(
            there,
            kind=kind,
            age_at_return=age_on(child.born_on, end.day) if child.born_on else None,
            missing_from=None,
            received_by=received_by,
            provider=provider,
        )
        episode = Episode(
            child=child,
            kind=kind,
            risk=risk,
            opened_at=at,
            opened_by=by,
            responsible_authority=owned.responsible_authority,
            counted_under=owned.responsible_authority,
            host_authority=owned.host_authority,
            provider=owned.provider,
            cohort=owned.cohort,
            offer_kind=owned.offer_kind,
            reasons=[dict(reason) for reason in owned.reasons],
            flags=list(owned.flags),
        )
        for name, moment in moments.items():
            if moment:
                setattr(episode, f"{name}_at", moment.at)
                setattr(episode, f"{name}_precision", str(moment.precision))
                setattr(episode, f"{name}_source", source)
        for axis, code in ((Classification.KIND, kind), (Classification.RISK, risk)):
            row = Classification(
                episode=episode,
                axis=axis,
                code=code,
                source=source,
                recorded_at=at,
                recorded_by=by,
            )
            self._add(row, None, child, by, at)
        episode.reckon(at)
        self.episodes[child.pk].append(episode)
        self._add(episode, "open episode", child, by, at)
        return episode

    def take_on(self, episode: Episode, *, by: Person, at: datetime) -> None:
        episode.owner, episode.owned_since = by, at
        episode.reckon(at)
        self.acts.append(("assign episode", episode, episode.child, by, at))

    def offer(
        self, episode: Episode, *, means: Means, reached: Reached, by: Person, at: datetime
    ) -> Offer:
        offer = Offer(episode=episode, means=means, reached=reached, made_at=at, made_by=by)
        episode.offered_at = min(episode.offered_at or at, at)
        episode.answer, episode.answered_at, episode.declined_by = "", None, ""
        episode.not_held = ""
        episode.reckon(at)
        self.tried[id(episode)].append((at, before.offer_in_words(offer)))
        self._add(offer, "make offer", episode.child, by, at)
        return offer

    def attempt(self, episode: Episode, *, means: Means, by: Person, at: datetime) -> None:
        tried = Attempt(episode=episode, means=means, made_at=at, made_by=by)
        episode.attempted_at = min(episode.attempted_at or at, at)
        episode.reckon(at)
        self.tried[id(episode)].append((at, before.attempt_in_words(tried)))
        self._add(tried, "attempt offer", episode.child, by, at)

    def answer(
        self,
        offer: Offer,
        given: Answer,
        *,
        declined_by: DeclinedBy | None = None,
        reason: str = "",
        by: Person,
        at: datetime,
    ) -> None:
        episode = offer.episode
        reply = Reply(
            offer=offer,
            answer=given,
            declined_by=declined_by or "",
            reason=reason,
            given_at=at,
            recorded_at=at,
            recorded_by=by,
        )
        episode.answer, episode.declined_by, episode.answered_at = given, declined_by or "", at
        episode.reckon(at)
        self._add(reply, f"answer offer: {given}", episode.child, by, at)

    def book(
        self,
        covering: Sequence[Episode],
        *,
        interviewer: Person,
        booked_for: datetime,
        place: str,
        by: Person,
        at: datetime,
    ) -> Interview:
        child = covering[-1].child
        interview = Interview(
            child=child,
            interviewer=interviewer,
            organisation=interviewer.organisation,
            standard_version=standard.current(at.astimezone(LONDON).date()).version,
            booked_at=at,
            booked_by=by,
            booked_for=booked_for,
            place=place,
            mode="in_person",
        )
        for episode in covering:
            self._add(Coverage(interview=interview, episode=episode), None, child, by, at)
            episode.booked_for, episode.not_held = booked_for, ""
            episode.reckon(at)
        self._add(interview, "book interview", child, by, at)
        return interview

    def hold(
        self, interview: Interview, covering: Sequence[Episode], held: Moment, *, at: datetime
    ) -> None:
        by = interview.interviewer
        interview.held_at, interview.held_precision = held.at, str(held.precision)
        interview.held_noted_at, interview.held_noted_by = at, by
        interview.is_independent = True
        for episode in covering:
            episode.held_at, episode.held_precision = held.at, str(held.precision)
            episode.is_covered = episode is not covering[-1]
            episode.booked_for, episode.not_held = None, ""
            episode.reckon(at)
        self.acts.append(("hold interview", interview, interview.child, by, at))

    def sign(
        self,
        interview: Interview,
        covering: Sequence[Episode],
        said: dict[str, Said],
        *,
        at: datetime,
    ) -> None:
        """Write the record down and sign it off, by whoever held the interview."""
        by, child = interview.interviewer, interview.child
        for question, one in said.items():
            if not (one.codes or one.words or one.unanswered):
                continue
            entry = Entry(
                interview=interview,
                question=question,
                codes=list(one.codes),
                words=one.words,
                unanswered=one.unanswered,
                written_at=at,
                written_by=by,
            )
            self._add(entry, None, child, by, at)
        kept = SignedFacts(
            interview=interview, known=self._known(interview, covering), signed_by_name=by.name
        )
        self._add(kept, None, child, by, at)
        interview.signed_at, interview.signed_by = at, by
        for episode in covering:
            episode.signed_at, episode.record_waits_for = at, WaitsFor.REVIEWER
            episode.reckon(at)
        self.acts += [
            (verb, interview, child, by, at) for verb in ("record interview", "sign interview")
        ]

    def _known(self, interview: Interview, covering: Sequence[Episode]) -> dict[str, Any]:
        """What `known.today` would find: nothing followed from it yet, nothing was told of."""
        child = interview.child
        if child.pk not in self.numbers:
            self.numbers[child.pk] = known.numbers_of(child)
        theirs = self.episodes[child.pk]
        first = min(episode.started_at for episode in covering)
        facts = known.facts(
            interview,
            covering,
            numbers=self.numbers[child.pk],
            previous=sum(each.started_at < first for each in theirs),
            attempts=[row for each in covering for row in self.tried[id(each)]],
            actions=[],
        )
        return known.Known(facts, ()).kept

    def not_hold(
        self,
        episode: Episode,
        reason: NotHeldReason,
        *,
        note: str = "",
        booking: Interview | None = None,
        by: Person,
        at: datetime,
    ) -> None:
        row = NotHeld(episode=episode, interview=booking, reason=reason, note=note, at=at, by=by)
        if booking:
            booking.not_held_at, booking.not_held_by = at, by
            self.acts.append(("replace booking", booking, episode.child, by, at))
        episode.booked_for, episode.not_held = None, reason
        episode.reckon(at)
        self._add(row, f"not held: {reason}", episode.child, by, at)

    def act(
        self,
        interview: Interview,
        covering: Sequence[Episode],
        what: Sequence[tuple[ActionKind, str, str]],
        *,
        owner: Person,
        due_on: date,
        by: Person,
        at: datetime,
        done_at: datetime,
    ) -> None:
        """Decide on actions (kind, what, outcome) and do them all."""
        for kind, words, outcome in what:
            action = Action(
                episode=covering[-1],
                interview=interview,
                kind=kind,
                what=words,
                owner=owner,
                due_on=due_on,
                added_at=at,
                added_by=by,
                outcome=outcome,
                done_at=done_at,
                done_by=owner,
            )
            self._add(action, f"add action: {kind}", interview.child, by, at)
            self.acts.append(("complete action", action, interview.child, owner, done_at))
        for episode in covering:
            episode.has_actions, episode.acted_at = True, done_at
            episode.reckon(done_at)

    def decide_nothing_needed(
        self,
        interview: Interview,
        covering: Sequence[Episode],
        reason: str,
        *,
        by: Person,
        at: datetime,
    ) -> None:
        row = NothingNeeded(episode=covering[-1], interview=interview, reason=reason, at=at, by=by)
        for episode in covering:
            episode.acted_at = at
            episode.reckon(at)
        self._add(row, "decide nothing needed", interview.child, by, at)

    def write(self) -> None:
        """Write everything down, then the journal and the figures."""
        signatures = self._set_signatures_aside()
        for table in TABLES:
            sealing.at_hand_for(self.rows[table])
            table._default_manager.bulk_create(self.rows[table], batch_size=BATCH)
        for interview, at in signatures:
            interview.signed_at, interview.signed_by = at, interview.interviewer
        signed = [interview for interview, _ in signatures]
        Interview.objects.bulk_update(signed, ["signed_at", "signed_by"], batch_size=BATCH)
        JournalEntry.objects.bulk_create(
            [
                JournalEntry(
                    at=at,
                    by_id=by.pk,
                    verb=verb,
                    kind=thing._meta.model_name or "",
                    object_id=thing.pk,
                    child_id=child.pk,
                )
                for verb, thing, child, by, at in sorted(self.acts, key=lambda act: act[-1])
            ],
            batch_size=BATCH,
        )
        moved: Counter[tallies.Place] = Counter()
        for episode in self.rows[Episode]:
            moved.update(tallies.changes(None, episode.counts))
        tallies.move(moved)

    def _set_signatures_aside(self) -> list[tuple[Interview, datetime]]:
        """What is signed can no longer be added to, in the database too: signatures come last."""
        signed = [
            (interview, interview.signed_at)
            for interview in self.rows[Interview]
            if interview.signed_at
        ]
        for interview, _ in signed:
            interview.signed_at = interview.signed_by = None
        return signed
