"""What the columns of a file never seen before mean: proposed, or asked where it is not certain."""

import csv
import io
from datetime import UTC, date

import pytest

from returnhome.intake.guessing import propose
from returnhome.intake.instants import Order
from returnhome.intake.layouts import Meaning
from returnhome.intake.parsing import Row, outcomes
from returnhome.intake.reading import sheets
from returnhome.rules.codes import EpisodeKind

TODAY = date(2026, 11, 26)


def proposed(*lines, **said):
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return propose(sheets(text.getvalue().encode(), "list.csv"), today=TODAY, **said)


def meanings(proposal):
    return {column.heading: column.meaning for column in proposal.columns}


def questions(proposal):
    return [question.sentence for question in proposal.questions]


EVERYDAY = [
    ["Log number", "Child", "Born on", "Post code", "Went missing", "Told to police", "Located",
     "Level of risk", "Looked after?", "Responsible council", "Missing or absent", "Officer"],
    ["L1", "WRIGHT Becky", "19.05.12", "LS1 1UR", "08:45 on 2 Jan 2026", "18:23 on 2 Jan 2026",
     "22:45 on 2 Jan 2026", "Medium", "No", "", "Missing", "PC 1"],
    ["L2", "EVANS Mia", "14.02.13", "LS1 1UR", "0745hrs 13/1/26", "18:23 on 14 Jan 2026", "",
     "No apparent risk", "Yes", "Leeds", "Absent", "PC 2"],
]  # fmt: skip


def test_headings_and_values_that_agree_are_certain():
    proposal = proposed(*EVERYDAY)

    assert questions(proposal) == []
    assert meanings(proposal) == {
        "Log number": Meaning.REFERENCE,
        "Child": Meaning.NAME,
        "Born on": Meaning.BORN,
        "Post code": Meaning.POSTCODE,
        "Went missing": Meaning.LAST_SEEN,
        "Told to police": Meaning.REPORTED,
        "Located": Meaning.FOUND,
        "Level of risk": Meaning.RISK,
        "Looked after?": Meaning.LOOKED_AFTER,
        "Responsible council": Meaning.PLACING_AUTHORITY,
        "Missing or absent": Meaning.KIND,
        "Officer": None,
    }
    assert proposal.columns[0].examples == ("L1", "L2")


def test_the_layout_it_comes_to_needs_what_an_episode_hangs_on():
    layout = proposed(*EVERYDAY).layout("taught-1", "")

    assert layout.fits
    assert Meaning.REFERENCE in layout.required
    assert Meaning.RISK not in layout.required
    assert layout.order is Order.DAY_FIRST


def short(*rows):
    return ["Ref", "Name", "DOB", "Missing", "Found"], *rows


def test_march_or_april_is_asked_where_no_date_tells():
    proposal = proposed(
        *short(["X1", "Jo Smith", "03/04/2012", "03/04/2026 10:00", "04/04/2026 10:00"])
    )

    assert questions(proposal) == ["Is “03/04/2012” 3 April or 4 March?"]
    assert not proposal.is_certain


@pytest.mark.parametrize(
    ("told", "order"),
    [("13/04/2026 10:00", Order.DAY_FIRST), ("04/13/2026 10:00", Order.MONTH_FIRST)],
)
def test_one_date_that_can_be_read_one_way_only_tells_for_all(told, order):
    proposal = proposed(*short(["X1", "Jo Smith", "03/04/2012", told, ""]))

    assert (proposal.order, questions(proposal)) == (order, [])


def test_a_date_that_would_lie_ahead_tells_too():
    proposal = proposed(*short(["X1", "Jo Smith", "03/04/2012", "11/12/2026 10:00", ""]))

    assert (proposal.order, questions(proposal)) == (Order.MONTH_FIRST, [])


def test_what_somebody_has_said_is_not_asked():
    rows = short(["X1", "Jo Smith", "03/04/2012", "03/04/2026 10:00", ""])

    assert proposed(*rows, order=Order.MONTH_FIRST).is_certain


def test_a_word_for_the_kind_that_nobody_knows_is_asked():
    rows = (
        ["Ref", "Name", "Date missing", "Category"],
        ["X1", "Jo Smith", "13/04/2026", "Cat 1"],
        ["X2", "Mia Evans", "14/04/2026", "Missing"],
    )

    assert questions(proposed(*rows)) == ["Does “Cat 1” mean missing, or away from placement?"]
    assert proposed(*rows, kinds={"cat 1": EpisodeKind.AWAY}).is_certain
    assert proposed(*rows, meant={"Category": None}).is_certain


