"""How the API says no: problem+json (RFC 9457), each kind with its words, and never a page."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from ninja.errors import HttpError, Throttled, ValidationError
from pydantic import BaseModel, Field

from returnhome import faults
from returnhome.rules import Blocked
from returnhome.rules.responsibility import NotUnderstood

MEDIA_TYPE = "application/problem+json"


class Kind(NamedTuple):
    """A kind of problem: the HTTP code, its title, and what whoever called should do."""

    code: int
    title: str
    means: str


KINDS = {
    "unreadable": Kind(400, "The request cannot be read", "Send JSON, in UTF-8."),
    "not-allowed": Kind(403, "That is not allowed", "Nothing was changed."),
    "not-found": Kind(404, "There is nothing at this address", "Look for it in openapi.json."),
    "wrong-method": Kind(405, "The address takes another method", "The header Allow names it."),
    "refused": Kind(
        409,
        "The rules do not allow it as things stand",
        "Show the detail to a person. Do not retry.",
    ),
    "too-large": Kind(413, "The body is too large", "Send it in parts."),
    "not-understood": Kind(
        422, "Something in the body is not what it should be", "Mend what the errors point to."
    ),
    "too-many": Kind(
        429, "Too many requests from one address", "Wait as long as the header Retry-After says."
    ),
    "broken": Kind(500, "Something went wrong here", "Tell us the reference. Retry later."),
}


# pydantic's own words are for programmers of Python; these are for whoever wrote the body.
SENTENCES = {
    "missing": "This is needed.",
    "model_type": "This is an object.",
    "model_attributes_type": "This is an object.",
    "list_type": "This is a list.",
    "string_type": "This is a text.",
    "int_type": "This is a whole number.",
    "bool_type": "This is true or false.",
    "enum": "This is one of {expected}.",
    "greater_than_equal": "This is {ge} or more.",
    "less_than_equal": "This is {le} or less.",
    "too_long": "At most {max_length:,} at once.",
}


class Fault(BaseModel):
    """One value that is not what it should be, and where it stands."""

    pointer: str = Field(description="JSON pointer into the body, such as `#/given/age_at_return`")
    detail: str


class Problem(BaseModel):
    """RFC 9457. `type` and `title` tell the kind; `detail` is a sentence for a person."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Fault] | None = None
    reference: str | None = Field(None, description="of a fault of ours; the log has it too")


def problem(name: str, detail: str = "", **more: Any) -> HttpResponse:
    kind = KINDS[name]
    said = {
        "type": f"/api/v1/#{name}",
        "title": kind.title,
        "status": kind.code,
        "detail": detail or f"{kind.title}.",
        **more,
    }
    response = JsonResponse(said, status=kind.code, content_type=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response


def instead_of(request: HttpRequest, response: HttpResponseBase) -> HttpResponse:
    """The problem in place of an error that Django, or a page, has answered with."""
    code = response.status_code
    made = broken(request) if code >= 500 else problem(name_of(code))
    if "Allow" in response.headers:
        made.headers["Allow"] = response.headers["Allow"]
    return made


def name_of(code: int) -> str:
    return next((name for name, kind in KINDS.items() if kind.code == code), "unreadable")


# What goes wrong inside an endpoint.


def answer(request: HttpRequest, error: Exception) -> HttpResponse:
    """The problem that stands for what an endpoint raised."""
    match error:
        case Throttled():
            return problem("too-many")
        case HttpError():
            return problem(name_of(error.status_code))
        case Http404():
            return problem("not-found")
        case RequestDataTooBig():
            return problem("too-large")
        case ValidationError():
            return not_understood([(pointer(at["loc"]), sentence(at)) for at in error.errors])
        case NotUnderstood():
            return not_understood([(f"#/given/{error.field}", error.sentence)])
        case Blocked():
            return problem("refused", error.sentence)
    return broken(request)


def not_understood(found: list[tuple[str, str]]) -> HttpResponse:
    errors = [{"pointer": at, "detail": said} for at, said in found]
    return problem("not-understood", ": ".join(found[0]), errors=errors)


def pointer(place: Sequence[str | int]) -> str:
    """Where in the body: pydantic's path begins with “body” and the name of the argument."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in place[2:])
    return "#" + "".join(f"/{step}" for step in steps)


def sentence(fault: dict[str, Any]) -> str:
    words = SENTENCES.get(fault["type"])
    return words.format_map(fault.get("ctx", {})) if words else f"{fault['msg']}."


def broken(request: HttpRequest) -> HttpResponse:
    """500, with a reference that the log has too, and nothing of what was sent."""
    reference = getattr(request, "fault", None) or faults.note(request)
    said = f"Sorry, something went wrong here. Give this reference: {reference}"
    return problem("broken", said, reference=reference)


# What the document says of it.


def schemas() -> dict[str, Any]:
    """The shapes that `documented` leads to."""
    shape = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return shape.pop("$defs") | {"Problem": shape}


def documented(*names: str) -> dict[int, dict[str, Any]]:
    """The problems that an endpoint may answer with, for its OpenAPI document."""
    shape = {"$ref": "#/components/schemas/Problem"}
    return {
        KINDS[name].code: {
            "description": f"{KINDS[name].title}. {KINDS[name].means}",
            "content": {MEDIA_TYPE: {"schema": shape}},
        }
        for name in names
    }
