"""What the tests of casework ask of the ledger: who sees, what was refused, what adds up."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction
from django.db.models import Q

from returnhome.casework import tallies
from returnhome.casework.models import (
    Action,
    Episode,
    JournalEntry,
    Need,
    NothingNeeded,
    Person,
    Reply,
    Tally,
)
from returnhome.casework.sealing import SealedBytes, Words
from returnhome.rules.adult_pathway import owed, was_looked_after
from returnhome.rules.ages import age_on
from returnhome.rules.codes import Cohort
from tests.cast import PEOPLE, Cast

COUNCIL = {"amina", "ines", "mara", "sol"}
NOBODY: set[str] = set()


def who_sees(thing: models.Model) -> set[str]:
    """Who of the cast can tell that it exists."""
    rows = type(thing)._default_manager
    return {
        name
        for name, *_ in PEOPLE
        if rows.visible_to(getattr(Cast(), name)).filter(pk=thing.pk).exists()  # type: ignore[attr-defined]
    }


@contextmanager
def refused_by(constraint: str) -> Iterator[None]:
    """The database itself refuses what happens in the block, by this constraint."""
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        yield


def written_again(row: models.Model, **but: Any) -> models.Model:
    """Another row like this one, but for what is named: round every verb."""
    again = type(row)._default_manager.get(pk=row.pk)
    again.pk = None
    for name, value in but.items():
        setattr(again, name, value)
    again.save(force_insert=True)
    return again


def rewrite(rows: Any, **changes: Any) -> int:
    """Change what stands in rows round every verb; words are sealed as those of the first of them.

    Gives how many were changed.
    """
    first = rows.first()
    for name, value in changes.items():
        field = rows.model._meta.get_field(name)
        if isinstance(field, SealedBytes) and first is not None:
            changes[name] = Words(field.closed(value), first)
        elif isinstance(field, SealedBytes):
            changes[name] = ""
    return rows.update(**changes)


def last_act() -> tuple[str, int, datetime, str, int | None, int | None]:
    entry = JournalEntry.objects.order_by("-pk")[0]
    return (entry.verb, entry.by_id, entry.at, entry.kind, entry.object_id, entry.child_id)


def act(
    verb: str, thing: models.Model, by: Person, at: datetime, child: int | None = None
) -> tuple[str, int, datetime, str, int | None, int | None]:
    """What the journal should say of it."""
    return (verb, by.pk, at, thing._meta.model_name or "", thing.pk, child)


def fresh(thing: Any) -> Any:
    return type(thing)._default_manager.get(pk=thing.pk)


def nothing_else_to_reckon(episode: Episode, at: datetime) -> bool:
    """Whether what is stored for speed is what would be computed now."""
    stored, computed = fresh(episode), fresh(episode)
    computed.reckon(at)
    return _columns(stored) == _columns(computed)


def _columns(episode: Episode) -> dict[str, Any]:
    return {field.attname: getattr(episode, field.attname) for field in episode._meta.fields}


def stored_moments(episode: Episode) -> dict[str, Any]:
    episode = fresh(episode)
    return {name: getattr(episode, name) for name in counted_moments(episode)}


def counted_moments(episode: Episode) -> dict[str, Any]:
    """The eight moments, counted again from the rows of the later stages."""
    answer = _standing_answer(episode)
    standing = [each for each in episode.interviews.order_by("pk") if not each.not_held_at]
    interview = standing[-1] if standing else None
    held = interview if interview and interview.held_at else None
    return {
        "attempted_at": min((each.made_at for each in episode.attempts.all()), default=None),
        "offered_at": min((each.made_at for each in episode.offers.all()), default=None),
        "answer": answer.answer if answer else "",
        "declined_by": answer.declined_by if answer else "",
        "answered_at": answer.given_at if answer else None,
        "booked_for": interview.booked_for if interview and not held else None,
        "held_at": held.held_at if held else None,
        "held_precision": held.held_precision if held else "",
        "is_covered": bool(held) and episode.pk != _own_of(held).pk,
        "signed_at": held.signed_at if held else None,
        "not_held": _standing_reason(episode, answer),
        "no_owes": [] if held else _left_to_ask(episode, answer),
        **_what_followed(episode),
    }


def _own_of(interview: Any) -> Episode:
    return max(interview.episodes.all(), key=lambda each: (each.started_at, each.pk))


def _standing_answer(episode: Episode) -> Reply | None:
    replies = Reply.objects.filter(offer__episode=episode).order_by("given_at", "pk")
    latest = replies.last()
    if latest is None:
        return None
    asked_since = episode.offers.filter(replies__isnull=True).filter(
        Q(made_at__gt=latest.given_at) | Q(made_at=latest.given_at, pk__gt=latest.offer_id)
    )
    return None if asked_since.exists() else latest


def _standing_reason(episode: Episode, answer: Reply | None) -> str:
    row = episode.not_held_rows.order_by("at", "pk").last()
    if row is None:
        return ""
    since = [
        episode.offers.filter(made_at__gte=row.at).exists(),
        episode.interviews.filter(Q(booked_at__gte=row.at) | Q(held_at__isnull=False)).exists(),
        answer is not None and answer.given_at >= row.at,
    ]
    return "" if any(since) else row.reason


def _left_to_ask(episode: Episode, answer: Reply | None) -> list[str]:
    """What the no that stands leaves to ask, less what was asked since it was written down."""
    reason = _standing_reason(episode, answer)
    if reason in ("declined_by_child", "declined_by_parent"):
        row = episode.not_held_rows.order_by("at", "pk").last()
        assert row
        is_childs, said_at, since = reason == "declined_by_child", row.at, row.at
    elif answer and answer.answer == "declined":
        is_childs = answer.declined_by == "child"
        said_at, since = answer.given_at, answer.recorded_at
    else:
        return []
    born = episode.child.born_on
    age = age_on(born, said_at.date()) if born else None
    left = []
    if not episode.spoken_to.filter(noted_at__gte=since).exists():
        left.append("spoken_to")
    is_judged = episode.understandings.filter(noted_at__gte=since).exists()
    if is_childs and (age is None or age < 16) and not is_judged:
        left.append("understanding")
    if (age is None or age < 18) and not episode.carers_asked.exists():
        left.append("carers")
    return left


def _what_followed(episode: Episode) -> dict[str, Any]:
    about = Q(episode=episode) | Q(interview__coverages__episode=episode)
    actions = list(Action.objects.filter(about).distinct())
    nothing = list(NothingNeeded.objects.filter(about).distinct())
    pathway = _pathway_decided(episode, actions, nothing)
    decided = [each.at for each in nothing if each.is_about_all or pathway]
    done = [each.done_at for each in actions if each.done_at]
    is_something_left = len(done) < len(actions)
    return {
        "has_actions": bool(actions),
        "acted_at": None if is_something_left else max(done + decided, default=None),
        "has_open_need": any(
            need.is_open for need in Need.objects.filter(interview__coverages__episode=episode)
        ),
        "pathway_decided_at": pathway,
    }


def _pathway_decided(
    episode: Episode, actions: list[Action], nothing: list[NothingNeeded]
) -> datetime | None:
    """When the last of what is owed at 18 had its action, or the reason why it has none."""
    looked_after = was_looked_after(Cohort(episode.cohort), episode.flags)
    first: dict[str, datetime] = {}
    for each in owed(is_looked_after=looked_after):
        moments = [action.added_at for action in actions if action.kind == each.kind]
        moments += [row.at for row in nothing if row.kind in ("", each.kind)]
        if not moments:
            return None
        first[each.kind] = min(moments)
    return max(first.values())


COLUMNS = ("authority_id", "cohort", "quarter_on", "parts")


def stored_figures() -> Counter[tallies.Place]:
    rows = Tally.objects.exclude(episodes=0).values_list(*COLUMNS, "episodes")
    return Counter({tallies.Place(*row[:-1]): row[-1] for row in rows})


def counted_figures() -> Counter[tallies.Place]:
    """The roll-up, counted again from every episode there is."""
    return Counter(filter(None, (episode.counts for episode in Episode.objects.all())))
