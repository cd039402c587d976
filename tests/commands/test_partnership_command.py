"""`returnhome figures partnership`: the report for a board, as files."""

import csv
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pypdf import PdfReader

from tests.cast import Cast, held, returned

AT = ("--council", "Northshire", "--at", "2026-06-01T09:00Z")
DAYS = ("--from", "2026-02-01", "--to", "2026-03-31")


@pytest.fixture
def some_work(cast: Cast) -> None:
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    held(returned(cast.robin), interviewer=cast.pat, by=cast.pat)


def partnership(*words: str) -> str:
    err = io.StringIO()
    call_command("figures", "partnership", *AT, *words, stdout=io.StringIO(), stderr=err)
    return err.getvalue()


def text_of(path: Path) -> str:
    pages = PdfReader(path).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.mark.usefixtures("some_work")
def test_a_quarter_is_written_as_paper_and_figures(tmp_path: Path) -> None:
    said = partnership("--quarter", "2026-01", "--out", str(tmp_path))

    assert "partnership.pdf and partnership.csv" in said
    assert "January to March 2026" in text_of(tmp_path / "partnership.pdf")
    file = (tmp_path / "partnership.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(file)))
    assert rows[0]["figure"] == "Missing episodes that ended"
    assert rows[0]["number"] == "fewer than 5"


@pytest.mark.usefixtures("some_work")
def test_any_days_can_be_reported_on_too(tmp_path: Path) -> None:
    partnership(*DAYS, "--out", str(tmp_path), "--show-small")

    text = text_of(tmp_path / "partnership.pdf")
    assert "1 February 2026 to 31 March 2026" in text
    assert "2 missing episodes ended, of 2 children" in text
    assert "Not for publication" in text


@pytest.mark.usefixtures("some_work")
def test_a_year_is_of_the_children_looked_after(tmp_path: Path) -> None:
    file = tmp_path / "board.pdf"

    partnership("--year", "2025-04", "--pdf", str(file))

    assert "Children we look after who went missing" in text_of(file)


@pytest.mark.usefixtures("some_work")
def test_a_month_is_of_one_provider(tmp_path: Path) -> None:
    file = tmp_path / "open-path.pdf"

    partnership("--month", "2026-03", "--provider", "open path", "--pdf", str(file), "--show-small")

    assert "1 missing episode ended, of 1 child whom Open Path interviews" in text_of(file)


@pytest.mark.usefixtures("some_work")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--out", "x"), "Say of which days: --from DAY --to DAY"),
        (DAYS, "Say where to: --out DIR, or --pdf FILE, or both"),
        (("--quarter", "2026-02", "--out", "x"), "not the first month of a quarter"),
        (("--quarter", "2026-01", "--year", "2025-04", "--out", "x"), "are two reports"),
        (("--month", "2026-03", "--out", "x"), "Say which provider.*: Open Path"),
        (("--month", "2026-03", "--provider", "Us", "--out", "x"), "no provider “Us”"),
        ((*DAYS, "--provider", "Open Path", "--out", "x"), "--provider goes with --month"),
        (("--quarter", "2026-01", "--pdf", "/proc/nowhere/x.pdf"), "cannot be written to"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_exit_2(
    words: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence) as refused:
        partnership(*words)

    assert refused.value.returncode == 2
