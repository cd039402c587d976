"""From what a child told to what came of it: shared, looked at, answered, and heard of."""

import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from returnhome.casework import acting, mentions, one_time_links, shares, ways_in
from returnhome.casework.mentions import Told
from returnhome.casework.models import Episode
from returnhome.rules.codes import Device
from returnhome.rules.mentioning import MentionKind
from returnhome.rules.one_time_links import CodeWay
from returnhome.rules.sharing import Purpose, Recipient
from tests.cast import PASSWORD, Cast, has_the_app, hours
from tests.journeys.conftest import NARROW, SignIn, assert_accessible, picture
from tests.journeys.test_after_the_talk import here
from tests.sharing import begun, kept, officer, told_of_a_car

pytestmark = [pytest.mark.browser, pytest.mark.check]


@pytest.fixture
def episode(site: str, django_db_blocker: Any) -> Episode:
    """Sky told Ines of a silver car, and of somebody called Dan Hale."""
    at = timezone.now() - hours(20)
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        cast = Cast()
        episode = told_of_a_car(cast, at)
        dan = Told(name="Dan Hale", relationship="He knows the driver")
        mentions.note(
            episode.interviews.get(), MentionKind.PERSON, dan, by=cast.ines, at=at + hours(9)
        )
        for name, organisation in (("pia", None), ("quin", cast.westborough_council)):
            person = officer(cast, name, organisation)
            person.set_password(PASSWORD)
            person.save(update_fields=["password"])
            has_the_app(person)
        return episode


@pytest.fixture
def link(site: str, episode: Episode, django_db_blocker: Any) -> str:
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        _, secret = ways_in.make(
            episode, device=Device.OWN, language="en", by=Cast().amina, at=timezone.now()
        )
    return f"{site}/m/{secret}"


