"""When a child tells of harm: the pages of whoever heard it, and of the manager who closes it."""

from datetime import date
from html import unescape

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from returnhome.casework import harm, staff
from returnhome.casework.models import Child, Disclosure, HarmCall, HarmDecision, Interview, Person
from returnhome.rules.codes import HarmCallee, HarmDecisionKind, Role
from tests.cast import Cast, held, hours, returned
from tests.web.asking import typed_at, words_of

WORDS = "He said he’d hurt\n  my brother 😟"
BUTTON = "The child has told of harm"
POLICE = HarmDecisionKind.CRIME_TO_POLICE


@pytest.fixture
def talk(cast: Cast, now) -> Interview:
    """Sky, placed in Westborough, is being recorded by Ines."""
    at = now - hours(8)
    return held(returned(cast.sky, at=at), interviewer=cast.ines, by=cast.amina, at=at)


@pytest.fixture
def wanda(cast: Cast, now) -> Client:
    """A manager in Westborough."""
    return signed_in(employed("wanda", Role.MANAGER, cast.westborough_council, now))


def employed(name: str, role: Role, where, now) -> Person:
    operator = staff.operator()
    made = staff.add_person(
        f"{name}@example.invalid", name.title(), password=None, by=operator, at=now
    )
    staff.appoint(made, role, where, since=date(2024, 1, 1), by=operator, at=now)
    return made


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def told(cast: Cast, now, *, by: str = "ines", **changes) -> Disclosure:
    given = {"told_at": now, "is_in_danger": False} | changes
    return harm.tell(cast.sky, WORDS, by=getattr(cast, by), at=now, **given)


def typed(cast: Cast, now, **changes) -> dict[str, str]:
    where = {"where": str(cast.westborough.pk)}
    return {"words": WORDS, **typed_at("told_at", now), **where} | changes


# Whoever the child told.


@pytest.mark.check
def test_the_button_stands_on_the_interview_the_recording_and_the_childs_story(
    cast: Cast, as_, talk
) -> None:
    ines = as_("ines")
    section = talk.standard.sections[0].key

    for page in ("", "/record", f"/record/{section}"):
        response = ines.get(f"/interviews/{talk.pk}{page}")
        assert f"/interviews/{talk.pk}/tell-of-harm" in response.content.decode(), page
        assert BUTTON in words_of(response)
    assert BUTTON in words_of(as_("sol").get(f"/children/{cast.sky.pk}"))


def test_the_page_says_in_order_what_to_do_and_whom_to_telephone(
    cast: Cast, as_, talk, now, wanda
) -> None:
    staff.put_on_duty(
        cast.wes,
        cast.westborough_council,
        starts_at=now,
        ends_at=now + hours(2),
        by=cast.mara,
        at=now,
    )

    page = words_of(as_("ines").get(f"/interviews/{talk.pk}/tell-of-harm"))

    steps = ["1. Stop asking", "2. Write the child’s words", "3. In danger now? Call 999"]
    steps += ["4. Telephone the duty manager now", "5. What happens next"]
    assert [page.index(step) for step in steps] == sorted(page.index(step) for step in steps)
    assert "Westborough Council. On duty now: Wes Carter. Manager: Wanda." in page


@pytest.mark.check
def test_out_of_hours_the_emergency_duty_team_is_named_with_its_number(
    cast: Cast, as_, talk, now
) -> None:
    local = now.astimezone(harm.rotas.LONDON)
    hour = local.replace(minute=0, second=0).time()
    later = local.replace(hour=(local.hour + 1) % 24, minute=0, second=0).time()
    harm.rotas.set_out_of_hours(
        cast.westborough_council,
        name="Westborough EDT",
        email="edt@example.invalid",
        telephone="01632 960 001",
        starts=hour,
        ends=later,
        by=cast.wes,
        at=now,
    )

    response = as_("ines").get(f"/interviews/{talk.pk}/tell-of-harm")

    assert "Westborough EDT, Westborough Council: 01632 960 001" in words_of(response)
    assert 'href="tel:01632960001"' in response.content.decode()


