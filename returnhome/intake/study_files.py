"""Councils' returns to the national study as they arrive: CSV files and filled-in workbooks."""

import csv
import io
import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from returnhome.intake import workbooks
from returnhome.rules.study.asked import HEADER
from returnhome.rules.study.checking import SentFile, SentRow
from returnhome.rules.study.faults import Fault, Problem

ENDINGS = (".csv", ".xlsx")
DELIMITERS = (",", ";", "\t")
# The form: what stands above its table, and what the table must have.
ABOVE = {"standard": "standard", "council": "authority", "authority": "authority"} | {
    "period": "period"
}
OF_FORM = ("cohort", "measure", "value", "state")
MOST_BYTES = 5 * 1024 * 1024
MOST_SHEET = 50 * 1024 * 1024
MARK_OF_A_SPREADSHEET = re.compile(r"\Asep=[,;\t]\r?\n", re.IGNORECASE)
BEGINS_AS_PACKED = b"PK\x03\x04"
GSS_AT_THE_START = re.compile(r"\s*([ENSW]\d{8})\b.*", re.DOTALL)

# As a formula without a value comes to the rules, which refuse it by this name.
NO_SAVED_VALUE = "=(no value was saved with it)"
CELL_WITH_FORMULA = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<f\b')


class Unreadable(Exception):
    """A file that holds no return: which fault it is, and the sentence."""

    def __init__(self, fault: Fault, sentence: str) -> None:
        super().__init__(sentence)
        self.fault, self.sentence = fault, sentence


def in_folder(folder: Path) -> tuple[list[Path], list[str]]:
    """The files that may be returns, by name, and the names of those that are left alone.

    Raises OSError where the folder cannot be read.
    """
    found, others = [], []
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        is_return = path.suffix.lower() in ENDINGS and not path.name.startswith((".", "~"))
        if path.is_file() and is_return:
            found.append(path)
        elif not path.name.startswith("."):
            others.append(path.name)
    return found, others


def read_all(paths: Sequence[Path]) -> list[SentFile]:
    """Each file as it was read, in the order of the paths. Workbooks are read side by side."""
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        return list(pool.map(read, paths))


def read(path: Path) -> SentFile:
    """The rows of a file, or why there are none."""
    problems: list[Problem] = []
    try:
        content = _content(path)
        if path.suffix.lower() == ".xlsx":
            rows, is_form = _of_workbook(path.name, content, problems)
        else:
            rows, is_form = _of_text(path.name, content, problems), False
    except Unreadable as wrong:
        return SentFile(path.name, (), (Problem(path.name, (), wrong.fault, wrong.sentence),))
    return SentFile(path.name, tuple(rows), tuple(problems), is_form)


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Unreadable(
                Fault.NOT_A_RETURN, "The file is larger than 5 MB: no return is as long as that."
            )
        content = path.read_bytes()
    except OSError as error:
        raise Unreadable(
            Fault.NOT_READABLE, f"The file cannot be read: {error.strerror}."
        ) from error
    if not content.strip():
        raise Unreadable(Fault.EMPTY, "The file is empty.")
    return content


# Text


def _of_text(name: str, content: bytes, problems: list[Problem]) -> list[SentRow]:
    if content.startswith(BEGINS_AS_PACKED):
        raise Unreadable(
            Fault.NOT_READABLE, "The file is a workbook, though its name ends with .csv."
        )
    text, said = _decoded(content)
    if said:
        problems.append(Problem(name, (), Fault.OTHER_ENCODING, said))
    try:
        return _tidy(_records(text))
    except csv.Error as error:
        raise Unreadable(Fault.NOT_READABLE, f"The file is not a CSV file: {error}.") from error