def test_absent_is_a_grade_and_a_missing_child_and_not_asked():
    rows = (
        ["Ref", "Name", "Date missing", "Risk"],
        ["X1", "Jo Smith", "13/04/2026", "Absent"],
        ["X2", "Mia Evans", "14/04/2026", "Low (Absent)"],
    )

    assert proposed(*rows).is_certain
    assert meanings(proposed(*rows))["Risk"] is Meaning.GRADING


def test_headings_that_say_nothing_are_asked_about_one_by_one():
    proposal = proposed(["A", "B", "C", "D"], ["X1", "Jo Smith", "13/04/2012", "13/04/2026 10:00"])

    assert questions(proposal) == [
        "Which column is the sender's reference of the episode?",
        "Which column, or which two, hold the child's name?",
        "Which column says when the child was last seen, or reported missing?",
        "What does the column “C” say, as in “13/04/2012”?",
        "What does the column “D” say, as in “13/04/2026 10:00”?",
    ]
    assert proposed(
        ["A", "B", "C", "D"],
        ["X1", "Jo Smith", "13/04/2012", "13/04/2026 10:00"],
        meant={
            "A": Meaning.REFERENCE,
            "B": Meaning.NAME,
            "C": Meaning.BORN,
            "D": Meaning.LAST_SEEN,
        },
    ).is_certain


def test_a_day_and_its_time_below_a_heading_for_both():
    rows = (
        ["", "", "Missing", "", "Returned", "", ""],
        ["Ref", "Name", "Date", "Time", "Date", "Time", "Grade"],
        ["X1", "Jo Smith", "13/04/2026", "07:40", "14/04/2026", "09:00", "Low"],
        ["X2", "Mia Evans", "14/04/2026", "07:45", "", "", "High"],
    )
    proposal = proposed(*rows)

    assert questions(proposal) == []
    assert meanings(proposal) == {
        "Ref": Meaning.REFERENCE,
        "Name": Meaning.NAME,
        "Missing Date": Meaning.LAST_SEEN,
        "Missing Time": Meaning.LAST_SEEN,
        "Returned Date": Meaning.RETURNED,
        "Returned Time": Meaning.RETURNED,
        "Grade": Meaning.RISK,
    }
    assert proposal.table.header_number == 2


def test_what_speaks_of_somebody_else_is_not_the_childs():
    proposal = proposed(
        ["Ref", "Child", "Name of social worker", "Parent DOB", "DOB", "Found postcode",
         "Home postcode", "Date missing", "Hours missing", "Interview date", "Local authority"],
        ["X1", "Jo Smith", "Ana Shah", "13/04/1980", "13/04/2012", "BD1 1HY", "LS1 1UR",
         "13/04/2026", "10:30", "15/04/2026", "Leeds"],
    )  # fmt: skip

    assert questions(proposal) == []
    assert {heading for heading, meaning in meanings(proposal).items() if meaning} == {
        *("Ref", "Child", "DOB", "Home postcode", "Found postcode", "Date missing")
    }
    assert meanings(proposal)["Found postcode"] is Meaning.FOUND_POSTCODE
    assert meanings(proposal)["Home postcode"] is Meaning.POSTCODE


def test_times_in_utc_are_known_by_their_heading():
    proposal = proposed(["urn", "name", "last_seen_utc"], ["X1", "Jo Smith", "2026-07-13 10:00"])

    assert proposal.layout("taught-1", "").zone is UTC


def test_forenames_tell_which_name_comes_first():
    rows = [[f"X{n}", name, "13/04/2026"] for n, name in enumerate(
        ["Smith Oliver", "Evans Chloe", "Shah Daniel", "Begum Rebecca"]
    )]  # fmt: skip

    assert proposed(["Ref", "Name", "Missing"], *rows).is_surname_first
    assert not proposed(
        ["Ref", "Name", "Missing"],
        *([ref, " ".join(name.split()[::-1]), day] for ref, name, day in rows),
    ).is_surname_first


def test_a_title_above_the_headings_is_passed_over():
    proposal = proposed(["Weekly list of missing children", "", ""], [], *EVERYDAY)

    assert proposal.table.header_number == 3
    assert questions(proposal) == []


