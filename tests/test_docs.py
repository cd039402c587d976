"""The written part of the house: it names what is there, leads where it says, and is up to date."""

import re
from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand
from django.core.management.commands import check as djangos_check
from django.core.management.commands import migrate as djangos_migrate

from docs import generate
from returnhome import api, database
from returnhome.__main__ import COMMANDS
from returnhome.casework import row_security
from returnhome.rules.codes import Code

HOUSE = Path(__file__).resolve().parent.parent
DOCS = HOUSE / "docs"
WRITTEN = sorted([*HOUSE.glob("*.md"), *DOCS.rglob("*.md")])
DECISIONS = sorted((DOCS / "adr").glob("*.md"))


def name_of(path: Path) -> str:
    return path.relative_to(HOUSE).as_posix()


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


every_page = pytest.mark.parametrize("page", WRITTEN, ids=name_of)


# What is drawn.


def test_the_drawn_parts_of_every_page_are_up_to_date():
    assert [name_of(page) for page in generate.out_of_date()] == []


def test_every_part_that_can_be_drawn_is_on_a_page():
    drawn = {name for page in WRITTEN for _, name, _ in generate.PART.findall(text_of(page))}

    assert drawn == set(generate.DRAWN)


def test_a_part_that_is_out_of_date_is_found_and_written_again():
    stale = "<!-- drawn: place-counts -->\nolder words\n<!-- end -->\nby hand"

    fresh = generate.drawn(stale)

    assert "older words" not in fresh
    assert "English authorities" in fresh
    assert fresh.endswith("<!-- end -->\nby hand")


def test_the_second_lock_is_drawn_from_the_policies_themselves(monkeypatch):
    page = text_of(DOCS / "access.md")
    names = {*row_security.GIVES, *database.SYSTEM_ROLES.values()}
    names |= {each.removeprefix("casework_") for each in row_security.policies()}
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []

    policies = row_security.policies()
    narrower = policies | {"casework_alias": policies["casework_entry"]}
    monkeypatch.setattr(row_security, "policies", lambda: narrower)
    assert generate.drawn(page) != page


def test_every_code_of_every_list_has_its_line():
    text = text_of(DOCS / "codes.md")
    lists = generate.code_lists()

    assert len(lists) > 20
    assert [kind.__name__ for kind in lists if f"`{kind.__name__}`" not in text] == []
    assert [
        code for kind in lists for code in kind if f"| `{code}` | {code.label}" not in text
    ] == []


def test_every_list_of_codes_is_a_list_of_the_rules_or_of_one_room():
    elsewhere = {kind.__name__ for kind in Code.__subclasses__()} - {
        kind.__name__ for kind in generate.code_lists()
    }

    assert elsewhere <= {"Column", "Meaning", "Result"}


# What there is to run and to set.


def section(text: str, heading: str) -> str:
    found = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    return found[1] if found else ""


def options_of(parser: ArgumentParser) -> set[str]:
    return {
        option
        for action in parser._actions
        for option in action.option_strings
        if option.startswith("--")
    }


def djangos_own(command: str) -> set[str]:
    """Options that come with Django and have their words there."""
    known = {"check": djangos_check.Command, "migrate": djangos_migrate.Command}
    return options_of(known.get(command, BaseCommand)().create_parser("returnhome", command))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_section(command):
    assert section(text_of(DOCS / "commands.md"), f"## `{command}`").strip()


@pytest.mark.parametrize("command", sorted(set(COMMANDS) & set(get_commands())))
def test_every_option_of_a_command_has_its_words(command):
    made = load_command_class(get_commands()[command], command)
    options = options_of(made.create_parser("returnhome", command)) - djangos_own(command)
    words = section(text_of(DOCS / "commands.md"), f"## `{command}`")

    assert sorted(option for option in options if option not in words) == []


RUN = re.compile(
    r"(?<!database )returnhome ([a-z][a-z-]+)((?: [a-z][a-z-]+)?(?: (?:--[a-z-]+|[A-Z]+))*)"
)


