"""The second lock: what PostgreSQL itself opens, whatever a page asks of it."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import DatabaseError, ProgrammingError, connection, models, transaction

from returnhome import database
from returnhome.casework import acting, handovers, interviews, row_security, staff
from returnhome.casework.models import (
    Child,
    Entry,
    Episode,
    HandOver,
    Interview,
    Person,
)
from returnhome.management import upkeep
from returnhome.rules.codes import HandOverKind, WithdrawalReason
from returnhome.rules.responsibility import Reply
from tests.cast import NOW, PEOPLE, Cast, hours, missing, returned, signed

CLOSED = [model for model in apps.get_models() if model._meta.db_table in row_security.policies()]


@pytest.fixture
def story(cast: Cast) -> Episode:
    """Sky came back, and Ines has signed off what she said. Robin and Kit came back too."""
    episode = returned(cast.sky)
    interview = signed(episode, interviewer=cast.ines, by=cast.amina)
    interviews.add(interview, "She said more.", by=cast.ines, at=NOW + hours(7))
    returned(cast.robin)
    missing(cast.kit)
    return episode


def found(model: type[models.Model]) -> set[int]:
    """What the database gives to a question that asks for everything."""
    return set(model._default_manager.values_list("pk", flat=True))


def as_(person: Person, model: type[models.Model]) -> set[int]:
    with acting.on_behalf_of(person):
        return found(model)


@pytest.mark.usefixtures("story")
def test_where_nobody_is_named_nothing_about_a_child_is_there() -> None:
    assert found(Entry)

    with acting.as_nobody():
        assert {model.__name__: found(model) for model in CLOSED} == {
            model.__name__: set() for model in CLOSED
        }


@pytest.mark.parametrize("name", [name for name, *_ in PEOPLE])
@pytest.mark.usefixtures("story")
def test_the_second_lock_opens_just_what_the_first_does(cast: Cast, name: str) -> None:
    handovers.ask(
        Episode.objects.get(child=cast.kit),
        HandOverKind.PROVIDER,
        to=cast.open_path,
        by=cast.amina,
        at=NOW,
    )
    person = getattr(cast, name)

    for model in CLOSED:
        first = set(
            model._default_manager.visible_to(person).values_list("pk", flat=True)  # type: ignore[attr-defined]
        )
        assert as_(person, model) == first, model.__name__


def test_a_host_finds_the_episode_and_never_the_account(cast: Cast, story: Episode) -> None:
    assert story.pk in as_(cast.wes, Episode)
    assert as_(cast.wes, Interview) == found(Interview)
    assert as_(cast.wes, Entry) == set()


@pytest.mark.usefixtures("story")
def test_a_stranger_finds_nothing(cast: Cast) -> None:
    assert all(as_(cast.owen, model) == set() for model in CLOSED)


@pytest.mark.usefixtures("story")
def test_an_administrator_and_an_analyst_find_no_child(cast: Cast) -> None:
    assert as_(cast.adi, Child) == as_(cast.ana, Child) == set()


@pytest.mark.usefixtures("story")
def test_a_role_taken_away_today_opens_nothing_from_then_on(cast: Cast) -> None:
    assert as_(cast.amina, Entry)

    for post in cast.amina.posts.all():
        staff.end_post(post, on=date(2026, 3, 2), by=cast.adi, at=NOW)

    assert as_(cast.amina, Entry) == as_(cast.amina, Child) == set()


@pytest.mark.usefixtures("story")
def test_an_account_that_is_closed_opens_nothing(cast: Cast) -> None:
    Person.objects.filter(pk=cast.amina.pk).update(is_active=False)

    assert as_(cast.amina, Child) == set()


def test_a_provider_finds_the_child_while_it_interviews_and_not_after(cast: Cast) -> None:
    episode = returned(cast.kit)
    staff.appoint(
        cast.owen,
        "coordinator",  # type: ignore[arg-type]
        cast.open_path,
        since=date(2026, 3, 1),
        by=cast.adi,
        at=NOW,
    )
    asked = handovers.ask(episode, HandOverKind.PROVIDER, to=cast.open_path, by=cast.amina, at=NOW)
    assert as_(cast.owen, HandOver) == {asked.pk}
    assert episode.pk not in as_(cast.owen, Episode)

    handovers.answer(asked, Reply.ACCEPTED, by=cast.owen, at=NOW + hours(1))
    assert episode.pk in as_(cast.pat, Episode)

    handovers.withdraw(asked, WithdrawalReason.ARRANGED_OTHERWISE, by=cast.amina, at=NOW + hours(2))
    assert episode.pk not in as_(cast.pat, Episode)
    assert cast.kit.pk not in as_(cast.pat, Child)
    # That it was asked it may know.
    assert as_(cast.owen, HandOver) == {asked.pk}


def test_a_verb_on_what_the_person_cannot_see_fails_and_is_not_silent(
    cast: Cast, story: Episode
) -> None:
    interview = story.interviews.get()

    with acting.on_behalf_of(cast.owen), pytest.raises((Interview.DoesNotExist, ValueError)):
        interviews.add(interview, "Not mine to add", by=cast.owen, at=NOW + hours(8))
    with acting.on_behalf_of(cast.owen):
        assert Episode.objects.filter(pk=story.pk).update(risk="high") == 0


def test_nobody_writes_a_row_for_a_council_that_is_not_theirs(cast: Cast, story: Episode) -> None:
    with acting.on_behalf_of(cast.amina), pytest.raises(ProgrammingError), transaction.atomic():
        # Given away by hand, where only a hand-over may.
        Episode.objects.filter(pk=story.pk).update(
            responsible_authority=cast.eastmoor,
            counted_under=cast.eastmoor,
            host_authority=None,
        )


# For whom code acts.


def person_told() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('app.person', true), current_user")
        person, role = cursor.fetchone()
    return f"{person or 'nobody'} as {role}"


def test_whoever_was_named_within_is_not_named_after(cast: Cast) -> None:
    before, amina = person_told(), cast.amina.pk
    app = upkeep.app_role()

    with transaction.atomic(), acting.on_behalf_of(cast.amina):
        assert person_told() == f"{amina} as {app}"
        with acting.as_system(acting.MATCHING):
            assert person_told() == "nobody as returnhome_matching"
        assert person_told() == f"{amina} as {app}"
        with pytest.raises(DatabaseError), transaction.atomic(), acting.as_system(acting.INTAKE):
            Child.objects.create()
        assert person_told() == f"{amina} as {app}"

    assert person_told() == before == "nobody as returnhome_operator"


def test_a_new_connection_knows_the_system_role_and_never_a_person(apart: Cast) -> None:
    amina = apart.amina
    connection.close()
    assert person_told() == "nobody as returnhome_operator"

    with acting.on_behalf_of(amina):
        # Outside a transaction nobody is named.
        assert person_told() == f"nobody as {upkeep.app_role()}"
        with transaction.atomic():
            assert person_told() == f"{amina.pk} as {upkeep.app_role()}"
        assert person_told() == f"nobody as {upkeep.app_role()}"

    assert person_told() == "nobody as returnhome_operator"


# What acts for nobody.


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as error:
        return "permission denied" in str(error)
    return False


@pytest.mark.parametrize("role", sorted(database.SYSTEM_ROLES.keys() - {"operator"}))
@pytest.mark.usefixtures("story")
def test_no_narrow_role_reads_what_a_child_said(role: str) -> None:
    with acting.as_system(role):
        assert refused("select words from casework_entry")
        assert refused("select words from casework_addendum")
        assert refused("select known from casework_signedfacts")


@pytest.mark.usefixtures("story")
def test_figures_are_made_without_a_name() -> None:
    with acting.as_system(acting.REPORTING):
        assert Episode.objects.count() == 3
        assert refused("select forename from casework_child")
        assert refused("update casework_episode set risk = 'high'")
        assert refused("insert into casework_tally default values")


@pytest.mark.usefixtures("story")
def test_matching_reads_names_and_nothing_of_what_happened() -> None:
    with acting.as_system(acting.MATCHING):
        assert Child.objects.count() == 3
        assert refused("select id from casework_episode")


@pytest.mark.usefixtures("story")
def test_one_role_seals_and_may_do_nothing_else() -> None:
    sealing = "select casework_seal_journal(true, 10)"
    others = database.SYSTEM_ROLES.keys() - {"sealing"}

    for role in sorted(others):
        with acting.as_system(role):
            assert refused(sealing), role
    with acting.as_nobody():
        assert refused(sealing)
    with acting.as_system(acting.SEALING):
        assert not refused(sealing)
        for table in ("casework_journalentry", "casework_child", "casework_person"):
            assert refused(f"select id from {table}")
        assert refused("delete from casework_seal")


@pytest.mark.parametrize("role", database.SYSTEM_ROLES)
@pytest.mark.usefixtures("db")
def test_no_system_role_changes_the_journal(role: str) -> None:
    with acting.as_system(role):
        assert refused("delete from casework_journalentry")
        assert refused("update casework_journalentry set verb = 'read'")


# The lock itself.


def named_by(model: type[models.Model]) -> set[str]:
    """The tables that its rows name."""
    related = (field.related_model for field in model._meta.fields)
    return {each._meta.db_table for each in related if each}  # type: ignore[union-attr]


def test_every_table_that_names_a_child_or_an_episode_is_closed() -> None:
    about_children = {
        model._meta.db_table
        for model in apps.get_models()
        if named_by(model) & {"casework_child", "casework_episode"}
    }

    assert len(about_children) > 20
    assert about_children - row_security.policies().keys() == set()


def test_every_system_role_has_its_line_in_the_docs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "access.md").read_text()

    assert [role for role in database.SYSTEM_ROLES.values() if f"| `{role}` |" not in page] == []


def test_what_hangs_below_a_closed_table_is_closed() -> None:
    """Nothing that a child's record holds is left open because it hangs one step further down."""
    open_ones = {
        model._meta.db_table
        for model in apps.get_models()
        if named_by(model) & row_security.policies().keys()
        and model._meta.db_table not in row_security.policies()
    }

    assert open_ones == set()


