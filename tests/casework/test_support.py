"""What follows an interview: actions with an owner and a day, or why there are none."""

from datetime import date
from typing import Any

import pytest

from returnhome.casework import episodes, interviews, offers, staff, support
from returnhome.casework.episodes import AlreadyVoided
from returnhome.casework.models import Action, Child, Episode, Interview, NothingNeeded
from returnhome.casework.staff import NotTheirChild
from returnhome.casework.support import (
    ActionsStand,
    AlreadyDone,
    NotOfThisEpisode,
    NotSignedYet,
    OutcomeMissing,
    ReasonMissing,
)
from returnhome.rules import adult_pathway
from returnhome.rules.codes import ActionKind, Answer, DeclinedBy, NotHeldReason
from returnhome.rules.progress import Step
from tests.casework.ledger import (
    act,
    counted_moments,
    fresh,
    last_act,
    refused_by,
    stored_moments,
    who_sees,
)
from tests.casework.test_interviews import book, hold, twice_missing
from tests.cast import (
    NOW,
    Cast,
    accepted,
    asked_after_no,
    exactly,
    held,
    hours,
    missing,
    offered,
    returned,
    sign,
    signed,
)

LATER = NOW + hours(8)
READERS = {"amina", "mara", "sol"}


def add(cast: Cast, episode: Episode, interview: Interview | None = None, **changed: Any) -> Action:
    agreed = {
        "owner": cast.sol,
        "due_on": date(2026, 3, 9),
        "interview": interview,
        "by": cast.mara,
        "at": LATER,
    }
    return support.add(episode, ActionKind.HEALTH, "Ask the GP", **agreed | changed)


# Actions.


def test_an_action_has_an_owner_and_a_day(cast: Cast) -> None:
    episode = returned(cast.sky)
    interview = signed(episode, interviewer=cast.ines, by=cast.amina)

    action = add(cast, episode, interview)

    assert fresh(action).what == "Ask the GP"
    assert fresh(episode).next_step is Step.DO_ACTIONS
    assert last_act() == act("add action: health", action, cast.mara, LATER, cast.sky.pk)
    assert not action.is_late(date(2026, 3, 9))
    assert action.is_late(date(2026, 3, 10))
    assert list(Action.objects.outstanding().by_due_day()) == [action]


def test_what_is_to_be_done_is_seen_by_who_reads_the_account(cast: Cast) -> None:
    episode = returned(cast.sky)
    interview = signed(episode, interviewer=cast.ines, by=cast.amina)

    assert who_sees(add(cast, episode, interview)) == READERS | {"ines"}
    assert who_sees(add(cast, episode)) == READERS


def test_a_host_that_is_given_an_action_sees_that_one_alone(cast: Cast) -> None:
    episode = returned(cast.sky)

    given, other = add(cast, episode, owner=cast.wes), add(cast, episode)

    assert who_sees(given) == READERS | {"wes"}
    assert who_sees(other) == READERS


def test_an_action_is_not_given_to_somebody_who_cannot_see_the_child(cast: Cast) -> None:
    episode = returned(cast.sky)

    for name in ("owen", "pat", "ana", "adi"):
        with pytest.raises(NotTheirChild) as refusal:
            add(cast, episode, owner=getattr(cast, name))
        assert refusal.value.field == "owner"
    assert not Action.objects.exists()


def test_whoever_leaves_no_longer_sees_the_actions_that_were_theirs(cast: Cast) -> None:
    action = add(cast, returned(cast.sky))

    staff.end_post(cast.sol.posts.get(), on=NOW.date(), by=cast.adi, at=LATER)

    assert "sol" not in who_sees(action)


def test_an_action_is_about_an_episode_that_its_interview_answers_for(cast: Cast) -> None:
    interview = signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    with pytest.raises(NotOfThisEpisode):
        add(cast, returned(cast.kit), interview)
    with pytest.raises(NotOfThisEpisode):
        support.decide_nothing_needed(
            Episode.objects.get(child=cast.kit),
            "At home",
            interview=interview,
            by=cast.mara,
            at=LATER,
        )


