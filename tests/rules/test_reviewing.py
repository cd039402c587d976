"""Reviews by another, the lot that draws a sample, and what a record is scored on."""

import random
from datetime import date

import pytest

from returnhome.rules import Blocked, reviewing
from returnhome.rules.interviewing import NotSigned, OwnRecord
from returnhome.rules.reviewing import (
    AskedAlready,
    CommentMissing,
    Criterion,
    DrawnAlready,
    Mark,
    MarkMissing,
    PeriodNotOver,
    PeriodTurned,
    ReviewedAlready,
    ReviewResult,
    ScoredAlready,
    SeedMissing,
    WaitsFor,
    WrongSize,
)

COMPLETE, TO_ADD = ReviewResult.COMPLETE, ReviewResult.TO_ADD
INES, PAT, MARA = 1, 2, 3
FINE = {
    "authors": (INES, INES),
    "reviewer": MARA,
    "is_signed": True,
    "last": None,
    "is_added_since": False,
    "result": COMPLETE,
    "comment": "",
}


@pytest.mark.parametrize(
    ("so", "refusal"),
    [
        ({}, None),
        ({"is_signed": False}, NotSigned),
        ({"reviewer": INES}, OwnRecord),
        # Whoever wrote it down for somebody else is an author, and so is whoever signed it.
        ({"authors": (INES, PAT), "reviewer": PAT}, OwnRecord),
        ({"result": TO_ADD, "comment": "Who was there?"}, None),
        ({"result": TO_ADD, "comment": " \n"}, CommentMissing),
        ({"last": COMPLETE}, ReviewedAlready),
        ({"last": COMPLETE, "is_added_since": True}, None),
        ({"last": TO_ADD}, None),
        ({"last": TO_ADD, "result": TO_ADD, "comment": "Again"}, AskedAlready),
        ({"last": TO_ADD, "result": TO_ADD, "comment": "More", "is_added_since": True}, None),
    ],
)
def test_a_record_is_reviewed_by_somebody_else_once_signed(
    so: dict, refusal: type[Blocked] | None
) -> None:
    if refusal is None:
        reviewing.check_can_review(**FINE | so)
        assert reviewing.can_review(**FINE | so)
        return
    with pytest.raises(refusal):
        reviewing.check_can_review(**FINE | so)


@pytest.mark.parametrize(
    ("last", "is_added", "whom"),
    [
        (None, False, WaitsFor.REVIEWER),
        (None, True, WaitsFor.REVIEWER),
        (COMPLETE, False, WaitsFor.NOBODY),
        (COMPLETE, True, WaitsFor.NOBODY),
        (TO_ADD, False, WaitsFor.AUTHOR),
        (TO_ADD, True, WaitsFor.REVIEWER),
    ],
)
def test_a_record_waits_for_one_person_at_a_time(last, is_added, whom) -> None:
    assert reviewing.waits_for(last, is_added_since=is_added) is whom


def test_the_same_seed_draws_the_same_whatever_order_the_records_come_in() -> None:
    numbers = list(range(1, 400))
    drawn = reviewing.draw(numbers, seed="spring 2026", size=20)

    for shuffled in range(5):
        random.Random(shuffled).shuffle(numbers)
        assert reviewing.draw(numbers, seed="spring 2026", size=20) == drawn
    assert reviewing.draw(iter(numbers), seed="  spring   2026 ", size=20) == drawn
    assert reviewing.draw(numbers, seed="spring 2026", size=10) == drawn[:10]
    assert reviewing.draw(numbers, seed="summer 2026", size=20) != drawn
    assert len(set(drawn)) == 20


def test_a_record_taken_out_of_those_drawn_from_moves_no_other_up_or_down() -> None:
    drawn = reviewing.draw(range(1, 100), seed="x", size=10)
    without = reviewing.draw((n for n in range(1, 100) if n != drawn[3]), seed="x", size=10)

    assert without[:9] == [*drawn[:3], *drawn[4:]]


def test_the_lot_is_the_one_that_the_docs_work_out() -> None:
    """docs/practice/quality.md shows these, so that anybody can draw the sample by hand."""
    lots = {7: "b63651ab", 12: "bbc023ae", 31: "aaea271f", 40: "765ccd52"}
    assert {number: reviewing.lot(number, "spring 2026")[:8] for number in lots} == lots
    assert reviewing.draw(lots, seed="spring 2026", size=2) == [40, 31]


def test_fewer_records_than_asked_for_are_all_drawn() -> None:
    assert sorted(reviewing.draw([3, 1, 2, 2], seed="x", size=10)) == [1, 2, 3]
    assert reviewing.draw([], seed="x", size=10) == []


TODAY = date(2026, 3, 2)
DRAWN = {
    "first": date(2026, 1, 1),
    "last": date(2026, 3, 1),
    "today": TODAY,
    "size": 10,
    "seed": "x",
    "is_drawn": False,
}


@pytest.mark.parametrize(
    ("so", "refusal"),
    [
        ({}, None),
        ({"first": date(2026, 3, 1)}, None),
        ({"size": 1}, None),
        ({"size": 200}, None),
        ({"last": date(2025, 12, 31)}, PeriodTurned),
        ({"last": TODAY}, PeriodNotOver),
        ({"size": 0}, WrongSize),
        ({"size": -1}, WrongSize),
        ({"size": 201}, WrongSize),
        ({"seed": "  "}, SeedMissing),
        ({"is_drawn": True}, DrawnAlready),
    ],
)
def test_what_stops_a_sample_from_being_drawn(so: dict, refusal: type[Blocked] | None) -> None:
    if refusal is None:
        reviewing.check_can_draw(**DRAWN | so)
        return
    with pytest.raises(refusal):
        reviewing.check_can_draw(**DRAWN | so)


ALL_MET = dict.fromkeys(Criterion, Mark.MET)
SCORED = {
    "authors": (INES, INES),
    "scorer": MARA,
    "is_scored": False,
    "marks": ALL_MET,
    "comments": {},
}


@pytest.mark.parametrize(
    ("so", "refusal"),
    [
        ({}, None),
        ({"scorer": INES}, OwnRecord),
        ({"is_scored": True}, ScoredAlready),
        ({"marks": {}}, MarkMissing),
        ({"marks": ALL_MET | {Criterion.HARM: Mark.NOT_APPLICABLE}}, None),
        ({"marks": ALL_MET | {Criterion.HARM: Mark.NOT_MET}}, CommentMissing),
        ({"marks": ALL_MET | {Criterion.HARM: Mark.PARTLY}}, CommentMissing),
        (
            {
                "marks": ALL_MET | {Criterion.HARM: Mark.NOT_MET},
                "comments": {Criterion.HARM: "Nobody was telephoned"},
            },
            None,
        ),
    ],
)
def test_what_stops_a_score(so: dict, refusal: type[Blocked] | None) -> None:
    if refusal is None:
        reviewing.check_can_score(**SCORED | so)
        return
    with pytest.raises(refusal):
        reviewing.check_can_score(**SCORED | so)


def test_each_criterion_says_what_to_look_for_and_no_two_share_words() -> None:
    assert all(each.asks.endswith((".", "?")) for each in Criterion)
    assert len({each.label for each in Criterion}) == len(Criterion)
