"""What holds for every table of the ledger: each constraint is tested, each row has its reader."""

import re
from datetime import date
from pathlib import Path

from django.apps import apps
from django.db import connection, models

from returnhome.casework.models import Authority, Succession
from tests.casework.ledger import refused_by
from tests.cast import Cast

HERE = Path(__file__).parent


def tables() -> list[type[models.Model]]:
    return list(apps.get_app_config("casework").get_models())


def test_every_constraint_has_a_test_that_goes_round_the_verb() -> None:
    tested = "".join(file.read_text() for file in HERE.glob("test_*.py"))
    names = [rule.name for table in tables() for rule in table._meta.constraints]

    assert names
    assert not [name for name in names if not re.search(rf'"{name}"', tested)]


def test_the_database_refuses_authorities_that_cannot_be(cast: Cast) -> None:
    known = {"name": "Northshire", "nation": "England", "region": "Invented"}

    with refused_by("authority_name_once_at_a_time"):
        Authority.objects.create(**known)
    with refused_by("authority_ends_after_it_begins"):
        Authority.objects.filter(name="Northshire").update(
            since=date(2026, 1, 2), until=date(2026, 1, 1)
        )
    with refused_by("authority_in_a_nation_of_the_uk"):
        Authority.objects.filter(name="Northshire").update(nation="France")


def test_the_database_refuses_an_authority_that_follows_itself_or_another_twice(
    cast: Cast,
) -> None:
    Succession.objects.create(predecessor=cast.eastmoor, successor=cast.northshire)

    with refused_by("succession_once"):
        Succession.objects.create(predecessor=cast.eastmoor, successor=cast.northshire)
    with refused_by("succession_to_another"):
        Succession.objects.create(predecessor=cast.eastmoor, successor=cast.eastmoor)


def test_every_constraint_is_in_the_database(db: None) -> None:
    names = {rule.name for table in tables() for rule in table._meta.constraints}

    with connection.cursor() as cursor:
        cursor.execute(
            "select conname from pg_constraint union select indexname from pg_indexes"
            " where schemaname = 'public'"
        )
        there = {name for (name,) in cursor.fetchall()}

    assert names <= there


# An index of which another, whole one begins with the same columns: each row is written to both for
# nothing. Those for LIKE Django makes of every unique text.
TWICE = """
with whole as (
    select indrelid, indexrelid, indisunique, string_to_array(indkey::text, ' ') as keys, relam
    from pg_index join pg_class on pg_class.oid = indexrelid
    where indpred is null and indexprs is null and indrelid::regclass::text like 'casework%%'
)
select lesser.indexrelid::regclass::text from whole lesser join whole more
    on more.indrelid = lesser.indrelid and more.indexrelid <> lesser.indexrelid
    and more.relam = lesser.relam and more.keys[:cardinality(lesser.keys)] = lesser.keys
where not lesser.indisunique
    and not array[lesser.indexrelid, more.indexrelid]::regclass[]::text ~ '_like[,}]'
"""


def test_nothing_is_indexed_twice(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TWICE, [])
        assert cursor.fetchall() == []


def test_of_every_table_it_is_said_who_sees_its_rows(cast: Cast) -> None:
    for table in tables():
        rows = table._default_manager.visible_to(cast.amina)  # type: ignore[attr-defined]
        assert rows.count() >= 0, table


def test_somebody_without_a_role_sees_no_child_and_nothing_of_one(cast: Cast) -> None:
    for table in tables():
        columns = {field.name for field in table._meta.fields}
        if columns & {"child", "episode", "interview", "offer", "responsible_authority"}:
            for person in (cast.owen, cast.ana, cast.adi):
                assert not table._default_manager.visible_to(person).exists(), table  # type: ignore[attr-defined]


def test_no_row_says_a_childs_name_when_it_is_printed(cast: Cast) -> None:
    for child in (cast.sky, cast.kit):
        for word in (child.forename, child.surname):
            assert word not in f"{child} {child!r}"
