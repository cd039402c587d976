"""The sealing keys: made, put on paper, changed while people work, and no word lost."""

import io
import json
import os
import subprocess
import sys
from base64 import urlsafe_b64encode
from typing import Any

import psycopg
import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from returnhome.casework import interviews, sealing
from returnhome.casework.models import Entry, Interview
from returnhome.management import keys, upkeep
from tests.casework.conftest import apart, owner
from tests.cast import NOW, Cast, hours, returned, signed

__all__ = ["apart", "owner"]

ONE, OTHER, THIRD = (urlsafe_b64encode(bytes([number]) * 32).decode() for number in (1, 2, 3))
SAID = "I wanted to see my nan."


def run(*given: str) -> str:
    out = io.StringIO()
    call_command("keys", *given, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def shown() -> dict[str, Any]:
    found = json.loads(run("show", "--json"))
    return {each["name"]: each for each in found["keys"]} | {"settled": found["settled"]}


@pytest.fixture
def told(apart: Cast, settings: Any) -> Interview:
    """A signed record, and a second factor, sealed by another key than all before."""
    settings.SEALING_KEYS = [ONE, *settings.SEALING_KEYS]
    run("rotate")
    settings.SEALING_KEYS = [ONE]
    return signed(returned(apart.sky), interviewer=apart.ines, by=apart.amina)


def test_a_new_key_takes_over_while_people_work_and_every_word_is_as_it_was(
    apart: Cast, told: Interview, settings: Any
) -> None:
    secrets = [sealing.open_sealed(bytes.fromhex(each)) for each in sealed_secrets()]
    assert secrets
    settings.SEALING_KEYS = [OTHER, ONE]

    said = run("rotate")

    assert f"All that is sealed here is sealed by {keys.name_of(OTHER)}." in said
    assert f"Nothing needs {keys.name_of(ONE)} any more but backups" in said
    settings.SEALING_KEYS = [OTHER]
    assert Entry.objects.get(interview=told, question="why_words").words == SAID
    assert [sealing.open_sealed(bytes.fromhex(each)) for each in sealed_secrets()] == secrets
    interviews.add(told, "And my dog.", by=apart.ines, at=NOW + hours(9))
    assert shown()["settled"]


def sealed_secrets() -> list[str]:
    return [each.data["secret"] for each in Authenticator.objects.filter(type="totp")]


def test_what_an_earlier_release_sealed_goes_under_data_keys_though_it_is_signed(
    told: Interview, owner: psycopg.Connection, settings: Any
) -> None:
    entry = Entry.objects.get(interview=told, question="why_words")
    owner.execute("alter table casework_entry disable trigger user")
    owner.execute(
        "update casework_entry set words = %s where id = %s",
        [sealing.seal(SAID.encode()), entry.pk],
    )
    owner.execute("alter table casework_entry enable trigger user")
    assert Entry.objects.get(pk=entry.pk).words == SAID
    assert not shown()["settled"]
    settings.SEALING_KEYS = [OTHER, ONE]

    run("rotate")

    settings.SEALING_KEYS = [OTHER]
    assert Entry.objects.get(pk=entry.pk).words == SAID
    assert shown()["settled"]
    with pytest.raises(psycopg.errors.IntegrityError, match="a signed record is never changed"):
        owner.execute("update casework_entry set words = '\\x00' where id = %s", [entry.pk])


def test_a_key_that_is_missing_is_named_and_nothing_is_lost(told: Interview, settings: Any) -> None:
    settings.SEALING_KEYS = [OTHER]

    with pytest.raises(CommandError, match=f"what {keys.name_of(ONE)} sealed: put that key back"):
        run("show")
    with pytest.raises(CommandError, match="What was done so far stands"):
        run("rotate")

    settings.SEALING_KEYS = [ONE]
    assert Entry.objects.get(interview=told, question="why_words").words == SAID


def test_a_rotation_that_was_cut_off_goes_on_where_it_stopped(
    told: Interview, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SEALING_KEYS = [OTHER, ONE]
    monkeypatch.setattr(keys, "BATCH", 1)
    with upkeep.as_owner():
        next(keys.rotate())
    assert Entry.objects.get(interview=told, question="why_words").words == SAID
    assert not shown()["settled"]

    run("rotate")

    assert shown()["settled"]


def test_a_key_on_paper_is_read_back_and_a_slip_in_it_is_found(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SEALING_KEYS = [THIRD]
    paper = run("paper")
    assert keys.name_of(THIRD) in paper
    words = keys.on_paper(THIRD)
    assert len(words) == 24
    assert keys.from_paper(" ".join(words).upper()) == THIRD
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(paper.splitlines()[1:])))

    assert run("read-paper").strip() == THIRD

    swapped = [words[1], words[0], *words[2:]]
    for wrong in ([], words[:23], [*words[:23], "returnhome"], swapped):
        with pytest.raises(keys.NotThePaper):
            keys.from_paper(" ".join(wrong))


def test_a_made_key_seals_at_once(settings: Any) -> None:
    key = keys.make()
    settings.SEALING_KEYS = [key]

    assert sealing.open_sealed(sealing.seal(b"x")) == b"x"
    assert keys.at_hand() == [keys.name_of(key)]
    with pytest.raises(keys.NotAKey):
        keys.name_of("short")


def test_a_key_is_made_before_there_is_any_setting(tmp_path: Any) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "returnhome", "keys", "make"],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DATABASE_URL": "postgresql:///x"},
        capture_output=True,
        text=True,
        check=True,
    )

    key = next(line.strip() for line in made.stdout.splitlines() if line.startswith("    "))
    assert keys.name_of(key) in made.stdout
    assert len(keys.on_paper(key)) == 24
    # Nothing was started, and nothing is kept.
    assert not list(tmp_path.iterdir())


def test_only_the_owner_of_the_tables_is_told_what_each_key_seals(
    apart: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for does in ("show", "rotate"):
        with monkeypatch.context() as patch:
            patch.delenv("DATABASE_OWNER_URL")
            with pytest.raises(CommandError, match="name it in DATABASE_OWNER_URL") as refused:
                run(does)
        assert refused.value.returncode == 2


def test_what_is_large_goes_in_few_at_once_and_one_at_the_least() -> None:
    most = keys.BYTES

    assert keys._fitting([(1, 10), (2, most - 10), (3, 1)]) == [1, 2]
    assert keys._fitting([(1, most + 1), (2, 1)]) == [1]
    assert keys._fitting([]) == []


def test_a_table_that_somebody_holds_is_waited_for_and_then_said_in_a_sentence(
    told: Interview, owner: psycopg.Connection, settings: Any
) -> None:
    entry = Entry.objects.get(interview=told, question="why_words")
    owner.execute("alter table casework_entry disable trigger user")
    owner.execute(
        "update casework_entry set words = %s where id = %s",
        [sealing.seal(SAID.encode()), entry.pk],
    )
    owner.execute("alter table casework_entry enable trigger user")
    settings.SEALING_KEYS = [OTHER, ONE]

    with owner.transaction():
        owner.execute("lock table casework_entry in share mode")
        with pytest.raises(CommandError, match="held a table for longer than five seconds"):
            run("rotate")

    run("rotate")
    assert shown()["settled"]
