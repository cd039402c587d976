"""The container file, read as its builder would: nobody here builds it."""

import re
import shlex
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
FILE = HOUSE / "deploy" / "Containerfile"


def instructions() -> list[tuple[str, str]]:
    lines = [line for line in FILE.read_text().splitlines() if line and line[0] != "#"]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [(line.split()[0], line.partition(" ")[2]) for line in joined.splitlines()]


def all_of(name: str) -> list[str]:
    return [rest for each, rest in instructions() if each == name]


def test_it_stands_on_one_version_and_never_on_the_newest() -> None:
    (base,) = all_of("FROM")

    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", base)


def test_what_it_copies_is_in_a_checkout() -> None:
    copied = [name for rest in all_of("COPY") for name in shlex.split(rest)[:-1]]

    assert "requirements.lock" in copied
    assert [name for name in copied if not (HOUSE / name).exists()] == []


def test_parts_are_taken_by_their_hashes_and_from_no_address() -> None:
    (installs,) = [rest for rest in all_of("RUN") if "pip install" in rest]

    assert "--require-hashes --only-binary :all: -r requirements.lock" in installs
    addresses = set(re.findall(r"https?://[^/'\"\s:]+", FILE.read_text()))
    assert addresses <= {"http://127.0.0.1"}


def test_it_runs_as_a_user_who_owns_nothing_of_it() -> None:
    names = [name for name, _ in instructions()]

    assert all_of("USER") == ["returnhome"]
    # Whatever is copied is copied before, and so is root's.
    assert names.index("USER") > max(at for at, name in enumerate(names) if name == "COPY")
    assert not any("--chown" in rest for rest in all_of("COPY"))


def test_it_says_whether_it_lives_and_is_told_no_secret() -> None:
    (asked,) = all_of("HEALTHCHECK")

    assert "/livez" in asked
    given = " ".join([*all_of("ENV"), *all_of("ARG")])
    assert not re.search(r"KEY|PASSWORD|TOKEN|DATABASE", given)
