"""A council's return, row by row: what counts, and one sentence for everything that does not."""

import pytest

from returnhome.rules.study.asked import MEASURES, AnswerState
from returnhome.rules.study.checking import SentFile, SentRow, check, versions
from returnhome.rules.study.faults import Effect, Fault, Problem
from tests.rules.study.returns import COUNCILS, YEAR, checked, of_council, row, rows_of, sent

WHOLE = {
    "ended": 100,
    "children": 60,
    "offered": 80,
    "not_offered": 20,
    "no_contact": 5,
    "accepted": 60,
    "declined": 15,
    "declined_by_child": 11,
    "declined_by_parent": 4,
    "not_answered": 5,
    "held": 50,
    "not_held": 8,
    "still_to_hold": 2,
    "in_time": 30,
    "late": 15,
    "indeterminate": 5,
}


def faults(problems: list[Problem]) -> list[Fault]:
    return [each.fault for each in problems]


def test_a_sound_return_counts_whole() -> None:
    found, problems = checked(*rows_of(WHOLE))

    assert problems == []
    assert found is not None
    assert found.council.name == "Hartlepool"
    assert found.period == YEAR
    assert {key: int(given.value or 0) for (_, key), given in found.answers.items()} == WHOLE
    assert found.answers["all", "held"].row == 12


def test_a_state_other_than_given_is_kept_as_it_is() -> None:
    found, problems = checked(
        *rows_of({"ended": "not_held", "offered": "suppressed", "held": "refused"}),
        row(9, "away", "", state="not_applicable"),
    )

    assert problems == []
    assert found is not None
    assert [given.state for given in found.answers.values()] == [
        *(AnswerState.NOT_HELD, AnswerState.SUPPRESSED, AnswerState.REFUSED),
        AnswerState.NOT_APPLICABLE,
    ]


@pytest.mark.parametrize("written", ["1,234", " 1234 ", "1234", "1,234\u00a0"])
def test_a_number_with_or_without_its_thousands_comma_is_the_same(written: str) -> None:
    found, problems = checked(row(2, "ended", written))

    assert problems == []
    assert found is not None
    assert found.answers["all", "ended"].value == 1234


@pytest.mark.parametrize(
    ("written", "fault", "sentence"),
    [
        ("45%", Fault.PERCENTAGE, "held (all) is “45%”: give the count, and the study works"),
        ("45 per cent", Fault.PERCENTAGE, "works the percentage out"),
        ("0.45", Fault.DECIMAL, "held (all) is 0.45: a count has no decimals."),
        ("12.0", Fault.DECIMAL, "a count has no decimals"),
        ("1,23", Fault.NOT_A_NUMBER, "is “1,23” and no number"),
        ("-3", Fault.NEGATIVE, "held (all) is -3, below nought."),
        ("−3", Fault.NEGATIVE, "below nought"),
        ("2000000", Fault.TOO_LARGE, "more than there can be"),
        ("<5", Fault.LOOKS_SUPPRESSED, "leave the value empty and give the state suppressed"),
        ("*", Fault.LOOKS_SUPPRESSED, "give the state suppressed"),
        ("[c]", Fault.LOOKS_SUPPRESSED, "give the state suppressed"),
        ("=SUM(F2:F9)", Fault.FORMULA, "is the formula “=SUM(F2:F9)”: give its value."),
        ("about forty", Fault.NOT_A_NUMBER, "is “about forty” and no number"),
        ("2025-06-01", Fault.NOT_A_NUMBER, "no number"),
        ("1e3", Fault.NOT_A_NUMBER, "no number"),
        ("nan", Fault.NOT_A_NUMBER, "no number"),
        ("١٢", Fault.NOT_A_NUMBER, "no number"),
        ("", Fault.NO_VALUE, "held (all) is said to be given, and no number is there."),
    ],
)
def test_what_is_no_count_is_refused_with_its_reason(
    written: str, fault: Fault, sentence: str
) -> None:
    found, problems = checked(row(2, "ended", 90), row(3, "held", written))

    assert faults(problems) == [fault]
    assert problems[0].rows == (3,)
    assert sentence in problems[0].sentence
    assert found is not None
    assert ("all", "held") not in found.answers
    assert ("all", "held") in found.set_aside
    assert found.answers["all", "ended"].value == 90


