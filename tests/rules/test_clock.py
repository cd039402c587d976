"""The 72 hours: what is in time, what is late, and what nobody can tell."""

import csv
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from returnhome.rules.clock import (
    DATE_ONLY,
    EXACT,
    LIMIT,
    LIMITS,
    Moment,
    NoSuchTime,
    NotAPrecision,
    NotATime,
    Precision,
    Standing,
    Unreadable,
    deadline,
    estimated,
    hours_text,
    in_words,
    limit_on,
    local_moment,
    read_moment,
    read_time,
    timeliness,
    timeliness_row,
    timeliness_rows,
)

ACCEPTANCE = Path(__file__).parent / "acceptance/clock.csv"
CASES = list(csv.DictReader(ACCEPTANCE.read_text().splitlines()))


def at(text: str, precision: str = "exact") -> Moment:
    moment = read_moment(text, precision)
    assert moment is not None
    return moment


def instant(text: str) -> datetime:
    return at(text).at


# The contract.


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['case']}: {case['why']}")
def test_the_agreed_cases_have_the_agreed_result(case):
    (answer,) = timeliness_rows([case])

    assert answer["result"] == case["expected"]


@pytest.mark.parametrize(
    ("case", "hours"),
    [
        ("C01", "72.00"),
        ("C02", "72.02"),
        ("C04", "71.50"),
        ("C07", "73.00"),
        ("C09", "24.00-72.00"),
        ("C10", "48.00-96.00"),
        ("C15", ""),
        ("C17", ""),
        ("C19", "0.00"),
        ("C21", "0.00-24.00"),
        ("C23", "71.83-72.83"),
        ("C25", "0.00-24.00"),
    ],
)
def test_the_hours_say_how_long_it_took_and_how_sure_that_is(case, hours):
    (row,) = [row for row in CASES if row["case"] == case]

    (answer,) = timeliness_rows([row])

    assert answer["hours"] == hours


def test_the_limit_is_72_hours_and_names_its_source():
    assert timedelta(hours=72) == LIMIT
    assert "January 2014" in str(LIMITS[0].source)
    assert limit_on(date(2026, 6, 1)) == LIMIT
    assert limit_on(date(2009, 6, 1)) == LIMIT


# Awkward nights.


def test_the_autumn_hour_that_comes_twice_is_taken_as_the_first_and_says_so():
    reading = local_moment(datetime.fromisoformat("2026-10-25T01:30"))

    assert reading.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert reading.is_ambiguous


def test_the_spring_hour_that_never_was_is_an_error():
    with pytest.raises(NoSuchTime):
        local_moment(datetime.fromisoformat("2026-03-29T01:30"))


@pytest.mark.parametrize(
    ("wall", "utc"),
    [
        ("2026-03-29T00:59", "2026-03-29T00:59"),
        ("2026-03-29T02:00", "2026-03-29T01:00"),
        ("2026-10-25T00:59", "2026-10-24T23:59"),
        ("2026-10-25T02:00", "2026-10-25T02:00"),
        ("2024-02-29T12:00", "2024-02-29T12:00"),
        ("2026-07-01T00:00", "2026-06-30T23:00"),
    ],
)
def test_uk_clocks_are_read_as_the_uk_reads_them(wall, utc):
    reading = local_moment(datetime.fromisoformat(wall))

    assert reading.at == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert not reading.is_ambiguous


def test_a_time_with_its_own_zone_is_taken_at_its_word():
    paris = timezone(timedelta(hours=2))

    reading = local_moment(datetime(2026, 6, 1, 10, 0, tzinfo=paris))

    assert reading.at == datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)]
)
def test_a_day_is_as_long_as_its_clock_changes_make_it(day, hours):
    moment = Moment.on(date.fromisoformat(day))

    assert moment.latest - moment.earliest == timedelta(hours=hours)
    assert moment.is_open_ended
    assert moment.day == date.fromisoformat(day)


def test_a_date_over_the_autumn_change_is_in_time_only_if_the_longest_reading_is():
    returned, held = at("2026-10-24", "date"), at("2026-10-26", "date")

    reading = timeliness(found=None, returned=returned, held=held, now=None)

    assert hours_text(reading) == "25.00-73.00"
    assert reading.standing is Standing.INDETERMINATE


def test_exactly_72_hours_from_the_open_end_of_a_day_is_over():
    returned, held = at("2026-06-01", "date"), at("2026-06-05T00:00")

    reading = timeliness(found=None, returned=returned, held=held, now=None)

    assert hours_text(reading) == "72.00-96.00"
    assert reading.standing is Standing.LATE


