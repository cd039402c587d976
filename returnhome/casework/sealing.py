"""Words about a child, sealed before they reach the database and opened when they leave it.

A sealed value is one version byte, four bytes that name the key, twelve of nonce, then AES-GCM.
Every key in `SEALING_KEYS` opens; the first one seals, so that a key can be replaced at leisure.
"""

import json
from base64 import urlsafe_b64decode
from functools import cache
from hashlib import sha256
from os import urandom
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

VERSION = b"\x01"


class CannotOpen(Exception):
    """The key that sealed a value is not among the keys of this installation."""


@cache
def _ring(keys: tuple[str, ...]) -> dict[bytes, AESGCM]:
    raw = [urlsafe_b64decode(key) for key in keys]
    return {sha256(key).digest()[:4]: AESGCM(key) for key in raw}


def seal(content: bytes) -> bytes:
    """Seal `content` with the first key."""
    name, key = next(iter(_ring(tuple(settings.SEALING_KEYS)).items()))
    nonce = urandom(12)
    return VERSION + name + nonce + key.encrypt(nonce, content, VERSION + name)


def open_sealed(sealed: bytes) -> bytes:
    """The content of a sealed value; raises CannotOpen for a key nobody here holds."""
    key = _ring(tuple(settings.SEALING_KEYS)).get(sealed[1:5])
    if sealed[:1] != VERSION or key is None:
        raise CannotOpen("A sealed value cannot be opened with the keys of this installation.")
    return key.decrypt(sealed[5:17], sealed[17:], sealed[:5])


class SealedBytes(models.Field):
    """A file or picture about a child, at rest in cipher."""

    empty_values: tuple[Any, ...] = (None, b"")

    def get_internal_type(self) -> str:
        return "BinaryField"

    def from_db_value(self, value: Any, *_: Any) -> Any:
        return None if value is None else self.opened(open_sealed(bytes(value)))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
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
