"""Before live records are served: every unsafe setting is named, with what to do."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from psycopg import sql

from returnhome import database, safety
from returnhome.management import deploying
from tests.conftest import owner_url
from tests.test_safety import LIVE, start

KEY = LIVE["SEALING_KEYS"]
OTHER = "OTg3NjU0MzIxMDk4NzY1NDMyMTA5ODc2NTQzMjEwOTg="
SECRET = "abcdefghijklmnopqrstuvwxyz0123456789-abcdefghijklmnopqrst"
SAFE: dict[str, Any] = {
    "LIVE": True,
    "SECRET_KEY": SECRET,
    "SEALING_KEYS": [KEY],
    "ALLOWED_HOSTS": ["returnhome.example"],
    "PUBLIC_URL": "https://returnhome.example",
    "EMAIL_HOST": "mail.example",
    "EMAIL_PORT": 587,
    "EMAIL_USE_TLS": True,
    "NOTIFY_API_KEY": "",
    "PROXIES": 1,
    "JOURNAL_ANCHOR": "auditor@example.org",
    "METRICS_TOKEN": "a-token-of-its-own-with-32-characters",
}


def numbers(found: Any) -> list[str]:
    return [each.id.removeprefix("returnhome.") for each in found]


def of_settings(environ: dict[str, str] | None = None, **changed: Any) -> list[str]:
    with override_settings(**SAFE | changed):
        return numbers([*safety.keys(), *deploying._in_settings(environ or {})])


@pytest.fixture(autouse=True)
def as_a_user_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 999)


def test_a_safe_installation_is_not_complained_of() -> None:
    assert of_settings() == []


@pytest.mark.parametrize(
    ("changed", "number"),
    [
        ({"SEALING_KEYS": ["too-short"]}, "E007"),
        ({"SEALING_KEYS": [f"{KEY}é"]}, "E007"),
        ({"SEALING_KEYS": [KEY, ""]}, "E007"),
        ({"SEALING_KEYS": [KEY, OTHER, KEY]}, "E008"),
        ({"SECRET_KEY": "only-for-tests"}, "E009"),
        ({"SECRET_KEY": "ab" * 40}, "E009"),
        ({"SECRET_KEY": KEY + OTHER, "SEALING_KEYS": [KEY + OTHER]}, "E010"),
        ({"ALLOWED_HOSTS": ["*"]}, "E011"),
        ({"PUBLIC_URL": "http://returnhome.example"}, "E012"),
        ({"DEBUG": True}, "E022"),
        ({"NOTIFY_API_KEY": "key", "NOTIFY_URL": "http://notify.example"}, "E024"),
        ({"EMAIL_HOST": "", "NOTIFY_API_KEY": "key"}, "W001"),
        ({"EMAIL_HOST": ""}, "W002"),
        ({"EMAIL_USE_TLS": False, "EMAIL_PORT": 25}, "W003"),
        ({"PUBLIC_URL": "https://elsewhere.example"}, "W004"),
        ({"PROXIES": 0}, "W005"),
        ({"SIGN_OUT_AFTER_MINUTES": 90}, "W006"),
        ({"SIGN_IN_LASTS_HOURS": 48}, "W006"),
        ({"JOURNAL_ANCHOR": ""}, "W007"),
        ({"ALLOWED_HOSTS": [".example"]}, "W014"),
        ({"METRICS_TOKEN": ""}, "W015"),
        ({"METRICS_TOKEN": "short"}, "W016"),
        ({"METRICS_TOKEN": SECRET}, "E010"),
    ],
)
def test_each_unsafe_setting_is_named(changed: dict[str, Any], number: str) -> None:
    assert of_settings(**changed) == [number]


def test_the_owners_address_does_not_belong_into_this_environment() -> None:
    owner = "postgresql://user:password@host/name"

    assert of_settings({"DATABASE_OWNER_URL": owner}) == ["E013"]


def test_a_file_of_directories_that_others_may_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / "directories.json"
    file.write_text("[]")
    file.chmod(0o640)
    assert of_settings({"DIRECTORIES_FILE": str(file)}) == ["E021"]

    file.chmod(0o600)
    assert of_settings({"DIRECTORIES_FILE": str(file)}) == []


def test_root_is_told_not_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    assert of_settings() == ["W013"]


def test_without_a_database_that_is_all_there_is_to_say() -> None:
    assert numbers(deploying.in_settings()) == ["E006"]


# What the database tells.


@contextmanager
def as_owner_of_the_tables(statement: str, undone: str) -> Iterator[None]:
    name = str(connection.settings_dict["NAME"])
    role = sql.Identifier(str(connection.settings_dict["USER"]))
    with psycopg.connect(owner_url(name), autocommit=True) as owner:
        owner.execute(sql.SQL(statement).format(role=role))
        try:
            yield
        finally:
            owner.execute(sql.SQL(undone).format(role=role))


def of_database() -> dict[str, str]:
    found = deploying._in_database(str(connection.settings_dict["USER"]))
    told = {each.id.removeprefix("returnhome."): each.msg for each in found}
    # The tests' own server is quick and keeps nothing; what it logs is its own affair.
    return {number: words for number, words in told.items() if number not in ("E023", "W012")}


@pytest.mark.usefixtures("db")
def test_of_a_database_as_migrate_leaves_it_only_the_worker_is_missed() -> None:
    assert list(of_database()) == ["W008"]


@pytest.mark.usefixtures("db")
def test_a_worker_that_was_heard_of_a_moment_ago_is_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) values (%s)", [timezone.now()]
        )

    assert of_database() == {}


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("statement", "undone", "number", "words"),
    [
        (
            "grant truncate on casework_child to {role}",
            "revoke truncate on casework_child from {role}",
            "E018",
            "truncate on casework_child",
        ),
        (
            "grant delete on casework_journalentry to {role}",
            "revoke delete on casework_journalentry from {role}",
            "E018",
            "delete on casework_journalentry",
        ),
        (
            "grant create on schema public to {role}",
            "revoke create on schema public from {role}",
            "E018",
            "it makes tables",
        ),
        (
            "create function everything() returns bigint language sql security definer"
            " as 'select count(*) from casework_child'",
            "drop function everything()",
            "E020",
            "everything",
        ),
        (
            "grant execute on function returnhome_lists to public",
            "revoke execute on function returnhome_lists from public",
            "E020",
            "returnhome_lists (open to everybody)",
        ),
    ],
)
def test_a_right_that_no_migration_gives_is_named(
    statement: str, undone: str, number: str, words: str
) -> None:
    with as_owner_of_the_tables(statement, undone):
        found = of_database()

    assert words in found[number]


@pytest.mark.usefixtures("db")
def test_a_migration_that_was_not_run_is_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from django_migrations where app = 'casework' and name > '0037'")

    assert list(of_database()) == ["E017"]


@pytest.mark.usefixtures("db")
def test_a_clock_that_is_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    late = timezone.now() - timedelta(minutes=3)
    monkeypatch.setattr(deploying.timezone, "now", lambda: late)

    (found,) = deploying._of_the_clock()

    assert found.id == "returnhome.W009"
    assert "by 180 seconds" in found.msg


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(("mode", "number"), [("prefer", "E014"), ("verify-full", "E014")])
def test_a_way_to_another_machine_without_encryption_is_named(
    mode: str, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "HOST", "database.example")
    options = connection.settings_dict["OPTIONS"]
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {**options, "sslmode": mode})

    assert numbers(deploying._of_the_way()) == [number]


@pytest.mark.usefixtures("db")
def test_an_old_postgresql_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploying, "OLDEST_POSTGRES", 990000)

    assert list(of_database()) == ["E015"]


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("setting", "value", "number"),
    [
        ("synchronous_commit", "off", "E023"),
        ("log_parameter_max_length_on_error", "-1", "W012"),
    ],
)
def test_a_server_that_may_lose_or_write_down_too_much_is_named(
    setting: str, value: str, number: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"set local {setting} = {value}")

    found = {each.id.removeprefix("returnhome."): each.msg for each in deploying._of_the_server()}

    assert number in found
    if number == "E023":
        assert "synchronous_commit" in found[number]


@pytest.mark.usefixtures("db")
def test_a_system_role_that_may_sign_in_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    role = str(connection.settings_dict["USER"])
    assert "E019" not in of_database()

    # The tests' own role may sign in; that a real one may would be so for every test beside.
    monkeypatch.setattr(database, "SYSTEM_ROLES", {**database.SYSTEM_ROLES, "another": role})

    assert role in of_database()["E019"]


@pytest.mark.usefixtures("db")
def test_a_database_without_the_clock_changes_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = deploying._asked

    def knows_none(query: str, *values: Any) -> Any:
        return asked(query.replace("Europe/London", "Etc/UTC"), *values)

    assert numbers(deploying._of_the_clock()) == []
    monkeypatch.setattr(deploying, "_asked", knows_none)

    assert numbers(deploying._of_the_clock()) == ["W010"]


def test_a_way_on_which_nobody_asks_who_answers_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    over_there = SimpleNamespace(
        settings_dict={"HOST": "database.example", "OPTIONS": {"sslmode": "require"}},
        ensure_connection=lambda: None,
        connection=SimpleNamespace(pgconn=SimpleNamespace(ssl_in_use=True)),
    )
    monkeypatch.setattr(deploying, "connection", over_there)
    assert numbers(deploying._of_the_way()) == ["W011"]

    over_there.settings_dict["OPTIONS"] = {"sslmode": "verify-full"}
    assert numbers(deploying._of_the_way()) == []


# The command.


@pytest.mark.check
def test_the_command_names_all_at_once_as_data_and_ends_with_1() -> None:
    unsafe = LIVE | {"ALLOWED_HOSTS": "*", "PUBLIC_URL": "http://returnhome.example"}

    done = start(
        *("-m", "returnhome", "check", "--deploy", "--json"),
        **unsafe,
        DATABASE_URL=os.environ["DATABASE_URL"],
        DATABASE_OWNER_URL=os.environ["DATABASE_OWNER_URL"],
    )

    found = {each["id"].removeprefix("returnhome.") for each in json.loads(done.stdout)}
    assert done.returncode == 1
    assert found >= {"E009", "E011", "E012", "E013", "W002", "W007"}
    ours = [each for each in json.loads(done.stdout) if each["id"].startswith("returnhome")]
    assert all(each["hint"] for each in ours)


@pytest.mark.check
def test_a_database_that_does_not_answer_is_one_sentence() -> None:
    away = "postgresql://user:do-not-tell@127.0.0.1:1/name"

    done = start("-m", "returnhome", "check", "--deploy", **LIVE, DATABASE_URL=away)

    assert done.returncode == 1
    assert "The database does not answer" in done.stderr
    assert "Traceback" not in done.stderr
    assert "do-not-tell" not in done.stderr


@pytest.mark.check
def test_every_setting_that_is_missing_is_named_at_once() -> None:
    done = start("-m", "returnhome", "check", DATABASE_URL=os.environ["DATABASE_URL"])

    assert done.stderr.startswith("SECRET_KEY, SEALING_KEYS, ALLOWED_HOSTS must be set")


@pytest.mark.check
@pytest.mark.parametrize("name", ["PROXIES", "SIGN_OUT_AFTER_MINUTES", "EMAIL_PORT"])
def test_a_number_that_is_none_is_one_sentence(name: str) -> None:
    given = LIVE | {name: "some"}

    done = start("-m", "returnhome", "check", **given, DATABASE_URL=os.environ["DATABASE_URL"])

    assert done.returncode == 2
    assert done.stderr.startswith(f"{name} must be a whole number")


@pytest.mark.check
def test_no_live_installation_starts_with_a_key_that_is_none() -> None:
    given = LIVE | {"SEALING_KEYS": "not-a-key"}

    done = start(**given, DATABASE_URL=os.environ["DATABASE_URL"])

    assert done.returncode != 0
    assert "SEALING_KEYS holds something that is no key" in done.stderr
    assert "not-a-key" not in done.stderr
