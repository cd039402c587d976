"""Needs and what answers them: an episode is acted on only when none has nothing."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from returnhome.casework import episodes, interviews, needs, services, support
from returnhome.casework.episodes import AlreadyVoided
from returnhome.casework.models import (
    ActionForNeed,
    Episode,
    HelpOffered,
    Interview,
    Need,
    NoHelp,
    PassedOn,
)
from returnhome.rules.codes import ActionKind, Means
from returnhome.rules.helping import (
    DecidedAlready,
    HeardAlready,
    HelpGiven,
    NeedKind,
    NeedsOpen,
    NoHelpReason,
    NotHeldYet,
    NothingOffered,
    NothingPassedOn,
    NotOfferedBefore,
    NotTakenUp,
    NotTakenUpReason,
    OutcomeNoted,
    PassedOnBefore,
    PassedTo,
    WordsMissing,
)
from returnhome.rules.progress import Step
from returnhome.rules.services import Described
from returnhome.rules.standard.parts import SaidBy
from tests.casework.ledger import (
    act,
    counted_moments,
    fresh,
    last_act,
    nothing_else_to_reckon,
    refused_by,
    rewrite,
    stored_moments,
    who_sees,
)
from tests.casework.test_interviews import twice_missing
from tests.cast import NOW, Cast, accepted, booked, exactly, held, hours, returned, signed

LATER = NOW + hours(8)
TODAY = LATER.date()
READERS = {"amina", "mara", "sol", "ines"}
PARENTS_NO = NotTakenUpReason.PARENT_DECLINED


@pytest.fixture
def interview(cast: Cast) -> Interview:
    """Sky's, signed off by Ines."""
    return signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)


def named(interview: Interview, words: str = "Another school", **changed: Any) -> Need:
    how = {"said_by": SaidBy.CHILD, "by": interview.interviewer, "at": LATER}
    return needs.name(interview, NeedKind.SCHOOL, words, **how | changed)


def offer(cast: Cast, need: Need, **changed: Any) -> HelpOffered:
    how = {"what": "A visit", "means": Means.IN_PERSON, "offered_on": TODAY}
    return needs.offer_help(need, **how | {"by": cast.sol, "at": LATER} | changed)


def leave(cast: Cast, need: Need, reason: NoHelpReason = NoHelpReason.CHILD_WANTS_NONE) -> NoHelp:
    return needs.leave(need, reason, by=cast.sol, at=LATER)


def episode_of(interview: Interview) -> Episode:
    return interview.episodes.get()


# Named.


def test_a_need_in_the_childs_words_is_unfinished_work(cast: Cast, interview: Interview) -> None:
    need = named(interview)

    assert fresh(need).words == "Another school"
    assert last_act() == act("name need: school", need, cast.ines, LATER, cast.sky.pk)
    assert fresh(need).is_open
    assert episode_of(interview).next_step is Step.ANSWER_NEEDS
    assert not episode_of(interview).is_settled


def test_needs_are_seen_by_who_reads_the_account(cast: Cast, interview: Interview) -> None:
    need = named(interview)
    given = offer(cast, need)
    (passed,) = needs.pass_on(
        [need], PassedTo.REVIEW, "Irma", passed_on=TODAY, by=cast.sol, at=LATER
    )

    assert [who_sees(row) for row in (need, given, passed)] == [READERS] * 3


