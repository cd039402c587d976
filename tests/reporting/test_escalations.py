"""From the ledger's rows to what the local protocols call for."""

from contextlib import suppress
from datetime import date, timedelta
from random import Random

import pytest
from pytest_django import DjangoAssertNumQueries

from returnhome.casework import concerns, episodes, interviews, meetings, protocols
from returnhome.casework.models import Authority, Child, Episode, Meeting
from returnhome.reporting import escalations
from returnhome.rules import Blocked
from returnhome.rules.clock import Moment
from returnhome.rules.codes import Concern, EpisodeKind, MeetingKind, NotHeldReason, RiskGrade
from returnhome.rules.escalation import Escalation
from returnhome.rules.protocols import PROTOCOLS, as_data
from tests.casework.test_children import stranger
from tests.casework.test_matching import join
from tests.cast import NOW, Cast, exactly, hours, missing

A_DAY = timedelta(days=1)
REVIEW, MISSING_MEETING = MeetingKind.REVIEW, MeetingKind.MISSING_MEETING
STRATEGY = MeetingKind.STRATEGY_MEETING


def gone(child: Child, days_ago: float, *, back_after: float | None = 6) -> Episode:
    """Missing so many days before NOW, for six hours unless it is said for how long."""
    start = NOW - days_ago * A_DAY
    back = None if back_after is None else start + hours(back_after)
    return missing(child, last_seen=start, returned=back, at=min(start + hours(1), NOW))


def called(child: Child, now=NOW) -> list[Escalation]:
    return list(escalations.called_for([child], now=now)[child.pk])


def told(child: Child, now=NOW) -> list[tuple[str, bool]]:
    """By which rule, and whether it is open."""
    return [(each.rule.key, each.is_open) for each in called(child, now)]


def met(cast: Cast, child: Child, kind=STRATEGY, at=NOW, **more) -> Meeting:
    return meetings.record(
        child,
        kind=kind,
        held_at=at,
        attended=("Mara Whitfield", "DS Cole"),
        decided="Visit on Monday",
        by=cast.mara,
        at=at,
        **more,
    )


# The three that come along.


def test_the_third_time_in_30_days_calls_for_a_strategy_meeting(cast: Cast) -> None:
    for days in (20, 10, 2):
        last = gone(cast.kit, days)

    (only,) = called(cast.kit)

    assert (only.rule.key, only.is_open, only.episode) == ("3-in-30", True, last.pk)
    assert only.because == "3 episodes in 30 days, the last from 28 February 2026."


def test_a_meeting_closes_it_and_one_recorded_in_error_does_not(cast: Cast) -> None:
    for days in (20, 10, 2):
        gone(cast.kit, days)
    meeting = met(cast, cast.kit)
    assert [each.met for each in called(cast.kit)] == [meeting.pk]

    meetings.void(meeting, because="It was about Robin", by=cast.mara, at=NOW)

    assert told(cast.kit) == [("3-in-30", True)]


def test_where_exploitation_is_noted_three_times_in_90_days_are_enough(cast: Cast) -> None:
    for days in (80, 40, 2):
        gone(cast.kit, days)
    assert told(cast.kit) == []

    noted = concerns.note(cast.kit, Concern.EXPLOITATION, "The panel", by=cast.sol, at=NOW)
    assert told(cast.kit) == [("3-in-90-exploitation", True)]

    concerns.end(noted, "Not so", by=cast.sol, at=NOW + A_DAY)
    assert told(cast.kit, NOW + 2 * A_DAY) == [("3-in-90-exploitation", True)]


def test_a_child_missing_for_days_stays_called_for_until_found(cast: Cast) -> None:
    episode = gone(cast.kit, 4, back_after=None)
    assert told(cast.kit) == [("24-hours", True), ("48-hours", True), ("72-hours", True)]

    met(cast, cast.kit, MISSING_MEETING, episode=episode)
    assert told(cast.kit) == [("24-hours", False), ("48-hours", False), ("72-hours", False)]
    assert told(cast.kit, NOW + 8 * A_DAY)[-1] == ("72-hours", True)

    back = NOW + 9 * A_DAY
    episodes.record_return(episode, returned=exactly(back), by=cast.amina, at=back)
    last = called(cast.kit, back)[-1]
    assert (last.is_open, last.met, last.lapsed_at) == (False, None, back)


# What a row means to the rules.


