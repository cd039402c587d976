"""A sender's record as a row: what it says of one child's episode, and why it may be refused."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnhome.intake.layouts import POLICE_A, POLICE_B, POLICE_C, Meaning
from returnhome.intake.parsing import Row, Skipped, outcomes, parse
from returnhome.intake.reading import Record, read
from returnhome.rules.clock import DATE_ONLY, estimated
from returnhome.rules.codes import EpisodeKind, RiskGrade, Sex
from tests.intake.test_layouts import chosen

SAMPLES = Path(__file__).parent / "samples"
TODAY = date(2026, 11, 23)
HEADER = list(POLICE_A.columns)
GOOD = {
    "Misper Ref": "A100137",
    "Surname": "Ahmed",
    "Forename(s)": "Farhan",
    "DOB": "09/05/2012",
    "Sex": "M",
    "Missing From Address": "85 Park View",
    "Postcode": "bd11hy",
    "Last Seen": "08/01/2026 16:05",
    "Reported": "08/01/2026 20:29",
    "Risk": "Low",
    "LAC": "Y",
    "Placing Authority": "Hackney",
    "Classification": "Away from placement",
    "Found": "09/01/2026 01:05",
    "Found Comments": "At friend's address",
}


def record(**changes):
    names = {meaning.name.lower(): heading for heading, meaning in POLICE_A.columns.items()}
    cells = dict(GOOD)
    for name, text in changes.items():
        cells[names[name]] = text
    return Record(2, list(cells.values()))


def row(**changes):
    return parse(record(**changes), POLICE_A, today=TODAY)


def reasons(**changes):
    return [(fault.field, fault.sentence) for fault in row(**changes).faults]


@pytest.fixture(scope="module")
def sample():
    table = read(SAMPLES / "police-a.csv", "police-a.csv")
    return list(outcomes(table, chosen(table.header), today=TODAY))


@pytest.fixture(scope="module")
def truth():
    return json.loads((SAMPLES / "police-a.truth.json").read_text(encoding="utf-8"))


def test_every_good_row_of_a_forces_file_says_what_is_true(sample, truth):
    def minute(moment):
        return moment and moment.at.strftime("%Y-%m-%dT%H:%MZ")

    read_rows = [
        (r.number, r.reference, r.kind, *map(minute, (r.last_seen, r.reported, r.found)))
        for r in sample
        if not r.faults
    ]

    assert read_rows == [
        (t["row"], t["ref"], t["kind"], t["last_seen"], t["reported"], t["found"])
        for t in truth
        if not t["fault"]
    ]
    assert len(read_rows) == 221
    assert {r.returned for r in sample} == {None}


def test_the_five_faulty_rows_of_a_forces_file_are_refused_with_their_reasons(sample, truth):
    refused = {r.number: r.reason for r in sample if r.faults}

    assert refused == {
        223: "The row has no reference; Last seen 31/02/2026 10:00 is not a date",
        224: "Found 01/03/2026 09:00 is before last seen 02/03/2026 10:00",
        225: "Born 01/01/1980: 46 years old when last seen, not a child",
        226: "The surname begins with “=”, as a formula does",
        227: "The row has 8 of 15 cells",
    }
    assert list(refused) == [t["row"] for t in truth if t["fault"]]


def test_a_row_says_all_that_its_cells_say():
    said = row()

    assert said.faults == ()
    assert said == Row(
        number=2,
        reference="A100137",
        forename="Farhan",
        surname="Ahmed",
        born=date(2012, 5, 9),
        born_as_written="09/05/2012",
        age=None,
        sex=Sex.MALE,
        address_line="85 Park View",
        postcode="BD1 1HY",
        last_seen=said.last_seen,
        reported=said.reported,
        found=said.found,
        returned=None,
        kind=EpisodeKind.AWAY,
        risk=RiskGrade.LOW,
        looked_after=True,
        placing_authority="Hackney",
        comment="At friend's address",
        as_received=GOOD,
        digest=said.digest,
        faults=(),
    )
    assert said.last_seen.at == datetime(2026, 1, 8, 16, 5, tzinfo=UTC)


def test_a_blank_says_nothing_and_is_no_fault():
    said = row(
        born="", sex="", address="", postcode="", reported="", risk="", looked_after="",
        placing_authority="", kind="", found="", comment="",
    )  # fmt: skip

    assert said.faults == ()
    assert (said.born, said.kind, said.risk, said.looked_after) == (None, None, None, None)
    assert (said.reported, said.found, said.placing_authority) == (None, None, None)
    assert (said.sex, said.postcode, said.comment) == (Sex.UNKNOWN, "", "")


@pytest.mark.parametrize("text", ["UNK", "unknown", " N/K ", "Not known", "01/01/1900"])
def test_an_unknown_birth_date_waits_for_a_person_and_is_no_fault(text):
    said = row(born=text)

    assert (said.born, said.faults) == (None, ())
    assert said.born_as_written == text.strip()


@pytest.mark.parametrize(
    ("classification", "looked_after", "kind"),
    [
        ("Missing", "Y", EpisodeKind.MISSING),
        ("MISSING", "N", EpisodeKind.MISSING),
        ("Away from placement", "Y", EpisodeKind.AWAY),
        ("away  from  placement", "", EpisodeKind.AWAY),
        ("Away from placement", "N", EpisodeKind.MISSING),
        ("Absent", "Y", EpisodeKind.MISSING),
        ("Absent", "N", EpisodeKind.MISSING),
    ],
)
def test_absent_is_never_by_itself_away_from_placement(classification, looked_after, kind):
    assert row(kind=classification, looked_after=looked_after).kind is kind


@pytest.mark.parametrize(
    ("risk", "classification", "grade"),
    [
        ("High", "Missing", RiskGrade.HIGH),
        ("No apparent risk", "Missing", RiskGrade.VERY_LOW),
        ("Low", "Absent", RiskGrade.LOW),
        ("", "Absent", RiskGrade.VERY_LOW),
        ("", "Missing", None),
        ("somewhat", "Missing", None),
    ],
)
def test_a_risk_of_any_era_has_its_grade(risk, classification, grade):
    assert row(risk=risk, kind=classification).risk is grade


@pytest.mark.parametrize(("risk", "grade"), [("H", "high"), ("m", "medium"), ("L", "low")])
def test_a_letter_is_a_grade_where_the_grade_stands(risk, grade):
    assert row(risk=risk, kind="").risk == grade
    # Under another heading it is none: “M” is missing, or male.
    assert row(risk="", kind="M").risk is None


def test_a_postcode_that_stands_in_the_address_is_read_and_its_own_cell_counts_more():
    address = "85 Park View, Bradford BD1 1HY"

    assert row(address=address, postcode="").postcode == "BD1 1HY"
    assert row(address=address, postcode="LS1 1UR").postcode == "LS1 1UR"


def of_b(**changes):
    good = {
        "Occurrence": "26/B/1", "Nominal": "O'BRIEN, Yusuf", "Date of Birth": "2012-10-25",
        "Age": "13", "Gender": "Male", "Home Post Code": "ME44TR", "Date Missing": "2026-04-25",
        "Time Missing": "04:00", "Date Reported": "2026-04-25", "Time Reported": "09:52",
        "Grading": "Low (Away from placement)", "Date Returned": "2026-04-27",
        "Time Returned": "06:00", "How Returned": "Railway station", "In Care Of": "Kent CC",
    }  # fmt: skip
    return parse(Record(5, list((good | changes).values())), POLICE_B, today=TODAY)


def test_a_day_and_its_time_in_two_columns_are_one_moment():
    said = of_b()

    assert said.faults == ()
    assert said.last_seen.at == datetime(2026, 4, 25, 3, 0, tzinfo=UTC)
    assert said.returned.at == datetime(2026, 4, 27, 5, 0, tzinfo=UTC)
    assert of_b(**{"Time Missing": ""}).last_seen.precision == DATE_ONLY
    assert of_b(**{"Date Missing": "46137", "Time Missing": "0.1666666667"}).last_seen.at == (
        datetime(2026, 4, 25, 3, 0, tzinfo=UTC)
    )


def test_a_time_whose_day_is_blank_is_a_fault():
    assert [fault.sentence for fault in of_b(**{"Date Returned": ""}).faults] == [
        "Returned 06:00 is a time without its day"
    ]


def test_a_whole_name_is_parted():
    said = of_b()

    assert (said.forename, said.surname) == ("Yusuf", "O'BRIEN")
    assert of_b(Nominal="=1+1").reason == "The whole name begins with “=”, as a formula does"


@pytest.mark.parametrize(
    ("grading", "risk", "kind"),
    [
        ("High", RiskGrade.HIGH, None),
        ("Low (Away from placement)", RiskGrade.LOW, EpisodeKind.AWAY),
        ("Medium (Absent)", RiskGrade.MEDIUM, EpisodeKind.MISSING),
        ("No apparent risk", RiskGrade.VERY_LOW, None),
        ("High risk missing person", RiskGrade.HIGH, EpisodeKind.MISSING),
        ("Low: unauthorised absence from placement", RiskGrade.LOW, EpisodeKind.AWAY),
        ("Not missing, medium", RiskGrade.MEDIUM, None),
        ("", None, None),
    ],
)
def test_a_grade_and_a_classification_in_one_cell_are_both_read(grading, risk, kind):
    said = of_b(Grading=grading)

    assert (said.risk, said.kind, said.faults) == (risk, kind, ())


@pytest.mark.parametrize(
    ("text", "is_looked_after"),
    [("Y", True), ("Yes - Leeds", True), ("LAC (Kent)", True), ("No", False), ("Perhaps", None)],
)
def test_whether_a_child_is_looked_after_stands_before_a_remark(text, is_looked_after):
    assert row(looked_after=text).looked_after is is_looked_after


def test_an_age_stands_in_for_a_birth_date_that_is_not_known():
    assert of_b(**{"Date of Birth": "", "Age": "15"}).age == 15
    assert of_b().age is None
    assert of_b(**{"Date of Birth": "", "Age": "19"}).reason == "Age 19: not a child"


def test_times_in_utc_are_not_moved_by_the_summer():
    cells = ["C-1", "Ruby Green", "2015-08-05", "ex2 4qd", "2026-07-19T11:40:00Z", "", "", "A", ""]
    said = parse(Record(2, cells), POLICE_C, today=TODAY)

    assert said.last_seen.at == datetime(2026, 7, 19, 11, 40, tzinfo=UTC)
    assert (said.forename, said.surname, said.kind) == ("Ruby", "Green", EpisodeKind.AWAY)
    assert (said.postcode, said.faults) == ("EX2 4QD", ())


def test_about_an_hour_is_known_to_be_about():
    assert row(found="about 01:05 on 9 January 2026").found.precision == estimated(60)


def test_reported_after_found_and_found_before_reported_are_everyday():
    assert row(reported="12/01/2026 09:00").faults == ()


def test_last_seen_unknown_is_no_fault_where_the_report_has_its_time():
    assert row(last_seen="UNK").faults == ()


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"reference": " "}, "reference", "The row has no reference"),
        (
            {"last_seen": "31/02/2026 10:00"},
            "last_seen",
            "Last seen 31/02/2026 10:00 is not a date",
        ),
        ({"found": "yesterday"}, "found", "Found yesterday is not a date"),
        ({"found": "09/13/2026 01:05"}, "found", "Found 09/13/2026 01:05 is not a date"),
        ({"found": "01:05"}, "found", "Found 01:05 is a time without its day"),
        ({"born": "31/02/2012"}, "born", "Born 31/02/2012 is not a date"),
        ({"born": "about 14"}, "born", "Born about 14 is not a date"),
        (
            {"found": "08/01/2026 16:04"},
            "found",
            "Found 08/01/2026 16:04 is before last seen 08/01/2026 16:05",
        ),
        (
            {"born": "08/01/2008"},
            "born",
            "Born 08/01/2008: 18 years old when last seen, not a child",
        ),
        (
            {"born": "08/01/2008", "last_seen": ""},
            "born",
            "Born 08/01/2008: 18 years old when reported, not a child",
        ),
        ({"born": "09/01/2026"}, "born", "Born 09/01/2026 is after last seen 08/01/2026 16:05"),
        ({"surname": "=1+1"}, "surname", "The surname begins with “=”, as a formula does"),
        ({"forename": "+Jo"}, "forename", "The forename begins with “+”, as a formula does"),
        ({"forename": "-Jo"}, "forename", "The forename begins with “-”, as a formula does"),
        ({"forename": " @Jo"}, "forename", "The forename begins with “@”, as a formula does"),
        ({"forename": "\tJo"}, "forename", "The forename begins with a tab, as a formula does"),
        ({"reference": "=A1"}, "reference", "The reference begins with “=”, as a formula does"),
        ({"found": "25/11/2026 00:00"}, "found", "Found 25/11/2026 00:00 is in the future"),
        (
            {"reported": "01/01/0206 10:00"},
            "reported",
            "Reported 01/01/0206 10:00 is too long ago to be right",
        ),
        (
            {"kind": "Concern for safety"},
            "kind",
            "“Concern for safety” is not a classification that police-a knows",
        ),
        (
            {"last_seen": "", "reported": "", "found": ""},
            "last_seen",
            "The row says neither when the child was last seen nor when that was reported",
        ),
        (
            {"forename": "J" * 101},
            "forename",
            "The forename is 101 characters long, and the most that can be kept is 100",
        ),
        (
            {"surname": "\ufdfa" * 10},
            "surname",
            "The surname is 180 characters long, and the most that can be kept is 100",
        ),
    ],
)
def test_a_faulty_row_is_refused_in_plain_words(changes, field, sentence):
    assert reasons(**changes) == [(field, sentence)]


def test_all_the_faults_of_a_row_are_told_at_once():
    said = row(reference="", forename="=Jo", born="01/01/1980", found="32/01/2026 10:00")

    assert sorted(fault.field for fault in said.faults) == [
        "born",
        "forename",
        "found",
        "reference",
    ]


def test_a_child_of_seventeen_on_the_last_day_is_a_child():
    assert row(born="09/01/2008").faults == ()


def test_tomorrow_is_allowed_for_a_senders_clock_that_runs_ahead():
    assert row(found="24/11/2026 23:59").faults == ()


def test_a_day_without_its_hour_is_known_as_a_day():
    said = row(found="08/01/2026")

    assert said.faults == ()
    assert said.found.precision == DATE_ONLY
    assert said.found.day == date(2026, 1, 8)


def test_summer_times_are_an_hour_ahead():
    assert row(found="01/07/2026 10:30").found.at == datetime(2026, 7, 1, 9, 30, tzinfo=UTC)


def test_in_the_autumn_hour_that_comes_twice_the_first_is_taken_give_or_take_an_hour():
    said = row(last_seen="25/10/2026 01:30", reported="", found="25/10/2026 01:20")

    assert said.faults == ()
    assert said.last_seen.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert said.last_seen.precision == estimated(60)


def test_in_spring_the_hour_that_never_was_is_a_fault():
    assert reasons(found="29/03/2026 01:30") == [
        ("found", "Found 29/03/2026 01:30 never was: the clocks went forward that night")
    ]


def test_a_postcode_that_is_none_is_kept_only_as_received():
    said = row(postcode="No fixed abode")

    assert (said.postcode, said.faults) == ("", ())
    assert said.as_received["Postcode"] == "No fixed abode"


def test_a_row_with_cells_too_many_is_refused_and_one_with_blanks_too_many_is_not():
    long = parse(Record(2, [*GOOD.values(), "x"]), POLICE_A, today=TODAY)
    padded = parse(Record(2, [*GOOD.values(), "", " "]), POLICE_A, today=TODAY)

    assert long.reason == "The row has 16 cells, and the headings are 15"
    assert long.as_received["(column 16)"] == "x"
    assert padded.faults == ()


def test_a_row_that_has_swallowed_others_is_refused_since_they_would_be_lost():
    swallowed = ",".join(GOOD.values())

    assert reasons(comment=f"Railway\n{swallowed}\n{swallowed}") == [
        ("row", "A quotation mark in the row is not closed: it has swallowed the rows after")
    ]
    assert row(comment="Found at home.\nSafe, well, and fed.").faults == ()


def test_headings_that_are_blank_or_repeated_lose_nothing_as_received():
    layout = chosen([*HEADER, "", "Officer", "Officer"])

    said = parse(Record(2, [*GOOD.values(), "a", "b", "c"]), layout, today=TODAY)

    assert said.as_received == {
        **GOOD, "(column 16)": "a", "Officer": "b", "Officer (column 18)": "c"
    }  # fmt: skip


def test_the_same_cells_have_the_same_digest_and_others_another():
    assert row().digest == row().digest
    assert row().digest != row(comment="At a friend's address").digest
    assert row(forename="Jo,An", surname="").digest != row(forename="Jo", surname="An").digest


def test_columns_in_another_order_say_the_same():
    table = read(
        "\n".join([",".join(reversed(HEADER)), ",".join(reversed(GOOD.values()))]).encode(), "x.csv"
    )

    (said,) = outcomes(table, chosen(table.header), today=TODAY)

    assert (said.reference, said.found, said.faults) == ("A100137", row().found, ())


def test_rows_that_are_about_no_child_are_skipped_and_say_why():
    lines = [
        ",".join(HEADER),
        ",".join(GOOD.values()),
        "",
        ",,,,,,,,,,,,,,",
        ",".join(HEADER),
        "Grand Total,,,,,,,225,,,,,,,",
        ",,Total: 225",
        "225 rows",
        "OFFICIAL - SENSITIVE",
        "A199994,Total,Mia,14/07/2011",
    ]
    table = read("\n".join(lines).encode(), "x.csv")

    found = list(outcomes(table, chosen(table.header), today=TODAY))

    assert [o for o in found if isinstance(o, Skipped)] == [
        Skipped(3, "blank row"),
        Skipped(4, "blank row"),
        Skipped(5, "the headings again"),
        Skipped(6, "totals row"),
        Skipped(7, "totals row"),
        Skipped(8, "totals row"),
        Skipped(9, "title or marking"),
    ]
    assert [(o.number, o.reason) for o in found if isinstance(o, Row)] == [
        (2, ""),
        (10, "The row has 4 of 15 cells"),
    ]


TIMES = st.one_of(
    st.datetimes().map(lambda at: at.strftime("%d/%m/%Y %H:%M")),
    st.sampled_from(["25/10/2026 01:30", "29/03/2026 01:30", "31/12/9999 23:59", "01/01/0001", ""]),
    st.text(),
)


@given(
    st.fixed_dictionaries(
        {
            "last_seen": TIMES,
            "reported": TIMES,
            "found": TIMES,
            "born": TIMES,
            "forename": st.text(),
        }
    )
)
def test_any_cells_at_all_make_a_row(changes):
    said = row(**changes)

    assert isinstance(said, Row)
    assert all(fault.sentence and fault.field in {*Meaning, "row"} for fault in said.faults)


@given(st.lists(st.text()))
def test_any_record_at_all_is_a_row_or_skipped(cells):
    table_of_one = read(",".join(HEADER).encode() + b"\n", "x.csv")
    layout = chosen(table_of_one.header)

    said = parse(Record(2, cells), layout, today=TODAY)

    assert isinstance(said, Row)
    assert "\0" not in "".join(said.as_received.values())
