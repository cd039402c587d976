"""The national study as one page of HTML that needs nothing else: to send, to keep, to print."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from returnhome.reporting import study_charts
from returnhome.reporting.study import limits_of, number, points
from returnhome.rules.measures import ALL
from returnhome.rules.study.adding_up import (
    FEWEST,
    MOST_NOT_KNOWN,
    Apart,
    MeasureFound,
    OfCouncil,
    RateFound,
    Study,
    StudyStanding,
    percent,
)
from returnhome.rules.study.asked import (
    ASKED_COHORTS,
    COHORT_WORDS,
    MEASURES,
    OF_MEASURE,
    OF_RATE,
    RATES,
    UPTAKE,
    AnswerState,
)
from returnhome.rules.study.comparing import Changes
from returnhome.rules.study.councils import Council
from returnhome.rules.study.faults import Effect
from returnhome.rules.study.limits import FunnelPlace
from returnhome.rules.study.published import FACTS

# The rates that have a funnel plot of their own: what a council is most often asked about.
PLOTTED = (
    *((UPTAKE, cohort) for cohort in study_charts.SHOWN_COHORTS),
    *((key, ALL) for key in ("offered_of_ended", "declined_of_offered", "in_time_of_held")),
)
IN_THE_TABLE = (UPTAKE, "offered_of_ended", "declined_of_offered", "in_time_of_held")
FAR = (FunnelPlace.FAR_BELOW, FunnelPlace.FAR_ABOVE)
# What is asked about most, first; the rest of the measures follow below it.
CHIEF = ("ended", "children", "offered", "accepted", "declined", "held", "in_time", "median_hours")


@dataclass(frozen=True)
class Picture:
    """A chart in its two shapes, for a page and for a phone."""

    wide: str
    narrow: str


@dataclass(frozen=True)
class Plot:
    """A funnel plot, and which councils lie outside its limits, by name."""

    found: RateFound
    picture: Picture
    placed: Mapping[FunnelPlace, int]
    far: tuple[OfCouncil, ...]

    @property
    def by_chance(self) -> str:
        """How many would lie outside the outer limits if chance alone set councils apart."""
        expected = len(self.found.those) * 0.002
        return "fewer than one" if expected < 1 else f"about {round(expected)}"


def page(study: Study, changes: Changes | None) -> str:
    """The whole report."""
    return _environment().get_template("study.html").render(_told(study, changes))


def _told(study: Study, changes: Changes | None) -> dict[str, Any]:
    return {
        "study": study,
        "changes": changes,
        "uptake": study.rate(UPTAKE),
        "cohorts": study_charts.SHOWN_COHORTS,
        "all_cohorts": ASKED_COHORTS,
        "cohort_words": COHORT_WORDS,
        "measures": MEASURES,
        "chief": [each for each in MEASURES if each.key in CHIEF],
        "rates": RATES,
        "of_rate": OF_RATE,
        "of_measure": OF_MEASURE,
        "able": _picture(study_charts.who_could_answer, study),
        "apart": _picture(study_charts.how_far_apart, study)
        if study_charts.compared(study)
        else None,
        "plots": _plots(study),
        "standings": StudyStanding,
        "why_not": [each for each in StudyStanding if each is not StudyStanding.ANSWERED],
        "silent": _by_region(study.silent),
        "unusable": [
            (council, study.unusable[council.code])
            for council in study.asked
            if study.standing(council) is StudyStanding.UNUSABLE
        ],
        "refusing": _by_name(study.refusing(AnswerState.REFUSED)),
        "suppressing": _by_name(study.refusing(AnswerState.SUPPRESSED)),
        "not_comparable": _not_comparable(study.apart),
        "table": _table(study),
        "in_the_table": [OF_RATE[key] for key in IN_THE_TABLE],
        "places": study_charts.PLACES,
        "facts": [(fact, fact.beside(study)) for fact in FACTS],
        "problems": [
            (title, those)
            for title, those in (
                ("Left out", study.left_out),
                ("Shown, and in no national figure", study.with_effect(Effect.APART)),
                ("Counted all the same", study.with_effect(Effect.NONE)),
            )
            if those
        ],
        "most_not_known": f"{int(MOST_NOT_KNOWN * 100)}%",
        "fewest": FEWEST,
    }


def _picture(draw: Any, of: Any) -> Picture:
    return Picture(draw(of), draw(of, narrow=True))


def _plots(study: Study) -> list[Plot]:
    found = []
    for key, cohort in PLOTTED:
        rate = study.rate(key, cohort)
        if rate.has_limits:
            far = sorted(rate.placed(*FAR), key=lambda each: each.council.name)
            found.append(
                Plot(
                    rate,
                    _picture(study_charts.funnel, rate),
                    {place: len(rate.placed(place)) for place in FunnelPlace},
                    tuple(far),
                )
            )
    return found


def _by_name(those: list[tuple[Council, list[Any]]]) -> list[tuple[Council, list[Any]]]:
    return sorted(those, key=lambda each: each[0].name)


def _by_region(councils: Iterable[Council]) -> dict[str, list[Council]]:
    regions: dict[str, list[Council]] = {}
    for each in sorted(councils, key=lambda each: (each.region, each.name)):
        regions.setdefault(each.region, []).append(each)
    return regions


@dataclass(frozen=True)
class NotCompared:
    """One council and one reason: in words, the rates of all children, and where else it holds."""

    name: str
    why: str
    sentences: tuple[str, ...]
    rates: tuple[str, ...]
    cohorts: tuple[str, ...]


def _not_comparable(apart: Iterable[Apart]) -> list[NotCompared]:
    """Once for each reason of a council, by name."""
    together: dict[tuple[str, str], list[Apart]] = {}
    for each in apart:
        together.setdefault((each.council.name, each.why.label), []).append(each)
    found = []
    for (name, why), those in sorted(together.items()):
        of_all = [each for each in those if each.cohort in (None, ALL)]
        found.append(
            NotCompared(
                name,
                why,
                tuple(dict.fromkeys(each.sentence for each in of_all or those)),
                tuple(OF_RATE[each.rate].label for each in of_all if each.rate),
                tuple(
                    dict.fromkeys(
                        COHORT_WORDS[each.cohort].lower()
                        for each in those
                        if each.cohort not in (None, ALL)
                    )
                ),
            )
        )
    return found


def _table(study: Study) -> list[tuple[Council, StudyStanding, list[OfCouncil | None]]]:
    """Every council asked, by name, with its part in the chief rates of all children."""
    parts: dict[tuple[str, str], OfCouncil] = {}
    for key in IN_THE_TABLE:
        found = study.rate(key)
        parts |= {(each.council.code, key): each for each in (*found.those, *found.apart)}
    return [
        (
            council,
            study.standing(council),
            [parts.get((council.code, key)) for key in IN_THE_TABLE],
        )
        for council in sorted(study.asked, key=lambda each: each.name)
    ]


# Words and numbers of the template


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.filters |= {
        "percent": as_percent,
        "whole": whole,
        "points": as_points,
        "listed": listed,
    }
    made.globals |= {"limits_of": limits_of, "counted": counted, "shade": shade}
    return made


def as_percent(share: Fraction | None) -> str:
    """58.7%; a dash of nothing."""
    return "–" if share is None else f"{percent(share):.1f}%"


def whole(value: Any) -> str:
    """1,204, or 41.5."""
    if value is None:
        return "–"
    told = number(value)
    return f"{told:,}"


def as_points(moved: Fraction | None) -> str:
    """+3.2 points."""
    told = points(moved)
    return "–" if told is None else f"{told:+.1f} points".replace("-", "−")


def listed(words: Iterable[Any]) -> str:
    """a; b; c: a council's name may have a comma in it, or an “and”."""
    return "; ".join(str(word) for word in words)


def counted(how_many: int, one: str, many: str | None = None) -> str:
    """1 council, 2 councils."""
    return f"{how_many:,} {one if how_many == 1 else many or one + 's'}"


def shade(found: MeasureFound | RateFound) -> int:
    """How dark a cell is, from 0 to 4, by the share of councils that answered."""
    share = found.answered / found.asked if found.asked else 0
    return sum(share >= step for step in (0.01, 0.25, 0.5, 0.75))
