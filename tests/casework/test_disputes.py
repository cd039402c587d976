"""Disputes over who must act, how they end, and what a person decides in the rules' place."""

import pytest

from returnhome.casework import disputes, handovers
from returnhome.casework.models import Dispute, Override
from returnhome.rules import disputing
from returnhome.rules.codes import Cohort, DutyGround, OfferKind, SettledHow
from returnhome.rules.responsibility import Reply
from tests.casework.ledger import (
    counted_figures,
    fresh,
    last_act,
    refused_by,
    stored_figures,
    who_sees,
)
from tests.cast import NOW, Cast, hours, returned

WHY = "The family moved in January, says the school."


def test_the_council_that_acts_asks_the_one_it_names_and_acts_meanwhile(cast: Cast) -> None:
    episode = returned(cast.kit)

    row = disputes.dispute(episode, because=WHY, should_be=cast.eastmoor, by=cast.amina, at=NOW)

    assert row.request
    assert (row.request.to, row.request.ground) == (cast.eastmoor, DutyGround.DISPUTED)
    assert fresh(episode).responsible_authority == cast.northshire
    assert fresh(episode).due_at == episode.due_at
    assert last_act()[0] == "dispute who must act"


def test_where_the_other_agrees_the_child_was_its_own_from_the_start(cast: Cast) -> None:
    episode = returned(cast.kit)
    row = disputes.dispute(episode, because=WHY, should_be=cast.eastmoor, by=cast.amina, at=NOW)

    handovers.answer(row.request, Reply.ACCEPTED, by=cast.owen, at=NOW + hours(1))

    episode = fresh(episode)
    assert episode.responsible_authority == episode.counted_under == cast.eastmoor
    assert stored_figures() == counted_figures()


def test_a_host_can_dispute_and_only_the_council_that_acts_asks_another(cast: Cast) -> None:
    episode = returned(cast.sky)

    row = disputes.dispute(
        episode, because="She is not placed here", should_be=cast.eastmoor, by=cast.wes, at=NOW
    )

    assert row.request is None
    assert not handovers.HandOver.objects.filter(episode=episode).exists()
    assert row.raised_for == cast.westborough_council
    assert who_sees(row) == who_sees(episode)
    with pytest.raises(disputing.DisputedAlready):
        disputes.dispute(episode, because=WHY, by=cast.amina, at=NOW)


def test_a_dispute_says_why_and_never_stops_the_clock(cast: Cast) -> None:
    episode = returned(cast.kit)

    with pytest.raises(disputing.ReasonMissing):
        disputes.dispute(episode, because=" ", by=cast.amina, at=NOW)
    disputes.dispute(episode, because=WHY, by=cast.amina, at=NOW)

    assert fresh(episode).due_at == episode.due_at
    assert not fresh(episode).is_settled


def test_a_dispute_is_settled_once_with_a_reason(cast: Cast) -> None:
    row = disputes.dispute(returned(cast.kit), because=WHY, by=cast.amina, at=NOW)

    with pytest.raises(disputing.ReasonMissing):
        disputes.settle(row, SettledHow.STAYS, because="", by=cast.mara, at=NOW)
    disputes.settle(row, SettledHow.STAYS, because="They live here", by=cast.mara, at=NOW)

    assert fresh(row).settled_by == cast.mara
    with pytest.raises(disputing.NotDisputed):
        disputes.settle(row, SettledHow.STAYS, because="x", by=cast.mara, at=NOW)


def test_a_persons_decision_counts_in_place_of_the_rules_and_both_are_kept(cast: Cast) -> None:
    episode = returned(cast.kit)

    row = disputes.override(
        episode,
        cohort=Cohort.LOOKED_AFTER_IN_AREA,
        offer_kind=OfferKind.LOCAL_POLICY,
        host=None,
        because="Looked after under section 20 since Friday",
        by=cast.mara,
        at=NOW,
    )

    assert (row.was_cohort, row.cohort) == (Cohort.HOME, Cohort.LOOKED_AFTER_IN_AREA)
    assert fresh(episode).cohort == Cohort.LOOKED_AFTER_IN_AREA
    assert fresh(episode).responsible_authority == cast.northshire
    assert stored_figures() == counted_figures()
    # What is known of care and home later no longer changes it by itself.
    handovers.reconsider(cast.kit, by=cast.amina, at=NOW)
    assert fresh(episode).cohort == Cohort.LOOKED_AFTER_IN_AREA


