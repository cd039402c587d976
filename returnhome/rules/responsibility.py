"""Which authority must act for a child who went missing, and why: routing with its reasons.

Source: DfE statutory guidance, January 2014. That the responsible authority keeps the duty for a
child it has placed elsewhere is the reading built on here (“Out of area placements”), for a
practice lead to confirm. Cohorts: The First Step (The Children's Society, 2019).

The decision never leaves a child with nobody: where little is known the answer is provisional.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from returnhome.rules import Blocked
from returnhome.rules.ages import ADULT
from returnhome.rules.codes import Code, Cohort, EpisodeKind, Nation, OfferKind
from returnhome.rules.sources import (
    AGE,
    AWAY_WITHOUT_AUTHORISATION,
    BEYOND_ENGLAND,
    OUT_OF_AREA,
    OWN_RULE,
    RETURN_INTERVIEWS,
    TRAFFICKED,
)

# Places, given from outside so that the rule stays pure.


class Authority(NamedTuple):
    name: str
    nation: Nation
    gss_code: str = ""

    @property
    def is_in_england(self) -> bool:
        return self.nation is Nation.ENGLAND


@dataclass(frozen=True, slots=True)
class Places:
    """Names and GSS codes of authorities and districts, each with the authority it stands for."""

    by_name: Mapping[str, Authority]

    def find(self, name: str) -> Authority | None:
        """The authority, or the county of a district, whatever the case and spaces of the name."""
        return self.by_name.get(name) or self.by_name.get(folded(name))


def folded(name: str) -> str:
    words = name.casefold().replace("’", "'").replace("&", " and ").replace("-", " ")
    return " ".join(words.replace(",", " ").replace(".", " ").split())


def places_from(
    authorities: Iterable[Mapping[str, str]],
    districts: Iterable[Mapping[str, str]],
    elsewhere: Iterable[Mapping[str, str]],
    trusts: Iterable[Mapping[str, str]] = (),
) -> Places:
    """Places from the rows of the four reference lists (columns as in those files).

    A district of Northern Ireland stands for the Trust with the larger part of it.
    """
    known = [
        Authority(row["name"], Nation.ENGLAND, row.get("gss_code") or "") for row in authorities
    ]
    known += [
        Authority(row["name"], Nation(row["nation"]), row.get("gss_code") or "")
        for row in elsewhere
    ]
    by_code = {authority.gss_code: authority for authority in known if authority.gss_code}
    by_name: dict[str, Authority] = {}
    for row in districts:
        county = by_code[row["authority_gss_code"]]
        enter(by_name, county, row["name"], row.get("gss_code") or "")
    by_trust = {authority.name: authority for authority in known}
    for row in trusts:
        enter(by_name, by_trust[row["trust"]], row["name"], row["gss_code"])
    # Last, so that where a district and an authority share a name the authority has it.
    for authority in known:
        enter(by_name, authority, authority.name, authority.gss_code)
    return Places(by_name)


def enter(by_name: dict[str, Authority], authority: Authority, *names: str) -> None:
    for name in names:
        if name:
            by_name[name] = by_name[folded(name)] = authority


# What is given.


class ArrangementKind(Code):
    HOST_INTERVIEWS = "host_interviews", "Another authority interviews"
    PROVIDER = "provider", "A commissioned provider interviews"


class Reply(Code):
    """The answer to this one request; a child declines, an authority refuses."""

    ACCEPTED = "accepted", "Accepted"
    REFUSED = "refused", "Refused"


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Who else may interview: `standing` in general, `answer` to this one request."""

    kind: ArrangementKind
    by: str | None = None
    commissioned_by: str | None = None
    standing: bool = False
    answer: Reply | None = None

    @property
    def holds(self) -> bool:
        """A provider under contract is a standing agreement; a refusal of this one outweighs it."""
        if self.answer is Reply.REFUSED:
            return False
        is_standing = self.standing or self.kind is ArrangementKind.PROVIDER
        return is_standing or self.answer is Reply.ACCEPTED