def test_a_return_of_which_only_the_day_is_known_takes_nothing_back(cast: Cast) -> None:
    # Missing since Sunday at 9; the review was called for on Monday at 9.
    episode = gone(cast.kit, 1.25, back_after=None)
    (before,) = called(cast.kit)

    episodes.record_return(episode, returned=Moment.on(NOW.date()), by=cast.amina, at=NOW)

    (after,) = called(cast.kit)
    assert after.key == before.key
    assert after.lapsed_at == NOW


def test_a_child_who_is_away_now_was_missing_until_that_was_known(cast: Cast) -> None:
    for days in (20, 10):
        gone(cast.robin, days)
    episode = gone(cast.robin, 2.1, back_after=None)
    assert told(cast.robin) == [("24-hours", True), ("48-hours", True), ("3-in-30", True)]

    episodes.update(
        episode, kind=EpisodeKind.AWAY, moments={}, source="The home", by=cast.amina, at=NOW
    )

    later = called(cast.robin, NOW + 3 * A_DAY)
    assert {each.rule.key: each.lapsed_at for each in later} == {
        "24-hours": NOW,
        "3-in-30": None,
        "48-hours": NOW,
    }


def test_a_child_who_was_only_ever_away_is_not_counted_as_missing(cast: Cast) -> None:
    for days in (20, 10, 2):
        missing(
            cast.robin,
            last_seen=NOW - days * A_DAY,
            returned=NOW - days * A_DAY + hours(30),
            kind=EpisodeKind.AWAY,
        )

    assert told(cast.robin) == []


def test_what_was_recorded_in_error_counts_for_nothing(cast: Cast) -> None:
    first, *_ = [gone(cast.kit, days) for days in (20, 10, 2)]

    episodes.void(first, because="Another boy", by=cast.amina, at=NOW)

    assert told(cast.kit) == []


def own(cast: Cast, authority: Authority, since: date, **rule) -> None:
    data = as_data(PROTOCOLS[0])
    data["rules"][0] |= rule
    protocols.follow_own(
        authority,
        PROTOCOLS[0].key,
        data,
        since=since,
        by=cast.mara,
        at=NOW - 50 * A_DAY,
    )


def only(**more) -> dict:
    return {"concerns": [], "age_under": None, "risk_from": None, "looked_after": False} | more


def test_what_the_council_set_itself_is_what_calls(cast: Cast) -> None:
    since = (NOW - 40 * A_DAY).date()
    own(cast, cast.northshire, since, times=2)
    gone(cast.kit, 10)
    gone(cast.kit, 2)

    (call,) = called(cast.kit)

    assert (call.version, call.because[:10]) == ("own 1", "2 episodes")


def test_whoever_was_looked_after_at_the_start_counts_so(cast: Cast) -> None:
    since = (NOW - 40 * A_DAY).date()
    own(cast, cast.northshire, since, times=1, only=only(looked_after=True))
    for child in (cast.kit, cast.robin, cast.sky):
        gone(child, 2)

    assert [bool(told(child)) for child in (cast.kit, cast.robin, cast.sky)] == [False, True, True]


def test_a_police_grade_that_was_raised_calls_from_then_on(cast: Cast) -> None:
    since = (NOW - 40 * A_DAY).date()
    own(cast, cast.northshire, since, times=1, only=only(risk_from="high"))
    episode = gone(cast.kit, 0.5, back_after=None)
    assert told(cast.kit) == []

    raised = NOW + hours(1)
    episodes.update(
        episode, risk=RiskGrade.HIGH, moments={}, source="Police", by=cast.amina, at=raised
    )

    (call,) = called(cast.kit, NOW + hours(2))
    assert call.raised_at == raised


def test_a_protocol_that_was_ended_leaves_what_it_called_for(cast: Cast) -> None:
    for days in (20, 10, 2):
        gone(cast.kit, days)
    tomorrow = NOW + A_DAY

    protocols.end(cast.northshire, "three-in-30", on=tomorrow.date(), by=cast.mara, at=NOW)

    assert told(cast.kit, NOW + 40 * A_DAY) == [("3-in-30", True)]
    for days in (-3, -4, -5):
        gone(cast.sky, days)
    assert told(cast.sky, NOW + 40 * A_DAY) == []


