"""What was shared as a PDF: as its recipient reads it, and the file itself names nobody."""

from dataclasses import replace
from typing import Any

import pytest

from returnhome.reporting import shared_paper
from returnhome.reporting.shared_paper import Line, Paper, Part
from tests.reporting.test_letters import TYPED, read, structure_of, words_of

# Planted wherever somebody can have typed something.
CHILD, TOWN, ADDRESS, NUMBER = (
    "Zebedee Quillfeather",
    "Ambleford",
    "4 Larkhill Close",
    "07700 900123",
)
PLANTED = (*CHILD.split(), TOWN, "Larkhill", NUMBER)
GRADED = (
    ("Source", "2: Untested"),
    ("Information", "C: Known indirectly to the source"),
    ("Handling", "C: Lawful sharing permitted with conditions"),
)


def paper(**changed: Any) -> Paper:
    words = f"{CHILD} was at {ADDRESS}, {TOWN}: {NUMBER}"
    said: dict[str, Any] = {
        "title": shared_paper.TITLE,
        "number": "S-1042",
        "about": f"About {CHILD}, born 3 May 2011",
        "first": [("Missing now", "Ring their telephone.")],
        "opening": ["It is for you."],
        "facts": [("From", f"Ines Okafor, {TOWN} Council"), ("To", "The missing-person unit")],
        "parts": [
            Part(
                "What you are told",
                [
                    Line(heading="Where did you go?", words=words),
                    Line(heading="Person", words=words, graded=GRADED, conditions="Ask us first."),
                ],
            )
        ],
        "closing": [("How to answer", [f"Ask Ines Okafor, {TOWN} Council."])],
        "footer": "Keep this safe.",
    }
    return Paper(**said | changed)


def test_it_says_what_was_told_in_the_order_of_its_page():
    words = words_of(shared_paper.pdf(paper()))

    parts = [shared_paper.TITLE, f"About {CHILD}", "Missing now: Ring their telephone."]
    parts += ["It is for you.", "The missing-person unit", "Where did you go?", NUMBER]
    parts += ["Source", "2: Untested", "Conditions: Ask us first.", "How to answer"]
    places = [words.index(part) for part in parts]
    assert places == sorted(places)


def test_the_file_names_nobody_and_no_place_whatever_stands_on_its_pages():
    reader = read(shared_paper.pdf(paper()))
    assert reader.metadata is not None
    root: Any = reader.trailer["/Root"]
    of_itself = str(dict(reader.metadata)) + root["/Metadata"].get_object().get_data().decode()
    of_itself += str([entry.title for entry in _flat(reader.outline)])

    assert [each for each in PLANTED if each in of_itself] == []
    assert reader.metadata.title == f"{shared_paper.TITLE} S-1042"
    assert reader.metadata.author == "Returnhome"
    assert not reader.metadata.get("/Keywords")
    assert not reader.metadata.get("/Subject")


def _flat(outline: Any) -> list[Any]:
    return [
        each for part in outline for each in (_flat(part) if isinstance(part, list) else [part])
    ]


def test_nothing_that_stands_uncompressed_in_the_file_names_anybody():
    made = shared_paper.pdf(paper())

    assert [each for each in PLANTED if each.encode() in made] == []


def test_it_tells_no_time_of_making_and_is_the_same_file_each_time():
    made = shared_paper.pdf(paper())
    reader = read(made)

    assert made == shared_paper.pdf(paper())
    assert reader.metadata is not None
    assert not {"/CreationDate", "/ModDate"} & reader.metadata.keys()


def test_it_is_tagged_for_screen_readers_on_a4():
    reader = read(shared_paper.pdf(paper()))
    root: Any = reader.trailer["/Root"]

    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()
    assert {"/H1", "/H2", "/H3", "/P", "/Table", "/TH", "/TD"} <= structure_of(reader)
    (page,) = reader.pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)


@pytest.mark.parametrize("field", ["about", "footer"])
def test_what_people_typed_is_never_code(field: str):
    assert " ".join(TYPED.split()) in words_of(shared_paper.pdf(paper(**{field: TYPED})))


def test_what_a_child_said_is_never_code():
    line = Line(heading="Where did you go?", words=f"{TYPED}\n\nsecond line", conditions=TYPED)

    words = words_of(shared_paper.pdf(paper(parts=[Part("What you are told", [line])])))

    assert words.count(" ".join(TYPED.split())) == 2
    assert "second line" in words


def test_a_sign_that_no_typeface_has_does_not_keep_it_from_being_made():
    line = Line(heading="Online name", words="sky 😀 李")

    words = words_of(shared_paper.pdf(replace(paper(), parts=[Part("Told", [line])])))

    assert "sky □ □" in words


def test_a_link_longer_than_a_line_is_all_on_the_paper():
    link = "https://example.invalid/" + "".join(f"{n:03}" for n in range(100))

    made = shared_paper.pdf(paper(parts=[Part("Told", [Line(heading="Link", words=link)])]))

    assert link in "".join(words_of(made).replace("\u200b", "").split())
    lines = read(made).pages[0].extract_text().replace("\u200b", "").splitlines()
    assert max(map(len, lines)) < 110


def test_two_hundred_lines_go_on_as_many_pages_as_they_need():
    lines = [Line(heading=f"Person {n}", words="Said. " * 20, graded=GRADED) for n in range(200)]

    pages = read(shared_paper.pdf(paper(parts=[Part("What you are told", lines)]))).pages

    assert len(pages) > 20
    assert "Person 199" in pages[-1].extract_text() + pages[-2].extract_text()
