"""What the returns of many councils add up to: who could answer, the spread, and the whole.

Source: docs/practice/study.md. Quartiles by linear interpolation with both ends (R's type 7, the
QUARTILE.INC of spreadsheets). Limits by `limits`.

Three things are never mixed: how many councils could answer, of those asked; what their episodes
add up to (pooled: the sum of one count over the sum of the other, over councils that gave both);
and how councils lie beside each other (mean, median and quartiles, each council counting once).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from returnhome.rules.codes import Code
from returnhome.rules.measures import ALL
from returnhome.rules.study import limits
from returnhome.rules.study.asked import (
    ASKED_COHORTS,
    INVENTED,
    LOOKED_AFTER,
    MEASURES,
    OF_MEASURE,
    RATES,
    STANDARD,
    AnswerState,
    Asked,
    Period,
    Rate,
    in_words,
)
from returnhome.rules.study.checking import Given, Key, StudyReturn, versions
from returnhome.rules.study.councils import Council, Councils
from returnhome.rules.study.faults import LEAVES_OUT, Effect, Fault, Problem
from returnhome.rules.study.limits import FunnelPlace, Limits

# Over this share of its denominator not known, a rate is not held against others. Our own choice.
MOST_NOT_KNOWN = Fraction(1, 10)
# With fewer councils there is nothing to compare. Our own choice.
FEWEST = 5


class StudyStanding(Code):
    """How an asked council stands to one question of the study; our own list."""

    ANSWERED = "answered", "Gave a number"
    SUPPRESSED = "suppressed", "Withheld a small number"
    REFUSED = "refused", "Refused"
    NOT_HELD = "not_held", "Does not hold it"
    NOT_APPLICABLE = "not_applicable", "Cannot arise"
    LEFT_OUT = "left_out", "No row for it"
    SET_ASIDE = "set_aside", "Answer set aside as wrong"
    OTHER = "other", "For another period or standard"
    UNUSABLE = "unusable", "Sent a file that cannot be used"
    SILENT = "silent", "Sent nothing"


class WhyApart(Code):
    """Why a council's rate is not held against others; our own list."""

    OTHER_PERIOD = "other_period", "Another period than the study’s"
    OTHER_STANDARD = "other_standard", "Another version of the standard"
    PART_OF_THE_PERIOD = "part_of_the_period", "There for part of the period"
    ALL_IS_MISSING = "all_is_missing", "Records every absence from placement as missing"
    NOT_KNOWN = "not_known", "Over a tenth is not known"


@dataclass(frozen=True, slots=True)
class Apart:
    """A rate of one council that is shown and not compared; no rate: none of its numbers is."""

    council: Council
    why: WhyApart
    sentence: str
    file: str
    cohort: str | None = None
    rate: str | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """How values of councils lie beside each other, each counting once. None of no council."""

    councils: int
    lowest: Fraction
    lower_quartile: Fraction
    median: Fraction
    upper_quartile: Fraction
    highest: Fraction
    mean: Fraction


def spread(values: Iterable[Fraction | Decimal]) -> Spread | None:
    """None of no value."""
    ordered = sorted(Fraction(value) for value in values)
    if not ordered:
        return None
    return Spread(
        len(ordered),
        ordered[0],
        quantile(ordered, Fraction(1, 4)),
        quantile(ordered, Fraction(1, 2)),
        quantile(ordered, Fraction(3, 4)),
        ordered[-1],
        sum(ordered, Fraction()) / len(ordered),
    )


def quantile(ordered: Sequence[Fraction], share: Fraction) -> Fraction:
    """Of values in ascending order, by linear interpolation with both ends."""
    at = share * (len(ordered) - 1)
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (at - below)


