"""The list of services at the command line: in, out, and in again."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from returnhome.casework.models import Service
from tests.cast import Cast

SAID = [
    {"id": "1", "name": "Law centre", "status": "active"},
    {"id": "2", "name": ""},
]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    path = tmp_path / "services.json"
    path.write_text(json.dumps(SAID), encoding="utf-8")
    return path


def test_a_directory_is_taken_in_and_some_refused_is_exit_one(
    cast: Cast, directory: Path, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as ended:
        call_command("services", "import", str(directory), authority="Northshire", json=True)

    assert ended.value.code == 1
    out, err = capsys.readouterr()
    counts = {"read": 2, "added": 1, "changed": 0, "ended": 0, "unchanged": 0, "refused": 1}
    assert json.loads(out) == counts | {
        "rows": [{"number": 2, "name": "", "reason": "Enter the name of the service."}]
    }
    assert "Service 2 (no name): Enter the name of the service." in err
    assert [each.name for each in Service.objects.of(cast.northshire.pk)] == ["Law centre"]


def test_what_is_written_out_comes_in_unchanged(
    cast: Cast, directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit):
        call_command("services", "import", str(directory), authority="Northshire")
    out = tmp_path / "out.json"

    call_command("services", "export", authority="Northshire", out=out)
    call_command("services", "import", str(out), authority="Northshire")

    assert "1 read, 0 added, 0 changed, 0 ended, 1 unchanged, 0 refused." in capsys.readouterr().err
    call_command("services", "export", authority="Northshire")
    assert json.loads(capsys.readouterr().out) == json.loads(out.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("words", "authority", "sentence"),
    [
        (["import", "{}"], "Nowhere", "There is no authority “Nowhere” today."),
        (["import"], "Northshire", "Say which file is to be taken in."),
        (["import", "{}/none.json"], "Northshire", "cannot be read"),
        (["import", __file__], "Northshire", "This is no JSON file"),
    ],
)
def test_wrong_use_changes_nothing_and_is_exit_two(
    cast: Cast, tmp_path: Path, words: list[str], authority: str, sentence: str
):
    with pytest.raises(CommandError, match=sentence) as refused:
        call_command("services", *[word.format(tmp_path) for word in words], authority=authority)

    assert refused.value.returncode == 2
    assert not Service.objects.exists()
