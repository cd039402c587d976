"""The layouts in which senders' files arrive, as data: what each heading means."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from typing import Any, Self

from returnhome.intake.instants import Order
from returnhome.intake.reading import Unreadable
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Code, EpisodeKind
from returnhome.rules.naming import folded


class Meaning(Code):
    """What a column tells us: the code is the field of a row, the label what a reason calls it.

    A day and its time of day may stand in two columns, a forename and an address in several: these
    have one meaning, and their cells are read together.
    """

    REFERENCE = "reference", "reference"
    NAME = "name", "whole name"
    FORENAME = "forename", "forename"
    SURNAME = "surname", "surname"
    BORN = "born", "date of birth"
    AGE = "age", "age"
    SEX = "sex", "sex"
    ADDRESS = "address_line", "address"
    POSTCODE = "postcode", "postcode"
    FOUND_POSTCODE = "found_postcode", "postcode where found"
    LAST_SEEN = "last_seen", "last seen"
    REPORTED = "reported", "reported"
    FOUND = "found", "found"
    RETURNED = "returned", "returned"
    RISK = "risk", "risk"
    GRADING = "grading", "risk and classification"
    LOOKED_AFTER = "looked_after", "looked after"
    PLACING_AUTHORITY = "placing_authority", "placing authority"
    AUTHORITY = "authority", "authority"
    KIND = "kind", "classification"
    COMMENT = "comment", "comment"
    POLICE_NUMBER = "police_number", "police number of the child"
    NHS_NUMBER = "nhs_number", "NHS number"
    UPN = "upn", "unique pupil number"


NUMBERS = (Meaning.POLICE_NUMBER, Meaning.NHS_NUMBER, Meaning.UPN)
MOMENTS = (Meaning.LAST_SEEN, Meaning.REPORTED, Meaning.FOUND, Meaning.RETURNED)
JOINED = frozenset({*MOMENTS, Meaning.FORENAME, Meaning.ADDRESS, Meaning.COMMENT})
# What a file of episodes may lack, although its layout knows a heading for it.
CAN_BE_LACKED = frozenset(
    {
        *(Meaning.SEX, Meaning.AGE, Meaning.ADDRESS, Meaning.RISK, Meaning.COMMENT),
        *(Meaning.FOUND_POSTCODE, *NUMBERS),
    }
)

UTC_NAME, LONDON_NAME = "UTC", "Europe/London"


@dataclass(frozen=True, slots=True)
class Layout:
    """A sender's layout; fitted to a file, `header` and `meanings` are in that file's order.

    A column of which nothing is read means None. `zone` holds for times that name none. `kinds`:
    words of the sender's own for the two kinds, beside those that everybody uses; each as
    `rules.codes.plain` has it.
    """

    name: str
    title: str
    columns: Mapping[str, Meaning | None]
    required: frozenset[Meaning]
    zone: tzinfo = LONDON
    order: Order = Order.DAY_FIRST
    is_surname_first: bool = False
    kinds: Mapping[str, EpisodeKind] = field(default_factory=dict)
    header: tuple[str, ...] = ()
    # The headings, each its own.
    own: tuple[str, ...] = field(init=False)
    meanings: tuple[Meaning | None, ...] = field(init=False)

    def __post_init__(self) -> None:
        known = {folded(heading): meaning for heading, meaning in self.columns.items()}
        header = self.header or tuple(self.columns)
        own = numbered(header)
        object.__setattr__(self, "header", header)
        object.__setattr__(self, "own", own)
        object.__setattr__(self, "meanings", tuple(known.get(folded(text)) for text in own))

    def fitted(self, header: Sequence[str]) -> Self:
        return replace(self, header=tuple(header))

    @property
    def missing(self) -> list[str]:
        """The headings this layout cannot do without and the file has not."""
        here = set(map(folded, self.own))
        return [
            heading
            for heading, meaning in self.columns.items()
            if meaning in self.required and folded(heading) not in here
        ]

    @property
    def repeated(self) -> list[str]:
        """Headings that it knows and that come again, so that nobody knows which counts."""
        known = {folded(heading) for heading in self.columns}
        meant = {folded(heading) for heading, meaning in self.columns.items() if meaning}
        return [
            heading
            for own, heading in zip(self.own, self.header, strict=True)
            if own != heading and folded(own) not in known and folded(heading) in meant
        ]

    @property
    def fits(self) -> bool:
        """Whether every heading it needs is there, and none of those it knows twice."""
        return not self.missing and not self.repeated

    @property
    def met(self) -> int:
        """How many of the file's headings it knows."""
        return sum(meaning is not None for meaning in self.meanings)

    @property
    def unread(self) -> list[str]:
        """Headings of the file that are kept as received and otherwise not read."""
        return [h for h, m in zip(self.header, self.meanings, strict=True) if h and not m]

    @property
    def definition(self) -> dict[str, Any]:
        """All of it as JSON has it, but its name and title."""
        return {
            "columns": {text: meaning and str(meaning) for text, meaning in self.columns.items()},
            "required": sorted(map(str, self.required)),
            "zone": UTC_NAME if self.zone is UTC else LONDON_NAME,
            "order": str(self.order),
            "is_surname_first": self.is_surname_first,
            "kinds": {word: str(kind) for word, kind in self.kinds.items()},
        }


def defined(name: str, title: str, definition: Mapping[str, Any]) -> Layout:
    """The layout that `definition` was made of."""
    return Layout(
        name=name,
        title=title,
        columns={text: code and Meaning(code) for text, code in definition["columns"].items()},
        required=frozenset(map(Meaning, definition["required"])),
        zone=UTC if definition["zone"] == UTC_NAME else LONDON,
        order=Order(definition["order"]),
        is_surname_first=definition["is_surname_first"],
        kinds={word: EpisodeKind(code) for word, code in definition["kinds"].items()},
    )


