"""A foster carer asks who does the interview: on a desk, on a phone, without scripts, unknown."""

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import NARROW, WIDE, assert_accessible, picture

pytestmark = [pytest.mark.browser, pytest.mark.check]


@pytest.mark.parametrize(
    "scripts",
    [True, False],
    ids=["scripts", "no-scripts"],
)
@pytest.mark.parametrize("narrow", [False, True], ids=["desk", "phone"])
def test_a_stranger_finds_out_who_does_the_interview(
    site: str, browser: Browser, narrow: bool, scripts: bool
) -> None:
    size = NARROW if narrow else WIDE
    context = browser.new_context(base_url=site, viewport=size, java_script_enabled=scripts)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(30_000)

    def here(name: str) -> None:
        # axe is a script itself and waits for ever where none may run.
        if scripts:
            assert_accessible(page)
        picture(page, f"who-interviews-{name}{'-phone' if narrow else ''}")

    page.goto("/")
    page.get_by_role("link", name="Who does the interview?").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who does the interview?")
    # The form for signing in needs a cookie against forged ones; this page does not.
    context.clear_cookies()
    page.reload()
    assert context.cookies() == []
    here("start")

    # What a choice opens is there once it is taken, and a misspelt name comes back.
    council = page.get_by_label("Which council looks after the child?")
    expect(council).to_be_hidden()
    page.get_by_label("Yes, in care").check()
    council.fill("Kant")
    page.get_by_label("Where is the child placed?").fill("medway")
    page.get_by_text("Where they went missing from, and were found").click()
    page.get_by_label("Where did the child go missing from?").fill("Maidstone")
    page.get_by_label("Another council").check()
    page.get_by_label("Which council?", exact=True).fill("Medway")
    here("open")
    page.get_by_role("button", name="Show who does it").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Did you mean Kent?")
    expect(council).to_have_value("Kant")
    here("error")
    council.fill("kent county council")
    page.get_by_role("button", name="Show who does it").click()

    answer = page.get_by_role("region", name="The answer")
    expect(answer).to_have_text("Kent must offer it. Kent also provides the interviewer.")
    expect(page.locator("main")).to_contain_text("Medway has not accepted yet")
    here("answer")

    # Medway says yes: the answer is changed, and what was said before is still there.
    page.get_by_text("Change the answers").click()
    expect(page.get_by_label("Where is the child placed?")).to_have_value("Medway")
    page.locator("#id_council_said").select_option("It has agreed this time")
    here("change")
    page.get_by_role("button", name="Show who does it").click()
    expect(answer).to_have_text("Kent must offer it. Medway provides the interviewer.")

    # The address is the whole answer, for whoever it is sent to.
    colleague = browser.new_context(base_url=site, java_script_enabled=scripts)
    theirs = colleague.new_page()
    theirs.goto(page.url)
    expect(theirs.get_by_role("region", name="The answer")).to_have_text(answer.inner_text())
    assert context.cookies() == colleague.cookies() == []
    page.goto("/api/v1/")
    here("machines")
    colleague.close()
    context.close()
