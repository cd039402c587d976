"""How a story of the demonstration is told: by the product's own verbs, each at its time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Self

from returnhome.casework import check_ins, declines, episodes, interviews, offers, owners, support
from returnhome.casework.interviews import Interview, Said
from returnhome.casework.models import Child, Episode, Person
from returnhome.casework.offers import Offer
from returnhome.casework.support import Action
from returnhome.management.demonstration import words
from returnhome.management.demonstration.councils import FORCE, Places
from returnhome.rules.ages import age_on
from returnhome.rules.clock import EXACT, LONDON, Moment, Precision
from returnhome.rules.codes import (
    ActionKind,
    Answer,
    DeclinedBy,
    EpisodeKind,
    Indicator,
    Means,
    Mode,
    NotHeldReason,
    Place,
    Reached,
    RiskGrade,
    Understood,
    WayToChild,
)
from returnhome.web import known

MINUTE, HALF_HOUR, HOUR, DAY = (
    timedelta(minutes=1),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(days=1),
)


LONG_AGO = 97  # hours


class Teller:
    """Who tells the stories: knows the people, the children, the places and the present."""

    def __init__(
        self,
        people: Mapping[str, Person],
        children: Mapping[str, Child],
        places: Places,
        *,
        operator: Person,
        now: datetime,
    ) -> None:
        self.people, self.children, self.places = people, children, places
        self.operator, self.now = operator, now
        self.rng = Random(7)  # noqa: S311

    def of(self, child: str, *, by: str = "amina") -> "Tale":
        """Begin a story of this child, in which `by` acts for the council."""
        return Tale(self, self.children[child], self.people[by])

    def ago(self, hours: float) -> datetime:
        return to_minute(self.now - timedelta(hours=hours))

    def today(self, hour: int) -> datetime:
        """A time today that is still to come; where the day is too old for it, tomorrow's."""
        local = self.now.astimezone(LONDON)
        wanted = local.replace(hour=hour, minute=0, second=0, microsecond=0)
        soon = _next_half_hour(local + HOUR)
        at = max(wanted, soon)
        is_too_late = at.date() != local.date() or at.hour >= 21
        return (wanted + DAY if is_too_late else at).astimezone(self.now.tzinfo)

    def on(self, days: int, hour: int, minute: int = 0) -> datetime:
        """A time of the day so many days from today."""
        local = self.now.astimezone(LONDON) + days * DAY
        at = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return at.astimezone(self.now.tzinfo)

    def before_midnight(self, share: float) -> float:
        """Hours since a return whose 72 hours run out today, at a share of what is left of it."""
        local = self.now.astimezone(LONDON)
        midnight = (local + DAY).replace(hour=0, minute=0, second=0, microsecond=0)
        left = (midnight - local) / HOUR
        return 72 - max(left * share, 0.05)


