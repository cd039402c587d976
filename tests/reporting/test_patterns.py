"""What keeps coming up for one child, in sentences."""

from datetime import UTC, datetime, timedelta

import pytest

from returnhome.casework.models import Episode
from returnhome.reporting.patterns import in_words

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FRIDAY_NIGHT = datetime(2026, 1, 2, 23, 30, tzinfo=UTC)


def episode(start: datetime, *, hours: float | None = 12, **more: object) -> Episode:
    """An episode as the sentences read it; nothing of it is stored."""
    end = start + timedelta(hours=hours) if hours else None
    return Episode(
        last_seen_at=start, last_seen_precision="exact", started_at=start, ended_at=end, **more
    )


def weekly(start: datetime, times: int, **more: object) -> list[Episode]:
    return [episode(start + timedelta(weeks=week), **more) for week in range(times)]


def test_a_child_not_missing_in_a_year_is_said_to_be_so():
    assert in_words([], NOW) == ["Not missing in the last 12 months."]
    assert in_words([episode(NOW - timedelta(days=400))], NOW)[0].startswith("Not missing")


@pytest.mark.parametrize(("times", "said"), [(1, "once"), (2, "twice")])
def test_once_and_twice_are_no_pattern(times: int, said: str):
    told = in_words(weekly(FRIDAY_NIGHT, times), NOW)

    assert told[0] == f"Missing {said} in the last 12 months."


def test_a_day_and_hour_that_recur_are_named():
    assert in_words(weekly(FRIDAY_NIGHT, 5), NOW)[0] == (
        "Missing 5 times in the last 12 months, usually on a Friday night."
    )


def test_the_small_hours_belong_to_the_night_before():
    small_hours = datetime(2026, 1, 3, 2, tzinfo=UTC)

    told = in_words(weekly(small_hours, 3), NOW)

    assert "usually on a Friday night" in told[0]


def test_days_that_differ_leave_only_the_part_of_the_day():
    starts = [datetime(2026, 1, day, 16, tzinfo=UTC) for day in (5, 6, 7, 8)]

    told = in_words([episode(start) for start in starts], NOW)

    assert told[0] == "Missing 4 times in the last 12 months, usually in the afternoon."


def test_half_is_not_most():
    starts = [datetime(2026, 1, day, hour, tzinfo=UTC) for day, hour in ((5, 10), (6, 16))]

    told = in_words([episode(start) for start in starts * 2], NOW)

    assert told[0] == "Missing 4 times in the last 12 months."


def test_a_start_of_which_only_the_day_is_known_tells_no_hour():
    unknown = [
        Episode(last_seen_at=one.started_at, last_seen_precision="date", started_at=one.started_at)
        for one in weekly(FRIDAY_NIGHT, 4)
    ]

    assert in_words(unknown, NOW) == ["Missing 4 times in the last 12 months."]


def test_summer_hours_are_uk_hours():
    # 22:30 in London, 21:30 in UTC: night, not evening.
    told = in_words(weekly(datetime(2025, 6, 6, 21, 30, tzinfo=UTC), 3), NOW)

    assert "Friday night" in told[0]


def test_a_place_from_which_the_child_went_more_than_once_is_named():
    told = in_words(weekly(FRIDAY_NIGHT, 3, missing_from="WB11AA"), NOW)

    assert "3 times from WB1 1AA." in told


def test_how_long_is_told_with_the_longest():
    stays = [episode(FRIDAY_NIGHT + timedelta(weeks=n), hours=h) for n, h in enumerate((5, 8, 50))]

    assert in_words(stays, NOW)[-1] == "Away for 8 hours as a rule, 2 days 2 hours at the longest."


def test_what_was_recorded_in_error_counts_for_nothing():
    assert in_words([episode(FRIDAY_NIGHT, voided_at=NOW)], NOW)[0].startswith("Not missing")


def test_a_child_still_away_has_no_length_yet():
    assert in_words([episode(FRIDAY_NIGHT, hours=None)], NOW) == [
        "Missing once in the last 12 months."
    ]
