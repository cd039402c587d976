"""Earlier records as councils write them: headings, words, days, and what is left out."""

from datetime import date

import pytest

from returnhome.intake import reading
from returnhome.intake.history import rows
from returnhome.intake.history.columns import (
    HEADER_903,
    KINDS,
    MISSING_903,
    MISSING_SSD,
    PERSON_SSD,
    SPREADSHEET,
    Column,
)
from returnhome.intake.history.rows import PastRow
from returnhome.rules.codes import Answer, DeclinedBy, Earlier, EpisodeKind, NotHeldReason

TODAY = date(2026, 3, 2)


def read(header: str, *lines: str) -> list[PastRow]:
    content = "\n".join((header, *lines)).encode()
    table = reading.read(content, "list.csv")
    found = rows.outcomes(table, SPREADSHEET, SPREADSHEET.layout(table.header), today=TODAY)
    return [row for row in found if isinstance(row, PastRow)]


def one(**cells: str) -> PastRow:
    """A sound row, with these columns beside; a heading is written as_words."""
    sound = {"child_id": "kit", "start": "01/11/2025 18:00", "returned": "02/11/2025 09:30"}
    said = sound | cells
    header = ",".join(name.replace("_", " ") for name in said)
    (row,) = read(header, ",".join(said.values()))
    return row


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Child ID", Column.NUMBER),
        ("ICS number", Column.NUMBER),
        ("Young person's name", Column.NAME),
        ("D.O.B.", Column.BORN),
        ("Date went missing", Column.STARTED),
        ("Missing From (date)", Column.STARTED),
        ("Date/Time Returned", Column.RETURNED),
        ("RHI Offered? (Y/N)", Column.OFFERED),
        ("Return Home Interview offered", Column.OFFERED),
        ("Date RHI offered", Column.OFFERED_ON),
        ("RHI accepted/declined", Column.ANSWER),
        ("Declined by whom", Column.DECLINED_BY),
        ("R.H.I. completed", Column.HELD),
        ("Date RHI completed", Column.HELD_AT),
        ("RHI date", Column.HELD_AT),
        ("Interviewer", Column.INTERVIEWER),
        ("Provider", Column.BODY),
        ("Reason not completed", Column.WHY_NOT),
        ("Comments", Column.NOTES),
        ("Missing From Time", Column.STARTED),
        ("Return date & time", Column.RETURNED),
        ("Date & time returned home", Column.RETURNED),
        ("If declined - who by", Column.DECLINED_BY),
        ("Reason RHI not completed", Column.WHY_NOT),
        ("Why return home interview was not held", Column.WHY_NOT),
        # In time or not is reckoned, never taken over: “no” may be late, or never.
        ("RHI Offered within 72hrs", None),
        # Words that say nothing are passed over.
        ("Date young person returned", Column.RETURNED),
        ("Time the child went missing", Column.STARTED),
        ("Was a return interview offered?", Column.OFFERED),
        ("Who completed return interview", Column.INTERVIEWER),
        ("Reason return interview did not take place", Column.WHY_NOT),
        ("Start of missing", Column.STARTED),
        ("LCS No.", Column.NUMBER),
        ("Child", Column.NUMBER),
        ("Child's address", None),
        ("Ref", None),
        ("Shoe size", None),
    ],
)
def test_a_heading_is_known_in_many_wordings(heading: str, column: Column | None) -> None:
    assert SPREADSHEET.column(heading) is column


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (["CHILD", "DOB", "MISSING", "MIS_START", "MIS_END"], MISSING_903),
        (["CHILD", "SEX", "DOB", "ETHNIC", "UPN"], HEADER_903),
        (["miss_table_id", "miss_person_id", "miss_missing_episode_start_date"], MISSING_SSD),
        (["pers_person_id", "pers_forename", "pers_surname", "pers_dob"], PERSON_SSD),
        (["Name", "DOB", "Date missing", "Return date"], SPREADSHEET),
    ],
)
def test_a_file_is_told_by_its_headings(header: list[str], kind: object) -> None:
    assert [each for each in KINDS if each.fits(header)] == [kind]


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({}, Earlier.NOT_KNOWN),
        ({"rhi_offered": "N/K"}, Earlier.NOT_KNOWN),
        ({"rhi_offered": "No"}, Earlier.NOT_OFFERED),
        ({"rhi_offered": "N", "why_not": "Unable to contact"}, Earlier.NOT_REACHED),
        ({"why_not": "not offered"}, Earlier.NOT_OFFERED),
        ({"rhi_offered": "Yes"}, Earlier.OFFERED),
        ({"rhi_offered": "03/11/2025"}, Earlier.OFFERED),
        ({"accepted": "Declined"}, Earlier.DECLINED),
        ({"accepted": "Declined by young person"}, Earlier.DECLINED_BY_CHILD),
        ({"accepted": "Refused by carer"}, Earlier.DECLINED_BY_PARENT),
        ({"accepted": "No", "declined_by": "Mother"}, Earlier.DECLINED_BY_PARENT),
        ({"why_not": "Child refused"}, Earlier.DECLINED_BY_CHILD),
        ({"accepted": "Accepted"}, Earlier.ACCEPTED),
        ({"accepted": "Yes", "rhi_completed": "No"}, Earlier.NOT_HELD),
        ({"accepted": "Yes", "why_not": "In custody"}, Earlier.NOT_HELD),
        ({"rhi_completed": "Yes"}, Earlier.HELD),
        ({"rhi_date": "04/11/2025"}, Earlier.HELD),
        ({"rhi_offered": "No", "rhi_date": "04/11/2025"}, Earlier.HELD),
        ({"why_not": "Covered by another RHI"}, Earlier.COVERED),
        ({"rhi_outcome": "Completed"}, Earlier.NOT_KNOWN),
    ],
)
def test_what_a_row_says_of_an_interview_comes_to_one_word(
    cells: dict[str, str], says: Earlier
) -> None:
    row = one(**cells)

    assert (row.says, row.faults) == (says, ())


