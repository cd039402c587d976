"""What was done before for an episode, in short: offers, answers, attempts, interviews not held."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from returnhome.casework.check_ins import CheckIn
from returnhome.casework.episodes import Episode
from returnhome.casework.interviews import NotHeld
from returnhome.casework.offers import Attempt, Offer, Reply
from returnhome.rules import clock
from returnhome.rules.codes import (
    Answer,
    DeclinedBy,
    Means,
    Mode,
    NotHeldReason,
    Reached,
    WayToChild,
)


@dataclass(frozen=True)
class Done:
    at: datetime
    by: str
    what: str
    note: str = ""


def done(episode: Episode) -> list[Done]:
    """The newest first. Six queries, however many there were."""
    rows = [
        Done(row.at, row.by.name, not_held_in_words(row), row.note)
        for row in episode.not_held_rows.select_related("by")
    ]
    for attempt in episode.attempts.select_related("made_by"):
        what = attempt_in_words(attempt)
        rows.append(Done(attempt.made_at, attempt.made_by.name, what, attempt.note))
    for offer in episode.offers.select_related("made_by").prefetch_related("replies__recorded_by"):
        rows.append(Done(offer.made_at, offer.made_by.name, offer_in_words(offer), offer.note))
        rows += [
            Done(reply.given_at, reply.recorded_by.name, reply_in_words(reply), reply.reason)
            for reply in offer.replies.all()
        ]
    rows += [
        Done(row.held_at, row.held_by.name, check_in_in_words(row))
        for row in episode.check_ins.select_related("held_by")
    ]
    return sorted(rows, key=lambda row: row.at, reverse=True)


def check_in_in_words(row: CheckIn) -> str:
    minutes = f"{row.minutes} minute{'' if row.minutes == 1 else 's'}"
    return f"Short check-in, {minutes}, {Mode(row.mode).label.lower()}: not the interview"


def not_held_in_words(row: NotHeld) -> str:
    return f"Not held: {lower(NotHeldReason(row.reason).label)}"


def attempt_in_words(attempt: Attempt) -> str:
    return f"Tried, {_how(attempt.means, attempt.by_way_of)}, and reached nobody"


def offer_in_words(offer: Offer) -> str:
    whom = "the child" if offer.reached == Reached.CHILD else "a carer or parent"
    return f"Offered to {whom}, {_how(offer.means, offer.by_way_of)}"


BY_WAY_OF = {
    WayToChild.SCHOOL: "through the school",
    WayToChild.SOCIAL_WORKER: "through the social worker",
    WayToChild.TRUSTED_ADULT: "through an adult they trust",
}


def _how(means: str, way: str) -> str:
    """By what means, and by whom where another way than the parent's was gone."""
    whose = BY_WAY_OF.get(WayToChild(way), "") if way else ""
    if whose and means == Means.THROUGH_PROFESSIONAL:
        return whose
    return ", ".join(part for part in (by_means(means), whose) if part)


def reply_in_words(reply: Reply) -> str:
    """Accepted, “not now”, or whose no it was: a parent's is not the child's."""
    if reply.given is Answer.ACCEPTED:
        return f"Would like the talk now, {by_means(reply.means)}" if reply.means else "Accepted"
    if reply.given is Answer.NOT_NOW:
        return "Not now: to be asked again"
    if reply.whose_no is DeclinedBy.CHILD:
        return "The child declined; the offer stays open"
    return "A parent or carer declined; the offer to the child stays open"


def lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def by_means(means: str) -> str:
    label = lower(Means(means).label)
    return label if label.startswith(("in ", "through ", "online")) else f"by {label}"


def clock_of(episode: Episode, now: datetime) -> dict[str, Any]:
    """Where the episode's clock stands, for the macro of that name."""
    reading = episode.standing(now)
    due = episode.deadline
    is_soon = due is not None and now <= due.earliest <= now + clock.DAY
    words = reading.standing.label if episode.held_at else clock.in_words(now, due)
    if episode.held_at and reading.standing is clock.Standing.INDETERMINATE:
        words = "cannot be told whether in time"
    return {"standing": reading.standing, "words": words[:1].upper() + words[1:], "soon": is_soon}
