"""Children who went missing together: linked by a person, and known to few."""

import pytest

from returnhome.casework import acting, episodes, restrictions, row_security, together
from returnhome.casework.models import Alias, JournalEntry, WentTogether
from returnhome.rules import going_together
from returnhome.rules.going_together import Sign
from tests.casework.ledger import (
    NOBODY,
    act,
    last_act,
    refused_by,
    rewrite,
    who_sees,
    written_again,
)
from tests.cast import NOW, Cast, hours, lives_at, returned

COUNCIL = {"amina", "ines", "mara", "sol"}


@pytest.fixture
def pair(cast: Cast):
    return returned(cast.kit), returned(cast.robin)


@pytest.fixture
def row(cast: Cast, pair) -> WentTogether:
    return together.link(*pair, because="One car", by=cast.mara, at=NOW)


def test_a_social_worker_notes_that_two_went_together_and_the_journal_names_neither(
    cast: Cast, pair
):
    row = together.link(pair[1], pair[0], by=cast.sol, at=NOW)

    assert (row.episode, row.other) == pair
    assert last_act() == act("link episodes", row, cast.sol, NOW)
    assert not JournalEntry.objects.filter(kind="wenttogether").exclude(child_id=None).exists()


def test_only_those_who_may_see_both_children_can_tell(cast: Cast, row):
    sky_too = together.link(row.episode, returned(cast.sky), by=cast.mara, at=NOW)

    # Pat interviews Robin alone and Wes hosts Sky alone: to them neither link is there.
    assert who_sees(row) == who_sees(sky_too) == COUNCIL


def test_the_database_too_opens_a_link_only_to_those_to_whom_both_are_open(cast: Cast, row):
    for name in ("wes", "pat", "owen", "ana", "lara", "adi"):
        with acting.on_behalf_of(getattr(cast, name)):
            assert not WentTogether.objects.exists(), name
    with acting.on_behalf_of(cast.sol):
        assert WentTogether.objects.get() == row


def test_a_restricted_record_closes_the_link_in_both_locks(cast: Cast, row):
    restrictions.keep_out(cast.robin, cast.sol, "His aunt", by=cast.mara, at=NOW)

    assert who_sees(row) == COUNCIL - {"sol"}
    assert together.of_episodes([row.episode], cast.sol) == {row.episode_id: []}
    assert together.names_for(row.episode, cast.sol) == []
    with acting.on_behalf_of(cast.sol):
        assert not WentTogether.objects.exists()


def test_the_names_of_those_who_went_along_are_told_with_every_name_they_go_by(cast: Cast, row):
    Alias.objects.create(child=cast.robin, forename="Rob", surname="Ash", folded_name="rob ash")

    assert together.names_for(row.episode, cast.ines) == ["Robin Ashdown", "Rob Ash"]
    assert together.names_for(row.other, cast.pat) == []


@pytest.mark.parametrize("name", ["ines", "wes", "pat", "owen", "ana", "lara"])
def test_whoever_does_not_act_for_both_links_nothing(cast: Cast, pair, name: str):
    with pytest.raises(together.NotBoth):
        together.link(*pair, by=getattr(cast, name), at=NOW)

    assert not WentTogether.objects.exists()


def test_one_child_one_in_error_and_one_linked_already_are_refused(cast: Cast, pair, row):
    earlier = returned(cast.kit, hours_ago=400)
    wrong = returned(cast.sky)
    episodes.void(wrong, because="Another child", by=cast.mara, at=NOW)

    with pytest.raises(going_together.SameChild):
        together.link(pair[0], earlier, by=cast.mara, at=NOW)
    with pytest.raises(going_together.SameChild):
        together.link(pair[0], pair[0], by=cast.mara, at=NOW)
    with pytest.raises(going_together.RecordedInError):
        together.link(pair[0], wrong, by=cast.mara, at=NOW)
    with pytest.raises(going_together.LinkedAlready):
        together.link(pair[1], pair[0], by=cast.mara, at=NOW)


