"""Who is to be told that a child is missing or back, and who is not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from returnhome.rules import Blocked
from returnhome.rules.codes import OfferKind
from returnhome.rules.telling import (
    About,
    BeforeFound,
    BeforeMissing,
    InTheFuture,
    NameMissing,
    Need,
    NeitherHeldNorWhy,
    NotBackYet,
    Occasion,
    ParentMayBeTheRisk,
    ReasonMissing,
    RiskEnded,
    RiskNotedAlready,
    Whom,
    WhyMissing,
    can_tell,
    check_can_end_risk,
    check_can_leave_untold,
    check_can_note_risk,
    check_can_tell,
    check_prevention_interview,
    still_to_tell,
    to_tell,
)

BEGAN = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
NOW = BEGAN + timedelta(hours=40)
ADULT = {"offer_kind": OfferKind.ADULT_PATHWAY}


def needs(**facts: Any) -> dict[Whom, Need]:
    return {each.whom: each.need for each in to_tell(About(**facts))}


def must(**facts: Any) -> set[Whom]:
    return {whom for whom, need in needs(**facts).items() if need is Need.MUST}


# The list.


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, {Whom.PARENT, Whom.POLICE}),
        (
            {"is_looked_after": True},
            {Whom.PARENT, Whom.POLICE, Whom.SOCIAL_WORKER, Whom.REVIEWING_OFFICER},
        ),
        (
            {"is_looked_after": True, "has_host": True},
            {
                Whom.PARENT,
                Whom.POLICE,
                Whom.SOCIAL_WORKER,
                Whom.REVIEWING_OFFICER,
                Whom.HOST_AUTHORITY,
            },
        ),
        (
            {"has_protection_plan": True},
            {Whom.POLICE, Whom.SOCIAL_WORKER, Whom.CONFERENCE_CHAIR},
        ),
        ({"is_parent_the_risk": True}, {Whom.POLICE}),
        (
            {"is_responsible_elsewhere": True},
            {Whom.PARENT, Whom.POLICE, Whom.RESPONSIBLE_AUTHORITY},
        ),
        ({**ADULT, "is_looked_after": True}, {Whom.POLICE, Whom.PERSONAL_ADVISER}),
        (ADULT, {Whom.POLICE}),
    ],
)
def test_who_must_be_told(facts: dict[str, Any], told: set[Whom]):
    assert must(**facts) == told


def test_a_parent_who_may_be_the_risk_is_not_to_be_told():
    assert needs(is_parent_the_risk=True)[Whom.PARENT] is Need.NOT_TO_BE_TOLD


def test_under_a_protection_plan_a_person_thinks_first_before_a_parent_is_told():
    assert needs(has_protection_plan=True)[Whom.PARENT] is Need.PERSON_DECIDES


def test_at_18_the_young_person_is_asked_before_a_parent_is_told():
    assert needs(age=18)[Whom.PARENT] is Need.PERSON_DECIDES
    assert needs(age=17)[Whom.PARENT] is Need.MUST


def test_whether_there_is_a_protection_plan_is_asked_where_nothing_says_so():
    assert needs()[Whom.CONFERENCE_CHAIR] is Need.PERSON_DECIDES
    assert Whom.CONFERENCE_CHAIR not in needs(has_protection_plan=False)


def test_police_who_found_the_child_themselves_need_not_be_told_of_it():
    assert needs(is_found_by_police=True)[Whom.POLICE] is Need.PERSON_DECIDES


@pytest.mark.parametrize(
    ("facts", "is_listed"),
    [
        ({}, False),
        ({"is_looked_after": True}, True),
        ({"is_looked_after": True, "is_in_childrens_home": True}, True),
        ({"is_looked_after": True, "is_in_childrens_home": False}, False),
    ],
)
def test_ofsted_is_asked_about_only_where_the_child_may_live_in_a_home(
    facts: dict[str, Any], is_listed: bool
):
    assert (Whom.OFSTED in needs(**facts)) is is_listed


@pytest.mark.parametrize(
    ("age", "need"),
    [(15, None), (16, Need.PERSON_DECIDES), (18, Need.MUST), (None, None)],
)
def test_a_personal_adviser_is_one_of_those_who_were_looked_after(
    age: int | None, need: Need | None
):
    assert needs(age=age, is_looked_after=True).get(Whom.PERSONAL_ADVISER) is need
    assert Whom.PERSONAL_ADVISER not in needs(age=age)


def test_other_councils_are_named_and_left_for_a_person_to_decide():
    (other,) = (
        each
        for each in to_tell(About(others=("Leeds", "Bradford")))
        if each.whom is Whom.OTHER_AUTHORITY
    )

    assert (other.need, other.name) == (Need.PERSON_DECIDES, "Leeds and Bradford")


EVERY_FACT = some.builds(
    About,
    offer_kind=some.sampled_from(OfferKind),
    is_looked_after=some.booleans(),
    has_host=some.booleans(),
    is_in_childrens_home=some.none() | some.booleans(),
    has_protection_plan=some.none() | some.booleans(),
    is_exploitation_feared=some.booleans(),
    age=some.none() | some.integers(0, 25),
    is_parent_the_risk=some.booleans(),
    is_responsible_elsewhere=some.booleans(),
    is_provisional=some.booleans(),
    is_found_by_police=some.booleans(),
    others=some.sampled_from([(), ("Leeds",)]),
)


@given(EVERY_FACT)
def test_whatever_is_known_a_parent_who_may_be_the_risk_is_never_on_the_list_to_tell(about: About):
    (parent,) = (each for each in to_tell(about) if each.whom is Whom.PARENT)

    assert (parent.need is Need.NOT_TO_BE_TOLD) is about.is_parent_the_risk


@given(EVERY_FACT)
def test_each_is_on_the_list_once_with_a_reason_and_its_source(about: About):
    found = to_tell(about)

    assert len({each.whom for each in found}) == len(found)
    assert [each.whom for each in found] == [whom for whom in Whom if whom in needs_of(about)]
    assert all(each.why.endswith(".") and str(each.source) for each in found)


def needs_of(about: About) -> set[Whom]:
    return {each.whom for each in to_tell(about)}


# What is still to tell.


@pytest.mark.parametrize(
    ("whom", "told_of", "is_back", "left"),
    [
        (Whom.PARENT, [], False, Occasion.MISSING),
        (Whom.PARENT, [Occasion.MISSING], False, None),
        (Whom.PARENT, [Occasion.MISSING], True, Occasion.RETURNED),
        (Whom.PARENT, [Occasion.RETURNED], True, None),
        (Whom.PARENT, [Occasion.AFTERWARDS], True, None),
        (Whom.REVIEWING_OFFICER, [Occasion.MISSING], True, None),
        (Whom.REVIEWING_OFFICER, [], True, Occasion.RETURNED),
        (Whom.POLICE, [], False, None),
        (Whom.POLICE, [], True, Occasion.RETURNED),
    ],
)
def test_whoever_waits_is_told_of_the_return_too(
    whom: Whom, told_of: list[Occasion], is_back: bool, left: Occasion | None
):
    assert still_to_tell(whom, told_of=told_of, is_back=is_back) is left


@pytest.mark.parametrize("whom", list(Whom))
def test_whoever_is_left_untold_for_a_reason_is_no_longer_to_be_told(whom: Whom):
    assert still_to_tell(whom, told_of=[], is_left_untold=True, is_back=True) is None


# Recording it.


def telling(
    whom: Whom = Whom.PARENT, occasion: Occasion = Occasion.MISSING, **changed: Any
) -> None:
    facts = {"at": NOW, "now": NOW, "missing_since": BEGAN, "is_back": True}
    check_can_tell(whom, occasion, **facts | changed)


@pytest.mark.parametrize(
    ("whom", "changed", "blocked"),
    [
        (Whom.SCHOOL, {"at": NOW + timedelta(minutes=1)}, InTheFuture),
        (Whom.SCHOOL, {"at": BEGAN - timedelta(minutes=1)}, BeforeMissing),
        (Whom.SCHOOL, {"occasion": Occasion.RETURNED, "is_back": False}, NotBackYet),
        (Whom.SCHOOL, {"occasion": Occasion.AFTERWARDS, "is_back": False}, NotBackYet),
        (Whom.OTHER, {"name": " "}, NameMissing),
        (Whom.OTHER_AUTHORITY, {}, NameMissing),
        (Whom.PARENT, {"risk_noted_at": BEGAN}, ParentMayBeTheRisk),
        (Whom.PARENT, {"risk_noted_at": NOW, "despite": " "}, ParentMayBeTheRisk),
    ],
)
def test_what_cannot_be_recorded_as_told(
    whom: Whom, changed: dict[str, Any], blocked: type[Blocked]
):
    with pytest.raises(blocked):
        telling(whom, **changed)


def test_the_other_parent_is_told_where_a_person_says_why_that_is_safe():
    telling(risk_noted_at=BEGAN, despite="Her father; the note is about her stepfather")


def test_what_a_parent_was_told_before_anybody_knew_is_recorded_as_it_was():
    telling(risk_noted_at=NOW, at=NOW - timedelta(hours=1))


def test_a_note_about_a_parent_stops_nobody_else_from_being_told():
    telling(Whom.SCHOOL, risk_noted_at=BEGAN)
    assert can_tell(
        Whom.POLICE,
        Occasion.RETURNED,
        at=NOW,
        now=NOW,
        missing_since=BEGAN,
        is_back=True,
        risk_noted_at=BEGAN,
    )


def test_nobody_is_left_untold_without_a_reason():
    with pytest.raises(ReasonMissing):
        check_can_leave_untold(reason=" ")
    check_can_leave_untold(reason="No social worker: never known to us")


# The police's own interview.


def police(**changed: Any) -> None:
    facts: dict[str, Any] = {"held_at": NOW, "found_at": BEGAN, "now": NOW}
    check_prevention_interview(**facts | changed)


@pytest.mark.parametrize(
    ("changed", "blocked"),
    [
        ({"held_at": None}, NeitherHeldNorWhy),
        ({"why_not": "Nobody free"}, NeitherHeldNorWhy),
        ({"held_at": NOW + timedelta(minutes=1)}, InTheFuture),
        ({"held_at": BEGAN - timedelta(minutes=1)}, BeforeFound),
        ({"found_at": None}, BeforeFound),
    ],
)
def test_what_cannot_be_a_prevention_interview(changed: dict[str, Any], blocked: type[Blocked]):
    with pytest.raises(blocked):
        police(**changed)


def test_it_was_held_after_the_child_was_found_or_not_and_why():
    police()
    police(held_at=None, why_not="Asleep when they came", found_at=None)
    # Of a day alone the interview may have been before or after: nobody can say it was before.
    police(held_at=BEGAN - timedelta(hours=9), latest=BEGAN + timedelta(hours=15))


# The note that a parent may be the risk.


def test_a_note_says_why_stands_once_and_is_ended_once():
    check_can_note_risk(why="Stepfather", stands_already=False)
    check_can_end_risk(because="He has moved out", has_ended=False)
    for blocked, check, facts in (
        (WhyMissing, check_can_note_risk, {"why": " ", "stands_already": False}),
        (RiskNotedAlready, check_can_note_risk, {"why": "x", "stands_already": True}),
        (ReasonMissing, check_can_end_risk, {"because": " ", "has_ended": False}),
        (RiskEnded, check_can_end_risk, {"because": "x", "has_ended": True}),
    ):
        with pytest.raises(blocked):
            check(**facts)
