"""What was shared, from the side of whoever receives it: opened, acknowledged, answered.

It is read through a role of the database that opens what was sent to their organisation alone, as
it was sent, and nothing of what it was made of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction

from returnhome.casework import acting, journal
from returnhome.casework.shares import Acknowledgement, LineAnswer, Opening, Share, SharedLine
from returnhome.casework.staff import Person
from returnhome.rules import intelligence, sharing
from returnhome.rules.access import Verb
from returnhome.rules.intelligence import PoliceAnswer

OF_SHARE = (
    *("child", "about", "recipient", "purpose", "to", "name"),
    *("sent_at", "sent_by", "sent_from", "until", "recalled_at"),
)
OF_LINE = ("share", "place", "item", "heading", "question", "text", "grading", "conditions")


class NotForThem(Exception):
    """Nothing of this number was shared with an organisation of the person's."""


@dataclass(frozen=True)
class Received:
    """A share as its recipient has it. No lines: it was recalled, or can be opened no more."""

    share: Share
    lines: Sequence[SharedLine]
    acknowledged_at: datetime | None
    answers: Mapping[int, Sequence[LineAnswer]]

    @property
    def is_open(self) -> bool:
        return bool(self.lines)

    @property
    def to_answer(self) -> Sequence[SharedLine]:
        """What the recipient says something of: each piece of intelligence, or else each line."""
        graded = [line for line in self.lines if line.grading]
        return graded or self.lines

    @property
    def unanswered(self) -> Sequence[SharedLine]:
        return [line for line in self.to_answer if not self.answers.get(line.pk)]


def received(person: Person, at: datetime) -> list[Received]:
    """What was shared with the person's organisations, the newest first. Five queries."""
    return _received(person, at)


def received_one(person: Person, pk: int, at: datetime) -> Received:
    """One of them. Raises NotForThem."""
    found = _received(person, at, pk)
    if not found:
        raise NotForThem
    return found[0]


def _received(person: Person, at: datetime, *ids: int) -> list[Received]:
    ours = person.organisations_where(Verb.RECEIVE)
    if not ours:
        return []
    with transaction.atomic(), acting.for_partner(person):
        there = Share.objects.sent().filter(to__in=ours)
        if ids:
            there = there.filter(pk__in=ids)
        rows = list(there.order_by("-sent_at", "-pk").only(*OF_SHARE))
        standing = [row for row in rows if row.is_open(at)]
        lines = list(SharedLine.objects.filter(share__in=standing).in_order().only(*OF_LINE))
        said = dict(Acknowledgement.objects.filter(share__in=rows).values_list("share", "at"))
        answers: dict[int, list[LineAnswer]] = {}
        for each in LineAnswer.objects.filter(line__in=lines).order_by("at", "pk"):
            answers.setdefault(each.line_id, []).append(each)
    # Names of the person's own colleagues, for which no other door is needed.
    given = [each for theirs in answers.values() for each in theirs]
    models.prefetch_related_objects(given, "by")
    return [
        Received(
            row,
            [line for line in lines if line.share_id == row.pk],
            said.get(row.pk),
            {line.pk: answers.get(line.pk, []) for line in lines if line.share_id == row.pk},
        )
        for row in rows
    ]


def _of_theirs(person: Person, pk: int, at: datetime) -> Received:
    found = received_one(person, pk, at)
    if not found.is_open:
        raise sharing.OpenNoMore
    return found


def open_share(pk: int, *, by: Person, at: datetime) -> Received:
    """Open it; each time is a row. Raises NotForThem."""
    found = received_one(by, pk, at)
    if found.is_open:
        with transaction.atomic(), acting.for_partner(by):
            Opening.objects.create(share=found.share, at=at, by=by)
            journal.write("open share", found.share, by=by, at=at)
    return found


def acknowledge(pk: int, *, by: Person, at: datetime) -> Acknowledgement:
    """Say that it has arrived with somebody who acts on it.

    Raises NotForThem, OpenNoMore, AcknowledgedAlready.
    """
    found = _of_theirs(by, pk, at)
    if found.acknowledged_at:
        raise sharing.AcknowledgedAlready
    with transaction.atomic(), acting.for_partner(by):
        said = Acknowledgement.objects.create(share=found.share, at=at, by=by)
        journal.write("acknowledge share", found.share, by=by, at=at)
    return said


def answer(
    pk: int, line: int, given: PoliceAnswer, because: str = "", *, by: Person, at: datetime
) -> LineAnswer:
    """Say what was done with one piece; what is said later stands.

    Raises NotForThem, OpenNoMore, WhatWasDoneMissing.
    """
    found = _of_theirs(by, pk, at)
    its = next((each for each in found.lines if each.pk == line), None)
    if its is None:
        raise NotForThem
    intelligence.check_can_answer(given, because=because)
    with transaction.atomic(), acting.for_partner(by):
        said = LineAnswer.objects.create(
            line=its, answer=given, because=because.strip(), at=at, by=by
        )
        journal.write(f"answer share: {given}", found.share, by=by, at=at)
    return said
