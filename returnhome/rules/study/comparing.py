"""What changed since an earlier study: all councils, and those alone that are in both.

Source: docs/practice/study.md. The earlier study is its `study.json`. Other councils answer each
time, so that a national figure can move while no council does; both are said, each by its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from returnhome.rules import Blocked
from returnhome.rules.study.adding_up import RateFound, Study
from returnhome.rules.study.asked import STANDARD, Period


class NotAStudy(Blocked):
    sentence = "The earlier study is no study.json that this command wrote."


class OtherStandard(Blocked):
    """The earlier study followed another version of the list of what is asked."""


class NotEarlier(Blocked):
    """It is not of an earlier period."""


@dataclass(frozen=True, slots=True)
class Counts:
    """A sum over a sum."""

    numerator: int
    denominator: int

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.numerator, self.denominator) if self.denominator else None


@dataclass(frozen=True)
class Change:
    """One rate in one cohort, then and now; `both_*` over the councils compared both times."""

    found: RateFound
    answered_then: int
    then: Counts
    now: Counts
    councils_in_both: int
    both_then: Counts
    both_now: Counts

    @property
    def moved(self) -> Fraction | None:
        return moved(self.then, self.now)

    @property
    def both_moved(self) -> Fraction | None:
        return moved(self.both_then, self.both_now)


def moved(then: Counts, now: Counts) -> Fraction | None:
    """How far a share moved; None where one of the two is of nothing."""
    if then.share is None or now.share is None:
        return None
    return now.share - then.share


@dataclass(frozen=True)
class Changes:
    """Everything that both studies tell, by cohort and rate."""

    period: Period
    changes: Mapping[tuple[str, str], Change]


def since(earlier: Any, study: Study) -> Changes:
    """What changed. Raises NotAStudy, OtherStandard, NotEarlier."""
    try:
        period = Period.parse(earlier["study"]["period"])
        standard = str(earlier["study"]["standard"])
        before = {(each["cohort"], each["rate"]): _read(each) for each in earlier["rates"]}
    except (KeyError, TypeError, ValueError, AttributeError):
        raise NotAStudy from None
    if standard != STANDARD:
        raise OtherStandard(
            f"The earlier study follows version “{standard}” of the standard and this one version "
            f"{STANDARD}: nothing can be set beside each other."
        )
    if period.first >= study.period.first:
        raise NotEarlier(
            f"The earlier study is for {period.words}, which is not before {study.period.words}."
        )
    return Changes(
        period,
        {
            key: _change(found, *before[key])
            for key, found in study.rates.items()
            if key in before and (found.those or before[key][1])
        },
    )


def _read(told: Mapping[str, Any]) -> tuple[int, dict[str, Counts]]:
    """How many answered, and the counts of each council that was compared."""
    return int(told["answered"]), {
        str(each["authority"]): Counts(int(each["numerator"]), int(each["denominator"]))
        for each in told["councils"]
        if not each["apart"]
    }


def _change(found: RateFound, answered: int, before: Mapping[str, Counts]) -> Change:
    after = {each.council.code: Counts(*each.counts) for each in found.those}
    both = sorted(before.keys() & after.keys())
    return Change(
        found,
        answered,
        _sum(before, before),
        _sum(after, after),
        len(both),
        _sum(before, both),
        _sum(after, both),
    )


def _sum(counts: Mapping[str, Counts], those: Any) -> Counts:
    return Counts(
        sum(counts[code].numerator for code in those),
        sum(counts[code].denominator for code in those),
    )
