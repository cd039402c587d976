"""Charts of the national study: who could answer, how councils lie apart, and funnel plots.

A funnel plot and no league table: a council's rate stands against how many episodes it rests on,
between limits that chance alone would rarely cross. Shapes tell the points apart, not colour alone.
"""

import math
from collections.abc import Sequence
from typing import Any

from returnhome.reporting import drawing
from returnhome.reporting.drawing import GRID, INK, NARROW, NAVY, PALE, QUIET, RUST, TEAL, WIDE
from returnhome.rules.measures import ALL
from returnhome.rules.study import limits
from returnhome.rules.study.adding_up import OfCouncil, RateFound, Study, StudyStanding, percent
from returnhome.rules.study.asked import (
    COHORT_WORDS,
    LOOKED_AFTER,
    OF_MEASURE,
    RATES,
    UPTAKE,
)
from returnhome.rules.study.limits import FunnelPlace

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
GREY, LINE = "#8a939b", "#6f777b"
# FunnelPlace → words, colour, shape.
PLACES = {
    FunnelPlace.FAR_BELOW: ("Below the 99.8% limit", RUST, "triangle-down"),
    FunnelPlace.BELOW: ("Between the lower limits", TEAL, "square"),
    FunnelPlace.WITHIN: ("Within the 95% limits", GREY, "circle"),
    FunnelPlace.ABOVE: ("Between the upper limits", TEAL, "square"),
    FunnelPlace.FAR_ABOVE: ("Above the 99.8% limit", NAVY, "triangle-up"),
}
POINTS_OF_A_LINE = 90
SHOWN_COHORTS = (ALL, "home", *sorted(LOOKED_AFTER))
SHORT = dict(
    zip(
        SHOWN_COHORTS,
        ("All children", "Missing from home", "Looked after, in area", "Looked after, out of area"),
        strict=True,
    )
)


# Who could answer

# How the asked councils fall into five, by how they stand to the two counts of the uptake.
ABLE = (
    ("Gave both counts", NAVY, (StudyStanding.ANSWERED,)),
    ("Withheld a small number", TEAL, (StudyStanding.SUPPRESSED,)),
    (
        "Does not hold it, refused or left it out",
        "#9fb0c0",
        (
            StudyStanding.NOT_HELD,
            StudyStanding.REFUSED,
            StudyStanding.LEFT_OUT,
            StudyStanding.NOT_APPLICABLE,
        ),
    ),
    (
        "Sent what cannot be used",
        "#d3b9ad",
        (StudyStanding.SET_ASIDE, StudyStanding.UNUSABLE, StudyStanding.OTHER),
    ),
    ("Sent nothing", PALE, (StudyStanding.SILENT,)),
)


def able(study: Study) -> dict[str, tuple[int, ...]]:
    """Cohort → how many councils could tell the uptake, and how the others stand: adds to asked."""
    found = {}
    for cohort in SHOWN_COHORTS:
        standings = study.rate(UPTAKE, cohort).standings
        found[cohort] = tuple(
            sum(standings.get(standing, 0) for standing in those) for _, _, those in ABLE
        )
    return found


def able_in_words(study: Study) -> str:
    told = [
        f"{COHORT_WORDS[cohort]}: {counts[0]} of {len(study.asked)}"
        for cohort, counts in able(study).items()
    ]
    return f"Councils that could tell how many episodes had an interview held. {'. '.join(told)}."


