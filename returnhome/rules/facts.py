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
    Earlier,
    EpisodeKind,
    NotHeldReason,
    OfferKind,
)

EARLIER_YES = frozenset({Earlier.ACCEPTED, Earlier.NOT_HELD})
EARLIER_OFFERED = frozenset({Earlier.OFFERED, Earlier.DECLINED})
EARLIER_NO = {
    Earlier.DECLINED_BY_CHILD: DeclinedBy.CHILD,
    Earlier.DECLINED_BY_PARENT: DeclinedBy.PARENT_OR_CARER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeFacts:
    """One episode, as at the moment of the count. Voided episodes are not counted at all.

    `ended_on` is the UK day of the return, else of being found; None while the child is missing.
    `offered`: an offer reached the child or a carer. `attempted`: tried, nobody reached.
    `answer` and `declined_by` are the latest. `held`: an interview answers for this episode;
    `covered`: it is the interview of another episode. `running`: the time allowed is not over.
    `waiting`: the child is not named yet. `earlier`: what a council's earlier records say of an
    interview, where the episode was brought in with them and nothing has been written down since.
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
    earlier: Earlier | None = None

    @property
    def is_covered(self) -> bool:
        is_reason = self.not_held is NotHeldReason.COVERED_BY_ANOTHER
        return self.covered or is_reason or self.earlier is Earlier.COVERED

    @property
    def is_answered_for(self) -> bool:
        return self.held or self.is_covered or self.earlier is Earlier.HELD

    @property
    def is_accepted(self) -> bool:
        """An interview that was held had been accepted, whatever was written down of it."""
        said = self.answer is Answer.ACCEPTED or self.earlier in EARLIER_YES
        return self.is_answered_for or said

    @property
    def is_offered(self) -> bool:
        """An answer was given to something, so it was offered."""
        was_offered = self.offered or self.earlier in EARLIER_OFFERED
        return (
            was_offered or self.answer is not None or self.whose_no is not None or self.is_accepted
        )

    @property
    def whose_no(self) -> DeclinedBy | None:
        """Who declined, by the answer or by the reason that no interview was held."""
        if self.is_accepted:
            return None
        if self.answer is Answer.DECLINED:
            # A no that nobody put a name to is not taken for the child's.
            return self.declined_by or DeclinedBy.PARENT_OR_CARER
        if self.earlier:
            return EARLIER_NO.get(self.earlier)
        return self.not_held.declined_by if self.not_held else None