def test_who_must_act_cannot_be_overridden_and_neither_can_nothing(cast: Cast) -> None:
    episode = returned(cast.kit)

    def decide(host=None, cohort=Cohort.HOME, because="because"):
        disputes.override(
            episode,
            cohort=cohort,
            offer_kind=OfferKind.STATUTORY,
            host=host,
            because=because,
            by=cast.mara,
            at=NOW,
        )

    with pytest.raises(disputing.NothingElse):
        decide()
    with pytest.raises(disputing.HostIsResponsible):
        decide(host=cast.northshire)
    with pytest.raises(disputing.ReasonMissing):
        decide(cohort=Cohort.UNKNOWN, because=" ")


def test_a_child_is_put_on_the_adult_pathway_by_the_birth_date_alone(cast: Cast) -> None:
    with pytest.raises(disputing.ChildIsNoAdult, match="put the birth date right"):
        disputes.override(
            returned(cast.kit),
            cohort=Cohort.HOME,
            offer_kind=OfferKind.ADULT_PATHWAY,
            host=None,
            because="She looks older",
            by=cast.mara,
            at=NOW,
        )


def test_a_decision_is_given_back_to_the_rules_and_both_stay_on_record(cast: Cast) -> None:
    episode = returned(cast.kit)
    disputes.override(
        episode,
        cohort=Cohort.LOOKED_AFTER_IN_AREA,
        offer_kind=OfferKind.LOCAL_POLICY,
        host=None,
        because="Section 20",
        by=cast.mara,
        at=NOW,
    )
    with pytest.raises(disputing.ReasonMissing):
        disputes.follow_the_rules(episode, because=" ", by=cast.mara, at=NOW)

    back = disputes.follow_the_rules(episode, because="She was not", by=cast.mara, at=NOW)

    again = fresh(episode)
    assert (again.cohort, again.offer_kind) == (Cohort.HOME, OfferKind.STATUTORY)
    assert not again.is_overridden
    assert back.is_given_back
    assert Override.objects.filter(episode=episode).count() == 2
    assert stored_figures() == counted_figures()
    with pytest.raises(disputing.NotOverridden):
        disputes.follow_the_rules(episode, because="Again", by=cast.mara, at=NOW)


def test_nobody_says_that_the_duty_was_taken_over_before_it_was(cast: Cast) -> None:
    row = disputes.dispute(
        returned(cast.kit), because=WHY, should_be=cast.eastmoor, by=cast.amina, at=NOW
    )

    def settle() -> Dispute:
        return disputes.settle(
            row, SettledHow.TAKEN_OVER, because="They said so", by=cast.mara, at=NOW + hours(2)
        )

    with pytest.raises(disputing.NotTakenOver):
        settle()
    assert row.request
    handovers.answer(row.request, Reply.ACCEPTED, by=cast.owen, at=NOW + hours(1))
    assert settle().is_settled


def test_the_database_refuses_two_disputes_at_once_and_half_a_settlement(cast: Cast) -> None:
    row = disputes.dispute(returned(cast.kit), because=WHY, by=cast.amina, at=NOW)

    with refused_by("one_dispute_at_a_time"):
        Dispute.objects.create(episode=row.episode, raised_at=NOW, raised_by=cast.amina)
    with refused_by("a_settlement_has_time_person_and_way"):
        Dispute.objects.filter(pk=row.pk).update(settled_at=NOW)


def test_the_database_refuses_to_change_an_override(cast: Cast) -> None:
    row = disputes.override(
        returned(cast.kit),
        cohort=Cohort.UNKNOWN,
        offer_kind=OfferKind.STATUTORY,
        host=None,
        because="Nobody knows where she lives",
        by=cast.mara,
        at=NOW,
    )

    with refused_by("never changed"):
        Override.objects.filter(pk=row.pk).update(cohort=Cohort.HOME)
    assert who_sees(row) == who_sees(row.episode)
