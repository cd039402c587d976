"""Silences: what waits for an answer now, whose it is, and since when."""

from datetime import timedelta
from typing import Any

import pytest

from returnhome.casework import childs_part, episodes, handovers, harm, messages, offers, staff
from returnhome.casework.messages import Letter
from returnhome.casework.models import Disclosure, Episode, HandOver, Message, Succession
from returnhome.reporting import silences
from returnhome.reporting.silences import Silence
from returnhome.rules import rota
from returnhome.rules.codes import (
    Answer,
    DeclinedBy,
    HandOverKind,
    HarmDecisionKind,
    OfferKind,
    RiskGrade,
    Rung,
    Waiting,
)
from returnhome.rules.responsibility import Reply
from tests.cast import NOW, Cast, booked, exactly, held, hours, missing, offered, returned, wrote

DAY = timedelta(days=1)


def sorts(at=NOW) -> list[Waiting]:
    return [silence.waiting for silence in silences.now(at)]


def only(at=NOW) -> Silence:
    [silence] = silences.now(at)
    return silence


def grave(episode: Episode, cast: Cast, at=NOW) -> None:
    episodes.update(episode, risk=RiskGrade.HIGH, moments={}, source="Police", by=cast.amina, at=at)


# A child has come back.


def test_nothing_waits_where_nobody_is_missing_or_back(cast: Cast) -> None:
    missing(cast.kit)

    assert silences.now(NOW) == []


def test_a_child_who_came_back_and_whom_nobody_took_on_is_a_silence_of_their_council(
    cast: Cast,
) -> None:
    episode = returned(cast.sky, hours_ago=3)

    silence = only()

    assert silence.waiting is Waiting.REQUEST
    assert silence.about == ("episode", episode.pk)
    assert silence.organisation_id == cast.northshire_council.pk
    assert silence.since == NOW
    assert silence.by == NOW - hours(3) + 3 * DAY


def test_it_waits_from_when_the_return_was_told_not_from_when_it_was(cast: Cast) -> None:
    episode = missing(cast.kit)
    episodes.record_return(
        episode, returned=exactly(NOW + hours(1)), by=cast.amina, at=NOW + hours(20)
    )

    assert only(NOW + hours(21)).since == NOW + hours(20)


def test_being_found_is_enough(cast: Cast) -> None:
    missing(cast.kit, found=NOW - hours(1))

    assert sorts() == [Waiting.REQUEST]


def test_once_somebody_takes_it_on_it_is_silent_no_more(cast: Cast) -> None:
    episodes.take_on(returned(cast.kit), by=cast.amina, at=NOW)

    assert silences.now(NOW) == []


def test_an_episode_given_back_is_another_silence(cast: Cast) -> None:
    episode = returned(cast.kit)
    before = only()
    episodes.take_on(episode, by=cast.amina, at=NOW + hours(1))
    episodes.assign(episode, None, by=cast.amina, at=NOW + hours(2))

    after = only(NOW + hours(3))

    assert after.since == NOW + hours(2)
    assert after.key(Rung.TEAM) != before.key(Rung.TEAM)


def test_a_time_put_right_leaves_the_silence_what_it_is(cast: Cast) -> None:
    episode = returned(cast.kit)
    before = only()

    episodes.correct(
        episode,
        "returned",
        exactly(NOW - hours(8)),
        because="Log",
        by=cast.amina,
        at=NOW + hours(1),
    )

    assert only(NOW + hours(1)).key(Rung.TEAM) == before.key(Rung.TEAM)
    assert before.key(Rung.TEAM) != before.key(Rung.MANAGER)


def test_what_is_settled_or_was_recorded_in_error_waits_for_nobody(cast: Cast) -> None:
    episodes.void(returned(cast.kit), because="At school", by=cast.amina, at=NOW)

    assert silences.now(NOW) == []


