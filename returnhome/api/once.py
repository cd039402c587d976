"""A change asked for twice is made once: by the idempotency key that comes with every change."""

from collections.abc import Callable
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from ninja import Header

from returnhome.casework import tokens

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=100,
        pattern=r"^[!-~]+$",
        description="Any name of yours for this one change. Sent again with the same request "
        "within seven days, it gets the same answer and changes nothing more.",
    ),
]


def once(request: HttpRequest, key: str, act: Callable[[], dict[str, Any]]) -> JsonResponse:
    """What `act` gives, or gave the first time: its change and its answer stand or fall together.

    Raises InHand, UsedForAnother, and whatever `act` raises; then nothing is kept of it.
    """
    token = request.auth  # type: ignore[attr-defined]
    asked = f"{request.method} {request.path}\n{request.body.decode(errors='replace')}"
    with transaction.atomic():
        answer = tokens.begin(token.organisation, key, asked)
        is_new = answer is None
        if is_new:
            answer = act()
            tokens.keep(token, key, asked, answer, at=request.now)  # type: ignore[attr-defined]
    response = JsonResponse(answer)
    if not is_new:
        response.headers["Idempotent-Replayed"] = "true"
    return response
