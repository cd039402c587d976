"""Every reader of what comes from outside, as one function of bytes, with samples to begin from.

Whatever the bytes are, only `Blocked` may come out, and what comes out whole has to add up.
Imported by `bench.fuzz` once its parts are watched.
"""

import io
import json
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import python_calamine as calamine

from returnhome.intake import (
    guessing,
    instants,
    layouts,
    open_referral,
    parsing,
    reading,
    register,
    sent,
    study_files,
    unpacking,
    whole_names,
)
from returnhome.intake.instants import Order
from returnhome.intake.layouts import LAYOUTS, Layout, Meaning
from returnhome.intake.reading import Record, Sheet, Table, Unreadable
from returnhome.rules import codes, naming
from returnhome.rules.statutory import ssda903, ssda903_care
from returnhome.rules.study import adding_up, checking
from returnhome.rules.study.asked import HEADER, Period
from returnhome.rules.study.councils import Council, Councils

SAMPLES = Path(__file__).resolve().parents[1] / "tests" / "intake" / "samples"
TODAY = date(2026, 11, 26)
CELL, MOST_CELLS, MOST_SHEETS = "\x1f", 60, 6


@dataclass(frozen=True)
class Reader:
    """`read` takes any bytes; `samples` are what it is meant for."""

    read: Callable[[bytes], object]
    samples: Callable[[], Iterable[bytes]]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "ignore")


# Files.


def of_text(data: bytes) -> None:
    """A file of text as a table, its rows in every layout that is known from the start."""
    (sheet,) = reading.sheets(b"," + data if data.startswith(b"PK\3\4") else data, "list.csv")
    _of_sheet(sheet)


def _of_sheet(sheet: Sheet) -> None:
    table = sheet.table()
    assert len(list(table.records)) == table.length
    for record in sheet.head[:3]:
        for header in sheet.headings(record):
            if layout := layouts.fitting(header):
                _of_table(sheet.table(record, header), layout)


def _of_table(table: Table, layout: Layout) -> None:
    """Every record is a row or skipped, and a row that is refused says why."""
    told = list(parsing.outcomes(table, layout, today=TODAY))
    numbers = [each.number for each in told if not isinstance(each, parsing.Aside)]
    assert numbers == [n for n in range(1, max(numbers, default=0) + 1) if n != table.header_number]
    for each in told:
        if isinstance(each, parsing.Row):
            assert bool(each.faults) == bool(each.reason)
            json.dumps(each.as_received)


def of_workbook(data: bytes) -> None:
    """What the process of its own does, here: xlsx, xls or ods."""
    try:
        book = calamine.load_workbook(io.BytesIO(data))
        names = unpacking._seen(book)
        texts = [unpacking.rows(book.get_sheet_by_name(name)) for name in names[:5]]
    except (calamine.CalamineError, unpacking.TooMuch, MemoryError):
        return
    except BaseException as broken:
        # The library's own: it ends the process, and the file is said to be damaged.
        if type(broken).__name__ == "PanicException":
            return
        raise
    for text, length in texts:
        if length:
            sheet = reading._sheet(text, "List", "list.xlsx")
            assert sheet.length == length
            _of_sheet(sheet)


PARTS = ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml")


def of_part(data: bytes) -> None:
    """A whole workbook of which one part is these bytes: the first says which."""
    if not data:
        return
    content = io.BytesIO()
    with (
        zipfile.ZipFile(SAMPLES / "police-b.xlsx") as before,
        zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as after,
    ):
        name = PARTS[data[0] % len(PARTS)]
        for each in before.namelist():
            after.writestr(each, data[1:] if each == name else before.read(each))
    of_workbook(content.getvalue())


def _parts() -> Iterable[bytes]:
    with zipfile.ZipFile(SAMPLES / "police-b.xlsx") as book:
        for number, name in enumerate(PARTS):
            if name in book.namelist():
                yield bytes([number]) + book.read(name)


def of_register(data: bytes) -> None:
    table = reading.read(b"," + data if data.startswith(b"PK\3\4") else data, "register.csv")
    for each in register.outcomes(table, register.fitting(table.header), today=TODAY):
        assert each.number > table.header_number


