"""The whole story in a browser: from the police's file to one more in the uptake figures."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from returnhome.rules.clock import LONDON
from tests.journeys.conftest import SignIn, assert_accessible, picture

pytestmark = [pytest.mark.browser, pytest.mark.check]

HEADINGS = (
    "Misper Ref,Surname,Forename(s),DOB,Sex,Missing From Address,Postcode,Last Seen,Reported,Risk,"
    "LAC,Placing Authority,Classification,Found,Found Comments"
)
ACCOUNT = (
    "I went to my nan's because nobody was listening. Say \"sorry\" to Dav — it's not his fault."
)


def ago(**length: float) -> datetime:
    """A UK wall-clock time before now, to the minute."""
    at = datetime.now(UTC) - timedelta(**length)
    return at.astimezone(LONDON).replace(second=0, microsecond=0)


def police_file(folder: Path) -> Path:
    """Kit found eighteen hours ago, a child nobody knows, and a row that cannot be."""

    def cell(at: datetime) -> str:
        return f"{at:%d/%m/%Y %H:%M}"

    rows = (
        f"N1,O'DELL,Kit,30/09/2012,M,,NS1 1AA,{cell(ago(hours=40))},{cell(ago(hours=38))},High,N,,"
        f"Missing,{cell(ago(hours=18))},Brought back by carer",
        f"N2,Odell,Kitty,29/09/2012,F,,NS1 1AA,{cell(ago(hours=9))},{cell(ago(hours=8))},Low,N,,"
        "Missing,,",
        f"N3,Grown,Up,01/01/1980,M,,NS1 1AA,{cell(ago(hours=9))},{cell(ago(hours=8))},Low,N,,"
        "Missing,,",
    )
    path = folder / "misper.csv"
    path.write_text("\r\n".join((HEADINGS, *rows)) + "\r\n", encoding="utf-8")
    return path


def fill_moment(page: Page, name: str, at: datetime) -> None:
    for box, text in (
        ("day", str(at.day)),
        ("month", str(at.month)),
        ("year", str(at.year)),
        ("time", f"{at:%H:%M}"),
    ):
        page.locator(f'[name="{name}-{box}"]').fill(text)


def uptake(page: Page) -> str:
    """The sentence at the top of the figures."""
    page.goto("/figures")
    assert_accessible(page)
    return page.locator("main").inner_text()


def held_in(sentence: str) -> int:
    """How many interviews were held, as the page's first sentence says it."""
    said = re.search(r"held for [\d.]+% \((\d+)\)", sentence)
    return int(said[1]) if said else 0


def follow(page: Page, name: str | re.Pattern[str]) -> None:
    """Press the one next step that the episode's page shows."""
    page.locator(".rh-next").get_by_role("button", name=name).click()


def leave(page: Page, name: str | re.Pattern[str]) -> None:
    """Press a button of a topic, which is left once every answer in it is saved."""
    before = page.url
    page.get_by_role("button", name=name).first.click()
    page.wait_for_url(lambda url: url != before)


