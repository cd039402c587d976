"""Saying who a child is, and taking it back: everything moves there, and everything moves back."""

import pytest

from returnhome.casework import episodes, homes, interviews, matching, owners
from returnhome.casework.children import NotWaiting
from returnhome.casework.episodes import Overlaps
from returnhome.casework.matching import NotByRule, NotJoined, NotNamed, OneInterviewForBoth
from returnhome.casework.models import Child, Episode, Interview, JournalEntry, Notification
from returnhome.rules.codes import Cohort, EpisodeKind
from tests.casework.ledger import (
    COUNCIL,
    counted_figures,
    fresh,
    last_act,
    nothing_else_to_reckon,
    stored_figures,
    who_sees,
)
from tests.casework.test_children import stranger
from tests.casework.test_interviews import book
from tests.casework.test_notifications import delivered, kept
from tests.cast import NOW, Cast, accepted, exactly, hours, missing, signed

LATER = NOW + hours(20)


def told_of(cast: Cast, child: Child) -> Episode:
    """An episode of a child nobody has named, with the row that told of it."""
    back = NOW - hours(10)
    episode = episodes.open(
        child,
        kind=EpisodeKind.MISSING,
        moments={"last_seen": exactly(back - hours(20)), "returned": exactly(back)},
        source="Northshire Police",
        owners=owners.of_child(
            child, kind=EpisodeKind.MISSING, started_on=back.date(), ended_on=back.date()
        ),
        by=cast.amina,
        at=NOW,
    )
    row = kept(cast, delivered(cast), child=child, responsible_authority=cast.northshire)
    episodes.rest_all([(episode, row)])
    return episode


def owners_under(child: Child, *theirs: Episode) -> dict[int, owners.Owners]:
    return {
        each.pk: owners.of_child(
            child,
            kind=EpisodeKind.MISSING,
            started_on=each.started_on,
            ended_on=each.ended_on,
        )
        for each in theirs
    }


def join(cast: Cast, child: Child, known: Child) -> Child:
    theirs = owners_under(known, *child.episodes.all())
    return matching.join(child, known, owners=theirs, because="Same scar", by=cast.amina, at=LATER)


def separate(cast: Cast, child: Child) -> Child:
    theirs = owners_under(child, *matching.came_with(child))
    return matching.separate(child, owners=theirs, by=cast.mara, at=LATER + hours(1))


def test_who_a_child_is_once_said_moves_episode_notification_and_owners(cast: Cast) -> None:
    child = stranger(cast)
    episode = told_of(cast, child)
    assert fresh(episode).cohort == Cohort.UNKNOWN

    join(cast, child, cast.sky)

    moved, row = fresh(episode), Notification.objects.get()
    assert moved.child == cast.sky
    assert (moved.host_authority, moved.cohort) == (
        cast.westborough,
        Cohort.LOOKED_AFTER_OUT_OF_AREA,
    )
    assert (row.child, row.opened_under, row.joined_by, row.joined_because) == (
        cast.sky,
        child,
        cast.amina,
        "Same scar",
    )
    assert who_sees(row) == COUNCIL | {"wes"}
    named = fresh(child)
    assert (named.joined_to, named.joined_at, named.joined_by) == (cast.sky, LATER, cast.amina)
    assert not named.is_waiting
    told = ("join child", cast.amina.pk, LATER, "child", child.pk, cast.sky.pk)
    assert last_act() == told
    assert matching.came_with(child) == [episode]


def test_the_figures_move_with_the_episode_there_and_back(cast: Cast) -> None:
    child = stranger(cast)
    episode = told_of(cast, child)
    before = stored_figures()

    join(cast, child, cast.sky)
    there = stored_figures()
    separate(cast, child)

    assert there != before
    assert stored_figures() == before == counted_figures()
    assert nothing_else_to_reckon(episode, LATER)