def test_what_stands_under_a_record_joined_to_the_child_counts_for_the_child(cast: Cast) -> None:
    unnamed = stranger(cast)
    for days in (20, 10, 2):
        gone(unnamed, days)
    concerns.note(unnamed, Concern.EXPLOITATION, "Police", by=cast.sol, at=NOW - 9 * A_DAY)
    meeting = met(cast, unnamed)

    join(cast, unnamed, cast.kit)

    assert [each.met for each in called(cast.kit)] == [meeting.pk, meeting.pk]
    assert told(unnamed) == []


def test_of_no_children_nothing_is_asked(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert escalations.called_for([], now=NOW) == {}


def test_many_children_take_as_many_queries_as_one(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    own(cast, cast.northshire, (NOW - 40 * A_DAY).date(), only=only(risk_from="high"))
    for child in (cast.kit, cast.sky, cast.robin):
        for days in (20, 10, 2):
            last = gone(child, days)
        episodes.update(
            last, kind=EpisodeKind.AWAY, moments={}, source="Home", by=cast.amina, at=NOW
        )
        met(cast, child)
        concerns.note(child, Concern.EXPLOITATION, "The panel", by=cast.sol, at=NOW)

    for children in ([cast.kit], [cast.kit, cast.sky, cast.robin]):
        with django_assert_max_num_queries(5):
            found = escalations.called_for(children, now=NOW)
        assert len(found) == len(children)


# A whole council.


def of_northshire(cast: Cast, now=NOW) -> list[tuple[int, str, bool]]:
    theirs = Child.objects.filter(responsible_authority__name="Northshire")
    found = escalations.of_council(theirs, now=now)
    return [(child.pk, each.rule.key, each.is_open) for child, each in found]


def test_a_councils_list_has_all_that_is_called_for_the_first_due_first(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for days in (20, 10, 6):
        gone(cast.kit, days)
    gone(cast.sky, 2.1, back_after=None)
    gone(cast.robin, 30)

    with django_assert_max_num_queries(8):
        found = of_northshire(cast)

    assert found == [
        (cast.kit.pk, "3-in-30", True),
        (cast.sky.pk, "24-hours", True),
        (cast.sky.pk, "48-hours", True),
    ]


def test_nobody_who_is_still_missing_drops_off_the_list(cast: Cast) -> None:
    gone(cast.kit, 0.1, back_after=None)
    Child.objects.filter(pk=cast.kit.pk).update(born_on=NOW.date() - timedelta(days=365 * 17 + 200))

    for days in (5, 50, 500, 3000):
        keys = {key for child, key, is_open in of_northshire(cast, NOW + days * A_DAY) if is_open}
        assert keys == {"24-hours", "48-hours", "72-hours"}


def test_whoever_has_turned_18_is_left_out_of_the_list_and_not_of_their_own_page(
    cast: Cast,
) -> None:
    for days in (20, 10, 2):
        gone(cast.kit, days)
    for born in (date(2008, 3, 3), date(2008, 3, 2), date(2001, 1, 1)):
        Child.objects.filter(pk=cast.kit.pk).update(born_on=born)
        is_child = born == date(2008, 3, 3)
        assert bool(of_northshire(cast)) is is_child
        assert told(cast.kit) == [("3-in-30", True)]


def test_whoever_has_not_been_missing_for_a_year_is_on_their_own_page_only(cast: Cast) -> None:
    for days in (20, 10, 2):
        gone(cast.kit, days)

    assert of_northshire(cast, NOW + 360 * A_DAY) == [(cast.kit.pk, "3-in-30", True)]
    assert of_northshire(cast, NOW + 370 * A_DAY) == []
    assert told(cast.kit, NOW + 370 * A_DAY) == [("3-in-30", True)]


def test_a_councils_own_rule_of_one_time_reaches_whoever_was_missing_once(cast: Cast) -> None:
    gone(cast.kit, 20)
    assert of_northshire(cast) == []
    own(cast, cast.northshire, (NOW - 40 * A_DAY).date(), times=1)

    assert of_northshire(cast) == [(cast.kit.pk, "3-in-30", True)]


@pytest.mark.parametrize("days", [13, 15])
def test_what_lapsed_is_still_found_for_a_fortnight(cast: Cast, days: int) -> None:
    gone(cast.kit, days + 2, back_after=48.5)

    found = of_northshire(cast)

    assert [is_open for *_, is_open in found] == ([False, False] if days == 13 else [])


# The law, whatever happens.


class Life:
    """Whatever can be written down about Kit, one thing after another, at random."""

    FOUND = ("is_found", "goes_again", "is_away_or_missing")
    CLOSES = (*FOUND, "reviews", "meets", "meets_gravely")

    def __init__(self, cast: Cast, seed: int) -> None:
        self.cast, self.kit, self.chance = cast, cast.kit, Random(seed)
        self.now = NOW
        self.acts = [name for name in vars(Life) if not name.startswith("_") and name.islower()]

    def _step(self) -> None:
        """Something happens; whatever was called for a moment ago is still so, or was closed."""
        # Never on the very minute on which the hours are up: being found then is being found.
        self.now += self.chance.choice((0.05, 0.4, 1.01, 3.03, 9.007)) * A_DAY
        before = {each.key: each for each in called(self.kit, self.now)}
        act = self.chance.choice(self.acts)
        with suppress(Blocked):
            getattr(self, act)()
        after = {each.key: each for each in called(self.kit, self.now)}
        for key, each in before.items():
            assert key in after, (act, key)
            is_closed_now = each.is_open and not after[key].is_open
            assert not is_closed_now or act in self.CLOSES, (act, key)
            assert after[key].raised_at == each.raised_at, (act, key)

    def _last(self) -> Episode:
        episode = Episode.objects.filter(child=self.kit).newest_first().first()
        if episode is None:
            raise Blocked
        return episode

    def goes(self) -> None:
        missing(self.kit, last_seen=self.now, at=self.now)

    def goes_again(self) -> None:
        """The same, so that there are enough of them to be counted."""
        self.is_found()
        self.now += hours(1)
        self.goes()

    def is_found(self) -> None:
        with suppress(Blocked):
            episodes.record_return(
                self._last(), returned=exactly(self.now), by=self.cast.amina, at=self.now
            )

    def is_away_or_missing(self) -> None:
        last = self._last()
        kind = EpisodeKind.AWAY if last.kind == EpisodeKind.MISSING else EpisodeKind.MISSING
        episodes.update(last, kind=kind, moments={}, source="Home", by=self.cast.amina, at=self.now)

    def is_taken_on(self) -> None:
        episodes.take_on(self._last(), by=self.cast.amina, at=self.now)

    def is_not_interviewed(self) -> None:
        interviews.not_hold(
            self._last(),
            NotHeldReason.NOT_OFFERED,
            note="Not now",
            by=self.cast.amina,
            at=self.now,
        )

    def is_noted(self) -> None:
        concerns.note(self.kit, Concern.EXPLOITATION, "Panel", by=self.cast.sol, at=self.now)

    def is_ended(self) -> None:
        for noted in self.kit.concerns.standing():
            concerns.end(noted, "Not so", by=self.cast.sol, at=self.now)

    def council_sets_its_own(self) -> None:
        key = self.chance.choice(PROTOCOLS).key
        data = as_data(self.chance.choice(PROTOCOLS))
        for rule in data["rules"]:
            if rule["times"]:
                rule["times"] = self.chance.randint(1, 5)
            rule["only"]["age_under"] = self.chance.choice((None, 10))
        protocols.follow_own(
            self.cast.northshire, key, data, since=self._tomorrow(), by=self.cast.mara, at=self.now
        )

    def council_follows(self) -> None:
        key = self.chance.choice(PROTOCOLS).key
        protocols.follow(
            self.cast.northshire, key, since=self._tomorrow(), by=self.cast.mara, at=self.now
        )

    def council_ends(self) -> None:
        key = self.chance.choice(PROTOCOLS).key
        protocols.end(
            self.cast.northshire, key, on=self._tomorrow(), by=self.cast.mara, at=self.now
        )

    def reviews(self) -> None:
        met(self.cast, self.kit, REVIEW, at=self.now)

    def meets(self) -> None:
        met(self.cast, self.kit, MISSING_MEETING, at=self.now)

    def meets_gravely(self) -> None:
        met(self.cast, self.kit, STRATEGY, at=self.now)

    def _tomorrow(self) -> date:
        return protocols.earliest_start(self.now)


@pytest.mark.check
@pytest.mark.parametrize("seed", range(8))
def test_nothing_but_a_meeting_or_being_found_closes_what_was_called_for(
    cast: Cast, seed: int
) -> None:
    life = Life(cast, seed)

    for _ in range(40):
        life._step()

    assert called(life.kit, life.now)
