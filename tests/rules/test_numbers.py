"""Numbers by which others know a child: what can be right, and how it is compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnhome.rules import numbers


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("943 476 5919", "9434765919"),
        ("943-476-5919", "9434765919"),
        ("9434765919", "9434765919"),
        # Another check digit, a digit changed, too few, too many, none.
        ("9434765918", ""),
        ("9434766919", ""),
        ("943476591", ""),
        ("94347659190", ""),
        ("", ""),
        ("0000000000", ""),
        # The check would be ten: no such number is given out.
        ("1000000010", ""),
        ("９４３４７６５９１９", ""),
    ],
)
def test_an_nhs_number_has_ten_digits_of_which_the_last_checks_the_others(
    written: str, number: str
) -> None:
    assert numbers.nhs(written) == number


@given(st.integers(0, 8), st.integers(1, 9))
def test_an_nhs_number_with_one_digit_changed_is_none(place: int, by: int) -> None:
    digits = [int(each) for each in "9434765919"]
    digits[place] = (digits[place] + by) % 10

    assert numbers.nhs("".join(map(str, digits))) == ""


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("B801200005001", "B801200005001"),
        ("b801 2000 05001", "B801200005001"),
        ("A801200005001", ""),
        ("I801200005001", ""),
        ("B80120000A001", ""),
        ("B80120000500", ""),
        ("", ""),
    ],
)
def test_a_unique_pupil_number_begins_with_the_letter_that_checks_it(
    written: str, number: str
) -> None:
    assert numbers.upn(written) == number


def test_a_temporary_unique_pupil_number_ends_with_a_letter() -> None:
    # 8×2 + 1×4 + 2×5 + 5×10 + 9×12 = 188, and B counts 1×13: 201 leaves 17 of 23, which is U.
    assert numbers.upn("U80120000509B") == "U80120000509B"
    assert numbers.upn("U80120000509C") == ""
    assert numbers.upn("U80120000509S") == ""


@pytest.mark.parametrize(
    ("written", "number"),
    [
        (" wy 123/4 ", "WY123/4"),
        ("123", "123"),
        ("not known", ""),
        ("", ""),
        ("1" * 41, ""),
    ],
)
def test_a_police_number_has_a_digit_and_is_compared_without_spaces(
    written: str, number: str
) -> None:
    assert numbers.police(written) == number
