"""How far chance alone carries a rate: the limits of a funnel plot."""

from math import comb

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from returnhome.rules.study.limits import FunnelPlace, Limits, limits


def chances(number: int, target: float) -> list[float]:
    """P(R = r) from Pascal's triangle: slow, and as a book has it."""
    return [comb(number, r) * target**r * (1 - target) ** (number - r) for r in range(number + 1)]


def lower_by_hand(number: int, target: float, p: float) -> float:
    up_to = 0.0
    for r, each in enumerate(chances(number, target)):
        up_to += each
        if up_to >= p:
            return max(0.0, (r - (up_to - p) / each) / number)
    return 1.0


def test_the_limits_of_a_hundred_episodes_around_a_half_are_those_of_the_binomial() -> None:
    """P(R ≤ 40) = 0.028444 and P(R = 40) = 0.010844, so (40 − 0.003444 / 0.010844) / 100."""
    found = limits(100, 0.5)

    assert found.lower_95 == pytest.approx((40 - 0.003444 / 0.010844) / 100, abs=1e-4)
    assert found.upper_95 == pytest.approx(1 - found.lower_95)
    assert found.upper_998 == pytest.approx(1 - found.lower_998)


@pytest.mark.parametrize("number", [1, 2, 9, 30, 153, 700])
@pytest.mark.parametrize("target", [0.02, 0.3, 0.5, 0.8, 0.99])
def test_the_limits_are_those_of_pascals_triangle(number: int, target: float) -> None:
    found = limits(number, target)

    assert (found.lower_998, found.lower_95) == pytest.approx(
        [lower_by_hand(number, target, p) for p in (0.001, 0.025)], abs=1e-7
    )
    assert (1 - found.upper_998, 1 - found.upper_95) == pytest.approx(
        [lower_by_hand(number, 1 - target, p) for p in (0.001, 0.025)], abs=1e-7
    )


@given(st.integers(1, 120), st.floats(0.02, 0.98), st.data())
def test_outside_is_what_chance_alone_would_rarely_do(
    number: int, target: float, data: st.DataObject
) -> None:
    r = data.draw(st.integers(0, number))
    at = chances(number, target)
    below, above = sum(at[: r + 1]), sum(at[r:])
    # Where a sum comes as near as this, it is a matter of the last digit.
    assume(all(abs(sure - p) > 1e-9 for sure in (below, above) for p in (0.001, 0.025)))

    place = limits(number, target).place(r / number)

    assert (place in (FunnelPlace.FAR_BELOW, FunnelPlace.BELOW)) == (below < 0.025)
    assert (place is FunnelPlace.FAR_BELOW) == (below < 0.001)
    assert (place in (FunnelPlace.FAR_ABOVE, FunnelPlace.ABOVE)) == (above < 0.025)
    assert (place is FunnelPlace.FAR_ABOVE) == (above < 0.001)


@given(st.integers(1, 40_000), st.floats(0.001, 0.999))
def test_the_limits_lie_in_their_order_around_the_target(number: int, target: float) -> None:
    found = limits(number, target)

    assert 0 <= found.lower_998 <= found.lower_95 <= found.upper_95 <= found.upper_998 <= 1
    assert found.lower_95 <= target + 1e-9
    assert target <= found.upper_95 + 1e-9


def test_more_episodes_leave_less_to_chance() -> None:
    few, many = limits(20, 0.5), limits(2_000, 0.5)

    assert few.lower_998 < many.lower_998 < 0.5 < many.upper_998 < few.upper_998


def test_a_council_on_the_line_is_within() -> None:
    lines = Limits(0.2, 0.3, 0.7, 0.8)

    assert [lines.place(share) for share in (0.19, 0.2, 0.3, 0.5, 0.7, 0.75, 0.8, 0.81)] == [
        *(
            FunnelPlace.FAR_BELOW,
            FunnelPlace.BELOW,
            FunnelPlace.WITHIN,
            FunnelPlace.WITHIN,
            FunnelPlace.WITHIN,
        ),
        *(FunnelPlace.ABOVE, FunnelPlace.ABOVE, FunnelPlace.FAR_ABOVE),
    ]


@pytest.mark.parametrize(("number", "target"), [(0, 0.5), (10, 0.0), (10, 1.0)])
def test_of_nothing_there_are_no_limits(number: int, target: float) -> None:
    with pytest.raises(ValueError, match="Limits need an episode"):
        limits(number, target)
