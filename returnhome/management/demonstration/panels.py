"""Two children brought to an exploitation panel in the demonstration: of one it is told already."""

from datetime import timedelta

from returnhome.casework import packs
from returnhome.casework.shares import Said
from returnhome.management.demonstration.shared import Telling
from returnhome.management.demonstration.telling import Teller
from returnhome.rules.clock import LONDON
from returnhome.rules.sharing import Openness, Purpose, Recipient


def tell(teller: Teller) -> None:
    amina, at = teller.people["amina"], teller.ago(30)
    council = packs.council_of(amina)
    assert council
    pack = packs.make(
        council,
        name="Child exploitation panel",
        meets_on=at.astimezone(LONDON).date() + timedelta(days=7),
        by=amina,
        at=at,
    )
    for child, because in (
        ("kian", "The same car has fetched him three times, and he owes somebody money."),
        ("deshawn", "Tells of the same man as another child does."),
    ):
        packs.bring(pack, teller.children[child], because, by=amina, at=at)
    one = Telling(teller, "kian", Recipient.PANEL, Purpose.STOP_HARM, ago=28)
    one.written(
        Said(
            name="The chair of the panel",
            because="So that those who meet look at the man and the car, and not at him alone.",
            openness=Openness.AGREES,
            wished="That nobody says it was him who told.",
        )
    )
