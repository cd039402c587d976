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
    PROMPT = "prompt", "Yes, no or possible, and how it is known"
    NUMBER = "number", "A whole number"


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


class Evidence(Code):
    """How the answer to a prompt is known; ours, so that no guess passes for an observation."""

    SEEN = "seen", "Seen"
    TOLD = "told", "Told by the child"
    OTHERS = "others", "Told by somebody else"
    INFERRED = "inferred", "Inferred"


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question. `core`: the record is not signed off without an answer to it.

    `options` are codes with their labels; words may always be added to a choice. `evidence` are
    the further codes of a prompt. `row` is that of the table of what English forms record
    (docs/standard.md), 0 for none. `factors` are DfE assessment factors by code. `beside` names
    the question whose list this one judges: what the child did not say and the interviewer thinks.
    """

    key: str
    text: str
    kind: Kind
    said_by: SaidBy
    why: str
    source: str
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()
    core: bool = False
    row: int = 0
    factors: tuple[tuple[str, str], ...] = ()
    beside: str = ""

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(code for code, _ in (*self.options, *self.evidence))

    @property
    def is_one_only(self) -> bool:
        return self.kind is not Kind.CHOICES


class HeldAs(Code):
    """The type of what the ledger holds already."""

    TEXT = "text", "Text"
    DAY = "day", "A day"
    MOMENT = "moment", "Day and time, with how sure it is"
    CODE = "code", "One of a list"
    COUNT = "count", "A count"
    LIST = "list", "A list"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What belongs to the record and is not asked: the ledger holds it, and it is shown with it."""

    key: str
    text: str
    held_as: HeldAs
    row: int
    why: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Section:
    key: str
    title: str
    questions: tuple[Question, ...]
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Standard:
    """One version, in force from `since`; what was recorded under it is read by it for ever.

    `reviewed_by` names who reviewed it for practice, empty for a draft.
    """

    version: str
    title: str
    since: date
    sections: tuple[Section, ...]
    reviewed_by: str = ""

    @property
    def is_draft(self) -> bool:
        return not self.reviewed_by

    @property
    def facts(self) -> tuple[Fact, ...]:
        return tuple(fact for section in self.sections for fact in section.facts)

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
