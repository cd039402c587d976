"""What followed an interview: where each one counts, and that the parts add up."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from returnhome.rules import after_the_talk as after
from returnhome.rules.after_the_talk import (
    MEASURES,
    SECTIONS,
    Far,
    FoundArea,
    NamedNeed,
    Span,
    TalkFacts,
)
from returnhome.rules.codes import Cohort, OfferKind
from returnhome.rules.measures import APART, UPTAKE
from returnhome.rules.releasing import HOW_IT_WAS, Felt

THEIRS = {"cohort": Cohort.HOME, "offer_kind": OfferKind.STATUTORY}
TRUTH = some.booleans()
DUTY = some.sampled_from(list(OfferKind))
COHORT = some.sampled_from(list(Cohort))


def talk(**facts) -> frozenset[str]:
    return after.parts_of_talk(TalkFacts(**THEIRS | facts))


def need(**facts) -> frozenset[str]:
    return after.parts_of_need(NamedNeed(**THEIRS | facts))


def span(**facts) -> frozenset[str]:
    return after.parts_of_span(Span(**THEIRS | facts))


def test_a_signed_record_with_nothing_told_of_has_nothing_to_share():
    assert talk(is_signed=True) == {"talks", "recorded_fully", "nothing_to_share"}


def test_of_a_draft_nobody_knows_yet_whether_there_is_something_to_share():
    assert talk() == {"talks", "record_open", "share_not_known"}


def test_of_an_interview_in_earlier_records_nothing_that_followed_is_known():
    assert talk(is_earlier=True) == {"talks", "record_not_known", "share_not_known"}


def test_what_was_shared_counts_as_shared_whatever_else_was_decided():
    parts = talk(is_shared=True, is_shared_with_police=True, is_left=True, has_mention=True)

    assert parts >= {"to_share", "shared", "shared_with_police", "not_acknowledged"}
    assert not parts & {"left_unshared", "not_shared_yet"}


def test_help_counts_whatever_else_stands_against_the_need():
    assert need(is_offered=True, has_action=True, is_left=True) >= {"needs", "help_offered"}
    assert need(has_action=True, is_left=True) == {"needs", "action_alone"}
    assert need(is_left=True) == {"needs", "no_help"}
    assert need() == {"needs", "nothing_yet"}


def test_one_help_taken_up_is_enough_and_one_unheard_leaves_it_open():
    assert "taken_up" in need(is_offered=True, is_taken_up=True, is_unheard=True)
    assert "take_up_not_known" in need(is_offered=True, is_unheard=True)
    assert "not_taken_up" in need(is_offered=True)


def test_an_episode_over_the_edge_of_the_period_started_or_ended_in_it_but_not_both():
    assert span(started_within=True, has_ended=True) == {"started", "started_ended_outside"}
    assert span(started_within=True) == {"started", "started_still_missing"}
    before = {"ended", "ended_started_before"}
    assert span(ended_within=True, has_ended=True) == before


@pytest.mark.parametrize("duty", APART)
def test_what_is_outside_the_duty_is_apart_and_in_no_denominator(duty: OfferKind):
    assert talk(offer_kind=duty, is_signed=True) == {"talks_apart"}
    assert need(offer_kind=duty, is_offered=True) == {"needs_apart"}
    assert span(offer_kind=duty, started_within=True) == {"started_apart"}


def test_what_was_recorded_in_error_counts_nowhere():
    assert span(is_in_error=True, started_within=True, ended_within=True, has_ended=True) == set()


@pytest.mark.parametrize(
    ("miles", "band"),
    [
        (0, Far.NEAR),
        (4.999, Far.NEAR),
        (5, Far.MIDDLE),
        (19.999, Far.MIDDLE),
        (20, Far.FAR),
        (400, Far.FAR),
    ],
)
def test_the_bands_begin_at_whole_miles(miles: float, band: Far):
    assert after.far(miles * after.KM_PER_MILE) is band


def test_a_distance_that_nobody_knows_is_not_known():
    assert after.far(None) is Far.UNKNOWN


WAYS = (
    ("talks", {"recorded_fully", "record_open", "record_not_known"}),
    ("talks", {"to_share", "nothing_to_share", "share_not_known"}),
    ("to_share", {"shared", "left_unshared", "not_shared_yet"}),
    ("shared", {"acknowledged", "not_acknowledged"}),
    ("shared", {"told_back", "not_told_back"}),
    ("needs", {"help_offered", "action_alone", "no_help", "nothing_yet"}),
    ("help_offered", {"taken_up", "not_taken_up", "take_up_not_known"}),
    ("taken_up", {"finished", "not_finished"}),
    ("started", {"started_ended_within", "started_ended_outside", "started_still_missing"}),
    ("ended", {"ended_started_within", "ended_started_before"}),
)
ANY_TALK = some.builds(
    TalkFacts,
    cohort=COHORT,
    offer_kind=DUTY,
    **dict.fromkeys(
        [name for name in TalkFacts.__dataclass_fields__ if name[:3] in ("is_", "has")], TRUTH
    ),
)
ANY_NEED = some.builds(
    NamedNeed,
    cohort=COHORT,
    offer_kind=DUTY,
    **dict.fromkeys(
        [name for name in NamedNeed.__dataclass_fields__ if name[:3] in ("is_", "has")], TRUTH
    ),
)
ANY_SPAN = some.builds(
    Span,
    cohort=COHORT,
    offer_kind=DUTY,
    is_in_error=TRUTH,
    started_within=TRUTH,
    ended_within=TRUTH,
    has_ended=TRUTH,
)


@given(ANY_TALK, ANY_NEED, ANY_SPAN)
def test_whatever_is_in_a_denominator_is_in_just_one_of_its_parts(
    one: TalkFacts, other: NamedNeed, third: Span
):
    parts = after.parts_of_talk(one) | after.parts_of_need(other) | after.parts_of_span(third)

    for whole, those in WAYS:
        assert len(parts & those) == (whole in parts), whole


@given(some.lists(some.tuples(*(some.sampled_from([None, *Felt]) for _ in HOW_IT_WAS)), max_size=9))
def test_answered_and_skipped_are_all_who_said_something(answers):
    counted = {
        (question, each): sum(given_[place] is each for given_ in answers)
        for place, question in enumerate(HOW_IT_WAS)
        for each in Felt
    }

    parts = after.parts_of_answers(len(answers), counted)

    for question in HOW_IT_WAS:
        answered = sum(parts[f"{question}_{each}"] for each in Felt)
        assert parts[f"{question}_answered"] == answered
        assert answered + parts[f"{question}_skipped"] == parts["said"] == len(answers)


def test_each_measure_has_a_name_and_words_of_its_own():
    keys = [each.key for each in MEASURES]

    assert len(set(keys)) == len(keys)
    assert not set(keys) & {each.key for each in UPTAKE}
    assert all(bool(each.of) == bool(each.denominator) for each in MEASURES)
    assert all(each.label and each.numerator and each.basis for each in MEASURES)
    assert all(section.leaves_out for section in SECTIONS)


def test_no_two_measures_of_different_days_stand_one_over_the_other():
    basis = {each.part: each.basis for each in MEASURES if each.of is None}

    for each in MEASURES:
        if each.of in basis:
            assert each.basis == basis[each.of], each.key


def test_where_an_episode_ended_is_one_part_of_each_of_three_wholes():
    found = after.parts_of_found

    assert found(is_known=True, km_band=Far.NEAR, area=FoundArea.FORMER) == {
        *("found_where_known", "found_near", "found_former_area")
    }
    assert found(is_known=False, km_band=Far.UNKNOWN, area=FoundArea.UNKNOWN) == {
        *("found_where_not_known", "found_unknown", "found_area_not_known")
    }
