"""Offers, their answers, and attempts that reached nobody."""

from datetime import date
from typing import Any

import pytest

from returnhome.casework import episodes, interviews, offers, tellings
from returnhome.casework.episodes import AlreadyVoided
from returnhome.casework.models import Attempt, Child, Episode, Offer, Reply
from returnhome.rules import Blocked, interviewing, offering
from returnhome.rules.codes import Answer, DeclinedBy, Means, NotHeldReason, Reached
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
    held,
    hours,
    missing,
    offered,
    returned,
)


def offer(
    episode: Episode,
    cast: Cast,
    *,
    reached: Reached = Reached.CHILD,
    made_at=NOW,
    at=None,
) -> Offer:
    return offers.make(
        episode,
        means=Means.TELEPHONE,
        reached=reached,
        made_at=made_at,
        note="Rang at tea time",
        by=cast.amina,
        at=at or made_at,
    )


def no(cast: Cast, made: Offer, whose: DeclinedBy, at=NOW) -> Reply:
    return offers.answer(
        made, Answer.DECLINED, declined_by=whose, reason="Not today", by=cast.amina, at=at
    )


def step(episode: Episode) -> Step:
    return fresh(episode).next_step


# Making an offer.


def test_where_a_parent_may_be_the_risk_an_offer_by_way_of_a_carer_says_who_that_was(
    cast: Cast,
) -> None:
    episode = returned(cast.kit)
    tellings.note_parental_risk(cast.kit, "Her stepfather", by=cast.sol, at=NOW - hours(2))

    def offer(**said: Any) -> Any:
        given = {"means": Means.TELEPHONE, "reached": Reached.CARER, "made_at": NOW} | said
        return offers.make(episode, **given, by=cast.amina, at=NOW)

    with pytest.raises(offering.ThroughAParentAtRisk):
        offer()
    with pytest.raises(offering.ThroughAParentAtRisk):
        offer(means=Means.THROUGH_CARER, reached=Reached.CHILD)
    assert offer(note="Her nan, with whom she lives").pk
    assert offer(reached=Reached.CHILD).pk


def test_an_offer_that_reached_the_child_waits_for_an_answer(cast: Cast) -> None:
    episode = returned(cast.sky)

    made = offer(episode, cast)

    assert fresh(episode).offered_at == NOW
    assert fresh(made).note == "Rang at tea time"
    assert last_act() == act("make offer", made, cast.amina, NOW, cast.sky.pk)
    assert list(Offer.objects.unanswered().newest_first()) == [made]


def test_an_offer_is_seen_by_who_sees_the_episode(cast: Cast) -> None:
    made = offered(returned(cast.robin), by=cast.pat)

    assert who_sees(made) == COUNCIL | {"pat"}


def test_staff_of_another_authority_cannot_tell_the_offer_exists(cast: Cast) -> None:
    made = offer(returned(cast.kit), cast)
    reply = offers.answer(made, Answer.NOT_NOW, by=cast.amina, at=NOW)
    tried = offers.attempt(
        returned_other(cast), means=Means.TEXT, made_at=NOW, by=cast.amina, at=NOW
    )

    for thing in (made, reply, tried):
        assert who_sees(thing) == COUNCIL


def returned_other(cast: Cast) -> Episode:
    return Episode.objects.get(child=cast.kit)


def test_an_offer_can_be_made_as_soon_as_the_child_is_found(cast: Cast) -> None:
    episode = missing(cast.kit, found=NOW - hours(1))

    offer(episode, cast)

    assert fresh(episode).offered_at == NOW


@pytest.mark.parametrize(
    ("hours_ago", "blocked"),
    [(-1, offering.InTheFuture), (11, offering.BeforeFound)],
)
def test_an_offer_lies_between_found_and_now(
    cast: Cast, hours_ago: int, blocked: type[Blocked]
) -> None:
    episode = returned(cast.sky, hours_ago=10)

    with pytest.raises(blocked):
        offer(episode, cast, made_at=NOW - hours(hours_ago), at=NOW)


def test_a_child_still_missing_is_not_offered_an_interview(cast: Cast) -> None:
    with pytest.raises(offering.NotReturned):
        offer(missing(cast.kit), cast)


