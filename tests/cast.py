"""The cast of the tests: who they are and what they may see. Built by the product's own verbs.

Sky is looked after by Northshire and placed in Westborough. Kit lives at home in Northshire, Robin
is looked after by Northshire and placed there. Amina, Ines, Mara, Sol, Ana and Adi work for
Northshire, Wes for Westborough, Owen for Eastmoor (which has nothing to do with any of them), Pat
for the provider Open Path, and Robin's interviews are commissioned from it. Lara works at Larchwood
House, a children's home, and Ferry is a foster carer; a test says who is placed with them.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from returnhome.casework import (
    care,
    childs_part,
    declines,
    episodes,
    interviews,
    offers,
    owners,
    registers,
    staff,
    ways_in,
)
from returnhome.casework.children import Child
from returnhome.casework.episodes import Episode
from returnhome.casework.interviews import Interview, Said
from returnhome.casework.models import Authority, Credential, Force, Organisation, Person, Postcode
from returnhome.casework.offers import Offer
from returnhome.rules.choosing import Asked
from returnhome.rules.clock import EXACT, Moment
from returnhome.rules.codes import (
    Answer,
    Device,
    EpisodeKind,
    Means,
    Reached,
    RiskGrade,
    Role,
    Understood,
)
from returnhome.web import known
from returnhome.web.second_factor import Adapter

# Monday 2 March 2026, 09:00: when the cast was assembled, and the present of most tests.
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PASSWORD = "a-long-walk-home"
# What everybody's authenticator app was given.
APP_KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

COUNCILS = {"Northshire": "NS1 1AA", "Westborough": "WB1 1AA", "Eastmoor": "EM1 1AA"}

PEOPLE = (
    ("amina", "Amina Yusuf", Role.COORDINATOR, "Northshire"),
    ("ines", "Ines Okafor", Role.INTERVIEWER, "Northshire"),
    ("mara", "Mara Whitfield", Role.MANAGER, "Northshire"),
    ("sol", "Sol Bennett", Role.SOCIAL_WORKER, "Northshire"),
    ("ana", "Ana Petrov", Role.ANALYST, "Northshire"),
    ("adi", "Adi Rao", Role.ADMINISTRATOR, "Northshire"),
    ("wes", "Wes Carter", Role.COORDINATOR, "Westborough"),
    ("owen", "Owen Price", Role.COORDINATOR, "Eastmoor"),
    ("pat", "Pat Lindqvist", Role.INTERVIEWER, "Open Path"),
    ("lara", "Lara Finch", Role.HOME, "Larchwood House"),
    ("ferry", "Ferry Aalto", Role.HOME, "Ferry and Ruth Aalto"),
)

CHILDREN = (
    ("sky", "Sky", "Marlowe", date(2011, 5, 4), "F", "Westborough", "Northshire", None),
    ("kit", "Kit", "O’Dell", date(2012, 9, 30), "M", "Northshire", None, None),
    ("robin", "Robin", "Ashdown", date(2010, 1, 17), "M", "Northshire", "Northshire", "Open Path"),
)


def has_the_app(person: Person) -> None:
    """Their authenticator app shows what everybody's of the cast does."""
    Authenticator.objects.create(
        user=person, type="totp", data={"secret": Adapter().encrypt(APP_KEY)}
    )


def assemble() -> None:
    """Make the whole cast, once, in the database that every test starts from."""
    operator = staff.operator()
    for name, postcode in COUNCILS.items():
        authority = Authority.objects.create(name=name, nation="England", region="Invented")
        Postcode.objects.create(code=postcode.replace(" ", ""), authority=authority)
        staff.add_organisation(
            f"{name} Council", kind=Organisation.COUNCIL, authority=authority, by=operator, at=NOW
        )
    staff.add_organisation("Open Path", kind=Organisation.PROVIDER, by=operator, at=NOW)
    force = Force.objects.create(name="Northshire Police", code="NSP")
    staff.add_organisation(
        "Northshire Police", kind=Organisation.POLICE, force=force, by=operator, at=NOW
    )
    for home in ("Larchwood House", "Ferry and Ruth Aalto"):
        staff.add_organisation(home, kind=Organisation.HOME, by=operator, at=NOW)
    for key, name, role, where in PEOPLE:
        person = staff.add_person(
            f"{key}@example.invalid", name, password=PASSWORD, by=operator, at=NOW
        )
        organisation = Organisation.objects.get(
            name__startswith=where, kind__in=["council", "provider", "home"]
        )
        staff.appoint(person, role, organisation, since=date(2024, 1, 1), by=operator, at=NOW)
        has_the_app(person)
    for key, forename, surname, born_on, sex, lives_in, looked_after_by, provider in CHILDREN:
        registers.enter(
            register_id=key,
            forename=forename,
            surname=surname,
            born_on=born_on,
            sex=sex,
            postcode=COUNCILS[lives_in],
            lives_in=Authority.objects.get(name=lives_in),
            looked_after_by=Authority.objects.filter(name=looked_after_by).first(),
            provider=Organisation.objects.filter(name=provider).first(),
            by=operator,
            at=NOW,
        )


