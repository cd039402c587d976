"""Notifications from a program: sent, updated, found, returned; and what became of them."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from ninja import Path, Router
from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    WithJsonSchema,
    model_validator,
)

from returnhome.api import problems
from returnhome.api.once import IdempotencyKey, once
from returnhome.api.tokens import reading, sending
from returnhome.casework import acting, episodes, journal
from returnhome.casework.notifications import NeverSent, Notification
from returnhome.intake import loading, sent
from returnhome.intake.cells import LONGEST
from returnhome.intake.layouts import Meaning
from returnhome.intake.outcome import Outcome, Result, RowOutcome
from returnhome.rules.clock import WIDEST_ESTIMATE, Moment, estimated
from returnhome.rules.codes import EpisodeKind, RiskGrade, Sex
from returnhome.rules.numbers import LONGEST as LONGEST_NUMBER

MOST_AT_ONCE = 500
LONGEST_COMMENT = 2000
NOT_USED = "One that cannot be right is kept and tells nobody apart"

router = Router(tags=["Notifications"])


# What is sent.


class Strict(BaseModel):
    """Nothing is guessed: a field that is not known here is refused, and so is another type."""

    model_config = ConfigDict(extra="forbid")


def _is_day(given: Any) -> Any:
    if not isinstance(given, str) or not DAY.fullmatch(given):
        raise ValueError("This is a day, such as 2026-01-03.")
    return given


def _is_instant(given: Any) -> Any:
    if not isinstance(given, str) or not INSTANT.match(given):
        raise ValueError("This is a time with its offset, such as 2026-01-03T07:40:00Z.")
    return given


DAY, INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T")
Day = Annotated[
    date,
    BeforeValidator(_is_day),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-01-03"]}),
]
Instant = Annotated[
    AwareDatetime,
    Field(description="With its offset from UTC, such as `2026-01-03T07:40:00Z`"),
    BeforeValidator(_is_instant),
]


def _one_of_two(shape: dict[str, Any]) -> None:
    """In the document: one of the two, and no null."""
    for name, field in shape["properties"].items():
        (kind,) = (each for each in field.pop("anyOf") if each != {"type": "null"})
        shape["properties"][name] = kind | field
    shape["oneOf"] = [{"required": ["at"]}, {"required": ["on"]}]
    shape["dependentRequired"] = {"give_or_take": ["at"]}


class When(Strict):
    """When something happened: `at` an instant, or `on` a day of which the time is not known."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_one_of_two)

    at: Instant | None = None
    give_or_take: Annotated[StrictInt, Field(ge=1, le=WIDEST_ESTIMATE)] | None = Field(
        None, description="Minutes either way, where the instant is an estimate"
    )
    on: Day | None = None

    @model_validator(mode="after")
    def check(self) -> "When":
        if (self.at is None) == (self.on is None):
            raise ValueError("Give either “at” or “on”.")
        if self.give_or_take is not None and self.at is None:
            raise ValueError("“give_or_take” goes with “at”.")
        day = self.at or self.on
        # Whether it can be right is said of the row; these have no day in another zone.
        if day is not None and not date.min.year < day.year < date.max.year:
            raise ValueError("This is too far from today to be right.")
        return self

    @property
    def moment(self) -> Moment:
        if self.on is not None:
            return Moment.on(self.on)
        assert self.at is not None  # one of the two is there
        at = self.at.astimezone(UTC)
        return Moment(at, estimated(self.give_or_take)) if self.give_or_take else Moment(at)


def _text(longest: int, description: str = "") -> Any:
    return Field("", max_length=longest, description=description or None)


