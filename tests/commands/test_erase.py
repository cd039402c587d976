"""`returnhome erase`: what two people want erased is gone from everywhere; a certificate stays.

What is erased is found by the ledger's own foreign keys. These tests plant something in every
column that holds words, and look for it in all that is left.
"""

import io
import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction
from psycopg import sql

from returnhome import database
from returnhome.casework import acting, retention, together
from returnhome.casework.models import (
    Child,
    Delivery,
    Entry,
    Episode,
    Erasure,
    JournalEntry,
    Message,
    Notification,
    RetentionReview,
    WentTogether,
)
from returnhome.casework.sealing import SealedBytes
from returnhome.management import erasing, upkeep
from returnhome.management.keeping import programs, proving
from returnhome.rules.retention import HoldFor
from tests import records
from tests.casework.conftest import APART, apart, owner
from tests.casework.ledger import counted_figures, stored_figures
from tests.casework.test_children import stranger
from tests.casework.test_matching import join, told_of
from tests.casework.test_notifications import delivered
from tests.casework.test_notifications import kept as row_of
from tests.cast import NOW, Cast, returned, signed
from tests.commands.test_keeping import TARGET, Kept, kept, target, working_in
from tests.commands.test_keeping import run as run_command
from tests.conftest import drop_database, make_database, owner_url
from tests.sharing import sent

__all__ = ["apart", "kept", "owner", "target"]

AGAIN = f"{TARGET}_again"
# When whoever was a child in the cast has long been grown up, and every period is over.
LONG_AFTER = datetime(2150, 1, 1, 9, 0, tzinfo=UTC)


def run(*given: Any, at: datetime = LONG_AFTER) -> tuple[int, str]:
    err = io.StringIO()
    try:
        call_command("erase", *map(str, given), at=at.isoformat(), stdout=io.StringIO(), stderr=err)
    except CommandError as refused:
        return refused.returncode, str(refused)
    except SystemExit as ended:
        return int(str(ended.code)), err.getvalue()
    return 0, err.getvalue()


def two_agree(cast: Cast, child: Child) -> RetentionReview:
    """Mara said that nothing more is to be done and put it forward; another manager confirmed."""
    said = {"child": child, "because": "As we agreed", "by": cast.mara}
    RetentionReview.objects.create(
        outcome="nothing_more", at=LONG_AFTER - timedelta(days=2), **said
    )
    return RetentionReview.objects.create(
        outcome="erase",
        at=LONG_AFTER - timedelta(days=1),
        is_confirmed=True,
        second_at=LONG_AFTER - timedelta(hours=2),
        second_by=cast.sol,
        **said,
    )