def who_could_answer(study: Study, *, narrow: bool = False) -> str:
    asked = len(study.asked)
    size = 14 if narrow else 16
    rows = [
        {"cohort": SHORT[cohort], "how": how, "order": order, "number": counts[order]}
        for cohort, counts in able(study).items()
        for order, (how, _, _) in enumerate(ABLE)
    ]
    words = [
        {"cohort": SHORT[cohort], "told": f"{counts[0]} of {asked}"}
        for cohort, counts in able(study).items()
    ]
    width = NARROW if narrow else WIDE
    y = {
        "field": "cohort",
        "type": "nominal",
        "sort": None,
        "axis": None,
        "scale": {"paddingInner": 0, "paddingOuter": 0},
    }
    spec = {
        "$schema": SCHEMA,
        "width": width,
        "height": 56 * len(words),
        "layer": [
            {
                "data": {"values": rows},
                "mark": {"type": "bar", "height": 20, "yOffset": 12},
                "encoding": {
                    "y": y,
                    "x": {
                        "field": "number",
                        "type": "quantitative",
                        "axis": None,
                        "stack": "zero",
                        "scale": {"domain": [0, asked], "nice": False},
                    },
                    "order": {"field": "order"},
                    "color": {
                        "field": "how",
                        "type": "nominal",
                        "sort": None,
                        "scale": {
                            "domain": [how for how, _, _ in ABLE],
                            "range": [colour for _, colour, _ in ABLE],
                        },
                        "legend": _legend(size - 2, columns=1 if narrow else 3),
                    },
                },
            },
            {
                "data": {"values": words},
                "mark": {
                    "type": "text",
                    "align": "left",
                    "dy": -12,
                    "fontSize": size - (1 if narrow else 0),
                    "color": INK,
                    "limit": width - 70,
                },
                "encoding": {"y": y, "x": {"value": 0}, "text": {"field": "cohort"}},
            },
            {
                "data": {"values": words},
                "mark": {
                    "type": "text",
                    "align": "right",
                    "dy": -12,
                    "fontSize": size,
                    "fontWeight": "bold",
                    "color": INK,
                },
                "encoding": {"y": y, "x": {"value": width}, "text": {"field": "told"}},
            },
        ],
    }
    return drawing.drawn(
        _name("able", narrow),
        spec,
        "Councils that could tell how many episodes had an interview held",
        able_in_words(study),
    )


# How far apart councils lie


def compared(study: Study, cohort: str = ALL) -> list[RateFound]:
    """The rates of a cohort that more than one council can be held against."""
    found = [study.rate(rate.key, cohort) for rate in RATES]
    return [each for each in found if each.spread and each.spread.councils > 1]


def apart_in_words(study: Study) -> str:
    told = [
        f"{each.rate.label}: half of {each.spread.councils} councils between "
        f"{percent(each.spread.lower_quartile)}% and {percent(each.spread.upper_quartile)}%, "
        f"median {percent(each.spread.median)}%, lowest {percent(each.spread.lowest)}%, "
        f"highest {percent(each.spread.highest)}%"
        for each in compared(study)
        if each.spread
    ]
    return f"A mark for each council, and a box for the middle half. {'. '.join(told)}."