def test_a_category_in_which_grades_of_their_era_stand_is_read_for_both():
    proposal = proposed(
        ["Ref", "Name", "DOB", "Last Seen", "Category"],
        ["1", "Jo Smith", "3/3/2011", "13/3/2026 22:15", "Missing"],
        ["2", "Al Jones", "4/4/2012", "14/3/2026 22:15", "Absent"],
        ["3", "Bo Brown", "5/5/2013", "15/3/2026 22:15", "No apparent risk"],
    )

    assert questions(proposal) == []
    assert meanings(proposal)["Category"] is Meaning.KIND


def test_a_council_is_no_part_of_the_address():
    proposal = proposed(
        ["Ref", "Name", "DOB", "Last Seen", "Home LA", "Location last seen"],
        ["1", "Jo Smith", "3/3/2011", "13/3/2026 22:15", "Leeds City Council", "Bus station"],
    )

    assert meanings(proposal)["Home LA"] is None
    assert meanings(proposal)["Location last seen"] is Meaning.ADDRESS


def test_a_sex_may_be_a_code_and_sex_and_age_in_one_is_neither():
    proposal = proposed(
        ["Ref", "Name", "DOB", "Last Seen", "nominal_sex", "Sex/Age"],
        ["1", "Jo Smith", "3/3/2011", "13/3/2026 22:15", "1", "M/14"],
        ["2", "Al Jones", "4/4/2012", "14/3/2026 22:15", "2", "F/13"],
    )

    assert meanings(proposal)["nominal_sex"] is Meaning.SEX
    assert meanings(proposal)["Sex/Age"] is None


def test_the_whole_of_a_moment_in_two_columns_is_one_moment():
    proposal = proposed(
        ["Ref", "Name", "DOB", "Missing Date", "Missing Time"],
        ["1", "Jo Smith", "3/3/2011", "13/3/2026 22:15", "13/3/2026 22:15"],
        ["2", "Al Jones", "4/4/2012", "14/3/2026 21:00", "14/3/2026 21:00"],
    )

    assert questions(proposal) == []
    assert meanings(proposal)["Missing Time"] is Meaning.LAST_SEEN
    layout = proposal.layout("taught-1", "")
    (table,) = [sheet.table() for sheet in sheets(MOMENT_TWICE, "list.csv")]
    rows = [each for each in outcomes(table, layout, today=TODAY) if isinstance(each, Row)]
    assert [row.last_seen and f"{row.last_seen.at:%H:%M}" for row in rows] == ["22:15", None]
    # Where the two say different things, nobody knows which is right.
    assert "is not a date" in rows[1].reason


MOMENT_TWICE = (
    b"Ref,Name,DOB,Missing Date,Missing Time\n"
    b"1,Jo Smith,3/3/2011,13/3/2026 22:15,13/3/2026 22:15\n"
    b"2,Al Jones,4/4/2012,14/3/2026 21:00,15/3/2026 21:00\n"
)


def test_birth_dates_that_cannot_be_read_are_asked_and_never_dropped():
    told = [
        ["Ref", "Name", "Date of birth", "Last Seen"],
        ["1", "Jo Smith", "spring 2011", "13/3/2026 22:15"],
        ["2", "Al Jones", "about 14", "14/3/2026 22:15"],
    ]
    proposal = proposed(*told)

    assert questions(proposal) == ["What does the column “Date of birth” say, as in “spring 2011”?"]
    assert questions(proposed(*told, meant={"Date of birth": None})) == []


def test_of_two_risks_the_current_counts_and_letters_are_grades_by_their_heading():
    proposal = proposed(
        ["Ref", "Name", "DOB", "Last Seen", "Initial Risk", "Current Risk", "Child Forename 2"],
        ["1", "Jo Smith", "3/3/2011", "13/3/2026 22:15", "M", "H", "Ann"],
        ["2", "Al Jones", "4/4/2012", "14/3/2026 22:15", "L", "M", ""],
    )

    assert meanings(proposal)["Initial Risk"] is None
    assert meanings(proposal)["Current Risk"] is Meaning.RISK


def test_forenames_that_are_numbered_are_read_together():
    proposal = proposed(
        ["Ref", "Child Forename 1", "Child Forename 2", "Surname", "DOB", "Last Seen"],
        ["1", "Jo", "Ann", "Smith", "3/3/2011", "13/3/2026 22:15"],
        ["2", "Al", "", "Jones", "4/4/2012", "14/3/2026 22:15"],
    )

    assert questions(proposal) == []
    assert meanings(proposal)["Child Forename 2"] is Meaning.FORENAME
