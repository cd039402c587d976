"""Somebody asks for a child's record: the verbs, who may, and what the database keeps."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError

from returnhome.casework import acting, record_requests
from returnhome.casework.models import GatheredLine, GatheredRecord, RecordRequest, RequestStep
from returnhome.rules import subject_access
from returnhome.rules.subject_access import Asker, Decision, Ground, RequestKind, StepKind
from tests.casework.ledger import act, last_act, refused_by, rewrite, written_again
from tests.cast import NOW, Cast, hours
from tests.recording import THE_ROAD, gathered, noted, secret_talk

LATER = NOW + hours(30)
TODAY = NOW.date()
THIRD = (Decision.WITHHOLD, Ground.THIRD_PARTY)


@pytest.fixture
def request_(cast: Cast) -> RecordRequest:
    secret_talk(cast)
    return noted(cast)


@pytest.fixture
def record(cast: Cast, request_: RecordRequest) -> GatheredRecord:
    return gathered(cast, request_)


def line_of(record: GatheredRecord) -> GatheredLine:
    return next(line for line in record.lines.in_order() if THE_ROAD in line.text)


def given(cast: Cast, record: GatheredRecord) -> GatheredRecord:
    for line in record.lines.undecided():
        decided = dict.fromkeys(range(len(line.marks)), THIRD)
        record_requests.decide(line, decided, by=cast.mara, at=LATER)
    record_requests.take_step(
        record.request, StepKind.IDENTITY_SEEN, TODAY, "Passport", by=cast.amina, at=LATER
    )
    return record_requests.give(record, b"copy", b"letter", by=cast.mara, at=LATER)


def test_who_asked_and_when_is_noted_and_the_clock_runs_from_that_day(cast: Cast, request_):
    assert last_act() == act("note record request", request_, cast.amina, NOW, cast.sky.pk)
    assert request_.clock().due_on == date(2026, 4, 2)
    record_requests.take_step(
        request_, StepKind.IDENTITY_ASKED, TODAY, "A copy of a passport", by=cast.amina, at=NOW
    )
    assert RecordRequest.objects.get().clock().waits_for is StepKind.IDENTITY_SEEN


def test_only_the_council_that_answers_for_the_child_sees_that_somebody_asked(
    cast: Cast, record: GatheredRecord
):
    for name in ("amina", "mara"):
        assert RecordRequest.objects.visible_to(getattr(cast, name)).exists(), name
    for name in ("wes", "owen", "ines", "sol", "ana", "adi", "pat", "lara"):
        assert not RecordRequest.objects.visible_to(getattr(cast, name)).exists(), name
    for name in ("amina", "sol", "ines", "wes", "owen"):
        person = getattr(cast, name)
        assert not GatheredRecord.objects.visible_to(person).exists(), name
        with acting.on_behalf_of(person):
            assert not GatheredLine.objects.exists(), name
            assert not GatheredRecord.objects.exists(), name


def test_what_is_decided_has_a_ground_and_who_decided_it(cast: Cast, record):
    line = line_of(record)
    assert line.undecided == 2
    with pytest.raises(subject_access.GroundDoesNotFit):
        record_requests.decide(
            line, {0: (Decision.WITHHOLD, Ground.CHILD_EXPECTED)}, by=cast.mara, at=LATER
        )

    decided = record_requests.decide(
        line, {0: THIRD, 1: (Decision.GIVE, None)}, by=cast.mara, at=LATER
    )

    assert (decided.undecided, decided.withheld, decided.decided_by) == (0, 1, cast.mara)
    assert record_requests.as_given(decided).startswith(
        f"{THE_ROAD} with [Withheld: about somebody else], his number is 07700 900123"
    )
    assert last_act() == act("decide on record", record.request, cast.mara, LATER, cast.sky.pk)


def test_a_line_is_withheld_as_a_whole(cast: Cast, record):
    line = record_requests.decide(
        line_of(record), {}, whole=Ground.SERIOUS_HARM, by=cast.mara, at=LATER
    )

    assert line.undecided == 0
    assert record_requests.as_given(line) == "[Withheld: would be likely to cause serious harm]"


def test_the_same_words_are_decided_on_at_once_wherever_they_stand(cast: Cast, record):
    number = record_requests.decide_alike(record, "Jayden Price", *THIRD, by=cast.mara, at=LATER)

    assert number >= 2
    left = [
        record_requests.words_of(line, each.mark)
        for line in record.lines.all()
        for each in record_requests.marked_in(line)
        if each.decision is None
    ]
    assert left
    assert "Jayden Price" not in left


def test_a_person_marks_other_words_and_nothing_twice(cast: Cast, record):
    before = record_requests.numbers(record)["undecided"]

    number = record_requests.mark(record, "the ROAD", by=cast.mara, at=LATER)

    assert number == 1
    assert record_requests.numbers(record)["undecided"] == before + 1
    with pytest.raises(subject_access.WordsNotThere):
        record_requests.mark(record, "the road", by=cast.mara, at=LATER)
    with pytest.raises(subject_access.WordsNotThere):
        record_requests.mark(record, "nowhere at all", by=cast.mara, at=LATER)


def test_what_was_given_never_changes_and_a_correction_is_gathered_anew(cast: Cast, record):
    sent = given(cast, record)
    assert bytes(GatheredRecord.objects.get(pk=sent.pk).copy) == b"copy"
    with pytest.raises(subject_access.AnsweredAlready):
        record_requests.decide(line_of(sent), {0: (Decision.GIVE, None)}, by=cast.mara, at=LATER)
    with pytest.raises(subject_access.AnsweredAlready):
        record_requests.take_step(
            sent.request, StepKind.CLARITY_ASKED, TODAY, "x", by=cast.amina, at=LATER
        )

    again = gathered(cast, sent.request)

    # What was decided of the same words is decided so again.
    assert line_of(again).marks == line_of(sent).marks
    with pytest.raises(subject_access.GatheredSince):
        record_requests.give(sent, b"x", b"x", by=cast.mara, at=LATER)


def test_the_database_itself_keeps_what_was_gathered_and_given(cast: Cast, record):
    line, step = line_of(record), None
    with refused_by("only what is decided changes"):
        rewrite(GatheredLine.objects.filter(pk=line.pk), heading="x")
    with refused_by("stays"):
        GatheredLine.objects.filter(pk=line.pk).delete()
    with refused_by("is given, once"):
        rewrite(GatheredRecord.objects.filter(pk=record.pk), gathered_at=LATER)
    given(cast, record)
    step = RequestStep.objects.get()
    with refused_by("only what is decided changes"):
        rewrite(GatheredLine.objects.filter(pk=line.pk), withheld=0)
    with refused_by("is given, once"):
        rewrite(GatheredRecord.objects.filter(pk=record.pk), digest="x")
    with refused_by("only the end is written"):
        rewrite(RecordRequest.objects.filter(pk=record.request_id), kind="foi")
    with refused_by("never change"):
        rewrite(RequestStep.objects.filter(pk=step.pk), kind="extended")


def test_a_request_that_was_taken_back_is_ended_with_its_reason(cast: Cast, request_):
    with pytest.raises(subject_access.WhyEndedMissing):
        record_requests.end(request_, " ", by=cast.amina, at=LATER)
    ended = record_requests.end(request_, "Taken back", by=cast.amina, at=LATER)

    assert last_act() == act("end record request", ended, cast.amina, LATER, cast.sky.pk)
    with pytest.raises(subject_access.EndedAlready):
        record_requests.end(ended, "Again", by=cast.amina, at=LATER)
    with pytest.raises(subject_access.EndedAlready):
        gathered(cast, ended)


def test_what_is_due_within_a_week_or_overdue_is_on_work_lists(cast: Cast):
    secret_talk(cast)
    late = noted(cast, received_on=TODAY - timedelta(days=40))
    noted(cast, received_on=TODAY)
    soon = noted(
        cast, RequestKind.FOI, Asker.ANYBODY, name="", received_on=TODAY - timedelta(days=24)
    )

    found = [row for row, _ in record_requests.due_soon(cast.amina, TODAY)]

    assert found == [late, soon]
    assert record_requests.due_soon(cast.wes, TODAY) == []


def test_what_they_said_is_sealed_in_the_table(cast: Cast, record):
    assert isinstance(line_of(record).text, str)
    with pytest.raises((TypeError, DatabaseError)):
        GatheredLine.objects.filter(pk=line_of(record).pk).update(text="plain")


def test_the_database_refuses_an_end_and_a_giving_by_nobody_and_two_lines_in_a_place(
    cast: Cast, record: GatheredRecord
):
    with refused_by("a_request_is_ended_by_somebody"):
        written_again(record.request, ended_at=LATER)
    with refused_by("what_was_given_has_person_and_digest"):
        written_again(record, given_at=LATER, given_by=cast.mara)
    with refused_by("one_gathered_line_a_place"):
        written_again(line_of(record))
