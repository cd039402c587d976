"""The log for machines, without what people typed: where a fault happened, never its words."""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from django.http import HttpRequest

access = logging.getLogger("returnhome.access")
# What is being answered just now, so that each line can say in which request it was written.
answering: ContextVar[HttpRequest | None] = ContextVar("answering", default=None)


def route_of(request: HttpRequest) -> str:
    """The name of the page, and never its address: that can hold a number, a name or a secret."""
    match = getattr(request, "resolver_match", None)
    return (match.view_name if match else "") or "none"


class Discreet(logging.Formatter):
    """Writes the places of a fault and its kind, without its message.

    The database puts the values of a refused row into its message, and a row may hold a name.
    What others than we log is written without what they put into it: that can be an address.
    """

    def format(self, record: logging.LogRecord) -> str:
        record.message = self.words(record)
        told = self.formatMessage(record)
        return f"{told}\n{self.formatException(record.exc_info)}" if record.exc_info else told

    def words(self, record: logging.LogRecord) -> str:
        if record.name.startswith("returnhome"):
            return record.getMessage()
        request = getattr(record, "request", None) or answering.get()
        if record.name.startswith("django.") and isinstance(request, HttpRequest):
            code = getattr(record, "status_code", "refused")
            return f"{code} in {request.method} {route_of(request)}"
        return "refused" if record.name.startswith("django.security") else str(record.msg)

    def formatException(self, ei: Any) -> str:
        fault: BaseException | None = ei[1]
        lines: list[str] = []
        while fault is not None:
            trace: TracebackType | None = fault.__traceback__
            lines += [f"{type(fault).__module__}.{type(fault).__qualname__}\n"]
            lines += traceback.format_tb(trace)
            fault = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
        return "".join(lines).rstrip()


class Json(Discreet):
    """The same as one object a line, for programs that gather logs."""

    def format(self, record: logging.LogRecord) -> str:
        request = answering.get()
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.words(record),
        }
        if request is not None:
            told |= {
                "request": getattr(request, "number", ""),
                "route": route_of(request),
                "method": request.method,
            }
        for name in ("code", "milliseconds", "reference"):
            if hasattr(record, name):
                told[name] = getattr(record, name)
        if record.exc_info:
            told["fault"] = self.formatException(record.exc_info).splitlines()
        return json.dumps(told, ensure_ascii=False)