def app_shows(at: datetime, *, key: str = APP_KEY, later: int = 0) -> str:
    """The code of an authenticator app at that moment, or so many half minutes later."""
    return format_hotp_value(hotp_value(key, int(at.timestamp()) // 30 + later))


class Cast:
    """Each of the cast by name, fresh from the database: `cast.amina`, `cast.sky`."""

    def __getattr__(self, name: str) -> Any:
        if name in {key for key, *_ in PEOPLE}:
            return Person.objects.get(email=f"{name}@example.invalid")
        if name in {key for key, *_ in CHILDREN}:
            return Child.objects.get(identifiers__value=name)
        if name in {"northshire", "westborough", "eastmoor"}:
            return Authority.objects.get(name=name.capitalize())
        if name == "open_path":
            return Organisation.objects.get(name="Open Path")
        if name in {"larchwood", "aalto"}:
            return Organisation.objects.get(name__icontains=name, kind="home")
        if name in {"northshire_council", "northshire_police", "westborough_council"}:
            return Organisation.objects.get(name=name.replace("_", " ").title())
        if name == "pia":
            # Of Northshire's police, once a test has appointed her: `tests.sharing.officer`.
            return Person.objects.get(email="pia@example.invalid")
        raise AttributeError(name)


def lives_at(child: Child, home: Organisation, *, by: Person, at: datetime = NOW) -> Child:
    """The child is placed with this home or these foster carers."""
    care.name_home(child, home, by=by, at=at)
    return child


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def exactly(at: datetime) -> Moment:
    return Moment(at, EXACT)


def missing(
    child: Child,
    *,
    last_seen: datetime = NOW - timedelta(hours=40),
    found: datetime | None = None,
    returned: datetime | None = None,
    kind: EpisodeKind = EpisodeKind.MISSING,
    at: datetime = NOW,
) -> Episode:
    """An episode of the child, opened by the rules from the child's care on record."""
    end = returned or found
    return episodes.open(
        child,
        kind=kind,
        risk=RiskGrade.MEDIUM,
        moments={
            "last_seen": exactly(last_seen),
            "found": exactly(found) if found else None,
            "returned": exactly(returned) if returned else None,
        },
        source="Northshire Police",
        owners=owners.of_child(
            child, kind=kind, started_on=last_seen.date(), ended_on=end.date() if end else None
        ),
        by=staff.operator(),
        at=at,
    )


def returned(child: Child, *, hours_ago: float = 10, at: datetime = NOW) -> Episode:
    """An episode from which the child came back so many hours before `at`."""
    back = at - hours(hours_ago)
    return missing(child, last_seen=back - hours(20), found=back, returned=back, at=at)


def wrote(episode: Episode, words: str = "I was cold", *, by: Person, at: datetime = NOW) -> None:
    """The child opens a link that `by` made, writes, and sends it."""
    _, secret = ways_in.make(episode, device=Device.OWN, language="en", by=by, at=at)
    with ways_in.scope(secret):
        way_in, its_pass = ways_in.open_link(secret, at=at)
    with ways_in.scope(its_pass):
        ways_in.told(way_in, language="en", at=at)
        way_in.refresh_from_db()
        childs_part.save(way_in, Asked.NOW, words, language="en", at=at)
        childs_part.send(way_in, at=at)


def offered(episode: Episode, *, by: Person, at: datetime = NOW) -> Offer:
    episodes.assign(episode, by, by=by, at=at)
    return offers.make(
        episode, means=Means.TELEPHONE, reached=Reached.CHILD, made_at=at, by=by, at=at
    )


def accepted(episode: Episode, *, by: Person, at: datetime = NOW) -> Offer:
    offer = offered(episode, by=by, at=at)
    offers.answer(offer, Answer.ACCEPTED, by=by, at=at)
    return offer


def asked_after_no(episode: Episode, *, by: Person, at: datetime = NOW) -> Episode:
    """All that a no leaves to ask is asked."""
    for owed in list(Episode.objects.get(pk=episode.pk).no_owes):
        if owed == "spoken_to":
            declines.note_spoken_to(
                episode,
                is_spoken_to=True,
                by_whom="Her social worker",
                means=Means.TELEPHONE,
                by=by,
                at=at,
            )
        elif owed == "understanding":
            declines.judge(episode, Understood.ABLE, "Said why, clearly", by=by, at=at)
        else:
            declines.leave_carers(episode, "The home was not told of it", by=by, at=at)
    return Episode.objects.get(pk=episode.pk)


def booked(episode: Episode, *, interviewer: Person, by: Person, at: datetime = NOW) -> Interview:
    accepted(episode, by=by, at=at)
    return interviews.book(
        [episode],
        interviewer=interviewer,
        booked_for=at + hours(4),
        place="youth_centre",
        mode="in_person",
        by=by,
        at=at,
    )


def held(episode: Episode, *, interviewer: Person, by: Person, at: datetime = NOW) -> Interview:
    interview = booked(episode, interviewer=interviewer, by=by, at=at)
    return interviews.hold(
        interview,
        exactly(at + hours(4)),
        is_independent=True,
        by=interviewer,
        at=at + hours(5),
    )


def everything_said(interview: Interview) -> dict[str, Said]:
    """An answer to every core question, some in the child's words."""
    return {
        question.key: Said(words="I wanted to see my nan.", codes=[])
        if question.kind == "words"
        else Said(unanswered="not_asked")
        for question in interview.standard.questions
    }


def signed(episode: Episode, *, interviewer: Person, by: Person, at: datetime = NOW) -> Interview:
    interview = held(episode, interviewer=interviewer, by=by, at=at)
    interviews.record(interview, everything_said(interview), by=interviewer, at=at + hours(6))
    return sign(interview, by=interviewer, at=at + hours(6))


def sign(interview: Interview, *, by: Person, at: datetime) -> Interview:
    """Sign it off as the page does: with what the ledger knows, as its author sees it."""
    facts = known.today(interview, by).kept
    return interviews.sign(interview, facts=facts, by=by, at=at)


__all__ = ["NOW", "PASSWORD", "Cast", "Credential", "assemble"]
