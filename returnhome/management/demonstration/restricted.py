"""Restricted records of the demonstration: one for a few, and one that a colleague may not see."""

from datetime import datetime, timedelta

from returnhome.casework import journal, registers, restrictions
from returnhome.casework.models import Child, Episode, Person
from returnhome.management.demonstration.known import NORTH
from returnhome.management.demonstration.telling import MINUTE, Tale, Teller, by_day

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
        made[key], _ = registers.enter(
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
        "Her mother rang: she had not come home, and Amina was away.",
        hours=2,
        by=people["bryn"],
        at=teller.ago(24 * 11),
    )
    _look(thea, people["bryn"], opened.opened_at)
    restrictions.review(
        opened,
        is_justified=True,
        finding="He read what her mother fears, and rang the police, as he should.",
        by=people["mara"],
        at=by_day(teller.ago(24 * 8)),
    )
    away = Tale(teller, thea, people["amina"]).missing(9, back=22).taken_on(2)
    asked = restrictions.break_glass(
        [thea.pk],
        "The police were looking for her, and asked whom she may be with.",
        hours=1,
        by=people["joe"],
        at=teller.ago(24),
    )
    _look(thea, people["joe"], asked.opened_at)
    _look(away.episode, people["joe"], asked.opened_at + 2 * MINUTE)


def _look(at_what: Child | Episode, by: Person, opened_at: datetime) -> None:
    """What the pages would have written down."""
    journal.write("read", at_what, by=by, at=opened_at + MINUTE)


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
