"""Who did or read what, and when: kept for ever, and naming nobody."""

import ast
import inspect
from collections.abc import Callable
from datetime import date
from importlib import import_module
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import DatabaseError, ProgrammingError, connection, models, transaction

from returnhome.casework import episodes, interviews, journal, offers, support, tellings
from returnhome.casework.models import (
    Addendum,
    Correction,
    Episode,
    JournalEntry,
    LocalPolicy,
    PreventionInterview,
    Reply,
    Telling,
)
from returnhome.rules.codes import ActionKind, Answer, DeclinedBy
from returnhome.rules.policies import PolicyKey
from returnhome.rules.telling import Whom
from tests.casework.ledger import act, last_act
from tests.cast import NOW, Cast, exactly, hours, offered, returned, signed

MODULES = (
    "agreements",
    "children",
    "disputes",
    "episodes",
    "handovers",
    "interviews",
    "matching",
    "notifications",
    "offers",
    "policies",
    "staff",
    "support",
    "tellings",
)
# Parts of a verb, written down by the verb that calls them.
BY_THEIR_CALLER = {
    "children.draft",
    "children.drafted",
    "episodes.hand_to",
    "episodes.note",
    "notifications.draft",
    "notifications.join",
    "notifications.sender_named",
}


def verbs() -> dict[str, Callable[..., Any]]:
    """Every function of casework that acts for somebody at some time."""
    found = {}
    for name in MODULES:
        module = import_module(f"returnhome.casework.{name}")
        for key, function in inspect.getmembers(module, inspect.isfunction):
            takes = inspect.signature(function).parameters
            is_here = function.__module__ == module.__name__ and not key.startswith("_")
            if is_here and {"by", "at"} <= takes.keys():
                found[f"{name}.{key}"] = function
    return found


@pytest.mark.parametrize("name", sorted(verbs().keys() - BY_THEIR_CALLER))
def test_every_verb_writes_in_the_journal_in_one_transaction(name: str) -> None:
    source = inspect.getsource(inspect.unwrap(verbs()[name]))

    called = {
        ast.unparse(node.func) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)
    }
    others = {f"{name.split('.')[0]}.{each}" for each in called} | called

    assert called & {"journal.write", "journal.write_all"} or others & verbs().keys()
    assert "@transaction.atomic" in source or name == "notifications.keep_all"


def test_the_journal_says_who_did_what_to_which_record_of_which_child_and_when(cast: Cast) -> None:
    episode = returned(cast.sky)

    journal.write("read", episode, by=cast.sol, at=NOW + hours(1))

    assert last_act() == act("read", episode, cast.sol, NOW + hours(1), cast.sky.pk)


def test_about_a_child_the_journal_tells_the_newest_first(cast: Cast) -> None:
    journal.write("read", cast.sky, by=cast.sol, at=NOW)
    journal.write_all("read", [cast.sky, cast.kit], by=cast.amina, at=NOW + hours(1))

    about = JournalEntry.objects.about_child(cast.sky.pk).newest_first()

    assert [entry.by_id for entry in about[:2]] == [cast.amina.pk, cast.sol.pk]


def test_people_see_what_they_did_themselves_in_the_journal(cast: Cast) -> None:
    journal.write("read", cast.sky, by=cast.sol, at=NOW)

    assert JournalEntry.objects.visible_to(cast.sol).count() == 1
    assert not JournalEntry.objects.visible_to(cast.owen).exists()


def test_a_whole_story_leaves_no_name_and_no_word_in_the_journal(cast: Cast) -> None:
    episode = returned(cast.sky)
    offer = offered(episode, by=cast.amina)
    offers.answer(
        offer,
        Answer.DECLINED,
        declined_by=DeclinedBy.PARENT_OR_CARER,
        reason="Nan is poorly",
        by=cast.amina,
        at=NOW,
    )
    interview = signed(episode, interviewer=cast.ines, by=cast.amina)
    interviews.add(interview, "Sky rang", by=cast.ines, at=NOW + hours(7))
    support.add(
        episode,
        ActionKind.HEALTH,
        "Ask the GP",
        owner=cast.sol,
        due_on=date(2026, 3, 9),
        interview=interview,
        by=cast.mara,
        at=NOW + hours(8),
    )

    written = " ".join(f"{entry.verb} {entry.kind}" for entry in JournalEntry.objects.all()).lower()

    for secret in ("sky", "marlowe", "nan", "poorly", "rang", "gp", "ines", "wb1"):
        assert secret not in written.split()
    kept = {field.name for field in JournalEntry._meta.fields}
    assert kept == {"id", "at", "by_id", "verb", "kind", "object_id", "child_id", "shown"}


