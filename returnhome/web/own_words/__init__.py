"""What a child's own pages say: one file a language, and how a page asks for its words.

A language is one JSON file here. `signed_by` names who has read it as a speaker of the language;
while it is null the file is a draft, and stays off. A text is one string, or in Easy Read a list of
lines, each with the name of its picture.
"""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from string import Formatter
from typing import Any

from returnhome.rules import clock
from returnhome.web import pages
from returnhome.web.own_words.pictures import PICTURES

HERE = Path(__file__).parent
ENGLISH = "en"
# Around what is read from left to right on a right-to-left page.
ISOLATED = "\u2066{}\u2069"


@dataclass(frozen=True)
class Line:
    """One line of a text, and in Easy Read the name of the picture beside it."""

    text: str
    picture: str = ""


@dataclass(frozen=True)
class Option:
    """One answer to choose: what is kept, what is read, what is seen."""

    code: str
    text: str
    picture: str


@dataclass(frozen=True)
class Language:
    """One file: every text as its lines."""

    name: str
    code: str
    dir: str
    signed_by: str | None
    texts: Mapping[str, tuple[Line, ...]]

    @property
    def is_draft(self) -> bool:
        return self.signed_by is None

    @property
    def lacks(self) -> int:
        """How many texts it has not yet: those are said in English."""
        return len(LANGUAGES[ENGLISH].texts.keys() - self.texts.keys())

    @property
    def is_english(self) -> bool:
        return self.code.partition("-")[0] == ENGLISH

    @property
    def html(self) -> str:
        """The language as HTML names it: Easy Read is English."""
        return ENGLISH if self.is_english else self.code


def _lines(text: str | list[list[str]]) -> tuple[Line, ...]:
    if isinstance(text, str):
        return (Line(text),)
    return tuple(Line(line, picture) for picture, line in text)


def read(path: Path) -> Language:
    """A language from its file."""
    held = json.loads(path.read_text(encoding="utf-8"))
    texts = {key: _lines(text) for key, text in held["words"].items()}
    return Language(held["language"], held["code"], held["dir"], held["signed_by"], texts)


def _kept_in_order(value: str) -> str:
    """Among Arabic words 0800 1111 would be shown as 1111 0800."""
    turned = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in value)
    return value if turned else ISOLATED.format(value)


# English first, then as the files are named.
LANGUAGES = {ENGLISH: read(HERE / "en.json")} | {
    each.code: each for each in map(read, sorted(HERE.glob("*.json"))) if each.code != ENGLISH
}


def offered(*, drafts: bool = False) -> list[Language]:
    """The languages that are on. Drafts are on in the demonstration and in tests only."""
    return [each for each in LANGUAGES.values() if drafts or not each.is_draft]


def placeholders(text: str) -> set[str]:
    """The names in braces that a text waits for."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


class Words:
    """One language as a page speaks it, English where a draft has no words yet.

    `talk` is what the council calls the interview. It is an English name, so another language has
    its own word for it.
    """

    def __init__(self, language: Language, *, talk: str = "") -> None:
        self.language = language
        self.code, self.dir, self.html = language.code, language.dir, language.html
        self.is_easy = language.code.endswith("-easy")
        own = talk if language.is_english else ""
        self.talk = own or self._texts("frame.talk")[0].text

    def _texts(self, key: str) -> tuple[Line, ...]:
        """A key that English has not is a slip of ours."""
        return self.language.texts.get(key) or LANGUAGES[ENGLISH].texts[key]

    def lines(self, key: str, **values: Any) -> list[Line]:
        """A text line by line. A value it waits for and does not get is a slip of ours too."""
        if self.dir == "rtl":
            values = {name: _kept_in_order(str(value)) for name, value in values.items()}
        given = {"talk": self.talk} | values
        return [Line(line.text.format_map(given), line.picture) for line in self._texts(key)]

    def say(self, key: str, **values: Any) -> str:
        """A text in one piece: `say("frame.saved", time="2:32pm")`."""
        return " ".join(line.text for line in self.lines(key, **values))

    def is_own(self, key: str) -> bool:
        """Whether the text is in this language, and not in English for want of one."""
        return key in self.language.texts

    def picture(self, key: str) -> str:
        """The name of the picture that goes with a text, empty where there is none."""
        return PICTURES.get(key, "")

    def options(self, group: str) -> Iterator[Option]:
        """The answers of a group in the order of English: `options("choose.who")`."""
        start = f"{group}.option."
        for key in LANGUAGES[ENGLISH].texts:
            if key.startswith(start):
                yield Option(key.removeprefix(start), self.say(key), self.picture(key))

    def clock(self, at: datetime) -> str:
        """2:32pm, or 14:32 where there is no am and pm."""
        if self.language.is_english:
            return pages.clock_time(at)
        return f"{at.astimezone(clock.LONDON):%H:%M}"

    def day(self, on: date) -> str:
        """Friday 3 May, for `{day}`; of an instant, the day it is in this country."""
        if isinstance(on, datetime):
            on = on.astimezone(clock.LONDON).date()
        weekday = self.say(f"when.weekday.{on.isoweekday()}")
        month = self.say(f"when.month.{on.month}")
        return self.say("when.day", weekday=weekday, number=on.day, month=month)

    def by(self, at: datetime, now: datetime) -> str:
        """By 10am today, tomorrow or on Friday 3 May: for `{when}`."""
        on, today = (each.astimezone(clock.LONDON).date() for each in (at, now))
        if on == today:
            return self.say("when.by_today", time=self.clock(at))
        if on == today + timedelta(days=1):
            return self.say("when.by_tomorrow", time=self.clock(at))
        return self.say("when.by_day", time=self.clock(at), day=self.day(on))


def of(code: str | None, *, talk: str = "", drafts: bool = False) -> Words:
    """The words of a language; of one that is off or unknown, English: codes come from outside."""
    language = LANGUAGES.get(code or "")
    if language is None or (language.is_draft and not drafts):
        language = LANGUAGES[ENGLISH]
    return Words(language, talk=talk)
