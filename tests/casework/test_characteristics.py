"""Ethnicity and disability of a child: what the database takes, and what it refuses to change."""

import pytest

from returnhome.casework.characteristics import Characteristics
from tests.casework.ledger import refused_by
from tests.cast import NOW, Cast


def write(cast: Cast, **said: str) -> Characteristics:
    row = {"said_by": "child", "noted_at": NOW, "noted_by": cast.sol, "child": cast.sky}
    return Characteristics.objects.create(**row | said)


@pytest.mark.parametrize(
    ("said", "constraint"),
    [
        ({"ethnicity": "BRITISH"}, "an_ethnicity_of_the_list"),
        ({"disability": "autism"}, "a_disability_of_the_list"),
        ({"said_by": "a neighbour"}, "somebody_said_it"),
    ],
)
def test_only_what_stands_in_the_lists_is_noted(cast: Cast, said: dict[str, str], constraint: str):
    with refused_by(constraint):
        write(cast, **said)


def test_a_note_is_neither_changed_nor_erased(cast: Cast):
    row = write(cast, ethnicity="WBRI")

    with refused_by("never chang"):
        Characteristics.objects.filter(pk=row.pk).update(ethnicity="AIND")
    with refused_by("never chang"):
        Characteristics.objects.filter(pk=row.pk).delete()
