"""A sample of the access matrix in every run of the tests: the states where relations differ."""

from collections.abc import Iterator
from typing import Any

import pytest

from returnhome.rules import access
from returnhome.rules.codes import Role
from tests.web import matrix as the_matrix
from tests.web import routes
from tests.web.matrix import Matrix
from tests.who_may import MAY, OF_A_CHILD, OF_THE_ORGANISATION, ROLES

STATES = (
    "returned",
    "host asked",
    "host accepted",
    "duty taken over",
    "joined to another",
    "restricted",
)
ROLES_ASKED = ("coordinator", "interviewer", "manager", "analyst")
LETTERS = {
    "responsible": "r",
    "host": "h",
    "provider": "p",
    "counted": "c",
    "asked": "a",
    "own": "o",
    "lives_there": "l",
}


@pytest.fixture(scope="module")
def matrix(django_db_setup: None, django_db_blocker: Any) -> Iterator[Matrix]:
    with (
        django_db_blocker.unblock(),
        the_matrix.on_record("sample", roles=ROLES_ASKED, only=STATES) as made,
    ):
        yield made


@pytest.mark.usefixtures("db")
def test_everybody_gets_what_the_table_says(matrix: Matrix) -> None:
    matrix.begin()

    the_matrix.selects(matrix)
    the_matrix.bodies(matrix)
    the_matrix.calendars(matrix)
    the_matrix.pages(matrix, "GET", every=1201)

    assert matrix.wrong == []
    assert len(matrix.asked) >= 1_000


def table_in_code() -> set[tuple[str, str, str]]:
    """Role, verb and relation, one by one, as the product has them now."""
    return {
        (str(role), str(verb), LETTERS[relation])
        for role, verbs in access.MAY.items()
        for verb, relations in verbs.items()
        for relation in relations
    } | {
        (str(role), str(verb), "+")
        for role, verbs in access.MAY.items()
        for verb in verbs
        if verb in access.OF_THE_ORGANISATION
    }


def table_by_hand() -> set[tuple[str, str, str]]:
    return {
        (role, verb, letter)
        for verb, by_role in MAY.items()
        for role, letters in by_role.items()
        for letter in letters.split()
    }


def test_the_table_of_access_is_the_one_written_down_by_hand() -> None:
    """Whoever changes one changes the other on purpose."""
    assert table_in_code() == table_by_hand()
    assert {str(verb) for verb in access.Verb} == {*OF_A_CHILD, *OF_THE_ORGANISATION}
    assert {str(role) for role in Role} == set(ROLES)


def test_every_address_is_in_the_access_table_of_the_routes() -> None:
    """One that is not in it fails here: say what it asks, or why it asks nothing."""
    tables = (
        routes.ABOUT_A_CHILD,
        routes.BESIDE,
        routes.OF_AN_ORGANISATION,
        routes.OF_AN_ORGANISATION_BESIDE,
        routes.OWN,
        routes.OPEN,
    )
    known = [name for table in tables for name in table]
    every = {name for name, _ in routes.named()}

    assert (every - set(known), set(known) - every) == (set(), set())
    assert len(known) == len(set(known))
    verbs = {verb for asks in routes.ABOUT_A_CHILD.values() for verb, *_ in asks.rules}
    assert verbs <= set(MAY)
