"""`returnhome study`: from a folder of returns to one report, with no database to be found."""

import csv
import io
import json
import re
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from returnhome.intake import study_files
from returnhome.management.commands.study import councils
from returnhome.reporting.study_blank import data_package
from returnhome.rules.study.asked import HEADER, MEASURES, AnswerState
from returnhome.rules.study.checking import check
from returnhome.rules.study.faults import Fault
from tests.commands.test_rules_commands import returnhome

YEAR = "2025-04-01/2026-03-31"
FILES = ("study.csv", "study.html", "study.json", "study.xlsx")


def run(*words: object, code: int = 0) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    left = 0
    try:
        call_command("study", *map(str, words), stdout=out, stderr=err)
    except SystemExit as exit:
        left = int(exit.code or 0)
    assert left == code
    return out.getvalue(), err.getvalue()


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("returns")
    run("--demonstration", folder, "--period", YEAR, "--seed", 1)
    return folder


@pytest.fixture(scope="module")
def report(invented: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report")
    run(invented, "--out", out, code=1)
    return out


def loaded(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def faults_of(told: list[dict]) -> list[tuple]:
    return sorted((each["file"], tuple(each["rows"]), each["fault"]) for each in told)


def test_every_fault_that_was_planted_is_found_and_no_other(invented: Path, report: Path) -> None:
    truth, study = loaded(invented / "truth.json"), loaded(report / "study.json")

    assert faults_of(study["problems"]) == faults_of(truth["faults"])
    assert len({each["fault"] for each in truth["faults"]}) > 25


def test_the_study_adds_up_to_what_was_planted(invented: Path, report: Path) -> None:
    truth, study = loaded(invented / "truth.json"), loaded(report / "study.json")
    measures = {(each["cohort"], each["measure"]): each for each in study["measures"]}
    rates = {(each["cohort"], each["rate"]): each for each in study["rates"]}

    for each in truth["measures"]:
        found = measures[each["cohort"], each["measure"]]
        assert (found["answered"], found["total"]) == (each["answered"], each["total"])
    for each in truth["rates"]:
        found = rates[each["cohort"], each["rate"]]
        assert [found["answered"], found["compared"]] == [each["answered"], each["compared"]]
        assert found["pooled"]["numerator"] == each["numerator"]
        assert found["pooled"]["denominator"] == each["denominator"]
    stand = {each["authority"]: each["standing"] for each in study["councils"]["list"]}
    assert sorted(code for code, told in stand.items() if told == "answered") == truth["answered"]
    assert {stand[code] for code in truth["silent"]} == {"silent"}


def test_the_invented_picture_is_near_the_published_one(report: Path) -> None:
    study = loaded(report / "study.json")
    rates = {(each["cohort"], each["rate"]): each for each in study["rates"]}

    held = rates["all", "held_of_ended"]
    able = [
        rates[cohort, "held_of_ended"]["answered"]
        for cohort in ("home", "looked_after_in_area", "looked_after_out_of_area")
    ]
    assert study["study"]["invented"]
    assert able == [24, 21, 14]
    assert 45 < held["mean"]["percent"] < 55
    assert held["lowest"] < 30
    assert held["highest"] > 90
    assert 77 < rates["all", "offered_of_ended"]["pooled"]["percent"] < 86
    assert 27 < rates["all", "declined_of_offered"]["pooled"]["percent"] < 33


def test_every_council_that_was_asked_stands_somewhere_in_every_row(report: Path) -> None:
    study = loaded(report / "study.json")
    standings = (
        *("answered", "suppressed", "refused", "not_held", "not_applicable", "left_out"),
        *("set_aside", "other", "unusable", "silent"),
    )

    assert study["councils"]["asked"] == 153
    for each in (*study["measures"], *study["rates"]):
        assert sum(each[standing] for standing in standings) == each["of"] == 153


def test_every_figure_leads_back_to_its_file_and_row(invented: Path, report: Path) -> None:
    study = loaded(report / "study.json")
    held = next(
        each
        for each in study["rates"]
        if (each["cohort"], each["rate"]) == ("all", "held_of_ended")
    )

    for council in held["councils"]:
        sent = {row.number: row for row in study_files.read(invented / council["file"]).rows}
        for part, measure in (("numerator", "held"), ("denominator", "ended")):
            cells = sent[council[f"{part}_row"]].cells
            assert (cells["authority"], cells["measure"]) == (council["authority"], measure)
            assert int(cells["value"].replace(",", "")) == council[part]


def test_the_page_says_so_much_and_needs_nothing_from_anywhere(report: Path) -> None:
    page = (report / "study.html").read_text(encoding="utf-8")

    inside = page.replace('xmlns="http://www.w3.org/2000/svg"', "")
    for loads in ("http:", "https:", "<script", "<link", " src=", "url(", "@import"):
        assert loads not in inside
    assert "None of these figures is that of any council." in page
    assert "of 153 councils answered" in page
    assert page.count("<svg") == 18
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_the_same_returns_make_the_same_files(invented: Path, report: Path, tmp_path: Path) -> None:
    run(invented, "--out", tmp_path, code=1)

    for name in FILES:
        assert (tmp_path / name).read_bytes() == (report / name).read_bytes(), name


def test_the_same_seed_makes_the_same_returns(invented: Path, tmp_path: Path) -> None:
    run("--demonstration", tmp_path, "--period", YEAR, "--seed", 1)

    csvs = sorted(path.name for path in invented.glob("*.csv"))
    assert sorted(path.name for path in tmp_path.glob("*.csv")) == csvs
    for name in (*csvs, "truth.json"):
        assert (tmp_path / name).read_bytes() == (invented / name).read_bytes(), name


def test_a_later_study_is_held_against_it(invented: Path, report: Path, tmp_path: Path) -> None:
    after = "2026-04-01/2027-03-31"
    run("--demonstration", tmp_path / "next", "--period", after, "--seed", 2)
    run(
        *(tmp_path / "next", "--out", tmp_path / "out"),
        *("--earlier", report / "study.json"),
        code=1,
    )

    change = loaded(tmp_path / "out" / "study.json")["change"]
    held = next(each for each in change["rates"] if each["rate"] == "held_of_ended")
    assert change["earlier_period"] == YEAR
    assert 0 < held["councils_in_both"] < min(held["answered_then"], held["answered_now"])
    assert "What changed since 1 April 2025" in (tmp_path / "out" / "study.html").read_text()
    with pytest.raises(CommandError, match="which is not before"):
        run(invented, "--json", "--earlier", report / "study.json")


# A few returns.


def put(folder: Path, code: str, **said: object) -> None:
    folder.mkdir(exist_ok=True)
    with (folder / f"{code}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for measure, value in said.items():
            writer.writerow(["1", code, YEAR, "all", measure, value, "given", ""])


def test_sound_returns_leave_nothing_out(tmp_path: Path) -> None:
    put(tmp_path / "in", "E06000001", ended=10, held=4)
    put(tmp_path / "in", "E06000002", ended=30, held=6)

    printed, said = run(tmp_path / "in", "--json")

    study = json.loads(printed)
    held = next(each for each in study["rates"] if each["rate"] == "held_of_ended")
    assert held["pooled"]["percent"] == 25.0
    assert (held["answered"], held["of"], held["median"]) == (2, 153, 30.0)
    assert study["problems"] == []
    assert not study["study"]["invented"]
    assert "2 of 153 councils answered for 1 April 2025 to 31 March 2026" in said


def test_a_row_left_out_is_named_and_leaves_with_one(tmp_path: Path) -> None:
    put(tmp_path / "in", "E06000001", ended=10, held="45%")

    _, said = run(tmp_path / "in", "--json", code=1)

    assert "E06000001.csv, row 3: held (all) is “45%”: give the count" in said


def test_one_council_makes_a_report_too(tmp_path: Path) -> None:
    put(tmp_path / "in", "E06000001", ended=0)

    run(tmp_path / "in", "--out", tmp_path / "out")

    assert (
        "Fewer than two councils can be compared." in (tmp_path / "out" / "study.html").read_text()
    )


def test_the_period_is_that_of_most_returns_or_as_asked(tmp_path: Path) -> None:
    put(tmp_path / "in", "E06000001", ended=10)
    put(tmp_path / "in", "E06000002", ended=10)
    other = (tmp_path / "in" / "E06000002.csv").read_text().replace("2025-04", "2024-04")
    (tmp_path / "in" / "E06000003.csv").write_text(
        other.replace("2026-03", "2025-03").replace("E06000002", "E06000003")
    )

    told = json.loads(run(tmp_path / "in", "--json")[0])
    asked = json.loads(run(tmp_path / "in", "--json", "--period", "2024-04-01/2025-03-31")[0])

    assert told["study"]["period"] == YEAR
    assert told["councils"]["answered"] == 2
    assert asked["councils"]["answered"] == 1
    assert asked["councils"]["other"] == 2


def test_what_a_council_wrote_is_never_run_nor_taken_for_markup(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    put(folder, "E06000001", ended=10)
    content = (folder / "E06000001.csv").read_text()
    note = '"=HYPERLINK(""http://example.invalid"")<script>"'
    (folder / "<b>.csv").write_text(content.replace("given,", f"given,{note}"))
    (folder / "E06000001.csv").write_text("<i>x</i>")

    run(folder, "--out", tmp_path / "out", code=1)

    with (tmp_path / "out" / "study.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.DictReader(file))["note"].startswith("'=HYPERLINK")
    page = (tmp_path / "out" / "study.html").read_text()
    assert "<script" not in page
    assert "<b>" not in page


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Say one of these: a folder of returns, --blank DIR, or --demonstration DIR."),
        (("x", "--blank", "y"), "Say one of these"),
        (("nowhere",), "Say where to: --out DIR"),
        (("nowhere", "--json"), "nowhere cannot be read: No such file or directory."),
        (("nowhere", "--json", "--earlier", "none.json"), "none.json cannot be read"),
    ],
)
def test_wrong_use_is_said_in_one_sentence(words: tuple, sentence: str) -> None:
    with pytest.raises(CommandError, match=re.escape(sentence)) as refused:
        run(*words)

    assert refused.value.returncode == 2


def test_a_folder_without_a_return_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"has no file \*\.csv or \*\.xlsx"):
        run(tmp_path, "--json")
    (tmp_path / "a.csv").write_text("name\nx\n")
    with pytest.raises(CommandError, match="None of the files is a council's return"):
        run(tmp_path, "--json")


# The blank return.


def test_what_a_council_is_sent_is_what_a_study_reads(tmp_path: Path) -> None:
    _, said = run("--blank", tmp_path, "--period", YEAR)

    assert "return.xlsx, return.csv, datapackage.json for 1 April 2025" in said
    for name in ("return.xlsx", "return.csv"):
        _, problems = check(study_files.read(tmp_path / name), councils())
        assert [each.fault for each in problems] == [Fault.NOT_FILLED_IN]


def test_the_schema_names_every_column_measure_and_state(tmp_path: Path) -> None:
    run("--blank", tmp_path, "--period", YEAR)
    package = loaded(tmp_path / "datapackage.json")
    assert package == data_package()

    fields = {each["name"]: each for each in package["resources"][0]["schema"]["fields"]}
    assert tuple(fields) == HEADER
    assert fields["measure"]["constraints"]["enum"] == [each.key for each in MEASURES]
    assert fields["state"]["constraints"]["enum"] == list(AnswerState)
    pattern = fields["authority"]["constraints"]["pattern"]
    assert all(re.fullmatch(pattern, code) for code in councils().known)


def test_the_lists_have_the_councils_of_the_day() -> None:
    known = councils()

    assert len(known.asked(date(2026, 3, 31))) == 153
    names = {each.name for each in known.asked(date(2023, 3, 31))}
    assert "Cumbria" in names
    assert "Cumberland" not in names


@pytest.mark.check
def test_it_needs_no_database(tmp_path: Path) -> None:
    put(tmp_path / "in", "E06000001", ended=10, held=4)

    done = returnhome("study", str(tmp_path / "in"), "--out", str(tmp_path / "out"))

    assert done.returncode == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(FILES)
