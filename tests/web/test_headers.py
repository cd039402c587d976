"""Every answer tells the browser to load only what is ours, and to keep and show it to nobody."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse

from returnhome import urls
from returnhome.web import vendor

YEAR = 31536000
EXACTLY = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Strict-Transport-Security": f"max-age={YEAR}",
}
# Nothing about a child: the public standard, and what every page loads.
MAY_BE_KEPT = ("/standard", "/static/", "/guide")
FOR_WORDS = {"int": "1", "uuid": "0a0a0a0a-0000-4000-8000-000000000000", "date": "2026-01-02"}


def fail(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


urlpatterns = [*urls.urlpatterns, path("fail", fail)]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500


def addresses(patterns: Iterable[Any] | None = None, before: str = "/") -> Iterator[str]:
    """An address of every route of the product, with numbers and words that lead to nothing."""
    for each in get_resolver(urls).url_patterns if patterns is None else patterns:
        here = before + in_words(str(each.pattern))
        if isinstance(each, URLResolver):
            yield from addresses(each.url_patterns, here)
        elif isinstance(each, URLPattern):
            yield here


def in_words(route: str) -> str:
    route = re.sub(r"<(?:(\w+):)?\w+>", lambda found: FOR_WORDS.get(found[1] or "", "word"), route)
    if "(?P" in route:
        route = re.sub(r"\(\?P<\w+>[^)]*\)", "word", route)
    return route.replace("^", "").replace(r"\Z", "").replace("$", "").replace("\\", "")


def faults(response: Any, address: str) -> list[str]:
    found = [
        f"{name}: {response.headers.get(name)}"
        for name, value in EXACTLY.items()
        if response.headers.get(name) != value
    ]
    policy = response.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy or "*" in policy:
        found.append(f"policy: {policy}")
    if response.headers.get("Referrer-Policy") not in ("same-origin", "no-referrer"):
        found.append("tells where it was")
    if "frame-ancestors 'none'" not in policy:
        found.append("may be framed")
    if "camera=()" not in response.headers.get("Permissions-Policy", ""):
        found.append("permissions")
    is_kept = "no-store" not in response.headers.get("Cache-Control", "")
    if is_kept and not address.startswith(MAY_BE_KEPT):
        found.append("may be kept")
    return found


@pytest.fixture
def amina(as_: Callable[[str], Client]) -> Iterator[Client]:
    # As when live, where pages travel over HTTPS alone.
    with override_settings(SECURE_HSTS_SECONDS=YEAR, ROOT_URLCONF=__name__):
        client = as_("amina")
        client.raise_request_exception = False
        yield client


@pytest.mark.check
@pytest.mark.parametrize("method", ["get", "post", "put"])
def test_every_address_has_them_for_whoever_asks_and_however(amina: Client, method: str):
    stranger = Client(raise_request_exception=False)
    every = sorted(set(addresses()))

    found = {
        (address, who): wrong
        for who, client in (("Amina", amina), ("a stranger", stranger))
        for address in every
        if (wrong := faults(getattr(client, method)(address, secure=True), address))
    }

    assert len(every) > 200
    assert found == {}


def test_each_kind_of_error_has_them(amina: Client):
    strict = Client(raise_request_exception=False, enforce_csrf_checks=True)
    too_large = "x" * (6 * 1024 * 1024)
    answers = {
        400: amina.get("/", secure=True, headers={"host": "elsewhere.example"}),
        403: strict.post("/accounts/login/", {"login": "a"}, secure=True),
        404: amina.get("/nowhere", secure=True),
        405: amina.get(reverse("new-calendar", urlconf=urls), secure=True),
        413: amina.post(
            "/api/v1/notifications", too_large, content_type="application/json", secure=True
        ),
        500: amina.get("/fail", secure=True),
    }

    assert {code: answer.status_code for code, answer in answers.items()} == {
        code: code for code in answers
    }
    assert {code: faults(answer, "/") for code, answer in answers.items()} == {
        code: [] for code in answers
    }


def test_files_and_health_have_them_too(amina: Client):
    sheet = next((vendor.HERE / "static").rglob("*.css")).relative_to(vendor.HERE / "static")

    for address in (f"/static/{sheet}", "/healthz", "/api/v1/openapi.json", "/api/v1/nothing"):
        answer = amina.get(address, secure=True)
        assert faults(answer, address) == [], address
        answer.close()


def test_a_plain_request_is_not_told_of_https(amina: Client):
    assert "Strict-Transport-Security" not in amina.get("/").headers
