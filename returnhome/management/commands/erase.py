"""Erase the records that two people want erased, and write certificates; or erase a list anew."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, OperationalError, connection
from psycopg.errors import ForeignKeyViolation, LockNotAvailable

from returnhome.casework import staff
from returnhome.casework.models import Erasure
from returnhome.management import destroyed, erasing, moments, upkeep
from returnhome.rules import Blocked
from returnhome.rules.clock import LONDON

BUSY = "Somebody is at work on it, or on a table: run it once more."


class Command(BaseCommand):
    help = (
        "Shows which records two people want erased, by the child's number, and what would go. "
        "With --carry-out it erases them: the keys of the child's words are destroyed and every "
        "row is taken away, and a certificate says so. Exit 0: done, 1: something was left, 2: "
        "wrong use."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        does = parser.add_mutually_exclusive_group()
        does.add_argument(
            "--dry-run", action="store_true", help="show and erase nothing, as without any option"
        )
        does.add_argument("--carry-out", action="store_true", help="erase them")
        does.add_argument(
            "--list",
            type=Path,
            metavar="FILE",
            help="write the list of all that was erased, to be kept apart from the backups",
        )
        does.add_argument(
            "--anew",
            type=Path,
            metavar="FILE",
            help="erase again whatever of that list has come back with a backup",
        )
        parser.add_argument("--child", type=int, help="this record alone, by the child's number")
        parser.add_argument("--json", action="store_true", dest="is_json", help="for machines")
        moments.add_argument(parser)

    def handle(self, *args: Any, child: int | None, is_json: bool, **options: Any) -> None:
        at = moments.given_or_now(options["at"])
        try:
            with upkeep.as_owner_alone():
                if options["list"]:
                    told, is_done = self.write_list(options["list"], at), True
                elif options["anew"]:
                    told, is_done = self.erase_anew(options["anew"], at), True
                elif options["carry_out"]:
                    told, is_done = self.carry_out(child, at)
                else:
                    told, is_done = self.show(child, at), True
        except destroyed.NotAList as error:
            raise CommandError(str(error), returncode=2) from None
        if is_json:
            self.stdout.write(json.dumps(told, indent=2, ensure_ascii=False))
        sys.exit(0 if is_done else 1)

    def say(self, sentence: str) -> None:
        self.stderr.write(sentence)

    def show(self, child: int | None, at: datetime) -> dict[str, Any]:
        found = list(erasing.waiting(at.astimezone(LONDON).date(), child))
        for each in found:
            would = each.why_not
            if each.found:
                would = f"{each.found.all_rows:,} rows in {len(each.found.counts)} tables would go."
            self.say(f"{each.child_id}  {each.authority.name}: {would}")
        if not found:
            self.say("No record is confirmed to be erased.")
        return {
            "waiting": [
                {
                    "child": each.child_id,
                    "authority": each.authority.name,
                    "rows": each.found.counts if each.found else None,
                    "why_not": each.why_not or None,
                }
                for each in found
            ]
        }

    def carry_out(self, child: int | None, at: datetime) -> tuple[dict[str, Any], bool]:
        by, done, left = staff.operator(), [], []
        for each in list(erasing.waiting(at.astimezone(LONDON).date(), child)):
            try:
                certificate = erasing.erase(each.child_id, by=by, at=at)
            except Blocked as blocked:
                left.append({"child": each.child_id, "why_not": blocked.sentence})
                self.say(f"{each.child_id}: not erased. {blocked.sentence}")
            except (OperationalError, IntegrityError) as failed:
                # Also what was written below it while it was looked for: all of it still stands.
                if not isinstance(failed.__cause__, LockNotAvailable | ForeignKeyViolation):
                    raise
                left.append({"child": each.child_id, "why_not": BUSY})
                self.say(f"{each.child_id}: not erased. {BUSY}")
            else:
                done.append(destroyed.as_told(certificate))
                self.say(_said(certificate))
        if done:
            # What was taken away lies in the files of the database until this.
            with connection.cursor() as cursor:
                cursor.execute("vacuum (analyze)")
            self.say(
                "Backups made before now still hold it. Write the list anew and keep it apart from "
                "them: returnhome erase --list FILE; restore takes it with --destroyed."
            )
        elif not left:
            self.say("No record is confirmed to be erased.")
        return {"erased": done, "left": left}, not left

    def write_list(self, file: Path, at: datetime) -> dict[str, Any]:
        number = destroyed.write(file, at=at)
        self.say(f"{file} lists {number:,} records that were erased, and no name.")
        return {"file": str(file), "erased": number}

    def erase_anew(self, file: Path, at: datetime) -> dict[str, Any]:
        done = destroyed.carry_out(destroyed.read(file), by=staff.operator(), at=at)
        self.say(done.sentence)
        return {"listed": done.listed, "erased_anew": done.came_back, "rows": done.rows}


def _said(certificate: Erasure) -> str:
    tell = ", ".join(certificate.to_tell)
    told = f" They hold something of it, and nobody here can reach it: {tell}." if tell else ""
    return (
        f"{certificate.child_number}: erased, {certificate.all_rows:,} rows in "
        f"{len(certificate.rows)} tables and {len(certificate.data_keys):,} keys. Certificate "
        f"{certificate.number}.{told}"
    )
