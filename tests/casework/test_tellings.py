"""Who was told, who is not, the police's own interview, and a parent who may be the risk."""

from datetime import date, datetime
from typing import Any

import pytest

from returnhome.casework import episodes, matching, owners, tellings
from returnhome.casework.episodes import AlreadyVoided
from returnhome.casework.models import (
    Child,
    Episode,
    ParentalRisk,
    PreventionInterview,
    Telling,
)
from returnhome.rules import telling
from returnhome.rules.clock import EXACT, Moment
from returnhome.rules.codes import Concern, Means
from returnhome.rules.telling import Need, Occasion, Whom, to_tell
from tests.casework.ledger import (
    COUNCIL,
    act,
    fresh,
    last_act,
    refused_by,
    stored_moments,
    who_sees,
)
from tests.casework.test_children import stranger
from tests.cast import NOW, Cast, exactly, hours, missing, returned


def tell(
    cast: Cast,
    episode: Episode,
    whom: Whom = Whom.PARENT,
    occasion: Occasion = Occasion.RETURNED,
    **more: Any,
) -> Telling:
    given: dict[str, Any] = {
        "means": Means.TELEPHONE,
        "told_at": NOW - hours(1),
        "name": "Her mum",
        "by": cast.amina,
        "at": NOW,
    }
    return tellings.tell(episode, whom, occasion, **given | more)


def note_risk(cast: Cast, child: Child, at: datetime = NOW) -> ParentalRisk:
    return tellings.note_parental_risk(child, "Stepfather: see strategy", by=cast.sol, at=at)


# Told, and by whom.


def test_who_was_told_is_kept_with_when_how_and_by_whom(cast: Cast) -> None:
    episode = returned(cast.sky)

    told = tell(cast, episode)

    kept = fresh(told)
    assert (kept.told_at, kept.told_by, kept.name) == (NOW - hours(1), cast.amina, "Her mum")
    assert (kept.recorded_at, kept.recorded_by) == (NOW, cast.amina)
    assert last_act() == act("tell: parent", told, cast.amina, NOW, cast.sky.pk)


def test_a_colleague_or_a_home_may_have_done_it(cast: Cast) -> None:
    episode = returned(cast.sky)

    by_sol = tell(cast, episode, Whom.REVIEWING_OFFICER, told_by=cast.sol)
    by_home = tell(cast, episode, Whom.OFSTED, told_by_other=" Manager, Larchwood House ")

    assert fresh(by_sol).told_by == cast.sol
    assert fresh(by_home).told_by is None
    assert fresh(by_home).told_by_other == "Manager, Larchwood House"


def test_the_same_are_told_of_missing_and_of_the_return(cast: Cast) -> None:
    episode = returned(cast.sky)

    for occasion in (Occasion.MISSING, Occasion.RETURNED):
        tell(cast, episode, occasion=occasion)

    assert [row.occasion for row in Telling.objects.in_order()] == ["missing", "returned"]


def test_nobody_is_told_of_a_return_that_nobody_knows_of(cast: Cast) -> None:
    episode = missing(cast.kit)

    with pytest.raises(telling.NotBackYet):
        tell(cast, episode)
    assert tell(cast, episode, occasion=Occasion.MISSING).is_told


def test_nothing_is_added_to_an_episode_recorded_in_error(cast: Cast) -> None:
    episode = returned(cast.sky)
    episodes.void(episode, because="At school", by=cast.amina, at=NOW)

    with pytest.raises(AlreadyVoided):
        tell(cast, episode)
    with pytest.raises(AlreadyVoided):
        tellings.leave_untold(episode, Whom.SCHOOL, "Closed", by=cast.amina, at=NOW)
    with pytest.raises(AlreadyVoided):
        tellings.note_prevention_interview(episode, why_not="x", by=cast.amina, at=NOW)


def test_whoever_is_not_told_has_a_reason_and_a_person_who_decided(cast: Cast) -> None:
    episode = returned(cast.sky)

    left = tellings.leave_untold(
        episode, Whom.SCHOOL, "She is between schools", by=cast.sol, at=NOW
    )

    kept = fresh(left)
    assert not kept.is_told
    assert (kept.not_told_because, kept.decided_by) == ("She is between schools", cast.sol)
    assert last_act() == act("leave untold: school", left, cast.sol, NOW, cast.sky.pk)
    with pytest.raises(telling.ReasonMissing):
        tellings.leave_untold(episode, Whom.SCHOOL, " ", by=cast.sol, at=NOW)


def test_none_of_the_eight_moments_moves(cast: Cast) -> None:
    episode = returned(cast.sky)
    before = stored_moments(episode)

    tell(cast, episode)
    tellings.leave_untold(episode, Whom.SCHOOL, "Closed", by=cast.amina, at=NOW)
    tellings.note_prevention_interview(episode, held=exactly(NOW), by=cast.amina, at=NOW)

    assert stored_moments(episode) == before


# Who sees it.


