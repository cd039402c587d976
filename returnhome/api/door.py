"""What stands before every address of the API: no body too large gets in, no page comes out."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from returnhome.api import problems
from returnhome.api.caps import LARGEST_BODY

Next = Callable[[HttpRequest], HttpResponseBase]

ROOT = "/api/"


def door(get_response: Next) -> Next:
    """Below /api/ an error is a problem in JSON, whoever it comes from: Django, a middleware."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(ROOT):
            return get_response(request)
        if said_length(request) > LARGEST_BODY:
            return problems.problem("too-large", f"At most {LARGEST_BODY:,} bytes are taken.")
        response = get_response(request)
        is_problem = response.headers.get("Content-Type") == problems.MEDIA_TYPE
        if response.status_code < 400 or is_problem:
            return response
        return problems.instead_of(request, response)

    return middleware


def said_length(request: HttpRequest) -> int:
    """The length that the caller announces; a body without one is not read at all."""
    said = request.META.get("CONTENT_LENGTH") or ""
    return int(said) if said.isascii() and said.isdigit() else 0
