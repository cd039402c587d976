"""Restricted records: who is kept out, who opened one by break-glass, and who is told."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from returnhome.casework import (
    acting,
    episodes,
    handovers,
    harm,
    interviews,
    restrictions,
    row_security,
    staff,
)
from returnhome.casework.interviews import NotTheInterviewer
from returnhome.casework.messages import Message
from returnhome.casework.models import (
    BreakGlass,
    Child,
    Disclosure,
    Entry,
    Episode,
    HandOver,
    Interview,
    JournalEntry,
    Listed,
    Organisation,
    Person,
    Restriction,
)
from returnhome.casework.restrictions import (
    EndedAlready,
    JoinedMeanwhile,
    ListedAlready,
    NotConcerned,
    NotFound,
    RestrictedAlready,
)
from returnhome.casework.staff import NotTheirChild
from returnhome.rules import restricting
from returnhome.rules.access import Verb
from returnhome.rules.codes import HandOverKind, Role, Rung
from returnhome.rules.interviewing import StillTheirs
from returnhome.rules.restricting import (
    Listing,
    NobodyLeft,
    OwnOpening,
    ReasonMissing,
    ReviewedAlready,
    StillOpen,
    TooLong,
)
from tests.casework.ledger import act, fresh, last_act, refused_by, rewrite
from tests.casework.test_children import stranger
from tests.casework.test_matching import join
from tests.cast import (
    NOW,
    PEOPLE,
    Cast,
    accepted,
    booked,
    everything_said,
    exactly,
    held,
    hours,
    returned,
    sign,
    signed,
)

WHY = "Her aunt works in the contact centre"
CLOSED = [model for model in apps.get_models() if model._meta.db_table in row_security.policies()]


def restricted(cast: Cast, *names: str, child: Child | None = None) -> Restriction:
    """Only these of the cast, and the manager."""
    return restrictions.restrict(
        child or cast.sky,
        WHY,
        to=[getattr(cast, name) for name in names],
        by=cast.mara,
        at=NOW,
    )


def kept_out(cast: Cast, name: str, child: Child | None = None) -> Listed:
    return restrictions.keep_out(child or cast.sky, getattr(cast, name), WHY, by=cast.mara, at=NOW)


def the_act(verb: str) -> Any:
    """What the journal says of the only act of this verb."""
    entry = JournalEntry.objects.get(verb=verb)
    return (entry.verb, entry.by_id, entry.at, entry.kind, entry.object_id, entry.child_id)


def sees(cast: Cast, *children: Child) -> set[str]:
    """Who of the cast finds any of these children, by both locks."""
    wanted = {child.pk for child in children or [cast.sky]}
    found = set()
    for name, *_ in PEOPLE:
        person = getattr(cast, name)
        first = set(Child.objects.visible_to(person).values_list("pk", flat=True)) & wanted
        with acting.on_behalf_of(person):
            second = set(Child.objects.values_list("pk", flat=True)) & wanted
        assert first == second, name
        if first:
            found.add(name)
    return found


@pytest.fixture
def story(cast: Cast) -> Episode:
    """Sky came back, and Ines has signed off what she said; Westborough is asked about another."""
    episode = returned(cast.sky, hours_ago=80)
    signed(episode, interviewer=cast.ines, by=cast.amina)
    handovers.ask(
        returned(cast.sky), HandOverKind.HOST_INTERVIEWS, to=cast.westborough, by=cast.amina, at=NOW
    )
    returned(cast.kit)
    return episode


# Only these.


def test_only_those_named_and_the_manager_see_a_restricted_record(cast: Cast) -> None:
    assert sees(cast) == {"amina", "ines", "mara", "sol", "wes"}

    row = restricted(cast, "amina")

    assert the_act("restrict record") == act("restrict record", row, cast.mara, NOW, cast.sky.pk)
    assert fresh(row).because == WHY
    assert sees(cast) == {"amina", "mara"}
    assert "ines" in sees(cast, cast.kit)


def test_somebody_is_named_later_and_taken_off_again(cast: Cast) -> None:
    restricted(cast, "amina")

    row = restrictions.let_see(cast.sky, cast.sol, "Her social worker", by=cast.mara, at=NOW)
    assert last_act() == act("list: may see", row, cast.mara, NOW, cast.sky.pk)
    assert sees(cast) == {"amina", "mara", "sol"}

    restrictions.end_listing(row, "Another team", by=cast.mara, at=NOW + hours(1))
    assert last_act() == act("end listing", row, cast.mara, NOW + hours(1), cast.sky.pk)
    assert sees(cast) == {"amina", "mara"}
    assert fresh(row).because == "Her social worker"


def test_a_restriction_that_is_lifted_stays_on_record(cast: Cast) -> None:
    row = restricted(cast)

    restrictions.lift(row, "The aunt has left", by=cast.mara, at=NOW + hours(1))

    assert last_act() == act("lift restriction", row, cast.mara, NOW + hours(1), cast.sky.pk)
    assert "ines" in sees(cast)
    assert (fresh(row).ended_by, fresh(row).ended_because) == (cast.mara, "The aunt has left")
    with pytest.raises(EndedAlready):
        restrictions.lift(row, "Again", by=cast.mara, at=NOW + hours(2))


def test_a_host_who_is_named_sees_what_a_host_sees(cast: Cast, story: Episode) -> None:
    restricted(cast, "wes")

    with acting.on_behalf_of(cast.wes):
        assert story.pk in set(Episode.objects.values_list("pk", flat=True))
        assert not Entry.objects.exists()


# Not these.


def test_somebody_who_knows_the_family_does_not_see_an_open_record(cast: Cast) -> None:
    row = kept_out(cast, "sol")

    assert the_act("list: may not see") == act(
        "list: may not see", row, cast.mara, NOW, cast.sky.pk
    )
    assert sees(cast) == {"amina", "ines", "mara", "wes"}
    assert "sol" in sees(cast, cast.kit)


def test_who_may_not_see_it_does_not_though_somebody_named_them(cast: Cast) -> None:
    restricted(cast, "sol", "amina")
    kept_out(cast, "sol")

    assert sees(cast) == {"amina", "mara"}


def test_a_manager_who_knows_the_family_is_kept_out_by_their_own_hand(cast: Cast) -> None:
    with acting.on_behalf_of(cast.mara):
        kept_out(cast, "mara")

    assert "mara" not in sees(cast)


def test_whoever_is_kept_out_reads_nothing_below_the_child_either(
    cast: Cast, story: Episode
) -> None:
    before = {model: rows(model, cast.ines, cast.sky) for model in (Episode, Interview, Entry)}
    assert all(before.values())

    kept_out(cast, "ines")
    kept_out(cast, "wes")

    for model in (Episode, Interview, Entry):
        assert not rows(model, cast.ines, cast.sky)
    with acting.on_behalf_of(cast.wes):
        assert not HandOver.objects.exists()
    assert not HandOver.objects.visible_to(cast.wes).exists()
    assert not HandOver.objects.asked_of(cast.wes).exists()


def rows(model: type[models.Model], person: Person, child: Child) -> set[int]:
    way = {Entry: "interview__child"}.get(model, "child")  # type: ignore[call-overload]
    with acting.on_behalf_of(person):
        return set(model._default_manager.filter(**{way: child}).values_list("pk", flat=True))


def test_a_record_joined_to_a_closed_one_is_closed_with_it(cast: Cast) -> None:
    unnamed = stranger(cast)
    kept_out(cast, "amina", cast.kit)

    join(cast, unnamed, cast.kit)

    assert "amina" not in sees(cast, cast.kit, unnamed)
    with pytest.raises(JoinedMeanwhile):
        restricted(cast, child=unnamed)


# What stays possible.


def test_somebody_who_can_act_always_stays(cast: Cast) -> None:
    kept_out(cast, "amina")
    kept_out(cast, "ines")

    with pytest.raises(NobodyLeft):
        kept_out(cast, "mara")

    assert "mara" in sees(cast)


def test_a_restricted_record_keeps_one_who_can_act(cast: Cast) -> None:
    restricted(cast, "amina")
    kept_out(cast, "mara")

    with pytest.raises(NobodyLeft):
        kept_out(cast, "amina")
    named = Listed.objects.get(person=cast.amina)
    with pytest.raises(NobodyLeft):
        restrictions.end_listing(named, "Moves on", by=cast.mara, at=NOW)


def test_a_record_that_nobody_can_act_on_any_more_is_found(cast: Cast) -> None:
    restricted(cast, "amina")
    kept_out(cast, "mara")
    ours = [cast.northshire.pk]
    assert restrictions.unattended(ours, at=NOW) == []

    for post in cast.amina.posts.all():
        staff.end_post(post, on=NOW.date(), by=cast.adi, at=NOW)

    assert restrictions.unattended(ours, at=NOW) == [cast.sky.pk]
    assert restrictions.unattended([cast.westborough.pk], at=NOW) == []


def test_a_colleague_of_another_council_is_nobody_who_can_act(cast: Cast) -> None:
    """Owen can act on Kit, who is Eastmoor’s now, and not on Sky."""
    kept_out(cast, "mara")
    kept_out(cast, "ines")
    kept_out(cast, "sol", cast.kit)
    Child.objects.filter(pk=cast.kit.pk).update(responsible_authority=cast.eastmoor)
    cast.amina.absences.create(starts_at=NOW, noted_by=cast.mara, noted_at=NOW)

    left = restrictions.unattended([cast.northshire.pk, cast.eastmoor.pk], at=NOW + hours(1))

    assert left == [cast.sky.pk]


def test_a_record_is_without_anybody_while_the_last_one_is_away(cast: Cast) -> None:
    restricted(cast, "amina")
    kept_out(cast, "mara")
    cast.amina.absences.create(starts_at=NOW, noted_by=cast.mara, noted_at=NOW)

    assert restrictions.unattended([cast.northshire.pk], at=NOW + hours(1)) == [cast.sky.pk]
    assert restrictions.unattended([cast.northshire.pk], at=NOW - hours(1)) == []


def test_what_somebody_kept_out_had_in_hand_waits_for_another(cast: Cast) -> None:
    episode = returned(cast.sky)
    talk = booked(episode, interviewer=cast.ines, by=cast.amina)

    kept_out(cast, "ines")
    kept_out(cast, "amina")

    episode = fresh(episode)
    assert (episode.owner, episode.booked_for, fresh(talk).is_booked) == (None, None, False)
    assert episode.unanswered_since == NOW


def half_written(cast: Cast) -> Interview:
    """Ines has talked with Sky, and has written down one answer of the many."""
    talk = held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    first = talk.standard.questions[0].key
    said = {first: everything_said(talk)[first]}
    return interviews.record(talk, said, by=cast.ines, at=NOW + hours(6))


def test_a_record_that_its_interviewer_cannot_see_any_more_is_finished_by_another(
    cast: Cast,
) -> None:
    talk = half_written(cast)
    kept_out(cast, "ines")
    with pytest.raises(NotTheInterviewer):
        interviews.record(talk, everything_said(talk), by=cast.ines, at=NOW + hours(7))
    assert interviews.without_writer([talk]) == {talk.pk}

    with acting.on_behalf_of(cast.amina):
        interviews.take_over_record(talk, by=cast.amina, at=NOW + hours(8))
        assert last_act() == act("take over record", talk, cast.amina, NOW + hours(8), cast.sky.pk)
        talk = fresh(talk)
        interviews.record(talk, everything_said(talk), by=cast.amina, at=NOW + hours(9))
        sign(talk, by=cast.amina, at=NOW + hours(9))

    talk = fresh(talk)
    assert (talk.held_by, talk.signed_by) == (
        "Ines Okafor, Interviewer, Northshire Council",
        cast.amina,
    )
    # What Ines wrote stays hers.
    authors = {entry.written_by for entry in talk.entries.current()}
    assert authors == {cast.ines, cast.amina}
    assert talk.episodes.get().signed_at == NOW + hours(9)


def test_a_record_is_not_taken_from_somebody_who_can_still_write_it(cast: Cast) -> None:
    talk = half_written(cast)

    assert interviews.without_writer([talk]) == frozenset()
    with pytest.raises(StillTheirs):
        interviews.take_over_record(talk, by=cast.amina, at=NOW + hours(7))


def test_nobody_takes_over_the_record_of_a_child_they_do_not_work_with(cast: Cast) -> None:
    talk = half_written(cast)
    kept_out(cast, "ines")

    for name in ("owen", "wes", "ines"):
        with pytest.raises(NotTheirChild):
            interviews.take_over_record(talk, by=getattr(cast, name), at=NOW + hours(7))


def test_the_record_of_somebody_who_has_left_is_finished_by_another(cast: Cast) -> None:
    talk = half_written(cast)
    for post in cast.ines.posts.all():
        staff.end_post(post, on=NOW.date(), by=cast.adi, at=NOW)

    interviews.take_over_record(talk, by=cast.mara, at=NOW + hours(7))

    assert fresh(talk).may_be_recorded_by(cast.mara)


def test_whoever_is_kept_out_answers_no_request_about_the_child(cast: Cast, story: Episode) -> None:
    row = HandOver.objects.get()
    assert row.is_asked_of(cast.wes)

    kept_out(cast, "wes")

    assert not row.is_asked_of(cast.wes)
    assert not HandOver.objects.visible_to(cast.wes).exists()
    assert not HandOver.objects.asked_of(cast.wes).exists()


def test_whoever_is_kept_out_writes_no_more_of_what_was_held_elsewhere(cast: Cast) -> None:
    talk = interviews.hold_elsewhere(
        returned(cast.sky, hours_ago=30),
        exactly(NOW - hours(2)),
        name="Jo Carr",
        role="Social worker",
        organisation="Leeds",
        place="youth_centre",
        mode="in_person",
        is_independent=True,
        by=cast.amina,
        at=NOW,
    )
    assert talk.may_be_recorded_by(cast.amina)

    kept_out(cast, "amina")

    assert not talk.may_be_recorded_by(cast.amina)


def test_whoever_is_kept_out_takes_no_harm_up_for_their_council(cast: Cast) -> None:
    told = harm.tell(
        cast.sky,
        "He said he would hurt me",
        told_at=NOW - hours(1),
        is_in_danger=False,
        by=cast.ines,
        at=NOW,
    )
    assert harm.council_for(told, cast.wes, Verb.SEE_HARM) == cast.westborough.pk

    kept_out(cast, "wes")

    assert harm.council_for(told, cast.wes, Verb.SEE_HARM) is None
    assert not Disclosure.objects.visible_to(cast.wes).exists()


def test_of_some_people_those_are_told_apart_whom_a_record_keeps_out(cast: Cast) -> None:
    kept_out(cast, "ines")

    out = restrictions.shut_out([cast.sky.pk, cast.kit.pk], [cast.ines.pk, cast.amina.pk])

    assert out == {cast.sky.pk: {cast.ines.pk}, cast.kit.pk: frozenset()}


def test_whoever_is_kept_out_is_given_no_part(cast: Cast) -> None:
    episode = returned(cast.sky)
    accepted(episode, by=cast.amina)
    kept_out(cast, "ines")

    with pytest.raises(NotTheirChild):
        booked(episode, interviewer=cast.ines, by=cast.amina)
    with pytest.raises(NotTheirChild):
        episodes.assign(episode, cast.ines, by=cast.amina, at=NOW)


def test_the_clock_of_a_restricted_child_runs_and_the_episode_counts(cast: Cast) -> None:
    episode = returned(cast.sky)
    due, facts = episode.due_at, episode.facts

    restricted(cast, "amina")

    assert (fresh(episode).due_at, fresh(episode).facts) == (due, facts)
    with acting.as_system(acting.REPORTING):
        assert Episode.objects.filter(pk=episode.pk).exists()


# What is refused.


def test_no_list_without_a_reason_and_nobody_twice(cast: Cast) -> None:
    restricted(cast, "amina")

    with pytest.raises(RestrictedAlready):
        restricted(cast)
    with pytest.raises(ListedAlready):
        restrictions.let_see(cast.sky, cast.amina, WHY, by=cast.mara, at=NOW)
    with pytest.raises(ReasonMissing):
        restrictions.keep_out(cast.sky, cast.sol, " ", by=cast.mara, at=NOW)
    with pytest.raises(ReasonMissing):
        restrictions.restrict(cast.kit, "", by=cast.mara, at=NOW)


@pytest.mark.parametrize("name", ["owen", "ana", "adi"])
def test_only_somebody_who_has_to_do_with_the_child_is_listed(cast: Cast, name: str) -> None:
    with pytest.raises(NotConcerned):
        restricted(cast, name)
    with pytest.raises(NotConcerned):
        kept_out(cast, name)


def test_only_whoever_keeps_the_lists_reads_them(cast: Cast) -> None:
    restricted(cast, "amina", "ines", "sol", "wes")

    for name in ("amina", "ines", "sol", "wes", "owen"):
        with acting.on_behalf_of(getattr(cast, name)):
            assert not Restriction.objects.exists()
            assert not Listed.objects.exists()
    with acting.on_behalf_of(cast.mara):
        assert (Restriction.objects.count(), Listed.objects.count()) == (1, 4)


@pytest.mark.usefixtures("db")
def test_the_database_refuses_what_goes_round_the_verbs(cast: Cast) -> None:
    row, listed = restricted(cast, "amina"), Listed.objects.get()
    opened = opened_by(cast, "sol")

    with refused_by("a_record_is_restricted_once"):
        Restriction.objects.create(child=cast.sky, made_at=NOW, made_by=cast.mara)
    with refused_by("an_ended_restriction_has_time_and_person"):
        Restriction.objects.filter(pk=row.pk).update(ended_at=NOW)
    with refused_by("an_ended_restriction_has_time_and_person"):
        Restriction.objects.filter(pk=row.pk).update(ended_at=NOW - hours(1), ended_by=cast.mara)
    with refused_by("a_person_is_on_a_list_once"):
        Listed.objects.create(
            child=cast.sky, person=cast.amina, may_see=True, made_at=NOW, made_by=cast.mara
        )
    with refused_by("an_ended_listing_has_time_and_person"):
        Listed.objects.filter(pk=listed.pk).update(ended_by=cast.mara)
    these = BreakGlass.objects.filter(pk=opened.pk)
    made: Any = {"child": cast.sky, "person": cast.sol, "opened_at": NOW}
    with refused_by("a_record_is_opened_for_a_day_at_most"):
        BreakGlass.objects.create(until=NOW + timedelta(hours=24, seconds=1), **made)
    with refused_by("a_record_is_opened_for_a_day_at_most"):
        BreakGlass.objects.create(until=NOW, **made)
    with refused_by("an_ended_break_glass_has_time_and_person"):
        these.update(ended_at=opened.opened_at)
    with refused_by("a_review_has_time_person_and_finding"):
        these.update(reviewed_at=opened.opened_at, reviewed_by=cast.mara)
    with refused_by("nobody_reviews_their_own_break_glass"):
        these.update(reviewed_at=opened.opened_at, reviewed_by=cast.sol, is_justified=True)


# Break-glass.


@pytest.mark.usefixtures("db")
def test_the_database_keeps_the_lists_as_they_were_written(cast: Cast) -> None:
    once = "only the end is written, once"
    standing, listed = restricted(cast), kept_out(cast, "ines")
    over: Any = {"ended_at": NOW, "ended_by": cast.mara}
    for row, changed in ((standing, {"because": "x"}), (listed, {"may_see": True})):
        rows = type(row)._default_manager.filter(pk=row.pk)
        with refused_by(once):
            rewrite(rows, **changed)
        with refused_by(once):
            rows.delete()
        rewrite(rows, **over)
        with refused_by(once):
            rows.update(ended_at=None, ended_by=None)


def test_the_database_keeps_what_was_opened_and_what_the_review_found(cast: Cast) -> None:
    once = "only the end and the review are written, once each"
    restricted(cast)
    opened = opened_by(cast, "ines")
    rows = BreakGlass.objects.filter(pk=opened.pk)
    with refused_by(once):
        rows.update(until=opened.opened_at + hours(20))
    with refused_by(once):
        rows.delete()
    later = opened.opened_at + hours(1)
    rows.update(ended_at=later, ended_by=cast.ines)
    with refused_by(once):
        rows.update(ended_at=None, ended_by=None)
    rows.update(is_justified=False, reviewed_at=later, reviewed_by=cast.mara)
    with refused_by(once):
        rows.update(is_justified=True)
    with refused_by(once):
        rows.update(is_justified=None, reviewed_at=None, reviewed_by=None)


def opened_by(cast: Cast, name: str, *, number: int = 1, at: Any = None) -> BreakGlass:
    """By the database's own clock, which alone says when it is over."""
    person, sky = getattr(cast, name), cast.sky.pk
    with acting.on_behalf_of(person):
        return restrictions.break_glass(
            [sky], "She rings from a bus", hours=number, by=person, at=at or timezone.now()
        )


