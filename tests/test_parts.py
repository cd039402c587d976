"""The list of parts names all that is pinned, and is the same whenever it is made."""

import json
import re
from pathlib import Path

import pytest

from docs import parts

HOUSE = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def listed() -> dict:
    return json.loads(parts.listed())


def test_every_part_that_is_pinned_is_listed_with_its_version_and_hashes(listed: dict) -> None:
    pinned = re.findall(r"^([\w.-]+)==(\S+)", (HOUSE / "requirements.lock").read_text(), re.M)
    found = {(each["name"], each["version"]): each for each in listed["components"]}

    assert len(pinned) > 40
    assert set(pinned) - found.keys() == set()
    assert all(found[one]["hashes"] for one in pinned)


def test_what_pages_are_made_of_is_listed(listed: dict) -> None:
    names = {each["purl"].partition("@")[0] for each in listed["components"]}

    assert "pkg:npm/govuk-frontend" in names


def test_most_parts_say_under_which_licence_they_are(listed: dict) -> None:
    silent = [each["name"] for each in listed["components"] if not each.get("licenses")]

    # What another platform alone needs is not set up here, and cannot be asked.
    assert len(silent) < len(listed["components"]) / 10


def test_the_same_lock_files_give_the_same_list() -> None:
    assert parts.listed() == parts.listed()
