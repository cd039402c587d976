"""What the responsible authority owes a young person who was 18 at the return: never silence.

Source: Children Act 1989, section 23C (personal adviser); Care Act 2014, section 42 (adult
safeguarding). That both are decided, each as an action or with a reason, and by when, is ours.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from returnhome.rules import Blocked, allowed
from returnhome.rules.codes import ActionKind, Cohort
from returnhome.rules.responsibility import Flag
from returnhome.rules.sources import ADULT_SAFEGUARDING, PERSONAL_ADVISER, Source

LOOKED_AFTER = frozenset(
    {
        Cohort.LOOKED_AFTER_IN_AREA,
        Cohort.LOOKED_AFTER_OUT_OF_AREA,
        Cohort.PLACED_HERE_BY_OTHER,
    }
)


class NotOnThePathway(Blocked):
    sentence = "This is not an episode of somebody who has turned 18."


class NotOwed(Blocked):
    sentence = "The adult pathway does not ask for this here."


class DecidedAlready(Blocked):
    sentence = "This has been decided already: it is on this page."


class ReasonMissing(Blocked):
    sentence = "Say why this is left out."
    field = "reason"


@dataclass(frozen=True, slots=True)
class Owed:
    """One action that is owed: what to write on it, why, and by when it should be done."""

    kind: ActionKind
    title: str
    what: str
    why: str
    source: Source
    within: timedelta


ADVISER = Owed(
    ActionKind.ADULT_PATHWAY,
    "Tell the personal adviser",
    "Tell the young person’s personal adviser that they were missing and are back, and agree who "
    "sees them. If they have no adviser, ask the leaving care team to appoint one.",
    "Looked after at the start of the episode, so most likely a care leaver, for whom the council "
    "keeps a personal adviser. Where you know they are none, leave it out and say so.",
    PERSONAL_ADVISER,
    timedelta(days=1),
)
SAFEGUARDING = Owed(
    ActionKind.ADULT_SAFEGUARDING,
    "Consider adult safeguarding",
    "Decide whether to raise an adult safeguarding concern: needs for care and support, abuse or "
    "neglect or the risk of it, and not able to protect themselves because of those needs.",
    "At 18 the children’s duties end, and the risk does not. Adult services must enquire where "
    "there is reason to suspect that all three of these are so.",
    ADULT_SAFEGUARDING,
    timedelta(days=1),
)


def was_looked_after(cohort: Cohort, flags: Collection[str]) -> bool:
    """Whether a council looked after the child at the start of the episode.

    Where no placement is on record the cohort is not known, though the care is.
    """
    return cohort in LOOKED_AFTER or Flag.PLACEMENT_UNKNOWN in flags


def owed(*, is_looked_after: bool) -> tuple[Owed, ...]:
    """The actions that the responsible authority owes, the most pressing first."""
    return (SAFEGUARDING, ADVISER) if is_looked_after else (SAFEGUARDING,)


def is_decided(kinds: Collection[str], *, is_looked_after: bool) -> bool:
    """Whether each of them has its action, or a reason why it is left out, among `kinds`."""
    return all(each.kind in kinds for each in owed(is_looked_after=is_looked_after))


def check_can_leave_out(
    kind: ActionKind,
    *,
    is_on_pathway: bool,
    is_looked_after: bool,
    decided: Collection[str],
    reason: str,
) -> None:
    """Whether an action that is owed can be left out for this reason."""
    if not is_on_pathway:
        raise NotOnThePathway
    if kind not in {each.kind for each in owed(is_looked_after=is_looked_after)}:
        raise NotOwed
    if kind in decided:
        raise DecidedAlready
    if not reason.strip():
        raise ReasonMissing


can_leave_out = allowed(check_can_leave_out)
