"""Where what a child told belongs on the carers' sheet."""

import pytest

from returnhome.rules import philomena, sharing
from returnhome.rules.philomena import SheetPart
from returnhome.rules.sharing import Purpose, Recipient, ShareItem
from returnhome.rules.standard import v1

QUESTIONS = {q.key: s.key for s in v1.STANDARD.sections for q in s.questions}


@pytest.mark.parametrize(
    ("item", "question", "part"),
    [
        (ShareItem.PERSON, "", SheetPart.PEOPLE),
        (ShareItem.PLACE, "", SheetPart.PLACES),
        (ShareItem.VEHICLE, "", SheetPart.TRAVEL),
        (ShareItem.PHONE, "", SheetPart.PHONES),
        (ShareItem.HANDLE, "", SheetPart.ONLINE),
        (ShareItem.WHERE, "where_words", SheetPart.PLACES),
        (ShareItem.WHERE, "with_words", SheetPart.PEOPLE),
        (ShareItem.HAPPENED, "travel", SheetPart.TRAVEL),
        (ShareItem.HAPPENED, "happened_words", SheetPart.RISKS),
        (ShareItem.NEXT_TIME, "help_words", SheetPart.HELPS),
        (ShareItem.WISHES, "wishes", SheetPart.HELPS),
        (ShareItem.WHERE, "a question of another version", SheetPart.PLACES),
    ],
)
def test_each_thing_that_was_told_has_its_part_of_the_sheet(item, question, part):
    assert philomena.part_of(item, question) is part


@pytest.mark.parametrize("item", list(ShareItem))
def test_nothing_that_can_be_told_is_without_a_part(item):
    assert philomena.part_of(item) in SheetPart


@pytest.mark.parametrize("question", philomena.OF_QUESTION)
def test_a_question_that_stands_elsewhere_on_the_sheet_is_one_that_can_be_told(question):
    assert sharing.item_of(QUESTIONS[question], question)


def test_what_serves_finding_a_child_sooner_lands_under_people_places_and_what_helps():
    fit = sharing.fit(Recipient.HOME, Purpose.FIND_SOONER)
    assert fit

    parts = {
        philomena.part_of(item, question)
        for question, section in QUESTIONS.items()
        if (item := sharing.item_of(section, question)) in fit.items and item
    }

    assert parts == {SheetPart.PEOPLE, SheetPart.PLACES, SheetPart.HELPS}


def test_only_what_goes_to_carers_to_find_the_child_sooner_is_an_update():
    found = [(r, p) for r in Recipient for p in Purpose if philomena.is_update(r, p)]

    assert found == [(Recipient.HOME, Purpose.FIND_SOONER)]
