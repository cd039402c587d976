"""Up whom a silence climbs."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some

from returnhome.rules import rota
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Rung, Waiting
from returnhome.rules.rota import (
    Level,
    NobodyOnTheRota,
    TimesNotRising,
    climb,
    climbs_at,
    ladder_on,
)

MINUTE = timedelta(minutes=1)
ASKED = datetime(2026, 12, 24, 23, tzinfo=UTC)
LEVELS = (Level("Amina", 0 * MINUTE), Level("Wes", 60 * MINUTE), Level("Head", 120 * MINUTE))


@pytest.mark.parametrize(
    ("minutes", "who"),
    [
        (-5, "Amina"),
        (0, "Amina"),
        (59, "Amina"),
        (60, "Wes"),
        (119, "Wes"),
        (120, "Head"),
        (9999, "Head"),
    ],
)
def test_a_silence_climbs_through_the_night_and_christmas(minutes, who):
    assert climb(LEVELS, ASKED, ASKED + minutes * MINUTE).who == who


@pytest.mark.parametrize(
    ("away", "minutes", "who"),
    [
        ({"Amina"}, 0, "Wes"),
        ({"Amina", "Wes"}, 0, "Head"),
        ({"Wes"}, 60, "Head"),
        ({"Head"}, 120, "Wes"),
        ({"Wes", "Head"}, 120, "Amina"),
        # With everybody away somebody is told all the same.
        ({"Amina", "Wes", "Head"}, 0, "Head"),
    ],
)
def test_whoever_is_absent_is_passed_over_and_there_is_never_nobody(away, minutes, who):
    levels = [Level(each.who, each.after, each.who not in away) for each in LEVELS]

    assert climb(levels, ASKED, ASKED + minutes * MINUTE).who == who


def test_it_says_when_it_climbs_next():
    assert climbs_at(LEVELS, ASKED, ASKED) == ASKED + 60 * MINUTE
    assert climbs_at(LEVELS, ASKED, ASKED + 60 * MINUTE) == ASKED + 120 * MINUTE
    assert climbs_at(LEVELS, ASKED, ASKED + 120 * MINUTE) is None


def test_a_rota_without_anybody_says_so():
    with pytest.raises(NobodyOnTheRota):
        climb((), ASKED, ASKED)
    with pytest.raises(NobodyOnTheRota):
        ladder_on(Waiting.REQUEST, date(2026, 1, 1), ())


@pytest.mark.parametrize("of", rota.CLIMBING)
def test_every_ladder_starts_at_once_and_ends_at_the_head_of_service(of):
    ladder = ladder_on(of, date(2020, 1, 1))

    assert ladder is ladder_on(of, date(2030, 1, 1))
    assert tuple(level.who for level in ladder.levels) == rota.RUNGS
    assert climb(ladder.levels, ASKED, ASKED).who is Rung.ON_DUTY
    assert len({each.of for each in rota.LADDERS}) == len(Waiting)


@pytest.mark.parametrize("of", [Waiting.RUNNING_OUT, Waiting.RUN_OUT])
@pytest.mark.parametrize(
    ("away", "who"),
    [
        (set(), Rung.OWNER),
        ({Rung.OWNER}, Rung.ON_DUTY),
        ({Rung.OWNER, Rung.ON_DUTY}, Rung.TEAM),
    ],
)
def test_that_the_72_hours_end_is_told_to_one_level_however_long_it_waits(of, away, who):
    levels = [
        Level(each.who, each.after, each.who not in away)
        for each in ladder_on(of, ASKED.date()).levels
    ]

    assert climb(levels, ASKED, ASKED).who is who
    assert climb(levels, ASKED, ASKED + timedelta(days=400)).who is who


def test_an_organisation_has_times_of_its_own():
    ladder = rota.climbing_in(
        Waiting.REQUEST, date(2026, 3, 2), 20 * MINUTE, 40 * MINUTE, 90 * MINUTE
    )

    assert [climb(ladder.levels, ASKED, ASKED + n * MINUTE).who for n in (0, 20, 40, 90)] == list(
        rota.RUNGS
    )


@pytest.mark.parametrize("minutes", [(0, 10, 20), (10, 10, 20), (10, 30, 20), (-5, 10, 20)])
def test_times_that_do_not_rise_are_refused(minutes):
    with pytest.raises(TimesNotRising):
        rota.climbing_in(Waiting.REQUEST, date(2026, 3, 2), *(each * MINUTE for each in minutes))


def test_the_notice_of_the_end_comes_half_a_day_before():
    notice = rota.notice_on(date(2020, 1, 1))

    assert notice is rota.notice_on(date(2030, 1, 1))
    assert notice.before == timedelta(hours=12)


FIVE, NINE = time(17), time(9)


@pytest.mark.parametrize(
    ("at", "is_on"),
    [
        ("2026-03-06 16:59", False),  # Friday
        ("2026-03-06 17:00", True),
        ("2026-03-07 12:00", True),
        ("2026-03-08 23:59", True),
        ("2026-03-09 08:59", True),
        ("2026-03-09 09:00", False),
        # Christmas Day is a Friday like any other; the clocks change on a Sunday.
        ("2026-12-25 11:00", False),
        ("2026-03-29 01:30", True),
        # Summer: five in the afternoon is UK time.
        ("2026-07-01 16:59", False),
        ("2026-07-01 17:00", True),
    ],
)
def test_an_emergency_duty_team_is_on_by_night_and_all_weekend(at, is_on):
    uk_time = datetime.fromisoformat(at).replace(tzinfo=LONDON)

    assert rota.is_out_of_hours(uk_time, FIVE, NINE) is is_on


def test_hours_that_end_on_the_same_day_are_understood():
    noon = datetime(2026, 3, 4, 12, tzinfo=LONDON)

    assert rota.is_out_of_hours(noon, time(11), time(13))
    assert not rota.is_out_of_hours(noon, time(12, 1), time(13))


@for_all(
    some.lists(some.tuples(some.integers(0, 300), some.booleans()), min_size=1, max_size=6),
    some.integers(0, 400),
    some.integers(0, 400),
)
def test_a_silence_never_climbs_down_but_where_nobody_above_is_there(steps, one, other):
    levels = [Level(number, after * MINUTE, there) for number, (after, there) in enumerate(steps)]
    sooner, later = sorted((one, other))

    before, after = (climb(levels, ASKED, ASKED + each * MINUTE) for each in (sooner, later))

    nobody_above = not any(each.is_there and each.after > before.after for each in levels)
    assert after.after >= before.after or nobody_above
    assert before.is_there or not any(each.is_there for each in levels)
