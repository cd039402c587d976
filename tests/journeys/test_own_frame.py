"""A child's own pages in a browser: for everybody, left at once, never said saved too soon."""

import json
import mimetypes
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from returnhome.web import own_words
from returnhome.web.middleware import POLICY
from tests import own_pages
from tests.journeys.conftest import CHROMIUM, FLAGS, NARROW, assert_accessible, picture

pytestmark = [pytest.mark.browser, pytest.mark.check]

STATIC = Path(own_words.__file__).parent.parent / "static"
AT = datetime(2026, 5, 1, 13, 32, tzinfo=UTC)
UNTIL_DRAWN = """async () => {
    while (!document.querySelector("#drawing").files.length)
        await new Promise(requestAnimationFrame);
}"""
WEATHER = "https://www.bbc.co.uk/weather"


class Pages(BaseHTTPRequestHandler):
    """The drawn pages with the product's own policy; what is sent is taken as `answers` says."""

    server: "Shelf"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def answer(self, body: str | bytes, kind: str = "text/html", code: int = 200) -> None:
        self.send_response(code)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", POLICY.format(nonce="x"))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body.encode() if isinstance(body, str) else body)

    def away(self, where: str) -> None:
        self.send_response(303)
        self.send_header("Location", where)
        self.end_headers()

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path.startswith("/static/"):
            file = STATIC / address.path.removeprefix("/static/")
            kind = mimetypes.guess_type(file.name)[0] or ""
            return self.answer(file.read_bytes(), kind)
        if address.path == "/m/leave":
            return self.away(WEATHER)
        code = parse_qs(address.query).get("in", ["en"])[0]
        page = address.path.removeprefix("/m/") or "home"
        if page not in own_pages.PAGES:
            return self.answer("", code=404)
        return self.answer(own_pages.drawn(page, code, AT))

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode(errors="replace")
        if self.path == "/m/save":
            self.server.saved.append(parse_qs(sent)["words"][0])
        if self.server.answers == "fault":
            return self.answer("", code=503)
        if self.server.answers == "other page":
            return self.answer("<title>Sign in</title>")
        if self.path == "/m/save":
            return self.answer(json.dumps({"saved": "2:33pm"}), "application/json")
        self.server.sent.append(sent)
        return self.away("/m/home")


class Shelf(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("localhost", 0), Pages)
        self.answers = "well"
        self.saved: list[str] = []
        self.sent: list[str] = []

    @property
    def address(self) -> str:
        return f"http://localhost:{self.server_address[1]}"


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    serving = Shelf()
    thread = Thread(target=serving.serve_forever, daemon=True)
    thread.start()
    yield serving
    serving.shutdown()
    thread.join()
    serving.server_close()


