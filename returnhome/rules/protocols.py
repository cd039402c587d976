"""Local protocols: after how many episodes, or hours missing, which meeting is called for.

Source: each protocol names its own document, with how sure we are of it (Derbyshire; Essex Police;
Torbay; DfE flowchart, January 2014). Councils adopt, mend or leave them: a change is a new version.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from returnhome.rules import Blocked
from returnhome.rules.clock import HOUR, LONDON, counted, midnight
from returnhome.rules.codes import Code, Concern, EpisodeKind, MeetingKind, RiskGrade, Role
from returnhome.rules.sources import Source

WEEK = timedelta(days=7)


class NotARule(Blocked):
    sentence = (
        "A rule counts times in a number of days, or hours missing, and has time to act in. "
        "Only hours missing come round again."
    )


class NotAProtocol(Blocked):
    sentence = "A protocol has rules, each under its own key, and ends after it starts."


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """For which children a rule is; everything that is named must hold.

    `concerns`: any one of these. A child whose age nobody knows counts as young enough.
    """

    concerns: frozenset[Concern] = frozenset()
    age_under: int | None = None
    risk_from: RiskGrade | None = None
    looked_after: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`times` in `days` (first and last day counted), or `hours` missing, again `every` so often.

    `key` is never renamed or reused. `action`: the meeting called for; a graver one does as well.
    `early`: one held that much before the hours are up does, too.
    """

    key: str
    action: MeetingKind
    owner: Role
    within: timedelta
    times: int = 0
    days: int = 0
    hours: int = 0
    every: timedelta | None = None
    early: timedelta = timedelta(0)
    only: Only = Only()
    kinds: frozenset[EpisodeKind] = frozenset({EpisodeKind.MISSING})
    source: Source | None = None

    def __post_init__(self) -> None:
        counts = self.times > 0 and self.days > 0 and not (self.hours or self.every or self.early)
        lasts = self.hours > 0 and not (self.times or self.days)
        if counts == lasts or self.within <= timedelta(0):
            raise NotARule
        if self.every is not None and self.every <= self.early:
            raise NotARule


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """Local rules in one version; `until` is the first day on which it is in force no more."""

    key: str
    name: str
    version: str
    since: date
    source: Source
    rules: tuple[Rule, ...]
    until: date | None = None

    def __post_init__(self) -> None:
        is_backwards = self.until is not None and self.until <= self.since
        if (
            not self.rules
            or is_backwards
            or len({each.key for each in self.rules}) < len(self.rules)
        ):
            raise NotAProtocol

    def is_in_force(self, at: datetime) -> bool:
        day = uk_day(at)
        return self.since <= day and (self.until is None or day < self.until)


def uk_day(at: datetime) -> date:
    return at.astimezone(LONDON).date()


# Three that are in use, for councils to adopt, mend or leave. None has been confirmed.

DERBYSHIRE = Source(
    "Derbyshire, Return interviews: practice guidance",
    date(2017, 1, 1),
    "3 or more times in a 30 day period requires a strategy meeting (an undated copy, of about "
    "2017; the time to hold it in is ours)",
)
ESSEX = Source(
    "Essex Police, Procedure B1601 Missing persons, version 29",
    date(2021, 9, 16),
    "3.21, children at high risk of sexual exploitation and missing 3 times in 90 days (only the "
    "heading was read; what follows from it is ours)",
)
FLOWCHART = Source(
    "DfE, Flowchart showing roles and responsibilities when a child goes missing from care",
    date(2014, 1, 1),
    "the stages at 24 and 48 hours (read in part; what is done at each is ours)",
)
TORBAY = Source(
    "Torbay, Children and young people missing from home, care and education",
    date(2016, 5, 1),
    "Appendix B, 72 hour missing persons meeting and subsequent weekly meetings (headings read)",
)

