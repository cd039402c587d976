"""A drawing to be seen and a recording to be heard: taken in, given out, on pages that may play."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from returnhome.casework import childs_part
from returnhome.casework.childs_part import Made
from returnhome.casework.ways_in import WayIn
from returnhome.intake import made as reading
from returnhome.rules import making
from returnhome.rules.choosing import Asked
from returnhome.rules.making import Making, NotTaken
from returnhome.web.middleware import HEADERS, POLICY

# A telephone asks for a sound in parts, and plays none that is not given so.
PART = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
# Nothing runs in it, whoever opens it by itself.
NOTHING_RUNS = "default-src 'none'; sandbox"


def take_in(
    way_in: WayIn, asked: Asked, files: Mapping[str, Any], *, language: str, at: datetime
) -> str:
    """Keep a drawing and a recording that came. The key of what to say where one is not taken."""
    for what in Making:
        if not (file := files.get(what)):
            continue
        try:
            making.check_size(what, file.size)
            read = reading.read(what, file.read())
        except NotTaken as refusal:
            return refusal.says
        childs_part.keep(
            way_in,
            asked,
            what,
            read.content,
            kind=read.kind,
            seconds=read.seconds,
            language=language,
            at=at,
        )
    return ""


def given(request: HttpRequest, made: Made) -> HttpResponse:
    """What was drawn or said, as it is kept; or the part that was asked for."""
    content = bytes(made.content)
    asked = PART.fullmatch(request.headers.get("Range", ""))
    if asked and any(asked.groups()):
        response = _part(content, *asked.groups())
    else:
        response = HttpResponse(content)
    response.headers["Content-Type"] = made.kind
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Disposition"] = "inline"
    response.headers["Content-Security-Policy"] = NOTHING_RUNS
    return response


def _part(content: bytes, first: str, last: str) -> HttpResponse:
    size = len(content)
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if start > end:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    part = HttpResponse(content[start : end + 1], status=206)
    part.headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    return part


def may_play(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A page on which a recording of ours is heard."""
    policy = POLICY.format(nonce=request.csp_nonce)  # type: ignore[attr-defined]
    response.headers["Content-Security-Policy"] = f"{policy}; media-src 'self'"
    return response


def may_record(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A page on which a child can record too: no other may ask for the microphone."""
    response.headers["Permissions-Policy"] = HEADERS["Permissions-Policy"].replace(
        "microphone=()", "microphone=(self)"
    )
    return may_play(request, response)