def test_all_at_once_the_words_danger_999_and_the_call(cast: Cast, as_, talk, now) -> None:
    said = typed(
        cast,
        now,
        is_in_danger="yes",
        has_called="on",
        emergency_reference="NP-118",
        emergency_by="Jan, keyworker",
        whom="duty_manager",
        name="Wanda Hill",
    )

    response = as_("ines").post(f"/interviews/{talk.pk}/tell-of-harm", said)

    row = Disclosure.objects.get()
    assert response.headers["Location"] == f"/disclosures/{row.pk}"
    assert (row.words, row.is_in_danger, row.interview) == (WORDS, True, talk)
    assert (row.episode, row.acting_authority) == (talk.episodes.get(), cast.westborough)
    calls = {(each.whom, each.name, each.reference, each.caller) for each in row.calls.all()}
    assert calls == {
        ("emergency", "", "NP-118", "Jan, keyworker"),
        ("duty_manager", "Wanda Hill", "", "Ines Okafor"),
    }


def test_the_words_are_saved_first_and_the_call_afterwards(cast: Cast, as_, talk, now) -> None:
    ines = as_("ines")
    response = ines.post(f"/interviews/{talk.pk}/tell-of-harm", typed(cast, now))
    row = Disclosure.objects.get()
    assert (row.words, row.is_in_danger) == (WORDS, None)
    assert response.headers["Location"] == f"/disclosures/{row.pk}/call"
    assert "Told of harm: Sky Marlowe" in words_of(ines.get("/"))

    said = {"is_in_danger": "no", "whom": "out_of_hours", "name": "Edi"}
    response = ines.post(f"/disclosures/{row.pk}/call", said)

    assert response.headers["Location"] == f"/disclosures/{row.pk}"
    row.refresh_from_db()
    assert (row.is_in_danger, row.calls.get().name) == (False, "Edi")
    assert "Told of harm" not in words_of(ines.get("/"))


@pytest.mark.check
def test_what_is_left_for_later_stays_on_ones_own_list(cast: Cast, as_, talk, now) -> None:
    ines = as_("ines")

    response = ines.post(f"/interviews/{talk.pk}/tell-of-harm", typed(cast, now, later="yes"))

    assert response.headers["Location"] == f"/disclosures/{Disclosure.objects.get().pk}"
    page = words_of(ines.get("/"))
    assert "Say whether the child is in danger now Now" in page
    assert "Telephone the duty manager Now" in page


