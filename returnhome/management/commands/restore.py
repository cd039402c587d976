"""Restore a backup into an empty database, and prove that all of it is there."""

import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from returnhome import __version__
from returnhome.management import moments
from returnhome.management.keeping import Failed, Refused, restoring, sealed_file
from returnhome.management.keeping.restoring import Restored
from returnhome.rules.clock import LONDON


class Command(BaseCommand):
    help = (
        "Restores a backup into the empty database that DATABASE_OWNER_URL names, all of it or "
        "nothing, and proves that it is equal to what was backed up. Exit 0: equal, 1: the file or "
        "the database did not hold, or something is not equal, 2: wrong use, and nothing was begun."
    )
    # They would look for tables that are still to come.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the backup")
        parser.add_argument(
            "--identity", type=Path, metavar="KEYFILE", required=True, help="the private key"
        )
        parser.add_argument(
            "--destroyed",
            type=Path,
            metavar="FILE",
            help="the list of what was erased: it is erased again before this says it is done",
        )
        parser.add_argument("--json", action="store_true", dest="is_json", help="for machines")
        moments.add_argument(parser)

    def handle(self, *args: Any, file: Path, identity: Path, is_json: bool, **options: Any) -> None:
        at, erased = moments.given_or_now(options["at"]), options["destroyed"]
        try:
            restored = restoring.restore(
                file, sealed_file.identities_in(identity), erased=erased, at=at
            )
        except Refused as error:
            code = 1 if isinstance(error, Failed) else 2
            raise CommandError(str(error), returncode=code) from None
        told = _told(file, restored, at)
        said = json.dumps(told, indent=2, ensure_ascii=False) if is_json else _said(told)
        self.stdout.write(said)
        if not restored.is_up_to_date:
            self.stderr.write(
                "The backup is of an earlier release: returnhome migrate brings it up to date."
            )
        if not erased:
            self.stderr.write(_what_may_be_back(restored))
        sys.exit(0 if restored.proof.holds else 1)


def _what_may_be_back(restored: Restored) -> str:
    until = restored.erased_until
    knows = f"those until {until.astimezone(LONDON):%-d %B %Y, %H:%M}" if until else "none"
    return (
        "Records that were erased after this backup was made are here again, and nobody gave the "
        f"list of what was erased; the backup itself knows of {knows}. Where there is a list, run "
        "returnhome erase --anew FILE before anybody works with this database."
    )


def _told(file: Path, restored: Restored, at: datetime) -> dict[str, Any]:
    manifest = restored.file.manifest
    return {
        "holds": restored.proof.holds,
        "file": str(file),
        "sha256": restored.file.sha256,
        "restored_at": at.isoformat(timespec="seconds"),
        "restored_by": __version__,
        "taken_at": manifest["taken_at"],
        "product": manifest["product"],
        "migration": manifest["migration"],
        "server": manifest["server"],
        "is_up_to_date": restored.is_up_to_date,
        "erased_until": restored.erased_until.isoformat() if restored.erased_until else None,
        "proof": [asdict(found) for found in restored.proof.found],
    }


def _said(told: dict[str, Any]) -> str:
    """A page to file: what was restored, when, and what was found."""
    width = max(len(found["what"]) for found in told["proof"])
    lines = [
        "Proof of a restore: all is equal."
        if told["holds"]
        else "Restored, and NOT equal: do not work with this database before it is understood.",
        "",
        f"Backup    {told['file']}",
        f"SHA-256   {told['sha256']}",
        f"Taken     {told['taken_at']} by Returnhome {told['product']} ({told['migration']})",
        f"Restored  {told['restored_at']} by Returnhome {told['restored_by']}",
        "",
    ]
    for found in told["proof"]:
        mark = "equal    " if found["is_equal"] else "NOT equal"
        lines.append(f"{mark} {found['what']:<{width}}  {found['sentence']}")
    return "\n".join(lines)
