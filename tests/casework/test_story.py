"""One whole story through the verbs: from the notification to the help that followed."""

from datetime import date

import pytest

from returnhome.casework import episodes, interviews, support
from returnhome.casework.models import Episode, Tally
from returnhome.casework.tallies import totals
from returnhome.rules.clock import Standing
from returnhome.rules.codes import ActionKind, Cohort, OfferKind
from returnhome.rules.progress import Step
from tests.cast import NOW, Cast, hours, missing, returned, signed


def test_a_child_placed_elsewhere_stays_the_duty_of_the_council_that_looks_after_them(
    cast: Cast,
) -> None:
    episode = returned(cast.sky)

    assert episode.responsible_authority == cast.northshire
    assert episode.host_authority == cast.westborough
    assert episode.cohort == Cohort.LOOKED_AFTER_OUT_OF_AREA
    assert episode.offer_kind == OfferKind.STATUTORY
    assert episode.reasons


def test_one_story_moves_the_uptake_by_one(cast: Cast) -> None:
    episode = returned(cast.sky)
    before = totals(Tally.objects.all())

    interview = signed(episode, interviewer=cast.ines, by=cast.amina)

    after = totals(Tally.objects.all())
    cohort = Cohort.LOOKED_AFTER_OUT_OF_AREA
    assert after[cohort, "ended"] == before[cohort, "ended"]
    assert after[cohort, "held"] == before[cohort, "held"] + 1
    assert after[cohort, "in_time"] == before[cohort, "in_time"] + 1
    assert interview.is_signed


def test_an_episode_is_settled_once_every_action_is_done(cast: Cast) -> None:
    episode = returned(cast.sky)
    interview = signed(episode, interviewer=cast.ines, by=cast.amina)
    action = support.add(
        episode,
        ActionKind.SAFETY_PLAN,
        "Update the safety plan with Sky",
        owner=cast.sol,
        due_on=date(2026, 3, 9),
        interview=interview,
        by=cast.mara,
        at=NOW + hours(8),
    )
    assert Episode.objects.get(pk=episode.pk).next_step is Step.DO_ACTIONS

    support.complete(action, "Agreed with Sky", by=cast.sol, at=NOW + hours(30))

    settled = Episode.objects.get(pk=episode.pk)
    assert settled.acted_at == NOW + hours(30)
    assert settled.is_settled
    assert settled.timeliness == Standing.IN_TIME


def test_a_child_cannot_be_missing_twice_at_once(cast: Cast) -> None:
    missing(cast.kit)

    with pytest.raises(episodes.Overlaps):
        missing(cast.kit, last_seen=NOW - hours(10))


def test_nothing_in_a_signed_record_can_be_changed_by_any_verb(cast: Cast) -> None:
    interview = signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    with pytest.raises(interviews.interviewing.AlreadySigned):
        interviews.record(interview, {}, by=cast.ines, at=NOW + hours(9))
