"""The roles that the second lock needs: making them, and hearing that one is missing."""

import os
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command

from returnhome import database
from returnhome.casework import row_security
from returnhome.management import upkeep
from returnhome.management.commands.check import second_lock


def test_the_sql_names_every_role_and_lets_the_products_role_put_it_on() -> None:
    said = StringIO()

    call_command("roles", app="our_app", stdout=said)

    for name in database.SYSTEM_ROLES.values():
        assert f'create role "{name}" nologin noinherit' in said.getvalue()
        assert f'grant "{name}" to "our_app"' in said.getvalue()
    assert said.getvalue().splitlines()[0] == 'alter role "our_app" noinherit;'


@pytest.mark.usefixtures("db")
def test_a_database_with_all_its_locks_is_not_complained_of() -> None:
    assert second_lock() == []


@pytest.mark.usefixtures("db")
def test_a_role_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(database.SYSTEM_ROLES, "study", "returnhome_study")

    (problem,) = second_lock()

    assert problem.id == "returnhome.E004"
    assert "returnhome_study" in problem.msg
    with pytest.raises(CommandError, match="returnhome roles prints"):
        upkeep.check_system_roles(upkeep.app_role())


@pytest.mark.usefixtures("db")
def test_policies_of_an_older_table_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    newer: dict[str, Any] = row_security.policies() | {"casework_offer": "false"}
    monkeypatch.setattr(row_security, "policies", lambda: newer)

    (problem,) = second_lock()

    assert problem.id == "returnhome.E005"
    assert "casework_offer.by_relation" in problem.msg


@pytest.mark.usefixtures("db")
def test_the_tables_of_the_tests_are_locked() -> None:
    name = str(psycopg.conninfo.conninfo_to_dict(os.environ["DATABASE_OWNER_URL"])["dbname"])

    assert not database.is_unlocked(
        psycopg.conninfo.make_conninfo(os.environ["DATABASE_URL"], dbname=name)
    )