def dumped() -> str:
    """Every row of every table, in plain text."""
    with psycopg.connect(owner_url(APART)) as hand:
        program = programs.fitting("pg_dump", hand.info.server_version // 10000)
    place, around = programs.reached(owner_url(APART))
    done = subprocess.run(
        [program.path, "--data-only", "--inserts", "--no-password", f"--dbname={place}"],
        capture_output=True,
        text=True,
        env=around,
        check=True,
    )
    return done.stdout


# What is reached, and what is not.

# Tables that hang below no child, and why nothing of a child is in them.
STAYS = {
    "JournalEntry": "numbers, days and verbs: it is a chain, and outlives what it names",
    "Tally": "numbers, put right by what was erased",
    "Erasure": "the certificate",
    "HowItWas": "three answers and a quarter, and not whose",
    "KeptAnswer": "forgotten by itself a week after a program asked",
    "Sample": "how many records were drawn, and no number of one",
    **dict.fromkeys(
        (
            *("Force", "Authority", "Succession", "Postcode", "ReferenceLoad", "Organisation"),
            *("Team", "Person", "Post", "Credential", "Duty", "DirectoryIdentity", "Agreement"),
            *("LocalPolicy", "TalkName", "OwnQuestion", "Seat", "Mailbox", "Pace", "Absence"),
            *("OutOfHours", "TaughtLayout", "TaughtHeading", "Service", "LocalProtocol", "Token"),
            "Webhook",
        ),
        "of places, organisations and their people: of no child",
    ),
}


def test_of_every_table_it_is_said_how_it_is_erased_or_why_it_stays() -> None:
    reached = set(erasing.below()) | {model for model, _ in erasing.OF_SEVERAL}
    reached |= {erasing.Message, erasing.Call, erasing.CallTry, erasing.BringingFile}
    known = {model.__name__ for model in reached}

    every = {model.__name__ for model in apps.get_app_config("casework").get_models()}

    assert known | set(STAYS) == every
    assert not known & set(STAYS)


# Columns of codes, which the product itself reads before it erases: no word fits into them.
CODES = {
    *("born_precision", "cohort", "offer_kind", "status", "outcome", "recipient", "concern"),
    *("answer", "declined_by", "not_held", "earlier", "record_waits_for", "timeliness", "kind"),
    *("last_seen_precision", "reported_precision", "found_precision", "returned_precision"),
    "held_precision",
}


def plant(owner: psycopg.Connection, found: erasing.Found, numbers: Iterator[int]) -> set[str]:
    """Write a word of its own into every plain column of these rows that takes one."""
    planted = set()
    for model, pks in found.rows.items():
        table = sql.Identifier(model._meta.db_table)
        with owner.transaction():
            owner.execute(sql.SQL("alter table {} disable trigger user").format(table))
            for field in model._meta.concrete_fields:
                is_text = isinstance(field, models.CharField | models.TextField)
                if not is_text or field.name in CODES:
                    continue
                for pk in pks:
                    word = f"qz{next(numbers)}z"
                    try:
                        with owner.transaction():
                            owner.execute(
                                sql.SQL("update {} set {} = %s where id = %s").format(
                                    table, sql.Identifier(field.column)
                                ),
                                [word, pk],
                            )
                    except psycopg.Error:
                        continue
                    planted.add(word)
            owner.execute(sql.SQL("set constraints all immediate"))
            owner.execute(sql.SQL("alter table {} enable trigger user").format(table))
    return planted


def test_nothing_that_was_planted_in_any_table_is_left_anywhere(
    apart: Cast, owner: psycopg.Connection
) -> None:
    with transaction.atomic():
        where = records.bodies(apart, NOW)
        people = records.everybody(where, ["manager"])
        states = records.put_on_record(
            apart, people, where, NOW, ["acted on", "host accepted", "declined", "booked"]
        )
    by_name = {state.name: state for state in states}
    gone = [by_name[name].one("child") for name in ("acted on", "host accepted")]
    others = [by_name[name].one("child") for name in ("declined", "booked")]
    for pk in gone:
        two_agree(apart, Child.objects.get(pk=pk))
    with upkeep.as_owner():
        found = erasing.find({Child: gone})
        beside = erasing.find({Child: others})
    numbers = count(10_000)
    planted = plant(owner, found, numbers)
    stays = plant(owner, beside, numbers) - planted
    was_sealed = list(sealed_values(found, owner))
    # Or it would prove nothing of a table.
    assert not [model.__name__ for model in erasing.below() if not found.of(model)]
    assert len(planted) > 200
    before = dumped()
    assert not [word for word in planted if word not in before]

    code, said = run("--carry-out")

    assert (code, said.count(": erased, ")) == (0, 2), said
    after = dumped()
    assert [word for word in planted if word in after] == []
    assert [word for word in stays if word not in after] == []
    # Sealed words of an older copy open with no key that is still here.
    assert len(was_sealed) > 50
    kept = {pk for (pk,) in owner.execute("select id from casework_datakey").fetchall()}
    assert not [value for value in was_sealed if key_of(value) in {pk.bytes for pk in kept}]
    assert not [each for each in proving._opened() if each]
    assert stored_figures() == counted_figures()


def key_of(value: bytes) -> bytes:
    return value[1:17]


def sealed_values(found: erasing.Found, owner: psycopg.Connection) -> Iterator[bytes]:
    for model, pks in found.rows.items():
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedBytes):
                rows = owner.execute(
                    sql.SQL("select {} from {} where id = any(%s)").format(
                        sql.Identifier(field.column), sql.Identifier(model._meta.db_table)
                    ),
                    [list(pks)],
                )
                yield from (
                    bytes(value) for (value,) in rows if value and bytes(value)[:1] == b"\2"
                )


@pytest.fixture
def told(apart: Cast) -> Episode:
    """Kit came back and told something; two people want the record erased, long after."""
    episode = returned(apart.kit)
    signed(episode, interviewer=apart.ines, by=apart.amina)
    two_agree(apart, apart.kit)
    return episode


# What is carried out, and what is not.


def test_without_being_told_to_it_erases_nothing_and_says_what_would_go(
    apart: Cast, told: Episode
) -> None:
    for given in ((), ("--dry-run",)):
        code, said = run(*given)

        assert code == 0
        assert f"{told.child_id}  Northshire: " in said
        assert "tables would go." in said
    assert Episode.objects.filter(pk=told.pk).exists()
    assert not Erasure.objects.exists()


