"""A council's files of earlier records: each sheet as a table of a kind that is known."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import cast

from returnhome.intake import reading
from returnhome.intake.history.columns import KINDS, SPREADSHEET, Column, Kind, said_plainly
from returnhome.intake.layouts import Layout, listed
from returnhome.intake.reading import Record, Sheet, Table, Unreadable
from returnhome.intake.register import REGISTER

# To show what a column holds, so many rows are looked at and so many values shown.
LOOKED_AT, SHOWN = 200, 3

Taught = Mapping[str, Column | None]


@dataclass(frozen=True)
class File:
    """One table: a file of text, or a sheet of a workbook. Its `kind` is None for a register."""

    name: str
    table: Table
    kind: Kind | None

    @property
    def layout(self) -> Layout:
        header = self.table.header
        return self.kind.layout(header) if self.kind else REGISTER.fitted(header)

    @property
    def is_untaught(self) -> bool:
        """Whether somebody must first say what its columns mean."""
        return self.kind is not None and not self.kind.fits(self.table.header)


@dataclass(frozen=True)
class Opened:
    """The tables of one file, and the sheets of which nothing is read: they have other headings."""

    files: tuple[File, ...]
    aside: tuple[str, ...] = ()


def opened(name: str, content: bytes, taught: Taught) -> Opened:
    """Each sheet of a kind that is known, by words that everybody uses and those that were taught.

    Where there is none, the one that comes nearest to a list of episodes, still untaught. Raises
    reading.Unreadable for what tells of no history.
    """
    list_of_episodes = replace(SPREADSHEET, taught=taught)
    kinds = (None, *(list_of_episodes if kind is SPREADSHEET else kind for kind in KINDS))
    sheets = reading.sheets(content, name)
    fitting = [(sheet, _fitting(name, sheet, kinds)) for sheet in sheets]
    found = [(sheet, file) for sheet, file in fitting if file]
    if found:
        is_one_of_several = len(found) > 1
        return Opened(
            tuple(
                replace(file, name=f"{name}, {sheet.title}") if is_one_of_several else file
                for sheet, file in found
            ),
            tuple(f"{name}, {sheet.title}" for sheet, file in fitting if not file and sheet.head),
        )
    nearest = [
        (met, File(name, sheet.table(header, headings), list_of_episodes))
        for sheet in sheets
        for header, headings in _headers(sheet)
        if (met := list_of_episodes.met(headings))
    ]
    if not nearest:
        raise _unreadable(name, sheets)
    return Opened((max(nearest, key=lambda pair: pair[0])[1],))


def _fitting(name: str, sheet: Sheet, kinds: Iterable[Kind | None]) -> File | None:
    """The sheet as the kind that knows most of its headings."""
    found: list[tuple[int, File]] = []
    for header, headings in _headers(sheet):
        for kind in kinds:
            fits = REGISTER.fitted(headings).fits if kind is None else kind.fits(headings)
            if fits:
                met = REGISTER.fitted(headings).met if kind is None else kind.met(headings)
                found.append((met, File(name, sheet.table(header, headings), kind)))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _headers(sheet: Sheet) -> Iterator[tuple[Record, list[str]]]:
    for record in sheet.head[:10]:
        if sum(bool(cell.strip()) for cell in record.cells) > 1:
            for headings in sheet.headings(record):
                yield record, headings


def _unreadable(name: str, sheets: Iterable[Sheet]) -> Unreadable:
    shown = next((headings for sheet in sheets for _, headings in _headers(sheet)), [])
    return Unreadable(
        f"{name} has the headings {listed(shown)}, and by them it is none of these: a register "
        "of children, a list of past episodes with the child's number (or name and birth date) "
        "and the start, SSDA903 missing or header, ssd_missing or ssd_person.",
        field="file",
    )


@dataclass(frozen=True)
class Asked:
    """A heading of a council's own list: some of what stands below it, and what it is taken for.

    `plain`: as it is compared and remembered.
    """

    heading: str
    plain: str
    examples: tuple[str, ...]
    column: Column | None


def asked(files: Iterable[File]) -> list[Asked]:
    """The headings of these files that somebody can say the meaning of, each once."""
    found: dict[str, Asked] = {}
    for file in files:
        if file.kind is None or file.kind.name != SPREADSHEET.name:
            continue
        layout = file.layout
        rows = [record.cells for record in islice(file.table.records, LOOKED_AT)]
        for place, (heading, meaning) in enumerate(zip(layout.own, layout.meanings, strict=True)):
            values = (row[place].strip() for row in rows if place < len(row))
            examples = tuple(islice(dict.fromkeys(filter(None, values)), SHOWN))
            plain = said_plainly(heading)
            is_news = plain not in found or not found[plain].examples
            if plain and is_news and (layout.header[place].strip() or examples):
                column = cast("Column | None", meaning)
                found[plain] = Asked(heading, plain, examples, column)
    return list(found.values())
