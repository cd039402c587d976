"""When a child tells of harm: what is owed, by when, and who decides."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from returnhome.rules import harming
from returnhome.rules.clock import DAY, HOUR, LONDON
from returnhome.rules.codes import HarmCallee, HarmDecisionKind, HarmStep
from returnhome.rules.harming import Decided, Owed, Time, Told, due_at, in_working_time, owed
from returnhome.rules.offering import InTheFuture
from returnhome.rules.sources import OWN_RULE

# A Friday in winter, so that UK time is UTC.
FRIDAY = datetime(2026, 2, 27, 16, tzinfo=UTC)
OFFICER, NONE = HarmDecisionKind.DESIGNATED_OFFICER, HarmDecisionKind.NONE
POLICE, NRM = HarmDecisionKind.CRIME_TO_POLICE, HarmDecisionKind.NRM


def at(day: int, hour: int, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


# By when.


@pytest.mark.parametrize(
    ("told_at", "due"),
    [
        (at(26, 9, 2), at(27, 9, 2)),  # Thursday morning: Friday morning
        (FRIDAY, at(2, 16)),  # Friday at four: Monday at four
        (at(28, 12, 2), at(3, 0)),  # Saturday: the end of Monday
        (at(1, 23), at(3, 0)),  # Sunday night: the end of Monday
        (at(2, 0), at(3, 0)),
        # On Friday night before the clocks go forward: Monday, an hour of UTC sooner.
        (at(27, 22), datetime(2026, 3, 30, 21, tzinfo=UTC)),
    ],
)
def test_the_designated_officer_hears_within_one_working_day_of_the_childs_telling(told_at, due):
    assert due_at(OFFICER, told_at=told_at, decided_at=told_at + 9 * HOUR) == due


@settings(max_examples=40)
@for_all(minutes=some.integers(-3_000_000, 7_000_000))
def test_a_working_day_is_never_shorter_than_a_day_nor_longer_than_a_weekend_more(minutes):
    start = FRIDAY + timedelta(minutes=minutes)
    due = in_working_time(start, DAY)

    assert start + DAY - HOUR <= due <= start + 3 * DAY + HOUR
    assert (due - timedelta(seconds=1)).astimezone(LONDON).weekday() < 5


def test_the_manager_decides_within_a_day_and_weekends_do_not_stop_it():
    assert due_at(HarmStep.DECIDE, told_at=FRIDAY) == FRIDAY + DAY


@pytest.mark.parametrize(
    ("kind", "hours"),
    [
        (HarmDecisionKind.STRATEGY_DISCUSSION, 24),
        (HarmDecisionKind.SECTION_47, 24),
        (NRM, 48),
        (POLICE, 4),
        (HarmDecisionKind.URGENT_HEALTH, 4),
    ],
)
def test_other_decisions_are_due_so_many_hours_after_they_were_made(kind, hours):
    decided_at = FRIDAY + 3 * HOUR
    assert due_at(kind, told_at=FRIDAY, decided_at=decided_at) == decided_at + hours * HOUR


def test_that_nothing_is_needed_has_no_time():
    assert due_at(NONE, told_at=FRIDAY, decided_at=FRIDAY) is None


def test_a_councils_protocol_may_set_another_time_from_a_day_on():
    sooner = Time(HarmStep.DECIDE, date(2026, 2, 27), OWN_RULE, 4 * HOUR, from_told=True)
    times = (*harming.TIMES, sooner)

    assert due_at(HarmStep.DECIDE, told_at=FRIDAY, times=times) == FRIDAY + 4 * HOUR
    assert due_at(HarmStep.DECIDE, told_at=FRIDAY - DAY, times=times) == FRIDAY


def test_every_step_at_once_and_every_decision_but_none_has_its_time_and_its_source():
    timed = {time.of for time in harming.TIMES}
    later = {HarmStep.PASS_ON, HarmStep.OUTCOME}

    assert timed == (set(HarmStep) - later) | (set(HarmDecisionKind) - {NONE})
    assert all(time.source.document for time in harming.TIMES)


# What is owed.


def steps(told: Told) -> list[str]:
    return [each.step.value for each in owed(told)]


def test_at_first_everything_is_owed_in_the_order_in_which_it_presses():
    assert steps(Told(FRIDAY, is_in_danger=None)) == ["say_danger", "telephone", "have", "decide"]
    assert steps(Told(FRIDAY, is_in_danger=True)) == ["call_999", "telephone", "have", "decide"]
    assert steps(Told(FRIDAY, is_in_danger=False)) == ["telephone", "have", "decide"]


@pytest.mark.parametrize("whom", [HarmCallee.DUTY_MANAGER, HarmCallee.OUT_OF_HOURS])
def test_the_duty_manager_or_by_night_the_emergency_duty_team_is_telephoned(whom):
    assert steps(Told(FRIDAY, False, called={whom})) == ["have", "decide"]


def test_999_is_no_call_to_the_duty_manager():
    told = Told(FRIDAY, True, called={HarmCallee.EMERGENCY})
    assert steps(told) == ["telephone", "have", "decide"]


def test_once_a_council_has_it_nobody_need_be_telephoned_and_a_decision_is_owed():
    assert steps(Told(FRIDAY, False, is_held=True)) == ["decide"]


def test_each_decision_is_to_be_passed_on_and_then_it_must_be_known_what_came_of_it():
    due = FRIDAY + HOUR
    told = Told(
        FRIDAY,
        None,
        decisions=[
            Decided(1, POLICE, due),
            Decided(2, NRM, due, is_passed_on=True),
            Decided(3, OFFICER, due, is_passed_on=True, is_finished=True),
        ],
    )

    assert owed(told) == [Owed(HarmStep.PASS_ON, due, 1), Owed(HarmStep.OUTCOME, None, 2)]
    assert not told.is_closed
    assert owed(told)[0].is_late(due + HOUR)
    assert not owed(told)[0].is_late(due)


def test_it_is_closed_when_what_came_of_each_is_known_or_nothing_was_needed():
    finished = Decided(1, POLICE, FRIDAY, is_passed_on=True, is_finished=True)

    assert Told(FRIDAY, False, decisions=[finished]).is_closed
    assert Told(FRIDAY, False, decisions=[Decided(2, NONE, None)]).is_closed
    assert owed(Told(FRIDAY, None, decisions=[Decided(2, NONE, None)])) == []
    assert not Told(FRIDAY, False, is_held=True).is_closed


# How it may move.


def test_words_are_needed_and_the_time_has_come():
    with pytest.raises(harming.WordsMissing):
        harming.check_can_tell(words=" \n", told_at=FRIDAY, now=FRIDAY)
    with pytest.raises(InTheFuture):
        harming.check_can_tell(words="He hits me", told_at=FRIDAY + HOUR, now=FRIDAY)
    harming.check_can_tell(words="He hits me", told_at=FRIDAY, now=FRIDAY)


def test_who_answered_is_named_but_for_999():
    said = {"called_at": FRIDAY, "now": FRIDAY}
    with pytest.raises(harming.NameMissing):
        harming.check_can_note_call(whom=HarmCallee.DUTY_MANAGER, name=" ", **said)
    harming.check_can_note_call(whom=HarmCallee.EMERGENCY, name="", **said)


DECIDING = {"may_decide": True, "kinds": [POLICE], "because": "", "standing": []}


@pytest.mark.parametrize(
    ("changed", "blocked"),
    [
        ({"may_decide": False}, harming.NotTheirs),
        ({"kinds": []}, harming.NothingDecided),
        ({"kinds": [NONE, POLICE], "because": "x"}, harming.NoneAndMore),
        ({"kinds": [NONE]}, harming.ReasonMissing),
        ({"kinds": [NONE], "because": " "}, harming.ReasonMissing),
        ({"kinds": [NONE], "because": "x", "standing": [NRM]}, harming.DecisionsStand),
        ({"standing": [POLICE]}, harming.DecidedAlready),
    ],
)
def test_what_is_no_decision_is_refused(changed, blocked):
    with pytest.raises(blocked):
        harming.check_can_decide(**(DECIDING | changed))
    assert not harming.can_decide(**(DECIDING | changed))


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"kinds": [POLICE, NRM, OFFICER]},
        {"standing": [NRM]},
        {"kinds": [NONE], "because": "She spoke of a film."},
    ],
)
def test_several_things_may_be_decided_at_once_or_none_with_a_reason(changed):
    harming.check_can_decide(**(DECIDING | changed))


@pytest.mark.parametrize(
    ("changed", "blocked"),
    [
        ({"may_decide": False}, harming.NotTheirs),
        ({"kind": NONE}, harming.NothingToPassOn),
        ({"is_passed_on": True}, harming.PassedOnAlready),
        ({"is_finished": True}, harming.FinishedAlready),
        ({"to": ""}, harming.RecipientMissing),
    ],
)
def test_a_decision_is_passed_on_once_and_to_somebody(changed, blocked):
    passing = {
        "may_decide": True,
        "kind": POLICE,
        "is_passed_on": False,
        "is_finished": False,
        "to": "DS Cole",
    }
    harming.check_can_pass_on(**passing)
    with pytest.raises(blocked):
        harming.check_can_pass_on(**(passing | changed))


@pytest.mark.parametrize(
    ("changed", "blocked"),
    [
        ({"may_decide": False}, harming.NotTheirs),
        ({"kind": NONE}, harming.FinishedAlready),
        ({"is_finished": True}, harming.FinishedAlready),
        ({"outcome": "\n"}, harming.OutcomeMissing),
    ],
)
def test_what_came_of_it_is_noted_once_and_in_words(changed, blocked):
    finishing = {"may_decide": True, "kind": POLICE, "is_finished": False, "outcome": "Charged"}
    harming.check_can_finish(**finishing)
    with pytest.raises(blocked):
        harming.check_can_finish(**(finishing | changed))


def test_a_council_says_once_that_it_has_it_and_a_provider_never():
    assert harming.can_have(is_theirs=True, has_it=False)
    assert not harming.can_have(is_theirs=True, has_it=True)
    assert not harming.can_have(is_theirs=False, has_it=False)
