"""What is to be established of a child, so that it is certain who must act."""

import pytest

from returnhome.rules import establishing
from returnhome.rules.codes import Nation
from returnhome.rules.establishing import QUESTIONS, WHO, Answering, questions
from returnhome.rules.responsibility import Authority, Flag, Given, Places, decide, enter

TO_ESTABLISH = {
    Flag.PROVISIONAL,
    Flag.PLACE_UNKNOWN,
    Flag.PLACEMENT_UNKNOWN,
    Flag.PLACED_BY_UNKNOWN,
    Flag.AGE_UNKNOWN,
    Flag.CATEGORY_IN_DOUBT,
    Flag.FACTS_IN_CONFLICT,
}


def places() -> Places:
    known: dict[str, Authority] = {}
    for name in ("Kent", "Medway", "Leeds"):
        enter(known, Authority(name, Nation.ENGLAND), name)
    return Places(known)


def asked_of(given: Given) -> list[str]:
    return [each.words for each in questions(decide(given, known=places()).flags, is_named=True)]


def test_every_flag_of_too_little_known_is_a_question_and_no_other_is():
    assert set(QUESTIONS) == TO_ESTABLISH


@pytest.mark.parametrize("question", [*QUESTIONS.values(), WHO])
def test_every_question_is_one_and_is_answered_somewhere(question):
    assert "?" in question.words
    assert question.where
    assert all(isinstance(each, Answering) for each in question.where)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (Given(received_by="Leeds", age_at_return=14), "Which council is the child’s own?"),
        (Given(looked_after_by="Kent", age_at_return=14), "Where is the child placed?"),
        (Given(placed_in="Kent", lives_in="Leeds", age_at_return=14), "Which council placed"),
        (Given(lives_in="Leeds"), "When was the child born?"),
        (Given(lives_in="Leeds", age_at_return=14, facts_in_conflict=True), "Which is right"),
    ],
)
def test_what_is_missing_is_asked_for(given, words):
    (asked,) = asked_of(given)

    assert asked.startswith(words)


def test_nothing_is_asked_where_all_is_known():
    known = Given(looked_after_by="Kent", placed_in="Medway", age_at_return=14)

    assert asked_of(known) == []
    assert not establishing.is_any(decide(known, known=places()).flags)


def test_of_a_child_not_named_yet_only_the_name_is_asked_for():
    flags = [Flag.PROVISIONAL, Flag.AGE_UNKNOWN]

    assert questions(flags, is_named=False) == (WHO,)


def test_facts_in_conflict_leave_whoever_acts_in_place_and_say_for_now():
    given = Given(looked_after_by="Kent", placed_in="Medway", age_at_return=14)

    in_doubt = decide(
        Given(looked_after_by="Kent", placed_in="Medway", age_at_return=14, facts_in_conflict=True),
        known=places(),
    )

    assert in_doubt.responsible == decide(given, known=places()).responsible == "Kent"
    assert Flag.FACTS_IN_CONFLICT in in_doubt.flags
    (said,) = [each for each in in_doubt.reasons if each.rule == "facts_in_conflict"]
    assert "Kent acts for now, until that is settled" in said.sentence