def test_somebody_who_is_not_named_opens_a_restricted_record_for_an_hour(
    cast: Cast, story: Episode
) -> None:
    restricted(cast, "amina")
    at = timezone.now()

    opened = opened_by(cast, "ines", at=at)

    assert (opened.until - opened.opened_at, opened.because) == (hours(1), "She rings from a bus")
    assert sees(cast) == {"amina", "mara", "ines"}
    # As far as the role goes, and no further.
    assert rows(Entry, cast.ines, cast.sky)


def test_it_closes_by_itself_when_the_time_is_over(cast: Cast) -> None:
    restricted(cast, "amina")

    opened_by(cast, "ines", at=timezone.now() - timedelta(minutes=60, seconds=1))
    assert "ines" not in sees(cast)

    opened_by(cast, "ines", at=timezone.now() - timedelta(minutes=59, seconds=50))
    assert "ines" in sees(cast)


@pytest.mark.parametrize("name", ["ines", "mara"])
def test_it_is_ended_earlier_by_whoever_opened_it_or_keeps_the_lists(cast: Cast, name) -> None:
    restricted(cast, "amina")
    opened, at = opened_by(cast, "ines"), timezone.now()

    restrictions.close(opened, by=getattr(cast, name), at=at)

    assert last_act() == act("end break glass", opened, getattr(cast, name), at, cast.sky.pk)
    assert "ines" not in sees(cast)
    with pytest.raises(EndedAlready):
        restrictions.close(opened, by=cast.mara, at=at)