def test_exactly_72_hours_from_the_end_of_an_estimate_cannot_be_told():
    returned, held = at("2026-06-01T10:00", "estimated:30"), at("2026-06-04T10:30")

    reading = timeliness(found=None, returned=returned, held=held, now=None)

    assert reading.standing is Standing.INDETERMINATE


def test_an_estimated_interview_counts_both_ways():
    returned, held = at("2026-06-01T10:00"), at("2026-06-04T10:31", "estimated:30")

    reading = timeliness(found=None, returned=returned, held=held, now=None)

    assert reading.standing is Standing.LATE


def test_a_held_day_that_ends_as_the_child_is_found_is_before():
    found, held = at("2026-06-02T00:00"), at("2026-06-01", "date")

    reading = timeliness(found=found, returned=None, held=held, now=None)

    assert reading.standing is Standing.INVALID
    assert hours_text(reading) == ""


def test_an_interview_that_may_be_after_found_is_not_refused():
    found, held = at("2026-06-01T18:00"), at("2026-06-01", "date")

    reading = timeliness(found=found, returned=None, held=held, now=None)

    assert reading.standing is Standing.IN_TIME
    assert reading.provisional


# Not held yet.


@pytest.mark.parametrize(
    ("returned", "precision", "now", "standing"),
    [
        ("2026-06-01T09:00", "exact", "2026-06-04T09:00", Standing.OPEN),
        ("2026-06-01T09:00", "exact", "2026-06-04T09:01", Standing.OVERDUE),
        ("2026-06-01T09:00", "exact", "2026-05-31T09:00", Standing.OPEN),
        ("2026-06-01", "date", "2026-06-04T00:00", Standing.OPEN),
        ("2026-06-01", "date", "2026-06-04T00:01", Standing.INDETERMINATE),
        ("2026-06-01", "date", "2026-06-04T23:59", Standing.INDETERMINATE),
        ("2026-06-01", "date", "2026-06-05T00:00", Standing.OVERDUE),
        ("2026-06-01T09:00", "estimated:30", "2026-06-04T08:30", Standing.OPEN),
        ("2026-06-01T09:00", "estimated:30", "2026-06-04T09:30", Standing.INDETERMINATE),
        ("2026-06-01T09:00", "estimated:30", "2026-06-04T09:31", Standing.OVERDUE),
    ],
)
def test_the_clock_runs_to_the_earliest_deadline_and_is_over_after_the_latest(
    returned, precision, now, standing
):
    reading = timeliness(found=None, returned=at(returned, precision), held=None, now=instant(now))

    assert reading.standing is standing


def test_a_child_still_missing_has_no_deadline():
    assert deadline(found=None, returned=None) is None
    assert timeliness(found=None, returned=None, held=None, now=None).standing is (
        Standing.NOT_STARTED
    )


def test_found_starts_a_provisional_clock_that_the_return_replaces():
    found, returned = at("2026-06-01T08:00"), at("2026-06-01T12:00")

    provisional = deadline(found=found, returned=None)
    known = deadline(found=found, returned=returned)

    assert provisional is not None
    assert provisional.provisional
    assert provisional.earliest == instant("2026-06-04T08:00")
    assert provisional.latest is None
    assert known is not None
    assert not known.provisional
    assert known.earliest == known.latest == instant("2026-06-04T12:00")


def test_without_a_moment_to_ask_there_is_no_answer():
    with pytest.raises(ValueError, match="give now"):
        timeliness(found=None, returned=at("2026-06-01T08:00"), held=None, now=None)