def of_guess(data: bytes) -> None:
    """What is proposed of a file never seen: as a layout kept and read again it fits the file."""
    sheets = reading.sheets(b"," + data if data.startswith(b"PK\3\4") else data, "list.csv")
    proposal = guessing.propose(sheets, today=TODAY)
    if proposal is None:
        return
    kept = json.loads(json.dumps(proposal.layout("", "").definition))
    layout = layouts.defined("taught-1", "", kept).fitted(proposal.table.header)
    if proposal.is_certain:
        assert layout.met == proposal.layout("", "").met
        if layout.fits:
            _of_table(proposal.table, layout)


def of_months(data: bytes) -> None:
    """A workbook of several sheets, parted by form feeds: each is read, or left aside by name."""
    sheets = []
    for number, part in enumerate(_text(data).split("\f")[:MOST_SHEETS], start=1):
        # As the process of its own writes them: so wide at the most, and nowhere a null.
        sheet = part.replace("\0", "")
        if sheet.strip(', "\r\n\t'):
            sheets.append(reading._sheet(sheet.encode(), f"Sheet {number}", "year.xlsx"))
    proposal = guessing.propose(sheets, today=TODAY)
    if proposal is None:
        return
    table = proposal.table
    assert len(table.parts) + len(table.aside) == len(sheets)
    layout = proposal.layout("", "").fitted(table.header)
    told = list(parsing.outcomes(table, layout, today=TODAY))
    places = [(each.sheet, each.number) for each in told if not isinstance(each, parsing.Aside)]
    assert len(places) == len(set(places))
    assert len(places) >= table.whole_length


def of_directory(data: bytes) -> None:
    directory = open_referral.read(data)
    assert directory.read == (
        len(directory.described) + len(directory.over) + len(directory.refused)
    )
    for each in directory.refused:
        assert each.in_words


COUNCILS = Councils(
    known={"E06000001": Council("E06000001", "Hartlepool", "North East")},
    elsewhere={},
    districts={},
)
A_YEAR = Period(date(2025, 4, 1), date(2026, 3, 31))


def of_study(data: bytes) -> None:
    """A council's return to the study: read, held against itself, and added up with no other."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        Path(file.name).write_bytes(data)
        sent_in = study_files.read(Path(file.name))
    made, problems = checking.check(sent_in, COUNCILS)
    assert made or problems
    for each in problems:
        assert each.sentence
    found = adding_up.add_up([(sent_in.name, made)], problems, councils=COUNCILS, period=A_YEAR)
    assert made is None or not (made.set_aside & made.answers.keys())
    assert found.problems or not problems


def _study() -> Iterable[bytes]:
    rows = [
        ("1", "E06000001", str(A_YEAR), "all", measure, value, state, "")
        for measure, value, state in (
            *(("ended", "40", "given"), ("offered", "30", "given"), ("held", "31", "given")),
            *(("not_offered", "", "not held"), ("in_time", "12", "given")),
        )
    ]
    for delimiter in ",;\t":
        yield "\n".join(delimiter.join(row) for row in (HEADER, *rows)).encode()


def of_care(data: bytes) -> None:
    """A folder of SSDA903 tables, parted by form feeds: what it tells, and the rules over it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, part in zip(("header", "episodes", "missing"), data.split(b"\f"), strict=False):
            (folder / f"{file}.csv").write_bytes(part)
        with suppress(ssda903.Fault):
            ssda903_care.ethnicities(folder)
            for each in ssda903_care.by_child(ssda903_care.read(folder)).values():
                assert all(stay.postcode for stay in each.stays)
        with suppress(ssda903.Fault):
            given = ssda903.read(folder)
            for finding in ssda903.check(given, ssda903.most_likely_year(given)):
                assert finding.sentence


A_RETURN = (
    b"CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\nN1,F,04/05/2011,WBRI,,,\n\f"
    b"CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
    b"N1,01/06/2024,S,C2,N1,U4,PR0,10/02/2026,X1,,NS1 1AA,NS1 1AA,\n"
    b"N1,10/02/2026,P,C2,N1,U4,PR0,,,,NS1 1AA,WB1 1AA,\n\f"
    b"CHILD,DOB,MISSING,MIS_START,MIS_END\nN1,04/05/2011,M,05/09/2025,06/09/2025\n"
)


