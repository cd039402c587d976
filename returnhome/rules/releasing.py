"""What a child sees again of a talk: lines that a worker released, and what the child says to them.

Source: UK GDPR, article 15, and the Children Act 1989, section 22(4): a child sees what is held of
them, and their wishes are heard. IICSA, 2022, Part G.5: somebody else may read the child's
telephone, so that nothing is there which a worker has not released.
"""

from datetime import date, timedelta

from returnhome.rules import Blocked
from returnhome.rules.codes import Code


class NotSafe(Blocked):
    sentence = "Only what is safe to be seen on this phone is released. Tell the child in person."
    field = "is_safe"


class NothingToShow(Blocked):
    sentence = "Write what the child is to see."
    field = "text"


class WhomMissing(Blocked):
    sentence = "Say with whom it is shared."
    field = "whom"


class WhyMissing(Blocked):
    sentence = "Say why."
    field = "because"


class PromiseMissing(Blocked):
    sentence = "Say whether the child asked for it, or we promised it."
    field = "promise"


class StateMissing(Blocked):
    sentence = "Say how it stands."
    field = "state"


class DayMissing(Blocked):
    sentence = "Say on which day."
    field = "named_on"


class TakenBackAlready(Blocked):
    sentence = "This line was taken back already: the child does not see it."


class NothingReleased(Blocked):
    sentence = "This line is not there any more."


class AnsweredAlready(Blocked):
    sentence = "The child has had an answer to this already."


class AnswerMissing(Blocked):
    sentence = "Write what the child is told."
    field = "words"


class NotAskedYet(Blocked):
    sentence = "How a talk was is asked once it has been held."


class SaidAlready(Blocked):
    sentence = "How the talk was has been said by way of this link."


class Kind(Code):
    """What a line is about."""

    WORDS = "words", "What was written down of the talk"
    SHARE = "share", "What is passed on, to whom and why"
    CAME_OF_IT = "came_of_it", "What came of something asked for or promised"


class Promise(Code):
    ASKED = "asked", "The child asked for it"
    PROMISED = "promised", "We said that we would"


class State(Code):
    """How a share or a promise stands."""

    DONE = "done", "It is done"
    NOT_DONE = "not_done", "It was not done, and will not be"
    STILL = "still", "It is still to be done"


class Felt(Code):
    """The answer to each of three questions on how the talk was."""

    YES = "yes", "Yes"
    A_BIT = "a_bit", "A bit"
    NO = "no", "No"


# The three questions, as the columns of the answers and the keys of the page.
HOW_IT_WAS = {
    "listened": "Did you feel listened to?",
    "choose": "Could you choose how it went?",
    "safe": "Did you feel safe?",
}
# Of fewer answers than these no figure is shown: whose they are could be guessed.
FEWEST = 5
# Before a share goes out there has to be time to answer an objection to it.
ANSWERED_IN = {
    Kind.WORDS: timedelta(days=7),
    Kind.SHARE: timedelta(days=3),
    Kind.CAME_OF_IT: timedelta(days=7),
}


def answered_by(kind: Kind, *, on: date) -> date:
    """The day by which the child has an answer to what they said to a line."""
    return on + ANSWERED_IN[kind]


def check_can_release(
    kind: Kind,
    *,
    text: str,
    whom: str = "",
    because: str = "",
    promise: str = "",
    state: str = "",
    named_on: date | None = None,
    is_safe: bool,
) -> None:
    """Whether the line is whole, and safe to be seen on the child's telephone.

    Raises NotSafe, NothingToShow, WhomMissing, WhyMissing, PromiseMissing, StateMissing,
    DayMissing.
    """
    if not is_safe:
        raise NotSafe
    if not text.strip():
        raise NothingToShow
    if kind is Kind.SHARE:
        if not whom.strip():
            raise WhomMissing
        if not because.strip():
            raise WhyMissing
        if state not in (State.DONE, State.STILL):
            raise StateMissing
        if state == State.DONE and named_on is None:
            raise DayMissing
    elif kind is Kind.CAME_OF_IT:
        if promise not in set(Promise):
            raise PromiseMissing
        if state not in set(State):
            raise StateMissing
        if state != State.STILL and not because.strip():
            raise WhyMissing
    elif named_on is None:
        raise DayMissing
