"""Who must act for a child who went missing, and who interviews: asked by a machine, not kept."""

from typing import Annotated, Any

from django.http import HttpRequest, JsonResponse
from ninja import Body, Router
from pydantic import BaseModel, Field, StrictBool, StrictInt, StrictStr, model_validator

from returnhome.api import problems
from returnhome.casework import reference
from returnhome.rules import responsibility
from returnhome.rules.codes import Cohort, EpisodeKind, OfferKind
from returnhome.rules.responsibility import ArrangementKind, Flag, Reply

MOST_AT_ONCE = 1000

router = Router(tags=["Who does the interview?"])


# What is asked, as the `responsibility` command takes it.


class Facts(BaseModel):
    """Other keys are left. An empty text is as if the key were not there."""

    @model_validator(mode="before")
    @classmethod
    def leave_blanks_out(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {key: value for key, value in given.items() if value != ""}


Place = Annotated[
    StrictStr | None, Field(description="An authority or a district, by name or GSS code")
]


class Arrangement(Facts):
    """Who else may interview."""

    kind: ArrangementKind
    by: StrictStr | None = Field(None, description="The authority or the provider")
    commissioned_by: Place = None
    standing: StrictBool | None = Field(None, description="A general agreement")
    answer: Reply | None = Field(None, description="To this one request; null: none yet")


class Given(Facts):
    """What is known of one episode, as at its start. Null, or no key: not known, or not so."""

    category: EpisodeKind | None = Field(None, description="Null: missing")
    age_at_return: Annotated[StrictInt, Field(ge=0, le=130)] | None = None
    looked_after_by: Place = None
    lives_in: Place = None
    placed_in: Place = None
    missing_from: Place = None
    found_in: Place = None
    received_by: Place = None
    moved_to: Place = None
    looked_after_since_start: Place = None
    unaccompanied: StrictBool | None = None
    facts_in_conflict: StrictBool | None = None
    arrangement: Arrangement | None = None


class Asked(BaseModel):
    """One episode. `case` is any name of yours, and comes back."""

    case: Any = None
    given: Given


# What is answered.


class Reason(BaseModel):
    rule: str
    facts: dict[str, Any]
    sentence: str
    source: str = Field(description="The document, and whether it is to be confirmed yet")


class Answer(BaseModel):
    """Who must act, who interviews, and why."""

    cohort: Cohort
    responsible: str = Field(description="The authority that must act")
    host: str | None = Field(description="Where a looked-after child is placed out of area")
    offer: OfferKind = Field(description="Which duty stands behind the offer")
    interviewing: str | None = Field(description="Null on the adult pathway only")
    tell: list[str] = Field(description="To whom a notice is proposed")
    handover: bool
    flags: list[Flag] = Field(description="What a person should look at")
    reasons: list[Reason]


class Answered(BaseModel):
    case: Any = None
    answer: Answer


class AnsweredOrRefused(BaseModel):
    """Of a list: null under `answer` where one cannot be answered, and why under `refused`."""

    case: Any = None
    answer: Answer | None
    refused: str | None = None


PROBLEMS = ("unreadable", "too-large", "not-understood", "too-many", "broken")


@router.post(
    "",
    response=Answered,
    operation_id="who_interviews",
    summary="Say who must act for one child, who interviews, and why",
    openapi_extra={"responses": problems.documented("refused", *PROBLEMS)},
)
def ask(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """Open to everybody, and nothing is kept. Send no name of a child: none is asked for.

    409 where nothing names an authority that we know.
    """
    given = responsibility.given_from(asked.given.model_dump(exclude_none=True))
    decision = responsibility.decide(given, known=reference.places())
    return {"case": asked.case, "answer": decision.as_answer()}


@router.post(
    "/cases",
    response=list[AnsweredOrRefused],
    operation_id="who_interviews_cases",
    summary="The same for a list, at most 1,000 at once",
    openapi_extra={
        "requestBody": {
            "content": {
                "application/json": {"schema": {"items": {"$ref": "#/components/schemas/Asked"}}}
            }
        },
        "responses": problems.documented(*PROBLEMS),
    },
)
def ask_all(
    request: HttpRequest, cases: Annotated[list[Any], Body(max_length=MOST_AT_ONCE)]
) -> JsonResponse:
    """One answer for each, in their order. One that cannot be answered holds up none of the others:
    it says why under `refused`.
    """
    # As it is: looking each answer over against its schema would take most of the time.
    return JsonResponse(list(responsibility.decide_cases(cases, reference.places())), safe=False)
