"""Restricted records of the demonstration: one for a few, and one that a colleague may not see."""

from datetime import timedelta

from returnhome.casework import children, restrictions
from returnhome.casework.models import Child
from returnhome.management.demonstration.known import NORTH
from returnhome.management.demonstration.telling import Tale, Teller, by_day

FIRST_NUMBER = 29_501
# Key, name, sex, year of age.
CHILDREN = (("thea", "Thea", "Lockyer", "F", 15), ("marcus", "Marcus", "Eddowes", "M", 14))


def tell(teller: Teller) -> None:
    known = _register(teller)
    _thea_is_known_to_a_few(teller, known["thea"])
    _marcus_is_the_nephew_of_a_colleague(teller, known["marcus"])


def _register(teller: Teller) -> dict[str, Child]:
    places, made = teller.places, {}
    for number, (key, forename, surname, sex, age) in enumerate(CHILDREN):
        theirs = places.postcodes[NORTH]
        made[key], _ = children.register(
            register_id=f"NS{FIRST_NUMBER + number}",
            forename=forename,
            surname=surname,
            born_on=teller.now.date() - timedelta(days=int((age + 0.3) * 365.25)),
            sex=sex,
            postcode=theirs[(number * 11 + 5) % len(theirs)],
            lives_in=places.authorities[NORTH],
            looked_after_by=None,
            by=teller.operator,
            at=by_day(teller.ago(24 * 200)),
        )
    return made


def _thea_is_known_to_a_few(teller: Teller, thea: Child) -> None:
    """Amina and Ines may see her record; Bryn and Joe opened it, and one of them was reviewed."""
    people = teller.people
    restrictions.restrict(
        thea,
        "The man she is afraid of has a sister who works in this building.",
        to=[people["amina"], people["ines"]],
        by=people["mara"],
        at=by_day(teller.ago(24 * 40)),
    )
    opened = restrictions.break_glass(
        [thea.pk],
        "Her school rang at half past seven: she had not come home, and Amina was away.",
        hours=2,
        by=people["bryn"],
        at=teller.ago(24 * 11),
    )
    restrictions.review(
        opened,
        is_justified=True,
        finding="He looked at one episode and rang the police, as he should.",
        by=people["mara"],
        at=by_day(teller.ago(24 * 8)),
    )
    Tale(teller, thea, people["amina"]).missing(9, back=22).taken_on(2)
    restrictions.break_glass(
        [thea.pk],
        "Police asked at night where she had been found the last time.",
        hours=1,
        by=people["joe"],
        at=teller.ago(19),
    )


def _marcus_is_the_nephew_of_a_colleague(teller: Teller, marcus: Child) -> None:
    """Nadia told her manager herself; everybody else sees the record as always."""
    restrictions.keep_out(
        marcus,
        teller.people["nadia"],
        "Her nephew. She told us herself.",
        by=teller.people["mara"],
        at=by_day(teller.ago(24 * 15)),
    )
    Tale(teller, marcus, teller.people["amina"]).missing(7, back=27).taken_on(3)
