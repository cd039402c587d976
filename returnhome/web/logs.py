"""The log for machines, without what people typed: where a fault happened, never its words."""

import logging
import traceback
from types import TracebackType
from typing import Any


class Discreet(logging.Formatter):
    """Writes the places of a fault and its kind, without its message.

    The database puts the values of a refused row into its message, and a row may hold a name.
    """

    def formatException(self, ei: Any) -> str:
        fault: BaseException | None = ei[1]
        lines: list[str] = []
        while fault is not None:
            trace: TracebackType | None = fault.__traceback__
            lines += [f"{type(fault).__module__}.{type(fault).__qualname__}\n"]
            lines += traceback.format_tb(trace)
            fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
        return "".join(lines).rstrip()
