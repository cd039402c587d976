from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from returnhome.casework import places, reference
from returnhome.casework.places import Authority, Force, Nation, Postcode, ReferenceLoad, Succession

pytestmark = pytest.mark.django_db

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
TODAY = date(2026, 1, 5)

# Postcodes of council offices, as the directory has them.
OFFICES = [
    ("LS11UR", "E08000035", 429833, 434079),
    ("BD11HY", "E08000032", 416350, 432917),
    ("WF12HQ", "E08000036", 433018, 420931),
    ("S12HH", "E08000039", 435359, 387191),
    ("NN11ED", "E06000062", 475486, 260275),
    ("CA38NA", "E06000063", 340211, 555617),
    ("BH26DY", "E06000058", 408425, 91431),
    ("DT11XJ", "E06000059", 368985, 90881),
    ("CF104UW", "W06000015", 319301, 175160),
]


@pytest.fixture
def authorities():
    places.load_reference(at=AT)


@pytest.fixture
def offices(authorities):
    known = dict(Authority.objects.values_list("gss_code", "pk"))
    trust = Authority.objects.get(name="Belfast Health and Social Care Trust").pk
    rows = [
        Postcode(pk=code, authority_id=known[gss], easting=east, northing=north)
        for code, gss, east, north in OFFICES
    ]
    rows += [
        Postcode(pk="BT15GS", authority_id=trust, easting=333832, northing=374014),
        Postcode(pk="LS11ZZ", authority_id=known["E08000035"]),
    ]
    Postcode.objects.filter(pk__in=[row.pk for row in rows]).delete()
    Postcode.objects.bulk_create(rows)


def gss(authority):
    return authority and authority.gss_code


# The lists


def test_england_has_153_authorities_each_with_its_force_and_region(authorities):
    english = Authority.objects.existing_on(TODAY).filter(
        nation=Nation.ENGLAND, gss_code__startswith="E"
    )

    assert english.count() == 153
    assert not english.filter(force=None).exists()
    assert not english.filter(region="").exists()
    assert Authority.objects.get(gss_code="E08000035").force.name == "West Yorkshire Police"


def test_wales_scotland_and_northern_ireland_are_there_too(authorities):
    by_nation = [
        Authority.objects.filter(nation=nation).count()
        for nation in (Nation.WALES, Nation.SCOTLAND, Nation.NORTHERN_IRELAND)
    ]

    assert by_nation == [22, 32, 5]


def test_british_transport_police_send_but_cover_no_single_area(authorities):
    railway = Force.objects.get(name="British Transport Police")

    assert railway.code is None
    assert not railway.authorities.exists()
    # The lists' own: the cast has a force of its own beside them.
    assert Force.objects.exclude(name="Northshire Police").count() == 40


def test_loading_the_lists_again_changes_nothing(authorities):
    before = [list(model.objects.order_by("pk").values()) for model in (Authority, Succession)]

    noted = ReferenceLoad.objects.get(name="authorities").loaded_at

    places.load_reference(at=datetime(2026, 2, 1, tzinfo=UTC))

    after = [list(model.objects.order_by("pk").values()) for model in (Authority, Succession)]
    assert after == before
    assert ReferenceLoad.objects.get(name="authorities").loaded_at == noted


def test_loading_the_lists_puts_right_what_differs_and_leaves_what_it_does_not_know(authorities):
    Authority.objects.filter(gss_code="E08000035").update(name="Leedz", force=None)
    Authority.objects.create(name="Southmere", nation=Nation.ENGLAND)

    places.load_reference(at=AT)

    leeds = Authority.objects.get(gss_code="E08000035")
    assert (leeds.name, leeds.force.name) == ("Leeds", "West Yorkshire Police")
    assert Authority.objects.filter(name="Southmere").exists()


def test_every_successor_begins_the_day_after_its_predecessor_ended(authorities):
    for succession in Succession.objects.select_related("predecessor", "successor"):
        ended, began = succession.predecessor.until, succession.successor.since

        assert (began - ended).days == 1, succession.predecessor.name


def test_every_district_belongs_to_an_authority_of_today(authorities):
    for place in reference.read("districts") + reference.read("trusts"):
        by_code = places.authority_named(place["gss_code"], TODAY)

        assert by_code is not None, place["name"]
        assert places.authority_named(place["name"], TODAY) == by_code


def test_no_two_authorities_are_written_alike_once_case_and_titles_are_set_aside(authorities):
    for authority in Authority.objects.existing_on(TODAY):
        assert places.authority_named(authority.name.upper(), TODAY) == authority


# Who answers for a place


@pytest.mark.parametrize("written", ["LS1 1UR", "ls1 1ur", "LS11UR", " ls11 ur "])
def test_a_postcode_names_its_authority_however_it_is_written(offices, written):
    assert places.authority_at(written, TODAY).name == "Leeds"


