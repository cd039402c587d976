"""Questions of councils' own: added, asked by day and council, ended, and kept by old records."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from returnhome.casework import interviews, questions
from returnhome.casework.interviews import Said
from returnhome.casework.models import Interview, OwnQuestion
from returnhome.rules import standard
from returnhome.rules.standard import NoSuchQuestion, NotAnOption
from returnhome.rules.standard.own import AskedAlready, EndedAlready
from returnhome.rules.standard.parts import Kind, SaidBy
from tests.casework.ledger import act, fresh, last_act, refused_by, written_again
from tests.cast import NOW, Cast, booked, exactly, hours, returned, sign, signed

TODAY = NOW.date()


def added(cast: Cast, text: str = "Which bus?", **so: Any) -> OwnQuestion:
    so = {
        "kind": Kind.CHOICE,
        "said_by": SaidBy.CHILD,
        "options": ["The 7", "The 12"],
        "since": TODAY,
        "authority": cast.northshire,
        "at": NOW,
    } | so
    return questions.add(
        so.pop("authority"), text, "The company helps.", so.pop("kind"), **so, by=cast.adi
    )


def talk(cast: Cast, child: Any = None, *, at: Any = NOW) -> Interview:
    return booked(returned(child or cast.sky, at=at), interviewer=cast.ines, by=cast.amina, at=at)


def keys(interview: Interview) -> list[str]:
    return [each.key for each in fresh(interview).standard.questions if "own_" in each.key]


def test_a_question_is_asked_in_interviews_booked_from_its_day_on(cast: Cast) -> None:
    before = talk(cast, cast.kit)
    question = added(cast)
    assert last_act() == act("add question", question, cast.adi, NOW)
    to_come = added(cast, "Later?", since=TODAY + timedelta(days=3))

    after = talk(cast)
    later = talk(cast, at=NOW + timedelta(days=4))

    assert keys(before) == []
    assert keys(after) == [question.own.key]
    assert keys(later) == [question.own.key, to_come.own.key]


def test_a_question_that_has_ended_stays_with_the_records_that_have_it(cast: Cast) -> None:
    question = added(cast)
    key = question.own.key
    old = talk(cast)
    interviews.record(old, {key: Said(codes=["o2"])}, by=cast.ines, at=NOW)

    questions.end(question, until=TODAY, by=cast.mara, at=NOW)

    assert keys(talk(cast, cast.kit)) == []
    asked = fresh(old).standard.question(key)
    assert (asked.text, asked.options) == ("Which bus?", (("o1", "The 7"), ("o2", "The 12")))
    assert interviews.answers(old)[key].codes == ["o2"]
    with pytest.raises(EndedAlready):
        questions.end(question, until=TODAY, by=cast.mara, at=NOW)


def test_the_council_that_answers_asks_and_not_the_one_where_the_child_is_placed(
    cast: Cast,
) -> None:
    ours, theirs = added(cast), added(cast, authority=cast.westborough)

    assert keys(talk(cast)) == [ours.own.key]
    assert ours.own.key != theirs.own.key
    assert (ours.number, theirs.number) == (1, 1)


def test_an_answer_to_anothers_question_or_one_not_asked_then_is_refused(cast: Cast) -> None:
    interview = talk(cast)
    theirs = added(cast, authority=cast.westborough)
    later = added(cast)

    for question in (theirs, later):
        with pytest.raises(NoSuchQuestion):
            interviews.record(interview, {question.own.key: Said(words="x")}, by=cast.ines, at=NOW)


def test_an_answer_is_one_of_the_councils_list(cast: Cast) -> None:
    key = added(cast).own.key
    interview = talk(cast)

    with pytest.raises(NotAnOption):
        interviews.record(interview, {key: Said(codes=["o3"])}, by=cast.ines, at=NOW)
    interviews.record(interview, {key: Said(unanswered="not_asked")}, by=cast.ines, at=NOW)


def test_a_record_is_signed_without_an_answer_to_them_and_keeps_them_for_good(cast: Cast) -> None:
    question = added(cast)
    interview = talk(cast)
    core = {
        each.key: Said(unanswered="not_asked")
        for each in standard.version(interview.standard_version).questions
    }
    interviews.hold(
        interview,
        exactly(NOW + hours(4)),
        is_independent=True,
        by=cast.ines,
        at=NOW + hours(5),
    )
    interviews.record(interview, core, by=cast.ines, at=NOW + hours(6))

    sign(interview, by=cast.ines, at=NOW + hours(6))

    assert keys(interview) == [question.own.key]
    with refused_by("a signed record is never changed"):
        Interview.objects.filter(pk=interview.pk).update(own_questions=[])


def test_an_interview_that_nobody_booked_has_them_too(cast: Cast) -> None:
    question = added(cast)

    assert keys(signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)) == [
        question.own.key
    ]


def test_a_number_is_never_used_again_and_a_text_once_at_a_time(cast: Cast) -> None:
    first = added(cast)
    with pytest.raises(AskedAlready):
        added(cast, " which bus? ")
    questions.end(first, until=TODAY, by=cast.adi, at=NOW)

    again = added(cast)

    assert (first.number, again.number) == (1, 2)
    assert first.own.key != again.own.key


def test_the_database_lets_nobody_reword_or_take_out_a_question(cast: Cast) -> None:
    question = added(cast)

    for change in (
        {"text": "Other?"},
        {"why": "Other"},
        {"options": ["x", "y"]},
        {"kind": "words"},
        {"since": TODAY - timedelta(days=1)},
        {"number": 7},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            OwnQuestion.objects.filter(pk=question.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        question.delete()
    with refused_by("a_councils_question_ends_by_somebody"):
        OwnQuestion.objects.filter(pk=question.pk).update(until=TODAY)
    questions.end(question, until=TODAY, by=cast.adi, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        OwnQuestion.objects.filter(pk=question.pk).update(until=None, ended_at=None, ended_by=None)


def test_the_database_refuses_a_question_that_says_nothing_or_takes_anothers_number(
    cast: Cast,
) -> None:
    question = added(cast)

    with refused_by("a_councils_question_has_its_number"):
        written_again(question)
    for nothing in ({"text": ""}, {"why": ""}, {"kind": "prompt"}):
        with refused_by("a_councils_question_says_what_and_why"):
            written_again(question, number=8, **nothing)


def test_a_council_sees_its_own_questions_in_its_list(cast: Cast) -> None:
    added(cast)
    added(cast, authority=cast.westborough)

    for name, council in (
        ("mara", cast.northshire),
        ("adi", cast.northshire),
        ("wes", cast.westborough),
    ):
        seen = OwnQuestion.objects.visible_to(getattr(cast, name))
        assert [each.authority for each in seen] == [council], name
    assert not OwnQuestion.objects.visible_to(cast.owen)


def test_a_record_without_any_asks_the_database_nothing_for_its_standard(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    plain = fresh(talk(cast, cast.kit))
    added(cast)
    asked = fresh(talk(cast))

    with django_assert_num_queries(0):
        _ = plain.standard
    with django_assert_num_queries(1):
        _, _ = asked.standard, asked.standard
