"""Two thousand invented shares: no protected address is missed, and few others are."""

from collections import Counter

import pytest

from returnhome.rules.marking import Marking, MarkKind
from tests import leaks

pytestmark = pytest.mark.check

SHARES = 2_000


@pytest.fixture(scope="module")
def counted() -> Counter[tuple[str, bool, str]]:
    """How many planted things of each kind, known or not, were caught, and how many not."""
    found: Counter[tuple[str, bool, str]] = Counter()
    for share in leaks.shares(SHARES, seed=3):
        marking = Marking(share.known, own=[share.own])
        for text, planted in zip(share.texts, share.planted, strict=True):
            caught, in_vain = leaks.caught(marking.marks(text), planted)
            for each, is_caught in zip(planted, caught, strict=True):
                found[each.kind, each.is_known, "caught" if is_caught else "missed"] += 1
            found["", False, "in vain"] += in_vain
            found["", False, "texts"] += 1
    return found


def test_no_protected_address_is_missed(counted: Counter[tuple[str, bool, str]]) -> None:
    assert counted[MarkKind.PROTECTED, True, "caught"] == SHARES
    assert counted[MarkKind.PROTECTED, True, "missed"] == 0


@pytest.mark.parametrize("kind", [MarkKind.OTHER_CHILD, MarkKind.PERSON, MarkKind.PLACE])
def test_of_what_is_known_hardly_anything_is_missed(
    counted: Counter[tuple[str, bool, str]], kind: MarkKind
) -> None:
    caught, missed = counted[kind, True, "caught"], counted[kind, True, "missed"]

    assert caught / (caught + missed) >= 0.995


def test_what_nobody_knows_is_mostly_caught_by_its_shape(
    counted: Counter[tuple[str, bool, str]],
) -> None:
    for kind in (MarkKind.LIKELY, MarkKind.NUMBER, MarkKind.PLACE):
        caught, missed = counted[kind, False, "caught"], counted[kind, False, "missed"]
        assert caught / (caught + missed) >= 0.99, kind


def test_hardly_anything_is_asked_in_vain(counted: Counter[tuple[str, bool, str]]) -> None:
    assert counted["", False, "in vain"] / counted["", False, "texts"] <= 0.05
