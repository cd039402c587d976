"""Standing arrangements on the pages: the list, a new one, another council's yes, and the end."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from returnhome.casework import agreements, staff
from returnhome.casework.models import Agreement
from returnhome.rules.codes import Cohort, Role
from tests.cast import Cast
from tests.web.asking import words_of
from tests.web.test_staff import on

pytestmark = pytest.mark.check

DAY = timedelta(days=1)


@pytest.fixture
def wanda(cast: Cast, now) -> Client:
    """Westborough's manager, signed in."""
    person = staff.add_person(
        "wanda@example.invalid", "Wanda Ness", password=None, by=cast.wes, at=now
    )
    council = cast.westborough_council
    staff.appoint(person, Role.MANAGER, council, since=now.date(), by=cast.wes, at=now)
    client = Client()
    client.force_login(person)
    return client


def with_westborough(cast: Cast, now, **changed: Any) -> Agreement:
    given = {"to_authority": cast.westborough, "since": now.date(), "by": cast.mara, "at": now}
    return agreements.agree(cast.northshire, **given | changed)


def with_open_path(cast: Cast, now, **changed: Any) -> Agreement:
    given = {"to_provider": cast.open_path, "covers": [Cohort.HOME], "since": now.date()}
    return agreements.agree(cast.northshire, **given | changed, by=cast.mara, at=now)


def council(name: str, since: date) -> dict[str, Any]:
    return {"whom": "council", "council": name, **on("since", since)}


def provider(cast: Cast, since: date, *cohorts: str) -> dict[str, Any]:
    chosen = {"provider": str(cast.open_path.pk), "covers": list(cohorts)}
    return {"whom": "provider", **chosen, **on("since", since)}


# A new one.


def test_mara_notes_that_a_provider_interviews(as_, cast: Cast, now):
    form = provider(cast, now.date(), "home", "looked_after_in_area") | on(
        "until", now.date() + 90 * DAY
    )

    response = as_("mara").post("/agreements/add", form, follow=True)

    agreement = Agreement.objects.get()
    assert agreement.authority == cast.northshire
    assert (agreement.to_provider, agreement.is_agreed) == (cast.open_path, True)
    words = words_of(response)
    assert "Noted: Open Path interviews from" in words
    assert "In force" in words
    assert "Missing from home and looked after, placed in our area" in words


def test_mara_asks_another_council_which_then_agrees(as_, cast: Cast, now, wanda: Client):
    noted = as_("mara").post("/agreements/add", council("westborough", now.date()), follow=True)
    agreement = Agreement.objects.get()
    waiting = words_of(wanda.get("/agreements"))

    response = wanda.post(f"/agreements/{agreement.pk}/accept", follow=True)

    assert "It holds once Westborough has agreed to it." in words_of(noted)
    assert "Westborough has not agreed yet." in words_of(noted)
    assert "Waiting for a yes" in waiting
    assert "Agree to the arrangement of Northshire with Westborough" in waiting
    assert "Agreed. You interview for Northshire from" in words_of(response)
    assert Agreement.objects.in_force(now.date()).exists()


@pytest.mark.parametrize("typed", ["Hull", "Kingston upon Hull", "hull city council"])
def test_a_council_is_found_as_people_write_it(as_, cast: Cast, now, typed: str):
    as_("mara").post("/agreements/add", council(typed, now.date()))

    agreement = Agreement.objects.get()
    assert agreement.with_whom == "Kingston upon Hull, City of"
    # Nobody there can say yes here: what the council notes holds.
    assert agreement.is_agreed


def test_councils_are_offered_while_one_types(as_, cast: Cast):
    page = as_("mara").get("/agreements/add").content.decode()

    assert 'list="id_council-list"' in page
    assert '<option value="Leeds"></option>' in page
    assert '<option value="Northshire"></option>' not in page
    assert '<option value="Cardiff"></option>' not in page


@pytest.mark.parametrize("typed", ["Nowhere", "Cardiff"])
def test_a_council_that_is_not_english_or_not_there_is_refused(as_, cast: Cast, now, typed: str):
    response = as_("mara").post("/agreements/add", council(typed, now.date()))

    assert "No English council has this name" in words_of(response)
    assert f'value="{typed}"' in response.content.decode()
    assert not Agreement.objects.exists()


