"""After a no: what is asked, what is still owed, and what the database holds to."""

import pytest
from django.db import DatabaseError, connection, transaction

from returnhome.casework import declines, episodes, interviews, offers, tellings
from returnhome.casework.episodes import AlreadyVoided
from returnhome.casework.models import CarersAsked, ChildSpokenTo, Episode, Offer, Reply
from returnhome.rules.codes import (
    Answer,
    DeclinedBy,
    Means,
    NotHeldReason,
    Reached,
    Understood,
    WayToChild,
)
from returnhome.rules.declining import CarerMayBeTheRisk, NobodySaidNo, NotTheirOwnNo
from returnhome.rules.offering import BeforeTheNo, NothingToTakeUp, TalkIsBooked
from returnhome.rules.progress import Step
from tests.casework.ledger import (
    COUNCIL,
    act,
    counted_figures,
    counted_moments,
    fresh,
    last_act,
    refused_by,
    stored_figures,
    stored_moments,
    who_sees,
)
from tests.cast import NOW, Cast, accepted, asked_after_no, hours, offered, returned, signed

CHILD, PARENT = DeclinedBy.CHILD, DeclinedBy.PARENT_OR_CARER


def declined(cast: Cast, whose: DeclinedBy, child: str = "sky") -> Episode:
    episode = returned(getattr(cast, child))
    made = offered(episode, by=cast.amina)
    offers.answer(
        made, Answer.DECLINED, declined_by=whose, reason="Not today", by=cast.amina, at=NOW
    )
    return fresh(episode)


def spoken(cast: Cast, episode: Episode) -> ChildSpokenTo:
    return declines.note_spoken_to(
        episode,
        is_spoken_to=True,
        by_whom="Her key worker",
        means=Means.TELEPHONE,
        by=cast.amina,
        at=NOW,
    )


# What is owed.


def test_a_childs_own_no_stays_on_the_list_until_what_it_leaves_to_ask_is_asked(
    cast: Cast,
) -> None:
    episode = declined(cast, CHILD)
    assert episode.no_owes == ["spoken_to", "understanding", "carers"]
    assert episode.next_step is Step.FOLLOW_UP_NO

    spoken(cast, episode)
    declines.judge(episode, Understood.ABLE, "Said why, clearly", by=cast.amina, at=NOW)
    assert fresh(episode).no_owes == ["carers"]
    assert not fresh(episode).is_settled

    declines.ask_carers(
        episode, whom="Home", means=Means.TELEPHONE, asked_at=NOW, by=cast.amina, at=NOW
    )
    assert fresh(episode).is_settled
    assert stored_moments(episode) == counted_moments(episode)


def test_a_reason_that_names_a_no_leaves_the_same_to_ask(cast: Cast) -> None:
    episode = returned(cast.robin)

    interviews.not_hold(episode, NotHeldReason.DECLINED_BY_CHILD, by=cast.amina, at=NOW)

    # Robin is 16: nobody judges whether he understands.
    assert fresh(episode).no_owes == ["spoken_to", "carers"]
    assert stored_moments(episode) == counted_moments(episode)


def test_a_second_no_asks_of_the_child_again_and_of_the_carers_only_once(cast: Cast) -> None:
    episode = asked_after_no(declined(cast, PARENT), by=cast.amina)
    again = offers.make(
        episode,
        means=Means.IN_PERSON,
        reached=Reached.CHILD,
        by_way_of=WayToChild.SCHOOL,
        made_at=NOW + hours(1),
        by=cast.amina,
        at=NOW + hours(1),
    )
    assert fresh(episode).no_owes == []

    offers.answer(
        again,
        Answer.DECLINED,
        declined_by=CHILD,
        reason="No",
        by=cast.amina,
        at=NOW + hours(2),
    )

    assert fresh(episode).no_owes == ["spoken_to", "understanding"]
    assert stored_moments(episode) == counted_moments(episode)


def test_an_interview_held_leaves_nothing_of_an_earlier_no(cast: Cast) -> None:
    episode = declined(cast, CHILD)
    offers.take_up(episode, means=Means.TEXT, said_at=NOW, by=cast.amina, at=NOW)

    assert fresh(episode).no_owes == []
    assert fresh(episode).no_of is None


