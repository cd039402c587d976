"""The record as written, drawn from the standard: topics, questions, and how far each is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from returnhome.casework.interviews import Entry, Interview
from returnhome.rules import standard
from returnhome.rules.standard.parts import Question, SaidBy, Section, Unanswered


@dataclass(frozen=True)
class Line:
    """One question with what stands written to it; `entry` is None where nothing does."""

    section: Section
    question: Question
    entry: Entry | None

    @property
    def key(self) -> str:
        return self.question.key

    @property
    def is_answered(self) -> bool:
        return standard.is_answered(self.entry)

    @property
    def chosen(self) -> list[str]:
        labels = dict((*self.question.options, *self.question.evidence))
        return [labels.get(code, code) for code in self.entry.codes] if self.entry else []

    @property
    def words(self) -> str:
        return self.entry.words if self.entry else ""

    @property
    def unanswered(self) -> str:
        """Not asked, or did not want to say: said as plainly as an answer."""
        kind = self.entry.unanswered if self.entry else ""
        return Unanswered(kind).label if kind else ""


@dataclass(frozen=True)
class Topic:
    """A section of the standard and how far its record is."""

    section: Section
    lines: tuple[Line, ...]

    @property
    def answered(self) -> int:
        return sum(line.is_answered for line in self.lines)

    @property
    def is_complete(self) -> bool:
        """Nothing that the record cannot be signed off without is missing."""
        return all(line.is_answered for line in self.lines if line.question.core)

    @property
    def saved_at(self) -> datetime | None:
        return max((line.entry.written_at for line in self.lines if line.entry), default=None)


@dataclass(frozen=True)
class Account:
    """The whole record of an interview under its version of the standard."""

    topics: tuple[Topic, ...]

    @property
    def lines(self) -> list[Line]:
        return [line for topic in self.topics for line in topic.lines]

    @property
    def child_said(self) -> list[Line]:
        return [line for line in self.lines if line.question.said_by is SaidBy.CHILD]

    @property
    def worker_noted(self) -> list[Line]:
        return [line for line in self.lines if line.question.said_by is SaidBy.WORKER]

    @property
    def missing(self) -> list[Line]:
        return [line for line in self.lines if line.question.core and not line.is_answered]

    @property
    def is_begun(self) -> bool:
        return any(line.is_answered for line in self.lines)

    @property
    def saved_at(self) -> datetime | None:
        return max((topic.saved_at for topic in self.topics if topic.saved_at), default=None)


def account(interview: Interview) -> Account:
    """What stands written now. One query, and the caller has asked who may read it."""
    entries = {entry.question: entry for entry in interview.entries.current()}
    return Account(tuple(_topic(section, entries) for section in interview.standard.sections))


def _topic(section: Section, entries: Mapping[str, Entry]) -> Topic:
    return Topic(
        section,
        tuple(Line(section, each, entries.get(each.key)) for each in section.questions),
    )
