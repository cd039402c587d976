"""`returnhome figures`: the counts as files, the same at every time of asking."""

import csv
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from returnhome.casework import offers
from returnhome.casework.models import CarePeriod
from returnhome.intake import study_files
from returnhome.management.commands.figures import Command
from returnhome.reporting import quarters
from returnhome.rules.codes import Answer, DeclinedBy
from returnhome.rules.statutory import ssda903
from returnhome.rules.study.checking import check
from returnhome.rules.study.councils import Council, Councils
from tests.cast import NOW, Cast, held, hours, missing, offered, returned

NORTHSHIRE = Council("Northshire", "Northshire", "North East")
GOLDEN = Path(__file__).parent.parent / "reporting" / "golden"
PERIOD = ("--from", "2026-01-01", "--to", "2026-03-31", "--at", "2026-03-03T09:00Z")


@pytest.fixture
def three_children(cast: Cast) -> None:
    """Sky was interviewed in time; Kit's father said no; Robin is missing."""
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    no = {"declined_by": DeclinedBy.PARENT_OR_CARER, "reason": "Not at this time"}
    offer = offered(returned(cast.kit), by=cast.amina)
    offers.answer(offer, Answer.DECLINED, **no, by=cast.amina, at=NOW)
    missing(cast.robin, last_seen=NOW - hours(20))