def test_the_owner_of_the_record_is_told_at_once_and_no_child_is_named(cast: Cast) -> None:
    restricted(cast, "amina")

    opened = opened_by(cast, "sol")

    (message,) = Message.objects.all()
    assert (message.person, message.organisation) == (cast.mara, cast.northshire_council)
    assert (message.about_kind, message.about_id) == ("breakglass", opened.pk)
    assert f"/restricted/{opened.pk}" in message.text
    for name in ("Sky", "Marlowe", "Sol", "Bennett"):
        assert name not in message.subject + message.text


def opened_with_nobody_to_look(cast: Cast, why: str) -> BreakGlass:
    restricted(cast, "amina")
    if why == "kept out":
        kept_out(cast, "mara")
    elif why == "left":
        for post in cast.mara.posts.all():
            staff.end_post(post, on=NOW.date(), by=cast.adi, at=NOW)
    else:
        cast.mara.absences.create(starts_at=NOW, noted_by=cast.mara, noted_at=NOW)
    return opened_by(cast, "ines")


@pytest.mark.parametrize("why", ["kept out", "left", "absent"])
def test_where_no_manager_is_there_to_look_the_administrators_are_told(cast: Cast, why) -> None:
    opened = opened_with_nobody_to_look(cast, why)

    told = {message.person: message for message in Message.objects.all()}
    # Whoever is only absent is told as well, and reads it when they are back.
    assert set(told) == {cast.adi} | ({cast.mara} if why == "absent" else set())
    message = told[cast.adi]
    assert (message.rung, message.about_id) == (Rung.ADMINISTRATORS, opened.pk)
    assert "/set-up" in message.text
    for name in ("Sky", "Marlowe", "Ines", "Okafor", "She rings", f"/restricted/{opened.pk}"):
        assert name not in message.subject + message.text
    assert restrictions.without_reviewer({cast.northshire.pk}, at=timezone.now()) == [opened.pk]


