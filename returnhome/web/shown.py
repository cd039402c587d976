"""What a request shows of the child to the side asked: the parts that the rules allow, in words."""

from collections.abc import Callable
from datetime import datetime

from returnhome.casework.children import circumstances
from returnhome.casework.handovers import HandOver, Story
from returnhome.rules import clock
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import RiskGrade
from returnhome.rules.handover import SEES, Part, Side
from returnhome.web import pages

# What stands in a letter or on a page, and what is known of it.
Fact = tuple[str, str]


def to_the_asked(row: HandOver, story: Story, now: datetime) -> list[Fact]:
    """What somebody may learn who holds the letter: by this request alone, whoever else was asked.

    A part that has no words here is never shown, whatever the rules come to allow.
    """
    allowed = SEES[story.of(row).matter, story.step(row, now), Side.ASKED]
    return [fact for part, words in WORDS.items() if part in allowed for fact in words(row, now)]


def _reference(row: HandOver, now: datetime) -> list[Fact]:
    return [("Request", reference(row))]


def _asking(row: HandOver, now: datetime) -> list[Fact]:
    return [("Asked by", f"{row.asked_by_authority.name}, on {pages.moment(row.asked_at)}")]


def _terms(row: HandOver, now: datetime) -> list[Fact]:
    facts = [("Please answer by", pages.moment(row.answer_due_at))]
    if row.looked_after_since:
        facts.append(("You look after the child since", pages.day(row.looked_after_since)))
    if row.report_due_at:
        facts.append(("Report on the interview by", pages.moment(row.report_due_at)))
    return [*facts, ("What else is asked", row.terms)] if row.terms else facts


def _age(row: HandOver, now: datetime) -> list[Fact]:
    age = pages.age_of(row.episode.child, now.astimezone(LONDON).date())
    return [("Age of the child", "not known" if age is None else str(age))]


def _area(row: HandOver, now: datetime) -> list[Fact]:
    """Its council's name alone: nothing nearer, and least of all of a protected address."""
    there = circumstances(row.episode.child, now.astimezone(LONDON).date())
    place = there.placed_in or there.lives_in
    return [("The child stays in the area of", place.name if place else "not known")]


def _clock(row: HandOver, now: datetime) -> list[Fact]:
    episode = row.episode
    due = episode.deadline
    if due is None:
        return [("Returned", "The child is still missing. The 72 hours begin with the return.")]
    came = ("Returned", pages.moment(episode.returned))
    if episode.returned is None:
        came = ("Found", f"{pages.moment(episode.found)}; the return is not known yet")
    ends = "They ran out" if now > due.earliest else "They run out"
    left = f"{clock.in_words(now, due)} on {pages.moment(now)}."
    return [
        came,
        (
            "The 72 hours for the interview",
            f"{left[:1].upper()}{left[1:]} {ends} on {pages.moment(due.earliest)}.",
        ),
    ]


def _risk(row: HandOver, now: datetime) -> list[Fact]:
    risk = row.episode.risk
    return [("Risk as the police graded it", RiskGrade(risk).label if risk else "not known")]


def _needs(row: HandOver, now: datetime) -> list[Fact]:
    return [("Language, access and how the child communicates", "Not recorded: ask us.")]


def _initials(row: HandOver, now: datetime) -> list[Fact]:
    child = row.episode.child
    letters = [name.strip()[:1].upper() for name in (child.forename, child.surname)]
    known = " ".join(f"{letter}." for letter in letters if letter)
    return [("Initials of the child", known or "not known")]


def _born_on(row: HandOver, now: datetime) -> list[Fact]:
    return [("Date of birth", pages.day(row.episode.child.born_on))]


WORDS: dict[Part, Callable[[HandOver, datetime], list[Fact]]] = {
    Part.REFERENCE: _reference,
    Part.ASKING: _asking,
    Part.TERMS: _terms,
    Part.INITIALS: _initials,
    Part.BORN_ON: _born_on,
    Part.AGE: _age,
    Part.AREA: _area,
    Part.CLOCK: _clock,
    Part.RISK: _risk,
    Part.NEEDS: _needs,
}


def reference(row: HandOver) -> str:
    """The request's own number, as both sides quote it."""
    return f"Number {row.pk}"
