"""The bytes that a sender's file is made of, read as sheets one record at a time.

A file is gone through twice: once to refuse it whole, with one sentence, before any of its rows is
handed out; then to hand them out. Neither holds more than one record in memory; a workbook is held
as the text of its sheets.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest, sha256
from itertools import islice, zip_longest
from pathlib import Path, PurePath
from typing import BinaryIO

from returnhome.intake import workbooks
from returnhome.rules import Blocked

# A year of England's busiest force is under 10 MB in any layout seen. A text that lies on the
# operator's own disk may be larger: it is never held.
LARGEST = 50 * 1024 * 1024
MOST_COLUMNS = 200
LONGEST_RECORD = 1_000_000
# Excel allows 31 characters.
LONGEST_TITLE = 60
# The headings are among the first so many rows that are not blank.
HEAD = 40

_SEPARATORS = ",;\t|"
_SAMPLE = 64 * 1024
# Two bytes of UTF-8 read as Windows-1252: “Ã©”, “â€™”. No English list of names holds them.
_TWICE_ENCODED = re.compile("Ã[\u00a0-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€")

_RESAVE = "open it, save it as “CSV UTF-8 (comma delimited)” and send that"
_UNPACK = "unpack it and send the CSV file that is inside"
_ASK = "ask the sender for the same list as a CSV file"
_SIGNATURES = (
    (b"%PDF", "a PDF document", _ASK),
    (b"\x89PNG", "a picture", _ASK),
    (b"\xff\xd8\xff", "a picture", _ASK),
    (b"GIF8", "a picture", _ASK),
    (b"II*\0", "a picture", _ASK),
    (b"MM\0*", "a picture", _ASK),
    (b"RIFF", "a picture or a recording", _ASK),
    (b"{\\rtf", "a text document", _ASK),
    (b"\x1f\x8b", "a compressed file", _UNPACK),
    (b"7z\xbc\xaf", "a compressed file", _UNPACK),
    (b"Rar!", "a compressed file", _UNPACK),
    (b"BZh", "a compressed file", _UNPACK),
    (b"\xfd7zXZ", "a compressed file", _UNPACK),
    (b"SQLite format 3", "a database", _ASK),
)
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)

Content = bytes | BinaryIO | Path


class Unreadable(Blocked):
    """A file that is no table we can read; nothing of it was taken in."""

    sentence = "The file cannot be read."
    field = "file"


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the file; the file's first is number 1, a quoted line break starts none.

    `sheet` is named where several sheets are read as one: each has its own numbers.
    """

    number: int
    cells: list[str]
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet of which one row holds the headings: that row and, once only, the records after it.

    `before`: the records above the headings that are not blank. `more`: sheets with the same
    headings that are read after it, as one with it. `aside`: the names of those that are not.
    """

    name: str
    header: list[str]
    header_number: int
    length: int
    encoding: str
    separator: str
    records: Iterator[Record]
    sheet: str = ""
    before: tuple[Record, ...] = ()
    more: tuple["Table", ...] = ()
    aside: tuple[str, ...] = ()

    @property
    def parts(self) -> "tuple[Table, ...]":
        """Each sheet that is read, in their order."""
        return (self, *self.more)

    @property
    def whole_length(self) -> int:
        """How many records all of them have."""
        return sum(part.length for part in self.parts)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that can be read; a file of text is one without a `title`.

    `head`: its first records that are not blank. `length`: the number of its last record.
    """

    name: str
    title: str
    head: tuple[Record, ...]
    length: int
    encoding: str
    separator: str
    content: Content

    def headings(self, record: Record) -> list[list[str]]:
        """What the headings are if they are in this record: it alone, and with the row above.

        “Missing” over two columns, and “Date” and “Time” below it, are “Missing Date” and
        “Missing Time”.
        """
        own = [cell.strip() for cell in record.cells]
        above = next((each for each in self.head if each.number == record.number - 1), None)
        if above is None or len(set(own)) == len(own) or not _is_wide(above):
            return [own]
        group, joined = "", []
        for heading, over in zip_longest(
            own, map(str.strip, above.cells[: len(own)]), fillvalue=""
        ):
            group = over or group
            is_shared = own.count(heading) > 1
            joined.append(f"{group} {heading}".strip() if is_shared else heading)
        return [joined, own]

    def table(
        self,
        header: Record | None = None,
        headings: Sequence[str] = (),
        *,
        is_one_of_several: bool = False,
    ) -> Table:
        """The sheet with this record as its headings; absent, with the first that can be.

        Raises Unreadable where there is none, and for more columns than can be read.
        """
        of = self.title if is_one_of_several else ""
        header = header or next(filter(_is_wide, self.head), None)
        if header is None:
            raise _no_table(self.name)
        _check_columns(header.cells, self.name)
        return Table(
            name=self.name,
            header=list(headings) or [cell.strip() for cell in header.cells],
            header_number=header.number,
            length=self.length - header.number,
            encoding=self.encoding,
            separator=self.separator,
            records=_records(
                self.content, self.encoding, self.separator, self.name, after=header.number, of=of
            ),
            sheet=self.title,
            before=tuple(each for each in self.head if each.number < header.number),
        )


