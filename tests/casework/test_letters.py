"""Requests by letter: the one link, its answer, and the interview that somebody elsewhere held."""

from datetime import datetime
from typing import Any

import pytest

from returnhome.casework import episodes, handovers, interviews, staff
from returnhome.casework.episodes import AlreadyVoided
from returnhome.casework.handovers import (
    AnswersHere,
    LetterMade,
    LetterReplaced,
    NameMissing,
    Story,
)
from returnhome.casework.interviews import HolderMissing
from returnhome.casework.models import Authority, Child, HandOver, Interview, JournalEntry, Person
from returnhome.casework.staff import NotTheirChild
from returnhome.rules import Blocked, handover, interviewing
from returnhome.rules.clock import Standing
from returnhome.rules.codes import Cohort, HandOverKind, RefusalReason, WithdrawalReason
from returnhome.rules.handover import Step
from returnhome.rules.progress import Step as Next
from returnhome.rules.responsibility import Reply
from tests.casework.ledger import (
    act,
    counted_figures,
    counted_moments,
    fresh,
    last_act,
    refused_by,
    stored_figures,
    stored_moments,
)
from tests.cast import (
    NOW,
    Cast,
    booked,
    everything_said,
    exactly,
    hours,
    returned,
    sign,
)

JO = {"name": "Jo Carr, duty manager", "contact": "0113 496 0000"}


def leeds() -> Authority:
    return Authority.objects.get(name="Leeds")


def ask(cast: Cast, *, child: Child | None = None, **changed: Any) -> HandOver:
    """Northshire asks Leeds, which is not on the system."""
    given = {"kind": HandOverKind.HOST_INTERVIEWS, "to": leeds(), "by": cast.amina, "at": NOW}
    return handovers.ask(returned(child or cast.sky), **given | changed)


def letter(row: HandOver, by: Person, at: datetime = NOW) -> HandOver:
    """The request as whoever has the letter's link finds it."""
    key = handovers.new_reply_key(row, by=by, at=at)
    found = handovers.by_reply_key(key)
    assert found == row
    return found


def say(row: HandOver, given: Reply = Reply.ACCEPTED, **changed: Any) -> HandOver:
    return handovers.answer(row, given, **JO | {"by": None, "at": NOW + hours(1)} | changed)


def note_held(row: HandOver, cast: Cast, **changed: Any) -> Interview:
    given = {
        "name": "Chris Denby",
        "role": "return interview worker",
        "place": "youth_centre",
        "mode": "in_person",
        "is_independent": True,
        "by": cast.amina,
        "at": NOW + hours(30),
    }
    when = changed.pop("held", exactly(NOW + hours(20)))
    return handovers.note_held(row, when, **given | changed)


# The link.


def test_of_a_letters_link_only_the_digest_is_kept(cast: Cast) -> None:
    row = ask(cast)

    key = handovers.new_reply_key(row, by=cast.amina, at=NOW)

    assert len(key) == 32
    assert key not in fresh(row).reply_digest
    assert handovers.by_reply_key(key) == row
    assert handovers.by_reply_key(key.swapcase()) is None
    assert handovers.by_reply_key("") is None
    assert last_act() == act("write letter", row, cast.amina, NOW, cast.sky.pk)


def test_a_newer_letter_stops_the_link_of_the_one_before(cast: Cast) -> None:
    row = ask(cast)
    first = handovers.new_reply_key(row, by=cast.amina, at=NOW)

    second = handovers.new_reply_key(row, instead_of=fresh(row).letter_mark, by=cast.amina, at=NOW)

    assert handovers.by_reply_key(first) is None
    assert handovers.by_reply_key(second) == row


def test_nobody_stops_a_link_unawares(cast: Cast) -> None:
    row = ask(cast)
    key = handovers.new_reply_key(row, by=cast.amina, at=NOW)

    with pytest.raises(LetterMade):
        handovers.new_reply_key(row, by=cast.mara, at=NOW)

    assert handovers.by_reply_key(key) == row


def test_whoever_answers_here_needs_no_letter(cast: Cast) -> None:
    with pytest.raises(AnswersHere):
        handovers.new_reply_key(ask(cast, to=cast.westborough), by=cast.amina, at=NOW)


def test_a_council_without_anybody_who_can_answer_gets_a_letter(cast: Cast) -> None:
    row = ask(cast, to=cast.westborough)
    (post,) = cast.wes.current_posts
    staff.end_post(post, on=NOW.date(), by=cast.adi, at=NOW)

    assert handovers.new_reply_key(row, by=cast.amina, at=NOW)


def test_what_has_come_to_its_end_needs_no_letter(cast: Cast) -> None:
    row = ask(cast)
    late = row.answer_due_at + hours(1)

    with pytest.raises(handover.AlreadyEnded):
        handovers.new_reply_key(row, by=cast.amina, at=late)
    handovers.withdraw(row, WithdrawalReason.NOT_NEEDED, by=cast.amina, at=NOW)
    with pytest.raises(handover.AlreadyEnded):
        handovers.new_reply_key(row, by=cast.amina, at=NOW)


