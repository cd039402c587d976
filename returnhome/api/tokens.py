"""Whom the API lets in: a program that shows a token of its organisation, for what that allows."""

from math import ceil

from django.http import HttpRequest
from ninja.errors import HttpError, Throttled
from ninja.security import HttpBearer

from returnhome.api.caps import Cap
from returnhome.casework import tokens
from returnhome.casework.tokens import Token
from returnhome.rules.codes import TokenScope

# So many wrong tokens a minute from one address; then none is looked at until the next.
GUESSES = Cap(20, "guess")


class ByToken(HttpBearer):
    """Lets a request in whose token is good now and allows this scope."""

    def __init__(self, scope: TokenScope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Token | None:
        if GUESSES.is_reached(request):
            raise Throttled(wait=ceil(GUESSES.wait()))
        return super().__call__(request)

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        found = tokens.shown(token, at=request.now)  # type: ignore[attr-defined]
        if found is None:
            GUESSES.allow_request(request)
            return None
        if not found.may(self.scope):
            raise HttpError(403, f"This token may not do that: {self.scope.label.lower()}.")
        return found


sending, reading = ByToken(TokenScope.SEND), ByToken(TokenScope.READ)
