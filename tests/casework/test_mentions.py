"""What was told of: noted beside the account, corrected by another row, found again."""

import pytest
from django.db import IntegrityError, transaction

from returnhome.casework import interviews, mentions
from returnhome.casework.mentions import Told
from returnhome.casework.models import Interview, Mention
from returnhome.rules.codes import NotHeldReason
from returnhome.rules.mentioning import (
    CorrectedAlready,
    Expectation,
    MentionKind,
    NoInterview,
    NothingNew,
    NothingTold,
    Reliability,
)
from tests.casework.ledger import act, fresh, last_act, refused_by, who_sees
from tests.cast import NOW, Cast, booked, hours, returned, signed

LATER = NOW + hours(8)
CAR = Told(
    registration="ab12 cde",
    colour="silver",
    sentence="It was silver and it smelt of dog",
    question="where_words",
    reliability=Reliability.SEEN,
    expectation=Expectation.NOT_THAT_I_SAID_IT,
)


@pytest.fixture
def interview(cast: Cast) -> Interview:
    """Sky's, signed off by Ines."""
    return signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)


@pytest.fixture
def car(cast: Cast, interview: Interview) -> Mention:
    return mentions.note(interview, MentionKind.VEHICLE, CAR, by=cast.ines, at=LATER)


def found(words: str) -> list[Mention]:
    return list(Mention.objects.current().saying(words))


def test_a_plate_is_kept_in_one_way_of_writing_with_what_the_child_expects(
    cast: Cast, car: Mention
) -> None:
    car = fresh(car)

    assert (car.registration, car.colour) == ("AB12CDE", "silver")
    assert car.told.sentence == "It was silver and it smelt of dog"
    assert car.told.expectation is Expectation.NOT_THAT_I_SAID_IT
    assert last_act() == act("note mention: vehicle", car, cast.ines, LATER, cast.sky.pk)


def test_what_was_told_of_is_seen_by_who_reads_the_account(car: Mention) -> None:
    assert who_sees(car) == {"amina", "mara", "sol", "ines"}


def test_nothing_is_told_in_an_interview_that_did_not_take_place(cast: Cast) -> None:
    talk = booked(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    reason = NotHeldReason.MISSING_AGAIN
    interviews.not_hold(talk.episodes.get(), reason, by=cast.amina, at=NOW)

    with pytest.raises(NoInterview):
        mentions.note(talk, MentionKind.VEHICLE, CAR, by=cast.ines, at=LATER)


def test_something_must_be_known_of_it(cast: Cast, interview: Interview) -> None:
    with pytest.raises(NothingTold):
        mentions.note(interview, MentionKind.PERSON, Told(), by=cast.ines, at=LATER)


def test_a_correction_is_another_row_and_the_earlier_one_stays(cast: Cast, car: Mention) -> None:
    right = Told(registration="AB12 CDF", reliability=Reliability.TOLD)

    corrected = mentions.correct(car, right, by=cast.sol, at=LATER)

    assert last_act() == act("correct mention", corrected, cast.sol, LATER, cast.sky.pk)
    assert fresh(car).registration == "AB12CDE"
    assert list(Mention.objects.current()) == [corrected]
    assert found("AB12CDE") == []
    with pytest.raises(CorrectedAlready):
        mentions.correct(car, right, by=cast.sol, at=LATER)
    with pytest.raises(NothingNew):
        mentions.correct(corrected, right, by=cast.sol, at=LATER)


def test_what_was_noted_in_error_is_found_no_more(cast: Cast, car: Mention) -> None:
    out = mentions.take_out(car, by=cast.sol, at=LATER)

    assert found("AB12CDE") == []
    assert last_act() == act("take out mention", out, cast.sol, LATER, cast.sky.pk)
    for row in (car, out):
        with pytest.raises(CorrectedAlready):
            mentions.take_out(row, by=cast.sol, at=LATER)


def test_the_same_man_comes_up_in_two_childrens_accounts(cast: Cast, interview: Interview) -> None:
    other = signed(returned(cast.kit), interviewer=cast.ines, by=cast.amina)
    rows = [
        mentions.note(talk, MentionKind.PERSON, Told(**said), by=cast.ines, at=LATER)
        for talk, said in (
            (interview, {"nickname": "Big Sam"}),
            (other, {"name": "Samuel", "nickname": "BIG  SAM", "address": "Marsh Green"}),
        )
    ]

    assert found("big sam") == rows
    assert found("marsh") == rows[1:]
    assert found("somebody else") == []
    assert found("%") == found("") == []


def test_letters_of_every_kind_are_kept(cast: Cast, interview: Interview) -> None:
    odd = Told(name="ﷺ" * 200, nickname="🐕" * 100, registration="ß" * 20, postcode="㎏" * 10)

    for kind in (MentionKind.PERSON, MentionKind.VEHICLE, MentionKind.PLACE):
        mentions.note(interview, kind, odd, by=cast.ines, at=LATER)

    assert Mention.objects.current().count() == 3


def test_the_database_refuses_what_is_no_mention(cast: Cast, car: Mention) -> None:
    row = {"interview": car.interview, "noted_at": LATER, "noted_by": cast.ines}

    with refused_by("a_mention_is_of_a_kind"):
        Mention.objects.create(**row, kind="rumour")
    with refused_by("only_what_was_noted_is_taken_out"):
        Mention.objects.create(**row, kind="person", is_in_error=True)


def test_what_was_noted_is_never_changed(car: Mention) -> None:
    rows = Mention.objects.filter(pk=car.pk)

    for change in (lambda: rows.update(name="x"), rows.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
