"""A database apart, for what is committed: two people at work at once, and the owner's own hand."""

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

from tests.cast import Cast
from tests.conftest import DATABASE, drop_database, make_database, owner_url

APART = f"{DATABASE}_apart"


@pytest.fixture
def apart(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """The cast in a copy of the database, in which everything done is done for good."""
    connection.close()
    make_database(APART, template=DATABASE)
    connection.settings_dict["NAME"] = APART
    with django_db_blocker.unblock():
        yield Cast()
        connection.close()
    connection.settings_dict["NAME"] = DATABASE
    drop_database(APART)


@pytest.fixture
def owner(apart: Cast) -> Iterator[psycopg.Connection]:
    """The role that owns the tables, at work in the database apart."""
    assert os.environ["DATABASE_OWNER_URL"] == owner_url(DATABASE)
    with psycopg.connect(owner_url(APART), autocommit=True) as hand:
        yield hand
