"""What managers decide on records whose time is over: two of them, and one never alone."""

from datetime import date, timedelta
from typing import Any

import pytest

from returnhome.casework import retention, staff
from returnhome.casework.models import (
    Child,
    Erasure,
    Hold,
    Person,
    PutForward,
    RetentionReview,
)
from returnhome.rules import retention as the_rules
from returnhome.rules.codes import Role
from returnhome.rules.retention import HoldFor, OutcomeOfReview, Standing, Status
from tests.casework.ledger import act, fresh, last_act, refused_by, who_sees, written_again
from tests.casework.test_children import stranger
from tests.casework.test_matching import join, told_of
from tests.cast import NOW, Cast, hours

WHY = "Nobody has asked for it in twenty years"


def another_manager(cast: Cast) -> Person:
    person = staff.add_person("max@example.invalid", "Max", password=None, by=cast.adi, at=NOW)
    staff.appoint(
        person,
        Role.MANAGER,
        cast.northshire_council,
        since=date(2026, 1, 1),
        by=cast.adi,
        at=NOW,
    )
    return person


def said(
    cast: Cast,
    outcome: OutcomeOfReview = OutcomeOfReview.ERASE,
    *,
    child: Child | None = None,
    because: str = WHY,
    by: Person | None = None,
    **more: Any,
) -> RetentionReview:
    """Mara says it of Kit's record, which is due."""
    facts = {"standing": Standing.DUE, "known": Status.NEITHER, "is_open": False}
    return retention.review(
        child or cast.kit, outcome, because, **{**facts, **more}, by=by or cast.mara, at=NOW
    )


def test_one_manager_puts_a_record_forward_and_another_confirms(cast: Cast) -> None:
    max_ = another_manager(cast)

    one = said(cast)
    assert last_act() == act("review retention: erase", one, cast.mara, NOW, cast.kit.pk)
    assert one.is_waiting
    assert retention.confirmed(cast.kit.pk) is None

    one = retention.answer(one, is_confirmed=True, by=max_, at=NOW + hours(1))

    assert last_act() == act("confirm erasure", one, max_, NOW + hours(1), cast.kit.pk)
    assert retention.confirmed(cast.kit.pk) == one
    assert who_sees(one) == {"mara"}


def test_nobody_confirms_what_they_put_forward_themselves(cast: Cast) -> None:
    one = said(cast)

    with pytest.raises(the_rules.ASecondPerson):
        retention.answer(one, is_confirmed=True, by=cast.mara, at=NOW)
    with refused_by("nobody_confirms_what_they_put_forward"):
        RetentionReview.objects.filter(pk=one.pk).update(
            is_confirmed=True, second_at=NOW, second_by=cast.mara
        )


def test_a_second_person_who_says_no_says_why_and_the_record_stays(cast: Cast) -> None:
    max_ = another_manager(cast)
    one = said(cast)
    with pytest.raises(the_rules.WhyMissing):
        retention.answer(one, is_confirmed=False, by=max_, at=NOW)

    one = retention.answer(one, is_confirmed=False, because="Her brother", by=max_, at=NOW)

    assert retention.confirmed(cast.kit.pk) is None
    with pytest.raises(the_rules.NothingToConfirm):
        retention.answer(one, is_confirmed=True, by=max_, at=NOW)
    said(cast)


def test_whoever_says_something_else_later_takes_an_erasure_back(cast: Cast) -> None:
    one = said(cast)
    with pytest.raises(the_rules.WaitsForASecond):
        said(cast, OutcomeOfReview.KEEP_LONGER, kept_until=date(2030, 1, 1))
    retention.answer(one, is_confirmed=True, by=another_manager(cast), at=NOW)

    said(cast, OutcomeOfReview.KEEP_LONGER, kept_until=date(2030, 1, 1))

    assert retention.confirmed(cast.kit.pk) is None


@pytest.mark.parametrize(
    ("outcome", "more", "blocked"),
    [
        (OutcomeOfReview.KEEP_LONGER, {}, the_rules.UntilMissing),
        (OutcomeOfReview.KEEP_LONGER, {"kept_until": NOW.date()}, the_rules.UntilPast),
        (OutcomeOfReview.STATUS, {}, the_rules.StatusMissing),
        (
            OutcomeOfReview.STATUS,
            {"status": Status.IN_NEED, "known": Status.LOOKED_AFTER},
            the_rules.LowerThanKnown,
        ),
        (OutcomeOfReview.NOTHING_MORE, {}, the_rules.NothingLeftOpen),
        (OutcomeOfReview.ERASE, {"standing": Standing.KEPT}, the_rules.NotYet),
        (OutcomeOfReview.ERASE, {"standing": Standing.ON_HOLD}, the_rules.OnHold),
        (OutcomeOfReview.ERASE, {"standing": Standing.LEFT_OPEN}, the_rules.StillWorkedOn),
        (OutcomeOfReview.ERASE, {"because": " "}, the_rules.WhyMissing),
    ],
)
def test_what_cannot_be_said_of_a_record_is_blocked_with_a_sentence(
    cast: Cast, outcome: OutcomeOfReview, more: dict[str, Any], blocked: type[Exception]
) -> None:
    with pytest.raises(blocked):
        said(cast, outcome, **more)
    assert not RetentionReview.objects.exists()