def test_hours_may_have_decimals_and_are_bounded_by_the_year() -> None:
    found, problems = checked(
        row(2, "median_hours", "41.5"), row(3, "median_hours", "9000", cohort="home")
    )

    assert found is not None
    assert str(found.answers["all", "median_hours"].value) == "41.5"
    assert faults(problems) == [Fault.TOO_LARGE]


@pytest.mark.parametrize(
    ("wrong", "fault", "sentence"),
    [
        ({"cohort": "at_home"}, Fault.UNKNOWN_COHORT, "There is no cohort “at_home”"),
        ({"cohort": "Home"}, Fault.UNKNOWN_COHORT, "“Home”: home is one"),
        ({"measure": "offers"}, Fault.UNKNOWN_MEASURE, "“offers”: offered is one"),
        ({"measure": "held_of_ended"}, Fault.A_RATE, "is a rate: give the two counts"),
        ({"state": "provided"}, Fault.UNKNOWN_STATE, "“provided” is no state: it is one of given"),
        ({"state": ""}, Fault.UNKNOWN_STATE, "The row has no state"),
        ({"state": "not_held"}, Fault.VALUE_AND_NO_STATE, "not_held, and “7” stands beside it"),
    ],
)
def test_a_row_that_names_what_is_not_asked_is_refused(
    wrong: dict, fault: Fault, sentence: str
) -> None:
    told = {"measure": "held", "value": 7} | wrong

    found, problems = checked(row(2, "ended", 90), row(3, **told))

    assert faults(problems) == [fault]
    assert sentence in problems[0].sentence
    assert problems[0].effect is Effect.ROW
    assert found is not None


def test_a_row_with_a_cell_too_many_is_refused() -> None:
    long = row(3, "held", 7)

    _, problems = checked(row(2, "ended", 90), SentRow(3, long.cells, length=9))

    assert faults(problems) == [Fault.WRONG_LENGTH]
    assert "has 9 cells and not 8" in problems[0].sentence


# Whose it is.


@pytest.mark.parametrize(
    ("code", "fault", "sentence"),
    [
        ("E99999999", Fault.UNKNOWN_COUNCIL, "is the GSS code of no English council"),
        ("Hartlepool", Fault.UNKNOWN_COUNCIL, "is the GSS code of no English council"),
        ("", Fault.UNKNOWN_COUNCIL, "No row names the council"),
        ("W06000001", Fault.UNKNOWN_COUNCIL, "is Isle of Anglesey, which is not in England."),
        ("E07000008", Fault.UNKNOWN_COUNCIL, "is a district of Hartlepool (E06000001)"),
        ("E08000016", Fault.COUNCIL_HAD_ENDED, "ended on 31 March 2025, before the period; its "),
    ],
)
def test_a_return_of_no_council_of_the_period_is_set_aside_whole(
    code: str, fault: Fault, sentence: str
) -> None:
    found, problems = checked(row(2, "ended", 9, authority=code))

    assert found is None
    assert faults(problems) == [fault]
    assert sentence in problems[0].sentence
    assert problems[0].effect is Effect.FILE


def test_who_has_the_area_now_is_named() -> None:
    _, problems = checked(row(2, "ended", 9, authority="E08000016"))

    assert "its area is now Barnsley (E08000038)" in problems[0].sentence


def test_a_council_that_had_not_begun_is_set_aside() -> None:
    _, problems = checked(row(2, "ended", 9, authority="E08000038", period="2023-04-01/2024-03-31"))

    assert faults(problems) == [Fault.COUNCIL_HAD_ENDED]
    assert "began on 1 April 2025, after the period" in problems[0].sentence