def how_far_apart(study: Study, *, narrow: bool = False) -> str:
    """A strip of marks and a box for each rate, of all children."""
    marks, boxes = [], []
    for each in compared(study):
        assert each.spread
        of = f"{each.spread.councils} councils"
        boxes.append(
            {
                "rate": each.rate.label,
                "of": of if narrow else f"{of}, median {percent(each.spread.median):.0f}%",
                "lower": percent(each.spread.lower_quartile),
                "median": percent(each.spread.median),
                "upper": percent(each.spread.upper_quartile),
                "pooled": percent(each.share) if each.share is not None else None,
            }
        )
        marks += [
            {"rate": each.rate.label, "share": percent(part.share)}
            for part in each.those
            if part.share is not None
        ]
    size = 14 if narrow else 16
    width = NARROW if narrow else WIDE
    y = {
        "field": "rate",
        "type": "nominal",
        "sort": None,
        "axis": None,
        "scale": {"paddingInner": 0, "paddingOuter": 0},
    }

    def x(field: str) -> dict[str, Any]:
        return {
            "field": field,
            "type": "quantitative",
            "scale": {"domain": [0, 100]},
            "axis": _share_axis(size - 2, grid=True),
        }

    at = {"yOffset": 12}
    spec = {
        "$schema": SCHEMA,
        "width": width,
        "height": 62 * len(boxes),
        "layer": [
            {
                "data": {"values": boxes},
                "mark": {"type": "bar", "height": 24, "color": PALE, **at},
                "encoding": {"y": y, "x": x("lower"), "x2": {"field": "upper"}},
            },
            {
                "data": {"values": marks},
                "mark": {
                    "type": "tick",
                    "size": 14,
                    "thickness": 1.5,
                    "opacity": 0.45,
                    "color": NAVY,
                    **at,
                },
                "encoding": {"y": y, "x": x("share")},
            },
            {
                "data": {"values": boxes},
                "mark": {"type": "tick", "size": 26, "thickness": 3, "color": INK, **at},
                "encoding": {"y": y, "x": x("median")},
            },
            {
                "data": {"values": boxes},
                "mark": {
                    "type": "point",
                    "shape": "diamond",
                    "filled": True,
                    "size": 110,
                    "color": RUST,
                    "stroke": "#ffffff",
                    "strokeWidth": 1,
                    "opacity": 1,
                    **at,
                },
                "encoding": {"y": y, "x": x("pooled")},
            },
            {
                "data": {"values": boxes},
                "mark": {
                    "type": "text",
                    "align": "left",
                    "dy": -16,
                    "fontSize": size - (1 if narrow else 0),
                    "color": INK,
                },
                "encoding": {"y": y, "x": {"value": 0}, "text": {"field": "rate"}},
            },
            {
                "data": {"values": boxes},
                "mark": {
                    "type": "text",
                    "align": "right",
                    "dy": -16,
                    "fontSize": size - 2 if narrow else size - 1,
                    "color": QUIET,
                },
                "encoding": {"y": y, "x": {"value": width}, "text": {"field": "of"}},
            },
        ],
    }
    return drawing.drawn(
        _name("apart", narrow), spec, "How far apart councils lie", apart_in_words(study)
    )


# Funnel plots


def funnel_in_words(found: RateFound) -> str:
    """What a funnel plot says, for whoever cannot see it."""
    told = [
        f"{len(found.placed(place))} {words.lower()}" for place, (words, _, _) in PLACES.items()
    ]
    over, under = found.pooled
    share = percent(found.share) if found.share is not None else 0
    return (
        f"Each point is a council: how many episodes its rate is of, and the rate. The line is "
        f"{share}%, {over:,} of {under:,}. {', '.join(told)}."
    )


def funnel(found: RateFound, *, narrow: bool = False) -> str:
    """Each council's rate against the number that it is of, between the limits of chance."""
    size = 13 if narrow else 14
    width, height = (NARROW - 44, 300) if narrow else (WIDE - 56, 380)
    numbers = [each.counts[1] for each in found.those if each.share is not None]
    reach = [min(numbers) * 0.85, max(numbers) * 1.15]
    x = {
        "field": "of",
        "type": "quantitative",
        "scale": {"type": "log", "domain": reach, "nice": False},
        "axis": _number_axis(
            size, reach, f"{OF_MEASURE[found.rate.denominator].label} (logarithmic scale)"
        ),
    }
    y = {
        "field": "share",
        "type": "quantitative",
        "scale": {"domain": [0, 100], "clamp": True},
        "axis": _share_axis(size, grid=True),
    }
    told_apart = {"field": "place", "type": "nominal", "sort": None}
    words = [words for words, _, _ in PLACES.values()]
    spec = {
        "$schema": SCHEMA,
        "width": width,
        "height": height,
        "layer": [
            {
                "data": {"values": _lines(found, reach)},
                "mark": {"type": "line", "color": LINE, "strokeWidth": 1.5},
                "encoding": {
                    "x": x,
                    "y": y,
                    "detail": {"field": "line"},
                    "strokeDash": {
                        "field": "dash",
                        "type": "nominal",
                        "scale": {
                            "domain": ["line", "95", "99.8"],
                            "range": [[1, 0], [3, 3], [9, 3]],
                        },
                        "legend": None,
                    },
                },
            },
            {
                "data": {"values": [_point(each) for each in found.those if each.place]},
                "mark": {"type": "point", "filled": True, "size": 52, "opacity": 0.85},
                "encoding": {
                    "x": x,
                    "y": y,
                    "color": {
                        **told_apart,
                        "scale": {"domain": words, "range": [each[1] for each in PLACES.values()]},
                        "legend": _legend(size, columns=1 if narrow else 3),
                    },
                    "shape": {
                        **told_apart,
                        "scale": {"domain": words, "range": [each[2] for each in PLACES.values()]},
                        "legend": _legend(size, columns=1 if narrow else 3),
                    },
                    "description": {"field": "told"},
                },
            },
        ],
    }
    title = f"{found.rate.label}: {COHORT_WORDS[found.cohort].lower()}"
    name = _name(f"funnel-{found.rate.key}-{found.cohort}".replace("_", "-"), narrow)
    return drawing.drawn(name, spec, title, funnel_in_words(found))


