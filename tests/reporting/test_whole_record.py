"""The whole record of a child: that no table is forgotten, and who else is found in it."""

import pytest
from django.apps import apps
from django.db import models

from returnhome.casework import acting, interviews, mentions, tellings
from returnhome.casework.interviews import Said
from returnhome.casework.mentions import Told
from returnhome.casework.models import Child
from returnhome.reporting import third_parties, whole_record
from returnhome.reporting.whole_record import LEFT_OUT, TABLES, WRITTEN
from returnhome.rules.codes import Means
from returnhome.rules.mentioning import MentionKind
from returnhome.rules.subject_access import RequestKind
from returnhome.rules.telling import Occasion, Whom
from tests import sharing
from tests.cast import NOW, Cast, everything_said, held, hours, returned, sign, signed
from tests.records import bodies, put_on_record


def leading_to_a_child() -> set[type[models.Model]]:
    """Every table from which keys lead, by however many steps, to a child."""
    every = list(apps.get_app_config("casework").get_models())
    found: set[type[models.Model]] = {Child}
    while True:
        more = {
            model
            for model in every
            if model not in found
            and any(
                field.is_relation and field.related_model in found
                for field in model._meta.concrete_fields
            )
        }
        if not more:
            return found
        found |= more


def test_every_table_that_leads_to_a_child_is_in_the_record_or_left_out_with_a_reason() -> None:
    there = {table.model for table in TABLES}
    left = {apps.get_model("casework", name) for name in LEFT_OUT}

    assert there | left >= leading_to_a_child()
    assert not there & left
    assert all(LEFT_OUT.values())


def test_what_is_left_out_of_a_row_is_a_column_that_there_is() -> None:
    for table in TABLES:
        names = {each.name for each in table.model._meta.concrete_fields}
        assert set(table.without) <= names, table.title
    for where in WRITTEN:
        model, _, name = where.partition(".")
        assert apps.get_model("casework", model)._meta.get_field(name)


def test_a_row_of_every_table_is_a_line_of_the_record(cast: Cast) -> None:
    with acting.as_system(acting.OPERATOR):
        states = put_on_record(cast, [], bodies(cast, NOW), NOW, only=["signed", "host accepted"])
        children = Child.objects.filter(pk__in=[state.one("child") for state in states])

    with acting.on_behalf_of(cast.mara):
        found = [line for child in children for line in whole_record.gather(child, cast.mara)]

    there = {line.table for line in found}
    assert {table.model.__name__ for table in TABLES} <= there
    assert all(line.text.strip() for line in found)


def test_the_record_has_every_word_that_the_child_said(cast: Cast) -> None:
    episode = sharing.told_of_a_car(cast)
    with acting.on_behalf_of(cast.mara):
        found = whole_record.gather(cast.sky, cast.mara)
        said = [row.words for talk in episode.interviews.all() for row in talk.entries.all()]

    text = "\n".join(line.text for line in found)
    assert said
    assert all(words in text for words in said)
    assert "AB12CDE" in text.replace(" ", "")


def test_no_line_is_of_another_child(cast: Cast) -> None:
    other = signed(returned(cast.kit), interviewer=cast.ines, by=cast.amina)
    with acting.on_behalf_of(cast.mara):
        found = whole_record.gather(cast.sky, cast.mara)

    assert other.pk
    assert "O’Dell" not in "\n".join(line.text for line in found)


def asked_of_sky(cast: Cast, words: str, kind: RequestKind = RequestKind.SAR) -> list[str]:
    """What is marked in Sky’s record, where Dawn Ash was told and Sky spoke of a Jayden Price."""
    episode = returned(cast.sky)
    tellings.tell(
        episode,
        Whom.PARENT,
        Occasion.MISSING,
        name="Dawn Ash, her mum",
        means=Means.TELEPHONE,
        told_at=NOW,
        by=cast.amina,
        at=NOW,
    )
    talk = held(episode, interviewer=cast.ines, by=cast.amina)
    said = everything_said(talk)
    first = next(key for key, each in said.items() if each.words)
    said[first] = Said(words=words)
    interviews.record(talk, said, by=cast.ines, at=NOW + hours(6))
    sign(talk, by=cast.ines, at=NOW + hours(6))
    told = Told(name="Jayden Price", nickname="Jay")
    mentions.note(talk, MentionKind.PERSON, told, by=cast.ines, at=NOW + hours(7))
    with acting.on_behalf_of(cast.mara):
        lines = whole_record.gather(cast.sky, cast.mara)
        found = third_parties.marks(cast.sky, lines, kind, cast.mara)
    return [
        lines[place].text[mark.start : mark.end]
        for place, marks in found.items()
        if words in lines[place].text
        for mark in marks
    ]


@pytest.mark.parametrize(
    ("words", "marked"),
    [
        ("I was with Jayden Price all night.", ["Jayden Price"]),
        ("then JAYDEN came", ["JAYDEN"]),
        ("Jaydén’s car was there", ["Jaydén’s"]),
        ("they call him Jay", ["Jay"]),
        ("Mr Price shouted", ["Price"]),
        ("the price was ten pounds", []),
        ("Dawn was crying", ["Dawn"]),
        ("we left at dawn", []),
        ("ring me on 07700 900123", ["07700 900123"]),
        ("write to jp@example.com", ["jp@example.com"]),
        ("he lives at LS1 4AP", ["LS1 4AP"]),
        ("Ines and Amina were kind", []),
        ("Sky Marlowe is my name", []),
    ],
)
def test_who_else_is_named_is_proposed_and_nobody_who_only_did_their_work(
    cast: Cast, words: str, marked: list[str]
) -> None:
    assert asked_of_sky(cast, words) == marked


def test_to_the_public_the_child_is_marked_as_well(cast: Cast) -> None:
    assert "Sky" in asked_of_sky(cast, "I am called Sky", RequestKind.FOI)
