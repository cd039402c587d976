"""Rotas: who is told of what nobody answers, level by level, and who is passed over."""

from datetime import time, timedelta
from typing import Any

import pytest
from django.db.models import F

from returnhome.casework import rotas, staff
from returnhome.casework.models import Absence, Mailbox, OutOfHours, Pace, Person, Seat
from returnhome.casework.rotas import (
    AbsenceEndsFirst,
    AbsenceIsOver,
    DayPast,
    NoLength,
    NotALevel,
    NothingSet,
    Told,
)
from returnhome.casework.staff import NotAColleague, NotForDuty
from returnhome.rules.codes import Role, Rung, Waiting
from returnhome.rules.rota import TimesNotRising
from tests.casework.ledger import COUNCIL, act, last_act, refused_by, who_sees
from tests.cast import NOW, Cast, hours

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
# 2 March 2026 is a Monday; the cast stands at nine in the morning.
SATURDAY = NOW + 5 * DAY
NIGHT = NOW + hours(13)


def told(
    cast: Cast, waiting: Waiting = Waiting.REQUEST, *, after: float = 0, at=NOW, owner=None
) -> Told:
    """Who is told now of what was asked so many minutes ago."""
    rota = rotas.of(cast.northshire_council, at)
    return rota.told(waiting, at - after * MINUTE, owner)


def on_duty(cast: Cast, person: Person, *, at=NOW) -> None:
    staff.put_on_duty(
        person,
        cast.northshire_council,
        starts_at=at - hours(1),
        ends_at=at + hours(8),
        by=cast.mara,
        at=at,
    )


def absent(cast: Cast, person: Person, *, at=NOW) -> Absence:
    return rotas.note_absence(
        person, starts_at=at - hours(1), ends_at=at + hours(8), by=cast.mara, at=at
    )


def named(cast: Cast, rung: Rung, *people: Person, mailbox: str = "") -> None:
    rotas.name(cast.northshire_council, rung, people, mailbox=mailbox, by=cast.adi, at=NOW)


def night_team(cast: Cast, **more: Any) -> OutOfHours:
    given = {
        "name": "Emergency duty team",
        "email": "edt@example.invalid",
        "telephone": "01632 960 999",
        "starts": time(17),
        "ends": time(9),
    }
    return rotas.set_out_of_hours(cast.northshire_council, **(given | more), by=cast.adi, at=NOW)


# Who stands where.


def test_whoever_is_on_duty_is_told_first(cast: Cast) -> None:
    on_duty(cast, cast.mara)

    assert told(cast) == Told(Rung.ON_DUTY, (cast.mara,))


def test_where_nobody_is_named_those_who_hold_the_role_stand_there(cast: Cast) -> None:
    on_duty(cast, cast.mara)

    by_time = [told(cast, after=minutes) for minutes in (60, 120, 180)]

    assert by_time == [
        Told(Rung.TEAM, (cast.amina,)),
        Told(Rung.MANAGER, (cast.mara,)),
        Told(Rung.HEAD_OF_SERVICE, (cast.mara,)),
    ]


def test_whoever_is_named_stands_there_alone_beside_the_mailbox(cast: Cast) -> None:
    named(cast, Rung.TEAM, cast.ines, cast.mara, mailbox="team@example.invalid")
    named(cast, Rung.HEAD_OF_SERVICE, cast.mara)

    assert told(cast, after=60) == Told(
        Rung.TEAM, (cast.ines, cast.mara), ("team@example.invalid",)
    )
    assert told(cast, after=180).people == (cast.mara,)
    assert last_act() == act(
        "name for rota: head_of_service", cast.northshire_council, cast.adi, NOW
    )


def test_naming_again_replaces_and_naming_nobody_goes_back_to_the_role(cast: Cast) -> None:
    named(cast, Rung.TEAM, cast.ines, mailbox="team@example.invalid")
    named(cast, Rung.TEAM, cast.mara)
    assert told(cast, after=60) == Told(Rung.TEAM, (cast.mara,))

    named(cast, Rung.TEAM)

    assert told(cast, after=60) == Told(Rung.TEAM, (cast.amina,))


