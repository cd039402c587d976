"""Answers to a freedom of information request, on the page and as files."""

import csv
import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape

import pytest
from pypdf import PdfReader

from returnhome.rules import publishing
from tests.cast import Cast, held, hours, returned

ADDRESSES = ("/figures/foi", "/figures/foi/answers", "/figures/uptake-for-publication.csv")


@pytest.fixture
def year(now: datetime) -> publishing.Period:
    """The financial year that was over last."""
    this = publishing.year_with(now.date())
    return publishing.year_from(this.first.year - 1)


@pytest.fixture
def at(now: datetime, year: publishing.Period) -> datetime:
    """A morning in that year."""
    return now.replace(year=year.last.year, month=2, day=10, hour=9)


def asked(year: publishing.Period, pack: str = "2024", **more: str) -> str:
    words = {"pack": pack, "year": str(year.first.year), "rule": "fewer-than-5"} | more
    return "/figures/foi/answers?" + "&".join(f"{key}={value}" for key, value in words.items())


def text_of(page: bytes) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.decode())).split())


def six_weeks(cast: Cast, at: datetime) -> None:
    """Kit came back six times and was interviewed each time; Sky once, out of area."""
    for week in range(6):
        back = at - timedelta(weeks=week)
        held(returned(cast.kit, at=back), interviewer=cast.ines, by=cast.amina, at=back)
    returned(cast.sky, at=at)


def test_the_request_is_chosen_and_the_answers_are_shown(
    as_: Callable, cast: Cast, year: publishing.Period, at: datetime
) -> None:
    six_weeks(cast, at)
    client = as_("ana")

    chosen = text_of(client.get("/figures/foi").content)
    page = text_of(client.get(asked(year)).content)

    assert "Missing People, 2024" in chosen
    assert "7. How many return home interviews were completed?" in page
    assert "Interviews completed 6" in page
    assert re.search("Children who went missing (fewer than 5|withheld)", page)
    assert "withheld under section 40(2)" in page
    assert "Kit" not in page


def test_what_only_people_know_goes_into_the_answers_and_is_not_kept(
    as_: Callable, cast: Cast, year: publishing.Period, at: datetime
) -> None:
    six_weeks(cast, at)
    client = as_("amina")
    typed = {
        "provider_kind": ["Commissioned service", "Youth worker"],
        "support": "Follow-up by the team.",
        "reference": "FOI 2026/0412",
    }

    page = text_of(client.post(asked(year), typed).content)

    assert "Commissioned service; Youth worker" in page
    assert "Reference FOI 2026/0412" in page
    assert "Follow-up by the team." not in text_of(client.get(asked(year)).content)


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [("pdf", "application/pdf"), ("csv", "text/csv"), ("xlsx", "application/vnd.openxml")],
)
def test_each_file_holds_what_the_page_says(
    as_: Callable,
    cast: Cast,
    year: publishing.Period,
    at: datetime,
    kind: str,
    content_type: str,
) -> None:
    six_weeks(cast, at)

    answer = as_("ana").post(asked(year), {"file": kind, "support": "By the team."})

    assert answer["Content-Type"].startswith(content_type)
    name = f"foi-2024-northshire-to-{year.last}.{kind}"
    assert name in answer["Content-Disposition"]
    if kind == "csv":
        rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
        assert next(row["value"] for row in rows if row["question"] == "7") == "6"
    if kind == "pdf":
        pages = PdfReader(io.BytesIO(answer.content)).pages
        assert "By the team." in " ".join(page.extract_text() for page in pages)


def test_who_may_see_the_rows_may_hide_nothing_and_it_is_marked(
    as_: Callable, cast: Cast, year: publishing.Period, at: datetime
) -> None:
    six_weeks(cast, at)
    client = as_("mara")

    page = text_of(client.get(asked(year, whole="on")).content)
    file = client.post(asked(year, whole="on"), {"file": "csv"})

    assert "Children who went missing 2" in page
    assert "Not for publication" in page
    assert "-not-for-publication.csv" in file["Content-Disposition"]