@dataclass(frozen=True, slots=True)
class Given:
    """What is known of one episode; None is unknown, or not so. Places are names."""

    category: EpisodeKind = EpisodeKind.MISSING
    age_at_return: int | None = None
    looked_after_by: str | None = None
    lives_in: str | None = None
    placed_in: str | None = None
    missing_from: str | None = None
    found_in: str | None = None
    received_by: str | None = None
    moved_to: str | None = None
    looked_after_since_start: str | None = None
    unaccompanied: bool = False
    facts_in_conflict: bool = False
    arrangement: Arrangement | None = None


# What is answered.


class Flag(Code):
    PROVISIONAL = "provisional", "Provisional: the child's own authority is not known yet"
    PLACE_UNKNOWN = "place_unknown", "A place named is in no list of authorities or districts"
    PLACEMENT_UNKNOWN = "placement_unknown", "Looked after, but no placement is recorded"
    PLACED_BY_UNKNOWN = "placed_by_unknown", "Placed, but nobody knows which authority placed them"
    TURNED_18 = "turned_18", "Turned 18 by the return"
    AGE_UNKNOWN = "age_unknown", "Age not known"
    CATEGORY_IN_DOUBT = "category_in_doubt", "Away from placement, yet not looked after"
    HOST_OUTSIDE_ENGLAND = "host_outside_england", "Placed outside England"
    RESPONSIBLE_OUTSIDE_ENGLAND = "responsible_outside_england", "Responsible outside England"
    MOVED_SINCE = "moved_since", "Moved since the episode started"
    LOOKED_AFTER_SINCE_START = "looked_after_since_start", "Looked after since the start"
    UNACCOMPANIED = "unaccompanied", "Unaccompanied asylum-seeking child"
    COMMISSIONED_BY_ANOTHER = "commissioned_by_another", "Provider commissioned by another"
    FACTS_IN_CONFLICT = "facts_in_conflict", "Care or home in doubt: for now, until it is settled"


