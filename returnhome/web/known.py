"""What the ledger knows that belongs to a record: as it stands today, and as it was signed off."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from returnhome.casework.children import Child
from returnhome.casework.episodes import Episode
from returnhome.casework.interviews import Addendum, Interview, SignedFacts
from returnhome.casework.mentions import Mention
from returnhome.casework.offers import Attempt, Offer
from returnhome.casework.staff import Person
from returnhome.casework.support import Action
from returnhome.rules.codes import ActionKind, Cohort, Mode, Place
from returnhome.web import before, mentions, pages
from returnhome.web.asked import covered

Facts = dict[str, list[str]]
# These go on after a record is signed, as they should: no correction of what it rests on.
GOES_ON = ("attempts", "actions")
# What the lines of an interview read of what is above it.
ABOVE = (
    *("child__responsible_authority", "child__host_authority"),
    *("interviewer", "organisation", "signed_by"),
)


@dataclass(frozen=True)
class ToldOf:
    """One thing that was told of, in words and as data."""

    what: str
    rests_on: str
    words: str
    data: dict[str, str]


@dataclass(frozen=True)
class Known:
    """The facts of a record by their keys, and what was told of."""

    facts: Facts
    told_of: Sequence[ToldOf]

    @property
    def kept(self) -> dict[str, Any]:
        """As it is kept with a record that is signed off."""
        return asdict(self)


def today(interview: Interview, person: Person) -> Known:
    """What this person sees of it. Nothing of it depends on the day on which it is asked for."""
    child, episodes = interview.child, covered(interview)
    first = min(episode.started_at for episode in episodes)
    made = facts(
        interview,
        episodes,
        numbers=numbers_of(child),
        previous=child.episodes.counted().filter(started_at__lt=first).count(),
        attempts=_attempts(episodes, person),
        actions=_actions(interview, person),
    )
    return Known(made, _told_of(interview, person))


def as_signed(interview: Interview, person: Person) -> Known | None:
    """What was kept at sign-off; None for a draft, and for what was signed before it was kept."""
    if not interview.is_signed:
        return None
    row = SignedFacts.objects.visible_to(person).filter(interview=interview).first()
    if row is None:
        return None
    return Known(row.known["facts"], [ToldOf(**each) for each in row.known["told_of"]])


def facts(
    interview: Interview,
    episodes: Sequence[Episode],
    *,
    numbers: list[str],
    previous: int,
    attempts: Iterable[tuple[datetime, str]],
    actions: list[str],
) -> Facts:
    """The lines of each fact that the version of the standard has, by its key."""
    lines = {
        "child": [pages.name_of(interview.child), _born(interview.child), *numbers],
        "episodes": [_in_words(episode) for episode in episodes],
        "authorities": _authorities(interview.child),
        "previous": [str(previous)],
        "held": [
            pages.moment(interview.held) if interview.held else "Not yet",
            f"{Place(interview.place).label}; {Mode(interview.mode).label}",
        ],
        "interviewer": [interview.held_by, *_independence(interview)],
        "attempts": [f"{pages.moment(at)}: {what}" for at, what in sorted(attempts)],
        "actions": actions,
    }
    return {fact.key: lines[fact.key] for fact in interview.standard.facts}


def _born(child: Child) -> str:
    return f"Born {pages.day(child.born_on)}" if child.born_on else "Date of birth not known"


def numbers_of(child: Child) -> list[str]:
    theirs = child.identifiers.order_by("kind", "issuer", "value")
    return [f"{each.issuer or each.kind.upper()} {each.value}" for each in theirs]


def _in_words(episode: Episode) -> str:
    found = f"; found {pages.moment(episode.found)}" if episode.found else ""
    returned = f"; returned {pages.moment(episode.returned)}" if episode.returned else ""
    cohort = Cohort(episode.cohort).label
    return f"Missing from {pages.moment(episode.started_at)}{found}{returned} ({cohort})"


def _authorities(child: Child) -> list[str]:
    answers = [f"Answers for the child: {child.responsible_authority}"]
    return answers + ([f"Placed in: {child.host_authority}"] if child.host_authority else [])


def _independence(interview: Interview) -> list[str]:
    if interview.is_independent is None:
        return []
    said = "Independent of the child’s care" if interview.is_independent else "Not independent"
    return [f"{said}. {interview.independence_note}".strip()]


def _attempts(episodes: Sequence[Episode], person: Person) -> list[tuple[datetime, str]]:
    offers = Offer.objects.visible_to(person).filter(episode__in=episodes)
    attempts = Attempt.objects.visible_to(person).filter(episode__in=episodes)
    return [
        *((row.made_at, before.offer_in_words(row)) for row in offers),
        *((row.made_at, before.attempt_in_words(row)) for row in attempts),
    ]


def _actions(interview: Interview, person: Person) -> list[str]:
    theirs = Action.objects.visible_to(person).filter(interview=interview)
    return [_action(each) for each in theirs.select_related("owner").order_by("added_at", "pk")]


def _action(action: Action) -> str:
    label, due = ActionKind(action.kind).label, pages.day(action.due_on)
    outcome = f" Done: {action.outcome}" if action.is_done else ""
    return f"{label}, {action.owner.name}, by {due}: {action.what}{outcome}"


def _told_of(interview: Interview, person: Person) -> list[ToldOf]:
    theirs = Mention.objects.visible_to(person).filter(interview=interview).current()
    found = []
    for mention in theirs.in_order():
        mention.interview = interview
        found.append(_one(mentions.shown(mention)))
    return found


def _one(shown: mentions.Shown) -> ToldOf:
    """The sentence it was said in stands in the account."""
    said = {name: str(value) for name, value in asdict(shown.mention.told).items() if value}
    return ToldOf(
        what=f"{shown.kind}: {shown.title}",
        rests_on=f"Rests on: {shown.reliability}. What the child expects: {shown.expectation}.",
        words="\n".join(
            part for part in ("; ".join(shown.facts), shown.mention.description) if part
        ),
        data={"kind": shown.mention.kind} | said,
    )


# Beside a record, on a page.


@dataclass(frozen=True)
class Beside:
    """What it rests on, in lines; what came since it was signed: addenda, and what is corrected."""

    facts: Sequence[tuple[str, str]]
    told_of: Sequence[ToldOf]
    is_kept: bool
    addenda: Sequence[Addendum]
    corrected: Sequence[tuple[str, str]]
    is_told_of_otherwise: bool


def beside(interview: Interview, person: Person) -> Beside:
    """Ten queries at most, and the caller has asked who may read the account."""
    kept, now = as_signed(interview, person), today(interview, person)
    known = kept or now
    return Beside(
        facts=in_lines(interview, known.facts),
        told_of=known.told_of,
        is_kept=kept is not None,
        addenda=addenda(interview) if interview.is_signed else (),
        corrected=in_lines(
            interview,
            {
                key: lines
                for key, lines in now.facts.items()
                if key not in GOES_ON and lines != known.facts.get(key, lines)
            },
        ),
        is_told_of_otherwise=[each.data for each in now.told_of]
        != [each.data for each in known.told_of],
    )


def in_lines(interview: Interview, known: Facts) -> list[tuple[str, str]]:
    """What each fact is called by the version of the standard, and what is known of it.

    In the order of the fields of English forms: the child first.
    """
    asked = sorted(interview.standard.facts, key=lambda fact: fact.row)
    return [
        (fact.text, "\n".join(known[fact.key]) or "None") for fact in asked if fact.key in known
    ]


def addenda(interview: Interview) -> list[Addendum]:
    theirs = interview.addenda.select_related("written_by")
    return list(theirs.order_by("written_at", "pk"))
