"""Keeping it safe: a backup that only its owner can open, and a restore that proves what it did."""


class Refused(Exception):
    """It was not begun, or nothing of it remains; the sentence says why and what to do."""


class Failed(Refused):
    """It was begun and could not be finished: the disk, the database or the file did not hold."""
