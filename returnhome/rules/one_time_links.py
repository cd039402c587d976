"""A link that opens once, for somebody without an account: how long, and with which code.

Source: the product's own design. A mailbox may have other readers, so what opens it goes two ways:
the link by e-mail, the code by another. Mail scanners fetch every link before its reader sees it,
so that a link was fetched opens nothing.
"""

from datetime import datetime, timedelta

from returnhome.rules import Blocked
from returnhome.rules.codes import Code

# Until it is opened; how long it then stands is as of a child's link, in `ways_in`.
LASTS = timedelta(hours=72)
# A code of eight digits, and so many tries: one in twenty million for whoever has the link alone.
DIGITS, MOST_WRONG = 8, 5


class CodeWay(Code):
    """How the code is given; never the way of the link. Our own."""

    TELEPHONE = "telephone", "I telephone them, on a number that I know is theirs"
    TEXT = "text", "I send it to their mobile telephone"
    IN_PERSON = "in_person", "I give it to them in person"


class HasAccount(Blocked):
    sentence = "They have an account here: what was shared is there when they sign in."


class NothingToOpen(Blocked):
    sentence = "This is not sent yet, was recalled, or its time is over: there is nothing to open."


class NotTheCode(Blocked):
    sentence = (
        "This is not the code. Look at it again, or ask whoever told it to you: after "
        f"{MOST_WRONG} wrong codes the link is closed."
    )
    field = "code"


class OverAlready(Blocked):
    sentence = "This link is over already."


def check_can_make(*, has_account: bool, is_open: bool) -> None:
    """Raises HasAccount, NothingToOpen."""
    if has_account:
        raise HasAccount
    if not is_open:
        raise NothingToOpen


def lasts_until(made_at: datetime, *, share_until: datetime) -> datetime:
    """Until when it can be opened: never longer than what was shared is there."""
    return min(made_at + LASTS, share_until)


def is_whole(code: str) -> bool:
    """Whether this can be a code at all: what is none costs no try."""
    return len(bare(code)) == DIGITS and bare(code).isdecimal()


def bare(code: str) -> str:
    """As it is compared: people write it in groups."""
    return "".join(code.split()).replace("-", "")


def written(code: str) -> str:
    """As it is read out: two groups of four."""
    return f"{code[: DIGITS // 2]} {code[DIGITS // 2 :]}"
