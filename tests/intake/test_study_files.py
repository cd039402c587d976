"""Councils' returns as files: encodings, delimiters, workbooks, and what is no return at all."""

import csv
import io
from pathlib import Path

import pytest
import xlsxwriter

from returnhome.intake import study_files
from returnhome.reporting import study_blank
from returnhome.rules.study.asked import HEADER, AnswerState
from returnhome.rules.study.checking import SentFile, check
from returnhome.rules.study.faults import Fault
from tests.rules.study.returns import COUNCILS, YEAR

PERIOD = str(YEAR)
ROWS = [
    ["1", "E06000001", PERIOD, "all", "ended", "1,040", "given", "as at 1 June – “final”"],
    ["1", "E06000001", PERIOD, "all", "held", "520", "given", ""],
]


def text(rows: list[list[str]] = ROWS, header: tuple = HEADER, delimiter: str = ",") -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([header, *rows])
    return out.getvalue()


def put(folder: Path, content: bytes, name: str = "hartlepool.csv") -> SentFile:
    (folder / name).write_bytes(content)
    return study_files.read(folder / name)


def faults(sent: SentFile) -> list[Fault]:
    return [each.fault for each in sent.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf_8_is_read_with_or_without_its_mark(tmp_path: Path, encoding: str) -> None:
    sent = put(tmp_path, text().encode(encoding))

    assert sent.problems == ()
    assert [row.number for row in sent.rows] == [2, 3]
    assert sent.rows[0].cells["note"] == "as at 1 June – “final”"


@pytest.mark.parametrize(
    ("encoding", "said"), [("cp1252", "read as Windows-1252"), ("utf-16", "is in UTF-16")]
)
def test_another_encoding_is_read_and_said(tmp_path: Path, encoding: str, said: str) -> None:
    sent = put(tmp_path, text().encode(encoding))

    assert faults(sent) == [Fault.OTHER_ENCODING]
    assert said in sent.problems[0].sentence
    assert sent.rows[0].cells["note"] == "as at 1 June – “final”"
    found, _ = check(sent, COUNCILS)
    assert found
    assert found.answers["all", "ended"].value == 1040


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_columns_may_be_parted_as_other_spreadsheets_do(tmp_path: Path, delimiter: str) -> None:
    sent = put(tmp_path, text(delimiter=delimiter).encode())

    assert sent.problems == ()
    assert sent.rows[1].cells["measure"] == "held"


@pytest.mark.parametrize("ending", ["\r", "\n", "\r\n"])
def test_lines_may_end_as_they_do_anywhere(tmp_path: Path, ending: str) -> None:
    sent = put(tmp_path, text().replace("\r\n", ending).encode())

    assert [row.number for row in sent.rows] == [2, 3]


def test_a_spreadsheets_own_mark_is_passed_over_and_counts_as_a_line(tmp_path: Path) -> None:
    sent = put(tmp_path, ("sep=;\r\n" + text(delimiter=";")).encode())

    assert sent.problems == ()
    assert [row.number for row in sent.rows] == [3, 4]


def test_a_quotation_mark_that_is_never_closed_swallows_no_row(tmp_path: Path) -> None:
    sent = put(tmp_path, text().replace("given,", 'given,"open', 1).encode())

    assert faults(sent) == [Fault.NOT_READABLE]
    assert "is not a CSV file: " in sent.problems[0].sentence


def test_columns_may_stand_in_another_order(tmp_path: Path) -> None:
    turned = [list(reversed(row)) for row in ROWS]

    sent = put(tmp_path, text(turned, tuple(reversed(HEADER))).encode())

    assert sent.rows[0].cells["authority"] == "E06000001"


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        (HEADER[:6] + HEADER[7:], "lacks “state”"),
        ((*HEADER, "officer"), "also has “officer”"),
        (("Standard", *HEADER[1:]), "lacks “standard” and also has “Standard”"),
        ((*HEADER, "note"), "has twice “note”"),
    ],
)
def test_headings_are_those_eight_and_no_others(
    tmp_path: Path, header: tuple, sentence: str
) -> None:
    sent = put(tmp_path, text(header=header).encode())

    assert faults(sent) == [Fault.WRONG_HEADINGS]
    assert sentence in sent.problems[0].sentence
    assert sent.rows == ()
    assert check(sent, COUNCILS)[0] is None


@pytest.mark.parametrize(
    ("content", "fault", "sentence"),
    [
        (b"", Fault.EMPTY, "The file is empty."),
        (b"\r\n \r\n", Fault.EMPTY, "The file is empty."),
        (b",,,\r\n", Fault.EMPTY, "nothing but blank lines"),
        (b"name,address\r\nA,B\r\n", Fault.NOT_A_RETURN, "none of the headings of a return"),
        (b"PK\x03\x04rest", Fault.NOT_READABLE, "is a workbook, though its name ends with .csv"),
        (b"\x89PNG\x0d\x0a\x1a\x0a\x00\xff", Fault.NOT_READABLE, "is no text"),
        (b"\xff\xfea", Fault.NOT_READABLE, "is no text"),
    ],
)
def test_a_file_of_another_kind_is_named(
    tmp_path: Path, content: bytes, fault: Fault, sentence: str
) -> None:
    sent = put(tmp_path, content)

    assert faults(sent) == [fault]
    assert sentence in sent.problems[0].sentence


