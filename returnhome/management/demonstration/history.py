"""The demonstration's past years: over a thousand episodes, drawn by lot from a fixed seed.

Summer has more than winter, evenings more than mornings; and both councils, Northshire ahead of
Westborough, have learnt over the years to offer more, and sooner.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import exp
from random import Random

from returnhome.casework.models import Episode, Interview, Person
from returnhome.management.demonstration import families, words
from returnhome.management.demonstration.councils import FORCE, Places
from returnhome.management.demonstration.families import Kid
from returnhome.management.demonstration.ledger import Ledger
from returnhome.rules.clock import LONDON, Moment, estimated, midnight
from returnhome.rules.codes import (
    Answer,
    DeclinedBy,
    EpisodeKind,
    Means,
    NotHeldReason,
    Reached,
    RiskGrade,
)

SEED = 72
# The last weeks are told story by story.
RECENT = timedelta(days=36)
CHILDREN = {"Northshire": 250, "Westborough": 140}
# Episodes in an average month, and how each month of the year compares.
MONTHLY = {"Northshire": 18.5, "Westborough": 9.5}
SEASON = (0.80, 0.82, 0.95, 1.02, 1.18, 1.24, 1.22, 1.10, 1.06, 1.02, 0.86, 0.73)
HOURS = (2, 1, 1, 0, 0, 0, 1, 3, 4, 3, 3, 3, 4, 4, 5, 9, 11, 10, 11, 12, 12, 11, 8, 4)
RISKS = ((RiskGrade.VERY_LOW, 6), (RiskGrade.LOW, 24), (RiskGrade.MEDIUM, 58), (RiskGrade.HIGH, 12))
THEMES = {
    families.HOME: "argument argument friends friends party school low partner online fun worry",
    families.IN_AREA: "family family placement friends friends worry low party move overwhelmed",
    families.OUT_OF_AREA: "family family family move placement friends worry low fun overwhelmed",
}
PLACES = ("school", "youth_centre", "public_place", "placement", "family_home", "outdoors", "car")
NO = (
    "Did not want to talk about it.",
    "“I’m fine, I was at a mate’s.”",
    "Said it was pointless last time.",
    "Did not want to say.",
)
PARENTS_NO = (
    "Mother says it only stirs things up.",
    "Father says it has been dealt with at home.",
    "Did not want to say.",
)
NOTHING = (
    "Back in school, family time agreed, and nothing new came up. Reviewed with the child.",
    "One-off: the child has a plan for next time and people to ring.",
    "All that was asked for is in the care plan already and is happening.",
)


@dataclass(frozen=True)
class Practice:
    """How a council did at one moment; `progress` goes from 0 at the start to 1 today."""

    progress: float
    behind: float

    def share(self, then: float, now: float) -> float:
        return then + (now - then) * self.progress - self.behind

    @property
    def offered(self) -> float:
        return self.share(0.66, 0.94)

    @property
    def accepted(self) -> float:
        return self.share(0.63, 0.78)

    @property
    def held(self) -> float:
        return self.share(0.83, 0.95)

    @property
    def hours_to_offer(self) -> float:
        return self.share(30, 13)

    @property
    def hours_to_interview(self) -> float:
        return self.share(44, 25) + 60 * self.behind


@dataclass(frozen=True)
class Team:
    """Who works for a council at a time."""

    coordinators: tuple[Person, ...]
    interviewers: tuple[Person, ...]
    social_workers: tuple[Person, ...]


class History:
    """One drawing of the past, the same for the same day."""

    def __init__(self, people: Mapping[str, Person], places: Places, *, now: datetime) -> None:
        self.people, self.places, self.now = people, places, now
        # The same lot at every start is what is wanted here.
        self.rng = Random(SEED)  # noqa: S311
        self.ledger = Ledger()
        self.owed: defaultdict[tuple[str, str], float] = defaultdict(float)
        self.first = first_day(now.astimezone(LONDON).date())
        self.last = (now - RECENT).astimezone(LONDON).date()

    def write(self, by: Person) -> None:
        kids = []
        for council, number in CHILDREN.items():
            theirs = families.invent(
                council, number, self.places, self.rng, since=self.first, until=self.last, by=by
            )
            kids += theirs
        families.write(kids, by=by)
        for council in CHILDREN:
            theirs = [kid for kid in kids if kid.council == council]
            for start in self.starts(council):
                self.happen(theirs, start)
        self.ledger.write()

    def starts(self, council: str) -> Iterator[datetime]:
        """When somebody went missing, in order."""
        day = self.first
        while day < self.last:
            often = MONTHLY[council] / 30.4 * SEASON[day.month - 1]
            # Fridays and Saturdays have more.
            often *= 1.35 if day.weekday() in (4, 5) else 0.88
            for hour in sorted(self.rng.choices(range(24), HOURS, k=self.how_many(often))):
                at = datetime.combine(day, time(hour, self.rng.randrange(12) * 5), LONDON)
                yield at.astimezone(midnight(day).tzinfo)
            day += timedelta(days=1)

    def how_many(self, often: float) -> int:
        """How many on one day, where there are `often` on average: Poisson, by Knuth's way."""
        number, left = 0, self.rng.random()
        while left > exp(-often):
            number, left = number + 1, left * self.rng.random()
        return number

    def happen(self, kids: list[Kid], start: datetime) -> None:
        day = start.astimezone(LONDON).date()
        free = [
            kid
            for kid in kids
            if kid.first <= day <= kid.last and (kid.free_from is None or start >= kid.free_from)
        ]
        if not free:
            return
        kid = self.rng.choices(free, [kid.weight for kid in free])[0]
        episode = self.open(kid, start)
        self.answer_for(kid, episode)

    # From missing to returned

    def open(self, kid: Kid, start: datetime) -> Episode:
        rng = self.rng
        missing_for = timedelta(hours=min(rng.lognormvariate(2.15, 0.95), 24 * 9))
        found = _minute(start + missing_for)
        returned = _minute(found + timedelta(hours=rng.triangular(0.2, 5, 0.6)))
        reported = _minute(min(start + timedelta(hours=rng.triangular(0.5, 7, 1.5)), found))
        kid.free_from = returned + timedelta(hours=rng.lognormvariate(4.2, 0.8))
        looked_after = kid.is_looked_after(start.astimezone(LONDON).date())
        is_away = looked_after and rng.random() < 0.09
        lot = rng.random()
        back: Moment | None = Moment(returned)
        if lot < 0.10:
            back = Moment(returned, estimated(rng.choice((30, 60, 120))))
        elif lot < 0.15:
            back = Moment.on(returned.astimezone(LONDON).date())
        elif lot < 0.18:
            back = None
        return self.ledger.open(
            kid.child,
            kid.there(start.astimezone(LONDON).date()),
            kid.home,
            kind=EpisodeKind.AWAY if is_away else EpisodeKind.MISSING,
            risk=rng.choices([risk for risk, _ in RISKS], [often for _, often in RISKS])[0],
            moments={
                "last_seen": Moment(start),
                "reported": Moment(reported),
                "found": Moment(found),
                "returned": back,
            },
            source=FORCE,
            provider=kid.child.provider,
            by=self.team(kid, start).coordinators[0],
            at=reported + timedelta(hours=1),
        )

    # From returned to helped

    def answer_for(self, kid: Kid, episode: Episode) -> None:
        rng, ledger = self.rng, self.ledger
        found = episode.found_at
        assert found
        back = max(found, episode.returned_at or found)
        practice = self.practice(kid, back)
        team = self.team(kid, back)
        by = rng.choice(team.coordinators)
        at = self.after(back, practice.hours_to_offer / 3)
        ledger.take_on(episode, by=by, at=at)
        is_owed = episode.kind == EpisodeKind.MISSING
        if not self.falls(kid, "offered", practice.offered - (0 if is_owed else 0.35)):
            self.not_offered(episode, is_owed=is_owed, by=by, at=at)
            return
        at = self.after(at, practice.hours_to_offer)
        reached = Reached.CHILD if rng.random() < 0.72 else Reached.CARER
        means = rng.choices((Means.TELEPHONE, Means.IN_PERSON, Means.THROUGH_CARER), (6, 3, 1))[0]
        offer = ledger.offer(episode, means=means, reached=reached, by=by, at=at)
        at = self.after(at, 6)
        if self.falls(kid, "accepted", practice.accepted):
            ledger.answer(offer, Answer.ACCEPTED, by=by, at=at)
            self.interview(kid, episode, practice, team, by=by, at=at)
        elif rng.random() < 0.78:
            ledger.answer(
                offer,
                Answer.DECLINED,
                declined_by=DeclinedBy.CHILD,
                reason=rng.choice(NO),
                by=by,
                at=at,
            )
        else:
            ledger.answer(
                offer,
                Answer.DECLINED,
                declined_by=DeclinedBy.PARENT_OR_CARER,
                reason=rng.choice(PARENTS_NO),
                by=by,
                at=at,
            )
            # A parent's no is not the child's: another way to the child was tried.
            self.give_up(episode, by=by, at=at)

    def not_offered(self, episode: Episode, *, is_owed: bool, by: Person, at: datetime) -> None:
        if self.rng.random() < 0.55:
            self.give_up(episode, by=by, at=at)
            return
        note = (
            "Not offered in time; the team was two people short. Reviewed by the manager."
            if is_owed
            else "Away from placement for a short time: local policy does not ask for an interview."
        )
        at += timedelta(days=self.rng.randrange(4, 16))
        self.ledger.not_hold(episode, NotHeldReason.NOT_OFFERED, note=note, by=by, at=at)

    def give_up(
        self, episode: Episode, *, booking: Interview | None = None, by: Person, at: datetime
    ) -> None:
        """Nobody could be reached, after two or three attempts."""
        for _ in range(self.rng.randrange(2, 4)):
            at = self.after(at, 26)
            means = self.rng.choice((Means.TELEPHONE, Means.TEXT, Means.LETTER, Means.IN_PERSON))
            self.ledger.attempt(episode, means=means, by=by, at=at)
        at = self.after(at, 30)
        self.ledger.not_hold(episode, NotHeldReason.NOT_CONTACTABLE, booking=booking, by=by, at=at)

    def interview(
        self,
        kid: Kid,
        episode: Episode,
        practice: Practice,
        team: Team,
        *,
        by: Person,
        at: datetime,
    ) -> None:
        rng, ledger = self.rng, self.ledger
        when = self.by_day(self.after(at, practice.hours_to_interview))
        interview = ledger.book(
            [episode],
            interviewer=rng.choice(team.interviewers),
            booked_for=when,
            place=rng.choice(PLACES),
            by=by,
            at=at,
        )
        if not self.falls(kid, "held", practice.held):
            self.give_up(episode, booking=interview, by=by, at=when)
            return
        began = when + timedelta(minutes=rng.choice((0, 0, 5, 10, 20)))
        ledger.hold(interview, [episode], Moment(began), at=self.after(began, 2))
        setting = families.HOME
        if kid.is_looked_after(began.astimezone(LONDON).date()):
            setting = families.IN_AREA if kid.placed_in == kid.home else families.OUT_OF_AREA
        theme = rng.choice(THEMES[setting].split())
        signed_at = self.after(began, self.practice(kid, began).share(90, 30))
        said = words.asked_by(interview.standard, words.told(theme, rng))
        ledger.sign(interview, [episode], said, at=signed_at)
        self.follow_up(interview, episode, theme, team, signed_at)

    def follow_up(
        self, interview: Interview, episode: Episode, theme: str, team: Team, signed_at: datetime
    ) -> None:
        rng, ledger = self.rng, self.ledger
        decided_at = self.after(signed_at, 40)
        manager = self.people["mara"] if team.coordinators[0].pk != self.people["wes"].pk else None
        by = manager or self.people["wes"]
        if rng.random() < 0.38:
            reason = rng.choice(NOTHING)
            ledger.decide_nothing_needed(interview, [episode], reason, by=by, at=decided_at)
            return
        follows = words.THEMES[theme].follows
        due = decided_at + timedelta(days=rng.choice((7, 14, 14, 21)))
        done = self.by_day(decided_at + (due - decided_at) * rng.triangular(0.2, 1.7, 0.8))
        ledger.act(
            interview,
            [episode],
            follows[: rng.randint(1, len(follows))],
            owner=rng.choice(team.social_workers),
            due_on=due.astimezone(LONDON).date(),
            by=by,
            at=decided_at,
            done_at=min(done, self.now - timedelta(days=1)),
        )

    # Who and when

    def team(self, kid: Kid, at: datetime) -> Team:
        people = self.people
        if kid.council == "Westborough":
            return Team((people["wes"],), (people["freya"],), (people["hamid"],))
        coordinators, social_workers = ("amina", "bryn"), ("sol", "nadia")
        interviewers: tuple[str, ...] = ("ines", "joe")
        if self.now - at > timedelta(days=700):
            interviewers = ("ines", "greta")
        if kid.child.provider:
            interviewers = ("pat", "dele")
        return Team(
            tuple(people[key] for key in coordinators),
            tuple(people[key] for key in interviewers),
            tuple(people[key] for key in social_workers),
        )

    def falls(self, kid: Kid, lot: str, share: float) -> bool:
        """Whether this one falls into the share: spread evenly, so that a trend stays one."""
        owed = self.owed[kid.council, lot] + share
        self.owed[kid.council, lot] = owed - (owed > 0.5)
        return owed > 0.5

    def practice(self, kid: Kid, at: datetime) -> Practice:
        whole = self.now - midnight(self.first)
        return Practice((at - midnight(self.first)) / whole, 0.08 * (kid.council != "Northshire"))

    def after(self, at: datetime, hours: float) -> datetime:
        """Some time later, `hours` on average."""
        return _minute(at + timedelta(hours=self.rng.gammavariate(1.7, hours / 1.7)))

    def by_day(self, at: datetime) -> datetime:
        """The same or the next hour at which a child can be met."""
        local = at.astimezone(LONDON)
        if local.hour < 9:
            local = local.replace(hour=self.rng.randrange(9, 13))
        elif local.hour > 18:
            local = (local + timedelta(days=1)).replace(hour=self.rng.randrange(10, 17))
        return local.replace(minute=self.rng.choice((0, 15, 30))).astimezone(at.tzinfo)


def first_day(today: date) -> date:
    """1 April three full collection years before the one that runs today."""
    year = today.year if (today.month, today.day) >= (4, 1) else today.year - 1
    return date(year - 3, 4, 1)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
