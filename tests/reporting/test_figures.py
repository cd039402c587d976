"""Uptake: from the roll-up, and the same again from the rows."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from returnhome.casework import (
    children,
    episodes,
    interviews,
    matching,
    offers,
    owners,
    registers,
    staff,
)
from returnhome.casework.models import Authority, Child, Episode, Offer, Tally
from returnhome.casework.tallies import Place
from returnhome.reporting import facts, figures
from returnhome.reporting.figures import Scope, Uptake, recount, uptake
from returnhome.rules import Blocked, measures
from returnhome.rules.clock import DATE_ONLY, EXACT, Moment
from returnhome.rules.codes import (
    Answer,
    Cohort,
    DeclinedBy,
    EpisodeKind,
    Means,
    NotHeldReason,
    Reached,
)
from returnhome.rules.measures import ALL, Count
from tests.casework.ledger import stored_figures
from tests.cast import (
    NOW,
    Cast,
    accepted,
    booked,
    exactly,
    held,
    hours,
    missing,
    offered,
    returned,
)

FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)
SOON = NOW + hours(12)


def northshire(cast: Cast) -> Scope:
    return figures.of_authority(cast.northshire)


def counted(cast: Cast, *, now: datetime = SOON) -> Uptake:
    return uptake(northshire(cast), FIRST, LAST, now=now)


def a_child(
    cast: Cast, *, key: str = "dai", looked_after_by: str | None = None, is_named: bool = True
) -> Child:
    """Another child who lives in Northshire."""
    known = {"forename": key.capitalize(), "surname": "Pryce", "born_on": date(2012, 1, 1)}
    if not is_named:
        return children.open_record(
            **known,
            sex="M",
            responsible_authority=cast.northshire,
            is_confirmed=False,
            by=staff.operator(),
            at=NOW,
        )
    council = Authority.objects.get(name=looked_after_by) if looked_after_by else None
    child, _ = registers.enter(
        register_id=key,
        **known,
        sex="M",
        postcode="NS1 1AA",
        lives_in=cast.northshire,
        looked_after_by=council,
        by=staff.operator(),
        at=NOW,
    )
    return child


def test_an_interview_held_counts_once_at_every_step(cast: Cast) -> None:
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    steps = counted(cast).steps

    assert steps == {step: Count(1, 1) for step in measures.STEPS}


def test_the_way_out_and_the_way_through_add_up(cast: Cast) -> None:
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    offers.answer(
        offered(returned(cast.kit), by=cast.amina),
        Answer.DECLINED,
        declined_by=DeclinedBy.PARENT_OR_CARER,
        reason="Not today",
        by=cast.amina,
        at=NOW,
    )
    returned(cast.robin)

    report = counted(cast)

    assert report.number("ended") == 3
    assert report.lost == {
        "not_offered": Count(1, 3),
        "declined_by_child": Count(0, 3),
        "declined_by_parent": Count(1, 3),
        "not_answered": Count(0, 3),
        "not_held": Count(0, 3),
        "still_to_hold": Count(0, 3),
    }
    assert report.count("held_of_ended") == Count(1, 3)
    assert report.count("held_of_offered") == Count(1, 2)
    assert report.count("declined_by_parent") == Count(1, 2)


def test_an_attempt_that_reached_nobody_is_no_contact_and_not_an_offer(cast: Cast) -> None:
    episode = returned(cast.kit)

    offers.attempt(episode, means=Means.TELEPHONE, made_at=NOW, by=cast.amina, at=NOW)

    report = counted(cast)
    assert report.count("no_contact") == Count(1, 1)
    assert report.count("not_offered") == Count(1, 1)


def test_an_episode_has_time_left_until_the_72_hours_are_over(cast: Cast) -> None:
    offered(returned(cast.kit, hours_ago=10), by=cast.amina)
    returned(cast.sky, hours_ago=10)
    over, moment = NOW + hours(62), timedelta(seconds=1)

    assert counted(cast, now=over).count("running") == Count(2, 2)
    assert counted(cast, now=over).count("running_not_offered") == Count(1, 2)
    assert counted(cast, now=over + moment).count("running") == Count(0, 2)


def test_whose_interview_was_held_no_longer_has_time_running(cast: Cast) -> None:
    held(returned(cast.kit), interviewer=cast.ines, by=cast.amina)

    assert counted(cast).count("running") == Count(0, 1)


def test_what_is_written_down_late_does_not_undo_what_came_after_it(cast: Cast) -> None:
    episode = returned(cast.kit, hours_ago=48)
    by = {"by": cast.amina, "at": NOW}
    how = {"means": Means.TELEPHONE, "reached": Reached.CHILD}
    first = offers.make(episode, **how, made_at=NOW - hours(40), **by)
    second = offers.make(episode, **how, made_at=NOW - hours(20), **by)
    offers.answer(second, Answer.ACCEPTED, given_at=NOW - hours(10), **by)

    no = {"declined_by": DeclinedBy.CHILD, "reason": "Not then", "given_at": NOW - hours(30)}
    offers.answer(first, Answer.DECLINED, **no, **by)
    offers.make(episode, **how, made_at=NOW - hours(15), **by)

    assert counted(cast).count("accepted") == Count(1, 1)


def test_a_child_still_missing_is_shown_and_in_no_rate(cast: Cast) -> None:
    missing(cast.sky)

    report = counted(cast)

    assert report.number("still_missing") == 1
    assert report.number("still_missing", Cohort.LOOKED_AFTER_OUT_OF_AREA) == 1
    assert report.count("offered") == Count(0, 0)
    assert not report.is_empty


def test_an_episode_not_ended_and_recorded_in_error_is_in_error_and_not_missing(
    cast: Cast,
) -> None:
    there = {"note": "At a friend's, as agreed", "by": cast.amina, "at": NOW}
    interviews.not_hold(missing(cast.sky), NotHeldReason.RECORDED_IN_ERROR, **there)

    report = counted(cast)

    assert report.number("still_missing") == 0
    assert report.number("recorded_in_error") == 1


def test_whoever_went_missing_after_the_period_is_not_in_it(cast: Cast) -> None:
    missing(cast.sky)

    report = uptake(northshire(cast), date(2026, 1, 1), date(2026, 1, 31), now=SOON)

    assert report.is_empty


def test_a_child_not_named_yet_is_in_the_denominator_and_shown(cast: Cast) -> None:
    returned(a_child(cast, is_named=False))

    report = counted(cast)

    assert report.number("waiting") == 1
    assert report.count("offered") == Count(0, 1)


def test_one_child_missing_twice_is_one_child_and_two_episodes(cast: Cast) -> None:
    returned(cast.kit, hours_ago=60)
    returned(cast.kit, hours_ago=20)

    report = counted(cast)

    assert report.number("ended") == 2
    assert report.number("children") == 1


def test_one_interview_may_answer_for_two_episodes(cast: Cast) -> None:
    first, second = returned(cast.kit, hours_ago=60), returned(cast.kit, hours_ago=20)
    accepted(second, by=cast.amina)
    talk = interviews.book(
        [first, second],
        interviewer=cast.ines,
        booked_for=NOW + hours(4),
        place="office",
        mode="in_person",
        by=cast.amina,
        at=NOW,
    )

    interviews.hold(talk, exactly(NOW), is_independent=True, by=cast.ines, at=NOW)

    report = counted(cast)
    assert report.count("held_of_ended") == Count(2, 2)
    assert report.count("covered") == Count(1, 2)


def test_away_from_placement_is_counted_apart(cast: Cast) -> None:
    back = NOW - hours(10)
    missing(cast.robin, returned=back, kind=EpisodeKind.AWAY)

    report = counted(cast)

    assert report.number("ended") == 0
    assert report.number("local_policy_ended") == 1


def test_a_child_whom_a_welsh_council_looks_after_is_apart_and_never_in_the_total(
    cast: Cast,
) -> None:
    returned(a_child(cast, looked_after_by="Cardiff"))

    report = counted(cast)

    assert report.number("not_statutory_ended", Cohort.PLACED_HERE_BY_OTHER) == 1
    assert report.number("not_statutory_ended") == 0
    assert report.number("ended") == 0


def test_another_councils_child_placed_here_is_shown_beside_and_never_added(cast: Cast) -> None:
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    report = uptake(figures.of_authority(cast.westborough), FIRST, LAST, now=SOON)

    assert report.number("ended") == 0
    assert report.hosted["held_of_ended"] == Count(1, 1)
    assert report.hosted["children"] == Count(1)


def test_both_days_of_the_period_count_and_no_other(cast: Cast) -> None:
    day = timedelta(days=1)
    episode = returned(cast.kit)
    on = episode.ended_on
    scope = northshire(cast)

    def ended(first: date, last: date) -> int:
        return uptake(scope, first, last, now=SOON).number("ended")

    assert ended(on, on) == ended(on - day, on) == ended(on, on + day) == 1
    assert ended(on - day, on - day) == ended(on + day, on + day) == 0


def test_the_day_is_the_uk_day(cast: Cast) -> None:
    returned(cast.kit, at=datetime.fromisoformat("2025-07-01T09:30:00+00:00"))
    scope = northshire(cast)
    back = Episode.objects.get(child=cast.kit)
    episodes.update(
        back,
        moments={
            "found": exactly(datetime.fromisoformat("2025-06-30T23:30:00+00:00")),
            "returned": exactly(datetime.fromisoformat("2025-06-30T23:30:00+00:00")),
        },
        source="Northshire Police",
        by=cast.amina,
        at=NOW,
    )

    july = uptake(scope, date(2025, 7, 1), date(2025, 7, 1), now=NOW)

    assert july.number("ended") == 1


def test_the_trend_has_a_quarter_for_each_three_months_since_the_first_episode(
    cast: Cast,
) -> None:
    for at in ("2025-05-04T10:00:00+00:00", "2025-12-31T20:00:00+00:00"):
        returned(cast.kit, at=datetime.fromisoformat(at))
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)

    trend = counted(cast).trend

    assert [quarter.label for quarter in trend] == [
        "Apr to Jun 2025",
        "Jul to Sep 2025",
        "Oct to Dec 2025",
        "Jan to Mar 2026",
    ]
    assert [quarter.ended for quarter in trend] == [1, 0, 1, 1]
    assert trend[-1].of_ended("in_time") == Count(1, 1)
    assert [quarter.is_over for quarter in trend] == [True, True, True, False]


def test_the_trend_shows_no_quarter_that_is_still_to_come(cast: Cast) -> None:
    returned(cast.kit)

    trend = uptake(northshire(cast), FIRST, date(2027, 3, 31), now=SOON).trend

    assert [quarter.label for quarter in trend] == ["Jan to Mar 2026"]


def test_a_council_keeps_what_the_council_before_it_left(cast: Cast) -> None:
    cumberland = Authority.objects.get(name="Cumberland")

    scope = figures.of_authority(cumberland)

    assert Authority.objects.get(name="Cumbria").pk in scope.authorities


def test_nobody_sees_figures_whose_role_does_not_allow_it(cast: Cast) -> None:
    assert figures.of_person(cast.ana).name == "Northshire"
    assert figures.of_person(cast.ana).authorities == {cast.northshire.pk}
    assert not figures.of_person(cast.ines).authorities
    assert not figures.of_person(cast.pat).authorities


def test_every_figure_is_in_the_rows_with_its_denominator(cast: Cast) -> None:
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    returned(cast.kit)

    rows = {row[:2]: row[2:] for row in counted(cast).rows()}

    assert rows[ALL, "ended"] == (2, None, 2)
    assert rows[ALL, "held_of_ended"] == (1, 2, 50.0)
    assert rows[Cohort.HOME, "held_of_accepted"] == (0, 0, None)
    measured = len(measures.UPTAKE) + len(figures.HOURS)
    assert len(rows) == len(measures.COHORTS) * measured


def test_the_number_of_queries_does_not_grow_with_the_episodes(
    cast: Cast, django_assert_num_queries: Callable
) -> None:
    scope = northshire(cast)
    with django_assert_num_queries(8):
        uptake(scope, FIRST, LAST, now=SOON)
    for child in (cast.sky, cast.kit, cast.robin):
        booked(returned(child), interviewer=cast.ines, by=cast.amina)

    with django_assert_num_queries(8):
        uptake(scope, FIRST, LAST, now=SOON)


# The roll-up holds what the rows hold, whatever happened, in whatever order.

VERBS = (
    *("missing", "return", "offer", "answer", "book", "hold", "correct", "not_hold"),
    *("attempt", "attempt", "void", "away", "move", "late", "late", "join", "answer"),
)
ANSWERS = (
    (Answer.ACCEPTED, None),
    (Answer.ACCEPTED, None),
    (Answer.ACCEPTED, None),
    (Answer.DECLINED, DeclinedBy.CHILD),
    (Answer.DECLINED, DeclinedBy.PARENT_OR_CARER),
    (Answer.NOT_NOW, None),
)
REASONS = (
    NotHeldReason.MISSING_AGAIN,
    NotHeldReason.DECLINED_BY_CHILD,
    NotHeldReason.NOT_CONTACTABLE,
    NotHeldReason.RECORDED_IN_ERROR,
    NotHeldReason.COVERED_BY_ANOTHER,
    NotHeldReason.TURNED_18,
    NotHeldReason.DECLINED_BY_PARENT,
)


class Story:
    """Verbs done in any order to a few children; what the rules refuse is not done."""

    def __init__(self, cast: Cast) -> None:
        self.by, self.interviewer = cast.amina, cast.ines
        self.unnamed = a_child(cast, key="unnamed", is_named=False)
        welsh = a_child(cast, looked_after_by="Cardiff")
        self.children = [cast.sky, cast.kit, cast.robin, welsh, self.unnamed]
        self.at = NOW

    def act(self, verb: str, one: int, other: int) -> None:
        self.at += timedelta(hours=1 + 7 * other, seconds=one)
        try:
            with transaction.atomic():
                getattr(self, verb)(one, other)
        except Blocked:
            pass

    def begin(self, child: int, far: int) -> None:
        """A child goes missing and comes so far on the way to an interview held."""
        self.act("missing", child, 0)
        for verb in ("return", "offer", "accept", "book", "hold")[:far]:
            self.act(verb, child, 0)

    def episode(self, one: int) -> Episode:
        those = list(Episode.objects.order_by("pk"))
        if not those:
            raise Blocked
        return those[one % len(those)]

    def missing(self, one: int, other: int) -> None:
        left = self.at - hours(2)
        missing(self.children[one % len(self.children)], last_seen=left, at=self.at)

    def away(self, one: int, other: int) -> None:
        kind = EpisodeKind.AWAY if other % 2 else EpisodeKind.MISSING
        there = {"source": "Northshire Police", "by": self.by, "at": self.at}
        episodes.update(self.episode(one), kind=kind, moments={}, **there)

    def _return(self, one: int, other: int) -> None:
        """Most children come back an hour ago; of some only that they were found is known."""
        back = exactly(self.at - hours(1))
        name = "found" if other == 7 else "returned"
        there = {"source": "Northshire Police", "by": self.by, "at": self.at}
        episodes.update(self.episode(one), moments={name: back}, **there)

    def correct(self, one: int, other: int) -> None:
        episode = self.episode(one)
        if episode.returned_at is None:
            raise Blocked
        moved = episode.returned_at + timedelta(hours=13 * (other - 4))
        back = Moment.on(moved.date()) if other == 0 else Moment(moved, EXACT)
        episodes.correct(episode, "returned", back, because="The home rang", by=self.by, at=self.at)

    def void(self, one: int, other: int) -> None:
        if other == 0:
            episodes.void(self.episode(one), because="A duplicate", by=self.by, at=self.at)

    def move(self, one: int, other: int) -> None:
        episode, child = self.episode(one), self.children[other % len(self.children)]
        end = episode.ended_at
        theirs = owners.of_child(
            child,
            kind=EpisodeKind(episode.kind),
            started_on=episode.started_at.date(),
            ended_on=end.date() if end else None,
        )
        episodes.move(episode, child, owners=theirs, by=self.by, at=self.at)

    def join(self, one: int, other: int) -> None:
        stranger = Child.objects.get(pk=self.unnamed.pk)
        if stranger.is_waiting and other < 2:
            there = {"owners": {}, "by": self.by, "at": self.at}
            matching.join(stranger, self.children[one % 3], because="Same name", **there)

    def offer(self, one: int, other: int) -> None:
        self.offered(one, self.at)

    def late(self, one: int, other: int) -> None:
        """An offer made yesterday or before and only now written down."""
        self.offered(one, self.at - hours(8.5 + 6 * other))

    def offered(self, one: int, made_at: datetime) -> None:
        offers.make(
            self.episode(one),
            means=Means.TELEPHONE,
            reached=Reached.CHILD,
            made_at=made_at,
            by=self.by,
            at=self.at,
        )

    def attempt(self, one: int, other: int) -> None:
        offers.attempt(self.episode(one), means=Means.TEXT, made_at=self.at, by=self.by, at=self.at)

    def answer(self, one: int, other: int) -> None:
        those = list(Offer.objects.order_by("-pk"))
        if not those:
            raise Blocked
        said, whose = ANSWERS[other % len(ANSWERS)]
        ago = hours(3.25) if one > 5 else hours(0)
        offers.answer(
            those[one % len(those)],
            said,
            declined_by=whose,
            reason="Would not say",
            given_at=self.at - ago,
            by=self.by,
            at=self.at,
        )

    def accept(self, one: int, other: int) -> None:
        offer = Offer.objects.filter(episode=self.episode(one)).latest("pk")
        offers.answer(offer, Answer.ACCEPTED, by=self.by, at=self.at)

    def book(self, one: int, other: int) -> None:
        episode = self.episode(one)
        theirs = Episode.objects.filter(child=episode.child_id, held_at__isnull=True)
        interviews.book(
            [*theirs.exclude(pk=episode.pk)[: other % 3], episode],
            interviewer=self.interviewer,
            booked_for=self.at + hours(1),
            place="office",
            mode="in_person",
            by=self.by,
            at=self.at,
        )

    def hold(self, one: int, other: int) -> None:
        those = list(interviews.Interview.objects.order_by("-pk"))
        if not those:
            raise Blocked
        interviews.hold(
            those[one % min(2, len(those))],
            Moment.on(self.at.date()) if other == 0 else exactly(self.at),
            is_independent=True,
            by=self.interviewer,
            at=self.at,
        )

    def not_hold(self, one: int, other: int) -> None:
        reason = REASONS[other % len(REASONS)]
        there = {"note": "Told on the telephone", "by": self.by, "at": self.at}
        interviews.not_hold(self.episode(one), reason, **there)


setattr(Story, "return", Story._return)


def from_rows(now: datetime) -> Counter:
    """Place in the roll-up → episodes, of whatever has an end."""
    return Counter(
        Place(
            each.authority,
            each.cohort,
            measures.quarter_of(each.ended_on),
            measures.told(measures.parts(each) - measures.OF_THE_MOMENT),
        )
        for each in facts.of(Episode.objects.counted(), now=now)
        if each.ended_on
    )


def whatever_is_done(examples: int) -> Callable[[Callable], Callable]:
    """Stories by their seed, which cannot be made smaller."""
    tried = settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        phases=[Phase.explicit, Phase.generate],
    )
    return lambda test: tried(given(seed=some.integers(0, 2**32))(test))


@pytest.mark.check
@whatever_is_done(5)
def test_the_roll_up_and_the_rows_agree_whatever_was_done(cast: Cast, seed: int) -> None:
    agree(cast, seed)


@pytest.mark.check
@whatever_is_done(150)
def test_the_roll_up_and_the_rows_agree_however_often_it_is_tried(cast: Cast, seed: int) -> None:
    agree(cast, seed)


def agree(cast: Cast, seed: int) -> None:
    chance = Random(seed)
    with transaction.atomic():
        story = Story(cast)
        for child in range(5):
            story.begin(child, chance.choice([0, 1, 1, 2, 3, 4, 5]))
        for _ in range(25):
            story.act(chance.choice(VERBS), chance.randrange(8), chance.randrange(8))

        assert stored_figures() == from_rows(story.at)
        for scope in (northshire(cast), figures.of_authority(cast.westborough)):
            for first, last in ((FIRST, date(2026, 12, 31)), (date(2026, 3, 2), date(2026, 3, 4))):
                kept = uptake(scope, first, last, now=story.at)
                assert kept.counts == recount(scope, first, last, now=story.at)
        transaction.set_rollback(True)


def test_counting_from_the_rows_opens_no_sealed_word(cast: Cast) -> None:
    held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    with connection.cursor() as cursor:
        cursor.execute("update casework_offer set note = 'not to be opened'")
        cursor.execute("update casework_interview set wishes = 'not to be opened'")

    counts = recount(northshire(cast), FIRST, LAST, now=SOON)

    assert counts[ALL, "held_of_ended"] == Count(1, 1)


def test_a_roll_up_that_lost_a_row_is_found_out(cast: Cast) -> None:
    returned(cast.kit)
    Tally.objects.filter(parts__contains="ended").delete()

    with pytest.raises(AssertionError):
        assert stored_figures() == from_rows(NOW)


# Hours to the interview.


def test_hours_run_from_the_return_and_have_their_quartiles(cast: Cast) -> None:
    for child, hours_ago in ((cast.sky, 20), (cast.kit, 40), (cast.robin, 60)):
        held(returned(child, hours_ago=hours_ago), interviewer=cast.ines, by=cast.amina)

    hours_of = counted(cast).hours

    # Each is held four hours from now: 24, 44 and 64 hours after the return.
    assert hours_of[ALL] == figures.Hours(3, (34.0, 44.0, 54.0))
    assert hours_of[Cohort.HOME] == figures.Hours(1, (44.0, 44.0, 44.0))


def test_an_interview_of_a_day_alone_has_no_hours(cast: Cast) -> None:
    episode = returned(cast.kit)
    interview = booked(episode, interviewer=cast.ines, by=cast.amina)
    interviews.hold(
        interview,
        Moment(NOW + hours(4), DATE_ONLY),
        is_independent=True,
        by=cast.ines,
        at=NOW + hours(30),
    )

    report = counted(cast, now=NOW + hours(30))

    assert report.number("held_of_ended") == 1
    assert report.hours[ALL] == figures.Hours()
    rows = {row[:2]: row[2:] for row in report.rows()}
    assert rows[ALL, "hours_median"] == (0, 1, None)
