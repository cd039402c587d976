"""How tests come to a record that was asked for: what Sky said of others, noted and gathered."""

from datetime import date, datetime

from returnhome.casework import interviews, mentions, record_requests
from returnhome.casework.interviews import Said
from returnhome.casework.mentions import Told
from returnhome.casework.models import GatheredRecord, Interview, RecordRequest
from returnhome.reporting import third_parties, whole_record
from returnhome.rules.mentioning import MentionKind
from returnhome.rules.subject_access import Asker, RequestKind
from tests.cast import NOW, Cast, everything_said, held, hours, returned, sign

THE_ROAD = "I walked by the road"
WORDS = f"{THE_ROAD} with Jayden Price, his number is 07700 900123"


def secret_talk(cast: Cast, words: str = WORDS, at: datetime = NOW) -> Interview:
    """Sky’s talk with Ines, in which a Jayden Price was told of."""
    talk = held(returned(cast.sky, at=at), interviewer=cast.ines, by=cast.amina, at=at)
    said = everything_said(talk)
    first = next(key for key, each in said.items() if each.words)
    said[first] = Said(words=words)
    interviews.record(talk, said, by=cast.ines, at=at + hours(6))
    sign(talk, by=cast.ines, at=at + hours(6))
    told = Told(name="Jayden Price", nickname="Jay")
    mentions.note(talk, MentionKind.PERSON, told, by=cast.ines, at=at + hours(7))
    return talk


def noted(
    cast: Cast,
    kind: RequestKind = RequestKind.SAR,
    asker: Asker = Asker.SELF,
    *,
    name: str = "Sky Marlowe",
    at: datetime = NOW,
    received_on: date | None = None,
) -> RecordRequest:
    return record_requests.note(
        cast.sky,
        kind,
        asker,
        name=name,
        received_on=received_on or at.date(),
        by=cast.amina,
        at=at,
    )


def gathered(cast: Cast, request: RecordRequest, at: datetime = NOW + hours(9)) -> GatheredRecord:
    """As the page does it, by Mara."""
    kind = RequestKind(request.kind)
    lines = whole_record.gather(request.child, cast.mara)
    marks = third_parties.marks(request.child, lines, kind, cast.mara)
    found = whole_record.gathered(lines, marks)
    return record_requests.gather(request, found, by=cast.mara, at=at)