# Its answer.


def test_an_answer_by_letter_is_written_like_any_other(cast: Cast) -> None:
    row = letter(ask(cast), cast.amina)

    say(row, note="On Tuesday")

    row = fresh(row)
    assert (row.answer, row.answered_at, row.answered_by) == ("accepted", NOW + hours(1), None)
    assert (row.answered_by_name, row.answered_by_contact) == tuple(JO.values())
    assert row.answer_note == "On Tuesday"
    assert Story(row.episode).step(row, NOW + hours(2)) is Step.ACCEPTED
    assert last_act() == act(
        "answer request: accepted", row, staff.by_letter(), NOW + hours(1), cast.sky.pk
    )


def test_the_letter_acts_in_nobodys_name_who_signs_in(cast: Cast) -> None:
    person = staff.by_letter()

    assert person == staff.by_letter()
    assert not person.is_active
    assert not person.has_usable_password()
    assert not person.current_posts
    assert person != staff.operator()


def test_the_link_leads_to_what_became_of_it_and_answers_once(cast: Cast) -> None:
    row = letter(ask(cast), cast.amina)
    say(row)

    assert fresh(row).reply_digest == row.reply_digest
    with pytest.raises(handover.AlreadyAnswered):
        say(row, Reply.REFUSED, reason=RefusalReason.NOBODY_IN_TIME)
    assert fresh(row).answer == "accepted"
    assert JournalEntry.objects.filter(verb__startswith="answer request").count() == 1


@pytest.mark.parametrize(
    ("changed", "blocked"),
    [
        ({"name": "  "}, NameMissing),
        ({"at": NOW + hours(5)}, handover.AnswerTooLate),
        ({"given": Reply.REFUSED}, handover.ReasonMissing),
        ({"given": Reply.REFUSED, "reason": RefusalReason.OTHER}, handover.NoteMissing),
    ],
)
def test_what_is_no_answer(cast: Cast, changed: dict[str, Any], blocked: type[Blocked]) -> None:
    row = letter(ask(cast), cast.amina)

    with pytest.raises(blocked):
        say(row, **changed)
    assert not fresh(row).is_answered


def test_a_link_that_was_replaced_while_its_page_was_open_answers_nothing(cast: Cast) -> None:
    row = letter(ask(cast), cast.amina)
    handovers.new_reply_key(row, instead_of=row.letter_mark, by=cast.amina, at=NOW)

    with pytest.raises(LetterReplaced):
        say(row)


def test_what_was_withdrawn_or_taken_out_while_the_page_was_open_is_not_answered(
    cast: Cast,
) -> None:
    row = letter(ask(cast), cast.amina)
    handovers.withdraw(row, WithdrawalReason.NOT_NEEDED, by=cast.amina, at=NOW)
    with pytest.raises(handover.AlreadyEnded):
        say(row)

    other = letter(ask(cast, child=cast.kit), cast.amina)
    episodes.void(other.episode, because="At school", by=cast.amina, at=NOW)
    with pytest.raises(AlreadyVoided):
        say(other)


def test_the_duty_passes_by_letter_and_stays_counted_where_it_was(cast: Cast) -> None:
    row = ask(
        cast,
        kind=HandOverKind.DUTY,
        looked_after_since=NOW.date(),
    )

    say(letter(row, cast.amina))

    episode = row.episode
    episode.refresh_from_db()
    assert episode.responsible_authority == leeds()
    assert episode.counted_under == cast.northshire
    assert stored_figures() == counted_figures()


def test_the_database_refuses_a_way_to_reach_somebody_who_has_not_answered(cast: Cast) -> None:
    with refused_by("a_requests_answer_has_time_and_person"):
        HandOver.objects.filter(pk=ask(cast).pk).update(answered_by_contact="0113 496 0000")


# The interview that somebody there held.


def taken_on(cast: Cast, child: Child | None = None) -> HandOver:
    return say(letter(ask(cast, child=child), cast.amina))


def test_an_interview_held_elsewhere_counts_once_for_the_council_that_must_act(
    cast: Cast,
) -> None:
    row = taken_on(cast)

    interview = note_held(row, cast)

    episode = fresh(row.episode)
    assert interview.held_by == "Chris Denby, return interview worker, Leeds"
    assert (interview.interviewer, interview.organisation) == (
        cast.amina,
        cast.northshire_council,
    )
    assert (episode.held_at, episode.timeliness) == (NOW + hours(20), Standing.IN_TIME)
    assert not episode.is_covered
    assert episode.responsible_authority == episode.counted_under == cast.northshire
    figures = stored_figures()
    assert figures == counted_figures()
    ((place, number),) = figures.items()
    assert (place.authority_id, place.cohort) == (
        cast.northshire.pk,
        Cohort.LOOKED_AFTER_OUT_OF_AREA,
    )
    assert set(place.parts.split()) == {"ended", "offered", "accepted", "held", "in_time"}
    assert number == 1
    assert stored_moments(row.episode) | {"offered_at": None} == counted_moments(episode) | {
        "offered_at": None
    }
    assert last_act() == act(
        "hold interview elsewhere", interview, cast.amina, NOW + hours(30), cast.sky.pk
    )