@pytest.fixture(params=[True], ids=["scripts"])
def phone(request: Any, browser: Browser, shelf: Shelf) -> Iterator[Page]:
    context = browser.new_context(
        base_url=shelf.address,
        viewport=NARROW,  # type: ignore[arg-type]
        java_script_enabled=request.param,
    )
    context.route(
        WEATHER, lambda route: route.fulfill(body="<h1>Sunny</h1>", content_type="text/html")
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    context.close()


@pytest.fixture
def speaking(browser: Browser) -> Iterator[Page]:
    """A browser with a microphone that hums, in a room of its own: its flags are the browser's."""
    started = browser.browser_type.launch(
        executable_path=CHROMIUM,
        args=[*FLAGS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
    )
    page = started.new_page(viewport=NARROW)  # type: ignore[arg-type]
    page.set_default_timeout(30_000)
    yield page
    started.close()


without_scripts = pytest.mark.parametrize("phone", [False], ids=["no-scripts"], indirect=True)


@pytest.mark.parametrize(
    ("code", "scheme"),
    [("en", "light"), ("en", "dark"), ("en-easy", "light"), ("ar", "light")],
)
def test_every_state_is_for_everybody(phone: Page, code: str, scheme: Any) -> None:
    refused: list[str] = []
    phone.on("console", lambda message: refused.append(message.text))
    phone.emulate_media(color_scheme=scheme)

    for name in own_pages.PAGES:
        phone.goto(f"/m/{name}?in={code}")
        assert_accessible(phone)
        picture(phone, f"own-{name}-{code}-{scheme}")

    # Nothing broke the policy of what a page may load, and no file was missing.
    assert refused == []


@pytest.mark.parametrize("how", ["button", "Escape", "list"])
def test_a_child_leaves_at_once_and_back_does_not_lead_to_the_page(phone: Page, how: str) -> None:
    phone.goto("about:blank")
    phone.goto("/m/home")
    before = phone.evaluate("history.length")

    if how == "Escape":
        for _ in range(3):
            phone.keyboard.press("Escape")
    elif how == "button":
        phone.get_by_role("banner").get_by_role("link", name="Leave this page").click()
    else:
        phone.get_by_role("main").get_by_role("link", name="Leave this page").click()

    expect(phone.get_by_role("heading")).to_have_text("Sunny")
    assert phone.evaluate("history.length") == before
    phone.go_back()
    assert phone.url == "about:blank"


def test_going_from_page_to_page_leaves_one_line_in_the_history(phone: Page, shelf: Shelf) -> None:
    phone.goto("/m/see")
    before = phone.evaluate("history.length")

    phone.get_by_role("link", name="My page").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("What would you like to do?")
    phone.goto("/m/talk")
    between = phone.evaluate("history.length")
    phone.get_by_label("A bit").first.check()
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("What would you like to do?")

    assert phone.url == f"{shelf.address}/m/home"
    assert phone.evaluate("history.length") == between == before + 1
    assert "a_bit" in shelf.sent[0]
    # Somebody who hears the page is told where they are.
    expect(phone.get_by_role("heading", level=1)).to_be_focused()


def test_what_was_not_sent_stays_on_the_page_and_is_said_so(phone: Page, shelf: Shelf) -> None:
    shelf.answers = "fault"
    phone.goto("/m/meant")

    phone.get_by_label("What did you mean?").fill("it was the other day")
    phone.get_by_role("button", name="Send").click()

    expect(phone.get_by_role("alert")).to_have_text("That did not send. Please try again.")
    expect(phone.get_by_label("What did you mean?")).to_have_value("it was the other day")
    shelf.answers = "well"
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("What would you like to do?")


@pytest.mark.parametrize("answer", ["fault", "other page"])
def test_saved_is_only_said_of_what_was_taken(phone: Page, shelf: Shelf, answer: str) -> None:
    shelf.answers = answer
    phone.goto("/m/write")
    line, words = phone.locator("#words-saved"), phone.locator("#words")

    words.fill("i was cold")
    words.blur()
    expect(line).to_have_text("Not saved yet. We will try again.")
    shelf.answers = "well"

    # It tries again by itself.
    expect(line).to_have_text("Saved at 2:33pm")
    assert shelf.saved[-1] == "i was cold"
    words.press_sequentially(" too")
    expect(line).to_have_text("")
    expect(line).to_have_text("Saved at 2:33pm")
    assert shelf.saved[-1] == "i was cold too"


def test_what_was_typed_last_is_sent_on_the_way_out(phone: Page, shelf: Shelf) -> None:
    phone.goto("/m/write")

    phone.locator("#words").fill("dont tell my uncle")
    for _ in range(3):
        phone.keyboard.press("Escape")

    expect(phone.get_by_role("heading")).to_have_text("Sunny")
    assert set(shelf.saved) == {"dont tell my uncle"}


def test_nothing_stays_on_the_phone(phone: Page, shelf: Shelf) -> None:
    phone.goto("/m/write")
    phone.locator("#words").fill("a planted word")
    phone.locator("#words").blur()
    expect(phone.locator("#words-saved")).to_have_text("Saved at 2:33pm")

    kept = phone.evaluate(
        """async () => [localStorage.length, sessionStorage.length, document.cookie,
        (await caches.keys()).length, (await indexedDB.databases()).length,
        (await navigator.serviceWorker.getRegistrations()).length]"""
    )

    assert kept == [0, 0, "", 0, 0, 0]


def test_a_child_draws_with_a_finger_and_the_drawing_is_sent(phone: Page, shelf: Shelf) -> None:
    phone.goto("/m/home")
    phone.goto("/m/draw")
    sheet = phone.get_by_role("img", name="Draw here with your finger")
    sheet.scroll_into_view_if_needed()
    edge = sheet.bounding_box()
    assert edge is not None

    phone.get_by_label("Blue").check()
    phone.mouse.move(edge["x"] + 40, edge["y"] + 40)
    phone.mouse.down()
    phone.mouse.move(edge["x"] + 200, edge["y"] + 120, steps=5)
    phone.mouse.up()
    phone.evaluate(UNTIL_DRAWN)
    picture(phone, "own-drawn")
    phone.get_by_role("button", name="Next").click()

    expect(phone.get_by_role("heading", level=1)).to_have_text("What would you like to do?")
    assert 'filename="drawing.png"' in shelf.sent[0]
    assert "PNG" in shelf.sent[0]


def test_a_drawing_begun_again_is_not_sent(phone: Page, shelf: Shelf) -> None:
    phone.goto("/m/draw")
    phone.get_by_role("img", name="Draw here with your finger").click()
    phone.evaluate(UNTIL_DRAWN)

    phone.get_by_role("button", name="Start again").click()

    assert phone.evaluate("document.querySelector('#drawing').files.length") == 0


def test_a_child_records_hears_it_and_sends_it(shelf: Shelf, speaking: Page) -> None:
    speaking.goto(f"{shelf.address}/m/record")
    said = speaking.get_by_role("status")

    speaking.get_by_role("button", name="Start").click()
    expect(said).to_have_text("It is on. Press Stop when you have said it.")
    speaking.get_by_role("button", name="Stop").click()
    expect(said).to_have_text("Done. You can listen, or start again.")
    speaking.get_by_role("button", name="Listen").click()
    assert_accessible(speaking)
    speaking.get_by_role("button", name="Next").click()

    expect(speaking.get_by_role("heading", level=1)).to_have_text("What would you like to do?")
    assert 'name="recording"; filename="voice.' in shelf.sent[0]


def test_a_phone_that_does_not_record_says_so(phone: Page) -> None:
    phone.goto("/m/record")

    phone.get_by_role("button", name="Start").click()

    expect(phone.get_by_role("status")).to_have_text(
        "Your phone did not let us record. You can add a voice note."
    )
    expect(phone.get_by_label("Add a voice note")).to_be_visible()


@without_scripts
def test_all_of_it_works_without_scripts(phone: Page, shelf: Shelf) -> None:
    phone.goto("/m/write")
    phone.locator("#words").fill("i was cold")
    phone.get_by_role("button", name="Next").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("What would you like to do?")
    assert "i+was+cold" in shelf.sent[0]

    phone.get_by_role("banner").get_by_role("link", name="Leave this page").click()
    expect(phone.get_by_role("heading")).to_have_text("Sunny")