def test_nothing_follows_an_episode_recorded_in_error(cast: Cast) -> None:
    episode = returned(cast.sky)
    episodes.void(episode, because="At school", by=cast.amina, at=NOW)

    with pytest.raises(AlreadyVoided):
        add(cast, episode)


def test_an_action_once_done_says_what_came_of_it(cast: Cast) -> None:
    episode = returned(cast.sky)
    interview = signed(episode, interviewer=cast.ines, by=cast.amina)
    action = add(cast, episode, interview)

    support.complete(action, "Seen on Friday", by=cast.sol, at=LATER + hours(1))

    done = fresh(action)
    assert (done.outcome, done.done_by, done.done_at) == (
        "Seen on Friday",
        cast.sol,
        LATER + hours(1),
    )
    assert not done.is_late(date(2030, 1, 1))
    told = act("complete action", action, cast.sol, LATER + hours(1), cast.sky.pk)
    assert last_act() == told
    assert fresh(episode).acted_at == LATER + hours(1)
    assert fresh(episode).is_settled


def test_what_stops_an_action_from_being_completed(cast: Cast) -> None:
    action = add(cast, returned(cast.sky))

    with pytest.raises(OutcomeMissing):
        support.complete(action, " ", by=cast.sol, at=LATER)
    support.complete(action, "Done", by=cast.sol, at=LATER)
    with pytest.raises(AlreadyDone):
        support.complete(action, "Done", by=cast.sol, at=LATER)


def test_an_episode_is_settled_by_the_last_of_its_actions(cast: Cast) -> None:
    episode = returned(cast.sky)
    interview = signed(episode, interviewer=cast.ines, by=cast.amina)
    one, other = add(cast, episode, interview), add(cast, episode)

    support.complete(one, "Done", by=cast.sol, at=LATER)
    assert not fresh(episode).is_settled

    support.complete(other, "Done", by=cast.sol, at=LATER + hours(1))
    assert fresh(episode).settled_at == LATER + hours(1)


def test_a_later_action_opens_the_episode_again(cast: Cast) -> None:
    episode = returned(cast.sky)
    interview = signed(episode, interviewer=cast.ines, by=cast.amina)
    support.complete(add(cast, episode, interview), "Done", by=cast.sol, at=LATER)

    add(cast, episode, interview, at=LATER + hours(1))

    again = fresh(episode)
    assert (again.settled_at, again.acted_at) == (None, None)
    assert again.next_step is Step.DO_ACTIONS


def test_an_action_after_the_childs_no_keeps_the_episode_open_until_it_is_done(
    cast: Cast,
) -> None:
    episode = returned(cast.sky)
    offers.answer(
        offered(episode, by=cast.amina),
        Answer.DECLINED,
        declined_by=DeclinedBy.CHILD,
        reason="Not today",
        by=cast.amina,
        at=NOW,
    )
    assert asked_after_no(episode, by=cast.amina).is_settled

    action = add(cast, episode)
    assert fresh(episode).next_step is Step.DO_ACTIONS

    support.complete(action, "Done", by=cast.sol, at=LATER)
    assert fresh(episode).is_settled


def test_help_before_the_interview_is_no_answer_to_it(cast: Cast) -> None:
    episode = returned(cast.sky)
    support.complete(add(cast, episode), "Done", by=cast.sol, at=LATER)

    assert not fresh(episode).is_settled
    assert fresh(episode).next_step is Step.TAKE_ON


def test_an_action_of_one_interview_is_owed_for_every_episode_it_answers_for(cast: Cast) -> None:
    first, second = twice_missing(cast)
    accepted(second, by=cast.amina)
    interview = hold(cast, book(cast, first, second))
    interviews.record(
        interview,
        {
            question.key: interviews.Said(unanswered="not_asked")
            for question in interview.standard.questions
        },
        by=cast.ines,
        at=NOW + hours(6),
    )
    sign(interview, by=cast.ines, at=NOW + hours(6))

    action = add(cast, second, interview)
    assert fresh(first).has_actions
    assert fresh(second).has_actions

    support.complete(action, "Done", by=cast.sol, at=LATER)
    assert fresh(first).is_settled
    assert fresh(second).is_settled
    assert stored_moments(first) == counted_moments(first)