class Reason(NamedTuple):
    """One answer with its rule, the facts that led there, and what a coordinator would say."""

    rule: str
    facts: tuple[tuple[str, Any], ...]
    sentence: str
    source: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The whole answer. `interviewing` is None on the adult pathway only."""

    cohort: Cohort
    responsible: str
    host: str | None
    offer: OfferKind
    interviewing: str | None
    tell: tuple[str, ...]
    handover: bool
    flags: tuple[Flag, ...]
    reasons: tuple[Reason, ...]

    def as_answer(self) -> dict[str, Any]:
        """As the `responsibility` command prints it."""
        return {
            "cohort": str(self.cohort),
            "responsible": self.responsible,
            "host": self.host,
            "offer": str(self.offer),
            "interviewing": self.interviewing,
            "tell": list(self.tell),
            "handover": self.handover,
            "flags": [str(flag) for flag in self.flags],
            "reasons": [
                {
                    "rule": reason.rule,
                    "facts": dict(reason.facts),
                    "sentence": reason.sentence,
                    "source": reason.source,
                }
                for reason in self.reasons
            ],
        }


class NobodyNamed(Blocked):
    sentence = (
        "Nothing here names an authority that we know. "
        "Say at least which authority received the notice."
    )
    field = "received_by"


# The decision, rule by rule. `Known` is what is given, with every place resolved.


@dataclass(slots=True)
class Known:
    given: Given
    looked_after_by: Authority | None
    lives_in: Authority | None
    placed_in: Authority | None
    missing_from: Authority | None
    found_in: Authority | None
    received_by: Authority | None
    moved_to: Authority | None
    since_start: Authority | None
    interviewer: Authority | None
    commissioner: Authority | None
    flags: list[Flag] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)

    def because(self, rule: str, sentence: str, source: str, *facts: tuple[str, Any]) -> None:
        self.reasons.append(Reason(rule, facts, sentence, source))


# Written out once: a source's text is the same for every decision.
OF_AGE, OF_AWAY, OF_BEYOND = str(AGE), str(AWAY_WITHOUT_AUTHORISATION), str(BEYOND_ENGLAND)
OF_PLACEMENT, OF_INTERVIEWS = str(OUT_OF_AREA), str(RETURN_INTERVIEWS)
OF_OURSELVES, OF_TRAFFICKED = str(OWN_RULE), str(TRAFFICKED)


def decide(given: Given, *, known: Places) -> Decision:
    """Who must act, where, under which duty, and who interviews. Raises NobodyNamed."""
    facts = resolve(given, known)
    responsible = responsible_for(facts)
    note_conflict(facts, responsible)
    host = host_of(facts)
    cohort = cohort_of(facts, host)
    offer = offer_for(facts, responsible)
    interviewing, interviewer = interviewing_for(facts, responsible, offer)
    note_what_changed(facts)
    tell = to_tell(facts, responsible, host, interviewer)
    handover = needs_handover(facts, responsible, host, interviewing)
    return Decision(
        cohort,
        responsible.name,
        host.name if host else None,
        offer,
        interviewing,
        tell,
        handover,
        tuple(facts.flags),
        tuple(facts.reasons),
    )


def resolve(given: Given, known: Places) -> Known:
    """Every place as an authority; one in no list is as if unknown, and flagged."""
    strangers = []

    def place(name: str | None) -> Authority | None:
        if name is None or not name.strip():
            return None
        authority = known.find(name)
        if authority is None:
            strangers.append(name)
        return authority

    arrangement = given.arrangement
    by = arrangement.by if arrangement else None
    is_provider = arrangement is not None and arrangement.kind is ArrangementKind.PROVIDER
    facts = Known(
        given=given,
        looked_after_by=place(given.looked_after_by),
        lives_in=place(given.lives_in),
        placed_in=place(given.placed_in),
        missing_from=place(given.missing_from),
        found_in=place(given.found_in),
        received_by=place(given.received_by),
        moved_to=place(given.moved_to),
        since_start=place(given.looked_after_since_start),
        # A provider is no place, though an authority may be one's provider.
        interviewer=known.find(by or "") if is_provider else place(by),
        commissioner=place(arrangement.commissioned_by if arrangement else None),
    )
    if strangers:
        facts.flags.append(Flag.PLACE_UNKNOWN)
        names = ", ".join(strangers)
        facts.because(
            "place_unknown",
            f"{names} is in no list of authorities or districts, so it is taken as not known.",
            OF_OURSELVES,
            ("places", names),
        )
    return facts


def responsible_for(facts: Known) -> Authority:
    """Rule 1: who looks after the child; else where they live; else who is nearest to know."""
    if facts.looked_after_by:
        name = facts.looked_after_by.name
        facts.because(
            "responsible",
            f"{name} looks after this child, so {name} must act, wherever the child is placed.",
            OF_PLACEMENT,
            ("looked_after_by", name),
        )
        return facts.looked_after_by
    if facts.lives_in:
        name = facts.lives_in.name
        facts.because(
            "responsible",
            f"This child lives in {name}, so {name} must act.",
            OF_INTERVIEWS,
            ("lives_in", name),
        )
        return facts.lives_in
    return responsible_for_now(facts)


def responsible_for_now(facts: Known) -> Authority:
    """The first place known at all: never nobody."""
    for key, authority, said in (
        ("missing_from", facts.missing_from, "the child went missing there"),
        ("found_in", facts.found_in, "the child was found there"),
        ("received_by", facts.received_by, "it received the notice"),
        # Beyond the agreed order, and only so that nobody is never the answer.
        ("placed_in", facts.placed_in, "the child is placed there"),
        ("looked_after_since_start", facts.since_start, "it looks after the child now"),
        ("moved_to", facts.moved_to, "the child has moved there"),
    ):
        if authority:
            facts.flags.append(Flag.PROVISIONAL)
            facts.because(
                "responsible_provisional",
                f"Nobody knows yet which authority this child belongs to. {authority.name} acts "
                f"for now, because {said}.",
                OF_OURSELVES,
                (key, authority.name),
            )
            return authority
    raise NobodyNamed


def note_conflict(facts: Known, responsible: Authority) -> None:
    """Where somebody says otherwise of care or home, the answer by the record stands for now."""
    if facts.given.facts_in_conflict:
        facts.flags.append(Flag.FACTS_IN_CONFLICT)
        facts.because(
            "facts_in_conflict",
            f"Somebody says otherwise of this child's care or home than what is on record. "
            f"{responsible.name} acts for now, until that is settled.",
            OF_OURSELVES,
            ("facts_in_conflict", True),
        )


def host_of(facts: Known) -> Authority | None:
    """Rule 2: where a looked-after child is placed, when that is another authority's area."""
    placed_in, by = facts.placed_in, facts.looked_after_by
    if placed_in and not by:
        facts.flags.append(Flag.PLACED_BY_UNKNOWN)
    if not placed_in or not by or placed_in == by:
        return None
    facts.because(
        "host",
        f"The child is placed in {placed_in.name}, out of {by.name}'s area: "
        f"{placed_in.name} is the host.",
        OF_PLACEMENT,
        ("placed_in", placed_in.name),
        ("looked_after_by", by.name),
    )
    if not placed_in.is_in_england:
        facts.flags.append(Flag.HOST_OUTSIDE_ENGLAND)
    return placed_in


