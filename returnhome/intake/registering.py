"""A council's register of known children into the ledger, all or nothing."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from returnhome.casework import acting, care, children
from returnhome.casework.care import Told
from returnhome.casework.places import Authority
from returnhome.casework.staff import Person
from returnhome.intake import reading, register
from returnhome.intake.atlas import Atlas
from returnhome.intake.parsing import Skipped
from returnhome.intake.reading import Table
from returnhome.intake.register import KnownChild
from returnhome.rules import Blocked, caring
from returnhome.rules.clock import LONDON


@dataclass(slots=True)
class Registered:
    """What became of a register's rows: number, `child_id`, opened, unchanged or refused, why.

    A row that contradicts the record is unchanged, with the doubts that were kept as its reason.
    """

    rows: list[tuple[int, str, str, str]] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        return Counter(result for _, _, result, _ in self.rows)

    @property
    def told(self) -> list[tuple[int, str, str, str]]:
        """The rows of which there is something to say."""
        return [row for row in self.rows if row[-1]]

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
    """An authority that is in no list, or that has ended and left its area to several."""


@transaction.atomic
@acting.as_system(acting.INTAKE)
def load(path: Path, *, by: Person, at: datetime) -> Registered:
    """Load a register's file. Raises reading.Unreadable for one that is no such table."""
    return load_table(reading.read(path, path.name), path.name, by=by, at=at)


@transaction.atomic
@acting.as_system(acting.INTAKE)
def load_table(
    table: Table, file: str, *, of: Authority | None = None, by: Person, at: datetime
) -> Registered:
    """The same of the table in a file; where `of` is named, of that council's children alone.

    Then it keeps no doubt either: what contradicts the record is the row's reason and no more, so
    that all that was done can be taken back.
    """
    layout = register.fitting(table.header)
    registered, atlas = Registered(), Atlas()
    for known in register.outcomes(table, layout, today=at.astimezone(LONDON).date()):
        if isinstance(known, Skipped):
            registered.skipped.append(known)
        else:
            said = _register(known, atlas, file, of=of, by=by, at=at)
            registered.rows.append((known.number, known.child_id, *said))
    return registered


def _register(
    known: KnownChild,
    atlas: Atlas,
    file: str,
    *,
    of: Authority | None = None,
    by: Person,
    at: datetime,
) -> tuple[str, str]:
    """Whether the child was opened, unchanged or refused, and why."""
    if known.faults:
        return "refused", known.reason
    today = at.astimezone(LONDON).date()
    notes: list[str] = []
    try:
        lives_in = _authority(known.authority, atlas, today, notes)
        looked_after_by = (
            _authority(known.looked_after_by, atlas, today, notes)
            if known.looked_after_by
            else None
        )
    except NoSuchPlace as blocked:
        return "refused", blocked.sentence
    if of and (looked_after_by or lives_in) != of:
        return "refused", f"The row is of a child of {(looked_after_by or lives_in).name}"
    if of and children.is_known_elsewhere(known.child_id, of):
        return "refused", f"The child_id {known.child_id} is another council’s already"
    child, is_new = children.register(
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
    if of and child.pk in by.closed:
        return "unchanged", ""
    if not is_new:
        told = Told(looked_after_by, lives_in, known.postcode, known.born)
        with transaction.atomic():
            notes += care.compare(child, told, said_by=file, by=by, at=at)
            if of:
                transaction.set_rollback(True)
    return ("opened" if is_new else "unchanged"), "; ".join(dict.fromkeys(notes))


def _authority(name: str, atlas: Atlas, today: date, notes: list[str]) -> Authority:
    """The council of that name; of one that has ended, whoever has its area, with a note."""
    said, found = atlas.meant(name, today), atlas.named(name, today)
    gone = care.council_of(said, today) if said and said.until and said.until < today else None
    if found is None:
        raise NoSuchPlace(
            caring.ended_in_words(gone).rstrip(".")
            if gone
            else f"“{name}” is in no list of authorities or districts"
        )
    if gone:
        ended = f"{gone.name} ended on {caring.spoken(gone.until)}"
        notes.append(f"{ended}. Its area is now that of {found.name}, which is taken instead")
    return found
