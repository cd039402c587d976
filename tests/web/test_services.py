"""The council's list of services under Set-up: kept by hand, taken in, and given out."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from returnhome.casework import services
from returnhome.casework.models import Service
from returnhome.rules.helping import NeedKind
from returnhome.rules.services import Described
from tests.cast import Cast, hours
from tests.web.asking import words_of

pytestmark = pytest.mark.check


@pytest.fixture
def club(cast: Cast, now: datetime) -> Service:
    said = Described(name="Boxing club", organisation="The Barn", minimum_age=10, maximum_age=17)
    return services.add(cast.northshire, said, by=cast.mara, at=now - hours(1))


def file(said: Any, name: str = "services.json") -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, json.dumps(said).encode())}


def test_mara_adds_a_service_and_everybody_of_her_council_finds_it(as_, cast: Cast):
    form = {
        "name": "Boxing club",
        "description": "Twice a week",
        "helps_with": ["activities", "friends"],
        "minimum_age": "10",
        "url": "https://example.org",
    }

    response = as_("mara").post("/services/add", form, follow=True)

    assert "Boxing club is on the list." in words_of(response)
    service = Service.objects.get()
    assert service.described.helps_with == (NeedKind.FRIENDS, NeedKind.ACTIVITIES)
    words = words_of(as_("ines").get("/services?about=friends&q=box"))
    assert "From 10" in words
    assert "Helps with:" in words
    assert "Nothing on the list fits" in words_of(as_("ines").get("/services?q=swim"))


def test_the_administrator_keeps_the_list_too(as_, club: Service):
    assert as_("adi").get(f"/services/{club.pk}/change").status_code == 200


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "Enter the name"),
        ({"minimum_age": "12", "maximum_age": "5"}, "the youngest first"),
        ({"minimum_age": "x"}, "Enter a whole number"),
        ({"minimum_age": "999"}, "An age is a whole number of years"),
        ({"url": "javascript:alert(1)"}, "A web address begins with http"),
        ({"name": "boxing CLUB", "organisation": "the barn"}, "on the list already"),
    ],
)
def test_what_the_list_cannot_hold_is_said_at_its_field(as_, club, changed, sentence):
    response = as_("mara").post("/services/add", {"name": "Gym"} | changed)

    assert sentence in words_of(response)
    assert Service.objects.count() == 1


def test_a_change_keeps_the_entry_that_was(as_, club: Service):
    form = {"name": "Boxing gym", "organisation": "The Barn"}

    response = as_("mara").post(f"/services/{club.pk}/change", form, follow=True)

    assert "Boxing gym" in words_of(response)
    assert Service.objects.count() == 2
    stale = as_("mara").post(f"/services/{club.pk}/change", form)
    assert "changed or ended this entry meanwhile" in words_of(stale)
    assert as_("mara").get(f"/services/{club.pk}/change").status_code == 404


def test_a_service_is_taken_off_the_list(as_, club: Service):
    assert "Boxing club" in words_of(as_("mara").get(f"/services/{club.pk}/end"))

    as_("mara").post(f"/services/{club.pk}/end")

    assert "The list is empty" in words_of(as_("mara").get("/services"))


def test_a_directory_is_taken_in_with_a_sentence_for_each_refusal(as_, club: Service):
    said = [{"id": "1", "name": "Law centre"}, {"name": "No id"}]

    words = words_of(as_("mara").post("/services/import", file(said)))

    assert "2 services read 1 added 0 changed 0 taken off the list 0 unchanged 1 refused" in words
    assert "Service 2 (No id): It has no id, so it could not be known again." in words
    again = words_of(as_("mara").post("/services/import", file(said)))
    assert "0 added 0 changed 0 taken off the list 1 unchanged" in again


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "Choose the file"),
        ({"file": SimpleUploadedFile("x.json", b"")}, "The file is empty"),
        ({"file": SimpleUploadedFile("x.csv", b"a,b")}, "This is no JSON file"),
        (file({"a": 1}), "There is no list of services in this file."),
    ],
)
def test_what_is_no_directory_is_refused_whole(as_, cast: Cast, sent, sentence):
    assert sentence in words_of(as_("mara").post("/services/import", sent))
    assert not Service.objects.exists()


def test_the_list_goes_out_and_comes_in_unchanged(as_, club: Service):
    out = as_("ines").get("/services/export")

    assert out.headers["Content-Disposition"].endswith('"services.json"')
    said = json.loads(out.content)
    assert said["contents"][0]["name"] == "Boxing club"
    assert "1 unchanged" in words_of(as_("mara").post("/services/import", file(said)))


@pytest.mark.parametrize("who", ["owen", "wes"])
def test_another_council_keeps_another_list(as_, club: Service, who: str):
    words = words_of(as_(who).get("/services"))

    assert "Boxing club" not in words
    assert as_(who).get(f"/services/{club.pk}/change").status_code == 404


@pytest.mark.parametrize("who", ["pat", "ana"])
def test_whoever_offers_nothing_for_a_council_has_no_list(as_, who: str):
    assert as_(who).get("/services").status_code == 404


@pytest.mark.parametrize("who", ["amina", "ines", "sol"])
def test_whoever_works_from_the_list_does_not_change_it(as_, club: Service, who: str):
    for address in ("add", "import", f"{club.pk}/change", f"{club.pk}/end"):
        assert as_(who).get(f"/services/{address}").status_code == 404
    assert "Change" not in words_of(as_(who).get("/services"))


def test_the_page_asks_as_often_for_many_as_for_one(
    as_, cast: Cast, now, django_assert_max_num_queries
):
    for number in range(20):
        said = Described(name=f"Club {number}")
        services.add(cast.northshire, said, by=cast.mara, at=now)
    mara = as_("mara")

    # The page's own (2), session, person, posts, areas; how many, and which.
    with django_assert_max_num_queries(9):
        assert "20 services" in words_of(mara.get("/services"))