def cohort_of(facts: Known, host: Authority | None) -> Cohort:
    """Rule 3: the child's own, as at the start, so that cohorts add up nationally."""
    by = facts.looked_after_by
    if by and not by.is_in_england:
        cohort, why = Cohort.PLACED_HERE_BY_OTHER, f"{by.name} is outside England"
    elif by and not facts.placed_in:
        facts.flags.append(Flag.PLACEMENT_UNKNOWN)
        cohort, why = Cohort.UNKNOWN, "no placement is recorded"
    elif by and host:
        cohort, why = Cohort.LOOKED_AFTER_OUT_OF_AREA, f"the child is placed in {host.name}"
    elif by:
        cohort, why = Cohort.LOOKED_AFTER_IN_AREA, f"the child is placed in {by.name}"
    elif facts.lives_in:
        cohort, why = Cohort.HOME, f"the child lives in {facts.lives_in.name}"
    else:
        cohort, why = Cohort.UNKNOWN, "nobody knows where the child lives"
    facts.because(
        "cohort",
        f"Counted as “{cohort.label.lower()}”, because {why}.",
        OF_OURSELVES,
        ("looked_after_by", by.name if by else None),
        ("placed_in", facts.placed_in.name if facts.placed_in else None),
        ("lives_in", facts.lives_in.name if facts.lives_in else None),
    )
    return cohort


def offer_for(facts: Known, responsible: Authority) -> OfferKind:
    """Rule 4: the first that applies; a birthday after the return changes nothing."""
    given = facts.given
    age, looked_after = given.age_at_return, facts.looked_after_by
    if age is None:
        facts.flags.append(Flag.AGE_UNKNOWN)
    if not responsible.is_in_england:
        facts.flags.append(Flag.RESPONSIBLE_OUTSIDE_ENGLAND)
    if age is not None and age >= ADULT:
        facts.flags.append(Flag.TURNED_18)
        offer, source = OfferKind.ADULT_PATHWAY, OF_AGE
        said = f"Aged {age} at the return: {responsible.name} opens an action on the adult pathway."
    elif not responsible.is_in_england:
        offer, source = OfferKind.NOT_STATUTORY_HERE, OF_BEYOND
        said = f"{responsible.name} is in {responsible.nation}, where the duty is not statutory."
    elif given.category is EpisodeKind.AWAY and looked_after:
        offer, source = OfferKind.LOCAL_POLICY, OF_AWAY
        said = f"Away from placement, whereabouts known: {responsible.name}'s own policy decides."
    else:
        offer, source = OfferKind.STATUTORY, OF_INTERVIEWS
        said = f"{responsible.name} must offer this child a return home interview."
        if given.category is EpisodeKind.AWAY:
            facts.flags.append(Flag.CATEGORY_IN_DOUBT)
            said += " Only a looked-after child can be away from placement: check the category."
    category = ("category", str(given.category))
    facts.because("offer", said, source, category, ("age_at_return", age))
    return offer


