"""What a child told of people and places, in the form and grading of a police intelligence report.

Source: College of Policing, Authorised Professional Practice, Intelligence management: the 3x5x2
report (source, information, handling). The gradings proposed here are our own rule, for a practice
lead and a force to confirm; whoever sends it decides. How sure a child is of something is kept as
the exploitation tools have it (`rules.mentioning`) and is no grading by itself.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from returnhome.rules import Blocked
from returnhome.rules.clock import weekdays_on
from returnhome.rules.codes import Code
from returnhome.rules.mentioning import Expectation, MentionKind, Reliability
from returnhome.rules.naming import written_postcode


class SourceEvaluation(Code):
    """How far the source is known: the first figure."""

    RELIABLE = "1", "Reliable"
    UNTESTED = "2", "Untested"
    NOT_RELIABLE = "3", "Not reliable"


class Assessment(Code):
    """How the source knows it: the letter."""

    DIRECTLY = "A", "Known directly to the source"
    CORROBORATED = "B", "Known indirectly to the source, but corroborated"
    INDIRECTLY = "C", "Known indirectly to the source"
    NOT_KNOWN = "D", "Not known"
    FALSE = "E", "Suspected to be false"


class Handling(Code):
    """Who may have it: the last letter."""

    PERMITTED = "P", "Lawful sharing permitted"
    CONDITIONS = "C", "Lawful sharing permitted with conditions"


class PoliceAnswer(Code):
    """What the police say became of a piece; our own list."""

    ACTED_ON = "acted_on", "It was acted on"
    KNOWN = "known", "It was known already"
    NOTHING = "nothing", "Nothing is done with it"


# Weekdays; our own rule.
ACKNOWLEDGED_IN = 2
NOT_FROM_A_CHILD = "Nobody outside the police is to learn that a child said it."
ASK_FIRST = "Ask the council before anything is done that could show where it comes from."

# How the source knows it, by what it rests on.
ASSESSED = {
    Reliability.SEEN: Assessment.DIRECTLY,
    Reliability.TOLD: Assessment.INDIRECTLY,
    Reliability.INFERRED: Assessment.NOT_KNOWN,
}
CONDITIONS = {
    Expectation.MAY_BE_PASSED_ON: "",
    Expectation.NOT_THAT_I_SAID_IT: NOT_FROM_A_CHILD,
    Expectation.BETWEEN_US: f"{NOT_FROM_A_CHILD} {ASK_FIRST}",
    Expectation.NOT_ASKED: ASK_FIRST,
}
# The same for anybody but the police, as they can keep to it; our own rule.
TO_OTHERS = {
    NOT_FROM_A_CHILD: "Do not pass this on, and let nobody learn that the child said it.",
    ASK_FIRST: "Ask whoever sent it before anything is done that could show where it comes from.",
}
# What the three figures of the police mean, for whoever does not write them.
CHECKED = {
    SourceEvaluation.RELIABLE: "It comes from somebody who was right before.",
    SourceEvaluation.UNTESTED: "Nobody has checked it.",
    SourceEvaluation.NOT_RELIABLE: "It comes from somebody who was not right before.",
}
KNOWN_HOW = {
    Assessment.DIRECTLY: "The child saw or heard it.",
    Assessment.CORROBORATED: "The child heard of it, and somebody else says the same.",
    Assessment.INDIRECTLY: "The child heard of it from others.",
    Assessment.NOT_KNOWN: "How the child knows it is not known.",
    Assessment.FALSE: "It may not be true.",
}


@dataclass(frozen=True, slots=True)
class Grading:
    """The three of a report; `conditions` in words where there are any."""

    source: SourceEvaluation
    assessment: Assessment
    handling: Handling
    conditions: str = ""

    @property
    def is_for_police_alone(self) -> bool:
        """Whether its conditions say that nobody else is to learn whom it comes from."""
        return NOT_FROM_A_CHILD in self.conditions

    def __str__(self) -> str:
        """As it is written: “2A C”."""
        return f"{self.source}{self.assessment} {self.handling}"

    @classmethod
    def read(cls, written: str, conditions: str = "") -> "Grading":
        """From how it is written. Raises ValueError for anything else."""
        first, _, handling = written.partition(" ")
        return cls(
            SourceEvaluation(first[:1]), Assessment(first[1:]), Handling(handling), conditions
        )

    def to_others(self) -> "Grading":
        """With the conditions as anybody but the police can keep to them."""
        said = self.conditions
        for words, theirs in TO_OTHERS.items():
            said = said.replace(words, theirs)
        return replace(self, conditions=said)

    def parts(self, *, is_for_police: bool) -> list[tuple[str, str]]:
        """What it says beside the conditions, each under its heading.

        To the police the three of a report; to others how it is known, in plain words.
        """
        if not is_for_police:
            return [("How it is known", f"{CHECKED[self.source]} {KNOWN_HOW[self.assessment]}")]
        return [(heading, f"{code}: {code.label}") for heading, code in self._three()]

    def _three(self) -> tuple[tuple[str, Code], ...]:
        return (
            ("Source", self.source),
            ("Information", self.assessment),
            ("Handling", self.handling),
        )

    def in_words(self, *, is_for_police: bool) -> str:
        """The same in one line, and the conditions."""
        if is_for_police:
            three = (f"{heading} {code}: {code.label.lower()}" for heading, code in self._three())
            return "; ".join(filter(None, (*three, self.conditions)))
        known = (words for _, words in self.parts(is_for_police=False))
        return " ".join(filter(None, (*known, self.conditions)))


class ConditionsMissing(Blocked):
    sentence = "Say the conditions under which it may be shared."
    field = "conditions"


class NothingTyped(Blocked):
    sentence = (
        "Nothing of it has a name, an address, a plate or a number, and a story is no intelligence "
        "report. Note what is known in its own field first."
    )


class WhatWasDoneMissing(Blocked):
    sentence = "Say what was done, or why nothing is done."
    field = "because"


def proposed(
    reliability: Reliability, expectation: Expectation, *, is_corroborated: bool = False
) -> Grading:
    """The grading with which to begin: a child is an untested source, whatever they know.

    `is_corroborated`: another child, or somebody else, told of the same independently.
    """
    assessment = ASSESSED[reliability]
    if assessment is Assessment.INDIRECTLY and is_corroborated:
        assessment = Assessment.CORROBORATED
    conditions = CONDITIONS[expectation]
    handling = Handling.CONDITIONS if conditions else Handling.PERMITTED
    return Grading(SourceEvaluation.UNTESTED, assessment, handling, conditions)


def check_can_grade(grading: Grading) -> None:
    """Whether it is whole. Raises ConditionsMissing."""
    if grading.handling is Handling.CONDITIONS and not grading.conditions.strip():
        raise ConditionsMissing


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What is typed of one mention: the free description and the child's sentence are left out."""

    kind: MentionKind
    name: str = ""
    nickname: str = ""
    relationship: str = ""
    age: str = ""
    address: str = ""
    postcode: str = ""
    registration: str = ""
    make: str = ""
    colour: str = ""
    number: str = ""
    platform: str = ""


