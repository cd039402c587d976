"""Which local protocols a council follows: what nobody has spoken of is in force."""

from datetime import date, timedelta

import pytest

from returnhome.casework import protocols
from returnhome.casework.models import LocalProtocol
from returnhome.casework.protocols import (
    AnotherStarts,
    EndsFirst,
    FollowedAlready,
    NoSuchProtocol,
    NotFollowed,
    TooSoon,
)
from returnhome.rules.protocols import PROTOCOLS, NotReadable, Protocol, as_data, seeds
from tests.casework.ledger import act, fresh, last_act, refused_by, who_sees
from tests.cast import NOW, Cast

A_DAY = timedelta(days=1)
TODAY = NOW.date()
TOMORROW, IN_A_WEEK, IN_A_MONTH = TODAY + A_DAY, TODAY + 7 * A_DAY, TODAY + 30 * A_DAY
IN_30, _, LONG = PROTOCOLS
NORTHSHIRES = {"amina", "ines", "mara", "sol", "ana", "adi"}


def ours(times: int = 2) -> dict:
    data = as_data(IN_30)
    data["name"] = "Twice in 30 days"
    data["rules"][0]["times"] = times
    return data


def followed(cast: Cast, day: date) -> dict[str, str]:
    """Key and version of what Northshire follows on a day."""
    found = protocols.followed_by([cast.northshire.pk])[cast.northshire.pk]
    there = [each for each in found if each.since <= day and (not each.until or day < each.until)]
    assert len({each.key for each in there}) == len(there)
    return {each.key: each.version for each in there}


def follow_own(cast: Cast, since: date, written: dict | None = None, at=NOW) -> LocalProtocol:
    return protocols.follow_own(
        cast.northshire, IN_30.key, written or ours(), since=since, by=cast.mara, at=at
    )


ALL = {"three-in-30": "1", "three-in-90": "1", "long-missing": "1"}


def test_where_a_council_has_said_nothing_all_three_are_in_force(cast: Cast) -> None:
    assert followed(cast, TODAY) == ALL
    found = protocols.followed_by([cast.northshire.pk, cast.eastmoor.pk])
    assert found[cast.eastmoor.pk] == PROTOCOLS


def test_a_councils_own_version_takes_over_on_its_day_and_leaves_the_rest(cast: Cast) -> None:
    row = follow_own(cast, IN_A_WEEK)

    assert followed(cast, IN_A_WEEK - A_DAY) == ALL
    assert followed(cast, IN_A_WEEK) == ALL | {"three-in-30": "own 1"}
    assert last_act() == act("follow protocol", row, cast.mara, NOW)
    assert row.protocol
    assert row.protocol.name == "Twice in 30 days"
    assert row.protocol.rules[0].times == 2
    # What was in force before anybody spoke stands written, with its end.
    before = LocalProtocol.objects.exclude(pk=row.pk).get()
    assert (before.version, before.since, before.until) == ("1", IN_30.since, IN_A_WEEK)
    assert (before.ended_by, before.ended_at) == (cast.mara, NOW)


def test_another_council_follows_what_it_did(cast: Cast) -> None:
    follow_own(cast, TOMORROW)

    assert protocols.followed_by([cast.westborough.pk])[cast.westborough.pk] == PROTOCOLS


def test_each_own_version_has_its_own_number(cast: Cast) -> None:
    follow_own(cast, TOMORROW)
    follow_own(cast, IN_A_WEEK, ours(4))

    assert followed(cast, TOMORROW)["three-in-30"] == "own 1"
    assert followed(cast, IN_A_MONTH)["three-in-30"] == "own 2"


def test_a_protocol_that_is_ended_is_followed_no_more_from_that_day(cast: Cast) -> None:
    row = protocols.end(cast.northshire, LONG.key, on=IN_A_WEEK, by=cast.mara, at=NOW)

    assert followed(cast, IN_A_WEEK - A_DAY) == ALL
    assert followed(cast, IN_A_WEEK).keys() == {"three-in-30", "three-in-90"}
    assert last_act() == act("end protocol", row, cast.mara, NOW)

    protocols.follow(cast.northshire, LONG.key, since=IN_A_MONTH, by=cast.mara, at=NOW)
    assert followed(cast, IN_A_MONTH) == ALL


def test_a_version_that_has_not_started_can_be_taken_back(cast: Cast) -> None:
    row = follow_own(cast, IN_A_MONTH)
    with pytest.raises(EndsFirst):
        protocols.end(cast.northshire, IN_30.key, on=IN_A_WEEK, by=cast.mara, at=NOW)

    protocols.end(cast.northshire, IN_30.key, on=IN_A_MONTH, by=cast.mara, at=NOW)

    assert fresh(row).never_started
    assert fresh(row).protocol is None
    assert "three-in-30" not in followed(cast, IN_A_MONTH)
    # The days are free for another.
    follow_own(cast, IN_A_MONTH, ours(4))
    assert followed(cast, IN_A_MONTH)["three-in-30"] == "own 2"


def test_nothing_changes_before_tomorrow(cast: Cast) -> None:
    for day in (TODAY, TODAY - A_DAY):
        with pytest.raises(TooSoon):
            follow_own(cast, day)
        with pytest.raises(TooSoon):
            protocols.follow(cast.northshire, LONG.key, since=day, by=cast.mara, at=NOW)
        with pytest.raises(TooSoon):
            protocols.end(cast.northshire, LONG.key, on=day, by=cast.mara, at=NOW)
    assert not LocalProtocol.objects.exists()
    assert protocols.earliest_start(NOW) == TOMORROW


