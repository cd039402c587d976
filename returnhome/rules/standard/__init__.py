"""The recording standard by its versions: what is asked, and what of it is still unanswered.

Source: each version names its own; a version once in use is never changed.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from returnhome.rules import Blocked
from returnhome.rules.codes import Indicator
from returnhome.rules.standard import v0, v1
from returnhome.rules.standard.parts import Kind, Question, Standard, Unanswered

VERSIONS: tuple[Standard, ...] = (v0.STANDARD, v1.STANDARD)

# Answers to a prompt of which it can be said how they are known.
AFFIRMED = {Indicator.YES, Indicator.POSSIBLE}
NUMBER = re.compile(r"[0-9]{0,6}")


class Written(Protocol):
    """An answer as it stands written: codes, words, or why there is none."""

    @property
    def codes(self) -> Sequence[str]: ...

    @property
    def words(self) -> str: ...

    @property
    def unanswered(self) -> str: ...


class NoSuchQuestion(Blocked):
    sentence = "This version of the recording standard has no such question."


class NotAnOption(Blocked):
    sentence = "Choose from the list."


class OneOnly(Blocked):
    sentence = "Choose one answer only."


class NotANumber(Blocked):
    sentence = "Write a whole number, in figures."


class EvidenceOfNothing(Blocked):
    sentence = "Say how it is known only where the answer is yes or possible."


class AnsweredAndNot(Blocked):
    sentence = "Give an answer, or say that there is none: not both."


def version(number: str) -> Standard:
    """Raises KeyError for a version that never was."""
    for standard in VERSIONS:
        if standard.version == number:
            return standard
    raise KeyError(number)


def current(on: date) -> Standard:
    """The version in force that day; before the first, the first."""
    in_force = [standard for standard in VERSIONS if standard.since <= on]
    return in_force[-1] if in_force else VERSIONS[0]


def missing(standard: Standard, answers: Mapping[str, Written]) -> list[Question]:
    """The core questions without an answer, in the order they are asked."""
    return [
        question
        for question in standard.questions
        if question.core and not is_answered(answers.get(question.key))
    ]


def is_answered(written: Written | None) -> bool:
    """“Not asked” and “did not want to say” are answers; blank words are none."""
    if written is None:
        return False
    return bool(written.codes or written.words.strip() or written.unanswered)


def check_answer(standard: Standard, key: str, written: Written) -> None:
    """Whether this can be written to this question. The block names the question as its field."""
    if key not in {question.key for question in standard.questions}:
        raise NoSuchQuestion(field=key)
    question = standard.question(key)
    if written.unanswered and (written.codes or written.words.strip()):
        raise AnsweredAndNot(field=key)
    if written.unanswered and written.unanswered not in list(Unanswered):
        raise NotAnOption(field=key)
    if not question.codes.issuperset(written.codes):
        raise NotAnOption(field=key)
    answers = {code for code, _ in question.options}.intersection(written.codes)
    if question.is_one_only and len(answers) > 1:
        raise OneOnly(field=key)
    if len(written.codes) > len(answers) and not answers & AFFIRMED:
        raise EvidenceOfNothing(field=key)
    if question.kind is Kind.NUMBER and not NUMBER.fullmatch(written.words.strip()):
        raise NotANumber(field=key)
