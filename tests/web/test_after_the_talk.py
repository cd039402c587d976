"""After the talk: help, sharing and what children said, each figure with what it is of."""

import csv
import io
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from returnhome.casework import needs
from returnhome.casework.models import HowItWas
from returnhome.reporting.figures import quarter_of
from returnhome.rules.codes import Means
from returnhome.rules.helping import NeedKind
from returnhome.rules.standard.parts import SaidBy
from tests.cast import Cast, hours, returned, signed
from tests.web.asking import words_of

As = Callable[[str], Client]
ADDRESSES = ("/figures/after-the-talk", "/figures/after-the-talk.csv")


@pytest.fixture
def some_help(cast: Cast, now: datetime) -> None:
    """Sky named two needs; for one of them help was offered on the day of the talk."""
    early = now - hours(20)
    talk = signed(returned(cast.sky, at=early), interviewer=cast.ines, by=cast.amina, at=early)
    how = {"said_by": SaidBy.CHILD, "by": cast.ines, "at": now}
    for words in ("Another school", "To see my nan"):
        need = needs.name(talk, NeedKind.FAMILY, words, **how)
    held_on = talk.held_at.date()
    what = {"what": "A visit", "means": Means.IN_PERSON, "offered_on": held_on}
    needs.offer_help(need, **what, by=cast.sol, at=now)


def test_needs_and_what_became_of_them_stand_with_what_they_are_of(
    as_: As, some_help: None
) -> None:
    page = words_of(as_("ana").get("/figures/after-the-talk?period=year"))

    assert "1 interview held, 100.0% of them recorded fully. 2 needs named" in page
    assert "Help offered, of needs 50.0% 1 of 2 needs" in page
    assert "Nothing yet, of needs 50.0% 1 of 2 needs" in page
    assert "half of these needs" in page
    assert "Not for publication" in page
    assert "nan" not in page


def test_where_a_child_was_found_is_not_known_and_never_no(as_: As, some_help: None) -> None:
    page = words_of(as_("ana").get("/figures/after-the-talk?period=year"))

    assert "Where the child was found is not known, of episodes ended 100.0% 1 of 1 ended" in page
    assert "What is not known is not counted as no" in page


def test_a_period_without_an_interview_has_no_rate(as_: As) -> None:
    page = words_of(as_("ana").get("/figures/after-the-talk?period=last-year"))

    assert "there is no rate of what followed" in page
    assert "0.0%" not in page
    assert "Fewer than 5 answers" in page


def test_what_children_said_is_of_all_together(as_: As, cast: Cast, now: datetime) -> None:
    for given in ("yes", "yes", "yes", "no", ""):
        HowItWas.objects.create(
            authority=cast.northshire, quarter_on=quarter_of(now.date()), listened=given, safe="yes"
        )

    page = words_of(as_("ana").get("/figures/after-the-talk?period=quarter"))

    assert "Did you feel listened to? Yes, of those who answered it 75.0% 3 of 4" in page
    assert "Did you feel listened to? Skipped, of all who said something 20.0% 1 of 5" in page


def test_the_same_as_a_file(as_: As, some_help: None) -> None:
    answer = as_("ana").get("/figures/after-the-talk.csv?period=year")

    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    (offered,) = (row for row in rows if (row["cohort"], row["measure"]) == ("all", "help_offered"))
    assert (offered["numerator"], offered["denominator"], offered["value"]) == ("1", "2", "50.0")
    (said,) = (row for row in rows if row["measure"] == "said")
    assert (said["numerator"], said["value"]) == ("", "")


def test_figures_lead_to_it(as_: As, some_help: None) -> None:
    page = as_("ana").get("/figures?period=quarter").content.decode()

    assert "/figures/after-the-talk?period=quarter" in page


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("who", ["ines", "sol", "adi", "pat", "lara", "owen"])
def test_whoever_sees_no_figures_of_ours_sees_none_of_these(
    as_: As, some_help: None, who: str, address: str
) -> None:
    answer = as_(who).get(address)

    if who == "owen":
        assert "Northshire" not in answer.content.decode()
    else:
        assert answer.status_code == 404


def test_the_page_asks_the_database_as_often_for_many_as_for_few(
    as_: As, some_help: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = as_("ana")
    client.get("/figures/after-the-talk")

    with django_assert_max_num_queries(18):
        client.get("/figures/after-the-talk")
