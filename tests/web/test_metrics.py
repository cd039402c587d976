"""Figures of how it runs: for a token alone, from all processes together, and of nobody."""

import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test import Client, override_settings
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from returnhome.casework import messages
from returnhome.reporting import running
from tests.cast import Cast
from tests.commands.test_serve import free_port
from tests.conftest import DATABASE
from tests.test_safety import LIVE

TOKEN = "a-token-of-its-own-with-32-characters"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}
LABELS = ("route", "method", "code", "state", "le")
NAME, SECRET = "Sky-Marlowe", "aVerySecretWordOfALink"


@pytest.fixture
def open_to_token() -> Iterator[None]:
    with override_settings(METRICS_TOKEN=TOKEN):
        yield


def figures(client: Client) -> dict[str, float]:
    """Each figure by its name and labels, as Prometheus itself reads them."""
    answered = client.get("/metrics", headers=SHOWN)
    assert answered.status_code == 200
    return read(answered.content.decode())


def read(text: str) -> dict[str, float]:
    return {
        " ".join([each.name, *(each.labels[name] for name in LABELS if name in each.labels)]): (
            each.value
        )
        for family in text_string_to_metric_families(text)
        for each in family.samples
    }


def test_without_a_token_in_the_settings_there_are_none(cast: Cast, client: Client):
    assert client.get("/metrics", headers=SHOWN).status_code == 404


@pytest.mark.usefixtures("open_to_token", "cast")
@pytest.mark.parametrize("given", [{}, {"Authorization": "Bearer é"}, {"Authorization": TOKEN}])
def test_they_are_for_whoever_shows_it(client: Client, given: dict[str, str]):
    refused = client.get("/metrics", headers=given)

    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert b"returnhome" not in refused.content


@pytest.mark.usefixtures("open_to_token", "cast")
def test_somebody_signed_in_has_no_more_right_to_them(as_: Callable[[str], Client]):
    assert as_("adi").get("/metrics").status_code == 401


@pytest.mark.usefixtures("open_to_token")
def test_pages_are_counted_by_name_with_how_long_they_took(as_: Callable[[str], Client]):
    client = as_("amina")
    name = "returnhome_requests_total children GET 200"
    before = figures(client).get(name, 0)

    client.get("/children", {"q": NAME})

    found = figures(client)
    assert found[name] == before + 1
    assert found["returnhome_request_seconds_count children"] >= 1
    assert "returnhome_request_seconds_bucket children 0.25" in found


@pytest.mark.usefixtures("open_to_token")
def test_nothing_that_was_typed_or_asked_for_is_in_them(as_: Callable[[str], Client]):
    client = as_("amina")
    client.get("/children", {"q": NAME})
    client.get(f"/m/{SECRET}")
    client.get(f"/{NAME}/nowhere")
    client.generic(NAME.upper(), "/children")
    client.get(f"/static/{NAME}.css")

    said = client.get("/metrics", headers=SHOWN).content.decode()

    for planted in (NAME, SECRET, "amina"):
        assert planted.lower() not in said.lower()
    assert 'route="static"' in said
    assert 'method="other"' in said


@pytest.mark.usefixtures("open_to_token")
def test_what_waits_is_told_by_number_and_age(cast: Cast, client: Client):
    at = timezone.now() - timedelta(minutes=5)
    letter = messages.Letter(
        key="waits",
        waiting_for="request",
        about=("nothing", 1),
        organisation_id=cast.northshire_council.pk,
        rung="team",
        subject="Returnhome",
        text="Somebody waits.",
    )
    messages.queue(letter, people=[cast.amina], by=cast.adi, at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, status)"
            " values ('default', 'call', 'todo'), ('default', 'call', 'failed')"
        )
        cursor.execute("update procrastinate_events set at = %s", [at])

    found = figures(client)

    assert found["returnhome_database_up"] == 1
    assert found["returnhome_ready"] == 1
    assert found["returnhome_messages_waiting"] == 1
    assert 300 <= found["returnhome_oldest_message_seconds"] < 360
    assert found["returnhome_jobs waiting"] == 1
    assert found["returnhome_jobs failed"] == 1
    assert 300 <= found["returnhome_oldest_job_seconds"] < 360
    assert found["returnhome_jobs_put_down_total"] >= 2
    assert found["returnhome_workers"] == 0


@pytest.mark.usefixtures("open_to_token")
def test_what_the_journal_has_not_sealed_is_told(cast: Cast, client: Client):
    assert figures(client)["returnhome_journal_rows_not_sealed"] > 0


@pytest.mark.usefixtures("open_to_token", "cast")
def test_where_the_database_does_not_answer_that_is_a_figure_too(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    def gone(*_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(running, "now", gone)

    found = figures(client)

    assert found["returnhome_database_up"] == 0
    assert "returnhome_ready" not in found


# Over several processes.


def asked(port: int, path: str) -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=SHOWN)
    request.add_header("X-Forwarded-Proto", "https")
    request.add_header("Host", "returnhome.example")
    try:
        with urllib.request.urlopen(request, timeout=60) as answered:
            return answered.read().decode()
    except urllib.error.HTTPError as error:
        return error.read().decode()


@pytest.mark.check
@pytest.mark.usefixtures("db")
def test_whichever_process_is_asked_tells_of_all(tmp_path: Path):
    port, number = free_port(), 24
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("RETURNHOME", "DATABASE"))}
    here = psycopg.conninfo.make_conninfo(os.environ["DATABASE_URL"], dbname=DATABASE)
    served = subprocess.Popen(
        [sys.executable, "-m", "returnhome", "serve", "--port", str(port)],
        env={
            **(kept | LIVE),
            "DATABASE_URL": here,
            "METRICS_TOKEN": TOKEN,
            "TMPDIR": str(tmp_path),
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert served.stderr is not None
        assert "listens" in served.stderr.readline()
        for _ in range(number):
            asked(port, "/accounts/login/")
        told = [read(asked(port, "/metrics")) for _ in range(8)]
        (folder,) = tmp_path.glob("returnhome-*")
        processes = {re.sub(r"\D", "", each.name) for each in folder.glob("*.db")}
    finally:
        served.terminate()
        served.communicate(timeout=60)

    assert len(processes) > 1
    assert {each["returnhome_requests_total account_login GET 200"] for each in told} == {number}
    assert not folder.exists()
