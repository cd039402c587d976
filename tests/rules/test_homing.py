"""What a home reports, how its “just now” is taken, and how little of the interview it is told."""

from datetime import UTC, date, datetime, timedelta

import pytest

from returnhome.rules import homing
from returnhome.rules.clock import EXACT, Moment, estimated
from returnhome.rules.codes import Place
from returnhome.rules.homing import (
    Ago,
    BackThen,
    HomeSays,
    Known,
    NothingSaid,
    NotItsOwn,
    NotMissing,
    ReportedAlready,
    TakenBackAlready,
    ToCome,
)

NOW = datetime(2026, 3, 2, 21, 10, 44, tzinfo=UTC)


def ago(**how: float) -> Moment:
    return Moment(NOW - timedelta(**how), EXACT)


# When it was.


def test_just_now_is_up_to_ten_minutes_ago() -> None:
    moment = homing.just(Ago.JUST_NOW, NOW)

    assert moment.precision == estimated(5)
    assert moment.earliest == datetime(2026, 3, 2, 21, 0, tzinfo=UTC)
    assert moment.latest <= NOW


def test_within_the_last_hour_is_any_time_in_it() -> None:
    moment = homing.just(Ago.LAST_HOUR, NOW)

    assert (moment.earliest, moment.latest) == (
        datetime(2026, 3, 2, 20, 10, tzinfo=UTC),
        datetime(2026, 3, 2, 21, 10, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("now", "today", "yesterday"),
    [
        (datetime(2026, 3, 2, 12, tzinfo=UTC), date(2026, 3, 2), date(2026, 3, 1)),
        # Half past midnight in a British summer is still the day before in UTC.
        (datetime(2026, 7, 1, 23, 30, tzinfo=UTC), date(2026, 7, 2), date(2026, 7, 1)),
        (datetime(2028, 3, 1, 0, 10, tzinfo=UTC), date(2028, 3, 1), date(2028, 2, 29)),
    ],
)
def test_today_and_yesterday_are_uk_days(now: datetime, today: date, yesterday: date) -> None:
    assert homing.day_of(Ago.TODAY, now) == today
    assert homing.day_of(Ago.YESTERDAY, now) == yesterday


def test_a_time_that_somebody_is_not_sure_of_is_a_quarter_of_an_hour_either_way() -> None:
    assert homing.precision(is_rough=True) == estimated(15)
    assert homing.precision(is_rough=False) == EXACT


# Missing.


def check_missing(
    *, reported_at: datetime | None = None, seen: Moment | None = None, back_at=None
) -> None:
    homing.check_can_report_missing(
        reported_at=reported_at, last_seen=seen or ago(hours=1), back_at=back_at, now=NOW
    )


def test_a_home_reports_a_child_missing_who_was_never_missing_before() -> None:
    check_missing()


def test_what_the_home_has_reported_is_not_reported_twice() -> None:
    with pytest.raises(ReportedAlready, match=r"on 2 March 20:10.*nothing was sent twice"):
        check_missing(reported_at=NOW - timedelta(hours=1))


def test_nobody_was_seen_last_at_a_time_to_come() -> None:
    with pytest.raises(ToCome):
        check_missing(seen=Moment(NOW + timedelta(minutes=2)))


def test_a_time_before_the_child_was_back_is_asked_again() -> None:
    with pytest.raises(BackThen, match="found or came back on 2 March 20:40"):
        check_missing(seen=ago(hours=1), back_at=NOW - timedelta(minutes=30, seconds=44))


def test_a_child_who_goes_again_soon_after_coming_back_is_reported() -> None:
    check_missing(seen=homing.just(Ago.LAST_HOUR, NOW), back_at=NOW - timedelta(minutes=30))


# Returned.


def test_only_a_child_who_is_missing_is_reported_back() -> None:
    homing.check_can_report_returned(is_open=True, returned=ago(minutes=5), now=NOW)
    with pytest.raises(NotMissing):
        homing.check_can_report_returned(is_open=False, returned=ago(minutes=5), now=NOW)
    with pytest.raises(ToCome):
        homing.check_can_report_returned(is_open=True, returned=ago(minutes=-5), now=NOW)


# Added to.


def check_add(says: HomeSays, *, more: str = "The log says so", **facts: bool) -> None:
    homing.check_can_add(says, **({"is_taken_back": False, "more": more} | facts))  # type: ignore[arg-type]


def test_something_is_added_in_words_and_a_report_is_taken_back_once() -> None:
    check_add(HomeSays.ADDED)
    check_add(HomeSays.ADDED, is_taken_back=True)
    check_add(HomeSays.TAKEN_BACK)
    with pytest.raises(NothingSaid):
        check_add(HomeSays.ADDED, more="  ")
    with pytest.raises(NothingSaid):
        check_add(HomeSays.TAKEN_BACK, more="")
    with pytest.raises(TakenBackAlready):
        check_add(HomeSays.TAKEN_BACK, is_taken_back=True)


def test_a_home_puts_right_its_own_time_and_nobody_elses() -> None:
    check_add(HomeSays.CORRECTED)
    with pytest.raises(NotItsOwn):
        check_add(HomeSays.CORRECTED, is_own_time=False)
    with pytest.raises(NothingSaid, match="time on record already"):
        check_add(HomeSays.CORRECTED, is_new=False)


# What a home is told.

DUE = NOW + timedelta(hours=50)


def told(**facts: object) -> homing.InterviewKnown | None:
    given = {
        "due_at": DUE,
        "is_owed": True,
        "is_offered": False,
        "booked_for": None,
        "place": "",
        "held_at": None,
    }
    return homing.told_of(**(given | facts))  # type: ignore[arg-type]


def test_a_home_is_told_that_an_interview_is_due() -> None:
    known = told()

    assert known
    assert (known.due_at, known.is_offered, known.is_booked) == (DUE, False, False)


def test_a_home_is_told_of_none_where_none_is_owed_or_it_has_been_held() -> None:
    assert told(is_owed=False) is None
    assert told(due_at=None) is None
    assert told(held_at=NOW) is None


@pytest.mark.parametrize("place", Place)
def test_a_home_is_told_when_it_is_only_where_it_is_held_in_the_home(place: Place) -> None:
    known = told(booked_for=NOW + timedelta(hours=4), place=place)

    assert known
    assert known.is_booked
    assert (known.booked_for is not None) == (place is Place.PLACEMENT)


@pytest.mark.parametrize(
    ("says", "needs_doctor", "is_seen", "pressing"),
    [
        (HomeSays.RETURNED, Known.YES, False, True),
        (HomeSays.RETURNED, Known.YES, True, False),
        (HomeSays.RETURNED, Known.NO, False, False),
        (HomeSays.RETURNED, Known.NOT_KNOWN, False, False),
        (HomeSays.TAKEN_BACK, "", False, True),
        (HomeSays.TAKEN_BACK, "", True, False),
        (HomeSays.MISSING, "", False, False),
        (HomeSays.ADDED, "", False, False),
    ],
)
def test_a_child_who_may_be_hurt_and_a_report_taken_back_need_a_person(
    says: HomeSays, needs_doctor: str, is_seen: bool, pressing: bool
) -> None:
    found = homing.needs_somebody(says=says, needs_doctor=needs_doctor, is_seen=is_seen)

    assert found is pressing
