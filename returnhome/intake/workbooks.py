"""A workbook's sheets, each as the CSV that it would be saved as; read in a process of its own."""

import json
import logging
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

LOG = logging.getLogger(__name__)
HERE = Path(__file__).resolve().parents[2]
LONGEST_READING = 90
# What a workbook may unpack to. A year of England's busiest force unpacks to 60 MB.
MOST_UNPACKED = 600 * 1024 * 1024
MOST_PARTS = 5_000


class CannotBeOpened(Exception):
    """It is no workbook, or a damaged one."""


class IsLocked(Exception):
    """It asks for a password."""


class IsTooLarge(Exception):
    """It holds more than can be read."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, its rows as CSV in UTF-8, and the number of the last."""

    name: str
    content: bytes
    length: int


# As `unpacking` ends.
REFUSALS = {3: IsTooLarge, 4: IsLocked, 5: CannotBeOpened}


def unpacked(content: bytes) -> list[Sheet]:
    """The sheets that can be seen, in their order; those with nothing on them are left out.

    Raises CannotBeOpened, IsLocked, IsTooLarge.
    """
    _check_parts(content)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "returnhome.intake.unpacking"],
            input=content,
            capture_output=True,
            check=False,
            cwd=HERE,
            env={},
            timeout=LONGEST_READING,
        )
    except subprocess.TimeoutExpired:
        raise IsTooLarge from None
    if done.returncode in REFUSALS:
        raise REFUSALS[done.returncode]
    if done.returncode < 0:
        # Out of room or time: the system ended it.
        raise IsTooLarge
    if done.returncode:
        LOG.warning("What reads workbooks broke with %s", done.returncode)
        raise CannotBeOpened
    return [sheet for sheet in _told(done.stdout) if sheet.length]


def _told(out: bytes) -> list[Sheet]:
    sheets = []
    while out:
        line, _, out = out.partition(b"\n")
        said = json.loads(line)
        sheets.append(Sheet(said["sheet"], out[: said["bytes"]], said["rows"]))
        out = out[said["bytes"] :]
    return sheets


def _check_parts(content: bytes) -> None:
    """What a packed workbook says that it unpacks to; the process has its own bounds."""
    if not content.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise CannotBeOpened from None
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise IsTooLarge