def _decoded(content: bytes) -> tuple[str, str]:
    """The text, and a sentence where it is not in UTF-8. Codes and numbers read alike in both."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16"), "The file is in UTF-16 and not in UTF-8; it was read."
        except UnicodeDecodeError as error:
            raise Unreadable(Fault.NOT_READABLE, "The file is no text.") from error
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        pass
    if b"\0" in content:
        raise Unreadable(Fault.NOT_READABLE, "The file is no text.")
    return content.decode("cp1252", "replace"), (
        "The file is not in UTF-8 and was read as Windows-1252: look whether the notes are right."
    )


def _records(text: str) -> list[list[str]]:
    """Every record, split where its first row falls into most of the headings that it needs."""
    # A spreadsheet's own mark of how it splits; its line still counts.
    text = MARK_OF_A_SPREADSHEET.sub("\n", text, count=1)

    def split(delimiter: str, *, strict: bool = False) -> Iterator[list[str]]:
        return csv.reader(io.StringIO(text, newline=None), delimiter=delimiter, strict=strict)

    def known(delimiter: str) -> int:
        first = next((row for row in split(delimiter) if row), [])
        return len({_heading(cell) for cell in first} & set(HEADER))

    # Strict: a quotation mark that is never closed would swallow the rows after it.
    return list(split(max(DELIMITERS, key=known), strict=True))


def _heading(cell: str) -> str:
    return cell.strip()


def _tidy(records: Iterable[Sequence[str]]) -> list[SentRow]:
    """The rows under the eight headings. Raises Unreadable where these are not the first row."""
    numbered = [
        (number, record)
        for number, record in enumerate(records, start=1)
        if any(cell.strip() for cell in record)
    ]
    if not numbered:
        raise Unreadable(Fault.EMPTY, "The file has nothing but blank lines.")
    headings = [_heading(cell) for cell in numbered[0][1]]
    widest = len(headings)
    while headings and not headings[-1]:
        headings.pop()
    _check_headings(headings)
    return [_row(number, headings, record, widest) for number, record in numbered[1:]]


def _check_headings(headings: Sequence[str]) -> None:
    needed = ", ".join(HEADER)
    if not set(headings) & set(HEADER):
        raise Unreadable(
            Fault.NOT_A_RETURN, f"The first row has none of the headings of a return: {needed}."
        )
    missing = [heading for heading in HEADER if heading not in headings]
    more = [heading or "(blank)" for heading in headings if heading not in HEADER]
    twice = sorted({heading for heading in headings if headings.count(heading) > 1})
    told = [
        f"{what} {', '.join(f'“{heading[:40]}”' for heading in those)}"
        for what, those in (("lacks", missing), ("also has", more), ("has twice", twice))
        if those
    ]
    if told:
        raise Unreadable(
            Fault.WRONG_HEADINGS, f"The first row {' and '.join(told)}: it must be {needed}."
        )


def _row(number: int, headings: Sequence[str], record: Sequence[str], widest: int) -> SentRow:
    cells = dict(zip(headings, record, strict=False))
    is_longer = len(record) > widest or any(cell.strip() for cell in record[len(headings) :])
    # A note that is left out is no fault.
    is_odd = is_longer or len(record) < len(headings) - 1
    return SentRow(number, cells, len(record) if is_odd else None)


# Workbooks


def _of_workbook(name: str, content: bytes, problems: list[Problem]) -> tuple[list[SentRow], bool]:
    """The rows of the first sheet that holds a return, and whether it is our form."""
    for sheet in _sheets(content):
        records = list(csv.reader(io.StringIO(sheet.content.decode("utf-8"), newline="")))
        top = next((row for row in records if any(map(str.strip, row))), [])
        formulas = _formulas(content, sheet.name)
        if "authority" in map(_heading, top) and "measure" in map(_heading, top):
            rows = _with_formulas(name, _tidy(records), top, formulas, problems)
            return rows, False
        for at, row in enumerate(records):
            if set(OF_FORM) <= {_heading(cell) for cell in row}:
                found = _of_form(records, at)
                return _with_formulas(name, found, row, formulas, problems), True
    raise Unreadable(
        Fault.NOT_A_RETURN,
        "No sheet has a row with the headings cohort, measure, value and state.",
    )


def _sheets(content: bytes) -> list[workbooks.Sheet]:
    try:
        return workbooks.unpacked(content)
    except workbooks.IsLocked:
        raise Unreadable(
            Fault.NOT_READABLE, "The workbook asks for a password: send it without one."
        ) from None
    except workbooks.IsTooLarge:
        raise Unreadable(Fault.NOT_READABLE, "The workbook is too large to be read.") from None
    except workbooks.CannotBeOpened:
        raise Unreadable(
            Fault.NOT_READABLE, "The file is no workbook, though its name ends with .xlsx."
        ) from None


def _of_form(records: Sequence[Sequence[str]], at: int) -> list[SentRow]:
    """The rows below the table's headings, each with what stands above them: whose, and when."""
    above = {}
    for row in records[:at]:
        cells = [cell.strip() for cell in row]
        label = cells[0].casefold() if cells else ""
        if label in ABOVE and len(cells) > 1:
            above[ABOVE[label]] = cells[1]
    if coded := GSS_AT_THE_START.fullmatch(above.get("authority", "")):
        above["authority"] = coded[1]
    headings = [_heading(cell) for cell in records[at]]
    return [
        SentRow(number, {**dict(zip(headings, row, strict=False)), **above})
        for number, row in enumerate(records[at + 1 :], start=at + 2)
        if any(cell.strip() for cell in row)
    ]


