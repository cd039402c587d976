"""The tables of the SSDA903 that a record of care and episodes fills."""

from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as some

from returnhome.rules.codes import EpisodeKind, Sex
from returnhome.rules.statutory import ssda903, ssda903_tables
from returnhome.rules.statutory.looked_after import Absence, Care, LookedAfterChild, Placed

YEAR = ssda903.year_of(2026)
AWAY = EpisodeKind.AWAY


def day(text: str) -> date:
    return date.fromisoformat(text)


def absence(start: str, found: str = "", returned: str = "", **more: Any) -> Absence:
    """Days written as 2025-09-05; the hours are noon, unless said."""
    began = datetime.combine(day(start), datetime.min.time(), UTC).replace(hour=12)
    return Absence(
        **{
            "episode": start,
            "kind": EpisodeKind.MISSING,
            "started_at": began,
            "started_on": day(start),
            "found_on": day(found) if found else None,
            "returned_on": day(returned) if returned else None,
            "over_at": None,
            **more,
        }
    )


def child(*absences: Absence, **more: Any) -> LookedAfterChild:
    return LookedAfterChild(
        **{
            "child": "sky",
            "number": "NS1001",
            "sex": Sex.FEMALE,
            "born_on": day("2011-05-04"),
            "care": [Care(day("2024-06-01"))],
            "placements": [Placed(day("2024-06-01"), None, "WB1 1AA")],
            "absences": absences,
            **more,
        }
    )


def missing_of(*absences: Absence, **more: Any) -> list[tuple[str, ...]]:
    return [row[2:] for row in ssda903_tables.of([child(*absences, **more)], YEAR).missing]


def test_a_child_who_was_missing_is_counted_until_found_and_one_who_was_away_until_the_return():
    rows = missing_of(
        absence("2025-09-05", found="2025-09-06", returned="2025-09-07"),
        absence("2025-10-05", found="2025-10-06", returned="2025-10-07", kind=AWAY),
    )

    assert rows == [("M", "05/09/2025", "06/09/2025"), ("A", "05/10/2025", "07/10/2025")]


def test_where_nobody_wrote_down_when_the_child_was_found_the_return_ends_it_and_that_is_said():
    tables = ssda903_tables.of([child(absence("2025-09-05", returned="2025-09-07"))], YEAR)

    assert tables.missing[0][4] == "07/09/2025"
    assert [note.sentence for note in tables.notes] == [
        "Missing since 05/09/2025: when the child was found is not on record, "
        "so the return on 07/09/2025 ends it."
    ]


def test_away_with_no_return_on_record_is_ended_by_being_found_and_that_is_said():
    away = absence("2025-09-05", found="2025-09-06", kind=AWAY)

    tables = ssda903_tables.of([child(away)], YEAR)

    assert tables.missing[0][4] == "06/09/2025"
    assert "the return is not on record" in tables.notes[0].sentence


def test_what_is_not_on_record_of_another_year_is_not_said_of_this_one():
    before = absence("2024-09-05", returned="2024-09-07")

    assert not ssda903_tables.of([child(before)], YEAR).notes


def test_a_time_missing_over_the_end_of_the_year_is_open_in_it_and_stands_in_both():
    over = child(absence("2026-03-30", found="2026-04-02"))

    this, after = (ssda903_tables.of([over], ssda903.year_of(year)) for year in (2026, 2027))

    assert this.missing == [("NS1001", "04/05/2011", "M", "30/03/2026", "")]
    assert after.missing == [("NS1001", "04/05/2011", "M", "30/03/2026", "02/04/2026")]
    assert after.missing_last == this.missing
    assert not this.told
    assert not after.told


def test_what_was_over_before_the_year_or_began_after_it_is_not_in_its_return():
    assert missing_of(absence("2025-03-01", found="2025-03-31"), absence("2026-04-01")) == []


def test_whoever_is_missing_on_turning_18_is_counted_until_the_birthday_and_care_ends_for_it():
    tables = ssda903_tables.of([child(absence("2025-08-30"), born_on=day("2007-09-10"))], YEAR)

    assert tables.missing == [("NS1001", "10/09/2007", "M", "30/08/2025", "10/09/2025")]
    assert [row[7:9] for row in tables.episodes] == [("10/09/2025", "E8")]
    assert not tables.told


def test_care_ends_on_the_18th_birthday_and_why_is_left_to_the_council():
    tables = ssda903_tables.of([child(born_on=day("2007-09-10"))], YEAR)

    assert [row[7:9] for row in tables.episodes] == [("10/09/2025", "")]


def test_care_is_told_placement_by_placement_each_until_the_day_the_next_begins():
    moved = child(
        care=[Care(day("2025-06-01"), day("2025-12-20"))],
        placements=[
            Placed(day("2025-06-01"), day("2025-08-31"), "NS2 1AB"),
            Placed(day("2025-09-01"), day("2025-10-10"), "WB1 1AA"),
            Placed(day("2025-11-01"), None, "", is_protected=True),
        ],
    )

    rows = ssda903_tables.of([moved], YEAR).episodes

    assert [(row[1], row[2], row[7], row[8], row[11]) for row in rows] == [
        ("01/06/2025", "S", "01/09/2025", "X1", "NS2 1AB"),
        ("01/09/2025", "P", "11/10/2025", "X1", "WB1 1AA"),
        ("11/10/2025", "P", "01/11/2025", "X1", ""),
        ("01/11/2025", "P", "20/12/2025", "", ""),
    ]


