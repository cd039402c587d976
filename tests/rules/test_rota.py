"""Up whom a silence climbs."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some

from returnhome.rules import rota
from returnhome.rules.codes import Rung, Waiting
from returnhome.rules.rota import Level, NobodyOnTheRota, climb, climbs_at, ladder_on

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


@pytest.mark.parametrize("of", Waiting)
def test_every_ladder_starts_at_once_and_ends_at_the_head_of_service(of):
    ladder = ladder_on(of, date(2020, 1, 1))

    assert ladder is ladder_on(of, date(2030, 1, 1))
    assert [level.who for level in ladder.levels] == list(Rung)
    assert climb(ladder.levels, ASKED, ASKED).who is Rung.ON_DUTY
    assert len({each.of for each in rota.LADDERS}) == len(Waiting)


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
