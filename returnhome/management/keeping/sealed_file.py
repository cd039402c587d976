"""A backup's file: in the age format, written for public keys and read with a private one."""

import fcntl
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, NamedTuple

import pyrage
from pyrage import x25519

from returnhome.management.keeping import Failed, Refused

# In front of the dump stands one line, so that the standard tools open a backup too:
# age -d | tail -n +2 | pg_restore
KIND = "returnhome_backup"
VERSION = 1
FIRST_LINE_AT_MOST = 64 * 1024 * 1024
HEADER = b"age-encryption.org/v1\n"


class Written(NamedTuple):
    """A file that is whole on the disk."""

    size: int
    sha256: str


class ReadThrough(NamedTuple):
    """What a file holds, every byte of it held against its seal."""

    manifest: dict[str, Any]
    dump: int
    size: int
    sha256: str


# Keys.


def make_key(to: Path, *, at: datetime) -> str:
    """Put a new private key into a file that only its owner may read; gives the public one."""
    identity = x25519.Identity.generate()
    public = str(identity.to_public())
    text = f"# created: {at.isoformat(timespec='seconds')}\n# public key: {public}\n{identity}\n"
    try:
        with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise Refused(f"{to} is there already: a key is never written over.") from None
    except OSError as error:
        raise Refused(f"{to} cannot be written: {error.strerror}.") from None
    return public


def recipients_in(text: str) -> list[x25519.Recipient]:
    """The public keys that a setting names. Raises Refused for none, and for what is none."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words:
        raise Refused(
            "BACKUP_RECIPIENTS names no public key, and a backup is never written in the clear. "
            "returnhome backup --make-key FILE makes one."
        )
    if any(word.upper().startswith("AGE-SECRET-KEY-") for word in words):
        raise Refused(
            "BACKUP_RECIPIENTS holds a private key: it takes the public one, which begins with "
            "age1. Where this setting was seen, make a new key."
        )
    try:
        return [x25519.Recipient.from_str(word) for word in words]
    except pyrage.RecipientError:
        raise Refused(
            "BACKUP_RECIPIENTS must be public keys that begin with age1, with commas between them."
        ) from None


def identities_in(path: Path) -> list[x25519.Identity]:
    """The private keys in a file as make_key or age-keygen writes it. Raises Refused."""
    try:
        lines = path.read_text("utf-8", errors="replace").split()
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from None
    words = [line for line in lines if line.startswith("AGE-SECRET-KEY-")]
    try:
        found = [x25519.Identity.from_str(word) for word in words]
    except pyrage.IdentityError:
        found = []
    if not found:
        raise Refused(f"{path} holds no private key: it should have a line AGE-SECRET-KEY-….")
    return found


# Writing.


def write(
    to: Path, recipients: Sequence[x25519.Recipient], manifest: dict[str, Any], dump: "Source"
) -> Written:
    """Write the file under another name and rename it once it is whole. Raises Failed."""
    with unfinished(to) as (part, file):
        plain = _Plain(manifest, dump)
        cipher = _Hashed(file)
        try:
            pyrage.encrypt_io(plain, cipher, recipients)
            os.fsync(file.fileno())
        except (pyrage.EncryptError, OSError) as error:
            failed = plain.failed or cipher.failed or error
            if isinstance(failed, OSError):
                raise Failed(
                    f"{part} could not be written: {failed.strerror or failed}. No backup was made."
                ) from failed
            raise failed from None
        size = file.tell()
        part.rename(to)
    folder = os.open(to.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return Written(size, cipher.digest.hexdigest())


@contextmanager
def unfinished(to: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """The file's part, which nobody else is writing; it goes where it is not renamed."""
    if to.exists():
        raise Refused(f"{to} is there already: a backup is never written over.")
    part = to.with_name(f"{to.name}.part")
    try:
        # Nothing is held back: a disk that is full at the end would refuse it a second time.
        file = os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT, 0o600), "wb", buffering=0)
    except OSError as error:
        raise Refused(f"{part} cannot be written: {error.strerror}.") from None
    with file:
        try:
            # What one left that was killed is begun anew; its lock went with it.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(f"Another backup is just writing {part}.") from None
        file.truncate()
        try:
            yield part, file
        except BaseException:
            part.unlink(missing_ok=True)
            raise


class Source:
    """Where the dump comes from: gives bytes until the end, and then says whether it was the end.

    `ended` raises Failed where the dump broke off: nothing of it may pass for a backup.
    """

    def __init__(self, stream: IO[bytes], ended: Callable[[], None]) -> None:
        self.stream, self.ended = stream, ended


