"""A council's register of known children into the ledger, all or nothing."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from returnhome.casework import children
from returnhome.casework.places import Authority
from returnhome.casework.staff import Person
from returnhome.intake import reading, register
from returnhome.intake.atlas import Atlas
from returnhome.intake.parsing import Skipped
from returnhome.intake.register import KnownChild
from returnhome.rules import Blocked
from returnhome.rules.clock import LONDON


@dataclass(slots=True)
class Registered:
    """What became of a register's rows: number, `child_id`, opened, unchanged or refused, why."""

    rows: list[tuple[int, str, str, str]] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        return Counter(result for _, _, result, _ in self.rows)

    def as_json(self) -> dict[str, Any]:
        return {
            "read": len(self.rows),
            **{result: self.counts[result] for result in ("opened", "unchanged", "refused")},
            "rows": [
                dict(zip(("row", "child_id", "result", "reason"), row, strict=True))
                for row in self.rows
            ],
            "skipped": [{"row": each.number, "why": each.why} for each in self.skipped],
        }


class NoSuchPlace(Blocked):
    """An authority that is in no list."""


@transaction.atomic
def load(path: Path, *, by: Person, at: datetime) -> Registered:
    """Load a register's file. Raises reading.Unreadable for one that is no such table."""
    table = reading.read(path, path.name)
    layout = register.fitting(table.header)
    registered, atlas = Registered(), Atlas()
    for known in register.outcomes(table, layout, today=at.astimezone(LONDON).date()):
        if isinstance(known, Skipped):
            registered.skipped.append(known)
        else:
            said = _register(known, atlas, by=by, at=at)
            registered.rows.append((known.number, known.child_id, *said))
    return registered


def _register(known: KnownChild, atlas: Atlas, *, by: Person, at: datetime) -> tuple[str, str]:
    """Whether the child was opened, unchanged or refused, and why."""
    if known.faults:
        return "refused", known.reason
    try:
        lives_in = _authority(known.authority, atlas, at)
        looked_after_by = (
            _authority(known.looked_after_by, atlas, at) if known.looked_after_by else None
        )
    except NoSuchPlace as blocked:
        return "refused", blocked.sentence
    _, is_new = children.register(
        register_id=known.child_id,
        forename=known.forename,
        surname=known.surname,
        born_on=known.born,
        sex=known.sex,
        postcode=known.postcode,
        lives_in=lives_in,
        looked_after_by=looked_after_by,
        by=by,
        at=at,
    )
    return ("opened" if is_new else "unchanged"), ""


def _authority(name: str, atlas: Atlas, at: datetime) -> Authority:
    found = atlas.named(name, at.astimezone(LONDON).date())
    if found is None:
        raise NoSuchPlace(f"“{name}” is in no list of authorities or districts")
    return found
