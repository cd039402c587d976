"""How a hand-over may move: asked, answered, withdrawn, handed back, reported; and who owns it all.

Source: DfE statutory guidance, January 2014, “Out of area placements”, as read in
rules/responsibility.py. How a request is answered is our own rule, as the guidance is silent: its
seven lessons are those of SORMAS, a national case system elsewhere (issues 6241, 6642, 6941).

Two matters, never one: an interview may be held for the accountable authority by a host or a
provider, which changes nothing about the duty; the duty itself passes only to an authority that
has accepted it. So there is always exactly one owner, whatever is lost or comes twice.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from returnhome.rules import Blocked, allowed
from returnhome.rules.clock import LONDON, Moment
from returnhome.rules.codes import (
    Code,
    DutyGround,
    HandBackReason,
    HandOverKind,
    RefusalReason,
    WithdrawalReason,
)
from returnhome.rules.offering import EpisodeVoided, InTheFuture
from returnhome.rules.responsibility import Reply
from returnhome.rules.sources import OWN_RULE, Source

# An organisation, however the caller names it.
Party = Hashable


# The time for an answer, as data: a new rule is a new line.


@dataclass(frozen=True, slots=True)
class AnswerLimit:
    """`part`: never after this part of the time that is left; `at_least`: time to answer at all."""

    within: timedelta
    part: float
    at_least: timedelta
    since: date
    source: Source


ANSWER_LIMITS = (
    AnswerLimit(timedelta(hours=4), 0.5, timedelta(minutes=30), date(2026, 1, 1), OWN_RULE),
)


def answer_due(asked_at: datetime, due_at: datetime | None) -> datetime:
    """When the side that is asked must have answered, so that time is left to do without it.

    `due_at` is the end of the time allowed for the interview; None while the child is missing.
    Elapsed hours, nights, weekends and bank holidays included.
    """
    limit = answer_limit_on(asked_at.astimezone(LONDON).date())
    if due_at is None or due_at <= asked_at:
        return asked_at + limit.within
    left = (due_at - asked_at) * limit.part
    return asked_at + max(min(limit.within, left), limit.at_least)


def answer_limit_on(day: date) -> AnswerLimit:
    in_force = [limit for limit in ANSWER_LIMITS if limit.since <= day]
    return in_force[-1] if in_force else ANSWER_LIMITS[0]


# What happened.


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One body asks another. `placed_in`: where the child stays; never filled from either side.

    `is_authority`: whether the body asked is a council. For the duty: `ground`, why it is
    another's, and `looked_after_since`, from when the authority asked looks after the child.
    """

    kind: HandOverKind
    by: Party
    to: Party
    at: datetime
    answer_due_at: datetime
    report_due_at: datetime | None = None
    is_authority: bool = True
    looked_after_since: date | None = None
    ground: DutyGround = DutyGround.LOOKED_AFTER_SINCE
    placed_in: Party | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    by: Party
    at: datetime
    answer: Reply
    reason: RefusalReason | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    by: Party
    at: datetime
    reason: WithdrawalReason
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedBack:
    by: Party
    at: datetime
    reason: HandBackReason
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """The report on the interview came back to the council that asked."""

    by: Party
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """Somebody with a part in it added to the record; this moves nothing."""

    by: Party
    at: datetime


Fact = Asked | Answered | Withdrawn | HandedBack | Reported | Added


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """One request, as it has gone so far: what happened, never a status."""

    key: Hashable
    asked: Asked
    answered: Answered | None = None
    withdrawn: Withdrawn | None = None
    handed_back: HandedBack | None = None
    reported: Reported | None = None

    @property
    def matter(self) -> "Matter":
        return matter_of(self.asked.kind)

    @property
    def is_of_the_duty(self) -> bool:
        return self.matter is Matter.DUTY

    @property
    def is_accepted(self) -> bool:
        return self.answered is not None and self.answered.answer is Reply.ACCEPTED

    @property
    def is_given_up(self) -> bool:
        """The body asked does not have it, or has it no more."""
        is_refused = self.answered is not None and not self.is_accepted
        return is_refused or self.withdrawn is not None or self.handed_back is not None


class Matter(Code):
    INTERVIEW = "interview", "Holding the interview"
    DUTY = "duty", "The duty itself"


def matter_of(kind: HandOverKind) -> Matter:
    return Matter.DUTY if kind is HandOverKind.DUTY else Matter.INTERVIEW