@pytest.mark.parametrize("rung", [Rung.ON_DUTY, Rung.OWNER, Rung.ADMINISTRATORS])
def test_nobody_is_named_for_a_level_that_has_its_own_rule(cast: Cast, rung: Rung) -> None:
    with pytest.raises(NotALevel):
        named(cast, rung, cast.amina)


def test_nobody_is_named_who_does_not_work_there(cast: Cast) -> None:
    with pytest.raises(NotAColleague, match="Wes Carter"):
        named(cast, Rung.TEAM, cast.amina, cast.wes)


def test_whoever_has_left_stands_nowhere_any_more(cast: Cast) -> None:
    named(cast, Rung.MANAGER, cast.ines)
    on_duty(cast, cast.ines)
    staff.end_post(cast.ines.posts.get(), on=NOW.date(), by=cast.adi, at=NOW)

    assert told(cast).rung is Rung.TEAM
    assert told(cast, after=120).people == (cast.mara,)


# Absence.


def test_one_who_is_absent_is_passed_over_and_the_others_of_the_level_are_told(cast: Cast) -> None:
    named(cast, Rung.TEAM, cast.ines, cast.mara)
    absent(cast, cast.ines)

    assert told(cast, after=60) == Told(Rung.TEAM, (cast.mara,))


def test_nobody_is_named_for_a_level_who_may_not_take_children_on(cast: Cast) -> None:
    with pytest.raises(NotForDuty, match="Sol Bennett may not take children on"):
        named(cast, Rung.TEAM, cast.ines, cast.sol)

    assert not Seat.objects.exists()


def test_somebody_on_duty_or_named_whose_role_has_changed_is_passed_over(cast: Cast) -> None:
    on_duty(cast, cast.ines)
    named(cast, Rung.TEAM, cast.ines)
    staff.end_post(cast.ines.posts.get(), on=NOW.date(), by=cast.adi, at=NOW)
    staff.appoint(
        cast.ines,
        Role.SOCIAL_WORKER,
        cast.northshire_council,
        since=NOW.date(),
        by=cast.adi,
        at=NOW,
    )

    assert told(cast) == Told(Rung.TEAM, (cast.amina,))


def test_of_another_councils_request_only_those_are_told_who_may_answer_it(cast: Cast) -> None:
    on_duty(cast, cast.ines)
    rota = rotas.of(cast.northshire_council, NOW)

    assert rota.told(Waiting.REQUEST, NOW).people == (cast.ines,)
    assert rota.told(Waiting.REQUEST, NOW, must_answer=True) == Told(Rung.TEAM, (cast.amina,))


def test_a_level_where_all_are_absent_is_passed_over_upwards(cast: Cast) -> None:
    on_duty(cast, cast.ines)
    absent(cast, cast.ines)
    assert told(cast).rung is Rung.TEAM

    absent(cast, cast.amina)

    assert told(cast).rung is Rung.MANAGER


def test_with_nobody_there_at_all_the_administrators_are_told(cast: Cast) -> None:
    for person in (cast.amina, cast.mara, cast.adi):
        absent(cast, person)

    rota = rotas.of(cast.northshire_council, NOW)

    assert told(cast) == told(cast, after=999) == Told(Rung.ADMINISTRATORS, (cast.adi,))
    assert rota.is_bare
    assert not rotas.of(cast.northshire_council, NOW + DAY).is_bare


def test_an_organisation_without_anybody_tells_nobody(cast: Cast) -> None:
    empty = staff.add_organisation("Nowhere", kind="provider", by=cast.adi, at=NOW)

    assert not rotas.of(empty, NOW).told(Waiting.REQUEST, NOW)


def test_an_absence_without_an_end_lasts_until_it_is_ended(cast: Cast) -> None:
    absence = rotas.note_absence(cast.amina, starts_at=NOW, by=cast.mara, at=NOW)
    assert told(cast, at=NOW + 90 * DAY).rung is Rung.MANAGER

    rotas.end_absence(absence, by=cast.mara, at=NOW + 90 * DAY)

    assert told(cast, at=NOW + 90 * DAY).rung is Rung.TEAM
    assert last_act() == act("end absence", absence, cast.mara, NOW + 90 * DAY)
    with pytest.raises(AbsenceIsOver):
        rotas.end_absence(absence, by=cast.mara, at=NOW + 91 * DAY)


