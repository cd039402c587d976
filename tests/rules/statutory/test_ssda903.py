"""The Missing table of the SSDA903: each rule, with a return that breaks it."""

import subprocess
import sys
from pathlib import Path

import pytest

from returnhome.rules.statutory import ssda903
from returnhome.rules.statutory.ssda903 import (
    RULES,
    EpisodeRow,
    Fault,
    MissingRow,
    Return,
    check,
    most_likely_year,
    read,
    year_of,
)

BORN, YEAR = "01/05/2010", year_of(2026)
IN_CARE = ("05/04/2025", "S", "", "")
SOUND = (BORN, "M", "10/09/2025", "11/09/2025")


def returned(*missing, episodes=(IN_CARE,), born=BORN, last=()) -> Return:
    """A return of one child; `missing` and `last`: birth date, kind, start and end of each."""
    return Return(
        {"1": born} if born else {},
        [EpisodeRow(n, "1", *row) for n, row in enumerate(episodes, 2)],
        [MissingRow(n, "1", *row) for n, row in enumerate(missing, 2)],
        [MissingRow(n, "1", *row) for n, row in enumerate(last, 2)],
    )


def found(given: Return) -> list[tuple[str, int, tuple[str, ...]]]:
    return [(each.code, each.line, each.follow) for each in check(given, YEAR)]


def row(kind="M", start="10/09/2025", end="11/09/2025", born=BORN):
    return (born, kind, start, end)


def test_a_sound_return_has_no_fault():
    assert (
        found(
            returned(SOUND, row("A", "11/09/2025", "30/09/2025"), row(start="01/03/2026", end=""))
        )
        == []
    )


BROKEN = {
    "1004": returned(row(start="31/02/2025")),
    "1004 single digits": returned(row(start="1/9/2025", end="12/09/2025")),
    "1005": returned(row(end="2025-09-11")),
    "1005 space": returned(row(end="11/09/2025 ")),
    "1006": returned(row(kind="Z")),
    "1006 small letter": returned(row(kind="m")),
    "564": returned(row(start="", end="")),
    "565": returned(row(kind="", end="")),
    "566": returned(row(kind="", start="")),
    "567": returned(row(end="07/09/2025")),
    "570": returned(row(start="05/04/2026", end="")),
    "571": returned(row(start="30/03/2026", end="09/04/2026")),
    "574": returned(SOUND, row(start="10/09/2025", end="15/09/2025")),
    "574 earlier still open": returned(row(end=""), row(start="14/09/2025", end="15/09/2025")),
    "574 one day twice": returned(row(end="10/09/2025"), row(end="10/09/2025")),
    "574 within a longer one": returned(
        row(start="01/09/2025", end="30/09/2025"), row(start="10/09/2025", end="11/09/2025")
    ),
    "575": returned(
        row(end=""),
        episodes=(("05/04/2025", "S", "15/09/2025", "X1"), ("15/09/2025", "P", "", "")),
    ),
    "576": returned(SOUND, last=(row(start="12/03/2025", end=""),)),
    "576 nothing this year": returned(last=(row(start="12/03/2025", end=""),)),
    "577": returned(row(end=""), episodes=(("05/04/2025", "S", "30/09/2025", "E13"),)),
    "577 end": returned(
        row(end="01/10/2025"), episodes=(("05/04/2025", "S", "30/09/2025", "E13"),)
    ),
    "578": returned(row(), episodes=(("05/04/2025", "S", "30/08/2025", "E13"),)),
    "578 on the day care ended": returned(
        row(end="10/09/2025"), episodes=(("05/04/2025", "S", "10/09/2025", "E13"),)
    ),
    "578 between two": returned(
        row(),
        episodes=(("05/04/2025", "S", "01/06/2025", "E13"), ("01/12/2025", "S", "", "")),
    ),
    "580": returned(
        row(born="11/09/2007"),
        born="11/09/2007",
        episodes=(("05/04/2025", "S", "11/09/2025", "E13"),),
    ),
    "581": returned(row(), episodes=(("11/09/2025", "P", "", ""),)),
    "586": returned(row(born="10/09/2025"), born="10/09/2025"),
    "1012": returned(SOUND, episodes=()),
    "INT04": returned(SOUND, born=""),
    "INT13": returned(row(born="01/02/2009")),
    "INT13 left out": returned(row(born="")),
}


@pytest.mark.parametrize("name", BROKEN)
def test_each_rule_finds_the_return_that_breaks_it_and_it_shows_as_one_fault(name: str):
    code = name.split()[0]

    [(first, _, follow)] = found(BROKEN[name])

    assert code in (first, *follow)


