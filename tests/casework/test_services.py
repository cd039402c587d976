"""A council's list of services: added, changed, ended, and taken in from a directory."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from returnhome.casework import services
from returnhome.casework.models import JournalEntry, Service
from returnhome.casework.services import ChangedMeanwhile, ListedAlready, NothingNew, Taken
from returnhome.rules.helping import NeedKind
from returnhome.rules.services import Described, NameMissing
from tests.casework.ledger import act, fresh, last_act, refused_by, who_sees
from tests.cast import NOW, Cast, hours

LATER = NOW + hours(1)
CLUB = Described(
    reference="club",
    name="Boxing club",
    organisation="The Barn",
    description="Twice a week",
    minimum_age=10,
    maximum_age=17,
    helps_with=(NeedKind.ACTIVITIES, NeedKind.FRIENDS),
)
LAW = Described(reference="law", name="Children’s law centre")


@pytest.fixture
def club(cast: Cast) -> Service:
    return services.add(cast.northshire, CLUB, by=cast.mara, at=NOW)


def standing(cast: Cast) -> list[str]:
    return [each.name for each in Service.objects.of(cast.northshire.pk).standing().by_name()]


def test_a_service_is_on_the_list_as_it_was_described(cast: Cast, club: Service) -> None:
    assert fresh(club).described == CLUB
    assert last_act() == act("add service", club, cast.mara, NOW)


def test_the_list_is_seen_by_the_councils_own_people_and_who_keeps_it(
    cast: Cast, club: Service
) -> None:
    assert who_sees(club) == {"amina", "ines", "mara", "sol", "adi"}


def test_the_same_service_is_not_added_twice(cast: Cast, club: Service) -> None:
    again = replace(CLUB, reference="", name="BOXING CLUB")

    with pytest.raises(ListedAlready):
        services.add(cast.northshire, again, by=cast.mara, at=LATER)
    with pytest.raises(NameMissing):
        services.add(cast.northshire, Described(name=""), by=cast.mara, at=LATER)


def test_a_change_is_another_entry_and_the_earlier_one_stays_as_it_was(
    cast: Cast, club: Service
) -> None:
    changed = services.change(
        club, replace(CLUB, description="Three times a week"), by=cast.mara, at=LATER
    )

    assert (fresh(club).description, fresh(club).ended_by) == ("Twice a week", cast.mara)
    assert changed.reference == "club"
    assert standing(cast) == ["Boxing club"]
    with pytest.raises(NothingNew):
        services.change(changed, changed.described, by=cast.mara, at=LATER)
    with pytest.raises(ChangedMeanwhile):
        services.change(club, replace(CLUB, name="Gym"), by=cast.mara, at=LATER)
    with pytest.raises(ChangedMeanwhile):
        services.end(club, by=cast.mara, at=LATER)


def test_a_service_that_is_ended_is_offered_no_more(cast: Cast, club: Service) -> None:
    services.end(club, by=cast.mara, at=LATER)

    assert standing(cast) == []
    assert last_act() == act("end service", club, cast.mara, LATER)


def test_every_word_that_is_looked_for_stands_somewhere(cast: Cast, club: Service) -> None:
    found = Service.objects.standing()

    assert list(found.saying("barn BOX")) == [club]
    assert not found.saying("barn law").exists()


def test_a_directory_is_taken_in_and_again_changes_nothing(cast: Cast, club: Service) -> None:
    def take_in(*described: Described, over: tuple[str, ...] = ()) -> Taken:
        return services.take_in(cast.northshire, described, over=over, by=cast.mara, at=LATER)

    newer = replace(CLUB, description="Every day")
    assert take_in(newer, LAW) == Taken(added=1, changed=1)
    before = JournalEntry.objects.count()
    assert take_in(newer, LAW) == Taken(unchanged=2)
    assert JournalEntry.objects.count() == before
    assert standing(cast) == ["Boxing club", "Children’s law centre"]

    assert take_in(LAW, over=("club", "never known")) == Taken(ended=1, unchanged=2)
    assert standing(cast) == ["Children’s law centre"]


def test_of_a_directory_with_a_fault_nothing_is_taken_in(cast: Cast) -> None:
    with pytest.raises(NameMissing):
        services.take_in(cast.northshire, [CLUB, Described(reference="x")], by=cast.mara, at=LATER)

    assert standing(cast) == []


def test_each_council_has_its_own_list(cast: Cast, club: Service) -> None:
    services.add(cast.westborough, CLUB, by=cast.wes, at=NOW)

    assert Service.objects.of(cast.northshire.pk, cast.westborough.pk, None).count() == 2


def test_the_database_refuses_an_entry_that_cannot_be(cast: Cast, club: Service) -> None:
    row = {"authority": cast.northshire, "added_at": NOW, "added_by": cast.mara}

    with refused_by("a_service_stands_once_on_a_list"):
        Service.objects.create(**row, reference="club", name="Gym")
    with refused_by("a_service_has_a_name"):
        Service.objects.create(**row, reference="x", name="")
    with refused_by("the_youngest_age_of_a_service_is_not_over_the_oldest"):
        Service.objects.create(**row, reference="x", name="x", minimum_age=9, maximum_age=8)
    with refused_by("an_ended_service_has_time_and_person"):
        Service.objects.filter(pk=club.pk).update(ended_at=LATER)


def test_of_an_entry_only_its_end_is_written_once(cast: Cast, club: Service) -> None:
    rows = Service.objects.filter(pk=club.pk)
    for change in (lambda: rows.update(name="Gym"), rows.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    services.end(club, by=cast.mara, at=LATER)

    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(ended_at=None, ended_by=None)
