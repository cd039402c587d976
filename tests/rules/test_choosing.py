"""What a child can choose, and how their notes to it are kept as one text."""

import pytest

from returnhome.rules import choosing
from returnhome.rules.choosing import NothingChosen


@pytest.mark.parametrize(
    "notes",
    [
        {},
        {"who": "Not Dave"},
        {"who": "Not Dave\nnot his brother\n\nplease", "needs": "To sit by the door"},
        {"where": "Whom: nobody", "when": "With you: fine"},
        {"beside": "  my nan\t"},
    ],
)
def test_notes_kept_as_one_text_come_apart_as_they_were_written(notes: dict[str, str]):
    assert choosing.apart(choosing.as_one(notes)) == notes


def test_a_note_of_nothing_is_none():
    assert choosing.as_one({"who": " ", "where": "", "when": "Late"}) == "When: Late"


def test_a_list_that_is_given_takes_the_place_of_what_stood_of_it():
    stood = {"who": ["man"], "when": ["today"], "needs": ["breaks"]}

    chosen = choosing.chosen_now(stood, {"who": ["woman", "new"], "needs": [], "where": ["moon"]})

    assert {key: codes for key, codes in chosen.items() if codes} == {
        "who": ["woman"],
        "when": ["today"],
    }


def test_nothing_chosen_is_nothing_to_keep_unless_something_stood():
    with pytest.raises(NothingChosen):
        choosing.check_chosen({"who": []}, {"who": ""}, stood=False)
    choosing.check_chosen({"who": []}, {"who": ""}, stood=True)
    choosing.check_chosen({"who": []}, {"who": "Not Dave"}, stood=False)
