"""Reads one workbook and writes its sheets as plain text: a process of its own, with little room.

What comes from outside can be made to fill a memory: a sheet with one cell in its last corner, or
one that unpacks to a thousand times its size. So it happens where nothing else is, no name and no
key, with bounds. `workbooks` starts it: the file on standard input; on standard output, for each
sheet, a line of JSON and then its rows as CSV. Macros, formulas and links to elsewhere are not
followed: the values are those that were saved.
"""

import csv
import io
import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

import python_calamine as calamine

ROOM = 1024 * 1024 * 1024
SECONDS = 60
# So much text of all its sheets, and so many rows of one, is read.
MOST_TEXT = 50 * 1024 * 1024
MOST_COLUMNS = 200
LONGEST_MERGED = 1000
TOO_MUCH, LOCKED, BROKEN = 3, 4, 5
TRUE_FALSE = {True: "TRUE", False: "FALSE"}


class TooMuch(Exception):
    """More text than a file may have."""


def _told(value: Any) -> str:
    """A cell as text: days and times as their standard has them, whole numbers without a point."""
    match value:
        case bool():
            return TRUE_FALSE[value]
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime():
            return value.isoformat(" ", "minutes" if value.second == 0 else "seconds")
        case time():
            return value.isoformat("minutes" if value.second == 0 else "seconds")
        case date():
            return value.isoformat()
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            whole = f"{minutes // 60:02}:{minutes % 60:02}"
            return f"{whole}:{seconds:02}" if seconds else whole
    return str(value)


def rows(sheet: Any) -> tuple[bytes, int]:
    """The sheet's rows as CSV, each as wide as its widest, and the number of the last.

    A line is a row with the number that a spreadsheet shows. A cell that is merged over several
    rows says the same in each of them.
    """
    widest = max((_filled(row) for row in sheet.iter_rows()), default=0)
    if widest > MOST_COLUMNS:
        # The reader says that these are too many; what else the sheet holds adds nothing to it.
        return f"{','.join('x' * widest)}\n".encode(), 1
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    below = _below(sheet)
    blank = count = 0
    above: list[str] = []
    for number, row in enumerate(sheet.iter_rows()):
        cells = [_told(value) for value in row[:widest]]
        for column in below.get(number, ()):
            cells[column] = above[column]
        above = cells
        if not any(map(str.strip, cells)):
            blank += 1
            continue
        text.write("\n" * blank)
        blank, count = 0, number + 1
        writer.writerow(cells)
        if text.tell() > MOST_TEXT:
            raise TooMuch
    return text.getvalue().encode("utf-8", "replace"), count


def _filled(row: list[Any]) -> int:
    return next((n for n in range(len(row), 0, -1) if str(row[n - 1]).strip()), 0)


def _below(sheet: Any) -> dict[int, list[int]]:
    """The rows in which a merged cell goes on, each with its columns."""
    begins = sheet.start[1] if sheet.start else 0
    below: dict[int, list[int]] = {}
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        for number in range(top + 1, min(bottom, top + LONGEST_MERGED) + 1):
            below.setdefault(number, []).append(left - begins)
    return below


def main() -> None:
    for what, most in ((resource.RLIMIT_AS, ROOM), (resource.RLIMIT_CPU, SECONDS)):
        resource.setrlimit(what, (most, most))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    book = calamine.load_workbook(io.BytesIO(sys.stdin.buffer.read()))
    out, left = sys.stdout.buffer, MOST_TEXT
    for name in _seen(book):
        content, count = rows(book.get_sheet_by_name(name))
        left -= len(content)
        if left < 0:
            raise TooMuch
        said = {"sheet": name, "rows": count, "bytes": len(content)}
        out.write(json.dumps(said).encode() + b"\n" + content)


def _seen(book: Any) -> list[str]:
    """The sheets that are no charts and are not hidden; where all are hidden, all of them."""
    seen = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.typ == calamine.SheetTypeEnum.WorkSheet
        and sheet.visible == calamine.SheetVisibleEnum.Visible
    ]
    return seen or list(book.sheet_names)


if __name__ == "__main__":
    try:
        main()
    except (TooMuch, MemoryError):
        sys.exit(TOO_MUCH)
    except calamine.PasswordError:
        sys.exit(LOCKED)
    except calamine.CalamineError:
        sys.exit(BROKEN)
