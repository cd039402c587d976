"""As a child who draws and speaks: seen and heard before it is sent, and then on the desk."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from returnhome.casework import acting
from returnhome.casework.models import Made
from tests import makings
from tests.journeys.conftest import (
    CHROMIUM,
    FLAGS,
    NARROW,
    SignIn,
    assert_accessible,
    listened_to,
    picture,
)
from tests.journeys.test_own_pages import headed, link, press, profile

pytestmark = [pytest.mark.browser, pytest.mark.check]
# Fixtures of the journey beside.
__all__ = ["link", "profile"]

HEARD = "sound => sound.play().then(() => new Promise(done => sound.ontimeupdate = done))"


@pytest.fixture
def speaking(profile: Path, browser: Browser) -> Iterator[BrowserContext]:
    """A telephone with a microphone that hums; its profile lies on a disk."""
    context = browser.browser_type.launch_persistent_context(
        str(profile),
        executable_path=CHROMIUM,
        args=[*FLAGS, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
        viewport=NARROW,  # type: ignore[arg-type]
        has_touch=True,
        locale="en-GB",
    )
    context.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="Weather"))
    listened_to(context)
    yield context
    context.close()


def at_question(page: Page, link: str, language: str = "en") -> None:
    page.set_default_timeout(30_000)
    page.goto(link)
    press(page, "Open")
    press(page, "I have read this")
    headed(page, "What would you like to do?")
    page.goto(link.rsplit("/m/", 1)[0] + f"/m/say/bad?in={language}")


def way(page: Page, name: str) -> Locator:
    """Unfold one way to say it."""
    folded = page.locator("details.way").filter(has=page.get_by_text(name, exact=True)).first
    if folded.get_attribute("open") is None:
        folded.locator("summary").click()
    return folded


def draw(page: Page) -> None:
    sheet = page.get_by_role("img", name="Draw here with your finger")
    page.get_by_label("Red", exact=True).check()
    sheet.scroll_into_view_if_needed()
    edge = sheet.bounding_box()
    assert edge is not None
    page.mouse.move(edge["x"] + 40, edge["y"] + 60)
    page.mouse.down()
    for across, down in ((200, 60), (200, 200), (40, 200), (40, 60)):
        page.mouse.move(edge["x"] + across, edge["y"] + down, steps=4)
    page.mouse.up()


def record(page: Page) -> None:
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("It is on. Press Stop")).to_be_visible()
    page.wait_for_function("start => Date.now() - start > 1200", arg=page.evaluate("Date.now()"))


def test_a_child_draws_and_speaks_and_the_worker_sees_and_hears_it(
    link: str, speaking: BrowserContext, profile: Path, sign_in: SignIn, django_db_blocker: Any
):
    page = speaking.pages[0]
    refused: list[str] = []
    page.on("console", lambda said: said.type == "error" and refused.append(said.text))
    at_question(page, link)
    assert_accessible(page)
    picture(page, "made-folded")

    drawing = way(page, "Draw")
    draw(page)
    expect(drawing.get_by_role("status")).to_have_text(re.compile("Saved at"))
    voice = way(page, "Record my voice")
    record(page)
    assert_accessible(page)
    picture(page, "made-recording")
    page.get_by_role("button", name="Stop").click()
    expect(voice.get_by_role("status")).to_have_text(re.compile("Saved at"))
    page.locator("audio.heard").evaluate(HEARD)
    assert_accessible(page)
    picture(page, "made-both")

    press(page, "Next")
    headed(page, "What would help you now?")
    press(page, "What you have so far")
    drawn = page.get_by_role("img", name="Your drawing")
    expect(drawn).to_be_visible()
    assert drawn.evaluate("drawn => drawn.decode().then(() => drawn.naturalWidth)") == 800
    page.locator("audio.heard").evaluate(HEARD)
    assert_accessible(page)
    picture(page, "made-yours")
    press(page, "Send it now")
    headed(page, "Thank you for telling us")

    for _ in range(3):
        page.keyboard.press("Escape")
    expect(page.get_by_text("Weather")).to_be_visible()
    speaking.close()
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        kept = {each.what: bytes(each.content) for each in Made.objects.all()}
    assert kept.keys() == {"drawing", "recording"}
    assert found_in(profile, *(each[len(each) // 2 :][:24] for each in kept.values())) == []
    assert refused == []

    desk = sign_in("amina")
    desk.get_by_role("link", name="Sky Marlowe").first.click()
    drawn = desk.get_by_role("img", name="What the child drew")
    assert drawn.evaluate("drawn => drawn.decode().then(() => drawn.naturalWidth)") == 800
    desk.locator("audio").evaluate(HEARD)
    assert_accessible(desk)
    picture(desk, "made-desk")


def found_in(profile: Path, *parts: bytes) -> list[str]:
    """Files of the browser's with a part of what was drawn or said in them."""
    return [
        str(path.relative_to(profile))
        for path in profile.rglob("*")
        if path.is_file() and any(part in path.read_bytes() for part in parts)
    ]