@pytest.mark.usefixtures("db")
def test_the_policies_are_those_of_the_table_of_access() -> None:
    assert row_security.missing_roles(upkeep.app_role()) == []
    assert row_security.faults(upkeep.app_role()) == []


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    "statement",
    [
        "alter table casework_entry disable row level security",
        "drop policy by_relation on casework_entry",
        "create policy open on casework_entry using (true)",
        "alter policy by_relation on casework_entry using (true)",
        "create or replace function public.returnhome_areas(roles text[]) returns bigint[]"
        " language sql as 'select null::bigint[]'",
        "alter role current_user bypassrls",
    ],
)
def test_the_products_role_cannot_take_the_lock_off(statement: str) -> None:
    for name in (None, *database.SYSTEM_ROLES):
        scope = acting.as_system(name) if name else acting.as_nobody()
        with (
            scope,
            pytest.raises(ProgrammingError, match=r"must be|denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def ask_as_if_excused(cursor: Any) -> None:
    cursor.execute("set local row_security = off")
    cursor.execute("select count(*) from casework_entry")


@pytest.mark.usefixtures("story")
def test_nobody_is_excused_from_row_security(cast: Cast) -> None:
    with (
        acting.on_behalf_of(cast.owen),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        ask_as_if_excused(cursor)


@pytest.fixture
def tampered(owner: psycopg.Connection) -> Iterator[psycopg.Connection]:
    yield owner
    connection.close()


@pytest.mark.check
@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("alter table casework_entry disable row level security", "casework_entry"),
        ("drop policy by_relation on casework_offer", "casework_offer.by_relation"),
        ("create policy wide on casework_child using (true)", "casework_child.wide"),
        ("alter policy by_relation on casework_entry using (true)", "casework_entry.by_relation"),
        (
            "create or replace function public.returnhome_posts(roles text[]) returns bigint[]"
            " language sql as 'select null::bigint[]'",
            "returnhome_posts",
        ),
    ],
)
def test_a_lock_that_was_changed_is_named_and_put_right(
    tampered: psycopg.Connection, statement: str, what: str
) -> None:
    tampered.execute(statement)
    role = upkeep.app_role()
    assert row_security.faults(role) == [what]

    before = os.environ["DATABASE_OWNER_URL"]
    with upkeep.as_owner(), transaction.atomic():
        row_security.put_on(role)

    assert os.environ["DATABASE_OWNER_URL"] == before
    assert row_security.faults(role) == []


def test_a_record_signed_off_stays_closed_to_change_for_whoever_cannot_see_it(
    cast: Cast, story: Episode
) -> None:
    """The trigger looks with the owner's eyes: hidden is not the same as not signed."""
    entry = Entry.objects.filter(interview__episodes=story)[0]
    with acting.as_system(acting.OPERATOR), pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(replaced_at=NOW)


@pytest.mark.check
def test_a_table_that_has_come_since_is_open_to_what_acts_for_nobody(
    tampered: psycopg.Connection,
) -> None:
    tampered.execute("create table casework_later (id bigint)")

    with upkeep.as_owner(), transaction.atomic():
        row_security.let_system_roles(upkeep.app_role())

    with acting.as_system(acting.INTAKE), connection.cursor() as cursor:
        cursor.execute("insert into casework_later values (1)")
    with acting.as_system(acting.MATCHING):
        assert refused("select id from casework_later")
    with acting.as_system(acting.REPORTING):
        assert refused("select forename from casework_child")
        assert Child.objects.only("confirmed_at").count() == 3


def test_every_function_and_every_system_role_is_told_of_in_words() -> None:
    assert row_security.GIVES.keys() == row_security._functions().keys()
    assert acting.FOR.keys() == database.SYSTEM_ROLES.keys()