def figures(*words: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("figures", *words, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.mark.check
def test_the_file_is_the_one_reviewed_by_eye(three_children: None, tmp_path: Path) -> None:
    _, said = figures("uptake", "--authority", "Northshire", *PERIOD, "--out", str(tmp_path))

    assert (tmp_path / "uptake.csv").read_bytes() == (GOLDEN / "uptake.csv").read_bytes()
    assert str(tmp_path) in said


@pytest.mark.check
def test_the_same_figures_make_the_same_files(three_children: None, tmp_path: Path) -> None:
    for name in ("one", "two"):
        figures("uptake", "--authority", "Northshire", *PERIOD, "--out", str(tmp_path / name))

    for name in ("uptake.csv", "uptake.xlsx", "uptake.html"):
        first, second = ((tmp_path / each / name).read_bytes() for each in ("one", "two"))
        assert first == second, name


@pytest.mark.check
def test_the_page_needs_nothing_from_anywhere(three_children: None, tmp_path: Path) -> None:
    figures("uptake", "--authority", "Northshire", *PERIOD, "--out", str(tmp_path))

    page = (tmp_path / "uptake.html").read_text(encoding="utf-8")
    inside = page.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert page.count("<svg") == 4
    assert "2 episodes ended" in page
    assert "1 child still missing" in page
    for loads in ("http:", "https:", "<script", "<link", " src=", "url(", "@import"):
        assert loads not in inside


@pytest.mark.check
def test_the_workbook_says_what_each_figure_means(three_children: None, tmp_path: Path) -> None:
    figures("uptake", "--authority", "Northshire", *PERIOD, "--out", str(tmp_path))

    with zipfile.ZipFile(tmp_path / "uptake.xlsx") as workbook:
        sheets = workbook.read("xl/workbook.xml").decode()
    assert all(title in sheets for title in ("Uptake", "By quarter", "What each means"))


def test_the_rows_can_be_asked_for_as_json(three_children: None) -> None:
    printed, said = figures("uptake", "--authority", "northshire", *PERIOD, "--json")

    rows = json.loads(printed)
    assert {
        "cohort": "all",
        "measure": "held_of_ended",
        "numerator": 1,
        "denominator": 2,
        "value": 50.0,
    } in rows
    assert said == ""


def test_a_gss_code_names_the_authority_too(cast: Cast) -> None:
    printed, _ = figures("uptake", "--authority", "E08000035", *PERIOD, "--json")

    assert json.loads(printed)[0] == {
        "cohort": "all",
        "measure": "ended",
        "numerator": 0,
        "denominator": None,
        "value": 0,
    }


def test_a_period_without_episodes_still_has_its_files(cast: Cast, tmp_path: Path) -> None:
    figures("uptake", "--authority", "Eastmoor", *PERIOD, "--out", str(tmp_path / "new" / "one"))

    page = (tmp_path / "new" / "one" / "uptake.html").read_text(encoding="utf-8")
    assert "there is no rate" in page


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--from", "2026-03-31", "--to", "2026-01-01", "--json"), "before the first"),
        (PERIOD[:4], "--out DIR, or --json"),
        ((*PERIOD[:4], "--out", "/proc/nowhere"), "cannot be written to"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_exit_2(
    cast: Cast, words: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence) as refused:
        figures("uptake", "--authority", "Northshire", *words)

    assert refused.value.returncode == 2


def test_an_authority_that_nobody_knows_is_said(cast: Cast) -> None:
    with pytest.raises(CommandError, match="no authority “Nowhereshire”") as refused:
        figures("uptake", "--authority", "Nowhereshire", *PERIOD, "--json")

    assert refused.value.returncode == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("foi", *PERIOD, "--pack", "1999"), "invalid choice"),
        (("foi", *PERIOD, "--typed", "/nowhere.json"), "cannot be read"),
        (("everything", *PERIOD), "invalid choice"),
        (("uptake", "--from", "31/02/2026"), "is not a day. Write it as 2026-03-31"),
        (("uptake", *PERIOD, "--at", "yesterday"), "is not an instant"),
        (("uptake", *PERIOD), "--authority"),
    ],
)
def test_wrong_words_are_refused_before_anything_is_counted(
    words: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = Command().create_parser("returnhome", "figures")
    parser.called_from_command_line = True

    with pytest.raises(SystemExit) as left:
        parser.parse_args(list(words))

    assert left.value.code == 2
    assert sentence in capsys.readouterr().err


def test_our_own_return_is_one_that_a_study_can_read(three_children: None, tmp_path: Path) -> None:
    figures("return", "--authority", "Northshire", *PERIOD, "--out", str(tmp_path))
    printed, _ = figures("return", "--authority", "Northshire", *PERIOD, "--json")

    sent = study_files.read(tmp_path / "return.csv")
    found, problems = check(sent, Councils({"NORTHSHIRE": NORTHSHIRE}, {}, {}))
    assert problems == []
    assert found is not None
    assert found.answers["all", "ended"].value == 2
    assert found.answers["home", "declined_by_parent"].value == 1
    assert len(json.loads(printed)) == len(found.answers)
    assert found.answers["all", "ended"].note == (
        "counted on 3 March 2026, before the period was over"
    )


# What is sent to the Department, to Ofsted and to the sector's dataset.

YEAR = ("--from", "2025-04-01", "--to", "2026-03-31")


def test_the_return_is_written_as_a_validator_reads_it(cast: Cast, tmp_path: Path) -> None:
    returned(cast.sky)

    _, said = figures("ssda903", "--authority", "Northshire", *YEAR, "--out", str(tmp_path))

    assert {path.name for path in tmp_path.iterdir()} == {
        *("missing.csv", "header.csv", "episodes.csv", "missing_last.csv", "ssda903.xml")
    }
    assert ssda903.check(ssda903.read(tmp_path), ssda903.year_of(2026)) == []
    assert "1 periods of 1 children in the collection year 2025-26: no faults." in said


def test_a_fault_is_said_and_the_files_are_there_all_the_same(cast: Cast, tmp_path: Path) -> None:
    episode = returned(cast.robin)
    CarePeriod.objects.filter(child=cast.robin).update(since=episode.started_on + timedelta(days=1))

    with pytest.raises(SystemExit) as left:
        figures("ssda903", "--authority", "Northshire", *YEAR, "--out", str(tmp_path))

    assert left.value.code == 1
    assert (tmp_path / "missing.csv").exists()


def test_a_return_is_of_one_collection_year(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="one collection year") as refused:
        figures(
            *("ssda903", "--authority", "Northshire", "--from", "2026-03-31"),
            *("--to", "2026-04-01", "--out", str(tmp_path)),
        )

    assert refused.value.returncode == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("report", "names"),
    [
        ("capability", {"capability.csv"}),
        ("helped", {"helped.csv"}),
        ("annex-a", {"annex-a-list-8.csv"}),
        ("ssd", {"ssd_missing.csv", "returnhome_interviews.csv"}),
    ],
)
def test_the_other_returns_are_written_too(
    cast: Cast, tmp_path: Path, report: str, names: set[str]
) -> None:
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    figures(report, "--authority", "Northshire", *YEAR, "--out", str(tmp_path))

    assert {path.name for path in tmp_path.iterdir()} == names
    rows = [path.read_text().count("\n") for path in tmp_path.iterdir()]
    assert min(rows) >= 2


def test_a_return_is_written_to_a_folder(cast: Cast) -> None:
    with pytest.raises(CommandError, match="Say where to: --out DIR") as refused:
        figures("ssd", "--authority", "Northshire", *YEAR)

    assert refused.value.returncode == 2