def saves(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


def put_together(ines: Page, episode: Episode) -> str:
    """By Ines for a constable who has the name of somebody the child told of; gives its address."""
    ines.goto(f"/episodes/{episode.pk}")
    ines.get_by_role("link", name="Shared, and not shared").click()
    here(ines, "shares-none")
    ines.get_by_role("button", name="Share something").click()
    here(ines, "share-begin")
    saves(ines, "Put it together")
    here(ines, "share-begin-error")
    ines.get_by_label("Police missing-person unit").check()
    police = ines.get_by_role("group", name="Who is to be told?")
    police.get_by_label("Which one?").first.select_option("Northshire Police")
    police.get_by_label("Stop whoever does harm: what is known of people and places").first.check()
    saves(ines, "Put it together")
    expect(ines.locator("main")).to_contain_text("Vehicle: silver Ford, AB12CDE")
    here(ines, "share-write")
    for each in ines.get_by_label("Take them out", exact=True).all():
        each.check()
    ines.get_by_label("Who exactly?").fill("PC Dan Hale")
    ines.get_by_label("Why is it shared?").fill("A man drives children about in it.")
    ines.get_by_label("Told, and content with it").check()
    return ines.url


def test_what_a_child_told_is_shared_answered_and_heard_of(
    sign_in: SignIn, browser: Browser, site: str, episode: Episode, link: str
) -> None:
    ines = sign_in("ines", narrow=True)
    put_together(ines, episode)
    saves(ines, "Send it")
    # The constable has the name of somebody the child told of.
    expect(ines.get_by_role("alert").first).to_contain_text("The child told of somebody")
    here(ines, "share-write-error")
    ines.get_by_label("Why is it safe to tell them all the same?").fill(
        "The man is seventeen; the constable is known to me."
    )
    saves(ines, "Ask a second person to look")
    expect(ines.get_by_role("alert")).to_contain_text("a second person looks before it goes")
    here(ines, "share-waits")
    share = ines.url.rsplit("/", 1)[1]

    pia = sign_in("pia", narrow=True)
    expect(pia.get_by_role("heading", level=1)).to_have_text("Shared with us")
    expect(pia.locator("main")).to_contain_text("Nothing has been shared with you")
    assert pia.goto(f"/shared-with-us/{share}").status == 404  # type: ignore[union-attr]

    amina = sign_in("amina")
    amina.get_by_role("link", name="Sky Marlowe").first.click()
    expect(amina.get_by_role("heading", level=1)).to_have_text("Look at it as the second person")
    here(amina, "share-look")
    amina.get_by_label("Yes, it can go").check()
    saves(amina, "Save")
    expect(amina.get_by_role("alert")).to_contain_text("It is sent")

    pia.goto("/")
    here(pia, "shared-with-us")
    pia.get_by_role("link", name="Sky Marlowe").click()
    expect(pia.locator("main")).to_contain_text("Vehicle: silver Ford, AB12CDE")
    here(pia, "shared-with-us-one")
    saves(pia, "We have it")
    pia.get_by_role("link", name=re.compile("Say what came of it.*Vehicle")).click()
    here(pia, "shared-with-us-answer")
    pia.get_by_label("It was acted on").check()
    pia.get_by_label("What was done, or why is nothing done?").fill("The car was stopped.")
    saves(pia, "Save")
    expect(pia.locator("main")).to_contain_text("The car was stopped.")

    quin = sign_in("quin")
    assert quin.goto(f"/shared-with-us/{share}").status == 404  # type: ignore[union-attr]

    ines.goto(f"/shares/{share}")
    expect(ines.locator("main")).to_contain_text("It was acted on: The car was stopped.")
    here(ines, "share-answered")
    ines.get_by_role("link", name="Let the child hear of it").click()
    ines.get_by_role("link", name=re.compile("Release.*Vehicle")).click()
    ines.get_by_label("What happened, or why not?").fill("The police stopped it.")
    ines.get_by_label("What will the child read?").fill("The car you told us of.")
    ines.get_by_role("group", name="Is it safe for this to be seen").get_by_label("Yes").check()
    saves(ines, "Release it")
    expect(ines.get_by_role("alert")).to_contain_text("Released")

    phone = browser.new_context(base_url=site, viewport=NARROW, locale="en-GB").new_page()  # type: ignore[arg-type]
    phone.set_default_timeout(30_000)
    phone.goto(link)
    phone.get_by_role("button", name="Open").click()
    phone.get_by_role("button", name="I have read this").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("What would you like to do?")
    phone.goto(f"{site}/m/heard")
    expect(phone.locator("main")).to_contain_text("The car you told us of.")
    expect(phone.locator("main")).to_contain_text("The police stopped it.")
    assert_accessible(phone)
    picture(phone, "share-heard")
    phone.context.close()


def test_a_school_without_an_account_opens_its_link_once(
    sign_in: SignIn, browser: Browser, site: str, episode: Episode, django_db_blocker: Any
) -> None:
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        cast, at = Cast(), timezone.now()
        school = Recipient.SCHOOL, Purpose.SAFE_WHERE_THEY_ARE
        draft = kept(cast, begun(cast, episode, *school, at=at), at=at)
        share = shares.write(draft, by=cast.ines, at=at)
        second = kept(cast, begun(cast, episode, *school, at=at), at=at)
        other = shares.write(second, by=cast.ines, at=at)
    ines = sign_in("ines", narrow=True)
    ines.goto(f"/shares/{share.pk}")
    ines.get_by_role("button", name="Make a link that opens once").click()
    here(ines, "one-time-make")
    saves(ines, "Make the link")
    here(ines, "one-time-make-error")
    ines.get_by_label("I telephone them").check()
    saves(ines, "Make the link")
    here(ines, "one-time-code")
    said = ines.locator("main").inner_text()
    code, link = re.search(r"\d{4} \d{4}", said), re.search(r"/one-time/[\w-]+", said)
    assert code
    assert link

    head = browser.new_context(base_url=site, viewport=NARROW, locale="en-GB").new_page()  # type: ignore[arg-type]
    head.set_default_timeout(30_000)
    head.goto(link[0])
    expect(head.locator("main")).not_to_contain_text("Sky")
    here(head, "one-time-door")
    head.get_by_label("Your name").fill("Hal Head")
    head.get_by_label("The code that you were given").fill("0000 0000")
    saves(head, "Open it")
    here(head, "one-time-wrong-code")
    head.get_by_label("The code that you were given").fill(code[0])
    saves(head, "Open it")
    expect(head.get_by_role("heading", level=1)).to_contain_text("Sky Marlowe")
    here(head, "one-time-opened")
    # A second link in the same browser has pages of its own, and the first keeps its own.
    first = head.url
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        again = one_time_links.make(
            other, address="", code_way=CodeWay.TEXT, by=Cast().ines, at=timezone.now()
        )
    head.goto(f"/one-time/{again.href.rsplit('/', 1)[1]}")
    head.get_by_label("Your name").fill("Hal Head")
    head.get_by_label("The code that you were given").fill(again.code)
    saves(head, "Open it")
    expect(head.locator("main")).to_contain_text(f"S-{other.pk}")
    head.goto(first)
    expect(head.locator("main")).to_contain_text(f"S-{share.pk}")
    saves(head, "Close it")
    here(head, "one-time-closed")
    head.goto(link[0])
    here(head, "one-time-shut")
    head.context.close()

    ines.goto(f"/shares/{share.pk}")
    expect(ines.locator("main")).to_contain_text("Opened by Hal Head")
    here(ines, "one-time-was-opened")
