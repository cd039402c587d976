"""What the measures read of one episode: plain facts, nothing that names a child.

Source: the counts that FOI questions (2018 to 2024) and partnership reports ask for.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date

from returnhome.rules.clock import Standing
from returnhome.rules.codes import (
    Answer,
    Cohort,
    DeclinedBy,
    EpisodeKind,
    NotHeldReason,
    OfferKind,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeFacts:
    """One episode, as at the moment of the count. Voided episodes are not counted at all.

    `ended_on` is the UK day of the return, else of being found; None while the child is missing.
    `offered`: an offer reached the child or a carer. `attempted`: tried, nobody reached.
    `answer` and `declined_by` are the latest. `held`: an interview answers for this episode;
    `covered`: it is the interview of another episode. `running`: the time allowed is not over.
    `waiting`: the child is not named yet.
    """

    episode: Hashable
    child: Hashable
    authority: Hashable
    cohort: Cohort
    kind: EpisodeKind
    offer_kind: OfferKind
    started_on: date
    ended_on: date | None = None
    offered: bool = False
    attempted: bool = False
    answer: Answer | None = None
    declined_by: DeclinedBy | None = None
    held: bool = False
    covered: bool = False
    standing: Standing | None = None
    not_held: NotHeldReason | None = None
    running: bool = False
    waiting: bool = False

    @property
    def is_covered(self) -> bool:
        return self.covered or self.not_held is NotHeldReason.COVERED_BY_ANOTHER

    @property
    def is_answered_for(self) -> bool:
        return self.held or self.is_covered

    @property
    def is_accepted(self) -> bool:
        """An interview that was held had been accepted, whatever was written down of it."""
        return self.is_answered_for or self.answer is Answer.ACCEPTED

    @property
    def is_offered(self) -> bool:
        """An answer was given to something, so it was offered."""
        return (
            self.offered or self.answer is not None or self.whose_no is not None or self.is_accepted
        )

    @property
    def whose_no(self) -> DeclinedBy | None:
        """Who declined, by the answer or by the reason that no interview was held."""
        if self.is_accepted:
            return None
        if self.answer is Answer.DECLINED:
            # A no that nobody put a name to is not taken for the child's.
            return self.declined_by or DeclinedBy.PARENT_OR_CARER
        return self.not_held.declined_by if self.not_held else None
