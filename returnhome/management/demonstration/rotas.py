"""The rota of the demonstration, and how far up it the silences of the last hours have climbed."""

from datetime import time, timedelta

from returnhome.casework import rotas, staff
from returnhome.jobs import delivery, rounds
from returnhome.jobs.sending import Shown
from returnhome.management.demonstration.telling import HOUR, MINUTE, Teller
from returnhome.rules.codes import Rung, Waiting

LOOKED_FOR = 14 * HOUR
EVERY = HOUR


def tell(teller: Teller) -> None:
    _set_up(teller)
    _look_back(teller)


def _set_up(teller: Teller) -> None:
    """Northshire has named people, times of its own and a night team; the others keep ours."""
    northshire = teller.places.organisations["Northshire"]
    people, at = teller.people, teller.now - timedelta(days=30)
    rotas.name(
        northshire,
        Rung.TEAM,
        [people["amina"], people["bryn"]],
        mailbox="missing.children@northshire.example",
        by=people["mara"],
        at=at,
    )
    rotas.name(northshire, Rung.HEAD_OF_SERVICE, [people["mara"]], by=people["adi"], at=at)
    rotas.set_pace(
        northshire,
        Waiting.HIGH_RISK,
        team=10 * MINUTE,
        manager=20 * MINUTE,
        head=45 * MINUTE,
        since=at.date(),
        by=people["mara"],
        at=at,
    )
    rotas.set_out_of_hours(
        northshire,
        name="Northshire emergency duty team",
        email="emergency.duty@northshire.example",
        telephone="01632 960 114",
        starts=time(17),
        ends=time(8, 30),
        by=people["mara"],
        at=at,
    )
    rotas.note_absence(
        people["bryn"],
        starts_at=teller.on(-4, 9),
        ends_at=teller.on(6, 9),
        by=people["mara"],
        at=teller.on(-4, 9),
    )


def _look_back(teller: Teller) -> None:
    """What the worker would have told in the last hours, had it run."""
    by, at = staff.clockwork(), teller.now - LOOKED_FOR
    while at < teller.now:
        moment = at
        rounds.look_round(by=by, at=moment)
        delivery.deliver(Shown(), by=by, clock=lambda moment=moment: moment)  # type: ignore[misc]
        at += EVERY
