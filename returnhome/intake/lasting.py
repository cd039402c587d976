"""How long a file still takes, as somebody who waits wants to know it."""


def left(seconds: float, done: int, of: int) -> str:
    """About how long until all are done, if it goes on as so far."""
    return in_words(seconds * max(of - done, 0) / max(done, 1))


def in_words(seconds: float) -> str:
    """About how long."""
    if seconds < 60:
        return "under a minute"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"about {minutes} minute{'s' if minutes > 1 else ''}"
    return f"about {round(minutes / 60)} hours"
