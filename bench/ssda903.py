"""The rules that read the Missing table of the SSDA903, against the sector's own validator.

    python -m bench.ssda903 --judge PYTHON [--runs 7]

Target: over 500 and 50,000 rows, the whole process at least 8 and 4 times faster than the rules of
csc-validator-be-903 0.1.17, under 100 MiB. Yardstick: that validator, in the environment of PYTHON,
with the rules that read Missing alone, asked in turn with ours in the same run. Every child of the
returns is invented, and the returns have no fault: both say so, or the run fails.
"""

import argparse
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

TIMES = {500: 8, 50_000: 4}
UNDER_MIB = 100
PER_CHILD, YEAR = 5, 2026
TABLES = {
    "header": "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB",
    "episodes": "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,"
    "HOME_POST,PL_POST,URN",
    "missing": "CHILD,DOB,MISSING,MIS_START,MIS_END",
}
JUDGE = """
import importlib, logging, sys
from pathlib import Path
logging.disable(logging.CRITICAL)
from lac_validator.lac_validator import LacValidator
registry = importlib.import_module("lac_validator.rules.lac2025_26").registry
files = [
    {"name": path.name, "description": "This year", "file_content": path.read_bytes()}
    for path in sorted(Path(sys.argv[1]).glob("*.csv"))
]
judged = LacValidator(
    metadata={"collectionYear": "2026", "localAuthority": "E08000025"},
    files=files, registry=registry, selected_rules=sys.argv[2].split(","),
)
tables = [table for name, table in judged.ds_results.items() if name != "metadata"]
sys.exit(any(str(column).startswith("ERR_") for table in tables for column in table.columns))
"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--judge", required=True, help="the Python that has the validator")
    asked.add_argument("--runs", type=int, default=7)
    options = asked.parse_args()
    from returnhome.rules.statutory.ssda903 import RULES  # noqa: PLC0415

    for rows, at_least in TIMES.items():
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            _made(folder, rows)
            ours = [sys.executable, "-m", "returnhome.rules.statutory.ssda903", name]
            theirs = [options.judge, "-c", JUDGE, name, ",".join(RULES)]
            took: dict[str, list[float]] = {"ours": [], "theirs": []}
            for _ in range(options.runs):
                for whose, command in (("ours", ours), ("theirs", theirs)):
                    took[whose].append(_timed(command))
            peak = _peak(ours)
        mine, others = (statistics.median(took[whose]) for whose in ("ours", "theirs"))
        times = others / mine
        is_met = times >= at_least and peak < UNDER_MIB
        print(
            f"{rows:,} rows: {mine:.3f} s, {peak:.0f} MiB; the validator {others:.2f} s: "
            f"{times:.1f} times, target {at_least}: {'met' if is_met else 'NOT MET'}"
        )


def _made(folder: Path, rows: int) -> None:
    """A sound return: each child with one episode, and periods that follow each other."""
    tables: dict[str, list[list[str]]] = {name: [] for name in TABLES}
    for number in range(rows // PER_CHILD):
        child, born = f"C{number:09}", date(2010, 5 + number % 8, 1 + number % 28)
        since = date(YEAR - 1, 4, 2 + number % 26)
        tables["header"].append([child, "MF"[number % 2], _day(born), "WBRI", "UN4", "", ""])
        tables["episodes"].append(
            [child, _day(since), "S", "C2", "N1", "U6", "PR1", "", "", "", "B1 1BB", "B3 3DH", "1"]
        )
        for period in range(PER_CHILD):
            start = since + timedelta(days=2 + period * 60 + number % 20)
            end = start + timedelta(days=number % 15)
            kind = "A" if number % 10 == 0 else "M"
            tables["missing"].append([child, _day(born), kind, _day(start), _day(end)])
    for name, headings in TABLES.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(headings.split(","))
            writer.writerows(tables[name])


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _timed(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def _peak(command: list[str]) -> float:
    """The most memory that one process of it held, in MiB."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, _, used = os.wait4(process.pid, 0)
    return used.ru_maxrss / 1024


if __name__ == "__main__":
    main()