class Notified(Strict):
    """One child's being missing, by your reference. What is left out says nothing.

    The same reference again updates: send all that you know, or only what is new. When the child
    was last seen, or when that was reported, is always needed.
    """

    reference: Annotated[
        StrictStr,
        Field(
            min_length=1,
            max_length=LONGEST[Meaning.REFERENCE],
            description="Yours for this episode",
        ),
    ]
    forename: StrictStr = _text(LONGEST[Meaning.FORENAME])
    surname: StrictStr = _text(LONGEST[Meaning.SURNAME])
    born: Day | None = None
    sex: Sex = Sex.UNKNOWN
    address: StrictStr = _text(LONGEST[Meaning.ADDRESS], "Where the child is missing from")
    postcode: StrictStr = _text(10)
    last_seen: When | None = None
    reported: When | None = None
    found: When | None = None
    returned: When | None = None
    found_postcode: StrictStr = _text(10, "Of the place where the child was found")
    risk: RiskGrade | None = None
    kind: EpisodeKind | None = Field(None, description="Null: missing")
    looked_after: StrictBool | None = None
    placing_authority: StrictStr = _text(
        LONGEST[Meaning.PLACING_AUTHORITY], "The council that looks after the child, by name"
    )
    comment: StrictStr = _text(LONGEST_COMMENT, "Kept, and read by people alone")
    police_number: StrictStr = _text(LONGEST_NUMBER, "Your force’s number of the child")
    nhs_number: StrictStr = _text(LONGEST_NUMBER, NOT_USED)
    upn: StrictStr = _text(LONGEST_NUMBER, f"Unique pupil number. {NOT_USED}")

    @property
    def as_sent(self) -> dict[str, str]:
        """As cells, each a text."""
        yes_or_no = {True: "yes", False: "no", None: ""}
        moments = {name: getattr(self, name) for name in sent.MOMENTS}
        return {
            **{name: str(getattr(self, name)) for name in TEXTS},
            "sex": "" if self.sex is Sex.UNKNOWN else self.sex.value,
            "born": self.born.isoformat() if self.born else "",
            "risk": self.risk.label if self.risk else "",
            "kind": self.kind.value if self.kind else "",
            "looked_after": yes_or_no[self.looked_after],
            **{name: sent.moment_as_text(when.moment) for name, when in moments.items() if when},
        }


TEXTS = (
    *("reference", "forename", "surname", "address", "postcode", "placing_authority"),
    *("comment", "police_number", "nhs_number", "upn", "found_postcode"),
)


class Sent(Strict):
    """Some notifications, taken in together or not at all."""

    notifications: Annotated[list[Notified], Field(min_length=1, max_length=MOST_AT_ONCE)]


# What is answered.


class Taken(BaseModel):
    """What became of one notification.

    `waiting`: an episode is open and its clock runs; a person at the council says who the child is.
    `unchanged`: all of it was known. `refused`: nothing of it went in; `reason` says why.
    """

    reference: str
    result: Result
    reason: str = Field(description="Empty where there is nothing to say")


class AllTaken(BaseModel):
    """In the order in which they were sent, and how many of each result there were."""

    results: list[Taken]
    counts: dict[str, int]


class WhatBecame(BaseModel):
    """What became of what you sent under one reference. It names nobody."""

    reference: str
    received_at: datetime = Field(description="When the last came that told anything new")
    result: Result = Field(description="Of that one, as it was when it came")
    reason: str
    is_joined: bool = Field(description="It is known at the council who the child is")
    is_open: bool | None = Field(
        description="The council has work to do on the episode; null where there is no episode"
    )


WAITS = "A person at the council says who the child is."


def _reason(result: str, reason: str) -> str:
    """What the sender is told: of why a row waits, nothing of whom it may be about."""
    return {Result.REFUSED: reason, Result.WAITING: WAITS}.get(Result(result), "")


def _taken(row: RowOutcome) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "result": row.result.value,
        "reason": _reason(row.result, row.reason),
    }


def _all_taken(outcome: Outcome) -> dict[str, Any]:
    return {
        "results": [_taken(row) for row in outcome.rows],
        "counts": {str(result): number for result, number in outcome.counts.items()},
    }


