"""The listener of every journey hears a page that asks for what its policy does not allow."""

from playwright.sync_api import Browser

from tests.journeys import conftest


def test_what_the_policy_refuses_is_heard_and_nothing_of_it_runs(browser: Browser, site: str):
    context = browser.new_context(base_url=site)
    page = context.new_page()
    page.goto("/accounts/login/")
    assert conftest.refused == []

    page.evaluate(
        "const script = document.createElement('script'); script.textContent = 'window.ran = 1';"
        " document.body.append(script)"
    )

    assert page.evaluate("window.ran") is None
    assert len(conftest.refused) == 1
    conftest.refused.clear()
    context.close()
