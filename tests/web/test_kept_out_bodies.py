"""What is another organisation's, or of the council that must act now, and is kept from others."""

from datetime import date, datetime

import pytest

from returnhome.casework import children, harm, restrictions, staff
from returnhome.casework.models import (
    Child,
    Delivery,
    Episode,
    JournalEntry,
    Organisation,
    Placement,
    PreventionInterview,
    Team,
    Telling,
)
from returnhome.rules.codes import Role
from tests.cast import Cast, booked, hours, missing, returned, signed, wrote
from tests.web.asking import words_of
from tests.web.test_intake import kits, received, rows
from tests.web.test_kept_out import browser_of, employed
from tests.web.test_matching import told

pytestmark = pytest.mark.check


@pytest.fixture
def eastmoor(cast: Cast) -> Organisation:
    return Organisation.objects.get(name="Eastmoor Council")


def test_the_work_list_is_narrowed_to_no_team_of_anothers(as_, cast: Cast, eastmoor):
    Team.objects.create(organisation=eastmoor, name="Eastmoor by night")
    Team.objects.create(organisation=cast.northshire_council, name="Northshire by night")

    words = words_of(as_("amina").get("/"))

    assert "Northshire by night" in words
    assert "Eastmoor by night" not in words


def test_whoever_also_sends_files_takes_in_those_for_their_own_council_alone(
    cast: Cast, now: datetime, eastmoor
):
    two = employed("two", Role.COORDINATOR, cast.northshire_council, now)
    since = {"since": date(2024, 1, 1), "by": cast.adi, "at": now}
    staff.appoint(two, Role.POLICE, cast.northshire_police, **since)
    sent = {
        name: Delivery.objects.create(
            sender=cast.northshire_police,
            received_for=council,
            filename=f"{name}.csv",
            digest=name[0] * 64,
            layout="list",
            received_at=now,
            received_by=cast.owen,
        )
        for name, council in (("eastmoor", eastmoor), ("northshire", cast.northshire_council))
    }

    client = browser_of(two)
    words = words_of(client.get("/intake"))

    assert "northshire.csv" in words
    assert "eastmoor.csv" not in words
    assert client.post(f"/deliveries/{sent['eastmoor'].pk}/discard").status_code == 404


def test_the_council_that_only_counts_an_episode_is_not_told_who_was_told(
    as_, cast: Cast, now: datetime
):
    episode = returned(cast.kit, at=now)
    Telling.objects.create(
        episode=episode,
        whom="parent",
        occasion="missing",
        means="telephone",
        told_at=now - hours(3),
        told_by=cast.sol,
        recorded_at=now,
        recorded_by=cast.sol,
    )
    PreventionInterview.objects.create(
        episode=episode,
        held_at=now - hours(5),
        held_precision="exact",
        recorded_at=now,
        recorded_by=cast.ines,
    )
    Episode.objects.update(responsible_authority=cast.eastmoor, counted_under=cast.northshire)

    ours = words_of(as_("amina").get(f"/episodes/{episode.pk}"))
    theirs = words_of(as_("owen").get(f"/episodes/{episode.pk}"))

    assert "Kit O’Dell" in ours
    for name in ("Sol Bennett", "Ines Okafor"):
        assert name in theirs, name
        assert name not in ours, name


def test_the_adult_pathway_is_for_whoever_decides_what_follows(as_, cast: Cast, now: datetime):
    Child.objects.filter(pk=cast.sky.pk).update(born_on=date(2005, 1, 1))
    episode = returned(cast.sky, at=now)
    pathway = f"/episodes/{episode.pk}/adult-pathway"

    pages = {n: as_(n).get(f"/episodes/{episode.pk}").content.decode() for n in ("amina", "ines")}

    assert pathway in pages["amina"]
    assert pathway not in pages["ines"]


def test_what_she_told_of_harm_is_on_no_page_of_a_stranger(as_, cast: Cast, now: datetime):
    row = harm.tell(cast.sky, "He hit me", by=cast.ines, at=now, told_at=now, is_in_danger=False)
    address = f"/disclosures/{row.pk}"

    assert "He hit me" in words_of(as_("wes").get(address))
    assert as_("owen").get(address).status_code == 404


