"""As the child: from the link to what is sent, on a telephone; and what stays in the browser."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from returnhome.casework import acting, releases, ways_in
from returnhome.casework.models import Choice, OwnWords
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Device
from returnhome.rules.releasing import Kind, Promise, State
from returnhome.web import own_words
from tests.cast import Cast, held, hours, returned
from tests.journeys.conftest import (
    CHROMIUM,
    FLAGS,
    NARROW,
    SignIn,
    assert_accessible,
    listened_to,
    picture,
)

pytestmark = [pytest.mark.browser, pytest.mark.check]

# A word that stands in nothing but what the child writes.
PLANTED = "quokkaberry"


@pytest.fixture
def link(site: str, django_db_blocker: Any) -> str:
    at = timezone.now()
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        cast = Cast()
        episode = returned(cast.sky, at=at - hours(4))
        _, secret = ways_in.make(episode, device=Device.OWN, language="en", by=cast.amina, at=at)
    return f"{site}/m/{secret}"


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "profile"


@pytest.fixture
def phone(profile: Path, browser: Browser) -> Iterator[BrowserContext]:
    """A browser whose profile lies on a disk, as a telephone's does."""
    context = browser.browser_type.launch_persistent_context(
        str(profile),
        executable_path=CHROMIUM,
        args=FLAGS,
        viewport=NARROW,  # type: ignore[arg-type]
        has_touch=True,
        locale="en-GB",
    )
    # The page elsewhere, without the net.
    context.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="Weather"))
    listened_to(context)
    yield context
    context.close()


