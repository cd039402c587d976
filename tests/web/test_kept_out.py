"""What is kept from somebody who may see a part: a page of it, a link on it, a line in a list."""

from datetime import date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from returnhome.casework import children, handovers, staff, support
from returnhome.casework.models import HandOver, Organisation, Person
from returnhome.rules.codes import ActionKind, HandOverKind, Role
from tests.cast import Cast, booked, has_the_app, held, hours, returned, signed
from tests.web.asking import words_of

pytestmark = pytest.mark.check


@pytest.fixture
def asked(cast: Cast, now: datetime) -> HandOver:
    """Northshire asks Westborough to interview Sky."""
    episode = returned(cast.sky, at=now)
    kind = HandOverKind.HOST_INTERVIEWS
    return handovers.ask(episode, kind, to=cast.westborough, by=cast.amina, at=now)


def employed(name: str, role: Role, where: Organisation, now: datetime) -> Person:
    operator = staff.operator()
    made = staff.add_person(
        f"{name}@example.invalid", name.title(), password=None, by=operator, at=now
    )
    staff.appoint(made, role, where, since=date(2024, 1, 1), by=operator, at=now)
    has_the_app(made)
    return made


def now_is(person: Person, role: Role, now: datetime) -> None:
    """They have another role in the same place since today."""
    post = person.posts.get(until=None)
    staff.end_post(post, on=now.date(), by=staff.operator(), at=now)
    today = {"since": now.date(), "by": staff.operator(), "at": now}
    staff.appoint(person, role, post.organisation, **today)


def browser_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


# A page.


def test_a_host_has_no_page_of_an_interview_that_another_holds(as_, cast: Cast, now: datetime):
    talk = booked(returned(cast.sky, at=now), interviewer=cast.ines, by=cast.amina, at=now)

    for page in ("prepare", "move", "hold", "record"):
        assert as_("wes").get(f"/interviews/{talk.pk}/{page}").status_code == 404, page
    assert as_("wes").get(f"/interviews/{talk.pk}").status_code == 404


def test_a_social_worker_says_nothing_for_those_who_asked(as_, asked: HandOver):
    sol: Client = as_("sol")

    assert sol.get(f"/hand-overs/{asked.pk}").status_code == 200
    for step in ("tell", "report", "withdraw", "hand-back", "answer"):
        assert sol.post(f"/hand-overs/{asked.pk}/{step}").status_code == 404, step


def test_whoever_interviews_no_more_records_nothing(as_, cast: Cast, now: datetime):
    then = now - hours(8)
    talk = held(returned(cast.sky, at=then), interviewer=cast.ines, by=cast.amina, at=then)
    listed = f"/interviews/{talk.pk}/record"
    assert listed in as_("ines").get("/").content.decode()

    now_is(cast.ines, Role.COORDINATOR, now)

    assert as_("ines").get(listed).status_code == 404
    assert as_("ines").get(f"/interviews/{talk.pk}/sign").status_code == 404
    assert listed not in as_("ines").get("/").content.decode()


# The council of an episode, once another answers for the child.


@pytest.fixture
def moved(cast: Cast, now: datetime) -> str:
    """The address of Kit, who has lived in Eastmoor since he came back."""
    returned(cast.kit, at=now)
    children.pass_to(cast.kit, cast.eastmoor, by=cast.amina, at=now)
    return f"/children/{cast.kit.pk}"


def test_harm_is_not_written_down_for_a_child_of_another_council(as_, moved: str):
    amina: Client = as_("amina")

    page = amina.get(moved)

    assert page.status_code == 200
    assert f"{moved}/tell-of-harm" not in page.content.decode()
    assert amina.get(f"{moved}/tell-of-harm").status_code == 404
    assert amina.post(f"{moved}/tell-of-harm").status_code == 404


def test_who_answers_for_the_child_by_now_is_not_said(as_, moved: str):
    words = words_of(as_("amina").get(moved))

    assert "Born" in words
    assert "Eastmoor" not in words
    assert "Responsible" not in words


# What a page offers.


def test_a_provider_decides_nothing_after_its_record(as_, cast: Cast, now: datetime):
    then = now - hours(12)
    talk = signed(returned(cast.robin, at=then), interviewer=cast.pat, by=cast.amina, at=then)
    petra = browser_of(employed("petra", Role.COORDINATOR, cast.open_path, now))

    page = petra.get(f"/interviews/{talk.pk}").content.decode()

    assert "What the child said" in page or "I wanted to see my nan." in page
    for page_of in ("add", "take-over"):
        assert f"/interviews/{talk.pk}/{page_of}" not in page
    assert f"/interviews/{talk.pk}/add" in as_("pat").get(f"/interviews/{talk.pk}").content.decode()
    needs = petra.get(f"/interviews/{talk.pk}/needs").content.decode()
    assert f"/interviews/{talk.pk}/name-need" not in needs


