"""A council's register against the record: what it contradicts becomes a doubt, and says so."""

from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command

from returnhome.casework import staff
from returnhome.casework.children import circumstances
from returnhome.casework.models import Authority, Child, Doubt, Succession
from returnhome.intake import registering
from returnhome.intake.registering import Registered
from tests.cast import NOW, Cast

HEADING = "child_id,forename,surname,sex,date_of_birth,home_postcode,authority,looked_after_by\n"
SKY = "sky,Sky,Marlowe,F,2011-05-04,WB1 1AA,Westborough,Northshire\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "register.csv"


def load(file: Path, *rows: str) -> Registered:
    file.write_text(HEADING + "".join(rows))
    return registering.load(file, by=staff.operator(), at=NOW)


def oldshire(*heirs: Authority) -> None:
    gone = Authority.objects.create(
        name="Oldshire", nation="England", region="Invented", until=date(2025, 3, 31)
    )
    for heir in heirs:
        Succession.objects.create(predecessor=gone, successor=heir)


def test_a_register_that_agrees_with_the_record_says_nothing(cast: Cast, file: Path) -> None:
    assert load(file, SKY).rows == [(2, "sky", "unchanged", "", "")]
    assert not Doubt.objects.exists()


def test_another_council_and_another_placement_become_doubts_with_a_reason(
    cast: Cast, file: Path
) -> None:
    row = SKY.replace("WB1 1AA,Westborough,Northshire", "EM1 1AA,Eastmoor,Westborough")

    ((number, child_id, result, reason, _),) = load(file, row).rows

    assert (number, child_id, result) == (2, "sky", "unchanged")
    assert "On record: looked after by Northshire. The register says: looked after by W" in reason
    assert "On record: placed in Westborough. The register says: placed in Eastmoor" in reason
    assert [each.about for each in Doubt.objects.oldest_first()] == ["care", "placement"]
    assert Doubt.objects.oldest_first()[0].said_by == "register.csv"
    there = circumstances(cast.sky, NOW.date())
    assert (there.looked_after_by, there.placed_in) == (cast.northshire, cast.westborough)


def test_the_same_register_again_keeps_no_second_doubt(cast: Cast, file: Path) -> None:
    row = SKY.replace(",Northshire", ",Eastmoor")

    first, again = load(file, row), load(file, row)

    assert first.rows == again.rows
    assert Doubt.objects.count() == 1


def test_a_council_that_no_longer_exists_is_named_with_its_successor(
    cast: Cast, file: Path
) -> None:
    oldshire(cast.eastmoor)

    (row,) = load(file, "new,Ada,Moss,F,2012-01-01,,Oldshire,\n").rows

    assert row[:4] == (
        2,
        "new",
        "opened",
        "Oldshire ended on 31 March 2025. Its area is now that of Eastmoor, which is taken instead",
    )
    assert Child.objects.get(identifiers__value="new").responsible_authority == cast.eastmoor


def test_a_council_whose_area_went_to_several_is_refused_with_all_of_them(
    cast: Cast, file: Path
) -> None:
    oldshire(cast.eastmoor, cast.westborough)

    (row,) = load(file, "new,Ada,Moss,F,2012-01-01,,Northshire,Oldshire\n").rows

    assert row[2:4] == (
        "refused",
        "Oldshire ended on 31 March 2025. Its area is now that of Eastmoor or Westborough: "
        "name one",
    )


def test_the_command_says_what_contradicts_the_record_and_refuses_nothing(
    cast: Cast, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(HEADING + SKY.replace(",Northshire", ",Eastmoor"))

    call_command("register", str(file), at=NOW.isoformat())

    said = capsys.readouterr().err
    assert "Row 2 (sky): On record: looked after by Northshire." in said
    assert "1 read: 0 opened, 1 unchanged, 0 refused." in said


def test_a_number_of_another_child_is_refused_with_the_reason(cast: Cast, file: Path) -> None:
    other = SKY.replace("Sky,Marlowe,F,2011-05-04", "Tom,Okoro,M,2012-09-30")

    ((number, child_id, result, reason, _),) = load(file, other).rows

    assert (number, child_id, result) == (2, "sky", "refused")
    assert reason == "The child_id sky is that of another child, of another name and birth date"


def test_the_command_takes_the_numbers_for_those_of_the_council_it_is_told(
    cast: Cast, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(HEADING + SKY)

    call_command("register", str(file), "--council", "Northshire")
    assert "1 read: 0 opened, 1 unchanged" in capsys.readouterr().err
    call_command("register", str(file), "--council", "Westborough")
    assert "1 read: 1 opened, 0 unchanged" in capsys.readouterr().err

    with pytest.raises(CommandError, match="There is no authority “Nowhere” today"):
        call_command("register", str(file), "--council", "Nowhere")


def test_a_register_in_several_sheets_of_a_workbook_is_read_whole(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heading = HEADING.strip().split(",")
    sheets = {
        "Read me": [["A list of children"]],
        "North team": [["North team"], heading, SKY.strip().split(",")],
        "South team": [heading, ["ada", "Ada", "Moss", "F", "2012-01-01", "", "Northshire", ""]],
    }
    file = tmp_path / "register.xlsx"
    with xlsxwriter.Workbook(str(file)) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)

    registered = registering.load(file, by=staff.operator(), at=NOW)

    assert [(row.where, row.child_id, row.result) for row in registered.rows] == [
        ("North team row 3", "sky", "unchanged"),
        ("South team row 2", "ada", "opened"),
    ]
    assert registered.aside == ("Read me",)
    assert [row["sheet"] for row in registered.as_json()["rows"]] == ["North team", "South team"]
    call_command("register", str(file))
    assert "Not read, for their headings: Read me." in capsys.readouterr().err
