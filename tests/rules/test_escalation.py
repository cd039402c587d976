"""When going missing calls for a meeting."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some

from returnhome.rules import escalation, protocols
from returnhome.rules.clock import Moment, midnight
from returnhome.rules.codes import Concern, EpisodeKind, MeetingKind, RiskGrade, Role
from returnhome.rules.escalation import (
    ChildFacts,
    Meeting,
    NextBeforeHeld,
    NobodyCame,
    Noted,
    NothingDecided,
    TimeMissing,
    escalations,
    escalations_under,
)
from returnhome.rules.offering import InTheFuture
from returnhome.rules.protocols import NotAProtocol, NotARule, Only, Protocol, Rule
from returnhome.rules.sources import OWN_RULE

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
T0 = datetime(2026, 6, 1, 9, tzinfo=UTC)
LATER = T0 + 60 * DAY
REVIEW, MISSING_MEETING = MeetingKind.REVIEW, MeetingKind.MISSING_MEETING
STRATEGY = MeetingKind.STRATEGY_MEETING
IN_30, IN_90, LONG = protocols.PROTOCOLS
EXPLOITED = ChildFacts(concerns=(Noted(Concern.EXPLOITATION, T0 - 30 * DAY),))


def missing(start, end=..., *, known=None, **facts) -> TimeMissing:
    """Missing from so many days after T0, for six hours unless it is said until when."""
    began = T0 + start * DAY
    ended = began + 6 * HOUR if end is ... else None if end is None else T0 + end * DAY
    known_at = began if known is None else T0 + known * DAY
    return TimeMissing(
        episode=f"E{start}", started=Moment(began), known_at=known_at, ended_at=ended, **facts
    )


def met(days, kind=STRATEGY, **facts) -> Meeting:
    return Meeting(key=f"M{days}", kind=kind, held_at=T0 + days * DAY, **facts)


def called(protocol, episodes, meetings=(), *, child=None, days=60):
    return escalations(
        protocol,
        episodes=episodes,
        child=child or ChildFacts(),
        meetings=meetings,
        now=T0 + days * DAY,
    )


def raised(protocol, *episodes, meetings=(), child=None, days=60):
    """On which days after T0 each was raised, and whether it is open."""
    return [
        ((each.raised_at - T0) / DAY, each.is_open)
        for each in called(protocol, episodes, meetings, child=child, days=days)
    ]


def a_protocol(*rules, since=date(2020, 1, 1), **facts) -> Protocol:
    return Protocol(
        key="ours", name="Ours", version="1", since=since, source=OWN_RULE, rules=rules, **facts
    )


def counting(times=1, days=30, **facts) -> Rule:
    return Rule(
        key="count",
        times=times,
        days=days,
        action=STRATEGY,
        owner=Role.MANAGER,
        within=DAY,
        **facts,
    )


# The three that are in use.


def test_each_protocol_in_use_names_its_document_and_that_nobody_has_confirmed_it():
    for protocol in protocols.PROTOCOLS:
        sources = [protocol.source, *(rule.source for rule in protocol.rules if rule.source)]
        assert all("to be confirmed" in str(source) for source in sources)
        assert protocols.protocol_on(protocol.key, protocol.since) is protocol
        assert protocols.protocol_on(protocol.key, protocol.since - DAY) is None
    assert len({protocol.key for protocol in protocols.PROTOCOLS}) == 3


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((0, 10), []),
        ((0, 10, 29), [(29.0, True)]),
        ((0, 10, 30), []),
        ((0, 10, 30, 35), [(35.0, True)]),
        ((0, 0.3, 0.6), [(0.6, True)]),
        # A fourth and fifth belong to the meeting that is called for already.
        ((0, 10, 20, 25, 28), [(20.0, True)]),
    ],
)
def test_three_times_in_30_days_call_for_a_strategy_meeting(days, expected):
    assert raised(IN_30, *map(missing, days)) == expected


def test_what_is_called_for_says_what_why_who_and_by_when():
    (only,) = called(IN_30, [missing(0), missing(10), missing(20)])

    assert only.because == "3 episodes in 30 days, the last from 21 June 2026."
    assert (only.action, only.owner) == (STRATEGY, Role.MANAGER)
    assert only.due_at == only.raised_at + 72 * HOUR
    assert (only.protocol, only.version) == ("Three times in 30 days", "1")
    assert only.key == "three-in-30/3-in-30/first"
    assert only.episode == "E20"


def test_a_meeting_closes_it_and_the_next_time_calls_for_another():
    episodes = [missing(0), missing(10), missing(20), missing(25)]

    assert raised(IN_30, *episodes, meetings=[met(22)]) == [(20.0, False), (25.0, True)]
    assert raised(IN_30, *episodes, meetings=[met(26)]) == [(20.0, False)]
    assert raised(IN_30, *episodes, meetings=[met(15)]) == [(20.0, True)]
    assert [each.met for each in called(IN_30, episodes, [met(22)])] == ["M22", None]


def test_nothing_but_a_meeting_grave_enough_closes_it():
    episodes = [missing(0), missing(10), missing(20)]

    for kind in (REVIEW, MISSING_MEETING):
        assert raised(IN_30, *episodes, meetings=[met(22, kind)]) == [(20.0, True)]


def test_years_without_a_meeting_leave_it_open():
    assert raised(IN_30, missing(0), missing(10), missing(20), days=3000) == [(20.0, True)]


def test_away_from_placement_does_not_count_as_missing():
    away = missing(10, kind=EpisodeKind.AWAY)

    assert raised(IN_30, missing(0), away, missing(20)) == []


def test_what_is_reported_late_counts_from_when_it_was_known():
    late = missing(10, known=40)

    assert raised(IN_30, missing(0), late, missing(20)) == [(40.0, True)]
    assert raised(IN_30, missing(0), late, missing(20), days=39) == []


def test_an_episode_put_in_later_does_not_raise_it_again():
    before = called(IN_30, [missing(0), missing(10), missing(20)])
    after = called(IN_30, [missing(0), missing(5, known=30), missing(10), missing(20)])

    assert [each.key for each in after] == [each.key for each in before]


@pytest.mark.parametrize(
    ("noted", "expected"),
    [
        (None, []),
        (-500, [(80.0, True)]),
        (85, [(85.0, True)]),
        (89, [(89.0, True)]),
        # Once the 90 days are over and the child is back.
        (90, []),
        (300, []),
    ],
)
def test_three_times_in_90_days_call_for_a_meeting_where_exploitation_is_suspected(noted, expected):
    concerns = () if noted is None else (Noted(Concern.EXPLOITATION, T0 + noted * DAY),)
    child = ChildFacts(concerns=concerns)

    assert raised(IN_90, missing(0), missing(40), missing(80), child=child, days=999) == expected


def test_another_concern_is_not_exploitation():
    child = ChildFacts(concerns=(Noted(Concern.UNACCOMPANIED, T0),))

    assert raised(IN_90, missing(0), missing(1), missing(2), child=child) == []
    (only,) = called(IN_90, [missing(0), missing(1), missing(2)], child=EXPLOITED)
    assert only.because.endswith("from 3 June 2026 (exploitation known or suspected).")


# Hours missing.


@pytest.mark.parametrize(
    ("hours", "keys"),
    [
        (23.99, []),
        (24, ["24-hours"]),
        (47, ["24-hours"]),
        (48, ["24-hours", "48-hours"]),
        (72, ["24-hours", "48-hours", "72-hours"]),
        (2000, ["24-hours", "48-hours", "72-hours"]),
    ],
)
def test_a_child_missing_for_24_48_and_72_hours_is_never_dropped_from_the_list(hours, keys):
    calls = called(LONG, [missing(0, None)], days=hours / 24)

    assert [each.rule.key for each in calls] == keys
    assert all(each.is_open for each in calls)


def test_it_says_since_when_the_child_has_been_missing():
    *_, last = called(LONG, [missing(0, None)], days=4)

    assert last.because == "Missing for 72 hours, since 1 June 10:00."
    assert last.raised_at == T0 + 72 * HOUR
    assert last.key == "long-missing/72-hours/E0/first"


def test_after_the_first_meeting_there_is_one_every_week():
    meetings = [met(3.5, MISSING_MEETING), met(10, MISSING_MEETING), met(20, STRATEGY)]

    calls = called(LONG, [missing(0, None)], meetings, days=40)

    weekly = [each for each in calls if each.rule.key == "72-hours"]
    assert [((each.raised_at - T0) / DAY, each.met) for each in weekly] == [
        (3.0, "M3.5"),
        # Held on day 10, half a day before the week was over, so the next is due on day 17.
        (17.0, "M20"),
        (27.0, None),
    ]
    assert weekly[-1].because == "Still missing 7 days after the meeting of 21 June 2026."


def test_a_meeting_the_day_before_does_and_one_before_that_does_not():
    def weekly(meetings):
        calls = called(LONG, [missing(0, None)], meetings, days=4)
        return [each.raised_at for each in calls if each.rule.key == "72-hours"]

    assert weekly([met(2, MISSING_MEETING)]) == []
    assert weekly([met(1.9, MISSING_MEETING)]) == [T0 + 72 * HOUR]


def test_a_meeting_that_decides_to_meet_sooner_is_held_to_it():
    sooner = met(3.5, MISSING_MEETING, next_on=date(2026, 6, 7))
    later = met(3.5, MISSING_MEETING, next_on=date(2026, 6, 30))

    *_, called_sooner = called(LONG, [missing(0, None)], [sooner])
    *_, called_later = called(LONG, [missing(0, None)], [later])

    assert called_sooner.raised_at == datetime(2026, 6, 6, 23, tzinfo=UTC)
    assert called_sooner.because == (
        "Still missing; the meeting of 4 June 2026 decided to meet again on 7 June 2026."
    )
    assert called_later.raised_at == T0 + 10.5 * DAY


def test_once_the_child_is_found_no_meeting_to_find_them_is_called_for():
    calls = called(LONG, [missing(0, 2.5)])

    assert [(each.rule.key, each.is_open) for each in calls] == [
        ("24-hours", False),
        ("48-hours", False),
    ]
    assert all(each.lapsed_at == T0 + 2.5 * DAY and each.met is None for each in calls)
    assert called(LONG, [missing(0, 1)]) == ()
    assert called(LONG, [missing(0, 2, known=3)]) == ()


def test_each_long_episode_is_its_own():
    calls = called(LONG, [missing(0, 1.5), missing(10, None)], days=11.5)

    assert [each.key for each in calls] == [
        "long-missing/24-hours/E0/first",
        "long-missing/24-hours/E10/first",
    ]


def test_hours_run_through_christmas_and_the_night_the_clocks_change():
    for day in (date(2026, 12, 24), date(2027, 3, 27), date(2026, 10, 24)):
        began = midnight(day) + 18 * HOUR
        episode = TimeMissing(episode="E", started=Moment(began), known_at=began)

        first, *_ = escalations(
            LONG, episodes=[episode], child=ChildFacts(), now=began + 100 * HOUR
        )

        assert first.raised_at == began + 24 * HOUR


def test_where_only_the_day_is_known_the_hours_run_from_its_start():
    episode = TimeMissing(
        episode="E", started=Moment.on(date(2026, 6, 1)), known_at=T0, ended_at=None
    )

    first, *_ = called(LONG, [episode])

    assert first.raised_at == datetime(2026, 6, 1, 23, tzinfo=UTC)


# For whom a rule is.

BORN = date(2012, 6, 1)


@pytest.mark.parametrize(
    ("only", "child", "grades", "expected"),
    [
        (Only(age_under=14), ChildFacts(born_on=BORN), (), []),
        (Only(age_under=14), ChildFacts(born_on=BORN + DAY), (), [0.0]),
        (Only(age_under=14), ChildFacts(), (), [0.0]),
        (Only(age_under=14), ChildFacts(born_on=date(2030, 1, 1)), (), [0.0]),
        (Only(looked_after=True), ChildFacts(), (), []),
        (Only(risk_from=RiskGrade.HIGH), ChildFacts(), (), []),
        (Only(risk_from=RiskGrade.HIGH), ChildFacts(), ((0, RiskGrade.MEDIUM),), []),
        (
            Only(risk_from=RiskGrade.MEDIUM),
            ChildFacts(),
            ((0, RiskGrade.LOW), (0.2, RiskGrade.HIGH), (0.21, RiskGrade.LOW)),
            [0.2],
        ),
        (
            Only(concerns=frozenset({Concern.UNACCOMPANIED, Concern.CHILD_PROTECTION_PLAN})),
            ChildFacts(concerns=(Noted(Concern.CHILD_PROTECTION_PLAN, T0 - DAY),)),
            (),
            [0.0],
        ),
    ],
)
def test_a_flag_alone_can_call_for_a_meeting(only, child, grades, expected):
    graded = tuple((T0 + days * DAY, grade) for days, grade in grades)
    protocol = a_protocol(counting(only=only))

    calls = called(protocol, [missing(0, grades=graded)], child=child)

    assert [(each.raised_at - T0) / DAY for each in calls] == expected


def test_a_child_counts_as_looked_after_who_was_so_at_the_start():
    protocol = a_protocol(counting(only=Only(looked_after=True)))

    assert raised(protocol, missing(0, is_looked_after=True), missing(5)) == [(0.0, True)]


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        # Ended before the third time, on that very moment, and after it.
        ([(-90, 79)], []),
        ([(-90, 80)], []),
        ([(-90, 81)], [80.0]),
        # Noted again: what counts is that it stood when the count was reached, or came to stand.
        ([(-90, 10), (20, None)], [80.0]),
        ([(-90, 10), (84, None)], [84.0]),
        ([(-90, 10), (84, 85)], [84.0]),
    ],
)
def test_a_concern_that_has_ended_calls_for_nothing_new_and_what_it_called_for_stays(
    spans, expected
):
    concerns = tuple(
        Noted(Concern.EXPLOITATION, T0 + noted * DAY, None if ended is None else T0 + ended * DAY)
        for noted, ended in spans
    )
    child = ChildFacts(concerns=concerns)

    calls = called(IN_90, [missing(0), missing(40), missing(80)], child=child, days=400)

    assert [(each.raised_at - T0) / DAY for each in calls] == expected
    assert all(each.is_open for each in calls)


def test_a_concern_that_ended_before_the_hours_were_up_calls_for_nothing():
    only = Only(concerns=frozenset({Concern.UNACCOMPANIED}))
    rule = Rule(
        key="hours", hours=24, every=DAY, action=REVIEW, owner=Role.MANAGER, within=DAY, only=only
    )
    ended = ChildFacts(concerns=(Noted(Concern.UNACCOMPANIED, T0 - DAY, T0 + HOUR),))
    meetings = [met(1.5)]

    assert called(a_protocol(rule), [missing(0, None)], meetings, child=ended) == ()
    later = ChildFacts(concerns=(Noted(Concern.UNACCOMPANIED, T0 - DAY, T0 + 2 * DAY),))
    calls = called(a_protocol(rule), [missing(0, None)], meetings, child=later)
    assert [each.met for each in calls] == ["M1.5"]


def test_a_grade_raised_on_the_third_day_calls_for_a_meeting_on_the_third_day():
    protocol = a_protocol(counting(days=1, only=Only(risk_from=RiskGrade.HIGH)))
    episode = missing(0, None, grades=((T0 + 2 * DAY, RiskGrade.HIGH),))

    (only,) = called(protocol, [episode])

    assert only.raised_at == T0 + 2 * DAY
    assert only.because == "Missing from 1 June 2026 (risk graded high or above)."


def test_a_sentence_names_all_that_the_rule_asks_for():
    only = Only(concerns=frozenset(Concern), age_under=14, looked_after=True)
    child = ChildFacts(concerns=tuple(Noted(each, T0) for each in Concern))
    episode = missing(0, is_looked_after=True)

    (call,) = called(a_protocol(counting(only=only)), [episode], child=child)

    assert call.because == (
        "Missing from 1 June 2026 (exploitation known or suspected or unaccompanied "
        "asylum-seeking child or child protection plan; under 14, or of unknown age; looked after)."
    )


# Versions.


def test_a_protocol_raises_nothing_from_before_it_was_in_force():
    protocol = a_protocol(*IN_30.rules, since=date(2026, 7, 1))
    episodes = [missing(0), missing(10), missing(20)]

    assert called(protocol, episodes, days=90) == ()
    # What came before is counted all the same.
    assert raised(protocol, *episodes[1:], missing(32), days=90) == [(32.0, True)]


def test_a_child_missing_when_a_protocol_starts_is_on_the_list_from_that_day():
    protocol = replace(LONG, since=date(2026, 7, 1))

    calls = called(protocol, [missing(0, None)], days=90)

    assert {each.raised_at for each in calls} == {datetime(2026, 6, 30, 23, tzinfo=UTC)}
    assert len(calls) == 3


def test_a_new_version_takes_over_and_leaves_what_the_old_one_raised():
    old = replace(LONG, until=date(2026, 6, 3))
    new = replace(LONG, version="2", since=date(2026, 6, 3))

    calls = escalations_under(
        [new, old], episodes=[missing(0, None)], child=ChildFacts(), now=LATER
    )

    assert [(each.rule.key, each.version) for each in calls] == [
        ("24-hours", "1"),
        ("48-hours", "2"),
        ("72-hours", "2"),
    ]


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"times": 3},
        {"days": 30},
        {"times": 3, "days": 30, "hours": 24},
        {"times": 3, "days": 30, "every": DAY},
        {"times": -1, "days": 30},
        {"hours": 24, "within": timedelta(0)},
        {"hours": 24, "every": timedelta(0)},
        {"hours": 24, "every": DAY, "early": DAY},
    ],
)
def test_a_rule_that_says_nothing_or_two_things_is_none(facts):
    with pytest.raises(NotARule):
        Rule(**{"key": "k", "action": REVIEW, "owner": Role.MANAGER, "within": DAY, **facts})


def test_a_protocol_has_rules_of_different_keys_and_an_end_after_its_start():
    for facts in ({"rules": ()}, {"rules": (counting(), counting())}, {"until": IN_30.since}):
        with pytest.raises(NotAProtocol):
            replace(IN_30, **facts)


# The record of a meeting.


@pytest.mark.parametrize(
    ("facts", "blocked"),
    [
        ({"held_at": LATER + HOUR}, InTheFuture),
        ({"attended": ()}, NobodyCame),
        ({"attended": ("Amina",)}, NobodyCame),
        ({"attended": ("Amina", " ", "Amina ")}, NobodyCame),
        ({"decided": " "}, NothingDecided),
        ({"next_on": date(2026, 6, 1)}, NextBeforeHeld),
    ],
)
def test_a_meeting_is_recorded_with_who_came_what_was_decided_and_when_next(facts, blocked):
    held = met(0, attended=("Amina", "Wes"), decided="Visit daily.", next_on=date(2026, 6, 2))

    escalation.check_can_record(held, now=LATER)
    with pytest.raises(blocked):
        escalation.check_can_record(replace(held, **facts), now=LATER)


def test_one_person_can_review():
    held = met(0, REVIEW, attended=("Amina",), decided="Police to check the coast.")

    assert escalation.can_record(held, now=LATER)


# Laws.

TENTHS = some.integers(0, 600).map(lambda tenth: tenth / 10)
EPISODES = some.lists(
    some.builds(
        lambda start, length, late, grade: missing(
            start,
            None if length is None else start + length,
            known=start + late,
            grades=((T0 + start * DAY, grade),),
        ),
        TENTHS,
        some.none() | some.sampled_from([0.1, 1.5, 3.5, 20]),
        some.sampled_from([0, 0, 0.1, 5]),
        some.sampled_from(RiskGrade),
    ),
    max_size=8,
    unique_by=lambda each: each.episode,
)
MEETINGS = some.lists(
    some.builds(met, TENTHS, some.sampled_from(MeetingKind)),
    max_size=6,
    unique_by=lambda each: each.key,
)
CHILD = some.sampled_from([ChildFacts(), EXPLOITED])
RULES = some.sampled_from(
    [*protocols.PROTOCOLS, a_protocol(counting(2, 7, only=Only(risk_from=RiskGrade.MEDIUM)))]
)


@for_all(RULES, EPISODES, MEETINGS, CHILD, some.randoms())
def test_the_same_facts_in_any_order_give_the_same_escalations(
    protocol, episodes, meetings, child, chance
):
    calls = called(protocol, episodes, meetings, child=child)
    chance.shuffle(episodes)
    chance.shuffle(meetings)

    assert called(protocol, episodes, meetings, child=child) == calls
    assert len({each.key for each in calls}) == len(calls)
    assert list(calls) == sorted(calls, key=lambda each: (each.due_at, each.key))
    assert all(each.because.endswith(".") and each.raised_at <= LATER for each in calls)


@for_all(RULES, EPISODES, MEETINGS, CHILD, TENTHS, TENTHS)
def test_time_alone_never_takes_an_escalation_back_or_gives_it_another_key(
    protocol, episodes, meetings, child, one, other
):
    sooner, later = sorted((one, other))

    before = called(protocol, episodes, meetings, child=child, days=sooner)
    after = {
        each.key: each for each in called(protocol, episodes, meetings, child=child, days=later)
    }

    for each in before:
        assert each.key in after
        assert after[each.key].raised_at == each.raised_at
        assert each.is_open or not after[each.key].is_open


@for_all(EPISODES, MEETINGS, CHILD)
def test_whoever_is_missing_for_72_hours_has_a_meeting_called_or_held_this_week(
    episodes, meetings, child
):
    calls = called(LONG, episodes, meetings, child=child)

    for episode in episodes:
        is_long = episode.ended_at is None and LATER - episode.started.at >= 72 * HOUR
        if not is_long or episode.known_at > LATER:
            continue
        is_called = any(
            each.is_open and each.episode == episode.episode and each.rule.key == "72-hours"
            for each in calls
        )
        this_week = [
            each
            for each in meetings
            if each.kind is not REVIEW and LATER - 7 * DAY < each.held_at <= LATER
        ]
        assert is_called or this_week


@for_all(RULES, EPISODES, MEETINGS, CHILD)
def test_nothing_is_closed_but_by_a_meeting_or_the_childs_being_found(
    protocol, episodes, meetings, child
):
    held = {each.key: each for each in meetings}

    for each in called(protocol, episodes, meetings, child=child):
        if each.met is not None:
            assert held[each.met].held_at >= each.raised_at
            assert escalation.is_enough(held[each.met].kind, each.action)
        assert each.lapsed_at is None or each.rule.hours
