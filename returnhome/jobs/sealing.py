"""Sealing the journal every second, and noting the newest seal outside the database."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import DatabaseError
from django.utils import timezone

from returnhome.casework import seals
from returnhome.casework.seals import Anchor

EVERY_SECOND = 1.0
# A line in a file costs nothing; an e-mail is read by somebody.
FILE_EVERY, MAIL_EVERY = timedelta(minutes=10), timedelta(days=1)

log = logging.getLogger(__name__)


class Sealer:
    """Seals in a thread of its own for as long as the process lives, whatever goes wrong between.

    As many as there are processes may run at once: of those that meet, one seals.
    """

    def __init__(self, then: Callable[[], None] = lambda: None) -> None:
        self.then = then
        self.ended = Event()
        self.thread = Thread(target=self.work, name="sealer", daemon=True)

    def start(self) -> "Sealer":
        self.thread.start()
        return self

    def end(self) -> None:
        self.ended.set()
        self.thread.join(timeout=5)

    def work(self) -> None:
        while not self.ended.wait(EVERY_SECOND):
            try:
                seals.seal()
                self.then()
            except (DatabaseError, OSError):
                # The rows wait: whoever seals next takes them. A line a second would bury the log.
                if not self.is_failing:
                    log.exception("The journal could not be sealed just now.")
                self.is_failing = True
                seals.let_go()
            else:
                self.is_failing = False
        seals.let_go()

    is_failing = False


class Anchoring:
    """Notes the newest seal in the place that the operator named, as often as suits that place."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.noted_at: datetime | None = None
        self.noted: Anchor | None = None

    def __call__(self) -> None:
        if self.is_due(timezone.now()) and (newest := seals.newest()) and newest != self.noted:
            note(newest, self.place)
            self.noted_at, self.noted = timezone.now(), newest

    def is_due(self, now: datetime) -> bool:
        if not self.place:
            return False
        every = MAIL_EVERY if "@" in self.place else FILE_EVERY
        return self.noted_at is None or now >= self.noted_at + every


def note(anchor: Anchor, place: str) -> None:
    """Add the anchor to a file, or send it to an address. Raises OSError."""
    if "@" in place:
        EmailMessage(
            f"Returnhome: seal {anchor.number} of the journal",
            f"{anchor.line}\n\nKeep this message. With it, returnhome verify-journal --anchors "
            "finds out whether the journal was cut off or written anew since.\n",
            to=[place],
            headers={"Auto-Submitted": "auto-generated"},
        ).send()
        return
    with Path(place).open("a", encoding="utf-8") as file:
        file.write(f"{anchor.line}\n")


def anchoring() -> Anchoring:
    """What the settings say."""
    return Anchoring(settings.JOURNAL_ANCHOR)
