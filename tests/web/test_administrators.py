"""An administrator manages people on every page there is, and sees a child on none."""

import re
from collections.abc import Iterator
from itertools import product

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from returnhome.casework.models import (
    Child,
    Episode,
    Interview,
    Offer,
    Organisation,
    Person,
    Post,
)
from returnhome.web import guessing
from tests.cast import Cast, booked, hours, offered, returned, signed

pytestmark = pytest.mark.check

# An address that holds a secret of its own, or a file, is for nobody to guess.
SECRET_ADDRESSES = {"uuid", "path", "str", "slug"}


def numbers() -> list[int]:
    """Those that stand for something here, whatever it is."""
    tables = (Child, Episode, Interview, Offer, Post, Person, Organisation)
    return sorted({pk for table in tables for pk in table.objects.values_list("pk", flat=True)})


def addresses(
    patterns: list[URLPattern | URLResolver], given: list[int], before: str = ""
) -> Iterator[str]:
    """Every address of the product, with each number in the place of a number."""
    for pattern in patterns:
        shape = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, given, shape)
            continue
        slots = re.findall(r"<(\w+):(\w+)>", shape)
        if "^" in shape or {kind for kind, _ in slots} & SECRET_ADDRESSES:
            continue
        for values in product(given, repeat=len(slots)):
            address = shape
            for (kind, name), value in zip(slots, values, strict=True):
                address = address.replace(f"<{kind}:{name}>", str(value))
            yield f"/{address}"


@pytest.mark.check
def test_adi_sees_no_child_on_any_page(as_, cast: Cast, now, monkeypatch):
    # Nor on one that she would be kept from for having asked for many within a minute.
    monkeypatch.setattr(guessing, "FILES_A_MINUTE", 10_000)
    offered(returned(cast.robin, at=now), by=cast.amina, at=now)
    booked(returned(cast.sky, at=now), interviewer=cast.ines, by=cast.amina, at=now)
    then = now - hours(10)
    signed(returned(cast.kit, at=then), interviewer=cast.ines, by=cast.amina, at=then)
    adi = as_("adi")
    names = {name for child in Child.objects.all() for name in (child.forename, child.surname)}

    seen = {}
    for address in addresses(get_resolver().url_patterns, numbers()):
        if "logout" not in address:
            seen[address] = adi.get(address)

    pages = {address for address, response in seen.items() if response.status_code == 200}
    told = {
        address: name
        for address, response in seen.items()
        for name in names
        if not response.streaming
        and re.search(rf"\b{name}\b", response.content.decode(errors="replace"))
    }
    assert told == {}
    assert len(seen) > 500
    assert {"/people", f"/people/{cast.ines.pk}", "/duty", "/account"} <= pages
    assert not [
        address for address in pages if re.match("/(children|episodes|interviews)", address)
    ]
    assert {response.status_code for response in seen.values()} <= {200, 204, 302, 400, 404, 405}
