"""A drawing and a recording: what a child can make instead of words, how large, and how long.

Source: the product's own design. UNCRC, article 13: a child tells by word, in writing, by art or by
any other means of their choice. Mind Of My Own: a voice or a drawing tells what some do not write.
UK GDPR, article 5(1)(c): what comes along unasked, such as the place of a photo, is not kept.
"""

from datetime import timedelta

from returnhome.rules import Blocked
from returnhome.rules.codes import Code

MEGABYTE = 1024 * 1024


class Making(Code):
    """What a child made instead of words, or beside them: one of each to a question."""

    DRAWING = "drawing", "A drawing"
    RECORDING = "recording", "A recording"


# What is taken in. A photo of a telephone has 3 to 6 MB, five minutes of a voice note 1 to 5.
LARGEST = {Making.DRAWING: 8 * MEGABYTE, Making.RECORDING: 10 * MEGABYTE}
LONGEST = timedelta(minutes=5)
# The recorder stops by itself after five minutes, and a little later.
GRACE = timedelta(seconds=5)
# A telephone's camera has up to 50 million points; a picture with more is none that anybody took.
MOST_POINTS = 51_000_000
# What is kept of a drawing: the longer side, in points. It fills a screen, and a sheet of paper.
LONGEST_SIDE = 2000
# As each is kept: what every browser shows and plays.
KINDS = {Making.DRAWING: ("image/jpeg", "image/png"), Making.RECORDING: ("audio/mpeg",)}


# Whoever reads a file takes no longer, and no more room.
LONGEST_READING = timedelta(seconds=20)
MOST_ROOM = 1024 * MEGABYTE


class NotTaken(Blocked):
    """Why a file of the child's was not taken. `says` names its sentence on their own pages."""

    says = "say.file_wrong"


class CannotBeOpened(NotTaken):
    sentence = "We could not open that file. Try a photo or a voice note."


class TooBig(NotTaken):
    sentence = "That file is too big. Try a shorter or smaller one."
    says = "say.file_too_big"


class LastsTooLong(NotTaken):
    sentence = "That is more than 5 minutes. Try a shorter one."
    says = "say.file_too_long"


def check_size(what: Making, size: int) -> None:
    """Before anything of it is read. Raises TooBig, and CannotBeOpened where there is nothing."""
    if size > LARGEST[what]:
        raise TooBig
    if not size:
        raise CannotBeOpened


def check_points(width: int, height: int) -> None:
    """Before a picture is unpacked: a small file can hold a wall of points. Raises TooBig."""
    if width * height > MOST_POINTS:
        raise TooBig


def check_length(seconds: float) -> None:
    """As it is heard, not as the file says. Raises CannotBeOpened of silence, LastsTooLong."""
    if seconds > (LONGEST + GRACE).total_seconds():
        raise LastsTooLong
    if seconds <= 0:
        raise CannotBeOpened
