"""Which check of access, taken out, no test notices: all the tests in one process, again and again.

    python -m bench.noticing [--only WORDS] [--share 1/2] [--left FILE] [--map FILE] [--each]

First each test runs once and says which checks keep something from somebody in it; `--map` writes
that down for another time. Then each check is taken out, and these tests run until one fails: those
written about what is kept from somebody first, its module's own, those with a stranger, those that
noticed the most so far, those that close something, the quick ones; of the lists of restricted
records, those that restrict one.
The second lock is out: it would hide the first. It is in for the tests that are about it.
"""

import argparse
import inspect
import json
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from bench import taking_out

# Not of access: the rules ask no database, and the matrix and its samples are asked afterwards.
# What starts a process, is committed for good or tries hundreds at once tells of the machine and
# not of who may what.
LEFT_OUT = (
    *("tests/rules", "tests/journeys", "tests/test_database.py", "tests/test_safety.py"),
    *("tests/test_architecture.py", "tests/test_docs.py", "tests/jobs/test_worker.py"),
    *("tests/commands/test_demo.py", "tests/commands/test_demo_days.py"),
    *(
        "tests/commands/test_serve.py",
        "tests/casework/test_locks.py",
        "tests/casework/test_seals.py",
    ),
    *("tests/jobs/test_sealing.py", "tests/jobs/test_sending.py"),
    *("tests/web/test_access_sample.py", "tests/web/test_access_matrix.py"),
    *("tests/web/test_guessing.py", "tests/web/test_directory.py"),
    # What is open to everybody, and what a child sees behind a link of their own.
    *("tests/api", "tests/web/test_own_frame.py", "tests/web/test_words_for_children.py"),
)
STRANGERS = re.compile(r"\b(wes|owen|pat|ines|sol|ana|adi|who)\b")


