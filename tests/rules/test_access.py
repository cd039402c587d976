"""Who may see and do what."""

from itertools import product

import pytest

from returnhome.rules.access import (
    MAY,
    OF_THE_ORGANISATION,
    Relation,
    Verb,
    may,
    works_with_children,
)
from returnhome.rules.codes import Role

ABOUT_A_CHILD = [verb for verb in Verb if verb not in OF_THE_ORGANISATION]


def test_every_role_has_its_row():
    assert set(MAY) == set(Role)


@pytest.mark.parametrize(("role", "verb"), [*product(Role, ABOUT_A_CHILD)])
def test_a_stranger_may_nothing(role, verb):
    assert not may(role, verb, Relation.NONE)
    assert not may(role, verb)


@pytest.mark.parametrize("role", list(Role))
def test_a_host_sees_the_clock_at_most_and_never_the_account(role):
    allowed = {verb for verb in ABOUT_A_CHILD if may(role, verb, Relation.HOST)}

    # Of harm it reads what the child told and no more of the account: it must act.
    harm = {Verb.SEE_HARM, Verb.TELL_OF_HARM, Verb.DECIDE_ON_HARM}
    assert allowed <= {Verb.SEE_EPISODE, Verb.DISPUTE} | harm


def test_only_a_manager_of_a_council_decides_on_harm_and_never_the_provider():
    allowed = {
        pair for pair in product(Role, Relation) if may(pair[0], Verb.DECIDE_ON_HARM, pair[1])
    }

    assert allowed == {
        (Role.MANAGER, Relation.RESPONSIBLE),
        (Role.MANAGER, Relation.HOST),
    }


def test_a_hosts_coordinator_reads_the_account_when_its_own_people_interview():
    assert may(Role.COORDINATOR, "see_episode", "host")
    assert not may(Role.COORDINATOR, "see_account", "host")
    assert may(Role.COORDINATOR, "see_account", "provider")


@pytest.mark.parametrize(("verb", "relation"), [*product(ABOUT_A_CHILD, Relation)])
def test_an_analyst_sees_figures_and_an_administrator_people_and_neither_a_child(verb, relation):
    assert not may(Role.ANALYST, verb, relation)
    assert not may(Role.ADMINISTRATOR, verb, relation)


def test_figures_and_people_have_their_own_roles():
    assert {role for role in Role if may(role, Verb.SEE_FIGURES)} == {
        Role.ANALYST,
        Role.COORDINATOR,
        Role.MANAGER,
    }
    assert {role for role in Role if may(role, Verb.MAKE_RETURN)} == {Role.ANALYST, Role.MANAGER}
    assert {role for role in Role if may(role, Verb.MANAGE_PEOPLE)} == {Role.ADMINISTRATOR}
    assert {role for role in Role if may(role, Verb.CONFIRM_INTAKE)} == {
        Role.COORDINATOR,
        Role.MANAGER,
    }


def test_who_was_told_is_recorded_by_the_responsible_authority_and_a_providers_coordinator():
    allowed = {pair for pair in product(Role, Relation) if may(pair[0], Verb.TELL, pair[1])}

    assert allowed == {
        (Role.COORDINATOR, Relation.RESPONSIBLE),
        (Role.COORDINATOR, Relation.PROVIDER),
        (Role.INTERVIEWER, Relation.RESPONSIBLE),
        (Role.MANAGER, Relation.RESPONSIBLE),
        (Role.SOCIAL_WORKER, Relation.RESPONSIBLE),
    }


def test_only_a_manager_notes_what_local_policy_says():
    assert {role for role in Role if may(role, Verb.SET_POLICY)} == {Role.MANAGER}


@pytest.mark.parametrize("verb", [Verb.RECORD, Verb.SIGN])
def test_only_the_interviewer_named_records_and_signs(verb):
    allowed = {pair for pair in product(Role, Relation) if may(pair[0], verb, pair[1])}

    assert allowed == {(Role.INTERVIEWER, Relation.OWN)}


def test_an_interviewer_shares_the_teams_list_and_reads_only_their_own_accounts():
    assert may(Role.INTERVIEWER, Verb.SEE_EPISODE, Relation.PROVIDER)
    assert may(Role.INTERVIEWER, Verb.SEE_ACCOUNT, Relation.OWN)
    assert not may(Role.INTERVIEWER, Verb.SEE_ACCOUNT, Relation.PROVIDER)
    assert not may(Role.INTERVIEWER, Verb.SEE_ACCOUNT, Relation.RESPONSIBLE)


def test_what_follows_is_decided_by_the_responsible_authority():
    allowed = {pair for pair in product(Role, Relation) if may(pair[0], Verb.ACT, pair[1])}

    assert allowed == {
        (role, Relation.RESPONSIBLE)
        for role in (Role.COORDINATOR, Role.MANAGER, Role.SOCIAL_WORKER)
    }


def test_a_meeting_is_recorded_by_those_who_decide_what_follows():
    allowed = {pair for pair in product(Role, Relation) if may(pair[0], Verb.MEET, pair[1])}

    assert allowed == {pair for pair in product(Role, Relation) if may(pair[0], Verb.ACT, pair[1])}
    assert {role for role in Role if may(role, Verb.SET_PROTOCOL)} == {Role.MANAGER}


@pytest.mark.parametrize(("role", "verb"), [*product(Role, ABOUT_A_CHILD)])
def test_nobody_does_what_they_may_not_see(role, verb):
    for relation in Relation:
        if may(role, verb, relation) and (verb, relation) != (Verb.ANSWER, Relation.ASKED):
            is_home = relation is Relation.LIVES_THERE
            sees = Verb.SEE_WHO_LIVES_HERE if is_home else Verb.SEE_EPISODE
            assert may(role, sees, relation)


def test_a_home_sees_who_lives_there_reports_it_and_does_nothing_else():
    allowed = {
        (verb, relation)
        for verb, relation in product(Verb, Relation)
        if may(Role.HOME, verb, relation) and verb not in OF_THE_ORGANISATION
    }

    assert allowed == {
        (Verb.SEE_WHO_LIVES_HERE, Relation.LIVES_THERE),
        (Verb.REPORT, Relation.LIVES_THERE),
    }
    assert {role for role in Role if may(role, Verb.REPORT, Relation.LIVES_THERE)} == {Role.HOME}


def test_whoever_is_asked_may_answer_and_nothing_else():
    allowed = {pair for pair in product(Role, Verb) if may(*pair, Relation.ASKED)}
    of_a_child = {(role, verb) for role, verb in allowed if verb not in OF_THE_ORGANISATION}

    assert of_a_child == {(role, Verb.ANSWER) for role in (Role.COORDINATOR, Role.MANAGER)}


def test_a_council_that_has_the_duty_no_more_keeps_sight_of_the_episode_and_of_no_account():
    allowed = {verb for role in Role for verb in ABOUT_A_CHILD if may(role, verb, Relation.COUNTED)}

    assert allowed == {Verb.SEE_EPISODE, Verb.DISPUTE}


def test_roles_that_work_with_children_are_those_that_may_see_one():
    assert {role for role in Role if works_with_children(role)} == {
        Role.COORDINATOR,
        Role.INTERVIEWER,
        Role.SOCIAL_WORKER,
        Role.MANAGER,
    }


def test_a_verb_nobody_named_is_a_slip_and_not_a_silent_no():
    with pytest.raises(ValueError, match="see_everything"):
        may(Role.MANAGER, "see_everything", "responsible")
    with pytest.raises(ValueError, match="friend"):
        may(Role.MANAGER, "see_episode", "friend")
