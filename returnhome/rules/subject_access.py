"""Somebody asks for a child's record: by when it is answered, who may ask, what may be withheld.

Source: UK GDPR, articles 12(3), 12(6), 12A (Data (Use and Access) Act 2025, section 76) and 15 with
15(1A) (section 78): one month, two more where that is necessary, and days on which the person was
asked what they mean do not count; ICO, Right of access, 2025: the corresponding date, or the next
working day. Data Protection Act 2018, Schedule 2, paragraphs 2, 16, 17 and 19, and Schedule 3,
paragraphs 10, 11 and 21; Gaskin v United Kingdom (1989) 12 EHRR 36: whoever was in care has a claim
to know of it, and a source's silence is no refusal. Freedom of Information Act 2000, sections 1(3),
10, 38 and 40(2).

The ground is a person's to choose. Nothing here decides that something is withheld.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from returnhome.rules import Blocked, working_days
from returnhome.rules.codes import Code

MONTHS, MONTHS_MORE = 1, 2
FOI_DAYS = 20
# From so many days before it is due it stands on work lists.
SOON = timedelta(days=7)
DAY = timedelta(days=1)
LONGEST_NAME = 200


class RequestKind(Code):
    SAR = "sar", "Their own record (subject access)"
    FOI = "foi", "Under the Freedom of Information Act"


class Asker(Code):
    """Who asks. A child who understands what it means asks for themself, at whatever age."""

    SELF = "self", "The child, or the adult that they are now"
    PARENT = "parent", "Somebody with parental responsibility, on the child’s behalf"
    ENTITLED = "entitled", "Somebody else with authority to act for them"
    ANYBODY = "anybody", "Anybody (freedom of information)"


ASKERS = {
    RequestKind.SAR: (Asker.SELF, Asker.PARENT, Asker.ENTITLED),
    RequestKind.FOI: (Asker.ANYBODY,),
}


class StepKind(Code):
    """What happens to a request between its coming in and its answer."""

    IDENTITY_ASKED = "identity_asked", "Proof of who asks was asked for"
    IDENTITY_SEEN = "identity_seen", "Who asks is proved"
    CLARITY_ASKED = "clarity_asked", "Asked what they want to know"
    CLARITY_GIVEN = "clarity_given", "They said what they want to know"
    EXTENDED = "extended", "Two more months, and they were told why"


class Decision(Code):
    """What becomes of words that were marked, or of a whole line."""

    GIVE = "give", "Give"
    WITHHOLD = "withhold", "Withhold"


class Ground(Code):
    """Why something is not given; `law` is what a covering letter cites.

    The label stands in the place of the words: it must not say more than they were allowed to.
    """

    law: str
    sentence: str

    THIRD_PARTY = "third_party", "About somebody else"
    CHILD_EXPECTED = "child_expected", "Told in confidence"
    SERIOUS_HARM = "serious_harm", "Would be likely to cause serious harm"
    CHILD_ABUSE = "child_abuse", "Not in the child’s best interests"
    CRIME = "crime", "Would prejudice the prevention of crime"
    PRIVILEGE = "privilege", "Legal advice"
    NOT_THEIRS = "not_theirs", "Not about the person"
    FOI_PERSONAL = "foi_personal", "Personal information"
    FOI_HEALTH = "foi_health", "Would endanger somebody"


_LAW = {
    Ground.THIRD_PARTY: (
        "Data Protection Act 2018, Schedule 2, paragraph 16",
        "It tells of another person who has not agreed, and it is not reasonable to give it all "
        "the same. What people did in their work for the child is not withheld on this ground.",
    ),
    Ground.CHILD_EXPECTED: (
        "Data Protection Act 2018, Schedule 3, paragraph 10",
        "The child said it in the expectation that it would not be told to the person who asks, or "
        "has said that it should not be.",
    ),
    Ground.SERIOUS_HARM: (
        "Data Protection Act 2018, Schedule 3, paragraph 11",
        "To give it would be likely to prejudice social work, because it would be likely to cause "
        "serious harm to the physical or mental health of somebody.",
    ),
    Ground.CHILD_ABUSE: (
        "Data Protection Act 2018, Schedule 3, paragraph 21",
        "It says whether the child is or may be at risk of abuse, and to give it to the person who "
        "asks on their behalf would not be in the child’s best interests.",
    ),
    Ground.CRIME: (
        "Data Protection Act 2018, Schedule 2, paragraph 2",
        "To give it would be likely to prejudice the prevention or detection of crime, or that "
        "somebody is caught or prosecuted.",
    ),
    Ground.PRIVILEGE: (
        "Data Protection Act 2018, Schedule 2, paragraph 19",
        "It is legal advice, or was made for legal proceedings, and is privileged.",
    ),
    Ground.NOT_THEIRS: (
        "UK GDPR, article 15(1)",
        "It is no information about the person whose record this is.",
    ),
    Ground.FOI_PERSONAL: (
        "Freedom of Information Act 2000, section 40(2) with (3A)(a)",
        "It is personal information of somebody, and to give it to the public would contravene the "
        "data protection principles.",
    ),
    Ground.FOI_HEALTH: (
        "Freedom of Information Act 2000, section 38(1)",
        "To give it to the public would be likely to endanger somebody’s health or safety, which "
        "outweighs the public interest in giving it.",
    ),
}
for _ground, (_cited, _said) in _LAW.items():
    _ground.law, _ground.sentence = _cited, _said

FOI_GROUNDS = (Ground.FOI_PERSONAL, Ground.FOI_HEALTH)
# Only against somebody who asks for the child: never against the child.
AGAINST_OTHERS = (Ground.CHILD_EXPECTED, Ground.CHILD_ABUSE)


def grounds(kind: RequestKind, asker: Asker) -> tuple[Ground, ...]:
    """Those that there are for this request, the usual one first."""
    if kind is RequestKind.FOI:
        return FOI_GROUNDS
    those = [each for each in Ground if each not in FOI_GROUNDS]
    if asker is Asker.SELF:
        those = [each for each in those if each not in AGAINST_OTHERS]
    return tuple(those)


# What stops whoever answers.


class WhoDoesNotFit(Blocked):
    sentence = "Select who asks: it does not go with the law under which they ask."
    field = "asker"


class NameMissing(Blocked):
    sentence = "Enter the name of whoever asks."
    field = "name"


class NotYet(Blocked):
    sentence = "The day cannot be after today."
    field = "on"


class BeforeTheRequest(Blocked):
    sentence = "The day cannot be before the request came in."
    field = "on"


class BeforeTheStep(Blocked):
    sentence = "The day cannot be before the day on which they were asked."
    field = "on"


class DoesNotFollow(Blocked):
    sentence = "This cannot be noted now."


class HowMissing(Blocked):
    sentence = "Say what was asked, seen or said."
    field = "because"


class TooLateToExtend(Blocked):
    sentence = (
        "The first month is over: more time must be taken, and the reason told, before it ends "
        "(UK GDPR, article 12A)."
    )
    field = "on"


class AnsweredAlready(Blocked):
    sentence = "This request has been answered: what was given stays as it was."


class EndedAlready(Blocked):
    sentence = "This request was ended without an answer."


class WhyEndedMissing(Blocked):
    sentence = "Say why it is ended without an answer."
    field = "because"


class IdentityNotProved(Blocked):
    sentence = "Nothing is given until it is noted how whoever asks proved who they are."


class NothingGathered(Blocked):
    sentence = "The record has to be gathered first."


class StillUndecided(Blocked):
    sentence = "Not everything that is marked has been decided."


class GroundMissing(Blocked):
    sentence = "Select why it is withheld."
    field = "ground"


class GroundDoesNotFit(Blocked):
    sentence = "That ground is none for this request."
    field = "ground"


class WordsNotThere(Blocked):
    sentence = "These words are not in this line."
    field = "words"


class GatheredSince(Blocked):
    sentence = "The record was gathered anew: go on there."


# The clock.


@dataclass(frozen=True, slots=True)
class Step:
    kind: StepKind
    on: date


@dataclass(frozen=True, slots=True)
class Clock:
    """By when a request is answered. `due_on` None: it stands still, for the reason `waits_for`.

    `first_month_ends`: until when more time may still be taken.
    """

    starts_on: date | None
    due_on: date | None
    first_month_ends: date | None
    waits_for: StepKind | None = None
    days_stopped: int = 0
    is_extended: bool = False

    def days_left(self, today: date) -> int | None:
        return None if self.due_on is None else (self.due_on - today).days

    def is_overdue(self, today: date) -> bool:
        return self.due_on is not None and today > self.due_on

    def is_soon(self, today: date) -> bool:
        """Due within a week, or overdue."""
        return self.due_on is not None and self.due_on - today <= SOON


def clock(kind: RequestKind, received_on: date, steps: Iterable[Step]) -> Clock:
    """How the clock stands after these steps, in their order."""
    found = list(steps)
    if kind is RequestKind.FOI:
        return _foi_clock(received_on, found)
    starts, waits = received_on, None
    asked: date | None = None
    stopped: set[date] = set()
    for step in found:
        if step.kind is StepKind.IDENTITY_ASKED:
            waits = StepKind.IDENTITY_SEEN
        elif step.kind is StepKind.IDENTITY_SEEN:
            # Proved without having been asked: the clock ran from the first day.
            starts, waits = (step.on if waits else starts), None
        elif step.kind is StepKind.CLARITY_ASKED:
            asked = step.on
        elif step.kind is StepKind.CLARITY_GIVEN and asked:
            stopped |= {asked + n * DAY for n in range((step.on - asked).days + 1)}
            asked = None
    is_extended = any(step.kind is StepKind.EXTENDED for step in found)
    if waits:
        return Clock(None, None, None, waits, is_extended=is_extended)
    # Days before the clock began to run stop nothing.
    days = sum(day >= starts for day in stopped)
    first = _due(starts, MONTHS, days)
    if asked:
        return Clock(starts, None, None, StepKind.CLARITY_GIVEN, days, is_extended)
    months = MONTHS + MONTHS_MORE if is_extended else MONTHS
    return Clock(starts, _due(starts, months, days), first, None, days, is_extended)


def _due(starts: date, months: int, days_stopped: int) -> date:
    ends = working_days.months_later(starts, months) + days_stopped * DAY
    return working_days.on_or_after(ends)


def _foi_clock(received_on: date, steps: Sequence[Step]) -> Clock:
    """It counts from the day on which they said what they want (section 10(6) with 1(3))."""
    starts, waits = received_on, None
    for step in steps:
        if step.kind is StepKind.CLARITY_ASKED:
            waits = StepKind.CLARITY_GIVEN
        elif step.kind is StepKind.CLARITY_GIVEN:
            starts, waits = step.on, None
    if waits:
        return Clock(None, None, None, waits)
    due = working_days.after(starts, FOI_DAYS, working_days.KINGDOM)
    return Clock(starts, due, due)


def check_can_note(
    *, kind: RequestKind, asker: Asker, name: str, received_on: date, today: date
) -> None:
    if asker not in ASKERS[kind]:
        raise WhoDoesNotFit
    if not name.strip() and kind is RequestKind.SAR:
        raise NameMissing
    if received_on > today:
        raise NotYet(field="received_on")


def next_steps(kind: RequestKind, steps: Iterable[Step]) -> tuple[StepKind, ...]:
    """What can be noted next. Freedom of information asks nobody who they are."""
    done = [step.kind for step in steps]
    found = []
    if kind is RequestKind.SAR and StepKind.IDENTITY_SEEN not in done:
        if StepKind.IDENTITY_ASKED not in done:
            found.append(StepKind.IDENTITY_ASKED)
        found.append(StepKind.IDENTITY_SEEN)
    if done.count(StepKind.CLARITY_ASKED) > done.count(StepKind.CLARITY_GIVEN):
        found.append(StepKind.CLARITY_GIVEN)
    else:
        found.append(StepKind.CLARITY_ASKED)
    if kind is RequestKind.SAR and StepKind.EXTENDED not in done:
        found.append(StepKind.EXTENDED)
    return tuple(found)


def check_can_step(
    step: Step,
    *,
    kind: RequestKind,
    received_on: date,
    steps: Sequence[Step],
    because: str,
    today: date,
) -> None:
    """Whether this can be noted. Raises what is above."""
    if step.kind not in next_steps(kind, steps):
        raise DoesNotFollow
    if step.on > today:
        raise NotYet
    if step.on < received_on:
        raise BeforeTheRequest
    asked = {
        StepKind.IDENTITY_SEEN: StepKind.IDENTITY_ASKED,
        StepKind.CLARITY_GIVEN: StepKind.CLARITY_ASKED,
    }.get(step.kind)
    before = [each.on for each in steps if each.kind is asked]
    if before and step.on < before[-1]:
        raise BeforeTheStep
    if not because.strip():
        raise HowMissing
    if step.kind is StepKind.EXTENDED:
        ends = clock(kind, received_on, steps).first_month_ends
        if ends is not None and step.on > ends:
            raise TooLateToExtend


def check_decision(
    decision: Decision, ground: Ground | None, *, kind: RequestKind, asker: Asker
) -> None:
    """Whether it can be decided so: what is withheld has a ground that this request allows."""
    if decision is Decision.GIVE:
        return
    if ground is None:
        raise GroundMissing
    if ground not in grounds(kind, asker):
        raise GroundDoesNotFit


def check_can_give(
    *, kind: RequestKind, steps: Iterable[Step], is_gathered: bool, undecided: int
) -> None:
    """Whether the copy can be given: who asks is proved, and nothing that is marked is open."""
    if kind is RequestKind.SAR and not any(s.kind is StepKind.IDENTITY_SEEN for s in steps):
        raise IdentityNotProved
    if not is_gathered:
        raise NothingGathered
    if undecided:
        many = "1 place that is" if undecided == 1 else f"{undecided} places that are"
        raise StillUndecided(f"Decide on {many} marked and not decided yet.")


def in_place_of(ground: Ground) -> str:
    """What stands where words are withheld."""
    return f"[Withheld: {ground.label[:1].lower()}{ground.label[1:]}]"
