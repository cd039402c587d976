"""What a child told of, in one way of writing, so that it is found again."""

import pytest

from returnhome.rules import mentioning
from returnhome.rules.mentioning import (
    MentionKind,
    NotANumber,
    NothingTold,
    RegistrationMissing,
)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("07700 900123", "07700900123"),
        ("+44 7700 900123", "07700900123"),
        ("0044 (0)7700 900123", "07700900123"),
        ("+353 1 234 5678", "+35312345678"),
        ("00353 1 234 5678", "+35312345678"),
        ("07700-900-123 (Sam)", "07700900123"),
    ],
)
def test_a_number_is_the_same_however_it_is_written(said: str, kept: str):
    assert mentioning.telephone(said) == kept


def test_a_plate_is_the_same_with_and_without_spaces():
    assert mentioning.registration(" ab12 cde") == mentioning.registration("AB-12-CDE") == "AB12CDE"


def test_an_online_name_is_the_same_with_and_without_its_sign():
    assert mentioning.handle("@Big_Sam") == mentioning.handle("big_sam ")


def told(kind: MentionKind, **said: str) -> None:
    names = ("name", "nickname", "description", "address", "postcode")
    names += ("registration", "make", "colour", "number")
    mentioning.check_told(kind, **dict.fromkeys(names, "") | said)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (MentionKind.PERSON, {"nickname": "Big Sam"}),
        (MentionKind.PERSON, {"description": "A man with a dog"}),
        (MentionKind.PLACE, {"postcode": "NN11NN"}),
        (MentionKind.VEHICLE, {"colour": "silver"}),
        (MentionKind.PHONE, {"number": "07700900123"}),
        (MentionKind.HANDLE, {"name": "big_sam"}),
    ],
)
def test_a_little_is_enough_to_write_down(kind: MentionKind, said: dict[str, str]):
    told(kind, **said)


@pytest.mark.parametrize(
    ("kind", "said", "refusal"),
    [
        (MentionKind.PERSON, {"name": " "}, NothingTold),
        (MentionKind.PLACE, {}, NothingTold),
        (MentionKind.VEHICLE, {"description": "loud"}, RegistrationMissing),
        (MentionKind.PHONE, {"number": "none"}, NotANumber),
        (MentionKind.PHONE, {"number": "999"}, NotANumber),
        (MentionKind.HANDLE, {"name": ""}, NothingTold),
    ],
)
def test_nothing_at_all_is_refused(kind: MentionKind, said: dict[str, str], refusal):
    with pytest.raises(refusal):
        told(kind, **said)


@pytest.mark.parametrize(
    ("kind", "known", "typed"),
    [
        (MentionKind.PERSON, {"name": "Samuel O’Brien", "nickname": "Big Sam"}, "big SAM"),
        (MentionKind.PERSON, {"name": "Samuel O’Brien"}, "O'Brien"),
        (MentionKind.PLACE, {"address": "1 Mill Lane", "postcode_": "NN11NN"}, "nn1 1nn"),
        (MentionKind.VEHICLE, {"registration_": "AB12CDE"}, "ab12 c"),
        (MentionKind.PHONE, {"number": "07700900123"}, "+44 7700 900 123"),
        (MentionKind.PHONE, {"number": "07700900123"}, "900123"),
        (MentionKind.HANDLE, {"name": "@Big_Sam"}, "big_sam"),
    ],
)
def test_what_somebody_types_finds_what_was_noted(kind, known, typed):
    kept = mentioning.key(kind, **known)

    assert any(way in kept for way in mentioning.sought(typed))


def test_a_sign_alone_finds_nothing():
    assert mentioning.sought("@") == mentioning.sought(" ") == set()
