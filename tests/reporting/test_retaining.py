"""Which records are due to be reviewed: each child once, and none that is still needed."""

from datetime import date, timedelta
from typing import Any

from returnhome.casework import children, retention, support
from returnhome.casework.models import Child, Episode, RetentionReview
from returnhome.reporting import retaining
from returnhome.rules.codes import ActionKind
from returnhome.rules.retention import HoldFor, OutcomeOfReview, Standing, Status
from tests.casework.test_children import stranger
from tests.casework.test_matching import join, told_of
from tests.cast import NOW, Cast, hours, returned, signed

TODAY = date(2026, 3, 2)
LONG_AFTER = date(2150, 1, 1)


def of(child: Child, on: date = LONG_AFTER) -> tuple[Status, date] | None:
    """Its status, and until when it was kept, where it is due on that day."""
    for each in retaining.review(None, on).due:
        if each.child_id == child.pk and each.standing is Standing.DUE:
            return each.status, each.until
    return None


def says(child: Child, outcome: OutcomeOfReview, **more: Any) -> RetentionReview:
    """Mara says this at the review of the record, as it stands long after."""
    kept = retaining.of_child(child.pk, LONG_AFTER)
    assert kept
    facts = {"standing": kept.outcome.standing, "known": kept.known, "is_open": kept.facts.is_open}
    by, at = Cast().mara, NOW + timedelta(days=1)
    return retention.review(child, outcome, "As we agreed", **facts, **more, by=by, at=at)


def settle(child: Child) -> None:
    """As if everything had been done for its episodes."""
    Episode.objects.filter(child=child).update(
        settled_at=NOW, unanswered_since=None, owner=None, owned_since=None
    )


def test_every_child_is_counted_once_and_no_joined_record_beside(cast: Cast) -> None:
    child = stranger(cast)
    told_of(cast, child)
    join(cast, child, cast.sky)

    found = retaining.review(None, TODAY)

    assert sum(found.counts.values()) == Child.objects.filter(joined_to=None).count()


def test_a_looked_after_childs_record_is_kept_75_years_from_birth(cast: Cast) -> None:
    born = cast.sky.born_on
    returned(cast.sky)
    settle(cast.sky)

    status, until = of(cast.sky)

    assert status is Status.LOOKED_AFTER
    assert until == born.replace(year=born.year + 75)
    assert of(cast.sky, until - timedelta(days=1)) is None


def test_the_record_of_a_child_who_was_missing_and_nothing_else_goes_after_18_and_three_years(
    cast: Cast,
) -> None:
    returned(cast.kit)
    settle(cast.kit)
    born = cast.kit.born_on

    status, until = of(cast.kit)

    assert status is Status.NEITHER
    assert until == max(born.replace(year=born.year + 18), date(NOW.year + 3, NOW.month, NOW.day))


def test_what_is_not_done_keeps_a_record_however_old_it_is(cast: Cast) -> None:
    episode = returned(cast.kit)

    assert of(cast.kit) is None
    settle(cast.kit)
    assert of(cast.kit) is not None

    support.add(
        episode,
        ActionKind.HEALTH,
        "Ask the GP",
        owner=cast.sol,
        due_on=TODAY,
        by=cast.mara,
        at=NOW,
    )
    settle(cast.kit)
    assert of(cast.kit) is None


def test_what_was_left_open_keeps_no_record_for_ever_once_a_person_has_said_so(
    cast: Cast,
) -> None:
    returned(cast.kit)
    kept = retaining.of_child(cast.kit.pk, LONG_AFTER)
    assert kept
    assert kept.outcome.standing is Standing.LEFT_OPEN
    assert cast.kit.pk in [each.child_id for each in retaining.review(None, LONG_AFTER).due]

    says(cast.kit, OutcomeOfReview.NOTHING_MORE)

    assert of(cast.kit) is not None


def test_a_hold_keeps_a_record_until_it_ends(cast: Cast) -> None:
    returned(cast.kit)
    settle(cast.kit)
    held = retention.hold(cast.kit, HoldFor.INQUIRY, "The inquiry asks", by=cast.mara, at=NOW)

    assert of(cast.kit) is None

    retention.end_hold(held, "It has reported", by=cast.mara, at=NOW)
    assert of(cast.kit) is not None


def test_what_a_person_says_the_child_was_counts_and_never_for_less_than_the_record_shows(
    cast: Cast,
) -> None:
    returned(cast.kit)
    settle(cast.kit)

    says(cast.kit, OutcomeOfReview.STATUS, status=Status.CHILD_PROTECTION)

    status, until = of(cast.kit)
    assert status is Status.CHILD_PROTECTION
    assert until.year == NOW.year + 35


def test_a_record_that_is_kept_longer_is_due_on_that_day(cast: Cast) -> None:
    returned(cast.kit)
    settle(cast.kit)

    says(cast.kit, OutcomeOfReview.KEEP_LONGER, kept_until=date(2090, 1, 1))

    assert of(cast.kit) == (Status.NEITHER, date(2090, 1, 1))
    assert of(cast.kit, date(2089, 12, 31)) is None


def test_what_was_told_under_no_name_counts_for_the_child_that_it_turned_out_to_be(
    cast: Cast,
) -> None:
    child = stranger(cast)
    told_of(cast, child)
    join(cast, child, cast.kit)

    # The episode that came with the stranger is not answered for.
    assert of(cast.kit) is None
    assert of(child) is None


def test_one_council_sees_its_own_and_all_add_up(cast: Cast) -> None:
    signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    whole = retaining.review(None, LONG_AFTER)
    own = retaining.review([cast.northshire], LONG_AFTER)

    assert {authority for authority, _, _ in own.counts} == {cast.northshire.pk}
    for standing in Standing:
        assert own.number(standing) == whole.number(standing, cast.northshire.pk)


def test_it_says_when_the_next_is_due(cast: Cast) -> None:
    for child in Child.objects.all():
        settle(child)

    found = retaining.review(None, TODAY)

    assert found.next_on is not None
    assert not found.due
    assert retaining.review(None, found.next_on).due


def test_without_a_birth_date_it_is_counted_apart(cast: Cast) -> None:
    child = children.open_record(
        forename="Nobody",
        surname="Knows",
        born_on=None,
        sex="",
        responsible_authority=cast.northshire,
        is_confirmed=True,
        by=cast.amina,
        at=NOW - hours(1),
    )

    found = retaining.review(None, LONG_AFTER)

    assert found.number(Standing.NO_BIRTH_DATE) >= 1
    assert of(child) is None


def test_one_question_is_asked_however_many_records_there_are(
    cast: Cast, django_assert_num_queries
) -> None:
    for child in (cast.sky, cast.kit, cast.robin):
        returned(child)

    with django_assert_num_queries(1):
        retaining.review(None, TODAY)
