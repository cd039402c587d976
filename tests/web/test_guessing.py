"""Guessing: the cap on wrong passwords, codes and links holds across processes, and strangers learn
and block nothing.
"""

import os
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from returnhome.casework import ways_in
from returnhome.casework.models import JournalEntry, Person
from returnhome.rules.codes import Device
from tests.casework.conftest import APART, apart  # noqa: F401
from tests.cast import PASSWORD, Cast, app_shows, returned
from tests.web.asking import words_of
from tests.web.test_second_factor import give_code, give_password

LOGIN, CODE = "/accounts/login/", "/accounts/login/code/"
WRONG_PASSWORD, WRONG_CODE = "The email address or password is not right", "That code is not right"
MOST, MOST_OF_AN_ADDRESS, MOST_LINKS = 5, 30, 20
SHUT = "This page is closed"
TOO_MANY = "Too many wrong passwords. Wait 5 minutes and try again"

pytestmark = pytest.mark.check


# In one process.


def guess(client: Client, who: str = "amina", times: int = 1) -> Any:
    return [give_password(client, who, "not-it") for _ in range(times)][-1]


def test_the_sixth_guess_is_refused_and_the_right_password_with_it(cast: Cast):
    stranger = Client()

    fifth, sixth = guess(stranger, times=5), guess(stranger)
    right = give_password(stranger)

    assert WRONG_PASSWORD in words_of(fifth)
    assert TOO_MANY in words_of(sixth)
    assert TOO_MANY in words_of(right)


def test_a_stranger_who_guesses_locks_nobody_out_of_a_browser_that_is_known(cast: Cast):
    amina = Client()
    give_password(amina)
    give_code(amina, app_shows(timezone.now()))
    amina.post("/accounts/logout/")
    guess(Client(), times=6)

    response = give_password(amina)
    amina.post("/accounts/logout/")
    guessed_in_her_browser = guess(amina, times=6)

    assert response.headers["Location"] == CODE
    assert TOO_MANY in words_of(guessed_in_her_browser)


def test_a_browser_known_for_one_person_is_strange_to_another(cast: Cast):
    ines = Client()
    give_password(ines, "ines")
    give_code(ines, app_shows(timezone.now()))
    ines.post("/accounts/logout/")
    guess(ines, "amina", times=5)

    assert TOO_MANY in words_of(guess(Client(), "amina"))


def test_a_cookie_that_somebody_made_up_is_no_known_browser(cast: Cast):
    stranger = Client()
    stranger.cookies["known_browser"] = "eyJhIjoiYiJ9:made-up"
    guess(Client(), times=5)

    assert TOO_MANY in words_of(guess(stranger))


def test_a_right_sign_in_between_does_not_wipe_the_count(cast: Cast):
    guess(Client(), "ines", times=4)
    give_password(Client(), "ines")

    guess(Client(), "ines")

    assert TOO_MANY in words_of(guess(Client(), "ines"))


def test_wrong_codes_are_counted_and_the_person_is_told_once(cast: Cast, mailoutbox):
    stranger = Client()
    give_password(stranger)

    pages = [words_of(give_code(stranger, "12345")) for _ in range(8)]
    right = words_of(give_code(stranger, app_shows(timezone.now())))

    assert [WRONG_CODE in page for page in pages] == [True] * 5 + [False] * 3
    assert "Too many wrong codes. Wait 5 minutes" in pages[5]
    assert "Too many wrong codes" in right
    assert [(letter.subject, letter.to) for letter in mailoutbox] == [
        ("Wrong codes for your Returnhome account", ["amina@example.invalid"])
    ]


def test_of_wrong_passwords_nobody_is_sent_a_letter(cast: Cast, mailoutbox):
    guess(Client(), times=7)

    assert mailoutbox == []


@pytest.mark.parametrize("who", ["nobody", "owen", "pat"])
def test_known_closed_and_unknown_accounts_are_answered_alike(cast: Cast, who: str):
    """Owen's account is closed, Pat's has no password yet, nobody's is not there."""
    owen, pat = cast.owen, cast.pat
    owen.is_active = False
    owen.save()
    pat.set_unusable_password()
    pat.save()

    theirs, amina = guess(Client(), who, times=2), guess(Client(), "amina", times=2)
    refused, too = guess(Client(), who, times=4), guess(Client(), "amina", times=4)

    assert theirs.status_code == amina.status_code == 200
    assert words_of(theirs) == words_of(amina)
    assert words_of(refused) == words_of(too)
    assert TOO_MANY in words_of(refused)


# Across processes.


@contextmanager
def served(workers: int) -> Iterator[int]:
    """The product by real processes on the database apart; gives the port."""
    url = psycopg.conninfo.make_conninfo(os.environ["DATABASE_URL"], dbname=APART)
    # Listened on from here on: nobody else can take the port before the server has begun.
    with socket.create_server(("0.0.0.0", 0), backlog=512) as ours:
        port = ours.getsockname()[1]
        command = [sys.executable, "-m", "gunicorn", "--bind", f"fd://{ours.fileno()}"]
        command += ["--threads", "8", "--workers", str(workers), "--log-level", "error"]
        server = subprocess.Popen(
            [*command, "returnhome.wsgi"],
            env={**os.environ, "DATABASE_URL": url},
            pass_fds=[ours.fileno()],
        )
        try:
            end = time.monotonic() + 60
            while not is_up(port):
                assert time.monotonic() < end, "the server did not start"
                time.sleep(0.1)
            yield port
        finally:
            server.terminate()
            server.wait(30)


