"""`returnhome care`: care and placements from a council's own SSDA903 files."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from returnhome.casework import characteristics
from returnhome.casework.models import (
    CarePeriod,
    Characteristics,
    Child,
    Placement,
    PlacementNotice,
)
from returnhome.rules.characteristics import SaidBy
from tests.cast import NOW, Cast

HEADINGS = (
    "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN"
)


def number_of(child: Child) -> str:
    return child.identifiers.get().value


def folder_of(tmp_path: Path, *rows: tuple[str, str, str, str, str]) -> Path:
    """Rows of number, DECOM, RNE, DEC, PL_POST."""
    with (tmp_path / "episodes.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS.split(","))
        for number, began, why, ceased, postcode in rows:
            writer.writerow([number, began, why, *[""] * 4, ceased, *[""] * 3, postcode, ""])
    return tmp_path


def bring(folder: Path, *words: str) -> tuple[list[dict], str, int]:
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command(
            *("care", str(folder), "--council", "Northshire", "--json", "--at", NOW.isoformat()),
            *words,
            stdout=out,
            stderr=err,
        )
    except SystemExit as left:
        code = int(left.code or 0)
    return json.loads(out.getvalue()), err.getvalue(), code


def days(rows) -> list[tuple[date | None, date | None]]:
    return [(row.since, row.until) for row in rows.order_by("since")]


def test_what_the_register_left_open_is_filled_and_what_went_before_is_added(
    cast: Cast, tmp_path: Path
) -> None:
    sky = cast.sky
    folder = folder_of(
        tmp_path,
        (number_of(sky), "01/06/2024", "S", "10/02/2025", "NS1 1AA"),
        (number_of(sky), "10/02/2025", "P", "", "WB1 1AA"),
    )

    rows, said, code = bring(folder)

    assert (rows[0]["result"], code) == ("recorded", 0), said
    assert days(CarePeriod.objects.filter(child=sky)) == [(date(2024, 6, 1), None)]
    assert days(Placement.objects.filter(child=sky)) == [
        (date(2024, 6, 1), date(2025, 2, 9)),
        (date(2025, 2, 10), None),
    ]
    assert "1 children read: 1 recorded, 0 unchanged, 0 differs, 0 not known." in said


def test_the_same_folder_again_changes_nothing(cast: Cast, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, (number_of(cast.sky), "01/06/2024", "S", "", "WB1 1AA"))
    bring(folder)
    before = days(Placement.objects.all()), days(CarePeriod.objects.all())

    rows, _, code = bring(folder)

    assert (rows[0]["result"], code) == ("unchanged", 0)
    assert (days(Placement.objects.all()), days(CarePeriod.objects.all())) == before


def test_nobody_is_told_today_of_a_placement_that_was_over_long_ago(
    cast: Cast, tmp_path: Path
) -> None:
    before = PlacementNotice.objects.count()
    folder = folder_of(
        tmp_path,
        (number_of(cast.robin), "01/06/2024", "S", "10/02/2025", "WB1 1AA"),
        (number_of(cast.robin), "10/02/2025", "P", "", "NS1 1AA"),
    )

    _, said, code = bring(folder)

    assert code == 0, said
    assert Placement.objects.filter(child=cast.robin).count() == 2
    assert PlacementNotice.objects.count() == before


def test_what_the_record_contradicts_is_told_and_left_as_it_is(cast: Cast, tmp_path: Path) -> None:
    CarePeriod.objects.filter(child=cast.sky).update(since=date(2023, 1, 1))
    folder = folder_of(tmp_path, (number_of(cast.sky), "01/06/2024", "S", "", "WB1 1AA"))

    rows, _, code = bring(folder)

    assert (rows[0]["result"], code) == ("differs", 1)
    assert rows[0]["said"] == [
        "On record: looked after by Northshire since 1 January 2023. "
        "The file has it since 01/06/2024."
    ]
    assert days(CarePeriod.objects.filter(child=cast.sky)) == [(date(2023, 1, 1), None)]


def test_a_protected_placement_is_not_overwritten_by_a_file(cast: Cast, tmp_path: Path) -> None:
    Placement.objects.filter(child=cast.sky).update(postcode="", is_protected=True)
    folder = folder_of(tmp_path, (number_of(cast.sky), "01/06/2024", "S", "", "NS1 1AA"))

    bring(folder)

    (placement,) = Placement.objects.filter(child=cast.sky)
    assert (placement.is_protected, placement.postcode) == (True, "")


def test_a_number_nobody_knows_and_a_day_that_is_none_are_said(cast: Cast, tmp_path: Path) -> None:
    folder = folder_of(
        tmp_path,
        ("ZZ1", "01/06/2024", "S", "", "NS1 1AA"),
        (number_of(cast.robin), "31/02/2024", "S", "", "NS1 1AA"),
    )

    rows, _, code = bring(folder)

    assert code == 1
    assert [row["result"] for row in rows] == ["not_known", "differs"]
    assert rows[1]["said"] == ["Line 3: “31/02/2024” is no day as 05/09/2025."]


def test_a_rehearsal_leaves_no_trace(cast: Cast, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, (number_of(cast.sky), "01/06/2024", "S", "", "WB1 1AA"))

    rows, said, _ = bring(folder, "--dry-run")

    assert rows[0]["result"] == "recorded"
    assert said.startswith("Would be: ")
    assert days(CarePeriod.objects.filter(child=cast.sky)) == [(None, None)]


@pytest.mark.parametrize(
    ("folder", "sentence"),
    [("nowhere", "is not a folder"), ("", "has the headings of the Episodes")],
)
def test_a_folder_that_is_no_return_is_one_sentence(
    cast: Cast, tmp_path: Path, folder: str, sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence) as refused:
        call_command("care", str(tmp_path / folder), "--council", "Northshire")

    assert refused.value.returncode == 2


def header_of(tmp_path: Path, child: Child, ethnicity: str) -> Path:
    folder = folder_of(tmp_path, (number_of(child), "01/06/2024", "S", "", "WB1 1AA"))
    row = f"{number_of(child)},F,04/05/2011,{ethnicity},,,"
    (folder / "header.csv").write_text(f"CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n{row}\n")
    return folder


def test_the_ethnicity_of_the_header_is_noted_as_the_councils_records_have_it(
    cast: Cast, tmp_path: Path
) -> None:
    _, said, code = bring(header_of(tmp_path, cast.sky, "MWBC"))

    row = Characteristics.objects.get(child=cast.sky)
    assert (row.ethnicity, row.said_by, code) == ("MWBC", SaidBy.RECORDS, 0), said
    bring(tmp_path)
    assert Characteristics.objects.count() == 1


def test_a_code_for_who_was_not_asked_is_nothing_known(cast: Cast, tmp_path: Path) -> None:
    bring(header_of(tmp_path, cast.sky, "NOBT"))

    assert not Characteristics.objects.exists()


def test_what_somebody_said_of_their_ethnicity_is_not_put_right_by_a_file(
    cast: Cast, tmp_path: Path
) -> None:
    characteristics.note(
        cast.sky, ethnicity="BCRB", disability="", said_by=SaidBy.CHILD, by=cast.sol, at=NOW
    )

    rows, _, code = bring(header_of(tmp_path, cast.sky, "MWBC"))

    assert (rows[0]["result"], code) == ("differs", 1)
    assert "On record: Black Caribbean. The file has White and Black Caribbean." in rows[0]["said"]