def test_what_reached_nobody_is_no_offer(cast: Cast) -> None:
    with pytest.raises(offering.NotAnOffer):
        offer(returned(cast.sky), cast, reached=Reached.NOBODY)


def test_somebody_who_was_18_at_the_return_goes_the_adult_pathway(cast: Cast) -> None:
    episode = returned(cast.kit)
    Child.objects.filter(pk=cast.kit.pk).update(born_on=date(2008, 3, 1))

    with pytest.raises(offering.AdultPathway):
        offer(episode, cast, at=NOW)


def test_nothing_is_offered_for_an_episode_recorded_in_error(cast: Cast) -> None:
    episode = returned(cast.sky)
    made = offer(episode, cast)
    episodes.void(episode, because="At school", by=cast.amina, at=NOW)

    with pytest.raises(offering.EpisodeVoided):
        offer(episode, cast)
    with pytest.raises(offering.EpisodeVoided):
        offers.attempt(episode, means=Means.TEXT, made_at=NOW, by=cast.amina, at=NOW)
    with pytest.raises(AlreadyVoided):
        offers.answer(made, Answer.ACCEPTED, by=cast.amina, at=NOW)


def test_after_the_interview_nothing_more_is_offered_but_what_came_before_can_be_written_down(
    cast: Cast,
) -> None:
    episode = returned(cast.sky)
    held(episode, interviewer=cast.ines, by=cast.amina)
    after = NOW + hours(5)

    with pytest.raises(interviewing.AlreadyHeld):
        offer(episode, cast, made_at=after)
    with pytest.raises(interviewing.AlreadyHeld):
        offers.attempt(episode, means=Means.TEXT, made_at=after, by=cast.amina, at=after)
    offer(episode, cast, made_at=NOW - hours(9), at=after)

    again = fresh(episode)
    assert again.offered_at == NOW - hours(9)
    assert again.answer == Answer.ACCEPTED


def test_the_first_offer_is_the_moment_it_was_offered_however_late_it_is_written_down(
    cast: Cast,
) -> None:
    episode = returned(cast.sky)
    offer(episode, cast)

    offer(episode, cast, made_at=NOW - hours(5), at=NOW + hours(1))

    assert fresh(episode).offered_at == NOW - hours(5)


# Attempts.


def test_an_attempt_that_reached_nobody_is_not_an_offer(cast: Cast) -> None:
    episode = returned(cast.sky)

    tried = offers.attempt(
        episode, means=Means.TEXT, made_at=NOW, note="No reply", by=cast.amina, at=NOW
    )

    again = fresh(episode)
    assert (again.attempted_at, again.offered_at) == (NOW, None)
    assert again.next_step is Step.TAKE_ON
    assert fresh(tried).note == "No reply"
    assert last_act() == act("attempt offer", tried, cast.amina, NOW, cast.sky.pk)
    assert who_sees(tried) == COUNCIL | {"wes"}
    assert list(Attempt.objects.newest_first()) == [tried]


@pytest.mark.parametrize(
    ("hours_ago", "blocked"),
    [(-1, offering.InTheFuture), (11, offering.BeforeFound)],
)
def test_an_attempt_lies_between_found_and_now(
    cast: Cast, hours_ago: int, blocked: type[Blocked]
) -> None:
    episode = returned(cast.sky, hours_ago=10)

    with pytest.raises(blocked):
        offers.attempt(
            episode, means=Means.TEXT, made_at=NOW - hours(hours_ago), by=cast.amina, at=NOW
        )


def test_nobody_tries_to_offer_while_the_child_is_still_missing(cast: Cast) -> None:
    with pytest.raises(offering.NotReturned):
        offers.attempt(missing(cast.kit), means=Means.TEXT, made_at=NOW, by=cast.amina, at=NOW)


# Answers.


def test_a_yes_is_recorded_with_its_time(cast: Cast) -> None:
    episode = returned(cast.sky)
    made = offered(episode, by=cast.amina)

    reply = offers.answer(made, Answer.ACCEPTED, by=cast.ines, at=NOW + hours(1))

    again = fresh(episode)
    assert (again.answer, again.answered_at) == ("accepted", NOW + hours(1))
    assert step(episode) is Step.BOOK
    assert reply.given is Answer.ACCEPTED
    assert last_act() == act(
        "answer offer: accepted", reply, cast.ines, NOW + hours(1), cast.sky.pk
    )
    assert fresh(made).latest_reply == reply


