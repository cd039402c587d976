"""The recording standard."""

from dataclasses import dataclass, field
from datetime import date

import pytest

from returnhome.rules import standard
from returnhome.rules.standard import (
    AnsweredAndNot,
    EvidenceOfNothing,
    NoSuchQuestion,
    NotAnOption,
    NotANumber,
    OneOnly,
)
from returnhome.rules.standard.parts import Kind, SaidBy, Unanswered

V0 = standard.version("0")
V1 = standard.version("1")


@dataclass
class Said:
    codes: list[str] = field(default_factory=list)
    words: str = ""
    unanswered: str = ""


def test_a_version_is_found_by_its_number_and_by_the_day():
    assert standard.current(date(2026, 6, 1)) is V1
    assert standard.current(date(2026, 3, 31)) is V0
    assert standard.current(date(1999, 1, 1)) is V0
    with pytest.raises(KeyError):
        standard.version("99")


@pytest.mark.parametrize("version", standard.VERSIONS, ids=lambda version: version.version)
def test_every_question_says_why_it_is_asked_and_where_it_comes_from(version):
    keys = [question.key for question in version.questions]

    assert len(set(keys)) == len(keys)
    for question in version.questions:
        assert question.text
        assert question.why.endswith(".")
        assert question.source
        assert len(question.key) <= 60
        assert bool(question.options) == (question.kind not in (Kind.WORDS, Kind.NUMBER))
        assert bool(question.evidence) == (question.kind is Kind.PROMPT)


def test_the_first_standard_asks_what_every_form_asks():
    asked = {section.key for section in V0.sections}

    assert asked == {"why", "where", "harm", "now", "help", "conversation"}
    assert V0.question("why_words").said_by is SaidBy.CHILD
    assert V0.question("why_judged").said_by is SaidBy.WORKER
    assert V0.question("harm").codes == {"yes", "no", "possible"}
    with pytest.raises(KeyError):
        V0.question("shoe_size")


def test_core_questions_without_an_answer_are_missing_in_the_order_they_are_asked():
    core = [question for question in V0.questions if question.core]

    assert standard.missing(V0, {}) == core
    assert standard.missing(V0, {core[0].key: Said(words="  ")}) == core
    assert standard.missing(V0, {core[0].key: Said(words="I was fed up")}) == core[1:]


@pytest.mark.parametrize("why_not", list(Unanswered))
def test_every_question_can_be_left_with_a_reason(why_not):
    answers = {question.key: Said(unanswered=why_not) for question in V0.questions}

    for key, said in answers.items():
        standard.check_answer(V0, key, said)
    assert standard.missing(V0, answers) == []


def test_an_answer_is_one_of_the_list_and_words_may_be_added():
    standard.check_answer(V0, "push", Said(codes=["conflict", "school"], words="Mum shouted"))

    with pytest.raises(NotAnOption) as blocked:
        standard.check_answer(V0, "push", Said(codes=["aliens"]))
    assert blocked.value.field == "push"
    with pytest.raises(OneOnly):
        standard.check_answer(V0, "harm", Said(codes=["yes", "no"]))
    with pytest.raises(AnsweredAndNot):
        standard.check_answer(V0, "push", Said(codes=["school"], unanswered="not_asked"))
    with pytest.raises(NotAnOption):
        standard.check_answer(V0, "push", Said(unanswered="forgot"))
    with pytest.raises(NoSuchQuestion):
        standard.check_answer(V0, "shoe_size", Said(words="4"))


def test_version_1_has_every_row_that_english_forms_were_seen_to_record():
    """docs/standard.md counts 28 fields in twelve forms: each is asked, or held by the ledger."""
    asked = {question.row for question in V1.questions}
    held = {fact.row for fact in V1.facts}

    assert asked | held == set(range(1, 29))
    assert {21, 22} <= {question.row for question in V1.questions if question.kind is Kind.PROMPT}
    assert V1.is_draft


def test_what_the_interviewer_judges_is_kept_apart_from_what_the_child_said():
    pairs = {question.key: question.beside for question in V1.questions if question.beside}

    assert pairs == {"push_judged": "push", "pull_judged": "pull"}
    for judged, said in pairs.items():
        assert V1.question(judged).said_by is SaidBy.WORKER
        assert V1.question(said).said_by is SaidBy.CHILD
        assert V1.question(judged).options == V1.question(said).options


def test_a_sign_of_exploitation_is_yes_no_or_possible_and_says_how_it_is_known():
    standard.check_answer(V1, "vehicles", Said(codes=["yes", "seen", "told"]))
    standard.check_answer(V1, "vehicles", Said(codes=["no"]))
    standard.check_answer(V1, "vehicles", Said(unanswered="not_asked"))

    for codes in (["yes", "possible"], ["yes", "no"]):
        with pytest.raises(OneOnly):
            standard.check_answer(V1, "vehicles", Said(codes=codes))
    for codes in (["no", "seen"], ["told"]):
        with pytest.raises(EvidenceOfNothing):
            standard.check_answer(V1, "vehicles", Said(codes=codes))


def test_minutes_are_a_whole_number():
    standard.check_answer(V1, "minutes", Said(words="45"))
    for words in ("an hour", "4.5", "-3"):
        with pytest.raises(NotANumber):
            standard.check_answer(V1, "minutes", Said(words=words))


def test_national_assessment_factors_are_named_where_an_answer_means_one():
    factors = {factor for question in V1.questions for _, factor in question.factors}

    assert {"1A", "2A", "3A", "4A", "11A", "12A", "13A", "15A", "24A"} <= factors
    for question in V1.questions:
        assert {code for code, _ in question.factors} <= question.codes
