"""The Standard Safeguarding Dataset's table, and what lets it count hours."""

from datetime import UTC, date, datetime
from typing import Any

from returnhome.rules.codes import EpisodeKind
from returnhome.rules.statutory import ssd
from returnhome.rules.statutory.ssd import Missed


def missed(**more: Any) -> Missed:
    return Missed(
        **{
            "episode": 7,
            "child": 3,
            "person": "NS1001",
            "kind": EpisodeKind.MISSING,
            "started_on": date(2025, 9, 5),
            "ended_on": date(2025, 9, 6),
            "is_statutory": True,
            "offered": True,
            "accepted": None,
            "cohort": "home",
            "responsible": "E10000001",
            **more,
        }
    )


def said(**more: Any) -> tuple[Any, ...]:
    return next(ssd.missing_rows([missed(**more)]))[5:]


def test_offered_and_not_yet_answered_is_a_yes_and_a_blank():
    assert said() == ("Y", "")
    assert said(accepted=True) == ("Y", "Y")
    assert said(accepted=False) == ("Y", "N")


def test_not_offered_is_not_accepted_either_and_not_known_is_blank():
    assert said(offered=False) == ("N", "N")
    assert said(offered=None) == ("", "")


def test_outside_the_duty_and_not_offered_the_question_does_not_arise():
    assert said(is_statutory=False, offered=False) == ("NA", "NA")
    assert said(is_statutory=False, offered=True, accepted=True) == ("Y", "Y")


def test_hours_run_from_the_return_in_true_time_over_the_change_of_the_clocks():
    back = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
    held = datetime(2026, 3, 29, 11, 0, tzinfo=UTC)

    assert missed(returned_at=back, held_at=held).hours == 12
    assert missed(held_at=held).hours is None
