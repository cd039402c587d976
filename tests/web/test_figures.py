"""Figures: how are we doing, and whom are we not counting?"""

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from html import unescape

import pytest
from django.test import Client

from returnhome.casework import offers
from returnhome.casework.models import Episode, Person
from returnhome.rules import clock
from returnhome.rules.codes import Answer, DeclinedBy
from returnhome.web import figures
from tests.cast import NOW, Cast, held, hours, missing, offered, returned

DAYS = {"first": "2026-01-01", "last": "2026-03-31"}
OWN_DAYS = {
    "period": "dates",
    "first-day": "1",
    "first-month": "1",
    "first-year": "2026",
    "last-day": "31",
    "last-month": "3",
    "last-year": "2026",
}


@pytest.fixture
def enter(client: Client, cast: Cast) -> Callable[[str], Client]:
    def as_person(who: str) -> Client:
        client.force_login(Person.objects.get(email=f"{who}@example.invalid"))
        return client

    return as_person


def text_of(page: bytes) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.decode())).split())


def a_quarter_of_work(cast: Cast) -> None:
    """Sky was interviewed in time, Kit said no, nothing was offered to Robin."""
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    offer = offered(returned(cast.kit), by=cast.amina)
    no = {"declined_by": DeclinedBy.CHILD, "reason": "Did not want to say"}
    offers.answer(offer, Answer.DECLINED, **no, by=cast.amina, at=NOW)
    returned(cast.robin)


def test_the_page_says_how_many_with_every_denominator(enter: Callable, cast: Cast) -> None:
    a_quarter_of_work(cast)

    page = text_of(enter("amina").get("/figures", OWN_DAYS).content)

    assert (
        "3 episodes ended. An interview was offered in 66.7% of them (2), held for 33.3% (1)"
        in page
    )
    assert "Interview offered 66.7% 2 of 3 ended" in page
    assert "Offer accepted 33.3% 1 of 3 ended 50.0% 1 of 2 offered" in page
    assert "The child declined 33.3% 1 of 3 ended" in page
    assert "These rows add up to the 3 episodes ended" in page


def test_whoever_is_not_counted_is_named(enter: Callable, cast: Cast) -> None:
    returned(cast.kit)
    missing(cast.sky)

    page = text_of(enter("mara").get("/figures", OWN_DAYS).content)

    assert "1 child still missing In no rate until the return." in page


def test_a_period_without_episodes_says_what_to_do(enter: Callable, cast: Cast) -> None:
    page = text_of(enter("ana").get("/figures").content)

    assert "No episode is on record for these days." in page
    assert "Choose other days" in page


def test_days_the_wrong_way_round_are_refused_and_nothing_typed_is_lost(
    enter: Callable, cast: Cast
) -> None:
    page = enter("amina").get("/figures", OWN_DAYS | {"last-year": "2025"})

    assert "The last day must not be before the first day" in text_of(page.content)
    assert b'value="2025"' in page.content


@pytest.mark.parametrize("who", ["ines", "sol", "adi", "pat"])
@pytest.mark.parametrize("address", ["/figures", "/figures/uptake.svg", "/figures/uptake.csv"])
def test_whose_role_counts_nothing_cannot_tell_that_there_are_figures(
    enter: Callable, who: str, address: str
) -> None:
    assert enter(who).get(address, DAYS).status_code == 404


def test_owen_sees_his_own_councils_figures_and_nothing_of_northshires(
    enter: Callable, cast: Cast
) -> None:
    a_quarter_of_work(cast)

    page = text_of(enter("owen").get("/figures", OWN_DAYS).content)

    assert "Eastmoor" in page
    assert "No episode is on record for these days." in page
    assert "Northshire" not in page


def test_a_host_sees_other_councils_children_beside_its_own(enter: Callable, cast: Cast) -> None:
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    page = text_of(enter("wes").get("/figures", OWN_DAYS).content)

    assert "there is no rate" in page
    assert "Placed here by another council in England, which counts them 1 1 1" in page


def test_the_file_holds_what_the_page_says(enter: Callable, cast: Cast) -> None:
    a_quarter_of_work(cast)

    answer = enter("ana").get("/figures/uptake.csv", DAYS)

    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    kept = next(row for row in rows if (row["cohort"], row["measure"]) == ("all", "held_of_ended"))
    assert (kept["numerator"], kept["denominator"], kept["value"]) == ("1", "3", "33.3")
    assert "uptake-northshire-2026-01-01-to-2026-03-31.csv" in answer["Content-Disposition"]


@pytest.mark.parametrize("asked", [{}, {"first": "2026-02-30", "last": "2026-03-31"}])
def test_days_that_are_none_have_no_file_and_no_chart(enter: Callable, asked: dict) -> None:
    client = enter("amina")

    assert client.get("/figures/uptake.csv", asked).status_code == 404
    assert client.get("/figures/uptake.svg", asked).status_code == 404


