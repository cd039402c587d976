"""A person's account: closed and opened again, its second factor, and where it is signed in."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from returnhome.casework import journal, staff
from returnhome.casework.staff import Organisation, Person
from returnhome.rules import Blocked
from returnhome.rules.clock import LONDON


class OwnAccount(Blocked):
    sentence = "Your own account is looked after by another administrator."


class ClosedAlready(Blocked):
    sentence = "This account is closed already."


class IsOpen(Blocked):
    sentence = "This account is open."


class WorksElsewhereToo(Blocked):
    """Somebody who holds a role in another organisation, whose account is not ours to close."""


class LastFactor(Blocked):
    sentence = "This is the only second factor: set up another one first."


class NothingToReset(Blocked):
    sentence = "They have no second factor yet: they are asked for one when they next sign in."


@transaction.atomic
def close(person: Person, organisation: Organisation, *, by: Person, at: datetime) -> Person:
    """Close the account of somebody who has left: roles, sessions, calendar and factors end.

    `organisation` is the one whose people `by` manages. Raises OwnAccount, ClosedAlready,
    WorksElsewhereToo.
    """
    person = _locked(person, by)
    if not person.is_active:
        raise ClosedAlready
    if person.posts.filter(until=None).exclude(organisation=organisation).exists():
        raise WorksElsewhereToo(
            f"{person.name} works for another organisation too. End their roles here; the account "
            "stays."
        )
    for post in person.posts.filter(until=None):
        today = at.astimezone(LONDON).date()
        staff.end_post(post, on=max(today, post.since), by=by, at=at)
    person.is_active = False
    person.set_unusable_password()
    person.save(update_fields=["is_active", "password"])
    person.end_access()
    _forget(person)
    journal.write("close account", person, by=by, at=at)
    return person


@transaction.atomic
def reopen(person: Person, *, by: Person, at: datetime) -> Person:
    """Open a closed account again, with neither password, second factor nor role. Raises IsOpen."""
    person = _locked(person, by)
    if person.is_active:
        raise IsOpen
    person.is_active = True
    person.save(update_fields=["is_active"])
    journal.write("reopen account", person, by=by, at=at)
    return person


@transaction.atomic
def reset_second_factor(person: Person, *, by: Person, at: datetime) -> Person:
    """Take away the factor that somebody has lost, and end their sessions.

    They set up another when they next sign in. Raises OwnAccount, NothingToReset.
    """
    person = _locked(person, by)
    if not Authenticator.objects.filter(user=person).exists():
        raise NothingToReset
    person.end_sessions()
    _forget(person)
    journal.write("reset second factor", person, by=by, at=at)
    return person


@transaction.atomic
def change_second_factor(person: Person, what: str, *, by: Person, at: datetime) -> Person:
    """Note that a factor was set up, renewed or removed (`what`), and end the person's sessions.

    Whoever did it themselves stays in the session that they did it in: the page sees to that.
    """
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    person.end_sessions()
    journal.write(what, person, by=by, at=at)
    return person


@transaction.atomic
def sign_in(person: Person, how: str, *, by: Person, at: datetime) -> None:
    """Note that somebody has signed in, and by which means: `how` is a verb of the journal."""
    journal.write(how, person, by=by, at=at)


@transaction.atomic
def sign_out_everywhere(person: Person, *, by: Person, at: datetime) -> Person:
    """End every session of the person's; the page keeps the one that asked."""
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    person.end_sessions()
    journal.write("sign out everywhere else", person, by=by, at=at)
    return person


def has_second_factor(person: Person) -> bool:
    return Authenticator.objects.filter(user=person).exclude(type="recovery_codes").exists()


def check_can_remove_factor(person: Person, authenticator_id: int) -> None:
    """Whether another app or passkey would be left. Raises LastFactor."""
    factors = Authenticator.objects.filter(user=person).exclude(type="recovery_codes")
    if not factors.exclude(pk=authenticator_id).exists():
        raise LastFactor


def _locked(person: Person, by: Person) -> Person:
    if person.pk == by.pk:
        raise OwnAccount
    return Person.objects.select_for_update(no_key=True).get(pk=person.pk)


def _forget(person: Person) -> None:
    Authenticator.objects.filter(user=person).delete()
    UserSession.objects.filter(user=person).delete()
