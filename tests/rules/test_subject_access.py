"""By when somebody who asks for a record is answered, and what may be withheld from whom."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returnhome.rules import Blocked, subject_access, working_days
from returnhome.rules.subject_access import Asker, Decision, Ground, RequestKind, Step, StepKind

SAR, FOI = RequestKind.SAR, RequestKind.FOI
ID_ASKED, ID_SEEN = StepKind.IDENTITY_ASKED, StepKind.IDENTITY_SEEN
ASKED, SAID, EXTENDED = StepKind.CLARITY_ASKED, StepKind.CLARITY_GIVEN, StepKind.EXTENDED
MARCH_2 = date(2026, 3, 2)


def due(kind: RequestKind, received: date, *steps: tuple[StepKind, date]) -> date | None:
    return subject_access.clock(kind, received, [Step(*each) for each in steps]).due_on


@pytest.mark.parametrize(
    ("received", "answer"),
    [
        (date(2026, 9, 3), date(2026, 10, 5)),  # the 3rd of October is a Saturday
        (date(2026, 1, 31), date(2026, 3, 2)),  # the 28th of February is a Saturday
        (date(2025, 11, 25), date(2025, 12, 29)),  # Christmas, Boxing Day, a weekend
        (date(2026, 3, 3), date(2026, 4, 7)),  # Good Friday to Easter Monday
    ],
)
def test_a_month_ends_on_the_corresponding_date_or_the_next_working_day(
    received: date, answer: date
) -> None:
    assert due(SAR, received) == answer


def test_the_clock_begins_once_it_is_proved_who_asks() -> None:
    asked = (ID_ASKED, date(2026, 3, 4))

    waiting = subject_access.clock(SAR, MARCH_2, [Step(*asked)])

    assert (waiting.due_on, waiting.waits_for) == (None, ID_SEEN)
    assert due(SAR, MARCH_2, asked, (ID_SEEN, date(2026, 3, 10))) == date(2026, 4, 10)


def test_whoever_proves_who_they_are_unasked_waits_no_longer_for_it() -> None:
    assert due(SAR, MARCH_2, (ID_SEEN, date(2026, 3, 9))) == due(SAR, MARCH_2)


def test_the_days_on_which_they_were_asked_what_they_mean_do_not_count() -> None:
    asked, said = (ASKED, date(2026, 3, 9)), (SAID, date(2026, 3, 11))

    assert due(SAR, MARCH_2, asked) is None
    # Three days: that of asking and that of the answer are among them. The 5th is Easter Sunday.
    assert due(SAR, MARCH_2, asked, said) == date(2026, 4, 7)


def test_two_more_months_are_taken_before_the_first_is_over() -> None:
    assert due(SAR, MARCH_2, (EXTENDED, date(2026, 3, 20))) == date(2026, 6, 2)
    with pytest.raises(subject_access.TooLateToExtend):
        note(EXTENDED, date(2026, 4, 8))


def test_freedom_of_information_has_twenty_working_days() -> None:
    # 3 and 6 April 2026 are Good Friday and Easter Monday, and 17 March is one in Northern Ireland.
    assert due(FOI, MARCH_2) == date(2026, 3, 31)
    assert due(FOI, date(2026, 3, 16)) == date(2026, 4, 16)


def test_freedom_of_information_counts_anew_once_they_said_what_they_want() -> None:
    asked, said = (ASKED, date(2026, 3, 9)), (SAID, date(2026, 3, 16))

    assert due(FOI, MARCH_2, asked) is None
    assert due(FOI, MARCH_2, asked, said) == due(FOI, date(2026, 3, 16))


def note(what: StepKind, on: date, *before: tuple[StepKind, date], **more: Any) -> None:
    said = {"kind": SAR, "received_on": MARCH_2, "because": "A passport", "today": date(2026, 5, 1)}
    subject_access.check_can_step(
        Step(what, on), steps=[Step(*each) for each in before], **{**said, **more}
    )


@pytest.mark.parametrize(
    ("what", "on", "before", "more", "refused"),
    [
        (SAID, MARCH_2, (), {}, subject_access.DoesNotFollow),
        (ID_ASKED, MARCH_2, (), {"kind": FOI}, subject_access.DoesNotFollow),
        (EXTENDED, MARCH_2, (), {"kind": FOI}, subject_access.DoesNotFollow),
        (ID_SEEN, date(2026, 5, 2), (), {}, subject_access.NotYet),
        (ID_SEEN, date(2026, 3, 1), (), {}, subject_access.BeforeTheRequest),
        (
            ID_SEEN,
            date(2026, 3, 3),
            ((ID_ASKED, date(2026, 3, 4)),),
            {},
            subject_access.BeforeTheStep,
        ),
        (ID_SEEN, MARCH_2, (), {"because": " "}, subject_access.HowMissing),
    ],
)
def test_a_step_that_cannot_be_is_refused(
    what: StepKind, on: date, before: Any, more: Any, refused: type[Blocked]
) -> None:
    with pytest.raises(refused):
        note(what, on, *before, **more)


DAYS = st.dates(date(2026, 1, 1), date(2030, 1, 1))


@given(DAYS, st.integers(0, 20), st.integers(0, 40))
def test_no_answer_is_due_on_a_day_on_which_nobody_works(
    received: date, wait: int, more: int
) -> None:
    asked = received + timedelta(days=wait)
    said = asked + timedelta(days=more)
    plain, stopped = due(SAR, received), due(SAR, received, (ASKED, asked), (SAID, said))

    assert plain is not None
    assert stopped is not None
    assert working_days.is_working_day(stopped)
    assert (stopped - received).days >= 28 + more + 1
    assert stopped >= plain


@given(DAYS)
def test_more_time_is_never_less_time(received: date) -> None:
    plain, extended = due(SAR, received), due(SAR, received, (EXTENDED, received))

    assert plain is not None
    assert extended is not None
    assert plain < extended


def test_what_a_child_told_in_confidence_is_withheld_from_others_and_never_from_the_child() -> None:
    theirs = subject_access.grounds(SAR, Asker.SELF)

    assert Ground.CHILD_EXPECTED not in theirs
    assert Ground.CHILD_EXPECTED in subject_access.grounds(SAR, Asker.PARENT)
    with pytest.raises(subject_access.GroundDoesNotFit):
        subject_access.check_decision(
            Decision.WITHHOLD, Ground.CHILD_EXPECTED, kind=SAR, asker=Asker.SELF
        )


def test_what_is_withheld_has_its_ground() -> None:
    with pytest.raises(subject_access.GroundMissing):
        subject_access.check_decision(Decision.WITHHOLD, None, kind=SAR, asker=Asker.SELF)
    subject_access.check_decision(Decision.GIVE, None, kind=SAR, asker=Asker.SELF)


def test_every_ground_cites_its_law() -> None:
    assert all(each.law and each.sentence for each in Ground)


def test_nothing_is_given_while_one_place_is_undecided_or_nobody_knows_who_asks() -> None:
    proved = [Step(ID_SEEN, MARCH_2)]

    with pytest.raises(subject_access.StillUndecided, match="1 place"):
        subject_access.check_can_give(kind=SAR, steps=proved, is_gathered=True, undecided=1)
    with pytest.raises(subject_access.IdentityNotProved):
        subject_access.check_can_give(kind=SAR, steps=[], is_gathered=True, undecided=0)
    with pytest.raises(subject_access.NothingGathered):
        subject_access.check_can_give(kind=FOI, steps=[], is_gathered=False, undecided=0)
    subject_access.check_can_give(kind=SAR, steps=proved, is_gathered=True, undecided=0)


def test_a_parent_does_not_ask_under_freedom_of_information_for_a_childs_own_record() -> None:
    said: dict[str, Any] = {"name": "Jo", "received_on": MARCH_2, "today": MARCH_2}

    with pytest.raises(subject_access.WhoDoesNotFit):
        subject_access.check_can_note(kind=FOI, asker=Asker.PARENT, **said)
    with pytest.raises(subject_access.NotYet):
        subject_access.check_can_note(
            kind=SAR, asker=Asker.SELF, **{**said, "today": date(2026, 3, 1)}
        )
