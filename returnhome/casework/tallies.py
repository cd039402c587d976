"""The roll-up of figures: how many episodes of each sort, by authority, cohort and quarter.

The one stored derivation (docs/adr): every verb that moves an episode's figures moves this table in
the same transaction, and a test counts it again from the rows. An episode counts in one row of it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date

from django.db import connection, models

from returnhome.casework.places import Authority
from returnhome.casework.staff import Person


class TallyQuerySet(models.QuerySet["Tally"]):
    def visible_to(self, person: Person) -> "TallyQuerySet":
        return self.filter(authority_id__in=person.reach.figures)

    def between(self, first: date, last: date) -> "TallyQuerySet":
        """The quarters that begin between these days, both included."""
        return self.filter(quarter_on__gte=first, quarter_on__lte=last)


class Tally(models.Model):
    """How many episodes stand in the same parts of the funnel, by the quarter of their end."""

    authority = models.ForeignKey(Authority, models.PROTECT, related_name="+", db_index=False)
    cohort = models.CharField(max_length=30)
    # The first day of the three months of the calendar that `Episode.ended_on` is in.
    quarter_on = models.DateField()
    # The codes of these parts, from rules.measures, by the alphabet, with a space between.
    parts = models.CharField(max_length=100)
    episodes = models.IntegerField()

    objects = TallyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "quarter_on", "cohort", "parts"], name="one_tally_of_a_sort"
            ),
        ]


@dataclass(frozen=True)
class Place:
    """Where in the roll-up an episode counts."""

    authority_id: int
    cohort: str
    quarter_on: date
    parts: str


Counted = Place | None
"""An episode's place in the roll-up; None while it counts nowhere."""


_gathering: ContextVar[Counter[Place] | None] = ContextVar("gathering", default=None)


@contextmanager
def gathered() -> Iterator[None]:
    """Add differences up inside the block and move them once, when it ends well.

    For a file of many rows: nobody else waits for a tally until its last row, and two files never
    wait for each other. A verb that is rolled back inside the block must not have shifted.
    """
    moved: Counter[Place] = Counter()
    token = _gathering.set(moved)
    try:
        yield
    finally:
        _gathering.reset(token)
    outer = _gathering.get()
    if outer is None:
        move(moved)
    else:
        outer.update(moved)


def shift(before: Counted, after: Counted) -> None:
    """Move one episode's figures from where they stood to where they stand now."""
    if before == after:
        return
    gathering = _gathering.get()
    if gathering is None:
        move(changes(before, after))
    else:
        gathering.update(changes(before, after))


def changes(before: Counted, after: Counted) -> Counter[Place]:
    moved: Counter[Place] = Counter()
    if before:
        moved[before] -= 1
    if after:
        moved[after] += 1
    return moved


def move(moved: Mapping[Place, int]) -> None:
    """Add the differences, in a fixed order so that two writers never wait for each other."""
    rows = sorted(
        (place.authority_id, place.quarter_on, place.cohort, place.parts, by)
        for place, by in moved.items()
        if by
    )
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into casework_tally as t (authority_id, quarter_on, cohort, parts, episodes)
            select * from unnest(%s::bigint[], %s::date[], %s::text[], %s::text[], %s::int[])
            on conflict (authority_id, quarter_on, cohort, parts)
            do update set episodes = t.episodes + excluded.episodes
            """,
            [list(column) for column in zip(*rows, strict=True)],
        )


def totals(tallies: TallyQuerySet) -> Counter[tuple[str, str]]:
    """(cohort, part) → episodes. One query."""
    rows = tallies.values_list("cohort", "parts").annotate(models.Sum("episodes")).order_by()
    summed: Counter[tuple[str, str]] = Counter()
    for cohort, parts, episodes in rows:
        for part in parts.split():
            summed[cohort, part] += episodes
    return summed
