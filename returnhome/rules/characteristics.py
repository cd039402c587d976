"""What is known of a child that figures of equality are told apart by: ethnicity and disability.

Source: the codes of ethnicity are those of the common basic data set, as the SSDA903 header has
them with REFU for somebody who does not wish to say; their five groups are those of the Census of
England and Wales of 2021. Disability is by the Equality Act 2010, section 6. Both are for figures:
nothing in the duty, the clock or what is asked of anybody depends on them.
"""

from returnhome.rules.codes import Code
from returnhome.rules.standard.lists import Ethnicity

# The question of the recording standard that asks how the child describes it.
ETHNICITY = "ethnicity"
REFUSED = "REFU"
ETHNICITIES: dict[str, str] = {
    **{str(each): each.label for each in Ethnicity},
    REFUSED: "Does not wish to say",
}


class Disability(Code):
    DISABLED = "disabled", "Disabled"
    NOT_DISABLED = "not_disabled", "Not disabled"
    REFUSED = "refused", "Does not wish to say"


class SaidBy(Code):
    CHILD = "child", "The child"
    PARENT_OR_CARER = "parent_or_carer", "A parent or carer"
    RECORDS = "records", "The council’s records"


class EthnicGroup(Code):
    WHITE = "white", "White"
    MIXED = "mixed", "Mixed or multiple"
    ASIAN = "asian", "Asian or Asian British"
    BLACK = "black", "Black, Black British, Caribbean or African"
    OTHER = "other", "Any other ethnic group"
    UNKNOWN = "unknown", "Not known, or not said"


INITIALS = {
    "W": EthnicGroup.WHITE,
    "M": EthnicGroup.MIXED,
    "A": EthnicGroup.ASIAN,
    "B": EthnicGroup.BLACK,
}
GROUPS: dict[str, EthnicGroup] = {
    **{code: INITIALS.get(code[0], EthnicGroup.OTHER) for code in Ethnicity},
    Ethnicity.CHNE: EthnicGroup.ASIAN,
}


def group_of(code: str) -> EthnicGroup:
    """The census group of an ethnicity; of none, or of a code not in the list, not known."""
    return GROUPS.get(code, EthnicGroup.UNKNOWN)