@pytest.mark.parametrize("written", ["ZZ1 1ZZ", "IM1 1AA", "", "no fixed abode"])
def test_a_postcode_that_is_not_known_names_nobody(offices, written):
    assert places.authority_at(written, TODAY) is None


@pytest.mark.parametrize(
    ("postcode", "day", "expected"),
    [
        ("NN1 1ED", date(2021, 3, 31), "E10000021"),  # Northamptonshire's last day
        ("NN1 1ED", date(2021, 4, 1), "E06000062"),
        ("CA3 8NA", date(2019, 6, 1), "E10000006"),  # Cumbria
        ("S1 2HH", date(2025, 3, 31), "E08000019"),  # the same city under its earlier code
        ("S1 2HH", date(2025, 4, 1), "E08000039"),
        ("LS1 1UR", date(1999, 1, 1), "E08000035"),
        ("DT1 1XJ", date(2018, 1, 1), "E10000009"),
        ("BH2 6DY", date(2018, 1, 1), "E06000058"),  # of three predecessors none is certain
    ],
)
def test_an_old_episode_names_the_council_of_its_day(offices, postcode, day, expected):
    assert gss(places.authority_at(postcode, day)) == expected


def test_a_predecessor_of_a_predecessor_is_found_as_well(offices):
    sheffield = Authority.objects.get(gss_code="E08000019")
    sheffield.since = date(2000, 1, 1)
    sheffield.save()
    older = Authority.objects.create(
        name="Sheffield", gss_code="E08999999", nation=Nation.ENGLAND, until=date(1999, 12, 31)
    )
    Succession.objects.create(predecessor=older, successor=sheffield)

    assert places.authority_at("S1 2HH", date(1999, 5, 1)) == older


def test_naming_the_authority_of_a_postcode_takes_one_query(offices, django_assert_num_queries):
    with django_assert_num_queries(1):
        places.authority_at("S1 2HH", date(2020, 1, 1))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Bristol", "E06000023"),
        ("BRISTOL, CITY OF", "E06000023"),
        ("Hull", "E06000010"),
        ("Kingston upon Hull", "E06000010"),
        ("kingston-upon-hull city council", "E06000010"),
        ("London Borough of Barking & Dagenham", "E09000002"),
        ("City of London", "E09000001"),
        ("Westminster City Council", "E09000033"),
        ("Durham", "E06000047"),
        ("St Helens MBC", "E08000013"),
        ("Cambridge", "E10000003"),  # a district stands for its county
        ("King’s Lynn and West Norfolk", "E10000020"),
        ("e08000035", "E08000035"),
        ("E07000008", "E10000003"),
        ("E08000019", "E08000039"),  # a code out of use still means Sheffield
        ("Bournemouth", "E06000058"),
        ("Dorset", "E06000059"),
        ("Northamptonshire", None),  # shared out among two
        ("London", None),
        ("Atlantis", None),
        ("E99999999", None),
        ("", None),
    ],
)
def test_an_authority_is_known_by_its_name_however_written_or_its_code(
    authorities, written, expected
):
    assert gss(places.authority_named(written, TODAY)) == expected


@pytest.mark.parametrize(
    ("written", "day", "expected"),
    [
        ("Northamptonshire", date(2020, 1, 1), "E10000021"),
        ("West Northamptonshire", date(2020, 1, 1), "E10000021"),
        ("Somerset", date(2023, 3, 31), "E10000027"),
        ("Somerset", date(2023, 4, 1), "E06000066"),
        ("E08000039", date(2020, 1, 1), "E08000019"),
        ("Bournemouth, Christchurch & Poole", date(2018, 1, 1), "E06000058"),
        ("Poole", date(2018, 1, 1), "E06000029"),
    ],
)
def test_a_name_means_the_authority_that_bore_it_on_the_day(authorities, written, day, expected):
    assert gss(places.authority_named(written, day)) == expected


def test_a_trust_of_northern_ireland_is_known_by_its_districts(authorities):
    trust = places.authority_named("Newry, Mourne and Down", TODAY)

    assert trust.name == "Southern Health and Social Care Trust"
    assert places.authority_named("Southern HSC Trust", TODAY) == trust


def test_a_council_has_the_records_of_those_it_took_over_from(authorities):
    codes = {
        code: set(
            Authority.objects.filter(
                pk__in=places.lineage(Authority.objects.get(gss_code=code))
            ).values_list("gss_code", flat=True)
        )
        for code in ("E06000058", "E06000061", "E08000035")
    }

    assert codes == {
        "E06000058": {"E06000058", "E06000028", "E06000029", "E10000009"},
        "E06000061": {"E06000061", "E10000021"},
        "E08000035": {"E08000035"},
    }


