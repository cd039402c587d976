"""Who did or read what, and when: ids and verbs, never a name or a word of content."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from returnhome.casework import bulk

REFUSED = "refused"


class Actor(Protocol):
    """Whoever acts: a person of `staff`, known here by number alone."""

    pk: Any


class JournalQuerySet(models.QuerySet["JournalEntry"]):
    def visible_to(self, person: Actor) -> "JournalQuerySet":
        """What the person did. Who read a child's record is asked by child, once that is seen."""
        return self.filter(by_id=person.pk)

    def about_child(self, *child_ids: int) -> "JournalQuerySet":
        """Done to the record of one of these children, or shown of it in a list."""
        return self.filter(Q(child_id__in=child_ids) | Q(shown__overlap=list(child_ids)))

    def newest_first(self) -> "JournalQuerySet":
        return self.order_by("-at", "-pk")


class JournalEntry(models.Model):
    """One act or reading. Rows are added, never changed: the database refuses anything else.

    It holds numbers, not foreign keys, so that it can outlive what it names. The database adds the
    transaction and a digest to each row; `seals` makes the rows a chain.
    """

    at = models.DateTimeField()
    by_id = models.BigIntegerField()
    verb = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    object_id = models.BigIntegerField(null=True)
    child_id = models.BigIntegerField(null=True)
    # Of a list: the children whom it showed.
    shown = ArrayField(models.BigIntegerField(), null=True)

    objects = JournalQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["child_id", "-at"], name="journal_child_at"),
            models.Index(fields=["by_id", "-at"], name="journal_by_at"),
            GinIndex(fields=["shown"], name="journal_shown"),
            models.Index(
                fields=["kind", "object_id"], condition=Q(verb=REFUSED), name="journal_refused"
            ),
        ]


def _entry(
    verb: str, thing: models.Model, by: Actor, at: datetime, child_id: int | None
) -> JournalEntry:
    return JournalEntry(
        at=at,
        by_id=by.pk,
        verb=verb,
        kind=thing._meta.model_name or "",
        object_id=thing.pk,
        child_id=_child_of(thing) if child_id is None else child_id,
    )


def _child_of(thing: models.Model) -> int | None:
    of_child: int | None = getattr(thing, "child_id", None)
    return thing.pk if thing._meta.model_name == "child" else of_child


def write(
    verb: str,
    thing: models.Model,
    *,
    by: Actor,
    at: datetime,
    child_id: int | None = None,
    shown: Iterable[int] = (),
) -> None:
    """Write down that `by` did `verb` to `thing`; the child is found on it unless given.

    `shown` are the children, by number, whom it showed beside.
    """
    entry = _entry(verb, thing, by, at, child_id)
    entry.shown = sorted(set(shown)) or None
    entry.save(force_insert=True)


def write_all(verb: str, things: Iterable[models.Model], *, by: Actor, at: datetime) -> None:
    """The same for many things of one kind at once."""
    entries = list(things)
    if len(entries) < 2:
        for thing in entries:
            write(verb, thing, by=by, at=at)
        return
    bulk.add(
        JournalEntry,
        len(entries),
        at=at,
        by_id=by.pk,
        verb=verb,
        kind=entries[0]._meta.model_name or "",
        object_id=[thing.pk for thing in entries],
        child_id=[_child_of(thing) for thing in entries],
    )


def write_list(verb: str, name: str, children: Iterable[int], *, by: Actor, at: datetime) -> None:
    """Write down that `by` was shown these children, by number, in the list of this name.

    One row, however many they are; none where nobody was shown.
    """
    shown = sorted(set(children))
    if shown:
        JournalEntry(at=at, by_id=by.pk, verb=verb, kind=name, shown=shown).save(force_insert=True)


def write_of_journal(verb: str, child_id: int, *, by: Actor, at: datetime) -> None:
    """Write down that `by` read, or printed, who has looked at this child's record."""
    JournalEntry(
        at=at, by_id=by.pk, verb=verb, kind="journal", object_id=child_id, child_id=child_id
    ).save(force_insert=True)


def refuse(kind: str, object_id: int | None, *, by: Actor, at: datetime) -> None:
    """Write down that `by` asked for something and got nothing, whether it is there or not."""
    JournalEntry(at=at, by_id=by.pk, verb=REFUSED, kind=kind, object_id=object_id).save(
        force_insert=True
    )
