"""Uptake as it may be published: of a financial year that is over, or of one of its quarters."""

from collections.abc import Iterator
from datetime import date

from returnhome.reporting import foi
from returnhome.reporting.exports import Cell as FileCell
from returnhome.reporting.figures import Scope
from returnhome.rules import publishing
from returnhome.rules.measures import Measure
from returnhome.rules.publishing import GROUPS, PUBLISHED, Cell, Period
from returnhome.rules.suppression import WITHHELD, Release, Rule

HEADER = ("group", "measure", "numerator", "denominator", "value")


def may_be(period: Period, *, today: date) -> bool:
    """Whether the period is one of the fixed list: a year that is over, or a quarter of it."""
    is_listed = period.is_year or period.is_quarter
    return is_listed and publishing.year_with(period.first).last < today


def release(scope: Scope, period: Period, rule: Rule) -> Release:
    """The table of the period, small numbers hidden."""
    ledger = foi.count(scope, publishing.needed_for(period))
    return publishing.release(period, ledger.counted, rule)


def rows(released: Release, period: Period) -> Iterator[tuple[FileCell, ...]]:
    """Group, measure, numerator, denominator, value; words where a number is hidden."""
    for group in GROUPS:
        for measure in PUBLISHED:
            above = Cell(period, group, measure.part)
            below = Cell(period, group, measure.of) if measure.of else None
            if above in released.shown | released.hidden and (
                below is None or below in released.shown | released.hidden
            ):
                yield (group, measure.key, *_numbers(released, measure, above, below))


def _numbers(
    released: Release, measure: Measure, above: Cell, below: Cell | None
) -> tuple[FileCell, FileCell, FileCell]:
    if below is None:
        return _said(released, above), None, _said(released, above)
    rate = released.rate(above, below)
    value = rate.value if rate else WITHHELD
    return _said(released, above), _said(released, below), value


def _said(released: Release, cell: Cell) -> FileCell:
    number = released.number(cell)
    return released.says(cell) if number is None else number
