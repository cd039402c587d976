"""What a council's own policy decides: whether a talk is offered where no duty says so, and whether
a person always says who the child of a notification is.

Source: DfE statutory guidance, January 2014, leaves it to the council after being away from
placement without authorisation; of somebody who was 18 at the return it says nothing, nor of how
notifications are joined.
"""

from datetime import date, timedelta

from returnhome.rules import Blocked
from returnhome.rules.codes import Code, OfferKind
from returnhome.rules.sources import AWAY_WITHOUT_AUTHORISATION, OWN_RULE, Source

AHEAD = timedelta(days=366)


class SaysSoAlready(Blocked):
    sentence = "That is what the policy says on that day already."
    field = "says_yes"


class TooFarAhead(Blocked):
    sentence = "This day is more than a year away. Check the year."
    field = "since"


# On pages of its own a child reads it in the middle of sentences: “Choose your missing chat”.
LONGEST_NAME = 40


class NameMissing(Blocked):
    sentence = "Say what the talk is called."
    field = "name"


class NameTooLong(Blocked):
    sentence = f"Call it something short: at most {LONGEST_NAME} letters."
    field = "name"


class NameBlames(Blocked):
    sentence = "Children should not be told that they “absconded”. Choose another name."
    field = "name"


def check_name(name: str) -> None:
    """What a council calls the interview to a child: short, and no blame. Raises a Blocked."""
    if not name.strip():
        raise NameMissing
    if len(name.strip()) > LONGEST_NAME:
        raise NameTooLong
    if "abscond" in name.lower():
        raise NameBlames


class PolicyKey(Code):
    """What a council decides for itself; each is a question with yes or no for an answer."""

    question: str
    source: Source

    def __new__(
        cls, code: str, label: str = "", question: str = "", source: Source = OWN_RULE
    ) -> "PolicyKey":
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        member.question = question
        member.source = source
        return member

    AWAY_TALK = (
        "away_talk",
        "A talk after being away from placement without authorisation",
        "Is a child offered a talk who was away from placement without authorisation?",
        AWAY_WITHOUT_AUTHORISATION,
    )
    ADULT_TALK = (
        "adult_talk",
        "A talk with a young person who was 18 at the return",
        "Is a young person still offered a talk who was 18 when they came back?",
        OWN_RULE,
    )
    PERSON_ALWAYS = (
        "person_always",
        "A person says who the child of a notification is",
        "Does a person always say who a child is, even where all that we were told agrees?",
        OWN_RULE,
    )


DECIDES = {
    OfferKind.LOCAL_POLICY: PolicyKey.AWAY_TALK,
    OfferKind.ADULT_PATHWAY: PolicyKey.ADULT_TALK,
}


def key_of(offer_kind: OfferKind) -> PolicyKey | None:
    """The policy that decides about a talk under this duty; None where the duty itself does."""
    return DECIDES.get(offer_kind)


def check_can_set(*, says_yes: bool, before: bool | None, since: date, today: date) -> None:
    """Whether a policy can be noted; `before` is what was in force on that day already."""
    if since > today + AHEAD:
        raise TooFarAhead
    if before is says_yes:
        raise SaysSoAlready


def in_words(key: PolicyKey, says_yes: bool | None, *, authority: str, since: str = "") -> str:
    """The policy as a reason of the decision; `since` is a day in words."""
    if says_yes is None:
        return f"What {authority}'s own policy says is not on record."
    said = {
        (PolicyKey.AWAY_TALK, True): "a talk is offered after being away from placement",
        (PolicyKey.AWAY_TALK, False): "no talk is offered after being away from placement, "
        "unless a person decides otherwise",
        (PolicyKey.ADULT_TALK, True): "the talk is still offered at 18",
        (PolicyKey.ADULT_TALK, False): "no talk is offered at 18",
        (PolicyKey.PERSON_ALWAYS, True): "a person says who each child is",
        (PolicyKey.PERSON_ALWAYS, False): "a notification is joined by rule where all agrees and "
        "nobody else comes near",
    }[key, says_yes]
    return f"{authority}'s own policy since {since}: {said}."
