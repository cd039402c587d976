"""A coordinator takes a long file in, sees how far it is, stops it and goes on with it."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from returnhome.casework import staff
from returnhome.casework.models import Delivery
from returnhome.intake import loading
from returnhome.intake.layouts import POLICE_A
from returnhome.jobs import taking_in
from tests.journeys.conftest import SignIn, assert_accessible, picture

pytestmark = [pytest.mark.browser, pytest.mark.check]

MANY = 60


def year(folder: Path) -> Path:
    """Kit's, week after week, each time found the same evening."""
    lines = [",".join(POLICE_A.columns)]
    for number in range(MANY):
        went = timezone.now() - timedelta(days=7 * (MANY - number))
        seen, found = f"{went:%d/%m/%Y} 10:00", f"{went:%d/%m/%Y} 19:00"
        lines.append(
            f"Y{number},O'Dell,Kit,30/09/2012,M,,NS1 1AA,{seen},{seen},High,N,,Missing,{found},"
        )
    path = folder / "year.csv"
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def work(django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Lets the worker take in so many pieces."""
    monkeypatch.setattr(loading, "WHOLE", 10)
    monkeypatch.setattr(loading, "TOGETHER", 20)

    def worked(pieces: int) -> None:
        # Asked once before the file, and then before each piece.
        left = iter([False] * (pieces + 1))
        with django_db_blocker.unblock():
            taking_in.take_in(
                by=staff.clockwork(), clock=timezone.now, should_stop=lambda: next(left, True)
            )

    return worked


def test_a_long_file_shows_how_far_it_is_and_can_be_stopped(
    sign_in: SignIn, tmp_path: Path, work: Callable[[int], None], django_db_blocker: Any
) -> None:
    page = sign_in("amina", narrow=True)
    page.goto("/intake")
    page.get_by_label("Who sent it?").select_option("Northshire Police")
    page.locator("input[type=file]").set_input_files(year(tmp_path))
    page.get_by_role("button", name="See what it would do").click()
    expect(page.get_by_text("It is a long file: the first 10 of 60 rows")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Confirm and take it in").click()
    expect(page.get_by_text("0 of 60 rows are in.")).to_be_visible()
    assert_accessible(page)
    picture(page, "file-begins")

    # By itself, without anybody asking again.
    work(1)
    expect(page.get_by_text("20 of 60 rows are in.")).to_be_visible()
    assert_accessible(page)
    picture(page, "file-is-going-in")

    page.get_by_role("button", name=re.compile("Stop")).click()
    expect(page.get_by_role("heading", name="“year.csv” was stopped")).to_be_visible()
    assert_accessible(page)
    picture(page, "file-was-stopped")
    page.get_by_role("button", name=re.compile("Go on with the rest")).click()
    expect(page.get_by_role("heading", name="“year.csv” is going in")).to_be_visible()

    work(5)
    expect(page.get_by_role("heading", name="What “year.csv” did")).to_be_visible()
    assert_accessible(page)
    with django_db_blocker.unblock():
        assert Delivery.objects.get().opened == MANY
