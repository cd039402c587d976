"""What a council's list can hold of a service."""

from dataclasses import replace

import pytest

from returnhome.rules.services import (
    AgesWrong,
    Described,
    NameMissing,
    NoWebAddress,
    TooLong,
    check_described,
    plain,
)

CLUB = Described(reference="1", name="Boxing club", minimum_age=10, maximum_age=17)


@pytest.mark.parametrize(
    ("changed", "refusal", "field"),
    [
        ({"name": " "}, NameMissing, "name"),
        ({"name": "x" * 201}, TooLong, "name"),
        ({"description": "x" * 4001}, TooLong, "description"),
        ({"minimum_age": 18}, AgesWrong, "minimum_age"),
        ({"maximum_age": 151}, AgesWrong, "minimum_age"),
        ({"url": "javascript:alert(1)"}, NoWebAddress, "url"),
        ({"url": "www.example.org"}, NoWebAddress, "url"),
    ],
)
def test_what_the_list_cannot_hold_is_refused_at_its_field(changed, refusal, field):
    with pytest.raises(refusal) as refused:
        check_described(replace(CLUB, **changed))

    assert refused.value.field == field


def test_the_longest_words_and_a_web_address_are_held():
    check_described(replace(CLUB, name="x" * 200, url="https://example.org/boxing?day=2"))


@pytest.mark.parametrize(
    ("age", "fits"), [(9, False), (10, True), (17, True), (18, False), (None, True)]
)
def test_ages_include_both_ends_and_an_age_not_known_leaves_nobody_out(age, fits):
    assert CLUB.is_for_age(age) is fits
    assert Described(name="For all").is_for_age(age)


def test_signs_that_nobody_types_are_taken_out():
    assert plain(" Box\x00ing\x1b\nclub ") == "Boxing\nclub"
