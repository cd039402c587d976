"""The packs: every question has an answer, or says why there is none."""

import re

import pytest

from returnhome.rules.publishing import (
    AFTER,
    CHILDREN,
    EPISODES,
    GROUPS,
    HELD_BY,
    year_from,
    year_table,
)
from returnhome.rules.statutory.foi import (
    COUNTS,
    LONGEST_TYPED,
    NEWEST,
    PACKS,
    Pack,
    fields,
    unknown_keys,
)

packs = pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS)
PUBLISHED = {(cell.group, cell.what) for cell in year_table(year_from(2024), {}).numbers}


@packs
def test_each_question_is_counted_or_typed(pack: Pack) -> None:
    for question in pack.questions:
        assert question.lines or question.typed, question.text
        for line in question.lines:
            assert (line.group, line.what) in PUBLISHED
            assert line.what in COUNTS


@packs
def test_the_questions_stand_in_their_order(pack: Pack) -> None:
    numbers = [question.number for question in pack.questions]

    assert numbers == list(range(1, len(numbers) + 1))
    assert pack.source
    assert pack.years >= 1


@packs
def test_what_nobody_types_says_why_it_is_not_held(pack: Pack) -> None:
    for typed in pack.typed:
        assert bool(typed.not_held) != bool(typed.nothing)
        assert typed.hint
    keys = [typed.key for typed in fields(pack)]
    assert len(keys) == len(set(keys))


def test_the_newest_asks_the_eleven_questions_of_2024() -> None:
    assert len(PACKS[NEWEST].questions) == 11
    assert [line.what for line in PACKS[NEWEST].questions[6].lines] == ["held"]


def test_that_of_2023_asks_the_same_of_three_groups_over_three_years() -> None:
    pack = PACKS["2023"]
    asked = [[(line.what) for line in each.lines] for each in pack.questions]

    assert pack.years == 3
    assert asked[:5] == asked[5:10] == asked[10:]
    assert [each.lines[0].group for each in pack.questions[::5]] == [
        "all",
        "looked_after",
        "looked_after_out_of_area",
    ]


def test_a_question_that_cannot_be_answered_as_put_says_how_it_is_read() -> None:
    declined = PACKS["2023"].questions[4]

    assert "cannot be answered as it is put" in declined.reading


def test_what_is_typed_for_another_pack_is_told_apart() -> None:
    assert unknown_keys(PACKS["provider"], ["contract_value", "reference"]) == []
    assert unknown_keys(PACKS["2024"], ["contract_value"]) == ["contract_value"]
    assert LONGEST_TYPED == 2000


def test_no_word_of_the_packs_is_one_that_the_field_does_not_use() -> None:
    every = " ".join(
        [*(f"{label} {text}" for label, text in COUNTS.values())]
        + [f"{q.text} {q.reading}" for pack in PACKS.values() for q in pack.questions]
    )

    assert not re.search(r"misper|absconded|refused|debrief", every, re.IGNORECASE)


def test_every_number_that_is_published_is_of_a_group_and_a_kind() -> None:
    whats = {*EPISODES, *CHILDREN, *HELD_BY, *AFTER, "started", "help_taken_up"}

    assert {group for group, _ in PUBLISHED} == set(GROUPS)
    assert {what for _, what in PUBLISHED if " " not in what} == {
        *whats,
        "looked_after_on_record",
        "police_notifications",
    }
