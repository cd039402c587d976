"""Write the whole database into one encrypted file; or check one, or make a key for it."""

import json
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from returnhome import database
from returnhome.embedded import DatabaseUnavailable
from returnhome.management import moments
from returnhome.management.keeping import Failed, Refused, backing_up, sealed_file
from returnhome.management.keeping.backing_up import Taken


class Command(BaseCommand):
    help = (
        "Writes the whole database into one new file, encrypted for the public keys of "
        "BACKUP_RECIPIENTS, as the role of DATABASE_OWNER_URL. Exit 0: done, 1: it broke off or "
        "the file is damaged, 2: wrong use, and nothing was begun."
    )
    # Those look at pages and tables; a machine that backs up has none of the product's keys.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="the backup to write; a new file")
        parser.add_argument(
            "--check", type=Path, metavar="FILE", help="instead: read a backup through to its end"
        )
        parser.add_argument(
            "--identity", type=Path, metavar="KEYFILE", help="with --check: the private key"
        )
        parser.add_argument(
            "--make-key", type=Path, metavar="KEYFILE", help="instead: make a pair of keys"
        )
        parser.add_argument("--json", action="store_true", dest="is_json", help="for machines")
        moments.add_argument(parser)

    def handle(self, *args: Any, is_json: bool, **options: Any) -> None:
        file, check, make_key = options["file"], options["check"], options["make_key"]
        if [file, check, make_key].count(None) != 2:
            raise CommandError("Name one: FILE, --check FILE or --make-key KEYFILE.", returncode=2)
        try:
            if make_key:
                told, said = self._make_key(make_key, options["at"])
            elif check:
                told, said = self._check(check, options["identity"])
            else:
                told, said = self._take(file, options["at"])
        except (Refused, DatabaseUnavailable) as error:
            code = 1 if isinstance(error, Failed) else 2
            raise CommandError(str(error), returncode=code) from None
        self.stdout.write(json.dumps(told, indent=2, ensure_ascii=False) if is_json else said)

    def _take(self, file: Path, at: str | None) -> tuple[dict[str, Any], str]:
        recipients = sealed_file.recipients_in(os.environ.get("BACKUP_RECIPIENTS", ""))
        urls = database.ready()
        taken = backing_up.take(
            file, recipients, url=urls.owner or urls.app, at=moments.given_or_now(at)
        )
        return _told(file, taken), _said(file, taken)

    def _check(self, file: Path, identity: Path | None) -> tuple[dict[str, Any], str]:
        if identity is None:
            number, seen = sealed_file.looked_at(file)
            keys = "1 key" if number == 1 else f"{number} keys"
            return (
                {"file": str(file), "keys": number, "is_whole": None, **seen._asdict()},
                f"{file}: {seen.size:,} bytes, written for {keys}, SHA-256 {seen.sha256}.\n"
                "Whether it is whole shows only with a private key: --identity KEYFILE.",
            )
        read = sealed_file.read_through(file, sealed_file.identities_in(identity))
        manifest = read.manifest
        rows = sum(table["rows"] for table in manifest["tables"].values())
        return (
            {
                "file": str(file),
                "is_whole": True,
                "size": read.size,
                "sha256": read.sha256,
                "rows": rows,
                **{name: value for name, value in manifest.items() if name != "shape"},
            },
            f"{file} is whole: {rows:,} rows in {len(manifest['tables'])} tables, taken at "
            f"{manifest['taken_at']} by Returnhome {manifest['product']} "
            f"({manifest['migration']}) from PostgreSQL {manifest['server']}.\n"
            f"SHA-256 {read.sha256}",
        )

    def _make_key(self, file: Path, at: str | None) -> tuple[dict[str, Any], str]:
        public = sealed_file.make_key(file, at=moments.given_or_now(at))
        self.stderr.write(
            f"The private key is in {file}. Take it off this machine, to two safe places that hold "
            "neither backups nor the sealing keys: without it no backup can be opened. The line "
            "below is the public key: put it into BACKUP_RECIPIENTS where backups are made."
        )
        return {"public_key": public, "identity": str(file)}, public


def _told(file: Path, taken: Taken) -> dict[str, Any]:
    manifest = taken.manifest
    return {
        "file": str(file),
        "size": taken.file.size,
        "sha256": taken.file.sha256,
        "rows": taken.rows,
        **{name: value for name, value in manifest.items() if name != "shape"},
    }


def _said(file: Path, taken: Taken) -> str:
    seal = taken.manifest["seal"]
    ends = f"The journal ends with seal {seal['number']}, {seal['digest']}.\n" if seal else ""
    return (
        f"{file} holds {taken.rows:,} rows in {len(taken.manifest['tables'])} tables as they were "
        f"at {taken.manifest['taken_at']}: {taken.file.size:,} bytes, encrypted.\n"
        f"{ends}SHA-256 {taken.file.sha256}"
    )
