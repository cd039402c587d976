"""Recording on a phone: each answer saved as it is left, no word lost, read through, signed off."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from returnhome.casework import acting, interviews
from returnhome.casework.models import Interview
from tests.cast import Cast, everything_said, held, hours, returned
from tests.journeys.conftest import SignIn, assert_accessible, picture

pytestmark = [pytest.mark.browser, pytest.mark.check]

PHONE = {"width": 390, "height": 844}
LEFT = {"why_words", "vehicles", "told_of", "checked"}


@pytest.fixture
def interview(site: str, django_db_blocker: object) -> Interview:
    """Held by Ines an hour ago; all that must be answered is, but for a few."""
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):  # type: ignore[attr-defined]
        now, cast = timezone.now().replace(microsecond=0), Cast()
        episode = returned(cast.sky, at=now - hours(20))
        one = held(episode, interviewer=cast.ines, by=cast.amina, at=now - hours(20))
        said = {key: each for key, each in everything_said(one).items() if key not in LEFT}
        interviews.record(one, said, by=cast.ines, at=now)
        return one


def on_a_phone(page: Page) -> Page:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    return page


def saved(page: Page, key: str, words: str | re.Pattern[str] = re.compile(r"^Saved \d")) -> None:
    expect(page.locator(f"#question-{key} [data-saved]")).to_have_text(words)


def test_each_answer_is_saved_as_it_is_left_and_no_word_is_lost(
    sign_in: SignIn, interview: Interview
) -> None:
    record = f"/interviews/{interview.pk}/record"
    ines = on_a_phone(sign_in("ines"))
    ines.goto(record)
    assert_accessible(ines)
    picture(ines, "recording-topics-phone")
    ines.get_by_role("link", name="Why they went").click()
    assert_accessible(ines)

    # Left, and saved: it stands there when the page is opened anew.
    words = ines.get_by_label("Why did you go?")
    words.fill("I wanted to see my nan.")
    words.blur()
    saved(ines, "why_words")
    assert_accessible(ines)
    picture(ines, "recording-saved-phone")
    ines.reload()
    expect(words).to_have_value("I wanted to see my nan.")

    # No signal: it says so, keeps the words, and saves them when there is one again.
    ines.context.set_offline(True)
    words.fill("I wanted to see my nan. She’s ill.")
    words.blur()
    saved(ines, "why_words", re.compile("Not saved yet: no connection."))
    assert_accessible(ines)
    picture(ines, "recording-no-signal-phone")
    ines.get_by_role("button", name="Save and next topic").click()
    expect(words).to_have_value("I wanted to see my nan. She’s ill.")
    ines.context.set_offline(False)
    saved(ines, "why_words")

    # The same interview on another device: neither overwrites the other unseen.
    desk = sign_in("ines")
    desk.goto(f"{record}/why")
    # The line says "Saved" already, of what came before.
    with ines.expect_response(re.compile(r"/why_words")):
        words.fill("From the phone.")
        words.blur()
    saved(ines, "why_words")
    there = desk.get_by_label("Why did you go?")
    there.fill("From the desk.")
    there.blur()
    saved(desk, "why_words", re.compile("something else was saved here"))
    assert_accessible(desk)
    picture(desk, "recording-two-devices")
    desk.get_by_role("button", name="Put both together").click()
    saved(desk, "why_words")
    desk.reload()
    expect(there).to_have_value("From the phone.\n\nFrom the desk.")

    # How a sign is known is asked once there is one.
    ines.goto(f"{record}/exploitation")
    car = ines.locator("#question-vehicles")
    expect(car.get_by_text("How is it known?")).to_be_hidden()
    car.get_by_label("Possible").check()
    car.get_by_label("Told by the child").check()
    saved(ines, "vehicles")
    assert_accessible(ines)
    picture(ines, "recording-signs-phone")

    # Read through: what is missing is answered there, and then it is signed off.
    ines.goto(record)
    ines.get_by_role("link", name="Read it through and sign it off").click()
    assert_accessible(ines)
    picture(ines, "recording-review-phone")
    for asked in ("Whom did you tell the child may hear of this?", "Did the child check what"):
        ines.get_by_role("group", name=re.compile(asked)).get_by_label("Not asked").check()
    ines.get_by_role("button", name="Save these").click()
    assert_accessible(ines)
    ines.get_by_role("button", name="Sign off the record").click()
    expect(ines.locator("main")).to_contain_text("The record is signed off.")
    assert_accessible(ines)
    picture(ines, "recording-signed-phone")
    with ines.expect_download() as paper:
        ines.get_by_role("link", name="The record on paper (PDF)").click()
    assert paper.value.suggested_filename == f"interview-{interview.pk}.pdf"


def test_what_is_written_before_the_script_has_come_is_saved_too(
    sign_in: SignIn, interview: Interview
) -> None:
    ines = on_a_phone(sign_in("ines"))
    on_the_way: list[Route] = []
    ines.route("**/recording*.js", lambda route: on_the_way.append(route))
    ines.goto(f"/interviews/{interview.pk}/record/why", wait_until="commit")
    ines.get_by_label("Why did you go?").fill("I wanted to see my nan.")
    for script in on_the_way:
        script.continue_()
    saved(ines, "why_words")


def test_no_page_is_left_before_its_words_are_safe(sign_in: SignIn, interview: Interview) -> None:
    ines = on_a_phone(sign_in("ines"))
    ines.goto(f"/interviews/{interview.pk}/record/why")
    words = ines.get_by_label("Why did you go?")

    # To what presses most, in the same tab, straight from a sentence half written.
    words.fill("He hits me")
    ines.get_by_role("link", name="The child has told of harm").first.click()
    expect(ines.get_by_role("heading", level=1)).to_have_text("The child has told of harm")
    ines.get_by_label("What did the child say?").fill("He hits me")
    ines.context.set_offline(True)
    ines.get_by_role("button", name="Save the words now").click()
    expect(ines.get_by_role("alert")).to_contain_text("No connection, so nothing was sent.")
    expect(ines.get_by_label("What did the child say?")).to_have_value("He hits me")
    assert_accessible(ines)
    picture(ines, "harm-no-signal-phone")
    ines.context.set_offline(False)
    ines.get_by_role("link", name="Back").click()
    ines.get_by_role("link", name="Why they went").click()
    expect(words).to_have_value("He hits me")

    # An answer stands above a tick that there is none, and the page says so.
    why = ines.locator("#question-why_words")
    why.get_by_label("Not asked").check()
    saved(ines, "why_words", re.compile("so the tick is taken out"))
    expect(why.get_by_label("Not asked")).not_to_be_checked()
    ines.get_by_role("button", name="Save and next topic").click()
    expect(ines.get_by_role("heading", level=1)).to_have_text("Where they were, and with whom")


def test_without_scripts_the_buttons_save_everything(sign_in: SignIn, interview: Interview) -> None:
    ines = on_a_phone(sign_in("ines", scripts=False))
    ines.goto(f"/interviews/{interview.pk}/record/why")

    ines.get_by_label("Why did you go?").fill("Nobody asked me.")
    ines.get_by_role("button", name="Save and leave").click()

    ines.goto(f"/interviews/{interview.pk}/record/why")
    expect(ines.get_by_label("Why did you go?")).to_have_value("Nobody asked me.")


def test_the_standard_and_its_guide_are_open_to_anybody(sign_in: SignIn) -> None:
    for narrow in (False, True):
        page = sign_in("wes", narrow=narrow)
        page.context.clear_cookies()
        for address in ("/standard", "/standard/1", "/standard/0"):
            page.goto(address)
            assert_accessible(page)
        for slug in ("who-acts", "what-to-record", "what-to-share"):
            page.goto(f"/guide/{slug}")
            assert_accessible(page)
        for slug in ("what-to-follow-up", "what-to-count"):
            page.goto(f"/guide/{slug}")
            assert_accessible(page)
        picture(page, f"guide-count{'-phone' if narrow else ''}")
