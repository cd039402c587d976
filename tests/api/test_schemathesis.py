"""The API is what its document says: whatever is sent, every answer there is written down.

Schemathesis makes up requests from the document: such as it allows, and such as it does not.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from returnhome.api import caps
from returnhome.casework import acting
from returnhome.casework.models import Delivery, Episode, JournalEntry
from returnhome.wsgi import application
from tests.api.programs import Program
from tests.api.test_notifications import about
from tests.cast import Cast

schemathesis: Any = pytest.importorskip("schemathesis")
checks: Any = pytest.importorskip("schemathesis.checks")
written: Any = pytest.importorskip("schemathesis.specs.openapi.checks")

pytestmark = pytest.mark.check

KNOWN = "NSP/26/0001"
EXAMPLES = 40
ALLOWED, NOT_ALLOWED = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE
OPERATIONS = (
    "POST /api/v1/who-interviews",
    "POST /api/v1/who-interviews/cases",
    "POST /api/v1/notifications",
    "POST /api/v1/notifications/{reference}/found",
    "POST /api/v1/notifications/{reference}/return",
    "GET /api/v1/notifications/{reference}",
)
AS_WRITTEN = [
    checks.not_a_server_error,
    written.status_code_conformance,
    written.content_type_conformance,
    written.response_schema_conformance,
]


@pytest.fixture
def _uncapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caps.Cap, "allow_request", lambda *_: True)


@contextmanager
def one_connection() -> Iterator[None]:
    """A request would end the connection that the test itself is at work with."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


@pytest.fixture
def document(cast: Cast, _uncapped: None) -> Iterator[Any]:
    """The document as it is served, asked in this process; whoever asks is nobody yet."""
    cache.clear()
    with acting.as_nobody(), one_connection():
        yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


def operation(document: Any, label: str) -> Any:
    (found,) = (each.ok() for each in document.get_all_operations() if each.ok().label == label)
    return found


def holds(document: Any, label: str, mode: Any, headers: dict[str, str]) -> set[int]:
    """Whatever is asked, the answer is one that is written; gives which codes there were."""
    codes: set[int] = set()
    asked = operation(document, label).as_strategy(generation_mode=mode)

    @given(asked, some.booleans())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any, is_known: bool) -> None:
        if is_known and "reference" in (case.path_parameters or {}):
            case.path_parameters["reference"] = KNOWN
        response = case.call(headers=headers)
        codes.add(response.status_code)
        case.validate_response(response, checks=AS_WRITTEN)

    # Programs of the tests' own have put the signals back.
    with one_connection():
        ask()
    return codes


def test_every_operation_is_asked(document: Any) -> None:
    labels = [each.ok().label for each in document.get_all_operations()]

    assert sorted(labels) == sorted(OPERATIONS)


@pytest.mark.parametrize("mode", [ALLOWED, NOT_ALLOWED], ids=["as written", "not as written"])
@pytest.mark.parametrize("label", OPERATIONS)
def test_a_program_gets_no_answer_that_is_not_written(
    document: Any, cast: Cast, label: str, mode: Any
) -> None:
    with acting.as_system(acting.OPERATOR):
        police = Program(cast.northshire_police)
        police.results(about(cast.kit))
    headers = {"Authorization": f"Bearer {police.secret}"}

    codes = holds(document, label, mode, headers)

    assert not [code for code in codes if code >= 500]
    if mode is ALLOWED and "notifications" in label:
        # What is made up as the document has it does come in.
        assert 200 in codes


@pytest.mark.parametrize("secret", [None, "rht_made_up"], ids=["no token", "a stranger's"])
@pytest.mark.parametrize("label", [each for each in OPERATIONS if "notifications" in each])
def test_without_a_token_every_answer_is_the_same_no(
    document: Any, label: str, secret: str | None
) -> None:
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    with acting.as_system(acting.OPERATOR):
        before = JournalEntry.objects.count()

    codes = holds(document, label, ALLOWED, headers)

    # An address that cannot be is nowhere, for whoever asks.
    assert 401 in codes
    assert codes <= {401, 404}
    with acting.as_system(acting.OPERATOR):
        assert not Delivery.objects.exists()
        assert not Episode.objects.exists()
        assert JournalEntry.objects.count() == before