class Step(Code):
    """How far a hand-over has come, derived from what happened."""

    ASKED = "asked", "Waiting for an answer"
    ACCEPTED = "accepted", "Accepted"
    REPORTED = "reported", "Report returned"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"
    HANDED_BACK = "handed_back", "Handed back"
    EXPIRED = "expired", "Not answered in time"


def step_of(handover: HandOver, now: datetime) -> Step:
    """Nobody records an expiry: a request without an answer ends by itself."""
    if handover.handed_back:
        return Step.HANDED_BACK
    if handover.withdrawn:
        return Step.WITHDRAWN
    if handover.reported:
        return Step.REPORTED
    if handover.answered:
        return Step.ACCEPTED if handover.is_accepted else Step.REFUSED
    return Step.EXPIRED if now > handover.asked.answer_due_at else Step.ASKED


def stands(handover: HandOver, now: datetime) -> bool:
    """Whether it waits for an answer or a report. A duty that has passed waits for nothing."""
    step = step_of(handover, now)
    return step is Step.ASKED or (step is Step.ACCEPTED and not handover.is_of_the_duty)


def is_report_due(handover: HandOver, now: datetime) -> bool:
    """Whether the report should have come back by now, and has not."""
    due_at = handover.asked.report_due_at
    return step_of(handover, now) is Step.ACCEPTED and due_at is not None and now > due_at


# Who owns it, and who interviews.


def owner_of(handovers: Sequence[HandOver], first: Party) -> Party:
    """The one accountable authority. The duty passes on acceptance alone; until then, the first."""
    owner = first
    for handover in handovers:
        if handover.is_of_the_duty and handover.is_accepted:
            owner = handover.asked.to
    return owner


def owners_of(handovers: Sequence[HandOver], first: Party) -> tuple[Party, ...]:
    """Everybody who has owned it, in order; the last owns it now."""
    passed = [each.asked.to for each in handovers if each.is_of_the_duty and each.is_accepted]
    return (first, *passed)


def interviewer_of(
    handovers: Sequence[HandOver], first: Party, *, standing: Party | None = None
) -> Party:
    """Who provides the interviewer: exactly one, always.

    `standing`: with whom the present owner has a standing agreement; a no to this one request
    outweighs it. An interview that was accepted stays so when the duty passes: the child keeps the
    interviewer, and the new owner may withdraw.
    """
    interviews = [each for each in handovers if not each.is_of_the_duty]
    if interviews and interviews[-1].is_accepted and not interviews[-1].is_given_up:
        return interviews[-1].asked.to
    said = [each.is_given_up for each in interviews if each.asked.to == standing]
    if standing is not None and not (said and said[-1]):
        return standing
    return owner_of(handovers, first)


# What each side sees at each step, in one table.


class Side(Code):
    ASKING = "asking", "The side that asks"
    ASKED = "asked", "The side that is asked"


class Part(Code):
    """What of a child's record a hand-over may show."""

    REFERENCE = "reference", "The request's own number"
    ASKING = "asking", "That it was asked: by whom, when, and what was answered"
    TERMS = "terms", "What is asked, and by when"
    AGE = "age", "The child's age"
    AREA = "area", "The area in which the child stays"
    CLOCK = "clock", "When the child returned and the hours left"
    RISK = "risk", "Risk grade and concerns"
    NEEDS = "needs", "Language, access and how the child communicates"
    INITIALS = "initials", "The child's initials"
    BORN_ON = "born_on", "The date of birth"
    NAME = "name", "The child's name"
    CONTACT = "contact", "Where the child is and how to reach them"
    SAFETY = "safety", "Who may be a risk, and what to take care of"
    PROMISES = "promises", "What was promised to the child before"
    EPISODE = "episode", "The episode"
    ACCOUNT = "account", "The account of this interview"
    STORY = "story", "Earlier episodes, interviews and what followed"


