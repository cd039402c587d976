"""Return home interviews: booked, held or not, recorded in the child's words, signed off."""

from datetime import datetime
from typing import Any

import psycopg
import pytest
from django.db import connection

from returnhome.casework import interviews, offers, staff
from returnhome.casework.episodes import AlreadyVoided
from returnhome.casework.interviews import (
    AnotherChild,
    BookingClosed,
    NotTheInterviewer,
    Said,
)
from returnhome.casework.models import (
    Addendum,
    Coverage,
    Entry,
    Episode,
    Interview,
    JournalEntry,
    NotHeld,
    Person,
    SignedFacts,
)
from returnhome.casework.staff import NotTheirChild
from returnhome.rules import Blocked, interviewing, standard
from returnhome.rules.clock import Moment, Standing, estimated
from returnhome.rules.codes import Means, NotHeldReason, Role
from returnhome.rules.progress import Step
from tests.casework.ledger import (
    COUNCIL,
    act,
    counted_moments,
    fresh,
    last_act,
    refused_by,
    stored_moments,
    who_sees,
)
from tests.cast import (
    NOW,
    Cast,
    accepted,
    asked_after_no,
    booked,
    everything_said,
    exactly,
    held,
    hours,
    missing,
    offered,
    returned,
    sign,
    signed,
)


def book(cast: Cast, *covering: Episode, **changed: Any) -> Interview:
    agreed = {
        "interviewer": cast.ines,
        "booked_for": NOW + hours(4),
        "place": "youth_centre",
        "mode": "in_person",
        "by": cast.amina,
        "at": NOW,
    }
    return interviews.book(covering, **agreed | changed)


def hold(cast: Cast, interview: Interview, at: datetime = NOW + hours(4)) -> Interview:
    return interviews.hold(
        interview, exactly(at), is_independent=True, by=cast.ines, at=at + hours(1)
    )


def twice_missing(cast: Cast) -> tuple[Episode, Episode]:
    """Sky went missing again before the interview for the first time; both are back."""
    first = missing(
        cast.sky, last_seen=NOW - hours(90), found=NOW - hours(70), returned=NOW - hours(70)
    )
    second = missing(
        cast.sky, last_seen=NOW - hours(30), found=NOW - hours(10), returned=NOW - hours(10)
    )
    return first, second


def step(episode: Episode) -> Step:
    return fresh(episode).next_step


# Booking.


def test_an_interview_is_booked_once_the_child_has_said_yes(cast: Cast) -> None:
    episode = returned(cast.sky)
    accepted(episode, by=cast.amina)

    interview = book(cast, episode, place_note="The blue door", wishes="A woman, please")

    assert (fresh(interview).place_note, fresh(interview).wishes) == (
        "The blue door",
        "A woman, please",
    )
    assert interview.organisation == cast.northshire_council
    assert interview.standard == standard.current(NOW.date())
    assert fresh(episode).booked_for == NOW + hours(4)
    assert step(episode) is Step.HOLD
    assert interview.is_booked
    assert last_act() == act("book interview", interview, cast.amina, NOW, cast.sky.pk)
    assert list(Interview.objects.booked().soonest_first()) == [interview]


@pytest.mark.parametrize(
    ("so_far", "booked_for", "blocked"),
    [
        ("offered", NOW + hours(4), interviewing.NotAccepted),
        ("accepted", NOW - hours(1), interviewing.BookedInThePast),
        ("held", NOW + hours(6), interviewing.AlreadyHeld),
    ],
)
def test_what_stops_a_booking(
    cast: Cast, so_far: str, booked_for: datetime, blocked: type[Blocked]
) -> None:
    episode = returned(cast.sky)
    if so_far == "held":
        held(episode, interviewer=cast.ines, by=cast.amina)
    else:
        {"offered": offered, "accepted": accepted}[so_far](episode, by=cast.amina)

    with pytest.raises(blocked):
        book(cast, episode, booked_for=booked_for)


def test_nothing_is_booked_while_the_child_is_still_missing(cast: Cast) -> None:
    with pytest.raises(interviewing.NotReturned):
        book(cast, missing(cast.sky))


