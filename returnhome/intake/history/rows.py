"""One past episode as a row of earlier records tells it: what it says, and what it leaves out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, cast

from returnhome.intake import instants, whole_names
from returnhome.intake.cells import Cells, Fault, shortened, surely_before
from returnhome.intake.history import words
from returnhome.intake.history.columns import Column, Kind
from returnhome.intake.layouts import Layout, Meaning
from returnhome.intake.parsing import Skipped, why_skipped
from returnhome.intake.reading import Record, Table
from returnhome.rules.clock import Moment
from returnhome.rules.codes import (
    KIND_WORDS,
    Answer,
    DeclinedBy,
    Earlier,
    EpisodeKind,
    NotHeldReason,
    RiskGrade,
    plain,
    risk_grade,
)

Moments = Mapping[str, Moment | None]
Unplaced = Callable[[Column, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRow:
    """What one record says. What is None or empty it does not say.

    `ended_without_word`: an end that says neither found nor returned. `says` is what all of it
    comes to of an interview.
    """

    source: str
    number: int
    child_number: str = ""
    person: str = ""
    forename: str = ""
    surname: str = ""
    born: date | None = None
    kind: EpisodeKind | None = None
    risk: RiskGrade | None = None
    moments: Moments = field(default_factory=dict)
    ended_without_word: bool = False
    offered: bool | None = None
    offered_on: date | None = None
    answer: Answer | None = None
    declined_by: DeclinedBy | None = None
    was_held: bool | None = None
    held: Moment | None = None
    reason: NotHeldReason | None = None
    interviewer: str = ""
    body: str = ""
    notes: str = ""
    digest: str = ""
    as_received: Mapping[str, str] = field(default_factory=dict)
    unplaced: tuple[tuple[str, str], ...] = ()
    is_of_looked_after: bool = False
    faults: tuple[Fault, ...] = ()

    @property
    def start(self) -> Moment | None:
        return self.moments.get("last_seen") or self.moments.get("reported")

    @property
    def end(self) -> Moment | None:
        return self.moments.get("returned") or self.moments.get("found")

    @property
    def days(self) -> tuple[date | None, date | None]:
        """The days on which it began and ended: by these two files tell of the same episode."""
        return (self.start.day if self.start else None, self.end.day if self.end else None)

    @property
    def says(self) -> Earlier:
        return what_it_comes_to(self)

    @property
    def refusal(self) -> str:
        return "; ".join(fault.sentence for fault in self.faults)

    def filled_from(self, other: "PastRow") -> "PastRow":
        """This row, with what it leaves out and the other says of the same episode."""
        taken: dict[str, Any] = {}
        for name in (
            *("kind", "risk", "offered", "offered_on", "answer", "declined_by", "was_held"),
            *("held", "reason", "interviewer", "body", "notes"),
        ):
            if getattr(self, name) in (None, "") and getattr(other, name) not in (None, ""):
                taken[name] = getattr(other, name)
        return replace(self, **taken)


def what_it_comes_to(row: PastRow) -> Earlier:
    """The one word for what the record says of an interview; what it leaves out is not known."""
    if row.was_held or row.held:
        return Earlier.HELD
    if row.reason is NotHeldReason.COVERED_BY_ANOTHER:
        return Earlier.COVERED
    whose = row.declined_by or (row.reason.declined_by if row.reason else None)
    is_declined = row.answer is Answer.DECLINED or whose is not None
    if row.offered is False and row.answer is not Answer.ACCEPTED and whose is None:
        is_unreached = row.reason is NotHeldReason.NOT_CONTACTABLE
        return Earlier.NOT_REACHED if is_unreached else Earlier.NOT_OFFERED
    if row.reason is NotHeldReason.NOT_OFFERED:
        return Earlier.NOT_OFFERED
    if is_declined:
        return {
            None: Earlier.DECLINED,
            DeclinedBy.CHILD: Earlier.DECLINED_BY_CHILD,
            DeclinedBy.PARENT_OR_CARER: Earlier.DECLINED_BY_PARENT,
        }[whose]
    if row.answer is Answer.ACCEPTED:
        is_not_held = row.was_held is False or row.reason is not None
        return Earlier.NOT_HELD if is_not_held else Earlier.ACCEPTED
    if row.reason is NotHeldReason.NOT_CONTACTABLE and not row.offered:
        return Earlier.NOT_REACHED
    return Earlier.OFFERED if row.offered else Earlier.NOT_KNOWN


def outcomes(
    table: Table, kind: Kind, layout: Layout, *, today: date
) -> Iterator[PastRow | Skipped]:
    """Every record of a table of episodes, as a row or as skipped."""
    for record in table.records:
        why = why_skipped(record, layout)
        if why:
            yield Skipped(record.number, why)
        else:
            yield parse(record, kind, layout, source=table.name, today=today)


def parse(record: Record, kind: Kind, layout: Layout, *, source: str, today: date) -> PastRow:
    """What one record says, with every fault it has; raises nothing."""
    cells = _PastCells(record, layout)
    moments, ended_without_word = _moments(cells, today)
    offered, offered_on = _yes_or_day(cells, Column.OFFERED)
    offered_on = _day(cells, Column.OFFERED_ON) or offered_on
    answer, declined_by = _answer(cells)
    was_held, held = _held(cells, today)
    reason = _reason(cells)
    if offered_on or answer:
        offered = True if offered is None else offered
    forename, surname = _name(cells)
    if not cells.said(Column.NUMBER) and not cells.said(Column.PERSON) and not surname:
        cells.fault("number", "The row says of no child: neither a number nor a name")
    _check(cells, moments, was_held or held is not None, held, reason)
    return PastRow(
        source=source,
        number=record.number,
        child_number=cells.said(Column.NUMBER),
        person=cells.said(Column.PERSON),
        forename=forename,
        surname=surname,
        born=cells.born(today),
        kind=_kind(cells),
        risk=_risk(cells),
        moments=moments,
        ended_without_word=ended_without_word,
        offered=offered,
        offered_on=offered_on,
        answer=answer,
        declined_by=declined_by,
        was_held=was_held,
        held=held,
        reason=reason,
        interviewer=cells.said(Column.INTERVIEWER),
        body=cells.said(Column.BODY),
        notes=cells.written(cast(Meaning, Column.NOTES)),
        digest=cells.digest(),
        as_received=cells.as_received(),
        unplaced=tuple(cells.unplaced),
        is_of_looked_after=kind.is_of_looked_after,
        # Last, when every cell has been asked.
        faults=tuple(cells.faults),
    )


def who(record: Record, layout: Layout, *, source: str, today: date) -> PastRow:
    """What one record of a file of people says of who somebody is."""
    cells = _PastCells(record, layout)
    forename, surname = _name(cells)
    return PastRow(
        source=source,
        number=record.number,
        child_number=cells.said(Column.NUMBER),
        person=cells.said(Column.PERSON),
        forename=forename,
        surname=surname,
        born=cells.born(today),
        as_received=cells.as_received(),
    )


class _PastCells(Cells):
    """One record under its columns; what stands in a cell and cannot be placed is gathered."""

    def __init__(self, record: Record, layout: Layout) -> None:
        self.unplaced: list[tuple[str, str]] = []
        super().__init__(record, layout)

    def said(self, column: Column) -> str:
        return " ".join(self.written(cast(Meaning, column)).split())

    def when(self, column: Column, today: date) -> Moment | None:
        return self.moment(cast(Meaning, column), today)

    def cannot_place(self, column: Column, word: str) -> None:
        headings = [
            heading
            for heading, meaning in zip(self.layout.header, self.layout.meanings, strict=True)
            if meaning == column
        ]
        self.unplaced.append((" / ".join(headings), shortened(word, 60)))


def _name(cells: _PastCells) -> tuple[str, str]:
    forename, surname = cells.said(Column.FORENAME), cells.said(Column.SURNAME)
    if whole := cells.said(Column.NAME):
        parts = whole_names.parted(whole, is_surname_first=cells.layout.is_surname_first)
        forename, surname = forename or parts[0], surname or parts[1]
    return forename, surname


def _moments(cells: _PastCells, today: date) -> tuple[dict[str, Moment | None], bool]:
    """The four instants. An end that says no more ends as the 903 has it: found, for an absence
    without authorisation returned.
    """
    found, returned = cells.when(Column.FOUND, today), cells.when(Column.RETURNED, today)
    ended = cells.when(Column.ENDED, today)
    is_without_word = ended is not None and found is None and returned is None
    if is_without_word:
        is_away = _kind(cells, is_asked_before=True) is EpisodeKind.AWAY
        found, returned = (None, ended) if is_away else (ended, None)
    return (
        {
            "last_seen": cells.when(Column.LAST_SEEN, today) or cells.when(Column.STARTED, today),
            "reported": cells.when(Column.REPORTED, today),
            "found": found,
            "returned": returned,
        },
        is_without_word,
    )


def _kind(cells: _PastCells, *, is_asked_before: bool = False) -> EpisodeKind | None:
    text = cells.said(Column.KIND)
    if plain(text) in words.SILENT:
        return None
    kind = KIND_WORDS.get(plain(text))
    if kind is None and not risk_grade(text) and not is_asked_before:
        cells.cannot_place(Column.KIND, text)
    return kind


def _risk(cells: _PastCells) -> RiskGrade | None:
    text = cells.said(Column.RISK)
    grade = risk_grade(text)
    if grade is None and plain(text) not in words.SILENT:
        cells.cannot_place(Column.RISK, text)
    return grade or risk_grade(cells.said(Column.KIND))


def _read_day(cells: _PastCells, text: str) -> date | None:
    read = instants.read(text, cells.layout.order)
    return read.day if read else None


def _yes_or_day(cells: _PastCells, column: Column) -> tuple[bool | None, date | None]:
    """Whether it says yes, and the day where it gives one: “yes”, “12/03/2024”, “Yes - by text”."""
    text = cells.said(column)
    said = plain(text)
    if said in words.SILENT:
        return None, None
    if said in words.YES or said in words.NO:
        return said in words.YES, None
    if day := _read_day(cells, text):
        return True, day
    first = said.split(" ", 1)[0].rstrip(",;:.")
    if first in ("yes", "no"):
        # What follows is a remark: the row as received keeps it.
        cells.cannot_place(column, text)
        return first == "yes", None
    cells.cannot_place(column, text)
    return None, None


def _day(cells: _PastCells, column: Column) -> date | None:
    text = cells.said(column)
    if plain(text) in words.SILENT:
        return None
    day = _read_day(cells, text)
    if day is None:
        cells.cannot_place(column, text)
    return day


def _answer(cells: _PastCells) -> tuple[Answer | None, DeclinedBy | None]:
    text, who = cells.said(Column.ANSWER), cells.said(Column.DECLINED_BY)
    answer: Answer | None = None
    whose: DeclinedBy | None = None
    if plain(text) not in words.SILENT:
        if found := words.ANSWERS.get(plain(text)):
            answer, whose = found
        else:
            cells.cannot_place(Column.ANSWER, text)
    if plain(who) not in words.SILENT:
        named = words.WHOSE.get(plain(who))
        if named is None:
            cells.cannot_place(Column.DECLINED_BY, who)
        elif answer in (None, Answer.DECLINED):
            answer, whose = Answer.DECLINED, named
    return answer, whose


def _held(cells: _PastCells, today: date) -> tuple[bool | None, Moment | None]:
    """Whether it was held, and when where that is said."""
    held: Moment | None = None
    said, day = _yes_or_day(cells, Column.HELD)
    if plain(cells.said(Column.HELD_AT)) not in words.SILENT:
        held = cells.when(Column.HELD_AT, today)
    if held is None and day:
        held = cells.when(Column.HELD, today)
    return (True if held else said), held


def _reason(cells: _PastCells) -> NotHeldReason | None:
    text = cells.said(Column.WHY_NOT)
    said = plain(text)
    if said in words.SILENT or said in words.NO_REASON:
        return None
    reason = words.REASONS.get(said)
    if reason is None:
        cells.cannot_place(Column.WHY_NOT, text)
    return reason


def _check(
    cells: _PastCells,
    moments: Moments,
    is_held: bool,
    held: Moment | None,
    reason: NotHeldReason | None,
) -> None:
    start = moments["last_seen"] or moments["reported"]
    end = moments["returned"] or moments["found"]
    if start is None and not any(fault.field in ("last_seen", "started") for fault in cells.faults):
        cells.fault("started", "The row does not say when the episode began")
    if start and end and surely_before(end, start):
        cells.fault("ended", "The end is before the start")
    found, returned = moments["found"], moments["returned"]
    if found and returned and surely_before(returned, found):
        cells.fault("returned", "The return is before the child was found")
    if is_held and end is None:
        cells.fault("held", "An interview is said to be held, and the episode has no end")
    if held and end and surely_before(held, found or end):
        cells.fault("held_at", "The interview is said to be held before the child was found")
    if reason is NotHeldReason.RECORDED_IN_ERROR:
        cells.fault("why_not", "The row says itself that the episode was recorded in error")