def test_what_no_arrangement_can_be_is_said_in_one_sentence(as_, cast: Cast, now):
    with_open_path(cast, now)
    mara, today = as_("mara"), now.date()

    def told(form: dict[str, Any]) -> str:
        return words_of(mara.post("/agreements/add", form))

    assert "Select who is to interview" in told(on("since", today))
    assert "Enter which council" in told(council("", today))
    assert "A council needs no arrangement with itself." in told(council("Northshire", today))
    assert "Say which children it is for." in told(provider(cast, today))
    assert "There is an arrangement with them over that time already." in told(
        provider(cast, today, "home")
    )
    early = provider(cast, today - 9 * DAY, "home") | on("until", today - 10 * DAY)
    assert "It would end before it began." in told(early)
    assert Agreement.objects.count() == 1


# The end.


def test_either_side_can_end_it(as_, cast: Cast, now, wanda: Client):
    agreement = with_westborough(cast, now)
    page = f"/agreements/{agreement.pk}/end"

    response = as_("mara").post(page, on("on", now.date() + 9 * DAY), follow=True)
    sooner = wanda.post(page, on("on", now.date()), follow=True)

    assert "It ends after" in words_of(response)
    assert "It ends after" in words_of(sooner)
    assert Agreement.objects.get().until == now.date()


def test_it_cannot_end_in_the_past(as_, cast: Cast, now):
    agreement = with_open_path(cast, now, since=now.date() - 30 * DAY)
    page = f"/agreements/{agreement.pk}/end"

    response = as_("mara").post(page, on("on", now.date() - DAY))

    assert "Give today or a later day" in words_of(response)
    assert Agreement.objects.get().until is None


# The list.


def test_the_list_tells_what_is_in_force_to_come_and_ended(as_, cast: Cast, now):
    today = now.date()
    with_open_path(cast, now, since=today - 90 * DAY, until=today - 60 * DAY)
    with_open_path(cast, now, since=today - 30 * DAY, until=today + DAY)
    with_open_path(cast, now, since=today + 10 * DAY)

    words = words_of(as_("amina").get("/agreements"))

    places = [words.index(title) for title in ("In force", "To come", "Ended")]
    assert places == sorted(places)
    assert "Waiting for a yes" not in words
    # A coordinator sees them, and changes none.
    assert "Add an arrangement" not in words
    assert "End the arrangement" not in words


def test_the_provider_sees_where_it_interviews(as_, cast: Cast, now):
    with_open_path(cast, now)
    with_westborough(cast, now)

    words = words_of(as_("pat").get("/agreements"))

    assert "Open Path" in words
    assert "Westborough" not in words


def test_an_empty_list_says_what_that_means(as_, cast: Cast):
    assert "There are none." in words_of(as_("owen").get("/agreements"))


def test_managers_find_it_from_people(as_, cast: Cast):
    link = "Standing arrangements with other councils and providers"

    assert link in words_of(as_("mara").get("/people"))
    assert link not in words_of(as_("amina").get("/people"))


def test_a_stranger_sees_none_and_changes_none(as_, cast: Cast, now):
    agreement = with_westborough(cast, now)
    owen = as_("owen")

    assert "Westborough" not in words_of(owen.get("/agreements"))
    assert owen.get(f"/agreements/{agreement.pk}/end").status_code == 404
    assert owen.post(f"/agreements/{agreement.pk}/accept").status_code == 404
    assert Agreement.objects.get().agreed_at is None


@pytest.mark.parametrize("who", ["amina", "ines", "sol", "pat", "ana", "adi", "wes"])
def test_only_managers_add_agree_and_end(as_, cast: Cast, now, who: str):
    agreement = with_westborough(cast, now)
    client = as_(who)

    assert client.get("/agreements/add").status_code == 404
    assert client.post(f"/agreements/{agreement.pk}/accept").status_code == 404
    assert client.post(f"/agreements/{agreement.pk}/end").status_code == 404
    assert client.get("/agreements").status_code == (404 if who in ("ana", "adi") else 200)


def test_mara_cannot_say_yes_in_another_councils_name(as_, cast: Cast, now):
    agreement = with_westborough(cast, now)

    assert as_("mara").post(f"/agreements/{agreement.pk}/accept").status_code == 404
    assert not Agreement.objects.get().is_agreed


def test_a_yes_said_twice_is_refused_in_a_sentence(cast: Cast, now, wanda: Client):
    agreement = with_westborough(cast, now)
    wanda.post(f"/agreements/{agreement.pk}/accept")

    again = wanda.post(f"/agreements/{agreement.pk}/accept")

    assert again.status_code == 409
    assert "This arrangement has been agreed to already." in words_of(again)


def test_the_list_asks_few_questions(as_, cast: Cast, now, django_assert_max_num_queries):
    for number in range(8):
        day = now.date() + 10 * number * DAY
        with_open_path(cast, now, since=day, until=day + DAY)
        with_westborough(cast, now, since=day, until=day + DAY)
    mara = as_("mara")

    with django_assert_max_num_queries(8):
        mara.get("/agreements")
