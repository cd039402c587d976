"""What a hand-over shows of a child to the side that is asked: part by part, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from returnhome.casework import acting
from returnhome.casework.children import Address, Child, Placement, circumstances
from returnhome.casework.communications import standing
from returnhome.casework.concerns import NotedConcern
from returnhome.casework.episodes import Episode
from returnhome.casework.handovers import HandOver
from returnhome.casework.support import Action
from returnhome.rules import clock
from returnhome.rules.codes import (
    ActionKind,
    Concern,
    DutyGround,
    EpisodeKind,
    HandOverKind,
    RiskGrade,
)
from returnhome.rules.handover import Part
from returnhome.web import communications, pages

Fact = tuple[str, str]
CLOCK = "72 hours"

WHAT = {
    HandOverKind.HOST_INTERVIEWS: "To hold the return home interview",
    HandOverKind.PROVIDER: "To hold the return home interview",
    HandOverKind.DUTY: "To take the duty over",
}


@dataclass(frozen=True)
class Shown:
    """What may be said of the child and the request, as facts for the page or the letter."""

    request: Sequence[Fact]
    child: Sequence[Fact]
    promises: Sequence[str]


def reference(row: HandOver) -> str:
    """How both sides call the request: it names nobody."""
    return f"H-{row.pk}"


@acting.as_system(acting.PASSING_ON)
def shown(row: HandOver, parts: frozenset[Part], now: datetime) -> Shown:
    """The facts of these parts. `row` comes with its episode, child and authorities."""
    episode = row.episode
    said = [fact for part, fact in _request(row).items() if part in parts and fact[1]]
    told = [
        fact
        for part, facts in _child(episode, now).items()
        if part in parts
        for fact in facts
        if fact[1]
    ]
    promises = _promises(episode) if Part.PROMISES in parts else []
    return Shown(said, told, promises)


def _request(row: HandOver) -> Mapping[Part, Fact]:
    return {
        Part.REFERENCE: ("Reference", reference(row)),
        Part.ASKING: (
            "Asked by",
            f"{row.asked_by_authority.name}, {pages.moment(row.asked_at)}",
        ),
        Part.TERMS: ("What is asked", _terms(row)),
    }


def _terms(row: HandOver) -> str:
    kind = HandOverKind(row.kind)
    words = WHAT[kind]
    if row.ground:
        words += f": {DutyGround(row.ground).label[:1].lower()}{DutyGround(row.ground).label[1:]}"
        if row.looked_after_since:
            words += f" ({pages.day(row.looked_after_since)})"
    if row.report_due_at:
        words += f". The report is due {pages.moment(row.report_due_at)}"
    note = f" {row.terms}" if row.terms.strip() else ""
    return f"{words}.{note}"


def _child(episode: Episode, now: datetime) -> Mapping[Part, Sequence[Fact]]:
    child = episode.child
    today = now.astimezone(clock.LONDON).date()
    age = pages.age_of(child, today)
    area = (episode.host_authority or episode.responsible_authority).name
    return {
        Part.NAME: [("Name", pages.name_of(child))],
        Part.INITIALS: [("Initials", initials(child))],
        Part.AGE: [("Age", "not known" if age is None else str(age))],
        Part.BORN_ON: [("Born", pages.day(child.born_on))],
        Part.AREA: [("Stays in", area)],
        Part.CONTACT: [("Where to reach the child", _contact(episode))],
        Part.CLOCK: _clock(episode, now),
        Part.RISK: [
            ("Police risk grade", RiskGrade(episode.risk).label if episode.risk else ""),
            ("Concerns", _concerns(child)),
        ],
        Part.NEEDS: [
            ("How to talk with the child", ". ".join(communications.in_words(standing(child))))
        ],
    }


def _clock(episode: Episode, now: datetime) -> Sequence[Fact]:
    kind = EpisodeKind(episode.kind).label
    back = episode.returned or episode.found
    came = "Returned" if episode.returned else "Found, return not known"
    words = clock.in_words(now, episode.deadline)
    return [
        ("Missing", f"{kind}, from {pages.moment(episode.started_at)}"),
        (came, pages.moment(back)) if back else ("Still missing", "as far as anybody has said"),
        (CLOCK, words[:1].upper() + words[1:] if back else ""),
    ]


def _contact(episode: Episode) -> str:
    """Where the child is now; a protected address is told by telephone and never here."""
    child = episode.child
    homes: list[Placement | Address] = [*child.placements.all(), *child.addresses.all()]
    for home in homes:
        if home.until is not None:
            continue
        if home.is_protected:
            return f"A protected address: ring {episode.responsible_authority.name}"
        if home.postcode:
            area = f", {home.authority.name}" if home.authority else ""
            return f"{home.postcode[:-3]} {home.postcode[-3:]}{area}"
    there = circumstances(child, episode.started_on)
    place = there.placed_in or there.lives_in
    return f"{place.name}: ring {episode.responsible_authority.name}" if place else ""


def _concerns(child: Child) -> str:
    """What is noted, by its kind alone: what it rests on stays with whoever answers."""
    noted = NotedConcern.objects.about(child.pk).standing().newest_first()
    labels = [Concern(each.concern).label for each in noted]
    return "; ".join(dict.fromkeys(labels))


def _promises(episode: Episode) -> list[str]:
    """What earlier interviews led to and is not done yet."""
    open_ones = (
        Action.objects.outstanding()
        .filter(episode__child=episode.child_id, interview__isnull=False)
        .by_due_day()
    )
    return [
        f"{ActionKind(each.kind).label}: {each.what} (by {pages.day(each.due_on)})"
        for each in open_ones
    ]


def initials(child: Child) -> str:
    letters = [word[0] for word in f"{child.forename} {child.surname}".split()]
    return "".join(f"{letter.upper()}." for letter in letters)
