"""What a person says is one thing: the database keeps what must hold."""

import pytest
from django.db import IntegrityError, transaction

from returnhome.casework import mentions
from returnhome.casework.mentions import Mention, Told
from returnhome.casework.models import SameThing
from returnhome.rules.mentioning import MentionKind
from tests.cast import NOW, Cast, hours, returned, signed


def noted(cast: Cast, name: str) -> Mention:
    talk = cast.sky.interviews.first() or signed(
        returned(cast.sky), interviewer=cast.ines, by=cast.amina
    )
    told = Told(name=name)
    return mentions.note(talk, MentionKind.PERSON, told, by=cast.ines, at=NOW + hours(8))


def test_the_database_itself_refuses_a_thing_that_is_itself_and_an_end_of_nobodys(
    cast: Cast,
) -> None:
    one = noted(cast, "Daz")
    other = noted(cast, "Darren")
    row = {"authority": cast.northshire, "one": one, "said_at": NOW, "said_by": cast.mara}
    for name, more in (
        ("a_thing_is_not_the_same_as_itself", {"other": one}),
        ("what_is_taken_apart_has_time_and_person", {"other": other, "ended_at": NOW}),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            SameThing.objects.create(**row, **more)
