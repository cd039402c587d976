"""The two commands that anyone can run on a spreadsheet or a list of cases, with no database."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ACCEPTANCE = Path(__file__).parent.parent / "rules" / "acceptance"


def returnhome(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, with no database to be found."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("DATABASE")}
    environ.pop("RETURNHOME_EMBEDDED", None)
    return subprocess.run(
        [sys.executable, "-m", "returnhome", *words],
        input=given,
        capture_output=True,
        text=True,
        env=environ,
        check=False,
    )


@pytest.mark.check
def test_every_case_of_the_clock_is_answered_as_agreed() -> None:
    done = returnhome("timeliness", str(ACCEPTANCE / "clock.csv"))

    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert done.returncode == 0
    assert len(rows) == 28
    assert [row["case"] for row in rows if row["result"] != row["expected"]] == []


@pytest.mark.check
def test_every_case_of_responsibility_is_answered_as_agreed() -> None:
    done = returnhome("responsibility", str(ACCEPTANCE / "responsibility.json"))

    cases = json.loads((ACCEPTANCE / "responsibility.json").read_text())
    answers = {row["case"]: row["answer"] for row in json.loads(done.stdout)}
    assert done.returncode == 0
    for case in cases:
        answer = answers[case["case"]]
        for key, expected in case["expect"].items():
            given = answer[key]
            if isinstance(expected, list):
                expected, given = sorted(expected), sorted(given)
            assert given == expected, (case["case"], key)
        assert answer["reasons"]


@pytest.mark.check
def test_a_formula_in_somebodys_table_is_not_given_back_as_one() -> None:
    table = "case,found_at,returned_at,score\n=1+1,,01/05/2026 10:00,-3\n"

    done = returnhome("timeliness", "-", given=table)

    (row,) = csv.DictReader(io.StringIO(done.stdout))
    assert (row["case"], row["score"]) == ("'=1+1", "-3")


@pytest.mark.check
def test_a_row_that_cannot_be_read_is_named_and_the_others_are_answered() -> None:
    table = (
        "case,found_at,returned_at,held_at\nA,,31/02/2026 10:00,\nB,,01/05/2026 10:00,02/05/2026\n"
    )

    done = returnhome("timeliness", "-", given=table)

    assert done.returncode == 1
    assert "Row 2, returned_at" in done.stderr
    assert [row["result"] for row in csv.DictReader(io.StringIO(done.stdout))] == ["", "in_time"]


@pytest.mark.check
@pytest.mark.parametrize(
    ("words", "given", "sentence"),
    [
        (("timeliness", "no-such-file.csv"), "", "cannot be read"),
        (("timeliness", "-"), "", "The file is empty"),
        (("timeliness", "-"), "Misper Ref,Surname\nA1,Wright\n", "there is no clock"),
        (("responsibility", "-"), "not json", "is not JSON"),
        (("responsibility", "-"), '{"case": 1}', "must hold a list of cases"),
        (("nonsense",), "", "There is no command"),
        ((), "", "Usage"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_2(
    words: tuple[str, ...], given: str, sentence: str
) -> None:
    done = returnhome(*words, given=given)

    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.check
def test_a_case_that_names_nobody_says_so_and_the_others_are_answered() -> None:
    cases = [{"case": "A", "given": {}}, {"case": "B", "given": {"lives_in": "Leeds"}}]

    done = returnhome("responsibility", given=json.dumps(cases))

    first, second = json.loads(done.stdout)
    assert done.returncode == 1
    assert first["answer"] is None
    assert first["refused"]
    assert second["answer"]["responsible"] == "Leeds"


@pytest.mark.check
@pytest.mark.parametrize("number", [0, 2500, 12_500])
def test_a_list_of_any_length_is_answered_in_its_order(number: int) -> None:
    cases = [{"case": each, "given": {"lives_in": "Leeds"}} for each in range(number)]

    done = returnhome("responsibility", given=json.dumps(cases))

    assert [answered["case"] for answered in json.loads(done.stdout)] == list(range(number))
    assert done.returncode == 0
