"""What four small returns add up to, worked out by hand; and what may not be added up."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from returnhome.reporting.study import as_json
from returnhome.rules.study.adding_up import (
    Spread,
    StudyStanding,
    WhyApart,
    percent,
    quantile,
    spread,
)
from returnhome.rules.study.asked import Period
from returnhome.rules.study.checking import SentFile
from returnhome.rules.study.councils import Council, Councils, councils_from
from returnhome.rules.study.faults import Fault
from returnhome.rules.study.limits import FunnelPlace
from tests.rules.study.returns import COUNCILS, YEAR, of_council, study

HARTLEPOOL = {
    "ended": 100,
    "offered": 80,
    "not_offered": 20,
    "accepted": 60,
    "declined": 15,
    "not_answered": 5,
    "held": 50,
    "not_held": 8,
    "still_to_hold": 2,
    "in_time": 30,
    "late": 15,
    "indeterminate": 5,
}
MIDDLESBROUGH = {"ended": 40, "offered": 30, "declined": 9, "held": 10, "in_time": 10}
REDCAR = {"ended": 10, "offered": 10, "declined": 1, "held": 9, "in_time": "not_held"}
STOCKTON = {"ended": "not_held", "offered": "suppressed", "declined": "refused", "held": 7}
FOUR = (
    of_council("E06000001", HARTLEPOOL),
    of_council("E06000002", MIDDLESBROUGH),
    of_council("E06000003", REDCAR),
    of_council("E06000004", STOCKTON),
)


def told(found: Spread | None) -> tuple[float, ...]:
    assert found
    shares = (found.lowest, found.lower_quartile, found.median, found.upper_quartile)
    return tuple(percent(share) for share in (*shares, found.highest, found.mean))


def test_four_councils_come_to_what_a_hand_comes_to() -> None:
    """Held of ended: 50 of 100, 10 of 40 and 9 of 10; the fourth cannot say how many ended."""
    held = study(*FOUR).rate("held_of_ended")

    assert (held.answered, held.asked) == (3, 7)
    assert held.pooled == (69, 150)
    assert percent(held.share or Fraction()) == 46.0
    assert told(held.spread) == (25.0, 37.5, 50.0, 70.0, 90.0, 55.0)


@pytest.mark.parametrize(
    ("rate", "pooled", "mean"),
    [
        ("offered_of_ended", (120, 150), 85.0),
        ("declined_of_offered", (25, 120), 19.6),
        ("held_of_offered", (69, 120), 61.9),
        ("in_time_of_held", (40, 60), 80.0),
        ("in_time_of_ended", (40, 140), 27.5),
        ("accepted_of_offered", (60, 80), 75.0),
    ],
)
def test_the_sum_and_the_mean_are_two_figures(rate: str, pooled: tuple, mean: float) -> None:
    found = study(*FOUR).rate(rate)

    assert found.pooled == pooled
    assert found.spread
    assert percent(found.spread.mean) == mean


def test_every_asked_council_stands_somewhere() -> None:
    found = study(*FOUR)

    assert found.measure("ended").standings == {
        StudyStanding.ANSWERED: 3,
        StudyStanding.NOT_HELD: 1,
        StudyStanding.SILENT: 3,
    }
    assert found.measure("offered").able == 4
    assert found.measure("offered").answered == 3
    assert found.rate("declined_of_offered").standings[StudyStanding.REFUSED] == 1
    assert found.measure("in_time", "home").standings[StudyStanding.LEFT_OUT] == 4
    assert [council.name for council in found.silent] == ["Darlington", "Halton", "Barnsley"]


def test_the_numbers_of_councils_are_spread_and_summed() -> None:
    ended = study(*FOUR).measure("ended")

    assert ended.total == 150
    assert ended.spread
    assert (ended.spread.lowest, ended.spread.median, ended.spread.highest) == (10, 40, 100)


def test_hours_are_spread_and_never_summed() -> None:
    hours = study(
        of_council("E06000001", {"median_hours": 40}), of_council("E06000002", {"median_hours": 61})
    ).measure("median_hours")

    assert hours.total is None
    assert hours.spread
    assert hours.spread.median == Fraction(101, 2)


def test_quartiles_are_those_of_a_spreadsheet() -> None:
    """QUARTILE.INC of 1, 2, 4, 8, 16, 32: 2.5, 6, 14."""
    ordered = [Fraction(number) for number in (1, 2, 4, 8, 16, 32)]

    assert [quantile(ordered, Fraction(n, 4)) for n in (1, 2, 3)] == [Fraction(5, 2), 6, 14]
    assert spread([]) is None
    assert spread([Fraction(3)]) == Spread(1, *(Fraction(3),) * 6)


def test_a_percentage_is_rounded_half_up() -> None:
    assert [percent(Fraction(n, 2000)) for n in (1, 3, 1999, 2000)] == [0.1, 0.2, 100.0, 100.0]


def test_a_council_that_offered_none_answered_and_has_no_rate() -> None:
    found = study(of_council("E06000001", {"ended": 5, "offered": 0, "declined": 0}))

    declined = found.rate("declined_of_offered")
    assert declined.answered == 1
    assert declined.spread is None
    assert declined.share is None


# What is shown and not added up.


def test_a_return_for_another_year_is_shown_apart() -> None:
    late = of_council("E06000002", MIDDLESBROUGH, period="2024-04-01/2025-03-31")
    found = study(FOUR[0], late)

    assert found.rate("held_of_ended").pooled == (50, 100)
    assert found.measure("ended").standings[StudyStanding.OTHER] == 1
    assert [each.fault for each in found.problems] == [Fault.OTHER_PERIOD]
    assert "1 April 2024 to 31 March 2025" in found.problems[0].sentence


def test_another_version_of_the_standard_is_shown_apart() -> None:
    found = study(FOUR[0], of_council("E06000002", MIDDLESBROUGH, standard="2"))

    assert found.rate("held_of_ended").pooled == (50, 100)
    assert [each.fault for each in found.problems] == [Fault.OTHER_STANDARD]


def test_over_a_tenth_not_known_is_shown_apart_and_a_tenth_is_not() -> None:
    a_tenth = {"ended": 100, "offered": 60, "not_offered": 30, "offer_not_known": 10}
    more = {"ended": 100, "offered": 60, "not_offered": 29, "offer_not_known": 11}

    found = study(of_council("E06000001", a_tenth), of_council("E06000002", more))

    offered = found.rate("offered_of_ended")
    assert offered.answered == 2
    assert [each.council.name for each in offered.those] == ["Hartlepool"]
    assert [each.apart for each in offered.apart] == [(WhyApart.NOT_KNOWN,)]
    assert found.apart[0].sentence == (
        "Not known whether offered: 11 of 100 (episodes ended), 11.0%."
    )


def test_where_every_absence_is_missing_nothing_of_looked_after_children_is_compared() -> None:
    said = {"ended": 100, "held": 50, "away": "not_applicable"}
    home = {"ended": 60, "held": 30}
    both = of_council("E06000001", said)
    rows = (*both.rows, *of_council("E06000001", home, cohort="home").rows)

    found = study(SentFile(both.name, rows))

    assert [each.apart for each in found.rate("held_of_ended").apart] == [
        (WhyApart.ALL_IS_MISSING,)
    ]
    assert [each.council.name for each in found.rate("held_of_ended", "home").those] == [
        "Hartlepool"
    ]


def test_a_council_that_ended_in_the_period_and_its_successor_are_part_years() -> None:
    of_2025 = Period(date(2025, 1, 1), date(2025, 12, 31))
    said = {"ended": 100, "held": 50}

    found = study(
        of_council("E08000016", said, period=str(of_2025)),
        of_council("E08000038", said, period=str(of_2025)),
        of_council("E06000001", said, period=str(of_2025)),
        period=of_2025,
    )

    assert found.rate("held_of_ended").pooled == (50, 100)
    assert [each.sentence[:46] for each in found.apart] == [
        "Barnsley ended on 31 March 2025, within the pe",
        "Barnsley began on 1 April 2025, within the per",
    ]
    assert "E08000016" not in {council.code for council in found.asked}
    assert found.measure("ended").numbers == (100,)


def test_a_council_recoded_before_the_period_is_one_council() -> None:
    made = councils_from(
        [{"gss_code": "E2", "name": "New", "region": "North"}],
        [
            {"gss_code": "E1", "name": "Old", "until": "2025-03-31", "successor_gss_code": "E2"},
            {"gss_code": "E1", "name": "Old", "until": "2025-03-31", "successor_gss_code": "E3"},
        ],
    )

    assert [each.name for each in made.asked(date(2025, 3, 31))] == ["Old"]
    assert [each.name for each in made.asked(date(2025, 4, 1))] == ["New"]
    assert made.known["E1"].successors == ("E2", "E3")


# Funnel plots.


def many(rates: list[tuple[int, int]]) -> tuple[Councils, list[SentFile]]:
    codes = [f"E0900{number:04}" for number in range(len(rates))]
    councils = Councils({code: Council(code, code, "London") for code in codes}, {}, {})
    return councils, [
        of_council(code, {"ended": ended, "held": held})
        for code, (held, ended) in zip(codes, rates, strict=True)
    ]


def test_a_council_stands_among_the_limits_around_the_sum_of_all() -> None:
    councils, files = many([(50, 100), (50, 100), (50, 100), (8, 10), (850, 1000), (100, 700)])

    found = study(*files, councils=councils).rate("held_of_ended")

    assert percent(found.share or Fraction()) == 55.1
    assert [each.place for each in found.those] == [
        *(FunnelPlace.WITHIN, FunnelPlace.WITHIN, FunnelPlace.WITHIN, FunnelPlace.WITHIN),
        *(FunnelPlace.FAR_ABOVE, FunnelPlace.FAR_BELOW),
    ]


def test_with_four_councils_no_limits_are_drawn() -> None:
    councils, files = many([(50, 100)] * 4)

    assert not study(*files, councils=councils).rate("held_of_ended").has_limits


def test_where_all_are_held_there_is_nothing_for_chance_to_do() -> None:
    councils, files = many([(100, 100)] * 6)

    assert not study(*files, councils=councils).rate("held_of_ended").has_limits


# Order.

NUMBERS = st.integers(0, 60)


@st.composite
def some_files(draw: st.DrawFn) -> list[SentFile]:
    files = []
    for code in sorted(COUNCILS.known)[:5]:
        said = {
            key: draw(st.one_of(NUMBERS, st.sampled_from(["not_held", "suppressed"])))
            for key in ("ended", "offered", "declined", "held", "in_time", "indeterminate")
        }
        files.append(of_council(code, said))
    return files


def without_rows(value: object) -> object:
    """The same without the numbers of rows, which are all that an order of rows may change."""
    if isinstance(value, dict):
        return {
            key: without_rows(each)
            for key, each in value.items()
            if key not in ("rows", "numerator_row", "denominator_row")
        }
    if isinstance(value, list):
        return [without_rows(each) for each in value]
    return value


@settings(max_examples=25, deadline=None)
@given(some_files(), st.randoms(use_true_random=False))
def test_the_order_of_files_and_of_rows_changes_nothing(
    files: list[SentFile], chance: object
) -> None:
    before = as_json(study(*files), None, [])

    by_file = list(files)
    chance.shuffle(by_file)
    assert as_json(study(*by_file), None, []) == before

    shuffled = []
    for each in files:
        rows = list(each.rows)
        chance.shuffle(rows)
        numbered = [type(row)(n, row.cells) for n, row in enumerate(rows, start=2)]
        shuffled.append(SentFile(each.name, tuple(numbered)))
    after = without_rows(as_json(study(*shuffled), None, []))
    problems = sorted(map(str, after.pop("problems")))
    expected = without_rows(before)
    assert problems == sorted(map(str, expected.pop("problems")))
    assert after == expected


def test_the_year_of_the_study_is_a_collection_year() -> None:
    assert YEAR.words == "1 April 2025 to 31 March 2026"
