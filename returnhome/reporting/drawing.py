"""How every chart is drawn: described as data, made into SVG here, named and told in words.

Nothing is loaded from anywhere: no data, font or link from outside.
"""

import re
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

import vl_convert

INK, QUIET, PALE, GRID = "#0b0c0c", "#484949", "#dfe5eb", "#e3e6e8"
NAVY, TEAL, RUST = "#1f3b57", "#00786f", "#a8431f"
FONT = "Arial, Helvetica, sans-serif"
WIDE, NARROW = 640, 280
CONFIG: Mapping[str, Any] = {
    "font": FONT,
    "background": "#ffffff",
    "padding": 4,
    "view": {"stroke": None},
}
# The whole picture has one name and one description; its pieces have none.
OF_THE_PIECES = re.compile(r' (?:role|class|aria-[a-z]+)="[^"]*"')
# But where a point says whom it stands for, a pointer that rests on it is told.
TOLD_OF_A_POINT = re.compile(
    r'<path aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="point"([^>]*)/>'
)


def drawn(name: str, spec: Mapping[str, Any], title: str, words: str) -> str:
    """The chart as SVG, by its name on the page, with its title and what it says in words."""
    plain = vl_convert.vegalite_to_svg({**spec, "config": CONFIG}, allowed_base_urls=[])
    return _named(plain, name, title, words)


def _named(svg: str, name: str, title: str, words: str) -> str:
    head, rest = svg.split(">", 1)
    head = OF_THE_PIECES.sub("", head).replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    told = f'role="img" aria-labelledby="{name}-title {name}-words"'
    texts = (
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-words">{escape(words)}</desc>'
    )
    rest = TOLD_OF_A_POINT.sub(_with_title, rest)
    return f"{head} {told}>{texts}{OF_THE_PIECES.sub('', rest)}"


def _with_title(point: re.Match[str]) -> str:
    label, drawing = point.groups()
    # A point without a description of its own has the words that the library makes up.
    return f"<path{drawing}/>" if ": " in label else f"<path{drawing}><title>{label}</title></path>"
