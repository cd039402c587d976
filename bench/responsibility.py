"""Who must act: how long one decision takes, and a hundred thousand through the command.

    python -m bench.responsibility [--cases 100000]

Targets: a decision in the rules under 50 µs (the median); 100,000 cases through
`returnhome responsibility FILE` under 10 s, the start of the process included. Yardsticks, in the
same run: reading the same case with `json.loads`, and reading the file and writing the answers
with Python's own `json`, which decides nothing. The cases are invented, from the names of the
reference lists, the same at every run, in all the combinations that the rules tell apart.
"""

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from returnhome.casework import reference
from returnhome.rules import responsibility

DECISIONS = 20_000
ARRANGEMENTS = (
    None,
    {"kind": "host_interviews", "standing": True},
    {"kind": "host_interviews", "answer": "accepted"},
    {"kind": "host_interviews", "answer": "refused"},
    {"kind": "provider", "by": "Open Path"},
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    given = parser.parse_args()
    known = reference.places()
    cases = invented(given.cases, [row["name"] for row in reference.read("authorities")])
    one_decision(cases[:DECISIONS], known)
    with tempfile.TemporaryDirectory() as folder:
        whole_command(cases, Path(folder))


def invented(number: int, names: list[str]) -> list[dict]:
    chance = random.Random(11)
    return [invented_case(f"B{each:06}", names, chance) for each in range(number)]


def invented_case(name: str, names: list[str], chance: random.Random) -> dict:
    """A third at home, a third placed in area, a third elsewhere; some facts are missing."""
    ours, other = chance.sample(names, 2)
    kind = chance.randrange(3)
    arranged = chance.choice(ARRANGEMENTS)
    if arranged and "by" not in arranged:
        arranged = {**arranged, "by": other}
    given = {
        "category": chance.choice(("missing", "missing", "missing", "away")),
        "age_at_return": chance.choice((None, *range(10, 19))),
        "looked_after_by": None if kind == 0 else ours,
        "lives_in": ours if kind == 0 and chance.random() < 0.9 else None,
        "placed_in": (None, ours, other)[kind],
        "missing_from": chance.choice((ours, other, None)),
        "received_by": ours,
        "moved_to": other if chance.random() < 0.1 else None,
        "unaccompanied": chance.random() < 0.05,
        "arrangement": arranged,
    }
    return {"case": name, "given": given}


def one_decision(cases: list[dict], known: responsibility.Places) -> None:
    texts = [json.dumps(case) for case in cases]
    givens = [responsibility.given_from(case["given"]) for case in cases]
    read = [microseconds(json.loads, text) for text in texts]
    decided = [microseconds(responsibility.decide, each, known=known) for each in givens]
    answered = [microseconds(responsibility.decide_case, case, known) for case in cases]
    yardstick = statistics.median(read)
    print(f"json.loads    {yardstick:8.1f} µs  of one case (median of {len(cases)})")
    for title, taken, target in (
        ("decision", decided, " (target 50)"),
        ("case, whole", answered, ", read from its keys and answered with its reasons"),
    ):
        median, p99 = statistics.median(taken), statistics.quantiles(taken, n=100)[98]
        ratio = median / yardstick
        print(f"{title:13} {median:8.1f} µs  p99 {p99:.1f}, {ratio:.1f} times json.loads{target}")


def microseconds(ask, *what, **by_name) -> float:
    before = time.perf_counter()
    ask(*what, **by_name)
    return (time.perf_counter() - before) * 1_000_000


def whole_command(cases: list[dict], folder: Path) -> None:
    file, answers = folder / "cases.json", folder / "answers.json"
    file.write_text(json.dumps(cases), encoding="utf-8")
    before = time.perf_counter()
    with answers.open("wb") as out:
        subprocess.run(
            [sys.executable, "-m", "returnhome", "responsibility", str(file)],
            stdout=out, env=os.environ, check=True,
        )  # fmt: skip
    seconds = time.perf_counter() - before
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak, busy = used.ru_maxrss / 1024, used.ru_utime + used.ru_stime
    written = json.loads(answers.read_text(encoding="utf-8"))
    assert len(written) == len(cases)
    assert all(each["answer"] for each in written)
    before = time.perf_counter()
    json.loads(file.read_text(encoding="utf-8"))
    json.dumps(written)
    bare = time.perf_counter() - before
    size = answers.stat().st_size / 1_000_000
    print(f"command       {seconds:8.2f} s   {len(cases)} cases, whole process (target 10 s)")
    print(f"              {busy:8.2f} s   of a processor; the rest is waiting for one")
    print(f"              {peak:8.0f} MB  at most, {size:.0f} MB of answers")
    print(f"bare json     {bare:8.2f} s   for the same; the command: {seconds / bare:.1f} times")


if __name__ == "__main__":
    main()
