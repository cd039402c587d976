"""What was sent to us: kept as received, confirmed once, seen by whom it concerns."""

import pytest

from returnhome.casework import notifications, staff
from returnhome.casework.models import (
    Child,
    Delivery,
    Notification,
    Organisation,
    Person,
    ToldNumber,
)
from returnhome.casework.notifications import AlreadyConfirmed, Told, UnknownSender
from returnhome.rules.codes import Role
from returnhome.rules.numbers import Number
from tests.casework.ledger import COUNCIL, NOBODY, act, fresh, last_act, refused_by, who_sees
from tests.cast import NOW, Cast, hours

COUNTS = {"opened": 3, "updated": 1, "unchanged": 4, "waiting": 1, "refused": 2}


def delivered(cast: Cast, received_for: Organisation | None = None) -> Delivery:
    return notifications.take_delivery(
        b"Ref,Surname\n1,Marlowe\n",
        sender=cast.northshire_police,
        received_for=received_for or cast.northshire_council,
        filename="march.csv",
        layout="police-a",
        by=cast.amina,
        at=NOW,
    )


def kept(
    cast: Cast, delivery: Delivery, *, digest: str = "1", child: Child | None = None, **more: object
) -> Notification:
    row = notifications.draft(
        Told(
            row_number=2, reference="A1", digest=digest, as_received="1,Marlowe", surname="Marlowe"
        ),
        delivery=delivery,
        result="waiting" if child is None else "opened",
        child=child,
        by=cast.amina,
        at=NOW,
        **more,  # type: ignore[arg-type]
    )
    notifications.keep_all([row], by=cast.amina, at=NOW)
    return row


def a_police_officer(cast: Cast) -> Person:
    person = staff.add_person("pol@example.invalid", "Pol", password=None, by=cast.adi, at=NOW)
    staff.appoint(
        person, Role.POLICE, cast.northshire_police, since=NOW.date(), by=cast.adi, at=NOW
    )
    return person


# Deliveries.


def test_a_file_is_kept_as_it_arrived_until_somebody_confirms_it(cast: Cast) -> None:
    delivery = delivered(cast)

    assert fresh(delivery).content == b"Ref,Surname\n1,Marlowe\n"
    assert list(Delivery.objects.unconfirmed().newest_first()) == [delivery]
    assert last_act() == act("receive delivery", delivery, cast.amina, NOW)


def test_a_file_is_seen_by_who_takes_files_in_and_by_nobody_else(cast: Cast) -> None:
    assert who_sees(delivered(cast)) == {"amina", "mara"}


def test_the_sender_sees_its_file_but_not_what_became_of_its_rows(cast: Cast) -> None:
    officer, delivery = a_police_officer(cast), delivered(cast)
    row = kept(cast, delivery, child=cast.sky, responsible_authority=cast.northshire)

    assert delivery in Delivery.objects.visible_to(officer)
    assert row not in Notification.objects.visible_to(officer)
    assert cast.sky not in Child.objects.visible_to(officer)


def test_a_confirmed_file_is_let_go_and_its_counts_stay(cast: Cast) -> None:
    delivery = notifications.confirm_delivery(
        delivered(cast), counts=COUNTS, by=cast.mara, at=NOW + hours(1)
    )

    again = fresh(delivery)
    assert again.content is None
    assert again.read == sum(COUNTS.values())
    assert last_act() == act("confirm delivery", delivery, cast.mara, NOW + hours(1))
    assert not Delivery.objects.unconfirmed().exists()


def test_a_file_is_confirmed_once_and_then_not_thrown_away(cast: Cast) -> None:
    delivery = notifications.confirm_delivery(
        delivered(cast), counts=COUNTS, by=cast.mara, at=NOW + hours(1)
    )

    with pytest.raises(AlreadyConfirmed):
        notifications.confirm_delivery(delivery, counts=COUNTS, by=cast.amina, at=NOW + hours(2))
    with pytest.raises(AlreadyConfirmed):
        notifications.discard_delivery(delivery, by=cast.amina, at=NOW + hours(2))
    with pytest.raises(AlreadyConfirmed):
        notifications.take_up(delivery)


def test_a_file_thrown_away_is_gone_for_whoever_comes_second(cast: Cast) -> None:
    delivery = delivered(cast)
    told = act("discard delivery", delivery, cast.amina, NOW)

    notifications.discard_delivery(Delivery.objects.get(), by=cast.amina, at=NOW)

    assert last_act() == told
    with pytest.raises(AlreadyConfirmed):
        notifications.discard_delivery(delivery, by=cast.mara, at=NOW)
    with pytest.raises(AlreadyConfirmed):
        notifications.take_up(delivery)


def test_the_database_refuses_a_confirmation_of_a_file_by_nobody(cast: Cast) -> None:
    delivery = delivered(cast)

    with refused_by("a_delivery_is_confirmed_by_somebody"):
        Delivery.objects.filter(pk=delivery.pk).update(confirmed_at=NOW)


