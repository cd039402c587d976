"""The shape of the house, as far as the import contracts cannot see it."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent / "returnhome"
DOORS = ("web", "api", "jobs", "management", "urls.py", "wsgi.py", "__main__.py", "settings.py")
LAUNCHER = ("database.py", "embedded.py")
CLOCKS = {("timezone", "now"), ("datetime", "now"), ("datetime", "utcnow"), ("date", "today")}
CLOCKS |= {("time", "time"), ("timezone", "localdate"), ("timezone", "localtime")}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def modules(*, but: tuple[str, ...] = ()) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(HOUSE.rglob("*.py")):
        name = path.relative_to(HOUSE).as_posix()
        if "migrations/" not in name and not name.startswith(but):
            yield name, parsed(path)


def test_only_doors_read_the_clock() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, tree in modules(but=(*DOORS, *LAUNCHER))
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in CLOCKS
    ]

    assert found == []


def test_only_casework_reporting_and_the_migrations_open_a_table() -> None:
    """A door asks for rows through a model's `visible_to` or a verb; none writes SQL."""
    found = [
        f"{name}:{node.lineno}"
        for name, tree in modules(but=("casework", "reporting", "management", *LAUNCHER))
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith("django.db")
        and {alias.name for alias in node.names} & {"connection", "connections"}
    ]

    # The health page asks the database whether it is there.
    assert [place for place in found if not place.startswith("web/middleware.py")] == []


def test_no_import_is_hidden_inside_a_function() -> None:
    found = [
        f"{name}:{inner.lineno}"
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]

    assert found == []


def test_no_signals_and_no_admin() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith(("django.dispatch", "django.contrib.admin"))
    ]

    assert found == []


def test_only_the_models_room_gives_names_on() -> None:
    found = [
        name
        for name, tree in modules(but=("casework/models.py",))
        for node in tree.body
        if isinstance(node, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets)
    ]

    assert found == []


def test_every_module_says_in_one_sentence_what_it_is() -> None:
    silent = [name for name, tree in modules() if not ast.get_docstring(tree)]

    assert silent == []


def test_every_rule_names_its_source() -> None:
    plain = {"rules/facts.py", "rules/sources.py", "rules/__init__.py", "rules/codes.py"}
    silent = [
        name
        for name, tree in modules()
        if name.startswith("rules/")
        and name not in plain
        and "Source" not in (ast.get_docstring(tree) or "")
    ]

    assert silent == []


VERBS = (
    *("children", "notifications", "policies", "agreements", "episodes", "matching", "tellings"),
    *("offers", "interviews", "handovers", "disputes", "care", "support", "services", "needs"),
    *("mentions", "history"),
)


STAGES = [*VERBS, "staff", "accounts", "protocols", "concerns", "meetings", "rotas", "messages"]


@pytest.mark.parametrize("stage", STAGES)
def test_every_verb_takes_who_and_when(stage: str) -> None:
    """A function that journals is a verb: `by` and `at` by name, in one transaction."""
    tree = ast.parse((HOUSE / "casework" / f"{stage}.py").read_text())
    slips = []
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        if "journal.write" not in ast.unparse(node):
            continue
        named = {argument.arg for argument in node.args.kwonlyargs}
        if not {"by", "at"} <= named:
            slips.append(node.name)

    assert slips == []


def test_the_rules_load_in_a_python_without_django() -> None:
    program = (
        "import sys; sys.modules['django'] = sys.modules['psycopg'] = None\n"
        "import pkgutil, importlib, returnhome.rules as rules\n"
        "for module in pkgutil.walk_packages(rules.__path__, 'returnhome.rules.'):\n"
        "    importlib.import_module(module.name)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert done.stderr == ""
    assert done.returncode == 0


# Beside the one room for files that go out: what one process of ours hands to another, what is
# sent to the demonstration, and a form in which every cell is written as text.
BESIDE_EXPORTS = {
    "reporting/exports.py",
    "intake/unpacking.py",
    "management/demonstration/police.py",
    "management/demonstration/study.py",
    "reporting/study_blank.py",
}


def test_one_room_writes_the_tables_that_go_out() -> None:
    writing = {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Import) and any(each.name == "xlsxwriter" for each in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module in ("xlsxwriter", "csv"))
        or (isinstance(node, ast.Attribute) and node.attr in ("writer", "DictWriter"))
    }

    assert writing == BESIDE_EXPORTS
