"""What the cells of one record say, and what is wrong with them, in plain words."""

import hashlib
import json
import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from returnhome.intake import instants
from returnhome.intake.instants import Written
from returnhome.intake.layouts import Layout, Meaning, numbered
from returnhome.intake.reading import Record
from returnhome.rules.clock import LONDON, Moment, NoSuchTime, estimated, local_moment
from returnhome.rules.codes import plain
from returnhome.rules.naming import folded

# 1 January 1900 is what systems without an empty date write for a date they do not know.
NOT_KNOWN = {
    *("", "unk", "unknown", "not known", "n/k", "nk", "n/a", "na", "none", "null", "nil", "tbc"),
    *("?", ".", "not yet", "not found", "not returned", "still missing", "outstanding", "ongoing"),
    *("01/01/1900", "01/01/1900 00:00", "1900 01 01", "1900 01 01 00:00:00"),
}  # fmt: skip
EARLIEST_YEAR = 1990
EARLIEST_BIRTH_YEAR = 1900
LONGEST = {
    Meaning.REFERENCE: 40,
    Meaning.FORENAME: 100,
    Meaning.SURNAME: 100,
    Meaning.ADDRESS: 300,
    Meaning.AUTHORITY: 100,
    Meaning.PLACING_AUTHORITY: 100,
}

