"""The register of known children that a council sends."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnhome.intake import register
from returnhome.intake.parsing import Skipped
from returnhome.intake.reading import Record, Unreadable, read
from returnhome.intake.register import REGISTER, KnownChild
from returnhome.rules.codes import Sex

SAMPLES = Path(__file__).parent / "samples"
TODAY = date(2026, 11, 23)
GOOD = ["CH0002", "Mohammed", "Ahmed", "M", "2014-03-27", "bd1 1hy", "Bradford", "Lambeth"]


def child(**changes):
    cells = dict(zip(REGISTER.columns, GOOD, strict=True)) | changes
    return register.parse(Record(2, list(cells.values())), REGISTER, today=TODAY)


def test_every_child_of_a_councils_register_is_read():
    table = read(SAMPLES / "police-a.register.csv", "register.csv")

    children = list(register.outcomes(table, register.fitting(table.header), today=TODAY))

    assert len(children) == 61
    assert all(not known.faults for known in children)
    assert children[0] == KnownChild(
        number=2,
        child_id="CH0000",
        forename="Zac",
        surname="Begum",
        sex=Sex.MALE,
        born=date(2010, 12, 12),
        postcode="LS1 1UR",
        authority="Leeds",
        looked_after_by="Leeds",
        digest=children[0].digest,
        faults=(),
    )
    assert children[1].looked_after_by is None


@pytest.mark.parametrize("text", ["2014-03-27", "27/03/2014", "27/03/2014 00:00"])
def test_a_birth_date_may_be_written_either_way(text):
    assert child(date_of_birth=text).born == date(2014, 3, 27)


def test_a_child_whose_birth_date_or_postcode_is_not_known_is_still_known():
    known = child(date_of_birth="", home_postcode="")

    assert (known.born, known.postcode, known.faults) == (None, "", ())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"child_id": " "}, "The row has no child_id"),
        ({"forename": "", "surname": ""}, "The row has no name"),
        ({"surname": "=1+1"}, "The surname begins with “=”, as a formula does"),
        ({"date_of_birth": "2014-02-30"}, "Born 2014-02-30 is not a date"),
        ({"date_of_birth": "2030-01-01"}, "Born 2030-01-01 is in the future"),
        ({"authority": ""}, "The row does not say in which council's area the child lives"),
    ],
)
def test_a_faulty_row_is_refused_in_plain_words(changes, sentence):
    assert child(**changes).reason == sentence


def test_a_row_cut_short_is_refused():
    known = register.parse(Record(2, GOOD[:7]), REGISTER, today=TODAY)

    assert known.reason == "The row has 7 of 8 cells"


def test_a_child_id_that_comes_again_is_refused_the_second_time():
    lines = [",".join(REGISTER.columns), ",".join(GOOD), "", ",".join(GOOD)]
    table = read("\n".join(lines).encode(), "register.csv")

    first, blank, second = register.outcomes(table, register.fitting(table.header), today=TODAY)

    assert first.faults == ()
    assert blank == Skipped(3, "blank row")
    assert second.reason == "The child_id CH0002 has already come in this file"


def test_a_file_that_is_no_register_is_told_what_it_lacks():
    with pytest.raises(Unreadable) as caught:
        register.fitting(["child_id", "forename", "surname", "date_of_birth", "authority"])

    assert str(caught.value) == (
        "The file has not the headings “home_postcode”, “looked_after_by” of the layout register: "
        "export it again with them."
    )


@given(st.lists(st.text()))
def test_any_record_at_all_makes_a_child_or_its_faults(cells):
    assert isinstance(register.parse(Record(2, cells), REGISTER, today=TODAY), KnownChild)