class _Plain:
    """What is encrypted: the manifest's line, then the dump."""

    def __init__(self, manifest: dict[str, Any], dump: Source) -> None:
        line = json.dumps({KIND: VERSION, **manifest}, ensure_ascii=False, separators=(",", ":"))
        self.first, self.dump = line.encode() + b"\n", dump
        self.failed: BaseException | None = None

    def read(self, number: int) -> bytes:
        # The library keeps of what is raised here no more than its words.
        try:
            if self.first:
                given, self.first = self.first[:number], self.first[number:]
                return given
            given = self.dump.stream.read(number)
            if not given:
                self.dump.ended()
            return given
        except BaseException as error:
            self.failed = error
            raise


class _Hashed:
    """A file that is written to, and its hash."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.digest = file, sha256()
        self.failed: BaseException | None = None

    def write(self, given: bytes) -> int:
        try:
            rest = memoryview(given)
            while rest:
                rest = rest[self.file.write(rest) :]
        except BaseException as error:
            self.failed = error
            raise
        self.digest.update(given)
        return len(given)

    def flush(self) -> None:
        """Nothing is kept back."""


# Reading.


def read_through(
    path: Path, identities: Sequence[x25519.Identity], onto: Callable[[bytes], Any] | None = None
) -> ReadThrough:
    """Read the file to its end, the dump onto what is given. Raises Refused and Failed.

    Every piece is held against its seal before it is passed on; that none is missing at the end is
    known at the end.
    """
    with _opened(path) as file:
        cipher, plain = _Read(file), _Parted(onto)
        try:
            pyrage.decrypt_io(cipher, plain, identities)
        except pyrage.DecryptError as error:
            if plain.failed:
                raise plain.failed from None
            if "No matching" in str(error):
                raise Refused(
                    f"{path} was not written for this key, or its first lines are damaged."
                ) from None
            raise _damaged(path) from None
        except OSError:
            raise plain.failed or _damaged(path) from None
        if plain.manifest is None or not plain.dump:
            raise Failed(f"{path} can be opened, and is no backup of Returnhome.")
        return ReadThrough(plain.manifest, plain.dump, cipher.size, cipher.digest.hexdigest())


def looked_at(path: Path) -> tuple[int, Written]:
    """What is seen without a private key: for how many keys it was written, its size and hash."""
    with _opened(path) as file:
        head = file.read(64 * 1024)
        if not head.startswith(HEADER) or b"\n--- " not in head:
            raise Failed(f"{path} is no file that age wrote.")
        number = len(re.findall(rb"^-> X25519 ", head.split(b"\n--- ")[0], re.MULTILINE))
        file.seek(0)
        digest = sha256()
        while piece := file.read(1 << 20):
            digest.update(piece)
        return number, Written(file.tell(), digest.hexdigest())


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    try:
        file = path.open("rb")
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}.") from None
    with file:
        yield file


def _damaged(path: Path) -> Failed:
    return Failed(f"{path} is damaged or cut off: it is not as it was written. Use another copy.")


class _Read:
    """A file that is read from, and its hash."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.digest, self.size = file, sha256(), 0

    def read(self, number: int) -> bytes:
        given = self.file.read(number)
        self.digest.update(given)
        self.size += len(given)
        return given


class _Parted:
    """What is decrypted, parted into the manifest and the dump."""

    def __init__(self, onto: Callable[[bytes], Any] | None) -> None:
        self.onto = onto
        self.first = bytearray()
        self.manifest: dict[str, Any] | None = None
        self.dump = 0
        self.failed: BaseException | None = None

    def write(self, given: bytes) -> int:
        try:
            rest = given if self.manifest is not None else self._begin(given)
            self.dump += len(rest)
            if rest and self.onto:
                self.onto(rest)
        except BaseException as error:
            self.failed = error
            raise
        return len(given)

    def flush(self) -> None:
        """Nothing is kept back."""

    def _begin(self, given: bytes) -> bytes:
        self.first += given
        line, end, rest = self.first.partition(b"\n")
        if not end:
            if len(self.first) > FIRST_LINE_AT_MOST:
                raise Failed("The file can be opened, and is no backup of Returnhome.")
            return b""
        try:
            told = json.loads(line)
            version = told.pop(KIND)
        except (ValueError, KeyError, AttributeError, TypeError):
            raise Failed("The file can be opened, and is no backup of Returnhome.") from None
        if version != VERSION:
            raise Refused("The backup is in a form of a newer Returnhome: restore it with that.")
        self.manifest = told
        self.first.clear()
        return bytes(rest)
