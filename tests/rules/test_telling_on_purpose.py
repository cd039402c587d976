"""Who is told on purpose after a talk, and of whom nothing is on record yet."""

from datetime import date

import pytest

from returnhome.rules import sharing
from returnhome.rules.schooling import Missed, Schooling
from returnhome.rules.sharing import Recipient
from returnhome.rules.telling_on_purpose import not_yet_told, to_tell

ONE_DAY = Missed((date(2026, 3, 3),), Schooling.COMPULSORY)


@pytest.mark.parametrize(
    ("is_looked_after", "has_plan", "missed", "expected"),
    [
        (False, False, None, ["social_worker"]),
        (True, False, None, ["social_worker", "reviewing_officer"]),
        (False, True, None, ["social_worker", "conference_chair"]),
        (
            *(True, True, ONE_DAY),
            ["social_worker", "reviewing_officer", "conference_chair", "school"],
        ),
        (False, False, ONE_DAY, ["social_worker", "school"]),
    ],
)
def test_a_reviewing_officer_is_told_of_a_looked_after_child_and_a_chair_of_a_plan(
    is_looked_after: bool, has_plan: bool, missed: Missed | None, expected: list[str]
) -> None:
    found = to_tell(is_looked_after=is_looked_after, has_protection_plan=has_plan, missed=missed)

    assert [str(each.recipient) for each in found] == expected
    assert all(sharing.fit(each.recipient, each.purpose) for each in found)


def test_a_share_and_a_decision_against_one_both_answer_it() -> None:
    those = to_tell(is_looked_after=True, has_protection_plan=True, missed=ONE_DAY)

    left = not_yet_told(those, told=[Recipient.SOCIAL_WORKER], left=[Recipient.SCHOOL])

    assert [each.recipient for each in left] == [
        Recipient.REVIEWING_OFFICER,
        Recipient.CONFERENCE_CHAIR,
    ]