def test_nothing_is_booked_for_an_episode_recorded_in_error(cast: Cast) -> None:
    episode = returned(cast.sky)
    accepted(episode, by=cast.amina)
    interviews.episodes.void(episode, because="At school", by=cast.amina, at=NOW)

    with pytest.raises(AlreadyVoided):
        book(cast, episode)
    with pytest.raises(AlreadyVoided):
        interviews.not_hold(episode, NotHeldReason.MISSING_AGAIN, by=cast.amina, at=NOW)


def test_one_interview_is_about_one_child(cast: Cast) -> None:
    theirs = [returned(cast.sky), returned(cast.kit)]
    for episode in theirs:
        accepted(episode, by=cast.amina)

    with pytest.raises(AnotherChild):
        book(cast, *theirs)
    with pytest.raises(AnotherChild):
        book(cast)


@pytest.mark.parametrize("name", ["wes", "owen", "pat", "ana"])
def test_only_somebody_who_works_with_the_child_can_be_booked(cast: Cast, name: str) -> None:
    episode = returned(cast.sky)
    accepted(episode, by=cast.amina)

    with pytest.raises(NotTheirChild) as refusal:
        book(cast, episode, interviewer=getattr(cast, name))

    assert refusal.value.field == "interviewer"


def test_a_providers_interviewer_is_booked_for_the_children_it_was_given(cast: Cast) -> None:
    episode = returned(cast.robin)
    accepted(episode, by=cast.amina)

    interview = book(cast, episode, interviewer=cast.pat)

    assert interview.organisation == cast.open_path


def test_a_new_booking_takes_the_place_of_the_old_one(cast: Cast) -> None:
    episode = returned(cast.sky)
    old = booked(episode, interviewer=cast.ines, by=cast.amina)

    new = book(cast, episode, booked_for=NOW + hours(20), at=NOW + hours(1))

    gone = fresh(old)
    assert (gone.not_held_at, gone.not_held_by) == (NOW + hours(1), cast.amina)
    assert not NotHeld.objects.exists()
    assert fresh(episode).booked_for == NOW + hours(20)
    assert list(Interview.objects.open()) == [new]
    told = JournalEntry.objects.filter(verb="replace booking").get()
    assert (told.object_id, told.by_id, told.at) == (old.pk, cast.amina.pk, NOW + hours(1))


def test_a_booking_replaced_for_one_episode_leaves_the_other_to_be_booked(cast: Cast) -> None:
    first, second = twice_missing(cast)
    accepted(second, by=cast.amina)
    book(cast, first, second)

    book(cast, second, at=NOW + hours(1))

    assert fresh(first).booked_for is None
    assert stored_moments(first) == counted_moments(first)
    assert fresh(second).booked_for == NOW + hours(4)


def test_a_booking_is_moved_to_another_time_person_and_place(cast: Cast) -> None:
    episode = returned(cast.sky)
    interview = booked(episode, interviewer=cast.ines, by=cast.amina)

    interviews.move_booking(
        interview,
        booked_for=NOW + hours(30),
        interviewer=cast.amina,
        place="school",
        wishes="After maths",
        by=cast.mara,
        at=NOW + hours(1),
    )

    moved = fresh(interview)
    assert (moved.booked_for, moved.interviewer) == (NOW + hours(30), cast.amina)
    assert (moved.place, moved.mode, moved.wishes) == ("school", "in_person", "After maths")
    assert fresh(episode).booked_for == NOW + hours(30)
    told = act("move booking", interview, cast.mara, NOW + hours(1), cast.sky.pk)
    assert last_act() == told


def test_what_stops_a_booking_from_being_moved(cast: Cast) -> None:
    episode = returned(cast.sky)
    interview = booked(episode, interviewer=cast.ines, by=cast.amina)

    def move(**changed: Any) -> None:
        agreed = {"booked_for": NOW + hours(9), "interviewer": cast.ines, "at": NOW}
        interviews.move_booking(interview, by=cast.amina, **agreed | changed)

    with pytest.raises(interviewing.BookedInThePast):
        move(booked_for=NOW - hours(1))
    with pytest.raises(NotTheirChild):
        move(interviewer=cast.owen)
    book(cast, episode)
    with pytest.raises(BookingClosed):
        move()
    interview = hold(cast, Interview.objects.booked().get())
    with pytest.raises(interviewing.AlreadyHeld):
        move()


