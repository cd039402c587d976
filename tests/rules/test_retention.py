"""How long a record is kept: by what the child was, as at the review."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnhome.rules import retention
from returnhome.rules.codes import BirthDatePrecision
from returnhome.rules.retention import (
    PERIODS,
    CountedFrom,
    NotYet,
    OnHold,
    Period,
    RecordFacts,
    ShorterThanTheLaw,
    Standing,
    Status,
    StillWorkedOn,
)

IN_NEED = RecordFacts(status=Status.IN_NEED, born_on=date(2000, 2, 29), last_on=date(2016, 5, 4))
LOOKED_AFTER = replace(IN_NEED, status=Status.LOOKED_AFTER)


def until(facts: RecordFacts, on: date = date(2026, 3, 2)) -> date | None:
    return retention.outcome(facts, on).until


@pytest.mark.parametrize(
    ("facts", "day"),
    [
        # Seventy-five years from the birth; no 29 February in 2075, so never a day early.
        (LOOKED_AFTER, date(2075, 3, 1)),
        (replace(LOOKED_AFTER, born_on=date(2010, 7, 1)), date(2085, 7, 1)),
        # Who died under 18: fifteen years from the death.
        (replace(LOOKED_AFTER, died_on=date(2015, 6, 1)), date(2030, 6, 1)),
        # Who died on the 18th birthday or later: as any other.
        (replace(LOOKED_AFTER, died_on=date(2018, 3, 1)), date(2075, 3, 1)),
        (replace(LOOKED_AFTER, died_on=date(2018, 2, 28)), date(2033, 2, 28)),
        # A death shortens nothing for others.
        (replace(IN_NEED, died_on=date(2015, 6, 1)), date(2019, 5, 4)),
        # Three years without anything done, and never before the 18th birthday.
        (IN_NEED, date(2019, 5, 4)),
        (replace(IN_NEED, last_on=date(2014, 1, 1)), date(2018, 3, 1)),
        (replace(IN_NEED, status=Status.NEITHER), date(2019, 5, 4)),
        (replace(IN_NEED, status=Status.CHILD_PROTECTION), date(2051, 5, 4)),
    ],
)
def test_until_when_a_record_is_kept(facts: RecordFacts, day: date) -> None:
    assert until(facts) == day


@pytest.mark.parametrize("precision", [BirthDatePrecision.ESTIMATED, BirthDatePrecision.DISPUTED])
def test_where_the_birth_date_is_not_sure_the_later_day_is_taken(precision) -> None:
    unsure = replace(IN_NEED, born_precision=precision, last_on=date(2014, 1, 1))

    assert until(unsure) == date(2020, 2, 29)
    assert until(replace(LOOKED_AFTER, born_precision=precision)) == date(2077, 3, 1)


def test_without_a_birth_date_nobody_can_tell_and_nothing_goes() -> None:
    facts = replace(
        IN_NEED, born_on=None, born_precision=BirthDatePrecision.UNKNOWN, last_on=date(1990, 1, 1)
    )

    assert retention.outcome(facts, date(2026, 3, 2)).standing is Standing.NO_BIRTH_DATE
    with pytest.raises(NotYet):
        retention.check_may_erase(facts, date(2026, 3, 2))


def test_a_record_is_due_on_the_day_itself_and_not_the_day_before() -> None:
    assert retention.outcome(IN_NEED, date(2019, 5, 3)).standing is Standing.KEPT
    assert retention.outcome(IN_NEED, date(2019, 5, 4)).standing is Standing.DUE
    retention.check_may_erase(IN_NEED, date(2019, 5, 4))
    with pytest.raises(NotYet):
        retention.check_may_erase(IN_NEED, date(2019, 5, 3))


def test_what_is_on_hold_or_worked_on_stays_whatever_the_day() -> None:
    late = date(2099, 1, 1)

    with pytest.raises(OnHold):
        retention.check_may_erase(replace(IN_NEED, is_on_hold=True, is_worked_on=True), late)
    with pytest.raises(StillWorkedOn):
        retention.check_may_erase(replace(IN_NEED, is_worked_on=True), late)


def test_a_talk_held_before_a_child_came_into_care_is_kept_as_the_care_record_is() -> None:
    before, after = IN_NEED, replace(IN_NEED, status=Status.LOOKED_AFTER)

    assert until(before) == date(2019, 5, 4)
    assert until(after) == date(2075, 3, 1)


def own(status: Status, years: int, counted_from: CountedFrom, since=date(2020, 1, 1)) -> Period:
    return Period(
        status=status,
        years=years,
        counted_from=counted_from,
        since=since,
        source=retention.DEVON,
    )


def test_a_councils_own_period_holds_from_its_day_on() -> None:
    longer = own(Status.IN_NEED, 10, CountedFrom.LAST)

    assert retention.outcome(IN_NEED, date(2019, 12, 31), [longer]).until == date(2019, 5, 4)
    assert retention.outcome(IN_NEED, date(2020, 1, 1), [longer]).until == date(2026, 5, 4)


def test_a_councils_own_stands_before_the_common_one_of_the_same_day() -> None:
    same_day = own(Status.IN_NEED, 7, CountedFrom.ADULT, since=date(2014, 1, 1))

    assert retention.outcome(IN_NEED, date(2026, 3, 2), [same_day]).until == date(2025, 3, 1)


@pytest.mark.parametrize(
    ("years", "counted_from"),
    [
        (74, CountedFrom.BIRTH),
        (56, CountedFrom.ADULT),
        (99, CountedFrom.LAST),
        (14, CountedFrom.DEATH),
    ],
)
def test_the_law_is_never_shortened(years: int, counted_from: CountedFrom) -> None:
    with pytest.raises(ShorterThanTheLaw):
        retention.check_own(own(Status.LOOKED_AFTER, years, counted_from))


@pytest.mark.parametrize(
    ("status", "years", "counted_from"),
    [
        # Kirklees.
        (Status.LOOKED_AFTER, 75, CountedFrom.ADULT),
        (Status.LOOKED_AFTER, 57, CountedFrom.ADULT),
        (Status.LOOKED_AFTER, 100, CountedFrom.BIRTH),
        (Status.LOOKED_AFTER, 15, CountedFrom.DEATH),
        (Status.IN_NEED, 1, CountedFrom.LAST),
    ],
)
def test_what_is_no_shorter_than_the_law_is_the_councils_to_say(
    status: Status, years: int, counted_from: CountedFrom
) -> None:
    retention.check_own(own(status, years, counted_from))


DAYS = st.dates(date(1990, 1, 1), date(2030, 12, 31))
FACTS = st.builds(
    RecordFacts,
    status=st.sampled_from(Status),
    born_on=DAYS,
    last_on=DAYS,
    born_precision=st.sampled_from(
        [BirthDatePrecision.KNOWN, BirthDatePrecision.ESTIMATED, BirthDatePrecision.DISPUTED]
    ),
)


@given(facts=FACTS, on=DAYS.filter(lambda day: day >= date(2014, 1, 1)))
def test_no_record_is_ever_due_before_the_18th_birthday(facts: RecordFacts, on: date) -> None:
    assert facts.born_on
    day = retention.outcome(facts, on).until

    assert day is not None
    assert (day.year - facts.born_on.year, (day.month, day.day)) >= (
        18,
        (facts.born_on.month, facts.born_on.day),
    )


@given(facts=FACTS, later=st.integers(0, 3000))
def test_what_is_done_later_never_makes_a_record_due_sooner(facts: RecordFacts, later: int) -> None:
    on, on_then = date(2026, 3, 2), facts.last_on.toordinal() + later

    again = replace(facts, last_on=date.fromordinal(on_then))

    assert retention.outcome(again, on).until >= retention.outcome(facts, on).until


def test_every_status_has_a_period_with_its_source() -> None:
    assert {period.status for period in PERIODS} == set(Status)
    assert all(str(period.source) for period in PERIODS)
    assert "75 years from the date of birth" in {period.sentence for period in PERIODS}


LATER = date(2040, 1, 1)
OPEN = replace(IN_NEED, is_worked_on=True)


@pytest.mark.parametrize(
    ("facts", "standing"),
    [
        (OPEN, Standing.LEFT_OPEN),
        # Somebody is at work on it.
        (replace(OPEN, last_on=date(2039, 6, 1)), Standing.WORKED_ON),
        # Its time is not over.
        (replace(OPEN, status=Status.LOOKED_AFTER), Standing.WORKED_ON),
        (replace(OPEN, is_on_hold=True), Standing.ON_HOLD),
        # A person has said that nothing more is to be done; and then something was.
        (replace(OPEN, nothing_more_on=date(2039, 1, 1)), Standing.DUE),
        (replace(OPEN, nothing_more_on=date(2016, 5, 3)), Standing.LEFT_OPEN),
        (replace(IN_NEED, kept_longer_until=date(2040, 1, 2)), Standing.KEPT),
        (replace(IN_NEED, kept_longer_until=LATER), Standing.DUE),
    ],
)
def test_how_a_record_stands_by_what_people_said_of_it(
    facts: RecordFacts, standing: Standing
) -> None:
    assert retention.outcome(facts, LATER).standing is standing


def test_keeping_longer_never_makes_it_shorter() -> None:
    facts = replace(IN_NEED, kept_longer_until=date(2017, 1, 1))

    assert until(facts) == until(IN_NEED)


def test_the_gravest_that_a_child_ever_was_counts() -> None:
    assert retention.gravest(Status.NEITHER, Status.IN_NEED) is Status.IN_NEED
    assert retention.gravest(*Status) is Status.LOOKED_AFTER


@pytest.mark.parametrize(
    ("facts", "is_confirmed", "blocked"),
    [
        (replace(IN_NEED, is_on_hold=True), True, OnHold),
        (OPEN, True, StillWorkedOn),
        (replace(IN_NEED, kept_longer_until=date(2041, 1, 1)), True, NotYet),
        (IN_NEED, False, retention.NotConfirmed),
    ],
)
def test_what_may_not_be_erased_says_why(
    facts: RecordFacts, is_confirmed: bool, blocked: type[Exception]
) -> None:
    with pytest.raises(blocked):
        retention.check_may_erase(facts, LATER, is_confirmed=is_confirmed)
    retention.check_may_erase(IN_NEED, LATER, is_confirmed=True)