def rounded(value: Fraction, places: int = 1) -> float:
    """Half up, as `measures.Count` rounds."""
    scale = 10**places
    return ((2 * value * scale + 1) // 2) / scale


def percent(value: Fraction) -> float:
    return rounded(value * 100)


# One council's part in one rate


@dataclass(frozen=True, slots=True)
class OfCouncil:
    """The two counts of one council, and where each stands."""

    council: Council
    file: str
    numerator: Given
    denominator: Given
    apart: tuple[WhyApart, ...] = ()
    place: FunnelPlace | None = None
    limits: Limits | None = None

    @property
    def counts(self) -> tuple[int, int]:
        assert self.numerator.value is not None
        assert self.denominator.value is not None
        return int(self.numerator.value), int(self.denominator.value)

    @property
    def share(self) -> Fraction | None:
        over, under = self.counts
        return Fraction(over, under) if under else None


@dataclass(frozen=True)
class RateFound:
    """One rate in one cohort: of how many, what it comes to, and how councils lie around it.

    `standings` is how the asked councils stand to it: answered is who gave both counts. Those that
    are compared are `those`; the rest of them are `apart`.
    """

    rate: Rate
    cohort: str
    asked: int
    standings: Mapping[StudyStanding, int]
    those: tuple[OfCouncil, ...]
    apart: tuple[OfCouncil, ...]

    @property
    def answered(self) -> int:
        return self.standings.get(StudyStanding.ANSWERED, 0)

    @cached_property
    def pooled(self) -> tuple[int, int]:
        """The sums of both counts, over the councils compared."""
        return (
            sum(each.counts[0] for each in self.those),
            sum(each.counts[1] for each in self.those),
        )

    @property
    def share(self) -> Fraction | None:
        over, under = self.pooled
        return Fraction(over, under) if under else None

    @cached_property
    def spread(self) -> Spread | None:
        return spread(each.share for each in self.those if each.share is not None)

    @property
    def has_limits(self) -> bool:
        return any(each.place for each in self.those)

    def placed(self, *places: FunnelPlace) -> list[OfCouncil]:
        return [each for each in self.those if each.place in places]


@dataclass(frozen=True)
class MeasureFound:
    """One measure in one cohort: how each asked council stands to it, and the numbers given."""

    measure: Asked
    cohort: str
    standings: Mapping[StudyStanding, int]
    numbers: tuple[Decimal, ...]
    asked: int

    @property
    def answered(self) -> int:
        return self.standings.get(StudyStanding.ANSWERED, 0)

    @property
    def able(self) -> int:
        """Those that could answer: a number, or one withheld because it is small."""
        return self.answered + self.standings.get(StudyStanding.SUPPRESSED, 0)

    @cached_property
    def spread(self) -> Spread | None:
        return spread(self.numbers)

    @property
    def total(self) -> int | None:
        """The sum of a count; hours are not added up."""
        return None if self.measure.is_hours else int(sum(self.numbers))


@dataclass(frozen=True)
class Study:
    """One study of one period under one version of the standard, from all councils' returns."""

    period: Period
    asked: tuple[Council, ...]
    returns: tuple[StudyReturn, ...]
    others: tuple[StudyReturn, ...]
    unusable: Mapping[str, tuple[str, ...]]
    problems: tuple[Problem, ...]
    apart: tuple[Apart, ...]
    of_another: tuple[Apart, ...]
    measures: Mapping[Key, MeasureFound]
    rates: Mapping[Key, RateFound]
    files: int
    is_invented: bool = False
    standard: str = STANDARD
    by_council: Mapping[str, StudyReturn] = field(default_factory=dict)

    @property
    def silent(self) -> list[Council]:
        """Asked, and nothing came."""
        return [each for each in self.asked if self.standing(each) is StudyStanding.SILENT]

    @property
    def answering(self) -> list[Council]:
        """Asked, and a return for this period can be used."""
        return [each for each in self.asked if each.code in self.by_council]

    def standing(self, council: Council) -> StudyStanding:
        """How a council stands to the study as a whole."""
        if council.code in self.by_council:
            return StudyStanding.ANSWERED
        if any(each.council.code == council.code for each in self.others):
            return StudyStanding.OTHER
        return StudyStanding.UNUSABLE if council.code in self.unusable else StudyStanding.SILENT

    def refusing(self, state: AnswerState) -> list[tuple[Council, list[Key]]]:
        """Councils that gave this state to a question, with the questions."""
        found = []
        for council in self.answering:
            theirs = self.by_council[council.code].answers
            keys = [key for key, given in theirs.items() if given.state is state]
            if keys:
                found.append((council, sorted(keys, key=_order)))
        return found

    def with_effect(self, *effects: Effect) -> list[Problem]:
        return [each for each in self.problems if each.effect in effects]

    @property
    def left_out(self) -> list[Problem]:
        """The faults for which a file, a row or an answer counts nowhere."""
        return self.with_effect(*LEAVES_OUT)

    def rate(self, key: str, cohort: str = ALL) -> RateFound:
        return self.rates[cohort, key]

    def measure(self, key: str, cohort: str = ALL) -> MeasureFound:
        return self.measures[cohort, key]


_MEASURE_ORDER = {each.key: number for number, each in enumerate(MEASURES)}


def _order(key: Key) -> tuple[int, int]:
    return ASKED_COHORTS.index(key[0]), _MEASURE_ORDER[key[1]]


# The study


def usual_period(returns: Iterable[StudyReturn]) -> Period | None:
    """The period that most returns are for; of two as many, the later. None of no return."""
    counted = Counter(each.period for each in returns)
    if not counted:
        return None
    return max(counted, key=lambda period: (counted[period], period.last, period.first))


def add_up(
    checked: Sequence[tuple[str, StudyReturn | None]],
    problems: Iterable[Problem],
    *,
    councils: Councils,
    period: Period,
) -> Study:
    """One study of that period, from the files that were checked, whatever their order."""
    returns, more = versions([made for _, made in checked if made])
    found = [*problems, *more]
    ours = [each for each in returns if each.period == period and each.standard == STANDARD]
    others = [each for each in returns if each not in ours]
    of_another = [_of_another(each, period) for each in others]
    asked = councils.asked(period.last)
    apart = [part for each in ours if (part := _part_of_the_period(each, period))]
    found += [
        Problem(each.file, (), Fault(each.why.value), each.sentence)
        for each in (*of_another, *apart)
    ]
    by_council = {each.council.code: each for each in ours}
    unusable = _unusable(checked, returns)
    whole = [each for each in ours if each.council not in {part.council for part in apart}]
    apart += [part for each in whole for part in _apart_in_rates(each)]
    replies = _Replies(
        tuple(council.code for council in asked),
        by_council,
        frozenset(each.council.code for each in others),
        frozenset(unusable),
    )
    return Study(
        period=period,
        asked=tuple(asked),
        returns=tuple(sorted(ours, key=lambda each: each.council.code)),
        others=tuple(sorted(others, key=lambda each: (each.council.code, each.file))),
        unusable=unusable,
        problems=tuple(sorted(set(found))),
        apart=tuple(apart),
        of_another=tuple(sorted(of_another, key=lambda each: (each.council.code, each.file))),
        measures=_measures(replies, whole),
        rates=_rates(ours, apart, replies),
        files=len(checked),
        is_invented=any(
            given.note.startswith(INVENTED) for each in ours for given in each.answers.values()
        ),
        by_council=by_council,
    )


def _unusable(
    checked: Iterable[tuple[str, StudyReturn | None]], kept: Sequence[StudyReturn]
) -> dict[str, tuple[str, ...]]:
    """Councils of whose files none is left, and those files."""
    left = {each.council.code for each in kept}
    lost: dict[str, list[str]] = {}
    for file, made in checked:
        if made and made.council.code not in left:
            lost.setdefault(made.council.code, []).append(file)
    return {code: tuple(sorted(files)) for code, files in lost.items()}


def _of_another(made: StudyReturn, period: Period) -> Apart:
    """A return for another period, or by another version of the list."""
    if made.standard != STANDARD:
        return Apart(
            made.council,
            WhyApart.OTHER_STANDARD,
            f"{made.council.name} follows version “{made.standard}” of the standard and the study "
            f"version {STANDARD}: shown apart, not added up.",
            made.file,
        )
    return Apart(
        made.council,
        WhyApart.OTHER_PERIOD,
        f"{made.council.name} is for {made.period.words} and the study for {period.words}: shown "
        f"apart, not added up.",
        made.file,
    )


def _part_of_the_period(made: StudyReturn, period: Period) -> Apart | None:
    council = made.council
    if council.is_whole(period.first, period.last):
        return None
    if council.until is not None and council.until < period.last:
        told = f"{council.name} ended on {in_words(council.until)}"
    else:
        assert council.since is not None
        told = f"{council.name} began on {in_words(council.since)}"
    return Apart(
        council,
        WhyApart.PART_OF_THE_PERIOD,
        f"{told}, within the period: its numbers are shown apart, not added up.",
        made.file,
    )


def _apart_in_rates(made: StudyReturn) -> list[Apart]:
    """Rates of a return that cannot be held against others, because the definitions differ."""
    found = []
    for cohort in ASKED_COHORTS:
        is_all_missing = _is_all_missing(made, cohort)
        for rate in RATES:
            if (cohort, rate.numerator) not in made.answers:
                continue
            if is_all_missing:
                found.append(
                    Apart(
                        made.council,
                        WhyApart.ALL_IS_MISSING,
                        "Every absence from placement is recorded as missing, so that there are "
                        "more episodes than elsewhere.",
                        *(made.file, cohort, rate.key),
                    )
                )
            elif told := _too_little_known(made, cohort, rate):
                found.append(
                    Apart(made.council, WhyApart.NOT_KNOWN, told, made.file, cohort, rate.key)
                )
    return found


def _is_all_missing(made: StudyReturn, cohort: str) -> bool:
    if cohort != ALL and cohort not in LOOKED_AFTER:
        return False
    told = [made.answers.get((each, "away")) for each in (cohort, ALL)]
    return any(each and each.state is AnswerState.NOT_APPLICABLE for each in told)


def _too_little_known(made: StudyReturn, cohort: str, rate: Rate) -> str:
    whole = made.answers.get((cohort, rate.denominator))
    if whole is None or not whole.value:
        return ""
    told = {
        key: given.value
        for key in rate.unsettled
        if (given := made.answers.get((cohort, key))) and given.value
    }
    not_known = sum(told.values(), Decimal())
    if Fraction(not_known) / Fraction(whole.value) <= MOST_NOT_KNOWN:
        return ""
    share = percent(Fraction(not_known) / Fraction(whole.value))
    words = " + ".join(OF_MEASURE[key].label for key in told)
    of = OF_MEASURE[rate.denominator].label.lower()
    return f"{words}: {not_known:,} of {whole.value:,} ({of}), {share:.1f}%."


@dataclass(frozen=True)
class _Replies:
    """How every asked council stands to each question."""

    codes: tuple[str, ...]
    by_council: Mapping[str, StudyReturn]
    for_another: frozenset[str]
    unusable: frozenset[str]

    def counted(self, *keys: Key) -> Counter[StudyStanding]:
        """How many councils stand how to a question, or to two at once: the worse counts."""
        return Counter(
            min((self.standing(code, key) for key in keys), key=_WORST.index) for code in self.codes
        )

    def standing(self, code: str, key: Key) -> StudyStanding:
        made = self.by_council.get(code)
        if made is None:
            if code in self.for_another:
                return StudyStanding.OTHER
            return StudyStanding.UNUSABLE if code in self.unusable else StudyStanding.SILENT
        if key in made.set_aside:
            return StudyStanding.SET_ASIDE
        given = made.answers.get(key)
        return _STANDINGS[given.state] if given else StudyStanding.LEFT_OUT


_WORST = (
    *(
        StudyStanding.SILENT,
        StudyStanding.UNUSABLE,
        StudyStanding.OTHER,
        StudyStanding.SET_ASIDE,
        StudyStanding.REFUSED,
    ),
    *(
        StudyStanding.NOT_HELD,
        StudyStanding.LEFT_OUT,
        StudyStanding.NOT_APPLICABLE,
        StudyStanding.SUPPRESSED,
    ),
    StudyStanding.ANSWERED,
)


def _measures(replies: _Replies, whole: Sequence[StudyReturn]) -> dict[Key, MeasureFound]:
    found = {}
    for cohort in ASKED_COHORTS:
        for measure in MEASURES:
            key = (cohort, measure.key)
            numbers = [
                given.value
                for each in whole
                if (given := each.answers.get(key)) and given.value is not None
            ]
            found[key] = MeasureFound(
                measure, cohort, replies.counted(key), tuple(sorted(numbers)), len(replies.codes)
            )
    return found


_STANDINGS = {
    AnswerState.GIVEN: StudyStanding.ANSWERED,
    AnswerState.NOT_HELD: StudyStanding.NOT_HELD,
    AnswerState.SUPPRESSED: StudyStanding.SUPPRESSED,
    AnswerState.REFUSED: StudyStanding.REFUSED,
    AnswerState.NOT_APPLICABLE: StudyStanding.NOT_APPLICABLE,
}


def _rates(
    returns: Sequence[StudyReturn], apart: Sequence[Apart], replies: _Replies
) -> dict[Key, RateFound]:
    why: dict[tuple[str, str | None, str | None], list[WhyApart]] = {}
    for each in apart:
        why.setdefault((each.council.code, each.cohort, each.rate), []).append(each.why)
    ordered = sorted(returns, key=lambda each: each.council.code)
    found = {}
    for cohort in ASKED_COHORTS:
        for rate in RATES:
            those: list[OfCouncil] = []
            beside: list[OfCouncil] = []
            for made in ordered:
                over = made.answers.get((cohort, rate.numerator))
                under = made.answers.get((cohort, rate.denominator))
                if not (over and under and over.is_number and under.is_number):
                    continue
                code = made.council.code
                reasons = (
                    *why.get((code, None, None), ()),
                    *why.get((code, cohort, rate.key), ()),
                )
                part = OfCouncil(made.council, made.file, over, under, reasons)
                (beside if reasons else those).append(part)
            standings = replies.counted((cohort, rate.numerator), (cohort, rate.denominator))
            found[cohort, rate.key] = _placed(
                RateFound(
                    *(rate, cohort, len(replies.codes), standings),
                    *(tuple(those), tuple(beside)),
                )
            )
    return found


def _placed(found: RateFound) -> RateFound:
    """The same with each council's place among the limits, where there are enough to compare."""
    compared = [each for each in found.those if each.share is not None]
    target = found.share
    if len(compared) < FEWEST or target is None or not 0 < target < 1:
        return found
    placed = []
    for each in found.those:
        if each.share is None:
            placed.append(each)
            continue
        lines = limits.limits(each.counts[1], float(target))
        placed.append(
            OfCouncil(
                *(each.council, each.file, each.numerator, each.denominator, each.apart),
                lines.place(float(each.share)),
                lines,
            )
        )
    return RateFound(
        found.rate, found.cohort, found.asked, found.standings, tuple(placed), found.apart
    )
