"""The layouts in which senders' files arrive, as data: what each heading means."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import Self

from returnhome.intake.reading import Unreadable
from returnhome.rules.clock import LONDON
from returnhome.rules.codes import Code, EpisodeKind
from returnhome.rules.naming import folded


class Meaning(Code):
    """What a column tells us: the code is the field of a row, the label what a reason calls it."""

    REFERENCE = "reference", "reference"
    FORENAME = "forename", "forename"
    SURNAME = "surname", "surname"
    BORN = "born", "date of birth"
    SEX = "sex", "sex"
    ADDRESS = "address_line", "address"
    POSTCODE = "postcode", "postcode"
    LAST_SEEN = "last_seen", "last seen"
    REPORTED = "reported", "reported"
    FOUND = "found", "found"
    RETURNED = "returned", "returned"
    RISK = "risk", "risk"
    LOOKED_AFTER = "looked_after", "looked after"
    PLACING_AUTHORITY = "placing_authority", "placing authority"
    AUTHORITY = "authority", "authority"
    KIND = "kind", "classification"
    COMMENT = "comment", "comment"


@dataclass(frozen=True, slots=True)
class Layout:
    """A sender's layout; fitted to a file, `header` and `meanings` are in that file's order.

    `formats` are those of `strptime`; one without an hour is a day of which the time is not known.
    """

    name: str
    title: str
    columns: Mapping[str, Meaning]
    required: frozenset[Meaning]
    zone: tzinfo
    formats: tuple[str, ...]
    kinds: Mapping[str, EpisodeKind] = field(default_factory=dict)
    header: tuple[str, ...] = ()
    meanings: tuple[Meaning | None, ...] = field(init=False)

    def __post_init__(self) -> None:
        known = {folded(heading): meaning for heading, meaning in self.columns.items()}
        header = self.header or tuple(self.columns)
        object.__setattr__(self, "header", header)
        object.__setattr__(self, "meanings", tuple(known.get(folded(text)) for text in header))

    def fitted(self, header: list[str]) -> Self:
        return replace(self, header=tuple(header))

    @property
    def missing(self) -> list[str]:
        """The headings this layout cannot do without and the file has not."""
        return [
            heading
            for heading, meaning in self.columns.items()
            if meaning in self.required and meaning not in self.meanings
        ]

    @property
    def fits(self) -> bool:
        """Whether every heading it needs is there, and none of those it knows twice."""
        known = [meaning for meaning in self.meanings if meaning]
        return not self.missing and len(known) == len(set(known))

    @property
    def unread(self) -> list[str]:
        """Headings of the file that are kept as received and otherwise not read."""
        return [h for h, m in zip(self.header, self.meanings, strict=True) if h and not m]


POLICE_A = Layout(
    name="police-a",
    title="Police missing-person list with “Misper Ref”",
    columns={
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
    },
    required=frozenset(
        {
            Meaning.REFERENCE,
            Meaning.SURNAME,
            Meaning.FORENAME,
            Meaning.BORN,
            Meaning.POSTCODE,
            Meaning.LAST_SEEN,
            Meaning.REPORTED,
            Meaning.LOOKED_AFTER,
            Meaning.PLACING_AUTHORITY,
            Meaning.KIND,
            Meaning.FOUND,
        }
    ),
    zone=LONDON,
    formats=("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y"),
    # “Absent” is a risk grade of its era and never by itself away from placement.
    kinds={
        "missing": EpisodeKind.MISSING,
        "absent": EpisodeKind.MISSING,
        "away from placement": EpisodeKind.AWAY,
        "away from placement without authorisation": EpisodeKind.AWAY,
    },
)

LAYOUTS = (POLICE_A,)


def fitting(header: list[str]) -> Layout | None:
    """The layout whose headings these are, whatever their case, spaces and order."""
    fitted = [layout.fitted(header) for layout in LAYOUTS]
    fits = [layout for layout in fitted if layout.fits]
    return max(fits, key=lambda layout: len(set(layout.meanings)), default=None)


def chosen(header: list[str], name: str | None = None) -> Layout:
    """The layout for these headings, or the one asked for by name. Raises Unreadable."""
    if name is None:
        layout = fitting(header)
        if layout is None:
            raise _unknown(header)
        return layout
    named = {layout.name: layout for layout in LAYOUTS}
    if name not in named:
        raise Unreadable(
            f"There is no layout “{name}”: choose one of {', '.join(named)}.", field="layout"
        )
    return checked(named[name].fitted(header))


def checked(layout: Layout) -> Layout:
    """The layout itself, where it fits. Raises Unreadable, naming the headings at fault."""
    if layout.missing:
        raise Unreadable(
            f"The file has not the headings {_listed(layout.missing)} of the layout "
            f"{layout.name}: export it again with them.",
            field="layout",
        )
    if not layout.fits:
        known = [
            (heading, meaning)
            for heading, meaning in zip(layout.header, layout.meanings, strict=True)
            if meaning and layout.meanings.count(meaning) > 1
        ]
        raise Unreadable(
            f"The file has the heading {_listed([known[0][0]])} more than once: "
            "keep the column that counts and send it again.",
            field="layout",
        )
    return layout


def _unknown(header: list[str]) -> Unreadable:
    """Why no layout fits: what the nearest one lacks, or that none is near."""
    nearest = max((layout.fitted(header) for layout in LAYOUTS), key=_headings_met)
    if _headings_met(nearest) * 2 >= len(nearest.columns):
        try:
            checked(nearest)
        except Unreadable as reason:
            return reason
    return Unreadable(
        f"No layout has the headings {_listed(header)}: send a file whose first row is "
        f"{_listed(list(nearest.columns), most=15)}, or ask for this layout to be added.",
        field="layout",
    )


def _headings_met(layout: Layout) -> int:
    return len({meaning for meaning in layout.meanings if meaning})


def _listed(headings: list[str], most: int = 5) -> str:
    shown = ", ".join(f"“{heading[:40]}”" for heading in headings[:most])
    more = len(headings) - most
    return f"{shown} and {more} more" if more > 0 else shown