@pytest.mark.parametrize(
    "period",
    [
        "2025/26",
        "2025-04-01",
        "2025-W01-1/2025-W52-7",
        "2026-03-31/2025-04-01",
        "",
        "01/04/2025-31/03/2026",
    ],
)
def test_a_period_that_is_not_two_days_is_named(period: str) -> None:
    found, problems = checked(row(2, "ended", 9, period=period))

    assert found is None
    assert faults(problems) == [Fault.UNKNOWN_PERIOD]
    assert "such as 2025-04-01/2026-03-31" in problems[0].sentence


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ({"authority": "E06000002"}, "2 councils"),
        ({"period": "2024-04-01/2025-03-31"}, "2 periods"),
        ({"standard": "2"}, "2 versions of the standard"),
    ],
)
def test_a_return_is_of_one_council_period_and_standard(other: dict, what: str) -> None:
    found, problems = checked(row(2, "ended", 9), row(3, "held", 4), row(4, "offered", 5, **other))

    assert found is None
    assert faults(problems) == [Fault.SEVERAL_IN_ONE]
    assert what in problems[0].sentence
    assert "(row 4)" in problems[0].sentence


# Rows that cannot all be true.


@pytest.mark.parametrize(
    ("said", "rows", "sentence"),
    [
        ({"ended": 90, "offered": 91}, (2, 3), "offered is 91, which is more than ended, 90"),
        ({"ended": 90, "held": 91}, (2, 3), "held is 91, which is more than ended, 90"),
        ({"offered": 20, "held": 21}, (2, 3), "held is 21, which is more than offered, 20"),
        ({"held": 20, "in_time": 21}, (2, 3), "in_time is 21, which is more than held, 20"),
        ({"ended": 20, "children": 21}, (2, 3), "children is 21, which is more than ended"),
        ({"not_offered": 2, "no_contact": 3}, (2, 3), "more than not_offered, 2"),
    ],
)
def test_a_part_larger_than_its_whole_is_set_aside_with_it(
    said: dict, rows: tuple, sentence: str
) -> None:
    found, problems = checked(*rows_of(said))

    assert faults(problems) == [Fault.OVER_THE_WHOLE]
    assert problems[0].rows == rows
    assert sentence in problems[0].sentence
    assert "neither counts" in problems[0].sentence
    assert found is not None
    assert not found.answers


def test_parts_that_leave_episodes_out_are_set_aside_with_the_whole() -> None:
    found, problems = checked(*rows_of({"held": 4, "ended": 100, "offered": 70, "not_offered": 20}))

    assert faults(problems) == [Fault.DOES_NOT_ADD_UP]
    assert problems[0].rows == (3, 4, 5)
    assert "offered + not_offered is 90 and ended is 100: none of them counts." in (
        problems[0].sentence
    )
    assert found is not None
    assert set(found.answers) == {("all", "held")}


def test_what_is_not_known_is_a_part_of_the_whole() -> None:
    said = {"ended": 100, "offered": 70, "not_offered": 20, "offer_not_known": 10}

    assert checked(*rows_of(said))[1] == []


def test_a_part_that_is_withheld_may_be_what_is_missing() -> None:
    said = {"ended": 100, "offered": 70, "not_offered": 28, "offer_not_known": "suppressed"}

    assert checked(*rows_of(said))[1] == []


def test_parts_over_the_whole_are_wrong_whatever_is_withheld() -> None:
    said = {"ended": 100, "offered": 70, "not_offered": 40, "offer_not_known": "suppressed"}

    assert faults(checked(*rows_of(said))[1]) == [Fault.DOES_NOT_ADD_UP]


def by_cohort(measure: str, said: dict[str, object]) -> list[SentRow]:
    return [
        row(number, measure, told, cohort=cohort)
        if isinstance(told, int)
        else row(number, measure, "", cohort=cohort, state=str(told))
        for number, (cohort, told) in enumerate(said.items(), start=2)
    ]


IN, OUT = "looked_after_in_area", "looked_after_out_of_area"


@pytest.mark.parametrize(
    "said",
    [
        {"all": 10, "home": 11},
        {"all": 10, "home": 6, IN: 5},
        {"all": 10, "home": 5, IN: 2, OUT: 2},
        {"all": 10, "home": 5, IN: 2, OUT: 2, "unknown": 0},
    ],
)
def test_cohorts_that_do_not_make_all_are_set_aside_with_it(said: dict) -> None:
    found, problems = checked(*by_cohort("ended", said))

    assert faults(problems) == [Fault.COHORTS_OVER_ALL]
    assert problems[0].rows == tuple(range(2, 2 + len(said)))
    assert found is not None
    assert not found.answers


