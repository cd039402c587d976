"""The demonstration: how long `./run demo` takes to answer, on a bare machine and again.

Targets: under 4 minutes the first time, everything fetched and made; under 10 s the second. There
is no yardstick but a visitor's patience. It works in a folder of its own, which is removed after,
with an environment of its own and empty caches of pip and npm; the last commit is what is run.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

HOUSE = Path(__file__).parent.parent
TARGETS = {"first": 240, "second": 10}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def bare(folder: Path) -> Path:
    """The last commit as somebody gets it, with nothing that a set-up left behind."""
    archive, copy = folder / "checkout.tar", folder / "checkout"
    subprocess.run(["git", "archive", "--output", archive, "HEAD"], cwd=HOUSE, check=True)
    copy.mkdir()
    subprocess.run(["tar", "-xf", archive, "-C", copy], check=True)
    return copy


def seconds_to_answer(house: Path, environ: dict[str, str], log: Path) -> float:
    """Run `./run demo` until /healthz answers, then end it and wait until it is gone."""
    url = f"http://localhost:{environ['PORT']}/healthz"
    with log.open("ab") as said:
        before = time.perf_counter()
        demo = subprocess.Popen(["./run", "demo"], cwd=house, env=environ, stdout=said, stderr=said)
        try:
            while not answers(url):
                if demo.poll() is not None:
                    sys.exit(f"./run demo ended by itself:\n{log.read_text()[-2000:]}")
                time.sleep(0.1)
            return time.perf_counter() - before
        finally:
            demo.send_signal(signal.SIGTERM)
            demo.wait(timeout=60)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status == 200
    except OSError:
        return False


def main() -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE", "RETURNHOME"))}
    with tempfile.TemporaryDirectory(prefix="start-", dir=os.environ.get("BENCH_FOLDER")) as name:
        folder = Path(name)
        environ = {
            **kept,
            "RETURNHOME_ENV": str(folder / "env"),
            "RETURNHOME_DATA": str(folder / "data"),
            "PIP_NO_CACHE_DIR": "1",
            "NPM_CONFIG_CACHE": str(folder / "npm"),
            "PORT": str(free_port()),
        }
        house = bare(folder)
        for when in TARGETS:
            took = seconds_to_answer(house, environ, folder / f"{when}.log")
            print(f"{when + ' start':<14}{took:8.1f} s    (target {TARGETS[when]} s)", flush=True)


if __name__ == "__main__":
    main()