def test_a_social_worker_is_not_sent_to_a_booking_that_is_past(as_, cast: Cast, now: datetime):
    then = now - hours(12)
    booked(returned(cast.sky, at=then), interviewer=cast.ines, by=cast.amina, at=then)

    assert "Check the booking" in words_of(as_("amina").get("/"))
    assert "Check the booking" not in words_of(as_("sol").get("/"))


# A step → to whom the page of an episode offers it, of the council and of the host.
STEPS = {
    "make-offer": {"amina", "ines", "mara"},
    "make-attempt": {"amina", "ines", "mara"},
    "check-in": {"amina", "ines", "mara"},
    "not-hold-interview": {"amina", "ines", "mara"},
    "correct-episode": {"amina", "ines", "mara"},
    "say-where-found-episode": {"amina", "ines", "mara"},
    "add-action": {"amina", "mara", "sol"},
    "assign-episode": {"amina", "mara"},
    "ask-handover": {"amina", "mara"},
    "dispute-episode": {"amina", "mara", "wes"},
    "override-episode": {"mara"},
    "void-episode": {"amina", "mara"},
}


def test_a_step_is_offered_to_whoever_may_take_it(as_, cast: Cast, now: datetime):
    episode = returned(cast.sky, at=now)
    page = f"/episodes/{episode.pk}"
    pages = {
        name: as_(name).get(page).content.decode()
        for name in ("amina", "ines", "mara", "sol", "wes")
    }

    for step, whom in STEPS.items():
        href = f'href="{reverse(step, args=[episode.pk])}"'
        assert {name for name, words in pages.items() if href in words} == whom, step
    assert {name for name, words in pages.items() if 'href="#told"' in words} == {
        *("amina", "ines", "mara", "sol")
    }


def test_what_follows_is_decided_by_whoever_may_act(as_, cast: Cast, now: datetime):
    then = now - hours(12)
    talk = signed(returned(cast.sky, at=then), interviewer=cast.ines, by=cast.amina, at=then)
    episode = talk.episodes.get()
    href = reverse("decide-nothing-needed", args=[episode.pk])

    asked = {name: as_(name).get(f"/episodes/{episode.pk}") for name in ("ines", "sol", "wes")}

    assert {name for name, page in asked.items() if href in page.content.decode()} == {"sol"}
    support.decide_nothing_needed(
        episode, "All is in hand already", interview=talk, by=cast.sol, at=now
    )
    for name, sees in (("sol", True), ("ines", True), ("wes", False)):
        words = words_of(as_(name).get(f"/episodes/{episode.pk}"))
        assert ("All is in hand already" in words) is sees, name


def test_what_was_promised_before_is_for_whoever_reads_accounts(as_, cast: Cast, now: datetime):
    then = now - hours(400)
    talk = signed(returned(cast.sky, at=then), interviewer=cast.ines, by=cast.amina, at=then)
    support.add(
        talk.episodes.get(),
        ActionKind.HEALTH,
        "Ask the GP about her sleep",
        owner=cast.sol,
        due_on=date(2030, 1, 1),
        interview=talk,
        by=cast.mara,
        at=then + hours(8),
    )
    kind = HandOverKind.HOST_INTERVIEWS
    episode = returned(cast.sky, at=now)
    asked = handovers.ask(episode, kind, to=cast.westborough, by=cast.amina, at=now)
    ivo = browser_of(employed("ivo", Role.INTERVIEWER, cast.northshire_council, now))

    page = f"/hand-overs/{asked.pk}"

    assert "Ask the GP about her sleep" in words_of(as_("amina").get(page))
    assert "Ask the GP" not in words_of(ivo.get(page))
    assert "as far as you may know" not in words_of(ivo.get(page))


def test_whoever_works_with_no_child_has_no_work_list(cast: Cast, now: datetime):
    officer = browser_of(employed("pia", Role.POLICE, cast.northshire_police, now))
    other = browser_of(employed("rhea", Role.RESEARCHER, cast.northshire_council, now))

    assert officer.get("/").headers["Location"] == "/shared-with-us"
    assert other.get("/").status_code == 200
    assert "/people" not in other.get("/").content.decode()