def test_a_join_taken_back_gives_everything_back_and_the_child_waits_again(cast: Cast) -> None:
    child = stranger(cast)
    episode = told_of(cast, child)
    join(cast, child, cast.sky)

    separate(cast, child)

    back, row = fresh(episode), Notification.objects.get()
    assert back.child == child
    assert (back.host_authority, back.cohort) == (None, Cohort.UNKNOWN)
    assert (row.child, row.joined_at, row.joined_by) == (child, None, None)
    assert row.host_authority is None
    assert fresh(child).is_waiting
    told = ("separate child", cast.mara.pk, LATER + hours(1), "child", child.pk, cast.sky.pk)
    assert last_act() == told
    join(cast, child, cast.sky)
    assert fresh(episode).child == cast.sky


def test_every_join_and_every_one_taken_back_stays_on_record_with_the_last_reason(
    cast: Cast,
) -> None:
    child = stranger(cast)
    told_of(cast, child)
    join(cast, child, cast.sky)
    separate(cast, child)

    taken_back, joined = matching.history_of(child)

    assert (taken_back.is_join, taken_back.by, taken_back.at) == (
        False,
        cast.mara,
        LATER + hours(1),
    )
    assert (joined.is_join, joined.by, joined.at) == (True, cast.amina, LATER)
    assert (joined.child_id, joined.because) == (cast.sky.pk, "Same scar")
    assert matching.history_under(cast.sky) == [taken_back, joined]
    assert matching.history_under(cast.kit) == []


def test_an_interview_follows_its_episodes_even_when_it_is_signed(cast: Cast) -> None:
    child = stranger(cast)
    episode = told_of(cast, child)
    interview = signed(episode, interviewer=cast.ines, by=cast.amina)

    join(cast, child, cast.sky)
    assert fresh(interview).child == cast.sky
    assert list(cast.sky.interviews.all()) == [interview]

    separate(cast, child)
    assert fresh(interview).child == child
    moves = JournalEntry.objects.filter(verb="move interview", object_id=interview.pk)
    assert [entry.child_id for entry in moves.order_by("pk")] == [cast.sky.pk, child.pk]


def test_what_one_child_said_never_ends_up_in_anothers_record(cast: Cast) -> None:
    child = stranger(cast)
    episode = told_of(cast, child)
    join(cast, child, cast.sky)
    own = missing(
        cast.sky, last_seen=NOW - hours(90), found=NOW - hours(80), returned=NOW - hours(80)
    )
    accepted(fresh(episode), by=cast.amina)
    shared = book(cast, own, fresh(episode))

    with pytest.raises(OneInterviewForBoth):
        separate(cast, child)

    book(cast, fresh(episode))
    separate(cast, child)
    assert fresh(episode).child == child
    assert {each.child for each in Interview.objects.booked()} == {child}
    assert fresh(shared).not_held_at is not None


def test_two_episodes_over_the_same_time_stop_the_join_and_nothing_has_changed(cast: Cast) -> None:
    child = stranger(cast)
    episode = told_of(cast, child)
    missing(cast.sky, last_seen=NOW - hours(25), returned=NOW - hours(19))
    missing(cast.sky, last_seen=NOW - hours(18), returned=NOW - hours(12))
    before = (stored_figures(), JournalEntry.objects.count())

    with pytest.raises(Overlaps):
        join(cast, child, cast.sky)

    assert fresh(episode).child == child
    assert fresh(child).is_waiting
    assert Notification.objects.get().child == child
    assert (stored_figures(), JournalEntry.objects.count()) == before


def test_somebody_was_quicker_to_say_who_the_child_is(cast: Cast) -> None:
    child = stranger(cast)
    join(cast, child, cast.sky)

    with pytest.raises(NotWaiting):
        join(cast, child, cast.kit)


def test_a_child_is_joined_to_one_who_is_known(cast: Cast) -> None:
    child, other = stranger(cast), stranger(cast)

    with pytest.raises(NotNamed):
        join(cast, child, other)
    with pytest.raises(NotNamed):
        join(cast, child, child)
    with pytest.raises(NotWaiting):
        join(cast, cast.kit, cast.sky)


