"""The Standard Safeguarding Dataset's table of missing episodes, and what it needs to count hours.

Source: Data to Insight, Standard Safeguarding Dataset, `ssd_missing`: seven columns, none of which
says when an interview was held. The second table is Returnhome's own, joined by `miss_table_id`.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from returnhome.rules.codes import EpisodeKind

MISSING = (
    "miss_table_id",
    "miss_person_id",
    "miss_missing_episode_start_date",
    "miss_missing_episode_type",
    "miss_missing_episode_end_date",
    "miss_missing_rhi_offered",
    "miss_missing_rhi_accepted",
)
INTERVIEWS = (
    "miss_table_id",
    "cohort",
    "responsible_la",
    "host_la",
    "returned_at",
    "offered_at",
    "decided_at",
    "outcome",
    "held_at",
    "hours_from_return",
    "timeliness",
    "is_covered_by_another",
    "not_held_reason",
)
TYPE = {EpisodeKind.MISSING: "M", EpisodeKind.AWAY: "A"}
NOT_ASKED_FOR = "NA"
Cell = str | float | date | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """One episode of any cohort as this table asks for it; `hours` from the return until held.

    `offered` and `accepted`: None where earlier records do not say.
    """

    episode: Hashable
    child: Hashable
    person: str
    kind: EpisodeKind
    started_on: date
    ended_on: date | None
    is_statutory: bool
    offered: bool | None
    accepted: bool | None
    cohort: str
    responsible: str
    host: str = ""
    returned_at: datetime | None = None
    offered_at: datetime | None = None
    decided_at: datetime | None = None
    outcome: str = ""
    held_at: datetime | None = None
    timeliness: str = ""
    is_covered: bool = False
    not_held: str = ""

    @property
    def hours(self) -> float | None:
        """True elapsed hours; None where one of the two moments is not known."""
        if self.held_at is None or self.returned_at is None:
            return None
        return round((self.held_at - self.returned_at).total_seconds() / 3600, 2)


def missing_rows(episodes: Iterable[Missed]) -> Iterator[tuple[Cell, ...]]:
    for each in episodes:
        # Outside the duty and nothing offered: the question does not arise.
        applies = each.is_statutory or each.offered
        yield (
            str(each.episode),
            each.person,
            each.started_on,
            TYPE[each.kind],
            each.ended_on,
            _said(each.offered) if applies else NOT_ASKED_FOR,
            _said(each.accepted if each.offered else each.offered) if applies else NOT_ASKED_FOR,
        )


def interview_rows(episodes: Iterable[Missed]) -> Iterator[tuple[Cell, ...]]:
    for each in episodes:
        yield (
            str(each.episode),
            each.cohort,
            each.responsible,
            each.host,
            each.returned_at,
            each.offered_at,
            each.decided_at,
            each.outcome,
            each.held_at,
            each.hours,
            each.timeliness,
            "Y" if each.is_covered else "N",
            each.not_held,
        )


def _said(answer: bool | None) -> str:
    return "" if answer is None else "Y" if answer else "N"
