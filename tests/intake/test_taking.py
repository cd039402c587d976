"""Where a row is not joined by rule though all of it agrees with a child on record."""

from datetime import date

import pytest

from returnhome.casework import episodes, matching, registers, staff
from returnhome.casework.models import Child, Notification
from returnhome.casework.places import authority_named
from returnhome.intake.outcome import Result
from returnhome.rules.policies import PolicyKey
from tests.cast import NOW, Cast
from tests.intake.test_loading import AT, loaded, told

BORN = date(2013, 6, 2)
ROW = {"dob": "02/06/2013"}


def known(forename: str = "Ewa", **facts) -> Child:
    child, _ = registers.enter(
        register_id=f"{forename} {Child.objects.count()}",
        forename=forename,
        surname="Green",
        **{"born_on": BORN, "postcode": "WF1 2HQ"} | facts,
        sex="F",
        lives_in=authority_named("Wakefield", AT.date()),
        looked_after_by=None,
        by=staff.operator(),
        at=NOW,
    )
    return child


@pytest.fixture
def ewa(cast: Cast) -> Child:
    return known()


def demand(child: Child, *, says_yes: bool = True, since: date = AT.date()) -> None:
    episodes.set_policy(
        child.responsible_authority,
        PolicyKey.PERSON_ALWAYS,
        says_yes=says_yes,
        since=since,
        by=staff.operator(),
        at=AT,
    )


def test_a_namesake_whose_day_and_month_are_swapped_leaves_it_to_a_person(ewa: Child):
    namesake = known(born_on=date(2013, 2, 6), postcode="LS1 1UR")

    (row,) = loaded(told(**ROW)).rows

    assert (row.result, row.child) == (Result.WAITING, None)
    assert row.reason == (
        "Another child on record comes near: same name, birth date with day and month swapped"
    )
    assert row.candidates == (ewa.pk, namesake.pk)
    stranger = Child.objects.waiting().get()
    assert stranger.episodes.count() == 1
    assert Notification.objects.get(child=stranger).reason == row.reason


def test_of_several_who_come_near_the_nearest_is_told(ewa: Child):
    further = known("Eva", born_on=date(2014, 6, 2))
    nearest = known(postcode="LS1 1UR")

    (row,) = loaded(told(**ROW)).rows

    assert row.reason == (
        "2 other children on record come near, the nearest: same name, same birth date"
    )
    assert set(row.candidates) == {ewa.pk, further.pk, nearest.pk}


def test_a_twin_of_another_forename_does_not_hold_the_join_back(ewa: Child):
    known("Zofia")

    (row,) = loaded(told(**ROW)).rows

    assert (row.result, row.child) == (Result.OPENED, ewa.pk)
    assert ewa.notifications.get().joined_because == "name, birth date and postcode all agree"


def test_triplets_known_by_one_letter_are_each_joined_to_their_own(cast: Cast):
    triplets = [known(letter) for letter in "ABC"]

    outcome = loaded(
        *(told(**ROW, forename=each.forename, misper_ref=each.forename) for each in triplets)
    )

    assert [row.child for row in outcome.rows] == [each.pk for each in triplets]


def test_a_council_can_demand_that_a_person_always_looks(ewa: Child):
    demand(ewa)

    (row,) = loaded(told(**ROW)).rows

    assert (row.result, row.child, row.candidates) == (Result.WAITING, None, (ewa.pk,))
    assert row.reason == (
        "Wakefield wants a person to say who each child is, even where all agrees"
    )


def test_what_is_joined_already_does_not_wait_for_the_new_policy(ewa: Child):
    loaded(told(**ROW))
    demand(ewa)

    (row,) = loaded(told(**ROW, found="25/06/2026 10:15")).rows

    assert (row.result, row.child) == (Result.UPDATED, ewa.pk)


def test_a_demand_taken_back_or_not_begun_or_of_another_council_counts_for_nothing(
    cast: Cast, ewa: Child
):
    demand(ewa, since=date(2025, 1, 1))
    demand(ewa, says_yes=False, since=date(2025, 2, 1))
    demand(ewa, since=date(2027, 1, 1))
    demand(cast.sky)

    (row,) = loaded(told(**ROW)).rows

    assert (row.result, row.child) == (Result.OPENED, ewa.pk)


def test_where_a_rule_was_wrong_once_a_person_says_who_it_is_from_then_on(ewa: Child):
    (row,) = loaded(told(**ROW)).rows
    assert row.child == ewa.pk
    matching.unmatch(ewa.episodes.get(), owners=None, by=staff.operator(), at=AT)

    (again,) = loaded(
        told(**ROW, misper_ref="X9", last_seen="24/07/2026 10:15", reported="24/07/2026 17:29")
    ).rows

    assert (again.result, again.child) == (Result.WAITING, None)
    assert again.candidates[0] == ewa.pk
    assert again.reason.startswith("What was joined to this child before was taken back")


def test_what_had_ended_before_is_not_asked_for_and_what_had_not_is(ewa: Child):
    loaded(
        told(**ROW, misper_ref="X1", last_seen="24/06/2026 10:15", reported="24/06/2026 17:29"),
        told(
            **ROW,
            misper_ref="X2",
            last_seen="01/02/2026 10:15",
            reported="01/02/2026 17:29",
            found="03/02/2026 10:00",
        ),
    )

    # Open since June, and told of again in July: it would be twice at once.
    (again,) = loaded(
        told(**ROW, misper_ref="X3", last_seen="24/07/2026 10:15", reported="24/07/2026 17:29")
    ).rows
    # In January, and until after the one of February began.
    (before,) = loaded(
        told(
            **ROW,
            misper_ref="X4",
            last_seen="30/01/2026 10:15",
            reported="30/01/2026 17:29",
            found="02/02/2026 10:00",
        )
    ).rows
    (free,) = loaded(
        told(
            **ROW,
            misper_ref="X5",
            last_seen="03/02/2026 10:00",
            reported="03/02/2026 17:29",
            found="04/02/2026 10:00",
        )
    ).rows

    assert (again.result, before.result) == (Result.WAITING, Result.WAITING)
    assert again.reason == before.reason
    assert free.result is Result.OPENED
