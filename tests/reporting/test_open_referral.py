"""The list of services as a page of Open Referral UK, that others and we ourselves can read."""

import json

from returnhome.casework import services
from returnhome.casework.models import Service
from returnhome.casework.services import Taken
from returnhome.intake import open_referral as directories
from returnhome.reporting import open_referral
from returnhome.rules.helping import NeedKind
from returnhome.rules.services import Described
from tests.cast import NOW, Cast, hours

WHOLE = Described(
    reference="b0a7c1de-0000-4000-8000-000000000002",
    name="Boxing “club”",
    organisation="The Barn",
    description="Twice a week.\n\nKit is there.",
    who_for="Whoever comes",
    url="https://example.org/box",
    email="box@example.org",
    phone="01632 960002",
    address="2 Mill Lane, Room 3",
    town="Northtown",
    postcode="NN1 1NN",
    minimum_age=10,
    maximum_age=17,
    helps_with=(NeedKind.FEELING, NeedKind.ACTIVITIES),
)
BARE = Described(reference="bare", name="Law centre")


def listed(cast: Cast) -> dict:
    for said in (WHOLE, BARE):
        services.add(cast.northshire, said, by=cast.mara, at=NOW)
    return open_referral.page(Service.objects.of(cast.northshire.pk).standing().by_name())


def test_every_service_has_what_the_standard_asks_for(cast: Cast) -> None:
    page = listed(cast)

    assert (page["total_items"], page["page_number"], page["last_page"]) == (2, 1, True)
    for said in page["contents"]:
        assert {"id", "name", "status", "url"} <= said.keys()
    assert page["contents"][0]["organization"].keys() == {"id", "name", "description"}
    assert page["contents"][1].keys() == {"id", "name", "status", "url", "last_modified"}


def test_what_goes_out_comes_in_again_as_it_was(cast: Cast) -> None:
    content = json.dumps(listed(cast)).encode()

    directory = directories.read(content)

    assert sorted(directory.described, key=lambda each: each.name) == [WHOLE, BARE]

    def take_in(authority) -> Taken:
        return services.take_in(authority, directory.described, by=cast.mara, at=NOW + hours(1))

    assert take_in(cast.northshire) == Taken(unchanged=2)
    assert take_in(cast.westborough) == Taken(added=2)
    theirs = Service.objects.of(cast.westborough.pk).standing().by_name()
    again = open_referral.page(theirs)["contents"]
    assert [one | {"last_modified": ""} for one in again] == [
        one | {"last_modified": ""} for one in json.loads(content)["contents"]
    ]