def test_its_record_is_written_and_signed_by_whoever_had_the_report(cast: Cast) -> None:
    row = taken_on(cast)
    interview = note_held(row, cast)
    handovers.report(row, by=cast.amina, at=NOW + hours(30))
    episodes.assign(fresh(row.episode), cast.amina, by=cast.amina, at=NOW)
    assert fresh(row.episode).next_step is Next.SIGN

    said = everything_said(interview)
    interviews.record(interview, said, by=cast.amina, at=NOW + hours(31))
    with pytest.raises(interviewing.NotTheAuthor):
        sign(interview, by=cast.mara, at=NOW + hours(31))
    sign(interview, by=cast.amina, at=NOW + hours(31))

    assert fresh(row.episode).next_step is Next.ACT
    assert Story(row.episode).step(fresh(row), NOW + hours(32)) is Step.REPORTED
    assert stored_figures() == counted_figures()


def test_the_report_may_come_before_anybody_noted_the_interview(cast: Cast) -> None:
    row = taken_on(cast)
    handovers.report(row, by=cast.amina, at=NOW + hours(29))

    assert note_held(row, cast).is_written_for_another


def test_it_takes_the_place_of_a_booking_and_of_none_that_was_held(cast: Cast) -> None:
    row = taken_on(cast)
    booking = booked(row.episode, interviewer=cast.ines, by=cast.amina, at=NOW + hours(2))

    note_held(row, cast)

    assert fresh(booking).not_held_at == NOW + hours(30)
    assert fresh(row.episode).booked_for is None
    with pytest.raises(interviewing.AlreadyHeld):
        note_held(row, cast)
    assert Interview.objects.filter(held_at__isnull=False).count() == 1
    with pytest.raises(interviews.BookingClosed):
        interviews.hold(
            booking,
            exactly(NOW + hours(6)),
            is_independent=True,
            by=cast.ines,
            at=NOW + hours(31),
        )


def test_when_it_was_held_can_be_put_right_until_the_record_is_signed(cast: Cast) -> None:
    row = taken_on(cast)
    interview = note_held(row, cast)

    interviews.hold(
        interview,
        exactly(NOW + hours(80)),
        is_independent=True,
        by=cast.amina,
        at=NOW + hours(90),
    )

    assert fresh(interview).held_by_name == "Chris Denby"
    assert fresh(row.episode).timeliness == Standing.LATE
    assert stored_figures() == counted_figures()


@pytest.mark.parametrize(
    ("changed", "blocked"),
    [
        ({"name": " "}, HolderMissing),
        ({"role": ""}, HolderMissing),
        ({"held": exactly(NOW + hours(40))}, interviewing.InTheFuture),
        ({"held": exactly(NOW - hours(40))}, handover.HeldBeforeAsked),
    ],
)
def test_what_cannot_be_noted_as_held(
    cast: Cast, changed: dict[str, Any], blocked: type[Blocked]
) -> None:
    row = taken_on(cast)

    with pytest.raises(blocked):
        note_held(row, cast, **changed)
    assert not Interview.objects.exists()


def test_only_what_they_accepted_and_still_have_can_have_been_held_there(cast: Cast) -> None:
    waiting = ask(cast)
    with pytest.raises(handover.NotAccepted):
        note_held(waiting, cast)

    taken = taken_on(cast, child=cast.kit)
    handovers.withdraw(taken, WithdrawalReason.ARRANGED_OTHERWISE, by=cast.amina, at=NOW + hours(2))
    with pytest.raises(handover.AlreadyEnded):
        note_held(taken, cast)


def test_nobody_notes_it_who_does_not_work_with_the_child(cast: Cast) -> None:
    row = taken_on(cast)

    with pytest.raises(NotTheirChild):
        note_held(row, cast, by=cast.owen)


def test_no_interview_is_noted_for_an_episode_recorded_in_error(cast: Cast) -> None:
    row = taken_on(cast)
    episodes.void(row.episode, because="At school", by=cast.amina, at=NOW + hours(2))

    with pytest.raises(AlreadyVoided):
        note_held(row, cast)


def test_the_database_refuses_a_holder_without_name_role_body_or_time(cast: Cast) -> None:
    elsewhere = Interview.objects.filter(pk=note_held(taken_on(cast), cast).pk)
    booking = booked(returned(cast.kit), interviewer=cast.ines, by=cast.amina)
    named = {"held_by_name": "Chris", "held_by_role": "worker", "held_by_organisation": "Leeds"}

    for column in named:
        with refused_by("who_held_it_elsewhere_is_named_with_role_and_body"):
            elsewhere.update(**{column: ""})
    with refused_by("who_held_it_elsewhere_is_named_with_role_and_body"):
        Interview.objects.filter(pk=booking.pk).update(**named)