def test_times_that_lie_apart_need_a_reason(cast: Cast, pair):
    later = returned(cast.sky, hours_ago=400)

    with pytest.raises(going_together.TimesApart):
        together.link(pair[0], later, by=cast.mara, at=NOW)
    assert together.link(pair[0], later, because="Seen together", by=cast.mara, at=NOW)


def test_a_link_taken_back_stays_with_its_reason_and_can_be_noted_anew(cast: Cast, pair, row):
    undone = together.undo(row, because="He was at school", by=cast.sol, at=NOW + hours(1))

    assert (undone.ended_because, undone.ended_by) == ("He was at school", cast.sol)
    assert last_act() == act("undo link of episodes", row, cast.sol, NOW + hours(1))
    assert together.of_episodes(pair, cast.mara) == {pair[0].pk: [], pair[1].pk: []}
    with pytest.raises(going_together.UndoneAlready):
        together.undo(row, because="Again", by=cast.sol, at=NOW)
    assert together.link(*pair, by=cast.mara, at=NOW).pk != row.pk


def test_an_episode_recorded_in_error_since_went_with_nobody(cast: Cast, pair, row):
    episodes.void(pair[1], because="Another child", by=cast.mara, at=NOW)

    assert together.of_episodes([pair[0]], cast.mara) == {pair[0].pk: []}


def test_who_may_have_gone_together_is_looked_for_among_those_for_whom_the_person_acts(
    cast: Cast, pair
):
    sky = returned(cast.sky)
    for child in (cast.sky, cast.robin):
        lives_at(child, cast.larchwood, by=cast.sol)
    far = returned(cast.sky, hours_ago=400)

    found = {one.episode: one.signs for one in together.candidates(pair[1], cast.sol)}

    assert set(found) == {sky, pair[0]}
    assert found[sky][0] is Sign.HOME
    found = {one.episode: one.signs for one in together.candidates(pair[0], cast.sol)}
    assert Sign.CLOSE in found[pair[1]]
    assert far not in found
    assert pair[0] not in found
    assert together.candidates(pair[0], cast.owen) == []
    together.link(*pair, by=cast.sol, at=NOW)
    assert pair[1] not in [one.episode for one in together.candidates(pair[0], cast.sol)]


def test_somebody_kept_out_of_a_record_is_not_shown_it_as_one_who_may_have_gone(cast: Cast, pair):
    restrictions.keep_out(cast.robin, cast.sol, "His aunt", by=cast.mara, at=NOW)

    assert pair[1] not in [one.episode for one in together.candidates(pair[0], cast.sol)]


def test_the_database_itself_refuses_a_pair_twice_round_the_other_way_or_half_undone(
    cast: Cast, row
):
    earlier = returned(cast.kit, hours_ago=400)
    with refused_by("two_went_together_once"):
        written_again(row)
    with refused_by("a pair is of two children"):
        pair = sorted([row.episode_id, earlier.pk])
        written_again(row, episode_id=pair[0], other_id=pair[1])
    with refused_by("a_pair_is_written_one_way_round"):
        written_again(row, episode_id=row.other_id, other_id=row.episode_id)
    with refused_by("a_link_taken_back_has_time_and_person"):
        WentTogether.objects.filter(pk=row.pk).update(ended_at=NOW)
    assert who_sees(row) != NOBODY


def test_the_database_itself_refuses_to_change_a_link_or_to_take_it_away(row):
    with refused_by("only the end is written"):
        rewrite(WentTogether.objects.filter(pk=row.pk), because="They said so")
    with refused_by("only the end is written"):
        WentTogether.objects.filter(pk=row.pk).delete()


def test_no_door_but_that_of_those_who_may_see_both_is_opened_on_a_link():
    """Neither the child's own pages, nor a home, a program with a token, nor any figure."""
    there = WentTogether._meta.db_table
    opened = row_security.opened()

    for door in (acting.OWN_PAGES, acting.HOMES, acting.SENDER, acting.INTAKE, acting.REPORTING):
        assert there not in opened[door].reads | opened[door].writes, door
