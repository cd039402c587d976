"""A cap on requests: exact however many ask at once, and it keeps no address."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import RequestFactory

from returnhome.api import caps
from returnhome.api.door import said_length


def test_of_many_at_once_as_many_get_through_as_may(
    django_db_setup: None, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caps, "this_minute", lambda: 0)
    cap = caps.Cap(20)

    def tries(times: int) -> int:
        try:
            return sum(cap.allow_request(RequestFactory().post("/")) for _ in range(times))
        finally:
            connection.close()

    with django_db_blocker.unblock():
        try:
            with ThreadPoolExecutor(4) as callers:
                through = list(callers.map(tries, [10] * 4))
        finally:
            cache.delete(f"cap:{caps.digest('127.0.0.1')}:0")
            connection.close()

    assert sum(through) == 20


def test_a_network_of_the_newer_kind_counts_as_one_caller() -> None:
    assert caps.digest("2001:db8::1") == caps.digest("2001:db8::ffff:2")
    assert caps.digest("2001:db8::1") != caps.digest("2001:db8:0:1::1")
    assert caps.digest("192.0.2.1") != caps.digest("192.0.2.2")
    assert caps.digest("nonsense") != caps.digest("")
    assert "192" not in caps.digest("192.0.2.1")


@pytest.mark.parametrize(
    ("proxies", "counted"), [(0, "127.0.0.1"), (1, "198.51.100.7"), (2, "203.0.113.9")]
)
def test_behind_proxies_the_caller_is_the_one_that_ours_name(
    settings: Any, proxies: int, counted: str
) -> None:
    settings.NINJA_NUM_PROXIES = proxies
    said = "192.0.2.66, 203.0.113.9, 198.51.100.7"

    request = RequestFactory().post("/", headers={"x-forwarded-for": said})

    assert caps.Cap(1).get_ident(request) == counted


@pytest.mark.parametrize(("said", "length"), [("12", 12), ("", 0), ("-1", 0), ("1e9", 0), ("²", 0)])
def test_a_length_that_is_none_counts_as_nothing(said: str, length: int) -> None:
    request = RequestFactory().post("/")
    request.META["CONTENT_LENGTH"] = said

    assert said_length(request) == length