def test_an_administrator_is_not_told_where_a_manager_can_look(cast: Cast) -> None:
    restricted(cast, "amina")

    opened_by(cast, "ines")

    assert not Message.objects.filter(person=cast.adi).exists()
    assert restrictions.without_reviewer({cast.northshire.pk}, at=timezone.now()) == []


def test_a_manager_who_comes_later_reviews_what_nobody_could(cast: Cast) -> None:
    opened = opened_with_nobody_to_look(cast, "kept out")
    restrictions.close(opened, by=cast.ines, at=timezone.now())

    staff.appoint(
        cast.sol, Role.MANAGER, cast.northshire_council, since=NOW.date(), by=cast.adi, at=NOW
    )

    assert restrictions.without_reviewer({cast.northshire.pk}, at=timezone.now()) == []
    assert list(BreakGlass.objects.to_review(cast.sol)) == [opened]


def test_it_is_journalled_where_it_happens(cast: Cast) -> None:
    restricted(cast, "amina")
    at = timezone.now()

    opened = opened_by(cast, "sol", at=at)

    assert the_act("break glass") == act("break glass", opened, cast.sol, at, cast.sky.pk)


@pytest.mark.parametrize("name", ["owen", "ana", "adi", "amina", "mara"])
def test_no_glass_is_broken_by_a_stranger_nor_by_whoever_sees_it_anyway(cast: Cast, name) -> None:
    restricted(cast, "amina")

    with pytest.raises(NotFound):
        opened_by(cast, name)