@pytest.mark.check
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"words": " "}, "Write what the child said, as the child said it."),
        ({"name": "Wanda", "whom": ""}, "Select whom you telephoned"),
        ({"called_at": "14:00"}, "Say whom you spoke to."),
        ({"name": "Wanda", "whom": "duty_manager", "called_at": "soon"}, "must have a time"),
        ({"where": "elsewhere"}, "Enter which council’s area the child is in"),
        ({"where": "elsewhere", "stays_in": "Nowhere"}, "is in no list of councils"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_comes_back(
    cast: Cast, as_, talk, now, changes, sentence
) -> None:
    said = typed(cast, now, where_now="At her nan’s") | changes

    response = as_("ines").post(f"/interviews/{talk.pk}/tell-of-harm", said)

    assert response.status_code == 200
    assert sentence in words_of(response)
    assert "At her nan’s" in unescape(response.content.decode())
    assert not Disclosure.objects.exists()


def test_the_same_page_sent_twice_leads_nowhere_twice(cast: Cast, as_, talk, now) -> None:
    ines, said = as_("ines"), typed(cast, now)
    ines.post(f"/interviews/{talk.pk}/tell-of-harm", said)

    response = ines.post(f"/interviews/{talk.pk}/tell-of-harm", said)

    assert "These words are saved already." in words_of(response)
    assert Disclosure.objects.count() == 1


@pytest.mark.check
def test_a_call_before_midnight_was_yesterday(cast: Cast, as_, talk, now) -> None:
    soon = (now + hours(1)).astimezone(harm.rotas.LONDON)
    row = told(cast, now)

    as_("ines").post(
        f"/disclosures/{row.pk}/call",
        {"whom": "duty_manager", "name": "Wanda", "called_at": f"{soon:%H:%M}"},
    )

    assert HarmCall.objects.get().called_at <= now


def test_outside_an_interview_it_is_told_from_the_childs_page(cast: Cast, as_, talk, now) -> None:
    response = as_("sol").post(f"/children/{cast.sky.pk}/tell-of-harm", typed(cast, now))

    assert response.status_code == 302
    row = Disclosure.objects.get()
    assert (row.interview, row.episode, row.made_by) == (None, talk.episodes.get(), cast.sol)


# The councils.


def test_both_councils_see_it_on_their_lists_until_one_has_it(cast: Cast, as_, talk, now) -> None:
    row = told(cast, now)
    wes, sol = as_("wes"), as_("sol")
    for who in (wes, sol):
        assert "Say “we have it”" in words_of(who.get("/"))

    response = wes.post(f"/disclosures/{row.pk}/have", follow=True)

    assert "Westborough has it. A manager must decide." in words_of(response)
    for who in (wes, sol):
        assert "Told of harm:" not in words_of(who.get("/"))
    again = wes.post(f"/disclosures/{row.pk}/have", follow=True)
    assert "Your council has said “we have it” already." in words_of(again)


def test_the_manager_decides_passes_on_and_closes(cast: Cast, wanda, now) -> None:
    row = told(cast, now)
    page = words_of(wanda.get("/"))
    assert "Told of harm: Sky Marlowe" in page
    assert "Decide Due tomorrow" in page

    wanda.post(
        f"/disclosures/{row.pk}/decide",
        {
            "kinds": ["crime_to_police", "designated_officer"],
            "passed_to_crime_to_police": "DS Cole",
            "because": "He drives the school bus.",
        },
    )
    police, officer = HarmDecision.objects.in_order()
    assert (police.passed_to, officer.passed_to) == ("DS Cole", "")
    page = words_of(wanda.get("/"))
    assert "Crime, to the police: note what came of it" in page
    assert "Designated officer: pass it on" in page

    wanda.post(f"/harm-decisions/{officer.pk}/pass-on", {"to": "Lee Ade, LADO"})
    for decision in (police, officer):
        wanda.post(f"/harm-decisions/{decision.pk}/outcome", {"outcome": "He is suspended."})

    assert "Told of harm:" not in words_of(wanda.get("/"))
    shown = words_of(wanda.get(f"/disclosures/{row.pk}"))
    assert "Closed Told" in shown
    assert "Passed on To Lee Ade, LADO" in shown
    assert "Done He is suspended." in shown


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"because": ""}, "Select what is to be done, or none of these."),
        ({"kinds": ["none"]}, "Say why nothing of this is needed."),
        ({"kinds": ["none", "nrm"], "because": "x"}, "not both."),
    ],
)
def test_a_decision_that_is_none_is_refused_in_a_sentence(
    cast: Cast, wanda, now, said, sentence
) -> None:
    row = told(cast, now)

    assert sentence in words_of(wanda.post(f"/disclosures/{row.pk}/decide", said))
    assert not HarmDecision.objects.exists()


@pytest.mark.check
def test_that_none_is_needed_closes_it(cast: Cast, as_, now) -> None:
    row = told(cast, now)
    mara = as_("mara")

    mara.post(f"/disclosures/{row.pk}/decide", {"kinds": ["none"], "because": "A film."})

    assert "Closed" in words_of(mara.get(f"/disclosures/{row.pk}"))
    assert "Closed" in words_of(mara.get(f"/children/{cast.sky.pk}"))


@pytest.mark.check
def test_what_is_late_says_so(cast: Cast, as_, now) -> None:
    told(cast, now - hours(30))

    page = words_of(as_("mara").get("/"))

    assert "Say “we have it” Overdue since" in page
    assert "Decide Overdue since" in page


