"""What may be told to whom, what for, and on which basis; and what must be so before it goes.

Source: DfE, Information sharing advice, 2024; UK GDPR, articles 5, 6 and 9; Data Protection Act
2018, Schedules 1 and 2. Which items fit which recipient and purpose is our own table, of the least
that serves it, for a practice lead to confirm. Nobody is asked to consent to a share: that is the
wrong basis where a child is or may be at risk. What the child was told, and wished, is recorded.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from returnhome.rules import Blocked
from returnhome.rules.clock import weekdays_on
from returnhome.rules.codes import Code
from returnhome.rules.naming import bare
from returnhome.rules.sources import (
    ARRANGEMENTS,
    CARE_DUTY,
    CRIME,
    HELP_FROM_OTHERS,
    PUBLIC_TASK,
    SAFEGUARDING_CONDITION,
    SCHOOLS,
    SECTION_47,
    VITAL_INTERESTS,
    Source,
)


class Recipient(Code):
    """To whom; our own list, of those whom the guidance and local procedures name."""

    POLICE = "police", "Police missing-person unit"
    COUNCIL = "council", "Another council’s children’s services"
    SOCIAL_WORKER = "social_worker", "The child’s social worker"
    REVIEWING_OFFICER = "reviewing_officer", "Independent reviewing officer"
    CONFERENCE_CHAIR = "conference_chair", "Child protection conference chair"
    PANEL = "panel", "Exploitation panel"
    SCHOOL = "school", "School or college"
    HEALTH = "health", "Health service"
    HOME = "home", "Children’s home or foster carer"
    PARENT = "parent", "Parent, or whoever has parental responsibility"
    SERVICE = "service", "A service that helps, such as a charity"
    OTHER = "other", "Somebody else"


class Purpose(Code):
    """What it is for; our own list."""

    DANGER_NOW = "danger_now", "Somebody may be in danger now"
    STOP_HARM = "stop_harm", "Stop whoever does harm: what is known of people and places"
    ENQUIRE = "enquire", "Find out whether the child is being harmed"
    SAFE_WHERE_THEY_ARE = "safe_where_they_are", "Keep the child safe where they live or learn"
    FIND_SOONER = "find_sooner", "Find the child sooner, should they go missing again"
    PLAN = "plan", "Plan the child’s care and review it"
    HELP = "help", "Get the child the help that was asked for"


class ShareItem(Code):
    """What can be told; the parts of a record, and the sorts of mention."""

    EPISODE = "episode", "When the child was missing and came back"
    TALK = "talk", "That there was a talk, when and with whom"
    WHY = "why", "Why the child went"
    WHERE = "where", "Where the child was, and with whom"
    HAPPENED = "happened", "What happened"
    HARM = "harm", "Harm, threats and fear"
    EXPLOITATION = "exploitation", "Signs of exploitation"
    NOW = "now", "How the child is now, and health"
    WISHES = "wishes", "What the child wants"
    NEXT_TIME = "next_time", "What would help, or stop it happening again"
    ACTIONS = "actions", "What was decided, and who does it"
    PERSON = "person", "People the child told of"
    PLACE = "place", "Places the child told of"
    VEHICLE = "vehicle", "Vehicles"
    PHONE = "phone", "Telephone numbers"
    HANDLE = "handle", "Online names"
    SCHOOL_DAYS = "school_days", "School days that were missed"


INTELLIGENCE = (
    ShareItem.PERSON,
    ShareItem.PLACE,
    ShareItem.VEHICLE,
    ShareItem.PHONE,
    ShareItem.HANDLE,
)
WHOLE_TALK = (
    *(
        ShareItem.EPISODE,
        ShareItem.TALK,
        ShareItem.WHY,
        ShareItem.WHERE,
        ShareItem.HAPPENED,
        ShareItem.HARM,
        ShareItem.EXPLOITATION,
    ),
    *(ShareItem.NOW, ShareItem.WISHES, ShareItem.NEXT_TIME, ShareItem.ACTIONS),
)


@dataclass(frozen=True, slots=True)
class Fit:
    """The items that serve a purpose with a recipient, and on which basis they may be told."""

    items: tuple[ShareItem, ...]
    basis: tuple[Source, ...]


SAFEGUARDING = (PUBLIC_TASK, SAFEGUARDING_CONDITION)
OURS = (*SAFEGUARDING, ARRANGEMENTS)
IN_DANGER = (VITAL_INTERESTS, SAFEGUARDING_CONDITION)

FITS: Mapping[Recipient, Mapping[Purpose, Fit]] = {
    Recipient.POLICE: {
        Purpose.DANGER_NOW: Fit(
            (ShareItem.EPISODE, ShareItem.WHERE, ShareItem.HAPPENED, ShareItem.HARM, *INTELLIGENCE),
            IN_DANGER,
        ),
        Purpose.STOP_HARM: Fit(
            (ShareItem.EPISODE, ShareItem.EXPLOITATION, *INTELLIGENCE), (*SAFEGUARDING, CRIME)
        ),
        Purpose.ENQUIRE: Fit(
            (ShareItem.EPISODE, ShareItem.HAPPENED, ShareItem.HARM, ShareItem.EXPLOITATION),
            (*SAFEGUARDING, SECTION_47),
        ),
        Purpose.FIND_SOONER: Fit((ShareItem.EPISODE, ShareItem.WHERE, *INTELLIGENCE), OURS),
    },
    Recipient.COUNCIL: {
        Purpose.DANGER_NOW: Fit(
            (ShareItem.EPISODE, ShareItem.WHERE, ShareItem.HAPPENED, ShareItem.HARM, *INTELLIGENCE),
            IN_DANGER,
        ),
        Purpose.STOP_HARM: Fit((ShareItem.EXPLOITATION, *INTELLIGENCE), (*OURS, HELP_FROM_OTHERS)),
        Purpose.ENQUIRE: Fit(
            (
                ShareItem.EPISODE,
                ShareItem.HAPPENED,
                ShareItem.HARM,
                ShareItem.EXPLOITATION,
                ShareItem.NOW,
            ),
            (*SAFEGUARDING, SECTION_47, HELP_FROM_OTHERS),
        ),
        Purpose.SAFE_WHERE_THEY_ARE: Fit(
            (
                ShareItem.EPISODE,
                ShareItem.EXPLOITATION,
                ShareItem.WISHES,
                ShareItem.NEXT_TIME,
                ShareItem.ACTIONS,
            ),
            (*OURS, HELP_FROM_OTHERS),
        ),
        Purpose.PLAN: Fit(WHOLE_TALK, (*OURS, HELP_FROM_OTHERS)),
    },
    Recipient.SOCIAL_WORKER: {
        Purpose.DANGER_NOW: Fit((*WHOLE_TALK, *INTELLIGENCE), IN_DANGER),
        Purpose.ENQUIRE: Fit((*WHOLE_TALK, *INTELLIGENCE), (*SAFEGUARDING, SECTION_47)),
        Purpose.PLAN: Fit(WHOLE_TALK, (*SAFEGUARDING, CARE_DUTY)),
    },
    Recipient.REVIEWING_OFFICER: {
        Purpose.PLAN: Fit(
            (
                ShareItem.EPISODE,
                ShareItem.TALK,
                ShareItem.WHY,
                ShareItem.EXPLOITATION,
                ShareItem.WISHES,
                ShareItem.ACTIONS,
            ),
            (*SAFEGUARDING, CARE_DUTY),
        ),
    },
    Recipient.CONFERENCE_CHAIR: {
        Purpose.PLAN: Fit(
            (
                *(
                    ShareItem.EPISODE,
                    ShareItem.TALK,
                    ShareItem.WHY,
                    ShareItem.HARM,
                    ShareItem.EXPLOITATION,
                ),
                *(ShareItem.WISHES, ShareItem.ACTIONS),
            ),
            (*SAFEGUARDING, SECTION_47),
        ),
    },
    Recipient.PANEL: {
        Purpose.STOP_HARM: Fit(
            (ShareItem.EPISODE, ShareItem.EXPLOITATION, *INTELLIGENCE), (*OURS, CRIME)
        ),
        Purpose.PLAN: Fit(
            (ShareItem.EPISODE, ShareItem.EXPLOITATION, ShareItem.WISHES, ShareItem.ACTIONS), OURS
        ),
    },
    Recipient.SCHOOL: {
        Purpose.DANGER_NOW: Fit((ShareItem.EPISODE, ShareItem.NOW, ShareItem.ACTIONS), IN_DANGER),
        Purpose.SAFE_WHERE_THEY_ARE: Fit(
            (ShareItem.EPISODE, ShareItem.NEXT_TIME, ShareItem.ACTIONS, ShareItem.SCHOOL_DAYS),
            (*OURS, SCHOOLS),
        ),
        Purpose.HELP: Fit(
            (ShareItem.WISHES, ShareItem.NEXT_TIME, ShareItem.ACTIONS, ShareItem.SCHOOL_DAYS),
            (*OURS, SCHOOLS),
        ),
    },
    Recipient.HEALTH: {
        Purpose.DANGER_NOW: Fit((ShareItem.HAPPENED, ShareItem.HARM, ShareItem.NOW), IN_DANGER),
        Purpose.HELP: Fit(
            (ShareItem.NOW, ShareItem.WISHES, ShareItem.NEXT_TIME, ShareItem.ACTIONS), OURS
        ),
    },
    Recipient.HOME: {
        Purpose.DANGER_NOW: Fit((ShareItem.HARM, ShareItem.NOW, ShareItem.ACTIONS), IN_DANGER),
        Purpose.SAFE_WHERE_THEY_ARE: Fit(
            (ShareItem.NOW, ShareItem.WISHES, ShareItem.NEXT_TIME, ShareItem.ACTIONS),
            (*SAFEGUARDING, CARE_DUTY),
        ),
        Purpose.FIND_SOONER: Fit(
            (ShareItem.WHERE, ShareItem.NEXT_TIME), (*SAFEGUARDING, CARE_DUTY)
        ),
    },
    Recipient.PARENT: {
        Purpose.DANGER_NOW: Fit((ShareItem.NOW, ShareItem.ACTIONS), IN_DANGER),
        Purpose.SAFE_WHERE_THEY_ARE: Fit(
            (ShareItem.WISHES, ShareItem.NEXT_TIME, ShareItem.ACTIONS), SAFEGUARDING
        ),
    },
    Recipient.SERVICE: {
        Purpose.HELP: Fit((ShareItem.WISHES, ShareItem.NEXT_TIME, ShareItem.ACTIONS), SAFEGUARDING),
    },
    Recipient.OTHER: {
        Purpose.DANGER_NOW: Fit((ShareItem.ACTIONS,), IN_DANGER),
        Purpose.HELP: Fit((ShareItem.ACTIONS,), SAFEGUARDING),
    },
}
# No public body stands behind them: a second person looks before it goes.
PRIVATE = frozenset({Recipient.PARENT, Recipient.SERVICE, Recipient.OTHER})


class Openness(Code):
    """What the child knows of it: the advice is to be open, unless that puts somebody at risk."""

    AGREES = "agrees", "Told, and content with it"
    OBJECTS = "objects", "Told, and does not want it"
    NOT_TOLD = "not_told", "Not told, because that would not be safe or cannot wait"


class MarkDecision(Code):
    """What becomes of words that were marked."""

    TAKE_OUT = "take_out", "Take them out"
    SAY_INSTEAD = "say_instead", "Say something else instead"
    KEEP = "keep", "Keep them: the recipient needs them"


class DoesNotFit(Blocked):
    sentence = "Nothing is shared with them for this purpose. Choose what it is for, or to whom."
    field = "purpose"


class NothingChosen(Blocked):
    sentence = "Choose at least one thing that is to be told."
    field = "items"


class BeyondWhatFits(Blocked):
    sentence = "Say why they need more than serves this purpose."
    field = "because_more"


class WhyMissing(Blocked):
    sentence = "Say why it is shared."
    field = "because"


# “Needed” is no reason for which somebody is told where a child is safe.
FEWEST_WORDS = 3


class WhyNamedMissing(Blocked):
    sentence = (
        f"Say why they may be told this address, in {FEWEST_WORDS} words or more: whoever keeps it "
        "in a share reads it."
    )
    field = "because"


class NamedAlready(Blocked):
    sentence = "They are named for this address already."
    field = "to"


class NamedNoMore(Blocked):
    sentence = "They are not named for this address any more."


class WhyNotMissing(Blocked):
    sentence = "Say why it is not shared."
    field = "because"


class NameMissing(Blocked):
    sentence = "Say who it goes to, by name."
    field = "name"


class OpennessMissing(Blocked):
    sentence = "Say whether the child knows of it."
    field = "openness"


class WhyNotToldMissing(Blocked):
    sentence = "Say why the child was not told, or why it goes although the child does not want it."
    field = "openness_because"


class Undecided(Blocked):
    """Words that are marked and of which nobody has decided."""

    def __init__(self, number: int) -> None:
        words = "1 marked place" if number == 1 else f"{number} marked places"
        super().__init__(f"Decide on each: {words} in the text are left.")


class ProtectedAddress(Blocked):
    sentence = "A protected address never goes to anybody who is not named for it. Take it out."


class ParentMayBeTheRisk(Blocked):
    sentence = (
        "A note says that a parent may be the risk, and nothing goes to them. If this is about "
        "somebody else who is safe to tell, say who and why."
    )
    field = "despite"


class AboutThem(Blocked):
    sentence = (
        "The child told of somebody with this name. Say why it goes to them all the same, and have "
        "a second person look."
    )
    field = "despite"


class NeedsASecond(Blocked):
    sentence = "A second person has to look first."


class SecondIsTheSame(Blocked):
    sentence = "Whoever wrote it does not approve it: ask somebody else."


def fit(recipient: Recipient, purpose: Purpose) -> Fit | None:
    """What serves this purpose with this recipient; None where nothing is shared."""
    return FITS[recipient].get(purpose)


def purposes(recipient: Recipient) -> tuple[Purpose, ...]:
    """What can be shared with this recipient for, in their order."""
    return tuple(purpose for purpose in Purpose if purpose in FITS[recipient])


def needs_a_second(
    recipient: Recipient, *, is_parent_the_risk: bool = False, is_told_of: bool = False
) -> bool:
    """Whether a second person looks before it goes; where somebody is in danger, afterwards.

    `is_told_of`: the recipient has the name of somebody whom the child told of.
    """
    is_risk = recipient is Recipient.PARENT and is_parent_the_risk
    return recipient in PRIVATE or is_risk or is_told_of


def goes_at_once(purpose: Purpose, *, is_parent_the_risk: bool, is_told_of: bool) -> bool:
    """Whether one person may send it and the second looks within a working day.

    Never to somebody who may be the danger.
    """
    return purpose is Purpose.DANGER_NOW and not is_parent_the_risk and not is_told_of


def looked_at_by(sent_at: datetime) -> datetime:
    """By when a second person has looked at what went at once: within a working day."""
    return weekdays_on(sent_at, 1)


def check_can_write(
    recipient: Recipient,
    purpose: Purpose,
    *,
    items: Collection[ShareItem],
    name: str,
    because: str,
    because_more: str = "",
    openness: Openness | None,
    openness_because: str = "",
    undecided: int,
    protected_left: int = 0,
    is_parent_the_risk: bool = False,
    is_told_of: bool = False,
    despite: str = "",
) -> None:
    """Whether a share is whole: to be sent, or to be looked at by a second person.

    `undecided`: marked words of which nobody has decided; `protected_left`: how often what goes
    says a protected address for which the recipient is not named.
    """
    found = fit(recipient, purpose)
    if found is None:
        raise DoesNotFit
    if not items:
        raise NothingChosen
    if not set(items) <= set(found.items) and not because_more.strip():
        raise BeyondWhatFits
    if not name.strip():
        raise NameMissing
    if not because.strip():
        raise WhyMissing
    if openness is None:
        raise OpennessMissing
    if openness is not Openness.AGREES and not openness_because.strip():
        raise WhyNotToldMissing
    if protected_left:
        raise ProtectedAddress
    if undecided:
        raise Undecided(undecided)
    if recipient is Recipient.PARENT and is_parent_the_risk and not despite.strip():
        raise ParentMayBeTheRisk
    if is_told_of and not despite.strip():
        raise AboutThem


def check_can_name(*, is_named: bool, because: str) -> None:
    """Whether somebody is named for a protected address. Raises WhyNamedMissing, NamedAlready."""
    if len(because.split()) < FEWEST_WORDS:
        raise WhyNamedMissing
    if is_named:
        raise NamedAlready


def check_can_send(
    recipient: Recipient,
    purpose: Purpose,
    *,
    is_looked_at: bool,
    is_parent_the_risk: bool = False,
    is_told_of: bool = False,
) -> None:
    """Whether it may go now. Raises NeedsASecond."""
    risk = {"is_parent_the_risk": is_parent_the_risk, "is_told_of": is_told_of}
    if is_looked_at or not needs_a_second(recipient, **risk):
        return
    if not goes_at_once(purpose, **risk):
        raise NeedsASecond


def check_can_look(*, is_by_its_author: bool) -> None:
    """Whether this person may be the second. Raises SecondIsTheSame."""
    if is_by_its_author:
        raise SecondIsTheSame


def check_can_leave(*, because: str) -> None:
    """Whether it can be decided that nothing is shared: only with a reason."""
    if not because.strip():
        raise WhyNotMissing


# Where in the record each thing that can be told is written: sections of the recording standard,
# and questions that stand in a section of something else. What is named by neither is not offered.
OF_SECTION: Mapping[str, ShareItem] = {
    "why": ShareItem.WHY,
    "where": ShareItem.WHERE,
    "happened": ShareItem.HAPPENED,
    "harm": ShareItem.HARM,
    "exploitation": ShareItem.EXPLOITATION,
    "now": ShareItem.NOW,
    "help": ShareItem.WISHES,
}
OF_QUESTION: Mapping[str, ShareItem | None] = {
    "help_words": ShareItem.NEXT_TIME,
    # What the worker handed out is no news to anybody.
    "stay_safe": None,
    "stay_safe_which": None,
}


def item_of(section: str, question: str) -> ShareItem | None:
    """What an answer of the record is as something to tell; None: it is for the council alone."""
    return OF_QUESTION.get(question, OF_SECTION.get(section))


class WrittenAlready(Blocked):
    sentence = "This has been written and handed on already. Look again."


class PutAwayAlready(Blocked):
    sentence = "It was decided already that this is not shared. Look again."


class NotWritten(Blocked):
    sentence = "Its author is still writing it: there is nothing to look at yet."


class LookedAtAlready(Blocked):
    sentence = "A second person has looked at this already."


class WhySentBackMissing(Blocked):
    sentence = "Say what is to be changed."
    field = "words"


class NotSent(Blocked):
    sentence = "It has not been sent, so there is nothing to recall."


class RecalledAlready(Blocked):
    sentence = "It has been recalled already."


class WhyRecalledMissing(Blocked):
    sentence = "Say why it is recalled."
    field = "because"


class OpenNoMore(Blocked):
    sentence = "This was recalled, or its time is over. Ask the council that sent it."


class AcknowledgedAlready(Blocked):
    sentence = "A colleague has said already that you have it."


def can_send(
    recipient: Recipient,
    purpose: Purpose,
    *,
    is_looked_at: bool,
    is_parent_the_risk: bool = False,
    is_told_of: bool = False,
) -> bool:
    """Whether it may go now: see `check_can_send`."""
    try:
        check_can_send(
            recipient,
            purpose,
            is_looked_at=is_looked_at,
            is_parent_the_risk=is_parent_the_risk,
            is_told_of=is_told_of,
        )
    except NeedsASecond:
        return False
    return True


def check_can_recall(*, is_sent: bool, is_recalled: bool, because: str) -> None:
    """Whether it can be recalled: once, with a reason. What was read stays read."""
    if not is_sent:
        raise NotSent
    if is_recalled:
        raise RecalledAlready
    if not because.strip():
        raise WhyRecalledMissing


def is_told_of(recipient: str, names: Collection[str]) -> bool:
    """Whether two words of a name, or its one word, stand in how the recipient is called.

    One forename alone of a fuller name is too little: half a station are called Dan.
    """
    said = set(bare(recipient).split())
    for name in names:
        words = set(bare(name).split())
        if words and len(words & said) >= min(2, len(words)):
            return True
    return False
