"""Erasing a child's record: keys destroyed, rows gone from every table, and a certificate of it.

What belongs to a child is found by the ledger's own foreign keys, from the child downwards; so a
table that comes later is reached without being named here. Only what has no foreign key, or is not
of one child alone, has a line of its own below. Only the owner of the tables erases.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from itertools import chain
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models, transaction

from returnhome.casework import journal, retention, tallies
from returnhome.casework.models import (
    Ask,
    AskedOf,
    Bringing,
    BringingFile,
    BroughtChild,
    Call,
    CallTry,
    Child,
    Delivery,
    EarlierRecord,
    Episode,
    Erasure,
    HandOver,
    Message,
    Notification,
    Pack,
    PackChild,
    Person,
    PlacementNotice,
    Share,
)
from returnhome.casework.places import Authority
from returnhome.casework.sealing import HasKeyring
from returnhome.casework.staff import Organisation
from returnhome.reporting import retaining
from returnhome.rules import Blocked
from returnhome.rules import retention as the_rules
from returnhome.rules.clock import LONDON
from returnhome.rules.sharing import Recipient

Model = type[models.Model]
# Foreign keys that name a child, or something of one, in a row that is somebody else's: the row
# stays, and names nobody any more.
NAMES_ANOTHER: Mapping[tuple[str, str], Model] = {
    ("casework_episode", "same_as_id"): Episode,
    ("casework_handover", "proposed_child_id"): Child,
    ("casework_notification", "opened_under_id"): Child,
}
# What is of several children: it goes with the last of them.
OF_SEVERAL: tuple[tuple[Model, tuple[tuple[Model, str], ...]], ...] = (
    (Ask, ((AskedOf, "ask_id"),)),
    (Pack, ((PackChild, "pack_id"),)),
    (Delivery, ((Notification, "delivery_id"),)),
    (Bringing, ((EarlierRecord, "bringing_id"), (BroughtChild, "bringing_id"))),
)
# What of it may hold one child's name beside the others': it goes with the first of them.
EMPTIED: Mapping[Model, tuple[tuple[Model, str, tuple[str, ...]], ...]] = {
    Delivery: (
        (Delivery, "id", ("filename = '(name erased)'", "stopped_because = ''", "content = null")),
    ),
    Bringing: (
        (Bringing, "id", ("report = null", "taken_back_because = ''")),
        (BringingFile, "bringing_id", ("filename = '(name erased)'", "content = null")),
    ),
}
# How long it waits for somebody who is just writing.
WAIT = "5s"


class FileGoingIn(Blocked):
    sentence = "A file with a row of this child is just going in. Wait until it is through."


class NobodyThere(Blocked):
    sentence = "There is no such record, or it is joined to another child’s."


@dataclass
class Found:
    """Whatever belongs to some children: by table the numbers of its rows."""

    rows: dict[Model, set[int]] = field(default_factory=dict)
    # Of several children, and emptied of what it may hold of these.
    emptied: dict[Model, set[int]] = field(default_factory=dict)

    def of(self, model: Model) -> list[int]:
        return sorted(self.rows.get(model, ()))

    def add(self, model: Model, numbers: Iterable[int]) -> set[int]:
        """Add these; gives those that were not there."""
        known = self.rows.setdefault(model, set())
        new = set(numbers) - known
        known |= new
        return new

    @property
    def counts(self) -> dict[str, int]:
        return {
            _name(model): len(numbers)
            for model, numbers in sorted(self.rows.items(), key=lambda each: _name(each[0]))
            if numbers
        }

    @property
    def all_rows(self) -> int:
        return sum(self.counts.values())


# The way down.


@cache
def below() -> dict[Model, tuple[tuple[str, Model], ...]]:
    """Every table that hangs below a child: by which columns, and on what."""
    tables = list(apps.get_app_config("casework").get_models())
    found: dict[Model, dict[str, Model]] = {Child: {}}
    while True:
        more = {
            (table, one.attname): one.related_model
            for table in tables
            for one in table._meta.concrete_fields
            if isinstance(one, models.ForeignKey)
            and one.related_model in found
            and one.attname not in found.get(table, {})
            and (_table(table), one.attname) not in NAMES_ANOTHER
        }
        if not more:
            return {table: tuple(its.items()) for table, its in found.items()}
        for (table, column), on in more.items():
            found.setdefault(table, {})[column] = on


def _table(model: Model) -> str:
    return model._meta.db_table


def _name(model: Model) -> str:
    return _table(model).removeprefix("casework_")


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _asked(query: str, given: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return cursor.fetchall()


def _numbers(model: Model, column: str, those: Iterable[int]) -> set[int]:
    table, at = _quoted(_table(model)), _quoted(column)
    rows = _asked(f"select id from {table} where {at} = any(%s)", [list(those)])  # noqa: S608
    return {pk for (pk,) in rows}


def find(start: Mapping[Model, Iterable[int]]) -> Found:
    """All that hangs below these, and what of several children has nobody else in it."""
    found = Found()
    fresh = {model: found.add(model, numbers) for model, numbers in start.items()}
    while any(fresh.values()):
        last, fresh = fresh, {}
        for model, its in below().items():
            for column, on in its:
                if last.get(on):
                    new = found.add(model, _numbers(model, column, last[on]))
                    fresh.setdefault(model, set()).update(new)
        fresh.setdefault(Notification, set()).update(found.add(Notification, _not_yet_named(found)))
    _several(found)
    _told_of(found)
    return found


def _not_yet_named(found: Found) -> set[int]:
    """Notifications of nobody yet, by what they opened: they tell of whoever it is."""
    rows = _asked(
        "select id from casework_notification note where child_id is null and"
        " (opened_under_id = any(%s) or exists (select 1 from casework_basis rests"
        "   where rests.notification_id = note.id and rests.episode_id = any(%s)))",
        [found.of(Child), found.of(Episode)],
    )
    return {pk for (pk,) in rows}


def _several(found: Found) -> None:
    for model, ways in OF_SEVERAL:
        touched: set[int] = set()
        shared: set[int] = set()
        for part, column in ways:
            table, at = _quoted(_table(part)), _quoted(column)
            those = found.of(part)
            touched |= {
                pk
                for (pk,) in _asked(
                    f"select distinct {at} from {table} where id = any(%s)",  # noqa: S608
                    [those],
                )
            }
            shared |= {
                pk
                for (pk,) in _asked(
                    f"select distinct {at} from {table}"  # noqa: S608
                    f" where {at} = any(%s) and id <> all(%s)",
                    [list(touched), those],
                )
            }
        touched |= found.rows.get(model, set())
        found.add(model, touched - shared)
        found.emptied[model] = touched & shared if model in EMPTIED else set()
    found.add(BringingFile, _numbers(BringingFile, "bringing_id", found.of(Bringing)))
    # An ask of which no part is left is in no other way a child's.
    if Ask in found.rows:
        found.add(AskedOf, _numbers(AskedOf, "ask_id", found.of(Ask)))


def _told_of(found: Found) -> None:
    """Messages and calls name what they are about by kind and number alone."""
    for model in list(found.rows):
        told = Message.objects.about(_name(model), found.of(model))
        found.add(Message, told.values_list("pk", flat=True))
    calls = Call.objects.filter(about_id__in=found.of(Episode))
    found.add(Call, calls.values_list("pk", flat=True))
    found.add(CallTry, _numbers(CallTry, "call_id", found.of(Call)))


# Erasing.


def whole(child_id: int) -> list[int]:
    """The child with every record that is joined to it."""
    rows = _asked(
        "with recursive same (id) as (select id from casework_child where id = %s and"
        " joined_to_id is null union select more.id from casework_child more join same"
        " on more.joined_to_id = same.id) select id from same order by id",
        [child_id],
    )
    return [pk for (pk,) in rows]


@dataclass(frozen=True)
class Waiting:
    """A record that two people want erased: what would go, or the sentence why not yet."""

    child_id: int
    authority: Authority
    found: Found | None
    why_not: str = ""


def waiting(on: date, only: int | None = None) -> Iterator[Waiting]:
    """Every record that a second person has confirmed is to be erased."""
    said = retention.RetentionReview.objects.filter(is_confirmed=True)
    if only is not None:
        said = said.filter(child=only)
    for child in Child.objects.filter(pk__in=said.values("child")).order_by("pk"):
        try:
            _checked(child.pk, on)
        except Blocked as blocked:
            yield Waiting(child.pk, child.responsible_authority, None, blocked.sentence)
            continue
        yield Waiting(child.pk, child.responsible_authority, find({Child: whole(child.pk)}))


def _checked(child_id: int, on: date) -> tuple[retaining.Kept, retention.RetentionReview]:
    kept = retaining.of_child(child_id, on)
    if kept is None:
        raise NobodyThere
    said = retention.confirmed(child_id)
    the_rules.check_may_erase(kept.facts, on, is_confirmed=said is not None)
    assert said
    return kept, said


@transaction.atomic
def erase(child_id: int, *, by: Person, at: datetime) -> Erasure:
    """Erase what two people want erased, as the owner of the tables, and write a certificate.

    All of it or nothing. The rules are asked once more under lock. Raises OnHold, StillWorkedOn,
    NotYet, NotConfirmed, NobodyThere, FileGoingIn.
    """
    on = at.astimezone(LONDON).date()
    _lock(whole(child_id))
    kept, said = _checked(child_id, on)
    child = Child.objects.get(pk=child_id)
    those = whole(child_id)
    found = find({Child: those})
    files = [*found.of(Delivery), *found.emptied[Delivery]]
    if Delivery.objects.going_in().filter(pk__in=files).exists():
        raise FileGoingIn
    to_tell = _to_tell(found)
    rings, data_keys = _destroy(found)
    assert kept.outcome.until
    certificate = Erasure.objects.create(
        child_number=child_id,
        children=those,
        authority=child.responsible_authority,
        status=kept.facts.status,
        period=kept.outcome.period.sentence,
        source=str(kept.outcome.period.source),
        due_since=kept.outcome.until,
        proposed_on=said.at.astimezone(LONDON).date(),
        proposed_by_name=said.by.name,
        confirmed_on=said.second_at.astimezone(LONDON).date() if said.second_at else on,
        confirmed_by_name=said.second_by.name if said.second_by else "",
        erased_at=at,
        rows=found.counts,
        keyrings=rings,
        data_keys=data_keys,
        to_tell=to_tell,
    )
    journal.write("erase record", certificate, child_id=child_id, by=by, at=at)
    return certificate


@transaction.atomic
def erase_anew(certificate: Erasure, *, by: Person, at: datetime) -> int:
    """Erase what was erased before and has come back with a backup; gives how many rows went.

    Found by its keyrings, wherever it hung when the backup was made. It asks nobody again.
    """
    rings = certificate.keyrings
    there: dict[Model, set[int]] = {
        model: {pk for (pk,) in _of_rings(model, rings)} for model in _holders()
    }
    found = find({model: pks for model, pks in there.items() if pks and model not in EMPTIED})
    for model in EMPTIED:
        # Also a file that was received and not yet taken in when the backup was made.
        found.emptied[model] |= there[model] - found.rows.get(model, set())
    _lock(found.of(Child))
    _destroy(found)
    _destroy_keys(rings)
    kept = Erasure.objects.filter(number=certificate.number).first()
    if kept is None:
        kept = certificate
        kept.save(force_insert=True)
    if found.all_rows:
        journal.write("erase record anew", kept, child_id=kept.child_number, by=by, at=at)
    return found.all_rows


def is_gone(certificate: Erasure) -> bool:
    """Whether no row of it is here, and no key."""
    rows = (_of_rings(model, certificate.keyrings) for model in _holders() if model not in EMPTIED)
    keys = _asked(
        "select 1 from casework_datakey where keyring = any(%s) or id = any(%s) limit 1",
        [certificate.keyrings, certificate.data_keys],
    )
    return not keys and not any(rows)


def _holders() -> list[type[HasKeyring]]:
    return [
        each
        for each in apps.get_app_config("casework").get_models()
        if issubclass(each, HasKeyring)
    ]


def _of_rings(model: Model, rings: list[UUID]) -> list[tuple[Any, ...]]:
    table = _quoted(_table(model))
    return _asked(f"select id from {table} where keyring = any(%s)", [rings])  # noqa: S608


def _lock(those: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"set local lock_timeout = '{WAIT}'")
    list(Child.objects.filter(pk__in=those).order_by("pk").select_for_update(of=("self",)))
    list(Episode.objects.filter(child__in=those).order_by("pk").select_for_update(of=("self",)))


def _to_tell(found: Found) -> list[str]:
    """Organisations that were given something of it: what they have, nobody here can erase."""
    shares = Share.objects.filter(pk__in=found.of(Share), sent_at__isnull=False)
    names = {
        to or Recipient(recipient).label
        for to, recipient in shares.values_list("to__name", "recipient")
    }
    asked = HandOver.objects.filter(pk__in=found.of(HandOver))
    authorities = set(asked.values_list("to_authority", flat=True))
    told = PlacementNotice.objects.filter(pk__in=found.of(PlacementNotice), sent_at__isnull=False)
    authorities |= set(told.values_list("to_authority", flat=True))
    names |= set(
        Authority.objects.filter(pk__in=authorities - {None}).values_list("name", flat=True)
    )
    bodies = set(asked.values_list("to_provider", flat=True)) - {None}
    names |= set(Organisation.objects.filter(pk__in=bodies).values_list("name", flat=True))
    return sorted(names)


def _destroy(found: Found) -> tuple[list[UUID], list[UUID]]:
    """Take the rows away and the keys with them; gives whose keys, and which."""
    moved: Counter[tallies.Place] = Counter()
    for episode in Episode.objects.filter(pk__in=found.of(Episode)):
        moved.update(tallies.changes(episode.counts, None))
    tallies.move(moved)
    rings = sorted(
        {
            ring
            for model in _holders()
            for (ring,) in _asked(
                f"select keyring from {_quoted(_table(model))}"  # noqa: S608
                " where id = any(%s)",
                [[*found.of(model), *found.emptied.get(model, ())]],
            )
        }
    )
    data_keys = _destroy_keys(rings)
    with _changeable(found):
        _take_names_out(found)
        _empty(found)
        with connection.cursor() as cursor:
            for model, numbers in found.rows.items():
                if numbers:
                    table = _quoted(_table(model))
                    cursor.execute(
                        f"delete from {table} where id = any(%s)",  # noqa: S608
                        [sorted(numbers)],
                    )
    return rings, data_keys


def _destroy_keys(rings: list[UUID]) -> list[UUID]:
    rows = _asked("delete from casework_datakey where keyring = any(%s) returning id", [rings])
    return sorted(pk for (pk,) in rows)


def _take_names_out(found: Found) -> None:
    """Rows of others that name one of these name nobody any more."""
    with connection.cursor() as cursor:
        for model in below():
            for (table, column), named in NAMES_ANOTHER.items():
                if table == _table(model):
                    cursor.execute(
                        f"update {_quoted(table)} set {_quoted(column)} = null"  # noqa: S608
                        f" where {_quoted(column)} = any(%s) and id <> all(%s)",
                        [found.of(named), found.of(model)],
                    )


def _empty(found: Found) -> None:
    with connection.cursor() as cursor:
        for model, numbers in found.emptied.items():
            for table, column, changes in EMPTIED.get(model, ()):
                if numbers:
                    cursor.execute(
                        f"update {_quoted(_table(table))} set {', '.join(changes)}"  # noqa: S608
                        f" where {_quoted(column)} = any(%s)",
                        [sorted(numbers)],
                    )


@contextmanager
def _changeable(found: Found) -> Iterator[None]:
    """What keeps records as they are would refuse this: it is put off within the transaction.

    Before it is put on again every foreign key is looked at: nothing names what is gone.
    """
    named = {table for table, _ in NAMES_ANOTHER}
    emptied = chain.from_iterable(EMPTIED.get(model, ()) for model in found.emptied)
    tables = sorted(
        {_table(model) for model, numbers in found.rows.items() if numbers}
        | named
        | {_table(table) for table, _, _ in emptied}
    )
    tables = [
        name
        for (name,) in _asked(
            "select distinct relname::text from pg_trigger join pg_class on pg_class.oid = tgrelid"
            " where not tgisinternal and relnamespace = 'public'::regnamespace"
            " and relname = any(%s) order by 1",
            [tables],
        )
    ]
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"alter table {_quoted(table)} disable trigger user")
        yield
        cursor.execute("set constraints all immediate")
        for table in tables:
            cursor.execute(f"alter table {_quoted(table)} enable trigger user")
        cursor.execute("set constraints all deferred")
