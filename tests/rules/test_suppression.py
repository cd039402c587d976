"""Which numbers are hidden: each law tried against somebody who works everything out by trying."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import islice, product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from returnhome.rules.suppression import (
    FEWER_THAN_5,
    NEAREST_5,
    RULES,
    Move,
    Release,
    Rule,
    Sum,
    Table,
    faults,
    protect,
)

SMALL = range(1, 5)


# Whoever works it out: tries every table that agrees with all that is seen.


def seen_of(released: Release, key: Hashable, most: int) -> tuple[int, int]:
    """What can be said of a number by whoever looks at the release alone."""
    rule = released.rule
    if key in released.table.unlisted:
        return 0, most
    words = released.says(key)
    if words == rule.fewer:
        return 1, rule.small - 1
    if words == "withheld":
        return (rule.small, most) if key in released.told else (1, most)
    shown = int(words.replace(",", ""))
    if rule.rounds_to == 1 or shown == 0:
        return shown, shown
    return max(rule.small, shown - rule.rounds_to // 2), shown + (rule.rounds_to - 1) // 2


def can_be(
    released: Sequence[Release], sums: Sequence[Sum], key: Hashable, value: int, most: int
) -> bool:
    """Whether there is any table in which the number has this value."""
    spans: dict[Hashable, tuple[int, int]] = {}
    for each in released:
        for one in each.table.numbers:
            least, most_of = seen_of(each, one, most)
            before = spans.get(one, (0, most))
            spans[one] = max(least, before[0]), min(most_of, before[1])
    if not spans[key][0] <= value <= spans[key][1]:
        return False
    spans[key] = value, value
    return any(True for _ in tables(spans, sums))


def tables(
    spans: Mapping[Hashable, tuple[int, int]], sums: Sequence[Sum]
) -> Iterator[Mapping[Hashable, tuple[int, int]]]:
    """Every way to give each number one value within its span so that all sums hold."""
    narrowed = narrow(dict(spans), sums)
    if narrowed is None:
        return
    open_ones = [key for key, (least, most) in narrowed.items() if least < most]
    if not open_ones:
        yield narrowed
        return
    key = min(open_ones, key=lambda each: narrowed[each][1] - narrowed[each][0])
    for value in range(narrowed[key][0], narrowed[key][1] + 1):
        yield from tables({**narrowed, key: (value, value)}, sums)


def narrow(
    spans: dict[Hashable, tuple[int, int]], sums: Sequence[Sum]
) -> dict[Hashable, tuple[int, int]] | None:
    changed = True
    while changed:
        changed = False
        for each in sums:
            least = sum(spans[part][0] for part in each.parts)
            most = sum(spans[part][1] for part in each.parts)
            total = max(spans[each.total][0], least), min(spans[each.total][1], most)
            wanted = {each.total: total}
            for part in each.parts:
                others_least, others_most = least - spans[part][0], most - spans[part][1]
                wanted[part] = (
                    max(spans[part][0], total[0] - others_most),
                    min(spans[part][1], total[1] - others_least),
                )
            for key, span in wanted.items():
                if span[0] > span[1]:
                    return None
                changed = changed or span != spans[key]
                spans[key] = span
    return spans


MOST, TRIED = 400, 24


def worked_out(released: Sequence[Release], sums: Sequence[Sum]) -> list[Hashable]:
    """The small numbers that have fewer than four values, for whoever sees all the releases."""
    found = []
    last = released[-1]
    for key, number in last.table.numbers.items():
        if not last.rule.is_small(number) or key in last.exposed.union(last.table.harmless):
            continue
        assert can_be(released, sums, key, number, MOST)
        others = (v for v in range(TRIED) if v != number)
        possible = (v for v in others if can_be(released, sums, key, v, MOST))
        if len(list(islice(possible, last.rule.width - 1))) < last.rule.width - 1:
            found.append(key)
    return found


def grid(rows: Sequence[Sequence[int]], name: str = "") -> Table:
    """A table with the totals of its rows, its columns and of everything."""
    height, width = len(rows), len(rows[0])
    numbers: dict[Hashable, int] = {
        (name, r, c): rows[r][c] for r, c in product(range(height), range(width))
    }
    sums = [Sum((name, r, "all"), tuple((name, r, c) for c in range(width))) for r in range(height)]
    sums += [
        Sum((name, "all", c), tuple((name, r, c) for r in range(height))) for c in range(width)
    ]
    for each in sums:
        numbers[each.total] = sum(numbers[part] for part in each.parts)
    every = Sum((name, "all", "all"), tuple((name, r, "all") for r in range(height)))
    across = Sum((name, "all", "all"), tuple((name, "all", c) for c in range(width)))
    numbers[every.total] = sum(numbers[part] for part in every.parts)
    return Table(numbers, [*sums, every, across])


counts = some.sampled_from([0, 0, 1, 1, 2, 3, 4, 5, 6, 9])
grids = some.lists(some.lists(counts, min_size=3, max_size=3), min_size=2, max_size=3)
rules = some.sampled_from(list(RULES.values()))


@settings(max_examples=60, deadline=None)
@given(grids, rules)
def test_no_small_number_can_be_worked_out_from_the_margins(
    rows: list[list[int]], rule: Rule
) -> None:
    table = grid(rows)

    released = protect(table, rule)

    assert not released.exposed
    assert worked_out([released], table.sums) == []
    assert faults(released) == []


@settings(max_examples=40, deadline=None)
@given(some.lists(some.lists(counts, min_size=2, max_size=2), min_size=4, max_size=4), rules)
def test_nor_from_four_quarters_and_then_the_year(quarters: list[list[int]], rule: Rule) -> None:
    """Each quarter is out before the next; last of all comes the year, which is their sum."""
    before: list[Release] = []
    table = Table({})
    for place, (home, care) in enumerate(quarters):
        own = {(place, "home"): home, (place, "care"): care, (place, "all"): home + care}
        table |= Table(own, [Sum((place, "all"), ((place, "home"), (place, "care")))])
        before.append(protect(table, rule, before=before))
    year: dict[Hashable, int] = {
        ("year", part): sum(table.numbers[place, part] for place in range(4))
        for part in ("home", "care", "all")
    }
    sums = [Sum(("year", "all"), (("year", "home"), ("year", "care")))]
    for part in ("home", "care", "all"):
        sums.append(Sum(("year", part), tuple((place, part) for place in range(4))))

    table |= Table(year)
    released = protect(table.also(*sums), rule, before=before)

    assert not released.exposed
    assert worked_out([*before, released], [*table.sums, *sums]) == []
    assert faults(released, before=before) == []


@settings(max_examples=60, deadline=None)
@given(grids, rules)
def test_hiding_twice_hides_no_more(rows: list[list[int]], rule: Rule) -> None:
    table = grid(rows)
    once = protect(table, rule)

    again = protect(table, rule, before=[once])

    assert again.hidden == once.hidden
    assert again.told == once.told
    assert protect(table, rule) == once


@given(
    some.lists(
        some.lists(some.sampled_from([0, 5, 6, 7, 30, 1204]), min_size=3, max_size=3),
        min_size=2,
        max_size=4,
    ),
    rules,
)
def test_where_nothing_is_small_nothing_is_hidden(rows: list[list[int]], rule: Rule) -> None:
    assert protect(grid(rows), rule).hidden == frozenset()


# The cases to look at by eye.


def said(table: Table, rule: Rule = FEWER_THAN_5) -> dict[Hashable, str]:
    released = protect(table, rule)
    return {key: released.says(key) for key in table.numbers if key not in table.unlisted}


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0"), (1, "fewer than 5"), (4, "fewer than 5"), (5, "5"), (1204, "1,204")],
)
def test_a_number_by_itself_is_hidden_from_one_to_four(number: int, words: str) -> None:
    assert said(Table({"children": number})) == {"children": words}


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0"), (4, "fewer than 5"), (5, "5"), (7, "5"), (8, "10"), (12, "10"), (13, "15")],
)
def test_the_other_way_is_to_round_what_is_not_small(number: int, words: str) -> None:
    assert said(Table({"children": number}), NEAREST_5) == {"children": words}


def parts(total: str, **of: int) -> Table:
    return Table({**of, total: sum(of.values())}, [Sum(total, tuple(of))])


def test_one_small_part_of_a_total_takes_the_next_smallest_with_it() -> None:
    assert said(parts("all", home=3, in_area=9, out_of_area=20)) == {
        "home": "fewer than 5",
        "in_area": "withheld",
        "out_of_area": "20",
        "all": "32",
    }


def test_two_small_parts_that_make_seven_may_be_told_but_not_that_both_are_small() -> None:
    """Both at most 4, they would be 3 and 4; so it is only said that they are withheld."""
    assert said(parts("all", home=3, in_area=4, out_of_area=0)) == {
        "home": "withheld",
        "in_area": "withheld",
        "out_of_area": "0",
        "all": "7",
    }


def test_two_small_parts_of_a_small_total_hide_it_too() -> None:
    assert said(parts("all", home=1, in_area=1)) == dict.fromkeys(
        ("home", "in_area", "all"), "withheld"
    )


def test_what_is_left_when_one_number_is_taken_from_another_is_a_number_too() -> None:
    """18 offered of 20 tells of 2 to whom nobody offered anything."""
    table = Table(
        {"ended": 20, "offered": 18, "not offered": 2},
        [Sum("ended", ("offered", "not offered"))],
        unlisted=["not offered"],
    )

    assert said(table) == {"ended": "20", "offered": "withheld"}
    assert said(Table(table.numbers, table.sums, ["not offered"], ["not offered"])) == {
        "ended": "20",
        "offered": "18",
    }


def test_a_rate_is_shown_where_both_its_numbers_are() -> None:
    released = protect(parts("ended", held=40, not_held=60))
    hidden = protect(parts("ended", held=2, not_held=60))

    assert released.rate("held", "ended").percent == "40.0%"
    assert hidden.rate("held", "ended") is None
    assert hidden.number("held") is None


def test_rates_of_rounded_numbers_are_of_what_is_shown() -> None:
    released = protect(parts("ended", held=41, not_held=62), NEAREST_5)

    assert (released.number("held"), released.number("ended")) == (40, 105)
    assert released.rate("held", "ended").percent == "38.1%"


def test_what_earlier_releases_give_away_is_said_and_not_hidden_in_vain() -> None:
    """Three quarters and the year were out whole: the fourth is what is left."""
    before = [Release(Table({"q1": 8, "q2": 9, "year": 20}), FEWER_THAN_5, frozenset())]
    table = Table({"q1": 8, "q2": 9, "q3": 3, "year": 20}, [Sum("year", ("q1", "q2", "q3"))])

    released = protect(table, before=before)

    assert released.exposed == {"q3"}
    assert released.says("q3") == "withheld"


def test_a_sum_that_does_not_hold_is_a_slip() -> None:
    with pytest.raises(ValueError, match="not the sum of its parts"):
        Table({"all": 3, "home": 1, "in_area": 1}, [Sum("all", ("home", "in_area"))])


def test_a_move_that_changes_a_sum_or_a_number_that_is_shown_protects_nothing() -> None:
    table = parts("all", home=3, in_area=9, out_of_area=20)
    good = protect(table)
    for steps in ({"home": 1}, {"home": 1, "out_of_area": -1}, {"in_area": 1, "out_of_area": -1}):
        bad = Release(table, FEWER_THAN_5, good.hidden, good.told, {"home": Move(steps)})
        assert faults(bad) == ["home"]
    assert faults(good) == []


@settings(max_examples=15, deadline=None)
@given(some.data())
def test_a_funnel_by_cohort_is_protected_as_a_whole(data: some.DataObject) -> None:
    """Sums that stand in each other, in two directions: none is worked out."""
    table = Table({})
    steps = {"ended": ("offered", "not"), "offered": ("held", "no", "open")}
    leaves = ("not", "held", "no", "open")
    cohorts = ("home", "in", "out")
    numbers: dict[Hashable, int] = {}
    for cohort in cohorts:
        for leaf in leaves:
            numbers[cohort, leaf] = data.draw(some.sampled_from([0, 1, 3, 5, 8, 30]))
        numbers[cohort, "offered"] = sum(numbers[cohort, x] for x in steps["offered"])
        numbers[cohort, "ended"] = sum(numbers[cohort, x] for x in steps["ended"])
    for part in (*leaves, *steps):
        numbers["all", part] = sum(numbers[cohort, part] for cohort in cohorts)
    sums = [
        Sum((cohort, total), tuple((cohort, part) for part in those))
        for cohort in (*cohorts, "all")
        for total, those in steps.items()
    ]
    sums += [Sum(("all", p), tuple((c, p) for c in cohorts)) for p in (*leaves, *steps)]
    table = Table(numbers, sums)
    assume(any(FEWER_THAN_5.is_small(number) for number in numbers.values()))

    released = protect(table)

    assert not released.exposed
    assert faults(released) == []


def test_every_way_has_its_words_its_source_and_its_day() -> None:
    for rule in RULES.values():
        assert rule.label
        assert rule.source
        assert rule.since
        assert rule.width == rule.small - 1
