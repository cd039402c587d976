"""Letters as PDF: tagged, on A4, and what people typed stands in them as it was typed."""

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from returnhome.reporting import letters, setting
from returnhome.reporting.letters import Letter

LINK = "http://localhost:8000/answer/Zm9vYmFyYmF6cXV4cXV1eGNvcmdlZ3I"
TYPED = """#panic("x") *bold* _a_ $x^2$ <label> @ref \\ // = ‘q’ "Q" O’Dell & <b>"""


def letter(**changed: Any) -> Letter:
    words: dict[str, Any] = {
        "title": "Request to hold a return home interview",
        "sender": "Northshire Council",
        "recipient": "Leeds, children’s services",
        "dated": "2 March 2026 at 9am",
        "opening": ["A child has been missing.", "This letter does not name the child."],
        "facts": [("Age of the child", "14"), ("What else is asked", "A woman, please")],
        "how_to_answer": ["Please answer by 2 March 2026 at 1pm."],
        "link": LINK,
        "otherwise": ["The request ends by itself."],
        "questions": ["Telephone Amina Yusuf, Northshire Council: 01632 960000."],
    }
    return Letter(**words | changed)


def read(made: bytes) -> PdfReader:
    return PdfReader(BytesIO(made))


def words_of(made: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(made).pages).split())


def structure_of(reader: PdfReader) -> set[str]:
    """The kinds of parts that a screen reader is told of."""
    found, waiting = set(), [reader.trailer["/Root"]["/StructTreeRoot"]]  # type: ignore[index]
    while waiting:
        part = waiting.pop()
        part = part.get_object() if hasattr(part, "get_object") else part
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            found.add(str(part.get("/S", "")))
            waiting += [part["/K"]] if "/K" in part else []
    return found


def test_a_letter_says_what_it_was_given_in_the_order_of_its_page() -> None:
    words = words_of(letters.pdf(letter()))

    parts = ["Northshire Council", "Leeds, children’s services", "A child has been missing."]
    parts += ["Age of the child 14", "Please answer by 2 March", LINK, "The request ends by itself"]
    parts += ["01632 960000"]
    places = [words.index(part) for part in parts]
    assert places == sorted(places)


def test_a_letter_is_tagged_for_screen_readers() -> None:
    reader = read(letters.pdf(letter()))
    root: Any = reader.trailer["/Root"]

    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Request to hold a return home interview"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()
    assert {"/H1", "/H2", "/P", "/Table", "/TH", "/TD", "/Link", "/Figure"} <= structure_of(reader)


def test_a_letter_is_one_page_of_a4_and_its_link_can_be_followed() -> None:
    reader = read(letters.pdf(letter()))
    (page,) = reader.pages

    assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
    links = [note.get_object() for note in page["/Annots"]]  # type: ignore[attr-defined]
    assert [link["/A"]["/URI"] for link in links] == [LINK]


@pytest.mark.parametrize("field", ["title", "sender", "recipient", "dated"])
def test_what_people_typed_is_never_code(field: str) -> None:
    words = words_of(letters.pdf(letter(**{field: TYPED})))

    assert " ".join(TYPED.split()) in words


def test_what_people_typed_is_never_code_in_any_paragraph() -> None:
    lists = ("opening", "how_to_answer", "otherwise", "questions")
    typed = {name: [f"{name}: {TYPED}"] for name in lists}

    made = letters.pdf(letter(**typed, facts=[(TYPED, f"{TYPED}\nsecond line")]))

    words = words_of(made)
    assert all(f"{name}: {TYPED}" in words for name in lists)
    assert "second line" in words


@pytest.mark.parametrize("name", ["Łucja Đặng", "Ștefan Żółć", "Ελένη", "Олена", "علي", "O’Shea"])
def test_names_of_many_scripts_can_be_set(name: str) -> None:
    assert len(letters.pdf(letter(recipient=name))) > 5_000


def test_a_sign_that_no_typeface_has_does_not_keep_the_letter_from_being_made() -> None:
    words = words_of(letters.pdf(letter(opening=["A child 😀 李 \u0007 of fourteen"])))

    assert "A child □ □ □ of fourteen" in words


def test_every_sign_that_is_kept_can_be_set() -> None:
    kept = "".join(
        sign for number in range(0x20, 0x2200) if not setting.UNSET.match(sign := chr(number))
    )

    words = words_of(letters.pdf(letter(opening=[" ".join(kept), "😀"])))

    assert "□" in words
