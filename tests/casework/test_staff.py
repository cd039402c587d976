"""Organisations, the people in them, and how far a role reaches."""

from datetime import date, timedelta

import pytest
from django.db.models import F

from returnhome.casework import rotas, staff
from returnhome.casework.models import (
    Authority,
    Credential,
    Duty,
    Organisation,
    Person,
    Post,
    Succession,
    Team,
)
from returnhome.casework.staff import (
    AbsentThen,
    DayToCome,
    DutyEndsFirst,
    EmailTaken,
    EndedAlready,
    EndsFirst,
    NextDueFirst,
    NotAColleague,
    NotForDuty,
    NotTheirChild,
    OwnRoles,
    RoleHeldAlready,
    check_works_with,
)
from returnhome.rules.access import Relation, Verb
from returnhome.rules.codes import Role
from tests.casework.ledger import COUNCIL, NOBODY, act, fresh, last_act, refused_by, who_sees
from tests.cast import NOW, PEOPLE, Cast, hours, returned

TODAY = NOW.date()
EVERYBODY = {name for name, *_ in PEOPLE}


def council_of(cast: Cast, name: str) -> Organisation:
    return Organisation.objects.get(name=f"{name} Council")


# Organisations and people.


def test_a_new_organisation_is_known_to_everybody_who_signs_in(cast: Cast) -> None:
    home = staff.add_organisation("The Elms", kind=Organisation.HOME, by=cast.adi, at=NOW)

    assert who_sees(home) == EVERYBODY
    assert last_act() == act("add organisation", home, cast.adi, NOW)


def test_the_database_refuses_a_council_of_nowhere(cast: Cast) -> None:
    with refused_by("a_council_has_its_authority"):
        Organisation.objects.create(name="Nowhere Council", kind=Organisation.COUNCIL)


def test_the_database_refuses_two_teams_of_one_name(cast: Cast) -> None:
    Team.objects.create(organisation=cast.northshire_council, name="Missing")

    with refused_by("one_team_of_a_name"):
        Team.objects.create(organisation=cast.northshire_council, name="Missing")


def test_colleagues_see_a_team_and_others_do_not(cast: Cast) -> None:
    team = Team.objects.create(organisation=cast.northshire_council, name="Missing")

    assert who_sees(team) == COUNCIL | {"ana", "adi"}


def test_a_new_account_without_a_password_cannot_sign_in(cast: Cast) -> None:
    person = staff.add_person("New@Example.invalid", "New", password=None, by=cast.adi, at=NOW)

    assert person.email == "new@example.invalid"
    assert not person.has_usable_password()
    assert last_act() == act("add person", person, cast.adi, NOW)


def test_an_email_address_has_one_account_whatever_its_capitals(cast: Cast) -> None:
    with pytest.raises(EmailTaken):
        staff.add_person("AMINA@example.invalid", "Again", password=None, by=cast.adi, at=NOW)


def test_the_database_refuses_an_email_address_in_capitals(cast: Cast) -> None:
    with refused_by("email_is_kept_in_lower_case"):
        Person.objects.filter(pk=cast.amina.pk).update(email="Amina@example.invalid")


def test_people_are_found_by_their_address_whatever_its_capitals(cast: Cast) -> None:
    assert Person.objects.get_by_natural_key("Amina@Example.invalid") == cast.amina


def test_a_new_calendar_key_makes_the_old_address_worthless(cast: Cast) -> None:
    before = cast.ines.calendar_key

    person = staff.new_calendar_key(cast.ines, by=cast.ines, at=NOW)

    assert fresh(person).calendar_key != before
    assert last_act() == act("new calendar key", person, cast.ines, NOW)


def test_the_operator_can_never_sign_in_and_sees_nothing(cast: Cast) -> None:
    operator = staff.operator()

    assert operator == staff.operator()
    assert not operator.is_active
    assert not Organisation.objects.visible_to(operator).exists()


def test_colleagues_see_each_other_and_a_council_sees_its_providers_interviewers(
    cast: Cast,
) -> None:
    assert who_sees(cast.sol) == COUNCIL | {"ana", "adi"}
    assert who_sees(cast.pat) == COUNCIL | {"pat"}
    assert who_sees(cast.wes) == {"wes"}


# Roles.


def test_an_appointment_opens_the_work_of_that_role(cast: Cast) -> None:
    episode = returned(cast.sky)
    assert "adi" not in who_sees(episode)

    post = staff.appoint(
        cast.adi, Role.MANAGER, cast.northshire_council, since=TODAY, by=cast.mara, at=NOW
    )

    assert "adi" in who_sees(episode)
    assert last_act() == act("appoint manager", post, cast.mara, NOW)
    assert who_sees(post) == COUNCIL | {"ana", "adi"}


