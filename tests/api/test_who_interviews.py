"""Who must act, asked by a machine: the agreed answers, plain refusals, and nothing is kept."""

import json
import logging
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from returnhome.api import api, caps, who_interviews
from returnhome.casework import reference
from returnhome.casework.models import JournalEntry
from returnhome.rules import responsibility
from tests.cast import Cast

ONE, MANY = "/api/v1/who-interviews", "/api/v1/who-interviews/cases"
CASES = json.loads(
    (Path(__file__).parent.parent / "rules" / "acceptance" / "responsibility.json").read_text()
)
LEEDS = {"given": {"lives_in": "Leeds"}}

Ask = Callable[..., Any]


@pytest.fixture
def ask(cast: Cast) -> Ask:
    """Ask as a stranger; a text is sent as it is, anything else as JSON."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)

    def asked(address: str, body: Any, **headers: Any) -> Any:
        sent = body if isinstance(body, str | bytes) else json.dumps(body)
        return client.post(address, sent, content_type="application/json", **headers)

    return asked


@pytest.fixture
def uncapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caps.Cap, "allow_request", lambda *_: True)


def is_problem(response: Any, code: int) -> dict[str, Any]:
    """The problem, which has all that RFC 9457 asks for."""
    assert response.status_code == code
    assert response.headers["Content-Type"] == "application/problem+json"
    assert "no-store" in response.headers["Cache-Control"]
    said = response.json()
    assert said["status"] == code
    assert said["type"].startswith("/api/v1/#")
    assert said["title"]
    assert said["detail"]
    return said


# The agreed answers.


def as_printed(answer: Any) -> Any:
    """As the command prints it: in JSON there is one sort of list."""
    return json.loads(json.dumps(answer))


def test_every_agreed_case_is_answered_as_the_command_answers_it(ask: Ask) -> None:
    for case in CASES:
        answered = ask(ONE, case)

        expected = responsibility.decide_case(case, reference.places())
        assert answered.status_code == 200
        assert answered.json() == as_printed(expected)
        for key, value in case["expect"].items():
            found = answered.json()["answer"][key]
            if isinstance(value, list):
                found, value = sorted(found), sorted(value)
            assert found == value, (case["case"], key)


def test_all_of_them_at_once_get_the_same_answers_in_their_order(ask: Ask) -> None:
    answered = ask(MANY, CASES)

    assert answered.status_code == 200
    answers = list(responsibility.decide_cases(CASES, reference.places()))
    assert answered.json() == as_printed(answers)


def test_one_that_cannot_be_answered_holds_up_none_of_the_others(ask: Ask) -> None:
    nonsense = {"case": "B", "given": {"age_at_return": "ten"}}

    answered = ask(MANY, [{"case": "A", "given": {}}, nonsense, 5, {"case": "D"} | LEEDS]).json()

    assert [each["case"] for each in answered] == ["A", "B", None, "D"]
    assert [each["answer"] is None for each in answered] == [True, True, True, False]
    assert "Say at least which authority" in answered[0]["refused"]
    assert "age in whole years" in answered[1]["refused"]


def test_other_keys_are_left_and_an_empty_text_is_not_known(ask: Ask) -> None:
    blanks = {"age_at_return": "", "category": "", "placed_in": "", "arrangement": ""}

    answered = ask(ONE, {"case": {"our": 7}, "given": LEEDS["given"] | blanks | {"shoe": 3}})

    assert answered.json()["case"] == {"our": 7}
    assert answered.json()["answer"]["responsible"] == "Leeds"


def test_every_fact_of_the_rules_can_be_given() -> None:
    def names(kind: Any) -> set[str]:
        return {field.name for field in fields(kind)}

    assert set(who_interviews.Given.model_fields) == names(responsibility.Given)
    assert set(who_interviews.Arrangement.model_fields) == names(responsibility.Arrangement)
    assert set(who_interviews.Answer.model_fields) == names(responsibility.Decision)


# When the answer is no.


@pytest.mark.parametrize(
    ("body", "pointer", "sentence"),
    [
        ({}, "#/given", "This is needed."),
        ({"given": 5}, "#/given", "This is an object."),
        ({"given": "Leeds"}, "#/given", "This is an object."),
        ([], "#", "This is an object."),
        ("", "#", "This is needed."),
        ({"given": {"age_at_return": True}}, "#/given/age_at_return", "This is a whole number."),
        ({"given": {"age_at_return": 15.5}}, "#/given/age_at_return", "This is a whole number."),
        ({"given": {"age_at_return": -1}}, "#/given/age_at_return", "This is 0 or more."),
        ({"given": {"age_at_return": 131}}, "#/given/age_at_return", "This is 130 or less."),
        ({"given": {"lives_in": 7}}, "#/given/lives_in", "This is a text."),
        ({"given": {"unaccompanied": "yes"}}, "#/given/unaccompanied", "This is true or false."),
        (
            {"given": {"category": "lost"}},
            "#/given/category",
            "This is one of 'missing' or 'away'.",
        ),
        ({"given": {"arrangement": {}}}, "#/given/arrangement/kind", "This is needed."),
        ({"given": {"arrangement": 1}}, "#/given/arrangement", "This is an object."),
    ],
)
def test_what_is_not_understood_is_pointed_to(
    ask: Ask, body: Any, pointer: str, sentence: str
) -> None:
    said = is_problem(ask(ONE, body), 422)

    assert said["errors"] == [{"pointer": pointer, "detail": sentence}]


def test_all_that_is_wrong_is_said_at_once(ask: Ask) -> None:
    body = {"given": {"lives_in": [], "age_at_return": "ten"}}

    said = is_problem(ask(ONE, body), 422)

    assert {each["pointer"] for each in said["errors"]} == {
        "#/given/lives_in",
        "#/given/age_at_return",
    }


def test_where_nothing_names_an_authority_the_rules_refuse(ask: Ask) -> None:
    said = is_problem(ask(ONE, {"given": {"lives_in": "Atlantis"}}), 409)

    assert "Say at least which authority received the notice." in said["detail"]


@pytest.mark.parametrize(
    "body",
    [
        "not json",
        '{"given": NaN}',
        b"\xff\xfe",
        '"\\ud800"',
        "[" * 100_000,
        '{"given": {"age_at_return": ' + "9" * 5000 + "}}",
    ],
)
@pytest.mark.parametrize("address", [ONE, MANY])
def test_what_is_no_json_is_not_read(ask: Ask, address: str, body: Any) -> None:
    is_problem(ask(address, body), 400)


def test_at_most_a_thousand_go_at_once(ask: Ask) -> None:
    assert ask(MANY, [LEEDS] * 1000).status_code == 200
    said = is_problem(ask(MANY, [LEEDS] * 1001), 422)
    assert said["errors"] == [{"pointer": "#", "detail": "At most 1,000 at once."}]


def test_a_body_too_large_is_refused_before_it_is_read(ask: Ask) -> None:
    said = is_problem(ask(MANY, " " * (caps.LARGEST_BODY + 1)), 413)

    assert said["detail"] == "At most 1,048,576 bytes are taken."


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options"])
def test_another_method_is_told_which_one_it_is(cast: Cast, method: str) -> None:
    response = getattr(Client(), method)(ONE)

    is_problem(response, 405)
    assert response.headers["Allow"] == "POST"


@pytest.mark.parametrize(
    "address", ["/api/", "/api/v1/nowhere", "/api/v2/who-interviews", f"{ONE}/", f"{ONE}/cases/1"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_address_that_is_not_there_says_so_in_json(
    cast: Cast, address: str, method: str
) -> None:
    is_problem(getattr(Client(), method)(address), 404)


def test_a_wrong_host_is_a_problem_too(ask: Ask) -> None:
    is_problem(ask(ONE, LEEDS, headers={"host": "elsewhere.example"}), 400)


def test_a_fault_of_ours_gets_a_reference_and_shows_nothing_of_what_was_sent(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*given: Any, **named: Any) -> None:
        raise ZeroDivisionError("Sky Marlowe")

    monkeypatch.setattr(responsibility, "decide", fail)

    with caplog.at_level(logging.ERROR, logger="returnhome"):
        response = ask(ONE, LEEDS)

    said = is_problem(response, 500)
    logged = "".join(caplog.messages)
    assert said["reference"] in said["detail"]
    assert said["reference"] in logged
    assert "Sky" not in logged + response.content.decode()


def test_a_fault_before_the_endpoint_is_a_problem_with_its_reference(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*given: Any) -> bool:
        raise ZeroDivisionError

    monkeypatch.setattr(caps.Cap, "allow_request", fail)

    with caplog.at_level(logging.ERROR, logger="returnhome"):
        said = is_problem(ask(ONE, LEEDS), 500)

    assert said["reference"] in "".join(caplog.messages)


@pytest.mark.check
@pytest.mark.usefixtures("uncapped")
def test_no_body_makes_it_break(ask: Ask) -> None:
    """Whatever is sent, there is an answer or a problem, and never a fault of ours."""
    names = [*reference.places().by_name][:40]
    value = some.recursive(
        some.none()
        | some.booleans()
        | some.integers()
        | some.floats(allow_nan=False, allow_infinity=False)
        | some.text()
        | some.sampled_from(
            ["missing", "away", "provider", "host_interviews", "accepted", "refused", *names]
        ),
        lambda inside: (
            some.lists(inside, max_size=4) | some.dictionaries(some.text(), inside, max_size=4)
        ),
        max_leaves=8,
    )

    def some_of(keys: Any) -> Any:
        return some.dictionaries(some.sampled_from(sorted(keys)), value, max_size=6)

    facts = some_of(who_interviews.Given.model_fields)
    other = some.fixed_dictionaries(
        {"arrangement": some_of(who_interviews.Arrangement.model_fields)}
    )
    asked = some.builds(lambda case, *given: {"case": case, "given": given}, value, facts, other)
    merged = some.builds(lambda one, two: {"given": one | two}, facts, other)

    @given(value | asked | merged)
    @example({"given": {"arrangement": {"kind": "provider", "by": "\x00"}}})
    @settings(
        max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    def holds(body: Any) -> None:
        one, many = ask(ONE, body), ask(MANY, [body, body])

        assert one.status_code in (200, 400, 409, 422), one.content
        assert many.status_code in (200, 400), many.content
        if one.status_code == 200:
            assert one.json()["answer"] == many.json()[0]["answer"]
        else:
            is_problem(one, one.status_code)

    holds()


# What is kept, and how often one may ask.


def test_nothing_is_kept_but_that_somebody_asked(ask: Ask) -> None:
    before = JournalEntry.objects.count()

    with CaptureQueriesContext(
        connection,
    ) as said:
        response = ask(ONE, {"given": {"lives_in": "Leeds", "arrangement": None}})
        ask(MANY, [LEEDS])

    writing = [
        each["sql"] for each in said if not each["sql"].startswith(("SELECT", "SAVE", "REL"))
    ]
    assert not response.cookies
    assert JournalEntry.objects.count() == before
    assert writing
    assert all('"cache"' in each for each in writing)
    assert not any("Leeds" in each or "127.0.0.1" in each for each in writing)


def test_it_needs_no_account_and_no_cookie_and_is_not_a_page(ask: Ask) -> None:
    response = ask(ONE, LEEDS)

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert "no-store" in response.headers["Cache-Control"]
    assert "Cookie" not in response.headers.get("Vary", "")


def test_who_asks_too_often_is_asked_to_wait(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    cap = api.throttle
    monkeypatch.setattr(cap, "most", 2)
    monkeypatch.setattr(caps, "this_minute", lambda: 1)
    cache.clear()

    codes = [ask(ONE, LEEDS).status_code for _ in range(3)]
    refused = ask(MANY, [LEEDS])
    elsewhere = ask(ONE, LEEDS, REMOTE_ADDR="198.51.100.7")

    assert codes == [200, 200, 429]
    is_problem(refused, 429)
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert elsewhere.status_code == 200
