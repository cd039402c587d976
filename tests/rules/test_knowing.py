"""When somebody may ask who holds something about a child, and by when they are answered."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from returnhome.rules import Blocked, knowing
from returnhome.rules.sharing import Purpose, Recipient

# Friday 6 March 2026, 16:00.
FRIDAY = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)


def check(
    recipient: Recipient = Recipient.POLICE, purpose: Purpose = Purpose.STOP_HARM, **given: Any
) -> None:
    whole: dict[str, Any] = {
        "forename": "Sky",
        "surname": "Marlowe",
        "born_on": date(2011, 5, 4),
        "because": "Seen tonight in a car",
        "asked_today": 0,
        "at": FRIDAY,
    }
    knowing.check_can_ask(recipient, purpose, **whole | given)


def test_a_name_a_birth_date_a_purpose_and_a_reason_are_enough():
    check()


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"forename": " "}, knowing.NameMissing),
        ({"surname": ""}, knowing.NameMissing),
        ({"born_on": None}, knowing.BornMissing),
        ({"born_on": date(2026, 3, 7)}, knowing.NotBornYet),
        ({"born_on": date(1985, 5, 4)}, knowing.NoChild),
        ({"born_on": date(2000, 3, 6)}, knowing.NoChild),
        ({"because": ""}, knowing.WhyMissing),
        ({"because": "Missing person enquiry"}, knowing.WhyMissing),
        ({"because": "\n \t "}, knowing.WhyMissing),
        ({"purpose": Purpose.PLAN}, knowing.NotForThisPurpose),
        ({"purpose": Purpose.HELP}, knowing.NotForThisPurpose),
        ({"recipient": Recipient.HOME}, knowing.NotForThisPurpose),
        ({"asked_today": 20}, knowing.AskedTooOften),
        ({"asked_today": 21}, knowing.AskedTooOften),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(given, refusal):
    with pytest.raises(refusal) as refused:
        check(**given)

    assert issubclass(refusal, Blocked)
    assert refused.value.sentence.endswith(".")


@pytest.mark.parametrize(
    "given",
    [
        {"born_on": date(2026, 3, 6)},
        # Who was missing as a child may be asked about once they are grown up.
        {"born_on": date(2000, 3, 7)},
        {"asked_today": 19},
        {"because": "She is with us"},
    ],
)
def test_just_enough_is_enough(given):
    check(**given)


@pytest.mark.parametrize(
    ("asked_at", "purpose", "due"),
    [
        (FRIDAY, Purpose.STOP_HARM, datetime(2026, 3, 10, 16, 0, tzinfo=UTC)),
        (FRIDAY, Purpose.DANGER_NOW, datetime(2026, 3, 6, 20, 0, tzinfo=UTC)),
        # The clocks go forward on Sunday: the same hour of the day on Tuesday.
        (
            datetime(2026, 3, 27, 16, 0, tzinfo=UTC),
            Purpose.ENQUIRE,
            datetime(2026, 3, 31, 15, 0, tzinfo=UTC),
        ),
        # And in the night that they do, four hours are four hours.
        (
            datetime(2026, 3, 28, 23, 0, tzinfo=UTC),
            Purpose.DANGER_NOW,
            datetime(2026, 3, 29, 3, 0, tzinfo=UTC),
        ),
    ],
)
def test_an_answer_is_due_within_two_weekdays_and_in_danger_within_hours(asked_at, purpose, due):
    assert knowing.answered_by(asked_at, purpose) == due


def test_nothing_is_said_once_and_with_a_reason():
    knowing.check_can_tell_nothing(is_answered=False, because="It is about something else")

    with pytest.raises(knowing.WhyNothingMissing):
        knowing.check_can_tell_nothing(is_answered=False, because=" ")
    with pytest.raises(knowing.AnsweredAlready):
        knowing.check_can_tell_nothing(is_answered=True, because="Again")


def test_every_rule_names_what_it_rests_on():
    assert all(str(source) for source in knowing.BASIS)
