"""Which authority must act for a child, and why."""

import csv
import json
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some

import returnhome
from returnhome.rules.codes import Cohort, EpisodeKind, Nation, OfferKind
from returnhome.rules.responsibility import (
    Arrangement,
    ArrangementKind,
    Flag,
    Given,
    NobodyNamed,
    Reply,
    decide,
    decide_cases,
    given_from,
    places_from,
)

REFERENCE = Path(returnhome.__file__).parent / "casework/reference"
CASES = json.loads((Path(__file__).parent / "acceptance/responsibility.json").read_text())


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((REFERENCE / name).read_text(encoding="utf-8").splitlines()))


LISTS = ("authorities", "districts", "elsewhere", "trusts")
KNOWN = places_from(*(rows(f"{name}.csv") for name in LISTS))


def decided(**facts):
    return decide(Given(**facts), known=KNOWN)


# The contract.


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['case']}: {case['text']}")
def test_the_agreed_cases_have_the_agreed_answer(case):
    (answered,) = decide_cases([case], KNOWN)

    answer = {**answered["answer"], "tell": sorted(answered["answer"]["tell"])}
    expected = {"flags": [], **case["expect"], "tell": sorted(case["expect"]["tell"])}
    assert answered["case"] == case["case"]
    assert sorted(answer["flags"]) == sorted(expected["flags"])
    assert {key: answer[key] for key in expected if key != "flags"} == {
        key: expected[key] for key in expected if key != "flags"
    }


def test_an_answer_can_be_printed_with_its_reasons():
    (answered,) = decide_cases(CASES[3:4], KNOWN)

    printed = json.loads(json.dumps(answered))["answer"]["reasons"]
    assert {reason["rule"] for reason in printed} >= {
        "responsible",
        "host",
        "cohort",
        "offer",
        "interviewing",
        "tell",
        "handover",
    }
    assert printed[0] == {
        "rule": "responsible",
        "facts": {"looked_after_by": "Kent"},
        "sentence": (
            "Kent looks after this child, so Kent must act, wherever the child is placed."
        ),
        "source": printed[0]["source"],
    }
    assert "January 2014" in printed[0]["source"]


# Places.


def test_there_are_153_english_authorities_and_their_neighbours():
    authorities = set(KNOWN.by_name.values())

    assert sum(authority.is_in_england for authority in authorities) == 153
    assert {authority.nation for authority in authorities} == set(Nation)


@pytest.mark.parametrize(
    ("name", "authority"),
    [
        ("Kent", "Kent"),
        (" kent ", "Kent"),
        ("E10000016", "Kent"),
        ("Maidstone", "Kent"),
        ("Derry City and Strabane", "Western Health and Social Care Trust"),
        ("N09000003", "Belfast Health and Social Care Trust"),
        ("bournemouth christchurch & poole", "Bournemouth, Christchurch and Poole"),
        ("Stockton on Tees", "Stockton-on-Tees"),
        ("King’s Lynn and West Norfolk", "Norfolk"),
        ("Belfast Health and Social Care Trust", "Belfast Health and Social Care Trust"),
    ],
)
def test_a_place_is_found_whatever_its_case_and_marks(name, authority):
    found = KNOWN.find(name)

    assert found is not None
    assert found.name == authority


@pytest.mark.parametrize("name", ["", " ", "Atlantis", "E99999999", "Kent\x00"])
def test_a_place_in_no_list_is_not_found(name):
    assert KNOWN.find(name) is None


# Awkward children.


def test_a_child_placed_in_a_district_of_its_own_county_is_in_area():
    decision = decided(looked_after_by="Kent", placed_in="Maidstone", age_at_return=15)

    assert decision.cohort is Cohort.LOOKED_AFTER_IN_AREA
    assert decision.host is None


def test_the_day_before_18_is_still_a_childs_and_18_is_the_adult_pathway():
    child = decided(lives_in="Leeds", age_at_return=17)
    adult = decided(lives_in="Leeds", age_at_return=18)

    assert child.offer is OfferKind.STATUTORY
    assert adult.offer is OfferKind.ADULT_PATHWAY
    assert adult.interviewing is None
    assert adult.responsible == "Leeds"


