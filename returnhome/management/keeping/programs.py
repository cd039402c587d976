"""PostgreSQL's own programs: which pg_dump and pg_restore fit a server, and how they are called."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from returnhome import embedded
from returnhome.management.keeping import Refused

# What a program of PostgreSQL's may know of our surroundings: no key and no other password.
PASSED_ON = re.compile(r"PG[A-Z]+|HOME|PATH|TMPDIR")


class Program(NamedTuple):
    """One of the programs, and the PostgreSQL that it is of."""

    path: Path
    major: int


def fitting(name: str, server: int, *, environ: Mapping[str, str] = os.environ) -> Program:
    """The program of the server's own version, else the next newer. Raises Refused.

    An older pg_dump refuses a newer server, and what a newer one writes an older server may not
    take back, so the same version comes first.
    """
    found = sorted(_found(name, environ), key=lambda one: one.major)
    for program in found:
        if program.major >= server:
            return program
    package = f"On Debian: apt-get install postgresql-client-{server}."
    if not found:
        raise Refused(
            f"{name} of PostgreSQL was not found, and the server is of version {server}. {package}"
        )
    raise Refused(
        f"{name} is of PostgreSQL {found[-1].major}, and the server is of version {server}: an "
        f"older one would leave things out. {package}"
    )


def reached(url: str) -> tuple[str, dict[str, str]]:
    """How a program is told of a database: the password is in no list of what runs."""
    parts = conninfo_to_dict(url)
    secret = parts.pop("password", None)
    around = {name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)}
    around |= {"LC_ALL": "C"}
    if secret is not None:
        around["PGPASSWORD"] = str(secret)
    return make_conninfo(**{name: str(value) for name, value in parts.items() if value}), around


def reason(said: str) -> str:
    """Of what a program said on its way out, the first thing that went wrong."""
    found = re.findall(r"(?:error|fatal|FATAL|ERROR): +(.*)", said) or said.splitlines()
    return found[0].rstrip(".") if found else "it gave no reason"


def _found(name: str, environ: Mapping[str, str]) -> Iterator[Program]:
    for folder in _folders(name, environ):
        try:
            done = subprocess.run([folder / name, "--version"], capture_output=True, text=True)
        except OSError:
            continue
        if major := re.search(r"\(PostgreSQL\) (\d+)", done.stdout):
            yield Program(folder / name, int(major[1]))


def _folders(name: str, environ: Mapping[str, str]) -> Iterator[Path]:
    """Where to look: the folder named, and no other; else the wheel's, the system's, the path's."""
    if named := environ.get("RETURNHOME_POSTGRES"):
        yield Path(named).resolve()
        return
    if wheel := embedded.wheel():
        yield wheel
    yield from Path("/usr/lib/postgresql").glob("*/bin")
    if found := shutil.which(name, path=environ.get("PATH")):
        yield Path(found).resolve().parent