def _point(each: OfCouncil) -> dict[str, Any]:
    assert each.share is not None
    assert each.place
    over, under = each.counts
    return {
        "of": under,
        "share": float(each.share * 100),
        "place": PLACES[each.place][0],
        "told": f"{each.council.name}, {percent(each.share)}%, {over:,} of {under:,}",
    }


def _lines(found: RateFound, reach: Sequence[float]) -> list[dict[str, Any]]:
    assert found.share is not None
    target = float(found.share)
    lowest, highest = math.ceil(reach[0]), math.floor(reach[1])
    rows: list[dict[str, Any]] = []
    share = (highest / lowest) ** (1 / POINTS_OF_A_LINE)
    steps = {round(lowest * share**step) for step in range(POINTS_OF_A_LINE + 1)}
    for number in sorted(steps):
        lines = limits.limits(number, target)
        for line, dash, value in (
            ("target", "line", target),
            ("lower_95", "95", lines.lower_95),
            ("upper_95", "95", lines.upper_95),
            ("lower_998", "99.8", lines.lower_998),
            ("upper_998", "99.8", lines.upper_998),
        ):
            rows.append({"of": number, "line": line, "dash": dash, "share": value * 100})
    return rows


# Parts of every chart


def _name(name: str, narrow: bool) -> str:
    return f"{name}-narrow" if narrow else name


def _legend(size: int, *, columns: int) -> dict[str, Any]:
    return {
        "title": None,
        "orient": "top",
        "direction": "horizontal",
        "columns": columns,
        "columnPadding": 18,
        "rowPadding": 4,
        "offset": 14,
        "labelFontSize": size,
        "labelColor": INK,
        "labelLimit": 0,
        "symbolSize": 90,
        "symbolStrokeWidth": 0,
    }


def _share_axis(size: int, *, grid: bool) -> dict[str, Any]:
    return {
        "title": None,
        "values": [0, 25, 50, 75, 100],
        "labelExpr": "datum.label + '%'",
        "labelFontSize": size,
        "labelColor": INK,
        "labelPadding": 8,
        "ticks": False,
        "domain": False,
        "grid": grid,
        "gridColor": GRID,
    }


def _number_axis(size: int, reach: Sequence[float], title: str) -> dict[str, Any]:
    steps = [step * 10**power for power in range(7) for step in (1, 3)]
    return {
        "title": title,
        "titleFontSize": size,
        "titleFontWeight": "normal",
        "titleColor": QUIET,
        "titlePadding": 10,
        "values": [step for step in steps if reach[0] <= step <= reach[1]],
        "format": ",",
        "labelFontSize": size,
        "labelColor": INK,
        "labelPadding": 6,
        "ticks": True,
        "tickColor": QUIET,
        "domainColor": QUIET,
        "grid": False,
    }
