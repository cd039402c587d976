"""The demonstration's hand-overs: one waits for an answer on each side, one was refused."""

from datetime import timedelta

from returnhome.casework import handovers
from returnhome.casework.models import Episode
from returnhome.management.demonstration.telling import HOUR, Teller
from returnhome.rules.codes import HandOverKind, Place, RefusalReason
from returnhome.rules.responsibility import Reply

HOST = HandOverKind.HOST_INTERVIEWS


def tell(teller: Teller) -> None:
    westborough_is_asked_about_sky(teller)
    northshire_is_asked_about_tomos(teller)
    westborough_could_not_take_hope_on(teller)
    westborough_interviews_iris(teller)


def _open_episode(teller: Teller, child: str) -> Episode:
    theirs = Episode.objects.filter(child=teller.children[child]).unsettled()
    return theirs.select_related("responsible_authority").order_by("-started_at")[0]


def westborough_is_asked_about_sky(teller: Teller) -> None:
    handovers.ask(
        _open_episode(teller, "sky"),
        HOST,
        to=teller.places.authorities["Westborough"],
        terms="She would rather talk to somebody who is not from Northshire. After school is best.",
        report_due_at=teller.now + timedelta(days=5),
        by=teller.people["amina"],
        at=teller.ago(0.7),
    )


def northshire_is_asked_about_tomos(teller: Teller) -> None:
    handovers.ask(
        _open_episode(teller, "tomos"),
        HOST,
        to=teller.places.authorities["Northshire"],
        terms="He knows Ines from his last placement.",
        report_due_at=teller.now + timedelta(days=6),
        by=teller.people["wes"],
        at=teller.ago(0.4),
    )


def westborough_could_not_take_hope_on(teller: Teller) -> None:
    tale = teller.of("hope").missing(7, back=26).taken_on(1)
    row = handovers.ask(
        tale.episode,
        HOST,
        to=teller.places.authorities["Westborough"],
        by=tale.by,
        at=tale.step(1),
    )
    handovers.answer(
        row,
        Reply.REFUSED,
        reason=RefusalReason.NOBODY_IN_TIME,
        note="Freya is on leave until Monday.",
        by=teller.people["wes"],
        at=min(tale.at + HOUR, row.answer_due_at, teller.now),
    )


def westborough_interviews_iris(teller: Teller) -> None:
    tale = teller.of("iris").missing(5, back=44).taken_on(1)
    row = handovers.ask(
        tale.episode,
        HOST,
        to=teller.places.authorities["Westborough"],
        report_due_at=teller.now + timedelta(days=4),
        by=tale.by,
        at=tale.step(0.5),
    )
    wes = teller.people["wes"]
    handovers.answer(
        row, Reply.ACCEPTED, by=wes, at=min(tale.at + HOUR, row.answer_due_at, teller.now)
    )
    tale.by = wes
    tale.offered(2, note="Rang the placement; he came to the phone").accepted(0.1)
    tale.booked("freya", teller.on(1, 15, 30), place=Place.SCHOOL, wishes="Not in the canteen")
