"""The access matrix a piece at a time: each table and verb by itself, and what pages show.

One check that lets more people in is noticed by the piece that it is part of, in a second or two.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import reverse

from returnhome.casework.sealing import SealedText
from tests import records
from tests.conftest import DATABASE, drop_database, make_database, owner_url
from tests.standings import Somebody, State, allowed, is_closed, stands
from tests.web import matrix as the_matrix
from tests.web import routes
from tests.web.matrix import Matrix
from tests.web.shown import PARTS, Part, Who
from tests.who_may import FIRST_LOCK

pytestmark = pytest.mark.check

NAME = f"{DATABASE}_looks"
# Looks at each page.
MOST = 50
ROLES_ASKED = ("coordinator", "interviewer", "social_worker", "manager")


@pytest.fixture(scope="session")
def on_record(django_db_setup: None, django_db_blocker: Any) -> Iterator[Matrix]:
    """Everybody and every record, once."""
    with django_db_blocker.unblock():
        connection.close()
        make_database(NAME, template=DATABASE)
        with the_matrix.connected_to(NAME):
            made = the_matrix.build(owner_url(NAME), ROLES_ASKED)
    yield made
    with django_db_blocker.unblock():
        drop_database(NAME)


@pytest.fixture
def matrix(on_record: Matrix, django_db_blocker: Any) -> Iterator[Matrix]:
    """The same, and whatever is done to it is taken back."""
    on_record.begin()
    on_record.persons.clear()
    on_record.is_hasty = True
    with (
        django_db_blocker.unblock(),
        the_matrix.connected_to(NAME),
        transaction.atomic(),
    ):
        yield on_record
        transaction.set_rollback(True)


def standing(who: Somebody, state: State) -> tuple[object, ...]:
    """How somebody stands to a record, as far as anything could depend on it."""
    ways = ("child", "same", "episode", "interview", "handover")
    letters = {
        way + letter
        for _, body in who.posts
        for way in ways
        for letter in stands(state, who, body, way)
    }
    return who.role, is_closed(state, who), frozenset(letters)


def let_in(matrix: Matrix, route: routes.Asks) -> list[tuple[Somebody, State]]:
    """One pair of each standing to which the page is open, so many at the most."""
    pairs: dict[object, tuple[Somebody, State]] = {}
    for who in matrix.people:
        for state in matrix.known_to(who):
            is_there = route.of in state.rows and route.is_there_in(state.name, "GET")
            if is_there and allowed(who, state, route.rules):
                pairs.setdefault(standing(who, state), (who, state))
    found = list(pairs.values())
    return found[:: -(-len(found) // MOST) or 1]


# What the product lists, and what it answers of one record.


@pytest.mark.parametrize("table", records.CLOSED)
def test_everybody_is_listed_what_the_table_says(matrix: Matrix, table: str):
    the_matrix.lists(matrix, table)
    assert matrix.answers


# Verbs whose relations differ; the whole matrix asks of every one.
@pytest.mark.parametrize("verb", ["see_episode", "see_account", "offer", "record", "answer"])
def test_everybody_may_what_the_table_says(matrix: Matrix, verb: str):
    the_matrix.filters(matrix, [verb])
    the_matrix.asks(matrix, [verb])
    assert matrix.answers


# What pages show.

MARK = re.compile(r"mark\d+of[a-z]+")
# Pages that show the words of many rows at once. What a request shows to whoever was asked is a
# table of its own, in `rules/handover.py`.
TELLING = (
    *("show-child", "show-episode", "show-interview", "care-of-child"),
    *("needs-of-interview", "mentions-of-interview", "own-pages-episode", "settle-dispute"),
    *("releases-of-episode", "show-disclosure", "show-restriction", "show-opening"),
    *("show-pattern", "show-pack", "retention-child"),
    *("show-record-request", "record-lines"),
)


@pytest.fixture
def marks(matrix: Matrix) -> dict[str, tuple[str, int]]:
    """The words of each row that nobody else's row has → its table and number."""
    return {
        words: (table, pk)
        for table, model in records.CLOSED.items()
        for field in model._meta.fields
        if isinstance(field, SealedText)
        for pk, words in model._default_manager.values_list("pk", field.attname)
        if words and MARK.fullmatch(words)
    }


@pytest.mark.parametrize("name", TELLING)
def test_a_page_shows_no_words_that_are_closed(
    matrix: Matrix, marks: dict[str, tuple[str, int]], name: str
):
    route = routes.ABOUT_A_CHILD[name]
    browsers, whose = the_matrix.Browsers(matrix), matrix.whose()
    shown = 0

    for who, state in let_in(matrix, route):
        page = browsers.get(who, reverse(name, args=[state.one(route.of), *route.more]))
        for mark in set(MARK.findall(page.content.decode())):
            shown += 1
            table, pk = marks[mark]
            is_of_host = (table, pk) not in whose
            table = "telling to the host" if is_of_host else table
            of = whose[table, pk]
            wanted = allowed(who, of, FIRST_LOCK[table]) or pk in of.own(table, who)
            matrix.note(who, of.name, "words", "page", wanted=wanted, got=True, thing=mark)

    assert shown


# Parts of pages, by hand.


def says(matrix: Matrix, browsers: the_matrix.Browsers, part: Part, role: Who) -> set[str]:
    """Which of the words somebody of this role and standing reads there."""
    who = next(each for each in matrix.people if (each.role, each.standing.name) == role)
    there = (state for state in matrix.known_to(who) if state.name == part.state)
    rows = next(there).rows if part.state else {}
    numbers = {table: min(theirs) for table, theirs in rows.items()}
    route = routes.ABOUT_A_CHILD.get(part.page)
    named = [numbers[route.of], *route.more] if route else []
    page = unescape(browsers.get(who, reverse(part.page, args=named)).content.decode())
    return {words for words in part.words if words.format(**numbers) in page}


@pytest.mark.parametrize("page", dict.fromkeys(part.page for part in PARTS))
def test_a_part_of_a_page_is_for_one_and_kept_from_another(matrix: Matrix, page: str):
    browsers = the_matrix.Browsers(matrix)

    for part in PARTS:
        if part.page == page and part.to:
            assert says(matrix, browsers, part, part.to) == set(part.words), part
        if part.page == page and part.kept_from:
            assert says(matrix, browsers, part, part.kept_from) == set(), part
