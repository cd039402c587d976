"""Files that go out: CSV and workbooks in which no cell can be run as a formula."""

import csv
import tracemalloc
import zipfile
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnhome.reporting.exports import Sheet, csv_lines, safe_cell, write_csv, write_xlsx

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RUNS_AS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def written(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def cells(path):
    """Every cell of the first sheet as (kind, text), straight from the file's own XML."""
    with zipfile.ZipFile(path) as workbook:
        root = ElementTree.fromstring(workbook.read("xl/worksheets/sheet1.xml"))
    return [(c.get("t"), "".join(c.itertext())) for c in root.iter(f"{MAIN}c")]


@pytest.mark.parametrize(
    "text",
    [
        "=cmd|'/c calc'!A1",
        "+44 7700 900000",
        "-1+1",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        " =1+1",
        "\u00a0=1+1",
        "＝1+1",
    ],
)
def test_text_that_looks_like_a_formula_goes_out_as_text(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["O'Brien", "Smith-Jones", "", "50% = half", "jo@example.org"])
def test_ordinary_words_go_out_as_they_are(text):
    assert safe_cell(text) == text


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (-3, -3),
        (Decimal("-0.5"), Decimal("-0.5")),
        (None, ""),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 8, 45, 30, tzinfo=UTC), "2026-01-02T08:45Z"),
        (datetime(2026, 7, 2, 9, 45, tzinfo=timezone(timedelta(hours=1))), "2026-07-02T08:45Z"),
    ],
)
def test_numbers_stay_numbers_and_times_are_written_one_way(value, cell):
    assert safe_cell(value) == cell


def test_an_instant_whose_zone_is_unknown_never_goes_out():
    with pytest.raises(ValueError, match="without a zone"):
        safe_cell(datetime(2026, 1, 2, 8, 45))  # noqa: DTZ001


@given(st.text())
def test_no_text_whatever_goes_out_as_a_formula(text):
    assert not str(safe_cell(text)).lstrip(" \u00a0").startswith(RUNS_AS_A_FORMULA)


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2)))
def test_a_csv_file_reads_back_as_it_was_written(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("out") / "figures.csv"

    write_csv(path, ["council", "note"], rows)

    assert written(path) == [["council", "note"], *[[safe_cell(c) for c in row] for row in rows]]


def test_a_spreadsheet_that_splits_at_semicolons_finds_no_formula_inside_a_cell():
    (_, line) = csv_lines(["note"], [["Leeds;=1+1"]])

    assert line == '"Leeds;=1+1"\r\n'


def test_a_csv_file_that_could_not_be_finished_is_not_left_behind(tmp_path):
    def rows():
        yield ["Leeds", 1]
        raise RuntimeError("the count failed")

    with pytest.raises(RuntimeError):
        write_csv(tmp_path / "figures.csv", ["council", "count"], rows())

    assert list(tmp_path.iterdir()) == []


def test_a_workbook_that_could_not_be_finished_is_not_left_behind(tmp_path):
    def rows():
        yield ["Leeds", 1]
        raise RuntimeError("the count failed")

    with pytest.raises(RuntimeError):
        write_xlsx(tmp_path / "figures.xlsx", [Sheet("Uptake", ["council", "count"], rows())])

    assert list(tmp_path.iterdir()) == []


def test_a_workbook_holds_text_as_text_and_numbers_as_numbers(tmp_path):
    path = tmp_path / "figures.xlsx"
    row = ["=1+1", "https://example.org", "007", 7, None, date(2026, 1, 2)]

    write_xlsx(path, [Sheet("Uptake", ["a", "b", "c", "d", "e", "f"], [row])])

    assert cells(path)[6:] == [
        ("inlineStr", "=1+1"),
        ("inlineStr", "https://example.org"),
        ("inlineStr", "007"),
        (None, "7"),
        (None, "46024"),
    ]
    with zipfile.ZipFile(path) as workbook:
        assert b"<f>" not in workbook.read("xl/worksheets/sheet1.xml")


def test_a_text_too_long_for_a_workbook_says_that_it_was_cut(tmp_path):
    path = tmp_path / "figures.xlsx"

    write_xlsx(path, [Sheet("Notes", ["note"], [["a" * 40_000]])])

    kind, text = cells(path)[1]
    assert (kind, len(text)) == ("inlineStr", 32_767)
    assert text.endswith("(cut short: a workbook's cell holds no more)")


def test_the_same_figures_make_the_same_workbook(tmp_path):
    for name in ("one.xlsx", "other.xlsx"):
        write_xlsx(tmp_path / name, [Sheet("Uptake", ["council"], [["Leeds"]])])

    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "other.xlsx").read_bytes()


@pytest.mark.check
def test_a_long_workbook_is_written_without_holding_it_in_memory(tmp_path):
    rows = ([f"Council {number}", number] for number in range(20_000))
    tracemalloc.start()

    write_xlsx(tmp_path / "figures.xlsx", [Sheet("Uptake", ["council", "count"], rows)])

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3_000_000
