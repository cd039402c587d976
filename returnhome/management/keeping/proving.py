"""Proving a restore: what the database holds now against what its backup says it held then."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from cryptography.exceptions import InvalidTag
from django.apps import apps
from django.db import connection, transaction
from django.db.models import QuerySet
from psycopg import sql

from returnhome import database
from returnhome.casework import row_security, sealing, seals
from returnhome.casework.sealing import CannotOpen, SealedBytes
from returnhome.casework.seals import Anchor
from returnhome.management import keys, upkeep
from returnhome.management.keeping import holdings

# So many differences are named one by one.
TOLD = 5


@dataclass(frozen=True)
class Found:
    """One thing that was looked at, and whether it is as it should be."""

    what: str
    is_equal: bool
    sentence: str


@dataclass
class Proof:
    """All that was looked at."""

    found: list[Found] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return all(each.is_equal for each in self.found)

    def add(self, what: str, faults: Iterable[str], otherwise: str) -> None:
        told = list(faults)
        more = f" And {len(told) - TOLD} more." if len(told) > TOLD else ""
        sentence = " ".join(told[:TOLD]) + more if told else otherwise
        self.found.append(Found(what, not told, sentence))


def prove(manifest: dict[str, Any], *, owner: str, app: str, is_up_to_date: bool) -> Proof:
    """Count, add up and compare everything, as the roles of these two addresses."""
    proof = Proof()
    with psycopg.connect(owner) as hand:
        holdings.set_plain(hand)
        with hand.cursor() as cursor:
            _tables(proof, manifest["tables"], holdings.counted(cursor))
            _sequences(proof, manifest["sequences"], holdings.sequences(cursor))
            _shape(proof, manifest["shape"], holdings.shape(cursor))
            _journal(proof, manifest["seal"], cursor)
    _words(proof)
    _role(proof, app, is_up_to_date)
    return proof


def _tables(proof: Proof, then: dict[str, Any], now: dict[str, Any]) -> None:
    faults = [f"{name} is not in the backup." for name in sorted(now.keys() - then.keys())]
    for name, table in sorted(then.items()):
        here = now.get(name)
        if here is None:
            faults.append(f"{name} is missing.")
        elif here["rows"] != table["rows"]:
            faults.append(f"{name} has {here['rows']} rows and had {table['rows']}.")
        elif here["digest"] != table["digest"]:
            faults.append(f"{name} has as many rows as it had, and not the same.")
    rows = sum(table["rows"] for table in then.values())
    proof.add("rows", faults, f"{rows:,} rows in {len(then)} tables are equal, in number and word.")


def _sequences(proof: Proof, then: dict[str, int], now: dict[str, int]) -> None:
    faults = [
        f"{name} stands at {now.get(name, 'nothing')} and stood at {number}."
        for name, number in sorted(then.items())
        if now.get(name, -1) < number
    ]
    proof.add("sequences", faults, f"{len(then)} counters of numbers stand where they stood.")


def _shape(proof: Proof, then: dict[str, list[str]], now: dict[str, list[str]]) -> None:
    for kind, lines in then.items():
        here = now.get(kind, [])
        faults = [f"Missing: {line}." for line in sorted(set(lines) - set(here))]
        faults += [f"Not in the backup: {line}." for line in sorted(set(here) - set(lines))]
        proof.add(kind, faults, f"{len(lines)} are as they were.")


def _journal(proof: Proof, seal: dict[str, Any] | None, cursor: psycopg.Cursor) -> None:
    """Without sealing first: what is there is looked at, and nothing is added to it."""
    noted = (
        [Anchor(seal["number"], datetime.fromisoformat(seal["sealed_at"]), seal["digest"])]
        if seal
        else []
    )
    verdict = seals.verify_with(cursor, noted)
    ends = f" It ends with seal {seal['number']}, {seal['digest']}." if seal else ""
    young = f" {verdict.young} rows were not sealed yet." if verdict.young else ""
    proof.add(
        "journal", [fault.sentence for fault in verdict.faults], verdict.sentence + ends + young
    )


def _words(proof: Proof) -> None:
    """What children told and what was attached: every sealed value is opened, and let go of."""
    outcomes = Counter(_opened())
    opened = outcomes.pop("", 0)
    faults = [f"{sentence}: {number}." for sentence, number in sorted(outcomes.items())]
    if faults:
        names = ", ".join(keys.at_hand())
        faults.append(f"Keys at hand: {names}.")
    proof.add("sealed words and files", faults, f"{opened:,} are there, and each was opened.")


def _opened() -> Iterator[str]:
    with upkeep.as_owner(), transaction.atomic():
        yield from map(_why_not, _sealed_values())


def _why_not(value: bytes) -> str:
    """Nothing where a sealed value opens, else the sentence that says why it does not."""
    try:
        sealing.open_sealed(value)
    except InvalidTag:
        return "Not as they were sealed"
    except CannotOpen as why:
        return str(why).rstrip(".")
    return ""


def _sealed_values() -> Iterator[bytes]:
    """As the fields themselves ask for them, but closed."""
    with connection.cursor() as cursor:
        cursor.execute("select table_name, column_name from information_schema.columns")
        there = set(cursor.fetchall())
    for model in apps.get_models():
        table = model._meta.db_table
        for one in model._meta.local_fields:
            name, column = one.get_attname_column()
            # A backup of an earlier release has not all that this one has.
            if isinstance(one, SealedBytes) and column and (table, column) in there:
                asked = model._base_manager.values_list(name).order_by()
                # Words are short; a drawing or a recording may have millions of bytes.
                together = 5 if type(one) is SealedBytes else 500
                with closing(_asked(asked, table, column, together)) as values:
                    yield from (bytes(value) for (value,) in values if value is not None)


def _asked(asked: QuerySet, table: str, column: str, together: int) -> psycopg.ServerCursor:
    """The field’s own question; where an earlier release has not what it asks by, the column."""
    query, given = asked.query.sql_with_params()
    try:
        with transaction.atomic():
            return _streamed(query, given, together)
    except (
        psycopg.errors.UndefinedColumn,
        psycopg.errors.UndefinedTable,
        psycopg.errors.UndefinedFunction,
    ):
        names = sql.Identifier(column), sql.Identifier(table)
        return _streamed(sql.SQL("select {} from {}").format(*names), (), together)


def _streamed(query: Any, given: Any, together: int) -> psycopg.ServerCursor:
    cursor = connection.connection.cursor(name="sealed_values")
    cursor.itersize = together
    cursor.execute(query, given or None)
    return cursor


def _role(proof: Proof, app: str, is_up_to_date: bool) -> None:
    """The product's own role: it owns nothing, and each table has its locks."""
    facts = database.role_facts(app)
    name = upkeep.app_role()
    faults = []
    if facts.is_superuser:
        faults.append(f"{name} is a superuser, or excused from row security.")
    if facts.owns_something:
        faults.append(f"{name} owns something here.")
    if database.is_unlocked(app):
        faults.append("There are records that are closed to nobody.")
    if is_up_to_date:
        others = row_security.faults(name)
        faults += [f"Not as the table of access has it: {each}." for each in others]
    proof.add("the product’s role", faults, f"{name} owns nothing, and row security is on.")
