"""How far a long piece of work is, in one line of the terminal."""

from returnhome.intake.lasting import in_words
from returnhome.management.progress import Progress


def told(*, every: float) -> list[str]:
    """What is written while ten rows of ten are done, one every so many seconds."""
    lines: list[str] = []
    now = [0.0]
    progress = Progress(write=lines.append, clock=lambda: now[0])
    for done in range(1, 11):
        now[0] += every
        progress(done, 10)
    progress.end()
    return lines


def test_who_waits_sees_how_many_are_done_and_how_long_it_takes_still():
    lines = told(every=60)

    assert "5 of 10 rows, about 5 minutes left" in lines[4]
    assert "10 of 10 rows, under a minute left" in lines[9]
    assert lines[-1].strip() == ""


def test_what_is_done_at_once_shows_nothing():
    assert told(every=0.01) == []


def test_lengths_are_said_as_somebody_waiting_wants_them():
    assert [in_words(each) for each in (5, 61, 600, 9000)] == [
        "under a minute",
        "about 1 minute",
        "about 10 minutes",
        "about 2 hours",
    ]