def test_a_host_sees_what_was_said_to_itself_and_not_who_else_was_told(cast: Cast) -> None:
    episode = returned(cast.sky)

    to_host, to_parent = tell(cast, episode, Whom.HOST_AUTHORITY), tell(cast, episode)

    assert who_sees(to_host) == COUNCIL | {"wes"}
    assert who_sees(to_parent) == COUNCIL


def test_the_provider_sees_who_was_told_of_a_child_it_interviews(cast: Cast) -> None:
    assert who_sees(tell(cast, returned(cast.robin))) == COUNCIL | {"pat"}


def test_the_polices_interview_is_no_business_of_the_hosts(cast: Cast) -> None:
    noted = tellings.note_prevention_interview(
        returned(cast.sky), held=exactly(NOW), by=cast.amina, at=NOW
    )

    assert who_sees(noted) == COUNCIL


def test_that_a_parent_may_be_the_risk_is_shown_to_those_who_act(cast: Cast) -> None:
    returned(cast.sky)
    returned(cast.robin)

    assert who_sees(note_risk(cast, cast.sky)) == COUNCIL
    assert who_sees(note_risk(cast, cast.robin)) == COUNCIL | {"pat"}


# The police's own interview.


def test_the_police_interview_is_kept_apart_with_its_own_day(cast: Cast) -> None:
    episode = returned(cast.sky)
    held = Moment.on(NOW.date())

    noted = tellings.note_prevention_interview(
        episode,
        held=held,
        by_whom="PC of the missing-person unit",
        learnt="At a friend's, unhurt",
        by=cast.amina,
        at=NOW,
    )

    kept = fresh(noted)
    assert kept.held == held
    assert (kept.by_whom, kept.learnt) == ("PC of the missing-person unit", "At a friend's, unhurt")
    assert last_act() == act("note prevention interview", noted, cast.amina, NOW, cast.sky.pk)
    assert not episode.interviews.exists()


def test_that_the_police_held_none_has_its_reason(cast: Cast) -> None:
    episode = missing(cast.kit)

    noted = tellings.note_prevention_interview(
        episode, why_not="Home had closed it", by=cast.amina, at=NOW
    )

    assert fresh(noted).held is None
    assert fresh(noted).not_held_because == "Home had closed it"
    with pytest.raises(telling.NeitherHeldNorWhy):
        tellings.note_prevention_interview(episode, by=cast.amina, at=NOW)
    with pytest.raises(telling.BeforeFound):
        tellings.note_prevention_interview(episode, held=exactly(NOW), by=cast.amina, at=NOW)


# A parent who may be the risk.


def test_while_the_note_stands_the_parent_is_not_to_be_told(cast: Cast) -> None:
    episode = returned(cast.sky)
    risk = note_risk(cast, cast.sky, at=NOW - hours(5))
    assert last_act() == act("note parental risk", risk, cast.sol, NOW - hours(5), cast.sky.pk)

    with pytest.raises(telling.ParentMayBeTheRisk):
        tell(cast, episode)

    told = tell(cast, episode, despite="Her father, who does not live there")
    assert fresh(told).despite == "Her father, who does not live there"


def test_once_the_note_is_ended_the_parent_is_told_again(cast: Cast) -> None:
    episode = returned(cast.sky)
    risk = note_risk(cast, cast.sky, at=NOW - hours(5))

    tellings.end_parental_risk(risk, "He has moved out", by=cast.sol, at=NOW - hours(4))

    assert fresh(risk).ended_because == "He has moved out"
    assert last_act() == act("end parental risk", risk, cast.sol, NOW - hours(4), cast.sky.pk)
    assert tell(cast, episode).is_told
    assert tellings.standing_risk(cast.sky) is None
    with pytest.raises(telling.RiskEnded):
        tellings.end_parental_risk(risk, "Again", by=cast.sol, at=NOW)
    assert note_risk(cast, cast.sky).pk != risk.pk


def test_a_note_says_why_and_stands_once(cast: Cast) -> None:
    note_risk(cast, cast.sky)

    with pytest.raises(telling.RiskNotedAlready):
        note_risk(cast, cast.sky)
    with pytest.raises(telling.WhyMissing):
        tellings.note_parental_risk(cast.kit, " ", by=cast.sol, at=NOW)


def test_a_note_about_a_child_not_yet_named_holds_for_whom_the_child_turns_out_to_be(
    cast: Cast,
) -> None:
    unnamed = stranger(cast)
    note_risk(cast, unnamed)

    matching.join(unnamed, cast.kit, owners={}, because="Same number", by=cast.amina, at=NOW)

    risk = tellings.standing_risk(cast.kit)
    assert risk is not None
    assert risk.child == unnamed


# What the rules are asked with.


def needs(episode: Episode, **more: Any) -> dict[Whom, Need]:
    given = {"is_parent_the_risk": False} | more
    about = tellings.about(fresh(episode), **given)
    return {each.whom: each.need for each in to_tell(about)}


def test_the_list_of_a_child_placed_elsewhere_has_the_host_and_the_reviewing_officer(
    cast: Cast,
) -> None:
    found = needs(returned(cast.sky))

    for whom in (Whom.PARENT, Whom.HOST_AUTHORITY, Whom.REVIEWING_OFFICER, Whom.SOCIAL_WORKER):
        assert found[whom] is Need.MUST
    assert Whom.PERSONAL_ADVISER not in found