P = Part
EVERYTHING = frozenset(Part)
ONLY_THAT_IT_WAS_ASKED = frozenset({P.REFERENCE, P.ASKING})
# Enough to decide. No initials: with age and area they name a child in a small town.
PREVIEW = ONLY_THAT_IT_WAS_ASKED | {P.TERMS, P.AGE, P.AREA, P.CLOCK, P.RISK, P.NEEDS}
# An authority must find out whether it looks after this very child, before it learns the name.
PREVIEW_OF_THE_DUTY = PREVIEW | {P.INITIALS, P.BORN_ON}
TO_INTERVIEW = PREVIEW | {
    *(P.NAME, P.BORN_ON, P.CONTACT, P.SAFETY, P.PROMISES, P.EPISODE, P.ACCOUNT)
}
# Its own account it can go on reading; where the child is, it need not know any more.
ONCE_REPORTED = ONLY_THAT_IT_WAS_ASKED | {P.TERMS, P.CLOCK, P.NAME, P.EPISODE, P.ACCOUNT}
# The episode is counted where it started, so a former owner keeps sight of it and of no account.
FORMER_OWNER = ONLY_THAT_IT_WAS_ASKED | {P.TERMS, P.CLOCK, P.NAME, P.BORN_ON, P.EPISODE}

# The asking side of an interview is whoever owns the duty now. Where the child stays is in no row.
SEES: dict[tuple[Matter, Step, Side], frozenset[Part]] = {
    (Matter.INTERVIEW, Step.ASKED, Side.ASKING): EVERYTHING,
    (Matter.INTERVIEW, Step.ASKED, Side.ASKED): PREVIEW,
    (Matter.INTERVIEW, Step.ACCEPTED, Side.ASKING): EVERYTHING,
    (Matter.INTERVIEW, Step.ACCEPTED, Side.ASKED): TO_INTERVIEW,
    (Matter.INTERVIEW, Step.REPORTED, Side.ASKING): EVERYTHING,
    (Matter.INTERVIEW, Step.REPORTED, Side.ASKED): ONCE_REPORTED,
    (Matter.INTERVIEW, Step.REFUSED, Side.ASKING): EVERYTHING,
    (Matter.INTERVIEW, Step.REFUSED, Side.ASKED): ONLY_THAT_IT_WAS_ASKED,
    (Matter.INTERVIEW, Step.WITHDRAWN, Side.ASKING): EVERYTHING,
    (Matter.INTERVIEW, Step.WITHDRAWN, Side.ASKED): ONLY_THAT_IT_WAS_ASKED,
    (Matter.INTERVIEW, Step.HANDED_BACK, Side.ASKING): EVERYTHING,
    (Matter.INTERVIEW, Step.HANDED_BACK, Side.ASKED): ONLY_THAT_IT_WAS_ASKED,
    (Matter.INTERVIEW, Step.EXPIRED, Side.ASKING): EVERYTHING,
    (Matter.INTERVIEW, Step.EXPIRED, Side.ASKED): ONLY_THAT_IT_WAS_ASKED,
    (Matter.DUTY, Step.ASKED, Side.ASKING): EVERYTHING,
    (Matter.DUTY, Step.ASKED, Side.ASKED): PREVIEW_OF_THE_DUTY,
    (Matter.DUTY, Step.ACCEPTED, Side.ASKING): FORMER_OWNER,
    (Matter.DUTY, Step.ACCEPTED, Side.ASKED): EVERYTHING,
    (Matter.DUTY, Step.REFUSED, Side.ASKING): EVERYTHING,
    (Matter.DUTY, Step.REFUSED, Side.ASKED): ONLY_THAT_IT_WAS_ASKED,
    (Matter.DUTY, Step.WITHDRAWN, Side.ASKING): EVERYTHING,
    (Matter.DUTY, Step.WITHDRAWN, Side.ASKED): ONLY_THAT_IT_WAS_ASKED,
    (Matter.DUTY, Step.EXPIRED, Side.ASKING): EVERYTHING,
    (Matter.DUTY, Step.EXPIRED, Side.ASKED): ONLY_THAT_IT_WAS_ASKED,
}


def sees(
    handovers: Sequence[HandOver], first: Party, *, who: Party, now: datetime
) -> frozenset[Part]:
    """What `who` may see by owning the duty, or by a hand-over; nothing by any other way."""
    if who == owner_of(handovers, first):
        return EVERYTHING
    parts: frozenset[Part] = frozenset()
    for handover in handovers:
        step = step_of(handover, now)
        has_passed = handover.is_of_the_duty and step is Step.ACCEPTED
        if has_passed and who in (handover.asked.by, handover.asked.to):
            # Whoever accepted it and does not own it now has passed it on.
            parts |= SEES[handover.matter, step, Side.ASKING]
        elif who == handover.asked.to:
            parts |= SEES[handover.matter, step, Side.ASKED]
    return parts


# What may happen next.


class NotTheOwner(Blocked):
    sentence = "Only the authority that must act can do this, and that is another by now."