def interviewing_for(
    facts: Known, responsible: Authority, offer: OfferKind
) -> tuple[str | None, Authority | None]:
    """Rule 5: the organisation that provides the interviewer, and whether it is an authority."""
    if offer is OfferKind.ADULT_PATHWAY:
        return None, None
    arrangement = facts.given.arrangement
    interviewer = facts.interviewer
    name = interviewer.name if interviewer else None
    if arrangement and arrangement.kind is ArrangementKind.PROVIDER:
        name = name or (arrangement.by or "").strip() or None
    if arrangement is None or name is None:
        said = f"Nothing else is arranged, so {responsible.name} provides the interviewer."
        interviewer, name = responsible, responsible.name
    elif arrangement.holds:
        agreed = arrangement.answer is Reply.ACCEPTED
        why = "has accepted this request" if agreed else "has a standing agreement"
        said = f"{name} provides the interviewer: it {why}."
        if facts.commissioner and facts.commissioner != responsible:
            facts.flags.append(Flag.COMMISSIONED_BY_ANOTHER)
    else:
        refused = arrangement.answer is Reply.REFUSED
        why = "has refused this request" if refused else "has not accepted yet"
        said = f"{name} {why}, so {responsible.name} provides the interviewer."
        interviewer, name = responsible, responsible.name
    asked = (("by", arrangement.by), ("answer", arrangement.answer)) if arrangement else ()
    facts.because("interviewing", said, OF_INTERVIEWS, *asked)
    return name, interviewer


def note_what_changed(facts: Known) -> None:
    """Rule 8, the rest: what changed since the start is shown, and changes no count."""
    if facts.moved_to:
        facts.flags.append(Flag.MOVED_SINCE)
        facts.because(
            "moved_since",
            f"The child has moved to {facts.moved_to.name} since. "
            "Who must act is decided as at the start of the episode.",
            OF_OURSELVES,
            ("moved_to", facts.moved_to.name),
        )
    if facts.since_start:
        facts.flags.append(Flag.LOOKED_AFTER_SINCE_START)
    if facts.given.unaccompanied:
        facts.flags.append(Flag.UNACCOMPANIED)
        facts.because(
            "unaccompanied",
            "An unaccompanied child: think of trafficking and of an interpreter.",
            OF_TRAFFICKED,
            ("unaccompanied", True),
        )


def to_tell(
    facts: Known, responsible: Authority, host: Authority | None, interviewer: Authority | None
) -> tuple[str, ...]:
    """Rule 6: to whom a notice is proposed, each once; it carries no account."""
    proposed = (
        responsible,
        host,
        facts.missing_from,
        facts.found_in,
        facts.moved_to,
        facts.since_start,
        interviewer,
    )
    names = tuple(dict.fromkeys(authority.name for authority in proposed if authority))
    told = [responsible.name, host.name] if host else [responsible.name]
    others = [name for name in names if name not in told]
    said = f"{' and '.join(told)} will be told."
    if others:
        said += f" Somebody decides whether to tell {' and '.join(others)} too."
    facts.because(
        "tell", said, OF_INTERVIEWS, ("proposed", ", ".join(names)), ("others", tuple(others))
    )
    return names


