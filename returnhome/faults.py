"""A fault gets a reference that its answer and the log both carry, and neither what was typed."""

import logging
import secrets
import sys
import traceback

from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest

# Seconds after which somebody whom the database did not answer may ask again.
TRY_AGAIN = 10
# The connection broke, the server ends or starts, and it has no room for another.
OF_THE_CONNECTION = ("08", "57P01", "57P02", "57P03", "53300")
# One that follows another and was not promoted yet: it reads and does not write.
FOLLOWS = "25006"
NO_ROOM = "53100"

logger = logging.getLogger(__name__)


def note(request: HttpRequest) -> str:
    """Log where the fault that is being handled happened; returns its reference."""
    reference = secrets.token_hex(4).upper()
    kind, _, trace = sys.exc_info()
    frames = traceback.extract_tb(trace)[-1:]
    where = f"{frames[0].filename}:{frames[0].lineno}" if frames else "unknown"
    match = getattr(request, "resolver_match", None)
    logger.error(
        "Fault %s: %s at %s in %s %s",
        reference,
        kind.__name__ if kind else "unknown",
        where,
        request.method,
        match.view_name if match else "unknown page",
        extra={"reference": reference},
    )
    request.fault = reference  # type: ignore[attr-defined]
    return reference


def is_unreachable(error: BaseException | None) -> bool:
    """Whether the database is gone, and not at odds with what was asked of it."""
    # What the server itself says has a code; nothing there: nobody answered.
    code = getattr(error.__cause__, "sqlstate", None) if error else None
    if isinstance(error, InternalError):
        return code == FOLLOWS
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    return code is None or code.startswith(OF_THE_CONNECTION)


def is_full(error: BaseException | None) -> bool:
    """Whether the database has no room left on its disk: it reads, and writes nothing."""
    cause = error.__cause__ if isinstance(error, OperationalError) else None
    return getattr(cause, "sqlstate", None) == NO_ROOM


def note_unreachable(request: HttpRequest, error: BaseException | None = None) -> None:
    """Log that the database is gone, or full: no fault of ours, so it has no reference."""
    full = "The database has no room left on its disk."
    logger.error(full if is_full(error) else "The database does not answer.")
    # What is logged about the answer itself would say less, and again.
    request.fault = ""  # type: ignore[attr-defined]
