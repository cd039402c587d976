"""Quarter by quarter: the way from ended to held in time, by council and cohort, over all years.

Counted fresh from the episodes, in the order in which an index of theirs has them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Aggregate, Count, FloatField, Q

from returnhome.casework import acting
from returnhome.casework.episodes import Episode
from returnhome.casework.places import Authority
from returnhome.reporting.figures import Scope
from returnhome.rules.measures import STEPS

HEADER = ("code", "authority", "cohort", "quarter", *STEPS, "hours_median")


class Median(Aggregate):
    """The middle one, or between the two in the middle (PostgreSQL, continuous)."""

    function = "percentile_cont"
    template = "%(function)s(0.5) within group (order by %(expressions)s)"
    output_field = FloatField()


# Who has taken a step has taken each before it; the first of them all have that are counted here.
TAKEN = {
    step: Count("steps", filter=Q(steps__gte=number) if number > 1 else None)
    for number, step in enumerate(STEPS, 1)
}


@dataclass(frozen=True, slots=True)
class Group:
    """The episodes that ended in one quarter, by the UK day, of one council and cohort."""

    authority_id: int
    cohort: str
    quarter: date
    ended: int
    offered: int
    accepted: int
    held: int
    in_time: int
    hours_median: float | None


@acting.as_system(acting.REPORTING)
def counted(scope: Scope | None, first: date, last: date) -> list[Group]:
    """Of the quarters that begin in these days; of every council where no scope is. One query."""
    theirs = Episode.objects.filter(
        steps__isnull=False, quarter_on__gte=first, quarter_on__lte=last
    )
    if scope:
        theirs = theirs.filter(counted_under_id__in=scope.authorities)
    groups = ("counted_under_id", "cohort", "quarter_on")
    rows = theirs.values(*groups).annotate(**TAKEN, hours_median=Median("hours_to_it"))
    return [
        Group(*row) for row in rows.order_by(*groups).values_list(*groups, *TAKEN, "hours_median")
    ]


def rows(groups: Iterable[Group]) -> Iterator[tuple[Any, ...]]:
    """As `HEADER` has them."""
    councils = Authority.objects.in_bulk()
    for each in groups:
        council = councils[each.authority_id]
        median = None if each.hours_median is None else round(each.hours_median, 1)
        taken = (getattr(each, step) for step in STEPS)
        yield council.gss_code, council.name, each.cohort, each.quarter, *taken, median
