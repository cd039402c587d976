"""The same missing episode told of by two senders: one, once a person says so."""

from datetime import UTC, datetime, timedelta

import pytest

from returnhome.casework import episodes, matching, notifications
from returnhome.casework.models import Child, Episode, Tally
from returnhome.intake import loading
from returnhome.intake.layouts import POLICE_A
from tests.casework.ledger import refused_by
from tests.cast import NOW, Cast, hours

HEADINGS = list(POLICE_A.columns)
SEEN = datetime(2026, 2, 13, 20, 0, tzinfo=UTC)


def told_by(cast: Cast, sender: str, reference: str, **cells: str) -> None:
    """Kit missing from 13 February 2026, as this sender has it."""
    said = {
        "Misper Ref": reference,
        "Surname": "O'Dell",
        "Forename(s)": "Kit",
        "DOB": "30/09/2012",
        "Postcode": "NS1 1AA",
        "LAC": "N",
        "Classification": "Missing",
    } | {name.replace("_", " "): text for name, text in cells.items()}
    line = ",".join(said.get(heading, "") for heading in HEADINGS)
    delivery = loading.receive(
        f"{','.join(HEADINGS)}\n{line}\n".encode(),
        "list.csv",
        sender=notifications.sender_named(sender, by=cast.amina, at=NOW),
        received_for=cast.northshire_council,
        by=cast.amina,
        at=NOW,
    )
    loading.confirm(delivery, by=cast.amina, at=NOW)


@pytest.fixture
def twice(cast: Cast) -> tuple[Episode, Child]:
    """The police told of Kit; another force tells of that night, and when he was found."""
    told_by(cast, "Northshire Police", "N1", Last_Seen="13/02/2026 20:00")
    told_by(
        cast,
        "Kent Police",
        "K1",
        Last_Seen="13/02/2026 21:30",
        Reported="13/02/2026 22:00",
        Risk="High",
        Found="14/02/2026 06:00",
    )
    return Episode.objects.get(child=cast.kit), Child.objects.waiting().get()


def joined(cast: Cast, stranger: Child) -> None:
    matching.join(stranger, cast.kit, owners={}, because="chosen", by=cast.amina, at=NOW)


def test_the_second_waits_for_a_person_and_its_clock_runs(twice, cast: Cast):
    known, stranger = twice

    (told,) = stranger.episodes.all()
    (row,) = stranger.notifications.all()
    assert row.reason.startswith("The child with this name, birth date and postcode already has")
    assert told.deadline is not None
    assert known.found_at is None


def test_joined_it_is_one_missing_episode_that_two_told_of(twice, cast: Cast):
    known, stranger = twice

    joined(cast, stranger)

    known.refresh_from_db()
    told = Episode.objects.get(same_as=known)
    assert list(Episode.objects.counted().filter(child=cast.kit)) == [known]
    assert (told.child, told.voided_by) == (cast.kit, cast.amina)
    assert known.last_seen_at == SEEN
    assert known.reported_at == SEEN + hours(2)
    assert known.found_at == SEEN + hours(10)
    assert (known.found_source, known.risk) == ("Kent Police", "high")
    # What the other said stays as it was told.
    assert told.last_seen_at == SEEN + timedelta(minutes=90)


def test_it_counts_once(twice, cast: Cast):
    _, stranger = twice

    joined(cast, stranger)

    stored = [row.episodes for row in Tally.objects.all() if row.episodes]
    assert stored
    assert set(stored) == {1}


def test_what_the_second_sender_tells_next_goes_into_the_one(twice, cast: Cast):
    known, stranger = twice
    joined(cast, stranger)

    told_by(
        cast,
        "Kent Police",
        "K1",
        Last_Seen="13/02/2026 21:30",
        Reported="13/02/2026 22:00",
        Risk="High",
        Found="14/02/2026 06:30",
    )

    known.refresh_from_db()
    assert known.found_at == SEEN + hours(10.5)
    assert Episode.objects.filter(child=cast.kit).count() == 2
    assert not Child.objects.waiting().exists()


def test_taken_back_each_has_what_it_was_told(twice, cast: Cast):
    known, stranger = twice
    joined(cast, stranger)

    matching.separate(Child.objects.get(pk=stranger.pk), owners={}, by=cast.amina, at=NOW)

    known.refresh_from_db()
    (told,) = stranger.episodes.all()
    assert (known.found_at, known.reported_at, known.last_seen_at) == (None, None, SEEN)
    assert (known.risk, told.risk) == ("", "high")
    assert (told.same_as, told.voided_at, told.found_at) == (None, None, SEEN + hours(10))
    assert Child.objects.waiting().get() == stranger


def test_what_was_begun_on_the_second_is_not_lost_by_joining(twice, cast: Cast):
    _, stranger = twice
    (told,) = stranger.episodes.all()
    episodes.note(told, offered_at=NOW, at=NOW)

    with pytest.raises(episodes.HasWork):
        joined(cast, stranger)

    assert Child.objects.waiting().get() == stranger


def test_the_database_itself_refuses_to_count_one_episode_twice(twice, cast: Cast):
    known, stranger = twice
    (told,) = stranger.episodes.all()

    with refused_by("what_is_the_same_episode_counts_once"):
        Episode.objects.filter(pk=told.pk).update(same_as=known)
