"""Signing in, and what a stranger is shown before it."""

import pytest

from tests.journeys.conftest import SignIn, assert_accessible, picture

pytestmark = [pytest.mark.browser, pytest.mark.check]


def test_amina_signs_in_and_sees_her_work_list(sign_in: SignIn) -> None:
    page = sign_in("amina")

    assert page.get_by_role("heading", level=1).first.is_visible()
    assert_accessible(page)
    picture(page, "first-page")
