"""What a child told of, as a line of a police intelligence report: typed, graded, conditional."""

from datetime import UTC, datetime
from typing import Any

import pytest

from returnhome.rules import intelligence
from returnhome.rules.intelligence import (
    Assessment,
    Grading,
    Handling,
    PoliceAnswer,
    SourceEvaluation,
    Typed,
)
from returnhome.rules.mentioning import Expectation, MentionKind, Reliability


@pytest.mark.parametrize(
    ("reliability", "is_corroborated", "assessment"),
    [
        (Reliability.SEEN, False, Assessment.DIRECTLY),
        (Reliability.SEEN, True, Assessment.DIRECTLY),
        (Reliability.TOLD, False, Assessment.INDIRECTLY),
        (Reliability.TOLD, True, Assessment.CORROBORATED),
        (Reliability.INFERRED, True, Assessment.NOT_KNOWN),
    ],
)
def test_how_the_child_knows_it_is_the_letter(
    reliability: Reliability, is_corroborated: bool, assessment: Assessment
) -> None:
    found = intelligence.proposed(
        reliability, Expectation.MAY_BE_PASSED_ON, is_corroborated=is_corroborated
    )

    assert found.assessment is assessment
    assert found.source is SourceEvaluation.UNTESTED


@pytest.mark.parametrize("expectation", list(Expectation))
def test_what_the_child_expects_is_a_condition_and_no_veto(expectation: Expectation) -> None:
    found = intelligence.proposed(Reliability.SEEN, expectation)

    is_free = expectation is Expectation.MAY_BE_PASSED_ON
    assert (found.handling is Handling.PERMITTED) is is_free
    assert bool(found.conditions) is not is_free
    intelligence.check_can_grade(found)


def test_a_grading_is_written_as_the_police_write_it() -> None:
    found = intelligence.proposed(Reliability.SEEN, Expectation.NOT_THAT_I_SAID_IT)

    assert str(found) == "2A C"
    assert "that a child said it" in found.conditions


@pytest.mark.parametrize("expectation", list(Expectation))
def test_nobody_but_the_police_reads_conditions_that_are_for_the_police(expectation) -> None:
    to_others = intelligence.proposed(Reliability.SEEN, expectation).to_others()

    assert "police" not in to_others.conditions
    assert "the council" not in to_others.conditions
    is_free = expectation is Expectation.MAY_BE_PASSED_ON
    assert bool(to_others.conditions) is not is_free


def test_a_school_reads_how_far_to_trust_it_and_no_figures() -> None:
    found = intelligence.proposed(Reliability.TOLD, Expectation.BETWEEN_US)

    assert found.to_others().in_words(is_for_police=False) == (
        "Nobody has checked it. The child heard of it from others. Do not pass this on, and let "
        "nobody learn that the child said it. Ask whoever sent it before anything is done that "
        "could show where it comes from."
    )
    assert found.in_words(is_for_police=True) == (
        "Source 2: untested; Information C: known indirectly to the source; Handling C: lawful "
        f"sharing permitted with conditions; {found.conditions}"
    )


def test_conditions_are_said_in_words() -> None:
    bare = Grading(SourceEvaluation.UNTESTED, Assessment.DIRECTLY, Handling.CONDITIONS, " ")

    with pytest.raises(intelligence.ConditionsMissing):
        intelligence.check_can_grade(bare)


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ({"kind": MentionKind.PERSON, "nickname": "Big D", "age": "30"}, "Person: called “Big D”"),
        ({"kind": MentionKind.PERSON, "name": "Dez", "relationship": "her uncle"}, "Person: Dez"),
        ({"kind": MentionKind.PLACE, "address": "Marsh Green"}, "Place: Marsh Green"),
        (
            {"kind": MentionKind.VEHICLE, "registration": "AB12CDE", "make": "Ford"},
            "Vehicle: AB12CDE",
        ),
        (
            {"kind": MentionKind.PHONE, "number": "07700900461", "name": "Dez"},
            "Telephone number: 07700900461",
        ),
        ({"kind": MentionKind.HANDLE, "name": "@dez", "platform": "Snapchat"}, "Online name: @dez"),
    ],
)
def test_what_links_two_children_is_its_name_and_nothing_that_one_of_them_said_of_it(
    typed: dict[str, Any], line: str
) -> None:
    assert intelligence.named(Typed(**typed)) == line


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        (
            {"kind": MentionKind.PERSON, "name": "Dez", "nickname": "Big D", "age": "30"},
            "Person: Dez, called “Big D”, about 30",
        ),
        (
            {"kind": MentionKind.PERSON, "relationship": "his dealer", "age": "older"},
            "Person: older, his dealer",
        ),
        (
            {"kind": MentionKind.PLACE, "name": "The Anchor", "postcode": "zz99zz"},
            "Place: The Anchor, ZZ9 9ZZ",
        ),
        (
            {"kind": MentionKind.VEHICLE, "colour": "silver", "make": "Ford"},
            "Vehicle: silver Ford",
        ),
        (
            {"kind": MentionKind.VEHICLE, "make": "Ford", "registration": "AB12CDE"},
            "Vehicle: Ford, AB12CDE",
        ),
        (
            {"kind": MentionKind.PHONE, "number": "07700900123", "name": "Dez"},
            "Telephone number: 07700900123, Dez",
        ),
        (
            {"kind": MentionKind.HANDLE, "name": "dez.x", "platform": "Snapchat"},
            "Online name: dez.x, Snapchat",
        ),
    ],
)
def test_each_sort_of_mention_is_one_line(typed: dict[str, Any], line: str) -> None:
    assert intelligence.in_words(Typed(**typed)) == line


@pytest.mark.parametrize("kind", list(MentionKind))
def test_a_story_is_no_intelligence_report(kind: MentionKind) -> None:
    with pytest.raises(intelligence.NothingTyped):
        intelligence.in_words(Typed(kind=kind))


@pytest.mark.parametrize(
    ("sent", "by"),
    [
        # A Monday; a Thursday; a Friday; a Saturday.
        ((2026, 3, 2), (2026, 3, 4)),
        ((2026, 3, 5), (2026, 3, 9)),
        ((2026, 3, 6), (2026, 3, 10)),
        ((2026, 3, 7), (2026, 3, 10)),
    ],
)
def test_the_police_say_within_two_working_days_that_they_have_it(
    sent: tuple[int, int, int], by: tuple[int, int, int]
) -> None:
    due = intelligence.acknowledged_by(datetime(*sent, 10, tzinfo=UTC))

    assert due == datetime(*by, 10, tzinfo=UTC)


def test_an_answer_says_what_was_done_or_why_nothing_is() -> None:
    intelligence.check_can_answer(PoliceAnswer.KNOWN, because="")
    intelligence.check_can_answer(PoliceAnswer.ACTED_ON, because="The house was visited.")
    for answer in (PoliceAnswer.ACTED_ON, PoliceAnswer.NOTHING):
        with pytest.raises(intelligence.WhatWasDoneMissing):
            intelligence.check_can_answer(answer, because=" ")
