"""Answers to a freedom of information request: counted, protected and written, in how long.

    python -m bench.foi [--small 2000] [--large 200000]

One council of about the size of the demonstration's (some 500 episodes), and one with an eighth of
the larger ledger, over ten years. Each pack whole: counting, hiding, PDF,
workbook and CSV. What the ledger holds is said in bench/ledger.py. Of Devon it is told that it
reckoned 57 hours for one such question (information request, Devon County Council).
"""

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from bench import scratch

NOW = datetime(2026, 4, 20, 9, tzinfo=UTC)
TARGET = 1_000
LAST = {
    "2024": (date(2025, 4, 1), date(2026, 3, 31)),
    "2023": (date(2023, 4, 1), date(2026, 3, 31)),
}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--small", type=int, default=2_000)
    asked.add_argument("--large", type=int, default=200_000)
    options = asked.parse_args()
    scratch.set_up()
    is_met = True
    for episodes in (options.small, options.large):
        with scratch.scratch(NOW):
            _fill(episodes)
            is_met &= _measure(episodes)
    print(f"\ntarget: at most {TARGET} ms for a pack whole: {'met' if is_met else 'NOT MET'}")


def _fill(episodes: int) -> None:
    from bench import ledger  # noqa: PLC0415

    ledger.stand(episodes, at=NOW)


def _measure(episodes: int) -> bool:
    from returnhome.casework.models import Authority, Episode  # noqa: PLC0415
    from returnhome.reporting import figures, foi, foi_paper  # noqa: PLC0415
    from returnhome.rules import publishing  # noqa: PLC0415
    from returnhome.rules.statutory.foi import PACKS  # noqa: PLC0415

    leeds = Authority.objects.get(name="Leeds")
    scope = figures.of_authority(leeds)
    ours = Episode.objects.filter(counted_under=leeds).count()
    print(f"{episodes:,} episodes, {ours:,} of them the council's")
    is_met = True
    for key, days in LAST.items():
        periods = publishing.periods_within(*days)
        reply = foi.reply(PACKS[key], scope, periods, now=NOW)
        counted = foi.count(scope, periods)
        hiding = lambda: foi.releases(counted, periods, reply.rule)  # noqa: B023, E731
        took = {
            "counting": _took(lambda: foi.count(scope, periods)),  # noqa: B023
            "hiding": _took(hiding),
            "PDF": _took(lambda: foi_paper.pdf(reply)),  # noqa: B023
            "workbook": _took(lambda: foi_paper.xlsx(reply)),  # noqa: B023
            "CSV": _took(lambda: foi_paper.csv(reply)),  # noqa: B023
        }
        whole = sum(took.values())
        is_met &= whole <= TARGET
        parts = ", ".join(f"{name} {ms:.0f}" for name, ms in took.items())
        cells = sum(len(row.cells) for each in reply.answers for row in each.rows)
        print(f"  pack {key}, {cells} numbers: {whole:6.0f} ms whole ({parts})")
    return is_met


def _took(ask: Callable[[], Any], times: int = 7) -> float:
    """The median of some runs in milliseconds, the first let go."""
    taken = []
    for _ in range(times):
        before = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - before) * 1000)
    return statistics.median(taken[1:])


if __name__ == "__main__":
    main()
