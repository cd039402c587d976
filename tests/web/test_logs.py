"""The log for machines tells of pages and faults, and of nobody."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from returnhome import urls
from returnhome.web import logs

NAME, POSTCODE, SECRET = "Sky-Marlowe", "NS1 1AA", "aVerySecretWordOfALink"


def fail(request: HttpRequest, word: str) -> HttpResponse:
    raise ValueError(f"{NAME} of {POSTCODE}")


urlpatterns = [*urls.urlpatterns, path("fail/<str:word>", fail, name="fail")]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500


@pytest.fixture(params=[logs.Json, logs.Discreet], ids=["json", "plain"])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """All that any logger says while the test runs, as a live installation writes it."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(request.param())
    root, access = logging.getLogger(), logging.getLogger("returnhome.access")
    before = access.level
    access.setLevel(logging.INFO)
    django = logging.getLogger("django")
    for each in (root, django):
        each.addHandler(handler)
    yield text
    for each in (root, django):
        each.removeHandler(handler)
    access.setLevel(before)


def ask_for_all_that_goes_wrong(client: Client) -> None:
    client.raise_request_exception = False
    typed: dict[str, Any] = {"name": NAME, "postcode": POSTCODE}
    with override_settings(ROOT_URLCONF=__name__):
        client.get(f"/fail/{NAME}", {"q": POSTCODE})
        client.post(f"/fail/{SECRET}", typed)
        client.get("/children", {"q": NAME})
        client.get(f"/m/{SECRET}")
        client.get(f"/{NAME}/nowhere", {"q": POSTCODE})
        client.get("/", headers={"host": f"{NAME.lower()}.example"})
        client.post("/accounts/login/", {"login": f"{NAME}@example.invalid", "password": SECRET})
        Client(enforce_csrf_checks=True).post(f"/answer/{SECRET}", typed)


def test_nothing_that_was_typed_or_asked_for_stands_in_it(
    as_: Callable[[str], Client], written: io.StringIO
):
    ask_for_all_that_goes_wrong(as_("amina"))

    # The line of the program in which a fault was is its words, not those of somebody who typed.
    said = written.getvalue().replace('raise ValueError(f"{NAME} of {POSTCODE}")', "").lower()
    assert "valueerror" in said
    for planted in (NAME, POSTCODE, SECRET, "ns1", "sky", "?q="):
        assert planted.lower() not in said


@pytest.mark.parametrize("written", [logs.Json], indirect=True, ids=["json"])
def test_each_request_has_its_line_with_the_name_of_the_page(
    as_: Callable[[str], Client], written: io.StringIO
):
    client = as_("amina")
    client.get("/healthz")
    client.get("/children", {"q": NAME})
    ask_for_all_that_goes_wrong(client)

    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    asked = [line for line in lines if line["logger"] == "returnhome.access"]
    first = asked[0]
    assert (first["route"], first["method"], first["code"]) == ("children", "GET", 200)
    assert first["milliseconds"] >= 0
    assert first["at"].endswith("+00:00")
    (fault, _) = [line for line in lines if line["logger"] == "returnhome.faults"]
    (its,) = [line for line in asked if line["request"] == fault["request"]]
    assert (its["route"], its["code"]) == ("fail", 500)
    assert len(fault["reference"]) == 8