def test_an_analyst_is_given_no_small_number_whatever_the_address_says(
    as_: Callable, cast: Cast, year: publishing.Period, at: datetime
) -> None:
    six_weeks(cast, at)
    client = as_("ana")

    page = text_of(client.get(asked(year, whole="on")).content)

    assert "Hide nothing" not in text_of(client.get("/figures/foi").content)
    assert re.search("Children who went missing (fewer than 5|withheld)", page)
    assert "Not for publication" not in page


def test_nothing_chosen_is_asked_for_again(as_: Callable, cast: Cast) -> None:
    page = text_of(as_("ana").get("/figures/foi/answers", {"year": "1066"}).content)

    assert "Select whose questions they are" in page
    assert "Select how small numbers are hidden" in page


def test_an_answer_that_is_too_long_is_refused_and_nothing_typed_is_lost(
    as_: Callable, cast: Cast, year: publishing.Period
) -> None:
    page = as_("ana").post(asked(year), {"support": "x" * 2001, "file": "pdf"})

    assert "characters or fewer" in text_of(page.content)
    assert b"x" * 2001 in page.content


def test_what_is_typed_is_shown_as_text_and_never_run(
    as_: Callable, cast: Cast, year: publishing.Period
) -> None:
    page = as_("ana").post(asked(year), {"support": "<script>alert(1)</script>"})

    assert b"<script>alert(1)" not in page.content


@pytest.mark.parametrize("who", ["ines", "sol", "adi", "pat"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_whose_role_counts_nothing_cannot_tell_that_there_are_answers(
    as_: Callable, cast: Cast, who: str, address: str
) -> None:
    assert as_(who).get(address).status_code == 404


def test_owen_answers_for_his_own_council_and_for_no_other(
    as_: Callable, cast: Cast, year: publishing.Period, at: datetime
) -> None:
    six_weeks(cast, at)

    page = text_of(as_("owen").get(asked(year)).content)

    assert "Eastmoor" in page
    assert "Northshire" not in page
    assert "Interviews completed not held" in page


@pytest.mark.check
def test_the_queries_do_not_grow_with_the_episodes(
    as_: Callable,
    cast: Cast,
    year: publishing.Period,
    at: datetime,
    django_assert_max_num_queries: Callable,
) -> None:
    client = as_("amina")
    with django_assert_max_num_queries(30) as few:
        client.get(asked(year))
    six_weeks(cast, at)

    with django_assert_max_num_queries(30) as many:
        client.get(asked(year, pack="2023"))

    assert len(many) == len(few)


# For publication.


def test_figures_for_publication_hide_small_numbers(
    as_: Callable, cast: Cast, year: publishing.Period, at: datetime
) -> None:
    six_weeks(cast, at)
    days = {"first": str(year.first), "last": str(year.last)}

    answer = as_("ana").get("/figures/uptake-for-publication.csv", days)

    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    alone = [row for row in rows if row["group"] == "looked_after_out_of_area"]
    assert {row["numerator"] for row in alone} <= {"0", "withheld", "fewer than 5"}
    assert f"uptake-for-publication-northshire-{year.first}" in answer["Content-Disposition"]


def test_the_page_of_figures_leads_there_for_a_year_that_is_over(
    as_: Callable, cast: Cast, year: publishing.Period, at: datetime
) -> None:
    six_weeks(cast, at)
    client = as_("ana")

    over = client.get("/figures", {"period": "last-year"})
    running = client.get("/figures", {"period": "year"})

    assert b"uptake-for-publication.csv" in over.content
    assert b"uptake-for-publication.csv" not in running.content


@pytest.mark.parametrize(
    "days",
    [
        {},
        {"first": "2026-02-30", "last": "2026-03-31"},
        {"first": "2024-04-02", "last": "2025-03-31"},
    ],
)
def test_days_that_are_not_published_have_no_file(as_: Callable, cast: Cast, days: dict) -> None:
    assert as_("ana").get("/figures/uptake-for-publication.csv", days).status_code == 404


def test_a_year_that_is_not_over_has_none(as_: Callable, cast: Cast, now: datetime) -> None:
    this = publishing.year_with((now + hours(0)).date())
    days = {"first": str(this.first), "last": str(this.last)}

    assert as_("ana").get("/figures/uptake-for-publication.csv", days).status_code == 404
