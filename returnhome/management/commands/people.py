"""Add an organisation and its first people: the only way in before anybody can sign in."""

import sys
from datetime import datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from returnhome.casework import places, staff
from returnhome.casework.models import Authority, Force, Organisation, Person
from returnhome.management import moments
from returnhome.rules import Blocked
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Role

KINDS = (Organisation.COUNCIL, Organisation.PROVIDER, Organisation.POLICE, Organisation.HOME)


class Command(BaseCommand):
    help = (
        "Adds an organisation where it is not there yet, and a person with a role in it. Whoever "
        "is an administrator adds all others on the pages. Nobody's password is on a command line: "
        "it is set from the letter that “I cannot remember my password” sends, or read from input."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", required=True, help="its name, as pages show it")
        parser.add_argument("--kind", choices=KINDS, help="needed for a new organisation")
        parser.add_argument("--authority", help="a council's authority: its name or GSS code")
        parser.add_argument("--force", help="a police organisation's force, by name")
        parser.add_argument("--email", help="the address the person signs in with")
        parser.add_argument("--name", help="what colleagues call the person")
        parser.add_argument("--role", choices=[str(role) for role in Role], default="administrator")
        parser.add_argument(
            "--password-from-stdin", action="store_true", help="read a first password from input"
        )
        moments.add_argument(parser)

    def handle(self, *args: Any, **given: Any) -> None:
        given["at"] = moments.given_or_now(given["at"])
        try:
            with transaction.atomic():
                given["organisation"] = self.organisation(given["organisation"], **given)
                if given["email"]:
                    self.person(**given)
        except Blocked as blocked:
            raise CommandError(blocked.sentence, returncode=2) from blocked

    def organisation(
        self,
        named: str,
        *,
        kind: str | None,
        authority: str | None,
        force: str | None,
        at: datetime,
        **_: Any,
    ) -> Organisation:
        """The one of that name, added where it is not there yet."""
        known = Organisation.objects.filter(name=named).first()
        if known:
            if kind not in (None, known.kind):
                raise wrong(f"{named} is there already, as a {known.kind}.")
            return known
        if kind is None:
            raise wrong(f"{named} is new: say with --kind what it is.")
        added = staff.add_organisation(
            named,
            kind=kind,
            authority=authority_of(named, kind, authority, at),
            force=force_of(kind, force),
            by=staff.operator(),
            at=at,
        )
        self.stderr.write(f"Added {named}.")
        return added

    def person(
        self,
        *,
        organisation: Organisation,
        email: str,
        name: str | None,
        role: str,
        password_from_stdin: bool,
        at: datetime,
        **_: Any,
    ) -> None:
        """Open the account where there is none, and give the role."""
        by = staff.operator()
        person = Person.objects.filter(email=email.lower()).first()
        if person is None:
            password = read_password() if password_from_stdin else None
            person = staff.add_person(
                checked_email(email), checked_name(name), password=password, by=by, at=at
            )
            if password is None:
                self.stderr.write(
                    f"{person.name} sets a password with “I cannot remember my password” on the "
                    "sign-in page, which sends a letter to this address."
                )
        elif password_from_stdin:
            raise wrong(f"{email} has an account already: its password is changed on the pages.")
        staff.appoint(
            person, Role(role), organisation, since=at.astimezone(LONDON).date(), by=by, at=at
        )
        self.stderr.write(f"{person.name} is {Role(role).label.lower()} at {organisation.name}.")


def wrong(sentence: str) -> CommandError:
    return CommandError(sentence, returncode=2)


def authority_of(name: str, kind: str, given: str | None, at: datetime) -> Authority | None:
    """A council's authority: the one named, else the one of its own name."""
    if kind != Organisation.COUNCIL:
        return None
    found = places.authority_named(given or name, at.astimezone(LONDON).date())
    if found is None:
        raise wrong(f"“{given or name}” is no authority of today: name one with --authority.")
    return found


def force_of(kind: str, given: str | None) -> Force | None:
    if kind != Organisation.POLICE or given is None:
        return None
    force = Force.objects.filter(name__iexact=given.strip()).first()
    if force is None:
        raise wrong(f"There is no police force “{given}”.")
    return force


def checked_email(email: str) -> str:
    try:
        validate_email(email)
    except ValidationError as error:
        raise wrong(f"“{email}” is not an email address.") from error
    return email


def checked_name(name: str | None) -> str:
    if not (name or "").strip():
        raise wrong("Say with --name what colleagues call the person.")
    return (name or "").strip()


def read_password() -> str:
    """The first line of standard input, once it is good enough for a password."""
    password = sys.stdin.readline().rstrip("\r\n")
    try:
        validate_password(password)
    except ValidationError as error:
        raise wrong(" ".join(error.messages)) from error
    return password
