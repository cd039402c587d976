"""What a statutory return reads of a looked-after child: care, placements, times missing, no name.

Source: DfE, guide to the SSDA903 collection, and Ofsted, Annex A to the ILACS framework, List 8,
as the sector's open tools publish their columns (Data to Insight).
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from returnhome.rules.ages import ADULT, birthday
from returnhome.rules.codes import EpisodeKind, Sex

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Care:
    """From the first day of being looked after to the last; None is long ago, or still."""

    since: date | None
    until: date | None = None

    def has(self, day: date) -> bool:
        return (self.since or date.min) <= day <= (self.until or date.max)

    def touches(self, first: date, last: date) -> bool:
        return (self.since or date.min) <= last and (self.until or date.max) >= first


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the child was placed. A protected address has no postcode, here or anywhere."""

    since: date | None
    until: date | None = None
    postcode: str = ""
    is_protected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """One time missing or away; days are those of the United Kingdom.

    `offered` and `accepted`: None where earlier records do not say. `over_at`: when it was over, by
    the moment that ends it in the return.
    """

    episode: Hashable
    kind: EpisodeKind
    started_at: datetime
    started_on: date
    found_on: date | None = None
    returned_on: date | None = None
    over_at: datetime | None = None
    is_statutory: bool = True
    offered: bool | None = None
    accepted: bool | None = None

    @property
    def ended_on(self) -> date | None:
        """Missing ends when the child is found, away on the return; else whichever is known."""
        own, other = self.found_on, self.returned_on
        if self.kind is EpisodeKind.AWAY:
            own, other = other, own
        return own or other

    @property
    def is_ended_by_the_other_day(self) -> bool:
        own = self.returned_on if self.kind is EpisodeKind.AWAY else self.found_on
        return own is None and self.ended_on is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAfterChild:
    """One child whom the authority looked after at some time; `number` is the council's own."""

    child: Hashable
    number: str
    sex: Sex
    born_on: date | None
    has_exact_birth_date: bool = True
    upn: str = ""
    # A code of the common basic data set; empty where not known.
    ethnicity: str = ""
    home_postcode: str = ""
    care: Sequence[Care] = ()
    placements: Sequence[Placed] = ()
    absences: Sequence[Absence] = ()

    @property
    def turned_18_on(self) -> date | None:
        return birthday(self.born_on, ADULT) if self.born_on else None

    def spells(self) -> list[Care]:
        """The times in care, none of them beyond the 18th birthday, on which it ends by law."""
        adult = self.turned_18_on
        found: list[Care] = []
        for each in sorted(self.care, key=lambda each: each.since or date.min):
            if adult and each.since and each.since > adult:
                continue
            until = min(each.until or adult, adult) if adult else each.until
            before = found[-1] if found else None
            # A council that took over from another goes on with the same care.
            if before and before.until and each.since and each.since <= before.until + DAY:
                found[-1] = Care(before.since, until)
            else:
                found.append(Care(each.since, until))
        return found

    def is_looked_after_on(self, day: date) -> bool:
        return any(each.has(day) for each in self.spells())
