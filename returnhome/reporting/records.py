"""A record of an interview on paper, and the empty form of a standard: tagged PDFs set by typst."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from returnhome.reporting import setting
from returnhome.rules.standard.parts import Kind, Question, Standard, Unanswered

SETTING = (Path(__file__).parent / "record.typ").read_bytes()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question on paper: with what was ticked and written, or with boxes and room to write."""

    text: str
    whose: str = ""
    ticked: Sequence[str] = ()
    options: Sequence[str] = ()
    words: str = ""
    space: bool = False


@dataclass(frozen=True)
class Part:
    title: str
    questions: Sequence[Asked]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What stands on the paper, in its order.

    `facts` are pairs of what and what is known of it, under the heading `known`.
    """

    title: str
    opening: Sequence[str]
    facts: Sequence[tuple[str, str]] = ()
    known: str = "What is known"
    parts: Sequence[Part]
    closing: Sequence[str] = ()


def pdf(sheet: Sheet) -> bytes:
    """A4, PDF/UA-1. The same sheet gives the same bytes, whenever and wherever it is set."""
    return setting.pdf(SETTING, "sheet", asdict(sheet))


def empty_form(standard: Standard) -> Sheet:
    """The questions of a version with boxes to tick and room to write."""
    return Sheet(
        title=f"Return home interview: form, version {standard.version}",
        opening=[
            "Any topic, in any order, as the talk goes. Write what the child says as they say it. "
            "“Not asked” and “did not want to say” are answers too.",
            "Stop asking if the child tells of a crime or of harm: keep the words, and telephone. "
            "999 if there is danger now.",
        ],
        facts=[(fact.text, "") for fact in standard.facts],
        parts=[
            Part(section.title, [_empty(each) for each in section.questions])
            for section in standard.sections
            if section.questions
        ],
        closing=["Signed:", "Name, day and time:"],
    )


def _empty(question: Question) -> Asked:
    listed = [*question.options, *question.evidence, *Unanswered.choices()]
    return Asked(
        text=question.text,
        whose=question.hint,
        options=[label for _, label in listed],
        space=question.kind is Kind.WORDS,
    )
