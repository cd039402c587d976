"""What a row tells of a child: when it was, who must act, and what to look for on record."""

import json
from datetime import date

from returnhome.casework import likeness, owners
from returnhome.casework.certainty import Found
from returnhome.casework.children import Circumstances
from returnhome.casework.notifications import Notification, Told
from returnhome.casework.owners import Owners
from returnhome.casework.places import Authority
from returnhome.casework.staff import Organisation
from returnhome.intake import fitting, parsing, sent
from returnhome.intake.atlas import Atlas
from returnhome.intake.parsing import Row
from returnhome.intake.reading import Record
from returnhome.rules.ages import age_on
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import EpisodeKind
from returnhome.rules.likeness import near_in_words
from returnhome.rules.numbers import Number, NumberKind


def owners_as_told(row: Row, atlas: Atlas, receiver: Authority | None) -> Owners:
    """Who must act for a child whom nobody has named, from what the row says of care and home.

    Raises responsibility.NobodyNamed when neither the row nor the file leads to an authority.
    """
    day = started_on(row)
    return owners.decide(
        home_as_told(row, atlas),
        kind=row.kind or EpisodeKind.MISSING,
        age_at_return=age_on(row.born, ended_on(row) or day) if row.born else None,
        missing_from=atlas.at(row.postcode, day),
        received_by=receiver,
    )


def home_as_told(row: Row, atlas: Atlas) -> Circumstances:
    """Care and home as the row has them, by the authorities of the day on which it began."""
    day = started_on(row)
    place = atlas.at(row.postcode, day)
    is_looked_after = bool(row.placing_authority) if row.looked_after is None else row.looked_after
    if is_looked_after:
        return Circumstances(atlas.named(row.placing_authority, day), place, None)
    return Circumstances(None, None, place)


def as_received(notification: Notification) -> Row:
    """The row again, as it was read when it came."""
    cells = json.loads(notification.as_received)
    today = notification.received_at.astimezone(LONDON).date()
    if notification.delivery.layout == sent.LAYOUT.name:
        return sent.row(cells, number=notification.row_number, today=today)
    layout = fitting.named(notification.delivery.layout).fitted(list(cells))
    record = Record(notification.row_number, list(cells.values()), notification.sheet)
    return parsing.parse(record, layout, today=today)


def to_keep(row: Row, digest: str) -> Told:
    """The row as a notification keeps it."""
    return Told(
        row_number=row.number,
        sheet=row.sheet,
        reference=row.reference,
        digest=digest,
        as_received=json.dumps(row.as_received, ensure_ascii=False),
        forename=row.forename,
        surname=row.surname,
        born_on=row.born,
        sex=row.sex,
        postcode=row.postcode,
    )


def person(row: Row, sender: Organisation) -> likeness.Person:
    """Whom the row names, as the sender would be understood."""
    said = numbers(row, sender)
    return likeness.Person(row.forename, row.surname, row.born, row.postcode, row.sex, said)


NOBODYS: frozenset[Number] = frozenset()


def numbers(row: Row, sender: Organisation) -> frozenset[Number]:
    """By which numbers it names the child. Each police force has its own: the sender's, or the
    force of the sender's area."""
    if not row.numbers:
        return NOBODYS
    force = sender.force or (sender.authority.force if sender.authority else None)
    issuers = {NumberKind.NHS: "", NumberKind.UPN: ""}
    if force:
        issuers[NumberKind.POLICE] = force.code or force.name
    return frozenset(
        Number(kind, issuers[kind], value) for kind, value in row.numbers if kind in issuers
    )


TAKEN_BACK = "What was joined to this child before was taken back, so a person has to say who it is"
NOBODY_MATCHES = "No child on record has this name, birth date and postcode"


def why_a_person(found: Found) -> str:
    """Why the rule does not join the row to the one child whom it finds; empty where it does."""
    if not found.near:
        return ""
    # The likest of them is told.
    nearest = max(found.near, key=lambda each: sum(term.weight for term in each.terms))
    like = near_in_words(nearest.terms)
    if len(found.near) == 1:
        return f"Another child on record comes near: {like}"
    return f"{len(found.near)} other children on record come near, the nearest: {like}"


def demanded_by(council: Authority) -> str:
    """The reason where it is the council that wants a person to look."""
    return f"{council.name} wants a person to say who each child is, even where all agrees"


def why_nobody(row: Row, found: Found) -> str:
    """Why no rule can say who the child is."""
    matches = len(found.agreeing)
    if matches and found.is_by_number:
        return f"{matches} children on record share a number and the name with this row"
    if matches:
        return f"{matches} children on record have this name, birth date and postcode"
    missing = [
        label
        for label, said in (
            ("name", row.forename and row.surname),
            ("birth date", row.born),
            ("postcode", row.postcode),
        )
        if not said
    ]
    if missing:
        return f"No child can be joined by rule, because the row has no {' and no '.join(missing)}"
    return NOBODY_MATCHES


def started_on(row: Row) -> date:
    moment = row.last_seen or row.reported
    assert moment  # a row with neither is refused before
    return moment.day


def is_another_age(before: Row, after: Row, born_on: date | None) -> bool:
    """Whether the child had another age at the end of what the rows tell of."""
    days = [ended_on(row) or started_on(row) for row in (before, after)]
    ages = {age_on(born_on, day) if born_on and born_on <= day else None for day in days}
    return len(ages) > 1


def ended_on(row: Row) -> date | None:
    moment = row.returned or row.found
    return moment.day if moment else None