def test_nobody_lets_themselves_in(cast: Cast) -> None:
    with pytest.raises(OwnRoles):
        staff.appoint(
            cast.adi, Role.MANAGER, cast.northshire_council, since=TODAY, by=cast.adi, at=NOW
        )
    with pytest.raises(OwnRoles):
        staff.end_post(cast.adi.posts.get(), on=TODAY, by=cast.adi, at=NOW)


def test_a_role_is_given_once(cast: Cast) -> None:
    with pytest.raises(RoleHeldAlready):
        staff.appoint(
            cast.sol, Role.SOCIAL_WORKER, cast.northshire_council, since=TODAY, by=cast.adi, at=NOW
        )


def test_the_database_refuses_the_same_role_twice_at_a_time(cast: Cast) -> None:
    post = cast.sol.posts.get()

    with refused_by("a_role_is_held_once_at_a_time"):
        Post.objects.create(
            person=post.person, organisation=post.organisation, role=post.role, since=TODAY
        )


def test_a_role_does_not_begin_or_end_on_a_day_to_come(cast: Cast) -> None:
    tomorrow = date(2026, 3, 3)

    with pytest.raises(DayToCome):
        staff.appoint(
            cast.sol, Role.MANAGER, cast.northshire_council, since=tomorrow, by=cast.adi, at=NOW
        )
    with pytest.raises(DayToCome):
        staff.end_post(cast.sol.posts.get(), on=tomorrow, by=cast.adi, at=NOW)


def test_an_ended_role_opens_nothing_any_more(cast: Cast) -> None:
    episode = returned(cast.sky)

    post = staff.end_post(cast.sol.posts.get(), on=TODAY, by=cast.adi, at=NOW)

    assert "sol" not in who_sees(episode)
    assert last_act() == act("end post", post, cast.adi, NOW)
    assert cast.sol not in Person.objects.holding(Role.SOCIAL_WORKER)
    assert not Post.objects.current().filter(person=cast.sol).exists()
    with pytest.raises(EndedAlready):
        staff.end_post(post, on=TODAY, by=cast.adi, at=NOW)


def test_a_role_ends_after_it_began(cast: Cast) -> None:
    post = cast.sol.posts.get()

    with pytest.raises(EndsFirst):
        staff.end_post(post, on=date(2023, 12, 31), by=cast.adi, at=NOW)
    with refused_by("a_post_ends_after_it_began"):
        Post.objects.filter(pk=post.pk).update(until=date(2023, 12, 31))


def test_somebody_whose_account_is_closed_sees_nothing(cast: Cast) -> None:
    episode = returned(cast.sky)

    Person.objects.filter(pk=cast.amina.pk).update(is_active=False)

    assert "amina" not in who_sees(episode)
    assert not cast.amina.may(Verb.OFFER)


@pytest.mark.parametrize(
    ("name", "relation"),
    [
        ("amina", "responsible"),
        ("wes", "host"),
        ("owen", "none"),
        ("pat", "none"),
        ("ana", "none"),
        ("adi", "none"),
    ],
)
def test_how_people_stand_to_a_child_placed_in_another_area(
    cast: Cast, name: str, relation: str
) -> None:
    assert getattr(cast, name).relation_to(cast.sky) == relation


def test_the_providers_interviewer_stands_to_the_children_it_was_given(cast: Cast) -> None:
    assert cast.pat.relation_to(cast.robin) == "provider"
    assert cast.pat.relation_to(cast.kit) == "none"
    assert cast.owen.relation_to(cast.robin) == "none"
    assert cast.owen.relation_to(returned(cast.robin)) == "none"


def test_what_one_council_allows_is_not_taken_along_to_another(cast: Cast) -> None:
    episode = returned(cast.sky)
    staff.appoint(
        cast.ana, Role.MANAGER, council_of(cast, "Eastmoor"), since=TODAY, by=cast.mara, at=NOW
    )

    assert cast.ana.may(Verb.SEE_ACCOUNT)
    assert not episode.allows(cast.ana, Verb.SEE_ACCOUNT)
    assert not episode.allows(cast.ana, Verb.SEE_EPISODE)
    assert "ana" not in who_sees(episode)


