"""A council's history at the command line: what would come of it, for good, and taken back."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from returnhome.casework.models import Bringing, Episode
from tests.cast import NOW, Cast

EARLIER = Path(__file__).parent.parent / "intake" / "earlier"


def run(*names: str, **more: Any) -> int:
    """The exit code."""
    options = {"council": "Northshire", "at": NOW.isoformat()} | more
    try:
        call_command("history", *(str(EARLIER / name) for name in names), **options)
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_without_for_good_nothing_is_written_and_the_loss_is_said(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost, refused = tmp_path / "lost.csv", tmp_path / "refused"

    code = run("register.csv", "episodes.csv", lost=lost, refused=refused, json=True)

    out, err = capsys.readouterr()
    said = json.loads(out)
    assert (code, said["bringing"], said["counts"]["episodes"]) == (1, None, 8)
    assert said["read"] == 13
    assert "the column “Police log” has no home (3 filled cells)" in err
    assert "Nothing is written" in err
    assert "O'Dell" not in err
    assert "Moon was full" in lost.read_text()
    assert "the number nobody" in (refused / "episodes-refused.csv").read_text()
    assert '"Owl","Grey"' in (refused / "register-refused.csv").read_text()
    assert not Bringing.objects.exists()
    assert not Episode.objects.exists()


def test_what_was_brought_in_for_good_is_taken_back_by_its_number(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("header.csv", "ssd_missing.csv", "ssd_person.csv", for_good=True) == 1
    one = Bringing.objects.get()
    assert f"returnhome history --take-back {one.pk}" in capsys.readouterr().err
    assert Episode.objects.count() == 4

    with pytest.raises(CommandError, match="Say why it is taken back"):
        call_command("history", take_back=one.pk)
    call_command("history", take_back=one.pk, because="The wrong file")

    assert "Taken back: 4 episodes and 0 children." in capsys.readouterr().err
    assert not Episode.objects.exists()


def test_wrong_use_is_said_in_a_sentence(cast: Cast) -> None:
    with pytest.raises(CommandError, match="Say with --council"):
        call_command("history", str(EARLIER / "episodes.csv"))
    with pytest.raises(CommandError, match="There is no council “Nowhere”"):
        run("episodes.csv", council="Nowhere")
    with pytest.raises(CommandError, match="Choose the files"):
        run()
    with pytest.raises(CommandError, match="There is no bringing 999"):
        call_command("history", take_back=999, because="x")
    with pytest.raises(CommandError, match="cannot be opened"):
        run("none.csv")


def test_headings_of_its_own_are_told_beside_the_file_and_remembered(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.csv"
    own.write_text("Kid,DOB,Gone since,Home again\nKit O'Dell,30/09/2012,1/11/2025,2/11/2025\n")
    with pytest.raises(CommandError, match="Say each as --column HEADING=MEANING"):
        run(str(own))

    said = {"column": ["Kid=name", "Gone since=started", "Home again=returned"]}
    call_command(
        *("history", str(own), "--council", "Northshire", "--for-good"),
        *(f"--column={each}" for each in said["column"]),
        at=NOW.isoformat(),
    )
    assert Episode.objects.get().child == cast.kit
    # The next time it is known.
    assert run(str(own)) == 0
    assert "1 there already" in capsys.readouterr().err


def test_a_meaning_that_there_is_not_is_refused_with_those_there_are(cast: Cast) -> None:
    with pytest.raises(CommandError, match="is no heading, = and nothing or one of number, name"):
        call_command("history", "x.csv", "--council", "Northshire", "--column=Kid=fruit")


def test_a_list_of_which_no_heading_is_known_is_read_by_what_is_told_beside_it(
    cast: Cast, tmp_path: Path
) -> None:
    own = tmp_path / "own.csv"
    own.write_text("Kid,Arrived on earth,Gone since\nKit O'Dell,30/09/2012,1/11/2025\n")
    with pytest.raises(CommandError, match="it is none of these"):
        run(str(own))

    meant = ("Kid=name", "Arrived on earth=born", "Gone since=started")
    call_command(
        *("history", str(own), "--council", "Northshire", "--for-good"),
        *(f"--column={each}" for each in meant),
        at=NOW.isoformat(),
    )

    assert Episode.objects.get().child == cast.kit