@pytest.mark.parametrize("narrow", [False, True], ids=["desk", "phone"])
def test_a_file_becomes_an_interview_help_and_one_more_in_the_figures(
    sign_in: SignIn, tmp_path: Path, narrow: bool
) -> None:
    visited: set[str] = set()

    def here(page: Page, name: str) -> None:
        """Every page on the way is accessible, and Owen will be sent to it at the end."""
        assert_accessible(page)
        picture(page, f"{name}{'-phone' if narrow else ''}")
        address = page.url.split("://")[1].partition("/")[2].partition("?")[0].partition("#")[0]
        if re.search(r"\d", address):
            visited.add(f"/{address}")

    amina = sign_in("amina", narrow=narrow)
    held_before = held_in(uptake(amina))

    # The coordinator looks at a file, confirms it, and finds the child on her list.
    amina.goto("/intake")
    here(amina, "intake")
    amina.get_by_label("Who sent it?").select_option("Northshire Police")
    amina.locator("input[type=file]").set_input_files(police_file(tmp_path))
    amina.get_by_role("button", name="See what it would do").click()
    expect(amina.locator("main")).to_contain_text("not a child")
    here(amina, "preview")
    amina.get_by_role("button", name=re.compile("Confirm")).first.click()
    expect(amina.locator("main")).to_contain_text("1 opened")
    here(amina, "delivery")
    amina.goto("/")
    here(amina, "work-list")
    row = amina.get_by_role("row").filter(has_text="Kit O’Dell")
    row.get_by_role("button", name=re.compile("Take on")).click()
    here(amina, "taken-on")
    amina.goto("/")
    amina.get_by_role("link", name="Kit O’Dell").first.click()
    here(amina, "episode")
    episode = amina.url

    # She records when he came back, offers, records his yes, and books.
    amina.get_by_role("link", name=re.compile("Record the return")).first.click()
    fill_moment(amina, "returned", ago(hours=17))
    here(amina, "record-return")
    amina.get_by_role("button", name="Record the return").click()
    here(amina, "returned")
    follow(amina, re.compile("Offer"))
    amina.get_by_label("Telephone").check()
    amina.get_by_label("The child", exact=True).check()
    fill_moment(amina, "offered_at", ago(minutes=30))
    here(amina, "offer")
    amina.locator("main").get_by_role("button", name=re.compile("Record|Save")).click()
    here(amina, "offered")
    # The page leads straight on to the answer, and from there to the booking.
    amina.get_by_label("Accepted").check()
    amina.get_by_role("button", name="Save the answer").click()
    here(amina, "answered")
    if amina.url == episode:
        follow(amina, re.compile("Book"))
    amina.get_by_label(re.compile("Ines Okafor")).check()
    fill_moment(amina, "booked_for", ago(hours=-3))
    amina.get_by_label("Youth centre").check()
    amina.get_by_label("In person", exact=True).check()
    here(amina, "book")
    amina.get_by_role("button", name="Book the interview").click()
    # Ines has no training on record: the page says so, and lets it be booked all the same.
    here(amina, "booking-warned")
    amina.get_by_role("button", name="Book all the same").click()
    here(amina, "booked")

    # The interviewer finds the talk on her list, records it topic by topic, and signs it off.
    ines = sign_in("ines", narrow=narrow)
    here(ines, "interviewer-work-list")
    ines.get_by_role("link", name=re.compile("See the booking|Kit")).first.click()
    if "/episodes/" in ines.url:
        follow(ines, "See the booking")
    here(ines, "booking")
    interview = ines.url
    ines.get_by_role("button", name="Record the interview").click()
    here(ines, "topics")
    ines.get_by_role("link", name="The conversation").click()
    while "/record/" in ines.url:
        for box in ines.locator("textarea:visible").all():
            box.fill(ACCOUNT)
        for choice in ines.locator('[value="no:not_asked"][type=radio]').all():
            choice.check()
        for choice in ines.locator('[name="push-codes"][value="not_listened_to"]').all():
            choice.check()
        for choice in ines.locator('[name="pull-codes"][value="family"]').all():
            choice.check()
        for key in ("present_kinds", "told_of"):
            for choice in ines.locator(f'[name="{key}-codes"][value="no:not_asked"]').all():
                choice.check()
        here(ines, f"topic-{ines.url.rsplit('/', 1)[1]}")
        leave(ines, re.compile("Save and"))
    here(ines, "topics-done")
    ines.get_by_role("link", name="When it took place").click()
    fill_moment(ines, "held_at", ago(minutes=5))
    ines.get_by_label("Yes").check()
    here(ines, "hold")
    ines.get_by_role("button", name="Save").click()
    ines.get_by_role("link", name="Read it through and sign it off").click()
    expect(ines.locator("main")).to_contain_text(ACCOUNT)
    here(ines, "sign")
    ines.get_by_role("button", name="Sign off the record").click()
    here(ines, "signed")

    # The manager reads it and adds an action.
    mara = sign_in("mara", narrow=narrow)
    mara.goto(interview)
    expect(mara.locator("main")).to_contain_text(ACCOUNT)
    mara.get_by_role("button", name="Add an action").click()
    mara.get_by_label("What kind of action?").select_option("safety_plan")
    mara.get_by_label("What is to be done?").fill("Agree with Kit whom he can ring at night.")
    mara.get_by_label("Who will do it?").select_option(label="Sol Bennett")
    tomorrow = ago(hours=-24)
    for box, text in (("day", tomorrow.day), ("month", tomorrow.month), ("year", tomorrow.year)):
        mara.locator(f'[name="due_on-{box}"]').fill(str(text))
    here(mara, "add-action")
    mara.locator("main").get_by_role("button", name=re.compile("action", re.I)).click()
    expect(mara.locator("main")).to_contain_text("Agree with Kit")
    here(mara, "action-added")

    # The episode is answered for, and the uptake has moved by one.
    amina.goto(episode)
    here(amina, "answered-for")
    assert held_in(uptake(amina)) == held_before + 1
    picture(amina, "figures")

    # Somebody of another council finds nothing, anywhere on the way.
    owen = sign_in("owen", narrow=narrow)
    assert len(visited) > 12
    for address in sorted(visited):
        response = owen.goto(address)
        assert response is not None
        assert response.status == 404, address
        assert "Kit" not in owen.content()
    assert_accessible(owen)
    picture(owen, "not-found")


def test_the_clock_and_the_story_are_there_without_javascript(sign_in: SignIn) -> None:
    page = sign_in("amina", scripts=False)

    expect(page.get_by_role("heading", level=1)).to_have_text("Work list")
    page.goto("/figures")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