def a_row_that_never_changes(cast: Cast, table: type[models.Model]) -> models.Model:
    interview = signed(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    if table is Addendum:
        return interviews.add(interview, "Sky rang", by=cast.ines, at=NOW + hours(7))
    _tell_and_note(cast, interview.episodes.get())
    if table is Correction:
        episode = interview.episodes.get()
        back = exactly(NOW - hours(9))
        episodes.correct(
            episode, "returned", back, because="Carer's log", by=cast.amina, at=NOW + hours(7)
        )
    return table._default_manager.order_by("-pk")[0]


def _tell_and_note(cast: Cast, episode: Episode) -> None:
    at = NOW + hours(7)
    tellings.leave_untold(episode, Whom.SCHOOL, "Between schools", by=cast.amina, at=at)
    tellings.note_prevention_interview(episode, held=exactly(NOW), by=cast.amina, at=at)
    episodes.set_policy(
        cast.northshire,
        PolicyKey.AWAY_TALK,
        says_yes=True,
        since=date(2025, 4, 1),
        by=cast.mara,
        at=at,
    )


UNCHANGED = r"never changed|permission denied"
NEVER_CHANGED = [
    JournalEntry,
    Correction,
    Reply,
    Addendum,
    Telling,
    PreventionInterview,
    LocalPolicy,
]
A_COLUMN = {
    JournalEntry: "verb",
    Correction: "because",
    Reply: "answer",
    Addendum: "written_at",
    Telling: "whom",
    PreventionInterview: "held_at",
    LocalPolicy: "says_yes",
}


@pytest.mark.parametrize("table", NEVER_CHANGED)
def test_what_was_written_is_never_rewritten_by_the_product(
    cast: Cast, table: type[models.Model]
) -> None:
    row = a_row_that_never_changes(cast, table)
    column = A_COLUMN[table]

    with (
        pytest.raises(DatabaseError, match=UNCHANGED),
        transaction.atomic(),
    ):
        table._default_manager.filter(pk=row.pk).update(**{column: getattr(row, column)})
    with (
        pytest.raises(DatabaseError, match=UNCHANGED),
        transaction.atomic(),
    ):
        row.delete()
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"truncate {table._meta.db_table} cascade")


@pytest.mark.check
def test_what_was_written_is_never_rewritten_by_the_owner_either(
    apart: Cast, owner: psycopg.Connection
) -> None:
    interview = signed(returned(apart.sky), interviewer=apart.ines, by=apart.amina)
    interviews.add(interview, "Sky rang", by=apart.ines, at=NOW + hours(7))
    _tell_and_note(apart, interview.episodes.get())
    episodes.correct(
        interview.episodes.get(),
        "returned",
        exactly(NOW - hours(9)),
        because="Carer's log",
        by=apart.amina,
        at=NOW + hours(7),
    )

    for table in NEVER_CHANGED:
        name, column = table._meta.db_table, A_COLUMN[table]
        for statement in (
            f"update {name} set {column} = {column}",
            f"delete from {name}",
            f"truncate {name}",
            f"truncate {name} cascade",
        ):
            with pytest.raises(psycopg.errors.IntegrityError, match="never changed"):
                owner.execute(statement)