def test_no_glass_is_broken_by_a_stranger_where_the_child_was_missing(
    cast: Cast, story: Episode
) -> None:
    restricted(cast, "amina")

    with pytest.raises(NotFound):
        opened_by(cast, "owen")


def test_an_interviewer_breaks_no_glass_from_where_they_work_now(cast: Cast) -> None:
    """Ines held the talk for Northshire; at Eastmoor that gives her nothing to open."""
    booked(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    restricted(cast, "amina")
    eastmoor = Organisation.objects.get(name="Eastmoor Council")
    cast.ines.posts.update(organisation=eastmoor)

    with pytest.raises(NotFound):
        opened_by(cast, "ines")


def test_whoever_knows_the_family_breaks_no_glass(cast: Cast) -> None:
    restricted(cast, "amina")
    kept_out(cast, "sol")

    with pytest.raises(NotFound):
        opened_by(cast, "sol")


def test_no_glass_is_broken_where_nothing_is_restricted(cast: Cast) -> None:
    with pytest.raises(NotFound):
        opened_by(cast, "ines")


def test_a_glass_is_broken_with_a_reason_and_for_a_day_at_most(cast: Cast) -> None:
    restricted(cast, "amina")

    with pytest.raises(ReasonMissing):
        restrictions.break_glass([cast.sky.pk], " ", hours=1, by=cast.ines, at=NOW)
    with pytest.raises(TooLong):
        restrictions.break_glass([cast.sky.pk], "Night", hours=25, by=cast.ines, at=NOW)


def test_a_host_may_need_it_at_night_too(cast: Cast) -> None:
    restricted(cast, "amina")

    opened_by(cast, "wes")

    assert "wes" in sees(cast)


def test_what_was_opened_is_reviewed_by_somebody_else(cast: Cast) -> None:
    restricted(cast, "amina")
    opened = opened_by(cast, "ines")
    at = timezone.now()
    say: Any = {"is_justified": True, "finding": "", "at": at}

    with pytest.raises(StillOpen):
        restrictions.review(opened, by=cast.mara, **say)
    restrictions.close(opened, by=cast.ines, at=at)
    with pytest.raises(OwnOpening):
        restrictions.review(opened, by=cast.ines, **say)
    with pytest.raises(ReasonMissing):
        restrictions.review(opened, by=cast.mara, **say | {"is_justified": False})
    with acting.on_behalf_of(cast.mara):
        restrictions.review(opened, by=cast.mara, **say)

    assert last_act() == act("review break glass: justified", opened, cast.mara, at, cast.sky.pk)
    with pytest.raises(ReviewedAlready):
        restrictions.review(opened, by=cast.mara, **say)


def test_what_nobody_has_reviewed_in_a_week_is_overdue(cast: Cast) -> None:
    restricted(cast, "amina")
    opened = opened_by(cast, "ines", at=NOW)

    assert not opened.is_overdue(NOW + timedelta(days=7))
    assert opened.is_overdue(NOW + timedelta(days=7, seconds=1))


def test_only_whoever_opened_it_and_whoever_keeps_the_lists_know_of_it(cast: Cast) -> None:
    restricted(cast, "amina")
    opened_by(cast, "ines")

    knowing = set()
    for name, *_ in PEOPLE:
        with acting.on_behalf_of(getattr(cast, name)):
            if BreakGlass.objects.exists():
                knowing.add(name)
    assert knowing == {"ines", "mara"}


# Both locks say the same.

NAMES = [name for name, *_ in PEOPLE]
LISTS = st.sets(st.sampled_from(NAMES))


@pytest.mark.check
@given(
    is_restricted=st.booleans(),
    named=LISTS,
    out=LISTS,
    opened=st.dictionaries(st.sampled_from(NAMES), st.sampled_from([-1, 1])),
    ended=st.booleans(),
    also=st.sampled_from([None, Role.MANAGER, Role.COORDINATOR]),
)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_both_locks_agree_for_any_lists_at_any_time(
    cast: Cast, story: Episode, is_restricted, named, out, opened, ended, also
) -> None:
    """Rows as no verb would leave them: what the lists say decides, and nothing else."""
    with transaction.atomic():
        people = {name: getattr(cast, name) for name in NAMES}
        now, by = timezone.now(), people["mara"]
        made: Any = {"child": cast.sky, "made_at": NOW, "made_by": by}
        over: Any = {"ended_at": NOW, "ended_by": by} if ended else {}
        people["wes"].posts.exclude(role=Role.COORDINATOR).delete()
        if also:
            people["wes"].posts.create(
                role=also,
                organisation=cast.northshire_council,
                since=NOW.date(),
            )
        if is_restricted:
            Restriction.objects.create(**made)
        if ended:
            Restriction.objects.create(**made, **over)
        Listed.objects.bulk_create(
            [
                *(Listed(person=people[name], may_see=True, **made) for name in named),
                *(Listed(person=people[name], may_see=False, **made) for name in out),
                *(Listed(person=by, may_see=False, **made, **over) for _ in over),
            ]
        )
        for name, ahead in opened.items():
            until = now + hours(ahead)
            BreakGlass.objects.create(
                child=cast.sky, person=people[name], opened_at=until - hours(2), until=until
            )

        for name, person in people.items():
            person = fresh(person)
            said = Listing(
                is_restricted=is_restricted,
                may_see=name in named,
                may_not_see=name in out,
                keeps=name == "mara" or (name == "wes" and also == Role.MANAGER),
                has_opened=opened.get(name) == 1,
            )
            closed = restricting.is_closed(said)
            assert (cast.sky.pk in person.closed) == (closed and bool(person.current_posts))
            for model in CLOSED:
                first = set(
                    model._default_manager.visible_to(person).values_list("pk", flat=True)  # type: ignore[attr-defined]
                )
                with acting.on_behalf_of(person):
                    second = set(model._default_manager.values_list("pk", flat=True))
                assert first == second, (name, model.__name__)
                if closed and model in (Child, Episode, Interview, HandOver):
                    way = "pk" if model is Child else "child"
                    way = "episode__child" if model is HandOver else way
                    assert not model._default_manager.filter(pk__in=first, **{way: cast.sky.pk})
        transaction.set_rollback(True)


@pytest.mark.usefixtures("story")
def test_what_acts_for_nobody_is_bound_by_no_list(cast: Cast) -> None:
    restricted(cast)
    with acting.as_system(acting.CLOCKWORK):
        assert Child.objects.filter(pk=cast.sky.pk).exists()
    with acting.as_system(acting.INTAKE):
        assert Episode.objects.filter(child=cast.sky.pk).count() == 2
