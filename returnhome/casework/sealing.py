"""Words about a child, sealed before they reach the database and opened when they leave it.

Each child's words are under data keys of that child alone, and what is under one is gone for good
once it is destroyed. A data key is kept wrapped: sealed by the organisation's key, which stands in
`SEALING_KEYS` and never in the database. Every key there opens and the first one seals.

A sealed value is a version byte and, by version: nothing (no words were written); the name of the
organisation's key, nonce and AES-GCM; or the id of the data key, nonce and AES-GCM. A value travels
with its wrapped key before it: the database keeps the key in the statement that keeps the words,
and gives both in the one that reads them. So a data key costs no query of its own, and a statement
that is taken back takes its key along.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from os import urandom
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import connection, models

EMPTY, VERSION, UNDER_DATA_KEY, CARRIED = b"\x00", b"\x01", b"\x02", b"\x12"
NONCE, ID, RING, WRAPPED = 12, 16, 16, 1 + 4 + 12 + 32 + 16
NO_CHILD = UUID(int=0)
# Where a row that is written keeps whose words it holds, once they were asked for by number.
BY_NUMBER = "_keyring_by_number"


class CannotOpen(Exception):
    """The key that sealed a value is not here: among the organisation's, or it was destroyed."""


@cache
def _ring(keys: tuple[str, ...]) -> dict[bytes, AESGCM]:
    raw = [urlsafe_b64decode(key) for key in keys]
    return {sha256(key).digest()[:4]: AESGCM(key) for key in raw}


def seal(content: bytes) -> bytes:
    """Seal `content` with the organisation's first key itself: a data key, or a secret of staff."""
    name, key = next(iter(_ring(tuple(settings.SEALING_KEYS)).items()))
    nonce = urandom(NONCE)
    return VERSION + name + nonce + key.encrypt(nonce, content, VERSION + name)


def open_sealed(sealed: bytes) -> bytes:
    """The content of a sealed value, carried with its data key where it is under one.

    Raises CannotOpen for an organisation's key that is not here, and for a data key destroyed.
    """
    if sealed == EMPTY:
        return b""
    if sealed[:1] == CARRIED:
        wrapped, sealed = sealed[1 + RING :][:WRAPPED], sealed[1 + RING + WRAPPED :]
        return DataKey.opened(wrapped).open_sealed(sealed)
    if sealed[:1] == UNDER_DATA_KEY:
        raise CannotOpen("The key of these words was destroyed, and they with it.")
    if sealed[:1] != VERSION:
        raise CannotOpen("This is no sealed value.")
    key = _ring(tuple(settings.SEALING_KEYS)).get(sealed[1:5])
    if key is None:
        name = sealed[1:5].hex()
        raise CannotOpen(f"It is sealed with the key {name}, which is not in SEALING_KEYS.")
    return key.decrypt(sealed[5:17], sealed[17:], sealed[:5])


@dataclass(frozen=True, slots=True)
class DataKey:
    """A key of one child's words. Its id is drawn from it: no other key passes for it."""

    id: bytes
    wrapped: bytes
    cipher: AESGCM

    @classmethod
    def made(cls) -> "DataKey":
        key = AESGCM.generate_key(256)
        return cls(_id_of(key), seal(key), AESGCM(key))

    @classmethod
    def opened(cls, wrapped: bytes) -> "DataKey":
        key = open_sealed(wrapped)
        return cls(_id_of(key), wrapped, AESGCM(key))

    def seal(self, content: bytes) -> bytes:
        nonce, named = urandom(NONCE), UNDER_DATA_KEY + self.id
        return named + nonce + self.cipher.encrypt(nonce, content, named)

    def open_sealed(self, sealed: bytes) -> bytes:
        named, rest = UNDER_DATA_KEY + self.id, sealed[1 + ID :]
        return self.cipher.decrypt(rest[:NONCE], rest[NONCE:], named)


def _id_of(key: bytes) -> bytes:
    return sha256(b"returnhome data key " + key).digest()[:ID]


# Whose words they are.


class HasKeyring(models.Model):
    """A row with data keys of its own: it moves whole from child to child, and its keys with it.

    What hangs below it is sealed under them: a model says in `sealed_under` by which way it does.
    """

    keyring = models.UUIDField(default=uuid4, db_default=RandomUUID(), editable=False)

    class Meta:
        abstract = True

    _data_key: DataKey | None = None

    @property
    def is_new(self) -> bool:
        """Not in the database yet: there is no key to look for."""
        return self._state.adding


@dataclass(slots=True)
class _Installation:
    """What is no child's hangs below this: no row, and in the database as good as one."""

    keyring: UUID = NO_CHILD
    is_new: bool = False
    _data_key: DataKey | None = None


