"""When a child tells of harm: what is owed at once, what may be decided, by when, and by whom.

Sources: Working Together to Safeguard Children (December 2023), chapter 3, strategy discussion and
section 47 enquiries, and chapter 4, people in positions of trust: the designated officer hears of
an allegation within one working day; Children Act 1989, section 47; Modern Slavery Act 2015. To
stop asking and keep the words as said: the child is asked once, by somebody trained (Ministry of
Justice, Achieving Best Evidence, 2022). Times that no guidance sets are Returnhome's own; a
council's protocol may set others.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from returnhome.rules import Blocked, allowed
from returnhome.rules.clock import DAY, HOUR, LONDON, NO_TIME, midnight
from returnhome.rules.codes import HarmCallee, HarmDecisionKind, HarmStep
from returnhome.rules.offering import InTheFuture
from returnhome.rules.sources import (
    DESIGNATED_OFFICER,
    MODERN_SLAVERY,
    NEXT_STEPS,
    OWN_RULE,
    SECTION_47,
    STRATEGY_DISCUSSION,
    Source,
)


class WordsMissing(Blocked):
    sentence = "Write what the child said, as the child said it."
    field = "words"


class NameMissing(Blocked):
    sentence = "Say whom you spoke to."
    field = "name"


class DangerSaidAlready(Blocked):
    sentence = "It is on record already whether the child was in danger."
    field = "is_in_danger"


class HeldAlready(Blocked):
    sentence = "Your council has said “we have it” already."


class NothingDecided(Blocked):
    sentence = "Select what is to be done, or none of these."
    field = "kinds"


class NoneAndMore(Blocked):
    sentence = "Select what is to be done, or none of these: not both."
    field = "kinds"


class ReasonMissing(Blocked):
    sentence = "Say why nothing of this is needed."
    field = "because"


class DecidedAlready(Blocked):
    sentence = "That is decided already. Note what came of it first."
    field = "kinds"


class DecisionsStand(Blocked):
    sentence = "Something has been decided on this already: note what came of it instead."
    field = "kinds"


class PassedOnAlready(Blocked):
    sentence = "This has been passed on already."


class RecipientMissing(Blocked):
    sentence = "Say who it was passed to: name and body."
    field = "passed_to"


class NothingToPassOn(Blocked):
    sentence = "It was decided that nothing of this is needed, so there is nothing to pass on."


class FinishedAlready(Blocked):
    sentence = "What came of this is on record already."


class OutcomeMissing(Blocked):
    sentence = "Say what came of it."
    field = "outcome"


class NotTheirs(Blocked):
    sentence = (
        "Only a social-work manager of the council where the child is now, or of the council that "
        "answers for the child, decides on harm and closes it."
    )


# By when.


@dataclass(frozen=True, slots=True)
class Time:
    """How long for one step or decision, as data. `is_working`: Saturdays and Sundays left out.

    `from_told`: counted from when the child told it, not from the decision.
    """

    of: HarmStep | HarmDecisionKind
    since: date
    source: Source
    within: timedelta
    is_working: bool = False
    from_told: bool = False


FIRST = date(2026, 1, 1)
TIMES: tuple[Time, ...] = (
    Time(HarmStep.SAY_DANGER, FIRST, OWN_RULE, NO_TIME, from_told=True),
    Time(HarmStep.CALL_999, FIRST, OWN_RULE, NO_TIME, from_told=True),
    Time(HarmStep.TELEPHONE, FIRST, OWN_RULE, HOUR / 2, from_told=True),
    Time(HarmStep.HAVE, FIRST, OWN_RULE, HOUR, from_told=True),
    Time(HarmStep.DECIDE, FIRST, NEXT_STEPS, DAY, from_told=True),
    Time(HarmDecisionKind.STRATEGY_DISCUSSION, FIRST, STRATEGY_DISCUSSION, DAY),
    Time(HarmDecisionKind.SECTION_47, FIRST, SECTION_47, DAY),
    Time(
        HarmDecisionKind.DESIGNATED_OFFICER,
        FIRST,
        DESIGNATED_OFFICER,
        DAY,
        is_working=True,
        from_told=True,
    ),
    Time(HarmDecisionKind.NRM, FIRST, MODERN_SLAVERY, 2 * DAY),
    Time(HarmDecisionKind.CRIME_TO_POLICE, FIRST, OWN_RULE, 4 * HOUR),
    Time(HarmDecisionKind.URGENT_HEALTH, FIRST, OWN_RULE, 4 * HOUR),
)


def time_for(
    of: HarmStep | HarmDecisionKind, day: date, times: Iterable[Time] = TIMES
) -> Time | None:
    """What is in force on `day`; before the first one, the first. None where no time is set."""
    ours = sorted((each for each in times if each.of is of), key=lambda each: each.since)
    return [*ours[:1], *(each for each in ours if each.since <= day)][-1] if ours else None


def due_at(
    of: HarmStep | HarmDecisionKind,
    *,
    told_at: datetime,
    decided_at: datetime | None = None,
    times: Iterable[Time] = TIMES,
) -> datetime | None:
    """By when a step is to be taken, or a decision passed on; None where no time is set."""
    time = time_for(of, told_at.astimezone(LONDON).date(), times)
    if time is None:
        return None
    start = told_at if time.from_told or decided_at is None else decided_at
    return in_working_time(start, time.within) if time.is_working else start + time.within


def in_working_time(start: datetime, length: timedelta) -> datetime:
    """So much later, Saturdays and Sundays of the UK left out.

    It knows of no bank holiday: one counts as the weekday it is, so that this is never too late.
    """
    at, left = start, length
    while True:
        day = at.astimezone(LONDON).date()
        tomorrow = midnight(day + DAY)
        if day.weekday() >= 5:
            at = tomorrow
        elif at + left <= tomorrow:
            return at + left
        else:
            left, at = left - (tomorrow - at), tomorrow


# What is still owed.


@dataclass(frozen=True, slots=True)
class Decided:
    """As much of a decision as what is owed hangs on."""

    key: int
    kind: HarmDecisionKind
    due_at: datetime | None
    is_passed_on: bool = False
    is_finished: bool = False

    @property
    def is_open(self) -> bool:
        return self.kind is not HarmDecisionKind.NONE and not self.is_finished


@dataclass(frozen=True, slots=True)
class Told:
    """What has happened since a child told of harm; `called` are those who were telephoned."""

    told_at: datetime
    is_in_danger: bool | None
    called: Collection[str] = ()
    is_held: bool = False
    decisions: Sequence[Decided] = ()

    @property
    def is_telephoned(self) -> bool:
        return bool({HarmCallee.DUTY_MANAGER, HarmCallee.OUT_OF_HOURS} & set(self.called))

    @property
    def is_closed(self) -> bool:
        """Decided on, and what came of each decision is known, or that none is needed and why."""
        return bool(self.decisions) and not any(each.is_open for each in self.decisions)


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing that somebody must still do; `key` names the decision it is about, if any."""

    step: HarmStep
    due_at: datetime | None = None
    key: int | None = None

    def is_late(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at < now


def owed(told: Told, times: Iterable[Time] = TIMES) -> list[Owed]:
    """What is still owed, in the order in which it presses. Nothing once it is closed.

    Once a council has it, or a manager has decided, nobody need be telephoned any more.
    """
    times = tuple(times)
    is_decided = bool(told.decisions)
    wanted = {
        HarmStep.SAY_DANGER: told.is_in_danger is None and not is_decided,
        HarmStep.CALL_999: bool(told.is_in_danger)
        and HarmCallee.EMERGENCY not in told.called
        and not is_decided,
        HarmStep.TELEPHONE: not (told.is_telephoned or told.is_held or is_decided),
        HarmStep.HAVE: not (told.is_held or is_decided),
        HarmStep.DECIDE: not is_decided,
    }
    found = [
        Owed(step, due_at(step, told_at=told.told_at, times=times))
        for step, is_wanted in wanted.items()
        if is_wanted
    ]
    for each in told.decisions:
        if each.is_open and not each.is_passed_on:
            found.append(Owed(HarmStep.PASS_ON, each.due_at, each.key))
        elif each.is_open:
            found.append(Owed(HarmStep.OUTCOME, None, each.key))
    return found


# How it may move.


def check_can_tell(*, words: str, told_at: datetime, now: datetime) -> None:
    """Whether what a child told can be written down."""
    if not words.strip():
        raise WordsMissing
    if told_at > now:
        raise InTheFuture(field="told_at")


def check_can_say_danger(*, is_said: bool) -> None:
    """Whether it can be said that the child is in danger, or is not: once, as it was then."""
    if is_said:
        raise DangerSaidAlready


def check_can_note_call(*, whom: HarmCallee, name: str, called_at: datetime, now: datetime) -> None:
    """Whether a telephone call can be noted. Who answers 999 gives a reference and no name."""
    if whom is not HarmCallee.EMERGENCY and not name.strip():
        raise NameMissing
    if called_at > now:
        raise InTheFuture(field="called_at")


def check_can_have(*, is_theirs: bool, has_it: bool) -> None:
    """Whether somebody can say “we have it” for one of the two councils."""
    if not is_theirs:
        raise NotTheirs
    if has_it:
        raise HeldAlready


def check_can_decide(
    *,
    may_decide: bool,
    kinds: Collection[HarmDecisionKind],
    because: str,
    standing: Collection[HarmDecisionKind],
) -> None:
    """Whether this can be decided; `standing` are those decided whose outcome is not known."""
    if not may_decide:
        raise NotTheirs
    if not kinds:
        raise NothingDecided
    if HarmDecisionKind.NONE in kinds:
        if len(set(kinds)) > 1:
            raise NoneAndMore
        if standing:
            raise DecisionsStand
        if not because.strip():
            raise ReasonMissing
    if set(kinds) & set(standing):
        raise DecidedAlready


def check_can_pass_on(
    *, may_decide: bool, kind: HarmDecisionKind, is_passed_on: bool, is_finished: bool, to: str
) -> None:
    """Whether a decision can be passed on to whoever carries it out."""
    if not may_decide:
        raise NotTheirs
    if kind is HarmDecisionKind.NONE:
        raise NothingToPassOn
    if is_finished:
        raise FinishedAlready
    if is_passed_on:
        raise PassedOnAlready
    if not to.strip():
        raise RecipientMissing


def check_can_finish(
    *, may_decide: bool, kind: HarmDecisionKind, is_finished: bool, outcome: str
) -> None:
    """Whether it can be noted what came of a decision: that closes it."""
    if not may_decide:
        raise NotTheirs
    if kind is HarmDecisionKind.NONE or is_finished:
        raise FinishedAlready
    if not outcome.strip():
        raise OutcomeMissing


can_have = allowed(check_can_have)
can_decide = allowed(check_can_decide)
can_pass_on = allowed(check_can_pass_on)
can_finish = allowed(check_can_finish)