def test_a_register_of_past_years_wakes_nobody_but_what_is_told_late_does(cast: Cast) -> None:
    missing(cast.kit, last_seen=NOW - 90 * DAY, returned=NOW - 80 * DAY)
    assert silences.now(NOW) == []

    missing(cast.sky, last_seen=NOW - 20 * DAY, returned=NOW - 19 * DAY)
    assert sorts() == [Waiting.REQUEST]


def test_an_old_episode_given_back_is_a_silence_all_the_same(cast: Cast) -> None:
    episode = missing(cast.kit, last_seen=NOW - 90 * DAY, returned=NOW - 80 * DAY)
    episodes.take_on(episode, by=cast.amina, at=NOW)

    episodes.assign(episode, None, by=cast.amina, at=NOW + hours(1))

    assert sorts(NOW + hours(1)) == [Waiting.REQUEST]


def test_a_council_answers_for_what_it_took_over(cast: Cast) -> None:
    returned(cast.kit)
    old = cast.northshire
    old.until = NOW.date()
    old.save()
    new = type(old).objects.create(name="Greater Northshire", nation="England", since=NOW.date())
    Succession.objects.create(predecessor=old, successor=new)
    council = cast.northshire_council
    council.authority = new
    council.save()

    assert only().organisation_id == council.pk


def test_of_a_council_that_does_not_work_with_the_system_the_provider_is_told(cast: Cast) -> None:
    returned(cast.robin)
    returned(cast.kit)
    council = cast.northshire_council
    council.authority = type(cast.northshire).objects.create(name="Elsewhere", nation="England")
    council.save()

    assert only().organisation_id == cast.open_path.pk


# High risk.


def test_a_high_risk_episode_waits_while_the_child_is_still_missing(cast: Cast) -> None:
    episode = missing(cast.kit)
    grave(episode, cast, at=NOW + hours(2))

    silence = only(NOW + hours(3))

    assert (silence.waiting, silence.since) == (Waiting.HIGH_RISK, NOW + hours(2))
    assert silence.by is None


def test_of_a_child_known_to_be_at_high_risk_by_the_return_the_faster_ladder_is_climbed_alone(
    cast: Cast,
) -> None:
    grave(returned(cast.kit), cast)

    assert sorts() == [Waiting.HIGH_RISK]


def test_a_return_is_another_silence_than_the_high_risk_before_it(cast: Cast) -> None:
    episode = missing(cast.kit)
    grave(episode, cast)
    episodes.record_return(
        episode, returned=exactly(NOW + hours(5)), by=staff.operator(), at=NOW + hours(5)
    )

    assert sorts(NOW + hours(6)) == [Waiting.HIGH_RISK, Waiting.REQUEST]


def test_a_high_risk_episode_that_somebody_took_on_is_acknowledged(cast: Cast) -> None:
    episode = missing(cast.kit)
    grave(episode, cast)
    episodes.take_on(episode, by=cast.amina, at=NOW)

    assert silences.now(NOW) == []


# The 72 hours.


def owned(cast: Cast, *, hours_ago: float) -> Episode:
    return episodes.take_on(returned(cast.kit, hours_ago=hours_ago), by=cast.amina, at=NOW)


@pytest.mark.parametrize(
    ("hours_ago", "what"),
    [
        (59, []),
        (60, [Waiting.RUNNING_OUT]),
        (71, [Waiting.RUNNING_OUT]),
        (72, [Waiting.RUN_OUT]),
        (200, [Waiting.RUN_OUT]),
        (72 + 31 * 24, []),
    ],
)
def test_whoever_took_it_on_is_told_half_a_day_before_the_72_hours_end_and_when_they_have(
    cast: Cast, hours_ago: int, what: list[Waiting]
) -> None:
    owned(cast, hours_ago=hours_ago)

    assert sorts() == what
    assert all(silence.owner_id == cast.amina.pk for silence in silences.now(NOW))


