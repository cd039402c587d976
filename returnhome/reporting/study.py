"""The national study as data: study.json, study.csv and the sheets of study.xlsx.

Every figure leads back to the file and the row of each of its two counts.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from returnhome import __version__
from returnhome.reporting.exports import Cell, Sheet
from returnhome.rules.study.adding_up import (
    MeasureFound,
    OfCouncil,
    RateFound,
    Spread,
    Study,
    StudyStanding,
    percent,
    rounded,
)
from returnhome.rules.study.asked import COHORT_WORDS, HEADER, MEASURES, RATES
from returnhome.rules.study.checking import StudyReturn
from returnhome.rules.study.comparing import Change, Changes, Counts
from returnhome.rules.study.limits import FunnelPlace
from returnhome.rules.study.published import FACTS

POOLED = "All episodes together: the sum of one count over the sum of the other"
MEAN = "Mean over councils, each counting once"
# How many of the asked councils stand how, in the order of the report.
STANDINGS = tuple(StudyStanding)


def as_json(study: Study, changes: Changes | None, not_read: Sequence[str]) -> dict[str, Any]:
    """The report's machine-readable twin. Percentages to one decimal, half up."""
    return {
        "study": {
            "standard": study.standard,
            "period": str(study.period),
            "period_in_words": study.period.words,
            "invented": study.is_invented,
            "product": f"returnhome {__version__}",
        },
        "councils": _councils(study),
        "measures": [_measure(found) for found in study.measures.values()],
        "rates": [_rate(found) for found in study.rates.values()],
        "not_comparable": [
            {
                **_named(each.council.code, each.council.name),
                "cohort": each.cohort,
                "rate": each.rate,
                "why": each.why.value,
                "sentence": each.sentence,
                "file": each.file,
            }
            for each in (*study.apart, *study.of_another)
        ],
        "problems": [
            {
                "file": each.file,
                "rows": list(each.rows),
                "fault": each.fault.value,
                "effect": each.effect.value,
                "sentence": each.sentence,
            }
            for each in study.problems
        ],
        "files": {"read": study.files, "not_read": list(not_read)},
        "published": list(_published(study)),
        "change": _changes(changes),
    }


def _named(code: str, name: str) -> dict[str, str]:
    return {"authority": code, "name": name}


def _councils(study: Study) -> dict[str, Any]:
    standings = {council: study.standing(council) for council in study.asked}
    return {
        "asked": len(study.asked),
        **{
            standing.value: sum(each is standing for each in standings.values())
            for standing in (
                *(
                    StudyStanding.ANSWERED,
                    StudyStanding.OTHER,
                    StudyStanding.UNUSABLE,
                    StudyStanding.SILENT,
                ),
            )
        },
        "list": [
            {
                **_named(council.code, council.name),
                "region": council.region,
                "standing": standing.value,
                "files": _files_of(study, council.code),
            }
            for council, standing in standings.items()
        ],
    }


def _files_of(study: Study, code: str) -> list[str]:
    theirs = [each.file for each in (*study.returns, *study.others) if each.council.code == code]
    return sorted({*theirs, *study.unusable.get(code, ())})


def _measure(found: MeasureFound) -> dict[str, Any]:
    return {
        "cohort": found.cohort,
        "measure": found.measure.key,
        "label": found.measure.label,
        "of": found.asked,
        "able": found.able,
        **{standing.value: found.standings.get(standing, 0) for standing in STANDINGS},
        "compared": len(found.numbers),
        "total": found.total,
        **_spread(found.spread, number),
    }


def number(value: Fraction | Decimal) -> int | float:
    """A count to one decimal, a whole one without."""
    told = rounded(Fraction(value))
    return int(told) if told.is_integer() else told


def _spread(spread: Spread | None, told: Any) -> dict[str, Any]:
    names = ("lowest", "lower_quartile", "median", "upper_quartile", "highest", "mean")
    return {name: told(getattr(spread, name)) if spread else None for name in names}


def _rate(found: RateFound) -> dict[str, Any]:
    over, under = found.pooled
    return {
        "cohort": found.cohort,
        "rate": found.rate.key,
        "label": found.rate.label,
        "numerator": found.rate.numerator,
        "denominator": found.rate.denominator,
        "of": found.asked,
        **{standing.value: found.standings.get(standing, 0) for standing in STANDINGS},
        "compared": len(found.those),
        "pooled": {
            "label": POOLED,
            "numerator": over,
            "denominator": under,
            "percent": None if found.share is None else percent(found.share),
        },
        **_spread(found.spread, percent),
        "mean": {
            "label": MEAN,
            "councils": found.spread.councils if found.spread else 0,
            "percent": percent(found.spread.mean) if found.spread else None,
        },
        "placed": {place.value: len(found.placed(place)) for place in FunnelPlace}
        if found.has_limits
        else None,
        "councils": [_of_council(each) for each in (*found.those, *found.apart)],
    }


