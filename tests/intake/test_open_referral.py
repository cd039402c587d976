"""A directory as Open Referral UK writes it: what is kept of it, and what is refused."""

import json
from typing import Any

import pytest

from returnhome.intake import open_referral
from returnhome.intake.open_referral import NoDirectory
from returnhome.rules.helping import NeedKind
from returnhome.rules.services import TAXONOMY, Described

# In the shape of the profile's own example, with invented words.
COUNSELLING: dict[str, Any] = {
    "id": "0b1d7a52-0000-4000-8000-000000000001",
    "name": "Talking\u00a0Room",
    "status": "active",
    "url": "https://example.org/talk",
    "description": "<p>Counselling &amp; rest.</p><p>No   referral<br>needed.</p>",
    "email": "talk@example.org",
    "minimum_age": 11,
    "maximum_age": "18.0",
    "organization": {"id": "o1", "name": "The Barn", "description": "A charity"},
    "contacts": [{"id": "c1", "phones": [{"id": "p1", "number": "01632 960001"}]}],
    "service_at_locations": [
        {
            "id": "s1",
            "location": {
                "addresses": [
                    {"address_1": "1 Mill Lane", "city": "Northtown", "postal_code": "nn1 1nn"}
                ]
            },
        }
    ],
    "attributes": [
        {"id": "a1", "taxonomy_term": {"code": "feeling", "taxonomy": TAXONOMY}},
        {"id": "a2", "taxonomy_term": {"code": "school", "taxonomy": "somebody else's"}},
    ],
}
KEPT = Described(
    reference="0b1d7a52-0000-4000-8000-000000000001",
    name="Talking Room",
    organisation="The Barn",
    description="Counselling & rest.\nNo referral\nneeded.",
    url="https://example.org/talk",
    email="talk@example.org",
    phone="01632 960001",
    address="1 Mill Lane",
    town="Northtown",
    postcode="NN1 1NN",
    minimum_age=11,
    maximum_age=18,
    helps_with=(NeedKind.FEELING,),
)


def read(said: Any) -> open_referral.Directory:
    return open_referral.read(json.dumps(said).encode())


def one(**changed: Any) -> Described:
    (described,) = read([COUNSELLING | changed]).described
    return described


def test_of_a_service_what_helps_somebody_choose_is_kept():
    assert read([COUNSELLING]).described == [KEPT]


@pytest.mark.parametrize(
    "around",
    [
        lambda service: [service],
        lambda service: {"total_pages": 1, "page_number": 1, "contents": [service]},
        lambda service: {"content": [service]},
        lambda service: {"services": [service], "organizations": []},
        lambda service: service,
    ],
)
def test_a_list_a_page_or_one_service_is_read_alike(around):
    assert read(around(COUNSELLING)).described == [KEPT]


def test_a_byte_order_mark_does_no_harm():
    assert open_referral.read(b"\xef\xbb\xbf[]").read == 0


def test_the_older_version_says_ages_and_places_elsewhere():
    older = {
        "id": "1",
        "name": "Talking Room",
        "eligibilitys": [{"eligibility": "Anybody", "minimum_age": 11, "maximum_age": 18}],
        "service_at_locations": [
            {"location": {"physical_addresses": [{"address_1": "1 Mill Lane"}]}}
        ],
    }

    (said,) = read([older]).described

    assert (said.minimum_age, said.maximum_age, said.who_for) == (11, 18, "Anybody")
    assert said.address == "1 Mill Lane"


@pytest.mark.parametrize("age", [None, "", 0, 999, "any", True, [5], "1e999"])
def test_an_age_that_means_everybody_is_none(age):
    assert one(minimum_age=age).minimum_age is None


def test_a_web_address_is_mended_or_left_out():
    assert one(url="www.example.org/x").url == "https://www.example.org/x"
    assert one(url="javascript:alert(1)").url == ""
    assert one(url="ask us").url == ""


def test_what_is_no_more_is_told_apart():
    directory = read([COUNSELLING | {"status": "Defunct"}])

    assert (directory.described, directory.over) == ([], [KEPT.reference])


def test_each_service_that_cannot_be_held_has_its_sentence_and_the_others_are_kept():
    directory = read(
        [
            COUNSELLING,
            COUNSELLING,
            {"name": "No id"},
            {"id": "2", "name": ""},
            {"id": "3", "name": "x" * 300},
            {"id": "4", "name": "Ages", "minimum_age": 18, "maximum_age": 11},
            "nonsense",
        ]
    )

    assert directory.described == [KEPT]
    assert directory.read == 7
    assert [row.in_words for row in directory.refused] == [
        "Service 2 (Talking Room): Its id stands in the file already.",
        "Service 3 (No id): It has no id, so it could not be known again.",
        "Service 4 (no name): Enter the name of the service.",
        f"Service 5 ({'x' * 80}): The name is longer than 200 characters.",
        "Service 6 (Ages): Ages are whole years from 0 to 150, the youngest first.",
        "Service 7 (no name): It is no service: a name and an id are missing.",
    ]


def test_one_page_of_several_says_so():
    note = read({"page_number": 1, "total_pages": 3, "contents": []}).note

    assert "page 1 of 3" in note


@pytest.mark.parametrize(
    "content",
    [b"", b"a,b\n1,2", b"\xff\xfe", b'{"a": 1}', b'"words"', b"3", b"null", b"[" * 100_000],
)
def test_what_is_no_directory_is_refused_whole(content):
    with pytest.raises(NoDirectory):
        open_referral.read(content)


@pytest.mark.parametrize("odd", [None, 5, "words", [], {}, [None], [[]], {"phones": 3}])
def test_nothing_inside_a_service_stops_the_reading(odd):
    names = ("organization", "contacts", "phones", "service_at_locations", "locations")
    more = ("attributes", "eligibilitys", "description", "status", "url", "minimum_age")

    directory = read([{"id": "1", "name": "x"} | dict.fromkeys((*names, *more), odd)])

    assert directory.read == 1