def test_what_is_in_force_already_is_not_started_again(cast: Cast) -> None:
    with pytest.raises(FollowedAlready):
        protocols.follow(cast.northshire, LONG.key, since=TOMORROW, by=cast.mara, at=NOW)
    assert not LocalProtocol.objects.exists()

    follow_own(cast, TOMORROW)
    with pytest.raises(FollowedAlready):
        follow_own(cast, IN_A_WEEK)
    protocols.follow(cast.northshire, IN_30.key, since=IN_A_WEEK, by=cast.mara, at=NOW)
    assert followed(cast, IN_A_WEEK) == ALL


def test_a_version_cannot_start_before_one_that_is_to_come_or_before_the_end_of_one(
    cast: Cast,
) -> None:
    follow_own(cast, IN_A_MONTH)

    with pytest.raises(AnotherStarts):
        follow_own(cast, IN_A_WEEK, ours(4))
    with pytest.raises(AnotherStarts):
        follow_own(cast, IN_A_MONTH, ours(4))


def test_what_is_not_followed_cannot_be_ended_and_what_is_unknown_not_followed(cast: Cast) -> None:
    protocols.end(cast.northshire, LONG.key, on=TOMORROW, by=cast.mara, at=NOW)

    with pytest.raises(NotFollowed):
        protocols.end(cast.northshire, LONG.key, on=IN_A_WEEK, by=cast.mara, at=NOW)
    with pytest.raises(NotFollowed):
        protocols.end(cast.northshire, "nothing", on=IN_A_WEEK, by=cast.mara, at=NOW)
    with pytest.raises(NoSuchProtocol):
        protocols.follow(cast.northshire, "nothing", since=TOMORROW, by=cast.mara, at=NOW)


def test_a_protocol_of_the_councils_own_stands_beside_those_that_come_along(cast: Cast) -> None:
    row = protocols.follow_own(
        cast.northshire, "under-13", ours(1), since=TOMORROW, by=cast.mara, at=NOW
    )

    assert followed(cast, TOMORROW) == ALL | {"under-13": "own 1"}
    assert row.is_own


def test_nonsense_is_not_written_down(cast: Cast) -> None:
    with pytest.raises(NotReadable):
        follow_own(cast, TOMORROW, ours(times=-1))
    assert not LocalProtocol.objects.exists()


def test_a_version_that_the_product_no_longer_knows_is_left_out(cast: Cast) -> None:
    row = LocalProtocol(key=LONG.key, version="0", since=TODAY)

    assert row.protocol is None
    assert seeds(LONG.key)[0].version == "1"


def test_its_rules_are_known_to_whoever_works_for_the_council(cast: Cast) -> None:
    assert who_sees(follow_own(cast, TOMORROW)) == NORTHSHIRES


def row_of(cast: Cast, **more) -> LocalProtocol:
    given = {"version": "1", "since": TODAY, "key": LONG.key} | more
    return LocalProtocol.objects.create(
        authority=cast.northshire, noted_at=NOW, noted_by=cast.mara, **given
    )


def test_the_database_refuses_two_versions_at_once_and_an_end_by_nobody(cast: Cast) -> None:
    ended = {"ended_at": NOW, "ended_by": cast.mara}
    row_of(cast, until=IN_A_WEEK, **ended)

    with refused_by("one_version_of_a_protocol_at_a_time"):
        row_of(cast, since=IN_A_WEEK - A_DAY)
    with refused_by("an_ended_protocol_has_time_and_person"):
        row_of(cast, since=IN_A_MONTH, until=IN_A_MONTH + A_DAY)
    with refused_by("an_ended_protocol_has_time_and_person"):
        row_of(cast, since=IN_A_MONTH, ended_at=NOW)
    with refused_by("a_protocol_ends_no_sooner_than_it_starts"):
        row_of(cast, since=IN_A_MONTH, until=IN_A_WEEK, **ended)
    row_of(cast, since=IN_A_MONTH, version="own 1", written=ours(), until=IN_A_MONTH, **ended)
    with refused_by("an_own_version_has_its_own_number"):
        row_of(cast, since=IN_A_MONTH, version="own 1", written=ours())


def test_the_database_refuses_to_change_a_version_and_to_end_it_twice(cast: Cast) -> None:
    row = follow_own(cast, TOMORROW)
    rows = LocalProtocol.objects.filter(pk=row.pk)

    with refused_by("only the end is written"):
        rows.update(written=ours(9))
    with refused_by("only the end is written"):
        rows.update(since=IN_A_WEEK)
    with refused_by("only the end is written"):
        row.delete()
    rows.update(until=IN_A_WEEK, ended_at=NOW, ended_by=cast.mara)
    with refused_by("only the end is written"):
        rows.update(until=IN_A_MONTH)


def test_a_followed_protocol_is_what_the_rules_read(cast: Cast) -> None:
    follow_own(cast, TOMORROW)

    for each in protocols.followed_by([cast.northshire.pk])[cast.northshire.pk]:
        assert isinstance(each, Protocol)
