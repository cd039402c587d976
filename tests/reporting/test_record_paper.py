"""A record as it is given: what is withheld is gone from the file, and the letter says why."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from returnhome.casework import acting, childs_part, record_requests
from returnhome.casework.models import GatheredRecord, RecordRequest
from returnhome.reporting import record_paper
from returnhome.rules import subject_access
from returnhome.rules.subject_access import Asker, Decision, Ground, RequestKind, StepKind
from tests.casework.test_made import draws
from tests.casework.test_own_pages import as_child, opened
from tests.cast import NOW, Cast, hours, returned
from tests.makings import house
from tests.recording import THE_ROAD, gathered, noted, secret_talk

LATER = NOW + hours(30)


def read(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def decide_all(cast: Cast, record: GatheredRecord, keep: str = "") -> None:
    for line in record.lines.undecided().in_order():
        decided = {
            place: (Decision.GIVE, None)
            if keep and record_requests.words_of(line, each.mark) == keep
            else (Decision.WITHHOLD, Ground.THIRD_PARTY)
            for place, each in enumerate(record_requests.marked_in(line))
        }
        record_requests.decide(line, decided, by=cast.mara, at=LATER)


@pytest.fixture
def request_(cast: Cast) -> RecordRequest:
    secret_talk(cast)
    return noted(cast)


def test_withheld_words_are_nowhere_in_the_file_that_is_given(cast: Cast, request_) -> None:
    with acting.on_behalf_of(cast.mara):
        record = gathered(cast, request_)
        before = record_paper.pdf(record_paper.working(record, cast.mara))
        decide_all(cast, record)
        given = record_paper.given(record, cast.mara, LATER)

    assert "Jayden Price" in read(before)
    for file in (given.copy, given.letter):
        text = read(file)
        about = PdfReader(BytesIO(file)).metadata or {}
        for words in ("Jayden", "Price", "07700", "900123", "Jay ", "Dawn"):
            assert words not in text
            assert words.encode() not in file
            assert words not in str(about)
    assert f"{THE_ROAD} with [Withheld: about somebody else]" in read(given.copy)
    assert "Amina Yusuf" in read(given.copy)
    assert "Sky" not in str(PdfReader(BytesIO(given.copy)).metadata)


def test_the_same_decisions_make_the_same_file(cast: Cast, request_) -> None:
    with acting.on_behalf_of(cast.mara):
        record = gathered(cast, request_)
        decide_all(cast, record)

        twice = [record_paper.given(record, cast.mara, LATER) for _ in range(2)]

    assert twice[0] == twice[1]


def test_nothing_is_set_on_paper_to_give_while_a_place_is_undecided(cast: Cast, request_) -> None:
    with acting.on_behalf_of(cast.mara):
        record = gathered(cast, request_)

        with pytest.raises(subject_access.StillUndecided):
            record_paper.given(record, cast.mara, LATER)
        # And should it come to be printed all the same, it is withheld.
        assert "Jayden" not in read(record_paper.pdf(record_paper.to_give(record, cast.mara)))


def test_the_letter_says_what_is_withheld_and_how_to_complain(cast: Cast, request_) -> None:
    with acting.on_behalf_of(cast.mara):
        record = gathered(cast, request_)
        decide_all(cast, record, keep="Jayden Price")
        letter = read(record_paper.given(record, cast.mara, LATER).letter)

    assert "Schedule 2, paragraph 16" in letter
    assert "ico.org.uk/make-a-complaint" in letter
    assert "Northshire" in letter


def test_to_the_public_nothing_is_given_by_default_and_not_even_that_there_is_something(
    cast: Cast,
) -> None:
    secret_talk(cast)
    asked = noted(cast, RequestKind.FOI, Asker.ANYBODY, name="A reporter")
    with acting.on_behalf_of(cast.mara):
        record = gathered(cast, asked)
        given = record_paper.given(record, cast.mara, LATER)

    text = read(given.copy) + read(given.letter)
    assert "neither confirms nor denies" in text
    for words in ("Sky", "Marlowe", "Missing from", "interview booked", "Jayden"):
        assert words not in text


def test_a_line_that_is_given_to_the_public_names_nobody(cast: Cast) -> None:
    secret_talk(cast)
    asked = noted(cast, RequestKind.FOI, Asker.ANYBODY, name="A reporter")
    with acting.on_behalf_of(cast.mara):
        record = gathered(cast, asked)
        line = next(row for row in record.lines.in_order() if THE_ROAD in row.text)
        record_requests.decide(line, {}, whole=None, by=cast.mara, at=LATER)
        given = record_paper.given(record, cast.mara, LATER)

    text = read(given.copy)
    assert f"{THE_ROAD} with [Withheld: personal information]" in text
    assert "Jayden" not in text


def test_proof_of_who_asks_is_noted_before_anything_is_given(cast: Cast, request_) -> None:
    with acting.on_behalf_of(cast.mara):
        record = gathered(cast, request_)
        decide_all(cast, record)
        files = record_paper.given(record, cast.mara, LATER)
        with pytest.raises(subject_access.IdentityNotProved):
            record_requests.give(record, files.copy, files.letter, by=cast.mara, at=LATER)
        record_requests.take_step(
            request_, StepKind.IDENTITY_SEEN, NOW.date(), "Passport", by=cast.amina, at=LATER
        )

        given = record_requests.give(record, files.copy, files.letter, by=cast.mara, at=LATER)

    assert bytes(given.copy) == files.copy
    assert len(given.digest) == 64


def test_a_childs_drawing_is_in_the_copy_unless_it_is_withheld(cast: Cast) -> None:
    kept = BytesIO()
    house().save(kept, "PNG")
    way_in = opened(returned(cast.sky), cast)
    with as_child(way_in):
        draws(way_in, kept.getvalue())
        childs_part.send(way_in, at=NOW)
    asked = noted(cast)
    with acting.on_behalf_of(cast.mara):
        record = gathered(cast, asked)
        drawn = record.lines.get(made__isnull=False)
        decide_all(cast, record)
        seen = PdfReader(BytesIO(record_paper.given(record, cast.mara, LATER).copy))
        record_requests.decide(drawn, {}, whole=Ground.SERIOUS_HARM, by=cast.mara, at=LATER)
        gone = PdfReader(BytesIO(record_paper.given(record, cast.mara, LATER).copy))

    assert sum(len(page.images) for page in seen.pages) == 1
    assert sum(len(page.images) for page in gone.pages) == 0
