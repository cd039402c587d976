"""What helps a child to talk: noted, replaced by a newer note, and known to whom."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from returnhome.casework import communications, matching
from returnhome.casework.communications import Communication
from returnhome.casework.models import Child
from tests.casework.ledger import last_act, refused_by
from tests.casework.test_children import stranger
from tests.cast import NOW, Cast, hours, returned


def note(cast: Cast, child: Child, **said: Any) -> Communication:
    given = {"language": "Sorani", "needs_interpreter": True, "helps": "More time"} | said
    return communications.note(child, **{"by": cast.sol, "at": NOW} | given)


def test_the_newest_note_stands_and_the_older_ones_stay(cast: Cast) -> None:
    note(cast, cast.sky)
    newer = note(cast, cast.sky, needs_interpreter=False, at=NOW + hours(1))

    assert communications.standing(cast.sky) == newer
    assert Communication.objects.about(cast.sky).count() == 2
    assert last_act()[0] == "note communication"


def test_something_is_said_and_an_interpreter_is_for_a_language(cast: Cast) -> None:
    with pytest.raises(communications.NothingSaid):
        note(cast, cast.sky, language=" ", needs_interpreter=False, helps=" ")
    with pytest.raises(communications.LanguageMissing):
        note(cast, cast.sky, language="")
    assert not Communication.objects.exists()


def test_a_note_about_a_child_not_yet_named_holds_for_whom_the_child_turns_out_to_be(
    cast: Cast,
) -> None:
    unnamed = stranger(cast)
    noted = note(cast, unnamed)

    matching.join(unnamed, cast.kit, owners={}, because="Same number", by=cast.amina, at=NOW)

    assert communications.standing(cast.kit) == noted
    with pytest.raises(communications.JoinedMeanwhile):
        note(cast, unnamed)


def test_it_is_known_to_those_who_work_with_the_child_and_not_to_the_host_or_a_stranger(
    cast: Cast,
) -> None:
    returned(cast.sky)
    noted = note(cast, cast.sky)

    def see_it(name: str) -> bool:
        person = getattr(cast, name)
        return Communication.objects.visible_to(person).filter(pk=noted.pk).exists()

    assert [name for name in ("amina", "ines", "sol", "mara") if not see_it(name)] == []
    assert [name for name in ("wes", "owen", "ana", "adi") if see_it(name)] == []


def test_the_database_refuses_an_interpreter_for_no_language_and_every_change(cast: Cast) -> None:
    noted = note(cast, cast.sky)
    row = {"child": cast.sky, "noted_at": NOW, "noted_by": cast.sol}

    with refused_by("an_interpreter_is_for_a_language"):
        Communication.objects.create(needs_interpreter=True, **row)
    with pytest.raises(DatabaseError), transaction.atomic():
        Communication.objects.filter(pk=noted.pk).update(language="Kurmanji")
    with pytest.raises(DatabaseError), transaction.atomic():
        Communication.objects.filter(pk=noted.pk).delete()


def test_what_helps_is_sealed(cast: Cast) -> None:
    note(cast, cast.sky, helps="Her aunt should not be there")

    with connection.cursor() as cursor:
        cursor.execute("select helps from casework_communication")
        assert b"aunt" not in bytes(cursor.fetchone()[0])
