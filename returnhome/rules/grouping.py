"""By what figures are told apart, and into which groups an episode falls.

Source: The First Step (The Children's Society, 2019) and the DfE's yearly statistics of children
looked after, whose ages are 10 to 15 and 16 and over; the bands below divide the younger of these.
Groups that nobody wrote down are groups too: what is not known is shown, never left out.
"""

from dataclasses import dataclass
from datetime import date
from math import sqrt

from returnhome.rules.ages import age_on
from returnhome.rules.codes import Code, RiskGrade, Sex
from returnhome.rules.measures import Count


class By(Code):
    """What the episodes of a period are told apart by."""

    AGE = "age", "Age when the child went missing"
    SEX = "sex", "Sex"
    RISK = "risk", "Risk as the police graded it"
    TIMES = "times", "How often the child was missing in the period"
    INTERVIEWER = "interviewer", "Who interviews"
    PLACED_IN = "placed_in", "Where the child was placed"


class Band(Code):
    UNDER_10 = "under_10", "Under 10"
    TO_12 = "10_to_12", "10 to 12"
    TO_15 = "13_to_15", "13 to 15"
    TO_17 = "16_and_17", "16 and 17"
    UNKNOWN = "unknown", "Not known"


class Times(Code):
    ONCE = "once", "Once"
    TWICE = "twice", "Twice"
    TO_FIVE = "3_to_5", "3 to 5 times"
    MORE = "6_or_more", "6 times or more"


UNKNOWN = "unknown"
LABELS: dict[By, dict[str, str]] = {
    By.AGE: {str(each): each.label for each in Band},
    By.SEX: {str(each): each.label for each in Sex},
    By.RISK: {**{str(each): each.label for each in RiskGrade}, UNKNOWN: "Not graded"},
    By.TIMES: {str(each): each.label for each in Times},
}
OLDEST_IN = ((9, Band.UNDER_10), (12, Band.TO_12), (15, Band.TO_15))
# 95 in 100, two-sided.
Z = 1.959964


def band_of(born_on: date | None, on: date) -> Band:
    if born_on is None or born_on > on:
        return Band.UNKNOWN
    age = age_on(born_on, on)
    return next((band for oldest, band in OLDEST_IN if age <= oldest), Band.TO_17)


def times_of(episodes: int) -> Times:
    if episodes <= 2:
        return Times.ONCE if episodes == 1 else Times.TWICE
    return Times.TO_FIVE if episodes <= 5 else Times.MORE


@dataclass(frozen=True, slots=True)
class Interval:
    """Between which percentages a rate would lie in 95 of 100 such groups. Whole percents."""

    low: int
    high: int


def interval(count: Count) -> Interval | None:
    """Wilson's score interval (1927), which holds for few episodes too; None of nothing."""
    if not count.denominator:
        return None
    n, rate = count.denominator, count.numerator / count.denominator
    middle = (rate + Z * Z / (2 * n)) / (1 + Z * Z / n)
    reach = Z / (1 + Z * Z / n) * sqrt(rate * (1 - rate) / n + Z * Z / (4 * n * n))
    return Interval(round(100 * max(0.0, middle - reach)), round(100 * min(1.0, middle + reach)))


def are_apart(one: Count, other: Count) -> bool:
    """Whether two rates are further from each other than chance alone would have them."""
    first, second = interval(one), interval(other)
    if first is None or second is None:
        return False
    return first.high < second.low or second.high < first.low
