"""A council's register of known children into the ledger, all or nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction

from returnhome.casework import acting, care, registers
from returnhome.casework.care import Told
from returnhome.casework.places import Authority
from returnhome.casework.registers import Entered, Entry, NumberTaken
from returnhome.casework.staff import Person
from returnhome.intake import fitting, reading, register
from returnhome.intake.atlas import Atlas
from returnhome.intake.parsing import Skipped
from returnhome.intake.reading import Table
from returnhome.intake.register import REGISTER, KnownChild
from returnhome.rules import Blocked, caring
from returnhome.rules.clock import LONDON


class RegisteredRow(NamedTuple):
    """What became of a row: opened, unchanged or refused, and why.

    One that contradicts the record is unchanged, with the doubts that were kept as its reason.
    """

    number: int
    child_id: str
    result: str
    reason: str
    # Where several sheets are read as one.
    sheet: str = ""

    @property
    def where(self) -> str:
        return f"{self.sheet} row {self.number}" if self.sheet else f"Row {self.number}"


@dataclass(slots=True)
class Registered:
    """What became of a register's rows. `aside`: sheets of which nothing is read."""

    rows: list[RegisteredRow] = field(default_factory=list)
    aside: tuple[str, ...] = ()
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        return Counter(row.result for row in self.rows)

    @property
    def told(self) -> list[RegisteredRow]:
        """The rows of which there is something to say."""
        return [row for row in self.rows if row.reason]

    def as_json(self) -> dict[str, Any]:
        return {
            "read": len(self.rows),
            **{result: self.counts[result] for result in ("opened", "unchanged", "refused")},
            "rows": [
                {
                    "row": row.number,
                    "child_id": row.child_id,
                    "result": row.result,
                    "reason": row.reason,
                    **({"sheet": row.sheet} if row.sheet else {}),
                }
                for row in self.rows
            ],
            "skipped": [
                {
                    "row": each.number,
                    "why": each.why,
                    **({"sheet": each.sheet} if each.sheet else {}),
                }
                for each in self.skipped
            ],
            **({"aside": list(self.aside)} if self.aside else {}),
        }


class NoSuchPlace(Blocked):
    """An authority that is in no list, or that has ended and left its area to several."""


@transaction.atomic
@acting.as_system(acting.INTAKE)
def load(
    path: Path, *, register_of: Authority | None = None, by: Person, at: datetime
) -> Registered:
    """Load a register's file. Raises reading.Unreadable for one that is no such table.

    Of a workbook all sheets with its headings are read.
    The numbers are those of `register_of`; without, each of the child's own council.
    """
    sheets = reading.sheets(path, path.name)
    found = fitting.fitting(sheets, [REGISTER])
    if found is None:
        raise fitting.lacks(sheets, REGISTER)
    loading = _Loading(path.name, register_of=register_of, by=by, at=at)
    return loading.table(found[0])


@transaction.atomic
@acting.as_system(acting.INTAKE)
def load_table(
    table: Table, file: str, *, of: Authority | None = None, by: Person, at: datetime
) -> Registered:
    """The same of the table in a file; where `of` is named, of that council's children alone.

    Then it keeps no doubt either: what contradicts the record is the row's reason and no more, so
    that all that was done can be taken back.
    """
    return _Loading(file, of, register_of=of, by=by, at=at).table(table)


# Rows taken in together.
TOGETHER = 1000


class _Loading:
    """One register on its way onto the record, some rows at a time."""

    def __init__(
        self,
        file: str,
        of: Authority | None = None,
        *,
        register_of: Authority | None,
        by: Person,
        at: datetime,
    ) -> None:
        self.file, self.of, self.register_of = file, of, register_of
        self.by, self.at = by, at
        self.today = at.astimezone(LONDON).date()
        self.atlas = Atlas()

    def table(self, table: Table) -> Registered:
        layout = register.fitting(table.header)
        registered = Registered(aside=table.aside)
        records = register.outcomes(table, layout, today=self.today)
        while piece := list(islice(records, TOGETHER)):
            registered.skipped += [each for each in piece if isinstance(each, Skipped)]
            registered.rows += self.take([each for each in piece if isinstance(each, KnownChild)])
        return registered

    def take(self, rows: Sequence[KnownChild]) -> list[RegisteredRow]:
        """Whether each child was opened, unchanged or refused, and why."""
        read = [(row, *self._entry(row)) for row in rows]
        entries = [entry for _, entry, _ in read if isinstance(entry, Entry)]
        registered = iter(registers.enter_all(entries, by=self.by, at=self.at))
        done = []
        for row, entry, notes in read:
            if isinstance(entry, Entry):
                said = self._said(entry, next(registered), notes)
            else:
                said = ("refused", entry)
            done.append(RegisteredRow(row.number, row.child_id, *said, row.sheet))
        return done

    def _entry(self, known: KnownChild) -> tuple[Entry | str, list[str]]:
        """The row as an entry, with what is to be noted; else why it is refused."""
        notes: list[str] = []
        if known.faults:
            return known.reason, notes
        try:
            lives_in = _authority(known.authority, self.atlas, self.today, notes)
            looked_after_by = (
                _authority(known.looked_after_by, self.atlas, self.today, notes)
                if known.looked_after_by
                else None
            )
        except NoSuchPlace as blocked:
            return blocked.sentence, notes
        whose = looked_after_by or lives_in
        if self.of and whose != self.of:
            return f"The row is of a child of {whose.name}", notes
        entry = Entry(
            register_id=known.child_id,
            forename=known.forename,
            surname=known.surname,
            born_on=known.born,
            sex=known.sex,
            postcode=known.postcode,
            lives_in=lives_in,
            looked_after_by=looked_after_by,
            register_of=self.register_of,
        )
        return entry, notes

    def _said(self, entry: Entry, done: Entered, notes: list[str]) -> tuple[str, str]:
        child, is_new = (done.child, False) if isinstance(done, NumberTaken) else done
        if self.of and child.pk in self.by.closed:
            return "unchanged", ""
        if isinstance(done, NumberTaken):
            return "refused", done.sentence
        if not is_new:
            told = Told(entry.looked_after_by, entry.lives_in, entry.postcode, entry.born_on)
            with transaction.atomic():
                notes += care.compare(child, told, said_by=self.file, by=self.by, at=self.at)
                if self.of:
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