def read(content: Content, filename: str) -> Table:
    """The first sheet as a table whose headings are its first row. Raises Unreadable."""
    return sheets(content, filename)[0].table()


def sheets(content: Content, filename: str) -> list[Sheet]:
    """The sheets in a file's content: bytes, a path, or an open binary file that can be rewound.

    A workbook (xlsx, xlsm, xls, ods), or text: UTF-8 with or without a byte order mark, UTF-16
    with one, else Windows-1252; separated by commas, semicolons, tabs or bars. Raises Unreadable
    before the first record is handed out.
    """
    name = _shown(filename)
    with _opened(content, name) as stream:
        head, tail, size = _ends(stream, name)
        if size > LARGEST and (_is_workbook(head, tail) or not isinstance(content, Path)):
            raise _too_large(size, name)
        if _is_workbook(head, tail):
            stream.seek(0)
            return _of_workbook(stream.read(), name)
        _check_kind(head, tail, name)
        for encoding in _encodings(head):
            try:
                return [_surveyed(content, stream, encoding, name)]
            except UnicodeDecodeError:
                continue
    raise Unreadable(
        f"{name} is neither UTF-8 nor Windows-1252 text: export it again as “CSV UTF-8”."
    )


def _is_workbook(head: bytes, tail: bytes) -> bool:
    if head.startswith(OLD_OFFICE):
        return True
    # The names of a zip's parts stand in clear in its directory at the end.
    return head.startswith(b"PK\3\4") and (b"xl/" in tail or b"opendocument.spreadsheet" in head)


def _of_workbook(content: bytes, name: str) -> list[Sheet]:
    try:
        unpacked = workbooks.unpacked(content)
    except workbooks.IsLocked:
        raise Unreadable(
            f"{name} asks for a password: save it without one, or send a CSV file."
        ) from None
    except workbooks.IsTooLarge:
        raise Unreadable(
            f"{name} holds more than can be read: save the sheet with the rows as “CSV UTF-8”, or "
            "split it by month."
        ) from None
    except workbooks.CannotBeOpened:
        raise Unreadable(f"{name} is damaged or not a workbook: {_RESAVE}.") from None
    titles = _titles([each.name for each in unpacked])
    found = [
        _sheet(each.content, title, name) for each, title in zip(unpacked, titles, strict=True)
    ]
    if not found:
        raise _empty(name)
    return found


def _titles(names: Iterable[str]) -> list[str]:
    """The names of sheets as a sentence may quote them, each its own."""
    titles: list[str] = []
    for number, name in enumerate(names, start=1):
        title = "".join(c for c in name if c.isprintable()).strip()[:LONGEST_TITLE]
        is_own = title and title not in titles
        titles.append(title if is_own else f"{title} (sheet {number})".strip())
    return titles


