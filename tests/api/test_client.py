"""The example program of the docs, against a real server: what it sends goes in, once."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from threading import Thread
from typing import Any
from urllib.error import URLError

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

from docs import send_notifications as example
from returnhome.casework.models import Delivery, Episode
from tests.api.programs import token_of
from tests.api.test_notifications import about, iso
from tests.casework.conftest import apart as apart
from tests.cast import Cast

pytestmark = pytest.mark.check


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def base(apart: Cast) -> Iterator[str]:
    """The address of a server on a copy of the database."""
    server = ThreadedWSGIServer(("localhost", 0), Quiet, allow_reuse_address=False)
    server.set_app(WSGIHandler())
    serving = Thread(target=server.serve_forever, args=[0.01], daemon=True)
    serving.start()
    yield f"http://localhost:{server.server_address[1]}"
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture
def token(apart: Cast) -> str:
    return token_of(apart.northshire_police)[1]


def run(base: str, token: str | None, *rest: str) -> subprocess.CompletedProcess[str]:
    """The program as somebody would run it, without anything of ours."""
    environ = {"PATH": os.environ["PATH"]} | ({"TOKEN": token} if token else {})
    command = [sys.executable, "-I", "docs/send_notifications.py", base, *rest]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


def test_it_sends_a_file_and_says_what_became_of_each(
    base: str, token: str, apart: Cast, tmp_path: Any
) -> None:
    file = tmp_path / "notifications.json"
    file.write_text(json.dumps([about(apart.kit), about(apart.sky, "S", forename="Alex")]))

    done = run(base, token, str(file))

    assert done.stdout.splitlines() == [
        "NSP/26/0001 opened ",
        "S waiting A person at the council says who the child is.",
    ]
    assert done.returncode == 0, done.stderr
    assert Episode.objects.count() == 2


def test_it_says_that_a_child_is_back_and_reads_what_became_of_it(
    base: str, token: str, apart: Cast
) -> None:
    example.send(base, [about(apart.kit)], token=token)

    done = run(base, token, "--return", "NSP/26/0001", iso(2))

    assert done.stdout == "NSP/26/0001 updated \n"
    became = example.what_became(base, "NSP/26/0001", token=token)
    assert (became["result"], became["is_joined"], became["is_open"]) == ("updated", True, True)


def test_what_is_refused_ends_with_1_and_its_reason(
    base: str, token: str, apart: Cast, tmp_path: Any
) -> None:
    file = tmp_path / "notifications.json"
    file.write_text(json.dumps([about(apart.kit, last_seen=None, reported=None)]))
    refused = run(base, token, str(file))
    file.write_text(json.dumps([{"shoe": 3}]))
    mended = run(base, token, str(file))
    stranger = run(base, "rht_made_up", str(file))

    assert "says neither when the child was last seen" in refused.stdout
    assert "422" in mended.stderr
    assert "401" in stranger.stderr
    assert {each.returncode for each in (refused, mended, stranger)} == {1}


def test_where_nobody_answers_it_says_so_and_wrong_use_is_explained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(URLError):
        example.ask("http://127.0.0.1:9", "/api/v1/notifications/A", token="t", waits=())
    assert "TOKEN=rht_" in run("http://127.0.0.1:9", None).stderr


def test_an_answer_that_was_lost_is_asked_for_again_and_nothing_is_done_twice(
    base: str, token: str, apart: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, lost = example.urlopen, []

    def lose_the_first(*asked: Any, **how: Any) -> Any:
        answer = really(*asked, **how)
        if not lost:
            lost.append(answer.read())
            answer.close()
            raise TimeoutError("the line broke")
        return answer

    monkeypatch.setattr(example, "urlopen", lose_the_first)

    taken = example.send(base, [about(apart.kit)], token=token, waits=(0,))

    assert [each["result"] for each in taken] == ["opened"]
    assert lost
    assert Delivery.objects.count() == 1