def test_a_certificate_says_who_and_when_and_what_and_names_no_child(
    apart: Cast, told: Episode
) -> None:
    kit, rings = apart.kit, {apart.kit.keyring, told.keyring}

    assert run("--carry-out")[0] == 0

    certificate = Erasure.objects.get()
    assert certificate.child_number == kit.pk
    assert certificate.children == [kit.pk]
    assert certificate.authority == apart.northshire
    assert (certificate.status, certificate.period) == (
        "neither",
        "3 years from the last thing that was done",
    )
    assert certificate.source.startswith("Devon")
    assert certificate.due_since < LONG_AFTER.date()
    assert (certificate.proposed_by_name, certificate.confirmed_by_name) == (
        "Mara Whitfield",
        "Sol Bennett",
    )
    assert certificate.rows["episode"] == 1
    assert certificate.rows["entry"] > 5
    assert rings <= set(certificate.keyrings)
    assert len(certificate.data_keys) >= 2
    line = JournalEntry.objects.order_by("-pk")[0]
    assert (line.verb, line.kind, line.object_id, line.child_id) == (
        "erase record",
        "erasure",
        certificate.pk,
        kit.pk,
    )
    # The journal is as it was: a chain.
    assert JournalEntry.objects.filter(child_id=kit.pk, verb="open episode").exists()
    assert "O’Dell" not in dumped()


@pytest.mark.parametrize(
    ("standing", "sentence"),
    [
        ("held", "on hold"),
        ("worked on", "There is work on this record that is not done"),
        ("not due", "not due yet"),
        ("somebody thought again", "second person has not confirmed"),
    ],
)
def test_the_rules_are_asked_once_more_and_nothing_is_done_to_that_record(
    apart: Cast, told: Episode, standing: str, sentence: str
) -> None:
    at = LONG_AFTER
    if standing == "held":
        retention.hold(apart.kit, HoldFor.CLAIM, "A letter", by=apart.mara, at=NOW)
    elif standing == "worked on":
        returned(apart.kit, at=LONG_AFTER - timedelta(hours=1))
    elif standing == "not due":
        at = NOW + timedelta(days=1)
        Episode.objects.update(settled_at=NOW, unanswered_since=None, owner=None, owned_since=None)
    else:
        RetentionReview.objects.create(
            child=apart.kit,
            outcome="keep_longer",
            kept_until=LONG_AFTER.date(),
            because="A letter",
            at=LONG_AFTER - timedelta(hours=1),
            by=apart.mara,
        )

    shown, carried = run(at=at), run("--carry-out", at=at)

    assert sentence in shown[1]
    assert (carried[0], sentence in carried[1]) == (1, True)
    assert Episode.objects.filter(pk=told.pk).exists()
    assert not Erasure.objects.exists()


def test_of_a_childs_record_everything_that_is_joined_to_it_goes_too(apart: Cast) -> None:
    child = stranger(apart)
    told_of(apart, child)
    join(apart, child, apart.kit)
    two_agree(apart, apart.kit)
    those = {apart.kit.pk, child.pk}

    assert run("--carry-out")[0] == 0

    assert not Child.objects.filter(pk__in=those).exists()
    assert set(Erasure.objects.get().children) == those
    assert not Notification.objects.filter(child__in=those).exists()


def test_another_child_who_went_along_keeps_every_word_of_their_own_record(apart: Cast) -> None:
    kits, skys = returned(apart.kit), returned(apart.sky)
    together.link(kits, skys, because="Both at the bus station", by=apart.amina, at=NOW)
    signed(skys, interviewer=apart.ines, by=apart.amina)
    two_agree(apart, apart.kit)
    theirs = Entry.objects.filter(interview__child=apart.sky).count()

    assert run("--carry-out")[0] == 0

    assert not WentTogether.objects.exists()
    assert Entry.objects.filter(interview__child=apart.sky).count() == theirs
    assert "I wanted to see my nan." in {each.words for each in Entry.objects.all()}
    assert stored_figures() == counted_figures()


def test_a_file_of_several_children_keeps_the_others_rows_and_loses_its_name(apart: Cast) -> None:
    file = delivered(apart)
    Delivery.objects.filter(pk=file.pk).update(filename="Kit O’Dell.csv")
    kit = row_of(apart, file, digest="1", child=apart.kit)
    robin = row_of(apart, file, digest="2", child=apart.robin)
    two_agree(apart, apart.kit)

    assert run("--carry-out")[0] == 0

    assert not Notification.objects.filter(pk=kit.pk).exists()
    assert Notification.objects.filter(pk=robin.pk).exists()
    assert Delivery.objects.get(pk=file.pk).filename == "(name erased)"

    two_agree(apart, apart.robin)
    assert run("--carry-out")[0] == 0
    assert not Delivery.objects.filter(pk=file.pk).exists()