def test_an_absence_that_has_not_begun_is_taken_away(cast: Cast) -> None:
    leave = rotas.note_absence(
        cast.amina, starts_at=NOW + DAY, ends_at=NOW + 8 * DAY, by=cast.amina, at=NOW
    )
    assert last_act() == act("note absence", leave, cast.amina, NOW)
    assert list(Absence.objects.from_now_on(NOW)) == [leave]

    rotas.end_absence(leave, by=cast.amina, at=NOW)

    assert not Absence.objects.exists()


@pytest.mark.parametrize(("starts", "ends"), [(2, 1), (1, 1), (-9, -1)])
def test_an_absence_ends_after_it_starts_and_is_not_over(
    cast: Cast, starts: int, ends: int
) -> None:
    with pytest.raises(AbsenceEndsFirst):
        rotas.note_absence(
            cast.amina,
            starts_at=NOW + hours(starts),
            ends_at=NOW + hours(ends),
            by=cast.mara,
            at=NOW,
        )


# The owner of an episode.


def test_whoever_has_taken_an_episode_on_is_told_that_its_hours_end(cast: Cast) -> None:
    on_duty(cast, cast.mara)

    assert told(cast, Waiting.RUN_OUT, after=999, owner=cast.ines) == Told(Rung.OWNER, (cast.ines,))


def test_for_an_owner_who_is_absent_or_is_none_whoever_is_on_duty_is_told(cast: Cast) -> None:
    on_duty(cast, cast.mara)
    absent(cast, cast.ines)

    assert told(cast, Waiting.RUN_OUT, owner=cast.ines) == Told(Rung.ON_DUTY, (cast.mara,))
    assert told(cast, Waiting.RUNNING_OUT, after=999) == Told(Rung.ON_DUTY, (cast.mara,))


# Out of hours.


def test_by_night_and_at_weekends_the_emergency_duty_team_is_on_duty(cast: Cast) -> None:
    team = night_team(cast)

    assert told(cast, at=NIGHT) == Told(Rung.ON_DUTY, (), ("edt@example.invalid",))
    assert told(cast, at=SATURDAY).rung is Rung.ON_DUTY
    assert told(cast).rung is Rung.TEAM
    assert last_act() == act("set out-of-hours team", team, cast.adi, NOW)


def test_whoever_is_on_duty_by_night_is_told_beside_the_emergency_duty_team(cast: Cast) -> None:
    night_team(cast)
    on_duty(cast, cast.mara, at=NIGHT)

    assert told(cast, at=NIGHT) == Told(Rung.ON_DUTY, (cast.mara,), ("edt@example.invalid",))


def test_the_emergency_duty_team_is_changed_and_taken_away(cast: Cast) -> None:
    night_team(cast)
    night_team(cast, email="nights@example.invalid")
    assert told(cast, at=NIGHT).addresses == ("nights@example.invalid",)

    rotas.take_away_out_of_hours(cast.northshire_council, by=cast.adi, at=NOW)

    assert told(cast, at=NIGHT).rung is Rung.TEAM
    with pytest.raises(NothingSet):
        rotas.take_away_out_of_hours(cast.northshire_council, by=cast.adi, at=NOW)


def test_hours_without_length_are_refused(cast: Cast) -> None:
    with pytest.raises(NoLength):
        night_team(cast, starts=time(9), ends=time(9))


# Times of one's own.


def set_pace(cast: Cast, *minutes: int, of=Waiting.REQUEST, since=NOW.date(), at=NOW) -> Pace:
    team, manager, head = (each * MINUTE for each in minutes)
    return rotas.set_pace(
        cast.northshire_council,
        of,
        team=team,
        manager=manager,
        head=head,
        since=since,
        by=cast.mara,
        at=at,
    )


def test_an_organisation_climbs_at_its_own_pace_and_others_at_everybodys(cast: Cast) -> None:
    pace = set_pace(cast, 10, 20, 30)

    assert [told(cast, after=n).rung for n in (10, 20, 30)] == [
        Rung.TEAM,
        Rung.MANAGER,
        Rung.HEAD_OF_SERVICE,
    ]
    assert told(cast, Waiting.HIGH_RISK, after=59).rung is Rung.MANAGER
    assert rotas.of(cast.westborough_council, NOW).own == []
    assert last_act() == act("set pace of rota", pace, cast.mara, NOW)


