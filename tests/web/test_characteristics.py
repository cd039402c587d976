"""Ethnicity and disability: noted as the child says, and there for figures of equality."""

import pytest

from returnhome.casework import characteristics
from returnhome.casework.characteristics import Characteristics, NotADifference, NothingSaid
from returnhome.rules.characteristics import SaidBy
from tests.casework.ledger import refused_by
from tests.cast import NOW, Cast, returned
from tests.web.asking import words_of

TYPED = {"ethnicity": "BCRB", "disability": "not_disabled", "said_by": "child"}


def noted(cast: Cast, at=NOW, ethnicity="MWBC", disability="", said_by=SaidBy.CHILD):
    return characteristics.note(
        cast.sky, ethnicity=ethnicity, disability=disability, said_by=said_by, by=cast.sol, at=at
    )


@pytest.mark.parametrize("name", ["amina", "ines", "sol", "mara"])
def test_those_who_work_with_the_child_note_both(as_, cast: Cast, name: str):
    returned(cast.sky)
    address = f"/children/{cast.sky.pk}/note-characteristics"
    assert as_(name).get(address).status_code == 200

    words = words_of(as_(name).post(address, TYPED, follow=True))

    assert "Black Caribbean" in words
    assert "Not disabled" in words
    assert "Said by: the child" in words


def test_what_stands_is_chosen_and_what_is_refused_stays_chosen(as_, cast: Cast):
    noted(cast)
    address = f"/children/{cast.sky.pk}/note-characteristics"

    shown = as_("sol").get(address).content.decode()
    refused = as_("sol").post(address, {"ethnicity": "AIND", "disability": "unknown"})

    assert 'value="MWBC" selected' in shown
    assert 'value="AIND" selected' in refused.content.decode()
    assert not Characteristics.objects.filter(ethnicity="AIND").exists()


def test_nothing_at_all_and_the_same_again_are_no_note(cast: Cast):
    with pytest.raises(NothingSaid):
        noted(cast, ethnicity="")
    noted(cast)
    with pytest.raises(NotADifference):
        noted(cast)


def test_what_was_noted_can_be_taken_back_and_is_never_changed(as_, cast: Cast):
    first = noted(cast, at=NOW)
    noted(cast, ethnicity="")

    assert "Ethnicity not known" in words_of(as_("sol").get(f"/children/{cast.sky.pk}"))
    with refused_by("never chang"):
        Characteristics.objects.filter(pk=first.pk).update(ethnicity="AIND")
    with refused_by("an_ethnicity_of_the_list"):
        noted(cast, ethnicity="XXXX")


def test_the_host_and_a_council_with_nothing_to_do_with_the_child_see_none(as_, cast: Cast):
    noted(cast)
    returned(cast.sky)

    for name in ("owen", "wes"):
        answer = as_(name).get(f"/children/{cast.sky.pk}")
        assert "White and Black Caribbean" not in answer.content.decode()
        form = as_(name).get(f"/children/{cast.sky.pk}/note-characteristics")
        assert form.status_code == 404