YES = {"y", "yes", "true", "1", "lac", "cla", "looked after", "in care"}
NO = {"n", "no", "false", "0", "not lac", "not cla", "not looked after", "not in care"}
_FORMULA = "=+-@\t\r＝＋－＠"
# “About ten” is taken as somewhere in the hour before or after: nobody says it more narrowly.
ABOUT = estimated(60)
OLDEST = 120
_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(127, 160)))
_SHORTEST_SWALLOWED = 4


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row is refused: the field, or `row` for all of it, and a sentence for the sender."""

    field: str
    sentence: str


class Cells:
    """One record under its layout; asking it for what it says gathers its faults."""

    def __init__(self, record: Record, layout: Layout) -> None:
        self.record, self.layout = record, layout
        self.faults: list[Fault] = []
        self._by_meaning: dict[Meaning, str] = {}
        # Of what stands in several cells, each of them.
        self._parts: dict[Meaning, list[str]] = {}
        for meaning, cell in zip(layout.meanings, record.cells, strict=False):
            if meaning is None:
                continue
            before = self._by_meaning.get(meaning, "")
            if before.strip() and cell.strip():
                self._parts.setdefault(meaning, [before]).append(cell)
                cell = f"{before} {cell}"
            self._by_meaning[meaning] = cell if cell.strip() else before or cell
        self._check_length()

    def fault(self, field: str, sentence: str) -> None:
        self.faults.append(Fault(field, sentence))

    def written(self, meaning: Meaning) -> str:
        """The cell without the spaces around it; empty where the row has none."""
        return without_control(self._by_meaning.get(meaning, "")).strip()

    def text(self, meaning: Meaning) -> str:
        """The cell as one line of text; a fault where it is longer than can be kept."""
        text = " ".join(self.written(meaning).split())
        longest = LONGEST.get(meaning)
        # A ligature is one character and folds to as many as eighteen.
        length = len(text) if text.isascii() else max(len(text), len(folded(text)))
        if longest and length > longest:
            self.fault(
                meaning,
                f"The {meaning.label} is {length:,} characters long, "
                f"and the most that can be kept is {longest}",
            )
        return text

    def name(self, meaning: Meaning) -> str:
        """A name or a reference; a fault where it would run as a formula in a spreadsheet."""
        first = self._by_meaning.get(meaning, "").lstrip(" \u00a0")[:1]
        if first and first in _FORMULA:
            shown = "a tab" if first in "\t\r" else f"“{first}”"
            self.fault(meaning, f"The {meaning.label} begins with {shown}, as a formula does")
        return self.text(meaning)

    def is_yes(self, meaning: Meaning) -> bool | None:
        """None for a blank, or a word that is neither yes nor no."""
        return yes_or_no(self.written(meaning))

    def born(self, today: date) -> date | None:
        """The birth date; None where it is not known."""
        text = self.written(Meaning.BORN)
        if plain(text) in NOT_KNOWN:
            return None
        read = instants.read(text, self.layout.order)
        born = read.day if read else None
        if born and born > today and not re.search(r"\d{4}", text):
            # Nobody is born ahead: two figures of a year are the last century's.
            born = born.replace(year=born.year - 100)
        if born is None or born.year < EARLIEST_BIRTH_YEAR:
            self.fault(Meaning.BORN, f"Born {shortened(text)} is not a date")
            return None
        if born > today:
            self.fault(Meaning.BORN, f"Born {text} is in the future")
            return None
        return born

    def age(self) -> int | None:
        """The age in years, as the sender counts it; None for a blank or what is no age."""
        found = re.fullmatch(
            r"(\d{1,3})(?:\.0+)?(?: ?y(?:ea)?rs?(?: old)?)?", plain(self.written(Meaning.AGE))
        )
        return int(found[1]) if found and int(found[1]) <= OLDEST else None

    def moment(self, meaning: Meaning, today: date) -> Moment | None:
        """When something happened; None for a blank or, with a fault, for no such time."""
        text = self.written(meaning)
        if plain(text) in NOT_KNOWN:
            return None
        said = f"{meaning.label.capitalize()} {shortened(text)}"
        read = self._read(meaning, text)
        if read is None:
            self.fault(meaning, f"{said} is not a date")
        elif read.day is None:
            self.fault(meaning, f"{said} is a time without its day")
        elif read.day > today + timedelta(days=1):
            self.fault(meaning, f"{said} is in the future")
        elif read.day.year < EARLIEST_YEAR:
            self.fault(meaning, f"{said} is too long ago to be right")
        else:
            try:
                return self._placed(read.day, read)
            except NoSuchTime:
                self.fault(meaning, f"{said} never was: the clocks went forward that night")
        return None

    def _read(self, meaning: Meaning, text: str) -> Written | None:
        """What is written, in one cell or in one for the day and another for the time."""
        parts = [
            instants.read(part.strip(), self.layout.order) for part in self._parts.get(meaning, ())
        ]
        if len(parts) == 2:
            if parts[0] and parts[0] == parts[1]:
                return parts[0]
            for day, at in (parts, parts[::-1]):
                if day and at and day.day and not day.at and at.at and not at.day:
                    return replace(
                        day, at=at.at, zone=at.zone, is_about=day.is_about or at.is_about
                    )
        return instants.read(text, self.layout.order)

    def _placed(self, day: date, read: Written) -> Moment:
        if read.at is None:
            return Moment.on(day)
        wall = datetime.combine(day, read.at)
        zone = read.zone or self.layout.zone
        if zone is not LONDON:
            first, is_ambiguous = wall.replace(tzinfo=zone), False
        else:
            first, is_ambiguous = local_moment(wall)
        # In the autumn hour that comes twice the time may be an hour later than the one taken.
        return Moment(first, ABOUT) if is_ambiguous or read.is_about else Moment(first)

    @property
    def is_cut_short(self) -> bool:
        return len(self.record.cells) < len(self.layout.header)

    def _check_length(self) -> None:
        cells, wanted = self.record.cells, len(self.layout.header)
        if self.is_cut_short:
            self.fault("row", f"The row has {len(cells)} of {wanted} cells")
        elif any(cell.strip() for cell in cells[wanted:]):
            self.fault("row", f"The row has {len(cells)} cells, and the headings are {wanted}")
        if any(_has_swallowed_a_row(cell, wanted) for cell in cells):
            self.fault(
                "row", "A quotation mark in the row is not closed: it has swallowed the rows after"
            )

    def as_received(self) -> dict[str, str]:
        """Every cell under its heading; a heading that is blank or repeated gets its number."""
        cells = self.record.cells
        spare = [""] * (len(cells) - len(self.layout.header))
        headings = numbered((*self.layout.header, *spare)) if spare else self.layout.own
        return {
            heading: cell.replace("\0", "") for heading, cell in zip(headings, cells, strict=False)
        }

    def digest(self) -> str:
        """The same for the same cells in the same order, whatever file they came in."""
        return hashlib.sha256(json.dumps(self.record.cells).encode()).hexdigest()


def yes_or_no(text: str) -> bool | None:
    """What a word, or what stands before a remark, says: “Yes - Leeds” is yes; else None."""
    for said in (plain(text), plain(re.split(r"\s*[(,;/:]|\s+-\s+", text, maxsplit=1)[0])):
        if said in YES | NO:
            return said in YES
    return None


def surely_before(one: Moment, other: Moment) -> bool:
    """Whether on every reading of the two `one` comes first."""
    if one.is_open_ended:
        return one.latest <= other.earliest
    return one.latest < other.earliest


def shortened(text: str, most: int = 40) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def without_control(text: str) -> str:
    """The text without the control characters that no page, workbook or database takes."""
    return text if text.isprintable() else text.translate(_CONTROL)


def _has_swallowed_a_row(cell: str, width: int) -> bool:
    """Whether lines inside a cell look like rows of the table: somebody forgot a closing mark."""
    if width < _SHORTEST_SWALLOWED or "\n" not in cell:
        return False
    lines = cell.split("\n")[1:]
    return any(line.count(mark) >= width - 1 for line in lines for mark in ",;\t|")
