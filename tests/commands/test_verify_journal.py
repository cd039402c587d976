"""`returnhome verify-journal`: says in one sentence whether the journal is as it was sealed."""

import io
import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command

from returnhome.casework import journal, seals
from tests.casework.conftest import apart, owner  # noqa: F401
from tests.casework.tampering import let_go_of_the_locks
from tests.cast import NOW, Cast


def verify(*words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify-journal", *words, stdout=out, stderr=err)
    return int(str(ended.value.code)), out.getvalue(), err.getvalue()


def test_a_journal_that_holds_is_one_sentence_and_exit_0(cast: Cast) -> None:
    journal.write("read", cast.sky, by=cast.sol, at=NOW)

    code, said, beside = verify()

    assert code == 0
    assert said.startswith("The journal holds: ")
    assert said.count("\n") == 1
    assert "No anchors were given" in beside


def test_for_machines_it_is_json(cast: Cast) -> None:
    code, said, beside = verify("--json")

    told = json.loads(said)
    assert (code, told["holds"], told["faults"], told["told"]) == (0, True, 0, [])
    assert told["rows"] > 0
    assert told["seals"] == 1
    assert beside == ""


def test_what_was_tampered_with_is_named_and_exit_1(
    apart: Cast,  # noqa: F811
    owner: psycopg.Connection,  # noqa: F811
    tmp_path: Path,
) -> None:
    journal.write("read", apart.sky, by=apart.sol, at=NOW)
    seals.seal()
    newest = seals.newest()
    assert newest
    (tmp_path / "anchors").write_text(f"{newest.line}\n")
    let_go_of_the_locks(owner)
    found: Any = owner.execute(
        "update casework_journalentry set by_id = 1 where id ="
        " (select max(id) from casework_journalentry) returning id"
    ).fetchone()

    code, said, _ = verify("--anchors", str(tmp_path / "anchors"))
    machine_code, machine, _ = verify("--json", "--anchors", str(tmp_path / "anchors"))

    assert code == machine_code == 1
    assert said == (
        "The journal does not hold: 1 thing is not as sealed.\n"
        f"  Row {found[0]} of seal {newest.number} was changed.\n"
    )
    (told,) = json.loads(machine)["told"]
    assert (told["row"], told["seal"]) == (found[0], newest.number)


def test_the_file_that_the_settings_name_is_used_unless_another_is(
    cast: Cast, settings: Any, tmp_path: Path
) -> None:
    seals.seal()
    newest = seals.newest()
    assert newest
    settings.JOURNAL_ANCHOR = str(tmp_path / "anchors")
    (tmp_path / "anchors").write_text(newest.line)
    (tmp_path / "forged").write_text(newest.line.replace(newest.digest, "0" * 64))

    assert verify()[0] == 0
    assert "1 anchors" in verify()[1]
    code, said, _ = verify("--anchors", str(tmp_path / "forged"))

    assert code == 1
    assert f"Seal {newest.number} is not the one that was noted outside." in said


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_a_file_that_is_not_there_or_holds_no_anchor_is_wrong_use(
    cast: Cast, tmp_path: Path, name: str
) -> None:
    (tmp_path / "empty").write_text("nothing here")

    with pytest.raises(CommandError) as wrong:
        call_command("verify-journal", "--anchors", str(tmp_path / name))

    assert wrong.value.returncode == 2
