"""The organisation's keys: what each seals, changed for another while people work, on paper.

Words are under data keys and data keys under the organisation's, so a change of key writes the data
keys anew and not one word. What an earlier release sealed with the organisation's key itself goes
under data keys on the way. Only the owner of the tables reads or writes a data key.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import accumulate
from secrets import token_bytes
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from mnemonic import Mnemonic

from returnhome.casework import bulk, sealing
from returnhome.casework.sealing import VERSION, DataKey, SealedBytes
from returnhome.rules import Blocked

# So many in one transaction, or so many bytes: nobody who works meanwhile waits longer than a
# moment, and recordings are not all in memory at once.
BATCH, BYTES = 1_000, 8 * 1024 * 1024


class NotAKey(Blocked):
    sentence = (
        "That is no sealing key: it has to be 32 random bytes in URL-safe base64, as "
        "`returnhome keys make` prints them."
    )


class NotThePaper(Blocked):
    sentence = (
        "Those words are not a sealing key: one of them was read wrongly, or two stand in the "
        "wrong order. A key is 24 words."
    )


# A key, and a key on paper.


def name_of(key: str) -> str:
    """What a key is called: eight digits that each value sealed by it bears. Raises NotAKey."""
    try:
        raw = urlsafe_b64decode(key)
    except ValueError as failed:
        raise NotAKey from failed
    if len(raw) != 32:
        raise NotAKey
    return sha256(raw).digest()[:4].hex()


def make() -> str:
    return urlsafe_b64encode(token_bytes(32)).decode()


def on_paper(key: str) -> list[str]:
    """A key as 24 words, to be written down or read out over a telephone. Raises NotAKey."""
    name_of(key)
    return Mnemonic("english").to_mnemonic(urlsafe_b64decode(key)).split()


def from_paper(words: str) -> str:
    """The key that stands on a paper; capitals, numbers of lines and commas do no harm.

    Raises NotThePaper.
    """
    language = Mnemonic("english")
    said = [each for each in words.lower().replace(",", " ").split() if each.isalpha()]
    if len(said) != 24 or not language.check(" ".join(said)):
        raise NotThePaper
    return urlsafe_b64encode(bytes(language.to_entropy(said))).decode()


# What each seals.


@dataclass
class Sealed:
    """By the name of an organisation's key: how much is sealed by it, of each kind."""

    data_keys: Counter[str] = field(default_factory=Counter)
    # Of an earlier release: words under the organisation's key itself.
    words: Counter[str] = field(default_factory=Counter)
    secrets: Counter[str] = field(default_factory=Counter)

    @property
    def names(self) -> list[str]:
        """Every key that anything is sealed by, and those at hand; the first of these first."""
        seals = {*self.data_keys, *self.words, *self.secrets}
        return [*at_hand(), *sorted(seals - set(at_hand()))]

    @property
    def missing(self) -> list[str]:
        return [name for name in self.names if name not in at_hand()]

    def under(self, name: str) -> int:
        return self.data_keys[name] + self.words[name] + self.secrets[name]

    @property
    def is_settled(self) -> bool:
        """Nothing is left but what the first key seals, and no words but under data keys."""
        first, *_ = at_hand()
        return not self.words.total() and not any(
            self.under(name) for name in self.names if name != first
        )


def at_hand() -> list[str]:
    """The names of the keys in `SEALING_KEYS`, the one that seals first."""
    return [name_of(key) for key in settings.SEALING_KEYS]


def counted() -> Sealed:
    """What is sealed by which key. As the owner of the tables."""
    found = Sealed()
    with connection.cursor() as cursor:
        cursor.execute(
            "select encode(substr(wrapped, 2, 4), 'hex'), count(*) from casework_datakey group by 1"
        )
        found.data_keys.update(dict(cursor.fetchall()))
        for model, its in sealed_models():
            for column in its:
                table, at = _quoted(model._meta.db_table), _quoted(column.column)
                cursor.execute(
                    f"select encode(substr({at}, 2, 4), 'hex'), count(*) from {table}"  # noqa: S608
                    f" where get_byte({at}, 0) = 1 group by 1"
                )
                found.words.update(dict(cursor.fetchall()))
    for secret in Authenticator.objects.all():
        found.secrets.update(text[2:10] for text in _texts(secret.data) if _is_sealed(text))
    return found


def sealed_models() -> Iterator[tuple[type[models.Model], list[SealedBytes]]]:
    for model in apps.get_app_config("casework").get_models():
        if its := [each for each in model._meta.fields if isinstance(each, SealedBytes)]:
            yield model, its


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(str(name))


def _texts(data: Any) -> list[str]:
    """The texts in what allauth keeps of somebody's second factor."""
    if isinstance(data, dict):
        return [text for each in data.values() for text in _texts(each)]
    if isinstance(data, list):
        return [text for each in data for text in _texts(each)]
    return [data] if isinstance(data, str) else []


