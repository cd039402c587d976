"""`returnhome erase`: what two people want erased is gone from everywhere, and a certificate stays.

What is erased is found by the ledger's own foreign keys; these tests plant something in every column
that holds words, and look for it in all that is left.
"""

import io
import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction
from psycopg import sql

from returnhome.casework import acting, retention, shares, together
from returnhome.casework.models import (
    Ask,
    AskedOf,
    Attempt,
    Child,
    Delivery,
    Entry,
    Episode,
    Erasure,
    Hold,
    Identifier,
    Interview,
    JournalEntry,
    Message,
    Notification,
    PackChild,
    RetentionReview,
    Tally,
    WentTogether,
)
from returnhome.casework.sealing import SealedBytes
from returnhome.management import erasing, upkeep
from returnhome.management.keeping import programs, proving
from returnhome.rules.codes import Means
from returnhome.rules.retention import HoldFor
from tests import records
from tests.casework.conftest import APART, apart, owner
from tests.casework.ledger import counted_figures, stored_figures
from tests.cast import NOW, Cast, hours, returned, signed
from tests.conftest import owner_url
from tests.sharing import sent

__all__ = ["apart", "owner"]

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
