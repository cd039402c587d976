"""Care and placements as an SSDA903 return tells them."""

from datetime import date

import pytest

from returnhome.rules.statutory.ssda903_care import Row, Spell, Stay, by_child

JUNE, SEPTEMBER, DECEMBER = date(2025, 6, 1), date(2025, 9, 10), date(2025, 12, 20)


def told(*rows: tuple[str, str, str, str]):
    """Rows of DECOM, RNE, DEC and postcode, all of one child."""
    lines = [Row(line, "NS1", *row) for line, row in enumerate(rows, 2)]
    return by_child(lines)["NS1"]


def test_episodes_that_follow_on_are_one_time_in_care_with_a_placement_each():
    its = told(
        ("01/06/2025", "S", "10/09/2025", "NS1 1AA"), ("10/09/2025", "P", "20/12/2025", "WB1 1AA")
    )

    assert its.care == (Spell(JUNE, DECEMBER),)
    assert its.stays == (
        Stay(JUNE, date(2025, 9, 9), "NS1 1AA"),
        Stay(SEPTEMBER, DECEMBER, "WB1 1AA"),
    )


def test_another_legal_status_is_neither_another_care_nor_another_placement():
    its = told(("01/06/2025", "S", "10/09/2025", "NS1 1AA"), ("10/09/2025", "L", "", "NS1 1AA"))

    assert its.care == (Spell(JUNE, None),)
    assert its.stays == (Stay(JUNE, None, "NS1 1AA"),)


def test_coming_into_care_again_is_another_time_in_care_even_on_the_same_day():
    its = told(("01/06/2025", "S", "10/09/2025", "NS1 1AA"), ("10/09/2025", "S", "", "NS1 1AA"))

    assert its.care == (Spell(JUNE, SEPTEMBER), Spell(SEPTEMBER, None))


def test_rows_in_any_order_tell_the_same():
    rows = [("10/09/2025", "P", "", "WB1 1AA"), ("01/06/2025", "S", "10/09/2025", "NS1 1AA")]

    assert told(*rows).care == told(*reversed(rows)).care == (Spell(JUNE, None),)


def test_a_placement_without_a_postcode_is_left_out():
    assert told(("01/06/2025", "S", "", "")).stays == ()


@pytest.mark.parametrize(
    ("began", "ceased", "fault"),
    [
        ("", "", "“” is no day"),
        ("2025-06-01", "", "“2025-06-01” is no day"),
        ("01/06/2025", "31/02/2026", "“31/02/2026” is no day"),
        ("01/06/2025", "31/05/2025", "It ceased before it began"),
    ],
)
def test_a_line_that_cannot_be_is_a_fault_and_left_out(began: str, ceased: str, fault: str):
    its = told((began, "S", ceased, "NS1 1AA"), ("01/06/2025", "S", "", "NS1 1AA"))

    assert len(its.faults) == 1
    assert its.faults[0].startswith(f"Line 2: {fault}")
    assert its.care == (Spell(JUNE, None),)
