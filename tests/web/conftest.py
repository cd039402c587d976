"""What tests of pages start from: the present, and browsers in which the cast is signed in."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import Cast


@pytest.fixture
def now() -> datetime:
    """Pages read the real clock, so what they show is told relative to it."""
    return timezone.now().replace(microsecond=0)


@pytest.fixture
def as_(cast: Cast) -> Callable[[str], Client]:
    """`as_("amina").get("/")`: a page as one of the cast gets it."""

    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(getattr(cast, name))
        return client

    return signed_in
