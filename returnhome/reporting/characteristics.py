"""What is known of children for figures of equality, from what was noted and what they said."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from returnhome.casework.characteristics import Characteristics
from returnhome.casework.interviews import Entry
from returnhome.rules.characteristics import ETHNICITY, SaidBy

Children = Collection[int] | QuerySet[Any, Any]
"""Their numbers, or the query that finds them: of ten thousand it is asked within the database."""


class Known(NamedTuple):
    """What is known of one child: codes, or nothing."""

    ethnicity: str = ""
    disability: str = ""


class _Said(NamedTuple):
    child: int
    known: Known
    is_of_records: bool
    at: datetime


def of_children(ids: Children) -> Mapping[int, Known]:
    """Child → what is known, of those of whom anything is. Three queries.

    The last that the child or a carer said; what the council's records say, where nobody did.
    """
    found: dict[int, Known] = {}
    said = [*_noted(ids), *_in_talks(ids)]
    for each in sorted(said, key=lambda each: (not each.is_of_records, each.at)):
        before = found.get(each.child, Known())
        found[each.child] = Known(
            each.known.ethnicity or before.ethnicity, each.known.disability or before.disability
        )
    return found


def newest_of(rows: QuerySet[Any], ids: Children, *columns: str) -> dict[int, tuple[Any, ...]]:
    """Child → these columns of what was noted of them last. Two queries.

    Also where it was noted under a record that was joined to theirs: those few are asked for by
    themselves, so that an index finds the many.
    """
    found: dict[int, tuple[Any, ...]] = {}
    for whose in ("child", "child__joined_to"):
        theirs = rows.filter(**{f"{whose}__in": ids}).order_by(whose, "-noted_at", "-pk")
        newest = theirs.distinct(whose).values_list(f"{whose}_id", "noted_at", "pk", *columns)
        for child, *said in newest:
            if child not in found or tuple(said[:2]) > found[child][:2]:
                found[child] = tuple(said)
    return {child: said[2:] for child, said in found.items()}


def _noted(ids: Children) -> Iterator[_Said]:
    """The note that stands of each child; what an earlier one said was put right by it."""
    columns = ("ethnicity", "disability", "said_by", "noted_at")
    newest = newest_of(Characteristics.objects.all(), ids, *columns)
    for child, (ethnicity, disability, by, at) in newest.items():
        yield _Said(child, Known(ethnicity, disability), by == SaidBy.RECORDS, at)


def _in_talks(ids: Children) -> Iterator[_Said]:
    rows = Entry.objects.current().filter(question=ETHNICITY, interview__child__in=ids)
    held = rows.filter(interview__held_at__isnull=False)
    columns = ("interview__child_id", "codes", "interview__held_at")
    for child, codes, at in held.values_list(*columns):
        for code in codes[:1]:
            yield _Said(child, Known(code), is_of_records=False, at=at)
