"""What the document says of the calls that go out: their heads, their bodies, what to answer."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from returnhome.rules.codes import WebhookEvent


class About(BaseModel):
    """What it is about, by number alone."""

    organisation: int = Field(description="The council or provider that is told")
    episode: int | None = Field(None, description="Not there in a test")
    page: str | None = Field(None, description="Where it is seen to, behind the sign-in")


class WebhookCall(BaseModel):
    """What happened, when it was noticed, and where it is seen to. It names nobody."""

    type: WebhookEvent
    timestamp: datetime
    data: About


HEADS = {
    "webhook-id": "The same each time this is sent: what has come before is not done again",
    "webhook-timestamp": "When this try was made, in seconds since 1970",
    "webhook-signature": "One or more, with a space between: `v1,` and the HMAC-SHA256, in base64, "
    "of `webhook-id`.`webhook-timestamp`.body, by the secret after `whsec_`, from base64",
}


def schemas() -> dict[str, Any]:
    """The shapes that `described` leads to."""
    shape = WebhookCall.model_json_schema(ref_template="#/components/schemas/{model}")
    return shape.pop("$defs") | {"WebhookCall": shape}


def described() -> dict[str, Any]:
    """Each event as the document has it."""
    return {event.value: {"post": _described(event)} for event in WebhookEvent}


def _described(event: WebhookEvent) -> dict[str, Any]:
    return {
        "operationId": f"told_{event.name.lower()}",
        "summary": event.label,
        "description": "Sent to the webhook of a council or provider, once for each time it is so.",
        "parameters": [
            {
                "in": "header",
                "name": name,
                "required": True,
                "description": words,
                "schema": {"type": "string"},
            }
            for name, words in HEADS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/WebhookCall"}}
            },
        },
        "responses": {
            "2XX": {"description": "Taken. After anything else it is sent again, each time later."}
        },
    }