def needs_handover(
    facts: Known, responsible: Authority, host: Authority | None, interviewing: str | None
) -> bool:
    """Rule 7: another authority or a provider has a part in this."""
    since = facts.since_start
    if since and since != responsible:
        facts.because(
            "handover",
            f"{since.name} looks after the child since the start: the duty passes when "
            f"{since.name} accepts it. Until then {responsible.name} owns it.",
            OF_PLACEMENT,
            ("looked_after_since_start", since.name),
        )
        return True
    if host or (interviewing is not None and interviewing != responsible.name):
        facts.because(
            "handover",
            f"Others have a part in this: {responsible.name} stays accountable.",
            OF_PLACEMENT,
            ("host", host.name if host else None),
            ("interviewing", interviewing),
        )
        return True
    return False


# A list of cases, for the command.


class NotUnderstood(Blocked):
    """A case whose facts are not what the contract names."""


def given_from(facts: dict[str, Any]) -> Given:
    """What is given, from a case of the command. Raises NotUnderstood; other keys are left."""
    words: dict[str, Any] = {}
    for name, value in facts.items():
        if value is not None and value != "" and (read := READERS.get(name)):
            words[name] = read(name, value)
    return Given(**words)


def read_name(key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise NotUnderstood(f"{key} is the name of a place, not {value!r}.", field=key)
    return value


def read_age(key: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 130:
        raise NotUnderstood(f"{key} is an age in whole years, not {value!r}.", field=key)
    return value


def read_yes(key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise NotUnderstood(f"{key} is true or false, not {value!r}.", field=key)
    return value


def read_category(key: str, value: Any) -> EpisodeKind:
    category = CATEGORIES.get(value) if isinstance(value, str) else None
    if category is None:
        raise NotUnderstood(f"{key} is missing or away, not {value!r}.", field=key)
    return category


def read_arrangement(key: str, value: Any) -> Arrangement:
    if not isinstance(value, dict):
        raise NotUnderstood(f"{key} has a kind and a name, not {value!r}.", field=key)
    named, answered = value.get("kind"), value.get("answer")
    kind = ARRANGEMENT_KINDS.get(named) if isinstance(named, str) else None
    if kind is None:
        raise NotUnderstood(f"{key} is host_interviews or provider, not {named!r}.", field=key)
    answer = REPLIES.get(answered) if isinstance(answered, str) else None
    if answer is None and answered is not None:
        raise NotUnderstood(f"The answer is accepted or refused, not {answered!r}.", field=key)
    by, commissioned_by = value.get("by"), value.get("commissioned_by")
    standing = value.get("standing")
    return Arrangement(
        kind=kind,
        by=None if by is None else read_name("by", by),
        commissioned_by=(
            None if commissioned_by is None else read_name("commissioned_by", commissioned_by)
        ),
        standing=False if standing is None else read_yes("standing", standing),
        answer=answer,
    )


CATEGORIES = {str(each): each for each in EpisodeKind}
ARRANGEMENT_KINDS = {str(each): each for each in ArrangementKind}
REPLIES = {str(each): each for each in Reply}
READERS: dict[str, Callable[[str, Any], Any]] = {
    **{each.name: read_name for each in fields(Given)},
    "category": read_category,
    "age_at_return": read_age,
    "unaccompanied": read_yes,
    "facts_in_conflict": read_yes,
    "arrangement": read_arrangement,
}


def decide_cases(cases: Iterable[dict[str, Any]], known: Places) -> Iterator[dict[str, Any]]:
    """One answer a case, in order; a case that cannot be answered says why in `refused`."""
    return (decide_case(case, known) for case in cases)


def decide_case(case: dict[str, Any], known: Places) -> dict[str, Any]:
    # The check for a Mapping of whatever kind takes as long as a rule.
    named = case.get("case") if isinstance(case, dict) else None
    try:
        given = case.get("given") if isinstance(case, dict) else None
        if not isinstance(given, dict):
            raise NotUnderstood("A case has its facts under “given”.")
        answer = decide(given_from(given), known=known).as_answer()
    except Blocked as blocked:
        return {"case": named, "answer": None, "refused": str(blocked)}
    return {"case": named, "answer": answer}
