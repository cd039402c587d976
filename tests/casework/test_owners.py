"""Who must act for an episode, from the child's care as it was at the start."""

from datetime import date, timedelta

from returnhome.casework import children, episodes, owners
from returnhome.casework.children import Circumstances
from returnhome.casework.models import Address, CarePeriod, Child
from returnhome.rules.codes import Cohort, EpisodeKind, OfferKind
from tests.casework.ledger import fresh
from tests.casework.test_children import moved, stranger
from tests.cast import NOW, Cast, exactly, hours, missing, returned

TODAY = NOW.date()


def owners_of(child: Child, kind: EpisodeKind = EpisodeKind.MISSING) -> owners.Owners:
    return owners.of_child(child, kind=kind, started_on=TODAY, ended_on=None)


def test_a_child_at_home_is_the_duty_of_the_council_where_they_live(cast: Cast) -> None:
    owned = owners_of(cast.kit)

    assert owned.responsible_authority == cast.northshire
    assert (owned.host_authority, owned.provider) == (None, None)
    assert (owned.cohort, owned.offer_kind) == (Cohort.HOME, OfferKind.STATUTORY)


def test_a_child_placed_out_of_area_has_a_host_besides(cast: Cast) -> None:
    owned = owners_of(cast.sky)

    assert owned.responsible_authority == cast.northshire
    assert owned.host_authority == cast.westborough
    assert owned.cohort == Cohort.LOOKED_AFTER_OUT_OF_AREA


def test_a_provider_with_whom_it_is_arranged_interviews(cast: Cast) -> None:
    owned = owners_of(cast.robin)

    assert owned.provider == cast.open_path
    assert owned.cohort == Cohort.LOOKED_AFTER_IN_AREA


def test_every_decision_gives_its_reasons_in_sentences_with_the_facts(cast: Cast) -> None:
    for reason in owners_of(cast.sky).reasons:
        assert reason["sentence"].endswith(".")
        assert isinstance(reason["facts"], list)


def test_of_a_child_whose_home_nobody_knows_whoever_received_the_notice_acts(cast: Cast) -> None:
    owned = owners.decide(
        Circumstances(None, None, None),
        kind=EpisodeKind.MISSING,
        age_at_return=None,
        missing_from=None,
        received_by=cast.eastmoor,
    )

    assert owned.responsible_authority == cast.eastmoor
    assert owned.cohort == Cohort.UNKNOWN
    assert "provisional" in owned.flags


def test_where_the_child_went_missing_comes_before_who_received_the_notice(cast: Cast) -> None:
    owned = owners.of_child(
        stranger(cast),
        kind=EpisodeKind.MISSING,
        started_on=TODAY,
        ended_on=None,
        missing_from=cast.westborough,
        received_by=cast.eastmoor,
    )

    assert owned.responsible_authority == cast.westborough


def test_a_birth_date_after_the_return_is_no_age(cast: Cast) -> None:
    Child.objects.filter(pk=cast.kit.pk).update(born_on=TODAY + timedelta(days=1))

    assert owners_of(cast.kit).offer_kind == OfferKind.STATUTORY


def test_a_child_waiting_to_be_named_keeps_what_was_told_when_the_kind_is_put_right(
    cast: Cast,
) -> None:
    child = stranger(cast, born_on=date(2012, 1, 2))
    told = owners.decide(
        Circumstances(cast.northshire, cast.westborough, None),
        kind=EpisodeKind.MISSING,
        age_at_return=14,
        missing_from=None,
        received_by=cast.northshire,
    )
    episode = episodes.open(
        child,
        kind=EpisodeKind.MISSING,
        moments={"last_seen": exactly(NOW - hours(30))},
        source="Northshire Police",
        owners=told,
        by=cast.amina,
        at=NOW,
    )

    episodes.correct(
        episode,
        "last_seen",
        exactly(NOW - hours(80)),
        because="The carer's log",
        by=cast.amina,
        at=NOW,
    )

    assert fresh(episode).host_authority == cast.westborough
    assert fresh(episode).cohort == Cohort.LOOKED_AFTER_OUT_OF_AREA


def test_a_home_that_nobody_has_dated_counts_from_ever(cast: Cast) -> None:
    Address.objects.filter(child=cast.kit).delete()
    Address.objects.create(child=cast.kit, authority=cast.eastmoor)

    assert owners_of(cast.kit).responsible_authority == cast.eastmoor
    assert children.circumstances(cast.kit, date(1999, 1, 1)).lives_in == cast.eastmoor


def test_cohort_and_council_are_as_at_the_start_whatever_changes_later(cast: Cast) -> None:
    episode = returned(moved(cast))

    CarePeriod.objects.filter(child=cast.sky).update(until=TODAY)

    assert fresh(episode).responsible_authority == cast.northshire
    assert fresh(episode).host_authority == cast.westborough


def test_a_start_put_right_to_before_the_move_is_counted_as_it_was_then(cast: Cast) -> None:
    episode = missing(moved(cast), last_seen=NOW - hours(30))
    before = exactly(NOW - timedelta(days=40))

    episodes.correct(episode, "last_seen", before, because="The carer's log", by=cast.amina, at=NOW)

    again = fresh(episode)
    assert again.host_authority is None
    assert again.cohort == "looked_after_in_area"


def test_a_child_who_was_18_at_the_return_is_on_the_adult_pathway_once_that_is_known(
    cast: Cast,
) -> None:
    Child.objects.filter(pk=cast.kit.pk).update(born_on=date(2008, 3, 2))
    episode = missing(cast.kit, last_seen=NOW - hours(40))
    assert episode.offer_kind == "statutory"

    episodes.record_return(episode, returned=exactly(NOW - hours(1)), by=cast.amina, at=NOW)

    assert fresh(episode).offer_kind == "adult_pathway"
    episodes.correct(
        fresh(episode),
        "returned",
        exactly(NOW - hours(12)),
        because="It was the evening before",
        by=cast.amina,
        at=NOW,
    )
    assert fresh(episode).offer_kind == "statutory"


def test_away_from_placement_leaves_the_offer_to_local_policy_and_missing_does_not(
    cast: Cast,
) -> None:
    episode = returned(cast.sky)

    episodes.update(
        episode,
        kind=EpisodeKind.AWAY,
        moments={},
        source="Northshire Police",
        by=cast.amina,
        at=NOW,
    )
    assert fresh(episode).offer_kind == "local_policy"

    episodes.update(
        episode,
        kind=EpisodeKind.MISSING,
        moments={},
        source="Northshire Police",
        by=cast.amina,
        at=NOW,
    )
    assert fresh(episode).offer_kind == "statutory"
