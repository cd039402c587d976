"""The files of three forces against the truth: every row right, or honestly waiting."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from returnhome.casework import acting, registers
from returnhome.casework.staff import operator
from returnhome.intake import loading, registering

SAMPLES = Path(__file__).parent / "samples"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FILES = {
    "police-a": ("police-a.csv", "West Yorkshire Police"),
    "police-b": ("police-b.xlsx", "Kent Police"),
    "police-c": ("police-c.csv", "Devon and Cornwall Police"),
}

pytestmark = [pytest.mark.check, pytest.mark.django_db]


def brought(name):
    file, sender = FILES[name]
    with acting.as_system(acting.INTAKE):
        outcome = loading.bring(SAMPLES / file, sender=sender, by=operator(), at=NOW)
        return outcome.as_json(registers.numbers_of(outcome.children))


@pytest.mark.parametrize("name", FILES)
def test_every_row_of_a_forces_file_is_right_or_waits(name):
    truth = json.loads((SAMPLES / f"{name}.truth.json").read_text(encoding="utf-8"))
    registering.load(SAMPLES / f"{name}.register.csv", by=operator(), at=NOW)

    said = brought(name)

    counts = sum(said[each] for each in ("opened", "updated", "unchanged", "waiting", "refused"))
    assert said["read"] == counts == len(truth)
    rows = {row["row"]: row for row in said["rows"]}
    ends: dict[str, str | None] = {}
    for true in truth:
        row = rows[true["row"]]
        assert row["ref"] == true["ref"]
        if true["fault"]:
            assert row["result"] == "refused"
            continue
        # A later row may know less, and a blank never erases.
        ends[true["ref"]] = true["found"] or ends.get(true["ref"])
        assert [row[each] for each in ("kind", "last_seen", "reported")] == [
            true[each] for each in ("kind", "last_seen", "reported")
        ]
        assert (row["found"] or row["returned"]) == ends[true["ref"]]
        if row["child"] is None:
            assert row["result"] in ("waiting", "unchanged")
        else:
            assert row["child"] == true["child"]


@pytest.mark.parametrize("name", FILES)
def test_the_same_file_again_changes_nothing(name):
    registering.load(SAMPLES / f"{name}.register.csv", by=operator(), at=NOW)
    first = brought(name)

    again = brought(name)

    assert (again["opened"], again["updated"], again["waiting"]) == (0, 0, 0)
    assert again["refused"] == first["refused"]
    assert again["unchanged"] == again["read"] - again["refused"]


def test_titles_blanks_and_totals_of_a_workbook_are_passed_over_and_named():
    registering.load(SAMPLES / "police-b.register.csv", by=operator(), at=NOW)

    said = brought("police-b")

    assert [(each["row"], each["why"]) for each in said["skipped"]] == [
        (1, "above the headings"),
        (2, "above the headings"),
        (3, "blank row"),
        (145, "totals row"),
    ]
