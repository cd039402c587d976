"""Local protocols in words and as data: what is written is read back, and nonsense is refused."""

import json
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import assume
from hypothesis import given as for_all
from hypothesis import strategies as some

from returnhome.rules.clock import HOUR
from returnhome.rules.codes import Concern, EpisodeKind, MeetingKind, RiskGrade, Role
from returnhome.rules.protocols import (
    MOST,
    PROTOCOLS,
    NotAProtocol,
    NotARule,
    NotReadable,
    Only,
    Protocol,
    Rule,
    as_data,
    from_data,
    rule_in_words,
    seeds,
)
from returnhome.rules.sources import OWN_RULE, Source

IN_30, IN_90, LONG = PROTOCOLS
SINCE = date(2026, 6, 1)


def back(protocol: Protocol) -> Protocol:
    """Written as JSON, and read again."""
    data = json.loads(json.dumps(as_data(protocol)))
    return from_data(
        data,
        key=protocol.key,
        version=protocol.version,
        since=protocol.since,
        until=protocol.until,
    )


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda each: each.key)
def test_what_the_product_brings_comes_back_as_it_was_written(protocol):
    assert back(protocol) == protocol
    assert seeds(protocol.key) == [protocol]
    assert seeds("nothing") == []


ONLY = some.builds(
    Only,
    concerns=some.frozensets(some.sampled_from(Concern)),
    age_under=some.none() | some.integers(1, 25),
    risk_from=some.none() | some.sampled_from(RiskGrade),
    looked_after=some.booleans(),
)
SHARED: dict[str, Any] = {
    "key": some.text("abc-", min_size=1, max_size=40),
    "action": some.sampled_from(MeetingKind),
    "owner": some.sampled_from(Role),
    "within": some.integers(1, MOST["within"]).map(lambda hours: timedelta(hours=hours)),
    "only": ONLY,
    "kinds": some.frozensets(some.sampled_from(EpisodeKind), min_size=1),
    "source": some.none() | some.just(OWN_RULE).map(lambda each: replace(each, is_confirmed=False)),
}
COUNTING = some.builds(
    Rule, times=some.integers(1, MOST["times"]), days=some.integers(1, MOST["days"]), **SHARED
)
LASTING = some.builds(
    Rule,
    hours=some.integers(1, MOST["hours"]),
    every=some.none() | some.integers(25, MOST["every"]).map(lambda hours: timedelta(hours=hours)),
    early=some.integers(0, 24).map(lambda hours: timedelta(hours=hours)),
    **SHARED,
)


@for_all(some.lists(COUNTING | LASTING, min_size=1, max_size=5, unique_by=lambda each: each.key))
def test_whatever_a_council_mends_comes_back_as_it_was_written(rules):
    protocol = Protocol(
        key="ours",
        name="Ours",
        version="own 1",
        since=SINCE,
        source=Source("Our procedure", SINCE, "Section 4"),
        rules=tuple(rules),
    )

    assert back(protocol) == protocol
    assert all(rule_in_words(rule).endswith(".") for rule in rules)


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("name",), ""),
        (("name",), "x" * 121),
        (("name",), None),
        (("source",), None),
        (("source", "document"), " "),
        (("source", "since"), "soon"),
        (("source", "since"), 20260101),
        (("rules",), "three"),
        (("rules",), [None]),
        (("rules", 0, "key"), ""),
        (("rules", 0, "times"), "3"),
        (("rules", 0, "times"), -3),
        (("rules", 0, "times"), 3.5),
        (("rules", 0, "times"), True),
        (("rules", 0, "times"), 101),
        (("rules", 0, "days"), 10**30),
        (("rules", 0, "within"), 10**30),
        (("rules", 0, "action"), "a chat"),
        (("rules", 0, "owner"), None),
        (("rules", 0, "only"), "all"),
        (("rules", 0, "only", "concerns"), ["worry"]),
        (("rules", 0, "only", "concerns"), [["exploitation"]]),
        (("rules", 0, "only", "age_under"), 26),
        (("rules", 0, "only", "risk_from"), "grave"),
        (("rules", 0, "only", "looked_after"), "yes"),
        (("rules", 0, "only", "left_over"), 1),
        (("rules", 0, "kinds"), ["absent"]),
        (("rules", 0, "source"), "a book"),
        (("rules", 0, "left_over"), 1),
        (("left_over",), 1),
    ],
)
def test_what_cannot_be_meant_is_refused_and_says_where(where, value):
    data = deepcopy(as_data(IN_30))
    part: Any = data
    for step in where[:-1]:
        part = part[step]
    part[where[-1]] = value

    with pytest.raises(NotReadable) as refused:
        from_data(data, key="ours", version="own 1", since=SINCE)
    assert refused.value.sentence.endswith(".")


@pytest.mark.parametrize(
    ("changes", "blocked"),
    [
        ({"times": 0}, NotARule),
        ({"hours": 24}, NotARule),
        ({"within": 0}, NotARule),
        ({"times": 0, "days": 0, "hours": 24, "every": 24, "early": 24}, NotARule),
    ],
)
def test_a_rule_that_says_nothing_or_two_things_is_refused_as_data_too(changes, blocked):
    data = as_data(IN_30)
    data["rules"][0] |= changes

    with pytest.raises(blocked):
        from_data(data, key="ours", version="own 1", since=SINCE)


def test_no_rules_are_no_protocol():
    with pytest.raises(NotAProtocol):
        from_data(as_data(IN_30) | {"rules": []}, key="ours", version="own 1", since=SINCE)


@for_all(
    some.recursive(
        some.none() | some.booleans() | some.integers() | some.text(max_size=5),
        lambda inside: (
            some.lists(inside, max_size=3)
            | some.dictionaries(some.sampled_from(["name", "source", "rules", "key"]), inside)
        ),
        max_leaves=12,
    )
)
def test_nonsense_of_any_shape_is_refused_with_a_sentence(data):
    with pytest.raises((NotReadable, NotAProtocol)) as refused:
        from_data(data, key="ours", version="own 1", since=SINCE)
    assert refused.value.sentence


@for_all(some.integers(1, 10_000))
def test_a_length_that_is_not_in_whole_hours_cannot_be_written(minutes):
    assume(minutes % 60)
    rule = replace(IN_30.rules[0], within=timedelta(minutes=minutes))

    with pytest.raises(NotReadable):
        as_data(replace(IN_30, rules=(rule,)))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (
            IN_30.rules[0],
            "3 times in 30 days: strategy meeting or discussion within 72 hours, owner: manager.",
        ),
        (
            IN_90.rules[0],
            "3 times in 90 days (exploitation known or suspected): strategy meeting or discussion "
            "within 72 hours, owner: manager.",
        ),
        (
            LONG.rules[0],
            "Missing for 24 hours: review by a manager within 4 hours, owner: social worker.",
        ),
        (
            LONG.rules[2],
            "Missing for 72 hours, and again every 7 days: missing meeting within 24 hours, "
            "owner: manager.",
        ),
        (
            replace(LONG.rules[2], every=36 * HOUR, early=timedelta(0)),
            "Missing for 72 hours, and again every 36 hours: missing meeting within 24 hours, "
            "owner: manager.",
        ),
        (
            replace(IN_30.rules[0], times=1, only=Only(age_under=13, risk_from=RiskGrade.HIGH)),
            "Every time missing (under 13, or of unknown age; risk graded high or above): "
            "strategy meeting or discussion within 72 hours, owner: manager.",
        ),
    ],
)
def test_a_rule_can_be_read_aloud(rule, words):
    assert rule_in_words(rule) == words
