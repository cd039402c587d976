"""A coordinator prepares an exploitation panel: whom it is about, why, and what it is given."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from returnhome.casework import acting, mentions
from returnhome.casework.models import Episode
from returnhome.rules.mentioning import MentionKind
from tests.cast import Cast, hours, missing, signed
from tests.journeys.conftest import NARROW, PICTURES, WIDE, SignIn, assert_accessible, picture
from tests.sharing import CAR

pytestmark = [pytest.mark.browser, pytest.mark.check]


@pytest.fixture
def episodes(site: str, django_db_blocker: Any) -> list[Episode]:
    """Sky and Kit were away for some days, and each told Ines of the same silver car."""
    now = timezone.now()
    with django_db_blocker.unblock(), acting.as_system(acting.OPERATOR):
        cast, found = Cast(), []
        for child in (cast.sky, cast.kit):
            went = missing(
                child,
                last_seen=now - timedelta(days=8),
                returned=now - hours(30),
                at=now - hours(29),
            )
            talk = signed(went, interviewer=cast.ines, by=cast.amina, at=now - hours(20))
            mentions.note(talk, MentionKind.VEHICLE, CAR, by=cast.ines, at=now - hours(5))
            found.append(went)
        return found


def here(page: Page, name: str) -> None:
    """It can be used by everybody at both widths."""
    for size, words in ((NARROW, "narrow"), (WIDE, "wide")):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert_accessible(page)
        picture(page, f"{name}-{words}")


def presses(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


def test_a_coordinator_brings_two_children_and_takes_the_paper_out(
    sign_in: SignIn, episodes: list[Episode]
) -> None:
    amina = sign_in("amina")
    amina.goto("/patterns")
    amina.get_by_role("link", name="Packs for panels").click()
    here(amina, "packs-none")
    presses(amina, "Make a pack")
    presses(amina, "Make the pack")
    here(amina, "pack-make-error")
    day = timezone.now().date() + timedelta(days=6)
    amina.get_by_label("What is the panel called?").fill("Child exploitation panel")
    for box, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        amina.get_by_label(box, exact=True).fill(str(value))
    presses(amina, "Make the pack")
    here(amina, "pack-empty")
    pack = amina.url.rsplit("/", 1)[1]

    for name, why in (("Sky Marlowe", "Fetched by a car"), ("Kit O’Dell", "Went with older boys")):
        presses(amina, "Bring a child")
        amina.get_by_label("Name or number").fill(name.split()[0])
        presses(amina, "Find")
        here(amina, "pack-find")
        amina.get_by_role("link", name=f"Bring {name}").click()
        here(amina, "pack-bring")
        amina.get_by_label("Why is the child brought?").fill(why)
        presses(amina, "Bring to the panel")
    expect(amina.locator("main")).to_contain_text("Nothing put together for the panel yet")
    expect(amina.locator("main")).to_contain_text("What links them")

    amina.get_by_role("button", name="Put it together about Sky Marlowe").click()
    here(amina, "pack-begin")
    presses(amina, "Put it together")
    for each in amina.get_by_label("Keep them: the recipient needs them", exact=True).all():
        each.check()
    amina.get_by_label("Who exactly?").fill("The chair of the panel")
    amina.get_by_label("Why is it shared?").fill("The same car comes up again.")
    amina.get_by_label("Told, and content with it").check()
    presses(amina, "Send it")
    amina.goto(f"/packs/{pack}")
    here(amina, "pack")
    with amina.expect_download() as given:
        amina.get_by_role("link", name="What the panel is given (PDF)").click()
    assert given.value.suggested_filename == f"panel-P-{pack}.pdf"
    if PICTURES:
        given.value.save_as(Path(PICTURES) / "panel.pdf")

    amina.goto(f"/episodes/{episodes[0].pk}")
    expect(amina.locator("main")).to_contain_text("School: up to")
    here(amina, "episode-school")
    amina.get_by_role("link", name="Shared, and not shared").click()
    expect(amina.locator("main")).to_contain_text("Not yet told")
    here(amina, "shares-not-told")
    amina.goto(f"/packs/{pack}")
    amina.get_by_role("link", name="Take off Kit O’Dell").click()
    here(amina, "pack-take-off")