class AskedOfItself(Blocked):
    sentence = "An authority hands nothing over to itself."
    field = "to"


class NotAnAuthority(Blocked):
    sentence = "Only an authority can host an interview or take over the duty."
    field = "to"


class NotLookedAfterThere(Blocked):
    sentence = (
        "The duty passes only to an authority that looks after the child, "
        "or back to one that had it. Say since when it looks after the child."
    )
    field = "looked_after_since"


class NoTimeToAnswer(Blocked):
    sentence = "The answer is due before the question was asked."
    field = "answer_due_at"


class StandsAlready(Blocked):
    sentence = "This has been asked already, and that request still stands. Withdraw it first."


class NotTheOneAsked(Blocked):
    sentence = "Only the organisation that was asked can do this."


class AlreadyAnswered(Blocked):
    sentence = "This request has been answered."
    field = "answer"


class AlreadyEnded(Blocked):
    sentence = "This request has come to its end. To go on, ask again."


class AnswerTooLate(AlreadyEnded):
    sentence = "The time for an answer has run out. The council that asked may ask again."
    field = "answer"


class Overtaken(AlreadyEnded):
    sentence = "The council that asked has asked anew since, so this request is over."


class NotAccepted(Blocked):
    sentence = "This request has not been accepted."


class AlreadyReported(Blocked):
    sentence = "The report on this interview has been returned."


class HeldAlready(Blocked):
    sentence = "The interview has taken place. Its record, signed off, is the report that is owed."


class NamesTheChild(Blocked):
    sentence = (
        "Leave the child’s name out: this is read before anybody has accepted. Whoever accepts "
        "is told it."
    )
    field = "terms"


class ReportDueFirst(Blocked):
    sentence = "The report is due after the request is made: give a day to come."
    field = "report_due_at"


class DutyHasPassed(Blocked):
    sentence = "The duty has passed. It comes back only if the other authority is asked to take it."


class NothingToReport(Blocked):
    sentence = "A report is returned on an interview. The duty itself has none."


class ReasonMissing(Blocked):
    sentence = "Say why."
    field = "reason"


class NoteMissing(Blocked):
    sentence = "Say which other reason it is."
    field = "note"


class NothingRefused(Blocked):
    sentence = "A reason for refusing is given, but the answer is not a refusal."
    field = "reason"


class HeldBeforeAsked(Blocked):
    sentence = "That is before they were asked. Check the day and the time."
    field = "held_at"


class BeforeAsked(Blocked):
    sentence = "This is before the request was made, or before it was answered."
    field = "at"


class NoPart(Blocked):
    sentence = "Only those with a part in this episode can add to it."


def check_can_ask(
    *,
    asked: Asked,
    handovers: Sequence[HandOver],
    first: Party,
    now: datetime,
    is_voided: bool = False,
    names_the_child: bool = False,
    report_due_at: datetime | None = None,
) -> None:
    """Whether this can be asked: by the owner, of another body, with nothing asked already.

    An interview can be asked for while the child is still missing, and after the time allowed.
    """
    if is_voided:
        raise EpisodeVoided
    if asked.at > now:
        raise InTheFuture(field="at")
    if asked.by != owner_of(handovers, first):
        raise NotTheOwner
    if asked.to == asked.by:
        raise AskedOfItself
    if asked.kind is not HandOverKind.PROVIDER and not asked.is_authority:
        raise NotAnAuthority
    if asked.kind is HandOverKind.DUTY and not may_take_the_duty(asked, handovers, first):
        raise NotLookedAfterThere
    if asked.answer_due_at <= asked.at:
        raise NoTimeToAnswer
    if report_due_at and report_due_at <= asked.at:
        raise ReportDueFirst
    if names_the_child:
        raise NamesTheChild
    matter = matter_of(asked.kind)
    if any(each.matter is matter and stands(each, asked.at) for each in handovers):
        raise StandsAlready


def may_take_the_duty(asked: Asked, handovers: Sequence[HandOver], first: Party) -> bool:
    if asked.to in owners_of(handovers, first):
        return True
    if asked.ground is not DutyGround.LOOKED_AFTER_SINCE:
        # Nobody is made to take it: that the other accepts is the proof that it is theirs.
        return True
    since = asked.looked_after_since
    return since is not None and since <= asked.at.astimezone(LONDON).date()


