"""How a signed record is reviewed and scored, how a sample is drawn, and against what it is held.

Source: DfE statutory guidance on children who run away or go missing, January 2014: what is learnt
in interviews is to be used, and their quality watched. What a record is held against is drawn from
the recording standard (docs/standard.md), the list itself and the lot are our own.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from hashlib import sha256
from itertools import islice

from returnhome.rules import Blocked, allowed
from returnhome.rules.codes import Code
from returnhome.rules.interviewing import NotSigned, OwnRecord

LARGEST = 200


class ReviewResult(Code):
    """What a colleague found on reading a signed record."""

    COMPLETE = "complete", "Complete: nothing to add"
    TO_ADD = "to_add", "Something to add"


class WaitsFor(Code):
    """Whom a signed record waits for."""

    NOBODY = "", "Nobody"
    REVIEWER = "reviewer", "Somebody who reviews it"
    AUTHOR = "author", "Its author, to add something"


class Mark(Code):
    """How far a record meets one criterion."""

    MET = "met", "Met"
    PARTLY = "partly", "Partly met"
    NOT_MET = "not_met", "Not met"
    NOT_APPLICABLE = "not_applicable", "Not applicable"


NEEDS_COMMENT = frozenset({Mark.PARTLY, Mark.NOT_MET})


class Criterion(Code):
    """What a record is held against: short enough to be used, and drawn from the standard.

    `asks`: what whoever scores looks for. `short`: the same for a chart.
    """

    asks: str
    short: str

    def __new__(cls, code: str, label: str = "", short: str = "", asks: str = "") -> "Criterion":
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.short = short
        member.asks = asks
        return member

    OWN_WORDS = (
        "own_words",
        "The child’s own words stand as the child said them",
        "The child’s own words",
        "Are they in the first person, with the child’s own expressions, and not a summary?",
    )
    CORE_TOPICS = (
        "core_topics",
        "Each core topic is answered, or honestly “not asked”",
        "Core topics",
        "Is “not asked” used where a topic was left out, and not to get the record signed?",
    )
    APART = (
        "apart",
        "What the child said and what the interviewer thinks stand apart",
        "Said and thought kept apart",
        "Is it clear whose view each sentence is, and how each sign of exploitation is known?",
    )
    HARM = (
        "harm",
        "Harm that was told of was acted on in both steps",
        "Harm acted on",
        "Was somebody telephoned at once, and did a manager decide in time? Not applicable where "
        "the child told of none.",
    )
    NEEDS = (
        "needs",
        "Each need that was named has an answer",
        "Needs answered",
        "Is there an action, an offer of help, or a reason for none? Not applicable where none was "
        "named.",
    )
    INDEPENDENCE = (
        "independence",
        "Independence is declared, and an exception explained",
        "Independence declared",
        "If the interviewer was involved in the child’s care, did the child ask for that?",
    )
    SHARING = (
        "sharing",
        "The child knew what would be passed on",
        "What would be passed on",
        "Does the record say what the child was told about who reads it, and what the child asked?",
    )
    PROMISED = (
        "promised",
        "What was promised has been followed up",
        "Promises followed up",
        "Is each promise written down with a name and a day, and can it be seen whether it was "
        "kept?",
    )


class Theme(Code):
    """What comes up again and again in records that are scored; our own list."""

    HEARD = "heard", "The child was heard well"
    QUICK_HELP = "quick_help", "Help came quickly"
    SUMMED_UP = "summed_up", "The child’s words were summed up"
    WHY_UNCLEAR = "why_unclear", "Why the child went stays unclear"
    MUCH_NOT_ASKED = "much_not_asked", "Much was not asked"
    SIGNS_NOT_FOLLOWED = "signs_not_followed", "Signs of exploitation were not followed"
    HARM_LATE = "harm_late", "Harm was acted on late"
    NEEDS_LEFT = "needs_left", "Needs were left without an answer"
    PROMISES_VAGUE = "promises_vague", "Promises were vague"
    WRITTEN_LATE = "written_late", "The record was written long after the talk"
    COMMUNICATION = "communication", "How the child communicates was not thought of"
    OTHER = "other", "Something else"


class ReviewedAlready(Blocked):
    sentence = "This record was reviewed and found complete."


class AskedAlready(Blocked):
    sentence = "The author was asked to add something, and has not answered yet."
    field = "result"


class CommentMissing(Blocked):
    """Something is missing in a record, and nobody says what."""


class PeriodTurned(Blocked):
    sentence = "The last day must not be before the first day."
    field = "last"


class PeriodNotOver(Blocked):
    sentence = "Choose days that are over: until then more records can be signed."
    field = "last"


class SeedMissing(Blocked):
    sentence = "Enter a seed: any word or number, so that the sample can be drawn again."
    field = "seed"


class WrongSize(Blocked):
    sentence = f"Draw from 1 to {LARGEST} records."
    field = "size"


class NothingToDraw(Blocked):
    sentence = "No record that you may read was signed off on these days."
    field = "first"


class DrawnAlready(Blocked):
    sentence = "This sample was drawn already: it is on the list."
    field = "seed"


class ScoredAlready(Blocked):
    sentence = "This record was scored in this sample already."


class MarkMissing(Blocked):
    """A criterion without a mark: the block names it."""


def check_can_review(
    *,
    authors: Collection[int | None],
    reviewer: int,
    is_signed: bool,
    last: ReviewResult | None,
    is_added_since: bool,
    result: ReviewResult,
    comment: str,
) -> None:
    """Whether somebody may write down what they found. `last`: what the last review found."""
    if not is_signed:
        raise NotSigned
    if reviewer in authors:
        raise OwnRecord
    if last is ReviewResult.COMPLETE and not is_added_since:
        raise ReviewedAlready
    if result is ReviewResult.TO_ADD:
        if last is ReviewResult.TO_ADD and not is_added_since:
            raise AskedAlready
        if not comment.strip():
            raise CommentMissing("Say what is to be added.", field="comment")


def waits_for(last: ReviewResult | None, *, is_added_since: bool) -> WaitsFor:
    """Whom a signed record waits for: nobody has read it yet, or what was asked for is added."""
    if last is ReviewResult.COMPLETE:
        return WaitsFor.NOBODY
    return WaitsFor.REVIEWER if last is None or is_added_since else WaitsFor.AUTHOR


def seed_of(typed: str) -> str:
    """The seed as it is used: without spaces around it, and one between words."""
    return " ".join(typed.split())


def draw(numbers: Iterable[int], *, seed: str, size: int) -> list[int]:
    """The sample: the first `size` of these records by the lot that the seed casts for each.

    The lot of a record is the SHA-256 of “seed:number” as hexadecimal, in UTF-8; the smallest come
    first, and of two that are alike the smaller number. So it hangs on the seed and on which
    records there are, never on the order in which they are given.
    """
    return list(islice(sorted(set(numbers), key=lambda number: (lot(number, seed), number)), size))


def lot(number: int, seed: str) -> str:
    return sha256(f"{seed_of(seed)}:{number}".encode()).hexdigest()


def check_can_draw(
    *, first: date, last: date, today: date, size: int, seed: str, is_drawn: bool
) -> None:
    if last < first:
        raise PeriodTurned
    if last >= today:
        raise PeriodNotOver
    if not 1 <= size <= LARGEST:
        raise WrongSize
    if not seed_of(seed):
        raise SeedMissing
    if is_drawn:
        raise DrawnAlready


def check_can_score(
    *,
    authors: Collection[int | None],
    scorer: int,
    is_scored: bool,
    marks: Mapping[Criterion, Mark],
    comments: Mapping[Criterion, str],
) -> None:
    """Whether somebody may score a record of a sample so. The block names the criterion."""
    if scorer in authors:
        raise OwnRecord("A record is scored by somebody other than the person who wrote it.")
    if is_scored:
        raise ScoredAlready
    for criterion in Criterion:
        mark = marks.get(criterion)
        if mark is None:
            sentence = f"Score “{criterion.label}”."
            raise MarkMissing(sentence, field=f"{criterion}-mark")
        if mark in NEEDS_COMMENT and not comments.get(criterion, "").strip():
            sentence = f"Say what is missing: “{criterion.label}”."
            raise CommentMissing(sentence, field=f"{criterion}-comment")


can_review = allowed(check_can_review)
