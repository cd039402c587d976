"""How far a rate may lie from the national one by chance alone: the limits of a funnel plot.

Source: Spiegelhalter, D. J. (2005), Funnel plots for comparing institutional performance,
Statistics in Medicine 24(8), 1185 to 1202: exact binomial limits, interpolated (appendix
A.1.1).

The lower limit at probability p for n episodes and target t is (r − a) / n. There r is the least
number with P(R ≤ r) ≥ p for R binomial(n, t), and a = (P(R ≤ r) − p) / P(R = r). The upper one is
the lower one of the episodes for which it did not happen. So outside means neither more nor less
than that chance alone would carry fewer than p of councils so far: P(R ≤ r) < p below, and
P(R ≥ r) < p above.
(The paper takes r − a at 1 − p for the upper, which is up to one episode nearer.)
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from returnhome.rules.codes import Code

# Two lines on each side: 95 % of councils lie within by chance alone, and 99.8 %.
PROBABILITIES = (0.001, 0.025)
# As many standard deviations from the middle nothing is left to add up.
FAR = 10


class FunnelPlace(Code):
    """Where a council's rate lies on a funnel plot; our words, the limits are Spiegelhalter's."""

    FAR_BELOW = "below_998", "Below the 99.8% limit"
    BELOW = "below_95", "Below the 95% limit"
    WITHIN = "within", "Within the limits"
    ABOVE = "above_95", "Above the 95% limit"
    FAR_ABOVE = "above_998", "Above the 99.8% limit"


@dataclass(frozen=True, slots=True)
class Limits:
    """The four limits for one number of episodes, as shares between 0 and 1."""

    lower_998: float
    lower_95: float
    upper_95: float
    upper_998: float

    def place(self, share: float) -> FunnelPlace:
        """On the line is within."""
        if share < self.lower_998:
            return FunnelPlace.FAR_BELOW
        if share < self.lower_95:
            return FunnelPlace.BELOW
        if share > self.upper_998:
            return FunnelPlace.FAR_ABOVE
        return FunnelPlace.ABOVE if share > self.upper_95 else FunnelPlace.WITHIN


@lru_cache(maxsize=16_384)
def limits(number: int, target: float) -> Limits:
    """The limits for so many episodes around the target share.

    Raises ValueError for no episodes, or a target that leaves nothing to chance.
    """
    if number < 1 or not 0 < target < 1:
        raise ValueError("Limits need an episode, and a share between 0 and 1.")
    lower_998, lower_95 = _shares(number, target)
    not_998, not_95 = _shares(number, 1 - target)
    return Limits(lower_998, lower_95, 1 - not_95, 1 - not_998)


def _shares(number: int, target: float) -> list[float]:
    return [max(r / number, 0.0) for r in _quantiles(number, target, PROBABILITIES)]


def _quantiles(number: int, target: float, asked: Sequence[float]) -> list[float]:
    """For each probability, ascending, the interpolated quantile of the binomial."""
    spread = FAR * math.sqrt(number * target * (1 - target)) + FAR
    r = max(0, math.floor(number * target - spread))
    at = math.exp(_log_probability(r, number, target))
    up_to, odds = at, target / (1 - target)
    found: list[float] = []
    for p in asked:
        while up_to < p and r < number:
            at *= odds * (number - r) / (r + 1)
            r += 1
            up_to += at
        found.append(r - (up_to - p) / at if at else float(r))
    return found


def _log_probability(r: int, number: int, target: float) -> float:
    ways = math.lgamma(number + 1) - math.lgamma(r + 1) - math.lgamma(number - r + 1)
    return ways + r * math.log(target) + (number - r) * math.log1p(-target)
