"""Pages people open all day: their time at 2,000 and at 200,000 episodes, and their queries.

    python -m bench.pages [--small 2000] [--large 200000] [--runs 21]

Target: not one query more at the large size, and at most 1.5 times the time.
Yardstick: the small ledger, in the same run, on the same server, the two asked in turn. Each is
measured twice: with an eighth of everything in the one council whose coordinator asks, and with
everything spread over 153 councils. What a ledger holds is said in bench/ledger.py. The time is
that of the whole request through Django's test client: sign-in, queries, page. Finding a child is
told beside them without a target, as the same name fits more children in the larger ledger.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from bench import scratch

MIXES = {"one council in eight": 1 / 8, "spread over 153": 0.0}
WARM_UP = 3
TURNS = 3
TARGET = 1.5
# A larger ledger has more children of a name, so more rows: told, and held to nothing.
WITHOUT_TARGET = {"find a child"}


@dataclass
class Ledger:
    """One database, with a coordinator signed in."""

    database: str
    owner_url: str
    client: Any = None
    pages: dict[str, tuple[str, dict[str, str] | None]] = field(default_factory=dict)
    held: str = ""
    taken: dict[str, list[float]] = field(default_factory=dict)
    queries: dict[str, int] = field(default_factory=dict)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--small", type=int, default=2_000)
    asked.add_argument("--large", type=int, default=200_000)
    asked.add_argument("--runs", type=int, default=21)
    options = asked.parse_args()
    scratch.set_up()
    is_met = True
    for mix, share in MIXES.items():
        with ExitStack() as stack:
            small, large = (
                _made(stack, size, share, called)
                for size, called in ((options.small, "_small"), (options.large, "_large"))
            )
            for _ in range(TURNS):
                for ledger in (small, large):
                    _measure(ledger, -(-options.runs // TURNS))
            is_met &= _print(mix, small, large)
    print(f"\ntarget: at most {TARGET} times, and no query more: {'met' if is_met else 'NOT MET'}")


def _made(stack: ExitStack, episodes: int, share: float, called: str) -> Ledger:
    from bench import ledger as ledgers  # noqa: PLC0415
    from returnhome.casework.models import Authority, Episode  # noqa: PLC0415

    at = datetime.now(UTC)
    began = time.perf_counter()
    name = stack.enter_context(scratch.scratch(at, called=called))
    council = Authority.objects.get(name="Leeds")
    people = _people(council, at)
    ledgers.invent(
        episodes,
        measured=council.pk,
        share=share,
        workers=[person.pk for person in people],
        operator=people[0].pk,
        at=at,
    )
    ledgers.count_up()
    ledgers.settle()
    theirs = Episode.objects.filter(responsible_authority=council)
    made = Ledger(name, os.environ["DATABASE_OWNER_URL"])
    made.held = (
        f"{Episode.objects.count():,} episodes, the council's {theirs.count():,}, "
        f"of them unfinished {theirs.unsettled().count():,}; "
        f"made in {time.perf_counter() - began:.0f} s"
    )
    made.client = _signed_in(people[0], at)
    made.pages = {
        "work list": ("/", None),
        "child's story": ("/children/1", None),
        "episode": (f"/episodes/{theirs.filter(child=1).latest('started_at').pk}", None),
        "find a child": ("/children", {"q": "Poppy"}),
        "figures": ("/figures", None),
    }
    return made


def _signed_in(person: Any, at: datetime) -> Any:
    """A browser in which the person has signed in."""
    from django.test import Client  # noqa: PLC0415

    from returnhome.casework.models import Person  # noqa: PLC0415
    from returnhome.web import sessions  # noqa: PLC0415

    client = Client()
    client.force_login(Person.objects.get(pk=person.pk))
    session = client.session
    sessions.begin(session, at, full=True)
    session.save()
    return client


def _people(council: Any, at: datetime) -> list[Any]:
    """A coordinator first, then those who interview."""
    from returnhome.casework import staff  # noqa: PLC0415
    from returnhome.rules.codes import Role  # noqa: PLC0415

    operator = staff.operator()
    there = staff.add_organisation(
        f"{council.name} City Council", kind="council", authority=council, by=operator, at=at
    )
    people = []
    for number in range(9):
        person = staff.add_person(
            f"person{number}.{council.pk}@example.invalid",
            f"Person {number}",
            password=None,
            by=operator,
            at=at,
        )
        role = Role.INTERVIEWER if number else Role.COORDINATOR
        staff.appoint(person, role, there, since=date(2020, 1, 1), by=operator, at=at)
        people.append(person)
    return people


def _measure(ledger: Ledger, runs: int) -> None:
    """Ask every page of this ledger so many times, after a warm-up."""
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    connection.close()
    connection.settings_dict["NAME"] = ledger.database
    for name, (address, typed) in ledger.pages.items():
        ask = _asking(ledger.client, address, typed)
        for _ in range(WARM_UP):
            ask()
        with CaptureQueriesContext(connection) as captured:
            ask()
        ledger.queries[name] = len(captured)
        ledger.taken.setdefault(name, []).extend(_milliseconds(ask) for _ in range(runs))
    connection.close()


def _asking(client: Any, address: str, typed: dict[str, str] | None) -> Callable[[], None]:
    def ask() -> None:
        response = client.post(address, typed) if typed else client.get(address)
        if response.status_code != 200:
            raise SystemExit(f"{address} answered {response.status_code}")

    return ask


def _milliseconds(ask: Callable[[], None]) -> float:
    before = time.perf_counter()
    ask()
    return (time.perf_counter() - before) * 1000


def _print(mix: str, small: Ledger, large: Ledger) -> bool:
    print(f"\n{mix}")
    print(f"  small: {small.held}")
    print(f"  large: {large.held}")
    print(f"  {'':20}{'small':>10}{'large':>10}{'ratio':>8}{'queries':>10}")
    is_met = True
    for name in small.pages:
        few, many = (statistics.median(ledger.taken[name]) for ledger in (small, large))
        counts = small.queries[name], large.queries[name]
        said = str(counts[0]) if counts[0] == counts[1] else f"{counts[0]} → {counts[1]}"
        print(f"  {name:20}{few:7.1f} ms{many:7.1f} ms{many / few:8.2f}{said:>10}")
        if name not in WITHOUT_TARGET:
            # What a page has nothing to show of may not be asked: fewer is as good.
            is_met &= many / few <= TARGET and counts[1] <= counts[0]
    return is_met


if __name__ == "__main__":
    main()
