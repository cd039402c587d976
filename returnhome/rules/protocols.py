"""Local protocols: after how many episodes, or hours missing, which meeting is called for.

Source: each protocol names its own document, with how sure we are of it (Derbyshire; Essex Police;
Torbay; DfE flowchart, January 2014). Councils adopt, mend or leave them: a change is a new version.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from returnhome.rules import Blocked
from returnhome.rules.clock import HOUR, LONDON, midnight
from returnhome.rules.codes import Concern, EpisodeKind, MeetingKind, RiskGrade, Role
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
