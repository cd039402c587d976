"""The whole access matrix: at least 100,000 combinations, each with its own answer, none wrong.

What asks PostgreSQL or a page for each person is asked for one person in two, four or seven: none
divides the number of roles, so that every role and every standing has its turn.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.web import matrix as the_matrix
from tests.web.matrix import Matrix

pytestmark = pytest.mark.check
# Channel → how it is asked, and how many combinations that is at the least. Together over 100,000.
CHANNELS: dict[str, tuple[Callable[[Matrix], None], int]] = {
    "listed": (the_matrix.lists, 20_000),
    "filtered": (the_matrix.filters, 50_000),
    "asked": (the_matrix.asks, 200_000),
    "of an organisation": (the_matrix.bodies, 1_000),
    "selected": (the_matrix.selects, 20_000),
    "changed": (lambda matrix: the_matrix.changes(matrix, every=2), 50_000),
    "opened": (lambda matrix: the_matrix.pages(matrix, "GET", every=919), 700),
    "sent": (lambda matrix: the_matrix.pages(matrix, "POST", every=1201), 450),
    "opened by an organisation": (lambda matrix: the_matrix.places(matrix, every=7), 450),
    "on a list": (lambda matrix: the_matrix.listings(matrix, every=4), 10_000),
    "searched": (lambda matrix: the_matrix.searches(matrix, every=2), 4_000),
    "in a calendar": (the_matrix.calendars, 4_000),
    "offered": (lambda matrix: the_matrix.offers(matrix, every=101), 250),
}
AT_LEAST = 100_000


@pytest.fixture(scope="module")
def matrix(django_db_setup: None, django_db_blocker: Any) -> Iterator[Matrix]:
    with django_db_blocker.unblock(), the_matrix.on_record("matrix") as made:
        yield made


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("channel", CHANNELS)
def test_everybody_gets_what_the_table_says(
    matrix: Matrix, channel: str, record_property: Callable[[str, object], None]
) -> None:
    ask, at_least = CHANNELS[channel]
    matrix.begin()
    began = time.process_time()

    ask(matrix)

    said = f"{len(matrix.asked):,} combinations, {len(matrix.wrong)} wrong"
    # For the end of the run, where `tests/conftest.py` adds them up.
    record_property("matrix", (len(matrix.asked), time.process_time() - began))
    assert matrix.wrong[:20] == [], said
    assert len(matrix.asked) >= at_least, said


def test_the_channels_together_are_as_many_as_were_promised() -> None:
    assert sum(at_least for _, at_least in CHANNELS.values()) >= AT_LEAST
