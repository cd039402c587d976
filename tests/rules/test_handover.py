"""How a hand-over may move, who owns the duty meanwhile, and what each side sees."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from returnhome.rules import Blocked, handover, messages
from returnhome.rules.codes import Cohort, HandBackReason, HandOverKind, Nation, RefusalReason
from returnhome.rules.codes import WithdrawalReason as Withdrawal
from returnhome.rules.handover import (
    EVERYTHING,
    FORMER_OWNER,
    ONLY_THAT_IT_WAS_ASKED,
    PREVIEW,
    SEES,
    TO_INTERVIEW,
    Added,
    AlreadyAnswered,
    AlreadyEnded,
    AlreadyReported,
    Answered,
    AnswerTooLate,
    Asked,
    AskedOfItself,
    BeforeAsked,
    DutyHasPassed,
    HandedBack,
    HandOver,
    Matter,
    NoPart,
    NotAccepted,
    NotAnAuthority,
    NoteMissing,
    NothingRefused,
    NothingToReport,
    NoTimeToAnswer,
    NotLookedAfterThere,
    NotTheOneAsked,
    NotTheOwner,
    Overtaken,
    Part,
    ReasonMissing,
    Reported,
    Side,
    StandsAlready,
    Step,
    Withdrawn,
)
from returnhome.rules.messages import (
    EarlierMissing,
    Event,
    History,
    NotAsked,
    NumberUsed,
    Unnumbered,
)
from returnhome.rules.offering import EpisodeVoided, InTheFuture
from returnhome.rules.responsibility import Authority, Flag, Given, Places, Reply, decide

# Northshire must act first. Westborough hosts, Eastham begins to look after the child, Open Path
# is the provider, and Southshire has nothing to do with it.
NORTHSHIRE, WESTBOROUGH, EASTHAM = "Northshire", "Westborough", "Eastham"
OPEN_PATH, SOUTHSHIRE = "Open Path", "Southshire"
EVERYBODY = (NORTHSHIRE, WESTBOROUGH, EASTHAM, OPEN_PATH, SOUTHSHIRE)
HOST, PROVIDER, DUTY = HandOverKind.HOST_INTERVIEWS, HandOverKind.PROVIDER, HandOverKind.DUTY

T0 = datetime(2026, 6, 1, 9, tzinfo=UTC)
NOW = T0 + timedelta(days=30)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def asking(kind=HOST, *, by=NORTHSHIRE, to=WESTBOROUGH, at=T0, **facts) -> Asked:
    if kind is DUTY:
        facts.setdefault("looked_after_since", date(2026, 6, 1))
    facts.setdefault("is_authority", to != OPEN_PATH)
    due = handover.answer_due(at, None)
    return Asked(kind=kind, by=by, to=to, at=at, answer_due_at=due, **facts)


def accepting(by=WESTBOROUGH, at=T0 + HOUR) -> Answered:
    return Answered(by=by, at=at, answer=Reply.ACCEPTED)


def refusing(
    by=WESTBOROUGH, at=T0 + HOUR, reason=RefusalReason.NOBODY_IN_TIME, note=""
) -> Answered:
    return Answered(by=by, at=at, answer=Reply.REFUSED, reason=reason, note=note)


def withdrawing(by=NORTHSHIRE, at=T0 + 2 * HOUR, reason=Withdrawal.NOT_NEEDED) -> Withdrawn:
    return Withdrawn(by=by, at=at, reason=reason)


def handing_back(by=WESTBOROUGH, at=T0 + 2 * HOUR) -> HandedBack:
    return HandedBack(by=by, at=at, reason=HandBackReason.CHILD_MOVED)


def reporting(by=WESTBOROUGH, at=T0 + 3 * HOUR) -> Reported:
    return Reported(by=by, at=at)


def adding(by=WESTBOROUGH, at=T0 + 2 * HOUR) -> Added:
    return Added(by=by, at=at)


def told(*facts, first=NORTHSHIRE) -> History:
    """The history in which these things happened; a tuple names the hand-over it belongs to."""
    history, sequence, key = History(first=first), 0, 0
    for number, each in enumerate(facts):
        fact, about = each if isinstance(each, tuple) else (each, None)
        is_numbered = isinstance(fact, Asked | Withdrawn)
        sequence += is_numbered
        key += isinstance(fact, Asked)
        event = Event(
            id=number, what=fact, handover=about or key, sequence=sequence if is_numbered else None
        )
        history = messages.apply(history, event, now=NOW)
    return history


def seen_by(who, history, now=NOW):
    return handover.sees(history.handovers, history.first, who=who, now=now)


def interviewer(history, standing=None):
    return handover.interviewer_of(history.handovers, history.first, standing=standing)


TO_EASTHAM = asking(DUTY, to=EASTHAM)
EASTHAM_ACCEPTS = accepting(EASTHAM)

STORIES = {
    Step.ASKED: (asking(),),
    Step.ACCEPTED: (asking(), accepting()),
    Step.REPORTED: (asking(), accepting(), reporting()),
    Step.REFUSED: (asking(), refusing()),
    Step.WITHDRAWN: (asking(), accepting(), withdrawing()),
    Step.HANDED_BACK: (asking(), accepting(), handing_back()),
}


# What another system once got wrong, one by one.


def test_the_new_owner_sees_the_record_once_it_has_accepted():
    asked, accepted = told(TO_EASTHAM), told(TO_EASTHAM, EASTHAM_ACCEPTS)

    assert not seen_by(EASTHAM, asked, T0) & {Part.NAME, Part.EPISODE, Part.ACCOUNT, Part.STORY}
    assert seen_by(EASTHAM, accepted) == EVERYTHING


@pytest.mark.parametrize("again", [WESTBOROUGH, EASTHAM])
@pytest.mark.parametrize("before", [(asking(),), (asking(), accepting())])
def test_the_same_record_is_not_handed_over_twice_on_different_terms(before, again):
    history = told(*before)
    other = asking(to=again, at=T0 + HOUR, report_due_at=T0 + 90 * HOUR)

    with pytest.raises(StandsAlready):
        messages.apply(history, Event(id="b", what=other, handover="b", sequence=2), now=NOW)


def test_the_duty_is_not_offered_to_two_authorities_at_once():
    with pytest.raises(StandsAlready):
        told(TO_EASTHAM, asking(DUTY, to=WESTBOROUGH))


def test_an_addition_by_the_old_owner_does_not_return_the_record():
    history = told(TO_EASTHAM, EASTHAM_ACCEPTS)

    added = told(TO_EASTHAM, EASTHAM_ACCEPTS, adding(NORTHSHIRE))

    assert added.owner == EASTHAM
    assert added.handovers == history.handovers
    assert seen_by(NORTHSHIRE, added) == FORMER_OWNER


def test_a_hand_back_works_whatever_has_happened_downstream():
    taken_on = (asking(), accepting())
    meanwhile = (
        adding(),
        (asking(DUTY, to=EASTHAM), 2),
        (accepting(EASTHAM), 2),
    )

    history = told(*taken_on, *meanwhile, (handing_back(at=T0 + 500 * HOUR), 1))

    assert handover.step_of(history.handovers[0], NOW) is Step.HANDED_BACK
    assert interviewer(history) == EASTHAM


def test_the_duty_comes_back_only_to_one_that_accepts_it():
    history = told(TO_EASTHAM, EASTHAM_ACCEPTS)

    with pytest.raises(DutyHasPassed):
        handover.check_can_hand_back(
            handover=history.handovers[0], handed_back=handing_back(EASTHAM), now=NOW
        )
    back = asking(DUTY, by=EASTHAM, to=NORTHSHIRE, at=T0 + 2 * HOUR, looked_after_since=None)
    asked_back = told(TO_EASTHAM, EASTHAM_ACCEPTS, back)
    had_back = told(TO_EASTHAM, EASTHAM_ACCEPTS, back, accepting(NORTHSHIRE, T0 + 3 * HOUR))
    assert asked_back.owner == EASTHAM
    assert had_back.owner == NORTHSHIRE
    assert seen_by(NORTHSHIRE, had_back) == EVERYTHING
    assert seen_by(EASTHAM, had_back) == FORMER_OWNER


@pytest.mark.parametrize("place", EVERYBODY)
def test_access_follows_responsibility_and_not_the_place_of_stay(place):
    there = told(asking(DUTY, to=EASTHAM, placed_in=place), EASTHAM_ACCEPTS)
    nowhere = told(TO_EASTHAM, EASTHAM_ACCEPTS)

    for who in EVERYBODY:
        assert seen_by(who, there) == seen_by(who, nowhere)
    assert seen_by(SOUTHSHIRE, there) == frozenset()


def test_a_place_of_stay_that_nobody_recorded_stays_unknown():
    accepted = told(asking(placed_in=None), accepting())
    known = Places({"Northshire": Authority("Northshire", Nation.ENGLAND)})

    decision = decide(Given(looked_after_by=NORTHSHIRE, age_at_return=15), known=known)

    assert accepted.handovers[0].asked.placed_in is None
    assert decision.host is None
    assert decision.cohort is Cohort.UNKNOWN
    assert Flag.PLACEMENT_UNKNOWN in decision.flags


@pytest.mark.parametrize("kind", [HOST, PROVIDER])
@pytest.mark.parametrize("step", STORIES)
def test_a_hand_over_to_a_host_or_provider_never_changes_who_is_responsible(kind, step):
    _, *later = STORIES[step]

    history = told(asking(kind), *later)

    assert history.owner == NORTHSHIRE
    assert seen_by(NORTHSHIRE, history) == EVERYTHING


# When an answer is due.


@pytest.mark.parametrize(
    ("left", "hours"),
    [
        (None, 4),
        (72, 4),
        (8, 4),
        (6, 3),
        (2, 1),
        (1, 0.5),
        (0.5, 0.5),
        (0, 4),
        (-24, 4),
    ],
)
def test_an_answer_is_due_in_four_hours_and_never_after_half_of_the_time_left(left, hours):
    due = None if left is None else T0 + left * HOUR

    assert handover.answer_due(T0, due) == T0 + hours * HOUR


def test_a_bank_holiday_and_the_night_the_clocks_change_do_not_stop_it():
    christmas = datetime(2026, 12, 25, 1, tzinfo=UTC)
    autumn = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    assert handover.answer_due(christmas, christmas + 72 * HOUR) == christmas + 4 * HOUR
    assert handover.answer_due(autumn, autumn + 72 * HOUR) == autumn + 4 * HOUR


@for_all(some.integers(-100, 200), some.integers(0, 59))
def test_an_answer_is_never_due_before_anybody_could_give_it(hours, minutes):
    left = hours * HOUR + minutes * MINUTE

    due = handover.answer_due(T0, T0 + left)

    assert T0 + 30 * MINUTE <= due <= T0 + 4 * HOUR
    assert left < HOUR or due <= T0 + left / 2


def test_every_rule_for_answers_has_a_source_and_they_are_in_order():
    since = [limit.since for limit in handover.ANSWER_LIMITS]

    assert since == sorted(set(since))
    assert all(limit.source for limit in handover.ANSWER_LIMITS)
    assert handover.answer_limit_on(date(2014, 1, 1)) is handover.ANSWER_LIMITS[0]


# How far it has come.


@pytest.mark.parametrize("step", STORIES)
def test_a_step_is_what_happened(step):
    (only,) = told(*STORIES[step]).handovers

    assert handover.step_of(only, T0 + 3 * HOUR) is step
    assert handover.stands(only, T0 + 3 * HOUR) is (step in {Step.ASKED, Step.ACCEPTED})


def test_a_request_that_nobody_answers_ends_by_itself():
    (only,) = told(asking()).handovers
    due = only.asked.answer_due_at

    assert handover.stands(only, due)
    assert not handover.stands(only, due + timedelta(microseconds=1))
    assert handover.step_of(only, due + MINUTE) is Step.EXPIRED


def test_a_report_that_has_not_come_back_is_due():
    accepted = told(asking(report_due_at=T0 + 80 * HOUR), accepting()).handovers[0]
    reported = told(asking(report_due_at=T0 + 80 * HOUR), accepting(), reporting()).handovers[0]
    no_date = told(asking(), accepting()).handovers[0]

    assert not handover.is_report_due(accepted, T0 + 80 * HOUR)
    assert handover.is_report_due(accepted, T0 + 80 * HOUR + MINUTE)
    assert not handover.is_report_due(reported, NOW)
    assert not handover.is_report_due(no_date, NOW)


# Who interviews.


@pytest.mark.parametrize(
    ("step", "who"),
    [
        (Step.ASKED, NORTHSHIRE),
        (Step.ACCEPTED, WESTBOROUGH),
        (Step.REPORTED, WESTBOROUGH),
        (Step.REFUSED, NORTHSHIRE),
        (Step.WITHDRAWN, NORTHSHIRE),
        (Step.HANDED_BACK, NORTHSHIRE),
    ],
)
def test_whoever_has_accepted_interviews_and_else_the_owner(step, who):
    assert interviewer(told(*STORIES[step])) == who


@pytest.mark.parametrize(
    ("step", "who"),
    [
        (Step.ASKED, WESTBOROUGH),
        (Step.REFUSED, NORTHSHIRE),
        (Step.WITHDRAWN, NORTHSHIRE),
        (Step.HANDED_BACK, NORTHSHIRE),
    ],
)
def test_a_no_to_this_one_request_outweighs_a_standing_agreement(step, who):
    assert interviewer(History(first=NORTHSHIRE), standing=WESTBOROUGH) == WESTBOROUGH
    assert interviewer(told(*STORIES[step]), standing=WESTBOROUGH) == who
    assert interviewer(told(*STORIES[step]), standing=OPEN_PATH) == OPEN_PATH


def test_the_child_keeps_the_interviewer_when_the_duty_passes():
    history = told(
        asking(PROVIDER, to=OPEN_PATH), accepting(OPEN_PATH), TO_EASTHAM, EASTHAM_ACCEPTS
    )

    assert (history.owner, interviewer(history)) == (EASTHAM, OPEN_PATH)


def test_after_the_duty_has_passed_its_new_owner_withdraws_and_not_the_old():
    before = (asking(), accepting(), (TO_EASTHAM, 2), (EASTHAM_ACCEPTS, 2))

    with pytest.raises(NotTheOwner):
        told(*before, (withdrawing(NORTHSHIRE), 1))
    assert interviewer(told(*before, (withdrawing(EASTHAM), 1))) == EASTHAM


def test_another_is_asked_once_the_first_has_refused():
    history = told(
        asking(), refusing(), asking(PROVIDER, to=OPEN_PATH, at=T0 + 2 * HOUR),
        accepting(OPEN_PATH, T0 + 3 * HOUR),
    )  # fmt: skip

    assert interviewer(history) == OPEN_PATH
    assert seen_by(WESTBOROUGH, history) == ONLY_THAT_IT_WAS_ASKED


# What each side sees.


def test_every_step_has_its_row_for_both_sides():
    steps = {
        Matter.INTERVIEW: set(Step),
        Matter.DUTY: set(Step) - {Step.REPORTED, Step.HANDED_BACK},
    }

    assert set(SEES) == {
        (matter, step, side) for matter in Matter for step, side in product(steps[matter], Side)
    }


@pytest.mark.parametrize("row", SEES, ids=str)
def test_nobody_sees_an_account_before_it_has_accepted(row):
    _, step, side = row
    had_it = step in {Step.ACCEPTED, Step.REPORTED}

    if side is Side.ASKED and not had_it:
        hidden = {Part.NAME, Part.CONTACT, Part.ACCOUNT, Part.STORY, Part.EPISODE, Part.SAFETY}
        assert not SEES[row] & hidden
    assert Part.REFERENCE in SEES[row]


@pytest.mark.parametrize("matter", Matter)
@pytest.mark.parametrize("step", [Step.REFUSED, Step.WITHDRAWN, Step.EXPIRED])
def test_once_it_is_over_the_side_asked_sees_only_that_it_was_asked(matter, step):
    assert SEES[matter, step, Side.ASKED] == {Part.REFERENCE, Part.ASKING}


@pytest.mark.parametrize("step", STORIES)
def test_what_is_seen_is_the_row_of_the_step(step):
    history = told(*STORIES[step])

    seen = seen_by(WESTBOROUGH, history, T0 + 3 * HOUR)

    assert seen == SEES[Matter.INTERVIEW, step, Side.ASKED]
    assert seen_by(SOUTHSHIRE, history) == frozenset()


def test_a_preview_is_enough_to_decide_and_a_hand_over_enough_to_interview():
    assert {Part.AGE, Part.AREA, Part.CLOCK, Part.RISK} < PREVIEW
    assert {Part.NAME, Part.CONTACT, Part.SAFETY} < TO_INTERVIEW
    assert Part.STORY not in TO_INTERVIEW


def test_an_expired_request_is_not_seen_any_more():
    history = told(asking())

    assert seen_by(WESTBOROUGH, history, T0 + HOUR) == PREVIEW
    assert seen_by(WESTBOROUGH, history, T0 + 5 * HOUR) == ONLY_THAT_IT_WAS_ASKED


# What cannot be.


@pytest.mark.parametrize(
    ("asked", "blocked"),
    [
        (asking(by=WESTBOROUGH, to=EASTHAM), NotTheOwner),
        (asking(by=OPEN_PATH, to=EASTHAM), NotTheOwner),
        (asking(to=NORTHSHIRE), AskedOfItself),
        (asking(HOST, to=OPEN_PATH), NotAnAuthority),
        (asking(DUTY, to=OPEN_PATH), NotAnAuthority),
        (asking(DUTY, to=EASTHAM, looked_after_since=None), NotLookedAfterThere),
        (asking(DUTY, to=EASTHAM, looked_after_since=date(2026, 6, 2)), NotLookedAfterThere),
        (asking(at=NOW + MINUTE), InTheFuture),
    ],
)
def test_what_cannot_be_asked_says_why(asked, blocked):
    with pytest.raises(blocked) as said:
        told(asked)

    assert said.value.sentence.endswith(".")


def test_a_provider_may_be_a_council_and_a_council_a_provider():
    history = told(asking(PROVIDER, to=EASTHAM), accepting(EASTHAM))

    assert (history.owner, interviewer(history)) == (NORTHSHIRE, EASTHAM)


def test_nothing_is_asked_about_an_episode_recorded_in_error():
    with pytest.raises(EpisodeVoided):
        handover.check_can_ask(
            asked=asking(), handovers=(), first=NORTHSHIRE, now=NOW, is_voided=True
        )


def test_a_question_whose_answer_is_due_before_it_was_put_is_none():
    asked = Asked(kind=HOST, by=NORTHSHIRE, to=WESTBOROUGH, at=T0, answer_due_at=T0)

    with pytest.raises(NoTimeToAnswer):
        told(asked)


@pytest.mark.parametrize(
    ("before", "answer", "blocked"),
    [
        ((asking(),), accepting(EASTHAM), NotTheOneAsked),
        ((asking(),), accepting(NORTHSHIRE), NotTheOneAsked),
        ((asking(), accepting()), accepting(), AlreadyAnswered),
        ((asking(), accepting()), refusing(), AlreadyAnswered),
        ((asking(), refusing()), accepting(), AlreadyEnded),
        ((asking(), withdrawing()), accepting(), AlreadyEnded),
        ((asking(),), refusing(reason=None), ReasonMissing),
        ((asking(),), refusing(reason=RefusalReason.OTHER, note=" "), NoteMissing),
        (
            (asking(),),
            Answered(
                by=WESTBOROUGH,
                at=T0 + HOUR,
                answer=Reply.ACCEPTED,
                reason=RefusalReason.NO_AGREEMENT,
            ),
            NothingRefused,
        ),
        ((asking(),), accepting(at=T0 - MINUTE), BeforeAsked),
        ((asking(),), accepting(at=NOW + MINUTE), InTheFuture),
        ((asking(),), accepting(at=T0 + 4 * HOUR + MINUTE), AnswerTooLate),
    ],
)
def test_what_cannot_be_answered_says_why(before, answer, blocked):
    with pytest.raises(blocked):
        told(*before, answer)


def test_an_answer_given_in_time_counts_though_it_arrives_late():
    assert interviewer(told(asking(), accepting(at=T0 + 4 * HOUR))) == WESTBOROUGH
    with pytest.raises(Overtaken):
        told(asking(), asking(to=EASTHAM, at=T0 + 5 * HOUR), (accepting(at=T0 + 3 * HOUR), 1))


@pytest.mark.parametrize(
    ("before", "withdrawn", "blocked"),
    [
        ((asking(),), withdrawing(WESTBOROUGH), NotTheOwner),
        ((asking(), refusing()), withdrawing(), AlreadyEnded),
        ((asking(), withdrawing()), withdrawing(), AlreadyEnded),
        ((asking(),), withdrawing(at=T0 + 9 * HOUR), AlreadyEnded),
        ((asking(), accepting(), reporting()), withdrawing(), AlreadyReported),
        ((TO_EASTHAM, EASTHAM_ACCEPTS), withdrawing(), DutyHasPassed),
        ((TO_EASTHAM, EASTHAM_ACCEPTS), withdrawing(EASTHAM), DutyHasPassed),
        ((asking(),), withdrawing(at=T0 - HOUR), BeforeAsked),
        ((asking(),), withdrawing(reason=Withdrawal.OTHER), NoteMissing),
    ],
)
def test_what_cannot_be_withdrawn_says_why(before, withdrawn, blocked):
    with pytest.raises(blocked):
        told(*before, withdrawn)


@pytest.mark.parametrize(
    ("before", "after", "blocked"),
    [
        ((asking(), accepting()), handing_back(EASTHAM), NotTheOneAsked),
        ((asking(), accepting()), reporting(EASTHAM), NotTheOneAsked),
        ((asking(), refusing()), handing_back(), AlreadyEnded),
        ((asking(), accepting(), handing_back()), reporting(), AlreadyEnded),
        ((asking(), accepting(), withdrawing()), reporting(), AlreadyEnded),
        ((asking(), accepting(), reporting()), handing_back(), AlreadyReported),
        ((asking(), accepting(), reporting()), reporting(), AlreadyReported),
        ((asking(), accepting()), handing_back(at=T0), BeforeAsked),
        ((TO_EASTHAM, EASTHAM_ACCEPTS), reporting(EASTHAM), NothingToReport),
    ],
)
def test_what_cannot_be_handed_back_or_reported_says_why(before, after, blocked):
    with pytest.raises(blocked):
        told(*before, after)


def test_an_interview_is_handed_back_or_reported_only_once_it_was_taken_on():
    (only,) = told(asking()).handovers

    with pytest.raises(NotAccepted):
        handover.check_can_hand_back(handover=only, handed_back=handing_back(), now=NOW)
    with pytest.raises(NotAccepted):
        handover.check_can_report(handover=only, reported=reporting(), now=NOW)
    assert not handover.can_report(handover=only, reported=reporting(), now=NOW)


@pytest.mark.parametrize(
    ("facts", "blocked"),
    [
        ((asking(), accepting()), None),
        # Its report came before anybody had noted the interview.
        ((asking(), accepting(), reporting()), None),
        ((asking(),), NotAccepted),
        ((asking(), refusing()), AlreadyEnded),
        ((asking(), accepting(), withdrawing()), AlreadyEnded),
        ((asking(), accepting(), handing_back()), AlreadyEnded),
        ((TO_EASTHAM, EASTHAM_ACCEPTS), NothingToReport),
    ],
)
def test_only_whom_the_interview_was_given_to_can_have_held_it(facts, blocked):
    (only,) = told(*facts).handovers

    if blocked:
        with pytest.raises(blocked):
            handover.check_can_note_held(handover=only)
    assert handover.can_note_held(handover=only) is (blocked is None)


@pytest.mark.parametrize("who", [SOUTHSHIRE, WESTBOROUGH])
def test_only_those_with_a_part_in_it_add_to_the_record(who):
    with pytest.raises(NoPart):
        told(asking(), refusing(), adding(who))


# Messages.


def test_the_same_message_twice_is_one_message():
    history = told(asking(), accepting())

    for event in history.events:
        assert messages.apply(history, event, now=NOW) is history


def test_a_number_used_for_something_else_is_said_so():
    history = told(asking())
    event = history.events[0]

    for other in (
        Event(id=event.id, what=accepting(), handover=1),
        Event(id="new", what=asking(at=T0 + 9 * HOUR), handover=1, sequence=2),
        Event(id="new", what=asking(at=T0 + 9 * HOUR), handover=2, sequence=1),
    ):
        with pytest.raises(NumberUsed):
            messages.apply(history, other, now=NOW)


def test_what_comes_too_early_is_to_be_sent_again():
    history = told(asking())

    for early, blocked in (
        (Event(id="a", what=accepting(), handover=2), NotAsked),
        (Event(id="b", what=withdrawing(), handover=1, sequence=3), EarlierMissing),
        (Event(id="c", what=reporting(), handover=1), EarlierMissing),
        (Event(id="d", what=handing_back(), handover=1), EarlierMissing),
    ):
        with pytest.raises(EarlierMissing) as said:
            messages.apply(history, early, now=NOW)
        assert type(said.value) is blocked


def test_asking_and_withdrawing_are_numbered_and_nothing_else():
    history = told(asking())

    with pytest.raises(Unnumbered):
        messages.apply(history, Event(id="a", what=withdrawing(), handover=1), now=NOW)
    with pytest.raises(Unnumbered):
        messages.apply(history, Event(id="a", what=accepting(), handover=1, sequence=2), now=NOW)


CONVERSATION = told(
    (asking(), 1),
    (refusing(), 1),
    (asking(PROVIDER, to=OPEN_PATH, at=T0 + 2 * HOUR), 2),
    (accepting(OPEN_PATH, T0 + 3 * HOUR), 2),
    (asking(DUTY, to=EASTHAM, at=T0 + 3 * HOUR), 3),
    (accepting(EASTHAM, T0 + 4 * HOUR), 3),
    adding(NORTHSHIRE, T0 + 5 * HOUR),
    (handing_back(OPEN_PATH, T0 + 5 * HOUR), 2),
    (asking(by=EASTHAM, at=T0 + 6 * HOUR), 4),
    (accepting(at=T0 + 7 * HOUR), 4),
    (reporting(at=T0 + 30 * HOUR), 4),
)


@for_all(some.lists(some.sampled_from(CONVERSATION.events), max_size=30), some.randoms())
def test_whatever_the_order_and_the_repeats_the_end_is_the_same(repeats, chance):
    waiting = [*CONVERSATION.events, *repeats]
    chance.shuffle(waiting)
    history = History(first=NORTHSHIRE)

    while waiting:
        again = []
        for event in waiting:
            try:
                history = messages.apply(history, event, now=NOW)
            except Blocked:
                again.append(event)
        assert len(again) < len(waiting)
        waiting = again

    assert history.handovers == CONVERSATION.handovers
    assert (history.owner, interviewer(history)) == (EASTHAM, WESTBOROUGH)


# What people mostly do, so that long stories come about; now and then anything at all.
MOSTLY = some.sampled_from([True] * 7 + [False])
LIKELY = some.sampled_from(
    [
        (HOST, WESTBOROUGH),
        (HOST, EASTHAM),
        (PROVIDER, OPEN_PATH),
        (DUTY, EASTHAM),
        (DUTY, NORTHSHIRE),
    ]
)
ANYTHING = some.tuples(some.sampled_from(list(HandOverKind)), some.sampled_from(EVERYBODY))


class Messages(RuleBasedStateMachine):
    """Anybody says anything, at any time; what they say is lost, comes twice, or late."""

    def __init__(self) -> None:
        super().__init__()
        self.now = T0
        self.history = History(first=NORTHSHIRE)
        self.owner = NORTHSHIRE
        self.wire: list[Event] = []
        self.said = 0

    def say(self, what, about, *, ahead=0, is_prompt) -> None:
        """Put it on its way. What arrives promptly may come again, too."""
        self.said += 1
        numbered = isinstance(what, Asked | Withdrawn)
        sequence = self.history.sequence + 1 + ahead if numbered else None
        event = Event(id=self.said, what=what, handover=about, sequence=sequence)
        self.wire.append(event)
        if is_prompt:
            self.receive(event)

    @rule(minutes=some.sampled_from([1, 20, 300]))
    def time_passes(self, minutes) -> None:
        self.now += minutes * MINUTE

    @rule(
        whom=LIKELY | ANYTHING,
        by=some.sampled_from(EVERYBODY),
        place=some.sampled_from((None, *EVERYBODY)),
        is_owner=MOSTLY,
        ahead=some.sampled_from([0] * 7 + [1, -1]),
        is_prompt=MOSTLY,
    )
    def somebody_asks(self, whom, by, place, is_owner, ahead, is_prompt) -> None:
        kind, to = whom
        asked = asking(
            kind,
            by=self.history.owner if is_owner else by,
            to=to,
            at=self.now,
            placed_in=place,
            looked_after_since=date(2026, 6, 1) if to == EASTHAM else None,
        )
        self.say(asked, f"request {self.said}", ahead=ahead, is_prompt=is_prompt)

    @precondition(lambda self: self.history.handovers)
    @rule(
        which=some.sampled_from([0, 0, 0, 1, 2]),
        by=some.sampled_from(EVERYBODY),
        is_due=MOSTLY,
        move=some.sampled_from([accepting, refusing, withdrawing, handing_back, reporting, adding]),
        ago=some.sampled_from([0] * 5 + [5, 120]),
        is_prompt=MOSTLY,
    )
    def somebody_moves(self, which, by, is_due, move, ago, is_prompt) -> None:
        about = self.history.handovers[-1 - which % len(self.history.handovers)]
        if is_due:
            by = self.history.owner if move is withdrawing else about.asked.to
        self.say(move(by, at=self.now - ago * MINUTE), about.key, is_prompt=is_prompt)

    @precondition(lambda self: self.history.handovers)
    @rule(is_prompt=MOSTLY)
    def the_one_asked_last_accepts(self, is_prompt) -> None:
        about = self.history.handovers[-1]
        self.say(accepting(about.asked.to, at=self.now), about.key, is_prompt=is_prompt)

    @precondition(lambda self: self.wire)
    @rule(which=some.integers(0, 9), comes_again=some.booleans())
    def a_message_arrives(self, which, comes_again) -> None:
        event = self.wire[which % len(self.wire)]
        if not comes_again:
            self.wire.remove(event)
        self.receive(event)

    def receive(self, event: Event) -> None:
        before = self.history
        try:
            self.history = messages.apply(before, event, now=self.now)
        except Blocked:
            return
        assert messages.apply(self.history, event, now=self.now) is self.history
        if self.history is not before:
            self.check_what_changed(before, event)

    def check_what_changed(self, before: History, event: Event) -> None:
        passed = (
            isinstance(event.what, Answered)
            and event.what.answer is Reply.ACCEPTED
            and self.about(event).asked.kind is DUTY
        )
        if passed:
            self.owner = event.what.by
        if isinstance(event.what, Added):
            assert self.history.handovers == before.handovers
        # Only the hand-over it is about has moved, and by one fact.
        changed = set(self.history.handovers) - set(before.handovers)
        assert {each.key for each in changed} <= {event.handover}

    def about(self, event: Event) -> HandOver:
        return messages.known_as(self.history, event)

    @precondition(lambda self: self.wire)
    @rule(which=some.integers(0, 9))
    def a_message_is_lost(self, which) -> None:
        del self.wire[which % len(self.wire)]

    @invariant()
    def there_is_exactly_one_owner(self) -> None:
        owner = self.history.owner

        assert owner == self.owner
        assert owner in {NORTHSHIRE, EASTHAM}
        assert handover.owners_of(self.history.handovers, NORTHSHIRE)[-1] == owner

    @invariant()
    def one_request_stands_at_a_time(self) -> None:
        for matter in Matter:
            standing = [
                each
                for each in self.history.handovers
                if each.matter is matter and handover.stands(each, self.now)
            ]
            assert len(standing) <= 1

    @invariant()
    def exactly_one_interviews(self) -> None:
        accepted = [
            each.asked.to
            for each in self.history.handovers
            if each.matter is Matter.INTERVIEW and each.is_accepted and not each.is_given_up
        ]

        assert interviewer(self.history) in {*accepted, self.owner}
        assert interviewer(self.history, standing=OPEN_PATH) in {*accepted, self.owner, OPEN_PATH}

    @invariant()
    def access_follows_responsibility_and_what_was_accepted(self) -> None:
        handovers = self.history.handovers
        interviewing = {
            each.asked.to
            for each in handovers
            if each.matter is Matter.INTERVIEW and each.is_accepted and not each.is_given_up
        }
        asked = {each.asked.to for each in handovers}
        former = set(handover.owners_of(handovers, NORTHSHIRE))
        for who in EVERYBODY:
            seen = seen_by(who, self.history, self.now)
            assert (seen == EVERYTHING) is (who == self.owner)
            assert Part.ACCOUNT not in seen or who in {self.owner, *interviewing}
            assert Part.NAME not in seen or who in {*former, *interviewing}
            assert bool(seen) is (who in {*asked, *former})

    @invariant()
    def the_asking_sides_order_is_kept(self) -> None:
        numbers = [event.sequence for event in self.history.events if event.sequence]

        assert numbers == list(range(1, len(numbers) + 1))
        assert len({event.id for event in self.history.events}) == len(self.history.events)


Messages.TestCase.settings = settings(max_examples=150, stateful_step_count=50, deadline=None)
TestThereIsNeverNoOwnerAndNeverTwo = pytest.mark.check(Messages.TestCase)
