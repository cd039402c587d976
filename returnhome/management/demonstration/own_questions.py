"""What Northshire asks beside the recording standard: one question that stands, one that ended."""

from datetime import timedelta

from returnhome.casework import questions
from returnhome.management.demonstration.telling import Teller
from returnhome.rules.clock import LONDON
from returnhome.rules.standard.parts import Kind, SaidBy

COUNCIL = "Northshire"


def tell(teller: Teller) -> None:
    authority, adi = teller.places.authorities[COUNCIL], teller.people["adi"]
    at = teller.ago(24 * 90)
    since = at.astimezone(LONDON).date()
    old = questions.add(
        authority,
        "Were you at the Marsh Green arcade?",
        "The arcade was looked into in the spring.",
        Kind.CHOICE,
        said_by=SaidBy.CHILD,
        options=("Yes", "No"),
        since=since,
        by=adi,
        at=at,
    )
    questions.add(
        authority,
        "How did you get there and back?",
        "Northshire’s buses and taxis are trained to notice children on their own.",
        Kind.CHOICES,
        said_by=SaidBy.CHILD,
        options=("On foot", "Bus", "Train", "Taxi", "Somebody drove me", "Bicycle"),
        since=since,
        by=adi,
        at=at,
    )
    later = at + timedelta(days=20)
    questions.end(old, until=later.astimezone(LONDON).date(), by=adi, at=later)