def here(page: Page, name: str) -> None:
    expect(page).to_have_title("My page")
    page.locator("main details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert_accessible(page)
    picture(page, f"own-{name}")


def press(page: Page, name: str) -> None:
    """With the keyboard alone."""
    button = page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first
    button.focus()
    page.keyboard.press("Enter")


def emptied(page: Page) -> None:
    """Nothing of the pages stays; the page elsewhere is there before the answer that says so."""
    for _ in range(60):
        if not {one["name"] for one in page.context.cookies()} & {"m", "ml"}:
            return
        page.wait_for_timeout(500)
    raise AssertionError("The pass or the language stays in the browser")


def headed(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def test_from_the_link_to_what_is_sent_and_nothing_stays(
    link: str, phone: BrowserContext, profile: Path, sign_in: SignIn
):
    page = phone.pages[0]
    page.set_default_timeout(30_000)
    page.goto(link)
    headed(page, "This page is for one person")
    here(page, "door")
    press(page, "Open")
    headed(page, "Who sees what you say")
    here(page, "first")
    tree = page.locator("main").aria_snapshot()
    assert '- heading "What we cannot keep private" [level=2]' in tree
    assert '- button "I have read this"' in tree
    press(page, "I have read this")
    headed(page, "What would you like to do?")
    here(page, "home")

    press(page, "Choose your")
    headed(page, "Would you like to have your")
    page.get_by_label("Yes", exact=True).check()
    here(page, "choose-want")
    press(page, "Next")
    headed(page, "Who would you like to talk to?")
    expect(page.get_by_text("Now choose how you would like it to be")).to_be_visible()
    page.get_by_label("A woman").check()
    page.get_by_label("Is there someone you want").fill(f"Not {PLANTED}")
    here(page, "choose-who")
    press(page, "Next")
    headed(page, "Where would you like to talk?")
    press(page, "Skip this")
    headed(page, "When is good for you?")
    page.get_by_label("After school").check()
    press(page, "Next")
    headed(page, "Who would you like beside you?")
    here(page, "choose-beside")
    press(page, "Back")
    headed(page, "When is good for you?")
    expect(page.get_by_label("After school")).to_be_checked()
    press(page, "Next")
    headed(page, "Who would you like beside you?")
    press(page, "Skip this")
    headed(page, "What would make it easier?")
    press(page, "Next")
    expect(page.get_by_text("We have your choices")).to_be_visible()
    here(page, "chosen")
    press(page, "Change Who would you like to talk to?")
    page.get_by_label("I do not mind").check()
    press(page, "Save")
    expect(page.get_by_text("We have your choices")).to_be_visible()
    expect(page.get_by_text(f"Not {PLANTED}")).to_be_visible()

    press(page, "Say it your way")
    headed(page, "How are you right now?")
    press(page, "Skip this")
    headed(page, "What was going on before you went?")
    page.get_by_role("textbox").fill(f"my {PLANTED} died and i didnt want to go back")
    expect(page.get_by_text(re.compile("Saved at"))).to_be_visible()
    here(page, "say")
    press(page, "Next")
    headed(page, "Where did you go?")
    press(page, "What you have so far")
    expect(page.get_by_text(f"my {PLANTED} died")).to_be_visible()
    here(page, "yours")
    press(page, "Send it now")
    headed(page, "Thank you for telling us")
    expect(page.get_by_text(re.compile(r"Someone will read this by"))).to_be_visible()
    here(page, "sent")

    page.goto(link.rsplit("/m/", 1)[0] + "/m/help/complaint?in=en-easy")
    here(page, "complaint-easy")
    page.get_by_role("textbox").fill("They did not ask me")
    press(page, "Send")
    expect(page.get_by_text("You will hear by").first).to_be_visible()
    page.get_by_role("link", name="My page").first.click()
    here(page, "home-easy")

    # Out at once: three times Escape.
    for _ in range(3):
        page.keyboard.press("Escape")
    expect(page.get_by_text("Weather")).to_be_visible()
    page.go_back()
    expect(page.get_by_text(PLANTED)).to_have_count(0)
    emptied(page)
    page.goto(link.rsplit("/m/", 1)[0] + "/m/")
    headed(page, "This page is closed")
    here(page, "shut")
    storage = page.evaluate(
        "async () => JSON.stringify([{...localStorage}, {...sessionStorage},"
        " await indexedDB.databases(), await caches.keys()])"
    )
    assert json.loads(storage) == [{}, {}, [], []]
    phone.close()
    assert found_in(profile, PLANTED) == []

    # And on the desk it stands first.
    desk = sign_in("amina")
    expect(desk.get_by_text("1 child has written: read it now")).to_be_visible()
    assert_accessible(desk)
    desk.get_by_role("link", name="Sky Marlowe").first.click()
    expect(desk.get_by_text(f"my {PLANTED} died")).to_be_visible()
    assert_accessible(desk)
    picture(desk, "own-pages-desk")
    desk.get_by_role("button", name="I have read it").click()
    expect(desk.get_by_text("Noted that you have read it.")).to_be_visible()


def found_in(profile: Path, word: str) -> list[str]:
    """Files of the browser's in which the word stands, as it is written or as UTF-16."""
    wanted = (word.encode(), word.encode("utf-16-le"))
    return [
        str(path.relative_to(profile))
        for path in profile.rglob("*")
        if path.is_file() and any(each in path.read_bytes() for each in wanted)
    ]


def test_in_easy_read_with_the_keyboard_alone(
    link: str, phone: BrowserContext, django_db_blocker: Any
) -> None:
    page = phone.pages[0]
    page.set_default_timeout(30_000)
    say = own_words.of("en-easy").say
    page.goto(f"{link}?in=en-easy")

    def tab_to(role: Any, name: str, key: str = "Enter") -> None:
        """From where the focus is, by nothing but the tab key, and then the key."""
        wanted = page.get_by_role("main").get_by_role(role, name=name).first
        expect(wanted).to_be_visible()
        for _ in range(60):
            if wanted.evaluate("one => one === document.activeElement"):
                break
            page.keyboard.press("Tab")
        expect(wanted).to_be_focused()
        page.keyboard.press(key)

    def there(key: str, name: str) -> None:
        headed(page, say(key))
        expect(page.locator("html")).to_have_class("easy")
        here(page, f"easy-{name}")

    there("door.title", "door")
    tab_to("button", say("door.open"))
    there("first.title", "first")
    tab_to("button", say("first.done"))
    there("home.title", "home")
    tab_to("link", say("home.choose"))
    there("choose.want.title", "choose-want")
    tab_to("radio", say("choose.want.option.yes"), "Space")
    tab_to("button", say("frame.next"))
    there("choose.who.title", "choose-who")
    tab_to("radio", say("choose.who.option.same"), "Space")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label(say("choose.who.option.new"))).to_be_checked()
    tab_to("button", say("frame.next"))
    for group in ("where", "when"):
        headed(page, say(f"choose.{group}.title"))
        tab_to("link", say("frame.skip"))
    there("choose.beside.title", "choose-beside")
    tab_to("checkbox", say("choose.beside.option.friend"), "Space")
    tab_to("button", say("frame.next"))
    headed(page, say("choose.needs.title"))
    tab_to("link", say("frame.skip"))
    there("choose.title", "chosen")
    tab_to("link", f"{say('frame.change')} {say('choose.where.title')}")
    headed(page, say("choose.where.title"))
    tab_to("radio", say("choose.where.option.home"), "Space")
    tab_to("button", say("frame.save"))
    headed(page, say("choose.title"))
    tab_to("link", say("home.say"))
    headed(page, say("say.now.title"))
    tab_to("textbox", say("say.now.title"), "x")
    tab_to("button", say("frame.next"))
    headed(page, say("say.before.title"))
    tab_to("link", say("say.yours"))
    there("say.yours", "yours")
    tab_to("button", say("say.send"))
    there("say.sent_title", "sent")
    for _ in range(3):
        page.keyboard.press("Escape")
    expect(page.get_by_text("Weather")).to_be_visible()

    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        assert OwnWords.objects.get(sent_at__isnull=False).words == "x"
        newest = Choice.objects.newest_first().first()
    assert newest is not None
    assert {key: codes for key, codes in newest.chosen.items() if codes} == {
        "want": ["yes"],
        "who": ["new"],
        "where": ["home"],
        "beside": ["friend"],
    }


def test_what_is_typed_before_the_script_has_come_is_saved_too(
    link: str, phone: BrowserContext
) -> None:
    page = phone.pages[0]
    page.set_default_timeout(30_000)
    page.goto(link)
    press(page, "Open")
    press(page, "I have read this")
    headed(page, "What would you like to do?")
    on_the_way: list[Route] = []
    page.route("**/own*.js", lambda route: on_the_way.append(route))
    page.goto(link.rsplit("/m/", 1)[0] + "/m/say/bad", wait_until="commit")
    page.get_by_role("textbox").fill("it was the same man")
    expect(page.get_by_text(re.compile("Saved at"))).to_have_count(0)
    for script in on_the_way:
        script.continue_()
    expect(page.get_by_text(re.compile("Saved at"))).to_be_visible()


def test_what_was_not_sent_is_asked_about_by_the_next_link_and_not_shown(
    link: str, phone: BrowserContext, django_db_blocker: Any
) -> None:
    page = phone.pages[0]
    page.goto(link)
    press(page, "Open")
    press(page, "I have read this")
    headed(page, "What would you like to do?")
    page.goto(link.rsplit("/m/", 1)[0] + "/m/say/bad")
    page.get_by_role("textbox").fill(f"he found my {PLANTED}")
    expect(page.get_by_text(re.compile("Saved at"))).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.get_by_text("Weather")).to_be_visible()
    at = timezone.now()
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        draft = OwnWords.objects.get()
        by = draft.way_in.made_by
        _, secret = ways_in.make(draft.episode, device=Device.OWN, language="en", by=by, at=at)

    page.goto(f"{link.rsplit('/m/', 1)[0]}/m/{secret}?in=en-easy")
    press(page, "Open")
    headed(page, "Who sees what you say")
    press(page, "I have read this")
    headed(page, "You wrote something last time")
    expect(page.get_by_text(PLANTED)).to_have_count(0)
    here(page, "before")
    press(page, "Delete it")
    headed(page, "Delete this for good?")
    here(page, "before-delete")
    press(page, "No, keep it")
    headed(page, "You wrote something last time")
    press(page, "Send it now")
    headed(page, "Thank you for telling us")
    expect(page.get_by_text(PLANTED)).to_have_count(0)
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        assert OwnWords.objects.get().sent_at is not None


