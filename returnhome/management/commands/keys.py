"""The sealing keys: make one, put it on paper and read it back, see what each seals, change it."""

import json
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from psycopg.errors import LockNotAvailable

from returnhome.casework.sealing import CannotOpen
from returnhome.management import keys, upkeep
from returnhome.management.keys import Sealed
from returnhome.rules import Blocked


class Command(BaseCommand):
    help = (
        "Shows what each sealing key seals; makes a key; puts the keys at hand on paper, as words; "
        "reads words from input back into a key; or seals anew with the first of SEALING_KEYS what "
        "the others sealed, while people work. Exit 0: done, 1: something is left or cannot be "
        "opened, 2: wrong use."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        does = parser.add_subparsers(dest="does", required=True, metavar="show|make|paper|…")
        show = does.add_parser("show", help="what each key seals, and whether it is here")
        show.add_argument("--json", action="store_true", dest="is_json", help="for machines")
        does.add_parser("make", help="a new key, for SEALING_KEYS and on paper")
        does.add_parser("paper", help="each key at hand as 24 words, to be put into a safe")
        does.add_parser("read-paper", help="24 words from input: the key that they are")
        does.add_parser("rotate", help="seal with the first key whatever another sealed")

    def handle(self, *args: Any, does: str, is_json: bool = False, **options: Any) -> None:
        try:
            if does == "show":
                self.show(is_json=is_json)
            elif does == "make":
                self.put_on_paper(keys.make(), is_new=True)
            elif does == "paper":
                for key in settings.SEALING_KEYS:
                    self.put_on_paper(key)
            elif does == "read-paper":
                self.read_paper(sys.stdin.read())
            else:
                self.rotate()
        except Blocked as blocked:
            raise CommandError(blocked.sentence, returncode=2) from blocked

    def show(self, *, is_json: bool) -> None:
        with upkeep.as_owner_alone():
            found = keys.counted()
        if is_json:
            self.stdout.write(json.dumps(as_told(found), indent=2))
        else:
            for name in found.names:
                self.stdout.write(_sentence(found, name))
            if found.words.total():
                self.stdout.write(
                    "Words of an earlier release are not under data keys yet: run "
                    "returnhome keys rotate."
                )
        if found.missing:
            raise CommandError(
                f"Nobody can read what {_either(found.missing)} sealed: put that key back into "
                "SEALING_KEYS, behind the first."
            )

    def put_on_paper(self, key: str, *, is_new: bool = False) -> None:
        name, words = keys.name_of(key), keys.on_paper(key)
        if is_new:
            self.stdout.write(f"A new sealing key, {name}:\n\n    {key}\n")
        self.stdout.write(f"On paper, to be kept in a safe: the sealing key {name} is\n")
        for start in range(0, len(words), 6):
            line = "  ".join(
                f"{start + n + 1:2} {word:<9}" for n, word in enumerate(words[start:][:6])
            )
            self.stdout.write(f"    {line.rstrip()}")
        self.stdout.write("")

    def read_paper(self, written: str) -> None:
        key = keys.from_paper(written)
        here = "It is among SEALING_KEYS." if key in settings.SEALING_KEYS else ""
        self.stdout.write(key)
        self.stderr.write(f"This is the sealing key {keys.name_of(key)}. {here}".rstrip())

    def rotate(self) -> None:
        done: dict[str, int] = {}
        try:
            with upkeep.as_owner_alone():
                for what, number in keys.rotate():
                    done[what] = done.get(what, 0) + number
                left = keys.counted()
        except CannotOpen as failed:
            raise CommandError(
                f"{failed} What was done so far stands; returnhome keys show says which is missing."
            ) from failed
        except OperationalError as failed:
            if not isinstance(failed.__cause__, LockNotAvailable):
                raise
            raise CommandError(
                "Somebody’s work held a table for longer than five seconds. What was done so far "
                "stands: run it once more."
            ) from failed
        first, *others = keys.at_hand()
        for what, number in done.items():
            self.stdout.write(f"Sealed anew: {number:,} {what}.")
        if not left.is_settled:
            raise CommandError("Something is left that another key seals: run it once more.")
        self.stdout.write(f"All that is sealed here is sealed by {first}.")
        if others:
            self.stdout.write(
                f"Nothing needs {_either(others)} any more but backups made before now: keep it "
                "with those, and take it out of SEALING_KEYS."
            )


def as_told(found: Sealed) -> dict[str, Any]:
    return {
        "settled": found.is_settled,
        "keys": [
            {
                "name": name,
                "here": name not in found.missing,
                "seals": name == found.names[0],
                "data_keys": found.data_keys[name],
                "words": found.words[name],
                "secrets": found.secrets[name],
            }
            for name in found.names
        ],
    }


def _sentence(found: Sealed, name: str) -> str:
    where = "is not here" if name in found.missing else "opens"
    if name == found.names[0]:
        where = "seals and opens"
    return (
        f"{name} {where}: {found.data_keys[name]:,} data keys, {found.words[name]:,} words of an "
        f"earlier release, {found.secrets[name]:,} secrets of second factors."
    )


def _either(names: list[str]) -> str:
    return " or ".join(names)