@pytest.mark.parametrize("which", ["steps", "trend"])
@pytest.mark.parametrize("shape", ["wide", "narrow"])
def test_the_chart_has_an_address_of_its_own(
    enter: Callable, cast: Cast, which: str, shape: str
) -> None:
    a_quarter_of_work(cast)

    answer = enter("amina").get("/figures/uptake.svg", DAYS | {"chart": which, "shape": shape})

    assert answer["Content-Type"] == "image/svg+xml"
    assert answer.content.startswith(b"<svg")


@pytest.mark.check
def test_the_pages_queries_do_not_grow_with_the_episodes(
    enter: Callable, cast: Cast, django_assert_max_num_queries: Callable
) -> None:
    client = enter("amina")
    with django_assert_max_num_queries(16) as few:
        client.get("/figures", OWN_DAYS)
    for weeks in range(12):
        for child in (cast.sky, cast.kit, cast.robin):
            returned(child, at=NOW - hours(100 * weeks))

    with django_assert_max_num_queries(16) as many:
        page = client.get("/figures", OWN_DAYS)

    assert str(Episode.objects.count()) in text_of(page.content)
    assert len(many) == len(few)


# The days that one click asks for.


@pytest.mark.parametrize(
    ("today", "year", "quarter", "last_quarter"),
    [
        (date(2026, 3, 31), date(2025, 4, 1), date(2026, 1, 1), date(2025, 10, 1)),
        (date(2026, 4, 1), date(2026, 4, 1), date(2026, 4, 1), date(2026, 1, 1)),
        (date(2028, 2, 29), date(2027, 4, 1), date(2028, 1, 1), date(2027, 10, 1)),
    ],
)
def test_the_collection_year_begins_on_1_april(
    today: date, year: date, quarter: date, last_quarter: date
) -> None:
    offered = {period.key: period for period in figures.periods(today)}

    assert offered["year"].first == year
    assert offered["year"].last == date(year.year + 1, 3, 31)
    assert offered["last-year"].last == date(year.year, 3, 31)
    assert offered["quarter"].first == quarter
    assert offered["last-quarter"].first == last_quarter
    assert (offered["quarter"].first - offered["last-quarter"].last).days == 1


def test_the_year_on_the_page_is_the_uk_year(enter: Callable, cast: Cast) -> None:
    new_year = clock.midnight(date(2026, 4, 1))

    assert figures.periods(new_year.astimezone(clock.LONDON).date())[0].first == date(2026, 4, 1)


# The council's own return to the national study.


def test_our_return_to_the_national_study_says_what_the_study_asks(
    enter: Callable, cast: Cast
) -> None:
    a_quarter_of_work(cast)
    page = enter("ana").get("/figures", OWN_DAYS).content.decode()
    address = unescape(re.search(r'href="(/figures/return\.csv[^"]*)"', page)[1])

    answer = enter("ana").get(address)

    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    told = {(row["cohort"], row["measure"]): (row["value"], row["state"]) for row in rows}
    assert answer["Content-Disposition"].startswith('attachment; filename="return-northshire-')
    assert {row["period"] for row in rows} == {"2026-01-01/2026-03-31"}
    assert told["all", "ended"] == ("3", "given")
    assert told["all", "declined"] == told["home", "declined_by_child"] == ("1", "given")
    assert told["all", "held"] == told["looked_after_out_of_area", "in_time"] == ("1", "given")
    assert told["looked_after_out_of_area", "median_hours"][1] == "given"
    assert told["home", "median_hours"] == ("", "not_applicable")


def test_a_council_with_nothing_recorded_does_not_claim_nought(enter: Callable) -> None:
    council = Person.objects.get(email="ana@example.invalid").organisation.authority.pk
    days = {"first": "2019-01-01", "last": "2019-03-31", "council": council}

    answer = enter("ana").get("/figures/return.csv", days)

    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert {(row["value"], row["state"], row["note"]) for row in rows} == {
        ("", "not_held", "nothing is recorded for the period")
    }
    page = enter("ana").get("/figures").content.decode()
    assert "No episode is on record for these days." in page
    assert "Our return to the national study" in page


def test_nobody_takes_the_return_of_another_council(enter: Callable) -> None:
    theirs = Person.objects.get(email="wes@example.invalid").organisation.authority.pk

    for days in (DAYS | {"council": theirs}, DAYS, {"first": "x", "last": "y"}):
        assert enter("ana").get("/figures/return.csv", days).status_code == 404
    assert enter("pat").get("/figures/return.csv", DAYS | {"council": theirs}).status_code == 404
