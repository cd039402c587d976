"""Files that go out: CSV and workbooks in which no cell can be run as a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain
from pathlib import Path

import xlsxwriter

Cell = str | int | float | Decimal | date | datetime | None

# What Excel, LibreOffice or Google Sheets take for the start of a formula, full-width forms too.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_LONGEST_TEXT = 32_767
_MOST_ROWS = 1_048_576
_CUT = " … (cut short: a workbook's cell holds no more)"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook: its title (at most 31 characters), headings and rows.

    `widths` are those of the first columns, in characters; the others are as a program has them.
    """

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    widths: Sequence[int] = ()


def safe_cell(value: Cell) -> Cell:
    """The value as it may stand in a CSV file: a number, or text that no spreadsheet runs.

    Text that begins as a formula does gets an apostrophe before it; instants are in UTC to the
    minute (`2026-01-02T08:45Z`), days as `2026-01-02`, nothing as an empty cell.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        text = value.replace("\0", "")
        return f"'{text}" if _FORMULA.match(text) else text
    return value


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The lines of a CSV file one by one, so that a page can send them while they are counted."""
    line = io.StringIO()
    # Text is always quoted: a spreadsheet that also splits at “;” would else start a cell inside.
    writer = csv.writer(line, quoting=csv.QUOTE_NONNUMERIC)
    for row in chain([header], rows):
        writer.writerow([safe_cell(value) for value in row])
        yield _taken(line)


def csv_again(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of somebody's own table that is given back with more columns: its numbers, which
    are text here, stay as they came, and so do its line ends and quotation marks.
    """
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\n")
    for row in chain([header], rows):
        writer.writerow([text if _NUMBER.fullmatch(text) else safe_cell(text) for text in row])
        yield _taken(line)


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A whole CSV file in UTF-8."""
    return "".join(csv_lines(header, rows)).encode()


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write a CSV file in UTF-8; where something fails half way, no file is left behind."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            file.writelines(csv_lines(header, rows))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_xlsx(path: Path, sheets: Iterable[Sheet]) -> None:
    """Write a workbook whose text is always text, row by row without holding it in memory.

    Raises ValueError for a sheet of more rows than a workbook holds. Where something fails half
    way, no file is left behind.
    """
    unfinished = path.with_name(f"{path.name}.part")
    options = {
        "constant_memory": True,
        "in_memory": False,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
        "default_date_format": "dd/mm/yyyy",
    }
    try:
        with xlsxwriter.Workbook(unfinished, options) as workbook:
            # The same figures make the same file, whenever it is written.
            workbook.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
            heading = workbook.add_format({"bold": True})
            for sheet in sheets:
                _fill(workbook.add_worksheet(sheet.title), sheet, heading)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _fill(worksheet: xlsxwriter.worksheet.Worksheet, sheet: Sheet, heading: object) -> None:
    worksheet.freeze_panes(1, 0)
    for column, width in enumerate(sheet.widths):
        worksheet.set_column(column, column, width)
    for column, text in enumerate(sheet.header):
        worksheet.write_string(0, column, text, heading)
    for number, row in enumerate(sheet.rows, start=1):
        if number >= _MOST_ROWS:
            raise ValueError(f"The sheet “{sheet.title}” has more rows than a workbook holds.")
        for column, value in enumerate(row):
            _put(worksheet, number, column, value)


def _put(worksheet: xlsxwriter.worksheet.Worksheet, number: int, column: int, value: Cell) -> None:
    if isinstance(value, datetime):
        value = _instant(value)
    if isinstance(value, str):
        worksheet.write_string(number, column, _within_a_cell(value))
    elif isinstance(value, date):
        worksheet.write_datetime(number, column, value)
    elif value is not None:
        worksheet.write(number, column, value)


def _within_a_cell(text: str) -> str:
    if len(text) <= _LONGEST_TEXT:
        return text
    # The library would leave the whole cell out and say nothing.
    return text[: _LONGEST_TEXT - len(_CUT)] + _CUT


def _instant(value: datetime) -> str:
    """An instant in UTC to the minute. Raises ValueError for one without a zone."""
    if value.tzinfo is None:
        raise ValueError("An instant without a zone cannot be written to a file.")
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")


def _taken(line: io.StringIO) -> str:
    text = line.getvalue()
    line.seek(0)
    line.truncate()
    return text
