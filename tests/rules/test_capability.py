"""Could we answer? Which figure of whom can be told, and what is missing."""

from hypothesis import given
from hypothesis import strategies as some

from returnhome.rules import capability, measures
from returnhome.rules.after_the_talk import BY_COHORT
from returnhome.rules.capability import Capability, CouldAnswer, Fact
from returnhome.rules.clock import Standing
from returnhome.rules.codes import Cohort, DeclinedBy, Earlier
from returnhome.rules.measures import ALL
from tests.rules.test_measures import declined, episode, held

OUT_OF_AREA = Cohort.LOOKED_AFTER_OUT_OF_AREA


def told(*facts) -> dict[tuple[str, str], Capability]:
    those = capability.of(measures.count(facts))
    return {(each.cohort, each.measure.key): each for each in those}


def test_where_the_record_has_every_fact_every_figure_can_be_told():
    of = told(held(1), declined(2, by=DeclinedBy.PARENT_OR_CARER), episode(3))

    assert of[ALL, "offered"].could is CouldAnswer.YES
    assert of[ALL, "in_time_of_ended"].could is CouldAnswer.YES
    assert of[Cohort.HOME, "declined_by_child"].could is CouldAnswer.YES


def test_what_has_not_happened_yet_is_known_and_no_gap():
    of = told(episode(1), episode(2, running=True))

    assert of[ALL, "held_of_ended"].could is CouldAnswer.YES
    assert of[ALL, "held_of_accepted"].could is CouldAnswer.NOTHING


def test_earlier_records_that_do_not_say_whether_one_was_offered_take_all_away():
    of = told(*(episode(n, earlier=Earlier.NOT_KNOWN) for n in range(4)))

    assert of[ALL, "ended"].could is CouldAnswer.YES
    assert of[ALL, "offered"].could is CouldAnswer.NO
    assert of[ALL, "held_of_offered"].could is CouldAnswer.NO
    assert of[ALL, "offered"].missing == {Fact.OFFER: 4}


def test_some_that_do_not_say_leave_an_answer_in_part():
    of = told(held(1), episode(2, earlier=Earlier.DECLINED), episode(3, earlier=Earlier.ACCEPTED))

    assert of[ALL, "offered"].could is CouldAnswer.YES
    assert of[ALL, "declined_by_child"].missing == {Fact.WHOSE_NO: 1}
    assert of[ALL, "accepted"].could is CouldAnswer.YES
    assert of[ALL, "held_of_ended"].could is CouldAnswer.IN_PART
    assert of[ALL, "held_of_ended"].missing == {Fact.HELD: 1}


def test_times_known_by_the_day_alone_leave_the_72_hours_open():
    by_day = [held(n, standing=Standing.INDETERMINATE) for n in range(3)]

    assert told(*by_day)[ALL, "in_time_of_held"].could is CouldAnswer.NO
    assert told(*by_day)[ALL, "held_of_ended"].could is CouldAnswer.YES
    assert told(*by_day, held(9))[ALL, "in_time_of_held"].could is CouldAnswer.IN_PART


def test_a_child_whose_home_nobody_knows_may_be_of_any_group():
    of = told(held(1, cohort=Cohort.HOME), episode(2, cohort=Cohort.UNKNOWN))

    assert of[ALL, "ended"].could is CouldAnswer.YES
    assert of[Cohort.HOME, "ended"].missing == {Fact.COHORT: 1}
    assert of[Cohort.HOME, "ended"].could is CouldAnswer.IN_PART
    assert of[OUT_OF_AREA, "ended"].could is CouldAnswer.IN_PART


def test_of_nothing_there_is_nothing_to_count():
    assert {each.could for each in told().values()} == {CouldAnswer.NOTHING}


FACTS = some.builds(
    episode,
    some.integers(1, 9),
    cohort=some.sampled_from(measures.ADDED),
    earlier=some.sampled_from([None, *Earlier]),
)


@given(some.lists(FACTS, max_size=12))
def test_what_is_missing_is_never_more_than_there_is_and_never_said_of_a_yes(facts):
    ended = measures.count(facts)[ALL, "ended"].numerator

    for each in told(*facts).values():
        assert all(0 < number <= ended for number in each.missing.values())
        assert (each.could is CouldAnswer.YES) <= (not each.missing)


def followed(episodes=(), **parts: int) -> dict[tuple[str, str], measures.Count]:
    """The counts of these episodes, and of what followed, all of them at home."""
    after = {(Cohort.HOME, part): number for part, number in parts.items()}
    return {**measures.count(episodes), **measures.tabulate(after, {}, BY_COHORT)}


def test_what_followed_an_interview_of_earlier_records_is_missing():
    counts = followed([held(1)], talks=4, recorded_fully=1, record_not_known=3, share_not_known=3)
    of = {(each.cohort, each.measure.key): each for each in capability.of(counts)}

    assert of[ALL, "recorded_fully"].missing == {Fact.RECORD: 3}
    assert of[ALL, "recorded_fully"].could is CouldAnswer.IN_PART
    assert of[ALL, "to_share"].missing == {Fact.TO_SHARE: 3}
    assert of[ALL, "started"].could is CouldAnswer.NOTHING


def test_help_of_which_nobody_has_heard_leaves_what_was_taken_up_in_part():
    parts = {"help_offered": 3, "taken_up": 1, "take_up_not_known": 2, "finished": 1}
    of = {
        (each.cohort, each.measure.key): each
        for each in capability.of(followed([held(1)], talks=1, needs=4, **parts))
    }

    assert of[ALL, "help_offered"].could is CouldAnswer.YES
    assert of[ALL, "taken_up"].missing == {Fact.TAKEN_UP: 2}
    assert of[ALL, "taken_up"].could is CouldAnswer.IN_PART


def test_a_home_or_placement_that_is_not_on_the_map_takes_the_distance_away():
    of = {
        (each.cohort, each.measure.key): each
        for each in capability.of(followed(placed=2, placed_unknown=2))
    }

    assert of[ALL, "placed_far"].could is CouldAnswer.NO
    assert of[ALL, "placed"].could is CouldAnswer.YES


def test_the_file_has_a_row_for_every_figure_and_for_every_fact_that_is_missing():
    counts = followed([held(1), episode(2, earlier=Earlier.NOT_KNOWN)])

    rows = list(capability.rows(counts))

    assert len({row[:2] for row in rows}) == 5 * len(capability.ASKED)
    assert (ALL, "offered", "in_part", 2, "offer", 1) in rows
    assert (ALL, "ended", "yes", 2, "", None) in rows
