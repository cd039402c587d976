"""Each access check and each policy taken out in turn: is it noticed?

    python -m bench.mutation [table] [policies] [checks] [--only WORDS] [--within SECONDS]

Target: all of them are noticed, by the access matrix or by the tests of the module.

* table: each entry of `rules.access.MAY` taken away, and each that is not there added.
* policies: each policy dropped, and each opened to everybody; each look-up made to ask less.
* checks: each `visible_to`, `whose`, `may_about` and the like in web and casework made to pass, by
  the code of its function rewritten. The second lock is out meanwhile: it would hide the first.

What nothing noticed is named. A mutant lives in this process only, and no file is changed.
"""

import argparse
import ast
import importlib
import inspect
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any
from unittest.mock import patch

import psycopg

import tests.ready  # noqa: F401  (makes the tests' database server and roles)
from bench import scratch

HOUSE = Path(__file__).resolve().parents[1]
# Calls that narrow rows → what stands for them where nobody asks.
ROWS = {
    **dict.fromkeys(("visible_to", "account_visible_to", "known_now_to", "told_to"), "all"),
    "whose": "Q",
}
# Calls that say yes or no.
ASKING = {
    *("may", "may_about", "allows", "is_asked_of", "account_is_visible_to", "may_record"),
    *("may_note", "may_be_recorded_by", "is_own_of", "may_see", "are_known_to"),
}
MODULES = ("web", "casework")
# Not a check of access: what a menu offers, what a page says of others.
NO_CHECK = {"returnhome.web.pages", "returnhome.web.set_up"}


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
            for how, (part, instead) in LESS.items():
                if part in statement:
                    hand.execute(statement.replace(part, instead))
                    yield f"{name}: {how}", noticed(matrix, lambda: the_matrix.selects(matrix))
            hand.execute(statement)


# The checks.


@dataclass(frozen=True)
class Mutant:
    """One call of one function made to pass."""

    module: str
    function: str
    number: int
    line: int
    call: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.function}: {self.call}"

    @property
    def key(self) -> str:
        return f"{self.module}|{self.function}|{self.number}"


class Pass(ast.NodeTransformer):
    """Makes the call of this number pass; -1 changes nothing, and `found` names them all."""

    def __init__(self, number: int = -1) -> None:
        self.number = number
        self.found: list[ast.Call] = []

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name not in ROWS and name not in ASKING:
            return node
        self.found.append(node)
        if len(self.found) - 1 != self.number:
            return node
        if name in ASKING:
            return ast.copy_location(ast.Constant(True), node)
        if ROWS[name] == "all":
            assert isinstance(node.func, ast.Attribute)
            everything = ast.Attribute(node.func.value, "all", ast.Load())
            return ast.copy_location(ast.Call(everything, [], []), node)
        every = "__import__('django.db.models', fromlist=['Q']).Q(pk__isnull=False)"
        of = [word.value for word in node.keywords if word.arg == "of"]
        if of:
            every = "__import__('django.db.models', fromlist=['Q']).Q()"
        return ast.copy_location(ast.parse(every, mode="eval").body, node)


def functions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for each in node.body:
                if isinstance(each, ast.FunctionDef):
                    yield f"{node.name}.{each.name}", each


def mutants() -> Iterator[Mutant]:
    for room in MODULES:
        for path in sorted((HOUSE / "returnhome" / room).glob("*.py")):
            module = f"returnhome.{room}.{path.stem}"
            if module in NO_CHECK:
                continue
            for name, node in functions(ast.parse(path.read_text())):
                counting = Pass()
                counting.visit(node)
                for number, call in enumerate(counting.found):
                    yield Mutant(module, name, number, call.lineno, ast.unparse(call)[:70])


def live(mutant: Mutant) -> tuple[FunctionType, CodeType]:
    """The function as it is, and its code with the check made to pass."""
    module = importlib.import_module(mutant.module)
    path = Path(inspect.getsourcefile(module) or "")
    node = dict(functions(ast.parse(path.read_text())))[mutant.function]
    changed = Pass(mutant.number).visit(node)
    changed.decorator_list = []
    tree = ast.fix_missing_locations(ast.Module([changed], []))
    code = compile(tree, str(path), "exec")
    (made,) = (each for each in code.co_consts if isinstance(each, CodeType))
    thing: Any = module
    for part in mutant.function.split("."):
        thing = inspect.getattr_static(thing, part)
    if isinstance(thing, property):
        thing = thing.fget
    function = inspect.unwrap(getattr(thing, "func", thing))
    assert isinstance(function, FunctionType), mutant
    return function, made


