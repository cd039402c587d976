"""Counts, rates and denominators."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from returnhome.rules.clock import Standing
from returnhome.rules.codes import (
    Answer,
    Cohort,
    DeclinedBy,
    Earlier,
    EpisodeKind,
    NotHeldReason,
    OfferKind,
)
from returnhome.rules.facts import EpisodeFacts
from returnhome.rules.measures import (
    ADDED,
    ALL,
    APART,
    AT_THE_COUNT,
    COHORTS,
    LOST,
    NOT_HELD,
    OF_THE_MOMENT,
    STEPS,
    UPTAKE,
    Count,
    count,
    parts,
    quarter_of,
    steps,
    told,
    within,
)

ENDED = date(2026, 6, 1)


def episode(number=1, **changes) -> EpisodeFacts:
    facts = {
        "episode": number,
        "child": number,
        "authority": "Northshire",
        "cohort": Cohort.HOME,
        "kind": EpisodeKind.MISSING,
        "offer_kind": OfferKind.STATUTORY,
        "started_on": date(2026, 5, 31),
        "ended_on": ENDED,
    }
    return EpisodeFacts(**{**facts, **changes})


def held(number=1, standing=Standing.IN_TIME, **changes) -> EpisodeFacts:
    said = {"offered": True, "answer": Answer.ACCEPTED, "held": True, "standing": standing}
    return episode(number, **{**said, **changes})


def declined(number=1, by=DeclinedBy.CHILD, **changes) -> EpisodeFacts:
    return episode(number, offered=True, answer=Answer.DECLINED, declined_by=by, **changes)


def numerators(*facts: EpisodeFacts, cohort=ALL) -> dict[str, int]:
    counted = count(facts)
    return {
        measure.key: counted[cohort, measure.key].numerator
        for measure in UPTAKE
        if counted[cohort, measure.key].numerator
    }


def test_eighty_percent_offered_and_seventy_accepted_is_fifty_six_of_all():
    facts = [held(number) for number in range(56)]
    facts += [declined(number) for number in range(56, 80)]
    facts += [episode(number) for number in range(80, 100)]

    counted = count(facts)

    assert counted[ALL, "offered"] == Count(80, 100)
    assert counted[ALL, "accepted"] == Count(56, 80)
    assert counted[ALL, "accepted"].value == 70.0
    assert counted[ALL, "held_of_ended"].value == 56.0
    assert counted[ALL, "held_of_offered"].value == 70.0


def test_a_rate_is_to_one_decimal_and_of_nothing_there_is_none():
    assert Count(1, 3).value == 33.3
    assert Count(2, 3).value == 66.7
    assert Count(1, 16).value == 6.3
    assert Count(1, 1).value == 100.0
    assert Count(0, 7).value == 0.0
    assert Count(0, 0).value is None
    assert Count(5).value is None
    assert Count(2, 5).percent == "40.0%"
    assert Count(0, 0).percent == ""


def test_a_childs_no_and_a_parents_no_are_told_apart():
    counted = numerators(declined(1), declined(2, by=DeclinedBy.PARENT_OR_CARER))

    assert counted["declined_by_child"] == 1
    assert counted["declined_by_parent"] == 1


def test_a_no_written_as_the_reason_counts_as_a_decline():
    counted = numerators(episode(not_held=NotHeldReason.DECLINED_BY_CHILD))

    assert counted["offered"] == 1
    assert counted["declined_by_child"] == 1


def test_attempts_that_reached_nobody_are_part_of_not_offered():
    counted = numerators(episode(attempted=True))

    assert counted == {"ended": 1, "children": 1, "not_offered": 1, "no_contact": 1}


def test_an_episode_whose_clock_still_runs_is_shown_apart_and_stays_in_the_denominator():
    asked = episode(2, running=True, offered=True)

    counted = count([episode(1, running=True), asked, held(3, running=True)])

    assert counted[ALL, "running"] == Count(2, 3)
    assert counted[ALL, "running_not_offered"] == Count(1, 3)
    assert counted[ALL, "held_of_ended"] == Count(1, 3)


def test_what_is_lost_after_acceptance_is_counted_by_reason():
    gone = episode(offered=True, answer=Answer.ACCEPTED, not_held=NotHeldReason.MISSING_AGAIN)

    counted = numerators(gone)

    assert counted["accepted"] == counted["not_held"] == counted["not_held_missing_again"] == 1


def test_an_interview_nobody_wrote_an_offer_for_was_offered_and_accepted():
    counted = numerators(episode(held=True, standing=Standing.LATE))

    assert counted["offered"] == counted["accepted"] == counted["held_of_ended"] == 1
    assert counted["late"] == 1


def test_one_interview_that_answers_for_two_episodes_answers_for_both():
    counted = numerators(held(1, child="Sky"), held(2, child="Sky", covered=True))

    assert counted["held_of_ended"] == 2
    assert counted["covered"] == 1
    assert counted["children"] == 1


@pytest.mark.parametrize(
    "standing", [Standing.INDETERMINATE, Standing.INVALID, Standing.OPEN, None]
)
def test_what_cannot_be_told_is_never_in_time(standing):
    counted = numerators(held(standing=standing))

    assert counted["indeterminate"] == 1
    assert "in_time_of_held" not in counted


def test_children_of_authorities_outside_england_are_in_no_english_rate():
    welsh = held(cohort=Cohort.PLACED_HERE_BY_OTHER, offer_kind=OfferKind.NOT_STATUTORY_HERE)

    counted = count([welsh])

    assert numerators(welsh, cohort=Cohort.PLACED_HERE_BY_OTHER) == {
        "not_statutory_ended": 1,
        "not_statutory_offered": 1,
        "not_statutory_held": 1,
    }
    assert counted[Cohort.PLACED_HERE_BY_OTHER, "held_of_ended"] == Count(0, 0)
    assert numerators(welsh, episode(2)) == {"ended": 1, "children": 1, "not_offered": 1}


@pytest.mark.parametrize("kind", [OfferKind.LOCAL_POLICY, OfferKind.ADULT_PATHWAY])
def test_what_is_outside_the_duty_is_shown_apart(kind):
    assert numerators(episode(offer_kind=kind)) == {f"{APART[kind]}_ended": 1}


def test_a_child_still_missing_and_one_recorded_in_error_are_not_ended():
    assert numerators(episode(ended_on=None, waiting=True)) == {"still_missing": 1, "waiting": 1}
    assert numerators(episode(not_held=NotHeldReason.RECORDED_IN_ERROR)) == {"recorded_in_error": 1}


def test_a_child_in_two_cohorts_counts_once_in_all():
    counted = count(
        [episode(1, child="Sky"), episode(2, child="Sky", cohort=Cohort.LOOKED_AFTER_IN_AREA)]
    )

    assert counted[Cohort.HOME, "children"].numerator == 1
    assert counted[Cohort.LOOKED_AFTER_IN_AREA, "children"].numerator == 1
    assert counted[ALL, "children"].numerator == 1


def test_a_period_includes_both_its_days_and_who_is_still_missing():
    before, first, last, after = (
        episode(number, ended_on=day)
        for number, day in enumerate(
            [date(2026, 3, 31), date(2026, 4, 1), date(2027, 3, 31), date(2027, 4, 1)]
        )
    )
    missing = episode(5, ended_on=None, started_on=date(2027, 3, 31))
    later = episode(6, ended_on=None, started_on=date(2027, 4, 1))

    inside = within(
        [before, first, last, after, missing, later], date(2026, 4, 1), date(2027, 3, 31)
    )

    assert inside == [first, last, missing]


def test_no_label_stands_for_two_things():
    labels = [measure.label for measure in UPTAKE]
    keys = [measure.key for measure in UPTAKE]
    lines = [(measure.part, measure.of) for measure in UPTAKE]

    assert len(set(labels)) == len(set(keys)) == len(set(lines)) == len(UPTAKE)
    assert all((measure.of is None) == (measure.denominator is None) for measure in UPTAKE)


# Laws.


@pytest.mark.parametrize(
    ("earlier", "parts_told"),
    [
        (Earlier.NOT_KNOWN, {"offer_not_known"}),
        (Earlier.NOT_OFFERED, {"not_offered"}),
        (Earlier.NOT_REACHED, {"not_offered", "no_contact"}),
        (Earlier.OFFERED, {"offered", "answer_not_known"}),
        (Earlier.DECLINED, {"offered", "whose_no_not_known"}),
        (Earlier.DECLINED_BY_CHILD, {"offered", "declined_by_child"}),
        (Earlier.DECLINED_BY_PARENT, {"offered", "declined_by_parent"}),
        (Earlier.ACCEPTED, {"offered", "accepted", "held_not_known"}),
        (Earlier.NOT_HELD, {"offered", "accepted", "not_held", "not_held_why_not_known"}),
        (Earlier.HELD, {"offered", "accepted", "held", "indeterminate"}),
        (Earlier.COVERED, {"offered", "accepted", "held", "indeterminate", "covered"}),
    ],
)
def test_what_earlier_records_leave_out_is_not_known_and_never_not_done(earlier, parts_told):
    assert parts(episode(earlier=earlier)) == {"ended", *parts_told}


FACTS = some.builds(
    EpisodeFacts,
    episode=some.integers(),
    child=some.integers(1, 5),
    authority=some.just("Northshire"),
    cohort=some.sampled_from(list(Cohort)),
    kind=some.sampled_from(list(EpisodeKind)),
    offer_kind=some.sampled_from([*OfferKind, *[OfferKind.STATUTORY] * 8]),
    started_on=some.just(date(2026, 5, 31)),
    ended_on=some.sampled_from([None, ENDED, ENDED, ENDED]),
    offered=some.booleans(),
    attempted=some.booleans(),
    answer=some.sampled_from([None, *Answer]),
    declined_by=some.sampled_from([None, *DeclinedBy]),
    held=some.booleans(),
    covered=some.booleans(),
    standing=some.sampled_from([None, *Standing]),
    not_held=some.sampled_from([None, *NotHeldReason]),
    running=some.booleans(),
    waiting=some.booleans(),
    earlier=some.sampled_from([None, None, *Earlier]),
)


@given(some.lists(FACTS, max_size=30))
def test_every_funnel_adds_up(facts):
    counted = count(facts)

    for cohort in COHORTS:
        n = {measure.key: counted[cohort, measure.key].numerator for measure in UPTAKE}
        assert n["ended"] == n["offered"] + n["not_offered"] + n["offer_not_known"]
        declined = n["declined_by_child"] + n["declined_by_parent"] + n["whose_no_not_known"]
        unanswered = n["not_answered"] + n["answer_not_known"]
        assert n["offered"] == n["accepted"] + declined + unanswered
        to_hold = n["still_to_hold"] + n["held_not_known"]
        assert n["accepted"] == n["held_of_accepted"] + n["not_held"] + to_hold
        reasons = sum(n[f"not_held_{reason}"] for reason in NOT_HELD)
        assert n["not_held"] == reasons + n["not_held_why_not_known"]
        assert n["held_of_ended"] == n["in_time_of_held"] + n["late"] + n["indeterminate"]
        assert n["ended"] == n["held_of_ended"] + sum(n[part] for part in LOST)
        assert max(n["no_contact"], n["running_not_offered"]) <= n["not_offered"]
        assert n["running_not_offered"] <= n["running"] <= n["ended"] - n["held_of_ended"]
        assert n["covered"] <= n["held_of_ended"]
        assert n["children"] <= n["ended"]


@given(some.lists(FACTS, max_size=30))
def test_cohorts_but_the_one_apart_add_up_to_all_and_no_rate_is_over_a_hundred(facts):
    counted = count(facts)

    for measure in UPTAKE:
        if measure.key != "children":
            cohorts = sum(counted[cohort, measure.key].numerator for cohort in ADDED)
            assert cohorts == counted[ALL, measure.key].numerator
        for cohort in COHORTS:
            value = counted[cohort, measure.key].value
            assert value is None or 0 <= value <= 100


@given(FACTS)
def test_every_episode_is_counted_in_exactly_one_place(facts):
    whole = {"ended", "still_missing", "recorded_in_error"}
    whole |= {f"{prefix}_ended" for prefix in APART.values()}

    assert len(parts(facts) & whole) == 1
    assert all(len(part) <= 30 for part in parts(facts))


def test_every_part_has_a_measure():
    every = Counter(measure.part for measure in UPTAKE)

    assert all(f"not_held_{reason}" in every for reason in NOT_HELD)
    assert all(len(part) <= 30 for part in every)


def test_what_holds_only_at_the_moment_says_so():
    said = {measure.part for measure in UPTAKE if AT_THE_COUNT in measure.basis}

    assert said == OF_THE_MOMENT


@given(FACTS)
def test_no_step_is_taken_without_the_one_before_and_outside_the_rates_none_is(facts):
    counted = parts(facts)
    taken = steps(counted)

    assert set(STEPS) & counted == set(STEPS[: taken or 0])
    assert (taken is None) == ("ended" not in counted)
    assert len(told(counted)) <= 100


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 1, 1), date(2026, 1, 1)),
        (date(2026, 3, 31), date(2026, 1, 1)),
        (date(2026, 4, 1), date(2026, 4, 1)),
        (date(2024, 12, 31), date(2024, 10, 1)),
    ],
)
def test_a_quarter_begins_in_january_april_july_and_october(day, first):
    assert quarter_of(day) == first
