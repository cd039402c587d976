"""An installation of an earlier day is brought to today's: nothing is lost or left over."""

import io
import lzma
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from returnhome import database
from returnhome.casework import acting, seals
from returnhome.casework.models import Entry, Interview, OwnWords
from returnhome.management.keeping import holdings, programs, proving
from tests.commands.test_keeping import working_in
from tests.conftest import DATABASE, drop_database, make_database, owner_url

pytestmark = [pytest.mark.check, pytest.mark.xdist_group("upgrade")]

UPGRADED = f"{DATABASE}_upgraded"
EARLIER = sorted((Path(__file__).parent / "upgrades").glob("*.dump.xz"))
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
SAID = "I slept in the boathouse behind Quillermere weir"
# What a migration itself makes anew: its own list, and what is named in it.
OF_MIGRATIONS = {"django_migrations", "django_content_type", "auth_permission"}
# And the roll-up, which was by day and is by quarter: what it holds is counted anew from the rows.
ROLL_UP = "casework_tally"


class Upgraded(NamedTuple):
    before: dict[str, dict[str, Any]]
    after: dict[str, dict[str, Any]]
    shape: dict[str, list[str]]


@pytest.fixture(scope="module", params=EARLIER, ids=lambda path: path.name.split("_")[0])
def upgraded(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Upgraded]:
    make_database(UPGRADED)
    app = connection.settings_dict["USER"]
    with psycopg.connect(owner_url(UPGRADED)) as hand:
        server = hand.info.server_version // 10_000
    target, around = programs.reached(owner_url(UPGRADED))
    restored = subprocess.run(
        [programs.fitting("pg_restore", server).path, "--no-owner", "-1", "-d", target],
        input=lzma.decompress(request.param.read_bytes()),
        env=around,
        capture_output=True,
        check=False,
    )
    assert restored.returncode == 0, restored.stderr[-2000:]
    database.grant_defaults(owner_url(UPGRADED), app)
    before = held()[0]
    keys = settings.SEALING_KEYS
    with working_in(UPGRADED), django_db_blocker.unblock():
        settings.SEALING_KEYS = [KEY]
        call_command("migrate", without_places=True, verbosity=0)
        yield Upgraded(before, *held())
        settings.SEALING_KEYS = keys
    drop_database(UPGRADED)


def held(name: str = UPGRADED) -> tuple[dict[str, dict[str, Any]], dict[str, list[str]]]:
    with psycopg.connect(owner_url(name)) as hand, hand.cursor() as cursor:
        holdings.set_plain(hand)
        return holdings.counted(cursor), holdings.shape(cursor)


def test_no_row_of_any_table_is_lost(upgraded: Upgraded) -> None:
    fewer = {
        table: (then["rows"], upgraded.after.get(table, {"rows": 0})["rows"])
        for table, then in upgraded.before.items()
        if table not in {*OF_MIGRATIONS, ROLL_UP}
        and upgraded.after.get(table, {"rows": 0})["rows"] < then["rows"]
    }

    assert fewer == {}
    assert upgraded.before["casework_entry"]["rows"] > 50


def test_it_is_made_just_as_a_new_one_is(upgraded: Upgraded) -> None:
    new = held(DATABASE)[1]

    for kind, lines in new.items():
        assert upgraded.shape[kind] == lines, kind


def test_every_word_that_was_told_opens_and_a_signed_one_too(upgraded: Upgraded) -> None:
    assert set(proving._opened()) == {""}
    with acting.as_system(acting.OPERATOR):
        told = {each.words for each in OwnWords.objects.all()}
        signed = Entry.objects.filter(interview__signed_at__isnull=False)
        assert any(each.words for each in signed)
    assert SAID in told


def test_its_journal_holds(upgraded: Upgraded) -> None:
    with acting.as_system(acting.OPERATOR):
        assert seals.verify().faults == []


def test_its_key_is_changed_and_the_old_one_opens_nothing_after(upgraded: Upgraded) -> None:
    new = "b25lLWtleS10aGF0LWlzLXVzZWQtaW4tdGVzdHMtISE="
    settings.SEALING_KEYS = [new, KEY]

    call_command("keys", "rotate", stdout=io.StringIO())

    settings.SEALING_KEYS = [new]
    assert set(proving._opened()) == {""}
    with acting.as_system(acting.OPERATOR):
        assert Interview.objects.filter(signed_at__isnull=False).exists()
    settings.SEALING_KEYS = [KEY, new]
