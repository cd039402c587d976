"""Every reader of what comes from outside is fed what nobody would send, for a time each.

    ./run bench fuzz [--seconds 60] [--only NAME …] [--kept FOLDER]

atheris changes samples bit by bit, keeps what leads to lines not come to before, and goes on from
there. Only `Blocked` may come out of a reader; whatever else does ends it, and the bytes are kept
(`--again FILE` reads them once more). Each reader has a process of its own. There is no yardstick.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[1]
WATCHED = ["returnhome.intake", "returnhome.rules", "returnhome.api.notifications"]
NAMES = (
    *("text", "workbook", "part", "guess", "months", "register"),
    *("study", "care", "cells"),
    *("instant", "name", "words", "directory", "sent"),
)
# In bytes; a longer file repeats what a shorter one has.
LONGEST = {
    "text": 6000,
    "guess": 6000,
    "months": 6000,
    "register": 6000,
    "study": 6000,
    "care": 6000,
    "workbook": 40_000,
    "part": 40_000,
}
# One input may take so long, and the process so much memory in MB.
SLOWEST, MOST_MEMORY = 20, 3000


def feed(name: str, options: list[str]) -> None:
    """In the process of one reader: never comes back."""
    import atheris  # noqa: PLC0415

    with atheris.instrument_imports(include=WATCHED):
        from bench import readers  # noqa: PLC0415
        from returnhome.rules import Blocked  # noqa: PLC0415

        readers.made_ready(name)
    read = readers.READERS[name].read

    def taken(data: bytes) -> None:
        try:
            read(data)
        except Blocked as blocked:
            if not blocked.sentence:
                raise

    atheris.Setup([sys.argv[0], *options], taken)
    atheris.Fuzz()


def fuzzed(name: str, *, seconds: int, kept: Path) -> tuple[int, int, str]:
    """How many inputs were read, how many kept for a line of their own, and what broke it."""
    from bench import readers  # noqa: PLC0415

    corpus, broken = kept / name, kept / "broken"
    for folder in (corpus, broken):
        folder.mkdir(parents=True, exist_ok=True)
    for number, sample in enumerate(readers.READERS[name].samples()):
        (corpus / f"sample-{number}").write_bytes(sample)
    options = [
        *(str(corpus), f"-max_total_time={seconds}", "-print_final_stats=1"),
        *(f"-timeout={SLOWEST}", f"-rss_limit_mb={MOST_MEMORY}"),
        *(f"-max_len={LONGEST.get(name, 1000)}", f"-artifact_prefix={broken}/{name}-"),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "bench.fuzz", "--reader", name, "--", *options],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    said = done.stdout + done.stderr
    counted = re.findall(r"stat::number_of_executed_units:\s*(\d+)", said)
    if done.returncode == 0 and counted:
        return int(counted[-1]), len(list(corpus.iterdir())), ""
    reason = "\n".join(line for line in said.splitlines() if not line.startswith(("#", "INFO")))
    return int(counted[-1]) if counted else 0, len(list(corpus.iterdir())), reason[-3000:]


def main() -> int:
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--seconds", type=int, default=60, help="of each reader")
    asked.add_argument("--only", nargs="*", default=[], choices=NAMES, help="these readers alone")
    asked.add_argument("--kept", type=Path, help="where the inputs are kept, to go on from")
    asked.add_argument(
        "--again", type=Path, help="read this file once more, with --only its reader"
    )
    asked.add_argument("--reader", choices=NAMES, help=argparse.SUPPRESS)
    asked.add_argument("options", nargs="*", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.reader:
        feed(given.reader, given.options)
    if given.again:
        feed(given.only[0], [str(given.again)])
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        kept = (given.kept or Path(folder)).resolve()
        print(f"{'reader':<12}{'inputs read':>14}{'kept':>8}", flush=True)
        broken = 0
        for name in given.only or NAMES:
            number, found, reason = fuzzed(name, seconds=given.seconds, kept=kept)
            print(f"{name:<12}{number:>14,}{found:>8,}", flush=True)
            if reason:
                broken += 1
                print(reason, flush=True)
    print("nothing but refusals came out" if not broken else f"{broken} readers broke")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