def test_every_rule_has_its_return_that_breaks_it():
    assert {name.split()[0] for name in BROKEN} == set(RULES)


SOUND_TOO = {
    "one starts on the day another ends": returned(
        SOUND, row(start="11/09/2025", end="12/09/2025")
    ),
    "only the legal status changed": returned(
        row(end=""),
        episodes=(("05/04/2025", "S", "15/09/2025", "X1"), ("15/09/2025", "L", "", "")),
    ),
    "the same one was open last year": returned(
        row(start="20/03/2025", end="10/04/2025"),
        episodes=(("01/01/2025", "S", "", ""),),
        last=(row(start="20/03/2025", end=""),),
    ),
    "care ended at 18 for that reason": returned(
        row(born="11/09/2007"),
        born="11/09/2007",
        episodes=(("05/04/2025", "S", "11/09/2025", "E8"),),
    ),
    "it ends on the day care ends": returned(
        row(), episodes=(("05/04/2025", "S", "11/09/2025", "E13"),)
    ),
    "care went on in another placement": returned(
        row(end="20/09/2025"),
        episodes=(("05/04/2025", "S", "15/09/2025", "X1"), ("15/09/2025", "P", "", "")),
    ),
}


@pytest.mark.parametrize("name", SOUND_TOO)
def test_what_is_allowed_is_no_fault(name: str):
    assert found(SOUND_TOO[name]) == []


def test_what_follows_is_told_with_what_it_follows_from():
    over = returned(row(end=""), episodes=(("05/04/2025", "S", "30/09/2025", "E13"),))

    assert found(over) == [("577", 2, ("575",))]


def test_two_faults_of_one_row_are_two():
    assert [code for code, *_ in found(returned(row(kind="Z", end="x")))] == ["1005", "1006"]


# A folder.

FILES = {
    "header.csv": "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n1,M,01/05/2010,WBRI,UN4,,\n",
    "episodes.csv": "CHILD,DECOM,RNE,LS,DEC,REC\n1,05/04/2025,S,C2,,\n",
    "missing.csv": "DOB,CHILD,MISSING,MIS_START,MIS_END\n01/05/2010,1,M,10/09/2025,11/09/2025\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_files_are_known_by_their_headings_in_any_order(folder: Path):
    (folder / "missing.csv").rename(folder / "m2026.csv")

    given = read(folder)

    assert given.missing == [MissingRow(2, "1", "01/05/2010", "M", "10/09/2025", "11/09/2025")]
    assert most_likely_year(given) == YEAR


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_mark_at_the_beginning_and_wide_letters_are_read(folder: Path, encoding: str):
    (folder / "missing.csv").write_text(FILES["missing.csv"], encoding=encoding)

    assert len(read(folder).missing) == 1


def test_a_short_row_is_read_as_empty_and_not_lost(folder: Path):
    (folder / "missing.csv").write_text("CHILD,DOB,MISSING,MIS_START,MIS_END\n1,01/05/2010,M\n")

    assert [each.code for each in check(read(folder), YEAR)] == ["564"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("missing.csv", b"CHILD,DOB\n", "has the headings of the Missing table"),
        ("missing.csv", b"", "has the headings of the Missing table"),
        ("header.csv", b"CHILD,DOB\n", "has the headings of the Header table"),
        ("missing.csv", b"CHILD,\xe9\n", "is not written in UTF-8"),
        ("header.csv", b"SEX,DOB,ETHNIC\n", "header.csv has no column CHILD"),
        ("header.csv", b"CHILD,SEX\n" + b"N" * 131_073, "header.csv is not a CSV file"),
    ],
)
def test_what_is_no_return_is_said_in_one_sentence(folder: Path, name, content, sentence):
    (folder / name).write_bytes(content)

    with pytest.raises(Fault, match=sentence):
        read(folder)


def test_by_itself_it_needs_nothing_but_python(folder: Path):
    (folder / "missing.csv").write_text(FILES["missing.csv"].replace(",M,", ",Z,"))
    command = [sys.executable, "-S", "-m", "returnhome.rules.statutory.ssda903", str(folder)]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        "1006\tMissing\tline 2\t1\tIt is neither M (missing) nor A (away without authorisation).",
        "1 periods of 2025-26: 1 fault.",
    ]


def test_it_ends_with_0_where_nothing_is_found_and_with_2_where_there_is_no_return(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert ssda903.main([str(folder)]) == 0
    assert "no faults" in capsys.readouterr().out
    assert ssda903.main([str(tmp_path / "nowhere")]) == 2
    assert "is not a folder" in capsys.readouterr().err