def test_a_hosts_interviewer_does_not_see_the_children_placed_there(cast: Cast) -> None:
    episode = returned(cast.sky)
    staff.appoint(
        cast.owen, Role.INTERVIEWER, cast.westborough_council, since=TODAY, by=cast.wes, at=NOW
    )

    assert "owen" not in who_sees(episode)


def test_a_council_keeps_what_the_councils_before_it_left(cast: Cast) -> None:
    episode = returned(cast.sky)
    new = Authority.objects.create(
        name="Greater Eastmoor", nation="England", region="Invented", since=date(2025, 4, 1)
    )
    Authority.objects.filter(pk=cast.northshire.pk).update(until=date(2025, 3, 31))
    Succession.objects.create(predecessor=cast.northshire, successor=new)
    Organisation.objects.filter(name="Eastmoor Council").update(authority=new)

    assert "owen" in who_sees(episode)


def test_nobody_is_given_a_child_they_cannot_see(cast: Cast) -> None:
    check_works_with(cast.wes, [cast.sky], field="owner")

    with pytest.raises(NotTheirChild) as refusal:
        check_works_with(cast.wes, [cast.sky], Relation.RESPONSIBLE, field="owner")
    with pytest.raises(NotTheirChild):
        check_works_with(cast.wes, [cast.sky, cast.kit], field="owner")

    assert refusal.value.field == "owner"
    assert "Wes Carter" in str(refusal.value)


def test_people_work_for_the_organisation_that_answers_for_the_child(cast: Cast) -> None:
    staff.appoint(
        cast.pat, Role.INTERVIEWER, cast.northshire_council, since=TODAY, by=cast.adi, at=NOW
    )

    assert cast.pat.organisation_for(cast.robin) == cast.open_path
    assert cast.pat.organisation_for(cast.kit) == cast.northshire_council
    assert cast.wes.organisation_for(cast.kit) == cast.westborough_council


def test_who_can_be_asked_to_interview_for_a_council_and_its_provider(cast: Cast) -> None:
    ids = [cast.northshire_council.pk, cast.open_path.pk, None]

    assert set(Person.objects.at_work().interviewing_for(ids)) == {cast.ines, cast.pat}
    assert list(Person.objects.in_organisation(cast.open_path.pk).by_name()) == [cast.pat]


def test_analysts_and_managers_see_their_own_figures_only(cast: Cast) -> None:
    assert cast.ana.reach.figures == {cast.northshire.pk}
    assert cast.wes.reach.figures == {cast.westborough.pk}
    assert cast.sol.reach.figures == frozenset()


def test_how_far_somebody_reaches_is_asked_once(cast: Cast, django_assert_max_num_queries) -> None:
    amina = cast.amina

    with django_assert_max_num_queries(4):
        for _ in range(3):
            assert amina.reach.authorities
            assert amina.may_about(cast_free(amina), Verb.OFFER) is False
            amina.whose(Verb.SEE_EPISODE, child="pk")


def cast_free(person: Person) -> Post:
    """Something that is nobody's."""
    nobodys = Post()
    nobodys.responsible_authority_id = nobodys.host_authority_id = nobodys.provider_id = None
    return nobodys


# Training and checks.


def test_a_check_is_noted_with_the_next_one_due(cast: Cast) -> None:
    credential = staff.note_credential(
        cast.ines,
        "dbs",
        done_on=date(2025, 1, 1),
        next_due_on=date(2028, 1, 1),
        by=cast.mara,
        at=NOW,
    )

    assert last_act() == act("note credential", credential, cast.mara, NOW)
    assert who_sees(credential) == COUNCIL | {"ana", "adi"}
    assert not credential.is_out_of_date(date(2028, 1, 1))
    assert credential.is_out_of_date(date(2028, 1, 2))


def test_a_council_sees_the_checks_of_its_providers_interviewers(cast: Cast) -> None:
    credential = staff.note_credential(
        cast.pat, "dbs", done_on=date(2025, 1, 1), next_due_on=None, by=cast.pat, at=NOW
    )

    assert who_sees(credential) == COUNCIL | {"pat"}


def test_the_next_check_comes_after_the_last(cast: Cast) -> None:
    day = date(2025, 1, 1)

    with pytest.raises(NextDueFirst):
        staff.note_credential(cast.ines, "dbs", done_on=day, next_due_on=day, by=cast.mara, at=NOW)
    staff.note_credential(cast.ines, "dbs", done_on=day, next_due_on=None, by=cast.mara, at=NOW)
    with refused_by("the_next_check_comes_after_the_last"):
        Credential.objects.update(next_due_on=F("done_on"))


# Who is on duty.


