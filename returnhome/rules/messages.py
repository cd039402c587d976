"""Messages about the hand-overs of one episode, which may be lost, come twice or out of order.

Source: Returnhome's own rule, where the guidance is silent. The ledger is where messages meet: it
takes each once, keeps the asking side's order, and says to the sender what cannot be.
"""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import datetime

from returnhome.rules import Blocked
from returnhome.rules.handover import (
    Added,
    Answered,
    Asked,
    Fact,
    HandedBack,
    HandOver,
    Party,
    Reported,
    Withdrawn,
    check_can_add,
    check_can_answer,
    check_can_ask,
    check_can_hand_back,
    check_can_report,
    check_can_withdraw,
    owner_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What happened, as told: sent again until it is answered for.

    `id` is the sender's own and never used twice. `sequence` numbers the moves of the asking side
    about this episode (asking and withdrawing), from 1; the other side's moves have none.
    """

    id: Hashable
    what: Fact
    handover: Hashable = None
    sequence: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All hand-overs of one episode, in the order of the asking side; `first` owned it first."""

    first: Party
    handovers: tuple[HandOver, ...] = ()
    additions: tuple[Added, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def owner(self) -> Party:
        return owner_of(self.handovers, self.first)

    @property
    def sequence(self) -> int:
        """The last number that the asking side has used."""
        return max((event.sequence or 0 for event in self.events), default=0)


class EarlierMissing(Blocked):
    """Not a no: what it follows has not come yet, so the sender is to send it again."""

    sentence = "Something that was sent earlier has not arrived yet. Send this again after it."


class NotAsked(EarlierMissing):
    sentence = "Nothing is known of this request yet. Send this again after it."


class NumberUsed(Blocked):
    sentence = "This number was used for something else."


class Unnumbered(Blocked):
    sentence = "Asking and withdrawing are numbered, and nothing else is."


def apply(history: History, event: Event, *, now: datetime) -> History:
    """The history with this event; the same history for one that it holds already.

    Raises Blocked for what cannot be, with the history untouched, and EarlierMissing (a kind of
    Blocked) for what came too early.
    """
    for known in history.events:
        if known.id == event.id:
            if known != event:
                raise NumberUsed
            return history
    check_sequence(history, event)
    handovers, additions = history.handovers, history.additions
    if isinstance(event.what, Added):
        check_can_add(added=event.what, handovers=handovers, first=history.first, now=now)
        additions = (*additions, event.what)
    elif isinstance(event.what, Asked):
        if any(each.key == event.handover for each in handovers):
            raise NumberUsed
        check_can_ask(asked=event.what, handovers=handovers, first=history.first, now=now)
        handovers = (*handovers, HandOver(key=event.handover, asked=event.what))
    else:
        before = known_as(history, event)
        after = moved(history, before, event.what, now)
        handovers = tuple(after if each is before else each for each in handovers)
    return replace(
        history, handovers=handovers, additions=additions, events=(*history.events, event)
    )


def check_sequence(history: History, event: Event) -> None:
    if isinstance(event.what, Asked | Withdrawn) != (event.sequence is not None):
        raise Unnumbered
    if not isinstance(event.what, Asked | Added):
        known_as(history, event)
    if event.sequence is not None and event.sequence <= history.sequence:
        raise NumberUsed
    if event.sequence is not None and event.sequence > history.sequence + 1:
        raise EarlierMissing


def known_as(history: History, event: Event) -> HandOver:
    for handover in history.handovers:
        if handover.key == event.handover:
            return handover
    raise NotAsked


def moved(
    history: History,
    handover: HandOver,
    what: Answered | Withdrawn | HandedBack | Reported,
    now: datetime,
) -> HandOver:
    """The hand-over with what happened to it."""
    if isinstance(what, Answered):
        last = [each for each in history.handovers if each.matter is handover.matter][-1]
        check_can_answer(
            handover=handover, answered=what, now=now, is_overtaken=last is not handover
        )
        return replace(handover, answered=what)
    if isinstance(what, Withdrawn):
        check_can_withdraw(handover=handover, withdrawn=what, owner=history.owner, now=now)
        return replace(handover, withdrawn=what)
    if handover.answered is None and handover.withdrawn is None:
        # Whoever was asked would not say this unless it had accepted: that is still on its way.
        raise EarlierMissing
    if isinstance(what, HandedBack):
        check_can_hand_back(handover=handover, handed_back=what, now=now)
        return replace(handover, handed_back=what)
    check_can_report(handover=handover, reported=what, now=now)
    return replace(handover, reported=what)
