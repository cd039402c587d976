"""A coordinator teaches the system a force's layout and loads the file with it."""

import io
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from playwright.sync_api import expect

from returnhome.casework.models import Episode, TaughtLayout
from tests.journeys.conftest import SignIn, assert_accessible, picture
from tests.journeys.test_whole_story import ago

pytestmark = [pytest.mark.browser, pytest.mark.check]


def weekly_return(folder: Path) -> Path:
    """Kit, still missing; a title, a totals row, and a word that only this force uses."""
    seen = ago(hours=40)
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet("Weekly return")
        went = f"{seen:%H:%M} on {seen.day} {seen:%b %Y}"
        rows = (
            ["Missing children, weekly return"],
            [],
            ["Log no", "Nominal", "D.O.B.", "Post code", "Went missing", "Sort of report", "OIC"],
            ["L1", "O'DELL, Kit", "30.09.2012", "NS1 1AA", went, "Cat 1", "PC 7"],
            ["TOTAL", 1],
        )
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    path = folder / "weekly.xlsx"
    path.write_bytes(content.getvalue())
    return path


def test_a_layout_never_seen_before_is_taught_and_its_file_taken_in(
    sign_in: SignIn, tmp_path: Path, django_db_blocker: Any
) -> None:
    page = sign_in("amina", narrow=True)
    page.goto("/intake")
    page.get_by_label("Who sent it?").select_option("Northshire Police")
    page.locator("input[type=file]").set_input_files(weekly_return(tmp_path))
    page.get_by_role("button", name="See what it would do").click()

    expect(page.get_by_role("heading", name="What the columns mean")).to_be_visible()
    expect(page.get_by_label("Log no")).to_have_value("reference")
    expect(page.get_by_label("Sort of report")).to_have_value("")
    assert_accessible(page)
    page.get_by_label("Sort of report").select_option("Missing, or away from placement")
    page.get_by_role("button", name="See what it would do").click()

    expect(page.get_by_role("link", name="Say what “cat 1” means")).to_be_visible()
    assert_accessible(page)
    picture(page, "teach-layout")
    page.get_by_role("group", name="Does “Cat 1” mean").get_by_label("Missing", exact=True).check()
    page.get_by_role("button", name="See what it would do").click()

    expect(page.get_by_role("heading", name="What “weekly.xlsx” would do")).to_be_visible()
    expect(page.get_by_text("row 5 (totals row)")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="Confirm and take it in").click()
    expect(page.get_by_text("1 row is in: 1 opened")).to_be_visible()
    with django_db_blocker.unblock():
        (episode,) = Episode.objects.select_related("child")
        assert (episode.child.surname, episode.found_at) == ("O’Dell", None)
        assert TaughtLayout.objects.get().definition["kinds"] == {"cat 1": "missing"}
