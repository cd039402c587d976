"""Care, placement and home: what can be so beside what is on record, and what cannot."""

from datetime import date

import pytest

from returnhome.rules import Blocked, caring
from returnhome.rules.caring import About, Council, Days
from returnhome.rules.codes import BirthDatePrecision

TODAY = date(2026, 3, 2)
JANUARY, FEBRUARY, LATE = date(2026, 1, 10), date(2026, 2, 1), date(2026, 2, 20)
KNOWN, UNKNOWN = BirthDatePrecision.KNOWN, BirthDatePrecision.UNKNOWN


def placed(since: date | None, until: date | None = None, where: str = "Westborough") -> Days:
    return Days(since, until, f"placed in {where}", where)


# Days.


@pytest.mark.parametrize(
    ("since", "until", "blocked", "field"),
    [
        (date(2026, 3, 3), None, caring.InTheFuture, "since"),
        (None, date(2026, 3, 3), caring.InTheFuture, "until"),
        (FEBRUARY, JANUARY, caring.EndsBeforeItStarts, "until"),
    ],
)
def test_days_that_cannot_be_are_refused_at_their_field(since, until, blocked, field):
    with pytest.raises(blocked) as refused:
        caring.check_days(Days(since, until), today=TODAY)

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("since", "until"),
    [(TODAY, None), (None, TODAY), (FEBRUARY, FEBRUARY), (None, None)],
)
def test_a_fact_may_begin_today_last_a_day_or_have_no_known_start(since, until):
    caring.check_days(Days(since, until), today=TODAY)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (placed(None), "placed in Westborough"),
        (placed(FEBRUARY), "placed in Westborough since 1 February 2026"),
        (placed(None, FEBRUARY), "placed in Westborough until 1 February 2026"),
        (
            placed(JANUARY, FEBRUARY),
            "placed in Westborough from 10 January 2026 to 1 February 2026",
        ),
    ],
)
def test_a_fact_is_told_in_words_with_its_days(days, words):
    assert days.in_words == words


# A move, and two things at once.


@pytest.mark.parametrize("began", [None, JANUARY, date(2026, 1, 31)])
def test_a_move_ends_what_went_on_before(began):
    before = placed(began)

    assert caring.moved_from(About.PLACEMENT, placed(FEBRUARY), [before]) is before


def test_the_first_of_all_moves_from_nowhere():
    assert caring.moved_from(About.PLACEMENT, placed(FEBRUARY), []) is None
    ended = placed(JANUARY, date(2026, 1, 31))
    assert caring.moved_from(About.PLACEMENT, placed(FEBRUARY), [ended]) is None


@pytest.mark.parametrize(
    "known",
    [
        # The same day, a later one, one that ended within it.
        placed(FEBRUARY),
        placed(LATE),
        placed(JANUARY, LATE),
        placed(LATE, TODAY),
    ],
)
def test_two_placements_at_once_are_refused_with_the_one_on_record(known):
    with pytest.raises(caring.TwoPlacements) as refused:
        caring.moved_from(About.PLACEMENT, placed(FEBRUARY, where="Eastmoor"), [known])

    assert refused.value.sentence.startswith("On record: placed in Westborough")
    assert isinstance(refused.value, caring.Conflict)


def test_what_is_over_moves_nobody_out_of_where_they_are():
    with pytest.raises(caring.TwoPlacements):
        caring.moved_from(About.PLACEMENT, placed(FEBRUARY, LATE), [placed(JANUARY)])


def test_two_councils_and_two_homes_have_words_of_their_own():
    with pytest.raises(caring.TwoCouncils, match="Two councils cannot look after a child at once"):
        caring.moved_from(About.CARE, placed(FEBRUARY), [placed(LATE)])
    with pytest.raises(caring.TwoHomes):
        caring.moved_from(About.HOME, placed(FEBRUARY), [placed(LATE)])


def test_without_a_day_nobody_can_say_which_of_two_came_first():
    with pytest.raises(caring.SinceMissing):
        caring.moved_from(About.PLACEMENT, placed(None), [placed(JANUARY)])


# Councils.


@pytest.mark.parametrize(
    ("successors", "words"),
    [
        (("Cumberland",), "Its area is now that of Cumberland: name it."),
        (("A", "B", "C"), "Its area is now that of A, B or C: name one."),
        ((), "Say which council has its area now."),
    ],
)
def test_a_council_that_no_longer_exists_is_refused_with_its_successor(successors, words):
    cumbria = Council("Cumbria", None, date(2023, 3, 31), successors)

    with pytest.raises(caring.CouncilEnded) as refused:
        caring.check_council(cumbria, Days(date(2022, 1, 1), None), today=TODAY)

    assert refused.value.sentence == f"Cumbria ended on 31 March 2023. {words}"
    assert refused.value.field == "authority"


