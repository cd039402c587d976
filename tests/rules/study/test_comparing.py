"""Since the last study, and beside what earlier ones found."""

from fractions import Fraction

import pytest

from returnhome.reporting.study import as_json
from returnhome.rules.study import comparing, published
from returnhome.rules.study.asked import Period
from tests.rules.study.returns import of_council, study

BEFORE = Period.parse("2024-04-01/2025-03-31")


def year_before() -> dict:
    said = (("E06000001", 40), ("E06000002", 10), ("E06000003", 90))
    files = [
        of_council(code, {"ended": 100, "held": held}, period=str(BEFORE)) for code, held in said
    ]
    return as_json(study(*files, period=BEFORE), None, [])


def this_year():
    said = (("E06000001", 50), ("E06000002", 30), ("E06000004", 0))
    return study(*(of_council(code, {"ended": 100, "held": held}) for code, held in said))


def test_all_councils_and_those_in_both_are_told_apart() -> None:
    """46.7 % of three councils, then 26.7 % of three: yet both that answered twice went up."""
    held = comparing.since(year_before(), this_year()).changes["all", "held_of_ended"]

    assert (held.then.numerator, held.then.denominator) == (140, 300)
    assert (held.now.numerator, held.now.denominator) == (80, 300)
    assert held.moved == Fraction(-1, 5)
    assert held.councils_in_both == 2
    assert (held.both_then.share, held.both_now.share) == (Fraction(1, 4), Fraction(2, 5))
    assert held.both_moved == Fraction(3, 20)


@pytest.mark.parametrize(
    "earlier", [None, [], {}, {"study": {}}, {"study": {"period": "x", "standard": "1"}}, "text"]
)
def test_what_is_no_study_is_refused(earlier: object) -> None:
    with pytest.raises(comparing.NotAStudy, match=r"no study\.json that this command wrote"):
        comparing.since(earlier, this_year())


def test_another_standard_is_not_set_beside() -> None:
    earlier = year_before()
    earlier["study"]["standard"] = "0"

    with pytest.raises(comparing.OtherStandard, match="version “0”"):
        comparing.since(earlier, this_year())


def test_a_study_is_not_compared_with_itself() -> None:
    same = as_json(this_year(), None, [])

    with pytest.raises(comparing.NotEarlier, match="which is not before"):
        comparing.since(same, this_year())


def beside(key: str) -> tuple[str, str] | None:
    found = {fact.id: fact.beside(this_year()) for fact in published.FACTS}[key]
    return found and (found.value, found.label)


def test_each_published_finding_has_its_own_kind_of_figure_beside_it() -> None:
    assert beside("B01") == ("26.7%", "mean over 3 councils")
    assert beside("B02") == ("0.0% to 50.0%", "lowest and highest of 3 councils")
    assert beside("B05") == ("0 of 7", "councils that gave both counts")
    assert beside("B08") is None
    assert beside("B03") is None


def test_a_mean_and_a_sum_are_never_one_figure() -> None:
    found = study(
        of_council("E06000001", {"ended": 100, "offered": 90}),
        of_council("E06000002", {"ended": 10, "offered": 1}),
    )
    told = {fact.id: fact.beside(found) for fact in published.FACTS}

    assert told["B03"]
    assert told["B03"].value == "50.0% and 82.7%"
    assert told["B03"].label == "mean over 2 councils; and 91 of 110 together"
    assert told["B09a"]
    assert told["B09a"].value == "0"
    assert told["B09b"]
    assert told["B09b"].value == "1"


def test_every_published_fact_says_where_it_was_read() -> None:
    assert len({fact.id for fact in published.FACTS}) == len(published.FACTS) == 15
    assert all(fact.source and fact.study and fact.value for fact in published.FACTS)
