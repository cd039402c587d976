"""A busy day: so many people at once, each opening a page and reading it, and what it costs.

    python -m bench.load [--people 500] [--minutes 10] [--pause 90] [--standing 20000]

Each is signed in, opens a page, has so many seconds of reading, typing and telephoning before the
next, now fewer and now more, and goes by a mix in which a coordinator and an interviewer meet: the
work list, episodes, children, finding one by name, figures, and a field of a record saved. The
product's own server, as `returnhome serve` has it, runs on the same machine as those who ask.

Target: no error. Told beside it, page by page: half and 95 of 100 were answered within; and the
busiest hour of England as a share of what was answered here. That hour is reckoned from 210,000
episodes a year, each with so many pages opened in its life, all within working hours, and twice the
mean of those: see ENGLAND.
"""

import argparse
import http.client
import random
import statistics
import sys
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from bench import scratch
from bench.saving import QUESTIONS, Recorder, recorders, served

# Episodes a year, pages opened for each in its life, working hours in a year, the busiest to the
# mean of them. The first is the national study's; the others are a guess, to be put right by a
# council that counts: `returnhome_requests_total` tells.
ENGLAND = (210_000, 60, 52 * 5 * 8, 2)
MIX = {
    "work list": 30,
    "episode": 25,
    "child's story": 14,
    "field saved": 16,
    "find a child": 8,
    "own interviews": 4,
    "figures": 3,
}


@dataclass
class Person(Recorder):
    """Somebody at work: what they open, and how long each answer took in milliseconds."""

    episodes: list[int] = field(default_factory=list)
    children: list[int] = field(default_factory=list)
    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: Counter[str] = field(default_factory=Counter)

    def work(self, over: threading.Event, pause: float, number: int) -> None:
        chance = random.Random(number)
        over.wait(chance.random() * pause)
        while not over.is_set():
            page = chance.choices(list(MIX), weights=list(MIX.values()))[0]
            began = time.perf_counter()
            code = self.open(page, chance)
            self.took[page].append((time.perf_counter() - began) * 1000)
            if code != 200:
                self.wrong[f"{page}: {code}"] += 1
            over.wait(chance.uniform(0.2, 1.8) * pause)

    def open(self, page: str, chance: random.Random) -> int | str:
        if page == "field saved":
            before = len(self.told)
            try:
                self.save(chance.choice(QUESTIONS), f"{chance.random()} the bus by the canal")
            except SystemExit as answered:
                return str(answered)
            return 200 if len(self.told) > before else "no answer"
        address = {
            "work list": "/",
            "episode": f"/episodes/{chance.choice(self.episodes)}",
            "child's story": f"/children/{chance.choice(self.children)}",
            "find a child": "/children?q=Poppy",
            "own interviews": f"/interviews/{self.interview}",
            "figures": "/figures",
        }[page]
        there = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            there.request("GET", address, headers=self._headers())
            answer = there.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__
        finally:
            there.close()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--people", type=int, default=500)
    asked.add_argument("--minutes", type=float, default=10)
    asked.add_argument("--pause", type=float, default=90, help="seconds from page to page")
    asked.add_argument("--standing", type=int, default=20_000, help="episodes there already")
    options = asked.parse_args()
    scratch.set_up()
    with scratch.scratch(datetime.now(UTC)) as database:
        people = at_work(options.people, options.standing)
        with served(database) as (_, port):
            warmed_up(people[:8], port)
            over, began = threading.Event(), time.monotonic()
            threads = [
                threading.Thread(target=_go, args=(person, port, over, options.pause, number))
                for number, person in enumerate(people)
            ]
            for thread in threads:
                thread.start()
            time.sleep(options.minutes * 60)
            over.set()
            for thread in threads:
                thread.join()
            took = time.monotonic() - began
    sys.exit(not report(people, took, options))


def _go(person: Person, port: int, over: threading.Event, pause: float, number: int) -> None:
    person.port = port
    person.work(over, pause, number)


def warmed_up(people: list[Person], port: int) -> None:
    """A server that has just been started reads its templates at the first page of each kind."""
    for person in people:
        person.port = port
        for page in MIX:
            person.open(page, random.Random(1))


def at_work(number: int, standing: int) -> list[Person]:
    """People of one council, each coordinating and with an interview of their own."""
    # Models can be imported only now that Django is set up.
    from bench import ledger  # noqa: PLC0415
    from returnhome.casework import staff  # noqa: PLC0415
    from returnhome.casework.models import Authority, Episode, Interview, Organisation  # noqa: PLC0415
    from returnhome.rules.codes import Role  # noqa: PLC0415

    made = recorders(number, episodes=max(standing, number * 20))
    leeds = Authority.objects.get(name="Leeds")
    there = Organisation.objects.get(authority=leeds)
    ledger.count_up()
    ledger.settle()
    theirs = list(
        Episode.objects.filter(responsible_authority=leeds)
        .order_by("-pk")
        .values_list("pk", "child")[:2000]
    )
    by: dict[str, Any] = {"by": staff.operator(), "at": datetime.now(UTC)}
    people = []
    for each in made:
        whose = Interview.objects.get(pk=each.interview).interviewer
        staff.appoint(whose, Role.COORDINATOR, there, since=date(2020, 1, 1), **by)
        people.append(
            Person(**vars(each), episodes=[a for a, _ in theirs], children=[b for _, b in theirs])
        )
    return people


def report(people: list[Person], took: float, options: argparse.Namespace) -> bool:
    pages: dict[str, list[float]] = defaultdict(list)
    wrong: Counter[str] = sum((each.wrong for each in people), Counter[str]())
    for each in people:
        for page, times in each.took.items():
            pages[page] += times
    answered = sum(map(len, pages.values()))
    rate = answered / took
    print(
        f"{options.people} people, a page every {options.pause:.0f} s each, {took / 60:.1f} min: "
        f"{answered:,} pages, {rate:.1f} a second"
    )
    for page in MIX:
        times = sorted(pages[page])
        if len(times) > 1:
            p95 = statistics.quantiles(times, n=20)[-1]
            print(
                f"  {page:16} p50 {statistics.median(times):7.0f} ms   p95 {p95:7.0f} ms   "
                f"longest {times[-1]:7.0f} ms   of {len(times):,}"
            )
    for what, number in sorted(wrong.items()):
        print(f"  ERROR {what}, {number} times")
    episodes, each_has, hours, busiest = ENGLAND
    busy = episodes * each_has / hours * busiest
    print(
        f"  the busiest hour of England: {busy:,.0f} pages ({episodes:,} episodes a year, "
        f"{each_has} pages each, {hours:,} working hours, {busiest} times the mean), "
        f"{busy / 3600:.1f} a second: {100 * busy / 3600 / rate:.0f} % of what was answered here"
    )
    print(f"target: no error: {'met' if not wrong else 'NOT MET'}")
    return not wrong


if __name__ == "__main__":
    main()
