"""Frozen records the rules read: what casework knows, without its tables."""

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


@dataclass(frozen=True, kw_only=True, slots=True)
class EpisodeFacts:
    """One episode as the measures read it. Days are UK days.

    `ended_on` is the day of return, or of being found while the return is not known; None while the
    child is missing. `standing` is the held interview's against the clock, None where none was
    held. `answer` is the latest to the latest offer, `not_held` the reason that stands.
    """

    episode: int
    child: int
    authority: int
    cohort: Cohort
    kind: EpisodeKind
    offer_kind: OfferKind
    started_on: date
    ended_on: date | None
    offered: bool
    answer: Answer | None = None
    declined_by: DeclinedBy | None = None
    held: bool = False
    standing: Standing | None = None
    not_held: NotHeldReason | None = None