@pytest.mark.parametrize(
    ("found", "returned", "now", "words"),
    [
        ("", "2026-06-01T09:00", "2026-06-03T19:00", "14 hours left"),
        ("", "2026-06-01T09:00", "2026-06-04T08:15", "45 minutes left"),
        ("", "2026-06-01T09:00", "2026-06-04T07:59", "1 hour left"),
        ("", "2026-06-01T09:00", "2026-06-04T09:00", "0 minutes left"),
        ("", "2026-06-01T09:00", "2026-06-04T09:01", "1 minute over"),
        ("", "2026-06-01T09:00", "2026-06-06T12:59", "2 days 3 hours over"),
        ("", "2026-06-01T09:00", "2026-06-05T09:00", "1 day over"),
        (
            "",
            "2026-06-01",
            "2026-06-02T09:00",
            "runs out between 4 June 00:00 and 5 June 00:00",
        ),
        (
            "",
            "2026-06-01",
            "2026-06-04T09:00",
            "may be over: runs out between 4 June 00:00 and 5 June 00:00",
        ),
        ("", "2026-06-01", "2026-06-05T09:00", "ran out between 4 June 00:00 and 5 June 00:00"),
        ("2026-06-01T09:00", "", "2026-06-03T19:00", "14 hours left, counted from found"),
        ("2026-06-01T09:00", "", "2026-06-04T11:00", "2 hours over, counted from found"),
        ("", "", "2026-06-04T11:00", "still missing"),
    ],
)
def test_the_clock_speaks_as_a_coordinator_would(found, returned, now, words):
    due = deadline(found=read_moment(found, ""), returned=read_moment(returned, ""))

    assert in_words(instant(now), due) == words


# Moments.


@pytest.mark.parametrize("word", ["exact", "date", "estimated:30", "estimated:0"])
def test_a_precision_is_written_as_it_was_read(word):
    assert str(Precision.parse(word)) == word


def test_a_precision_is_read_whatever_its_case_and_spaces():
    assert Precision.parse(" Exact ") == EXACT
    assert Precision.parse("DATE") == DATE_ONLY
    assert Precision.parse("Estimated: 30") == estimated(30)


@pytest.mark.parametrize(
    "word",
    ["", "approx", "estimated", "estimated:-5", "estimated:99999", "estimated:３０", "x" * 99],
)
def test_a_precision_that_is_none_says_so(word):
    with pytest.raises(NotAPrecision):
        Precision.parse(word)


def test_a_moment_without_a_zone_is_a_mistake_of_the_programmer():
    with pytest.raises(ValueError, match="zone"):
        Moment(datetime(2026, 6, 1, 10, 0))  # noqa: DTZ001


# Spreadsheets as they come.


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-06-01T09:30", "2026-06-01T08:30"),
        ("2026-06-01 09:30", "2026-06-01T08:30"),
        ("2026-06-01 9:30", "2026-06-01T08:30"),
        ("2026-06-01 09:30:15", "2026-06-01T08:30:15"),
        ("2026-06-01T09:30Z", "2026-06-01T09:30"),
        ("2026-06-01T09:30+02:00", "2026-06-01T07:30"),
        ("01/06/2026 09:30", "2026-06-01T08:30"),
        ("1/6/2026 9:30", "2026-06-01T08:30"),
    ],
)
def test_times_are_read_as_councils_write_them(text, utc):
    assert read_time(text).at == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2026-02-30T10:00",
        "29/02/2026 10:00",
        "2026-06-01T25:00",
        "2026-06-01T24:00",
        "2026-06-01T10:00+99:00",
        "0001-01-01T00:00",
        "9999-12-31T23:59",
        "20260601",
        "06/2026",
        "=1+1",
        "2026-03-29T01:30",
        "２０２６-06-01",
    ],
)
def test_what_is_no_time_says_so(text):
    with pytest.raises(NotATime):
        read_time(text)


def test_a_bare_day_with_no_precision_is_a_date():
    assert read_moment("01/06/2026", "") == Moment.on(date(2026, 6, 1))
    assert read_moment("2026-06-01T23:30", "date") == Moment.on(date(2026, 6, 1))


def test_columns_of_their_own_pass_through_and_ours_may_be_absent():
    row = {"returned_at": "01/06/2026 09:00", "held_at": "02/06/2026", "who": "=A1", None: ["x"]}

    answer = timeliness_row(row, number=2)

    assert answer == {**row, "result": "in_time", "hours": "15.00-39.00"}


def test_the_moment_of_the_command_stands_in_for_an_empty_asked_at():
    row = {"returned_at": "2026-06-01T09:00", "asked_at": ""}

    answer = timeliness_row(row, number=2, now=instant("2026-06-04T09:01"))

    assert answer["result"] == "overdue"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"returned_at": "soon"}, "Row 3, returned_at: Give a day and a time"),
        ({"returned_at": "2026-13-01T10:00"}, "Row 3, returned_at: 2026-13-01T10:00 is not"),
        (
            {"returned_at": "2026-06-01T10:00", "returned_precision": "roughly"},
            "Row 3, returned_precision: Precision is exact",
        ),
        (
            {"returned_at": "2026-06-01", "returned_precision": "exact"},
            "Row 3, returned_at: 2026-06-01 has no time of day",
        ),
        ({"returned_at": "2026-06-01T10:00"}, "Row 3, asked_at: Not held yet"),
        ({"name": "x"}, "Row 3, returned_at: The table has no found_at or returned_at"),
    ],
)
def test_a_bad_cell_is_named_by_row_and_column(row, said):
    good = CASES[0]

    answers = timeliness_rows([good, row])

    assert next(answers)["result"] == "in_time"
    with pytest.raises(Unreadable) as blocked:
        next(answers)
    assert str(blocked.value).startswith(said)
    assert blocked.value.row == 3