def test_an_interview_booked_or_held_ends_that(cast: Cast) -> None:
    booked(returned(cast.kit, hours_ago=65), interviewer=cast.ines, by=cast.amina)
    held(returned(cast.sky, hours_ago=70), interviewer=cast.ines, by=cast.amina)

    assert silences.now(NOW) == []


def test_the_childs_own_no_ends_it_and_a_parents_does_not(cast: Cast) -> None:
    for child, whose in ((cast.kit, DeclinedBy.CHILD), (cast.sky, DeclinedBy.PARENT_OR_CARER)):
        offer = offered(returned(child, hours_ago=65), by=cast.amina)
        offers.answer(offer, Answer.DECLINED, declined_by=whose, reason="No", by=cast.amina, at=NOW)

    assert only().about == ("episode", cast.sky.episodes.get().pk)


def test_nobody_is_told_of_hours_that_run_for_no_interview(cast: Cast) -> None:
    owned(cast, hours_ago=65)
    Episode.objects.update(offer_kind=OfferKind.ADULT_PATHWAY)

    assert silences.now(NOW) == []


def test_what_nobody_took_on_says_the_hour_by_itself_and_is_told_again_only_later(
    cast: Cast,
) -> None:
    returned(cast.kit, hours_ago=65)
    returned(cast.sky, hours_ago=10)

    assert sorts() == [Waiting.REQUEST] * 2
    later = [silence for silence in silences.now(NOW + hours(55)) if silence.owner_id is None]
    assert [each.waiting for each in later] == [
        Waiting.REQUEST,
        Waiting.REQUEST,
        Waiting.RUN_OUT,
        Waiting.RUNNING_OUT,
    ]


def test_another_end_is_another_notice(cast: Cast) -> None:
    episode = missing(cast.kit, last_seen=NOW - hours(90), found=NOW - hours(65))
    episodes.take_on(episode, by=cast.amina, at=NOW)
    before = only()

    episodes.record_return(episode, returned=exactly(NOW - hours(64)), by=cast.amina, at=NOW)

    assert only().key(Rung.OWNER) != before.key(Rung.OWNER)


# Whether a message is still so.


def message_about(silence: Silence, cast: Cast, **other: str) -> Message:
    letter = Letter(
        key=silence.key(Rung.TEAM),
        waiting_for=other.get("waiting_for", silence.waiting),
        about=(other.get("kind", silence.about[0]), silence.about[1]),
        organisation_id=silence.organisation_id,
        rung=Rung.TEAM,
        subject="",
        text="",
    )
    return messages.queue(letter, people=[cast.amina], by=cast.adi, at=NOW)[0]


def test_a_message_is_still_so_until_somebody_answers(cast: Cast) -> None:
    episode = returned(cast.kit)
    returned(cast.sky)
    message = message_about(silences.now(NOW)[0], cast)
    assert message.about_id == episode.pk
    assert silences.still(message, NOW + hours(9))

    episodes.take_on(episode, by=cast.amina, at=NOW)
    assert not silences.still(message, NOW + hours(9))

    # Given back it is another silence, which has its own message.
    episodes.assign(episode, None, by=cast.amina, at=NOW + hours(1))
    assert not silences.still(message, NOW + hours(9))


def test_a_message_about_no_silence_is_always_so(cast: Cast) -> None:
    returned(cast.kit)

    assert silences.still(message_about(only(), cast, kind="letter"), NOW)


def test_no_worker_is_at_work_in_a_test(cast: Cast) -> None:
    assert not silences.is_anybody_listening(NOW)


