"""Annex A, List 8: what an inspector is told of a looked-after child who went missing."""

from datetime import date

import pytest

from returnhome.rules.codes import EpisodeKind
from returnhome.rules.statutory import annex_a
from returnhome.rules.statutory.looked_after import Care
from tests.rules.statutory.test_ssda903_tables import absence, child

ON = date(2026, 3, 31)


def answers(*absences):
    return annex_a.row(child(*absences), ON)[4:]


def test_a_child_who_was_not_missing_is_asked_nothing():
    assert answers() == (0, 0, "", "")


def test_missing_and_absent_of_the_last_twelve_months_are_counted_apart():
    rows = answers(
        absence("2025-03-31", offered=True),
        absence("2025-04-01", offered=True, accepted=True),
        absence("2025-06-01", kind=EpisodeKind.AWAY),
    )

    assert rows == (1, 1, "a) Yes", "a) Yes")


@pytest.mark.parametrize(
    ("offered", "accepted", "said"),
    [
        (True, True, ("a) Yes", "a) Yes")),
        (True, False, ("a) Yes", "b) No")),
        (True, None, ("a) Yes", "c) Unknown")),
        (False, None, ("b) No", "b) No")),
        (None, None, ("c) Unknown", "c) Unknown")),
    ],
)
def test_offered_and_accepted_are_of_the_last_time_missing(offered, accepted, said):
    first = absence("2025-05-01", offered=not offered, accepted=not accepted)
    last = absence("2025-12-01", offered=offered, accepted=accepted)

    assert answers(first, last)[2:] == said


def test_only_who_is_looked_after_on_the_day_is_on_the_list():
    left = child(number="NS1", care=[Care(date(2024, 6, 1), date(2026, 3, 30))])
    grown = child(number="NS2", born_on=date(2008, 3, 1))
    there = child(number="NS3")

    assert [row[0] for row in annex_a.rows([left, grown, there], ON)] == ["NS3"]


def test_the_year_up_to_29_february_begins_on_the_28th():
    assert annex_a.year_before(date(2028, 2, 29)) == date(2027, 2, 28)