def test_what_was_never_joined_is_not_taken_apart(cast: Cast) -> None:
    child = stranger(cast)

    with pytest.raises(NotJoined):
        separate(cast, child)
    join(cast, child, cast.sky)
    separate(cast, child)
    with pytest.raises(NotJoined):
        separate(cast, child)


def test_joining_leaves_the_childs_own_episodes_alone(cast: Cast) -> None:
    child = stranger(cast)
    told_of(cast, child)
    own = missing(
        cast.sky, last_seen=NOW - hours(90), found=NOW - hours(80), returned=NOW - hours(80)
    )
    join(cast, child, cast.sky)

    separate(cast, child)

    assert list(cast.sky.episodes.all()) == [own]
    assert not interviews.Interview.objects.exists()


# What a rule joined, with nobody looking.


def joined_by_rule(
    cast: Cast, child: Child, because: str = "name, birth date and postcode all agree"
) -> Episode:
    """An episode that a rule opened under this child, with the row that told of it."""
    back = NOW - hours(10)
    episode = missing(child, returned=back, last_seen=back - hours(20))
    row = kept(
        cast,
        delivered(cast),
        child=child,
        joined_because=because,
        responsible_authority=cast.northshire,
    )
    episodes.rest_all([(episode, row)])
    return episode


def test_what_a_rule_joined_wrongly_goes_under_a_child_not_yet_named(cast: Cast) -> None:
    episode = joined_by_rule(cast, cast.kit)

    stranger_ = matching.unmatch(episode, owners=None, by=cast.amina, at=LATER)

    moved, row = fresh(episode), Notification.objects.get()
    assert moved.child == stranger_
    assert stranger_.is_waiting
    assert (row.child, row.opened_under, row.joined_at) == (stranger_, stranger_, None)
    assert row.joined_because == "name, birth date and postcode all agree"
    assert not cast.kit.episodes.exists()
    told = ("separate child", cast.amina.pk, LATER, "child", stranger_.pk, cast.kit.pk)
    assert last_act() == told
    assert matching.came_with(stranger_) == [episode]
    assert stored_figures() == counted_figures()


def test_it_can_be_joined_to_whom_it_is_about_and_to_the_same_child_again(cast: Cast) -> None:
    episode = joined_by_rule(cast, cast.kit)
    stranger_ = matching.unmatch(episode, owners=None, by=cast.amina, at=LATER)

    join(cast, stranger_, cast.sky)
    assert fresh(episode).child == cast.sky
    separate(cast, stranger_)
    join(cast, stranger_, cast.kit)
    assert fresh(episode).child == cast.kit
    assert len(matching.history_of(stranger_)) == 4


def test_what_a_person_opened_or_joined_is_not_taken_apart_this_way(cast: Cast) -> None:
    by_hand = missing(cast.sky)
    child = stranger(cast)
    joined = told_of(cast, child)
    join(cast, child, cast.kit)

    for episode in (by_hand, joined):
        assert matching.by_rule(episode) == []
        with pytest.raises(NotByRule):
            matching.unmatch(episode, owners=None, by=cast.amina, at=LATER)
    assert fresh(joined).child == cast.kit


def test_a_child_from_whom_something_was_taken_back_is_remembered(cast: Cast) -> None:
    episode = joined_by_rule(cast, cast.kit)
    assert matching.once_mistaken([cast.kit.pk, cast.sky.pk]) == set()

    matching.unmatch(episode, owners=None, by=cast.amina, at=LATER)

    assert matching.once_mistaken([cast.kit.pk, cast.sky.pk]) == {cast.kit.pk}


def test_what_a_home_told_of_a_child_who_lives_there_was_joined_by_no_rule(cast: Cast) -> None:
    episode = joined_by_rule(cast, cast.kit, because=homes.BECAUSE)

    assert matching.by_rule(episode) == []
    with pytest.raises(NotByRule):
        matching.unmatch(episode, owners=None, by=cast.amina, at=LATER)
