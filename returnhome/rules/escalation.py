"""When going missing calls for a meeting, by the local protocols of rules/protocols.py.

Source: DfE statutory guidance, January 2014, leaves this to local protocols; each names its own
document. Times are elapsed hours and UK days: nights, weekends and bank holidays never stop them.

An escalation is closed by the record of a meeting, never by a tick. The same facts always give the
same escalations under the same keys, so none is raised twice.
"""

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import zip_longest

from returnhome.rules import Blocked, allowed
from returnhome.rules.ages import age_on
from returnhome.rules.clock import Moment, counted, day_and_time, midnight
from returnhome.rules.codes import Concern, EpisodeKind, MeetingKind, RiskGrade, Role
from returnhome.rules.offering import InTheFuture
from returnhome.rules.protocols import Only, Protocol, Rule, only_words, uk_day

# What happened.


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeMissing:
    """One episode as the protocols read it; voided ones are left out.

    `started`: last seen, else reported. `known_at`: when it was reported to anybody. `ended_at`:
    found, else returned. `grades`: the police's risk grades, each from when. `is_looked_after`: at
    the start, as the cohort is. `is_of_earlier_records`: brought in as history, and settled; it is
    counted with later ones, and calls for nothing by itself.
    """

    episode: Hashable
    started: Moment
    known_at: datetime
    kind: EpisodeKind = EpisodeKind.MISSING
    ended_at: datetime | None = None
    grades: tuple[tuple[datetime, RiskGrade], ...] = ()
    is_looked_after: bool = False
    is_of_earlier_records: bool = False


