"""The councils that a study asks: who answered for children's services in England, and when.

Source: the reference lists of authorities and of those that ended (docs/places.md).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Council:
    """An English upper-tier council. `since` and `until` are None where it was or is there."""

    code: str
    name: str
    region: str
    since: date | None = None
    until: date | None = None
    successors: tuple[str, ...] = ()

    def existed_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )

    def is_whole(self, first: date, last: date) -> bool:
        """Whether it was there on every day of the period."""
        return self.existed_on(first) and self.existed_on(last)


@dataclass(frozen=True)
class Councils:
    """Every council on record by its GSS code, and the codes known from elsewhere in the UK."""

    known: Mapping[str, Council]
    elsewhere: Mapping[str, str]
    districts: Mapping[str, str]

    def get(self, code: str) -> Council | None:
        return self.known.get(code)

    def asked(self, on: date) -> list[Council]:
        """Those that were there on that day, in the order of their codes."""
        return sorted(
            (each for each in self.known.values() if each.existed_on(on)),
            key=lambda each: each.code,
        )

    def names(self, codes: Iterable[str]) -> list[str]:
        return [f"{self.known[code].name} ({code})" for code in codes if code in self.known]


def councils_from(
    authorities: Iterable[Mapping[str, Any]],
    predecessors: Iterable[Mapping[str, Any]],
    elsewhere: Iterable[Mapping[str, Any]] = (),
    districts: Iterable[Mapping[str, Any]] = (),
) -> Councils:
    """From the rows of the reference lists. A council that took over began on the day after."""
    living = list(authorities)
    regions = {row["gss_code"]: row["region"] for row in living}
    ended: dict[str, Council] = {}
    began: dict[str, date] = {}
    for row in predecessors:
        code, heir, until = row["gss_code"], row["successor_gss_code"], row["until"]
        last = date.fromisoformat(until)
        before = ended[code].successors if code in ended else ()
        ended[code] = Council(
            code, row["name"], regions.get(heir, ""), until=last, successors=(*before, heir)
        )
        began[heir] = last + DAY
    known = {
        row["gss_code"]: Council(
            row["gss_code"], row["name"], row["region"], since=began.get(row["gss_code"])
        )
        for row in living
    }
    return Councils(
        known=known | ended,
        elsewhere={row["gss_code"]: row["name"] for row in elsewhere if row["gss_code"]},
        districts={row["gss_code"]: row["authority_gss_code"] for row in districts},
    )
