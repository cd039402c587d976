"""What is still to be established of a child, so that it is certain who must act, and where.

Source: Returnhome's own rule, where the guidance is silent. A decision that rests on too little
says so by its flags (rules/responsibility.py); each of them is a question to somebody, and goes by
itself once the answer is recorded.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from returnhome.rules.codes import Code
from returnhome.rules.responsibility import Flag


class Answering(Code):
    """Where a question is answered."""

    MATCH = "match", "Say who the child is"
    CARE = "care", "Record who looks after the child"
    PLACEMENT = "placement", "Record the placement"
    HOME = "home", "Record where the child lives"
    BIRTH_DATE = "birth_date", "Record the birth date"
    KIND = "kind", "Record missing or away"
    DOUBT = "doubt", "Settle the doubt"


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be established, in words, and where it is answered."""

    words: str
    where: tuple[Answering, ...]


WHO = Question("Who is this child?", (Answering.MATCH,))

# Flags that are no question stand in no line: turned 18, placed outside England and such.
QUESTIONS: dict[Flag, Question] = {
    Flag.PROVISIONAL: Question(
        "Which council is the child’s own? Where do they live, or who looks after them?",
        (Answering.HOME, Answering.CARE),
    ),
    Flag.PLACE_UNKNOWN: Question(
        "Which place is meant? One that was named is in no list.",
        (Answering.HOME, Answering.CARE),
    ),
    Flag.PLACEMENT_UNKNOWN: Question("Where is the child placed?", (Answering.PLACEMENT,)),
    Flag.PLACED_BY_UNKNOWN: Question("Which council placed the child?", (Answering.CARE,)),
    Flag.AGE_UNKNOWN: Question("When was the child born?", (Answering.BIRTH_DATE,)),
    Flag.CATEGORY_IN_DOUBT: Question(
        "Is the child looked after, or was this missing from home?",
        (Answering.CARE, Answering.KIND),
    ),
    Flag.FACTS_IN_CONFLICT: Question(
        "Which is right: what is on record of care and home, or what was said?",
        (Answering.DOUBT,),
    ),
}


def questions(flags: Iterable[str], *, is_named: bool) -> tuple[Question, ...]:
    """What is to be established by these flags, in the order of the table.

    Of a child whom nobody has named there is one question: care and home are known with the name.
    """
    if not is_named:
        return (WHO,)
    there = set(flags)
    return tuple(question for flag, question in QUESTIONS.items() if flag in there)


def is_any(flags: Iterable[str]) -> bool:
    """Whether anything is to be established of a child who is named."""
    return any(flag in QUESTIONS for flag in flags)
