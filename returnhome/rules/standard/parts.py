"""What a recording standard is made of: sections, questions, and how a question may be answered.

Source: the study's finding that one council in five recorded interviews in no consistent way
(The First Step, The Children's Society, 2019). Pages, the printed record, validation, the public
guide and the exports are all drawn from these lists.
"""

from dataclasses import dataclass
from datetime import date

from returnhome.rules.codes import Code


class Kind(Code):
    WORDS = "words", "In words"
    CHOICE = "choice", "One of a list"
    CHOICES = "choices", "Any of a list"
    YES_NO = "yes_no", "Yes or no"


class SaidBy(Code):
    """Whose account it is: the child's words are kept apart from the interviewer's view."""

    CHILD = "child", "The child"
    WORKER = "worker", "The interviewer"


class Unanswered(Code):
    """There is no answer, and that is the answer: open to every question."""

    NOT_ASKED = "not_asked", "Not asked"
    DID_NOT_WANT_TO_SAY = "did_not_want_to_say", "Did not want to say"


class YesNo(Code):
    YES = "yes", "Yes"
    NO = "no", "No"


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question. `core`: the record is not signed off without an answer to it.

    `options` are codes with their labels; words may always be added to a choice.
    """

    key: str
    text: str
    kind: Kind
    said_by: SaidBy
    why: str
    source: str
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    core: bool = False

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(code for code, _ in self.options)


@dataclass(frozen=True, kw_only=True)
class Section:
    key: str
    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, kw_only=True)
class Standard:
    """One version, in force from `since`; what was recorded under it is read by it for ever."""

    version: str
    title: str
    since: date
    sections: tuple[Section, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for section in self.sections for question in section.questions)

    def question(self, key: str) -> Question:
        """Raises KeyError for a question this version does not have."""
        for question in self.questions:
            if question.key == key:
                return question
        raise KeyError(key)


def options(codes: type[Code]) -> tuple[tuple[str, str], ...]:
    return tuple(codes.choices())