def test_the_list_of_a_child_at_home_is_short(cast: Cast) -> None:
    found = needs(returned(cast.kit))

    assert {whom for whom, need in found.items() if need is Need.MUST} == {Whom.PARENT}


@pytest.mark.parametrize(
    ("source", "need"),
    [
        ("Northshire Police", Need.PERSON_DECIDES),
        ("Avon and Somerset Constabulary", Need.PERSON_DECIDES),
        ("Larchwood House", Need.MUST),
        ("Amina Yusuf", Need.MUST),
    ],
)
def test_the_police_must_be_told_unless_they_said_themselves_that_the_child_was_found(
    cast: Cast, source: str, need: Need
) -> None:
    episode = returned(cast.kit)
    Episode.objects.filter(pk=episode.pk).update(found_source=source)

    assert needs(episode)[Whom.POLICE] is need


def test_the_list_of_a_care_leaver_has_the_personal_adviser(cast: Cast) -> None:
    Child.objects.filter(pk=cast.robin.pk).update(born_on=date(2008, 1, 1))

    found = needs(returned(cast.robin))

    assert found[Whom.PERSONAL_ADVISER] is Need.MUST
    assert found[Whom.PARENT] is Need.PERSON_DECIDES


def test_a_parent_who_may_be_the_risk_is_on_the_list_as_not_to_be_told(cast: Cast) -> None:
    assert needs(returned(cast.sky), is_parent_the_risk=True)[Whom.PARENT] is Need.NOT_TO_BE_TOLD


def test_under_a_child_protection_plan_somebody_thinks_before_a_parent_is_told(
    cast: Cast,
) -> None:
    found = needs(returned(cast.kit), concerns={Concern.CHILD_PROTECTION_PLAN})

    assert found[Whom.PARENT] is Need.PERSON_DECIDES
    assert found[Whom.CONFERENCE_CHAIR] is Need.MUST
    assert found[Whom.SOCIAL_WORKER] is Need.MUST


def test_that_no_plan_is_noted_does_not_mean_that_there_is_none(cast: Cast) -> None:
    assert needs(returned(cast.kit))[Whom.CONFERENCE_CHAIR] is Need.PERSON_DECIDES


def test_the_council_where_the_child_went_missing_is_for_a_person_to_decide(cast: Cast) -> None:
    episode = episodes.open(
        cast.kit,
        kind="missing",
        moments={"last_seen": Moment(NOW - hours(9), EXACT), "found": Moment(NOW, EXACT)},
        source="Police",
        owners=owners.of_child(
            cast.kit,
            kind="missing",
            started_on=NOW.date(),
            ended_on=NOW.date(),
            missing_from=cast.eastmoor,
        ),
        by=cast.amina,
        at=NOW,
    )

    about = tellings.about(fresh(episode), is_parent_the_risk=False)

    assert about.others == ("Eastmoor",)
    assert needs(episode)[Whom.OTHER_AUTHORITY] is Need.PERSON_DECIDES


# What the database itself refuses.


def test_the_database_refuses_somebody_both_told_and_not_or_neither(cast: Cast) -> None:
    known = {
        "episode": returned(cast.sky),
        "whom": Whom.PARENT,
        "recorded_at": NOW,
        "recorded_by": cast.amina,
    }
    told = {
        "occasion": Occasion.MISSING,
        "means": Means.LETTER,
        "told_at": NOW,
        "told_by": cast.amina,
    }
    not_told = {"not_told_because": "x", "decided_at": NOW, "decided_by": cast.amina}

    for wrong in ({}, told | not_told, told | {"means": ""}, {"not_told_because": "x"}):
        with refused_by("told_or_left_untold_never_both"):
            Telling.objects.create(**known | wrong)
    for wrong in ({"told_by": None}, {"told_by_other": "The home"}):
        with refused_by("whoever_was_told_was_told_by_one"):
            Telling.objects.create(**known | told | wrong)


def test_the_database_refuses_a_police_interview_both_held_and_not_or_neither(cast: Cast) -> None:
    known = {"episode": returned(cast.sky), "recorded_at": NOW, "recorded_by": cast.amina}

    for wrong in (
        {},
        {"held_at": NOW},
        {"held_at": NOW, "held_precision": "exact", "not_held_because": "x"},
    ):
        with refused_by("the_police_held_it_or_not_and_why"):
            PreventionInterview.objects.create(**known | wrong)


def test_the_database_refuses_a_risk_ended_by_nobody_and_two_that_stand(cast: Cast) -> None:
    risk = note_risk(cast, cast.sky)

    with refused_by("an_ended_risk_has_time_and_person"):
        ParentalRisk.objects.filter(pk=risk.pk).update(ended_at=NOW)
    with refused_by("one_note_of_a_parental_risk_stands"):
        ParentalRisk.objects.create(child=cast.sky, why="x", noted_at=NOW, noted_by=cast.sol)