def test_who_is_on_duty_at_a_moment(cast: Cast) -> None:
    duty = staff.put_on_duty(
        cast.mara,
        cast.northshire_council,
        starts_at=NOW,
        ends_at=NOW + hours(8),
        by=cast.mara,
        at=NOW,
    )

    assert last_act() == act("put on duty", duty, cast.mara, NOW)
    assert list(Duty.objects.during(NOW)) == [duty]
    assert not Duty.objects.during(NOW + hours(8)).exists()
    assert list(Duty.objects.from_now_on(NOW + hours(7))) == [duty]
    assert who_sees(duty) == COUNCIL | {"ana", "adi"}


def test_a_duty_ends_after_it_starts_and_is_a_colleagues(cast: Cast) -> None:
    with pytest.raises(DutyEndsFirst):
        staff.put_on_duty(
            cast.mara, cast.northshire_council, starts_at=NOW, ends_at=NOW, by=cast.mara, at=NOW
        )
    with pytest.raises(DutyEndsFirst, match="over already"):
        staff.put_on_duty(
            cast.mara,
            cast.northshire_council,
            starts_at=NOW - hours(9),
            ends_at=NOW - hours(1),
            by=cast.mara,
            at=NOW,
        )
    with pytest.raises(NotAColleague):
        staff.put_on_duty(
            cast.owen,
            cast.northshire_council,
            starts_at=NOW,
            ends_at=NOW + hours(8),
            by=cast.mara,
            at=NOW,
        )


def test_only_those_are_on_duty_whose_role_lets_them_take_children_on(cast: Cast) -> None:
    on = {"starts_at": NOW, "ends_at": NOW + hours(8), "by": cast.mara, "at": NOW}

    with pytest.raises(NotForDuty, match="Sol Bennett may not take children on in their role"):
        staff.put_on_duty(cast.sol, cast.northshire_council, **on)

    for person in (cast.amina, cast.ines, cast.mara):
        staff.put_on_duty(person, cast.northshire_council, **on)


def test_nobody_is_put_on_duty_while_they_are_absent(cast: Cast) -> None:
    until = NOW + timedelta(days=9)
    rotas.note_absence(cast.mara, starts_at=NOW, ends_at=until, by=cast.mara, at=NOW)
    on = {"starts_at": NOW + hours(8), "ends_at": until + hours(1), "by": cast.amina, "at": NOW}

    with pytest.raises(AbsentThen, match="Mara Whitfield is absent until 11 March 2026"):
        staff.put_on_duty(cast.mara, cast.northshire_council, **on)

    staff.put_on_duty(cast.mara, cast.northshire_council, **(on | {"starts_at": until}))


def test_the_database_refuses_a_duty_that_ends_first(cast: Cast) -> None:
    duty = staff.put_on_duty(
        cast.mara,
        cast.northshire_council,
        starts_at=NOW,
        ends_at=NOW + hours(8),
        by=cast.mara,
        at=NOW,
    )

    with refused_by("a_duty_ends_after_it_began"):
        Duty.objects.filter(pk=duty.pk).update(ends_at=F("starts_at"))


def test_a_duty_taken_back_is_gone_and_the_journal_knows_it(cast: Cast) -> None:
    duty = staff.put_on_duty(
        cast.mara,
        cast.northshire_council,
        starts_at=NOW,
        ends_at=NOW + hours(8),
        by=cast.mara,
        at=NOW,
    )
    told = act("take off duty", duty, cast.mara, NOW)

    staff.take_off_duty(duty, by=cast.mara, at=NOW)

    assert last_act() == told
    assert not Duty.objects.exists()
    assert who_sees(duty) == NOBODY


def test_a_team_is_formed_once_whatever_its_spaces_and_case(cast: Cast) -> None:
    formed = staff.team_called(" North  team", cast.northshire_council, by=cast.adi, at=NOW)

    assert last_act() == act("form team", formed, cast.adi, NOW)
    again = staff.team_called("north team", cast.northshire_council, by=cast.adi, at=NOW)
    assert again == formed
    assert formed is not None
    assert formed.name == "North team"
    assert staff.team_called("  ", cast.northshire_council, by=cast.adi, at=NOW) is None


# Who acts where nobody does.


def test_what_happens_by_itself_acts_as_somebody_who_sees_no_child_and_never_signs_in(
    cast: Cast,
) -> None:
    clockwork = staff.clockwork()

    assert clockwork == staff.clockwork() != staff.operator()
    assert not clockwork.is_active
    assert not clockwork.has_usable_password()
    assert clockwork.reach.organisations == frozenset()
