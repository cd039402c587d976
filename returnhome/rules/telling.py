"""Who is to be told that a child is missing or back: must, for a person to decide, or not.

Source: DfE statutory guidance, January 2014, “When a looked after child goes missing”, page 22;
Children's Homes (England) Regulations 2015, regulation 40; Children Act 1989, section 23C. Of the
guidance only headings were read, so that a practice lead confirms this list.

Nobody is told by the product itself. A parent who may be the risk is not told. What a parent or
carer said is never shown to the child, nor what the child said to them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from returnhome.rules import Blocked, allowed
from returnhome.rules.ages import ADULT
from returnhome.rules.codes import Code, OfferKind
from returnhome.rules.sources import (
    ADVISER_FROM_16,
    OUT_OF_AREA,
    OWN_RULE,
    PARENTAL_RESPONSIBILITY,
    PERSONAL_ADVISER,
    RETURN_INTERVIEWS,
    REVIEWING_OFFICER,
    SERIOUS_EVENT,
    WHEN_MISSING,
    Source,
)

LEAVING_CARE_FROM = 16


class Whom(Code):
    """Who may have to be told; our own list, from the guidance and local procedures."""

    PARENT = "parent", "A parent, or whoever has parental responsibility"
    SOCIAL_WORKER = "social_worker", "Social worker"
    REVIEWING_OFFICER = "reviewing_officer", "Independent reviewing officer"
    CONFERENCE_CHAIR = "conference_chair", "Child protection conference chair"
    PERSONAL_ADVISER = "personal_adviser", "Personal adviser"
    RESPONSIBLE_AUTHORITY = "responsible_authority", "Responsible authority"
    HOST_AUTHORITY = "host_authority", "Host authority"
    POLICE = "police", "Police"
    SCHOOL = "school", "School or college"
    OFSTED = "ofsted", "Ofsted, by the children’s home"
    OTHER_AUTHORITY = "other_authority", "Another authority"
    OTHER = "other", "Somebody else"


class Need(Code):
    MUST = "must", "Must be told"
    PERSON_DECIDES = "person_decides", "A person decides"
    NOT_TO_BE_TOLD = "not_to_be_told", "Not to be told"


class Occasion(Code):
    """What somebody is told of; never the child's account."""

    MISSING = "missing", "That the child is missing"
    RETURNED = "returned", "That the child is back"
    AFTERWARDS = "afterwards", "What was decided afterwards"


# Whoever was told that the child is missing waits to hear that the child is back.
AWAIT_THE_RETURN = frozenset(
    {
        Whom.PARENT,
        Whom.SOCIAL_WORKER,
        Whom.RESPONSIBLE_AUTHORITY,
        Whom.HOST_AUTHORITY,
        Whom.POLICE,
    }
)


class ParentMayBeTheRisk(Blocked):
    sentence = (
        "A note says that a parent may be the risk, and nobody tells them. If this is about "
        "somebody else who is safe to tell, say who and why."
    )
    field = "despite"


class NameMissing(Blocked):
    sentence = "Say who was told."
    field = "name"


class InTheFuture(Blocked):
    sentence = "This time has not come yet."


class BeforeMissing(Blocked):
    sentence = "This is before the child went missing."
    field = "told_at"


class NotBackYet(Blocked):
    sentence = "The child is still missing: record the return first."
    field = "occasion"


class ReasonMissing(Blocked):
    sentence = "Say why they are not told."
    field = "reason"


class NeitherHeldNorWhy(Blocked):
    sentence = "Say when the police held it, or why they did not."
    field = "held_at"


class BeforeFound(Blocked):
    sentence = "The police hold it once the child is found, and this is before that."
    field = "held_at"


class RiskNotedAlready(Blocked):
    sentence = "There is such a note already. End it first, or leave it as it is."


class RiskEnded(Blocked):
    sentence = "This note has been ended already."