def _of_council(each: OfCouncil) -> dict[str, Any]:
    over, under = each.counts
    return {
        **_named(each.council.code, each.council.name),
        "numerator": over,
        "denominator": under,
        "percent": None if each.share is None else percent(each.share),
        "place": each.place.value if each.place else None,
        "limits": limits_of(each),
        "apart": [why.value for why in each.apart],
        "file": each.file,
        "numerator_row": each.numerator.row,
        "denominator_row": each.denominator.row,
    }


def limits_of(each: OfCouncil) -> list[float] | None:
    """Lower 99.8%, lower 95%, upper 95%, upper 99.8%, as percentages."""
    lines = each.limits
    if lines is None:
        return None
    return [
        round(100 * line, 1)
        for line in (lines.lower_998, lines.lower_95, lines.upper_95, lines.upper_998)
    ]


def _published(study: Study) -> Iterator[dict[str, Any]]:
    for fact in FACTS:
        beside = fact.beside(study)
        yield {
            "id": fact.id,
            "study": fact.study,
            "period": fact.period,
            "measure": fact.words,
            "cohort": fact.cohort,
            "found": fact.value,
            "source": fact.source,
            "here": beside.value if beside else None,
            "here_is": beside.label if beside else None,
            "unlike": fact.unlike,
        }


def _changes(changes: Changes | None) -> dict[str, Any] | None:
    if changes is None:
        return None
    return {
        "earlier_period": str(changes.period),
        "rates": [_change(each) for each in changes.changes.values()],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "cohort": change.found.cohort,
        "rate": change.found.rate.key,
        "label": change.found.rate.label,
        "answered_then": change.answered_then,
        "answered_now": change.found.answered,
        "pooled_then": _counts(change.then),
        "pooled_now": _counts(change.now),
        "points": points(change.moved),
        "councils_in_both": change.councils_in_both,
        "in_both_then": _counts(change.both_then),
        "in_both_now": _counts(change.both_now),
        "points_in_both": points(change.both_moved),
    }


def _counts(counts: Counts) -> dict[str, Any]:
    return {
        "numerator": counts.numerator,
        "denominator": counts.denominator,
        "percent": None if counts.share is None else percent(counts.share),
    }


def points(moved: Fraction | None) -> float | None:
    """Percentage points to one decimal."""
    return None if moved is None else percent(moved)


# Rows


ANSWERS_HEADER = (*HEADER, "name", "region", "file", "row", "counted")


def answers(study: Study) -> Iterator[tuple[Cell, ...]]:
    """Every answer that was read, with the file and row that it stands in."""
    ours = {id(each) for each in study.returns}
    for each in sorted(
        (*study.returns, *study.others), key=lambda each: (each.council.code, each.period)
    ):
        yield from _answers_of(each, is_counted=id(each) in ours)


def _answers_of(made: StudyReturn, *, is_counted: bool) -> Iterator[tuple[Cell, ...]]:
    council = made.council
    for cohort in COHORT_WORDS:
        for measure in MEASURES:
            given = made.answers.get((cohort, measure.key))
            if given is None:
                continue
            yield (
                *(made.standard, council.code, str(made.period), cohort, measure.key),
                *(_plain(given.value), given.state.value, given.note, council.name),
                *(council.region, made.file, given.row, "yes" if is_counted else "no"),
            )


def _plain(value: Decimal | None) -> Cell:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def sheets(study: Study, changes: Changes | None) -> list[Sheet]:
    """The workbook: one question a sheet."""
    return [
        Sheet("Who could answer", WHO, _who(study), (40, 40, 24, 20, *(14,) * 18)),
        Sheet("National", NATIONAL, _national(study), (40, 34, 24, 20, *(16,) * 12)),
        Sheet(
            *("Councils", COUNCILS, _of_councils(study)),
            (40, 34, 24, 20, 12, 28, 24, *(12,) * 7, 24, 40, 28, 12, 12),
        ),
        Sheet("Not comparable", APART, _apart(study), (12, 28, 24, 20, 44, 80, 28)),
        Sheet("Problems", PROBLEMS, _problems(study), (32, 16, 44, 36, 110)),
        Sheet("Who did not answer", SILENT, _silent(study), (12, 32, 26, 34, 40)),
        Sheet(
            *("Earlier studies", EARLIER, _earlier(study)),
            (6, 56, 10, 56, 24, 24, 36, 20, 40, 60),
        ),
        *([Sheet("Change", CHANGE, _changed(changes), (40, 34, *(14,) * 13))] if changes else []),
        Sheet("What each means", MEANS, _means(), (10, 22, 44, 140)),
    ]