def test_after_a_parents_no_the_next_step_is_another_way_to_the_child(cast: Cast) -> None:
    episode = asked_after_no(declined(cast, PARENT), by=cast.amina)

    offers.attempt(
        episode,
        means=Means.THROUGH_PROFESSIONAL,
        by_way_of=WayToChild.SCHOOL,
        made_at=NOW,
        by=cast.amina,
        at=NOW,
    )

    assert fresh(episode).next_step is Step.REACH
    assert not fresh(episode).is_settled


# What is written down.


def test_a_no_that_somebody_else_passed_on_is_not_the_childs_own(cast: Cast) -> None:
    episode = declined(cast, CHILD)

    with pytest.raises(NotTheirOwnNo):
        declines.note_spoken_to(
            episode, is_spoken_to=False, why_not="Mum rang", by=cast.amina, at=NOW
        )

    # It is recorded again, as the mother's.
    offers.answer(
        Offer.objects.get(),
        Answer.DECLINED,
        declined_by=PARENT,
        reason="Mum rang",
        by=cast.amina,
        at=NOW + hours(1),
    )
    assert fresh(episode).next_step is Step.REACH
    assert stored_figures() == counted_figures()


def test_who_spoke_with_the_child_is_journalled_and_seen_by_those_who_answer(cast: Cast) -> None:
    episode = declined(cast, CHILD)

    noted = spoken(cast, episode)
    judged = declines.judge(episode, Understood.NOT_ABLE, "Shaking", by=cast.ines, at=NOW)
    asked = declines.leave_carers(episode, "Not safe", by=cast.amina, at=NOW)

    assert last_act() == act("leave carers", asked, cast.amina, NOW, cast.sky.pk)
    # Westborough hosts Sky: it does not see what was asked after her no.
    assert [who_sees(each) for each in (noted, judged, asked)] == [COUNCIL] * 3
    assert (noted.is_spoken_to, judged.judged, asked.is_asked) == (True, "not_able", False)


def test_what_a_carer_says_is_kept_as_theirs(cast: Cast) -> None:
    episode = declined(cast, CHILD)

    asked = declines.ask_carers(
        episode,
        whom="The home’s manager",
        means=Means.TELEPHONE,
        asked_at=NOW,
        said="Two men in a car.",
        by=cast.amina,
        at=NOW,
    )

    assert (fresh(asked).said, asked.asked_by) == ("Two men in a car.", cast.amina)
    assert [reply.reason for reply in Reply.objects.all()] == ["Not today"]


def test_while_a_parent_may_be_the_risk_a_carer_is_asked_only_with_why_it_is_safe(
    cast: Cast,
) -> None:
    episode = declined(cast, CHILD, "kit")
    tellings.note_parental_risk(cast.kit, "He is afraid", by=cast.amina, at=NOW)
    who = {"whom": "His aunt", "means": Means.TELEPHONE, "asked_at": NOW + hours(1)}
    when = {"by": cast.amina, "at": NOW + hours(2)}

    with pytest.raises(CarerMayBeTheRisk):
        declines.ask_carers(episode, **who, **when)
    declines.ask_carers(episode, **who, despite="He chose her", **when)

    assert CarersAsked.objects.get().despite == "He chose her"


def test_nothing_is_asked_where_nobody_said_no_or_the_episode_was_an_error(cast: Cast) -> None:
    yes = returned(cast.sky)
    accepted(yes, by=cast.amina)
    error = declined(cast, CHILD, "kit")
    episodes.void(error, because="Another child", by=cast.amina, at=NOW)

    with pytest.raises(NobodySaidNo):
        spoken(cast, yes)
    with pytest.raises(AlreadyVoided):
        spoken(cast, error)


# Taken up later.


def test_a_child_who_said_no_takes_the_offer_up_and_the_figures_follow(cast: Cast) -> None:
    episode = asked_after_no(declined(cast, CHILD), by=cast.amina)
    assert episode.is_settled

    reply = offers.take_up(
        episode,
        means=Means.TEXT,
        said_at=NOW + hours(20),
        note="With Ines, in the park",
        by=cast.amina,
        at=NOW + hours(20),
    )

    taken = fresh(episode)
    assert (taken.answer, taken.next_step) == ("accepted", Step.BOOK)
    assert (reply.means, reply.reason) == ("text", "With Ines, in the park")
    assert Offer.objects.count() == 1
    assert last_act() == act("take up offer", reply, cast.amina, NOW + hours(20), cast.sky.pk)
    assert stored_moments(episode) == counted_moments(episode)
    assert stored_figures() == counted_figures()


