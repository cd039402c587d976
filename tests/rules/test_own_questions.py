"""Questions of a council's own stand beside the core of the standard and never touch it."""

from datetime import date

import jsonschema
import pytest

from returnhome.rules import Blocked, standard
from returnhome.rules.standard import own, published
from returnhome.rules.standard.own import (
    AskedAlready,
    BeginsBefore,
    EndedAlready,
    EndsBefore,
    OptionTwice,
    Own,
    TextMissing,
    TooFewOptions,
    TooMany,
    TooManyOptions,
    WhyMissing,
)
from returnhome.rules.standard.parts import Kind, SaidBy

V1 = standard.version("1")
BUS = Own(
    code="E06000001",
    council="Northshire",
    number=1,
    text="Which bus did you take?",
    why="The bus company looks out for children.",
    kind=Kind.CHOICE,
    said_by=SaidBy.CHILD,
    options=("The 7", "The 12"),
)
PET = Own(
    code="E10000002",
    council="Westborough",
    number=1,
    text="Is there a pet?",
    why="It matters.",
    kind=Kind.WORDS,
    said_by=SaidBy.CHILD,
)
TODAY = date(2026, 3, 2)


def test_the_core_stays_as_it_is_and_a_councils_questions_stand_after_it() -> None:
    wider = own.with_own(V1, [BUS])

    assert wider.sections[: len(V1.sections)] == V1.sections
    assert wider.sections[-1].title == "Questions of Northshire’s own"
    assert [each.key for each in wider.sections[-1].questions] == ["own_e06000001_1"]
    assert wider.version == V1.version
    assert own.with_own(V1, []).sections == V1.sections


@pytest.mark.parametrize("version", standard.VERSIONS)
def test_no_question_of_a_version_looks_like_a_councils_own(version) -> None:
    assert not [each.key for each in version.questions if own.is_own(each.key)]
    assert not [each.key for each in version.sections if own.is_own(each.key)]


def test_two_councils_never_share_a_key_and_each_has_its_section() -> None:
    wider = own.with_own(V1, [PET, BUS])

    keys = [each.key for each in wider.questions]
    assert len(set(keys)) == len(keys)
    assert [each.title for each in wider.sections[-2:]] == [
        "Questions of Westborough’s own",
        "Questions of Northshire’s own",
    ]


def test_no_record_waits_for_an_answer_to_them() -> None:
    wider = own.with_own(V1, [BUS])

    assert standard.missing(wider, {}) == standard.missing(V1, {})


@pytest.mark.check
def test_the_schema_of_the_core_lets_a_councils_answers_through_and_the_councils_own_checks_them():
    core, whole = published.schema(V1), published.schema(own.with_own(V1, [BUS]))
    answers = {each.key: {"unanswered": "not_asked"} for each in V1.questions if each.core}
    record = {
        "standard": "1",
        "answers": answers | {BUS.key: {"codes": ["o2"]}},
        "signed_off": None,
        "added": [],
    }

    jsonschema.validate(record, core)
    jsonschema.validate(record, whole)
    for slip, schemas in (
        ({BUS.key: {"codes": ["o3"]}}, [whole]),
        ({BUS.key: {"codes": ["o1", "o2"]}}, [whole]),
        ({BUS.key: {"codes": ["o1"], "unanswered": "not_asked"}}, [core, whole]),
        ({"own_": {"words": "x"}}, [core, whole]),
        ({"ours_1": {"words": "x"}}, [core, whole]),
    ):
        for schema in schemas:
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate(record | {"answers": answers | slip}, schema)


FINE = {
    "text": "Which bus?",
    "why": "The company helps.",
    "kind": Kind.CHOICE,
    "options": ["The 7", "The 12"],
    "since": TODAY,
    "today": TODAY,
    "standing": [],
}


@pytest.mark.parametrize(
    ("so", "refusal"),
    [
        ({}, None),
        ({"since": date(2027, 1, 1)}, None),
        ({"kind": Kind.WORDS, "options": []}, None),
        ({"text": " "}, TextMissing),
        ({"why": "\n"}, WhyMissing),
        ({"options": ["The 7"]}, TooFewOptions),
        ({"options": ["x", "X"]}, OptionTwice),
        ({"options": [str(number) for number in range(21)]}, TooManyOptions),
        ({"options": ["x" * 101, "y"]}, TooManyOptions),
        ({"since": date(2026, 3, 1)}, BeginsBefore),
        ({"standing": ["which BUS?"]}, AskedAlready),
        ({"standing": [str(number) for number in range(10)]}, TooMany),
    ],
)
def test_what_stops_a_question_from_being_added(so: dict, refusal: type[Blocked] | None) -> None:
    if refusal is None:
        own.check_can_add(**FINE | so)
        return
    with pytest.raises(refusal):
        own.check_can_add(**FINE | so)


@pytest.mark.parametrize(
    ("so", "refusal"),
    [
        ({}, None),
        ({"until": date(2026, 5, 1)}, None),
        ({"until": date(2026, 3, 1)}, EndsBefore),
        ({"since": date(2026, 4, 1)}, EndsBefore),
        ({"is_ended": True}, EndedAlready),
    ],
)
def test_a_question_ends_today_or_later_and_once(so: dict, refusal: type[Blocked] | None) -> None:
    asked = {"until": TODAY, "since": date(2026, 1, 1), "today": TODAY, "is_ended": False} | so
    if refusal is None:
        own.check_can_end(**asked)
        return
    with pytest.raises(refusal):
        own.check_can_end(**asked)