def _sheet(content: bytes, title: str, name: str) -> Sheet:
    with _opened(content, name) as stream:
        return _surveyed(content, stream, "utf-8", name, separator=",", title=title)


def whole(content: Content) -> bytes:
    """All of a content that `read` has found to be a table, and so not too large to hold."""
    if isinstance(content, bytes):
        return content
    with _opened(content, "") as stream:
        stream.seek(0)
        return stream.read()


def digest(content: Content) -> str:
    """The SHA-256 of all of a content."""
    if isinstance(content, bytes):
        return sha256(content).hexdigest()
    with _opened(content, "") as stream:
        stream.seek(0)
        return file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]


def _surveyed(
    content: Content,
    stream: BinaryIO,
    encoding: str,
    name: str,
    *,
    separator: str = "",
    title: str = "",
) -> Sheet:
    """Go through the whole file once. Raises Unreadable, or UnicodeDecodeError."""
    if not separator:
        with _decoded(stream, encoding) as text:
            separator = _separator(text.read(_SAMPLE), name)
    head: list[Record] = []
    length = 0
    with _decoded(stream, encoding) as text:
        for record in _numbered(text, separator, name):
            if len(head) < HEAD and any(map(str.strip, record.cells)):
                head.append(record)
            length = record.number
    if not head:
        raise _empty(name)
    return Sheet(name, title, tuple(head), length, encoding, separator, content)


def _records(
    content: Content, encoding: str, separator: str, name: str, *, after: int, of: str
) -> Iterator[Record]:
    with _opened(content, name) as stream, _decoded(stream, encoding) as text:
        for record in _numbered(text, separator, name):
            if record.number > after:
                yield Record(record.number, record.cells, of) if of else record


def _numbered(text: io.TextIOWrapper, separator: str, name: str) -> Iterator[Record]:
    lines = _Lines(text, name)
    reader = csv.reader(lines, delimiter=separator)
    try:
        for lines.record, cells in enumerate(reader, start=1):
            yield Record(lines.record, cells)
            lines.taken = 0
    except csv.Error:
        raise _too_long(name, lines.record + 1) from None


class _Lines:
    """The lines of a text one by one, refusing what would fill the memory or no text holds."""

    def __init__(self, text: io.TextIOWrapper, name: str) -> None:
        self.text, self.name = text, name
        self.record = self.taken = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.text.readline(LONGEST_RECORD + 1)
        if not line:
            raise StopIteration
        self.taken += len(line)
        if self.taken > LONGEST_RECORD:
            raise _too_long(self.name, self.record + 1)
        if "\0" in line:
            raise Unreadable(
                f"Row {self.record + 1} of {self.name} holds characters that no text has: "
                "it is damaged or not a table, so export it again as “CSV UTF-8”."
            )
        if self.text.encoding == "cp1252" and _TWICE_ENCODED.search(line):
            raise Unreadable(
                f"{self.name} mixes two encodings, so that names in row {self.record + 1} would "
                "be spoilt: export it again as “CSV UTF-8”."
            )
        return line


def _too_long(name: str, number: int) -> Unreadable:
    return Unreadable(
        f"Row {number} of {name} is longer than a row can be: a quotation mark in it is probably "
        "not closed; mend it or export the file again."
    )


@contextmanager
def _opened(content: Content, name: str) -> Iterator[BinaryIO]:
    if isinstance(content, bytes):
        yield io.BytesIO(content)
    elif isinstance(content, Path):
        try:
            file = content.open("rb")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "its name is not a file's"
            raise Unreadable(
                f"{name} cannot be opened ({reason}): check its name and who may read it."
            ) from None
        with file:
            yield file
    else:
        yield content


@contextmanager
def _decoded(stream: BinaryIO, encoding: str) -> Iterator[io.TextIOWrapper]:
    stream.seek(0)
    # Line ends are left to the csv reader, which knows those inside quotation marks.
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    try:
        yield text
    finally:
        text.detach()


