"""The OpenAPI document: whole, true to what is answered, and open to everybody."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from returnhome.api import described, problems
from returnhome.casework import staff, webhooks
from returnhome.casework.webhooks import News
from returnhome.jobs import calling
from returnhome.rules.codes import WebhookEvent
from tests.cast import NOW, Cast
from tests.web.asking import words_of

CASES = json.loads(
    (Path(__file__).parent.parent / "rules" / "acceptance" / "responsibility.json").read_text()
)


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for address, methods in described()["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), address, operation


@cache
def fitting(name: str) -> Draft202012Validator:
    """What says whether something has the shape of this name."""
    document = Resource.from_contents(json.loads(json.dumps(described())), DRAFT202012)
    registry: Any = Registry().with_resource("urn:api", document)
    shape = {"$ref": f"urn:api#/components/schemas/{name}"}
    return Draft202012Validator(shape, registry=registry)


def test_it_is_served_to_everybody_and_names_every_endpoint(client: Client) -> None:
    served = client.get("/api/v1/openapi.json")

    assert served.status_code == 200
    assert not served.cookies
    assert served.json() == json.loads(json.dumps(described()))
    assert served.json()["openapi"].startswith("3.1")
    assert [(method, address) for method, address, _ in operations()] == [
        ("POST", "/api/v1/who-interviews"),
        ("POST", "/api/v1/who-interviews/cases"),
        ("POST", "/api/v1/notifications"),
        ("POST", "/api/v1/notifications/{reference}/found"),
        ("POST", "/api/v1/notifications/{reference}/return"),
        ("GET", "/api/v1/notifications/{reference}"),
    ]


def test_every_shape_is_a_shape_and_every_reference_leads_to_one() -> None:
    shapes = described()["components"]["schemas"]
    led = re.findall(r'"\$ref": "#/components/schemas/(\w+)"', json.dumps(described()))

    for shape in shapes.values():
        Draft202012Validator.check_schema(shape)
    assert set(led) <= set(shapes)


def test_every_endpoint_has_a_name_its_words_and_its_problems() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]

    assert len(set(names)) == len(names)
    for _, _, operation in operations():
        assert operation["summary"]
        assert operation["description"]
        of_a_body = (400, 413, 422) if "requestBody" in operation else ()
        of_a_token = (401, 403) if "security" in operation else ()
        for code in (*of_a_body, *of_a_token, 429, 500):
            assert problems.MEDIA_TYPE in operation["responses"][code]["content"]


@pytest.mark.check
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_what_is_asked_and_answered_has_the_shape_that_is_written(
    client: Client, cast: Cast, case: dict[str, Any]
) -> None:
    one = client.post("/api/v1/who-interviews", case, content_type="application/json").json()
    many = client.post(
        "/api/v1/who-interviews/cases", [case, {}], content_type="application/json"
    ).json()

    assert list(fitting("Asked").iter_errors(case)) == []
    assert list(fitting("Answered").iter_errors(one)) == []
    for each in many:
        assert list(fitting("AnsweredOrRefused").iter_errors(each)) == []


@pytest.mark.check
@pytest.mark.parametrize("body", [{"given": {}}, {"given": {"age_at_return": "ten"}}, []])
def test_a_problem_has_the_shape_that_is_written(client: Client, cast: Cast, body: Any) -> None:
    said = client.post("/api/v1/who-interviews", body, content_type="application/json").json()

    assert list(fitting("Problem").iter_errors(said)) == []
    assert not fitting("Asked").is_valid(body) or said["status"] == 409


def test_a_person_who_opens_the_address_sees_what_is_there(client: Client) -> None:
    page = client.get("/api/v1/")

    for method, address, operation in operations():
        assert f"{method} {address} {operation['summary']}" in words_of(page)
    for name in problems.KINDS:
        assert f'id="{name}"' in page.content.decode()
    assert not page.cookies


def test_a_change_asks_for_a_token_and_an_idempotency_key() -> None:
    for method, address, operation in operations():
        if "/notifications" not in address:
            continue
        asked = {each["name"] for each in operation["parameters"] if each["required"]}
        assert operation["security"] == [{"ByToken": []}]
        assert ("Idempotency-Key" in asked) == (method == "POST")
        if method == "POST":
            assert problems.MEDIA_TYPE in operation["responses"][409]["content"]


def test_what_is_sent_out_has_the_shape_that_is_written(cast: Cast) -> None:
    hook = webhooks.set_up(cast.northshire_council, "https://example.gov.uk/", by=cast.adi, at=NOW)
    news = [
        News(event, hook.organisation_id, 7, NOW, event)
        for event in WebhookEvent
        if event != WebhookEvent.TEST
    ]
    calls = [*webhooks.queue(news, by=staff.clockwork(), at=NOW)]
    calls.append(webhooks.try_out(hook, by=cast.adi, at=NOW))

    assert {call.event for call in calls} == set(described()["webhooks"])
    for call in calls:
        assert list(fitting("WebhookCall").iter_errors(call.says)) == []
    heads = {each["name"] for each in described()["webhooks"]["test"]["post"]["parameters"]}
    assert heads <= calling.headers(calls[0], b"{}", NOW).keys()