# Cells.


def of_instant(data: bytes) -> None:
    text = _text(data)
    for order in Order:
        read = instants.read(text, order)
        assert read is None or read.day or read.at


def of_name(data: bytes) -> None:
    text = _text(data)
    for is_surname_first in (True, False):
        forename, surname = whole_names.parted(text, is_surname_first=is_surname_first)
        assert set(forename + surname) <= {*text, " "}
    naming.folded(text)
    naming.written_postcode(text)


def of_cells(data: bytes) -> None:
    """One record under each layout; the first byte says which, a unit separator parts cells."""
    cells = _text(data[1:]).split(CELL)[:MOST_CELLS]
    layout = LAYOUTS[(data[0] if data else 0) % len(LAYOUTS)]
    row = parsing.parse(Record(2, cells), layout, today=TODAY)
    assert len(row.digest) == 64
    assert row.reason or not row.faults
    json.dumps(row.as_received)


def _cells() -> Iterable[bytes]:
    for number, name in enumerate(("police-a.csv", "police-c.csv")):
        table = reading.read(SAMPLES / name, name)
        for record in list(table.records)[:60]:
            yield bytes([2 * number]) + CELL.join(record.cells).encode()


def of_words(data: bytes) -> None:
    """What somebody teaches: headings with their meanings, and a force's own words for a kind."""
    pieces = _text(data[1:]).split(CELL)[:MOST_CELLS]
    meanings = list(Meaning)
    first = data[0] if data else 0
    meant: dict[str, Any] = {
        heading: meanings[(first + number) % len(meanings)] if number % 3 else None
        for number, heading in enumerate(pieces)
    }
    kinds = {codes.plain(piece): codes.EpisodeKind.AWAY for piece in pieces}
    layout = Layout("taught-1", "", meant, layouts.needed(meant), kinds=kinds)
    again = layouts.defined("taught-1", "", json.loads(json.dumps(layout.definition)))
    assert again.fitted(pieces).met == layout.fitted(pieces).met
    for piece in pieces:
        guessing.spoken(piece)
        parsing.words(piece)
    try:
        layouts.checked(again.fitted(pieces))
    except Unreadable as reason:
        if not reason.sentence:
            raise
    row = parsing.parse(Record(2, pieces), again.fitted(pieces), today=TODAY)
    assert row.reason or not row.faults


# What a program sends, once the door has taken it.


def of_sent(data: bytes) -> None:
    from pydantic import ValidationError  # noqa: PLC0415

    from returnhome.api.notifications import Sent  # noqa: PLC0415

    # As JSON; or, so that more gets past the door, each field as a part of the text.
    try:
        if data.startswith(b"{"):
            told = Sent.model_validate_json(data)
        else:
            told = Sent.model_validate({"notifications": [_in_fields(_text(data))]})
    except ValidationError:
        return
    for number, each in enumerate(told.notifications, start=1):
        row = sent.row(each.as_sent, number=number, today=TODAY)
        again = sent.row(sent.as_sent(row), number=number, today=TODAY)
        if not row.faults:
            assert (again.reference, again.last_seen, again.found, again.returned) == (
                *(row.reference, row.last_seen, row.found, row.returned),
            )


def _in_fields(text: str) -> dict[str, Any]:
    pieces = dict(zip(sent.LAYOUT.header, text.split(CELL), strict=False))
    said: dict[str, Any] = {name: piece for name, piece in pieces.items() if piece}
    for name in sent.MOMENTS:
        if piece := pieces.get(name):
            at, _, minutes = piece.partition("~")
            about = {"give_or_take": int(minutes)} if minutes.isdecimal() else {}
            said[name] = {"at" if "T" in at else "on": at} | about
    if "looked_after" in said:
        said["looked_after"] = said["looked_after"] == "yes"
    return said