CELLS = some.one_of(
    some.none(),
    some.text("0123456789/:-TZ+ .,='exact\x00\n\u00a0６é", max_size=20),
    some.from_regex(r"\A(2026|0000)-(06|02|13)-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]Z?\Z"),
)


@given(some.fixed_dictionaries({name: CELLS for name in CASES[0] if name != "case"}))
def test_no_text_at_all_makes_it_fall_over(row):
    try:
        answer = timeliness_row(row, number=2)
    except Unreadable as blocked:
        answer = {"result": None, "said": str(blocked)}

    assert answer["result"] in set(Standing) or answer["said"].startswith("Row 2, ")


# Laws.

PRECISIONS = some.one_of(
    some.just(EXACT), some.just(DATE_ONLY), some.builds(estimated, some.integers(0, 180))
)
# Around both nights when the clocks change, and by the minute, as moments are recorded.
MINUTES = some.one_of(some.integers(0, 9 * 1440), some.integers(211 * 1440, 219 * 1440))
START = datetime(2026, 3, 25, tzinfo=UTC)
MOMENTS = some.builds(
    lambda minutes, precision: Moment(START + timedelta(minutes=minutes), precision),
    MINUTES,
    PRECISIONS,
)


def readings(moment: Moment) -> list[datetime]:
    """The first and the last minute that a moment may stand for (a day ends a little before)."""
    last = moment.latest - timedelta(microseconds=moment.is_open_ended)
    return [moment.earliest, last]


@given(MOMENTS, MOMENTS)
@example(at("2026-06-01", "date"), at("2026-06-04T00:00"))
@example(at("2026-06-01", "date"), at("2026-06-05T00:00"))
def test_an_interview_is_in_time_only_if_every_reading_is_and_late_only_if_none_is(returned, held):
    reading = timeliness(found=None, returned=returned, held=held, now=None)

    elapsed = [end - begin for end in readings(held) for begin in readings(returned)]
    if reading.standing is Standing.INVALID:
        assert max(elapsed) < timedelta(0)
    elif reading.standing is Standing.IN_TIME:
        assert all(each <= LIMIT for each in elapsed)
    elif reading.standing is Standing.LATE:
        assert all(each > LIMIT for each in elapsed)
    else:
        assert reading.standing is Standing.INDETERMINATE
        assert min(elapsed) <= LIMIT < max(elapsed)


@given(MOMENTS, MOMENTS)
def test_the_shortest_reading_is_never_longer_than_the_longest(returned, held):
    reading = timeliness(found=None, returned=returned, held=held, now=None)

    if reading.shortest is not None and reading.longest is not None:
        assert timedelta(0) <= reading.shortest <= reading.longest


@given(MOMENTS, some.integers(0, 10 * 1440), some.integers(0, 10 * 1440))
def test_an_open_clock_never_reopens_once_it_is_over(returned, first, later):
    order = [Standing.OPEN, Standing.INDETERMINATE, Standing.OVERDUE]
    sooner, after = sorted([first, first + later])

    before = timeliness(
        found=None,
        returned=returned,
        held=None,
        now=returned.at + timedelta(minutes=sooner),
    )
    then = timeliness(
        found=None,
        returned=returned,
        held=None,
        now=returned.at + timedelta(minutes=after),
    )

    assert order.index(before.standing) <= order.index(then.standing)


@given(MOMENTS, some.integers(0, 6 * 1440))
def test_held_at_the_last_moment_of_an_open_clock_is_in_time(returned, minutes):
    now = returned.latest + timedelta(minutes=minutes)
    reading = timeliness(found=None, returned=returned, held=None, now=now)

    held = timeliness(found=None, returned=returned, held=Moment(now), now=None)

    same = {
        Standing.OPEN: Standing.IN_TIME,
        Standing.INDETERMINATE: Standing.INDETERMINATE,
        Standing.OVERDUE: Standing.LATE,
    }
    assert held.standing is same[reading.standing]
