"""Which children’s records are due to be reviewed: the time for which they are kept is over.

Counted in the database over all children at once. It reads across all tables below a child, so it
is for whoever owns them; it gives numbers and days and no name. Of one child whoever decides on the
record may ask the same.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from returnhome.casework.places import Authority
from returnhome.rules import retention
from returnhome.rules.adult_pathway import LOOKED_AFTER
from returnhome.rules.codes import BirthDatePrecision, Concern
from returnhome.rules.retention import (
    TO_REVIEW,
    Outcome,
    OutcomeOfReview,
    Period,
    RecordFacts,
    Standing,
    Status,
)

# So many rows come at once.
TOGETHER = 10_000
# A record that is joined to another child is that child's. The last thing done is the last moment
# of an episode, an action, a meeting or a share, or the record's own beginning.
RECORDS = """
with whole as (
    select id, coalesce(joined_to_id, id) as child_id from casework_child
     where %(child)s::bigint is null or id = %(child)s or joined_to_id = %(child)s
), story as (
    select whole.child_id,
           max(greatest(opened_at, ended_at, attempted_at, offered_at, answered_at, held_at,
                        signed_at, acted_at, settled_at)) as last_at,
           bool_or(voided_at is null and settled_at is null) as is_worked_on,
           bool_or(cohort = any(%(cohorts)s)) as was_looked_after
      from casework_episode episode join whole on whole.id = episode.child_id
     group by 1
), cared_for as (
    select distinct whole.child_id
      from whole join casework_careperiod care on care.child_id = whole.id
), protected as (
    select distinct whole.child_id from whole join casework_notedconcern noted
        on noted.child_id = whole.id and noted.concern = %(plan)s
), acted as (
    select whole.child_id, max(coalesce(done_at, added_at)) as last_at,
           bool_or(done_at is null) as is_worked_on
      from casework_action action
      join casework_episode episode on episode.id = action.episode_id
      join whole on whole.id = episode.child_id
     group by 1
), met as (
    select whole.child_id, max(greatest(held_at, recorded_at)) as last_at
      from casework_meeting meeting join whole on whole.id = meeting.child_id group by 1
), shared as (
    select whole.child_id, max(sent_at) as last_at
      from casework_share share join whole on whole.id = share.child_id group by 1
), held as (
    select distinct whole.child_id
      from casework_hold hold join whole on whole.id = hold.child_id where hold.ended_at is null
), said as (
    select whole.child_id, max(said.kept_until) as kept_until,
           max(said.at) filter (
               where said.outcome = %(nothing_more)s and said.child_id = whole.child_id
           ) as nothing_more_at,
           array_agg(distinct said.status) filter (where said.status <> '') as statuses
      from casework_retentionreview said join whole on whole.id = said.child_id group by 1
)
select child.id, child.responsible_authority_id, child.born_on, child.born_precision,
       (greatest(child.opened_at, story.last_at, acted.last_at, met.last_at, shared.last_at)
            at time zone 'Europe/London')::date,
       cared_for.child_id is not null or coalesce(story.was_looked_after, false),
       protected.child_id is not null,
       coalesce(story.is_worked_on, false) or coalesce(acted.is_worked_on, false),
       held.child_id is not null, said.kept_until,
       (said.nothing_more_at at time zone 'Europe/London')::date,
       coalesce(said.statuses, '{}'::varchar[])
  from casework_child child
  left join story on story.child_id = child.id
  left join cared_for on cared_for.child_id = child.id
  left join protected on protected.child_id = child.id
  left join acted on acted.child_id = child.id
  left join met on met.child_id = child.id
  left join shared on shared.child_id = child.id
  left join held on held.child_id = child.id
  left join said on said.child_id = child.id
 where child.joined_to_id is null
   and (%(child)s::bigint is null or child.id = %(child)s)
   and (%(authorities)s::bigint[] is null or child.responsible_authority_id = any(%(authorities)s))
"""


@dataclass(frozen=True, slots=True)
class Due:
    """A record that a person has to review, by its child's number: since when, by which period."""

    child_id: int
    authority_id: int
    status: Status
    standing: Standing
    until: date
    period: Period


@dataclass
class Review:
    """How the records of some councils stand on a day. The counts add up to all of them."""

    on: date
    counts: Counter[tuple[int, Status, Standing]] = field(default_factory=Counter)
    due: list[Due] = field(default_factory=list)
    # The next day on which a record becomes due, where any does.
    next_on: date | None = None

    def number(self, standing: Standing, *authorities: int) -> int:
        return sum(
            number
            for (authority, _, each), number in self.counts.items()
            if each is standing and (not authorities or authority in authorities)
        )


def review(authorities: list[Authority] | None, on: date) -> Review:
    """How every record stands on that day, of these councils or of all. One query."""
    found = Review(on)
    for child_id, authority_id, facts in _records(authorities):
        told = retention.outcome(facts, on)
        found.counts[authority_id, facts.status, told.standing] += 1
        if told.standing in TO_REVIEW and told.until:
            found.due.append(
                Due(child_id, authority_id, facts.status, told.standing, told.until, told.period)
            )
        elif told.standing is Standing.KEPT and told.until:
            found.next_on = min(found.next_on or told.until, told.until)
    found.due.sort(key=lambda each: (each.authority_id, each.until, each.child_id))
    return found


@dataclass(frozen=True, slots=True)
class Kept:
    """One record as it stands on a day. `known`: the status that the record itself shows."""

    facts: RecordFacts
    known: Status
    outcome: Outcome


def of_child(child_id: int, on: date) -> Kept | None:
    """How one child's record stands on a day; None for one that is joined to another's."""
    for _, _, facts, known in _rows(None, child_id):
        return Kept(facts, known, retention.outcome(facts, on))
    return None


def _records(authorities: list[Authority] | None) -> Iterator[tuple[int, int, RecordFacts]]:
    for child, authority, facts, _ in _rows(authorities):
        yield child, authority, facts


def _rows(
    authorities: list[Authority] | None, child_id: int | None = None
) -> Iterator[tuple[int, int, RecordFacts, Status]]:
    with connection.cursor() as cursor:
        cursor.execute(
            RECORDS,
            {
                "cohorts": list(LOOKED_AFTER),
                "plan": Concern.CHILD_PROTECTION_PLAN,
                "nothing_more": OutcomeOfReview.NOTHING_MORE,
                "authorities": None if authorities is None else [each.pk for each in authorities],
                "child": child_id,
            },
        )
        while rows := cursor.fetchmany(TOGETHER):
            for row in rows:
                yield _told(*row)


def _told(
    child: int,
    authority: int,
    born_on: date | None,
    precision: str,
    last_on: date,
    in_care: bool,
    plan: bool,
    working: bool,
    held: bool,
    longer: date | None,
    nothing_more: date | None,
    said: list[str],
) -> tuple[int, int, RecordFacts, Status]:
    known = Status.NEITHER
    if in_care:
        known = Status.LOOKED_AFTER
    elif plan:
        known = Status.CHILD_PROTECTION
    facts = RecordFacts(
        status=retention.gravest(known, *map(Status, said)),
        born_on=born_on,
        born_precision=BirthDatePrecision(precision),
        last_on=last_on,
        is_worked_on=working,
        is_on_hold=held,
        kept_longer_until=longer,
        nothing_more_on=nothing_more,
    )
    return child, authority, facts, known