# Nothing needs to follow.


def test_that_nothing_needs_to_follow_is_decided_with_a_reason(cast: Cast) -> None:
    episode = returned(cast.sky)
    interview = signed(episode, interviewer=cast.ines, by=cast.amina)

    decision = support.decide_nothing_needed(
        episode, "A plan is in place", interview=interview, by=cast.mara, at=LATER
    )

    assert fresh(decision).reason == "A plan is in place"
    assert fresh(episode).settled_at == LATER
    assert last_act() == act("decide nothing needed", decision, cast.mara, LATER, cast.sky.pk)
    assert who_sees(decision) == READERS | {"ines"}


def test_what_stops_that_decision(cast: Cast) -> None:
    episode = returned(cast.sky)
    interview = held(episode, interviewer=cast.ines, by=cast.amina)

    def decide(reason: str = "A plan", of: Interview | None = interview) -> NothingNeeded:
        return support.decide_nothing_needed(
            episode, reason, interview=of and fresh(of), by=cast.mara, at=LATER
        )

    with pytest.raises(NotSignedYet):
        decide()
    with pytest.raises(NotSignedYet):
        decide(of=None)
    interviews.record(
        interview,
        {
            question.key: interviews.Said(unanswered="not_asked")
            for question in interview.standard.questions
        },
        by=cast.ines,
        at=NOW + hours(6),
    )
    sign(interview, by=cast.ines, at=NOW + hours(6))
    with pytest.raises(ReasonMissing):
        decide(reason=" ")
    action = add(cast, episode)
    with pytest.raises(ActionsStand):
        decide()
    support.complete(action, "Done", by=cast.sol, at=LATER)
    assert decide().pk


def test_on_the_adult_pathway_it_is_decided_without_an_interview(cast: Cast) -> None:
    Child.objects.filter(pk=cast.kit.pk).update(born_on=date(2008, 1, 1))
    episode = missing(cast.kit)
    episodes.record_return(episode, returned=exactly(NOW), by=cast.amina, at=NOW)

    support.decide_nothing_needed(fresh(episode), "Adult services know", by=cast.mara, at=LATER)

    assert fresh(episode).is_settled


# At 18: what is owed is added, or left out with a reason.


def care_leaver(cast: Cast) -> Episode:
    """Robin, looked after by Northshire, 18 when he came back and taken on by Amina."""
    Child.objects.filter(pk=cast.robin.pk).update(born_on=date(2008, 1, 1))
    return episodes.take_on(returned(cast.robin), by=cast.amina, at=NOW)


def owe(cast: Cast, episode: Episode, kind: ActionKind, at=LATER) -> Action:
    return support.add(
        episode, kind, "As owed", owner=cast.sol, due_on=date(2026, 3, 9), by=cast.mara, at=at
    )


def leave_out(cast: Cast, episode: Episode, kind: ActionKind, at=LATER) -> NothingNeeded:
    return support.leave_out(episode, kind, "She knows already", by=cast.mara, at=at)


ADVISER, SAFEGUARDING = ActionKind.ADULT_PATHWAY, ActionKind.ADULT_SAFEGUARDING


def test_the_adult_pathway_is_decided_once_each_action_is_added_or_left_out(cast: Cast) -> None:
    episode = care_leaver(cast)

    action = owe(cast, episode, ADVISER)
    assert fresh(episode).next_step is Step.ACT
    left_out = leave_out(cast, episode, SAFEGUARDING, at=LATER + hours(1))

    assert fresh(episode).pathway_decided_at == LATER + hours(1)
    assert fresh(episode).next_step is Step.DO_ACTIONS
    assert last_act() == act(
        "leave out: adult_safeguarding", left_out, cast.mara, LATER + hours(1), cast.robin.pk
    )
    support.complete(action, "She rang him", by=cast.sol, at=LATER + hours(2))
    assert fresh(episode).is_settled
    assert stored_moments(episode) == counted_moments(episode)


