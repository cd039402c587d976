"""The register of known children that a council sends: who they are and who looks after them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from returnhome.intake.cells import Cells, Fault
from returnhome.intake.layouts import Layout, Meaning, checked
from returnhome.intake.parsing import Skipped, why_skipped
from returnhome.intake.reading import Record, Table
from returnhome.rules.codes import Sex
from returnhome.rules.codes import sex as sex_of
from returnhome.rules.naming import written_postcode

REGISTER = Layout(
    name="register",
    title="Register of known children",
    columns={
        "child_id": Meaning.REFERENCE,
        "forename": Meaning.FORENAME,
        "surname": Meaning.SURNAME,
        "sex": Meaning.SEX,
        "date_of_birth": Meaning.BORN,
        "home_postcode": Meaning.POSTCODE,
        "authority": Meaning.AUTHORITY,
        "looked_after_by": Meaning.PLACING_AUTHORITY,
    },
    required=frozenset(
        {
            Meaning.REFERENCE,
            Meaning.FORENAME,
            Meaning.SURNAME,
            Meaning.BORN,
            Meaning.POSTCODE,
            Meaning.AUTHORITY,
            Meaning.PLACING_AUTHORITY,
        }
    ),
)


@dataclass(frozen=True, slots=True)
class KnownChild:
    """One child of the register. `authority` is the council where the child lives now.

    `looked_after_by` is the responsible council of a looked-after child, None for any other.
    """

    number: int
    child_id: str
    forename: str
    surname: str
    sex: Sex
    born: date | None
    postcode: str
    authority: str
    looked_after_by: str | None
    digest: str
    faults: tuple[Fault, ...]
    # Where several sheets are read as one.
    sheet: str = ""

    @property
    def reason(self) -> str:
        """Why it is refused, all of it in one line; empty where it is not."""
        return "; ".join(fault.sentence for fault in self.faults)


def fitting(header: list[str]) -> Layout:
    """The register's layout fitted to these headings. Raises Unreadable."""
    return checked(REGISTER.fitted(header))


def outcomes(table: Table, layout: Layout, *, today: date) -> Iterator[KnownChild | Skipped]:
    """Every record of the register; a `child_id` that comes again is refused the second time."""
    seen: set[str] = set()
    for record in chain.from_iterable(part.records for part in table.parts):
        why = why_skipped(record, layout)
        if why:
            yield Skipped(record.number, why, record.sheet)
            continue
        child = parse(record, layout, today=today)
        if child.child_id in seen:
            again = Fault(
                "child_id", f"The child_id {child.child_id} has already come in this file"
            )
            child = replace(child, faults=(*child.faults, again))
        elif child.child_id:
            seen.add(child.child_id)
        yield child


def parse(record: Record, layout: Layout, *, today: date) -> KnownChild:
    """What the record says of one child, with every fault it has; raises nothing."""
    cells = Cells(record, layout)
    child_id = cells.name(Meaning.REFERENCE)
    if not child_id:
        cells.fault("child_id", "The row has no child_id")
    forename, surname = cells.name(Meaning.FORENAME), cells.name(Meaning.SURNAME)
    if not forename and not surname:
        cells.fault("surname", "The row has no name")
    authority = cells.text(Meaning.AUTHORITY)
    if not authority:
        cells.fault("authority", "The row does not say in which council's area the child lives")
    return KnownChild(
        number=record.number,
        child_id=child_id,
        forename=forename,
        surname=surname,
        sex=sex_of(cells.written(Meaning.SEX)),
        born=cells.born(today),
        postcode=written_postcode(cells.written(Meaning.POSTCODE)),
        authority=authority,
        looked_after_by=cells.text(Meaning.PLACING_AUTHORITY) or None,
        digest=cells.digest(),
        # Last, when every cell has been asked.
        faults=tuple(cells.faults),
        sheet=record.sheet,
    )
