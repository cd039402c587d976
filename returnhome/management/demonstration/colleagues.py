"""The people of the demonstration: who they work for, their training, and who is on duty."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib.auth.hashers import make_password

from returnhome.casework import staff
from returnhome.casework.models import Person
from returnhome.management.demonstration.councils import CARERS, FORCE, HOME, PROVIDER, Places
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import CredentialKind, Role
from returnhome.web.second_factor import Adapter
from returnhome.web.sign_in import DEMONSTRATION_PASSWORD

DOMAINS = {"Open Path": "openpath", HOME: "larchwood", CARERS: "aalto", FORCE: "police"}


@dataclass(frozen=True)
class Colleague:
    key: str
    name: str
    role: Role
    works_for: str
    team: str
    # Days until training and checks are due again; negative: overdue. Interviewers only.
    training: int | None = None
    checks: int | None = None
    has_left: bool = False

    @property
    def email(self) -> str:
        domain = DOMAINS.get(self.works_for, self.works_for.lower())
        return f"{self.key}@{domain}.example"


MISSING, LOOKED_AFTER, FRONT = "Missing children team", "Looked-after children team", "Front door"

# Of each role the first is the one whose sign-in is shown. Bryn is on leave, and has work waiting.
COLLEAGUES = (
    Colleague("amina", "Amina Yusuf", Role.COORDINATOR, "Northshire", MISSING),
    Colleague("bryn", "Bryn Hughes", Role.COORDINATOR, "Northshire", MISSING),
    Colleague("ines", "Ines Okafor", Role.INTERVIEWER, "Northshire", MISSING, 290, 610),
    Colleague("joe", "Joe Marsden", Role.INTERVIEWER, "Northshire", MISSING, 12, 400),
    Colleague("sol", "Sol Bennett", Role.SOCIAL_WORKER, "Northshire", LOOKED_AFTER),
    Colleague("nadia", "Nadia Farouk", Role.SOCIAL_WORKER, "Northshire", "Assessment team"),
    Colleague("mara", "Mara Whitfield", Role.MANAGER, "Northshire", MISSING),
    Colleague("ana", "Ana Petrov", Role.ANALYST, "Northshire", MISSING),
    Colleague("adi", "Adi Rao", Role.ADMINISTRATOR, "Northshire", MISSING),
    Colleague("greta", "Greta Lomas", Role.INTERVIEWER, "Northshire", MISSING, has_left=True),
    Colleague("pat", "Pat Lindqvist", Role.INTERVIEWER, "Open Path", "Return interviews", -26, 150),
    Colleague("dele", "Dele Adeyemi", Role.INTERVIEWER, "Open Path", "Return interviews", 205, 31),
    Colleague("tomasz", "Tomasz Wilk", Role.MANAGER, "Open Path", "Return interviews"),
    Colleague("wes", "Wes Carter", Role.COORDINATOR, "Westborough", FRONT),
    Colleague("freya", "Freya Lund", Role.INTERVIEWER, "Westborough", FRONT, 340, 505),
    Colleague("hamid", "Hamid Noori", Role.SOCIAL_WORKER, "Westborough", LOOKED_AFTER),
    Colleague("nell", "Nell Ashworth", Role.MANAGER, "Westborough", FRONT),
    Colleague("lara", "Lara Finch", Role.HOME, HOME, "Staff"),
    Colleague("ferry", "Ferry Aalto", Role.HOME, CARERS, "Carers"),
    Colleague("pia", "Pia Renwick", Role.POLICE, FORCE, "Missing-person unit"),
    Colleague("owen", "Owen Price", Role.COORDINATOR, "Eastmoor", FRONT),
    Colleague("beth", "Beth Sandiford", Role.INTERVIEWER, "Eastmoor", FRONT, 88, 700),
)
# Who else to sign in as, to see it from the other side.
OTHER_SIDES = ("wes", "pat", "owen", "pia", "ferry")
# Training lasts two years, checks three.
TRAINING, CHECKS = timedelta(days=730), timedelta(days=1095)
GRETA_LEFT = timedelta(days=640)


def appoint(places: Places, *, since: date, now: datetime, by: Person) -> dict[str, Person]:
    """Everybody by key, with posts since that day, training and checks. One password for all."""
    at = now - timedelta(days=(now.date() - since).days)
    people = {}
    for one in COLLEAGUES:
        person = staff.add_person(one.email, one.name, password=None, by=by, at=at)
        post = staff.appoint(
            person,
            one.role,
            places.organisations[one.works_for],
            team=places.teams[one.works_for, one.team],
            since=since,
            by=by,
            at=at,
        )
        if one.has_left:
            left = now - GRETA_LEFT
            staff.end_post(post, on=left.date(), by=by, at=left)
        people[one.key] = person
    for one in COLLEAGUES:
        _note_training(people[one.key], one, now=now, by=people["mara"])
    # Slow to make on purpose, so it is made once.
    keyed = Person.objects.filter(pk__in=[person.pk for person in people.values()])
    keyed.update(password=make_password(DEMONSTRATION_PASSWORD))
    keyed.filter(email__in=[one.email for one in COLLEAGUES if one.has_left]).update(
        is_active=False
    )
    _give_apps(keyed)
    return people


def _give_apps(people: Iterable[Person]) -> None:
    """An authenticator app for everybody: one key for all, since nobody holds a telephone here."""
    sealed = Adapter().encrypt(generate_totp_secret())
    Authenticator.objects.bulk_create(
        Authenticator(user=person, type=Authenticator.Type.TOTP, data={"secret": sealed})
        for person in people
    )


def _note_training(person: Person, one: Colleague, *, now: datetime, by: Person) -> None:
    for kind, due_in, lasts in (
        (CredentialKind.INTERVIEWING, one.training, TRAINING),
        (CredentialKind.DBS, one.checks, CHECKS),
    ):
        if due_in is None:
            continue
        due = now.date() + timedelta(days=due_in)
        done = due - lasts
        noted = now - timedelta(days=(now.date() - done).days)
        staff.note_credential(person, kind, done_on=done, next_due_on=due, by=by, at=noted)


def put_on_duty(people: Mapping[str, Person], places: Places, *, now: datetime) -> None:
    """Northshire by day and by night, the others round the clock, from last week to next."""
    first = now.astimezone(LONDON).date() - timedelta(days=3)
    set_at = now - timedelta(days=6)
    days, nights = ("mara", "amina"), ("ines", "joe")
    for number in range(14):
        day = first + timedelta(days=number)
        eight, twenty = _hour(day, 8), _hour(day, 20)
        for key, council, starts, ends in (
            (days[number % 2], "Northshire", eight, twenty),
            (nights[number % 2], "Northshire", twenty, _hour(day + timedelta(days=1), 8)),
            ("wes", "Westborough", eight, _hour(day + timedelta(days=1), 8)),
            ("tomasz", PROVIDER, eight, _hour(day + timedelta(days=1), 8)),
        ):
            staff.put_on_duty(
                people[key],
                places.organisations[council],
                starts_at=starts,
                ends_at=ends,
                by=people["mara" if council == "Northshire" else key],
                at=set_at,
            )


def _hour(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=LONDON)