def in_words(typed: Typed) -> str:
    """One line of a report: “Vehicle: silver Ford, AB12CDE”. Raises NothingTyped."""
    postcode = written_postcode(typed.postcode) or typed.postcode
    nickname = f"called “{typed.nickname}”" if typed.nickname else ""
    age = f"about {typed.age}" if typed.age.strip().isdigit() else typed.age
    parts = {
        MentionKind.PERSON: (
            *(typed.name, nickname, age, typed.relationship, typed.address, postcode),
        ),
        MentionKind.PLACE: (typed.name, typed.address, postcode),
        MentionKind.VEHICLE: (
            *(" ".join(filter(None, (typed.colour, typed.make))), typed.registration),
        ),
        MentionKind.PHONE: (typed.number, typed.name, nickname),
        MentionKind.HANDLE: (typed.name, typed.platform),
    }[typed.kind]
    said = ", ".join(part.strip() for part in parts if part.strip())
    if not said:
        raise NothingTyped
    return f"{typed.kind.label}: {said}"


def named(typed: Typed) -> str:
    """What alone names it, as two children may both have said: “Vehicle: AB12CDE”."""
    nickname = f"called “{typed.nickname}”" if typed.nickname else ""
    make = " ".join(filter(None, (typed.colour, typed.make)))
    postcode = written_postcode(typed.postcode) or typed.postcode
    said = {
        MentionKind.PERSON: typed.name or nickname,
        MentionKind.PLACE: typed.name or typed.address or postcode,
        MentionKind.VEHICLE: typed.registration or make,
        MentionKind.PHONE: typed.number,
        MentionKind.HANDLE: typed.name,
    }[typed.kind]
    return f"{typed.kind.label}: {said}"


def acknowledged_by(sent_at: datetime) -> datetime:
    """By when the police have said that they have it."""
    return weekdays_on(sent_at, ACKNOWLEDGED_IN)


def check_can_answer(answer: PoliceAnswer, *, because: str) -> None:
    """Whether the police's answer is whole: what was done, or why nothing is."""
    if answer is not PoliceAnswer.KNOWN and not because.strip():
        raise WhatWasDoneMissing