PROTOCOLS = (
    Protocol(
        key="three-in-30",
        name="Three times in 30 days",
        version="1",
        since=DERBYSHIRE.since,
        source=DERBYSHIRE,
        rules=(
            Rule(
                key="3-in-30",
                times=3,
                days=30,
                action=MeetingKind.STRATEGY_MEETING,
                owner=Role.MANAGER,
                within=72 * HOUR,
            ),
        ),
    ),
    Protocol(
        key="three-in-90",
        name="Three times in 90 days, with exploitation",
        version="1",
        since=ESSEX.since,
        source=ESSEX,
        rules=(
            Rule(
                key="3-in-90-exploitation",
                times=3,
                days=90,
                only=Only(concerns=frozenset({Concern.EXPLOITATION})),
                action=MeetingKind.STRATEGY_MEETING,
                owner=Role.MANAGER,
                within=72 * HOUR,
            ),
        ),
    ),
    Protocol(
        key="long-missing",
        name="24, 48 and 72 hours missing, then every week",
        version="1",
        since=TORBAY.since,
        source=TORBAY,
        rules=(
            Rule(
                key="24-hours",
                hours=24,
                action=MeetingKind.REVIEW,
                owner=Role.SOCIAL_WORKER,
                within=4 * HOUR,
                source=FLOWCHART,
            ),
            Rule(
                key="48-hours",
                hours=48,
                action=MeetingKind.REVIEW,
                owner=Role.MANAGER,
                within=4 * HOUR,
                source=FLOWCHART,
            ),
            Rule(
                key="72-hours",
                hours=72,
                every=WEEK,
                early=24 * HOUR,
                action=MeetingKind.MISSING_MEETING,
                owner=Role.MANAGER,
                within=24 * HOUR,
            ),
        ),
    ),
)


def protocol_on(key: str, day: date, protocols: Iterable[Protocol] = PROTOCOLS) -> Protocol | None:
    """The version of a protocol that is in force on `day`."""
    for protocol in protocols:
        if protocol.key == key and protocol.is_in_force(midnight(day)):
            return protocol
    return None


def seeds(key: str, protocols: Iterable[Protocol] = PROTOCOLS) -> list[Protocol]:
    """Every version of a protocol that the product brings, in the order of the list."""
    return [protocol for protocol in protocols if protocol.key == key]


# In words.


def rule_in_words(rule: Rule) -> str:
    """“3 times in 30 days: strategy meeting or discussion within 72 hours, owner: manager.”"""
    within = f"within {counted(int(rule.within / HOUR), 'hour')}"
    action, owner = (
        label[:1].lower() + label[1:] for label in (rule.action.label, rule.owner.label)
    )
    for_whom = only_words(rule.only)
    called = f"{when_in_words(rule)}{f' ({for_whom})' if for_whom else ''}"
    return f"{called}: {action} {within}, owner: {owner}."


def when_in_words(rule: Rule) -> str:
    if rule.times:
        often = "Every time missing" if rule.times == 1 else f"{rule.times} times"
        return often if rule.times == 1 else f"{often} in {counted(rule.days, 'day')}"
    again = ""
    if rule.every is not None:
        days = rule.every / timedelta(days=1)
        often = counted(int(days), "day") if days == int(days) else f"{rule.every / HOUR:g} hours"
        again = f", and again every {often}"
    return f"Missing for {counted(rule.hours, 'hour')}{again}"


def only_words(only: Only) -> str:
    """For which children a rule is; empty where it is for all."""
    words = [concern.label.lower() for concern in Concern if concern in only.concerns]
    said = [" or ".join(words)] if words else []
    if only.age_under is not None:
        said.append(f"under {only.age_under}, or of unknown age")
    if only.risk_from is not None:
        said.append(f"risk graded {only.risk_from.label.lower()} or above")
    if only.looked_after:
        said.append("looked after")
    return "; ".join(said)


# As data. What a council mends is kept as JSON, and read back through the same checks.


class NotReadable(Blocked):
    """Data that is no protocol; the sentence says which part of it."""


MOST = {"times": 100, "days": 3660, "hours": 8760, "within": 8760, "every": 8760, "early": 8760}
OLDEST = 25


def as_data(protocol: Protocol) -> dict[str, Any]:
    """Name, source and rules as plain data for JSON; lengths of time in whole hours.

    Raises NotReadable for a length that is none.
    """
    return {
        "name": protocol.name,
        "source": source_as_data(protocol.source),
        "rules": [rule_as_data(rule) for rule in protocol.rules],
    }


def from_data(
    data: Any, *, key: str, version: str, since: date, until: date | None = None
) -> Protocol:
    """The protocol that `as_data` wrote, or that somebody typed.

    Raises NotReadable for what cannot be meant, NotARule, NotAProtocol.
    """
    part = Part(data, "The protocol")
    protocol = Protocol(
        key=key,
        name=part.text("name", most=120),
        version=version,
        since=since,
        until=until,
        source=source_from(part.take("source"), "The source"),
        rules=tuple(
            rule_from(each, f"Rule {number}")
            for number, each in enumerate(part.items("rules", most=20), start=1)
        ),
    )
    part.check_empty()
    return protocol


def source_as_data(source: Source) -> dict[str, str]:
    return {"document": source.document, "since": source.since.isoformat(), "part": source.part}