def test_a_host_keeps_the_hand_over_open_even_for_an_adult():
    decision = decided(looked_after_by="Kent", placed_in="Medway", age_at_return=18)

    assert decision.handover
    assert decision.interviewing is None


def test_away_from_a_placement_outside_england_is_not_statutory_before_local_policy():
    decision = decided(
        category=EpisodeKind.AWAY, looked_after_by="Cardiff", placed_in="Devon", age_at_return=15
    )

    assert decision.offer is OfferKind.NOT_STATUTORY_HERE
    assert Flag.CATEGORY_IN_DOUBT not in decision.flags


def test_a_placement_in_no_list_counts_as_not_recorded():
    decision = decided(looked_after_by="Kent", placed_in="Atlantis", age_at_return=15)

    assert decision.cohort is Cohort.UNKNOWN
    assert set(decision.flags) == {Flag.PLACE_UNKNOWN, Flag.PLACEMENT_UNKNOWN}


def test_a_placement_by_nobody_knows_whom_is_flagged():
    decision = decided(placed_in="Kent", received_by="Leeds", age_at_return=15)

    assert decision.responsible == "Leeds"
    assert decision.host is None
    assert set(decision.flags) == {Flag.PROVISIONAL, Flag.PLACED_BY_UNKNOWN}


def test_an_authority_asked_that_has_not_answered_does_not_interview_yet():
    asked = Arrangement(ArrangementKind.HOST_INTERVIEWS, by="Medway")

    decision = decided(
        looked_after_by="Kent", placed_in="Medway", age_at_return=15, arrangement=asked
    )

    assert decision.interviewing == "Kent"


def test_an_arrangement_with_an_authority_in_no_list_is_as_if_unknown():
    asked = Arrangement(ArrangementKind.HOST_INTERVIEWS, by="Atlantis", standing=True)

    decision = decided(lives_in="Leeds", age_at_return=15, arrangement=asked)

    assert decision.interviewing == "Leeds"
    assert Flag.PLACE_UNKNOWN in decision.flags


def test_a_provider_is_no_place_and_is_not_told():
    provider = Arrangement(ArrangementKind.PROVIDER, by="Open Path", commissioned_by="Kent")

    decision = decided(lives_in="Leeds", age_at_return=15, arrangement=provider)

    assert decision.interviewing == "Open Path"
    assert decision.tell == ("Leeds",)
    assert decision.flags == (Flag.COMMISSIONED_BY_ANOTHER,)


def test_a_provider_without_a_name_interviews_nobody():
    decision = decided(
        lives_in="Leeds", age_at_return=15, arrangement=Arrangement(ArrangementKind.PROVIDER)
    )

    assert decision.interviewing == "Leeds"
    assert not decision.handover


def test_an_authority_with_its_own_arrangement_hands_nothing_over():
    own = Arrangement(ArrangementKind.HOST_INTERVIEWS, by="leeds", standing=True)

    decision = decided(lives_in="Leeds", age_at_return=15, arrangement=own)

    assert decision.interviewing == "Leeds"
    assert not decision.handover


def test_where_nothing_is_known_the_answer_says_what_to_find_out():
    with pytest.raises(NobodyNamed, match="received the notice"):
        decided()
    with pytest.raises(NobodyNamed):
        decided(lives_in="Atlantis", received_by=" ")


def test_any_place_at_all_is_better_than_nobody():
    assert decided(placed_in="Kent").responsible == "Kent"
    assert decided(moved_to="Maidstone").responsible == "Kent"
    assert Flag.PROVISIONAL in decided(looked_after_since_start="Leeds").flags


# The command's list.


