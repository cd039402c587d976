"""Charts of the figures as SVG, drawn on the server: the way to an interview, and the trend.

Nothing is loaded from anywhere: no data, font or link from outside. Every chart has its words and
stands beside a table of the same numbers. Shapes and strokes tell the lines apart, not colour
alone. The narrow form is for a phone.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

import altair as alt
from django.core.cache import cache

from returnhome.reporting import drawing
from returnhome.reporting.drawing import GRID, INK, NARROW, NAVY, PALE, QUIET, RUST, TEAL, WIDE
from returnhome.reporting.figures import Quarter, Uptake
from returnhome.reporting.quality import Quality
from returnhome.rules.measures import Count

KEPT_SECONDS = 24 * 60 * 60

STEP_WORDS = {
    "ended": "Episodes ended",
    "offered": "Interview offered",
    "accepted": "Offer accepted",
    "held": "Interview held",
    "in_time": "Held within 72 hours",
}
# Part, words, colour, stroke, shape.
LINES = (
    ("offered", "Offered", NAVY, [1, 0], "circle"),
    ("held", "Held", TEAL, [7, 4], "square"),
    ("in_time", "Within 72 hours", RUST, [2, 3], "triangle-up"),
)


# In words


def funnel_in_words(uptake: Uptake) -> str:
    """What the chart of the steps says, for whoever cannot see it."""
    steps = uptake.steps
    told = [f"{STEP_WORDS[part]}: {count.numerator:,}" for part, count in steps.items()]
    return f"Bars, each out of the episodes ended. {'. '.join(told)}."


def trend_in_words(uptake: Uptake) -> str:
    """What the chart of the quarters says."""
    if not uptake.trend:
        return "No episode ended in these quarters."
    first, last = uptake.trend[0], uptake.trend[-1]
    told = [
        f"{words}: {percent(first.of_ended(part))} in {first.label}, "
        f"{percent(last.of_ended(part))} in {last.label}{so_far(last)}"
        for part, words, *_ in LINES
    ]
    return f"Lines by quarter, each a share of the episodes ended. {'. '.join(told)}."


def percent(count: Count) -> str:
    return count.percent or "none ended"


def so_far(quarter: Quarter) -> str:
    return "" if quarter.is_over else ", so far"


# Drawing


def funnel(uptake: Uptake, *, narrow: bool = False) -> str:
    """From episodes ended to interviews held within 72 hours, each bar out of the first."""
    rows = [
        {
            "step": STEP_WORDS[part],
            "number": count.numerator,
            "all": count.denominator,
            "told": f"{count.numerator:,}"
            + ("" if part == "ended" or not count.percent else f"  ({count.percent})"),
        }
        for part, count in uptake.steps.items()
    ]
    top = max(uptake.number("ended"), 1)
    size = 15 if narrow else 17
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("step:N", sort=None, axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    )
    reach = alt.Scale(domain=[0, top], nice=False)
    drawn = alt.layer(
        base.mark_bar(color=PALE, height=20, yOffset=12).encode(
            x=alt.X("all:Q", axis=None, scale=reach)
        ),
        base.mark_bar(color=NAVY, height=20, yOffset=12).encode(
            x=alt.X("number:Q", axis=None, scale=reach)
        ),
        base.mark_text(align="left", dy=-12, fontSize=size, color=INK).encode(
            x=alt.value(0), text="step:N"
        ),
        base.mark_text(align="right", dy=-12, fontSize=size, fontWeight="bold", color=INK).encode(
            x=alt.value(NARROW if narrow else WIDE), text="told:N"
        ),
    )
    of_all = f"Each bar is out of the {uptake.number('ended'):,} episodes ended"
    sized = drawn.properties(
        width=NARROW if narrow else WIDE, height=len(rows) * 56, title=_heading(of_all, size)
    )
    return _svg(
        "funnel-narrow" if narrow else "funnel",
        sized,
        "From episode ended to interview held",
        funnel_in_words(uptake),
    )


def criteria_in_words(quality: Quality) -> str:
    """What the chart of the criteria says."""
    told = [
        f"{criterion.label}: {count.percent or 'not scored'}"
        for criterion, count in quality.met.items()
    ]
    return f"Bars, the share of scored records that met each. {'. '.join(told)}."


def criteria(quality: Quality, *, narrow: bool = False) -> str:
    """The share of records that met each criterion, of those to which it applied."""
    rows = [
        {
            "criterion": criterion.short,
            "share": count.value or 0,
            "all": 100 if count.denominator else 0,
            "told": f"{count.percent}  ({count.numerator} of {count.denominator})"
            if count.denominator
            else "not scored",
        }
        for criterion, count in quality.met.items()
    ]
    size = 15 if narrow else 17
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("criterion:N", sort=None, axis=None, scale=alt.Scale(paddingInner=0))
    )
    reach = alt.Scale(domain=[0, 100], nice=False)
    words = base.mark_text(align="left", dy=-12, fontSize=size, color=INK)
    numbers = base.mark_text(
        align="left" if narrow else "right",
        dy=6 if narrow else -12,
        fontSize=size,
        fontWeight="bold",
        color=INK,
    )
    down = 26 if narrow else 12
    drawn = alt.layer(
        *(
            base.mark_bar(color=colour, height=16, yOffset=down).encode(
                x=alt.X(f"{name}:Q", axis=None, scale=reach)
            )
            for name, colour in (("all", PALE), ("share", NAVY))
        ),
        words.encode(x=alt.value(0), text="criterion:N"),
        numbers.encode(x=alt.value(0 if narrow else WIDE), text="told:N"),
    )
    of_all = "Share of records that met each" + ("" if narrow else ", of those it applied to")
    sized = drawn.properties(
        width=NARROW if narrow else WIDE,
        height=len(rows) * (74 if narrow else 56),
        title=_heading(of_all, size),
    )
    return _svg(
        "criteria-narrow" if narrow else "criteria",
        sized,
        "Records scored against the standard",
        criteria_in_words(quality),
    )


Bar = tuple[str, float, str]
"""What is counted, its share in percent, and how it is told."""


def bars_in_words(bars: Sequence[Bar]) -> str:
    """What the chart of some shares says."""
    return f"Bars, one for each share. {'. '.join(f'{label}: {told}' for label, _, told in bars)}."


def bars(name: str, title: str, those: Sequence[Bar], words: str, *, narrow: bool = False) -> str:
    """Shares of up to 100%, each under its words, with its numbers."""
    rows = [
        {"label": label, "share": share, "all": 100, "told": told} for label, share, told in those
    ]
    size = 15 if narrow else 17
    base = alt.Chart(alt.Data(values=rows)).encode(
        y=alt.Y("label:N", sort=None, axis=None, scale=alt.Scale(paddingInner=0, paddingOuter=0))
    )
    reach = alt.Scale(domain=[0, 100], nice=False)
    down = 26 if narrow else 12
    drawn = alt.layer(
        *(
            base.mark_bar(color=colour, height=16, yOffset=down).encode(
                x=alt.X(f"{part}:Q", axis=None, scale=reach)
            )
            for part, colour in (("all", PALE), ("share", NAVY))
        ),
        base.mark_text(align="left", dy=-12, fontSize=size, color=INK).encode(
            x=alt.value(0), text="label:N"
        ),
        base.mark_text(
            align="left" if narrow else "right",
            dy=6 if narrow else -12,
            fontSize=size,
            fontWeight="bold",
            color=INK,
        ).encode(x=alt.value(0 if narrow else WIDE), text="told:N"),
    ).properties(width=NARROW if narrow else WIDE, height=len(rows) * (74 if narrow else 56))
    return _svg(f"{name}-narrow" if narrow else name, drawn, title, words)


def trend(uptake: Uptake, *, narrow: bool = False) -> str:
    """By quarter: offered, held, and held within 72 hours, each out of the episodes ended."""
    rows = [
        {"quarter": _axis_label(quarter), "line": words, "share": quarter.of_ended(part).value}
        for quarter in uptake.trend
        for part, words, *_ in LINES
    ]
    size = 13 if narrow else 15
    labels = [_axis_label(quarter) for quarter in uptake.trend]
    legend = _legend(size, narrow)

    def told_apart(by: int) -> dict[str, Any]:
        scale = alt.Scale(domain=[line[1] for line in LINES], range=[line[by] for line in LINES])
        return {"shorthand": "line:N", "sort": None, "scale": scale, "legend": legend}

    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X(
            "quarter:O",
            sort=None,
            scale=alt.Scale(domain=labels),
            # A phone has room for every third, the latest among them.
            axis=_quarter_axis(size, labels[::-3] if narrow else labels),
        ),
        y=alt.Y("share:Q", scale=alt.Scale(domain=[0, 100]), axis=_share_axis(size)),
        color=alt.Color(**told_apart(2)),
    )
    drawn = alt.layer(
        base.mark_line(strokeWidth=2.5, invalid="break-paths-filter-domains").encode(
            strokeDash=alt.StrokeDash(**told_apart(3))
        ),
        base.mark_point(filled=True, size=80, opacity=1, invalid="filter").encode(
            shape=alt.Shape(**told_apart(4))
        ),
    )
    sized = drawn.properties(
        width=(NARROW - 62) if narrow else (WIDE - 48),
        height=240,
        title=_heading("Share of episodes ended, by quarter", size),
    )
    return _svg(
        "trend-narrow" if narrow else "trend",
        sized,
        "Interviews by quarter",
        trend_in_words(uptake),
    )


def _legend(size: int, narrow: bool) -> alt.Legend:
    return alt.Legend(
        title=None,
        orient="top",
        columns=3,
        columnPadding=10 if narrow else 28,
        offset=10,
        labelFontSize=size,
        labelColor=INK,
        labelLimit=0,
        symbolSize=110,
        symbolStrokeWidth=0,
    )


def _quarter_axis(size: int, labels: list[str]) -> alt.Axis:
    return alt.Axis(
        title=None,
        values=labels,
        labelExpr="split(datum.label, '|')",
        labelAngle=0,
        labelFontSize=size - 1,
        labelLineHeight=size + 3,
        labelColor=INK,
        labelLimit=0,
        labelPadding=8,
        ticks=False,
        grid=False,
        domainColor=QUIET,
    )


def _share_axis(size: int) -> alt.Axis:
    return alt.Axis(
        title=None,
        values=[0, 25, 50, 75, 100],
        labelExpr="datum.label + '%'",
        labelFontSize=size - 1,
        labelColor=INK,
        labelPadding=8,
        ticks=False,
        domain=False,
        gridColor=GRID,
    )


def _heading(text: str, size: int) -> alt.Title:
    return alt.Title(
        text,
        anchor="start",
        frame="group",
        offset=14,
        fontSize=size,
        fontWeight="normal",
        color=QUIET,
    )


def _axis_label(quarter: Quarter) -> str:
    return f"{quarter.first:%b} to {quarter.last:%b}|{quarter.last:%Y}" + (
        "" if quarter.is_over else "|so far"
    )


def _svg(name: str, chart: alt.TopLevelMixin, title: str, words: str) -> str:
    """The chart as SVG with its name and words; the same numbers are drawn once."""
    spec = chart.to_dict()
    asked = json.dumps([name, spec, title, words], sort_keys=True)
    key = f"chart-{hashlib.sha256(asked.encode()).hexdigest()}"
    kept = cache.get(key)
    if kept is None:
        kept = drawing.drawn(name, spec, title, words)
        cache.set(key, kept, KEPT_SECONDS)
    return kept