def _holder(row: models.Model) -> "HasKeyring | _Installation":
    """The row under whose keys the words of this one are."""
    if isinstance(row, HasKeyring):
        return row
    *between, last = row.sealed_under.split(".")  # type: ignore[attr-defined]
    if not last:
        return _Installation()
    for name in between:
        row = getattr(row, name)
    at: Any = row._meta.get_field(last)
    if at.is_cached(row):
        return getattr(row, last)
    known = row.__dict__.get(BY_NUMBER)
    if known and known.pk == getattr(row, at.attname):
        return known
    # By number alone: who may write here is not always let read the record that it hangs below.
    holder: HasKeyring = at.related_model(pk=getattr(row, at.attname))
    holder._state.adding = False
    with connection.cursor() as cursor:
        cursor.execute(
            "select public.casework_keyring_of(%s, %s)", [holder._meta.db_table, holder.pk]
        )
        (holder.keyring,) = cursor.fetchone()
    if holder.keyring is None:
        raise at.related_model.DoesNotExist(f"There is no {at.name} {holder.pk}.")
    row.__dict__[BY_NUMBER] = holder
    return holder


def _key_for(holder: "HasKeyring | _Installation") -> DataKey:
    """The key under which the next words of this row go."""
    if holder._data_key is None and holder.is_new:
        holder._data_key = DataKey.made()
    if holder._data_key is None:
        at_hand([holder])
    assert holder._data_key
    return holder._data_key


def at_hand(holders: Iterable[HasKeyring | _Installation]) -> None:
    """Fetch the keys of many rows in one query, before words of all of them are written.

    A row that has none yet is given a new one. Of two who make one at the same moment each keeps
    its own; both open.
    """
    wanted = [each for each in holders if each._data_key is None]
    if not wanted:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "select keyring, wrapped from public.casework_keys_of(%s)",
            [[each.keyring for each in wanted]],
        )
        kept = {ring: bytes(wrapped) for ring, wrapped in cursor.fetchall()}
    for each in wanted:
        wrapped = kept.get(each.keyring)
        each._data_key = DataKey.opened(wrapped) if wrapped else DataKey.made()


def at_hand_for(rows: Iterable[models.Model]) -> None:
    """The same for rows that are about to be written, of those that hold any words."""
    holders = {id(each): each for each in map(_holder, filter(_has_words, rows))}
    at_hand(each for each in holders.values() if not each.is_new)


def _has_words(row: models.Model) -> bool:
    return any(
        getattr(row, field.attname) not in field.empty_values
        for field in row._meta.concrete_fields
        if isinstance(field, SealedBytes)
    )


class Words(NamedTuple):
    """Content about to be written, and the row that it is written in."""

    content: bytes
    row: models.Model


def carried(words: Words) -> bytes:
    """The content sealed under a key of its holder, and that key before it, wrapped."""
    holder = _holder(words.row)
    key = _key_for(holder)
    return CARRIED + holder.keyring.bytes + key.wrapped + key.seal(words.content)


class SealedBytes(models.Field):
    """A file or picture about a child, at rest in cipher."""

    empty_values: tuple[Any, ...] = (None, b"")

    def get_internal_type(self) -> str:
        return "BinaryField"

    def select_format(self, compiler: Any, sql: str, params: Any) -> tuple[str, Any]:
        return f"public.casework_with_key({sql})", params

    def from_db_value(self, value: Any, *_: Any) -> Any:
        return None if value is None else self.opened(open_sealed(bytes(value)))

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return "public.casework_keep_key(%s)"

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = getattr(model_instance, self.attname)
        return None if value is None else Words(self.closed(value), model_instance)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return None if value is None else connection.Database.Binary(self.at_rest(value))

    def at_rest(self, value: Any) -> bytes:
        """As the database is handed it. Raises TypeError where it is not told whose words it is."""
        content = value.content if isinstance(value, Words) else self.closed(value)
        if not content:
            return EMPTY
        if not isinstance(value, Words):
            raise TypeError("Sealed words are written by saving the row that they belong to.")
        return carried(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """To compare with: what is sealed is like nothing, not even itself."""
        if value is None or prepared:
            return value
        return connection.Database.Binary(seal(self.closed(value)))

    def opened(self, content: bytes) -> Any:
        return content

    def closed(self, value: Any) -> bytes:
        return bytes(value)


class SealedText(SealedBytes):
    """Free text about a child, at rest in cipher; there is no searching it."""

    empty_values = (None, "")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"default": "", **kwargs})

    def opened(self, content: bytes) -> str:
        return content.decode()

    def closed(self, value: Any) -> bytes:
        return str(value).encode()


class SealedJson(SealedBytes):
    """What is told of a child as data, at rest in cipher."""

    def opened(self, content: bytes) -> Any:
        return json.loads(content)

    def closed(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False).encode()
