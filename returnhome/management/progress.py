"""How far a long piece of work is, in one line of the terminal: done, of how many, time left."""

import sys
import time
from collections.abc import Callable

# So often at most, in seconds; work that takes less shows nothing.
EVERY = 0.5
WIDTH = 24


class Progress:
    """A line that is written again and again. Where nobody watches, nothing is written.

    `clock` gives seconds, `write` takes the line; both are the terminal's own unless given.
    """

    def __init__(
        self,
        *,
        write: Callable[[str], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        is_watched = sys.stderr.isatty()
        self.write = write or ((lambda line: print(line, end="", file=sys.stderr, flush=True))
                               if is_watched else None)  # fmt: skip
        self.clock = clock
        self.began = self.told = clock()
        self.is_shown = False

    def __call__(self, done: int, of: int) -> None:
        """So many of so many are done."""
        now = self.clock()
        if self.write is None or now - self.told < EVERY:
            return
        self.told, self.is_shown = now, True
        left = (now - self.began) * max(of - done, 0) / max(done, 1)
        full = round(WIDTH * min(done / max(of, 1), 1))
        bar = f"{'#' * full}{'.' * (WIDTH - full)}"
        self.write(
            f"\r[{bar}] {done:,} of {of:,} rows, {in_words(left)} left. Ctrl-C: none goes in "
        )

    def end(self) -> None:
        if self.is_shown and self.write:
            self.write("\r" + " " * 100 + "\r")


def in_words(seconds: float) -> str:
    """About how long, as somebody waiting wants to know it."""
    if seconds < 60:
        return "under a minute"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"about {minutes} minute{'s' if minutes > 1 else ''}"
    return f"about {round(minutes / 60)} hours"