@pytest.mark.parametrize("page", ["runbook.md", "guide/upgrading.md", "guide/operator.md"])
def test_every_command_to_run_at_night_is_one_with_these_options(page):
    text = text_of(DOCS / page)
    code = " ".join(re.findall(r"`([^`]+)`", text) + re.findall(r"```\n(.*?)```", text, re.DOTALL))
    named = RUN.findall(code)

    assert named
    assert sorted({name for name, _ in named} - set(COMMANDS)) == []
    words = text_of(DOCS / "commands.md")
    wanted = {(name, each) for name, rest in named for each in re.findall(r"--[a-z-]+", rest)}
    assert [
        (name, option)
        for name, option in sorted(wanted)
        if option not in section(words, f"## `{name}`") and option not in djangos_own(name)
    ] == []


def test_no_section_tells_of_a_command_that_is_not_there():
    told = re.findall(r"^## `([a-z-]+)`", text_of(DOCS / "commands.md"), re.MULTILINE)

    assert sorted(told) == sorted(COMMANDS)


def endpoints() -> list[str]:
    paths = api.described()["paths"]
    return [f"{method.upper()} {address}" for address in paths for method in paths[address]]


@pytest.mark.parametrize("endpoint", endpoints())
def test_every_endpoint_has_its_paragraph(endpoint):
    assert section(text_of(DOCS / "api.md"), f"## `{endpoint}`").strip()


def test_no_paragraph_tells_of_an_endpoint_that_is_not_there():
    told = re.findall(r"^## `([A-Z]+ [^`]+)`", text_of(DOCS / "api.md"), re.MULTILINE)

    assert told == endpoints()


READ = re.compile(r"""environ(?:\.get|\.pop|\.setdefault)?[(\[]\s*["']([A-Z_]+)["']""")
REQUIRED = re.compile(r'_required\("([A-Z_]+)"\)')
IN_SHELL = re.compile(r"\$\{([A-Z][A-Z_]+):-")


def variables_read() -> set[str]:
    programs = [text_of(path) for path in sorted((HOUSE / "returnhome").rglob("*.py"))]
    scripts = [text_of(HOUSE / name) for name in ("run", "tests/check.sh")]
    return {name for text in programs for name in READ.findall(text) + REQUIRED.findall(text)} | {
        name for text in scripts for name in IN_SHELL.findall(text)
    }


def test_every_setting_that_is_read_has_its_line():
    text = text_of(DOCS / "settings.md")

    assert "DATABASE_URL" in variables_read()
    assert sorted(name for name in variables_read() if f"`{name}`" not in text) == []


def test_no_line_tells_of_a_setting_that_nothing_reads():
    told = set(re.findall(r"^\| `([A-Z_]+)` \|", text_of(DOCS / "settings.md"), re.MULTILINE))

    assert sorted(told - variables_read()) == []


# What was decided.

HEADINGS = ["## Context", "## Decision", "## Consequences", "## What we turned down"]


@pytest.mark.parametrize("decision", DECISIONS, ids=name_of)
def test_a_decision_has_its_four_parts_on_one_page(decision):
    text = text_of(decision)

    assert re.findall(r"^## .*", text, re.MULTILINE) == HEADINGS
    assert not re.search(r"\d{3}", text.splitlines()[0]), "the number is in the file name only"
    assert 20 <= len(text.splitlines()) <= 45


def test_the_decisions_are_numbered_without_a_gap():
    numbers = [int(path.name[:4]) for path in DECISIONS]

    assert numbers == list(range(1, len(numbers) + 1))


