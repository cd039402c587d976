"""Many rows of one table in one statement: what they hold goes as one parameter of JSON.

Django sends every cell as a parameter of its own where a table has an array, and what those cost
is most of what taking in a file of a million rows costs. What all rows have in common goes once.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from psycopg import sql

from returnhome.casework import sealing
from returnhome.casework.sealing import SealedBytes, Words

Field: TypeAlias = "models.Field[Any, Any]"


class SomeAreGone(Exception):
    """Rows that were to be changed are not there, or not open to whoever acts."""


def insert(things: Sequence[models.Model]) -> None:
    """Write new rows of one model, in their order; each is given its number."""
    if len(things) < 2:
        # The plain way is the quicker one.
        for thing in things:
            thing.save(force_insert=True)
        return
    meta = things[0]._meta
    sealing.at_hand_for(things)
    fields = [field for field in meta.concrete_fields if _is_given(field)]
    apart, alike = _parted(things, fields)
    found = _run(
        sql.SQL(
            "insert into {table} ({columns}) select {cells} from {rows} order by n returning {pk}"
        ),
        meta,
        columns=_listed([*apart, *alike]),
        cells=sql.SQL(", ").join(map(_kept, [*apart, *alike])),
        apart=apart,
        alike=alike,
    )
    for thing, (pk,) in zip(things, found, strict=True):
        thing.pk = pk
        thing._state.adding, thing._state.db = False, connection.alias


def add(model: type[models.Model], number: int, **cells: Any) -> None:
    """Write so many new rows of one model, whose numbers nobody asks for.

    `cells`: by the field's own name (`episode_id`) a list with what each holds, or what all hold;
    every field without a default must be among them. Quicker than `insert`, which wants the things.
    """
    if not number:
        return
    meta = model._meta
    apart: dict[Field, list[Any]] = {}
    alike: dict[Field, Any] = {}
    for field in meta.concrete_fields:
        if not _is_given(field):
            continue
        held = cells.pop(field.attname) if field.attname in cells else field.get_default()
        if isinstance(held, list):
            apart[field] = [_plain(field, each) for each in held]
        else:
            alike[field] = _plain(field, held)
    if cells:
        raise TypeError(f"{meta.model_name} has no {', '.join(cells)}")
    _run(
        sql.SQL("insert into {table} ({columns}) select {columns} from {rows} order by n"),
        meta,
        columns=_listed([*apart, *alike]),
        apart=apart,
        alike=alike,
    )


def update(things: Sequence[models.Model], names: Iterable[str]) -> None:
    """Write these fields of rows that are there. Raises SomeAreGone."""
    names = list(names)
    if len(things) < 2:
        for thing in things:
            thing.save(force_update=True, update_fields=names)
        return
    meta = things[0]._meta
    sealing.at_hand_for(things)
    written = set(names)
    fields = [field for field in meta.concrete_fields if field.name in written]
    apart, alike = _parted(things, fields)
    apart = {meta.pk: [thing.pk for thing in things], **apart}
    found = _run(
        sql.SQL(
            "update {table} as held set {settings} from {rows} where held.{pk} = told.{pk}"
            " returning held.{pk}"
        ),
        meta,
        settings=sql.SQL(", ").join(
            sql.SQL("{} = {}").format(_named(field), _kept(field, whose))
            for whose, its in (("told", apart), ("alike", alike))
            for field in its
            if field is not meta.pk
        ),
        apart=apart,
        alike=alike,
    )
    if len(found) != len(things):
        raise SomeAreGone


def _is_given(field: Field) -> bool:
    """Whether it is written here, and not by the database itself."""
    return not (field.primary_key or field.generated)


def _parted(
    things: Sequence[models.Model], fields: Sequence[Field]
) -> tuple[dict[Field, list[Any]], dict[Field, Any]]:
    """The fields in which the things differ, with what each holds, and those in which none do."""
    apart: dict[Field, list[Any]] = {}
    alike: dict[Field, Any] = {}
    last = fields[-1]
    for field in fields:
        held = _held(things, field)
        if isinstance(field, SealedBytes) and any(
            value is not None and field.closed(value) for value in held
        ):
            # Alike or not: each is under a key of its own child. An empty list has letters too.
            apart[field] = [_under_key(field, thing) for thing in things]
            continue
        # Of the last something has to tell the rows apart, if there is but one of them.
        if _are_alike(field, held) and (apart or field is not last):
            alike[field] = _plain(field, held[0])
        else:
            apart[field] = [_plain(field, each) for each in held]
    return apart, alike


def _are_alike(field: Field, held: Sequence[Any]) -> bool:
    first = held[0]
    if isinstance(field, models.JSONField) and first != []:
        # In Python true is 1, in JSON it is not.
        return False
    return all(each is first or each == first for each in held)


def _held(things: Sequence[models.Model], field: Field) -> list[Any]:
    name = field.attname
    held = [thing.__dict__[name] for thing in things]
    if isinstance(field, models.ForeignKey) and None in held:
        # Whoever is named may have been given a number since.
        named = (field.get_cached_value(thing, default=None) for thing in things)
        held = [
            there.pk if each is None and there is not None else each
            for each, there in zip(held, named, strict=True)
        ]
    return held


def _plain(field: Field, value: Any) -> Any:
    """As JSON has it, so that the database reads it as this field's."""
    if value is None:
        return None
    if isinstance(field, SealedBytes):
        # Of what is not empty it has to be known whose it is: see `_under_key`.
        return f"\\x{field.at_rest(value).hex()}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(field, models.JSONField | ArrayField) or type(value) in (str, int, bool):
        return value
    return field.get_prep_value(value)


