"""Questions that a council adds to the recording standard, beside its core and never in its place.

Source: the union of English forms (docs/standard.md) shows that councils ask what others do not.
That the core stays as it is, so that one study can read every council's records, is our own rule.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from returnhome.rules import Blocked
from returnhome.rules.standard.parts import Kind, Question, SaidBy, Section, Standard

# No question of a version begins so, and no two councils share what comes after it.
PREFIX = "own_"
# What a question of a council's own can be: prompts and numbers feed national lists and figures.
KINDS = (Kind.WORDS, Kind.CHOICE, Kind.CHOICES)
LONGEST = {"text": 200, "why": 300, "option": 100}
MOST_OPTIONS = 20
# So many of one council at a time: each lengthens every talk.
MOST = 10


@dataclass(frozen=True, kw_only=True)
class Own:
    """One question of a council's: `council` by its code and name, `number` counted there."""

    code: str
    council: str
    number: int
    text: str
    why: str
    kind: Kind
    said_by: SaidBy
    options: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{section_key(self.code)}_{self.number}"

    @property
    def question(self) -> Question:
        return Question(
            key=self.key,
            text=self.text,
            kind=self.kind,
            said_by=self.said_by,
            # Beside the question, as what helps to ask it.
            hint=self.why,
            why=self.why,
            source=f"{self.council}: a question of the council’s own",
            options=tuple((f"o{place}", label) for place, label in enumerate(self.options, 1)),
        )


def section_key(code: str) -> str:
    return PREFIX + re.sub(r"[^a-z0-9]", "", code.lower())


def with_own(standard: Standard, own: Sequence[Own]) -> Standard:
    """The version with each council's own questions in a section after all of its own.

    None of them is core: a record is signed off without an answer to them.
    """
    sections = []
    for code in dict.fromkeys(each.code for each in own):
        theirs = sorted((each for each in own if each.code == code), key=lambda each: each.number)
        sections.append(
            Section(
                key=section_key(code),
                title=f"Questions of {theirs[0].council}’s own",
                questions=tuple(each.question for each in theirs),
            )
        )
    return replace(standard, sections=(*standard.sections, *sections))


def is_own(key: str) -> bool:
    return key.startswith(PREFIX)


class TextMissing(Blocked):
    sentence = "Enter the question."
    field = "text"


class WhyMissing(Blocked):
    sentence = "Say why it is asked: the child may want to know."
    field = "why"


class TooFewOptions(Blocked):
    sentence = "Give at least two answers to choose from, one on each line."
    field = "options"


class TooManyOptions(Blocked):
    sentence = (
        f"Give {MOST_OPTIONS} answers at most, none longer than {LONGEST['option']} characters."
    )
    field = "options"


class OptionTwice(Blocked):
    sentence = "Each answer stands once."
    field = "options"


class BeginsBefore(Blocked):
    sentence = "A question is asked from today on, or later: what is booked already stays as it is."
    field = "since"


class AskedAlready(Blocked):
    sentence = "This question is asked already."
    field = "text"


class TooMany(Blocked):
    sentence = f"There are {MOST} questions of your own already. End one first."


class EndsBefore(Blocked):
    sentence = "It can end today at the earliest, and not before it began."
    field = "until"


class EndedAlready(Blocked):
    sentence = "This question has ended already, or its end is set."


def check_can_add(
    *,
    text: str,
    why: str,
    kind: Kind,
    options: Sequence[str],
    since: date,
    today: date,
    standing: Collection[str],
) -> None:
    """Whether a council can add this. `standing`: the texts that it asks or is going to ask."""
    if not text.strip():
        raise TextMissing
    if not why.strip():
        raise WhyMissing
    if kind is not Kind.WORDS:
        if len(options) < 2:
            raise TooFewOptions
        if len(options) > MOST_OPTIONS or any(len(each) > LONGEST["option"] for each in options):
            raise TooManyOptions
        if len({each.casefold() for each in options}) < len(options):
            raise OptionTwice
    if since < today:
        raise BeginsBefore
    if text.strip().casefold() in {each.casefold() for each in standing}:
        raise AskedAlready
    if len(standing) >= MOST:
        raise TooMany


def check_can_end(*, until: date, since: date, today: date, is_ended: bool) -> None:
    """Whether it can be asked no more from the day `until` on."""
    if is_ended:
        raise EndedAlready
    if until < today or until < since:
        raise EndsBefore
