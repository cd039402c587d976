"""The child: who may know of them, and where they lived and who cared for them when."""

from datetime import date, timedelta

import pytest
from django.db.models import F

from returnhome.casework import children
from returnhome.casework.children import Circumstances, NotWaiting, circumstances
from returnhome.casework.models import (
    Address,
    Alias,
    CarePeriod,
    Child,
    Identifier,
    Placement,
)
from tests.casework.ledger import COUNCIL, NOBODY, act, fresh, last_act, refused_by, who_sees
from tests.cast import NOW, Cast, hours, returned

TODAY = NOW.date()


def stranger(cast: Cast, forename: str = "Kyt", born_on: date | None = None) -> Child:
    """A child of whom nobody has said who it is."""
    return children.open_record(
        forename=forename,
        surname="Odell",
        born_on=born_on,
        sex="M",
        responsible_authority=cast.northshire,
        is_confirmed=False,
        by=cast.amina,
        at=NOW,
    )


# Opening a record.


def test_a_child_nobody_has_named_yet_waits_and_has_a_record_all_the_same(cast: Cast) -> None:
    child = stranger(cast)

    assert child.is_waiting
    assert not child.is_confirmed
    assert child.born_precision == "unknown"
    assert list(Child.objects.waiting()) == [child]
    assert child not in Child.objects.confirmed()
    assert last_act() == act("open child", child, cast.amina, NOW, child.pk)


def test_a_child_confirmed_as_new_is_matched_and_owned_the_next_time(cast: Cast) -> None:
    child = stranger(cast, born_on=date(2012, 1, 2))

    children.confirm(
        child,
        there=Circumstances(None, None, cast.northshire),
        postcode="ns1 1aa",
        by=cast.amina,
        at=NOW,
    )

    assert fresh(child).is_confirmed
    assert circumstances(child, TODAY).lives_in == cast.northshire
    assert child.addresses.get().postcode == "NS11AA"
    assert last_act() == act("confirm child", child, cast.amina, NOW, child.pk)
    with pytest.raises(NotWaiting):
        children.confirm(
            child, there=Circumstances(None, None, None), by=cast.amina, at=NOW + hours(1)
        )


def test_what_nobody_had_said_of_a_stranger_is_filled_in_and_nothing_else(cast: Cast) -> None:
    child = stranger(cast)

    is_news = children.learn(
        child, forename="Kit", surname="Else", born_on=date(2012, 1, 2), by=cast.amina, at=NOW
    )

    learnt = fresh(child)
    assert is_news
    assert (learnt.name, learnt.born_on, learnt.born_precision) == (
        "Kyt Odell",
        date(2012, 1, 2),
        "known",
    )
    assert last_act() == act("learn of child", child, cast.amina, NOW, child.pk)
    assert not children.learn(
        child, forename="Kit", surname="Else", born_on=date(2012, 1, 3), by=cast.amina, at=NOW
    )


def test_nothing_is_learnt_of_a_child_who_is_known(cast: Cast) -> None:
    Child.objects.filter(pk=cast.kit.pk).update(born_on=None, born_precision="unknown")

    is_news = children.learn(
        cast.kit, forename="", surname="", born_on=date(2012, 1, 2), by=cast.amina, at=NOW
    )

    assert not is_news
    assert cast.kit.born_on is None


# Who may know of a child.


def test_who_knows_of_a_child_looked_after_out_of_area(cast: Cast) -> None:
    assert who_sees(cast.sky) == COUNCIL | {"wes"}


def test_who_knows_of_a_child_at_home(cast: Cast) -> None:
    assert who_sees(cast.kit) == COUNCIL


def test_who_knows_of_a_child_whom_a_provider_interviews(cast: Cast) -> None:
    assert who_sees(cast.robin) == COUNCIL | {"pat"}


def test_who_answers_for_an_old_episode_knows_the_child_but_not_where_they_live_now(
    cast: Cast,
) -> None:
    returned(cast.kit)
    Child.objects.filter(pk=cast.kit.pk).update(responsible_authority=cast.eastmoor)

    assert who_sees(cast.kit) == COUNCIL | {"owen"}
    assert who_sees(cast.kit.addresses.get()) == {"owen"}
    assert who_sees(cast.kit.identifiers.get()) == COUNCIL | {"owen"}


def test_what_hangs_below_a_child_is_seen_by_who_sees_the_child(cast: Cast) -> None:
    alias = Alias.objects.create(child=cast.sky, forename="Skye", surname="M", folded_name="skye m")

    for thing in (
        alias,
        cast.sky.identifiers.get(),
        cast.sky.care_periods.get(),
        cast.sky.placements.get(),
    ):
        assert who_sees(thing) == COUNCIL | {"wes"}


def test_a_child_whom_nobody_on_the_system_answers_for_is_seen_by_nobody(cast: Cast) -> None:
    child = stranger(cast)
    elsewhere = type(cast.eastmoor).objects.create(name="Farshire", nation="England", region="X")
    Child.objects.filter(pk=child.pk).update(responsible_authority=elsewhere)

    assert who_sees(child) == NOBODY


def test_a_child_is_found_in_one_query_however_many_there_are(
    cast: Cast, django_assert_num_queries
) -> None:
    amina = cast.amina
    assert amina.reach.authorities

    with django_assert_num_queries(1):
        assert len(Child.objects.visible_to(amina)) == 3


# Care and home, as they were on a day.