def check_can_answer(
    *, handover: HandOver, answered: Answered, now: datetime, is_overtaken: bool = False
) -> None:
    """Whether the side that was asked can give this answer. `is_overtaken`: asked anew since.

    What counts is when it was answered, not when the answer got here.
    """
    if answered.by != handover.asked.to:
        raise NotTheOneAsked
    check_is_not_ended(handover)
    if handover.answered:
        raise AlreadyAnswered
    if is_overtaken:
        raise Overtaken
    check_when(answered.at, after=handover.asked.at, now=now)
    if answered.at > handover.asked.answer_due_at:
        raise AnswerTooLate
    if answered.answer is Reply.REFUSED:
        check_reason(answered.reason, answered.note)
    elif answered.reason is not None:
        raise NothingRefused


def check_can_withdraw(
    *, handover: HandOver, withdrawn: Withdrawn, owner: Party, now: datetime
) -> None:
    """Whether the owner can take the request back: an interview until its report is returned."""
    if withdrawn.by != owner:
        # The one that asked for the duty to pass owns it no more: say so, rather than who may.
        raise DutyHasPassed if handover.is_of_the_duty and handover.is_accepted else NotTheOwner
    check_is_not_ended(handover)
    if handover.is_of_the_duty and handover.is_accepted:
        raise DutyHasPassed
    if step_of(handover, withdrawn.at) is Step.EXPIRED:
        raise AlreadyEnded
    check_when(withdrawn.at, after=handover.asked.at, now=now)
    check_reason(withdrawn.reason, withdrawn.note)


def check_can_hand_back(
    *, handover: HandOver, handed_back: HandedBack, now: datetime, is_held: bool = False
) -> None:
    """Whether the interview can be given back: not once it was held.

    Nothing else below is asked about: bookings, people and drafts may be gone or changed.
    The duty is not given back but asked to be taken, so that it never comes back unseen.
    """
    if handed_back.by != handover.asked.to:
        raise NotTheOneAsked
    check_is_accepted(handover)
    if handover.is_of_the_duty:
        raise DutyHasPassed
    if is_held:
        raise HeldAlready
    assert handover.answered
    check_when(handed_back.at, after=handover.answered.at, now=now)
    check_reason(handed_back.reason, handed_back.note)


def check_can_report(*, handover: HandOver, reported: Reported, now: datetime) -> None:
    """Whether the report on the interview can be returned. A late report is welcome."""
    if reported.by != handover.asked.to:
        raise NotTheOneAsked
    if handover.is_of_the_duty:
        raise NothingToReport
    check_is_accepted(handover)
    assert handover.answered
    check_when(reported.at, after=handover.answered.at, now=now)


def check_can_note_held(*, handover: HandOver, held: Moment | None = None) -> None:
    """Whether it can be noted that the body asked held the interview, its report come or not."""
    if handover.is_of_the_duty:
        raise NothingToReport
    if handover.is_given_up:
        raise AlreadyEnded
    if not handover.is_accepted:
        raise NotAccepted
    if held and held.latest < handover.asked.at:
        raise HeldBeforeAsked


def check_can_add(
    *, added: Added, handovers: Sequence[HandOver], first: Party, now: datetime
) -> None:
    """Whether this party can add to the record: whoever sees the episode, former owners too."""
    if added.at > now:
        raise InTheFuture(field="at")
    if Part.EPISODE not in sees(handovers, first, who=added.by, now=now):
        raise NoPart


def check_is_accepted(handover: HandOver) -> None:
    check_is_not_ended(handover)
    if not handover.is_accepted:
        raise NotAccepted


def check_is_not_ended(handover: HandOver) -> None:
    if handover.reported:
        raise AlreadyReported
    if handover.is_given_up:
        raise AlreadyEnded


def check_when(at: datetime, *, after: datetime, now: datetime) -> None:
    """People give the minute, so the very minute of what came before is no contradiction."""
    if at > now:
        raise InTheFuture(field="at")
    if at < after.replace(second=0, microsecond=0):
        raise BeforeAsked


def check_reason(
    reason: RefusalReason | WithdrawalReason | HandBackReason | None, note: str
) -> None:
    if reason is None:
        raise ReasonMissing
    if reason.value == "other" and not note.strip():
        raise NoteMissing


can_ask = allowed(check_can_ask)
can_answer = allowed(check_can_answer)
can_withdraw = allowed(check_can_withdraw)
can_hand_back = allowed(check_can_hand_back)
can_report = allowed(check_can_report)
can_note_held = allowed(check_can_note_held)
can_add = allowed(check_can_add)