def test_it_is_taken_up_also_after_a_reason_and_where_no_offer_was_made(cast: Cast) -> None:
    episode = returned(cast.kit)
    episodes.take_on(episode, by=cast.amina, at=NOW)
    interviews.not_hold(
        episode, NotHeldReason.NOT_OFFERED, note="Nobody was there", by=cast.amina, at=NOW
    )
    assert fresh(episode).is_settled

    offers.take_up(
        episode, means=Means.IN_PERSON, said_at=NOW + hours(5), by=cast.amina, at=NOW + hours(5)
    )

    taken = fresh(episode)
    assert (taken.not_held, taken.answer, taken.next_step) == ("", "accepted", Step.BOOK)
    assert taken.offered_at == NOW + hours(5)
    assert stored_moments(episode) == counted_moments(episode)
    assert stored_figures() == counted_figures()


def test_in_the_very_minute_of_the_no_the_later_word_stands(cast: Cast) -> None:
    episode = returned(cast.sky)
    made = offered(episode, by=cast.amina)
    late = NOW + hours(1) + (hours(1) / 120)
    offers.answer(made, Answer.DECLINED, declined_by=CHILD, reason="No", by=cast.amina, at=late)

    offers.take_up(episode, means=Means.TEXT, said_at=NOW + hours(1), by=cast.amina, at=late)

    assert fresh(episode).answer == "accepted"
    assert stored_moments(episode) == counted_moments(episode)


def test_there_is_nothing_to_take_up_before_a_no_or_once_it_is_booked(cast: Cast) -> None:
    episode = declined(cast, CHILD)
    said = {"means": Means.TEXT, "by": cast.amina, "at": NOW + hours(1)}
    with pytest.raises(BeforeTheNo):
        offers.take_up(episode, said_at=NOW - hours(1), **said)
    offers.take_up(episode, said_at=NOW, **said)
    with pytest.raises(NothingToTakeUp):
        offers.take_up(episode, said_at=NOW, **said)
    interviews.book(
        [episode],
        interviewer=cast.ines,
        booked_for=NOW + hours(5),
        place="school",
        mode="in_person",
        by=cast.amina,
        at=NOW + hours(1),
    )
    with pytest.raises(TalkIsBooked):
        offers.take_up(episode, said_at=NOW, **said)


# Whoever goes round the verbs.


def test_the_database_refuses_half_of_what_was_asked(cast: Cast) -> None:
    episode = declined(cast, CHILD)
    row = {"episode": episode, "noted_at": NOW, "noted_by": cast.amina}

    with refused_by("spoken_to_by_a_means_or_not_and_why"):
        ChildSpokenTo.objects.create(**row)
    with refused_by("spoken_to_by_a_means_or_not_and_why"):
        ChildSpokenTo.objects.create(**row, means="telephone", why_not="Both")
    with refused_by("carers_are_asked_or_not_and_why"):
        CarersAsked.objects.create(**row, means="telephone")
    with refused_by("carers_are_asked_or_not_and_why"):
        CarersAsked.objects.create(**row, means="telephone", asked_at=NOW)
    with refused_by("understood_not_or_not_judged"):
        episode.understandings.create(judged="", noted_at=NOW, noted_by=cast.amina)
    with refused_by("only_a_no_leaves_something_to_ask"):
        signed(returned(cast.kit), interviewer=cast.ines, by=cast.amina).episodes.update(
            no_owes=["carers"]
        )


def test_what_was_asked_is_never_changed(cast: Cast) -> None:
    episode = declined(cast, CHILD)
    spoken(cast, episode)
    declines.judge(episode, Understood.ABLE, "Clear", by=cast.amina, at=NOW)
    declines.leave_carers(episode, "Not safe", by=cast.amina, at=NOW)

    for table in ("childspokento", "understanding", "carersasked"):
        for statement in (
            f"update casework_{table} set noted_at = now()",
            f"delete from casework_{table}",
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                connection.cursor().execute(statement)
