"""A fault gets a reference that its answer and the log both carry, and neither what was typed."""

import logging
import secrets
import sys
import traceback

from django.http import HttpRequest

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
    )
    request.fault = reference  # type: ignore[attr-defined]
    return reference