def test_whoever_is_kept_out_names_nobody_who_came_after_and_is_like_them(
    as_, cast: Cast, now: datetime
):
    restrictions.keep_out(cast.kit, cast.amina, "Her nephew", by=cast.mara, at=now)
    unnamed = told(cast, now)

    assert as_("mara").get(f"/children/{unnamed.pk}/match").status_code == 200
    assert as_("amina").get(f"/children/{unnamed.pk}/match").status_code == 404


def test_whoever_only_interviews_has_nothing_of_her_care_to_establish(
    as_, cast: Cast, now: datetime
):
    Placement.objects.filter(child=cast.sky).delete()
    episode = missing(cast.sky, last_seen=now - hours(5), at=now)

    assert "To be established" in words_of(as_("amina").get(f"/episodes/{episode.pk}"))
    assert "To be established" not in words_of(as_("ines").get(f"/episodes/{episode.pk}"))


def test_a_file_that_is_in_lists_no_row_of_a_child_who_is_closed_since(
    as_, cast: Cast, now: datetime
):
    of_robin = {"A1": "A9", "O'Dell": "Ashdown", "Kit": "Robin", "30/09/2012": "17/01/2010"}
    back = "02/02/2026 09:00"
    amina = as_("amina")
    delivery = received(amina, rows(kits(found=back), kits(found=back, **of_robin)))
    amina.post(f"/deliveries/{delivery.pk}/confirm")
    restrictions.keep_out(cast.kit, cast.amina, "Her nephew", by=cast.mara, at=now)

    pages = {n: words_of(as_(n).get(f"/deliveries/{delivery.pk}")) for n in ("amina", "mara")}

    assert "A1" in pages["mara"]
    assert "A9" in pages["amina"]
    assert "A1" not in pages["amina"]


def test_an_episode_of_before_is_not_in_the_childs_story(as_, cast: Cast, now: datetime):
    before = returned(cast.kit, hours_ago=90, at=now)
    assert f"/episodes/{before.pk}" in as_("amina").get(f"/children/{cast.kit.pk}").content.decode()

    children.pass_to(cast.kit, cast.eastmoor, by=cast.amina, at=now)

    story = as_("owen").get(f"/children/{cast.kit.pk}").content.decode()
    assert "O’Dell" in story
    assert f"/episodes/{before.pk}" not in story


def test_a_colleague_is_shown_no_word_of_an_earlier_talk_and_none_is_put_down_as_read(
    cast: Cast, now: datetime
):
    ivo = employed("ivo", Role.INTERVIEWER, cast.northshire_council, now)
    then = now - hours(300)
    signed(returned(cast.kit, at=then), interviewer=cast.ines, by=cast.amina, at=then)
    episode = returned(cast.kit, at=now)
    wrote(episode, by=cast.amina, at=now)
    talk = booked(episode, interviewer=cast.ines, by=cast.amina, at=now)
    prepare, own = f"/interviews/{talk.pk}/prepare", f"/episodes/{episode.pk}/own-pages"

    for person, reads in ((cast.ines, True), (ivo, False)):
        client = browser_of(person)
        assert ("I wanted to see my nan." in words_of(client.get(prepare))) is reads
        assert client.get(own).status_code == 200
        read = JournalEntry.objects.filter(by_id=person.pk, kind="ownwords")
        assert read.exists() is reads


def test_harm_that_waits_is_on_no_list_of_whoever_is_kept_out(as_, cast: Cast, now: datetime):
    harm.tell(cast.sky, "He hit me", by=cast.ines, at=now, told_at=now, is_in_danger=False)
    assert "Marlowe" in words_of(as_("sol").get("/"))

    restrictions.keep_out(cast.sky, cast.sol, "Her uncle", by=cast.mara, at=now)

    assert "Marlowe" not in words_of(as_("sol").get("/"))