def _under_key(field: SealedBytes, thing: models.Model) -> str | None:
    value = getattr(thing, field.attname)
    return None if value is None else _plain(field, Words(field.closed(value), thing))


def _kept(field: Field, whose: str = "") -> sql.Composable:
    """A cell as it is written: what is sealed comes with its key, and the database keeps both."""
    cell = sql.Identifier(whose, str(field.column)) if whose else _named(field)
    if isinstance(field, SealedBytes):
        return sql.SQL("public.casework_keep_key({})").format(cell)
    return cell


def _run(statement: sql.SQL, meta: Any, *, apart: Any, alike: Any, **parts: Any) -> list[Any]:
    keys = [field.column for field in apart]
    rows = [dict(zip(keys, cells, strict=True)) for cells in zip(*apart.values(), strict=True)]
    same = {field.column: value for field, value in alike.items()}
    composed = statement.format(
        table=sql.Identifier(meta.db_table),
        pk=sql.Identifier(meta.pk.column),
        rows=_rows(apart, alike),
        **parts,
    )
    told = [json.dumps(rows, ensure_ascii=False)]
    if alike:
        told.append(json.dumps(same, ensure_ascii=False))
    with connection.cursor() as cursor:
        cursor.execute(composed.as_string(connection.connection), told)
        return cursor.fetchall() if cursor.description else []


def _rows(apart: Iterable[Field], alike: Sequence[Field]) -> sql.Composable:
    told = sql.SQL(
        "rows from (json_to_recordset(%s::json) as ({})) with ordinality as told ({}, n)"
    )
    rows: sql.Composable = told.format(_typed(apart), _listed(apart))
    if alike:
        same = sql.SQL(" cross join json_to_record(%s::json) as alike ({})")
        rows = rows + same.format(_typed(alike))
    return rows


def _typed(fields: Iterable[Field]) -> sql.Composable:
    return sql.SQL(", ").join(
        sql.SQL("{} {}").format(_named(field), sql.SQL(str(field.db_type(connection))))
        for field in fields
    )


def _listed(fields: Iterable[Field]) -> sql.Composable:
    return sql.SQL(", ").join(map(_named, fields))


def _named(field: Field) -> sql.Identifier:
    return sql.Identifier(str(field.column))
