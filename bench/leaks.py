"""What of a share is marked before it goes: of names, addresses and numbers planted, how many.

    python -m bench.leaks [--shares 2000] [--seed 11]

Target: of protected addresses all; of the others what is caught is printed, and how much is marked
in vain. The shares are invented (`tests/leaks.py`), with another seed than the tests have. Time is
that of marking one share of 200 texts, against splitting the same texts into words.
"""

import argparse
import re
import statistics
import time
from collections import Counter

from returnhome.rules.marking import Marking, MarkKind
from tests import leaks

TEXTS = 200


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--shares", type=int, default=2000)
    asked.add_argument("--seed", type=int, default=11)
    given = asked.parse_args()
    counted: Counter[tuple[MarkKind, bool, bool]] = Counter()
    texts = in_vain = 0
    for share in leaks.shares(given.shares, given.seed):
        marking = Marking(share.known, own=[share.own])
        for text, planted in zip(share.texts, share.planted, strict=True):
            texts += 1
            caught, more = leaks.caught(marking.marks(text), planted)
            in_vain += more
            for each, is_caught in zip(planted, caught, strict=True):
                counted[each.kind, each.is_known, is_caught] += 1
    print(f"{given.shares:,} shares, {texts:,} texts")
    for kind, is_known in sorted({key[:2] for key in counted}, key=lambda key: (not key[1], key)):
        right, wrong = counted[kind, is_known, True], counted[kind, is_known, False]
        whether = "known" if is_known else "known to nobody"
        print(f"{kind.label:50} {whether:16} {right / (right + wrong):8.2%} of {right + wrong:,}")
    print(f"marked in vain: {in_vain:,}, {in_vain / texts:.1%} of the texts")
    _time(given.seed)


def _time(seed: int) -> None:
    share = leaks.Share()
    for each in leaks.shares(TEXTS // 8 + 1, seed):
        share.known += each.known
        share.texts += each.texts
    some = share.texts[:TEXTS]
    marking, bare = [], []
    for _ in range(9):
        began = time.perf_counter()
        marks = Marking(share.known)
        for text in some:
            marks.marks(text)
        marking.append(time.perf_counter() - began)
        began = time.perf_counter()
        for text in some:
            re.findall(r"\w+", text)
        bare.append(time.perf_counter() - began)
    ours, words = statistics.median(marking), statistics.median(bare)
    print(
        f"{TEXTS} texts with {len(share.known)} things known: {ours * 1000:.0f} ms, "
        f"{ours / words:.0f} times splitting them into words (median of 9)"
    )


if __name__ == "__main__":
    main()
