"""The frame of a child's own pages: small, plain, with nothing of the staff's around it."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from returnhome.web import own_words
from returnhome.web.own_words.pictures import PICTURES
from tests import own_pages, reading

pytestmark = pytest.mark.check

WEB = Path(own_words.__file__).parent.parent
STATIC, DRAWINGS = WEB / "static", WEB / "templates" / "own" / "pictures"
AT = datetime(2026, 5, 1, 13, 32, tzinfo=UTC)
EVERY = [
    pytest.param(page, code, id=f"{page} {code}")
    for code in own_words.LANGUAGES
    for page in own_pages.PAGES
]
KB = 1024


class Reader(HTMLParser):
    """What a page loads, asks for and names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.title = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] == "title" and not self.title:
            self.title = data

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]

    def loads(self) -> list[str]:
        """What a browser fetches by itself."""
        linked = [each["href"] for each in self.all("link")]
        named = [each["src"] for each in self.all("script", "img", "iframe") if "src" in each]
        return [address or "" for address in linked + named]


@pytest.mark.parametrize(("page", "code"), EVERY)
def test_a_first_view_is_under_100_kb(page: str, code: str):
    text = own_pages.drawn(page, code, AT)

    files = {STATIC / address.removeprefix("/static/") for address in Reader(text).loads()}
    total = len(text.encode()) + sum(file.stat().st_size for file in files)

    assert len(files) == (4 if page in ("draw", "record", "ways") else 3)
    assert total < 100 * KB, f"{total / KB:.1f} KB"


def test_the_style_sheet_and_the_script_are_small():
    assert (STATIC / "own.css").stat().st_size < 12 * KB
    assert (STATIC / "own.js").stat().st_size < 7 * KB


@pytest.mark.parametrize(("page", "code"), EVERY)
def test_a_page_loads_only_what_is_ours_and_runs_nothing_of_its_own(page, code):
    read = Reader(own_pages.drawn(page, code, AT))

    assert [address for address in read.loads() if not address.startswith("/static/own")] == []
    assert [each for each in read.all("script") if "src" not in each] == []
    assert read.all("style") == []
    inside = {name for _, attributes in read.tags for name in attributes}
    assert [name for name in inside if name == "style" or name.startswith("on")] == []


@pytest.mark.parametrize(("page", "code"), EVERY)
def test_every_page_has_one_neutral_title_and_a_way_out(page, code):
    read = Reader(own_pages.drawn(page, code, AT))

    language = own_words.LANGUAGES[code]
    assert read.title == own_words.Words(language).say("frame.title")
    out = [each for each in read.all("a") if "data-leave" in each]
    assert [each["href"] for each in out] == ["/m/leave"]
    assert read.all("html")[0]["lang"] == ("en" if language.is_english else language.code)
    assert read.all("html")[0]["dir"] == language.dir


def test_a_title_says_nothing_of_what_the_page_is_for():
    said = {own_words.Words(each).say("frame.title").lower() for each in own_words.offered()}

    assert said == {"my page"}


@pytest.mark.parametrize(("page", "code"), EVERY)
def test_nothing_is_kept_for_the_next_who_types_there(page, code):
    """A browser offers again what was typed once, unless it is told not to."""
    fields = Reader(own_pages.drawn(page, code, AT)).all("input", "textarea")

    asked = [each for each in fields if each.get("type") != "hidden"]
    assert [each for each in asked if each.get("autocomplete") != "off"] == []


@pytest.mark.parametrize(("page", "code"), EVERY)
def test_no_two_things_of_a_page_have_one_name(page, code):
    read = Reader(own_pages.drawn(page, code, AT))

    names = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert len(names) == len(set(names))


def test_the_script_keeps_nothing_on_the_device():
    script = "".join(path.read_text() for path in STATIC.glob("own*.js"))

    kept = re.findall(r"localStorage|sessionStorage|indexedDB|caches|cookie|serviceWorker", script)
    assert kept == []


def test_what_was_typed_by_somebody_is_never_markup():
    inside = """{{ parts.written(words, talk, talk, "", [talk]) }}
    {{ parts.text_box(words, "a", "see.not_meant_label", talk) }}
    {{ parts.said(words, "choose.intro") }}"""

    drawn = own_pages.filled(
        inside.replace("talk", "words.talk"), "en", AT, talk="</textarea><script>"
    )

    assert len(Reader(drawn).all("script")) == 1
    assert drawn.count("&lt;script&gt;") == 5


# Drawings.


def named_in_easy_read() -> set[str]:
    return {
        line.picture
        for language in own_words.LANGUAGES.values()
        for lines in language.texts.values()
        for line in lines
        if line.picture
    }


def test_every_drawing_that_is_named_is_there_and_every_one_there_is_used():
    drawn = {path.stem for path in DRAWINGS.glob("*.svg")}

    assert drawn == set(PICTURES.values()) | named_in_easy_read()


def test_every_text_with_a_drawing_is_a_text():
    assert set(PICTURES) - set(own_words.LANGUAGES["en"].texts) == set()


@pytest.mark.parametrize("path", sorted(DRAWINGS.glob("*.svg")), ids=lambda path: path.stem)
def test_a_drawing_is_small_plain_and_not_read_out(path: Path):
    """The words beside it say what it is: a screen reader passes it over."""
    drawing = ElementTree.fromstring(path.read_text())

    assert path.stat().st_size < 2 * KB
    assert drawing.get("aria-hidden") == "true"
    assert drawing.get("stroke") == "currentColor"
    parts = {each.tag for each in drawing.iter()}
    assert parts <= {"svg", "path", "circle", "rect"}


def test_every_answer_has_a_drawing_beside_it():
    bare = {
        key for key in own_words.LANGUAGES["en"].texts if ".option." in key and key not in PICTURES
    }

    assert bare == set()


def test_easy_read_has_one_idea_a_line():
    """Twelve words at most, where plain English may have fifteen to the sentence."""
    easy = own_words.LANGUAGES["en-easy"]

    long = {
        line.text
        for lines in easy.texts.values()
        for line in lines
        if len(reading.words(line.text)) > 12 or len(reading.sentences(line.text)) > 2
    }
    assert long == set()
    assert all(line.picture for lines in easy.texts.values() for line in lines if len(lines) > 1)
