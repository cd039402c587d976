"""Children brought to an exploitation panel: the verbs, and what the database keeps."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from returnhome.casework import acting, packs, restrictions
from returnhome.casework.models import Pack, PackChild
from returnhome.rules import packing
from tests.casework.ledger import act, last_act, refused_by, rewrite
from tests.cast import NOW, Cast, hours

LATER = NOW + hours(1)
DAY = NOW.date() + timedelta(days=6)


@pytest.fixture
def pack(cast: Cast) -> Pack:
    return packs.make(
        cast.northshire, name=" Exploitation  panel ", meets_on=DAY, by=cast.amina, at=NOW
    )


@pytest.fixture
def brought(cast: Cast, pack: Pack) -> PackChild:
    return packs.bring(pack, cast.sky, "Fetched by a car", by=cast.amina, at=NOW)


def test_a_pack_is_made_for_the_council_of_whoever_makes_it(cast: Cast, pack: Pack):
    assert (pack.name, pack.made_by, pack.made_at) == ("Exploitation panel", cast.amina, NOW)
    assert last_act() == act("make pack", pack, cast.amina, NOW, None)
    for who in (cast.wes, cast.ines):
        with pytest.raises(packing.NotOurs):
            packs.make(cast.northshire, name="Panel", meets_on=DAY, by=who, at=NOW)


def test_only_a_child_for_whom_the_council_answers_is_brought(cast: Cast, pack, brought):
    assert last_act() == act("bring to panel", brought, cast.amina, NOW, cast.sky.pk)
    for who in (cast.wes, cast.owen, cast.ines):
        with pytest.raises(packing.NotOurs):
            packs.bring(pack, cast.kit, "Why not", by=who, at=LATER)
    with pytest.raises(packing.BroughtAlready):
        packs.bring(pack, cast.sky, "Again", by=cast.sol, at=LATER)
    with pytest.raises(packing.HasMet):
        packs.bring(pack, cast.kit, "Late", by=cast.sol, at=NOW + timedelta(days=8))


def test_whoever_was_taken_off_can_be_brought_again(cast: Cast, pack, brought):
    off = packs.take_off(brought, "Another panel", by=cast.sol, at=LATER)

    assert last_act() == act("take off panel", off, cast.sol, LATER, cast.sky.pk)
    with pytest.raises(packing.TakenOffAlready):
        packs.take_off(brought, "Again", by=cast.sol, at=LATER)
    assert packs.bring(pack, cast.sky, "It happened again", by=cast.amina, at=LATER)


def test_the_database_itself_keeps_a_pack_as_it_was_made(cast: Cast, pack, brought):
    for changed in ({"made_by": cast.sol}, {"authority": cast.westborough}):
        with refused_by("name and day are put right"):
            rewrite(Pack.objects.filter(pk=pack.pk), **changed)
    empty = packs.make(cast.northshire, name="Panel", meets_on=DAY, by=cast.amina, at=NOW)
    with refused_by("name and day are put right"):
        Pack.objects.filter(pk=empty.pk).delete()
    with (
        pytest.raises(IntegrityError, match="a_pack_is_taken_away_by_somebody"),
        transaction.atomic(),
    ):
        Pack.objects.filter(pk=pack.pk).update(ended_at=LATER)
    with refused_by("only the end is written"):
        rewrite(PackChild.objects.filter(pk=brought.pk), because="x")
    with refused_by("only the end is written"):
        PackChild.objects.filter(pk=brought.pk).delete()
    row = {"pack": pack, "child": cast.sky, "brought_at": NOW, "brought_by": cast.amina}
    for name, more in (
        ("a_child_is_brought_once", {}),
        ("who_is_taken_off_has_time_and_person", {"ended_at": NOW}),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            PackChild.objects.create(**row, **more)
    with pytest.raises(IntegrityError, match="a_panel_has_a_name"), transaction.atomic():
        Pack.objects.create(
            authority=cast.northshire, name="", meets_on=DAY, made_at=NOW, made_by=cast.amina
        )


def test_a_pack_is_moved_and_renamed_and_whoever_is_brought_stays(cast: Cast, pack, brought):
    other = DAY + timedelta(days=7)

    moved = packs.put_right(pack, name="The  panel", meets_on=other, by=cast.sol, at=LATER)

    assert (moved.name, moved.meets_on, moved.made_by) == ("The panel", other, cast.amina)
    assert last_act() == act("put pack right", pack, cast.sol, LATER, None)
    assert PackChild.objects.standing().get().pack_id == pack.pk
    for who in (cast.wes, cast.ines):
        with pytest.raises(packing.NotOurs):
            packs.put_right(pack, name="Panel", meets_on=other, by=who, at=LATER)
    with pytest.raises(packing.MetAlready):
        packs.put_right(
            pack, name="Panel", meets_on=other, by=cast.sol, at=NOW + timedelta(days=20)
        )


def test_a_pack_is_taken_away_once_with_a_reason_and_nobody_is_brought_to_it(
    cast: Cast, pack, brought
):
    with pytest.raises(packing.WhyAwayMissing):
        packs.take_away(pack, " ", by=cast.sol, at=LATER)
    with pytest.raises(packing.NotOurs):
        packs.take_away(pack, "Made twice", by=cast.wes, at=LATER)

    away = packs.take_away(pack, "Made twice", by=cast.sol, at=LATER)

    assert last_act() == act("take pack away", pack, cast.sol, LATER, None)
    assert away.ended_because == "Made twice"
    assert not Pack.objects.to_come(NOW.date()).exists()
    for refused in (
        lambda: packs.take_away(pack, "Again", by=cast.sol, at=LATER),
        lambda: packs.bring(pack, cast.kit, "A car", by=cast.sol, at=LATER),
        lambda: packs.put_right(pack, name="Panel", meets_on=DAY, by=cast.sol, at=LATER),
    ):
        with pytest.raises(packing.TakenAway):
            refused()
    with refused_by("name and day are put right"):
        Pack.objects.filter(pk=pack.pk).update(name="Another")


@pytest.mark.parametrize(
    ("who", "is_theirs"),
    [("amina", True), ("sol", True), ("mara", True), ("ines", False), ("wes", False)],
)
def test_a_pack_is_there_for_its_own_council_alone(cast: Cast, brought, who, is_theirs):
    person = getattr(cast, who)

    with acting.on_behalf_of(person), transaction.atomic():
        # By the first lock, and by the second alone.
        assert Pack.objects.visible_to(person).exists() == is_theirs
        assert Pack.objects.exists() == is_theirs
        assert PackChild.objects.visible_to(person).exists() == is_theirs
        assert PackChild.objects.exists() == is_theirs


def test_of_a_restricted_child_the_pack_is_there_and_the_child_is_not(cast: Cast, brought):
    restrictions.restrict(cast.sky, "In danger", by=cast.mara, at=LATER)
    amina = cast.amina

    with acting.on_behalf_of(amina), transaction.atomic():
        assert Pack.objects.exists()
        assert not PackChild.objects.visible_to(amina).exists()
        assert not PackChild.objects.exists()
