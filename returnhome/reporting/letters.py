"""A letter as a tagged PDF (PDF/UA-1), set by typst: what people typed is data, never code."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import qrcode
import typst
from qrcode.image.svg import SvgPathImage

SETTING = (Path(__file__).parent / "letter.typ").read_bytes()
# Beyond these scripts its typefaces may have no sign, and a tagged letter must not lack one.
LATIN, GREEK = r"\n -~\u00a0-\u024f", r"\u0386-\u038a\u038c\u038e-\u03a1\u03a3-\u03ce"
UNSET = re.compile(rf"[^{LATIN}{GREEK}\u0400-\u045f\u2010-\u2027€]")


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What stands in a letter, in the order of its page. Paragraphs are plain text.

    `facts` are pairs of what and what is known of it; `link` is the address that answers it.
    """

    title: str
    sender: str
    recipient: str
    dated: str
    opening: Sequence[str]
    facts: Sequence[tuple[str, str]]
    how_to_answer: Sequence[str]
    link: str
    otherwise: Sequence[str]
    questions: Sequence[str]


def pdf(letter: Letter) -> bytes:
    """The letter on A4. A sign that no typeface here has stands as an empty box."""
    words = json.dumps(asdict(letter))
    try:
        return _set(words, letter.link)
    except typst.TypstError:
        return _set(json.dumps(in_known_signs(asdict(letter))), letter.link)


def _set(words: str, link: str) -> bytes:
    drawn = qrcode.make(link, image_factory=SvgPathImage).to_string(encoding="unicode")
    return typst.compile(
        SETTING,
        sys_inputs={"letter": words, "code": drawn},
        pdf_standards=["ua-1"],
        # The same letter on every machine.
        ignore_system_fonts=True,
    )


def in_known_signs(value: object) -> object:
    """The same words, an empty box for every sign that no typeface here has."""
    if isinstance(value, str):
        return UNSET.sub("□", value)
    if isinstance(value, dict):
        return {key: in_known_signs(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [in_known_signs(each) for each in value]
    return value
