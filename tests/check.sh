#!/bin/sh
# All that must hold before a change lands. Called by `./run check` with the environment's bin.
set -eu
bin=$1
say() { printf '\n== %s\n' "$*"; }

say "One form, no slips"
"$bin/ruff" format --check .
"$bin/ruff" check .

say "The floors of the house"
"$bin/lint-imports"

say "Types"
"$bin/mypy"

say "Every model has its migration"
"$bin/python" -m returnhome makemigrations --check --dry-run

say "Tests on the embedded PostgreSQL"
"$bin/python" -m pytest -n auto --durations=15

postgres15=/usr/lib/postgresql/15/bin
if [ -x "$postgres15/initdb" ]; then
    say "The same on PostgreSQL 15"
    RETURNHOME_POSTGRES=$postgres15 RETURNHOME_DATA=$(mktemp -d) \
        "$bin/python" -m pytest -n auto -m "not browser and not check"
    # And of the long ones those that try what the database itself keeps.
    RETURNHOME_POSTGRES=$postgres15 RETURNHOME_DATA=$(mktemp -d) \
        "$bin/python" -m pytest -n auto -m check tests/test_database.py tests/casework \
        tests/web/test_second_lock.py
elif [ "${CI:-}" = true ]; then
    say "PostgreSQL 15 is not here: apt-get install postgresql"
    exit 1
else
    say "PostgreSQL 15 is not here, so nothing was run on it."
fi

say "The wheel in a clean room"
sh tests/wheel.sh "$bin"

say "All that must hold, holds."
