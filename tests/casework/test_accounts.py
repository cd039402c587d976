"""Accounts: closed when staff leave, opened again, and a lost second factor."""

import pytest
from allauth.mfa.models import Authenticator

from returnhome.casework import accounts, staff
from returnhome.casework.models import DirectoryIdentity, JournalEntry, Person
from returnhome.rules import Blocked
from returnhome.rules.codes import Role
from tests.casework.ledger import refused_by
from tests.cast import NOW, Cast


def verbs_about(person: Person) -> list[str]:
    about = JournalEntry.objects.filter(kind="person", object_id=person.pk).order_by("pk")
    return list(about.values_list("verb", flat=True))


def test_closing_an_account_ends_roles_password_factor_and_calendar(cast: Cast):
    before = cast.ines

    accounts.close(before, cast.northshire_council, by=cast.adi, at=NOW)

    after = cast.ines
    assert not after.is_active
    assert not after.has_usable_password()
    assert not after.posts.filter(until=None).exists()
    assert not Authenticator.objects.filter(user=after).exists()
    assert after.session_key != before.session_key
    assert after.calendar_key != before.calendar_key
    assert verbs_about(after)[-1] == "close account"


def test_an_account_that_works_elsewhere_too_is_not_closed_by_one_of_them(cast: Cast):
    staff.appoint(
        cast.ines, Role.INTERVIEWER, cast.open_path, since=NOW.date(), by=cast.adi, at=NOW
    )

    with pytest.raises(accounts.WorksElsewhereToo, match="works for another organisation too"):
        accounts.close(cast.ines, cast.northshire_council, by=cast.adi, at=NOW)


def test_nobody_closes_reopens_or_resets_their_own_account(cast: Cast):
    for verb in (
        lambda: accounts.close(cast.adi, cast.northshire_council, by=cast.adi, at=NOW),
        lambda: accounts.reopen(cast.adi, by=cast.adi, at=NOW),
        lambda: accounts.reset_second_factor(cast.adi, by=cast.adi, at=NOW),
    ):
        with pytest.raises(accounts.OwnAccount):
            verb()


def test_an_account_is_closed_and_opened_once(cast: Cast):
    council = cast.northshire_council

    with pytest.raises(accounts.IsOpen):
        accounts.reopen(cast.ines, by=cast.adi, at=NOW)
    accounts.close(cast.ines, council, by=cast.adi, at=NOW)
    with pytest.raises(accounts.ClosedAlready):
        accounts.close(cast.ines, council, by=cast.adi, at=NOW)
    accounts.reopen(cast.ines, by=cast.adi, at=NOW)

    assert cast.ines.is_active
    assert not cast.ines.current_posts


def test_a_factor_that_is_not_there_cannot_be_taken_away(cast: Cast):
    accounts.reset_second_factor(cast.ines, by=cast.adi, at=NOW)

    with pytest.raises(Blocked, match="no second factor yet"):
        accounts.reset_second_factor(cast.ines, by=cast.adi, at=NOW)
    assert verbs_about(cast.ines)[-1] == "reset second factor"


def test_the_sessions_of_somebody_whose_last_role_ends_end_too(cast: Cast):
    [post] = cast.ines.posts.all()
    more = staff.appoint(
        cast.ines, Role.MANAGER, cast.northshire_council, since=NOW.date(), by=cast.adi, at=NOW
    )
    first = cast.ines.session_key

    staff.end_post(post, on=NOW.date(), by=cast.adi, at=NOW)
    with_one_left = cast.ines.session_key
    staff.end_post(more, on=NOW.date(), by=cast.adi, at=NOW)

    assert with_one_left == first
    assert cast.ines.session_key != first


def test_the_database_refuses_one_entry_of_a_directory_for_two_people_and_two_for_one(
    cast: Cast,
) -> None:
    there = {"issuer": "https://directory.example", "since": NOW}
    DirectoryIdentity.objects.create(person=cast.amina, subject="a-1", **there)

    with refused_by("a_subject_of_a_directory_is_one_person"):
        DirectoryIdentity.objects.create(person=cast.sol, subject="a-1", **there)
    with refused_by("a_person_is_in_a_directory_once"):
        DirectoryIdentity.objects.create(person=cast.amina, subject="a-2", **there)


def test_everybody_sees_their_own_entry_in_a_directory_alone(cast: Cast):
    there = {"issuer": "https://directory.example", "since": NOW}
    hers = DirectoryIdentity.objects.create(person=cast.amina, subject="a-1", **there)

    assert list(DirectoryIdentity.objects.visible_to(cast.amina)) == [hers]
    assert not DirectoryIdentity.objects.visible_to(cast.sol).exists()