def test_nothing_is_named_before_there_was_a_talk_or_without_words(cast: Cast) -> None:
    interview = booked(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    with pytest.raises(NotHeldYet):
        named(interview)
    with pytest.raises(WordsMissing):
        named(held(returned(cast.kit), interviewer=cast.ines, by=cast.amina), " ")


def test_nothing_is_added_where_the_episode_was_recorded_in_error(cast: Cast) -> None:
    interview = held(returned(cast.kit), interviewer=cast.ines, by=cast.amina)
    episodes.void(episode_of(interview), because="At school", by=cast.amina, at=LATER)

    with pytest.raises(AlreadyVoided):
        named(interview)


def test_a_need_named_later_takes_a_settled_episode_back_onto_the_list(
    cast: Cast, interview: Interview
) -> None:
    support.decide_nothing_needed(
        episode_of(interview), "At home", interview=interview, by=cast.mara, at=LATER
    )
    assert episode_of(interview).is_settled

    need = named(interview, said_by=SaidBy.WORKER, by=cast.sol)
    assert not episode_of(interview).is_settled
    leave(cast, need)

    episode = episode_of(interview)
    assert episode.is_settled
    assert stored_moments(episode) == counted_moments(episode)
    assert nothing_else_to_reckon(episode, LATER)


def test_a_need_waits_for_every_episode_that_the_interview_answers_for(cast: Cast) -> None:
    first, second = twice_missing(cast)
    for each in (first, second):
        accepted(each, by=cast.amina)
    talk = interviews.book(
        [first, second],
        interviewer=cast.ines,
        booked_for=NOW + hours(1),
        place="youth_centre",
        mode="in_person",
        by=cast.amina,
        at=NOW,
    )
    talk = interviews.hold(
        talk, exactly(NOW + hours(2)), is_independent=True, by=cast.ines, at=NOW + hours(3)
    )

    need = named(talk)
    assert [fresh(each).has_open_need for each in (first, second)] == [True, True]
    offer(cast, need)

    assert [fresh(each).has_open_need for each in (first, second)] == [False, False]


# Answered.


def test_an_action_answers_a_need_and_what_came_of_it_is_the_actions(
    cast: Cast, interview: Interview
) -> None:
    need = named(interview)

    action = needs.act(
        need,
        ActionKind.EDUCATION,
        "Ask the virtual school",
        owner=cast.sol,
        due_on=date(2026, 3, 9),
        by=cast.mara,
        at=LATER,
    )

    assert last_act() == act("act on need", need, cast.mara, LATER, cast.sky.pk)
    assert ActionForNeed.objects.get().action == action
    assert episode_of(interview).next_step is Step.DO_ACTIONS
    support.complete(action, "A place from May", by=cast.sol, at=LATER)
    assert episode_of(interview).is_settled


def test_an_episode_is_not_acted_on_while_a_need_has_nothing(
    cast: Cast, interview: Interview
) -> None:
    need, other = named(interview), named(interview, "To see my nan")
    action = needs.act(
        need,
        ActionKind.EDUCATION,
        "Ask",
        owner=cast.sol,
        due_on=date(2026, 3, 9),
        by=cast.mara,
        at=LATER,
    )

    support.complete(action, "A place from May", by=cast.sol, at=LATER)

    assert episode_of(interview).acted_at
    assert episode_of(interview).next_step is Step.ANSWER_NEEDS
    leave(cast, other)
    assert episode_of(interview).is_settled


def test_nobody_decides_that_nothing_follows_while_a_need_has_nothing(
    cast: Cast, interview: Interview
) -> None:
    need = named(interview)

    def decide() -> None:
        support.decide_nothing_needed(
            episode_of(interview), "All is well", interview=interview, by=cast.mara, at=LATER
        )

    with pytest.raises(NeedsOpen):
        decide()
    offer(cast, need)
    assert episode_of(interview).next_step is Step.ACT
    decide()
    assert episode_of(interview).is_settled


def test_help_from_the_list_stays_as_the_list_described_it(
    cast: Cast, interview: Interview
) -> None:
    club = services.add(cast.northshire, Described(name="Boxing club"), by=cast.mara, at=NOW)
    given = offer(cast, named(interview), service=club, what="")

    services.change(club, Described(name="Boxing gym"), by=cast.mara, at=LATER)
    services.end(services.Service.objects.standing().get(), by=cast.mara, at=LATER)

    assert fresh(given).named == "Boxing club"
    assert last_act()[0] == "end service"


def test_help_is_something_and_given_in_or_after_the_talk(cast: Cast, interview: Interview) -> None:
    need = named(interview)

    with pytest.raises(NothingOffered):
        offer(cast, need, what=" ")
    for day in (TODAY + timedelta(days=1), TODAY - timedelta(days=9)):
        with pytest.raises(NotOfferedBefore):
            offer(cast, need, offered_on=day)


def test_a_parents_no_leaves_the_need_open_and_the_childs_own_does_not(
    cast: Cast, interview: Interview
) -> None:
    need = named(interview)
    given = offer(cast, need)

    needs.hear(given, is_taken_up=False, reason=PARENTS_NO, by=cast.sol, at=LATER)
    assert fresh(need).is_open
    assert episode_of(interview).has_open_need
    again = offer(cast, need, what="The same, after school")
    assert not episode_of(interview).has_open_need
    no = NotTakenUpReason.CHILD_DECLINED
    needs.hear(again, is_taken_up=False, reason=no, words="“Not now”", by=cast.sol, at=LATER)

    assert not fresh(need).is_open
    assert last_act() == act("hear of help: child_declined", again, cast.sol, LATER, cast.sky.pk)
    with pytest.raises(HeardAlready):
        needs.hear(again, is_taken_up=True, by=cast.sol, at=LATER)
    with pytest.raises(NotTakenUp):
        needs.note_outcome(again, "Went once", by=cast.sol, at=LATER)


def test_what_came_of_help_says_that_it_was_taken_up(cast: Cast, interview: Interview) -> None:
    given = offer(cast, named(interview))

    needs.note_outcome(given, "Goes twice a week", by=cast.ines, at=LATER)

    given = fresh(given)
    assert (given.is_taken_up, given.heard_by, given.outcome) == (
        True,
        cast.ines,
        "Goes twice a week",
    )
    with pytest.raises(OutcomeNoted):
        needs.note_outcome(given, "Stopped", by=cast.ines, at=LATER)


def test_that_nothing_follows_is_a_decision_with_its_reason(
    cast: Cast, interview: Interview
) -> None:
    need = named(interview)

    decision = leave(cast, need)

    assert last_act() == act("leave need: child_wants_none", decision, cast.sol, LATER, cast.sky.pk)
    with pytest.raises(DecidedAlready):
        leave(cast, need)
    other = named(interview, "A coat")
    offer(cast, other)
    with pytest.raises(HelpGiven):
        leave(cast, other)


# Passed on.


def test_passing_needs_on_answers_none_of_them(cast: Cast, interview: Interview) -> None:
    these = [named(interview), named(interview, "A coat")]

    passed = needs.pass_on(
        these, PassedTo.EARLY_HELP, " The hub ", passed_on=TODAY, by=cast.ines, at=LATER
    )

    assert [row.who for row in passed] == ["The hub", "The hub"]
    assert episode_of(interview).has_open_need
    needs.note_what_came(passed[0], "A worker from Monday", by=cast.sol, at=LATER)
    assert fresh(passed[0]).outcome_by == cast.sol
    assert last_act() == act("note what came of need", passed[0], cast.sol, LATER, cast.sky.pk)
    with pytest.raises(OutcomeNoted):
        needs.note_what_came(passed[0], "Two workers", by=cast.sol, at=LATER)


def test_needs_are_passed_on_in_or_after_the_talk(cast: Cast, interview: Interview) -> None:
    need = named(interview)

    with pytest.raises(NothingPassedOn):
        needs.pass_on([], PassedTo.REVIEW, "Irma", passed_on=TODAY, by=cast.sol, at=LATER)
    day = TODAY - timedelta(days=9)
    with pytest.raises(PassedOnBefore):
        needs.pass_on([need], PassedTo.REVIEW, "Irma", passed_on=day, by=cast.sol, at=LATER)


# The database itself.


def test_the_database_refuses_half_an_answer(cast: Cast, interview: Interview) -> None:
    need = named(interview)
    given = HelpOffered.objects.filter(pk=offer(cast, need).pk)
    (row,) = needs.pass_on([need], PassedTo.REVIEW, "Irma", passed_on=TODAY, by=cast.sol, at=LATER)
    passed = PassedOn.objects.filter(pk=row.pk)

    with refused_by("a_need_is_the_childs_or_workers"):
        named(interview, said_by="police")
    with refused_by("help_not_taken_up_has_a_reason_time_and_person"):
        given.update(is_taken_up=False, heard_at=LATER, heard_by=cast.sol)
    with refused_by("help_not_taken_up_has_a_reason_time_and_person"):
        given.update(heard_at=LATER, heard_by=cast.sol)
    with refused_by("only_help_taken_up_comes_to_something"):
        given.update(outcome_at=LATER, outcome_by=cast.sol)
    with refused_by("no_help_has_a_reason"):
        NoHelp.objects.create(need=need, reason="", at=LATER, by=cast.sol)
    with refused_by("a_need_is_passed_on_to_somebody"):
        PassedOn.objects.create(
            need=need, to="review", who="", passed_on=TODAY, passed_by=cast.sol, noted_at=LATER
        )
    with refused_by("what_came_of_a_need_passed_on_has_time_and_person"):
        passed.update(outcome_at=LATER)


def test_the_database_refuses_one_action_twice_for_a_need(cast: Cast, interview: Interview) -> None:
    need = named(interview)
    action = needs.act(
        need, ActionKind.HEALTH, "x", owner=cast.sol, due_on=TODAY, by=cast.mara, at=LATER
    )

    with refused_by("an_action_is_for_a_need_once"):
        ActionForNeed.objects.create(need=need, action=action)


def test_what_was_said_and_decided_of_a_need_is_never_changed(
    cast: Cast, interview: Interview
) -> None:
    need = named(interview)
    given = offer(cast, need)
    needs.note_outcome(given, "Goes", by=cast.sol, at=LATER)
    other = named(interview, "A coat")
    leave(cast, other)

    for change in (
        lambda: Need.objects.filter(pk=need.pk).update(kind="home"),
        lambda: Need.objects.filter(pk=other.pk).delete(),
        lambda: NoHelp.objects.update(reason="other"),
        lambda: rewrite(HelpOffered.objects, what="Less"),
        lambda: rewrite(HelpOffered.objects, outcome="More"),
        lambda: HelpOffered.objects.update(is_taken_up=False, not_taken_up_reason="other"),
        lambda: HelpOffered.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
