"""A child's own pages in every state of their parts: invented words, and no database.

The files beside are what stands inside the frame. What a worker or a child says there is invented.
"""

from datetime import datetime
from functools import cache
from pathlib import Path

from django.template import engines
from jinja2 import Template

from returnhome.web import own_words

HERE = Path(__file__).parent
PAGES = {path.stem: path.read_text() for path in sorted(HERE.glob("*.html"))}
AROUND = """{{% extends "own/frame.html" %}}{{% import "own/parts.html" as parts %}}
{{% block page %}}{inside}{{% endblock %}}"""


@cache
def template(inside: str) -> Template:
    return engines["jinja2"].env.from_string(AROUND.format(inside=inside))  # type: ignore[attr-defined]


@cache
def drawn(page: str, code: str, at: datetime, *, talk: str = "missing chat") -> str:
    """One page as it is sent."""
    return filled(PAGES[page], code, at, talk=talk, within=page not in ("door", "shut"))


def filled(inside: str, code: str, at: datetime, *, talk: str, within: bool = True) -> str:
    words = own_words.of(code, talk=talk, drafts=True)
    every = own_words.offered(drafts=True)
    return template(inside).render(
        words=words,
        at=at,
        languages=[(each, f"?in={each.code}") for each in every],
        home_href="/m/" if within else "",
        help_href="/m/help" if within else "",
        back_href="/m/" if "<form" in inside and within else "",
    )
