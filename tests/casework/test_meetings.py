"""Meetings about a child who goes missing: recorded whole, never changed, known to whom."""

from datetime import date

import pytest

from returnhome.casework import episodes, matching, meetings
from returnhome.casework.episodes import AlreadyVoided, NamedMeanwhile
from returnhome.casework.meetings import (
    NotOfThisChild,
    ReasonMissing,
    RecordedAlready,
    VoidedAlready,
)
from returnhome.casework.models import Meeting, VoidedMeeting
from returnhome.rules.codes import MeetingKind
from returnhome.rules.escalation import NextBeforeHeld, NobodyCame, NothingDecided
from returnhome.rules.offering import InTheFuture
from tests.casework.ledger import COUNCIL, act, fresh, last_act, refused_by, who_sees
from tests.casework.test_children import stranger
from tests.casework.test_matching import join
from tests.cast import NOW, Cast, hours, missing, returned

CAME = ("Mara Whitfield, manager", " ", "DS Cole,  police")


def held(cast: Cast, child=None, **changes) -> Meeting:
    given = {
        "kind": MeetingKind.STRATEGY_MEETING,
        "held_at": NOW - hours(2),
        "attended": CAME,
        "decided": "Police to visit the flat.\nSol to see Sky on Monday.",
        "next_on": date(2026, 3, 9),
    } | changes
    return meetings.record(child or cast.sky, by=cast.mara, at=NOW, **given)


def test_a_meeting_is_recorded_with_who_came_what_was_decided_and_when_next(cast: Cast) -> None:
    episode = missing(cast.sky)

    row = held(cast, episode=episode)

    assert fresh(row).who_came == ["Mara Whitfield, manager", "DS Cole, police"]
    assert fresh(row).decided == "Police to visit the flat.\nSol to see Sky on Monday."
    assert (row.episode, row.next_on, row.recorded_by) == (episode, date(2026, 3, 9), cast.mara)
    assert row.label == "Strategy meeting or discussion"
    assert last_act() == act("record meeting: strategy_meeting", row, cast.mara, NOW, cast.sky.pk)


@pytest.mark.parametrize(
    ("changes", "blocked"),
    [
        ({"held_at": NOW + hours(1)}, InTheFuture),
        ({"attended": ("Mara Whitfield",)}, NobodyCame),
        ({"attended": ("Mara", "  Mara ")}, NobodyCame),
        ({"decided": "\n"}, NothingDecided),
        ({"next_on": date(2026, 3, 2)}, NextBeforeHeld),
    ],
)
def test_what_is_no_meeting_is_not_recorded_as_one(cast: Cast, changes, blocked) -> None:
    with pytest.raises(blocked):
        held(cast, **changes)
    assert not Meeting.objects.exists()


def test_one_meeting_is_recorded_once_and_another_kind_at_the_same_time_is_another(
    cast: Cast,
) -> None:
    held(cast)

    with pytest.raises(RecordedAlready):
        held(cast)
    held(cast, kind=MeetingKind.REVIEW)
    held(cast, cast.kit)
    assert Meeting.objects.count() == 3


def test_a_meeting_is_about_an_episode_of_this_child_that_stands(cast: Cast) -> None:
    episode = returned(cast.kit)

    with pytest.raises(NotOfThisChild):
        held(cast, episode=episode)
    episodes.void(episode, because="Another boy", by=cast.amina, at=NOW)
    with pytest.raises(AlreadyVoided):
        held(cast, cast.kit, episode=episode)


def test_that_there_was_a_meeting_is_known_to_those_who_work_with_the_child(cast: Cast) -> None:
    row = held(cast, cast.robin)

    assert who_sees(row) == COUNCIL | {"pat"}
    # Sky is placed in Westborough: being the host alone opens no meeting.
    assert who_sees(held(cast)) == COUNCIL


def test_a_meeting_recorded_in_error_is_marked_so_once_and_can_be_recorded_again(
    cast: Cast,
) -> None:
    row = held(cast)
    with pytest.raises(ReasonMissing):
        meetings.void(row, because=" ", by=cast.mara, at=NOW)

    voiding = meetings.void(row, because="It was about Kit", by=cast.mara, at=NOW)

    assert last_act() == act("void meeting", voiding, cast.mara, NOW, cast.sky.pk)
    assert fresh(voiding).because == "It was about Kit"
    assert who_sees(voiding) == COUNCIL
    assert not Meeting.objects.counted().exists()
    with pytest.raises(VoidedAlready):
        meetings.void(row, because="Again", by=cast.mara, at=NOW)
    assert held(cast) in Meeting.objects.counted()


def test_a_meeting_about_a_child_not_yet_named_goes_with_the_name_and_comes_back(
    cast: Cast,
) -> None:
    unnamed = stranger(cast)
    row = held(cast, unnamed)

    join(cast, unnamed, cast.kit)

    assert list(Meeting.objects.about(cast.kit.pk)) == [row]
    assert who_sees(row) == COUNCIL
    with pytest.raises(NamedMeanwhile):
        held(cast, unnamed, kind=MeetingKind.REVIEW)
    with pytest.raises(RecordedAlready):
        held(cast, cast.kit)
    matching.separate(fresh(unnamed), owners={}, by=cast.amina, at=NOW)
    assert not Meeting.objects.about(cast.kit.pk).exists()


def test_the_database_refuses_a_meeting_to_come_and_a_next_one_before_it(cast: Cast) -> None:
    given = {
        "child": cast.sky,
        "kind": MeetingKind.REVIEW,
        "recorded_at": NOW,
        "recorded_by": cast.mara,
    }

    with refused_by("a_meeting_is_recorded_once_it_was_held"):
        Meeting.objects.create(**given, held_at=NOW + hours(1))
    # Ten past midnight in the UK's summer is still yesterday in UTC.
    late = date(2025, 7, 1)
    with refused_by("the_next_meeting_is_after_this_one"):
        Meeting.objects.create(**given, held_at="2025-06-30T23:10Z", next_on=late)
    Meeting.objects.create(**given, held_at="2025-06-30T22:50Z", next_on=late)


def test_the_database_refuses_to_change_or_remove_a_meeting_and_its_marking(cast: Cast) -> None:
    row = held(cast)
    voiding = meetings.void(row, because="Another child", by=cast.mara, at=NOW)

    for each, change in ((row, {"kind": MeetingKind.REVIEW}), (voiding, {"at": NOW - hours(9)})):
        with refused_by("never changed"):
            type(each).objects.filter(pk=each.pk).update(**change)
        with refused_by("never changed"):
            type(each).objects.filter(pk=each.pk)._raw_delete("default")
    assert VoidedMeeting.objects.count() == 1