def rule_as_data(rule: Rule) -> dict[str, Any]:
    only = rule.only
    return {
        "key": rule.key,
        "action": str(rule.action),
        "owner": str(rule.owner),
        "within": whole_hours(rule.within),
        "times": rule.times,
        "days": rule.days,
        "hours": rule.hours,
        "every": whole_hours(rule.every) if rule.every is not None else 0,
        "early": whole_hours(rule.early),
        "only": {
            "concerns": sorted(map(str, only.concerns)),
            "age_under": only.age_under,
            "risk_from": None if only.risk_from is None else str(only.risk_from),
            "looked_after": only.looked_after,
        },
        "kinds": sorted(map(str, rule.kinds)),
        "source": None if rule.source is None else source_as_data(rule.source),
    }


def whole_hours(length: timedelta) -> int:
    if length % HOUR:
        raise NotReadable("A length of time is given in whole hours.")
    return length // HOUR


def rule_from(data: Any, where: str) -> Rule:
    part = Part(data, where)
    source, only = part.take("source", None), Part(part.take("only", {}), where)
    every = part.number("every")
    rule = Rule(
        key=part.text("key", most=40),
        action=part.code("action", MeetingKind),
        owner=part.code("owner", Role),
        within=timedelta(hours=part.number("within")),
        times=part.number("times"),
        days=part.number("days"),
        hours=part.number("hours"),
        every=timedelta(hours=every) if every else None,
        early=timedelta(hours=part.number("early")),
        only=Only(
            concerns=frozenset(only.codes("concerns", Concern)),
            age_under=only.number("age_under", most=OLDEST) or None,
            risk_from=only.code("risk_from", RiskGrade) if only.has("risk_from") else None,
            looked_after=only.is_so("looked_after"),
        ),
        kinds=frozenset(part.codes("kinds", EpisodeKind)) or frozenset({EpisodeKind.MISSING}),
        source=None if source is None else source_from(source, where),
    )
    only.check_empty()
    part.check_empty()
    return rule


def source_from(data: Any, where: str) -> Source:
    part = Part(data, where)
    source = Source(
        part.text("document", most=200), part.day("since"), part.text("part", most=400, least=0)
    )
    part.check_empty()
    return source


Known = TypeVar("Known", bound=Code)
ABSENT = object()


class Part:
    """A mapping whose parts are taken out one by one, each as what it must be."""

    def __init__(self, data: Any, where: str) -> None:
        if not isinstance(data, Mapping):
            raise NotReadable(f"{where} is not written as this product writes it.")
        self.left, self.where = dict(data), where

    def refuse(self, name: str) -> NotReadable:
        return NotReadable(f"{self.where}: “{name}” cannot be meant.")

    def has(self, name: str) -> bool:
        """Whether something is said; what says nothing is taken out."""
        if self.left.get(name) is None:
            self.left.pop(name, None)
            return False
        return True

    def take(self, name: str, default: Any = ABSENT) -> Any:
        if name not in self.left and default is ABSENT:
            raise self.refuse(name)
        return self.left.pop(name, default)

    def items(self, name: str, *, most: int) -> Sequence[Any]:
        found = self.take(name, ())
        if not isinstance(found, list | tuple) or len(found) > most:
            raise self.refuse(name)
        return found

    def text(self, name: str, *, most: int, least: int = 1) -> str:
        found = self.take(name, "")
        if not isinstance(found, str) or not least <= len(found.strip()) <= most:
            raise self.refuse(name)
        return found.strip()

    def number(self, name: str, *, most: int | None = None) -> int:
        found = self.take(name, 0) or 0
        limit = MOST[name] if most is None else most
        if type(found) is not int or not 0 <= found <= limit:
            raise self.refuse(name)
        return found

    def is_so(self, name: str) -> bool:
        found = self.take(name, False)
        if not isinstance(found, bool):
            raise self.refuse(name)
        return found

    def day(self, name: str) -> date:
        try:
            return date.fromisoformat(self.take(name))
        except (TypeError, ValueError):
            raise self.refuse(name) from None

    def code(self, name: str, kind: type[Known]) -> Known:
        try:
            return kind(self.take(name))
        except ValueError:
            raise self.refuse(name) from None

    def codes(self, name: str, kind: type[Known]) -> list[Known]:
        try:
            return [kind(each) for each in self.items(name, most=len(kind))]
        except ValueError:
            raise self.refuse(name) from None

    def check_empty(self) -> None:
        if self.left:
            raise self.refuse(str(min(self.left, key=str))[:40])
