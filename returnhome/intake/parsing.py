"""A sender's record as a row: what it says of one child's episode, and why it may be refused."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from returnhome.intake import whole_names
from returnhome.intake.cells import Cells, Fault, shortened, surely_before
from returnhome.intake.layouts import MOMENTS, Layout, Meaning
from returnhome.intake.reading import Record, Table
from returnhome.rules import numbers
from returnhome.rules.ages import ADULT, age_on
from returnhome.rules.clock import Moment
from returnhome.rules.codes import (
    KIND_WORDS,
    RISK_LETTERS,
    RISK_WORDS,
    EpisodeKind,
    RiskGrade,
    Sex,
    plain,
    risk_grade,
)
from returnhome.rules.codes import sex as sex_of
from returnhome.rules.naming import postcode_in, written_postcode
from returnhome.rules.numbers import NumberKind

_TOTALS = re.compile(
    r"(grand |sub ?)?totals?\b|(number of )?(records|rows|episodes)\b|[0-9,]+ rows"
)
_MARKING = re.compile(r"(not protectively marked|official|restricted|confidential|end of )")
_DATE = re.compile(r"[0-9]{1,2}[/.][0-9]{1,2}[/.][0-9]{2,4}|[0-9]{4}-[0-9]{2}-[0-9]{2}")
# A grade and a classification in one cell: “Low (Absent)”.
_APART = re.compile(r"\s*(?:[()/;,:]|\s-\s)\s*")
# Words that are known, the longest first; a single letter is no phrase.
_PHRASES = re.compile(
    r"\b(?:"
    + "|".join(
        sorted(
            (word for word in {*KIND_WORDS, *RISK_WORDS} if len(word) > 1), key=len, reverse=True
        )
    )
    + r")\b"
)
_NOT = re.compile(r"\b(?:not|no longer|never) (?:a |an )?\w+(?: \w+)?")

# The later moment first: a row in which it comes before the other is refused.
_ORDER = (
    (Meaning.FOUND, Meaning.LAST_SEEN),
    (Meaning.RETURNED, Meaning.LAST_SEEN),
    (Meaning.RETURNED, Meaning.FOUND),
)


@dataclass(frozen=True, slots=True)
class Row:
    """What one record says. A blank says nothing: text is empty, anything else None.

    `kind` is None when the sender gave no classification; `postcode` is written as “LS1 1UR” and
    empty where the cell had not a postcode's shape. A row with faults is to be refused.
    """

    number: int
    reference: str
    forename: str
    surname: str
    born: date | None
    born_as_written: str
    age: int | None
    sex: Sex
    address_line: str
    postcode: str
    last_seen: Moment | None
    reported: Moment | None
    found: Moment | None
    returned: Moment | None
    kind: EpisodeKind | None
    risk: RiskGrade | None
    looked_after: bool | None
    placing_authority: str | None
    comment: str
    as_received: dict[str, str]
    digest: str
    faults: tuple[Fault, ...]
    # Where several sheets are read as one.
    sheet: str = ""
    # Of the place where the child was found, as `postcode`.
    found_postcode: str = ""
    # By which others know the child: those that can be right, as they are compared.
    numbers: tuple[tuple[NumberKind, str], ...] = ()

    @property
    def reason(self) -> str:
        """Why it is refused, all of it in one line; empty where it is not."""
        return "; ".join(fault.sentence for fault in self.faults)

    @property
    def place(self) -> tuple[str, int]:
        """Where it stands in the file, as no other row does."""
        return self.sheet, self.number


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that is about no child."""

    number: int
    why: str
    sheet: str = ""

    @property
    def where(self) -> str:
        return f"{self.sheet} row {self.number}" if self.sheet else f"row {self.number}"


@dataclass(frozen=True, slots=True)
class Aside:
    """A sheet of which nothing is read: it has other headings."""

    sheet: str