@pytest.mark.parametrize("name", ["amina", "sol", "adi", "owen"])
def test_only_a_manager_of_the_council_that_answers_decides(cast: Cast, name: str) -> None:
    person = getattr(cast, name)
    one = said(cast)

    with pytest.raises(the_rules.NotTheirs):
        said(cast, by=person, child=cast.sky)
    with pytest.raises(the_rules.NotTheirs):
        retention.answer(one, is_confirmed=True, by=person, at=NOW)
    with pytest.raises(the_rules.NotTheirs):
        retention.hold(cast.kit, HoldFor.CLAIM, WHY, by=person, at=NOW)


def test_a_record_that_is_joined_to_another_is_decided_on_with_that_one(cast: Cast) -> None:
    child = stranger(cast)
    told_of(cast, child)
    join(cast, child, cast.kit)
    child = fresh(child)

    with pytest.raises(the_rules.JoinedToAnother):
        said(cast, child=child)
    with pytest.raises(the_rules.JoinedToAnother):
        retention.hold(child, HoldFor.CLAIM, WHY, by=cast.mara, at=NOW)


def test_a_hold_is_made_with_a_reason_and_ended_with_one(cast: Cast) -> None:
    with pytest.raises(the_rules.WhyMissing):
        retention.hold(cast.kit, HoldFor.CLAIM, " ", by=cast.mara, at=NOW)
    held = retention.hold(cast.kit, HoldFor.CLAIM, "A letter", by=cast.mara, at=NOW)
    assert last_act() == act("hold record: claim", held, cast.mara, NOW, cast.kit.pk)
    assert who_sees(held) == {"mara"}
    with pytest.raises(the_rules.OnHoldAlready):
        retention.hold(cast.kit, HoldFor.INQUIRY, WHY, by=cast.mara, at=NOW)
    with pytest.raises(the_rules.WhyMissing):
        retention.end_hold(held, "", by=cast.mara, at=NOW)

    retention.end_hold(held, "Settled", by=cast.mara, at=NOW + hours(1))

    with pytest.raises(the_rules.NotOnHold):
        retention.end_hold(held, "Settled", by=cast.mara, at=NOW + hours(1))
    retention.hold(cast.kit, HoldFor.INQUIRY, WHY, by=cast.mara, at=NOW + hours(2))


def test_what_is_put_forward_is_put_forward_anew_each_time(cast: Cast) -> None:
    def due(child: Child) -> PutForward:
        return PutForward(
            child=child,
            standing="due",
            status="neither",
            period="3 years",
            source="Devon",
            due_since=date(2026, 1, 1),
        )

    def put(*those: Child) -> list[int]:
        new = retention.put_forward(map(due, those), by=staff.clockwork(), at=NOW)
        return [each.child_id for each in new]

    assert put(cast.kit, cast.sky) == [cast.kit.pk, cast.sky.pk]
    assert put(cast.kit, cast.robin) == [cast.robin.pk]
    assert {each.child for each in PutForward.objects.all()} == {cast.kit, cast.robin}
    assert who_sees(PutForward.objects.get(child=cast.kit)) == {"mara"}


def test_the_database_itself_refuses_what_no_review_says(cast: Cast) -> None:
    one = said(cast)

    with refused_by("what_is_kept_longer_is_kept_until_a_day"):
        written_again(one, outcome="keep_longer")
    with refused_by("a_status_is_said_by_its_own_outcome"):
        written_again(one, status="in_need")
    with refused_by("of_an_erasure_a_second_person_says_when"):
        written_again(one, is_confirmed=True)
    with refused_by("only what a second person says is written, once"):
        RetentionReview.objects.filter(pk=one.pk).update(at=NOW + hours(1))
    with refused_by("only what a second person says is written, once"):
        one.delete()


def test_the_database_itself_refuses_a_hold_that_is_changed_or_stands_twice(cast: Cast) -> None:
    held = retention.hold(cast.kit, HoldFor.CLAIM, WHY, by=cast.mara, at=NOW)

    with refused_by("a_record_is_on_hold_once"):
        written_again(held)
    with refused_by("a_hold_that_ended_has_time_and_person"):
        Hold.objects.filter(pk=held.pk).update(ended_at=NOW - timedelta(days=1))
    with refused_by("only the end is written, once"):
        Hold.objects.filter(pk=held.pk).update(held_for="other")


def test_a_certificate_is_seen_by_managers_of_that_council(cast: Cast) -> None:
    assert list(Erasure.objects.visible_to(cast.mara)) == []
    assert retention.areas_of(cast.mara) == {cast.northshire.pk}
    assert retention.areas_of(cast.amina) == frozenset()