@dataclass(frozen=True, slots=True)
class Noted:
    """A concern about the child, from when it was noted until it was ended."""

    concern: Concern
    at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildFacts:
    """What the protocols read of the child; `concerns` with those that have ended."""

    born_on: date | None = None
    concerns: tuple[Noted, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting about the child: when, who came, what was decided, and when next."""

    key: Hashable
    kind: MeetingKind
    held_at: datetime
    attended: tuple[str, ...] = ()
    decided: str = ""
    next_on: date | None = None

    @property
    def held_on(self) -> date:
        return uk_day(self.held_at)


# What follows.


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """What a rule calls for. `key` is the same whenever it is worked out.

    `met` is the meeting that closed it. `lapsed_at`: the child was found first, so that a meeting
    to find the child is called for no more; that there was none can still be seen.
    """

    key: str
    protocol: str
    version: str
    rule: Rule
    because: str
    raised_at: datetime
    episode: Hashable
    met: Hashable = None
    lapsed_at: datetime | None = None

    @property
    def action(self) -> MeetingKind:
        return self.rule.action

    @property
    def owner(self) -> Role:
        return self.rule.owner

    @property
    def due_at(self) -> datetime:
        return self.raised_at + self.rule.within

    @property
    def is_open(self) -> bool:
        return self.met is None and self.lapsed_at is None


def escalations(
    protocol: Protocol,
    *,
    episodes: Iterable[TimeMissing],
    child: ChildFacts,
    meetings: Iterable[Meeting] = (),
    now: datetime,
) -> tuple[Escalation, ...]:
    """All that the protocol has called for up to `now`, closed ones too, the first due first.

    Raised only while the protocol was in force, though what came before is counted.
    """
    known = sorted(
        (each for each in episodes if each.known_at <= now),
        key=lambda each: (each.started.at, str(each.episode)),
    )
    held = sorted(
        (each for each in meetings if each.held_at <= now),
        key=lambda each: (each.held_at, str(each.key)),
    )
    found: list[Escalation] = []
    for rule in protocol.rules:
        concerned = [each for each in known if each.kind in rule.kinds]
        closing = [each for each in held if is_enough(each.kind, rule.action)]
        question = Question(protocol, rule, child, closing, now)
        found += by_hours(question, concerned) if rule.hours else by_count(question, concerned)
    return tuple(sorted(found, key=lambda each: (each.due_at, each.key)))


def escalations_under(
    protocols: Iterable[Protocol],
    *,
    episodes: Iterable[TimeMissing],
    child: ChildFacts,
    meetings: Iterable[Meeting] = (),
    now: datetime,
) -> tuple[Escalation, ...]:
    """The same under several protocols, or versions of one: what an older one raised stays its."""
    episodes, meetings = tuple(episodes), tuple(meetings)
    by_key: dict[str, Escalation] = {}
    for protocol in sorted(protocols, key=lambda each: each.since):
        for each in escalations(
            protocol, episodes=episodes, child=child, meetings=meetings, now=now
        ):
            by_key.setdefault(each.key, each)
    return tuple(sorted(by_key.values(), key=lambda each: (each.due_at, each.key)))


@dataclass(frozen=True, slots=True)
class Question:
    """One rule put to one child; `closing` are the meetings that would do, in order."""

    protocol: Protocol
    rule: Rule
    child: ChildFacts
    closing: Sequence[Meeting]
    now: datetime

    def met_before(self, at: datetime) -> Meeting | None:
        return next((each for each in reversed(self.closing) if each.held_at < at), None)

    def met_from(self, at: datetime) -> Meeting | None:
        return next((each for each in self.closing if each.held_at >= at), None)

    def raised(
        self,
        because: str,
        episode: TimeMissing,
        *,
        at: datetime,
        after: Meeting | None,
        until_found: bool = False,
    ) -> Escalation:
        """Between two meetings a rule calls at most once, so that a meeting makes the key."""
        met, lapsed_at = self.met_from(at), None
        found_at = episode.ended_at if until_found else None
        if found_at and found_at <= self.now and (met is None or met.held_at > found_at):
            met, lapsed_at = None, found_at
        which = f"{episode.episode}/" if until_found else ""
        return Escalation(
            key=f"{self.protocol.key}/{self.rule.key}/{which}{after.key if after else 'first'}",
            protocol=self.protocol.name,
            version=self.protocol.version,
            rule=self.rule,
            because=because,
            raised_at=at,
            episode=episode.episode,
            met=met.key if met else None,
            lapsed_at=lapsed_at,
        )


def by_count(question: Question, episodes: Sequence[TimeMissing]) -> list[Escalation]:
    """The first time since the last meeting that the count is reached."""
    rule, reached = question.rule, []
    days = [each.started.day for each in episodes]
    for position, day in enumerate(days):
        if episodes[position].is_of_earlier_records:
            continue
        first = bisect_left(days, day - timedelta(days=rule.days - 1))
        window = episodes[first : position + 1]
        at = reached_at(question, window)
        if at is not None:
            reached.append((at, position, window))
    calls: dict[Hashable, Escalation] = {}
    for at, _, window in sorted(reached, key=lambda each: each[:2]):
        after = question.met_before(at)
        between = after.key if after else None
        if between not in calls:
            said = count_sentence(rule, window, at)
            calls[between] = question.raised(said, window[-1], at=at, after=after)
    return list(calls.values())


def reached_at(question: Question, window: Sequence[TimeMissing]) -> datetime | None:
    """When enough of these episodes were known, of a child for whom the rule is."""
    rule, latest = question.rule, window[-1]
    if len(window) < rule.times:
        return None
    last_day = window[-rule.times].started.day + timedelta(days=rule.days - 1)
    # Noted once the child was back and the days were over: it does not go with that count.
    spans = [
        span
        for span in holds(rule.only, question.child, latest)
        if latest.ended_at is None or latest.ended_at >= span[0] or uk_day(span[0]) <= last_day
    ]
    enough = sorted(each.known_at for each in window)[rule.times - 1]
    at = first_within(spans, max(enough, latest.known_at))
    if at is None or at > question.now or not question.protocol.is_in_force(at):
        return None
    return at


def by_hours(question: Question, episodes: Sequence[TimeMissing]) -> list[Escalation]:
    """Once the hours are up, and again as often as the rule says, until the child is found."""
    calls, rule = [], question.rule
    for episode in episodes:
        if episode.is_of_earlier_records:
            continue
        up_at = episode.started.earliest + timedelta(hours=rule.hours)
        if episode.ended_at is not None and episode.ended_at <= up_at - rule.early:
            # Found before any meeting about it could count: most episodes, so looked at first.
            continue
        spans = holds(rule.only, question.child, episode)
        if spans:
            calls += by_hours_of_one(question, episode, spans)
    return calls


def by_hours_of_one(
    question: Question, episode: TimeMissing, spans: Sequence["Span"]
) -> list[Escalation]:
    rule, calls = question.rule, []
    in_force_at = midnight(question.protocol.since)
    up_at = episode.started.earliest + timedelta(hours=rule.hours)
    at = first_within(spans, max(up_at, episode.known_at, in_force_at))
    in_time = [each for each in question.closing if each.held_at >= up_at - rule.early]
    if at and is_due(question, episode, at) and not (in_time and in_time[0].held_at < at):
        said = f"Missing for {rule.hours} hours, since {day_and_time(episode.started.earliest)}"
        calls.append(
            question.raised(said + ending(rule.only), episode, at=at, after=None, until_found=True)
        )
    if rule.every is None:
        return calls
    for meeting, following in zip_longest(in_time, in_time[1:]):
        next_at, said = next_meeting(meeting, rule.every)
        again_at = first_within(spans, max(next_at, in_force_at))
        if again_at is None or not is_due(question, episode, again_at):
            continue
        if following is None or following.held_at >= again_at:
            calls.append(
                question.raised(said, episode, at=again_at, after=meeting, until_found=True)
            )
    return calls


def is_due(question: Question, episode: TimeMissing, at: datetime) -> bool:
    """The moment has come, in the protocol's time, and the child had not been found by then."""
    is_missing = episode.ended_at is None or episode.ended_at > at
    return at <= question.now and is_missing and question.protocol.is_in_force(at)


def next_meeting(meeting: Meeting, every: timedelta) -> tuple[datetime, str]:
    """When to meet again while the child is missing: as often as agreed, or sooner if decided."""
    again_at, on = meeting.held_at + every, long_day(meeting.held_on)
    if meeting.next_on is not None and meeting.held_at < midnight(meeting.next_on) < again_at:
        sooner = long_day(meeting.next_on)
        said = f"Still missing; the meeting of {on} decided to meet again on {sooner}."
        return midnight(meeting.next_on), said
    passed = counted(every.days, "day")
    return again_at, f"Still missing {passed} after the meeting of {on}."


Span = tuple[datetime, datetime | None]
"""From when until when something was so; without an end it still is."""


def holds(only: Only, child: ChildFacts, episode: TimeMissing) -> list[Span]:
    """From when until when the rule is for this child in this episode; nothing where it is not."""
    since = [episode.started.at]
    if only.looked_after and not episode.is_looked_after:
        return []
    if only.age_under is not None and not is_under(only.age_under, child, episode.started.day):
        return []
    if only.risk_from is not None:
        grave = list(RiskGrade)[list(RiskGrade).index(only.risk_from) :]
        graded = [at for at, grade in episode.grades if grade in grave]
        if not graded:
            return []
        since.append(min(graded))
    first = max(since)
    if not only.concerns:
        return [(first, None)]
    return [
        (max(first, each.at), each.ended_at)
        for each in child.concerns
        if each.concern in only.concerns
    ]


def first_within(spans: Iterable[Span], at: datetime) -> datetime | None:
    """The first moment from `at` on that lies in one of these."""
    moments = [max(at, since) for since, until in spans if until is None or max(at, since) < until]
    return min(moments, default=None)


def is_under(age: int, child: ChildFacts, day: date) -> bool:
    """An age that is not known, or cannot be, never keeps a child from a rule for the young."""
    if child.born_on is None or child.born_on > day:
        return True
    return age_on(child.born_on, day) < age


def is_enough(held: MeetingKind, called_for: MeetingKind) -> bool:
    kinds = list(MeetingKind)
    return kinds.index(held) >= kinds.index(called_for)


def count_sentence(rule: Rule, window: Sequence[TimeMissing], at: datetime) -> str:
    on, words = long_day(window[-1].started.day), ending(rule.only)
    if rule.times == 1:
        return f"Missing from {on}{words}"
    number = counted(sum(each.known_at <= at for each in window), "episode")
    return f"{number} in {rule.days} days, the last from {on}{words}"


def ending(only: Only) -> str:
    """The end of a sentence: for which children the rule is."""
    words = only_words(only)
    return f" ({words})." if words else "."


def long_day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


# The record of a meeting.


class NobodyCame(Blocked):
    sentence = "Say who came. One person alone can review, but not meet."
    field = "attended"


class NothingDecided(Blocked):
    sentence = "Say what was decided, or that nothing needs to change, and why."
    field = "decided"


class NextBeforeHeld(Blocked):
    sentence = "The next meeting cannot be before this one."
    field = "next_on"


def check_can_record(meeting: Meeting, *, now: datetime) -> None:
    """Whether this can be recorded as a meeting, and so close what called for it."""
    if meeting.held_at > now:
        raise InTheFuture(field="held_at")
    came = {name.strip() for name in meeting.attended} - {""}
    if len(came) < (1 if meeting.kind is MeetingKind.REVIEW else 2):
        raise NobodyCame
    if not meeting.decided.strip():
        raise NothingDecided
    if meeting.next_on is not None and meeting.next_on <= meeting.held_on:
        raise NextBeforeHeld


can_record = allowed(check_can_record)
