"""A workbook with a sheet for each month is one list; sheets with other headings are left aside."""

import io
from datetime import date

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from returnhome.intake import guessing, parsing, reading, together
from returnhome.intake.fitting import fitting
from returnhome.intake.layouts import POLICE_C, Meaning
from returnhome.intake.parsing import Aside, Row, Skipped

pytestmark = pytest.mark.check

TODAY = date(2026, 11, 26)
HEADINGS = list(POLICE_C.columns)


def workbook(**sheets):
    """Each sheet by its name, as rows of cells."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return reading.sheets(content.getvalue(), "year.xlsx")


def row(reference, month=1, **changes):
    """Mia’s, in the order of the headings."""
    cells = dict.fromkeys(HEADINGS, "") | {
        "urn": reference,
        "name": "EVANS, Mia",
        "born": "2012-04-13",
        "from_postcode": "EX1 1AA",
        "last_seen_utc": f"2026-{month:02}-03T20:00Z",
        "category": "Missing",
    }
    return list((cells | changes).values())


def outcomes(sheets):
    table, layout = fitting(sheets, [POLICE_C])
    return list(parsing.outcomes(table, layout, today=TODAY))


def read(sheets):
    return [(each.place, each.reference) for each in outcomes(sheets) if isinstance(each, Row)]


def aside(sheets):
    return [each.sheet for each in outcomes(sheets) if isinstance(each, Aside)]


def test_the_months_are_read_in_the_order_of_the_sheets_each_with_its_own_numbers():
    year = workbook(
        Feb=[HEADINGS, row("U3", 2)],
        Jan=[HEADINGS, row("U1"), row("U2")],
        Mar=[HEADINGS],
    )

    assert read(year) == [(("Feb", 2), "U3"), (("Jan", 2), "U1"), (("Jan", 3), "U2")]
    assert aside(year) == []


def test_headings_stand_where_they_stand_on_each_sheet_in_whatever_order_and_case():
    turned = [heading.upper() for heading in reversed(HEADINGS)]
    year = workbook(
        Jan=[HEADINGS, row("U1")],
        Feb=[["Return of missing children"], [], turned, row("U2", 2)[::-1], ["Total", "1"]],
    )

    first, title, blank, second, total = outcomes(year)

    assert (first.reference, first.place) == ("U1", ("Jan", 2))
    assert (second.reference, second.surname, second.place) == ("U2", "EVANS", ("Feb", 4))
    assert [each.where for each in (title, blank, total)] == ["Feb row 1", "Feb row 2", "Feb row 5"]
    assert second.as_received["NAME"] == "EVANS, Mia"


def test_a_summary_notes_and_another_list_are_left_aside_by_name():
    year = workbook(
        Notes=[["Ask Jo"]],
        Jan=[HEADINGS, row("U1")],
        Interviews=[[*HEADINGS, "Interview held"], [*row("U9"), "Yes"]],
        Feb=[HEADINGS, row("U2", 2)],
        Pivot=[["Month", "Children"], ["Jan", "1"]],
    )

    assert [reference for _, reference in read(year)] == ["U1", "U2"]
    assert aside(year) == ["Notes", "Interviews", "Pivot"]


def test_one_sheet_alone_needs_no_name_for_its_rows():
    alone = workbook(List=[HEADINGS, row("U1")], Notes=[["Ask Jo"]])

    assert read(alone) == [(("", 2), "U1")]
    assert aside(alone) == ["Notes"]


def test_a_layout_never_seen_is_proposed_from_all_the_months():
    headings = ["Ref", "Child", "DOB", "Missing", "Found"]
    year = workbook(
        Jan=[headings, ["L1", "Mia Evans", "03/04/2012", "03/01/2026", ""]],
        Feb=[headings[::-1], ["", "13/02/2026", "04/04/2012", "Jo Smith", "L2"]],
        Summary=[["Month", "Number"], ["Jan", "1"]],
    )

    proposal = guessing.propose(year, today=TODAY)

    # One date of February tells for all that the day stands first.
    assert proposal.questions == ()
    assert proposal.columns[0].examples == ("L1", "L2")
    assert proposal.columns[3].meaning is Meaning.LAST_SEEN
    assert [part.sheet for part in proposal.table.parts] == ["Jan", "Feb"]
    assert proposal.table.aside == ("Summary",)
    assert proposal.table.whole_length == 2


def test_headings_in_two_rows_are_the_same_headings_on_every_sheet():
    over = ["", "", "Missing", "", "Returned", ""]
    headings = ["Ref", "Name", "Date", "Time", "Date", "Time"]
    year = workbook(
        Jan=[over, headings, ["L1", "Mia Evans", "13/01/2026", "07:40", "", ""]],
        Feb=[["February"], over, headings, ["L2", "Jo Smith", "13/02/2026", "08:10", "", ""]],
        Mar=[headings, ["L3", "Ola Green", "13/03/2026", "09:10", "", ""]],
    )

    proposal = guessing.propose(year, today=TODAY)
    layout = proposal.layout("taught-1", "").fitted(proposal.table.header)
    told = list(parsing.outcomes(proposal.table, layout, today=TODAY))

    assert [each.place for each in told if isinstance(each, Row)] == [("Jan", 3), ("Feb", 4)]
    # Of March nobody can say which of its two days is the return.
    assert [each.sheet for each in told if isinstance(each, Aside)] == ["Mar"]


def test_a_file_of_text_is_one_list_and_leaves_nothing_aside():
    text = "\n".join(",".join(f'"{cell}"' for cell in each) for each in (HEADINGS, row("U1")))
    sheets = reading.sheets(text.encode(), "list.csv")

    assert read(sheets) == [(("", 2), "U1")]
    assert aside(sheets) == []


def test_two_sheets_whose_names_look_the_same_are_told_apart():
    assert reading._titles(["Jan", "Jan\x07", "", "J" * 90]) == [
        *("Jan", "Jan (sheet 2)", "(sheet 3)"),
        "J" * reading.LONGEST_TITLE,
    ]


# Of a sheet: blank rows and a title above, whether its headings are these, what stands below.
LINES = st.lists(st.sampled_from(["row", "blank", "total", "headings", "cut"]), max_size=5)
SHEETS = st.lists(st.tuples(st.integers(0, 2), st.booleans(), LINES), min_size=1, max_size=5)


@settings(max_examples=40, deadline=None)
@given(SHEETS)
def test_every_line_of_every_sheet_is_read_or_skipped_or_its_sheet_left_aside(drawn):
    made = {
        "row": row("U1"),
        "blank": [],
        "total": ["Total", "1"],
        "headings": HEADINGS,
        "cut": ["U2"],
    }
    sheets, wanted, other = {}, [], []
    for number, (above, is_ours, lines) in enumerate(drawn):
        name = f"Sheet {number}"
        header = HEADINGS if is_ours else ["Month", "Children"]
        sheets[name] = [*([["Weekly list"]] * above), header, *(made[line] for line in lines)]
        if not is_ours:
            # Whose headings stand further down is ours after all, from there on.
            is_ours = "headings" in lines
        (wanted if is_ours else other).append(name)
    if not wanted:
        return
    found = workbook(**sheets)
    table, layout = fitting(found, [POLICE_C])

    said = list(parsing.outcomes(table, layout, today=TODAY))

    assert [each.sheet for each in said if isinstance(each, Aside)] == other
    places = [(each.sheet, each.number) for each in said if isinstance(each, Row | Skipped)]
    assert len(places) == len(set(places))
    for sheet, part in zip([s for s in found if s.title in wanted], table.parts, strict=True):
        theirs = [number for name, number in places if name in ("", part.sheet)]
        assert {*theirs, part.header_number} == set(range(1, sheet.length + 1))


def test_more_columns_than_can_be_read_are_said_of_whichever_sheet():
    wide = workbook(Jan=[[f"c{n}" for n in range(201)], ["x", "y"]])

    with pytest.raises(reading.Unreadable, match="201 columns"):
        together.table(wide, wide[0], wide[0].head[0], wide[0].head[0].cells)