def outcomes(
    table: Table, layout: Layout, *, today: date, after: int = 0
) -> Iterator[Row | Skipped | Aside]:
    """Every record of the table, as a row or as skipped, and every sheet that is left aside.

    `after`: so many of them have been handed out before, and are not read again.
    """
    before = 0
    for part in table.parts:
        sheet = part.sheet if table.more else ""
        yield from _of_one(
            part, layout.fitted(part.header), sheet, today=today, after=max(0, after - before)
        )
        before += part.header_number - 1 + part.length
    yield from map(Aside, table.aside)


def number_of_records(table: Table) -> int:
    """How many records `outcomes` hands out, skipped ones included."""
    return sum(part.header_number - 1 + part.length for part in table.parts)


def _of_one(
    part: Table, layout: Layout, sheet: str, *, today: date, after: int
) -> Iterator[Row | Skipped]:
    said = {record.number for record in part.before}
    for number in range(1 + after, part.header_number):
        yield Skipped(number, "above the headings" if number in said else "blank row", sheet)
    for record in islice(part.records, max(0, after - (part.header_number - 1)), None):
        why = why_skipped(record, layout)
        yield Skipped(record.number, why, sheet) if why else parse(record, layout, today=today)


def why_skipped(record: Record, layout: Layout) -> str | None:
    """Why a record is about no child; None when it is to be read."""
    filled = [cell for cell in record.cells if cell.strip()]
    if not filled:
        return "blank row"
    if list(map(str.strip, record.cells)) == list(layout.header):
        return "the headings again"
    if len(filled) * 3 > len(layout.header) or any(_DATE.search(cell) for cell in filled):
        return None
    if any(_TOTALS.match(plain(cell)) for cell in filled):
        return "totals row"
    if len(filled) == 1 and _MARKING.match(plain(filled[0])):
        return "title or marking"
    return None


def parse(record: Record, layout: Layout, *, today: date) -> Row:
    """What the record says under the layout, with every fault it has; raises nothing."""
    return row_of(Cells(record, layout), today=today)


def row_of(cells: Cells, *, today: date) -> Row:
    """The same of cells, however they are read."""
    reference = cells.name(Meaning.REFERENCE)
    if not reference:
        cells.fault(Meaning.REFERENCE, "The row has no reference")
    born = cells.born(today)
    moments = {meaning: cells.moment(meaning, today) for meaning in MOMENTS}
    _check_moments(cells, moments)
    age = None if born else cells.age()
    _check_is_child(cells, born, age, moments)
    forename, surname = _name(cells)
    looked_after = cells.is_yes(Meaning.LOOKED_AFTER)
    found_postcode = written_postcode(cells.written(Meaning.FOUND_POSTCODE))
    return Row(
        number=cells.record.number,
        reference=reference,
        forename=forename,
        surname=surname,
        born=born,
        born_as_written=shortened(cells.written(Meaning.BORN)),
        age=age,
        sex=sex_of(cells.written(Meaning.SEX)),
        address_line=cells.text(Meaning.ADDRESS),
        postcode=written_postcode(cells.written(Meaning.POSTCODE))
        or postcode_in(cells.text(Meaning.ADDRESS)),
        last_seen=moments[Meaning.LAST_SEEN],
        reported=moments[Meaning.REPORTED],
        found=moments[Meaning.FOUND],
        returned=moments[Meaning.RETURNED],
        kind=_kind(cells, looked_after),
        risk=_risk(cells),
        looked_after=looked_after,
        placing_authority=cells.text(Meaning.PLACING_AUTHORITY) or None,
        comment=cells.written(Meaning.COMMENT),
        as_received=cells.as_received(),
        digest=cells.digest(),
        # Last, when every cell has been asked.
        faults=tuple(cells.faults),
        sheet=cells.record.sheet,
        found_postcode=found_postcode,
        numbers=_numbers(cells),
    )


