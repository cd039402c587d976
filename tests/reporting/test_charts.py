"""Charts: readable by everybody, drawn from nothing but the figures."""

import re
from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree

import pytest

from returnhome.reporting import charts, drawing
from returnhome.reporting.figures import Quarter, Scope, Uptake, quarter_after
from returnhome.rules import measures
from returnhome.rules.codes import Cohort

SVG = "{http://www.w3.org/2000/svg}"
COUNTED = {"ended": 104, "offered": 91, "accepted": 70, "held": 61, "in_time": 40}
QUARTERS = ((40, 30, 12, 8), (0, 0, 0, 0), (50, 45, 30, 26))

pytestmark = pytest.mark.django_db


def report(counted: dict[str, int] = COUNTED, quarters: Any = QUARTERS) -> Uptake:
    first, trend = date(2025, 7, 1), []
    for number, quarter in enumerate(quarters, start=1):
        trend.append(Quarter(first, *quarter, is_over=number < len(quarters)))
        first = quarter_after(first)
    return Uptake(
        scope=Scope("Northshire", frozenset()),
        first=date(2025, 4, 1),
        last=date(2026, 3, 31),
        now=datetime(2026, 3, 2, 9, tzinfo=UTC),
        counts=measures.tabulate({(Cohort.HOME, part): n for part, n in counted.items()}, {}),
        hosted={},
        trend=tuple(trend),
    )


def words_in(svg: str) -> list[str]:
    return [text for each in ElementTree.fromstring(svg).iter(f"{SVG}text") for text in [each.text]]


every_chart = pytest.mark.parametrize("draw", [charts.funnel, charts.trend])
both_shapes = pytest.mark.parametrize("narrow", [False, True])


@every_chart
@both_shapes
def test_a_chart_has_a_name_and_says_its_numbers_in_words(draw: Any, narrow: bool) -> None:
    root = ElementTree.fromstring(draw(report(), narrow=narrow))

    title, words = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{title.get('id')} {words.get('id')}"
    assert "episodes ended" in words.text


def test_the_words_of_the_steps_hold_every_number() -> None:
    words = charts.funnel_in_words(report())

    assert words == (
        "Bars, each out of the episodes ended. Episodes ended: 104. Interview offered: 91. "
        "Offer accepted: 70. Interview held: 61. Held within 72 hours: 40."
    )


def test_the_words_of_the_trend_tell_where_it_began_and_where_it_is() -> None:
    words = charts.trend_in_words(report())

    assert "Held: 30.0% in Jul to Sep 2025, 60.0% in Jan to Mar 2026, so far" in words
    assert charts.trend_in_words(report(quarters=())) == "No episode ended in these quarters."


def test_every_bar_says_its_number_and_its_share() -> None:
    assert set(words_in(charts.funnel(report()))) >= {
        "Each bar is out of the 104 episodes ended",
        "Interview offered",
        "91  (87.5%)",
        "40  (38.5%)",
    }


def test_the_lines_are_told_apart_by_shape_and_stroke_not_by_colour_alone() -> None:
    _, _, colours, strokes, shapes = zip(*charts.LINES, strict=True)

    assert len(set(colours)) == len({str(each) for each in strokes}) == len(set(shapes)) == 3
    dashes = set(re.findall(r'stroke-dasharray="([^"]+)"', charts.trend(report())))
    assert len(dashes) >= 2


@pytest.mark.parametrize(
    "colour", [charts.INK, charts.QUIET, charts.NAVY, charts.TEAL, charts.RUST]
)
def test_every_colour_that_says_something_stands_out_from_white(colour: str) -> None:
    def light(channel: str) -> float:
        part = int(channel, 16) / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (light(colour[place : place + 2]) for place in (1, 3, 5))
    brightness = 0.2126 * red + 0.7152 * green + 0.0722 * blue

    assert 1.05 / (brightness + 0.05) >= 4.5


@every_chart
def test_a_phone_shows_the_narrow_chart_whole(draw: Any) -> None:
    root = ElementTree.fromstring(draw(report(quarters=[(5, 4, 3, 2)] * 8), narrow=True))

    sizes = [float(each.get("font-size", "12px")[:-2]) for each in root.iter(f"{SVG}text")]
    assert int(root.get("width")) <= 290
    assert min(sizes) >= 12


@every_chart
@both_shapes
def test_a_chart_loads_nothing_and_runs_nothing(draw: Any, narrow: bool) -> None:
    svg = draw(report(), narrow=narrow)

    assert svg.count("http") == svg.count('xmlns="http://www.w3.org/2000/svg"') == 1
    for word in ("<image", "<style", "<script", "href", "url(", "@font-face", "<foreignObject"):
        assert word not in svg


@every_chart
def test_the_same_figures_draw_the_same_chart(draw: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    first = draw(report())
    charts.cache.clear()

    assert draw(report()) == first


def test_a_chart_is_drawn_once_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    first = charts.funnel(report())
    monkeypatch.setattr(drawing, "vl_convert", None)

    assert charts.funnel(report()) == first


def test_a_council_with_nothing_to_show_still_has_its_charts() -> None:
    empty = report(counted={}, quarters=())

    assert "Each bar is out of the 0 episodes ended" in words_in(charts.funnel(empty))
    assert charts.trend(empty).startswith("<svg")


def test_a_quarter_without_episodes_is_a_gap_and_not_a_nought() -> None:
    drawn = ElementTree.fromstring(charts.trend(report()))

    points = [each for each in drawn.iter(f"{SVG}path") if each.get("fill") == charts.NAVY]
    assert len(points) == 2 + 1, "two quarters, and the key"