def test_a_council_that_ended_does_not_see_what_came_after_it(authorities):
    northamptonshire = Authority.objects.get(gss_code="E10000021")

    assert places.lineage(northamptonshire) == {northamptonshire.pk}


# Distances


def test_the_distance_between_leeds_and_bradford_is_thirteen_and_a_half_kilometres(
    offices, django_assert_num_queries
):
    with django_assert_num_queries(1):
        distance = places.distance_km("LS1 1UR", "bd11hy")

    assert distance == pytest.approx(13.53, abs=0.01)


def test_a_place_is_no_distance_from_itself(offices):
    assert places.distance_km("LS1 1UR", "ls11ur") == 0


@pytest.mark.parametrize("other", ["ZZ1 1ZZ", "LS1 1ZZ", "BT1 5GS", ""])
def test_no_distance_is_given_to_a_place_unknown_unplaced_or_on_the_irish_grid(offices, other):
    assert places.distance_km("LS1 1UR", other) is None


# What the database itself holds to


def refused_by_the_database(act):
    with pytest.raises(IntegrityError), transaction.atomic():
        act()


def test_the_database_refuses_an_authority_that_ends_before_it_begins():
    refused_by_the_database(
        lambda: Authority.objects.create(
            name="Northshire", nation="England", since=TODAY, until=date(2025, 1, 1)
        )
    )


def test_the_database_refuses_a_nation_that_is_none_of_the_four():
    refused_by_the_database(lambda: Authority.objects.create(name="Northshire", nation="France"))


def test_the_database_refuses_two_authorities_of_one_name_at_a_time():
    Authority.objects.create(name="Southmere", nation="England", until=date(2020, 3, 31))
    Authority.objects.create(name="Southmere", nation="England", since=date(2020, 4, 1))

    refused_by_the_database(
        lambda: Authority.objects.create(
            name="Southmere", nation="England", since=date(2020, 3, 31), until=date(2020, 3, 31)
        )
    )


def test_the_database_refuses_a_code_used_twice(authorities):
    refused_by_the_database(
        lambda: Authority.objects.create(name="Second", nation="England", gss_code="E08000035")
    )


def test_the_database_refuses_the_same_succession_twice_and_to_itself(authorities):
    kept = Succession.objects.first()

    refused_by_the_database(
        lambda: Succession.objects.create(predecessor=kept.predecessor, successor=kept.successor)
    )
    refused_by_the_database(
        lambda: Succession.objects.create(predecessor=kept.successor, successor=kept.successor)
    )


def test_the_database_refuses_two_forces_of_one_name(authorities):
    refused_by_the_database(lambda: Force.objects.create(name="Kent Police"))


def test_the_database_refuses_two_editions_of_one_list(authorities):
    refused_by_the_database(
        lambda: ReferenceLoad.objects.create(name="authorities", version="2", rows=1, loaded_at=AT)
    )


# Who may see it


@pytest.mark.parametrize("model", [Force, Authority, Succession, ReferenceLoad])
def test_places_are_public_to_everyone_who_is_signed_in(authorities, model):
    owen = object()

    assert model.objects.visible_to(owen).count() == model.objects.count() > 0


# The whole directory


def test_postcodes_are_not_loaded_before_the_authorities():
    Authority.objects.filter(gss_code="E08000035").update(gss_code=None, name="Leedz")

    with pytest.raises(LookupError, match="Load the authorities"):
        places.load_postcodes(connection, at=AT)


def test_an_area_that_no_authority_has_stops_the_load():
    with pytest.raises(LookupError, match="S12000033"):
        next(reference.directory({}))


@pytest.mark.check
def test_every_postcode_of_the_directory_has_its_authority_and_is_loaded_once(authorities):
    ReferenceLoad.objects.filter(name="postcodes").delete()

    rows = places.load_postcodes(connection, at=AT)
    again = places.load_postcodes(connection, at=AT)

    living = Authority.objects.existing_on(TODAY)
    by_nation = {
        nation: Postcode.objects.filter(authority__in=living.filter(nation=nation)).count()
        for nation in Nation.values
    }
    assert again == 0
    assert rows == Postcode.objects.count() == sum(by_nation.values()) == 2_696_397
    assert by_nation["England"] == 2_264_892
    assert set(Postcode.objects.values_list("authority", flat=True).distinct()) == set(
        living.filter(Q(gss_code__isnull=False) | Q(nation=Nation.NORTHERN_IRELAND)).values_list(
            "pk", flat=True
        )
    )
    assert places.authority_at("BT48 7NN", TODAY).name == "Western Health and Social Care Trust"
    assert places.authority_at("TR21 0LW", TODAY).name == "Isles of Scilly"
    assert places.authority_at("CB3 0AP", TODAY).name == "Cambridgeshire"