def test_it_asks_the_database_as_often_for_ten_as_for_one(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    for number, child in enumerate((cast.kit, cast.sky, cast.robin)):
        episode = returned(child, hours_ago=number)
        if number:
            grave(episode, cast)

    with django_assert_max_num_queries(15):
        assert len(silences.now(NOW)) == 3


# Requests between councils.


def asked_of_westborough(cast: Cast) -> HandOver:
    episode = returned(cast.sky)
    episodes.take_on(episode, by=cast.amina, at=NOW)
    return handovers.ask(
        episode, HandOverKind.HOST_INTERVIEWS, to=cast.westborough, by=cast.amina, at=NOW
    )


def test_a_request_waits_with_the_council_that_was_asked(cast: Cast) -> None:
    row = asked_of_westborough(cast)

    silence = only()

    assert (silence.about, silence.waiting) == (("handover", row.pk), Waiting.REQUEST)
    assert silence.organisation_id == cast.westborough_council.pk
    assert silence.owner_id is None


def test_once_its_time_has_run_out_the_council_that_asked_must_see_to_it(cast: Cast) -> None:
    row = asked_of_westborough(cast)

    silence = only(row.answer_due_at + hours(1))

    assert silence.organisation_id == cast.northshire_council.pk
    assert silence.owner_id == cast.amina.pk
    assert silence.since == row.answer_due_at


def test_an_answer_or_its_withdrawal_ends_it(cast: Cast) -> None:
    row = asked_of_westborough(cast)
    handovers.answer(row, Reply.ACCEPTED, by=cast.wes, at=NOW)

    assert silences.now(NOW) == []


def test_a_letter_is_the_business_of_the_council_that_wrote_it(cast: Cast) -> None:
    row = asked_of_westborough(cast)
    HandOver.objects.filter(pk=row.pk).update(to_organisation=None)

    assert silences.now(NOW) == []
    assert only(row.answer_due_at).organisation_id == cast.northshire_council.pk


# What a child told of harm.


def told_of_harm(cast: Cast, **changes: Any) -> Disclosure:
    given = {"told_at": NOW, "by": cast.ines, "at": NOW} | changes
    return harm.tell(cast.sky, "He hits me", **given)


def told_to(at=NOW) -> list[tuple[str, int]]:
    found = [each for each in silences.now(at) if each.waiting is Waiting.HARM]
    return [(each.waiting, each.organisation_id) for each in found]


def test_both_councils_are_told_once_the_time_to_say_we_have_it_is_over(cast: Cast) -> None:
    disclosure = told_of_harm(cast)
    councils = [cast.westborough_council.pk, cast.northshire_council.pk]

    assert told_to(NOW + hours(0.9)) == []
    assert sorted(pk for _, pk in told_to(NOW + hours(1))) == sorted(councils)
    (first, _) = (each for each in silences.now(NOW + hours(1)))
    assert (first.about, first.by) == (("disclosure", disclosure.pk), NOW + hours(24))
    assert silences.children_of([first]) == {("disclosure", disclosure.pk): cast.sky.pk}


def test_once_one_council_has_it_neither_is_told_any_more(cast: Cast) -> None:
    disclosure = told_of_harm(cast)
    (silence, _) = silences.now(NOW + hours(1))
    message = message_about(silence, cast)
    assert silences.still(message, NOW + hours(1))

    harm.have(disclosure, by=cast.wes, at=NOW + hours(1))

    assert told_to(NOW + hours(2)) == []
    assert not silences.still(message, NOW + hours(2))


def test_what_is_written_down_late_waits_since_then(cast: Cast) -> None:
    told_of_harm(cast, told_at=NOW - hours(30))

    assert {each.since for each in silences.now(NOW) if each.waiting is Waiting.HARM} == {NOW}


def overdue(at) -> list[tuple[Waiting, int]]:
    found = [each for each in silences.now(at) if each.waiting in rota.MANAGERS_DECIDE]
    return [(each.waiting, each.organisation_id) for each in found]


def test_who_has_it_and_has_not_decided_within_a_day_is_told_so(cast: Cast) -> None:
    disclosure = told_of_harm(cast)
    harm.have(disclosure, by=cast.wes, at=NOW + hours(1))
    theirs = [(Waiting.HARM_UNDECIDED, cast.westborough_council.pk)]

    assert overdue(NOW + hours(23.9)) == []
    assert overdue(NOW + hours(24)) == theirs
    harm.have(disclosure, by=cast.mara, at=NOW + hours(25))
    both = [*theirs, (Waiting.HARM_UNDECIDED, cast.northshire_council.pk)]
    assert sorted(overdue(NOW + hours(25))) == sorted(both)

    harm.decide(
        disclosure, [HarmDecisionKind.NONE], because="Known", by=cast.mara, at=NOW + hours(26)
    )
    assert overdue(NOW + hours(26)) == []


def test_a_decision_not_passed_on_in_its_time_is_told_to_the_council_that_made_it(
    cast: Cast,
) -> None:
    disclosure = told_of_harm(cast)
    kinds = [HarmDecisionKind.SECTION_47, HarmDecisionKind.CRIME_TO_POLICE]
    section_47, crime = harm.decide(disclosure, kinds, by=cast.mara, at=NOW)
    late = [(Waiting.HARM_NOT_PASSED_ON, cast.northshire_council.pk)]

    assert overdue(NOW + hours(3.9)) == []
    assert overdue(NOW + hours(4)) == late
    (first,) = (each for each in silences.now(NOW + hours(4)))
    message = message_about(first, cast)

    # Once that is passed on, the next has its own message.
    harm.pass_on(crime, "The police", by=cast.mara, at=NOW + hours(5))
    assert overdue(NOW + hours(6)) == []
    assert not silences.still(message, NOW + hours(6))
    assert overdue(NOW + hours(24)) == late
    harm.pass_on(section_47, "Team 3", by=cast.mara, at=NOW + hours(24))
    assert overdue(NOW + hours(25)) == []


# What a child wrote.


def words_of(at=NOW) -> list[tuple[Waiting, str, int]]:
    found = [each for each in silences.now(at) if each.about[0] == silences.EPISODE]
    late = (Waiting.WORDS, Waiting.WORDS_LATE)
    return [(each.waiting, *each.about) for each in found if each.waiting in late]


def test_what_a_child_wrote_waits_from_when_it_came_and_is_late_from_the_hour_they_were_told(
    cast: Cast,
) -> None:
    episode = returned(cast.kit)
    wrote(episode, by=cast.amina)  # on a Monday at nine: read by six in the evening

    assert words_of() == [(Waiting.WORDS, "episode", episode.pk)]
    assert words_of(NOW + hours(8.9)) == [(Waiting.WORDS, "episode", episode.pk)]
    assert words_of(NOW + hours(9)) == [(Waiting.WORDS_LATE, "episode", episode.pk)]
    (late,) = (each for each in silences.now(NOW + hours(9)) if each.waiting is Waiting.WORDS_LATE)
    assert (late.since, late.by) == (NOW + hours(9), NOW + hours(9))
    assert late.organisation_id == cast.northshire_council.pk


def test_once_somebody_has_read_it_it_waits_no_more(cast: Cast) -> None:
    episode = returned(cast.kit)
    wrote(episode, by=cast.amina)
    (first,) = (each for each in silences.now(NOW) if each.waiting is Waiting.WORDS)
    message = message_about(first, cast)
    assert silences.still(message, NOW)

    childs_part.read(episode, by=cast.amina, at=NOW + hours(1))

    assert words_of(NOW + hours(9)) == []
    assert not silences.still(message, NOW + hours(1))


def test_more_that_the_child_sends_does_not_put_off_the_hour_of_the_first(cast: Cast) -> None:
    episode = returned(cast.kit)
    wrote(episode, by=cast.amina)
    wrote(episode, "And hungry", by=cast.amina, at=NOW + hours(8))

    assert words_of(NOW + hours(9)) == [(Waiting.WORDS_LATE, "episode", episode.pk)]


def test_what_was_recorded_in_error_or_lies_long_back_waits_for_nobody(cast: Cast) -> None:
    episode = returned(cast.kit)
    wrote(episode, by=cast.amina)

    assert words_of(NOW + timedelta(days=31)) == []
    episodes.void(episode, because="Another child", by=cast.amina, at=NOW)
    assert words_of() == []
