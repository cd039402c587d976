"""A name that stands in one cell, parted into forename and surname."""

import pytest

from returnhome.intake.whole_names import parted


@pytest.mark.parametrize(
    ("text", "forename", "surname"),
    [
        ("ADEYEMI, Tegan", "Tegan", "ADEYEMI"),
        ("Tegan ADEYEMI", "Tegan", "ADEYEMI"),
        ("ADEYEMI Tegan", "Tegan", "ADEYEMI"),
        ("VAN DER BERG Jo", "Jo", "VAN DER BERG"),
        ("Riley O'Brien", "Riley", "O'Brien"),
        ("Mary Ann Smith", "Mary Ann", "Smith"),
        ("Tegan van der Berg", "Tegan", "van der Berg"),
        ("JO SMITH", "JO", "SMITH"),
        ("J SMITH", "J", "SMITH"),
        ("Miss Jo Smith (known as Jojo)", "Jo", "Smith"),
        ("SMITH John 03/03/2011", "John", "SMITH"),
        ("SMITH, John (DOB 3.3.2011)", "John", "SMITH"),
        ("Jo Smith, born 2011-03-03", "Jo", "Smith"),
        ("Smith", "", "Smith"),
        ("", "", ""),
    ],
)
def test_a_comma_or_capitals_say_which_is_the_surname(text, forename, surname):
    assert parted(text) == (forename, surname)


def test_where_neither_does_the_layout_says_which_comes_first():
    assert parted("van der Berg Jo", is_surname_first=True) == ("Jo", "van der Berg")
    assert parted("Smith Jo Ann", is_surname_first=True) == ("Jo Ann", "Smith")
    assert parted("Tegan ADEYEMI", is_surname_first=True) == ("Tegan", "ADEYEMI")