def test_an_answer_given_earlier_is_written_down_with_when_it_was_given(cast: Cast) -> None:
    episode = returned(cast.sky)
    made = offered(episode, by=cast.amina)

    reply = offers.answer(
        made, Answer.ACCEPTED, given_at=NOW + hours(1), by=cast.amina, at=NOW + hours(3)
    )

    assert (reply.given_at, reply.recorded_at) == (NOW + hours(1), NOW + hours(3))
    assert fresh(episode).answered_at == NOW + hours(1)


def test_an_answer_lies_between_the_offer_and_now(cast: Cast) -> None:
    made = offered(returned(cast.sky), by=cast.amina)

    with pytest.raises(offering.InTheFuture):
        offers.answer(made, Answer.ACCEPTED, given_at=NOW + hours(2), by=cast.amina, at=NOW)
    with pytest.raises(offering.BeforeOffered):
        offers.answer(made, Answer.ACCEPTED, given_at=NOW - hours(1), by=cast.amina, at=NOW)


def test_an_offer_already_answered_says_so(cast: Cast) -> None:
    made = accepted(returned(cast.sky), by=cast.amina)

    with pytest.raises(offering.AlreadyAnswered):
        offers.answer(made, Answer.NOT_NOW, by=cast.amina, at=NOW)


def test_a_no_says_whose_it_was_and_why(cast: Cast) -> None:
    made = offered(returned(cast.sky), by=cast.amina)

    with pytest.raises(offering.DeclinedByMissing):
        offers.answer(made, Answer.DECLINED, reason="x", by=cast.amina, at=NOW)
    with pytest.raises(offering.ReasonMissing):
        offers.answer(made, Answer.DECLINED, declined_by=DeclinedBy.CHILD, by=cast.amina, at=NOW)
    with pytest.raises(offering.NobodyDeclined):
        offers.answer(made, Answer.ACCEPTED, declined_by=DeclinedBy.CHILD, by=cast.amina, at=NOW)
    assert not Reply.objects.exists()


def test_a_parents_no_never_closes_the_offer(cast: Cast) -> None:
    episode = returned(cast.sky)
    made = offered(episode, by=cast.amina)

    reply = no(cast, made, DeclinedBy.PARENT_OR_CARER)

    assert reply.whose_no is DeclinedBy.PARENT_OR_CARER
    assert not fresh(episode).is_settled
    assert step(episode) is Step.REACH
    offers.answer(made, Answer.ACCEPTED, by=cast.amina, at=NOW + hours(1))
    assert step(episode) is Step.BOOK


def test_the_childs_own_no_closes_it_and_a_later_offer_opens_it_again(cast: Cast) -> None:
    episode = returned(cast.sky)
    no(cast, offered(episode, by=cast.amina), DeclinedBy.CHILD)
    assert asked_after_no(episode, by=cast.amina).is_settled

    offer(episode, cast, made_at=NOW + hours(5))

    again = fresh(episode)
    assert not again.is_settled
    assert (again.answer, again.declined_by, again.answered_at) == ("", "", None)
    assert again.next_step is Step.ANSWER


def test_not_now_is_asked_again(cast: Cast) -> None:
    episode = returned(cast.sky)
    made = offered(episode, by=cast.amina)

    offers.answer(made, Answer.NOT_NOW, by=cast.amina, at=NOW)
    assert step(episode) is Step.OFFER

    offers.answer(made, Answer.ACCEPTED, by=cast.amina, at=NOW + hours(1))
    assert step(episode) is Step.BOOK
    assert Reply.objects.count() == 2


