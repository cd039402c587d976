"""A notification that a program sent: kept as cells, as a file's row is, and read again from them.

What its fields may hold is said at the door; what they mean together is said here, by the same
rules as for a file.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from returnhome.intake import parsing
from returnhome.intake.cells import EARLIEST_YEAR, Cells, shortened
from returnhome.intake.layouts import Layout, Meaning
from returnhome.intake.parsing import Row
from returnhome.intake.reading import Record
from returnhome.rules.clock import Moment, estimated
from returnhome.rules.codes import EpisodeKind
from returnhome.rules.numbers import NumberKind

# The fields by the names that programs use, each cell a text.
LAYOUT = Layout(
    name="api",
    title="Sent by a program",
    columns={
        "reference": Meaning.REFERENCE,
        "forename": Meaning.FORENAME,
        "surname": Meaning.SURNAME,
        "born": Meaning.BORN,
        "sex": Meaning.SEX,
        "address": Meaning.ADDRESS,
        "postcode": Meaning.POSTCODE,
        "last_seen": Meaning.LAST_SEEN,
        "reported": Meaning.REPORTED,
        "found": Meaning.FOUND,
        "returned": Meaning.RETURNED,
        "found_postcode": Meaning.FOUND_POSTCODE,
        "kind": Meaning.KIND,
        "risk": Meaning.RISK,
        "looked_after": Meaning.LOOKED_AFTER,
        "placing_authority": Meaning.PLACING_AUTHORITY,
        "comment": Meaning.COMMENT,
        "police_number": Meaning.POLICE_NUMBER,
        "nhs_number": Meaning.NHS_NUMBER,
        "upn": Meaning.UPN,
    },
    required=frozenset({Meaning.REFERENCE}),
    kinds={kind.value: kind for kind in EpisodeKind},
)
MOMENTS = ("last_seen", "reported", "found", "returned")
GIVE_OR_TAKE, MINUTES = ", give or take ", " minutes"

Sent = Mapping[str, str]


class SentCells(Cells):
    """The cells of one notification: no line of a table, so none can be cut short."""

    def _check_length(self) -> None:
        pass

    def moment(self, meaning: Meaning, today: date) -> Moment | None:
        text = self.written(meaning)
        if not text:
            return None
        moment = moment_from(text)
        said = f"{meaning.label.capitalize()} {shortened(text)}"
        if moment.day > today + timedelta(days=1):
            self.fault(meaning, f"{said} is in the future")
        elif moment.day.year < EARLIEST_YEAR:
            self.fault(meaning, f"{said} is too long ago to be right")
        else:
            return moment
        return None


def row(sent: Sent, *, number: int, today: date) -> Row:
    """What was sent, as a file's row would be, with every fault that it has."""
    cells = [sent.get(heading, "") for heading in LAYOUT.header]
    return parsing.row_of(SentCells(Record(number, cells), LAYOUT), today=today)


def as_sent(row: Row) -> dict[str, str]:
    """A row as a program would have sent it, so that it can be sent again with more."""
    yes_or_no = {True: "yes", False: "no", None: ""}
    said: dict[str, Any] = {
        "reference": row.reference,
        "forename": row.forename,
        "surname": row.surname,
        "born": row.born.isoformat() if row.born else "",
        "sex": row.sex,
        "address": row.address_line,
        "postcode": row.postcode,
        "found_postcode": row.found_postcode,
        "kind": row.kind or "",
        "risk": row.risk.label if row.risk else "",
        "looked_after": yes_or_no[row.looked_after],
        "placing_authority": row.placing_authority or "",
        "comment": row.comment,
    }
    columns = {NumberKind.POLICE: "police_number", NumberKind.NHS: "nhs_number"}
    said |= {columns.get(kind, kind.value): value for kind, value in row.numbers}
    moments = {name: getattr(row, name) for name in MOMENTS}
    said |= {name: moment_as_text(moment) for name, moment in moments.items() if moment}
    return {name: str(value) for name, value in said.items()}


def moment_as_text(moment: Moment) -> str:
    """2026-01-03T07:40:00Z, the same with “, give or take 30 minutes”, or 2026-01-03 alone."""
    if moment.precision.kind == "date":
        return moment.day.isoformat()
    text = moment.at.isoformat().replace("+00:00", "Z")
    minutes = moment.precision.minutes
    return f"{text}{GIVE_OR_TAKE}{minutes}{MINUTES}" if minutes else text


def moment_from(text: str) -> Moment:
    """The same back."""
    at, _, about = text.partition(GIVE_OR_TAKE)
    if "T" not in at:
        return Moment.on(date.fromisoformat(at))
    moment = datetime.fromisoformat(at)
    minutes = about.removesuffix(MINUTES)
    return Moment(moment, estimated(int(minutes))) if minutes else Moment(moment)
