"""A change asked for twice is made once, however many processes are asked, and however it ended."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import psycopg
import pytest
from django.db import connection

from returnhome.casework import acting, tokens
from returnhome.casework.models import Delivery, Episode, KeptAnswer
from tests.api.programs import NOTIFICATIONS, Program
from tests.api.test_notifications import about, at
from tests.api.test_who_interviews import is_problem
from tests.casework.conftest import apart as apart
from tests.casework.conftest import owner as owner
from tests.cast import Cast


@pytest.fixture
def police(cast: Cast) -> Program:
    return Program(cast.northshire_police)


def test_the_same_key_and_body_get_the_same_answer_again(police: Program, cast: Cast) -> None:
    first, again = (police.send(about(cast.kit), key="K") for _ in range(2))

    assert again.content == first.content
    assert again.json()["results"][0]["result"] == "opened"
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert Delivery.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(police: Program, cast: Cast) -> None:
    police.send(about(cast.kit), key="K")

    said = is_problem(police.send(about(cast.sky, "S"), key="K"), 422)

    assert said["type"].endswith("#key-used")
    is_problem(police.post(f"{NOTIFICATIONS}/NSP/26/0001/return", at(1), key="K"), 422)
    assert Episode.objects.count() == 1


def test_a_key_is_an_organisations_own(police: Program, cast: Cast) -> None:
    police.send(about(cast.kit), key="K")

    other = Program(cast.northshire_council).send(about(cast.robin, "R"), key="K")

    assert other.json()["results"][0]["reference"] == "R"


@pytest.mark.parametrize("key", [None, "", " ", "x" * 101, "with space", "é"])
def test_without_a_key_nothing_is_changed(police: Program, cast: Cast, key: str | None) -> None:
    body = {"notifications": [about(cast.kit)]}
    headers = {"Authorization": f"Bearer {police.secret}"}
    if key is not None:
        headers["Idempotency-Key"] = key

    said = is_problem(
        police.client.post(NOTIFICATIONS, body, content_type="application/json", headers=headers),
        400,
    )

    assert said["type"].endswith("#no-idempotency-key")
    assert not Delivery.objects.exists()


def test_what_failed_is_not_kept_and_may_be_asked_again(
    police: Program, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: Any, **named: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr("returnhome.casework.notifications.confirm_delivery", fail)
        is_problem(police.send(about(cast.kit), key="K"), 500)
    assert not Delivery.objects.exists()
    assert not KeptAnswer.objects.exists()

    assert police.send(about(cast.kit), key="K").json()["counts"]["opened"] == 1


@pytest.mark.check
def test_of_four_at_once_one_changes_something_and_all_hear_the_same(apart: Cast) -> None:
    program = Program(apart.northshire_police)
    row = about(apart.kit)
    together = Barrier(4)

    def ask(_: int) -> Any:
        try:
            together.wait(20)
            with acting.as_nobody():
                return program_of(program).send(row, key="K")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as desks:
        answers = list(desks.map(ask, range(4)))

    codes = sorted(answer.status_code for answer in answers)
    assert codes[0] == 200
    assert set(codes) <= {200, 409}
    for answer in answers:
        if answer.status_code == 409:
            assert is_problem(answer, 409)["type"].endswith("#busy")
        else:
            assert answer.json()["results"][0]["result"] == "opened"
    assert Delivery.objects.count() == Episode.objects.count() == 1
    assert program_of(program).send(row, key="K").json()["counts"]["opened"] == 1


def program_of(program: Program) -> Program:
    """The same token in a client of its own."""
    return Program(None, secret=program.secret)


@pytest.mark.check
def test_while_a_file_of_the_same_sender_goes_in_a_program_is_asked_to_wait(
    apart: Cast, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Program(apart.northshire_police)
    monkeypatch.setattr(tokens, "WAITS_AT_MOST", "100ms")

    with owner.transaction():
        owner.execute(
            "select from casework_organisation where id = %s for update",
            [apart.northshire_police.pk],
        )
        said = is_problem(program.send(about(apart.kit), key="K"), 409)

    assert said["type"].endswith("#busy")
    assert program.send(about(apart.kit), key="K").json()["counts"]["opened"] == 1
