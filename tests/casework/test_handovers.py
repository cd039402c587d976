"""One council asks another to interview, or to take the duty over; and never is there no owner."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from returnhome.casework import (
    agreements,
    children,
    episodes,
    handovers,
    interviews,
    offers,
    owners,
    staff,
)
from returnhome.casework.children import Child
from returnhome.casework.handovers import HandOver, NameMissing, Story
from returnhome.casework.models import CarePeriod, Coverage, Episode, Interview, Organisation
from returnhome.rules import Blocked, handover
from returnhome.rules.access import Verb
from returnhome.rules.clock import Standing
from returnhome.rules.codes import (
    Answer,
    Cohort,
    DutyGround,
    EpisodeKind,
    HandBackReason,
    HandOverKind,
    Means,
    NotHeldReason,
    Reached,
    RefusalReason,
    Role,
    WithdrawalReason,
)
from returnhome.rules.handover import Part, Step
from returnhome.rules.responsibility import Reply
from tests.casework.ledger import counted_figures, fresh, refused_by, stored_figures
from tests.cast import NOW, Cast, everything_said, exactly, held, hours, returned, sign

HOST, PROVIDER, DUTY = HandOverKind.HOST_INTERVIEWS, HandOverKind.PROVIDER, HandOverKind.DUTY
NOBODY_IN_TIME = RefusalReason.NOBODY_IN_TIME


def westborough_is_asked(cast: Cast, episode: Episode, **more: Any) -> HandOver:
    return handovers.ask(episode, HOST, to=cast.westborough, by=cast.amina, at=NOW, **more)


def westborough_interviews(cast: Cast, episode: Episode) -> HandOver:
    row = westborough_is_asked(cast, episode)
    return handovers.answer(row, Reply.ACCEPTED, by=cast.wes, at=NOW + hours(1))


def looked_after_by_eastmoor(cast: Cast, child: Child, since: date = date(2026, 3, 2)) -> None:
    """The care that changed after the episode had begun, as a care page would record it."""
    child.care_periods.update(until=since - timedelta(days=1))
    CarePeriod.objects.create(child=child, authority=cast.eastmoor, since=since)


def freya(cast: Cast) -> Any:
    """An interviewer of Westborough."""
    return colleague("Freya Lund", Role.INTERVIEWER, cast.westborough_council)


def tomasz(cast: Cast) -> Any:
    """Who answers for the provider."""
    return colleague("Tomasz Wilk", Role.MANAGER, cast.open_path)


def colleague(name: str, role: Role, organisation: Organisation) -> Any:
    by = staff.operator()
    email = f"{name.split()[0].lower()}@example.invalid"
    person = staff.add_person(email, name, password=None, by=by, at=NOW)
    staff.appoint(person, role, organisation, since=date(2024, 1, 1), by=by, at=NOW)
    return person


# Asking and answering.


def test_a_host_that_accepts_interviews_and_the_duty_stays(cast: Cast) -> None:
    episode = returned(cast.sky)

    row = westborough_interviews(cast, episode)

    episode = fresh(episode)
    assert episode.responsible_authority == episode.counted_under == cast.northshire
    assert episode.provider == cast.westborough_council
    assert episode.owner == cast.wes
    assert Story(episode).step(row, NOW + hours(2)) is Step.ACCEPTED


def test_a_host_sees_no_name_before_it_accepts_and_the_record_after(cast: Cast) -> None:
    episode = returned(cast.sky)
    row = westborough_is_asked(cast, episode)
    wes = cast.wes

    assert HandOver.objects.visible_to(wes).get() == row
    parts = Story(episode).parts(cast.westborough, NOW)
    assert Part.AGE in parts
    assert not parts & {Part.NAME, Part.BORN_ON, Part.CONTACT, Part.ACCOUNT, Part.INITIALS}

    handovers.answer(row, Reply.ACCEPTED, by=wes, at=NOW)

    assert {Part.NAME, Part.CONTACT} < Story(fresh(episode)).parts(cast.westborough, NOW)
    assert fresh(episode).allows(cast.wes, Verb.OFFER)


def test_nobody_else_knows_that_it_was_asked(cast: Cast) -> None:
    westborough_is_asked(cast, returned(cast.sky))

    for who in (cast.owen, cast.pat, cast.ana, cast.adi):
        assert not HandOver.objects.visible_to(who).exists()


def test_only_the_council_that_was_asked_can_answer(cast: Cast) -> None:
    row = westborough_is_asked(cast, returned(cast.sky))

    with pytest.raises(handover.NotTheOneAsked):
        handovers.answer(row, Reply.ACCEPTED, by=cast.owen, at=NOW)
    with pytest.raises(handover.NotTheOneAsked):
        handovers.answer(row, Reply.ACCEPTED, by=cast.amina, at=NOW)


def test_a_refusal_leaves_the_interview_with_the_council_that_asked(cast: Cast) -> None:
    episode = returned(cast.sky)
    row = westborough_is_asked(cast, episode)

    with pytest.raises(handover.ReasonMissing):
        handovers.answer(row, Reply.REFUSED, by=cast.wes, at=NOW)
    handovers.answer(row, Reply.REFUSED, reason=NOBODY_IN_TIME, by=cast.wes, at=NOW)

    assert fresh(episode).provider is None
    assert fresh(episode).responsible_authority == cast.northshire
    assert Story(fresh(episode)).step(fresh(row), NOW) is Step.REFUSED


def test_a_provider_is_asked_for_one_child(cast: Cast) -> None:
    episode = returned(cast.kit)

    row = handovers.ask(episode, PROVIDER, to=cast.open_path, by=cast.amina, at=NOW)
    handovers.answer(row, Reply.ACCEPTED, by=tomasz(cast), at=NOW)

    assert fresh(episode).provider == cast.open_path
    assert fresh(episode).allows(cast.pat, Verb.BOOK)


def test_a_withdrawn_request_can_no_longer_be_accepted(cast: Cast) -> None:
    episode = returned(cast.sky)
    row = westborough_is_asked(cast, episode)
    handovers.withdraw(row, WithdrawalReason.ARRANGED_OTHERWISE, by=cast.amina, at=NOW)

    with pytest.raises(handover.AlreadyEnded):
        handovers.answer(row, Reply.ACCEPTED, by=cast.wes, at=NOW)

    assert fresh(episode).provider is None


def test_what_nobody_answered_in_time_can_be_asked_again(cast: Cast) -> None:
    episode = returned(cast.sky)
    first = westborough_is_asked(cast, episode)
    later = first.answer_due_at + hours(1)

    with pytest.raises(handover.AnswerTooLate):
        handovers.answer(first, Reply.ACCEPTED, by=cast.wes, at=later)
    second = handovers.ask(episode, HOST, to=cast.westborough, by=cast.amina, at=later)
    handovers.answer(second, Reply.ACCEPTED, by=cast.wes, at=later)

    assert fresh(first).overtaken_at == later
    assert fresh(episode).provider == cast.westborough_council


def test_an_interview_by_the_host_is_counted_once_for_the_council_that_asked(cast: Cast) -> None:
    episode = returned(cast.sky)
    row = westborough_interviews(cast, episode)
    interviewer, at = freya(cast), NOW + hours(2)
    offer = offers.make(
        episode, means=Means.TELEPHONE, reached=Reached.CHILD, made_at=at, by=cast.wes, at=at
    )
    offers.answer(offer, Answer.ACCEPTED, by=cast.wes, at=at)
    talk = interviews.book(
        [episode],
        interviewer=interviewer,
        booked_for=at + hours(2),
        place="school",
        mode="in_person",
        by=cast.wes,
        at=at,
    )
    after = at + hours(4)
    held = exactly(at + hours(2))
    interviews.hold(talk, held, is_independent=True, by=interviewer, at=after)
    interviews.record(talk, everything_said(talk), by=interviewer, at=after)
    sign(talk, by=interviewer, at=after)

    episode = fresh(episode)
    assert episode.counted_under == cast.northshire
    assert episode.cohort == Cohort.LOOKED_AFTER_OUT_OF_AREA
    assert episode.timeliness == Standing.IN_TIME
    assert Interview.objects.filter(held_at__isnull=False).count() == 1
    assert stored_figures() == counted_figures()
    # The record that was signed off is the report that was asked for.
    assert Story(episode).step(fresh(row), after) is Step.REPORTED
    assert handovers.signed_for([fresh(row)]) == {row.pk: after}


def test_a_report_by_post_ends_the_request_too(cast: Cast) -> None:
    episode = returned(cast.sky)
    row = westborough_interviews(cast, episode)

    handovers.report(row, by=cast.amina, at=NOW + hours(9))

    assert Story(episode).step(fresh(row), NOW + hours(9)) is Step.REPORTED
    with pytest.raises(handover.AlreadyReported):
        handovers.report(row, by=cast.amina, at=NOW + hours(10))


# SORMAS, a national system elsewhere, once got each of these wrong.


def test_the_new_owner_sees_the_record_once_it_has_accepted(cast: Cast) -> None:
    episode = returned(cast.sky)
    looked_after_by_eastmoor(cast, cast.sky)
    (row,) = handovers.reconsider(cast.sky, by=cast.amina, at=NOW)
    assert not Episode.objects.visible_to(cast.owen).exists()

    handovers.answer(row, Reply.ACCEPTED, by=cast.owen, at=NOW)

    owen = cast.owen
    assert Episode.objects.visible_to(owen).get() == episode
    assert Child.objects.visible_to(owen).get() == cast.sky
    assert fresh(episode).allows(owen, Verb.OFFER)
    assert fresh(episode).allows(owen, Verb.SEE_ACCOUNT)


def test_the_same_record_is_not_handed_over_twice_on_different_terms(cast: Cast) -> None:
    episode = returned(cast.sky)
    westborough_is_asked(cast, episode, terms="By Friday.")

    with pytest.raises(handover.StandsAlready):
        handovers.ask(episode, HOST, to=cast.eastmoor, terms="By Monday.", by=cast.amina, at=NOW)
    with refused_by("one_body_at_a_time_is_asked_to_interview"):
        HandOver.objects.create(
            episode=episode,
            kind=HOST,
            asked_by_authority=cast.northshire,
            to_authority=cast.eastmoor,
            asked_at=NOW,
            asked_by=cast.amina,
            answer_due_at=NOW + hours(1),
        )


def test_an_addition_by_the_old_owner_does_not_return_the_record(cast: Cast) -> None:
    episode = returned(cast.sky)
    looked_after_by_eastmoor(cast, cast.sky)
    (row,) = handovers.reconsider(cast.sky, by=cast.amina, at=NOW)
    handovers.answer(row, Reply.ACCEPTED, by=cast.owen, at=NOW)

    # Northshire goes on to correct what it knows of the times, and what it knows of care.
    episodes.update(
        episode,
        moments={"reported": exactly(NOW - hours(29))},
        source="Northshire",
        by=cast.amina,
        at=NOW + hours(1),
    )
    assert handovers.reconsider(cast.sky, by=cast.amina, at=NOW + hours(1)) == []

    assert fresh(episode).responsible_authority == cast.eastmoor
    assert not fresh(episode).allows(cast.amina, Verb.OFFER)
    assert fresh(episode).allows(cast.amina, Verb.SEE_EPISODE)


def test_a_hand_back_works_whatever_has_happened_downstream(cast: Cast) -> None:
    episode = returned(cast.sky)
    row = westborough_interviews(cast, episode)
    interviewer, at = freya(cast), NOW + hours(2)
    offer = offers.make(
        episode, means=Means.TELEPHONE, reached=Reached.CHILD, made_at=at, by=cast.wes, at=at
    )
    offers.answer(offer, Answer.ACCEPTED, by=cast.wes, at=at)
    talk = interviews.book(
        [episode],
        interviewer=interviewer,
        booked_for=at + hours(5),
        place="school",
        mode="in_person",
        by=cast.wes,
        at=at,
    )
    # The interviewer has left, and what tied the booking to the episode is gone.
    for post in interviewer.posts.all():
        staff.end_post(post, on=at.date(), by=staff.operator(), at=at)
    Coverage.objects.filter(interview=talk).delete()

    handovers.hand_back(row, HandBackReason.NOBODY_IN_TIME, by=cast.wes, at=at + hours(1))

    assert fresh(episode).provider is None
    assert fresh(episode).owner is None
    assert fresh(episode).responsible_authority == cast.northshire


@pytest.mark.parametrize("name", ["amina", "owen", "pat"])
def test_only_the_council_that_was_asked_hands_back(cast: Cast, name: str) -> None:
    row = westborough_interviews(cast, returned(cast.sky))

    with pytest.raises(handover.NotTheOneAsked):
        handovers.hand_back(
            row, HandBackReason.NOBODY_IN_TIME, by=getattr(cast, name), at=NOW + hours(1)
        )

    assert fresh(row).handed_back_at is None


def test_what_was_held_is_not_handed_back(cast: Cast) -> None:
    episode = returned(cast.sky)
    row = westborough_interviews(cast, episode)
    signed_or_not = held(episode, interviewer=freya(cast), by=cast.wes)

    with pytest.raises(handover.HeldAlready):
        handovers.hand_back(row, HandBackReason.NOBODY_IN_TIME, by=cast.wes, at=NOW + hours(30))

    assert fresh(row).handed_back_at is None
    assert fresh(signed_or_not).organisation == fresh(row).to_organisation


def test_a_request_names_no_child_and_its_report_is_due_after_it(cast: Cast) -> None:
    episode = returned(cast.sky)

    with pytest.raises(handover.NamesTheChild):
        westborough_is_asked(cast, episode, terms="Sky likes to be rung after school")
    with pytest.raises(handover.ReportDueFirst):
        westborough_is_asked(cast, episode, report_due_at=NOW - hours(1))


def test_access_follows_responsibility_and_not_the_place_of_stay(cast: Cast) -> None:
    episode = returned(cast.sky)

    # Sky stays in Westborough's area, and Westborough sees that and the clock.
    assert episode.host_authority == cast.westborough
    assert fresh(episode).allows(cast.wes, Verb.SEE_EPISODE)
    assert not fresh(episode).allows(cast.wes, Verb.OFFER)
    assert not fresh(episode).allows(cast.wes, Verb.SEE_ACCOUNT)
    # She moves to Eastmoor's area: that opens nothing to Eastmoor of an episode before.
    cast.sky.placements.update(until=date(2026, 3, 1))
    children.Placement.objects.create(
        child=cast.sky, authority=cast.eastmoor, since=date(2026, 3, 2)
    )
    handovers.reconsider(cast.sky, by=cast.amina, at=NOW)
    assert not Episode.objects.visible_to(cast.owen).exists()


def test_a_place_of_stay_that_nobody_recorded_stays_unknown(cast: Cast) -> None:
    cast.sky.placements.all().delete()

    episode = returned(cast.sky)

    assert episode.host_authority is None
    assert episode.cohort == Cohort.UNKNOWN
    assert "placement_unknown" in episode.flags


@pytest.mark.parametrize("kind", [HOST, PROVIDER])
def test_a_hand_over_never_changes_a_responsible_authority_that_was_right(
    cast: Cast, kind: HandOverKind
) -> None:
    episode = returned(cast.sky)
    to = cast.westborough if kind is HOST else cast.open_path
    row = handovers.ask(episode, kind, to=to, by=cast.amina, at=NOW)
    taker = cast.wes if kind is HOST else tomasz(cast)

    handovers.answer(row, Reply.ACCEPTED, by=taker, at=NOW + hours(1))
    assert fresh(episode).responsible_authority == fresh(episode).counted_under == cast.northshire
    handovers.hand_back(row, HandBackReason.CHILD_MOVED, by=taker, at=NOW + hours(2))

    assert fresh(episode).responsible_authority == fresh(episode).counted_under == cast.northshire


# The duty itself.


def test_where_another_council_begins_to_look_after_the_child_it_is_asked_by_itself(
    cast: Cast,
) -> None:
    episode = returned(cast.sky)
    looked_after_by_eastmoor(cast, cast.sky)

    (row,) = handovers.reconsider(cast.sky, by=cast.amina, at=NOW)

    assert (row.kind, row.ground) == (DUTY, DutyGround.LOOKED_AFTER_SINCE)
    assert (row.to, row.looked_after_since) == (cast.eastmoor, date(2026, 3, 2))
    assert fresh(episode).responsible_authority == cast.northshire
    assert handovers.reconsider(cast.sky, by=cast.amina, at=NOW) == []


def test_once_it_accepts_the_duty_is_its_own_and_the_count_stays_where_it_started(
    cast: Cast,
) -> None:
    episode = returned(cast.sky)
    episodes.take_on(episode, by=cast.amina, at=NOW)
    looked_after_by_eastmoor(cast, cast.sky)
    (row,) = handovers.reconsider(cast.sky, by=cast.amina, at=NOW)

    handovers.answer(row, Reply.ACCEPTED, by=cast.owen, at=NOW + hours(1))

    episode = fresh(episode)
    assert episode.responsible_authority == cast.eastmoor
    assert episode.counted_under == cast.northshire
    assert episode.cohort == Cohort.LOOKED_AFTER_OUT_OF_AREA
    assert episode.owner == cast.owen
    assert cast.sky.responsible_authority == cast.eastmoor
    assert stored_figures() == counted_figures()


def test_a_council_that_has_said_no_is_asked_again_only_by_a_person(cast: Cast) -> None:
    episode = returned(cast.sky)
    looked_after_by_eastmoor(cast, cast.sky)
    (row,) = handovers.reconsider(cast.sky, by=cast.amina, at=NOW)
    reason = RefusalReason.NOT_LOOKED_AFTER_BY_US
    handovers.answer(row, Reply.REFUSED, reason=reason, by=cast.owen, at=NOW)

    assert handovers.reconsider(cast.sky, by=cast.amina, at=NOW) == []
    assert fresh(episode).responsible_authority == cast.northshire
    handovers.ask(
        episode,
        DUTY,
        to=cast.eastmoor,
        looked_after_since=date(2026, 3, 1),
        by=cast.amina,
        at=NOW,
    )


def test_by_facts_that_were_so_from_the_start_the_count_moves_too(cast: Cast) -> None:
    episode = returned(cast.kit)
    assert episode.counted_under == cast.northshire
    cast.kit.addresses.update(authority=cast.eastmoor)

    (row,) = handovers.reconsider(cast.kit, by=cast.amina, at=NOW)

    assert row.ground == DutyGround.BY_THE_FACTS
    assert fresh(episode).counted_under == cast.eastmoor
    assert fresh(episode).responsible_authority == cast.northshire
    handovers.answer(row, Reply.ACCEPTED, by=cast.owen, at=NOW)
    assert fresh(episode).responsible_authority == cast.eastmoor
    assert stored_figures() == counted_figures()


def test_what_only_a_file_brought_to_light_is_asked_for_by_itself(cast: Cast) -> None:
    episode = returned(cast.kit)
    cast.kit.addresses.update(authority=cast.eastmoor)
    decided = owners.of_child(
        cast.kit, kind=EpisodeKind.MISSING, started_on=episode.started_on, ended_on=None
    )
    episodes.decide_again(episode, decided, by=cast.amina, at=NOW)

    (row,) = handovers.ask_what_is_owed(by=staff.clockwork(), at=NOW)

    assert (row.to, row.ground) == (cast.eastmoor, DutyGround.BY_THE_FACTS)
    assert fresh(episode).responsible_authority == cast.northshire
    assert handovers.ask_what_is_owed(by=staff.clockwork(), at=NOW) == []


def test_a_settled_episode_asks_nobody_for_anything(cast: Cast) -> None:
    episode = returned(cast.kit)
    interviews.not_hold(
        episode,
        NotHeldReason.NOT_OFFERED,
        note="A mistake of the police",
        by=cast.amina,
        at=NOW,
    )
    cast.kit.addresses.update(authority=cast.eastmoor)

    assert handovers.reconsider(cast.kit, by=cast.amina, at=NOW) == []
    assert fresh(episode).counted_under == cast.eastmoor


def test_the_duty_is_asked_of_one_council_at_a_time(cast: Cast) -> None:
    episode = returned(cast.sky)
    since = date(2026, 3, 1)
    handovers.ask(episode, DUTY, to=cast.eastmoor, looked_after_since=since, by=cast.amina, at=NOW)

    with pytest.raises(handover.StandsAlready):
        handovers.ask(
            episode, DUTY, to=cast.westborough, looked_after_since=since, by=cast.amina, at=NOW
        )
    with refused_by("the_duty_is_offered_to_one_at_a_time"):
        HandOver.objects.create(
            episode=episode,
            kind=DUTY,
            ground=DutyGround.DISPUTED,
            asked_by_authority=cast.northshire,
            to_authority=cast.westborough,
            asked_at=NOW,
            asked_by=cast.amina,
            answer_due_at=NOW + hours(1),
        )


# Standing arrangements.


def test_under_an_arrangement_the_host_interviews_without_being_asked(cast: Cast) -> None:
    arrange(cast)

    episode = returned(cast.sky)

    assert episode.provider == cast.westborough_council
    assert episode.responsible_authority == cast.northshire
    assert episode.allows(cast.wes, Verb.OFFER)


def test_the_host_can_refuse_this_one_child_and_the_arrangement_stands(cast: Cast) -> None:
    arrange(cast)
    episode = returned(cast.sky)

    handovers.decline_agreed(episode, NOBODY_IN_TIME, by=cast.wes, at=NOW)

    assert fresh(episode).provider is None
    assert not fresh(episode).allows(cast.wes, Verb.OFFER)
    next_one = returned(cast.sky, hours_ago=1, at=NOW + timedelta(days=9))
    assert next_one.provider == cast.westborough_council
    with pytest.raises(handover.NotTheOneAsked):
        handovers.decline_agreed(episode, NOBODY_IN_TIME, by=cast.wes, at=NOW)


@pytest.mark.parametrize("name", ["amina", "owen", "pat"])
def test_nobody_else_refuses_under_the_hosts_arrangement(cast: Cast, name: str) -> None:
    arrange(cast)
    episode = returned(cast.sky)

    with pytest.raises(handover.NotTheOneAsked):
        handovers.decline_agreed(episode, NOBODY_IN_TIME, by=getattr(cast, name), at=NOW)

    assert fresh(episode).provider == cast.westborough_council


def arrange(cast: Cast) -> None:
    agreement = agreements.agree(
        cast.northshire,
        to_authority=cast.westborough,
        since=date(2026, 1, 1),
        by=cast.mara,
        at=NOW,
    )
    hilda = colleague("Hilda Frost", Role.MANAGER, cast.westborough_council)
    agreements.accept(agreement, by=hilda, at=NOW)


def test_what_the_host_had_booked_ends_when_the_interview_goes_back(cast: Cast) -> None:
    episode = returned(cast.sky)
    row = westborough_interviews(cast, episode)
    talk = booked_by_host(cast, episode)

    handovers.withdraw(
        row, WithdrawalReason.CHILD_ASKED_FOR_ANOTHER, by=cast.amina, at=NOW + hours(3)
    )

    assert fresh(talk).not_held_at is not None
    assert fresh(episode).booked_for is None
    assert fresh(episode).answer == Answer.ACCEPTED


def booked_by_host(cast: Cast, episode: Episode) -> Interview:
    interviewer, at = freya(cast), NOW + hours(2)
    accepted_by_phone(cast, episode, at)
    return interviews.book(
        [episode],
        interviewer=interviewer,
        booked_for=at + hours(5),
        place="school",
        mode="in_person",
        by=cast.wes,
        at=at,
    )


def accepted_by_phone(cast: Cast, episode: Episode, at: Any) -> None:
    offer = offers.make(
        episode, means=Means.TELEPHONE, reached=Reached.CHILD, made_at=at, by=cast.wes, at=at
    )
    offers.answer(offer, Answer.ACCEPTED, by=cast.wes, at=at)


# Letters.


def test_a_letters_link_answers_once(cast: Cast) -> None:
    episode = returned(cast.sky)
    Organisation.objects.filter(pk=cast.westborough_council.pk).update(kind=Organisation.HOME)
    row = westborough_is_asked(cast, episode)
    assert row.is_by_letter
    old = handovers.new_reply_key(row, by=cast.amina, at=NOW)
    mark = fresh(row).letter_mark
    key = handovers.new_reply_key(row, instead_of=mark, by=cast.amina, at=NOW)

    assert handovers.by_reply_key(old) is None
    found = handovers.by_reply_key(key)
    assert found == row
    with pytest.raises(NameMissing):
        handovers.answer(found, Reply.ACCEPTED, by=None, at=NOW)
    handovers.answer(found, Reply.ACCEPTED, name="Ada Lovell, duty manager", by=None, at=NOW)

    with pytest.raises(Blocked):
        handovers.answer(found, Reply.REFUSED, reason=NOBODY_IN_TIME, name="x", by=None, at=NOW)
    assert fresh(episode).responsible_authority == cast.northshire
    assert fresh(row).answered_by_name == "Ada Lovell, duty manager"


# Whatever is done, in whatever order: never no owner and never two.


MOVES = some.lists(
    some.tuples(
        some.sampled_from(["ask", "duty", "yes", "no", "back", "withdraw", "facts", "void"]),
        some.sampled_from(["amina", "wes", "owen"]),
        some.sampled_from(["northshire", "westborough", "eastmoor"]),
        some.integers(0, 5),
    ),
    max_size=14,
)


@pytest.mark.check
@given(moves=MOVES)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_done_there_is_always_one_owner(cast: Cast, moves: Any) -> None:
    with transaction.atomic():
        episode = returned(cast.sky)
        for step, (what, who, where, hours_on) in enumerate(moves):
            at = NOW + hours(step * 2 + hours_on)
            try:
                with transaction.atomic():
                    move(cast, episode, what, getattr(cast, who), getattr(cast, where), at)
            except Blocked:
                pass
            episode = fresh(episode)
            story = Story(episode)
            assert episode.responsible_authority_id is not None
            assert story.owner == episode.responsible_authority
            standing = [
                row
                for row, rule in zip(story.rows, story.rules, strict=True)
                if rule.is_of_the_duty and handover.stands(rule, at) and not row.overtaken_at
            ]
            assert len(standing) <= 1
        assert stored_figures() == counted_figures()
        transaction.set_rollback(True)


def move(cast: Cast, episode: Episode, what: str, who: Any, where: Any, at: Any) -> None:
    last = HandOver.objects.filter(episode=episode).newest_first().first()
    if what == "ask":
        handovers.ask(episode, HOST, to=where, by=who, at=at)
    elif what == "duty":
        handovers.ask(episode, DUTY, to=where, ground=DutyGround.DISPUTED, by=who, at=at)
    elif what == "facts":
        cast.sky.care_periods.all().delete()
        CarePeriod.objects.create(child=cast.sky, authority=where)
        handovers.reconsider(cast.sky, by=who, at=at)
    elif what == "void":
        episodes.void(episode, because="wrong child", by=who, at=at)
    elif last:
        moved = {
            "yes": lambda: handovers.answer(last, Reply.ACCEPTED, by=who, at=at),
            "no": lambda: handovers.answer(
                last, Reply.REFUSED, reason=NOBODY_IN_TIME, by=who, at=at
            ),
            "back": lambda: handovers.hand_back(last, HandBackReason.CHILD_MOVED, by=who, at=at),
            "withdraw": lambda: handovers.withdraw(
                last, WithdrawalReason.NOT_NEEDED, by=who, at=at
            ),
        }
        moved[what]()


# The database itself.


def a_row(cast: Cast, **more: Any) -> HandOver:
    facts: dict[str, Any] = {
        "episode": more.pop("episode", None) or returned(cast.sky),
        "kind": HOST,
        "asked_by_authority": cast.northshire,
        "to_authority": cast.westborough,
        "asked_at": NOW,
        "asked_by": cast.amina,
        "answer_due_at": NOW + hours(1),
    }
    return HandOver.objects.create(**(facts | more))


@pytest.mark.parametrize(
    ("rule", "more"),
    [
        ("a_request_goes_to_one_body", {"kind": PROVIDER}),
        ("a_duty_passes_on_a_ground", {"kind": DUTY}),
        ("an_answer_is_due_afterwards", {"answer_due_at": NOW}),
        ("a_requests_answer_has_time_and_person", {"answer": "accepted"}),
        ("a_refusal_has_a_reason", {"refusal_reason": "other"}),
        ("a_withdrawal_has_time_person_and_reason", {"withdrawn_at": NOW}),
        ("a_hand_back_has_time_person_and_reason", {"handed_back_at": NOW}),
        ("a_report_has_time_and_person", {"reported_at": NOW}),
        ("who_is_told_by_telephone_has_accepted", {"told_at": NOW}),
    ],
)
def test_the_database_refuses_a_request_that_cannot_be(
    cast: Cast, rule: str, more: dict[str, Any]
) -> None:
    episode = returned(cast.sky)

    with refused_by(rule):
        a_row(cast, episode=episode, **more)


def test_the_database_refuses_what_is_asked_of_oneself_or_comes_back_unaccepted(
    cast: Cast,
) -> None:
    episode, amina = returned(cast.sky), cast.amina

    with refused_by("nothing_is_handed_over_to_oneself"):
        a_row(cast, episode=episode, to_authority=cast.northshire)
    with refused_by("only_what_was_accepted_comes_back"):
        a_row(cast, episode=episode, reported_at=NOW, reported_by=amina)
    with refused_by("only_with_the_duty_a_child_is_named"):
        a_row(cast, episode=episode, proposed_child=cast.kit)


def test_the_database_refuses_to_change_what_was_asked_and_answered(cast: Cast) -> None:
    row = westborough_interviews(cast, returned(cast.sky))

    for change in (
        {"to_authority": cast.eastmoor},
        {"answer": "refused", "refusal_reason": "other"},
        {"asked_at": NOW - hours(1)},
    ):
        with refused_by("never changed"), transaction.atomic():
            HandOver.objects.filter(pk=row.pk).update(**change)
    with refused_by("never changed"), transaction.atomic():
        HandOver.objects.filter(pk=row.pk).delete()
