"""A person's account: closed and opened again, its second factor, and a directory's word for it."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import models, transaction

from returnhome.casework import journal, staff
from returnhome.casework.staff import Organisation, Person
from returnhome.rules import Blocked
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Role


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


class AddressTaken(Blocked):
    sentence = (
        "There is an account with your email address that your directory does not look after. Ask "
        "whoever manages Returnhome in your organisation."
    )


class NoAddress(Blocked):
    sentence = "Your directory gives no email address or no name of yours. Ask your own IT."


class AccountClosed(Blocked):
    sentence = "Your account is closed. Ask whoever manages Returnhome in your organisation."


class DirectoryIdentityQuerySet(models.QuerySet["DirectoryIdentity"]):
    def visible_to(self, person: Person) -> "DirectoryIdentityQuerySet":
        return self.filter(person=person)


class DirectoryIdentity(models.Model):
    """Who a person is in a council's directory: never an email address, which can be given anew."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="directory_identities")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    since = models.DateTimeField()

    objects = DirectoryIdentityQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject"], name="a_subject_of_a_directory_is_one_person"
            ),
            models.UniqueConstraint(
                fields=["issuer", "person"], name="a_person_is_in_a_directory_once"
            ),
        ]


@transaction.atomic
def follow_directory(
    issuer: str,
    subject: str,
    *,
    email: str | None,
    name: str | None,
    roles: set[tuple[Role, Organisation]],
    organisations: list[Organisation],
    by: Person,
    at: datetime,
) -> Person | None:
    """Whom the directory names, with the roles that it gives in these organisations now.

    Roles there that it does not give are ended; roles elsewhere stay. Somebody who is new here and
    has no role from it gets no account: None. Raises AccountClosed, AddressTaken, NoAddress.
    """
    known = DirectoryIdentity.objects.filter(issuer=issuer, subject=subject).first()
    person = known.person if known else None
    if person is None and roles:
        person = _new_to_us(email, name, organisations, by=by, at=at)
        link = DirectoryIdentity.objects.create(
            person=person, issuer=issuer, subject=subject, since=at
        )
        journal.write("know by directory", link, by=by, at=at)
    if person is None:
        return None
    if not person.is_active:
        raise AccountClosed
    held = person.posts.filter(until=None, organisation__in=organisations)
    kept, today = set(), at.astimezone(LONDON).date()
    for post in held.select_related("organisation"):
        if (post.role, post.organisation) in roles:
            kept.add((post.role, post.organisation))
        else:
            staff.end_post(post, on=today, by=by, at=at)
    for role, organisation in sorted(roles - kept, key=lambda one: (one[1].pk, one[0])):
        staff.appoint(person, role, organisation, since=today, by=by, at=at)
    return Person.objects.get(pk=person.pk)


def _new_to_us(
    email: str | None,
    name: str | None,
    organisations: list[Organisation],
    *,
    by: Person,
    at: datetime,
) -> Person:
    """An account for somebody whom the directory names for the first time.

    One that is there already is theirs only if everything it may do is in these organisations:
    a directory speaks for its own people and for nobody else's.
    """
    if not email or not name:
        raise NoAddress
    there = Person.objects.filter(email=email.lower()).first()
    if there is None:
        return staff.add_person(email, name[:120], password=None, by=by, at=at)
    current = there.posts.filter(until=None)
    theirs = current.filter(organisation__in=organisations)
    if not theirs or theirs.count() != current.count() or there.directory_identities.exists():
        raise AddressTaken
    return there


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
    today = at.astimezone(LONDON).date()
    for post in person.posts.filter(until=None):
        staff.end_post(post, on=today, by=by, at=at)
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
def note(person: Person, what: str, *, by: Person, at: datetime) -> None:
    """Note a sign-in, a sign-out or a recovery code used: `what` is a verb of the journal."""
    journal.write(what, person, by=by, at=at)


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