def test_without_scripts_all_of_it_works(
    link: str, site: str, browser: Browser, django_db_blocker: Any
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(link)
    page.get_by_role("button", name="Open").click()
    page.get_by_role("button", name="I have read this").click()
    page.get_by_role("heading", name="What would you like to do?").wait_for()
    page.goto(f"{site}/m/say/bad")
    page.get_by_role("textbox").fill("He scares me")
    page.get_by_role("button", name="Next").click()
    expect(page).not_to_have_url(f"{site}/m/say/bad")
    page.goto(f"{site}/m/yours")
    page.get_by_role("button", name="Send it now").click()
    headed(page, "Thank you for telling us")
    context.close()
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        assert OwnWords.objects.get().words == "He scares me"


def test_on_the_workers_device_nothing_else_can_be_reached(
    site: str, sign_in: SignIn, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        cast = Cast()
        episode = returned(cast.sky, at=timezone.now() - hours(4))
    page = sign_in("amina", narrow=True)
    page.goto(f"/episodes/{episode.pk}/own-pages")
    assert_accessible(page)
    page.get_by_role("link", name="Let the child in").or_(
        page.get_by_role("button", name="Let the child in")
    ).first.click()
    page.get_by_label("On this device, which I hand to them").check()
    assert_accessible(page)
    picture(page, "own-let-in")
    page.get_by_role("button", name="Go on").click()
    headed(page, "Who sees what you say")
    expect(page.get_by_text("This is a worker’s device")).to_be_visible()
    for _ in range(3):
        page.go_back()
        expect(page.get_by_text("Sky")).to_have_count(0)
    page.goto(f"/episodes/{episode.pk}")
    expect(page.get_by_label("Email")).to_be_visible()
    page.goto("/m/")
    page.get_by_role("link", name="I am finished").click()
    expect(page.get_by_text("Please give the device back")).to_be_visible()


@pytest.fixture
def told(site: str, django_db_blocker: Any) -> str:
    """A link of Sky's, to whom three lines were released after her talk."""
    at = timezone.now()
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        cast = Cast()
        episode = returned(cast.sky, at=at - hours(30))
        held(episode, interviewer=cast.ines, by=cast.amina, at=at - hours(20))
        today = {"is_safe": True, "by": cast.amina, "at": at - hours(1)}
        releases.release(
            *(episode, Kind.WORDS, "Does not like the new house."),
            named_on=at.astimezone(LONDON).date(),
            **today,
        )
        releases.release(
            *(episode, Kind.SHARE, "That nights are loud where you live"),
            whom="The home’s manager",
            because="So that it gets quieter",
            state=State.STILL,
            **today,
        )
        releases.release(
            *(episode, Kind.CAME_OF_IT, "To see my brother"),
            because="You see him on Sunday.",
            promise=Promise.ASKED,
            state=State.DONE,
            **today,
        )
        _, secret = ways_in.make(episode, device=Device.OWN, language="en", by=cast.amina, at=at)
    return f"{site}/m/{secret}"


def test_in_arabic_from_the_link_to_hearing_back(
    told: str, phone: BrowserContext, settings: Any, django_db_blocker: Any
) -> None:
    # A draft is on where the demonstration is.
    settings.DEMONSTRATION = True
    say = own_words.of("ar", drafts=True).say
    page = phone.pages[0]
    page.set_default_timeout(30_000)
    site = told.rsplit("/m/", 1)[0]

    def there(heading: str, name: str) -> None:
        headed(page, heading)
        expect(page).to_have_title(say("frame.title"))
        page.locator("main details").evaluate_all("all => all.forEach(one => one.open = true)")
        assert page.locator("html").get_attribute("lang") == "ar"
        assert page.locator("html").get_attribute("dir") == "rtl"
        # Nothing is said in English for want of a word of its own.
        assert page.locator("main [lang=en], header [lang=en]").all_inner_texts() == []
        assert_accessible(page)
        picture(page, f"own-arabic-{name}")

    page.goto(f"{told}?in=ar")
    there(say("door.title"), "door")
    press(page, say("door.open"))
    there(say("first.title"), "first")
    press(page, say("first.done"))
    there(say("home.title"), "home")

    # The talk was held, so it is not asked whether they want it.
    press(page, say("home.choose"))
    there(say("choose.who.title"), "choose-who")
    page.get_by_label(say("choose.who.option.woman"), exact=True).check()
    page.get_by_role("textbox").fill("ليس Dave Smith, 07700 900123")
    press(page, say("frame.next"))
    there(say("choose.where.title"), "choose-where")
    for following in ("when", "beside", "needs"):
        press(page, say("frame.skip"))
        there(say(f"choose.{following}.title"), f"choose-{following}")
    press(page, say("frame.next"))
    there(say("choose.title"), "chosen")
    expect(page.get_by_text("Dave Smith, 07700 900123")).to_be_visible()

    press(page, say("home.say"))
    there(say("say.now.title"), "say")
    page.get_by_role("textbox").fill(f"أنا متعب. My {PLANTED} is 0161 496 0000")
    page.get_by_label(say("say.pick.option.tired"), exact=True).check()
    press(page, say("frame.next"))
    headed(page, say("say.before.title"))
    press(page, say("say.yours"))
    there(say("say.yours"), "yours")
    press(page, say("say.delete"))
    there(say("say.delete_title"), "delete")
    press(page, say("say.delete_no"))
    headed(page, say("say.yours"))
    press(page, say("say.send"))
    there(say("say.sent_title"), "sent")

    press(page, say("frame.home"))
    press(page, say("home.help"))
    there(say("help.title"), "help")
    # A number is read from left to right.
    rung = page.get_by_role("main").get_by_role("link", name="0800 1111")
    assert "\u20660800 1111\u2069" in rung.inner_text()
    press(page, say("help.advocate"))
    there(say("help.advocate"), "ask")
    press(page, say("help.send"))
    expect(page.get_by_text(say("help.sent"))).to_be_visible()
    there(say("help.advocate"), "asked")

    press(page, say("frame.home"))
    press(page, say("home.see"))
    there(say("see.title"), "see")
    # What a worker wrote in English keeps its own direction.
    written = page.get_by_text("Does not like the new house.")
    assert written.evaluate("one => getComputedStyle(one).direction") == "ltr"
    press(page, say("see.object"))
    page.get_by_role("textbox").fill("سيقولون إنني أخبرتكم")
    there(say("see.object_title", whom="the home’s manager"), "object")
    press(page, say("frame.send"))
    headed(page, say("see.title"))
    press(page, say("frame.home"))
    press(page, say("home.heard"))
    there(say("heard.title"), "heard")
    press(page, say("heard.ask"))
    there(say("heard.ask"), "heard-ask")
    press(page, say("frame.back"))
    headed(page, say("heard.title"))
    press(page, say("frame.home"))
    page.get_by_role("link", name=say("home.talk")).click()
    headed(page, say("talk.title"))
    page.get_by_label(say("talk.option.no"), exact=True).last.check()
    there(say("talk.title"), "talk")
    press(page, say("frame.send"))
    expect(page.get_by_text(say("talk.was_not_safe"))).to_be_visible()
    there(say("talk.title"), "talk-said")

    press(page, say("frame.home"))
    page.get_by_role("main").get_by_role("link", name=say("home.leave")).click()
    there(say("leave.title"), "leaving")
    press(page, say("leave.go"))
    expect(page.get_by_text("Weather")).to_be_visible()
    emptied(page)
    page.goto(f"{site}/m/leaving")
    headed(page, "This page is closed")
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        sent = OwnWords.objects.get(sent_at__isnull=False)
        assert sent.words == f"أنا متعب. My {PLANTED} is 0161 496 0000"
        assert (sent.language, sent.way_in.told_in) == ("ar", "ar")


def test_the_child_sees_what_was_written_answers_it_and_hears_back(
    told: str, phone: BrowserContext, sign_in: SignIn
):
    page = phone.pages[0]
    page.set_default_timeout(30_000)
    page.goto(told)
    press(page, "Open")
    press(page, "I have read this")
    headed(page, "What would you like to do?")
    here(page, "home-new")
    press(page, "See what was written")
    headed(page, "What was written")
    expect(page.get_by_text("Does not like the new house.")).to_be_visible()
    here(page, "see")
    press(page, "That is not what I meant")
    page.get_by_role("textbox").fill("I like the house. It is the noise.")
    here(page, "meant")
    press(page, "Send")
    expect(page.get_by_text("I like the house. It is the noise.")).to_be_visible()
    press(page, "I do not want this")
    page.get_by_role("textbox").fill("They will say I told")
    here(page, "object")
    press(page, "Send")
    expect(page.get_by_text(re.compile("You will get an answer by")).first).to_be_visible()
    page.get_by_role("link", name="My page").first.click()
    press(page, "Hear back")
    headed(page, "What came of it")
    expect(page.get_by_text("You see him on Sunday.")).to_be_visible()
    here(page, "heard")
    page.goto(told.rsplit("/m/", 1)[0] + "/m/heard?in=en-easy")
    here(page, "heard-easy")
    page.get_by_role("link", name="My page").first.click()
    page.get_by_role("link", name=re.compile("How was your")).click()
    page.get_by_label("A bit").first.check()
    here(page, "talk-easy")
    press(page, "Send")
    expect(page.get_by_text("Thank you").first).to_be_visible()
    here(page, "talk-thanks")

    desk = sign_in("amina")
    expect(desk.get_by_text("2 answers are owed to children")).to_be_visible()
    assert_accessible(desk)
