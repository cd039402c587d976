"""Statistical disclosure control: which numbers of a table are hidden, so that no child is found.

Source: Ofqual, Rounding policy for statistical publications, October 2025, for what is small and
what is said instead of it (“fewer than 5” for 1 to 4, 0 for none). No rule binds a council that
answers under the Freedom of Information Act; the way to hide further numbers is our own, after what
the literature of disclosure control calls secondary suppression (docs/adr/0044).

A table is its numbers and the sums that hold between them. A small number is hidden, and then as
many others as it takes until each small number could still be one of at least four, whatever is
published: with the margins, and with what was published before. What shows it is kept: a `Move`
changes some numbers by a step and leaves every sum as it was, so that nobody can tell which of the
tables along its way is the true one.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from heapq import heappop, heappush
from itertools import count
from math import inf

from returnhome.rules.measures import Count

Key = Hashable


@dataclass(frozen=True, slots=True)
class Rule:
    """What is small, what is said instead, and whether the others are rounded.

    A number above 0 and below `small` is hidden; `rounds_to`: the others to the nearest of these,
    halves up. `width`: so many values each hidden number must be able to have.
    """

    key: str
    label: str
    small: int
    since: date
    source: str
    rounds_to: int = 1

    @property
    def width(self) -> int:
        return self.small - 1

    @property
    def fewer(self) -> str:
        return f"fewer than {self.small}"

    def is_small(self, number: int) -> bool:
        return 0 < number < self.small

    def rounded(self, number: int) -> int:
        return (2 * number + self.rounds_to) // (2 * self.rounds_to) * self.rounds_to

    def span(self, number: int) -> tuple[int, int]:
        """What a number that is shown may have been: itself, or all that round to the same."""
        if number == 0 or self.rounds_to == 1:
            return number, number
        shown, half = self.rounded(number), self.rounds_to // 2
        return max(self.small, shown - half), shown + (self.rounds_to - 1) // 2


FEWER_THAN_5 = Rule(
    key="fewer-than-5",
    label="Numbers from 1 to 4 are hidden; all others are exact",
    small=5,
    since=date(2026, 4, 1),
    source="As councils answer freedom of information requests (seen in Scottish Information "
    "Commissioner, Decision 080/2020, which also says that a small number is not by itself "
    "personal data). A council's own policy goes before it.",
)
NEAREST_5 = Rule(
    key="nearest-5",
    label="Numbers from 1 to 4 are hidden; all others are rounded to the nearest 5",
    small=5,
    since=date(2026, 4, 1),
    source="Ofqual, Rounding policy for statistical publications, October 2025; the rates are of "
    "the rounded numbers here, so that nothing more is told.",
    rounds_to=5,
)
RULES: Mapping[str, Rule] = {rule.key: rule for rule in (FEWER_THAN_5, NEAREST_5)}

WITHHELD = "withheld"


def whole(rule: Rule) -> Rule:
    """Nothing hidden and nothing rounded: for those who may see every row, never for others."""
    return replace(rule, small=1, rounds_to=1)


# Tables.


@dataclass(frozen=True)
class Sum:
    """A number that is the sum of others."""

    total: Key
    parts: tuple[Key, ...]


@dataclass(frozen=True)
class Table:
    """Numbers and the sums that hold between them.

    `unlisted`: numbers that are not published, and can be had by taking one number from another;
    small ones need protecting like the rest, but for those in `harmless`. Raises ValueError where a
    sum does not hold: that is a slip in the counts.
    """

    numbers: Mapping[Key, int]
    sums: Sequence[Sum] = ()
    unlisted: Collection[Key] = frozenset()
    harmless: Collection[Key] = frozenset()

    def __post_init__(self) -> None:
        for each in self.sums:
            if self.numbers[each.total] != sum(self.numbers[part] for part in each.parts):
                raise ValueError(f"{each.total} is not the sum of its parts.")

    def __or__(self, other: "Table") -> "Table":
        return Table(
            {**self.numbers, **other.numbers},
            [*self.sums, *other.sums],
            frozenset(self.unlisted) | frozenset(other.unlisted),
            frozenset(self.harmless) | frozenset(other.harmless),
        )

    def also(self, *sums: Sum) -> "Table":
        return replace(self, sums=[*self.sums, *sums])


@dataclass(frozen=True)
class Move:
    """By what each number changes with one step. Every sum stays as it was."""

    steps: Mapping[Key, int]


@dataclass(frozen=True)
class Release:
    """A table as it may be seen. `hidden`: what is not shown of it.

    `told`: hidden numbers of which it is said whether they are small. `moves`: for each number that
    needs protecting, what shows that it is protected. `exposed`: those that can be worked out from
    what was published before, whatever is hidden now.
    """

    table: Table
    rule: Rule
    hidden: frozenset[Key]
    told: frozenset[Key] = frozenset()
    moves: Mapping[Key, Move] = field(default_factory=dict)
    exposed: frozenset[Key] = frozenset()

    @property
    def shown(self) -> frozenset[Key]:
        return frozenset(self.table.numbers) - frozenset(self.table.unlisted) - self.hidden

    def number(self, key: Key) -> int | None:
        """The number as it is published; None where it is hidden."""
        if key in self.hidden or key in self.table.unlisted:
            return None
        return self.rule.rounded(self.table.numbers[key])

    def says(self, key: Key) -> str:
        """1,204, or “fewer than 5”, or “withheld”."""
        number = self.number(key)
        if number is not None:
            return f"{number:,}"
        is_told = key in self.told and self.rule.is_small(self.table.numbers[key])
        return self.rule.fewer if is_told else WITHHELD

    def rate(self, numerator: Key, denominator: Key) -> Count | None:
        """A rate where both its numbers are shown: with one of them it would tell the other."""
        above, below = self.number(numerator), self.number(denominator)
        return None if above is None or below is None else Count(above, below)


# Hiding.


def protect(table: Table, rule: Rule = FEWER_THAN_5, *, before: Sequence[Release] = ()) -> Release:
    """The table with small numbers hidden, and what would give them away.

    `before`: what was published of the same table already, which cannot be hidden any more. The
    same table gives the same release.
    """
    seen = _Seen(table, rule, before)
    sensitive = [key for key in table.numbers if seen.is_sensitive(key)]
    exposed = {key for key in sensitive if key in seen.fixed}
    seen.hidden.update(set(sensitive) - seen.unlisted - exposed)
    known = {key: move for each in before for key, move in each.moves.items()}
    moves: dict[Key, Move] = {}
    # What is hidden stays hidden, so that what protects one number is never undone for another.
    for key in sorted(sensitive, key=lambda each: (table.numbers[each], seen.order[each])):
        move = None if key in exposed else known.get(key)
        if key not in exposed and not seen.is_protected_by(move, key):
            move = seen.protected(key)
        if move:
            moves[key] = move
        else:
            exposed.add(key)
    for block, its_moves in _to_be_told(seen):
        seen.told.update(block)
        moves |= its_moves
    hidden, told = frozenset(seen.hidden), frozenset(seen.told)
    released = Release(table, rule, hidden, told, moves, frozenset(exposed))
    assert not faults(released, before=before)
    return released


def faults(released: Release, *, before: Sequence[Release] = ()) -> list[Key]:
    """The small numbers for which nothing shows that they are protected.

    Looks at the moves, and not at how they were found: each keeps every sum, changes nothing that
    is shown by more than rounding hides, goes no further than what is told of the hidden numbers,
    and leaves the number as many values as it needs.
    """
    seen = _Seen(released.table, released.rule, before)
    seen.hidden, seen.told = set(released.hidden), set(released.told)
    return [
        key
        for key in released.table.numbers
        if seen.is_sensitive(key)
        and key not in released.exposed
        and not seen.is_protected_by(released.moves.get(key), key)
    ]


# So many states are looked at for one number in each way of looking, before a whole block of the
# table is hidden. A way is what a sum that does not hold yet counts for, against what is hidden:
# the dearer, the sooner a move is found, and the less it is the cheapest.
MOST_STATES, MOST_FOR_WORDS = 1_000, 300
HASTES = (40, 12, 150)
# How far a number may go down and up, for all that can be seen of it.
Room = tuple[float, float]
Way = tuple[float, Room]


class _Seen:
    """A table, and what can be seen of it so far."""

    def __init__(self, table: Table, rule: Rule, before: Sequence[Release]) -> None:
        self.numbers, self.rule = table.numbers, rule
        self.unlisted, self.harmless = frozenset(table.unlisted), frozenset(table.harmless)
        self.fixed = frozenset(key for each in before for key in each.shown)
        self.hidden = {key for each in before for key in each.hidden} - self.fixed
        self.told = {key for each in before for key in each.told} - self.fixed
        self.order = {key: place for place, key in enumerate(table.numbers)}
        # Each sum as what it adds up to (-1) and its parts (1); number → the sums it stands in.
        self.sums = [[(s.total, -1), *((part, 1) for part in s.parts)] for s in table.sums]
        self.within: dict[Key, list[tuple[int, int]]] = defaultdict(list)
        for place, members in enumerate(self.sums):
            for key, side in members:
                self.within[key].append((place, side))

    def is_sensitive(self, key: Key) -> bool:
        return key not in self.harmless and self.rule.is_small(self.numbers[key])

    def room(self, key: Key) -> Room:
        number = self.numbers[key]
        if key in self.unlisted:
            return number, inf
        if key in self.told:
            return self.room_if_told(key)
        if key in self.hidden:
            return self.room_if_hidden(key)
        least, most = self.rule.span(number)
        return number - least, most - number

    def room_if_hidden(self, key: Key) -> Room:
        # A zero is shown, so what is hidden is no zero.
        return max(self.numbers[key] - 1, 0), inf

    def room_if_told(self, key: Key) -> Room:
        number, small = self.numbers[key], self.rule.small
        return (number - 1, small - 1 - number) if number < small else (number - small, inf)

    def price(self, key: Key) -> float:
        """What is lost by hiding it: nothing where it cannot be seen, and no zero is hidden."""
        if key in self.unlisted or key in self.hidden:
            return 0
        return inf if key in self.fixed or not self.numbers[key] else 4 + self.numbers[key]

    def ways(self, key: Key) -> Iterator[Way]:
        """Price and room: as it is seen now, and once it is hidden."""
        room, price = self.room(key), self.price(key)
        if any(room):
            yield 0, room
        if 0 < price < inf:
            yield price, self.room_if_hidden(key)

    def protected(self, key: Key) -> Move | None:
        """Hide what it takes; the move that shows it. None where nothing helps."""
        found = self._hide(_search(self, key, self.ways))
        if found:
            return found
        # In doubt all that hangs together with it.
        block = self.block(key)
        self.hidden.update(each for each in block if 0 < self.price(each) < inf)
        some = [each for each in block if self.numbers[each]]
        if not any(each in self.fixed or each in self.told for each in some):
            # All of it twice, three times as large: every sum still holds.
            return Move({each: self.numbers[each] for each in some})
        found = self._hide(_search(self, key, self.ways))
        if not found:
            self.hidden.update(set(block) - self.fixed - self.unlisted)
            found = self._hide(_search(self, key, self.ways))
        return found

    def _hide(self, found: "_State | None") -> Move | None:
        if found is None:
            return None
        self.hidden.update(found.hides)
        return Move(found.steps)

    def block(self, key: Key) -> list[Key]:
        """All that sums tie to it, over however many of them."""
        found, left = {key}, [key]
        while left:
            new = {
                other
                for place, _ in self.within[left.pop()]
                for other, _ in self.sums[place]
                if other not in found
            }
            found |= new
            left += new
        return sorted(found, key=lambda each: self.order[each])

    def is_protected_by(self, move: Move | None, key: Key) -> bool:
        if move is None or not move.steps.get(key):
            return False
        kept = all(
            sum(side * move.steps.get(each, 0) for each, side in members) == 0
            for members in self.sums
        )
        return kept and self.tables(move) >= self.rule.width

    def tables(self, move: Move) -> float:
        """How many tables there are along the way of the move, the true one among them."""
        onwards = back = inf
        for key, step in move.steps.items():
            down, up = self.room(key)
            if step < 0:
                down, up = up, down
            if step:
                onwards = min(onwards, _times(up, abs(step)))
                back = min(back, _times(down, abs(step)))
        return onwards + back + 1


def _times(room: float, step: int) -> float:
    return room if room == inf else room // step


# Looking for a move.


@dataclass(frozen=True, slots=True)
class _State:
    """A move half made: what has changed, which sums are out by how much, what room is left."""

    steps: Mapping[Key, int]
    net: Mapping[int, int]
    hides: frozenset[Key]
    onwards: float
    back: float


def _search(
    seen: _Seen, key: Key, ways: Callable[[Key], Iterable[Way]], *, most: int = MOST_STATES
) -> _State | None:
    """A cheap move of a number with room for enough other values; None if none is found.

    `ways`: at what price a number has how much room.
    """
    found = (_look(seen, key, ways, haste, most) for haste in HASTES)
    return next((each for each in found if each), None)


def _look(
    seen: _Seen, key: Key, ways: Callable[[Key], Iterable[Way]], haste: int, most: int
) -> _State | None:
    """Begins with a step of the number, and puts right one sum after the other."""
    turn = count()
    heap: list[tuple[float, int, int, float, _State]] = []

    def push(price: float, state: _State, moved: Key, by: int) -> None:
        for dearer, (down, up) in ways(moved):
            if by < 0:
                down, up = up, down
            onwards, back = min(state.onwards, up), min(state.back, down)
            if onwards + back + 1 < seen.rule.width:
                continue
            net = dict(state.net)
            for place, side in seen.within[moved]:
                net[place] = net.get(place, 0) + side * by
                if not net[place]:
                    del net[place]
            hides = state.hides | {moved} if dearer else state.hides
            after = _State({**state.steps, moved: by}, net, hides, onwards, back)
            costs = price + dearer
            heappush(heap, (costs + haste * len(net), len(net), next(turn), costs, after))

    push(0, _State({}, {}, frozenset(), inf, inf), key, 1)
    known: set[tuple[frozenset[tuple[Key, int]], frozenset[Key]]] = set()
    for _ in range(most):
        if not heap:
            return None
        _, _, _, price, state = heappop(heap)
        if not state.net:
            return state
        mark = (frozenset(state.steps.items()), state.hides)
        if mark in known:
            continue
        known.add(mark)
        place = min(state.net, key=lambda each: (len(seen.sums[each]), each))
        wanted = -1 if state.net[place] > 0 else 1
        for other, side in seen.sums[place]:
            if other not in state.steps:
                push(price, state, other, wanted * side)
    return None


# What is said instead.


def _to_be_told(seen: _Seen) -> Iterator[tuple[list[Key], dict[Key, Move]]]:
    """The hidden numbers of which it may be said whether they are small, and what shows it.

    Block by block: where saying it would narrow down one that is small, nothing is said of any.
    """

    def ways(key: Key) -> Iterator[Way]:
        room = seen.room_if_told(key) if key in seen.hidden else seen.room(key)
        if any(room):
            yield 0, room

    for block in _unseen_blocks(seen):
        hidden = [key for key in block if key in seen.hidden]
        if not all(seen.numbers[key] for key in hidden):
            continue
        moves = {}
        for key in filter(seen.is_sensitive, block):
            found = _search(seen, key, ways, most=MOST_FOR_WORDS)
            if found is None:
                break
            moves[key] = Move(found.steps)
        else:
            yield hidden, moves


def _unseen_blocks(seen: _Seen) -> Iterator[list[Key]]:
    """What cannot be seen, as it hangs together: an exact number ties nothing to anything."""
    left = {key for key in seen.numbers if any(seen.room(key)) or key in seen.hidden}
    for start in seen.numbers:
        if start not in left:
            continue
        block, next_up = [], [start]
        left.discard(start)
        while next_up:
            key = next_up.pop()
            block.append(key)
            for place, _ in seen.within[key]:
                new = [other for other, _ in seen.sums[place] if other in left]
                left.difference_update(new)
                next_up += new
        yield block