def _with_formulas(
    name: str,
    rows: Sequence[SentRow],
    headings: Sequence[str],
    formulas: Mapping[int, set[int]],
    problems: list[Problem],
) -> list[SentRow]:
    """The rows, with a word for every number that is a formula's: what was saved is what counts."""
    column = [_heading(cell) for cell in headings].index("value")
    kept = []
    for row in rows:
        if column not in formulas.get(row.number, ()):
            kept.append(row)
        elif row.cells.get("value", "").strip():
            kept.append(row)
            problems.append(
                Problem(
                    *(name, (row.number,), Fault.FORMULA_VALUE),
                    f"The value is a formula; {row.cells['value'].strip()}, which was saved with "
                    f"it, is what counts.",
                )
            )
        else:
            kept.append(SentRow(row.number, {**row.cells, "value": NO_SAVED_VALUE}))
    return kept


def _formulas(content: bytes, sheet: str) -> dict[int, set[int]]:
    """Row → columns, from nought, that hold a formula, read from the workbook's own text."""
    found: dict[int, set[int]] = {}
    for letters, row in _cells_with_formulas(content, sheet):
        found.setdefault(row, set()).add(_column(letters))
    return found


def _cells_with_formulas(content: bytes, sheet: str) -> Iterator[tuple[str, int]]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        part = _part_of(packed, sheet)
        if part not in packed.namelist() or packed.getinfo(part).file_size > MOST_SHEET:
            return
        for letters, row in CELL_WITH_FORMULA.findall(packed.read(part)):
            yield letters.decode(), int(row)


SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
TARGET = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
PLAIN = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}


def _part_of(packed: zipfile.ZipFile, sheet: str) -> str:
    """The name of the part that holds a sheet; nothing where the workbook does not say."""
    names = packed.namelist()
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return ""
    book = packed.read("xl/workbook.xml").decode("utf-8", "replace")
    relations = packed.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {
        told.get("Id"): told.get("Target", "")
        for told in (dict(ATTRIBUTE.findall(each)) for each in TARGET.findall(relations))
    }
    for each in SHEET.findall(book):
        told = dict(ATTRIBUTE.findall(each))
        if _unescaped(told.get("name", "")) == sheet:
            target = targets.get(told.get("r:id"), "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return ""


def _unescaped(text: str) -> str:
    for sign, plain in reversed(PLAIN.items()):
        text = text.replace(sign, plain)
    return text


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
