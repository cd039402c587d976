"""How children found the talk: counted from five answers on, and for the council alone."""

from datetime import date

import pytest

from returnhome.casework.models import Authority, HowItWas
from returnhome.rules.measures import quarter_of
from tests.cast import Cast
from tests.web.asking import words_of


def answered(authority: Authority, on: date, *answers: str) -> None:
    for given in answers:
        HowItWas.objects.create(
            authority=authority, quarter_on=quarter_of(on), listened=given, safe="yes"
        )


def test_each_answer_out_of_those_who_answered_the_question(as_, cast: Cast, now):
    answered(cast.northshire, now.date(), "yes", "yes", "yes", "a_bit", "no", "")
    answered(cast.westborough, now.date(), "no", "no")

    page = words_of(as_("ana").get("/figures/how-the-talk-was?period=quarter"))

    assert "6 answers from children’s own pages" in page
    assert "Did you feel listened to? 60" in page
    assert "3 of 5 answered" in page
    assert "6 of 6 answered" in page


def test_of_fewer_than_five_answers_only_that_there_are_few(as_, cast: Cast, now):
    answered(cast.northshire, now.date(), "no", "no", "no", "no")

    page = words_of(as_("ana").get("/figures/how-the-talk-was?period=quarter"))

    assert "Fewer than 5 answers" in page
    assert "listened to" not in page


@pytest.mark.parametrize("name", ["ines", "sol", "adi", "pat"])
def test_whoever_sees_no_figures_does_not_see_these(as_, name: str):
    assert as_(name).get("/figures/how-the-talk-was").status_code == 404


def test_a_period_that_nobody_offers_is_the_year(
    as_, cast: Cast, now, django_assert_max_num_queries
):
    ana = as_("ana")

    with django_assert_max_num_queries(10):
        assert ana.get("/figures/how-the-talk-was?period=zzz").status_code == 200