def _check_moments(cells: Cells, moments: dict[Meaning, Moment | None]) -> None:
    is_silent = not cells.written(Meaning.LAST_SEEN) and not cells.written(Meaning.REPORTED)
    if is_silent and not cells.is_cut_short:
        cells.fault(
            Meaning.LAST_SEEN,
            "The row says neither when the child was last seen nor when that was reported",
        )
    for later, earlier in _ORDER:
        one, other = moments[later], moments[earlier]
        if one and other and surely_before(one, other):
            cells.fault(
                later,
                f"{later.label.capitalize()} {cells.written(later)} is before "
                f"{earlier.label} {cells.written(earlier)}",
            )


def _numbers(cells: Cells) -> tuple[tuple[NumberKind, str], ...]:
    """A number that can be none is kept as received, and tells nobody apart."""
    read = (
        (NumberKind.POLICE, numbers.police(cells.written(Meaning.POLICE_NUMBER))),
        (NumberKind.NHS, numbers.nhs(cells.written(Meaning.NHS_NUMBER))),
        (NumberKind.UPN, numbers.upn(cells.written(Meaning.UPN))),
    )
    return tuple((kind, value) for kind, value in read if value)


def _name(cells: Cells) -> tuple[str, str]:
    """Forename and surname, of their own cells or of one for both."""
    forename, surname = cells.name(Meaning.FORENAME), cells.name(Meaning.SURNAME)
    if whole := cells.name(Meaning.NAME):
        parts = whole_names.parted(whole, is_surname_first=cells.layout.is_surname_first)
        forename, surname = forename or parts[0], surname or parts[1]
    return forename, surname


def _check_is_child(
    cells: Cells, born: date | None, age: int | None, moments: dict[Meaning, Moment | None]
) -> None:
    """The age is that of the day on which the episode began."""
    if age is not None and age >= ADULT:
        cells.fault(Meaning.AGE, f"Age {age}: not a child")
    for meaning in (Meaning.LAST_SEEN, Meaning.REPORTED):
        moment = moments[meaning]
        if born and moment:
            break
    else:
        return
    written = cells.written(Meaning.BORN)
    if born > moment.day:
        cells.fault(
            Meaning.BORN, f"Born {written} is after {meaning.label} {cells.written(meaning)}"
        )
    elif age_on(born, moment.day) >= ADULT:
        cells.fault(
            Meaning.BORN,
            f"Born {written}: {age_on(born, moment.day)} years old when {meaning.label}, "
            "not a child",
        )


def _kind(cells: Cells, looked_after: bool | None) -> EpisodeKind | None:
    """Away from placement is a looked-after child's alone; anyone else's is a missing episode."""
    text = cells.written(Meaning.KIND)
    own = cells.layout.kinds.get(plain(text))
    said = words(text or cells.written(Meaning.GRADING))
    kinds = [own] if own else [kind for word in said if (kind := KIND_WORDS.get(word))]
    if text and not kinds and not any(map(risk_grade, said)):
        cells.fault(
            Meaning.KIND,
            f"“{shortened(text)}” is not a classification that {cells.layout.name} knows",
        )
    if EpisodeKind.AWAY in kinds:
        return EpisodeKind.MISSING if looked_after is False else EpisodeKind.AWAY
    return kinds[0] if kinds else None


def words(text: str) -> list[str]:
    """What a cell for a grade and a classification says: each of its parts, or phrases in them.

    “Low (Absent)” is “low” and “absent”; “high risk missing person” is “high” and “missing person”.
    """
    said: list[str] = []
    for part in filter(None, map(plain, _APART.split(text))):
        is_known = part in KIND_WORDS or risk_grade(part)
        said += [part] if is_known else (_PHRASES.findall(_NOT.sub(" ", part)) or [part])
    return said


def _risk(cells: Cells) -> RiskGrade | None:
    """The grade in its own column, else one that stands where the classification does."""
    if letter := RISK_LETTERS.get(plain(cells.written(Meaning.RISK))):
        return letter
    for meaning in (Meaning.RISK, Meaning.GRADING, Meaning.KIND):
        for word in words(cells.written(meaning)):
            if grade := risk_grade(word):
                return grade
    return None
