"""The statutory return of the demonstration, judged: as it is, and with a fault for each rule.

    python -m bench.statutory --judge PYTHON [--year 2026] [--council Northshire]

Target: the export of a year of demonstration data has no fault, by our rules and by the sector's
own validator (csc-validator-be-903 0.1.17, in the environment of PYTHON); with one fault seeded for
each of the twenty rules, ours finds every one, and the validator all but its known blind spot. It
makes a demonstration of its own in a new folder.
"""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

JUDGE = """
import importlib, json, logging, sys
from pathlib import Path
logging.disable(logging.CRITICAL)
from lac_validator.lac_validator import LacValidator
folder, year, rules = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3].split(",")
name = f"lac_validator.rules.lac{year - 1}_{year % 100:02}"
files = [
    {
        "name": path.name,
        "description": "Prev year" if path.stem.endswith("_last") else "This year",
        "file_content": path.read_bytes(),
    }
    for path in sorted(folder.glob("*.csv"))
]
judged = LacValidator(
    metadata={"collectionYear": str(year), "localAuthority": "E08000025"},
    files=files, registry=importlib.import_module(name).registry, selected_rules=rules,
)
found = [
    [column[4:], table, str(child)]
    for table, rows in judged.ds_results.items() if table != "metadata"
    for column in rows.columns if column.startswith("ERR_")
    for child in rows[rows[column] == True]["CHILD"]
]
print(json.dumps({"found": found, "crashed": judged.fails}))
"""
KNOWN_BLIND = {("576", "no period this year")}
DAY = timedelta(days=1)
Rows = dict[str, list[list[str]]]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--judge", required=True, help="the Python that has the validator")
    asked.add_argument("--year", type=int, help="the year in which the collection year ends")
    asked.add_argument("--council", default="Northshire")
    options = asked.parse_args()
    today = date.today()
    year = options.year or today.year - (today < date(today.year, 4, 1))

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "return"
        _export(Path(name) / "data", options.council, year, folder)
        ours, theirs = _ours(folder, year), _theirs(options.judge, folder, year)
        rows = sum(1 for _ in (folder / "missing.csv").open()) - 1
        print(f"{options.council}, {year - 1}-{year % 100:02}: {rows} periods")
        print(f"  as it is: {len(ours)} by ours, {len(theirs)} by the validator")
        is_good = not ours and not theirs
        for code, words, seed in _seeds(year):
            seeded = Path(name) / "seeded"
            shutil.rmtree(seeded, ignore_errors=True)
            shutil.copytree(folder, seeded)
            _seed(seeded, seed)
            mine = code in {found[0] for found in _ours(seeded, year)}
            judged = code in {found[0] for found in _theirs(options.judge, seeded, year)}
            blind = (code, words) in KNOWN_BLIND
            print(f"  {code:>5} {words}: ours {_said(mine)}, validator {_said(judged)}")
            is_good &= mine and (judged or blind)
    sys.exit(not is_good)


def _said(found: bool) -> str:
    return "found" if found else "NOT FOUND"


def _export(data: Path, council: str, year: int, folder: Path) -> None:
    environment = os.environ | {"RETURNHOME_DATA": str(data)}
    returnhome = [sys.executable, "-m", "returnhome"]
    subprocess.run(
        [*returnhome, "demo", "--load-only"], env=environment, check=True, stdout=subprocess.DEVNULL
    )
    days = ["--from", f"{year - 1}-04-01", "--to", f"{year}-03-31"]
    subprocess.run(
        [*returnhome, "figures", "ssda903", "--authority", council, *days, "--out", str(folder)],
        env=environment,
        check=False,
        stderr=subprocess.DEVNULL,
    )


