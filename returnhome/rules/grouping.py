"""By what figures are told apart, and into which groups an episode falls.

Source: The First Step (The Children's Society, 2019) and the DfE's yearly statistics of children
looked after, whose ages are 10 to 15 and 16 and over; the bands below divide the younger of these.
Ethnicity and disability as `characteristics` has them.
Groups that nobody wrote down are groups too: what is not known is shown, never left out.
"""

from dataclasses import dataclass
from datetime import date
from math import sqrt

from returnhome.rules.ages import age_on
from returnhome.rules.characteristics import Disability, EthnicGroup
from returnhome.rules.codes import Code, EpisodeKind, RiskGrade, Sex
from returnhome.rules.measures import ADDED, Count


class By(Code):
    """What the episodes of a period are told apart by."""

    AGE = "age", "Age when the child went missing"
    SEX = "sex", "Sex"
    ETHNICITY = "ethnicity", "Ethnicity"
    DISABILITY = "disability", "Disability"
    INTERPRETER = "interpreter", "Whether the child needs an interpreter"
    UNACCOMPANIED = "unaccompanied", "Whether the child came alone, to seek asylum"
    COHORT = "cohort", "At home or in care"
    PLACED_IN = "placed_in", "Where the child was placed"
    KIND = "kind", "Missing, or away without authorisation"
    RISK = "risk", "Risk as the police graded it"
    TIMES = "times", "How often the child was missing in the period"
    TEAM = "team", "Which team has it"
    INTERVIEWER = "interviewer", "Who interviews"


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


class Interpreter(Code):
    NEEDED = "needed", "Needs an interpreter"
    NOT_NEEDED = "not_needed", "Needs none"
    UNKNOWN = "unknown", "Nothing noted"


class CameAlone(Code):
    NOTED = "noted", "Noted as an unaccompanied asylum-seeking child"
    NOT_NOTED = "not_noted", "Not noted so"


UNKNOWN = "unknown"
LABELS: dict[By, dict[str, str]] = {
    By.AGE: {str(each): each.label for each in Band},
    By.SEX: {str(each): each.label for each in Sex},
    By.RISK: {**{str(each): each.label for each in RiskGrade}, UNKNOWN: "Not graded"},
    By.TIMES: {str(each): each.label for each in Times},
    By.COHORT: {str(each): each.label for each in ADDED},
    By.KIND: {str(each): each.label for each in EpisodeKind},
    By.ETHNICITY: {str(each): each.label for each in EthnicGroup},
    By.DISABILITY: {
        **{str(each): each.label for each in Disability if each is not Disability.REFUSED},
        UNKNOWN: "Not known, or not said",
    },
    By.INTERPRETER: {str(each): each.label for each in Interpreter},
    By.UNACCOMPANIED: {str(each): each.label for each in CameAlone},
}
OLDEST_IN = ((9, Band.UNDER_10), (12, Band.TO_12), (15, Band.TO_15))
# 95 in 100, two-sided.
Z = 1.959964


def band_of(born_on: date | None, on: date) -> Band:
    if born_on is None or born_on > on:
        return Band.UNKNOWN
    age = age_on(born_on, on)
    return next((band for oldest, band in OLDEST_IN if age <= oldest), Band.TO_17)


def disability_of(said: str) -> str:
    return said if said in LABELS[By.DISABILITY] else UNKNOWN


def interpreter_of(needs: bool | None) -> Interpreter:
    """By the note that stands; of nothing noted, not known."""
    if needs is None:
        return Interpreter.UNKNOWN
    return Interpreter.NEEDED if needs else Interpreter.NOT_NEEDED


def times_of(episodes: int) -> Times:
    if episodes <= 2:
        return Times.ONCE if episodes == 1 else Times.TWICE
    return Times.TO_FIVE if episodes <= 5 else Times.MORE


@dataclass(frozen=True, slots=True)
class Interval:
    """Between which percentages a rate would lie in 95 of 100 such groups. Whole percents."""

    low: int
    high: int


def limits(count: Count) -> tuple[float, float] | None:
    """Wilson's score interval (1927) of a share, which holds for few episodes too; None of nothing.

    Between 0 and 1.
    """
    if not count.denominator:
        return None
    n, rate = count.denominator, count.numerator / count.denominator
    middle = (rate + Z * Z / (2 * n)) / (1 + Z * Z / n)
    reach = Z / (1 + Z * Z / n) * sqrt(rate * (1 - rate) / n + Z * Z / (4 * n * n))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def interval(count: Count) -> Interval | None:
    """The same in whole percents."""
    told = limits(count)
    return Interval(round(100 * told[0]), round(100 * told[1])) if told else None


def are_apart(one: Count, other: Count) -> bool:
    """Whether two rates are further from each other than chance alone would have them."""
    first, second = interval(one), interval(other)
    if first is None or second is None:
        return False
    return first.high < second.low or second.high < first.low
