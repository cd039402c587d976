"""What became of a file: each row opened, updated, unchanged, waiting or refused, and why."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date
from typing import Any

from returnhome.intake.parsing import Row, Skipped
from returnhome.rules.clock import Moment
from returnhome.rules.codes import Code, EpisodeKind


class Result(Code):
    OPENED = "opened", "Opened"
    UPDATED = "updated", "Updated"
    UNCHANGED = "unchanged", "Unchanged"
    WAITING = "waiting", "Waiting for a person"
    REFUSED = "refused", "Refused"


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of one row. Children are ids; `child` once the row is joined to one.

    `kind` and the four instants are what the episode holds after the row; of a refused row, what
    could be read of it. `changed` names what an updated one got, `goes_to` who must act.
    """

    row: int
    reference: str
    name: str
    born: date | None
    result: Result
    reason: str = ""
    child: int | None = None
    candidates: tuple[int, ...] = ()
    kind: EpisodeKind | None = None
    moments: Mapping[str, Moment | None] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    goes_to: str = ""
    # Of a refused row every cell under its heading, so that it can be mended and sent again.
    as_received: Mapping[str, str] = field(default_factory=dict)
    # Of a workbook of which several sheets are read.
    sheet: str = ""

    @property
    def place(self) -> tuple[str, int]:
        """Where it stands in the file, as no other row does."""
        return self.sheet, self.row

    @property
    def where(self) -> str:
        return f"{self.sheet} row {self.row}" if self.sheet else f"Row {self.row}"


class Outcome:
    """What became of all rows; blank, title and totals rows are `skipped` and not read.

    `aside`: the sheets of a workbook that are left aside, since they have other headings.
    `records`: how many records the file has, where only the first of them were tried. It keeps
    every row; who needs less of a long file overrides `keep` and `keep_skipped`.
    """

    def __init__(self) -> None:
        self.rows: list[RowOutcome] = []
        self.skipped: list[Skipped] = []
        self.aside: list[str] = []
        self.number_skipped = self.records = 0
        self._counted: Counter[str] = Counter()

    def add(self, rows: Iterable[RowOutcome]) -> None:
        """Take down what became of some more rows."""
        for row in rows:
            self._counted[self.keep(row).result] += 1

    def add_skipped(self, skipped: Skipped) -> None:
        self.number_skipped += 1
        self.keep_skipped(skipped)

    def keep(self, row: RowOutcome) -> RowOutcome:
        """Gives the row as it is to be counted."""
        self.rows.append(row)
        return row

    def keep_skipped(self, skipped: Skipped) -> None:
        self.skipped.append(skipped)

    @property
    def counts(self) -> Mapping[str, int]:
        return {result: self._counted[result] for result in Result}

    @property
    def is_cut(self) -> bool:
        """Whether the file has more records than these."""
        return self.read + self.number_skipped < self.records

    @property
    def read(self) -> int:
        return sum(self._counted.values())

    @property
    def children(self) -> set[int]:
        """Every child that a row was joined to or may be about."""
        joined = {row.child for row in self.rows if row.child}
        return joined.union(*(row.candidates for row in self.rows))

    def having(self, result: Result) -> list[RowOutcome]:
        return [row for row in self.rows if row.result is result]

    def as_json(self, register_ids: Mapping[int, str]) -> dict[str, Any]:
        """As `intake --json` promises it; children by the number of their council's register."""
        return {
            **self.counts_as_json(),
            "rows": [row_as_json(row, register_ids) for row in self.rows],
            "skipped": [skipped_as_json(each) for each in self.skipped],
            **({"left_aside": self.aside} if self.aside else {}),
        }

    def counts_as_json(self) -> dict[str, int]:
        counted = {str(result): number for result, number in self.counts.items()}
        return {"read": self.read, **counted}


def unread(row: Row, reason: str) -> RowOutcome:
    """A row that is refused, with what could be read of it."""
    return RowOutcome(
        row=row.number,
        reference=row.reference,
        name=f"{row.forename} {row.surname}".strip(),
        born=row.born,
        result=Result.REFUSED,
        reason=reason,
        kind=row.kind,
        sheet=row.sheet,
        as_received=row.as_received,
        moments={name: getattr(row, name) for name in ("last_seen", "reported", "found")},
    )


WHY = "Why it was refused"


def to_mend(
    refused: Iterable[tuple[Mapping[str, str], str]],
) -> tuple[list[str], Iterator[list[str]]]:
    """Headings and rows of the refused ones, each with its reason in the last column.

    They are gone through twice, and never held.

    Mended, the same file can be taken in again: no layout reads that column.
    """
    header = list(dict.fromkeys(text for cells, _ in refused for text in cells if text != WHY))
    lines = ([*(cells.get(text, "") for text in header), why] for cells, why in refused)
    return [*header, WHY], lines


def row_as_json(row: RowOutcome, register_ids: Mapping[int, str]) -> dict[str, Any]:
    return {
        **_of_sheet(row.sheet),
        "row": row.row,
        "ref": row.reference,
        "result": row.result,
        "reason": row.reason,
        "child": register_ids.get(row.child) if row.child else None,
        "candidates": [register_ids[pk] for pk in row.candidates if pk in register_ids],
        "kind": row.kind,
        **{
            name: _minute(row.moments.get(name))
            for name in ("last_seen", "reported", "found", "returned")
        },
    }


def skipped_as_json(skipped: Skipped) -> dict[str, Any]:
    return {"row": skipped.number, "why": skipped.why} | _of_sheet(skipped.sheet)


def _of_sheet(sheet: str) -> dict[str, str]:
    """Named where several are read; else there is nothing to tell apart."""
    return {"sheet": sheet} if sheet else {}


def _minute(moment: Moment | None) -> str | None:
    return f"{moment.at.astimezone(UTC):%Y-%m-%dT%H:%MZ}" if moment else None