class Tale:
    """One episode and what was done about it. Each step comes some hours `after` the last.

    Steps taken by night are put off to the morning, but never past the present.
    """

    def __init__(self, teller: Teller, child: Child, by: Person) -> None:
        self.teller, self.child, self.by = teller, child, by
        self.at = teller.now
        self.episode: Episode
        self.offer: Offer
        self.interview: Interview
        self.action: Action

    def missing(
        self,
        hours: float,
        *,
        back: float | None = None,
        found: float | None = None,
        precision: Precision = EXACT,
        kind: EpisodeKind = EpisodeKind.MISSING,
        risk: RiskGrade = RiskGrade.MEDIUM,
        source: str = FORCE,
        is_told_at_once: bool = False,
    ) -> Self:
        """Missing for so many hours; `found` and `back` are hours ago, None for not yet known.

        With `is_told_at_once` nobody was told before the child was back.
        """
        teller = self.teller
        if back and back > LONG_AGO:
            # Nothing of long ago happened just so many hours before now.
            back, hours = back + teller.rng.uniform(-0.8, 0.8), hours * teller.rng.uniform(0.9, 1.1)
        ended = back if back is not None else found
        start = teller.ago((ended or 0) + hours)
        reported = to_minute(start + min(hours / 3, 2.5) * HOUR)
        end = teller.ago(found if found is not None else (back or 0) + min(1.5, hours / 4))
        returned = Moment(teller.ago(back), precision) if back is not None else None
        if returned and precision.kind == "date":
            returned = Moment.on(returned.day)
        known = {"last_seen": Moment(start), "reported": Moment(reported)}
        if is_told_at_once:
            known |= {"found": Moment(end)} | ({"returned": returned} if returned else {})
        told = (returned.latest if returned else end) if is_told_at_once else reported
        opened_at = told + 20 * MINUTE
        began = start.astimezone(LONDON).date()
        ended_on = returned.day if returned and is_told_at_once else None
        self.episode = episodes.open(
            self.child,
            kind=kind,
            risk=risk,
            moments=known,
            source=source,
            owners=owners.of_child(self.child, kind=kind, started_on=began, ended_on=ended_on),
            by=self.teller.operator,
            at=min(opened_at, teller.now),
        )
        self.at = min(opened_at, teller.now)
        if ended is not None and not is_told_at_once:
            self._found(end, source)
            if returned:
                self._returned(returned)
        return self

    def _found(self, at: datetime, source: str) -> None:
        self.at = min(at + 15 * MINUTE, self.teller.now)
        moments: dict[str, Moment | None] = {"found": Moment(at)}
        episodes.update(
            self.episode, moments=moments, source=source, by=self.teller.operator, at=self.at
        )

    def _returned(self, returned: Moment) -> None:
        self.at = min(max(self.at, returned.latest + 20 * MINUTE), self.teller.now)
        episodes.record_return(self.episode, returned=returned, by=self.by, at=self.at)

    def continues(self, episode: Episode, *, after: datetime) -> Self:
        """Go on with an episode that a file has opened."""
        self.episode, self.at = episode, after
        return self

    def later(self, hours: float) -> datetime:
        """A time by day, on the half hour, so long after the last step."""
        return by_day(_next_half_hour(self.at + hours * HOUR))

    def step(self, after: float) -> datetime:
        at = by_day(self.at + after * HOUR)
        if at > self.teller.now:
            at = min(self.at + after * HOUR, self.teller.now)
        self.at = to_minute(at) if to_minute(at) > self.at else at
        return self.at

    def taken_on(self, after: float = 1) -> Self:
        episodes.take_on(self.episode, by=self.by, at=self.step(after))
        return self

    def tried(self, means: Means, note: str, after: float = 4) -> Self:
        at = self.step(after)
        offers.attempt(self.episode, means=means, made_at=at, note=note, by=self.by, at=at)
        return self

    def offered(
        self,
        after: float = 2,
        *,
        means: Means = Means.TELEPHONE,
        reached: Reached = Reached.CHILD,
        note: str = "",
    ) -> Self:
        if not Episode.objects.filter(pk=self.episode.pk, owner__isnull=False).exists():
            self.taken_on(min(after / 2, 1))
        at = self.step(after)
        self.offer = offers.make(
            self.episode, means=means, reached=reached, made_at=at, note=note, by=self.by, at=at
        )
        return self

    def accepted(self, after: float = 0.2) -> Self:
        offers.answer(self.offer, Answer.ACCEPTED, by=self.by, at=self.step(after))
        return self

    def not_now(self, why: str, after: float = 0.1) -> Self:
        at = self.step(after)
        offers.answer(self.offer, Answer.NOT_NOW, reason=why, by=self.by, at=at)
        return self

    def declined(self, who: DeclinedBy, why: str, after: float = 0.2) -> Self:
        offers.answer(
            self.offer,
            Answer.DECLINED,
            declined_by=who,
            reason=why,
            by=self.by,
            at=self.step(after),
        )
        return self

    def spoken_to(self, by_whom: str, means: Means = Means.TELEPHONE, after: float = 0.1) -> Self:
        declines.note_spoken_to(
            self.episode,
            is_spoken_to=True,
            by_whom=by_whom,
            means=means,
            by=self.by,
            at=self.step(after),
        )
        return self

    def not_spoken_to(self, why_not: str, after: float = 0.1) -> Self:
        declines.note_spoken_to(
            self.episode, is_spoken_to=False, why_not=why_not, by=self.by, at=self.step(after)
        )
        return self

    def understood(self, judged: Understood, because: str, after: float = 0.1) -> Self:
        declines.judge(self.episode, judged, because, by=self.by, at=self.step(after))
        return self

    def carer_asked(self, whom: str, said: str, after: float = 2) -> Self:
        at = self.step(after)
        declines.ask_carers(
            self.episode,
            whom=whom,
            means=Means.TELEPHONE,
            asked_at=at,
            said=said,
            by=self.by,
            at=at,
        )
        return self

    def reached_nobody(self, way: WayToChild, note: str, after: float = 4) -> Self:
        at = self.step(after)
        offers.attempt(
            self.episode,
            means=Means.THROUGH_PROFESSIONAL,
            by_way_of=way,
            made_at=at,
            note=note,
            by=self.by,
            at=at,
        )
        return self

    def checked_in(
        self, by: str, how: str, *, fuller: str, fuller_at: datetime, after: float = 1
    ) -> Self:
        at = self.step(after)
        who = self.teller.people[by]
        check_ins.note(
            self.episode,
            held_at=at,
            minutes=10,
            mode=Mode.TELEPHONE,
            held_by=who,
            how=how,
            is_urgent=False,
            any_harm=Indicator.NOT_ASKED,
            fuller=fuller,
            fuller_at=fuller_at,
            by=who,
            at=at,
        )
        return self

    def booked(
        self,
        interviewer: str,
        when: datetime,
        *,
        place: Place = Place.YOUTH_CENTRE,
        mode: Mode = Mode.IN_PERSON,
        note: str = "",
        wishes: str = "",
        covering: tuple[Episode, ...] = (),
        after: float = 0.3,
    ) -> Self:
        self.interview = interviews.book(
            [*covering, self.episode],
            interviewer=self.teller.people[interviewer],
            booked_for=when,
            place=place,
            mode=mode,
            place_note=note,
            wishes=wishes,
            by=self.by,
            at=min(self.step(after), when),
        )
        return self

    def held(self, *, is_independent: bool = True, why_not: str = "") -> Self:
        began = self.interview.booked_for
        self.at = to_minute(min(began + HOUR, self.teller.now))
        self.interview = interviews.hold(
            self.interview,
            Moment(began),
            is_independent=is_independent,
            independence_note=why_not,
            by=self.interview.interviewer,
            at=self.at,
        )
        return self

    def talked(self, interviewer: str, after: float, **booking: Place | str) -> Self:
        """Booked for so many hours later, and held then."""
        when = by_day(to_minute(self.at + max(after, 0.5) * HOUR))
        when = min(when, self.teller.now - HOUR)
        self.booked(interviewer, when, after=0.1, **booking)  # type: ignore[arg-type]
        return self.held()

    def recorded(
        self,
        theme: str,
        own: Mapping[str, str] | None = None,
        *,
        leaving_out: tuple[str, ...] = (),
        **words_of_theirs: str,
    ) -> Self:
        born = self.child.born_on
        is_16 = born is not None and age_on(born, self.at.date()) >= 16
        own_words = {**(own or {}), **words_of_theirs}
        said = words.told(theme, self.teller.rng, is_16=is_16, **own_words)
        return self.wrote(words.without(said, *leaving_out))

    def wrote(self, said: Mapping[str, Said], after: float = 1) -> Self:
        by = self.interview.interviewer
        said = words.asked_by(self.interview.standard, said)
        interviews.record(self.interview, said, by=by, at=self.step(after))
        return self

    def signed(self, after: float = 3) -> Self:
        by = self.interview.interviewer
        facts = known.today(self.interview, by).kept
        self.interview = interviews.sign(self.interview, facts=facts, by=by, at=self.step(after))
        return self

    def added(self, addendum: str, after: float = 20) -> Self:
        by = self.interview.interviewer
        interviews.add(self.interview, addendum, by=by, at=self.step(after))
        return self

    def act(
        self,
        kind: ActionKind,
        what: str,
        *,
        owner: str = "sol",
        due_in: int = 7,
        by: str = "mara",
        after: float = 12,
    ) -> Self:
        """Decide that something follows, due so many days after today (before it: negative)."""
        people = self.teller.people
        at = self.step(after)
        self.action = support.add(
            self.episode,
            kind,
            what,
            owner=people[owner],
            due_on=(self.teller.now + due_in * DAY).astimezone(LONDON).date(),
            interview=getattr(self, "interview", None),
            by=people[by],
            at=at,
        )
        return self

    def done(self, outcome: str, after: float = 48) -> Self:
        support.complete(self.action, outcome, by=self.action.owner, at=self.step(after))
        return self

    def nothing_needed(self, reason: str, *, by: str = "mara", after: float = 20) -> Self:
        support.decide_nothing_needed(
            self.episode,
            reason,
            interview=self.interview,
            by=self.teller.people[by],
            at=self.step(after),
        )
        return self

    def not_held(self, reason: NotHeldReason, note: str = "", after: float = 4) -> Self:
        interviews.not_hold(self.episode, reason, note=note, by=self.by, at=self.step(after))
        return self


def to_minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _next_half_hour(at: datetime) -> datetime:
    past = timedelta(minutes=at.minute % 30, seconds=at.second, microseconds=at.microsecond)
    return at if not past else at + HALF_HOUR - past


def by_day(at: datetime) -> datetime:
    """The same time, or the next morning's where it falls into the night."""
    local = at.astimezone(LONDON)
    if 8 <= local.hour < 20:
        return at
    morning = local.replace(hour=8 + local.hour % 2) + (DAY if local.hour >= 20 else timedelta())
    return morning.astimezone(at.tzinfo)
