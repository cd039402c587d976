"""The numbers by which others know a child, and whether one can be right.

Source: NHS Data Model and Dictionary, "NHS NUMBER", its check by modulus 11; Government Data
Standards Catalogue, "Unique Pupil Number" 2.0 of 18 November 2004, validations 1 to 6.
"""

import re
from typing import NamedTuple

from returnhome.rules.codes import Code

LONGEST = 40


class NumberKind(Code):
    """Whose numbers a sender may name a child by. Of police numbers each force has its own."""

    POLICE = "police", "police number"
    NHS = "nhs", "NHS number"
    UPN = "upn", "unique pupil number"


class Number(NamedTuple):
    """A number as it is compared; `issuer` says whose it is where there are several lists."""

    kind: str
    issuer: str
    value: str


def nhs(written: str) -> str:
    """An NHS number's ten digits; empty where it can be none."""
    digits = re.sub(r"[ -]", "", written)
    if not re.fullmatch(r"[0-9]{10}", digits) or len(set(digits)) == 1:
        return ""
    check = 11 - sum(int(digit) * (10 - n) for n, digit in enumerate(digits[:9])) % 11
    return digits if check % 11 == int(digits[9]) and check != 10 else ""


# I, O and S are left out, as they look like numbers.
_CHECKS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def upn(written: str) -> str:
    """A unique pupil number, also a temporary one; empty where it can be none."""
    number = re.sub(r"[ -]", "", written).upper()
    if not re.fullmatch(r"[A-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]", number):
        return ""
    values = [int(each) if each.isdigit() else _CHECKS.index(each) for each in number[1:]]
    check = sum(value * weight for weight, value in enumerate(values, start=2)) % 23
    return number if _CHECKS[check] == number[0] else ""


def police(written: str) -> str:
    """A police force's number of a person, as it is compared; empty where it is none."""
    number = "".join(written.split()).upper()
    return number if any(map(str.isdigit, number)) and len(number) <= LONGEST else ""


AS_COMPARED = {NumberKind.POLICE: police, NumberKind.NHS: nhs, NumberKind.UPN: upn}
"""Of each kind what it is compared as; empty for what cannot be such a number."""
