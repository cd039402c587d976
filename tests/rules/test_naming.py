"""When two spellings of a name, or of a postcode, are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnhome.rules import naming
from returnhome.rules.naming import folded, folded_postcode, postcode_in, written_postcode


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O'Brien", "O’BRIEN"),
        ("O'Brien", "o‘brien"),
        ("O'Brien", "O`Brien"),
        ("O'Brien", "Oʼbrien"),
        ("O'Brien", "O´Brien"),
        ("O'Brien", "O＇Brien"),
        ("Smith-Jones", "SMITH‐JONES"),
        ("Smith-Jones", "Smith–Jones"),
        ("Smith-Jones", "Smith—Jones"),
        ("Mary Ann", "  Mary \u00a0 Ann "),
        ("Mary Ann", "Mary\tAnn"),
        ("Zoë", "Zoe\u0308"),
        ("Zoë", "ZOË"),
        ("Strauß", "STRAUSS"),
        ("Fiona", "ﬁona"),
        ("Jo\u200bnes", "Jones"),
        ("Jo\u00adnes", "Jones"),
    ],
)
def test_spellings_of_one_name_fold_together(one, other):
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zoë", "Zoe"),
        ("Becky", "Rebecca"),
        ("Kowalski", "Kowlski"),
        ("O'Brien", "OBrien"),
        ("Smith-Jones", "Smith Jones"),
        ("Mary Ann", "Maryann"),
        ("Łukasz", "Lukasz"),
    ],
)
def test_names_that_only_a_person_could_join_stay_apart(one, other):
    assert folded(one) != folded(other)


def test_no_name_folds_to_nothing():
    assert folded("") == folded(" \u00a0\t") == ""


@given(st.text())
def test_folding_a_name_again_changes_nothing(name):
    once = folded(name)

    assert folded(once) == once


@given(st.text(alphabet=st.characters(codec="utf-8", max_codepoint=0x24F)))
def test_the_case_of_a_name_never_keeps_it_from_matching(name):
    assert folded(name.casefold()) == folded(name)


@pytest.mark.parametrize("text", ["LS1 1UR", "ls1 1ur", "LS11UR", " Ls1\u00a01uR ", "L S 1 1 U R"])
def test_a_postcode_is_one_whatever_its_spaces_and_case(text):
    assert folded_postcode(text) == "LS11UR"
    assert written_postcode(text) == "LS1 1UR"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("m11ae", "M1 1AE"),
        ("ec1a1bb", "EC1A 1BB"),
        ("w1a 0ax", "W1A 0AX"),
        ("gir0aa", "GIR 0AA"),
        ("ZZ9 9ZZ", "ZZ9 9ZZ"),
    ],
)
def test_a_postcode_is_written_with_its_last_three_apart(text, written):
    assert written_postcode(text) == written


@pytest.mark.parametrize("text", ["", "unknown", "LS1", "1UR", "No fixed abode", "LS1 1UR, Leeds"])
def test_what_has_not_a_postcodes_shape_is_no_postcode(text):
    assert written_postcode(text) == ""


@given(st.text())
def test_folding_a_postcode_again_changes_nothing(text):
    once = folded_postcode(text)

    assert folded_postcode(once) == once


@pytest.mark.parametrize(
    ("text", "does"),
    [
        ("Hope likes to be rung after school.", True),
        ("We hope to hear from you.", False),
        ("mutasa, 15, at the home", True),
        ("Please ask for HOPE", True),
        ("A quiet place, please.", False),
        ("", False),
    ],
)
def test_a_text_says_the_childs_name_or_does_not(text: str, does: bool):
    assert naming.says(text, "Hope", "Mutasa") is does


def test_one_half_of_a_double_name_is_enough():
    assert naming.says("Ring the O’Neill family", "Anna-Lena", "Smith-O'Neill")
    assert naming.says("Lena is fine", "Anna-Lena", "Smith")


@pytest.mark.parametrize(
    ("text", "postcode"),
    [
        ("14 Station Road, Leeds, LS1 1UR", "LS1 1UR"),
        ("14 station road ls11ur", "LS1 1UR"),
        ("LS1 1UR, and lately BD1 1HY", "BD1 1HY"),
        ("Flat 2B, 14 Mill Lane", ""),
        ("A1 services", ""),
        ("", ""),
    ],
)
def test_a_postcode_is_found_in_an_address(text, postcode):
    assert postcode_in(text) == postcode
