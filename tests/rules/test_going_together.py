"""When two episodes may be linked, and what speaks for children having gone together."""

from datetime import UTC, datetime, timedelta

import pytest

from returnhome.rules import going_together
from returnhome.rules.going_together import Gone, Sign, Span

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def span(began: float, ended: float | None) -> Span:
    end = None if ended is None else NOON + timedelta(hours=ended)
    return NOON + timedelta(hours=began), end


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        (span(0, 4), span(2, 6), True),
        (span(0, 4), span(4, 6), True),
        (span(0, 4), span(16, 20), True),
        (span(0, 4), span(16.1, 20), False),
        (span(0, None), span(400, 410), True),
        (span(0, None), span(-30, -20), False),
        (span(0, None), span(5, None), True),
    ],
)
def test_times_are_near_where_they_overlap_or_lie_within_twelve_hours(one, other, near):
    assert going_together.are_near(one, other) is near
    assert going_together.are_near(other, one) is near


def gone(began: float, ended: float | None, **more) -> Gone:
    known = {"surname": "", "homes": frozenset(), "postcodes": frozenset()} | more
    return Gone(span=span(began, ended), **known)


def test_a_home_a_postcode_a_name_and_the_hour_speak_for_it_and_nothing_unknown_does():
    one = gone(0, 4, surname="lane", homes=frozenset({7}), postcodes=frozenset({"NS11AA"}))
    brother = gone(2, 9, surname="lane", homes=frozenset({7}), postcodes=frozenset({"NS11AA"}))

    assert going_together.signs(one, brother) == tuple(Sign)
    assert going_together.signs(gone(0, 4), gone(3, 9)) == ()
    later = gone(90, 99, surname="lane", homes=frozenset({7}), postcodes=frozenset({"NS11AA"}))
    assert going_together.signs(one, later) == ()


def asked(**more):
    spans = {"spans": (span(0, 4), span(1, 5))}
    known = {"is_same_child": False, "is_voided": False, "is_linked": False}
    going_together.check_can_link(**known | spans | more)


def test_two_children_who_were_missing_at_the_same_time_can_be_linked():
    asked()


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"is_same_child": True}, going_together.SameChild),
        ({"is_voided": True}, going_together.RecordedInError),
        ({"is_linked": True}, going_together.LinkedAlready),
        ({"spans": (span(0, 4), span(90, 99))}, going_together.TimesApart),
        ({"spans": (span(0, 4), span(90, 99)), "because": "  "}, going_together.TimesApart),
    ],
)
def test_what_cannot_be_linked_says_why(facts, refusal):
    with pytest.raises(refusal):
        asked(**facts)


def test_times_far_apart_need_a_reason():
    asked(spans=(span(0, 4), span(90, 99)), because="The police found both in one car")


def test_a_link_is_taken_back_once_and_with_a_reason():
    going_together.check_can_undo(is_undone=False, because="He was at school")
    with pytest.raises(going_together.WhyMissing):
        going_together.check_can_undo(is_undone=False, because=" ")
    with pytest.raises(going_together.UndoneAlready):
        going_together.check_can_undo(is_undone=True, because="He was at school")


def test_those_for_whom_most_speaks_come_first_then_the_nearest_in_time():
    hour = timedelta(hours=1)
    found = [(1, (), hour), (2, (Sign.SURNAME,), 5 * hour), (3, (), -hour / 2), (4, (), hour)]

    assert going_together.in_order(found) == [2, 3, 1, 4]