def test_what_followed_is_printed_as_rows_with_both_numbers(cast: Cast) -> None:
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    printed, _ = figures("helped", "--authority", "Northshire", *YEAR, "--json")

    rows = {(row["cohort"], row["measure"]): row for row in json.loads(printed)}
    draft = rows["all", "record_open"]
    assert (draft["numerator"], draft["denominator"], draft["value"]) == (1, 1, 100.0)
    assert rows["all", "said"]["numerator"] is None


# Freedom of information.


def test_the_answers_are_the_ones_reviewed_by_eye(three_children: None, tmp_path: Path) -> None:
    _, said = figures("foi", "--authority", "Northshire", *PERIOD, "--out", str(tmp_path))

    assert (tmp_path / "foi.csv").read_bytes() == (GOLDEN / "foi.csv").read_bytes()
    assert "foi.pdf, foi.csv and foi.xlsx are in" in said


@pytest.mark.check
def test_the_same_answers_make_the_same_files(three_children: None, tmp_path: Path) -> None:
    for name in ("one", "two"):
        out = str(tmp_path / name)
        figures("foi", "--authority", "Northshire", *PERIOD, "--pack", "2023", "--out", out)

    for name in ("foi.pdf", "foi.csv", "foi.xlsx"):
        first, second = ((tmp_path / each / name).read_bytes() for each in ("one", "two"))
        assert first == second, name


def test_nothing_is_hidden_only_where_somebody_says_so(three_children: None) -> None:
    printed, _ = figures("foi", "--authority", "Northshire", *PERIOD, "--json", "--show-small")
    hidden, _ = figures("foi", "--authority", "Northshire", *PERIOD, "--json")

    assert next(row["value"] for row in json.loads(printed) if row["question"] == 7) == 1
    assert next(row["value"] for row in json.loads(hidden) if row["question"] == 7) in (
        "fewer than 5",
        "withheld",
    )


def test_what_only_people_know_comes_from_a_file(three_children: None, tmp_path: Path) -> None:
    typed = tmp_path / "typed.json"
    typed.write_text(json.dumps({"contract_value": "£85,000 a year"}), encoding="utf-8")
    asked = (*PERIOD, "--pack", "provider", "--typed", str(typed))

    printed, _ = figures("foi", "--authority", "Northshire", *asked, "--json")

    assert "£85,000 a year" in {row["value"] for row in json.loads(printed)}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("{", "is not a JSON file"),
        ("[]", "one object of names and texts"),
        ('{"support": 3}', "one object of names and texts"),
        (json.dumps({"support": "x" * 2001}), "more than 2,000 characters"),
    ],
)
def test_a_file_of_answers_that_is_none_is_refused(
    tmp_path: Path, typed: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "typed.json"
    file.write_text(typed, encoding="utf-8")
    parser = Command().create_parser("returnhome", "figures")
    parser.called_from_command_line = True

    with pytest.raises(SystemExit) as left:
        parser.parse_args(["foi", *PERIOD, "--authority", "Northshire", "--typed", str(file)])

    assert left.value.code == 2
    assert sentence in capsys.readouterr().err


def test_an_answer_that_nobody_asked_for_is_refused(cast: Cast, tmp_path: Path) -> None:
    typed = tmp_path / "typed.json"
    typed.write_text(json.dumps({"contract": "£1"}), encoding="utf-8")

    with pytest.raises(CommandError, match="Nothing is asked under “contract”") as refused:
        figures("foi", "--authority", "Northshire", *PERIOD, "--typed", str(typed), "--json")

    assert refused.value.returncode == 2


def test_quarters_of_one_council_and_of_all(
    cast: Cast, three_children: None, tmp_path: Path
) -> None:
    for name in ("Northshire", "all"):
        figures("quarters", "--authority", name, *PERIOD, "--out", str(tmp_path / name))

    all_of_them, northshires = (
        (tmp_path / name / "quarters.csv").read_text(encoding="utf-8-sig")
        for name in ("all", "Northshire")
    )
    head, *rows = csv.reader(all_of_them.splitlines())
    assert head == list(quarters.HEADER)
    council = [cast.northshire.gss_code or "", "Northshire"]
    assert sorted(rows) == [
        [*council, "home", "2026-01-01", "1", "1", "0", "0", "0", ""],
        [*council, "looked_after_out_of_area", "2026-01-01", "1", "1", "1", "1", "1", "14.0"],
    ]
    assert northshires == all_of_them
