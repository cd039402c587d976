"""What a child needs, and what answers it: an action, help that is offered, or a reason for none.

Source: DfE statutory guidance on children who run away or go missing, January 2014: whoever holds
the interview is able to follow up, and what is learnt goes into the child's plan and its review.
That a need has nothing until one of the three is written down is the product's own rule.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from returnhome.rules import Blocked
from returnhome.rules.codes import Code


class NeedKind(Code):
    """What a need or wish is about; our own list.

    Drawn from the push factors and wishes in the forms seen (Croydon, Derbyshire, Catch22, NYAS).
    """

    SAFETY = "safety", "Being safe from somebody"
    HOME = "home", "How things are at home"
    PLACEMENT = "placement", "How things are in the placement"
    FAMILY = "family", "Seeing family or people who matter"
    FRIENDS = "friends", "Friends, relationships, bullying"
    LISTENED_TO = "listened_to", "Being listened to, and a say in decisions"
    SCHOOL = "school", "School, college or work"
    FEELING = "feeling", "Feeling low, worried, self-harm"
    HEALTH = "health", "Health and body"
    SUBSTANCES = "substances", "Alcohol or drugs"
    EXPLOITATION = "exploitation", "Getting away from people who use them"
    MONEY = "money", "Money, debt, things they need"
    ACTIVITIES = "activities", "Something to do that they are good at"
    RIGHTS = "rights", "Rights, status, legal advice"
    OTHER = "other", "Something else"


class NoHelpReason(Code):
    """Why a need leads to nothing, once somebody has decided so; our own list.

    `needs_note`: a reason that must be explained on file.
    """

    needs_note: bool

    def __new__(cls, code: str, label: str = "", needs_note: bool = False) -> "NoHelpReason":
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.needs_note = needs_note
        return member

    CHILD_WANTS_NONE = "child_wants_none", "The child wants no help with it"
    HAS_HELP = "has_help", "Somebody helps the child with it already", True
    NOTHING_HERE = "nothing_here", "There is no help of this kind to be had", True
    NO_LONGER = "no_longer", "It is no longer so"
    OTHER = "other", "Another reason", True


class NotTakenUpReason(Code):
    """Why help that was offered came to nothing; our own list.

    `leaves_open`: nobody has answered the need, so it waits again. The child's own no is the
    child's to say and leaves nothing open; a parent's no is not the child's.
    """

    leaves_open: bool

    def __new__(cls, code: str, label: str = "", leaves_open: bool = True) -> "NotTakenUpReason":
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.leaves_open = leaves_open
        return member

    CHILD_DECLINED = "child_declined", "The child did not want it", False
    PARENT_DECLINED = "parent_declined", "A parent or carer said no"
    TOO_LONG_A_WAIT = "too_long_a_wait", "The wait was too long"
    NOT_TAKEN_ON = "not_taken_on", "The service did not take the child on"
    OUT_OF_REACH = "out_of_reach", "The child could not get there, or not at that time"
    NEVER_BEGUN = "never_begun", "Nobody got round to it"
    OTHER = "other", "Another reason"


class PassedTo(Code):
    """To whom needs are passed on; the first three for a child whom somebody works with already.

    DfE statutory guidance 2014 names the social worker, the independent reviewing officer and the
    statutory review; early help and the front door are Working Together's.
    """

    SOCIAL_WORKER = "social_worker", "The child's social worker"
    REVIEW = "review", "The statutory review: the independent reviewing officer"
    PERSONAL_ADVISER = "personal_adviser", "The personal adviser"
    EARLY_HELP = "early_help", "Early help"
    FRONT_DOOR = "front_door", "The front door of children's social care"


class WordsMissing(Blocked):
    sentence = "Say what the child needs or wishes."
    field = "words"


class NotHeldYet(Blocked):
    sentence = "No interview has been held yet. Record first when it took place."


class NothingOffered(Blocked):
    sentence = "Say what help is offered: choose a service, or describe it."
    field = "what"


class NotOfferedBefore(Blocked):
    sentence = "Help is offered in or after the interview, and not in the future."
    field = "offered_on"


class PassedOnBefore(Blocked):
    sentence = "Needs are passed on in or after the interview, and not in the future."
    field = "passed_on"


class HelpGiven(Blocked):
    sentence = "This need has help or an action: note what came of that instead."


class DecidedAlready(Blocked):
    sentence = "It has been decided already that nothing follows from this need."


class NoteMissing(Blocked):
    sentence = "Say more: this reason must be explained."
    field = "note"


class ReasonMissing(Blocked):
    sentence = "Say why it was not taken up."
    field = "reason"


class HeardAlready(Blocked):
    sentence = (
        "It is noted already whether this was taken up. Offer help again if that has changed."
    )


class NotTakenUp(Blocked):
    sentence = "This was not taken up, so nothing came of it. Offer other help."


class OutcomeNoted(Blocked):
    sentence = "What came of it is noted already."


class OutcomeMissing(Blocked):
    sentence = "Say what came of it."
    field = "outcome"


class NobodyNamed(Blocked):
    sentence = "Say to whom: a name, or the team that took it."
    field = "who"


class NothingPassedOn(Blocked):
    sentence = "Choose which needs are passed on."
    field = "needs"


class NeedsOpen(Blocked):
    sentence = (
        "A need that was named has neither an action, nor help, nor a reason for none. "
        "See to that first."
    )


@dataclass(frozen=True, kw_only=True)
class NeedFacts:
    """What stands against one need: how many actions, whether it was decided that none follows.

    `help`: of each offer of help, why it was not taken up; none where it was, or is not known yet.
    """

    actions: int = 0
    is_left: bool = False
    help: tuple[NotTakenUpReason | None, ...] = ()


def is_open(need: NeedFacts) -> bool:
    """Neither an action, nor help that stands, nor a reason for none: unfinished work."""
    if need.actions or need.is_left:
        return False
    return all(reason is not None and reason.leaves_open for reason in need.help)


def check_can_name(*, is_held: bool, words: str) -> None:
    """Whether a need can be written down. Raises NotHeldYet, WordsMissing."""
    if not is_held:
        raise NotHeldYet
    if not words.strip():
        raise WordsMissing


def check_can_offer_on(day: date, *, held_on: date, today: date) -> None:
    """Whether help can have been offered on that day. Raises NotOfferedBefore."""
    if not held_on <= day <= today:
        raise NotOfferedBefore


def check_can_pass_on_day(day: date, *, held_on: date, today: date) -> None:
    """Whether needs can have been passed on that day. Raises PassedOnBefore."""
    if not held_on <= day <= today:
        raise PassedOnBefore


def check_can_leave(*, need: NeedFacts, reason: NoHelpReason, note: str) -> None:
    """Whether it can be decided that nothing follows from a need.

    Raises DecidedAlready, HelpGiven, NoteMissing.
    """
    if need.is_left:
        raise DecidedAlready
    if not is_open(need):
        raise HelpGiven
    if reason.needs_note and not note.strip():
        raise NoteMissing


def check_can_hear(*, is_heard: bool, is_taken_up: bool, reason: object) -> None:
    """Whether it can be noted that help was taken up or not. Raises HeardAlready, ReasonMissing."""
    if is_heard:
        raise HeardAlready
    if not is_taken_up and not reason:
        raise ReasonMissing


def check_can_note_outcome(*, outcome: str, is_noted: bool, is_taken_up: bool | None) -> None:
    """Whether it can be noted what came of it. Raises OutcomeNoted, NotTakenUp, OutcomeMissing."""
    if is_noted:
        raise OutcomeNoted
    if is_taken_up is False:
        raise NotTakenUp
    if not outcome.strip():
        raise OutcomeMissing


def check_can_pass_on(*, needs: Collection[object], who: str) -> None:
    """Whether needs can be passed on. Raises NothingPassedOn, NobodyNamed."""
    if not needs:
        raise NothingPassedOn
    if not who.strip():
        raise NobodyNamed


def any_open(needs: Iterable[NeedFacts]) -> bool:
    return any(is_open(each) for each in needs)