# All of an absent interviewer's at once.


def test_all_bookings_of_an_absent_interviewer_go_to_another_at_once(cast: Cast) -> None:
    theirs = booked(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    done = held(returned(cast.kit), interviewer=cast.ines, by=cast.amina)

    moved = interviews.reassign_all(cast.ines, cast.sol, by=cast.mara, at=NOW + hours(1))

    assert moved == 1
    assert fresh(theirs).interviewer == cast.sol
    assert fresh(done).interviewer == cast.ines
    assert last_act() == act("reassign booking", theirs, cast.mara, NOW + hours(1), cast.sky.pk)


def test_nobody_reassigns_bookings_of_children_they_do_not_answer_for(cast: Cast) -> None:
    interview = booked(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    for name in ("wes", "owen", "pat"):
        by = getattr(cast, name)
        assert interviews.reassign_all(cast.ines, cast.sol, by=by, at=NOW) == 0

    assert fresh(interview).interviewer == cast.ines


def test_bookings_are_not_given_to_somebody_who_cannot_see_the_child(cast: Cast) -> None:
    booked(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    with pytest.raises(NotTheirChild):
        interviews.reassign_all(cast.ines, cast.pat, by=cast.mara, at=NOW)


def test_reassigning_many_bookings_takes_no_query_for_each(
    cast: Cast, django_assert_max_num_queries
) -> None:
    for child in (cast.sky, cast.kit, cast.robin):
        booked(returned(child), interviewer=cast.ines, by=cast.amina)
    by, to = cast.mara, cast.sol
    assert by.reach.authorities == to.reach.authorities

    with django_assert_max_num_queries(8):
        assert interviews.reassign_all(cast.ines, to, by=by, at=NOW) == 3


# Held.


def test_an_interview_held_stops_the_clock(cast: Cast) -> None:
    episode = returned(cast.sky, hours_ago=10)
    interview = booked(episode, interviewer=cast.ines, by=cast.amina)

    hold(cast, interview)

    again = fresh(episode)
    assert (again.held_at, again.booked_for) == (NOW + hours(4), None)
    assert again.timeliness == Standing.IN_TIME
    assert again.next_step is Step.SIGN
    assert fresh(interview).held == exactly(NOW + hours(4))
    told = act("hold interview", interview, cast.ines, NOW + hours(5), cast.sky.pk)
    assert last_act() == told


def test_when_it_was_held_can_be_put_right_until_it_is_signed(cast: Cast) -> None:
    episode = returned(cast.sky, hours_ago=66)
    interview = held(episode, interviewer=cast.ines, by=cast.amina)
    assert fresh(episode).timeliness == Standing.IN_TIME

    interviews.hold(
        interview,
        Moment(NOW + hours(6), estimated(60)),
        is_independent=False,
        independence_note="Sky asked for her",
        by=cast.ines,
        at=NOW + hours(7),
    )

    assert fresh(episode).timeliness == Standing.INDETERMINATE
    assert fresh(interview).independence_note == "Sky asked for her"


@pytest.mark.parametrize("name", ["wes", "owen", "pat", "ana"])
def test_nobody_else_is_said_to_have_held_what_was_not_booked(cast: Cast, name: str) -> None:
    episode = returned(cast.sky)
    accepted(episode, by=cast.amina)

    with pytest.raises(NotTheirChild) as refusal:
        interviews.hold_unbooked(
            episode,
            exactly(NOW),
            interviewer=getattr(cast, name),
            place="youth_centre",
            mode="in_person",
            is_independent=True,
            by=cast.amina,
            at=NOW + hours(1),
        )

    assert refusal.value.field == "interviewer"


def test_an_interview_is_held_between_found_and_now(cast: Cast) -> None:
    episode = returned(cast.sky, hours_ago=10)
    interview = booked(episode, interviewer=cast.ines, by=cast.amina)

    with pytest.raises(interviewing.InTheFuture):
        interviews.hold(
            interview, exactly(NOW + hours(2)), is_independent=True, by=cast.ines, at=NOW
        )
    with pytest.raises(interviewing.BeforeFound):
        interviews.hold(
            interview, exactly(NOW - hours(11)), is_independent=True, by=cast.ines, at=NOW
        )


def test_a_booking_that_was_replaced_was_not_held(cast: Cast) -> None:
    episode = returned(cast.sky)
    old = booked(episode, interviewer=cast.ines, by=cast.amina)
    book(cast, episode)

    with pytest.raises(BookingClosed):
        hold(cast, old)


def test_an_interview_first_said_not_to_have_taken_place_can_turn_out_to_have(cast: Cast) -> None:
    episode = returned(cast.sky)
    interview = booked(episode, interviewer=cast.ines, by=cast.amina)
    interviews.not_hold(episode, NotHeldReason.MISSING_AGAIN, by=cast.amina, at=NOW + hours(4))

    hold(cast, interview)

    assert fresh(episode).held_at == NOW + hours(4)
    assert fresh(episode).not_held == ""
    assert fresh(interview).not_held_at is None
    assert stored_moments(episode) == counted_moments(episode)


def test_one_interview_answers_for_two_episodes_each_with_its_own_clock(cast: Cast) -> None:
    first, second = twice_missing(cast)
    accepted(second, by=cast.amina)
    interview = book(cast, first, second)

    hold(cast, interview)

    assert fresh(first).timeliness == Standing.LATE
    assert fresh(second).timeliness == Standing.IN_TIME
    assert (fresh(first).is_covered, fresh(second).is_covered) == (True, False)
    assert {"held", "late", "covered"} <= set(fresh(first).counts.parts.split())
    assert "covered" not in fresh(second).counts.parts


def test_signing_one_interview_signs_for_every_episode_it_answers_for(cast: Cast) -> None:
    first, second = twice_missing(cast)
    accepted(second, by=cast.amina)
    interview = hold(cast, book(cast, first, second))
    interviews.record(interview, everything_said(interview), by=cast.ines, at=NOW + hours(6))

    sign(interview, by=cast.ines, at=NOW + hours(6))

    assert fresh(first).signed_at == fresh(second).signed_at == NOW + hours(6)
    assert step(first) is Step.TAKE_ON
    assert step(second) is Step.ACT


def test_the_later_episode_is_the_interviews_own_in_whatever_order_they_were_opened(
    cast: Cast,
) -> None:
    second = missing(
        cast.sky, last_seen=NOW - hours(30), found=NOW - hours(10), returned=NOW - hours(10)
    )
    first = missing(
        cast.sky, last_seen=NOW - hours(90), found=NOW - hours(70), returned=NOW - hours(70)
    )
    accepted(second, by=cast.amina)

    hold(cast, book(cast, first, second))

    assert (fresh(first).is_covered, fresh(second).is_covered) == (True, False)


# Not held.


def test_not_held_has_a_reason_and_the_booking_no_longer_stands(cast: Cast) -> None:
    episode = returned(cast.sky)
    interview = booked(episode, interviewer=cast.ines, by=cast.amina)

    row = interviews.not_hold(
        episode, NotHeldReason.MISSING_AGAIN, note="Since Friday", by=cast.amina, at=NOW + hours(1)
    )

    assert (row.interview, fresh(row).note) == (interview, "Since Friday")
    assert fresh(interview).not_held_at == NOW + hours(1)
    assert (fresh(episode).booked_for, fresh(episode).not_held) == (None, "missing_again")
    assert not fresh(episode).is_settled
    told = act("not held: missing_again", row, cast.amina, NOW + hours(1), cast.sky.pk)
    assert last_act() == told
    assert list(NotHeld.objects.newest_first()) == [row]
    assert who_sees(row) == COUNCIL | {"wes"}


@pytest.mark.parametrize("reason", list(NotHeldReason))
def test_a_reason_settles_the_episode_only_if_it_ends_the_duty(
    cast: Cast, reason: NotHeldReason
) -> None:
    episode = returned(cast.sky)
    offers.attempt(episode, means=Means.TEXT, made_at=NOW, by=cast.amina, at=NOW)

    interviews.not_hold(episode, reason, note="As written", by=cast.amina, at=NOW)

    # Whoever turned 18 is owed no talk, and is not left in silence either.
    is_over = reason.closes and reason is not NotHeldReason.TURNED_18
    assert asked_after_no(episode, by=cast.amina).is_settled is is_over
    assert stored_moments(episode) == counted_moments(episode)


def test_a_parents_no_does_not_end_the_duty(cast: Cast) -> None:
    episode = returned(cast.sky)

    interviews.not_hold(episode, NotHeldReason.DECLINED_BY_PARENT, by=cast.amina, at=NOW)

    assert not fresh(episode).is_settled


@pytest.mark.parametrize(
    ("reason", "blocked"),
    [
        (NotHeldReason.NOT_CONTACTABLE, interviewing.NobodyTried),
        (NotHeldReason.COVERED_BY_ANOTHER, interviewing.CoveringInterviewMissing),
        (NotHeldReason.NOT_OFFERED, interviewing.NoteMissing),
    ],
)
def test_a_reason_that_nothing_bears_out_is_refused(
    cast: Cast, reason: NotHeldReason, blocked: type[Blocked]
) -> None:
    with pytest.raises(blocked):
        interviews.not_hold(returned(cast.sky), reason, by=cast.amina, at=NOW)


def test_what_was_held_is_not_said_not_to_have_been(cast: Cast) -> None:
    episode = returned(cast.sky)
    held(episode, interviewer=cast.ines, by=cast.amina)

    with pytest.raises(interviewing.AlreadyHeld):
        interviews.not_hold(episode, NotHeldReason.MISSING_AGAIN, by=cast.amina, at=NOW + hours(6))


def test_not_held_for_one_episode_leaves_the_other_to_be_booked_again(cast: Cast) -> None:
    first, second = twice_missing(cast)
    accepted(second, by=cast.amina)
    book(cast, first, second)

    interviews.not_hold(second, NotHeldReason.MISSING_AGAIN, by=cast.amina, at=NOW + hours(1))

    assert (fresh(first).booked_for, fresh(first).not_held) == (None, "")
    assert stored_moments(first) == counted_moments(first)
    assert not Interview.objects.open().exists()


def test_a_new_booking_does_away_with_the_reason(cast: Cast) -> None:
    episode = returned(cast.sky)
    accepted(episode, by=cast.amina)
    interviews.not_hold(episode, NotHeldReason.MISSING_AGAIN, by=cast.amina, at=NOW)

    book(cast, episode)

    assert fresh(episode).not_held == ""


# The record.


def test_the_childs_words_are_kept_with_who_wrote_them_and_when(cast: Cast) -> None:
    interview = held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    interviews.record(interview, {"why_words": Said(words="Nan")}, by=cast.ines, at=NOW + hours(6))

    entry = interview.entries.current().get()
    assert (entry.words, entry.written_by, entry.written_at) == (
        "Nan",
        cast.ines,
        NOW + hours(6),
    )
    told = act("record interview", interview, cast.ines, NOW + hours(6), cast.sky.pk)
    assert last_act() == told


def test_earlier_wording_stays_and_the_same_again_is_not_written_twice(cast: Cast) -> None:
    interview = held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    interviews.record(interview, {"why_words": Said(words="Nan")}, by=cast.ines, at=NOW + hours(6))
    entries = JournalEntry.objects.count()

    interviews.record(
        interview,
        {"why_words": Said(words="Nan"), "push": Said()},
        by=cast.ines,
        at=NOW + hours(7),
    )
    assert (Entry.objects.count(), JournalEntry.objects.count()) == (1, entries)

    interviews.record(
        interview, {"why_words": Said(words="My nan")}, by=cast.ines, at=NOW + hours(8)
    )
    old, new = Entry.objects.order_by("pk")
    assert (old.words, old.replaced_at) == ("Nan", NOW + hours(8))
    assert interviews.answers(interview) == {"why_words": Said([], "My nan", "")}
    assert new.replaced_at is None


@pytest.mark.parametrize(
    ("key", "said", "blocked"),
    [
        ("no_such", Said(words="x"), standard.NoSuchQuestion),
        ("push", Said(codes=["no_such"]), standard.NotAnOption),
        ("why_words", Said(words="x", unanswered="not_asked"), standard.AnsweredAndNot),
    ],
)
def test_what_the_standard_does_not_know_is_not_recorded(
    cast: Cast, key: str, said: Said, blocked: type[Blocked]
) -> None:
    interview = held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    with pytest.raises(blocked):
        interviews.record(interview, {key: said}, by=cast.ines, at=NOW + hours(6))

    assert not Entry.objects.exists()


def test_only_the_interviewer_named_writes_the_record(cast: Cast) -> None:
    interview = held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    for name in ("amina", "mara", "sol", "wes", "owen"):
        with pytest.raises(NotTheInterviewer):
            interviews.record(interview, {}, by=getattr(cast, name), at=NOW + hours(6))


def test_a_booking_that_no_longer_stands_has_no_record(cast: Cast) -> None:
    episode = returned(cast.sky)
    old = booked(episode, interviewer=cast.ines, by=cast.amina)
    book(cast, episode)

    with pytest.raises(BookingClosed):
        interviews.record(old, {"why_words": Said(words="x")}, by=cast.ines, at=NOW)


# Signing off, and what is added after.


def test_a_signed_record_says_who_signed_it(cast: Cast) -> None:
    episode = returned(cast.sky)

    interview = signed(episode, interviewer=cast.ines, by=cast.amina)

    assert interview.is_signed
    assert fresh(episode).signed_at == NOW + hours(6)
    told = act("sign interview", interview, cast.ines, NOW + hours(6), cast.sky.pk)
    assert last_act() == told
    assert not Interview.objects.open().exists()


def test_what_stops_a_signature(cast: Cast) -> None:
    interview = booked(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    at = NOW + hours(6)

    with pytest.raises(interviewing.NotHeldYet):
        sign(interview, by=cast.ines, at=at)
    hold(cast, interview)
    with pytest.raises(interviewing.QuestionsUnanswered, match="Why did you go"):
        sign(interview, by=cast.ines, at=at)
    interviews.record(interview, everything_said(interview), by=cast.ines, at=at)
    with pytest.raises(interviewing.NotTheAuthor):
        sign(interview, by=cast.amina, at=at)
    sign(interview, by=cast.ines, at=at)
    with pytest.raises(interviewing.AlreadySigned):
        sign(interview, by=cast.ines, at=at)


def test_an_interviewer_who_has_left_signs_nothing_that_they_held(cast: Cast) -> None:
    interview = held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    interviews.record(interview, everything_said(interview), by=cast.ines, at=NOW + hours(6))
    staff.end_post(cast.ines.posts.get(), on=NOW.date(), by=cast.adi, at=NOW + hours(6))

    with pytest.raises(NotTheInterviewer):
        sign(interview, by=cast.ines, at=NOW + hours(7))

    assert not fresh(interview).is_signed


def test_nothing_in_a_signed_record_can_be_changed_by_any_verb(cast: Cast) -> None:
    interview = signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    with pytest.raises(interviewing.AlreadySigned):
        interviews.record(interview, {}, by=cast.ines, at=NOW + hours(9))
    with pytest.raises(interviewing.AlreadySigned):
        hold(cast, interview)
    with pytest.raises(interviewing.AlreadyHeld):
        interviews.move_booking(
            interview,
            booked_for=NOW + hours(9),
            interviewer=cast.ines,
            by=cast.amina,
            at=NOW + hours(8),
        )


def test_what_comes_later_is_added_and_never_mixed_in(cast: Cast) -> None:
    interview = signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    addendum = interviews.add(interview, "Sky rang", by=cast.sol, at=NOW + hours(9))

    assert fresh(addendum).words == "Sky rang"
    told = act("add to interview", addendum, cast.sol, NOW + hours(9), cast.sky.pk)
    assert last_act() == told


def test_what_stops_an_addendum(cast: Cast) -> None:
    interview = held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    with pytest.raises(interviewing.NotSigned):
        interviews.add(interview, "Sky rang", by=cast.ines, at=NOW + hours(9))
    interviews.record(interview, everything_said(interview), by=cast.ines, at=NOW + hours(6))
    sign(interview, by=cast.ines, at=NOW + hours(6))
    with pytest.raises(interviewing.NothingToAdd):
        interviews.add(interview, "  ", by=cast.ines, at=NOW + hours(9))
    assert not Addendum.objects.exists()


# Who sees that there was an interview, and who reads what was said.


def who_reads(interview: Interview) -> set[str]:
    return {
        name
        for name in ("amina", "ines", "mara", "sol", "ana", "adi", "wes", "owen", "pat")
        if interview.account_is_visible_to(getattr(Cast(), name))
    }


def test_a_host_sees_that_there_was_an_interview_and_reads_none_of_it(cast: Cast) -> None:
    interview = signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    addendum = interviews.add(interview, "Sky rang", by=cast.ines, at=NOW + hours(9))

    assert who_sees(interview) == COUNCIL | {"wes"}
    assert who_sees(interview.coverages.get()) == COUNCIL | {"wes"}
    assert who_reads(interview) == COUNCIL
    assert who_sees(interview.entries.all()[0]) == COUNCIL
    assert who_sees(addendum) == COUNCIL


def test_an_account_is_the_interviewers_own_and_not_their_colleagues(cast: Cast) -> None:
    interview = signed(returned(cast.robin), interviewer=cast.pat, by=cast.amina)

    assert who_reads(interview) == {"amina", "mara", "sol", "pat"}


def test_a_provider_reads_only_what_it_was_asked_for(cast: Cast) -> None:
    interview = signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    assert "pat" not in who_reads(interview)
    assert "pat" not in who_sees(interview)


def test_whoever_leaves_no_longer_reads_what_they_held_there(cast: Cast) -> None:
    interview = signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    staff.end_post(cast.ines.posts.get(), on=NOW.date(), by=cast.adi, at=NOW)
    staff.appoint(
        cast.ines,
        Role.INTERVIEWER,
        Person.objects.get(pk=cast.owen.pk).organisation,
        since=NOW.date(),
        by=cast.owen,
        at=NOW,
    )

    assert "ines" not in who_reads(interview)
    assert "ines" not in who_sees(interview)


def test_whether_one_account_can_be_read_is_asked_in_one_query(
    cast: Cast, django_assert_num_queries
) -> None:
    interview = signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    sol = cast.sol
    assert sol.reach.authorities

    with django_assert_num_queries(1):
        assert interview.account_is_visible_to(sol)


# What the database itself refuses.


def test_the_database_refuses_held_without_precision_person_or_time(cast: Cast) -> None:
    interview = held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    for wrong in (
        {"held_precision": ""},
        {"held_precision": "about"},
        {"held_noted_by": None},
        {"held_noted_at": None},
        {"held_at": None},
    ):
        with refused_by("a_held_interview_has_precision_and_person"):
            Interview.objects.filter(pk=interview.pk).update(**wrong)


def test_the_database_refuses_held_and_not_held_at_once(cast: Cast) -> None:
    interview = held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    with refused_by("held_or_not_held_never_both"):
        Interview.objects.filter(pk=interview.pk).update(not_held_at=NOW, not_held_by=cast.ines)


def test_the_database_refuses_a_signature_on_what_was_not_held(cast: Cast) -> None:
    interview = booked(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    SignedFacts.objects.create(interview=interview, known={}, signed_by_name="Ines")

    with refused_by("only_a_held_interview_is_signed"):
        Interview.objects.filter(pk=interview.pk).update(signed_at=NOW, signed_by=cast.ines)


def test_the_database_refuses_an_episode_twice_under_one_interview(cast: Cast) -> None:
    interview = booked(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    with refused_by("an_episode_once"):
        Coverage.objects.create(interview=interview, episode=interview.episodes.get())


def test_the_database_refuses_two_answers_to_one_question(cast: Cast) -> None:
    interview = held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    interviews.record(interview, {"why_words": Said(words="Nan")}, by=cast.ines, at=NOW)

    with refused_by("one_current_entry_a_question"):
        Entry.objects.create(
            interview=interview, question="why_words", written_at=NOW, written_by=cast.ines
        )


def test_the_database_refuses_not_held_without_a_reason(cast: Cast) -> None:
    with refused_by("not_held_has_a_reason"):
        NotHeld.objects.create(episode=returned(cast.sky), reason="", at=NOW, by=cast.amina)


CHANGES_OF_SIGNED = [
    "update casework_interview set place = 'school'",
    "update casework_interview set signed_at = null, signed_by_id = null",
    "update casework_interview set child_id = (select max(id) from casework_child)",
    "delete from casework_interview",
    "update casework_entry set unanswered = 'not_asked'",
    "delete from casework_entry",
    "insert into casework_entry (interview_id, question, codes, words, unanswered, written_at,"
    " written_by_id) select interview_id, 'late', codes, words, unanswered, written_at,"
    " written_by_id from casework_entry limit 1",
    "update casework_coverage set episode_id = episode_id",
    "delete from casework_coverage",
    "insert into casework_coverage (interview_id, episode_id)"
    " select interview_id, (select max(id) from casework_episode) from casework_coverage limit 1",
]


@pytest.mark.parametrize("statement", CHANGES_OF_SIGNED)
def test_the_database_refuses_every_change_of_a_signed_record(cast: Cast, statement: str) -> None:
    signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    returned(cast.kit)

    with refused_by("a signed record is never changed"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_refuses_to_change_a_signed_record_by_the_models_either(cast: Cast) -> None:
    interview = signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    entry = interview.entries.all()[0]

    with refused_by("a signed record is never changed"):
        interview.save()
        Interview.objects.filter(pk=interview.pk).update(place="school")
    with refused_by("a signed record is never changed"):
        entry.save()
    with refused_by("a signed record is never changed"):
        Entry.objects.create(
            interview=interview, question="late", written_at=NOW, written_by=cast.ines
        )


def test_the_owner_of_the_tables_cannot_change_a_signed_record_or_empty_the_tables(
    apart: Cast, owner: psycopg.Connection
) -> None:
    signed(returned(apart.sky), interviewer=apart.ines, by=apart.amina)
    returned(apart.kit)

    for statement in CHANGES_OF_SIGNED:
        with pytest.raises(psycopg.errors.IntegrityError, match="a signed record is never"):
            owner.execute(statement)
    for table in ("interview", "entry", "coverage"):
        with pytest.raises(psycopg.errors.IntegrityError, match="never changed"):
            owner.execute(f"truncate casework_{table} cascade")


def test_an_entry_that_comes_while_the_record_is_being_signed_waits_and_is_refused(
    apart: Cast, owner: psycopg.Connection
) -> None:
    interview = held(returned(apart.sky), interviewer=apart.ines, by=apart.amina)
    interviews.record(interview, everything_said(interview), by=apart.ines, at=NOW + hours(6))
    late = (
        "insert into casework_entry (interview_id, question, codes, words, unanswered,"
        " written_at, written_by_id) select interview_id, 'late', codes, words, unanswered,"
        " written_at, written_by_id from casework_entry limit 1"
    )
    owner.execute("set lock_timeout = '100ms'")

    with interviews.transaction.atomic():
        sign(interview, by=apart.ines, at=NOW + hours(6))
        with pytest.raises(psycopg.errors.LockNotAvailable):
            owner.execute(late)

    with pytest.raises(psycopg.errors.IntegrityError, match="a signed record is never changed"):
        owner.execute(late)


def test_somebody_with_no_part_in_it_sees_nothing_of_any_interview(cast: Cast) -> None:
    signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    for name in ("owen", "ana", "adi", "pat"):
        person = getattr(cast, name)
        for rows in (Interview, Entry, Coverage, Addendum, NotHeld):
            assert not rows.objects.visible_to(person).exists()