def test_the_role_of_the_product_owns_nothing_and_makes_nothing(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from pg_class where relowner = (select oid from pg_roles"
            " where rolname = current_user) and relnamespace = 'public'::regnamespace"
        )
        (owned,) = cursor.fetchone()
        cursor.execute(
            "select rolsuper or rolcreaterole or rolcreatedb from pg_roles"
            " where rolname = current_user"
        )
        (is_mighty,) = cursor.fetchone()

    assert (owned, is_mighty) == (0, False)
    for statement in (
        "create table loot (id int)",
        "drop trigger never_changed on casework_reply",
        "alter table casework_journalentry disable trigger all",
    ):
        with (
            pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


# Instants that a person brings about, each with the person beside it, or why there is none.

ALONE = {
    "JournalEntry.at": "by_id stands beside it",
    "ReferenceLoad.loaded_at": "reference data, loaded by the machine",
    "Duty.starts_at": "set_by says who set it",
    "Duty.ends_at": "set_by says who set it",
    "Notification.received_at": "the delivery says who received it",
    "Correction.was_at": "the value itself",
    "Reply.given_at": "the child's own; recorded_by wrote it down",
    "Interview.held_at": "held_noted_by wrote it down",
    "HandOver.answer_due_at": "computed when it was asked",
    "HandOver.report_due_at": "asked_by set it",
    "HandOver.overtaken_at": "asked_by of the request that overtook it",
    "PreventionInterview.held_at": "the police held it; recorded_by wrote it down",
    "WayIn.opened_at": "the child’s own",
    "WayIn.seen_at": "the child’s own",
    "WayIn.told_at": "the child’s own",
    "OneTimeLink.opened_at": "whoever opened it, by the name that they gave",
    "OneTimeLink.seen_at": "whoever opened it, by the name that they gave",
    "Choice.at": "the child’s own, by way of the link beside it",
    "OwnWords.saved_at": "the child’s own, by way of the link beside it",
    "OwnWords.sent_at": "the child’s own, by way of the link beside it",
    "Made.at": "the child’s own, by way of the link of the words beside it",
    "SaidBack.at": "the child’s own, by way of the link beside it",
    "CheckIn.fuller_at": "when the fuller talk is agreed for; noted_by wrote it down",
    "Telling.told_at": "told_by, or told_by_other where it was nobody of ours",
    "EarlierRecord.held_at": "the interviewer, by the records that were brought in",
    "Meeting.held_at": "recorded_by wrote it down",
    "BreakGlass.opened_at": "the person who opened it",
    "Disclosure.told_at": "made_by wrote it down",
    "HarmDecision.due_at": "computed from what was decided, by decided_by",
    "AskedOf.due_at": "computed from when somebody asked, and what for",
    "HelpOffered.noted_at": "offered_by wrote it down",
    "PassedOn.noted_at": "passed_by wrote it down",
    "Absence.starts_at": "noted_by says who noted it",
    "Absence.ends_at": "noted_by says who noted it; who ended it is in the journal",
    "Message.sent_at": "by itself, as created_by; the journal has it",
    "Call.done_at": "by itself, and each try says by whom",
    "Message.overtaken_at": "by itself, as created_by; the journal has it",
    "Erasure.erased_at": "by itself; the two who decided stand by name, as it names no row",
    "Entry.replaced_at": "whoever wrote the entry that replaced it",
    **{
        f"Episode.{name}_at": "an instant of the child's, with its source"
        for name in ("last_seen", "reported", "found", "returned")
    },
    **{
        f"Episode.{name}_at": "counted from the rows of that stage, which name the person"
        for name in (
            "attempted",
            "offered",
            "answered",
            "held",
            "signed",
            "acted",
            "pathway_decided",
        )
    },
    **{
        f"Episode.{name}_at": "computed"
        for name in ("started", "ended", "due", "overdue", "settled")
    },
}


def test_whatever_somebody_did_has_a_time_and_a_person() -> None:
    for model in apps.get_app_config("casework").get_models():
        for field in model._meta.fields:
            name = f"{model.__name__}.{field.name}"
            if not (field.name == "at" or field.name.endswith("_at")) or name in ALONE:
                continue
            beside = "by" if field.name == "at" else f"{field.name.removesuffix('_at')}_by"
            try:
                person = model._meta.get_field(beside)
            except FieldDoesNotExist:
                person = None
            assert person is not None, name
            assert person.null == field.null, name