def _ours(folder: Path, year: int) -> list[tuple[str, str]]:
    """Code and child, as the rules' own entry prints them; what follows from a fault with it."""
    said = subprocess.run(
        [
            sys.executable,
            "-m",
            "returnhome.rules.statutory.ssda903",
            str(folder),
            "--year",
            str(year),
        ],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    lines = [line.split("\t") for line in said.splitlines() if "\t" in line]
    return [
        (code, line[3])
        for line in lines
        for code in (line[0], *line[4].partition(" With it: ")[2].rstrip(".").split(", "))
        if code
    ]


def _theirs(judge: str, folder: Path, year: int) -> list[tuple[str, str]]:
    from returnhome.rules.statutory.ssda903 import RULES  # noqa: PLC0415

    said = subprocess.run(
        [judge, "-c", JUDGE, str(folder), str(year), ",".join(RULES)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    answer = json.loads(said.splitlines()[-1])
    if answer["crashed"]:
        sys.exit(f"The validator's rules {answer['crashed']} crashed.")
    return [(code, child) for code, _, child in answer["found"]]


# One fault each, put into the return of a child of its own.


def _seed(folder: Path, seed: Callable[[Rows], None]) -> None:
    rows: Rows = {}
    for path in folder.glob("*.csv"):
        with path.open(newline="", encoding="utf-8") as file:
            rows[path.stem] = list(csv.reader(file))
    seed(rows)
    for stem, table in rows.items():
        with (folder / f"{stem}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(table)


def _seeds(year: int) -> Iterator[tuple[str, str, Callable[[Rows], None]]]:
    first, last, mid = date(year - 1, 4, 1), date(year, 3, 31), date(year - 1, 9, 10)
    born = date(year - 16, 6, 1)

    def written(day: date | None) -> str:
        return f"{day:%d/%m/%Y}" if day else ""

    def child(
        *periods: tuple[str, str, str],
        birth: date = born,
        said_birth: str | None = None,
        in_header: bool = True,
        care: tuple[tuple[date, str, date | None, str], ...] = ((first, "S", None, ""),),
        last_year: tuple[tuple[str, str, str], ...] = (),
    ) -> Callable[[Rows], None]:
        def seed(rows: Rows) -> None:
            number, sex = "XSEEDED", "M" if year >= 2025 else "1"
            if in_header:
                rows["header"].append([number, sex, written(birth), "NOBT", "", "", ""])
            for since, why, until, ceased in care:
                rows["episodes"].append(
                    [
                        number,
                        written(since),
                        why,
                        "C2",
                        "N1",
                        "U6",
                        "PR1",
                        written(until),
                        ceased,
                        "",
                        "",
                        "",
                        "",
                    ]
                )
            for table, those in (("missing", periods), ("missing_last", last_year)):
                rows[table] += [
                    [number, said_birth or written(birth), kind, start, end]
                    for kind, start, end in those
                ]

        return seed

    day, after = written(mid), written(mid + DAY)
    long_before = written(first - 20 * DAY)
    ended = ((first, "S", mid + 20 * DAY, "E13"),)
    moved = ((first, "S", mid + 5 * DAY, "X1"), (mid + 5 * DAY, "P", None, ""))
    adult = mid + 4 * DAY
    yield "564", "no start", child(("M", "", ""))
    yield "565", "no kind, a start", child(("", day, ""))
    yield "566", "no kind, an end", child(("", "", after))
    yield "567", "ends before it starts", child(("M", day, written(mid - DAY)))
    yield "570", "starts after the year", child(("M", written(last + 5 * DAY), ""))
    yield "571", "ends after the year", child(("M", written(last), written(last + DAY)))
    yield "574", "overlaps", child(("M", day, written(mid + 9 * DAY)), ("M", after, after))
    yield "575", "placement ended", child(("M", day, ""), care=moved)
    yield (
        "576",
        "not this year's first",
        child(("M", day, after), last_year=(("M", long_before, ""),)),
    )
    yield "576", "no period this year", child(last_year=(("M", long_before, ""),))
    yield "577", "care ended", child(("M", day, ""), care=ended)
    yield (
        "578",
        "after care",
        child(("M", written(mid + 30 * DAY), written(mid + 31 * DAY)), care=ended),
    )
    yield (
        "580",
        "missing at 18",
        child(
            ("M", day, written(adult)),
            birth=adult.replace(year=adult.year - 18),
            care=((first, "S", adult, "E13"),),
        ),
    )
    yield (
        "581",
        "in no episode",
        child(("M", written(first + DAY), written(first + 2 * DAY)), care=((mid, "S", None, ""),)),
    )
    yield "586", "before birth", child(("M", day, after), birth=mid + 9 * DAY)
    yield "1004", "start is no date", child(("M", f"31/02/{year - 1}", ""))
    yield "1005", "end is no date", child(("M", day, f"{year - 1}-09-11"))
    yield "1006", "no such kind", child(("Z", day, after))
    yield "1012", "no episode", child(("M", day, after), care=())
    yield "INT04", "not in Header", child(("M", day, after), in_header=False)
    yield "INT13", "another birth date", child(("M", day, after), said_birth="01/02/2009")


if __name__ == "__main__":
    main()
