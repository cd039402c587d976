"""Journeys: a real browser on a real server, over a copy of the tests' database."""

import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connection
from django.utils import timezone
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    expect,
    sync_playwright,
)

from tests.cast import PASSWORD, app_shows
from tests.conftest import DATABASE, drop_database, make_database

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PICTURES = os.environ.get("RETURNHOME_PICTURES")
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the tests' output is no place for addresses."""


@pytest.fixture
def site(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The address of a server of its own, on a copy of the database with the cast in it."""
    name = f"{DATABASE}_journey"
    with django_db_blocker.unblock():
        connection.close()
        make_database(name, template=DATABASE)
        connection.settings_dict["NAME"] = name
        server = ThreadedWSGIServer(("localhost", 0), Quiet, allow_reuse_address=False)
        server.set_app(WSGIHandler())
        serving = Thread(target=server.serve_forever, daemon=True)
        serving.start()
        yield f"http://localhost:{server.server_address[1]}"
        server.shutdown()
        serving.join()
        server.server_close()
        connection.close()
        connection.settings_dict["NAME"] = DATABASE
        drop_database(name)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("No Chromium was found, so no journey was tried.")
        pytest.skip("no browser: apt-get install chromium")
    # As long as a page is waited for: two journeys share two processors with their servers.
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        plain = started.new_context
        started.new_context = lambda **words: listened_to(plain(**words))  # type: ignore[method-assign]
        yield started
        started.close()


# What a browser says when a page asks for something that the policy of the page does not allow.
OF_THE_POLICY = ("Content Security Policy", "Content-Security-Policy", "Permissions policy")
refused: list[str] = []


def listened_to(context: BrowserContext) -> BrowserContext:
    """A browser whose complaints about the policy of a page are heard."""

    def hear(said: ConsoleMessage) -> None:
        if any(words in said.text for words in OF_THE_POLICY):
            refused.append(said.text)

    context.on("console", hear)
    return context


@pytest.fixture(autouse=True)
def no_page_breaks_its_policy() -> Iterator[None]:
    refused.clear()
    yield
    assert refused == []


def codes() -> Iterator[str]:
    """What an app shows: each code works once, and three of them do at any moment."""
    used: set[str] = set()
    while True:
        now = timezone.now()
        # The one to come before the one gone by, which runs out while it is being typed.
        code = next(c for n in (0, 1, -1) if (c := app_shows(now, later=n)) not in used)
        used.add(code)
        yield code


SignIn = Callable[..., Page]


@pytest.fixture
def sign_in(browser: Browser, site: str) -> Iterator[SignIn]:
    """Open a browser of one's own as one of the cast: `sign_in("amina")`."""
    contexts: list[BrowserContext] = []
    code_of: defaultdict[str, Iterator[str]] = defaultdict(codes)

    def signed_in(
        who: str, *, narrow: bool = False, scripts: bool = True, first: bool = False
    ) -> Page:
        context = browser.new_context(
            base_url=site,
            viewport=NARROW if narrow else WIDE,  # type: ignore[arg-type]
            java_script_enabled=scripts,
            locale="en-GB",
            timezone_id="Europe/London",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto("/")
        page.get_by_label("Email").fill(f"{who}@example.invalid")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        if first:  # there is no second factor yet
            return page
        page.get_by_label("Code", exact=True).fill(next(code_of[who]))
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(lambda address: "/accounts/" not in address)
        return page

    yield signed_in
    for context in contexts:
        context.close()


def looked_over(page: Page, *, again: int = 3) -> list[dict[str, Any]]:
    """What axe finds on the page that a click has led to.

    A click returns before its page is whole, and axe stumbles over a document that is just being
    replaced: then the new one is looked over instead.
    """
    page.wait_for_load_state("load")
    try:
        return Axe().run(page).response["violations"]
    except Error:
        if not again:
            raise
        return looked_over(page, again=again - 1)


def assert_accessible(page: Page) -> None:
    """axe finds nothing, and at this width nothing has to be scrolled sideways."""
    found = looked_over(page)
    assert [
        (violation["id"], [node["html"][:160] for node in violation["nodes"]])
        for violation in found
    ] == [], page.url
    too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert too_wide <= 0, f"{page.url} is {too_wide} pixels too wide"


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page, where RETURNHOME_PICTURES names a folder for them."""
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)
