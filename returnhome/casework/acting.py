"""For whom this code acts: the database opens what that person may see, or one narrow system role.

The second lock hangs on it. Nobody named is nobody: then no row about a child is there. The person
is told to the database for one transaction; whose children that person works with it looks up
itself, at that moment.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

from django.db import connection
from psycopg.pq import TransactionStatus

from returnhome import database

# What acts for nobody in particular, each with a role of the database that opens no more than it
# needs; which tables those are is in `row_security`.
OPERATOR, CLOCKWORK, INTAKE = "operator", "clockwork", "intake"
MATCHING, PASSING_ON, REPORTING = "matching", "passing_on", "reporting"
SEALING = "sealing"
OWN_PAGES, SENDER, HOMES = "own_pages", "sender", "homes"
PARTNERS = "partners"
STATUTORY = "statutory"
# What each is for, in words.
FOR = {
    INTAKE: "taking in a file whose rows go to several councils, and a register",
    MATCHING: "comparing names, birth dates and postcodes across councils; of others’ children it "
    "gives a number and what agrees",
    PASSING_ON: "what passes from one council to another: requests, the duty, joining records; "
    "telling of a restricted record that was opened; that somebody asks about a child",
    CLOCKWORK: "looking for what nobody has answered, and sending messages",
    REPORTING: "figures: it reads no name",
    SEALING: "writing a seal of the journal: it may call that one function and do nothing else",
    OWN_PAGES: "a child’s own pages, opened by a link: what belongs to that link’s one episode",
    SENDER: "a program that shows its token: what became of what its organisation itself sent",
    HOMES: "a home’s own page: the names of those who live there today, that they are missing or "
    "back, and that an interview is due",
    PARTNERS: "whoever receives what was shared with their organisation, or with themselves by a "
    "one-time link, or asks who holds something: that, and no other thing",
    STATUTORY: "making a statutory return: the number, sex and birth date of a looked-after child, "
    "ethnicity, where they were placed and when they were missing; no name, no street, and of what "
    "anybody said only that ethnicity",
    OPERATOR: "making the demonstration, and measurements",
}

NO_ROLE = "none"  # PostgreSQL's word for the role that is connected


class Actor(Protocol):
    """Whoever acts: a person of `staff`, known here by number alone."""

    pk: Any


@dataclass(frozen=True)
class Scope:
    """A person, or a system role, or nobody; by which link or token, where one was shown."""

    person: int | None = None
    role: str = NO_ROLE
    link: str = ""


NOBODY = Scope()
# Each telling is a turn of its own: what was looked up for the one before does not hold for it.
_turns = count(1)
_scope: ContextVar[Scope] = ContextVar("acting", default=NOBODY)


@contextmanager
def on_behalf_of(person: Actor) -> Iterator[None]:
    """What is read and written in the block is what this person may see.

    Only within transactions: outside of one, nothing about a child is there.
    """
    with _within(Scope(person=person.pk)):
        yield


@contextmanager
def as_system(name: str) -> Iterator[None]:
    """The block acts for nobody: what it may touch is what the system role of this name may."""
    with _within(Scope(role=database.SYSTEM_ROLES[name])):
        yield


@contextmanager
def by_link(digest: str) -> Iterator[None]:
    """The block acts for whoever holds a child's link: the database opens its episode alone.

    Only within transactions. `digest`: of the link's secret, or of the pass it was changed for.
    """
    with _within(Scope(role=database.SYSTEM_ROLES[OWN_PAGES], link=digest)):
        yield


@contextmanager
def by_token(digest: str) -> Iterator[None]:
    """The block acts for a program that shows a token: what its organisation sent is there alone.

    Only within transactions. `digest`: of the token.
    """
    with _within(Scope(role=database.SYSTEM_ROLES[SENDER], link=digest)):
        yield


@contextmanager
def for_home(person: Actor) -> Iterator[None]:
    """The block reads for somebody of a home: the database opens who lives there today, no more.

    Only within transactions.
    """
    with _within(Scope(person=person.pk, role=database.SYSTEM_ROLES[HOMES])):
        yield


@contextmanager
def for_partner(person: Actor) -> Iterator[None]:
    """The block reads for somebody with whose organisation something was shared, and no more.

    Only within transactions.
    """
    with _within(Scope(person=person.pk, role=database.SYSTEM_ROLES[PARTNERS])):
        yield


@contextmanager
def by_share_link(digest: str) -> Iterator[None]:
    """The block acts for whoever holds a one-time link to what was shared: that one thing is open.

    Only within transactions. `digest`: of the link's secret, or of the pass it was changed for.
    """
    with _within(Scope(role=database.SYSTEM_ROLES[PARTNERS], link=digest)):
        yield


@contextmanager
def as_nobody() -> Iterator[None]:
    """The block works as the role that connects, and no row about a child is open to that."""
    with _within(NOBODY):
        yield


def begin() -> None:
    """Tell a transaction that has just begun for whom it is."""
    if _scope.get() != NOBODY:
        _tell(_scope.get(), is_local=True)


def connected() -> None:
    """Tell a new connection, which knows nothing yet."""
    if _scope.get().role != NO_ROLE:
        _tell(Scope(role=_scope.get().role), is_local=False)


@contextmanager
def _within(scope: Scope) -> Iterator[None]:
    before = _scope.get()
    token = _scope.set(scope)
    try:
        _change(before, scope)
        yield
    finally:
        _scope.reset(token)
        _change(scope, before)


def _change(before: Scope, scope: Scope) -> None:
    """Tell a connection that is open already. A person is never told outside a transaction."""
    if before == scope or connection.connection is None:
        return
    if connection.in_atomic_block:
        _tell(scope, is_local=True)
    elif before.role != scope.role:
        _tell(Scope(role=scope.role), is_local=False)


def _tell(scope: Scope, *, is_local: bool) -> None:
    # Not by Django's cursor: it refuses one where the transaction is to be rolled back, and that is
    # a way out of a block like any other.
    raw = connection.connection
    if raw.closed or raw.info.transaction_status == TransactionStatus.INERROR:
        # What was told in a transaction that failed goes back with it.
        return
    person = "" if scope.person is None else str(scope.person)
    # One after the other: whose record is closed to a person is looked up for the one just named.
    closed = ", public.returnhome_tell_closed()" if person else ""
    raw.execute(
        "select set_config('role', %s, %s), set_config('app.person', %s, %s),"
        f" set_config('app.turn', %s, %s), set_config('app.link', %s, %s){closed}",
        [
            *(scope.role, is_local, person, is_local),
            *(str(next(_turns)), is_local, scope.link, is_local),
        ],
    )
