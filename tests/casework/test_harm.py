"""When a child tells of harm: words kept as said, two councils told, a manager who closes it."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from returnhome.casework import acting, episodes, handovers, harm, restrictions, staff
from returnhome.casework.episodes import NamedMeanwhile
from returnhome.casework.harm import NotOfThisChild, SavedAlready
from returnhome.casework.models import (
    Child,
    Disclosure,
    HarmCall,
    HarmDecision,
    HarmTaking,
    Organisation,
    Person,
)
from returnhome.rules import harming
from returnhome.rules.access import Verb
from returnhome.rules.codes import HandOverKind, HarmCallee, HarmDecisionKind, HarmStep, Role
from returnhome.rules.offering import InTheFuture
from returnhome.rules.responsibility import Reply
from tests.casework.ledger import act, fresh, last_act, refused_by, rewrite, who_sees
from tests.casework.test_children import stranger
from tests.casework.test_matching import join
from tests.cast import NOW, Cast, booked, held, hours, returned

POLICE, SECTION_47 = HarmDecisionKind.CRIME_TO_POLICE, HarmDecisionKind.SECTION_47
NONE, OFFICER = HarmDecisionKind.NONE, HarmDecisionKind.DESIGNATED_OFFICER
WORDS = "He said he’d hurt my brother if I told 😟\n“don’t say nothing”"
MINUTE = timedelta(minutes=1)


def told(
    cast: Cast, child: Child | None = None, words: str = WORDS, *, by: str = "ines", **changes
) -> Disclosure:
    given = {"told_at": NOW - 10 * MINUTE, "is_in_danger": False} | changes
    return harm.tell(child or cast.sky, words, by=getattr(cast, by), at=NOW, **given)


@pytest.fixture
def wanda(cast: Cast) -> Person:
    """A manager in Westborough, where Sky is placed."""
    return employed("wanda", Role.MANAGER, cast.westborough_council)


def employed(name: str, role: Role, where: Organisation) -> Person:
    operator = staff.operator()
    made = staff.add_person(
        f"{name}@example.invalid", name.title(), password=None, by=operator, at=NOW
    )
    staff.appoint(made, role, where, since=date(2024, 1, 1), by=operator, at=NOW)
    return made


# Step one: whoever the child told.


def test_the_words_stand_as_they_were_said_with_author_and_time(cast: Cast) -> None:
    talk = held(returned(cast.sky), interviewer=cast.ines, by=cast.amina, at=NOW - hours(8))

    row = told(cast, interview=talk, episode=talk.episodes.get())

    assert fresh(row).words == WORDS
    assert (row.made_by, row.made_at, row.told_at) == (cast.ines, NOW, NOW - 10 * MINUTE)
    assert (row.interview, row.responsible_authority) == (talk, cast.northshire)
    assert last_act() == act("tell of harm", row, cast.ines, NOW, cast.sky.pk)


def test_the_council_where_the_child_is_placed_acts_and_the_other_is_told(cast: Cast) -> None:
    row = told(cast)

    assert row.acting_authority == cast.westborough
    assert row.councils == [cast.westborough, cast.northshire]


def test_where_the_child_stays_now_is_said_if_it_is_elsewhere(cast: Cast) -> None:
    row = told(cast, cast.kit, stays_in=cast.eastmoor, where_now=" At her nan’s ")
    at_home = told(cast, cast.robin, stays_in=cast.northshire)

    assert (row.acting_authority, row.where_now) == (cast.eastmoor, "At her nan’s")
    assert (at_home.host_authority, at_home.councils) == (None, [cast.northshire])


def test_what_cannot_be_so_is_not_written_down(cast: Cast) -> None:
    with pytest.raises(InTheFuture):
        told(cast, told_at=NOW + MINUTE)
    with pytest.raises(harming.WordsMissing):
        harm.tell(cast.sky, " ", told_at=NOW, by=cast.ines, at=NOW)
    assert not Disclosure.objects.exists()


def test_an_interview_of_another_child_is_none_of_this_ones(cast: Cast) -> None:
    talk = booked(returned(cast.kit), interviewer=cast.ines, by=cast.amina)

    with pytest.raises(NotOfThisChild):
        told(cast, interview=talk)


def test_a_page_that_was_sent_twice_is_saved_once(cast: Cast) -> None:
    told(cast)

    with pytest.raises(SavedAlready):
        told(cast)
    # Said again on another day it is said again.
    harm.tell(cast.sky, WORDS, told_at=NOW, by=cast.ines, at=NOW + hours(1))
    assert Disclosure.objects.count() == 2


def test_danger_is_said_with_the_words_or_once_afterwards(cast: Cast) -> None:
    row = told(cast, is_in_danger=None)
    assert row.danger_noted_at is None

    row = harm.say_danger(row, is_in_danger=True, by=cast.ines, at=NOW + MINUTE)

    assert (fresh(row).is_in_danger, row.danger_noted_by) == (True, cast.ines)
    with pytest.raises(harming.DangerSaidAlready):
        harm.say_danger(row, is_in_danger=False, by=cast.ines, at=NOW + 2 * MINUTE)


def test_a_call_is_noted_with_whom_when_and_by_whom(cast: Cast) -> None:
    row = told(cast)

    first = harm.note_call(
        row,
        HarmCallee.EMERGENCY,
        reference=" NP-118 ",
        called_at=NOW - 5 * MINUTE,
        called_by="Jan, keyworker",
        by=cast.ines,
        at=NOW,
    )
    second = harm.note_call(
        row,
        HarmCallee.DUTY_MANAGER,
        name="Wanda",
        called_at=NOW - 3 * MINUTE,
        by=cast.ines,
        at=NOW,
    )

    assert (first.reference, first.caller) == ("NP-118", "Jan, keyworker")
    assert (second.name, second.caller, second.label) == (
        "Wanda",
        "Ines Okafor",
        "The duty manager",
    )
    assert row.facts.is_telephoned
    assert last_act()[:3] == ("note call: duty_manager", cast.ines.pk, NOW)
    with pytest.raises(harming.NameMissing):
        harm.note_call(row, HarmCallee.OUT_OF_HOURS, called_at=NOW, by=cast.ines, at=NOW)


def test_what_is_told_of_a_child_not_named_yet_goes_with_them(cast: Cast) -> None:
    unknown = stranger(cast)
    returned(unknown)
    row = told(cast, unknown, by="amina")

    join(cast, unknown, cast.kit)

    assert list(Disclosure.objects.about(cast.kit.pk)) == [row]
    assert fresh(row).child == unknown
    assert "mara" in who_sees(row)
    with pytest.raises(NamedMeanwhile):
        told(cast, unknown, by="amina")


def test_who_is_to_be_telephoned_is_who_is_on_there_at_this_hour(cast: Cast, wanda: Person) -> None:
    staff.put_on_duty(
        cast.wes,
        cast.westborough_council,
        starts_at=NOW,
        ends_at=NOW + hours(8),
        by=wanda,
        at=NOW,
    )
    from_rota = harm.to_telephone(cast.westborough, NOW)

    assert (from_rota.council, from_rota.on_duty) == ("Westborough Council", ["Wes Carter"])
    assert (from_rota.managers, from_rota.team) == (["Wanda"], None)
    assert from_rota.whom is HarmCallee.DUTY_MANAGER


# Who sees it.


def test_both_councils_see_it_and_the_host_reads_no_account(cast: Cast, wanda: Person) -> None:
    talk = held(returned(cast.sky), interviewer=cast.ines, by=cast.amina, at=NOW - hours(8))
    row = told(cast, interview=talk, episode=talk.episodes.get())

    assert who_sees(row) == {"amina", "ines", "mara", "sol", "wes"}
    assert Disclosure.objects.visible_to(wanda).get().words == WORDS
    assert not talk.account_is_visible_to(wanda)


def test_where_the_child_only_stays_the_council_sees_this_and_not_the_record(cast: Cast) -> None:
    row = told(cast, cast.kit, stays_in=cast.eastmoor)

    assert "owen" in who_sees(row)
    with acting.on_behalf_of(cast.owen):
        (seen,) = Disclosure.objects.visible_to(cast.owen)
        harm.bring_children([seen])
        assert seen.child.name == "Kit O’Dell"
        assert not Child.objects.exists()


def test_a_providers_interviewer_sees_what_they_wrote_and_loses_it_with_their_role(
    cast: Cast,
) -> None:
    talk = held(returned(cast.robin), interviewer=cast.pat, by=cast.amina, at=NOW - hours(8))
    row = told(cast, cast.robin, by="pat", interview=talk, episode=talk.episodes.get())
    outside = told(cast, cast.robin, "By phone", by="pat", told_at=NOW - hours(30))
    other = told(cast, cast.robin, by="amina", told_at=NOW - hours(40))

    assert "pat" in who_sees(row) & who_sees(outside)
    assert "pat" not in who_sees(other)
    pat = cast.pat
    staff.end_post(pat.posts.get(), on=NOW.date(), by=cast.adi, at=NOW)
    assert "pat" not in who_sees(row) | who_sees(outside)


def test_whoever_is_kept_out_of_a_restricted_record_sees_nothing_of_it(cast: Cast) -> None:
    row = told(cast)
    restrictions.restrict(cast.sky, "Her aunt", to=[cast.amina], by=cast.mara, at=NOW)

    assert who_sees(row) == {"amina", "mara"}
    with acting.on_behalf_of(cast.sol):
        assert not Disclosure.objects.exists()
    with acting.on_behalf_of(cast.amina):
        assert Disclosure.objects.exists()


def test_the_two_locks_open_the_same(cast: Cast) -> None:
    talk = held(returned(cast.robin), interviewer=cast.pat, by=cast.amina, at=NOW - hours(8))
    told(cast, cast.robin, by="pat", interview=talk, episode=talk.episodes.get())
    told(cast)
    told(cast, cast.kit, stays_in=cast.eastmoor)
    for name in ("amina", "ines", "mara", "sol", "wes", "owen", "pat", "ana"):
        person = getattr(cast, name)
        wanted = set(Disclosure.objects.visible_to(person).values_list("pk", flat=True))

        with acting.on_behalf_of(person):
            assert set(Disclosure.objects.values_list("pk", flat=True)) == wanted, name


# “We have it.”


def test_a_council_says_that_it_has_it_once_and_each_for_itself(cast: Cast) -> None:
    row = told(cast)

    taking = harm.have(row, by=cast.wes, at=NOW)
    harm.have(row, by=cast.sol, at=NOW + MINUTE)

    assert [each.council for each in row.takings.in_order()] == [cast.westborough, cast.northshire]
    assert (taking.by, taking.at) == (cast.wes, NOW)
    with pytest.raises(harming.HeldAlready):
        harm.have(row, by=cast.mara, at=NOW + MINUTE)


def test_nobody_says_it_who_works_for_neither_council_or_only_interviews(cast: Cast) -> None:
    row = told(cast, cast.robin)
    for who in ("pat", "ines", "owen", "ana"):
        with pytest.raises(harming.NotTheirs):
            harm.have(row, by=getattr(cast, who), at=NOW)


# Step two: a manager of a council.


def test_the_manager_decides_several_things_each_with_its_time(cast: Cast, wanda: Person) -> None:
    row = told(cast)

    first, second = harm.decide(
        row,
        [POLICE, OFFICER],
        because="He works at the club.",
        passed_to={POLICE: "DS Cole, 14:10"},
        by=wanda,
        at=NOW + hours(1),
    )

    assert (first.due_at, second.due_at) == (NOW + hours(5), NOW + hours(24) - 10 * MINUTE)
    assert (first.passed_to, first.passed_by, second.passed_at) == ("DS Cole, 14:10", wanda, None)
    assert first.council == cast.westborough
    # Whoever decides has it.
    assert row.takings.get().by == wanda
    assert [each.step for each in harming.owed(fresh(row).facts)] == [
        HarmStep.OUTCOME,
        HarmStep.PASS_ON,
    ]


def test_it_is_closed_when_what_came_of_each_decision_is_known(cast: Cast) -> None:
    row = told(cast)
    (decision,) = harm.decide(row, [SECTION_47], by=cast.mara, at=NOW)
    assert list(Disclosure.objects.unfinished()) == [row]

    harm.pass_on(decision, "Team 3, Jo Hart", by=cast.mara, at=NOW + hours(1))
    finished = harm.finish(decision, "Not at risk now", by=cast.mara, at=NOW + hours(9))

    assert (finished.passed_to, finished.outcome) == ("Team 3, Jo Hart", "Not at risk now")
    assert fresh(row).facts.is_closed
    assert not Disclosure.objects.unfinished().exists()
    assert last_act() == act("finish decision", decision, cast.mara, NOW + hours(9), cast.sky.pk)
    # More may come to light: it is open again.
    harm.decide(row, [SECTION_47], by=cast.mara, at=NOW + hours(10))
    assert list(Disclosure.objects.unfinished()) == [row]


def test_that_nothing_is_needed_closes_it_and_says_why(cast: Cast) -> None:
    row = told(cast)

    with pytest.raises(harming.ReasonMissing):
        harm.decide(row, [NONE], by=cast.mara, at=NOW)
    (decision,) = harm.decide(row, [NONE], because="A film.", by=cast.mara, at=NOW)

    assert (decision.because, decision.due_at) == ("A film.", None)
    assert not Disclosure.objects.unfinished().exists()
    with pytest.raises(harming.NothingToPassOn):
        harm.pass_on(decision, "Anybody", by=cast.mara, at=NOW)


def test_a_protocol_of_the_councils_own_sets_another_time(cast: Cast) -> None:
    soon = harming.Time(SECTION_47, date(2026, 1, 1), harming.OWN_RULE, hours(1))

    (decision,) = harm.decide(told(cast), [SECTION_47], times=[soon], by=cast.mara, at=NOW)

    assert decision.due_at == NOW + hours(1)


def test_nobody_but_a_manager_of_a_council_decides_or_closes(cast: Cast) -> None:
    row = told(cast, cast.robin)
    (decision,) = harm.decide(row, [POLICE], by=cast.mara, at=NOW)

    for who in ("pat", "ines", "amina", "sol", "wes", "adi"):
        person = getattr(cast, who)
        with pytest.raises(harming.NotTheirs):
            harm.decide(row, [SECTION_47], by=person, at=NOW)
        with pytest.raises(harming.NotTheirs):
            harm.pass_on(decision, "DS Cole", by=person, at=NOW)
        with pytest.raises(harming.NotTheirs):
            harm.finish(decision, "Done", by=person, at=NOW)


def test_a_providers_manager_cannot_close_it(cast: Cast) -> None:
    head = employed("perry", Role.MANAGER, cast.open_path)
    talk = held(returned(cast.robin), interviewer=cast.pat, by=cast.amina, at=NOW - hours(8))
    row = told(cast, cast.robin, by="pat", interview=talk, episode=talk.episodes.get())

    assert Disclosure.objects.visible_to(head).exists()
    assert not row.is_for(head, Verb.DECIDE_ON_HARM)
    for verb in (
        lambda: harm.decide(row, [NONE], because="Nothing", by=head, at=NOW),
        lambda: harm.have(row, by=head, at=NOW),
    ):
        with pytest.raises(harming.NotTheirs):
            verb()


def test_whoever_answers_for_the_child_by_now_decides_too(cast: Cast) -> None:
    row = told(cast, cast.robin)
    olga = employed("olga", Role.MANAGER, Organisation.objects.get(name="Eastmoor Council"))
    assert not row.is_for(olga, Verb.DECIDE_ON_HARM)
    request = handovers.ask(
        returned(cast.robin),
        HandOverKind.DUTY,
        to=cast.eastmoor,
        looked_after_since=date(2026, 3, 1),
        by=cast.amina,
        at=NOW,
    )
    handovers.answer(request, Reply.ACCEPTED, by=cast.owen, at=NOW)

    assert fresh(row).is_for(olga, Verb.DECIDE_ON_HARM)
    (decision,) = harm.decide(row, [POLICE], by=olga, at=NOW)
    assert decision.council == cast.eastmoor


# Round the verbs.


def test_the_database_refuses_to_change_what_a_child_told(cast: Cast) -> None:
    row = told(cast, is_in_danger=None)
    theirs = Disclosure.objects.filter(pk=row.pk)

    for changes in (
        {"words": "Nothing happened"},
        {"told_at": NOW - hours(9)},
        {"host_authority": cast.eastmoor},
        {"made_by": cast.mara},
    ):
        with refused_by("what a child told is never changed"):
            rewrite(theirs, **changes)
    with refused_by("what a child told is never changed"):
        theirs.delete()
    theirs.update(is_in_danger=True, danger_noted_at=NOW, danger_noted_by=cast.ines)
    with refused_by("what a child told is never changed"):
        theirs.update(is_in_danger=False)
    with refused_by("danger_is_said_by_somebody"):
        Disclosure.objects.filter(
            pk=told(cast, is_in_danger=None, told_at=NOW, by="sol").pk
        ).update(is_in_danger=True)


def test_the_database_refuses_what_cannot_have_been(cast: Cast) -> None:
    made = {
        "child": cast.sky,
        "told_at": NOW,
        "responsible_authority": cast.northshire,
        "made_at": NOW,
        "made_by": cast.ines,
    }
    with refused_by("what_a_child_told_is_written_down_afterwards"):
        Disclosure.objects.create(**made | {"made_at": NOW - MINUTE})
    with refused_by("where_the_child_is_now_is_elsewhere"):
        Disclosure.objects.create(**made, host_authority=cast.northshire)
    row = told(cast)
    with refused_by("a_call_is_noted_once_it_was_made"):
        HarmCall.objects.create(
            disclosure=row, whom="emergency", called_at=NOW, made_at=NOW - MINUTE, made_by=cast.ines
        )
    standing = {
        "disclosure": row,
        "council": cast.northshire,
        "kind": POLICE.value,
        "decided_at": NOW,
        "decided_by": cast.mara,
    }
    with refused_by("a_decision_is_passed_on_by_somebody"):
        HarmDecision.objects.create(**standing, passed_at=NOW)
    with refused_by("what_came_of_a_decision_is_noted_by_somebody"):
        HarmDecision.objects.create(**standing, done_at=NOW)
    HarmDecision.objects.create(**standing)
    with refused_by("a_decision_stands_once"):
        HarmDecision.objects.create(**standing)


def test_the_database_refuses_to_change_a_call_or_who_has_it(cast: Cast) -> None:
    row = told(cast)
    harm.note_call(row, HarmCallee.EMERGENCY, called_at=NOW, by=cast.ines, at=NOW)
    harm.have(row, by=cast.wes, at=NOW)

    with refused_by("added, never changed"):
        HarmCall.objects.update(called_at=NOW - hours(1))
    with refused_by("added, never changed"):
        HarmTaking.objects.all().delete()
    with refused_by("a_council_says_once_that_it_has_it"):
        HarmTaking.objects.create(disclosure=row, council=cast.westborough, at=NOW, by=cast.wes)
    with refused_by("who_was_telephoned_has_a_name"):
        HarmCall.objects.create(
            disclosure=row, whom="duty_manager", called_at=NOW, made_at=NOW, made_by=cast.ines
        )


def test_the_database_refuses_to_change_a_decision(cast: Cast) -> None:
    row = told(cast)
    (decision,) = harm.decide(row, [POLICE], passed_to={POLICE: "DS Cole"}, by=cast.mara, at=NOW)
    theirs = HarmDecision.objects.filter(pk=decision.pk)

    for changes in (
        {"kind": NONE.value},
        {"because": "x"},
        {"due_at": None},
        {"decided_by": cast.amina},
        {"passed_to": "Somebody else"},
    ):
        with refused_by("a decision is never changed"):
            rewrite(theirs, **changes)
    with refused_by("a decision is never changed"):
        theirs.delete()
    rewrite(theirs, outcome="Charged", done_at=NOW, done_by=cast.mara)
    with refused_by("a decision is never changed"):
        rewrite(theirs, outcome="Nothing")


def test_where_nothing_is_needed_nothing_is_passed_on(cast: Cast) -> None:
    harm.decide(told(cast), [NONE], because="A film.", by=cast.mara, at=NOW)

    with refused_by("where_nothing_is_needed_nothing_is_done"):
        rewrite(HarmDecision.objects, outcome="x", done_at=NOW, done_by=cast.mara)


@pytest.mark.parametrize("who", ["pat", "amina"])
def test_the_database_itself_lets_nobody_but_a_councils_manager_close_it(
    cast: Cast, who: str
) -> None:
    talk = held(returned(cast.robin), interviewer=cast.pat, by=cast.amina, at=NOW - hours(8))
    row = told(cast, cast.robin, by="pat", interview=talk, episode=talk.episodes.get())
    (standing,) = harm.decide(row, [POLICE], by=cast.mara, at=NOW)
    person = getattr(cast, who)
    made = {"council": cast.northshire, "decided_at": NOW, "decided_by": person}

    with acting.on_behalf_of(person):
        assert Disclosure.objects.exists()
        assert HarmDecision.objects.exists()
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            HarmDecision.objects.create(disclosure=row, kind=NONE.value, **made)
        assert not rewrite(HarmDecision.objects, outcome="x", done_at=NOW, done_by=person)
    with acting.on_behalf_of(cast.mara):
        assert rewrite(
            HarmDecision.objects.filter(pk=standing.pk),
            outcome="Charged",
            done_at=NOW,
            done_by=cast.mara,
        )


def test_what_looks_round_by_itself_knows_that_a_child_told_and_not_what(cast: Cast) -> None:
    told(cast)

    with acting.as_system(acting.CLOCKWORK):
        assert Disclosure.objects.values_list("told_at", flat=True).get() == NOW - 10 * MINUTE
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("select words from casework_disclosure")


def test_an_episode_taken_out_keeps_what_the_child_told(cast: Cast) -> None:
    one = returned(cast.sky)
    row = told(cast, episode=one)

    episodes.void(one, because="Not missing", by=cast.mara, at=NOW)

    assert "wes" in who_sees(row)