def test_an_old_answer_written_down_late_does_not_undo_the_newer_one(cast: Cast) -> None:
    episode = returned(cast.sky)
    first = offer(episode, cast, made_at=NOW - hours(8))
    second = offer(episode, cast, made_at=NOW - hours(2))
    offers.answer(second, Answer.ACCEPTED, given_at=NOW - hours(1), by=cast.amina, at=NOW)

    offers.answer(
        first,
        Answer.DECLINED,
        declined_by=DeclinedBy.CHILD,
        reason="Was tired",
        given_at=NOW - hours(7),
        by=cast.amina,
        at=NOW,
    )

    assert fresh(episode).answer == "accepted"
    assert stored_moments(episode) == counted_moments(episode)


def test_an_answer_from_before_the_newest_offer_leaves_that_offer_waiting(cast: Cast) -> None:
    episode = returned(cast.sky)
    first = offer(episode, cast, made_at=NOW - hours(8))
    offer(episode, cast, made_at=NOW - hours(2))

    offers.answer(first, Answer.ACCEPTED, given_at=NOW - hours(7), by=cast.amina, at=NOW)

    assert fresh(episode).answer == ""
    assert stored_moments(episode) == counted_moments(episode)


def test_of_an_offer_and_an_answer_in_one_minute_the_one_written_down_later_is_later(
    cast: Cast,
) -> None:
    episode = returned(cast.sky)
    first = offer(episode, cast)
    offer(episode, cast)

    offers.answer(first, Answer.ACCEPTED, given_at=NOW, by=cast.amina, at=NOW)

    assert fresh(episode).answer == ""
    assert stored_moments(episode) == counted_moments(episode)


def test_a_child_thought_out_of_reach_who_answers_after_all_is_on_the_list_again(
    cast: Cast,
) -> None:
    episode = returned(cast.sky)
    made = offered(episode, by=cast.amina)
    offers.attempt(episode, means=Means.TEXT, made_at=NOW, by=cast.amina, at=NOW)
    interviews.not_hold(episode, NotHeldReason.NOT_CONTACTABLE, by=cast.amina, at=NOW + hours(1))
    assert fresh(episode).is_settled

    offers.answer(made, Answer.ACCEPTED, by=cast.amina, at=NOW + hours(2))

    assert fresh(episode).not_held == ""
    assert step(episode) is Step.BOOK


def test_a_reason_given_after_an_offer_that_is_written_down_late_stands(cast: Cast) -> None:
    episode = returned(cast.sky)
    interviews.not_hold(
        episode,
        NotHeldReason.NOT_OFFERED,
        note="Moved in with an aunt",
        by=cast.amina,
        at=NOW,
    )

    offer(episode, cast, made_at=NOW - hours(3), at=NOW + hours(1))
    assert fresh(episode).not_held == "not_offered"

    offer(episode, cast, made_at=NOW + hours(2))
    assert fresh(episode).not_held == ""


def test_an_offer_while_an_interview_is_booked_leaves_the_booking(cast: Cast) -> None:
    episode = returned(cast.sky)
    booked(episode, interviewer=cast.ines, by=cast.amina)

    offer(episode, cast, made_at=NOW + hours(1))

    assert step(episode) is Step.HOLD


# What the database itself refuses.


def test_the_database_refuses_an_offer_that_reached_nobody_or_by_no_means(cast: Cast) -> None:
    made = offer(returned(cast.sky), cast)

    for wrong in ({"reached": "nobody"}, {"means": ""}):
        with refused_by("an_offer_reached_somebody_by_a_means"):
            Offer.objects.filter(pk=made.pk).update(**wrong)


def a_reply(cast: Cast, **what: str) -> Reply:
    return Reply(
        offer=offer(returned(cast.sky), cast),
        given_at=NOW,
        recorded_at=NOW,
        recorded_by=cast.amina,
        **what,
    )


def test_the_database_refuses_an_empty_answer(cast: Cast) -> None:
    reply = a_reply(cast, answer="")

    with refused_by("a_reply_says_something"):
        reply.save()


def test_the_database_refuses_a_no_that_is_nobodys_and_a_yes_that_somebody_declined(
    cast: Cast,
) -> None:
    reply = a_reply(cast, answer="declined")
    with refused_by("a_no_says_whose_it_was"):
        reply.save()

    reply.answer, reply.declined_by = "accepted", "child"
    with refused_by("a_no_says_whose_it_was"):
        reply.save()
