"""Opening what a command was given to read: a file, or standard input."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import CommandError


@contextmanager
def opened(name: str) -> Iterator[io.TextIOBase]:
    """The text of a file (UTF-8, with or without its mark), or of standard input for “-”.

    Raises CommandError with one sentence, exit 2, for what is not there or not text.
    """
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise CommandError(f"{name} cannot be read: {error.strerror}.", returncode=2) from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{name} is not text in UTF-8.", returncode=2) from error
    yield io.StringIO(text, newline="")
