"""How tests come to a record that was asked for: what Sky said of others, noted and gathered."""

from typing import Any

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


def secret_talk(cast: Cast, words: str = WORDS) -> Interview:
    """Sky’s talk with Ines, in which a Jayden Price was told of."""
    talk = held(returned(cast.sky), interviewer=cast.ines, by=cast.amina)
    said = everything_said(talk)
    first = next(key for key, each in said.items() if each.words)
    said[first] = Said(words=words)
    interviews.record(talk, said, by=cast.ines, at=NOW + hours(6))
    sign(talk, by=cast.ines, at=NOW + hours(6))
    told = Told(name="Jayden Price", nickname="Jay")
    mentions.note(talk, MentionKind.PERSON, told, by=cast.ines, at=NOW + hours(7))
    return talk


def noted(
    cast: Cast,
    kind: RequestKind = RequestKind.SAR,
    asker: Asker = Asker.SELF,
    *,
    name: str = "Sky Marlowe",
    **more: Any,
) -> RecordRequest:
    day = {"received_on": NOW.date(), **more}
    return record_requests.note(cast.sky, kind, asker, name=name, by=cast.amina, at=NOW, **day)


def gathered(cast: Cast, request: RecordRequest) -> GatheredRecord:
    """As the page does it, by Mara."""
    kind = RequestKind(request.kind)
    lines = whole_record.gather(request.child, cast.mara)
    marks = third_parties.marks(request.child, lines, kind, cast.mara)
    found = whole_record.gathered(lines, marks)
    return record_requests.gather(request, found, by=cast.mara, at=NOW + hours(9))
