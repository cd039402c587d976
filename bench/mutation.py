"""Each access check and each policy taken out in turn: is it noticed?

    python -m bench.mutation [table] [policies] [checks] [--only WORDS] [--within SECONDS]

Target: all of them are noticed, by the access matrix or by the tests of the module.

* table: each entry of `rules.access.MAY` taken away, and each that is not there added.
* policies: each policy dropped, and each opened to everybody; each look-up made to ask less.
* checks: each `visible_to`, `whose`, `may_about` and the like in the code made to pass
  (`bench/taking_out.py`), for the tests (`bench/noticing.py`) and then, where none notices, for the
  matrix. The second lock is out meanwhile: it would hide the first.

What nothing noticed is named. A mutant lives in this process only, and no file is changed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg

import tests.ready  # noqa: F401  (makes the tests' database server and roles)
from bench import scratch, taking_out

# Looks at pages for each check.
MOST = 40

# What notices.


def _matrix() -> Any:
    from tests.web import matrix  # noqa: PLC0415

    return matrix


def noticed(matrix: Any, *asks: Callable[[], None]) -> bool:
    """Whether any of these finds something wrong; the first that does is enough."""
    matrix.is_hasty = True
    from django.db import transaction  # noqa: PLC0415

    from returnhome.casework import acting  # noqa: PLC0415

    for ask in asks:
        matrix.begin()
        matrix.persons.clear()
        try:
            with acting.as_system(acting.OPERATOR), transaction.atomic():
                ask()
                transaction.set_rollback(True)
        except Exception:
            return True
        if matrix.wrong:
            return True
    return False


# The table.


def of_the_table(matrix: Any) -> Iterator[tuple[str, bool]]:
    from returnhome.rules import access  # noqa: PLC0415
    from returnhome.rules.access import MAY, OF_THE_ORGANISATION, Relation, Verb  # noqa: PLC0415
    from returnhome.rules.codes import Role  # noqa: PLC0415
    from tests.web import test_access_sample as sample  # noqa: PLC0415

    the_matrix = _matrix()
    people, alone = matrix.people, 0
    for role in Role:
        matrix.people = [who for who in people if role in [each for each, _ in who.posts]]
        for verb in Verb:
            for relation in Relation:
                if relation == Relation.NONE:
                    continue
                is_body = verb in OF_THE_ORGANISATION
                if is_body and relation != Relation.RESPONSIBLE:
                    continue
                before = MAY[role]
                held = before.get(verb)
                is_there = held is not None and (is_body or relation in held)
                changed = {key: value for key, value in before.items() if key != verb}
                if is_there and not is_body and held:
                    changed[verb] = held - {relation}
                elif not is_there:
                    changed[verb] = (held or frozenset()) | {relation}
                how = "taken away" if is_there else "added"
                ask = the_matrix.bodies if is_body else the_matrix.asks
                with (
                    patch.dict(access.MAY, {role: changed}),
                    patch.object(the_matrix, "OF_A_CHILD", (str(verb),)),
                ):
                    is_noticed = noticed(matrix, partial(ask, matrix))
                    by_hand = sample.table_in_code() != sample.table_by_hand()
                if not is_noticed and by_hand:
                    alone += 1
                yield f"{role} {verb} {relation} {how}", is_noticed or by_hand
    print(f"  by the table written by hand alone, since no page asks so: {alone}")
    matrix.people = people


# The policies.

LESS = {
    "a post that has ended counts": ("post.until is null and ", ""),
    "an account that is closed counts": ("who.is_active\n        and ", ""),
    "any role counts": ("and post.role = any(roles)", ""),
    "anybody's posts count": ("post.person_id = person and ", ""),
}


def of_the_policies(matrix: Any, owner: str) -> Iterator[tuple[str, bool]]:
    from returnhome.casework import row_security  # noqa: PLC0415

    the_matrix = _matrix()
    with psycopg.connect(owner, autocommit=True) as hand:
        for table, condition in row_security.policies().items():
            alter = f"alter policy by_relation on public.{table} using ({{0}}) with check ({{0}})"
            look = partial(the_matrix.selects, matrix, table.removeprefix("casework_"))
            for how, instead in (("dropped", "false"), ("opened", "true")):
                hand.execute(alter.format(instead))
                yield f"policy of {table} {how}", noticed(matrix, look)
            hand.execute(alter.format(condition))
            if closed := row_security.closing().get(table):
                lists = alter.replace("by_relation", "not_closed")
                hand.execute(lists.format("true"))
                yield f"lists of {table} forgotten", noticed(matrix, look)
                hand.execute(lists.format(closed))
        for name, statement in row_security._functions().items():
            # Of homes the matrix knows nothing: they have a role of the database's own.
            is_of_homes = name == "returnhome_live_with"
            ask = partial(_homes if is_of_homes else the_matrix.selects, matrix)
            for how, (part, instead) in LESS.items():
                if part in statement:
                    hand.execute(statement.replace(part, instead))
                    yield f"{name}: {how}", noticed(matrix, ask)
            hand.execute(statement)


def _homes(matrix: Any) -> None:
    from tests import at_home, cast  # noqa: PLC0415

    matrix.wrong += at_home.wrong(cast.Cast())


# The checks.


def of_the_checks(matrix: Any, only: str, again: Path | None) -> Iterator[tuple[str, bool]]:
    """By the tests, in a process of their own; what they leave, by the matrix."""
    with tempfile.TemporaryDirectory() as folder:
        left = again or Path(folder) / "left.json"
        if not again:
            asked = [sys.executable, "-m", "bench.noticing", "--only", only, "--left", str(left)]
            subprocess.run(asked, cwd=taking_out.HOUSE, check=False)
        number, keys = json.loads(left.read_text())
    for _ in range(number - len(keys)):
        yield "by a test", True
    looks: dict[str, list[Callable[[], None]]] = {}
    for mutant in taking_out.mutants():
        if mutant.key in keys and only in str(mutant):
            is_noticed = ".casework." in mutant.module and _without(mutant, matrix, _lists(matrix))
            if not is_noticed:
                # To find them asks every page: only where no list has noticed.
                looks = looks or _looks(matrix)
                is_noticed = _without(mutant, matrix, _apart(looks[mutant.key], MOST))
            yield str(mutant), is_noticed


def _without(mutant: taking_out.Mutant, matrix: Any, asks: list[Callable[[], None]]) -> bool:
    with taking_out.alive(mutant), _matrix().without_the_second_lock():
        return noticed(matrix, *asks)


def _looks(matrix: Any) -> dict[str, list[Callable[[], None]]]:
    """Check → the looks at a page in which it keeps something from somebody.

    Where nothing is taken out, nothing may be noticed: else everything afterwards would be.
    """
    the_matrix = _matrix()
    found: dict[str, list[Callable[[], None]]] = defaultdict(list)
    now: set[str] = set()

    def noted(look: Callable[..., None]) -> Callable[..., None]:
        def looked(matrix: Any, browsers: Any, *rest: Any) -> None:
            now.clear()
            look(matrix, browsers, *rest)
            for key in now:
                # Signed in anew each time: what was done meanwhile was taken back.
                found[key].append(lambda: look(matrix, the_matrix.Browsers(matrix), *rest))

        return looked

    with ExitStack() as noting:
        noting.enter_context(the_matrix.without_the_second_lock())
        noting.enter_context(taking_out.told(now.add))
        for name in ("_open_page", "_look_at_offers", "_open_place", "_look_at_list", "_search"):
            look = noted(getattr(the_matrix, name))
            noting.enter_context(patch.object(the_matrix, name, look))
        for ask in (
            partial(the_matrix.offers, matrix, every=41),
            partial(the_matrix.places, matrix, every=11),
            partial(the_matrix.listings, matrix, every=11),
            partial(the_matrix.searches, matrix, every=11),
            partial(the_matrix.pages, matrix, "GET", every=331),
            partial(the_matrix.pages, matrix, "POST", every=331),
        ):
            assert not noticed(matrix, ask), matrix.wrong
    return found


def _apart(looks: list[Callable[[], None]], most: int) -> list[Callable[[], None]]:
    """So many of them, from all over."""
    return looks[:: max(1, len(looks) // most)]


def _lists(matrix: Any) -> list[Callable[[], None]]:
    the_matrix = _matrix()
    return [partial(ask, matrix) for ask in (the_matrix.lists, the_matrix.filters, the_matrix.asks)]


# All of it.


def main() -> None:
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("what", nargs="*", default=["table", "policies", "checks"])
    asked.add_argument("--only", default="", help="of the checks, those whose line has these words")
    asked.add_argument("--again", type=Path, help="of the checks, what `noticing --left` wrote")
    asked.add_argument("--within", type=float, default=0, help="seconds for each of the three")
    options = asked.parse_args()
    scratch.set_up()
    from django.utils import timezone  # noqa: PLC0415

    from tests import cast as the_cast  # noqa: PLC0415
    from tests.conftest import signing_in_fully  # noqa: PLC0415

    all_noticed = True
    with scratch.scratch(timezone.now()), signing_in_fully():
        the_cast.assemble()
        owner = os.environ["DATABASE_OWNER_URL"]
        matrix = _matrix().build(owner)
        print(f"{len(matrix.people)} people, {len(matrix.states)} records")
        kinds = {
            "table": lambda: of_the_table(matrix),
            "policies": lambda: of_the_policies(matrix, owner),
            "checks": lambda: of_the_checks(matrix, options.only, options.again),
        }
        for what in options.what:
            all_noticed &= _judge(what, kinds[what](), options.within)
    print(f"\ntarget: all are noticed: {'met' if all_noticed else 'NOT MET'}")


def _judge(what: str, results: Iterator[tuple[str, bool]], within: float) -> bool:
    began, number, survivors = time.perf_counter(), 0, []
    for name, is_noticed in results:
        number += 1
        if not is_noticed:
            survivors.append(name)
            print(f"  not noticed: {name}", flush=True)
        if within and time.perf_counter() - began > within:
            print(f"  stopped after {within:.0f} s: this is not all of it", flush=True)
            break
    took = time.perf_counter() - began
    print(f"{what}: {number - len(survivors)} of {number} noticed, in {took:.0f} s", flush=True)
    return not survivors


if __name__ == "__main__":
    main()
