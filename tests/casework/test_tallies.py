"""The roll-up of figures and the eight moments: stored for speed, the same when counted again."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from returnhome.casework import (
    children,
    episodes,
    interviews,
    matching,
    offers,
    owners,
    support,
    tallies,
)
from returnhome.casework.models import Action, Child, Episode, Interview, Offer, Person, Tally
from returnhome.rules import Blocked, clock, measures
from returnhome.rules.clock import DATE_ONLY, Moment, estimated
from returnhome.rules.codes import (
    ActionKind,
    Answer,
    Cohort,
    DeclinedBy,
    EpisodeKind,
    Means,
    NotHeldReason,
    Reached,
)
from tests.casework.ledger import (
    counted_figures,
    counted_moments,
    fresh,
    nothing_else_to_reckon,
    refused_by,
    stored_figures,
    stored_moments,
    who_sees,
)
from tests.cast import NOW, Cast, everything_said, exactly, held, hours, missing, returned, sign

ENDED = {"cohort": "home", "parts": "ended not_offered"}
SPRING = date(2026, 1, 1)


def test_an_episode_counts_once_it_has_ended_in_the_quarter_that_it_ended_in(cast: Cast) -> None:
    episode = missing(cast.kit)
    assert not Tally.objects.exists()

    episodes.record_return(episode, returned=exactly(NOW - hours(10)), by=cast.amina, at=NOW)

    ended = Tally.objects.get(**ENDED)
    assert (ended.authority, ended.quarter_on, ended.episodes) == (cast.northshire, SPRING, 1)
    assert list(Tally.objects.between(SPRING, SPRING)) == [ended]
    assert not Tally.objects.between(date(2026, 4, 1), date(2026, 12, 31)).exists()


def test_a_return_put_right_moves_the_episode_to_its_quarter(cast: Cast) -> None:
    start = clock.midnight(date(2026, 1, 1)) - hours(30)
    episode = missing(cast.kit, last_seen=start)
    episodes.record_return(episode, returned=exactly(start + hours(31)), by=cast.amina, at=NOW)

    before = exactly(start + hours(29))
    episodes.correct(episode, "returned", before, because="Log", by=cast.amina, at=NOW)

    on = Tally.objects.filter(**ENDED).values_list("quarter_on", "episodes")
    assert dict(on) == {date(2026, 1, 1): 0, date(2025, 10, 1): 1}
    assert fresh(episode).quarter_on == date(2025, 10, 1)


def test_a_quarter_turns_at_midnight_in_london_and_not_in_greenwich(cast: Cast) -> None:
    midnight = datetime(2025, 6, 30, 23, tzinfo=UTC)
    before = missing(cast.kit, last_seen=midnight - hours(3))
    after = missing(cast.robin, last_seen=midnight - hours(3))

    episodes.record_return(before, returned=exactly(midnight - hours(0.1)), by=cast.amina, at=NOW)
    episodes.record_return(after, returned=exactly(midnight), by=cast.amina, at=NOW)

    assert fresh(before).quarter_on == date(2025, 4, 1)
    assert fresh(after).quarter_on == date(2025, 7, 1)


def test_the_database_refuses_steps_of_what_has_not_ended_or_was_recorded_in_error(
    cast: Cast,
) -> None:
    here, still_missing = returned(cast.kit), missing(cast.robin)
    of_one = Episode.objects.filter(pk=here.pk)

    for steps in (0, 6):
        with refused_by("an_episode_takes_steps_once_it_has_ended"):
            of_one.update(steps=steps)
    with refused_by("an_episode_takes_steps_once_it_has_ended"):
        Episode.objects.filter(pk=still_missing.pk).update(steps=1)
    with refused_by("an_episode_takes_steps_once_it_has_ended"):
        of_one.update(voided_at=NOW, voided_by=cast.amina, voided_because="x")


def test_the_steps_are_those_from_ended_to_held_in_time(cast: Cast) -> None:
    episode = missing(cast.kit)
    assert fresh(episode).steps is None

    episodes.record_return(episode, returned=exactly(NOW - hours(10)), by=cast.amina, at=NOW)
    assert fresh(episode).steps == 1

    held(episode, interviewer=cast.ines, by=cast.amina)
    assert fresh(episode).steps == len(measures.STEPS) == 5
    assert fresh(episode).hours_to_it == 14

    episodes.void(episode, because="x", by=cast.amina, at=NOW + hours(5))
    assert fresh(episode).steps is None


def test_figures_are_seen_by_those_whose_role_it_is_and_of_their_own_council(cast: Cast) -> None:
    returned(cast.sky)

    assert who_sees(Tally.objects.get()) == {"amina", "mara", "ana"}


def test_figures_of_many_rows_add_up(cast: Cast) -> None:
    returned(cast.sky)
    returned(cast.kit)

    totals = tallies.totals(Tally.objects.all())

    assert totals[Cohort.LOOKED_AFTER_OUT_OF_AREA, "ended"] == 1
    assert totals[Cohort.HOME, "ended"] == 1


def test_figures_gathered_over_a_file_move_once_and_only_if_it_ends_well(
    cast: Cast, django_assert_num_queries
) -> None:
    place = tallies.Place(cast.northshire.pk, "home", SPRING, "ended offered")

    with django_assert_num_queries(1), tallies.gathered():
        for _ in range(50):
            tallies.shift(None, place)
    assert tallies.totals(Tally.objects.all()) == {("home", "ended"): 50, ("home", "offered"): 50}

    def go_wrong() -> None:
        with tallies.gathered():
            tallies.shift(place, None)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        go_wrong()
    assert tallies.totals(Tally.objects.all())["home", "ended"] == 50


def test_what_does_not_move_asks_the_database_nothing(
    cast: Cast, django_assert_num_queries
) -> None:
    place = tallies.Place(cast.northshire.pk, "home", SPRING, "ended offered")

    with django_assert_num_queries(0):
        tallies.shift(place, place)
        tallies.move({})


def test_the_database_refuses_two_tallies_of_one_sort(cast: Cast) -> None:
    returned(cast.kit)
    same = Tally.objects.get(**ENDED)

    with refused_by("one_tally_of_a_sort"):
        Tally.objects.create(
            authority=same.authority,
            quarter_on=same.quarter_on,
            cohort="home",
            parts=same.parts,
            episodes=1,
        )


# Whatever is done, in whatever order: what is stored is what would be counted.


class Day:
    """Sky's and a stranger's story, an hour a step; a step that is blocked changes nothing."""

    def __init__(self, cast: Cast) -> None:
        self.now = NOW
        self.amina: Person = cast.amina
        self.ines: Person = cast.ines
        self.sky: Child = cast.sky
        self.stranger = children.open_record(
            forename="Skye",
            surname="M",
            born_on=None,
            sex="F",
            responsible_authority=cast.northshire,
            is_confirmed=False,
            by=cast.amina,
            at=NOW,
        )
        returned(self.sky, hours_ago=30)

    def take(self, step: Callable[["Day"], Any]) -> None:
        self.now += hours(1)
        try:
            with transaction.atomic():
                step(self)
        except Blocked:
            pass

    @property
    def who(self) -> dict[str, Any]:
        return {"by": self.amina, "at": self.now}

    def episode(self, number: int = -1) -> Episode:
        every = list(Episode.objects.order_by("pk"))
        return every[number % len(every)]

    def open(self, child: Child, *, back: bool) -> None:
        start = self.now - timedelta(minutes=50)
        moments = {"last_seen": exactly(start)}
        if back:
            moments["found"] = exactly(self.now - timedelta(minutes=20))
        episodes.open(
            child,
            kind=EpisodeKind.MISSING,
            moments=moments,
            source="Police",
            owners=owners.of_child(
                child, kind=EpisodeKind.MISSING, started_on=start.date(), ended_on=None
            ),
            **self.who,
        )

    def offer(self, made_at: datetime) -> None:
        offers.make(
            self.episode(), means=Means.TEXT, reached=Reached.CHILD, made_at=made_at, **self.who
        )

    def answer(self, given: Answer, whose: DeclinedBy | None = None, number: int = -1) -> None:
        made = list(Offer.objects.order_by("pk"))
        if made:
            offers.answer(
                made[number % len(made)], given, declined_by=whose, reason="x", **self.who
            )

    def book(self, count: int) -> None:
        child = self.episode().child_id
        covering = list(Episode.objects.filter(child=child).order_by("-pk")[:count])
        interviews.book(
            covering,
            interviewer=self.ines,
            booked_for=self.now + hours(2),
            place="school",
            mode="video",
            **self.who,
        )

    def interview(self, number: int = -1) -> Interview | None:
        every = list(Interview.objects.order_by("pk"))
        return every[number % len(every)] if every else None

    def hold(self, number: int = -1) -> None:
        interview = self.interview(number)
        if interview:
            held = exactly(self.now - timedelta(minutes=10))
            interviews.hold(interview, held, is_independent=True, by=self.ines, at=self.now)

    def sign(self) -> None:
        interview = self.interview()
        if interview:
            who = {"by": self.ines, "at": self.now}
            interviews.record(interview, everything_said(interview), **who)
            sign(interview, **who)

    def act(self) -> None:
        interview = self.interview()
        episode = interview.episodes.first() if interview else self.episode()
        support.add(
            episode,
            ActionKind.HEALTH,
            "x",
            owner=self.amina,
            due_on=self.now.date(),
            interview=interview,
            **self.who,
        )

    def complete(self) -> None:
        action = Action.objects.outstanding().order_by("pk").last()
        if action:
            support.complete(action, "x", **self.who)

    def nothing_needed(self) -> None:
        interview = self.interview()
        if interview:
            episode = interview.episodes.get(pk=interview.episodes.order_by("pk")[0].pk)
            support.decide_nothing_needed(episode, "x", interview=interview, **self.who)

    def match(self, verb: Callable[..., Any], *whom: Child, **more: Any) -> None:
        new = {
            each.pk: owners.of_child(
                whom[-1], kind=each.kind, started_on=each.started_on, ended_on=each.ended_on
            )
            for each in Episode.objects.filter(child__in=[self.stranger, self.sky])
        }
        verb(*whom, owners=new, **more, **self.who)

    def correct(self, name: str, moment: Moment) -> None:
        episodes.correct(self.episode(), name, moment, because="x", **self.who)


STEPS: dict[str, Callable[[Day], Any]] = {
    "missing again": lambda day: day.open(day.sky, back=False),
    "missing again and found": lambda day: day.open(day.sky, back=True),
    "a stranger missing and found": lambda day: day.open(day.stranger, back=True),
    "joined": lambda day: day.match(matching.join, day.stranger, day.sky, because="x"),
    "separated": lambda day: day.match(matching.separate, day.stranger),
    "returned": lambda day: episodes.record_return(
        day.episode(), returned=exactly(day.now), **day.who
    ),
    "returned, about": lambda day: day.correct("returned", Moment(day.now, estimated(30))),
    "returned, on a day": lambda day: day.correct("returned", Moment(day.now, DATE_ONLY)),
    "last seen earlier": lambda day: day.correct("last_seen", exactly(day.now - hours(200))),
    "away": lambda day: episodes.update(
        day.episode(), kind=EpisodeKind.AWAY, moments={}, source="x", **day.who
    ),
    "missing after all": lambda day: episodes.update(
        day.episode(), kind=EpisodeKind.MISSING, moments={}, source="x", **day.who
    ),
    "taken on": lambda day: episodes.take_on(day.episode(), **day.who),
    "attempted": lambda day: offers.attempt(
        day.episode(), means=Means.TEXT, made_at=day.now, **day.who
    ),
    "offered": lambda day: day.offer(day.now),
    "offered some hours ago": lambda day: day.offer(day.now - hours(2.5)),
    "accepted": lambda day: day.answer(Answer.ACCEPTED),
    "the first offer accepted": lambda day: day.answer(Answer.ACCEPTED, number=0),
    "not now": lambda day: day.answer(Answer.NOT_NOW),
    "declined": lambda day: day.answer(Answer.DECLINED, DeclinedBy.CHILD),
    "declined by a parent": lambda day: day.answer(Answer.DECLINED, DeclinedBy.PARENT_OR_CARER),
    "booked": lambda day: day.book(1),
    "booked for two": lambda day: day.book(2),
    "held": lambda day: day.hold(),
    "the first one held": lambda day: day.hold(0),
    "missing before it": lambda day: interviews.not_hold(
        day.episode(), NotHeldReason.MISSING_AGAIN, **day.who
    ),
    "out of reach": lambda day: interviews.not_hold(
        day.episode(), NotHeldReason.NOT_CONTACTABLE, **day.who
    ),
    "signed": lambda day: day.sign(),
    "action": lambda day: day.act(),
    "completed": lambda day: day.complete(),
    "nothing needed": lambda day: day.nothing_needed(),
    "voided": lambda day: episodes.void(day.episode(), because="x", **day.who),
}

STORIES = [
    ["offered", "accepted", "booked", "held", "signed", "action", "completed"],
    ["offered", "declined", "offered", "accepted", "booked", "missing before it", "booked"],
    [
        "offered",
        "missing again and found",
        "returned",
        "offered",
        "accepted",
        "booked for two",
        "held",
        "signed",
        "nothing needed",
        "action",
        "completed",
    ],
    [
        "a stranger missing and found",
        "offered",
        "accepted",
        "booked",
        "held",
        "signed",
        "joined",
        "separated",
        "returned, about",
        "returned, on a day",
    ],
    ["attempted", "out of reach", "offered some hours ago", "accepted", "booked", "booked"],
    ["offered", "accepted", "booked", "missing before it", "held", "away", "missing after all"],
    ["offered", "offered", "the first offer accepted", "booked", "booked", "the first one held"],
    ["last seen earlier", "away", "returned, on a day", "voided"],
]


def check_that_it_adds_up(cast: Cast, story: list[str]) -> None:
    with transaction.atomic():
        day = Day(cast)
        for name in story:
            day.take(STEPS[name])
            assert stored_figures() == counted_figures(), name
        for episode in Episode.objects.all():
            assert stored_moments(episode) == counted_moments(episode)
            assert nothing_else_to_reckon(episode, day.now + hours(1))
            assert {each.child_id for each in fresh(episode).interviews.all()} <= {episode.child_id}
        transaction.set_rollback(True)


@pytest.mark.check
@pytest.mark.parametrize("story", STORIES, ids=" ".join)
def test_a_known_story_adds_up_after_every_step(cast: Cast, story: list[str]) -> None:
    check_that_it_adds_up(cast, story)


@pytest.mark.check
@given(st.lists(st.sampled_from(sorted(STEPS)), min_size=4, max_size=12))
@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_story_adds_up_after_every_step(cast: Cast, story: list[str]) -> None:
    check_that_it_adds_up(cast, story)
