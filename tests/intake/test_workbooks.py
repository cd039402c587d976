"""Workbooks as senders send them, and as somebody who means harm might."""

import io
import zipfile
from contextlib import suppress
from datetime import date, datetime, time

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from returnhome.intake import reading, workbooks
from returnhome.intake.reading import Record, Unreadable

pytestmark = pytest.mark.check

ROWS = (["Ref", "Name", "Born"], ["A1", "Zoë Evans", "13/04/2012"])


def workbook(*rows, fill=None, **options):
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, options) as book:
        sheet = book.add_worksheet("List")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        if fill:
            fill(book, sheet)
    return content.getvalue()


def table(content):
    found = reading.read(content, "list.xlsx")
    return found.header, list(found.records)


def refused(content):
    with pytest.raises(Unreadable) as caught:
        reading.sheets(content, "list.xlsx")
    return caught.value.sentence


def packed(**parts):
    """A workbook whose parts are replaced by these."""
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(*ROWS))) as before,
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as after,
    ):
        for name in before.namelist():
            after.writestr(name, parts.get(name.split("/")[-1].split(".")[0], before.read(name)))
    return content.getvalue()


def test_a_row_has_the_number_that_the_spreadsheet_shows():
    header, records = table(workbook(["A title"], [], *ROWS))

    assert header == ROWS[0]
    assert records == [Record(4, ROWS[1])]


def test_days_times_and_numbers_are_text_that_says_the_same():
    def fill(book, sheet):
        form = {name: book.add_format({"num_format": name}) for name in ("dd/mm/yyyy", "hh:mm")}
        both = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        sheet.write_datetime(1, 0, date(2026, 5, 3), form["dd/mm/yyyy"])
        sheet.write_datetime(1, 1, time(7, 40), form["hh:mm"])
        sheet.write_datetime(1, 2, datetime.combine(date(2026, 5, 3), time(7, 40)), both)
        sheet.write(1, 3, 15)
        sheet.write(1, 4, True)
        sheet.write_formula(1, 5, "=1+1", None, 2)
        sheet.write_formula(1, 6, "=1/0", None, "#DIV/0!")

    _, records = table(workbook(list("ABCDEFG"), fill=fill))

    assert records[0].cells == [*("2026-05-03", "07:40", "2026-05-03 07:40", "15", "TRUE", "2", "")]


def test_a_cell_merged_over_rows_says_the_same_in_each():
    def fill(_, sheet):
        sheet.merge_range(1, 0, 2, 0, "Zoë Evans")
        sheet.write(1, 1, "A1")
        sheet.write(2, 1, "A2")

    assert [record.cells for record in table(workbook(["Name", "Ref"], fill=fill))[1]] == [
        ["Zoë Evans", "A1"],
        ["Zoë Evans", "A2"],
    ]


def test_every_sheet_that_can_be_seen_is_read_and_no_hidden_one():
    def fill(book, _):
        book.add_worksheet("Hidden").hide()
        more = book.add_worksheet("More")
        more.write_row(0, 0, ["x", "y"])

    found = reading.sheets(workbook(*ROWS, fill=fill), "list.xlsx")

    assert [sheet.title for sheet in found] == ["List", "More"]


def test_macros_and_links_to_elsewhere_are_not_followed():
    def fill(_, sheet):
        sheet.write_formula(2, 0, "='[secret.xlsx]Sheet1'!A1", None, "A2")
        sheet.write_formula(2, 1, '=WEBSERVICE("http://example.invalid/")', None, "Mia Evans")
        sheet.write_url(2, 2, "external:other.xlsx", string="14/04/2012")

    _, records = table(workbook(*ROWS, fill=fill))

    assert records[-1].cells == ["A2", "Mia Evans", "14/04/2012"]


def test_one_cell_in_the_last_corner_does_not_fill_the_memory():
    far = workbook(*ROWS, fill=lambda _, sheet: sheet.write(1_048_575, 16_383, "x"))

    assert "holds more than can be read" in refused(far)


def test_a_workbook_that_unpacks_to_a_thousand_times_its_size_is_refused():
    bomb = packed(sharedStrings=b"<sst>" + b"<si><t>x</t></si>" * 40_000_000 + b"</sst>")

    assert len(bomb) < 10_000_000
    assert "holds more than can be read" in refused(bomb)


def test_a_bomb_that_says_that_it_is_small_is_refused_too(monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 10**12)
    text = b"<t>" + b"x" * 1_000_000 + b"</t>"
    bomb = packed(sharedStrings=b"<sst>" + (b"<si>" + text + b"</si>") * 1200 + b"</sst>")

    assert "holds more than can be read" in refused(bomb)


def test_fifty_thousand_columns_are_too_many_and_said_to_be():
    wide = workbook([f"c{n}" for n in range(16_000)])

    with pytest.raises(Unreadable, match=r"16,000 columns and the most that can be read is 200"):
        reading.read(wide, "list.xlsx")


def test_a_million_blank_rows_are_no_rows():
    def fill(book, sheet):
        shade = book.add_format({"bg_color": "red"})
        for number in range(2, 1_000_000):
            sheet.write_blank(number, 0, None, shade)

    blank = workbook(*ROWS, fill=fill, constant_memory=True)

    assert reading.sheets(blank, "list.xlsx")[0].length == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 2000, "damaged or not a workbook"),
        (workbook(*ROWS)[:-200], "damaged or not a workbook"),
        (packed(workbook=b"<workbook>"), "damaged or not a workbook"),
        (workbook(), "is empty"),
    ],
)
def test_a_damaged_or_empty_workbook_is_said_to_be_so(content, says):
    assert says in refused(content)


# Made once: a workbook tells when it was made.
WHOLE = workbook(*ROWS)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_damage_to_a_workbook_breaks_the_reader(data):
    whole = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))

    with suppress(Unreadable):
        assert all(sheet.head for sheet in reading.sheets(bytes(whole), "list.xlsx"))