def test_a_file_of_headings_alone_is_empty(tmp_path: Path) -> None:
    _, problems = check(put(tmp_path, text([]).encode()), COUNCILS)

    assert [each.fault for each in problems] == [Fault.EMPTY]


def test_a_row_has_the_number_of_its_record_whatever_stands_before_it(tmp_path: Path) -> None:
    broken = [[*ROWS[0][:7], "two\nlines"], [""] * 8, ROWS[1]]

    sent = put(tmp_path, text(broken).encode())

    assert [row.number for row in sent.rows] == [2, 4]


def test_a_comma_that_is_not_quoted_is_found(tmp_path: Path) -> None:
    line = f"1,E06000001,{PERIOD},all,ended,1,040,given,\r\n"

    sent = put(tmp_path, (text([]) + line).encode())
    _, problems = check(sent, COUNCILS)

    assert [each.fault for each in problems] == [Fault.WRONG_LENGTH]


def test_what_is_no_return_by_its_name_is_left_alone_and_told(tmp_path: Path) -> None:
    for name in ("b.csv", "A.CSV", "c.xlsx", "old.xls", "truth.json", "~$c.xlsx", ".hidden"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "folder.csv").mkdir()

    found, others = study_files.in_folder(tmp_path)

    assert [path.name for path in found] == ["A.CSV", "b.csv", "c.xlsx"]
    assert others == ["folder.csv", "old.xls", "truth.json", "~$c.xlsx"]


# The form.

GIVEN = AnswerState.GIVEN


def form(path: Path, said: dict, *, filled_in: bool = True) -> SentFile:
    hartlepool = COUNCILS.known["E06000001"]
    study_blank.write_form(
        path,
        period=YEAR,
        councils=list(COUNCILS.known.values()),
        of=hartlepool if filled_in else None,
        said=said,
    )
    return study_files.read(path)


def test_a_filled_in_form_says_what_a_file_would(tmp_path: Path) -> None:
    sent = form(
        tmp_path / "h.xlsx",
        {
            ("all", "ended"): (GIVEN, 1040, ""),
            ("all", "held"): ("", 520, "by hand"),
            ("all", "median_hours"): (GIVEN, 41.5, ""),
            ("home", "held"): (AnswerState.NOT_HELD, None, ""),
        },
    )
    found, problems = check(sent, COUNCILS)

    assert problems == []
    assert found
    assert found.council.name == "Hartlepool"
    assert found.period == YEAR
    assert {key: given.value for key, given in found.answers.items()} == {
        ("all", "ended"): 1040,
        ("all", "held"): 520,
        ("all", "median_hours"): pytest.approx(41.5),
        ("home", "held"): None,
    }
    assert found.answers["all", "ended"].row == 9


def test_a_percentage_in_a_form_is_a_decimal_and_refused(tmp_path: Path) -> None:
    _, problems = check(form(tmp_path / "h.xlsx", {("all", "held"): (GIVEN, 0.45, "")}), COUNCILS)

    assert [(each.fault, each.rows) for each in problems] == [(Fault.DECIMAL, (22,))]


def test_a_form_that_nobody_filled_in_says_so(tmp_path: Path) -> None:
    _, problems = check(form(tmp_path / "h.xlsx", {}, filled_in=False), COUNCILS)

    assert [each.fault for each in problems] == [Fault.NOT_FILLED_IN]


def tidy_workbook(path: Path, fill) -> SentFile:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Any & all")
        sheet.write_row(0, 0, HEADER)
        for number, row in enumerate(ROWS, start=1):
            sheet.write_row(number, 0, row)
        fill(sheet)
    return study_files.read(path)


def test_a_workbook_with_the_eight_headings_is_read_as_the_file_is(tmp_path: Path) -> None:
    sent = tidy_workbook(tmp_path / "h.xlsx", lambda sheet: sheet.hide_gridlines())

    assert sent.problems == ()
    assert [row.cells["value"] for row in sent.rows] == ["1,040", "520"]
    assert not sent.is_form


def test_a_formula_counts_by_the_value_that_was_saved_and_is_named(tmp_path: Path) -> None:
    sent = tidy_workbook(
        tmp_path / "h.xlsx", lambda sheet: sheet.write_formula(2, 5, "=F2/2", None, 519)
    )
    found, problems = check(sent, COUNCILS)

    assert found
    assert found.answers["all", "held"].value == 519
    assert [(each.fault, each.rows) for each in problems] == [(Fault.FORMULA_VALUE, (3,))]
    assert "519, which was saved with it, is what counts" in problems[0].sentence


@pytest.mark.parametrize("saved", ["", "#DIV/0!"])
def test_a_formula_without_a_value_is_refused(tmp_path: Path, saved: str) -> None:
    sent = tidy_workbook(
        tmp_path / "h.xlsx", lambda sheet: sheet.write_formula(2, 5, "=F2/0", None, saved)
    )
    found, problems = check(sent, COUNCILS)

    assert found
    assert ("all", "held") in found.set_aside
    assert [(each.fault, each.rows) for each in problems] == [(Fault.FORMULA, (3,))]


def test_a_workbook_of_something_else_is_named(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "x.xlsx") as book:
        book.add_worksheet().write(0, 0, "Minutes")

    sent = study_files.read(tmp_path / "x.xlsx")

    assert faults(sent) == [Fault.NOT_A_RETURN]
    assert faults(put(tmp_path, text().encode(), "y.xlsx")) == [Fault.NOT_READABLE]