def test_the_newest_pace_counts_from_its_day_on_for_what_is_asked_then(cast: Cast) -> None:
    set_pace(cast, 10, 20, 30)
    set_pace(cast, 40, 50, 60, since=NOW.date() + DAY)
    tomorrow = NOW + DAY

    assert told(cast, after=39).rung is Rung.HEAD_OF_SERVICE
    assert told(cast, after=39, at=tomorrow).rung is Rung.TEAM
    assert told(cast, after=41, at=tomorrow).rung is Rung.TEAM
    # Asked late on the day before, it goes on at that day's pace.
    midnight = tomorrow.replace(hour=0, minute=5)
    assert told(cast, after=35, at=midnight).rung is Rung.HEAD_OF_SERVICE


def test_of_two_paces_of_one_day_the_later_one_counts(cast: Cast) -> None:
    set_pace(cast, 10, 20, 30)
    set_pace(cast, 40, 50, 60)

    assert told(cast, after=41).rung is Rung.TEAM


def test_times_that_do_not_rise_or_are_for_yesterday_are_refused(cast: Cast) -> None:
    with pytest.raises(TimesNotRising):
        set_pace(cast, 30, 20, 10)
    with pytest.raises(DayPast):
        set_pace(cast, 10, 20, 30, since=NOW.date() - DAY)


# Who sees it, what it costs, and what the database refuses.


def test_colleagues_see_the_rota_and_others_do_not(cast: Cast) -> None:
    named(cast, Rung.TEAM, cast.ines, mailbox="team@example.invalid")
    things = [Seat.objects.get(), Mailbox.objects.get(), set_pace(cast, 1, 2, 3), night_team(cast)]
    things.append(absent(cast, cast.ines))

    for thing in things:
        assert who_sees(thing) == COUNCIL | {"ana", "adi"}


def test_the_rotas_of_all_are_read_with_as_many_queries_as_that_of_one(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    on_duty(cast, cast.mara)
    absent(cast, cast.ines)
    night_team(cast)
    ids = [cast.northshire_council.pk, cast.westborough_council.pk, cast.open_path.pk]

    with django_assert_num_queries(7):
        rotas.of_all(ids[:1], NOW)
    with django_assert_num_queries(7):
        rotas.of_all(ids, NOW)


def test_somebody_with_two_roles_is_told_once(cast: Cast) -> None:
    staff.appoint(
        cast.amina, Role.MANAGER, cast.northshire_council, since=NOW.date(), by=cast.adi, at=NOW
    )
    on_duty(cast, cast.amina)
    on_duty(cast, cast.amina)

    assert told(cast).people == (cast.amina,)
    assert told(cast, after=120).people == (cast.amina, cast.mara)


def test_the_database_refuses_a_level_that_cannot_be_named_or_is_named_twice(cast: Cast) -> None:
    named(cast, Rung.TEAM, cast.ines, mailbox="team@example.invalid")

    with refused_by("somebody_is_named_for_a_level_that_has_names"):
        Seat.objects.update(rung=Rung.ON_DUTY)
    with refused_by("a_mailbox_is_of_a_level_that_has_names"):
        Mailbox.objects.update(rung=Rung.OWNER)
    with refused_by("named_once_for_a_level"):
        Seat.objects.bulk_create([_again(Seat.objects.get())])
    with refused_by("one_mailbox_of_a_level"):
        Mailbox.objects.bulk_create([_again(Mailbox.objects.get())])


def _again(thing: Any) -> Any:
    thing.pk = None
    return thing


def test_the_database_refuses_times_that_cannot_be(cast: Cast) -> None:
    absent(cast, cast.ines)
    night_team(cast)
    set_pace(cast, 1, 2, 3)

    with refused_by("an_absence_ends_after_it_began"):
        Absence.objects.update(ends_at=F("starts_at"))
    with refused_by("an_emergency_duty_team_has_hours"):
        OutOfHours.objects.update(ends=F("starts"))
    for wrong in ({"team_after": 0 * MINUTE}, {"head_after": 2 * MINUTE}):
        with refused_by("each_level_is_told_later_than_the_one_before"):
            Pace.objects.update(**wrong)