def is_up(port: int) -> bool:
    try:
        return Caller(port, 1).ask("GET", "/healthz")[0] == 200
    except OSError:
        return False


class Caller:
    """A browser at an address of its own, as far as loopback has addresses."""

    def __init__(self, port: int, number: int) -> None:
        self.port, self.address = port, f"127.0.{1 + number // 250}.{1 + number % 250}"
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, typed: dict[str, str] | None = None) -> tuple[int, str]:
        line = HTTPConnection("127.0.0.1", self.port, 120, source_address=(self.address, 0))
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if typed is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            typed = typed | {"csrfmiddlewaretoken": self.cookies["csrftoken"]}
        line.request(method, path, urlencode(typed or {}), {**headers, "Host": "localhost"})
        answer = line.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition("=")
            self.cookies[name] = value.partition(";")[0]
        text = answer.read().decode()
        line.close()
        return answer.status, text

    def guess(self, email: str, password: str = "not-it") -> str:
        if "csrftoken" not in self.cookies:
            self.ask("GET", LOGIN)
        return self.ask("POST", LOGIN, {"login": email, "password": password})[1]

    def guess_link(self, number: int, method: str) -> str:
        """A link is tried by looking at it and by its button."""
        return self.ask(method, f"/m/guess-{number}")[1]

    def guess_code(self) -> str:
        return self.ask("POST", CODE, {"code": "12345"})[1]


def at_once(tries: list[Callable[[], str]], sentence: str) -> Counter[bool]:
    """How many of the tries were looked at, all of them made at once."""
    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(lambda one: one(), tries))
    assert not [text for text in answers if "something went wrong" in text]
    return Counter(bool(re.search(sentence, text)) for text in answers)


@pytest.mark.check
def test_500_guesses_at_once_over_four_processes_never_exceed_the_cap(apart: Cast):  # noqa: F811
    guesses = 500
    slow = make_password(PASSWORD, hasher="pbkdf2_sha256")  # as the product's own are
    Person.objects.exclude(password="").update(password=slow)
    with served(4) as port:
        callers = [Caller(port, number) for number in range(50)]
        for caller in callers:
            caller.ask("GET", LOGIN)

        of_one_account = at_once(
            [
                lambda caller=callers[n % 50]: caller.guess("amina@example.invalid")
                for n in range(guesses)
            ],
            WRONG_PASSWORD,
        )
        one_address = Caller(port, 900)
        one_address.ask("GET", LOGIN)
        of_one_address = at_once(
            [lambda n=n: one_address.guess(f"p{n % 100}@example.invalid") for n in range(guesses)],
            WRONG_PASSWORD,
        )
        signed_in = [Caller(port, 100 + number) for number in range(4)]
        for caller in signed_in:
            caller.guess("ines@example.invalid", PASSWORD)
        of_codes = at_once(
            [signed_in[n % 4].guess_code for n in range(guesses)],
            WRONG_CODE,
        )

    assert 1 <= of_one_account[True] <= MOST
    assert 1 <= of_one_address[True] <= MOST_OF_AN_ADDRESS
    assert 1 <= of_codes[True] <= MOST


@pytest.mark.check
def test_500_guesses_at_childrens_links_at_once_over_four_processes_never_exceed_the_cap(
    apart: Cast,  # noqa: F811
):
    def looked_at() -> int:
        return JournalEntry.objects.filter(verb="refused", kind="wayin").count()

    guesses, now = 500, timezone.now()
    episode = returned(apart.sky, at=now)
    _, secret = ways_in.make(episode, device=Device.OWN, language="en", by=apart.amina, at=now)
    with served(4) as port:
        guesser, other, child = (Caller(port, number) for number in (900, 901, 902))
        shut = at_once(
            [lambda n=n: guesser.guess_link(n, "POST" if n % 2 else "GET") for n in range(guesses)],
            SHUT,
        )
        of_one_address = looked_at()
        # A right one from there is shut now too, and looks the same; elsewhere nobody is slowed.
        right_from_there = guesser.ask("GET", f"/m/{secret}")
        at_once([lambda n=n: other.guess_link(n, "GET") for n in range(MOST_LINKS)], SHUT)
        of_another = looked_at() - of_one_address
        opened = at_once([lambda: str(child.ask("POST", f"/m/{secret}")[0])] * 50, "302")

    assert shut[True] == guesses
    assert 1 <= of_one_address <= MOST_LINKS
    assert right_from_there[0] == 404
    assert SHUT in right_from_there[1]
    assert of_another == MOST_LINKS
    # Fifty who open it at one moment: it opens once.
    assert opened[True] == 1