def test_messages_about_it_go_and_those_about_others_stay(apart: Cast, told: Episode) -> None:
    other = returned(apart.sky)
    for episode in (told, other):
        Message.objects.create(
            key=f"late {episode.pk}",
            waiting_for="late",
            about_kind="episode",
            about_id=episode.pk,
            organisation=apart.northshire_council,
            rung="team",
            person=apart.amina,
            subject="Late",
            text="A child waits",
            created_at=NOW,
            created_by=apart.amina,
            send_after=NOW,
        )

    assert run("--carry-out")[0] == 0

    assert [each.about_id for each in Message.objects.all()] == [other.pk]


def test_it_says_who_holds_something_that_nobody_here_can_reach(apart: Cast) -> None:
    share = sent(apart)
    two_agree(apart, share.child)

    code, said = run("--carry-out", at=LONG_AFTER)

    assert code == 0, said
    assert "They hold something of it, and nobody here can reach it: " in said
    assert Erasure.objects.get().to_tell


def test_nobody_but_the_owner_writes_or_changes_a_certificate(
    apart: Cast, told: Episode, owner: psycopg.Connection
) -> None:
    assert run("--carry-out")[0] == 0

    for statement in (
        "update casework_erasure set status = ''",
        "delete from casework_erasure",
        "insert into casework_erasure select * from casework_erasure",
    ):
        with (
            pytest.raises(Exception, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="added, never changed"):
        owner.execute("update casework_erasure set status = ''")


def test_what_keeps_records_as_they_are_is_on_again_afterwards(
    apart: Cast, told: Episode, owner: psycopg.Connection
) -> None:
    assert run("--carry-out")[0] == 0

    off = "select count(*) from pg_trigger where tgenabled = 'D'"
    assert owner.execute(off).fetchone() == (0,)


def test_whoever_is_not_the_owner_erases_nothing(
    apart: Cast, told: Episode, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("DATABASE_OWNER_URL", os.environ["DATABASE_URL"])
        code, said = run("--carry-out")

    assert (code, "the role that owns the tables" in said) == (2, True)
    assert Episode.objects.filter(pk=told.pk).exists()


def test_whoever_is_just_writing_makes_it_wait_and_it_says_so(
    apart: Cast, told: Episode, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "WAIT", "200ms")
    with owner.transaction():
        owner.execute("lock table casework_entry in row exclusive mode")
        code, said = run("--carry-out")

    assert (code, "Somebody is at work on it" in said) == (1, True)
    assert Episode.objects.filter(pk=told.pk).exists()
    assert run("--carry-out")[0] == 0


# A backup that was made before.


def test_a_restore_erases_again_what_was_erased_after_the_backup(
    kept: Kept, target: str, tmp_path: Path
) -> None:
    listed = tmp_path / "erased.json"
    restored = ("restore", kept.file, "--identity", kept.identity)
    assert run_command(*restored)[0] == 0
    with acting.as_system(acting.OPERATOR):
        sky = Cast().sky
        two_agree(Cast(), sky)
    code, said = run("--carry-out")
    assert code == 0, said
    assert run("--list", listed)[0] == 0
    assert "Marlowe" not in listed.read_text()
    number = json.loads(listed.read_text())["erased"][0]["number"]
    make_database(AGAIN)
    database.grant_defaults(owner_url(AGAIN), connection.settings_dict["USER"])
    try:
        with working_in(AGAIN):
            code, said, _ = run_command(*restored, "--destroyed", listed, "--json")

            told = json.loads(said)
            assert (code, told["holds"]) == (0, True)
            proof = {found["what"]: found["sentence"] for found in told["proof"]}
            assert proof["erased since"].startswith("1 of 1 records on the list had come back")
            with acting.as_system(acting.OPERATOR):
                assert not Child.objects.filter(pk=sky.pk).exists()
                assert Child.objects.exists()
                assert stored_figures() == counted_figures()
            assert str(Erasure.objects.get().number) == number
            # Once more it finds nothing to do.
            code, said = run("--anew", listed)
            assert (code, said.strip()) == (0, "Of 1 records on the list none had come back.")
    finally:
        drop_database(AGAIN)


@pytest.mark.parametrize("content", ["", "[]", '{"returnhome_erased": 1, "erased": [{}]}'])
def test_a_file_that_is_no_list_is_wrong_use_and_nothing_is_restored(
    kept: Kept, target: str, tmp_path: Path, content: str
) -> None:
    (tmp_path / "a.json").write_text(content)

    code, _, said = run_command(
        *("restore", kept.file, "--identity", kept.identity, "--destroyed", tmp_path / "a.json")
    )

    assert (code, "is no list of what was erased" in said) == (2, True)
