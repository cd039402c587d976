"""A national study of 153 councils' returns: how long the whole process takes.

    python -m bench.study [--runs 5]

Target: the whole process under 5 s (the median), with all four files written. Yardstick, in turn in
the same run: a process that reads the same CSV files with Python's own `csv` and adds one rate up,
which checks nothing, opens no workbook and writes nothing. The returns are those of
`returnhome study --demonstration`: 142 files of which twelve are workbooks, with 37 faults planted;
that every one is found and every sum is that of the truth is held by a test.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WITHIN = 5.0
BARE = """
import csv, sys
from pathlib import Path
counts = {"held": 0, "ended": 0}
for path in sorted(Path(sys.argv[1]).glob("*.csv")):
    text = path.read_bytes().decode("utf-8", "replace").splitlines()
    for row in csv.DictReader(text):
        if row.get("cohort") == "all" and row.get("measure") in counts:
            value = (row.get("value") or "").replace(",", "")
            counts[row["measure"]] += int(value) if value.isdigit() else 0
print(counts)
"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--runs", type=int, default=5)
    runs = asked.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        returns, out = Path(name) / "returns", Path(name) / "out"
        ours = [sys.executable, "-m", "returnhome", "study"]
        subprocess.run(
            [*ours, "--demonstration", str(returns)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
        )  # fmt: skip
        whole = [*ours, str(returns), "--out", str(out)]
        bare = [sys.executable, "-c", BARE, str(returns)]
        took: dict[str, list[float]] = {"ours": [], "bare": []}
        for _ in range(runs):
            for which, command, ends in (("ours", whole, 1), ("bare", bare, 0)):
                took[which].append(_timed(command, ends))
        peak, busy = _used(whole)
        study = json.loads((out / "study.json").read_text(encoding="utf-8"))
        size = sum(path.stat().st_size for path in out.iterdir()) / 1_000_000
    seconds, yardstick = statistics.median(took["ours"]), statistics.median(took["bare"])
    print(
        f"{study['councils']['asked']} councils asked, {study['files']['read']} files, "
        f"{len(study['problems'])} faults: {seconds:.2f} s (median of {runs}), "
        f"target {WITHIN:.0f}: {'met' if seconds < WITHIN else 'NOT MET'}"
    )
    print(f"of a processor {busy:.2f} s, {peak:.0f} MiB at most, {size:.1f} MB written")
    print(
        f"csv alone, one rate, nothing checked: {yardstick:.2f} s; {seconds / yardstick:.0f} times"
    )


def _timed(command: list[str], ends: int) -> float:
    began = time.perf_counter()
    done = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    seconds = time.perf_counter() - began
    # Faults were planted, so that a study of them ends with one.
    assert done.returncode == ends, done.returncode
    return seconds


def _used(command: list[str]) -> tuple[float, float]:
    """The most memory of the process in MiB, and the seconds of a processor that it took."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, used = os.wait4(process.pid, 0)
    return used.ru_maxrss / 1024, used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