@pytest.mark.parametrize(
    "facts",
    [
        None,
        [],
        {"age_at_return": "15"},
        {"age_at_return": True},
        {"age_at_return": -1},
        {"category": "absent"},
        {"lives_in": 7},
        {"unaccompanied": "yes"},
        {"arrangement": "provider"},
        {"arrangement": {"kind": "friend"}},
        {"arrangement": {"kind": "provider", "answer": "maybe"}},
        {"arrangement": {"kind": "provider", "by": ["x"]}},
        {"arrangement": {"kind": "provider", "standing": "yes"}},
        {},
    ],
)
def test_a_case_that_cannot_be_answered_says_why_and_the_others_are_answered(facts):
    bad, good = decide_cases([{"case": "X", "given": facts}, CASES[0]], KNOWN)

    assert bad["case"] == "X"
    assert bad["answer"] is None
    assert bad["refused"].endswith(".")
    assert good["answer"]["responsible"] == "Leeds"


def test_a_case_that_is_no_case_says_so():
    (answered,) = decide_cases(["R01"], KNOWN)  # type: ignore[list-item]

    assert answered["refused"] == "A case has its facts under “given”."


def test_keys_of_their_own_are_left_alone():
    assert given_from({"lives_in": "Leeds", "shoe_size": 4}) == Given(lives_in="Leeds")


# Laws, over every combination of what can be known.

NAMES = [None, "Leeds", "Maidstone", "Cardiff", "Atlantis"]
ARRANGEMENTS = [
    None,
    *(
        Arrangement(kind, by=by, standing=standing, answer=answer)
        for kind, by, standing, answer in product(
            ArrangementKind, [None, "Leeds", "Medway"], [False, True], [None, *Reply]
        )
    ),
]
EVERYTHING = some.builds(
    Given,
    category=some.sampled_from(list(EpisodeKind)),
    age_at_return=some.sampled_from([None, 0, 17, 18, 40]),
    unaccompanied=some.booleans(),
    arrangement=some.sampled_from(ARRANGEMENTS),
    received_by=some.just("Bradford"),
    **{
        name: some.sampled_from(NAMES)
        for name in (
            "looked_after_by",
            "lives_in",
            "placed_in",
            "missing_from",
            "found_in",
            "moved_to",
            "looked_after_since_start",
        )
    },
)


@for_all(EVERYTHING)
def test_there_is_never_nobody_and_the_same_facts_give_the_same_answer(facts):
    decision = decide(facts, known=KNOWN)

    assert decision.responsible
    assert decision == decide(facts, known=KNOWN)
    assert decision.host != decision.responsible
    assert decision.responsible in decision.tell
    assert decision.host is None or decision.host in decision.tell
    assert len(set(decision.tell)) == len(decision.tell)
    assert len(set(decision.flags)) == len(decision.flags)
    assert (decision.interviewing is None) == (decision.offer is OfferKind.ADULT_PATHWAY)


@for_all(EVERYTHING)
def test_every_answer_has_its_reason_with_a_source(facts):
    decision = decide(facts, known=KNOWN)

    rules = {reason.rule.removesuffix("_provisional") for reason in decision.reasons}
    assert rules >= {"responsible", "cohort", "offer", "tell"}
    assert decision.host is None or "host" in rules
    assert not decision.handover or "handover" in rules
    assert all(reason.sentence.endswith(".") and reason.source for reason in decision.reasons)


@for_all(EVERYTHING)
def test_cohorts_say_what_they_mean(facts):
    decision = decide(facts, known=KNOWN)

    outside = {"responsible_outside_england"} & set(decision.flags)
    if decision.cohort is Cohort.PLACED_HERE_BY_OTHER:
        assert outside
    if decision.cohort is Cohort.LOOKED_AFTER_OUT_OF_AREA:
        assert decision.host
    if decision.cohort is Cohort.LOOKED_AFTER_IN_AREA:
        assert not decision.host
    if decision.offer is OfferKind.NOT_STATUTORY_HERE:
        assert outside


def test_every_combination_of_the_first_places_has_one_owner():
    for by, lives, placed, missing, found in product(NAMES, repeat=5):
        decision = decided(
            looked_after_by=by,
            lives_in=lives,
            placed_in=placed,
            missing_from=missing,
            found_in=found,
            received_by="Bradford",
        )

        assert decision.responsible in {"Leeds", "Kent", "Cardiff", "Bradford"}