def _sent() -> Iterable[bytes]:
    yield CELL.join(
        [
            *("R1", "Mia", "Evans", "2012-04-13", "female", "1 Mill Lane", "NS1 1AA"),
            *("2026-01-03T07:40:00Z~30", "2026-01-03", "2026-01-04T07:40:00+01:00", "2026-01-05"),
            *("missing", "low", "yes", "Leeds", "At her nan’s"),
        ]
    ).encode()
    said = {
        "reference": "R1",
        "forename": "Mia",
        "surname": "Evans",
        "born": "2012-04-13",
        "sex": "female",
        "postcode": "NS1 1AA",
        "last_seen": {"at": "2026-01-03T07:40:00Z", "give_or_take": 30},
        "reported": {"on": "2026-01-03"},
        "risk": "low",
        "kind": "missing",
        "looked_after": True,
        "comment": "At her nan’s",
    }
    yield json.dumps({"notifications": [said]}).encode()
    yield json.dumps({"notifications": [{"reference": "R2", "found": said["reported"]}]}).encode()


def _files(*names: str) -> Callable[[], Iterable[bytes]]:
    """Of each the first 40 lines, if it is text."""

    def found() -> Iterable[bytes]:
        for name in names:
            content = (SAMPLES / name).read_bytes()
            yield content if name.endswith("x") else b"".join(content.splitlines(True)[:40])

    return found


def _written(*texts: str) -> Callable[[], Iterable[bytes]]:
    return lambda: [text.encode() for text in texts]


DIRECTORY = json.dumps(
    {
        "page_number": 1,
        "total_pages": 2,
        "contents": [
            {
                "id": "s1",
                "name": "Talking Room",
                "status": "active",
                "description": "<p>Rest &amp; talk.</p>",
                "url": "example.org",
                "minimum_age": 11,
                "maximum_age": "18.0",
                "eligibilitys": [{"minimum_age": 9, "eligibility": "All"}],
                "organization": {"name": "The Barn"},
                "contacts": [{"phones": [{"number": "01632 960001"}]}],
                "service_at_locations": [
                    {"location": {"addresses": [{"address_1": "1 Mill Lane", "city": "Northtown"}]}}
                ],
                "attributes": [{"taxonomy_term": {"code": "feeling", "taxonomy": "returnhome"}}],
            }
        ],
    }
)
MONTHS = (
    "Ref,Child,DOB,Missing,Found,Category\n"
    "L1,EVANS Mia,19.05.12,08:45 on 2 Jan 2026,03/01/2026,Cat 1\n"
    ",,Missing,,Returned,\nRef,Name,Date,Time,Date,Time\nX1,Jo Smith,13/04/2026,07:40,,\n"
)
READERS = {
    "text": Reader(of_text, _files("police-a.csv", "police-c.csv")),
    "workbook": Reader(of_workbook, _files("police-b.xlsx")),
    "part": Reader(of_part, _parts),
    "guess": Reader(of_guess, lambda: [MONTHS.encode(), *_files("police-a.csv", "police-c.csv")()]),
    "months": Reader(
        of_months, lambda: [b"\f".join([MONTHS.encode()] * 2 + [b"Month,Number\nJan,1"])]
    ),
    "register": Reader(of_register, _files(*(f"police-{each}.register.csv" for each in "abc"))),
    "study": Reader(of_study, _study),
    "care": Reader(of_care, lambda: [A_RETURN]),
    "cells": Reader(of_cells, _cells),
    "instant": Reader(
        of_instant,
        _written(
            *("03/01/2026 07:40", "2026-01-03T07:40:00.5Z", "07:40 on 3 Jan 2026", "46066.375"),
            *("about 0740hrs Sat 3rd of January 2026", "3.1.26 24:00", "7.40pm", "noon", "1/2/26"),
            "2026-01-03 07:40 +01:00",
        ),
    ),
    "name": Reader(
        of_name, _written("SMITH, Jo", "Miss Jo van der SMITH (known)", "de la Cruz Ana", "Jo")
    ),
    "words": Reader(of_words, _written(f"aRef{CELL}Child{CELL}Cat 1{CELL}Low (Absent){CELL}Date")),
    "directory": Reader(of_directory, _written(DIRECTORY, "[]")),
    "sent": Reader(of_sent, _sent),
}


def made_ready(name: str) -> None:
    """What a reader needs beside its own module."""
    if name == "sent":
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "returnhome.settings")
        import django  # noqa: PLC0415

        django.setup()
        import returnhome.api.notifications  # noqa: F401, PLC0415


def chosen(names: Sequence[str]) -> dict[str, Reader]:
    return {name: READERS[name] for name in names or READERS}
