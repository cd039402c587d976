"""How far a long piece of work is, in one line of the terminal: done, of how many, time left."""

import sys
import time
from collections.abc import Callable

from returnhome.intake import lasting

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
        # How many were done before: a file that was cut off goes on where it was.
        self.before: int | None = None
        self.done = self.of = 0
        self.is_shown = False

    def __call__(self, done: int, of: int) -> None:
        """So many of so many are done."""
        now, self.done, self.of = self.clock(), done, of
        if self.before is None:
            self.before = done if now - self.began < EVERY else 0
        if self.write is None or now - self.told < EVERY:
            return
        self.told, self.is_shown = now, True
        left = lasting.left(now - self.began, done - self.before, of - self.before)
        full = round(WIDTH * min(done / max(of, 1), 1))
        bar = f"{'#' * full}{'.' * (WIDTH - full)}"
        self.write(f"\r[{bar}] {done:,} of {of:,} rows, {left} left. Ctrl-C stops it ")

    def end(self) -> None:
        if self.is_shown and self.write:
            self.write("\r" + " " * 100 + "\r")