def test_a_placement_that_ended_before_the_year_is_not_in_its_return():
    moved = child(
        placements=[
            Placed(day("2024-06-01"), day("2025-01-31"), "NS2 1AB"),
            Placed(day("2025-02-01"), None, "WB1 1AA"),
        ]
    )

    rows = ssda903_tables.of([moved], YEAR).episodes

    assert [(row[1], row[2], row[11]) for row in rows] == [("01/02/2025", "P", "WB1 1AA")]


def test_where_the_start_of_care_is_unknown_and_the_placement_is_not_nothing_is_made_up():
    tables = ssda903_tables.of([child(care=[Care(None)])], YEAR)

    assert [row[1:3] for row in tables.episodes] == [("01/06/2024", "P")]
    assert not tables.notes


def test_a_council_that_took_over_from_another_goes_on_with_the_same_care():
    care = [Care(day("2024-06-01"), day("2025-06-30")), Care(day("2025-07-01"))]

    rows = ssda903_tables.of([child(care=care)], YEAR).episodes

    assert [row[1:3] for row in rows] == [("01/06/2024", "S")]


def test_a_start_of_care_that_nobody_knows_is_said_and_something_stands_in_its_place():
    since_ever = child(absence("2025-05-02", found="2025-05-03"), care=[Care(None)], placements=[])

    tables = ssda903_tables.of([since_ever], YEAR)

    assert tables.episodes[0][1] == "01/04/2025"
    assert not tables.told
    assert [note.sentence for note in tables.notes] == [
        "Since when the child is looked after is not on record: 01/04/2025 stands in its place.",
        "Where the child was placed is not on record for all of the time in care.",
    ]


@pytest.mark.parametrize(("year", "sex"), [(2024, "2"), (2025, "F"), (2026, "F")])
def test_sex_is_a_figure_until_2024_and_a_letter_since(year: int, sex: str):
    care = [Care(day("2020-01-01"))]

    tables = ssda903_tables.of([child(care=care)], ssda903.year_of(year))

    assert tables.header[0][1] == sex


def test_a_fault_is_told_of_the_child_and_the_time_that_has_it():
    tables = ssda903_tables.of(
        [child(absence("2025-09-05", found="2025-09-06"), care=[Care(day("2025-09-20"))])], YEAR
    )

    assert [(told.finding.code, told.child, told.episode) for told in tables.told] == [
        ("578", "sky", "2025-09-05")
    ]


def test_twice_missing_on_one_day_is_two_times_where_the_hours_say_so():
    morning = datetime(2025, 9, 5, 2, 0, tzinfo=UTC)
    evening = datetime(2025, 9, 5, 19, 0, tzinfo=UTC)
    once = absence("2025-09-05", found="2025-09-05", started_at=morning, over_at=morning)
    night = datetime(2025, 9, 5, 22, 0, tzinfo=UTC)
    again = absence("2025-09-05", found="2025-09-05", started_at=evening, over_at=night)

    apart = ssda903_tables.of([child(once, again)], YEAR)
    alike = ssda903_tables.of([child(again, again)], YEAR)

    assert len(apart.missing) == 2
    assert not apart.told
    assert [told.finding.code for told in alike.told] == ["574"]


def test_xml_says_the_same_as_the_tables():
    tables = ssda903_tables.of(
        [child(absence("2025-09-05", found="2025-09-06")), child(number="NS1002")], YEAR
    )

    root = ElementTree.fromstring(ssda903_tables.xml(tables))

    assert [each.findtext("HEADER/CHILDID") for each in root] == ["NS1001", "NS1002"]
    assert [(each[0].tag, each[0].text) for each in root.iter("AMISSING")] == [("MISSING", "M")]
    assert [each.text for each in root.iter("MIS_END")] == ["06/09/2025"]
    assert [each.text for each in root.iter("PL_POST")] == ["WB1 1AA", "WB1 1AA"]
    assert root.find("CHILD/EPISODE/CHILDID") is None


DAYS = some.dates(date(2025, 1, 1), date(2026, 9, 1))


@given(some.lists(some.tuples(DAYS, some.integers(0, 40)), max_size=5))
def test_a_time_within_care_with_its_found_day_is_never_a_fault_unless_times_overlap(times):
    spaced = []
    free_from = date(2024, 6, 2)
    for start, length in sorted(times):
        if start >= free_from:
            free_from = date.fromordinal(start.toordinal() + length + 1)
            spaced.append(absence(start.isoformat(), found=free_from.isoformat()))

    for year in (2025, 2026, 2027):
        assert not ssda903_tables.of([child(*spaced)], ssda903.year_of(year)).told