class WhyMissing(Blocked):
    sentence = "Say which parent, and what the worry is."
    field = "why"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is known of one episode; None is not known. `others`: other councils proposed."""

    offer_kind: OfferKind = OfferKind.STATUTORY
    is_looked_after: bool = False
    has_host: bool = False
    is_in_childrens_home: bool | None = None
    has_protection_plan: bool | None = None
    is_exploitation_feared: bool = False
    age: int | None = None
    is_parent_the_risk: bool = False
    is_responsible_elsewhere: bool = False
    is_provisional: bool = False
    is_found_by_police: bool = False
    others: tuple[str, ...] = ()

    @property
    def is_adult(self) -> bool:
        is_18 = self.age is not None and self.age >= ADULT
        return is_18 or self.offer_kind is OfferKind.ADULT_PATHWAY


@dataclass(frozen=True, slots=True)
class ToTell:
    """Somebody on the list: how far they are to be told, why, and the source of that."""

    whom: Whom
    need: Need
    why: str
    source: Source
    name: str = ""


def to_tell(about: About) -> tuple[ToTell, ...]:
    """The whole list, each at most once, in the order of `Whom`."""
    found = (
        _parent(about),
        _social_worker(about),
        _reviewing_officer(about),
        _conference_chair(about),
        _personal_adviser(about),
        _responsible(about),
        _host(about),
        _police(about),
        _school(about),
        _ofsted(about),
        _others(about),
    )
    return tuple(each for each in found if each)


def _parent(about: About) -> ToTell:
    if about.is_parent_the_risk:
        return ToTell(
            Whom.PARENT,
            Need.NOT_TO_BE_TOLD,
            "A note says that a parent may be the risk.",
            OWN_RULE,
        )
    if about.is_adult:
        return ToTell(
            Whom.PARENT,
            Need.PERSON_DECIDES,
            "At 18 nobody has parental responsibility any more: ask the young person first.",
            PARENTAL_RESPONSIBILITY,
        )
    if about.has_protection_plan:
        return ToTell(
            Whom.PARENT,
            Need.PERSON_DECIDES,
            "There is a child protection plan: think first whether a parent may be the risk.",
            OWN_RULE,
        )
    return ToTell(
        Whom.PARENT,
        Need.MUST,
        "Whoever has parental responsibility is told, unless that would put the child at risk.",
        WHEN_MISSING,
    )


def _social_worker(about: About) -> ToTell | None:
    if about.is_adult:
        return None
    if about.is_looked_after or about.has_protection_plan:
        why = "The child has a social worker, who carries the care plan on from here."
        return ToTell(Whom.SOCIAL_WORKER, Need.MUST, why, WHEN_MISSING)
    why = "Where the child has one. Whether they do is not known yet."
    return ToTell(Whom.SOCIAL_WORKER, Need.PERSON_DECIDES, why, OWN_RULE)


def _reviewing_officer(about: About) -> ToTell | None:
    if about.is_adult or not about.is_looked_after:
        return None
    why = "The child is looked after: the reviewing officer takes it up at the next review."
    return ToTell(Whom.REVIEWING_OFFICER, Need.MUST, why, REVIEWING_OFFICER)


def _conference_chair(about: About) -> ToTell | None:
    if about.is_adult or about.has_protection_plan is False:
        return None
    if about.has_protection_plan:
        why = "There is a child protection plan: its conference weighs what has happened."
        return ToTell(Whom.CONFERENCE_CHAIR, Need.MUST, why, OWN_RULE)
    why = "Where there is a child protection plan. Whether there is one is not known yet."
    return ToTell(Whom.CONFERENCE_CHAIR, Need.PERSON_DECIDES, why, OWN_RULE)


def _personal_adviser(about: About) -> ToTell | None:
    if not about.is_looked_after:
        return None
    if about.is_adult:
        why = "Looked after until 18, so most likely a care leaver with a personal adviser."
        return ToTell(Whom.PERSONAL_ADVISER, Need.MUST, why, PERSONAL_ADVISER)
    if about.age is not None and about.age >= LEAVING_CARE_FROM:
        why = "Where one has been appointed already, as mostly from 16 on."
        return ToTell(Whom.PERSONAL_ADVISER, Need.PERSON_DECIDES, why, ADVISER_FROM_16)
    return None


def _responsible(about: About) -> ToTell | None:
    """The council that must act works here and knows, unless it is elsewhere or not known yet."""
    if about.is_responsible_elsewhere:
        why = "It is outside England, so it may not see this page: tell it yourself."
        return ToTell(Whom.RESPONSIBLE_AUTHORITY, Need.MUST, why, OUT_OF_AREA)
    if about.is_provisional:
        why = "Which it is, nobody knows yet: tell it once that is known."
        return ToTell(Whom.RESPONSIBLE_AUTHORITY, Need.PERSON_DECIDES, why, OWN_RULE)
    return None


def _host(about: About) -> ToTell | None:
    if not about.has_host:
        return None
    if about.is_adult:
        why = "A host is told of children placed in its area; of an adult, where it helps them."
        return ToTell(Whom.HOST_AUTHORITY, Need.PERSON_DECIDES, why, OWN_RULE)
    why = "The child is placed in its area."
    return ToTell(Whom.HOST_AUTHORITY, Need.MUST, why, OUT_OF_AREA)


def _police(about: About) -> ToTell:
    if about.is_found_by_police:
        why = "They said themselves that the child was found: tell them if they know no more."
        return ToTell(Whom.POLICE, Need.PERSON_DECIDES, why, OWN_RULE)
    why = "So that they end their search, and hold their own prevention interview."
    return ToTell(Whom.POLICE, Need.MUST, why, WHEN_MISSING)


def _school(about: About) -> ToTell | None:
    if about.is_adult:
        return None
    why = "Where it can help to keep the child safe: as little as does that."
    if about.is_exploitation_feared:
        why = f"Exploitation is feared. {why}"
    return ToTell(Whom.SCHOOL, Need.PERSON_DECIDES, why, OWN_RULE)


def _ofsted(about: About) -> ToTell | None:
    if not about.is_looked_after or about.is_in_childrens_home is False:
        return None
    if about.is_exploitation_feared:
        why = (
            "The home must tell Ofsted where sexual exploitation is suspected: ask whether it has."
        )
    else:
        why = "The home must tell Ofsted of an event it considers serious: ask whether it has."
    if about.is_in_childrens_home is None:
        why = f"If the child lives in a children’s home. {why}"
    return ToTell(Whom.OFSTED, Need.PERSON_DECIDES, why, SERIOUS_EVENT)


def _others(about: About) -> ToTell | None:
    if not about.others:
        return None
    why = "It has to do with this episode: the child was there, or is there now."
    name = " and ".join(about.others)
    return ToTell(Whom.OTHER_AUTHORITY, Need.PERSON_DECIDES, why, RETURN_INTERVIEWS, name)


def still_to_tell(
    whom: Whom,
    *,
    told_of: Collection[Occasion],
    is_left_untold: bool = False,
    is_back: bool,
) -> Occasion | None:
    """What this one has still to be told; None where nothing is.

    Of the return alone where nobody was told before: that they were missing is then said with it.
    """
    if is_left_untold:
        return None
    if is_back and whom in AWAIT_THE_RETURN:
        is_told = Occasion.RETURNED in told_of or Occasion.AFTERWARDS in told_of
        return None if is_told else Occasion.RETURNED
    if told_of or (whom is Whom.POLICE and not is_back):
        return None
    return Occasion.RETURNED if is_back else Occasion.MISSING


def check_can_tell(
    whom: Whom,
    occasion: Occasion,
    *,
    at: datetime,
    now: datetime,
    missing_since: datetime,
    is_back: bool,
    name: str = "",
    risk_noted_at: datetime | None = None,
    despite: str = "",
) -> None:
    """Whether it can be recorded that somebody was told.

    `risk_noted_at`: since when a note stands that a parent may be the risk; `despite`: why this
    one is safe to tell all the same. What was said before anybody knew is recorded as it was.
    """
    if at > now:
        raise InTheFuture(field="told_at")
    if at < missing_since:
        raise BeforeMissing
    if occasion is not Occasion.MISSING and not is_back:
        raise NotBackYet
    if whom in (Whom.OTHER, Whom.OTHER_AUTHORITY) and not name.strip():
        raise NameMissing
    is_risk = risk_noted_at is not None and at >= risk_noted_at
    if whom is Whom.PARENT and is_risk and not despite.strip():
        raise ParentMayBeTheRisk


def check_can_leave_untold(*, reason: str) -> None:
    """Whether it can be decided that somebody is not told: only with a reason."""
    if not reason.strip():
        raise ReasonMissing


def check_prevention_interview(
    *,
    held_at: datetime | None,
    latest: datetime | None = None,
    why_not: str = "",
    found_at: datetime | None,
    now: datetime,
) -> None:
    """Whether the police's own interview can be noted: held after the child was found, or not.

    `held_at` and `latest` are the earliest and latest moments at which it may have been.
    """
    if (held_at is None) == (not why_not.strip()):
        raise NeitherHeldNorWhy
    if held_at is None:
        return
    if held_at > now:
        raise InTheFuture(field="held_at")
    if found_at is None or (latest or held_at) < found_at:
        raise BeforeFound


def check_can_note_risk(*, why: str, stands_already: bool) -> None:
    if stands_already:
        raise RiskNotedAlready
    if not why.strip():
        raise WhyMissing


def check_can_end_risk(*, because: str, has_ended: bool) -> None:
    if has_ended:
        raise RiskEnded
    if not because.strip():
        raise ReasonMissing("Say why it is no longer so.", field="because")


can_tell = allowed(check_can_tell)
can_leave_untold = allowed(check_can_leave_untold)