class Noticing:
    """Runs each test once, and then, for each check taken out, those that come to it."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.reached: dict[str, set[str]] = defaultdict(set)
        self.seconds: dict[str, float] = {}
        self.about_the_lock: set[str] = set()
        self.left: list[taking_out.Mutant] = []
        self.noticed: Counter[str] = Counter()
        self.number = 0
        self.why = ""
        self.kept: dict[str, str] = {}
        if options.kept and options.kept.exists():
            self.kept = json.loads(options.kept.read_text())

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        began = time.perf_counter()
        items = self._known(session)
        about = f"{len(self.about_the_lock)} of them about the second lock"
        print(f"\n{len(items)} tests, {about}, in {time.perf_counter() - began:.0f} s", flush=True)
        for mutant in self._asked():
            self.number += 1
            if not self.kept.get(mutant.key) or self.options.afresh:
                self._take_out(mutant, items, session)
        return True

    def _asked(self) -> Iterable[taking_out.Mutant]:
        part, of = map(int, self.options.share.split("/"))
        every = [each for each in taking_out.mutants() if self.options.only in str(each)]
        if self.options.again:
            _, keys = json.loads(self.options.again.read_text())
            every = [each for each in every if each.key in keys]
        return every[part - 1 :: of]

    def _known(self, session: pytest.Session) -> list[pytest.Item]:
        """As it was written down another time; those that were not there then run once now."""
        if self.options.map and self.options.map.exists():
            self.seconds, reached, about_the_lock = json.loads(self.options.map.read_text())
            self.about_the_lock = set(about_the_lock)
            self.reached.update({key: set(names) for key, names in reached.items()})
        items = [item for item in session.items if not _tries_many(item)]
        new = [item for item in items if item.nodeid not in self.seconds]
        if new and not self.options.as_mapped:
            self._once(new, session)
        return [item for item in items if item.nodeid in self.seconds]

    def _once(self, items: list[pytest.Item], session: pytest.Session) -> None:
        """Of those that pass as everything is, what each came to and how long it took."""
        now: list[set[str]] = [set()]
        with taking_out.told(lambda key: now[0].add(key)):
            for item, after in zip(items, [*items[1:], session], strict=True):
                now[0] = set()
                began = time.perf_counter()
                # What is torn down meanwhile is set up again; the second time with the lock.
                if not self._passes(item, after):
                    self.about_the_lock.add(item.nodeid)
                    if not self._passes(item, after):
                        print(f"  fails as it is: {item.nodeid}: {self.why}", flush=True)
                        continue
                self.seconds[item.nodeid] = time.perf_counter() - began
                for key in now[0]:
                    self.reached[key].add(item.nodeid)
                if len(self.seconds) % 50 == 0 or after is session:
                    self._write_down()

    def _write_down(self) -> None:
        if self.options.map:
            reached = {key: sorted(names) for key, names in self.reached.items()}
            self.options.map.write_text(
                json.dumps([self.seconds, reached, sorted(self.about_the_lock)])
            )

    def _passes(self, item: pytest.Item, after: Any) -> bool:
        from tests.web.matrix import without_the_second_lock  # noqa: PLC0415

        lock = nullcontext() if item.nodeid in self.about_the_lock else without_the_second_lock()
        with lock:
            reports = runtestprotocol(item, log=False, nextitem=after)
        self.why = next((_in_a_line(each) for each in reports if each.failed), "")
        # A page that asks the database more or less often is not a page that somebody looked at.
        return all(each.passed for each in reports) or self.why.startswith("Expected to perform")

    def _take_out(
        self, mutant: taking_out.Mutant, items: list[pytest.Item], session: pytest.Session
    ) -> None:
        theirs = [item for item in items if item.nodeid in self.reached[mutant.key]]
        stem = mutant.module.split(".")[-1]
        is_of_lists = "clos" in mutant.check or "shut_out" in mutant.check
        theirs.sort(
            key=lambda item: (
                # What noticed it another time does so again.
                item.nodeid != self.kept.get(mutant.key),
                # Where nobody is kept out of a record, no list of one is noticed.
                is_of_lists and not _keeps_out(item),
                self.seconds[item.nodeid] > self.options.patience,
                not _is_of_what_is_kept(item),
                f"test_{stem}." not in item.nodeid,
                not _is_of_the_matrix(item),
                not _has_a_stranger(item),
                -self.noticed[item.nodeid],
                not _closes(item),
                self.seconds[item.nodeid],
            )
        )
        began = time.perf_counter()
        with taking_out.alive(mutant):
            for item in theirs:
                # Everything but the session's own is taken down: which test is next, nobody knows.
                if not self._passes(item, session):
                    self.noticed[item.nodeid] += 1
                    self._keep(mutant, item.nodeid)
                    if self.options.each:
                        took = time.perf_counter() - began
                        print(f"  {mutant}\n    {took:.1f} s {item.nodeid}: {self.why}", flush=True)
                    return
                if time.perf_counter() - began > self.options.patience:
                    break
        took = time.perf_counter() - began
        print(f"  by no test: {mutant} ({len(theirs)} come to it, {took:.0f} s)", flush=True)
        self.left.append(mutant)
        self._keep(mutant, "")

    def _keep(self, mutant: taking_out.Mutant, noticed_by: str) -> None:
        self.kept[mutant.key] = noticed_by
        if self.options.kept:
            self.options.kept.write_text(json.dumps(self.kept, indent=0, sort_keys=True))


def _tries_many(item: Any) -> bool:
    """With examples at random, and minutes to find the smallest that fails."""
    return getattr(item.function, "is_hypothesis_test", False)


def _closes(item: Any) -> bool:
    words = inspect.getsource(item.function)
    return any(each in words for each in ("404", " not in ", "== []", "raises("))


def _has_a_stranger(item: Any) -> bool:
    """Somebody of the cast who may do less than the coordinator of the council."""
    words = inspect.getsource(item.function)
    return bool(STRANGERS.search(item.nodeid) or STRANGERS.search(words))


def _is_of_what_is_kept(item: Any) -> bool:
    """Of one page each, and of parts of it that are kept from somebody who has the page."""
    return "test_kept_" in item.nodeid or "test_a_part_of_a_page" in item.nodeid


def _is_of_the_matrix(item: Any) -> bool:
    """Everybody asks it, of records in every state, closed ones among them."""
    return "matrix" in item.fixturenames


def _keeps_out(item: Any) -> bool:
    return (
        _is_of_the_matrix(item)
        or "restrict" in item.nodeid
        or "restrict" in inspect.getsource(item.function)
    )


def _in_a_line(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return (crash.message if crash else str(report.longrepr)).split("\n")[0][:120]


def main() -> int:
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--only", default="", help="the checks whose line has these words")
    asked.add_argument("--share", default="1/1", help="of all checks, this part of so many")
    asked.add_argument("--patience", type=float, default=30, help="seconds of tests for each")
    asked.add_argument("--left", type=Path, help="where to write which ones no test noticed")
    asked.add_argument("--again", type=Path, help="of those that such a file names alone")
    asked.add_argument("--map", type=Path, help="where to keep which test comes to which check")
    asked.add_argument("--kept", type=Path, help="where to keep what noticed each, as it goes on")
    asked.add_argument("--afresh", action="store_true", help="ask of what was noticed before too")
    asked.add_argument("--as-mapped", action="store_true", help="by the tests of the map alone")
    asked.add_argument("--each", action="store_true", help="say of each check what noticed it")
    asked.add_argument("--tests", nargs="*", default=["tests"], help="of these files alone")
    options = asked.parse_args()
    noticing = Noticing(options)
    ignored = [f"--ignore={each}" for each in LEFT_OUT]
    how = ["-q", "-n", "0", "-s", "-m", "not browser", "-p", "no:cacheprovider"]
    pytest.main([*how, *ignored, *options.tests], plugins=[noticing])
    number, left = noticing.number, noticing.left
    print(f"\nby tests: {number - len(left)} of {number} noticed", flush=True)
    if options.left:
        options.left.write_text(json.dumps([number, [each.key for each in left]]))
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