# The endpoints.

ASKED = ("no-token", "not-allowed", "too-many", "broken")
CHANGED = (
    *("unreadable", "no-idempotency-key", "refused", "busy", "too-large"),
    *("not-understood", "key-used", *ASKED),
)
Reference = Annotated[
    str, Path(min_length=1, max_length=LONGEST[Meaning.REFERENCE], pattern=r"^[^\x00-\x1f]+$")
]


def _told(request: HttpRequest) -> dict[str, Any]:
    """Who sends, by whose account, when."""
    token = request.auth  # type: ignore[attr-defined]
    return {"sender": token.organisation, "by": token.account, "at": request.now}  # type: ignore[attr-defined]


@router.post(
    "",
    auth=sending,
    response=AllTaken,
    operation_id="send_notifications",
    summary="Send notifications, new ones and updates, at most 500 at once",
    openapi_extra={"responses": problems.documented(*CHANGED)},
)
def send(request: HttpRequest, body: Sent, idempotency_key: IdempotencyKey) -> JsonResponse:
    """Each opens an episode or updates the one that you call by the same reference.

    They go in together: where the body has a fault that a program can see (422) none does. A single
    one that the rules refuse, such as a return before the child was last seen, says so under its
    `result` and holds up none of the others.
    """
    cells = [each.as_sent for each in body.notifications]
    return once(
        request,
        idempotency_key,
        lambda: _all_taken(loading.bring_sent(cells, **_told(request))),
    )


def _again(request: HttpRequest, reference: str, key: str, **when: When) -> JsonResponse:
    """The last notification once more, with this moment in it."""
    more = {name: sent.moment_as_text(said.moment) for name, said in when.items()}

    def act() -> dict[str, Any]:
        outcome = loading.bring_again(reference, more, **_told(request))
        return _taken(outcome.rows[0])

    return once(request, key, act)


@router.post(
    "/{path:reference}/found",
    auth=sending,
    response=Taken,
    operation_id="say_found",
    summary="Say that the child has been found",
    openapi_extra={"responses": problems.documented("not-found", *CHANGED)},
)
def say_found(
    request: HttpRequest, reference: Reference, body: When, idempotency_key: IdempotencyKey
) -> JsonResponse:
    """The same as sending the last notification again with `found` in it.

    Being found is not yet the return: a provisional clock starts.
    """
    return _again(request, reference, idempotency_key, found=body)


@router.post(
    "/{path:reference}/return",
    auth=sending,
    response=Taken,
    operation_id="say_returned",
    summary="Say that the child has returned",
    openapi_extra={"responses": problems.documented("not-found", *CHANGED)},
)
def say_returned(
    request: HttpRequest, reference: Reference, body: When, idempotency_key: IdempotencyKey
) -> JsonResponse:
    """The same as sending the last notification again with `returned` in it.

    From that moment the council has 72 hours for the return home interview.
    """
    return _again(request, reference, idempotency_key, returned=body)


@router.get(
    "/{path:reference}",
    auth=reading,
    response=WhatBecame,
    operation_id="what_became",
    summary="Ask what became of what you sent under a reference",
    openapi_extra={"responses": problems.documented("not-found", *ASKED)},
)
def what_became(request: HttpRequest, reference: Reference) -> dict[str, Any]:
    """Whether it is known who the child is, and whether the council has work to do: no name."""
    token, now = request.auth, request.now  # type: ignore[attr-defined]
    with transaction.atomic(), acting.by_token(token.digest):
        became = episodes.what_became_of(token.organisation, reference)
        if became is None:
            raise NeverSent
        asked_about = Notification(pk=became.notification_id)
        journal.write("read outcome", asked_about, by=token.account, at=now)
    return {
        "reference": reference,
        "received_at": became.received_at,
        "result": became.result,
        "reason": _reason(became.result, became.reason),
        "is_joined": became.is_joined,
        "is_open": became.is_open,
    }
