"""No word of a child's own pages lies unused, and none that a page asks for is missing."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from returnhome.rules.choosing import CHOICES, Ask, Asked, Picked
from returnhome.rules.releasing import HOW_IT_WAS, Felt, Promise, State
from returnhome.web import own_words

WEB = Path(own_words.__file__).parent.parent
ENGLISH = own_words.LANGUAGES["en"].texts
# Where words are asked for. That a picture goes with a text does not make it used.
SOURCES = [
    *WEB.glob("templates/own/*.html"),
    *WEB.glob("own_*.py"),
    WEB / "own_words" / "__init__.py",
    *WEB.glob("static/own*.js"),
    WEB.parent / "rules" / "making.py",
]
TEXT = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
PAGES = "|".join(sorted({key.partition(".")[0] for key in ENGLISH}))
# A quoted name such as "say.send"; one that ends with a point is the start of a computed one.
NAMED = set(re.findall(rf"""["']((?:{PAGES})(?:\.[a-z0-9_]+)+)["']""", TEXT))

FIRST = {
    "read": ("read", "record"),
    "not": ("not",),
    "cannot": ("cannot", "told"),
    "yours": ("skip", "no", "sent"),
}
HOME = ("choose", "say", "see", "heard", "help", "talk", "first", "leave")


def each(pattern: str, *codes: Iterable[str]) -> set[str]:
    return {pattern.format(code) for group in codes for code in group}


# What a template or a module puts together, as it stands there, and the words that this asks for.
COMPUTED = {
    '"first." ~ title ~ "_title"': each("first.{}_title", FIRST),
    '"first." ~ text': each("first.{}", *FIRST.values()),
    'f"home.{page}"': {"home.see", "home.heard"},
    'key ~ "_line"': each("home.{}_line", HOME),
    '"home." ~ mark': each("home.{}", ("done", "new", "not_sent")),
    '"choose." ~ group ~ ".title"': each("choose.{}.title", CHOICES),
    '"choose." ~ group ~ ".own"': each("choose.{}.own", [key for key in CHOICES if key != "want"]),
    '"choose." ~ group ~ ".option." ~ code': {
        f"choose.{key}.option.{code}" for key, codes in CHOICES.items() for code in codes
    },
    '"say." ~ question ~ ".title"': each("say.{}.title", Asked),
    '"say." ~ question ~ ".hint"': each("say.{}.hint", Asked),
    'cards(words, "say.pick"': {"say.pick.title", *each("say.pick.option.{}", Picked)},
    '"say.way.option." ~ name': each("say.way.option.{}", ("pictures", "draw", "record")),
    '"say.draw.colour." ~ colour': each("say.draw.colour.{}", ("black", "blue", "red", "green")),
    '"heard." ~ kind': each("heard.{}", Promise),
    '"heard." ~ state': each("heard.{}", State),
    '"help." ~ ask': each("help.{}", Ask),
    '"help." ~ ask ~ "_line"': each("help.{}_line", Ask),
    '"help." ~ ask ~ "_label"': each("help.{}_label", (Ask.COMPLAINT, Ask.WRONG)),
    'f"help.{asked}_next"': each("help.{}_next", Ask),
    '"talk." ~ key ~ ".title"': each("talk.{}.title", HOW_IT_WAS),
    '"talk.option." ~ option.code': each("talk.option.{}", Felt),
    'f"when.weekday.{on.isoweekday()}"': each("when.weekday.{}", map(str, range(1, 8))),
    'f"when.month.{on.month}"': each("when.month.{}", map(str, range(1, 13))),
}
# The start of the keys of a group, as a page names it: no text itself.
GROUPS = {"say.pick", "choose.who"}


def test_every_word_is_used():
    used = NAMED.union(*COMPUTED.values())

    assert sorted(set(ENGLISH) - used) == []


def test_every_word_that_a_page_asks_for_is_there():
    asked = (NAMED - GROUPS).union(*COMPUTED.values())

    assert sorted(asked - set(ENGLISH)) == []


@pytest.mark.parametrize("made", COMPUTED)
def test_what_is_said_here_to_be_put_together_still_is(made: str):
    assert made in TEXT


def test_a_language_says_how_many_words_it_lacks():
    lacks = {code: language.lacks for code, language in own_words.LANGUAGES.items()}

    assert {code for code, number in lacks.items() if number} <= {
        code for code, language in own_words.LANGUAGES.items() if language.is_draft
    }
    assert lacks["cy"] == len(set(ENGLISH) - set(own_words.LANGUAGES["cy"].texts))
