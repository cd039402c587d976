"""How the API says no: problem+json (RFC 9457), each kind with its words, and never a page."""

from collections.abc import Sequence
from math import ceil
from typing import Any, NamedTuple

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from psycopg.errors import DeadlockDetected, LockNotAvailable
from pydantic import BaseModel, Field

from returnhome import faults
from returnhome.casework.notifications import NeverSent
from returnhome.casework.tokens import InHand, UsedForAnother
from returnhome.intake.taking import ChangedMeanwhile
from returnhome.rules import Blocked
from returnhome.rules.responsibility import NotUnderstood

MEDIA_TYPE = "application/problem+json"
# What the database says where somebody else was at work on the same for too long.
HELD_BY_OTHERS = (LockNotAvailable, DeadlockDetected)


class Kind(NamedTuple):
    """A kind of problem: the HTTP code, its title, and what whoever called should do."""

    code: int
    title: str
    means: str


KINDS = {
    "unreadable": Kind(400, "The request cannot be read", "Send JSON, in UTF-8."),
    "no-idempotency-key": Kind(
        400,
        "The header Idempotency-Key is missing or cannot be used",
        "Send one with every change: 1 to 100 letters, figures and signs, new for each change.",
    ),
    "no-token": Kind(
        401,
        "A token is needed, and none that is good was shown",
        "Send Authorization: Bearer and the token. Ask your administrator for a new one.",
    ),
    "not-allowed": Kind(403, "That is not allowed", "Nothing was changed."),
    "not-found": Kind(404, "There is nothing at this address", "Look for it in openapi.json."),
    "wrong-method": Kind(405, "The address takes another method", "The header Allow names it."),
    "refused": Kind(
        409,
        "The rules do not allow it as things stand",
        "Show the detail to a person. Do not retry.",
    ),
    "busy": Kind(
        409,
        "Somebody is at work on the same thing",
        "Send the same again in a moment, with the same idempotency key.",
    ),
    "too-large": Kind(413, "The body is too large", "Send it in parts."),
    "not-understood": Kind(
        422, "Something in the body is not what it should be", "Mend what the errors point to."
    ),
    "key-used": Kind(
        422, "This idempotency key belongs to another request", "Take a new one for each change."
    ),
    "too-many": Kind(
        429, "Too many requests from one address", "Wait as long as the header Retry-After says."
    ),
    "broken": Kind(500, "Something went wrong here", "Tell us the reference. Retry later."),
    "unavailable": Kind(
        503,
        "Not available for a moment",
        "Send the same again, with the same idempotency key, after what Retry-After says.",
    ),
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
    "too_short": "At least {min_length:,}.",
    "string_too_long": "At most {max_length:,} characters.",
    "string_too_short": "This is needed.",
    "extra_forbidden": "There is no such field.",
    "value_error": "{error}",
    "date_from_datetime_parsing": "This is no day of any year.",
    "date_parsing": "This is no day of any year.",
    "datetime_parsing": "This is no time of any day.",
    "datetime_from_date_parsing": "This is no time of any day.",
    "timezone_aware": "This needs its offset from UTC, such as Z at its end.",
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
    if code == 503:
        made = unavailable()
    else:
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
            return too_many(error)
        case AuthenticationError():
            return no_token()
        case HttpError():
            # Of a no that is ours to give, the words say why.
            return problem(
                name_of(error.status_code), str(error) if error.status_code == 403 else ""
            )
        case Http404():
            return problem("not-found")
        case RequestDataTooBig():
            return problem("too-large")
        case ValidationError() if error.errors[0]["loc"][0] == "header":
            return problem("no-idempotency-key")
        case ValidationError() if error.errors[0]["loc"][0] == "path":
            return problem("not-found")
        case ValidationError():
            return not_understood([(pointer(at["loc"]), sentence(at)) for at in error.errors])
        case NotUnderstood():
            return not_understood([(f"#/given/{error.field}", error.sentence)])
        case UsedForAnother():
            return problem("key-used", error.sentence)
        case InHand() | ChangedMeanwhile():
            return problem("busy", error.sentence)
        case OperationalError() if isinstance(error.__cause__, HELD_BY_OTHERS):
            return problem("busy")
        case _ if faults.is_unreachable(error) or faults.is_full(error):
            faults.note_unreachable(request, error)
            return unavailable()
        case NeverSent():
            return problem("not-found", error.sentence)
        case Blocked():
            return problem("refused", error.sentence)
    return broken(request)


def too_many(error: Throttled) -> HttpResponse:
    response = problem("too-many")
    if error.wait is not None:
        response.headers["Retry-After"] = str(ceil(error.wait))
    return response


def unavailable() -> HttpResponse:
    response = problem("unavailable")
    response.headers["Retry-After"] = str(faults.TRY_AGAIN)
    return response


def no_token() -> HttpResponse:
    """The same for a token that never was, that has ended, that is over, and for none at all."""
    response = problem("no-token")
    response.headers["WWW-Authenticate"] = 'Bearer realm="Returnhome"'
    return response


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
    words: dict[int, list[str]] = {}
    for name in names:
        kind = KINDS[name]
        words.setdefault(kind.code, []).append(f"`{name}`: {kind.title}. {kind.means}")
    return {
        code: {
            "description": " ".join(said),
            "content": {MEDIA_TYPE: {"schema": shape}},
        }
        for code, said in words.items()
    }