def test_the_database_refuses_a_file_that_goes_in_or_stops_by_nobody(cast: Cast) -> None:
    theirs = Delivery.objects.filter(pk=delivered(cast).pk)

    with refused_by("a_delivery_is_begun_by_somebody"):
        theirs.update(begun_at=NOW)
    with refused_by("a_delivery_is_stopped_by_somebody_once_begun"):
        theirs.update(stopped_at=NOW, stopped_by=cast.amina)
    theirs.update(begun_at=NOW, begun_by=cast.amina, records=5)
    with refused_by("no_more_is_done_than_there_is"):
        theirs.update(records_done=6)


# Senders.


def test_a_sender_is_known_by_name_whatever_its_capitals(cast: Cast) -> None:
    sender = notifications.sender_named("northshire POLICE ", by=cast.amina, at=NOW)

    assert sender == cast.northshire_police
    assert sender.name in notifications.senders_for(cast.northshire_council)


def test_a_force_is_added_when_it_first_sends(cast: Cast) -> None:
    sender = notifications.sender_named("West Yorkshire Police", by=cast.amina, at=NOW)

    assert sender.kind == Organisation.POLICE
    assert last_act() == act("add organisation", sender, cast.amina, NOW)
    assert notifications.sender_named("West Yorkshire Police", by=cast.amina, at=NOW) == sender


def test_of_an_unknown_sender_the_nearest_names_are_given(cast: Cast) -> None:
    with pytest.raises(UnknownSender, match="West Yorkshire Police"):
        notifications.sender_named("West Yorkshir Police", by=cast.amina, at=NOW)


def test_a_row_that_says_nothing_of_where_goes_to_who_received_the_file(cast: Cast) -> None:
    assert notifications.receiver(delivered(cast)) == cast.northshire


# Rows.


def test_a_row_is_kept_as_received_and_journalled_by_what_became_of_it(cast: Cast) -> None:
    row = kept(cast, delivered(cast))

    assert fresh(row).as_received == "1,Marlowe"
    assert last_act() == act("receive notification: waiting", row, cast.amina, NOW)
    assert list(Notification.objects.in_order()) == [row]


def test_a_row_of_a_child_is_seen_by_who_sees_the_episode_and_who_took_the_file_in(
    cast: Cast,
) -> None:
    row = kept(
        cast,
        delivered(cast, received_for=cast.westborough_council),
        child=cast.robin,
        responsible_authority=cast.northshire,
        provider=cast.open_path,
    )

    assert who_sees(row) == COUNCIL | {"pat", "wes"}


def test_a_refused_row_is_seen_by_who_takes_files_in(cast: Cast) -> None:
    row = kept(cast, delivered(cast))

    assert who_sees(row) == {"amina", "mara"}
    assert not Notification.objects.refused().exists()


def test_a_row_of_a_file_that_no_council_received_is_seen_by_nobody_until_it_is_somebodys(
    cast: Cast,
) -> None:
    delivery = delivered(cast)
    Delivery.objects.update(received_for=None)

    assert who_sees(kept(cast, delivery)) == NOBODY


def test_the_database_keeps_the_same_row_of_a_sender_once(cast: Cast) -> None:
    delivery = delivered(cast)
    kept(cast, delivery)

    with refused_by("the_same_row_is_kept_once"):
        kept(cast, delivered(cast))
    kept(cast, delivery, digest="2")


def test_a_row_matched_by_rule_carries_the_rule_the_person_and_the_time(cast: Cast) -> None:
    row = kept(cast, delivered(cast), child=cast.sky, joined_because="name, birth date, postcode")

    assert (row.joined_at, row.joined_by, row.opened_under) == (NOW, cast.amina, None)


def test_the_database_refuses_a_match_by_nobody_or_with_nobody(cast: Cast) -> None:
    row = kept(cast, delivered(cast), child=cast.sky, joined_because="name")

    with refused_by("a_match_has_time_person_and_child"):
        Notification.objects.filter(pk=row.pk).update(joined_by=None)
    with refused_by("a_match_has_time_person_and_child"):
        Notification.objects.filter(pk=row.pk).update(child=None)


def test_a_reason_too_long_is_shortened_and_says_so() -> None:
    assert notifications.shortened("a" * 10, 4) == "aaa…"
    assert notifications.shortened("abc", 4) == "abc"


def test_the_database_keeps_one_number_of_a_known_kind_for_a_row(cast: Cast) -> None:
    row = kept(cast, delivered(cast), child=cast.kit, responsible_authority=cast.northshire)
    notifications.note_numbers([(row, Number("nhs", "", "9434765919"))])

    with refused_by("one_number_of_a_kind_is_told"):
        ToldNumber.objects.create(notification=row, kind="nhs", value="9434765870")
    with refused_by("a_told_number_is_of_a_known_kind"):
        ToldNumber.objects.create(notification=row, kind="passport", value="1")