def _too_large(size: int, name: str) -> Unreadable:
    return Unreadable(
        f"{name} is {_megabytes(size)} MB and the most that can be read is "
        f"{_megabytes(LARGEST)} MB: split it by month and send the parts."
    )


def _ends(stream: BinaryIO, name: str) -> tuple[bytes, bytes, int]:
    """The file's first and last bytes, and how many it has."""
    try:
        size = stream.seek(0, io.SEEK_END)
    except OSError:
        raise Unreadable(
            f"{name} cannot be read twice, as a pipe cannot: save it as a file and send that."
        ) from None
    stream.seek(max(0, size - _SAMPLE))
    tail = stream.read(_SAMPLE)
    stream.seek(0)
    head = stream.read(_SAMPLE)
    if not head.strip():
        raise _empty(name)
    return head, tail, size


def _check_kind(head: bytes, tail: bytes, name: str) -> None:
    """Raises Unreadable for what is neither text nor a workbook."""
    what = _foreign_kind(head, tail)
    if what:
        raise Unreadable(f"{name} is {what[0]}, not a CSV file: {what[1]}.")


def _foreign_kind(head: bytes, tail: bytes) -> tuple[str, str] | None:
    """What a file that is no text is, and what to do about it."""
    for signature, what, remedy in _SIGNATURES:
        if head.startswith(signature):
            return what, remedy
    if head.startswith((b"PK\3\4", b"PK\5\6")):
        if b"word/" in tail or b"opendocument" in head:
            return "a text document", _ASK
        return "a zip archive", _UNPACK
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:9].lower()
    if start.startswith((b"<html", b"<!doctype", b"<table")):
        return "a web page", _RESAVE
    if start.startswith(b"<?xml"):
        return "an XML file", _RESAVE
    return None


def _encodings(head: bytes) -> tuple[str, ...]:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return (encoding,)
    return ("utf-8", "cp1252")


def _separator(sample: str, name: str) -> str:
    """The separator that gives the most rows the same number of columns, more than one.

    A title above the headings, and a remark that holds another separator, do not decide it.
    """
    if not sample.strip(f'{_SEPARATORS} "\r\n'):
        raise _empty(name)
    found = {separator: _evenness(sample, separator) for separator in _SEPARATORS}
    best = max(found, key=lambda separator: found[separator])
    if found[best] == 0:
        raise _no_table(name)
    return best


def _evenness(sample: str, separator: str) -> int:
    """How many cells stand beside another in rows of the width that most rows have."""
    widths: Counter[int] = Counter()
    rows = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
    for cells in islice(rows, HEAD):
        if any(map(str.strip, cells)):
            widths[len(cells)] += 1
    return max(((width - 1) * number for width, number in widths.items()), default=0)


def _check_columns(header: Sequence[str], name: str) -> None:
    if len(header) > MOST_COLUMNS:
        raise Unreadable(
            f"{name} has {len(header):,} columns and the most that can be read is {MOST_COLUMNS}: "
            "send only the columns of a known layout."
        )


def _is_wide(record: Record) -> bool:
    return sum(bool(cell.strip()) for cell in record.cells) > 1


def _no_table(name: str) -> Unreadable:
    return Unreadable(
        f"{name} is not a table: its first row has no columns; "
        "send a CSV file whose first row holds the headings."
    )


def _empty(name: str) -> Unreadable:
    return Unreadable(f"{name} is empty: export it again and check that it holds rows.")


def _shown(filename: str) -> str:
    """A file's name as a sentence may quote it, without its folder."""
    bare = PurePath(filename.replace("\\", "/")).name
    visible = "".join(c for c in bare if c.isprintable()) or "the file"
    return f"“{visible[:80]}”" if visible != "the file" else "The file"


def _megabytes(size: int) -> int:
    return -(-size // (1024 * 1024))
