"""That nothing which was answered as saved is lost, whatever is killed or cut meanwhile."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.check


def test_nothing_told_to_be_saved_is_lost_at_twenty_random_moments() -> None:
    """The server killed, the line cut half-way, the browser closed; `bench.saving` does 1,000."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.saving", "kills", "--kills", "20", "--people", "8"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert "target: nothing told to be saved is lost: met" in done.stdout, done.stderr
    assert done.returncode == 0