def moved(cast: Cast) -> Child:
    """Sky: at home, then looked after in area, then placed in Westborough from 1 February."""
    Placement.objects.filter(child=cast.sky).update(since=date(2026, 2, 1))
    CarePeriod.objects.filter(child=cast.sky).update(since=date(2026, 1, 1))
    Placement.objects.create(
        child=cast.sky,
        authority=cast.northshire,
        since=date(2026, 1, 1),
        until=date(2026, 1, 31),
    )
    Address.objects.create(child=cast.sky, authority=cast.eastmoor)
    return cast.sky


@pytest.mark.parametrize(
    ("day", "looked_after_by", "placed_in", "lives_in"),
    [
        (date(2025, 12, 31), None, None, "Eastmoor"),
        (date(2026, 1, 1), "Northshire", "Northshire", None),
        (date(2026, 1, 31), "Northshire", "Northshire", None),
        (date(2026, 2, 1), "Northshire", "Westborough", None),
        (date(2030, 1, 1), "Northshire", "Westborough", None),
    ],
)
def test_care_and_home_are_as_they_were_on_the_day(
    cast: Cast, day: date, looked_after_by: str, placed_in: str, lives_in: str
) -> None:
    then = circumstances(moved(cast), day)

    names = tuple(
        place and place.name for place in (then.looked_after_by, then.placed_in, then.lives_in)
    )
    assert names == (looked_after_by, placed_in, lives_in)


def test_of_two_homes_the_later_counts_and_one_without_a_start_is_long_ago(cast: Cast) -> None:
    Address.objects.create(child=cast.kit, authority=cast.eastmoor, since=date(2025, 6, 1))

    assert circumstances(cast.kit, date(2025, 5, 31)).lives_in == cast.northshire
    assert circumstances(cast.kit, date(2025, 6, 1)).lives_in == cast.eastmoor


def test_many_children_with_their_care_are_read_in_six_queries(
    cast: Cast, django_assert_num_queries
) -> None:
    ids = [cast.sky.pk, cast.kit.pk, cast.robin.pk]

    with django_assert_num_queries(6):
        known = children.with_care(ids)
        assert circumstances(known[ids[0]], TODAY).placed_in.name == "Westborough"
        assert circumstances(known[ids[1]], TODAY).lives_in.name == "Northshire"


# What the database itself refuses.


def test_the_database_refuses_a_confirmation_by_nobody(cast: Cast) -> None:
    with refused_by("a_confirmation_has_time_and_person"):
        Child.objects.filter(pk=cast.kit.pk).update(confirmed_by=None)


def test_the_database_refuses_a_joining_by_nobody(cast: Cast) -> None:
    child = stranger(cast)

    with refused_by("a_joining_has_time_and_person"):
        Child.objects.filter(pk=child.pk).update(joined_to=cast.kit, joined_at=NOW)


def test_the_database_refuses_to_join_a_child_who_is_known(cast: Cast) -> None:
    with refused_by("a_confirmed_child_is_not_joined"):
        Child.objects.filter(pk=cast.kit.pk).update(
            joined_to=cast.sky, joined_at=NOW, joined_by=cast.amina
        )


def test_the_database_refuses_to_join_a_child_to_itself(cast: Cast) -> None:
    child = stranger(cast)

    with refused_by("a_child_is_not_joined_to_itself"):
        Child.objects.filter(pk=child.pk).update(
            joined_to=F("pk"), joined_at=NOW, joined_by=cast.amina
        )


def test_the_database_refuses_a_birth_date_that_is_known_and_empty(cast: Cast) -> None:
    with refused_by("an_unknown_birth_date_is_empty"):
        Child.objects.filter(pk=cast.kit.pk).update(born_on=None)
    with refused_by("an_unknown_birth_date_is_empty"):
        Child.objects.filter(pk=cast.kit.pk).update(born_precision="unknown")


def test_the_database_refuses_one_number_for_two_children(cast: Cast) -> None:
    with refused_by("a_number_names_one_child"):
        Identifier.objects.create(
            child=cast.kit, kind=Identifier.REGISTER, issuer="Northshire", value="sky"
        )


def test_the_database_refuses_two_authorities_that_look_after_a_child_on_one_day(
    cast: Cast,
) -> None:
    CarePeriod.objects.filter(child=cast.sky).update(until=TODAY)

    CarePeriod.objects.create(
        child=cast.sky, authority=cast.eastmoor, since=TODAY + timedelta(days=2)
    )
    with refused_by("one_authority_looks_after_at_a_time"):
        CarePeriod.objects.create(child=cast.sky, authority=cast.eastmoor, since=TODAY, until=TODAY)


def test_the_database_refuses_two_placements_on_one_day(cast: Cast) -> None:
    with refused_by("one_placement_at_a_time"):
        Placement.objects.create(child=cast.sky, authority=cast.eastmoor, since=TODAY)


@pytest.mark.parametrize(
    ("table", "constraint"),
    [
        (CarePeriod, "care_ends_after_it_began"),
        (Placement, "a_placement_ends_after_it_began"),
        (Address, "an_address_ends_after_it_began"),
    ],
)
def test_the_database_refuses_a_time_that_ends_before_it_begins(
    cast: Cast, table: type, constraint: str
) -> None:
    with refused_by(constraint):
        table.objects.create(
            child=cast.robin,
            authority=cast.eastmoor,
            since=TODAY,
            until=TODAY - timedelta(days=1),
        )


@pytest.mark.parametrize(
    ("table", "constraint"),
    [
        (Placement, "a_protected_placement_has_no_plain_postcode"),
        (Address, "a_protected_address_has_no_plain_postcode"),
    ],
)
def test_the_database_refuses_a_plain_postcode_of_a_protected_address(
    cast: Cast, table: type, constraint: str
) -> None:
    with refused_by(constraint):
        table.objects.create(
            child=cast.kit, authority=cast.eastmoor, postcode="EM11AA", is_protected=True
        )
