"""A drawing or a recording as a child sends it: what it is, and what of it is kept."""

import json
import logging
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from returnhome.rules import making
from returnhome.rules.making import CannotBeOpened, LastsTooLong, Making, TooBig

LOG = logging.getLogger(__name__)
HERE = Path(__file__).resolve().parents[2]
REFUSALS = {each.__name__: each for each in (CannotBeOpened, LastsTooLong, TooBig)}


@dataclass(frozen=True)
class Made:
    """What is to be kept: written anew from what was seen or heard, and nothing else."""

    content: bytes
    kind: str
    seconds: int | None = None


def read(what: Making, content: bytes) -> Made:
    """What a child drew or recorded, out of whatever file it came in.

    Neither a place, a time, a name nor a preview of the file is left in it. Its bytes say what it
    is; a process of its own reads them, see `decoding`. Raises NotTaken.
    """
    making.check_size(what, len(content))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "returnhome.intake.decoding", what.value],
            input=content,
            capture_output=True,
            check=True,
            cwd=HERE,
            env={},
            timeout=making.LONGEST_READING.total_seconds(),
        )
        line, _, kept = done.stdout.partition(b"\n")
        told = json.loads(line)
    except (subprocess.SubprocessError, OSError, ValueError) as broken:
        # One such line is an odd file; if there are many, the libraries are not there.
        LOG.warning("What reads drawings and recordings broke: %s", type(broken).__name__)
        raise CannotBeOpened from broken
    if refused := told.get("refused"):
        raise REFUSALS[refused]
    return Made(kept, told["kind"], told.get("seconds"))