def test_whoever_goes_on_while_it_is_on_has_said_it(
    link: str, speaking: BrowserContext, django_db_blocker: Any
):
    page = speaking.pages[0]
    at_question(page, link)
    way(page, "Record my voice")
    record(page)

    page.get_by_role("button", name="Next").click()

    headed(page, "What would help you now?")
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        assert Made.objects.get().what == "recording"


def test_a_drawing_begun_again_or_a_voice_taken_away_is_gone(
    link: str, speaking: BrowserContext, django_db_blocker: Any
):
    page = speaking.pages[0]
    at_question(page, link)
    drawing = way(page, "Draw")
    draw(page)
    expect(drawing.get_by_role("status")).to_have_text(re.compile("Saved at"))
    voice = way(page, "Record my voice")
    record(page)
    page.get_by_role("button", name="Stop").click()
    expect(voice.get_by_role("status")).to_have_text(re.compile("Saved at"))

    with page.expect_response(re.compile("/m/say/bad/drawing")):
        page.get_by_role("button", name="Start again").click()
    voice.get_by_role("button", name="Take it away").click()

    expect(page.locator("audio.heard")).to_have_count(0)
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        assert not Made.objects.exists()


def test_in_easy_read_a_photo_that_cannot_be_opened_is_said_kindly(
    link: str, speaking: BrowserContext
):
    page = speaking.pages[0]
    at_question(page, link, "en-easy")
    way(page, "Draw")
    photo = page.get_by_label("Add a photo of your drawing")

    photo.set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"no photo"})
    expect(page.get_by_text("We could not open it. Try a photo or a voice note.")).to_be_visible()
    photo.set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": makings.photo()})

    expect(page.get_by_role("img", name="Your drawing")).to_be_visible()
    way(page, "Record my voice")
    assert_accessible(page)
    picture(page, "made-easy")
    page.set_viewport_size({"width": 1280, "height": 900})
    picture(page, "made-easy-wide")


def test_without_scripts_a_photo_and_a_voice_note_are_added(
    link: str, site: str, browser: Browser, django_db_blocker: Any
):
    context = browser.new_context(
        java_script_enabled=False,
        locale="en-GB",
        viewport=NARROW,  # type: ignore[arg-type]
    )
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name="Open").click()
    page.get_by_role("button", name="I have read this").click()
    page.get_by_role("heading", name="What would you like to do?").wait_for()
    page.goto(f"{site}/m/say/bad")
    page.get_by_role("textbox").fill("He scares me")
    drawing = way(page, "Draw")
    drawing.get_by_label("Add a photo of your drawing").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": makings.photo()}
    )
    drawing.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("img", name="Your drawing")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_value("He scares me")
    picture(page, "made-no-scripts")
    way(page, "Record my voice").get_by_label("Add a voice note").set_input_files(
        {"name": "a.m4a", "mimeType": "audio/mp4", "buffer": makings.hum("m4a")}
    )
    page.get_by_role("button", name="Next").click()
    headed(page, "What would help you now?")
    page.get_by_role("link", name="What you have so far").click()
    page.get_by_role("button", name="Send it now").click()
    headed(page, "Thank you for telling us")
    context.close()
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        assert set(Made.objects.values_list("what", flat=True)) == {"drawing", "recording"}