def numbered(header: Iterable[str]) -> tuple[str, ...]:
    """The headings, each its own: one that is blank or repeated gets its column's number."""
    own: list[str] = []
    taken: set[str] = set()
    for number, heading in enumerate(header, start=1):
        is_taken = not heading or folded(heading) in taken
        own.append(f"{heading} (column {number})".strip() if is_taken else heading)
        taken.add(folded(own[-1]))
    return tuple(own)


def needed(columns: Mapping[str, Meaning | None]) -> frozenset[Meaning]:
    """What a file in this layout cannot do without."""
    return frozenset(meaning for meaning in columns.values() if meaning) - CAN_BE_LACKED


POLICE_A_COLUMNS: dict[str, Meaning | None] = {
    "Misper Ref": Meaning.REFERENCE,
    "Surname": Meaning.SURNAME,
    "Forename(s)": Meaning.FORENAME,
    "DOB": Meaning.BORN,
    "Sex": Meaning.SEX,
    "Missing From Address": Meaning.ADDRESS,
    "Postcode": Meaning.POSTCODE,
    "Last Seen": Meaning.LAST_SEEN,
    "Reported": Meaning.REPORTED,
    "Risk": Meaning.RISK,
    "LAC": Meaning.LOOKED_AFTER,
    "Placing Authority": Meaning.PLACING_AUTHORITY,
    "Classification": Meaning.KIND,
    "Found": Meaning.FOUND,
    "Found Comments": Meaning.COMMENT,
}
POLICE_B_COLUMNS: dict[str, Meaning | None] = {
    "Occurrence": Meaning.REFERENCE,
    "Nominal": Meaning.NAME,
    "Date of Birth": Meaning.BORN,
    "Age": Meaning.AGE,
    "Gender": Meaning.SEX,
    "Home Post Code": Meaning.POSTCODE,
    "Date Missing": Meaning.LAST_SEEN,
    "Time Missing": Meaning.LAST_SEEN,
    "Date Reported": Meaning.REPORTED,
    "Time Reported": Meaning.REPORTED,
    "Grading": Meaning.GRADING,
    "Date Returned": Meaning.RETURNED,
    "Time Returned": Meaning.RETURNED,
    "How Returned": Meaning.COMMENT,
    "In Care Of": Meaning.PLACING_AUTHORITY,
}
POLICE_C_COLUMNS: dict[str, Meaning | None] = {
    "urn": Meaning.REFERENCE,
    "name": Meaning.NAME,
    "born": Meaning.BORN,
    "from_postcode": Meaning.POSTCODE,
    "last_seen_utc": Meaning.LAST_SEEN,
    "reported_utc": Meaning.REPORTED,
    "returned_utc": Meaning.RETURNED,
    "category": Meaning.KIND,
    "notes": Meaning.COMMENT,
}
POLICE_A = Layout(
    "police-a",
    "Police missing-person list with “Misper Ref”",
    POLICE_A_COLUMNS,
    needed(POLICE_A_COLUMNS),
)
POLICE_B = Layout(
    "police-b",
    "Police daily return, a workbook with “Occurrence” and “Nominal”",
    POLICE_B_COLUMNS,
    needed(POLICE_B_COLUMNS),
)
POLICE_C = Layout(
    "police-c",
    "Police export with “urn” and times in UTC",
    POLICE_C_COLUMNS,
    needed(POLICE_C_COLUMNS),
    zone=UTC,
)

LAYOUTS = (POLICE_A, POLICE_B, POLICE_C)


def fitting(header: Sequence[str], layouts: Iterable[Layout] = LAYOUTS) -> Layout | None:
    """The layout whose headings these are, whatever their case, spaces and order."""
    fitted = [layout.fitted(header) for layout in layouts]
    return max((each for each in fitted if each.fits), key=lambda each: each.met, default=None)


def named(name: str, layouts: Iterable[Layout] = LAYOUTS) -> Layout:
    """Raises Unreadable, naming those there are."""
    known = {layout.name: layout for layout in layouts}
    if name not in known:
        raise Unreadable(
            f"There is no layout “{name}”: choose one of {', '.join(known)}.", field="layout"
        )
    return known[name]


def checked(layout: Layout) -> Layout:
    """The layout itself, where it fits. Raises Unreadable, naming the headings at fault."""
    if layout.missing:
        raise Unreadable(
            f"The file has not the headings {listed(layout.missing)} of the layout "
            f"{layout.name}: export it again with them.",
            field="layout",
        )
    if layout.repeated:
        raise Unreadable(
            f"The file has the heading {listed(layout.repeated[:1])} more than once: "
            "keep the column that counts and send it again.",
            field="layout",
        )
    return layout


def unknown(header: Sequence[str], layouts: Iterable[Layout] = LAYOUTS) -> Unreadable:
    """Why no layout fits: what the nearest one lacks, or that none is near."""
    nearest = max((layout.fitted(header) for layout in layouts), key=lambda each: each.met)
    if nearest.met * 2 >= len(nearest.columns):
        try:
            checked(nearest)
        except Unreadable as reason:
            return reason
    return Unreadable(
        f"No layout has the headings {listed(header)}: send a file whose first row is "
        f"{listed(list(nearest.columns), most=15)}, or teach this layout on the page Intake.",
        field="layout",
    )


def listed(headings: Sequence[str], most: int = 5) -> str:
    shown = ", ".join(f"“{heading[:40]}”" for heading in headings[:most])
    more = len(headings) - most
    return f"{shown} and {more} more" if more > 0 else shown
