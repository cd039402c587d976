"""A letter as a tagged PDF (PDF/UA-1), set by typst: what people typed is data, never code."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import qrcode
from qrcode.image.svg import SvgPathImage

from returnhome.reporting import setting

SETTING = (Path(__file__).parent / "letter.typ").read_bytes()


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
    drawn = qrcode.make(letter.link, image_factory=SvgPathImage).to_string(encoding="unicode")
    return setting.pdf(SETTING, "letter", asdict(letter), code=drawn)
