"""How tests share: what Sky told Ines, put together for a recipient, decided on and handed on."""

from datetime import datetime
from typing import Any

from returnhome.casework import mentions, shares, staff
from returnhome.casework.episodes import Episode
from returnhome.casework.mentions import Told
from returnhome.casework.models import Organisation, Person, Share
from returnhome.casework.shares import LineDecided, Said
from returnhome.rules.codes import Role
from returnhome.rules.mentioning import MentionKind
from returnhome.rules.sharing import MarkDecision, Openness, Purpose, Recipient
from tests.cast import NOW, Cast, returned, signed

CAR = Told(registration="AB12 CDE", make="Ford", colour="silver")
SAID = Said(
    name="The missing-person unit",
    because="A man drives children about in it",
    openness=Openness.AGREES,
)


def told_of_a_car(cast: Cast, at: datetime = NOW) -> Episode:
    """Sky's episode, with an interview signed off by Ines, in which a car was told of."""
    theirs = returned(cast.sky, at=at)
    talk = signed(theirs, interviewer=cast.ines, by=cast.amina, at=at)
    mentions.note(talk, MentionKind.VEHICLE, CAR, by=cast.ines, at=at)
    return theirs


def begun(
    cast: Cast,
    episode: Episode,
    recipient: Recipient = Recipient.POLICE,
    purpose: Purpose = Purpose.STOP_HARM,
    at: datetime = NOW,
    to: Organisation | None = None,
) -> Share:
    """By Ines; to the police to the unit of Northshire's, to others as is said."""
    to = cast.northshire_police if recipient is Recipient.POLICE else to
    return shares.begin(episode, recipient, purpose, to=to, by=cast.ines, at=at)


def kept(cast: Cast, share: Share, said: Said = SAID, at: datetime = NOW) -> Share:
    """All of it decided on: what is marked is taken out."""
    decided = {
        line.pk: LineDecided(True, [(MarkDecision.TAKE_OUT, "") for _ in line.decided])
        for line in share.lines.all()
    }
    return shares.keep(share, said, decided, by=cast.ines, at=at)


def sent(cast: Cast, at: datetime = NOW, **to: Any) -> Share:
    """By Ines to the police: it goes once it is whole."""
    draft = begun(cast, told_of_a_car(cast, at), at=at, **to)
    return shares.write(kept(cast, draft, at=at), by=cast.ines, at=at)


def written_to_a_parent(cast: Cast, at: datetime = NOW) -> Share:
    """A second person has to look before it goes."""
    parent = {"recipient": Recipient.PARENT, "purpose": Purpose.SAFE_WHERE_THEY_ARE}
    return sent(cast, at, **parent)


def officer(cast: Cast, name: str = "pia", of: Organisation | None = None) -> Person:
    """Of the unit of Northshire's police, or of another organisation."""
    person = staff.add_person(f"{name}@example.invalid", name, password=None, by=cast.adi, at=NOW)
    organisation = of or cast.northshire_police
    staff.appoint(person, Role.POLICE, organisation, since=NOW.date(), by=cast.adi, at=NOW)
    return person
