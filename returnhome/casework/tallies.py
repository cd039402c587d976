"""The roll-up of figures: how many episodes of each sort, by authority, cohort, kind and day.

The one stored derivation (docs/adr): every verb that moves an episode's figures moves this table in
the same transaction, and a test counts it again from the rows.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
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
        """Both days included."""
        return self.filter(on__gte=first, on__lte=last)


class Tally(models.Model):
    """Counts of one day: of return, or of being found while the return is not known."""

    authority = models.ForeignKey(Authority, models.PROTECT, related_name="+", db_index=False)
    cohort = models.CharField(max_length=30)
    kind = models.CharField(max_length=10)
    on = models.DateField()
    # The code of one part of the funnel, from rules.measures, and how many episodes are in it.
    part = models.CharField(max_length=30)
    episodes = models.IntegerField()

    objects = TallyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "on", "cohort", "kind", "part"], name="one_tally_of_a_kind"
            ),
        ]


@dataclass(frozen=True)
class Place:
    """Where in the roll-up an episode counts."""

    authority_id: int
    cohort: str
    kind: str
    on: date


Counted = tuple[Place, frozenset[str]] | None
"""An episode's place in the roll-up and the parts it counts in; None while it counts nowhere."""


_gathering: ContextVar[Counter[tuple[Place, str]] | None] = ContextVar("gathering", default=None)


@contextmanager
def gathered() -> Iterator[None]:
    """Add differences up inside the block and move them once, when it ends well.

    For a file of many rows: nobody else waits for a tally until its last row, and two files never
    wait for each other. A verb that is rolled back inside the block must not have shifted.
    """
    moved: Counter[tuple[Place, str]] = Counter()
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


def changes(before: Counted, after: Counted) -> Counter[tuple[Place, str]]:
    moved: Counter[tuple[Place, str]] = Counter()
    for counted, by in ((before, -1), (after, 1)):
        if counted:
            for part in counted[1]:
                moved[counted[0], part] += by
    return moved


def move(moved: Mapping[tuple[Place, str], int]) -> None:
    """Add the differences, in a fixed order so that two writers never wait for each other."""
    rows = sorted(
        (p.authority_id, p.on, p.cohort, p.kind, part, by) for (p, part), by in moved.items() if by
    )
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into casework_tally as t (authority_id, "on", cohort, kind, part, episodes)
            select * from unnest(%s::bigint[], %s::date[], %s::text[], %s::text[], %s::text[],
                                 %s::int[])
            on conflict (authority_id, "on", cohort, kind, part)
            do update set episodes = t.episodes + excluded.episodes
            """,
            [list(column) for column in zip(*rows, strict=True)],
        )


def totals(tallies: Iterable[Tally]) -> Counter[tuple[str, str]]:
    """(cohort, part) → episodes."""
    summed: Counter[tuple[str, str]] = Counter()
    for tally in tallies:
        summed[tally.cohort, tally.part] += tally.episodes
    return summed
