"""Asking which council holds something about a child, on the pages: both sides of it."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from returnhome.casework import asks, restrictions, shares, staff
from returnhome.casework.asks import Sought
from returnhome.casework.models import Ask, AskedOf, JournalEntry, Organisation, Person
from returnhome.rules import knowing
from returnhome.rules.codes import Role
from returnhome.rules.sharing import Purpose
from tests.cast import Cast, hours, returned
from tests.sharing import begun, kept, officer, told_of_a_car
from tests.web.asking import words_of

pytestmark = pytest.mark.check
HOLDS = "Northshire holds something about a child of this name and birth date."
NOBODY = "Nobody here holds anything about a child of this name and birth date."
TYPED = {
    "forename": "Sky",
    "surname": "Marlowe",
    "born_on-day": "4",
    "born_on-month": "5",
    "born_on-year": "2011",
    "purpose": "stop_harm",
    "because": "Seen tonight in a car that we stopped",
}


@pytest.fixture
def pia(cast: Cast) -> Person:
    return officer(cast)


@pytest.fixture
def unit(as_: Any, pia: Person) -> Client:
    return as_("pia")


def sent_in(client: Client, **more: str) -> Any:
    return client.post("/asks/new", TYPED | more, follow=True)


def asked(cast: Cast, pia: Person, now: Any) -> AskedOf:
    """Pia has asked about Sky, who has been missing."""
    returned(cast.sky, at=now)
    return asked_about_sky(cast, pia, now)


def asked_about_sky(cast: Cast, pia: Person, now: Any) -> AskedOf:
    sought = Sought("Sky", "Marlowe", date(2011, 5, 4))
    asks.ask(
        sought,
        Purpose.STOP_HARM,
        TYPED["because"],
        organisation=cast.northshire_police,
        by=pia,
        at=now,
    )
    return AskedOf.objects.get()


def asked_again(cast: Cast, pia: Person, at: Any, purpose: Purpose) -> Ask:
    sought = Sought("Sky", "Marlowe", date(2011, 5, 4))
    of = cast.northshire_police
    return asks.ask(sought, purpose, TYPED["because"], organisation=of, by=pia, at=at)


# Whoever asks.


def test_an_officer_asks_and_learns_which_council_holds_something(unit, cast: Cast, now):
    returned(cast.sky, at=now)
    first = words_of(unit.get("/shared-with-us"))
    assert "Ask about a child What we asked" in first
    assert "nothing of what" in words_of(unit.get("/asks/new"))

    page = words_of(sent_in(unit))

    assert f"{HOLDS} They have been asked." in page
    assert "The answer is due" in page
    listed = words_of(unit.get("/asks"))
    assert "Sky Marlowe, born 4 May 2011 Asked" in listed
    assert "Northshire holds something" in listed


def test_nothing_but_the_council_is_told(unit, cast: Cast, now):
    told_of_a_car(cast, now)

    page = sent_in(unit).content.decode()
    (page,) = re.findall(r"<main.*?</main>", page, re.S)

    for kept_back in ("Westborough", "interview", "missing", "Ford", "Ines", "WB1"):
        assert kept_back not in page


def test_without_a_reason_nothing_is_filed_and_nothing_told(unit, cast: Cast, now):
    returned(cast.sky, at=now)

    for because in ("", "Missing"):
        page = words_of(sent_in(unit, because=because))

        assert f"There is a problem {knowing.WhyMissing.sentence}" in page
        assert "Northshire holds" not in page
    assert not Ask.objects.exists()


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("forename", "Enter the child’s given name"),
        ("surname", "Enter the child’s family name"),
        ("born_on-day", "Date of birth must include a day"),
        ("purpose", "Select what it is for"),
    ],
)
def test_name_birth_date_and_purpose_are_all_needed(unit, field, sentence):
    assert sentence in words_of(sent_in(unit, **{field: ""}))
    assert not Ask.objects.exists()


def test_a_birth_date_to_come_is_refused_in_a_sentence(unit, now):
    page = words_of(sent_in(unit, **{"born_on-year": str(now.year + 1)}))

    assert knowing.NotBornYet.sentence in page


def test_a_mistyped_year_of_birth_is_refused_in_a_sentence(unit):
    page = words_of(sent_in(unit, **{"born_on-year": "1901"}))

    assert "Somebody born then is over 25 now: check the year of birth" in page
    assert not Ask.objects.exists()


def shape_of(response: Any, ask: Ask) -> str:
    """The page with what is each request’s own taken out: tokens, the number, names as typed."""
    html = response.content.decode()
    html = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", html)
    html = re.sub(r'nonce="[^"]*"', "", html)
    html = re.sub(rf"\b(A-|/asks/){ask.pk}\b", r"\1N", html)
    return html.replace(ask.forename, "FORENAME").replace(ask.surname, "SURNAME")


def test_a_restricted_child_reads_as_one_whom_nobody_knows_byte_for_byte(
    unit, cast: Cast, pia, now
):
    told_of_a_car(cast, now)
    restrictions.restrict(cast.sky, "Her father works there", by=cast.mara, at=now)

    of_sky = unit.post("/asks/new", TYPED)
    of_nobody = unit.post("/asks/new", TYPED | {"forename": "Zed", "surname": "Quill"})
    sky, nobody = Ask.objects.order_by("pk")
    pages = [shape_of(unit.get(f"/asks/{ask.pk}"), ask) for ask in (sky, nobody)]

    assert (of_sky.status_code, of_nobody.status_code) == (302, 302)
    assert (of_sky["Location"], of_nobody["Location"]) == (f"/asks/{sky.pk}", f"/asks/{nobody.pk}")
    assert NOBODY in pages[0]
    assert pages[0] == pages[1]
    # On the list of what was asked, and among what they themselves did, as well.
    assert words_of(unit.get("/asks")).count("Nothing held") == 2
    own = JournalEntry.objects.filter(by_id=pia.pk, kind="ask")
    assert {(entry.child_id, entry.shown) for entry in own} == {(None, None)}
    # As many lines of the journal for the one as for the other.
    assert own.filter(object_id=sky.pk).count() == own.filter(object_id=nobody.pk).count() == 2


def test_one_who_has_asked_too_often_reads_one_sentence(unit, cast: Cast, now, monkeypatch):
    monkeypatch.setattr(knowing, "MOST_A_DAY", 2)
    sent_in(unit)
    sent_in(unit, forename="Rain")

    page = words_of(sent_in(unit, forename="Star"))

    assert f"There is a problem {knowing.AskedTooOften.sentence}" in page
    assert Ask.objects.count() == 2


@pytest.mark.parametrize("who", ["ines", "ana", "adi", "pat"])
def test_for_whoever_receives_nothing_there_is_no_page(as_, cast: Cast, pia, now, who):
    row = asked(cast, pia, now)
    client = as_(who)

    for page in ("/asks", "/asks/new", f"/asks/{row.ask_id}"):
        assert client.get(page).status_code == 404, page
    assert client.post("/asks/new", TYPED).status_code == 404


def test_another_organisation_does_not_find_what_the_unit_asked(as_, cast: Cast, pia, now):
    row = asked(cast, pia, now)
    officer(cast, "quin", cast.larchwood)

    for who in ("quin", "wes", "amina"):
        client = Client()
        client.force_login(Person.objects.get(email=f"{who}@example.invalid"))
        assert client.get(f"/asks/{row.ask_id}").status_code == 404, who


def test_somebody_with_two_posts_says_for_which_organisation(as_, cast: Cast, pia, now):
    force = staff.add_organisation(
        "Westborough Police", kind=Organisation.POLICE, by=cast.adi, at=now
    )
    staff.appoint(pia, Role.POLICE, force, since=now.date(), by=cast.adi, at=now)
    unit = as_("pia")

    assert "For which organisation do you ask?" in words_of(unit.get("/asks/new"))
    assert "Select for which organisation you ask" in words_of(sent_in(unit))
    sent_in(unit, organisation=str(force.pk))

    assert Ask.objects.get().organisation == force


# The council.


def test_the_council_is_told_who_asks_and_why_and_has_it_on_its_work_list(
    as_, cast: Cast, pia, now
):
    row = asked(cast, pia, now)
    amina = as_("amina")

    first = words_of(amina.get("/"))
    assert "1 child is asked about" in first
    assert f"Asked by Northshire Police, A-{row.ask_id}; answer due" in first
    assert "Sky Marlowe" in words_of(amina.get("/asked-about"))
    page = words_of(amina.get(f"/asked-about/{row.pk}"))
    assert "Who pia, Northshire Police" in page
    assert "Why Seen tonight in a car that we stopped" in page
    assert "Stop whoever does harm" in page
    assert "To answer" in page


def test_to_share_something_begins_with_whom_and_what_for_filled_in(as_, cast: Cast, pia, now):
    row = asked(cast, pia, now)
    amina = as_("amina")
    page = amina.get(f"/asked-about/{row.pk}").content.decode()
    (href,) = re.findall(r'href="(/episodes/\d+/share\?[^"]*)"', page)

    form = amina.get(href.replace("&amp;", "&"))

    html = form.content.decode()
    assert re.search(r'value="police"\s+checked', html)
    assert re.search(rf'value="{cast.northshire_police.pk}"\s+selected', html)
    assert re.search(r'value="stop_harm"\s+checked', html)


def test_what_is_shared_answers_it_for_both(as_, unit, cast: Cast, pia, now):
    episode = told_of_a_car(cast, now - hours(2))
    row = asked_about_sky(cast, pia, now - hours(1))

    share = shares.write(kept(cast, begun(cast, episode, at=now), at=now), by=cast.ines, at=now)

    page = words_of(unit.get(f"/asks/{row.ask_id}"))
    assert "They shared something" in page
    assert "They shared something" in words_of(unit.get("/asks"))
    assert f"open S-{share.pk}" in page
    theirs = words_of(as_("amina").get(f"/asked-about/{row.pk}"))
    assert f"What they were told S-{share.pk}" in theirs
    assert "Nothing to share" not in theirs
    assert "asked about" not in words_of(as_("amina").get("/"))


def test_nothing_to_share_is_one_sentence_to_them_and_why_stays(as_, unit, cast: Cast, pia, now):
    row = asked(cast, pia, now)
    amina, address = as_("amina"), f"/asked-about/{row.pk}/nothing"

    silent = words_of(amina.post(address, {"because": ""}))
    assert f"There is a problem {knowing.WhyNothingMissing.sentence}" in silent
    response = amina.post(address, {"because": "She told of nothing with a car"}, follow=True)

    page = words_of(response)
    assert "She told of nothing with a car" in page
    theirs = words_of(unit.get(f"/asks/{row.ask_id}"))
    assert knowing.NOTHING_TO_TELL in theirs
    assert "Nothing to tell you" in theirs
    assert "with a car" not in theirs.replace(TYPED["because"], "")
    again = amina.post(address, {"because": "Again"})
    assert knowing.AnsweredAlready.sentence in words_of(again)


def test_one_that_nobody_answered_in_time_is_late_on_both_sides(as_, unit, cast: Cast, pia, now):
    row = asked(cast, pia, now - hours(24 * 6))

    assert "Late" in words_of(as_("amina").get(f"/asked-about/{row.pk}"))
    assert "No answer in time" in words_of(unit.get("/asks"))
    assert "Telephone them" in words_of(unit.get(f"/asks/{row.ask_id}"))


def test_of_a_restricted_child_those_who_may_see_it_read_what_the_other_was_told(
    as_, cast: Cast, pia, now
):
    returned(cast.sky, at=now)
    restrictions.restrict(cast.sky, "Her father", to=[cast.amina], by=cast.mara, at=now)
    row = asked_about_sky(cast, pia, now)

    page = words_of(as_("amina").get(f"/asked-about/{row.pk}"))
    assert "They read that nobody holds anything" in page
    address = f"/asked-about/{row.pk}/nothing"
    assert "reads: “Nobody here holds anything”" in words_of(as_("amina").get(address))
    told = words_of(as_("amina").post(address, {"because": "Not safe"}, follow=True))
    assert "Nothing more: they read that nobody holds anything." in told
    assert as_("sol").get(f"/asked-about/{row.pk}").status_code == 404
    assert "asked about" not in words_of(as_("sol").get("/"))
    assert "Sky" not in words_of(as_("sol").get("/asked-about"))


def test_where_somebody_may_be_in_danger_it_is_first_and_four_asks_are_one_child(
    as_, cast: Cast, pia: Person, now
):
    asked(cast, pia, now - hours(90))
    for purpose in (Purpose.STOP_HARM, Purpose.DANGER_NOW, Purpose.ENQUIRE):
        asked_again(cast, pia, now, purpose)
    amina = as_("amina")

    for page, heading in (("/", "4 asks about 1 child"), ("/asked-about", "Waiting")):
        said = words_of(amina.get(page))
        assert heading in said
        danger = said.index("Somebody may be in danger now. Asked by Northshire Police")
        assert danger < said.index("Late") < said.index("ind out whether")


def test_what_is_begun_for_them_is_gone_on_with_and_not_begun_again(
    as_, cast: Cast, pia: Person, now
):
    episode = told_of_a_car(cast, now - hours(90))
    returned(cast.sky, at=now)
    row = asked_about_sky(cast, pia, now)
    page = as_("amina").get(f"/asked-about/{row.pk}")
    assert "Share something" in words_of(page)
    assert "From another time missing" not in words_of(page)
    assert f"/episodes/{episode.pk}/share?" in page.content.decode()

    draft = begun(cast, episode, at=now)

    page = as_("amina").get(f"/asked-about/{row.pk}")
    assert f"Go on with S-{draft.pk}" in words_of(page)
    assert "It is not sent yet" in words_of(page)
    assert "Share something" not in words_of(page)


def test_of_a_child_without_a_talk_it_says_what_can_be_told(as_, cast: Cast, pia: Person, now):
    row = asked(cast, pia, now)

    page = words_of(as_("amina").get(f"/asked-about/{row.pk}"))

    assert "Share something" in page
    assert "No talk with this child is signed off" in page


@pytest.mark.parametrize("who", ["ines", "pat", "ana", "adi", "lara", "ferry", "pia"])
def test_the_list_of_who_was_asked_about_is_for_those_who_may_share_for_their_council(
    as_, cast: Cast, pia, now, who
):
    asked(cast, pia, now)

    assert as_(who).get("/asked-about").status_code == 404


@pytest.mark.parametrize("who", ["wes", "owen"])
def test_another_councils_list_does_not_name_the_child(as_, cast: Cast, pia, now, who):
    asked(cast, pia, now)

    assert "Nobody waits for an answer" in words_of(as_(who).get("/asked-about"))


@pytest.mark.parametrize("who", ["wes", "owen", "ines", "pat", "ana"])
def test_a_stranger_finds_no_ask_about_the_child(as_, cast: Cast, pia, now, who):
    row = asked(cast, pia, now)
    client = as_(who)

    for page in (f"/asked-about/{row.pk}", f"/asked-about/{row.pk}/nothing"):
        assert client.get(page).status_code == 404, page
    assert client.post(f"/asked-about/{row.pk}/nothing", {"because": "x"}).status_code == 404


def test_the_pages_ask_the_database_so_often_and_no_more(
    as_, unit, cast: Cast, pia, now, django_assert_max_num_queries
):
    row = asked(cast, pia, now)
    for surname in ("One", "Two", "Three"):
        sent_in(unit, surname=surname)

    for client, address, most in (
        (unit, "/asks/new", 9),
        (unit, "/asks", 18),
        (unit, f"/asks/{row.ask_id}", 18),
        (as_("amina"), "/asked-about", 14),
        (as_("amina"), f"/asked-about/{row.pk}", 18),
    ):
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200