@pytest.mark.parametrize(
    "said",
    [
        {"all": 10, "home": 5, IN: 3, OUT: 2},
        {"all": 10, "home": 5, IN: 2, OUT: 2, "unknown": 1},
        {"all": 10, "home": 5, IN: "not_held", OUT: 2},
        {"all": 10, "home": 5, IN: 3, OUT: "suppressed", "unknown": 0},
        {"all": 10, "home": 10, IN: "not_applicable", OUT: "not_applicable"},
        {"all": 10, "home": 5, IN: 3, OUT: 2, "placed_here_by_other": 40},
    ],
)
def test_cohorts_that_make_all_or_may_count(said: dict) -> None:
    assert checked(*by_cohort("ended", said))[1] == []


def test_a_child_in_two_cohorts_counts_once_in_all() -> None:
    assert checked(*by_cohort("children", {"all": 9, "home": 6, IN: 4, OUT: 1}))[1] == []
    assert faults(checked(*by_cohort("children", {"all": 9, "home": 10}))[1]) == [
        Fault.COHORTS_OVER_ALL
    ]
    assert faults(checked(*by_cohort("children", {"all": 9, "home": 4, IN: 2, OUT: 1}))[1]) == [
        Fault.COHORTS_OVER_ALL
    ]


# What is said twice.


def test_two_rows_that_differ_are_both_set_aside() -> None:
    found, problems = checked(row(2, "ended", 9), row(3, "held", 4), row(4, "ended", 8))

    assert faults(problems) == [Fault.SAID_TWICE]
    assert problems[0].where == "hartlepool.csv, rows 2 and 4"
    assert problems[0].sentence == "ended (all) is said to be 9 and 8: neither counts."
    assert found is not None
    assert set(found.answers) == {("all", "held")}


def test_two_rows_that_say_the_same_count_once() -> None:
    found, problems = checked(row(2, "ended", 9), row(3, "ended", 9))

    assert faults(problems) == [Fault.SAID_TWICE_ALIKE]
    assert problems[0].effect is Effect.NONE
    assert found is not None
    assert found.answers["all", "ended"].row == 2


def test_two_files_that_differ_are_both_set_aside() -> None:
    first, second = (
        check(SentFile(name, tuple(rows_of({"ended": ended}))), COUNCILS)[0]
        for name, ended in (("a.csv", 9), ("b.csv", 8))
    )
    assert first
    assert second

    kept, problems = versions([second, first])

    assert kept == []
    assert [(each.file, each.fault) for each in problems] == [
        ("a.csv", Fault.TWO_VERSIONS),
        ("b.csv", Fault.TWO_VERSIONS),
    ]
    assert "Take out the one that no longer holds" in problems[0].sentence


def test_two_files_that_say_the_same_count_once() -> None:
    both = [
        check(SentFile(name, tuple(rows_of(WHOLE, first=first))), COUNCILS)[0]
        for name, first in (("b.csv", 2), ("a.csv", 30))
    ]

    kept, problems = versions([each for each in both if each])

    assert [each.file for each in kept] == ["a.csv"]
    assert [(each.file, each.fault) for each in problems] == [("b.csv", Fault.TWO_FILES_ALIKE)]


# The form, and nothing at all.


def test_in_a_form_a_number_alone_is_given_and_an_empty_row_says_nothing() -> None:
    rows = [
        row(9, "ended", 40, state=""),
        row(10, "held", "", state=""),
        row(11, "late", "", state="not_held"),
    ]

    found, problems = check(sent(rows, "form.xlsx", is_form=True), COUNCILS)

    assert problems == []
    assert found is not None
    assert {key for _, key in found.answers} == {"ended", "late"}


def test_a_form_that_nobody_filled_in_says_so() -> None:
    rows = [row(9 + n, each.key, "", state="") for n, each in enumerate(MEASURES)]

    for is_form in (True, False):
        found, problems = check(sent(rows, "form.xlsx", is_form=is_form), COUNCILS)
        assert found is None
        assert faults(problems) == [Fault.NOT_FILLED_IN]


def test_a_file_without_rows_is_empty() -> None:
    assert faults(checked()[1]) == [Fault.EMPTY]


def test_every_fault_has_its_words_and_what_follows() -> None:
    assert all(fault.label and fault.effect for fault in Fault)
    assert of_council("E06000002", {"ended": 1}).name == "middlesbrough.csv"