def _is_sealed(text: str) -> bool:
    """Whether the text is a sealed value in hexadecimal: its version, and a nonce and a tag."""
    return (
        len(text) >= 66
        and text.startswith(VERSION.hex())
        and not set(text) - set("0123456789abcdef")
    )


# Changing the key.


def rotate() -> Iterator[tuple[str, int]]:
    """Seal anew with the first key whatever another sealed; as the owner of the tables.

    Each batch stands by itself, people work meanwhile, and one that was cut off is begun again.
    Gives after each batch what was done and to how many. Raises sealing.CannotOpen where a key is
    missing: what it sealed stays as it is.
    """
    for number in _data_keys():
        yield "data keys", number
    for number in _secrets():
        yield "secrets of people’s second factors", number
    for model, its in sealed_models():
        for number in _words(model, its):
            yield "rows of an earlier release", number


def _data_keys() -> Iterator[int]:
    first, *_ = at_hand()
    # From the last one on: who begins anew each time walks past all that is done, again and again.
    last = UUID(int=0)
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "select id, wrapped from casework_datakey"
                " where id > %s and substr(wrapped, 2, 4) <> %s"
                " order by id limit %s for update",
                [last, bytes.fromhex(first), BATCH],
            )
            old = [(pk, bytes(wrapped)) for pk, wrapped in cursor.fetchall()]
            if not old:
                return
            cursor.execute(
                "update casework_datakey kept set wrapped = fresh.wrapped"
                " from unnest(%s::uuid[], %s::bytea[]) fresh (id, wrapped)"
                " where kept.id = fresh.id",
                [[pk for pk, _ in old], [_wrapped_anew(pk.bytes, wrapped) for pk, wrapped in old]],
            )
        last = old[-1][0]
        yield len(old)


def _wrapped_anew(number: bytes, wrapped: bytes) -> bytes:
    """The same key under the first of the organisation's: looked at before it takes its place."""
    again = sealing.seal(sealing.open_sealed(wrapped))
    if not hmac.compare_digest(DataKey.opened(again).id, number):
        raise sealing.CannotOpen("A data key is not the one that its number tells.")
    return again


def _secrets() -> Iterator[int]:
    first, *_ = at_hand()
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            one = Authenticator.objects.select_for_update().get(pk=pk)
            fresh = _anew(one.data, first)
            if fresh != one.data:
                one.data = fresh
                one.save(update_fields=["data"])
                yield 1


def _anew(data: Any, first: str) -> Any:
    if isinstance(data, dict):
        return {name: _anew(each, first) for name, each in data.items()}
    if isinstance(data, list):
        return [_anew(each, first) for each in data]
    if isinstance(data, str) and _is_sealed(data) and data[2:10] != first:
        return sealing.seal(sealing.open_sealed(bytes.fromhex(data))).hex()
    return data


def _words(model: type[models.Model], its: list[SealedBytes]) -> Iterator[int]:
    """Put under data keys what the organisation's key itself sealed: also of signed records.

    What keeps a record as it is would refuse this too: it is put off within the transaction, and so
    for nobody else. Each row is read again, and is word for word as it was, before that ends.
    """
    table, key = _quoted(model._meta.db_table), _quoted(model._meta.pk.column)
    columns = [_quoted(each.column) for each in its]
    old = " or ".join(f"get_byte({column}, 0) = 1" for column in columns)
    size = " + ".join(f"coalesce(octet_length({column}), 0)" for column in columns)
    names = [each.attname for each in its]
    # Whose words they are, in the same question.
    way = getattr(model, "sealed_under", "").replace(".", "__")
    related = model._base_manager.select_related(way) if way else model._base_manager.all()
    last = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"select {key}, {size} from {table} where {key} > %s and ({old})"  # noqa: S608
                f" order by {key} limit %s",
                [last, BATCH],
            )
            numbers = _fitting(cursor.fetchall())
            if not numbers:
                return
            cursor.execute("set local lock_timeout = '5s'")
            cursor.execute(f"alter table {table} disable trigger user")
            rows = list(
                related.filter(pk__in=numbers).order_by("pk").select_for_update(of=("self",))
            )
            bulk.update(rows, names)
            again = model._base_manager.filter(pk__in=numbers).order_by("pk")
            if list(again.values_list(*names)) != [
                tuple(getattr(row, name) for name in names) for row in rows
            ]:
                raise sealing.CannotOpen("What was sealed anew does not read as before.")
            cursor.execute(f"alter table {table} enable trigger user")
        last = numbers[-1]
        yield len(numbers)


def _fitting(rows: list[tuple[Any, int]]) -> list[Any]:
    """The first of these that make no more than BYTES together, and one at the least."""
    sizes = accumulate(size for _, size in rows)
    return [pk for (pk, _), sum_ in zip(rows, sizes, strict=True) if sum_ <= BYTES] or [
        pk for pk, _ in rows[:1]
    ]
