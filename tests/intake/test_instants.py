"""Days and times of day as people and programs write them into a cell."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnhome.intake.instants import Order, read

THIRD = date(2026, 1, 3)
EARLY = time(7, 40)
FIRST = datetime.combine(date(1990, 1, 1), time())


@pytest.mark.parametrize(
    "text",
    [
        "03/01/2026 07:40",
        "3/1/26 7:40",
        "03.01.2026 0740hrs",
        "03-01-2026 07.40",
        "2026-01-03 07:40",
        "2026/01/03 07:40:00",
        "07:40 on 3 Jan 2026",
        "3rd January 2026 at 7.40am",
        "Sat 3 Jan 2026, 07:40",
        "Saturday the 3rd of January 2026 at 0740 hrs",
        "03-Jan-26 07:40",
        "03JAN2026 0740",
        "January 3 2026 07:40",
        "202601030740",
        "20260103T0740",
        "0740 hours 3/1/2026",
        "03/01/2026 @ 07:40",
        "03/01/2026; 07:40",
        "03-JAN-26 07.40.00",
        "'03/01/2026 07:40",
        "03/01/2026 07:40.",
        "03/01/2026 (Sat) 07:40",
        "46025.3194444444",
    ],
)
def test_a_day_and_its_time_are_read_however_they_are_written(text):
    said = read(text)

    assert (said.day, said.at, said.zone) == (THIRD, EARLY, None)


@pytest.mark.parametrize(
    ("text", "day", "at"),
    [
        ("3/1/26", THIRD, None),
        ("03012026", THIRD, None),
        ("03-Jan-2026", THIRD, None),
        ("3-January-2026", THIRD, None),
        ("03-JAN-26", THIRD, None),
        # As a birth date, with the age beside it.
        ("03.01.2026 (13)", THIRD, None),
        ("03/01/2026 (aged 13)", THIRD, None),
        ("03/01/2026 (13 yrs old)", THIRD, None),
        ("46025", THIRD, None),
        ("07:40", None, EARLY),
        ("0740hrs", None, EARLY),
        ("7.40 pm", None, time(19, 40)),
        ("12:05 am", None, time(0, 5)),
        ("noon", None, time(12)),
        ("0.5", None, time(12)),
        ("0", None, time(0)),
    ],
)
def test_a_day_alone_and_a_time_alone_are_told_apart(text, day, at):
    said = read(text)

    assert (said.day, said.at) == (day, at)


def test_midnight_at_the_end_of_a_day_is_the_next_day():
    assert (read("03/01/2026 24:00").day, read("2400hrs 3/1/2026").day) == (date(2026, 1, 4),) * 2


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "hello", "A199991", "12 apples", "15", "31/02/2026 10:00", "13/13/2026"),
        *("3 Jan 2026 25:00", "3 Jam 2026", "03/01/2026 or 04/01/2026", "about 14", "99999"),
        *("03/01/2026 (she)", "(13)", "03/01/2026 (130)"),
    ],
)
def test_what_is_no_date_is_none(text):
    assert read(text) is None


def test_a_zone_that_is_written_is_kept():
    assert read("2026-03-20T15:10:00Z").zone == UTC
    assert read("3/5/2026 19:05 BST").zone == timezone(timedelta(hours=1))
    assert read("2026-01-03 07:40+01:00").zone == timezone(timedelta(hours=1))
    assert read("20260103T0740+0100").zone == timezone(timedelta(hours=1))
    assert read("2026-01-03T07:40:00.123-05:00").zone == timezone(-timedelta(hours=5))
    assert read("03-Jan-2026 07:40 +0100").zone == timezone(timedelta(hours=1))


def test_about_is_told_apart_from_exactly():
    assert read("about 22:00 on 3 May 2026").is_about
    assert not read("22:00 on 3 May 2026").is_about


def test_about_may_stand_in_brackets_or_as_circa():
    for text in ("03/01/2026 07:40 (approx)", "c. 07:40 3/1/2026"):
        said = read(text)
        assert (said.day, said.at, said.is_about) == (THIRD, EARLY, True)
    assert read("3/5/2026 19:05 (BST)").zone == timezone(timedelta(hours=1))


def test_march_or_april_is_seen_to_be_either():
    assert read("03/04/2026").is_either
    assert not read("13/04/2026").is_either
    assert not read("03/03/2026").is_either
    assert not read("2026-04-03").is_either
    assert read("03/04/2026", Order.MONTH_FIRST).day == date(2026, 3, 4)
    assert read("13/04/2026", Order.MONTH_FIRST) is None


@given(st.text(max_size=40), st.sampled_from(list(Order)))
def test_no_text_breaks_it(text, order):
    read(text, order)


@given(
    st.datetimes(FIRST, FIRST.replace(2100)),
    st.sampled_from(
        [
            "%d/%m/%Y %H:%M",
            "%Y-%m-%d %H:%M",
            "%H:%M on %d %b %Y",
            "%d.%m.%Y %H%Mhrs",
            "%d-%b-%Y %H:%M",
        ]
    ),
)
def test_every_minute_is_read_back_as_it_was_written(when, form):
    said = read(when.strftime(form))

    assert (said.day, said.at) == (when.date(), when.time().replace(second=0, microsecond=0))
