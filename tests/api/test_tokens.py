"""Whom the API lets in: a good token, for what it allows; all others alike."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from returnhome.api import caps
from returnhome.api import tokens as door
from returnhome.casework import tokens
from returnhome.casework.models import Notification, Token
from returnhome.rules.codes import TokenScope
from tests.api.programs import NOTIFICATIONS, Program
from tests.api.test_notifications import about, at
from tests.api.test_who_interviews import is_problem
from tests.cast import Cast

pytestmark = pytest.mark.check

SEND, READ = TokenScope.SEND, TokenScope.READ


@pytest.fixture(autouse=True)
def _nobody_has_guessed(db: None) -> None:
    cache.clear()


def everything(program: Program, cast: Cast) -> list[Any]:
    """Each endpoint, asked by the program."""
    return [
        program.send(about(cast.kit)),
        program.post(f"{NOTIFICATIONS}/A/found", at(1)),
        program.post(f"{NOTIFICATIONS}/A/return", at(1)),
        program.ask("A"),
    ]


def test_without_a_token_nothing_is_open(cast: Cast) -> None:
    for answered in everything(Program(None), cast):
        is_problem(answered, 401)
        assert answered.headers["WWW-Authenticate"].startswith("Bearer")
    assert not Notification.objects.exists()


def test_a_strangers_an_ended_and_a_token_that_ran_out_are_answered_alike(cast: Cast) -> None:
    ended, run_out = Program(cast.northshire_police), Program(cast.northshire_police)
    assert ended.token
    assert run_out.token
    tokens.end(ended.token, by=cast.adi, at=timezone.now())
    Token.objects.filter(pk=run_out.token.pk).update(
        until=(timezone.now() - timedelta(days=2)).date()
    )
    strangers = [Program(None, secret=secret) for secret in ("rht_made_up", "", "é", "a b")]

    answers = {
        program.post(NOTIFICATIONS, {"notifications": [about(cast.kit)]}).content
        for program in (ended, run_out, *strangers)
    } | {answered.content for answered in everything(ended, cast)}

    assert len(answers) == 1
    assert not Notification.objects.exists()


def test_a_token_does_what_it_is_for_and_no_more(cast: Cast) -> None:
    sends, reads = (
        Program(cast.northshire_police, SEND),
        Program(cast.northshire_police, READ),
    )

    assert sends.send(about(cast.kit)).status_code == 200
    assert reads.ask("NSP/26/0001").status_code == 200
    said = is_problem(sends.ask("NSP/26/0001"), 403)
    assert said["detail"] == (
        "This token may not do that: read what became of its own notifications."
    )
    is_problem(reads.send(about(cast.kit)), 403)
    is_problem(reads.post(f"{NOTIFICATIONS}/NSP/26/0001/return", at(1)), 403)


def test_a_person_who_is_signed_in_is_no_program(cast: Cast, client: Any) -> None:
    for who in ("amina", "adi", "mara"):
        client.force_login(getattr(cast, who))
        is_problem(client.get(f"{NOTIFICATIONS}/A"), 401)


def test_the_day_it_was_used_is_noted(cast: Cast) -> None:
    program = Program(cast.northshire_police)
    assert program.token
    assert program.token.last_used_on is None

    program.ask("A")

    program.token.refresh_from_db()
    assert program.token.last_used_on


def test_who_guesses_is_asked_to_wait_even_with_a_good_one(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door.GUESSES, "most", 3)
    monkeypatch.setattr(caps, "this_minute", lambda: 1)
    guesser, good = Program(None, secret="rht_guess"), Program(cast.northshire_police)

    codes = [guesser.ask("A").status_code for _ in range(5)]

    assert codes == [401, 401, 401, 429, 429]
    refused = good.ask("A")
    is_problem(refused, 429)
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert good.get(f"{NOTIFICATIONS}/A", REMOTE_ADDR="198.51.100.7").status_code == 404


def test_a_good_token_is_no_guess(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door.GUESSES, "most", 3)
    good = Program(cast.northshire_police)

    assert [good.ask("A").status_code for _ in range(5)] == [404] * 5


def test_no_token_and_no_name_is_written_where_a_machine_logs(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    program = Program(cast.northshire_police)

    def fail(*given: Any, **named: Any) -> None:
        raise ZeroDivisionError("Kit O’Dell")

    monkeypatch.setattr("returnhome.intake.loading.load", fail)
    is_problem(program.send(about(cast.kit)), 500)

    logged = "".join(caplog.messages)
    assert logged
    assert str(program.secret) not in logged
    assert "Kit" not in logged