# Where it leads.

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:returnhome|tests|docs|bench|\.github)/[\w./-]+)`")
OF_CASEWORK = re.compile(r"`((?:rules|casework|intake|reporting|web)/[\w./]+\.py)`")


def anchors(text: str) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def broken_links(page: Path) -> Iterator[str]:
    for link in LINK.findall(text_of(page)):
        if "://" in link:
            continue
        there, _, anchor = link.partition("#")
        target = (page.parent / there).resolve() if there else page
        if not target.exists() or (anchor and anchor not in anchors(text_of(target))):
            yield link


@every_page
def test_every_link_leads_somewhere(page):
    assert list(broken_links(page)) == []


@every_page
def test_every_file_that_is_named_is_there(page):
    text = text_of(page)
    named = [*NAMED.findall(text), *(f"returnhome/{name}" for name in OF_CASEWORK.findall(text))]

    assert [name for name in named if not (HOUSE / name).exists()] == []


def test_every_page_is_found_from_the_first_page_of_the_docs():
    led = {
        (DOCS / link.partition("#")[0]).resolve()
        for link in LINK.findall(text_of(DOCS / "README.md"))
    }

    assert [name_of(page) for page in DOCS.rglob("*.md") if page.resolve() not in led] == [
        "docs/README.md"
    ]


def test_every_word_of_the_glossary_is_a_word_of_the_code():
    code = "\n".join(text_of(path) for path in (HOUSE / "returnhome").rglob("*.py"))
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \|", text_of(DOCS / "glossary.md"), re.MULTILINE)
    names = {name for row in rows for name in re.findall(r"`(?:\w+\.)*(\w+)`", row)}

    assert len(names) > 30
    assert sorted(name for name in names if not re.search(rf"\b{name}\b", code)) == []


# Who might want in.

TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def threats() -> list[str]:
    """The lines of the tables, without their heads."""
    lines = text_of(DOCS / "threats.md").splitlines()
    return [
        line
        for before, line in pairwise(lines)
        if line.startswith("| ") and before.startswith("|") and not line.startswith("|--")
    ]


def test_every_threat_is_tied_to_a_test_or_said_not_to_be_covered():
    assert len(threats()) > 25
    assert [
        line for line in threats() if not TEST.search(line) and "**Not covered" not in line
    ] == []


def test_every_test_that_a_threat_names_is_there():
    named = set(TEST.findall(text_of(DOCS / "threats.md")))

    assert (
        sorted(
            f"{path}::{name}"
            for path, name in named
            if not (HOUSE / path).exists() or f"\ndef {name}(" not in text_of(HOUSE / path)
        )
        == []
    )


def test_security_says_that_there_was_no_audit():
    assert "No outside audit has been made" in text_of(HOUSE / "SECURITY.md")


# What it must not say.

ADDRESS = re.compile(r"\w+://[^\s)`>\"]+")
OUR_OWN = re.compile(r"http://(localhost|127\.0\.0\.1)|postgresql://user:password@host/name")
OF_ONE_MACHINE = re.compile(r"(?<![\w.~])/(?:work|root|home|Users)/")
SLANG = re.compile(
    r"\b(?:agents?|sessions?|tickets?|backlog|sprints?|TODO|FIXME|WIP|issue \d+|issue #)\b|#\d+\b",
    re.IGNORECASE,
)


@every_page
def test_no_page_gives_an_address_outside_the_house(page):
    found = [address for address in ADDRESS.findall(text_of(page)) if not OUR_OWN.match(address)]

    assert found == []


@every_page
def test_no_page_names_a_folder_of_one_machine(page):
    assert OF_ONE_MACHINE.findall(text_of(page)) == []


@every_page
def test_no_page_talks_of_how_it_came_about(page):
    assert SLANG.findall(text_of(page)) == []


def test_the_lock_files_name_no_place_to_fetch_from():
    locks = [*HOUSE.glob("requirements*.lock"), HOUSE / "package-lock.json"]
    resolved = [name_of(lock) for lock in locks if '"resolved"' in text_of(lock)]
    addressed = [name_of(lock) for lock in locks[:-1] if "://" in text_of(lock)]

    assert resolved == addressed == []
