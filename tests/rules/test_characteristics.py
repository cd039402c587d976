"""Ethnicity, told in the groups of the Census."""

import pytest

from returnhome.rules.characteristics import ETHNICITIES, REFUSED, EthnicGroup, group_of
from returnhome.rules.standard.lists import Ethnicity


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("WROM", EthnicGroup.WHITE),
        ("MWAS", EthnicGroup.MIXED),
        ("CHNE", EthnicGroup.ASIAN),
        ("BOTH", EthnicGroup.BLACK),
        ("OOTH", EthnicGroup.OTHER),
        (REFUSED, EthnicGroup.UNKNOWN),
        ("NOBT", EthnicGroup.UNKNOWN),
        ("", EthnicGroup.UNKNOWN),
    ],
)
def test_each_code_is_in_the_group_of_the_census(code: str, group: EthnicGroup):
    assert group_of(code) is group


def test_every_ethnicity_of_the_list_has_a_group_and_can_be_noted():
    assert {group_of(code) for code in Ethnicity} == set(EthnicGroup) - {EthnicGroup.UNKNOWN}
    assert set(Ethnicity) < set(ETHNICITIES)