def test_an_action_done_does_not_settle_what_is_still_undecided(cast: Cast) -> None:
    episode = care_leaver(cast)

    support.complete(owe(cast, episode, ADVISER), "Done", by=cast.sol, at=LATER)
    assert fresh(episode).next_step is Step.ACT

    leave_out(cast, episode, SAFEGUARDING, at=LATER + hours(1))
    assert fresh(episode).settled_at == LATER + hours(1)
    assert stored_moments(episode) == counted_moments(episode)


def test_all_left_out_with_their_reasons_is_an_answer_too(cast: Cast) -> None:
    episode = care_leaver(cast)

    leave_out(cast, episode, SAFEGUARDING)
    assert not fresh(episode).is_settled
    leave_out(cast, episode, ADVISER, at=LATER + hours(1))

    assert fresh(episode).acted_at == LATER + hours(1)
    assert fresh(episode).is_settled
    assert stored_moments(episode) == counted_moments(episode)


def test_what_was_prepared_before_the_birthday_counts_at_18(cast: Cast) -> None:
    episode = missing(cast.kit)
    owe(cast, episode, SAFEGUARDING)
    Child.objects.filter(pk=cast.kit.pk).update(born_on=date(2008, 1, 1))

    episodes.record_return(fresh(episode), returned=exactly(NOW), by=cast.amina, at=NOW)

    assert fresh(episode).offer_kind == "adult_pathway"
    assert fresh(episode).pathway_decided_at == LATER


def test_somebody_who_turned_18_before_the_interview_is_owed_an_action_too(cast: Cast) -> None:
    episode = episodes.take_on(returned(cast.kit), by=cast.amina, at=NOW)
    interviews.not_hold(episode, NotHeldReason.TURNED_18, by=cast.amina, at=NOW)
    assert fresh(episode).next_step is Step.ACT

    leave_out(cast, episode, SAFEGUARDING)

    assert fresh(episode).is_settled


def test_what_cannot_be_left_out(cast: Cast) -> None:
    episode = care_leaver(cast)
    owe(cast, episode, ADVISER)

    with pytest.raises(adult_pathway.DecidedAlready):
        leave_out(cast, episode, ADVISER)
    with pytest.raises(adult_pathway.NotOwed):
        leave_out(cast, episode, ActionKind.CAMHS)
    with pytest.raises(adult_pathway.NotOnThePathway):
        leave_out(cast, returned(cast.kit), SAFEGUARDING)
    with pytest.raises(adult_pathway.ReasonMissing):
        support.leave_out(episode, SAFEGUARDING, " ", by=cast.mara, at=LATER)
    episodes.void(episode, because="Not him", by=cast.amina, at=LATER)
    with pytest.raises(AlreadyVoided):
        leave_out(cast, episode, SAFEGUARDING)


# All of an absent colleague's at once.


def test_all_outstanding_actions_of_an_absent_colleague_go_to_another(cast: Cast) -> None:
    episode = returned(cast.sky)
    done, left, other = add(cast, episode), add(cast, episode), add(cast, episode, owner=cast.amina)
    support.complete(done, "Done", by=cast.sol, at=LATER)

    moved = support.reassign_all(cast.sol, cast.mara, by=cast.amina, at=LATER)

    assert moved == 1
    assert [fresh(each).owner for each in (done, left, other)] == [cast.sol, cast.mara, cast.amina]
    assert last_act() == act("reassign action", left, cast.amina, LATER, cast.sky.pk)


def test_nobody_reassigns_actions_they_may_not_see(cast: Cast) -> None:
    add(cast, returned(cast.sky))

    for name in ("owen", "wes", "pat", "ana"):
        assert support.reassign_all(cast.sol, cast.mara, by=getattr(cast, name), at=LATER) == 0


def test_actions_are_not_given_to_somebody_who_cannot_see_the_child(cast: Cast) -> None:
    add(cast, returned(cast.sky))

    with pytest.raises(NotTheirChild):
        support.reassign_all(cast.sol, cast.pat, by=cast.amina, at=LATER)


# What the database itself refuses.


def test_the_database_refuses_an_action_done_by_nobody(cast: Cast) -> None:
    action = add(cast, returned(cast.sky))

    with refused_by("a_completed_action_has_time_and_person"):
        Action.objects.filter(pk=action.pk).update(done_at=NOW)
