"""Take a council's list of services in from a directory, or write it out as one."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from returnhome.casework import acting, places, services, staff
from returnhome.casework.places import Authority
from returnhome.casework.services import Service
from returnhome.intake import open_referral as directories
from returnhome.management import moments
from returnhome.reporting import open_referral
from returnhome.rules import Blocked
from returnhome.rules.clock import LONDON


class Command(BaseCommand):
    help = (
        "`services import FILE --authority NAME` takes a directory of services in, as Open "
        "Referral UK writes it; `services export --authority NAME` writes the list out. Exit 0: "
        "done, 1: some services refused, 2: wrong use."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=("import", "export"))
        parser.add_argument("file", nargs="?", help="the file to take in; - for standard input")
        parser.add_argument("--authority", required=True, help="the council: name or GSS code")
        parser.add_argument("--out", type=Path, help="where to write; absent: standard output")
        parser.add_argument("--json", action="store_true", help="what became of it, as JSON")
        moments.add_argument(parser)

    @acting.as_system(acting.OPERATOR)
    def handle(self, *args: Any, what: str, file: str | None, **options: Any) -> None:
        at = moments.given_or_now(options["at"])
        authority = places.authority_named(options["authority"], at.astimezone(LONDON).date())
        if authority is None:
            raise wrong(f"There is no authority “{options['authority']}” today.")
        if what == "export":
            self.export(authority, options["out"])
            return
        if file is None:
            raise wrong("Say which file is to be taken in.")
        try:
            directory = directories.read(_content(file))
            taken = services.take_in(
                authority, directory.described, over=directory.over, by=staff.operator(), at=at
            )
        except Blocked as blocked:
            raise wrong(blocked.sentence) from blocked
        except OSError as error:
            raise wrong(f"The file cannot be read: {error.strerror}.") from error
        self.tell(directory, taken, as_json=options["json"])

    def tell(
        self, directory: directories.Directory, taken: services.Taken, *, as_json: bool
    ) -> None:
        counts = {"read": directory.read} | vars(taken) | {"refused": len(directory.refused)}
        if as_json:
            rows = [vars(row) for row in directory.refused]
            answer = counts | {"rows": rows}
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
        for row in directory.refused:
            self.stderr.write(row.in_words)
        if directory.note:
            self.stderr.write(directory.note)
        self.stderr.write(", ".join(f"{number} {name}" for name, number in counts.items()) + ".")
        if directory.refused:
            sys.exit(1)

    def export(self, authority: Authority, out: Path | None) -> None:
        standing = Service.objects.of(authority.pk).standing().by_name()
        written = json.dumps(open_referral.page(standing), ensure_ascii=False, indent=1)
        if out is None:
            self.stdout.write(written)
            return
        try:
            out.write_text(written + "\n", encoding="utf-8")
        except OSError as error:
            raise wrong(f"{out} cannot be written: {error.strerror}.") from error


def _content(file: str) -> bytes:
    return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()


def wrong(sentence: str) -> CommandError:
    return CommandError(sentence, returncode=2)