def test_what_a_council_did_while_it_existed_can_be_written_down():
    cumbria = Council("Cumbria", None, date(2023, 3, 31))

    caring.check_council(cumbria, Days(date(2020, 1, 1), date(2023, 3, 31)), today=TODAY)


def test_a_council_that_is_still_to_come_looks_after_nobody():
    coming = Council("Surrey East", since=date(2027, 4, 1))

    with pytest.raises(caring.CouncilNotYet, match="begins on 1 April 2027"):
        caring.check_council(coming, Days(FEBRUARY, None), today=TODAY)


def test_a_postcode_in_another_area_than_the_one_said_is_refused():
    caring.check_area("", "Westborough")
    caring.check_area("Westborough", "")
    with pytest.raises(caring.AreaDiffers, match="in Westborough, not in Eastmoor"):
        caring.check_area("Eastmoor", "Westborough")


# Care and placement.


@pytest.mark.parametrize(
    "care",
    [[], [Days(LATE, None)], [Days(None, LATE)]],
)
def test_a_placement_of_a_child_nobody_looks_after_is_refused(care):
    with pytest.raises(caring.NobodyLooksAfter, match="record first which one it is"):
        caring.check_is_looked_after(care, placed(FEBRUARY), today=TODAY)


def test_a_placement_may_go_on_from_one_councils_care_to_anothers():
    care = [Days(JANUARY, LATE), Days(date(2026, 2, 21), None)]

    caring.check_is_looked_after(care, placed(FEBRUARY), today=TODAY)
    caring.check_is_looked_after([Days(JANUARY, LATE)], placed(FEBRUARY, LATE), today=TODAY)


def test_an_end_lies_between_the_start_and_today():
    caring.check_ends(placed(FEBRUARY), FEBRUARY, today=TODAY)
    with pytest.raises(caring.EndsBeforeItStarts, match="On record: placed in Westborough since"):
        caring.check_ends(placed(FEBRUARY), JANUARY, today=TODAY)
    with pytest.raises(caring.InTheFuture):
        caring.check_ends(placed(FEBRUARY), date(2026, 3, 3), today=TODAY)


def test_a_placement_that_began_after_the_care_ended_does_not_end_with_it():
    with pytest.raises(caring.BeganLater):
        caring.check_ends_too(placed(LATE), FEBRUARY)


# Birth dates.


def check_birth(born_on, precision=KNOWN, *, was=(None, UNKNOWN), because=""):
    caring.check_birth_date(born_on, precision, was=was, because=because, today=TODAY)


@pytest.mark.parametrize(
    ("given", "blocked"),
    [
        ((date(2026, 3, 3), KNOWN), caring.InTheFuture),
        ((None, KNOWN), caring.DayMissing),
        ((date(2012, 1, 2), UNKNOWN), caring.DayNotKnown),
        ((None, UNKNOWN), caring.NothingNew),
    ],
)
def test_a_birth_date_that_cannot_be_is_refused(given, blocked: type[Blocked]):
    with pytest.raises(blocked):
        check_birth(*given)


def test_another_birth_date_than_the_one_on_record_needs_a_reason():
    was = (date(2012, 1, 2), KNOWN)

    with pytest.raises(caring.ReasonMissing):
        check_birth(date(2012, 2, 1), was=was)
    check_birth(date(2012, 2, 1), was=was, because="The passport")
    check_birth(date(2012, 1, 2), BirthDatePrecision.DISPUTED, was=was)


def test_a_doubt_is_settled_once_and_with_a_reason():
    with pytest.raises(caring.SettledAlready):
        caring.check_can_settle(is_settled=True, because="The social worker")
    with pytest.raises(caring.ReasonMissing):
        caring.check_can_settle(is_settled=False, because=" ")


@pytest.mark.parametrize("born_on", [date(1950, 3, 1), date(2026, 1, 3)])
def test_a_birth_date_with_which_nobody_went_missing_as_a_child_is_refused(born_on: date):
    with pytest.raises(caring.NoChildThen, match="check the year"):
        caring.check_was_a_child(born_on, date(2026, 1, 2))


def test_whoever_turns_out_to_be_some_years_older_is_recorded_so():
    caring.check_was_a_child(date(2004, 1, 2), date(2026, 1, 2))


def test_nothing_was_so_before_the_child_was_born():
    with pytest.raises(caring.BeforeBirth, match="born on 1 May 2012"):
        caring.check_days(Days(date(1990, 1, 1), None), today=TODAY, born_on=date(2012, 5, 1))
    caring.check_days(Days(date(2012, 5, 1), None), today=TODAY, born_on=date(2012, 5, 1))
