"""A home and foster carers in the demonstration: who lives there, and what they report."""

from datetime import timedelta
from uuid import UUID, uuid5

from returnhome.casework import care, homes, registers
from returnhome.casework.models import Child, Organisation
from returnhome.management.demonstration.councils import CARERS, HOME
from returnhome.management.demonstration.known import NORTH, WEST
from returnhome.management.demonstration.telling import Teller, by_day
from returnhome.rules.clock import Moment, estimated
from returnhome.rules.codes import EpisodeKind
from returnhome.rules.homing import Known
from returnhome.web import pages

FIRST_NUMBER = 29_701
# What keys are made of, so that every demonstration has the same.
NAMESPACE = UUID("5b0a7f52-3c64-4a1e-9d6e-70c6b1f2a9d4")
# Key, name, sex, year of age, in whose area.
CHILDREN = (
    ("dylan", "Dylan", "Ferris", "M", 15, NORTH),
    ("mabel", "Mabel", "Otieno", "F", 14, NORTH),
    ("stan", "Stan", "Wojcik", "M", 16, NORTH),
    ("lily", "Lily", "Abara", "F", 12, WEST),
)
# Of those whose stories are told elsewhere.
AT_LARCHWOOD = ("tegan", "noah", "priya", "corey")
WITH_CARERS = ("sky",)


def tell(teller: Teller) -> None:
    known = _register(teller)
    home, carers = (teller.places.organisations[name] for name in (HOME, CARERS))
    _place(teller, home, *(known[key] for key in ("dylan", "mabel", "stan")))
    _place(teller, home, *(teller.children[key] for key in AT_LARCHWOOD))
    _place(teller, carers, known["lily"], *(teller.children[key] for key in WITH_CARERS))
    _dylan_is_missing(teller, known["dylan"])
    _mabel_came_back_hurt(teller, known["mabel"])


def _register(teller: Teller) -> dict[str, Child]:
    places, made = teller.places, {}
    for number, (key, forename, surname, sex, age, lives_in) in enumerate(CHILDREN):
        theirs = places.postcodes[lives_in]
        made[key], _ = registers.enter(
            register_id=f"NS{FIRST_NUMBER + number}",
            forename=forename,
            surname=surname,
            born_on=teller.now.date() - timedelta(days=int((age + 0.6) * 365.25)),
            sex=sex,
            postcode=theirs[(number * 5 + 3) % len(theirs)],
            lives_in=places.authorities[lives_in],
            looked_after_by=places.authorities[NORTH],
            by=teller.operator,
            at=by_day(teller.ago(24 * 250)),
        )
    return made


def _place(teller: Teller, home: Organisation, *theirs: Child) -> None:
    for child in theirs:
        care.name_home(child, home, by=teller.people["sol"], at=by_day(teller.ago(24 * 100)))


def _dylan_is_missing(teller: Teller, dylan: Child) -> None:
    """Reported by the home an hour after he was seen last; the police know."""
    homes.report_missing(
        dylan.pk,
        homes.Missing(
            last_seen=Moment(teller.ago(4), estimated(15)),
            kind=EpisodeKind.MISSING,
            police_told=Known.YES,
            police_reference="NP 5120",
            words={
                "Seen last": pages.moment(Moment(teller.ago(4), estimated(15))),
                "Where": "Bus stop on Canal Street, after college",
                "Missing or away": EpisodeKind.MISSING.label,
                "Police told": Known.YES.label,
                "Police reference": "NP 5120",
                "Wearing": "Grey tracksuit, red trainers",
                "Worry": "Someone he calls Jay has rung all week. No coat.",
                "Reported by": "Lara Finch",
            },
        ),
        key=uuid5(NAMESPACE, "dylan"),
        by=teller.people["lara"],
        at=teller.ago(3),
    )


def _mabel_came_back_hurt(teller: Teller, mabel: Child) -> None:
    """Missing over night; back this morning, and nobody of the council has looked at it yet."""
    lara = teller.people["lara"]
    homes.report_missing(
        mabel.pk,
        homes.Missing(
            last_seen=Moment(teller.ago(13)),
            kind=EpisodeKind.MISSING,
            police_told=Known.NO,
            words={
                "Seen last": pages.moment(teller.ago(13)),
                "Where": "Her room, before bed",
                "Missing or away": EpisodeKind.MISSING.label,
                "Police told": Known.NO.label,
                "Reported by": "Lara Finch",
            },
        ),
        key=uuid5(NAMESPACE, "mabel missing"),
        by=lara,
        at=teller.ago(12.5),
    )
    homes.report_returned(
        mabel.pk,
        homes.Returned(
            returned=Moment(teller.ago(0.7)),
            needs_doctor=Known.YES,
            police_spoke=Known.NOT_KNOWN,
            words={
                "Came back": pages.moment(teller.ago(0.7)),
                "From": "A friend’s, she says",
                "Hurt, or needs a doctor": Known.YES.label,
                "What the home sees": "Holds her wrist; it is swollen",
                "Police have spoken with them": Known.NOT_KNOWN.label,
                "Reported by": "Lara Finch",
            },
        ),
        key=uuid5(NAMESPACE, "mabel back"),
        by=lara,
        at=teller.ago(0.5),
    )