def test_an_end_that_says_no_more_is_found_and_for_an_absence_returned() -> None:
    missing, away = read(
        "Child ID,Start date,End date,Type",
        "kit,01/11/2025,02/11/2025,M",
        "kit,05/11/2025,06/11/2025,Unauthorised absence",
    )

    assert (missing.kind, away.kind) == (EpisodeKind.MISSING, EpisodeKind.AWAY)
    assert missing.moments["returned"] is away.moments["found"] is None
    assert missing.moments["found"]
    assert away.moments["returned"]
    assert missing.ended_without_word


def test_a_word_that_stands_in_no_list_is_kept_and_never_guessed_at() -> None:
    row = one(accepted="Mum said maybe", why_not="Gran")

    assert (row.answer, row.reason) == (None, None)
    assert row.unplaced == (("accepted", "Mum said maybe"), ("why not", "Gran"))
    assert row.as_received["accepted"] == "Mum said maybe"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"start": ""}, "The row does not say when the episode began"),
        ({"start": "soon"}, "Start soon is not a date"),
        ({"returned": "30/10/2025"}, "The end is before the start"),
        ({"rhi_date": "01/10/2025"}, "The interview is said to be held before the child was found"),
        ({"returned": "", "rhi_completed": "Yes"}, "and the episode has no end"),
        ({"why_not": "Recorded in error"}, "says itself that the episode was recorded in error"),
        ({"child_id": ""}, "neither a number nor a name"),
    ],
)
def test_a_row_that_cannot_be_so_is_refused_in_a_sentence(
    cells: dict[str, str], reason: str
) -> None:
    assert reason in one(**cells).refusal


def test_what_another_file_says_fills_only_what_this_one_leaves_out() -> None:
    first = one(accepted="Declined", declined_by="child")
    other = one(accepted="Accepted", notes="From the other list", why_not="Hospital")

    filled = first.filled_from(other)

    assert (filled.answer, filled.declined_by) == (Answer.DECLINED, DeclinedBy.CHILD)
    assert (filled.notes, filled.reason) == (
        "From the other list",
        NotHeldReason.DETAINED_OR_HOSPITAL,
    )