@contextmanager
def alive(mutant: Mutant) -> Iterator[None]:
    function, code = live(mutant)
    before = function.__code__
    function.__code__ = code
    try:
        yield
    finally:
        function.__code__ = before


def of_the_checks(matrix: Any, only: str) -> Iterator[tuple[str, bool]]:
    the_matrix = _matrix()
    from tests.web import routes  # noqa: PLC0415

    # Where nothing is taken out, nothing may be noticed: else everything below would be.
    untouched = [name for name in routes.ABOUT_A_CHILD if name.endswith("-episode")][:4]
    with the_matrix.without_the_second_lock():
        assert not noticed(
            matrix, lambda: the_matrix.pages(matrix, "GET", every=499, names=untouched)
        ), matrix.wrong
    views: dict[str, list[str]] = {}
    for name, pattern in routes.named():
        views.setdefault(inspect.unwrap(pattern.callback).__module__, []).append(name)
    for mutant in mutants():
        if only and only not in str(mutant):
            continue
        names = [name for name in views.get(mutant.module, ()) if name in routes.ABOUT_A_CHILD]
        if mutant.module == "returnhome.web.asked":
            names = ["assign-episode", "move-interview"]
        asks: list[Callable[[], None]] = []
        if mutant.module.startswith("returnhome.casework"):
            asks += [
                lambda: the_matrix.asks(matrix),
                lambda: the_matrix.lists(matrix),
                lambda: the_matrix.filters(matrix),
            ]
        elif names:
            asks += [
                lambda names=names: the_matrix.pages(matrix, "POST", every=7, names=names),  # type: ignore[misc]
                lambda names=names: the_matrix.pages(matrix, "GET", every=7, names=names),  # type: ignore[misc]
            ]
        try:
            with alive(mutant), the_matrix.without_the_second_lock():
                is_noticed = noticed(matrix, *asks)
        except ValueError as odd:  # a function with free variables cannot be rewritten so
            yield f"{mutant} ({odd})", False
            continue
        yield str(mutant), is_noticed or by_its_tests(mutant)


def by_its_tests(mutant: Mutant) -> bool:
    """Whether a test of its module fails: in another process, which takes the same check out."""
    room, stem = mutant.module.split(".")[1:]
    names = [f"tests/{room}/test_{stem}.py", f"tests/web/test_{stem}.py"]
    found = [name for name in dict.fromkeys(names) if (HOUSE / name).exists()]
    if not found:
        words = rf"\b{stem}\b"
        listed = subprocess.run(
            ["grep", "-lE", words, "-r", "tests/web", "tests/casework", "--include=test_*.py"],
            cwd=HOUSE,
            capture_output=True,
            text=True,
            check=False,
        ).stdout.split()
        found = [name for name in listed if "matrix" not in name][:4]
    if not found:
        return False
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-n", "0", "-q", "-x"),
            *("-m", "not check and not browser", "-p", "bench.mutation", *found),
        ],
        cwd=HOUSE,
        env={**os.environ, "RETURNHOME_MUTANT": mutant.key},
        capture_output=True,
        check=False,
    )
    return run.returncode == 1


@contextmanager
def _within_tests() -> Iterator[None]:
    """In the process of the tests: the check that the environment names is out, and the lock."""
    module, function, number = os.environ["RETURNHOME_MUTANT"].split("|")
    with alive(Mutant(module, function, int(number), 0, "")), _matrix().without_the_second_lock():
        yield


def pytest_runtest_protocol(item: Any) -> None:
    """As a plugin: the first test takes the check out, and it stays out."""
    if "RETURNHOME_MUTANT" in os.environ:
        _within_tests().__enter__()
        del os.environ["RETURNHOME_MUTANT"]


# All of it.


def main() -> None:
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("what", nargs="*", default=["table", "policies", "checks"])
    asked.add_argument("--only", default="", help="of the checks, those whose line has these words")
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
            "checks": lambda: of_the_checks(matrix, options.only),
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
