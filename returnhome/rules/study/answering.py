"""A council's own return to the national study, from the figures that this product counts.

Source: docs/practice/study.md; what each figure is: `rules/measures.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from returnhome.rules.codes import OfferKind
from returnhome.rules.measures import APART, APART_COHORT, UPTAKE
from returnhome.rules.study.asked import (
    ASKED_COHORTS,
    DECLINES,
    MEASURES,
    STANDARD,
    AnswerState,
    Period,
    in_words,
)

Row = tuple[str, str, str, str, str, str, str, str]

# Part of the funnel → a figure that counts it.
FIGURE_OF = {measure.part: measure.key for measure in UPTAKE}
AWAY = f"{APART[OfferKind.LOCAL_POLICY]}_ended"
# Children of authorities outside England: outside the duty, so that no more than this is counted.
OF_OTHERS = {
    part: f"{APART[OfferKind.NOT_STATUTORY_HERE]}_{part}" for part in ("ended", "offered", "held")
}
NOT_COUNTED = "not counted for children of authorities outside England"
NOTHING_RECORDED = "nothing is recorded for the period"
HOURS_OF = "of {known} of {held} held, whose times are known closer than a day"


def rows(
    *,
    authority: str,
    period: Period,
    number: Callable[[str, str], int],
    hours: Mapping[str, tuple[Decimal, int]],
    is_empty: bool,
    counted_on: date,
) -> Iterator[Row]:
    """Every row of the return. `number` gives a figure by its key and cohort.

    `hours` has, by cohort, the median hours and of how many interviews they are known. Where
    nothing at all is recorded, nought would be a claim: every row says that it is not held. One
    that was `counted_on` a day before the period was over says so in every row.
    """
    early = ""
    if counted_on <= period.last:
        early = f"counted on {in_words(counted_on)}, before the period was over"

    def row(cohort: str, key: str, state: AnswerState, value: str = "", note: str = "") -> Row:
        said = "; ".join(filter(None, (note, early)))
        return (STANDARD, authority, str(period), cohort, key, value, str(state), said)

    for cohort in ASKED_COHORTS:
        for measure in MEASURES:
            key = measure.key
            if is_empty:
                yield row(cohort, key, AnswerState.NOT_HELD, note=NOTHING_RECORDED)
            elif cohort == APART_COHORT:
                if key in OF_OTHERS:
                    counted = number(OF_OTHERS[key], cohort)
                    yield row(cohort, key, AnswerState.GIVEN, str(counted))
                else:
                    yield row(cohort, key, AnswerState.NOT_HELD, note=NOT_COUNTED)
            elif measure.is_hours:
                held = number(FIGURE_OF["held"], cohort)
                if cohort in hours:
                    median, known = hours[cohort]
                    note = HOURS_OF.format(known=known, held=held) if known < held else ""
                    yield row(cohort, key, AnswerState.GIVEN, f"{median:.1f}", note)
                else:
                    state = AnswerState.NOT_HELD if held else AnswerState.NOT_APPLICABLE
                    yield row(cohort, key, state)
            else:
                counted = sum(number(part, cohort) for part in _figures(key))
                yield row(cohort, key, AnswerState.GIVEN, str(counted))


def _figures(key: str) -> tuple[str, ...]:
    """The figures that a measure is the sum of."""
    if key == "declined":
        return tuple(FIGURE_OF[part] for part in DECLINES)
    return (AWAY,) if key == "away" else (FIGURE_OF[key],)