def _who(study: Study) -> Iterator[tuple[Cell, ...]]:
    for found in study.measures.values():
        spread = found.spread
        yield (
            *(COHORT_WORDS[found.cohort], found.measure.label, found.cohort, found.measure.key),
            *(found.answered, found.asked),
            *(found.standings.get(standing, 0) for standing in STANDINGS[1:]),
            *(len(found.numbers), found.total),
            *(
                number(getattr(spread, name)) if spread else None
                for name in ("lowest", "lower_quartile", "median", "upper_quartile", "highest")
            ),
        )


WHO = (
    *("cohort", "measure", "cohort code", "measure code", "gave a number", "of"),
    *(standing.label[0].lower() + standing.label[1:] for standing in STANDINGS[1:]),
    *("compared", "total", "lowest", "lower quartile", "median", "upper quartile", "highest"),
)


def _national(study: Study) -> Iterator[tuple[Cell, ...]]:
    for found in study.rates.values():
        over, under = found.pooled
        spread = found.spread
        yield (
            *(COHORT_WORDS[found.cohort], found.rate.label, found.cohort, found.rate.key),
            *(found.answered, found.asked, len(found.those), over, under),
            None if found.share is None else percent(found.share),
            *(
                percent(getattr(spread, name)) if spread else None
                for name in (
                    *("mean", "lowest", "lower_quartile", "median", "upper_quartile", "highest"),
                )
            ),
        )


NATIONAL = (
    *("cohort", "rate", "cohort code", "rate code", "councils that gave both counts", "of"),
    *("compared", "sum of numerators", "sum of denominators", "% of all episodes together"),
    *("% mean over councils", "% lowest council", "% lower quartile", "% median council"),
    *("% upper quartile", "% highest council"),
)


def _of_councils(study: Study) -> Iterator[tuple[Cell, ...]]:
    for found in study.rates.values():
        for each in (*found.those, *found.apart):
            over, under = each.counts
            yield (
                *(COHORT_WORDS[found.cohort], found.rate.label, found.cohort, found.rate.key),
                *(each.council.code, each.council.name, each.council.region, over, under),
                None if each.share is None else percent(each.share),
                *(limits_of(each) or (None,) * 4),
                each.place.label if each.place else None,
                "; ".join(why.label for why in each.apart) or None,
                *(each.file, each.numerator.row, each.denominator.row),
            )


COUNCILS = (
    *("cohort", "rate", "cohort code", "rate code", "authority", "name", "region"),
    *("numerator", "denominator", "%", "lower 99.8% limit", "lower 95% limit"),
    *("upper 95% limit", "upper 99.8% limit", "where it lies", "not compared because"),
    *("file", "row of the numerator", "row of the denominator"),
)


def _apart(study: Study) -> Iterator[tuple[Cell, ...]]:
    for each in (*study.apart, *study.of_another):
        yield (
            *(each.council.code, each.council.name, each.cohort, each.rate),
            *(each.why.label, each.sentence, each.file),
        )


APART = ("authority", "name", "cohort", "rate", "why", "in words", "file")


def _problems(study: Study) -> Iterator[tuple[Cell, ...]]:
    for each in study.problems:
        rows = ", ".join(map(str, each.rows))
        yield each.file, rows, each.fault.label, each.effect.label, each.sentence


PROBLEMS = ("file", "rows", "fault", "what follows", "in words")


def _silent(study: Study) -> Iterator[tuple[Cell, ...]]:
    for council in study.asked:
        standing = study.standing(council)
        if standing is not StudyStanding.ANSWERED:
            files = ", ".join(_files_of(study, council.code))
            yield council.code, council.name, council.region, standing.label, files


SILENT = ("authority", "name", "region", "how it stands", "files")


def _earlier(study: Study) -> Iterator[tuple[Cell, ...]]:
    for told in _published(study):
        yield tuple(told.values())


EARLIER = (
    *("id", "study", "period", "measure", "cohort", "found", "read in", "this study"),
    *("which is", "not alike because"),
)


def _changed(changes: Changes) -> Iterator[tuple[Cell, ...]]:
    for each in changes.changes.values():
        yield (
            *(COHORT_WORDS[each.found.cohort], each.found.rate.label),
            *(each.answered_then, each.found.answered),
            *(each.then.numerator, each.then.denominator, _counts(each.then)["percent"]),
            *(each.now.numerator, each.now.denominator, _counts(each.now)["percent"]),
            *(points(each.moved), each.councils_in_both),
            *(_counts(each.both_then)["percent"], _counts(each.both_now)["percent"]),
            points(each.both_moved),
        )


CHANGE = (
    *("cohort", "rate", "answered then", "answered now", "numerators then"),
    *("denominators then", "% then", "numerators now", "denominators now", "% now"),
    *("points", "councils in both", "% in both then", "% in both now", "points in both"),
)


def _means() -> Iterator[tuple[Cell, ...]]:
    for each in MEASURES:
        yield "measure", each.key, each.label, each.means
    for rate in RATES:
        yield "rate", rate.key, rate.label, rate.words


MEANS = ("what", "code", "label", "in words")