def test_the_host_reads_the_words_and_not_the_interview(cast: Cast, as_, talk, now) -> None:
    row = told(cast, now, interview=talk)

    page = as_("wes").get(f"/disclosures/{row.pk}")

    assert "hurt" in words_of(page)
    assert f"/interviews/{talk.pk}" not in page.content.decode()
    assert as_("wes").get(f"/interviews/{talk.pk}").status_code == 404
    assert f"/interviews/{talk.pk}" in as_("sol").get(f"/disclosures/{row.pk}").content.decode()


def test_where_the_child_only_stays_the_council_has_this_page_and_not_the_childs(
    cast: Cast, as_, now
) -> None:
    row = harm.tell(cast.kit, WORDS, told_at=now, stays_in=cast.eastmoor, by=cast.sol, at=now)
    owen = as_("owen")

    assert "Told of harm: Kit O’Dell" in words_of(owen.get("/"))
    assert "hurt" in words_of(owen.get(f"/disclosures/{row.pk}"))
    assert owen.get(f"/children/{cast.kit.pk}").status_code == 404
    assert owen.post(f"/disclosures/{row.pk}/have").status_code == 302


# Whoever has no part in it.


def test_a_stranger_cannot_tell_that_it_exists(cast: Cast, as_, now) -> None:
    row = told(cast, now)

    for who in ("owen", "pat", "ana"):
        assert as_(who).get(f"/disclosures/{row.pk}").status_code == 404
    owen = as_("owen")
    for page in ("/call", "/decide", "/have"):
        assert owen.post(f"/disclosures/{row.pk}{page}", {}).status_code == 404


def test_a_providers_interviewer_writes_it_down_and_cannot_close_it(cast: Cast, as_, now) -> None:
    at = now - hours(8)
    talk = held(returned(cast.robin, at=at), interviewer=cast.pat, by=cast.amina, at=at)
    pat = as_("pat")
    said = typed(cast, now, where=str(cast.northshire.pk))
    assert pat.post(f"/interviews/{talk.pk}/tell-of-harm", said).status_code == 302
    row = Disclosure.objects.get()
    (decision,) = harm.decide(row, [POLICE], by=cast.mara, at=now)

    page = words_of(pat.get(f"/disclosures/{row.pk}"))

    assert "hurt" in page
    assert "Note what came of it" not in page
    assert "We have it" not in page
    assert pat.post(f"/disclosures/{row.pk}/have").status_code == 404
    assert pat.get(f"/disclosures/{row.pk}/decide").status_code == 404
    for verb in ("pass-on", "outcome"):
        said = {"to": "x", "outcome": "x"}
        assert pat.post(f"/harm-decisions/{decision.pk}/{verb}", said).status_code == 404


def test_who_may_decide_on_a_page_is_who_may_by_the_verb(cast: Cast, as_, now) -> None:
    row = told(cast, now)

    for who in ("amina", "wes"):
        assert as_(who).get(f"/disclosures/{row.pk}/decide").status_code == 404, who
    assert as_("mara").get(f"/disclosures/{row.pk}/decide").status_code == 200


@pytest.mark.check
def test_the_page_asks_the_database_as_often_whatever_came_of_it(
    cast: Cast, as_, now, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    row = told(cast, now)
    mara = as_("mara")
    with django_assert_max_num_queries(16):
        mara.get(f"/disclosures/{row.pk}")
    for _ in range(5):
        harm.note_call(row, HarmCallee.EMERGENCY, called_at=now, by=cast.ines, at=now)
        (decision,) = harm.decide(row, [POLICE], by=cast.mara, at=now)
        harm.finish(decision, "Done", by=cast.mara, at=now)

    with django_assert_max_num_queries(16):
        mara.get(f"/disclosures/{row.pk}")


def test_the_council_of_an_earlier_episode_tells_of_no_harm_today(as_, cast: Cast, now):
    """Kit has moved to Eastmoor: Northshire keeps its episode, and what he tells now is not its."""
    returned(cast.kit, at=now)
    Child.objects.filter(pk=cast.kit.pk).update(responsible_authority=cast.eastmoor)
    amina = as_("amina")

    assert amina.get(f"/children/{cast.kit.pk}").status_code == 200
    assert amina.get(f"/children/{cast.kit.pk}/tell-of-harm").status_code == 404
