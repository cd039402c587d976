"""Signing in: whether the time of an answer tells a stranger that an account exists.

A wrong password for an account that is open, closed or without a password, against one that is not
there; and a letter for a new password, asked for an address that is known and one that is not.
Target: the ratio of the medians within 10 % of one, or its spread around one. It works in a
database of its own, through the pages, in one process, with the counts of guesses switched off.
"""

import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bench import scratch

GUESSES, LETTERS = 40, 300
RESAMPLES = 2000
DOMAIN = "example.invalid"


def main() -> None:
    scratch.set_up()
    at = datetime.now(UTC)
    with scratch.scratch(at):
        measure(at)


def measure(at: datetime) -> None:
    # Models can be imported only now that Django is set up.
    from django.test import Client  # noqa: PLC0415
    from django.test.utils import override_settings  # noqa: PLC0415

    from returnhome.casework import staff  # noqa: PLC0415

    by: dict[str, Any] = {"by": staff.operator(), "at": at}
    for who, password in (("opened", "a-long-walk-home"), ("closed", "a-walk"), ("recent", None)):
        person = staff.add_person(f"{who}@{DOMAIN}", who, password=password, **by)
        if who == "closed":
            person.is_active = False
            person.save(update_fields=["is_active"])

    browser = Client()

    def guess(who: str) -> Any:
        typed = {"login": f"{who}@{DOMAIN}", "password": "not-the-password"}
        return browser.post("/accounts/login/", typed)

    def ask(who: str) -> Any:
        return browser.post("/accounts/password/reset/", {"email": f"{who}@{DOMAIN}"})

    off: dict[str, Any] = {"ACCOUNT_RATE_LIMITS": False}
    off["EMAIL_BACKEND"] = "django.core.mail.backends.dummy.EmailBackend"
    with override_settings(**off):
        report("wrong password", guess, GUESSES)
        report("new password  ", ask, LETTERS)


def report(name: str, page: Callable[[str], Any], rounds: int) -> None:
    """Each kind against an account that is not there, asked in turn."""
    # Names of one length, so that pages that say them back are of one length too.
    kinds = ("nobody", "opened", "closed", "recent")
    taken: dict[str, list[float]] = {kind: [] for kind in kinds}
    seen = {kind: answer(page(kind)) for kind in kinds}
    for number in range(rounds):
        for kind in random.Random(number).sample(kinds, len(kinds)):
            before = time.perf_counter()
            page(kind)
            taken[kind].append((time.perf_counter() - before) * 1000)
    base = taken["nobody"]
    print(f"{name}  nobody {statistics.median(base):7.1f} ms   median of {rounds}")
    for kind in kinds[1:]:
        low, high = spread(taken[kind], base)
        ratio = statistics.median(taken[kind]) / statistics.median(base)
        alike = "the same answer" if seen[kind] == seen["nobody"] else "ANOTHER ANSWER"
        print(f"{name}  {kind} {ratio:7.3f}      {low:.3f} to {high:.3f} (95 %), {alike}")


def answer(response: Any) -> tuple[int, str, int]:
    # A token of the page differs each time, its length does not.
    return response.status_code, response.headers.get("Location", ""), len(response.content)


def spread(some: list[float], others: list[float]) -> tuple[float, float]:
    """Where the ratio of the medians lies in 95 of 100 resamples."""
    chance = random.Random(1)
    ratios = sorted(
        statistics.median(chance.choices(some, k=len(some)))
        / statistics.median(chance.choices(others, k=len(others)))
        for _ in range(RESAMPLES)
    )
    return ratios[int(RESAMPLES * 0.025)], ratios[int(RESAMPLES * 0.975)]


if __name__ == "__main__":
    main()
