"""Programs that ask the API: each with a token of its organisation, as strict as a browser is."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from returnhome.casework import tokens
from returnhome.casework.models import Organisation, Token
from returnhome.casework.staff import operator
from returnhome.rules.codes import TokenScope

NOTIFICATIONS = "/api/v1/notifications"


def token_of(organisation: Organisation, *scopes: TokenScope, **said: Any) -> tuple[Token, str]:
    now = timezone.now()
    given = {"until": now.date() + timedelta(days=30), "by": operator(), "at": now} | said
    return tokens.make(organisation, "Records system", scopes=scopes or list(TokenScope), **given)


class Program:
    """A program of an organisation; with `secret` it shows that, whatever it is."""

    def __init__(
        self, organisation: Organisation | None, *scopes: TokenScope, secret: str | None = None
    ) -> None:
        self.token: Token | None = None
        if organisation:
            self.token, secret = token_of(organisation, *scopes)
        self.secret = secret
        self.client = Client(enforce_csrf_checks=True, raise_request_exception=False)

    def _headers(self, key: str | None) -> dict[str, str]:
        shown = {"Authorization": f"Bearer {self.secret}"} if self.secret is not None else {}
        return shown | ({"Idempotency-Key": key} if key is not None else {})

    def post(self, address: str, body: Any, *, key: str | None = "", **more: Any) -> Any:
        """`key`: a new one, unless one is given, or None for none. A text is sent as it is."""
        sent = body if isinstance(body, str | bytes) else json.dumps(body)
        headers = self._headers(uuid4().hex if key == "" else key)
        return self.client.post(
            address, sent, content_type="application/json", headers=headers, **more
        )

    def get(self, address: str, **more: Any) -> Any:
        return self.client.get(address, headers=self._headers(None), **more)

    def send(self, *notifications: dict[str, Any], key: str = "") -> Any:
        return self.post(NOTIFICATIONS, {"notifications": list(notifications)}, key=key)

    def results(self, *notifications: dict[str, Any]) -> Sequence[tuple[str, str]]:
        answered = self.send(*notifications)
        assert answered.status_code == 200, answered.content
        return [(each["result"], each["reason"]) for each in answered.json()["results"]]

    def ask(self, reference: str) -> Any:
        return self.get(f"{NOTIFICATIONS}/{reference}")
