"""How a return home interview may move: booked, held or not held, recorded, signed off.

Source: DfE statutory guidance, January 2014, “Independent return interviews”: held by somebody
trained and not involved in the child's care. That the child's words stand as written, with
additions only, is what a record read in court twenty years on needs (IICSA, 2022, Part G.2).
"""

from collections.abc import Hashable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from returnhome.rules import Blocked, allowed
from returnhome.rules.clock import LONDON, Deadline, Moment, is_before_found
from returnhome.rules.codes import Answer, CredentialKind, NotHeldReason
from returnhome.rules.offering import BeforeFound, InTheFuture, NotReturned


class NotAccepted(Blocked):
    sentence = "The child has not accepted an offer yet: record the answer first."


class BookedInThePast(Blocked):
    sentence = (
        "This time has passed. If the interview took place, record it as held: "
        "the link is below the form."
    )
    field = "booked_for"


class AlreadyHeld(Blocked):
    sentence = "This interview has been held."


class NotHeldYet(Blocked):
    sentence = "Record when the interview was held first."
    field = "held_at"


class NoteMissing(Blocked):
    sentence = "Explain this reason: it is read by whoever asks why there was no interview."
    field = "note"


class NobodyTried(Blocked):
    sentence = "No attempt is recorded. Record each attempt to reach the child first."
    field = "reason"


class CoveringInterviewMissing(Blocked):
    sentence = "Say which interview covers this episode."
    field = "covered_by"


class AlreadySigned(Blocked):
    sentence = "This record is signed off. What needs adding goes in an addendum."


class NotSigned(Blocked):
    sentence = "This record is still a draft: change it, or sign it off first."


class StillTheirs(Blocked):
    sentence = "Whoever has this record to finish can still write it: ask them to."


class NotTheAuthor(Blocked):
    sentence = "Only the person who wrote this record can sign it off."


class OwnRecord(Blocked):
    sentence = "A record is reviewed by somebody other than the person who wrote it."


class QuestionsUnanswered(Blocked):
    sentence = "Some questions have no answer yet."
    field = "answers"


class NothingToAdd(Blocked):
    sentence = "Write what is to be added."
    field = "words"


class Asked(Protocol):
    """A question of the recording standard, by its text."""

    @property
    def text(self) -> str: ...


def check_can_book(
    *,
    answer: Answer | None,
    booked_for: datetime,
    now: datetime,
    found: Moment | None,
    returned: Moment | None,
    is_held: bool = False,
) -> None:
    """Whether an interview can be booked. What only deserves a warning is in `booking_warnings`."""
    if found is None and returned is None:
        raise NotReturned
    if is_held:
        raise AlreadyHeld
    if answer is not Answer.ACCEPTED:
        raise NotAccepted
    if booked_for < now:
        raise BookedInThePast


def booking_warnings(
    *,
    booked_for: datetime,
    due: Deadline | None,
    training_due: date | None,
    checks_due: date | None,
    is_involved_in_care: bool = False,
) -> tuple[str, ...]:
    """What whoever books should know and may decide against: a talk late beats no talk.

    `training_due` and `checks_due` are the last days on which training and checks still hold.
    """
    day = booked_for.astimezone(LONDON).date()
    warnings = []
    if due is not None and booked_for > due.earliest:
        warnings.append("By then the time allowed may have run out.")
    warnings += out_of_date("training", training_due, day)
    warnings += out_of_date("checks", checks_due, day)
    if is_involved_in_care:
        warnings.append(
            "This interviewer is involved in the child's care. "
            "That is right only where the child has asked for them."
        )
    return tuple(warnings)


def good_until(held: Mapping[CredentialKind, date | None], needed: CredentialKind) -> date | None:
    """The last day on which the needed training or check, and others of its sort, still hold.

    `held` gives the next due day of each; None there means it does not run out. None comes back
    where the needed one was never noted.
    """
    if needed not in held:
        return None
    alike = [due for kind, due in held.items() if kind.is_check == needed.is_check]
    return min(due or date.max for due in alike)


def out_of_date(what: str, due: date | None, day: date) -> list[str]:
    if due is None:
        return [f"No date is recorded for this interviewer's {what}."]
    if due < day:
        return [f"This interviewer's {what} will be out of date: due {due.day} {due:%B %Y}."]
    return []


def check_can_hold(
    *,
    held: Moment,
    now: datetime,
    found: Moment | None,
    returned: Moment | None,
    is_held: bool = False,
) -> None:
    """Whether an interview can be recorded as held then. Late is held all the same."""
    if is_held:
        raise AlreadyHeld
    if found is None and returned is None:
        raise NotReturned
    if held.earliest > now:
        raise InTheFuture(field="held_at")
    if is_before_found(found=found, returned=returned, held=held):
        raise BeforeFound(field="held_at")


def check_not_held(
    *,
    reason: NotHeldReason,
    note: str = "",
    attempts: int = 0,
    is_held: bool = False,
    is_covering_named: bool = False,
) -> None:
    """Whether an interview can be recorded as not held for this reason."""
    if is_held:
        raise AlreadyHeld
    if reason.needs_note and not note.strip():
        raise NoteMissing
    if reason is NotHeldReason.NOT_CONTACTABLE and attempts < 1:
        raise NobodyTried
    if reason is NotHeldReason.COVERED_BY_ANOTHER and not is_covering_named:
        raise CoveringInterviewMissing


def check_can_record(*, is_signed: bool) -> None:
    """Whether the record can still be changed: a draft, until it is signed off."""
    if is_signed:
        raise AlreadySigned


def check_can_take_over_record(*, is_held: bool, is_signed: bool, can_write: bool) -> None:
    """Whether somebody else can finish the record. `can_write`: whoever has it still may.

    They have left, or may not see the record any more; what the child said is not to wait for them.
    """
    if is_signed:
        raise AlreadySigned
    if not is_held:
        raise NotHeldYet
    if can_write:
        raise StillTheirs


def check_can_sign(
    *,
    author: Hashable,
    signer: Hashable,
    is_held: bool,
    is_signed: bool,
    missing: Sequence[Asked] = (),
) -> None:
    """Whether the record can be signed off. `missing` are the core questions without an answer."""
    if is_signed:
        raise AlreadySigned
    if not is_held:
        raise NotHeldYet
    if signer != author:
        raise NotTheAuthor
    if missing:
        questions = "; ".join(question.text for question in missing)
        raise QuestionsUnanswered(
            f"Answer these, or say that they were not asked or not answered: {questions}"
        )


def check_can_add(*, is_signed: bool, words: str) -> None:
    """Whether an addendum can be written: to a signed record only."""
    if not is_signed:
        raise NotSigned
    if not words.strip():
        raise NothingToAdd


can_book = allowed(check_can_book)
can_hold = allowed(check_can_hold)
can_record = allowed(check_can_record)
can_take_over_record = allowed(check_can_take_over_record)
can_sign = allowed(check_can_sign)
can_add = allowed(check_can_add)
