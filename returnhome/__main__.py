"""The command line: `returnhome COMMAND`, or `python -m returnhome COMMAND`."""

import atexit
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import (
    call_command,
    execute_from_command_line,
    load_command_class,
)

from returnhome import __version__, database
from returnhome.embedded import DatabaseUnavailable

# What operators may run, in the order of the help. Django's other commands stay out of sight.
COMMANDS = {
    "demo": "serve the product with demonstration data",
    "serve": "serve the product",
    "worker": "notice what nobody answers, and send messages",
    "migrate": "bring the database up to date",
    "roles": "print the SQL of the roles that the database needs",
    "keys": "make, keep and change the keys that seal what children tell",
    "check": "look for unsafe or missing settings",
    "people": "add an organisation and its first people",
    "register": "load known children from a council's register",
    "care": "care and placements of known children, from a council's SSDA903 files",
    "intake": "read a force's, home's or council's file",
    "history": "bring in past episodes from a council's earlier records, or take them back",
    "responsibility": "say who must act for a list of cases, and why",
    "timeliness": "hold a spreadsheet of returns and interviews against the 72 hours",
    "services": "take a council's list of services in, or write it out",
    "figures": "count, for one authority and period",
    "study": "make one national study from many councils' returns",
    "backup": "write the whole database into one encrypted file, or check one",
    "restore": "restore a backup into an empty database, and prove it",
    "retention": "say which records are due to be reviewed",
    "erase": "erase the records that two people want erased, or a list of them anew",
    "verify-journal": "say whether the journal is as it was sealed",
}
NEEDS_NO_TABLE = {
    *("check", "roles", "responsibility", "timeliness", "study", "makemigrations"),
    # Looks for the database itself, where it needs one.
    "backup",
}
# Brings the tables along itself.
MAKES_TABLES = {"migrate", "restore"}
# Nor a model: what loads them all would take a third of such a command's time, and a machine that
# backs up needs none of the product's keys.
NEEDS_NO_APPLICATION = {"study", "backup"}
# Nor any setting: a key is made before there are any.
NEEDS_NOTHING = (["keys", "make"], ["keys", "read-paper"])
# Several processes that answer, of which any one is asked for the figures of all.
SERVES = {"demo", "serve"}
# For those who develop: Django's own.
FOR_DEVELOPERS = {"makemigrations", "shell", "sqlmigrate", "showmigrations", "dbshell"}


def usage() -> str:
    width = max(map(len, COMMANDS))
    rows = (f"  {name:<{width}}  {what}" for name, what in COMMANDS.items())
    lines = ["Usage: returnhome COMMAND [options]", "", *rows, "", "COMMAND --help tells more."]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command. Exit 0: done, 1: some rows refused, 2: wrong use."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in {"-h", "--help", "help"}:
        print(usage(), file=sys.stdout if words else sys.stderr)
        sys.exit(0 if words else 2)
    if words[0] in {"--version", "version"}:
        print(__version__)
        return
    if words[0] not in {*COMMANDS, *FOR_DEVELOPERS}:
        print(f"There is no command “{words[0]}”.\n\n{usage()}", file=sys.stderr)
        sys.exit(2)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "returnhome.settings")
    # From the first moment on: an embedded server is let go of only by a process that exits.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if words[0] == "demo":
        os.environ["RETURNHOME_DEMO"] = "1"
    if words[0] in SERVES and os.environ.get("METRICS_TOKEN"):
        count_together()
    if words[:2] in NEEDS_NOTHING:
        os.environ.pop("DATABASE_URL", None)
    elif words[0] not in NEEDS_NO_TABLE and not {"-h", "--help"} & set(words):
        bring_database(is_migrating=words[0] in MAKES_TABLES)
    try:
        if words[0] in NEEDS_NO_APPLICATION:
            load_command_class("returnhome", words[0]).run_from_argv(["returnhome", *words])
        else:
            execute_from_command_line(["returnhome", *words])
    except ImproperlyConfigured as error:
        print(error, file=sys.stderr)
        sys.exit(2)


def count_together() -> None:
    """One folder in which all processes of a server count; it goes with the one that made it."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        return
    folder, maker = tempfile.mkdtemp(prefix="returnhome-"), os.getpid()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder

    def take_away() -> None:
        # A forked process leaves by the same door.
        if os.getpid() == maker:
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(take_away)


def bring_database(*, is_migrating: bool) -> None:
    """Find or start the database; an embedded one is brought up to date without being asked."""
    try:
        database.ready()
    except DatabaseUnavailable as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    if os.environ.get("RETURNHOME_EMBEDDED") == "1" and not is_migrating:
        django.setup()
        call_command("migrate", if_needed=True, verbosity=0)


if __name__ == "__main__":
    main()
