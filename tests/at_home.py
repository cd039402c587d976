"""What the database opens to somebody of a home, held against what it must, of the named cast.

Robin lives at Larchwood House, where Lara works. Others have to do with the house, and not that.
"""

from datetime import date

from django.db import connection, transaction

from returnhome.casework import acting
from returnhome.casework.models import Child, Person, Post
from returnhome.rules.codes import Role
from tests.cast import Cast, lives_at

SINCE, UNTIL = date(2024, 1, 1), date(2025, 1, 1)


def wrong(cast: Cast) -> list[str]:
    """What is open that must not be, or shut that must be open; nothing where all is well."""
    robin = lives_at(cast.robin, cast.larchwood, by=cast.sol)
    there = {"organisation": cast.larchwood, "since": SINCE}
    Post.objects.create(person=cast.amina, role=Role.HOME, until=UNTIL, **there)
    Post.objects.create(person=cast.owen, role=Role.HOME, **there)
    Person.objects.filter(pk=cast.owen.pk).update(is_active=False)
    Post.objects.create(person=cast.adi, role=Role.ADMINISTRATOR, **there)
    cases = (
        ("works there", "lara", {robin.pk}),
        ("worked there once", "amina", set()),
        ("an account that is closed", "owen", set()),
        ("another role there", "adi", set()),
        ("nothing to do with it", "wes", set()),
    )
    return [why for why, who, must in cases if _open_to(getattr(cast, who)) != must]


def _open_to(person: Person) -> set[int]:
    with acting.for_home(person), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"select id from {Child._meta.db_table}")
        return {pk for (pk,) in cursor.fetchall()}
